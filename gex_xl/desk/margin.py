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

_BROAD = frozenset({MarginClass.HIGH_CAP_INDEX, MarginClass.INDEX})
#: Largest move up and down, FINRA Rule 4210(g)(2)(E): broad indices of high capitalisation, other broad indices.
_STRESS = {MarginClass.HIGH_CAP_INDEX: (0.06, 0.08), MarginClass.INDEX: (0.10, 0.10)}
_POINTS = np.linspace(-1.0, 1.0, 11)
_PER_CONTRACT = 0.375  # USD per share of each option contract, the least that portfolio margin asks


def reg_t(book: Book) -> FloatArray:
    """Margin in USD of each row under the strategy-free formula for short listed options; 0 for all other rows.

    FINRA Rule 4210(f)(2)(E), which Regulation T (12 CFR 220.12(f)) refers to: the option's market value plus 20 % of
    the underlying's (15 % for a broad-based index) less the amount out of the money, at least the option's market value
    plus 10 % of the underlying's value for a call, of the strike for a put. No spread and no cover is recognised.
    """
    share = np.array([0.15 if product(name).margin in _BROAD else 0.20 for name in book.underlying])
    call = book.kind == "call"
    out_of_the_money = np.maximum(0.0, np.where(call, book.strike - book.spot, book.spot - book.strike))
    least = 0.10 * np.where(call, book.spot, book.strike)
    per_share = book.price + np.maximum(share * book.spot - out_of_the_money, least)
    short = book.is_option & (book.contracts < 0)
    return np.asarray(np.where(short, per_share * -book.contracts * book.multiplier, 0.0))


def portfolio_style(book: Book) -> float:
    """The largest loss in USD at ten equal steps of spot (and none), summed over underlyings without offsets.

    Each underlying moves up and down by 15 %, a broad-based index by +6 % and -8 % (FINRA Rule 4210(g)); iv is held.
    At least USD 37.50 for each option contract on 100 shares, long or short.
    """
    total = 0.0
    for name in book.spots:
        mine = book.pick(np.array([one == name for one in book.underlying]))
        up, down = _STRESS.get(product(name).margin, (0.15, 0.15))
        moves = [point * (up if point > 0 else down) for point in _POINTS]
        loss = max(0.0, -min(math.fsum(profit(mine, float(move))) for move in moves))
        option = mine.is_option
        least = _PER_CONTRACT * math.fsum(abs(mine.contracts[option]) * mine.multiplier[option])
        total += max(loss, least)
    return total
