"""A book of positions as arrays, whatever range they were read from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gex_xl.analytics.greeks import European
from gex_xl.arrays import FloatArray, Mask
from gex_xl.clock import in_words
from gex_xl.errors import BadInput


@dataclass(frozen=True, eq=False, slots=True)
class Book:
    """Positions, one array entry each, shape (n,); NaN where a field has no meaning for the row.

    `kind`: call, put, shares or future. `contracts`: signed, long positive. `multiplier`: units of the underlying per
    contract. `spot`, `forward`, `strike`, `price` per unit, in the currency of the underlying; `iv` annualised,
    decimal; `years` to settlement; `discount` exp(-rT), 1 for shares. `iv_from`: given, price, chain or "". `bid`,
    `ask`, `size`, `most`: quotes of a candidate, NaN where not given. `row` is the row in the range. `remarks`: lines
    of the range that hold one cell of text and were passed over. `unsaid`: rows of a third Friday
    without a class, taken as settled at the close, as in a chain without roots. Options are valued as European ones.
    """

    row: npt.NDArray[np.int64]
    label: list[str]
    underlying: list[str]
    klass: list[str]
    kind: npt.NDArray[np.str_]
    strike: FloatArray
    expiry: list[dt.date | None]
    contracts: FloatArray
    multiplier: FloatArray
    spot: FloatArray
    forward: FloatArray
    discount: FloatArray
    years: FloatArray
    iv: FloatArray
    iv_from: list[str]
    price: FloatArray
    bid: FloatArray
    ask: FloatArray
    size: FloatArray
    most: FloatArray
    as_of: dt.datetime
    spot_from: str = "given"
    remarks: int = 0
    unsaid: int = 0

    def __len__(self) -> int:
        return len(self.label)

    @property
    def is_option(self) -> Mask:
        """Which rows are calls or puts, shape (n,)."""
        return np.asarray((self.kind == "call") | (self.kind == "put"))

    @property
    def spots(self) -> dict[str, float]:
        """Underlying -> its price, in the order of the range."""
        return dict(zip(self.underlying, self.spot.tolist(), strict=True))

    def on(self, underlying: str) -> Mask:
        """Which rows are on this underlying, shape (n,)."""
        return np.array([name == underlying for name in self.underlying], dtype=bool)

    def european(self, jump: float | FloatArray = 0.0, vol_shift: float = 0.0, elapsed: float = 0.0) -> European:
        """The options alone, after spots and forwards moved by `jump` (0.01 is +1 %), iv by `vol_shift`, time by
        `elapsed` years; iv and time stay above 0. Jumps of shape (options,) move each by its own; those of shape
        (m, 1) give figures of shape (m, options)."""
        at = self.is_option
        t0 = self.years[at]
        t = np.maximum(t0 - elapsed, 1e-9)
        carry = np.log(self.forward[at] / self.spot[at]) / t0
        rate = -np.log(self.discount[at]) / t0
        spot = self.spot[at] * (1 + jump)
        iv = np.maximum(self.iv[at] + vol_shift, 0.001)
        return European(
            spot, spot * np.exp(carry * t), self.strike[at], iv * np.sqrt(t), t, np.exp((carry - rate) * t),
            self.kind[at] == "call",
        )  # fmt: skip

    def pick(self, wanted: Mask) -> Book:
        """The rows that are wanted."""
        at = np.flatnonzero(wanted)
        picked: dict[str, Any] = {}
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, np.ndarray):
                picked[name] = value[at]
            elif isinstance(value, list):
                picked[name] = [value[i] for i in at]
        return replace(self, **picked)

    def holding(self, contracts: FloatArray) -> Book:
        """The same rows with other signed contracts, shape (n,)."""
        return replace(self, contracts=np.asarray(contracts, dtype=np.float64))


def join(first: Book, second: Book) -> Book:
    """One book of two. Raises BadInput where they were valued at different times or spots."""
    known = first.spots
    for name, spot in second.spots.items():
        if known.get(name, spot) != spot:
            raise BadInput(f"the spot of {name} is {known[name]:g} in one range and {spot:g} in another")
    if first.as_of != second.as_of:
        raise BadInput(f"as_of is {in_words(first.as_of)} in one range and {in_words(second.as_of)} in another")
    both: dict[str, Any] = {}
    for name in Book.__slots__:
        one, other = getattr(first, name), getattr(second, name)
        if isinstance(one, np.ndarray):
            both[name] = np.concatenate([one, other])
        elif isinstance(one, list):
            both[name] = one + other
    return replace(first, **both)
