"""Gaps, rebalancing cost and the table of residuals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import QuantLib
from scipy import integrate, stats

from gex_xl import udfs
from gex_xl.desk.book import greeks
from gex_xl.desk.bounds import Bound
from gex_xl.desk.hedging import with_underlying
from gex_xl.desk.option_hedge import hedge_options
from gex_xl.desk.position_rows import read_positions
from gex_xl.desk.positions import join
from gex_xl.desk.rebalancing import rebalance_cost
from gex_xl.desk.related import Product, hedge_related
from gex_xl.desk.residual import Costs, residuals
from gex_xl.desk.scenarios import delta_after, profit, worst

from .made_up import AS_OF, HEADER, MIXED, book, option

SHARES = ["XYZ", "", "shares", None, None, 250, None, None, None, 100]
FUTURE = ["XYZ", "FUT", "future", None, "2025-06-20", -2, None, 102, 50, 100]


@pytest.mark.parametrize("jump", [-0.10, -0.05, 0.0, 0.05, 0.10])
@pytest.mark.parametrize("shock", [-0.03, 0.0, 0.05])
def test_a_gap_is_the_difference_of_two_prices_of_quantlib(jump: float, shock: float) -> None:
    held = book(option("P", 95, -7, 0.25, "2025-06-20"), rate=0.04, dividend_yield=0.01)
    t, discount = float(held.years[0]), float(held.discount[0])

    def price(spot: float, iv: float) -> float:
        payoff = QuantLib.PlainVanillaPayoff(QuantLib.Option.Put, 95)
        forward = spot * math.exp(0.03 * t)
        return float(QuantLib.BlackCalculator(payoff, forward, iv * math.sqrt(t), discount).value())

    expected = -700 * (price(100 * (1 + jump), 0.25 + shock) - price(100, 0.25))
    assert profit(held, jump, shock)[0] == pytest.approx(expected, rel=1e-9, abs=1e-7)


def test_shares_and_futures_gap_in_proportion() -> None:
    assert profit(book(SHARES, FUTURE), -0.1).tolist() == pytest.approx([-2500, 2 * 50 * 10.2])


def test_delta_after_a_gap_is_the_slope_of_the_profit() -> None:
    held, h = book(option("C", 105, -9), SHARES, FUTURE), 1e-5
    for jump in (-0.07, 0.04):
        up, down = (math.fsum(profit(held, jump + step)) for step in (h, -h))
        slope = (up - down) / (2 * h * 100)
        assert math.fsum(delta_after(held, jump)) == pytest.approx(slope, rel=1e-6)


def test_a_hedge_given_and_a_hedge_left_out() -> None:
    held = [HEADER, option("C", 100, -10)]
    trade = float(with_underlying(read_positions(held, None, AS_OF)).contracts[-1])
    hedge = [HEADER, ["XYZ", "", "shares", None, None, trade, None, None, None, None]]
    gap = udfs.FUNCTIONS["GAP_RISK"]
    assert gap(held, None, AS_OF, None, hedge) == gap(held, None, AS_OF)
    moved = gap(held, None, AS_OF, None, None, [[-0.1], ["5%"]], 10)
    assert [row[:2] for row in moved[1:]] == [[-0.1, 10], [0.05, 10]]
    assert moved[1][2] == pytest.approx(math.fsum(profit(read_positions(held, None, AS_OF), -0.1, 0.1)))
    assert moved[1][3] - moved[1][2] == pytest.approx(trade * -10)
    with pytest.raises(udfs.XlwingsError, match='GAP_RISK: jumps is "-2"; expected a number from -0.95 to 5'):
        gap(held, None, AS_OF, None, None, -2)


@pytest.mark.parametrize("minutes", [5, 15, 30, 65, 130])
@pytest.mark.parametrize("rows", [[option("C", 102, -40)], [option("C", 100, -40), option("P", 92, 25), SHARES]])
def test_the_closed_form_is_within_three_standard_errors(minutes: float, rows: list[Any]) -> None:
    for seed in (1, 2, 3):
        (found,) = rebalance_cost(book(*rows, option("P", 99, 3, expiry="2025-06-20")), minutes, 0.0002, 0.2, seed=seed)
        assert abs(found.simulated - found.formula) <= 3 * found.error
        assert found.error < 0.02 * found.formula  # and the test has teeth
        assert found.rebalances == 390 / minutes


def test_the_closed_form_is_the_integral() -> None:
    held = book(option("C", 102, -40))
    (found,) = rebalance_cost(held, 30, 0.0002, 0.2)
    shares_per_usd = abs(greeks(held).total().gamma) / (0.01 * 100**2)
    stdev = 0.2 * math.sqrt(30 / (365 * 390))  # a day is 1/365 of a year, all of it in the session
    mean, _ = integrate.quad(
        lambda z: 0.0002 * 100 * shares_per_usd * abs(100 * stdev * z) * stats.norm.pdf(z), -12, 12, points=[0]
    )
    assert found.each == pytest.approx(mean, rel=1e-9)


def test_a_seed_gives_the_same_figures() -> None:
    held = book(option("C", 102, -40))
    assert rebalance_cost(held, 30, 0.0002, 0.2, seed=4) == rebalance_cost(held, 30, 0.0002, 0.2, seed=4)
    assert rebalance_cost(held, 30, 0.0002, 0.2, seed=4) != rebalance_cost(held, 30, 0.0002, 0.2, seed=5)


def test_shares_cost_nothing_to_keep() -> None:
    (found,) = rebalance_cost(book(SHARES), 30, 0.0002, 0.2)
    assert (found.formula, found.simulated) == (0, 0)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((0, 0.0001, 0.2), "minutes is 0; expected a number above 0, at most 390"),
        ((500, 0.0001, 0.2), 'minutes is "500"; expected a number from 0 to 390'),
        ((30, "wide", 0.2), 'half_spread is "wide"; expected a number from 0 to 1'),
        ((30, 0.0001, 20), 'volatility is "20"; expected a number from 0 to 5'),
    ],
)
def test_bad_intervals(given: tuple[Any, ...], said: str) -> None:
    with pytest.raises(udfs.XlwingsError) as caught:
        udfs.FUNCTIONS["REBALANCE_COST"](MIXED, *given, None, AS_OF)
    assert str(caught.value) == f"REBALANCE_COST: {said}"


def test_residuals_are_those_of_the_hedged_books() -> None:
    held = book(option("C", 105, -120), option("P", 95, -80))
    cells: list[list[object]] = [
        ["underlying", "type", "strike", "expiry", "iv", "bid", "ask", "spot"],
        ["XYZ", "C", 100, "2025-03-31", 0.2, 2.2, 2.3, 100],
        ["XYZ", "P", 100, "2025-06-20", 0.2, 4.3, 4.5, 100],
    ]
    quotes = read_positions(cells, None, AS_OF, held=False)
    bounds = [Bound("gamma", -2000.0, 2000.0), Bound("vega", -300.0, 300.0)]
    options = hedge_options(held, quotes, bounds)
    proxy = Product("future", "XYZ", 100.0, 10.0, 1.0, 0.95, 0.2, 0.05)
    related = hedge_related(held, [proxy])
    found = {one.method: one for one in residuals(held, options, related, costs=Costs(0.001, 0.0005))}
    books = {
        "no hedge": held,
        "underlying": with_underlying(held),
        "options, then underlying": with_underlying(join(held, options.trades)),
        "quotes and size": held,
    }
    for method, after in books.items():
        net, one = greeks(after).total(), found[method]
        assert (one.delta, one.gamma, one.vega) == (net.delta, net.gamma, net.vega)
        assert (one.gap, one.gap_at) == (worst(after).pnl, (worst(after).jump, worst(after).shock))
        assert one.basis == 0
    assert abs(found["underlying"].delta) <= 50 and found["underlying"].vega == found["no hedge"].vega
    trade = abs(with_underlying(held).contracts[-1])
    assert found["underlying"].execution == pytest.approx(trade * 100 * 0.0015)
    rest = abs(with_underlying(join(held, options.trades)).contracts[-1])
    premiums = float(np.sum(abs(options.contracts) * quotes.price * 100))
    assert found["options, then underlying"].execution == pytest.approx(
        options.cost + 0.0005 * premiums + rest * 100 * 0.0015
    )
    side = "buy" if with_underlying(held).contracts[-1] > 0 else "sell"
    assert found["underlying"].trade == f"{side} {trade:,.0f} XYZ shares"
    assert found["options, then underlying"].trade.count(";") == len(options.trades)
    assert found["no hedge"].trade == found["quotes and size"].trade == "none"
    last = found["related: future"]
    assert last.basis == related[0].basis_risk > 0
    assert last.delta == pytest.approx(related[0].left)
    assert last.execution == pytest.approx(abs(related[0].contracts) * (0.05 * 10 + 0.0005 * 1000))
    # In a gap of x the product is expected at 0.95^2 x (beta 1), so a tenth of the cover is missing.
    assert last.gap == min(
        math.fsum(profit(held, x, v)) + related[0].contracts * 1000 * 0.95**2 * x
        for x in (-0.10, -0.05, 0.0, 0.05, 0.10)
        for v in (0.0, 0.05)
    )


def test_methods_that_were_not_given_are_said() -> None:
    table = udfs.FUNCTIONS["RESIDUAL_RISK"](MIXED, None, AS_OF)
    assert [row[0] for row in table[1:]] == [
        "no hedge", "underlying", "quotes and size", "options: not given", "related: not given",
    ]  # fmt: skip
    assert {len(row) for row in table} == {11}
    assert all(isinstance(cell, (int, float)) for cell in table[2][1:9])
