"""Calls | strike | puts, one row per strike and expiry: CBOE's quote table, thinkorswim, Barchart, OptionsDX."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from gex_xl.arrays import FloatArray
from gex_xl.errors import BadInput
from gex_xl.reading.columns import AMOUNTS, RESTRICTED, Columns, Table
from gex_xl.reading.headers import field_of, plain, sided_field
from gex_xl.reading.preamble import find_expiries, read_preamble
from gex_xl.reading.quotes import last_trades, read_quote_time, read_spot
from gex_xl.reading.symbols import Symbol, check_expiries, check_strikes, parse_occ
from gex_xl.reading.values import PLACEHOLDERS, is_blank, number, shown, text
from gex_xl.settings import Settings

_CBOE_IV_PLACEHOLDER = (0.02, 5.0)
_CBOE_DELAY = 15.0  # minutes
_NAMES = {"C": "call", "P": "put"}
#: Above each expiry thinkorswim writes its date, the days left and the shares per contract.
_SECTION = re.compile(r"\d{1,2} [A-Z]{3} \d{2}\s+\(\d+\)\s+(\d+)\b.*")
_COMMON = ("strike", "expiry", "spot", "quote_time")
Sides = dict[str, dict[str, int]]


def recognises(names: Sequence[str]) -> bool:
    """A header with one strike column and open interest on both sides, or with names such as C_VOLUME, P_VOLUME."""
    fields = [field_of(name) for name in names]
    if fields.count("strike") != 1:
        return False
    named = _named_sides(names)
    if any(named.values()):
        return any({"open_interest", "volume"} & set(side) for side in named.values())
    return all(any(fields[j] == "open_interest" for j in side) for side in _halves(names, fields))


def _named_sides(names: Sequence[str]) -> Sides:
    """{right: {field: column}} of the columns whose names say their side."""
    sides: Sides = {"C": {}, "P": {}}
    for j, name in enumerate(names):
        if found := sided_field(name):
            sides[found[0]].setdefault(found[1], j)
    return sides


def _halves(names: Sequence[str], fields: Sequence[str | None]) -> tuple[range, range]:
    """The columns of the left and of the right contract: around the strike, or from Calls and from Puts on."""
    titled = [j for j, name in enumerate(names) if plain(name) in ("calls", "puts")]
    strike = fields.index("strike")
    if len(titled) == 2 and not titled[0] < strike < titled[1]:
        return range(*titled), range(titled[1], len(fields))
    return range(strike), range(strike + 1, len(fields))


def read(rows: Sequence[Sequence[object]], header: int, settings: Settings, title: str = "") -> Columns:
    """Read the table below `header` (row index) into Columns; two contracts per row.

    `title` is the name of the file, which may be all that names the expiry.
    """
    table = Table(rows, header, settings)
    fields = [field_of(name) for name in table.names]
    common = {field: fields.index(field) for field in _COMMON if field in fields}
    strike, expiry_at = common["strike"], common.get("expiry")
    at = _sides(rows, header, table, fields)
    table.decide([*common.items(), *(pair for side in at.values() for pair in side.items())])
    left_out, sections = _leave_out_other_lines(table, strike, expiry_at, at)
    above = list(enumerate(rows[:header], 1))
    sections = [(n, size) for n, row in above if (size := _section(row)) is not None] + sections
    above = [(n, row) for n, row in above if _section(row) is None]  # the date of an expiry is no quote time
    occ = {right: [parse_occ(cell) for cell in table.cells(at[right].get("symbol"))] for right in at}
    _check_sides(table, at, occ)
    expiries = table.dates(expiry_at)
    if expiry_at is None and not any(any(symbols) for symbols in occ.values()):
        expiries = list(find_expiries(table, above, title)) or expiries
    for i, expiry in enumerate(expiries):
        if expiry is None:
            known = occ["C"][i] or occ["P"][i]
            if known is None:
                raise _no_expiry(table, i, expiry_at)
            expiries[i] = known.expiry
    strikes = table.numeric(strike, "strike", needed=True)
    days = [expiry for expiry in expiries if expiry is not None]
    for symbols in occ.values():
        check_strikes(strikes, symbols, table.numbers)
        check_expiries(days, symbols, table.numbers)

    amounts: dict[str, Any] = {
        field: np.concatenate([table.amount(at[right].get(field), field) for right in at]) for field in AMOUNTS
    }
    if sections:
        _section_sizes(amounts["multiplier"], table, sections)
    weighed = any({"open_interest", "dealer_position"} & set(side) for side in at.values())
    columns = Columns(
        layout="calls | strike | puts",
        row=np.concatenate([table.numbers, table.numbers]),
        root=[o.root if o else "" for right in at for o in occ[right]],
        expiry=days * 2,
        right=np.repeat(np.array(list(at)), len(table.rows)),
        strike=np.concatenate([strikes, strikes]),
        **amounts,
        forward=np.full(2 * len(table.rows), np.nan),
        last_trade=np.concatenate([last_trades(table, at[right].get("last_trade")) for right in at]),
        has_dealer_position=any("dealer_position" in side for side in at.values()),
        has_roots=any(any(symbols) for symbols in occ.values()),
        iv_placeholder=_CBOE_IV_PLACEHOLDER if "symbol" in at["C"] or "symbol" in at["P"] else (0.0, np.inf),
        left_out=left_out,
        notes=table.notes,
        quote_delay=_CBOE_DELAY if "symbol" in at["C"] or "symbol" in at["P"] else 0.0,
    )
    if not weighed:
        columns.notes.append("the paste has no open interest; weight = volume makes use of its volume")
    iv_at = [side["iv"] for side in at.values() if "iv" in side]
    if iv_at:
        table.decimals(columns, iv_at)
    _drop_absent_sides(columns, table, at)
    if "quote_time" in common:
        read_quote_time(columns, table, common["quote_time"])
    if "spot" in common:
        read_spot(columns, table, common["spot"])
    read_preamble(columns, above, table, settings)
    return columns


def _sides(rows: Sequence[Sequence[object]], header: int, table: Table, fields: Sequence[str | None]) -> Sides:
    """{right: {field: column}}, calls first."""
    named = _named_sides(table.names)
    if any(named.values()):
        return named
    left, other = _halves(table.names, fields)
    titles = [text(cell) for row in rows[max(header - 1, 0) : header + 1] for cell in row[left.start : left.stop]]
    swapped = _puts_on_the_left(table, [j for j in left if fields[j] == "symbol"], titles)
    sides = {"C": other, "P": left} if swapped else {"C": left, "P": other}
    return {
        right: {field: j for j in reversed(side) if (field := fields[j]) and field not in _COMMON}
        for right, side in sides.items()
    }


def _puts_on_the_left(table: Table, symbols: Sequence[int], titles: Sequence[str]) -> bool:
    """By the first option symbol on the left, else by a title there, in the header or the line above it."""
    for j in symbols:
        for cell in table.cells(j):
            if known := parse_occ(cell):
                return known.right == "P"
    return any(plain(title) in ("put", "puts") for title in titles)


def _check_sides(table: Table, at: Sides, occ: dict[str, list[Symbol | None]]) -> None:
    for right, symbols in occ.items():
        for i, symbol in enumerate(symbols):
            if symbol and symbol.right != right:
                name = shown(table.cells(at[right]["symbol"])[i])
                raise BadInput(
                    f"the symbol in row {table.numbers[i]} is {name}; expected a {_NAMES[right]} on that side"
                )


def _no_expiry(table: Table, i: int, expiry_at: int | None) -> BadInput:
    if expiry_at is None:
        return BadInput(
            "the paste names no expiry; write it above the table, such as Expiry: 2024-01-19, or add a column Expiry"
        )
    return BadInput(f'expiry in row {table.numbers[i]} is "{shown(table.cells(expiry_at)[i])}"; expected a date')


def _leave_out_other_lines(
    table: Table, strike: int, expiry_at: int | None, at: Sides
) -> tuple[list[tuple[str, float]], list[tuple[int, float]]]:
    """Take out repeated headers and lines without a strike, such as totals; their open interest is counted.

    Also returns thinkorswim's sections, (row number, shares per contract): a section is no line that is lost.
    """
    strikes, expiries = table.cells(strike), table.cells(expiry_at)
    places = [side["open_interest"] for side in at.values() if "open_interest" in side]
    wanted, left_out, sections = [], [], []
    titled = False
    for i, cell in enumerate(strikes):
        plainly = number(cell, comma=table.comma) is not None
        repeated = not plainly and table.repeats_header(i)
        section = None if plainly or repeated else _section(table.rows[i])
        restricted = not plainly and text(cell).endswith("*")
        total = is_blank(cell) or (expiry_at is not None and is_blank(expiries[i]) and not _has_symbol(table, i, at))
        if section is not None:
            sections.append((int(table.numbers[i]), section))
        elif repeated and not titled:
            left_out.append(("repeated header", 0.0))
        elif restricted:
            left_out += [(RESTRICTED, table.left_out(i, [place])) for place in places]
        elif total and not repeated:
            left_out.append(("no strike or expiry", table.left_out(i, places)))
        wanted.append(not (repeated or restricted or total or section is not None))
        titled = section is not None
    table.keep(wanted)
    table.others = [(n, row) for n, row in table.others if _section(row) is None]
    return left_out, sections


def _section(row: Sequence[object]) -> float | None:
    """Shares per contract of a line with which thinkorswim begins an expiry; None for any other line."""
    filled = [cell for cell in row if not is_blank(cell)]
    found = _SECTION.fullmatch(text(filled[0])) if len(filled) == 1 else None
    return float(found[1]) if found else None


def _section_sizes(multiplier: FloatArray, table: Table, sections: Sequence[tuple[int, float]]) -> None:
    """Fill in the multiplier of the rows below each section, in place."""
    at = np.searchsorted([n for n, _ in sections], table.numbers, side="right") - 1
    sizes = np.array([size for _, size in sections])
    multiplier[:] = np.tile(np.where(at >= 0, sizes[at], np.nan), 2)


def _has_symbol(table: Table, i: int, at: Sides) -> bool:
    row = table.rows[i]
    places = [side["symbol"] for side in at.values() if side.get("symbol", len(row)) < len(row)]
    return any(parse_occ(row[j]) for j in places)


def _drop_absent_sides(columns: Columns, table: Table, at: Sides) -> None:
    """A side that is blank in every field is no contract (a chain of calls only, a filtered view)."""
    present = []
    for side in at.values():
        used = side.values()
        present += [any(j < len(row) and not _nothing(row[j]) for j in used) for row in table.rows]
    if not all(present):
        columns.keep(np.array(present, dtype=bool))


def _nothing(cell: object) -> bool:
    return text(cell).lower() in PLACEHOLDERS if isinstance(cell, str) else is_blank(cell)
