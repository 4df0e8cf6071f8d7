"""The button Load newest file: the script of a Lite book, the macro of a classic one, and what it asks of Python."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from gex_xl.engines.package import Package
from gex_xl.functions import EXAMPLE_CHAIN
from gex_xl.hosts.classic import calls
from gex_xl.hosts.host import host_named
from gex_xl.hosts.lite.bundle import main_py
from gex_xl.template import plan
from gex_xl.template.newest_sheet import BUTTON, FOLDER_ROW
from gex_xl.udfs import FUNCTIONS

from .test_classic import basic, office  # noqa: F401  a fixture among them
from .test_lite_code import pure_of, pyodide, run_in_pyodide, tried, uv  # noqa: F401  a fixture among them

Cells = list[list[Any]]
Book = dict[str, Any]
FIRST = plan.KEPT_HEADER + 1

DRIVER = '''
import json, os, sys, types
from pathlib import Path

async def run(code, cases):
    """Cases are [{file: text}, book]; what the script asks of Excel, one list of actions each."""
    import xlwings
    from xlwings.server import custom_scripts_call, custom_scripts_meta
    module = types.ModuleType("main")
    exec(code, module.__dict__)
    sys.modules["main"] = module
    found = []
    for folder, files, book in json.loads(cases):
        Path(folder).mkdir(parents=True, exist_ok=True)
        for at, (name, text) in enumerate(files.items()):
            Path(folder, name).write_text(text, encoding="utf-8")
            os.utime(Path(folder, name), (1_700_000_000 + at, 1_700_000_000 + at))
        handed = xlwings.Book(json={**book, "version": xlwings.__version__})
        done = await custom_scripts_call(module, "load_newest_file", typehint_to_value={xlwings.Book: handed})
        found.append(done.json()["actions"])
    scripts = [it for it in custom_scripts_meta(module) if it["function_name"] == "load_newest_file"]
    return json.dumps({"actions": found, "scripts": scripts})

if __name__ == "__main__":
    import asyncio
    print(asyncio.run(run(*(Path(path).read_text(encoding="utf-8") for path in sys.argv[1:]))))
'''


def chain(spot: float = 5000, day: str = "2025-03-03") -> Cells:
    """The example chain with another spot and day."""
    return [
        [f"Spot: {spot:g}" if str(cell).startswith("Spot") else str(cell).replace("2025-03-03", day)
         if isinstance(cell, str) else cell for cell in row]
        for row in EXAMPLE_CHAIN
    ]  # fmt: skip


def csv(cells: Cells) -> str:
    return "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in cells) + "\n"


def book_of(folder: str, held: Cells | None, path: Path) -> Book:
    """A Lite book as the add-in hands it to the script, whose Settings name a folder."""
    host_named("lite").new(path, held)
    loaded = openpyxl.load_workbook(path, data_only=True)
    sheets = []
    for name in loaded.sheetnames:
        wanted = name in (plan.CHAIN, plan.SETTINGS, plan.DAYS)
        rows = [["" if cell is None else cell for cell in row] for row in loaded[name].values] if wanted else [[]]
        sheets.append({"name": name, "values": rows, "pictures": []})
    names = []
    for name, text in {**plan.NAMES, **{each[1]: value for each, value in Package(path).names.items()}}.items():
        sheet, _, cells = text.lstrip("=").replace("$", "").partition("!")
        spelled = next((each for each in _SPELLED if each.upper() == name.upper()), "")
        if spelled and spelled not in [each["name"] for each in names]:
            index = loaded.sheetnames.index(sheet)
            names.append({"name": spelled, "sheet_index": index, "address": cells, "book_scope": True,
                          "scope_sheet_name": None, "scope_sheet_index": None})  # fmt: skip
    at = next(each for each in names if each["name"] == "Chain_Folder")["address"]
    row = int(at[1:]) - 1
    sheets[loaded.sheetnames.index(plan.SETTINGS)]["values"][row][3] = folder
    return {
        "client": "Office.js", "version": "", "names": names, "sheets": sheets,
        "book": {"name": "book.xlsx", "active_sheet_index": 0, "selection": "A1"},
    }  # fmt: skip


_SPELLED = ("Chain_Folder", "Chain_Inputs", "Chain_Settings", "History_Today", "History_Rows")


def after(book: Book, actions: list[dict[str, Any]]) -> tuple[dict[str, Cells], str]:
    """The cells of each sheet after the actions, as Excel would have them, and what was said."""
    sheets = {sheet["name"]: copy.deepcopy(sheet["values"]) for sheet in book["sheets"]}
    said = ""
    for action in actions:
        if action["func"] == "alert":
            said = action["args"][0]
            continue
        cells = sheets[book["sheets"][action["sheet_position"]]["name"]]
        top, left, down, across = (action[key] for key in ("start_row", "start_column", "row_count", "column_count"))
        if action["func"] == "rangeClearContents":
            for row in cells[top : top + down]:
                row[left : left + across] = [""] * len(row[left : left + across])
            continue
        if action["func"] == "copyFromRange":
            index, source, kind, *_ = action["args"]
            assert kind == "values"
            new = held(sheets[book["sheets"][index]["name"]], source.replace("$", ""))
        else:
            assert action["func"] == "setValues"
            # An apostrophe says that a text follows, whatever it looks like.
            new = [[it[1:] if isinstance(it, str) and it[:1] == "'" else it for it in row] for row in action["values"]]
            assert not [it for row in action["values"] for it in row if isinstance(it, str) and it and it[0] != "'"]
            assert (down, across) == (len(new), len(new[0]))
        for at, row in enumerate(new, top):
            while len(cells) <= at:
                cells.append([])
            cells[at] += [""] * (left + len(row) - len(cells[at]))
            cells[at][left : left + len(row)] = row
    return sheets, said


def held(cells: Cells, area: str) -> Cells:
    left, top, right, bottom = openpyxl.utils.range_boundaries(area)
    return [[*row[left - 1 : right], *[""] * (right - len(row))] for row in cells[top - 1 : bottom]]


def pasted(cells: Cells) -> Cells:
    """What stands from column C on, without what is blank around it."""
    rows = [list(row[2:]) for row in cells]
    for row in rows:
        while row and row[-1] in ("", None):
            row.pop()
    while rows and not rows[-1]:
        rows.pop()
    return rows


def trimmed(cells: Cells) -> Cells:
    return pasted([["", "", *row] for row in cells])


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, list[Any]]]:
    """[folder, files, book] by what is special about them; folders below a root, which differs from host to host."""
    home = tmp_path_factory.mktemp("books")
    old, new = chain(5000), chain(5010, "2025-03-04")
    files = {"older.csv": csv(chain(4900)), "newer.csv": csv(new), ".hidden.csv": "x", "notes.md": "x"}
    rows = [["", "2025-02-28", "SPX"], ["", "2025-03-04", "spx"]]

    def made(root: str) -> dict[str, list[Any]]:
        plain = book_of(f"{root}/plain", old, home / "plain.xlsx")
        days = copy.deepcopy(plain)
        cells = next(sheet["values"] for sheet in days["sheets"] if sheet["name"] == plan.DAYS)
        del cells[FIRST - 1 :]
        width = len(cells[0])
        cells += [[*row, *[""] * (width - len(row))] for row in rows]
        return {
            "plain": [f"{root}/plain", files, plain],
            "kept days": [f"{root}/plain", {}, days],
            "the same chain": [f"{root}/same", {"a.csv": csv(old)}, book_of(f"{root}/same", old, home / "same.xlsx")],
            "nothing before": [f"{root}/plain", {}, book_of(f"{root}/plain", None, home / "none.xlsx")],
            "no file": [f"{root}/none", {"notes.md": "x"}, book_of(f"{root}/none", old, home / "empty.xlsx")],
            "no folder": [f"{root}/none", {}, book_of(f"{root}/nowhere", old, home / "nowhere.xlsx")],
            "no chain": [f"{root}/bad", {"a.csv": "x,y\n1,2\n"}, book_of(f"{root}/bad", old, home / "bad.xlsx")],
            "another book": [f"{root}/plain", {}, {**plain, "names": []}],
        }

    return made


def check(cases: dict[str, list[Any]], ran: dict[str, Any], root: str) -> None:
    ((listed),) = ran["scripts"]
    assert (listed["button"], listed["include"]) == (BUTTON, f"{plan.CHAIN},{plan.SETTINGS},{plan.DAYS}")
    done = {name: after(case[2], actions) for (name, case), actions in zip(cases.items(), ran["actions"], strict=True)}
    old, new = chain(5000), chain(5010, "2025-03-04")
    sheets, said = done["plain"]
    assert said == f"newer.csv is on Chain. The chain before is on Earlier. 2025-03-04 SPX was added in row {FIRST}."
    assert pasted(sheets[plan.CHAIN]) == trimmed(new)
    assert pasted(sheets[plan.EARLIER]) == trimmed(old)
    head, wanted = FUNCTIONS["HISTORY_ROW"](new, None, None, "unit=usd")
    row = sheets[plan.DAYS][FIRST - 1][1 : 1 + len(head)]
    assert [pytest.approx(it, rel=1e-9) if isinstance(it, float) else it for it in wanted] == row
    sheets, said = done["kept days"]
    assert said.endswith(f"2025-03-04 SPX was replaced in row {FIRST + 1}.")
    assert sheets[plan.DAYS][FIRST - 1][1:3] == ["2025-02-28", "SPX"]
    assert sheets[plan.DAYS][FIRST][1:3] == ["2025-03-04", "SPX"]
    sheets, said = done["the same chain"]
    assert said == f"a.csv is on Chain. 2025-03-03 SPX was added in row {FIRST}."
    assert pasted(sheets[plan.CHAIN]) == trimmed(old) and not pasted(sheets[plan.EARLIER])
    sheets, said = done["nothing before"]
    assert said == f"newer.csv is on Chain. 2025-03-04 SPX was added in row {FIRST}."
    assert pasted(sheets[plan.CHAIN]) == trimmed(new) and not pasted(sheets[plan.EARLIER])
    for name, reason in {
        "no file": f'Nothing was loaded: the folder of chains "{root}/none" holds no csv, dat, txt, json or xlsx file.',
        "no folder": f'Nothing was loaded: the folder of chains is "{root}/nowhere": No such file or directory; name a '
        "folder that is there.",
        "another book": "Nothing was loaded: the book names no folder of chains; make a new workbook with gex-xl new.",
    }.items():
        assert done[name][1] == reason
    assert done["no chain"][1].startswith("Nothing was loaded: ")
    for name in ("no file", "no folder", "no chain", "another book"):
        assert [action["func"] for action in ran["actions"][list(cases).index(name)]] == ["alert"]


def test_the_script_in_plain_python(cases: Callable[[str], dict[str, list[Any]]], tmp_path: Path) -> None:
    root = str(tmp_path / "files")
    made = cases(root)
    for name, text in (("driver.py", DRIVER), ("main.py", main_py()), ("cases.json", json.dumps(list(made.values())))):
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "driver.py", "main.py", "cases.json"], cwd=tmp_path, capture_output=True, text=True,
        check=False, timeout=300,
        env={**os.environ, "XLWINGS_ON_SERVER": "true", "XLWINGS_LICENSE_KEY": "noncommercial"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    check(made, json.loads(done.stdout), root)


def test_the_script_in_pyodide(
    pyodide: Path,  # noqa: F811
    cases: Callable[[str], dict[str, list[Any]]],
) -> None:
    pure = pure_of(pyodide)
    made = cases("/data")
    for name, text in (("driver.py", DRIVER), ("main.py", main_py()), ("cases.json", json.dumps(list(made.values())))):
        (pyodide / name).write_text(text, encoding="utf-8")
    run_in_pyodide(pyodide, pure, pyodide / "driver.py")
    check(made, json.loads((pyodide / "results.json").read_text(encoding="utf-8")), "/data")


# --- what the macro of a classic book asks


def test_the_macro_is_told_the_newest_file_and_whether_the_old_chain_stays(tmp_path: Path) -> None:
    settings = [["sign", "customer_flow"]]
    old, new = chain(5000), chain(5010, "2025-03-04")
    for at, (name, cells) in enumerate((("older.csv", chain(4900)), ("newer.csv", new))):
        (tmp_path / name).write_text(csv(cells), encoding="utf-8")
        os.utime(tmp_path / name, (time.time() + at - 10,) * 2)
    newest = str(tmp_path / "newer.csv")
    assert calls.newest_file(str(tmp_path), old, settings) == [newest, "earlier"]
    assert calls.newest_file(str(tmp_path), new, settings) == [newest, ""]
    assert calls.newest_file(str(tmp_path), [[None]], settings) == [newest, ""]
    cells = calls.cells_of_file(newest, settings)
    assert trimmed([[it[1:] if isinstance(it, str) else it for it in row] for row in cells]) == trimmed(new)
    assert all(it[0] == "'" for row in cells for it in row if isinstance(it, str) and it)
    assert calls.newest_file(str(tmp_path / "none"), old, settings).startswith("#VALUE! the folder of chains is ")
    assert calls.cells_of_file(str(tmp_path / "gone.csv"), settings).startswith("#VALUE! ")


#: In place of the module that reaches Python: an answer, and what was asked for.
ASKED = """
Public Function GexAsk(ByVal functionName As String, ByVal given As Variant) As Variant
    Dim one(1) As Variant, cells(2, 1) As Variant
    If given(0) = "nowhere" Then
        GexAsk = "#VALUE! there is no such folder"
        Exit Function
    End If
    If functionName = "newest_file" Then
        one(0) = given(0) & "\\newer.csv"
        one(1) = IIf(given(1).Cells(1, 1).Value = "same", "", "earlier")
        GexAsk = one
        Exit Function
    End If
    cells(0, 0) = "strike"
    cells(0, 1) = "gamma"
    cells(1, 0) = 5000
    cells(1, 1) = 0.5
    cells(2, 0) = 5100
    cells(2, 1) = ""
    GexAsk = cells
End Function

Public Function GexReason(ByVal found As Variant) As String
    GexReason = Mid$(found, 9)
End Function
"""


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classic book whose macro reaches ASKED."""
    from pyopenvba import ExcelFile

    folder = tmp_path_factory.mktemp("asked")
    host_named("classic").new(folder / "book.xlsm", chain(5000))
    with ExcelFile(folder / "book.xlsm") as macros:
        project = macros.vba_project()
        for name in ("xlwings", "Dictionary", "GexHost", "GexFunctions", "GexWizard"):
            project.delete_module(name)
        project.add_module("GexHost", ASKED.replace("\n", "\r\n"))
        macros.set_module("ThisWorkbook", project.get_module("ThisWorkbook").attribute_header)
        macros.save(folder / "asked.xlsm")
    return folder / "asked.xlsm"


def test_the_macro_moves_the_old_chain_and_writes_the_new(asked: Path, office: str) -> None:  # noqa: F811
    folder = f"D{FOLDER_ROW}:D{FOLDER_ROW}"
    found = json.loads(
        basic(
            office, asked,
            steps=[
                ["buttons", plan.CHAIN], ["read", plan.CHAIN, "C1:H2"],
                ["write", plan.SETTINGS, folder, [["C:\\chains"]]], ["call", "GexHistory", "LoadedNewest"],
                ["read", plan.CHAIN, "C1:E4"], ["read", plan.EARLIER, "C1:H2"],
                ["write", plan.CHAIN, "C1:C1", [["same"]]], ["call", "GexHistory", "LoadedNewest"],
                ["read", plan.CHAIN, "C1:E4"], ["read", plan.EARLIER, "C1:H2"],
                ["write", plan.SETTINGS, folder, [["nowhere"]]], ["call", "GexHistory", "LoadedNewest"],
                ["read", plan.CHAIN, "C1:E4"],
            ],
        )
    )  # fmt: skip
    new = [["strike", "gamma", ""], [5000.0, 0.5, ""], [5100.0, "", ""], ["", "", ""]]
    buttons, before, _, said, chain_now, earlier_now, _, again, chain_then, earlier_then, _, refused, unchanged = found
    assert [label for label, _ in buttons] == ["Load newest file"]
    assert said.startswith("newer.csv is on Chain. The chain before is on Earlier. ")
    assert (chain_now, chain_then, unchanged) == (new, new, new)
    assert earlier_now == before
    assert earlier_then == earlier_now
    assert again.startswith("newer.csv is on Chain. ") and "Earlier" not in again
    assert refused == "Nothing was loaded: there is no such folder."


def test_formulas_in_a_file_stay_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('=HYPERLINK("x"),@SUM(A1),+1+1,-5,1e3\n', encoding="utf-8")
    ((*texts, minus, thousand),) = calls.cells_of_file(str(tmp_path / "a.csv"), [["sign", "customer_flow"]])
    assert [it[:2] for it in texts] == ["'=", "'@", "'+"]
    assert (minus, thousand) == (-5, 1000)
