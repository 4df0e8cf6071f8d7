"""Classic xlwings: an .xlsm for Excel on Windows that calls Python through xlwings' COM server.

The file is made with the VBA of the xlwings that is installed here and with wrappers of our own, so that nobody has to
import functions, trust access to the VBA project or fill in a config sheet.
"""

from __future__ import annotations

from typing import Any

from gex_xl.hosts.classic import machine
from gex_xl.hosts.classic.macros import with_macros
from gex_xl.hosts.host import Host
from gex_xl.template import dialects, history_sheet, newest_sheet, selftest

_NOTE = (
    "1. Click Enable Content if Excel asks: the macros of this file call Python.",
    "2. This machine needs Python with gex_xl: run gex-xl install classic there once.",
    "3. Paste your chain on the sheet Chain. Until then you see the figures saved in this file.",
)

#: What xlwings' VBA reads before it starts Python. Every key it asks for is here, also those left blank: one that is
#: missing would be looked for in files beside the workbook, which fails for a workbook in OneDrive.
CONFIG: dict[str, str | bool] = {
    "INTERPRETER_WIN": "%GEX_XL_PYTHON%",  # our VBA finds the interpreter and sets this variable
    "PYTHONPATH": "%GEX_XL_FOLDER%",  # the interpreter's own: a blank one is Python's word for the current folder
    "ADD_WORKBOOK_TO_PYTHONPATH": "false",  # no module that lies beside the workbook is ever imported
    "ONEDRIVE_CONSUMER_WIN": "",
    "ONEDRIVE_COMMERCIAL_WIN": "",
    "SHAREPOINT_WIN": "",
    "CONDA PATH": "",
    "CONDA ENV": "",
    "LICENSE_KEY": "",
    "UDF MODULES": "gex_xl.hosts.classic.calls",
    "USE UDF SERVER": False,
    "DEBUG UDFS": False,
    "SHOW CONSOLE": False,
}


def _extend(book: Any) -> None:
    """A button for our macro, the sheet that checks this Excel, and xlwings' configuration."""
    history_sheet.append_by_macro(book)
    newest_sheet.by_macro(book)
    selftest.draw(book, "classic")
    _configure(book)


def _configure(book: Any) -> None:
    """The sheet from which xlwings takes its configuration."""
    sheet = book.add_worksheet("xlwings.conf")
    for row, (key, value) in enumerate(CONFIG.items()):
        sheet.write(row, 0, key)
        sheet.write(row, 1, value)
    sheet.hide()


HOST = Host(
    name="classic",
    title="Excel on Windows (classic)",
    suffix=".xlsm",
    dialect=dialects.CLASSIC,
    note=_NOTE,
    extend=_extend,
    extend_desk=_configure,
    finish=with_macros,
    owns=lambda package: package.title.lower().endswith(".xlsm"),
    requirements=machine.requirements,
    install=lambda _folder: machine.install(),
    uninstall=lambda _folder: machine.uninstall(),
)
