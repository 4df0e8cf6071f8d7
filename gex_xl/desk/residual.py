"""What each way of hedging leaves, side by side."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gex_xl.desk.basket import BasketHedge
from gex_xl.desk.book import greeks
from gex_xl.desk.currencies import only_currency
from gex_xl.desk.hedging import ONES, Lots, hedge_underlying, traded
from gex_xl.desk.option_hedge import OptionHedge
from gex_xl.desk.positions import Book, join
from gex_xl.desk.related import RelatedHedge
from gex_xl.desk.scenarios import JUMPS, VOL_SHOCKS, Betas, scenarios, worst

NONE, UNDERLYING, OPTIONS, TOGETHER, QUOTES = (
    "no hedge", "underlying", "options, then underlying", "related together", "quotes and size",
)  # fmt: skip


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


@dataclass(frozen=True, slots=True)
class Costs:
    """Of trading the underlying: `half_spread` and `slippage` as shares of the price; slippage holds for all trades."""

    half_spread: float = 0.0001
    slippage: float = 0.0


def residuals(
    book: Book,
    options: OptionHedge | None = None,
    related: Sequence[RelatedHedge] = (),
    basket: BasketHedge | None = None,
    *,
    lots: Lots = ONES,
    costs: Costs | None = None,
    betas: Betas | None = None,
) -> list[Residual]:
    """One row a method: none, the underlying, options then the underlying, each related product, all of them together
    where a `basket` is given, quotes.

    A related product costs its own half spread, and slippage on its notional. Raises BadInput for a book in several
    currencies.
    """
    only_currency(book)
    price, beta = costs or Costs(), betas or {}
    rate = price.half_spread + price.slippage
    out = [_of(NONE, book, 0.0, "none", "the book as it stands", beta)]
    delta_trades = traded(book, hedge_underlying(book, lots))
    note = "gamma and vega remain; delta is hedged for now only"
    after = join(book, delta_trades)
    out.append(_of(UNDERLYING, after, value(delta_trades) * rate, in_words(delta_trades), note, beta))
    if options is not None:
        hedged, rest = after_options(book, options, lots)
        cost = options.cost + price.slippage * value(options.trades) + rate * value(rest)
        parts = [part for part in (in_words(options.trades), in_words(rest)) if part != "none"]
        out.append(_of(OPTIONS, hedged, cost, "; ".join(parts) or "none", options.reason, beta))
    out += [_after_related(book, one, price.slippage, beta) for one in related]
    if basket is not None:
        out.append(_after_basket(book, basket, price.slippage, beta))
    note = "nothing is traded: the position stays until customers take it"
    out.append(_of(QUOTES, book, 0.0, "none", note, beta))
    return out


def after_options(book: Book, options: OptionHedge, lots: Lots = ONES) -> tuple[Book, Book]:
    """The book after the options and what is traded for the delta that is left; and that trade alone."""
    hedged = join(book, options.trades)
    rest = traded(hedged, hedge_underlying(hedged, lots))
    return join(hedged, rest), rest


def value(trades: Book) -> float:
    """USD changing hands."""
    return math.fsum(abs(trades.contracts) * trades.multiplier * trades.price)


def in_words(trades: Book) -> str:
    """`buy 76 SPXW 2025-10-17 C 5325; sell 63 ES 2025-12-19`."""
    pairs = [(float(n), name) for n, name in zip(trades.contracts, trades.label, strict=True) if n]
    return "; ".join(f"{'buy' if n > 0 else 'sell'} {abs(n):,.0f} {name}" for n, name in pairs) or "none"


def _of(method: str, book: Book, cost: float, trade: str, note: str, betas: Betas) -> Residual:
    net, gap = greeks(book).total(), worst(book, JUMPS, VOL_SHOCKS, betas)
    return Residual(method, net.delta, 0.0, net.gamma, net.vega, cost, gap.pnl, (gap.jump, gap.shock), trade, note)


def _worst_with(book: Book, betas: Betas, product_gap: Callable[[float], float]) -> tuple[float, tuple[float, float]]:
    """The largest loss of the book and of products whose P&L at a jump is `product_gap`, and where."""
    every = scenarios(book, JUMPS, VOL_SHOCKS, betas)
    return min(((s.pnl + product_gap(s.jump), (s.jump, s.shock)) for s in every), key=lambda pair: pair[0])


def _after_related(book: Book, one: RelatedHedge, slippage: float, betas: Betas) -> Residual:
    net = greeks(book).total()
    own = betas.get(one.product.underlying, 1.0)
    gap = _worst_with(book, betas, lambda jump: one.gap(own * jump))
    words = f"{'buy' if one.contracts > 0 else 'sell'} {abs(one.contracts):,.0f} {one.product.name}"
    return Residual(
        f"related: {one.product.name}", net.delta - one.delta + one.left, one.basis_risk, net.gamma, net.vega,
        one.cost + slippage * abs(one.contracts) * one.product.notional, *gap, words if one.contracts else "none",
        f"hedges {one.product.underlying} only; in a gap it moves as its correlation says",
    )  # fmt: skip


def _after_basket(book: Book, basket: BasketHedge, slippage: float, betas: Betas) -> Residual:
    net = greeks(book).total()
    gap = _worst_with(
        book, betas, lambda jump: basket.gap({name: betas.get(name, 1.0) * jump for name in basket.underlyings})
    )
    dollars = [float(n) * one.notional for n, one in zip(basket.contracts, basket.products, strict=True)]
    trades = [(float(n), one.name) for n, one in zip(basket.contracts, basket.products, strict=True) if n]
    words = "; ".join(f"{'buy' if n > 0 else 'sell'} {abs(n):,.0f} {name}" for n, name in trades)
    replaced = math.fsum(amount / one.beta for amount, one in zip(dollars, basket.products, strict=True))
    return Residual(
        TOGETHER, net.delta + replaced, basket.after, net.gamma, net.vega,
        basket.cost + slippage * math.fsum(abs(amount) for amount in dollars), *gap, words or "none",
        f"one standard deviation of the deltas falls from {basket.risk:,.0f} to {basket.after:,.0f}",
    )  # fmt: skip
