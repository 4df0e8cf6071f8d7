"""What a button does in a workbook that Python can write to: a host hands over its book, as xlwings has it.

xlwings itself is not needed here: a host's own code registers what it offers.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

_TODAY, _ROWS = "History_Today", "History_Rows"  # names of cells
_ERROR = re.compile(r"#[A-Z/0]+[!?]?")  # as cells show them: #N/A, #DIV/0!, #NAME?, #SPILL!
_EPOCH = dt.date(1899, 12, 30)  # of serial numbers


def keep_today(book: Any) -> str:
    """Write today's row of the sheet Days, as values, below the rows of earlier days.

    A row of the same date and symbol is replaced. Returns one sentence: where the row went, or why nothing was
    written. `book`: an xlwings.Book as xlwings Lite hands it to a script, with the values of that sheet.
    """
    if not {each.name for each in book.names} >= {_TODAY, _ROWS}:
        return f"Nothing was kept: no cells are named {_TODAY} and {_ROWS}; make a new workbook with gex-xl new."
    today, rows = (book.names[name].refers_to_range for name in (_TODAY, _ROWS))
    # xlwings' own way of reading takes a time with an offset, such as as_of, for a date of another form.
    cells = list(today.raw_value[0])
    for offset, cell in enumerate(cells):
        if isinstance(cell, str) and _ERROR.fullmatch(cell):
            where = today[0, offset].address.replace("$", "")
            return f"Nothing was kept: {where} of today's row shows {cell}; the sheet Check says what is wrong."
    named = _named(cells)
    if not named[0]:
        return "Nothing was kept: today's row has no date; paste a chain on the sheet Chain first."
    held = [_named(list(row)) for row in rows[:, :2].raw_value]
    last = max((i for i, (day, _) in enumerate(held) if day), default=-1)
    place = max((i for i, each in enumerate(held) if each == named), default=last + 1)
    if place >= len(held):
        return f"Nothing was kept: all {len(held)} rows are filled; delete the oldest ones."
    row = rows[place, :]
    row.clear_contents()
    row[0, : len(cells)].copy_from(today, "values")  # as they are: a text written anew may become a date
    done = "was replaced" if place <= last else "was added"
    return f"{' '.join(named).strip()} {done} in row {row.row}."


def _named(cells: list[Any]) -> tuple[str, str]:
    """Date and symbol by which a row is known again; ("", ...) for a row that is not filled."""
    day, symbol = cells[:2]
    if isinstance(day, int | float) and not isinstance(day, bool):
        day = (_EPOCH + dt.timedelta(days=int(day))).isoformat()
    return str(day or "").strip()[:10], str(symbol or "").strip().upper()
