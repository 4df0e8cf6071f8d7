"""Hedges with shares and with options, against brute force and against greeks computed again."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from gex_xl import udfs
from gex_xl.desk.book import greeks, per_contract
from gex_xl.desk.bounds import Bound, read_bounds
from gex_xl.desk.hedging import Lots, hedge_underlying, with_underlying
from gex_xl.desk.option_hedge import hedge_options
from gex_xl.desk.position_rows import read_positions
from gex_xl.desk.positions import Book, join
from gex_xl.errors import BadInput

from .made_up import AS_OF, MIXED, book, option

TABLE_BOUNDS = [["greek", "low", "high"], ["gamma", -800, 800], ["vega", -500, 500]]


def strike_of_delta(delta: float, iv: float, years: float, spot: float) -> float:
    """The call strike with that delta when nothing carries: N(d1) = delta."""
    stdev = iv * math.sqrt(years)
    return spot * math.exp(-float(norm.ppf(delta)) * stdev + stdev**2 / 2)


def test_short_one_call_of_delta_forty() -> None:
    years = float(book(option("C", 100, -1)).years[0])
    short = book(option("C", strike_of_delta(0.40, 0.2, years, 100), -1))
    assert greeks(short).total().delta_shares == pytest.approx(-40, abs=1e-9)
    (one,) = hedge_underlying(short)
    assert (one.trade, one.left) == (40, pytest.approx(0, abs=1e-9))
    before, after = greeks(short).total(), greeks(with_underlying(short)).total()
    assert after.delta_shares == pytest.approx(0, abs=1e-9)
    assert (after.gamma, after.vega, after.theta, after.rho) == (before.gamma, before.vega, before.theta, before.rho)


@given(
    count=st.integers(-400, 400),
    strike=st.floats(80, 120),
    right=st.sampled_from("CP"),
    lot=st.sampled_from([1, 10, 100]),
)
def test_what_is_left_is_half_a_lot_at_most(count: int, strike: float, right: str, lot: int) -> None:
    held = book(option(right, strike, count))
    (one,) = hedge_underlying(held, Lots(lot))
    assert one.trade % lot == 0
    assert abs(one.left) <= lot / 2 + 1e-6
    assert greeks(with_underlying(held, Lots(lot))).total().delta_shares == pytest.approx(one.left, abs=1e-9)


def test_each_underlying_has_its_own_shares() -> None:
    found = {one.underlying: one for one in hedge_underlying(read_positions(MIXED, None, AS_OF))}
    alone = read_positions([MIXED[0], *[row for row in MIXED if row[0] == "SPY"]], None, AS_OF)
    assert found["SPY"] == hedge_underlying(alone)[0]
    assert set(found) == {"SPX", "SPY"}


def offered(*rows: tuple[str, float, str, float, float, float | None], spot: float = 100) -> Book:
    """Candidates: right, strike, expiry, bid, ask, size; iv fixed so that the greeks are known."""
    cells: list[list[object]] = [["underlying", "type", "strike", "expiry", "iv", "bid", "ask", "size", "spot"]]
    cells += [["XYZ", right, strike, day, 0.2, bid, ask, size, spot] for right, strike, day, bid, ask, size in rows]
    return read_positions(cells, None, AS_OF, held=False)


def inside(**ends: tuple[float, float]) -> list[Bound]:
    """Bounds on the whole book."""
    return [Bound(greek, low, high) for greek, (low, high) in ends.items()]


def brute_force(held: Book, candidates: Book, bounds: dict[str, tuple[float, float]]) -> float | None:
    """The least cost over every combination of whole contracts; None where none is inside."""
    before, each = greeks(held).total(), per_contract(candidates)
    cost = (candidates.ask - candidates.bid) / 2 * candidates.multiplier
    best = None
    for counts in itertools.product(*(range(-int(n), int(n) + 1) for n in candidates.size)):
        n = np.array(counts, dtype=float)
        if all(
            low - 1e-9 <= getattr(before, g) + getattr(each, g) @ n <= high + 1e-9 for g, (low, high) in bounds.items()
        ):
            price = float(cost @ abs(n))
            best = price if best is None else min(best, price)
    return best


QUOTES = st.tuples(
    st.sampled_from("CP"), st.sampled_from([90.0, 95.0, 100.0, 105.0, 110.0]),
    st.sampled_from(["2025-03-21", "2025-04-17", "2025-06-20"]), st.floats(0.5, 3).map(lambda v: round(v, 2)),
    st.floats(0.01, 0.3).map(lambda v: round(v, 2)), st.integers(0, 4),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(QUOTES, min_size=1, max_size=3),
    held=st.lists(st.tuples(st.sampled_from("CP"), st.sampled_from([95, 100, 105]), st.integers(-9, 9)), min_size=1,
                  max_size=3),
    gamma=st.floats(50, 3000), vega=st.floats(10, 300),
)  # fmt: skip
def test_the_integer_program_is_brute_force(
    rows: list[Any], held: list[tuple[str, float, int]], gamma: float, vega: float
) -> None:
    mine = book(*(option(right, strike, count) for right, strike, count in held))
    quotes = offered(*((right, k, day, bid, bid + wide, n) for right, k, day, bid, wide, n in rows))
    bounds = {"gamma": (-gamma, gamma), "vega": (-vega, vega)}
    found, best = hedge_options(mine, quotes, inside(**bounds)), brute_force(mine, quotes, bounds)
    assert bool(found.missed) == (best is None)
    if best is not None:
        assert found.cost == pytest.approx(best, abs=1e-6)
    else:  # whole contracts that come nearest: nothing is nearer, by the distance that the hedge is said to minimise
        each, before = per_contract(quotes), greeks(mine).total()

        def distance(n: np.ndarray[Any, Any]) -> float:
            total = 0.0
            for g, (low, high) in bounds.items():
                value, start = getattr(before, g) + getattr(each, g) @ n, getattr(before, g)
                at_first = max(0.0, low - start, start - high)
                unit = at_first if at_first > 0 else abs(getattr(each, g)).max()
                total += max(0.0, low - value, value - high) / unit
            return total

        every = itertools.product(*(range(-int(n), int(n) + 1) for n in quotes.size))
        least = min(distance(np.array(n, dtype=float)) for n in every)
        assert distance(found.contracts) == pytest.approx(least, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("size", [None, 120])
def test_greeks_computed_again_are_inside_the_bounds(size: int | None) -> None:
    mine = book(option("C", 105, -120), option("P", 95, -80), option("C", 110, 30, expiry="2025-04-17"))
    quotes = offered(
        ("C", 100, "2025-03-31", 2.2, 2.3, size), ("P", 100, "2025-04-17", 2.9, 3.05, size),
        ("C", 105, "2025-06-20", 2.2, 2.4, size), ("P", 90, "2025-06-20", 1.0, 1.1, size),
    )  # fmt: skip
    bounds = {"gamma": (-800.0, 800.0), "vega": (-50.0, 50.0)}
    assert not bounds["gamma"][0] < greeks(mine).total().gamma < bounds["gamma"][1]
    found = hedge_options(mine, quotes, inside(**bounds))
    assert not found.missed and found.reason == "all bounds are met"
    # The book after the trades, read from scratch as a desk would list it.
    trades = found.trades
    rows = [
        ["XYZ", "XYZ", right[0], strike, day, count, 0.2, None, 100, 100]
        for right, strike, day, count in zip(trades.kind, trades.strike, trades.expiry, trades.contracts, strict=True)
    ]
    mine_rows = [option("C", 105, -120), option("P", 95, -80), option("C", 110, 30, expiry="2025-04-17")]
    after = with_underlying(book(*mine_rows, *rows))
    net = greeks(after).total()
    for name, (low, high) in bounds.items():
        assert low - 1e-3 <= getattr(net, name) <= high + 1e-3
        assert found.after[name] == pytest.approx(getattr(net, name), rel=1e-9, abs=1e-9)
    assert abs(net.delta_shares) <= 0.5
    assert np.all(found.contracts == np.round(found.contracts))
    assert size is None or abs(found.contracts).max() <= size


def test_nothing_is_traded_inside_the_bounds() -> None:
    mine = book(option("C", 105, -1))
    found = hedge_options(mine, offered(("C", 100, "2025-03-31", 2.2, 2.2, None)), inside(gamma=(-1e6, 1e6)))
    assert not found.contracts.any() and found.cost == 0


def test_which_bound_cannot_be_met_and_how_close_it_gets() -> None:
    mine = book(option("C", 100, -100))
    quotes = offered(("C", 100, "2025-03-31", 2.2, 2.3, 10))
    found = hedge_options(mine, quotes, inside(gamma=(-10.0, 10.0), vega=(-1e6, 1e6)))
    one = float(per_contract(quotes).gamma[0])
    assert found.contracts.tolist() == [10]  # all there is
    assert found.missed == {"gamma": pytest.approx(90 * one - 10)}
    assert found.reason == (
        "gamma cannot be brought inside the bound with these candidates and sizes: "
        f"gamma stays {90 * one - 10:,.0f} USD per 1 % outside its bound"
    )


def test_bounds_that_can_be_met_alone_only() -> None:
    # One series: gamma and vega move together, so long gamma with short vega is out of reach.
    mine = book(option("C", 100, 0), option("C", 120, 0))
    quotes = offered(("C", 100, "2025-03-31", 2.2, 2.3, 50))
    gamma = float(per_contract(quotes).gamma[0])
    found = hedge_options(mine, quotes, inside(gamma=(5 * gamma, math.inf), vega=(-math.inf, -1.0)))
    assert found.missed
    assert found.reason.startswith("each bound can be met alone, but not gamma and vega together: ")


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([["greek", "limit"], ["charm", 5]], 'bounds, row 2: "charm"; expected gamma or vega, once each'),
        ([["greek", "limit"], ["vega", 5], ["vega", 6]], "bounds, row 3: vega is bounded twice; give it once"),
        ([["greek", "low", "high"], ["vega", 5, 1]], "bounds, row 2 (vega): low 5 is above high 1"),
        ([["greek", "low", "high"], ["vega", None, None]], "no figure is given; expected low and high, or limit"),
        ([["greek", "limit"], ["vega", -5]], 'limit is "-5"; expected 0 or more'),
        ([["limit"], [5]], "the column greek is missing"),
    ],
)
def test_bad_bounds(cells: list[list[object]], said: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_bounds(cells)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ((), "there are no rows below the header"),
        (("C", 100, "2025-03-31", 2.4, 2.3, 5), "bid 2.4 is above ask 2.3"),
        (("C", 100, "2025-02-21", 2.2, 2.3, 5), "expired before 2025-03-03 09:30 EST"),
        (("C", 100, "2025-03-31", None, 2.3, 5), "bid is blank; expected a number"),
        (("shares", None, None, 2.2, 2.3, 5), "candidates: all rows must be options"),
    ],
)
def test_bad_candidates(row: Any, said: str) -> None:
    header = ["underlying", "type", "strike", "expiry", "iv", "bid", "ask", "size", "spot"]
    iv = 0.2 if row and row[1] else None
    cells = [header, ["XYZ", row[0], row[1], row[2], iv, *row[3:], 100]] if row else [header]
    held = [MIXED[0], option("C", 100, -5)]
    with pytest.raises(udfs.XlwingsError) as caught:
        udfs.FUNCTIONS["HEDGE_OPTIONS"](held, cells, TABLE_BOUNDS, None, AS_OF)
    assert said in str(caught.value) and str(caught.value).startswith("HEDGE_OPTIONS: candidates")


def test_the_worksheet_tables() -> None:
    held = [MIXED[0], option("C", 105, -120), option("P", 95, -80)]
    cells = [
        ["underlying", "type", "strike", "expiry", "bid", "ask"],
        ["XYZ", "C", 100, "2025-03-31", 2.2, 2.3],
        ["XYZ", "P", 100, "2025-06-20", 4.3, 4.5],
    ]
    table = udfs.FUNCTIONS["HEDGE_OPTIONS"](held, cells, TABLE_BOUNDS, None, AS_OF, None, 100)
    by_item: dict[str, list[list[Any]]] = {}
    for row in table[1:]:
        by_item.setdefault(row[0], []).append(row)
    assert table[-1][:2] == ["outcome", "all bounds are met"] and table[-1][-1] == "met"
    assert sum(row[4] for row in by_item["option"]) == pytest.approx(table[-1][4])
    gamma, vega, delta = by_item["greek"]
    assert gamma[6] >= gamma[7] and gamma[6] <= gamma[8] and vega[6] >= vega[7] and vega[6] <= vega[8]
    assert by_item["shares"][0][2] % 100 == 0 and abs(delta[6]) <= 50 * 100
    shares = udfs.FUNCTIONS["HEDGE_UNDERLYING"](held, None, AS_OF)
    (one,) = hedge_underlying(read_positions(held, None, AS_OF))
    assert shares[1][2:6] == [one.exposure.delta_shares, one.trade, one.left, one.left * 100]


def test_books_of_two_times_are_not_joined() -> None:
    with pytest.raises(BadInput, match="as_of is 2025-03-03 09:30 EST in one range and 2025-03-04"):
        join(book(option("C", 100, 1)), read_positions([MIXED[0], option("C", 100, 1)], None, AS_OF.replace(day=4)))
    with pytest.raises(BadInput, match="the spot of XYZ is 100 in one range and 101 in another"):
        join(book(option("C", 100, 1)), book(option("C", 100, 1), spot=101))
