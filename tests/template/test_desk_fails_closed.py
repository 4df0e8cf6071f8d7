"""The desk's workbook, recalculated: after a wrong cell no sheet shows a figure or a state that rests on it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from gex_xl.engines import Recalculation
from gex_xl.template import desk_plan, desk_sample
from gex_xl.template.desk import new_desk

SHEETS = ("Positions", "Hedge", "Limits", "Quotes")
#: Where results stand on each sheet: first row, first and last column, and the table.
RESULTS = {
    "used": ("Positions", "M", "N", 13), "exposure": ("Positions", "P", "U", 13), "ways": ("Hedge", "B", "K", 16),
    "orders": ("Hedge", "B", "E", 31), "bounds": ("Hedge", "B", "G", 46), "limits": ("Limits", "G", "N", 7),
    "quotes": ("Quotes", "L", "S", 9),
}  # fmt: skip
#: The cards of Positions by their figure's cell.
FIGURES = {"delta": "B6", "gamma": "D6", "vega": "G6", "theta": "J6", "gap": "N6", "limits": "Q6", "best": "S6"}


def build(folder: Path, cells: dict[str, Any], ranges: dict[str, Any] | None = None) -> Recalculation:
    """The made-up desk with some cells written over: "=1/0" is a cell that failed."""

    def write(book: Any) -> None:
        for place, value in cells.items():
            sheet, cell = place.split("!")
            book.get_worksheet_by_name(sheet).write(cell, value)

    given = {part: [list(row) for row in rows] for part, rows in desk_sample.RANGES.items()}
    return new_desk(folder / "desk.xlsx", extend=write, ranges={**given, **(ranges or {})})


def results(done: Recalculation, table: str) -> set[Any]:
    sheet, first, last, row = RESULTS[table]
    letters = [chr(code) for code in range(ord(first), ord(last) + 1)]
    found = {done.values.get(f"{sheet}!{letter}{at}") for letter in letters for at in range(row, row + 12)}
    return found - {None, ""}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Recalculation:
    return build(tmp_path_factory.mktemp("whole"), {"Positions!C9": dt.datetime(2025, 10, 8, 11, 30)})


def test_the_book_as_it_is_shows_every_table(whole: Recalculation) -> None:
    assert not whole.errors
    for sheet in SHEETS:
        assert "cannot be read" not in str(whole.values[f"{sheet}!B2"])
    assert all(results(whole, table) for table in RESULTS)
    assert str(whole.values["Limits!B2"]).startswith("2 over, 4 near, 5 within.")


AS_OF = {"Positions!C9": dt.datetime(2025, 10, 8, 11, 30)}
EVERY = set(RESULTS)


@pytest.mark.parametrize(
    ("cells", "said", "blank"),
    [
        ({"Positions!H13": 13.1}, 'sheet Positions, row 13 (positions) (SPXW 2025-10-17 C 5350): iv is "13.1"', EVERY),
        ({"Positions!G17": "=1/0"}, "sheet Positions, row 17 (positions): contracts is #DIV/0!", EVERY),
        ({"Positions!E14": "high"}, 'sheet Positions, row 14 (positions) (SPX): strike is "high"', EVERY),
        ({"Positions!C9": "=NA()"}, 'as_of is "#N/A"', EVERY),
        ({"Positions!F9": "dear"}, 'settings: rate is "dear"', EVERY),
        ({"Positions!R9": "a chain"}, 'chain: "a chain" is no loaded chain', EVERY),
        ({"Positions!G5015": -100_000}, "1 cell stands below the range, where nothing is read", EVERY),
        ({"Limits!E9": -400, "Hedge!S8": "wide", "Quotes!E10": 1e300}, "sheet Hedge, row 8 (candidates)",
         EVERY - {"used", "exposure"}),
        ({"Limits!C6000": "x", "Quotes!B6000": 1, "Hedge!N6000": "SPX"}, "stands below the range",
         EVERY - {"used", "exposure"}),
        ({"Positions!B400": "SPX", "Positions!G400": -5}, "sheet Positions, row 400 (positions) (SPX): type", EVERY),
        ({"Positions!G20000": -100_000}, "1 cell stands below the range", EVERY),
        ({"Quotes!G5": 5}, 'warn_at is "5', {"limits", "quotes"}),
        ({"Quotes!I5": "=1/0"}, "horizon_days is", {"ways", "orders", "bounds"}),
    ],
)  # fmt: skip
def test_a_wrong_cell_shows_in_red_on_every_sheet_and_leaves_nothing(
    cells: dict[str, Any], said: str, blank: set[str], tmp_path: Path
) -> None:
    done = build(tmp_path, {**AS_OF, **cells})
    assert not done.errors
    for sheet in SHEETS:  # the sheet's own rule makes a line red that says "cannot"
        assert "cannot be read: " in str(done.values[f"{sheet}!B2"]), sheet
    assert said in str(done.values["Positions!B2"])
    for table in RESULTS:
        assert (not results(done, table) - set(_HEADS)) == (table in blank), table
    assert (done.values[f"Positions!{FIGURES['limits']}"] == "none") == ("limits" in blank)
    if blank == EVERY:
        assert {done.values[f"Positions!{cell}"] for cell in FIGURES.values()} <= {"none", ""}
    kinds = {done.values.get(f"Desk!Q{row}") for row in range(1, len(desk_plan.HEADLINE_KEYS) + 1)}
    assert "bad" in kinds
    if blank == EVERY:
        assert kinds <= {"bad", "none"}  # nothing is green, and nothing amber


_HEADS = {"IV used", "from", "Bid", "Ask", "Fair to us", "Bid size", "Ask size", "Use", "State", "Why"}


def test_yellow_cells_cleared_are_not_given(tmp_path: Path, whole: Recalculation) -> None:
    heads = {part: [list(desk_plan.RANGES[part].heads)] for part in ("candidates", "bounds", "products", "quotes")}
    done = build(tmp_path, AS_OF, heads)
    assert not done.errors
    assert "cannot be read" not in str(done.values["Hedge!B2"])
    assert done.values["Positions!N6"] == whole.values["Positions!N6"]  # the worst loss, bare
    assert results(done, "limits") == results(whole, "limits")
    ways = [row for row in range(16, 28) if done.values.get(f"Hedge!B{row}")]
    assert {done.values[f"Hedge!B{row}"] for row in ways} == {"Leave it", "Quote it away", "Future and shares"}


def test_the_sheets_take_five_thousand_rows(tmp_path: Path) -> None:
    rows = [list(row) for row in desk_sample.POSITIONS]
    many = [rows[0], *([list(rows[7])] * 4_992), *rows[1:]]
    done = build(tmp_path, AS_OF, {"positions": many})
    assert "5,000 positions read" in str(done.values["Positions!B2"])
