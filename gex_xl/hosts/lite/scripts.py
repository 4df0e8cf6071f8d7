"""What a button does in a workbook that Python can write to: a host hands over its book, as xlwings has it.

xlwings itself is not needed here: a host's own code registers what it offers.
"""

from __future__ import annotations

import re
from typing import Any

from gex_xl.functions.kept_days import named, place_for

_TODAY, _ROWS = "History_Today", "History_Rows"  # names of cells
_ERROR = re.compile(r"#[A-Z/0]+[!?]?")  # as cells show them: #N/A, #DIV/0!, #NAME?, #SPILL!


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
    if not named(cells)[0]:
        return "Nothing was kept: today's row has no date; paste a chain on the sheet Chain first."
    held = rows[:, :2].raw_value
    place, replaces = place_for(cells, held)
    if place >= len(held):
        return f"Nothing was kept: all {len(held)} rows are filled; delete the oldest ones."
    row = rows[place, :]
    row.clear_contents()
    row[0, : len(cells)].copy_from(today, "values")  # as they are: a text written anew may become a date
    done = "was replaced" if replaces else "was added"
    return f"{' '.join(named(cells)).strip()} {done} in row {row.row}."
