"""Which product of the table each contract of a paste is, and with it when it settles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gex_xl.clock import is_monthly
from gex_xl.products import US, Kind, Product, by_ticker, product, products, settles_twice
from gex_xl.reading import Columns
from gex_xl.settings import ThirdFriday

Key = tuple[str, dt.date, bool | None]  # root, expiry, and whether the feed says that it settles at the open
_ANY_INDEX = "SPX"  # what is meant by the morning where no symbol names the index
_OPEN, _CLOSE = dt.time(9, 30), dt.time(16)


def listed_products(
    columns: Columns, keys: Sequence[Key], symbol: str, third_friday: ThirdFriday
) -> tuple[Product, list[Product]]:
    """The product of the underlying's ticker, and of each key: by the root, or by the ticker without one.

    A ticker whose contracts settle in the morning or in the afternoon is taken as the latter, but for the setting's
    third Friday; a feed that says it itself is believed.
    """
    market = columns.venue
    occ = any(head.family == "occ" for head in columns.symbols.heads)
    if occ and not market and product(symbol).market != US:
        market = US  # ES, CL, BTC and DAX are stocks and funds too, and only those have OCC symbols
    ticker = by_ticker(symbol, market)
    morning = product(symbol or _ANY_INDEX, market)
    opens = third_friday is ThirdFriday.OPEN and (settles_twice(symbol, market) or not symbol) and not columns.has_roots

    def of(root: str, expiry: dt.date, am: bool | None) -> Product:
        if root and columns.has_roots:
            found = product(root, market)
        else:
            found = morning if opens and am is None and is_monthly(expiry) else ticker
        return found if am is None or found.market != US else settling(found, am)

    return ticker, [of(*key) for key in keys]


def settling(listed: Product, am: bool) -> Product:
    """The product that settles in the morning, or not, on the same underlying; its like where the table has none."""
    if listed.settles_in_the_morning == am:
        return listed
    siblings = (p for p in products() if (p.underlying, p.market) == (listed.underlying, listed.market))
    found = next((p for p in siblings if p.settles_in_the_morning == am), None)
    return found or replace(listed, settlement=_OPEN if am else _CLOSE)


def settlement_notes(columns: Columns, symbol: str, third_friday: ThirdFriday) -> list[str]:
    """How contracts settle where neither a root nor the feed says it, and where few know it."""
    notes = []
    if "VIXW" in columns.root:
        notes.append("VIXW contracts settle at the open, as those of VIX do (Cboe's specification of VIX options)")
    found = product(symbol, columns.venue)
    occ = any(head.family == "occ" for head in columns.symbols.heads)
    if not columns.venue and not occ and found.kind in (Kind.FUTURE, Kind.CRYPTO):
        notes.append(
            f"{symbol} is read as the {found.kind} of {found.market}, {found.in_words()}; where a stock or fund is "
            "meant, give multiplier = 100"
        )
    unsaid = set(columns.expiry[np.isnan(columns.am)].tolist())
    monthly = sorted(filter(is_monthly, unsaid))
    if not columns.has_roots and monthly and (settles_twice(symbol, columns.venue) or not symbol):
        notes.append(
            f"no OCC symbols or root column: contracts of the third Friday ({monthly[0].isoformat()}) are taken as "
            f"settled at the {third_friday} (setting third_friday); those of an index may settle at either"
        )
    return notes
