"""What each way of hedging leaves, side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gex_xl.desk.book import greeks
from gex_xl.desk.hedging import hedge_underlying, shares
from gex_xl.desk.option_hedge import OptionHedge
from gex_xl.desk.positions import Book, join
from gex_xl.desk.related import RelatedHedge
from gex_xl.desk.scenarios import JUMPS, VOL_SHOCKS, scenarios, worst


@dataclass(frozen=True, slots=True)
class Residual:
    """What remains after a method, and `trade`, the hedge in words.

    `delta`: USD, the direction. `basis`: one standard deviation in USD.
    `gamma`: USD per 1 %; `vega`: USD per vol point. `execution`: USD paid to trade the hedge. `gap`: P&L in USD of the
    worst scenario, at `gap_at` (jump, volatility shock).
    """

    method: str
    delta: float
    basis: float
    gamma: float
    vega: float
    execution: float
    gap: float
    gap_at: tuple[float, float]
    trade: str
    note: str


def residuals(
    book: Book,
    options: OptionHedge | None = None,
    related: Sequence[RelatedHedge] = (),
    *,
    lot: float = 1.0,
    half_spread: float = 0.0001,
    slippage: float = 0.0,
) -> list[Residual]:
    """One row a method: none, the underlying, options then the underlying, each related product, quotes.

    `half_spread` and `slippage`: shares of the price, for shares; slippage for options too, on their price. A related
    product costs its own half spread, and slippage on its notional.
    """
    out = [_of("no hedge", book, 0.0, "none", "the book as it stands")]
    trades = {one.underlying: one.trade for one in hedge_underlying(book, lot)}
    rate = half_spread + slippage
    cost = _value(shares(book, trades)) * rate
    traded = shares(book, trades)
    note = "gamma and vega remain; delta is hedged for now only"
    out.append(_of("underlying", join(book, traded), cost, _words(traded), note))
    if options is not None:
        hedged = join(book, options.trades)
        rest = {one.underlying: one.trade for one in hedge_underlying(hedged, lot)}
        cost = options.cost + slippage * _value(options.trades) + rate * _value(shares(hedged, rest))
        words = "; ".join(part for part in (_words(options.trades), _words(shares(hedged, rest))) if part != "none")
        after = join(hedged, shares(hedged, rest))
        out.append(_of("options, then underlying", after, cost, words or "none", options.reason))
    out += [_after_related(book, one, slippage) for one in related]
    note = "nothing is traded: the position stays until customers take it"
    out.append(_of("quotes and size", book, 0.0, "none", note))
    return out


def _value(traded: Book) -> float:
    """USD changing hands."""
    return math.fsum(abs(traded.contracts) * traded.multiplier * traded.price)


def _words(traded: Book) -> str:
    """`buy 76 SPXW 2025-10-17 C 5325; sell 3,136 SPX shares`."""
    pairs = [(float(n), name) for n, name in zip(traded.contracts, traded.label, strict=True) if n]
    return "; ".join(f"{'buy' if n > 0 else 'sell'} {abs(n):,.0f} {name}" for n, name in pairs) or "none"


def _of(method: str, book: Book, cost: float, trade: str, note: str) -> Residual:
    net, gap = greeks(book).total(), worst(book)
    return Residual(method, net.delta, 0.0, net.gamma, net.vega, cost, gap.pnl, (gap.jump, gap.shock), trade, note)


def _after_related(book: Book, one: RelatedHedge, slippage: float) -> Residual:
    net = greeks(book).total()
    gap = min(
        ((s.pnl + one.gap(s.jump), (s.jump, s.shock)) for s in scenarios(book, JUMPS, VOL_SHOCKS)),
        key=lambda pair: pair[0],
    )
    notional = abs(one.contracts) * one.product.price * one.product.multiplier
    words = f"{'buy' if one.contracts > 0 else 'sell'} {abs(one.contracts):,.0f} {one.product.name}"
    return Residual(
        f"related: {one.product.name}", net.delta - one.delta + one.left, one.basis_risk, net.gamma, net.vega,
        one.cost + slippage * notional, *gap, words if one.contracts else "none",
        f"hedges {one.product.underlying} only; in a gap it moves as its correlation says",
    )  # fmt: skip
