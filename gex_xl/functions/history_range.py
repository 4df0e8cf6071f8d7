"""Earlier values of a figure, as a worksheet keeps them: one column, or a table with dates and symbols."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gex_xl.analytics.zscore import EarlierValues
from gex_xl.arrays import FloatArray
from gex_xl.errors import BadInput
from gex_xl.reading.dates import expiry_dates
from gex_xl.reading.headers import plain
from gex_xl.reading.values import CELL_ERRORS, is_blank, number, numbers, text

Rows = Sequence[Sequence[object]]
_HEADER_WITHIN = 20  # rows


def read_history(cells: Rows, figure: str | None, name: str = "history") -> EarlierValues:
    """One column (with or without a header), one row, or a table with a column named `figure` (None: no table).

    A unit in parentheses may follow the name. A table's columns `date` and `symbol` are read too. Blank rows at
    the end are not filled yet and do not count; a blank, or an error, between others is a gap. Raises BadInput.
    """
    rows = [list(row) for row in cells]
    if len(rows) == 1 and len(rows[0]) > 1 and number(rows[0][-1]) is not None:
        rows = [[cell] for cell in rows[0]]
    while rows and all(is_blank(cell) and not isinstance(cell, float) for cell in rows[-1]):  # NaN is a gap
        rows.pop()
    if not rows:
        return EarlierValues(np.array([]))
    if max(map(len, rows)) == 1:
        return EarlierValues(_values([row[0] if row else None for row in rows], name, 0))
    if figure is None:
        raise BadInput(f"{name} is a range of {max(map(len, rows))} columns; expected one column")
    wanted = plain(figure)
    headers = [[plain(text(cell).partition("(")[0]) for cell in row] for row in rows[:_HEADER_WITHIN]]
    at = next((i for i, names in enumerate(headers) if wanted in names), None)
    if at is None:
        found = ", ".join(text(cell) for cell in rows[0] if not is_blank(cell))
        raise BadInput(f"{name} has no column named {figure}; found in its first row: {found or 'nothing'}")
    header, below = headers[at], rows[at + 1 :]

    def column(title: str) -> list[object] | None:
        if title not in header:
            return None
        place = header.index(title)
        return [row[place] if place < len(row) else None for row in below]

    read = _values([None, *(column(wanted) or [])], name, at)[1:]
    dates, symbols = column("date"), column("symbol")
    days = None if dates is None else tuple(expiry_dates(dates))
    for i, day in enumerate(days or ()):
        if day is None and np.isfinite(read[i]):
            raise BadInput(f'{name}: date in row {at + 2 + i} is "{text((dates or [])[i])}"; expected a date')
    return EarlierValues(read, days, None if symbols is None else tuple(text(cell).upper() for cell in symbols))


def _values(column: list[object], name: str, skipped: int) -> FloatArray:
    """A column as numbers; the words of a header above them are left out."""
    head = text(column[0])
    titled = bool(head) and number(column[0]) is None and head.lower() not in CELL_ERRORS
    rest = column[1:] if titled else column
    rows = np.arange(len(rest)) + skipped + 1 + titled
    return numbers(rest, rows, name, needed=False)
