"""The sheets Strikes and Profile: spilled tables, and beside them the fixed rows that feed the charts."""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_cell_to_rowcol

from gex_xl.template import plan
from gex_xl.template.formats import Formats
from gex_xl.template.writing import scaled, spill

_ROOM = 2000  # rows of a spilled table that formulas look through


def strikes(book: Any, look: Formats) -> None:
    """GEX per strike, by expiry and all flips, and the rows that feed the charts."""
    sheet = book.get_worksheet_by_name(plan.STRIKES)
    sheet.write("A1", "Strikes and expiries", look.title)
    sheet.write(
        "A2", "Positive: dealers long gamma. The tables follow the chain; the grey columns feed the charts.", look.note
    )
    sheet.set_column("A:A", 11, look.price)
    sheet.set_column("B:E", 18, look.amount)
    sheet.set_column("F:F", 3)
    sheet.set_column("G:G", 11, look.plain)
    sheet.set_column("H:H", 9, look.indented)
    sheet.set_column("I:I", 8, look.days)
    sheet.set_column("J:J", 10, look.whole)
    sheet.set_column("K:M", 18, look.amount)
    sheet.set_column("N:N", 3)
    sheet.set_column("O:O", 12, look.price)
    sheet.set_column("P:P", 20, look.amount)
    sheet.set_column("Q:Q", 14, look.indented)
    sheet.set_column("R:S", 3)
    sheet.set_column("T:AH", 12, look.helper)
    for figures in ("B6:E3004", "K6:M204", "P6:P104"):
        scaled(sheet, figures, "$T$3", look)
    for name in ("strikes", "expiries", "flips"):
        spill(book, name, look)
    sheet.set_row(4, 32)
    table = f"$A$6:$A${_ROOM}"
    unit = '=IFERROR(MID($D$5,FIND("(",$D$5)+1,LEN($D$5)-FIND("(",$D$5)-1),"")'
    scale(sheet, look, "T", unit, f"$B$6:$C${_ROOM}")
    cells = {
        "V1": (f"=COUNT({table})", "strikes"),
        "V2": (f'=IF(ISNUMBER(Spot),COUNTIF({table},"<="&Spot),0)', "at or below spot"),
        "V3": (f"=MAX(1,MIN($V$2-{plan.NEAR_SPOT.rows // 2},$V$1-{plan.NEAR_SPOT.rows - 1}))", "first shown"),
        # A program that does not spill keeps the table's old size.
        "V4": ("=IFERROR(ROWS(GEX_PER_STRIKE(Chain))-1-$V$1,0)", "strikes cut off"),
    }
    for cell, (formula, word) in cells.items():
        sheet.write_formula(cell, formula, look.helper)
        sheet.write(f"{chr(ord(cell[0]) + 1)}{cell[1:]}", word, look.note)
    headers = ["No", "Strike", "Calls", "Puts", "Above 0", "Below 0", "Spot", "Flip"]
    sheet.write_row("T5", headers, look.header_right)
    block = plan.NEAR_SPOT
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
    sheet.write_row("AD5", ["No", "Expiry", "Calls", "Puts"], look.header_right)
    block = plan.FIRST_EXPIRIES
    for i, row in enumerate(range(block.first, block.last + 1), 1):
        there = f"{i}>COUNT($J$6:$J$205)"
        sheet.write_number(f"AD{row}", i, look.helper)
        sheet.write_formula(
            f"AE{row}", f'=IF({there},"",INDEX($G$6:$G$205,{i})&" "&INDEX($H$6:$H$205,{i}))', look.helper
        )
        sheet.write_formula(f"AF{row}", f'=IF({there},"",INDEX($K$6:$K$205,{i})/$T$3)', look.helper)
        sheet.write_formula(f"AG{row}", f'=IF({there},"",INDEX($L$6:$L$205,{i})/$T$3)', look.helper)
    sheet.freeze_panes(5, 1)
    # Not fitted to the page's width: the tables stand on pages of their own, the chart rows on later ones.
    sheet.set_print_scale(54)
    sheet.set_v_pagebreaks([18])
    sheet.set_margins(0.4, 0.4, 0.5, 0.5)
    sheet.repeat_rows(4)


def profile(book: Any, look: Formats) -> None:
    """GEX repriced over spot, all roots, and the rows that feed the chart."""
    sheet = book.get_worksheet_by_name(plan.PROFILE)
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
    scaled(sheet, "B6:B2104", "$H$3", look)
    sheet.write("D5", "All zero gammas", look.header_right)
    spill(book, "profile", look)
    spill(book, "roots", look, [look.price])
    scale(sheet, look, "H", f"={plan.STRIKES}!$T$1", "$B$6:$B$2105")
    sheet.write_formula("K1", "=COUNT($A$6:$A$2105)", look.helper)
    sheet.write("L1", "levels", look.note)
    sheet.write_row("H5", ["No", "Level", "Above 0", "Below 0", "Spot", "Zero gamma"], look.header_right)
    block = plan.PROFILE_BLOCK
    for i, row in enumerate(range(block.first, block.last + 1), 1):
        # However many levels are set, these rows take evenly spaced ones.
        at = f"1+ROUND(({i}-1)*($K$1-1)/{block.rows - 1},0)"
        value = f"INDEX($B$6:$B$2105,{at})/$H$3"
        sheet.write_number(f"H{row}", i, look.helper)
        sheet.write_formula(f"I{row}", f'=IF($K$1<2,"",ROUND(INDEX($A$6:$A$2105,{at}),IF(Spot<1000,2,0)))', look.helper)
        sheet.write_formula(f"J{row}", f'=IF($K$1<2,"",MAX(0,{value}))', look.helper)
        sheet.write_formula(f"K{row}", f'=IF($K$1<2,"",MIN(0,{value}))', look.helper)
        sheet.write_formula(f"L{row}", _marks(f"$I{row}", f"$I{row + 1}", "Spot"), look.helper)
        sheet.write_formula(f"M{row}", _marks(f"$I{row}", f"$I{row + 1}", "Zero_Gamma", 0.88), look.helper)
    sheet.freeze_panes(5, 0)
    sheet.set_print_scale(80)
    sheet.set_v_pagebreaks([6])
    sheet.repeat_rows(4)


def _marks(low: str, high: str, level: str, height: float = 1) -> str:
    """A bar in the row whose strike is at or below the level while the next one is above it.

    Flip and zero gamma are a little lower than spot, which then shows where both stand in one row.
    """
    numbers = f"AND(ISNUMBER({low}),ISNUMBER({high}),ISNUMBER({level}))"
    return f"=IF({numbers},IF(AND({low}<={level},{high}>{level}),{height},0),0)"


def scale(sheet: Any, look: Formats, column: str, unit: str, figures: str) -> None:
    """Unit, largest figure, scale and the axis' words, in rows 1 to 4: bn, mn or plain by the largest figure.

    A unit that says mn or bn itself is taken as it is.
    """
    largest, scale = f"${column}$2", f"${column}$3"
    rows = (
        (unit, "unit"),
        (f"=IFERROR(MAX(MAX({figures}),-MIN({figures})),0)", "largest"),
        (
            f'=IF(ISNUMBER(SEARCH(" mn ",${column}$1))+ISNUMBER(SEARCH(" bn ",${column}$1)),1,'
            f"IF({largest}>=500000000,1000000000,IF({largest}>=500000,1000000,IF({largest}>=500,1000,1))))",
            "scale",
        ),
        (
            f'=IF({scale}=1000000000,"bn ",IF({scale}=1000000,"mn ",IF({scale}=1000,"thousand ","")))&${column}$1',
            "axis unit",
        ),
    )
    for row, (formula, word) in enumerate(rows, 1):
        sheet.write_formula(f"{column}{row}", formula, look.helper)
        sheet.write(row - 1, xl_cell_to_rowcol(f"{column}1")[1] + 1, word, look.note)
