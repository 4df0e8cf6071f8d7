"""Chains and surfaces whose answer is known beforehand, in plain Python (math and statistics only)."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from statistics import NormalDist
from typing import Any
from zoneinfo import ZoneInfo

from gex_xl.chain import Chain

NEW_YORK = ZoneInfo("America/New_York")
AS_OF = dt.datetime(2025, 3, 3, 11, 30, tzinfo=NEW_YORK)  # a Monday, market open
NORMAL = NormalDist()
#: field -> the header under which it is written.
HEADERS = {
    "root": "Root",
    "expiry": "Expiry",
    "right": "Type",
    "strike": "Strike",
    "iv": "IV",
    "oi": "Open Interest",
    "gamma": "Gamma",
    "delta": "Delta",
    "bid": "Bid",
    "ask": "Ask",
    "volume": "Volume",
    "multiplier": "Multiplier",
    "position": "dealer_position",
}
Line = Mapping[str, Any]


def cells(lines: Iterable[Line], spot: float | None = None, as_of: dt.datetime | None = None) -> list[list[Any]]:
    """One contract per row; only the columns that occur are written."""
    given = [dict(line) for line in lines]
    used = [name for name in HEADERS if any(name in line for line in given)]
    header = [HEADERS[name] for name in used]
    rows = [[line.get(name) for name in used] for line in given]
    if spot is not None:
        header.append("Underlying Price")
        rows = [[*row, spot] for row in rows]
    if as_of is not None:
        header.append("Quote Time")
        rows = [[*row, as_of] for row in rows]
    return [header, *rows]


def chain_of(lines: Iterable[Line], spot: float | None = None, as_of: dt.datetime | None = AS_OF) -> Chain:
    """A Chain from lines, spot and quote time as columns."""
    return Chain.from_cells(cells(lines, spot, as_of))


def years_between(start: dt.datetime, expiry: str, hour: int = 16, minute: int = 0) -> float:
    """Elapsed years of 365 days from `start` to a New York wall-clock time."""
    day = dt.date.fromisoformat(expiry)
    end = dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=NEW_YORK)
    return (end.astimezone(dt.UTC) - start.astimezone(dt.UTC)).total_seconds() / (365 * 86_400)


def d1(forward: float, strike: float, v: float) -> float:
    return (math.log(forward / strike) + v * v / 2) / v


def gamma(spot: float, forward: float, strike: float, v: float, discount: float = 1.0) -> float:
    """exp(-qT) pdf(d1) / (S v)."""
    return discount * NORMAL.pdf(d1(forward, strike, v)) / (spot * v)


def price(forward: float, strike: float, v: float, right: str, discount: float = 1.0) -> float:
    """Black (1976): exp(-rT) (F N(d1) - K N(d2)) and its put."""
    s = 1.0 if right == "C" else -1.0
    first = d1(forward, strike, v)
    return discount * s * (forward * NORMAL.cdf(s * first) - strike * NORMAL.cdf(s * (first - v)))


def delta(forward: float, strike: float, v: float, right: str, discount: float = 1.0) -> float:
    """exp(-qT) N(d1) and exp(-qT) (N(d1) - 1)."""
    first = d1(forward, strike, v)
    return discount * NORMAL.cdf(first) if right == "C" else -discount * NORMAL.cdf(-first)


def smile(strike: float, at: float) -> float:
    """A skewed smile: 20 % at `at`, higher below."""
    x = math.log(strike / at)
    return 0.20 - 0.30 * x + 0.50 * x * x
