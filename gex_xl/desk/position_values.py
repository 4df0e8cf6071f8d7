"""What a position is worth with: spot, time, forward and implied volatility, each from the row, a chain or settings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from gex_xl.analytics.implied_vol import implied_vol
from gex_xl.analytics.pricing import Priced
from gex_xl.arrays import FloatArray
from gex_xl.clock import in_words, instant, settlements, valued_at, years
from gex_xl.desk.listed import Listed
from gex_xl.desk.positions import Book
from gex_xl.desk.table import Row
from gex_xl.errors import BadInput
from gex_xl.products import Product, product
from gex_xl.settings import Settings

Spots = float | Mapping[str, float] | None
_LARGEST_IV = 5.0


@dataclass(slots=True)
class Position:
    """What one row says, and where a loaded chain lists it."""

    row: Row
    underlying: str
    root: str
    kind: str
    strike: float
    expiry: dt.date | None
    chain: Listed | None = None
    at: int | None = None
    product: Product = field(default_factory=lambda: product(""))
    unsaid: bool = False  # a third Friday on which others of the underlying settle in the morning, and no class

    @property
    def is_option(self) -> bool:
        return self.kind in ("call", "put")

    @property
    def label(self) -> str:
        """`SPXW 2025-10-17 C 5350`, `XYZ shares`, `ES 2025-12-19`."""
        if self.is_option:
            return f"{self.root} {self.expiry} {'C' if self.kind == 'call' else 'P'} {self.strike:g}"
        return f"{self.underlying} {self.kind}{f' {self.expiry}' if self.expiry else ''}"


def spots_of(read: list[Position], given: Spots) -> list[float]:
    """The spot of each position, in the currency of its product: given, else of the rows, else of its chain.

    Raises BadInput where two rows contradict each other, one price is given for several underlyings, or none is known.
    """
    names = list(dict.fromkeys(position.underlying for position in read))
    if isinstance(given, (int, float)):
        if len(names) > 1:
            raise BadInput(
                f"spot is one price, but the rows are on {', '.join(names)}; give two columns, name and price"
            )
        return [float(given)] * len(read)
    known = {name.upper(): price for name, price in (given or {}).items()}
    fixed = set(known)
    for position in read:
        row, name = position.row, position.underlying
        found = row.amount("spot", 0, above=True)
        if found is not None and name not in fixed and known.setdefault(name, found) != found:
            raise BadInput(f"{row.where}: the spot of {name} is {found:g} here and {known[name]:g} above; give one")
    for position in read:
        name, chain = position.underlying, position.chain
        if name not in known and chain is not None and chain.spot is not None:
            known[name] = chain.spot
        if name not in known:
            raise BadInput(f"{position.row.where}: the spot of {name} is neither in the rows nor given")
    return [known[position.underlying] for position in read]


def spot_words(given: Spots, read: list[Position]) -> str:
    """Where the spots come from: given, rows, chain, or more than one of these."""
    if isinstance(given, (int, float)):
        return "given"
    names = {name.upper() for name in given or {}}
    in_rows = {position.underlying for position in read if position.row.word("spot")}
    sources = {
        "given" if p.underlying in names else "rows" if p.underlying in in_rows else "chain" for p in read
    }  # fmt: skip
    return ", ".join(sorted(sources))


def years_left(read: list[Position], moment: dt.datetime, settings: Settings) -> FloatArray:
    """Years to settlement, shape (n,), NaN for shares. Raises BadInput naming a row that has expired."""
    t, now = np.full(len(read), np.nan), instant(moment)
    dated = [i for i, position in enumerate(read) if position.expiry is not None]
    if not dated:
        return t
    listed = [read[i].product for i in dated]
    settled = settlements([read[i].expiry for i in dated], listed)  # type: ignore[misc]
    for k, i in enumerate(dated):
        position = read[i]
        if position.chain is not None and position.at is not None:
            settled[k] = position.chain.chain.settlement[position.at]
        if settled[k] <= now:
            raise BadInput(f"{position.row.where}: expired before {in_words(moment)}; take the row out")
    shortest = settings.min_minutes / (365 * 1440)
    for one in dict.fromkeys(listed):
        start = valued_at(moment, settings.clock_from, one)
        own = [k for k, other in enumerate(listed) if other == one]
        t[[dated[k] for k in own]] = np.maximum(years(start, settled[own], settings.clock), shortest)
    return t


def forwards(
    read: list[Position], spot: FloatArray, t: FloatArray, moment: dt.datetime, settings: Settings
) -> tuple[FloatArray, FloatArray]:
    """Forward and discount of each row, shape (n,): the row's, the listing chain's, or those of the rates."""
    time = np.nan_to_num(t)
    forward = spot * np.exp(((settings.rate or 0.0) - settings.dividend_yield) * time)
    discount = np.exp(-(settings.rate or 0.0) * time)
    prices: dict[str, Priced] = {}
    for i, position in enumerate(read):
        if position.chain is not None and position.at is not None:
            if position.underlying not in prices:
                prices[position.underlying] = position.chain.priced(float(spot[i]), moment)
            values = prices[position.underlying]
            listed = float(values.forward[position.at])
            if listed > 0:
                forward[i] = listed
                discount[i] = float(values.spot_discount[position.at]) * spot[i] / listed
        given = position.row.amount("forward", 0, above=True)
        if given is not None:
            forward[i] = given
    return forward, discount


def filled(book: Book, read: list[Position]) -> Book:
    """Fill iv from the row, its price or its chain, and the price from iv; the rest is priced by spot and forward."""
    solve = []
    for i in np.flatnonzero(book.is_option).tolist():
        position = read[i]
        iv = position.row.amount("iv", 0, above=True)
        if iv is not None and iv > _LARGEST_IV:
            raise position.row.bad("iv", "an annual decimal such as 0.20")
        if iv is not None:
            book.iv[i], book.iv_from[i] = iv, "given"
        elif not np.isnan(book.price[i]):
            solve.append(i)
        else:
            book.iv[i], book.iv_from[i] = _listed_iv(book, position, i), "chain"
    if solve:
        at = np.array(solve)
        book.iv[at] = implied_vol(
            book.price[at], book.forward[at], book.strike[at], book.years[at], book.kind[at] == "call",
            book.discount[at],
        )  # fmt: skip
        for i in solve:
            book.iv_from[i] = "price"
            if np.isnan(book.iv[i]):
                raise BadInput(f"{read[i].row.where}: no volatility gives the price {book.price[i]:g}; give iv")
    option, blank = book.is_option, np.isnan(book.price)
    if option.any():
        book.price[option] = np.where(blank[option], book.european().price(), book.price[option])
    flat = ~option & blank
    book.price[flat] = np.where(book.kind[flat] == "future", book.forward[flat], book.spot[flat])
    return book


def _listed_iv(book: Book, position: Position, i: int) -> float:
    if position.chain is None:
        raise BadInput(f"{position.row.where}: iv and price are both blank; expected one of them")
    if position.at is None:
        raise BadInput(
            f"{position.row.where}: iv and price are both blank, and the chain of {position.underlying} does not list "
            "it; give one of them"
        )
    iv = float(position.chain.priced(float(book.spot[i]), book.as_of).iv[position.at])
    if not 0 < iv <= _LARGEST_IV:
        raise BadInput(f"{position.row.where}: the chain of {position.underlying} has no iv for it; give iv or a price")
    return iv
