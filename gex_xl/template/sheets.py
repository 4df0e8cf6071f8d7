"""The working sheets: Chain, Settings, Strikes, Profile, Regime, Check and Functions."""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_col_to_name

from gex_xl.functions import REGISTRY
from gex_xl.settings import HELP, Settings, choices
from gex_xl.template import parts
from gex_xl.template.looks import Formats

_ROOM = 2000  # rows of a spilled table that formulas look through


def spill(book: Any, name: str, first_row: Any) -> None:
    """Write a spill's formula; `first_row` is the format of its first row, columns have their own below."""
    it = parts.SPILLS[name]
    sheet = book.get_worksheet_by_name(it.sheet)
    anchor = f"{xl_col_to_name(it.column - 1)}{it.row}"
    for offset in range(1, it.columns):
        sheet.write_blank(it.row - 1, it.column - 1 + offset, None, first_row)
    sheet.write_dynamic_array_formula(f"{anchor}:{anchor}", it.formula, first_row)


def amounts(sheet: Any, cells: str, look: Formats) -> None:
    """Show figures of a billion and more as bn, others in full: right for every unit and size of chain."""
    first = cells.split(":", maxsplit=1)[0]
    sheet.conditional_format(
        cells, {"type": "formula", "criteria": f"=ABS({first})>=1000000000", "format": look.billions}
    )


def chain(book: Any, look: Formats) -> None:
    """The paste area, and beside it the one LOAD_CHAIN."""
    sheet = book.get_worksheet_by_name(parts.CHAIN)
    sheet.set_column("A:A", 58, look.plain)
    sheet.set_column("B:B", 2)
    sheet.set_column("C:AZ", 11, look.paste)
    sheet.write("A1", "Chain", look.title)
    lines = (
        "1. Select columns C to AZ and press Delete: nothing old may stay.",
        "2. Click C1 and paste a chain, with all lines above its header.",
        "3. Read below what was found. The other sheets follow.",
    )
    for row, line in enumerate(lines, 1):
        sheet.write(row, 0, line)
    sheet.write("A5", "Layouts: CBOE quote table, CBOE JSON through the command gex-xl,", look.note)
    sheet.write("A6", "or one contract per row (Yahoo, OptionMetrics-like, your own columns).", look.note)
    sheet.write_formula("A8", _synthetic(), look.synthetic)
    sheet.write("A10", "The chain in memory (LOAD_CHAIN), named Chain", look.note)
    sheet.write_dynamic_array_formula("A11:A11", f"=LOAD_CHAIN({parts.LOAD_ARGUMENTS})", look.handle)
    sheet.write("A13", "What was found (CHAIN_STATUS)", look.note)
    sheet.set_row(13, 44)
    sheet.write_dynamic_array_formula("A14:A14", _status(), look.wrapped)
    sheet.write("A16", "Last row of the paste", look.note)
    used = "&".join(f"$C$1:$C${parts.PASTE_ROWS}".replace("C", letter) for letter in "CDEF")
    last = f'=IFERROR(LOOKUP(2,1/({used}<>""),ROW($C$1:$C${parts.PASTE_ROWS})),0)'
    sheet.write_dynamic_array_formula("A17:A17", last, look.whole)
    sheet.conditional_format("A14", unusable("$A$14", look.warning))
    sheet.freeze_panes(0, 2)
    sheet.set_selection("C1")


def _status() -> str:
    # The handle is quick; only where there is none is the paste itself asked what is wrong with it.
    return f"=IF(ISERROR(Chain),CHAIN_STATUS({parts.LOAD_ARGUMENTS}),CHAIN_STATUS(Chain))"


def _synthetic() -> str:
    return f'=IF(COUNTIF({parts.CHAIN}!$C$1:$F$6,"*SYNTHETIC*")>0,"SYNTHETIC sample chain, not market data","")'


def unusable(cell: str, shown: Any) -> dict[str, Any]:
    return {"type": "formula", "criteria": f'=LEFT({cell},6)="Cannot"', "format": shown}


def settings(book: Any, look: Formats) -> None:
    """Spot and as-of where the paste does not say, then one row per setting."""
    sheet = book.get_worksheet_by_name(parts.SETTINGS)
    sheet.set_column("A:A", 22, look.strong)
    sheet.set_column("B:B", 24, look.plain)
    sheet.set_column("C:C", 16, look.default)
    sheet.set_column("D:D", 120, look.plain)
    sheet.write("A1", "Settings", look.title)
    sheet.write("A2", "Yellow cells are yours to change. Blank means: the default, or what the paste says.", look.note)
    sheet.write_row("A3", ["Input", "Value", "Default", "What it decides"], look.header)
    sheet.write("A4", "spot")
    sheet.write_blank("B4", None, look.input)
    sheet.write("C4", "from the paste")
    sheet.write("D4", "Price of the underlying in USD")
    sheet.data_validation("B4", _limits("decimal", 0, "Spot", "a price above 0, or blank for the paste's own"))
    sheet.write("A5", "as_of")
    sheet.write_blank("B5", None, look.input_time)
    sheet.write("C5", "from the paste")
    sheet.write("D5", "Quote time, New York: 2024-01-05 16:00")
    sheet.write_row(f"A{parts.FIRST_SETTING - 1}", ["Setting", "Value", "Default", "What it decides"], look.header)
    for row, (key, text) in enumerate(HELP.items(), parts.FIRST_SETTING):
        default = Settings().as_dict()[key]
        sheet.write(f"A{row}", key)
        sheet.write(f"B{row}", default, look.input)
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


def _limits(kind: str, low: float, title: str, wanted: str) -> dict[str, Any]:
    return {
        "validate": kind, "criteria": ">=", "value": low, "ignore_blank": True, "error_title": title[:32],
        "error_message": f"Give {wanted}.",
    }  # fmt: skip


def strikes(book: Any, look: Formats) -> None:
    """GEX per strike, by expiry and all flips, and the rows that feed the charts."""
    sheet = book.get_worksheet_by_name(parts.STRIKES)
    sheet.write("A1", "Strikes and expiries", look.title)
    sheet.write(
        "A2", "Positive: dealers long gamma. The tables follow the chain; the grey columns feed the charts.", look.note
    )
    sheet.set_column("A:A", 11, look.price)
    sheet.set_column("B:E", 18, look.amount)
    sheet.set_column("F:F", 3)
    sheet.set_column("G:H", 11, look.plain)
    sheet.set_column("I:I", 8, look.days)
    sheet.set_column("J:J", 10, look.whole)
    sheet.set_column("K:M", 18, look.amount)
    sheet.set_column("N:N", 3)
    sheet.set_column("O:O", 12, look.price)
    sheet.set_column("P:P", 20, look.amount)
    sheet.set_column("Q:Q", 14, look.plain)
    sheet.set_column("R:S", 3)
    sheet.set_column("T:AH", 12, look.helper)
    for figures in ("B6:E3004", "K6:M204", "P6:P104"):
        amounts(sheet, figures, look)
    for name in ("strikes", "expiries", "flips"):
        spill(book, name, look.header)
    sheet.set_row(4, 32)
    # Unit, scale and word for chart axes: bn, mn or plain, by the largest figure.
    table = f"$A$6:$A${_ROOM}"
    cells = {
        "T1": ('=IFERROR(MID($D$5,FIND("(",$D$5)+1,LEN($D$5)-FIND("(",$D$5)-1),"")', "unit"),
        "T2": (f"=IFERROR(MAX(MAX($B$6:$C${_ROOM}),-MIN($B$6:$C${_ROOM})),0)", "largest"),
        "T3": ("=IF($T$2>=500000000,1000000000,IF($T$2>=500000,1000000,IF($T$2>=500,1000,1)))", "scale"),
        "T4": ('=IF($T$3=1000000000,"bn ",IF($T$3=1000000,"mn ",IF($T$3=1000,"thousand ","")))&$T$1', "axis unit"),
        "V1": (f"=COUNT({table})", "strikes"),
        "V2": (f'=IFERROR(COUNTIF({table},"<="&Spot),0)', "at or below spot"),
        "V3": (f"=MAX(1,MIN($V$2-{parts.NEAR_SPOT.rows // 2},$V$1-{parts.NEAR_SPOT.rows - 1}))", "first shown"),
    }
    for cell, (formula, word) in cells.items():
        sheet.write_formula(cell, formula, look.helper)
        sheet.write(f"{chr(ord(cell[0]) + 1)}{cell[1:]}", word, look.note)
    headers = ["No", "Strike", "Calls", "Puts", "Above 0", "Below 0", "Spot", "Flip"]
    sheet.write_row("T5", headers, look.header)
    block = parts.NEAR_SPOT
    for i, row in enumerate(range(block.first, block.last + 1), 1):
        at = f"$V$3+{i - 1}"
        there = f"{at}>$V$1"

        def pick(column: str, there: str = there, at: str = at) -> str:
            return f'=IF({there},"",INDEX(${column}$6:${column}${_ROOM},{at})/$T$3)'

        cumulative = f"INDEX($E$6:$E${_ROOM},{at})/$T$3"
        low, high = f"$U{row}", f"$U{row + 1}"
        sheet.write_number(f"T{row}", i, look.helper)
        sheet.write_formula(f"U{row}", f'=IF({there},"",INDEX($A$6:$A${_ROOM},{at}))', look.helper)
        sheet.write_formula(f"V{row}", pick("B"), look.helper)
        sheet.write_formula(f"W{row}", pick("C"), look.helper)
        sheet.write_formula(f"X{row}", f'=IF({there},"",MAX(0,{cumulative}))', look.helper)
        sheet.write_formula(f"Y{row}", f'=IF({there},"",MIN(0,{cumulative}))', look.helper)
        sheet.write_formula(f"Z{row}", _marks(low, high, "Spot"), look.helper)
        sheet.write_formula(f"AA{row}", _marks(low, high, "Flip_Strike", 0.88), look.helper)
    sheet.write_row("AD5", ["No", "Expiry", "Calls", "Puts"], look.header)
    block = parts.FIRST_EXPIRIES
    for i, row in enumerate(range(block.first, block.last + 1), 1):
        there = f"{i}>COUNT($J$6:$J$205)"
        sheet.write_number(f"AD{row}", i, look.helper)
        sheet.write_formula(
            f"AE{row}", f'=IF({there},"",INDEX($G$6:$G$205,{i})&" "&INDEX($H$6:$H$205,{i}))', look.helper
        )
        sheet.write_formula(f"AF{row}", f'=IF({there},"",INDEX($K$6:$K$205,{i})/$T$3)', look.helper)
        sheet.write_formula(f"AG{row}", f'=IF({there},"",INDEX($L$6:$L$205,{i})/$T$3)', look.helper)
    sheet.freeze_panes(5, 1)


def _marks(low: str, high: str, level: str, height: float = 1) -> str:
    """A bar in the row whose strike is at or below the level while the next one is above it.

    Flip and zero gamma are a little lower than spot, which then shows where both stand in one row.
    """
    numbers = f"AND(ISNUMBER({low}),ISNUMBER({high}),ISNUMBER({level}))"
    return f"=IF({numbers},IF(AND({low}<={level},{high}>{level}),{height},0),0)"


def profile(book: Any, look: Formats) -> None:
    """GEX repriced over spot, all roots, and the rows that feed the chart."""
    sheet = book.get_worksheet_by_name(parts.PROFILE)
    sheet.write("A1", "Gamma profile", look.title)
    sheet.write(
        "A2", "Total GEX if spot stood elsewhere, the chain held fixed. Zero gamma is where it crosses 0.", look.note
    )
    sheet.set_column("A:A", 14, look.price)
    sheet.set_column("B:B", 22, look.amount)
    sheet.set_column("C:C", 3)
    sheet.set_column("D:D", 16, look.price)
    sheet.set_column("E:G", 3)
    sheet.set_column("H:N", 15, look.helper)
    amounts(sheet, "B6:B2104", look)
    sheet.write("D4", "All zero gammas", look.header)
    spill(book, "profile", look.header)
    spill(book, "roots", look.price)
    cells = {
        "H1": ("=COUNT($A$6:$A$2105)", "levels"),
        "H2": ("=IFERROR(MAX(MAX($B$6:$B$2105),-MIN($B$6:$B$2105)),0)", "largest"),
        "H3": ("=IF($H$2>=500000000,1000000000,IF($H$2>=500000,1000000,IF($H$2>=500,1000,1)))", "scale"),
        "H4": (
            f'=IF($H$3=1000000000,"bn ",IF($H$3=1000000,"mn ",IF($H$3=1000,"thousand ","")))&{parts.STRIKES}!$T$1',
            "axis unit",
        ),
    }
    for cell, (formula, word) in cells.items():
        sheet.write_formula(cell, formula, look.helper)
        sheet.write(f"I{cell[1:]}", word, look.note)
    sheet.write_row("H5", ["No", "Level", "Above 0", "Below 0", "Spot", "Zero gamma"], look.header)
    block = parts.PROFILE_BLOCK
    for i, row in enumerate(range(block.first, block.last + 1), 1):
        # However many levels are set, these rows take evenly spaced ones.
        at = f"1+ROUND(({i}-1)*($H$1-1)/{block.rows - 1},0)"
        value = f"INDEX($B$6:$B$2105,{at})/$H$3"
        sheet.write_number(f"H{row}", i, look.helper)
        sheet.write_formula(f"I{row}", f'=IF($H$1<2,"",ROUND(INDEX($A$6:$A$2105,{at}),IF(Spot<1000,2,0)))', look.helper)
        sheet.write_formula(f"J{row}", f'=IF($H$1<2,"",MAX(0,{value}))', look.helper)
        sheet.write_formula(f"K{row}", f'=IF($H$1<2,"",MIN(0,{value}))', look.helper)
        sheet.write_formula(f"L{row}", _marks(f"$I{row}", f"$I{row + 1}", "Spot"), look.helper)
        sheet.write_formula(f"M{row}", _marks(f"$I{row}", f"$I{row + 1}", "Zero_Gamma", 0.88), look.helper)
    sheet.freeze_panes(5, 0)


def regime(book: Any, look: Formats) -> None:
    """Inputs that the chain does not hold, and every trigger."""
    sheet = book.get_worksheet_by_name(parts.REGIME)
    sheet.set_column("A:A", 18, look.strong)
    sheet.set_column("B:B", 18, look.plain)
    sheet.set_column("C:C", 36, look.plain)
    sheet.set_column("D:E", 16, look.amount)
    sheet.set_column("F:F", 9, look.plain)
    sheet.set_column("G:G", 20, look.amount)
    sheet.set_column("H:H", 3)
    sheet.set_column("I:I", 26, look.fine)
    sheet.set_column("J:J", 42, look.level)
    sheet.write("A1", "Regime", look.title)
    sheet.write("I3", "All levels", look.header)
    sheet.write("J3", "", look.header)
    spill(book, "levels", None)
    sheet.set_column("K:K", 3)
    sheet.set_column("L:L", 16, look.fine)
    sheet.set_column("M:M", 20, look.level)
    sheet.conditional_format(
        "J5:J24", {"type": "formula", "criteria": '=LEFT($I5,9)="Contracts"', "format": look.counted}
    )
    sheet.write("L3", "One function each", look.header)
    sheet.write("M3", "", look.header)
    for row, (name, formula) in enumerate(parts.FIGURES.items(), parts.FIRST_FIGURE):
        sheet.write(f"L{row}", name.replace("_", " "))
        sheet.write_dynamic_array_formula(f"M{row}:M{row}", formula, look.level)
    sheet.write("A2", "Yellow cells are yours. A blank input leaves its trigger silent.", look.note)
    sheet.write_row("A3", ["Input", "Value", "What it is"], look.header)
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
    sheet.write("A9", "Regime", look.strong)
    sheet.write_formula("B9", "=Regime", look.strong)
    for cells in ("D13:G31", "J5:J24", "M5:M10"):
        amounts(sheet, cells, look)
    sheet.write("A11", "Triggers: the first that fires decides, from the top", look.note)
    spill(book, "triggers", look.header)
    sheet.conditional_format("A13:G31", {"type": "formula", "criteria": '=$F13="yes"', "format": look.fired})
    colour_regime(sheet, "B9", look)


def colour_regime(sheet: Any, cell: str, look: Formats) -> None:
    """Green for long_gamma, red for short_gamma, violet for vol_inverted."""
    for word, shown in (("long_gamma", look.good), ("short_gamma", look.bad), ("vol_inverted", look.stress)):
        sheet.conditional_format(cell, {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": shown})


def check(book: Any, look: Formats) -> None:
    """What was used, what was left out and why."""
    sheet = book.get_worksheet_by_name(parts.CHECK)
    sheet.set_column("A:A", 38, look.strong)
    sheet.set_column("B:B", 30, look.amount)
    sheet.set_column("C:C", 16, look.whole)
    sheet.set_column("D:D", 130, look.plain)
    sheet.write("A1", "Check", look.title)
    sheet.write("A2", "What was used and what was left out, where spot, time and forwards came from.", look.note)
    spill(book, "check", look.header)
    amounts(sheet, "B5:B303", look)
    counts = '=OR(LEFT($A5,9)="Contracts",LEFT($A5,8)="Left out")'
    sheet.conditional_format("B5:B303", {"type": "formula", "criteria": counts, "format": look.counted})
    sheet.conditional_format("A5:D303", {"type": "formula", "criteria": '=$A5="Look at"', "format": look.warning})
    sheet.freeze_panes(4, 0)


def functions(book: Any, look: Formats) -> None:
    """The reference of all worksheet functions."""
    sheet = book.get_worksheet_by_name(parts.FUNCTIONS)
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
        for offset, argument in enumerate(record.arguments, 2):
            sheet.write(row + offset, 0, f"    {argument.name}", look.fine)
            sheet.write(row + offset, 1, argument.help, look.fine)
        row += len(record.arguments) + 3
    sheet.freeze_panes(2, 0)
