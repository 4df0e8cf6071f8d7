"""The sheet Volatility: the skew of one expiry, at-the-money volatility by expiry, and the slopes between them."""

from __future__ import annotations

from typing import Any

from gex_xl.template import plan
from gex_xl.template.charts import dress, scatter
from gex_xl.template.formats import CALL, FLIP, INK, PUT, Formats
from gex_xl.template.plan import CURVE_BLOCK, POINTS_BLOCK, SPILLS, TERM_BLOCK
from gex_xl.template.writing import table, unusable

_HERE = f"={plan.VOLATILITY}!"
_CURVE, _ATM = SPILLS["skew_curve"], SPILLS["atm_iv"]
_HEADING = _CURVE.row - 1
_FIRST = _CURVE.row + 1
#: How many puts and calls are charted, how many puts stand before them, and how many expiries have an iv.
_PUTS, _CALLS, _WING, _KNOWN = "$T$2", "$T$3", "$T$5", "$Y$2"
_LEAST = 0.02  # absolute delta: the wings beyond it would flatten the rest of the curve


def volatility(book: Any, look: Formats) -> None:
    """Figures above with their reasons, two charts, and the tables that they show."""
    sheet = book.get_worksheet_by_name(plan.VOLATILITY)
    sheet.hide_gridlines(2)
    for columns, width in (("A:A", 28), ("B:C", 13), ("D:E", 16), ("F:F", 3), ("G:G", 14), ("H:I", 9),
                           ("J:K", 14), ("L:L", 50), ("M:S", 3)):  # fmt: skip
        sheet.set_column(columns, width, look.plain)
    sheet.set_column("T:AN", 12, look.helper)
    sheet.write("A1", "Implied volatility", look.title)
    sheet.write("A2", "Annualised, decimal: 0.15 is 15 %. What the chain does not reach shows its reason.", look.note)
    sheet.write_formula("A3", f"={plan.STATUS}", look.fine)
    sheet.conditional_format("A3:L3", unusable("$A$3", look.warning))
    _figures(book, sheet, look)
    _tables(book, sheet, look)
    _chart_rows(sheet, look)
    for place, chart in (("A17", _curve(book)), ("G17", _term(book))):
        chart.set_size({"width": 640, "height": 350})
        sheet.insert_chart(place, chart, {"object_position": 1})
    sheet.set_print_scale(55)
    sheet.set_v_pagebreaks([19])
    sheet.set_margins(0.4, 0.4, 0.5, 0.5)


def _figures(book: Any, sheet: Any, look: Formats) -> None:
    """TERM_STRUCTURE, and below it the skew and the inversion in the same three columns."""
    it = SPILLS["term_structure"]
    table(book, "term_structure", look, [look.strong, look.decimal, look.indented])
    row = it.row + it.room + 1
    skew, source = plan.level("skew_25d"), plan.level("skew_25d_from")
    z, inverted = f"{plan.REGIME}!$E${SPILLS['triggers'].row + 5}", "$T$4"
    z_source = z.replace("$E$", "$H$")
    lines = (
        ("25-delta skew (vol points)", f'IF(ISNUMBER({skew}),{skew},"none")', source, look.points),
        ("25-delta skew z-score", f'IF(ISNUMBER({z}),{z},"none")', z_source, look.points),
        ("Term structure inverted", f'IF(ISERROR({inverted}),"unknown",IF({inverted},"yes","no"))',
         plan.level("slopes_from"), look.right),
    )  # fmt: skip
    for at, (words, value, said, shown) in enumerate(lines, row):
        sheet.write(f"A{at}", words, look.strong)
        sheet.write_formula(f"B{at}", f"={value}", shown)
        sheet.write_formula(f"C{at}", f'=IF(ISERROR({said}),"",{said}&"")', look.indented)
    sheet.write_dynamic_array_formula("T4:T4", f"=IS_INVERTED(Chain,,,,{plan.VIX_FAMILY})", look.helper)
    sheet.write("U4", "IS_INVERTED", look.note)
    sheet.conditional_format(f"B{it.row + 1}:B{it.row + it.room}", {"type": "errors", "format": look.missing})


def _tables(book: Any, sheet: Any, look: Formats) -> None:
    sheet.set_row(_CURVE.row - 1, 32)
    sheet.write_formula(f"A{_HEADING}", "=$W$1", look.strong)
    sheet.write(f"G{_HEADING}", "At-the-money volatility by expiry", look.strong)
    formats = {
        "skew_curve": [look.price, look.indented, look.decimal, look.decimal, look.decimal],
        "atm_iv": [look.plain, look.indented, look.days, look.amount, look.decimal, look.indented],
    }
    for name, columns in formats.items():
        table(book, name, look, columns)
    sheet.conditional_format(f"K{_FIRST}:K{_ATM.row + _ATM.room}", {"type": "errors", "format": look.missing})


def _chart_rows(sheet: Any, look: Formats) -> None:
    """The rows that feed the charts: grey, to the right of the page.

    However long a table is, a fixed number of rows takes evenly spaced ones: a point drawn twice is one point.
    Where there is nothing to draw they are #N/A, which every program leaves out of a line.
    """
    head = f"$E${_CURVE.row}"
    name = f'SUBSTITUTE(SUBSTITUTE({head},"IV ","")," (decimal)","")'
    reason = plan.level("skew_25d_from")
    last = _CURVE.row + _CURVE.room
    deltas = f"$C${_FIRST}:$C${last}"
    texts = {
        "W1": f'=IF({_PUTS}+{_CALLS}>0,"Skew curve of "&{name},IF({reason}="","Skew curve",'
        f'"No skew curve: "&{reason}))',
        "W2": f'=IF({_KNOWN}>0,"Term structure: at-the-money volatility of "&{_KNOWN}&" expiries",'
        '"Term structure: no at-the-money volatility")',
        "T2": f'=COUNTIF({deltas},"<=-{_LEAST}")',
        "T3": f'=COUNTIF({deltas},">={_LEAST}")',
        "T5": f'=COUNTIF({deltas},"<0")-{_PUTS}',
        "Y2": f"=COUNT($K${_FIRST}:$K${_ATM.row + _ATM.room})",
    }
    for cell, formula in texts.items():
        sheet.write_formula(cell, formula, look.helper)
    for cell, words in (("U2", "puts"), ("U3", "calls"), ("U5", "puts of the wing"), ("Z2", "expiries")):
        sheet.write(cell, words, look.note)
    sheet.write_row("T6", ["Put at", "Put iv", "Call at", "Call iv"], look.header_right)
    sheet.write_row("Y6", ["Known", "Days", "ATM iv", "At days", "Constant iv"], look.header_right)
    for i, row in enumerate(range(CURVE_BLOCK.first, CURVE_BLOCK.last + 1)):
        share = f"{i}/{CURVE_BLOCK.rows - 1}"
        for letters, count, before in (("TU", _PUTS, _WING), ("VW", _CALLS, f"{_WING}+{_PUTS}")):
            at = f"{before}+1+ROUND(({count}-1)*{share},0)"
            for letter, column in zip(letters, "DE", strict=True):
                taken = f"INDEX(${column}${_FIRST}:${column}${last},{at})"
                sheet.write_formula(f"{letter}{row}", f"=IF({count}<1,NA(),{taken})", look.helper)
    known = range(TERM_BLOCK.first, TERM_BLOCK.first + _ATM.room)
    for i, row in enumerate(known):
        below = f":$K${_FIRST + i}" if i else ""
        sheet.write_formula(f"Y{row}", f"=COUNT($K${_FIRST}{below})", look.helper)
    for i, row in enumerate(range(TERM_BLOCK.first, TERM_BLOCK.last + 1)):
        rank = f"1+ROUND(({_KNOWN}-1)*{i}/{TERM_BLOCK.rows - 1},0)"
        at = f"MATCH({rank},$Y${known[0]}:$Y${known[-1]},0)"
        for letter, column in (("Z", "I"), ("AA", "K")):
            taken = f"INDEX(${column}${_FIRST}:${column}${_ATM.row + _ATM.room},{at})"
            sheet.write_formula(f"{letter}{row}", f"=IF({_KNOWN}<1,NA(),{taken})", look.helper)
    for i, days in enumerate((9, 30, 90)):
        row, value = POINTS_BLOCK.first + i, f"$B${SPILLS['term_structure'].row + 1 + i}"
        sheet.write_number(f"AB{row}", days, look.helper)
        sheet.write_formula(f"AC{row}", f"=IF(ISNUMBER({value}),{value},NA())", look.helper)
    sheet.conditional_format("T4:AC66", {"type": "errors", "format": look.unseen})


def _curve(book: Any) -> Any:
    """Puts to the left of calls, as strikes run: so the axis of call delta runs from 1 to 0."""
    chart = scatter(book, [("Puts", CURVE_BLOCK, 0, PUT, True), ("Calls", CURVE_BLOCK, 2, CALL, True)])
    axis = {"min": 0, "max": 1, "major_unit": 0.25, "reverse": True, "crossing": "max", "num_format": "0.00"}
    x_name = f"call delta at the strike: 0.75 is the 25-delta put, 0.25 the 25-delta call; wings from {_LEAST} on"
    return dress(chart, _HERE + "$W$1", x_name, 1, axis, "0.0%")


def _term(book: Any) -> Any:
    series = [("By expiry", TERM_BLOCK, 0, INK, True), ("At 9, 30 and 90 days", POINTS_BLOCK, 0, FLIP, False)]
    axis = {"log_base": 10, "min": 1, "num_format": "#,##0"}
    return dress(scatter(book, series), _HERE + "$W$2", "days to expiry, logarithmic", 1, axis, "0.0%")
