"""Worksheet functions for what hedging leaves: gaps, the cost of rebalancing, and each method's residual."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

from gex_xl.desk.basket import hedge_basket, read_correlations
from gex_xl.desk.bounds import read_bounds
from gex_xl.desk.currencies import only_currency
from gex_xl.desk.hedging import ONES, with_underlying
from gex_xl.desk.option_hedge import hedge_options
from gex_xl.desk.positions import Book, join
from gex_xl.desk.rebalancing import rebalance_cost
from gex_xl.desk.related import hedge_related, read_products
from gex_xl.desk.residual import Costs, residuals
from gex_xl.desk.scenarios import JUMPS, VOL_SHOCKS, read_betas, scenarios
from gex_xl.functions import arguments
from gex_xl.functions.arguments import Table
from gex_xl.functions.hedging import Bounds, Candidates, HorizonDays, Lot, Pairs, Products
from gex_xl.functions.positions import (
    AS_OF,
    EXAMPLE_BOUNDS,
    EXAMPLE_CANDIDATES,
    EXAMPLE_POSITIONS,
    EXAMPLE_PRODUCTS,
)
from gex_xl.functions.registry import worksheet

BetaTable = Annotated[Table, "Columns underlying and beta: how many times the jump each moves; blank, or not named: 1"]
_SHOCKS = tuple(100 * shock for shock in VOL_SHOCKS)  # vol points


@worksheet("Own book", EXAMPLE_POSITIONS, None, AS_OF)
def GAP_RISK(
    book: Book,
    hedge: Annotated[Book | None, "The proposed trades as positions; blank: what HEDGE_UNDERLYING trades"] = None,
    jumps: Annotated[
        Sequence[float],
        "Moves of all underlyings, such as -5%; one or a range; blank: 0, 5 and 10 % either way",
        arguments.each_between(-0.95, 5.0),
    ] = JUMPS,
    shocks: Annotated[
        Sequence[float],
        "Changes of iv in vol points with each jump; one or a range; blank: 0 and 5",
        arguments.each_between(-100.0, 500.0),
    ] = _SHOCKS,
    betas: BetaTable | None = None,
) -> Table:
    """P&L and delta of the book at jumps of spot and shocks of volatility, fully repriced, before and after a hedge.
    With betas each underlying moves by its own multiple of the jump.

    Returns table: jump, volatility shock, P&L before and after, delta before and after.
    """
    only_currency(book)
    after = with_underlying(book) if hedge is None else join(book, hedge)
    own = {} if betas is None else read_betas(betas)
    decimals = [points / 100 for points in shocks]
    rows: Table = [
        [
            "Jump of spot", "Volatility shock (points)", "P&L before (USD)", "P&L after (USD)", "Delta before (USD)",
            "Delta after (USD)",
        ]
    ]  # fmt: skip
    pairs = zip(scenarios(book, jumps, decimals, own), scenarios(after, jumps, decimals, own), strict=True)
    rows += [[one.jump, 100 * one.shock, one.pnl, two.pnl, one.delta, two.delta] for one, two in pairs]
    return rows


@worksheet("Own book", EXAMPLE_POSITIONS, 30, 0.0001, 0.16, None, AS_OF)
def REBALANCE_COST(
    book: Book,
    minutes: Annotated[
        float, "Minutes between two hedges, at most 390, the trading day", arguments.between(0.0, 390.0)
    ],
    half_spread: Annotated[
        float, "Half the spread of the underlying as a share of its price, such as 0.0001", arguments.between(0.0, 1.0)
    ],
    volatility: Annotated[
        float, "Annual volatility of the underlyings, decimal, such as 0.16", arguments.between(0.0, 5.0)
    ],
    draws: Annotated[float, "Simulated intervals, 2 to 200000; blank: 4000", arguments.between(2, 200_000)] = 4000,
    seed: Annotated[float, "Whole number that fixes the simulation; blank: 1", arguments.between(0, 2**31)] = 1,
) -> Table:
    """Expected cost a day (1/365 of a year, as in theta) of hedging delta back to zero at fixed intervals: Leland's
    closed form, and a seeded simulation with the book fully repriced to check it.

    Returns table: underlying, gamma, rebalances a day, cost of each, cost a day by formula and simulation, standard
    error.
    """
    found = rebalance_cost(book, minutes, half_spread, volatility, draws=int(draws), seed=int(seed or 1))
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


@worksheet("Own book", EXAMPLE_POSITIONS, None, AS_OF, None, EXAMPLE_CANDIDATES, EXAMPLE_BOUNDS, EXAMPLE_PRODUCTS)
def RESIDUAL_RISK(
    book: Book,
    candidates: Candidates | None = None,
    bounds: Bounds | None = None,
    products: Products | None = None,
    lot: Lot = ONES,
    half_spread: Annotated[
        float, "Half the spread of the underlying as a share of its price; blank: 0.0001", arguments.share
    ] = 0.0001,
    slippage: Annotated[
        float, "Further share of the price lost on each trade; blank: 0", arguments.between(0.0, 1.0)
    ] = 0.0,
    horizon_days: HorizonDays = 1.0,
    correlations: Pairs | None = None,
    betas: BetaTable | None = None,
) -> Table:
    """For each way of hedging, what remains: direction, basis, gamma and volatility, the cost of trading it, and the
    worst gap of 0, 5 and 10 % either way with iv unchanged and 5 points up.

    Returns table: method, delta, basis risk, gamma, vega, execution, worst gap and where, trade, note.
    """
    options, related, basket = None, [], None
    if candidates is not None and bounds is not None:
        options = hedge_options(book, candidates, read_bounds(bounds))
    if products is not None:
        offered = read_products(products, book)
        related = hedge_related(book, offered, horizon_days)
        if correlations is not None:
            basket = hedge_basket(book, offered, read_correlations(correlations), horizon_days)
    found = residuals(
        book, options, related, basket, lots=lot, costs=Costs(half_spread, slippage),
        betas={} if betas is None else read_betas(betas),
    )  # fmt: skip
    rows: Table = [
        [
            "Method", "Direction: delta (USD)", f"Basis (USD, 1 sd, {horizon_days:g} d)", "Gamma (USD per 1 %)",
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
