"""A priced chain of US options as vendors write it: each vendor's own documentation defines its fields."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from tests.reading.priced import Quote, World

Written = str | bytes
PRICES = ("bid", "ask")
ALL = ("iv", *PRICES, "gamma", "delta", "volume")


def text(rows: Iterable[Sequence[object]], mark: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator="\n").writerows(rows)
    return out.getvalue()


def us(day: date) -> str:
    return f"{day:%m/%d/%Y}"


def iso(w: World) -> str:
    return w.local.isoformat()


PLAIN = ("symbol", "strike", "right", "expiry", "iv", "open interest", "bid", "ask", "gamma", "delta", "volume",
         "underlying price", "quote time")  # fmt: skip


def plain_row(w: World, q: Quote) -> list[object]:
    return [q.occ, q.strike, q.right, q.expiry.isoformat(), q.iv, q.open_interest, q.bid, q.ask, q.gamma, q.delta,
            q.volume, w.spot, iso(w)]  # fmt: skip


def plain(w: World) -> str:
    return text([PLAIN, *(plain_row(w, q) for q in w.quotes)])


def records(w: World) -> list[dict[str, object]]:
    return [dict(zip(PLAIN, plain_row(w, q), strict=True)) for q in w.quotes]


def german(w: World) -> str:
    """A workbook of a German Excel saved as csv: semicolons, decimal commas, percent, day first."""

    def own(value: object) -> object:
        return str(value).replace(".", ",") if isinstance(value, float) else value

    names = ["Symbol", "Basispreis", "Typ", "Verfall", "IV", "Open Interest", "Geld", "Brief", "Gamma", "Delta",
             "Volumen", "Kassakurs", "Quote Time"]  # fmt: skip
    rows = []
    for q in w.quotes:
        row = plain_row(w, q)
        row[3], row[4], row[12] = f"{q.expiry:%d.%m.%Y}", f"{100 * q.iv:.2f} %".replace(".", ","), w.local.isoformat()
        rows.append([own(cell) for cell in row])
    return text([names, *rows], ";")


def bloomberg_bdp(w: World) -> str:
    """Field mnemonics of BDP, iv in percent."""
    header = ["Ticker", "OPT_PUT_CALL", "OPT_STRIKE_PX", "OPT_EXPIRE_DT", "PX_BID", "PX_ASK", "PX_LAST", "IVOL_MID",
              "DELTA_MID", "GAMMA_MID", "OPEN_INT", "PX_VOLUME", "OPT_UNDL_PX"]  # fmt: skip
    return text(
        [header]
        + [
            [f"{w.symbol} US {q.expiry:%m/%d/%y} {q.right}{q.strike:g} Equity", q.word.title(), q.strike, us(q.expiry),
             q.bid, q.ask, "#N/A N/A", 100 * q.iv, q.delta, q.gamma, q.open_interest, q.volume, w.spot]
            for q in w.quotes
        ]
    )  # fmt: skip


def bloomberg_ticker(w: World) -> str:
    """Nothing but the ticker names the contract."""
    return text(
        [["Security", "Bid", "Ask", "IVM", "OInt", "Spot"]]
        + [
            [f"{w.symbol} US {q.expiry:%m/%d/%y} {q.right}{q.strike:g} Equity", q.bid, q.ask, f"{100 * q.iv:.2f}",
             q.open_interest, w.spot]
            for q in w.quotes
        ]
    )  # fmt: skip


def bloomberg_omon(w: World) -> str:
    """The export of the option monitor: a line of each expiry, calls left and puts right, each with its strike."""
    side = ["Ticker", "Bid", "Ask", "Last", "IVM", "DM", "Volm", "OInt"]
    rows: list[list[object]] = [["Calls", *[""] * 8, "Puts"], ["Strike", *side, "Strike", *side]]

    def half(q: Quote) -> list[object]:
        return [q.strike, f"{w.symbol} {q.expiry.month}/{q.expiry.day}/{q.expiry:%y} {q.right}{q.strike:g}", q.bid,
                q.ask, 1, 100 * q.iv, q.delta, q.volume, q.open_interest]  # fmt: skip

    for expiry in w.expiries:
        rows.append([f"{expiry:%d-%b-%y} (9d); CSize 100; R 5.30; IFwd {w.spot}"])
        rows += [[*half(c), *half(p)] for c, p in w.pairs() if c.expiry == expiry]
    return text(rows)


def orats_near_eod(w: World) -> str:
    """Near-end-of-day strikes; the delta is the call's."""
    header = (
        "ticker,cOpra,pOpra,stkPx,expirDate,yte,strike,cVolu,cOi,pVolu,pOi,cBidPx,cValue,cAskPx,pBidPx,pValue,pAskPx,"
        "cBidIv,cMidIv,cAskIv,smoothSmvVol,pBidIv,pMidIv,pAskIv,iRate,divRate,residualRateData,delta,gamma,theta,"
        "vega,rho,phi,driftlessTheta,extVol,extCTheo,extPTheo,spot_px,trade_date"
    ).split(",")
    return text(
        [header]
        + [
            [w.symbol, c.occ, p.occ, w.spot, us(c.expiry), 0.1, c.strike, c.volume, c.open_interest, p.volume,
             p.open_interest, c.bid, 0, c.ask, p.bid, 0, p.ask, c.iv - 0.004, c.iv, c.iv + 0.004, c.iv + 0.001,
             p.iv - 0.004, p.iv, p.iv + 0.004, 0, 0, 0, c.delta, c.gamma, 0, 0, 0, 0, 0, c.iv, 0, 0, w.spot,
             us(w.local.date())]
            for c, p in w.pairs()
        ]
    )  # fmt: skip


def orats_api(w: World) -> str:
    """The data API's strikes."""
    return json.dumps(
        {
            "data": [
                {
                    "ticker": w.symbol, "tradeDate": w.local.date().isoformat(), "expirDate": c.expiry.isoformat(),
                    "dte": 3, "strike": c.strike, "stockPrice": w.spot, "callVolume": c.volume,
                    "callOpenInterest": c.open_interest, "callBidSize": 3, "callAskSize": 4, "putVolume": p.volume,
                    "putOpenInterest": p.open_interest, "putBidSize": 2, "putAskSize": 9, "callBidPrice": c.bid,
                    "callValue": 1.0, "callAskPrice": c.ask, "putBidPrice": p.bid, "putValue": 1.0,
                    "putAskPrice": p.ask, "callBidIv": c.iv - 0.01, "callMidIv": c.iv, "callAskIv": c.iv + 0.01,
                    "smvVol": c.iv + 0.002, "putBidIv": p.iv - 0.01, "putMidIv": p.iv, "putAskIv": p.iv + 0.01,
                    "residualRate": 0.0, "delta": c.delta, "gamma": c.gamma, "theta": 0, "vega": 0, "rho": 0, "phi": 0,
                    "driftlessTheta": 0, "callSmvVol": 0, "putSmvVol": 0, "extSmvVol": 0.1, "extCallValue": 1,
                    "extPutValue": 1, "spotPrice": w.spot, "quoteDate": f"{w.quoted:%Y-%m-%dT%H:%M:%SZ}",
                    "updatedAt": f"{w.quoted:%Y-%m-%dT%H:%M:%SZ}", "snapShotEstTime": "1420", "expiryTod": "pm",
                }
                for c, p in w.pairs()
            ]
        }
    )  # fmt: skip


def polygon(w: World) -> str:
    """The option chain snapshot, of which each page has its own list."""
    return json.dumps(
        {
            "request_id": "q", "status": "OK", "next_url": "none",
            "results": [
                {
                    "break_even_price": q.strike + 1,
                    "day": {"close": q.bid, "open": 1.0, "volume": q.volume, "vwap": 2.0, "last_updated": w.epoch(10**9)},
                    "details": {"contract_type": q.word, "exercise_style": "american", "shares_per_contract": 100,
                                "expiration_date": q.expiry.isoformat(), "strike_price": q.strike,
                                "ticker": f"O:{q.occ}"},
                    "greeks": {"delta": q.delta, "gamma": q.gamma, "theta": -0.1, "vega": 0.2},
                    "implied_volatility": q.iv,
                    "last_quote": {"ask": q.ask, "ask_size": 3, "bid": q.bid, "bid_size": 8, "midpoint": 0.5,
                                   "last_updated": w.epoch(10**9), "timeframe": "REAL-TIME"},
                    "last_trade": {"price": 1.0, "sip_timestamp": w.epoch(10**9), "size": 2, "conditions": [209]},
                    "open_interest": q.open_interest,
                    "underlying_asset": {"change_to_break_even": 3.1, "last_updated": w.epoch(10**9), "price": w.spot,
                                         "ticker": w.symbol, "timeframe": "REAL-TIME"},
                }
                for q in w.quotes
            ],
        }
    )  # fmt: skip


THETA = ("ms_of_day", "bid", "ask", "delta", "theta", "vega", "rho", "epsilon", "lambda", "implied_vol", "iv_error",
         "ms_of_day2", "underlying_price", "date", "open_interest")  # fmt: skip


def _theta_tick(w: World, q: Quote) -> list[object]:
    t = w.local
    ms = ((t.hour * 60 + t.minute) * 60 + t.second) * 1000
    return [ms, q.bid, q.ask, q.delta, -0.1, 0.2, 0, 0, 0, q.iv, 0, ms, w.spot, int(f"{t:%Y%m%d}"), q.open_interest]


def theta_v2(w: World) -> str:
    """Bulk snapshots as csv: strikes in thousandths, dates yyyymmdd, milliseconds since midnight in New York."""
    return text(
        [["root", "expiration", "strike", "right", *THETA]]
        + [[w.symbol, f"{q.expiry:%Y%m%d}", round(q.strike * 1000), q.right, *_theta_tick(w, q)] for q in w.quotes]
    )


def theta_v2_json(w: World) -> str:
    """The same as JSON: names in the header, ticks beside each contract."""
    return json.dumps(
        {
            "header": {"latency_ms": 12, "format": list(THETA), "error_type": "null"},
            "response": [
                {
                    "ticks": [_theta_tick(w, q)],
                    "contract": {"root": w.symbol, "expiration": int(f"{q.expiry:%Y%m%d}"), "right": q.right,
                                 "strike": round(q.strike * 1000)},
                }
                for q in w.quotes
            ],
        }
    )  # fmt: skip


def theta_v3(w: World) -> str:
    """Strikes in dollars, rights as words, times in ISO without a zone: New York's."""
    header = ["symbol", "expiration", "strike", "right", "timestamp", "bid", "ask", "delta", "implied_vol", "iv_error",
              "underlying_timestamp", "underlying_price", "open_interest"]  # fmt: skip
    at = f"{w.local:%Y-%m-%dT%H:%M:%S}.250"
    return text(
        [header]
        + [
            [w.symbol, q.expiry.isoformat(), f"{q.strike:.3f}", q.word.upper(), at, q.bid, q.ask, q.delta, q.iv, 0, at,
             w.spot, q.open_interest]
            for q in w.quotes
        ]
    )  # fmt: skip


def yahoo_v7(w: World) -> str:
    """One block an expiry, calls and puts in lists of their own."""
    midnight = {day: round(_utc(day)) for day in w.expiries}

    def entry(q: Quote) -> dict[str, object]:
        return {
            "contractSymbol": q.occ, "strike": q.strike, "currency": "USD", "lastPrice": q.ask, "change": 0.0,
            "percentChange": 0.0, "volume": q.volume, "openInterest": q.open_interest, "bid": q.bid, "ask": q.ask,
            "contractSize": "REGULAR", "expiration": midnight[q.expiry], "lastTradeDate": w.epoch() - 500,
            "impliedVolatility": q.iv, "inTheMoney": False,
        }  # fmt: skip

    blocks = [
        {"expirationDate": midnight[day], "hasMiniOptions": False,
         "calls": [entry(q) for q in w.quotes if (q.expiry, q.right) == (day, "C")],
         "puts": [entry(q) for q in w.quotes if (q.expiry, q.right) == (day, "P")]}
        for day in w.expiries
    ]  # fmt: skip
    quote = {"symbol": w.symbol, "regularMarketPrice": w.spot, "regularMarketTime": w.epoch(), "currency": "USD",
             "bid": w.spot - 1, "ask": w.spot + 1, "regularMarketPreviousClose": w.spot - 3}  # fmt: skip
    inner = {"underlyingSymbol": w.symbol, "expirationDates": list(midnight.values()), "quote": quote,
             "strikes": sorted({q.strike for q in w.quotes}), "options": blocks}  # fmt: skip
    return json.dumps({"optionChain": {"result": [inner], "error": None}})


def _utc(day: date) -> float:
    return (day - date(1970, 1, 1)).days * 86_400.0


def marketdata(w: World) -> str:
    """One list a column; an expiry is an epoch of 16:00 in New York."""
    at_close = {
        day: w.quoted.replace(year=day.year, month=day.month, day=day.day, hour=20, minute=0) for day in w.expiries
    }
    columns: dict[str, list[object]] = {
        "optionSymbol": [q.occ for q in w.quotes],
        "underlying": [w.symbol] * len(w.quotes),
        "expiration": [round(at_close[q.expiry].timestamp()) for q in w.quotes],
        "side": [q.word for q in w.quotes],
        "strike": [q.strike for q in w.quotes],
        "dte": [2] * len(w.quotes),
        "updated": [w.epoch()] * len(w.quotes),
        "bid": [q.bid for q in w.quotes],
        "bidSize": [5] * len(w.quotes),
        "mid": [0.0] * len(w.quotes),
        "ask": [q.ask for q in w.quotes],
        "last": [None] * len(w.quotes),
        "openInterest": [q.open_interest for q in w.quotes],
        "volume": [q.volume for q in w.quotes],
        "inTheMoney": [True] * len(w.quotes),
        "underlyingPrice": [w.spot] * len(w.quotes),
        "iv": [q.iv for q in w.quotes],
        "delta": [q.delta for q in w.quotes],
        "gamma": [q.gamma for q in w.quotes],
    }
    return json.dumps({"s": "ok", **columns})


def datashop(w: World) -> str:
    """Cboe's end of day summary with calculations; its quotes are those of 15:45."""
    header = (
        "underlying_symbol,quote_date,root,expiration,strike,option_type,open,high,low,close,trade_volume,bid_size_1545,"
        "bid_1545,ask_size_1545,ask_1545,underlying_bid_1545,underlying_ask_1545,implied_underlying_price_1545,"
        "active_underlying_price_1545,implied_volatility_1545,delta_1545,gamma_1545,theta_1545,vega_1545,rho_1545,"
        "bid_size_eod,bid_eod,ask_size_eod,ask_eod,underlying_bid_eod,underlying_ask_eod,vwap,open_interest,"
        "delivery_code"
    ).split(",")
    day = w.local.date().isoformat()
    return text(
        [header]
        + [
            [w.symbol, day, w.symbol, q.expiry.isoformat(), f"{q.strike:.3f}", q.right, 0, 0, 0, 0, q.volume, 4, q.bid,
             7, q.ask, w.spot - 0.01, w.spot + 0.01, w.spot, w.spot, q.iv, q.delta, q.gamma, 0, 0, 0, 3, 0, 4, 0,
             w.spot + 3, w.spot + 4, 1, q.open_interest, ""]
            for q in w.quotes
        ]
    )  # fmt: skip


def historicaloptiondata(w: World) -> str:
    """Level 3: the root holds the whole OCC symbol."""
    header = (
        "UnderlyingSymbol,UnderlyingPrice,Exchange,OptionRoot,OptionExt,Type,Expiration,DataDate,Strike,Last,Bid,Ask,"
        "Volume,OpenInterest,IV,Delta,Gamma,Theta,Vega,AKA"
    ).split(",")
    return text(
        [header]
        + [
            [w.symbol, w.spot, "*", q.occ, "", q.word, us(q.expiry), us(w.local.date()), q.strike, 0, q.bid, q.ask,
             q.volume, q.open_interest, q.iv, q.delta, q.gamma, 0, 0, q.occ]
            for q in w.quotes
        ]
    )  # fmt: skip


def optionmetrics(w: World) -> str:
    """IvyDB's opprcd: strikes times 1000 and, in short, in the symbol."""
    header = (
        "secid,date,symbol,exdate,last_date,cp_flag,strike_price,best_bid,best_offer,volume,open_interest,"
        "impl_volatility,delta,gamma,vega,theta,optionid,cfadj,am_settlement,contract_size,ss_flag,forward_price,"
        "expiry_indicator,root,suffix"
    ).split(",")
    day = w.local.date().isoformat()
    return text(
        [header]
        + [
            [5015, day, f"{w.symbol} {q.expiry:%y%m%d}{q.right}{round(q.strike * 1000)}", q.expiry.isoformat(), day,
             q.right, round(q.strike * 1000), q.bid, q.ask, q.volume, q.open_interest, q.iv, q.delta, q.gamma, 0, 0,
             1, 1, 0, 100, 0, "", "", "", ""]
            for q in w.quotes
        ]
    )  # fmt: skip


def eodhd(w: World) -> str:
    """The older API: a block an expiry, CALL and PUT in it; iv in percent."""

    def entry(q: Quote) -> dict[str, object]:
        return {
            "contractName": q.occ, "contractSize": "REGULAR", "contractPeriod": "WEEKLY", "currency": "USD",
            "type": q.word.upper(), "inTheMoney": "FALSE", "lastTradeDateTime": "2024-05-21 15:59:00",
            "expirationDate": q.expiry.isoformat(), "strike": q.strike, "lastPrice": q.ask, "bid": q.bid, "ask": q.ask,
            "change": 0, "changePercent": 0, "volume": q.volume, "openInterest": q.open_interest,
            "impliedVolatility": 100 * q.iv, "delta": q.delta, "gamma": q.gamma, "theta": 0, "vega": 0, "rho": 0,
            "theoretical": 1.0, "intrinsicValue": 1, "timeValue": 1, "updatedAt": f"{w.local:%Y-%m-%d %H:%M:%S}",
            "daysBeforeExpiration": 2,
        }  # fmt: skip

    blocks = []
    for day in w.expiries:
        sides = {
            side: [entry(q) for q in w.quotes if (q.expiry, q.right) == (day, side[0])] for side in ("CALL", "PUT")
        }
        blocks.append({"expirationDate": day.isoformat(), "impliedVolatility": 30.1, "putVolume": 5, "callVolume": 6,
                       "putOpenInterest": 7, "callOpenInterest": 8, "optionsCount": 18, "options": sides})  # fmt: skip
    return json.dumps({"code": f"{w.symbol}.US", "exchange": "US", "lastTradeDate": f"{w.local:%Y-%m-%d %H:%M:%S}",
                       "lastTradePrice": w.spot, "data": blocks})  # fmt: skip


def eodhd_api(w: World) -> str:
    """The newer API: records of a JSON:API, their fields in `attributes`."""
    return json.dumps(
        {
            "meta": {"offset": 0, "limit": 1000, "total": len(w.quotes)},
            "data": [
                {
                    "id": f"{q.occ}-2024-05-22", "type": "options-eod",
                    "attributes": {
                        "contract": q.occ, "underlying_symbol": w.symbol, "exp_date": q.expiry.isoformat(),
                        "expiration_type": "weekly", "type": q.word, "strike": q.strike, "exchange": "NASDAQ",
                        "currency": "USD", "open": 0, "high": 0, "low": 0, "last": q.ask, "last_size": 0, "change": 0,
                        "previous": 1, "bid": q.bid, "bid_size": 3, "ask": q.ask, "ask_size": 4, "moneyness": 0.1,
                        "volume": q.volume, "volume_change": 0, "open_interest": q.open_interest,
                        "open_interest_change": 3, "volatility": q.iv, "volatility_change": 0, "theoretical": 1,
                        "delta": q.delta, "gamma": q.gamma, "theta": 0, "vega": 0, "rho": 0,
                        "tradetime": w.local.date().isoformat(), "vol_oi_ratio": 0.2, "dte": 2, "midpoint": 3.0,
                    },
                }
                for q in w.quotes
            ],
        }
    )  # fmt: skip


def nasdaq(w: World) -> str:
    """The site's API: figures as text, calls and puts of a strike in one row, the year only above an expiry's rows."""
    rows: list[dict[str, object]] = []
    for day in w.expiries:
        rows.append({"expirygroup": f"{day:%B} {day.day}, {day.year}", "expiryDate": None, "c_Last": None, "c_Bid": None,
                     "c_Ask": None, "c_Volume": None, "c_Openinterest": None, "strike": None, "p_Last": None,
                     "p_Bid": None, "p_Ask": None, "p_Volume": None, "p_Openinterest": None,
                     "drillDownURL": None})  # fmt: skip
        for c, p in w.pairs():
            if c.expiry == day:
                sides = {f"{s}_{name}": str(value) for s, q in (("c", c), ("p", p))
                         for name, value in (("Last", "--"), ("Change", "--"), ("Bid", q.bid), ("Ask", q.ask),
                                             ("Volume", q.volume), ("Openinterest", f"{q.open_interest:.0f}"))}  # fmt: skip
                rows.append({"expirygroup": "", "expiryDate": f"{day:%b} {day.day}", **sides, "c_colour": True,
                             "strike": f"{c.strike:.2f}", "p_colour": False,
                             "drillDownURL": f"/market-activity/stocks/qzx/option-chain/call-put-options/qzx---{c.occ[3:]}"})  # fmt: skip
    at = f"LAST TRADE: ${w.spot} (AS OF {w.local:%b %d, %Y %I:%M %p} ET)".upper()
    return json.dumps({"data": {"totalRecord": len(rows), "lastTrade": at, "table": {"asOf": None, "headers": {
        "expiryDate": "Exp. Date", "c_Last": "Last"}, "rows": rows}}, "message": None})  # fmt: skip


def lseg(w: World) -> str:
    """Fields of a chain record, iv in percent; the RIC holds month and strike in its own code."""
    header = ["Instrument", "CF_BID", "CF_ASK", "STRIKE_PRC", "PUTCALLIND", "EXPIR_DATE", "OPINT_1", "IMP_VOLT",
              "DELTA", "GAMMA", "ACVOL_1", "UNDERLYING", "UND_PRICE"]  # fmt: skip
    return text(
        [header]
        + [
            [f"{w.symbol}{'ABCDEFGHIJKL'[q.expiry.month - 1]}{q.expiry.day:02}24{round(q.strike * 100)}.U", q.bid, q.ask,
             q.strike, q.word.upper() + " ", q.expiry.isoformat(), q.open_interest, 100 * q.iv, q.delta, q.gamma,
             q.volume, w.symbol, w.spot]
            for q in w.quotes
        ]
    )  # fmt: skip


def ib_tickers(w: World) -> str:
    """A table of Interactive Brokers' tickers as a data frame writes it: objects as text."""
    header = ["contract", "time", "bid", "ask", "last", "volume", "callOpenInterest", "putOpenInterest", "bidGreeks",
              "modelGreeks"]  # fmt: skip
    return text(
        [header]
        + [
            [f"Option(conId=7, symbol='{w.symbol}', lastTradeDateOrContractMonth='{q.expiry:%Y%m%d}', strike={q.strike}, "
             f"right='{q.right}', multiplier='100', exchange='SMART', currency='USD', localSymbol='{q.occ}', "
             f"tradingClass='{w.symbol}')",
             f"{w.quoted:%Y-%m-%d %H:%M:%S}+00:00", q.bid, q.ask, "nan", q.volume,
             q.open_interest if q.right == "C" else "nan", q.open_interest if q.right == "P" else "nan",
             "OptionComputation(tickAttrib=0, impliedVol=9.0, delta=9.0, gamma=9.0, undPrice=9.0)",
             f"OptionComputation(tickAttrib=0, impliedVol={q.iv}, delta={q.delta}, optPrice=1.0, pvDividend=0.0, "
             f"gamma={q.gamma}, vega=0.1, theta=None, undPrice={w.spot})"]
            for q in w.quotes
        ]
    )  # fmt: skip


def shared_iv(w: World) -> str:
    """One iv and one gamma a strike, open interest of both rights."""
    return text(
        [["expiry", "strike", "iv", "gamma", "call_oi", "put_oi", "spot", "quote time"]]
        + [
            [c.expiry.isoformat(), c.strike, c.iv, c.gamma, c.open_interest, p.open_interest, w.spot, iso(w)]
            for c, p in w.pairs()
        ]
    )


def bid_and_ask_iv(w: World) -> str:
    """No iv but those of bid and ask."""
    return text(
        [["symbol", "bid_iv", "ask_iv", "open interest", "bid", "ask", "spot"]]
        + [[q.occ, q.iv - 0.01, q.iv + 0.01, q.open_interest, q.bid, q.ask, w.spot] for q in w.quotes]
    )


def of_unit(unit: int) -> Callable[[World], str]:
    def epochs(w: World) -> str:
        """Epochs, an expiry at midnight UTC."""
        return text(
            [["symbol", "type", "strike", "expiration", "implied volatility", "open interest", "underlying price",
              "timestamp"]]
            + [
                [w.symbol, q.word, q.strike, round(_utc(q.expiry)) * unit, q.iv, q.open_interest, w.spot, w.epoch(unit)]
                for q in w.quotes
            ]
        )  # fmt: skip

    return epochs


def per_expiry(w: World) -> str:
    """A list an expiry, whose key alone says it."""
    out: dict[str, list[dict[str, object]]] = {}
    for q, record in zip(w.quotes, records(w), strict=True):
        del record["expiry"], record["symbol"]
        out.setdefault(q.expiry.isoformat(), []).append({"ticker": w.symbol, **record})
    return json.dumps(out)


def per_strike(w: World) -> str:
    """Objects by expiry, right and strike."""
    out: dict[str, Any] = {}
    for q in w.quotes:
        sides = out.setdefault(f"{q.expiry:%d-%b-%Y}", {}).setdefault(q.word + "s", {})
        sides[str(q.strike)] = {"iv": q.iv, "openInterest": q.open_interest, "bid": q.bid, "ask": q.ask}
    return json.dumps({"ticker": w.symbol, "price": w.spot, "quote_time": iso(w), "chain": out})


def per_symbol(w: World) -> str:
    """An object a contract, by its symbol."""
    return json.dumps(
        {"snapshots": {q.occ: {"latestQuote": {"bp": q.bid, "ap": q.ask, "bs": 1}, "impliedVolatility": q.iv,
                               "greeks": {"gamma": q.gamma, "delta": q.delta}, "openInterest": q.open_interest}
                       for q in w.quotes}}
    )  # fmt: skip


def two_lists(w: World) -> str:
    listed = records(w)
    return json.dumps({"bears": listed[1::2], "meta": {"made": [1, 2, 3]}, "bulls": listed[::2]})


def split_frame(w: World) -> str:
    """A data frame's JSON: names, then rows."""
    rows = [plain_row(w, q) for q in w.quotes]
    return json.dumps({"columns": list(PLAIN), "index": list(range(len(rows))), "data": rows})


def column_frame(w: World) -> str:
    """A data frame's JSON: by column, then by index."""
    listed = records(w)
    return json.dumps({name: {str(i): record[name] for i, record in enumerate(listed)} for name in PLAIN})


def index_frame(w: World) -> str:
    """A data frame's JSON: by index, then by column."""
    return json.dumps({str(i): record for i, record in enumerate(records(w))})


def rows_of_lists(w: World) -> str:
    """Lists, the first of them names."""
    return json.dumps([list(PLAIN), *(plain_row(w, q) for q in w.quotes)])


def lines(w: World) -> str:
    """One JSON object a line."""
    return "\n".join(map(json.dumps, records(w)))


Us = tuple[str, Callable[[World], Written], tuple[str, ...], bool, bool]
#: name -> file, writer, figures that it holds, whether it says spot and moment.
FORMATS: dict[str, Us] = {
    "plain": ("chain.csv", plain, ALL, True, True),
    "German csv": ("chain.csv", german, ALL, True, True),
    "Bloomberg BDP": ("bdp.csv", bloomberg_bdp, ALL, True, False),
    "Bloomberg tickers": ("tickers.csv", bloomberg_ticker, ("iv", *PRICES), True, False),
    "Bloomberg OMON": ("omon.csv", bloomberg_omon, ("iv", *PRICES, "delta", "volume"), False, False),
    "ORATS near end of day": ("orats.csv", orats_near_eod, ("iv", *PRICES, "gamma", "volume"), True, False),
    "ORATS API": ("orats.json", orats_api, ("iv", *PRICES, "gamma", "volume"), True, True),
    "Polygon": ("snapshot.json", polygon, ("iv", *PRICES, "gamma", "delta", "volume"), True, True),
    "Theta v2": ("theta.csv", theta_v2, ("iv", *PRICES, "delta"), True, True),
    "Theta v2 JSON": ("theta.json", theta_v2_json, ("iv", *PRICES, "delta"), True, True),
    "Theta v3": ("theta3.csv", theta_v3, ("iv", *PRICES, "delta"), True, True),
    "Yahoo v7": ("yahoo.json", yahoo_v7, ("iv", *PRICES, "volume"), True, True),
    "MarketData": ("marketdata.json", marketdata, ALL, True, True),
    "DataShop": ("datashop.csv", datashop, ALL, True, False),
    "historicaloptiondata": ("L3.csv", historicaloptiondata, ALL, True, False),
    "OptionMetrics": ("opprcd.csv", optionmetrics, ALL, False, False),
    "EODHD": ("eodhd.json", eodhd, ALL, True, True),
    "EODHD API": ("eodhd2.json", eodhd_api, ALL, False, False),
    "Nasdaq": ("nasdaq.json", nasdaq, (*PRICES, "volume"), True, True),
    "LSEG": ("lseg.csv", lseg, ALL, True, False),
    "tickers of IB": ("tickers_ib.csv", ib_tickers, ALL, True, True),
    "shared iv": ("shared.csv", shared_iv, ("iv", "gamma"), True, True),
    "iv of bid and ask": ("bidask.csv", bid_and_ask_iv, ("iv", *PRICES), True, False),
    "seconds": ("epochs.csv", of_unit(1), ("iv",), True, True),
    "milliseconds": ("epochs.csv", of_unit(1000), ("iv",), True, True),
    "microseconds": ("epochs.csv", of_unit(10**6), ("iv",), True, True),
    "nanoseconds": ("epochs.csv", of_unit(10**9), ("iv",), True, True),
    "JSON by expiry": ("expiries.json", per_expiry, ALL, True, True),
    "JSON by strike": ("strikes.json", per_strike, ("iv", *PRICES), True, True),
    "JSON by symbol": ("symbols.json", per_symbol, ("iv", *PRICES, "gamma", "delta"), False, False),
    "JSON of two lists": ("lists.json", two_lists, ALL, True, True),
    "JSON of names and rows": ("split.json", split_frame, ALL, True, True),
    "JSON by column": ("columns.json", column_frame, ALL, True, True),
    "JSON by index": ("index.json", index_frame, ALL, True, True),
    "JSON of lists": ("rows.json", rows_of_lists, ALL, True, True),
    "JSON lines": ("lines.json", lines, ALL, True, True),
}
