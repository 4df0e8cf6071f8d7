"""Which market a paste is of, told by structure: names of contracts, kinds of rights, the language of a header.

What follows from a market (zone, settlement, currency, multiplier) is in the table of products.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from gex_xl.products import US, Kind, known, markets, product
from gex_xl.reading.columns import Columns, Table
from gex_xl.reading.headers import plain
from gex_xl.reading.roles import Roles
from gex_xl.reading.symbols import Symbol, one_underlying
from gex_xl.reading.values import is_blank, text

_CODE = re.compile(r"[A-Z]{3}|GBp")
_TICKER = re.compile(r"[A-Z0-9.&_-]{1,12}")
#: As files write the names of exchanges and of their segments.
_EXCHANGES = {
    "deribit": "Deribit", "bybit": "Bybit", "okx": "OKX", "okex": "OKX", "binance": "Binance",
    "delta": "Delta Exchange", "deltaexchange": "Delta Exchange",
    "nse": "NSE", "nfo": "NSE", "nsefo": "NSE", "nseindex": "NSE", "nseeq": "NSE",
    "bse": "BSE", "bfo": "BSE", "bsefo": "BSE", "bseindex": "BSE", "mcx": "MCX", "mcxfo": "MCX", "hkex": "HKEX",
    "hkfe": "HKEX", "eurex": "Eurex", "xeur": "Eurex", "dtb": "Eurex", "taifex": "TAIFEX", "xtaf": "TAIFEX", "b3": "B3",
    "bvmf": "B3", "bmf": "B3", "cme": "CME", "cbot": "CME", "nymex": "CME", "comex": "CME", "xcme": "CME",
}  # fmt: skip
#: Names of columns that only one market's own tables have.
_OWN_NAMES = {
    "NSE": frozenset({"chnginoi", "underlyingvalue", "pchangeinopeninterest", "bidqty"}),
    "HKEX": frozenset({"行使價", "行使价"}),
    "TAIFEX": frozenset({"履約價", "履約價格", "买卖权", "買賣權"}),
    "B3": frozenset({"precodeexercicio"}),
}
_FAMILIES = {"right first": "Delta Exchange", "coin, currency": "OKX", "coin, digits": "Binance"}
_INDIAN_RIGHTS = frozenset({"CE", "PE"})
#: ESZ23 and the like: root, month, year; Barchart's files of options on it begin with it and say exp.
_FILE_OF_FUTURE = re.compile(r"(([a-z0-9]{1,3})[fghjkmnquvxz]\d{1,2})-(?=.*exp-)", re.IGNORECASE)
COINS = frozenset({"Deribit", "Bybit", "OKX", "Binance", "Delta Exchange"})


def tell_market(columns: Columns, table: Table, roles: Roles) -> None:
    """Fill in venue and symbol, and what a coin's options mean without saying it: the forward of their expiry."""
    symbols = columns.symbols.heads
    columns.symbol = _ticker(table, roles, named=any(symbols))
    root = next((o.root for o in symbols), "") or next(filter(None, columns.root), "") or columns.symbol
    venue, why = _venue(table, roles, symbols, root)
    columns.venue = venue
    if venue:
        columns.told.append(("market", f"{venue} ({why})"))
    if venue in COINS:
        _of_coins(columns, table, roles)
    elif at := roles.all("currency"):
        codes = {text(cell) for cell in table.cells(at[0]) if not is_blank(cell)}
        columns.currency = code if len(codes) == 1 and _CODE.fullmatch(code := codes.pop()) else ""


def name_future(columns: Columns, title: str) -> None:
    """Fill in the future that a file of Barchart's is named for, where nothing in the table names the underlying."""
    found = _FILE_OF_FUTURE.match(title)
    listed = product(found[2], "CME") if found and not columns.symbol and not any(columns.root) else None
    if not found or listed is None or listed.market != "CME":
        return
    columns.symbol, columns.venue = listed.root, listed.market
    columns.told.append(("market", f"{listed.market} (the file's name begins with the future {found[1].upper()})"))
    if np.isnan(columns.multiplier).any():
        columns.notes.append(
            f"the file's name begins with the future {found[1].upper()}: {listed.multiplier:g} per contract, as the "
            "table of products says; multiplier replaces it"
        )


def _venue(table: Table, roles: Roles, symbols: Sequence[Symbol], root: str) -> tuple[str, str]:
    """Market and evidence; both "" for options of the US, and where nothing tells."""
    for name in ("exchange", "underlying", "symbol"):
        for at in roles.all(name):
            cell = text(next(iter(table.sample(at, 1)), ""))
            word = plain(re.split(r"[|:]", cell)[0])
            if word in _EXCHANGES and (name == "exchange" or cell[len(word) :].lstrip("_")[:1] in ("|", ":")):
                return _EXCHANGES[word], f"column {table.names[at]}: {cell[:40]}"
    families = {o.family for o in symbols}
    for family, market in _FAMILIES.items():
        if family in families:
            return market, "the form of the contracts' names"
    names = {plain(name.rpartition(".")[2]) for name in table.names}
    if "dashes" in families:
        own = {"bid1price", "ask1price", "bid1iv", "ask1iv"} & names
        linear = any(o.root.endswith("_USDT") for o in symbols)
        return ("Bybit", "column names" if own else "contracts settled in USDT") if own or linear else (
            "Deribit", "the form of the contracts' names")  # fmt: skip
    indian = "india" in families or any(
        {text(cell).upper() for cell in table.sample(at, 10)} & _INDIAN_RIGHTS for at in roles.all("right")
    )
    sided = {name.upper().split(".")[0].split("_")[0] for name in table.names}
    if indian or sided >= _INDIAN_RIGHTS:
        market = next((m for m in ("BSE", "MCX") if root and product(root, m).root == root and _lists(m, root)), "NSE")
        return market, "CE and PE"
    title = {plain(text(cell)) for row in table.above[-3:] for cell in row}
    for market, own_names in _OWN_NAMES.items():
        if (names | title) & own_names:
            return market, "its own names of columns"
    found = product(root)
    foreign = root and found.root == root and found.kind is Kind.INDEX and found.market != US
    if foreign and "currency" not in roles.at and "occ" not in families:
        return found.market, f"{root} in the table of products"
    return _of_currency(table, roles, root)


def _lists(market: str, root: str) -> bool:
    """Whether the table of products has a row for a root at a market."""
    return (
        product(root, market) is product(root, market) and product(root, market).source != product("?", market).source
    )


def _of_currency(table: Table, roles: Roles, root: str) -> tuple[str, str]:
    """The market whose product a root is, where a column of currencies agrees."""
    if "currency" not in roles.at or not known(root):
        return "", ""
    currency = text(next(iter(table.sample(roles.at["currency"], 1)), "")).upper()
    for market in markets():
        listed = product(root, market)
        if listed.root == root and listed.currency == currency and currency != "USD":
            return market, f"root {root} and currency {currency}"
    return "", ""


def _ticker(table: Table, roles: Roles, *, named: bool) -> str:
    """The underlying that a column names; "" where there is none, or each contract has a name of its own."""
    at = roles.at.get("underlying", roles.at.get("symbol"))
    if at is None or (named and "underlying" not in roles.at):
        return ""
    names = {text(cell).upper().lstrip("^$").removesuffix(".US") for cell in table.cells(at) if not is_blank(cell)}
    names = {re.split(r"[|:]", name)[-1] for name in names}
    names = {name.removesuffix("-USD").removesuffix("-USDT") for name in names}
    # A long list of names, or words, is of contracts or companies.
    return one_underlying(names) if all(_TICKER.fullmatch(name) for name in names) else ""


def _of_coins(columns: Columns, table: Table, roles: Roles) -> None:
    """An underlying price beside an index price is the forward of the expiry; prices in coin are made dollars."""
    names = {plain(name.rpartition(".")[2]): j for j, name in enumerate(table.names)}
    at = names.get("underlyingprice")
    if at is not None and np.isnan(columns.forward).all():
        columns.forward = np.tile(table.numeric(at, table.names[at]), len(columns.strike) // max(len(table.rows), 1))
        roles.at.pop("spot", None)
    for name in ("indexprice", "estimateddeliveryprice", "spotprice", "idxpx"):
        if "spot" not in roles.at and name in names:
            roles.at["spot"] = names[name]
    calls = columns.right == "C"
    quotes = np.concatenate([columns.bid[calls], columns.ask[calls]])
    quotes = quotes[np.isfinite(quotes)]
    inverse = np.array(["_" not in root for root in columns.root], dtype=bool)
    # A call is worth no more than its coin.
    if quotes.size and inverse.any() and columns.venue not in ("Bybit", "Binance") and quotes.max() <= 1:
        factor = np.where(inverse, columns.forward, 1.0)
        columns.bid, columns.ask = columns.bid * factor, columns.ask * factor
        columns.notes.append("prices in coin are made USD with each expiry's underlying_price")
