"""Several underlyings in one book: the sheet Watchlist, and which chain all other sheets show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gex_xl.template import plan
from gex_xl.template.drawing import Column, box, heading, kinds_by_word, page_top, print_setup, table
from gex_xl.template.explain import VERDICTS
from gex_xl.template.plan import HANDLE_ROW, headline
from gex_xl.template.style import PERCENT, PRICE, SIGNED, SIGNED_PERCENT, SOFT, STRIKE, TEXT, Style


def handle(name: str) -> str:
    """The cell of a paste sheet that holds its chain in memory."""
    return f"{name}!$A${HANDLE_ROW}"


def names(more: int) -> Mapping[str, str]:
    """The names of the ranges of `more` further paste sheets."""
    return {f"Paste_{name}": plan.paste_range(name) for name in plan.MORE_CHAINS[:more]}


def selector(sheet: Any, style: Style, more: int) -> None:
    """On the Dashboard: which of the pasted chains the whole book shows."""
    choices = [plan.CHAIN, *plan.MORE_CHAINS[:more]]
    sheet.write(0, 21, "Show", style.of(font_size=9, font_color=SOFT, align="right", indent=1))
    box(sheet, 0, 22, 24, plan.CHAIN, style.input(bold=True))
    said = {"validate": "list", "source": choices, "input_title": "Chain", "input_message": "Whose figures all sheets "
            "show; Watchlist has one row of each", "error_message": "Choose from the list."}  # fmt: skip
    sheet.data_validation(0, 22, 0, 22, said)


def only_where_shown(name: str, cell: str) -> str:
    """A cell of overrides, blank unless the book shows the chain of this sheet: they are of one underlying."""
    return f'IF({plan.CHAIN_CELL}="{name}",{cell},"")'


def watchlist(book: Any, style: Style, more: int) -> None:
    """One row a chain; below, the cells that hold the chains, where more may be typed."""
    sheet = book.get_worksheet_by_name(plan.WATCHLIST)
    sheet.hide_gridlines(2)
    question = "Several underlyings side by side, each in its own unit. What cannot be read says why in its row."
    widths = (12, 66, 92, 76, 66, 78, 58, 96, 76, 62, 70, 70, 70, 62, 92, 208)
    page_top(sheet, style, widths, "Watchlist", question, f"={headline('status', 'words')}")
    small = {"font_size": 9}
    table(
        sheet, style, "watchlist",
        (
            Column("Symbol", "", {"bold": True, "shrink": True}), Column("As of", "", {**small, "text_wrap": True}),
            Column("Spot", PRICE), Column("Total", SIGNED, {"bold": True}),
            Column("Unit", "", {**small, "text_wrap": True, "indent": 1}), Column("Of gross", SIGNED_PERCENT, small),
            Column("Other sign", SIGNED, small), Column("Zero gamma", PRICE),
            Column("From spot", SIGNED_PERCENT, small), Column("Call wall", STRIKE), Column("Put wall", STRIKE),
            Column("Move", PRICE, small, "One standard deviation to the next expiry."),
            Column("0DTE", PERCENT, small, "Share of gross that expires on the day of the quote."),
            Column("Regime", "", {"bold": True, "indent": 1, "shrink": True}),
            Column("Why", "", {**small, "text_wrap": True, "indent": 1}),
        ),
        height=36, head_height=32,
    )  # fmt: skip
    it = plan.SPILLS["watchlist"]
    kinds = {**VERDICTS, "cannot be read": "bad"}
    kinds_by_word(sheet, style, (it.row, 14), (it.last - 1, 14), kinds)
    first = plan.LISTED_ROW - 1
    heading(sheet, style, first - 2, 1, 15, "The chains of this list")
    hint = (
        "made for several chains: one paste sheet each, and the Dashboard shows the one that its selector names"
        if more else "a yellow cell takes =LOAD_CHAIN(range) of another chain; gex-xl new BOOK --chain A --chain B "
        "makes a paste sheet for each"
    )  # fmt: skip
    sheet.write(first - 1, 1, hint[:1].upper() + hint[1:] + ".", style.note)
    for place in range(plan.LISTED):
        row = first + place
        label = plan.CHAIN if not place else plan.MORE_CHAINS[place - 1] if place <= more else f"Place {place + 1}"
        sheet.write(row, 1, label, style.of(font_size=9, font_color=SOFT))
        if place <= more:
            cell, found = handle(label), f"{label}!$A${plan.FOUND_ROW}"
            said = f'=IF(ISERROR({cell}),IF(ISERROR({found}),"{label}: not read",{found}),{cell})'
            sheet.write_formula(row, 3, said, style.of(font_size=9, num_format=TEXT))
        else:
            box(sheet, row, 3, 7, None, style.input())
    print_setup(sheet, f"A1:P{first + plan.LISTED + 1}", "Dealer gamma exposure")
    sheet.hide_row_col_headers()
