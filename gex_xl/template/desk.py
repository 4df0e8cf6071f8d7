"""The workbook of a desk: Positions, Hedge, Limits and Quotes over one LOAD_BOOK, with a made-up book in it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from gex_xl.engines import Recalculation, recalculate
from gex_xl.template import desk_hedge, desk_sample, desk_sheets
from gex_xl.template import desk_plan as plan
from gex_xl.template.book_file import book_file
from gex_xl.template.style import TAB_EXPLAIN, TAB_FILL, TAB_READ, Style
from gex_xl.udfs import FUNCTIONS

Ranges = dict[str, Sequence[Sequence[object]]]
_TABS = {plan.POSITIONS: TAB_FILL, plan.HEDGE: TAB_READ, plan.LIMITS: TAB_READ, plan.QUOTES: TAB_FILL,
         plan.DESK: TAB_EXPLAIN}  # fmt: skip


def build_desk(
    target: Path, note: Sequence[str] = (), extend: Callable[[Any], None] | None = None, ranges: Ranges | None = None
) -> None:
    """Write a desk's book with its formulas and charts, and nothing computed. Equal calls give equal bytes.

    `note`: what the file needs in order to calculate. `extend` may add to the xlsxwriter book what is a host's own.
    `ranges`: part -> cells with their header, in place of the made-up ones. Raises BadInput where the file cannot be
    written.
    """
    with book_file(target, "A desk's own book", _TABS, plan.NAMES) as book:
        for sheet in book.worksheets():
            sheet.hide_gridlines(2)
        style = Style(book)
        held = desk_sample.RANGES if ranges is None else ranges
        for draw in (desk_sheets.positions, desk_hedge.hedge, desk_sheets.limits, desk_sheets.quotes):
            draw(book, style, held)
        desk_sheets.own_cells(book, style, note, sample=ranges is None)
        desk_sheets.machine(book, style)
        if extend is not None:
            extend(book)


def new_desk(
    target: Path, note: Sequence[str] = (), extend: Callable[[Any], None] | None = None, ranges: Ranges | None = None
) -> Recalculation:
    """A desk's book, every figure and chart computed by its own formulas; arguments as for build_desk."""
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw.xlsx"
        build_desk(raw, note, extend, ranges)
        return recalculate(raw, target, FUNCTIONS)
