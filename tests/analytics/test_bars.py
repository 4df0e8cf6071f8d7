"""Ladder, profile, expiry bars and bridge: everything that is drawn adds up to what the chain holds."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from gex_xl.analytics import bars, strikes
from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.dealer_exposure import Kind, exposure_of
from gex_xl.analytics.exposure import by_expiry, contributions, per_strike, total
from gex_xl.analytics.ladder import round_up
from gex_xl.analytics.profile import reprice
from gex_xl.chain import Chain
from gex_xl.settings import Settings

from . import shared_files
from .synthetic import chain_of

CHAINS = ("cboe_spx_2024-01-07.csv", "cboe_nvda_2025-01-06.csv", "deribit_btc_2021-02-11.csv")
BN = Settings().with_changes({"unit": "auto"})


@st.composite
def chains(draw: st.DrawFn) -> Contracts:
    """Contracts at random strikes, expiries and open interest around a random spot."""
    spot = draw(st.floats(3.0, 60_000.0))
    lines: dict[tuple[Any, ...], dict[str, Any]] = {}
    for _ in range(draw(st.integers(1, 30))):
        strike = round(spot * draw(st.floats(0.5, 1.6)), 2)
        right, expiry = draw(st.sampled_from("CP")), draw(st.sampled_from(["2025-03-07", "2025-03-21", "2025-06-20"]))
        lines[right, expiry, strike] = {
            "root": "SPXW", "expiry": expiry, "right": right, "strike": strike,
            "iv": draw(st.floats(0.05, 1.5)), "oi": draw(st.integers(0, 9000)),
        }  # fmt: skip
    return prepare(chain_of(lines.values(), spot), settings=BN)


@examples(deadline=None, max_examples=60)
@given(contracts=chains(), rows=st.integers(1, 60).map(lambda n: 2 * n + 1))
def test_buckets_and_what_lies_outside_add_up_to_the_total(contracts: Contracts, rows: int) -> None:
    found, whole = strikes.buckets(contracts, rows), total(contracts)
    scale = 1e-12 * max(abs(whole.call) + abs(whole.put), 1e-300)
    (low_call, low_put), (high_call, high_put) = found.outside
    assert math.fsum([*found.call, low_call, high_call]) == pytest.approx(whole.call, rel=1e-12, abs=scale)
    assert math.fsum([*found.put, low_put, high_put]) == pytest.approx(whole.put, rel=1e-12, abs=scale)
    assert len(found.number) == rows
    half = found.width / 2
    assert abs(found.price[rows // 2] - contracts.spot) <= half * (1 + 1e-9)


@pytest.mark.parametrize("name", shared_files.FILES)
@pytest.mark.parametrize("rows", [21, 41, 121])
def test_ladders_of_real_chains_lose_nothing(name: str, rows: int, shared_chains: Path) -> None:
    contracts = shared_files.contracts_of(shared_chains / name)
    found, whole = strikes.buckets(contracts, rows), total(contracts)
    (low_call, low_put), (high_call, high_put) = found.outside
    near = {"abs": 1e-12 * math.fsum(np.abs(contributions(contracts)).tolist()), "rel": 0}
    assert math.fsum([*found.call, low_call, high_call]) == pytest.approx(whole.call, **near)
    assert math.fsum([*found.put, low_put, high_put]) == pytest.approx(whole.put, **near)


@given(width=st.floats(1e-6, 1e9))
def test_a_width_is_rounded_up_to_the_next_round_number(width: float) -> None:
    found = Fraction(str(round_up(width)))
    power = Fraction(10) ** math.floor(math.log10(float(found) * (1 + 1e-9)))
    assert found / power in {Fraction(1), Fraction(2), Fraction(5, 2), Fraction(5)}
    steps = sorted(s * Fraction(10) ** k for k in range(-8, 11) for s in (1, 2, Fraction(5, 2), 5))
    assert found == next(s for s in steps if float(s) >= width * (1 - 1e-9))


@pytest.mark.parametrize("name", CHAINS)
def test_a_strike_on_the_border_belongs_to_the_upper_bucket(shared_chains: Path, name: str) -> None:
    contracts = prepare(Chain.from_file(shared_chains / name), settings=BN)
    found = strikes.buckets(contracts)
    table = per_strike(contracts)
    for number, call in zip(found.number.tolist(), found.call.tolist(), strict=True):
        low, high = (number - 0.5) * found.width, (number + 0.5) * found.width
        inside = (table.strike >= low - 1e-9) & (table.strike < high - 1e-9)
        assert call == pytest.approx(math.fsum(table.call[inside]), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("name", CHAINS)
def test_every_mark_is_named_once_and_no_label_stands_beside_it(shared_chains: Path, name: str) -> None:
    contracts = prepare(Chain.from_file(shared_chains / name), settings=BN)
    found, named = strikes.buckets(contracts), strikes.marks(contracts)
    labels = strikes.bucket_labels(found, named)
    assert len(labels) == 41
    at_spot = [label for label in labels if label.startswith("Spot")]
    assert len(at_spot) == 1
    place = labels.index(at_spot[0])
    assert place == 20
    assert all(not label or not label[0].isdigit() for label in (labels[place - 1], labels[place + 1]))


def test_the_ladder_of_the_sample_has_ten_points_a_bucket(sample: list[list[object]]) -> None:
    contracts = prepare(Chain.from_cells(sample), settings=BN)
    assert strikes.bucket_width(contracts, 41) == 10.0
    labels = strikes.bucket_labels(strikes.buckets(contracts), strikes.marks(contracts))
    assert {"Spot 5,312.40", "Call wall 5,400", "Put wall 5,200"} <= set(labels)


@pytest.mark.parametrize("kind", list(Kind))
def test_the_strike_of_spot_stands_in_the_middle_row(sample: list[list[object]], kind: Kind) -> None:
    contracts = prepare(Chain.from_cells(sample), settings=BN)
    rows = strikes.strike_rows(contracts, 121, kind)
    assert len(rows) == 121
    middle = rows[60]
    assert middle is not None
    assert abs(middle.strike - 5312.40) == min(abs(k - 5312.40) for k in per_strike(contracts).strike.tolist())
    assert middle.mark.startswith("Spot")
    known = [row for row in rows if row is not None]
    assert [row.strike for row in known] == sorted((row.strike for row in known), reverse=True)
    used, each = exposure_of(contracts, kind)
    for row in known[::20]:
        assert row.net == pytest.approx(math.fsum(each[used.strike == row.strike]), rel=1e-9, abs=1e-12)


def test_fewer_strikes_than_rows_leave_rows_free() -> None:
    line = {"root": "SPXW", "expiry": "2025-03-21", "right": "C", "iv": 0.2, "oi": 5}
    contracts = prepare(chain_of([{**line, "strike": k} for k in (90, 100, 120)], 101.0))
    rows = strikes.strike_rows(contracts, 9)
    assert [row.strike if row else None for row in rows] == [None, None, None, 120, 100, 90, None, None, None]
    assert sum(row.call_oi for row in rows if row) == 15


@examples(deadline=None, max_examples=40)
@given(contracts=chains(), rows=st.integers(1, 4))
def test_expiry_bars_add_up_to_the_total(contracts: Contracts, rows: int) -> None:
    found, whole = bars.expiry_bars(contracts, rows), total(contracts)
    assert len(found) <= rows
    scale = 1e-12 * max(float(np.abs(contributions(contracts)).sum()), 1e-300)
    assert math.fsum(one[3] for one in found) == pytest.approx(whole.net, rel=1e-12, abs=scale)
    assert (found[-1][0] == "later") == (len(by_expiry(contracts)) > rows)


@examples(deadline=None, max_examples=40)
@given(
    parts=st.lists(st.floats(-1e3, 1e3).map(lambda x: round(x, 6)), min_size=1, max_size=10),
)
def test_a_bridge_leads_from_each_column_to_the_next(parts: list[float]) -> None:
    rows = bars.bridge([(f"p{i}", value) for i, value in enumerate(parts)], "end")
    level = 0.0
    for i, (_, figures) in enumerate(rows):
        unseen, above, below = figures[0], max(figures[1:], default=0.0), min(figures[1:], default=0.0)
        low, high = (unseen + below, unseen + above) if unseen else (below, above)
        wanted = (0.0, level) if i == len(parts) else (0.0, parts[0]) if i == 0 else (level, level + parts[i])
        assert (low, high) == pytest.approx((min(wanted), max(wanted)), abs=1e-9)
        level = wanted[1]


@pytest.mark.parametrize("name", CHAINS)
def test_the_profile_stands_on_round_levels_and_shows_zero_gamma(shared_chains: Path, name: str) -> None:
    contracts = prepare(Chain.from_file(shared_chains / name), settings=BN)
    found = bars.profile(contracts)
    step = found.level[1] - found.level[0]
    assert round_up(step) == pytest.approx(step)
    assert np.allclose(found.level / step, np.round(found.level / step))
    assert found.gex == pytest.approx(reprice(contracts, found.level), rel=1e-12)
    assert abs(found.level[found.spot] - contracts.spot) <= step / 2 * (1 + 1e-9)
    zeros = [m.price for m in strikes.marks(contracts) if m.key == "zero"]
    assert (found.zero is None) == (not zeros)
    if found.zero is not None:
        assert abs(found.level[found.zero] - zeros[0]) <= step / 2 * (1 + 1e-9)
        assert found.gex[max(found.zero - 1, 0)] * found.gex[found.zero + 1] <= 0


def test_term_bars_keep_the_first_and_the_last_expiry(sample: list[list[object]]) -> None:
    contracts = prepare(Chain.from_cells(sample))
    found = bars.term_bars(contracts, 20)
    assert len(found) == 20
    assert found[0][0] == "8 Oct"
    assert found[-1][1] is not None
    few = bars.term_bars(prepare(Chain.from_cells(sample), settings=Settings()), 50)
    assert few[0] == found[0]
    assert few[-1] == found[-1]


def test_smile_bars_agree_with_the_iv_at_the_money(sample: list[list[object]]) -> None:
    from gex_xl.analytics.term_structure import atm_iv

    contracts = prepare(Chain.from_cells(sample))
    names, rows = bars.smile_bars(contracts)
    assert names[:2] == ["15 Oct", "31 Oct"]
    assert [label for label, _ in rows] == ["5 put", "10", "15", "25", "35", "50", "35", "25", "15", "10", "5 call"]
    at_money = {e.expiry.isoformat(): e.iv for e in atm_iv(contracts)}
    assert rows[5][1][1] == pytest.approx(100 * (at_money["2025-10-31"] or 0), rel=5e-3)
