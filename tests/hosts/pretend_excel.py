"""A program for tests: xlwings' real COM server, called with what Excel would hand it, on a machine without Windows.

Reads {"cases": [[function, argument, ...], ...]} as JSON and prints what CallUDF returns for each, or {"raised": ...}.
Only pywin32 is made up here: enough of its names for xlwings to take its Windows branch, and a Range that gives its
values as pywin32 does: one cell as a scalar, more as a tuple of rows, blanks as None, errors as integers.

An argument is a plain value, {"range": rows}, {"missing": 1}, {"date": iso} or {"error": name}; ranges hold the same.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import json
import sys
import types
from typing import Any
from unittest.mock import MagicMock

MISSING = -2147352572  # DISP_E_PARAMNOTFOUND, an argument left out
ERRORS = {"#N/A": -2146826246, "#VALUE!": -2146826273, "#DIV/0!": -2146826281}  # 0x800A0000 + XlCVError
RANGE = "{00020846-0000-0000-C000-000000000046}"  # Excel.Range


class Made(types.ModuleType):
    """A module in which every name is some class."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = type(name, (), {"__init__": lambda self, *given, **named: None})
        setattr(self, name, made)
        return made


class PyTime(dt.datetime):
    """pywin32's dates are aware datetimes of its own type."""


class PyIDispatch:
    """What pywin32 calls an object it knows nothing of."""


class Cells:
    """Excel's Range as pywin32 shows it."""

    def __init__(self, rows: list[list[Any]]) -> None:
        self.values = tuple(tuple(row) for row in rows)
        self.Rows = types.SimpleNamespace(Count=len(rows))
        self.Columns = types.SimpleNamespace(Count=len(rows[0]))
        self.Row = self.Column = 1
        self.Count = len(rows) * len(rows[0])
        self.Worksheet = MagicMock()
        about = types.SimpleNamespace(iid=RANGE)
        self._oleobj_ = types.SimpleNamespace(
            GetTypeInfo=lambda: types.SimpleNamespace(GetTypeAttr=lambda: about),
        )

    @property
    def Value(self) -> Any:
        return self.values[0][0] if self.Count == 1 else self.values


def unwrap(_: object) -> None:
    raise ValueError("not a Python object")


def pretend() -> Any:
    """Import xlwings as on Windows; its COM server."""
    import asyncio  # noqa: F401  what looks at sys.platform is loaded before it lies
    import multiprocessing  # noqa: F401
    import tempfile  # noqa: F401

    import pandas  # noqa: F401

    names = "win32api win32con win32event win32gui win32process win32timezone pywintypes pythoncom win32com"
    nested = "client client.gencache server server.util server.policy server.dispatcher server.exception"
    for name in [*names.split(), *[f"win32com.{part}" for part in nested.split()]]:
        sys.modules[name] = Made(name)
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, sys.modules[name])
    sys.modules["pywintypes"].__dict__.update(TimeType=PyTime, IID=str)
    sys.modules["pythoncom"].__dict__.update(
        __file__="pythoncom.dll", IID_IDispatch="IDispatch", TypeIIDs={"IDispatch": PyIDispatch}
    )
    sys.modules["win32com.server.util"].__dict__.update(unwrap=unwrap)
    sys.modules["win32process"].__dict__.update(GetWindowThreadProcessId=lambda window: (1, 1))
    here, library = sys.platform, ctypes.PyDLL
    sys.platform, ctypes.PyDLL = "win32", MagicMock()
    ctypes.oledll = ctypes.windll = MagicMock()
    try:
        from xlwings import com_server
    finally:
        sys.platform, ctypes.PyDLL = here, library
    return com_server.XLPython()


def handed(value: Any) -> Any:
    """What Excel hands over for an argument of a case."""
    if isinstance(value, dict):
        ((kind, content),) = value.items()
        if kind == "range":
            return Cells([[handed(cell) for cell in row] for row in content])
        if kind == "date":
            return PyTime.fromisoformat(content).replace(tzinfo=dt.UTC)
        return ERRORS[content] if kind == "error" else MISSING
    # Excel has doubles only; True is no number.
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def main() -> None:
    server = pretend()
    found = []
    for name, *given in json.load(sys.stdin)["cases"]:
        try:
            found.append(server.CallUDF("gex_xl.hosts.classic.calls", name, tuple(handed(value) for value in given)))
        except Exception as error:
            found.append({"raised": repr(error)})
    import xlwings

    json.dump({"branch": xlwings.func.__module__, "found": found}, sys.stdout)


if __name__ == "__main__":
    main()
