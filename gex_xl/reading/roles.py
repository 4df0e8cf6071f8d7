"""Which column is what: fields by name and content, and whether a row holds one contract or a call and a put."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from gex_xl.errors import BadInput
from gex_xl.reading.columns import Table
from gex_xl.reading.dates import expiry_date, quote_time
from gex_xl.reading.headers import field_of, plain, rank_of, sided_field
from gex_xl.reading.symbols import parse
from gex_xl.reading.values import number, right, shown, text

CALL, PUT = "C", "P"
NAMES = {CALL: "call", PUT: "put"}
#: Fields of a row, whatever its contracts are.
_COMMON = frozenset(
    {
        "strike",
        "expiry",
        "spot",
        "quote_time",
        "ms_of_day",
        "underlying",
        "root",
        "currency",
        "exchange",
        "forward",
        "am",
    }
)
#: A column of these without a side belongs to both rights.
_SHARED = frozenset({"iv", "bid_iv", "ask_iv", "gamma", "delta", "multiplier", "lot"})
_WEIGHTS = ("open_interest", "dealer_position", "volume")
_FIGURES = frozenset({*_WEIGHTS, "iv", "bid", "ask", "gamma", "delta"})
#: OKX, Delta Exchange and dumps of both write open interest in coin beside that in contracts.
_SECOND_UNITS = frozenset({"oiccy", "oicontracts", "openinterestcontracts"})
Places = dict[str, int]


@dataclass
class Roles:
    """`at`: field -> column of what has no side; `sides`: right -> field -> column.

    `two`: a row holds a call and a put, `by_place` beside each other under equal names. `shared` are fields of one
    side that are taken for both.
    """

    at: Places
    sides: dict[str, Places] = field(default_factory=lambda: {CALL: {}, PUT: {}})
    two: bool = False
    by_place: bool = False
    shared: list[str] = field(default_factory=list)

    def of(self, side: str) -> Places:
        """The columns of a call, of a put, or of a row that may be either ("")."""
        if not side:
            return self.at
        other = self.sides[PUT if side == CALL else CALL]
        lent = {f: j for f, j in self.at.items() if f in _COMMON or f in _SHARED or f in other}
        return {**lent, **self.sides[side]}

    def places(self) -> list[tuple[str, int]]:
        """All (field, column)."""
        return [pair for each in (self.at, *self.sides.values()) for pair in each.items()]

    def all(self, name: str) -> list[int]:
        """The columns of a field, the calls' first."""
        return [each[name] for each in (*self.sides.values(), self.at) if name in each]


def find_roles(table: Table) -> Roles:
    """What the columns of a table are. Raises BadInput where a needed one cannot be told."""
    symbols = dict(_symbol_columns(table))
    fields = _fields(table, symbols)
    sided = [sided_field(name) if j not in symbols or field_of(name) != "symbol" else None
             for j, name in enumerate(table.names)]  # fmt: skip
    if any(sided):
        roles = _by_names(table, fields, sided, symbols)
    else:
        halves = _halves(table, fields, symbols)
        roles = _by_halves(table, fields, symbols, *halves) if halves else Roles(_best(table, fields))
    if not roles.two:
        _refuse_repeated(table, fields)
    _check_weights(table, roles)
    return roles


def recognises(names: Sequence[str]) -> bool:
    """Whether a header alone tells a chain: something to weigh with, and a symbol or the three parts of one."""
    fields = [field_of(name) for name in names]
    named = [found for name in names if (found := sided_field(name))]
    if any(f in _WEIGHTS for _, f in named):
        return "strike" in fields or "symbol" in fields or any(f == "symbol" for _, f in named)
    weighed = set(fields) & set(_WEIGHTS)
    if weighed and ("symbol" in fields or {"strike", "right", "expiry"} <= set(fields)):
        return True
    return bool(fields.count("strike") == 1 and _mirrored(names, fields))


def _symbol_columns(table: Table) -> Iterator[tuple[int, Counter[str]]]:
    """Columns that hold option symbols, and how many of their samples are calls and puts.

    One without a name that is known for it holds them for the most part.
    """
    for j, name in enumerate(table.names):
        cells = table.sample(j)
        rights = Counter(known.right for cell in cells if isinstance(cell, str) and (known := parse(cell)))
        if rights and (field_of(name) == "symbol" or 2 * rights.total() >= len(cells)):
            yield j, rights


def _fields(table: Table, symbols: dict[int, Counter[str]]) -> list[str | None]:
    """The field of each column by its name; a column of symbols is one, and `vol` may be volatility."""
    fields = ["symbol" if j in symbols else field_of(name) for j, name in enumerate(table.names)]
    if symbols:
        # What is called a symbol and holds none names the underlying.
        fields = ["underlying" if f == "symbol" and j not in symbols else f for j, f in enumerate(fields)]
    for j in [j for j, f in enumerate(fields) if f == "underlying" and "spot" not in fields]:
        values = [number(cell, comma=number(cell) is None) for cell in table.sample(j)]
        # A name may be a code of digits, as in Hong Kong.
        if None not in values and any(value % 1 for value in values if value):
            fields[j] = "spot"
    has_iv = any((found := sided_field(name)) and found[1] == "iv" for name in table.names) or "iv" in fields
    volumes = [j for j, f in enumerate(fields) if f == "volume"]
    for j in volumes:
        called = plain((sided_field(table.names[j]) or ("", ""))[1] or table.names[j])
        if not has_iv and called == "vol" and (len(volumes) > 1 or _fractions(table, j)):
            fields[j] = "iv"
    return fields


def _fractions(table: Table, at: int) -> bool:
    """Whether a column holds parts of one for the most part: volatilities, not numbers of contracts."""
    found = [value for cell in table.sample(at) if (value := number(cell)) is not None and value > 0]
    return 2 * sum(value % 1 > 0 for value in found) > len(found)


def _mirrored(names: Sequence[str], fields: Sequence[str | None]) -> bool:
    """Whether figures of two contracts stand around the strike: open interest, or another under one name."""
    strike = list(fields).index("strike")
    left, other = range(strike), range(strike + 1, len(fields))
    titled = [j for j, name in enumerate(names) if plain(name) in ("calls", "puts")]
    if all(any(fields[j] == "open_interest" for j in side) for side in (left, other)) or len(titled) == 2:
        return True
    return bool({plain(names[j]) for j in left if fields[j] in _FIGURES}
                & {plain(names[j]) for j in other if fields[j] in _FIGURES})  # fmt: skip


def _best(table: Table, fields: Sequence[str | None], only: Sequence[int] | None = None) -> Places:
    """field -> the column whose name is surest, and whose cells are what the name promises."""
    found: dict[str, list[int]] = {}
    for j in range(len(fields)) if only is None else only:
        if name := fields[j]:
            found.setdefault(name, []).append(j)
    return {
        name: min(places, key=lambda j, f=name: (not _fits(table, f, j), rank_of(table.names[j]), j))  # type: ignore[misc]
        for name, places in found.items()
    }


def _fits(table: Table, name: str, at: int) -> bool:
    """Whether the first cells of a column are what its field promises."""
    check = _CHECKS.get(name)
    cells = table.sample(at, 20) if check else []
    return check is None or any(check(cell) for cell in cells)


def _is_time(cell: object) -> bool:
    try:
        return quote_time(value if (value := number(cell)) is not None else cell) is not None
    except BadInput:
        return True  # it has a time zone, if one that is not known


_CHECKS: dict[str, Callable[[object], bool]] = {
    "right": lambda cell: right(cell) is not None,
    "expiry": lambda cell: expiry_date(cell) is not None,
    "quote_time": _is_time,
    "symbol": lambda cell: parse(cell) is not None,
    **dict.fromkeys(("spot", "forward"), lambda cell: (number(cell) or 0.0) > 0),
    **dict.fromkeys(("iv", "open_interest"), lambda cell: number(cell) is not None),
}


def _by_names(
    table: Table,
    fields: Sequence[str | None],
    sided: Sequence[tuple[str, str] | None],
    symbols: dict[int, Counter[str]],
) -> Roles:
    """Roles of names that hold a side. Rights of their own make it one contract per row all the same."""
    roles = Roles(_best(table, [None if sided[j] else f for j, f in enumerate(fields)]))
    for side in (CALL, PUT):
        own = [found[1] if found and found[0] == side else None for found in sided]
        roles.sides[side] = _best(table, own)
    lone = [j for j in symbols if sided[j] is None]
    if len(lone) == 2 and {tuple(symbols[j]) for j in lone} == {(CALL,), (PUT,)}:
        for j in lone:
            roles.sides[next(iter(symbols[j]))]["symbol"] = j
        roles.at.pop("symbol", None)
        lone = []
    by_row = "right" in roles.at and _fits(table, "right", roles.at["right"])
    roles.two = not (by_row or lone)
    if roles.two and "symbol" in roles.at:
        roles.at.setdefault("underlying", roles.at.pop("symbol"))
    _take_rest(table, roles)
    return roles


def _take_rest(table: Table, roles: Roles) -> None:
    """Where names hold one side only, as BSE's C_IV beside IV, columns of the same fields without one are the other's.

    One such field alone may be the sum of both. Raises BadInput then.
    """
    for side, other in ((CALL, PUT), (PUT, CALL)):
        own, bare = roles.sides[side], "open_interest" in roles.at and "open_interest" not in roles.sides[other]
        if not (roles.two and bare and "open_interest" in own):
            continue
        same = [f for f in roles.at if f in own and f in _FIGURES]
        if len(same) == 1:
            raise BadInput(
                f"open interest of {NAMES[side]}s is {shown(table.names[own['open_interest']])}, and "
                f"{shown(table.names[roles.at['open_interest']])} may be of {NAMES[other]}s or of both; name it "
                f"{NAMES[other].title()} OI"
            )
        roles.sides[other].update({f: roles.at.pop(f) for f in same})
        first = table.names[roles.sides[other]["open_interest"]]
        table.notes.append(f"columns without a side, such as {shown(first)}, are those of {NAMES[other]}s")


def _halves(
    table: Table, fields: Sequence[str | None], symbols: dict[int, Counter[str]]
) -> tuple[Sequence[int], Sequence[int]] | None:
    """The columns of the left and of the right contract; None where a row holds one contract."""
    width, names = len(fields), table.names
    strikes = [j for j, f in enumerate(fields) if f == "strike"]
    pure = [j for j, rights in symbols.items() if len(rights) == 1]
    if len(pure) == 2 and {next(iter(symbols[j])) for j in pure} == {CALL, PUT}:
        first, second = pure

        def alike(at: int) -> int:
            left, other = Counter(fields[:at]), Counter(fields[at:])
            return sum((left & other).values()) - sum(n - 1 for each in (left, other) for f, n in each.items() if f)

        between = [j for j in strikes if first < j < second]
        at = between[0] if len(between) == len(strikes) == 1 else max(range(first + 1, second + 1), key=alike)
        return range(at), range(at, width)
    rights = [j for j, f in enumerate(fields) if f == "right"]
    by_row = len(rights) == 1 and len(set(map(right, table.sample(rights[0]))) - {None}) == 2
    mixed = len(symbols) == 1 and not pure
    if len(strikes) != 1 or by_row or mixed or not _mirrored(names, fields):
        return None
    titled = [j for j, name in enumerate(names) if plain(name) in ("calls", "puts")]
    if len(titled) == 2 and not titled[0] < strikes[0] < titled[1]:
        return range(*titled), range(titled[1], width)
    return range(strikes[0]), range(strikes[0] + 1, width)


def _by_halves(
    table: Table,
    fields: Sequence[str | None],
    symbols: dict[int, Counter[str]],
    left: Sequence[int],
    other: Sequence[int],
) -> Roles:
    """Roles of a table of two contracts beside each other."""
    common = [f if f in _COMMON else None for f in fields]
    figures = [None if f in _COMMON else f for f in fields]
    roles = Roles(_best(table, common), two=True, by_place=True)
    swapped = _puts_on_the_left(table, symbols, left)
    for side, columns in zip((PUT, CALL) if swapped else (CALL, PUT), (left, other), strict=True):
        roles.sides[side] = _best(table, figures, columns)
    for name in ("iv", "gamma"):
        owners = [side for side in (CALL, PUT) if name in roles.sides[side]]
        if len(owners) == 1:
            roles.at[name] = roles.sides[owners[0]].pop(name)
            roles.shared.append(name)
    return roles


def _puts_on_the_left(table: Table, symbols: dict[int, Counter[str]], left: Sequence[int]) -> bool:
    """By the option symbols on the left, else by a column of rights there, else by the first title above."""
    for j in left:
        if j in symbols:
            return next(iter(symbols[j])) == PUT
        if field_of(table.names[j]) == "right" and (known := right(next(iter(table.sample(j, 1)), None))):
            return known == PUT
    titles = [word for row in (*table.above[-1:], table.names) for cell in row if (word := _title(cell))]
    return bool(titles) and titles[0] == PUT


def _title(cell: object) -> str | None:
    """The right that a title alone in its cell names: Calls, PUTS, 認購."""
    word = text(cell)
    return right(word) if len(word) > 1 and not any(c.isdigit() for c in word) else None


def _refuse_repeated(table: Table, fields: Sequence[str | None]) -> None:
    """Raises BadInput where a needed column stands twice under one name: one table, or one side, would be lost."""
    for name in ("strike", "open_interest"):
        places = [j for j, f in enumerate(fields, 1) if f == name]
        if len({plain(table.names[j - 1]) for j in places}) < len(places):
            raise BadInput(
                f"columns {places[0]} and {places[1]} are both named {table.names[places[0] - 1]}: two tables beside "
                "each other; paste one below the other, calls under a line Calls and puts under a line Puts"
            )
        if name == "open_interest":  # what Binance calls exercise price is the price of the coin
            _refuse_two(table, name, [j - 1 for j in places])


def _refuse_two(table: Table, name: str, places: Sequence[int]) -> None:
    """Raises BadInput where columns of one needed field, none of a feed's own second unit, hold other figures."""
    plainly = [j for j in places if "." not in table.names[j] and plain(table.names[j]) not in _SECOND_UNITS]
    figures = [[number(cell, comma=table.comma) for cell in table.sample(j)] for j in plainly]
    for j, other in zip(plainly[1:], figures[1:], strict=True):
        if other and figures[0] and other != figures[0]:
            raise BadInput(
                f"the columns {shown(table.names[plainly[0]])} and {shown(table.names[j])} both name "
                f"{name.replace('_', ' ')}, and their figures differ; keep one of them"
            )


def _check_weights(table: Table, roles: Roles) -> None:
    """Raises BadInput where one side of a table has no open interest, or nothing weighs a contract at all."""
    if not any(roles.all(name) for name in _WEIGHTS):
        read = ", ".join(shown(name) for name in table.names if name)[:150]
        raise BadInput(
            f"the paste has neither open interest nor volume, by which gamma is weighed (columns: {read}); add a "
            "column Open Interest"
        )
    if not roles.two:
        return
    missing = [side for side in (CALL, PUT) if "open_interest" not in roles.of(side)]
    if len(missing) == 1:
        raise BadInput(
            f"open interest is missing on the {NAMES[missing[0]]} side: no column there has a name that is known for "
            "it; name it Open Interest"
        )
    named = {side: table.names[roles.sides[side].get("open_interest", 0)] for side in (CALL, PUT)}
    if roles.by_place and not missing and plain(named[CALL]) != plain(named[PUT]):
        # Halves of one table have one set of names; where one differs somebody wrote over it.
        other, sure = sorted(named, key=lambda side: -rank_of(named[side]))
        raise BadInput(
            f"open interest is missing on the {NAMES[other]} side: {shown(named[other])} stands there, and "
            f"{shown(named[sure])} on the {NAMES[sure]} side; name both columns alike"
        )
    if "open_interest" in roles.at and not any("open_interest" in side for side in roles.sides.values()):
        raise BadInput(
            f"the column {shown(table.names[roles.at['open_interest']])} does not say whether it is of calls or of "
            "puts; name two columns, Call OI and Put OI"
        )
