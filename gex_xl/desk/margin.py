"""Margin: the Reg T formula for short options taken one by one, and a scenario figure in the style of portfolio margin.

Both are measures for limits, not a broker's statement: house requirements, offsets and minimum equity are not in them.
"""

from __future__ import annotations

import math

import numpy as np

from gex_xl.arrays import FloatArray
from gex_xl.desk.positions import Book
from gex_xl.desk.scenarios import profit
from gex_xl.products import MarginClass, product

#: Moves up and down by which a scenario goes: broad indices of high capitalisation and other broad indices (SEC release
#: 34-46576, the rules of the portfolio margin pilot), all else (FINRA Rule 4210(g)); a fund on an index (1x) moves as
#: its index does.
_RANGES = {MarginClass.HIGH_CAP_INDEX: (0.06, 0.08), MarginClass.INDEX: (0.10, 0.10)}
_OTHERS = (0.15, 0.15)
_POINTS = np.linspace(-1.0, 1.0, 11)
_PER_CONTRACT = 0.375  # USD per share of each option contract, the least that portfolio margin asks


def reg_t(book: Book) -> FloatArray:
    """Margin in USD of each row under the strategy-free formula for short listed options; 0 for all other rows.

    FINRA Rule 4210(f)(2)(E) and Cboe Rule 10.3(c)(5), which Regulation T (12 CFR 220.12(f)) refers to: the option's
    market value plus 20 % of the underlying's (15 % for a broad-based index and for a fund on one) less the amount out
    of the money, at least the option's market value plus 10 % of the underlying's value for a call, of the strike for a
    put. No spread and no cover is recognised.
    """
    share = np.array([0.15 if product(name).margin in _RANGES else 0.20 for name in book.underlying])
    call = book.kind == "call"
    out_of_the_money = np.maximum(0.0, np.where(call, book.strike - book.spot, book.spot - book.strike))
    least = 0.10 * np.where(call, book.spot, book.strike)
    per_share = book.price + np.maximum(share * book.spot - out_of_the_money, least)
    short = book.is_option & (book.contracts < 0)
    return np.asarray(np.where(short, per_share * -book.contracts * book.multiplier, 0.0))


def portfolio_style(book: Book) -> float:
    """The largest loss at ten equal steps of spot (and none), summed over underlyings without offsets, in currency.

    Each underlying moves up and down by 15 %, a broad-based index by 10 %, one of high capitalisation by +6 % and -8 %
    (FINRA Rule 4210(g)); iv is held. At least 37.50 for each option contract on 100 shares, but for a long option no
    more than its market value, which is all that it can lose.
    """
    total = 0.0
    for name in book.spots:
        mine = book.pick(book.on(name))
        up, down = _RANGES.get(product(name).margin, _OTHERS)
        moves = [point * (up if point > 0 else down) for point in _POINTS]
        loss = max(0.0, -min(math.fsum(profit(mine, float(move))) for move in moves))
        total += max(loss, math.fsum(_least(mine)))
    return total


def _least(book: Book) -> FloatArray:
    """The least that each row asks, shape (n,)."""
    units = abs(book.contracts) * book.multiplier
    least = _PER_CONTRACT * units
    long = np.minimum(least, units * book.price)
    return np.where(book.is_option, np.where(book.contracts < 0, least, long), 0.0)
