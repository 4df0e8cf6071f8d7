"""How a paste was read, in words: layout, which column became what, units, market. Nothing is decided here."""

from __future__ import annotations

import numpy as np

from gex_xl.products import US
from gex_xl.reading import at_once
from gex_xl.reading.columns import Columns, Table
from gex_xl.reading.roles import CALL, NAMES, PUT, Roles
from gex_xl.reading.values import is_blank, shown

Told = list[tuple[str, str]]
_MOST = 12  # columns that are not read, by name


def how_read(columns: Columns, table: Table, roles: Roles) -> Told:
    """(what, how), a line each."""
    market = [told for told in columns.told if told[0] == "market"] or [("market", f"{US} (nothing tells another)")]
    return [
        ("layout", f"{columns.layout}; header in row {table.first}, {len(table.rows):,} rows of contracts below it"),
        *_columns(table, roles),
        *_units(columns, table, roles),
        *market,
    ]


def shifted_rows(table: Table) -> list[str]:
    """A sentence on rows that end a cell before the others in a table without any other blank; else []."""
    last = max((j for j, name in enumerate(table.names) if name), default=0)
    if at_once.all_there(table.cells(last)):
        return []
    short = [int(n) for n, cell in zip(table.numbers, table.cells(last), strict=True) if is_blank(cell)]
    named = [j for j, name in enumerate(table.names[:last]) if name]
    if not 0 < 2 * len(short) < len(table.rows) or any(any(map(is_blank, table.cells(j))) for j in named):
        return []
    return [
        f"{len(short)} rows, the first row {short[0]}, end one cell before the others, and no other cell is blank: was "
        "a cell deleted there, so that others moved to the left?"
    ]


def _columns(table: Table, roles: Roles) -> Told:
    sides = [("", roles.at)] + [(NAMES[side], roles.sides[side]) for side in (CALL, PUT)]
    found = [
        (f"columns of {name}s" if name else "columns",
         ", ".join(f"{field.replace('_', ' ')} = {shown(table.names[j])}" for field, j in places.items()))
        for name, places in sides if places
    ]  # fmt: skip
    used = {j for _, j in roles.places()}
    others = [shown(name) for j, name in enumerate(table.names) if j not in used and name]
    if others:
        more = f" and {len(others) - _MOST} more" if len(others) > _MOST else ""
        found.append(("not read", f"{', '.join(others[:_MOST])}{more}"))
    return found


def _units(columns: Columns, table: Table, roles: Roles) -> Told:
    """The size of each figure after all factors, by which a wrong unit is seen at once."""
    mark = "comma" if table.comma else "point"
    found = [("figures", f"decimal {mark}; numeric dates {'day' if table.day_first else 'month'} first")]
    for name, said in (("strike", "in the currency of spot"), ("iv", "1 being 100 %"), ("open_interest", "each")):
        amounts = getattr(columns, name)
        real = amounts[np.isfinite(amounts) & (amounts > 0)]
        if real.size:
            found.append(
                (
                    name.replace("_", " "),
                    f"{real.min():,.6g} to {real.max():,.6g}, median {np.median(real):,.6g} ({said})",
                )
            )
        elif roles.all(name):
            found.append((name.replace("_", " "), "none above 0"))
    return found
