"""A forward per expiry: from put-call parity, the feed's deltas, neighbouring expiries, rates, or spot itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gex_xl.analytics.black_scholes import ndtri
from gex_xl.arrays import FloatArray, Index
from gex_xl.cache import cached
from gex_xl.chain import Chain
from gex_xl.settings import Carry, Settings

_PARITY_STRIKES = 9
_AGREEING, _DEVIATION, _WIDTH = 5, 1e-4, 5e-4  # docs/accuracy.md shows what they are worth
_CALL_DELTA = (0.25, 0.75)


@dataclass(frozen=True, slots=True)
class Forwards:
    """One entry per settlement instant, shape (m,); `group` maps each contract to its entry, shape (n,).

    `ratio` is F/S, `spot_discount` is exp(-qT) or the feed's delta_call - delta_put, which stands in for it and is
    above 1 where an American put's early exercise has value. `source` is one of feed (its own forward), quotes
    (put-call parity on quotes that agree), deltas, parity (the quotes there are), neighbours, rates, spot.
    """

    group: Index
    settlement: npt.NDArray[np.datetime64]
    years: FloatArray
    ratio: FloatArray
    spot_discount: FloatArray
    source: tuple[str, ...]


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
    """Forward and spot discount of every settlement instant.

    `live` and `years` have one entry per contract; `spot` is the feed's own, to which its deltas and quotes
    belong. Only live contracts are asked.
    """
    settlement, first, group = np.unique(chain.settlement, return_index=True, return_inverse=True)
    t = years[first]
    m = len(settlement)
    ratio, discount = np.full(m, np.nan), np.full(m, np.nan)
    source = ["spot"] * m
    rate_discount = np.exp(-settings.rate * t)
    if settings.carry is Carry.NONE:
        ratio[:] = 1.0
    elif settings.carry is Carry.RATES:
        ratio = np.exp((settings.rate - settings.dividend_yield) * t)
        source = ["rates"] * m
    else:
        other = counterparts(chain)
        calls = np.flatnonzero(chain.is_call & (other >= 0) & live)
        for g, members in _by_group(calls, group):
            puts = other[members]
            deltas = _from_deltas(chain, members, puts, t[g])
            parity = _from_parity(chain, members, puts, spot, float(rate_discount[g]))
            source[g], forward = _first(settings.carry, deltas, parity)
            ratio[g] = forward / spot
            # The feed's deltas know exp(-qT) even where the quotes know the forward better.
            if deltas and source[g] in ("deltas", "quotes"):
                discount[g] = deltas[1]
        if settings.carry is Carry.IMPLIED:
            _from_feed(chain, group, spot, ratio, discount, source)
        _from_neighbours(ratio, t, source)
        ratio[np.isnan(ratio)] = 1.0
    discount = np.where(np.isnan(discount), ratio * rate_discount, discount)
    return Forwards(group, settlement, t, ratio, discount, tuple(source))


def _first(carry: Carry, deltas: tuple[float, float] | None, parity: tuple[float, bool] | None) -> tuple[str, float]:
    """Source and forward of the first source that the setting allows and the expiry supports; NaN for none."""
    if carry is Carry.IMPLIED and parity and parity[1]:
        return "quotes", parity[0]
    if carry is not Carry.PARITY and deltas:
        return "deltas", deltas[0]
    if carry is not Carry.DELTAS and parity:
        return "parity", parity[0]
    return "spot", np.nan


def _by_group(members: Index, group: Index) -> list[tuple[int, Index]]:
    members = members[np.argsort(group[members], kind="stable")]
    starts = np.flatnonzero(np.diff(group[members], prepend=-1))
    return [(int(group[part[0]]), part) for part in np.split(members, starts[1:]) if part.size]


def _from_deltas(chain: Chain, calls: Index, puts: Index, t: float) -> tuple[float, float] | None:
    """At one strike exp(-qT) = delta_call - delta_put and N(d1) = delta_call / (that): d1 gives F."""
    delta, total = chain.delta[calls], chain.delta[calls] - chain.delta[puts]
    iv = np.where(chain.strike[calls] >= _middle(delta, chain.strike[calls]), chain.iv[calls], chain.iv[puts])
    low, high = _CALL_DELTA
    ok = (delta >= low) & (delta <= high) & (total > 0.5) & (total < 1.2) & (delta < total) & np.isfinite(iv)
    if not ok.any() or t <= 0:
        return None
    v = iv[ok] * np.sqrt(t)
    forward = chain.strike[calls][ok] * np.exp(ndtri(delta[ok] / total[ok]) * v - 0.5 * v * v)
    return float(np.median(forward)), float(np.median(total[ok]))


def _middle(delta: FloatArray, strike: FloatArray) -> float:
    """The strike whose call delta is nearest one half: above it calls are out of the money."""
    distance = np.abs(delta - 0.5)
    return float(strike[np.nanargmin(distance)]) if np.isfinite(distance).any() else np.inf


def _from_parity(
    chain: Chain, calls: Index, puts: Index, spot: float, rate_discount: float
) -> tuple[float, bool] | None:
    """F = K + (C_mid - P_mid) exp(rT), the median over the strikes nearest the money with two-sided quotes.

    Also whether the quotes agree: at least five strikes, their median deviation from that F at most 1 basis
    point of spot and the median width (call and put, half of each spread) at most 5.
    """
    quoted = np.ones(len(calls), dtype=bool)
    for side in (calls, puts):
        quoted &= (chain.bid[side] > 0) & (chain.ask[side] >= chain.bid[side])
    c, p = calls[quoted], puts[quoted]
    if not c.size:
        return None
    mid = 0.5 * (chain.bid[c] + chain.ask[c] - chain.bid[p] - chain.ask[p])
    width = 0.5 * (chain.ask[c] - chain.bid[c] + chain.ask[p] - chain.bid[p])
    each = chain.strike[c] + mid / rate_discount
    forward = spot
    # Twice: around the forward itself, C - P is small and a wrong discount does not matter.
    for _ in range(2):
        near = np.argsort(np.abs(chain.strike[c] - forward), kind="stable")[:_PARITY_STRIKES]
        forward = float(np.median(each[near]))
    if forward <= 0:
        return None
    agree = near.size >= _AGREEING and np.median(np.abs(each[near] - forward)) <= _DEVIATION * spot
    return forward, bool(agree and np.median(width[near]) <= _WIDTH * spot)


def _from_feed(
    chain: Chain, group: Index, spot: float, ratio: FloatArray, discount: FloatArray, source: list[str]
) -> None:
    """The feed's own forward of each settlement, the median of its contracts: Deribit names one. In place."""
    for g in np.unique(group[np.isfinite(chain.forward) & (chain.forward > 0)]):
        own = chain.forward[group == g]
        ratio[g] = np.median(own[np.isfinite(own) & (own > 0)]) / spot
        discount[g] = np.nan
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
