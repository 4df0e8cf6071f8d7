"""Implied volatility by expiry: each contract with its own iv and the delta that follows from it.

The market's volatility does not depend on whose exposure is counted, so `expiries`, `strikes` and `min_oi` do
not filter here, nor does open interest.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from gex_xl.analytics.black_scholes import d1, ndtr
from gex_xl.analytics.contracts import ADJUSTED, EXPIRED, Contracts
from gex_xl.analytics.implied_vol import implied_vol
from gex_xl.analytics.once import once_per
from gex_xl.analytics.pricing import PRICING
from gex_xl.arrays import FloatArray, Index, Mask
from gex_xl.cache import cached
from gex_xl.chain import Chain
from gex_xl.settings import IvSource


@dataclass(frozen=True, eq=False, slots=True)
class Smile:
    """The contracts of one settlement that have an iv, by ascending strike; arrays of shape (n,).

    `days`: calendar days from the date valued at to `expiry`. `years` as the clock setting counts them. `forward`
    and `strike` in USD. `iv`: each line's own, annualised, decimal. `delta`: per share, puts negative, from that iv.
    `spot_discount`: exp(-qT).
    """

    expiry: dt.date
    am_settled: bool
    days: int
    years: float
    forward: float
    spot_discount: float
    strike: FloatArray
    is_call: Mask
    iv: FloatArray
    delta: FloatArray

    @property
    def name(self) -> str:
        """The expiry as messages name it."""
        return expiry_name(self.expiry, self.am_settled)

    @property
    def out_of_the_money(self) -> Mask:
        """Puts at or below the forward, calls at or above it; shape (n,)."""
        return np.where(self.is_call, self.strike >= self.forward, self.strike <= self.forward)


def expiry_name(expiry: dt.date, am_settled: bool) -> str:
    """An expiry as messages name it."""
    return f"{expiry:%Y-%m-%d}{' (AM)' if am_settled else ''}"


def delta(
    forward: FloatArray, strike: FloatArray, stdev: FloatArray, is_call: Mask, discount: FloatArray
) -> FloatArray:
    """Delta per share: exp(-qT) N(d1) for calls, exp(-qT) (N(d1) - 1) for puts. All arguments broadcast.

    `stdev` is iv sqrt(T), `discount` is exp(-qT). Haug, "The Complete Guide to Option Pricing Formulas", chapter 2.
    """
    sign = np.where(is_call, 1.0, -1.0)
    return np.asarray(sign * discount * ndtr(sign * d1(forward, strike, stdev)))


@cached(8)
def _by_strike(chain: Chain) -> Index:
    """Places in the chain by settlement, strike and right, puts first; shape (n,)."""
    order = np.lexsort((chain.is_call, chain.strike, chain.settlement))
    order.setflags(write=False)  # shared
    return order


@once_per(PRICING)
def smiles(contracts: Contracts) -> tuple[Smile, ...]:
    """Every live settlement, earliest first; those without any iv have empty arrays.

    A line without an iv gets one from its own two-sided quotes, unless iv_source = quoted. American quotes are
    taken as European ones: out of the money, where the figures that rest on this are read, early exercise is
    worth little.
    """
    chain, curve = contracts.chain, contracts.forwards
    live = ~contracts.has(EXPIRED, ADJUSTED)
    years, forward = curve.years[curve.group], contracts.spot * curve.ratio[curve.group]
    discount = curve.spot_discount[curve.group]
    iv = chain.iv.copy()
    if contracts.settings.iv_source is not IvSource.QUOTED:
        quoted = np.flatnonzero(live & np.isnan(iv) & (chain.bid > 0) & (chain.ask >= chain.bid))
        iv[quoted] = implied_vol(
            0.5 * (chain.bid[quoted] + chain.ask[quoted]), forward[quoted], chain.strike[quoted], years[quoted],
            chain.is_call[quoted], curve.discount[curve.group[quoted]],
        )  # fmt: skip
    today = contracts.valued_at.astimezone(chain.zone).date()
    at = _by_strike(chain)
    at = at[(live & np.isfinite(iv))[at]]
    strike, is_call, iv = chain.strike[at], chain.is_call[at], iv[at]
    deltas = delta(forward[at], strike, iv * np.sqrt(years[at]), is_call, discount[at])
    for array in (strike, is_call, iv, deltas):
        array.setflags(write=False)  # shared by all who ask
    out = []
    edges = np.searchsorted(curve.group[at], np.arange(len(curve.years) + 1))
    for g in np.flatnonzero(np.bincount(curve.group[live])):
        moment: dt.datetime = curve.settlement[g].astype(object).replace(tzinfo=dt.UTC)
        here = slice(edges[g], edges[g + 1])
        day = moment.astimezone(chain.zone).date()
        out.append(
            Smile(
                day, moment.astimezone(chain.zone).hour < 12, (day - today).days, float(curve.years[g]),
                contracts.spot * float(curve.ratio[g]), float(curve.spot_discount[g]), strike[here], is_call[here],
                iv[here], deltas[here],
            )
        )  # fmt: skip
    return tuple(out)
