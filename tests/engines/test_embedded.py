"""The embedded engine, end to end: a book by xlsxwriter, calculated with real functions, read by openpyxl."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from gex_xl.engines import Recalculation, recalculate
from gex_xl.errors import BadInput

Rows = Sequence[Sequence[object]]
CHAIN: Rows = [["strike", "gamma"], [5000, 1.5], [5010, -2], [5020, 4]]


def per_strike(chain: list[list[object]], spot: float | None = None) -> list[list[object]]:
    rows = [row for row in chain[1:] if isinstance(row[0], float)]
    return [["strike", "gex"]] + [[row[0], row[1] * (spot or 1.0)] for row in rows]  # type: ignore[operator]


def total(chain: list[list[object]], scale: float | None = None, spot: float | None = None) -> float:
    return sum(row[1] for row in chain[1:] if isinstance(row[1], float)) * (scale or 1.0) * (spot or 1.0)


def fails(value: object) -> object:
    raise ValueError(f"no expiry like {value}")


FUNCTIONS: dict[str, Callable[..., object]] = {"PER_STRIKE": per_strike, "TOTAL": total, "FAILS": fails}


def make_book(path: Path, formulas: Mapping[str, str], *, chain: Rows = CHAIN, charts: bool = False) -> Path:
    """A book with the sheets Main, of formulas ("A1": ordinary, "{A1}": spilling), and Chain, from C1."""
    book = xlsxwriter.Workbook(path, {"use_future_functions": True})
    main, data = book.add_worksheet("Main"), book.add_worksheet("Chain")
    book.define_name("SPOT", "=Main!$Z$1")
    book.define_name("LAST_ROW", "=Main!$Z$2")
    book.define_name("RAW", "=Chain!$C$1:INDEX(Chain!$C$1:$F$60000,LAST_ROW,2)")
    main.write_number("Z1", 100)
    main.write_formula("Z2", '=LOOKUP(2,1/(Chain!$C$1:$C$60000<>""),ROW(Chain!$C$1:$C$60000))')
    for cell, formula in formulas.items():
        if cell.startswith("{"):
            main.write_dynamic_array_formula(f"{cell[1:-1]}:{cell[1:-1]}", formula)
        else:
            main.write_formula(cell, formula)
    for number, row in enumerate(chain):
        data.write_row(number, 2, row)
    main.data_validation("Y1", {"validate": "list", "source": ["gamma", "delta"]})
    main.conditional_format("B1:B9", {"type": "data_bar"})
    if charts:
        chart = book.add_chart({"type": "column"})
        chart.add_series({"categories": "=Main!$A$2:$A$6", "values": "=Main!$B$2:$B$6", "name": "=Main!$B$1"})
        main.insert_chart("H5", chart)
    book.close()
    return path


def run(
    tmp_path: Path,
    formulas: Mapping[str, str],
    functions: Mapping[str, Callable[..., object]] = FUNCTIONS,
    *,
    chain: Rows = CHAIN,
    paste: Mapping[str, Rows] | None = None,
) -> tuple[Recalculation, Worksheet]:
    """Calculate such a book in place; what was computed, and the sheet Main as openpyxl reads its values."""
    path = make_book(tmp_path / "book.xlsx", formulas, chain=chain)
    computed = recalculate(path, path, functions, paste=paste)
    return computed, openpyxl.load_workbook(path, data_only=True)["Main"]


def block(sheet: Worksheet, cells: str) -> list[list[object]]:
    return [[cell.value for cell in row] for row in sheet[cells]]


def test_a_python_function_spills_and_what_depends_on_it_follows(tmp_path: Path) -> None:
    computed, sheet = run(
        tmp_path,
        {
            "{A1}": "=PER_STRIKE(RAW,SPOT)",
            "{D1}": "=_xlfn.ANCHORARRAY(A1)",
            "{H1}": "=SORT(DROP(_xlfn.ANCHORARRAY(A1),1),2,-1)",
            "K1": '=IF(MAX(B:B)>0,"most "&TEXT(MAX(B:B),"#,##0.0"),"none")',
            "K2": "=ROWS(_xlfn.ANCHORARRAY(A1))",
            "K3": "=TOTAL(_xlfn.ANCHORARRAY(A1))",
            "K4": "=TOTAL(PER_STRIKE(_xlfn.TAKE(RAW,3)),MAX(_xlfn.ANCHORARRAY(H1)))",
        },
    )
    spill = [["strike", "gex"], [5000, 150], [5010, -200], [5020, 400]]
    assert block(sheet, "A1:B4") == spill
    assert block(sheet, "D1:E4") == spill
    assert block(sheet, "H1:I3") == [[5020, 400], [5000, 150], [5010, -200]]
    assert [sheet[f"K{row}"].value for row in range(1, 5)] == ["most 400.0", 4, 350, -0.5 * 5020]
    assert computed.values["Main!B4"] == 400.0
    assert computed.names == {"SPOT": 100.0, "LAST_ROW": 4.0}
    assert computed.errors == {}
    kept = openpyxl.load_workbook(tmp_path / "book.xlsx")["Main"]
    assert (kept["A1"].value.text, kept["A1"].value.ref) == ("=PER_STRIKE(RAW,SPOT)", "A1:B4")
    assert kept["K1"].value == '=IF(MAX(B:B)>0,"most "&TEXT(MAX(B:B),"#,##0.0"),"none")'


def test_calls_inside_calls_and_inside_larger_formulas(tmp_path: Path) -> None:
    computed, sheet = run(
        tmp_path,
        {
            "A1": "=TOTAL(PER_STRIKE(RAW,SPOT))+1",
            "A2": "=_xldudf_TOTAL(Chain!C1:D4,,SPOT/50)",
            "A3": "=IFERROR(FAILS(1),-1)",
            "A4": '="net "&TOTAL(Chain!$C$1:$D$4)',
            "A5": "=A1+A2",
            "A6": "=TOTAL(PER_STRIKE(RAW,A5))",
        },
    )
    assert [sheet[f"A{row}"].value for row in range(1, 7)] == [351, 7, -1, "net 3.5", 358, 1253]
    assert computed.errors == {}


def test_a_count_down_to_the_end_of_a_sheet_counts_all_and_takes_no_minute(tmp_path: Path) -> None:
    tall: Rows = [*CHAIN, *[[None]] * 300, [None, None, "stray"], [None, 5, 6]]
    _, sheet = run(
        tmp_path,
        {
            "A1": "=COUNTA(Chain!$C$3:$F$1048576)",
            "B1": "=COUNTA(Chain!$C$306:$F$1048576)+COUNTA(Chain!C400:C1048576)",
            "C1": "=ROWS(Chain!$C$3:$F$1048576)",
            "{D1}": "=PER_STRIKE(RAW,SPOT)",
            "G1": "=COUNTA(D2:E1048576)",  # what spills counts too, though nothing was written there
        },
        chain=tall,
    )
    assert [sheet[f"{column}1"].value for column in "ABCG"] == [2 * 2 + 1 + 2, 2, 1_048_576 - 2, 2 * 3]


def test_arguments_arrive_as_from_a_host(tmp_path: Path) -> None:
    seen: list[tuple[object, ...]] = []

    def note(*arguments: object) -> float:
        seen.append(arguments)
        return 1.0

    chain: Rows = [["a", 1, True], [None, datetime(2026, 1, 2), "x"]]
    book = xlsxwriter.Workbook(tmp_path / "book.xlsx", {"default_date_format": "yyyy-mm-dd"})
    sheet, data = book.add_worksheet("Main"), book.add_worksheet("Bob's chain")
    for number, row in enumerate(chain):
        data.write_row(number, 0, row)
    sheet.write_formula("A1", "=NA()")
    sheet.write_formula("B1", "=NOTE(1,,\"say \"\"hi\"\", (a,b)\",TRUE,'Bob''s chain'!A2,'Bob''s chain'!A1:C2,)")
    sheet.write_formula("B2", "=NOTE(A1:A2,IF(1>2,5,'Bob''s chain'!A1:A2),{1,2},1+1)")
    sheet.write_formula("B3", "=NOTE(OFFSET('Bob''s chain'!A1,1,0,1,2),INDEX('Bob''s chain'!A1:C2,0,1),-3%)")
    book.close()
    recalculate(tmp_path / "book.xlsx", tmp_path / "new.xlsx", {"note": note})
    assert seen == [
        (1.0, None, 'say "hi", (a,b)', True, None, [["a", 1.0, True], [None, 46024.0, "x"]]),
        ([["#N/A"], [None]], [["a"], [None]], [[1.0, 2.0]], 2.0),
        ([[None, 46024.0]], [["a"], [None]], -0.03),
    ]
    assert seen[0][3] is True


def test_equal_calls_are_computed_once(tmp_path: Path) -> None:
    calls: list[object] = []

    def count(*arguments: object) -> float:
        calls.append(arguments)
        return float(len(calls))

    formulas = {f"A{row}": "=COUNTED(Chain!C1:D4,1)" for row in range(1, 6)} | {"B1": "=COUNTED(Chain!C1:D4,TRUE)"}
    _, sheet = run(tmp_path, formulas, {"COUNTED": count})
    assert len(calls) == 2  # 1 and TRUE differ
    assert {sheet[f"A{row}"].value for row in range(1, 6)} == {1}


def test_a_smaller_chain_clears_the_old_spill_and_resizes_it(tmp_path: Path) -> None:
    path = make_book(tmp_path / "book.xlsx", {"{A1}": "=PER_STRIKE(RAW,SPOT)", "D3": "=COUNT(A1:A9)"})
    recalculate(path, path, FUNCTIONS)
    recalculate(path, path, FUNCTIONS, paste={"Chain!C1": [["strike", "gamma"], [4000, 1]]})
    sheet = openpyxl.load_workbook(path, data_only=True)["Main"]
    assert block(sheet, "A1:B4") == [["strike", "gex"], [4000, 100], [None, None], [None, None]]
    assert sheet["D3"].value == 1
    assert openpyxl.load_workbook(path)["Main"]["A1"].value.ref == "A1:B2"
    recalculate(path, path, FUNCTIONS, paste={"Chain!C1": CHAIN})
    assert openpyxl.load_workbook(path)["Main"]["A1"].value.ref == "A1:B4"


def test_a_blocked_spill_is_an_error_and_keeps_what_blocks_it(tmp_path: Path) -> None:
    computed, sheet = run(tmp_path, {"{A1}": "=PER_STRIKE(RAW)", "A3": '="mine"'})
    assert computed.values["Main!A1"] == "#SPILL!"
    # Excel, too, stores #VALUE! for readers that do not know #SPILL!.
    assert block(sheet, "A1:B3") == [["#VALUE!", None], [None, None], ["mine", None]]


def test_errors_of_functions(tmp_path: Path) -> None:
    computed, sheet = run(
        tmp_path,
        {"A1": "=FAILS(SPOT)", "A2": "=NONE()", "A3": "=ISNA(NONE())", "A4": "=A1+1", "{A5}": "=MIXED()"},
        FUNCTIONS | {"NONE": lambda: "#N/A", "MIXED": lambda: [[1, None], ["#DIV/0!", float("inf")]]},
    )
    assert [sheet[f"A{row}"].value for row in range(1, 5)] == ["#VALUE!", "#N/A", True, "#VALUE!"]
    assert sheet["A2"].data_type == "e"
    assert block(sheet, "A5:B6") == [[1, ""], ["#DIV/0!", "#NUM!"]]
    assert computed.values["Main!B5"] == ""
    assert computed.errors == {"Main!A1": "no expiry like 100.0"}


@pytest.mark.parametrize(
    "formulas",
    [
        {"A1": "=TOTAL(A2:B3)", "A3": "=TOTAL(Chain!C1:D4,A1)"},
        {"A1": "=A2+1", "A2": "=A1+1"},
        {"{A1}": "=PER_STRIKE(A1:B4)"},
    ],
)
def test_a_circle_is_refused_naming_a_cell(tmp_path: Path, formulas: dict[str, str]) -> None:
    with pytest.raises(BadInput, match=r"formula in Main!A[13] depends on its own result"):
        run(tmp_path, formulas)


def test_now_stands_still(tmp_path: Path) -> None:
    before = datetime.now()
    computed, _ = run(tmp_path, {"A1": "=SAME(NOW())", "A2": "=NOW()", "A3": "=A1=A2"}, {"SAME": lambda moment: moment})
    assert computed.values["Main!A3"] is True
    days = (before - datetime(1899, 12, 30)).total_seconds() / 86400
    assert computed.values["Main!A2"] == pytest.approx(days, abs=60 / 86400)


def test_random_numbers_as_arguments_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="Main!A1 never settles"):
        run(tmp_path, {"A1": "=SAME(RAND())"}, {"SAME": lambda number: number})


def test_tables_shared_and_fixed_array_formulas(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Main")
    columns = [{"header": "Strike"}, {"header": "Gamma"}]
    sheet.add_table("A1:B4", {"name": "Chain", "columns": columns, "data": [[1, 10], [2, 20], [3, 30]]})
    for row, part in enumerate(("Chain[#All]", "Chain[]", "Chain", "Chain[Gamma]", "Chain[[#All],[Gamma]]")):
        sheet.write_formula(row, 3, f"=SHAPE({part})")
    sheet.write_array_formula("F1:G3", "{=PER_STRIKE(Chain[#All])}")
    book.close()
    computed = recalculate(
        path, path, FUNCTIONS | {"SHAPE": lambda rows: f"{len(rows)} x {len(rows[0])} from {rows[0][0]}"}
    )
    shapes = [computed.values[f"Main!D{row}"] for row in range(1, 6)]
    assert shapes == ["4 x 2 from Strike", *["3 x 2 from 1.0"] * 2, "3 x 1 from 10.0", "4 x 1 from Gamma"]
    assert block(openpyxl.load_workbook(path, data_only=True)["Main"], "F1:G4") == [
        ["strike", "gex"],
        [1, 10],
        [2, 20],
        [None, None],  # a fixed array takes no more than its rectangle
    ]


def test_charts_validations_and_formats_survive(tmp_path: Path) -> None:
    path = make_book(tmp_path / "book.xlsx", {"{A1}": "=PER_STRIKE(RAW)"}, charts=True)
    before = {name: zipfile.ZipFile(path).read(name) for name in zipfile.ZipFile(path).namelist()}
    recalculate(path, tmp_path / "new.xlsx", FUNCTIONS, paste={"Chain!C1": CHAIN})
    with zipfile.ZipFile(tmp_path / "new.xlsx") as archive:
        after = {name: archive.read(name) for name in archive.namelist()}
    changed = {name for name in before if before[name] != after.get(name)}
    # xl/workbook.xml by the list of what the calculation used, and nothing else.
    cells = {"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/charts/chart1.xml"}
    assert changed == {*cells, "xl/workbook.xml"}
    assert re.sub(rb"<extLst>.*</extLst>", b"", after["xl/workbook.xml"]) == before["xl/workbook.xml"]
    assert set(after) == set(before)
    sheet = openpyxl.load_workbook(tmp_path / "new.xlsx")["Main"]
    assert sheet.data_validations.dataValidation[0].formula1 == '"gamma,delta"'
    assert len(sheet.conditional_formatting) == 1
    series = sheet._charts[0].series[0]
    assert [(point.idx, float(point.v)) for point in series.val.numRef.numCache.pt] == [
        (0, 1.5),
        (1, -2),
        (2, 4),
    ]
    assert series.val.numRef.numCache.ptCount == 5
    assert [point.v for point in series.cat.numRef.numCache.pt] == [5000, 5010, 5020]
    assert series.tx.strRef.strCache.pt[0].v == "gex"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
def test_libreoffice_opens_what_was_written(tmp_path: Path) -> None:
    path = make_book(tmp_path / "book.xlsx", {"{A1}": "=PER_STRIKE(RAW)", "K1": '="a<b"&CHAR(10)&"c"'}, charts=True)
    recalculate(path, path, FUNCTIONS, paste={"Chain!C1": [*CHAIN, ["=1+1", "é & <x> \x01"]]})
    profile = (tmp_path / "profile").as_uri()
    command = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "ods", path.name]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=180)
    content = zipfile.ZipFile(tmp_path / "book.ods").read("content.xml").decode()
    for text in ("strike", "5020", "=1+1", "é &amp; &lt;x&gt;"):
        assert f">{text}" in content


def test_a_large_chain_is_pasted_and_calculated(tmp_path: Path) -> None:
    rows = [[float(row * column % 977) for column in range(22)] for row in range(12_000)]
    path = make_book(tmp_path / "book.xlsx", {"A1": "=TOTAL(Chain!$C$1:$X$12000)", "{C1}": "=PER_STRIKE(RAW,SPOT)"})
    computed = recalculate(path, path, FUNCTIONS, paste={"Chain!C1": rows})
    assert computed.values["Main!A1"] == sum(row[1] for row in rows[1:])
    assert computed.values["Main!D12000"] == rows[-1][1] * 100


@pytest.mark.parametrize("content", [b"not a zip", b"PK\x05\x06" + b"\0" * 18])
def test_a_file_that_is_no_workbook_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"book\.xlsx"):
        recalculate(path, path, {})
    assert path.read_bytes() == content
    with pytest.raises(BadInput, match="no file absent"):
        recalculate(tmp_path / "absent.xlsx", path, {})


def test_a_failed_calculation_leaves_the_old_file(tmp_path: Path) -> None:
    path = make_book(tmp_path / "book.xlsx", {"A1": "=A2+1", "A2": "=A1+1"})
    before = path.read_bytes()
    with pytest.raises(BadInput):
        recalculate(path, path, {}, paste={"Chain!C1": [[1]]})
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["book.xlsx"]
