"""Dumps of collectors: several quotes of one contract, times in columns of their own, prices in coin."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from gex_xl.chain import Chain
from gex_xl.errors import BadInput

NAMES = ["instrument_name", "mark_iv", "open_interest", "underlying_price", "timestamp"]
AT = 1_732_611_600_000  # 2024-11-26 09:00 UTC


def test_of_several_quotes_of_a_coins_contract_the_last_counts_and_the_others_are_left_out() -> None:
    rows = [
        ["ETH-29NOV24-3400-C", 60.0, 1.5, 3420.0, AT - 60_000],
        ["ETH-29NOV24-3400-C", 61.0, 2.5, 3421.0, AT],
        ["ETH-29NOV24-3400-P", 60.0, 3.5, 3420.0, None],
        ["ETH-29NOV24-3400-P", 62.0, 4.5, 3420.0, AT - 120_000],
    ]
    chain = Chain.from_cells([NAMES, *rows])
    assert chain.open_interest.tolist() == [2.5, 4.5]
    assert chain.left_out == (("older quote of a listed contract", 0.0),) * 2
    assert chain.as_of == dt.datetime(2024, 11, 26, 9, tzinfo=dt.UTC)


def test_calls_and_puts_of_a_coin_in_one_row_are_of_one_moment() -> None:
    rows = [
        ["ETH-29NOV24-3400-C", 1.5, 3400, "ETH-29NOV24-3400-P", 2.5, AT],
        ["ETH-29NOV24-3500-C", 3.5, 3500, "ETH-29NOV24-3500-P", 4.5, AT - 60_000],
    ]
    chain = Chain.from_cells([["Calls", "Open Interest", "Strike", "Puts", "Open Interest", "timestamp"], *rows])
    assert chain.open_interest.tolist() == [1.5, 2.5, 3.5, 4.5]


def test_milliseconds_of_the_day_stand_beside_a_date_and_what_is_none_leaves_it() -> None:
    names = ["root", "expiration", "strike", "right", "open_interest", "date", "ms_of_day"]
    rows = [
        ["ZZX", 20240119, 100_000, "C", 10, 20240108, 37_800_000],
        ["ZZX", 20240119, 100_000, "P", 20, 20240108, 36_000_000],
        ["ZZX", 20240119, 105_000, "P", 30, 20240108, -1],
        ["ZZX", 20240119, 105_000, "C", 40, None, 36_000_000],
    ]
    chain = Chain.from_cells([names, *rows])
    # 16:00 is taken for the one without a clock, and that is the latest.
    assert chain.as_of == dt.datetime(2024, 1, 8, 21, tzinfo=dt.UTC)
    chain = Chain.from_cells([names, *rows[:2]])
    assert chain.as_of == dt.datetime(2024, 1, 8, 15, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2024-01-08T09:30:00", "2024-01-08T14:30:00"),
        ("2024-01-08T09:30:00-06:00", "2024-01-08T15:30:00"),
        ("1/8/2024 9:30 AM", "2024-01-08T14:30:00"),
        (1_704_724_200, "2024-01-08T14:30:00"),
        ("0001-01-01T00:00:00+14:00", None),
        ("2024-01-08 09:30 XYZ", None),
        ("never", None),
    ],
)
def test_a_last_trade_is_read_or_left_blank_and_never_an_error(written: object, utc: str | None) -> None:
    chain = Chain.from_cells([["symbol", "open interest", "last trade"], ["ZZX240119C00100000", 10, written]])
    meant = np.datetime64(utc) if utc else np.datetime64("NaT", "s")
    assert chain.last_trade.astype("datetime64[s]").tolist() == [meant.astype("datetime64[s]").tolist()]


def test_quotes_of_two_days_are_refused_for_what_is_no_coin() -> None:
    rows = [["ZZX240119C00100000", 10, "2024-01-08 10:00"], ["ZZX240119P00100000", 10, "2024-01-09 10:00"]]
    with pytest.raises(BadInput, match="quotes of 2024-01-08 and 2024-01-09; paste the chain of one moment"):
        Chain.from_cells([["symbol", "open interest", "quote time"], *rows])


def test_an_occ_symbol_of_a_futures_root_is_of_the_fund_or_stock() -> None:
    """ES and BTC are funds and stocks too; only those have OCC symbols."""
    chain = Chain.from_cells([["symbol", "open interest"], ["ES240119C00060000", 10]])
    assert (chain.product.market, chain.product.multiplier) == ("US", 100)
