"""Workbooks that are surely small: what the careful look of `workbooks` would find nothing against, in a quarter of
its time, which is more than all the rest of reading takes.

The answer may be no at the cost of time alone: then the careful look decides. tests/reading/test_small_books.py holds
that it refuses nothing that is called small here.
"""

from __future__ import annotations

import re
import string
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

_CHUNK = 1 << 20
_LETTERS = string.ascii_letters.encode()
#: All letters look alike, all digits, and both kinds of quotes.
_ALIKE = bytes.maketrans(_LETTERS + string.digits.encode() + b"'", b"A" * len(_LETTERS) + b"0" * 10 + b'"')
_FAR = re.compile(rb'"AA+0')  # a reference to a column of two letters or more
_WIDTH = 26  # columns of one letter
_ROWS = (3, 4, 5)  # digits


def surely_small(file: Path, most_bytes: int, most_cells: int, most_text: int) -> bool:
    """Whether a workbook, unpacked piece by piece, surely stays within these sizes, all of its sheets together."""
    size = spanned = cells = longest = 0
    try:
        with zipfile.ZipFile(file) as archive, file.open("rb") as raw:
            for entry in archive.infolist():
                found, digits, sheet = 0, 0, False
                shared = entry.filename.lower().endswith("sharedstrings.xml")
                for xml in _whole_tags(pieces(raw, entry)):
                    size += len(xml)
                    sheet = sheet or b"sheetData" in xml  # cells stand nowhere else
                    if shared:
                        longest = max(longest, *map(len, xml.split(b"<si")))
                    elif sheet:
                        found, digits = found + _named_cells(xml), max(digits, _digits_of_rows(xml))
                cells, spanned = cells + found, spanned + (_WIDTH * 10**digits if found else 0)
                if max(size, sum(each.file_size for each in archive.infolist())) > most_bytes:
                    return False
    except (_Unusual, zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, ValueError, EOFError):
        return False
    return spanned <= most_cells and cells * longest <= most_text


class _Unusual(Exception):
    """Something that takes a closer look."""


def _named_cells(xml: bytes) -> int:
    """How many cells there are. Raises _Unusual where one does not say first where it stands; then rows need not."""
    count, others = xml.count(b'<c r="'), xml.count(b"<c")
    if others != count:
        others -= xml.count(b"<co") + xml.count(b"<cf")  # cols, conditionalFormatting, cfRule
    if others != count or b":c" in xml:
        raise _Unusual
    return count


def _digits_of_rows(xml: bytes) -> int:
    """As many digits as the number of no row exceeds. Raises _Unusual beyond 26 columns or five digits."""
    alike = xml.translate(_ALIKE)
    digits = next((n for n in _ROWS if b"0" * (n + 1) + b'"' not in alike), 0)
    if not digits or _FAR.search(alike):
        raise _Unusual
    return digits


def _whole_tags(xml: Iterable[bytes]) -> Iterator[bytes]:
    """The same in pieces that end before a tag. Raises _Unusual for a tag or text that is longer than a piece."""
    rest = b""
    for piece in xml:
        whole, mark, tail = (rest + piece).rpartition(b"<")
        rest = mark + tail
        if len(rest) > _CHUNK:
            raise _Unusual
        yield whole
    yield rest


def pieces(raw: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """What a file of an archive holds, unpacked a piece at a time; sizes that it declares of itself prove nothing."""
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
