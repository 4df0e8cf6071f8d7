"""The sheets Quality and Choices: how good the quotes are, and how far each other choice moves the result."""

from __future__ import annotations

from typing import Any

from gex_xl.template import plan
from gex_xl.template.formats import Formats
from gex_xl.template.writing import colour_regime, scaled, table_cells, titled_table, unusable


def quality(book: Any, look: Formats) -> None:
    """Bad quotes, arbitrage and the feed's gamma, one below the other."""
    sheet = book.get_worksheet_by_name(plan.QUALITY)
    _head(
        sheet, look, "Quality", "How much of the total rests on quotes that deserve no trust, or on a gamma of its own."
    )
    for columns, width in (("A:A", 44), ("B:D", 16), ("E:I", 20), ("J:J", 24), ("K:M", 15), ("N:O", 12)):
        sheet.set_column(columns, width, look.plain)
    scale = _scale(sheet, look, "O3")
    text, count, figure = look.indented, look.whole, look.amount
    titled_table(book, "quotes", look, "Quotes of the contracts in use, and of those without iv",
           [look.strong, count, count, look.percent, text, text])  # fmt: skip
    titled_table(book, "arbitrage", look, "Arbitrage: executable at bid and ask, or of mids only, within the spread",
           [look.strong, count, count, count, figure, text, text, text, look.price, text])  # fmt: skip
    head = f"$A${plan.SPILLS['vendor_gamma'].row}"
    words = "The feed's gamma against the model's"
    title = f'=IF(ISNA({head}),"{words}: there is none to compare in the paste","{words}")'
    titled_table(book, "vendor_gamma", look, title,
           [look.strong, text, count, count, figure, figure, look.signed_percent, figure, figure, text, look.gamma,
            look.gamma, figure])  # fmt: skip
    for first, last in ((4, 5), (7, 8), (12, 12)):
        scaled(sheet, table_cells("vendor_gamma", first, last), scale, look)
    sheet.conditional_format(head, {"type": "errors", "format": look.missing})
    found = {"type": "formula", "criteria": f"=N($C{plan.SPILLS['arbitrage'].row + 1})>0", "format": look.fired}
    sheet.conditional_format(table_cells("arbitrage", 2, 2), found)
    sheet.print_area(f"A1:M{plan.SPILLS['vendor_gamma'].row + plan.SPILLS['vendor_gamma'].room}")


def choices(book: Any, look: Formats) -> None:
    """WHAT_IF; the deeper its colour, the further a choice moves the total."""
    sheet = book.get_worksheet_by_name(plan.CHOICES)
    _head(
        sheet,
        look,
        "Choices",
        "The result with one setting changed at a time. Gross is the sum of all contracts' magnitudes.",
    )
    for columns, width in (("A:B", 18), ("C:D", 18), ("E:E", 24), ("F:F", 16), ("G:G", 16), ("H:H", 12), ("I:I", 60)):
        sheet.set_column(columns, width, look.plain)
    sheet.set_column("N:O", 12)
    scale = _scale(sheet, look, "O3")
    titled_table(book, "what_if", look, "What if",
           [look.strong, look.indented, look.amount, look.amount, look.signed_percent, look.amount, look.indented,
            look.whole, look.indented])  # fmt: skip
    scaled(sheet, table_cells("what_if", 2, 3), scale, look)
    shades = {
        "type": "3_color_scale", "mid_type": "num", "mid_value": 0, "min_color": "#E9BE9F", "mid_color": "#FFFFFF",
        "max_color": "#A9C6E6",
    }  # fmt: skip
    sheet.conditional_format(table_cells("what_if", 4, 4), shades)
    colour_regime(sheet, table_cells("what_if", 6, 6), look)
    sheet.print_area(f"A1:I{plan.SPILLS['what_if'].row + plan.SPILLS['what_if'].room}")
    sheet.freeze_panes(plan.SPILLS["what_if"].row, 2)


def _head(sheet: Any, look: Formats, title: str, words: str) -> None:
    sheet.hide_gridlines(2)
    sheet.write("A1", title, look.title)
    sheet.write("A2", words, look.note)
    sheet.write_formula("A3", f"={plan.STATUS}", look.fine)
    sheet.conditional_format("A3:I3", unusable("$A$3", look.warning))


def _scale(sheet: Any, look: Formats, cell: str) -> str:
    """The scale of the sheet Strikes, here since formats refer to their own sheet only."""
    sheet.write_formula(cell, f"={plan.STRIKES}!$T$3", look.helper)
    sheet.write("P3", "scale", look.note)
    return f"${cell[0]}${cell[1:]}"
