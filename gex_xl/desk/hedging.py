"""Hedge with the underlying: shares against the net delta, rounded to a lot."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gex_xl.desk.book import Exposure, greeks
from gex_xl.desk.positions import Book, join


@dataclass(frozen=True, slots=True)
class SharesHedge:
    """Against one underlying's net delta. `trade`: shares to buy, negative to sell. `left`: delta in shares after it.

    Gamma, vega, theta and rho of `exposure` are the same before and after: a share has none.
    """

    underlying: str
    spot: float
    trade: float
    left: float
    exposure: Exposure


def hedge_underlying(book: Book, lot: float = 1.0) -> list[SharesHedge]:
    """The whole number of lots that leaves least delta, for each underlying."""
    found = greeks(book)
    out = []
    for name, spot in book.spots.items():
        net = found.total([i for i, own in enumerate(book.underlying) if own == name])
        # A half lot is settled before rounding errors can decide it: away from zero, so up in size.
        lots = math.floor(abs(net.delta_shares) / lot + 0.5 - 1e-9)
        trade = -math.copysign(lots * lot, net.delta_shares) if lots else 0.0
        out.append(SharesHedge(name, spot, trade, net.delta_shares + trade, net))
    return out


def shares(book: Book, trades: dict[str, float]) -> Book:
    """A book of shares in the underlyings of `book`; its spots and time."""
    names = list(trades)
    blank, one = np.full(len(names), np.nan), np.ones(len(names))
    spot = np.array([book.spots[name] for name in names])
    return Book(
        row=np.zeros(len(names), dtype=np.int64), label=[f"{name} shares" for name in names], underlying=names,
        klass=names, kind=np.array(["shares"] * len(names), dtype="<U6"), strike=blank, expiry=[None] * len(names),
        contracts=np.array([trades[name] for name in names]), multiplier=one, spot=spot, forward=spot, discount=one,
        years=blank, iv=blank, price=spot, bid=blank, ask=blank, size=blank, as_of=book.as_of,
    )  # fmt: skip


def with_shares(book: Book, lot: float = 1.0) -> Book:
    """The book and the shares that hedge it."""
    return join(book, shares(book, {one.underlying: one.trade for one in hedge_underlying(book, lot)}))
