"""Text that fell into one column: lines that a delimiter splits, or one cell per line as a browser copies them."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence

from gex_xl.errors import BadInput
from gex_xl.reading.dates import expiry_date
from gex_xl.reading.headers import field_of
from gex_xl.reading.values import is_blank, number, right, text

Rows = list[Sequence[object]]
_LONGEST_HEADER = 40
_DIGIT = re.compile(r"\d")


def split(rows: Rows, is_header: Callable[[Sequence[str]], bool]) -> Rows:
    """The rows of a table that was pasted into one column; any other rows as they are.

    Raises BadInput where one cell stands per line and the lines do not fill whole rows.
    """
    if any(not is_blank(cell) for row in rows for cell in row[1:]):
        return rows
    filled = [row for row in rows if not all(map(is_blank, row))]
    if len(filled) < 2:
        return rows
    lone = [text(row[0]) if row else "" for row in filled]
    counts = {mark: sum(line.count(mark) >= 3 for line in lone) for mark in "\t;,|"}
    mark = max(counts, key=lambda m: counts[m])
    if 2 * counts[mark] < len(lone):
        return _stacked(rows, is_header)
    # A line break inside a cell is no end of the line. Tabs are marks here, so the cell is taken as it is.
    lines = [re.sub(r"[\r\n]+", " ", str(row[0])) if row and not is_blank(row[0]) else "" for row in rows]
    return [_cells(line, mark) for line in lines]


def _cells(line: str, mark: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=mark), [])
    except csv.Error as error:
        raise BadInput(f"a line of the paste cannot be split into cells ({error})") from None


def _stacked(rows: Rows, is_header: Callable[[Sequence[str]], bool]) -> Rows:
    """One cell per line: as many names as the header has, then as many cells for each row, then perhaps a remark."""
    column = [row[0] if row else None for row in rows]
    while column and is_blank(column[-1]):
        column.pop()
    names = [text(cell) for cell in column]
    start = end = 0
    while end < len(names):
        start = end
        while end < len(names) and _is_name(names[end]):
            end += 1
        if end - start > 2 and is_header(names[start:end]):
            for first in range(max(start, end - _LONGEST_HEADER), end - 2):
                for remarks in range(3):
                    width, last = end - first, len(column) - remarks
                    if is_header(names[first:end]) and _fills(names[first:end], column[end:last]):
                        body = [column[at : min(at + width, last)] for at in range(end, last, width)]
                        return [*([c] for c in column[:first]), names[first:end], *body, *([c] for c in column[last:])]
            raise BadInput(
                f"the cells stand one below the other: {len(names) - end} below the names in rows {start + 1} to "
                f"{end}, which is no whole number of lines; paste the table as columns"
            )
        end += 1
    return rows


def _is_name(word: str) -> bool:
    """Whether a line may be the name of a column: figures, dates and symbols have digits."""
    return bool(word) and _DIGIT.search(word) is None


def _fills(header: Sequence[str], column: Sequence[object]) -> bool:
    """Whether lines make whole rows below the names of `header`, with figures where figures belong."""
    width = len(header)
    if not column or len(column) % width:
        return False
    fields = [field_of(name) for name in header]
    return all(
        _FITS[field](cell)
        for j, field in enumerate(fields)
        if field in _FITS and j == fields.index(field)
        for cell in column[j::width]
    )


_FITS: dict[str | None, Callable[[object], bool]] = {
    "strike": lambda cell: number(text(cell).rstrip("*")) is not None,  # Barchart marks adjusted contracts
    "open_interest": lambda cell: number(cell) is not None or is_blank(cell),
    "volume": lambda cell: number(cell) is not None or is_blank(cell),
    "right": lambda cell: right(cell) is not None,
    "expiry": lambda cell: expiry_date(cell) is not None,
}
