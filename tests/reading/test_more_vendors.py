"""More feeds, by their own documentation, and the kinds that they taught: names, units, dates and sides.

The figures are drawn with seeds of their own and priced apart from the project.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gex_xl.analytics.contracts import multipliers, prepare
from gex_xl.chain import Chain
from gex_xl.errors import BadInput
from gex_xl.settings import Settings
from tests.reading.made_up import chain_of
from tests.reading.priced import Quote, World, world
from tests.reading.test_vendors import assert_is

Row = Callable[[World, Quote], dict[str, Any]]
QUOTES = ("bid", "ask")


def table(w: World, row: Row) -> str:
    out = io.StringIO()
    records = [row(w, q) for q in w.quotes]
    writer = csv.DictWriter(out, list(records[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return out.getvalue()


def listed(*path: str) -> Callable[[World, Row], str]:
    """A JSON whose list of records lies at a path of keys."""

    def write(w: World, row: Row) -> str:
        found: object = [row(w, q) for q in w.quotes]
        for key in reversed(path):
            found = {key: found}
        return json.dumps(found)

    return write


def side_of_india(q: Quote) -> str:
    return "CE" if q.right == "C" else "PE"


def alpha_vantage(w: World, q: Quote) -> dict[str, Any]:
    return {"contractID": q.occ, "symbol": w.symbol, "expiration": q.expiry.isoformat(), "strike": f"{q.strike:.2f}",
            "type": q.word, "last": "0.00", "bid": str(q.bid), "bid_size": "9", "ask": str(q.ask),
            "open_interest": str(q.open_interest), "date": "2024-05-22", "implied_volatility": str(q.iv),
            "gamma": str(q.gamma)}  # fmt: skip


def tastytrade(w: World, q: Quote) -> dict[str, Any]:
    symbol = f"{q.root:<6}{q.occ.removeprefix(q.root)}"
    return {"symbol": symbol, "instrument-type": "Equity Option", "updated-at": w.quoted.isoformat(), "bid": str(q.bid),
            "ask": str(q.ask), "open-interest": str(q.open_interest), "volatility": str(q.iv)}  # fmt: skip


def intrinio(w: World, q: Quote) -> dict[str, Any]:
    return {"option": {"ticker": w.symbol, "expiration": q.expiry.isoformat(), "strike": q.strike, "type": q.word},
            "prices": {"close_bid": q.bid, "close_ask": q.ask, "open_interest": q.open_interest,
                       "open_interest_change": 3, "implied_volatility": q.iv, "gamma": q.gamma}}  # fmt: skip


def futu(w: World, q: Quote) -> dict[str, Any]:
    return {"code": f"US.{q.root}{q.expiry:%y%m%d}{q.right}{q.strike * 1000:.0f}", "lot_size": 100,
            "option_type": q.word.upper(), "stock_owner": f"US.{w.symbol}", "strike_time": q.expiry.isoformat(),
            "strike_price": q.strike, "option_implied_volatility": round(100 * q.iv, 4),
            "option_open_interest": q.open_interest, "option_gamma": q.gamma, "bid_price": q.bid,
            "ask_price": q.ask}  # fmt: skip


def tws(_: World, q: Quote) -> dict[str, Any]:
    return {"Financial Instrument": f"{q.root} {q.expiry:%b%d}'{q.expiry:%y} {q.strike:g} {q.word.upper()}",
            "Bid": q.bid, "Ask": q.ask, "Option Open Interest": q.open_interest,
            "Implied Vol. %": f"{100 * q.iv:.2f}%"}  # fmt: skip


def theta_pretty(w: World, q: Quote) -> dict[str, Any]:
    return {"root": q.root, "expiration": f"{q.expiry:%Y%m%d}", "strike": int(q.strike * 1000), "right": q.right,
            "ms_of_day": f"{w.local:%H:%M:%S}.000", "bid": q.bid, "ask": q.ask, "implied_vol": q.iv,
            "underlying_price": w.spot, "date": f"{w.local:%Y-%m-%d}", "open_interest": q.open_interest}  # fmt: skip


def french(w: World, q: Quote) -> dict[str, Any]:
    def own(value: float) -> str:
        return f"{value:.4f}".replace(".", ",")

    return {"Symbole": w.symbol, "Échéance": f"{q.expiry:%d/%m/%Y}", "Prix d'exercice": own(q.strike),
            "Type": q.word, "Volatilité implicite": f"{own(100 * q.iv)} %", "Positions ouvertes": int(q.open_interest),
            "Sous-jacent": own(w.spot)}  # fmt: skip


def shoonya(w: World, q: Quote) -> dict[str, Any]:
    name = f"{w.symbol}{q.expiry:%d%b%y}{q.right}{q.strike:g}".upper()
    return {"exch": "NFO", "tsym": name, "optt": side_of_india(q), "ls": "30", "strprc": f"{q.strike:.2f}",
            "oi": str(q.open_interest), "bp1": "1", "iv": str(round(100 * q.iv, 4))}  # fmt: skip


def breeze(w: World, q: Quote) -> dict[str, Any]:
    return {"exchange_code": "NFO", "stock_code": "CNXBAN", "expiry_date": f"{q.expiry:%d-%b-%Y}",
            "right": q.word.title(), "strike_price": q.strike, "best_bid_price": q.bid, "best_offer_price": q.ask,
            "open_interest": q.open_interest, "iv": round(100 * q.iv, 4), "spot_price": str(w.spot)}  # fmt: skip


def five_paisa(w: World, q: Quote) -> dict[str, Any]:
    return {"CPType": side_of_india(q), "Expiry": f"/Date({dotnet(w, q)}+0530)/", "StrikeRate": q.strike,
            "OpenInterest": q.open_interest, "IV": round(100 * q.iv, 4)}  # fmt: skip


def dotnet(w: World, q: Quote) -> int:
    """Midnight of the expiry in India, in milliseconds: the day before in UTC."""
    return round(dt.datetime.combine(q.expiry, dt.time(0), w.zone).timestamp() * 1000)


def lakhs(w: World, q: Quote) -> dict[str, Any]:
    held = f"{q.open_interest / 1e5:.5f}L" if q.right == "C" else f"{q.open_interest / 1e7:.7f} Cr"
    return {"Symbol": w.symbol, "Expiry": q.expiry.isoformat(), "Strike": q.strike, "Type": q.right,
            "IV": round(100 * q.iv, 4), "OI": held}  # fmt: skip


#: name -> market, file, how it is written, a record, figures it holds, whether it names spot, and the time.
FORMATS: dict[str, tuple[str, str, Callable[[World, Row], str], Row, tuple[str, ...], bool, bool]] = {
    "Alpha Vantage": ("us", "av.json", listed("data"), alpha_vantage, ("iv", *QUOTES, "gamma"), False, False),
    "Alpha Vantage csv": ("us", "av.csv", table, alpha_vantage, ("iv", *QUOTES, "gamma"), False, False),
    "tastytrade": ("us", "tasty.json", listed("data", "items"), tastytrade, ("iv", *QUOTES), False, True),
    "Intrinio": ("us", "intrinio.json", listed("chain"), intrinio, ("iv", "gamma"), False, False),
    "Futu, moomoo": ("us", "futu.csv", table, futu, ("iv", *QUOTES, "gamma"), False, False),
    "TWS": ("us", "tws.csv", table, tws, ("iv", *QUOTES), False, False),
    "Theta v2, pretty time": ("us", "pretty.csv", table, theta_pretty, ("iv", *QUOTES), True, True),
    "French csv": ("us", "chaine.csv", table, french, ("iv",), True, False),
    "Shoonya": ("shares", "shoonya.json", listed("values"), shoonya, ("iv",), False, False),
    "Breeze": ("shares", "breeze.json", listed("Success"), breeze, ("iv", *QUOTES), True, False),
    "5paisa": ("shares", "5paisa.json", listed("body", "Options"), five_paisa, ("iv",), False, False),
    "lakhs and crores": ("shares", "lakhs.csv", table, lakhs, ("iv",), False, False),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_a_chain_reads_the_same_from_each_of_these_too(name: str, tmp_path: Path) -> None:
    market, file, writer, row, figures, spot, timed = FORMATS[name]
    w = world(market, 41)
    chain = chain_of(tmp_path, writer(w, row), file)
    assert_is(w, chain, figures, spot, timed)
    assert chain.currency == ("INR" if market == "shares" else "USD")


def test_pretty_times_that_are_none_leave_the_date(tmp_path: Path) -> None:
    w = world("us", 42)
    chain = chain_of(tmp_path, table(w, lambda w, q: theta_pretty(w, q) | {"ms_of_day": "25:00:00.000"}), "odd.csv")
    assert chain.as_of_from.endswith("no clock time given: 16:00 New York taken")


def test_an_expiry_of_dotnet_without_an_offset_is_the_day_in_utc(tmp_path: Path) -> None:
    w = world("us", 42)
    day = round(dt.datetime.combine(w.expiries[0], dt.time(0), dt.UTC).timestamp() * 1000)
    cells = [["Strike", "Type", "Expiry", "OI"], [100, "C", f"/Date({day})/", 5]]
    assert Chain.from_cells(cells).expiry.astype(object).tolist() == [w.expiries[0]]


def bse(w: World, own: tuple[str, ...] = ("BidPrice", "OfferPrice", "IV", "Open_Interest"), first: str = "C") -> str:
    """BSE's answer: names of the calls begin with C_, those of the puts have no side."""

    def side(q: Quote) -> dict[str, Any]:
        figures = {"BidPrice": q.bid, "OfferPrice": q.ask, "IV": round(100 * q.iv, 4), "Open_Interest": q.open_interest}
        return {("C_" if q.right == first else "") + key: figures[key] for key in own}

    return json.dumps({"Table": [{**side(q), **side(p), "Strike_Price": q.strike} for q, p in w.pairs()]})


def test_columns_without_a_side_beside_those_of_calls_are_of_puts(tmp_path: Path) -> None:
    w = world("india", 43)
    chain = chain_of(tmp_path, bse(w), f"bse-exp-{w.expiries[0]}.json")
    assert len(chain) == len(w.quotes)
    ordered = sorted(w.quotes, key=lambda q: (q.strike, q.right))
    assert chain.open_interest.tolist() == [q.open_interest for q in ordered]
    assert chain.iv.tolist() == pytest.approx([q.iv for q in ordered])
    assert "columns without a side, such as Open_Interest, are those of puts" in chain.notes


def test_a_lone_open_interest_beside_that_of_calls_may_be_the_sum(tmp_path: Path) -> None:
    w = world("india", 43)
    with pytest.raises(BadInput, match="calls is C_Open_Interest, and Open_Interest may be of puts or of both"):
        chain_of(tmp_path, bse(w, ("Open_Interest",)), f"bse-exp-{w.expiries[0]}.json")


@pytest.mark.parametrize(("month", "day"), [("202404", 17), ("202404W1", 3), ("202404W5", None), ("202404F4", 26)])
def test_months_and_weeks_of_taiwan_are_days(month: str, day: int | None) -> None:
    cells = [["契約", "到期月份(週別)", "履約價", "買賣權", "未沖銷契約數"], ["TXO", month, 20_000, "買權", 10]]
    wanted = dt.date(2024, 4, day) if day else dt.date(2024, 5, 1)
    chain = Chain.from_cells(cells)
    assert chain.expiry.astype(object).tolist() == [wanted]
    assert (chain.currency, chain.product.multiplier) == ("TWD", 50)


@pytest.mark.parametrize("month", ["202413", "soon"])
def test_what_is_no_month_of_taiwan_is_refused(month: str) -> None:
    cells = [["契約", "到期月份(週別)", "履約價", "買賣權", "未沖銷契約數"], ["TXO", month, 20_000, "買權", 10]]
    with pytest.raises(BadInput, match="expected a date"):
        Chain.from_cells(cells)


@pytest.mark.parametrize(("scale", "word"), [(1000, "thousandths"), (100, "hundredths")])
def test_strikes_are_made_of_the_size_of_a_spot_that_is_given(scale: int, word: str) -> None:
    w = world("us", 44)
    body = [[q.root, q.expiry.isoformat(), q.strike * scale, q.right, q.iv, q.open_interest] for q in w.quotes]
    chain = Chain.from_cells([["root", "expiration", "strike", "right", "iv", "oi"], *body])
    found = prepare(chain, w.spot, w.quoted)
    assert sorted(found.chain.strike.tolist()) == pytest.approx(sorted(q.strike for q in w.quotes))
    assert f"strikes are in {word}, as the spot that is given says; divided by {scale}" in found.chain.notes
    assert prepare(chain, w.spot, w.quoted) is found
    assert prepare(chain, w.spot * scale, w.quoted).chain is chain


def plainly(root: str, column: str = "Root", **more: object) -> Chain:
    row = [root, "2024-06-28", "call", 100, 0.2, 10, *more.values()]
    return Chain.from_cells([[column, "Expiry", "Type", "Strike", "IV", "OI", *more], row])


@pytest.mark.parametrize(
    ("root", "units"), [("ES", 50), ("LO", 1000), ("OG", 100), ("SR3", 2500), ("ZS", 50), ("OZN", 1000)]
)
@pytest.mark.parametrize("column", ["Root", "Product", "Ticker"])
def test_a_future_has_its_point_value_and_the_stock_of_that_name_is_spoken_of(
    root: str, units: float, column: str
) -> None:
    chain = plainly(root, column)
    assert multipliers(chain, Settings()).tolist() == [units]
    assert any(" is read as the future of CME" in note for note in chain.notes)


def test_the_symbol_of_an_option_tells_the_stock_from_the_future() -> None:
    cells = [["Symbol", "IV", "OI"], ["ZS240621C00200000", 0.4, 10]]
    chain = Chain.from_cells(cells)
    assert multipliers(chain, Settings()).tolist() == [100]
    assert not any("is read as the future" in note for note in chain.notes)


def test_an_index_that_one_market_lists_tells_the_market() -> None:
    assert plainly("BANKNIFTY").venue == "NSE"
    assert plainly("SPX").venue == ""
    assert Chain.from_cells([["Symbol", "OI"], ["DAX240621C00030000", 10]]).currency == "USD"


def test_a_symbol_beside_two_sides_names_the_underlying_and_its_market() -> None:
    w = world("shares", 48)
    body = [[w.symbol, q.expiry.isoformat(), f"{q.open_interest / 1e5:.5f}L", q.strike, p.open_interest]
            for q, p in w.pairs()]  # fmt: skip
    chain = Chain.from_cells([["Symbol", "Expiry", "Call OI", "Strike", "Put OI"], *body])
    assert (chain.symbol, chain.venue, chain.product.multiplier) == (w.symbol, "NSE", 1)
    assert chain.open_interest.sum() == sum(q.open_interest for q in w.quotes)


def test_a_figure_with_a_point_is_no_name_of_a_column() -> None:
    """2.87 ends in a field tag of Interactive Brokers: a row of figures is no header."""
    w = world("us", 45)
    body = [[q.occ, 2.87, "x"] for q in w.quotes]
    with pytest.raises(BadInput, match="missing: open interest"):
        Chain.from_cells([["Contract", "Price", "Remark"], *body])
    with pytest.raises(BadInput, match="missing: open interest"):
        Chain.from_cells([["Contract", "Price", "Remark"], *[[row[0], "87", "x"] for row in body]])


def test_two_tickers_with_equal_lists_are_two_underlyings(tmp_path: Path) -> None:
    w = world("us", 46)
    one = {"options": [{"expiry": "2024-06-21", "strike": q.strike, "type": q.word, "iv": q.iv,
                        "open_interest": q.open_interest} for q in w.quotes if q.expiry == w.expiries[0]]}  # fmt: skip
    with pytest.raises(BadInput, match="AAPL, MSFT"):
        chain_of(tmp_path, json.dumps({"AAPL": one, "MSFT": one}), "two.json")


def test_remarks_beside_the_one_table_of_an_archive_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "one.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("README.txt", "read me")
        archive.writestr("chain.csv", table(world("us", 47), alpha_vantage))
    assert len(Chain.from_file(path)) == 36


@pytest.mark.parametrize(
    "cell", ["20240522 143236", "20240522T143236", "20240522_143236", "20240522143236", 20240522143236]
)
def test_a_time_without_marks_is_heard(cell: object) -> None:
    chain = plainly("QZX", **{"Quote time": cell})
    assert chain.as_of == dt.datetime(2024, 5, 22, 14, 32, 36, tzinfo=ZoneInfo("America/New_York"))


def test_a_time_without_marks_may_name_its_zone_and_must_be_one() -> None:
    assert plainly("QZX", **{"Quote time": "20240522 143236 UTC"}).as_of == dt.datetime(
        2024, 5, 22, 14, 32, 36, tzinfo=dt.UTC
    )
    with pytest.raises(BadInput, match='"256000" in "20240522 256000" is no time of day'):
        plainly("QZX", **{"Quote time": "20240522 256000"})


def test_other_names_of_spot_and_of_a_product_are_heard() -> None:
    for name in ("active_underlying_price", "implied_underlying_price"):
        assert plainly("QZX", **{name: 101.5}).spot == 101.5
    assert plainly("ODAX", "Product ID", Currency="EUR").product.multiplier == 5
