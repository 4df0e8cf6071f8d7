"""What classic workbooks need on this machine: Excel, Python with xlwings, and which Python they are to use."""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import importlib.util
import platform
import sys
from pathlib import Path
from typing import Any

from gex_xl.errors import BadInput
from gex_xl.hosts.requirement import Requirement

# Where VBA's GetSetting("gex_xl", "classic", "python") looks.
_OUR_KEY = r"Software\VB and VBA Program Settings\gex_xl"
_SETTINGS_KEY = rf"{_OUR_KEY}\classic"
_CHOSEN = "Python chosen for classic workbooks"


def install() -> str:
    """Let classic workbooks on this machine use this Python; the sentence to show.

    Writes one value of the user's own registry, where VBA keeps its settings. Raises BadInput where something that a
    classic workbook needs is missing.
    """
    _need_windows()
    missing = [f"{f.what}: {f.found}; {f.next_step}" for f in requirements() if not f.there and f.what != _CHOSEN]
    if missing:
        raise BadInput(". ".join(missing))
    _choose(built_with())
    return f"Classic workbooks (.xlsm) now calculate with {built_with()}."


def uninstall() -> str:
    """Take back what install wrote; the sentence to show. Raises BadInput where this is not Windows."""
    _need_windows()
    if _chosen() is None:
        return "No Python was chosen for classic workbooks; nothing was changed."
    _choose(None)
    return "Classic workbooks no longer use a chosen Python; they try the one that built them, then those on the PATH."


def requirements() -> list[Requirement]:
    """What a classic workbook needs to calculate on this machine, and whether it is here."""
    if not _on_windows():
        system = platform.system() or sys.platform
        return [
            Requirement("Excel on Windows", False, f"this is {system}", "use gex-xl new BOOK.xlsx --host lite here")
        ]
    excel, python, beside, chosen = _has_excel(), interpreter(), library(), _chosen()
    return [
        _requirement("Excel on Windows", excel, "found" if excel else "not found", "install desktop Excel"),
        _package("pywin32"),
        _requirement(
            "Python without a console window",
            python is not None,
            str(python or f"no pythonw.exe near {sys.executable}"),
            "use a Python from python.org, conda or uv",
        ),
        _requirement(
            f"xlwings {xlwings_version()} for Excel",
            beside.exists(),
            str(beside) if beside.exists() else f"no {beside.name} in {beside.parent}",
            "reinstall xlwings in this environment, without --user",
        ),
        _requirement(_CHOSEN, chosen is not None, chosen or "none", "run gex-xl install classic"),
    ]


def built_with() -> str:
    """The interpreter that a workbook built here may use: this one, on Windows; "" elsewhere."""
    found = interpreter() if _on_windows() else None
    return str(found or "")


def interpreter() -> Path | None:
    """pythonw.exe of the environment that runs this; None where it has none."""
    places = (Path(sys.executable).parent, Path(sys.prefix), Path(sys.prefix) / "Scripts")
    return next((place / "pythonw.exe" for place in places if (place / "pythonw.exe").exists()), None)


def library() -> Path:
    """Where the library is expected with which Excel starts Python: VBA looks beside pythonw.exe and one folder up."""
    return Path(sys.prefix) / f"xlwings64-{xlwings_version()}.dll"


def xlwings_version() -> str:
    """Of the installed xlwings. Raises BadInput where there is none."""
    try:
        return importlib.metadata.version("xlwings")
    except importlib.metadata.PackageNotFoundError:
        raise BadInput("xlwings is not installed; install it: pip install xlwings") from None


def xlwings_folder() -> Path:
    """Of the installed xlwings, found without importing it. Raises BadInput where there is none."""
    found = importlib.util.find_spec("xlwings")
    if found is None or found.origin is None:
        raise BadInput("xlwings is not installed; install it: pip install xlwings")
    return Path(found.origin).parent


def _on_windows() -> bool:
    return sys.platform == "win32"


def _need_windows() -> None:
    if not _on_windows():
        system = platform.system() or sys.platform
        raise BadInput(f"classic needs Excel on Windows, and this is {system}; the hosts lite and server work here")


def _requirement(what: str, there: bool, found: str, otherwise: str) -> Requirement:
    return Requirement(what, there, found, "" if there else otherwise)


def _package(name: str) -> Requirement:
    try:
        return Requirement(name, True, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Requirement(name, False, "not installed", f"run pip install {name}")


def _registry() -> Any:
    return importlib.import_module("winreg")  # known on Windows only, to Python as to the type checker


def _has_excel() -> bool:
    registry = _registry()
    try:
        with registry.OpenKey(registry.HKEY_CLASSES_ROOT, r"Excel.Application\CLSID"):
            return True
    except OSError:
        return False


def _chosen() -> str | None:
    registry = _registry()
    try:
        with registry.OpenKey(registry.HKEY_CURRENT_USER, _SETTINGS_KEY) as key:
            return str(registry.QueryValueEx(key, "python")[0])
    except OSError:
        return None


def _choose(python: str | None) -> None:
    """Write the choice, or take it back."""
    registry = _registry()
    if python is None:
        registry.DeleteKey(registry.HKEY_CURRENT_USER, _SETTINGS_KEY)
        with contextlib.suppress(OSError):  # another host's settings are in it
            registry.DeleteKey(registry.HKEY_CURRENT_USER, _OUR_KEY)
        return
    with registry.CreateKey(registry.HKEY_CURRENT_USER, _SETTINGS_KEY) as key:
        registry.SetValueEx(key, "python", 0, registry.REG_SZ, python)
