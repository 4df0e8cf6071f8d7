"""A made-up option chain in the layout of CBOE's quote table: the sample workbook's data and a file to try.

No figure comes from a market. Everything is a closed formula on integers or is rounded before it is used,
without a random generator, so the text is the same on every platform and with every version of numpy.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from pathlib import Path

from gex_xl.clock import NEW_YORK, settlements, years
from gex_xl.products import product
from gex_xl.settings import Clock

SPOT, CHANGE = 5312.40, 12.35  # USD
AS_OF = dt.datetime(2025, 10, 8, 11, 30, tzinfo=NEW_YORK)  # a Wednesday
RATE, DIVIDEND_YIELD = 0.043, 0.013  # per year, continuously compounded

HEADER = (
    "Expiration Date,Calls,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest,Strike,"
    "Puts,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest"
)
# English whatever the locale, unlike strftime's.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Positions pile up at these, so that the sample has walls to show.
_CALL_WALL, _PUT_WALL = 5400, 5200
_ROUNDNESS = ((500, 12.0), (100, 7.0), (50, 4.0), (25, 2.0), (5, 1.0))
# One unit of the integers in which quotes are computed is 0.0001 USD.
_UNIT = 10_000


@dataclass(frozen=True, slots=True)
class _Listing:
    """One root on one date. Strikes (USD) step by 5 and by 25 within so many points of spot, by 100 elsewhere.

    `size` is the open interest, in contracts, of puts at an ordinary strike where holders crowd; `tilt` is
    that of calls as a multiple of it.
    """

    date: str
    root: str
    fives: int
    twenty_fives: int
    low: int
    high: int
    size: int
    tilt: float

    @property
    def expiry(self) -> dt.date:
        return dt.date.fromisoformat(self.date)

    @property
    def strikes(self) -> set[int]:
        grid = set(range(self.low, self.high + 1, 100))
        for step, reach in ((25, self.twenty_fives), (5, self.fives)):
            first = math.ceil((SPOT - reach) / step) * step
            grid.update(range(first, int(SPOT + reach) + 1, step))
        return grid


_LISTINGS = (
    _Listing("2025-10-08", "SPXW", 150, 350, 4500, 5900, 210, 2.2),
    _Listing("2025-10-09", "SPXW", 175, 400, 4400, 6000, 170, 1.6),
    _Listing("2025-10-10", "SPXW", 200, 450, 4300, 6100, 270, 0.8),
    _Listing("2025-10-13", "SPXW", 150, 450, 4200, 6100, 150, 1.7),
    _Listing("2025-10-14", "SPXW", 150, 450, 4200, 6100, 120, 1.5),
    _Listing("2025-10-15", "SPXW", 150, 450, 4200, 6100, 130, 0.9),
    _Listing("2025-10-17", "SPX", 150, 800, 2000, 7000, 980, 1.3),
    _Listing("2025-10-17", "SPXW", 200, 600, 3800, 6500, 340, 1.3),
    _Listing("2025-10-24", "SPXW", 150, 600, 3800, 6400, 210, 1.6),
    _Listing("2025-10-31", "SPXW", 150, 700, 3600, 6600, 310, 1.4),
    _Listing("2025-11-21", "SPX", 100, 900, 2000, 7500, 840, 1.4),
    _Listing("2025-11-21", "SPXW", 100, 800, 3400, 6800, 270, 1.4),
    _Listing("2025-12-19", "SPX", 0, 1000, 1600, 8000, 1040, 0.9),
    _Listing("2025-12-19", "SPXW", 0, 900, 3000, 7000, 260, 0.9),
    _Listing("2025-12-31", "SPXW", 0, 900, 3000, 7000, 390, 1.7),
    _Listing("2026-01-16", "SPX", 0, 900, 2000, 7600, 520, 1.4),
    _Listing("2026-03-20", "SPX", 0, 900, 1600, 8000, 720, 1.2),
    _Listing("2026-03-20", "SPXW", 0, 700, 3000, 7200, 200, 1.2),
    _Listing("2026-09-18", "SPX", 0, 300, 1200, 9000, 460, 1.4),
    _Listing("2026-12-18", "SPX", 0, 300, 1000, 9000, 650, 1.1),
    _Listing("2027-12-17", "SPX", 0, 0, 800, 10000, 260, 1.8),
)


def sample_csv() -> str:
    """The text of the sample file, lines ended by a line feed."""
    preamble = [
        "",  # CBOE's files begin with a blank line
        f"SYNTHETIC INDEX - made-up sample chain - not market data,Last: {SPOT:.2f},Change:  {CHANGE}",
        '"Date: October 8, 2025 at 11:30 AM EDT",Bid: 5311.02,Ask: 5313.87,Size: 1*1,Volume: 0',
        HEADER,
    ]
    keyed = [
        ((listing.date, strike, listing.root), _row(listing, strike, t))
        for listing, t in zip(_LISTINGS, _years_to_settlement(), strict=True)
        for strike in listing.strikes
    ]
    return "\n".join([*preamble, *(row for _, row in sorted(keyed))]) + "\n"


def write_sample(path: Path) -> None:
    """Write the sample file, the same bytes on every system."""
    path.write_bytes(sample_csv().encode("ascii"))


def _years_to_settlement() -> list[float]:
    moments = settlements([listing.expiry for listing in _LISTINGS], [product(listing.root) for listing in _LISTINGS])
    return [float(t) for t in years(AS_OF, moments, Clock.ACT365)]


def _row(listing: _Listing, strike: int, t: float) -> str:
    iv = _iv(strike, t)
    day = listing.expiry
    cells = [f"{_DAYS[day.weekday()]} {_MONTHS[day.month - 1]} {day:%d %Y}"]
    for right in ("C", "P"):
        cells.append(f"{listing.root}{day:%y%m%d}{right}{strike * 1000:08d}")
        cells += _side(listing, strike, t, iv, is_call=right == "C")
        if right == "C":
            cells.append(f"{strike}.00")
    return ",".join(cells)


def _iv(strike: int, t: float) -> float:
    """Annualised, decimal: rising with maturity, falling with strike, turning up in both wings.

    A hyperbola in the distance from the forward in standard deviations; two days are added to the time in
    them, without which the wings of the last hours would be absurd.
    """
    at_the_money = 0.178 - 0.056 * math.exp(-t / 0.45)
    x = math.log(strike / _forward(t)) / (at_the_money * math.sqrt(t + 2 / 365))
    return round(at_the_money * (1 - 0.16 * x + 0.2 * (math.sqrt(x * x + 1.44) - 1.2)), 4)


def _forward(t: float) -> float:
    return SPOT * math.exp((RATE - DIVIDEND_YIELD) * t)


def _side(listing: _Listing, strike: int, t: float, iv: float, *, is_call: bool) -> list[str]:
    """Last sale, net, bid, ask, volume, iv, delta, gamma, open interest of one contract.

    Everything follows from the printed iv, so that whoever recomputes it finds the printed gamma.
    """
    price, delta, gamma = _black_scholes(strike, t, iv, is_call=is_call)
    bid, ask = _quote(price, delta, _hash(strike, listing, 3 + is_call))
    held = _open_interest(listing, strike, t, is_call=is_call)
    traded = _volume(held, t, _hash(strike, listing, 5 + is_call))
    last, net = _last_sale(bid, ask, delta, held, traded, _hash(strike, listing, 7 + is_call))
    # Far in the money the quote's width hides the time value: the feed gives no iv on most such lines.
    unknown = abs(delta) >= 0.999 and _hash(strike, listing, 9) % 3
    quotes = [_dollars(amount) for amount in (last, net, bid, ask)]
    return [*quotes, str(traded), "0" if unknown else _short(iv), _short(delta), _short(gamma), str(held)]


def _black_scholes(strike: int, t: float, iv: float, *, is_call: bool) -> tuple[int, float, float]:
    """Price in units of 0.0001 USD; delta and gamma per share, to 4 decimals."""
    stdev = iv * math.sqrt(t)
    d1 = math.log(_forward(t) / strike) / stdev + stdev / 2
    sign = 1 if is_call else -1
    of_spot, of_strike = math.exp(-DIVIDEND_YIELD * t), math.exp(-RATE * t)
    delta = sign * of_spot * _normal(sign * d1)
    price = SPOT * delta - sign * strike * of_strike * _normal(sign * (d1 - stdev))
    gamma = of_spot * math.exp(-d1 * d1 / 2) / (math.sqrt(2 * math.pi) * SPOT * stdev)
    return max(0, round(price * _UNIT)), round(delta, 4), round(gamma, 4)


def _normal(x: float) -> float:
    """The standard normal distribution function."""
    return math.erfc(-x / math.sqrt(2)) / 2


def _quote(price: int, delta: float, jitter: int) -> tuple[int, int]:
    """Bid and ask around the price: wider where it is high, and most of all deep in the money."""
    half = round(400 + 4 * math.sqrt(price) + 8 * max(0.0, abs(delta) - 0.75) * _UNIT)
    shift = half * (jitter - 500) // 2500
    bid = _on_tick(max(0, price - half + shift))
    return bid, max(_on_tick(price + half + shift), bid + _tick(bid))


def _tick(amount: int) -> int:
    """0.05 USD below 3 USD, 0.10 from there."""
    return _UNIT // 20 if amount < 3 * _UNIT else _UNIT // 10


def _on_tick(amount: int) -> int:
    tick = _tick(amount)
    return (2 * amount + tick) // (2 * tick) * tick


def _open_interest(listing: _Listing, strike: int, t: float, *, is_call: bool) -> int:
    """Contracts: crowded out of the money, thin in the money, heaped on round strikes."""
    distance = (strike - SPOT) / SPOT if is_call else (SPOT - strike) / SPOT
    reach = 0.010 + 0.13 * math.sqrt(t)
    # Puts are bought for protection, further out and over a wider range than calls.
    crowd, spread = (0.6, 0.7) if is_call else (0.9, 1.0)
    thinning = (1 + ((distance / reach - crowd) / spread) ** 2) ** 2
    roundness = next(weight for step, weight in _ROUNDNESS if strike % step == 0)
    if t < 0.02:
        roundness = (roundness + 3) // 3  # the last days' strikes are chosen by where spot is, round or not
    if strike == (_CALL_WALL if is_call else _PUT_WALL):
        roundness *= 1.6
    jitter = 0.5 + _hash(strike, listing, 1 + is_call) / 1000
    return int(listing.size * (listing.tilt if is_call else 1.0) * roundness * jitter / thinning)


def _volume(held: int, t: float, jitter: int) -> int:
    """Contracts traded so far today: busiest in the nearest expiry, none on half of the quiet lines."""
    traded = int(held * jitter / 1000 * (0.05 + 3 / (1 + 365 * t)))
    return 0 if held < 200 and jitter % 2 else traded


def _last_sale(bid: int, ask: int, delta: float, held: int, traded: int, jitter: int) -> tuple[int, int]:
    """Last sale and its change on the day in units of 0.0001 USD; both 0 on a line that never traded."""
    if not held:
        return 0, 0
    if not traded:  # an old sale, anywhere within a fifth of today's quote
        return max(_UNIT // 20, (bid + ask) // 2 * (800 + jitter * 2 // 5) // 1000 // 100 * 100), 0
    last = max(_UNIT // 20, (bid + (ask - bid) * jitter // 1000) // 100 * 100)
    change = round(delta * CHANGE * (0.8 + jitter / 2500) * 100) * 100
    return last, min(change, last // 200 * 100)


def _hash(strike: int, listing: _Listing, salt: int) -> int:
    """0 to 999, scattered: stands in for chance."""
    key = strike * 7919 + listing.expiry.toordinal() * 104_729 + len(listing.root) * 1299 + salt * 15_485_863
    return (key * key // 1009 + key) % 1000


def _dollars(amount: int) -> str:
    return _short(amount / _UNIT)


def _short(figure: float) -> str:
    """Up to 4 decimals without trailing zeros, as the feed writes them."""
    written = f"{figure:.4f}".rstrip("0").rstrip(".")
    return "0" if written == "-0" else written
