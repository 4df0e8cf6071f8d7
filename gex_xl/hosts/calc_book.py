"""The workbook for LibreOffice Calc, which does not spill: tables become array formulas with room to spare.

An array formula fills a fixed rectangle; what lies beyond its table is made blank. So another chain of another
size needs no new rectangle, and the charts, which look through the whole of it, stay as they are.
"""

from __future__ import annotations

from pathlib import Path

from gex_xl.engines import Recalculation
from gex_xl.engines.addresses import address
from gex_xl.engines.package import Package
from gex_xl.template import new_workbook as new_plain_workbook
from gex_xl.template.build import Cells
from gex_xl.template.parts import SPILLS


def new_workbook(target: Path, cells: Cells | None) -> Recalculation:
    """A book as `template.new_workbook` makes it, its tables made for Calc."""
    done = new_plain_workbook(target, cells)
    package = Package(target)
    without_spills(package)
    package.save(target)
    return done


def without_spills(package: Package) -> None:
    """Give every formula that spills a rectangle: the template's tables their room, others what they cover now."""
    room = {(it.sheet, it.row, it.column): (it.room, it.columns) for it in SPILLS.values()}
    wanted = {}
    for cell in package.formulas():
        if cell.kind == "dynamic":
            area = cell.area
            size = (area.bottom - area.top + 1, area.right - area.left + 1)
            rows, columns = room.get((cell.sheet, cell.row, cell.column), size)
            text = cell.text
            if (rows, columns) != (1, 1):
                # Texts joined with nothing: without it Calc finds no text of an add-in's table equal to another.
                # IF then repeats the table over the whole rectangle, with #N/A where the table has ended.
                kept = 'IF(ISTEXT(_xlpm.t),_xlpm.t&"",_xlpm.t)'
                text = f'_xlfn.LET(_xlpm.t,{text},_xlfn.IFNA(IF(_xlfn.SEQUENCE({rows},{columns}),{kept}),""))'
            last = address(cell.row + rows - 1, cell.column + columns - 1)
            wanted[cell] = (f"{address(cell.row, cell.column)}:{last}", text)
    package.fix_arrays(wanted)
