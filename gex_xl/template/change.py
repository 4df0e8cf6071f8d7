"""The sheet Change: what moved the total since the earlier chain."""

from __future__ import annotations

from typing import Any

from gex_xl.template import charts, plan
from gex_xl.template.drawing import CARD_ROWS, Column, card, heading, page_top, print_setup, rows_px, table, with_unit
from gex_xl.template.plan import headline
from gex_xl.template.style import COUNT, EDGE, INK, PRICE, SIGNED, SIGNED_PERCENT, SOFT, STRIKE, ZERO, Style

_S = plan.SPILLS


def draw(book: Any, style: Style) -> None:
    """Cards, the bridge with its steps, the ladder of changes with expiries, and the contracts."""
    sheet = book.get_worksheet_by_name(plan.CHANGE)
    sheet.hide_gridlines(2)
    question = "What moved the total since the earlier chain: each step reprices it with one input of now; they add up."
    widths = (12, 150, *[97] * 5, 22, 130, 84, 84, 84, 240)
    status = f'={headline("status", "words")}&"   |   "&{headline("earlier", "words")}'
    row = page_top(sheet, style, widths, "Change", question, status)
    rows_px(sheet, row, (*CARD_ROWS, 8))
    per = headline("unit", "words")
    for (first, last), key, accent, number in (
        ((1, 1), "total_gex", INK, SIGNED),
        ((2, 3), "change", INK, SIGNED),
        ((4, 5), "spot", EDGE, PRICE),
        ((6, 8), "zero_gamma", ZERO, PRICE),
        ((9, 11), "call_wall", EDGE, STRIKE),
        ((12, 12), "used", EDGE, COUNT),
    ):
        note = headline("verdict", "words") if key == "total_gex" else headline(key, "note")
        texts = (f"={headline(key, 'label')}", f"={headline(key, 'shown')}", f"={note}")
        card(sheet, style, row, (first, last), texts, accent, number)
    row += len(CARD_ROWS) + 1
    rows_px(sheet, row, [19] * 46)
    heading(sheet, style, row, 1, 6, with_unit("From then to now", per))
    heading(sheet, style, row, 8, 12, "Step by step")
    sheet.insert_chart(row + 1, 1, charts.bridge(book, _S["change"], (630, 222)), {"object_position": 2})
    soft = {"font_color": SOFT, "font_size": 9}
    table(
        sheet,
        style,
        "steps",
        (
            Column("Step", "", {"bold": True}),
            Column("Value", SIGNED),
            Column("of gross", SIGNED_PERCENT, soft),
            Column("running", SIGNED, soft),
            Column("What it is", "", {"font_size": 9, "indent": 1}),
        ),
        height=19,
    )
    row = _S["change_expiries"].row - 2
    heading(sheet, style, row, 1, 6, with_unit("Change per strike", per), hint="left: shorter, right: longer")
    heading(sheet, style, row, 8, 12, with_unit("By expiry", per))
    ladder = charts.ladder(book, _S["change_ladder"], (630, 262), marks=False, plot=(0.15, 0.012, 0.83, 0.915))
    sheet.insert_chart(row + 1, 1, ladder, {"object_position": 2})
    table(
        sheet,
        style,
        "change_expiries",
        (
            Column("Expiry"),
            Column("then", SIGNED),
            Column("now", SIGNED),
            Column("change", SIGNED, {"bold": True}),
        ),
        height=19,
    )
    row = _S["moved"].row - 2
    heading(sheet, style, row, 1, 6, "Contracts whose open interest moved it most", hint=f"={per}")
    table(
        sheet,
        style,
        "moved",
        (
            Column("Contract", "", {"shrink": True}),
            Column("Expiry", "", {"indent": 1}),
            Column("Right", "", {"indent": 1}),
            Column("OI then", COUNT),
            Column("OI now", COUNT),
            Column("Change", "+0.000;-0.000;0.000", {"bold": True}),
        ),
        height=19,
    )
    print_setup(sheet, f"A1:M{_S['moved'].last + 1}", "Dealer gamma exposure")
    sheet.hide_row_col_headers()
