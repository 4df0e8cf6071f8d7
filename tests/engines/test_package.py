"""The .xlsx as parts: pasting, and files as Excel itself writes them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import xlsxwriter

from gex_xl.engines import recalculate
from gex_xl.engines.package import Package
from gex_xl.engines.sheet_xml import Entry, with_values
from gex_xl.errors import BadInput


def book(path: Path, fill: Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], object]) -> Path:
    made = xlsxwriter.Workbook(path)
    fill(made, made.add_worksheet("Chain"))
    made.close()
    return path


def edited(path: Path, part: str, edit: Callable[[str], str]) -> None:
    """Rewrite one part of a book, adding it if it is new."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    parts[part] = edit(parts.get(part, ""))
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)


def test_paste_writes_each_kind_of_value_and_text_stays_text(tmp_path: Path) -> None:
    path = book(tmp_path / "book.xlsx", lambda _, sheet: sheet.write_row("A1", ["kept", "kept", "old", "old", "old"]))
    values = ["=1+1", " spaced ", "<&>\n", "_x0041_\x02", 1, 2.5, np.float64(3), True, None, "", float("nan")]
    package = Package(path)
    package.paste("Chain!C1", [values, [date(2026, 1, 2), datetime(2026, 1, 2, 9, 30), np.int64(4)]])
    package.save(path)
    sheet = openpyxl.load_workbook(path)["Chain"]
    # Office reads _x005F_ as "_" and _x0002_ as that character; openpyxl shows inline text as stored.
    texts = ["kept", "kept", "=1+1", " spaced ", "<&>\n", "_x005F_x0041__x0002_"]
    assert [cell.value for cell in sheet[1]] == [*texts, 1, 2.5, 3, True]
    assert sheet["C1"].data_type != "f"
    assert [cell.value for cell in sheet[2]][2:5] == [datetime(2026, 1, 2), datetime(2026, 1, 2, 9, 30), 4]
    assert sheet.calculate_dimension() == "A1:J2"


def test_paste_empties_to_the_right_and_down_but_keeps_formats_and_widths(tmp_path: Path) -> None:
    def fill(made: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        bold, money = made.add_format({"bold": True}), made.add_format({"num_format": "0.00"})
        sheet.set_column("D:D", 33, money)
        for row in range(6):
            sheet.write_row(row, 0, ["label", row, row, row])
        sheet.write("C6", 7, bold)
        sheet.write_formula("C5", "=1+1")

    path = book(tmp_path / "book.xlsx", fill)
    package = Package(path)
    package.paste("Chain!C2", [["x", 1]])
    package.save(path)
    sheet = openpyxl.load_workbook(path)["Chain"]
    rows = [[cell.value for cell in row] for row in sheet["A1:D6"]]
    assert rows == [
        ["label", 0, 0, 0],
        ["label", 1, "x", 1],
        *[["label", n, None, None] for n in range(2, 6)],
    ]
    assert sheet["C6"].font.b
    assert sheet["D2"].number_format == "0.00"
    assert sheet.column_dimensions["D"].width == pytest.approx(33, abs=1)


def test_pasting_dates_again_adds_no_formats(tmp_path: Path) -> None:
    path = book(tmp_path / "book.xlsx", lambda *_: None)
    sizes = []
    for _ in range(2):
        package = Package(path)
        package.paste("Chain!A1", [[date(2026, 1, 2)]])
        package.save(path)
        sizes.append(len(openpyxl.load_workbook(path)._cell_styles))
    assert sizes[0] == sizes[1] == 2


@pytest.mark.parametrize(
    ("anchor", "message"),
    [("Absent!A1", "Absent!A1 is not a cell"), ("A1", "A1 is not a cell"), ("Chain!A1:B2", "not a cell")],
)
def test_paste_names_the_place_that_is_wrong(tmp_path: Path, anchor: str, message: str) -> None:
    path = book(tmp_path / "book.xlsx", lambda *_: None)
    with pytest.raises(BadInput, match=message):
        Package(path).paste(anchor, [[1]])


def test_paste_refuses_a_table_or_a_spill_in_the_way_and_odd_values(tmp_path: Path) -> None:
    path = book(tmp_path / "book.xlsx", lambda _, sheet: sheet.add_table("C5:D9", {"name": "Old"}))
    with pytest.raises(BadInput, match="table Old is in the way of pasting at Chain!C1"):
        Package(path).paste("Chain!C1", [[1]])
    with pytest.raises(BadInput, match="neither text, number nor date: \\{1\\}"):
        Package(path).paste("Chain!F1", [[{1}]])
    path = book(tmp_path / "spill.xlsx", lambda _, sheet: sheet.write_dynamic_array_formula("A1:D4", "=SEQUENCE(4,4)"))
    with pytest.raises(BadInput, match="result of Chain!A1 lies in the way"):
        Package(path).paste("Chain!C1", [[1]])


# A sheet as Excel 365 saves it: prefixes that mc:Ignorable names, extensions, shared formulas, rich errors.
EXCEL_SHEET = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" \
xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" \
xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="x14ac xr" \
xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac" \
xmlns:xr="http://schemas.microsoft.com/office/spreadsheetml/2014/revision" \
xr:uid="{00000000-0001-0000-0000-000000000000}"><dimension ref="A1:D3"/><sheetViews><sheetView \
workbookViewId="0"/></sheetViews><sheetFormatPr defaultRowHeight="15" x14ac:dyDescent="0.25"/><sheetData>\
<row r="1" spans="1:4" x14ac:dyDescent="0.25"><c r="A1"><v>1</v></c>\
<c r="B1"><f t="shared" ref="B1:B3" si="0">TWICE(A1)+1</f><v>0</v></c>\
<c r="D1" t="e" cm="1" vm="1">\
<f t="array" aca="1" ref="D1" ca="1">_xlfn.SEQUENCE(2,2)</f><v>#VALUE!</v></c></row>\
<row r="2" spans="1:4" x14ac:dyDescent="0.25"><c r="A2"><v>2</v></c>\
<c r="B2"><f t="shared" si="0"/><v>0</v></c></row>\
<row r="3" spans="1:4" x14ac:dyDescent="0.25"><c r="A3"><v>3</v></c>\
<c r="B3"><f t="shared" si="0"/><v>0</v></c></row>\
</sheetData><pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>\
<extLst><ext uri="{78C0D931-6437-407d-A8EE-F0AAD7539E65}" xmlns:x14="http://x"><x14:any/></ext></extLst>\
</worksheet>"""


def test_a_sheet_as_excel_writes_it_keeps_all_but_its_cells(tmp_path: Path) -> None:
    path = book(tmp_path / "book.xlsx", lambda *_: None)
    edited(path, "xl/worksheets/sheet1.xml", lambda _: EXCEL_SHEET)
    edited(path, "xl/calcChain.xml", lambda _: "<calcChain/>")
    edited(
        path,
        "xl/_rels/workbook.xml.rels",
        lambda text: text.replace(
            "</Relationships>",
            '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships'
            '/calcChain" Target="calcChain.xml"/></Relationships>',
        ),
    )
    edited(
        path,
        "[Content_Types].xml",
        lambda text: text.replace(
            "</Types>",
            '<Override PartName="/xl/calcChain.xml" ContentType="application/vnd.openxmlformats-'
            'officedocument.spreadsheetml.calcChain+xml"/></Types>',
        ),
    )
    computed = recalculate(path, path, {"TWICE": lambda number: 2 * number}, paste={"Chain!G9": [[1]]})
    assert [computed.values[f"Chain!B{row}"] for row in (1, 2, 3)] == [3, 5, 7]
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    after = parts["xl/worksheets/sheet1.xml"]
    head, body, tail = re.split(r"(<sheetData>.*</sheetData>)", after, flags=re.S)
    old_head, _, old_tail = re.split(r"(<sheetData>.*</sheetData>)", EXCEL_SHEET, flags=re.S)
    assert (head, tail) == (old_head.replace("A1:D3", "A1:G9"), old_tail)
    anchor = '<c r="D1" cm="1"><f t="array" aca="1" ref="D1:E2" ca="1">_xlfn.SEQUENCE(2,2)</f><v>1</v></c>'
    assert anchor + '<c r="E1"><v>2</v></c></row>' in body
    assert '<c r="B2"><f t="shared" si="0"/><v>5</v></c><c r="D2"><v>3</v></c><c r="E2"><v>4</v></c>' in body
    assert 'x14ac:dyDescent="0.25"' in body
    assert not any("calcChain" in name or "calcChain" in text for name, text in parts.items())


def test_cells_are_inserted_in_order() -> None:
    row = '<row r="2"><c r="C2" s="3"/></row>'
    xml = f'<worksheet><dimension ref="C2"/><sheetData>{row}</sheetData></worksheet>'
    entries = {5: {2: Entry(1.0)}, 1: {28: Entry("t")}, 2: {1: Entry(True), 3: Entry(None), 4: Entry(0.1)}}
    assert with_values(xml, entries) == (
        '<worksheet><dimension ref="A1:AB5"/><sheetData>'
        '<row r="1"><c r="AB1" t="inlineStr"><is><t xml:space="preserve">t</t></is></c></row>'
        '<row r="2"><c r="A2" t="b"><v>1</v></c><c r="C2" s="3"/><c r="D2"><v>0.1</v></c></row>'
        '<row r="5"><c r="B5"><v>1</v></c></row></sheetData></worksheet>'
    )


def test_entities_are_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "book.xlsx", lambda *_: None)
    edited(
        path,
        "xl/workbook.xml",
        lambda text: text.replace("<workbook", '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///x">]><workbook', 1),
    )
    with pytest.raises(BadInput, match="declares XML entities"):
        Package(path)


def test_a_category_axis_made_before_its_texts_draws_them(tmp_path: Path) -> None:
    def fill(made: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_formula("A1", '="Jan"')
        sheet.write_formula("A2", '="Feb"')
        sheet.write_formula("B1", "=NA()")
        sheet.write_formula("B2", "=0.5")
        chart = made.add_chart({"type": "line"})
        chart.add_series({"categories": "=Chain!$A$1:$A$2", "values": "=Chain!$B$1:$B$2"})
        sheet.insert_chart("D1", chart)

    path = book(tmp_path / "book.xlsx", fill)
    recalculate(path, path, {})
    series = openpyxl.load_workbook(path)["Chain"]._charts[0].series[0]
    assert [point.v for point in series.cat.strRef.strCache.pt] == ["Jan", "Feb"]
    assert [(point.idx, point.v) for point in series.val.numRef.numCache.pt] == [(1, 0.5)]
