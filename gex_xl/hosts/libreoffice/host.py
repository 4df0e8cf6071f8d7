"""LibreOffice Calc: a workbook whose tables do not spill, and the add-in that computes our functions there."""

from __future__ import annotations

from gex_xl.engines.package import Package
from gex_xl.hosts.host import Host
from gex_xl.hosts.libreoffice import addin
from gex_xl.hosts.libreoffice.spills import SPILLS, without_spills
from gex_xl.template import selftest

_NOTE = (
    "1. Live figures need the add-in: run gex-xl install libreoffice, then start LibreOffice anew.",
    "2. Clear the old chain on the sheet Chain (columns C to AZ) and paste yours at C1.",
    "3. Until then you see the figures saved in this file.",
)


def _finish(package: Package) -> Package:
    without_spills(package)
    return package


def _owns(package: Package) -> bool:
    places = {(spill.sheet, spill.row, spill.column) for spill in SPILLS}
    return any(cell.kind == "array" and (cell.sheet, cell.row, cell.column) in places for cell in package.formulas())


HOST = Host(
    name="libreoffice",
    title="LibreOffice Calc",
    note=_NOTE,
    extend=lambda book: selftest.draw(book, "libreoffice"),
    finish=_finish,
    owns=_owns,
    requirements=addin.requirements,
    install=addin.install,
    uninstall=lambda _folder: addin.uninstall(),
    folder="numpy, pandas and scipy for LibreOffice's Python",
)
