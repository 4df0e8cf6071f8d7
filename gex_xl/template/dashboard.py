"""The first sheet: headline figures, regime in words and colour, and four charts."""

from __future__ import annotations

from typing import Any

from gex_xl.template import plan
from gex_xl.template.charts import bars, dress
from gex_xl.template.formats import CALL, FLIP, LONG, PUT, SHORT, SPOT, Formats
from gex_xl.template.plan import FIRST_EXPIRIES, NEAR_SPOT, PROFILE_BLOCK
from gex_xl.template.writing import amounts, colour_regime, fired_rows, unusable

_AXIS, _PROFILE_AXIS = f"{plan.STRIKES}!$T$4", f"{plan.PROFILE}!$H$4"
_FIRED = f"{plan.DASHBOARD}!$L$8"
_TRIGGERS = 5
_MEANING = (
    '=IF(ISERROR(Regime),IF(ISERROR(Total_GEX),"No figures: see what the status line says about the chain.",'
    '"No regime: see what the sheet History says of its rows."),'
    'IF(Regime="long_gamma","Dealers are long gamma: they sell strength and buy weakness, moves are damped.",'
    f'IF(Regime="short_gamma","Dealers are short gamma ("&{_FIRED}&"): they buy strength and sell weakness, '
    'moves are amplified.",'
    f'"The volatility term structure is inverted ("&{_FIRED}&"): stress comes first, whatever gamma says.")))'
)


def dashboard(book: Any, look: Formats) -> None:
    """Cards above, charts below, all levels at the foot."""
    sheet = book.get_worksheet_by_name(plan.DASHBOARD)
    sheet.hide_gridlines(2)
    sheet.set_column("A:A", 2)
    sheet.set_column("B:E", 19, look.plain)
    sheet.set_column("F:H", 16, look.plain)
    sheet.set_column("I:I", 28, look.plain)
    sheet.set_row(0, 30)
    sheet.write("B1", "Dealer gamma exposure", look.title)
    sheet.write_formula("B2", f"={plan.CHAIN}!$A$8", look.synthetic)
    cut = '"; the tables and charts show only part of it, since this program does not spill"'
    sheet.write_formula("B3", f'={plan.STATUS}&IF({plan.STRIKES}!$V$4>0,{cut},"")', look.fine)
    sheet.conditional_format("B3:I3", unusable("$B$3", look.warning))
    too_small = {"type": "formula", "criteria": f"={plan.STRIKES}!$V$4>0", "format": look.warning}
    sheet.conditional_format("B3:I3", too_small)
    sheet.write_formula("B4", _MEANING, look.words)
    _cards(sheet, look)
    unit = f"{plan.STRIKES}!$T$1"
    sheet.write_formula(
        "B9",
        f'=IF({unit}="","","Sign convention: "&IFERROR({plan.level("sign")},"")&".  Unit: "&{unit}'
        '&".  Positive: dealers long gamma.")',
        look.fine,
    )
    _triggers(sheet, look)
    _titles(sheet, look)
    for place, chart in (
        ("B19", _per_strike(book)),
        ("F19", _cumulative(book)),
        ("B37", _profile(book)),
        ("F37", _expiries(book)),
    ):
        chart.set_size({"width": 548, "height": 350})
        sheet.insert_chart(place, chart, {"object_position": 1})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)
    sheet.print_area("A1:I55")
    sheet.set_margins(0.3, 0.3, 0.3, 0.3)
    sheet.center_horizontally()
    sheet.set_first_sheet()
    sheet.activate()


def _cards(sheet: Any, look: Formats) -> None:
    sheet.set_row(6, 34)
    flip_note = (
        '=IF(ISNA(Flip_Strike),"none: one-sided chain",IF(ISERROR(Flip_Strike),"","dealers long gamma "'
        f'&IFERROR(LEFT({plan.level("long_side")},5),"")))'
    )
    zero_note = (
        '=IF(ISNA(Zero_Gamma),"none: profile keeps one sign",'
        'IFERROR(TEXT(Zero_Gamma/Spot-1,"+0.0%;-0.0%")&" from spot",""))'
    )
    cards = [
        ("B", "Regime", f"={plan.figure('Regime')}", look.card, '="see the sheet Regime"'),
        ("C", "Total GEX", f"={plan.figure('Total_GEX')}", look.card, f"={plan.STRIKES}!$T$1"),
        ("D", "Flip strike", f"={plan.figure('Flip_Strike')}", look.card, flip_note),
        ("E", "Zero gamma", f"={plan.figure('Zero_Gamma')}", look.card, zero_note),
        ("F", "Call wall", f"={plan.figure('Call_Wall')}", look.card, '="largest calls"'),
        ("G", "Put wall", f"={plan.figure('Put_Wall')}", look.card, '="largest puts"'),
        ("H", "Spot", _shown("spot"), look.card, '="USD"'),
        ("I", "As of", _shown("as_of"), look.card_text, _shown("symbol")),
    ]
    for column, label, formula, shown, note in cards:
        sheet.write(f"{column}6", label, look.label)
        sheet.write_formula(f"{column}7", formula, shown)
        sheet.write_formula(f"{column}8", note, look.card_note)
    colour_regime(sheet, "B7", look)
    amounts(sheet, "C7:C7", look)
    # The named cell keeps its #N/A for formulas; a reader sees the reason below it instead.
    sheet.conditional_format("B7:I7", {"type": "errors", "format": look.hidden})
    sheet.conditional_format("B8:I8", {"type": "formula", "criteria": '=LEFT(B$8,5)="none:"', "format": look.reason})
    sheet.ignore_errors({"eval_error": "B7:I7"})


def _triggers(sheet: Any, look: Formats) -> None:
    """Every trigger of the sheet Regime in one line: what it is, how far it is from firing, and whether it fired."""
    columns = (("B", "Trigger", "A", look.fact), ("C", "Value", "E", look.fact_number),
               ("D", "Threshold", "D", look.fact_number), ("E", "Distance to firing", "G", look.fact_number),
               ("F", "Fired", "F", look.fact_middle), ("G", "Leads to", "B", look.fact),
               ("H", "Fires when", "C", look.fact), ("I", "", None, look.fact))  # fmt: skip
    for to, header, of, shown in columns:
        right = shown is look.fact_number
        middle = shown is look.fact_middle
        sheet.write(f"{to}12", header, look.label_right if right else look.label if middle else look.label_left)
        for i in range(1, _TRIGGERS + 1):
            cell = f"{plan.REGIME}!${of}${plan.SPILLS['triggers'].row + i}"
            if of is None:
                sheet.write_blank(f"{to}{12 + i}", None, shown)
            else:
                sheet.write_formula(f"{to}{12 + i}", f'=IF(ISERROR({cell}),"",IF({cell}="","",{cell}))', shown)
    first, last = 13, 12 + _TRIGGERS
    fired_rows(sheet, f"C{first}:E{last}", f"$F{first}", look)
    fired = {"type": "formula", "criteria": f'=$F{first}&""="yes"', "format": look.fired}
    sheet.conditional_format(f"B{first}:I{last}", fired)
    amounts(sheet, f"C{first}:E{last}", look)


def _shown(key: str) -> str:
    """A line of GEX_LEVELS, blank where there is none: a plain reference would show 0."""
    cell = plan.level(key)
    return f'=IF({cell}="","",{cell})'


def _titles(sheet: Any, look: Formats) -> None:
    """Texts that charts show, so that unit and levels stand in them: they live to the right of the page, in grey."""
    strikes, expiries = f"{plan.STRIKES}!$V$1", f"COUNT({plan.STRIKES}!$J$6:$J$205)"
    texts = {
        "L1": _titled("GEX per strike", _AXIS, f'", "&MIN({NEAR_SPOT.rows},{strikes})&" strikes around spot"'),
        "L2": _titled("Cumulative GEX over strikes", _AXIS),
        "L3": _titled("Gamma profile: total GEX by spot level", _PROFILE_AXIS),
        "L4": _titled(
            "GEX by expiry", _AXIS, f'IF({expiries}>{FIRST_EXPIRIES.rows},", first {FIRST_EXPIRIES.rows}","")'
        ),
        "L5": '=IF(ISNUMBER(Spot),"Spot "&TEXT(Spot,"#,##0.00"),"Spot")',
        "L6": '=IF(ISNUMBER(Flip_Strike),"Flip "&TEXT(Flip_Strike,"#,##0.00"),"No flip")',
        "L7": '=IF(ISNUMBER(Zero_Gamma),"Zero gamma "&TEXT(Zero_Gamma,"#,##0.00"),"No zero gamma")',
        "L8": _fired(),
    }
    for cell, formula in texts.items():
        sheet.write_formula(cell, formula, look.fine)


def _titled(words: str, axis: str, more: str = '""') -> str:
    """A title with its unit; the words alone where there are no figures."""
    return f'=IF({axis}="","{words}","{words}, "&{axis}&{more})'


def _fired() -> str:
    """The triggers that lead to this regime, with "and" between them; "" where none fired."""
    it = plan.SPILLS["triggers"]
    rows = range(it.row + 1, it.row + 9)
    cells = [[f"{plan.REGIME}!${column}${row}" for column in "ABF"] for row in rows]
    said = "&".join(f'IF(AND({fired}&""="yes",{leads}&""=Regime)," and "&{name},"")' for name, leads, fired in cells)
    return f'=IFERROR(MID({said},6,200),"")'


def _mark(book: Any, chart: Any, block: Any, marks: list[tuple[str, int, str]]) -> None:
    """Bars from top to bottom on a hidden second axis: a column chart has no vertical lines.

    One can see through them: the strike at spot is often the one with the most gamma.
    """
    for name, offset, colour in marks:
        chart.add_series(
            {
                "name": name,
                "categories": block.values(1),
                "values": block.values(offset),
                "y2_axis": True,
                "fill": {"color": colour, "transparency": 45},
                "border": {"none": True},
                "gap": 220,
                "overlap": 100,
            }
        )
    # Not `visible: False`: LibreOffice puts the series of a deleted axis on the first one.
    chart.set_y2_axis(
        {
            "min": 0,
            "max": 1,
            "label_position": "none",
            "major_tick_mark": "none",
            "minor_tick_mark": "none",
            "line": {"none": True},
            "major_gridlines": {"visible": False},
        }
    )


_HERE = f"={plan.DASHBOARD}!"


def _per_strike(book: Any) -> Any:
    chart = bars(book, NEAR_SPOT, [("Calls", 2, CALL), ("Puts", 3, PUT)])
    _mark(book, chart, NEAR_SPOT, [(_HERE + "$L$5", 6, SPOT), (_HERE + "$L$6", 7, FLIP)])
    return dress(chart, _HERE + "$L$1", "strike", 5)


def _cumulative(book: Any) -> Any:
    chart = bars(book, NEAR_SPOT, [("Long gamma", 4, LONG), ("Short gamma", 5, SHORT)])
    _mark(book, chart, NEAR_SPOT, [(_HERE + "$L$5", 6, SPOT), (_HERE + "$L$6", 7, FLIP)])
    return dress(chart, _HERE + "$L$2", "strike", 5)


def _profile(book: Any) -> Any:
    chart = bars(book, PROFILE_BLOCK, [("Long gamma", 2, LONG), ("Short gamma", 3, SHORT)])
    _mark(book, chart, PROFILE_BLOCK, [(_HERE + "$L$5", 4, SPOT), (_HERE + "$L$7", 5, FLIP)])
    return dress(chart, _HERE + "$L$3", "spot level", 8)


def _expiries(book: Any) -> Any:
    chart = bars(book, FIRST_EXPIRIES, [("Calls", 2, CALL), ("Puts", 3, PUT)])
    return dress(chart, _HERE + "$L$4", "", 1)
