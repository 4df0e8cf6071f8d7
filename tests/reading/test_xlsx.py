"""Workbooks: typed cells, real dates, the chain on any sheet."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
import xlsxwriter

from gex_xl.chain import Chain
from gex_xl.errors import BadInput
from tests.reading.made_up import HEADER, ROWS
from tests.reading.test_side_by_side import QUOTED, assert_made_up_contracts


def workbook(path: Path, sheets: dict[str, list[list[object]]], at: tuple[int, int] = (0, 0)) -> Path:
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for i, row in enumerate(rows, at[0]):
                for j, cell in enumerate(row, at[1]):
                    if isinstance(cell, dt.date):
                        sheet.write_datetime(i, j, cell, day)
                    elif cell is not None:
                        sheet.write(i, j, cell)
    return path


def typed(cell: str) -> object:
    try:
        return float(cell)
    except ValueError:
        return dt.datetime.strptime(cell, "%a %b %d %Y") if " 2024" in cell else cell


SIDE_BY_SIDE: list[list[object]] = [
    ["ZZX HOLDINGS", "Last: 105.25", "Change: 1.5"],
    ["January 7, 2024 at 10:52 AM EST", "Bid: 104.1"],
    [*HEADER.split(",")],
    *([typed(cell) for cell in row.split(",")] for row in ROWS),
]
ONE_PER_ROW: list[list[object]] = [
    ["Strike", "Type", "Expiry", "IV", "OI", "Quote Time", "Spot"],
    [100, "call", dt.datetime(2024, 1, 19), 0.25, 1000, dt.datetime(2024, 1, 8, 10, 30), 105.25],
    [100.5, "put", dt.datetime(2024, 2, 16), 0.27, 2000, dt.datetime(2024, 1, 8, 10, 30), 105.25],
]


def test_side_by_side(tmp_path: Path) -> None:
    chain = Chain.from_file(workbook(tmp_path / "chain.xlsx", {"Sheet1": SIDE_BY_SIDE}))
    assert_made_up_contracts(chain)
    assert (chain.spot, chain.as_of) == (105.25, QUOTED)


def test_real_dates_in_the_preamble(tmp_path: Path) -> None:
    rows = [["ZZX", "Last", 105.25], ["as of", dt.datetime(2024, 1, 7, 10, 52)], *SIDE_BY_SIDE[2:]]
    chain = Chain.from_file(workbook(tmp_path / "chain.xlsx", {"Sheet1": rows}))
    assert_made_up_contracts(chain)
    assert (chain.spot, chain.as_of) == (105.25, QUOTED)


def test_one_per_row(tmp_path: Path) -> None:
    chain = Chain.from_file(workbook(tmp_path / "chain.xlsx", {"Sheet1": ONE_PER_ROW}))
    assert chain.expiry.astype(str).tolist() == ["2024-01-19", "2024-02-16"]
    assert chain.strike.tolist() == [100, 100.5]
    assert chain.open_interest.tolist() == [1000, 2000]
    assert chain.spot == 105.25
    assert chain.as_of == dt.datetime(2024, 1, 8, 15, 30, tzinfo=dt.UTC)


def test_chain_on_the_second_sheet(tmp_path: Path) -> None:
    notes: list[list[object]] = [["my notes"], ["strike", "a word, not a table"]]
    chain = Chain.from_file(workbook(tmp_path / "chain.xlsx", {"Notes": notes, "Chain": SIDE_BY_SIDE}))
    assert_made_up_contracts(chain)


def test_row_numbers_are_those_of_the_sheet(tmp_path: Path) -> None:
    chain = Chain.from_file(workbook(tmp_path / "chain.xlsx", {"Sheet1": SIDE_BY_SIDE}, at=(4, 2)))
    assert_made_up_contracts(chain)
    assert chain.row.tolist() == [8, 8, 9, 9]


def test_text_lines_in_one_column(tmp_path: Path) -> None:
    lines: list[list[object]] = [[line] for line in (HEADER, *ROWS)]
    assert_made_up_contracts(Chain.from_file(workbook(tmp_path / "chain.xlsx", {"Sheet1": lines})))


def test_blanks_and_failed_cells(tmp_path: Path) -> None:
    rows = [[*row] for row in ONE_PER_ROW]
    rows[1][3], rows[2][4] = "#N/A", None
    chain = Chain.from_file(workbook(tmp_path / "chain.xlsx", {"Sheet1": rows}))
    assert np.array_equal(chain.iv, [np.nan, 0.27], equal_nan=True)
    assert np.array_equal(chain.open_interest, [1000, np.nan], equal_nan=True)


@pytest.mark.parametrize("raw", [b"", b"not a workbook", b"PK\x03\x04 cut short"], ids=["empty", "text", "cut short"])
def test_no_workbook(raw: bytes, tmp_path: Path) -> None:
    file = tmp_path / "chain.xlsx"
    file.write_bytes(raw)
    with pytest.raises(BadInput, match=r"^chain\.xlsx: not a readable workbook"):
        Chain.from_file(file)


def test_no_chain_in_the_workbook(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"^no option chain found; columns found in row 1: my notes; missing: strike"):
        Chain.from_file(workbook(tmp_path / "a.xlsx", {"Notes": [["my notes"]], "More": [["other"]]}))
    with pytest.raises(BadInput, match=r"^the chain is empty"):
        Chain.from_file(workbook(tmp_path / "b.xlsx", {"Empty": []}))
