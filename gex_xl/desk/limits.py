"""Limits: what each measures, how much of it is used, and what to do about it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from gex_xl.desk.book import concentrations, greeks, groups
from gex_xl.desk.margin import portfolio_style, reg_t
from gex_xl.desk.positions import Book
from gex_xl.desk.table import Cells, read_table
from gex_xl.errors import BadInput

WARN_AT = 0.80  # of the limit


class State(StrEnum):
    """ok below the warning share of a limit, warn from there to the limit itself, breach above it."""

    OK = "ok"
    WARN = "warn"
    BREACH = "breach"


@dataclass(frozen=True, slots=True)
class Limit:
    """One row of a limits range. `scope`: a class or series by name, "" for the one that uses most."""

    name: str
    scope: str
    most: float


@dataclass(frozen=True, slots=True)
class Check:
    """A limit checked. `use`: |value| / limit. `scope` names what was measured."""

    name: str
    unit: str
    scope: str
    value: float
    most: float
    use: float
    state: State
    action: str


#: limit -> its unit and what it measures, as users are told.
MEASURES: dict[str, tuple[str, str]] = {
    "class inventory": ("contracts", "gross contracts of one option class, long and short added"),
    "series inventory": ("contracts", "net contracts of one series"),
    "delta": ("USD", "net delta"),
    "gamma": ("USD per 1 %", "net gamma"),
    "vega": ("USD per vol point", "net vega"),
    "gamma concentration": ("share", "largest share of gross gamma in one strike or expiry"),
    "vega concentration": ("share", "largest share of gross vega in one strike or expiry"),
    "capital": ("USD", "gross market value of options and shares"),
    "reg t margin": ("USD", "Reg T strategy-free formula for short options"),
    "scenario margin": ("USD", "portfolio-margin style largest loss"),
}
_NAMES = {"margin": "reg t margin", "reg t": "reg t margin", "net delta": "delta", "net gamma": "gamma",
          "net vega": "vega", "portfolio margin": "scenario margin", "inventory by class": "class inventory",
          "inventory by series": "series inventory"}  # fmt: skip


def read_limits(cells: Cells) -> list[Limit]:
    """Limits in the order of the range: columns limit, value and, for one class or series only, scope."""
    rows = read_table(
        cells, "limits",
        {"limit": ("name", "measure"), "value": ("most", "max", "maximum", "limitvalue", "size"),
         "scope": ("class", "series", "for")},
        ("limit", "value"), lambda row: bool(row.word("limit")),
    )  # fmt: skip
    found = []
    for row in rows:
        row.where = f"limits, row {row.number} ({row.word('limit')})"
        name = " ".join(row.word("limit").lower().replace("_", " ").replace("-", " ").split())
        name = _NAMES.get(name, name)
        if name not in MEASURES:
            raise row.bad("limit", f"one of {', '.join(MEASURES)}")
        found.append(Limit(name, row.word("scope").upper(), row.needed("value", 0, above=True)))
    return found


def check_limits(book: Book, limits: list[Limit], warn_at: float = WARN_AT) -> list[Check]:
    """Each limit against the book, in the order given. Raises BadInput for a class or series that is not in it."""
    measured = {limit.name: _MEASURE[limit.name](book) for limit in limits}
    out = []
    for limit in limits:
        values = measured[limit.name]
        if limit.scope:
            names = {name.upper(): name for name in values}
            if limit.scope not in names:
                known = ", ".join(list(values)[:6]) or "none"
                raise BadInput(f"limits: {limit.name} of {limit.scope}: the book has no such position; it has {known}")
            scope = names[limit.scope]
        else:
            scope = max(values, key=lambda name: abs(values[name]), default="")
        value = values.get(scope, 0.0)
        use = abs(value) / limit.most
        state = state_of(use, warn_at)
        unit = MEASURES[limit.name][0]
        out.append(Check(limit.name, unit, scope, value, limit.most, use, state, _action(limit.name, value, state)))
    return out


def state_of(use: float, warn_at: float = WARN_AT) -> State:
    """The state at a share of the limit: warn from `warn_at` on, breach above 1."""
    return State.BREACH if use > 1 else State.WARN if use >= warn_at else State.OK


def _largest(book: Book, greek: str) -> dict[str, float]:
    return {f"{level} {name}": share for one, level, name, share in concentrations(book) if one == greek}


def _classes(book: Book) -> dict[str, float]:
    return {g.name: g.gross for g in groups(book, "class") if g.gross or not g.name.endswith((" shares", " future"))}


def _capital(book: Book) -> float:
    held = book.kind != "future"  # a future is settled daily and ties up margin only
    return math.fsum((abs(book.contracts) * book.multiplier * book.price)[held])


def _series(book: Book) -> dict[str, float]:
    options = {book.label[i] for i in range(len(book)) if book.is_option[i]}
    return {g.name: g.contracts for g in groups(book, "series") if g.name in options}


_MEASURE: dict[str, Callable[[Book], dict[str, float]]] = {
    "class inventory": _classes,
    "series inventory": _series,
    "delta": lambda book: {"book": greeks(book).total().delta},
    "gamma": lambda book: {"book": greeks(book).total().gamma},
    "vega": lambda book: {"book": greeks(book).total().vega},
    "gamma concentration": lambda book: _largest(book, "gamma"),
    "vega concentration": lambda book: _largest(book, "vega"),
    "capital": lambda book: {"book": _capital(book)},
    "reg t margin": lambda book: {"book": math.fsum(reg_t(book))},
    "scenario margin": lambda book: {"book": portfolio_style(book)},
}
#: What lowers each: while it nears its limit, and once it is past.
_ACTIONS = {
    "class inventory": ("quote smaller in the class", "stop adding to the class; trade out of it"),
    "series inventory": ("shade the quote and quote smaller", "stop {more} the series; widen that side"),
    "delta": ("hedge more: {less} the underlying", "hedge now: {less} the underlying or a related product"),
    "gamma": ("quote smaller and wider in options; hedge with options", "stop {more} options; {less} gamma"),
    "vega": ("quote smaller and wider in options; hedge with options", "stop {more} options; {less} vega"),
    "gamma concentration": ("quote smaller there", "stop taking more there; spread the risk"),
    "vega concentration": ("quote smaller there", "stop taking more there; spread the risk"),
    "capital": ("quote smaller", "stop opening positions; reduce the largest"),
    "reg t margin": ("quote smaller on the short side", "stop selling options; buy back shorts"),
    "scenario margin": ("hedge more", "hedge now; stop taking more of the same risk"),
}


def _action(name: str, value: float, state: State) -> str:
    if state is State.OK:
        return "none"
    more, less = ("buying", "sell") if value > 0 else ("selling", "buy")
    return _ACTIONS[name][state is State.BREACH].format(more=more, less=less)
