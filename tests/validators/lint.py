"""What makes Excel repair or refuse a workbook, or show other figures than it holds, and Microsoft's SDK does not see.

`findings(book)` gives one sentence each, none for a sound book. It reads the file's XML by itself, without our own
engines. Limits are those of Excel's specification; sections named are of ECMA-376 part 1, fifth edition.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from xml.etree import ElementTree

from openpyxl.formula import Tokenizer
from openpyxl.utils import range_boundaries

from gex_xl.functions import REGISTRY

Area = tuple[int, int, int, int]  # first column, first row, last column, last row
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
#: Functions that a file writes with a prefix, or Excel shows #NAME?.
FUTURE = {
    "ARRAYTOTEXT", "BYCOL", "BYROW", "CHOOSECOLS", "CHOOSEROWS", "CONCAT", "DROP", "EXPAND", "FILTER",
    "FORMULATEXT", "HSTACK", "IFNA", "IFS", "ISOMITTED", "LAMBDA", "LET", "MAKEARRAY", "MAP", "MAXIFS", "MINIFS",
    "RANDARRAY", "REDUCE", "SCAN", "SEQUENCE", "SORT", "SORTBY", "SWITCH", "TAKE", "TEXTAFTER", "TEXTBEFORE",
    "TEXTJOIN", "TEXTSPLIT", "TOCOL", "TOROW", "UNIQUE", "VALUETOTEXT", "VSTACK", "WRAPCOLS", "WRAPROWS", "XLOOKUP",
    "XMATCH", "XOR",
}  # fmt: skip
VOLATILE = {"OFFSET", "INDIRECT", "NOW", "TODAY", "RAND", "RANDBETWEEN", "CELL", "INFO"}


@dataclass
class Book:
    """The parts of a file, and what was found wrong with them."""

    parts: dict[str, bytes]
    said: list[str] = field(default_factory=list)

    def say(self, sentence: str) -> None:
        self.said.append(sentence)

    def tree(self, part: str) -> ElementTree.Element:
        return ElementTree.fromstring(self.parts[part])  # noqa: S314  parsed before, DTDs refused

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """{id: (kind, target)} of a part; "" is the package."""
        folder, name = posixpath.split(part)
        source = posixpath.join(folder, "_rels", f"{name}.rels")
        if source not in self.parts:
            return {}
        found = {}
        for entry in self.tree(source):
            target = entry.get("Target", "")
            if entry.get("TargetMode") == "External" or target.startswith("#"):
                continue
            path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found[entry.get("Id", "")] = (entry.get("Type", "").rpartition("/")[2], path)
        return found

    @cached_property
    def workbook(self) -> str:
        return next(target for kind, target in self.relations("").values() if kind == "officeDocument")

    @cached_property
    def sheets(self) -> dict[str, str]:
        """Part by name of each worksheet."""
        related = self.relations(self.workbook)
        found = {}
        for entry in self.tree(self.workbook).iter(f"{MAIN}sheet"):
            kind, part = related.get(entry.get(f"{RELATION}id", ""), ("", ""))
            if kind == "worksheet" and part in self.parts:
                found[entry.get("name", "")] = part
        return found


def findings(path: Path) -> list[str]:
    """What is wrong with a workbook, a sentence each."""
    with zipfile.ZipFile(path) as archive:
        book = Book({name: archive.read(name) for name in archive.namelist()})
        for name, count in Counter(archive.namelist()).items():
            if count > 1:
                book.say(f"the part {name} is there {count} times")
    _xml(book)
    if book.said:
        return book.said
    _relations(book)
    _sheet_names(book)
    _names(book)
    _calculation(book)
    for title, part in book.sheets.items():
        _sheet(book, title, book.tree(part))
    _tables(book)
    return book.said


def _xml(book: Book) -> None:
    for name, content in book.parts.items():
        if not name.endswith((".xml", ".rels", ".vml")):
            continue
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            book.say(f"{name} declares entities")
            continue
        try:
            ElementTree.fromstring(content)  # noqa: S314
        except ElementTree.ParseError as error:
            book.say(f"{name} is no XML: {error}")


def _relations(book: Book) -> None:
    types = book.tree("[Content_Types].xml")
    overrides = {it.get("PartName", "").lstrip("/") for it in types if it.tag.endswith("Override")}
    defaults = {it.get("Extension", "").lower() for it in types if it.tag.endswith("Default")}
    for part in sorted(overrides - book.parts.keys()):
        book.say(f"[Content_Types].xml names {part}, which is not there")
    reached, ends = {"[Content_Types].xml"}, [""]
    while ends:
        part = ends.pop()
        folder, name = posixpath.split(part)
        reached |= {part, posixpath.join(folder, "_rels", f"{name}.rels")}
        for kind, target in book.relations(part).values():
            if target not in book.parts:
                book.say(f"{part or 'the package'} points to {target} ({kind}), which is not there")
            elif target not in reached:
                ends.append(target)
    for part in book.parts:
        if part not in reached:
            book.say(f"nothing points to {part}")
        if part not in overrides and part.rpartition(".")[2].lower() not in defaults:
            book.say(f"{part} has no content type")
        if part.endswith(".xml") and part != "[Content_Types].xml":
            known = book.relations(part)
            asked = re.findall(rb'\br:(?:id|embed|pict|link)="([^"]+)"', book.parts[part])
            source = posixpath.join(posixpath.dirname(part), "_rels", f"{posixpath.basename(part)}.rels")
            ids = {it.get("Id", "") for it in book.tree(source)} if source in book.parts else known.keys()
            for relation in asked:
                if relation.decode() not in ids:
                    book.say(f"{part} uses the relation {relation.decode()}, which is not there")


def _sheet_names(book: Book) -> None:
    entries = list(book.tree(book.workbook).iter(f"{MAIN}sheet"))
    titles = [it.get("name", "") for it in entries]
    for title, count in Counter(title.casefold() for title in titles).items():
        if count > 1:
            book.say(f"two sheets are called {title}")
    for title in titles:
        if not 1 <= len(title) <= 31 or re.search(r"[\[\]:*?/\\]", title) or title.strip("'") != title:
            book.say(f"no sheet can be called {title!r}")
        if title.casefold() == "history":
            book.say("Excel keeps the name History of a sheet for itself")
    if len({it.get("sheetId") for it in entries}) < len(entries):
        book.say("two sheets have one sheetId")
    if all(it.get("state", "visible") != "visible" for it in entries):
        book.say("no sheet is visible")


def _names(book: Book) -> None:
    root = book.tree(book.workbook)
    count = len(list(root.iter(f"{MAIN}sheet")))
    seen: set[tuple[str, str]] = set()
    for entry in root.iter(f"{MAIN}definedName"):
        name, scope, formula = entry.get("name", ""), entry.get("localSheetId", ""), entry.text or ""
        if (scope, name.casefold()) in seen:
            book.say(f"the name {name} is defined twice")
        seen.add((scope, name.casefold()))
        if scope and int(scope) >= count:
            book.say(f"the name {name} belongs to a sheet that is not there")
        if not name.startswith("_xlnm."):
            if not re.fullmatch(r"[^\W\d][\w.\\?]{0,254}|\\[\w.\\?]{0,254}", name):
                book.say(f"no name can be {name!r}")
            if _is_cell(name):
                book.say(f"the name {name} is the address of a cell")
        _formula(book, f"the name {name}", formula)
        if re.search(r":\s*(INDEX|OFFSET|CHOOSE)\(", formula) or re.search(r"\bINDEX\([^()]*\)\s*:", formula):
            book.say(f"the name {name} makes a range by a function: Excel recalculates it on opening")


def _is_cell(name: str) -> bool:
    """18.2.5: a name may not read as A1 or R1C1."""
    if re.fullmatch(r"[rR]\d*|[cC]\d*|[rR]\d*[cC]\d*", name):
        return True
    found = re.fullmatch(r"([A-Za-z]{1,3})0*([1-9]\d{0,6})", name)
    if not found:
        return False
    column = 0
    for letter in found[1].upper():
        column = column * 26 + ord(letter) - 64
    return column <= 16384 and int(found[2]) <= 1048576


def _calculation(book: Book) -> None:
    root = book.tree(book.workbook)
    settings = root.find(f"{MAIN}calcPr")
    if settings is None or int(settings.get("calcId", "0")) < 191029:
        book.say("the book names an old calculation engine: Excel recalculates it on opening")
    elif settings.get("fullCalcOnLoad") in ("1", "true"):
        book.say("the book asks for recalculation on opening")
    if not any(it.tag.endswith("}feature") and "calcfeatures" in it.tag for it in root.iter()):
        book.say("the book lists no calc features: Excel recalculates it on opening ([MS-XLSX] 2.4.82)")


def _sheet(book: Book, title: str, root: ElementTree.Element) -> None:
    arrays, formulas, merges = _cells(book, title, root)
    for entry in root.iter(f"{MAIN}mergeCell"):
        merges.append(_area(entry.get("ref", "")))
    for first, second in _overlapping(merges):
        book.say(f"{title}: the merged cells {first} and {second} overlap")
    for first, second in _overlapping(arrays):
        book.say(f"{title}: the arrays {first} and {second} overlap")
    for array in arrays:
        for merged in merges:
            if _meet(array, merged):
                book.say(f"{title}: the array {array} stands in the merged cells {merged}")
        for column, row in formulas:
            inside = array[0] <= column <= array[2] and array[1] <= row <= array[3]
            if inside and (column, row) != array[:2]:
                book.say(f"{title}: the formula in row {row}, column {column} stands inside the array {array}")
    _validations(book, title, root)
    _conditional(book, title, root)
    for entry in root.iter(f"{MAIN}hyperlink"):
        place = entry.get("location", "")
        sheet = place.rpartition("!")[0].strip("'").replace("''", "'")
        if sheet and sheet not in book.sheets:
            book.say(f"{title}: the link at {entry.get('ref')} goes to the sheet {sheet}, which is not there")


def _cells(book: Book, title: str, root: ElementTree.Element) -> tuple[list[Area], set[tuple[int, int]], list[Area]]:
    """Arrays and the places of formulas; merged cells are added by the caller."""
    styles, texts, metadata = (
        _count(book, "styles", "cellXfs"),
        _texts(book),
        _count(book, "sheetMetadata", "cellMetadata"),
    )
    arrays: list[Area] = []
    formulas: set[tuple[int, int]] = set()
    last_row, seen = 0, set()
    for row in root.iter(f"{MAIN}row"):
        number = int(row.get("r", "0"))
        if number <= last_row or number > 1048576:
            book.say(f"{title}: row {number} follows row {last_row}")
        last_row, last_column = number, 0
        for cell in row:
            reference = cell.get("r", "")
            column, at, *_ = _area(reference)
            if at != number or column <= last_column:
                book.say(f"{title}: the cell {reference} is out of place")
            last_column = column
            seen.add(reference)
            formula = cell.find(f"{MAIN}f")
            if formula is not None:
                formulas.add((column, at))
                if formula.get("t") == "array":
                    arrays.append(_area(formula.get("ref", reference)))
                if formula.text:
                    _formula(book, f"{title}!{reference}", formula.text)
                elif formula.get("t") != "shared":
                    book.say(f"{title}!{reference} has an empty formula")
            _cell(book, f"{title}!{reference}", cell, styles, texts, metadata)
    return arrays, formulas, []


def _cell(book: Book, where: str, cell: ElementTree.Element, styles: int, texts: list[str], metadata: int) -> None:
    if int(cell.get("s", "0")) >= max(styles, 1):
        book.say(f"{where} has the format {cell.get('s')}, which is not there")
    if cell.get("cm") and int(cell.get("cm", "0")) > metadata:
        book.say(f"{where} spills by metadata that is not there")
    value, kind = cell.findtext(f"{MAIN}v"), cell.get("t", "n")
    if kind == "s" and int(value or 0) >= len(texts):
        book.say(f"{where} shows the shared text {value}, which is not there")
    text = "".join(it.text or "" for it in cell.iter(f"{MAIN}t")) if kind == "inlineStr" else value or ""
    if kind in ("inlineStr", "str") and len(text) > 32767:
        book.say(f"{where} holds {len(text)} characters; 32767 is the most")
    if kind == "n" and value is not None and not re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", value):
        book.say(f"{where} holds {value!r}, which is no number")
    if kind == "e" and value not in ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"):
        book.say(f"{where} holds {value!r}, which is no error of a file")


def _formula(book: Book, where: str, text: str) -> None:
    """Lengths, prefixes, references and the way in which Excel's locale gets into figures."""
    if len(text) > 8192:
        book.say(f"{where}: the formula has {len(text)} characters; 8192 is the most")
    if text.startswith("="):
        book.say(f"{where}: a formula in a file has no equals sign")
    depth = most = 0
    calls: list[list[object]] = []
    try:
        tokens = Tokenizer(f"={text}").items
    except Exception as error:
        book.say(f"{where}: {text[:60]} cannot be read: {error}")
        return
    for token in tokens:
        if token.type == "FUNC" and token.subtype == "OPEN":
            depth, most = depth + 1, max(most, depth + 1)
            name = token.value.removesuffix("(")
            calls.append([name, 1])
            if name.upper() in FUTURE:
                book.say(f"{where}: {name} needs the prefix _xlfn. in a file")
            if name.upper() in VOLATILE:
                book.say(f"{where}: {name} is recalculated on opening")
        elif token.type == "FUNC" and token.subtype == "CLOSE" and calls:
            depth -= 1
            called, arguments = calls.pop()
            if isinstance(arguments, int) and arguments > 255:
                book.say(f"{where}: {called} has {arguments} arguments; 255 is the most")
        elif token.type == "SEP" and token.subtype == "ARG" and calls:
            calls[-1][1] = int(str(calls[-1][1])) + 1
        elif token.type == "OPERAND" and token.subtype == "TEXT":
            _literal(book, where, token.value, str(calls[-1][0]) if calls else "")
        elif token.type == "OPERAND" and token.subtype == "RANGE":
            _reference(book, where, token.value)
        elif token.type == "OPERAND" and token.subtype == "ERROR" and token.value == "#REF!":
            book.say(f"{where}: the formula refers to cells that are gone")
    if calls:
        book.say(f"{where}: a parenthesis is not closed")
    if most > 64:
        book.say(f"{where}: functions within functions, {most} deep; 64 is the most")


def _literal(book: Book, where: str, quoted: str, function: str) -> None:
    text = quoted[1:-1].replace('""', '"')
    if len(text) > 255:
        book.say(f"{where}: a text of {len(text)} characters; 255 is the most in a formula")
    # Separators, and letters of dates: JJJJ is a German year.
    if function.upper() == "TEXT" and re.search(r"[.,]|[ymdhs]", text, re.I):
        book.say(f"{where}: TEXT(..., {quoted}) reads otherwise where the comma is decimal")


def _reference(book: Book, where: str, value: str) -> None:
    sheet, _, place = value.rpartition("!")
    if sheet:
        title = sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet
        if title.startswith("["):
            book.say(f"{where}: {value} is in another file")
        elif title not in book.sheets:
            book.say(f"{where}: {value} is on a sheet that is not there")
    if "#REF!" in value:
        book.say(f"{where}: the formula refers to cells that are gone")
    for column, row in re.findall(r"\$?\b([A-Z]{1,3})\$?(\d+)\b", place):
        if len(row) > 7 or int(row) > 1048576 or int(row) == 0 or (len(column) == 3 and column > "XFD"):
            book.say(f"{where}: {value} lies outside a sheet")


def _validations(book: Book, title: str, root: ElementTree.Element) -> None:
    limits = {"errorTitle": 32, "promptTitle": 32, "error": 255, "prompt": 255}
    for entry in root.iter(f"{MAIN}dataValidation"):
        where = f"{title}: the validation of {entry.get('sqref')}"
        for name, most in limits.items():
            if len(entry.get(name, "")) > most:
                book.say(f"{where}: its {name} has {len(entry.get(name, ''))} characters; {most} is the most")
        for name in ("formula1", "formula2"):
            text = entry.findtext(f"{MAIN}{name}")
            if text is None:
                continue
            if len(text) > 257 and text.startswith('"'):
                book.say(f"{where}: its list has {len(text) - 2} characters; 255 is the most")
            elif not text.startswith('"'):
                _formula(book, where, text)


def _conditional(book: Book, title: str, root: ElementTree.Element) -> None:
    formats = _count(book, "styles", "dxfs")
    for entry in root.iter(f"{MAIN}cfRule"):
        if entry.get("dxfId") and int(entry.get("dxfId", "0")) >= formats:
            book.say(f"{title}: a conditional format uses the format {entry.get('dxfId')}, which is not there")
        for formula in entry.iter(f"{MAIN}formula"):
            _formula(book, f"{title}: a conditional format", formula.text or "")
            for sheet in re.findall(r"('(?:[^']|'')+'|[\w.]+)!", formula.text or ""):
                if sheet.strip("'").replace("''", "'") != title:
                    book.say(f"{title}: a conditional format looks at another sheet: {formula.text}")


def _tables(book: Book) -> None:
    seen: Counter[str] = Counter()
    for title, part in book.sheets.items():
        for kind, target in book.relations(part).values():
            if kind != "table":
                continue
            root = book.tree(target)
            name = root.get("displayName", "")
            seen[name.casefold()] += 1
            if name.upper() in REGISTRY or _is_cell(name):
                book.say(f"{title}: no table can be called {name}")
            columns = [it.get("name", "") for it in root.iter(f"{MAIN}tableColumn")]
            if len({it.casefold() for it in columns}) < len(columns):
                book.say(f"{title}: two columns of the table {name} have one name")
    for name, count in seen.items():
        if count > 1:
            book.say(f"two tables are called {name}")


def _count(book: Book, kind: str, element: str) -> int:
    part = next((target for name, target in book.relations(book.workbook).values() if name == kind), None)
    if part is None:
        return 0
    found = book.tree(part).find(f"{MAIN}{element}")
    return len(found) if found is not None else 0


def _texts(book: Book) -> list[str]:
    part = next((t for name, t in book.relations(book.workbook).values() if name == "sharedStrings"), None)
    if part is None:
        return []
    texts = ["".join(it.text or "" for it in item.iter(f"{MAIN}t")) for item in book.tree(part)]
    for text in texts:
        if len(text) > 32767:
            book.say(f"a shared text has {len(text)} characters; 32767 is the most")
    return texts


def _area(reference: str) -> Area:
    first, top, last, bottom = range_boundaries(reference)
    return int(first or 1), int(top or 1), int(last or 16384), int(bottom or 1048576)


def _overlapping(areas: list[Area]) -> Iterator[tuple[Area, Area]]:
    for place, first in enumerate(areas):
        for second in areas[place + 1 :]:
            if _meet(first, second):
                yield first, second


def _meet(one: Area, other: Area) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
