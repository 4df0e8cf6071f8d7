"""Limits: what each measures, how much of it is used, and what to do about it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from gex_xl.desk.book import concentrations, greeks, groups
from gex_xl.desk.currencies import currencies, currency
from gex_xl.desk.margin import portfolio_style, reg_t
from gex_xl.desk.positions import Book
from gex_xl.desk.table import LARGEST, MOST_CONTRACTS, Cells, Row, Where, read_table
from gex_xl.errors import BadInput, shown

WARN_AT = 0.80  # of the limit


class State(StrEnum):
    """ok below the warning share of a limit, warn from there to the limit itself, breach above it."""

    OK = "ok"
    WARN = "warn"
    BREACH = "breach"


@dataclass(frozen=True, slots=True)
class Limit:
    """One row of a limits range.

    `scope`: a class, series or underlying by name, `each` for the underlying that uses most, "" for the whole book (of
    classes and series the one that uses most). `currency`: of the sums it limits, "" for each. `where`: its row.
    """

    name: str
    scope: str
    most: float
    currency: str = ""
    where: str = "limits"


@dataclass(frozen=True, slots=True)
class Check:
    """A limit checked. `use`: |value| / limit. `scope` names what was measured, `unit` its unit with its currency;
    `asked` and `currency`: scope and currency as the limit names them."""

    name: str
    unit: str
    scope: str
    value: float
    most: float
    use: float
    state: State
    action: str
    asked: str = ""
    currency: str = ""


#: limit -> its unit, in the currency of what it measures, and that, as users are told.
MEASURES: dict[str, tuple[str, str]] = {
    "class inventory": ("contracts", "gross contracts of one option class, long and short added"),
    "series inventory": ("contracts", "net contracts of one series"),
    "delta": ("{currency}", "net delta"),
    "gamma": ("{currency} per 1 %", "net gamma"),
    "vega": ("{currency} per vol point", "net vega"),
    "gamma concentration": ("share", "largest share of gross gamma in one strike or expiry"),
    "vega concentration": ("share", "largest share of gross vega in one strike or expiry"),
    "capital": ("{currency}", "gross market value of options and shares"),
    "reg t margin": ("{currency}", "Reg T strategy-free formula for short options"),
    "scenario margin": ("{currency}", "portfolio-margin style largest loss"),
}
_NAMES = {"margin": "reg t margin", "reg t": "reg t margin", "net delta": "delta", "net gamma": "gamma",
          "net vega": "vega", "portfolio margin": "scenario margin", "inventory by class": "class inventory",
          "inventory by series": "series inventory"}  # fmt: skip


def read_limits(cells: Cells, where: Where | None = None) -> list[Limit]:
    """Limits in the order of the range: columns limit, value and, where wanted, scope and currency.

    Raises BadInput naming the row.
    """
    rows = read_table(
        cells, where or Where("limits"),
        {"limit": ("name", "measure"), "value": ("most", "max", "maximum", "limitvalue", "size"),
         "scope": ("class", "series", "for", "underlying", "where"), "currency": ("ccy",)},
        ("limit", "value"),
    )  # fmt: skip
    found: list[Limit] = []
    for row in rows:
        name = limit_name(row)
        limit = Limit(name, row.word("scope").upper(), _most(row, name), row.word("currency").upper(), row.where)
        if any((name, limit.scope, limit.currency) == (one.name, one.scope, one.currency) for one in found):
            raise BadInput(f"{row.where}: this limit is given twice; keep one")
        found.append(limit)
    return found


def limit_name(row: Row) -> str:
    """Which limit a row is about, a key of `MEASURES`. Raises BadInput for any other."""
    row.named(row.word("limit"))
    name = " ".join(row.word("limit").lower().replace("_", " ").replace("-", " ").split())
    name = _NAMES.get(name, name)
    if name not in MEASURES:
        raise row.bad("limit", f"one of {', '.join(MEASURES)}")
    return name


def _most(row: Row, name: str) -> float:
    """The limit itself. A share is at most 1: 50 for 50 % would be kept by every book."""
    highest = {"share": 1.0, "contracts": MOST_CONTRACTS}.get(MEASURES[name][0], LARGEST)
    return row.needed("value", 0, above=True, high=highest)


def check_limits(book: Book, limits: list[Limit], warn_at: float = WARN_AT) -> list[Check]:
    """Each limit against the book, in the order given; whole-book sums are taken within one currency.

    Raises BadInput for a class, series, underlying or currency that is not in the book.
    """
    held = currencies(book)
    for limit in limits:
        if limit.currency and limit.currency not in held:
            raise BadInput(f"{limit.where}: the book has nothing in {shown(limit.currency)}; mend the currency")
    measured = {name: _MEASURE[name](book) for name in dict.fromkeys(limit.name for limit in limits)}
    return [_checked(limit, measured[limit.name], warn_at) for limit in limits]


def _checked(limit: Limit, values: Values, warn_at: float) -> Check:
    if limit.currency:
        values = {key: one for key, one in values.items() if one.currency in (limit.currency, "")}
    if limit.scope in ("", "BOOK"):
        chosen = [key for key, one in values.items() if one.whole]
    elif limit.scope == "EACH":
        chosen = [key for key, one in values.items() if not one.whole] or list(values)
    else:
        chosen = [key for key in values if key.upper() == limit.scope]
        if not chosen:
            known = ", ".join([key for key, one in values.items() if key != "book"][:6]) or "none"
            raise BadInput(f"{limit.where}: the book has no {shown(limit.scope)} for {limit.name}; it has {known}")
    scope = max(chosen, key=lambda key: abs(values[key].value), default="")
    value = values[scope].value if scope else 0.0
    use = abs(value) / limit.most
    state = state_of(use, warn_at)
    unit = MEASURES[limit.name][0].format(currency=values[scope].currency if scope else "USD")
    action = _action(limit.name, value, state)
    return Check(limit.name, unit, scope, value, limit.most, use, state, action, limit.scope, limit.currency)


def state_of(use: float, warn_at: float = WARN_AT) -> State:
    """The state at a share of the limit: warn from `warn_at` on, breach above 1."""
    return State.BREACH if use > 1 else State.WARN if use >= warn_at else State.OK


@dataclass(frozen=True, slots=True)
class Measured:
    """One value of a measure. `whole`: it counts where a limit names no scope."""

    value: float
    currency: str
    whole: bool = True


Values = dict[str, Measured]


def _plain(values: Mapping[str, float]) -> Values:
    return {name: Measured(value, "") for name, value in values.items()}


def _by_currency(book: Book, value: Callable[[Book], float]) -> Values:
    """A sum of the whole book, one for each currency, and of each underlying."""
    parts = currencies(book)
    out = {}
    for name, rows in parts.items():
        label = "book" if len(parts) == 1 else f"book {name}"
        out[label] = Measured(value(book.pick(rows) if len(parts) > 1 else book), name)
    for underlying in book.spots:
        out[underlying] = Measured(value(book.pick(book.on(underlying))), currency(underlying), whole=False)
    return out


def _net(greek: str) -> Callable[[Book], Values]:
    def measure(book: Book) -> Values:
        found = getattr(greeks(book), greek)
        parts = currencies(book)
        out = {
            "book" if len(parts) == 1 else f"book {name}": Measured(math.fsum(found[rows]), name)
            for name, rows in parts.items()
        }
        for underlying in book.spots:
            net = math.fsum(found[book.on(underlying)])
            out[underlying] = Measured(net, currency(underlying), whole=False)
        return out

    return measure


def _largest(greek: str) -> Callable[[Book], Values]:
    def measure(book: Book) -> Values:
        return _plain({f"{level} {name}": share for one, level, name, share in concentrations(book) if one == greek})

    return measure


def _classes(book: Book) -> Values:
    found = [g for g in groups(book, "class") if g.gross or not g.name.endswith((" shares", " future"))]
    return _plain({g.name: g.gross for g in found})


def _series(book: Book) -> Values:
    options = {book.label[i] for i in range(len(book)) if book.is_option[i]}
    return _plain({g.name: g.contracts for g in groups(book, "series") if g.name in options})


def _capital(book: Book) -> float:
    held = book.kind != "future"  # a future is settled daily and ties up margin only
    return math.fsum((abs(book.contracts) * book.multiplier * book.price)[held])


_MEASURE: dict[str, Callable[[Book], Values]] = {
    "class inventory": _classes,
    "series inventory": _series,
    "delta": _net("delta"),
    "gamma": _net("gamma"),
    "vega": _net("vega"),
    "gamma concentration": _largest("gamma"),
    "vega concentration": _largest("vega"),
    "capital": lambda book: _by_currency(book, _capital),
    "reg t margin": lambda book: _by_currency(book, lambda part: math.fsum(reg_t(part))),
    "scenario margin": lambda book: _by_currency(book, portfolio_style),
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
