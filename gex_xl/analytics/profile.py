"""Total GEX repriced over spot levels, and zero gamma: the level at which that curve is 0.

Each line keeps its iv (sticky strike) and its forward moves in proportion to spot.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gex_xl.analytics.black_scholes import INV_SQRT_2PI, gamma
from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.exposure import contributions, require_any
from gex_xl.analytics.gaussian_sums import Bells
from gex_xl.analytics.once import once_per
from gex_xl.arrays import FloatArray
from gex_xl.settings import Exercise, GammaSource, parse_band

_FEW = 8  # levels up to which nothing is gained by anything but the plain sum
_SMALL = 1e-8  # of the largest value
_ROUNDING = 1e-13
_SOLVED = 1e-11  # of the curve at the ends of a search step
ONE_SIGNED = "one-signed"
#: Bands searched for sign changes, as shares of spot.
_SEARCH = ((0.8, 1.2), (0.5, 1.5))
_FINEST, _COARSEST = 2e-4, 1e-3  # between levels searched, as shares of spot


def reprice(contracts: Contracts, levels: FloatArray) -> FloatArray:
    """Total GEX at each spot level (USD), shape (m,), in the unit of the settings; model gamma throughout.

    Errors are below 1e-13 of the largest magnitude of any line's share in it; a level at which the curve is small
    is computed line by line, so that its sign is right wherever the curve is far from everything.
    """
    bells = _bells(contracts)
    order = np.argsort(levels)
    x = np.log(levels[order] / contracts.spot)
    if len(x) <= _FEW:
        curve = bells.plain(x)
    else:
        curve = bells.sum(x)
        small = np.flatnonzero(np.abs(curve) <= _SMALL * np.abs(curve).max())
        curve[small] = bells.plain(x[small])
    out = np.empty(len(x))
    out[order] = curve
    unit = contracts.settings.unit
    return np.asarray(out * (unit.per_share_gamma(1.0) * levels ** (unit.spots - 1.0)))


@once_per()
def _bells(contracts: Contracts) -> Bells:
    return bells_of(contracts)


def bells_of(contracts: Contracts) -> Bells:
    """GEX over the logarithm of spot, ln(level / spot), as a sum of Gaussian bells.

    Gamma in shares is discount pdf(d1) / (level v), and d1 = (ln(level / spot) + ln(F / K) + v^2 / 2) / v: a bell of
    width v around -ln(F / K) - v^2 / 2. What is divided by the level is left to the caller.
    """
    some = np.flatnonzero((contracts.position != 0) & np.isfinite(contracts.stdev))
    v = contracts.stdev[some]
    centre = -np.log(contracts.forward[some] / contracts.strike[some]) - 0.5 * v * v
    return Bells.of(centre, v, with_early_exercise(contracts)[some] * contracts.spot_discount[some] * INV_SQRT_2PI / v)


def with_early_exercise(contracts: Contracts) -> FloatArray:
    """Positions that give the total at spot with European gamma, shape (n,), in shares.

    Early exercise adds a percent or so, which the sum of bells does not know: what it adds at spot to a settlement's
    calls or puts is spread over them by their size, so that it moves and fades with them.
    """
    position, settings = contracts.position, contracts.settings
    early = contracts.chain.american[contracts.index].any() or settings.exercise is Exercise.AMERICAN
    if settings.gamma_source is GammaSource.VENDOR or not early:
        return position
    plain = gamma(contracts.spot, contracts.forward, contracts.strike, contracts.stdev, contracts.spot_discount)
    key = 2 * contracts.forwards.group[contracts.index] + contracts.is_call
    fine = np.isfinite(plain) & np.isfinite(contracts.gamma)
    added = np.bincount(key[fine], (position * (contracts.gamma - plain))[fine])
    gross = np.bincount(key[fine], np.abs(position * plain)[fine], len(added))
    share = np.divide(added, gross, out=np.zeros(len(added)), where=gross > 0)
    return np.where(fine, position + share[np.minimum(key, len(share) - 1)] * np.abs(position), position)


def levels_of(contracts: Contracts) -> FloatArray:
    """The spot levels of the profile: evenly spaced over `profile_range`."""
    low, high = parse_band("profile_range", contracts.settings.profile_range, contracts.spot)
    return np.linspace(low, high, round(contracts.settings.profile_levels))


@once_per()
def zero_gammas(contracts: Contracts) -> tuple[float, ...]:
    """All roots of the repriced curve in 80-120 % of spot, or, where there is none, in 50-150 %; ascending.

    Solved, not read off the grid: |GEX(root)| <= 1e-9 of the largest |GEX| on the searched band.
    Raises NoValue where no contract is left.
    """
    require_any(contracts)
    # Where positions cancel to rounding, as in a chain with equal calls and puts, no sign means anything.
    noise = _ROUNDING * float(np.abs(contributions(contracts)).sum())
    for low, high in _SEARCH:
        levels = contracts.spot * np.linspace(low, high, round((high - low) / _step(contracts)) + 1)
        curve = reprice(contracts, levels)
        # Far from every strike the curve of a last day falls below the smallest double: that 0 is no root.
        some = np.flatnonzero(np.abs(curve) > noise)
        change = np.flatnonzero(np.diff(np.sign(curve[some])))
        if change.size:
            return tuple(_root(contracts, levels[some[i] : some[i + 1] + 1]) for i in change)
    return ()


def _step(contracts: Contracts) -> float:
    """Distance of the levels searched: half of the narrowest line's iv sqrt(T), the width of its gamma."""
    narrowest = np.min(contracts.stdev, where=(contracts.position != 0) & np.isfinite(contracts.stdev), initial=np.inf)
    return float(np.clip(0.5 * narrowest, _FINEST, _COARSEST))


def zero_gamma(contracts: Contracts) -> float | None:
    """The root nearest spot, or None where the curve keeps one sign."""
    return nearest(zero_gammas(contracts), contracts.spot)


def nearest(roots: Sequence[float], spot: float) -> float | None:
    """The root nearest spot, None where there are none."""
    return min(roots, key=lambda root: abs(root - spot), default=None)


def _root(contracts: Contracts, levels: FloatArray) -> float:
    """The root between the first and the last level, which differ in sign; at those between the curve is 0."""
    low, high = float(levels[0]), float(levels[-1])
    if len(levels) > 2:
        return 0.5 * (low + high)
    # Over so short a way the curve is all but straight: its inverse through eight points is exact, or is not taken.
    at = np.linspace(low, high, _FEW)
    curve = reprice(contracts, at)
    apart = curve[:, None] - curve
    np.fill_diagonal(apart, 1.0)
    if (apart != 0).all():
        factors = -curve / apart
        np.fill_diagonal(factors, 1.0)
        root = float(at @ factors.prod(axis=1))
        if low <= root <= high and abs(_value(contracts, root)) <= _SOLVED * (abs(curve[0]) + abs(curve[-1])):
            return root
    from scipy.optimize import brentq  # slow to import, and seldom needed

    solved: float = brentq(lambda level: _value(contracts, level), low, high, xtol=1e-13 * high, rtol=1e-14)
    return solved


def _value(contracts: Contracts, level: float) -> float:
    return float(reprice(contracts, np.array([level]))[0])
