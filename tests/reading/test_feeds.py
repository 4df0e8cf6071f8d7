"""What feeds mean without saying it, each as its own documentation describes it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gex_xl.analytics.contracts import prepare
from gex_xl.chain import Chain
from gex_xl.errors import BadInput
from gex_xl.reading.symbols import parse_dashes
from gex_xl.settings import Settings, parse_settings
from tests.reading.layouts_made_up import schwab, thinkorswim, tradier
from tests.reading.made_up import Contract

Cells = list[list[Any]]
CALL, PUT = Contract(), Contract(right="P", strike=110.5, expiry=dt.date(2024, 2, 16), iv=0.27)


def read_json(folder: Path, loaded: Any) -> Chain:
    file = folder / "chain.json"
    file.write_text(loaded if isinstance(loaded, str) else json.dumps(loaded), encoding="utf-8")
    return Chain.from_file(file)


# --- Deribit: docs.deribit.com, public/ticker and public/get_book_summary_by_currency


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("BTC-27DEC24-100000-C", ("BTC", dt.date(2024, 12, 27), "C", 100_000.0)),
        ("ETH-5MAR21-1500-P", ("ETH", dt.date(2021, 3, 5), "P", 1500.0)),
        ("BTC_USDC-30AUG24-60000-C", ("BTC_USDC", dt.date(2024, 8, 30), "C", 60_000.0)),
        ("XRP_USDC-30AUG24-0d625-P", ("XRP_USDC", dt.date(2024, 8, 30), "P", 0.625)),
        ("BTC-PERPETUAL", None), ("BTC-27DEC24", None), ("BTC-31FEB24-100-C", None), ("BTC-27XXX24-100-C", None),
    ],
)  # fmt: skip
def test_instrument_names(name: str, expected: object) -> None:
    found = parse_dashes(name)
    assert (found and found[:4]) == expected


STAMP = 1_613_068_625_266  # 2021-02-11 18:37:05.266 UTC
TICKER = ["underlying_price", "timestamp", "open_interest", "mark_iv", "instrument_name", "index_price",
          "best_bid_price", "best_ask_price", "stats.volume", "greeks.gamma", "greeks.delta"]  # fmt: skip


def ticker(name: str, forward: float = 46_000.0, stamp: int = STAMP, iv: float = 124.25, oi: float = 2.5) -> list[Any]:
    return [forward, stamp, oi, iv, name, 47_000.0, 0.05, 0.06, 3.5, 0.00002, 0.5]


def test_a_dump_of_tickers() -> None:
    chain = Chain.from_cells(
        [TICKER, ticker("BTC-12FEB21-45000-C"), ticker("BTC-26MAR21-50000-P", 49_000.0), ticker("BTC-PERPETUAL")]
    )
    assert (chain.venue, chain.symbol, chain.spot) == ("Deribit", "BTC", 47_000.0)
    assert chain.as_of == dt.datetime(2021, 2, 11, 18, 37, 5, 266_000, tzinfo=dt.UTC)
    assert chain.settlement.astype(str).tolist() == ["2021-02-12T08:00:00", "2021-03-26T08:00:00"]
    assert chain.iv.tolist() == [1.2425, 1.2425]
    assert np.isnan(chain.multiplier).all()
    assert chain.product.multiplier == 1
    assert chain.forward.tolist() == [46_000, 49_000]
    assert chain.bid == pytest.approx([0.05 * 46_000, 0.05 * 49_000])  # quoted in coin
    assert chain.ask == pytest.approx([0.06 * 46_000, 0.06 * 49_000])
    assert chain.volume.tolist() == [3.5, 3.5]
    assert chain.left_out == (("not an option", 0.0),)


def test_the_clock_of_a_market_that_never_closes() -> None:
    """Deribit trades at night, so the clock starts at the quote itself; the forward is the feed's own."""
    chain = Chain.from_cells([TICKER, ticker("BTC-12FEB21-45000-C"), ticker("BTC-12FEB21-50000-P")])
    contracts = prepare(chain)
    assert contracts.valued_at == chain.as_of
    assert contracts.years[0] * 365 * 86_400 == pytest.approx(13 * 3600 + 22 * 60 + 55, abs=1)
    assert (contracts.forwards.source, contracts.forward[0]) == (("feed",), 46_000.0)
    assert contracts.position.tolist() == [-2.5, 2.5]
    for carry, source in (("none", "spot"), ("rates", "rates"), ("parity", "spot")):
        other = prepare(chain, settings=Settings().with_changes({"carry": carry}))
        assert other.forwards.source == (source,)


def test_the_last_of_several_snapshots_counts() -> None:
    old, new = ticker("BTC-12FEB21-45000-C", oi=1), ticker("BTC-12FEB21-45000-C", 46_100, STAMP + 60_000, oi=9)
    new[5] = 47_100.0
    for rows in ([old, new], [new, old]):
        chain = Chain.from_cells([TICKER, *rows])
        assert (chain.open_interest.tolist(), chain.spot, chain.forward.tolist()) == ([9], 47_100.0, [46_100])
        assert chain.left_out == (("older quote of a listed contract", 0.0),)
        assert chain.as_of == dt.datetime(2021, 2, 11, 18, 38, 5, 266_000, tzinfo=dt.UTC)
        assert "the latest" in chain.as_of_from


def test_linear_options_are_quoted_in_usd_and_iv_unit_wins() -> None:
    cells = [TICKER, ticker("BTC_USDC-12FEB21-45000-C", iv=1.2425)]
    chain = Chain.from_cells(cells, Settings().with_changes({"iv_unit": "decimal"}))
    assert (chain.symbol, chain.bid.tolist(), chain.iv.tolist()) == ("BTC", [0.05], [1.2425])


def test_a_book_summary_as_json(tmp_path: Path) -> None:
    entry = {
        "volume_usd": 1.0, "volume": 0.5, "underlying_price": 46_000.0, "underlying_index": "SYN.BTC-12FEB21",
        "quote_currency": "BTC", "open_interest": 12.5, "mark_price": 0.05, "mark_iv": 80.5, "mid_price": None,
        "instrument_name": "BTC-12FEB21-45000-C", "bid_price": None, "ask_price": 0.06, "base_currency": "BTC",
        "creation_timestamp": STAMP, "estimated_delivery_price": 47_000.0, "interest_rate": 0.0,
    }  # fmt: skip
    chain = read_json(tmp_path, {"jsonrpc": "2.0", "result": [entry], "usIn": 1, "testnet": False})
    assert (chain.iv.tolist(), chain.spot, chain.open_interest.tolist()) == ([0.805], 47_000.0, [12.5])
    assert np.isnan(chain.bid).all()
    assert chain.ask == pytest.approx([0.06 * 46_000])
    assert chain.venue == "Deribit"


def test_deribit_times_without_a_zone_are_utc() -> None:
    cells = [TICKER, ticker("BTC-12FEB21-45000-C")]
    cells[1][1] = "2021-02-11 18:30"
    assert Chain.from_cells(cells).as_of == dt.datetime(2021, 2, 11, 18, 30, tzinfo=dt.UTC)
    bare = [[cell for j, cell in enumerate(row) if j != 1] for row in cells]
    assert Chain.from_cells([["2021-02-11 18:30"], *bare]).as_of == dt.datetime(2021, 2, 11, 18, 30, tzinfo=dt.UTC)
    assert Chain.from_cells(bare).as_of is None
    cells[1][1] = "soon"
    with pytest.raises(BadInput, match='timestamp in row 2 is "soon"; expected a date and time'):
        Chain.from_cells(cells)


def test_the_real_dump(shared_chains: Path) -> None:
    """chains/README.md: iv in percent, forward per expiry, multiplier 1, 08:00 UTC, index near 47 795.22."""
    import csv

    file = shared_chains / "deribit_btc_2021-02-11.csv"
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    last: dict[str, dict[str, str]] = {}
    for row in sorted(rows, key=lambda row: int(row["timestamp"])):
        last[row["instrument_name"]] = row
    chain = Chain.from_file(file)
    assert len(chain) == len(last)
    assert chain.rows == len(rows)
    assert chain.spot == pytest.approx(47_795.22, rel=2e-3)
    expected = {
        parse_dashes(name)[:4]: [
            float(row["mark_iv"]) / 100,
            float(row["open_interest"]),
            float(row["underlying_price"]),
        ]
        for name, row in last.items()
    }
    found = zip(chain.root.tolist(), chain.expiry.astype(object), chain.is_call.tolist(), chain.strike.tolist(),
                chain.iv.tolist(), chain.open_interest.tolist(), chain.forward.tolist(), strict=True)  # fmt: skip
    for root, expiry, call, strike, iv, interest, forward in found:
        figures = expected[(root, expiry, "C" if call else "P", strike)]  # type: ignore[index]
        assert [iv if iv == iv else 0, interest, forward] == pytest.approx(figures)
    assert set(prepare(chain).forwards.source) == {"feed"}


# --- thinkorswim: the export as it opens, with the block UNDERLYING


def test_thinkorswim_names_symbol_spot_and_time_and_the_shares_of_each_section() -> None:
    cells = thinkorswim([CALL, PUT])
    at = next(i for i, row in enumerate(cells) if row and str(row[0]).startswith("16 FEB 24"))
    cells[at] = ["16 FEB 24  (39)  10 (Mini)"]
    chain = Chain.from_cells(cells)
    assert (chain.symbol, chain.spot) == ("ZZX", 105.25)
    assert chain.as_of == dt.datetime(2024, 1, 8, 10, 30, tzinfo=dt.timezone(dt.timedelta(hours=-5)))
    assert chain.multiplier.tolist() == [100, 10]
    assert chain.left_out == ()
    assert [note for note in chain.notes if "date_order" in note] == []  # thinkorswim writes month first


def test_the_expiry_above_the_first_section_is_no_quote_time() -> None:
    cells = thinkorswim([PUT])
    chain = Chain.from_cells(cells)
    assert str(chain.as_of) == "2024-01-08 10:30:00-05:00"
    assert [note for note in chain.notes if "two quote times" in note] == []
    assert Chain.from_cells(cells[6:]).as_of is None  # copied without the lines above it


def test_sections_begin_where_they_begin() -> None:
    header = ["OI", "IV", "Exp", "Strike", "OI", "IV"]
    first, second = [1, 0.2, "19 JAN 24", 100, 2, 0.3], [1, 0.2, "16 FEB 24", 100, 2, 0.3]
    chain = Chain.from_cells([header, first, ["16 FEB 24  (39)  150"], header, second])
    assert np.array_equal(chain.multiplier, [np.nan, np.nan, 150, 150], equal_nan=True)


def test_the_real_export_with_spot_and_time(shared_chains: Path) -> None:
    """No iv in the file: solved from its quotes. Amazon stood near 1 450 in February 2018, as the deltas agree."""
    chain = Chain.from_file(shared_chains / "thinkorswim_amzn_2018.csv")
    contracts = prepare(chain, 1_450.0, dt.datetime(2018, 2, 14, 16, tzinfo=dt.timezone(dt.timedelta(hours=-5))))
    assert contracts.iv_solved == len(contracts.index) > 300
    assert 0.2 < np.median(contracts.stdev / np.sqrt(contracts.years)) < 0.8


# --- Barchart: the stacked download and the side-by-side view

STACKED = [
    "Strike",
    "Moneyness",
    "Bid",
    "Mid",
    "Ask",
    "Latest",
    "Change",
    "%Change",
    "Volume",
    "Open Int",
    "OI Chg",
    "IV",
    "Delta",
    "Type",
    "Time",
]
LINES: Cells = [
    ["115.00", "+51.72%", "140.00", "142.50", "145.00", "141.60s", "-0.75", "-0.53%", "1,237", "3,129", "+43", "43.04%",
     "0.9330", "Call", "01/15/26"],
    ["120.00", "+49.62%", "unch", "1.75", "2.50s", "1.00", "unch", "unch", "0", "156", "unch", "8.65%", "-0.0228",
     "Put", "01/13/26"],
    ["125.00*", "", "1", "2", "3", "2", "unch", "unch", "0", "77", "unch", "9%", "0.1", "Call", ""],
]  # fmt: skip
FOOT: Cells = [["Downloaded from Barchart.com as of 01-15-2026 10:25am CST"]]
NAME = "zzx-options-exp-2028-12-15-monthly-show-all-stacked-01-15-2026"


def assert_barchart(chain: Chain) -> None:
    assert chain.expiry.astype(str).tolist() == ["2028-12-15"] * 2
    assert chain.is_call.tolist() == [True, False]
    assert chain.strike.tolist() == [115, 120]
    assert chain.iv == pytest.approx([0.4304, 0.0865])
    assert chain.open_interest.tolist() == [3129, 156]
    assert np.array_equal(chain.bid, [140, np.nan], equal_nan=True)
    assert chain.ask.tolist() == [145, 2.5]
    assert chain.as_of == dt.datetime(2026, 1, 15, 10, 25, tzinfo=dt.timezone(dt.timedelta(hours=-6)))
    assert chain.left_out == (("adjusted contract", 77.0), ("no strike or symbol", 0.0))


def test_barchart_stacked(tmp_path: Path) -> None:
    cells = [STACKED, *LINES, *FOOT]
    file = tmp_path / f"{NAME}.csv"
    file.write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in cells))
    assert_barchart(Chain.from_file(file))
    for title in (["Expiration: 2028-12-15 (m)"], ["Expiration", "Dec 15, 2028"], ["ZZX", "Exp. 15-DEC-2028"]):
        assert_barchart(Chain.from_cells([title, *cells]))
        assert_barchart(Chain.from_cells([[" ".join(title)], *([cell] for row in cells for cell in row)]))
    with pytest.raises(BadInput, match="missing: expiry; a line above the table may name it: Expiry: 2024-01-19"):
        Chain.from_cells(cells)
    with pytest.raises(BadInput, match="missing: expiry"):  # a title below the first contract says nothing of it
        Chain.from_cells([STACKED, LINES[0], ["Expiration: 2028-12-15"], STACKED, LINES[1]])


def test_barchart_side_by_side() -> None:
    side = ["Latest", "Bid", "Ask", "Change", "Volume", "Open Int", "IV"]
    row = [
        "1.5s",
        "1.4",
        "1.6",
        "unch",
        "1,200",
        "3,400",
        "8.65%",
        "100.00",
        "unch",
        "2.4",
        "2.6s",
        "-1",
        "12",
        "5,600",
        "9%",
    ]
    titles: list[Any] = ["Calls", *[""] * 7, "Puts", *[""] * 6]
    chain = Chain.from_cells([["Expires 2025-01-17"], titles, [*side, "Strike", *side], row])
    assert chain.expiry.astype(str).tolist() == ["2025-01-17"] * 2
    assert chain.iv == pytest.approx([0.0865, 0.09])
    assert chain.open_interest.tolist() == [3400, 5600]
    assert chain.ask.tolist() == [1.6, 2.6]
    swapped = Chain.from_cells([["Expires 2025-01-17"], titles[8:] + titles[:8], [*side, "Strike", *side], row])
    assert swapped.open_interest.tolist() == [5600, 3400]


def test_an_adjusted_contract_of_barchart_side_by_side_is_counted() -> None:
    header = ["Open Int", "IV", "Strike", "Open Int", "IV"]
    rows: Cells = [["3,400", "8.65%", "100.00", "5,600", "9%"], ["70", "9%", "105.00*", "7", "9%"]]
    chain = Chain.from_cells([["Expires 2025-01-17"], header, *rows])
    assert chain.open_interest.tolist() == [3400, 5600]
    assert chain.left_out == (("adjusted contract", 70.0), ("adjusted contract", 7.0))


def test_calls_and_puts_under_titles_of_their_own() -> None:
    header = ["Strike", "Bid", "Ask", "OI"]
    cells: Cells = [
        ["Expiry: 2025-01-17"], ["Calls for January"], header, [100, 1, 2, 5], ["Puts for January"], header,
        [100, 1, 2, 7], ["2025-02-21"], ["Calls"], header, [100, 1, 2, 9],
    ]  # fmt: skip
    chain = Chain.from_cells(cells)
    assert chain.expiry.astype(str).tolist() == ["2025-01-17", "2025-01-17", "2025-02-21"]
    assert chain.is_call.tolist() == [True, False, True]
    assert chain.open_interest.tolist() == [5, 7, 9]
    only = Chain.from_cells([["Puts"], ["Exp", "Strike", "Bid", "Ask", "OI"], ["2025-01-17", 100, 1, 2, 7]])
    assert only.is_call.tolist() == [False]
    with pytest.raises(BadInput, match="missing: right"):
        Chain.from_cells([["Exp", "Strike", "OI"], ["2025-01-17", 100, 7], ["Puts"], ["2025-01-17", 110, 7]])


# --- OptionsDX: optionsdx.com, field definitions of the end-of-day files


def test_optionsdx_text_has_volume_and_no_open_interest(tmp_path: Path) -> None:
    head = "QUOTE_UNIXTIME QUOTE_READTIME QUOTE_DATE QUOTE_TIME_HOURS UNDERLYING_LAST EXPIRE_DATE EXPIRE_UNIX DTE"
    call, put = (
        "DELTA GAMMA VEGA THETA RHO IV VOLUME LAST SIZE BID ASK",
        "BID ASK SIZE LAST DELTA GAMMA VEGA THETA RHO IV",
    )
    names = [*head.split(), *(f"C_{n}" for n in call.split()), "STRIKE", *(f"P_{n}" for n in put.split()), "P_VOLUME"]
    names += ["STRIKE_DISTANCE", "STRIKE_DISTANCE_PCT"]
    row = (
        "1704834000, 2024-01-09 16:00, 2024-01-09, 16.000000, 105.250000, 2024-01-19, 1705698000, 10.000000, 0.610000, "
        "0.041000, 0.1, -0.1, 0.1, 0.250000, 150.000000, 1.0, 300 x 300, 1.250000, 1.500000, 100.000000, 0.750000, "
        "1.000000, 0 x 4522, 0.030000, -0.390000, 0.042000, 0.1, -0.1, -0.1,  , 70.000000, 5.25, 0.050"
    )
    file = tmp_path / "zzx_eod_202401.txt"
    file.write_text(", ".join(f"[{name}]" for name in names) + f"\n{row}\n")
    chain = Chain.from_file(file)
    assert (chain.spot, str(chain.as_of)) == (105.25, "2024-01-09 16:00:00-05:00")
    assert np.array_equal(chain.iv, [0.25, np.nan], equal_nan=True)
    assert (chain.volume.tolist(), chain.delta.tolist(), chain.bid.tolist()) == ([150, 70], [0.61, -0.39], [1.25, 0.75])
    assert np.isnan(chain.open_interest).all()
    assert "the paste has no open interest; weight = volume makes use of its volume" in chain.notes
    assert len(prepare(chain, settings=Settings().with_changes(parse_settings("weight=volume"))).index) == 2


# --- Schwab and TD Ameritrade: developer.tdameritrade.com, option-chains/apis/get/marketdata/chains


def test_schwab_without_figures_and_with_its_own_symbols(tmp_path: Path) -> None:
    loaded = json.loads(schwab([CALL, PUT]))
    call = loaded["callExpDateMap"]["2024-01-19:11"]["100.0"][0]
    call.update(volatility="NaN", gamma=-999.0, symbol="ZZX_011924C100", quoteTimeInLong=None)
    put = loaded["putExpDateMap"]["2024-02-16:11"]["110.5"][0]
    put.update(volatility=-999.0, delta=-1.0)
    loaded.update(underlyingPrice=0, underlying={"last": 105.5, "quoteTime": 1_704_731_400_000}, symbol="$ZZX")
    chain = read_json(tmp_path, loaded)
    assert np.isnan(chain.iv).all()
    assert np.array_equal(chain.gamma, [np.nan, 0.021], equal_nan=True)
    assert np.array_equal(chain.delta, [np.nan, -1], equal_nan=True)
    assert (chain.symbol, chain.spot) == ("ZZX", 105.5)
    assert chain.as_of == dt.datetime(2024, 1, 8, 16, 30, tzinfo=dt.UTC)


def test_schwab_of_one_side(tmp_path: Path) -> None:
    loaded = json.loads(schwab([CALL]))
    del loaded["putExpDateMap"]
    assert read_json(tmp_path, loaded).is_call.tolist() == [True]


# --- Tradier: documentation.tradier.com, brokerage-api/markets/get-options-chains


def test_tradier_of_one_contract_and_without_greeks(tmp_path: Path) -> None:
    assert read_json(tmp_path, tradier([CALL])).open_interest.tolist() == [1000]
    loaded = json.loads(tradier([CALL, PUT]))
    for option in loaded["options"]["option"]:
        option.update(greeks=None, bid_date=0, ask_date=0)
    chain = read_json(tmp_path, loaded)
    assert np.isnan(chain.iv).all()
    assert chain.as_of is None


# --- Interactive Brokers: interactivebrokers.github.io/tws-api, class Contract; -1 stands for no quote


def test_brokers_without_quotes_and_with_roots_of_an_index(tmp_path: Path) -> None:
    contract = {"symbol": "SPX", "lastTradeDateOrContractMonth": "20240119", "strike": 4700.0, "multiplier": "100"}
    tickers = [
        {"contract": {**contract, "right": right, "tradingClass": root}, "bid": -1.0, "ask": 2.5, "openInterest": oi,
         "modelGreeks": {"impliedVol": 0.2, "gamma": 0.001, "delta": -1.0, "undPrice": 4690.0}}
        for right, root, oi in (("CALL", "SPX", 5), ("P", "SPXW", 7))
    ]  # fmt: skip
    chain = read_json(tmp_path, tickers)
    assert np.isnan(chain.bid).all()
    assert (chain.delta.tolist(), chain.open_interest.tolist(), chain.spot) == ([-1, -1], [5, 7], 4690.0)
    assert chain.settlement.astype(str).tolist() == ["2024-01-19T14:30:00", "2024-01-19T21:00:00"]
    assert chain.symbol == "SPX"


# --- two chains in one paste


def test_parts_of_one_chain_below_each_other_are_one_chain() -> None:
    header = ["Expiry", "Type", "Strike", "IV", "OI"]
    first, second = ["2024-01-19", "call", 100, 0.25, 10], ["2024-02-16", "call", 100, 0.25, 20]
    preamble = ["ZZX", "Last: 105.25", "2024-01-08 10:30"]
    chain = Chain.from_cells([preamble, header, first, [], preamble, header, second])
    assert (chain.open_interest.tolist(), chain.spot) == ([10, 20], 105.25)
    later = ["ZZX", "Last: 105.25", "2024-01-08 11:30"]  # of the same day: two downloads of one afternoon
    both = Chain.from_cells([preamble, header, first, later, header, second])
    assert len(both) == 2
    assert (
        "the paste holds quotes of 2024-01-08 10:30 EST and, from row 4 on, of 2024-01-08 11:30 EST; the former is "
        "taken, as_of replaces it"
    ) in both.notes
    other = ["ZZX", "Last: 105.25", "2024-01-09 10:30"]
    with pytest.raises(BadInput, match=r"two chains, of 2024-01-08 and, from row 4 on, of 2024-01-09"):
        Chain.from_cells([preamble, header, first, other, header, second])
    dearer = ["YYX", "Last: 205.25", "2024-01-08 10:30"]
    with pytest.raises(BadInput, match=r'two chains, of spot 105.25 and 205.25 \(row 4 of the paste, "Last: 205.25"\)'):
        Chain.from_cells([preamble, header, first, dearer, header, second])
    undated = [header, first, other, header, second]
    assert len(Chain.from_cells(undated)) == 2  # nothing to compare with


@pytest.mark.parametrize(("mark", "said"), [("Mark: 105.30", False), ("Mark: 115", True)])
def test_two_prices_of_the_underlying_are_said(mark: str, said: bool) -> None:
    rows = [["Expiry", "Type", "Strike", "IV", "OI"], ["2024-01-19", "call", 100, 0.25, 10]]
    chain = Chain.from_cells([["ZZX", "Last: 105.25", mark], *rows])
    assert chain.spot == 105.25
    assert any("two prices of the underlying, 105.25 in row 1" in note for note in chain.notes) is said


def test_a_price_under_an_unknown_label_is_said() -> None:
    rows = [["Expiry", "Type", "Strike", "IV", "OI"], ["2024-01-19", "call", 100, 0.25, 10]]
    said = 'spot is taken from row 1 of the paste, "Rows: 90", whose label is not known as that of a price'
    assert any(note.startswith(said) for note in Chain.from_cells([["ZZX", "Rows: 90"], *rows]).notes)
    assert not any("label" in note for note in Chain.from_cells([["ZZX", "Last: 90"], *rows]).notes)


# --- times of last trades: milliseconds since 1970, and 0 for none


@pytest.mark.parametrize(("feed", "key"), [(schwab, "tradeTimeInLong"), (tradier, "trade_date")])
@pytest.mark.parametrize(("written", "expected"), [(1_704_469_500_000, "2024-01-05T15:45:00"), (0, "NaT")])
def test_when_a_brokers_contract_last_traded(
    feed: Callable[[Sequence[Contract]], str], key: str, written: int, expected: str, tmp_path: Path
) -> None:
    text = feed([CALL, PUT]).replace(f'"{key}": 0, ', "").replace('"bid": ', f'"{key}": {written}, "bid": ')
    assert read_json(tmp_path, text).last_trade.astype(str).tolist() == [expected] * 2


# --- Interactive Brokers: counts as the Web API writes them, "formatted with 'K' for thousands, or 'M' for millions"


@pytest.mark.parametrize(
    ("volume", "interest", "expected"),
    [("1.2K", "10.5K", (1_200, 10_500)), ("988", "1.05M", (988, 1_050_000)), ("1,2K", "10,5K", (1_200, 10_500))],
)
def test_counts_in_thousands(volume: str, interest: str, expected: tuple[float, float]) -> None:
    chain = Chain.from_cells([["Expiry", "Type", "Strike", "Volume", "OI"], ["2025-01-17", "C", 590, volume, interest]])
    assert (chain.volume[0], chain.open_interest[0]) == pytest.approx(expected)
    assert f"open interest such as {interest} is rounded by the feed" in chain.notes


def test_only_counts_are_written_in_thousands() -> None:
    with pytest.raises(BadInput, match='strike in row 2 is "5.9K"; expected a number'):
        Chain.from_cells(
            [["Expiry", "Type", "Strike", "OI"], ["2025-01-17", "C", "5.9K", 10], ["2025-01-17", "C", 5, 1]]
        )
