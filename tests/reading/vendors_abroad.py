"""Priced chains of India, Hong Kong, Germany and coins as exchanges, brokers and collectors write them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.reading.priced import Quote, World
from tests.reading.vendors_us import PRICES, text

MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()


def indian(value: float, digits: int = 0) -> str:
    """1,05,483.00: groups of two above the thousands."""
    whole, _, rest = f"{value:.{digits}f}".partition(".")
    head, tail = whole[:-3], whole[-3:]
    groups = []
    while head:
        groups.append(head[-2:])
        head = head[:-2]
    return ",".join([*reversed(groups), tail]) + (f".{rest}" if rest else "")


def nse_csv(w: World) -> str:
    """The download of the option chain page: a line of titles, figures in Indian groups, - for none."""
    side = ["OI", "CHNG IN OI", "VOLUME", "IV", "LTP", "CHNG", "BID QTY", "BID", "ASK", "ASK QTY"]
    header = ["", *side, "STRIKE", *side[6:], "CHNG", "LTP", "IV", "VOLUME", "CHNG IN OI", "OI", ""]

    def left(q: Quote) -> list[object]:
        return [indian(q.open_interest), "-", indian(q.volume), f"{100 * q.iv:.2f}", "-", "-", 35, indian(q.bid, 2),
                indian(q.ask, 2), 70]  # fmt: skip

    def other(q: Quote) -> list[object]:
        return [35, indian(q.bid, 2), indian(q.ask, 2), 70, "-", "-", f"{100 * q.iv:.2f}", indian(q.volume), "-",
                indian(q.open_interest)]  # fmt: skip

    rows = [["", *left(c), indian(c.strike, 2), *other(p), ""] for c, p in w.pairs()]
    return text([["CALLS", "", "PUTS"], header, *rows])


def nse_api(w: World) -> str:
    """records.data holds all, filtered.data a part of it once more."""

    def side(q: Quote) -> dict[str, object]:
        return {
            "strikePrice": q.strike, "expiryDate": f"{q.expiry:%d-%b-%Y}", "underlying": w.symbol,
            "identifier": f"OPTIDX{w.symbol}{q.expiry:%d-%m-%Y}{q.right}E{q.strike:.2f}", "openInterest": q.open_interest,
            "changeinOpenInterest": 4, "pchangeinOpenInterest": 1.5, "totalTradedVolume": q.volume,
            "impliedVolatility": 100 * q.iv, "lastPrice": q.bid, "change": 0, "pChange": 0, "totalBuyQuantity": 90,
            "totalSellQuantity": 60, "bidQty": 30, "bidprice": q.bid, "askQty": 60, "askPrice": q.ask,
            "underlyingValue": w.spot,
        }  # fmt: skip

    data = [
        {"strikePrice": c.strike, "expiryDate": f"{c.expiry:%d-%b-%Y}", "CE": side(c), "PE": side(p)}
        for c, p in w.pairs()
    ]
    inner = {"expiryDates": [f"{day:%d-%b-%Y}" for day in w.expiries], "data": data, "underlyingValue": w.spot,
             "timestamp": f"{w.local:%d-%b-%Y %H:%M:%S}", "strikePrices": [c.strike for c, _ in w.pairs()]}  # fmt: skip
    total = {"totOI": 1, "totVol": 2}
    return json.dumps({"records": inner, "filtered": {"data": data[:5], "CE": total, "PE": total}})


def bse_csv(w: World) -> str:
    """BSE's derivatives chain: the same shape, names in words."""
    side = ["Chg in OI", "Open Interest", "Volume", "IV", "LTP", "Bid Price", "Ask Price"]
    names = [f"Call {name}" for name in side] + ["Strike Price"] + [f"Put {name}" for name in side]

    def half(q: Quote) -> list[object]:
        return ["-", indian(q.open_interest), indian(q.volume), f"{100 * q.iv:.2f}", "-", q.bid, q.ask]

    rows = [[*half(c), indian(c.strike, 2), *half(p)] for c, p in w.pairs()]
    return text([[f"SENSEX option chain, expiry {w.expiries[0]:%d %b %Y}"], names, *rows])


def kite(w: World) -> str:
    """Instruments beside quotes: lot size, open interest in shares."""
    day = w.expiries[0]
    return text(
        [["tradingsymbol", "instrument_token", "expiry", "strike", "instrument_type", "lot_size", "last_price",
          "volume", "oi", "bid", "ask"]]
        + [
            [f"{w.symbol}{day:%y}{MONTHS[day.month - 1]}{q.strike:.0f}{q.right}E", 9000 + i, q.expiry.isoformat(),
             q.strike, f"{q.right}E", 30, 0, q.volume, q.open_interest, q.bid, q.ask]
            for i, q in enumerate(w.quotes)
        ]
    )  # fmt: skip


def upstox(w: World) -> str:
    """call_options and put_options of each strike, their figures a level deeper; iv in percent."""

    def side(q: Quote) -> dict[str, object]:
        return {
            "instrument_key": "NSE_FO|51", "market_data": {"ltp": q.bid, "volume": q.volume, "oi": q.open_interest,
            "close_price": q.ask, "bid_price": q.bid, "bid_qty": 30, "ask_price": q.ask, "ask_qty": 60, "prev_oi": 5},
            "option_greeks": {"vega": 1.0, "theta": -1.0, "gamma": q.gamma, "delta": q.delta, "iv": 100 * q.iv,
                              "pop": 40.1},
        }  # fmt: skip

    data = [
        {"expiry": c.expiry.isoformat(), "pcr": 0.9, "strike_price": c.strike, "underlying_key": "NSE_INDEX|Nifty Bank",
         "underlying_spot_price": w.spot, "call_options": side(c), "put_options": side(p)}
        for c, p in w.pairs()
    ]  # fmt: skip
    return json.dumps({"status": "success", "data": data})


def dhan(w: World) -> str:
    """Strikes as keys with six decimals, ce and pe below; the expiry was asked for and is not in the answer."""

    def side(q: Quote) -> dict[str, object]:
        return {
            "greeks": {"delta": q.delta, "theta": -1.1, "gamma": q.gamma, "vega": 1.2}, "implied_volatility": 100 * q.iv,
            "last_price": q.bid, "oi": q.open_interest, "previous_close_price": 1, "previous_oi": 402220,
            "previous_volume": 31931705, "top_ask_price": q.ask, "top_ask_quantity": 1075, "top_bid_price": q.bid,
            "top_bid_quantity": 50, "volume": q.volume,
        }  # fmt: skip

    chain = {f"{c.strike:.6f}": {"ce": side(c), "pe": side(p)} for c, p in w.pairs()}
    return json.dumps({"data": {"last_price": w.spot, "oc": chain}, "status": "success"})


def nubra(w: World) -> str:
    """Calls and puts in lists of their own; prices, strikes and spot in paise."""

    def side(q: Quote) -> dict[str, object]:
        return {"inst_id": 7, "ts": w.epoch(10**9), "sp": round(q.strike * 100), "ls": 30, "ltp": round(q.bid * 100),
                "iv": q.iv, "delta": q.delta, "gamma": q.gamma, "theta": 0, "vega": 0, "oi": q.open_interest,
                "volume": q.volume}  # fmt: skip

    chain: dict[str, Any] = {"asset": w.symbol, "expiry": f"{w.expiries[0]:%Y%m%d}", "atm": 1,
                             "cp": round(w.spot * 100)}  # fmt: skip
    for right in "CP":
        chain[right.lower() + "e"] = [side(q) for q in w.quotes if q.right == right]
    return json.dumps({"chain": chain, "message": "option chain", "exchange": "NSE"})


def angel(w: World) -> str:
    """Instruments beside quotes: strikes in paise; 27FEB25 in a name could be of 2027."""
    day = w.expiries[0]
    return json.dumps(
        [
            {"token": "58662", "symbol": f"{w.symbol}{day.day:02}{MONTHS[day.month - 1]}{day:%y}{q.strike:.0f}{q.right}E",
             "name": w.symbol, "expiry": f"{day.day:02}{MONTHS[day.month - 1]}{day.year}", "lotsize": "30",
             "strike": f"{q.strike * 100:.6f}", "instrumenttype": "OPTIDX", "exch_seg": "NFO", "tick_size": "5.000000",
             "ltp": q.bid, "opnInterest": q.open_interest, "tradeVolume": q.volume,
             "exchFeedTime": f"{w.local:%d-%b-%Y %H:%M:%S}"}
            for q in w.quotes
        ]
    )  # fmt: skip


def fyers(w: World) -> str:
    """NSE:BANKNIFTY25FEB51900CE; the underlying stands first among the options, with strike -1."""
    day = w.expiries[0]
    options: list[dict[str, object]] = [
        {"symbol": "NSE:NIFTYBANK-INDEX", "strike_price": -1, "option_type": "", "ltp": w.spot, "ltpch": 0.1,
         "exchange": "NSE", "ex_symbol": w.symbol, "fyToken": "1", "fp": w.spot}
    ]  # fmt: skip
    options += [
        {"symbol": f"NSE:{w.symbol}{day:%y}{MONTHS[day.month - 1]}{q.strike:.0f}{q.right}E", "strike_price": q.strike,
         "option_type": f"{q.right}E", "ltp": q.bid, "bid": q.bid, "ask": q.ask, "oi": q.open_interest, "oich": 0,
         "volume": q.volume, "prev_oi": 3, "fyToken": "2"}
        for q in w.quotes
    ]  # fmt: skip
    expiries = [{"date": f"{day:%d-%m-%Y}", "expiry": str((day.toordinal() - 719_163) * 86_400 + 36_000)}]
    return json.dumps({"code": 200, "s": "ok", "data": {"callOi": 1, "putOi": 2, "expiryData": expiries,
                                                         "optionsChain": options}})  # fmt: skip


def bybit(w: World, settled: str = "") -> list[dict[str, str]]:
    return [
        {
            "symbol": f"{w.symbol}-{q.expiry.day}{MONTHS[q.expiry.month - 1]}{q.expiry:%y}-{q.strike:.0f}-{q.right}{settled}",
            "bid1Price": str(q.bid), "bid1Size": "2.1", "bid1Iv": f"{q.iv - 0.01:.4f}", "ask1Price": str(q.ask),
            "ask1Size": "0.9", "ask1Iv": f"{q.iv + 0.01:.4f}", "lastPrice": "0", "highPrice24h": "0", "lowPrice24h": "0",
            "markPrice": str(q.bid), "indexPrice": str(w.spot), "markIv": str(q.iv), "underlyingPrice": str(q.forward),
            "openInterest": str(q.open_interest), "turnover24h": "0", "volume24h": "0.3", "totalVolume": "12",
            "totalTurnover": "900", "delta": str(q.delta), "gamma": f"{q.gamma:.10f}", "vega": "1", "theta": "-1",
            "predictedDeliveryPrice": "0", "change24h": "0",
        }
        for q in w.quotes
    ]  # fmt: skip


def bybit_json(w: World) -> str:
    return json.dumps({"retCode": 0, "retMsg": "SUCCESS", "result": {"category": "option", "list": bybit(w)},
                       "retExtInfo": {}, "time": w.epoch(1000)})  # fmt: skip


def bybit_usdt(w: World) -> str:
    listed = bybit(w, "-USDT")
    return text([list(listed[0]), *(list(entry.values()) for entry in listed)])


def okx(w: World) -> str:
    """opt-summary and open-interest merged: `oi` in contracts of a tenth of an ether, `oiCcy` in ether."""
    return json.dumps(
        {"code": "0", "msg": "", "data": [
            {"instType": "OPTION", "instId": f"{w.symbol}-USD-{q.expiry:%y%m%d}-{q.strike:.0f}-{q.right}",
             "uly": f"{w.symbol}-USD", "delta": "0.1", "gamma": "0.1", "vega": "0", "theta": "0",
             "deltaBS": str(q.delta), "gammaBS": f"{q.gamma:.10f}", "vegaBS": "1", "thetaBS": "-1", "lever": "4",
             "markVol": str(q.iv), "bidVol": f"{q.iv - 0.01:.4f}", "askVol": f"{q.iv + 0.01:.4f}", "realVol": "0",
             "volLv": "0.5", "fwdPx": str(q.forward), "ts": str(w.epoch(1000)),
             "oi": str(round(q.open_interest * 10)), "oiCcy": str(q.open_interest), "oiUsd": "1"}
            for q in w.quotes]}
    )  # fmt: skip


def binance(w: World) -> str:
    """mark, ticker and openInterest merged by symbol."""
    return json.dumps(
        [
            {"symbol": f"{w.symbol}-{q.expiry:%y%m%d}-{q.strike:.0f}-{q.right}", "markPrice": str(q.bid),
             "bidIV": f"{q.iv - 0.01:.4f}", "askIV": f"{q.iv + 0.01:.4f}", "markIV": str(q.iv), "delta": str(q.delta),
             "gamma": f"{q.gamma:.10f}", "theta": "-1", "vega": "1", "highPriceLimit": "9999", "lowPriceLimit": "1",
             "bidPrice": str(q.bid), "askPrice": str(q.ask), "strikePrice": f"{q.strike:.8f}", "volume": "0.4",
             "exercisePrice": str(w.spot), "sumOpenInterest": str(q.open_interest), "sumOpenInterestUsd": "5",
             "timestamp": str(w.epoch(1000))}
            for q in w.quotes
        ]
    )  # fmt: skip


def deribit_name(w: World, q: Quote) -> str:
    return f"{w.symbol}-{q.expiry.day}{MONTHS[q.expiry.month - 1]}{q.expiry:%y}-{q.strike:.0f}-{q.right}"


def deribit(w: World) -> str:
    """Book summaries: iv in percent, prices in coin."""
    return json.dumps(
        {"jsonrpc": "2.0", "usIn": 1, "usOut": 2, "result": [
            {"instrument_name": deribit_name(w, q), "base_currency": w.symbol, "quote_currency": w.symbol,
             "open_interest": q.open_interest, "mark_iv": 100 * q.iv, "bid_price": q.bid / q.forward,
             "ask_price": q.ask / q.forward, "mark_price": 0.1, "mid_price": None, "last": 0.02, "low": None,
             "high": None, "volume": 1.5, "volume_usd": 900.0, "price_change": None, "interest_rate": 0.0,
             "underlying_price": q.forward, "underlying_index": "ETH-29NOV24", "estimated_delivery_price": w.spot,
             "creation_timestamp": w.epoch(1000)}
            for q in w.quotes]}
    )  # fmt: skip


def deribit_collected(w: World) -> str:
    """A collector's csv: iv already decimal, prices in dollars."""
    return text(
        [["timestamp", "instrument_name", "mark_iv", "open_interest", "underlying_price", "index_price", "bid", "ask"]]
        + [
            [
                f"{w.quoted:%Y-%m-%d %H:%M:%S}",
                deribit_name(w, q),
                q.iv,
                q.open_interest,
                q.forward,
                w.spot,
                q.bid,
                q.ask,
            ]
            for q in w.quotes
        ]
    )


def tardis(w: World) -> str:
    """options_chain of a whole exchange: epochs in microseconds, iv in percent, and an older quote of each contract."""
    header = (
        "exchange,symbol,timestamp,local_timestamp,type,strike_price,expiration,open_interest,last_price,bid_price,"
        "bid_amount,bid_iv,ask_price,ask_amount,ask_iv,mark_price,mark_iv,underlying_index,underlying_price,delta,gamma,"
        "vega,theta,rho"
    ).split(",")

    def row(q: Quote, before: int) -> list[object]:
        ends = round((q.expiry.toordinal() - 719_163) * 86_400 + 8 * 3600) * 10**6
        at = w.epoch(10**6) - before
        return ["deribit", deribit_name(w, q), at, at + 87, q.word, q.strike, ends, q.open_interest + before / 10**6, "",
                q.bid / q.forward, 3, 100 * q.iv - 1, q.ask / q.forward, 5, 100 * q.iv + 1, 0.1, 100 * q.iv, "SYN.ETH",
                q.forward, q.delta, q.gamma, 0, 0, 0]  # fmt: skip

    return text([header, *(row(q, 60 * 10**6) for q in w.quotes), *(row(q, 0) for q in w.quotes)])


def delta_exchange(w: World) -> str:
    """Rights first in the names; open interest in coin as `oi`."""
    return json.dumps(
        {"success": True, "result": [
            {"symbol": f"{q.right}-{w.symbol}-{q.strike:.0f}-{q.expiry:%d%m%y}", "contract_type": f"{q.word}_options",
             "strike_price": f"{q.strike:.0f}", "underlying_asset_symbol": w.symbol, "spot_price": str(w.spot),
             "oi": str(q.open_interest), "oi_contracts": str(round(q.open_interest * 1000)), "oi_value": "12345",
             "oi_value_usd": "12345", "mark_vol": str(q.iv), "mark_price": str(q.bid), "contract_value": "0.001",
             "greeks": {"delta": str(q.delta), "gamma": f"{q.gamma:.10f}", "rho": "0", "theta": "-1", "vega": "1",
                        "spot": str(w.spot)},
             "quotes": {"best_ask": str(q.ask), "best_bid": str(q.bid), "ask_iv": f"{q.iv + 0.01:.4f}", "ask_size": "9",
                        "bid_iv": f"{q.iv - 0.01:.4f}", "bid_size": "8", "mark_iv": str(q.iv)},
             "timestamp": w.epoch(10**6), "time": f"{w.quoted:%Y-%m-%dT%H:%M:%SZ}", "volume": 0.3, "close": 1.0}
            for q in w.quotes]}
    )  # fmt: skip


def hkex(w: World) -> str:
    """The daily table in Chinese: calls left of the strike, puts right; iv in whole percent."""
    left = [
        "開市",
        "高",
        "低",
        "收市",
        "價位增減",
        "IV",
        "成交增減",
        "上日成交",
        "成交",
        "未平倉增減",
        "上日未平倉",
        "未平倉",
    ]
    rows = [
        [0, 0, 0, c.ask, "+3", f"{100 * c.iv:.0f}", 1, 2, c.volume, 4, 5, c.open_interest, f"{c.strike:.0f}",
         p.open_interest, 5, 4, p.volume, 2, 1, f"{100 * p.iv:.0f}", "-7", p.ask, 0, 0, 0]
        for c, p in w.pairs()
    ]  # fmt: skip
    return text([[f"Expiry: {w.expiries[0].isoformat()}"], [*left, "行使價", *reversed(left)], *rows])


def eurex(w: World) -> str:
    """A table of an analyst: the product, its currency and point value in columns."""
    return text(
        [["product", "expiry", "strike", "type", "iv", "open interest", "bid", "ask", "multiplier", "currency",
          "underlying price", "quote time"]]
        + [
            ["ODAX", q.expiry.isoformat(), q.strike, q.word, q.iv, q.open_interest, q.bid, q.ask, 5, "EUR", w.spot,
             w.local.isoformat()]
            for q in w.quotes
        ]
    )  # fmt: skip


Abroad = tuple[str, str, Callable[[World], str], tuple[str, ...], bool, bool, str, str]
GREEKS = ("gamma", "delta")
#: name -> market of the world, file, writer, figures, whether it says spot and moment, venue, currency.
FORMATS: dict[str, Abroad] = {
    "NSE csv": ("india", "option-chain-ED-BANKNIFTY-27-Feb-2025.csv", nse_csv, ("iv", *PRICES, "volume"), False, False,
                "NSE", "INR"),
    "NSE API": ("india", "chain.json", nse_api, ("iv", *PRICES, "volume"), True, True, "NSE", "INR"),
    "Kite": ("shares", "dump.csv", kite, (*PRICES, "volume"), False, False, "NSE", "INR"),
    "Upstox": ("shares", "upstox.json", upstox, ("iv", *PRICES, *GREEKS), True, False, "NSE", "INR"),
    "Dhan": ("shares", "dhan-exp-2025-02-27.json", dhan, ("iv", *PRICES, *GREEKS), True, False, "NSE", "INR"),
    "Nubra": ("shares", "nubra.json", nubra, ("iv", *GREEKS), True, True, "NSE", "INR"),
    "Angel": ("shares", "angel.json", angel, ("volume",), False, True, "NSE", "INR"),
    "Fyers": ("shares", "fyers.json", fyers, (*PRICES, "volume"), False, False, "NSE", "INR"),
    "Bybit": ("coin", "bybit.json", bybit_json, ("iv", *PRICES, *GREEKS), True, False, "Bybit", "USD"),
    "Bybit USDT": ("coin", "bybit.csv", bybit_usdt, ("iv", *PRICES, *GREEKS), True, False, "Bybit", "USD"),
    "OKX": ("coin", "okx.json", okx, ("iv", *GREEKS), False, True, "OKX", "USD"),
    "Binance": ("coin", "binance.json", binance, ("iv", *PRICES, *GREEKS), False, True, "Binance", "USD"),
    "Deribit": ("coin", "deribit.json", deribit, ("iv", *PRICES), True, True, "Deribit", "USD"),
    "Deribit collected": ("coin", "deribit.csv", deribit_collected, ("iv", *PRICES), True, True, "Deribit", "USD"),
    "Tardis": ("coin", "tardis.csv", tardis, ("iv", *PRICES, *GREEKS), False, True, "Deribit", "USD"),
    "Delta Exchange": ("delta", "delta.json", delta_exchange, ("iv", *PRICES, *GREEKS), True, True, "Delta Exchange",
                       "USD"),
    "HKEX": ("hong kong", "hsi.csv", hkex, ("volume",), False, False, "HKEX", "HKD"),
    "Eurex": ("germany", "odax.csv", eurex, ("iv", *PRICES), True, True, "Eurex", "EUR"),
}  # fmt: skip
