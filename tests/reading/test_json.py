"""JSON files: CBOE's delayed quotes, lists of records, and what is neither."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gex_xl.chain import Chain
from gex_xl.errors import BadInput
from tests.reading.made_up import chain_of

NEW_YORK_WINTER = dt.timezone(dt.timedelta(hours=-5))


def cboe(*options: dict[str, Any], timestamp: str = "2024-01-08 10:30:00", **data: Any) -> str:
    inner = {"symbol": "ZZX", "current_price": 105.25, "options": list(options), **data}
    return json.dumps({"timestamp": timestamp, "data": inner})


def option(symbol: str, **fields: Any) -> dict[str, Any]:
    return {"option": symbol, "bid": 1.5, "ask": 2.5, "iv": 0.25, "open_interest": 10.0, "volume": 3.0, "delta": 0.5,
            "gamma": 0.02, "theo": 2.0, **fields}  # fmt: skip


def read(folder: Path, written: str, name: str = "chain.json") -> Chain:
    return chain_of(folder, written, name)


def test_cboe_delayed_quotes(tmp_path: Path) -> None:
    chain = read(
        tmp_path,
        cboe(
            option("ZZX240119C00100500", iv=0.25, open_interest=10.0),
            option("ZZX240119P00100500", iv=0.0, open_interest=20.0, delta=-0.5),
            option("ZZX240119P00000125", iv=0.02, open_interest=30.0),
        ),
    )
    assert chain.strike.tolist() == [0.125, 100.5, 100.5]
    assert chain.is_call.tolist() == [False, True, False]
    assert chain.open_interest.tolist() == [30, 10, 20]
    assert np.array_equal(chain.iv, [np.nan, 0.25, np.nan], equal_nan=True)
    assert chain.gamma.tolist() == [0.02] * 3
    assert (chain.symbol, chain.spot) == ("ZZX", 105.25)
    assert chain.as_of == dt.datetime(2024, 1, 8, 10, 30, tzinfo=dt.UTC)
    assert chain.quote_delay == 15.0


def test_json_is_told_from_its_first_character(tmp_path: Path) -> None:
    assert len(read(tmp_path, cboe(option("ZZX240119C00100500")), "quotes.txt")) == 1


@pytest.mark.parametrize(
    ("timestamp", "last_trade", "utc_hour"),
    [
        # UTC, always: a recorded answer of 19:05:41 has a Last-Modified of 19:05:45 GMT and a trade of 14:50:38.
        ("2024-01-08 15:30:00", "2024-01-08T10:14:00", 15),
        ("2024-01-08 10:30:00", "2024-01-08T10:14:00", 10),
        ("2024-01-08 15:30:00", None, 15),
        ("2024-01-08 15:30:00", "not a time", 15),
        ("2024-01-08 15:30:00Z", "2024-01-08T10:14:00", 15),
        ("2024-01-08T10:30:00-05:00", "2024-01-08T10:14:00", 15),
    ],
)
def test_zone_of_the_timestamp(timestamp: str, last_trade: str | None, utc_hour: int, tmp_path: Path) -> None:
    written = cboe(option("ZZX240119C00100500", last_trade_time=last_trade), timestamp=timestamp)
    chain = read(tmp_path, written)
    assert chain.as_of == dt.datetime(2024, 1, 8, utc_hour, 30, tzinfo=dt.UTC)


def test_cboe_without_price_and_time(tmp_path: Path) -> None:
    written = json.dumps({"data": {"options": [option("ZZX240119C00100500")]}})
    chain = read(tmp_path, written)
    assert (chain.spot, chain.as_of, chain.symbol) == (None, None, "ZZX")


def test_cboe_with_an_adjusted_root_and_an_index(tmp_path: Path) -> None:
    chain = read(tmp_path, cboe(option("SPX240119C04700000"), option("SPXW240119C04700000", iv=0.3), symbol="^SPX"))
    assert sorted(chain.root.tolist()) == ["SPX", "SPXW"]
    assert chain.symbol == "SPX"


@pytest.mark.parametrize("wrap", ["{}", '{{"data": {}}}', '{{"note": "made up", "contracts": {}}}'])
def test_list_of_records(wrap: str, tmp_path: Path) -> None:
    records: list[dict[str, Any]] = [
        {"strike": 100, "type": "call", "expiration": "2024-01-19", "impliedVolatility": 0.25, "openInterest": 10},
        {"type": "put", "strike": 100.5, "expiration": "2024-01-19", "openInterest": None, "gamma": 0.02},
    ]
    chain = read(tmp_path, wrap.format(json.dumps(records)))
    assert chain.strike.tolist() == [100, 100.5]
    assert chain.is_call.tolist() == [True, False]
    assert np.array_equal(chain.open_interest, [10, np.nan], equal_nan=True)
    assert np.array_equal(chain.iv, [0.25, np.nan], equal_nan=True)
    assert np.array_equal(chain.gamma, [np.nan, 0.02], equal_nan=True)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ('{"data": {"options": [', "chain.json: not valid JSON ("),
        ("not json at all", "chain.json: not valid JSON ("),
        ("", "chain.json: not valid JSON ("),
        ("{}", "chain.json: no list of option contracts in it; expected CBOE delayed quotes or a list of records"),
        ("[]", "chain.json: no list of option contracts in it; "),
        ("[1, 2]", "chain.json: no list of option contracts in it; "),
        ("5", "chain.json: no list of option contracts in it; "),
        ('{"data": 5}', "chain.json: no list of option contracts in it; "),
        ("[" * 100_000, "chain.json: not valid JSON ("),
        ('{"data": {"options": []}}', "the chain has a header but no contracts below it"),
        ('{"data": {"options": [1, null]}}', "the chain has a header but no contracts below it"),
        ('[{"a": 1, "b": 2}]', "no option chain found; columns found in row 1: a, b; missing: "),
        ('[{"strike": {"x": 1}, "type": "call", "expiry": "2024-01-19", "oi": 1}]', "no option chain found; columns "),
        ('[{"strike": 1, "type": "call", "expiry": "2024-01-19", "oi": 1e999}]', "open interest in row 2 is inf"),
        ('[{"strike": 1, "type": "call", "expiry": "2024-01-19", "oi": 1, "quotetime": [1]}]', "quotetime in row 2 is"),
        ('[{"strike": 1, "type": "call", "expiry": ["2024"], "oi": 1}]', "expiry in row 2 is"),
        ('{"data": {"options": [{"option": "ZZX240119C00100500", "iv": "x", "open_interest": 1}]}}', "iv in row "),
    ],
)
def test_one_sentence_for_what_cannot_be_read(written: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as error:
        read(tmp_path, written)
    assert str(error.value).startswith(sentence)
    assert "\n" not in str(error.value)


def test_calls_and_puts_in_lists_of_their_own(tmp_path: Path) -> None:
    listed = {"expiry": "2024-01-19", "strike": 100, "iv": 0.2}
    chain = read(tmp_path, json.dumps({"calls": [{**listed, "oi": 10}], "puts": [{**listed, "oi": 77}, "junk"]}))
    assert (chain.is_call.tolist(), chain.open_interest.tolist()) == ([True, False], [10, 77])


def test_tickers_as_deribit_answers_one_request_each(tmp_path: Path) -> None:
    """https://docs.deribit.com/#public-ticker: a JSON-RPC envelope around each."""

    def answer(name: str) -> dict[str, Any]:
        ticker = {"instrument_name": name, "timestamp": 1_704_727_800_000, "open_interest": 10, "mark_iv": 55.0,
                  "underlying_price": 65_000, "index_price": 64_950, "best_bid_price": 0.05, "best_ask_price": 0.06,
                  "greeks": {"gamma": 0.00001, "delta": 0.6}, "stats": {"volume": 1.5, "low": 0.1}}  # fmt: skip
        return {"jsonrpc": "2.0", "result": ticker, "usIn": 1, "testnet": False}

    call, put = answer("BTC-26JAN24-60000-C"), answer("BTC-26JAN24-60000-P")
    for written, size in ((json.dumps(call), 1), (json.dumps([call, put]), 2)):
        chain = read(tmp_path, written)
        assert (len(chain), chain.spot, chain.gamma[0], chain.bid[0], chain.volume[0]) == (
            size,
            64_950,
            1e-5,
            3250,
            1.5,
        )
        assert chain.as_of == dt.datetime(2024, 1, 8, 15, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize("strike", [[100], [[]], {"a": 1}])
def test_a_list_where_a_figure_belongs(strike: object, tmp_path: Path) -> None:
    record = {"expiration_date": "2024-01-19", "option_type": "call", "strike": strike, "open_interest": 1}
    with pytest.raises(BadInput, match="strike in row 2 is"):
        read(tmp_path, json.dumps({"options": {"option": [{"symbol": "ZZX240119C00100000", **record}]}}))
    with pytest.raises(BadInput, match="strike in row 2 is"):
        Chain.from_cells([list(record), list(record.values())])


@pytest.mark.parametrize("key", ["expiration_date", "trade_date", "symbol", "bid_date"])
@pytest.mark.parametrize("value", [[1], {"a": [1]}])
def test_a_list_anywhere_is_no_fault(key: str, value: object, tmp_path: Path) -> None:
    record = {"symbol": "ZZX240119C00100000", "expiration_date": "2024-01-19", "option_type": "call", "strike": 100,
              "open_interest": 1, "trade_date": 0, "bid_date": 1_704_727_800_000, key: value}  # fmt: skip
    try:
        read(tmp_path, json.dumps({"options": {"option": record}}))
    except BadInput as error:
        assert key == "expiration_date" and "expected a date" in str(error)


def test_an_instrument_is_a_contract() -> None:
    """The title of the column on Deribit's own page."""
    head = ["Instrument", "Bid", "Ask", "IV", "Open Interest", "Underlying Price"]
    chain = Chain.from_cells([head, ["BTC-27DEC24-60000-C", 0.05, 0.055, "55.1%", 120.5, 65_010]])
    assert (chain.strike[0], chain.iv[0], chain.open_interest[0]) == (60_000, pytest.approx(0.551), 120.5)
