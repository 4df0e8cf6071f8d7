"""Levels against the functions that each comes from, and their way to a related product and back."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from gex_xl.analytics.contracts import prepare
from gex_xl.analytics.expiries import expected_moves, max_pain
from gex_xl.analytics.exposure import per_strike
from gex_xl.analytics.price_levels import Mapping, PriceLevel, mapped, mapping_for, price_levels
from gex_xl.analytics.profile import zero_gammas
from gex_xl.analytics.summary import summarise
from gex_xl.errors import BadInput, NoValue
from tests.analytics import random_chains, shared_files
from tests.analytics.random_chains import BOOKS, SPOTS, Book

PRICES = st.floats(0.5, 1e5)


@given(PRICES, PRICES, PRICES, st.sampled_from(Mapping))
def test_levels_map_there_and_back(level: float, spot: float, target: float, mapping: Mapping) -> None:
    chosen = mapping_for(spot, target, mapping)
    there = mapped(level, spot, target, mapping)
    assert mapped(there, target, spot, chosen) == pytest.approx(level, rel=1e-9, abs=1e-9 * max(spot, target))
    assert mapped(spot, spot, target, mapping) == pytest.approx(target, rel=1e-12, abs=1e-12 * spot)  # a difference


@pytest.mark.parametrize(
    ("spot", "target", "expected"),
    [
        (4700.0, 4735.5, Mapping.DIFFERENCE),  # a future on the index
        (4700.0, 470.2, Mapping.RATIO),  # a fund at a tenth of it
        (470.2, 4700.0, Mapping.RATIO),
        (100.0, 105.0, Mapping.DIFFERENCE),  # 5 % is within 5 %: method, section 7
        (100.0, 105.01, Mapping.RATIO),
    ],
)
def test_auto_takes_the_difference_within_5_percent(spot: float, target: float, expected: Mapping) -> None:
    assert mapping_for(spot, target) is expected


def by_name(levels: tuple[PriceLevel, ...]) -> dict[str, PriceLevel]:
    return {level.name: level for level in levels}


@pytest.mark.parametrize("name", shared_files.FILES)
def test_levels_of_real_chains_are_those_of_the_functions_they_come_from(name: str, shared_chains: Path) -> None:
    contracts = shared_files.contracts_of(shared_chains / name)
    found = by_name(price_levels(contracts).levels)
    roots = zero_gammas(contracts)
    listed = [level.price for level in found.values() if level.group == "zero_gamma" and level.price]
    assert sorted(listed) == pytest.approx(sorted(roots), rel=1e-9)
    if roots:
        assert found["Zero gamma"].price == pytest.approx(min(roots, key=lambda root: abs(root - contracts.spot)))
    whole = summarise(contracts)
    assert found["Flip strike"].price == (whole.flip.strike if whole.flip else None)
    assert (found["Call wall"].price, found["Put wall"].price) == (whole.call_wall, whole.put_wall)
    strikes = per_strike(contracts)
    sizes = {
        k: abs(c) + abs(p)
        for k, c, p in zip(*(a.tolist() for a in (strikes.strike, strikes.call, strikes.put)), strict=True)
    }
    assert sizes[found["Absolute gamma"].price] == max(sizes.values())
    nets = sorted(zip(strikes.net.tolist(), strikes.strike.tolist(), strict=True), reverse=True)
    assert found["Net long 1"].price == (nets[0][1] if nets[0][0] > 0 else None)
    assert found["Net short 1"].price == (nets[-1][1] if nets[-1][0] < 0 else None)
    first = contracts.chain.expiry[contracts.index].min().astype(object)
    pain = next(p for p in max_pain(contracts) if p.expiry == first)
    assert found["Max pain"].price == pain.strike
    move = next(m for m in expected_moves(contracts) if m.expiry == first)
    if move.move:
        assert found["Expected high"].price == pytest.approx(contracts.spot + move.move)
        assert found["Expected low 2 sigma"].price == pytest.approx(contracts.spot - 2 * move.move)
        assert found["Expected high"].moves == pytest.approx(1.0)
        assert found["Expected low 2 sigma"].moves == pytest.approx(-2.0)


@pytest.mark.parametrize("name", ["cboe_spx_2024-01-07.csv", "cboe_spy_2023-09-14.csv", "deribit_btc_2021-02-11.csv"])
def test_walls_of_some_expiries_are_those_of_a_filtered_chain(name: str, shared_chains: Path) -> None:
    contracts = shared_files.contracts_of(shared_chains / name)
    found = by_name(price_levels(contracts).levels)
    used = contracts.chain.expiry[contracts.index]
    days = sorted({str(day) for day in used})
    settled = contracts.chain.settlement[contracts.index]
    two_of_one_day = len({int(s.astype(int)) for s in settled[used == used.min()]}) > 1
    if not two_of_one_day:
        rest = prepare(
            contracts.chain, contracts.spot, contracts.as_of,
            contracts.settings.with_changes({"expiries": ",".join(days[1:])}),
        )  # fmt: skip
        assert found["Call wall ex next"].price == summarise(rest).call_wall
        assert found["Put wall ex next"].price == summarise(rest).put_wall
    today = prepare(
        contracts.chain, contracts.spot, contracts.as_of, contracts.settings.with_changes({"expiries": "0dte"})
    )
    if today.index.size:
        assert found["Call wall 0DTE"].price == summarise(today).call_wall
    else:
        assert found["Call wall 0DTE"].price is None
        assert found["Call wall 0DTE"].note == "nothing expires today"


@examples(max_examples=40, deadline=None)
@given(BOOKS, SPOTS, st.sampled_from([None, 480.0, 5010.0]), st.floats(0, 0.2))
def test_every_figure_of_a_level_follows_from_its_price(
    book: Book, spot: float, target: float | None, near: float
) -> None:
    contracts = random_chains.contracts_of(book, spot)
    if not contracts.index.size:
        return
    found = price_levels(contracts, target, near=near)
    for level in found.levels:
        if level.price is None:
            assert level.note
            assert (level.distance, level.moves, level.mapped, level.near) == (None, None, None, False)
            continue
        assert level.distance == pytest.approx((level.price - spot) / spot)
        assert level.near == (abs(level.price / spot - 1) <= near)
        expected = level.price if target is None else mapped(level.price, spot, target)
        assert level.mapped == pytest.approx(expected)


def test_a_one_sided_chain_says_what_it_has_not() -> None:
    calls = {("SPXW", "2025-03-21", "C", strike): (0.2, 100) for strike in (4900.0, 5000.0, 5050.0)}
    found = by_name(price_levels(random_chains.contracts_of(calls, 5000.0)).levels)
    assert (found["Zero gamma"].price, found["Zero gamma"].note) == (None, "the profile keeps one sign")
    assert (found["Flip strike"].price, found["Flip strike"].note) == (None, "one-sided chain")
    assert found["Put wall"].note == "no put carries exposure"
    assert found["Net long 1"].note == "fewer than 1 such strikes"
    assert found["Max pain"].price is None


def test_bad_targets_are_refused_in_one_sentence() -> None:
    contracts = random_chains.contracts_of({("SPX", "2025-06-20", "C", 5000.0): (0.2, 100)}, 5000.0)
    with pytest.raises(BadInput, match=r"^target is -1; expected the price of the related product, above 0$"):
        price_levels(contracts, -1.0)
    with pytest.raises(BadInput, match=r"^near is 25; expected a share of spot"):
        price_levels(contracts, near=25.0)


def test_nothing_left_has_no_levels() -> None:
    with pytest.raises(NoValue):
        price_levels(
            random_chains.contracts_of({("SPX", "2025-06-20", "C", 5000.0): (0.2, 1)}, 5000.0, expiries="0dte")
        )
