"""Every input cell of a desk with wrong values: what rests on it shows no figure and no state."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from gex_xl import udfs
from gex_xl.template import desk_sample

F = udfs.FUNCTIONS
#: What a cell may hold by mistake. Blank and 0 are wrong in some columns and have a meaning in others.
WRONG: dict[str, object] = {
    "text": "abc", "true": True, "huge": 1e300, "big": 1e12, "reference": "#REF!", "not available": "#N/A",
    "negative": -1e-9,
}  # fmt: skip
#: Columns in which a wrong value is another right one: names are free, and a price of a trillion only ever adds to what
#: a book is asked for.
RIGHT = {
    ("positions", "Price", "big"), ("products", "Product", "text"),
    ("products", "Product", "big"), ("products", "Product", "huge"), ("products", "Product", "negative"),
    ("products", "Price", "big"), ("products", "Multiplier", "big"), ("products", "Half spread", "big"),
    ("quotes", "Name", "text"), ("quotes", "Name", "big"), ("quotes", "Name", "huge"), ("quotes", "Name", "negative"),
    ("quotes", "Volatility", "big"), ("candidates", "Size", "big"), ("limits", "Value", "big"),
    ("bounds", "High", "big"), ("bounds", "Low", "negative"), ("bounds", "High", "negative"),
    ("quotes", "Inventory", "negative"),
}  # fmt: skip
#: Part -> the tables that rest on it, and those that do not.
RESTS = {
    "positions": {"exposure", "used", "ways", "orders", "bounds", "limits", "quotes"},
    "candidates": {"ways", "orders", "bounds"}, "bounds": {"ways", "orders", "bounds"},
    "products": {"ways", "orders", "bounds"}, "limits": {"limits"}, "quotes": {"quotes"},
}  # fmt: skip
CARDS = {
    "positions": {"inventory", "delta", "gamma", "vega", "theta", "gap", "limits", "best", "way_1", "left_gap"},
    "candidates": {"gap", "best", "way_1", "way_2", "way_3", "left_delta", "left_gap", "left_cost"},
    "bounds": {"gap", "best", "way_2", "left_gap"}, "products": {"gap", "best", "way_3", "left_gap"},
    "limits": {"limits"}, "quotes": set(),
}  # fmt: skip
TABLES = sorted(RESTS["positions"])


def load(**changed: Any) -> str:
    given = {"as_of": desk_sample.AS_OF, **desk_sample.RANGES, **changed}
    handle: str = F["LOAD_BOOK"](given.pop("positions"), **given)
    return handle


def shown(handle: str, table: str) -> set[Any]:
    return {cell for row in F["BOOK_TABLE"](handle, table) for cell in row}


def headline(handle: str) -> dict[str, list[Any]]:
    return {row[0]: row[1:] for row in F["BOOK_TABLE"](handle, "headline")}


CELLS = [(part, at, str(head)) for part, rows in desk_sample.RANGES.items() for at, head in enumerate(rows[0])]


def with_value(part: str, row: int, column: int, value: object) -> str:
    rows = [list(one) for one in desk_sample.RANGES[part]]
    rows[row][column] = value
    return load(**{part: rows})


def test_the_sample_itself_is_read() -> None:
    handle = load()
    assert "cannot be read" not in headline(handle)["status"][2]
    for table in TABLES:
        assert any(isinstance(cell, float) for cell in shown(handle, table))


@pytest.mark.parametrize(("part", "column", "head"), CELLS)
def test_a_wrong_value_leaves_no_figure_and_no_state(part: str, column: int, head: str) -> None:
    for kind, value in WRONG.items():
        rows = desk_sample.RANGES[part]
        row = 4 if part == "limits" else 2 if isinstance(rows[2][column], (int, float, str, dt.date)) else len(rows) - 1
        handle = with_value(part, row, column, value)
        found = headline(handle)
        if (part, head, kind) in RIGHT:
            assert "cannot be read" not in found["status"][2], kind
            continue
        assert f"cannot be read: {part}, row {row + 1}" in found["status"][2], (kind, found["status"][2])
        assert found["status"][4] == "bad"
        for table in TABLES:
            assert (shown(handle, table) == {""}) == (table in RESTS[part]), (kind, table)
        drawn = {type(cell) for row in F["BOOK_TABLE"](handle, "gaps") for cell in row[1:7]}
        assert (drawn == {str}) == ("ways" in RESTS[part]), kind  # no line in the charts, not one at 0
        for key in CARDS[part]:
            assert found[key][1:] == ["", "none", "cannot be read", "bad"], (kind, key)


@pytest.mark.parametrize(
    ("part", "head", "row"),
    [
        ("positions", "Type", 2), ("positions", "Strike", 2), ("positions", "Expiry", 2), ("positions", "Contracts", 2),
        ("positions", "IV", 2), ("positions", "Multiplier", 8), ("candidates", "Type", 1), ("candidates", "Strike", 1),
        ("candidates", "Bid", 1), ("candidates", "Ask", 1), ("bounds", "Greek", 1), ("products", "Product", 1),
        ("products", "Price", 1), ("products", "Beta", 1), ("products", "Volatility", 1), ("limits", "Limit", 3),
        ("limits", "Value", 3), ("quotes", "Mid", 1), ("quotes", "Volatility", 1), ("quotes", "Inventory", 1),
        ("quotes", "Limit", 1), ("quotes", "Band", 1),
    ],
)  # fmt: skip
def test_a_blank_where_a_figure_is_needed_leaves_none(part: str, head: str, row: int) -> None:
    column = desk_sample.RANGES[part][0].index(head)
    for blank in (None, "", "  ", "-"):
        handle = with_value(part, row, column, blank)
        assert f"cannot be read: {part}, row {row + 1}" in headline(handle)["status"][2], blank
        for table in RESTS[part]:
            assert shown(handle, table) == {""}


@pytest.mark.parametrize(
    ("part", "head", "row", "value", "said"),
    [
        ("positions", "Class", 1, "SPWX", 'class is "SPWX"; expected a class of SPX, such as SPX or SPXW, or a blank'),
        ("positions", "Class", 5, "XYY", 'class is "XYY"; expected a class of XYZ, such as XYZ, or a blank'),
        ("positions", "Underlying", 1, "SPY", 'class is "SPXW"; expected a class of SPY, such as SPY, or a blank'),
        ("positions", "Class", 8, "NQ", 'class is "NQ"; expected a class of SPX'),
        ("positions", "IV", 7, 0.2, 'iv is "0.2"; expected a blank: shares have none'),
        ("positions", "Strike", 8, 5300, 'strike is "5300"; expected a blank: future has none'),
        ("positions", "Strike", 1, 5350e6, "expected a price nearer the spot of 5312.4"),
        ("positions", "Multiplier", 1, 1e12, "the position is worth over 1e+15"),
        ("limits", "Value", 7, 50, 'value is "50"; expected at most 1'),
        ("products", "Volatility", 1, 0, 'volatility is "0"; expected a number above 0'),
        ("quotes", "Volatility", 1, 0, 'volatility is "0"; expected a number above 0'),
    ],
)  # fmt: skip
def test_what_would_look_safer_is_refused(part: str, head: str, row: int, value: object, said: str) -> None:
    column = desk_sample.RANGES[part][0].index(head)
    assert said in headline(with_value(part, row, column, value))["status"][2]


@pytest.mark.parametrize(
    ("name", "value", "blank"),
    [
        ("as_of", "soon", {"exposure", "ways", "limits", "quotes"}), ("as_of", "#REF!", {"exposure", "limits"}),
        ("spot", "dear", {"exposure", "limits"}), ("settings", [["rate", "high"]], {"exposure", "limits"}),
        ("chain", "no handle", {"exposure", "limits"}), ("horizon_days", "long", {"ways", "orders", "bounds"}),
        ("horizon_days", -1, {"ways"}), ("risk_aversion", "#VALUE!", {"quotes"}), ("days", "x", {"quotes"}),
        ("warn_at", 5, {"limits"}), ("warn_at", "#N/A", {"limits"}), ("name", "#REF!", {"exposure", "limits"}),
    ],
)  # fmt: skip
def test_a_wrong_cell_beside_the_ranges_leaves_none_either(name: str, value: object, blank: set[str]) -> None:
    handle = load(**{name: value})
    assert "cannot be read" in headline(handle)["status"][2]
    for table in blank:
        assert shown(handle, table) == {""}


def test_a_price_of_zero_is_none() -> None:
    # Many feeds show 0 where nothing was traded: it must not lower capital and margin.
    exact = load()
    assert F["BOOK_TABLE"](with_value("positions", 1, 7, 0), "limits") == F["BOOK_TABLE"](exact, "limits")


def test_a_blank_class_on_a_third_friday_settles_at_the_close_and_says_so() -> None:
    """One rule with chains that have no roots (Method, section 2): PM."""
    column = desk_sample.RANGES["positions"][0].index("Class")
    blank, named = (with_value("positions", 1, column, value) for value in (None, "SPXW"))
    assert F["BOOK_TABLE"](blank, "exposure") == F["BOOK_TABLE"](named, "exposure")
    said = "class is blank on 1 third Friday: taken as settled at the close"
    assert said in headline(blank)["status"][2]
    assert said not in headline(named)["status"][2]


def test_a_class_that_is_blank_is_the_one_of_that_day() -> None:
    rows = [list(row) for row in desk_sample.POSITIONS]
    for row in rows[1:3]:
        row[4] = dt.date(2025, 10, 20)  # a Monday: only SPXW is listed
    named = [list(row) for row in rows]
    rows[1][1] = rows[2][1] = None
    assert F["BOOK_TABLE"](load(positions=rows), "exposure") == F["BOOK_TABLE"](load(positions=named), "exposure")
