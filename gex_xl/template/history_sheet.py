"""The sheet History: today's row, the rows that are kept, and how unusual today is among them."""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_col_to_name

from gex_xl.history import COLUMNS
from gex_xl.template import plan
from gex_xl.template.charts import bars, dress
from gex_xl.template.formats import INK, LONG, PUT, SHORT, STRESS, Formats
from gex_xl.template.plan import KEPT_BLOCK, KEPT_COUNT, KEPT_HEADER, KEPT_ROWS, SPILLS
from gex_xl.template.tables import scale
from gex_xl.template.writing import amounts, spill, unusable

_FEED = f"={plan.VOLATILITY}!"
_FIRST, _LAST = KEPT_HEADER + 1, KEPT_HEADER + KEPT_ROWS
_TODAY = SPILLS["today"].row + 1
_BY_HAND = f"copy A{_TODAY}:X{_TODAY} and paste it as values (Paste Special) into the first free row below."
_OF_FILES = "A csv or xlsx of gex-xl history has the same columns."
_BUTTON = "E4"
#: The shape over the cell that is selected when it is pressed, as xlwings Lite wants both named. xlsxwriter numbers
#: the shapes of a sheet, and four charts come first.
BUTTON = f"[TextBox 5]{plan.HISTORY}!{_BUTTON}"
_BUTTON_SIZE = {"width": 180, "height": 34, "x_offset": 6, "y_offset": 3}
_SCORED = {
    "total_gex": "Total GEX",
    "skew_25d": "25-delta skew",
    "short_slope": "Short slope",
    "med_slope": "Medium slope",
}


def _letter(name: str) -> str:
    """The column of a figure."""
    return str(xl_col_to_name(COLUMNS.index(name)))


def _kept(name: str) -> str:
    """The cells of a column in which rows may be kept."""
    letter = _letter(name)
    return f"{plan.HISTORY}!${letter}${_FIRST}:${letter}${_LAST}"


def history(book: Any, look: Formats) -> None:
    """Today's row on top, to be copied; below the charts the rows of earlier days, in the same columns."""
    sheet = book.get_worksheet_by_name(plan.HISTORY)
    sheet.hide_gridlines(2)
    formats = _columns(look)
    for at, (width, shown) in enumerate(formats):
        sheet.set_column(at, at, width, shown)
    sheet.write("A1", "History", look.title)
    sheet.write("A2", f"To keep today: {_BY_HAND} {_OF_FILES}", look.note)
    sheet.write_formula("A3", _status(), look.fine)
    sheet.conditional_format("A3:O3", unusable("$A$3", look.warning))
    sheet.write("A4", "Rows kept", look.strong)
    last = f'=IFERROR(LOOKUP(2,1/({_kept("date")}<>""),ROW({_kept("date")}))-{KEPT_HEADER},0)'
    sheet.write_dynamic_array_formula("B4:B4", last, look.count)
    sheet.write_formula("C4", f'="First free row: A"&({KEPT_COUNT}+{_FIRST})', look.fine)
    sheet.write("A5", "Today's row (HISTORY_ROW)", look.strong)
    for at, (_, shown) in enumerate(formats[: SPILLS["today"].columns]):
        sheet.write_blank(_TODAY - 1, at, None, shown)
    spill(book, "today", look, [_header(name, look) for name in COLUMNS[: SPILLS["today"].columns]])
    _scores(sheet, look)
    sheet.write(f"A{KEPT_HEADER - 1}", "Rows of earlier days, oldest first", look.strong)
    for at, name in enumerate(COLUMNS):
        sheet.write(KEPT_HEADER - 1, at, name, _header(name, look))
    for cells in (f"E{_TODAY}:G{_TODAY}", f"E{_FIRST}:G{_LAST}"):
        amounts(sheet, cells, look)
    _chart_rows(book.get_worksheet_by_name(plan.VOLATILITY), look)
    for place, width, chart in zip(("A15", "E15", "J15", "O15"), (444, 470, 470, 470), _charts(book), strict=True):
        chart.set_size({"width": width, "height": 258})
        sheet.insert_chart(place, chart, {"object_position": 1})
    sheet.set_print_scale(40)
    sheet.set_margins(0.4, 0.4, 0.5, 0.5)


def append_by_macro(book: Any) -> None:
    """A button for the macro AppendToday, which the file has to hold."""
    sheet = book.get_worksheet_by_name(plan.HISTORY)
    sheet.write(
        "A2",
        f"To keep today: press the button, or run the macro AppendToday; or {_BY_HAND} {_OF_FILES}",
        Formats(book).note,
    )
    sheet.insert_button(_BUTTON, {"macro": "AppendToday", "caption": "Keep today's row", **_BUTTON_SIZE})


def append_by_script(book: Any) -> None:
    """A shape that selects the cell behind it, which is how an add-in learns that a button was pressed."""
    sheet = book.get_worksheet_by_name(plan.HISTORY)
    sheet.write(
        "A2",
        "To keep today: press the button, or run append_today in the pane of xlwings Lite, which must be open; "
        f"or {_BY_HAND} {_OF_FILES}",
        Formats(book).note,
    )
    sheet.insert_textbox(
        _BUTTON,
        "Keep today's row",
        {
            **_BUTTON_SIZE,
            "url": f"internal:'{plan.HISTORY}'!{_BUTTON}",
            "tip": "Runs append_today while the pane of xlwings Lite is open",
            "align": {"vertical": "middle", "horizontal": "center"},
            "font": {"color": "#FFFFFF", "bold": True, "size": 10},
            "fill": {"color": INK},
            "line": {"none": True},
        },
    )


_TEXTS = ("date", "symbol", "as_of", "long_side", "regime", "unit", "reason", "file", "content", "settings")


def _columns(look: Formats) -> list[tuple[int, Any]]:
    """Width and format of each column, by what it holds."""
    wide = {"date": 15, "symbol": 9, "as_of": 25, "regime": 14, "unit": 16, "reason": 60, "file": 30, "content": 14,
            "settings": 30}  # fmt: skip
    out: list[tuple[int, Any]] = []
    for name in COLUMNS:
        decimals = name.startswith(("iv_", "skew_25d")) or name.endswith("slope")
        shown = look.points if name.endswith("_z") else look.decimal if decimals else look.amount
        if name in _TEXTS:
            shown = look.day if name == "date" else look.indented
        out.append((wide.get(name, 13), look.count if name == "contracts" else shown))
    return out


def _header(name: str, look: Formats) -> Any:
    if name == "date":
        return look.header
    return look.header_indented if name in _TEXTS or name == "contracts" else look.header_right


def _status() -> str:
    """How many days there are, and what would make figures of them wrong."""
    first, end = (f"INDEX({_kept('date')},{at})" for at in (1, KEPT_COUNT))
    several = {
        name: f'SUMPRODUCT(({_kept(name)}<>"")*({_kept(name)}<>INDEX({_kept(name)},1)))' for name in ("symbol", "unit")
    }
    broken = f"AND(ISERROR({plan.figure('Regime')}),ISNUMBER({plan.figure('Total_GEX')}))"
    return (
        f'=IF({broken},"Cannot be used: the rows below need dates such as 2025-10-08 and a skew_25d such as 0.045, '
        'and the yellow cells of the sheet Regime numbers.",'
        f'IF({KEPT_COUNT}=0,"No rows yet: z-scores need 60 earlier days.",'
        f'{KEPT_COUNT}&" rows, "&{_day(first)}&" to "&{_day(end)}&"."'
        f'&IF({several["symbol"]}>0," Several symbols: the charts mix them.","")'
        f'&IF({several["unit"]}>0," Several units: the GEX of the rows cannot be compared.","")))'
    )


def _day(cell: str) -> str:
    """A date in words: a text as it is, a date of the program's own without a format that depends on its language."""
    ymd = f'YEAR({cell})&"-"&RIGHT("0"&MONTH({cell}),2)&"-"&RIGHT("0"&DAY({cell}),2)'
    return f"IF(ISNUMBER({cell}),{ymd},LEFT({cell},10))"


def _scores(sheet: Any, look: Formats) -> None:
    """Today against the kept rows; a figure without a z-score says why."""
    for cell, words, shown in (("A9", "Today against them", look.header), ("B9", "Value", look.header_right),
                               ("C9", "z-score", look.header_right), ("D9", "", look.header_indented)):  # fmt: skip
        sheet.write(cell, words, shown)
    for row, (name, words) in enumerate(_SCORED.items(), 10):
        value, z = (f"${_letter(column)}${_TODAY}" for column in (name, f"{name}_z"))
        sheet.write(f"A{row}", words, look.strong)
        sheet.write_formula(f"B{row}", f'=IF(ISNUMBER({value}),{value},"none")', look.decimal)
        sheet.write_formula(f"C{row}", f'=IF(ISNUMBER({z}),{z},"none")', look.points)
        no_past = f'IF({KEPT_COUNT}=0,"no earlier days",{_reason(f"{name}_z")})'
        said = f"IF(ISNUMBER({value}),{no_past},{_reason(name)})"
        usual = '"standard deviations from the mean of up to 252 earlier days"'
        sheet.write_formula(f"D{row}", f"=IF(ISNUMBER({z}),{usual},{said})", look.indented)
    amounts(sheet, "B10:B10", look)


def _reason(name: str) -> str:
    """What the row's last column says of a figure."""
    said, mark = f"${_letter('reason')}${_TODAY}", f"{name}: "
    at = f'FIND("{mark}",{said})'
    end = '" "&CHAR(124)&" "'  # scanners take a bar in a formula for a call of another program
    part = f"MID({said},{at}+{len(mark)},FIND({end},{said}&{end},{at})-{at}-{len(mark)})"
    return f'IFERROR({part},"not given")'


def _chart_rows(sheet: Any, look: Formats) -> None:
    """The last rows that are kept, for the charts, on the sheet Volatility: there no row is ever deleted."""
    gex = f"{plan.HISTORY}!$E${_FIRST}:$E${_LAST}"
    scale(sheet, look, "AF", f'=IF({KEPT_COUNT}=0,"",INDEX({_kept("unit")},{KEPT_COUNT})&" ")', gex)
    start, limit = "$AI$2", "$AI$3"
    threshold = f"{plan.REGIME}!$D${SPILLS['triggers'].row + 1}"
    for cell, formula, words in (
        ("AI1", '="Total GEX"&IF(TRIM($AF$4)="","",", "&TRIM($AF$4))', ""),
        ("AI2", f"=MAX(0,{KEPT_COUNT}-{KEPT_BLOCK.rows})", "rows left out"),
        ("AI3", f"=IF(ISNUMBER({threshold}),{threshold},1)", "inverted above"),
    ):
        sheet.write_formula(cell, formula, look.helper)
        sheet.write(f"AJ{cell[2:]}", words, look.note)
    headers = ["No", "Date", "Long", "Short", "Skew", "Short slope", "inverted", "Medium slope", "inverted"]
    sheet.write_row("AF6", headers, look.header_right)
    for i, row in enumerate(range(KEPT_BLOCK.first, KEPT_BLOCK.last + 1), 1):
        there = f"{i}<={KEPT_COUNT}"

        def shown(name: str, formula: str, there: str = there, at: str = f"{start}+{i}") -> str:
            cell = f"INDEX({_kept(name)},{at})"
            test = there if name == "date" else f"AND({there},ISNUMBER({cell}))"
            return f'=IF({test},{formula.replace("x", cell)},"")'

        sheet.write_number(f"AF{row}", i, look.helper)
        formulas = [shown("date", _day("x")), shown("total_gex", "MAX(0,x)/$AF$3"),
                    shown("total_gex", "MIN(0,x)/$AF$3"), shown("skew_25d", "100*x")]  # fmt: skip
        for name in ("short_slope", "med_slope"):
            formulas += [shown(name, f"IF(x>{limit},0,x-1)"), shown(name, f"IF(x>{limit},x-1,0)")]
        for offset, formula in enumerate(formulas):
            sheet.write_formula(row - 1, KEPT_BLOCK.column + offset, formula, look.helper)


def _charts(book: Any) -> list[Any]:
    """Bars, since a row that is not there yet is then no bar in any program, where a line would fall to 0."""
    gex = bars(book, KEPT_BLOCK, [("Long gamma", 2, LONG), ("Short gamma", 3, SHORT)])
    out = [dress(gex, _FEED + "$AI$1", "", 25)]
    skew = bars(book, KEPT_BLOCK, [("25-delta skew", 4, PUT)])
    out.append(dress(skew, "25-delta skew, vol points", "", 25))
    for title, offset in (("Short slope (9 / 30 days)", 5), ("Medium slope (30 / 90 days)", 7)):
        slope = bars(book, KEPT_BLOCK, [("Not inverted", offset, PUT), ("Inverted", offset + 1, STRESS)])
        out.append(dress(slope, f"{title} less 1", "", 25, None, "0.00"))
    return out
