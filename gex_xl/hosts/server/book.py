"""Workbooks for the server: formulas as Office.js add-ins write them, and no code in the file."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from gex_xl import template
from gex_xl.engines import Recalculation
from gex_xl.engines.package import Package
from gex_xl.settings import Settings
from gex_xl.template import dialects, first_steps

NOTE = (
    "1. Live figures need the program gex-xl serve on this machine, and its add-in in Excel.",
    "2. Start it: gex-xl serve. It says how to add the add-in to Excel, once.",
    "3. Press Ctrl+Alt+F9, and paste your chain on the sheet Chain. Until then the figures are those saved here.",
)
_DIALECT = dialects.server()
Cells = Sequence[Sequence[object]]


def new_workbook(
    target: Path, cells: Cells | None, computed: dt.datetime | None = None, settings: Settings | None = None
) -> Recalculation:
    """A book with a chain and every figure in it. Equal calls give equal bytes.

    `cells` as pasted, or None for an empty paste area; `computed`: the time to be named as that of the figures,
    aware, None for none. `settings` stand on its sheet. Raises BadInput where `target` cannot be written.
    """
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / target.name
        return _finish(plain, target, template.new_workbook(plain, cells, NOTE, settings=settings), computed)


def recalculate_workbook(
    source: Path,
    target: Path,
    cells: Cells | None,
    computed: dt.datetime | None = None,
    engine: Callable[..., Recalculation] = template.recalculate_workbook,
) -> Recalculation:
    """As template.recalculate_workbook, for a server's book, which stays one."""
    with tempfile.TemporaryDirectory() as folder:
        between = Path(folder) / source.name
        package = Package(source)
        dialects.translate(package, dialects.PLAIN, _DIALECT)
        package.save(between)
        return _finish(between, target, engine(between, between, cells), computed)


def is_server_book(book: Path) -> bool:
    """Whether a workbook without macros names its cells as the server's do. A Lite book, which does too, has code."""
    return ("", _DIALECT.cell_spelled("Total_GEX").upper()) in Package(book).names


def _finish(plain: Path, target: Path, done: Recalculation, computed: dt.datetime | None) -> Recalculation:
    package = Package(plain)
    done = first_steps.stamp(package, done, computed)
    dialects.translate(package, _DIALECT)
    package.save(target)
    return done
