"""A table whose columns are known, read into Columns: one contract per row, or a call and a put."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gex_xl.arrays import FloatArray
from gex_xl.errors import BadInput
from gex_xl.reading import at_once
from gex_xl.reading.columns import AMOUNTS, Columns, Table
from gex_xl.reading.evidence import compare_sides, weigh_iv
from gex_xl.reading.headers import plain
from gex_xl.reading.markets import name_future, tell_market
from gex_xl.reading.open_interest import read_unit
from gex_xl.reading.other_lines import leave_out_other_lines, section_sizes
from gex_xl.reading.preamble import find_expiries, read_preamble
from gex_xl.reading.quotes import last_trades, read_quote_time, read_spot
from gex_xl.reading.roles import CALL, NAMES, PUT, Places, Roles, find_roles
from gex_xl.reading.symbol_columns import Symbols, check_expiries, check_strikes
from gex_xl.reading.symbols import of_expiry, parse
from gex_xl.reading.telling import how_read, shifted_rows
from gex_xl.reading.titles import MissingColumns, titled_rights
from gex_xl.reading.units import read_iv, read_multipliers, scale_strikes
from gex_xl.reading.values import PLACEHOLDERS, is_blank, right, shown, text
from gex_xl.settings import Settings

Above = Sequence[tuple[int, Sequence[object]]]
_CBOE_IV_PLACEHOLDER, _CBOE_DELAY = (0.02, 5.0), 15.0  # minutes
_DELAYED = frozenset({"option", "iv", "theo"})  # CBOE's delayed quotes
_LAYOUTS = {True: "calls | strike | puts", False: "one contract per row"}


def read(rows: Sequence[Sequence[object]], header: int, settings: Settings, title: str = "") -> Columns:
    """Read the table below `header` (row index) into Columns.

    `title` is the name of the file, which may be all that names the expiry. Raises MissingColumns where neither
    columns nor titles say which right or expiry a row has.
    """
    table = Table(rows, header, settings)
    roles = find_roles(table)
    table.decide(roles.places())
    if {"expiry", "strike"} <= roles.at.keys() and not any(table.symbols(j).heads for j in roles.all("symbol")):
        table.fill_down(roles.at["expiry"], roles.at["strike"])
    left_out, sections = leave_out_other_lines(table, roles)
    above = list(enumerate(rows[:header], 1))
    above, sections = section_sizes(above, sections)
    sides = [_Side(table, roles, side) for side in ((CALL, PUT) if roles.two else ("",))]
    _check_symbols_of_sides(table, sides)
    _check_parts(table, roles, sides)
    days = _days(table, roles, sides, above, title)
    for each in sides:
        each.take_expiries(table, days)
    rights = [each.rights(table, above) for each in sides]
    cboe = _is_cboe(table, roles, sides)
    amounts: dict[str, Any] = {
        name: np.concatenate([_amount(table, roles, each, name, r) for each, r in zip(sides, rights, strict=True)])
        for name in AMOUNTS
        if name not in ("iv", "multiplier")
    }
    columns = Columns(
        layout=_LAYOUTS[roles.two],
        row=np.tile(table.numbers, len(sides)),
        root=np.concatenate([each.roots(table) for each in sides]),
        expiry=np.concatenate([_expiries(table, roles, sides, each, days) for each in sides]),
        right=np.concatenate(rights),
        strike=np.concatenate([each.strikes(table) for each in sides]),
        **amounts,
        iv=np.full(len(table.rows) * len(sides), np.nan),
        multiplier=np.concatenate([read_multipliers(table, each.at.get("multiplier")) for each in sides]),
        forward=np.concatenate([table.numeric(each.at.get("forward"), "forward") for each in sides]),
        last_trade=np.concatenate([last_trades(table, each.at.get("last_trade")) for each in sides]),
        am=np.concatenate([_am(table, each.at.get("am")) for each in sides]),
        has_dealer_position=bool(roles.all("dealer_position")),
        has_roots=any(each.named for each in sides) or _has_text(table, roles.at.get("root")),
        iv_placeholder=_CBOE_IV_PLACEHOLDER if cboe else (0.0, np.inf),
        quote_delay=_CBOE_DELAY if cboe else 0.0,
        left_out=left_out,
        notes=table.notes,
        symbols=Symbols.joined([each.symbols for each in sides]),
    )
    if sections:
        columns.multiplier = np.tile(sections_to_rows(table, sections), len(sides))
    if not (roles.all("open_interest") or roles.all("dealer_position")):
        columns.notes.append("the paste has no open interest; weight = volume makes use of its volume")
    _finish(columns, table, roles, sides, above, settings, title)
    return columns


def sections_to_rows(table: Table, sections: Sequence[tuple[int, float]]) -> FloatArray:
    """Shares per contract of each row, as the section that it stands in says; NaN above the first."""
    at = np.searchsorted([n for n, _ in sections], table.numbers, side="right") - 1
    sizes = np.array([size for _, size in sections])
    return np.where(at >= 0, sizes[at], np.nan)


@dataclass
class _Side:
    """The contracts of a table that are calls, that are puts, or all of them (""); columns are in the order of rows."""

    side: str
    at: Places
    symbols: Symbols
    named: bool

    def __init__(self, table: Table, roles: Roles, side: str) -> None:
        self.side, self.at = side, roles.of(side)
        self.symbols = table.symbols(self.at.get("symbol"))
        self.named = bool(self.symbols.heads)

    def take_expiries(self, table: Table, days: Iterable[dt.date | None]) -> None:
        """Read symbols that name a month with the expiries of their rows. Raises BadInput where these differ."""
        if not any(head.expiry is None and head.family == "india" for head in self.symbols.heads):
            return
        read = list(self.symbols)
        for i, (symbol, day) in enumerate(zip(read, days, strict=True)):
            if symbol and day and symbol.expiry is None and symbol.family == "india":
                cell = table.cells(self.at["symbol"])[i]
                read[i] = of_expiry(cell, day)
                if read[i] is None:
                    raise BadInput(
                        f"expiry in row {table.numbers[i]} is {day}; expected one in the month of its option symbol "
                        f"{shown(cell)}"
                    )
        self.symbols = Symbols.of_each(read)

    def roots(self, table: Table) -> npt.NDArray[np.object_]:
        found = self.symbols.all("root", "")
        if "root" in self.at:
            named = [text(cell).upper() for cell in table.cells(self.at.get("root"))]
            inside = [parse(name) for name in named] if any(map(parse, named[:5])) else [None] * len(named)
            for i in np.flatnonzero(~self.symbols.known).tolist():
                found[i] = o.root if (o := inside[i]) else named[i]
        return found

    def strikes(self, table: Table) -> FloatArray:
        written = table.numeric(self.at.get("strike"), "strike")
        if "strike" in self.at:
            _refuse_no_number(table, self, written)
        if not np.isnan(written).any():
            return written
        return np.where(np.isnan(written), self.symbols.strike, written)

    def rights(self, table: Table, above: Above) -> npt.NDArray[np.str_]:
        if self.side:
            return np.full(len(table.rows), self.side)
        cells: Sequence[object] = table.cells(self.at.get("right"))
        if table.rows and not self.named and "right" not in self.at:
            cells = titled_rights(table, above)
        given, named = _rights_of(cells), self.symbols.all("right", "").astype(np.str_)
        known = np.where(given == "", named, given)
        wrong = np.flatnonzero((known == "") | ((named != "") & (named != known)))
        if wrong.size:
            i = int(wrong[0])
            if not known[i] and "right" not in self.at and self.named:
                raise _no_symbol(table, self.at["symbol"], i)
            wanted = f"{NAMES[named[i]]}, as its symbol says" if named[i] else "call or put"
            raise BadInput(f'option type in row {table.numbers[i]} is "{shown(cells[i])}"; expected {wanted}')
        return known


def _rights_of(cells: Sequence[object]) -> npt.NDArray[np.str_]:
    """`right` of each cell, "" where it says neither; a column of text has few different words."""
    if (words := at_once.distinct(cells)) is not None:
        read: dict[object, str] = {word: right(word) or "" for word in words}
        if len(read) == 1:
            return np.repeat(np.array([*read.values()], dtype=np.str_), len(cells))
        return np.array([read[cell] for cell in cells], dtype=np.str_)
    return np.array([right(cell) or "" for cell in cells], dtype=np.str_)


def _refuse_no_number(table: Table, side: _Side, written: FloatArray) -> None:
    """Raises BadInput where a strike is a word that stands for none, and no symbol says it."""
    cells = table.cells(side.at["strike"])
    for i in np.flatnonzero(np.isnan(written)).tolist():
        if not side.symbols.known[i] and not is_blank(cells[i]) and text(cells[i]).lower() not in PLACEHOLDERS:
            raise BadInput(f'strike in row {table.numbers[i]} is "{shown(cells[i])}"; expected a number')


def _check_symbols_of_sides(table: Table, sides: Sequence[_Side]) -> None:
    for each in sides:
        if each.side and any(head.right != each.side for head in each.symbols.heads):
            i = int(np.flatnonzero(each.symbols.known & (each.symbols.all("right", "") != each.side))[0])
            name = shown(table.cells(each.at["symbol"])[i])
            raise BadInput(
                f"the symbol in row {table.numbers[i]} is {name}; expected a {NAMES[each.side]} on that side"
            )


def _check_parts(table: Table, roles: Roles, sides: Sequence[_Side]) -> None:
    """Raises BadInput where a column of symbols holds none, and nothing else names the contracts."""
    at = roles.at
    if (
        roles.two
        or not table.rows
        or sides[0].named
        or "symbol" not in at
        or {"strike", "right", "expiry"} <= at.keys()
    ):
        return
    if "strike" in at and "open_interest" in at:
        return  # titles may say the rest
    example = next((shown(c) for c in table.cells(at["symbol"]) if not is_blank(c)), "")
    raise BadInput(
        f'the column {table.names[at["symbol"]]} holds "{example}"; expected OCC symbols such as '
        "SPXW240119C04700000, or columns for strike, right and expiry"
    )


def _days(table: Table, roles: Roles, sides: Sequence[_Side], above: Above, title: str) -> npt.NDArray[np.object_]:
    """The expiry of each row by its column, else by titles and the file's name where no symbol holds it."""
    at = roles.at.get("expiry")
    days: Sequence[dt.date | None] = table.dates(at)
    if at is not None and not any(days) and plain(table.names[at]).startswith(_TAIFEX):
        days = [_of_taifex(text(cell)) for cell in table.cells(at)]
    dated = any(head.expiry for each in sides for head in each.symbols.heads)
    if not any(days) and not dated and table.rows:
        titled = find_expiries(table, above, title)
        if not titled and at is None:
            names_none = (
                "the paste names no expiry; write it above the table, such as Expiry: 2024-01-19, or add a column"
            )
            raise (BadInput if roles.two else MissingColumns)(f"{names_none} Expiry")
        days = titled or days
    return np.array(days, dtype=object)


_TAIFEX = ("到期月份", "合約月份")
_WEEK = re.compile(r"(20\d\d)(\d\d)(?:([WF])([1-5]))?")


def _of_taifex(cell: str) -> dt.date | None:
    """202404 is its third Wednesday, 202404W1 the first, 202404F2 the second Friday (TAIFEX: TXO specification)."""
    found = _WEEK.fullmatch(cell.removesuffix(".0"))
    if not found or not 1 <= int(found[2]) <= 12:
        return None
    first = dt.date(int(found[1]), int(found[2]), 1)
    weekday, week = (4 if found[3] == "F" else 2), int(found[4] or 3)
    return first + dt.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (week - 1))


def _expiries(
    table: Table, roles: Roles, sides: Sequence[_Side], side: _Side, days: npt.NDArray[np.object_]
) -> npt.NDArray[np.object_]:
    """The expiries of a side: where its row has none, that of its symbol, or of the other side's."""
    found = days.copy()
    for each in (side, *sides):
        missing = ~found.astype(bool)
        if not missing.any():
            break
        found[missing] = each.symbols.all("expiry", None)[missing]
    for i in np.flatnonzero(~found.astype(bool)).tolist():
        raise _no_expiry(table, roles, i)
    return found


def _no_expiry(table: Table, roles: Roles, i: int) -> BadInput:
    row = table.numbers[i]
    if "expiry" in roles.at:
        return BadInput(f'expiry in row {row} is "{shown(table.cells(roles.at["expiry"])[i])}"; expected a date')
    return _no_symbol(table, roles.all("symbol")[0], i)


def _no_symbol(table: Table, at: int, i: int) -> BadInput:
    return BadInput(
        f'{table.names[at]} in row {table.numbers[i]} is "{shown(table.cells(at)[i])}"; expected a symbol such as '
        "SPXW240119C04700000"
    )


def _amount(table: Table, roles: Roles, side: _Side, name: str, rights: npt.NDArray[np.str_]) -> FloatArray:
    """A column of figures; where one contract stands in a row and names hold sides, that of its right."""
    if name == "delta" and side.side == PUT and "delta" not in roles.sides[PUT] and "delta" in side.at:
        return np.full(len(table.rows), np.nan)  # a delta without a side is the call's
    found = table.amount(side.at.get(name), name)
    if not side.side:
        for own in (CALL, PUT):
            if name in roles.sides[own]:
                of_side = table.amount(roles.sides[own][name], name)
                found = np.where((rights == own) & ~np.isnan(of_side), of_side, found)
    return found


def _am(table: Table, at: int | None) -> FloatArray:
    """1 where a contract settles at the open, 0 where at the close, NaN where the feed does not say."""
    if at is None:
        return np.full(len(table.rows), np.nan)
    words = {"1": 1.0, "am": 1.0, "true": 1.0, "0": 0.0, "pm": 0.0, "false": 0.0}
    return np.array([words.get(text(cell).lower().removesuffix(".0"), np.nan) for cell in table.cells(at)], dtype=float)


def _has_text(table: Table, at: int | None) -> bool:
    """An empty column of roots is none."""
    return at is not None and not all(is_blank(cell) for cell in table.cells(at))


def _is_cboe(table: Table, roles: Roles, sides: Sequence[_Side]) -> bool:
    """Whether it is CBOE's quote table or its delayed quotes, by structure: OCC symbols around a strike, or a theo.

    iv at or below 0.02, or above 5, is its way of writing "none".
    """
    occ = any(head.family == "occ" for each in sides for head in each.symbols.heads)
    return occ and (roles.by_place or {plain(name) for name in table.names} >= _DELAYED)


def _finish(
    columns: Columns, table: Table, roles: Roles, sides: Sequence[_Side], above: Above, settings: Settings, title: str
) -> None:
    """Units, spot, quote time and market, once all contracts are known."""
    tell_market(columns, table, roles)
    name_future(columns, title)
    read_unit(columns, table, roles, next(filter(None, columns.root), "") or columns.symbol)
    read_iv(columns, table, roles)
    if roles.two:
        columns.keep(np.array(_present(table, roles, sides), dtype=bool))
    if "quote_time" in roles.at:
        read_quote_time(columns, table, roles.at)
    if "spot" in roles.at:
        read_spot(columns, table, roles.at["spot"])
    read_preamble(columns, above, table, settings)
    scale_strikes(columns, table)
    weigh_iv(columns)
    compare_sides(columns)
    check_strikes(columns.strike, columns.symbols, columns.row)
    check_expiries(columns.expiry, columns.symbols, columns.row)
    columns.notes += shifted_rows(table)
    columns.told = how_read(columns, table, roles)


def _present(table: Table, roles: Roles, sides: Sequence[_Side]) -> list[bool]:
    """Whether each contract of a two-sided table is there: one that is blank in every field of its own is not."""
    present = []
    for each in sides:
        own = roles.sides[each.side].values()
        if any(at_once.all_there(table.cells(j)) for j in own):
            present += [True] * len(table.rows)
            continue
        present += [any(j < len(row) and not _nothing(row[j]) for j in own) for row in table.rows]
    return present


def _nothing(cell: object) -> bool:
    return text(cell).lower() in PLACEHOLDERS if isinstance(cell, str) else is_blank(cell)
