"""Made-up chains whose quotes are those of their volatilities, so that units can be told by evidence.

Prices by Black's formula on the forward, undiscounted, with math.erf: apart from the project's own pricing.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from zoneinfo import ZoneInfo

YEAR = 365 * 86_400.0


@dataclass(frozen=True)
class Quote:
    """One contract: `bid`, `ask`, `gamma` and `delta` follow from `iv`; open interest in the market's own unit."""

    root: str
    expiry: dt.date
    right: str
    strike: float
    iv: float
    open_interest: float
    volume: int
    bid: float
    ask: float
    gamma: float
    delta: float
    forward: float

    @property
    def occ(self) -> str:
        return f"{self.root}{self.expiry:%y%m%d}{self.right}{round(self.strike * 1000):08d}"

    @property
    def word(self) -> str:
        return "call" if self.right == "C" else "put"


@dataclass(frozen=True)
class World:
    """A chain of one underlying at one moment; `settles` is the time of day in `zone` at which its expiries end."""

    symbol: str
    spot: float
    quoted: dt.datetime
    settles: dt.time
    zone: ZoneInfo
    quotes: tuple[Quote, ...]

    def pairs(self) -> Iterator[tuple[Quote, Quote]]:
        """Call and put of each expiry and strike."""
        return zip(self.quotes[::2], self.quotes[1::2], strict=True)

    @property
    def expiries(self) -> list[dt.date]:
        return list(dict.fromkeys(q.expiry for q in self.quotes))

    @property
    def local(self) -> dt.datetime:
        return self.quoted.astimezone(self.zone)

    def epoch(self, unit: int = 1) -> int:
        return round(self.quoted.timestamp()) * unit


@dataclass(frozen=True)
class Market:
    """From what worlds of one market are drawn: dates, strikes, the tick of quotes and the step of open interest."""

    symbol: str
    spot: float
    step: float  # between strikes
    quoted: dt.datetime
    expiries: tuple[dt.date, ...]
    settles: dt.time
    zone: str
    tick: float = 0.01
    lot: float = 1.0  # open interest comes in multiples
    growth: float = 0.0  # of the forward, a year


MARKETS = {
    "us": Market("QZX", 187.31, 2.5, dt.datetime(2024, 5, 22, 18, 20, tzinfo=dt.UTC),
                 (dt.date(2024, 5, 24), dt.date(2024, 6, 21)), dt.time(16), "America/New_York"),
    "india": Market("BANKNIFTY", 51_873.4, 100.0, dt.datetime(2025, 2, 18, 6, 45, tzinfo=dt.UTC),
                    (dt.date(2025, 2, 27),), dt.time(15, 30), "Asia/Kolkata", tick=0.05),
    "shares": Market("BANKNIFTY", 51_873.4, 100.0, dt.datetime(2025, 2, 18, 6, 45, tzinfo=dt.UTC),
                     (dt.date(2025, 2, 27),), dt.time(15, 30), "Asia/Kolkata", tick=0.05, lot=30.0),
    "coin": Market("ETH", 3_418.2, 100.0, dt.datetime(2024, 11, 26, 9, 0, tzinfo=dt.UTC),
                   (dt.date(2024, 11, 29), dt.date(2024, 12, 27)), dt.time(8), "UTC", tick=0.1, lot=0.1, growth=0.08),
    "delta": Market("BTC", 97_340.0, 1_000.0, dt.datetime(2024, 11, 26, 9, 0, tzinfo=dt.UTC),
                    (dt.date(2024, 11, 29), dt.date(2024, 12, 27)), dt.time(12), "UTC", tick=1.0, lot=0.1),
    "hong kong": Market("HSI", 19_842.0, 200.0, dt.datetime(2024, 10, 28, 3, 30, tzinfo=dt.UTC),
                        (dt.date(2024, 11, 28),), dt.time(16), "Asia/Hong_Kong", tick=1.0),
    "germany": Market("ODAX", 18_533.0, 100.0, dt.datetime(2024, 7, 3, 9, 5, tzinfo=dt.UTC),
                      (dt.date(2024, 7, 19), dt.date(2024, 8, 16)), dt.time(13), "Europe/Berlin", tick=0.1),
}  # fmt: skip


def world(market: str, seed: int) -> World:
    """A chain of a market, drawn with a seed."""
    rng, m = random.Random(seed), MARKETS[market]  # noqa: S311
    zone = ZoneInfo(m.zone)
    spot = round(m.spot * rng.uniform(0.9, 1.1), 2)
    middle = round(spot / m.step)
    level = rng.uniform(0.12, 0.8)
    quotes = []
    for expiry, k in product(m.expiries, range(middle - 4, middle + 5)):
        left = (dt.datetime.combine(expiry, m.settles, zone) - m.quoted).total_seconds() / YEAR
        forward = round(spot * (1 + m.growth * left), 2)
        strike = k * m.step
        iv = round(level * (1 - 0.4 * math.log(strike / forward)) + rng.uniform(0, 0.01), 4)
        quotes += [_quote(m, expiry, right, strike, iv, forward, left, rng) for right in "CP"]
    return World(m.symbol, spot, m.quoted, m.settles, zone, tuple(quotes))


def _quote(
    m: Market, expiry: dt.date, right: str, strike: float, iv: float, forward: float, left: float, rng: random.Random
) -> Quote:
    stdev = iv * math.sqrt(left)
    d1 = math.log(forward / strike) / stdev + stdev / 2
    call = forward * _phi(d1) - strike * _phi(d1 - stdev)
    price = call if right == "C" else call - forward + strike
    low, high = (round(math.floor(price * f / m.tick) * m.tick, 4) for f in (0.99, 1.01))
    density = math.exp(-d1 * d1 / 2) / math.sqrt(2 * math.pi)
    return Quote(
        m.symbol, expiry, right, strike, iv, round(rng.randint(1, 40_000) * m.lot, 1), rng.randint(1, 900), max(low, 0),
        round(high + m.tick, 4), round(density / (forward * stdev), 10), round(_phi(d1) - (right == "P"), 6), forward,
    )  # fmt: skip


def _phi(x: float) -> float:
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))
