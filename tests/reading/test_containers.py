"""What a file is, by its first bytes: packed tables, HTML, Parquet, old and open workbooks, and what is no table."""

from __future__ import annotations

import gzip
import io
import os
import struct
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest
import xlsxwriter
from pyarrow import parquet

from gex_xl.chain import Chain
from gex_xl.errors import BadInput
from gex_xl.reading import containers, files, read_cells
from tests.reading.made_up import chain_of
from tests.reading.priced import World, world
from tests.reading.test_vendors import assert_is
from tests.reading.vendors_us import ALL, PLAIN, plain, plain_row, text

W = world("us", 7)
ROWS: list[list[object]] = [list(PLAIN), *(plain_row(W, q) for q in W.quotes)]


def xlsx(rows: Sequence[Sequence[object]] = ROWS) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    return out.getvalue()


def ods(rows: Sequence[Sequence[object]] = ROWS, tail: str = "") -> bytes:
    """An OpenDocument spreadsheet of one sheet."""

    def cell(value: object) -> str:
        if isinstance(value, float):
            return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    names = "".join(f' xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", '<manifest:manifest xmlns:manifest="urn:m"/>')
        archive.writestr(
            "content.xml",
            f"<office:document-content{names}><office:body><office:spreadsheet>"
            f'<table:table table:name="Chain">{body}{tail}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return out.getvalue()


def xls(rows: Sequence[Sequence[object]] = ROWS) -> bytes:
    """A workbook of Excel 97: BIFF records in a compound file of one stream."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def cell(row: int, column: int, value: object) -> bytes:
        at = struct.pack("<HHH", row, column, 0)
        if isinstance(value, (int, float)):
            return record(0x0203, at + struct.pack("<d", value))
        written = str(value).encode("latin-1")
        return record(0x0204, at + struct.pack("<HB", len(written), 0) + written)

    name = b"Chain"
    start = record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0))
    size = len(start) + 4 + 8 + len(name) + 4
    globals_ = start + record(0x0085, struct.pack("<IHBB", size, 0, len(name), 0) + name) + record(0x0A, b"")
    cells = b"".join(cell(i, j, value) for i, row in enumerate(rows) for j, value in enumerate(row))
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 16, 0, 0, 0, 0)) + cells + record(0x0A, b"")
    stream = globals_ + sheet
    sectors = max(-(-len(stream) // 512), 8)  # a stream below 4096 bytes would lie elsewhere
    stream = stream.ljust(sectors * 512, b"\0")
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    tables = -(-(sectors + 2) // 127)  # sectors of the table of sectors
    first = tables + 1
    fat = [0xFFFFFFFD] * tables + [end] + [*range(first + 1, first + sectors), end]
    fat += [free] * (128 * tables - len(fat))

    def entry(title: str, kind: int, child: int, at: int, length: int) -> bytes:
        written = title.encode("utf-16-le") + b"\0\0"
        return (
            written.ljust(64, b"\0")
            + struct.pack("<HBBIII", len(written), kind, 1, free, free, child)
            + bytes(36)
            + struct.pack("<IQ", at, length)
        )

    folder = entry("Root Entry", 5, 1, end, 0) + entry("Workbook", 2, free, first, len(stream)) + bytes(256)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, tables, 0, 4096, end, 0, end, 0)
    head += struct.pack("<109I", *range(tables), *[free] * (109 - tables))
    return head + struct.pack(f"<{len(fat)}I", *fat) + folder + stream


def parquet_bytes() -> bytes:
    out = io.BytesIO()
    columns = {str(name): [row[j] for row in ROWS[1:]] for j, name in enumerate(ROWS[0])}
    parquet.write_table(pa.table(columns), out)
    return out.getvalue()


def html(w: World = W) -> str:
    """A page as sites save it under .xls: titles over several columns, a line break in a cell, cells left open."""
    head = "".join(f"<th>{name.replace(' ', '<br>')}" for name in PLAIN)
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in plain_row(w, q))}</tr>" for q in w.quotes)
    return (
        "<html><head><td>stray</td></head><body><table></table><table>"
        f"<td colspan='{len(PLAIN)}'>All contracts</td><tr>{head}</tr>{rows}</table></body></html>"
    )


def zipped(*files: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in files:
            archive.writestr(name, raw)
    return out.getvalue()


CSV = plain(W).encode()
CONTAINERS = {
    "a csv": ("chain.csv", CSV),
    "a csv in UTF-16": ("chain.csv", plain(W).encode("utf-16")),
    "an xlsx": ("chain.xlsx", xlsx()),
    "an xlsx that is called csv": ("chain.csv", xlsx()),
    "an xls": ("chain.xls", xls()),
    "an xls that is called xlsx": ("chain.xlsx", xls()),
    "an ods": ("chain.ods", ods()),
    "a Parquet file": ("chain.parquet", parquet_bytes()),
    "a Parquet file that is called csv": ("chain.csv", parquet_bytes()),
    "a page that is called xls": ("chain.xls", html().encode()),
    "a gzip of a csv": ("chain.csv.gz", gzip.compress(CSV)),
    "a gzip that is called csv": ("chain.csv", gzip.compress(CSV)),
    "a gzip of a workbook": ("chain.xlsx.gz", gzip.compress(xlsx())),
    "a gzip that is called xlsx": ("chain.xlsx", gzip.compress(xlsx())),
    "a zip of a csv": ("chain.zip", zipped(("quotes/chain.csv", CSV), ("read me.pdf", b"no table"))),
    "a zip of a workbook": ("chain.zip", zipped(("chain.xlsx", xlsx()), ("__MACOSX/._chain.csv", b"\0\0"))),
    "a zip of a gzip": ("chain.zip", zipped(("chain.csv.gz", gzip.compress(CSV)))),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_one_table_reads_the_same_in_every_container(name: str, tmp_path: Path) -> None:
    file, raw = CONTAINERS[name]
    assert_is(W, chain_of(tmp_path, raw, file), ALL, spot=True, timed=True)


BOMB = gzip.compress(bytes(containers.MAX_BYTES + 2), 9)
REFUSED = {
    "a PDF": ("chain.csv", b"%PDF-1.7 and more", "chain.csv: a PDF, not a text table"),
    "a picture": ("chain.csv", b"\x89PNG\r\n\x1a\n", "chain.csv: a picture, not a text table"),
    "a database": ("chain.csv", b"SQLite format 3\0", "chain.csv: an SQLite database, not a text table"),
    "unknown bytes": ("chain.csv", b"abc\0\0\1def\xff\xfe\x80", "chain.csv: a binary file, not a text table"),
    "a broken Parquet file": ("chain.csv", b"PAR1 and no more", "chain.csv: not a readable Parquet file ("),
    "a broken gzip": ("chain.gz", b"\x1f\x8bbroken and no more", "chain.gz: the gzip file cannot be read ("),
    "a gzip that was cut": ("chain.gz", gzip.compress(CSV)[:-9], "chain.gz: the gzip file ends too early"),
    "a gzip of too much": ("chain.gz", BOMB, "chain.gz: it unpacks to more than 50 MB"),
    "a zip of too much": ("chain.zip", zipped(("a.csv", bytes(containers.MAX_BYTES + 2))), "chain.zip: it unpacks to"),
    "a zip of two tables": ("chain.zip", zipped(("a.csv", CSV), ("b.csv", CSV)), "a.csv, b.csv; expected one"),
    "a zip of no table": ("chain.zip", zipped(("a.doc", b"x")), "tables in the archive: none; expected one"),
    "a broken xls": ("chain.xls", xls()[:700], "chain.xls: not a readable workbook ("),
    "an archive cut in the middle": ("chain.zip", zipped(("a.csv", CSV))[:-40], "chain.zip: not a readable workbook ("),
    "an archive with a broken entry": (
        "chain.zip",
        zipped(("a.csv", CSV)).replace(CSV[:0] + b"a.csv", b"b.csv", 1),
        "chain.zip: the archive cannot be read (",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_is_named_in_one_sentence(name: str, tmp_path: Path) -> None:
    file, raw, said = REFUSED[name]
    with pytest.raises(BadInput) as refused:
        chain_of(tmp_path, raw, file)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 250


def test_rows_that_an_opendocument_file_repeats_without_end_are_refused(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="string"><text:p>1</text:p></table:table-cell>'
    filled = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    wide = (
        '<table:table-row><table:table-cell table:number-columns-repeated="16300" office:value-type="float" '
        'office:value="1"></table:table-cell></table:table-row>'
    )
    with pytest.raises(BadInput, match="rows"):
        chain_of(tmp_path, ods(tail=filled), "chain.ods")
    with pytest.raises(BadInput, match="columns"):
        chain_of(tmp_path, ods(tail=wide.replace("16300", "16500")), "chain.ods")
    # Blank rows to the end of the sheet are how the format ends it.
    blank = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    assert_is(W, chain_of(tmp_path, ods(tail=blank), "chain.ods"), ALL, spot=True, timed=True)


def test_a_parquet_file_asks_for_pyarrow_where_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(BadInput, match=r'no text table; pip install "gex-xl\[parquet\]"'):
        chain_of(tmp_path, parquet_bytes(), "chain.parquet")


def test_a_folder_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="a folder; expected a csv"):
        read_cells(tmp_path)
    with pytest.raises(BadInput, match="no such file; expected a csv"):
        read_cells(tmp_path / "none.csv")
    with pytest.raises(BadInput, match="cannot be read|no such file"):
        read_cells("x" * 300 + ".csv")  # longer than any name


def test_a_file_of_numbers_and_one_that_is_too_large_are_refused(tmp_path: Path) -> None:
    (tmp_path / "chain.numbers").write_bytes(b"PK\x03\x04")
    with pytest.raises(BadInput, match=r"\.numbers files are not read"):
        read_cells(tmp_path / "chain.numbers")
    with (tmp_path / "large.csv").open("wb") as file:
        file.truncate(containers.MAX_BYTES + 1)
    with pytest.raises(BadInput, match="50 MB; expected at most 50 MB"):
        read_cells(tmp_path / "large.csv")


def test_a_quotation_mark_that_is_not_closed_and_a_cell_without_end_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="row 1 has a quotation mark that is not closed"):
        chain_of(tmp_path, 'strike,"right,expiry\n100,C,2024-05-24\n')
    with pytest.raises(BadInput, match="cannot be split into cells at line"):
        chain_of(tmp_path, "strike,right\n" + "x" * 200_000 + ",C\n")


def test_a_workbook_without_a_chain_gives_its_first_sheet(tmp_path: Path) -> None:
    file = tmp_path / "notes.xlsx"
    file.write_bytes(xlsx([["My notes", 1.0], ["and more", 2.0]]))
    with pytest.raises(BadInput, match="no option chain found"):
        Chain.from_file(file)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes in folders")
def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(BadInput, match="not a file but a pipe or a device"):
        read_cells(tmp_path / "pipe.csv")


def test_a_separator_may_be_named_in_the_first_line(tmp_path: Path) -> None:
    chain = chain_of(tmp_path, "sep=;\n" + text(ROWS, ";"))
    assert_is(W, chain, ALL, spot=True, timed=True)
    assert chain.row.min() == 3  # as a text editor numbers them


def test_a_text_of_more_cells_than_are_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_CELLS", 50)
    with pytest.raises(BadInput, match="the text has [0-9]+ cells; expected at most 50"):
        chain_of(tmp_path, CSV)


def test_a_tag_without_end_is_no_workbook(tmp_path: Path) -> None:
    out = io.BytesIO(xlsx())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/worksheets/sheet9.xml", "<" + "a" * 2_200_000)
    with pytest.raises(BadInput, match="a tag has no end"):
        chain_of(tmp_path, out.getvalue(), "chain.xlsx")
