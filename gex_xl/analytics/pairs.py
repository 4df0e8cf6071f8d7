"""Calls and puts of one strike, by settlement: what forwards are told from and no clock or rate changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gex_xl.analytics.black_scholes import ndtri
from gex_xl.arrays import FloatArray, Index
from gex_xl.cache import cached
from gex_xl.chain import Chain

_PARITY_STRIKES, _DISCOUNT_STRIKES = 9, 20  # near the money; that let a slope be told
_MIDDLE = (0.25, 0.75)  # of N(d1)


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


@cached(8)
def settlement_groups(chain: Chain) -> tuple[npt.NDArray[np.datetime64], Index, Index]:
    """The settlement instants, shape (m,), a contract of each, and the place of each contract's in them, shape (n,)."""
    settlement, first, group = np.unique(chain.settlement, return_index=True, return_inverse=True)
    for array in (settlement, first, group):
        array.setflags(write=False)  # shared
    return settlement, first, group


@dataclass(frozen=True, eq=False, slots=True)
class Line:
    """Call less put (mids) over the strikes of one expiry at which both are quoted on both sides, by strike.

    `slope`: minus its slope over the strikes, which is exp(-rT); None where strikes are too few. Early exercise bends
    an American chain's line, so there the flatter side of the money counts.
    """

    strike: FloatArray
    apart: FloatArray
    slope: float | None

    def forward(self, spot: float, discount: float) -> float:
        """F = K + (C - P) exp(rT), the median over the nine strikes nearest the money; NaN where that is no price."""
        each = self.strike + self.apart / discount
        found = spot
        # Twice: around the forward itself, C - P is small and a wrong discount does not matter.
        for _ in range(2):
            near = np.argsort(np.abs(self.strike - found), kind="stable")[:_PARITY_STRIKES]
            found = float(np.median(each[near]))
        return found if found > 0 else np.nan


@cached(8)
def lines(chain: Chain) -> dict[int, Line]:
    """The line of each settlement that has one, by its place."""
    other, (_, _, group) = counterparts(chain), settlement_groups(chain)
    quoted = (chain.bid > 0) & (chain.ask >= chain.bid)
    calls = np.flatnonzero(chain.is_call & (other >= 0) & quoted)
    calls = calls[quoted[other[calls]]]
    calls = calls[np.argsort(group[calls], kind="stable")]
    puts = other[calls]
    apart = 0.5 * (chain.bid[calls] + chain.ask[calls] - chain.bid[puts] - chain.ask[puts])
    width = chain.ask[calls] - chain.bid[calls] + chain.ask[puts] - chain.bid[puts]
    strike, american = chain.strike[calls], bool(chain.american.any())
    starts = np.flatnonzero(np.diff(group[calls], prepend=-1))
    out = {}
    for here in map(slice, starts.tolist(), [*starts[1:].tolist(), len(calls)]):
        slope = _slope(strike[here], apart[here], width[here], american)
        out[int(group[calls[here.start]])] = Line(strike[here], apart[here], slope)
    return out


def _slope(strike: FloatArray, apart: FloatArray, width: FloatArray, american: bool) -> float | None:
    if len(strike) < _DISCOUNT_STRIKES:
        return None
    middle = int(np.searchsorted(-apart, 0.0))  # call less put falls through 0 at the forward
    sides = [slice(None, middle), slice(middle, None)] if american else [slice(None)]
    # One side has ten strikes.
    return min(found for side in sides if (found := _theil(strike, apart, width, side)) is not None)


def _theil(strike: FloatArray, apart: FloatArray, width: FloatArray, side: slice) -> float | None:
    """The median slope between strikes half a list apart (Theil's method), on the narrower half of the quotes."""
    at = np.arange(len(strike))[side]
    at = np.sort(at[np.argsort(width[at], kind="stable")][: max(_PARITY_STRIKES, len(at) // 2)])
    half = len(at) // 2
    if half < 2:
        return None
    rise = apart[at[:half]] - apart[at[-half:]]
    return float(np.median(rise / (strike[at[-half:]] - strike[at[:half]])))


@dataclass(frozen=True, eq=False, slots=True)
class Deltas:
    """What the feed's deltas tell of settlements: `held`, shape (m,), is the median of delta_call - delta_put, which
    is exp(-qT), NaN where there is none. `sides`: of calls and of puts near the money the place of the settlement,
    strike, iv, and d1 from the delta.
    """

    held: FloatArray
    sides: tuple[tuple[Index, FloatArray, FloatArray, FloatArray], ...]
    american: bool

    def forward(self, t: FloatArray, spot: float) -> FloatArray:
        """The forward of each settlement, shape (m,), NaN where no delta tells one; `t` in years.

        The mean of what calls and what puts say, so that a price of the underlying which lifts the iv of one side and
        lowers that of the other cancels. American puts speak alone below `spot`: before a dividend calls show that
        they are exercised.
        """
        found = []
        for group, strike, iv, z in self.sides:
            v = iv * np.sqrt(np.maximum(t[group], 0))
            found.append(medians(strike * np.exp(z * v - 0.5 * v * v), group, len(t)))
        calls, puts = found
        both = np.where(self.american & (puts < spot), puts, (calls + puts) / 2)
        return np.where(t > 0, np.where(np.isnan(calls), puts, np.where(np.isnan(puts), calls, both)), np.nan)


@cached(8)
def deltas(chain: Chain) -> Deltas:
    """N(d1) is delta_call / exp(-qT), and 1 + delta_put / exp(-qT); each line has its own iv."""
    other, (settlement, _, group) = counterparts(chain), settlement_groups(chain)
    calls = np.flatnonzero(chain.is_call & (other >= 0))
    total = chain.delta[calls] - chain.delta[other[calls]]
    some = np.isfinite(total) & (total > 0)
    held = medians(total[some], group[calls[some]], len(settlement))
    sides = []
    for side, shift in ((calls, 0.0), (other[calls], 1.0)):
        n, iv = shift + chain.delta[side] / held[group[side]], chain.iv[side]
        near = side[(n > _MIDDLE[0]) & (n < _MIDDLE[1]) & np.isfinite(iv)]
        n = shift + chain.delta[near] / held[group[near]]
        sides.append((group[near], chain.strike[near], chain.iv[near], ndtri(n)))
    return Deltas(held, tuple(sides), bool(chain.american.any()))


def medians(values: FloatArray, group: Index, count: int) -> FloatArray:
    """The median of the values of each group, which are numbered from 0; shape (count,), NaN where one is empty."""
    order = np.lexsort((values, group))
    starts = np.searchsorted(group[order], np.arange(count + 1))
    first, size = starts[:-1], np.diff(starts)
    out = np.full(count, np.nan)
    some = size > 0
    middle = [order[(first + (size - less) // 2)[some]] for less in (1, 0)]
    out[some] = 0.5 * (values[middle[0]] + values[middle[1]])
    return out
