"""How charts look. Each reads a table of fixed size on the sheet Calc; a heading in cells says what it shows.

An empty chart keeps its frame: every table has a series without colour that is 1e-9 where there are no figures.
Two series, above and below 0, in place of inverted colours; marks are series on a hidden second axis, and are named in
the category labels, since LibreOffice hides the wrong entry of a bar chart's legend.
"""

from __future__ import annotations

from typing import Any

from gex_xl.template import plan
from gex_xl.template.plan import Spill
from gex_xl.template.style import (
    AXIS,
    BUY,
    CALL,
    INK,
    KINDS,
    LONG,
    PUT,
    SELL,
    SHORT,
    SOFT,
    TOTAL_BAR,
    WHITE,
    WHOLE_AXIS,
    ZERO,
)

_SMALL = {"size": 8, "color": SOFT, "name": "Calibri"}
_LINES = {"visible": True, "line": {"color": "#E6EAEE", "width": 0.75}}
_NO_TICKS = {"major_tick_mark": "none", "minor_tick_mark": "none"}
_HIDDEN = {**_NO_TICKS, "label_position": "none", "line": {"none": True}, "major_gridlines": {"visible": False}}
_AXIS_LINE = "#8894A0"


def _bar(table: Spill, across: int, colour: str | None, rows: int | None = None, **more: Any) -> dict[str, Any]:
    """A series of bars; no colour: it is not seen. `rows`: how many are drawn; None: all."""
    fill: dict[str, Any] = {"none": True} if colour is None else {"color": colour}
    return {
        "name": table.head(across), "categories": table.values(0, rows), "values": table.values(across, rows),
        "fill": fill,
        "border": {"none": True}, **more,
    }  # fmt: skip


def _dress(
    chart: Any, size: tuple[int, int], values: dict[str, Any], labels: dict[str, Any], *, legend: bool = False,
    hide: list[int] | None = None, plot: tuple[float, float, float, float] | None = None, bars: bool = False,
) -> Any:  # fmt: skip
    """Axes, legend and frame. In a bar chart xlsxwriter's y axis is the one with the labels."""
    value_axis = {**_NO_TICKS, "num_font": _SMALL, "line": {"none": True}, "major_gridlines": _LINES, **values}
    label_axis = {**_NO_TICKS, "num_font": _SMALL, "label_position": "low", "line": {"color": _AXIS_LINE},
                  "major_gridlines": {"visible": False}, **labels}  # fmt: skip
    chart.set_x_axis(value_axis if bars else label_axis)
    chart.set_y_axis(label_axis if bars else value_axis)
    if legend:
        chart.set_legend({"position": "top", "font": _SMALL, **({"delete_series": hide} if hide else {})})
    else:
        chart.set_legend({"none": True})
    chart.set_title({"none": True})
    chart.set_chartarea({"border": {"none": True}, "fill": {"color": WHITE}})
    layout = {} if plot is None else {"layout": dict(zip(("x", "y", "width", "height"), plot, strict=True))}
    chart.set_plotarea({"fill": {"none": True}, **layout})
    chart.set_size({"width": size[0], "height": size[1]})
    chart.show_hidden_data()
    return chart


def ladder(book: Any, table: Spill, size: tuple[int, int], *, sides: bool = False, marks: bool = True,
           plot: tuple[float, float, float, float] = (0.235, 0.012, 0.745, 0.922)) -> Any:  # fmt: skip
    """Bars by bucket of strikes: net long and short, or calls and puts; marks across the chart."""
    rows = table.room - 2  # the rows below and above are not drawn
    chart = book.add_chart({"type": "bar"})
    for across, colour in ((2, CALL), (3, PUT)) if sides else ((4, LONG), (5, SHORT)):
        chart.add_series(_bar(table, across, colour, rows, gap=18, overlap=100))
    chart.add_series(_bar(table, 10, None, rows, gap=18, overlap=100))
    shown = ((6, INK, 15), (7, ZERO, 10), (8, CALL, 0), (9, PUT, 0)) if marks else ((6, INK, 15),)
    for across, colour, through in shown:
        series = _bar(table, across, colour, rows, gap=200, overlap=100, y2_axis=True)
        series["fill"]["transparency"] = through
        chart.add_series(series)
    chart.set_y2_axis({**_HIDDEN, "min": 0, "max": 1})
    labels = {"interval_unit": 1, "num_font": {**_SMALL, "color": INK}}
    return _dress(chart, size, {"num_format": AXIS}, labels, plot=plot, bars=True)


def profile(book: Any, table: Spill, size: tuple[int, int]) -> Any:
    """Total GEX over spot: areas above and below 0, and two vertical lines with their names."""
    chart = book.add_chart({"type": "area"})
    for across, colour in ((2, LONG), (3, SHORT)):
        series = _bar(table, across, colour)
        series["fill"]["transparency"] = 15
        chart.add_series(series)
    chart.add_series(_bar(table, 8, None))
    lines = book.add_chart({"type": "line"})
    for across, name, colour, side in (
        (4, "Spot", INK, "left"), (5, "Spot", INK, "right"), (6, "Zero", ZERO, "left"), (7, "Zero", ZERO, "right"),
    ):  # fmt: skip
        ink = KINDS["stress"].ink if name == "Zero" else INK
        lines.add_series({
            "name": name, "categories": table.values(0), "values": table.values(across), "y2_axis": True,
            "line": {"none": True}, "marker": {"type": "none"},
            "y_error_bars": {"type": "percentage", "value": 100, "direction": "minus", "end_style": 0,
                             "line": {"color": colour, "width": 2}},
            "data_labels": {"value": True, "position": side, "num_format": f'[>0]"{name}";;',
                            "font": {"size": 9, "bold": True, "color": ink, "name": "Calibri"}},
        })  # fmt: skip
    lines.set_y2_axis({**_HIDDEN, "min": 1, "max": 108})
    chart.combine(lines)
    labels = {"interval_unit": 1, "position_axis": "between"}
    return _dress(chart, size, {"num_format": AXIS}, labels, plot=(0.045, 0.03, 0.94, 0.84))


def expiries(book: Any, table: Spill, size: tuple[int, int]) -> Any:
    """Calls and puts by expiry, and their net as diamonds."""
    chart = book.add_chart({"type": "column"})
    for across, colour, name in ((1, CALL, "Calls"), (2, PUT, "Puts")):
        chart.add_series(_bar(table, across, colour, gap=40, overlap=100, name=name))
    chart.add_series(_bar(table, 4, None, gap=40, overlap=100))
    net = book.add_chart({"type": "line"})
    net.add_series({
        "name": "Net", "categories": table.values(0), "values": table.values(3), "line": {"none": True},
        "marker": {"type": "diamond", "size": 7, "fill": {"color": INK}, "border": {"color": WHITE}},
    })  # fmt: skip
    chart.combine(net)
    labels = {"interval_unit": 1, "num_font": {**_SMALL, "rotation": -45}}
    return _dress(chart, size, {"num_format": AXIS}, labels, legend=True, hide=[2])


def bridge(book: Any, table: Spill, size: tuple[int, int]) -> Any:
    """What moved the total: stacked columns, the first of them not seen."""
    chart = book.add_chart({"type": "column", "subtype": "stacked"})
    for across, colour in ((1, None), (2, TOTAL_BAR), (3, TOTAL_BAR), (4, LONG), (5, LONG), (6, SHORT), (7, SHORT)):
        chart.add_series(_bar(table, across, colour, gap=35))
    return _dress(chart, size, {"num_format": AXIS}, {"interval_unit": 1})


def flow(book: Any, table: Spill, size: tuple[int, int], *, moving: bool) -> Any:
    """What dealers buy and sell by move, the linear estimate, and the reprice with volatility moving."""
    chart = book.add_chart({"type": "column"})
    for across, colour, name in ((2, BUY, "Buy"), (3, SELL, "Sell")):
        chart.add_series(_bar(table, across, colour, gap=30, overlap=100, name=name))
    chart.add_series(_bar(table, 6, None, gap=30, overlap=100))
    lines = book.add_chart({"type": "line"})
    lines.add_series({**_line(table, 4, ZERO, 1.5, "dash"), "name": "Linear estimate"})
    if moving:
        lines.add_series({**_line(table, 5, SHORT, 2.0), "name": "With iv moving"})
    chart.combine(lines)
    return _dress(chart, size, {"num_format": AXIS}, {"interval_unit": 1}, legend=True, hide=[2])


def _line(
    table: Spill, across: int, colour: str, width: float, dash: str = "solid", marker: bool = False
) -> dict[str, Any]:
    dot = {"type": "circle", "size": 5, "fill": {"color": colour}, "border": {"color": colour}}
    return {
        "name": table.head(across), "categories": table.values(0), "values": table.values(across),
        "line": {"color": colour, "width": width, "dash_type": dash},
        "marker": dot if marker else {"type": "none"},
    }  # fmt: skip


def _unseen_point(cell: str) -> dict[str, Any]:
    """A series of the one cell that is 1e-9 where a chart of lines has no figures, else #N/A: see the sheet Calc."""
    return {"name": "none", "values": f"={cell}", "line": {"none": True}, "marker": {"type": "none"}}


def lines(book: Any, table: Spill, size: tuple[int, int], series: list[tuple[int, str, str]], number: str = WHOLE_AXIS,
          *, every: int = 1, markers: bool = False, slanted: bool = False) -> Any:  # fmt: skip
    """Lines told apart by dash as well as colour; gaps are bridged."""
    chart = book.add_chart({"type": "line"})
    for across, colour, dash in series:
        chart.add_series(_line(table, across, colour, 2.0, dash, markers))
    chart.add_series(_unseen_point(plan.NO_FIGURES))
    chart.show_blanks_as("span")
    chart.show_na_as_empty_cell()
    labels: dict[str, Any] = {"interval_unit": every}
    if slanted:
        labels["num_font"] = {**_SMALL, "rotation": -45}
    legend = len(series) > 1
    return _dress(chart, size, {"num_format": number}, labels, legend=legend, hide=[len(series)])


def days(book: Any, table: Spill, size: tuple[int, int]) -> Any:
    """Total GEX day by day, above and below 0."""
    chart = book.add_chart({"type": "column"})
    for across, colour in ((1, LONG), (2, SHORT)):
        chart.add_series(_bar(table, across, colour, gap=12, overlap=100))
    chart.add_series(_bar(table, 7, None, gap=12, overlap=100))
    return _dress(chart, size, {"num_format": AXIS}, {"interval_unit": 1})


def zero_ahead(book: Any, size: tuple[int, int]) -> Any:
    """Zero gamma over the days ahead, from the copy of the map's head rows on Calc."""
    first, last = plan.AHEAD_ROW - 1, plan.AHEAD_ROW + plan.MAP_DAYS
    chart = book.add_chart({"type": "line"})
    chart.add_series({
        "name": "Zero gamma", "categories": [plan.CALC, first, 0, last, 0], "values": [plan.CALC, first, 1, last, 1],
        "line": {"color": ZERO, "width": 2.25},
        "marker": {"type": "circle", "size": 5, "fill": {"color": ZERO}, "border": {"color": ZERO}},
        "data_labels": {"value": True, "position": "above", "num_format": "#,##0", "font": _SMALL},
    })  # fmt: skip
    chart.add_series(_unseen_point(plan.NO_ZERO_AHEAD))
    chart.show_blanks_as("span")
    chart.show_na_as_empty_cell()
    return _dress(chart, size, {"num_format": WHOLE_AXIS}, {"interval_unit": 1})
