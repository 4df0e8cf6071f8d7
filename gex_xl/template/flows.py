"""The sheet Flows: what dealers must trade, what else they hold, and levels by expiry."""

from __future__ import annotations

from typing import Any

from gex_xl.template import plan
from gex_xl.template.charts import bars, dress
from gex_xl.template.formats import CALL, FLIP, LONG, PUT, SHORT, Formats
from gex_xl.template.plan import BUCKET_BLOCK, FLOW_BLOCK
from gex_xl.template.tables import scale
from gex_xl.template.writing import amounts, scaled, table_cells, titled_table, unusable

_HERE = f"={plan.FLOWS}!"
_SCALE, _GEX_SCALE, _GEX_AXIS = "$R$3", "$AA$3", "$AA$4"
_IV_MOVES = range(-5, 6)


def flows(book: Any, look: Formats) -> None:
    """Tables with a chart beside those that have one; one yellow step for each list of moves.

    Tables side by side have their headers in one row, since headers are higher than other rows.
    """
    sheet = book.get_worksheet_by_name(plan.FLOWS)
    sheet.hide_gridlines(2)
    sheet.set_column("A:G", 16, look.plain)
    sheet.set_column("H:H", 3)
    sheet.set_column("I:O", 16, look.plain)
    sheet.set_column("P:Q", 3)
    sheet.set_column("R:R", 16, look.helper)
    sheet.set_column("S:AC", 12, look.helper)
    sheet.write("A1", "Hedging flows", look.title)
    sheet.write("A2", "What dealers must trade to stay hedged, at once and in USD at today's spot.", look.note)
    sheet.write_formula("A3", f"={plan.STATUS}", look.fine)
    sheet.conditional_format("A3:O3", unusable("$A$3", look.warning))
    _step(sheet, look, "A4", "Step of spot", "C4", 0.005, 0.09)
    _step(sheet, look, "E4", "Step of iv (points)", "F4", 0.01, 0.19)
    _tables(book, sheet, look)
    _chart_rows(sheet, look)
    for place, chart in (("A6", _trades(book)), ("I25", _buckets(book))):
        chart.set_size({"width": 806, "height": 350})
        sheet.insert_chart(place, chart, {"object_position": 1})
    # Not fitted to the page's width: the tables stand on pages of their own, the chart rows on later ones.
    sheet.set_print_scale(55)
    sheet.set_v_pagebreaks([16])
    sheet.set_h_pagebreaks([48])
    sheet.set_margins(0.4, 0.4, 0.5, 0.5)


def _step(sheet: Any, look: Formats, at: str, words: str, cell: str, value: float, largest: float) -> None:
    sheet.write(at, words, look.strong)
    sheet.write_number(cell, value, look.input_percent)
    sheet.data_validation(
        cell,
        {
            "validate": "decimal", "criteria": "between", "minimum": 0.0001, "maximum": largest, "error_title": words,
            "error_message": f"Give a step of up to {largest:.0%}, for instance {value:.1%}.",
        },
    )  # fmt: skip


def _tables(book: Any, sheet: Any, look: Formats) -> None:
    shown, right = look.signed_percent, look.right
    by_expiry = [look.plain, look.indented, look.days]
    columns = {
        "hedge_flow": ("If spot moves: positive, dealers buy", [shown, look.whole, look.amount, look.amount]),
        "vol_flow": (
            "If every implied volatility moves by so many points (1.00% is one): positive, dealers buy",
            [shown, look.whole, look.amount, look.amount, look.whole],
        ),
        "exposures": (
            "All exposures: positive, dealers are long",
            [look.strong, *[look.amount] * 3, look.whole, look.indented],
        ),
        "buckets": (
            "Gamma by time to expiry: shares are of all contracts' magnitudes",
            [look.strong, right, look.whole, *[look.amount] * 3, look.percent],
        ),
        "top_strikes": (
            "Largest net strikes",
            [look.whole, look.price, look.amount, shown, look.price, look.amount, shown],
        ),
        "max_pain": ("Max pain", [*by_expiry, look.price, shown, look.whole, look.whole]),
        "expected_move": ("Expected move: one standard deviation", [*by_expiry, look.percent, *[look.price] * 3]),
    }
    for name, (words, formats) in columns.items():
        titled_table(book, name, look, words, formats)
    for name, first, last, factor in (
        ("hedge_flow", 2, 3, _SCALE), ("vol_flow", 2, 3, _SCALE), ("buckets", 3, 5, _GEX_SCALE),
        ("top_strikes", 2, 2, _GEX_SCALE), ("top_strikes", 5, 5, _GEX_SCALE),
    ):  # fmt: skip
        scaled(sheet, table_cells(name, first, last), factor, look)
    amounts(sheet, table_cells("exposures", 1, 3), look)


def _chart_rows(sheet: Any, look: Formats) -> None:
    """The moves, and the rows that feed the charts: grey, to the right of the page."""
    trade, buckets = plan.SPILLS["hedge_flow"], plan.SPILLS["buckets"]
    head = f"$C${trade.row}"
    # A blank behind the unit, since the scale looks for " mn " and " bn ".
    unit = f'=IFERROR(MID({head},FIND("(",{head})+1,LEN({head})-FIND("(",{head})-1)&" ","")'
    scale(sheet, look, "R", unit, "$" + table_cells("hedge_flow", 2, 3).replace(":", ":$"))
    sheet.write_formula(_GEX_SCALE, f"={plan.STRIKES}!$T$3", look.helper)
    sheet.write_formula(_GEX_AXIS, f'=IF({plan.STRIKES}!$T$4="","",{plan.STRIKES}!$T$4)', look.helper)
    sheet.write_formula("X1", _titled("Dealers trade when spot moves (bars: full reprice)", "$R$4"), look.fine)
    sheet.write_formula("X2", _titled("GEX by time to expiry", _GEX_AXIS), look.fine)
    sheet.write_row("R6", ["Move", "Label", "Buy", "Sell", "Linear"], look.header_right)
    for i, row in enumerate(range(FLOW_BLOCK.first, FLOW_BLOCK.last + 1)):
        move, full, linear = (f"${column}${trade.row + 1 + i}" for column in "ACD")
        given = f"ISNUMBER({full})"
        sheet.write_formula(f"R{row}", f"={i - FLOW_BLOCK.rows // 2}*$C$4", look.signed_percent)
        sheet.write_formula(f"S{row}", f'=IF({given},TEXT({move},"+0.00%;-0.00%"),"")', look.helper)
        sheet.write_formula(f"T{row}", f'=IF({given},MAX(0,{full})/{_SCALE},"")', look.helper)
        sheet.write_formula(f"U{row}", f'=IF({given},MIN(0,{full})/{_SCALE},"")', look.helper)
        sheet.write_formula(f"V{row}", f'=IF({given},{linear}/{_SCALE},"")', look.helper)
    sheet.write("X6", "Move of iv", look.header_right)
    for row, steps in enumerate(_IV_MOVES, 7):
        sheet.write_formula(f"X{row}", f"={steps}*$F$4", look.signed_percent)
    sheet.write_row("Z6", ["No", "Bucket", "Calls", "Puts"], look.header_right)
    for i, row in enumerate(range(BUCKET_BLOCK.first, BUCKET_BLOCK.last + 1)):
        name, call, put = (f"${column}${buckets.row + 1 + i}" for column in "ILM")
        sheet.write_number(f"Z{row}", i + 1, look.helper)
        for column, formula in (("AA", name), ("AB", f"{call}/{_GEX_SCALE}"), ("AC", f"{put}/{_GEX_SCALE}")):
            sheet.write_formula(f"{column}{row}", f'=IF(ISNUMBER({call}),{formula},"")', look.helper)


def _titled(words: str, axis: str) -> str:
    return f'=IF({axis}="","{words}","{words}, "&TRIM({axis}))'


def _trades(book: Any) -> Any:
    chart = bars(book, FLOW_BLOCK, [("Dealers buy", 2, LONG), ("Dealers sell", 3, SHORT)])
    line = book.add_chart({"type": "line"})
    line.add_series(
        {
            "name": "Linear estimate",
            "categories": FLOW_BLOCK.values(1),
            "values": FLOW_BLOCK.values(4),
            "line": {"color": FLIP, "width": 2},
        }
    )
    chart.combine(line)
    return dress(chart, _HERE + "$X$1", "move of spot", 2)


def _buckets(book: Any) -> Any:
    chart = bars(book, BUCKET_BLOCK, [("Calls", 2, CALL), ("Puts", 3, PUT)])
    return dress(chart, _HERE + "$X$2", "", 1)
