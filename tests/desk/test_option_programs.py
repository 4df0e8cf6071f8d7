"""Bounds by bucket of expiry and prices by depth: the integer program against brute force and another optimiser."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from gex_xl.desk.book import greeks, per_contract
from gex_xl.desk.bounds import Bound, Bucket, parse_bucket, read_bounds
from gex_xl.desk.option_hedge import hedge_options, levels
from gex_xl.desk.position_rows import read_positions
from gex_xl.desk.positions import Book
from gex_xl.errors import BadInput

from .made_up import AS_OF, book, option

HEADER = ["underlying", "type", "strike", "expiry", "iv", "bid", "ask", "size", "most", "spot"]
NEAR, FAR = "2025-03-21", "2025-06-20"  # 18 and 109 days after 3 March 2025


def offered(*rows: tuple[str, float, str, float, float, float | None, float | None]) -> Book:
    cells: list[list[object]] = [list(HEADER)]
    cells += [
        ["XYZ", right, strike, day, 0.2, bid, ask, size, most, 100] for right, strike, day, bid, ask, size, most in rows
    ]
    return read_positions(cells, None, AS_OF, held=False)


def paid_by_hand(count: float, bid: float, ask: float, size: float, most: float) -> float:
    """Contract by contract: half the spread, and a whole spread more for each quoted size that is used up."""
    assert abs(count) <= most
    return sum(((ask - bid) / 2 + (ask - bid) * (n // int(size))) * 100 for n in range(abs(int(count))))


@pytest.mark.parametrize(
    ("size", "most", "count", "expected"),
    [
        (10, 30, 10, 10 * 5),  # half of 0.10 on 100 shares
        (10, 30, 25, 10 * 5 + 10 * 15 + 5 * 25),
        (10, 30, -25, 10 * 5 + 10 * 15 + 5 * 25),
        (10, None, 10, 10 * 5),  # no more than the size
        (None, None, 1000, 1000 * 5),
    ],
)
def test_size_beyond_the_quoted_one_costs_a_spread_more(
    size: float | None, most: float | None, count: int, expected: float
) -> None:
    quotes = offered(("C", 100, NEAR, 2.0, 2.1, size, most))
    assert levels(quotes).paid(np.array([count]))[0] == pytest.approx(expected)


def test_no_more_than_twenty_sizes_are_walked_through() -> None:
    assert levels(offered(("C", 100, NEAR, 2.0, 2.1, 3, 1000))).room.sum() == 60


QUOTES = st.tuples(
    st.sampled_from("CP"), st.sampled_from([95.0, 100.0, 105.0]), st.sampled_from([NEAR, FAR]),
    st.floats(0.5, 3).map(lambda v: round(v, 2)), st.floats(0.02, 0.3).map(lambda v: round(v, 2)), st.integers(1, 2),
    st.integers(0, 3),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(QUOTES, min_size=1, max_size=3),
    held=st.lists(st.tuples(st.sampled_from("CP"), st.sampled_from([95, 100, 105]), st.integers(-9, 9),
                            st.sampled_from([NEAR, FAR])), min_size=1, max_size=3),
    near=st.floats(50, 2000), far=st.floats(50, 1500), vega=st.floats(10, 300),
)  # fmt: skip
def test_bounds_by_bucket_are_brute_force_and_another_optimiser(
    rows: list[Any], held: list[Any], near: float, far: float, vega: float
) -> None:
    mine = book(*(option(right, strike, count, expiry=day) for right, strike, count, day in held))
    quotes = offered(*((r, k, day, bid, bid + wide, size, size + more) for r, k, day, bid, wide, size, more in rows))
    bounds = [
        Bound("gamma", -near, near, Bucket("<=30d", high=30)), Bound("gamma", -far, far, Bucket(">30d", low=31)),
        Bound("vega", -vega, vega),
    ]  # fmt: skip
    found = hedge_options(mine, quotes, bounds)
    # The sums are made again here: which rows a bound counts is decided by the date alone.
    before, each = greeks(mine), per_contract(quotes)
    day_of = [day == NEAR for day in (str(one) for one in mine.expiry)]
    is_near = np.array([str(one) == NEAR for one in quotes.expiry])
    start = np.array([
        sum(before.gamma[day_of]), sum(before.gamma[[not one for one in day_of]]), sum(before.vega),
    ])  # fmt: skip
    matrix = np.array([each.gamma * is_near, each.gamma * ~is_near, each.vega])
    limit = np.array([near, far, vega])
    best = None
    for counts in itertools.product(*(range(-int(n), int(n) + 1) for n in quotes.most)):
        value = start + matrix @ np.array(counts, dtype=float)
        if (abs(value) <= limit + 1e-9).all():
            terms = zip(counts, quotes.bid, quotes.ask, quotes.size, quotes.most, strict=True)
            cost = sum(paid_by_hand(*term) for term in terms)
            best = cost if best is None else min(best, cost)
    assert bool(found.missed) == (best is None)
    other = branch_and_bound(quotes, matrix, start, limit)
    if best is None:
        assert other is None
        return
    assert found.cost == pytest.approx(best, abs=1e-6)
    assert other == pytest.approx(best, abs=1e-6)
    after = start + matrix @ found.contracts
    assert [found.after[bound.label] for bound in bounds] == pytest.approx(after.tolist(), rel=1e-9, abs=1e-6)


def branch_and_bound(quotes: Book, matrix: Any, start: Any, limit: Any) -> float | None:
    """The same optimum by linear programs over signed contracts and an epigraph of the cost, branching by hand."""
    n = len(quotes)
    best: float | None = None
    stack = [(-quotes.most, quotes.most)]
    rows, right = [*np.hstack([matrix, np.zeros((3, n))]), *np.hstack([-matrix, np.zeros((3, n))])], []
    right += [*(limit - start), *(limit + start)]
    for i, (bid, ask, size, most) in enumerate(zip(quotes.bid, quotes.ask, quotes.size, quotes.most, strict=True)):
        k = 0
        while k * size < most:  # cost >= the line through each piece, either side
            slope = (ask - bid) * (0.5 + k) * 100
            base = paid_by_hand(k * size, bid, ask, size, most) - slope * k * size
            for side in (1, -1):
                row = np.zeros(2 * n)
                row[i], row[n + i] = side * slope, -1
                rows.append(row)
                right.append(-base)
            k += 1
    while stack:
        low, high = stack.pop()
        ends = [*zip(low, high, strict=True), *[(0, None)] * n]
        found = linprog(np.r_[np.zeros(n), np.ones(n)], np.array(rows), np.array(right) + 1e-9, bounds=ends)
        if found.status != 0 or (best is not None and found.fun >= best - 1e-9):
            continue
        part = found.x[:n] - np.round(found.x[:n])
        i = int(np.argmax(abs(part)))
        if abs(part[i]) < 1e-6:
            whole = np.round(found.x[:n])
            if (abs(start + matrix @ whole) <= limit + 1e-6).all():
                terms = zip(whole, quotes.bid, quotes.ask, quotes.size, quotes.most, strict=True)
                cost = sum(paid_by_hand(*term) for term in terms)
                best = cost if best is None else min(best, cost)
            continue
        down, up = high.copy(), low.copy()
        down[i], up[i] = math.floor(found.x[i]), math.ceil(found.x[i])
        stack += [(low, down), (up, high)]
    return best


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("<=7d", [7]), ("<= 7", [7]), ("<8d", [7]), (">7d", [8, 30, 31]), (">=30d", [30, 31]), ("8d:30d", [8, 30]),
        ("8-30", [8, 30]), ("0dte", []), ("", [7, 8, 30, 31]), ("all", [7, 8, 30, 31]), ("2025-04-02", [30]),
    ],
)  # fmt: skip
def test_buckets_count_calendar_days(written: str, days: list[int]) -> None:
    expiries = {7: "2025-03-10", 8: "2025-03-11", 30: "2025-04-02", 31: "2025-04-03"}
    held = book(*(option("C", 100, 1, expiry=day) for day in expiries.values()))
    bucket = parse_bucket(written)
    assert bucket is not None
    assert [day for day, there in zip(expiries, bucket.has(held), strict=True) if there] == days


@pytest.mark.parametrize("written", ["7", "soon", "30d:8d", "<=d", "<=999999d", "gamma"])
def test_what_is_no_bucket_is_refused(written: str) -> None:
    with pytest.raises(BadInput, match=r"bounds, row 2 \(gamma\): bucket is .*; expected <=7d, >30d"):
        read_bounds([["greek", "limit", "bucket"], ["gamma", 5, written]])


def test_bounds_on_one_underlying() -> None:
    mine = book(option("C", 100, -50), ["ABC", "ABC", "C", 50, NEAR, -50, 0.3, None, 100, 50])
    quotes = offered(("C", 100, NEAR, 2.0, 2.1, None, None))
    bounds = read_bounds([["greek", "underlying", "limit"], ["gamma", "xyz", 0]])
    found = hedge_options(mine, quotes, bounds)
    own = greeks(mine).gamma
    assert found.before["gamma XYZ"] == pytest.approx(own[0])
    assert found.before["gamma"] == pytest.approx(own.sum())
    with pytest.raises(BadInput, match="bounds: gamma QQQ: nothing is on QQQ"):
        hedge_options(mine, quotes, [Bound("gamma", 0, 0, underlying="QQQ")])
