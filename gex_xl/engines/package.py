"""The .xlsx file: a zip of XML parts. Reads what is needed and replaces only the parts that change."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from datetime import date, datetime, timedelta
from math import isfinite
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from gex_xl.atomic import replacing
from gex_xl.calc_features import with_features
from gex_xl.engines import charts, sheet_xml
from gex_xl.engines.addresses import area_of
from gex_xl.engines.formulas import Table
from gex_xl.engines.sheet_xml import Entry, FormulaCell
from gex_xl.errors import BadInput

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_EPOCH = datetime(1899, 12, 30)
_DAY = timedelta(days=1)
#: Unpacked parts, and cells that the results of formulas cover: far beyond any book of ours.
MAX_UNPACKED, MAX_CELLS = 250_000_000, 8_000_000
_PATCHED = re.compile(r"xl/(?:worksheets|charts|tables|styles)")  # parts whose text is changed in place
_DATE_FORMATS = {"date": 14, "time": 22}  # Excel's built-in formats: day, day and time


class Package:
    """A workbook's parts by name, with its sheets, defined names and tables.

    sheets: {sheet name: part name}, in the book's order. names: {(sheet name or "", NAME): formula text}.
    tables: {NAME: Table}."""

    def __init__(self, source: Path) -> None:
        """Read the file. Raises BadInput if it cannot be read as a workbook."""
        self.title = source.name
        self._well_formed: dict[str, bytes] = {}
        if source.exists() and not source.is_file():
            raise BadInput(f"{self.title} is not a file but a folder, a pipe or a device.")
        try:
            with zipfile.ZipFile(source) as archive:
                self._infos = archive.infolist()
                # No part unpacks to more than it declares: zipfile stops there.
                if sum(info.file_size for info in self._infos) > MAX_UNPACKED:
                    raise BadInput(f"{self.title} unpacks to more than {MAX_UNPACKED // 10**6} MB; it was not opened.")
                self._parts = {info.filename: archive.read(info) for info in self._infos}
        except FileNotFoundError:
            raise BadInput(f"There is no file {self.title}.") from None
        except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, EOFError) as error:
            raise BadInput(
                f"{self.title} cannot be read as a workbook; save it in Excel as .xlsx, without a password."
            ) from error
        try:
            self._read_structure()
        except ValueError:  # a word where a number should be
            raise BadInput(f"{self.title} is damaged; save it again in Excel.") from None

    def _read_structure(self) -> None:
        """Sheets, names and tables."""
        book_part = next(
            (part for kind, part in self._relations("").values() if kind.endswith("/officeDocument")), None
        )
        if book_part is None:
            raise BadInput(f"{self.title} is not an Excel workbook; save it in Excel as .xlsx.")
        self._book_part = book_part
        book = self._tree(book_part)
        properties = book.find(f"{_MAIN}workbookPr")
        if properties is not None and properties.get("date1904") in ("1", "true"):
            raise BadInput(f"{self.title} counts dates from 1904; switch that off in Excel's options and save it.")
        related = self._relations(book_part)
        self.sheets: dict[str, str] = {}
        for sheet in book.iter(f"{_MAIN}sheet"):
            kind, part = related.get(sheet.get(_RELATION, ""), ("", ""))
            if kind.endswith("/worksheet"):
                self.sheets[sheet.get("name", "")] = part
        titles = [sheet.get("name", "") for sheet in book.iter(f"{_MAIN}sheet")]
        self.names: dict[tuple[str, str], str] = {}
        self.spelling: dict[str, str] = {}
        for name in book.iter(f"{_MAIN}definedName"):
            title, local = name.get("name", ""), name.get("localSheetId")
            scope = titles[int(local)].upper() if local and int(local) < len(titles) else ""
            self.names[scope, title.upper()] = name.text or ""
            if not scope:
                self.spelling[title.upper()] = title
        self.tables: dict[str, Table] = {}
        for sheet_name, part in self.sheets.items():
            for kind, target in self._relations(part).values():
                if kind.endswith("/table"):
                    self._add_table(sheet_name, target)
        self._date_styles: dict[str, int] = {}

    def formulas(self) -> list[FormulaCell]:
        """Every formula cell of every worksheet. Raises BadInput where their results cover absurdly many cells."""
        found = [c for name, part in self.sheets.items() for c in sheet_xml.formula_cells(self._text(part), name)]
        covered = 0
        for cell in found:
            _, top, left, bottom, right = cell.area
            covered += (bottom - top + 1) * (right - left + 1)
            if covered > MAX_CELLS:
                raise BadInput(f"The formulas of {self.title} cover more than {MAX_CELLS:,} cells, up to {cell.name}.")
        return found

    def paste(self, anchor: str, rows: Sequence[Sequence[object]]) -> None:
        """Empty the cells from `anchor` ("Sheet!B2") to the right and down and write `rows` there as values.

        Formats stay. Raises BadInput for an unknown sheet, a table in the way or a value no cell can hold."""
        area = area_of(anchor)
        by_title = {title.casefold(): title for title in self.sheets}
        title = by_title.get(area.sheet.casefold()) if area else None
        if area is None or title is None or not area.single:
            raise BadInput(f"{anchor} is not a cell of {self.title}; name one as in Chain!C1.")
        for table in self.tables.values():
            _, _, _, bottom, right = table.area
            if table.area.sheet == title and bottom >= area.top and right >= area.left:
                raise BadInput(f"The table {table.name} is in the way of pasting at {anchor}; move it.")
        for cell in sheet_xml.formula_cells(self._text(self.sheets[title]), title):
            inside = cell.row >= area.top and cell.column >= area.left
            if not inside and cell.area.bottom >= area.top and cell.area.right >= area.left:
                raise BadInput(f"The result of {cell.name} lies in the way of pasting at {anchor}.")
        block = [[self._entry(value, anchor) for value in row] for row in rows]
        part = self.sheets[title]
        self._replace(part, sheet_xml.pasted(self._text(part), area.top, area.left, block))
        self._drop_calculation_chain()

    def fix_arrays(self, wanted: Mapping[FormulaCell, tuple[str, str]]) -> None:
        """Make formulas array formulas of a fixed rectangle: {cell: (rectangle such as "A1:B9", text)}."""
        for sheet, part in self.sheets.items():
            here = {(cell.row, cell.column): new for cell, new in wanted.items() if cell.sheet == sheet}
            if here:
                self._replace(part, sheet_xml.with_arrays(self._text(part), here))

    def values(self, only: str | None = None) -> dict[tuple[str, int, int], sheet_xml.Scalar]:
        """What every cell that is not empty holds: {(sheet, row, column): value}; of one sheet or of all."""
        related = self._relations(self._book_part).values()
        part = next((target for kind, target in related if kind.endswith("/sharedStrings")), None)
        texts = sheet_xml.shared_texts(self._tree(part)) if part else []
        return {
            (sheet, *place): value
            for sheet, part in self.sheets.items()
            if only in (None, sheet)
            for place, value in sheet_xml.cell_values(self._tree(part), texts)
        }

    def write_values(
        self,
        entries: Mapping[str, Mapping[int, Mapping[int, Entry]]],
        areas: Mapping[str, Mapping[tuple[int, int], str]],
    ) -> None:
        """Write computed values {sheet: {row: {column: entry}}} and the rectangles of array formulas."""
        for sheet, rows in entries.items():
            part = self.sheets[sheet]
            self._replace(part, sheet_xml.with_values(self._text(part), rows, areas.get(sheet)))

    def refresh_charts(self, values: Callable[[str], Sequence[object] | None]) -> None:
        """Rewrite the figures that charts remember; `values` gives a range's cells, None to leave it."""
        for part in list(self._parts):
            if re.fullmatch(r"xl/charts/chart\d*\.xml", part):
                self._replace(part, charts.refreshed(self._text(part), values))

    def rewrite_formulas(self, change: Callable[[str], str]) -> None:
        """Put every formula of the book through `change`: cells, names, tables, formats and validations by formula.

        `change` gets and gives formula text without "=". References of charts stay."""
        for part in [*self.sheets.values(), *(name for name in self._parts if name.startswith("xl/tables/"))]:
            self._replace(part, sheet_xml.with_formulas(self._text(part), change))
        self._replace(self._book_part, sheet_xml.with_formulas(self._text(self._book_part), change))

    def rename(self, change: Callable[[str], str]) -> None:
        """Put the name of every defined name through `change`; formulas that use it stay."""
        pattern = r'(<definedName\b[^<>]*?\bname=")([^"]*)'
        self._replace(
            self._book_part, re.sub(pattern, lambda found: found[1] + change(found[2]), self._text(self._book_part))
        )
        self.names = {(scope, change(self.spelling.get(n, n)).upper()): text for (scope, n), text in self.names.items()}
        self.spelling = {change(name).upper(): change(name) for name in self.spelling.values()}

    def holds(self, part: str) -> bool:
        """Whether the book has a part of this name."""
        return part in self._parts

    def parts(self, pattern: str) -> dict[str, str]:
        """The text of each part whose whole name matches, by name."""
        return {name: self._text(name) for name in self._parts if re.fullmatch(pattern, name)}

    def put(self, part: str, text: str, content_type: str = "") -> None:
        """Replace a part, or add it: then with its content type, "" where the book has a default for its suffix."""
        if part not in self._parts:
            info = zipfile.ZipInfo(part)  # with the earliest date there is, so that equal books have equal bytes
            info.compress_type = zipfile.ZIP_DEFLATED
            self._infos.append(info)
            if content_type:
                types = self._text("[Content_Types].xml")
                entry = f'<Override PartName="/{part}" ContentType="{content_type}"/></Types>'
                self._replace("[Content_Types].xml", types.replace("</Types>", entry))
        self._parts[part] = text.encode("utf-8")

    def relate(self, kind: str, part: str) -> None:
        """Let the package itself point to one of its parts."""
        relations = self._text("_rels/.rels")
        taken = {int(number) for number in re.findall(r'Id="rId(\d+)"', relations)}
        entry = f'<Relationship Id="rId{max(taken, default=0) + 1}" Type="{kind}" Target="{part}"/></Relationships>'
        self._replace("_rels/.rels", relations.replace("</Relationships>", entry))

    def save(self, target: Path, compression: int | None = None) -> None:
        """Write the book beside `target`, then put it in its place: an interruption leaves the old file.

        Excel will show its figures as they stand here (see calc_features).
        Raises BadInput if the place cannot be written."""
        self._replace(self._book_part, with_features(self._text(self._book_part)))
        try:
            with replacing(target) as new, zipfile.ZipFile(new, "w") as archive:
                for info in self._infos:
                    if info.filename in self._parts:
                        kind = info.compress_type if compression is None else compression
                        archive.writestr(copy(info), self._parts[info.filename], kind)
        except OSError as error:
            raise BadInput(
                f"{target.name} cannot be written ({error.strerror}); close it elsewhere and try again."
            ) from error

    def _text(self, part: str) -> str:
        data = self._parts.get(part)
        if data is None:
            raise BadInput(f"{self.title} lacks its part {part}; save it again in Excel.")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise BadInput(f"{self.title} is not stored as UTF-8; save it again in Excel.") from None
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise BadInput(f"{self.title} declares XML entities, which no workbook needs; it was not opened.")
        if self._well_formed.get(part) is not data:
            # What is patched as text must be XML: else a search for the end of an element runs on, for each of them.
            try:
                expat.ParserCreate("utf-8").Parse(data, True)
            except expat.ExpatError:
                raise BadInput(f"The part {part} of {self.title} is damaged; save it again in Excel.") from None
            if _PATCHED.match(part) and ("<!--" in text or "<![CDATA[" in text):
                raise BadInput(f"The part {part} of {self.title} holds comments; save it again in Excel.")
            self._well_formed[part] = data
        return text

    def _tree(self, part: str) -> ElementTree.Element:
        try:
            return ElementTree.fromstring(self._text(part))  # noqa: S314  # DTDs were refused
        except ElementTree.ParseError:
            raise BadInput(f"The part {part} of {self.title} is damaged; save it again in Excel.") from None

    def _replace(self, part: str, text: str) -> None:
        if text != self._text(part):
            self._parts[part] = self._well_formed[part] = text.encode("utf-8")

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """{id: (kind, part it points to)} of one part's relations; "" is the package itself."""
        folder, name = posixpath.split(part)
        source = posixpath.join(folder, "_rels", f"{name}.rels")
        if source not in self._parts:
            return {}
        found = {}
        for relation in self._tree(source):
            if relation.get("TargetMode") != "External":
                path = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/")
                found[relation.get("Id", "")] = (relation.get("Type", ""), path)
        return found

    def _add_table(self, sheet: str, part: str) -> None:
        root = self._tree(part)
        area = area_of(root.get("ref", ""), sheet)
        if area is not None:
            columns = tuple(column.get("name", "") for column in root.iter(f"{_MAIN}tableColumn"))
            headers, totals = int(root.get("headerRowCount", "1")), int(root.get("totalsRowCount", "0"))
            name = root.get("displayName", "")
            self.tables[name.upper()] = Table(name, area, headers, totals, columns)

    def _entry(self, value: object, anchor: str) -> Entry:
        if value is None or value == "":
            return Entry(None)
        if hasattr(value, "tolist"):  # a numpy scalar
            value = value.tolist()
        if isinstance(value, bool | str):
            return Entry(value)
        if isinstance(value, int | float):
            if not isfinite(value):
                return Entry(None)  # how tables of figures spell "no value"
            return Entry(float(value))
        if isinstance(value, date):
            kind = "time" if isinstance(value, datetime) and value.time() != datetime.min.time() else "date"
            return Entry(serial(value), self._date_style(kind))
        raise BadInput(f"A value pasted at {anchor} is neither text, number nor date: {value!r:.60}.")

    def _date_style(self, kind: str) -> int:
        """The index of a cell format for dates, added to the book's formats if it has none."""
        if kind not in self._date_styles:
            related = self._relations(self._book_part).values()
            part = next((target for name, target in related if name.endswith("/styles")), "")
            text = self._text(part)
            formats = re.search(r"<cellXfs\b[^<>]*>(.*?)</cellXfs>", text, re.S)
            if formats is None:
                raise BadInput(f"{self.title} has no cell formats; save it again in Excel.")
            wanted = (
                f'<xf numFmtId="{_DATE_FORMATS[kind]}" fontId="0" fillId="0" borderId="0" xfId="0" '
                'applyNumberFormat="1"/>'
            )
            known = re.findall(r"<xf\b[^<>]*?/?>", formats[1])
            if wanted in known:
                self._date_styles[kind] = known.index(wanted)
            else:
                self._date_styles[kind] = len(known)
                added = f'<cellXfs count="{len(known) + 1}">{formats[1]}{wanted}</cellXfs>'
                self._replace(part, text[: formats.start()] + added + text[formats.end() :])
        return self._date_styles[kind]

    def _drop_calculation_chain(self) -> None:
        """Excel rebuilds a missing calcChain, but reports damage if it names a cell without a formula."""
        relations = posixpath.join(
            posixpath.dirname(self._book_part), "_rels", posixpath.basename(self._book_part) + ".rels"
        )
        for kind, part in self._relations(self._book_part).values():
            if kind.endswith("/calcChain"):
                self._parts.pop(part, None)
                pattern = r'<Relationship\b[^<>]*/calcChain"[^<>]*/>'
                self._replace(relations, re.sub(pattern, "", self._text(relations)))
                types = self._text("[Content_Types].xml")
                pattern = rf'<Override\b[^<>]*PartName="/{re.escape(part)}"[^<>]*/>'
                self._replace("[Content_Types].xml", re.sub(pattern, "", types))


def serial(moment: date) -> float:
    """A date or wall-clock time as the number of days that Excel counts (time zones are dropped)."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    return (moment.replace(tzinfo=None) - _EPOCH) / _DAY
