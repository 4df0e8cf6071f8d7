"""The sheet Hedge: from inventory to what is left, ways side by side, orders, bounds, charts; inputs at the right."""

from __future__ import annotations

from typing import Any

from gex_xl.template import desk_plan as plan
from gex_xl.template.desk_sheets import Ranges, entries, heads, millions, shown, spill, status
from gex_xl.template.drawing import heading, kinds_by_word, link, page_top, print_setup
from gex_xl.template.style import (
    AMOUNT,
    AXIS,
    INK,
    KINDS,
    LINK,
    MILLIONS,
    PANEL,
    PUT,
    RULE,
    SELL,
    SOFT,
    Style,
)

_WIDTHS = (10, 190, 88, 96, 82, 82, 70, 88, 52, 52, 256, 226)
_LABELS = {"delta": "Delta", "gamma": "Gamma per 1 %", "vega": "Vega per pt", "theta": "Theta a day"}
_DAYS = plan.CELLS["Own_Horizon"]
_BASIS = (
    f'="basis: one standard deviation over "&IF(N({_DAYS})>0,{_DAYS},1)&" d, each 1/365 of a year; worst of 0, 5, 10 % '
    'either way, iv as it is and 5 points up"'
)
_GAPS = (plan.DESK, 18, 21)  # sheet, first column from 0, rows


def hedge(book: Any, style: Style, ranges: Ranges) -> None:
    """Everything that lowers the risk, with what each leaves."""
    sheet = book.get_worksheet_by_name(plan.HEDGE)
    question = "Ways to lower the risk, side by side, with what each leaves. Best first: the smallest worst loss."
    page_top(sheet, style, _WIDTHS, "Hedge", question, status(), back=plan.POSITIONS)
    _flow(sheet, style)
    heading(
        sheet,
        style,
        13,
        1,
        11,
        "Ways to hedge, and what each leaves",
        hint=_BASIS,
        room=4,
    )
    heads(sheet, style, 14, 1, ("Way", "delta", "gamma per 1 %", "vega per pt", "basis", "cost", "worst loss", "at",
                                "iv pts", "What to trade", ""))  # fmt: skip
    spill(book, style, "ways", ("", *[AMOUNT] * 6, "+0 %;-0 %;0 %", "+0;-0;0", ""))
    good = {"bg_color": KINDS["good"].ground, "font_color": KINDS["good"].ink, "bold": True}
    there = 'IF(ISERROR($B16),FALSE,$B16<>"")'
    large = f"=IF(ISNUMBER(C16),AND({there},ABS(C16)>=1000000),FALSE)"  # first: Calc shows one rule only
    sheet.conditional_format(
        "C16:H16", {"type": "formula", "criteria": large, "format": style.rule(**good, num_format=MILLIONS)}
    )
    sheet.conditional_format("B16:L16", {"type": "formula", "criteria": f"={there}", "format": style.rule(**good)})
    millions(sheet, style, "C17:H27")
    heading(sheet, style, 28, 1, 9, "The best way, order by order")
    heads(sheet, style, 29, 1, ("What", "trade", "price", "cost"))
    spill(book, style, "orders", ("", "General", "#,##0.00", AMOUNT))
    heading(sheet, style, 43, 1, 9, "Bounds, before and after the options")
    heads(sheet, style, 44, 1, ("Greek", "before", "after", "low", "high", "State"))
    spill(book, style, "bounds", ("", *[AMOUNT] * 4, ""))
    millions(sheet, style, "C46:F57")
    kinds_by_word(sheet, style, (45, 6), (56, 6), {"met": "good", "not met": "bad"})
    for row, words, first in ((28, "P&L by move of spot in %, mn", 1), (43, "Delta by move of spot in %, mn", 4)):
        heading(sheet, style, row, 10, 11, words)
        chart = _lines(book, first)
        chart.set_size({"width": 476, "height": 14 * 20 - 6})
        sheet.insert_chart(row + 1, 10, chart, {"object_position": 2, "x_offset": 2, "y_offset": 2})
    _inputs(sheet, style, ranges)
    sheet.freeze_panes(4, 0)
    print_setup(sheet, "A1:L58", "a desk's own book")


def _flow(sheet: Any, style: Style) -> None:
    """Four panels on one line: inventory, net exposure, three ways, what the best one leaves."""
    heading(sheet, style, 4, 1, 11, "From inventory to what is left")
    panels: tuple[tuple[str, tuple[int, int], tuple[str, ...], str], ...] = (
        ("1  Inventory  \N{RIGHTWARDS ARROW}", (1, 2), ("inventory", "gap"), INK),
        ("2  Net exposure  \N{RIGHTWARDS ARROW}", (3, 4), ("delta", "gamma", "vega", "theta"), INK),
        ("3  Worst loss by way  \N{RIGHTWARDS ARROW}", (5, 9), ("way_1", "way_2", "way_3"), INK),
        ("4  What the best leaves", (10, 11), ("left_delta", "left_gamma", "left_vega", "left_gap", "left_cost"), INK),
    )
    for title, (first, last), keys, accent in panels:
        for row in range(6, 12):
            for column in range(first, last + 1):
                edge = {"left": 5, "left_color": accent} if column == first else {}
                sheet.write_blank(row, column, None, style.of(bg_color=PANEL, **edge))
        edge = {"left": 5, "left_color": accent, "indent": 1}
        sheet.write(6, first, title, style.of(bold=True, bg_color=PANEL, **edge))
        for row, key in enumerate(keys, 7):
            look = style.of(font_size=9, font_color=SOFT, bg_color=PANEL, **edge)
            sheet.write(row, first, _LABELS.get(key.removeprefix("left_")) or shown(key, "label"), look)
            figure = style.of(bold=True, bg_color=PANEL, align="right", indent=1, num_format=AMOUNT)
            sheet.write_formula(row, last, shown(key, "words"), figure)
    small = style.of(font_size=9, bg_color=PANEL, left=5, left_color=INK, indent=1)
    sheet.write_formula(9, 1, shown("inventory", "note"), small)
    sheet.write_formula(
        6,
        11,
        shown("best", "words"),
        style.of(bold=True, bg_color=PANEL, align="right", indent=1),
    )
    for row in range(5, 12):
        sheet.set_row_pixels(row, 6 if row == 5 else 18)


def _lines(book: Any, first: int) -> Any:
    """As it stands, with the underlying, and with the options too; told apart by dash as well as by colour."""
    chart = book.add_chart({"type": "line"})
    name, column, rows = _GAPS
    labels = [name, 0, column, rows - 1, column]
    series = (("As it stands", SELL, "dash", 1.75), ("With the underlying", PUT, "solid", 1.75),
              ("With options too", INK, "solid", 2.5))  # fmt: skip
    for offset, (words, colour, dash, width) in enumerate(series):
        at = column + first + offset
        chart.add_series({"name": words, "categories": labels, "values": [name, 0, at, rows - 1, at],
                          "line": {"color": colour, "width": width, "dash_type": dash}})  # fmt: skip
    unseen = column + 7
    chart.add_series({"name": "unseen", "categories": labels, "values": [name, 0, unseen, rows - 1, unseen],
                      "line": {"none": True}})  # fmt: skip
    small = {"size": 8, "color": SOFT}
    chart.set_x_axis({"label_position": "low", "num_font": small, "interval_unit": 1, "line": {"color": RULE}})
    chart.set_y_axis({"num_font": small, "num_format": AXIS, "line": {"none": True},
                      "major_gridlines": {"visible": True, "line": {"color": RULE}}})  # fmt: skip
    chart.set_legend({"position": "top", "font": small, "delete_series": [3]})
    chart.set_chartarea({"border": {"none": True}})
    chart.show_hidden_data()
    chart.show_blanks_as("span")  # without a word on it Calc draws what cannot be computed as a line at 0
    return chart


def _inputs(sheet: Any, style: Style, ranges: Ranges) -> None:
    """Options that may be traded, bounds, products and what goes with them: right of the page, each to its end."""
    titles = {
        "candidates": ("Options that may be traded (yours)", "beyond size, up to most: each size a spread dearer"),
        "bounds": ("Bounds (yours)", "bucket: <=7d, 8d:30d, >30d, a date"),
        "products": ("Related products (yours)", "volatility: the underlying's"),
        "correlations": ("Correlations (yours, all products at once)", "names in first row and column"),
        "lots": ("How it is traded (yours)", "blank: shares, an index's future"),
        "betas": ("Betas (yours)", "to the jump"),
    }  # fmt: skip
    for column in range(12, 60):
        sheet.set_column_pixels(column, column, 12)
    for part, (title, hint) in titles.items():
        it = plan.RANGES[part]
        left, right = it.column - 1, it.column + len(it.heads) - 2
        for column in range(left, right + 1):
            sheet.set_column_pixels(column, column, 96 if it.heads[column - left] == "Product" else 74)
        taken = -(-len(title) * 6 // 74)  # columns under the title
        room = right - left + 1 - taken
        heading(sheet, style, 4, left, right, title, hint="" if part == "betas" else hint, room=room)
        entries(sheet, style, part, ranges)
    for column, (target, words) in enumerate((("N5", "Options that may be traded >"), ("X5", "Bounds >"),
                                              ("AD5", "Products, correlations, lots, betas >"))):  # fmt: skip
        look = style.of(font_size=9, font_color=LINK)
        link(sheet, 3, (1, 3, 5)[column], f"{plan.HEDGE}!{target}", f"Yours: {words}", look)
    sheet.set_row_pixels(3, 18)
