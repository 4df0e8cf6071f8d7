"""Workbooks (.xlsx, .xlsm) to cells, after a look at how large they would become."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

from gex_xl.errors import BadInput
from gex_xl.reading.layouts import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, has_chain
from gex_xl.reading.values import is_blank, shown

#: Unpacked XML in all, and text in the cells: a chain of 200 000 rows stays below.
MAX_UNPACKED, MAX_TEXT = 250_000_000, 200_000_000
_CHUNK = 1 << 20
# Wherever an attribute r stands, however long: an element may have it twice, in either kind of quotes. Each pattern
# begins at a mark that it cannot pass again, so that the time grows with the text and no faster.
_COLUMN = re.compile(rb"""\br\s*=\s*["']([A-Za-z]+)\d""")
_ROW = re.compile(rb"""\br\s*=\s*["'][A-Za-z]*(\d+)["']""")
_ROWS, _CELLS = re.compile(rb"<(?:\w+:)?row\b"), re.compile(rb"<(?:\w+:)?c\b")
_SHARED = re.compile(rb"""<(?:\w+:)?c\b(?=[^<]*?\bt\s*=\s*["']s["'])[^<]*>\s*<(?:\w+:)?v>\s*(\d{1,9})\s*<""")
_STRING = re.compile(rb"<(?:\w+:)?si\b")
_BEYOND = 10_000_000  # a row or column that no sheet has, for references of more digits or letters than any


def cells_of_workbook(file: Path) -> list[list[object]]:
    """The cells of the first sheet that holds a chain, else of the first sheet.

    Raises BadInput for what is no workbook, and for one whose sheets are too large to be a chain.
    """
    sheets = _sheets(file)
    found = [sheet for sheet in sheets if has_chain(sheet)] or sheets
    return [[None if is_blank(cell) else cell for cell in row] for row in found[0]] if found else []


def cells_of_first_sheet(file: Path) -> list[list[object]]:
    """The cells of the first sheet, a blank as "". Raises BadInput as cells_of_workbook does."""
    return next(iter(_sheets(file)), [])


def _sheets(file: Path) -> list[Any]:
    _refuse_bombs(file)
    # Fast, typed and without dependencies; absent only in the browser, where there are no files.
    import python_calamine

    try:
        with python_calamine.load_workbook(file) as book:
            sheets = [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names]
    except Exception as error:  # a broken file may raise anything here, dates beyond all calendars an OverflowError
        raise _unreadable(file, error) from None
    return sheets


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
                for chunk in _unpacked(raw, entry):
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


def _unpacked(raw: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    raw.seek(entry.header_offset + 26)
    lengths = raw.read(4)
    raw.seek(int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little"), 1)
    left = entry.compress_size
    inflate = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    while left > 0 and (packed := raw.read(min(left, _CHUNK))):
        left -= len(packed)
        while inflate and packed:
            yield inflate.decompress(packed, _CHUNK)
            packed = inflate.unconsumed_tail
        if not inflate:
            yield packed


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
