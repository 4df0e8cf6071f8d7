"""The sheet Flows, evaluated by its own formulas, against the core."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

import gex_xl
from gex_xl.engines import Recalculation
from gex_xl.functions import EXAMPLE_CHAIN
from gex_xl.reading import read_cells
from gex_xl.reading.files import as_typed
from gex_xl.settings import HELP
from gex_xl.template import plan, recalculate_workbook
from gex_xl.udfs import FUNCTIONS

from .saved import rewritten

Book = tuple[Path, Recalculation]
Cells = list[list[object]]
SHEET = "Flows"


def shown(done: Recalculation, name: str) -> list[list[object]]:
    """A table of the sheet, header and all, down to its first blank row."""
    it, out = plan.SPILLS[name], []
    for row in range(it.row, it.row + it.room + 2):
        letters = [openpyxl.utils.get_column_letter(it.column + offset) for offset in range(it.columns)]
        cells = [done.values.get(f"{SHEET}!{letter}{row}") for letter in letters]
        if all(cell in (None, "") for cell in cells):
            break
        out.append(cells)
    return out


def agrees(done: Recalculation, cells: Cells) -> None:
    """Every table holds what its function gives for the same cells, and the moves are the steps."""
    moves = [0.005 * i for i in range(-10, 11)], [0.01 * i for i in range(-5, 6)]
    expected = {
        "hedge_flow": FUNCTIONS["HEDGE_FLOW"](cells, moves[0]),
        "vol_flow": FUNCTIONS["VOL_FLOW"](cells, moves[1]),
        "exposures": FUNCTIONS["EXPOSURES"](cells),
        "buckets": FUNCTIONS["GEX_BY_BUCKET"](cells),
        "top_strikes": FUNCTIONS["TOP_STRIKES"](cells, None, None, None, 10),
        "max_pain": FUNCTIONS["MAX_PAIN"](cells),
        "expected_move": FUNCTIONS["EXPECTED_MOVE"](cells),
    }
    for name, table in expected.items():
        it, found = plan.SPILLS[name], shown(done, name)
        assert (len(found), it.columns) == (len(table), len(table[0])), name
        assert len(table) - 1 <= it.room
        for row, wanted in zip(found, table, strict=True):
            assert row == [pytest.approx(x, rel=1e-12) if isinstance(x, float) else x for x in wanted]


def test_every_table_equals_its_function(book: Book, sample: Cells) -> None:
    agrees(book[1], sample)


def test_the_core_says_the_same(book: Book, sample: Cells) -> None:
    contracts = gex_xl.prepare(gex_xl.Chain.from_cells(sample))
    rows = shown(book[1], "hedge_flow")[1:]
    flows = gex_xl.hedge_flow(contracts, [row[0] for row in rows])  # type: ignore[misc]
    assert [row[2] for row in rows] == pytest.approx([flow.usd for flow in flows], rel=1e-12)
    assert [row[3] for row in rows] == pytest.approx([flow.linear for flow in flows], rel=1e-12)
    totals = {row[0]: row[3] for row in shown(book[1], "exposures")[1:]}
    assert totals["gamma"] == pytest.approx(book[1].names["Total_GEX"], rel=1e-12)
    net = sum(row[5] for row in shown(book[1], "buckets")[1:])  # type: ignore[misc]
    assert net == pytest.approx(book[1].names["Total_GEX"], rel=1e-12)


def test_a_real_chain_with_many_expiries_fits(book: Book, shared_chains: Path, tmp_path: Path) -> None:
    cells = as_typed(read_cells(shared_chains / "cboe_spx_2024-01-07.csv"))
    agrees(recalculate_workbook(book[0], tmp_path / "real.xlsx", cells), cells)


def test_chart_rows_hold_the_tables_in_one_scale(book: Book) -> None:
    values, scale = book[1].values, 1e9
    assert values["Flows!R3"] == values["Flows!AA3"] == scale
    block = plan.FLOW_BLOCK
    for row, flow in zip(range(block.first, block.last + 1), shown(book[1], "hedge_flow")[1:], strict=True):
        buy, sell, linear = (float(values[f"Flows!{column}{row}"]) for column in "TUV")  # type: ignore[arg-type]
        assert (buy >= 0, sell <= 0, buy * sell) == (True, True, 0)
        assert [(buy + sell) * scale, linear * scale] == pytest.approx(flow[2:], rel=1e-12)
        assert values[f"Flows!S{row}"] == f"{flow[0]:+.2%}"
    block = plan.BUCKET_BLOCK
    for row, bucket in zip(range(block.first, block.last + 1), shown(book[1], "buckets")[1:], strict=True):
        assert values[f"Flows!AA{row}"] == bucket[0]
        assert [float(values[f"Flows!{c}{row}"]) * scale for c in ("AB", "AC")] == pytest.approx(bucket[3:5], rel=1e-12)  # type: ignore[arg-type]


def test_the_step_is_the_users(book: Book, tmp_path: Path) -> None:
    """A step changed on the sheet, as Excel would save it, moves the table."""
    path = rewritten(book[0], tmp_path / "stepped.xlsx", plan.FLOWS, "C4", "><v>0.02</v>")
    done = recalculate_workbook(path, tmp_path / "out.xlsx", None)
    moves = [row[0] for row in shown(done, "hedge_flow")[1:]]
    assert moves == pytest.approx([0.02 * i for i in range(-10, 11)], rel=1e-12)
    assert done.errors == {}


@pytest.mark.parametrize(
    ("unit", "flow_title", "gex_title"),
    [
        ("usd", "bn USD", "bn USD per 1 %"),
        ("usd_mn", "USD mn", "USD mn per 1 %"),
        ("shares", "bn USD", "mn shares per 1 %"),
    ],
)
def test_titles_name_the_unit_of_the_bars(
    book: Book, tmp_path: Path, unit: str, flow_title: str, gex_title: str
) -> None:
    cell = f"B{list(HELP).index('unit') + plan.FIRST_SETTING}"
    content = f't="inlineStr"><is><t>{unit}</t></is>'
    path = rewritten(book[0], tmp_path / "unit.xlsx", plan.SETTINGS, cell, content)
    done = recalculate_workbook(path, tmp_path / "out.xlsx", None)
    assert str(done.values["Flows!X1"]).endswith(f"(bars: full reprice), {flow_title}")
    assert done.values["Flows!X2"] == f"GEX by time to expiry, {gex_title}"
    row = shown(done, "hedge_flow")[-1]
    drawn = float(done.values["Flows!T27"]) + float(done.values["Flows!U27"])  # type: ignore[arg-type]
    assert drawn * float(done.values["Flows!R3"]) == pytest.approx(row[2], rel=1e-12)  # type: ignore[arg-type]


def test_a_small_chain_leaves_nothing_of_the_old_one(book: Book, tmp_path: Path) -> None:
    cells = [list(row) for row in EXAMPLE_CHAIN]
    done = recalculate_workbook(book[0], tmp_path / "small.xlsx", cells)
    assert done.errors == {}
    agrees(done, cells)
    assert len(shown(done, "max_pain")) == 3  # two expiries


def test_an_unusable_chain_draws_nothing_and_says_why(book: Book, tmp_path: Path) -> None:
    done = recalculate_workbook(book[0], tmp_path / "unusable.xlsx", [["name", "price"], ["a", 1.0]])
    assert str(done.values["Flows!A3"]).startswith("Cannot be used")
    assert done.values["Flows!X1"] == "Dealers trade when spot moves (bars: full reprice)"
    assert done.values["Flows!X2"] == "GEX by time to expiry"
    for row in range(plan.FLOW_BLOCK.first, plan.FLOW_BLOCK.last + 1):
        assert [done.values[f"Flows!{column}{row}"] for column in "STUV"] == [""] * 4


def test_tables_side_by_side_do_not_overlap() -> None:
    mine = [it for it in plan.SPILLS.values() if it.sheet == plan.FLOWS]
    assert len(mine) == 7
    for one in mine:
        for other in mine:
            if one is not other:
                apart = (
                    one.row + one.room < other.row - 1  # its heading stands a row above
                    or other.row + other.room < one.row - 1
                    or one.column + one.columns <= other.column
                    or other.column + other.columns <= one.column
                )
                assert apart, (one, other)
