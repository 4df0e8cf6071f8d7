"""Column names as feeds write them."""

from __future__ import annotations

import re
from functools import lru_cache

from gex_xl.reading.values import text

#: field -> the name shown to users, then the usual names, in lower case without spaces and punctuation. Bare
#: numbers are the field tags of Interactive Brokers' Web API.
FIELDS: dict[str, tuple[str, ...]] = {
    "strike": ("strike", "strikeprice", "k", "strk", "exerciseprice"),
    "right": (
        "right", "type", "optiontype", "cpflag", "cp", "callput", "putcall", "callorput", "putorcall", "pc",
        "contracttype", "optionright",
    ),
    "expiry": (
        "expiry", "expiration", "expirationdate", "expirydate", "exp", "expdate", "exdate", "expires", "expiredate",
        "expir", "maturity", "maturitydate", "lasttradedateorcontractmonth",
    ),
    "iv": (
        "iv", "impliedvolatility", "impliedvol", "implvolatility", "impvol", "implvol", "ivol", "sigma", "volatility",
        "markiv", "midiv", "iv%", "impliedvolatility1545", "7633",
    ),
    "open_interest": (
        "open interest", "openinterest", "openint", "oi", "opint", "opnint", "openinterests", "7638",
    ),
    "gamma": ("gamma", "gamma1545", "7309"),
    "delta": ("delta", "delta1545", "7308"),
    "bid": ("bid", "bidprice", "bestbid", "bestbidprice", "bid1545", "84"),
    "ask": ("ask", "askprice", "bestask", "bestaskprice", "offer", "bestoffer", "ask1545", "86"),
    "volume": ("volume", "vol", "totalvolume", "tradevolume", "87"),
    "multiplier": ("multiplier", "contractsize", "contractmultiplier", "deliverable", "sharespercontract"),
    "root": ("root", "optionroot", "class", "optionclass", "rootsymbol", "tradingclass"),
    "symbol": (
        "symbol", "option", "contract", "contractsymbol", "optionsymbol", "occsymbol", "osi", "osisymbol",
        "contractname", "instrumentname", "instrument", "localsymbol", "calls", "puts",
    ),
    "underlying": ("underlying", "ticker", "underlyingsymbol", "underlier"),
    "last_trade": (
        "last trade", "lasttradedate", "lasttradetime", "lasttradedateedt", "lasttradedateest", "tradetimeinlong",
    ),
    "dealer_position": ("dealer_position", "dealerposition", "dealerpos", "dealercontracts"),
    "spot": (
        "underlying price", "underlyingprice", "underlyinglast", "underlyinglastprice", "stockprice", "spot",
        "spotprice", "underlyingspot", "undprice", "activeunderlyingprice1545", "underlyingclose", "undlprice",
        "undlast", "indexprice",
    ),
    "quote_time": (
        "quote time", "quotetime", "quotedatetime", "quotereadtime", "quotedate", "asof", "timestamp", "date",
        "datetime", "tradedate", "datadate", "creationtimestamp",
    ),
}  # fmt: skip
_BY_NAME = {re.sub(r"[^a-z0-9%]", "", name): field for field, names in FIELDS.items() for name in names}
_SIDE_FIRST = re.compile(r"(c|call|calls|p|put|puts)(?:[\s_.\-:]+|(?-i:(?=[A-Z])))(.+)", re.IGNORECASE)
_SIDE_LAST = re.compile(r"(.+?)[\s_.\-(\[]+(c|call|calls|p|put|puts)[)\]]?", re.IGNORECASE)
_LONGEST_NAME = 80
_NO_SIDES = frozenset({"right", "strike", "expiry", "underlying", "spot", "quote_time", "root"})


def plain(name: str) -> str:
    """A column name in lower case, without spaces and punctuation."""
    return re.sub(r"[^a-z0-9%]", "", name.lower())


def field_of(name: str) -> str | None:
    """The field that a column name stands for, or None. Of a nested name, `greeks.gamma`, the last part counts."""
    return _field_of(name) if len(name) <= _LONGEST_NAME else None


@lru_cache(maxsize=4096)
def _field_of(name: str) -> str | None:
    key = plain(name)
    if not key:
        return None
    found = _BY_NAME.get(key) or _BY_NAME.get(key.rstrip("%"))
    if not found and "." in name:
        last = plain(name.rpartition(".")[2])
        # "Open.Int" is one name, "stats.low" is a field of another object.
        found = _BY_NAME.get(last)
    return found


def sided_field(name: str) -> tuple[str, str] | None:
    """Right and field of a name that holds both, such as `C_BID`, `Put OI` or `IV (call)`; None for any other."""
    bare = text(name).strip("[] ")
    if len(bare) > _LONGEST_NAME:
        return None
    for pattern, right_at, field_at in ((_SIDE_FIRST, 1, 2), (_SIDE_LAST, 2, 1)):
        found = pattern.fullmatch(bare)
        field = field_of(found[field_at]) if found else None
        if found and field and field not in _NO_SIDES:
            return found[right_at][0].upper(), field
    return None
