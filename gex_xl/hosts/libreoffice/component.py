"""The add-in as LibreOffice Calc loads it, inside LibreOffice's own Python. Not imported by the rest of gex_xl.

It is copied into gex_xl.oxt beside `addin.json`, which names the functions and where numpy may be found.
"""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uno
import unohelper
from com.sun.star.awt import XCallback
from com.sun.star.lang import XLocalizable, XServiceInfo, XServiceName
from com.sun.star.sheet import XAddIn
from org.gexxl import XWorksheetFunctions

#: Calc reads an error from the payload of a NaN.
_ERRORS = {"#N/A": 32767, "#VALUE!": 519, "#NUM!": 503, "#DIV/0!": 532, "#NAME?": 525, "#REF!": 524, "#NULL!": 521}
_HERE = Path(__file__).parent if "__file__" in globals() else Path()


def _addin() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_HERE / "addin.json").read_text(encoding="utf-8"))
    if found["packages"] and found["packages"] not in sys.path:
        sys.path.append(found["packages"])  # last, so that LibreOffice's own packages win
    return found


_ADDIN = _addin()
_IMPLEMENTATION = _ADDIN["implementation"]


def _error(name: str) -> float:
    bits = struct.pack("<Q", 0x7FF8000000000000 | _ERRORS[name])
    found: float = struct.unpack("<d", bits)[0]
    return found


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return _error(value) if value in _ERRORS else value
    return float(value)  # Calc has no other number; TRUE is 1


def _table(value: Any) -> tuple[tuple[Any, ...], ...]:
    if not isinstance(value, list):
        value = [[value, ""], ["", ""]]
    rows = [row if isinstance(row, list) else [row] for row in value]
    if len(rows) == 1:
        rows.append([""] * len(rows[0]))
    # An array formula repeats a single value, or a single row, over its whole range: a blank row ends it.
    return tuple(tuple(map(_cell, row)) for row in rows)


def _evaluate(name: str, given: tuple[Any, ...]) -> Any:
    try:
        from gex_xl.errors import GexError, StaleHandle
        from gex_xl.functions import REGISTRY
        from gex_xl.functions.evaluation import evaluate
    except ImportError as error:
        version = ".".join(map(str, sys.version_info[:2]))
        return (
            f"gex_xl needs numpy, pandas and scipy for LibreOffice's Python {version} ({error}); "
            "run: gex-xl install libreoffice"
        )
    try:
        return evaluate(REGISTRY[name], tuple([list(r) for r in a] if isinstance(a, tuple) else a for a in given))
    except StaleHandle as error:
        _load_again(str(error))
        return error.excel
    except GexError as error:
        return error.excel
    except Exception:  # a fault of ours must not stop the recalculation of the book
        return "#VALUE!"


_TRIED: set[str] = set()


class _Again(unohelper.Base, XCallback):  # type: ignore[misc]
    """Recalculates all open spreadsheets, once Calc is done with what it is at."""

    def notify(self, _given: Any) -> None:
        desktop = uno.getComponentContext().ServiceManager.createInstance("com.sun.star.frame.Desktop")
        for document in desktop.Components:
            if document.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
                document.calculateAll()


def _load_again(sentence: str) -> None:
    """The text of a LOAD_CHAIN cell was saved with its book, the chain in memory was not: so let it be loaded."""
    if sentence not in _TRIED:
        _TRIED.add(sentence)
        manager = uno.getComponentContext().ServiceManager
        manager.createInstance("com.sun.star.awt.AsyncCallback").addCallback(_Again(), None)


def _method(name: str, slot: str) -> Callable[..., Any]:
    shape = _table if slot.startswith("t") else _cell

    def call(_self: Any, *given: Any) -> Any:
        return shape(_evaluate(name, given))

    return call


class AddIn(unohelper.Base, XWorksheetFunctions, XAddIn, XServiceInfo, XLocalizable, XServiceName):  # type: ignore[misc]
    """The UNO component. Names and help come from CalcAddIns.xcu, so the methods for them answer nothing."""

    def __init__(self, *_context: Any) -> None:
        self._locale = uno.createUnoStruct("com.sun.star.lang.Locale")

    def getProgrammaticFuntionName(self, name: str) -> str:  # noqa: N802  UNO's name, misspelt there
        return name

    def getDisplayFunctionName(self, name: str) -> str:  # noqa: N802
        return name

    def getFunctionDescription(self, _name: str) -> str:  # noqa: N802
        return ""

    def getDisplayArgumentName(self, _name: str, _index: int) -> str:  # noqa: N802
        return ""

    def getArgumentDescription(self, _name: str, _index: int) -> str:  # noqa: N802
        return ""

    def getProgrammaticCategoryName(self, _name: str) -> str:  # noqa: N802
        return "Add-In"

    def getDisplayCategoryName(self, _name: str) -> str:  # noqa: N802
        return "Add-In"

    def setLocale(self, locale: Any) -> None:  # noqa: N802
        self._locale = locale

    def getLocale(self) -> Any:  # noqa: N802
        return self._locale

    def getServiceName(self) -> str:  # noqa: N802
        return str(_IMPLEMENTATION)

    def getImplementationName(self) -> str:  # noqa: N802
        return str(_IMPLEMENTATION)

    def supportsService(self, name: str) -> bool:  # noqa: N802
        return bool(name == _IMPLEMENTATION)

    def getSupportedServiceNames(self) -> tuple[str, ...]:  # noqa: N802
        # Not com.sun.star.sheet.AddIn: that would bypass CalcAddIns.xcu and its names.
        return (_IMPLEMENTATION,)


for _name, _slot in _ADDIN["functions"].items():
    setattr(AddIn, _slot, _method(_name, _slot))


g_ImplementationHelper = unohelper.ImplementationHelper()  # noqa: N816  LibreOffice looks for this name
g_ImplementationHelper.addImplementation(AddIn, _IMPLEMENTATION, (_IMPLEMENTATION,))
