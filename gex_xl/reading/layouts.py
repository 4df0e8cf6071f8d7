"""Find the header, read what is below it into Columns. Text that fell into one column is first split."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gex_xl.errors import BadInput
from gex_xl.reading import assembling
from gex_xl.reading.columns import Columns
from gex_xl.reading.headers import FIELDS, field_of, sided_field
from gex_xl.reading.one_column import split
from gex_xl.reading.reprs import expand
from gex_xl.reading.roles import recognises
from gex_xl.reading.symbols import parse
from gex_xl.reading.titles import MissingColumns
from gex_xl.reading.values import is_blank, shown, text
from gex_xl.settings import Settings

Cells = Sequence[Sequence[object]]
#: The largest paste. The whole SPX chain has about 15 000 rows side by side, 30 000 one per row.
MAX_ROWS, MAX_COLUMNS, MAX_CELLS = 200_000, 16_384, 4_000_000
_HEADER_WITHIN = 200  # rows searched for a header
_ROWS_OF_SYMBOLS = 3  # below a header, searched for option symbols


def read_columns(cells: Cells, settings: Settings | None = None, title: str = "") -> Columns:
    """Read pasted cells (rows of cells, header and preamble included) in whatever layout they are.

    `title` is the name of the file they come from. Raises BadInput with the columns that were found and those that
    are missing, and for more than MAX_ROWS rows.
    """
    rows = split(_as_rows(cells), recognised)
    check_size(len(rows), max(map(len, rows), default=0))
    if all(is_blank(cell) for row in rows for cell in row):
        raise BadInput("the chain is empty; paste an option chain with its header row")
    at = find_header(rows)
    if at is None:
        raise BadInput(_unknown(rows))
    rows = expand(rows, at)
    try:
        columns = assembling.read(rows, at, settings or Settings(), title)
    except MissingColumns as missing:
        raise BadInput(_unknown(rows, str(missing))) from None
    columns.notes[:0] = getattr(cells, "notes", ())
    return columns


def recognised(names: Sequence[str]) -> bool:
    """Whether cells are a header of a known layout."""
    return recognises(names) or _titled(names)


def find_header(rows: Cells) -> int | None:
    """The index of the header row, None where there is none: by its names alone, else by names and what is below."""
    head = rows[:_HEADER_WITHIN]
    for tells in (recognises, _titled):
        if (at := next((at for at, row in enumerate(head) if tells(_names(row))), None)) is not None:
            # Titles over the names, Calls and Puts around Strike, look like a header of symbols.
            names, below = _names(head[at]), _names(head[at + 1]) if at + 1 < len(head) else []
            return at + 1 if not _weighed(names) and _weighed(below) and tells(below) else at
    for at, row in enumerate(map(_names, head)):
        below = [cell for line in rows[at + 1 : at + 1 + _ROWS_OF_SYMBOLS] for cell in line if isinstance(cell, str)]
        if _weighed(row) and any(map(parse, below)) and not any(map(parse, row)):
            return at
    return None


def _names(row: Sequence[object]) -> list[str]:
    return [text(cell) for cell in row]


def _titled(names: Sequence[str]) -> bool:
    """A header with strike and open interest, whose right or expiry may stand in a title or in the file's name."""
    return "strike" in map(field_of, names) and _weighed(names, ("open_interest",))


def _weighed(names: Sequence[str], by: Sequence[str] = ("open_interest", "volume")) -> bool:
    return any(field_of(name) in by or ((found := sided_field(name)) and found[1] in by) for name in names)


def _as_rows(cells: object) -> list[Sequence[object]]:
    if hasattr(cells, "columns") and hasattr(cells, "to_numpy"):  # a pandas DataFrame
        check_size(*getattr(cells, "shape", (0, 0)))
        return [list(cells.columns), *([None if _missing(c) else c for c in row] for row in cells.to_numpy(object))]
    if isinstance(cells, Mapping) or not isinstance(cells, Sequence) or isinstance(cells, str):
        raise BadInput("the chain is not a range; expected rows of cells with a header, or a LOAD_CHAIN handle")
    check_size(len(cells), 1)
    return [row if type(row) is list or _is_row(row) else [row] for row in cells]


def _is_row(row: object) -> bool:
    return isinstance(row, Sequence) and not isinstance(row, str)


def check_size(rows: int, columns: int) -> None:
    """Raises BadInput for more rows or columns than are read."""
    if rows > MAX_ROWS or columns > MAX_COLUMNS:
        found = f"{rows:,} rows" if rows > MAX_ROWS else f"{columns:,} columns"
    elif rows * columns > MAX_CELLS:
        found = f"{rows:,} rows of {columns:,} columns"
    else:
        return
    raise BadInput(
        f"the paste has {found}; expected at most {MAX_ROWS:,} rows, {MAX_COLUMNS:,} columns and {MAX_CELLS:,} cells, "
        "for instance one underlying at a time"
    )


def _missing(cell: object) -> bool:
    """NaN, and pandas' NaT and NA, of which only the last is not comparable."""
    return type(cell).__name__ == "NAType" or cell != cell


def _unknown(rows: list[Sequence[object]], why: str = "") -> str:
    """What is missing, by the names of columns; `why` where these have all."""

    def known(row: Sequence[object]) -> set[str]:
        return {found for cell in row if (found := field_of(text(cell)))}

    words = [
        [shown(c) for c in row if isinstance(c, str) and re.search(r"[^\W\d_]", c)] for row in rows[:_HEADER_WITHIN]
    ]
    best = max(range(len(words)), key=lambda at: (len(known(rows[at])), len(words[at])))
    found = known(rows[best])
    needed = ["strike", "right", "expiry", "open_interest"]
    below = [cell for row in rows[best + 1 : best + 1 + _ROWS_OF_SYMBOLS] for cell in row]
    if any(map(parse, below)) or ("symbol" in found and "strike" not in found):
        needed = ["open_interest"]  # an option symbol holds the other three
    missing = [FIELDS[name][0] for name in needed if name not in found]
    if why and not missing:
        return why
    listed = ", ".join(words[best][:12]) or "none"
    hint = "; a line above the table may name it: Expiry: 2024-01-19" if missing[-1:] == ["expiry"] else ""
    return (
        f"no option chain found; columns found in row {best + 1}: {listed}; "
        f"missing: {', '.join(missing) or 'one column of contracts or two sides around a strike column'}{hint}"
    )
