"""A desk's workbook fails closed: a wrong cell leaves no figure and no state of safety."""

from __future__ import annotations

from typing import Any

import pytest

from gex_xl import udfs
from gex_xl.template import desk_sample

F = udfs.FUNCTIONS
PLACES = [["range", "sheet", "first row", "beyond"], ["positions", "Positions", 12, 0], ["limits", "Limits", 6, 0]]


def load(**changed: Any) -> str:
    """The made-up desk, with some of its ranges changed."""
    ranges = {**desk_sample.RANGES, "places": PLACES, **changed}
    positions = ranges.pop("positions")
    handle = F["LOAD_BOOK"](positions, as_of=desk_sample.AS_OF, name="test", **ranges)
    assert isinstance(handle, str)
    return handle


def table(handle: str, name: str) -> list[list[Any]]:
    return F["BOOK_TABLE"](handle, name)  # type: ignore[no-any-return]


def cards(handle: str) -> dict[str, list[Any]]:
    return {row[0]: row[1:] for row in table(handle, "headline")}


def with_cell(part: str, row: int, column: int, value: object) -> str:
    rows = [list(one) for one in desk_sample.RANGES[part]]
    rows[row][column] = value
    return load(**{part: rows})


def test_one_typo_leaves_no_figure_and_no_state() -> None:
    handle = with_cell("positions", 1, 6, 13.1)
    found = cards(handle)
    assert "cannot be read: sheet Positions, row 13 (positions)" in found["status"][2]
    assert found["limits"][1:] == ["", "none", "cannot be read", "bad"]
    for name in ("exposure", "ways", "orders", "bounds", "limits", "quotes", "used"):
        assert {cell for row in table(handle, name) for cell in row} == {""}


@pytest.mark.parametrize("value", ["#REF!", "text", 1e300])
@pytest.mark.parametrize("part", ["positions", "limits", "quotes"])
def test_a_wrong_figure_in_any_column_of_figures_blanks_what_rests_on_it(part: str, value: object) -> None:
    rows = desk_sample.RANGES[part]
    for column, cell in enumerate(rows[1]):
        if isinstance(cell, (int, float)):
            handle = with_cell(part, 1, column, value)
            assert "cannot be read" in cards(handle)["status"][2], (part, rows[0][column])
            name = {"positions": "limits"}.get(part, part)
            assert {cell for row in table(handle, name) for cell in row} == {""}


def test_rows_beyond_the_range_are_said_and_leave_nothing() -> None:
    handle = load(places=[PLACES[0], ["positions", "Positions", 12, 3]])
    assert "3 cells stand below the range, where nothing is read" in cards(handle)["status"][2]
    assert table(handle, "limits") == [[""] * 8]


def test_cleared_candidates_are_not_given() -> None:
    header = desk_sample.CANDIDATES[0]
    handle = load(candidates=[header, *[[None] * len(header)] * 20])
    assert cards(handle)["gap"][1] == pytest.approx(cards(load())["gap"][1])
    assert "cannot be read" not in cards(handle)["status"][2]
