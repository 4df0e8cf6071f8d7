"""The sheets Quality and Choices, and their lines on the sheet Check, evaluated by the book's own formulas."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest

from gex_xl.engines import Recalculation
from gex_xl.functions import EXAMPLE_CHAIN
from gex_xl.functions.quality import EXAMPLE_QUOTES
from gex_xl.template import plan, recalculate_workbook
from gex_xl.udfs import FUNCTIONS

Book = tuple[Path, Recalculation]
Cells = list[list[object]]
TABLES = {
    "quotes": "QUOTE_CHECK",
    "arbitrage": "ARBITRAGE_CHECK",
    "vendor_gamma": "VENDOR_GAMMA",
    "what_if": "WHAT_IF",
    "check": "CHAIN_CHECK",
}


def shown(done: Recalculation, name: str) -> list[list[object]]:
    """A table, header and all, down to its first blank row; a blank cell is ""."""
    it, out = plan.SPILLS[name], []
    letters = [openpyxl.utils.get_column_letter(it.column + offset) for offset in range(it.columns)]
    for row in range(it.row, it.row + it.room + 2):
        cells = [done.values.get(f"{it.sheet}!{letter}{row}") for letter in letters]
        if all(cell in (None, "") for cell in cells):
            break
        out.append(["" if cell is None else cell for cell in cells])
    return out


def agrees(done: Recalculation, cells: Cells) -> None:
    for name, function in TABLES.items():
        table, it = FUNCTIONS[function](cells), plan.SPILLS[name]
        found = shown(done, name)
        assert (len(found), it.columns) == (len(table), len(table[0])), name
        assert len(table) - 1 <= it.room
        for row, wanted in zip(found, table, strict=True):
            assert row == [pytest.approx(x, rel=1e-9, abs=1e-12) if isinstance(x, float) else x for x in wanted], name


def test_every_table_equals_its_function(book: Book, sample: Cells) -> None:
    agrees(book[1], sample)
    assert shown(book[1], "what_if")[1][2] == pytest.approx(book[1].names["Total_GEX"], rel=1e-12)
    assert shown(book[1], "what_if")[1][6] == book[1].names["Regime"]


def test_another_chain_in_the_same_book(book: Book, tmp_path: Path) -> None:
    """A smaller chain with bad quotes and arbitrage in it."""
    done = recalculate_workbook(book[0], tmp_path / "other.xlsx", EXAMPLE_QUOTES)
    assert not done.errors
    agrees(done, EXAMPLE_QUOTES)
    rows = {row[0]: row for row in shown(done, "check")}
    assert rows["Quotes crossed or impossible"][1] == 1
    assert rows["Arbitrage at bid and ask"][1] == 2


def test_a_paste_without_gamma_says_so(book: Book, tmp_path: Path) -> None:
    done = recalculate_workbook(book[0], tmp_path / "bare.xlsx", EXAMPLE_CHAIN)
    it = plan.SPILLS["vendor_gamma"]
    assert done.values[f"Quality!A{it.row}"] == "#N/A"
    assert str(done.values[f"Quality!A{it.row - 1}"]).endswith("there is none to compare in the paste")
    assert [row[9] for row in shown(done, "arbitrage")[1:3]] == ["no quotes in the paste"] * 2
    assert not done.errors


def test_the_rooms_hold_what_the_functions_can_return() -> None:
    ours = [it for it in plan.SPILLS.values() if it.sheet == plan.QUALITY]
    ours.sort(key=lambda it: it.row)
    for one, other in pairwise(ours):
        assert one.row + one.room < other.row - 1  # its heading stands a row above
    # Four tests with three offenders each.
    assert plan.SPILLS["arbitrage"].room >= 12
