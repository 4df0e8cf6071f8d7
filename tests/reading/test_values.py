"""Numbers, blanks, rights and OCC symbols as feeds and people write them."""

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gex_xl.errors import BadInput
from gex_xl.reading.headers import field_of
from gex_xl.reading.symbols import parse_occ, underlying_of
from gex_xl.reading.values import is_blank, number, numbers, right, shown


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (3, 3.0),
        (2.5, 2.5),
        (np.float32(0.5), 0.5),
        (np.int64(7), 7.0),
        ("12", 12.0),
        (" 12 ", 12.0),
        ("-4.25", -4.25),
        ("+4", 4.0),
        ("−4", -4.0),
        (".17", 0.17),
        ("5.", 5.0),
        ("1e-5", 1e-5),
        ("1.5E3", 1500.0),
        ("1,897", 1897.0),
        ("1,234,567.5", 1234567.5),
        ("-1,234", -1234.0),
        ("12.5%", 0.125),
        ("12.5 %", 0.125),
        ("$450.81", 450.81),
        ("$1,200", 1200.0),
        ("\u00a0450.81\u00a0", 450.81),
        ("\u200e7", 7.0),
    ],
    ids=str,
)
def test_number(cell: object, value: float) -> None:
    assert number(cell) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        None,
        True,
        "--",
        "n/a",
        "abc",
        "12a",
        "0,25",
        "0,250",
        "-0,512",
        "1,89",
        "1,8970",
        "12,34,5678",
        "1.2.3",
        "0x10",
        "1_000",
        "inf",
        ",",
    ],
    ids=str,
)
def test_not_a_number(cell: object) -> None:
    assert number(cell) is None


@pytest.mark.parametrize("cell", [None, "", "  ", "\u00a0", "\ufeff", math.nan, np.nan], ids=repr)
def test_blank(cell: object) -> None:
    assert is_blank(cell)


@pytest.mark.parametrize("cell", [0, 0.0, "0", "--", False, "x"], ids=repr)
def test_not_blank(cell: object) -> None:
    assert not is_blank(cell)


@pytest.mark.parametrize("cell", ["", "--", "-", "—", "–", "nan", "NaN", "None", "null", None, math.nan], ids=repr)
@pytest.mark.parametrize("needed", [True, False])
def test_placeholders_are_blanks_in_every_column(cell: object, needed: bool) -> None:
    read = numbers([1, cell, "3"], np.array([5, 6, 7]), "iv", needed=needed)
    assert np.array_equal(read, [1, np.nan, 3], equal_nan=True)


NO_VALUES = ["N/A", "NA", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#N/A N/A", "#N/A Field Not Applicable", "#FIELD!",
             "#SPILL!", "#CALC!", "#BUSY!", "#GETTING_DATA"]  # fmt: skip


@pytest.mark.parametrize("cell", NO_VALUES)
@pytest.mark.parametrize("needed", [True, False])
def test_what_feeds_write_for_none_and_failed_cells_are_blanks(cell: str, needed: bool) -> None:
    read = numbers([1, cell], np.array([5, 6]), "open interest", needed=needed)
    assert np.array_equal(read, [1, np.nan], equal_nan=True)


def test_a_typed_na_is_asked_for_in_a_needed_column() -> None:
    rows = np.array([5, 6])
    assert np.array_equal(numbers([1, "n/a"], rows, "gamma", needed=False), [1, np.nan], equal_nan=True)
    with pytest.raises(BadInput, match='open interest in row 6 is "n/a"; expected a number'):
        numbers([1, "n/a"], rows, "open interest", needed=True)


@pytest.mark.parametrize("cell", ["abc", "12 contracts", True, dt.datetime(2025, 1, 1), "1,89"], ids=str)
@pytest.mark.parametrize("needed", [True, False])
def test_other_text_is_an_error_in_every_column(cell: object, needed: bool) -> None:
    with pytest.raises(BadInput, match=r'^volume in row 9 is ".*"; expected a number'):
        numbers([cell], np.array([9]), "volume", needed=needed)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (5.0, "5"),
        (5.5, "5.5"),
        (1e300, "1e+300"),
        (-1.0, "-1"),
        ("a\n b\x07", "a b"),
        ("x" * 61, "x" * 60 + "…"),
        (None, ""),
    ],
)
def test_a_cell_in_a_message(cell: object, expected: str) -> None:
    assert shown(cell) == expected


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1.234,5", 1234.5), ("1 234,5", 1234.5), ("1’234,5", 1234.5), ("0,250", 0.25), ("1.234", 1234.0),
     ("12,5 %", 0.125), (",5", 0.5), ("1,5E-3", 0.0015), ("12", 12.0), ("-1,5 €", -1.5), ("0.25", None),
     ("1.23,4", None), ("1,2,3", None), ("1.2345", None), (2.5, 2.5)],
)  # fmt: skip
def test_numbers_with_a_decimal_comma(cell: object, value: float | None) -> None:
    assert number(cell, comma=True) == value


def test_a_column_is_read_as_its_cells_are() -> None:
    """The short way through numpy takes nothing that the long one refuses."""
    with pytest.raises(BadInput, match='"1_000"; expected a number'):
        numbers(["1_000"], np.array([1]), "iv", needed=False)
    assert numbers(["1.234", 5], np.array([1, 2]), "iv", needed=False, comma=True).tolist() == [1234, 5]
    assert numbers(["12.5s", None], np.array([1, 2]), "bid", needed=False)[0] == 12.5
    for huge in (10**400, "1e308", -1e19, np.inf):
        with pytest.raises(BadInput, match=r"^bid in row 2 is .*; expected at most 1e\+18$"):
            numbers([1, huge], np.array([1, 2]), "bid", needed=False)
        assert abs(numbers([huge], np.array([1]), "iv", needed=False, largest=np.inf)[0]) > 1e18


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("C", "C"), ("c", "C"), ("Call", "C"), ("CALLS", "C"), (" call ", "C"), (1, "C"), (1.0, "C"), ("1", "C"),
        ("P", "P"), ("put", "P"), ("Puts", "P"), (-1, "P"), (-1.0, "P"), ("−1", "P"),
        ("x", None), ("", None), (None, None), (0, None), ("future", None),
    ],
)  # fmt: skip
def test_right(cell: object, expected: str | None) -> None:
    assert right(cell) == expected


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        ("SPXW240119C04700000", ("SPXW", dt.date(2024, 1, 19), "C", 4700.0)),
        ("SPX   240119P04700000", ("SPX", dt.date(2024, 1, 19), "P", 4700.0)),
        ("spy240119c00450500", ("SPY", dt.date(2024, 1, 19), "C", 450.5)),
        (".SPY240119C450", ("SPY", dt.date(2024, 1, 19), "C", 450.0)),
        (".SPXW240119P4700", ("SPXW", dt.date(2024, 1, 19), "P", 4700.0)),
        (".SPY240119C450.5", ("SPY", dt.date(2024, 1, 19), "C", 450.5)),
        (".F240119C5", ("F", dt.date(2024, 1, 19), "C", 5.0)),
        ("F240119C5", None),
        ("SPY240119C450.5", None),
        (".SPY240119C00450000", ("SPY", dt.date(2024, 1, 19), "C", 450.0)),
        ("AAPL1240119C00012500", ("AAPL1", dt.date(2024, 1, 19), "C", 12.5)),
        ("F240119P00000125", ("F", dt.date(2024, 1, 19), "P", 0.125)),
        ("BRK.B 240119C350000", ("BRK.B", dt.date(2024, 1, 19), "C", 350.0)),
        ("SPY241319C00450000", None),
        ("SPY240119X00450000", None),
        ("SPY", None),
        ("", None),
        (None, None),
        (240119, None),
    ],
)
def test_occ_symbol(symbol: object, expected: object) -> None:
    found = parse_occ(symbol)
    assert (found and found[:4]) == expected


@pytest.mark.parametrize(
    ("root", "underlying"), [("SPXW", "SPX"), ("SPX", "SPX"), ("NDXP", "NDX"), ("AAPL1", "AAPL"), ("XSP", "XSP")]
)
def test_underlying_of_a_root(root: str, underlying: str) -> None:
    assert underlying_of(root) == underlying


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Open Interest", "open_interest"), ("open_interest", "open_interest"), ("openInterest", "open_interest"),
        ("Open Int", "open_interest"), ("OI", "open_interest"), ("Open.Int", "open_interest"),
        ("Vol", "volume"), ("IV", "iv"), ("IV %", "iv"), ("impliedVolatility", "iv"), ("Implied Volatility", "iv"),
        ("Strike", "strike"), ("strike_price", "strike"), ("Expiration Date", "expiry"), ("exdate", "expiry"),
        ("cp_flag", "right"), ("Option Type", "right"), ("contractSymbol", "symbol"), ("dealer_position",
        "dealer_position"), ("Underlying Price", "spot"), ("", None), ("Last Sale", None), ("Net", None),
    ],
)  # fmt: skip
def test_field_of_a_column_name(name: str, field: str | None) -> None:
    assert field_of(name) == field


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_go_round_through_text(value: float) -> None:
    for written in (repr(value), f" {value!r}\u00a0", f"${value!r}", f"{value!r}".replace("-", "−")):
        assert number(written) == value
    assert number(f"{value!r}%") == value / 100


@given(st.integers(-(10**15), 10**15), st.integers(0, 6))
def test_thousands_separators_change_nothing(value: int, places: int) -> None:
    exact = value / 10**places
    assert number(f"{exact:,.{places}f}") == float(f"{exact:.{places}f}")
