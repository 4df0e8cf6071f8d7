"""The flip strike: where the running sum of GEX over strikes changes sign in earnest. Spot is held fixed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from gex_xl.analytics.exposure import StrikeExposure
from gex_xl.arrays import FloatArray
from gex_xl.settings import FlipPick, Settings

ONE_SIDED = "one-sided chain"


class LongSide(StrEnum):
    """On which side of the flip dealers are long gamma."""

    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Flip:
    """One crossing: its strike, the slope of the cumulative curve there (unit per strike point), the long side."""

    strike: float
    slope: float
    long_side: LongSide


def flips(strike: FloatArray, cumulative: FloatArray, noise: float) -> list[Flip]:
    """Significant zero crossings of the cumulative curve, lowest strike first; both arrays shape (k,).

    A lobe is a maximal run of one sign; it counts when its peak is at least `noise` times the largest |C|.
    A crossing counts where it is the entry into a counting lobe from a counting lobe of opposite sign. The
    place is interpolated linearly between the two strikes. An exact 0 belongs to no lobe.
    """
    sign = np.sign(cumulative)
    at = np.flatnonzero(sign)
    if not at.size:
        return []
    starts = np.flatnonzero(np.diff(sign[at], prepend=0.0))
    peaks = np.maximum.reduceat(np.abs(cumulative[at]), starts)
    found: list[Flip] = []
    before = 0.0
    for start, peak in zip(at[starts], peaks, strict=True):
        if peak < noise * peaks.max():
            continue
        if before and sign[start] != before:
            c0, c1, k0, k1 = cumulative[start - 1], cumulative[start], strike[start - 1], strike[start]
            place = k0 - c0 / (c1 - c0) * (k1 - k0)
            side = LongSide.ABOVE if sign[start] > 0 else LongSide.BELOW
            found.append(Flip(float(place), float((c1 - c0) / (k1 - k0)), side))
        before = sign[start]
    return found


def pick(found: list[Flip], spot: float, settings: Settings) -> Flip | None:
    """The crossing that FLIP_STRIKE shows: the first from below, or the one nearest spot."""
    if not found:
        return None
    if settings.flip_pick is FlipPick.NEAREST:
        return min(found, key=lambda flip: abs(flip.strike - spot))
    return found[0]


def flips_of(strikes: StrikeExposure, settings: Settings) -> list[Flip]:
    """Significant crossings of a per-strike table."""
    return flips(strikes.strike, strikes.cumulative, settings.flip_noise)
