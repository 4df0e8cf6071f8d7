"""Worksheet functions for what hedging leaves: gaps, the cost of rebalancing, and each method's residual."""

from __future__ import annotations

import math
from typing import Any

from gex_xl.desk.hedging import with_shares
from gex_xl.desk.option_hedge import hedge_options, read_bounds
from gex_xl.desk.positions import join
from gex_xl.desk.rebalancing import rebalance_cost
from gex_xl.desk.related import hedge_related, read_products
from gex_xl.desk.residual import residuals
from gex_xl.desk.scenarios import JUMPS, VOL_SHOCKS, scenarios
from gex_xl.functions import arguments
from gex_xl.functions.common import Table
from gex_xl.functions.hedging import BOUNDS, CANDIDATES, HORIZON, LOT, PRODUCTS
from gex_xl.functions.positions import (
    AS_OF,
    EXAMPLE_BOUNDS,
    EXAMPLE_CANDIDATES,
    EXAMPLE_POSITIONS,
    EXAMPLE_PRODUCTS,
)
from gex_xl.functions.registry import worksheet


@worksheet(
    "Own book",
    "P&L and delta of the book at jumps of spot and shocks of volatility, fully repriced, before and after a hedge",
    "table: jump, volatility shock, P&L before and after, delta before and after",
    (EXAMPLE_POSITIONS, None, AS_OF),
    spills=True,
    help={
        "hedge": "The proposed trades as positions; blank: the shares of HEDGE_UNDERLYING",
        "jumps": "Moves of all underlyings, such as -5%; one or a range; blank: 0, 5 and 10 % either way",
        "shocks": "Changes of iv in vol points with each jump; one or a range; blank: 0 and 5",
    },
    ranges=("jumps", "shocks"),
)
def GAP_RISK(
    positions: Any,
    spot: Any = None,
    as_of: Any = None,
    settings: Any = None,
    hedge: Any = None,
    jumps: Any = None,
    shocks: Any = None,
) -> Table:
    book = arguments.book(positions, spot, as_of, settings)
    if arguments.given(hedge):
        after = join(book, arguments.book(hedge, book.spots, book.as_of, settings, name="hedge"))
    else:
        after = with_shares(book)
    moves = arguments.listed(jumps, "jumps", -0.95, 5.0) or list(JUMPS)
    points = arguments.listed(shocks, "shocks", -100.0, 500.0) or [100 * shock for shock in VOL_SHOCKS]
    decimals = [point / 100 for point in points]
    rows: Table = [
        [
            "Jump of spot", "Volatility shock (points)", "P&L before (USD)", "P&L after (USD)", "Delta before (USD)",
            "Delta after (USD)",
        ]
    ]  # fmt: skip
    pairs = zip(scenarios(book, moves, decimals), scenarios(after, moves, decimals), strict=True)
    rows += [[one.jump, 100 * one.shock, one.pnl, two.pnl, one.delta, two.delta] for one, two in pairs]
    return rows


@worksheet(
    "Own book",
    "Expected cost a day of hedging delta back to zero at fixed intervals: Leland's closed form, and a seeded "
    "simulation with the book fully repriced to check it",
    "table: underlying, gamma, rebalances a day, cost of each, cost a day by formula and simulation, standard error",
    (EXAMPLE_POSITIONS, 30, 0.0001, 0.16, None, AS_OF),
    spills=True,
    help={
        "minutes": "Minutes between two hedges, at most 390, the trading day",
        "half_spread": "Half the spread of the underlying as a share of its price, such as 0.0001",
        "volatility": "Annual volatility of the underlyings, decimal, such as 0.16",
        "draws": "Simulated intervals, 2 to 200000; blank: 4000",
        "seed": "Whole number that fixes the simulation; blank: 1",
    },
)
def REBALANCE_COST(
    positions: Any,
    minutes: Any,
    half_spread: Any,
    volatility: Any,
    spot: Any = None,
    as_of: Any = None,
    settings: Any = None,
    draws: Any = None,
    seed: Any = None,
) -> Table:
    book = arguments.book(positions, spot, as_of, settings)
    found = rebalance_cost(
        book,
        arguments.fraction(minutes, "minutes", 0.0, 0.0, 390.0),
        arguments.fraction(half_spread, "half_spread", 0.0),
        arguments.fraction(volatility, "volatility", 0.0, 0.0, 5.0),
        draws=int(arguments.fraction(draws or None, "draws", 4000, 2, 200_000)),
        seed=int(arguments.fraction(seed or None, "seed", 1, 0, 2**31)),
    )
    rows: Table = [
        [
            "Underlying", "Gamma (USD per 1 %)", "Rebalances a day", "Cost of each (USD)", "Cost a day, formula (USD)",
            "Cost a day, simulated (USD)", "Standard error (USD)", "Difference in standard errors",
        ]
    ]  # fmt: skip
    for one in found:
        apart = (one.simulated - one.formula) / one.error if one.error else None
        rows.append(
            [one.underlying, one.gamma, one.rebalances, one.each, one.formula, one.simulated, one.error, apart]
        )  # fmt: skip
    return rows


@worksheet(
    "Own book",
    "For each way of hedging, what remains: direction, basis, gamma and volatility, the cost of trading it, and the "
    "worst gap of 0, 5 and 10 % either way with iv unchanged and 5 points up",
    "table: method, delta, basis risk, gamma, vega, execution, worst gap and where, trade, note",
    (EXAMPLE_POSITIONS, None, AS_OF, None, EXAMPLE_CANDIDATES, EXAMPLE_BOUNDS, EXAMPLE_PRODUCTS),
    spills=True,
    help={
        "candidates": CANDIDATES,
        "bounds": BOUNDS,
        "products": PRODUCTS,
        "lot": LOT,
        "half_spread": "Half the spread of the underlying as a share of its price; blank: 0.0001",
        "slippage": "Further share of the price lost on each trade; blank: 0",
        "horizon_days": HORIZON,
    },
)
def RESIDUAL_RISK(
    positions: Any,
    spot: Any = None,
    as_of: Any = None,
    settings: Any = None,
    candidates: Any = None,
    bounds: Any = None,
    products: Any = None,
    lot: Any = None,
    half_spread: Any = None,
    slippage: Any = None,
    horizon_days: Any = None,
) -> Table:
    book = arguments.book(positions, spot, as_of, settings)
    options, related = None, []
    if arguments.given(candidates) and arguments.given(bounds):
        offered = arguments.book(candidates, book.spots, book.as_of, settings, name="candidates", held=False)
        options = hedge_options(book, offered, read_bounds(arguments.cells(bounds, "bounds")))
    days = arguments.amount(horizon_days, "horizon_days") or 1.0
    if arguments.given(products):
        related = hedge_related(book, read_products(arguments.cells(products, "products"), book), days)
    found = residuals(
        book, options, related,
        lot=arguments.amount(lot, "lot") or 1.0,
        half_spread=arguments.fraction(arguments.amount(half_spread, "half_spread"), "half_spread", 0.0001),
        slippage=arguments.fraction(slippage, "slippage", 0.0),
    )  # fmt: skip
    rows: Table = [
        [
            "Method", "Direction: delta (USD)", f"Basis (USD, 1 sd, {days:g} d)", "Gamma (USD per 1 %)",
            "Volatility: vega (USD per vol point)", "Execution (USD)", "Worst gap (USD)", "at a jump of",
            "and vol points", "Trade", "Note",
        ]
    ]  # fmt: skip
    for one in found:
        jump, shock = one.gap_at
        rows.append(
            [
                one.method, one.delta, one.basis, one.gamma, one.vega, one.execution, one.gap, jump, 100 * shock,
                one.trade, one.note,
            ]
        )  # fmt: skip
    missing = [name for name, there in (("options", options is not None), ("related", bool(related))) if not there]
    rows += [[f"{name}: not given", *[None] * 9, "give its ranges to compare it"] for name in missing]
    return [[None if isinstance(cell, float) and math.isnan(cell) else cell for cell in row] for row in rows]
