"""What a file is, told by its first bytes and not by its name; packed tables are unpacked, within bounds."""

from __future__ import annotations

import re
import tempfile
import zipfile
import zlib
from html.parser import HTMLParser
from pathlib import Path

from gex_xl.errors import BadInput
from gex_xl.reading.layouts import check_size
from gex_xl.reading.sheets import Sheet, stacked
from gex_xl.reading.values import shown

#: The largest file, as it is and unpacked. CBOE's whole SPX chain has 4 MB, its JSON 15 MB.
MAX_BYTES = 50_000_000
_ZIP, _GZIP, _PARQUET, _OLE = b"PK\x03\x04", b"\x1f\x8b", b"PAR1", b"\xd0\xcf\x11\xe0"
_NAMED = {
    b"%PDF": "a PDF", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture",
    b"SQLite": "an SQLite database", b"ARROW1": "a Feather file", b"\x89HDF": "an HDF5 file", b"\x80\x04": "a pickle",
    b"\x80\x05": "a pickle", b"7z\xbc\xaf": "a 7z archive", b"Rar!": "a RAR archive", b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file", b"\x28\xb5\x2f\xfd": "a zstd file",
}  # fmt: skip
_TABLES = (
    ".csv",
    ".tsv",
    ".txt",
    ".dat",
    ".json",
    ".xls",
    ".xlsx",
    ".xlsm",
    ".xlsb",
    ".ods",
    ".parquet",
    ".htm",
    ".html",
)


_REMARKS = re.compile(r"(readme|licen[cs]e|terms)\b", re.IGNORECASE)


def is_workbook(head: bytes, file: Path) -> bool:
    """Whether a file is a workbook: of Excel before 2007, or an archive that holds one."""
    if head.startswith(_OLE):
        return True
    if not head.startswith(_ZIP):
        return False
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return True  # the reader of workbooks says what is wrong
    return bool(names & {"[Content_Types].xml", "content.xml"}) or any(name.endswith("workbook.xml") for name in names)


def unpacked(raw: bytes, file: Path, name: str) -> tuple[bytes, str]:
    """The table in a gzip file or in an archive of one, and its name; any other bytes as they are.

    Raises BadInput for several tables, for none, and for more than MAX_BYTES.
    """
    if raw.startswith(_GZIP):
        return _gunzipped(raw, name), name.removesuffix(".gz")
    if not raw.startswith(_ZIP):
        return raw, name
    try:
        with zipfile.ZipFile(file) as archive:
            tables = [entry for entry in archive.infolist() if entry.filename.lower().endswith((*_TABLES, ".gz"))]
            found = [entry for entry in tables if not entry.filename.startswith("__MACOSX")]
            found = [entry for entry in found if not _REMARKS.match(Path(entry.filename).name)] or found
            if len(found) != 1:
                listed = ", ".join(shown(entry.filename) for entry in found[:4]) or "none"
                raise BadInput(f"{name}: tables in the archive: {listed}; expected one; unpack the one that is meant")
            with archive.open(found[0]) as opened:
                inner = opened.read(MAX_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError, EOFError) as error:
        raise BadInput(f"{name}: the archive cannot be read ({' '.join(str(error).split())[:100]})") from None
    if len(inner) > MAX_BYTES:
        raise _too_large(name)
    inner_name = Path(found[0].filename).name
    return (_gunzipped(inner, name), inner_name.removesuffix(".gz")) if inner.startswith(_GZIP) else (inner, inner_name)


def _gunzipped(raw: bytes, name: str) -> bytes:
    inflate = zlib.decompressobj(31)
    try:
        out = inflate.decompress(raw, MAX_BYTES + 1)
    except zlib.error as error:
        raise BadInput(f"{name}: the gzip file cannot be read ({error})") from None
    if len(out) > MAX_BYTES:
        raise _too_large(name)
    if not inflate.eof:
        raise BadInput(f"{name}: the gzip file ends too early; download it again")
    return out


def _too_large(name: str) -> BadInput:
    return BadInput(f"{name}: it unpacks to more than {MAX_BYTES / 1e6:,.0f} MB; save the chain alone")


def in_a_file(raw: bytes, name: str) -> tuple[tempfile.TemporaryDirectory[str], Path]:
    """A workbook that was packed, in a file of its own; the folder goes when it is closed."""
    folder = tempfile.TemporaryDirectory()
    file = Path(folder.name) / f"chain{Path(name).suffix.lower()}"
    file.write_bytes(raw)
    return folder, file


def cells_of_parquet(raw: bytes, name: str) -> Sheet | None:
    """The cells of a Parquet file; None for any other. Raises BadInput where pyarrow is missing."""
    if not raw.startswith(_PARQUET):
        return None
    try:
        import io

        from pyarrow import ArrowException, parquet
    except ImportError:
        raise BadInput(
            f'{name}: a Parquet file, which is no text table; pip install "gex-xl[parquet]" reads it, or save it as csv'
        ) from None
    try:
        file = parquet.ParquetFile(io.BytesIO(raw))
        check_size(file.metadata.num_rows, file.metadata.num_columns)
        table = file.read().to_pydict()
    except (ArrowException, OSError, ValueError) as error:
        raise BadInput(f"{name}: not a readable Parquet file ({' '.join(str(error).split())[:100]})") from None
    return Sheet([list(table), *(list(row) for row in zip(*table.values(), strict=True))])


def refuse_binary(raw: bytes, name: str) -> None:
    """Raises BadInput that says what a file is, where it is no text: what holds zeros and is no UTF-8 either."""
    kind = next((kind for head, kind in _NAMED.items() if raw.startswith(head)), "")
    wide = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
    if kind or (b"\0" in raw[:8192] and not wide and not _is_utf8(raw)):
        raise BadInput(f"{name}: {kind or 'a binary file'}, not a text table; export the chain as csv, xlsx or json")


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def cells_of_html(decoded: str) -> Sheet | None:
    """The tables of an HTML page, some of which are saved as .xls; None for any other text."""
    start = decoded[:2000].lower()
    if not ("<table" in decoded.lower() and start.lstrip().startswith("<")):
        return None
    reader = _Tables()
    reader.feed(decoded)
    reader.close()
    return stacked([(f"table {n}", rows) for n, rows in enumerate(reader.tables, 1) if rows], "table")


class _Tables(HTMLParser):
    """The cells of all tables; one that spans several columns is followed by blanks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[object]]] = []
        self._words: list[str] | None = None
        self._blanks = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self._end_cell()
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables:
            self._end_cell()
            span = dict(attrs).get("colspan") or "1"
            self._words, self._blanks = [], min(int(span) if span.isdigit() else 1, 1000) - 1
        elif tag == "br" and self._words is not None:
            self._words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()

    def handle_data(self, data: str) -> None:
        if self._words is not None:
            self._words.append(data)

    def _end_cell(self) -> None:
        if self._words is not None:
            if not self.tables[-1]:
                self.tables[-1].append([])
            self.tables[-1][-1] += [" ".join("".join(self._words).split()), *[None] * self._blanks]
            self._words = None
