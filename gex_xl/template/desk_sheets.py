"""Positions, Limits and Quotes of a desk's book, and the hidden sheet that reads all of its ranges."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from gex_xl.desk.limits import MEASURES
from gex_xl.desk.overview import PARTS
from gex_xl.template import desk_plan as plan
from gex_xl.template import desk_sample
from gex_xl.template.drawing import box, card, data_bar, heading, kinds_by_word, page_top, print_setup
from gex_xl.template.style import (
    AMOUNT,
    EDGE,
    INPUT,
    INPUT_EDGE,
    INPUT_INK,
    KINDS,
    MILLIONS,
    PANEL,
    PLAIN_BAR,
    SOFT,
    Style,
)

_WORDS = {"Underlying", "Class", "Type", "Greek", "Bucket", "Product", "Limit", "Scope", "Currency", "State", ""}
Ranges = Mapping[str, Sequence[Sequence[object]]]
PERCENT, DAY, TIME = "0 %", "d mmm yy", "d mmm yyyy hh:mm"
_FOOTER = "a desk's own book"
_NOT_LIVE = "NOT LIVE: the functions do not run here; what is shown was saved with the file, or is blank"
#: How cells of an input column look: head -> number format.
_NUMBERS = {
    "Expiry": DAY, "Time": TIME, "IV": "0.0 %", "Strike": "#,##0.##", "Price": "#,##0.00", "Spot": "#,##0.00",
    "Contracts": "#,##0", "Value": "#,##0.##", "Low": "#,##0", "High": "#,##0",
}  # fmt: skip


def status(key: str = "status") -> str:
    """The line of a sheet: what was read, or what cannot be; NOT LIVE where nothing computes it."""
    return f'=IFERROR({plan.headline(key, "words")}&"","{_NOT_LIVE}")'


def shown(key: str, column: str) -> str:
    """A cell of the headline, blank where nothing computes it."""
    blank = '"none"' if column in ("value", "words") else '""'
    return f"=IFERROR({plan.headline(key, column)},{blank})"


def positions(book: Any, style: Style, ranges: Ranges) -> None:
    """Inputs at the left, what was used beside each row, exposure at the right; seven cards above."""
    sheet = book.get_worksheet_by_name(plan.POSITIONS)
    widths = (10, 74, 62, 58, 62, 80, 66, 52, 62, 62, 66, 8, 58, 48, 12, 150, 66, 76, 76, 68, 68)
    question = "What the desk holds, and what that exposes it to. Type or paste on the left; all else follows."
    page_top(sheet, style, widths, "Positions", question, status(), back="")
    # No edge has a colour of safety: it would stay where nothing can be read.
    cards: tuple[tuple[str, tuple[int, int], str], ...] = (
        ("delta", (1, 2), EDGE), ("gamma", (3, 5), EDGE), ("vega", (6, 8), EDGE), ("theta", (9, 12), EDGE),
        ("gap", (13, 15), EDGE), ("limits", (16, 17), EDGE), ("best", (18, 20), EDGE),
    )  # fmt: skip
    for key, columns, accent in cards:
        figure = shown(key, "words" if key in ("limits", "best") else "value")
        card(sheet, style, 4, columns, (shown(key, "label"), figure, shown(key, "note")), accent, AMOUNT)
        if key == "best":  # words, and longer ones than figures are
            look = style.of(font_size=11, bold=True, left=5, left_color=accent, bg_color=PANEL, indent=1, align="left",
                            shrink=True)  # fmt: skip
            sheet.write_formula(5, columns[0], figure, look)
        millions(sheet, style, xl_rowcol_to_cell(5, columns[0]))
        here = kind_here(sheet, style, (3, columns[1]), key)
        for kind in ("bad", "stress", "good"):
            rule = {"type": "formula", "criteria": f'={here}="{kind}"',
                    "format": style.rule(font_color=KINDS[kind].ink)}  # fmt: skip
            sheet.conditional_format(5, columns[0], 6 if kind == "bad" else 5, columns[1], rule)
    heading(
        sheet, style, 10, 1, 10, "Positions (yours)", hint="short: negative contracts; iv, a price, or a chain", room=6
    )
    heading(sheet, style, 10, 12, 13, "Used")
    heading(sheet, style, 10, 15, 20, "Exposure", hint=shown("largest", "words"), room=5)
    entries(sheet, style, "positions", ranges)
    spill(book, style, "used", ("0.0 %", ""))
    heads(sheet, style, 11, 15, ("", "contracts", "delta", "gamma per 1 %", "vega per pt", "theta a day"))
    spill(book, style, "exposure", ("", *[AMOUNT] * 5))
    millions(sheet, style, f"R13:U{13 + plan.ROWS}")
    bold = {"type": "formula", "criteria": '=LEFT($P13,10)="Whole book"', "format": style.rule(bold=True)}
    sheet.conditional_format(f"P13:U{13 + plan.ROWS}", bold)
    sheet.data_validation("D13:D5012", {"validate": "list", "source": ["C", "P", "shares", "future"],
                                        "error_type": "warning"})  # fmt: skip
    sheet.freeze_panes(12, 0)
    print_setup(sheet, "A1:U60", _FOOTER)


def kind_here(sheet: Any, style: Style, place: tuple[int, int], key: str) -> str:
    """Write the kind of a headline row into a cell of this sheet, unseen: a format looks at its own sheet only."""
    sheet.write_formula(*place, f"={plan.headline(key, 'kind')}", style.of(num_format=";;;"))
    return str(xl_rowcol_to_cell(*place, row_abs=True, col_abs=True))


def own_cells(book: Any, style: Style, note: Sequence[str], *, sample: bool) -> None:
    """The cells for all positions: time, rates, name, chains; and what the file needs in order to calculate."""
    sheet = book.get_worksheet_by_name(plan.POSITIONS)
    sheet.set_row_pixels(8, 24)
    label = style.of(font_size=9, font_color=SOFT, align="right", indent=1)
    for column, text in ((1, "As of"), (4, "Rate"), (6, "Yield"), (16, "Chains")):
        sheet.write(8, column, text, label)
    box(sheet, 8, 8, 9, "Name of the book", label)
    box(sheet, 8, 2, 3, None, style.input(num_format=TIME))
    if sample:
        sheet.write_datetime(8, 2, desk_sample.AS_OF, style.input(num_format=TIME))
    for column in (5, 7):
        sheet.write(8, column, 0, style.input(num_format="0.0 %"))
    box(sheet, 8, 10, 15, desk_sample.NAME if sample else None, style.input())
    for column in range(17, 21):
        sheet.write_blank(8, column, None, style.input(shrink=True))
    for cell, title, words in (
        ("C9", "As of", "Time of valuation, New York unless it names a zone. Blank: that of the chains."),
        ("F9", "Rate", "Annual, for forwards of what no chain lists."),
        ("H9", "Yield", "Dividend yield, annual, of all underlyings."),
        ("R9", "Chains", "Cells of LOAD_CHAIN, also of another open workbook: positions that they list need no iv and "
                         "no spot."),
    ):  # fmt: skip
        sheet.data_validation(cell, {"validate": "any", "input_title": title, "input_message": words})
    if note:
        sheet.write_comment("B1", "\n".join(note), {"x_scale": 3, "font_name": "Calibri"})
        sheet.write(0, 6, note[0], style.of(font_size=9, font_color=SOFT))


def limits(book: Any, style: Style, ranges: Ranges) -> None:
    """Limits at the left, their use at the right, worst first; earlier states beyond."""
    sheet = book.get_worksheet_by_name(plan.LIMITS)
    widths = (10, 124, 84, 58, 80, 12, 54, 122, 128, 66, 66, 76, 112, 296, 12, 130, 130, 110, 62, 60)
    question = "Each limit, how much of it is used, since when, and what to do. Worst first."
    page_top(sheet, style, widths[:14], "Limits", question, status("status_limits"), back=plan.POSITIONS)
    here = kind_here(sheet, style, (0, 15), "status_limits")
    rule = {"type": "formula", "criteria": f'={here}="bad"', "format": style.kind("bad")}
    sheet.conditional_format(1, 1, 1, 13, rule)
    for column, width in enumerate(widths[14:], 14):
        sheet.set_column_pixels(column, column, width)
    heading(sheet, style, 4, 1, 4, "Limits (yours)", hint="scope: blank, a name, or each")
    near = f'="near: from "&TEXT(100*IF(N({plan.CELLS["Own_Near"]})>0,{plan.CELLS["Own_Near"]},0.8),"0")&" %"'
    heading(sheet, style, 4, 6, 13, "Use of limits", hint=near)
    heading(sheet, style, 4, 15, 19, "Earlier states (yours)", hint="kept by gex-xl book --states")
    for part in ("limits", "states"):
        entries(sheet, style, part, ranges)
    heads(sheet, style, 5, 6, ("State", "Limit", "Where", "value", "limit", "use", "Since", "What to do"))
    spill(book, style, "limits", ("", "", "", AMOUNT, AMOUNT, PERCENT, "", ""))
    share = style.rule(num_format=PERCENT)
    rule = {"type": "formula", "criteria": '=ISNUMBER(SEARCH("concentration",$H7))', "format": share}
    sheet.conditional_format(f"J7:K{7 + plan.ROWS}", rule)
    millions(sheet, style, f"J7:K{7 + plan.ROWS}")
    kinds_by_word(sheet, style, (6, 6), (6 + plan.ROWS, 6), {"over": "bad", "near": "stress", "within": "good"})
    data_bar(sheet, (6, 11), (6 + plan.ROWS, 11), colour=PLAIN_BAR)
    sheet.data_validation("B7:B5006", {"validate": "list", "source": list(MEASURES), "error_type": "warning"})
    words = ("Margin: Reg T by the strategy-free formula; beside it the largest loss of a scenario in the style of "
             "portfolio margin. Limits are in the currency of what they limit; near, over: amber, red.")  # fmt: skip
    sheet.write(3, 6, words, style.note)
    sheet.set_row_pixels(3, 18)
    sheet.freeze_panes(6, 0)
    print_setup(sheet, "A1:N60", _FOOTER)


def quotes(book: Any, style: Style, ranges: Ranges) -> None:
    """Inputs at the left, what to show beside each row."""
    sheet = book.get_worksheet_by_name(plan.QUOTES)
    widths = (10, 104, 58, 62, 62, 64, 50, 68, 46, 44, 12, 54, 54, 66, 54, 54, 50, 56, 324)
    question = "Bid and ask shaded against inventory inside the band; sizes cut as the limit nears."
    page_top(sheet, style, widths, "Quotes", question, status(), back=plan.POSITIONS)
    sheet.set_row_pixels(4, 24)
    label = style.of(font_size=9, font_color=SOFT, align="right", indent=1)
    for column, text, value, number in ((1, "Risk aversion", 0.00003, "0.00000"), (3, "Days", 1, "General"),
                                        (5, "Near from", 0.8, PERCENT), (7, "Horizon, d", 1, "General")):  # fmt: skip
        sheet.write(4, column, text, label)
        sheet.write(4, column + 1, value, style.input(num_format=number))
    heading(
        sheet,
        style,
        6,
        1,
        9,
        "Quotes (yours)",
        hint="volatility: sd of the price over a day, about |delta| x spot x iv / 19",
        room=7,
    )
    heading(sheet, style, 6, 11, 18, "What to show")
    entries(sheet, style, "quotes", ranges)
    spill(book, style, "quotes", ("#,##0.00", "#,##0.00", "#,##0.000", "#,##0", "#,##0", PERCENT, "", ""))
    for place in ("L9:M5008",):
        rule = {"type": "formula", "criteria": '=L9="none"', "format": style.kind("bad")}
        sheet.conditional_format(place, rule)
    kinds_by_word(sheet, style, (8, 17), (5007, 17), {"over": "bad", "near": "stress", "within": "good"})
    sheet.freeze_panes(8, 0)
    print_setup(sheet, "A1:S60", _FOOTER)


def machine(book: Any, style: Style) -> None:
    """The hidden sheet: where ranges stand, what lies beyond them, the book in memory, its headline and charts."""
    sheet = book.get_worksheet_by_name(plan.DESK)
    plain = style.of()
    sheet.write_row(0, 0, ("range", "sheet", "first row", "beyond", "rows"), plain)
    for part in PARTS:
        row, it = plan.place(part) - 1, plan.RANGES[part]
        sheet.write(row, 0, part, plain)
        sheet.write(row, 1, it.sheet, plain)
        sheet.write_formula(row, 2, f"=ROW({it.header})", plain)
        sheet.write_formula(row, 3, plan.beyond(part), plain)
        cell = xl_rowcol_to_cell(row, 4)
        sheet.write_dynamic_array_formula(f"{cell}:{cell}", plan.used_rows(part), plain)
    for row, (key, name) in enumerate((("rate", "Own_Rate"), ("dividend_yield", "Own_Yield"))):
        sheet.write(row, 6, key, plain)
        sheet.write_formula(row, 7, f'=IF({plan.CELLS[name]}="",0,{plan.CELLS[name]})', plain)
    sheet.write_dynamic_array_formula("J1:J1", plan.LOAD, plain)
    for name in ("headline", "gaps"):
        spill(book, style, name, ("",) * plan.SPILLS[name].columns)
    sheet.hide()


def entries(sheet: Any, style: Style, part: str, ranges: Ranges) -> None:
    """An input range: heads, what is given, and yellow cells down to its end."""
    it = plan.RANGES[part]
    rows = ranges.get(part, [list(it.heads)])
    if rows[0] and [str(cell or "") for cell in rows[0]] != list(it.heads):
        rows = _in_columns(part, rows)
    top, left = it.row - 1, it.column - 1
    words = _WORDS | {"Name"} if part != "quotes" else {"Name"}
    for offset, head in enumerate(rows[0]):
        free = part == "correlations"
        look = style.input(font_size=9) if free else style.head(right=str(head) not in words)
        sheet.write(top, left + offset, head, look)
        number = _NUMBERS.get(str(head), "General")
        cell = style.of(font_color=INPUT_INK, num_format=number, align="left" if str(head) in words else "right")
        for down in range(1, 61):
            value = rows[down][offset] if down < len(rows) and offset < len(rows[down]) else None
            _entry(sheet, top + down, left + offset, value, cell)
        for down in range(61, len(rows)):
            _entry(sheet, top + down, left + offset, rows[down][offset] if offset < len(rows[down]) else None, cell)
    yellow = style.rule(bg_color=INPUT, border=1, border_color=INPUT_EDGE, font_color=INPUT_INK)
    first = top if part == "correlations" else top + 1
    sheet.conditional_format(first, left, top + plan.ROWS, left + len(it.heads) - 1,
                             {"type": "formula", "criteria": "=TRUE", "format": yellow})  # fmt: skip


def _in_columns(part: str, rows: Sequence[Sequence[object]]) -> list[list[object]]:
    """Rows with a header of their own, in the columns of the sheet; raises nothing: unknown columns stay at the end."""
    own = [str(cell or "").strip().lower() for cell in rows[0]]
    width = len(plan.RANGES[part].heads)
    if part == "correlations" or not set(own) <= {head.lower() for head in plan.RANGES[part].heads}:
        return [list(row)[:width] for row in rows]
    at = {name: own.index(name) for name in own}
    body = [
        [row[at[head.lower()]] if head.lower() in at else None for head in plan.RANGES[part].heads] for row in rows[1:]
    ]
    return [list(plan.RANGES[part].heads), *body]


def _entry(sheet: Any, row: int, column: int, value: object, look: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(row, column, None, look)
    elif isinstance(value, dt.datetime):
        sheet.write_datetime(row, column, value.replace(tzinfo=None), look)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), look)
    else:
        sheet.write(row, column, value, look)


def heads(sheet: Any, style: Style, row: int, column: int, names: Sequence[str]) -> None:
    """Heads of a table whose function gives none: those in lower case are of figures and stand right."""
    for offset, name in enumerate(names):
        sheet.write(
            row,
            column + offset,
            name,
            style.head(right=name[:1].islower(), **({} if name[:1].islower() else {"indent": 1})),
        )


def spill(book: Any, style: Style, name: str, numbers: Sequence[str]) -> None:
    """A table's formula, and the looks of the cells that it fills; "" for words."""
    it = plan.SPILLS[name]
    sheet = book.get_worksheet_by_name(it.sheet)
    looks = [style.of(num_format=n, align="right") if n else style.of(align="left", indent=1, font_size=9)
             for n in numbers]  # fmt: skip
    headed = name in ("used", "quotes")
    for down in range(min(it.room + 1, 60)):
        for offset, look in enumerate(looks):
            left = {} if numbers[offset] else {"indent": 1}
            here = style.head(right=not left, **left) if headed and down == 0 else look
            sheet.write_blank(it.row - 1 + down, it.column - 1 + offset, None, here)
    anchor = xl_rowcol_to_cell(it.row - 1, it.column - 1)
    first = style.head(right=bool(numbers[0])) if headed else looks[0]
    sheet.write_dynamic_array_formula(f"{anchor}:{anchor}", it.formula, first)
    hidden = style.rule(font_color="#FFFFFF")
    sheet.conditional_format(anchor, {"type": "formula", "criteria": f"=ISERROR({anchor})", "format": hidden})


def millions(sheet: Any, style: Style, cells: str) -> None:
    """Figures of a million and more as mn."""
    first = cells.split(":", maxsplit=1)[0]
    criteria = f"=IF(ISNUMBER({first}),ABS({first})>=1000000,FALSE)"
    sheet.conditional_format(
        cells, {"type": "formula", "criteria": criteria, "format": style.rule(num_format=MILLIONS)}
    )
