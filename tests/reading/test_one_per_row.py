"""One contract per row, under the column names of several feeds."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gex_xl.chain import Chain
from gex_xl.errors import BadInput
from tests.reading.made_up import chain_of

EST = dt.timezone(dt.timedelta(hours=-5))
OWN = ["Strike", "Type", "Expiry", "IV", "OI"]
OWN_ROWS: list[list[Any]] = [[100, "call", "2024-01-19", 0.25, 1000], [100, "put", "2024-01-19", 0.27, 2000]]


def test_own_names() -> None:
    chain = Chain.from_cells([OWN, *OWN_ROWS])
    assert chain.layout == "one contract per row"
    assert chain.strike.tolist() == [100, 100]
    assert chain.is_call.tolist() == [True, False]
    assert chain.iv.tolist() == [0.25, 0.27]
    assert chain.open_interest.tolist() == [1000, 2000]
    assert chain.row.tolist() == [2, 3]
    assert np.isnan(chain.gamma).all()
    assert (chain.spot, chain.as_of, chain.symbol) == (None, None, "")


@pytest.mark.parametrize(
    "header",
    [
        "strike,right,expiry,iv,open_interest",
        "Strike Price,Option Type,Expiration Date,Implied Volatility,Open Interest",
        "strike,optionType,expiration,impliedVolatility,openInterest",
        "strike_price,cp_flag,exdate,impl_volatility,open_interest",
        "K,C/P,Maturity,Sigma,OI",
        "STRIKE,CALL/PUT,EXP DATE,IMP VOL,OPEN INT",
        "Strike,Put/Call,Exp,Mark IV,Open.Int",
    ],
)
def test_usual_names(header: str, tmp_path: Path) -> None:
    chain = chain_of(tmp_path, f"{header}\n100.5,C,2024-01-19,0.25,1000\n100.5,P,2024-01-19,0.27,2000\n")
    assert chain.strike.tolist() == [100.5, 100.5]
    assert chain.is_call.tolist() == [True, False]
    assert chain.iv.tolist() == [0.25, 0.27]
    assert chain.open_interest.tolist() == [1000, 2000]
    assert chain.expiry.astype(str).tolist() == ["2024-01-19"] * 2


@pytest.mark.parametrize(
    ("call", "put"), [("C", "P"), ("call", "put"), ("CALL", "PUT"), ("Calls", "Puts"), (1, -1), ("1", "-1")]
)
def test_rights(call: object, put: object) -> None:
    chain = Chain.from_cells([OWN, [100, put, "2024-01-19", 0.2, 7], [100, call, "2024-01-19", 0.2, 9]])
    assert dict(zip(chain.is_call.tolist(), chain.open_interest.tolist(), strict=True)) == {True: 9.0, False: 7.0}


def test_yahoo(tmp_path: Path) -> None:
    written = (
        "contractSymbol,lastTradeDate,strike,lastPrice,bid,ask,change,volume,openInterest,impliedVolatility,"
        "inTheMoney,contractSize,currency\n"
        "ZZX240119C00100000,2024-01-05 14:36:26+00:00,100.0,10,9.5,10.5,0,11,1000.0,0.25,True,REGULAR,USD\n"
        "ZZX240119P00100000,2024-01-05 14:36:26+00:00,100.0,2,1.5,2.5,0,,,1e-05,False,REGULAR,USD\n"
        "ZZX7240119P00100000,2024-01-05 14:36:26+00:00,100.0,2,1.5,2.5,0,3,5,0.27,False,MINI,USD\n"
    )
    chain = chain_of(tmp_path, written)
    assert chain.root.tolist() == ["ZZX", "ZZX", "ZZX7"]
    assert chain.symbol == "ZZX"
    assert chain.is_call.tolist() == [True, False, False]
    assert np.array_equal(chain.open_interest, [1000, np.nan, 5], equal_nan=True)
    assert np.array_equal(chain.iv, [0.25, np.nan, 0.27], equal_nan=True)  # Yahoo's 0.00001 is no iv
    assert chain.multiplier.tolist() == [100, 100, 10]
    assert chain.bid.tolist() == [9.5, 1.5, 1.5]
    # The last trade of each option is not the time of the quotes.
    assert chain.as_of is None


@pytest.mark.parametrize("exdate", [20240119, "20240119", 20240119.0, dt.datetime(2024, 1, 19), dt.date(2024, 1, 19)])
@pytest.mark.parametrize("date", [20240108, "20240108", dt.datetime(2024, 1, 8)])
def test_optionmetrics(exdate: object, date: object) -> None:
    header = ["date", "symbol", "exdate", "cp_flag", "strike_price", "best_bid", "best_offer", "open_interest",
              "impl_volatility", "gamma", "spot"]  # fmt: skip
    cells = [
        header,
        [date, "ZZX 240119C100500", exdate, "C", 100500, 9.5, 10.5, 1000, 0.25, 0.021, 105.25],
        [date, "ZZX 240119P100500", exdate, "P", 100500, 1.5, 2.5, 2000, 0.27, 0.022, 105.25],
    ]
    chain = Chain.from_cells(cells)
    assert chain.strike.tolist() == [100.5, 100.5]
    assert any("1000" in note for note in chain.notes)
    assert chain.expiry.astype(str).tolist() == ["2024-01-19"] * 2
    assert chain.ask.tolist() == [10.5, 2.5]
    assert chain.iv.tolist() == [0.25, 0.27]
    assert (chain.symbol, chain.spot) == ("ZZX", 105.25)
    assert chain.as_of is not None
    assert chain.as_of.astimezone(EST).date() == dt.date(2024, 1, 8)


def test_optionmetrics_strikes_without_a_spot_are_checked_against_the_symbol() -> None:
    header = ["symbol", "exdate", "cp_flag", "strike_price", "open_interest"]
    chain = Chain.from_cells([header, ["ZZX 240119C100500", 20240119, "C", 100500, 1000]])
    assert chain.strike.tolist() == [100.5]


def test_optionmetrics_strikes_with_neither_spot_nor_symbol() -> None:
    header = ["exdate", "cp_flag", "strike_price", "open_interest"]
    large = [[20240119, "C", 4_700_000, 10], [20240119, "C", 4_705_000, 10]]
    assert Chain.from_cells([header, *large]).strike.tolist() == [4700, 4705]
    plain = [[20240119, "C", 4700, 10], [20240119, "C", 4705, 10]]
    assert Chain.from_cells([header, *plain]).strike.tolist() == [4700, 4705]


def test_option_symbols_in_another_notation_name_no_underlying() -> None:
    cells = [["Symbol", *OWN], *([f"ZZX US 01/19/24 {row[1]} 100", *row] for row in OWN_ROWS)]
    assert Chain.from_cells(cells).symbol == ""


def test_optionmetrics_strikes_with_the_spot_above_the_table() -> None:
    header = ["date", "exdate", "cp_flag", "strike_price", "open_interest"]
    cells = [["ZZX", "Last: 105.25"], header, [20240108, 20240119, "C", 100500, 1000]]
    chain = Chain.from_cells(cells)
    assert (chain.strike.tolist(), chain.spot) == ([100.5], 105.25)


@pytest.mark.parametrize("name", ["Symbol", "contractSymbol", "OCC Symbol", "Option", "OSI"])
@pytest.mark.parametrize("symbol", ["SPXW240119C04700500", "SPXW  240119C04700500", ".SPXW240119C04700500"])
def test_occ_symbol_alone(name: str, symbol: str) -> None:
    chain = Chain.from_cells([[name, "IV", "Open Interest"], [symbol, 0.2, 5]])
    assert (chain.root.tolist(), chain.symbol) == (["SPXW"], "SPX")
    assert (chain.strike.tolist(), chain.is_call.tolist()) == ([4700.5], [True])
    assert chain.expiry.astype(str).tolist() == ["2024-01-19"]


def test_a_symbol_column_that_is_only_a_ticker() -> None:
    with pytest.raises(BadInput) as error:
        Chain.from_cells([["Symbol", "IV", "OI"], ["ZZX", 0.2, 5]])
    assert str(error.value) == (
        'the column Symbol holds "ZZX"; expected OCC symbols such as SPXW240119C04700000, or columns for strike, '
        "right and expiry"
    )


def test_a_ticker_beside_the_three_parts_names_the_underlying() -> None:
    chain = Chain.from_cells([["Symbol", *OWN], *(["zzx", *row] for row in OWN_ROWS)])
    assert chain.symbol == "ZZX"
    assert len(chain) == 2


def test_tickers_of_two_underlyings_are_refused() -> None:
    cells = [["Ticker", *OWN], ["ZZX", *OWN_ROWS[0]], ["QQX", *OWN_ROWS[1]]]
    with pytest.raises(BadInput, match="QQX, ZZX; paste one underlying at a time"):
        Chain.from_cells(cells)


def test_root_column() -> None:
    cells = [["Root", *OWN], ["SPX", *OWN_ROWS[0]], ["SPXW", 100, "call", "2024-01-19", 0.3, 5]]
    chain = Chain.from_cells(cells)
    assert chain.root.tolist() == ["SPX", "SPXW"]
    assert chain.symbol == "SPX"
    # AM settles at the open, half past nine in New York, PM at the close.
    assert chain.settlement.astype("datetime64[m]").astype(str).tolist() == ["2024-01-19T14:30", "2024-01-19T21:00"]


def test_dealer_position_is_signed_and_may_stand_without_open_interest() -> None:
    header = ["Strike", "Type", "Expiry", "IV", "dealer_position"]
    chain = Chain.from_cells([header, [100, "C", "2024-01-19", 0.2, -40], [100, "P", "2024-01-19", 0.2, "1,500"]])
    assert chain.has_dealer_position
    assert chain.dealer_position.tolist() == [-40, 1500]
    assert np.isnan(chain.open_interest).all()


@pytest.mark.parametrize(
    ("written", "expected"),
    [("REGULAR", 100), ("regular", 100), ("MINI", 10), (100, 100), ("10", 10), (1, 1), ("", None), (None, None)],
    ids=repr,
)  # fmt: skip
def test_multiplier(written: object, expected: float | None) -> None:
    chain = Chain.from_cells([["Root", *OWN, "Multiplier"], ["ZZX", *OWN_ROWS[0], written]])
    assert np.array_equal(chain.multiplier, [np.nan if expected is None else expected], equal_nan=True)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("huge", 'multiplier in row 2 is "huge"; expected a number'),
        (0, "multiplier in row 2 is 0; expected a number above 0"),
        (-100, "multiplier in row 2 is -100; expected a number above 0"),
    ],
)
def test_bad_multiplier(written: object, sentence: str) -> None:
    with pytest.raises(BadInput) as error:
        Chain.from_cells([[*OWN, "Multiplier"], [*OWN_ROWS[0], written]])
    assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("column", "cell", "sentence"),
    [
        (0, "", "strike in row 2 is blank; expected a number above 0"),
        (0, "x", 'strike in row 2 is "x"; expected a number'),
        (1, "straddle", 'option type in row 2 is "straddle"; expected call or put'),
        (1, None, 'option type in row 2 is ""; expected call or put'),
        (2, "weekly", 'expiry in row 2 is "weekly"; expected a date'),
        (2, None, 'expiry in row 2 is ""; expected a date'),
        (3, "high", 'iv in row 2 is "high"; expected a number'),
        (4, "n/a", 'open interest in row 2 is "n/a"; expected a number'),
        (4, True, 'open interest in row 2 is "True"; expected a number'),
        (4, -3, "open interest in row 2 is -3; expected 0 or more"),
        (4, float("inf"), "open interest in row 2 is inf; expected at most 1e+18"),
    ],
)
def test_bad_cells(column: int, cell: object, sentence: str) -> None:
    row = [*OWN_ROWS[0]]
    row[column] = cell
    # The symbol column only marks the line as a contract where its strike is blank.
    with pytest.raises(BadInput) as error:
        Chain.from_cells([[*OWN, "Symbol"], [*row, "ZZX"]])
    assert str(error.value) == sentence


# --- quote time and spot in columns


QUOTED = dt.datetime(2024, 1, 8, 15, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize("name", ["Quote Time", "quote_datetime", "timestamp", "As of", "date", "data_date"])
@pytest.mark.parametrize(
    "cell",
    ["2024-01-08 10:30", "2024-01-08T15:30:00Z", 1704727800000, "1704727800000", dt.datetime(2024, 1, 8, 10, 30),
     dt.datetime(2024, 1, 8, 16, 30, tzinfo=dt.timezone(dt.timedelta(hours=1))), 45299.4375, "45299.4375"],
    ids=repr,
)  # fmt: skip
def test_quote_time_column(name: str, cell: object) -> None:
    chain = Chain.from_cells([[*OWN, name], *([*row, cell] for row in OWN_ROWS)])
    assert chain.as_of == QUOTED
    assert chain.as_of_from == f"column {name}"


def test_the_latest_of_several_times_of_one_day() -> None:
    cells = [[*OWN, "Quote Time"], [*OWN_ROWS[0], "2024-01-08 10:30"], [*OWN_ROWS[1], "2024-01-08 10:29"]]
    chain = Chain.from_cells(cells)
    assert chain.as_of == QUOTED
    assert chain.as_of_from == "column Quote Time, the latest"


def test_several_quote_dates_are_refused() -> None:
    cells = [[*OWN, "date"], [*OWN_ROWS[0], "2024-01-08"], [*OWN_ROWS[1], "2024-01-09"]]
    with pytest.raises(BadInput) as error:
        Chain.from_cells(cells)
    assert str(error.value) == (
        "the column date holds quotes of 2024-01-08 and 2024-01-09; paste the chain of one moment"
    )


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("yesterday", 'Quote Time in row 3 is "yesterday"; expected a date and time'),
        ("2024-01-08 10:30 XYZT", 'Quote Time: the time zone XYZT in "2024-01-08 10:30 XYZT" is not known; give as_of '
         "with an offset, for instance 2024-01-05 16:00 -05:00"),
    ],
)  # fmt: skip
def test_bad_quote_time(cell: str, sentence: str) -> None:
    with pytest.raises(BadInput) as error:
        Chain.from_cells([[*OWN, "Quote Time"], [*OWN_ROWS[0], "2024-01-08 10:30"], [*OWN_ROWS[1], cell]])
    assert str(error.value) == sentence


@pytest.mark.parametrize("name", ["Underlying Price", "underlying_last", "stockPrice", "Spot", "underlyingPrice"])
def test_spot_column(name: str) -> None:
    chain = Chain.from_cells([[*OWN, name], [*OWN_ROWS[0], 105.25], [*OWN_ROWS[1], "105.25"]])
    assert (chain.spot, chain.spot_from) == (105.25, f"column {name}")


def test_spot_column_with_several_prices() -> None:
    rows = [[k, "C", "2024-01-19", 0.2, 5, s] for k, s in ((90, 100), (100, 101), (110, 130), (120, None))]
    chain = Chain.from_cells([[*OWN, "Spot"], *rows])
    assert chain.spot == 101
    assert chain.spot_from.endswith("the median")
    assert any("100 to 130" in note for note in chain.notes)


def test_preamble_above_a_table_of_contracts() -> None:
    cells = [["ZZX", "Last: 100.5"], ["January 8, 2024 at 10:30 AM EST"], [], OWN, *OWN_ROWS]
    chain = Chain.from_cells(cells)
    assert (chain.spot, chain.as_of) == (100.5, QUOTED)


# --- lines and shapes


def test_repeated_header_total_and_blank_lines() -> None:
    total = [None, None, None, None, "3,000"]
    chain = Chain.from_cells([OWN, OWN_ROWS[0], [], OWN, OWN_ROWS[1], [None, ""], total])
    assert chain.open_interest.tolist() == [1000, 2000]
    assert sorted(chain.left_out) == [("no strike or symbol", 3000.0), ("repeated header", 0.0)]
    assert chain.row.tolist() == [2, 5]


def test_iv_in_percent() -> None:
    for written in (["25%", "27 %"], [25, 27], ["25", "27"]):
        rows = [[*row[:3], iv, row[4]] for row, iv in zip(OWN_ROWS, written, strict=True)]
        assert Chain.from_cells([OWN, *rows]).iv == pytest.approx([0.25, 0.27])


def test_data_frame() -> None:
    frame = pd.DataFrame(OWN_ROWS, columns=OWN)
    frame["Expiry"] = pd.to_datetime(frame["Expiry"])
    frame["Volume"] = pd.array([5, None], dtype="Int64")
    frame["Quote Time"] = [pd.Timestamp("2024-01-08 15:30", tz="UTC"), pd.NaT]
    chain = Chain.from_cells(frame)  # type: ignore[arg-type]
    assert chain.open_interest.tolist() == [1000, 2000]
    assert np.array_equal(chain.volume, [5, np.nan], equal_nan=True)
    assert chain.expiry.astype(str).tolist() == ["2024-01-19"] * 2
    assert chain.as_of == QUOTED


def test_tuples_are_rows() -> None:
    assert len(Chain.from_cells(tuple(tuple(row) for row in [OWN, *OWN_ROWS]))) == 2


@pytest.mark.parametrize("remark", [["* delayed by 15 minutes"], [None, None, "source: made up"], ["note", None, None]])
def test_a_remark_below_the_table_is_no_contract(remark: list[object]) -> None:
    chain = Chain.from_cells([OWN, *OWN_ROWS, [], remark])
    assert chain.open_interest.tolist() == [1000, 2000]
    assert chain.left_out == (("no strike or symbol", 0.0),)
    with_symbols = Chain.from_cells([["Symbol", "IV", "OI"], ["ZZX240119C00100000", 0.2, 5], remark])
    assert with_symbols.left_out == (("no strike or symbol", 0.0),)


def test_a_right_that_its_symbol_denies_is_refused() -> None:
    cells = [["Symbol", *OWN], ["ZZX240119C00100000", *OWN_ROWS[0]], ["ZZX240119C00100000", *OWN_ROWS[1]]]
    with pytest.raises(BadInput) as error:
        Chain.from_cells(cells)
    assert str(error.value) == 'option type in row 3 is "put"; expected call, as its symbol says'


def test_a_strike_that_its_symbol_denies_is_refused() -> None:
    cells = [["Symbol", *OWN], ["ZZX240119C00100000", *OWN_ROWS[0]], ["ZZX240119P00105000", *OWN_ROWS[1]]]
    with pytest.raises(BadInput) as error:
        Chain.from_cells(cells)
    assert str(error.value) == "strike in row 3 is 100; expected 105, as its option symbol says"


@pytest.mark.parametrize(("prices", "spot"), [((0, 0), None), ((0, 105.25), 105.25), (("--", ""), None)])
def test_a_spot_of_0_is_a_blank(prices: tuple[object, object], spot: float | None) -> None:
    rows = [[*row, price] for row, price in zip(OWN_ROWS, prices, strict=True)]
    assert Chain.from_cells([[*OWN, "Underlying Price"], *rows]).spot == spot


def test_two_tables_beside_each_other_are_refused() -> None:
    """One of them would be lost: calls beside puts, or two expiries."""
    titles = ["Calls", "", "", "", "Puts"]
    for head, row in (
        (["Strike", "IV", "OI", "Expiry"] * 2, [100, 0.25, 10, "2024-01-19", 100, 0.26, 20, "2024-01-19"]),
        ([*OWN, "", *OWN], [*OWN_ROWS[0], None, *OWN_ROWS[1]]),
    ):
        with pytest.raises(BadInput, match=r"columns 1 and \d are both named Strike: two tables beside each other"):
            Chain.from_cells([titles, head, row])
    both = Chain.from_cells([[*OWN, "Strike Price"], [*OWN_ROWS[0], 100]])
    assert both.strike.tolist() == [100]


def test_a_symbol_that_cannot_be_read_is_named() -> None:
    with pytest.raises(BadInput, match='Contract Symbol in row 3 is "=HYPERLINK'):
        Chain.from_cells([["Contract Symbol", "IV", "OI"], ["ZZX240119C00100000", 0.2, 1], ["=HYPERLINK(1)", 0.2, 1]])
