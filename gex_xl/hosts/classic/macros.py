"""The macros of a classic workbook: the VBA of the installed xlwings, which names its library by version, and ours."""

from __future__ import annotations

import re
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from gex_xl.engines.package import Package
from gex_xl.errors import BadInput
from gex_xl.functions import REGISTRY
from gex_xl.hosts.classic import wrappers
from gex_xl.hosts.classic.machine import built_with, xlwings_folder, xlwings_version

_PLAIN_BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_MACRO_BOOK = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"


def with_macros(package: Package) -> Package:
    """The book with all VBA in it; one with macros keeps those. Raises BadInput without xlwings or pyOpenVBA."""
    if package.holds("xl/vbaProject.bin"):
        return package
    with tempfile.TemporaryDirectory() as folder:
        raw, bare, book = (Path(folder) / name for name in ("raw.xlsx", "bare.xlsm", "book.xlsm"))
        package.save(raw)
        _copy_as_macro_book(raw, bare)
        _add_modules(bare, book, _modules())
        return Package(book)


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
