"""Black-Scholes-Merton closed forms in terms of the forward, vectorised.

Hull, "Options, Futures, and Other Derivatives", chapters on Greeks and on futures options; Haug, "The
Complete Guide to Option Pricing Formulas", chapter 2. All arguments broadcast.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from gex_xl.arrays import FloatArray

INV_SQRT_2PI = 0.3989422804014327
_NORMAL = NormalDist()


def ndtr(x: FloatArray) -> FloatArray:
    """The standard normal distribution function."""
    from scipy import special  # a fifth of a cold start, and a first formula seldom needs it

    return np.asarray(special.ndtr(x))


def ndtri(p: FloatArray) -> FloatArray:
    """Its inverse, p between 0 and 1 (both excluded), shape (n,). Python's own: few are asked for, and early."""
    return np.array([_NORMAL.inv_cdf(each) for each in p.tolist()])


def d1(forward: FloatArray, strike: FloatArray, stdev: FloatArray) -> FloatArray:
    """(ln(F/K) + v^2/2) / v, with v = iv sqrt(T) in `stdev`."""
    return np.asarray(np.log(forward / strike) / stdev + 0.5 * stdev)


def gamma(
    spot: float | FloatArray,
    forward: FloatArray,
    strike: FloatArray,
    stdev: FloatArray,
    spot_discount: float | FloatArray = 1.0,
) -> FloatArray:
    """Gamma per share: exp(-qT) pdf(d1) / (S v), the same for calls and puts.

    `stdev` is iv sqrt(T), `spot_discount` is exp(-qT), spot and strike in USD.

    Hull: S = 49, K = 50, r = 0.05, iv = 0.20, T = 0.3846 gives 0.0655.

    >>> import numpy as np
    >>> T = 0.3846
    >>> round(float(gamma(49.0, np.array(49 * np.exp(0.05 * T)), np.array(50.0), np.array(0.2 * T**0.5))), 4)
    0.0655
    """
    density = INV_SQRT_2PI * np.exp(-0.5 * d1(forward, strike, stdev) ** 2)
    return np.asarray(spot_discount * density / (spot * stdev))


def undiscounted_price(
    forward: FloatArray, strike: FloatArray, stdev: FloatArray, is_call: npt.NDArray[np.bool_]
) -> FloatArray:
    """Price of an option in units of its payment date (multiply by exp(-rT) for today's price)."""
    sign = np.where(is_call, 1.0, -1.0)
    first = d1(forward, strike, stdev)
    return np.asarray(sign * (forward * ndtr(sign * first) - strike * ndtr(sign * (first - stdev))))
