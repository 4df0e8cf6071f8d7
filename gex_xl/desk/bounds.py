"""Bounds on gamma and vega, of the whole book or of a bucket of expiries."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass, field

import numpy as np

from gex_xl.arrays import Mask
from gex_xl.clock import NEW_YORK
from gex_xl.desk.positions import Book
from gex_xl.desk.table import Cells, Row, Where, read_table
from gex_xl.errors import BadInput, shown
from gex_xl.reading.dates import expiry_date

GREEKS = ("gamma", "vega")
_DAYS = re.compile(r"(<=|<|>=|>)?\s*(\d{1,5})\s*d?")
_SPAN = re.compile(r"(\d{1,5})\s*d?\s*(?::|-|to)\s*(\d{1,5})\s*d?")


@dataclass(frozen=True, slots=True)
class Bucket:
    """Expiries from `low` to `high` calendar days after the day of valuation, both included, or one `day`.

    `name` as it was written, "" for all expiries.
    """

    name: str = ""
    low: float = -math.inf
    high: float = math.inf
    day: dt.date | None = None

    def has(self, book: Book) -> Mask:
        """Which rows of a book are in it, shape (n,); those without an expiry are in no bucket but that of all."""
        if not self.name:
            return np.ones(len(book), dtype=bool)
        today = book.as_of.astimezone(NEW_YORK).date()
        return np.array(
            [
                expiry is not None
                and (expiry == self.day if self.day else self.low <= (expiry - today).days <= self.high)
                for expiry in book.expiry
            ],
            dtype=bool,
        )


@dataclass(frozen=True, slots=True)
class Bound:
    """`greek` (gamma in USD per 1 %, vega in USD per vol point) of a `bucket` and an `underlying` ("" for all) from
    `low` to `high`, infinite where not bounded. `where`: its row."""

    greek: str
    low: float
    high: float
    bucket: Bucket = Bucket()
    underlying: str = ""
    where: str = field(default="bounds", compare=False)

    @property
    def label(self) -> str:
        """`gamma`, `vega <=7d`, `gamma SPX 8d:30d`."""
        return " ".join(part for part in (self.greek, self.underlying, self.bucket.name) if part)

    def has(self, book: Book) -> Mask:
        """Which rows it counts, shape (n,)."""
        mask = self.bucket.has(book)
        return mask & book.on(self.underlying) if self.underlying else mask


def parse_bucket(written: str) -> Bucket | None:
    """`0dte`, `<=7d`, `>30d`, `8d:30d` (days from the day of valuation), a date, "" or all; None for anything else."""
    word = " ".join(written.lower().split())
    if word in ("", "all", "book"):
        return Bucket()
    if word == "0dte":
        return Bucket("0dte", -math.inf, 0)
    if span := _SPAN.fullmatch(word):
        low, high = int(span[1]), int(span[2])
        return Bucket(f"{low}d:{high}d", low, high) if low <= high else None
    found = _DAYS.fullmatch(word)
    if found and found[1]:
        days = int(found[2])
        ends = {"<=": (-math.inf, days), "<": (-math.inf, days - 1), ">=": (days, math.inf), ">": (days + 1, math.inf)}
        return Bucket(f"{found[1]}{days}d", *ends[found[1]])
    day = None if found else expiry_date(written)
    return Bucket(f"{day}", day=day) if day else None


def read_bounds(cells: Cells, where: Where | None = None) -> list[Bound]:
    """Columns greek, low, high (or greek, limit: plus and minus it) and, where wanted, bucket and underlying.

    Raises BadInput naming the row.
    """
    rows = read_table(
        cells, where or Where("bounds"),
        {"greek": ("limit on", "name", "measure"), "low": ("lower", "from", "min"), "high": ("upper", "to", "max"),
         "limit": ("bound", "value"), "bucket": ("expiry", "expiries", "days"), "underlying": ("ticker",)},
        ("greek",),
    )  # fmt: skip
    found: list[Bound] = []
    for row in rows:
        bound = _bound(row)
        if bound.label in [other.label for other in found]:
            raise BadInput(f"{row.place}: {bound.label} is bounded twice; give it once")
        found.append(bound)
    return found


def _bound(row: Row) -> Bound:
    name = row.word("greek").lower()
    if name not in GREEKS:
        raise BadInput(f'{row.place}: "{shown(row.word("greek"))}"; expected gamma or vega, once each')
    row.named(name)
    cell = row.cells.get("bucket")
    day = expiry_date(cell) if isinstance(cell, (dt.date, int, float)) else None
    bucket = Bucket(f"{day}", day=day) if day else parse_bucket(row.word("bucket"))
    if bucket is None:
        raise row.bad("bucket", "<=7d, >30d, 8d:30d, 0dte, a date, or a blank for all expiries")
    size, low, high = row.amount("limit", 0), row.amount("low"), row.amount("high")
    if size is not None:
        low, high = -size, size
    if low is None and high is None:
        raise BadInput(f"{row.where}: no figure is given; expected low and high, or limit")
    if low is not None and high is not None and low > high:
        raise BadInput(f"{row.where}: low {low:g} is above high {high:g}; expected low below high")
    return Bound(
        name, -math.inf if low is None else low, math.inf if high is None else high, bucket,
        row.word("underlying").upper(), row.where,
    )  # fmt: skip
