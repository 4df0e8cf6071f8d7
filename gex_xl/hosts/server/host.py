"""The server's workbooks: formulas as Office.js add-ins write them, and no code in the file."""

from __future__ import annotations

from gex_xl.engines.package import Package
from gex_xl.hosts.host import Host
from gex_xl.hosts.server import state
from gex_xl.template import dialects, selftest

_NOTE = (
    "1. Live figures need the program gex-xl serve on this machine, and its add-in in Excel.",
    "2. Start it: gex-xl serve. It says how to add the add-in to Excel, once.",
    "3. Press Ctrl+Alt+F9, and paste your chain on the sheet Chain. Until then the figures are those saved here.",
)
_DIALECT = dialects.server()


def _owns(package: Package) -> bool:
    """A Lite book, or one with macros, names its cells as this does, but has code."""
    headlines = {("", _DIALECT.cell_spelled(name).upper()) for name in ("Total_GEX", "Load_Book")}
    return bool(headlines & set(package.names)) and not package.title.lower().endswith(".xlsm")


HOST = Host(
    name="server",
    title="Excel with gex-xl serve",
    dialect=_DIALECT,
    note=_NOTE,
    stamped=True,
    extend=lambda book: selftest.draw(book, "server"),
    owns=_owns,
    requirements=state.requirements,
)
