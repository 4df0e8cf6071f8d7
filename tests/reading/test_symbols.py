"""Option symbols of every family, and what only looks like one. Expected values are read off by hand."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gex_xl.reading.symbol_columns import parse_all
from gex_xl.reading.symbols import Symbol, of_expiry, parse


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


SYMBOLS = {
    "QZX240621C00187500": ("QZX", "2024-06-21", "C", 187.5),
    "O:QZX240621P00187500": ("QZX", "2024-06-21", "P", 187.5),
    ".QZX240621C187.5": ("QZX", "2024-06-21", "C", 187.5),
    "-QZX240621P185": ("QZX", "2024-06-21", "P", 185.0),
    "QZX 240621C4900000": ("QZX", "2024-06-21", "C", 4900.0),
    "ETH-29NOV24-3400-C": ("ETH", "2024-11-29", "C", 3400.0),
    "ETH-29NOV24-3400-P-USDT": ("ETH_USDT", "2024-11-29", "P", 3400.0),
    "XRP_USDC-9DEC24-0D52-C": ("XRP_USDC", "2024-12-09", "C", 0.52),
    "ETH-USD-241129-3400-P": ("ETH", "2024-11-29", "P", 3400.0),
    "BTC-241129-97000-C": ("BTC", "2024-11-29", "C", 97000.0),
    "P-BTC-97000-291124": ("BTC_USD", "2024-11-29", "P", 97000.0),
    "QZX US 06/21/24 C187.5 Equity": ("QZX", "2024-06-21", "C", 187.5),
    "QZX 6/21/2024 P185": ("QZX", "2024-06-21", "P", 185.0),
    "SFRM6C 95.7500 Comdty": ("SFR", None, "C", 95.75),
    "BANKNIFTY25O0751900PE": ("BANKNIFTY", "2025-10-07", "P", 51900.0),
    "NSE:NIFTY2561224500CE": ("NIFTY", "2025-06-12", "C", 24500.0),
    "NIFTY12JUN1424500CE": None,
    "NIFTY12JUN2524500CE": ("NIFTY", "2025-06-12", "C", 24500.0),
    "OPTIDXNIFTY12-06-2025CE24500.00": ("NIFTY", "2025-06-12", "C", 24500.0),
    "OPTSTKM&M26-06-2025PE3000.00": ("M&M", "2025-06-26", "P", 3000.0),
    "QZX Jun21'24 187.5 Put": ("QZX", "2024-06-21", "P", 187.5),
    "NIFTY 12 JUN 24500 CE": ("NIFTY", None, "C", 24500.0),
    "QZX 21 Jun 24 187.5 Call": ("QZX", "2024-06-21", "C", 187.5),
    "QZX JUN 2024 185 CALL": ("QZX", None, "C", 185.0),
    "QZX240631C00187500": None,
    "ETH-31NOV24-3400-C": None,
    "P-BTC-97000-311124": None,
    "QZX US 13/21/24 C187.5 Equity": None,
    "OPTIDXNIFTY31-06-2025CE24500.00": None,
    "NIFTY JUN 24500 CE": None,
    "total 1234": None,
    "MARKET": None,
    "CASH-100-C": None,
}  # fmt: skip


@pytest.mark.parametrize("written", SYMBOLS)
def test_a_symbol_says_its_root_expiry_right_and_strike(written: str) -> None:
    meant, found = SYMBOLS[written], parse(written)
    if meant is None:
        assert found is None
        return
    assert found is not None
    assert (found.root, found.expiry and found.expiry.isoformat(), found.right, found.strike) == meant


def test_a_name_of_india_that_is_of_a_day_or_of_a_month_is_read_by_its_expiry() -> None:
    """NIFTY25JUN24500CE: of June 2025 and 24500, or of 25 June 2024 and 500."""
    open_ = parse("NIFTY25JUN24500CE")
    assert open_ is not None
    assert open_.expiry is None
    assert math.isnan(open_.strike)
    of_month, of_day = (
        of_expiry("NIFTY25JUN24500CE", day("2025-06-26")),
        of_expiry("NIFTY25JUN24500CE", day("2024-06-25")),
    )
    assert of_month == Symbol("NIFTY", day("2025-06-26"), "C", 24500.0, "india")
    assert of_day == Symbol("NIFTY", day("2024-06-25"), "C", 500.0, "india")
    assert of_expiry("NIFTY25JUN24500CE", day("2025-07-31")) is None
    assert of_expiry("no name", day("2025-07-31")) is None


SPELT = st.builds(
    lambda root, date, right, strike, space: f"{root}{space}{date:%y%m%d}{right}{strike}",
    st.text("ABXZ1", max_size=7),
    st.dates(day("2000-01-01"), day("2079-12-31")),
    st.sampled_from("CPX"),
    st.text("0123456789.٣²", max_size=9),
    st.sampled_from(["", " ", "   "]),
)


@given(st.lists(st.one_of(SPELT, st.sampled_from(list(SYMBOLS)), st.text(max_size=25), st.none(), st.integers())))
@example(
    ["ABC240199C00100000", "ABC240119C0010000²", "ABC240119C٠٠١٠٠٠٠٠", "abc240119c00100000", "ABCDEFG240119C00100000"]
)
def test_a_column_of_symbols_reads_as_its_cells_do_one_by_one(cells: list[object]) -> None:
    """The fast way for plain OCC symbols and the careful one are equal."""
    assert list(parse_all(cells)) == [parse(cell) for cell in cells]
    assert list(parse_all(cells)[1:3]) == [parse(cell) for cell in cells[1:3]]
