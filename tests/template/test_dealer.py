"""The sheets of a dealer's own book: what their cells hold is what the functions give for what stands in them."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from gex_xl.engines import Recalculation
from gex_xl.template import plan, recalculate_workbook
from gex_xl.udfs import FUNCTIONS

Book = tuple[Path, Recalculation]
OWN = [name for name in plan.SPILLS if name.startswith("own_")]


def shown(done: Recalculation, name: str, rows: int) -> list[list[Any]]:
    """The first rows of a spilled table as the cells hold it."""
    it = plan.SPILLS[name]
    letters = [get_column_letter(it.column + i) for i in range(it.columns)]
    return [[done.values.get(f"{it.sheet}!{c}{it.row + r}", "") for c in letters] for r in range(rows)]


@pytest.fixture(scope="module")
def typed(book: Book) -> dict[str, Any]:
    """What stands in the input ranges, by their names."""
    loaded = openpyxl.load_workbook(book[0], data_only=True)
    found: dict[str, Any] = {}
    for name, place in plan.NAMES.items():
        if name.startswith("Own_"):
            sheet, cells = place[1:].replace("$", "").split("!")
            there = loaded[sheet][cells]
            found[name] = [[c.value for c in row] for row in there] if isinstance(there, tuple) else there.value
    sheet = loaded[plan.SETTINGS]
    found["settings"] = [[c.value for c in row] for row in sheet[plan.SETTINGS_RANGE.split("!")[1].replace("$", "")]]
    return found


def test_the_gex_sheets_stay_first(book: Book) -> None:
    loaded = openpyxl.load_workbook(book[0])
    assert tuple(loaded.sheetnames[-4:]) == plan.OWN_BOOK
    assert loaded.sheetnames[0] == plan.DASHBOARD
    colours = {loaded[name].sheet_properties.tabColor.rgb for name in plan.OWN_BOOK}
    others = {loaded[name].sheet_properties.tabColor for name in loaded.sheetnames[:-4]}
    assert len(colours) == 1 and not colours & {colour.rgb for colour in others if colour}


def test_tables_hold_what_the_functions_give(book: Book, typed: dict[str, Any]) -> None:
    held = (typed["Own_Positions"], None, typed["Own_As_Of"], typed["settings"])
    calls: dict[str, tuple[Any, ...]] = {
        "own_exposure": ("BOOK_EXPOSURE", *held),
        "own_residual": ("RESIDUAL_RISK", *held, typed["Own_Candidates"], typed["Own_Bounds"], typed["Own_Products"]),
        "own_shares": ("HEDGE_UNDERLYING", *held),
        "own_related": ("HEDGE_RELATED", held[0], typed["Own_Products"], *held[1:]),
        "own_options": ("HEDGE_OPTIONS", held[0], typed["Own_Candidates"], typed["Own_Bounds"], *held[1:]),
        "own_gaps": ("GAP_RISK", *held, None, [i / 100 for i in range(-10, 11)], 0),
        "own_cost": ("REBALANCE_COST", held[0], 30, 0.0001, 0.15, *held[1:]),
        "own_limits": ("LIMIT_CHECK", held[0], typed["Own_Limits"], *held[1:]),
        "own_quotes": ("QUOTE_ADJUST", typed["Own_Quotes"], 0.00003, 1, 0.8),
    }
    assert calls.keys() == set(OWN)
    assert book[1].errors == {}
    for name, (function, *given) in calls.items():
        expected = FUNCTIONS[function](*given)
        assert len(expected) <= plan.SPILLS[name].room and len(expected[0]) == plan.SPILLS[name].columns
        for found, wanted in zip(shown(book[1], name, len(expected)), expected, strict=True):
            assert found == [pytest.approx(w, rel=1e-9, abs=1e-9) if isinstance(w, float) else w for w in wanted], name


def test_no_two_tables_touch() -> None:
    for sheet in plan.OWN_BOOK:
        taken: set[tuple[int, int]] = set()
        areas = [(s.row, s.column, s.room, s.columns) for s in plan.SPILLS.values() if s.sheet == sheet]
        for name, place in plan.NAMES.items():
            if name.startswith("Own_") and place.startswith(f"={sheet}!") and ":" in place:
                columns, first, last_column, last = openpyxl.utils.cell.range_boundaries(place.split("!")[1])
                areas.append((first, columns, last - first + 1, last_column - columns + 1))
        for row, column, height, width in areas:
            cells = {(r, c) for r in range(row, row + height) for c in range(column, column + width)}
            assert not cells & taken
            taken |= cells


def test_the_screen_says_inventory_exposure_and_what_is_left(book: Book) -> None:
    values = book[1].values
    table = shown(book[1], "own_residual", 4)
    net = shown(book[1], "own_exposure", 2)[1]
    assert values["Hedge!B6"] == 8
    assert [values[f"Hedge!{c}6"] for c in "CDEF"] == net[4:8]
    assert [values[f"Hedge!{c}6"] for c in "GHI"] == [row[6] for row in table[1:4]]
    assert [row[0] for row in table[1:4]] == ["no hedge", "underlying", "options, then underlying"]
    states = [row[5] for row in shown(book[1], "own_limits", 12)[1:]]
    assert set(states) == {"ok", "warn", "breach"}  # the sample shows every colour
    assert values["Hedge!J6"] == "breach"
    assert values["Hedge!J7"] == f"{states.count('breach')} breached, {states.count('warn')} near"


def test_the_limit_chart_follows_the_states(book: Book) -> None:
    values, block = book[1].values, plan.LIMIT_USE
    for i, row in enumerate(shown(book[1], "own_limits", 12)[1:]):
        bars = [values[f"Limits!{c}{block.first + i}"] for c in "OPQ"]
        assert bars == [row[4] if row[5] == state else 0 for state in ("ok", "warn", "breach")]


def test_samples_are_labelled(book: Book) -> None:
    for name in plan.OWN_BOOK:
        labels = [v for place, v in book[1].values.items() if place.startswith(f"{name}!") and "SYNTHETIC" in str(v)]
        loaded = openpyxl.load_workbook(book[0], data_only=True)[name]
        assert labels or "SYNTHETIC" in str(loaded["A2"].value) + str(loaded["B2"].value)


def changed(book: Book, target: Path, cells: dict[str, Any]) -> Recalculation:
    """The book recalculated with other cells on the sheet Positions."""
    loaded = openpyxl.load_workbook(book[0])
    with zipfile.ZipFile(book[0]) as archive:
        names = archive.namelist()
        content = {name: archive.read(name) for name in names}
    place = f"xl/worksheets/sheet{loaded.sheetnames.index(plan.POSITIONS) + 1}.xml"
    text = content[place].decode()
    for cell, value in cells.items():
        start = text.index(f'<c r="{cell}"')
        end = text.index("</c>", start) + 4
        style = text[start:end].split('s="')[1].split('"')[0]
        inside = "" if value is None else f"<v>{value}</v>"
        text = f'{text[:start]}<c r="{cell}" s="{style}">{inside}</c>{text[end:]}'
    content[place] = text.encode()
    raw = target.with_name("raw.xlsx")
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content[name])
    return recalculate_workbook(raw, target, None)


def test_another_position_reaches_every_sheet(book: Book, tmp_path: Path) -> None:
    done = changed(book, tmp_path / "more.xlsx", {"F7": -80})
    assert done.errors == {}
    assert done.values["Hedge!D6"] < book[1].values["Hedge!D6"]  # shorter gamma
    assert shown(done, "own_limits", 3)[2][4] == 120 / 125


def test_a_blank_time_is_the_chains(book: Book, tmp_path: Path) -> None:
    done = changed(book, tmp_path / "untimed.xlsx", {"B4": None})
    assert done.errors == {}
    assert str(done.values["Positions!F4"]).startswith("2025-10-08 11:30")
    assert shown(done, "own_exposure", 3) == shown(book[1], "own_exposure", 3)
