"""Find the header, tell the layout, read it into Columns.

Two families so far: `side_by_side` (calls | strike | puts, as CBOE's quote table) and `one_per_row`. A layout
is a pair of functions, one that recognises a header row and one that reads what is below it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence

from gex_xl.errors import BadInput
from gex_xl.reading import one_per_row, side_by_side
from gex_xl.reading.columns import Columns
from gex_xl.reading.headers import FIELDS, field_of
from gex_xl.reading.values import is_blank, text

Cells = Sequence[Sequence[object]]
_HEADER_WITHIN = 200  # rows searched for a header
_READERS: list[tuple[Callable[[Sequence[str]], bool], Callable[[Cells, int], Columns]]] = [
    (side_by_side.recognises, side_by_side.read),
    (one_per_row.recognises, one_per_row.read),
]


def read_columns(cells: Cells) -> Columns:
    """Read pasted cells (rows of cells, header and preamble included) in whatever layout they are.

    Raises BadInput with the columns that were found and those that are missing.
    """
    rows = _split_single_column(_as_rows(cells))
    found = _find(rows)
    if found:
        at, read = found
        return read(rows, at)
    if all(is_blank(cell) for row in rows for cell in row):
        raise BadInput("the chain is empty; paste an option chain with its header row")
    raise BadInput(_unknown(rows))


def has_chain(cells: Cells) -> bool:
    """True where a header of a known layout is found."""
    return _find(cells) is not None


def _find(rows: Cells) -> tuple[int, Callable[[Cells, int], Columns]] | None:
    for at, row in enumerate(rows[:_HEADER_WITHIN]):
        names = [text(cell) for cell in row]
        for recognises, read in _READERS:
            if recognises(names):
                return at, read
    return None


def _as_rows(cells: object) -> list[Sequence[object]]:
    if hasattr(cells, "columns") and hasattr(cells, "to_numpy"):  # a pandas DataFrame
        return [list(cells.columns), *([None if _missing(c) else c for c in row] for row in cells.to_numpy(object))]
    if isinstance(cells, Mapping) or not isinstance(cells, Sequence) or isinstance(cells, str):
        raise BadInput("the chain is not a range; expected rows of cells with a header, or a LOAD_CHAIN handle")
    return [row if isinstance(row, Sequence) and not isinstance(row, str) else [row] for row in cells]


def _missing(cell: object) -> bool:
    """NaN, and pandas' NaT and NA, of which only the last is not comparable."""
    return type(cell).__name__ == "NAType" or cell != cell


def _split_single_column(rows: list[Sequence[object]]) -> list[Sequence[object]]:
    """Lines of text pasted into one column, as from a text editor, are split into cells."""
    if any(not is_blank(cell) for row in rows for cell in row[1:]):
        return rows
    lone = [text(row[0]) for row in rows if row and not is_blank(row[0])]
    if len(lone) < 2:
        return rows
    counts = {mark: sum(line.count(mark) >= 3 for line in lone) for mark in "\t;,|"}
    mark = max(counts, key=lambda m: counts[m])
    if 2 * counts[mark] < len(lone):
        return rows
    # A line break inside a cell is no end of the line.
    lines = [re.sub(r"[\r\n]+", " ", text(row[0])) if row else "" for row in rows]
    return [next(csv.reader([line], delimiter=mark), []) for line in lines]


def _unknown(rows: list[Sequence[object]]) -> str:
    def known(row: Sequence[object]) -> set[str]:
        return {found for cell in row if (found := field_of(text(cell)))}

    words = [
        [" ".join(text(c)[:40].split()) for c in row if isinstance(c, str) and re.search(r"[^\W\d_]", c)]
        for row in rows[:_HEADER_WITHIN]
    ]
    best = max(range(len(words)), key=lambda at: (len(known(rows[at])), len(words[at])))
    found = known(rows[best])
    needed = ["strike", "right", "expiry", "open_interest"]
    if "symbol" in found:
        needed = ["open_interest"]  # an OCC symbol holds the other three
    missing = [FIELDS[name][0] for name in needed if name not in found]
    listed = ", ".join(words[best][:12]) or "none"
    return (
        f"no option chain found; columns found in row {best + 1}: {listed}; "
        f"missing: {', '.join(missing) or 'one column of contracts or two sides around a strike column'}"
    )
