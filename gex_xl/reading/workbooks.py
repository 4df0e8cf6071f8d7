"""Workbooks (.xlsx, .xlsm, .xlsb, .xls, .ods) to cells, after a look at how large they would become."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

from gex_xl.errors import BadInput
from gex_xl.reading.layouts import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, check_size
from gex_xl.reading.sheets import Sheet, stacked
from gex_xl.reading.small_books import pieces, surely_small
from gex_xl.reading.values import shown

#: Unpacked XML in all, and text in the cells: a chain of 200 000 rows stays below.
MAX_UNPACKED, MAX_TEXT = 250_000_000, 200_000_000
_CHUNK = 1 << 20
_OLE = b"\xd0\xcf\x11\xe0"  # Excel's files before 2007, which are not packed
_ROW_REPEATS = re.compile(rb'number-rows-repeated="(\d{1,9})"')
_CELL_REPEATS = re.compile(rb'number-columns-repeated="(\d{1,9})"')
# Wherever an attribute r stands, however long: an element may have it twice, in either kind of quotes. Each pattern
# begins at a mark that it cannot pass again, so that the time grows with the text and no faster.
_COLUMN = re.compile(rb"""\br\s*=\s*["']([A-Za-z]+)\d""")
_ROW = re.compile(rb"""\br\s*=\s*["'][A-Za-z]*(\d+)["']""")
_ROWS, _CELLS = re.compile(rb"<(?:\w+:)?row\b"), re.compile(rb"<(?:\w+:)?c\b")
_SHARED = re.compile(rb"""<(?:\w+:)?c\b(?=[^<]*?\bt\s*=\s*["']s["'])[^<]*>\s*<(?:\w+:)?v>\s*(\d{1,9})\s*<""")
_STRING = re.compile(rb"<(?:\w+:)?si\b")
_BEYOND = 10_000_000  # a row or column that no sheet has, for references of more digits or letters than any


def cells_of_workbook(file: Path) -> Sheet:
    """The cells of all sheets that hold a chain, one below the other; else of the first sheet.

    Raises BadInput for what is no workbook, for one whose sheets are too large to be a chain, and for chains that
    cannot be one.
    """
    return stacked(_sheets(file), "sheet")


def cells_of_first_sheet(file: Path) -> list[list[object]]:
    """The cells of the first sheet, a blank as "". Raises BadInput as cells_of_workbook does."""
    return next((rows for _, rows in _sheets(file)), [])


def _sheets(file: Path) -> list[tuple[str, Any]]:
    with file.open("rb") as opened:
        packed = opened.read(4) != _OLE
    if packed:
        if not surely_small(file, MAX_UNPACKED, MAX_CELLS, MAX_TEXT):
            _refuse_bombs(file)
        _refuse_repeats(file)
    # Fast, typed and without dependencies; absent only in the browser, where there are no files.
    import python_calamine

    try:
        # Of bytes it tells the format by what they are, of a path by its name.
        with file.open("rb") as raw, python_calamine.load_workbook(raw) as book:
            sheets = [(n, book.get_sheet_by_name(n).to_python(skip_empty_area=False)) for n in book.sheet_names]
    except Exception as error:  # a broken file may raise anything here, dates beyond all calendars an OverflowError
        raise _unreadable(file, error) from None
    for _, rows in sheets:
        check_size(len(rows), max(map(len, rows), default=0))
    return sheets


def _refuse_repeats(file: Path) -> None:
    """Raises BadInput for a sheet of OpenDocument whose repeated cells and rows span too many."""
    with zipfile.ZipFile(file) as archive:
        xml = archive.read("content.xml") if "content.xml" in archive.namelist() else b""
    for sheet in xml.split(b"<table:table ")[1:]:
        height = width = row = 0
        for line in sheet.split(b"<table:table-row")[1:]:
            row += int(found[1]) if (found := _ROW_REPEATS.search(line.partition(b">")[0])) else 1
            column = last = 0
            for cell in line.split(b"<table:table-cell")[1:]:
                tag, _, rest = cell.partition(b">")
                column += int(found[1]) if (found := _CELL_REPEATS.search(tag)) else 1
                last = column if rest and not tag.endswith(b"/") else last
            if last:
                height, width = row, max(width, last)
        check_size(height, width)


def _unreadable(file: Path, why: object) -> BadInput:
    return BadInput(f"{shown(file.name)}: not a readable workbook ({' '.join(str(why).split())[:120]})")


def _refuse_bombs(file: Path) -> None:
    """Unpack without keeping anything: small sizes that a file declares of itself prove nothing."""
    unpacked = cells = 0
    uses: Counter[bytes] = Counter()
    strings: list[int] = []
    try:
        with zipfile.ZipFile(file) as archive, file.open("rb") as raw:
            declared = sum(entry.file_size for entry in archive.infolist())
            for entry in archive.infolist():
                sheet = _Sheet(uses)
                for chunk in pieces(raw, entry):
                    unpacked += len(chunk)
                    if max(unpacked, declared) > MAX_UNPACKED:
                        raise BadInput(
                            f"{shown(file.name)}: it unpacks to more than {MAX_UNPACKED / 1e6:,.0f} MB; save the "
                            "chain alone"
                        )
                    if entry.filename.lower().endswith("sharedstrings.xml"):
                        strings += _lengths(chunk)
                    else:
                        sheet.read(chunk)
                        _check_size(file, sheet, cells)
                sheet.end()
                _check_size(file, sheet, cells)
                cells += sheet.rows * sheet.columns
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, ValueError, EOFError) as error:
        raise _unreadable(file, error) from None
    longest = max(strings, default=0)
    if sum(count * (strings[int(i)] if int(i) < len(strings) else longest) for i, count in uses.items()) > MAX_TEXT:
        raise BadInput(
            f"{shown(file.name)}: its cells hold more than {MAX_TEXT / 1e6:,.0f} MB of text; save the chain alone"
        )


def _check_size(file: Path, sheet: _Sheet, cells: int) -> None:
    if cells + sheet.rows * sheet.columns > MAX_CELLS or sheet.rows > MAX_ROWS or sheet.columns > MAX_COLUMNS:
        if max(sheet.rows, sheet.columns) >= _BEYOND:
            raise BadInput(f"{shown(file.name)}: a cell's reference is beyond every sheet; save it again in Excel")
        raise BadInput(
            f"{shown(file.name)}: a sheet is used as far as row {sheet.rows:,} and column {sheet.columns:,}; delete "
            "what is far from the chain, or save the chain alone"
        )


def _lengths(chunk: bytes) -> list[int]:
    """Bytes from each shared string to the next; where a piece ends within one, its rest goes to the next piece."""
    starts = [found.start() for found in _STRING.finditer(chunk)]
    return [end - start for start, end in pairwise([*starts, len(chunk)])]


class _Sheet:
    """The rectangle that a sheet's cells span, and how often each shared string is used, from its XML in pieces."""

    def __init__(self, uses: Counter[bytes]) -> None:
        self.rows = self.columns = 0
        self._uses, self._tail = uses, b""
        self._row = self._cells = 0  # rows so far, and cells in the last of them: references may be left out

    def read(self, chunk: bytes) -> None:
        """Take in the next piece. Raises ValueError for a tag or text longer than any in a workbook."""
        xml = self._tail + chunk
        whole = xml.rfind(b"<")
        xml, self._tail = (xml, b"") if whole < 0 else (xml[:whole], xml[whole:])
        if len(self._tail) > _CHUNK:
            raise ValueError("a tag has no end")
        self._take(xml)

    def end(self) -> None:
        """The file has ended: take in what waited for its end."""
        self._take(self._tail)

    def _take(self, xml: bytes) -> None:
        self._uses.update(_SHARED.findall(xml))
        self.columns = max([self.columns, *map(_column, set(_COLUMN.findall(xml)))])
        first, *others = _ROWS.split(xml)
        counts = [self._cells + len(_CELLS.findall(first)), *(len(_CELLS.findall(row)) for row in others)]
        self._row, self._cells = self._row + len(others), counts[-1]
        self.columns = max(self.columns, *counts)
        self.rows = max([self.rows, self._row, *map(_number, set(_ROW.findall(xml)))])


def _number(digits: bytes) -> int:
    digits = digits.lstrip(b"0")
    return int(digits or b"0") if len(digits) < 8 else _BEYOND


def _column(letters: bytes) -> int:
    column = 0
    for letter in letters.upper() if len(letters) < 5 else ():
        column = column * 26 + letter - 64
    return column or _BEYOND
