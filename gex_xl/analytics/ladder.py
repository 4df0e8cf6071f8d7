"""A ladder of prices: equal, round buckets around spot, or every strike by itself."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.exposure import require_any
from gex_xl.analytics.term_structure import maturities
from gex_xl.arrays import FloatArray, Index

_ROUND = (1.0, 2.0, 2.5, 5.0)
_NEAR = 11  # strikes around spot whose distance is taken for the listed step
_MONTH = 30  # days


@dataclass(frozen=True, eq=False, slots=True)
class Ladder:
    """Rungs by ascending price (USD): `centre` is what each is called, shape (k,).

    A rung of `width` holds prices from half a width below its centre to just below half a width above it; a width
    of 0 means that every rung is one strike. What lies outside is counted as below and above.
    """

    centre: FloatArray
    width: float

    def place(self, price: FloatArray) -> Index:
        """The rung of each price: 0 is below, 1 to k the rungs, k + 1 above; shape of `price`."""
        count = len(self.centre)
        if not self.width:
            inside = np.minimum(np.searchsorted(self.centre, price), count - 1)
            outside = np.where(price < self.centre[0], 0, count + 1)
            return np.where(self.centre[inside] == price, inside + 1, outside)
        # A price on an edge belongs above it, whatever rounding says of a width such as 0.1.
        steps = np.floor((price - self.centre[0]) / self.width + 0.5 + 1e-9)
        return np.asarray(np.clip(steps, -1, count), dtype=np.intp) + 1

    def rung(self, price: float | None) -> int | None:
        """The place in `centre` of the rung nearest a price, None where it lies outside."""
        if price is None or not len(self.centre):
            return None
        if not self.width:
            low, high = self.centre[0], self.centre[-1]
            return int(np.argmin(np.abs(self.centre - price))) if low <= price <= high else None
        at = int(self.place(np.array([price]))[0]) - 1
        return at if 0 <= at < len(self.centre) else None


def ladder(contracts: Contracts, rows: int, width: float | None = None) -> Ladder:
    """A ladder of `rows` rungs around spot; every strike by itself where the used contracts have no more than `rows`.

    `width` (USD): blank, the smallest of 1, 2, 2.5 and 5 times a power of ten that is no finer than the strikes
    listed near spot and lets half of the rungs reach one 30-day expected move. Raises NoValue where no contract is
    left. Method, section 1.
    """
    require_any(contracts)
    strikes = np.unique(contracts.strike)
    if width is None and len(strikes) <= rows:
        return Ladder(strikes, 0.0)
    size = width or width_for(contracts, strikes, rows)
    middle = math.floor(contracts.spot / size + 0.5)
    return Ladder(np.array([(rung - rows // 2 + middle) * size for rung in range(rows)]), size)


def width_for(contracts: Contracts, strikes: FloatArray, rows: int) -> float:
    """The width of a rung, see `ladder`; `strikes` ascending, each once."""
    near = np.sort(strikes[np.argsort(np.abs(strikes - contracts.spot), kind="stable")[:_NEAR]])
    step = float(np.median(np.diff(near))) if len(near) > 1 else 0.01 * contracts.spot
    iv = maturities(contracts)[_MONTH].iv
    reach = 0.0 if iv is None else 2 * contracts.spot * iv * math.sqrt(_MONTH / 365) / rows
    return round_up(max(step, reach))


def round_up(width: float) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that is at least `width`."""
    power = 10.0 ** math.floor(math.log10(width))
    return next(
        float(f"{size:.12g}")
        for size in (factor * scale for scale in (power, 10 * power) for factor in _ROUND)
        if size >= width * (1 - 1e-9)
    )
