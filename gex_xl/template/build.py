"""Build the workbook, and fill it by evaluating its own formulas."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from gex_xl.calc_features import CALC_ID
from gex_xl.engines import Recalculation, recalculate
from gex_xl.engines.package import Package
from gex_xl.errors import BadInput
from gex_xl.settings import Settings
from gex_xl.template import (
    dashboard,
    dealer,
    first_steps,
    flows,
    history_sheet,
    plan,
    quality,
    sheets,
    tables,
    volatility,
)
from gex_xl.template.formats import Formats
from gex_xl.udfs import FUNCTIONS

Cells = Sequence[Sequence[object]]
_TABS = {
    plan.DASHBOARD: "#1F2933",
    plan.CHAIN: "#C9B458",
    plan.SETTINGS: "#C9B458",
    plan.FLOWS: "#C9B458",
    plan.REGIME: "#C9B458",
    plan.HISTORY: "#C9B458",
}


def build_workbook(
    target: Path,
    note: Sequence[str] = (),
    extend: Callable[[Any], None] | None = None,
    settings: Settings | None = None,
) -> None:
    """Write the book with its formulas and charts, and nothing computed. Equal calls give equal bytes.

    `note`: up to three lines for the first sheet that say what this file needs in order to calculate. `extend` may
    add to the xlsxwriter book what is a host's own. `settings` stand on the sheet Settings. Raises BadInput where
    the file cannot be written.
    """
    book: Any = xlsxwriter.Workbook(target, {"use_future_functions": True})
    # Without an add-in a forced recalculation would put #NAME? in place of every figure.
    book.set_calc_mode("auto", CALC_ID)
    book.calc_on_load = False
    book.set_properties({"title": "Dealer gamma exposure", "created": dt.datetime(2026, 1, 1)})
    for name in plan.SHEETS:
        sheet = book.add_worksheet(name)
        if name != plan.DASHBOARD:
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
        if name in _TABS:
            sheet.set_tab_color(_TABS[name])
    for name, target_cell in plan.NAMES.items():
        book.define_name(name, target_cell)
    look = Formats(book)
    sheets.settings(book, look, settings or Settings())
    for write in (sheets.chain, tables.strikes, tables.profile, flows.flows, volatility.volatility,
                  sheets.regime, history_sheet.history, sheets.check, quality.quality, quality.choices,
                  sheets.functions, dealer.sheets,
                  dashboard.dashboard):  # fmt: skip
        write(book, look)
    if note:
        first_steps.write(book.get_worksheet_by_name(plan.DASHBOARD), look, note)
    if extend is not None:
        extend(book)
    try:
        book.close()
    except xlsxwriter.exceptions.FileCreateError as error:
        raise BadInput(f"{target.name} cannot be written ({getattr(error.args[0], 'strerror', error)})") from None


def new_workbook(
    target: Path,
    cells: Cells | None,
    note: Sequence[str] = (),
    extend: Callable[[Any], None] | None = None,
    settings: Settings | None = None,
) -> Recalculation:
    """A book with a chain in it, every figure and chart computed by its own formulas.

    `cells` as pasted, or None for an empty paste area; `note`, `extend` and `settings` as for build_workbook.
    Raises BadInput where `target` cannot be written.
    """
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw.xlsx"
        build_workbook(raw, note, extend, settings)
        return recalculate_workbook(raw, target, cells)


def recalculate_workbook(source: Path, target: Path, cells: Cells | None) -> Recalculation:
    """Put `cells` in place of the old chain (None: leave it) and recalculate the book.

    Raises BadInput for a file that is not one of our workbooks, and for cells that its paste area cannot take.
    """
    own_book(source, cells)
    return recalculate(source, target, FUNCTIONS, paste=None if cells is None else {plan.PASTE_ANCHOR: cells})


def own_book(source: Path, cells: Cells | None = None) -> Package:
    """The workbook's parts.

    Raises BadInput for a file that is not one of our workbooks, and for cells that its paste area cannot take.
    """
    used = [[j for j, cell in enumerate(row, 1) if cell is not None and cell != ""] for row in cells or ()]
    rows = max((i for i, places in enumerate(used, 1) if places), default=0)
    columns = max((places[-1] for places in used if places), default=0)
    if rows > plan.PASTE_ROWS or columns > plan.PASTE_COLUMNS:
        found = f"{rows:,} rows" if rows > plan.PASTE_ROWS else f"{columns:,} columns"
        raise BadInput(
            f"the chain has {found}; the workbook takes at most {plan.PASTE_ROWS:,} rows and {plan.PASTE_COLUMNS} "
            "columns, for instance one underlying at a time"
        )
    package = Package(source)
    if ("", "LOAD_BOOK") in package.names:
        if cells:
            raise BadInput(f"{source.name} is a desk's book, which takes no chain; put LOAD_CHAIN's cell into Chains")
        return package
    if ("", "TOTAL_GEX") not in package.names:
        raise BadInput(f"{source.name} has no cell named Total_GEX; give a workbook made by gex-xl new")
    return package
