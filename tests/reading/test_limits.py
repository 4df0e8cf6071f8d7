"""Any file up to the limits in docs/layouts.md is read or refused with bounded memory and time.

Each file is read in a process of its own, whose memory and processor time the system bounds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from gex_xl.reading import files, layouts, workbooks

resource = pytest.importorskip("resource", reason="the system bounds no process")
pytestmark = pytest.mark.slow

MEMORY, SECONDS = 1_500_000_000, 30  # 10 s on a machine with nothing else to do
CHILD = """
import resource, sys
from gex_xl.chain import Chain
from gex_xl.errors import BadInput
import pandas, python_calamine
resource.setrlimit(resource.RLIMIT_DATA, (int(sys.argv[2]),) * 2)
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[3]),) * 2)
try:
    print(len(Chain.from_file(sys.argv[1])), "contracts")
except BadInput as error:
    print(error)
"""
HEADER = ("expiry", "right", "strike", "iv", "open interest")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="Chain" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
}


def contract(i: int, width: int) -> list[str]:
    own = [f"2024-{1 + i // 2 % 12:02}-19", "CP"[i % 2], f"{50 + i // 24 * 0.05:.2f}", "0.2", "10"]
    return [*own, *["1.5"] * (width - len(own))]


def titles(width: int) -> list[str]:
    return [*HEADER, *(f"x{i}" for i in range(width - len(HEADER)))]


def long_csv(path: Path) -> None:
    """As many rows as are read, and as many cells."""
    width = layouts.MAX_CELLS // layouts.MAX_ROWS
    rows = [titles(width), *(contract(i, width) for i in range(layouts.MAX_ROWS - 2))]
    path.write_text("\n".join(map(",".join, rows)), encoding="utf-8")


def wide_csv(path: Path) -> None:
    """A file of the largest size, where every character takes four bytes."""
    text = f"{','.join(HEADER)}\n😀" + ",x" * (files.MAX_BYTES // 2 - 100)
    path.write_text(text, encoding="utf-8")


def empty_records(path: Path) -> None:
    path.write_text(f"[{','.join(['{}'] * ((files.MAX_BYTES - 10) // 3))}]", encoding="utf-8")


def other_keys(path: Path) -> None:
    """Each record has a key of its own: as a table these are rows times keys."""
    records = (json.dumps({f"{i:08}": 1}) for i in range(files.MAX_BYTES // 16 - 1))
    path.write_text(f"[{','.join(records)}]", encoding="utf-8")


def keys_of_many(path: Path) -> None:
    """The same with fewer records than there may be."""
    records = [{f"{i:08}": 1} for i in range(layouts.MAX_ROWS // 2)]
    path.write_text(json.dumps(records), encoding="utf-8")


def workbook(path: Path, body: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in PARTS.items():
            archive.writestr(name, text)
        sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'
        archive.writestr("xl/worksheets/sheet1.xml", sheet)


def text_cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


def long_book(path: Path) -> None:
    width = layouts.MAX_CELLS // layouts.MAX_ROWS
    rows = [titles(width), *(contract(i, width) for i in range(layouts.MAX_ROWS - 2))]
    head = "".join(map(text_cell, rows[0]))
    cells = (
        text_cell(row[0]) + text_cell(row[1]) + "".join(f"<c><v>{cell}</v></c>" for cell in row[2:]) for row in rows[1:]
    )
    workbook(path, f"<row>{head}</row>" + "".join(f"<row>{row}</row>" for row in cells))


def much_text(path: Path) -> None:
    """Text up to the limit, where every character takes four bytes once it is read."""
    longest = "😀" + "x" * 32_000
    workbook(path, f"<row>{text_cell(longest)}</row>" * ((workbooks.MAX_UNPACKED - 10_000) // 32_100))


FILES: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "the longest csv": ("chain.csv", long_csv, f"{layouts.MAX_ROWS - 2} contracts"),
    "a csv of the largest size in one row": ("chain.csv", wide_csv, "the text has "),
    "records without a key": ("chain.json", empty_records, "the paste has "),
    "records with a key of their own each": ("chain.json", other_keys, "the paste has "),
    "fewer records with a key of their own each": ("chain.json", keys_of_many, "the paste has "),
    "the longest workbook": ("chain.xlsx", long_book, f"{layouts.MAX_ROWS - 2} contracts"),
    "a workbook of nothing but text": ("chain.xlsx", much_text, "no option chain found"),
}


def read(path: Path) -> str:
    assert path.stat().st_size <= files.MAX_BYTES
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path), str(MEMORY), str(SECONDS)],
        capture_output=True, text=True, check=False, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-500:]
    return done.stdout


@pytest.mark.parametrize("name", FILES)
def test_a_file_at_the_limits_takes_bounded_memory_and_time(name: str, tmp_path: Path) -> None:
    file, make, answer = FILES[name]
    make(tmp_path / file)
    assert read(tmp_path / file).startswith(answer)


#: References that ended the process, or made it ask for terabytes, inside the reader of workbooks.
REFERENCES = ("A" + "9" * 9, "A" + "9" * 21, "A" * 8 + "1", "A" + "9" * 3_000_000, "A" * 3_000_000 + "1", "A4294967297")


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda text: f"{text[:3]}..., {len(text)} long")
@pytest.mark.parametrize("form", ['<row r="1"><c r="{}"><v>1</v></c></row>', "<row><c r\n=\n'{}' ><v>1</v></c></row>"])
def test_a_reference_beyond_every_sheet_is_refused(reference: str, form: str, tmp_path: Path) -> None:
    workbook(tmp_path / "chain.xlsx", form.format(reference))
    said = read(tmp_path / "chain.xlsx")
    assert said.startswith("chain.xlsx: ")
    assert "reference is beyond every sheet" in said or "a tag has no end" in said


@pytest.mark.parametrize("digits", ["9" * 9, "9" * 21, "4294967296"])
def test_a_row_number_beyond_every_sheet_is_refused(digits: str, tmp_path: Path) -> None:
    workbook(tmp_path / "chain.xlsx", f'<row r="{digits}"><c><v>1</v></c></row>')
    assert "reference is beyond every sheet" in read(tmp_path / "chain.xlsx")


@pytest.mark.parametrize("word", ['t="s" ', "<c", "<row ", 'r="A', "<" + "a" * 50, "t =", "<a:", "<si"])
def test_repeated_marks_take_time_in_proportion(word: str, tmp_path: Path) -> None:
    """What the guard looks for, over and over: a pattern that begins anew at each took 48 s for 7 kB."""
    escaped = word.replace("<", "&lt;")
    workbook(tmp_path / "chain.xlsx", f"<row>{text_cell((escaped + 'x') * 2)}</row>" + word * (2_000_000 // len(word)))
    assert read(tmp_path / "chain.xlsx").startswith(("chain.xlsx: ", "no option chain"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes in folders")
def test_a_pipe_and_a_device_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "link.csv").symlink_to(tmp_path / "pipe.csv")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    for name in ("pipe.csv", "link.csv", "zero.csv"):
        assert "not a file but a pipe or a device" in read(tmp_path / name)
