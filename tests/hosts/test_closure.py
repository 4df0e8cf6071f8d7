"""A Lite file and the add-in for LibreOffice carry exactly what they import, as Python's own modulefinder finds it."""

from __future__ import annotations

import modulefinder
import pkgutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from gex_xl.hosts import closure
from gex_xl.hosts.libreoffice.addin import build_addin
from gex_xl.hosts.lite.bundle import main_py

OTHERS = ["numpy", "pandas", "scipy", "xlwings", "uno", "unohelper", "com", "org", "python_calamine", "urllib3"]


def imported(entry: Path, folder: Path) -> set[str]:
    """The modules of gex_xl that a script imports from a folder, wherever in the code."""
    finder = modulefinder.ModuleFinder(path=[str(folder)], excludes=OTHERS)
    finder.run_script(str(entry))
    missing, perhaps = finder.any_missing_maybe()
    assert not [name for name in missing + perhaps if name.startswith("gex_xl")]
    return {name for name in finder.modules if name.partition(".")[0] == "gex_xl"}


def held(folder: Path) -> set[str]:
    """The modules that a folder holds."""
    files = (path.relative_to(folder) for path in folder.rglob("*.py"))
    return {".".join([*p.parent.parts, *([] if p.stem == "__init__" else [p.stem])]) for p in files}


def test_a_lite_file_holds_exactly_what_it_imports(tmp_path: Path) -> None:
    text, scope = main_py(), dict[str, Any]()
    exec(text[: text.index("DIGEST = ")], scope)  # noqa: S102
    sources: dict[str, str] = scope["SOURCES"]
    modules = {name: source for name, source in sources.items() if "/" not in name}
    for name, source in modules.items():
        package = any(other.startswith(f"{name}.") for other in modules)
        path = tmp_path / (name.replace(".", "/") + ("/__init__.py" if package else ".py"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    entry = tmp_path / "main.py"
    body = text[text.index("DIGEST = ") :]
    entry.write_text("\n".join(line for line in body.splitlines() if "pyodide" not in line), encoding="utf-8")
    assert imported(entry, tmp_path) == modules.keys()
    assert sources.keys() - modules.keys() == closure.data_files(modules).keys()


def test_the_add_in_for_libreoffice_holds_exactly_what_it_imports(tmp_path: Path) -> None:
    build_addin(tmp_path / "gex_xl.oxt")
    with zipfile.ZipFile(tmp_path / "gex_xl.oxt") as archive:
        archive.extractall(tmp_path / "addin")
    folder = tmp_path / "addin" / "pythonpath"
    assert imported(tmp_path / "addin" / "component.py", folder) == held(folder)
    parts = {name.split(".")[1] for name in held(folder) if "." in name}
    assert not parts & {"cli", "commands", "engines", "feeds", "history", "hosts", "template", "udfs"}
    data = {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and path.suffix != ".py"
    }
    assert data == closure.data_files(closure.modules(held(folder))).keys()


def test_a_data_file_is_found_by_the_call_that_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    source = 'import pkgutil\nTABLE = pkgutil.get_data("gex_xl", "py.typed")\n'
    monkeypatch.setattr(pkgutil, "get_data", lambda package, file: f"{package}:{file}".encode())
    assert closure.data_files({"gex_xl.products": source}) == {"gex_xl/py.typed": b"gex_xl:py.typed"}
    with pytest.raises(ValueError, match="gex_xl.products, line 1: write get_data"):
        closure.data_files({"gex_xl.products": "get_data(__package__, NAME)"})


def test_a_lite_file_reads_its_data_files_as_the_package_does() -> None:
    """By the finder at the end of main.py, which stands alone: here with a table of its own."""
    text = main_py()
    finder = text[text.index("class Sections(") : text.index("# The add-in may run")]
    sources = {"made_up": "", "made_up.reader": "", "made_up/table.csv": "root,kind\nSPX,index €\n"}
    scope: dict[str, Any] = {"SOURCES": sources, "DIGEST": "x"}
    exec(f"import importlib.abc, importlib.machinery, sys\n{finder}\nsys.meta_path.insert(0, Sections())", scope)  # noqa: S102
    import sys

    try:
        assert pkgutil.get_data("made_up", "table.csv") == sources["made_up/table.csv"].encode()
        import made_up.reader  # type: ignore[import-not-found]

        assert made_up.reader.__file__ == "made_up/reader.py"
    finally:
        sys.meta_path[:] = [it for it in sys.meta_path if type(it).__name__ != "Sections"]
        for name in [name for name in sys.modules if name.startswith("made_up")]:
            del sys.modules[name]
