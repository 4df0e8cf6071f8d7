"""All sheets of a workbook that hold a chain of one underlying are one chain; what is not read is named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter

from gex_xl.chain import Chain
from gex_xl.errors import BadInput
from gex_xl.reading.workbooks import cells_of_first_sheet
from tests.reading.priced import world
from tests.reading.test_vendors import assert_is
from tests.reading.vendors_us import ALL, PLAIN, plain_row

W = world("us", 11)
NAMES = list(PLAIN)
Rows = list[list[object]]


def rows_of(*wanted: str, drop: Sequence[str] = ()) -> Rows:
    """The contracts whose expiry or right is wanted, all without any, with the header."""
    kept = [j for j, name in enumerate(NAMES) if name not in drop]
    found = [q for q in W.quotes if not wanted or q.expiry.isoformat() in wanted or q.right in wanted]
    return [[NAMES[j] for j in kept], *([plain_row(W, q)[j] for j in kept] for q in found)]


def read(folder: Path, **sheets: Rows) -> Chain:
    file = folder / "book.xlsx"
    with xlsxwriter.Workbook(file) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name.replace("_", "-"))
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return Chain.from_file(file)


def test_a_sheet_an_expiry_is_one_chain(tmp_path: Path) -> None:
    chain = read(tmp_path, **{day.isoformat(): rows_of(day.isoformat()) for day in W.expiries})
    assert_is(W, chain, ALL, spot=True, timed=True)
    assert "sheets 2024-05-24, 2024-06-21 are read as one chain" in chain.notes


def test_a_sheet_may_name_its_expiry_where_no_column_does(tmp_path: Path) -> None:
    sheets = {f"{day:%d %b %Y}": rows_of(day.isoformat(), drop=("expiry", "symbol")) for day in W.expiries}
    chain = read(tmp_path, **sheets)
    assert chain.expiry.astype(object).tolist() == sorted(q.expiry for q in W.quotes)
    assert chain.open_interest.sum() == pytest.approx(sum(q.open_interest for q in W.quotes))


def test_a_sheet_may_name_its_right_where_no_column_does(tmp_path: Path) -> None:
    chain = read(tmp_path, Puts=rows_of("P", drop=("right", "symbol")), Calls=rows_of("C", drop=("right", "symbol")))
    assert chain.is_call.sum() == len(W.quotes) / 2
    meant = sum(q.open_interest for q in W.quotes if q.right == "P")
    assert chain.open_interest[~chain.is_call].sum() == pytest.approx(meant)


def test_columns_in_another_order_are_put_in_that_of_the_first_sheet(tmp_path: Path) -> None:
    first, second = (rows_of(day.isoformat()) for day in W.expiries)
    turned = [[*row[::-1], "mine"] if at else [*row[::-1], "My remark"] for at, row in enumerate(second)]
    assert_is(W, read(tmp_path, one=first, two=turned), ALL, spot=True, timed=True)


def test_a_sheet_without_a_column_leaves_it_blank_but_none_is_lost(tmp_path: Path) -> None:
    first, second = (day.isoformat() for day in W.expiries)
    chain = read(tmp_path, one=rows_of(first), two=rows_of(second, drop=("gamma",)))
    later = chain.expiry == chain.expiry[-1]
    assert (chain.gamma[~later] > 0).all()
    assert not (chain.gamma[later] > 0).any()
    with pytest.raises(BadInput, match="sheets one and two both hold a chain, with different columns; keep one"):
        read(tmp_path, one=rows_of(first, drop=("gamma",)), two=rows_of(second))


def test_a_sheet_that_is_no_chain_is_named_with_its_rows(tmp_path: Path) -> None:
    chain = read(tmp_path, notes=[["a", "b"], ["c", "d"], []], chain=rows_of())
    assert_is(W, chain, ALL, spot=True, timed=True)
    assert "no chain was found in, and nothing read of, sheet notes (2 rows)" in chain.notes


def test_two_underlyings_are_never_mixed(tmp_path: Path) -> None:
    bare = rows_of(drop=("symbol",))
    with pytest.raises(BadInput, match="sheets QZX and ABC seem to be chains of several underlyings; keep one"):
        read(tmp_path, QZX=bare, ABC=bare)
    other = [[*row[:1], *row[1:]] for row in rows_of()]
    for row in other[1:]:
        row[0] = str(row[0]).replace("QZX", "ABC")
    with pytest.raises(BadInput, match="contracts on ABC, QZX; paste one underlying at a time"):
        read(tmp_path, QZX=rows_of(), ABC=other)


def test_two_days_are_never_mixed(tmp_path: Path) -> None:
    earlier = rows_of(drop=("symbol",))
    for row in earlier[1:]:
        row[-1] = "2024-05-21T14:20:00-04:00"
    with pytest.raises(BadInput, match="holds quotes of 2024-05-21 and 2024-05-22; paste the chain of one moment"):
        read(tmp_path, Tuesday=earlier, Wednesday=rows_of(drop=("symbol",)))


def test_the_first_sheet_is_given_as_it_is_where_it_is_asked_for(tmp_path: Path) -> None:
    read(tmp_path, one=rows_of(), two=rows_of())
    assert cells_of_first_sheet(tmp_path / "book.xlsx")[0] == NAMES


def test_dates_of_cells_are_expiries_too(tmp_path: Path) -> None:
    file = tmp_path / "typed.xlsx"
    with xlsxwriter.Workbook(file, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows_of(drop=("symbol",))):
            day = dt.date.fromisoformat(str(row[2])) if at else row[2]
            sheet.write_row(at, 0, [*row[:2], day, *row[3:]])
    assert Chain.from_file(file).expiry.astype(object).tolist() == sorted(q.expiry for q in W.quotes)
