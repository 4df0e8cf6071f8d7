"""The sheet Volatility, evaluated by its own formulas, against the functions and the core."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest

import gex_xl
from gex_xl.engines import Recalculation
from gex_xl.functions import EXAMPLE_CHAIN
from gex_xl.functions.common import EXAMPLE_SMILES
from gex_xl.reading import read_cells
from gex_xl.reading.files import as_typed
from gex_xl.template import plan, recalculate_workbook
from gex_xl.udfs import FUNCTIONS

from .saved import rewritten

Book = tuple[Path, Recalculation]
Cells = list[list[object]]
SHEET = plan.VOLATILITY


def shown(done: Recalculation, name: str) -> list[list[object]]:
    """A table of the sheet, header and all, as many rows as it has room for."""
    it = plan.SPILLS[name]
    letters = [openpyxl.utils.get_column_letter(it.column + offset) for offset in range(it.columns)]
    rows = [
        [done.values.get(f"{SHEET}!{letter}{row}") for letter in letters] for row in range(it.row, it.row + it.room + 1)
    ]
    return [row for row in rows if any(cell not in (None, "") for cell in row)]


def block(done: Recalculation, it: plan.Block, offset: int) -> list[object]:
    letter = openpyxl.utils.get_column_letter(it.column + offset)
    return [done.values.get(f"{SHEET}!{letter}{row}") for row in range(it.first, it.last + 1)]


def agrees(done: Recalculation, cells: Cells) -> None:
    for name, function in (("skew_curve", "SKEW_CURVE"), ("atm_iv", "ATM_IV"), ("term_structure", "TERM_STRUCTURE")):
        table = FUNCTIONS[function](cells)
        assert len(table) - 1 <= plan.SPILLS[name].room
        found = shown(done, name)
        assert len(found) == len(table), name
        for row, wanted in zip(found, table, strict=True):
            assert row == [pytest.approx(x, rel=1e-12) if isinstance(x, float) else x for x in wanted]
    assert done.values[f"{SHEET}!B13"] == pytest.approx(100 * FUNCTIONS["SKEW_25D"](cells), rel=1e-12)
    assert done.values[f"{SHEET}!B15"] == ("yes" if FUNCTIONS["IS_INVERTED"](cells) else "no")
    charts_agree(done, cells)


def charts_agree(done: Recalculation, cells: Cells) -> None:
    """The charted points are points of the tables, from the first to the last, and none is at 0."""
    curve = FUNCTIONS["SKEW_CURVE"](cells)[1:]
    for offset, right in ((0, "P"), (2, "C")):
        near = [(row[3], row[4]) for row in curve if row[1] == right and abs(row[2]) >= 0.02]
        drawn = list(zip(block(done, plan.CURVE_BLOCK, offset), block(done, plan.CURVE_BLOCK, offset + 1), strict=True))
        assert (drawn[0], drawn[-1]) == (near[0], near[-1])
        assert set(drawn) <= set(near)
        assert len(set(drawn)) == min(len(set(near)), plan.CURVE_BLOCK.rows)
    known = [(row[2], row[4]) for row in FUNCTIONS["ATM_IV"](cells)[1:] if row[4] != "#N/A"]
    drawn = list(zip(block(done, plan.TERM_BLOCK, 0), block(done, plan.TERM_BLOCK, 1), strict=True))
    assert (drawn[0], drawn[-1]) == (known[0], known[-1])
    assert set(drawn) <= set(known)
    contracts = gex_xl.prepare(gex_xl.Chain.from_cells(cells))
    points = gex_xl.maturities(contracts)
    wanted = ["#N/A" if points[days].iv is None else points[days].iv for days in (9, 30, 90)]
    assert block(done, plan.POINTS_BLOCK, 1) == wanted


def test_every_table_and_chart_holds_what_the_functions_give(book: Book, sample: Cells) -> None:
    agrees(book[1], sample)
    sheet, it = openpyxl.load_workbook(book[0])[SHEET], plan.POINTS_BLOCK
    assert [sheet.cell(row, it.column).value for row in range(it.first, it.last + 1)] == [9, 30, 90]
    assert str(book[1].values[f"{SHEET}!W1"]) == f"Skew curve of {book[1].values[f'{SHEET}!C13']}".partition(",")[0]


def test_a_real_chain_with_many_strikes_and_expiries(book: Book, shared_chains: Path, tmp_path: Path) -> None:
    cells = as_typed(read_cells(shared_chains / "cboe_spx_2024-01-07.csv"))
    agrees(recalculate_workbook(book[0], tmp_path / "real.xlsx", cells), cells)


def test_a_smaller_chain_leaves_nothing_of_the_old_one(book: Book, tmp_path: Path) -> None:
    cells = [list(row) for row in EXAMPLE_SMILES]
    done = recalculate_workbook(book[0], tmp_path / "small.xlsx", cells)
    assert done.errors == {}
    agrees(done, cells)


def test_what_the_chain_does_not_reach_is_said_in_words(book: Book, tmp_path: Path) -> None:
    """The registry's first example ends in 18 days: no skew, no 30 and 90 days, no slope."""
    done = recalculate_workbook(book[0], tmp_path / "short.xlsx", [list(row) for row in EXAMPLE_CHAIN])
    values = {cell: done.values.get(f"{SHEET}!{cell}") for cell in ("B13", "C13", "B14", "C14", "B15", "C15", "W1")}
    assert (values["B13"], values["B14"], values["B15"]) == ("none", "none", "unknown")
    assert str(values["C13"]).startswith("no expiry is at least 21 days away")
    assert values["W1"] == f"No skew curve: {values['C13']}"
    assert values["C14"] == "not given"
    assert "days lie beyond the last expiry" in str(values["C15"])
    table = {row[0]: row for row in shown(done, "term_structure")}
    assert table["ATM IV 30 days (decimal)"][1] == "#N/A"
    assert "beyond the last expiry" in str(table["ATM IV 30 days (decimal)"][2])
    assert set(block(done, plan.CURVE_BLOCK, 0)) == {"#N/A"}  # left out of the line, not drawn at 0
    assert block(done, plan.POINTS_BLOCK, 1)[1:] == ["#N/A", "#N/A"]


def test_the_reason_of_a_missing_slope_is_not_cut_off(book: Book, tmp_path: Path) -> None:
    """Another table stands to the right of the sources: what is longer than the column is not seen."""
    path = tmp_path / "short.xlsx"
    done = recalculate_workbook(book[0], path, [list(row) for row in EXAMPLE_CHAIN])
    said = str(done.values[f"{plan.REGIME}!H13"])
    assert said.startswith("not in the chain: ") and done.values[f"{plan.REGIME}!I13"]
    sheet = openpyxl.load_workbook(path)[plan.REGIME]
    assert sheet["H13"].alignment.wrap_text
    rows = sheet.row_dimensions[13].height // 15
    # A width counts digits of 11 points; letters of 10 points are a fifth narrower at least.
    assert len(said) <= 1.2 * rows * sheet.column_dimensions["H"].width


def test_an_unusable_chain_leaves_one_error_for_each_table(book: Book, tmp_path: Path) -> None:
    done = recalculate_workbook(book[0], tmp_path / "unusable.xlsx", [["name", "price"], ["a", 1.0]])
    assert str(done.values[f"{SHEET}!A3"]).startswith("Cannot be used")
    errors = {
        cell.partition("!")[2]
        for cell, value in done.values.items()
        if re.fullmatch(rf"{SHEET}![A-L]\d+", cell) and str(value).startswith("#")
    }
    assert errors == {"A5", "A36", "G36"}
    assert (done.values[f"{SHEET}!W1"], done.values[f"{SHEET}!C13"]) == ("Skew curve", "")


def test_the_vix_family_moves_the_slopes(book: Book, tmp_path: Path) -> None:
    path = rewritten(book[0], tmp_path / "one.xlsx", plan.REGIME, "B4", "><v>24</v>", blank=True)
    path = rewritten(path, tmp_path / "two.xlsx", plan.REGIME, "B5", "><v>20</v>", blank=True)
    done = recalculate_workbook(path, tmp_path / "out.xlsx", None)
    assert done.values[f"{SHEET}!B9"] == pytest.approx(1.2)
    assert done.values[f"{SHEET}!B15"] == "yes"
    assert done.names["Regime"] == "vol_inverted"
