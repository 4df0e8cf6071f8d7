"""Gamma of American options: the integral equation of the early exercise boundary, solved by collocation.

Andersen, Lake and Offengenden, "High performance American option pricing" (2016): the boundary is a polynomial in the
root of time, found by iterating their equation B; the exercise premium is an integral over it (Kim 1990). Within one
settlement rate and carry are the same for all strikes, so the boundary depends on volatility alone: it is solved at a
few volatilities and interpolated. Calls are puts with spot and strike, rate and yield exchanged (McDonald and
Schroder 1998). Errors against finite differences stand in docs/accuracy.md.

Below a put has strike 1 and one unit of time: `v` is iv sqrt(T), `a` is r T, `b` is q T.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from gex_xl.analytics.black_scholes import INV_SQRT_2PI, gamma, ndtr
from gex_xl.arrays import FloatArray, Index, Mask

_TIMES = 8  # collocation points of the boundary in the root of time
_INNER, _OUTER = 12, 20  # points of the integrals for the boundary and for gamma
_ROUNDS = 6  # of the fixed point: it gains half a digit and more in each
_VOLATILITIES = 6  # at which a settlement's boundary is solved
_SMALLEST = 1e-6  # r T below which early exercise is worth nothing
_REACH = 3.1  # of the double exponential rule


def american_gamma(
    spot: float,
    forward: FloatArray,
    strike: FloatArray,
    stdev: FloatArray,
    discount: FloatArray,
    is_call: Mask,
    group: Index,
) -> FloatArray:
    """Gamma per share of each contract, shape (n,), 0 where it is to be exercised now; NaN where stdev is.

    `stdev` is iv sqrt(T), `discount` exp(-rT); forward and discount are the same within a `group`.
    """
    spot_discount = discount * forward / spot
    out = gamma(spot, forward, strike, stdev, spot_discount)
    rate, held = -np.log(discount), -np.log(spot_discount)
    gain, loss = np.where(is_call, held, rate), np.where(is_call, rate, held)
    at = np.flatnonzero((gain > _SMALLEST) & np.isfinite(stdev) & (stdev > 0))
    if not at.size:
        return out
    call, strike = is_call[at], strike[at]
    money = np.where(call, strike / spot, spot / strike)
    scale = np.where(call, strike * strike / spot**3, 1 / strike)
    premium, exercised = _premiums(money, stdev[at], gain[at], loss[at], 2 * group[at] + call)
    out[at] = np.where(exercised, 0.0, np.maximum(0.0, out[at] + scale * premium))
    return out


def _premiums(money: FloatArray, v: FloatArray, a: FloatArray, b: FloatArray, key: Index) -> tuple[FloatArray, Mask]:
    """What early exercise adds to the gamma of puts of strike 1, and which of them are to be exercised now.

    Those of one `key` share a and b.
    """
    order = np.argsort(key, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(key[order])) + 1)
    first = np.array([part[0] for part in parts])
    low, high = (np.array([pick(v[part]) for part in parts]) for pick in (np.min, np.max))
    # Chebyshev points over the logarithm of volatility; a margin keeps a single volatility from dividing by 0.
    low, high = np.log(low) - 1e-6, np.log(high) + 1e-6
    points = _chebyshev(_VOLATILITIES)
    levels = np.exp(low[:, None] + (high - low)[:, None] * points)
    many = np.repeat(first, _VOLATILITIES)
    curves = _boundaries(levels.ravel(), a[many], b[many])
    rule = _outer_rule()
    held = curves.root.reshape(len(parts), _VOLATILITIES, _TIMES)
    premium, exercised = np.zeros(len(v)), np.zeros(len(v), dtype=bool)
    for n, part in enumerate(parts):
        share = _lagrange(points, (np.log(v[part]) - low[n]) / (high[n] - low[n]))
        own, start = share @ held[n], curves.start[n * _VOLATILITIES]
        now = np.log(money[part]) <= start - np.abs(own[:, -1])
        exercised[part] = now
        rest = part[~now]
        boundary = start - np.abs(own[~now] @ rule.places.T)
        premium[rest] = _integral(money[rest], v[rest], float(a[first[n]]), float(b[first[n]]), boundary, rule)
    return premium, exercised


@dataclass(frozen=True, eq=False, slots=True)
class _Boundaries:
    """ln boundary(time) = start - |root(time)|, the root a polynomial in the root of time: shape (c, times)."""

    start: FloatArray
    root: FloatArray


def _boundaries(v: FloatArray, a: FloatArray, b: FloatArray) -> _Boundaries:
    """The exercise boundaries of puts of strike 1, shape (c, times), at Chebyshev points of the root of time."""
    z, rule = _chebyshev(_TIMES), _inner_rule()
    start = np.log(np.where(b > a, a / np.where(b > a, b, 1.0), 1.0))
    # First guess: from the boundary at the last moment to that of a perpetual put (Bjerksund and Stensland 1993).
    k = (a - b) / v**2 - 0.5
    power = -k - np.sqrt(k * k + 2 * a / v**2)
    last, perpetual = np.exp(start), power / (power - 1)
    gone = 1 - np.exp(-2 * v[:, None] * z * (last / np.maximum(last - perpetual, 1e-9))[:, None])
    level = np.log(last[:, None] + (perpetual - last)[:, None] * gone)
    tau = z[1:] ** 2
    elapsed = tau[:, None] * rule.root**2
    spread = v[:, None, None] * np.sqrt(elapsed)
    drift = (a - b)[:, None, None] * elapsed / spread - 0.5 * spread
    weight = 2 * tau[:, None] * rule.root * rule.weight
    gain = a[:, None, None] * np.exp(a[:, None, None] * (tau[:, None] - elapsed)) * weight
    loss = b[:, None, None] * np.exp(b[:, None, None] * (tau[:, None] - elapsed)) * weight
    whole = v[:, None] * np.sqrt(tau)
    whole_drift = (a - b)[:, None] * tau / whole - 0.5 * whole
    for _ in range(_ROUNDS):
        root = start[:, None] - level
        inner = start[:, None, None] - np.abs(np.einsum("tqn,cn->ctq", rule.places, root))
        low = (level[:, 1:, None] - inner) / spread + drift
        lower = level[:, 1:] / whole + whole_drift
        paid = ndtr(lower) + (gain * ndtr(low)).sum(axis=2)
        received = ndtr(lower + whole) + (loss * ndtr(low + spread)).sum(axis=2)
        new = np.minimum((b - a)[:, None] * tau + np.log(paid / received), start[:, None])
        level = np.concatenate([start[:, None], new], axis=1)
    return _Boundaries(start, start[:, None] - level)


@dataclass(frozen=True, eq=False, slots=True)
class _Rule:
    """Points (roots of the elapsed share of time) and weights of an integral, and the polynomial's values there."""

    root: FloatArray
    weight: FloatArray
    places: FloatArray


def _integral(money: FloatArray, v: FloatArray, a: float, b: float, boundary: FloatArray, rule: _Rule) -> FloatArray:
    """The second derivative of the early exercise premium in spot: interest gained less yield lost at the boundary.

    The density at d1, times exp(-qT), is that at d2 times exp(-rT) and boundary over spot.
    """
    elapsed = rule.root**2
    spread = v[:, None] * rule.root
    low = (np.log(money)[:, None] - boundary + (a - b) * elapsed) / spread - 0.5 * spread
    steep = low / spread
    each = np.exp(-0.5 * low * low) * (a * (1 + steep) - b * np.exp(boundary) * steep)
    return np.asarray(INV_SQRT_2PI * (each @ (2 * rule.weight * np.exp(-a * elapsed))) / (money * money * v))


def _chebyshev(count: int) -> FloatArray:
    """Chebyshev-Lobatto points on 0 to 1."""
    return np.asarray(0.5 * (1 - np.cos(np.pi * np.arange(count) / (count - 1))))


def _lagrange(points: FloatArray, at: FloatArray) -> FloatArray:
    """What each Chebyshev-Lobatto point adds to the value at each place: shape (places, points)."""
    weight = (-1.0) ** np.arange(len(points))
    weight[[0, -1]] *= 0.5
    apart = at[:, None] - points
    same = apart == 0
    out = weight / np.where(same, 1.0, apart)
    out /= out.sum(axis=1, keepdims=True)
    hit = same.any(axis=1)
    out[hit] = same[hit]
    return np.asarray(out)


@functools.cache
def _inner_rule() -> _Rule:
    """Gauss-Legendre in the root of the elapsed share, for every collocation time but 0."""
    x, weight = np.polynomial.legendre.leggauss(_INNER)
    root, z = 0.5 * (x + 1), _chebyshev(_TIMES)
    left = z[1:, None] * np.sqrt(1 - root**2)
    places = _lagrange(z, left.ravel()).reshape(_TIMES - 1, _INNER, _TIMES)
    return _Rule(root, 0.5 * weight, places)


@functools.cache
def _outer_rule() -> _Rule:
    """A double exponential rule: near the boundary all of the premium's gamma comes from the first moments."""
    step = 2 * _REACH / _OUTER
    t = (np.arange(_OUTER) - 0.5 * (_OUTER - 1)) * step
    root = 0.5 * (1 + np.tanh(0.5 * np.pi * np.sinh(t)))
    weight = 0.25 * np.pi * np.cosh(t) / np.cosh(0.5 * np.pi * np.sinh(t)) ** 2 * step
    places = _lagrange(_chebyshev(_TIMES), np.sqrt(np.maximum(0.0, 1 - root * root)))
    return _Rule(root, weight, places)
