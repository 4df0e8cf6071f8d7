"""The sheets Levels, Grid and Map: prices that matter, strike by expiry, spot by day."""

from __future__ import annotations

from typing import Any

from gex_xl.template import charts, plan
from gex_xl.template.drawing import (
    Column,
    box,
    data_bar,
    framed_row,
    heading,
    heat,
    inputs,
    page_top,
    print_setup,
    rows_px,
    table,
)
from gex_xl.template.style import (
    CALL,
    EDGE,
    HEAT,
    INK,
    LONG,
    PLAIN_BAR,
    PRICE,
    PUT,
    RULE,
    SHORT,
    SIGNED,
    SIGNED_PERCENT,
    SIGNED_SHORT,
    SOFT,
    STRIKE,
    WHITE,
    ZERO,
    Style,
)

_STATUS = f"={plan.headline('status', 'words')}"
_FOOTER = "Dealer gamma exposure"
_MARKS = (("Spot", INK), ("Zero gamma", ZERO), ("Call wall", CALL), ("Put wall", PUT), ("Flip strike", EDGE))
_MEASURES = ["Gamma", "Delta", "Speed", "Vanna", "Charm", "Vega", "Theta", "Open interest", "Volume"]


def _marked(sheet: Any, style: Style, first: tuple[int, int], rows: int) -> None:
    """The edge of a mark's colour beside the rows that a mark names."""
    row, column = first
    cell = f"${chr(ord('A') + column)}{row + 1}"
    for word, colour in _MARKS:
        look = style.rule(right=1, right_color=colour, bold=True)
        test = f'=LEFT({cell},{len(word)})="{word}"'
        sheet.conditional_format(
            row, column, row + rows - 1, column, {"type": "formula", "criteria": test, "format": look}
        )


def levels(book: Any, style: Style) -> None:
    """High to low with spot among them; the product that is traded beside the underlying."""
    sheet = book.get_worksheet_by_name(plan.LEVELS)
    sheet.hide_gridlines(2)
    question = (
        "The prices that matter today, high to low, and the same in the product that you trade. One page to print."
    )
    row = page_top(sheet, style, (12, 176, 92, 78, 140, 92, 92, 390, 216), "Levels", question, _STATUS)
    price = {
        "validate": "decimal",
        "criteria": ">",
        "value": 0,
        "ignore_blank": True,
        "input_title": "Its price",
        "input_message": "ES, SPY, XSP ... at the instant of the chain; blank: levels as they are",
    }
    inputs(
        sheet,
        style,
        row,
        (
            (1, "Price of the product you trade", 3, 3, None, price, PRICE),
            (
                4,
                "Its tick",
                5,
                5,
                None,
                {"validate": "decimal", "criteria": ">", "value": 0, "ignore_blank": True},
                "General",
            ),
            (6, "Mapped by", 7, 7, "auto", {"validate": "list", "source": ["auto", "difference", "ratio"]}, "General"),
        ),
    )
    sheet.set_row_pixels(row + 1, 8)
    line = {"font_size": 11}
    columns = (
        Column(
            "Level",
            "",
            {**line, "indent": 1},
            "Zero gamma leads; walls are the strikes with the most call and put exposure.",
        ),
        Column("Price", PRICE, line),
        Column("From spot", SIGNED_PERCENT, line),
        Column("", ";;;", line),
        Column("Mapped", PRICE, line, "In terms of the product whose price is given above."),
        Column("Net GEX there", SIGNED, line, "In the unit of the status line."),
        Column("What to expect", "", {**line, "indent": 1, "shrink": True}),
        Column("Copy", "", {**line, "font_name": "Consolas", "font_size": 10, "indent": 1, "shrink": True}),
    )
    it = plan.SPILLS["levels"]
    table(sheet, style, "levels", columns, height=26)
    first, last = it.row, it.last - 1
    dark = style.rule(bg_color=INK, font_color=WHITE, bold=True)
    sheet.conditional_format(
        first,
        1,
        last,
        8,
        {"type": "formula", "criteria": f'=$B{first + 1}="SPOT"', "format": dark, "stop_if_true": True},
    )
    for word, colour in (*_MARKS[1:], ("Net long", LONG), ("Net short", SHORT), ("", EDGE)):
        test = f'=AND($B{first + 1}<>"",LEFT($B{first + 1},{len(word)})="{word}")'
        look = style.rule(left=1, left_color=colour, bottom=1, bottom_color=RULE)
        sheet.conditional_format(first, 1, last, 1, {"type": "formula", "criteria": test, "format": look})
    strong = " ".join(f'$B{first + 1}="{word}",' for word in ("Zero gamma", "Call wall", "Put wall")).rstrip(",")
    for test, look in ((f"=OR({strong})", {"bold": True}), (f'=$B{first + 1}<>""', {})):
        shown = {"type": "formula", "criteria": test, "format": style.rule(bottom=1, bottom_color=RULE, **look)}
        sheet.conditional_format(first, 1, last, 8, shown)
    data_bar(sheet, (first, 4), (last, 4), colour=PLAIN_BAR, only=True)
    end = it.last
    sheet.set_row_pixels(end, 8)
    sheet.write(end + 1, 1, "All in one line", style.of(font_size=9, font_color=SOFT, indent=1))
    text = f'LEVELS_TEXT({plan.LIVE},"tradingview",,,,{plan.LEVELS}!$D$5,{plan.LEVELS}!$H$5)'
    # A function cannot stand in merged cells, and only they show a long line whole.
    sheet.write_dynamic_array_formula(end, 9, end, 9, f'=IFERROR({text},"")', style.of(font_size=1, font_color=WHITE))
    look = style.of(font_name="Consolas", font_size=9, text_wrap=True, valign="top")
    box(sheet, end + 1, 2, 8, f"=$J${end + 1}", look)
    sheet.set_row_pixels(end + 1, 84)
    sheet.write(
        end + 2,
        1,
        "The price of your product is yours: type it at the instant of the chain. Levels "
        "come from open interest of the last clearing, not from trades of today.",
        style.of(font_size=9, font_color=SOFT, indent=1),
    )
    sheet.freeze_panes(it.row, 2)
    print_setup(sheet, f"A1:I{end + 4}", _FOOTER)
    sheet.hide_row_col_headers()


def grid(book: Any, style: Style) -> None:
    """Strike by expiry as a heat map; what lies outside is said below."""
    sheet = book.get_worksheet_by_name(plan.GRID)
    sheet.hide_gridlines(2)
    question = (
        "Which strike and which expiry carry the exposure. Green: dealers long, magenta: short; the number says it too."
    )
    widths = (12, 150, 78, 66, *[66] * plan.GRID_COLUMNS, 78)
    row = page_top(sheet, style, widths, "Grid", question, _STATUS)
    inputs(
        sheet,
        style,
        row,
        (
            (1, "Show", 2, 4, "Gamma", {"validate": "list", "source": _MEASURES}, "General"),
            (
                5,
                "Bucket",
                6,
                6,
                None,
                {
                    "validate": "decimal",
                    "criteria": ">",
                    "value": 0,
                    "ignore_blank": True,
                    "input_title": "Bucket",
                    "input_message": "Points a row; blank: round, by the chain",
                },
                STRIKE,
            ),
        ),
    )
    sheet.set_row_pixels(row + 1, 8)
    cell = {"font_size": 9, "align": "center"}
    columns = (
        Column("", "", {"font_size": 9, "align": "right", "indent": 1}),
        Column("Strike", STRIKE, {"bold": True}, "Middle of a bucket of strikes."),
        Column("from spot", SIGNED_PERCENT, {"font_size": 9, "font_color": SOFT}),
        *(Column("", HEAT, cell) for _ in range(plan.GRID_COLUMNS)),
        Column("All", HEAT, {**cell, "bold": True}, "Rows add up to this column, columns to the totals on top."),
    )
    it = plan.SPILLS["grid"]
    table(sheet, style, "grid", columns, height=19, head_height=30)
    total = style.rule(bold=True, bottom=1, bottom_color=RULE)
    sheet.conditional_format(it.row, 1, it.row, it.columns, {"type": "no_errors", "format": total})
    first, last = it.row + 1, it.last - 2
    framed_row(sheet, style, (first, 2), (last, it.columns), f"$B{first + 1}", "Spot")
    _marked(sheet, style, (first, 1), plan.GRID_ROWS)
    heat(sheet, (first, 4), (last, 3 + plan.GRID_COLUMNS), f"$C${it.last}")
    heat(sheet, (first, 4 + plan.GRID_COLUMNS), (last, 4 + plan.GRID_COLUMNS), f"$D${it.last}")
    sheet.set_row(it.last - 1, None, None, {"hidden": True})  # the note below, and where the colours end
    box(sheet, it.last, 1, it.columns, f"=$B${it.last}", style.of(font_size=9, font_color=SOFT, indent=1))
    sheet.freeze_panes(first, 4)
    print_setup(sheet, f"A1:R{it.last + 2}", _FOOTER)
    sheet.hide_row_col_headers()


def days_ahead(book: Any, style: Style) -> None:
    """Spot by day as a heat map, zero gamma of each day on top and as a line below."""
    sheet = book.get_worksheet_by_name(plan.MAP)
    sheet.hide_gridlines(2)
    question = (
        "Total GEX over spot levels and days ahead, at each close: time passes, what expires leaves, volatility stays."
    )
    count = plan.MAP_DAYS + 2
    row = page_top(sheet, style, (12, 176, 96, 84, *[128] * count), "Map", question, _STATUS)
    sheet.set_row_pixels(row, 8)
    cell = {"font_size": 9, "align": "center"}
    columns = (
        Column("", "", {"bold": True, "align": "right", "indent": 1}),
        Column("Spot", STRIKE, {}),
        Column("from now", SIGNED_PERCENT, {"font_size": 9, "font_color": SOFT}),
        *(Column("", SIGNED_SHORT, cell) for _ in range(count)),
    )
    it = plan.SPILLS["map"]
    table(sheet, style, "map", columns, height=20, head_height=32)
    zero = style.rule(bold=True, bottom=1, bottom_color=ZERO, num_format="#,##0")
    sheet.conditional_format(it.row, 1, it.row, it.columns, {"type": "no_errors", "format": zero})
    first, last = it.row + 1, it.last - 2
    framed_row(sheet, style, (first, 1), (last, it.columns), f"$B{first + 1}", "Spot")
    heat(sheet, (first, 4), (last, 3 + count), f"$C${it.last}")
    sheet.set_row(it.last - 1, None, None, {"hidden": True})
    box(sheet, it.last, 1, it.columns, f"=$B${it.last}", style.of(font_size=9, font_color=SOFT, indent=1))
    heading(sheet, style, it.last + 2, 1, it.columns, "Zero gamma over the days ahead")
    rows_px(sheet, it.last + 3, [19] * 9)
    sheet.insert_chart(it.last + 3, 1, charts.zero_ahead(book, (1250, 170)), {"object_position": 2})
    sheet.freeze_panes(first, 4)
    print_setup(sheet, f"A1:K{it.last + 13}", _FOOTER)
    sheet.hide_row_col_headers()
