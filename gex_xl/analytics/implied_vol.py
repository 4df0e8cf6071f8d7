"""Implied volatility from prices, vectorised: a bracketed Newton search on the total deviation iv sqrt(T)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gex_xl.analytics.black_scholes import d1, undiscounted_price

FloatArray = npt.NDArray[np.float64]
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
    otm_call = strike >= forward
    target = undiscounted - intrinsic
    highest = np.where(otm_call, forward, strike)
    ok = (target > 1e-12 * forward) & (target < highest * (1 - 1e-12)) & (years > 0)
    out = np.full(price.shape, np.nan)
    if not ok.any():
        return out
    target, forward, strike, otm_call = target[ok], forward[ok], strike[ok], otm_call[ok]
    low, high = np.full(target.shape, _LOWEST), np.full(target.shape, _HIGHEST)
    v = np.sqrt(2 * np.abs(np.log(forward / strike))) + 0.01  # vega's peak: Newton is safe from there
    for _ in range(100):
        excess = undiscounted_price(forward, strike, v, otm_call) - target
        low, high = np.where(excess < 0, v, low), np.where(excess < 0, high, v)
        vega = forward * np.exp(-0.5 * d1(forward, strike, v) ** 2) * 0.3989422804014327
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            step = v - excess / vega
        new = np.where((step > low) & (step < high), step, 0.5 * (low + high))
        done = np.abs(new - v) <= 1e-14 * v
        v = new
        if done.all():
            break
    out[ok] = v / np.sqrt(years[ok])
    return out
