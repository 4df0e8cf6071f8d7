"""Worksheet functions that propose hedges: with the underlying, with other options, with a related product."""

from __future__ import annotations

import math
from typing import Any

from gex_xl.desk.book import greeks
from gex_xl.desk.hedging import hedge_underlying
from gex_xl.desk.option_hedge import hedge_options, read_bounds
from gex_xl.desk.positions import join
from gex_xl.desk.related import hedge_related, read_products
from gex_xl.functions import arguments
from gex_xl.functions.common import Table
from gex_xl.functions.positions import AS_OF, EXAMPLE_BOUNDS, EXAMPLE_CANDIDATES, EXAMPLE_POSITIONS, EXAMPLE_PRODUCTS
from gex_xl.functions.registry import worksheet

LOT = "Shares per lot of the underlying; blank: 1"
CANDIDATES = (
    "Options that may be traded, one a row: underlying, class, type, strike, expiry, bid, ask, iv (blank: from the "
    "mid), size (most contracts, blank: any)"
)
BOUNDS = "Columns greek, low, high (or greek, limit): gamma in USD per 1 %, vega in USD per vol point"

PRODUCTS = (
    "One row a product: product, underlying (whose delta it hedges), price, multiplier, beta (underlying on product), "
    "correlation, volatility (annual, of the underlying), half spread (USD)"
)
HORIZON = "Calendar days over which basis risk is measured; blank: 1"


@worksheet(
    "Own book",
    "Shares that hedge the net delta of each underlying, rounded to a lot; gamma and vega stay as they are",
    "table: underlying, spot, net delta, shares to trade, residual delta, gamma and vega left",
    (EXAMPLE_POSITIONS, None, AS_OF),
    spills=True,
    help={"lot": LOT},
)
def HEDGE_UNDERLYING(
    positions: Any, spot: Any = None, as_of: Any = None, settings: Any = None, lot: Any = None
) -> Table:
    book = arguments.book(positions, spot, as_of, settings)
    rows: Table = [
        [
            "Underlying", "Spot (USD)", "Net delta (shares)", "Trade (shares)", "Residual delta (shares)",
            "Residual delta (USD)", "Gamma left (USD per 1 %)", "Vega left (USD per vol point)",
        ]
    ]  # fmt: skip
    for one in hedge_underlying(book, arguments.amount(lot, "lot") or 1.0):
        left = one.left * one.spot
        rows.append(
            [
                one.underlying, one.spot, one.exposure.delta_shares, one.trade, one.left, left, one.exposure.gamma,
                one.exposure.vega,
            ]
        )  # fmt: skip
    return rows


@worksheet(
    "Own book",
    "Whole contracts of candidate options that bring gamma and vega inside bounds at the least half spread, then "
    "shares for the delta that is left; what cannot be met is said, with how close it gets",
    "table: item, name, trade, price, cost, before, after, low, high, state",
    (EXAMPLE_POSITIONS, EXAMPLE_CANDIDATES, EXAMPLE_BOUNDS, None, AS_OF),
    spills=True,
    help={"candidates": CANDIDATES, "bounds": BOUNDS, "lot": LOT},
)
def HEDGE_OPTIONS(
    positions: Any,
    candidates: Any,
    bounds: Any,
    spot: Any = None,
    as_of: Any = None,
    settings: Any = None,
    lot: Any = None,
) -> Table:
    book = arguments.book(positions, spot, as_of, settings)
    offered = arguments.book(
        candidates, book.spots, book.as_of, settings, name="candidates", held=False
    )  # fmt: skip
    found = hedge_options(book, offered, read_bounds(arguments.cells(bounds, "bounds")))
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
    for one in hedge_underlying(hedged, arguments.amount(lot, "lot") or 1.0):
        side = "buy" if one.trade > 0 else "sell" if one.trade < 0 else "none"
        rows.append(["shares", one.underlying, one.trade, one.spot, *[None] * 5, side])
    units = {"gamma": "gamma (USD per 1 %)", "vega": "vega (USD per vol point)"}
    for name, words in units.items():
        low, high = found.bounds.get(name, (-math.inf, math.inf))
        state = "no bound" if name not in found.bounds else "not met" if name in found.missed else "met"
        ends = [None if math.isinf(end) else end for end in (low, high)]
        rows.append(["greek", words, None, None, None, found.before[name], found.after[name], *ends, state])
    before = greeks(book).total().delta
    left = sum(one.left * one.spot for one in hedge_underlying(hedged, arguments.amount(lot, "lot") or 1.0))
    rows.append(["greek", "delta (USD)", None, None, None, before, left, None, None, "after shares"])
    rows.append(["outcome", found.reason, None, None, found.cost, *[None] * 4, "not met" if found.missed else "met"])
    return rows


@worksheet(
    "Own book",
    "Futures, funds or indices against an underlying's delta by beta and correlation, candidates side by side: "
    "contracts, what delta is left and what risk the product does not follow",
    "table: product, underlying, delta, contracts, residual delta, basis risk, with rounding, cost, unhedged risk",
    (EXAMPLE_POSITIONS, EXAMPLE_PRODUCTS, None, AS_OF),
    spills=True,
    help={"products": PRODUCTS, "horizon_days": HORIZON},
)
def HEDGE_RELATED(
    positions: Any, products: Any, spot: Any = None, as_of: Any = None, settings: Any = None, horizon_days: Any = None
) -> Table:
    book = arguments.book(positions, spot, as_of, settings)
    days = arguments.amount(horizon_days, "horizon_days") or 1.0
    offered = read_products(arguments.cells(products, "products"), book)
    rows: Table = [
        [
            "Product", "Hedges", "Delta before (USD)", "Trade (contracts)", "Residual delta (USD)",
            f"Basis risk (USD, 1 sd, {days:g} d)", "Basis and rounding (USD, 1 sd)", "Half spread paid (USD)",
            "Unhedged risk of delta (USD, 1 sd)",
        ]
    ]  # fmt: skip
    for one in hedge_related(book, offered, days):
        unhedged = abs(one.delta) * one.product.volatility * math.sqrt(days / 365)
        rows.append(
            [
                one.product.name, one.product.underlying, one.delta, one.contracts, one.left, one.basis_risk, one.risk,
                one.cost, unhedged,
            ]
        )  # fmt: skip
    return rows
