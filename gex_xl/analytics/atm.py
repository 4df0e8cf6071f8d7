"""Implied volatility at the forward."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gex_xl.analytics.lines import Lines


def atm_iv(lines: Lines, here: npt.NDArray[np.bool_]) -> float | None:
    """iv at the forward of one expiry, annualised, decimal; None where its strikes lie on one side of the forward.

    `here` chooses the expiry's lines. Linear in strike between the two strikes around the forward; where call and
    put of a strike differ in iv, their mean.
    """
    at = np.flatnonzero(here)
    if not at.size:
        return None
    forward = float(lines.forward[at[0]])
    strike, group = np.unique(lines.strike[at], return_inverse=True)
    if not strike[0] <= forward <= strike[-1]:
        return None
    iv = np.bincount(group, lines.stdev[at] / np.sqrt(lines.years[at])) / np.bincount(group)
    return float(np.interp(forward, strike, iv))
