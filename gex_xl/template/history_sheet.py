"""The sheet Days: how today compares, one row a day, and the rows that are kept."""

from __future__ import annotations

from typing import Any

from gex_xl.history import COLUMNS
from gex_xl.template import charts, plan
from gex_xl.template.drawing import (
    Column,
    heading,
    kinds_by_word,
    page_top,
    print_setup,
    rows_px,
    script_button,
    spill,
    table,
)
from gex_xl.template.explain import VERDICTS
from gex_xl.template.plan import KEPT_HEADER, KEPT_ROWS, TODAY_HEADER, headline
from gex_xl.template.style import COUNT, INK, PERCENT, PRICE, PUT, SIGNED, SIGNED_PERCENT, SOFT, ZERO, Style

_S = plan.SPILLS
_TODAY = TODAY_HEADER + 1
_BY_HAND = (
    f"copy B{_TODAY}:Y{_TODAY} and paste it as values (Paste Special) into the first free row below the kept rows"
)
_OF_FILES = "A csv or xlsx of gex-xl history has the same columns."
_BUTTON = "L3"
#: The shape over the cell that is selected when it is pressed, as xlwings Lite wants both named. xlsxwriter numbers
#: the shapes of a sheet, and three charts come first.
BUTTON = f"[TextBox 4]{plan.DAYS}!{_BUTTON}"
_BUTTON_SIZE = {"width": 180, "height": 22, "x_offset": 6, "y_offset": 0}
_TEXTS = ("date", "symbol", "as_of", "long_side", "regime", "unit", "reason", "file", "content", "settings")
_KEEP_ROW = 50


def days(book: Any, style: Style) -> None:
    """Three charts, the days in words newest first, today's row to be copied, and the kept rows."""
    sheet = book.get_worksheet_by_name(plan.DAYS)
    sheet.hide_gridlines(2)
    question = "One row a day: how today compares. z-scores look back only, from 60 kept days on."
    kept = f'&"   |   "&{plan.KEPT_COUNT}&" days kept"'
    widths = (12, 122, 116, 96, 76, 96, 96, 88, 96, 84, 84, 84, 84, 96)
    row = page_top(sheet, style, widths, "Days", question, f"={headline('status', 'words')}{kept}")
    rows_px(sheet, row, [19] * 48)
    money = f"MID({_S['days'].cell(0, 1)},7,9)"
    heading(sheet, style, row, 1, 4, f'="Total GEX, "&{money}&" per 1 %"')
    heading(sheet, style, row, 5, 8, "Spot and zero gamma")
    heading(sheet, style, row, 9, 13, "30-day iv, %, and 25-delta skew, points")
    for column, chart in (
        (1, charts.days(book, _S["days"], (402, 215))),
        (5, charts.lines(book, _S["days"], (368, 215), [(3, INK, "solid"), (4, ZERO, "dash")], markers=True)),
        (9, charts.lines(book, _S["days"], (424, 215), [(5, INK, "solid"), (6, PUT, "dash")], markers=True)),
    ):
        sheet.insert_chart(row + 1, column, chart, {"object_position": 2})
    it = _S["day_table"]
    heading(sheet, style, it.row - 2, 1, 13, "Today, and the days before, newest first")
    soft = {"font_color": SOFT}
    table(
        sheet,
        style,
        "day_table",
        (
            Column("Day"),
            Column("Regime", "", {"bold": True, "indent": 1}),
            Column("Total GEX", SIGNED, {"bold": True}),
            Column("z", "0.0", {}, "Against up to 252 days before it."),
            Column("Spot", PRICE),
            Column("Zero gamma", PRICE),
            Column("From spot", SIGNED_PERCENT, soft),
            Column("Flip strike", PRICE, soft),
            Column("iv 30 d", PERCENT),
            Column("Skew", "0.0"),
            Column("9 / 30 d", "0.00"),
            Column("30 / 90 d", "0.00"),
            Column("Contracts", COUNT, soft),
        ),
        height=19,
    )
    kinds_by_word(sheet, style, (it.row, 2), (it.last - 1, 2), VERDICTS)
    _kept(sheet, style)
    print_setup(sheet, f"A1:N{it.row + 23}", "Dealer gamma exposure")
    sheet.repeat_rows(0, 2)


def _kept(sheet: Any, style: Style) -> None:
    """Today's row as gex-xl history writes it, and below it the rows of earlier days in the same columns."""
    heading(sheet, style, _KEEP_ROW, 1, 13, "Today's row, to be kept")
    look = style.of(font_size=9)
    for offset in range(plan.TODAY_COLUMNS):
        sheet.write_blank(TODAY_HEADER - 1, 1 + offset, None, style.head())
        sheet.write_blank(TODAY_HEADER, 1 + offset, None, look)
    spill(sheet, "today", style.head())
    # How many rows are kept: the last one that has a date.
    dates = f"{plan.DAYS}!$B${KEPT_HEADER + 1}:$B${KEPT_HEADER + KEPT_ROWS}"
    last = f'=MAX(0,MAX(IFERROR({dates}<>"",TRUE)*ROW({dates}))-{KEPT_HEADER})'
    sheet.write_dynamic_array_formula(
        "B54:B54", last, style.of(num_format=COUNT, align="left", font_size=9, font_color=SOFT)
    )
    sheet.write("C54", "rows are kept below, oldest first. " + _OF_FILES, style.note)
    for at, name in enumerate(COLUMNS, 1):
        sheet.write(KEPT_HEADER - 1, at, name, style.head())
    sheet.write(KEPT_HEADER - 2, 1, f"To keep today: {_BY_HAND}.", style.note)
    sheet.set_column_pixels(14, plan.KEPT_COLUMNS, 84)


def _how_to_keep(book: Any, way: str) -> Any:
    """Say it above the kept rows; gives the sheet."""
    sheet = book.get_worksheet_by_name(plan.DAYS)
    sheet.write(KEPT_HEADER - 2, 1, f"To keep today: {way} {_BY_HAND}.", Style(book).note)
    return sheet


def append_by_macro(book: Any) -> None:
    """A button for the macro AppendToday, which the file has to hold."""
    sheet = _how_to_keep(book, "press the button, or run the macro AppendToday; or")
    sheet.insert_button(_BUTTON, {"macro": "AppendToday", "caption": "Keep today's row", **_BUTTON_SIZE})


def append_by_script(book: Any) -> None:
    """A button for the script append_today of xlwings Lite."""
    sheet = _how_to_keep(book, "press the button (the pane of xlwings Lite must be open), or")
    script_button(sheet, _BUTTON, "Keep today's row", _BUTTON_SIZE, "append_today")
