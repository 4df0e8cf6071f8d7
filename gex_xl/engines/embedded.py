"""Recalculate an .xlsx whose formulas call Python worksheet functions, with no spreadsheet program."""

from __future__ import annotations

import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gex_xl.engines.addresses import Area, address
from gex_xl.engines.calculation import Calculation
from gex_xl.engines.package import Package
from gex_xl.engines.sheet_xml import Entry, Error, FormulaCell, Scalar
from gex_xl.errors import BadInput


@dataclass(frozen=True, slots=True)
class Recalculation:
    """What was computed. Cells are "Sheet!A1", without quotes or dollars; blanks are None, errors their text.

    values: every formula cell and every cell that one filled. errors: cells that show an error because a
    worksheet function raised, with its message. names: each defined name of the book that means one cell.
    """

    values: Mapping[str, bool | float | str | None]
    errors: Mapping[str, str]
    names: Mapping[str, bool | float | str | None]


def recalculate(
    source: Path,
    target: Path,
    functions: Mapping[str, Callable[..., object]],
    *,
    paste: Mapping[str, Sequence[Sequence[object]]] | None = None,
) -> Recalculation:
    """Calculate the workbook `source` and write it, values and charts brought up to date, to `target`.

    functions: {worksheet name: function}. Each is called as a spreadsheet calls it: a range is a list of
    lists, one cell a scalar, blank and skipped arguments None, numbers and dates floats, an error its text
    such as "#N/A". It returns a scalar or a list of lists, which spills; the text of an Excel error is that
    error. If it raises, the cell is #VALUE! and the message is in the result's `errors`.
    paste: {"Sheet!C1": rows}: first the cells from there to the right and down are emptied and the rows
    written, text as text even where it begins with "=", NaN as blank.

    All else in the file stays as it is. `target` may be `source`; it is replaced at the end, in one step.
    Raises BadInput if the file is no workbook, cannot be written, or has formulas that depend on their own
    results."""
    source, target = Path(source), Path(target)
    package = Package(source)
    for anchor, rows in (paste or {}).items():
        package.paste(anchor, rows)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "book.xlsx"
        package.save(copy, zipfile.ZIP_STORED)
        calculation = Calculation(copy, package, functions, datetime.now())
    calculation.run()
    for cell in calculation.cells:
        if calculation.refers_to_itself(cell):
            raise BadInput(f"The formula in {cell.name} depends on its own result, perhaps through other cells.")
    values = write_back(package, calculation.cells, lambda cell: _filled(cell, calculation), calculation.value)
    raised = calculation.failures.items()
    failures = {cell: message for cell, message in raised if isinstance(values[cell], Error)}
    package.refresh_charts(lambda text: _cells(calculation, text))
    package.save(target)
    return Recalculation(values, failures, named(package, calculation.area, calculation.value))


def write_back(
    package: Package,
    cells: Sequence[FormulaCell],
    filled: Callable[[FormulaCell], Area],
    value_at: Callable[[str, int, int], Scalar],
) -> dict[str, Scalar]:
    """Put computed values into the package; {cell: value}.

    filled: the rectangle that a formula's result covers. value_at: what a cell (sheet, row, column) holds."""
    values: dict[str, Scalar] = {}
    entries: dict[str, dict[int, dict[int, Entry]]] = defaultdict(lambda: defaultdict(dict))
    areas: dict[str, dict[tuple[int, int], str]] = defaultdict(dict)
    for cell in cells:
        if cell.kind == "dynamic":  # first all the old spills, so that no new one is wiped
            _, top, left, bottom, right = cell.area
            for row in range(top, bottom + 1):
                entries[cell.sheet][row].update({column: Entry(None) for column in range(left, right + 1)})
    for cell in cells:
        area = filled(cell)
        if cell.kind == "dynamic":
            first, last = address(area.top, area.left), address(area.bottom, area.right)
            areas[cell.sheet][cell.row, cell.column] = first if area.single else f"{first}:{last}"
        for row in range(area.top, area.bottom + 1):
            for column in range(area.left, area.right + 1):
                value = value_at(cell.sheet, row, column)
                values[f"{cell.sheet}!{address(row, column)}"] = value
                entries[cell.sheet][row][column] = Entry(value)
    package.write_values(entries, areas)
    return values


def named(
    package: Package, area_named: Callable[[str], Area | None], value_at: Callable[[str, int, int], Scalar]
) -> dict[str, Scalar]:
    """Each defined name of the book that means one cell, with what the cell holds."""
    names = {}
    for (scope, name), text in package.names.items():
        area = area_named(text) if not scope else None
        if area is not None and area.single and area.sheet in package.sheets:
            names[package.spelling[name]] = value_at(area.sheet, area.top, area.left)
    return names


def _filled(cell: FormulaCell, calculation: Calculation) -> Area:
    """The cells that the formula's result covers."""
    return calculation.scratch.spilled(cell.sheet, cell.row, cell.column) if cell.kind == "dynamic" else cell.area


def _cells(calculation: Calculation, text: str) -> list[Scalar] | None:
    """The values that a chart's range names, in reading order; None if it names no range of this book."""
    area = calculation.area(text)
    if area is None or area.sheet not in calculation.scratch.sheets:
        return None
    places = ((row, column) for row in range(area.top, area.bottom + 1) for column in range(area.left, area.right + 1))
    return [calculation.value(area.sheet, row, column) for row, column in places]
