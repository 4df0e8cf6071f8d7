"""Quotes: the reservation price by hand, and what must hold for every inventory."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gex_xl import udfs
from gex_xl.desk.quoting import Wanted, adjust, read_quotes
from gex_xl.errors import BadInput

BASE = Wanted("XYZ 100 C", 5.0, 2.0, 0.0, 100.0, 0.5, 0.1, 20.0, 0.01)


@st.composite
def wanted(draw: st.DrawFn) -> Wanted:
    mid = draw(st.floats(0.05, 200))
    tick = draw(st.sampled_from([0.01, 0.05, 0.1]))
    band = draw(st.floats(2 * tick, 5.0))
    half = band * draw(st.floats(0.01, 1.0))
    return Wanted(
        "any", mid, draw(st.floats(0, 50)), 0.0, draw(st.sampled_from([1.0, 7.0, 100.0, 5000.0])), band, half,
        draw(st.sampled_from([0.0, 1.0, 20.0, 333.0])), tick,
    )  # fmt: skip


AVERSION = st.sampled_from([0.0, 1e-6, 1e-4, 1e-2, 1.0])
INVENTORY = st.integers(-20_000, 20_000).map(lambda n: n / 4)


def test_the_reservation_price_by_hand() -> None:
    # Avellaneda and Stoikov (2008): s - q gamma sigma^2 (T - t)
    found = adjust(replace(BASE, inventory=40.0), 0.001, 0.5)
    assert found.reservation == pytest.approx(5.0 - 40 * 0.001 * 4.0 * 0.5)
    assert (found.bid, found.ask) == (pytest.approx(4.82), pytest.approx(5.02))
    assert "long 40 of 100: shaded by -0.08" in found.why


def test_no_inventory_is_quoted_around_the_mid() -> None:
    found = adjust(BASE, 0.001, 1)
    assert (found.bid, found.ask, found.bid_size, found.ask_size) == (4.9, 5.1, 20, 20)
    assert found.why == "no inventory: quoted around the mid"


@given(wanted(), AVERSION, INVENTORY)
def test_quotes_never_cross_and_never_leave_the_band(one: Wanted, aversion: float, inventory: float) -> None:
    found = adjust(replace(one, inventory=inventory), aversion, 1)
    assert found.bid < found.ask
    assert found.bid >= max(0.0, one.mid - one.band) - 1e-9 * one.tick - 1e-9
    assert found.ask <= one.mid + one.band + 1e-9
    for price in (found.bid, found.ask):
        assert abs(price / one.tick - round(price / one.tick)) < 1e-6
    assert 0 <= found.bid_size <= one.size and 0 <= found.ask_size <= one.size


@given(wanted(), AVERSION, INVENTORY, INVENTORY)
def test_quotes_fall_as_inventory_grows(one: Wanted, aversion: float, first: float, second: float) -> None:
    less, more = (adjust(replace(one, inventory=q), aversion, 1) for q in sorted((first, second)))
    assert more.bid <= less.bid and more.ask <= less.ask
    assert more.bid_size <= less.bid_size and more.ask_size >= less.ask_size


@given(wanted(), INVENTORY)
def test_a_full_fill_never_passes_the_limit_and_a_breached_side_is_not_quoted(one: Wanted, inventory: float) -> None:
    found = adjust(replace(one, inventory=inventory), 1e-4, 1)
    if inventory >= one.limit:
        assert found.bid_size == 0
    if -inventory >= one.limit:
        assert found.ask_size == 0
    if abs(inventory) < one.limit:
        assert inventory + found.bid_size <= one.limit + 1e-6
        assert inventory - found.ask_size >= -one.limit - 1e-6


@pytest.mark.parametrize(
    ("inventory", "bid_size"), [(0, 20), (79, 20), (80, 20), (85, 15), (90, 10), (95, 5), (99, 1), (100, 0), (130, 0)]
)
def test_size_falls_to_zero(inventory: float, bid_size: int) -> None:
    found = adjust(replace(BASE, inventory=inventory), 0.0, 1)
    # From 80 % of 100 the bid's size falls on a line from 20 to 0, and is never above the room left.
    assert found.bid_size == min(bid_size, max(0, 100 - inventory))
    assert found.ask_size == 20
    mirrored = adjust(replace(BASE, inventory=-inventory), 0.0, 1)
    assert (mirrored.ask_size, mirrored.bid_size) == (found.bid_size, 20)


def test_the_side_that_adds_widens() -> None:
    at = {q: adjust(replace(BASE, inventory=q), 0.0, 1) for q in (0, 80, 90, 100)}
    assert [round(5 - one.bid, 2) for one in at.values()] == [0.1, 0.1, 0.15, 0.2]  # up to twice the half spread
    assert {one.ask for one in at.values()} == {5.1}


@pytest.mark.parametrize(
    ("inventory", "aversion", "said"),
    [
        (95, 0.001, "bid wider, its size 5"),
        (100, 0.001, "limit reached: no bid"),
        (-101, 0.001, "limit breached: no ask"),
        (50, 0.5, "held at the band"),
    ],
)
def test_what_drove_them_is_said(inventory: float, aversion: float, said: str) -> None:
    assert said in adjust(replace(BASE, inventory=inventory), aversion, 1).why


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"mid": "dear"}, 'quotes, row 2 (one): mid is "dear"; expected a number above 0'),
        ({"band": 0.001, "half spread": 0.0005}, 'band is "0.001"; expected room for two prices on a tick of 0.01'),
        ({"half spread": 0.6}, 'half spread is "0.6"; expected at most the band, 0.5'),
        ({"limit": 0}, 'limit is "0"; expected a number above 0'),
        ({"inventory": None}, "inventory is blank; expected a number"),
        ({"volatility": -1}, 'volatility is "-1"; expected a number above 0'),
    ],
)
def test_a_bad_quote_is_named(changes: dict[str, object], said: str) -> None:
    row: dict[str, object] = {
        "name": "one", "mid": 5.003, "volatility": 2, "inventory": 0, "limit": 100, "band": 0.5, "half spread": 0.1,
        **changes,
    }  # fmt: skip
    with pytest.raises(BadInput) as caught:
        read_quotes([list(row), list(row.values())])
    assert said in str(caught.value)


def test_the_worksheet_table() -> None:
    cells = [["name", "mid", "volatility", "inventory", "limit", "band", "tick"], ["a", 5, 2, 90, 100, 0.5, 0.05]]
    (row,) = udfs.FUNCTIONS["QUOTE_ADJUST"](cells, 0.0001, 1)[1:]
    found = adjust(Wanted("a", 5, 2, 90, 100, 0.5, 0.25, 10, 0.05), 0.0001, 1)
    assert row == ["a", 5, found.reservation, found.bid, found.ask, found.bid_size, found.ask_size, 0.9, found.why]
    assert math.isclose(found.reservation, 5 - 90 * 0.0001 * 4)
    with pytest.raises(udfs.XlwingsError, match='QUOTE_ADJUST: risk_aversion is "-1"; expected a number above 0'):
        udfs.FUNCTIONS["QUOTE_ADJUST"](cells, -1)
