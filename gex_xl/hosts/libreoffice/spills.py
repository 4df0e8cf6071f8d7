"""Tables in LibreOffice Calc, which does not spill: they become array formulas with room to spare.

An array formula fills a fixed rectangle; what lies beyond its table is made blank. So another chain of another
size needs no new rectangle, and the charts, which look through the whole of it, stay as they are.
"""

from __future__ import annotations

from gex_xl.engines.addresses import Area, address
from gex_xl.engines.package import Package
from gex_xl.template import desk_plan, plan

#: The tables of both workbooks; their sheets have names of their own.
SPILLS = (*plan.SPILLS.values(), *desk_plan.SPILLS.values())


def without_spills(package: Package) -> dict[str, Area]:
    """Give every formula that spills a rectangle: the template's tables their room, others what they cover now.

    The rectangles, by the name of the cell.
    """
    room = {(it.sheet, it.row, it.column): (it.room + 1, it.columns) for it in SPILLS}
    wanted, areas = {}, {}
    for cell in package.formulas():
        if cell.kind == "dynamic":
            area = cell.area
            size = (area.bottom - area.top + 1, area.right - area.left + 1)
            rows, columns = room.get((cell.sheet, cell.row, cell.column), size)
            text = cell.text
            if (rows, columns) != (1, 1):
                text = _padded(text, rows, columns)
            areas[cell.name] = Area(cell.sheet, cell.row, cell.column, cell.row + rows - 1, cell.column + columns - 1)
            last = address(areas[cell.name].bottom, areas[cell.name].right)
            wanted[cell] = (f"{address(cell.row, cell.column)}:{last}", text)
    package.fix_arrays(wanted)
    return areas


def _padded(table: str, rows: int, columns: int) -> str:
    """The formula of a table, made as large as its rectangle with blanks.

    Texts are joined with nothing: without it Calc finds no text of an add-in's table equal to any other text. An
    error in place of the table stands in the first cell only.
    """
    inside = f"(INT(_xlpm.n/{columns})<IFERROR(ROWS(_xlpm.t),1))*(MOD(_xlpm.n,{columns})<IFERROR(COLUMNS(_xlpm.t),1))"
    return (
        f"_xlfn.LET(_xlpm.t,{table},_xlpm.n,_xlfn.SEQUENCE({rows},{columns},0),"
        f'IF({inside},IF(ISTEXT(_xlpm.t),_xlpm.t&"",_xlpm.t),""))'
    )
