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
#: Columns in which a wrong value is another right one: names are free, and nothing says how high a desk's own limit is.
RIGHT = {
    ("products", "Product", "text"),
    ("products", "Product", "big"), ("products", "Product", "huge"), ("products", "Product", "negative"),
    ("products", "Price", "big"), ("products", "Multiplier", "big"),
    ("quotes", "Name", "text"), ("quotes", "Name", "big"), ("quotes", "Name", "huge"), ("quotes", "Name", "negative"),
    ("candidates", "Size", "big"), ("limits", "Value", "big"),
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
        # Taken for ES itself it would leave SPX's limit of delta.
        ("positions", "Underlying", 8, None, "underlying is blank"),
        ("positions", "Price", 8, 0.05, 'price is "0.05"; expected a price nearer the spot of 5312.4'),
        ("positions", "Price", 8, "5%", 'price is "5%"; expected a number without %'),
        ("positions", "Price", 1, 5400, 'price is "5400"; expected at most 5312.4: no call is worth more'),
        ("positions", "Price", 2, 5201, 'price is "5201"; expected at most 5200: no put is worth more'),
        ("positions", "Multiplier", 1, "5%", 'multiplier is "5%"; expected a number without %'),
        ("quotes", "Inventory", 2, "5%", 'inventory is "5%"; expected a number without %'),
        ("products", "Half spread", 2, 600, 'half spread is "600"; expected at most 531.2'),
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
        ("horizon_days", -1, {"ways"}), ("horizon_days", 1e6, {"ways"}), ("days", 1e6, {"quotes"}),
        ("risk_aversion", 2, {"quotes"}), ("risk_aversion", "#VALUE!", {"quotes"}), ("days", "x", {"quotes"}),
        ("as_of", 1e9, {"exposure", "limits"}),  # no seconds since 1970 in a sheet
        ("chain", [["#REF!", None, None, None]], {"exposure", "limits"}), ("name", "#REF!", {"exposure", "limits"}),
        ("warn_at", 5, {"limits", "quotes"}), ("warn_at", "#N/A", {"limits", "quotes"}),
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


PLACES = [["range", "sheet", "first row"], *([part, "Sheet", 6] for part in ("positions", "bounds", "lots", "betas"))]


def said(**changed: Any) -> str:
    return str(headline(load(places=PLACES, **changed))["status"][2])


def test_a_head_of_a_sheet_that_is_written_over_is_no_column_left_out() -> None:
    for part in ("positions", "bounds"):
        for column in range(len(desk_sample.RANGES[part][0])):
            rows = [list(row) for row in desk_sample.RANGES[part]]
            for head in ("abc", None, 5, "#REF!"):
                rows[0][column] = head
                found = said(**{part: rows})
                filled = any(row[column] is not None for row in rows[1:])
                assert ("cannot be read" in found) == filled, (part, column, head)


@pytest.mark.parametrize(
    ("part", "rows", "sentence"),
    [
        ("lots", [["Underlying", "Lot"], ["XYY", 100]], 'sheet Sheet, row 7 (lots) (XYY): underlying is "XYY"; '
         "expected a name of the book, such as SPX or XYZ"),
        ("lots", [["Underlying", "Lot", "Product", "Multiplier"], ["SPX", 1, None, 50]],
         'row 7 (lots) (SPX): product is ""; expected what has that price or multiplier, such as ES'),
        ("lots", [["Underlying", "Lot", "Product", "Multiplier", "Price"], ["SPX", 1, "ES", 50, 0.05]],
         'price is "0.05"; expected a price nearer the spot of 5312.4'),
        ("betas", [["Underlying", "Beta"], ["SPX", 1], ["XYX", 2]], 'sheet Sheet, row 8 (betas) (XYX): underlying is'),
        ("bounds", [["Greek", "Bucket", "Low", "High"], ["gamma", dt.date(2025, 10, 18), -1, 1]],
         "sheet Sheet, row 7 (bounds) (gamma): gamma 2025-10-18: nothing expires on 2025-10-18"),
        ("limits", [["Limit", "Currency", "Value"], ["class inventory", "abc", 800]],
         "limits, row 2 (class inventory): the book has nothing in ABC"),
        ("states", [["Time", "Limit", "State"], ["2025-10-08 10:00", "deltas", "ok"]],
         'states, row 2 (deltas): limit is "deltas"; expected one of class inventory'),
        ("correlations", [["", "SPX"], ["SPX", 1], ["#REF!", None]], "correlations, row 3: a cell is #REF!"),
    ],
)  # fmt: skip
def test_a_wrong_name_in_a_range_beside_the_book_names_its_row(part: str, rows: Any, sentence: str) -> None:
    assert sentence in said(**{part: rows})


def test_names_that_the_book_does_not_hold_may_stand_in_files() -> None:
    betas = [["Underlying", "Beta"], ["SPX", 1], ["QQQ", 1.2]]
    assert "cannot be read" not in headline(load(betas=betas))["status"][2]


def test_an_index_with_a_lot_alone_is_traded_by_its_future() -> None:
    orders = F["BOOK_TABLE"](load(lots=[["Underlying", "Lot"], ["SPX", 5]]), "ways")
    shares = next(row[9] for row in orders if row[0] == "Future and shares")
    (future,) = [part for part in shares.split("; ") if "ES 2025-12-19" in part]
    assert int(future.split()[1].replace(",", "")) % 5 == 0


def test_bounds_that_have_no_room_are_counted() -> None:
    days = [["gamma", f"{low}d:{low}d", -1e9, 1e9] for low in range(1, 12)]
    rows = F["BOOK_TABLE"](load(bounds=[["Greek", "Bucket", "Low", "High"], *days]), "bounds")
    assert rows[-2][0] == "and 3 more, all met" and rows[-1][0] == "Delta"
