"""Calls | strike | puts, one row per strike and expiry: CBOE's quote table in all its vintages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gex_xl.errors import BadInput
from gex_xl.reading.columns import Columns, Table, iv_as_decimal
from gex_xl.reading.dates import expiry_dates
from gex_xl.reading.headers import check_strikes, field_of, parse_occ, plain, read_preamble
from gex_xl.reading.values import is_blank, text

_PER_SIDE = ("iv", "open_interest", "gamma", "delta", "bid", "ask", "volume", "multiplier", "dealer_position")
_CBOE_IV_PLACEHOLDER = (0.02, 5.0)
_NAMES = {"C": "call", "P": "put"}


def recognises(names: Sequence[str]) -> bool:
    """A header with one strike column and open interest on both sides."""
    fields = [field_of(name) for name in names]
    return fields.count("strike") == 1 and all(
        any(fields[j] == "open_interest" for j in side) for side in _halves(names, fields)
    )


def _halves(names: Sequence[str], fields: Sequence[str | None]) -> tuple[range, range]:
    """The columns of the left and of the right contract: around the strike, or from Calls and from Puts on."""
    titled = [j for j, name in enumerate(names) if plain(name) in ("calls", "puts")]
    strike = fields.index("strike")
    if len(titled) == 2 and not titled[0] < strike < titled[1]:
        return range(*titled), range(titled[1], len(fields))
    return range(strike), range(strike + 1, len(fields))


def read(rows: Sequence[Sequence[object]], header: int) -> Columns:
    """Read the table below `header` (row index) into Columns; two contracts per row."""
    names = [text(cell) for cell in rows[header]]
    fields = [field_of(name) for name in names]
    strike = fields.index("strike")
    table = Table(rows, header)
    left, other = _halves(names, fields)
    titles = [text(cell) for row in rows[max(header - 1, 0) : header + 1] for cell in row[left.start : left.stop]]
    swapped = _puts_on_the_left(table, [j for j in left if fields[j] == "symbol"], titles)
    sides = {"C": other, "P": left} if swapped else {"C": left, "P": other}
    common = (None, "strike", "expiry")
    at = {
        right: {field: j for j in reversed(side) if (field := fields[j]) not in common} for right, side in sides.items()
    }
    expiry_at = next((j for j, field in enumerate(fields) if field == "expiry"), None)
    left_out = _leave_out_other_lines(table, strike, expiry_at, at)
    expiries = expiry_dates(table.cells(expiry_at))
    occ = {right: [parse_occ(cell) for cell in table.cells(at[right].get("symbol"))] for right in sides}
    for right, symbols in occ.items():
        for i, symbol in enumerate(symbols):
            if symbol and symbol[2] != right:
                name = text(table.cells(at[right]["symbol"])[i])
                raise BadInput(
                    f"the symbol in row {table.numbers[i]} is {name}; expected a {_NAMES[right]} on that side"
                )
    for i, expiry in enumerate(expiries):
        if expiry is None:
            known = occ["C"][i] or occ["P"][i]
            if known is None:
                found = text(table.cells(expiry_at)[i])
                raise BadInput(f'expiry in row {table.numbers[i]} is "{found}"; expected a date')
            expiries[i] = known[1]
    strikes = table.numeric(strike, "strike", needed=True)
    for symbols in occ.values():
        check_strikes(strikes, symbols, table.numbers)

    def both(field: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        title = field.replace("_", " ")
        return np.concatenate(
            [table.numeric(at[r].get(field), title, needed=field == "open_interest") for r in ("C", "P")]
        )

    amounts: dict[str, Any] = {field: both(field) for field in _PER_SIDE}
    columns = Columns(
        layout="calls | strike | puts",
        row=np.concatenate([table.numbers, table.numbers]),
        root=[o[0] if o else "" for right in ("C", "P") for o in occ[right]],
        expiry=[e for e in expiries if e is not None] * 2,
        right=np.repeat(np.array(["C", "P"]), len(table.rows)),
        strike=np.concatenate([strikes, strikes]),
        **amounts,
        has_dealer_position="dealer_position" in at["C"] or "dealer_position" in at["P"],
        has_roots=any(o for right in sides for o in occ[right]),
        iv_placeholder=_CBOE_IV_PLACEHOLDER,
        left_out=left_out,
    )
    _drop_absent_sides(columns, table, at)
    iv_at = [at[right]["iv"] for right in sides if "iv" in at[right]]
    iv_as_decimal(columns, [cell for j in iv_at for cell in table.cells(j)], [names[j] for j in iv_at])
    read_preamble(columns, rows[:header])
    return columns


def _puts_on_the_left(table: Table, symbols: Sequence[int], titles: Sequence[str]) -> bool:
    """By the first option symbol on the left, else by a title there, in the header or the line above it."""
    for j in symbols:
        for cell in table.cells(j):
            if known := parse_occ(cell):
                return known[2] == "P"
    return any(plain(title) in ("put", "puts") for title in titles)


def _leave_out_other_lines(
    table: Table, strike: int, expiry_at: int | None, at: dict[str, dict[str, int]]
) -> list[tuple[str, float]]:
    """Take out repeated headers and lines without a strike, such as totals; their open interest is counted."""
    strikes = table.cells(strike)
    expiries = table.cells(expiry_at)
    wanted, left_out = [], []
    for i, cell in enumerate(strikes):
        repeated = field_of(text(cell)) == "strike"
        total = is_blank(cell) or (expiry_at is not None and is_blank(expiries[i]) and not _has_symbol(table, i, at))
        wanted.append(not (repeated or total))
        if repeated:
            left_out.append(("repeated header", 0.0))
        elif total:
            amount = table.left_out(i, [side["open_interest"] for side in at.values()])
            left_out.append(("no strike or expiry", amount))
    table.keep(wanted)
    return left_out


def _has_symbol(table: Table, i: int, at: dict[str, dict[str, int]]) -> bool:
    row = table.rows[i]
    places = [side["symbol"] for side in at.values() if side.get("symbol", len(row)) < len(row)]
    return any(parse_occ(row[j]) for j in places)


def _drop_absent_sides(columns: Columns, table: Table, at: dict[str, dict[str, int]]) -> None:
    """A side that is blank in every field is no contract (a chain of calls only, a filtered view)."""
    present = []
    for right in ("C", "P"):
        used = at[right].values()
        present += [any(j < len(row) and not is_blank(row[j]) for j in used) for row in table.rows]
    if not all(present):
        columns.keep(np.array(present, dtype=bool))
