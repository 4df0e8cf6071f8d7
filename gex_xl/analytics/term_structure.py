"""At-the-money volatility by expiry, at constant maturities, and the two slopes that the regime asks about."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.once import once_per
from gex_xl.analytics.pricing import PRICING
from gex_xl.analytics.smile import Smile, expiry_name, smiles
from gex_xl.arrays import FloatArray
from gex_xl.cache import cached
from gex_xl.settings import Clock, Slopes

MATURITIES = (9, 30, 90)  # calendar days, as VIX9D, VIX and VIX3M
_YEAR = 365.0


@dataclass(frozen=True, slots=True)
class AtmIv:
    """iv at the forward of one settlement: annualised, decimal; None with the reason where there is none.

    `years` as the clock setting counts them, `forward` in USD.
    """

    expiry: dt.date
    am_settled: bool
    years: float
    forward: float
    iv: float | None
    reason: str

    @property
    def name(self) -> str:
        """The expiry as messages name it."""
        return expiry_name(self.expiry, self.am_settled)


@dataclass(frozen=True, slots=True)
class Maturity:
    """At-the-money iv at so many calendar days, and the expiries it lies between; None with the reason."""

    days: int
    iv: float | None
    source: str


@dataclass(frozen=True, slots=True)
class Slope:
    """A ratio of two volatilities, above 1 where the shorter one is higher, and what it comes from."""

    value: float | None
    source: str


@once_per(PRICING)
def atm_iv(contracts: Contracts) -> tuple[AtmIv, ...]:
    """iv at the forward of every live settlement, earliest first.

    At each strike the out-of-the-money side speaks, puts below the forward and calls above it, else the other
    side; between the two strikes around the forward iv is linear in the strike.
    """
    return tuple(_at_forward(smile) for smile in smiles(contracts))


def _at_forward(smile: Smile) -> AtmIv:
    def found(iv: float | None, reason: str = "") -> AtmIv:
        return AtmIv(smile.expiry, smile.am_settled, smile.years, smile.forward, iv, reason)

    if not smile.strike.size:
        return found(None, f"no contract of {smile.name} has an implied volatility")
    strike = smile.strike
    if not strike[0] <= smile.forward <= strike[-1]:
        return found(
            None,
            f"the strikes of {smile.name} with implied volatility, {strike[0]:,g} to {strike[-1]:,g}, do not bracket "
            f"the forward {smile.forward:,.2f}",
        )
    below, above = np.searchsorted(strike, smile.forward, "right") - 1, np.searchsorted(strike, smile.forward)
    around = (float(strike[below]), float(strike[above]))
    return found(float(np.interp(smile.forward, around, [_spoken(smile, each) for each in around])))


def _spoken(smile: Smile, strike: float) -> float:
    """iv at a listed strike: the mean over the out-of-the-money side, or over the other where that is not there.

    Two roots may share a strike, and at the forward both sides speak.
    """
    here = smile.strike == strike
    speaks = here & smile.out_of_the_money
    return float(np.mean(smile.iv[speaks if speaks.any() else here]))


@cached(32)
def maturities(contracts: Contracts) -> dict[int, Maturity]:
    """At-the-money iv at 9, 30 and 90 calendar days: total variance iv^2 T is linear between expiries.

    Nothing is extrapolated: before the first expiry and beyond the last there is none.
    """
    known = [(atm, atm.iv) for atm in atm_iv(contracts) if atm.iv is not None]
    t = np.array([atm.years for atm, _ in known])
    variance = np.array([iv * iv * atm.years for atm, iv in known])
    return {days: _constant(days, known, t, variance, contracts.settings.clock) for days in MATURITIES}


def _constant(
    days: int, known: list[tuple[AtmIv, float]], t: FloatArray, variance: FloatArray, clock: Clock
) -> Maturity:
    if not known:
        return Maturity(days, None, "no expiry has an at-the-money iv")
    target = days / _YEAR
    if not t[0] <= target <= t[-1]:
        side, edge = ("before the first", known[0][0]) if target < t[0] else ("beyond the last", known[-1][0])
        return Maturity(
            days, None, f"{days} days lie {side} expiry with an at-the-money iv ({edge.name}, "
            f"{edge.years * clock.days:.1f} {clock.day_name})",
        )  # fmt: skip
    after = int(np.searchsorted(t, target))
    names = dict.fromkeys(known[i][0].name for i in (max(after - 1, 0), after))
    iv = float(np.sqrt(np.interp(target, t, variance) / target))
    return Maturity(days, iv, f"total variance between the expiries {' and '.join(names)}")


class VixFamily(NamedTuple):
    """VIX9D, VIX and VIX3M in points, None where not given."""

    vix9d: float | None = None
    vix: float | None = None
    vix3m: float | None = None


def slopes(
    contracts: Contracts, vix9d: float | None = None, vix: float | None = None, vix3m: float | None = None
) -> tuple[Slope, Slope]:
    """short_slope and med_slope: from the VIX family (points) where both indices are given, else from the chain.

    The setting `slopes` may rule out either source.
    """
    return (
        _slope(contracts, ("VIX9D", vix9d, 9), ("VIX", vix, 30)),
        _slope(contracts, ("VIX", vix, 30), ("VIX3M", vix3m, 90)),
    )


def _slope(contracts: Contracts, short: tuple[str, float | None, int], long: tuple[str, float | None, int]) -> Slope:
    allowed = contracts.settings.slopes
    if short[1] is not None and long[1] is not None and allowed is not Slopes.CHAIN:
        return Slope(short[1] / long[1], f"given: {short[0]} / {long[0]}")
    if allowed is Slopes.VIX:
        return Slope(None, f"not given: {short[0]} and {long[0]} (slopes = vix)")
    near, far = (maturities(contracts)[days] for days in (short[2], long[2]))
    if near.iv is None or far.iv is None:
        return Slope(None, f"not in the chain: {near.source if near.iv is None else far.source}")
    return Slope(near.iv / far.iv, f"chain: at-the-money iv, {near.days} days / {far.days} days")
