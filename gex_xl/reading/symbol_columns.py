"""A column of option symbols: few roots, days and rights, each read once, and the strikes as an array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from gex_xl.arrays import FloatArray, Mask
from gex_xl.errors import BadInput
from gex_xl.reading import at_once
from gex_xl.reading.symbols import OCC_HEAD, Symbol, parse, parse_occ

_DIGITS = 8  # of the strike of an OCC symbol, which ends it
_SATURDAY = 3  # days at most between what two feeds call the expiry of one contract


class Symbols(Sequence["Symbol | None"]):
    """What the symbols of a column say, None where a cell holds none.

    `heads` are the different symbols but for their strikes, in order; `of`, shape (n,), is the place of each cell's in
    them, -1 where there is none; `strike`, shape (n,), NaN where none is named.
    """

    def __init__(self, heads: Sequence[Symbol], of: npt.NDArray[np.intp], strike: FloatArray) -> None:
        self.heads, self.of, self.strike = list(heads), of, strike

    @classmethod
    def of_each(cls, symbols: Sequence[Symbol | None]) -> Symbols:
        """The column of these symbols."""
        places: dict[tuple[object, ...], int] = {}
        heads: list[Symbol] = []
        of = np.full(len(symbols), -1, dtype=np.intp)
        strike = np.full(len(symbols), np.nan)
        for i, symbol in enumerate(symbols):
            if symbol is not None:
                of[i] = place = places.setdefault((*symbol[:3], symbol.family), len(heads))
                if place == len(heads):
                    heads.append(symbol)
                strike[i] = symbol.strike
        return cls(heads, of, strike)

    @classmethod
    def joined(cls, parts: Sequence[Symbols]) -> Symbols:
        """Several columns, one below the other."""
        starts = np.cumsum([0, *(len(each.heads) for each in parts[:-1])])
        of = [np.where(each.of < 0, -1, each.of + start) for each, start in zip(parts, starts, strict=True)]
        heads = [head for each in parts for head in each.heads]
        return cls(heads, np.concatenate(of), np.concatenate([each.strike for each in parts]))

    @property
    def known(self) -> Mask:
        """Where there is a symbol, shape (n,)."""
        return self.of >= 0

    def all(self, field: str, none: object) -> npt.NDArray[Any]:
        """A field of each symbol but its strike, `none` where there is no symbol; shape (n,), of Python objects."""
        values = np.empty(len(self.heads) + 1, dtype=object)
        values[:] = [*(getattr(head, field) for head in self.heads), none]  # -1 is the last
        return np.asarray(values[self.of])

    def kept(self, wanted: Mask) -> Symbols:
        """The column without the cells that are not wanted."""
        return Symbols(self.heads, self.of[wanted], self.strike[wanted])

    def __len__(self) -> int:
        return len(self.of)

    @overload
    def __getitem__(self, at: int) -> Symbol | None: ...
    @overload
    def __getitem__(self, at: slice) -> Symbols: ...
    def __getitem__(self, at: int | slice) -> Symbol | Symbols | None:
        if isinstance(at, slice):
            return Symbols(self.heads, self.of[at], self.strike[at])
        return self.heads[self.of[at]]._replace(strike=float(self.strike[at])) if self.of[at] >= 0 else None


def parse_all(cells: Sequence[object]) -> Symbols:
    """`parse` of each cell of a column."""
    return _plain_occ(cells) or Symbols.of_each(_each(cells))


def _plain_occ(cells: Sequence[object]) -> Symbols | None:
    """A column of nothing but OCC symbols with eight digits of strike, as US feeds have it; None for any other."""
    texts = at_once.texts(cells)
    if texts is None:
        return None
    tails = "".join([cell[-_DIGITS:] for cell in texts])
    if len(tails) != _DIGITS * len(texts) or not (tails.isascii() and tails.isdigit()):
        return None
    names = [cell[:-_DIGITS] for cell in texts]
    places = {name: place for place, name in enumerate(dict.fromkeys(names))}
    heads = [head for name in places if (head := _head(name)) is not None]
    if len(heads) < len(places):
        return None
    digits = np.frombuffer(tails.encode(), dtype=np.uint8).reshape(-1, _DIGITS) - np.int64(ord("0"))
    thousandths = digits @ 10 ** np.arange(_DIGITS - 1, -1, -1)
    return Symbols(heads, np.array([places[name] for name in names], dtype=np.intp), thousandths / 1000)


def _head(name: str) -> Symbol | None:
    """What stands before the strike of an OCC symbol."""
    return parse_occ(f"{name}{'0' * _DIGITS}") if OCC_HEAD.fullmatch(name) else None


def _each(cells: Sequence[object]) -> list[Symbol | None]:
    """`parse` of each cell; where some are OCC symbols, what stands before their strikes is read once."""
    heads: dict[str, Symbol | None] = {}
    out: list[Symbol | None] = []
    for cell in cells:
        known = None
        if type(cell) is str and (digits := cell[-_DIGITS:]).isdigit() and digits.isascii() and len(digits) == _DIGITS:
            name = cell[:-_DIGITS]
            known = heads[name] if name in heads else heads.setdefault(name, _head(name))
        if known is None:
            out.append(None if cell is None else parse(cell))
        else:
            out.append(known._replace(strike=int(digits) / 1000))
    return out


def check_strikes(strikes: FloatArray, symbols: Symbols, rows: npt.NDArray[np.int64]) -> None:
    """Raises BadInput where a strike is not its symbol's: columns that were sorted apart, or pasted askew."""
    known = symbols.strike
    with np.errstate(invalid="ignore"):
        wrong = np.flatnonzero((strikes > 0) & (np.abs(strikes - known) > 0.01 * known))
    if wrong.size:
        i = wrong[0]
        raise BadInput(f"strike in row {rows[i]} is {strikes[i]:g}; expected {known[i]:g}, as its option symbol says")


def check_expiries(expiries: npt.NDArray[np.object_], symbols: Symbols, rows: npt.NDArray[np.int64]) -> None:
    """Raises BadInput where an expiry is not its symbol's; until 2015 one was a Friday and the other a Saturday."""
    named = symbols.all("expiry", None)
    for i in np.flatnonzero(expiries != named).tolist():
        day, known = expiries[i], named[i]
        if known and abs((day - known).days) > _SATURDAY:
            raise BadInput(f"expiry in row {rows[i]} is {day}; expected {known}, as its option symbol says")
