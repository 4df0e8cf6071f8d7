"""The sheet Self-test, calculated through each host: what its functions give there is put into the book's formulas.

The embedded engine calculates the built-in formulas; each call of ours is answered by the host: Lite in Pyodide,
classic through xlwings' COM server, the server in Chromium under Microsoft's runtime. In LibreOffice the book itself is
open.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from xlwings import XlwingsError

import gex_xl
from gex_xl.engines import Recalculation, recalculate
from gex_xl.engines.package import Package
from gex_xl.engines.sheet_xml import Entry
from gex_xl.functions import REGISTRY
from gex_xl.hosts.host import host_named
from gex_xl.hosts.lite.bundle import main_py
from gex_xl.template import selftest
from gex_xl.udfs import FUNCTIONS

from .calc import Calc
from .test_lite_code import pure_of, pyodide, run_in_pyodide, tried, uv  # noqa: F401  a fixture among them
from .test_server_browser import NOT_AVAILABLE, arguments, microsoft, npm, page, server  # noqa: F401  fixtures among them

HERE = Path(__file__).parent
Call = tuple[str, list[Any]]
Answers = list[Any]


def wrong(found: str) -> str:
    """What is left of the line to be copied after the count."""
    return found.rpartition(" | ")[2]


def book_for(name: str, folder: Path) -> Path:
    """The host's book without a chain: the sheet reads samples of its own."""
    host = host_named(name)
    host.new(folder / f"book{host.suffix}", None)
    return folder / f"book{host.suffix}"


def through(book: Path, folder: Path, host: Callable[[list[Call]], Answers]) -> Recalculation:
    """The book calculated with what `host` answers; calls are found by a first calculation in plain Python."""
    calls: dict[str, Call] = {}

    def noted(name: str) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            calls[json.dumps([name, given])] = (name, list(given))
            return FUNCTIONS[name](*given)

        return call

    recalculate(book, folder / f"plain{book.suffix}", {name: noted(name) for name in REGISTRY})
    assert {name for name, _ in calls.values()} == REGISTRY.keys()
    answers = dict(zip(calls, host(list(calls.values())), strict=True))

    def answered(name: str) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            found = answers[json.dumps([name, given])]
            if isinstance(found, dict):
                raise XlwingsError(found["error"])
            return found

        return call

    return recalculate(book, folder / f"there{book.suffix}", {name: answered(name) for name in REGISTRY})


def line(done: Recalculation) -> str:
    """The cell to be copied."""
    return str(done.values[f"{selftest.SHEET}!{selftest.RESULT}"])


def check(done: Recalculation, host: str) -> None:
    count = len(REGISTRY) + 9
    assert (
        line(done) == f"gex_xl {gex_xl.__version__} {host} | Excel ? | TRUE 1,234.5 | {count} of {count} | all the same"
    )


def as_python_has_it(value: Any) -> Any:
    """A matrix with Office's own errors as our functions give a table or a value."""
    rows = [["#N/A" if isinstance(cell, dict) else cell for cell in row] for row in value]
    return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else rows


# --- what the sheet says


@pytest.fixture(scope="module")
def lite_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return book_for("lite", tmp_path_factory.mktemp("lite"))


@pytest.mark.parametrize("host", ["lite", "classic", "server"])
def test_the_book_comes_with_every_check_passed(host: str, tmp_path: Path) -> None:
    book = book_for(host, tmp_path)
    values = Package(book).values()
    assert "all the same" in str(values[selftest.SHEET, 6, 2])


def test_a_function_that_gives_something_else_is_named(lite_book: Path, tmp_path: Path) -> None:
    """Another number, no number where one should be, a number where an error should be, a table of another size."""
    amiss: dict[str, Callable[..., Any]] = {
        "PUT_WALL": lambda *_: 4950.00001,
        "ZERO_GAMMA": lambda *_: "",
        "FLIP_STRIKE": lambda *_: 5061.471610763609,
        "MAX_PAIN": lambda *given: FUNCTIONS["MAX_PAIN"](*given)[:-1],
        "TERM_BARS": lambda *_: "#N/A",
    }
    done = recalculate(lite_book, tmp_path / "out.xlsx", {**FUNCTIONS, **amiss})
    assert wrong(line(done)) == "differs: ZERO_GAMMA, PUT_WALL, MAX_PAIN, TERM_BARS, #N/A for no value"


def test_the_last_digit_is_no_difference(lite_book: Path, tmp_path: Path) -> None:
    done = recalculate(lite_book, tmp_path / "out.xlsx", {**FUNCTIONS, "PUT_WALL": lambda *_: 4950.000000001})
    assert wrong(line(done)) == "all the same"


def test_without_functions_every_check_of_them_differs(lite_book: Path, tmp_path: Path) -> None:
    done = recalculate(lite_book, tmp_path / "out.xlsx", {})
    assert f"| 1 of {len(REGISTRY) + 9} |" in line(done)  # the text of a formula is there all the same


def test_what_a_person_types_stands_in_the_line(lite_book: Path, tmp_path: Path) -> None:
    package = Package(lite_book)
    package.write_values({selftest.SHEET: {9: {4: Entry("Excel 16.0 Windows")}}}, {})
    package.save(tmp_path / "typed.xlsx")
    done = recalculate(tmp_path / "typed.xlsx", tmp_path / "out.xlsx", FUNCTIONS)
    assert line(done).split(" | ")[1] == "Excel 16.0 Windows"


# --- through each host


def test_through_lite_in_pyodide(pyodide: Path, lite_book: Path, tmp_path: Path) -> None:  # noqa: F811
    pure = pure_of(pyodide)

    def host(calls: list[Call]) -> Answers:
        (pyodide / "main.py").write_text(main_py(), encoding="utf-8")
        (pyodide / "cases.json").write_text(json.dumps(calls), encoding="utf-8")
        run_in_pyodide(pyodide, pure, HERE / "run_main_py.py")
        results = json.loads((pyodide / "results.json").read_text(encoding="utf-8"))["results"]
        return [called if "error" in called else as_python_has_it(called["value"]) for _, called in results]

    check(through(lite_book, tmp_path, host), "lite")


def test_through_classic(tmp_path: Path) -> None:
    def handed(value: Any) -> Any:
        if value is None:
            return {"missing": 1}
        return {"range": value} if isinstance(value, list) else value

    def host(calls: list[Call]) -> Answers:
        cases = [[name, *map(handed, given)] for name, given in calls]
        done = subprocess.run(
            [sys.executable, str(HERE / "pretend_excel.py")], input=json.dumps({"cases": cases}), check=True,
            capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        return [shown(value) for value in json.loads(done.stdout)["found"]]

    def shown(value: Any) -> Any:
        """As the VBA makes an error of it, and a row of a list."""
        if isinstance(value, str) and value.startswith("#VALUE! "):
            return {"error": value}
        if isinstance(value, str) and value.startswith("#N/A "):
            return "#N/A"
        return [value] if isinstance(value, list) and not isinstance(value[0], list) else value

    check(through(book_for("classic", tmp_path), tmp_path, host), "classic")


def test_through_the_server_in_chromium(page: Any, tmp_path: Path) -> None:  # noqa: F811
    def host(calls: list[Call]) -> Answers:
        sent = [[name, arguments(name, given)] for name, given in calls]
        loop = "for (const [name, given] of CALLS) {out.push(await pretendExcel(name, given))}"
        every = f"(async () => {{const out = []; {loop} return out}})()"
        return [shown(each) for each in page.evaluate(every.replace("CALLS", json.dumps(sent)))]

    def shown(found: dict[str, Any]) -> Any:
        if found["fine"]:
            return as_python_has_it(found["value"])
        return "#N/A" if found["code"] == NOT_AVAILABLE else {"error": found["value"]}

    check(through(book_for("server", tmp_path), tmp_path, host), "server")


def test_in_libreoffice(calc: Calc, tmp_path: Path) -> None:
    """Computed anew there; and with other constants it says so."""
    calc.open(path=str(book_for("libreoffice", tmp_path)))
    try:
        calc.recalculate()
        said = calc.cell(sheet=selftest.SHEET, cell=selftest.RESULT)["text"]
        count = len(REGISTRY) + 9
        assert said.endswith(f" | {count} of {count} | all the same")
        assert "libreoffice | LibreOffice Calc | 1,234.5" in said
        names = [row[0] for row in calc.values(sheet=selftest.SHEET, cells=f"B{selftest.FIRST}:B{selftest.FIRST + 80}")]
        calc.write(sheet=selftest.SHEET, cell=f"D{selftest.FIRST + names.index('TOTAL_GEX')}", formula="1")
        assert wrong(calc.cell(sheet=selftest.SHEET, cell=selftest.RESULT)["text"]) == "differs: TOTAL_GEX"
    finally:
        calc.close()
