"""Made-up answers in the shapes that CBOE and Yahoo give. No figure comes from a market."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

SPOT = 100.0
EXPIRIES = (dt.date(2024, 1, 19), dt.date(2024, 2, 16), dt.date(2024, 3, 15))
STRIKES = range(80, 121, 2)
#: New York's clock, as CBOE writes it.
QUOTED = "2024-01-08 15:30:00"  # UTC, as CBOE writes it: 10:30 in New York


def contracts(symbol: str) -> list[tuple[dt.date, str, float, str]]:
    """Expiry, right, strike and OCC symbol of each contract."""
    return [
        (expiry, right, float(strike), f"{symbol}{expiry:%y%m%d}{right}{strike * 1000:08d}")
        for expiry in EXPIRIES
        for strike in STRIKES
        for right in "CP"
    ]


def interest(right: str, strike: float) -> int:
    """Calls pile up above spot and puts below it, so that there is a flip."""
    away = strike - SPOT if right == "C" else SPOT - strike
    return 100 + 40 * max(int(away), 0)


def volatility(strike: float) -> float:
    return round(0.25 - 0.002 * (strike - SPOT), 4)


def cboe(symbol: str = "ZZX", timestamp: str | None = QUOTED, root: str = "", **changed: Any) -> bytes:
    """CBOE's delayed quotes; `changed` are fields of its data."""
    options = [
        {
            "option": name, "bid": 0.0, "bid_size": 0.0, "ask": 0.0, "ask_size": 0.0, "iv": volatility(strike),
            "open_interest": float(interest(right, strike)), "volume": 1.0, "delta": 0.0, "gamma": 0.0, "vega": 0.0,
            "theta": 0.0, "rho": 0.0, "theo": 0.0, "change": 0.0, "last_trade_time": "2024-01-08T10:14:00",
        }
        for _, right, strike, name in contracts(root or symbol)
    ]  # fmt: skip
    inner = {"options": options, "symbol": symbol, "security_type": "stock", "current_price": SPOT, **changed}
    whole = {"timestamp": timestamp, "data": inner, "symbol": symbol}
    return json.dumps({key: value for key, value in whole.items() if value is not None}).encode()


def yahoo(symbol: str, date: int | None, quote: dict[str, Any] | None = None) -> bytes:
    """One expiry (seconds, UTC) of Yahoo's chain, or the first one, with the dates of all."""
    seconds = [int(dt.datetime.combine(day, dt.time(), dt.UTC).timestamp()) for day in EXPIRIES]
    wanted = EXPIRIES[seconds.index(date)] if date else EXPIRIES[0]

    def side(wanted_right: str) -> list[dict[str, Any]]:
        return [
            {
                "contractSymbol": name, "strike": strike, "currency": "USD", "lastPrice": 1.0, "change": 0.0,
                "percentChange": 0.0, "openInterest": interest(right, strike), "bid": 0.0, "ask": 0.0,
                "contractSize": "REGULAR", "expiration": seconds[EXPIRIES.index(expiry)], "lastTradeDate": 1704727000,
                "impliedVolatility": volatility(strike), "inTheMoney": False,
            }
            for expiry, right, strike, name in contracts(symbol)
            if (expiry, right) == (wanted, wanted_right)
        ]  # fmt: skip

    told = {"regularMarketPrice": SPOT, "regularMarketTime": 1704727800, "symbol": symbol} if quote is None else quote
    options = [{"expirationDate": date, "hasMiniOptions": False, "calls": side("C"), "puts": side("P")}]
    result = {"underlyingSymbol": symbol, "expirationDates": seconds, "strikes": list(STRIKES), "quote": told}
    return json.dumps({"optionChain": {"result": [{**result, "options": options}], "error": None}}).encode()
