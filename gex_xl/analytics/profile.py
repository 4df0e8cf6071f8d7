"""Total GEX repriced over spot levels, and zero gamma: the level at which that curve is 0.

Each line keeps its iv (sticky strike) and its forward moves in proportion to spot.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from gex_xl.analytics.black_scholes import gamma
from gex_xl.analytics.exposure import require_any
from gex_xl.analytics.lines import Lines
from gex_xl.settings import parse_band

FloatArray = npt.NDArray[np.float64]
_CHUNK = 2_000_000  # level x line pairs held at once
ONE_SIGNED = "one-signed"
#: Bands searched for sign changes, as shares of spot.
_SEARCH = ((0.8, 1.2), (0.5, 1.5))
_FINEST, _COARSEST = 2e-4, 1e-3  # between levels searched, as shares of spot


def reprice(lines: Lines, levels: FloatArray) -> FloatArray:
    """Total GEX at each spot level (USD), shape (m,), in the unit of the settings; model gamma throughout."""
    some = np.flatnonzero((lines.position != 0) & np.isfinite(lines.stdev))
    position, strike, stdev = lines.position[some], lines.strike[some], lines.stdev[some]
    ratio, discount = lines.forward[some] / lines.spot, lines.spot_discount[some]
    out = np.empty(len(levels))
    step = max(1, _CHUNK // max(1, len(some)))
    for start in range(0, len(levels), step):
        level = levels[start : start + step, None]
        out[start : start + step] = gamma(level, level * ratio, strike, stdev, discount) @ position
    unit = lines.settings.unit
    return np.asarray(out * np.array([unit.per_share_gamma(float(level)) for level in levels]))


def levels_of(lines: Lines) -> FloatArray:
    """The spot levels of the profile: evenly spaced over `profile_range`."""
    low, high = parse_band("profile_range", lines.settings.profile_range, lines.spot)
    return np.linspace(low, high, round(lines.settings.profile_levels))


def zero_gammas(lines: Lines) -> list[float]:
    """All roots of the repriced curve in 80-120 % of spot, or, where there is none, in 50-150 %; ascending.

    Solved, not read off the grid: |GEX(root)| <= 1e-9 of the largest |GEX| on the searched band.
    Raises NoValue where no contract is left.
    """
    require_any(lines)
    for low, high in _SEARCH:
        levels = lines.spot * np.linspace(low, high, round((high - low) / _step(lines)) + 1)
        curve = reprice(lines, levels)
        # Far from every strike the curve of a last day falls below the smallest double: that 0 is no root.
        some = np.flatnonzero(curve)
        change = np.flatnonzero(np.diff(np.sign(curve[some])))
        if change.size:
            return [_root(lines, levels[some[i] : some[i + 1] + 1]) for i in change]
    return []


def _step(lines: Lines) -> float:
    """Distance of the levels searched: half of the narrowest line's iv sqrt(T), the width of its gamma."""
    narrowest = np.min(lines.stdev, where=(lines.position != 0) & np.isfinite(lines.stdev), initial=np.inf)
    return float(np.clip(0.5 * narrowest, _FINEST, _COARSEST))


def zero_gamma(lines: Lines) -> float | None:
    """The root nearest spot, or None where the curve keeps one sign."""
    return nearest(zero_gammas(lines), lines.spot)


def nearest(roots: Sequence[float], spot: float) -> float | None:
    """The root nearest spot, None where there are none."""
    return min(roots, key=lambda root: abs(root - spot), default=None)


def _root(lines: Lines, levels: FloatArray) -> float:
    """The root between the first and the last level, which differ in sign; at those between the curve is 0."""
    from scipy.optimize import brentq  # slow to import, and few calls need it

    low, high = float(levels[0]), float(levels[-1])
    if len(levels) > 2:
        return 0.5 * (low + high)
    root: float = brentq(
        lambda level: float(reprice(lines, np.array([level]))[0]), low, high, xtol=1e-13 * high, rtol=1e-14
    )
    return root
