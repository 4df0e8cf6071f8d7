"""Find the header, tell the layout, read it into Columns.

Two families: `side_by_side` (calls | strike | puts) and `one_per_row`. A layout is a pair of functions, one that
recognises a header row and one that reads what is below it. Text that fell into one column is first split.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from gex_xl.errors import BadInput
from gex_xl.reading import one_per_row, side_by_side
from gex_xl.reading.columns import Columns
from gex_xl.reading.headers import FIELDS, field_of
from gex_xl.reading.one_column import split
from gex_xl.reading.values import is_blank, shown, text
from gex_xl.settings import Settings

Cells = Sequence[Sequence[object]]
Recognises = Callable[[Sequence[str]], bool]
Reads = Callable[[Cells, int, Settings, str], Columns]
#: The largest paste. The whole SPX chain has about 15 000 rows side by side, 30 000 one per row.
MAX_ROWS, MAX_COLUMNS = 200_000, 16_384
_HEADER_WITHIN = 200  # rows searched for a header
_READERS: list[tuple[Recognises, Reads]] = [
    (side_by_side.recognises, side_by_side.read),
    (one_per_row.recognises, one_per_row.read),
]


def read_columns(cells: Cells, settings: Settings | None = None, title: str = "") -> Columns:
    """Read pasted cells (rows of cells, header and preamble included) in whatever layout they are.

    `title` is the name of the file they come from. Raises BadInput with the columns that were found and those that
    are missing, and for more than MAX_ROWS rows.
    """
    rows = split(_as_rows(cells), recognised)
    check_size(len(rows), max(map(len, rows), default=0))
    chosen = settings or Settings()
    found = _find(rows)
    if found:
        at, read = found
        return read(rows, at, chosen, title)
    if all(is_blank(cell) for row in rows for cell in row):
        raise BadInput("the chain is empty; paste an option chain with its header row")
    for at, row in enumerate(rows[:_HEADER_WITHIN]):
        if one_per_row.recognises_titled([text(cell) for cell in row]):
            try:
                return one_per_row.read(rows, at, chosen, title)
            except one_per_row.MissingColumns:
                break
    raise BadInput(_unknown(rows))


def has_chain(cells: Cells) -> bool:
    """True where a header of a known layout is found."""
    return _find(cells) is not None


def recognised(names: Sequence[str]) -> bool:
    """Whether cells are a header of a known layout."""
    return any(recognises(names) for recognises, _ in _READERS) or one_per_row.recognises_titled(names)


def _find(rows: Cells) -> tuple[int, Reads] | None:
    for at, row in enumerate(rows[:_HEADER_WITHIN]):
        names = [text(cell) for cell in row]
        for recognises, read in _READERS:
            if recognises(names):
                return at, read
    return None


def _as_rows(cells: object) -> list[Sequence[object]]:
    if hasattr(cells, "columns") and hasattr(cells, "to_numpy"):  # a pandas DataFrame
        check_size(*getattr(cells, "shape", (0, 0)))
        return [list(cells.columns), *([None if _missing(c) else c for c in row] for row in cells.to_numpy(object))]
    if isinstance(cells, Mapping) or not isinstance(cells, Sequence) or isinstance(cells, str):
        raise BadInput("the chain is not a range; expected rows of cells with a header, or a LOAD_CHAIN handle")
    check_size(len(cells), 1)
    return [row if isinstance(row, Sequence) and not isinstance(row, str) else [row] for row in cells]


def check_size(rows: int, columns: int) -> None:
    """Raises BadInput for more rows or columns than are read."""
    if rows > MAX_ROWS or columns > MAX_COLUMNS:
        found = f"{rows:,} rows" if rows > MAX_ROWS else f"{columns:,} columns"
        raise BadInput(
            f"the paste has {found}; expected at most {MAX_ROWS:,} rows and {MAX_COLUMNS:,} columns, for instance one "
            "underlying at a time"
        )


def _missing(cell: object) -> bool:
    """NaN, and pandas' NaT and NA, of which only the last is not comparable."""
    return type(cell).__name__ == "NAType" or cell != cell


def _unknown(rows: list[Sequence[object]]) -> str:
    def known(row: Sequence[object]) -> set[str]:
        return {found for cell in row if (found := field_of(text(cell)))}

    words = [
        [shown(c) for c in row if isinstance(c, str) and re.search(r"[^\W\d_]", c)] for row in rows[:_HEADER_WITHIN]
    ]
    best = max(range(len(words)), key=lambda at: (len(known(rows[at])), len(words[at])))
    found = known(rows[best])
    needed = ["strike", "right", "expiry", "open_interest"]
    if "symbol" in found:
        needed = ["open_interest"]  # an OCC symbol holds the other three
    missing = [FIELDS[name][0] for name in needed if name not in found]
    listed = ", ".join(words[best][:12]) or "none"
    hint = "; a line above the table may name it: Expiry: 2024-01-19" if missing[-1:] == ["expiry"] else ""
    return (
        f"no option chain found; columns found in row {best + 1}: {listed}; "
        f"missing: {', '.join(missing) or 'one column of contracts or two sides around a strike column'}{hint}"
    )
