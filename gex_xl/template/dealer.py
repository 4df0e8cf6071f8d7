"""The sheets of a dealer's own book: Positions, Hedge, Limits and Quotes, with a made-up book in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from xlsxwriter.utility import xl_cell_to_rowcol

from gex_xl.desk.limits import MEASURES
from gex_xl.template import desk_sample, plan
from gex_xl.template.formats import CALL, GREY, LONG, PUT, RULE, SHORT, Formats
from gex_xl.template.writing import amounts, spill

TAB = "#2A7F8E"
_SYNTHETIC = "SYNTHETIC sample, made up: replace it with your own"


def sheets(book: Any, look: Formats) -> None:
    """Write the four sheets."""
    own = _Looks(book)
    for write in (_positions, _hedge, _limits, _quotes):
        write(book, look, own)
    for name in plan.OWN_BOOK:
        book.get_worksheet_by_name(name).set_tab_color(TAB)


class _Looks:
    """Formats of these sheets alone."""

    def __init__(self, book: Any) -> None:
        entry = {
            "font_name": "Calibri", "font_size": 10, "valign": "vcenter", "bg_color": "#FFF8DC", "border": 1,
            "border_color": "#E8DDA8", "font_color": "#1A3FA0", "align": "left",
        }  # fmt: skip
        self.entry = book.add_format(entry)
        self.day = book.add_format({**entry, "num_format": "yyyy-mm-dd"})
        quiet = {"font_name": "Calibri", "font_size": 10, "font_color": GREY}
        self.moment = book.add_format({**quiet, "num_format": "yyyy-mm-dd hh:mm", "align": "left"})
        self.quiet = book.add_format({**quiet, "align": "right"})
        self.share = book.add_format({"num_format": "0.0%"})
        self.warn = book.add_format({"bg_color": "#FCF1D2", "font_color": "#8A6100"})
        self.jump = book.add_format({"font_name": "Calibri", "font_size": 10, "font_color": GREY, "num_format": "0%"})


def _entries(sheet: Any, look: Formats, own: _Looks, name: str, rows: Sequence[Sequence[object]]) -> None:
    """An input range: its header, the sample's rows, and empty cells down to the end of the named range."""
    first, last = plan.NAMES[name].split("!")[1].replace("$", "").split(":")
    (top, left), (bottom, _) = xl_cell_to_rowcol(first), xl_cell_to_rowcol(last)
    sheet.write_row(top, left, rows[0], look.header)
    for at in range(top + 1, bottom + 1):
        row = rows[at - top] if at - top < len(rows) else [None] * len(rows[0])
        for j, cell in enumerate(row):
            if cell is None:
                sheet.write_blank(at, left + j, None, own.day if rows[0][j] == "Expiry" else own.entry)
            elif isinstance(cell, dt.date):
                sheet.write_datetime(at, left + j, dt.datetime.combine(cell, dt.time()), own.day)
            else:
                sheet.write(at, left + j, cell, own.entry)


def _positions(book: Any, look: Formats, own: _Looks) -> None:
    sheet = book.get_worksheet_by_name(plan.POSITIONS)
    sheet.set_column("A:D", 10, look.plain)
    sheet.set_column("E:E", 16, look.plain)
    sheet.set_column("F:F", 16, look.plain)
    sheet.set_column("G:J", 10, look.plain)
    sheet.set_column("K:K", 3)
    sheet.set_column("L:L", 15, look.strong)
    sheet.set_column("M:M", 25, look.indented)
    sheet.set_column("N:N", 11, look.whole)
    sheet.set_column("O:T", 15, look.amount)
    sheet.set_column("U:V", 11, look.amount)
    sheet.set_column("W:W", 45, look.indented)
    sheet.write("A1", "Positions", look.title)
    sheet.write("A2", _SYNTHETIC, look.synthetic)
    sheet.write("A3", "Yellow cells are yours: one row a position, short negative, iv or price. Blank rows are passed "
                "over.", look.note)  # fmt: skip
    sheet.write("A4", "As of", look.strong)
    sheet.write_datetime("B4", desk_sample.AS_OF, look.input_time)
    sheet.write("C4", "blank: the chain's", look.note)
    chain = plan.level("as_of")
    sheet.write("E4", "taken:", own.quiet)
    sheet.write_formula("F4", f'=IF(B4<>"",B4,IFERROR({chain}&"",""))', own.moment)
    sheet.set_column("B:B", 16, look.plain)
    sheet.write("L4", "Net exposure (BOOK_EXPOSURE): the book, then by underlying, class, expiry and series", look.note)
    _entries(sheet, look, own, "Own_Positions", desk_sample.POSITIONS)
    spill(book, "own_exposure", look)
    sheet.set_row(5, 45)
    amounts(sheet, "P7:T255", look)
    sheet.conditional_format("U7:V255", {"type": "no_errors", "format": own.share})
    sheet.freeze_panes(6, 0)


def _hedge(book: Any, look: Formats, own: _Looks) -> None:
    sheet = book.get_worksheet_by_name(plan.HEDGE)
    sheet.hide_gridlines(2)
    sheet.set_column("A:A", 2)
    sheet.set_column("B:B", 26, look.strong)
    sheet.set_column("C:C", 25, look.amount)
    sheet.set_column("D:J", 15, look.amount)
    for row in (*range(56, 62), *range(65, 96)):  # words in a column of figures
        sheet.write_blank(f"C{row}", None, look.indented)
    sheet.set_column("K:K", 60, look.indented)
    sheet.set_column("L:L", 52, look.indented)
    sheet.set_column("M:W", 3)
    sheet.set_column("X:AE", 14, look.plain)
    sheet.set_row(0, 30)
    sheet.write("B1", "Own book: from inventory to what hedging leaves", look.title)
    sheet.write("B2", _SYNTHETIC, look.synthetic)
    sheet.write("B3", "Positions give the net exposure; each row below is one way to lower it, with what stays. The "
                "trades stand further down, the inputs for them from column X on.", look.note)  # fmt: skip
    _cards(sheet, look, own)
    sheet.write("B9", "Ways of hedging, and what each leaves", look.strong)
    spill(book, "own_residual", look)
    sheet.set_row(9, 32)
    amounts(sheet, "C11:H22", look)
    sheet.conditional_format("I11:I22", {"type": "no_errors", "format": own.share})
    for place, chart in (("B22", _over_spot(book, "P&L", 3)), ("G22", _over_spot(book, "Delta", 5))):
        chart.set_size({"width": 640, "height": 400})
        sheet.insert_chart(place, chart, {"object_position": 1})
    for row, words, name in (
        (44, "Hedge with the underlying (HEDGE_UNDERLYING)", "own_shares"),
        (54, "Hedge with a related product (HEDGE_RELATED)", "own_related"),
        (63, "Hedge with other options (HEDGE_OPTIONS), then the underlying", "own_options"),
    ):
        sheet.write(f"B{row}", words, look.strong)
        spill(book, name, look)
        sheet.set_row(row, 32)
    amounts(sheet, "D46:I52", look)
    amounts(sheet, "D56:J61", look)
    amounts(sheet, "D65:J95", look)
    sheet.write("B97", "Cost of rebalancing (REBALANCE_COST)", look.strong)
    sheet.write_row("C98", ["minutes", "half spread", "volatility"], look.header_right)
    sheet.write_row("C99", [30, 0.0001, 0.15], look.input)
    spill(book, "own_cost", look)
    sheet.set_row(100, 32)
    amounts(sheet, "C102:H108", look)
    _hedge_inputs(sheet, look, own)
    spill(book, "own_gaps", look)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.print_area("A1:L108")
    sheet.set_h_pagebreaks([43])
    sheet.set_zoom(85)


def _hedge_inputs(sheet: Any, look: Formats, own: _Looks) -> None:
    for cell, words in (
        ("X3", "Candidate options: what may be traded"),
        ("X27", "Bounds: gamma in USD per 1 %, vega in USD per vol point"),
        ("X33", "Related products"),
        ("X46", "Volatility shock of the charts, points"),
    ):
        sheet.write(cell, words, look.strong)
    for name, rows in (
        ("Own_Candidates", desk_sample.CANDIDATES),
        ("Own_Bounds", desk_sample.BOUNDS),
        ("Own_Products", desk_sample.PRODUCTS),
    ):
        _entries(sheet, look, own, name, rows)
    sheet.write("X47", 0, own.entry)
    sheet.write("X49", "Jumps and what the book does at them (GAP_RISK), for the charts", look.note)
    sheet.write("X50", "Jump", look.header)
    for i in range(plan.GAPS.rows):
        sheet.write_number(plan.GAPS.first - 1 + i, plan.GAPS.column - 1, (i - 10) / 100, own.jump)


def _cards(sheet: Any, look: Formats, own: _Looks) -> None:
    net = f"{plan.POSITIONS}!${{}}$7"
    states = f"{plan.LIMITS}!$R$6:$R$45"  # 1 for warn, 2 for breach
    contracts = f"{plan.POSITIONS}!$F$7:$F$106"
    cards = [
        ("B", "1  Inventory", f"=COUNT({contracts})", '="positions"'),
        ("C", "2  Net delta", f"={net.format('P')}", '="USD"'),
        ("D", "Net gamma", f"={net.format('Q')}", '="USD per 1 %"'),
        ("E", "Net vega", f"={net.format('R')}", '="USD per vol point"'),
        ("F", "Theta", f"={net.format('S')}", '="USD a day"'),
        ("G", "3  Worst gap, bare", "=H11", '="USD, full reprice"'),
        ("H", "with shares", "=H12", '="USD"'),
        ("I", "4  with options too", "=H13", '="USD"'),
        ("J", "Limits", f'=IF(COUNTIF({states},2)>0,"breach",IF(COUNTIF({states},1)>0,"warn","ok"))',
         f'=COUNTIF({states},2)&" breached, "&COUNTIF({states},1)&" near"'),
    ]  # fmt: skip
    sheet.set_row(5, 30)
    for column, label, formula, note in cards:
        sheet.write(f"{column}5", label, look.label)
        sheet.write_formula(f"{column}6", formula, look.card)
        sheet.write_formula(f"{column}7", note, look.card_note)
    sheet.conditional_format("B6", {"type": "no_errors", "format": look.counted})
    amounts(sheet, "C6:I6", look)
    _colour_states(sheet, "J6", look, own)


def _colour_states(sheet: Any, cells: str, look: Formats, own: _Looks) -> None:
    first = cells.split(":", maxsplit=1)[0]
    for word, shown in (("ok", look.good), ("warn", own.warn), ("breach", look.bad)):
        rule = {"type": "formula", "criteria": f'={first}&""="{word}"', "format": shown}
        sheet.conditional_format(cells, rule)


def _limits(book: Any, look: Formats, own: _Looks) -> None:
    sheet = book.get_worksheet_by_name(plan.LIMITS)
    sheet.set_column("A:A", 21, look.plain)
    sheet.set_column("B:C", 13, look.plain)
    sheet.set_column("D:D", 3)
    sheet.set_column("E:E", 20, look.strong)
    sheet.set_column("F:F", 26, look.indented)
    sheet.set_column("G:H", 16, look.amount)
    sheet.set_column("I:I", 9, look.amount)
    sheet.set_column("J:J", 9, look.indented)
    sheet.set_column("K:K", 50, look.indented)
    sheet.set_column("L:L", 62, look.indented)
    sheet.set_column("M:M", 3)
    sheet.set_column("N:R", 14, look.helper)
    sheet.write("A1", "Limits", look.title)
    sheet.write("A2", _SYNTHETIC, look.synthetic)
    sheet.write("A3", "Yellow cells are yours. A state is ok below 80 % of its limit, warn from there, breach above "
                "the limit. Blank scope: the class or series that uses most.", look.note)  # fmt: skip
    _entries(sheet, look, own, "Own_Limits", desk_sample.LIMITS)
    sheet.data_validation("A6:A30", {"validate": "list", "source": list(MEASURES), "ignore_blank": True})
    spill(book, "own_limits", look)
    amounts(sheet, "G6:H44", look)
    sheet.conditional_format("I6:I44", {"type": "no_errors", "format": own.share})
    _colour_states(sheet, "J6:J44", look, own)
    block = plan.LIMIT_USE
    sheet.write_row(block.first - 2, block.column - 1, ["Limit", "ok", "warn", "breach"], look.header_right)
    for row in range(block.first, block.last + 1):
        there = f'$E{row}<>""'
        label = f'=IF({there},E{row}&IF(F{row}&""="book",""," "&F{row}),"")'
        sheet.write_formula(f"N{row}", label, look.helper)
        for column, state in (("O", "ok"), ("P", "warn"), ("Q", "breach")):
            sheet.write_formula(f"{column}{row}", f'=IF($J{row}&""="{state}",$I{row},0)', look.helper)
    # Texts of a spilled table equal no other text in LibreOffice, so states are counted as numbers.
    sheet.write("R5", "state", look.header_right)
    for row in range(plan.SPILLS["own_limits"].row + 1, plan.SPILLS["own_limits"].row + 41):
        sheet.write_formula(f"R{row}", f'=IF($J{row}&""="breach",2,IF($J{row}&""="warn",1,0))', look.helper)
    chart = _use(book)
    chart.set_size({"width": 900, "height": 420})
    sheet.insert_chart("E20", chart, {"object_position": 1})
    sheet.freeze_panes(5, 0)
    sheet.print_area("A1:L42")


def _use(book: Any) -> Any:
    chart = book.add_chart({"type": "bar"})
    block = plan.LIMIT_USE
    for offset, (name, colour) in enumerate((("ok", LONG), ("warn", "#D9A514"), ("breach", SHORT)), 1):
        chart.add_series(
            {
                "name": name, "categories": block.values(0), "values": block.values(offset),
                "fill": {"color": colour}, "border": {"none": True}, "gap": 40, "overlap": 100,
            }
        )  # fmt: skip
    _dress(chart, "Use of limits", "", "0%")
    chart.set_y_axis({"reverse": True, "num_font": {"size": 8, "color": GREY}, "line": {"color": RULE}})
    return chart


def _over_spot(book: Any, what: str, first: int) -> Any:
    chart = book.add_chart({"type": "line"})
    for offset, (name, colour) in enumerate((("before", CALL), ("after hedging with the underlying", PUT))):
        chart.add_series(
            {
                "name": name, "categories": plan.GAPS.values(0), "values": plan.GAPS.values(first + offset),
                "line": {"color": colour, "width": 2.25},
            }
        )  # fmt: skip
    _dress(chart, f"{what} over spot, USD mn", "move of spot", "#,##0.0,,")
    chart.set_x_axis(
        {
            "label_position": "low", "interval_unit": 2, "num_format": "0%", "num_font": {"size": 8, "color": GREY},
            "name": "move of spot", "name_font": {"size": 8, "color": GREY, "bold": False}, "line": {"color": RULE},
        }
    )  # fmt: skip
    return chart


def _dress(chart: Any, title: str, x_name: str, figures: str) -> None:
    small = {"size": 8, "color": GREY}
    grid = {"visible": True, "line": {"color": RULE}}
    chart.set_title({"name": title, "name_font": {"size": 11, "bold": True}, "overlay": False})
    axis = {"num_font": small, "num_format": figures, "major_gridlines": grid}
    chart.set_x_axis(axis) if figures == "0%" else chart.set_y_axis(axis)
    chart.set_legend({"position": "top", "font": small})
    chart.set_chartarea({"border": {"color": RULE}})


def _quotes(book: Any, look: Formats, own: _Looks) -> None:
    sheet = book.get_worksheet_by_name(plan.QUOTES)
    sheet.set_column("A:A", 20, look.plain)
    sheet.set_column("B:I", 12, look.plain)
    sheet.set_column("J:J", 3)
    sheet.set_column("K:K", 18, look.strong)
    sheet.set_column("L:O", 12, look.amount)
    sheet.set_column("P:Q", 10, look.whole)
    sheet.set_column("R:R", 11, look.amount)
    sheet.set_column("S:S", 78, look.indented)
    sheet.write("A1", "Quotes", look.title)
    sheet.write("A2", _SYNTHETIC, look.synthetic)
    sheet.write("A3", "Yellow cells are yours. Volatility: standard deviation of the price over a day in USD, about "
                "|delta| x spot x iv / 16 for an option.", look.note)  # fmt: skip
    sheet.write_row("B4", ["risk aversion", "days", "warn at"], look.header)
    sheet.write("A5", "Of all quotes", look.strong)
    sheet.write_row("B5", [0.00003, 1, 0.8], own.entry)
    _entries(sheet, look, own, "Own_Quotes", desk_sample.QUOTES)
    spill(book, "own_quotes", look)
    sheet.set_row(7, 32)
    sheet.conditional_format("R9:R45", {"type": "no_errors", "format": own.share})
    for side in ("P", "Q"):
        rule = {"type": "formula", "criteria": f'=AND($K9&""<>"",{side}9=0)', "format": look.bad}
        sheet.conditional_format(f"{side}9:{side}45", rule)
    used = {"type": "formula", "criteria": '=AND($K9&""<>"",$R9>=$D$5)', "format": own.warn}
    sheet.conditional_format("R9:R45", used)
    sheet.freeze_panes(8, 0)
