"""The first screen: verdict under both conventions, how sure, cards, ladder and profile; then why, where and when."""

from __future__ import annotations

from typing import Any

from gex_xl.settings import WORDS
from gex_xl.template import charts, first_steps, plan, several
from gex_xl.template.drawing import (
    CARD_ROWS,
    box,
    card,
    heading,
    heat,
    or_blank,
    pale_errors,
    print_setup,
    rows_px,
    with_unit,
)
from gex_xl.template.plan import headline
from gex_xl.template.style import (
    CALL,
    EDGE,
    HEAT,
    INK,
    MOVE,
    PERCENT,
    PRICE,
    PUT,
    RULE,
    SIGNED,
    SOFT,
    STRIKE,
    TEXT,
    ZERO,
    Style,
)

_S = plan.SPILLS
#: Heights in pixels; the first 26 rows are the first screen at 1366 x 768.
_HEIGHTS = (30, 24, 6, 17, 32, 19, 6, *CARD_ROWS, 6, *CARD_ROWS, 6, 19, *[18] * 10, 8, *[18] * 15, 6, *[18] * 8)
_KINDS = ("long", "short", "mixed", "stress", "bad", "good")


def draw(book: Any, style: Style, selected: dict[str, str], more: int = 0) -> None:
    """Everything on the sheet, from top to bottom. `more`: how many further chains the book is made for."""
    sheet = book.get_worksheet_by_name(plan.DASHBOARD)
    sheet.hide_gridlines(2)
    sheet.set_column_pixels(0, 0, 10)
    sheet.set_column_pixels(1, 24, 53)
    sheet.set_column_pixels(25, 25, 10)
    rows_px(sheet, 0, _HEIGHTS)
    _strip(sheet, style, more)
    _not_live(sheet, style)
    _selectors(sheet, style, selected)
    _panels(sheet, style)
    _cards(sheet, style)
    unit = headline("unit", "shown")
    per = headline("unit", "words")
    heading(sheet, style, 7, 1, 9, with_unit("Net GEX per strike", unit), plan.STRIKES)
    hint = style.of(font_size=9, font_color=SOFT, bottom=1, bottom_color=RULE, align="left")
    sheet.write_formula(7, 5, or_blank(headline("outside", "words")), hint)
    sheet.insert_chart(8, 1, charts.ladder(book, _S["ladder"], (472, 314)), {"object_position": 2, "y_offset": 1})
    heading(sheet, style, 15, 10, 24, with_unit("Gamma profile: total GEX if spot were elsewhere", per), plan.MAP)
    sheet.write(15, 19, "above 0 dealers long, below short", hint)
    sheet.insert_chart(16, 10, charts.profile(book, _S["profile"], (795, 180)), {"object_position": 2})
    heading(sheet, style, 27, 1, 7, with_unit("By expiry", per), plan.FLOWS)
    sheet.insert_chart(28, 1, charts.expiries(book, _S["expiries"], (404, 234)), {"object_position": 2, "y_offset": 1})
    _grid(sheet, style, unit)
    since = headline("earlier", "note")
    heading(
        sheet,
        style,
        27,
        18,
        24,
        f'=IF(LEN({since})=0,"What moved it","What moved it since "&{since}&", "&{unit})',
        plan.CHANGE,
    )
    sheet.insert_chart(28, 18, charts.bridge(book, _S["change"], (371, 234)), {"object_position": 2, "y_offset": 1})
    _why(sheet, style)
    _trust(sheet, style)
    sheet.write(
        50, 1, "Positive: dealers long gamma, they sell strength and buy weakness. Negative: dealers short gamma. "
        "Not investment advice.", style.note,
    )  # fmt: skip
    print_setup(sheet, "A1:Z51", "Dealer gamma exposure")
    sheet.hide_row_col_headers()
    sheet.set_first_sheet()
    sheet.activate()


def _strip(sheet: Any, style: Style, more: int) -> None:
    box(
        sheet,
        0,
        1,
        2,
        f"={headline('symbol', 'words')}",
        style.of(font_size=20, bold=True, shrink=True, num_format=TEXT),
    )
    spot = style.of(font_size=20, bold=True, align="left", num_format=PRICE, shrink=True)
    box(sheet, 0, 3, 5, f"={headline('spot', 'shown')}", spot)
    box(sheet, 0, 6, 12, or_blank(headline("as_of", "words")), style.of(font_size=11, shrink=True, num_format=TEXT))
    box(
        sheet,
        0,
        13,
        20 if more else 21,
        or_blank(headline("used", "words")),
        style.of(font_size=11, shrink=True, num_format=TEXT),
    )
    if more:
        several.selector(sheet, style, more)
    else:
        box(sheet, 0, 22, 24, f"={plan.SAMPLE}", style.of(font_size=9, bold=True, align="center"))
        sheet.conditional_format("W1:Y1", {"type": "formula", "criteria": '=$W$1<>""', "format": style.kind("stress")})
    unread = {"type": "formula", "criteria": '=LEFT($N$1,7)="Figures"', "format": style.kind("bad")}
    sheet.conditional_format("N1:V1", unread)


def _selectors(sheet: Any, style: Style, selected: dict[str, str]) -> None:
    label = style.of(font_size=9, font_color=SOFT, align="right", indent=1)
    signs = [plan.DEFAULT_SIGN, *WORDS["sign"].values()]
    for column, words, first, last, value, source in (
        (1, "Sign", 2, 5, selected["sign"], signs),
        (6, "Expiries", 7, 8, selected["expiries"], list(WORDS["expiries"].values())),
        (9, "Unit", 10, 11, selected["unit"], list(WORDS["unit"].values())),
        (15, "Method", 16, 17, selected["dialect"], list(WORDS["dialect"].values())),
    ):
        sheet.write(1, column, words, label)
        box(sheet, 1, first, last, value, style.input(shrink=True))
        # A custom filter such as 2024-01-19 may be typed: the list is offered, not enforced.
        warn = {"validate": "list", "source": source, "error_type": "warning" if words == "Expiries" else "stop",
                "error_title": words, "error_message": "Choose from the list." if words != "Expiries" else
                "Choose from the list, or give days such as <=45d or dates such as 2024-01-19."}  # fmt: skip
        sheet.data_validation(1, first, 1, first, warn)
    sheet.write(1, 12, "Spot", label)
    box(sheet, 1, 13, 14, "from chain", style.input(num_format=PRICE))
    sheet.data_validation(
        1,
        13,
        1,
        13,
        {"validate": "any", "input_title": "Spot", "input_message": "A price in the chain's currency, or: from chain"},
    )
    changed = style.rule(bg_color="#FFE8B3", font_color="#6B4300", bold=True)
    for cells, cell, value in (
        ("H2:I2", "$H$2", "All"),
        ("N2:O2", "$N$2", "from chain"),
        ("Q2:R2", "$Q$2", WORDS["dialect"]["none"]),
    ):
        test = f'=AND({cell}<>"{value}",{cell}<>"")'
        sheet.conditional_format(cells, {"type": "formula", "criteria": test, "format": changed})
    box(sheet, 1, 18, 24, or_blank(headline("filter", "words")),
        style.of(font_size=9, align="center", font_color=SOFT, shrink=True, num_format=TEXT))  # fmt: skip
    _by_kind(sheet, style, 1, 18, 24, "filter", bold=True)


def _by_kind(
    sheet: Any, style: Style, row: int, first: int, last: int, key: str, *, rows: int = 1, bold: bool = False
) -> None:
    """Ground and text by a headline's kind, which the sheet repeats in its last column, where nobody looks."""
    mark = f"$Z${row + 1}"
    sheet.write_formula(row, 25, f"={headline(key, 'kind')}", style.of(font_size=1, font_color="#FFFFFF"))
    for kind in _KINDS:
        look = style.rule(bg_color=style.grounds(kind), font_color=style.inks(kind), **({"bold": True} if bold else {}))
        sheet.conditional_format(
            row, first, row + rows - 1, last, {"type": "formula", "criteria": f'={mark}="{kind}"', "format": look}
        )


def _panels(sheet: Any, style: Style) -> None:
    ground = {"bg_color": "#F5F7F9"}
    for mark_row, (key, first, last) in enumerate((("verdict", 1, 9), ("other", 10, 18), ("sure", 19, 24)), 3):
        edge = {"left": 5, "left_color": EDGE, "indent": 1, "num_format": TEXT, **ground}
        box(sheet, 3, first, last, f"={headline(key, 'label')}", style.of(font_size=9, shrink=True, **edge))
        if key == "sure":
            box(
                sheet,
                4,
                first,
                last,
                f"={headline(key, 'words')}",
                style.of(font_size=17, bold=True, shrink=True, **edge),
            )
        else:
            word = style.of(font_size=22, bold=True, shrink=True, **edge)
            box(sheet, 4, first, first + 4, f"={headline(key, 'words')}", word)
            total = style.of(font_size=20, bold=True, align="right", num_format=SIGNED, shrink=True, **ground)
            box(sheet, 4, first + 5, first + 6, f"={headline(key, 'shown')}", total)
            said = (
                f'=IF({headline(key, "shown")}="","",{headline("unit", "words")}&CHAR(10)&{headline("share", "words")})'
            )
            box(sheet, 4, first + 7, last, said, style.of(font_size=9, indent=1, text_wrap=True, **ground))
        box(sheet, 5, first, last, f"={headline(key, 'note')}", style.of(shrink=True, **edge))
        sheet.write_formula(mark_row, 25, f"={headline(key, 'kind')}", style.of(font_size=1, font_color="#FFFFFF"))
        for kind in _KINDS:
            criteria = f'=$Z${mark_row + 1}="{kind}"'
            inked = style.rule(bg_color=style.grounds(kind), font_color=style.inks(kind))
            sheet.conditional_format(3, first, 4, last, {"type": "formula", "criteria": criteria, "format": inked})
            plain = style.rule(bg_color=style.grounds(kind))
            sheet.conditional_format(5, first, 5, last, {"type": "formula", "criteria": criteria, "format": plain})


def _not_live(sheet: Any, style: Style) -> None:
    """What is said where no function runs, by programs too that keep the saved texts of plain cells, as Calc does.

    The array is computed on opening; a format can put a text in place of another.
    """
    sheet.write_dynamic_array_formula(
        "Z27", f'=IF(ISERROR({plan.CALC}!$D$2),"dead","")', style.of(font_size=1, font_color="#FFFFFF")
    )
    for cells, words in (
        ("S2:Y2", first_steps.BADGE), ("T4:Y4", first_steps.LABEL), ("T5:Y5", first_steps.WORD),
        ("T6:Y6", first_steps.SEE_START),
    ):  # fmt: skip
        look = style.rule(num_format=f';;;"{words}"', bg_color=style.grounds("bad"), font_color=style.inks("bad"))
        dead = {"type": "formula", "criteria": '=$Z$27="dead"', "format": look, "stop_if_true": True}
        sheet.conditional_format(cells, dead)


def _cards(sheet: Any, style: Style) -> None:
    rows = (
        (7, (("zero_gamma", ZERO, PRICE), ("call_wall", CALL, STRIKE), ("put_wall", PUT, STRIKE),
             ("expected_move", EDGE, MOVE), ("flip_strike", EDGE, PRICE))),
        (11, (("rise", INK, "General"), ("fall", INK, "General"), ("today", EDGE, PERCENT), ("change", EDGE, SIGNED),
              ("iv_30d", EDGE, PERCENT))),
    )  # fmt: skip
    for row, line in rows:
        for place, (key, accent, number) in enumerate(line):
            first = 10 + 3 * place
            texts = (f"={headline(key, 'label')}", f"={headline(key, 'shown')}", f"={headline(key, 'note')}")
            card(sheet, style, row, (first, first + 2), texts, accent, number, soft=key == "flip_strike")


def _grid(sheet: Any, style: Style, unit: str) -> None:
    """Strike by expiry in cells: a copy of the table on Calc, whose last row ends the colour scales."""
    heading(sheet, style, 27, 9, 16, with_unit("Where and when: strike by expiry", unit), plan.GRID)
    it = _S["small_grid"]
    rows, columns = plan.SMALL_ROWS, plan.SMALL_COLUMNS
    head = style.of(font_size=9, font_color=SOFT, align="center", bottom=1, bottom_color=RULE, shrink=True)
    for across in range(columns + 2):
        sheet.write_blank(28, 9 + across, None, head)
    number = style.of(font_size=9, num_format=HEAT, align="center")
    for down in range(1, rows + 2):
        sheet.write_blank(28 + down, 9, None, style.of(font_size=9, num_format=STRIKE, align="right", indent=1))
        for across in range(1, columns + 2):
            sheet.write_blank(28 + down, 9 + across, None, number)
    first, last = it.cell(0, 0), it.cell(0, columns + 1).partition("!")[2].rstrip("0123456789")
    copy = f"={first}:{last}{it.row}"
    sheet.write_dynamic_array_formula(28, 9, 28, 9, copy, head)
    body = f"={it.cell(2, 0)}:{last}{it.row + rows + 1}"
    sheet.write_dynamic_array_formula(
        29, 9, 29, 9, body, style.of(font_size=9, num_format=STRIKE, align="right", indent=1)
    )
    hidden = style.of(font_size=1, font_color="#FFFFFF")
    for row, across in ((28, 1), (29, 2)):
        sheet.write_formula(row, 25, f"={it.cell(rows + 2, across)}", hidden)
    pale_errors(sheet, style, (28, 9), (28 + rows, 10 + columns))
    heat(sheet, (29, 10), (28 + rows, 9 + columns), "$Z$29")
    heat(sheet, (29, 10 + columns), (28 + rows, 10 + columns), "$Z$30")
    at_spot = "=AND(ISNUMBER($J30),ABS($J30-N($D$1))<=($J$30-$J$31)/2)"
    look = style.rule(bold=True, top=1, bottom=1, top_color=INK, bottom_color=INK)
    sheet.conditional_format(29, 9, 28 + rows, 10 + columns, {"type": "formula", "criteria": at_spot, "format": look})
    sheet.write_formula(29 + rows, 9, f"={it.cell(rows + 2, 0)}", style.note)


def _why(sheet: Any, style: Style) -> None:
    heading(sheet, style, 43, 1, 13, "Why: each trigger of the regime", plan.CHOICES)
    for first, last, words, right in (
        (1, 5, "Trigger", False),
        (6, 7, "Now", True),
        (8, 9, "Fires", True),
        (10, 13, "State", False),
    ):
        box(sheet, 44, first, last, words, style.head(right=right, indent=0 if right or first == 1 else 1))
    keys = ("total_gex", "spot_vs_flip", "skew_25d_z", "short_slope", "med_slope")
    for row, key in enumerate((f"trigger_{key}" for key in keys), 45):
        for first, last, column, look in (
            (1, 5, "label", {}), (6, 7, "shown", {"align": "right"}),
            (8, 9, "note", {"align": "right", "font_color": SOFT}), (10, 13, "words", {"indent": 1}),
        ):  # fmt: skip
            box(sheet, row, first, last, f"={headline(key, column)}", style.of(shrink=True, num_format=TEXT, **look))
        for kind, words in (("short", "FIRED: short"), ("stress", "FIRED: stress")):
            test = f'=LEFT($K{row + 1},{len(words)})="{words}"'
            sheet.conditional_format(row, 1, row, 13, {"type": "formula", "criteria": test, "format": style.kind(kind)})


def _trust(sheet: Any, style: Style) -> None:
    heading(sheet, style, 43, 15, 24, "Before you trust it", plan.CHECK)
    it = _S["brief"]
    for down in range(1, it.room + 1):
        row = 43 + down
        state = style.of(font_size=9, bold=True, align="center")
        sheet.write_formula(row, 15, f"={it.cell(down, 0)}", state)
        box(sheet, row, 16, 24, f"={it.cell(down, 1)}", style.of(indent=1, shrink=True))
        for word, kind in (("stop", "bad"), ("look", "stress"), ("ok", "good")):
            test = f'=$P{row + 1}="{word}"'
            sheet.conditional_format(
                row, 15, row, 15, {"type": "formula", "criteria": test, "format": style.kind(kind)}
            )
