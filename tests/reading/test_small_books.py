"""The quick look at workbooks says small only where the careful one refuses nothing, and says so of ordinary ones."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from gex_xl.errors import BadInput
from gex_xl.reading import small_books, workbooks
from gex_xl.reading.small_books import surely_small
from tests.reading.test_xlsx import SIDE_BY_SIDE, workbook

SIZES = (workbooks.MAX_UNPACKED, workbooks.MAX_CELLS, workbooks.MAX_TEXT)
SHEET = '<worksheet><cols><col min="1"/></cols><sheetData>{}</sheetData></worksheet>'


def packed(
    path: Path, body: str, strings: str = "<si><t>a</t></si>", times: int = 1, how: int = zipfile.ZIP_DEFLATED
) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        archive.writestr("xl/sharedStrings.xml", f"<sst>{strings}</sst>")
        for n in range(times):
            archive.writestr(f"xl/worksheets/sheet{n}.xml", SHEET.format(body))
    return path


def is_small(path: Path, sizes: tuple[int, int, int] = SIZES) -> bool:
    return surely_small(path, *sizes)


def is_refused(path: Path) -> bool:
    try:
        workbooks._refuse_bombs(path)
    except BadInput:
        return True
    return False


def test_an_ordinary_workbook_is_small(tmp_path: Path) -> None:
    assert is_small(workbook(tmp_path / "chain.xlsx", {"Sheet1": SIDE_BY_SIDE, "Notes": [["a note"]]}))


def test_every_size_of_rows_is_seen(tmp_path: Path) -> None:
    for row, sheets, small in (
        (999, 150, True),
        (1000, 16, False),
        (9999, 15, True),
        (10_000, 1, True),
        (10_000, 2, False),
    ):
        body = f'<row r="{row}"><c r="C{row}"><v>1</v></c></row>'
        assert is_small(packed(tmp_path / "book.xlsx", body, times=sheets)) is small, (row, sheets)


@pytest.mark.parametrize(
    "body",
    [
        '<row r="1"><c r="AA1"/></row>',
        '<row r="1"><c r="xfd1"/></row>',
        "<row r='1'><c r='ABCDEF1'/></row>",
        '<row r="1"><c r="A100000"/></row>',
        '<row r="1048576"><c r="A1"/></row>',
        '<row r="AAAA0"/>',
        "<row><c><v>1</v></c></row>",
        '<row r="1"><c s="1" r="A1"/></row>',
        '<row r="1"><c\tr="A1"/></row>',
        '<x:row r="1"><x:c r="A1"/></x:row>',
        f'<row r="1"><c r="A1"><v>{"1" * (1 << 21)}</v></c></row>',
    ],
)
def test_what_is_not_ordinary_takes_the_careful_look(tmp_path: Path, body: str) -> None:
    assert not is_small(packed(tmp_path / "book.xlsx", body))


def test_text_that_many_cells_share_counts_for_each(tmp_path: Path) -> None:
    body = '<row r="1">' + '<c r="A1" t="s"><v>0</v></c>' * 1_000 + "</row>"
    path = packed(tmp_path / "book.xlsx", body, f"<si><t>{'a' * 5_000}</t></si>")
    assert is_small(path)
    assert not is_small(path, (*SIZES[:2], 1_000_000))


def test_files_that_are_not_packed_are_looked_at_too(tmp_path: Path) -> None:
    for cell, small in (("A1", True), ("AA1", False)):
        body = f'<row r="1"><c r="{cell}"/></row>'
        assert is_small(packed(tmp_path / "book.xlsx", body, how=zipfile.ZIP_STORED)) is small


def test_more_bytes_than_allowed_and_broken_files_are_not_small(tmp_path: Path) -> None:
    path = workbook(tmp_path / "chain.xlsx", {"Sheet1": SIDE_BY_SIDE})
    assert not is_small(path, (10_000, *SIZES[1:]))
    path.write_bytes(path.read_bytes()[:-30])
    assert not is_small(path)


def test_pieces_of_any_size_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path / "chain.xlsx", {"Sheet1": SIDE_BY_SIDE * 40})
    monkeypatch.setattr(small_books, "_CHUNK", 300)
    assert is_small(path)
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write(500, 40, 1.0)
    assert not is_small(path)


REFERENCES = st.from_regex(r"\A[A-Za-z]{0,4}[0-9]{1,8}\Z")
CELLS = st.builds(
    "<{}{}r{}{}{}{}/>".format,
    st.sampled_from(["c", "x:c", "row", "cfRule"]), st.sampled_from([" ", " s='1' ", "\n"]),
    st.sampled_from(["=", " = "]), st.just('"'), REFERENCES, st.just('"'),
)  # fmt: skip


@settings(deadline=None)  # files are written
@given(cells=st.lists(CELLS | REFERENCES.map('<c r="{}"><v>1</v></c>'.format) | st.just("<c/>"), max_size=6))
def test_nothing_that_is_refused_is_called_small(cells: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = packed(tmp_path_factory.getbasetemp() / "any.xlsx", "".join(cells))
    assert not (is_small(path) and is_refused(path))
