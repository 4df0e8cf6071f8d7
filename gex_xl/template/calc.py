"""The hidden sheet Calc: what the whole book reads, the saved copy of the headline, and the tables behind charts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gex_xl.analytics.first_screen import ROWS
from gex_xl.template import plan, several
from gex_xl.template.drawing import spill
from gex_xl.template.style import Style

#: Tables that stand on this sheet; all others stand where they are read.
_TABLES = [name for name, it in plan.SPILLS.items() if it.sheet == plan.CALC]


def _shown(each: Iterable[str]) -> str:
    """The formula, without "=", that takes the one of the chain that is shown."""
    return f"CHOOSE({plan.WHICH},{','.join(each)})"


def draw(book: Any, style: Style, more: int = 0) -> None:
    """Cells, the saved copy's place, and the tables side by side. `more`: how many further chains the book is for."""
    sheet = book.get_worksheet_by_name(plan.CALC)
    small = style.of(font_size=9)
    pasted = [plan.CHAIN, *plan.MORE_CHAINS[:more]]
    chain, beyond = plan.CHAIN, f"{plan.CHAIN}!$A${plan.BEYOND_ROW}"
    where = "its sheet" if more else f"the sheet {chain}"
    too_long = (
        f'"cells beyond column {plan.LAST_PASTE_COLUMN} or row {plan.PASTE_ROWS:,} of {where} are not read; '
        'paste one underlying at C1, with fewer columns"'
    )
    listed = ",".join(f'"{name}"' for name in pasted)
    live = '=IF(ISERROR(Chain),"none",Chain)'
    failed = f'"{plan.ERROR_CELL.removesuffix(" the sheet")} {where}"'
    problem = f'IF(ISERROR(Chain),IFERROR(CHAIN_STATUS({plan.LOAD_ARGUMENTS}),{failed}),"")'
    if more:
        handles = [(several.handle(name), f"{name}!$A${plan.FOUND_ROW}") for name in pasted]
        live = "=" + _shown(f'IF(ISERROR({cell}),"none",{cell})' for cell, _ in handles)
        problem = _shown(f'IF(ISERROR({cell}),IFERROR({found},{failed}),"")' for cell, found in handles)
        beyond = _shown(f"{name}!$A${plan.BEYOND_ROW}" for name in pasted)
    cells = (
        (plan.LIVE, "The chain, or none", live),
        (plan.LIVE_EARLIER, "The earlier chain", '=IF(ISERROR(Earlier),"none",Earlier)'),
        (plan.PROBLEM, "What is wrong with the paste",
         f"=IF({beyond}>0,{too_long},{problem})"),
        (plan.WHICH, "Which chain is shown", f"=IFERROR(MATCH({plan.CHAIN_CELL},{{{listed}}},0),1)" if more else "=1"),
        (plan.CHOSEN, "A sign was chosen", f'={plan.SIGN_CELL}<>"{plan.DEFAULT_SIGN}"'),
        (f"{plan.CALC}!$B$7", "The earlier chain, or none", f'=IF({plan.LIVE_EARLIER}="","none",{plan.LIVE_EARLIER})'),
        *(
            (cell, f"{words} of the paste on {name}", formula)
            for name in (plan.EARLIER, *pasted)
            for words, (cell, formula) in zip(("Width", "Height"), plan.size_formulas(name), strict=True)
        ),
        (plan.NO_FIGURES, "Charts have no figures",
         f'=IF(ISNUMBER({plan.headline("total_gex", "shown")}),NA(),0.000000001)'),
        (plan.NO_ZERO_AHEAD, "No zero gamma ahead",
         f"=IF(COUNT($B${plan.AHEAD_ROW}:$B${plan.AHEAD_ROW + plan.MAP_DAYS + 1})=0,0.000000001,NA())"),
        (plan.SAMPLE, "Badge", f'=IF(COUNTIF({chain}!$C$1:$F$6,"*SYNTHETIC*")>0,"SYNTHETIC SAMPLE","")'),
    )  # fmt: skip
    for cell, words, formula in cells:
        row = int(cell.rpartition("$")[2]) - 1
        sheet.write(row, 0, words, small)
        if "CHAIN_STATUS" in formula or "COLUMN(" in formula:
            sheet.write_dynamic_array_formula(row, 1, row, 1, formula, small)
        else:
            sheet.write_formula(row, 1, formula, small)
    ahead = plan.SPILLS["map"]
    for day in range(plan.MAP_DAYS + 2):
        row, zero = plan.AHEAD_ROW - 1 + day, ahead.cell(1, 3 + day)
        sheet.write_formula(row, 0, f'={ahead.cell(0, 3 + day)}&""', small)
        sheet.write_formula(row, 1, f"=IF(ISNUMBER({zero}),{zero},NA())", small)
    sheet.write("A1", "What every sheet reads: nothing here is to be changed", style.of(bold=True))
    sheet.write("L1", "Saved with the file, shown where functions do not run", small)
    sheet.write("T1", "Shown", small)
    for key in ROWS:
        for column in ("key", "label", "value", "shown", "words", "note", "kind"):
            row, at = plan.saved_place(key, column)
            sheet.write_blank(row - 1, at - 1, None, small)
    for name in _TABLES:
        spill(sheet, name, small)
    sheet.hide()
