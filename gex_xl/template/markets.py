"""The sheets Strikes, Flows and Volatility."""

from __future__ import annotations

from typing import Any

from gex_xl.template import charts, plan
from gex_xl.template.drawing import (
    CARD_ROWS,
    Column,
    card,
    data_bar,
    framed_row,
    heading,
    inputs,
    page_top,
    print_setup,
    rows_px,
    table,
    with_unit,
)
from gex_xl.template.plan import headline
from gex_xl.template.style import (
    CALL,
    COUNT,
    EDGE,
    INK,
    LONG,
    MOVE,
    PERCENT,
    PRICE,
    PUT,
    SIGNED,
    SIGNED_PERCENT,
    SOFT,
    STRIKE,
    TRADE,
    ZERO,
    Style,
)

_S = plan.SPILLS
_STATUS = f"={headline('status', 'words')}"
_FOOTER = "Dealer gamma exposure"
_SOFT = {"font_color": SOFT, "font_size": 9}


def strikes(book: Any, style: Style) -> None:
    """Sixty strikes either side of spot, which stands in one fixed row, where the sheet opens."""
    sheet = book.get_worksheet_by_name(plan.STRIKES)
    sheet.hide_gridlines(2)
    question = (
        "Sixty strikes either side of spot, high to low; spot always stands in the same row, where the sheet opens."
    )
    widths = (12, 150, 76, 70, 84, 84, 150, 96, 92, 92, 20, *[52] * 7)
    row = page_top(sheet, style, widths, "Strikes", question, _STATUS)
    kinds = ["Gamma", "Delta", "Speed", "Vanna", "Charm", "Vega", "Theta"]
    inputs(sheet, style, row, ((1, "Show", 3, 4, "Gamma", {"validate": "list", "source": kinds}, "General"),))
    heading(sheet, style, row + 1, 1, 9, with_unit("Exposure per strike; gamma", headline("unit", "words"), " in "))
    heading(sheet, style, row + 1, 11, 17, with_unit("Calls and puts", headline("outside", "note"), " in buckets of "))
    sheet.set_row_pixels(row + 1, 22)
    it = _S["strikes"]
    table(
        sheet,
        style,
        "strikes",
        (
            Column("", "", {"align": "right", "indent": 1, "font_size": 9, "shrink": True}),
            Column("Strike", STRIKE),
            Column("From spot", SIGNED_PERCENT, _SOFT),
            Column("Calls", SIGNED),
            Column("Puts", SIGNED),
            Column("Net", SIGNED, {"bold": True}, "Calls and puts together; positive: dealers long."),
            Column(
                "Running total", SIGNED, {}, "Sum from the lowest strike up; the flip strike is where it crosses 0."
            ),
            Column("Call OI", COUNT, {}, "Open interest in contracts."),
            Column("Put OI", COUNT),
        ),
        height=19,
    )
    first, last = it.row, it.last - 1
    data_bar(sheet, (first, 6), (last, 6))
    framed_row(sheet, style, (first, 2), (last, 9), f"$B{first + 1}", "Spot")
    for word, colour in (("Spot", INK), ("Zero gamma", ZERO), ("Call wall", CALL), ("Put wall", PUT)):
        look = style.rule(right=1, right_color=colour, bold=True)
        test = f'=LEFT($B{first + 1},{len(word)})="{word}"'
        sheet.conditional_format(first, 1, last, 1, {"type": "formula", "criteria": test, "format": look})
    middle = it.row + plan.STRIKE_ROWS // 2
    chart = charts.ladder(book, _S["ladder"], (364, 640), sides=True, marks=False, plot=(0.30, 0.01, 0.68, 0.95))
    sheet.insert_chart(middle - 12, 11, chart, {"object_position": 2})
    for down, (word, colour) in enumerate((("Calls", CALL), ("Puts", PUT))):
        sheet.write(
            middle - 13, 12 + 2 * down, word, style.of(font_size=9, bold=True, left=5, left_color=colour, indent=1)
        )
    sheet.freeze_panes(it.row, 3, middle - 13, 3)
    sheet.set_selection(middle, 2, middle, 2)
    print_setup(sheet, f"A{middle - 16}:R{middle + 24}", _FOOTER)
    sheet.repeat_rows(0, it.row - 1)


def flows(book: Any, style: Style) -> None:
    """What dealers must trade if spot or volatility moves, what they hold, and when it expires."""
    sheet = book.get_worksheet_by_name(plan.FLOWS)
    sheet.hide_gridlines(2)
    question = "What dealers must trade to stay hedged if spot or volatility moves. Full reprice of every contract."
    widths = (12, 66, 92, 88, 88, 100, 92, 84, 16, 92, 78, 78, 78, 80, 150, 84)
    row = page_top(sheet, style, widths, "Flows", question, _STATUS)
    steps = {
        "validate": "decimal",
        "criteria": "between",
        "minimum": 0.0001,
        "maximum": 0.09,
        "error_title": "Step",
        "error_message": "Give a step of up to 9 %, for instance 0.5 %.",
    }
    moving = {
        "validate": "decimal",
        "criteria": "between",
        "minimum": -100,
        "maximum": 100,
        "input_title": "iv and spot",
        "input_message": "-4 for an index: iv of 20 % falls to 19.2 % when spot rises 1 %; 0: iv stays",
    }
    inputs(
        sheet,
        style,
        row,
        (
            (1, "Step of spot", 3, 3, 0.005, steps, "0.00 %"),
            (4, "iv moves with spot, % per +1 %", 6, 6, -4, moving, "0.0"),
            (9, "Step of iv, points", 11, 11, 0.01, steps, "0.00 %"),
        ),
    )
    sheet.set_row_pixels(row + 1, 8)
    money = headline("unit", "shown")
    heading(sheet, style, row + 2, 1, 7, with_unit("If spot moves", money))
    heading(sheet, style, row + 2, 9, 15, with_unit("If every implied volatility moves by points", money))
    rows_px(sheet, row + 3, [19] * 36)
    sheet.insert_chart(row + 3, 1, charts.flow(book, _S["spot_flow"], (608, 222), moving=True), {"object_position": 2})
    sheet.insert_chart(row + 3, 9, charts.flow(book, _S["iv_flow"], (636, 222), moving=False), {"object_position": 2})
    it = _S["hedge_flow"]
    heading(sheet, style, it.row - 2, 1, 7, with_unit("The same in figures: dealers buy or sell", money))
    table(
        sheet,
        style,
        "hedge_flow",
        (
            Column("Move", "+0.00 %;-0.00 %;0 %", {"align": "left"}),
            Column("Shares", "+#,##0;-#,##0;0", {"font_color": SOFT}),
            Column("Full reprice", TRADE, {"bold": True}, "Change of delta of every contract at the moved spot."),
            Column("Linear", TRADE, {"font_color": SOFT}, "-GEX times the move."),
            Column("Shares, iv moving", "+#,##0;-#,##0;0", {"font_color": SOFT}),
            Column("With iv moving", TRADE, {"bold": True}),
            Column("Stopped", COUNT, {"font_color": SOFT}, "Contracts whose iv could fall no further than 1 point."),
        ),
        height=19,
        head_height=32,
    )
    heading(sheet, style, it.row - 2, 9, 15, "What dealers hold, all contracts")
    table(
        sheet,
        style,
        "exposures",
        (
            Column("Sensitivity", "", {"bold": True}),
            Column("Calls", SIGNED),
            Column("Puts", SIGNED),
            Column("Net", SIGNED, {"bold": True}),
            Column("Contracts", COUNT, {"font_color": SOFT}),
            Column("Unit", "", {"font_size": 9, "font_color": SOFT, "indent": 1, "shrink": True}),
        ),
        height=19,
        head_height=32,
    )
    below = _S["buckets"]
    heading(sheet, style, below.row - 2, 9, 15, with_unit("By time to expiry", headline("unit", "words")))
    table(
        sheet,
        style,
        "buckets",
        (
            Column("Bucket", "", {"bold": True}),
            Column("Days", "", {"align": "right", "shrink": True}),
            Column("Contracts", COUNT, {"font_color": SOFT}),
            Column("Calls", SIGNED),
            Column("Puts", SIGNED),
            Column("Net", SIGNED, {"bold": True}),
            Column("Share of gross", PERCENT),
        ),
        height=0,
        head_height=32,
    )
    print_setup(sheet, f"A1:P{it.last + 1}", _FOOTER)
    sheet.hide_row_col_headers()


def volatility(book: Any, style: Style) -> None:
    """Six cards, term structure and smile, and what each expiry says."""
    sheet = book.get_worksheet_by_name(plan.VOLATILITY)
    sheet.hide_gridlines(2)
    question = (
        "What the chain's own volatility says: how it rises with time, how it leans, how far it expects spot to go."
    )
    widths = (12, 120, 62, 92, 66, 100, 86, 86, 86, 80, 92, 92, 92, 80)
    row = page_top(sheet, style, widths, "Volatility", question, _STATUS)
    rows_px(sheet, row, (*CARD_ROWS, 8))
    for i, (key, number, accent) in enumerate(
        (
            ("expected_move", MOVE, INK),
            ("next_move", MOVE, EDGE),
            ("iv_30d", PERCENT, EDGE),
            ("short_slope", "0.00", LONG),
            ("med_slope", "0.00", LONG),
            ("skew_25d", '0.00" points"', EDGE),
        )
    ):
        texts = (f"={headline(key, 'label')}", f"={headline(key, 'shown')}", f"={headline(key, 'note')}")
        card(sheet, style, row, (1 + 2 * i, 2 + 2 * i), texts, accent, number)
    row += len(CARD_ROWS) + 1
    heading(sheet, style, row, 1, 6, "Term structure: at-the-money implied volatility by expiry, %")
    heading(sheet, style, row, 7, 13, "Smile: implied volatility by delta, %")
    rows_px(sheet, row + 1, [19] * 13)
    term = charts.lines(book, _S["term"], (516, 224), [(1, INK, "solid")], markers=True, slanted=True)
    sheet.insert_chart(row + 1, 1, term, {"object_position": 2})
    smile = charts.lines(book, _S["smile"], (600, 224), [(1, INK, "solid"), (2, PUT, "dash"), (3, CALL, "square_dot")])
    sheet.insert_chart(row + 1, 7, smile, {"object_position": 2})
    it = _S["by_expiry"]
    heading(sheet, style, it.row - 2, 1, 13, "By expiry")
    table(
        sheet,
        style,
        "by_expiry",
        (
            Column("Expiry"),
            Column("Days", "#,##0.0"),
            Column("Forward", PRICE),
            Column("iv", PERCENT),
            Column("Expected move", MOVE, {"bold": True}, "One standard deviation: spot x iv x square root of time."),
            Column("From", "#,##0.0", {"font_color": SOFT}),
            Column("To", "#,##0.0", {"font_color": SOFT}),
            Column("Max pain", STRIKE, {"bold": True}, "The settlement at which open options pay their holders least."),
            Column("From spot", SIGNED_PERCENT, _SOFT),
            Column("Call OI", COUNT),
            Column("Put OI", COUNT),
            Column("Puts / calls", "0.00", {}, "Open interest of puts over that of calls."),
            Column(
                "By volume", "0.00", _SOFT, "The day's volume of puts over that of calls; blank where no calls traded."
            ),
        ),
    )
    sheet.freeze_panes(4, 0)
    print_setup(sheet, f"A1:N{it.last}", _FOOTER)
    sheet.hide_row_col_headers()
