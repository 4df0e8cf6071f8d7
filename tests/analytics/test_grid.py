"""The grid and its ladder: nothing is lost, and every cell is a sum that a few lines of Python find too."""

import math
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from gex_xl.analytics.dealer_exposure import Kind, exposure_of, total_of
from gex_xl.analytics.exposure import by_expiry, contributions, exact_sum, per_strike, total
from gex_xl.analytics.grid import Measure, grid, marks
from gex_xl.analytics.ladder import Ladder, ladder, round_up
from gex_xl.errors import NoValue
from tests.analytics import random_chains, shared_files
from tests.analytics.random_chains import BOOKS, SPOTS, Book


@examples(max_examples=60, deadline=None)
@given(BOOKS, SPOTS, st.integers(1, 60), st.sampled_from(list(Measure)), st.sampled_from([None, 0.1, 7.5, 50.0]))
def test_cells_add_up_to_every_total(book: Book, spot: float, rows: int, measure: Measure, width: float | None) -> None:
    contracts = random_chains.contracts_of(book, spot)
    if not contracts.index.size:
        return
    found = grid(contracts, rows, measure, width)
    if measure in (Measure.OPEN_INTEREST, Measure.VOLUME):
        column = getattr(contracts.chain, str(measure))[contracts.index]
        expected, gross = float(np.nansum(column)), float(np.nansum(column))
    else:
        expected = total_of(contracts, Kind(str(measure))).total.net
        gross = exact_sum(np.abs(exposure_of(contracts, Kind(str(measure)))[1]))
    near = {"abs": 1e-12 * gross, "rel": 0}
    assert found.total == pytest.approx(expected, **near)
    assert math.fsum(found.by_strike.tolist()) == pytest.approx(expected, **near)
    assert math.fsum(found.by_settlement.tolist()) == pytest.approx(expected, **near)


@examples(max_examples=60, deadline=None)
@given(BOOKS, SPOTS, st.integers(1, 12), st.sampled_from([None, 0.5, 25.0]))
def test_every_cell_is_the_sum_of_its_own_lines(book: Book, spot: float, rows: int, width: float | None) -> None:
    contracts = random_chains.contracts_of(book, spot)
    if not contracts.index.size:
        return
    found = grid(contracts, rows, width=width)
    cells: dict[tuple[int, str, bool], float] = defaultdict(float)
    centre, size = found.ladder.centre.tolist(), found.ladder.width
    for i, amount in enumerate(contributions(contracts).tolist()):
        strike = float(contracts.strike[i])
        if size:
            hit = [p for p, c in enumerate(centre, 1) if c - size / 2 <= strike < c + size / 2]
        else:
            hit = [p for p, c in enumerate(centre, 1) if c == strike]
        place = hit[0] if hit else 0 if strike < centre[0] else len(centre) + 1
        at = contracts.index[i]
        opens = str(contracts.chain.root[at]) == "SPX"
        cells[place, str(contracts.chain.expiry[at]), opens] += amount
    gross = exact_sum(np.abs(contributions(contracts)))
    for j, column in enumerate(found.settlements):
        for place in range(len(centre) + 2):
            expected = cells.get((place, f"{column.expiry}", column.am_settled), 0.0)
            assert found.cells[place, j] == pytest.approx(expected, abs=1e-12 * gross, rel=1e-9)


@pytest.mark.parametrize("name", shared_files.FILES)
@pytest.mark.parametrize("rows", [40, 100_000])
def test_real_chains_lose_nothing(name: str, rows: int, shared_chains: Path) -> None:
    contracts = shared_files.contracts_of(shared_chains / name)
    gross = exact_sum(np.abs(contributions(contracts)))
    found = grid(contracts, rows)
    near = {"abs": 1e-12 * gross, "rel": 0}
    assert found.total == pytest.approx(total(contracts).net, **near)
    for column, each in zip(found.by_settlement.tolist(), by_expiry(contracts), strict=True):
        assert column == pytest.approx(each.net, **near)
    if rows > 1000:
        assert found.ladder.centre.tolist() == per_strike(contracts).strike.tolist()
        assert found.by_strike[1:-1] == pytest.approx(per_strike(contracts).net, **near)
        assert not found.cells[[0, -1]].any()
    else:
        assert len(found.ladder.centre) == 40
        assert abs(found.ladder.centre[20] - contracts.spot) <= found.ladder.width / 2


@pytest.mark.parametrize("name", shared_files.FILES)
def test_the_width_of_every_real_ladder_is_round(name: str, shared_chains: Path) -> None:
    contracts = shared_files.contracts_of(shared_chains / name)
    rungs = ladder(contracts, 41)
    digits = f"{rungs.width:.3e}".partition("e")[0]
    assert float(digits) in (1.0, 2.0, 2.5, 5.0)
    assert np.diff(rungs.centre) == pytest.approx(rungs.width)
    assert rungs.centre / rungs.width == pytest.approx(np.round(rungs.centre / rungs.width))


@pytest.mark.parametrize(
    ("name", "width"),
    [("cboe_spx_2024-01-07.csv", 10.0), ("cboe_nvda_2025-01-06.csv", 1.0), ("deribit_btc_2021-02-11.csv", 1000.0)],
)
def test_widths_are_those_of_the_design(name: str, width: float, shared_chains: Path) -> None:
    """Design of the workbook, section 9: SPX 10, NVDA 1, BTC 1,000."""
    assert ladder(shared_files.contracts_of(shared_chains / name), 41).width == width


@pytest.mark.parametrize(
    ("least", "width"), [(1, 1), (1.01, 2), (2.01, 2.5), (2.6, 5), (5.1, 10), (0.013, 0.02), (999, 1000)]
)
def test_rounding_up(least: float, width: float) -> None:
    assert round_up(least) == width


def test_a_price_on_an_edge_is_in_the_rung_above_it() -> None:
    """Design of the workbook, section 9: 5,295 to below 5,305 is 5,300."""
    rungs = Ladder(np.array([5290.0, 5300.0, 5310.0]), 10.0)
    prices = np.array([5284.99, 5285, 5294.99, 5295, 5304.99, 5305, 5314.99, 5315])
    assert rungs.place(prices).tolist() == [0, 1, 1, 2, 2, 3, 3, 4]
    tenths = Ladder(np.array([0.1, 0.2, 0.3]), 0.1)
    assert tenths.place(np.array([0.15, 0.25, 0.35])).tolist() == [2, 3, 4]


def test_marks_name_the_rungs_of_spot_and_levels() -> None:
    book = {("SPXW", "2025-03-21", right, strike): (0.2, oi) for right, strike, oi in
            (("C", 5050.0, 900), ("P", 4950.0, 500), ("C", 5000.0, 10))}  # fmt: skip
    contracts = random_chains.contracts_of(book, 5001.0)
    rungs = grid(contracts).ladder
    found = {rungs.centre[place]: words for place, words in marks(contracts, rungs).items()}
    assert "call wall" in found[5050.0]
    assert "put wall" in found[4950.0]
    assert "spot" in found[5000.0]


def test_nothing_left_has_no_grid() -> None:
    with pytest.raises(NoValue):
        grid(random_chains.contracts_of({("SPX", "2025-06-20", "C", 5000.0): (0.2, 100)}, 5000.0, expiries="0dte"))
