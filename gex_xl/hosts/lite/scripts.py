"""What a button does in a workbook that Python can write to: a host hands over its book, as xlwings has it.

xlwings itself is not needed here: a host's own code registers what it offers.
"""

from __future__ import annotations

import re
from typing import Any

from gex_xl.chain_files import entry, is_earlier, newest_in
from gex_xl.errors import GexError
from gex_xl.functions import REGISTRY
from gex_xl.functions.arguments import settings_of
from gex_xl.functions.evaluation import clean
from gex_xl.functions.kept_days import named, place_for
from gex_xl.reading.files import as_typed, read_cells

_TODAY, _ROWS = "History_Today", "History_Rows"  # names of cells
_FOLDER, _INPUTS, _SETTINGS = "Chain_Folder", "Chain_Inputs", "Chain_Settings"
_PASTE = "C1:AZ60000"  # of Chain and Earlier
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
    place, said = _place(cells, rows)
    if place is not None:
        rows[place, : len(cells)].copy_from(today, "values")  # as they are: a text written anew may become a date
    return said


def load_newest(book: Any) -> str:
    """Put the newest chain file of the folder named on the sheet Settings onto Chain, the chain before it onto Earlier.

    The new chain's row goes below the rows that the sheet Days keeps. Returns one sentence: what was done, or why
    nothing was. `book` as for keep_today, with the values of Chain, Settings and Days.
    """
    if not {each.name for each in book.names} >= {_FOLDER, _INPUTS, _SETTINGS, _ROWS}:
        return "Nothing was loaded: the book names no folder of chains; make a new workbook with gex-xl new."
    folder, inputs, settings, rows = (book.names[name].refers_to_range for name in (_FOLDER, _INPUTS, _SETTINGS, _ROWS))
    chain, earlier = (book.sheets[name][_PASTE] for name in ("Chain", "Earlier"))
    try:
        chosen = settings_of(settings.raw_value)
        file = newest_in(str(folder.raw_value[0][0] or ""))
        new = as_typed([list(row) for row in read_cells(file)], chosen.decimal)
        row = clean(_row(new, [row[0] for row in inputs.raw_value], settings.raw_value, rows)[1])
    except (GexError, OSError) as error:
        return f"Nothing was loaded: {error}."
    used = book.sheets["Chain"].used_range
    old = chain[: used.row + used.shape[0] - 1, : max(1, used.column + used.shape[1] - 3)]
    before = ""
    if is_earlier([list(line) for line in old.raw_value], new, chosen):
        earlier.clear_contents()
        earlier[0, 0].copy_from(old, "values")
        before = " The chain before is on Earlier."
    chain.clear_contents()
    width = max(map(len, new))
    chain[: len(new), :width].raw_value = [[*map(entry, line), *[""] * (width - len(line))] for line in new]
    place, said = _place(row, rows)
    if place is not None:
        rows[place, : len(row)].raw_value = [list(map(entry, row))]
    return f"{file.name} is on Chain.{before} {said}"


def _row(new: Any, inputs: list[Any], settings: Any, rows: Any) -> Any:
    """The row of a history for a chain, as the sheet Days computes it."""
    spot, as_of, *market = inputs
    # A date comes as if it were of Greenwich; the cell means the market's time.
    as_of = str(as_of).removesuffix(".000Z") if isinstance(as_of, str) else as_of
    kept = [line for line in rows.raw_value if line[0] not in (None, "")]
    history = [*rows.offset(-1)[0, :].raw_value, *kept] if kept else None
    given = REGISTRY["LOAD_CHAIN"].body(new, spot, as_of, settings)
    return REGISTRY["HISTORY_ROW"].body(given, None, None, "unit=usd", *market, history)


def _place(cells: list[Any], rows: Any) -> tuple[int | None, str]:
    """Which of the kept rows takes these cells, emptied; None and the sentence why none does."""
    held = rows[:, :2].raw_value
    place, replaces = place_for(cells, held)
    if place >= len(held):
        return None, f"Nothing was kept: all {len(held)} rows are filled; delete the oldest ones."
    row = rows[place, :]
    row.clear_contents()
    done = "was replaced" if replaces else "was added"
    return place, f"{' '.join(named(cells)).strip()} {done} in row {row.row}."
