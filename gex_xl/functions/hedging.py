"""Worksheet functions that propose hedges: with the underlying, with other options, with a related product."""

from __future__ import annotations

import math
from typing import Annotated

from gex_xl.desk.book import greeks
from gex_xl.desk.hedging import hedge_underlying
from gex_xl.desk.option_hedge import hedge_options, read_bounds
from gex_xl.desk.positions import Book, join
from gex_xl.desk.related import hedge_related, read_products
from gex_xl.functions.arguments import Offered, Table
from gex_xl.functions.positions import AS_OF, EXAMPLE_BOUNDS, EXAMPLE_CANDIDATES, EXAMPLE_POSITIONS, EXAMPLE_PRODUCTS
from gex_xl.functions.registry import worksheet

Lot = Annotated[float, "Shares per lot of the underlying; blank: 1"]
Candidates = Annotated[
    Offered,
    "Options that may be traded, one a row: underlying, class, type, strike, expiry, bid, ask, iv (blank: from the "
    "mid), size (most contracts, blank: any)",
]
Bounds = Annotated[Table, "Columns greek, low, high (or greek, limit): gamma in USD per 1 %, vega in USD per vol point"]
Products = Annotated[
    Table,
    "One row a product: product, underlying (whose delta it hedges), price, multiplier, beta (underlying on product), "
    "correlation, volatility (annual, of the underlying), half spread (USD)",
]
HorizonDays = Annotated[float, "Calendar days over which basis risk is measured; blank: 1"]


@worksheet("Own book", EXAMPLE_POSITIONS, None, AS_OF)
def HEDGE_UNDERLYING(book: Book, lot: Lot = 1.0) -> Table:
    """Shares that hedge the net delta of each underlying, rounded to a lot; gamma and vega stay as they are.

    Returns table: underlying, spot, net delta, shares to trade, residual delta, gamma and vega left.
    """
    rows: Table = [
        [
            "Underlying", "Spot (USD)", "Net delta (shares)", "Trade (shares)", "Residual delta (shares)",
            "Residual delta (USD)", "Gamma left (USD per 1 %)", "Vega left (USD per vol point)",
        ]
    ]  # fmt: skip
    for one in hedge_underlying(book, lot):
        left = one.left * one.spot
        rows.append(
            [
                one.underlying, one.spot, one.exposure.delta_shares, one.trade, one.left, left, one.exposure.gamma,
                one.exposure.vega,
            ]
        )  # fmt: skip
    return rows


@worksheet("Own book", EXAMPLE_POSITIONS, EXAMPLE_CANDIDATES, EXAMPLE_BOUNDS, None, AS_OF)
def HEDGE_OPTIONS(book: Book, candidates: Candidates, bounds: Bounds, lot: Lot = 1.0) -> Table:
    """Whole contracts of candidate options that bring gamma and vega inside bounds at the least half spread, then
    shares for the delta that is left; what cannot be met is said, with how close it gets.

    Returns table: item, name, trade, price, cost, before, after, low, high, state.
    """
    found = hedge_options(book, candidates, read_bounds(bounds))
    rows: Table = [
        ["Item", "Name", "Trade (contracts or shares)", "Price (USD)", "Half spread paid (USD)", "Before", "After",
         "Low", "High", "State"]
    ]  # fmt: skip
    trades = found.trades
    for i, label in enumerate(trades.label):
        count, bid, ask = float(trades.contracts[i]), float(trades.bid[i]), float(trades.ask[i])
        paid = abs(count) * (ask - bid) / 2 * float(trades.multiplier[i])
        rows.append(
            ["option", label, count, ask if count > 0 else bid, paid, *[None] * 4, "buy" if count > 0 else "sell"]
        )
    hedged = join(book, trades)
    for one in hedge_underlying(hedged, lot):
        side = "buy" if one.trade > 0 else "sell" if one.trade < 0 else "none"
        rows.append(["shares", one.underlying, one.trade, one.spot, *[None] * 5, side])
    units = {"gamma": "gamma (USD per 1 %)", "vega": "vega (USD per vol point)"}
    for name, words in units.items():
        low, high = found.bounds.get(name, (-math.inf, math.inf))
        state = "no bound" if name not in found.bounds else "not met" if name in found.missed else "met"
        ends = [None if math.isinf(end) else end for end in (low, high)]
        rows.append(["greek", words, None, None, None, found.before[name], found.after[name], *ends, state])
    before = greeks(book).total().delta
    left = sum(one.left * one.spot for one in hedge_underlying(hedged, lot))
    rows.append(["greek", "delta (USD)", None, None, None, before, left, None, None, "after shares"])
    rows.append(["outcome", found.reason, None, None, found.cost, *[None] * 4, "not met" if found.missed else "met"])
    return rows


@worksheet("Own book", EXAMPLE_POSITIONS, EXAMPLE_PRODUCTS, None, AS_OF)
def HEDGE_RELATED(book: Book, products: Products, horizon_days: HorizonDays = 1.0) -> Table:
    """Futures, funds or indices against an underlying's delta by beta and correlation, candidates side by side:
    contracts, what delta is left and what risk the product does not follow.

    Returns table: product, underlying, delta, contracts, residual delta, basis risk, with rounding, cost, unhedged
    risk.
    """
    offered = read_products(products, book)
    rows: Table = [
        [
            "Product", "Hedges", "Delta before (USD)", "Trade (contracts)", "Residual delta (USD)",
            f"Basis risk (USD, 1 sd, {horizon_days:g} d)", "Basis and rounding (USD, 1 sd)", "Half spread paid (USD)",
            "Unhedged risk of delta (USD, 1 sd)",
        ]
    ]  # fmt: skip
    for one in hedge_related(book, offered, horizon_days):
        unhedged = abs(one.delta) * one.product.volatility * math.sqrt(horizon_days / 365)
        rows.append(
            [
                one.product.name, one.product.underlying, one.delta, one.contracts, one.left, one.basis_risk, one.risk,
                one.cost, unhedged,
            ]
        )  # fmt: skip
    return rows
