"""A forward per expiry: from the feed's deltas, put-call parity, neighbouring expiries, rates, or spot itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gex_xl.analytics.pairs import counterparts, deltas, lines, settlement_groups
from gex_xl.arrays import FloatArray, Index
from gex_xl.cache import cached
from gex_xl.chain import Chain
from gex_xl.products import Kind
from gex_xl.settings import Carry, Settings

_SHORTEST = 3  # expiries that tell the options' own spot
_HIGHEST_RATE = 0.25  # a year; a flatter line comes from noise


@dataclass(frozen=True, eq=False, slots=True)
class Forwards:
    """One entry per settlement instant, shape (m,); `group` maps each contract to its entry, shape (n,).

    `ratio` is F over `own_spot`, the spot at which the options are quoted: the feed's spot is of another instant where
    the two differ. `discount` is exp(-rT). `spot_discount` is exp(-qT), or the feed's delta_call - delta_put, which
    stands in for it and is above 1 where an American put's early exercise has value. `source` is one of feed (its own
    forward), deltas, parity, neighbours, rates, spot; `rate_source` of the discount: given, parity, none.
    """

    group: Index
    settlement: npt.NDArray[np.datetime64]
    years: FloatArray
    ratio: FloatArray
    discount: FloatArray
    spot_discount: FloatArray
    source: tuple[str, ...]
    rate_source: tuple[str, ...]
    own_spot: float

    @property
    def rate(self) -> float:
        """One annual rate for all settlements: the median of theirs, weighted by T; 0 where nothing tells one.

        A single expiry's discount says too little about interest when days are left.
        """
        told = np.flatnonzero(
            np.array([source in ("given", "parity") for source in self.rate_source]) & (self.years > 0)
        )
        if not told.size:
            return 0.0
        rates = -np.log(self.discount[told]) / self.years[told]
        order = np.argsort(rates)
        reached = np.cumsum(self.years[told][order])
        return float(rates[order][np.searchsorted(reached, 0.5 * reached[-1])])


def forwards(chain: Chain, live: npt.NDArray[np.bool_], years: FloatArray, spot: float, settings: Settings) -> Forwards:
    """Forward and discounts of every settlement instant.

    `live` and `years` have one entry per contract; `spot` is the feed's own. Only live contracts are asked.
    """
    settlement, first, group = settlement_groups(chain)
    t, m = years[first], len(settlement)
    forward, held = np.full(m, np.nan), np.full(m, np.nan)
    source = ["spot"] * m
    discount, rate_source = _given_discounts(t, settings)
    if settings.carry is Carry.NONE:
        return Forwards(group, settlement, t, np.ones(m), discount, discount, tuple(source), tuple(rate_source), spot)
    if settings.carry is Carry.RATES:
        ratio = np.exp(((settings.rate or 0.0) - settings.dividend_yield) * t)
        spot_discount = ratio * discount
        return Forwards(group, settlement, t, ratio, discount, spot_discount, ("rates",) * m, tuple(rate_source), spot)
    alive = live[first]  # all contracts of a settlement, or none
    if settings.carry is not Carry.PARITY:
        told = np.where(alive, deltas(chain).forward(t, spot), np.nan)
        for g in np.flatnonzero(np.isfinite(told)).tolist():
            source[g], forward[g], held[g] = "deltas", told[g], deltas(chain).held[g]
    for g, line in lines(chain).items():
        if not alive[g]:
            continue
        if settings.rate is None and line.slope is not None and t[g] > 0:
            discount[g] = min(1.0, max(float(np.exp(-_HIGHEST_RATE * t[g])), line.slope))
            rate_source[g] = "parity"
        if source[g] != "deltas" and settings.carry is not Carry.DELTAS:
            source[g], forward[g] = "parity", line.forward(spot, discount[g])
    if settings.carry is Carry.IMPLIED:
        _from_feed(chain, group, forward, held, source)
    # Who names a forward names the spot beside it.
    own_spot = spot if "feed" in source else _own_spot(chain, forward, t, spot)
    ratio = forward / own_spot
    _from_neighbours(ratio, t, source)
    ratio[np.isnan(ratio)] = 1.0
    if settings.rate is None:
        _rates_of_neighbours(discount, t, rate_source)
        _rates_of_deltas(chain, discount, held, ratio, t, rate_source)
    spot_discount = np.where(np.isnan(held), ratio * discount, held)
    return Forwards(group, settlement, t, ratio, discount, spot_discount, tuple(source), tuple(rate_source), own_spot)


def _given_discounts(t: FloatArray, settings: Settings) -> tuple[FloatArray, list[str]]:
    """exp(-rT) by the setting `rate`, 1 where it is auto; under carry = none nothing is discounted."""
    if settings.carry is Carry.NONE or settings.rate is None:
        return np.ones(len(t)), ["none"] * len(t)
    return np.exp(-settings.rate * t), ["given"] * len(t)


def _is_american(chain: Chain) -> bool:
    return bool(chain.american.any())


def _own_spot(chain: Chain, forward: FloatArray, t: FloatArray, spot: float) -> float:
    """The spot at which the options are quoted: the limit of the forward for T -> 0.

    ln F over T has one slope (the median between expiries); without it, the median of the shortest expiries. A stock
    or a fund whose forward lies below spot pays a dividend, for all that is known, and spot stays.
    """
    at = np.flatnonzero(np.isfinite(forward) & (t > 0))
    if at.size < 2:
        return spot
    at = at[np.argsort(t[at], kind="stable")]
    years, level = t[at], np.log(forward[at])
    i, j = np.triu_indices(len(at), 1)
    apart = years[j] > years[i]
    slope = float(np.median((level[j] - level[i])[apart] / (years[j] - years[i])[apart])) if apart.any() else 0.0
    found = float(np.exp(np.median((level - slope * years)[:_SHORTEST])))
    return spot if chain.product.kind in (Kind.STOCK, Kind.INDEX_FUND) and found < spot else found


@cached(8)
def calls_are_held(chain: Chain, curve: Forwards) -> bool:
    """Whether quotes prove that forwards below spot are no dividends: deep calls cost less than exercise brings.

    Before a dividend a deep call is worth spot less strike, since it is exercised; where spot is late, it is worth
    forward less strike. Call less put is compared with both at the deeper half of each of the first such expiries.
    """
    other, spot = counterparts(chain), curve.own_spot
    quoted = (chain.bid > 0) & (chain.ask >= chain.bid)
    mid = 0.5 * (chain.bid + chain.ask)
    nearer: list[bool] = []
    for g in np.flatnonzero((curve.ratio < 1) & (curve.years > 0))[:_SHORTEST]:
        forward, discount = spot * curve.ratio[g], curve.discount[g]
        here = chain.is_call & (curve.group == g) & (chain.strike < forward) & (other >= 0) & quoted
        deep = np.flatnonzero(here & quoted[other])
        deep = deep[np.argsort(chain.strike[deep], kind="stable")][: (deep.size + 1) // 2]
        if deep.size:
            apart, strike = mid[deep] - mid[other[deep]], chain.strike[deep]
            to_spot, to_forward = apart - (spot - strike), apart - discount * (forward - strike)
            nearer.append(bool(abs(np.median(to_forward)) < abs(np.median(to_spot))))
    return 2 * sum(nearer) > len(nearer)


def _from_feed(chain: Chain, group: Index, forward: FloatArray, held: FloatArray, source: list[str]) -> None:
    """The feed's own forward of each settlement, the median of its contracts: Deribit names one. In place."""
    for g in np.unique(group[np.isfinite(chain.forward) & (chain.forward > 0)]):
        own = chain.forward[group == g]
        forward[g] = np.median(own[np.isfinite(own) & (own > 0)])
        held[g] = np.nan
        source[g] = "feed"


def _from_neighbours(ratio: FloatArray, t: FloatArray, source: list[str]) -> None:
    """Fill gaps with the implied carry ln(F/S)/T of the expiries around, interpolated in T."""
    known = np.isfinite(ratio) & (t > 0)
    if not known.any():
        return
    carry = np.log(ratio[known]) / t[known]
    for g in np.flatnonzero(np.isnan(ratio)):
        ratio[g] = np.exp(np.interp(t[g], t[known], carry) * t[g])
        source[g] = "neighbours"


def _rates_of_deltas(
    chain: Chain, discount: FloatArray, held: FloatArray, ratio: FloatArray, t: FloatArray, rate_source: list[str]
) -> None:
    """Where no quotes tell the discount of American contracts: exp(-rT) = exp(-qT) S/F. In place.

    European ones need none: their gamma takes exp(-qT) as the deltas have it.
    """
    if _is_american(chain):
        for g in np.flatnonzero(np.isfinite(held) & (t > 0) & np.array([s == "none" for s in rate_source])):
            discount[g] = np.clip(held[g] / ratio[g], np.exp(-_HIGHEST_RATE * t[g]), 1.0)
            rate_source[g] = "deltas"


def _rates_of_neighbours(discount: FloatArray, t: FloatArray, rate_source: list[str]) -> None:
    """Fill expiries whose quotes tell no discount with the rate of those around, interpolated in T. In place."""
    known = np.array([source == "parity" for source in rate_source]) & (t > 0)
    if not known.any():
        return
    rate = -np.log(discount[known]) / t[known]
    for g in np.flatnonzero(~known & (t > 0)):
        discount[g] = np.exp(-np.interp(t[g], t[known], rate) * t[g])
        rate_source[g] = "neighbours"
