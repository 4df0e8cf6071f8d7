"""What several sheets write alike: spilled tables, large figures, warnings and the regime's colour."""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_col_to_name

from gex_xl.template import plan
from gex_xl.template.formats import Formats


def spill(book: Any, name: str, look: Formats, first_row: list[Any] | None = None) -> None:
    """Write a spill's formula. `first_row`: the formats of its first row, None where that row is a header."""
    it = plan.SPILLS[name]
    sheet = book.get_worksheet_by_name(it.sheet)
    formats = first_row or [_header(it, offset, look) for offset in range(it.columns)]
    for offset in range(1, it.columns):
        sheet.write_blank(it.row - 1, it.column - 1 + offset, None, formats[offset])
    anchor = f"{xl_col_to_name(it.column - 1)}{it.row}"
    sheet.write_dynamic_array_formula(f"{anchor}:{anchor}", it.formula, formats[0])


def table(book: Any, name: str, look: Formats, columns: list[Any]) -> None:
    """A spill with a header row, and below it the format of each column for as many rows as there is room."""
    it = plan.SPILLS[name]
    sheet = book.get_worksheet_by_name(it.sheet)
    for row in range(it.row, it.row + it.room):
        for offset, each in enumerate(columns):
            sheet.write_blank(row, it.column - 1 + offset, None, each)
    spill(book, name, look)


def titled_table(book: Any, name: str, look: Formats, title: str, columns: list[Any]) -> None:
    """A table with a title over its header, which is high enough for two lines."""
    it = plan.SPILLS[name]
    sheet = book.get_worksheet_by_name(it.sheet)
    sheet.write(it.row - 2, it.column - 1, title, look.strong)
    sheet.set_row(it.row - 1, 32)
    table(book, name, look, columns)


def _header(it: plan.Spill, offset: int, look: Formats) -> Any:
    """A header stands as its column does: words left, numbers right."""
    if offset not in it.words:
        return look.header_right
    return look.header_indented if offset else look.header


def table_cells(name: str, first: int, last: int) -> str:
    """The cells of a spill below its header, from one of its columns to another, both counted from 0."""
    it = plan.SPILLS[name]
    left, right = (xl_col_to_name(it.column - 1 + offset) for offset in (first, last))
    return f"{left}{it.row + 1}:{right}{it.row + it.room}"


def amounts(sheet: Any, cells: str, look: Formats) -> None:
    """Show each figure of a million and more as mn or bn: right for every unit and size of chain."""
    first = cells.split(":", maxsplit=1)[0]
    for least, shown in ((1_000_000_000, look.billions), (1_000_000, look.millions)):
        rule = {"type": "formula", "criteria": f"=ABS({first})>={least}", "format": shown, "stop_if_true": True}
        sheet.conditional_format(cells, rule)


def fired_rows(sheet: Any, cells: str, fired: str, look: Formats) -> None:
    """Colour the figures of a row whose trigger fired, each in its scale.

    Calc shows the first rule that holds, so a fired row's colour and a figure's scale are one rule there.
    """
    first = cells.split(":", maxsplit=1)[0]
    large = ((1_000_000_000, look.fired_billions), (1_000_000, look.fired_millions))
    rules = [(f'=AND({fired}&""="yes",ABS({first})>={least})', shown) for least, shown in large]
    for criteria, shown in (*rules, (f'={fired}&""="yes"', look.fired)):
        sheet.conditional_format(cells, {"type": "formula", "criteria": criteria, "format": shown})


def scaled(sheet: Any, cells: str, scale: str, look: Formats) -> None:
    """Show a table's figures in one scale, so that they can be compared: bn or mn by the cell `scale`."""
    for factor, shown in ((1_000_000_000, look.in_billions), (1_000_000, look.in_millions)):
        sheet.conditional_format(cells, {"type": "formula", "criteria": f"={scale}={factor}", "format": shown})


def unusable(cell: str, shown: Any) -> dict[str, Any]:
    return {"type": "formula", "criteria": f'=LEFT({cell},6)="Cannot"', "format": shown}


def colour_regime(sheet: Any, cell: str, look: Formats) -> None:
    """Green for long_gamma, red for short_gamma, violet for vol_inverted."""
    for word, shown in (("long_gamma", look.good), ("short_gamma", look.bad), ("vol_inverted", look.stress)):
        sheet.conditional_format(cell, {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": shown})
