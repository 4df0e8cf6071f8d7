"""The classic .xlsm: its parts, its VBA read back, and that VBA run as far as anything but Excel runs it."""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import types
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest

from gex_xl.engines.package import Package
from gex_xl.errors import BadInput
from gex_xl.functions import EXAMPLE_CHAIN, REGISTRY
from gex_xl.functions.registry import Argument, Function
from gex_xl.history import COLUMNS
from gex_xl.hosts.classic import machine as classic_machine
from gex_xl.hosts.classic import wrappers
from gex_xl.hosts.classic.host import CONFIG
from gex_xl.hosts.classic.host import HOST as CLASSIC
from gex_xl.template import plan, selftest

INSTALLED = importlib.metadata.version("xlwings")
OURS = ("GexFunctions", "GexWizard", "GexHost", "GexHistory", "ThisWorkbook")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classic workbook with the example chain in it."""
    target = tmp_path_factory.mktemp("classic") / "gamma.xlsm"
    done = CLASSIC.new(target, EXAMPLE_CHAIN)
    assert not done.errors
    return target


def modules_of(book: Path) -> dict[str, str]:
    """{module: VBA}, as olevba reads them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of olevba's own, about a library it uses
        from oletools.olevba import VBA_Parser

        parser = VBA_Parser(str(book))
        try:
            return {Path(name).stem: code for _, _, name, code in parser.extract_macros()}
        finally:
            parser.close()


@pytest.fixture(scope="module")
def modules(book: Path) -> dict[str, str]:
    return modules_of(book)


def joined(code: str) -> str:
    """VBA with its continued lines made one."""
    return re.sub(r" _\r?\n\s*", " ", code)


# --- the file


def test_every_part_is_well_formed_and_of_a_known_type(book: Path) -> None:
    with zipfile.ZipFile(book) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        types = ElementTree.fromstring(archive.read("[Content_Types].xml"))  # noqa: S314  our own file
        for name in names:
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(archive.read(name))  # noqa: S314
        relations = "".join(archive.read(name).decode() for name in names if name.endswith(".rels"))
        formulas = "".join(archive.read(name).decode() for name in names if "/worksheets/sheet" in name)
    assert len(names) == len(set(names))
    by_part = {each.get("PartName"): each.get("ContentType") for each in types}
    defaults = {each.get("Extension"): each.get("ContentType") for each in types}
    assert by_part["/xl/workbook.xml"] == "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    assert defaults["bin"] == "application/vnd.ms-office.vbaProject"
    assert all(f"/{name}" in by_part or name.rpartition(".")[2] in defaults for name in names)
    assert "relationships/vbaProject" in relations
    assert 'TargetMode="External"' not in relations
    assert not [name for name in names if "externalLink" in name]
    texts = re.compile(r"&quot;.*?&quot;|\"[^\"]*\"")
    assert not any(
        re.search(r"\bDDE\b|\|", texts.sub("", text)) for text in re.findall(r"<f\b[^<>]*>([^<]*)<", formulas)
    )
    assert 'cm="1"' in formulas  # what spills is marked as a dynamic array
    assert "_xldudf_" not in formulas
    assert ">HEADLINE(Calc!" in formulas


def test_every_sheet_has_its_own_module(book: Path, modules: dict[str, str]) -> None:
    with zipfile.ZipFile(book) as archive:
        found = {name: archive.read(name).decode() for name in archive.namelist() if "/worksheets/sheet" in name}
        workbook = archive.read("xl/workbook.xml").decode()
    codes = [re.search(r'<sheetPr[^>]*codeName="([^"]+)"', text) for text in found.values()]
    assert all(codes)
    assert len(codes) == len(plan.SHEETS) + 2  # xlwings.conf and Self-test
    assert {code[1] for code in codes if code} <= modules.keys()
    assert 'codeName="ThisWorkbook"' in workbook


def test_values_are_there_before_anything_is_calculated(book: Path) -> None:
    loaded = openpyxl.load_workbook(book, data_only=True, keep_vba=True)
    try:
        assert loaded.sheetnames == [*plan.SHEETS, selftest.SHEET, "xlwings.conf"]
        assert loaded["xlwings.conf"].sheet_state == "hidden"
        assert isinstance(loaded["Dashboard"]["G5"].value, float)
        assert loaded.vba_archive is not None
    finally:
        loaded.close()
        if loaded.vba_archive is not None:
            loaded.vba_archive.close()


def test_recalculating_keeps_the_macros(book: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsm"
    settled = [list(row) for row in EXAMPLE_CHAIN]
    settled[3][5] = 99_999
    before = CLASSIC.recalc(book, tmp_path / "same.xlsm", None)
    after = CLASSIC.recalc(book, out, settled)
    assert not after.errors
    assert before.names["Total_GEX"] != after.names["Total_GEX"]
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(out) as new:
        assert old.namelist() == new.namelist()
        for part in ("xl/vbaProject.bin", "[Content_Types].xml", Package(book).sheets["xlwings.conf"]):
            assert old.read(part) == new.read(part)


def test_no_name_of_a_cell_reads_like_a_function(book: Path) -> None:
    """In Excel both are names, and case does not count (ECMA-376 part 1, 18.17.2.5)."""
    names = {name for _, name in Package(book).names}
    assert {"CHAIN", "SPOT", "HEADLINE_TOTAL_GEX", "HEADLINE_REGIME"} <= names
    assert not names & REGISTRY.keys()


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_it(book: Path, tmp_path: Path) -> None:
    command = ["soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"]
    subprocess.run(
        [*command, "--convert-to", "xlsx", "--outdir", str(tmp_path), str(book)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    assert Package(tmp_path / "gamma.xlsx").sheets.keys() == {*plan.SHEETS, selftest.SHEET, "xlwings.conf"}


@pytest.mark.parametrize("name", ["gamma.xlsx", "gamma", "gamma.xls"])
def test_other_endings_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"does not end in \.xlsm"):
        CLASSIC.new(tmp_path / name, None)
    assert not list(tmp_path.iterdir())


def test_without_pyopenvba_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pyopenvba", None)  # what an import of it finds where it is not installed
    with pytest.raises(BadInput, match="pip install pyopenvba"):
        CLASSIC.new(tmp_path / "gamma.xlsm", None)


# --- the VBA


def test_the_modules_are_those_of_the_installed_xlwings_and_ours(modules: dict[str, str]) -> None:
    assert modules.keys() >= {*OURS, "xlwings", "Dictionary"}
    assert "Module1" not in modules
    assert f'XLWINGS_VERSION As String = "{INSTALLED}"' in modules["xlwings"]


def test_no_library_is_named_but_the_installed_one(modules: dict[str, str]) -> None:
    code = "\n".join(modules.values())
    assert set(re.findall(r'"[^"\n]*?([\w.-]+\.dll)"', code)) == {
        f"xlwings64-{INSTALLED}.dll",
        f"xlwings32-{INSTALLED}.dll",
    }
    ours = re.findall(r'".*?\.dll"', modules["GexHost"])
    assert ours == [rf'"\xlwings{bits}-" & XLWINGS_VERSION & ".dll"' for bits in (64, 32)]
    declared = set(re.findall(r'(?i)\bDeclare\b.*?\bLib\s+"([^"]+)"', code))
    assert declared - {f"xlwings{bits}-{INSTALLED}.dll" for bits in (32, 64)} == {"KERNEL32", "libc.dylib"}
    for name in OURS:
        assert not re.search(r"(?i)\bDeclare\b", modules[name])


def test_every_function_is_there_with_its_arguments_in_order(modules: dict[str, str]) -> None:
    found = re.findall(
        r'Public Function (\w+)\((.*?)\)\r?\n\s*\1 = GexCall\("\1", Array\((.*?)\)\)\r?\nEnd Function',
        modules["GexFunctions"],
    )
    assert [name for name, _, _ in found] == list(REGISTRY)
    assert modules["GexFunctions"].count("Function ") == len(REGISTRY)
    for name, head, passed in found:
        arguments = REGISTRY[name].arguments
        names = [wrappers.argument_name(argument.name) for argument in arguments]
        assert head.split(", ") == [n if a.required else f"Optional {n}" for n, a in zip(names, arguments, strict=True)]
        assert passed.split(", ") == names


def test_the_wizard_is_told_of_every_function_and_argument(modules: dict[str, str]) -> None:
    code = joined(modules["GexWizard"])
    for name, record in REGISTRY.items():
        body = re.search(rf"Private Sub Describe{name}\(\)\r?\n(.*?)End Sub", code, re.S)
        assert body
        assert re.search(rf"^    Describe{name}\r?$", code, re.M)
        helps = [value for _, value in re.findall(r"helps\((\d+)\) = (.+)", body[1])]
        assert [text_of(help_) for help_ in helps] == [argument.help for argument in record.arguments]
        assert all(len(text_of(help_)) <= 255 for help_ in helps)
        options = re.search(
            rf'Application\.MacroOptions Macro:=Here & "{name}", Category:="gex_xl", Description:=(.*), '
            r"ArgumentDescriptions:=helps",
            body[1],
        )
        assert options
        assert 0 < len(text_of(options[1])) <= 255
        assert text_of(options[1]).startswith(record.help[:255])


def text_of(expression: str) -> str:
    """What a VBA expression of literals and ChrW means."""
    units = b""
    for literal, code in re.findall(r'"((?:[^"]|"")*)"|ChrW\((\d+)\)', expression):
        units += int(code).to_bytes(2, "little") if code else literal.replace('""', '"').encode("utf-16-le")
    return units.decode("utf-16-le")


@pytest.mark.parametrize("text", ["", "plain", 'say "no"', "σ² of ΔS", "2 000 €", "a\nb", "𝜎", '"', "é"])
def test_any_text_survives_as_a_literal(text: str) -> None:
    written = wrappers.literal(text)
    assert written.isascii()
    assert "\n" not in written
    assert text_of(written) == text


@pytest.mark.parametrize("name", OURS)
def test_our_modules_keep_the_limits_of_the_editor(name: str, modules: dict[str, str]) -> None:
    code = modules[name]
    assert code.isascii()
    assert "Option Explicit" in code
    lines = code.replace("\r\n", "\n").split("\n")
    assert max(map(len, lines)) < 1023
    run = 0
    for line in lines:
        run = run + 1 if line.endswith(" _") else 0
        assert run <= 24
    for kind in ("Sub", "Function"):
        assert len(re.findall(rf"(?m)^(?:Public |Private )?{kind} ", code)) == len(
            re.findall(rf"(?m)^End {kind}", code)
        )


def test_no_name_stands_for_two_things(modules: dict[str, str]) -> None:
    """A module named as a function makes Excel show #NAME?."""
    assert not {name.upper() for name in modules} & REGISTRY.keys()
    helpers = set(
        re.findall(
            r"(?m)^Public (?:Sub|Function) (\w+)", modules["GexHost"] + modules["GexWizard"] + modules["GexHistory"]
        )
    )
    assert not {name.upper() for name in helpers} & REGISTRY.keys()
    for name in ("GexHost", "GexWizard"):  # else the wizard would list what is not for cells
        assert "Option Private Module" in modules[name]


def test_the_config_answers_all_that_xlwings_asks_before_it_starts_python(modules: dict[str, str]) -> None:
    code = modules["xlwings"]
    asked: set[str] = set()
    for name in ("XLPyCommand", "XLPyLoadDLL"):
        body = re.search(rf"(?:Function|Sub) {name}\(\)(.*?)End (?:Function|Sub)", code, re.S)
        assert body
        asked |= set(re.findall(r'GetConfig\("([^"]+)"', body[1]))
    assert "INTERPRETER_WIN" in asked
    assert asked - {"INTERPRETER"} <= CONFIG.keys()  # INTERPRETER is asked where INTERPRETER_WIN is blank
    assert not CONFIG["LICENSE_KEY"]


def test_an_argument_named_as_a_word_of_vba_takes_an_underscore() -> None:
    arguments = tuple(Argument(name, "h", required, False) for name, required in (("type", True), ("date", False)))
    record = Function("ODD", "c", "h", "r", arguments, (), False, print)
    assert "Public Function ODD(type_, Optional date_)" in wrappers.functions([record])
    assert 'GexCall("ODD", Array(type_, date_))' in wrappers.functions([record])


def test_the_interpreter_that_built_the_book_is_written_down() -> None:
    python = r"C:\Users\Zoë\venv\Scripts\pythonw.exe"
    found = re.search(r"GexBuiltWith = (.+)", wrappers.descriptions([], python))
    assert found
    assert text_of(found[1]) == python


# --- the VBA, run by LibreOffice's Basic


PROBE = r"""
Option Explicit
Public Const XLWINGS_VERSION As String = "0"

Public Function XLPy() As Object
End Function

Public Function Probe() As String
    Dim series(2) As Variant, table(2, 1) As Variant, i As Long, j As Long, shown As Variant
    Probe = Said(GexShown("#N/A")) & Said(GexShown("#N/A FLIP_STRIKE: one-sided chain")) & Said(GexShown("#VALUE!"))
    Probe = Probe & Said(GexShown("#VALUE! TOTAL_GEX: no")) & Said(GexShown("#N/Ax")) & Said(GexShown("long_gamma"))
    Probe = Probe & Said(GexShown(1.5)) & Said(GexShown(True)) & Said(GexShown("")) & vbLf
    series(0) = "#N/A": series(1) = "x": series(2) = 2
    shown = GexShown(series)
    For i = 0 To 2: Probe = Probe & Said(shown(i)): Next
    Probe = Probe & vbLf
    table(0, 0) = "Flip strike": table(0, 1) = "#N/A": table(1, 0) = "": table(1, 1) = -3
    table(2, 0) = "#VALUE! a": table(2, 1) = False
    shown = GexShown(table)
    For i = 0 To 2: For j = 0 To 1: Probe = Probe & Said(shown(i, j)): Next j: Next i
    Probe = Probe & vbLf & "[" & GexReason("#VALUE! TOTAL_GEX: no chain") & "][" & GexReason("#N/A") & "]["
    Probe = Probe & GexReason("fine") & "][" & GexReason(2) & "][" & GexReason(table) & "]" & vbLf
    Probe = Probe & "[" & GexFirstLine("No module" & vbLf & "  File") & "][" & GexFirstLine("a" & vbCrLf & "b") & "]["
    Probe = Probe & GexFirstLine("") & "]" & vbLf & "[" & GexBuiltWith() & "]" & Said(TOTAL_GEX("x", 5000))
    Probe = Probe & vbLf & GexAbsolute("C:\Python\pythonw.exe") & GexAbsolute("\pythonw.exe") & GexAbsolute("")
    Probe = Probe & GexAbsolute(".\pythonw.exe") & GexAbsolute("C:\a;b\pythonw.exe") & GexAbsolute("pythonw.exe")
End Function

Private Function Said(ByVal shown As Variant) As String
    If IsError(shown) Then Said = "<" & CStr(CLng(shown)) & ">" Else Said = "(" & CStr(shown) & ")"
End Function
"""


def python_with_uno() -> str | None:
    for python in ("/usr/bin/python3", "python3"):
        if shutil.which(python):
            asked = subprocess.run([python, "-c", "import uno"], check=False, capture_output=True)
            if asked.returncode == 0:
                return python
    return None


@pytest.fixture
def office(tmp_path: Path) -> Iterator[str]:
    """LibreOffice listening on a pipe, with a profile of its own."""
    if shutil.which("soffice") is None or python_with_uno() is None:
        pytest.skip("LibreOffice or its Python bridge is not installed")
    pipe = f"gex_xl_{tmp_path.name}"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    process = subprocess.Popen(["soffice", "--headless", "--norestore", profile, f"--accept=pipe,name={pipe};urp;"])
    yield pipe
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def probed(book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The book without what Basic cannot compile, which is xlwings' own, and with PROBE in it."""
    from pyopenvba import ExcelFile

    path = tmp_path_factory.mktemp("probed") / "probed.xlsm"
    with ExcelFile(book) as macros:
        project = macros.vba_project()
        for theirs in ("xlwings", "Dictionary"):
            project.delete_module(theirs)
        project.add_module("GexProbe", PROBE.replace("\n", "\r\n"))
        macros.save(path)
    return path


def basic(office: str, book: Path, *call: str, steps: Sequence[Sequence[object]] = ()) -> str:
    """What basic_session.py prints."""
    return subprocess.run(
        [str(python_with_uno()), str(Path(__file__).with_name("basic_session.py")), office, book.as_uri(), *call],
        check=True, capture_output=True, text=True, timeout=180, input=json.dumps(steps),
    ).stdout  # fmt: skip


def test_basic_runs_what_turns_answers_into_cells(probed: Path, office: str) -> None:
    """xlErrNA is 2042 and xlErrValue 2015 (Microsoft's XlCVError)."""
    assert basic(office, probed, "GexProbe", "Probe").splitlines() == [
        "<2042><2042><2015><2015>(#N/Ax)(long_gamma)(1.5)(True)()",
        "<2042>(x)(2)",
        "(Flip strike)<2042>()(-3)<2015>(False)",
        "[TOTAL_GEX: no chain][][][][]",
        "[No module][a][]",
        "[]<2015>",  # the last: no Python can be reached here
        "TrueFalseFalseFalseFalseFalse",
    ]


HEADER = list(COLUMNS[:24])
FIRST = plan.KEPT_HEADER + 1
ROOM = f"B{FIRST}:AB{FIRST + 3}"
TODAY = f"B{plan.TODAY_HEADER}:Y{plan.TODAY_HEADER + 1}"
NOTHING = [""] * 27


def row_of(day: object, symbol: str = "SPX", spot: float = 5000.5) -> list[object]:
    """Today's row as Excel has it: texts, numbers and blanks."""
    return [day, symbol, "2025-10-08T11:30:00-04:00", spot, *[-1.25e9] * 16, "short_gamma", 12, "USD per 1 %", ""]


def kept(*rows: list[object]) -> list[list[object]]:
    """What is to stand in ROOM."""
    return [*([*row, "", "", ""] for row in rows), *[NOTHING] * (4 - len(rows))]


def pressed(today: list[object] | None = None, call: str = "AppendToday") -> list[list[object]]:
    """Steps: today's row becomes this one, the button is pressed, the kept rows are read."""
    written = [["write", "Days", TODAY, [HEADER, today]]] if today else []
    return [*written, ["call", "GexHistory", call], ["read", "Days", ROOM]]


def test_the_macro_keeps_today_once(probed: Path, office: str) -> None:
    """Twice on one day, as a text, as a date's number and with other symbols; what a file had filled is cleared."""
    day, serial = "2025-10-08", 45938.0  # 45 938 days after 1899-12-30
    again, other = row_of(day, spot=5001.0), row_of(day, "NDX")
    filled = ["file.csv", "f" * 32, "defaults #1"]
    found = json.loads(
        basic(
            office, probed,
            steps=[
                ["buttons", "Days"], *pressed(row_of(day)), *pressed(again), *pressed(other),
                ["write", "Days", f"B{FIRST}:B{FIRST}", [[serial]]],
                ["write", "Days", f"Z{FIRST}:AB{FIRST}", [filled]],
                *pressed(row_of(day, spot=5002.0)), *pressed(row_of("2025-10-09"), "KeptToday"),
            ],
        )
    )  # fmt: skip
    press = "vnd.sun.star.script:VBAProject.GexHistory.AppendToday?language=Basic&location=document"
    assert found[0] == [["Keep today's row", press]]
    rooms = [step for step in found if isinstance(step, list) and len(step) == 4]
    assert rooms == [
        kept(row_of(day)),
        kept(again),
        kept(again, other),
        kept(row_of(day, spot=5002.0), other),
        kept(row_of(day, spot=5002.0), other, row_of("2025-10-09")),
    ]
    assert found[-2] == f"2025-10-09 SPX was added in row {FIRST + 2}."


def test_the_macro_keeps_nothing_that_is_no_row(probed: Path, office: str) -> None:
    """A row with an error in it; one without a date; no room."""
    last = plan.KEPT_HEADER + plan.KEPT_ROWS
    found = json.loads(
        basic(
            office, probed,
            steps=[
                *pressed(row_of("2025-10-08"))[:1], ["write", "Days", "G53:G53", [["=NA()"]]],
                *pressed(call="KeptToday"), *pressed(row_of(""), "KeptToday"),
                ["write", "Days", f"B{last}:C{last}", [["2020-01-02", "SPX"]]],
                *pressed(row_of("2025-10-08"), "KeptToday"),
            ],
        )
    )  # fmt: skip
    assert [step for step in found if isinstance(step, str)] == [
        "Nothing was kept: G53 of today's row shows an error; the sheet Check says what is wrong with the chain.",
        "Nothing was kept: today's row has no date; paste a chain on the sheet Chain first.",
        "Nothing was kept: all 5000 rows are filled; delete the oldest ones.",
    ]
    assert [step for step in found if isinstance(step, list) and len(step) == 4] == [kept()] * 3


def test_the_button_runs_a_macro_that_is_there(book: Path, modules: dict[str, str]) -> None:
    with zipfile.ZipFile(book) as archive:
        drawings = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".vml"))
    assert re.findall(r"<x:FmlaMacro>(.*?)</x:FmlaMacro>", drawings) == ["[0]!AppendToday", "[0]!LoadNewest"]
    assert "Public Sub AppendToday()" in modules["GexHistory"]
    # Excel's list of macros shows both, and nothing else of ours.
    public = {
        name: re.findall(r"(?m)^Public Sub (\w+)\(\)", code)
        for name, code in modules.items()
        if name.startswith("Gex") and "Option Private Module" not in code
    }
    assert public == {"GexFunctions": [], "GexHistory": ["AppendToday", "LoadNewest"]}


# --- this machine


@pytest.mark.skipif(sys.platform == "win32", reason="says what other systems are told")
def test_elsewhere_one_sentence_says_that_it_needs_windows() -> None:
    for each in (classic_machine.install, classic_machine.uninstall):
        with pytest.raises(BadInput, match="classic needs Excel on Windows"):
            each()
    (requirement,) = classic_machine.requirements()
    assert not requirement.there
    assert requirement.next_step


@pytest.mark.parametrize("place", ["", "Scripts"])
def test_the_interpreter_is_the_one_without_a_window(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python.exe"))
    assert classic_machine.interpreter() is None
    (tmp_path / place).mkdir(exist_ok=True)
    (tmp_path / place / "pythonw.exe").touch()
    assert classic_machine.interpreter() == tmp_path / place / "pythonw.exe"


class Registry(types.ModuleType):
    """Windows' registry in memory, as far as `winreg` is used."""

    HKEY_CURRENT_USER, HKEY_CLASSES_ROOT, REG_SZ = "user", "classes", 1

    def __init__(self, *keys: tuple[str, str]) -> None:
        super().__init__("winreg")
        self.keys: dict[tuple[str, str], dict[str, str]] = {key: {} for key in keys}

    def CreateKey(self, root: str, key: str) -> Any:
        self.keys.setdefault((root, key), {})
        return self.OpenKey(root, key)

    def OpenKey(self, root: str, key: str) -> Any:
        if (root, key) not in self.keys:
            raise FileNotFoundError(key)
        return contextlib.nullcontext(self.keys[root, key])

    def DeleteKey(self, root: str, key: str) -> None:
        self.keys.pop((root, key), None)

    def SetValueEx(self, key: dict[str, str], name: str, _: int, kind: int, value: str) -> None:
        assert kind == self.REG_SZ
        key[name] = value

    def QueryValueEx(self, key: dict[str, str], name: str) -> tuple[str, int]:
        return key[name], self.REG_SZ


@pytest.fixture
def windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """A Windows machine with Excel and all that a classic workbook needs."""
    registry = Registry(("classes", r"Excel.Application\CLSID"))
    monkeypatch.setitem(sys.modules, "winreg", registry)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python.exe"))
    monkeypatch.setattr(importlib.metadata, "version", lambda name: {"pywin32": "312", "xlwings": INSTALLED}[name])
    (tmp_path / "pythonw.exe").touch()
    (tmp_path / f"xlwings64-{INSTALLED}.dll").touch()
    return registry


def test_install_writes_what_vba_reads_and_uninstall_takes_it_back(windows: Registry, tmp_path: Path) -> None:
    before = dict(windows.keys)
    assert [requirement.what for requirement in classic_machine.requirements() if not requirement.there] == [
        "Python chosen for classic workbooks"
    ]
    assert str(tmp_path / "pythonw.exe") in classic_machine.install()
    # Where GetSetting(app, section, key) looks (Microsoft, "GetSetting function").
    asked = re.search(r'GetSetting\("(\w+)", "(\w+)", "(\w+)"', wrappers.fixed("GexHost.bas"))
    assert asked
    place = ("user", rf"Software\VB and VBA Program Settings\{asked[1]}\{asked[2]}")
    assert windows.keys[place] == {asked[3]: str(tmp_path / "pythonw.exe")}
    assert all(requirement.there and not requirement.next_step for requirement in classic_machine.requirements())
    assert "no longer" in classic_machine.uninstall()
    assert windows.keys == before
    assert "nothing was changed" in classic_machine.uninstall()


@pytest.mark.parametrize(
    ("missing", "said"),
    [("pythonw.exe", "no pythonw.exe near"), (f"xlwings64-{INSTALLED}.dll", f"no xlwings64-{INSTALLED}.dll in")],
)
def test_install_says_what_is_missing(missing: str, said: str, windows: Registry, tmp_path: Path) -> None:
    (tmp_path / missing).unlink()
    before = dict(windows.keys)
    with pytest.raises(BadInput, match=said):
        classic_machine.install()
    assert windows.keys == before


def test_install_needs_excel(windows: Registry) -> None:
    windows.keys.clear()
    with pytest.raises(BadInput, match="Excel on Windows: not found"):
        classic_machine.install()
