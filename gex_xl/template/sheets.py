"""The sheets that people read and fill: Chain, Settings, Regime, Check and Functions."""

from __future__ import annotations

from typing import Any

from gex_xl.functions import REGISTRY
from gex_xl.functions.registry import Function
from gex_xl.settings import HELP, Settings, choices
from gex_xl.template import plan
from gex_xl.template.formats import Formats
from gex_xl.template.writing import amounts, colour_regime, fired_rows, spill, unusable


def chain(book: Any, look: Formats) -> None:
    """The paste area, and beside it the one LOAD_CHAIN."""
    sheet = book.get_worksheet_by_name(plan.CHAIN)
    sheet.set_column("A:A", 58, look.plain)
    sheet.set_column("B:B", 2)
    sheet.set_column(f"C:{plan.LAST_PASTE_COLUMN}", 11, look.paste)
    sheet.write("A1", "Chain", look.title)
    lines = (
        f"1. Select columns C to {plan.LAST_PASTE_COLUMN} and press Delete: nothing old may stay.",
        "2. Click C1 and paste a chain, with all lines above its header.",
        "3. Read below what was found. The other sheets follow.",
    )
    for row, line in enumerate(lines, 1):
        sheet.write(row, 0, line)
    sheet.write("A5", "Layouts: CBOE quote table, CBOE JSON through the command gex-xl,", look.note)
    sheet.write("A6", "or one contract per row (Yahoo, OptionMetrics-like, your own columns).", look.note)
    sheet.write_formula("A8", _synthetic(), look.synthetic)
    sheet.write("A10", "The chain in memory (LOAD_CHAIN), named Chain", look.note)
    sheet.write_dynamic_array_formula("A11:A11", f"=LOAD_CHAIN({plan.LOAD_ARGUMENTS})", look.handle)
    sheet.write("A13", "What was found (CHAIN_STATUS)", look.note)
    # Merged, since a taller row would stretch the paste beside it; the function itself cannot stand in merged cells.
    sheet.merge_range("A14:A16", "", look.wrapped)
    sheet.write_formula("A14", f"={plan.STATUS}", look.wrapped)
    sheet.write("A18", "Last row of the paste", look.note)
    used = "&".join(f"$C$1:$C${plan.PASTE_ROWS}".replace("C", letter) for letter in "CDEF")
    last = f'=IFERROR(LOOKUP(2,1/({used}<>""),ROW($C$1:$C${plan.PASTE_ROWS})),0)'
    sheet.write_dynamic_array_formula("A19:A19", last, look.count)
    sheet.write("A21", "Cells that lie beyond the paste area", look.note)
    sheet.write_formula("A22", plan.OUTSIDE_FORMULA, look.count)
    sheet.conditional_format("A14", unusable("$A$14", look.warning))
    sheet.freeze_panes(0, 2)
    sheet.set_selection("C1")


def _status() -> str:
    beyond = (
        f"Cannot see all of the paste: what stands right of column {plan.LAST_PASTE_COLUMN} or below row "
        f"{plan.PASTE_ROWS:,} of the sheet {plan.CHAIN} is not read. Paste one underlying at C1, with fewer columns. "
        "Without it: "
    )
    # The handle is quick; only where there is none is the paste itself asked what is wrong with it.
    found = f"IF(ISERROR(Chain),CHAIN_STATUS({plan.LOAD_ARGUMENTS}),CHAIN_STATUS(Chain))"
    return f'=IF({plan.OUTSIDE}>0,"{beyond}","")&{found}'


def _synthetic() -> str:
    return f'=IF(COUNTIF({plan.CHAIN}!$C$1:$F$6,"*SYNTHETIC*")>0,"SYNTHETIC sample chain, not market data","")'


def settings(book: Any, look: Formats, chosen: Settings) -> None:
    """Spot and as-of where the paste does not say, then one row per setting."""
    sheet = book.get_worksheet_by_name(plan.SETTINGS)
    sheet.set_column("A:A", 22, look.strong)
    sheet.set_column("B:B", 24, look.plain)
    sheet.set_column("C:C", 16, look.default)
    sheet.set_column("D:D", 120, look.indented)
    sheet.write("A1", "Settings", look.title)
    sheet.write("A2", "Yellow cells are yours to change. Blank means: the default, or what the paste says.", look.note)
    _headers(sheet, 3, ["Input", "Value", "Default", "What it decides"], look)
    sheet.write("A4", "spot")
    sheet.write_blank("B4", None, look.input)
    sheet.write("C4", "from the paste")
    sheet.write("D4", "Price of the underlying in USD")
    sheet.data_validation("B4", _limits("decimal", 0, "Spot", "a price above 0, or blank for the paste's own"))
    sheet.write("A5", "as_of")
    sheet.write_blank("B5", None, look.input_time)
    sheet.write("C5", "from the paste")
    sheet.write("D5", "Quote time, New York: 2024-01-05 16:00")
    _headers(sheet, plan.FIRST_SETTING - 1, ["Setting", "Value", "Default", "What it decides"], look)
    for row, (key, text) in enumerate(HELP.items(), plan.FIRST_SETTING):
        default = Settings().as_dict()[key]
        sheet.write(f"A{row}", key)
        sheet.write(f"B{row}", chosen.as_dict()[key], look.input)
        sheet.write(f"C{row}", default)
        sheet.write(f"D{row}", text)
        if choices(key):
            sheet.data_validation(
                f"B{row}",
                {
                    "validate": "list",
                    "source": choices(key),
                    "error_title": key,
                    "error_message": "Choose from the list.",
                },
            )
        elif isinstance(default, float):
            sheet.data_validation(f"B{row}", _limits("decimal", -1e9, key, "a number"))
    sheet.freeze_panes(3, 0)


def _headers(sheet: Any, row: int, words: list[str], look: Formats) -> None:
    sheet.write(f"A{row}", words[0], look.header)
    sheet.write_row(f"B{row}", words[1:], look.header_indented)


def _limits(kind: str, low: float, title: str, wanted: str) -> dict[str, Any]:
    return {
        "validate": kind, "criteria": ">=", "value": low, "ignore_blank": True, "error_title": title[:32],
        "error_message": f"Give {wanted}.",
    }  # fmt: skip


def regime(book: Any, look: Formats) -> None:
    """Inputs that the chain does not hold, and every trigger."""
    sheet = book.get_worksheet_by_name(plan.REGIME)
    sheet.set_column("A:A", 18, look.strong)
    sheet.set_column("B:B", 18, look.indented)
    sheet.set_column("C:C", 36, look.indented)
    sheet.set_column("D:E", 16, look.amount)
    sheet.set_column("F:F", 9, look.right)
    sheet.set_column("G:G", 20, look.amount)
    sheet.set_column("H:H", 54, look.indented)
    sheet.set_column("I:I", 26, look.fine)
    sheet.set_column("J:J", 42, look.level)
    sheet.write("A1", "Regime", look.title)
    for cell, words in (("I4", "All levels"), ("J4", ""), ("L4", "One function each"), ("M4", "")):
        sheet.write(cell, words, look.header)
    spill(book, "levels", look, [look.fine, look.level])
    sheet.set_column("K:K", 3)
    sheet.set_column("L:L", 16, look.fine)
    sheet.set_column("M:M", 20, look.level)
    sheet.conditional_format(
        "J5:J24", {"type": "formula", "criteria": '=LEFT($I5,9)="Contracts"', "format": look.counted}
    )
    for row, (name, formula) in enumerate(plan.FIGURES.items(), plan.FIRST_FIGURE):
        sheet.write(f"L{row}", name.replace("_", " "))
        sheet.write_dynamic_array_formula(f"M{row}:M{row}", formula, look.level)
    sheet.write(
        "A2",
        "Yellow cells are yours. Blank: slopes from the chain, z-score from the sheet History.",
        look.note,
    )
    _headers(sheet, 3, ["Input", "Value", "What it is"], look)
    inputs = {
        "VIX9D": "nine-day volatility index, points",
        "VIX": "thirty-day volatility index, points",
        "VIX3M": "three-month volatility index, points",
        "Skew z-score": "z-score of the 25-delta skew",
    }
    for row, (name, words) in enumerate(inputs.items(), 4):
        sheet.write(f"A{row}", name)
        sheet.write_blank(f"B{row}", None, look.input)
        sheet.write(f"C{row}", words)
    sheet.data_validation("B4:B6", _limits("decimal", 0, "VIX", "points above 0, or blank"))
    sheet.data_validation("B7", _limits("decimal", -100, "Skew z-score", "a number such as -1.5, or blank"))
    sheet.write("A9", "Regime", look.strong)
    sheet.write_formula("B9", "=Regime", look.words_indented)
    fired_rows(sheet, "D13:G31", "$F13", look)
    for cells in ("D13:G31", "J5:J24", "M5:M10"):
        amounts(sheet, cells, look)
    sheet.write("A11", "Triggers: the first that fires decides, from the top", look.note)
    spill(book, "triggers", look)
    for row in range(12, 17):  # room for two lines of a reason, which the table beside it would cut off
        sheet.set_row(row, 30)
        sheet.write_blank(row, 7, None, look.indented_wrapped)
    sheet.conditional_format("A13:C31", {"type": "formula", "criteria": '=$F13&""="yes"', "format": look.fired})
    colour_regime(sheet, "B9", look)


def check(book: Any, look: Formats) -> None:
    """What was used, what was left out and why."""
    sheet = book.get_worksheet_by_name(plan.CHECK)
    sheet.set_column("A:A", 38, look.strong)
    sheet.set_column("B:B", 30, look.amount)
    sheet.set_column("C:C", 16, look.whole)
    sheet.set_column("D:D", 130, look.indented)
    sheet.write("A1", "Check", look.title)
    sheet.write(
        "A2",
        "What was used and what was left out, where spot, time and forwards came from. Quality looks at the quotes, "
        "Choices at the method.",
        look.note,
    )
    sheet.write_dynamic_array_formula("A3:A3", _status(), look.words)
    sheet.conditional_format("A3:D3", unusable("$A$3", look.warning))
    spill(book, "check", look)
    amounts(sheet, "B5:B303", look)
    counts = '=OR(LEFT($A5,9)="Contracts",LEFT($A5,8)="Left out",LEFT($A5,6)="Quotes",LEFT($A5,9)="Arbitrage")'
    sheet.conditional_format("B5:B303", {"type": "formula", "criteria": counts, "format": look.counted})
    share = '=LEFT($A5,11)="Model gamma"'
    sheet.conditional_format("B5:B303", {"type": "formula", "criteria": share, "format": look.shared})
    sheet.conditional_format("A5:D303", {"type": "formula", "criteria": '=$A5="Look at"', "format": look.warning})
    sheet.freeze_panes(4, 0)


def functions(book: Any, look: Formats) -> None:
    """The reference of all worksheet functions."""
    sheet = book.get_worksheet_by_name(plan.FUNCTIONS)
    sheet.set_column("A:A", 34, look.plain)
    sheet.set_column("B:B", 120, look.wrapped)
    sheet.write("A1", "Functions", look.title)
    sheet.write(
        "A2",
        "Type =TOTAL_GEX(Chain), or give any pasted range in place of Chain. Arguments in [ ] are optional.",
        look.note,
    )
    row = 3
    for record in REGISTRY.values():
        sheet.write(row, 0, record.signature, look.code)
        sheet.write(row + 1, 0, f"{record.help}. Returns {record.returns}.", look.plain)
        sheet.write_string(row + 2, 0, "    for instance", look.fine)
        sheet.write_string(row + 2, 1, example(record), look.plain)
        for offset, argument in enumerate(record.arguments, 3):
            sheet.write(row + offset, 0, f"    {argument.name}", look.fine)
            sheet.write(row + offset, 1, argument.help, look.fine)
        row += len(record.arguments) + 4
    sheet.freeze_panes(2, 0)


def example(record: Function) -> str:
    """A call as it works in this book: "=REGIME(Chain,,,,15.1,16.2,17.9,-0.4)"."""
    # What reads the paste itself is shown with the paste, all else with the chain in memory.
    chain = "Paste" if record.name in ("LOAD_CHAIN", "CHAIN_STATUS") else "Chain"
    ranges = {"chain": chain, **OWN_RANGES}
    if "positions" in {argument.name for argument in record.arguments}:
        ranges["as_of"] = "Own_As_Of"
    given = zip(record.arguments, record.example, strict=False)
    words = [ranges.get(a.name, _constant(value)) if value is not None else "" for a, value in given]
    return f"={record.name}({','.join(words)})"


def _constant(value: Any) -> str:
    """A value as it is typed in a formula; a range as an array constant."""
    if isinstance(value, list):
        return "{" + ";".join(",".join(map(str, row)) for row in value) + "}"
    if isinstance(value, str):
        return f'"{value}"'
    return "" if value is None else str(value)


#: Arguments of the functions on an own book -> the range of this workbook that the examples show.
OWN_RANGES = {
    "positions": "Own_Positions",
    "candidates": "Own_Candidates",
    "bounds": "Own_Bounds",
    "products": "Own_Products",
    "limits": "Own_Limits",
    "quotes": "Own_Quotes",
}
