"""Made-up chains of any size, in the shape of the real exports: no figure comes from a market.

One SPX-like surface: 40 expiries from three days to three years, strikes closer together near spot, a smile, quotes
around Black-Scholes prices, deltas and gammas to four decimals as CBOE prints them.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from gex_xl.clock import NEW_YORK, is_session
from gex_xl.template.sample import HEADER

Array = npt.NDArray[Any]
SPOT, RATE, DIVIDEND_YIELD = 4697.24, 0.045, 0.013
AS_OF = dt.datetime(2024, 1, 5, 16, 0)  # New York's
EXPIRIES = 40
_CURVATURE, _SLANT = 1.2, -0.6  # no arbitrage: curvature times (1 + |slant|) is at most 2


@dataclass(frozen=True, slots=True)
class Book:
    """Rows of one strike and expiry each, a call and a put on it; arrays of shape (rows,). `as_of` is New York's."""

    as_of: dt.datetime
    spot: float
    expiry: list[dt.date]
    years: Array
    strike: Array
    iv: Array
    call: dict[str, Array]
    put: dict[str, Array]

    def __len__(self) -> int:
        return 2 * len(self.strike)

    def csv(self) -> str:
        """CBOE's quote table as text."""
        head = [
            "",
            f"MADE-UP INDEX,Last: {self.spot:.2f},Change: 8.56",
            f'"Date: {self._when()}",Bid: {self.spot - 1:.2f},Ask: {self.spot + 1:.2f}',
            HEADER,
        ]
        return "\n".join([*head, *(",".join(map(_written, row)) for row in self._rows())]) + "\n"

    def cells(self) -> list[list[object]]:
        """The same as a spreadsheet holds it: numbers as floats, dates and symbols as text."""
        head: list[list[object]] = [
            [],
            ["MADE-UP INDEX", f"Last: {self.spot:.2f}", "Change: 8.56"],
            [f"Date: {self._when()}", f"Bid: {self.spot - 1:.2f}", f"Ask: {self.spot + 1:.2f}"],
            list(HEADER.split(",")),
        ]
        return [[*row, *[None] * (22 - len(row))] for row in (*head, *self._rows())]

    def json(self) -> str:
        """CBOE's delayed quotes as text."""
        options = []
        for right, side in (("C", self.call), ("P", self.put)):
            for i, symbol in enumerate(self._symbols(right)):
                quote = {
                    name: float(side[name][i]) for name in ("bid", "ask", "iv", "open_interest", "volume", "delta")
                }
                rest = dict.fromkeys(
                    ("bid_size", "ask_size", "theta", "rho", "vega", "theo", "open", "high", "low"), 1.5
                )
                stamp = {"tick": "no_change", "last_trade_price": 0.01, "last_trade_time": "2024-01-05T15:59:12"}
                last = {"percent_change": 0.0, "prev_day_close": 0.00499999988824129, "change": 0.0}
                gamma = {"gamma": float(side["gamma"][i])}
                options.append({"option": symbol, **quote, **gamma, **rest, **stamp, **last})
        inner = {"current_price": self.spot, "options": options}
        return json.dumps({"timestamp": f"{self.as_of}", "symbol": "SPXW", "data": inner})

    def _when(self) -> str:
        zone = self.as_of.replace(tzinfo=NEW_YORK).tzname()
        return f"{self.as_of:%B} {self.as_of.day}, {self.as_of.year} at {self.as_of:%I:%M %p} {zone}"

    def _symbols(self, right: str) -> list[str]:
        strikes = np.round(self.strike * 1000).astype(int).tolist()
        return [f"SPXW{day:%y%m%d}{right}{k:08d}" for day, k in zip(self.expiry, strikes, strict=True)]

    def _rows(self) -> list[list[object]]:
        order = ("last", "net", "bid", "ask", "volume", "iv", "delta", "gamma", "open_interest")
        sides = [[self._symbols(right), *(side[name].tolist() for name in order)]
                 for right, side in (("C", self.call), ("P", self.put))]  # fmt: skip
        days = [f"{day:%a %b %d %Y}" for day in self.expiry]
        return [list(row) for row in zip(days, *sides[0], self.strike.tolist(), *sides[1], strict=True)]


def book(contracts: int, as_of: dt.datetime = AS_OF, spot: float = SPOT) -> Book:
    """A chain of about so many contracts (an even number per expiry), quoted after the close of a day."""
    per_expiry = max(2, round(contracts / (2 * EXPIRIES)))
    days = np.unique(np.round(np.geomspace(3, 1090, 4 * EXPIRIES)))
    open_on = [is_session(as_of.date() + dt.timedelta(days=int(n))) for n in days]
    days = days[np.array(open_on)]  # two expiries never settle at once
    days = days[np.linspace(0, len(days) - 1, EXPIRIES).round().astype(int)]
    dates = [as_of.date() + dt.timedelta(days=int(n)) for n in days]
    t = np.repeat(days / 365, per_expiry)
    # Strikes crowd around spot and reach further out for later expiries.
    z = np.tile(np.sinh(np.linspace(-2.2, 1.8, per_expiry)) / np.sinh(2.2), EXPIRIES)
    step = 5.0 if per_expiry < 400 else 0.5
    strike = np.round(spot * np.exp(z * np.minimum(1.2, 0.25 + 0.6 * np.sqrt(t))) / step) * step
    keep = np.concatenate([[True], (np.diff(strike) > 0) | (np.diff(t) != 0)])
    expiry = [day for day, used in zip(np.repeat(np.array(dates), per_expiry), keep, strict=True) if used]
    t, strike = t[keep], strike[keep]
    forward = spot * np.exp((RATE - DIVIDEND_YIELD) * t)
    # A surface without arbitrage (Gatheral and Jacquier 2014, SSVI with a power law), as a quoted one is.
    at_the_money = (0.13 + 0.03 * np.sqrt(t)) ** 2 * t
    x = _CURVATURE / np.sqrt(at_the_money) * np.log(strike / forward)
    iv = np.sqrt(at_the_money / 2 * (1 + _SLANT * x + np.sqrt((x + _SLANT) ** 2 + 1 - _SLANT**2)) / t)
    sides = [_side(right, spot, strike, t, iv, forward) for right in (1.0, -1.0)]
    return Book(as_of, spot, expiry, t, strike, iv, *sides)


def _side(right: float, spot: float, strike: Array, t: Array, iv: Array, forward: Array) -> dict[str, Array]:
    v = iv * np.sqrt(t)
    d1 = np.log(forward / strike) / v + 0.5 * v
    price = right * np.exp(-RATE * t) * (forward * ndtr(right * d1) - strike * ndtr(right * (d1 - v)))
    held = np.exp(-DIVIDEND_YIELD * t)
    scattered = (np.arange(len(t)) * 7919 + (right > 0) * 104_729) % 1000
    half = 0.025 + 0.004 * np.sqrt(price)
    bid = np.floor(np.maximum(price - half, 0) / 0.05) * 0.05
    round_strike = np.where(strike % 100 == 0, 8, np.where(strike % 25 == 0, 3, 1))
    crowd = np.exp(-0.5 * ((np.log(strike / forward) / v + 0.8 * right * -1) / 1.5) ** 2)
    held_contracts = np.floor(scattered * round_strike * crowd * 3)
    return {
        "last": np.round(price, 2),
        "net": np.round(right * 8.56 * 0.5 * np.ones_like(price), 2),
        "bid": np.round(bid, 2),
        "ask": np.round(np.ceil((price + half) / 0.05) * 0.05, 2),
        "volume": np.floor(held_contracts * 0.1),
        "iv": np.round(iv, 4),
        "delta": np.round(right * held * ndtr(right * d1), 4),
        "gamma": np.round(held * np.exp(-0.5 * d1 * d1) / (np.sqrt(2 * np.pi) * spot * v), 4),
        "open_interest": held_contracts,
    }


def _written(cell: object) -> str:
    """As the feed writes a cell: whole figures without a point."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
