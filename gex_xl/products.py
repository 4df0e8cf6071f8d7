"""What is listed where: settlement, currency, multiplier and exercise of each product, from products.csv.

One row a root or ticker; the row `*` of a market holds for all others of it. The table is the only place of such facts.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
import io
import pkgutil
from dataclasses import dataclass, replace
from enum import StrEnum
from zoneinfo import ZoneInfo

from gex_xl.errors import BadInput

US = "US"  # options that the Options Clearing Corporation clears
_ASSUMED = "assumed"


class Kind(StrEnum):
    INDEX = "index"
    INDEX_FUND = "index fund"
    STOCK = "stock"
    CRYPTO = "crypto"
    FUTURE = "future"


class Cycle(StrEnum):
    """Which expiries are the standard monthly ones; NONE where the table does not know."""

    THIRD_FRIDAY = "third_friday"
    VIX_WEDNESDAY = "vix_wednesday"
    THIRD_WEDNESDAY = "third_wednesday"
    WEDNESDAY_15 = "wednesday_15"
    LAST_FRIDAY = "last_friday"
    LAST_WEEK = "last_week"
    NONE = "none"


class MarginClass(StrEnum):
    """How a US margin rule sees the underlying: broad index of high capitalisation, another broad index, any other."""

    HIGH_CAP_INDEX = "high_cap_index"
    INDEX = "index"
    STOCK = "stock"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Product:
    """One root or ticker.

    Times are local to `zone`. `opens`, `closes`: the session, None where the market never closes; it closes on the
    next day where `closes` is before `opens`. `settlement`: of an expiry day; `quarterly`: of the third Friday of
    March, June, September and December where that differs. `multiplier`: units per contract, None where it depends on
    the date or on the underlying and must be given. `cboe_mark`: what stands before the symbol in Cboe's file names.
    `future`: the root of the future quoted at the index's own level, "" where the table knows none.
    """

    root: str
    underlying: str
    kind: Kind
    market: str
    zone: ZoneInfo
    opens: dt.time | None
    closes: dt.time | None
    settlement: dt.time
    quarterly: dt.time | None
    currency: str
    multiplier: float | None
    american: bool
    cycle: Cycle
    cboe_mark: str
    margin: MarginClass
    future: str
    source: str

    @property
    def assumed(self) -> bool:
        """Whether nothing is known of the product and this is what US options have."""
        return self.source == _ASSUMED

    @property
    def is_index_like(self) -> bool:
        """Whether it is an index or a fund on one: the sign convention customer_flow is meant for these."""
        return self.kind in (Kind.INDEX, Kind.INDEX_FUND)

    @property
    def never_closes(self) -> bool:
        return self.opens is None

    @property
    def settles_in_the_morning(self) -> bool:
        """Whether it is shown as AM: 09:30 New York, 08:00 UTC."""
        return self.settlement < dt.time(12)

    @property
    def place(self) -> str:
        """Its zone as it is shown: `New York`, `UTC`."""
        return self.zone.key.rpartition("/")[2].replace("_", " ")

    def in_words(self, multiplier: float | None = None) -> str:
        """`100 per contract, USD, settles 16:00 New York`; another multiplier where the chain or a setting says so."""
        many = self.multiplier if multiplier is None else multiplier
        count = "a multiplier that must be given" if many is None else f"{many:,.12g} per contract"
        return f"{count}, {self.currency}, settles {self.settlement:%H:%M} {self.place}"


@functools.cache
def products() -> tuple[Product, ...]:
    """The whole table, in its order."""
    found = pkgutil.get_data("gex_xl", "products.csv")
    if found is None:
        raise BadInput("products.csv is missing from the installation of gex_xl; install it anew")
    return tuple(_product(row) for row in csv.DictReader(io.StringIO(found.decode("utf-8"))))


def _product(row: dict[str, str]) -> Product:
    return Product(
        root=row["root"],
        underlying=row["underlying"],
        kind=Kind(row["kind"]),
        market=row["market"],
        zone=ZoneInfo(row["zone"]),
        opens=_time(row["opens"]),
        closes=_time(row["closes"]),
        settlement=dt.time.fromisoformat(row["settlement"]),
        quarterly=_time(row["quarterly"]),
        currency=row["currency"],
        multiplier=float(row["multiplier"]) if row["multiplier"] else None,
        american=row["exercise"] == "american",
        cycle=Cycle(row["cycle"]),
        cboe_mark=row["cboe_mark"],
        margin=MarginClass(row["margin"]),
        future=row["future"],
        source=row["source"],
    )


def _time(written: str) -> dt.time | None:
    return dt.time.fromisoformat(written) if written else None


@functools.cache
def _by_root() -> dict[tuple[str, str], Product]:
    """(market, root) -> product; the market "" holds the first product of each root."""
    out: dict[tuple[str, str], Product] = {}
    for each in products():
        out[each.market, each.root] = each
        if each.root != "*":
            out.setdefault(("", each.root), each)
    return out


@functools.lru_cache(maxsize=4096)
def product(root: str, market: str = "") -> Product:
    """The product of a root or ticker, at a market where it is known; never fails.

    Digits at the end of a root mark adjusted contracts, and what follows `_` is a coin's currency. What is not in the
    table has what its market's others have, and without a market what US options on stocks have (`assumed`).
    """
    table = _by_root()
    name = root.strip().upper()
    for known in (name, name.partition("_")[0], bare(name)):
        if found := table.get((market, known)):
            return found
    found = table.get((market, "*"), table[US, "*"])
    return replace(found, root=name, underlying=bare(name))


def by_ticker(ticker: str, market: str = "") -> Product:
    """The product that a ticker stands for where no root tells: SPX -> SPXW, since AM and PM contracts share it.

    The sibling that settles in the afternoon where there is one, else the ticker's own product (VIX, AM only).
    """
    found = product(ticker, market)
    if not found.settles_in_the_morning:
        return found
    siblings = (p for p in products() if (p.underlying, p.market) == (found.underlying, found.market))
    return next((p for p in siblings if not p.settles_in_the_morning), found)


def settles_twice(ticker: str, market: str = "") -> bool:
    """Whether a ticker's contracts may settle in the morning or in the afternoon: SPX, not VIX and not XSP."""
    return product(ticker, market).settles_in_the_morning and not by_ticker(ticker, market).settles_in_the_morning


def known(root: str) -> bool:
    """Whether the table has a row for this root or ticker, at whatever market."""
    return ("", root.strip().upper()) in _by_root()


def markets() -> list[str]:
    """All markets, in the order of the table."""
    return list(dict.fromkeys(each.market for each in products()))


def bare(root: str) -> str:
    """A root without the digits of adjusted contracts and without a coin's currency: AAPL1 -> AAPL, BTC_USDC -> BTC."""
    return root.partition("_")[0].rstrip("0123456789")


def underlying_of(root: str) -> str:
    """The underlying that a root is written on: SPXW -> SPX, the adjusted AAPL1 -> AAPL, Deribit's BTC_USDC -> BTC."""
    return product(root).underlying
