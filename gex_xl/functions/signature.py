"""From the typed parameters of a worksheet body to the arguments that users see, and from cells to what a body takes.

The type of a parameter says what it is made from:

    Contracts        chain, spot, as_of, settings; under another name than `contracts`, another chain of that name, with
                     its own spot and quote time, under the same settings
    Loaded           the same, as LOAD_CHAIN keeps it
    Book             positions, spot, as_of, settings and, after all others, the chain in which they are looked up;
                     under another name than `book`, further positions at the spots and the time of the first
    Offered          such further positions which may be traded and are not held
    VixFamily        vix9d, vix, vix3m
    RegimeInputs     these, skew_25d_z and history
    Settings         settings
    object           what the cells of the argument of this name hold, as it is
    Callable[[], T]  T, read when the body asks, so that the body may answer what is wrong with the cells

All others are one argument each, `name: Annotated[type, "help", reader]`; the reader may be left out where READERS has
one for the type. What has a default may be left out or blank; a type that admits None takes a blank cell as None.
"""

from __future__ import annotations

import datetime as dt
import inspect
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.summary import RegimeInputs
from gex_xl.analytics.term_structure import VixFamily
from gex_xl.analytics.zscore import EarlierValues
from gex_xl.desk.hedging import Lots
from gex_xl.desk.positions import Book
from gex_xl.desk.table import Where
from gex_xl.errors import BadInput
from gex_xl.functions import arguments as read
from gex_xl.functions.arguments import Offered, Reader, Table
from gex_xl.functions.handles import Loaded
from gex_xl.settings import Settings


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: its name, its help, whether it must be given, and whether it takes a range."""

    name: str
    help: str
    required: bool = False
    is_range: bool = False


class Parameter(NamedTuple):
    """A parameter of a body: the arguments behind it, and how it is made of all cells and of the parameters before."""

    name: str
    arguments: tuple[Argument, ...]
    read: Callable[[Mapping[str, Any], Mapping[str, Any]], Any]


CHAIN = Argument(
    "chain", "The pasted option chain, header and preamble included, or the cell of a LOAD_CHAIN", True, True
)
POSITIONS = Argument(
    "positions",
    "One row a position: underlying, class, type (call, put, shares, future), strike, expiry, contracts (short "
    "negative), iv or price, multiplier, spot; columns in any order",
    True,
    True,
)
LISTED = Argument(
    "chain",
    "A loaded chain, or a range of several, in which positions are listed: iv, forward and spot that rows leave blank "
    "come from it",
    is_range=True,
)
SETTINGS = Argument(
    "settings",
    'Two columns of setting and value, or text such as "sign=long_calls; unit=usd_bn"; blank: defaults',
    is_range=True,
)
COMMON = (
    Argument("spot", "Price of the underlying in USD; forwards move with it in proportion; blank: from the paste"),
    Argument("as_of", "Quote time, New York unless it names a zone; blank: from the paste"),
    SETTINGS,
)
VIX = (
    Argument("vix9d", "VIX9D, in points; blank: the slope of 9 / 30 days comes from the chain"),
    Argument("vix", "VIX, in points; blank: the slopes that need it come from the chain"),
    Argument("vix3m", "VIX3M, in points; blank: the slope of 30 / 90 days comes from the chain"),
)
MARKET = (
    *VIX,
    Argument("skew_25d_z", "z-score of the 25-delta skew; blank: from history, else its trigger stays silent"),
    Argument(
        "history",
        "Earlier 25-delta skews as decimals (0.045 is 4.5 vol points), oldest first: a column, or a table with a "
        "column skew_25d; where it has date and symbol, only rows of this symbol before the chain's day count",
        is_range=True,
    ),
)

#: How the cells of a type are read where an annotation names no reader of its own.
READERS: dict[Any, Reader] = {
    float: read.amount, bool: read.flag, dt.date: read.day, str: read.words, EarlierValues: read.earlier_values,
    Table: read.cells, Lots: read.lots, object: lambda value, _name: value,
}  # fmt: skip


def parameters_of(body: Callable[..., Any], hints: Mapping[str, Any]) -> tuple[Parameter, ...]:
    """How each parameter of a body is made; `hints` are their types with what Annotated adds."""
    declared = inspect.signature(body).parameters.values()
    return tuple(_parameter(p.name, hints[p.name], p.default) for p in declared)


def public_arguments(parameters: Iterable[Parameter]) -> tuple[Argument, ...]:
    """What users give, in the order of the house: what is required, then spot, as_of, settings, then all others.

    Where positions are listed came later than all others, so it is the last."""
    every: dict[str, Argument] = {}
    for parameter in parameters:
        for argument in parameter.arguments:
            every.setdefault(argument.name, argument)
    required = [argument for argument in every.values() if argument.required]
    common = [argument for argument in COMMON if argument in every.values()]
    last = [argument for argument in every.values() if argument is LISTED]
    others = [a for a in every.values() if not a.required and a not in common and a not in last]
    return (*required, *common, *others, *last)


def read_cells(parameters: Iterable[Parameter], names: Iterable[str], cells: tuple[Any, ...]) -> dict[str, Any]:
    """What a body takes, from what cells hold in the order of `names`; cells left out are blank. Raises GexError."""
    by_name: dict[str, Any] = dict.fromkeys(names)
    if len(cells) > len(by_name):
        raise TypeError(f"{len(cells)} arguments given, {len(by_name)} taken")
    by_name.update(zip(by_name, cells, strict=False))
    values: dict[str, Any] = {}
    for parameter in parameters:
        values[parameter.name] = parameter.read(by_name, values)
    return values


def _parameter(name: str, hint: Any, default: Any) -> Parameter:
    kind, notes, may_be_none = _parts(hint)
    if get_origin(kind) is Callable:
        inner = _parameter(name, get_args(kind)[1], default)
        return inner._replace(read=lambda cells, before: partial(inner.read, cells, before))
    words = next((note for note in notes if isinstance(note, str)), "")
    optional = default is not inspect.Parameter.empty
    is_range = get_origin(kind) is not None or kind in (Contracts, Loaded, Book, Offered, EarlierValues, Lots)
    own = Argument(name, words, not optional, is_range)
    blank = default if optional else None
    if (made := _made(name, kind, own, blank)) is not None:
        return made
    reader = next((note for note in notes if callable(note)), None) or READERS.get(kind)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        reader = partial(read.word, words=kind, default=blank)
    if reader is None:
        raise TypeError(f"{name}: how a cell is read as {kind} is not known; name a reader in its annotation")

    def value_of(cells: Mapping[str, Any], _before: Mapping[str, Any]) -> Any:
        if optional and kind == Table and not read.has_rows(cells[name]):
            return blank
        value = reader(cells[name], name)
        if value is None and not optional and not may_be_none:
            raise BadInput(f"{name} is blank; it must be given: {words[:1].lower()}{words[1:]}")
        return blank if value is None else value

    return Parameter(name, (own,), value_of)


def _made(name: str, kind: Any, own: Argument, blank: Any) -> Parameter | None:
    """A parameter of a type that stands for several arguments, or for none of its own; None for all others."""
    if kind in (Contracts, Loaded):
        chain = read.contracts if kind is Contracts else read.complete
        if not own.help:
            return Parameter(name, (CHAIN, *COMMON), lambda cells, _: chain(cells["chain"], *_common(cells)))
        return Parameter(
            name, (own, SETTINGS),
            lambda cells, _: (
                chain(cells[name], settings=cells["settings"]) if own.required or read.given(cells[name]) else blank
            ),
        )  # fmt: skip
    if kind is Book and not own.help:
        return Parameter(
            name, (POSITIONS, *COMMON, LISTED),
            lambda cells, _: read.book(*(cells[a.name] for a in (POSITIONS, *COMMON, LISTED))),
        )  # fmt: skip
    if kind in (Book, Offered):

        def beside(cells: Mapping[str, Any], before: Mapping[str, Any]) -> Any:
            if not own.required and not read.has_rows(cells[name]):
                return blank
            first = next(value for value in before.values() if isinstance(value, Book))
            return read.book(
                cells[name], first.spots, first.as_of, cells["settings"], cells[LISTED.name], where=Where(name),
                held=kind is not Offered,
            )  # fmt: skip

        return Parameter(name, (own,), beside)
    if kind is Settings:
        return Parameter(name, (SETTINGS,), lambda cells, _: read.settings_of(cells["settings"]))
    if kind is VixFamily:
        return Parameter(name, VIX, lambda cells, _: read.vix_family(cells["vix9d"], cells["vix"], cells["vix3m"]))
    if kind is RegimeInputs:
        return Parameter(name, MARKET, lambda cells, _: read.regime_inputs(*(cells[a.name] for a in MARKET)))
    return None


def _common(cells: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(cells[argument.name] for argument in COMMON)


def _parts(hint: Any) -> tuple[Any, list[Any], bool]:
    """The type, what is noted with it and whether it admits None, of `Annotated[float | None, "help"]` or the like."""
    if get_origin(hint) is Annotated:
        inner, *notes = get_args(hint)
        kind, more, may_be_none = _parts(inner)
        return kind, [*notes, *more], may_be_none
    if get_origin(hint) in (Union, types.UnionType):
        members = [member for member in get_args(hint) if member is not type(None)]
        if len(members) < len(get_args(hint)) and len(members) == 1:
            kind, notes, _ = _parts(members[0])
            return kind, notes, True
    return hint, [], False
