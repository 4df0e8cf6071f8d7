"""What several sheets write alike: spilled tables, large figures, warnings and the regime's colour."""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_col_to_name

from gex_xl.template import parts
from gex_xl.template.looks import Formats


def spill(book: Any, name: str, first_row: Any) -> None:
    """Write a spill's formula; `first_row` is the format of its first row, columns have their own below."""
    it = parts.SPILLS[name]
    sheet = book.get_worksheet_by_name(it.sheet)
    anchor = f"{xl_col_to_name(it.column - 1)}{it.row}"
    for offset in range(1, it.columns):
        sheet.write_blank(it.row - 1, it.column - 1 + offset, None, first_row)
    sheet.write_dynamic_array_formula(f"{anchor}:{anchor}", it.formula, first_row)


def amounts(sheet: Any, cells: str, look: Formats) -> None:
    """Show figures of a billion and more as bn, others in full: right for every unit and size of chain."""
    first = cells.split(":", maxsplit=1)[0]
    sheet.conditional_format(
        cells, {"type": "formula", "criteria": f"=ABS({first})>=1000000000", "format": look.billions}
    )


def unusable(cell: str, shown: Any) -> dict[str, Any]:
    return {"type": "formula", "criteria": f'=LEFT({cell},6)="Cannot"', "format": shown}


def colour_regime(sheet: Any, cell: str, look: Formats) -> None:
    """Green for long_gamma, red for short_gamma, violet for vol_inverted."""
    for word, shown in (("long_gamma", look.good), ("short_gamma", look.bad), ("vol_inverted", look.stress)):
        sheet.conditional_format(cell, {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": shown})
