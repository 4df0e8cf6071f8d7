"""A range with a header whose columns may stand in any order: positions, candidates, products, limits, quotes."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from gex_xl.errors import BadInput
from gex_xl.reading.headers import plain
from gex_xl.reading.values import CELL_ERRORS, PLACEHOLDERS, is_blank, number, shown, text

Cells = Sequence[Sequence[object]]
LARGEST = 1e15  # no price, limit or value is larger, and products must stay numbers
MOST_CONTRACTS = 1e9  # more than all contracts of the world's exchanges that are open at a time
_SMALLEST = 1e-12  # what is above 0 and divided by must leave a number
FAR = 1e4  # no strike or price is so many times spot, or that small a part of it: even failed stocks kept nearer ones
#: What may be written as a share of one: a price of 5 % would be one of 0.05.
_SHARES = frozenset({"iv", "volatility", "correlation", "beta", "value"})


@dataclass(frozen=True, slots=True)
class Where:
    """How messages name a range: its name, and the row of the sheet in which it begins where that is known."""

    name: str
    sheet: str = ""
    first_row: int = 1

    def row(self, number: int) -> str:
        """A row of the range, counted from 1: `positions, row 4`, or `sheet Positions, row 12`."""
        if self.sheet:
            return f"sheet {self.sheet}, row {self.first_row + number - 1} ({self.name})"
        return f"{self.name}, row {number}"

    def __str__(self) -> str:
        return f"{self.name} (sheet {self.sheet})" if self.sheet else self.name


class Row:
    """One row, its cells by field. `where` is how messages name it; the reader may add what it found."""

    def __init__(self, number: int, cells: Mapping[str, object], where: str) -> None:
        self.number = number
        self.cells = cells
        self.place = where
        self.where = where

    def named(self, name: str) -> None:
        """Let messages say what stands in the row: `positions, row 4 (SPX)`."""
        self.where = f"{self.place} ({shown(name)})" if name else self.place

    def word(self, field: str) -> str:
        """A cell as text, "" where it is blank. Raises BadInput for TRUE and FALSE."""
        cell = self.cells.get(field)
        if cell is None:
            return ""
        if isinstance(cell, bool):
            raise self.bad(field, "text or a number")
        found = "" if is_blank(cell) else text(cell)
        return "" if found.lower() in PLACEHOLDERS else found.removesuffix(".0")

    def check_cells(self) -> None:
        """Raises BadInput where a cell failed, such as #REF!, whether or not its figure is needed."""
        for field, cell in self.cells.items():
            if isinstance(cell, str) and cell.lstrip()[:1] == "#" and cell.strip().lower() in CELL_ERRORS:
                found = cell.strip()
                raise BadInput(f"{self.where}: {field.replace('_', ' ')} is {found}; mend the cell that it comes from")

    def amount(self, field: str, low: float = -math.inf, *, above: bool = False, high: float = LARGEST) -> float | None:
        """A cell as a number from `low` (`above`: more than that) to `high`, None where blank. Raises BadInput."""
        cell = self.cells.get(field)
        if cell is None or (type(cell) is not float and not self.word(field)):
            return None
        if cell != cell:  # NaN is a blank
            return None
        found = number(cell)
        wanted = "a number" if low == -math.inf else f"a number above {low:g}" if above else f"{low:g} or more"
        if isinstance(cell, str) and "%" in cell and field not in _SHARES:
            raise self.bad(field, "a number without %")
        if found is None or not math.isfinite(found) or found < low or (above and found < low + _SMALLEST):
            raise self.bad(field, wanted)
        if abs(found) > high:
            raise self.bad(field, f"at most {high:g}")
        return found

    def needed(self, field: str, low: float = -math.inf, *, above: bool = False, high: float = LARGEST) -> float:
        """As `amount`, and a blank is an error."""
        found = self.amount(field, low, above=above, high=high)
        if found is None:
            raise BadInput(f"{self.where}: {field.replace('_', ' ')} is blank; expected a number")
        return found

    def bad(self, field: str, wanted: str) -> BadInput:
        """The error of one cell."""
        cell = shown(self.cells.get(field))
        return BadInput(f'{self.where}: {field.replace("_", " ")} is "{cell}"; expected {wanted}')


def read_table(
    cells: Cells,
    where: Where,
    fields: Mapping[str, Sequence[str]],
    needed: Collection[str],
    is_row: Callable[[Row], bool] = lambda _: True,
) -> list[Row]:
    """The rows below the header: the first row that names all the `needed` fields, blank rows left out.

    `fields`: field -> its names in lower case without spaces. Lines above the header are skipped. `is_row` tells a
    row from a line that only holds a remark. Raises BadInput where there is no header or no row, for any cell that
    failed, and for figures of a sheet below a head that is not known.
    """
    by_name = {plain(word): field for field, words in fields.items() for word in (field, *words)}
    found: list[str | None] = []
    at = -1
    while not (found and set(needed) <= set(found)):
        at += 1
        if at == len(cells):
            raise _no_header(cells, str(where), by_name, needed)
        found = [by_name.get(plain(text(cell))) if isinstance(cell, str) else None for cell in cells[at]]
    twice = next((field for field in found if field and found.count(field) > 1), None)
    if twice:
        raise BadInput(f"{where}: two columns mean {twice.replace('_', ' ')}; keep one")
    if where.sheet:  # there the heads are ours: what stands below another one would be left out in silence
        for j, cell in enumerate(cells[at]):
            if not found[j] and any(j < len(line) and not is_blank(line[j]) for line in cells[at + 1 :]):
                raise BadInput(
                    f'{where.row(at + 1)}: the head "{shown(cell)}" is not known; write back its name, or clear what '
                    "stands below it"
                )
    rows = []
    places = [(j, field) for j, field in enumerate(found) if field]
    for number_, line in enumerate(cells[at + 1 :], at + 2):
        if line.count(None) == len(line):  # most rows of a range with room to spare
            continue
        named = {field: line[j] for j, field in places if j < len(line)}
        if all(is_blank(cell) for cell in named.values()):
            continue
        row = Row(number_, named, where.row(number_))
        row.check_cells()
        if is_row(row):
            rows.append(row)
    if not rows:
        raise BadInput(f"{where}: there are no rows below the header in row {where.first_row + at}")
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
