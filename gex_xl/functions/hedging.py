"""Worksheet functions that propose hedges: with the underlying, with other options, with a related product."""

from __future__ import annotations

import math
from typing import Annotated

from gex_xl.desk.basket import hedge_basket, read_correlations
from gex_xl.desk.book import greeks
from gex_xl.desk.bounds import read_bounds
from gex_xl.desk.hedging import ONES, Lots, UnderlyingHedge, hedge_underlying
from gex_xl.desk.option_hedge import hedge_options
from gex_xl.desk.positions import Book, join
from gex_xl.desk.related import DAY, hedge_related, read_products
from gex_xl.functions.arguments import Offered, Table
from gex_xl.functions.positions import (
    AS_OF,
    EXAMPLE_BOUNDS,
    EXAMPLE_CANDIDATES,
    EXAMPLE_CORRELATIONS,
    EXAMPLE_POSITIONS,
    EXAMPLE_PRODUCTS,
)
from gex_xl.functions.registry import worksheet

Lot = Annotated[
    Lots,
    "Shares per lot of the underlying; or a table of columns underlying, lot and, for what is traded in its place, "
    "product, multiplier, price; blank: 1, and for an index the future on it",
]
Candidates = Annotated[
    Offered,
    "Options that may be traded, one a row: underlying, class, type, strike, expiry, bid, ask, iv (blank: from the "
    "mid), size (quoted, blank: any), most (blank: the size; beyond it each size costs a spread more)",
]
Bounds = Annotated[
    Table,
    "Columns greek, low, high (or greek, limit): gamma in USD per 1 %, vega in USD per vol point; and, where wanted, "
    "bucket (of expiries: <=7d, 8d:30d, >30d, a date) and underlying",
]
Products = Annotated[
    Table,
    "One row a product: product, underlying (whose delta it hedges), price, multiplier, beta (underlying on product), "
    "correlation, volatility (annual, of the underlying), half spread (USD)",
]
Pairs = Annotated[
    Table,
    "Correlations: a square table with the names of underlyings and products in its first row and column; one triangle "
    "is enough",
]
HorizonDays = Annotated[float, "Days over which basis risk is measured, each 1/365 of a year; blank: 1"]


@worksheet("Own book", EXAMPLE_POSITIONS, None, AS_OF)
def HEDGE_UNDERLYING(book: Book, lot: Lot = ONES) -> Table:
    """Shares that hedge the net delta of each underlying, rounded to a lot; gamma and vega stay as they are. An index
    has no shares: the last columns say which future is traded for its units.

    Returns table: underlying, spot, net delta, shares to trade, residual delta, gamma and vega left, unit, what is
    traded, contracts, multiplier, residual delta after them.
    """
    hedges = hedge_underlying(book, lot)
    unit = "units" if any(one.unit != "shares" for one in hedges) else "shares"  # an index has no shares
    rows: Table = [
        [
            "Underlying", "Spot", f"Net delta ({unit})", f"Trade ({unit})", f"Residual delta ({unit})",
            "Residual delta (USD)", "Gamma left (USD per 1 %)", "Vega left (USD per vol point)", "Unit", "Traded with",
            "Contracts", "Multiplier", "Residual delta after (USD)",
        ]
    ]  # fmt: skip
    for one in hedges:
        left, net = one.left * one.spot, one.exposure
        rows.append(
            [
                one.underlying, one.spot, net.delta_shares, one.trade, one.left, left, net.gamma, net.vega, one.unit,
                _traded_with(one), one.contracts, one.instrument.multiplier, one.contracts_left * one.spot,
            ]
        )  # fmt: skip
    return rows


def _traded_with(hedge: UnderlyingHedge) -> str:
    if hedge.instrument.is_future:
        return hedge.instrument.name
    return "give a future as lot" if hedge.unit == "index units" else hedge.unit


@worksheet("Own book", EXAMPLE_POSITIONS, EXAMPLE_CANDIDATES, EXAMPLE_BOUNDS, None, AS_OF)
def HEDGE_OPTIONS(book: Book, candidates: Candidates, bounds: Bounds, lot: Lot = ONES) -> Table:
    """Whole contracts of candidate options that bring gamma and vega inside bounds at the least half spread, then
    shares, or an index's future, for the delta left; what cannot be met is said, with how close it gets.

    Returns table: item, name, trade, price, cost, before, after, low, high, state.
    """
    found = hedge_options(book, candidates, read_bounds(bounds))
    rows: Table = [
        ["Item", "Name", "Trade (contracts or shares)", "Price (USD)", "Half spread paid (USD)", "Before", "After",
         "Low", "High", "State"]
    ]  # fmt: skip
    trades, paid = found.trades, found.paid[found.contracts != 0]
    for i, label in enumerate(trades.label):
        count, bid, ask = float(trades.contracts[i]), float(trades.bid[i]), float(trades.ask[i])
        side = "buy" if count > 0 else "sell"
        rows.append(["option", label, count, ask if count > 0 else bid, float(paid[i]), *[None] * 4, side])
    hedges = hedge_underlying(join(book, trades), lot)
    for one in hedges:
        side = "buy" if one.contracts > 0 else "sell" if one.contracts < 0 else "none"
        future = one.instrument.is_future
        item, name = ("future", one.instrument.name) if future else (one.unit, one.underlying)
        price = one.instrument.price if future and one.instrument.price > 0 else one.spot
        rows.append([item, name, one.contracts, price, *[None] * 5, side])
    bounded = {bound.label: bound for bound in found.bounds}
    for label, before in found.before.items():
        bound = bounded.get(label)
        low, high = (bound.low, bound.high) if bound else (-math.inf, math.inf)
        state = "no bound" if bound is None else "not met" if label in found.missed else "met"
        ends = [None if math.isinf(end) else end for end in (low, high)]
        unit = "USD per 1 %" if label.startswith("gamma") else "USD per vol point"
        rows.append(["greek", f"{label} ({unit})", None, None, None, before, found.after[label], *ends, state])
    left = sum(one.contracts_left * one.spot for one in hedges)
    delta = greeks(book).total().delta
    rows.append(["greek", "delta (USD)", None, None, None, delta, left, None, None, "after shares"])
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
        unhedged = abs(one.delta) * one.product.volatility * math.sqrt(horizon_days * DAY)
        rows.append(
            [
                one.product.name, one.product.underlying, one.delta, one.contracts, one.left, one.basis_risk, one.risk,
                one.cost, unhedged,
            ]
        )  # fmt: skip
    return rows


@worksheet("Own book", EXAMPLE_POSITIONS, EXAMPLE_PRODUCTS, EXAMPLE_CORRELATIONS, None, AS_OF)
def HEDGE_BASKET(book: Book, products: Products, correlations: Pairs, horizon_days: HorizonDays = 1.0) -> Table:
    """All products together: the whole contracts that leave the least variance of the book's delta dollars, by the
    covariance of everything (least squares), and the standard deviation that is left.

    Returns table: item, name, contracts or delta, exact contracts, dollars, half spread paid, standard deviation.
    """
    found = hedge_basket(book, read_products(products, book), read_correlations(correlations), horizon_days)
    rows: Table = [
        ["Item", "Name", "Trade (contracts)", "Exact", "Dollars (USD)", "Half spread paid (USD)",
         f"Standard deviation (USD, {horizon_days:g} d)"]
    ]  # fmt: skip
    for one, count, exact in zip(found.products, found.contracts.tolist(), found.exact.tolist(), strict=True):
        paid = abs(count) * one.half_spread * one.multiplier
        rows.append(["product", one.name, count, exact, count * one.notional, paid, None])
    for name, delta in zip(found.underlyings, found.delta.tolist(), strict=True):
        rows.append(["delta", name, None, None, delta, None, None])
    rows.append(["risk", "deltas as they are", None, None, math.fsum(found.delta), None, found.risk])
    rows.append(["risk", "what no product follows", None, None, None, None, found.basis])
    rows.append(["risk", "after whole contracts", None, None, None, found.cost, found.after])
    return rows
