"""One worksheet's XML: find its formulas, write values into its cells, leave every other byte as it was.

The text is patched rather than parsed and written again: a writer that renames namespace prefixes breaks
`mc:Ignorable`, and Excel then calls the file damaged. lxml keeps the prefixes, but writes another declaration and other
empty elements (52 of 149 parts of two books changed), takes four times as long on the largest sheet as the search for
its formulas, and 80 ms to import."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import NamedTuple
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from gex_xl.engines.addresses import LAST_COLUMN, LAST_ROW, Area, address, area_of, column_number
from gex_xl.errors import BadInput

Scalar = bool | float | str | None

# The error values that a file may hold. Excel itself stores newer ones, such as #SPILL!, as #VALUE! here.
FILE_ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})
EXCEL_ERRORS = FILE_ERRORS | {"#SPILL!", "#CALC!"}

_FORMULA = re.compile(r"<c\b([^<>]*)><f\b([^<>]*?)(?:/>|>([^<]*)</f>)")
_ROW = re.compile(r"<row\b([^<>]*?)(/?)>")
_CELL = re.compile(r'<c\b([^<>]*?\br="([A-Z]{1,3})[0-9]+"[^<>]*?)(/?)>')
_KEPT_FORMULA = re.compile(r"<f\b[^<>]*?(?:/>|>[^<]*</f>)")
_SHEET_DATA = re.compile(r"<sheetData\b[^<>]*?(/?)>")
_COLUMN = re.compile(r"<col\b[^<>]*>")
_DIMENSION = re.compile(r'(<dimension\b[^<>]*?\bref=")[^"]*(")')
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_SPELLED = re.compile("_x([0-9A-Fa-f]{4})_")
_FORMULA_TEXT = re.compile(
    r"(<(?:\w+:)?(?:f|formula|formula1|formula2|definedName|calculatedColumnFormula|totalsRowFormula)\b[^<>]*(?<!/)>)"
    r"([^<]+)(?=</)"
)
_UNSAFE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff\r]|_(?=x[0-9A-Fa-f]{4}_)")


class Error(str):
    """An error value such as "#N/A", as against text that merely reads so."""


class Entry(NamedTuple):
    """What a cell is to hold. `style` is an index into the book's formats, for a cell that has no format."""

    value: Scalar
    style: int | None = None


@dataclass(frozen=True, slots=True)
class FormulaCell:
    """A cell with a formula. `text` has no "="; "" means: shared with an earlier cell.

    `kind` is "plain", "array" (fixed rectangle) or "dynamic" (spills); `area` is what its result covered when
    the file was saved."""

    sheet: str
    row: int
    column: int
    text: str
    kind: str
    area: Area

    @property
    def name(self) -> str:
        return f"{self.sheet}!{address(self.row, self.column)}"


def formula_cells(xml: str, sheet: str) -> list[FormulaCell]:
    """The sheet's formula cells, in the file's order."""
    found = []
    for cell, formula, text in _FORMULA.findall(xml):
        place = area_of(_attribute(cell, "r") or "", sheet)
        if place is None:
            raise BadInput(f"A formula on the sheet {sheet} has no address; save the file again in Excel.")
        kind = _attribute(formula, "t")
        area = place
        if kind == "array":
            area = area_of(_attribute(formula, "ref") or "", sheet) or place
        style = "plain" if kind != "array" else "dynamic" if _attribute(cell, "cm") else "array"
        if kind != "dataTable":
            found.append(FormulaCell(sheet, place.top, place.left, unescape(text), style, area))
    return found


def with_formulas(xml: str, change: Callable[[str], str]) -> str:
    """A part with each of its formulas put through `change`; one that comes back as it was keeps its bytes."""

    def changed(found: re.Match[str]) -> str:
        before = unescape(found[2])
        after = change(before)
        return found[0] if after == before else found[1] + escape(after)

    return _FORMULA_TEXT.sub(changed, xml)


def with_values(
    xml: str, entries: Mapping[int, Mapping[int, Entry]], areas: Mapping[tuple[int, int], str] | None = None
) -> str:
    """The sheet with `entries` {row: {column: entry}} written. Formulas and formats of the cells stay.

    `areas` gives array formulas the new rectangle that they cover, by (row, column): "A1:B9"."""
    columns = _column_styles(xml)
    rows = {number: (attributes, inner) for number, attributes, inner in _rows(xml)}
    for number, wanted in entries.items():
        attributes, inner = rows.get(number, (f' r="{number}"', ""))
        cells = {column: (found, content) for column, found, content in _cells(inner)}
        row_style = _row_style(attributes)
        written = {column: _raw(found, content) for column, (found, content) in cells.items()}
        for column, entry in wanted.items():
            found, content = cells.get(column, ("", ""))
            formula = _KEPT_FORMULA.search(content) if content else None
            kept = formula[0] if formula else ""
            area = (areas or {}).get((number, column))
            if kept and area:
                kept = re.sub(r'\bref="[^"]*"', f'ref="{area}"', kept, count=1)
            style = _attribute(found, "s") or row_style or columns.get(column) or entry.style
            array = f' cm="{_attribute(found, "cm")}"' if kept and _attribute(found, "cm") else ""
            if kept or entry.value is not None or _attribute(found, "s"):
                written[column] = _cell(address(number, column), style, entry.value, kept, array)
            else:
                written.pop(column, None)
        rows[number] = (_without_spans(attributes), "".join(written[column] for column in sorted(written)))
    return _with_rows(xml, rows)


def with_arrays(xml: str, wanted: Mapping[tuple[int, int], tuple[str, str]]) -> str:
    """The sheet with formulas made array formulas of a fixed rectangle: {(row, column): (rectangle, text)}."""

    def fixed(found: re.Match[str]) -> str:
        place = area_of(_attribute(found[1], "r") or "")
        if place is None or (place.top, place.left) not in wanted:
            return found[0]
        reference, text = wanted[place.top, place.left]
        cell = re.sub(r'\s(?:cm|vm)="[^"]*"', "", found[1])
        return f'<c{cell}><f t="array" ref="{reference}">{escaped(text)}</f>'

    return _FORMULA.sub(fixed, xml)


def pasted(xml: str, top: int, left: int, block: Sequence[Sequence[Entry]]) -> str:
    """The sheet with all cells from (top, left) to the right and down emptied, then `block` written."""
    columns = _column_styles(xml)
    rows: dict[int, tuple[str, str]] = {}
    for number, attributes, inner in _rows(xml):
        rows[number] = (attributes, inner)
    for number in sorted({*(n for n in rows if n >= top), *range(top, top + len(block))}):
        attributes, inner = rows.get(number, (f' r="{number}"', ""))
        row_style = _row_style(attributes)
        before, styles = [], {}
        for column, found, content in _cells(inner):
            if column < left:
                before.append(_raw(found, content))
            elif style := _attribute(found, "s"):
                styles[column] = style
        line = block[number - top] if top <= number < top + len(block) else ()
        after = []
        for column, entry in enumerate(line, left):
            style = styles.pop(column, None)
            if entry.value is None and style is None:
                continue
            fallback = row_style or columns.get(column)
            shown: str | int | None = style or fallback
            if entry.style is not None and (shown or "0") == "0":
                shown = entry.style  # a date would show as a number
            after.append((column, _cell(address(number, column), shown, entry.value)))
        after += [(column, _cell(address(number, column), style, None)) for column, style in styles.items()]
        after.sort()
        rows[number] = (_without_spans(attributes), "".join(before) + "".join(text for _, text in after))
    return _with_rows(xml, rows)


def shared_texts(root: ElementTree.Element) -> list[str]:
    """The book's shared texts, in order."""
    return [_text_of(item) for item in root.iter(f"{_MAIN}si")]


def cell_values(root: ElementTree.Element, texts: Sequence[str]) -> Iterator[tuple[tuple[int, int], Scalar]]:
    """((row, column), value) of every cell that holds one."""
    for cell in root.iter(f"{_MAIN}c"):
        place, kind = area_of(cell.get("r", "")), cell.get("t", "n")
        found = cell.findtext(f"{_MAIN}v")
        if place is None or (found is None and kind != "inlineStr"):
            continue
        value: Scalar
        if kind == "inlineStr":
            value = _text_of(cell)
        elif kind == "s":
            value = texts[int(found or 0)]
        elif kind == "b":
            value = found == "1"
        elif kind == "e":
            value = Error(found)
        else:
            value = _unescaped(found or "") if kind == "str" else float(found or 0)
        yield (place.top, place.left), value


def _text_of(item: ElementTree.Element) -> str:
    return _unescaped("".join(run.text or "" for run in item.iter(f"{_MAIN}t")))


def _unescaped(text: str) -> str:
    return _SPELLED.sub(lambda found: chr(int(found[1], 16)), text)


def escaped(text: str) -> str:
    """Text as XML, with what XML cannot hold spelled as Office does: _x0001_."""
    return escape(_UNSAFE.sub(lambda found: f"_x{ord(found[0]):04X}_", text))


def _cell(reference: str, style: str | int | None, value: Scalar, formula: str = "", array: str = "") -> str:
    start = f'<c r="{reference}"' + (f' s="{style}"' if style is not None else "") + array
    if value is None:
        return f"{start}>{formula}</c>" if formula else start + "/>"
    if isinstance(value, bool):
        return f'{start} t="b">{formula}<v>{int(value)}</v></c>'
    if isinstance(value, Error):
        shown = value if value in FILE_ERRORS else "#VALUE!"
        return f'{start} t="e">{formula}<v>{shown}</v></c>'
    if isinstance(value, str):
        if formula:
            return f'{start} t="str">{formula}<v>{escaped(value)}</v></c>'
        return f'{start} t="inlineStr"><is><t xml:space="preserve">{escaped(value)}</t></is></c>'
    return f"{start}>{formula}<v>{number_text(value)}</v></c>"


def number_text(value: float) -> str:
    """The shortest text that reads back as the same number."""
    return repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def _rows(xml: str) -> Iterator[tuple[int, str, str]]:
    start, end = _sheet_data(xml)
    for attributes, inner in _elements(_ROW, "</row>", xml[start:end]):
        number = _attribute(attributes[0], "r")
        if number is None or not (number.isascii() and number.isdigit()) or len(number) > len(str(LAST_ROW)):
            raise BadInput("A sheet of this workbook has rows without numbers; save it again in Excel.")
        yield int(number), attributes[0], inner


def _cells(inner: str) -> Iterator[tuple[int, str, str]]:
    for (attributes, column), content in _elements(_CELL, "</c>", inner):
        yield column_number(column), attributes, content


def _elements(opening: re.Pattern[str], closing: str, xml: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """(groups of the start tag, what is inside) of each element. Raises BadInput for one that is not closed."""
    at = 0
    while found := opening.search(xml, at):
        *said, empty = found.groups()
        at = found.end()
        inner = ""
        if not empty:
            end = xml.find(closing, at)
            if end < 0:
                raise BadInput("A sheet of this workbook is ill-formed XML; save it again in Excel.")
            inner, at = xml[at:end], end + len(closing)
        yield tuple(said), inner


def _sheet_data(xml: str) -> tuple[int, int]:
    """Where the rows begin and end; both are the same where there are none."""
    found = _SHEET_DATA.search(xml)
    end = -1 if found is None else found.end() if found[1] else xml.rfind("</sheetData>")
    if found is None or end < found.end():
        raise BadInput("A sheet of this workbook is in a form that cannot be read; save it again in Excel.")
    return found.end(), end


def _raw(attributes: str, content: str) -> str:
    return f"<c{attributes}>{content}</c>" if content else f"<c{attributes}/>"


def _with_rows(xml: str, rows: Mapping[int, tuple[str, str]]) -> str:
    numbers = sorted(rows)
    texts, used_rows, used_columns = [], [], []
    for number in numbers:
        attributes, inner = rows[number]
        if not inner and attributes.strip() == f'r="{number}"':
            continue
        texts.append(f"<row{attributes}>{inner}</row>" if inner else f"<row{attributes}/>")
        references = [_first_column(inner), _last_column(inner)] if inner else []
        if references:
            used_rows.append(number)
            used_columns += references
    body = "<sheetData>" + "".join(texts) + "</sheetData>"
    start, end = _sheet_data(xml)
    head, tail = xml[: xml.rfind("<sheetData", 0, start)], xml[end:].removeprefix("</sheetData>")
    size = "A1"
    if used_rows:
        first, last = address(used_rows[0], min(used_columns)), address(used_rows[-1], max(used_columns))
        size = first if first == last else f"{first}:{last}"
    return _DIMENSION.sub(rf"\g<1>{size}\g<2>", head, count=1) + body + tail


def _first_column(inner: str) -> int:
    found = _CELL.search(inner)
    return column_number(found[2]) if found else 1


def _last_column(inner: str) -> int:
    found = _CELL.search(inner, inner.rfind("<c "))
    return column_number(found[2]) if found else 1


def _attribute(attributes: str, name: str) -> str | None:
    found = re.search(rf'(?:^|\s){name}="([^"]*)"', attributes)
    return found[1] if found else None


def _without_spans(attributes: str) -> str:
    return re.sub(r'\sspans="[^"]*"', "", attributes)


def _row_style(attributes: str) -> str | None:
    return _attribute(attributes, "s") if _attribute(attributes, "customFormat") in ("1", "true") else None


def _column_styles(xml: str) -> dict[int, str]:
    styles = {}
    for column in _COLUMN.findall(xml[: xml.find("<sheetData")]):
        style, first, last = (_attribute(column, name) for name in ("style", "min", "max"))
        if style and first and last:
            styles.update(dict.fromkeys(range(int(first), min(int(last), LAST_COLUMN) + 1), style))
    return styles
