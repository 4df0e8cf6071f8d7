"""A range with a header whose columns may stand in any order: positions, candidates, products, limits, quotes."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Collection, Mapping, Sequence

from gex_xl.errors import BadInput
from gex_xl.reading.headers import plain
from gex_xl.reading.values import PLACEHOLDERS, is_blank, number, text

Cells = Sequence[Sequence[object]]


class Row:
    """One row, its cells by field. `where` is how messages name it; the reader may add what it found."""

    def __init__(self, number: int, cells: Mapping[str, object]) -> None:
        self.number = number
        self.cells = cells
        self.where = f"row {number}"

    def word(self, field: str) -> str:
        """A cell as text, "" where it is blank."""
        cell = self.cells.get(field)
        found = "" if is_blank(cell) else text(cell)
        return "" if found.lower() in PLACEHOLDERS else found.removesuffix(".0")

    def amount(self, field: str, low: float = -math.inf, *, above: bool = False) -> float | None:
        """A cell as a number of at least `low` (`above`: more than that), None where blank. Raises BadInput."""
        if not self.word(field):
            return None
        found = number(self.cells[field])
        wanted = "a number" if low == -math.inf else f"a number above {low:g}" if above else f"{low:g} or more"
        if found is None or not math.isfinite(found) or found < low or (above and found == low):
            raise self.bad(field, wanted)
        return found

    def needed(self, field: str, low: float = -math.inf, *, above: bool = False) -> float:
        """As `amount`, and a blank is an error."""
        found = self.amount(field, low, above=above)
        if found is None:
            raise BadInput(f"{self.where}: {field.replace('_', ' ')} is blank; expected a number")
        return found

    def bad(self, field: str, wanted: str) -> BadInput:
        """The error of one cell."""
        return BadInput(f'{self.where}: {field.replace("_", " ")} is "{self.word(field)}"; expected {wanted}')


def read_table(
    cells: Cells, name: str, fields: Mapping[str, Sequence[str]], needed: Collection[str], is_row: Callable[[Row], bool]
) -> list[Row]:
    """The rows below the header: the first row that names all the `needed` fields, blank rows left out.

    `fields`: field -> its names in lower case without spaces. Contracts above the header are skipped. `is_row` tells a
    row from a line that only holds a remark. Raises BadInput where there is no header or no row.
    """
    by_name = {plain(word): field for field, words in fields.items() for word in (field, *words)}
    found: list[str | None] = []
    at = -1
    while not (found and set(needed) <= set(found)):
        at += 1
        if at == len(cells):
            raise _no_header(cells, name, by_name, needed)
        found = [by_name.get(plain(text(cell))) if isinstance(cell, str) else None for cell in cells[at]]
    twice = next((field for field in found if field and found.count(field) > 1), None)
    if twice:
        raise BadInput(f"{name}: two columns mean {twice.replace('_', ' ')}; keep one")
    rows = []
    for number_, line in enumerate(cells[at + 1 :], at + 2):
        row = Row(number_, {field: cell for field, cell in zip(found, line, strict=False) if field})
        if not all(is_blank(cell) for cell in row.cells.values()) and is_row(row):
            rows.append(row)
    if not rows:
        raise BadInput(f"{name}: there are no rows below the header in row {at + 1}")
    return rows


def _no_header(cells: Cells, name: str, by_name: Mapping[str, str], needed: Collection[str]) -> BadInput:
    contracts = [[text(c) for c in line if isinstance(c, str) and not is_blank(c)] for line in cells]
    best = max(contracts, key=lambda line: sum(plain(word) in by_name for word in line), default=[])
    known = {by_name[plain(word)] for word in best if plain(word) in by_name}
    missing = [field for field in needed if field not in known]
    if not known:
        return BadInput(f"{name}: no header row was found; expected columns {', '.join(needed)}")
    odd = [word for word in best if plain(word) not in by_name]
    near = next((n for word in odd for n in difflib.get_close_matches(plain(word), missing, 1)), "")
    hint = f"; did you mean {near}?" if near else ""
    return BadInput(f"{name}: the column {missing[0].replace('_', ' ')} is missing{hint}")
