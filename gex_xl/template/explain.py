"""The sheets Check, Choices and Functions: what to mistrust, what other methods say, which functions there are."""

from __future__ import annotations

from typing import Any

from gex_xl.functions import REGISTRY
from gex_xl.functions.registry import Function
from gex_xl.template import plan
from gex_xl.template.drawing import Column, data_bar, heading, kinds_by_word, no_print, page_top, print_setup, table
from gex_xl.template.plan import headline
from gex_xl.template.style import COUNT, PRICE, SIGNED, SIGNED_PERCENT, SOFT, Style

_S = plan.SPILLS
_STATUS = f"={headline('status', 'words')}"
_FOOTER = "Dealer gamma exposure"
_SMALL = {"font_size": 9, "font_color": SOFT}
VERDICTS = {"Short gamma": "short", "Long gamma": "long", "Mixed": "mixed", "Stress": "stress"}


def check(book: Any, style: Style) -> None:
    """Findings, worst first, and each expiry's forward and gammas."""
    sheet = book.get_worksheet_by_name(plan.CHECK)
    sheet.hide_gridlines(2)
    it = _S["findings"]
    states = f"{plan.CHECK}!$B${it.row + 1}:$B${it.last}"
    # With a star, since Calc finds no text of an add-in's table equal to another text.
    stop, look = (f'COUNTIF({states},"{word}*")' for word in ("stop", "look"))
    status = (
        f'=IF({stop}>0,"Cannot be relied on: ","Fit to use: ")&{stop}&" to stop for, "&{look}&" to look at.   "'
        f"&{headline('status', 'words')}"
    )
    question = "What was used, what was left out and why, how good the quotes are. Worst first: stop, look, ok."
    row = page_top(sheet, style, (12, 92, 92, 310, 298, 76, 92, 318), "Check", question, status)
    heading(sheet, style, row, 1, 7, "Findings", hint="share: of gross GEX that rests on it")
    table(
        sheet,
        style,
        "findings",
        (
            Column("State", "", {"font_size": 9, "bold": True, "align": "center"}),
            Column("About", "", {"bold": True, "indent": 1}),
            Column("Finding", "", {"indent": 1, "shrink": True}),
            Column("Figure", "#,##0.##", {"shrink": True}),
            Column("Share", "0.0 %"),
            Column("What it means, what to do", "", {"indent": 1}),
        ),
        height=19,
        wrap=False,
    )
    kinds_by_word(sheet, style, (it.row, 1), (it.last - 1, 1), {"stop": "bad", "look": "stress", "ok": "good"})
    it = _S["check_expiries"]
    heading(sheet, style, it.row - 2, 1, 7, "By expiry")
    table(
        sheet,
        style,
        "check_expiries",
        (
            Column("Expiry"),
            Column("Forward", PRICE),
            Column("Where it comes from", "", {"indent": 1, "shrink": True}),
            Column("Contracts", COUNT),
            Column("Model / feed", "+0.0 %;-0.0 %;0.0 %", {}, "Gross by the model over the feed's, less 1."),
            Column("Net, model", "+#,##0.000;-#,##0.000;0.000"),
            Column("Net, feed", "+#,##0.000;-#,##0.000;0.000", {"align": "left", "indent": 3}),
        ),
    )
    sheet.freeze_panes(4, 0)
    print_setup(sheet, f"A1:H{it.row + 24}", _FOOTER)


def choices(book: Any, style: Style) -> None:
    """Other conventions and one choice at a time."""
    sheet = book.get_worksheet_by_name(plan.CHOICES)
    sheet.hide_gridlines(2)
    question = "How far another method or another assumption would move the result, one at a time."
    widths = (12, 106, 174, 330, 92, 92, 140, 96, 96, 134)
    page_top(sheet, style, widths, "Choices", question, _STATUS)
    it = _S["choices"]
    heading(
        sheet, style, it.row - 2, 1, 9, "One choice at a time", hint="of gross: the sum of all contracts' magnitudes"
    )
    table(
        sheet,
        style,
        "choices",
        (
            Column("Kind", "", {"bold": True}),
            Column("Setting", "", {**_SMALL, "shrink": True}),
            Column("In words"),
            Column("Total GEX", SIGNED),
            Column("Change", SIGNED),
            Column("Of gross", SIGNED_PERCENT),
            Column("Contracts", COUNT),
            Column("Flip strike", PRICE),
            Column("Verdict", "", {"bold": True, "indent": 1, "shrink": True}),
        ),
    )
    data_bar(sheet, (it.row, 6), (it.last - 1, 6))
    kinds_by_word(sheet, style, (it.row, 9), (it.last - 1, 9), VERDICTS)
    sheet.freeze_panes(4, 0)
    print_setup(sheet, f"A1:J{it.row + 40}", _FOOTER)


def functions(book: Any, style: Style) -> None:
    """One row a function: what it gives, what it takes, what it returns, and an example that works in this book."""
    sheet = book.get_worksheet_by_name(plan.FUNCTIONS)
    sheet.hide_gridlines(2)
    question = "Type =TOTAL_GEX(Chain) in any cell, or give any pasted range. Arguments in [ ] may be left out."
    row = page_top(sheet, style, (12, 150, 84, 330, 250, 230, 210), "Functions", question, _STATUS)
    for column, words in enumerate(("Function", "Group", "What it gives", "Arguments", "Returns", "For instance"), 1):
        sheet.write(row, column, words, style.of(bold=True, bg_color="#F5F7F9", bottom=1, bottom_color="#D8DEE5"))
    wrapped = style.of(font_size=9, text_wrap=True)
    for at, record in enumerate(REGISTRY.values(), row + 1):
        takes = ", ".join(a.name if a.required else f"[{a.name}]" for a in record.arguments)
        longest = max(len(record.help) / 58, len(takes) / 40, len(record.returns) / 38, len(example(record)) / 34)
        sheet.set_row_pixels(at, 18 + 14 * int(longest))
        sheet.write(at, 1, record.name, style.of(bold=True, font_name="Consolas", font_size=9))
        sheet.write(at, 2, record.category, style.of(**_SMALL))
        for column, words in enumerate((record.help, takes, record.returns, example(record)), 3):
            sheet.write_string(at, column, words, wrapped)
    last = row + len(REGISTRY)
    sheet.autofilter(row, 1, last, 6)
    sheet.freeze_panes(row + 1, 2)
    no_print(sheet, "J1")


def example(record: Function) -> str:
    """A call as it works in this book: "=REGIME(Chain,,,,15.1,16.2,17.9,-0.4)"."""
    # What reads the paste itself is shown with the paste, all else with the chain in memory.
    chain = "Paste" if record.name in ("LOAD_CHAIN", "CHAIN_STATUS") else "Chain"
    ranges = {"chain": chain, "earlier": "Earlier", "history": "History", **OWN_RANGES}
    if "positions" in {argument.name for argument in record.arguments}:
        ranges["as_of"] = "Own_As_Of"
    given = zip(record.arguments, record.example, strict=False)
    words = [ranges.get(a.name, _constant(value)) if value is not None else "" for a, value in given]
    return f"={record.name}({','.join(words)})"


def _constant(value: Any) -> str:
    """A value as it is typed in a formula; a range as an array constant."""
    if isinstance(value, list):
        return "{" + ";".join(",".join(_cell(cell) for cell in row) for row in value) + "}"
    return _cell(value)


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    return "" if value is None else str(value)


#: Arguments of the functions on a desk's book -> the range of that workbook which the examples show.
OWN_RANGES = {
    "positions": "Own_Positions",
    "candidates": "Own_Candidates",
    "bounds": "Own_Bounds",
    "products": "Own_Products",
    "limits": "Own_Limits",
    "quotes": "Own_Quotes",
}
