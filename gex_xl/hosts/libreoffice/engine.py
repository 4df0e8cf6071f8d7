"""Recalculate a workbook with LibreOffice Calc: an independent spreadsheet program, in a profile of its own.

Calc computes a copy; the values go into the workbook itself, which keeps everything else as it was.
"""

from __future__ import annotations

import math
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from gex_xl.engines import Recalculation
from gex_xl.engines.addresses import Area, area_of
from gex_xl.engines.embedded import named, write_back
from gex_xl.engines.package import Package
from gex_xl.engines.sheet_xml import Error, FormulaCell, Scalar
from gex_xl.functions import REGISTRY
from gex_xl.hosts.libreoffice.addin import packages_for, unpack_addin
from gex_xl.hosts.libreoffice.program import convert, find_libreoffice, private_profile, with_addin
from gex_xl.hosts.libreoffice.spills import without_spills
from gex_xl.template.build import Cells, own_book
from gex_xl.template.plan import EARLIER_ANCHOR, PASTE_ANCHOR, STATUS

_FIRST_PAGE = 'pdf:calc_pdf_Export:{"PageRange":{"type":"string","value":"1"}}'
ValueAt = Callable[[str, int, int], Scalar]


def recalculate_workbook(
    source: Path, target: Path, cells: Cells | None, earlier: Cells | None = None
) -> Recalculation:
    """As `template.recalculate_workbook`, computed by LibreOffice.

    Raises BadInput where LibreOffice is absent, too old or without what it needs, and for a file that is not one
    of our workbooks.
    """
    package = own_book(source, cells)
    for anchor, pasted in ((PASTE_ANCHOR, cells), (EARLIER_ANCHOR, earlier)):
        if pasted is not None:
            package.paste(anchor, pasted)
    formulas = package.formulas()
    computed, rooms = _computed(package)

    def value_at(sheet: str, row: int, column: int) -> Scalar:
        return computed.get((sheet, row, column))

    def filled(cell: FormulaCell) -> Area:
        return _used(rooms[cell.name], value_at) if cell.kind == "dynamic" else cell.area

    values = write_back(package, formulas, filled, value_at)
    package.refresh_charts(lambda text: _cells(area_of(text), value_at))
    package.save(target)
    said = values.get(STATUS.replace("$", ""))
    errors = {
        cell.name: f"shows {values[cell.name]}; the chain: {said}"
        for cell in formulas
        if isinstance(values[cell.name], Error) and values[cell.name] != "#N/A" and _is_ours(cell)
    }
    return Recalculation(values, errors, named(package, area_of, value_at))


def differences(one: Recalculation, other: Recalculation) -> list[str]:
    """The cells in which two engines disagree by more than 1e-9 relative."""

    def equal(a: Scalar, b: Scalar) -> bool:
        if isinstance(a, float) and isinstance(b, float):
            return math.isclose(a, b, rel_tol=1e-9)
        return (a or "") == (b or "")

    cells = one.values.keys() | other.values.keys()
    return sorted(cell for cell in cells if not equal(one.values.get(cell), other.values.get(cell)))


def draw(book: Path, picture: Path) -> None:
    """The first page of a workbook as a PDF. Raises BadInput where LibreOffice cannot."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        work = Path(folder)
        copy = work / "book.xlsx"
        shutil.copyfile(book, copy)
        profile = f"-env:UserInstallation={(work / 'profile').as_uri()}"  # which shows the values in the file
        made = convert(find_libreoffice(), copy, _FIRST_PAGE, work / "out", [profile])
        shutil.move(made, picture)


def _computed(package: Package) -> tuple[Mapping[tuple[str, int, int], Scalar], Mapping[str, Area]]:
    """What Calc makes of the book's cells, and the rectangle that each spilling formula was given."""
    office = find_libreoffice()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        work = Path(folder)
        book, out, addins = work / "book.xlsx", work / "out", work / "addins"
        package.save(book)
        copy = Package(book)
        rooms = without_spills(copy)
        copy.save(book)
        unpack_addin(addins, packages_for(office.python()))
        options = [private_profile(work / "profile"), with_addin(addins)]
        return Package(convert(office, book, "xlsx", out, options)).values(), rooms


def _used(room: Area, value_at: ValueAt) -> Area:
    """The part of a rectangle that a table fills: up to its last row and column with anything in them."""
    held = [(row, column) for _, row, column in _places(room) if value_at(room.sheet, row, column) not in (None, "")]
    bottom = max((row for row, _ in held), default=room.top)
    right = max((column for _, column in held), default=room.left)
    return Area(room.sheet, room.top, room.left, bottom, right)


def _cells(area: Area | None, value_at: ValueAt) -> list[Scalar] | None:
    """The values of a chart's range, in reading order."""
    return None if area is None else [value_at(*place) for place in _places(area)]


def _places(area: Area) -> Iterator[tuple[str, int, int]]:
    for row in range(area.top, area.bottom + 1):
        for column in range(area.left, area.right + 1):
            yield area.sheet, row, column


def _is_ours(cell: FormulaCell) -> bool:
    return any(f"{name}(" in cell.text for name in REGISTRY)
