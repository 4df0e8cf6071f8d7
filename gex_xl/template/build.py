"""Build the workbook, and fill it by evaluating its own formulas."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from gex_xl.engines import Recalculation, recalculate
from gex_xl.engines.package import Package
from gex_xl.errors import BadInput
from gex_xl.settings import Settings
from gex_xl.template import (
    calc,
    change,
    dashboard,
    explain,
    history_sheet,
    maps,
    markets,
    paste,
    plan,
    several,
    start,
)
from gex_xl.template.book_file import book_file
from gex_xl.template.settings_cells import NO_INPUTS, Inputs, write_inputs
from gex_xl.template.style import TAB_EXPLAIN, TAB_FILL, TAB_READ, Style
from gex_xl.udfs import FUNCTIONS

Cells = Sequence[Sequence[object]]
_FILL = (plan.CHAIN, plan.EARLIER, plan.SETTINGS)
_EXPLAIN = (plan.START, plan.CHECK, plan.CHOICES, plan.FUNCTIONS, plan.CALC)
_TABS = {name: TAB_FILL if name in _FILL else TAB_EXPLAIN if name in _EXPLAIN else TAB_READ for name in plan.SHEETS}


def build_workbook(
    target: Path,
    note: Sequence[str] = (),
    extend: Callable[[Any], None] | None = None,
    settings: Settings | None = None,
    more: int = 0,
) -> None:
    """Write the book with its formulas and charts, and nothing computed. Equal calls give equal bytes.

    `note`: up to three lines for the first sheet that say what this file needs in order to calculate. `extend` may
    add to the xlsxwriter book what is a host's own. `settings` stand on the sheet Settings. `more`: for how many
    further chains, up to 7, there are paste sheets. Raises BadInput where the file cannot be written.
    """
    tabs = dict(_TABS)
    for name in plan.MORE_CHAINS[:more]:
        tabs[name] = TAB_FILL
    with book_file(target, "Dealer gamma exposure", tabs, {**plan.NAMES, **several.names(more)}) as book:
        style = Style(book)
        start.draw(book, style, note)
        paste.settings(book, style, settings or plan.DEFAULTS)
        for name in (plan.CHAIN, plan.EARLIER, *plan.MORE_CHAINS[:more]):
            paste.chain(book, style, name, more)
        for draw in (maps.levels, maps.grid, maps.days_ahead, change.draw, markets.strikes, markets.flows,
                     markets.volatility, history_sheet.days, explain.check, explain.choices, explain.functions,
                     ):  # fmt: skip
            draw(book, style)
        several.watchlist(book, style, more)
        calc.draw(book, style, more)
        dashboard.draw(book, style, paste.selector_values(settings or plan.DEFAULTS), more)
        if extend is not None:
            extend(book)


def new_workbook(
    target: Path,
    cells: Cells | None,
    note: Sequence[str] = (),
    extend: Callable[[Any], None] | None = None,
    settings: Settings | None = None,
    inputs: Inputs = NO_INPUTS,
) -> Recalculation:
    """A book with a chain in it, every figure and chart computed by its own formulas.

    `cells` as pasted, or None for an empty paste area; `inputs`: what else the reader gives; `note`, `extend` and
    `settings` as for build_workbook. Raises BadInput where `target` cannot be written.
    """
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw.xlsx"
        build_workbook(raw, note, extend, settings, len(inputs.more))
        if inputs.more:
            paste_more(raw, raw, inputs.more)
        if inputs != NO_INPUTS:
            write_inputs(raw, raw, inputs.spot, inputs.as_of)
        return recalculate_workbook(raw, target, cells, inputs.earlier)


def recalculate_workbook(
    source: Path, target: Path, cells: Cells | None, earlier: Cells | None = None
) -> Recalculation:
    """Put `cells` in place of the old chain and `earlier` in place of the earlier one (None: leave it); recalculate.

    Raises BadInput for a file that is not one of our workbooks, and for cells that its paste area cannot take.
    """
    own_book(source, cells)
    pasted = {plan.PASTE_ANCHOR: cells, plan.EARLIER_ANCHOR: earlier}
    return recalculate(source, target, FUNCTIONS, paste={at: rows for at, rows in pasted.items() if rows is not None})


def paste_more(source: Path, target: Path, chains: Sequence[Cells]) -> None:
    """Put chains of further underlyings into the paste sheets that a book has for them; nothing is computed.

    Raises BadInput where it has fewer, and for cells that a paste area cannot take.
    """
    package = Package(source)
    places = [name for name in plan.MORE_CHAINS if name in package.sheets]
    if len(chains) > len(places):
        raise BadInput(
            f"{source.name} has paste sheets for {1 + len(places)} chains, not for {1 + len(chains)}; make a new one "
            "with gex-xl new and as many --chain, up to 8"
        )
    for name, cells in zip(places, chains, strict=False):
        _fits(cells)
        package.paste(f"{name}!C1", cells)
    package.save(target)


def own_book(source: Path, cells: Cells | None = None) -> Package:
    """The workbook's parts.

    Raises BadInput for a file that is not one of our workbooks, and for cells that its paste area cannot take.
    """
    _fits(cells)
    package = Package(source)
    if ("", "LOAD_BOOK") in package.names:
        if cells:
            raise BadInput(f"{source.name} is a desk's book, which takes no chain; put LOAD_CHAIN's cell into Chains")
        return package
    if ("", "TOTAL_GEX") not in package.names:
        raise BadInput(f"{source.name} has no cell named Total_GEX; give a workbook made by gex-xl new")
    if plan.CALC not in package.sheets:
        raise BadInput(
            f"{source.name} was made by an older version; make a new one with gex-xl new, and paste the chain"
        )
    return package


def _fits(cells: Cells | None) -> None:
    """Raises BadInput for more than a paste area takes."""
    used = [[j for j, cell in enumerate(row, 1) if cell is not None and cell != ""] for row in cells or ()]
    rows = max((i for i, places in enumerate(used, 1) if places), default=0)
    columns = max((places[-1] for places in used if places), default=0)
    if rows > plan.PASTE_ROWS or columns > plan.PASTE_COLUMNS:
        found = f"{rows:,} rows" if rows > plan.PASTE_ROWS else f"{columns:,} columns"
        raise BadInput(
            f"the chain has {found}; the workbook takes at most {plan.PASTE_ROWS:,} rows and {plan.PASTE_COLUMNS} "
            "columns, for instance one underlying at a time"
        )
