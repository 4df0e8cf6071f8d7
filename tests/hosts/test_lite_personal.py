"""The folder `personal` of xlwings Lite: written, loaded beside a workbook's main.py as the add-in does, taken away.

The add-in puts the folder's parent, and the folder itself, where Python finds modules, imports each module that lies
in it, and asks xlwings what that offers. Where a workbook's own main.py carries gex_xl too, both must work together.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gex_xl.cli import main
from gex_xl.errors import BadInput
from gex_xl.functions import EXAMPLE_CHAIN, REGISTRY
from gex_xl.hosts.lite import personal
from gex_xl.hosts.lite.bundle import main_py

from .test_lite_code import clean_python, pure_of, pyodide, run_in_pyodide, tried, uv  # noqa: F401  fixtures among them

DRIVER = '''
import importlib, json, os, sys, types
from pathlib import Path

async def run(code, cases):
    """Cases are [home of `personal`, whether that folder itself is on the path, chain]."""
    from xlwings.server import custom_functions_call, custom_functions_meta
    import xlwings
    home, on_path, chain = json.loads(cases)
    sys.path.insert(0, home)
    name = "personal.gex_xl_functions"
    if on_path:
        sys.path.insert(0, str(Path(home) / "personal"))
        name = "gex_xl_functions"
    found = {}
    order = ["main", "personal"] if code else ["personal"]
    for which in order:
        if which == "main":
            module = types.ModuleType("main")
            exec(code, module.__dict__)
            sys.modules["main"] = module
        else:
            module = importlib.import_module(name)
        asked = {"func_name": "TOTAL_GEX", "args": [chain, None, None, None], "version": xlwings.__version__,
                 "client": "Office.js", "runtime": "1.4", "culture_info_name": "en-US", "date_format": "m/d/yyyy"}
        called = await custom_functions_call(asked, module)
        names = sorted(each["name"] for each in custom_functions_meta(module)["functions"])
        found[which] = {"names": names, "value": called[0][0], "home": sys.modules["gex_xl"].__file__}
    return json.dumps(found)

if __name__ == "__main__":
    import asyncio
    print(asyncio.run(run(*(Path(path).read_text(encoding="utf-8") for path in sys.argv[1:]))))
'''


@pytest.fixture
def home(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert main(["install", "lite", str(tmp_path / "shared folder")]) == 0
    said = capsys.readouterr().out
    assert "Import/Export" in said and "Restart" in said and str(len(REGISTRY)) in said
    return tmp_path / "shared folder"


def test_real_modules_are_written_and_nothing_else(home: Path) -> None:
    found = {
        path.relative_to(home / "personal").as_posix() for path in (home / "personal").rglob("*") if path.is_file()
    }
    assert {"gex_xl_functions.py", "gex_xl/udfs.py", "gex_xl/LICENSE", "gex_xl/products.csv"} <= found
    assert not [name for name in found if name.startswith(("gex_xl/feeds", "gex_xl/hosts", "gex_xl/commands"))]
    ours = Path(personal.__file__).parents[2]
    for name in found - {"gex_xl_functions.py", "gex_xl/LICENSE", "gex_xl/__init__.py"}:
        assert (home / "personal" / name).read_bytes() == (ours.parent / name).read_bytes(), name


def test_a_second_install_replaces_the_first_and_uninstall_leaves_what_is_not_ours(home: Path) -> None:
    old, mine = home / "personal" / "gex_xl" / "gone.py", home / "personal" / "mine.py"
    old.write_text("")
    mine.write_text("x = 1\n")
    assert main(["install", "lite", str(home)]) == 0
    assert not old.exists() and mine.exists()
    assert main(["install", "lite", str(home), "--uninstall"]) == 0
    assert list((home / "personal").iterdir()) == [mine]


def test_what_somebody_else_wrote_is_refused(tmp_path: Path) -> None:
    (tmp_path / "personal" / "gex_xl").mkdir(parents=True)
    with pytest.raises(BadInput, match="did not write"):
        personal.install(tmp_path)
    with pytest.raises(BadInput, match="say where"):
        personal.install(None)


def test_only_lite_takes_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["install", "classic", str(tmp_path)]) == 2
    assert "takes no folder" in capsys.readouterr().err


def prepared(folder: Path, home: str, on_path: bool, code: str) -> None:
    (folder / "driver.py").write_text(DRIVER, encoding="utf-8")
    (folder / "main.py").write_text(code, encoding="utf-8")
    (folder / "cases.json").write_text(json.dumps([home, on_path, EXAMPLE_CHAIN]), encoding="utf-8")


def check(found: dict[str, dict[str, object]], modules: set[str]) -> None:
    from gex_xl.udfs import FUNCTIONS

    assert found.keys() == modules
    for each in found.values():
        assert each["names"] == sorted(REGISTRY)
        assert each["value"] == pytest.approx(FUNCTIONS["TOTAL_GEX"](EXAMPLE_CHAIN), rel=1e-12)


@pytest.mark.parametrize("on_path", [True, False])
@pytest.mark.parametrize("with_main", [True, False])
def test_every_function_is_offered_in_a_clean_python(
    with_main: bool,
    on_path: bool,
    home: Path,
    tmp_path: Path,
    clean_python: Path,  # noqa: F811
) -> None:
    prepared(tmp_path, str(home), on_path, main_py() if with_main else "")
    done = tried(
        clean_python, "-I", "-W", "error", tmp_path / "driver.py", tmp_path / "main.py", tmp_path / "cases.json",
        cwd=tmp_path, env={"XLWINGS_ON_SERVER": "true", "XLWINGS_LICENSE_KEY": "noncommercial"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    check(json.loads(done.stdout), {"main", "personal"} if with_main else {"personal"})


def test_every_function_is_offered_in_pyodide(pyodide: Path, home: Path) -> None:  # noqa: F811
    """main.py beside the personal package, in Pyodide with its own numpy, pandas and scipy."""
    pure = pure_of(pyodide)
    shutil.rmtree(pure / "personal", ignore_errors=True)
    shutil.copytree(home / "personal", pure / "personal")
    prepared(pyodide, "/pure", True, main_py())
    try:
        run_in_pyodide(pyodide, pure, pyodide / "driver.py")
    finally:
        shutil.rmtree(pure / "personal")
    check(json.loads((pyodide / "results.json").read_text(encoding="utf-8")), {"main", "personal"})


def test_the_folder_needs_nothing_of_this_project(home: Path, tmp_path: Path) -> None:
    """Another interpreter of the same machine imports the package from there, and from nowhere else."""
    code = "import sys; sys.path.insert(0, sys.argv[1]); import gex_xl.udfs as u; print(u.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(home / "personal")], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert Path(done.stdout.strip()).parent == home / "personal" / "gex_xl"
