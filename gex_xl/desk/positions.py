"""Positions as a desk lists them, one row each, read into a `Book`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gex_xl.analytics.greeks import European
from gex_xl.analytics.implied_vol import implied_vol
from gex_xl.arrays import FloatArray, Mask
from gex_xl.clock import in_words, instant, settlements, valued_at, years
from gex_xl.desk.table import Cells, Row, read_table
from gex_xl.errors import BadInput
from gex_xl.products import Product, by_ticker, product, underlying_of
from gex_xl.reading.dates import expiry_dates, quote_time
from gex_xl.reading.headers import FIELDS
from gex_xl.reading.symbols import Symbol, parse_occ
from gex_xl.reading.values import right
from gex_xl.settings import Settings

#: field -> the names that it goes by. Those of a chain are taken where they mean the same.
COLUMNS: dict[str, tuple[str, ...]] = {
    "underlying": FIELDS["underlying"],
    "class": (*FIELDS["root"], "classroot"),
    "type": (*FIELDS["right"], "kind", "instrument", "product", "sectype"),
    "strike": FIELDS["strike"],
    "expiry": FIELDS["expiry"],
    "symbol": FIELDS["symbol"][:-2],
    "contracts": ("position", "signedcontracts", "quantity", "qty", "netposition", "netcontracts"),
    "iv": FIELDS["iv"],
    "price": ("mark", "markprice", "mid", "last", "marketprice", "futuresprice"),
    "multiplier": FIELDS["multiplier"],
    "spot": FIELDS["spot"],
    "forward": ("forwardprice",),
    "bid": FIELDS["bid"],
    "ask": FIELDS["ask"],
    "size": ("maxcontracts", "available", "quotesize"),
    "as_of": FIELDS["quote_time"],
}
_SHARES = re.compile(r"(?i)shares?|stocks?|stk|equity|etf|underlying|cash")
_FUTURE = re.compile(r"(?i)fut(ures?)?")
_LARGEST_IV = 5.0
_FACTOR = {"shares": 1.0, "call": 100.0, "put": 100.0}


@dataclass(frozen=True, eq=False, slots=True)
class Book:
    """Positions, one array entry each; NaN where a field has no meaning for the row.

    `kind`: call, put, shares or future. `contracts`: signed, long positive. `multiplier`: shares per contract.
    `spot`, `forward`, `strike`, `price` in USD; `iv` annualised, decimal; `years` to settlement; `discount` exp(-rT),
    1 for shares. `bid`, `ask`, `size`: quotes of a candidate, NaN where not given. `row` is the row in the range.
    """

    row: npt.NDArray[np.int64]
    label: list[str]
    underlying: list[str]
    klass: list[str]
    kind: npt.NDArray[np.str_]
    strike: FloatArray
    expiry: list[dt.date | None]
    contracts: FloatArray
    multiplier: FloatArray
    spot: FloatArray
    forward: FloatArray
    discount: FloatArray
    years: FloatArray
    iv: FloatArray
    price: FloatArray
    bid: FloatArray
    ask: FloatArray
    size: FloatArray
    as_of: dt.datetime

    def __len__(self) -> int:
        return len(self.label)

    @property
    def is_option(self) -> Mask:
        return np.isin(self.kind, ("call", "put"))

    @property
    def spots(self) -> dict[str, float]:
        """Underlying -> its price, in the order of the range."""
        return dict(zip(self.underlying, self.spot.tolist(), strict=True))

    def european(self, jump: float | FloatArray = 0.0, vol_shift: float = 0.0, elapsed: float = 0.0) -> European:
        """The options alone, after spots and forwards moved by `jump` (0.01 is +1 %), iv by `vol_shift`, time by
        `elapsed` years; iv and time stay above 0. Jumps of shape (m, 1) give figures of shape (m, options)."""
        at = self.is_option
        t0 = self.years[at]
        t = np.maximum(t0 - elapsed, 1e-9)
        carry = np.log(self.forward[at] / self.spot[at]) / t0
        rate = -np.log(self.discount[at]) / t0
        spot = self.spot[at] * (1 + jump)
        iv = np.maximum(self.iv[at] + vol_shift, 0.001)
        return European(
            spot, spot * np.exp(carry * t), self.strike[at], iv * np.sqrt(t), t, np.exp((carry - rate) * t),
            self.kind[at] == "call",
        )  # fmt: skip

    def pick(self, wanted: Mask) -> Book:
        """The rows that are wanted."""
        at = np.flatnonzero(wanted)
        picked: dict[str, Any] = {}
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, np.ndarray):
                picked[name] = value[at]
            elif isinstance(value, list):
                picked[name] = [value[i] for i in at]
        return replace(self, **picked)

    def holding(self, contracts: FloatArray) -> Book:
        """The same rows with other signed contracts."""
        return replace(self, contracts=np.asarray(contracts, dtype=np.float64))


def join(first: Book, second: Book) -> Book:
    """One book of two. Raises BadInput where they were valued at different times or spots."""
    known = first.spots
    for name, spot in second.spots.items():
        if known.get(name, spot) != spot:
            raise BadInput(f"the spot of {name} is {known[name]:g} in one range and {spot:g} in another")
    if first.as_of != second.as_of:
        raise BadInput(f"as_of is {in_words(first.as_of)} in one range and {in_words(second.as_of)} in another")
    both: dict[str, Any] = {}
    for name in Book.__slots__:
        one, other = getattr(first, name), getattr(second, name)
        if isinstance(one, np.ndarray):
            both[name] = np.concatenate([one, other])
        elif isinstance(one, list):
            both[name] = one + other
    return replace(first, **both)


def read_positions(
    cells: Cells,
    spots: float | Mapping[str, float] | None = None,
    as_of: dt.datetime | None = None,
    settings: Settings | None = None,
    *,
    name: str = "positions",
    held: bool = True,
) -> Book:
    """Positions in any column order; `held` False for candidates, which need no contracts.

    `spots`: one price for a book on one underlying, or a price by underlying; they win over the column spot. `as_of`
    wins over a column of that name. Where a row gives no forward it is S exp((rate - dividend_yield) T), both from the
    settings and 0 by default. Raises BadInput naming the row of whatever cannot be a live position.
    """
    chosen = settings or Settings()
    needed = ("contracts",) if held else ("bid", "ask")
    rows = read_table(cells, name, COLUMNS, needed, _is_position)
    moment = as_of or _as_of(rows, name)
    expiries = expiry_dates([row.cells.get("expiry") or None for row in rows])
    read = [_position(row, expiry, name, held) for row, expiry in zip(rows, expiries, strict=True)]
    labels, underlying, klass, kind, strike, expiry = (list(column) for column in zip(*read, strict=True))
    for row, label in zip(rows, labels, strict=True):
        row.where = f"{name}, row {row.number} ({label})"
    start = valued_at(moment, chosen.clock_from)
    t = np.full(len(rows), np.nan)
    dated = [i for i, day in enumerate(expiry) if day is not None]
    if dated:
        settled = settlements([expiry[i] for i in dated], [_listed(rows[i], underlying[i], klass[i]) for i in dated])
        t[dated] = years(start, settled, chosen.clock)
        for i, end in zip(dated, settled, strict=True):
            if end <= instant(moment):
                raise BadInput(f"{rows[i].where}: expired before {in_words(moment)}; take the row out")
        t[dated] = np.maximum(t[dated], chosen.min_minutes / (365 * 1440))
    spot = np.array(_spots(rows, underlying, spots))
    future = np.array(kind) == "future"
    time = np.nan_to_num(t)
    forward = spot * np.exp((chosen.rate - chosen.dividend_yield) * time)
    given = np.array([_or_nan(row.amount("forward", 0, above=True)) for row in rows])
    price = np.array([_or_nan(row.amount("price", 0)) for row in rows])
    quotes = [np.array([_or_nan(row.amount(f, 0)) for row in rows]) for f in ("bid", "ask", "size")]
    if not held:
        _check_quotes(rows, *quotes)
        price = np.where(np.isnan(price), (quotes[0] + quotes[1]) / 2, price)
    forward = np.where(np.isnan(given), forward, given)
    forward = np.where(future & ~np.isnan(price), price, forward)
    book = Book(
        row=np.array([row.number for row in rows]), label=labels, underlying=underlying, klass=klass,
        kind=np.array(kind), strike=np.array(strike), expiry=expiry,
        contracts=np.array([_contracts(row, k) if held else 0.0 for row, k in zip(rows, kind, strict=True)]),
        multiplier=np.array([_multiplier(row, k) for row, k in zip(rows, kind, strict=True)]),
        spot=spot, forward=forward, discount=np.exp(-chosen.rate * time), years=t,
        iv=np.full(len(rows), np.nan), price=price, bid=quotes[0], ask=quotes[1], size=quotes[2], as_of=moment,
    )  # fmt: skip
    return _priced(book, rows)


def _is_position(row: Row) -> bool:
    """A remark below the table holds one cell; a position has more."""
    return sum(bool(row.word(field)) for field in row.cells) > 1


def _as_of(rows: list[Row], name: str) -> dt.datetime:
    for row in rows:
        if row.word("as_of"):
            found = quote_time(row.cells["as_of"], source="as_of")
            if found is None:
                raise row.bad("as_of", "a date and time such as 2024-01-05 16:00")
            return found[0]
    raise BadInput(f"as_of is neither given nor a column of the {name}; give it, for instance 2024-01-05 16:00")


_Read = tuple[str, str, str, str, float, dt.date | None]


def _position(row: Row, expiry: dt.date | None, name: str, held: bool) -> _Read:
    """Label, underlying, class, kind, strike and expiry of one row."""
    row.where = f"{name}, row {row.number} ({row.word('symbol') or row.word('underlying') or 'no underlying'})"
    occ = parse_occ(row.cells.get("symbol"))
    root = row.word("class").upper() or (occ[0] if occ else "")
    underlying = row.word("underlying").upper() or underlying_of(root)
    if not underlying and not occ:
        underlying = row.word("symbol").upper()
    if not underlying:
        raise BadInput(f"{name}, row {row.number}: underlying is blank; expected a name such as SPY")
    root = root or underlying
    kind = _kind(row, occ)
    if kind in ("shares", "future"):
        if row.word("expiry") and expiry is None:
            raise row.bad("expiry", "a date")
        day = expiry if kind == "future" else None
        return f"{underlying} {kind}{f' {day}' if day else ''}", underlying, root, kind, np.nan, day
    if occ is None and expiry is None:
        raise row.bad("expiry", "a date")
    strike = row.amount("strike", 0, above=True) or (occ[3] if occ else row.needed("strike"))
    day = expiry or (occ[1] if occ else None)
    if occ and (strike, day) != (occ[3], occ[1]):
        raise BadInput(f"{row.where}: strike or expiry differ from the option symbol's; keep one of them")
    return f"{root} {day} {'C' if kind == 'call' else 'P'} {strike:g}", underlying, root, kind, strike, day


def _listed(row: Row, underlying: str, root: str) -> Product:
    """The product of a row; without a class or an option symbol the one that the ticker stands for, as in a chain."""
    return product(root) if row.word("class") or parse_occ(row.cells.get("symbol")) else by_ticker(underlying)


def _kind(row: Row, occ: Symbol | None) -> str:
    word = row.word("type")
    side = right(word) if word else occ[2] if occ else None
    if side:
        return "call" if side == "C" else "put"
    if _SHARES.fullmatch(word):
        return "shares"
    if _FUTURE.fullmatch(word):
        return "future"
    raise row.bad("type", "call, put, shares or future")


def _contracts(row: Row, kind: str) -> float:
    found = row.needed("contracts")
    if not found.is_integer():
        raise row.bad("contracts", "a whole number, negative where short")
    return found


def _multiplier(row: Row, kind: str) -> float:
    found = row.amount("multiplier", 0, above=True)
    if found is None and kind == "future":
        raise BadInput(f"{row.where}: multiplier is blank; a future needs its own, such as 50")
    return found or _FACTOR[kind]


def _spots(rows: list[Row], underlying: list[str], given: float | Mapping[str, float] | None) -> list[float]:
    names = list(dict.fromkeys(underlying))
    if isinstance(given, (int, float)):
        if len(names) > 1:
            raise BadInput(
                f"spot is one price, but the rows are on {', '.join(names)}; give two columns, name and price"
            )
        return [float(given)] * len(rows)
    known = {name.upper(): price for name, price in (given or {}).items()}
    fixed = set(known)
    for row, name in zip(rows, underlying, strict=True):
        found = row.amount("spot", 0, above=True)
        if found is not None and name not in fixed and known.setdefault(name, found) != found:
            raise BadInput(f"{row.where}: the spot of {name} is {found:g} here and {known[name]:g} above; give one")
    for row, name in zip(rows, underlying, strict=True):
        if name not in known:
            raise BadInput(f"{row.where}: the spot of {name} is neither in the rows nor given")
    return [known[name] for name in underlying]


def _check_quotes(rows: list[Row], bid: FloatArray, ask: FloatArray, size: FloatArray) -> None:
    for i, row in enumerate(rows):
        row.needed("bid", 0)
        row.needed("ask", 0, above=True)
        if bid[i] > ask[i]:
            raise BadInput(f"{row.where}: bid {bid[i]:g} is above ask {ask[i]:g}; expected bid below ask")


def _priced(book: Book, rows: list[Row]) -> Book:
    """Fill iv from the price and the price from iv; shares and futures get theirs from spot and forward."""
    for i in np.flatnonzero(book.is_option):
        iv = rows[i].amount("iv", 0, above=True)
        if iv is not None and iv > _LARGEST_IV:
            raise rows[i].bad("iv", "an annual decimal such as 0.20")
        book.iv[i] = _or_nan(iv)
    at = np.flatnonzero(book.is_option & np.isnan(book.iv))
    if at.size:
        solved = implied_vol(
            book.price[at], book.forward[at], book.strike[at], book.years[at], book.kind[at] == "call",
            book.discount[at],
        )  # fmt: skip
        for i, iv in zip(at, solved, strict=True):
            if np.isnan(book.price[i]):
                raise BadInput(f"{rows[i].where}: iv and price are both blank; expected one of them")
            if np.isnan(iv):
                raise BadInput(f"{rows[i].where}: no volatility gives the price {book.price[i]:g}; give iv")
        book.iv[at] = solved
    option, blank = book.is_option, np.isnan(book.price)
    if option.any():
        book.price[option] = np.where(blank[option], book.european().price(), book.price[option])
    flat = ~option & blank
    book.price[flat] = np.where(book.kind[flat] == "future", book.forward[flat], book.spot[flat])
    return book


def _or_nan(found: float | None) -> float:
    return np.nan if found is None else found
