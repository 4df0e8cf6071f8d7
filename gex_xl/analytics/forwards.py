"""A forward per expiry: from the feed's deltas, put-call parity, neighbouring expiries, rates, or spot itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gex_xl.analytics.black_scholes import ndtri
from gex_xl.arrays import FloatArray, Index
from gex_xl.cache import cached
from gex_xl.chain import Chain
from gex_xl.products import Kind
from gex_xl.settings import Carry, Settings

_PARITY_STRIKES, _DISCOUNT_STRIKES = 9, 20  # near the money; that let a slope be told
_MIDDLE = (0.25, 0.75)  # of N(d1)
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


@cached(8)
def counterparts(chain: Chain) -> Index:
    """Index of the other right at the same root, settlement and strike; -1 where there is none."""
    order = np.lexsort((~chain.is_call, chain.strike, chain.root, chain.settlement))
    first, second = order[:-1], order[1:]
    pair = (
        (chain.strike[first] == chain.strike[second])
        & (chain.root[first] == chain.root[second])
        & (chain.settlement[first] == chain.settlement[second])
        & chain.is_call[first]
        & ~chain.is_call[second]
    )
    out = np.full(len(chain), -1, dtype=np.int64)
    out[first[pair]], out[second[pair]] = second[pair], first[pair]
    out.setflags(write=False)  # shared
    return out


def forwards(chain: Chain, live: npt.NDArray[np.bool_], years: FloatArray, spot: float, settings: Settings) -> Forwards:
    """Forward and discounts of every settlement instant.

    `live` and `years` have one entry per contract; `spot` is the feed's own. Only live contracts are asked.
    """
    settlement, first, group = np.unique(chain.settlement, return_index=True, return_inverse=True)
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
    other = counterparts(chain)
    calls = np.flatnonzero(chain.is_call & (other >= 0) & live)
    for g, members in _by_group(calls, group):
        puts = other[members]
        deltas = _from_deltas(chain, members, puts, t[g]) if settings.carry is not Carry.PARITY else None
        line = _Line.of(chain, members, puts)
        if settings.rate is None and line is not None and (slope := line.discount(t[g], _is_american(chain))):
            discount[g], rate_source[g] = slope, "parity"
        if deltas:
            source[g], (forward[g], held[g]) = "deltas", deltas
        elif line is not None and settings.carry is not Carry.DELTAS:
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


def _by_group(members: Index, group: Index) -> list[tuple[int, Index]]:
    members = members[np.argsort(group[members], kind="stable")]
    starts = np.flatnonzero(np.diff(group[members], prepend=-1))
    return [(int(group[part[0]]), part) for part in np.split(members, starts[1:]) if part.size]


def _from_deltas(chain: Chain, calls: Index, puts: Index, t: float) -> tuple[float, float] | None:
    """Forward and exp(-qT) from deltas, each line with its own iv.

    D = exp(-qT) is the median of delta_call - delta_put; N(d1) is delta_call / D, and 1 + delta_put / D. F is the mean
    of what calls and what puts say, so that a price of the underlying which lifts the iv of one side and lowers that
    of the other cancels.
    """
    total = chain.delta[calls] - chain.delta[puts]
    total = total[np.isfinite(total) & (total > 0)]
    if not total.size or t <= 0:
        return None
    held = float(np.median(total))
    sides = []
    for side, shift in ((calls, 0.0), (puts, 1.0)):
        n, iv = shift + chain.delta[side] / held, chain.iv[side]
        ok = (n > _MIDDLE[0]) & (n < _MIDDLE[1]) & np.isfinite(iv)
        if ok.any():
            v = iv[ok] * np.sqrt(t)
            sides.append(float(np.median(chain.strike[side][ok] * np.exp(ndtri(n[ok]) * v - 0.5 * v * v))))
    return (sum(sides) / len(sides), held) if sides else None


@dataclass(frozen=True, eq=False, slots=True)
class _Line:
    """Call less put (mids) over the strikes of one expiry at which both are quoted on both sides, by strike."""

    strike: FloatArray
    apart: FloatArray
    width: FloatArray

    @classmethod
    def of(cls, chain: Chain, calls: Index, puts: Index) -> _Line | None:
        quoted = np.ones(len(calls), dtype=bool)
        for side in (calls, puts):
            quoted &= (chain.bid[side] > 0) & (chain.ask[side] >= chain.bid[side])
        c, p = calls[quoted], puts[quoted]
        if not c.size:
            return None
        apart = 0.5 * (chain.bid[c] + chain.ask[c] - chain.bid[p] - chain.ask[p])
        return cls(chain.strike[c], apart, chain.ask[c] - chain.bid[c] + chain.ask[p] - chain.bid[p])

    def discount(self, t: float, american: bool) -> float | None:
        """exp(-rT), the slope of call less put; None where strikes are too few.

        Early exercise bends an American chain's line, so there the flatter side of the money counts.
        """
        if len(self.strike) < _DISCOUNT_STRIKES or t <= 0:
            return None
        middle = int(np.searchsorted(-self.apart, 0.0))  # call less put falls through 0 at the forward
        sides = [slice(None, middle), slice(middle, None)] if american else [slice(None)]
        slopes = [slope for side in sides if (slope := self._slope(side)) is not None]  # one side has ten strikes
        return min(1.0, max(float(np.exp(-_HIGHEST_RATE * t)), min(slopes)))

    def _slope(self, side: slice) -> float | None:
        """The median slope between strikes half a list apart (Theil's method), on the narrower half of the quotes."""
        at = np.arange(len(self.strike))[side]
        at = np.sort(at[np.argsort(self.width[at], kind="stable")][: max(_PARITY_STRIKES, len(at) // 2)])
        half = len(at) // 2
        if half < 2:
            return None
        rise = self.apart[at[:half]] - self.apart[at[-half:]]
        return float(np.median(rise / (self.strike[at[-half:]] - self.strike[at[:half]])))

    def forward(self, spot: float, discount: float) -> float:
        """F = K + (C - P) exp(rT), the median over the nine strikes nearest the money; NaN where that is no price."""
        each = self.strike + self.apart / discount
        found = spot
        # Twice: around the forward itself, C - P is small and a wrong discount does not matter.
        for _ in range(2):
            near = np.argsort(np.abs(self.strike - found), kind="stable")[:_PARITY_STRIKES]
            found = float(np.median(each[near]))
        return found if found > 0 else np.nan


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
