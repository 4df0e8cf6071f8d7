"""Implied volatility: Newton's method inside a bracket, on the standard deviation iv sqrt(T)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gex_xl.analytics.black_scholes import INV_SQRT_2PI, ndtr
from gex_xl.arrays import FloatArray

_LOWEST, _HIGHEST = 1e-6, 12.0  # iv sqrt(T): prices are flat to rounding outside


def implied_vol(
    price: FloatArray,
    forward: FloatArray,
    strike: FloatArray,
    years: FloatArray,
    is_call: npt.NDArray[np.bool_],
    discount: FloatArray,
) -> FloatArray:
    """Annualised iv, shape (n,), NaN where a price lies outside its no-arbitrage bounds.

    `price` in USD today, `discount` is exp(-rT). The out-of-the-money twin of each option is solved, since its
    price is all time value.
    """
    undiscounted = price / discount
    intrinsic = np.maximum(np.where(is_call, forward - strike, strike - forward), 0.0)
    target = undiscounted - intrinsic
    highest = np.minimum(forward, strike)
    ok = (target > 1e-12 * forward) & (target < highest * (1 - 1e-12)) & (years > 0)
    out = np.full(price.shape, np.nan)
    some = np.flatnonzero(ok)
    if some.size:
        # Out of the money, a put of strike K on F costs as much as a call of strike F on K: so all are calls.
        higher = np.maximum(forward[some], strike[some])
        out[some] = _stdev(target[some] / highest[some], np.log(highest[some] / higher)) / np.sqrt(years[some])
    return out


def _stdev(share: FloatArray, x: FloatArray) -> FloatArray:
    """iv sqrt(T) of out-of-the-money calls: `share` is the price over the forward, x = ln(forward / strike) <= 0.

    Newton's method on the logarithm of the price below the point where vega is largest, where it is nearly straight
    in the inverse of the variance, and on the price above it: from that point both converge. A step that leaves the
    bracket is replaced by its middle. Those that are done leave, so that a few slow ones do not cost a pass over all.
    """
    v = np.sqrt(2 * np.abs(x)) + 0.01
    out: FloatArray = v.copy()
    left = np.arange(len(v))
    low, high = np.full(v.shape, _LOWEST), np.full(v.shape, _HIGHEST)
    strike = np.exp(-x)
    for _ in range(100):  # pragma: no branch  each step at least halves the bracket, so that it ends before
        first = x / v + 0.5 * v
        worth = ndtr(first) - strike * ndtr(first - v)
        vega = INV_SQRT_2PI * np.exp(-0.5 * first * first)
        excess = worth - share
        low, high = np.where(excess < 0, v, low), np.where(excess < 0, high, v)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            plain = v - excess / vega
            # d ln(worth) / d(1 / v^2) = -vega v^3 / (2 worth)
            inverse = 1 / (v * v) + 2 * worth * np.log(worth / share) / (vega * v**3)
            step = np.where((worth > share) & (inverse > 0), 1 / np.sqrt(inverse), plain)
        new = np.where((step > low) & (step < high), step, 0.5 * (low + high))
        out[left] = new
        going = np.flatnonzero(np.abs(new - v) > 1e-14 * v)
        if not going.size:
            break
        left, v, share, x, strike = left[going], new[going], share[going], x[going], strike[going]
        low, high = low[going], high[going]
    return out
