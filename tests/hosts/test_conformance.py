"""One table of cases through every host: the cells that a user sees are those of plain Python.

Where a host forces another cell, docs/hosts.md says so in its table, with the reason; this test reads that table.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from xlwings import XlwingsError

from gex_xl import udfs
from gex_xl.engines.addresses import address
from gex_xl.engines.package import serial
from gex_xl.hosts.lite.bundle import main_py

from .calc import Calc
from .cases import CASES
from .serving import Serving
from .test_classic_calls import answers as classic_answers

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "hosts.md"
ERRORS = ("#N/A", "#VALUE!", "#DIV/0!")
LARGE = {label for label in CASES if label.startswith("20 000")}  # their own tests; here they would only take long
Cell = str | float | bool
Cells = list[list[Cell]]


def as_python(value: Any) -> Any:
    """An argument of a case as plain Python hands it over."""
    if isinstance(value, dict):
        ((kind, content),) = value.items()
        if kind == "range":
            return [[as_python(cell) for cell in row] for row in content]
        if kind == "date":
            return dt.datetime.fromisoformat(content)
        return content if kind == "error" else None
    return value


def seen(value: Any) -> Cells:
    """A result as the cells that a user sees; an error is its code, a blank is ""."""
    rows = value if isinstance(value, list) else [[value]]
    rows = [row if isinstance(row, list) else [row] for row in rows]
    return [["" if cell is None else cell for cell in row] for row in rows]


@cache
def plain(label: str) -> Cells:
    name, *given = CASES[label]
    try:
        return seen(udfs.FUNCTIONS[name](*map(as_python, given)))
    except XlwingsError:
        return [["#VALUE!"]]


def message(label: str) -> str | None:
    """The sentence of a case that raises."""
    name, *given = CASES[label]
    try:
        udfs.FUNCTIONS[name](*map(as_python, given))
    except XlwingsError as error:
        return str(error)
    return None


def same(found: Cells, expected: Cells) -> bool:
    def equal(a: Cell, b: Cell) -> bool:
        if isinstance(a, str) or isinstance(b, str):
            return a == b
        return isinstance(a, bool) == isinstance(b, bool) and math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)

    return [len(row) for row in found] == [len(row) for row in expected] and all(
        equal(a, b) for x, y in zip(found, expected, strict=True) for a, b in zip(x, y, strict=True)
    )


def differences(host: str) -> dict[str, str]:
    """{case: what the host shows instead}, from the table in docs/hosts.md."""
    rows = re.findall(
        r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    return {case.strip(): shown.strip().strip("`") for where, case, shown, why in rows if where.strip() == host}


def check(host: str, found: dict[str, Cells]) -> None:
    """Every case shows what plain Python gives, but for those named in docs/hosts.md, which show what it says."""
    assert found.keys() >= CASES.keys() - LARGE
    forced = differences(host)
    assert forced.keys() <= CASES.keys(), "docs/hosts.md names a case that is not there"
    apart = {label: cells for label, cells in found.items() if not same(cells, plain(label))}
    assert {label: str(cells[0][0]) for label, cells in apart.items()} == forced


# --- classic: xlwings' COM server, made errors by the VBA


def test_classic() -> None:
    found = {}
    for label, value in classic_answers().items():
        rows = value if isinstance(value, list) else [[value]]
        if isinstance(value, list) and not isinstance(value[0], list):
            rows = [value]  # a table of one row comes squeezed
        code = re.match(r"(#N/A|#VALUE!) ", value) if isinstance(value, str) else None
        found[label] = [[code[1]]] if code else seen(rows)
        if code and code[1] == "#VALUE!":
            assert value == f"#VALUE! {message(label)}"
    check("classic", {label: cells for label, cells in found.items() if label not in LARGE})


# --- Lite: main.py, called as the add-in calls it


def as_office_js(value: Any) -> Any:
    """An argument as Office.js hands it over: dates are serials, errors their names, what is left out is null."""
    if isinstance(value, dict):
        ((kind, content),) = value.items()
        if kind == "range":
            return [[as_office_js(cell) for cell in row] for row in content]
        if kind == "date":
            return serial(dt.datetime.fromisoformat(content))
        return content if kind == "error" else None
    return value


def from_office_js(outcome: dict[str, Any], label: str) -> Cells:
    if "error" in outcome:
        # A required argument that is left out never reaches the function: the server says so itself.
        assert outcome["error"] == message(label) or outcome["error"].endswith(" is missing")
        return [["#VALUE!"]]
    named = {"NotAvailable": "#N/A"}
    return seen(
        [[named[cell["errorType"]] if isinstance(cell, dict) else cell for cell in row] for row in outcome["value"]]
    )


def in_main_py(cases: dict[str, list[Any]], tmp_path: Path) -> dict[str, dict[str, Any]]:
    """{case: {"value": matrix} or {"error": sentence}} of main.py called as the add-in calls it, in one program."""
    asked = [[name, [as_office_js(value) for value in given]] for name, *given in cases.values()]
    (tmp_path / "main.py").write_text(main_py(), encoding="utf-8")
    (tmp_path / "cases.json").write_text(json.dumps(asked), encoding="utf-8")
    # The add-in's way of calling is xlwings.server, which asks for a key.
    environment = {**os.environ, "XLWINGS_ON_SERVER": "true", "XLWINGS_LICENSE_KEY": "noncommercial"}
    done = subprocess.run(
        [sys.executable, "-I", HERE / "run_main_py.py", tmp_path],
        capture_output=True, text=True, check=False, cwd=tmp_path, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    ran = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert ran["home"] == "gex_xl/__init__.py"  # a section of main.py: no path of this machine
    return dict(zip(cases, (called for _, called in ran["results"]), strict=True))


def test_lite(tmp_path: Path) -> None:
    outcomes = in_main_py({label: case for label, case in CASES.items() if label not in LARGE}, tmp_path)
    check("Lite", {label: from_office_js(outcome, label) for label, outcome in outcomes.items()})


# --- the server: the calls that Office.js posts


def test_server(tmp_path: Path) -> None:
    server = Serving(tmp_path)
    try:
        found = {}
        for label in CASES.keys() - LARGE:
            name, *given = CASES[label]
            reply = server.call(name, [as_office_js(value) for value in given])
            if reply.status == 200:
                found[label] = from_office_js({"value": reply.json["result"]}, label)
            else:
                found[label] = from_office_js(reply.json, label)
    finally:
        server.end()
    check("server", found)


# --- LibreOffice Calc: formulas in cells


def test_libreoffice(calc: Calc) -> None:
    found = {}
    for label in CASES.keys() - LARGE:
        calc.open()
        try:
            found[label] = in_calc(calc, *CASES[label], size=(len(plain(label)), len(plain(label)[0])))
        finally:
            calc.close()
    check("LibreOffice", found)


def in_calc(calc: Calc, name: str, *given: Any, size: tuple[int, int]) -> Cells:
    words, column = [], 1
    for value in given:
        word = in_formula(value)
        if isinstance(value, dict) and "range" in value:
            rows = value["range"]
            width = max(map(len, rows))
            plain_cells = [[*map(in_cell, row), *[None] * (width - len(row))] for row in rows]
            calc.paste(sheet="Sheet1", cell=address(1, column), rows=plain_cells)
            for r, row in enumerate(rows, 1):
                for c, cell in enumerate(row):
                    if isinstance(cell, dict) and "error" in cell:
                        formula = {"#N/A": "=NA()", "#DIV/0!": "=1/0", "#VALUE!": '=1+"x"'}[cell["error"]]
                        calc.write(sheet="Sheet1", cell=address(r, column + c), formula=formula)
            word = f"{address(1, column)}:{address(len(rows), column + width - 1)}"
            column += width + 1
        words.append(word)
    while words and words[-1] == "":
        words.pop()
    text = f"={name}({';'.join(words)})"
    area = f"CA1:{address(size[0], 78 + size[1])}"
    if size == (1, 1):
        calc.write(sheet="Sheet1", cell="CA1", formula=text)
    else:
        calc.array(sheet="Sheet1", cells=area, formula=text)
    codes = {32767: "#N/A", 519: "#VALUE!", 532: "#DIV/0!"}
    errors = {
        cell: codes.get(code, f"Err:{code}")
        for cell, code in calc.errors(sheet="Sheet1").items()
        if cell.startswith("C")
    }
    rows = seen(calc.values(sheet="Sheet1", cells=area))
    return [[errors.get(address(r, 79 + c), cell) for c, cell in enumerate(row)] for r, row in enumerate(rows, 1)]


def in_cell(value: Any) -> Any:
    if isinstance(value, dict):
        return serial(dt.datetime.fromisoformat(value["date"])) if "date" in value else None
    return float(value) if isinstance(value, bool) else value


def in_formula(value: Any) -> str:
    if isinstance(value, dict) and "date" in value:
        return repr(serial(dt.datetime.fromisoformat(value["date"])))
    if isinstance(value, dict):
        return "NA()" if "error" in value else ""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE()" if value else "FALSE()"
    return f'"{value}"' if isinstance(value, str) else repr(value)


@pytest.mark.parametrize("host", ["classic", "Lite", "server", "LibreOffice"])
def test_every_difference_is_explained(host: str) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert f" {host} " in text
    reasons = re.findall(rf"^\| {host} \|.*\| ([^|]+) \|$", text, re.MULTILINE)
    assert all(len(reason) > 20 for reason in reasons)
