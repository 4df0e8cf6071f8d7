"""Any JSON to one table of contracts: every list counts, whatever it is called and however deep it lies.

A contract is an object with a strike or an option symbol, in it or above it. Keys may be expiries, strikes, rights or
option symbols; columns may be lists beside each other. What holds for all contracts below an object (spot, quote time,
underlying, currency, multiplier) goes down to them, where they do not say it themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gex_xl.reading.dates import expiry_date, from_epoch
from gex_xl.reading.headers import field_of, plain, rank_of
from gex_xl.reading.layouts import check_size
from gex_xl.reading.symbols import parse
from gex_xl.reading.values import number, right, shown

Record = dict[str, object]
Context = dict[str, tuple[int, object]]  # field -> how sure, value
#: What an object says for all contracts below it, and the name of its column.
_INHERITED = {
    "expiry": "expiry", "right": "right", "strike": "strike", "underlying": "underlying", "spot": "underlying price",
    "quote_time": "quote time", "currency": "currency", "multiplier": "multiplier", "lot": "lot size",
    "exchange": "exchange", "forward": "forward", "symbol": "symbol",
}  # fmt: skip
#: Of an object that is no contract, a price is the underlying's.
_OF_UNDERLYING = {
    **dict.fromkeys(("regularmarketprice", "currentprice", "lasttradeprice", "lastprice", "last", "mark", "price",
                     "ltp", "close", "lastsale", "cp", "nearprice"), "spot"),
    **dict.fromkeys(("regularmarkettime", "lasttradetime", "quotetime"), "quote_time"),
    **dict.fromkeys(("symbol", "code", "ticker", "asset", "name", "root"), "underlying"),
}  # fmt: skip
_SURE = {name: rank for rank, name in enumerate(_OF_UNDERLYING)}
_SIDE_KEY = re.compile(r"(call|put)s?(?![a-z])", re.IGNORECASE)
_TICKER = re.compile(r"[\^$]?[A-Z][A-Z.]{0,5}")
#: "LAST TRADE: $512.37 (AS OF MAR 13, 2024)": a price, and perhaps its time, in one text.
_SENTENCE = re.compile(r"last (?:trade|price|sale)\s*:\s*\$?([\d,]+\.?\d*)(.*)", re.IGNORECASE)
_INDIAN = ("CE", "PE")
_HEADINGS = ("format", "columns", "headers", "fields", "header")
_DEEPEST = 12
_LIST = "[]"  # behind the path of a list
_LONGEST = 100


@dataclass
class Found:
    """Contracts in the order of the file, by the list that they stand in; and lists that are none."""

    lists: dict[str, list[tuple[Record, Record]]] = field(default_factory=dict)  # as they are, and with what is above
    notes: list[str] = field(default_factory=list)


def records_of_json(loaded: object) -> tuple[list[Record], list[str]]:
    """All contracts of a JSON, flat, and what is to be said of lists that are not read."""
    found = Found()
    _walk(loaded, {}, "", found, [])
    contracts = {path: listed for path, listed in found.lists.items() if any(_names_one(full) for _, full in listed)}
    # So that a message can name their columns.
    contracts = contracts or {path: listed for path, listed in found.lists.items() if path.endswith(_LIST)}
    for path, listed in found.lists.items():
        if path not in contracts:
            found.notes.append(
                f"{_named(path)}: {len(listed)} records without a strike or an option symbol are not read"
            )
    return [full for _, full in _without_repeats(contracts, found.notes)], found.notes


def _without_repeats(
    contracts: dict[str, list[tuple[Record, Record]]], notes: list[str]
) -> Iterator[tuple[Record, Record]]:
    """All contracts but those of a list that only repeats another."""
    keys = (
        {path: {_key(own, full) for own, full in listed} for path, listed in contracts.items()}
        if len(contracts) > 1
        else {}
    )
    repeated: set[str] = set()
    place = {path: -n for n, path in enumerate(keys)}
    for path in sorted(keys, key=lambda path: (len(keys[path]), place[path])):  # of two alike, the later first
        others = [other for other in keys if other != path and other not in repeated]
        if again := next((other for other in others if keys[path] <= keys[other]), ""):
            repeated.add(path)
            count = len(contracts[path])
            notes.append(f"{_named(path)} repeats a part of {_named(again)} and is not counted twice ({count} records)")
    for path, listed in contracts.items():
        if path not in repeated:
            yield from listed


def _named(path: str) -> str:
    return shown(path.replace(_LIST, "")) or "the file"


def _key(own: Record, full: Record) -> frozenset[tuple[str, str]]:
    """What a record says itself, and of which underlying it is."""
    return frozenset((key, str(value)) for key, value in {"underlying": full.get("underlying"), **own}.items())


def _names_one(record: Record) -> bool:
    return any(field_of(key) in ("strike", "symbol") for key in record) or any(
        isinstance(value, str) and parse(value) for value in record.values()
    )


def _walk(node: object, above: Context, path: str, found: Found, heading: Sequence[str]) -> None:
    if path.count("/") > _DEEPEST:
        return
    if isinstance(node, Mapping):
        _object(node, above, path, found, heading)
    elif isinstance(node, list):
        check_size(len(node), 1)
        rows = _rows(node, heading)
        for entry in node if rows is None else rows:
            if isinstance(entry, Mapping):
                _walk(entry, above, path + _LIST, found, heading)


def _rows(node: Sequence[object], heading: Sequence[str]) -> list[Record] | None:
    """Records of lists under a heading, which stands above them or is the first of them; None for any other list."""
    lists = [entry for entry in node if isinstance(entry, list)]
    if not lists or len(lists) < len(node):
        return None
    first = lists[0]
    if first and all(isinstance(cell, str) and field_of(cell) for cell in first[:3]):
        heading, lists = [str(cell) for cell in first], lists[1:]
    return [dict(zip(heading, entry, strict=False)) for entry in lists]


def _object(node: Mapping[str, Any], above: Context, path: str, found: Found, heading: Sequence[str]) -> None:
    columns = _columns(node)
    if columns is not None:
        rest = {k: v for k, v in node.items() if not isinstance(v, list)}
        below = _context(rest, above)
        for record in columns:
            _add(record, below, path, found)
        return
    nested = {str(k): v for k, v in node.items() if isinstance(v, (Mapping, list))}
    sides = {k: side for k, v in nested.items() if (side := _side(k)) and _holds_figures(v)}
    keyed = {} if sides else _keyed(nested)
    own = {k: v for k, v in node.items() if k not in sides and k not in keyed}
    if not sides and not keyed and (_is_contract(own) or not any(map(_is_container, nested.values()))):
        _add(_flat(own), above, path, found)
        return
    below = _context(own, above)
    for name in _HEADINGS:
        names = node.get(name) if name != "header" else (node.get(name) or {})
        names = names.get("format") if isinstance(names, Mapping) else names
        if isinstance(names, list) and all(isinstance(word, str) for word in names):
            heading = names
    for key, value in nested.items():
        inner = f"{path}/{key}" if path else key
        if key in sides:
            _walk(
                value,
                # CE and PE are India's words, which the market is told by.
                {**below, "right": (0, key.upper() if key.upper() in _INDIAN else sides[key])},
                path if isinstance(value, Mapping) else inner,
                found,
                heading,
            )
        elif key in keyed:
            name, cell = keyed[key]
            _walk(value, {**below, name: (0, cell)}, path if name != "expiry" else inner, found, heading)
        elif _is_container(value):
            ticker = {"underlying": (50, key)} if _TICKER.fullmatch(key) and "underlying" not in below else {}
            _walk(value, {**below, **ticker}, inner, found, heading)


def _columns(node: Mapping[str, Any]) -> list[Record] | None:
    """Records of an object whose fields are lists, or objects with the same keys; None where it is none."""
    for kind in (list, Mapping):
        columns = {k: v for k, v in node.items() if isinstance(v, kind) and v and field_of(str(k))}
        sizes = {len(v) for v in columns.values()}
        if len(columns) < 3 or len(sizes) != 1 or not {"strike", "symbol"} & {field_of(str(k)) for k in columns}:
            continue
        same = {k: v for k, v in node.items() if isinstance(v, kind) and len(v) in sizes}
        if kind is Mapping:
            index = list(next(iter(columns.values())))
            same = {k: [v[key] for key in index] for k, v in same.items() if list(v) == index}
        if all(not isinstance(cell, (list, Mapping)) for v in same.values() for cell in v[:3]):
            return [dict(zip(same, row, strict=True)) for row in zip(*same.values(), strict=True)]
    return None


def _side(key: str) -> str | None:
    found = _SIDE_KEY.match(key)
    return right(key) or (found[1][0].upper() if found else None)


def _holds_figures(value: object) -> bool:
    """Whether the object or list under the name of a side is of contracts, and no lone list of numbers."""
    return isinstance(value, Mapping) or (
        isinstance(value, list) and any(isinstance(e, (Mapping, list)) for e in value)
    )


def _keyed(nested: Mapping[str, Any]) -> dict[str, tuple[str, object]]:
    """{key: (field, value)} of an object whose keys are expiries, strikes or option symbols, all of one kind."""
    keys = [key for key, value in nested.items() if _holds_figures(value)]
    if not keys:
        return {}
    figures = [number(key) for key in keys]
    if all(parse(key) for key in keys):
        return {key: ("symbol", key) for key in keys}
    if all(value is not None for value in figures):
        dates = all(value is not None and (19_900_101 <= value < 21_000_101 or from_epoch(value)) for value in figures)
        if not dates:  # an index of records counts from 0
            plainly = [value for value in figures if value is not None]
            counted = plainly == [float(n) for n in range(int(plainly[0]), int(plainly[0]) + len(plainly))]
            return {} if counted and plainly[0] in (0, 1) else {key: ("strike", key) for key in keys}
    days = {key: expiry_date(key.partition(":")[0]) for key in keys}
    return {key: ("expiry", day.isoformat()) for key, day in days.items() if day} if all(days.values()) else {}


def _is_container(value: Mapping[str, Any] | list[Any], depth: int = 0) -> bool:
    """Whether objects or lists of objects lie below, so that this is no part of a contract."""
    if depth > _DEEPEST:
        return False
    if isinstance(value, list):
        return any(isinstance(entry, (Mapping, list)) for entry in value[:50])
    nested = {str(k): v for k, v in value.items() if isinstance(v, (Mapping, list))}
    if _columns(value) is not None or any(_side(k) and _holds_figures(v) for k, v in nested.items()) or _keyed(nested):
        return True
    return _is_contract(value) or any(_is_container(v, depth + 1) for v in nested.values())


def _is_contract(node: Mapping[str, Any]) -> bool:
    """Whether an object itself names a contract and holds a figure of it."""
    flat = _flat({k: v for k, v in node.items() if not isinstance(v, list)})
    fields = {field_of(key) for key in flat}
    named = any(
        (field_of(key) == "strike" and number(value) is not None) or (isinstance(value, str) and parse(value))
        for key, value in flat.items()
    )
    return named and bool({"open_interest", "iv", "bid", "gamma", "delta"} & fields)


def _flat(record: Mapping[str, Any], above: str = "", depth: int = 0) -> Record:
    """A record with those of its objects taken in, `greeks.gamma`; lists and what is deeper become text."""
    out: Record = {}
    for key, value in record.items():
        name = f"{above}{key}"
        if isinstance(value, Mapping) and depth < 2:
            out.update(_flat(value, f"{name}.", depth + 1))
        else:
            out[name] = str(value)[:_LONGEST] if isinstance(value, (list, dict)) else value
    return out


def _context(own: Mapping[str, Any], above: Context) -> Context:
    """What holds for all below: that of above, and what the object itself says more surely."""
    out = dict(above)
    leaves = {
        k: v for k, v in own.items() if not isinstance(v, list) and not (isinstance(v, Mapping) and _is_container(v))
    }
    for key, value in _flat(leaves).items():
        if value is None or value == "" or isinstance(value, bool):
            continue
        name, rank = field_of(key), rank_of(key)
        last = plain(key.rpartition(".")[2])
        if name == "right" and right(value) is None:
            name = None  # "type": "option", and Nubra's price of the underlying as "cp"
        if name in (None, "symbol", "bid", "ask", "last_trade", "root") and last in _OF_UNDERLYING:
            name, rank = _OF_UNDERLYING[last], 20 + _SURE[last]
        if name == "quote_time" and expiry_date(value) is None:
            continue
        if name in _INHERITED and name != "symbol" and rank < out.get(name, (99, None))[0]:
            out[name] = (rank, value)
    for name, value in _told_otherwise(own):
        out.setdefault(name, (50, value))
    return out


def _told_otherwise(own: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """(field, value) of a price that stands in a sentence, and of a list of expiries that holds only one."""
    for key, value in own.items():
        if isinstance(value, str) and (found := _SENTENCE.match(value)):
            yield "spot", number(found[1])
            if expiry_date(found[2]):
                yield "quote_time", found[2]
        elif isinstance(value, list) and len(value) == 1 and plain(str(key)).startswith("expir"):
            entry = value[0]
            cells = [entry.get("expiry"), *entry.values()] if isinstance(entry, Mapping) else [entry]
            if day := next((day for cell in cells if (day := expiry_date(cell))), None):
                yield "expiry", day.isoformat()


def _add(record: Record, above: Context, path: str, found: Found) -> None:
    own = {field_of(key) for key in record}
    inherited = {_INHERITED[name]: value for name, (_, value) in above.items() if name not in own}
    found.lists.setdefault(path, []).append((record, {**inherited, **record}))
