"""JSON to cells: CBOE's delayed quotes, brokers' chains, lists of records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

from gex_xl.errors import BadInput
from gex_xl.reading.json_tables import records_of_json
from gex_xl.reading.layouts import check_size
from gex_xl.reading.sheets import Sheet

Cells = list[list[object]]
Record = Mapping[str, Any]
_CBOE_OPTION = ("option", "bid", "ask", "iv", "open_interest", "volume", "delta", "gamma", "theo", "last_trade_time")
#: Interactive Brokers keeps greeks of the bid, the ask and the last price beside those of its model.
_OTHER_GREEKS = ("bidGreeks", "askGreeks", "lastGreeks")


def cells_of_json(loaded: object, name: str) -> Cells:
    """Rows with a header from what a JSON file holds. Raises BadInput where there is no list of contracts."""
    loaded = _answered(loaded)
    if isinstance(loaded, Mapping):
        inner = loaded.get("data")
        if isinstance(inner, Mapping) and isinstance(inner.get("options"), list):
            return _cboe(loaded, inner)
        if isinstance(loaded.get("callExpDateMap"), Mapping) or isinstance(loaded.get("putExpDateMap"), Mapping):
            return _table(_schwab(loaded))
        options = loaded.get("options")
        if isinstance(options, Mapping) and "option" in options:
            return _table(_tradier(options["option"]))
    if isinstance(loaded, list) and any(_is_brokers(entry) for entry in loaded if isinstance(entry, Mapping)):
        return _table([_brokers(entry) for entry in loaded if isinstance(entry, Mapping)])
    records, notes = records_of_json(loaded)
    if not records:
        raise BadInput(f"{name}: no list of option contracts in it; expected CBOE delayed quotes or a list of records")
    cells = Sheet(_table(records))
    cells.notes += notes
    return cells


def _answered(loaded: object) -> object:
    """What a JSON-RPC envelope holds, as Deribit sends one around each ticker; anything else as it is."""
    return loaded["result"] if isinstance(loaded, Mapping) and isinstance(loaded.get("result"), Mapping) else loaded


def _table(records: Iterable[Record]) -> Cells:
    rows = list(records)
    check_size(len(rows), 1)
    header = list(dict.fromkeys(str(key) for row in rows for key in row))
    check_size(len(rows), len(header))
    return [list(header), *([row.get(key) for key in header] for row in rows)]


def _flat(record: Record, above: str = "") -> dict[str, object]:
    """A record with those of its objects taken in, `greeks.gamma`; lists and what is deeper become text."""
    out: dict[str, object] = {}
    for key, value in record.items():
        if isinstance(value, dict) and not above:
            out.update(_flat(value, f"{key}."))
        else:
            out[f"{above}{key}"] = str(value)[:100] if isinstance(value, (list, dict)) else value
    return out


_ZONED = re.compile(r"(?:[zZ]|[+-]\d\d:?\d\d|[A-Z]{2,4})\s*$")


def _cboe(loaded: Record, inner: Record) -> Cells:
    head: Cells = [[inner.get("symbol") or loaded.get("symbol")]]
    if inner.get("current_price") is not None:
        head.append([f"current_price: {inner['current_price']}"])
    if loaded.get("timestamp"):
        stamp = str(loaded["timestamp"])
        # CBOE writes UTC and no zone: recorded answers are stamped within seconds of their Last-Modified in GMT.
        head.append([f"timestamp: {stamp}" + ("" if _ZONED.search(stamp) else " UTC")])
    options = [entry for entry in inner["options"] if isinstance(entry, dict)]
    check_size(len(options), 1)
    return [*head, list(_CBOE_OPTION), *_leaves(options)]


def _leaves(options: Sequence[Record]) -> list[list[object]]:
    """What CBOE says of each option."""
    try:
        rows: list[tuple[object, ...]] = list(map(itemgetter(*_CBOE_OPTION), options))
    except KeyError:
        rows = [tuple(map(entry.get, _CBOE_OPTION)) for entry in options]
    if set(map(type, chain.from_iterable(rows))).isdisjoint({dict, list}):
        return list(map(list, rows))
    return [list(map(_leaf, row)) for row in rows]


def _leaf(value: object) -> object:
    """A figure or a word as it is; of what should be one and is a list, its text; of an object, nothing."""
    if isinstance(value, dict):
        return None
    return str(value)[:100] if isinstance(value, list) else value


def _schwab(loaded: Record) -> list[dict[str, object]]:
    """Schwab's (and before it TD Ameritrade's) chain: {date:days: {strike: [contract]}} of calls and of puts.

    iv is in percent; -999 and "NaN" are written where there is none.
    """
    contracts = [
        (str(day).partition(":")[0], contract)
        for side in ("callExpDateMap", "putExpDateMap")
        for day, strikes in _mapping(loaded.get(side)).items()
        for listed in _mapping(strikes).values()
        for contract in (listed if isinstance(listed, list) else [])
        if isinstance(contract, Mapping)
    ]
    underlying = _mapping(loaded.get("underlying"))
    spot = loaded.get("underlyingPrice") or underlying.get("last") or underlying.get("mark")
    times = [t for _, c in contracts if isinstance(t := c.get("quoteTimeInLong"), (int, float))]
    quoted = underlying.get("quoteTime") or max(times, default=None)
    return [
        {
            "symbol": c.get("symbol"),
            "underlying": loaded.get("symbol"),
            "type": c.get("putCall"),
            "expiry": day,
            "strike": c.get("strikePrice"),
            "iv": _percent(_known(c.get("volatility"))),
            "open interest": c.get("openInterest"),
            **{key: _known(c.get(key)) for key in ("gamma", "delta", "bid", "ask")},
            "volume": c.get("totalVolume"),
            "multiplier": c.get("multiplier"),
            "last trade": c.get("tradeTimeInLong"),
            "underlying price": spot,
            "quote time": quoted,
        }
        for day, c in contracts
    ]


def _tradier(options: object) -> list[dict[str, object]]:
    """Tradier's chain: one object or a list; iv of the mid in decimals, among the greeks."""
    listed = options if isinstance(options, list) else [options]
    records = [entry for entry in listed if isinstance(entry, Mapping)]
    times = [t for r in records for key in ("bid_date", "ask_date") if isinstance(t := r.get(key), (int, float)) and t]
    return [
        {
            "symbol": r.get("symbol"),
            "root": r.get("root_symbol"),
            "underlying": r.get("underlying"),
            "type": r.get("option_type"),
            "expiry": r.get("expiration_date"),
            "strike": r.get("strike"),
            "iv": _mapping(r.get("greeks")).get("mid_iv"),
            "open interest": r.get("open_interest"),
            "gamma": _mapping(r.get("greeks")).get("gamma"),
            "delta": _mapping(r.get("greeks")).get("delta"),
            **{key: r.get(key) for key in ("bid", "ask", "volume")},
            "multiplier": r.get("contract_size"),
            "last trade": r.get("trade_date"),
            "quote time": max(times, default=None),
        }
        for r in records
    ]


def _is_brokers(record: Record) -> bool:
    return isinstance(record.get("contract"), Mapping) or "modelGreeks" in record


def _brokers(record: Record) -> dict[str, object]:
    """A ticker of Interactive Brokers' TWS API: a contract, quotes, and the model's greeks.

    Open interest stands under the name of the contract's right; -1 is written where there is no quote.
    """
    contract = _mapping(record.get("contract"))
    flat = _flat({key: value for key, value in record.items() if key not in _OTHER_GREEKS})
    call = str(contract.get("right", "")).upper().startswith("C")
    flat["open interest"] = record.get("callOpenInterest" if call else "putOpenInterest", record.get("openInterest"))
    for key in ("callOpenInterest", "putOpenInterest", "openInterest"):
        flat.pop(key, None)
    if "time" in flat:
        flat["quote time"] = flat.pop("time")
    for key in ("bid", "ask", "volume"):
        flat[key] = _known(flat.get(key), (-1,))
    return flat


def _known(value: object, none: tuple[object, ...] = (-999, "NaN")) -> object:
    """None for what a broker's feed writes where it has no figure."""
    return None if value in none else value


def _percent(value: object) -> object:
    return value / 100 if isinstance(value, (int, float)) else value


def _mapping(value: object) -> Record:
    return value if isinstance(value, Mapping) else {}
