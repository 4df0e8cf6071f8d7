"""Classic xlwings: an .xlsm for Excel on Windows that calls Python through xlwings' COM server.

The file is made with the VBA of the xlwings that is installed here, since that names its library by version, and with
wrappers of our own, so that nobody has to import functions, trust access to the VBA project or fill in a config sheet.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gex_xl.engines import Recalculation
from gex_xl.engines.package import Package
from gex_xl.errors import BadInput
from gex_xl.functions import REGISTRY
from gex_xl.hosts.classic import wrappers
from gex_xl.hosts.classic.machine import built_with, findings, install, uninstall, xlwings_folder, xlwings_version
from gex_xl.settings import Settings
from gex_xl.template import dialects, history_sheet
from gex_xl.template.build import Cells, build_workbook, recalculate_workbook

_PLAIN_BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_MACRO_BOOK = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
__all__ = ["findings", "install", "new_workbook", "uninstall"]

NOTE = (
    "1. Click Enable Content if Excel asks: the macros of this file call Python.",
    "2. This machine needs Python with gex_xl: run gex-xl install classic there once.",
    "3. Paste your chain on the sheet Chain. Until then you see the figures saved in this file.",
)

#: What xlwings' VBA reads before it starts Python. Every key it asks for is here, also those left blank: one that is
#: missing would be looked for in files beside the workbook, which fails for a workbook in OneDrive.
CONFIG: dict[str, str | bool] = {
    "INTERPRETER_WIN": "%GEX_XL_PYTHON%",  # our VBA finds the interpreter and sets this variable
    "PYTHONPATH": "",
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


def new_workbook(target: Path, cells: Cells | None, settings: Settings | None = None) -> Recalculation:
    """An .xlsm with a chain in it, every figure computed by its own formulas, and the VBA that calls Python.

    `cells` as pasted, or None for an empty paste area; `settings` stand on their sheet. Raises BadInput where `target`
    does not end in .xlsm or cannot be written, or where xlwings or pyOpenVBA is missing.
    """
    if target.suffix.lower() != ".xlsm":
        raise BadInput(f'"{target}" does not end in .xlsm; a workbook with macros needs a name such as gamma.xlsm')
    modules = _modules()
    with tempfile.TemporaryDirectory() as folder:
        raw, bare, book = (Path(folder) / name for name in ("raw.xlsx", "bare.xlsm", "book.xlsm"))
        build_workbook(raw, NOTE, _extend, settings)
        done = recalculate_workbook(raw, raw, cells)
        package = Package(raw)
        dialects.translate(package, dialects.CLASSIC)
        package.save(raw)
        _copy_as_macro_book(raw, bare)
        _add_modules(bare, book, modules)
        Package(book).save(target)  # in one step: an interruption leaves the old file
    return done


def recalculate(
    source: Path,
    target: Path,
    cells: Cells | None,
    engine: Callable[..., Recalculation] = recalculate_workbook,
) -> Recalculation:
    """As template.recalculate_workbook, for a book with macros, which keeps them."""
    with tempfile.TemporaryDirectory() as folder:
        between = Path(folder) / source.name
        package = Package(source)
        dialects.translate(package, dialects.PLAIN, dialects.CLASSIC)
        package.save(between)
        done = engine(between, between, cells)
        package = Package(between)
        dialects.translate(package, dialects.CLASSIC)
        package.save(target)
        return done


def _extend(book: Any) -> None:
    """A button for our macro, and the sheet from which xlwings takes its configuration."""
    history_sheet.append_by_macro(book)
    sheet = book.add_worksheet("xlwings.conf")
    for row, (key, value) in enumerate(CONFIG.items()):
        sheet.write(row, 0, key)
        sheet.write(row, 1, value)
    sheet.hide()


def _copy_as_macro_book(source: Path, target: Path) -> None:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            part = old.read(info)
            if info.filename == "[Content_Types].xml":
                part = part.replace(_PLAIN_BOOK.encode(), _MACRO_BOOK.encode())
            new.writestr(info, part)


def _modules() -> dict[str, str]:
    """The VBA by module: that of the installed xlwings, then ours."""
    theirs = xlwings_modules()
    records = REGISTRY.values()
    return {
        **theirs,
        "GexFunctions": wrappers.functions(records),
        "GexWizard": wrappers.descriptions(records, built_with()),
        "GexHost": wrappers.fixed("GexHost.bas"),
        "GexHistory": wrappers.fixed("GexHistory.bas"),
    }


def xlwings_modules() -> dict[str, str]:
    """The VBA modules that a standalone workbook of the installed xlwings holds, with their attributes."""
    source = xlwings_folder() / "quickstart_standalone.xlsm"
    if not source.exists():
        raise BadInput(f"xlwings {xlwings_version()} has no quickstart_standalone.xlsm; reinstall it")
    with _open_vba()(source) as book:
        modules = {module.name: module.source for module in book.vba_project().modules}
    wanted = {name: modules[name] for name in ("xlwings", "Dictionary") if name in modules}
    said = re.search(r'XLWINGS_VERSION As String = "([^"]+)"', wanted.get("xlwings", ""))
    if said is None or said[1] != xlwings_version():
        raise BadInput(
            f"the VBA of xlwings is of version {said[1] if said else 'unknown'} and xlwings itself of "
            f"{xlwings_version()}; reinstall it: pip install --force-reinstall xlwings"
        )
    return wanted


def _add_modules(source: Path, target: Path, modules: dict[str, str]) -> None:
    from pyopenvba.vba import VBAModuleKind

    with _open_vba()(source) as macros:
        project = macros.add_vba_project()
        for name, text in modules.items():
            kind = VBAModuleKind.other if "Attribute VB_Base" in text else VBAModuleKind.standard
            project.add_module(name, _crlf(text), kind=kind)
        head = project.get_module("ThisWorkbook").attribute_header
        macros.set_module("ThisWorkbook", head + _crlf(wrappers.fixed("ThisWorkbook.cls")))
        macros.save(target)


def _open_vba() -> Any:
    try:
        from pyopenvba import ExcelFile
    except ImportError:
        raise BadInput("a workbook with macros is written with pyOpenVBA; install it: pip install pyopenvba") from None
    return ExcelFile


def _crlf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", "\r\n")
