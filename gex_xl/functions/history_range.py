"""Earlier values of a figure, as a worksheet keeps them: one column, or a table with dates and symbols."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from gex_xl.analytics.zscore import EarlierValues
from gex_xl.arrays import FloatArray
from gex_xl.errors import BadInput
from gex_xl.reading.dates import expiry_dates
from gex_xl.reading.headers import plain
from gex_xl.reading.values import CELL_ERRORS, is_blank, number, numbers, shown, text

Rows = Sequence[Sequence[object]]
_HEADER_WITHIN = 20  # rows


def read_history(cells: Rows, figure: str | None, name: str = "history") -> EarlierValues:
    """One column (with or without a header), one row, or a table with a column named `figure` (None: no table).

    A unit in parentheses may follow the name. A table's columns `date` and `symbol` are read too. Blank rows at
    the end are not filled yet and do not count; a blank, or an error, between others is a gap. Raises BadInput.
    """
    rows = _filled(cells)
    if not rows:
        return EarlierValues(np.array([]))
    width = max(map(len, rows))
    if width == 1:
        return EarlierValues(_values([row[0] if row else None for row in rows], name, 0))
    if figure is None:
        raise BadInput(f"{name} is a range of {width} columns; expected one column")
    header_at, columns = _columns(rows, figure, name)
    values = _values([None, *columns[plain(figure)]], name, header_at)[1:]
    days = _days(columns["date"], values, name, header_at) if "date" in columns else None
    symbols = tuple(text(cell).upper() for cell in columns["symbol"]) if "symbol" in columns else None
    return EarlierValues(values, days, symbols)


def _filled(cells: Rows) -> list[list[object]]:
    """The rows down to the last that holds anything; one row of numbers is taken as a column."""
    rows = [list(row) for row in cells]
    if len(rows) == 1 and len(rows[0]) > 1 and number(rows[0][-1]) is not None:
        rows = [[cell] for cell in rows[0]]
    while rows and all(is_blank(cell) and not isinstance(cell, float) for cell in rows[-1]):  # NaN is a gap
        rows.pop()
    return rows


def _columns(rows: list[list[object]], figure: str, name: str) -> tuple[int, dict[str, list[object]]]:
    """The place of the header and the cells below it by title; of columns with one title the first."""
    headers = [[plain(text(cell).partition("(")[0]) for cell in row] for row in rows[:_HEADER_WITHIN]]
    header_at = next((place for place, titles in enumerate(headers) if plain(figure) in titles), None)
    if header_at is None:
        titles = ", ".join([shown(cell) for cell in rows[0] if not is_blank(cell)][:12])
        raise BadInput(f"{name} has no column named {figure}; found in its first row: {titles or 'nothing'}")
    columns: dict[str, list[object]] = {}
    for place, title in enumerate(headers[header_at]):
        columns.setdefault(title, [row[place] if place < len(row) else None for row in rows[header_at + 1 :]])
    return header_at, columns


def _days(cells: list[object], values: FloatArray, name: str, header_at: int) -> tuple[dt.date | None, ...]:
    days = tuple(expiry_dates(cells))
    for place, day in enumerate(days):
        if day is None and np.isfinite(values[place]):
            raise BadInput(f'{name}: date in row {header_at + 2 + place} is "{shown(cells[place])}"; expected a date')
    return days


def _values(column: list[object], name: str, skipped: int) -> FloatArray:
    """A column as numbers; the words of a header above them are left out."""
    head = text(column[0])
    titled = bool(head) and number(column[0]) is None and head.lower() not in CELL_ERRORS
    rest = column[1:] if titled else column
    rows = np.arange(len(rest)) + skipped + 1 + titled
    return numbers(rest, rows, name, needed=False)
