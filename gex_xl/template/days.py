"""Today's row kept below the rows of earlier days, and the pasted chain read back, in the file of a workbook."""

from __future__ import annotations

from pathlib import Path

from gex_xl.engines.package import Package
from gex_xl.engines.sheet_xml import Entry, Error
from gex_xl.errors import BadInput
from gex_xl.functions.kept_days import named, place_for
from gex_xl.template import plan

_LEFT = 2  # column B, where today's row and the kept rows begin
_PASTE_LEFT = 3  # column C


def keep(source: Path, target: Path) -> str:
    """Write the book `source` to `target` with today's row of the sheet Days, as values, among the kept rows.

    A row of the same date and symbol is replaced; nothing is computed. Returns what was done, in a few words. Raises
    BadInput where today's row shows no day, or where no row is free.
    """
    package = Package(source)
    held = package.values(plan.DAYS)
    today = [held.get((plan.DAYS, plan.TODAY_HEADER + 1, _LEFT + at)) for at in range(plan.TODAY_COLUMNS)]
    if isinstance(today[0], Error) or not named(today)[0]:
        raise BadInput("today's row of the sheet Days has no date, so no day is kept; look at the sheet Check")
    rows = range(plan.KEPT_HEADER + 1, plan.KEPT_HEADER + plan.KEPT_ROWS + 1)
    place, replaces = place_for(today, [[held.get((plan.DAYS, row, _LEFT + at)) for at in (0, 1)] for row in rows])
    if place >= len(rows):
        raise BadInput(f"all {len(rows)} rows of the sheet Days are filled; delete the oldest ones")
    filled = [*today, *[None] * (plan.KEPT_COLUMNS - plan.TODAY_COLUMNS)]
    entries = {_LEFT + at: Entry(None if value == "" else value) for at, value in enumerate(filled)}
    package.write_values({plan.DAYS: {rows[place]: entries}}, {})
    package.save(target)
    return f"{' '.join(named(today)).strip()} {'replaced' if replaces else 'added'} in row {rows[place]} of Days"


def pasted(book: Path) -> list[list[object]]:
    """The cells of the chain that a book holds, as they were pasted; [] for none."""
    held = {(row, column): value for (_, row, column), value in Package(book).values(plan.CHAIN).items()}
    held = {place: value for place, value in held.items() if place[1] >= _PASTE_LEFT}
    if not held:
        return []
    height, width = (max(place[axis] for place in held) for axis in (0, 1))
    return [[held.get((row, column)) for column in range(_PASTE_LEFT, width + 1)] for row in range(1, height + 1)]
