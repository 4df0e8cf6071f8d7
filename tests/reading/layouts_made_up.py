"""The same made-up contracts as every feed would write them, locale by locale."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from tests.reading.made_up import Contract

SPOT = 105.25
QUOTED = dt.datetime(2024, 1, 8, 15, 30, tzinfo=dt.UTC)  # 10:30 in New York, 16:30 in Berlin
Book = Sequence[Contract]
Cells = list[list[object]]


def pairs(book: Book) -> list[tuple[Contract | None, Contract | None]]:
    """Calls and puts of one root, expiry and strike beside each other."""
    keys = list(dict.fromkeys((c.root, c.expiry, c.strike) for c in book))
    found = {(c.root, c.expiry, c.strike, c.right): c for c in book}
    return [(found.get((*key, "C")), found.get((*key, "P"))) for key in keys]


def cboe_table(book: Book) -> Cells:
    """The quote table of cboe.com: preamble, Calls, Strike, Puts."""
    side = ["Last Sale", "Net", "Bid", "Ask", "Volume", "IV", "Delta", "Gamma", "Open Interest"]

    def half(c: Contract | None) -> list[object]:
        return [None] * 10 if c is None else [c.occ, 1, 0, c.bid, c.ask, c.volume, c.iv, None, c.gamma, c.open_interest]

    rows = []
    for call, put in pairs(book):
        some = call or put
        assert some is not None
        rows.append([f"{some.expiry:%a %b %d %Y}", *half(call), some.strike, *half(put)])
    return [
        ["ZZX HOLDINGS", f"Last: {SPOT}", "Change: 1.5"],
        ["Date: January 8, 2024 at 10:30 AM EST", "Bid: 104.1", "Ask: 106.2", "Size: 1*1", "Volume: 1,265,377"],
        ["Expiration Date", "Calls", *side, "Strike", "Puts", *side],
        *rows,
    ]


def tidy(book: Book, names: Sequence[str] = ()) -> Cells:
    """One contract per row, spot and quote time in columns."""
    header = ["Symbol", "Expiry", "Type", "Strike", "IV", "Open Interest", "Gamma", "Bid", "Ask", "Volume",
              "Underlying Price", "Quote Time"]  # fmt: skip
    rows: Cells = [
        [c.occ, c.expiry.isoformat(), "call" if c.right == "C" else "put", c.strike, c.iv, c.open_interest, c.gamma,
         c.bid, c.ask, c.volume, SPOT, "2024-01-08 10:30"]
        for c in book
    ]  # fmt: skip
    return [list(names or header), *rows]


def yahoo(book: Book) -> Cells:
    """yfinance's columns."""
    header = ["contractSymbol", "strike", "bid", "ask", "volume", "openInterest", "impliedVolatility", "gamma",
              "contractSize", "expiration", "stockPrice", "date"]  # fmt: skip
    return [
        header,
        *(
            [c.occ, c.strike, c.bid, c.ask, c.volume, c.open_interest, c.iv, c.gamma, "REGULAR", c.expiry.isoformat(),
             SPOT, "2024-01-08 10:30"]
            for c in book
        ),
    ]  # fmt: skip


def sided(book: Book) -> Cells:
    """Names that hold the side, as OptionsDX has them, with open interest."""
    fields = ("BID", "ASK", "VOLUME", "IV", "GAMMA", "OI", "SYMBOL")
    header = ["[QUOTE_READTIME]", "[UNDERLYING_LAST]", "[EXPIRE_DATE]", *(f"[C_{f}]" for f in fields), "[STRIKE]",
              *(f"[P_{f}]" for f in fields)]  # fmt: skip

    def half(c: Contract | None) -> list[object]:
        return [None] * 7 if c is None else [c.bid, c.ask, c.volume, c.iv, c.gamma, c.open_interest, c.occ]

    rows = []
    for call, put in pairs(book):
        some = call or put
        assert some is not None
        day = some.expiry.isoformat()
        rows.append(["2024-01-08 10:30", SPOT, day, *half(call), some.strike, *half(put)])
    return [header, *rows]


def thinkorswim(book: Book) -> Cells:
    """The export of an option chain: underlying first, then one section per expiry, calls left and puts right."""
    side = ["Impl Vol", "Gamma", "Volume", "Open.Int"]
    quote = ["BID", "BX", "ASK", "AX"]
    out: Cells = [
        ["Stock quote and option quote for ZZX on 1/8/24 10:30:00"],
        [],
        ["UNDERLYING"],
        ["LAST", "LX", "Net Chng", "BID", "BX", "ASK", "AX", "Size", "Volume", "Open", "High", "Low"],
        [str(SPOT), "Q", "+1.50", "104.10", "P", "106.20", "Q", "3 x 5", "1,265,377", "103.9", "106.0", "103.1"],
        [],
    ]

    def half(c: Contract | None) -> list[object]:
        if c is None:
            return ["<empty>"] * 4
        return [f"{100 * c.iv:.10f}%", repr(c.gamma), f"{c.volume:,}", f"{c.open_interest:,}"]

    def quotes(c: Contract | None) -> list[object]:
        return ["<empty>"] * 4 if c is None else [f"{c.bid}".removeprefix("0"), "Q", f"{c.ask}".removeprefix("0"), "C"]

    listed = pairs(book)
    for day in dict.fromkeys(c.expiry for c in book):
        words = f"{day.day} {day:%b %y}".upper()
        out += [[f"{words}  (11)  100"], ["", "", *side, *quote, "Exp", "Strike", *quote, *side, "", ""]]
        for call, put in listed:
            some = call or put
            if some is not None and some.expiry == day:
                strike = f"{some.strike:,.3f}".rstrip("0").removesuffix(".")
                out.append(["", "", *half(call), *quotes(call), words, strike, *quotes(put), *half(put), "", ""])
        out.append([])
    return out


def schwab(book: Book) -> str:
    """Schwab's GET /chains, which is TD Ameritrade's."""
    maps: dict[str, Any] = {"callExpDateMap": {}, "putExpDateMap": {}}
    for c in book:
        strikes = maps["callExpDateMap" if c.right == "C" else "putExpDateMap"].setdefault(f"{c.expiry}:11", {})
        strikes[str(c.strike)] = [
            {
                "putCall": "CALL" if c.right == "C" else "PUT", "symbol": f"{c.root:<6}{c.occ[len(c.root):]}",
                "bid": c.bid, "ask": c.ask, "totalVolume": c.volume, "quoteTimeInLong": 1704727800000,
                "volatility": 100 * c.iv, "delta": -999.0, "gamma": c.gamma, "openInterest": c.open_interest,
                "strikePrice": c.strike, "expirationDate": 1705698000000, "daysToExpiration": 11, "multiplier": 100,
                "settlementType": "P", "nonStandard": False, "optionDeliverablesList": None,
            }
        ]  # fmt: skip
    head = {"symbol": "ZZX", "status": "SUCCESS", "underlying": None, "strategy": "SINGLE", "underlyingPrice": SPOT}
    return json.dumps({**head, "volatility": 29.0, "numberOfContracts": len(book), **maps})


def tradier(book: Book) -> str:
    """Tradier's GET /v1/markets/options/chains with greeks."""
    options = [
        {
            "symbol": c.occ, "description": "ZZX", "exch": "Z", "type": "option", "last": None, "volume": c.volume,
            "trade_date": 0, "bid": c.bid, "bidsize": 1, "bid_date": 1704727800000, "ask": c.ask, "asksize": 1,
            "ask_date": 1704727799000, "open_interest": c.open_interest, "underlying": "ZZX", "strike": c.strike,
            "contract_size": 100, "expiration_date": c.expiry.isoformat(), "expiration_type": "standard",
            "option_type": "call" if c.right == "C" else "put", "root_symbol": c.root,
            "greeks": {"delta": None, "gamma": c.gamma, "bid_iv": 0.0, "mid_iv": c.iv, "ask_iv": 0.0,
                       "smv_vol": 0.3, "updated_at": "2024-01-08 14:00:00"},
        }
        for c in book
    ]  # fmt: skip
    return json.dumps({"options": {"option": options if len(options) != 1 else options[0]}})


def brokers(book: Book) -> str:
    """Tickers of Interactive Brokers' TWS API: contract, quotes and the model's greeks."""
    return json.dumps(
        [
            {
                "contract": {
                    "secType": "OPT", "symbol": "ZZX", "right": c.right, "strike": c.strike, "multiplier": "100",
                    "lastTradeDateOrContractMonth": f"{c.expiry:%Y%m%d}", "tradingClass": c.root,
                    "localSymbol": f"{c.root:<6}{c.occ[len(c.root):]}",
                },
                "time": "2024-01-08 15:30:00+00:00", "bid": c.bid, "ask": c.ask, "volume": c.volume,
                "callOpenInterest": c.open_interest if c.right == "C" else 0,
                "putOpenInterest": c.open_interest if c.right == "P" else 0,
                "bidGreeks": {"impliedVol": 9.0, "delta": 9.0, "gamma": 9.0, "undPrice": 9.0},
                "modelGreeks": {"impliedVol": c.iv, "delta": None, "gamma": c.gamma, "undPrice": SPOT},
            }
            for c in book
        ]
    )  # fmt: skip


def web_api(book: Book) -> str:
    """Interactive Brokers' Web API: contracts of /iserver/secdef/info with the fields of a snapshot by tag."""
    return json.dumps(
        [
            {
                "conid": 1, "symbol": "ZZX", "right": c.right, "strike": c.strike, "maturityDate": f"{c.expiry:%Y%m%d}",
                "multiplier": "100", "tradingClass": c.root, "84": str(c.bid), "86": str(c.ask), "87": str(c.volume),
                "7309": str(c.gamma), "7633": f"{100 * c.iv:.10f}%", "7638": str(c.open_interest),
                "underlyingPrice": SPOT, "timestamp": 1704727800000,
            }
            for c in book
        ]
    )  # fmt: skip


CELLS = {"cboe": cboe_table, "tidy": tidy, "yahoo": yahoo, "sided": sided, "thinkorswim": thinkorswim}
FILES = {"schwab": schwab, "tradier": tradier, "brokers": brokers, "web api": web_api}


def csv_text(cells: Cells, mark: str = ",") -> str:
    """Cells as delimited text, quoted where they must be."""

    def written(cell: object) -> str:
        word = "" if cell is None else str(cell)
        return f'"{word}"' if mark in word or '"' in word else word

    return "".join(mark.join(map(written, row)) + "\n" for row in cells)
