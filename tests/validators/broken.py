"""A sound workbook with something of everything, and ways to break it: {what is broken: (who sees it, the change)}."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import xlsxwriter

from gex_xl.engines.package import Package

Parts = dict[str, str]
BOOK, ONE, TWO, STYLES, TYPES = (
    "xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/styles.xml", "[Content_Types].xml",
)  # fmt: skip


def sound(path: Path) -> None:
    """Two sheets with figures, texts, a name, arrays, merged cells, a validation, formats, a chart, tables, a link."""
    book = xlsxwriter.Workbook(path)
    book.set_calc_mode("auto", 191029)
    book.calc_on_load = False
    one, two = book.add_worksheet("One"), book.add_worksheet("Two")
    bold, red = book.add_format({"bold": True}), book.add_format({"font_color": "red"})
    one.write_row("A1", ["text", 1, 2.5, True], bold)
    one.write_formula("B3", "=SUM(B1:C1)", bold, 3.5)
    one.write_dynamic_array_formula("D5:D7", "=_xlfn.SEQUENCE(3)", None, 1)
    one.write_array_formula("F5:G6", "{=B1:C1*2}", None, 2)
    one.merge_range("A9:B10", "merged", bold)
    one.data_validation(
        "A12", {"validate": "list", "source": ["a", "b"], "error_title": "No", "error_message": "Pick."}
    )
    one.conditional_format("B1:C1", {"type": "formula", "criteria": "=$B$1>0", "format": red})
    one.write_url("A13", "internal:'Two'!A1", string="go")
    two.write_column("A1", [1, 2, 3])
    for corner, name in (("C1:D3", "First"), ("F1:G3", "Second")):
        two.add_table(corner, {"name": name, "columns": [{"header": "a"}, {"header": "b"}]})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Two!$A$1:$A$3"})
    two.insert_chart("A6", chart)
    book.define_name("Figures", "=Two!$A$1:$A$3")
    book.define_name("Sum_Of_All", "=SUM(Two!$A$1:$A$3)")
    book.close()
    Package(path).save(path)  # lists calc features


def broken(source: Path, target: Path, change: Callable[[Parts], None]) -> None:
    """A copy of the sound book with its parts changed."""
    with zipfile.ZipFile(source) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text.encode())


def swap(part: str, old: str, new: str) -> Callable[[Parts], None]:
    """Put `new` in place of `old`, which must be there."""

    def change(parts: Parts) -> None:
        assert old in parts[part], f"{old} is not in {part}"
        parts[part] = parts[part].replace(old, new, 1)

    return change


def _formula(text: str) -> Callable[[Parts], None]:
    return swap(ONE, "SUM(B1:C1)", text)


def _name(entry: str) -> Callable[[Parts], None]:
    return swap(BOOK, "</definedNames>", f"{entry}</definedNames>")


def _cell(xml: str) -> Callable[[Parts], None]:
    """Put a row with this cell at the end of the sheet One."""
    return swap(ONE, "</sheetData>", f'<row r="90">{xml}</row></sheetData>')


def _without(part: str) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        del parts[part]

    return change


def _orphan(parts: Parts) -> None:
    parts["xl/worksheets/sheet9.xml"] = parts[TWO]
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
    swap(TYPES, "</Types>", f'<Override PartName="/xl/worksheets/sheet9.xml" ContentType="{kind}"/></Types>')(parts)


def _no_type(parts: Parts) -> None:
    parts[TYPES] = re.sub(r'<Override PartName="/xl/worksheets/sheet2.xml"[^<>]*/>', "", parts[TYPES])
    parts[TYPES] = parts[TYPES].replace('<Default Extension="xml" ContentType="application/xml"/>', "")


def _without_metadata(parts: Parts) -> None:
    del parts["xl/metadata.xml"]
    parts[TYPES] = re.sub(r'<Override PartName="/xl/metadata.xml"[^<>]*/>', "", parts[TYPES])
    rels = "xl/_rels/workbook.xml.rels"
    parts[rels] = re.sub(r'<Relationship\b[^<>]*Target="metadata.xml"[^<>]*/>', "", parts[rels])


def _without_features(parts: Parts) -> None:
    parts[BOOK] = re.sub(r"<extLst>.*</extLst>", "", parts[BOOK])


def _all_hidden(parts: Parts) -> None:
    parts[BOOK] = parts[BOOK].replace("<sheet name=", '<sheet state="hidden" name=')


_A, _B = 'sheet name="One"', 'sheet name="Two"'
_NEST = "ABS(" * 65 + "1" + ")" * 65
#: Who must see it: "lint" is ours, "sdk" is Microsoft's, and there ours sees nothing.
CASES: dict[str, tuple[str, Callable[[Parts], None]]] = {
    # the file
    "a part is no XML": ("lint", swap(ONE, "</worksheet>", "")),
    "a part declares entities": ("lint", swap(ONE, "<worksheet", '<!DOCTYPE x [<!ENTITY e "e">]><worksheet')),
    "a part is missing": ("lint", _without(TWO)),
    "nothing points to a part": ("lint", _orphan),
    "a part has no content type": ("lint", _no_type),
    "a relation is not there": ("lint", swap(ONE, "</worksheet>", '<drawing r:id="rId77"/></worksheet>')),
    "an unknown element": ("sdk", swap(ONE, "<sheetData>", "<sheetDate/><sheetData>")),
    "elements in the wrong order": (
        "sdk", lambda parts: parts.update({ONE: re.sub(r"(<sheetData>.*</sheetData>)(<mergeCells.*?</mergeCells>)",
                                                       r"\2\1", parts[ONE], flags=re.S)}),
    ),
    "an attribute that is no number": ("sdk", swap(ONE, "<sheetView ", '<sheetView zoomScale="wide" ')),
    "an attribute that nobody knows": ("sdk", swap(ONE, "<sheetFormatPr ", '<sheetFormatPr tallness="5" ')),
    "a pattern that is none": ("sdk", swap(STYLES, 'patternType="gray125"', 'patternType="gray999"')),
    "a chart without its plot": (
        "sdk", lambda parts: parts.update({"xl/charts/chart1.xml": re.sub(
            r"<c:plotArea>.*</c:plotArea>", "", parts["xl/charts/chart1.xml"], flags=re.S)}),
    ),
    "a validation of an unknown kind": ("sdk", swap(ONE, '<dataValidation type="list"', '<dataValidation type="lost"')),
    # sheets
    "a sheet's name of 32 letters": ("lint", swap(BOOK, _A, f'sheet name="{"N" * 32}"')),
    "a sheet's name with a colon": ("lint", swap(BOOK, _A, 'sheet name="a:b"')),
    "two sheets of one name": ("lint", swap(BOOK, _A, 'sheet name="TWO"')),
    "a sheet called History": ("lint", swap(BOOK, _A, 'sheet name="History"')),
    "no sheet to be seen": ("lint", _all_hidden),
    # names
    "a name that is a cell": ("lint", _name('<definedName name="GEX1">Two!$A$1</definedName>')),
    "a name that is a row and column": ("lint", _name('<definedName name="R1C1">Two!$A$1</definedName>')),
    "a name that is there twice": ("lint", _name('<definedName name="FIGURES">Two!$A$1</definedName>')),
    "a name with a blank": ("lint", _name('<definedName name="Two Words">Two!$A$1</definedName>')),
    "a name of a sheet that is gone": ("lint", _name('<definedName name="Gone">Three!$A$1</definedName>')),
    "a name that makes a range": (
        "lint", _name('<definedName name="Made">Two!$A$1:INDEX(Two!$A$1:$A$9,3)</definedName>'),
    ),
    # recalculation on opening
    "no calc features": ("lint", _without_features),
    "an old engine": ("lint", swap(BOOK, 'calcId="191029"', 'calcId="124519"')),
    "recalculation is asked for": ("lint", swap(BOOK, "<calcPr ", '<calcPr fullCalcOnLoad="1" ')),
    "a volatile function": ("lint", _formula("SUM(OFFSET(B1,0,0,1,2))")),
    # formulas
    "a formula of 8193 characters": ("lint", _formula("1+" * 4096 + "1")),
    "a text of 256 characters in a formula": ("lint", _formula(f'"{"x" * 256}"')),
    "functions 65 deep": ("lint", _formula(_NEST)),
    "256 arguments": ("lint", _formula(f"SUM({','.join('1' * 256)})")),
    "a function of later years without its prefix": ("lint", _formula("XLOOKUP(1,B1:C1,B1:C1)")),
    "a parenthesis that stays open": ("lint", _formula("SUM(B1:C1")),
    "an equals sign": ("lint", _formula("=SUM(B1:C1)")),
    "cells that are gone": ("lint", _formula("SUM(#REF!)")),
    "a sheet that is gone": ("lint", _formula("SUM(Three!A1)")),
    "another file": ("lint", _formula("SUM([1]One!A1)")),
    "a cell beyond the sheet": ("lint", _formula("A1048577+1")),
    "a figure made text with a decimal point": ("lint", _formula("TEXT(B1,&quot;0.00%&quot;)")),
    # cells
    "a format that is not there": ("lint", _cell('<c r="A90" s="99"><v>1</v></c>')),
    "a shared text that is not there": ("lint", _cell('<c r="A90" t="s"><v>999</v></c>')),
    "a number that is none": ("lint", _cell('<c r="A90"><v>1,5</v></c>')),
    "an error that no file holds": ("lint", _cell('<c r="A90" t="e"><v>#SPILL!</v></c>')),
    "a text of 32768 characters": ("lint", _cell(f'<c r="A90" t="inlineStr"><is><t>{"x" * 32768}</t></is></c>')),
    "cells out of order": ("lint", _cell('<c r="B90"><v>1</v></c><c r="A90"><v>1</v></c>')),
    "a row that is there twice": ("lint", swap(ONE, "</sheetData>", '<row r="1"/></sheetData>')),
    # rectangles
    "a spill without metadata": ("lint", _without_metadata),
    "merged cells that overlap": ("lint", swap(ONE, "</mergeCells>", '<mergeCell ref="B10:C11"/></mergeCells>')),
    "merged cells over an array": ("lint", swap(ONE, "</mergeCells>", '<mergeCell ref="F5:G5"/></mergeCells>')),
    "arrays that overlap": ("lint", swap(ONE, 'ref="F5:G6"', 'ref="D5:G6"')),
    "a formula inside an array": ("lint", swap(ONE, 'ref="D5:D7"', 'ref="B3:D7"')),
    # validations, formats, links, tables
    "a list of 256 characters": ("lint", swap(ONE, '"a,b"', f'"{"a," * 128}"')),
    "a title of 33 letters": ("lint", swap(ONE, 'errorTitle="No"', f'errorTitle="{"N" * 33}"')),
    "a conditional format of another sheet": ("lint", swap(ONE, "$B$1&gt;0", "Two!$A$1&gt;0")),
    "a conditional format without its format": ("lint", swap(ONE, 'dxfId="', 'dxfId="9')),
    "a link to a sheet that is gone": ("lint", swap(ONE, "'Two'!A1", "'Three'!A1")),
    "two tables of one name": ("lint", swap("xl/tables/table2.xml", 'displayName="Second"', 'displayName="FIRST"')),
    "two columns of one name": ("lint", swap("xl/tables/table1.xml", 'name="b"', 'name="A"')),
}  # fmt: skip
