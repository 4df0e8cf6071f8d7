"""Hedge with the underlying: shares, or the future of an index, against the net delta, in whole lots."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from gex_xl.desk.book import Exposure, greeks
from gex_xl.desk.positions import Book, join
from gex_xl.desk.table import FAR, Cells, Row, Where, read_table
from gex_xl.products import Kind, known, product


@dataclass(frozen=True, slots=True)
class Instrument:
    """What is traded for the delta of one underlying.

    `name`: of the product; `multiplier`: units of the underlying per contract, 1 for shares; `lot`: contracts are
    traded in multiples of it; `price`: per unit, NaN for that of spot. `is_future`: it moves with the forward.
    """

    underlying: str
    name: str
    multiplier: float = 1.0
    lot: float = 1.0
    price: float = math.nan
    is_future: bool = False
    expiry: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Lots:
    """How underlyings are traded: `lot` for all that `named` does not name, and what was said of each."""

    lot: float = 1.0
    named: Mapping[str, Instrument] = field(default_factory=dict)


ONES = Lots()


@dataclass(frozen=True, slots=True)
class UnderlyingHedge:
    """Against one underlying's net delta.

    `trade`: units of the underlying to buy, negative to sell, in whole lots; `left`: delta in units after it. `unit`:
    shares, index units, coins or units. `contracts`: of the `instrument` that can be traded for it, and
    `contracts_left` the delta in units after those. Gamma, vega, theta and rho of `exposure` stay as they are.
    """

    underlying: str
    spot: float
    unit: str
    trade: float
    left: float
    exposure: Exposure
    instrument: Instrument
    contracts: float
    contracts_left: float


def read_lots(cells: Cells, where: Where | None = None, book: Book | None = None) -> Lots:
    """How underlyings are traded: columns underlying, lot and, for a future, product, multiplier and price.

    `book`: what all of them must be in, None where they need not. Raises BadInput naming the row.
    """
    rows = read_table(
        cells, where or Where("lot"),
        {"underlying": ("name", "ticker"), "lot": ("lotsize", "size"), "product": ("future", "instrument", "tradedas"),
         "multiplier": ("contractsize", "pointvalue"), "price": ("last", "mark", "mid")},
        ("underlying",),
    )  # fmt: skip
    named: dict[str, Instrument] = {}
    for row in rows:
        name = row.word("underlying").upper()
        row.named(name)
        if not name or name in named:
            raise row.bad("underlying", "each underlying once")
        check_held(row, name, book)
        price, multiplier = row.amount("price", 0, above=True), row.amount("multiplier", 0, above=True)
        traded = row.word("product")
        if not traded and (price or multiplier):
            raise row.bad("product", "what has that price or multiplier, such as ES")
        if price and book is not None and not 1 / FAR < price / book.spots[name] < FAR:
            raise row.bad("price", f"a price nearer the spot of {book.spots[name]:g}")
        if traded and multiplier is None:
            multiplier = product(traded).multiplier if known(traded) else None
            if multiplier is None:
                raise row.bad("multiplier", "units per contract of the product, such as 50")
        named[name] = Instrument(
            name, traded or name, multiplier or 1.0, row.amount("lot", 0, above=True) or 1.0,
            math.nan if price is None else price, bool(traded),
        )  # fmt: skip
    return Lots(named=named)


def check_held(row: Row, name: str, book: Book | None) -> None:
    """Raises BadInput for a name that is not in the book: a typo would leave another name without what it says."""
    if book is not None and name not in book.spots:
        raise row.bad("underlying", f"a name of the book, such as {' or '.join(list(book.spots)[:2])}")


def instrument(book: Book, underlying: str, lots: Lots = ONES) -> Instrument:
    """What is traded for an underlying's delta: what `lots` says; for an index the future on it that the book holds
    (the nearest), else the one of the table of products; else the underlying itself."""
    own, said = product(underlying), lots.named.get(underlying)
    if said and (said.is_future or own.kind is not Kind.INDEX):
        return said
    lot = said.lot if said else 1.0
    if own.kind is Kind.INDEX:
        held = [i for i in np.flatnonzero(book.on(underlying) & (book.kind == "future")) if book.years[i] > 0]
        if held:
            i = min(held, key=lambda i: float(book.years[i]))
            name = f"{book.klass[i]} {book.expiry[i]}" if book.klass[i] != underlying else book.label[i]
            return Instrument(
                underlying, name, float(book.multiplier[i]), lot, float(book.forward[i]), True, book.expiry[i]
            )  # fmt: skip
        if own.future and product(own.future).multiplier:
            return Instrument(underlying, own.future, product(own.future).multiplier or 1.0, lot, is_future=True)
    return Instrument(underlying, underlying, lot=said.lot if said else lots.lot)


def unit_of(underlying: str) -> str:
    """What one unit of an underlying is called: an index has no shares."""
    words = {Kind.INDEX: "index units", Kind.CRYPTO: "coins", Kind.FUTURE: "units"}
    return words.get(product(underlying).kind, "shares")


def hedge_underlying(book: Book, lots: Lots = ONES) -> list[UnderlyingHedge]:
    """The whole number of lots that leaves least delta, for each underlying: in units, and in what can be traded."""
    found = greeks(book)
    out = []
    for name, spot in book.spots.items():
        net = found.total(np.flatnonzero(book.on(name)).tolist())
        one = instrument(book, name, lots)
        lot = one.lot if not one.is_future else lots.lot
        trade = _rounded(-net.delta_shares, lot)
        each = one.multiplier * (one.price / spot if one.price > 0 and one.is_future else 1.0)
        contracts = _rounded(-net.delta_shares / each, one.lot)
        left = net.delta_shares + trade
        after = net.delta_shares + contracts * each
        out.append(UnderlyingHedge(name, spot, unit_of(name), trade, left, net, one, contracts, after))
    return out


def _rounded(wanted: float, lot: float) -> float:
    """The nearest whole lots. A half lot is settled before rounding errors can decide it: away from zero."""
    lots = math.floor(abs(wanted) / lot + 0.5 - 1e-9)
    return math.copysign(lots * lot, wanted) if lots else 0.0


def traded(book: Book, hedges: list[UnderlyingHedge]) -> Book:
    """The contracts of these hedges as positions; those of the book's underlyings, spots and time."""
    n = len(hedges)
    blank = np.full(n, np.nan)
    future = np.array([one.instrument.is_future for one in hedges], dtype=bool)
    spot = np.array([one.spot for one in hedges])
    quoted = np.array([one.instrument.price for one in hedges])
    forward = np.where(future & (quoted > 0), quoted, spot)
    expiry = [one.instrument.expiry for one in hedges]
    held = {day: float(t) for day, t, kind in zip(book.expiry, book.years, book.kind, strict=True) if kind == "future"}
    return Book(
        row=np.zeros(n, dtype=np.int64), label=[_label(one) for one in hedges],
        underlying=[one.underlying for one in hedges], klass=[one.instrument.name for one in hedges],
        kind=np.where(future, "future", "shares").astype("<U6"), strike=blank, expiry=expiry,
        contracts=np.array([one.contracts for one in hedges]),
        multiplier=np.array([one.instrument.multiplier for one in hedges]), spot=spot, forward=forward,
        discount=np.ones(n), years=np.array([held.get(day, np.nan) for day in expiry]), iv=blank,
        iv_from=["" for _ in hedges], price=forward, bid=blank, ask=blank, size=blank, most=blank, as_of=book.as_of,
    )  # fmt: skip


def _label(hedge: UnderlyingHedge) -> str:
    return hedge.instrument.name if hedge.instrument.is_future else f"{hedge.underlying} {hedge.unit}"


def with_underlying(book: Book, lots: Lots = ONES) -> Book:
    """The book and what is traded against its delta."""
    return join(book, traded(book, hedge_underlying(book, lots)))
