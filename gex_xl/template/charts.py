"""How charts look, on every sheet."""

from __future__ import annotations

from typing import Any

from gex_xl.template.formats import GREY, RULE


def bars(book: Any, block: Any, series: list[tuple[Any, int, str]]) -> Any:
    """A column chart of a block: the name, the column and the colour of each series."""
    chart = book.add_chart({"type": "column"})
    for name, offset, colour in series:
        chart.add_series(
            {
                "name": name,
                "categories": block.values(1),
                "values": block.values(offset),
                "fill": {"color": colour},
                "border": {"none": True},
                "gap": 15,
                "overlap": 100,
            }
        )
    return chart


def scatter(book: Any, series: list[tuple[str, Any, int, str, bool]]) -> Any:
    """A chart of points: name, block, its first column, colour, and whether a line runs through them."""
    chart = book.add_chart({"type": "scatter", "subtype": "straight_with_markers"})
    for name, block, offset, colour, line in series:
        chart.add_series(
            {
                "name": name,
                "categories": block.values(offset),
                "values": block.values(offset + 1),
                "line": {"color": colour, "width": 1.75} if line else {"none": True},
                # Points on their own stand upon those of a line: larger, and hollow where they meet them.
                "marker": {
                    "type": "circle" if line else "diamond", "size": 3 if line else 12,
                    "fill": {"color": colour} if line else {"color": colour, "transparency": 40},
                    "border": {"color": colour},
                },
            }
        )  # fmt: skip
    return chart


def dress(
    chart: Any, title: str, x_name: str, every: int, x_axis: dict[str, Any] | None = None, y_format: str = "#,##0.0#"
) -> Any:
    """Title (a cell), axes with every n-th label, legend and frame; `x_axis`: further options of that axis."""
    small = {"size": 8, "color": GREY}
    chart.set_title({"name": title, "name_font": {"size": 11, "bold": True}, "overlay": False})
    chart.set_x_axis(
        {
            "label_position": "low",
            "interval_unit": every,
            "interval_tick": every,
            "num_font": {**small, "rotation": -45},
            "name": x_name,
            "name_font": {**small, "bold": False},
            "line": {"color": RULE},
            **({"num_font": small} if x_axis else {}),
            **(x_axis or {}),
        }
    )
    chart.set_y_axis(
        {"num_font": small, "num_format": y_format, "major_gridlines": {"visible": True, "line": {"color": RULE}}}
    )
    chart.set_legend({"position": "top", "font": small})
    chart.set_chartarea({"border": {"color": RULE}})
    return chart
