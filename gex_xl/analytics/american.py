"""Gamma of American options: the integral equation of the early exercise boundary, solved by collocation.

Andersen, Lake and Offengenden, "High performance American option pricing" (2016): the boundary is a polynomial in the
root of time, found by iterating their equation B; the exercise premium is an integral over it (Kim 1990). Within one
settlement rate and carry are the same for all strikes, so the boundary depends on volatility alone: it is solved at a
few volatilities and interpolated. Calls are puts with spot and strike, rate and yield exchanged (McDonald and
Schroder 1998). One dividend in cash is taken for itself: calls before it by Roll, Geske and Whaley, puts by the same
equation with the time left out in which nobody exercises. Errors against finite differences stand in docs/accuracy.md.

Below a put has strike 1 and one unit of time: `v` is iv sqrt(T), `a` is r T, `b` is q T.
"""

from __future__ import annotations

import functools
import math
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
_NEWTON, _FLAT = 12, 1e-9  # steps to a critical spot; the least slope there


def american_gamma(
    spot: float,
    forward: FloatArray,
    strike: FloatArray,
    stdev: FloatArray,
    discount: FloatArray,
    is_call: Mask,
    group: Index,
    paid: FloatArray | None = None,
    ex: FloatArray | None = None,
) -> FloatArray:
    """Gamma per share of each contract, shape (n,), 0 where it is to be exercised now; NaN where stdev is.

    `stdev` is iv sqrt(T), `discount` exp(-rT); forward, discount, `paid` and `ex` are the same within a `group`. `paid`
    is today's worth (USD) of dividends in cash, which stay as they are when spot moves; without it the forward moves
    in proportion. `ex` is when the one dividend is paid, as a share of the contract's life, NaN where there are more.
    """
    if paid is None or ex is None:
        return _with_yield(spot, forward, strike, stdev, discount, is_call, group)
    out, several = np.empty(len(strike)), np.isnan(ex)
    for here, own in ((several, np.full(len(strike), spot)), (~several, spot - paid)):
        for value in np.unique(own[here]):  # what is left of spot without the dividends
            at = np.flatnonzero(here & (own == value))
            given = (forward[at], strike[at], stdev[at], discount[at], is_call[at], group[at])
            amount = paid[at] * discount[at] ** -ex[at]  # on the day on which it is paid
            if several[at[0]]:
                # The share of early exercise is that of a yield; the dollars of all dividends stay.
                out[at] = _with_yield(float(value), *given) * (spot / (spot - paid[at])) ** 2
            else:
                out[at] = _with_yield(float(value), *given, ex[at], amount)
                out[at] = _call_before_dividend(float(value), *given[1:5], ex[at], amount, out[at])
    return out


def _call_before_dividend(
    spot: float, strike: FloatArray, stdev: FloatArray, discount: FloatArray, is_call: Mask, ex: FloatArray,
    amount: FloatArray, held: FloatArray,
) -> FloatArray:  # fmt: skip
    """Gamma of calls that are exercised just before their one dividend or never; `held` where it is never worth it.

    Roll (1977), Geske (1979), Whaley (1981): at the dividend a call is worth spot + dividend - strike above a critical
    spot, and a European call below it. Its gamma is the mean of the later one's gamma below (a Brownian bridge to the
    strike) and of the kink at the critical spot.
    """
    out, left = held.copy(), discount ** (1 - ex)
    at = np.flatnonzero(is_call & (ex > 0) & (ex < 1) & (amount > strike * (1 - left)) & (stdev > 0))
    if not at.size:
        return out
    k, v, x, d, left = strike[at], stdev[at], ex[at], amount[at], left[at]
    after, before = v * np.sqrt(1 - x), v * np.sqrt(x)
    critical = k.copy()
    for _ in range(_NEWTON):  # of a convex function from below: no step goes beyond the root twice
        d1 = np.log(critical / (k * left)) / after + 0.5 * after
        n = ndtr(d1)
        excess = critical * n - k * left * ndtr(d1 - after) - (critical + d - k)
        critical = np.maximum(critical - excess / np.minimum(n - 1, -_FLAT), 0.5 * critical)
    kink = 1 - ndtr(np.log(critical / (k * left)) / after + 0.5 * after)
    bridge = (np.log(critical / spot) - x * np.log(k / spot)) / (v * np.sqrt(x * (1 - x)))
    z = (np.log(critical * discount[at] ** x / spot) + 0.5 * before * before) / before
    jump = discount[at] ** x * critical / (spot * spot) * kink * INV_SQRT_2PI * np.exp(-0.5 * z * z) / before
    out[at] = held[at] * ndtr(bridge) + np.nan_to_num(jump)
    return out


def _with_yield(
    spot: float,
    forward: FloatArray,
    strike: FloatArray,
    stdev: FloatArray,
    discount: FloatArray,
    is_call: Mask,
    group: Index,
    ex: FloatArray | None = None,
    amount: FloatArray | None = None,
) -> FloatArray:
    """Gamma under a rate and a yield that are constant over an expiry's life; puts are not exercised before `ex` while
    the dividend is worth more than the interest until then."""
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
    waits = np.zeros((len(at), 2))
    if ex is not None and amount is not None:
        put = ~call
        waits[put, 0] = (ex[at] - np.log1p(amount[at] / spot) / gain[at])[put].clip(0)
        waits[put, 1] = ex[at][put]
    premium, exercised = _premiums(money, stdev[at], gain[at], loss[at], 2 * group[at] + call, waits)
    out[at] = np.where(exercised, 0.0, np.maximum(0.0, out[at] + scale * premium))
    return out


def _premiums(
    money: FloatArray, v: FloatArray, a: FloatArray, b: FloatArray, key: Index, waits: FloatArray
) -> tuple[FloatArray, Mask]:
    """What early exercise adds to the gamma of puts of strike 1, and which of them are to be exercised now.

    Those of one `key` share a, b and `waits`, from when to when none is exercised, shape (n, 2), as shares of life.
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
    held = curves.root.reshape(len(parts), _VOLATILITIES, _TIMES)
    premium, exercised = np.zeros(len(v)), np.zeros(len(v), dtype=bool)
    for n, part in enumerate(parts):
        share = _lagrange(points, (np.log(v[part]) - low[n]) / (high[n] - low[n]))
        own, start = share @ held[n], curves.start[n * _VOLATILITIES]
        since, until = waits[first[n]].tolist()
        rate, carry = float(a[first[n]]), float(b[first[n]])
        earlier = None
        if since > 0:
            earlier = share @ _boundary_before(levels[n], rate, since, until, start, held[n])
            now = np.log(money[part]) <= earlier[:, -1]
        else:
            now = (np.log(money[part]) <= start - np.abs(own[:, -1])) & (until == 0)
        exercised[part] = now
        rest = part[~now]
        if earlier is not None:
            rule = _outer_rule(0.0, since)
            places = _lagrange(_earlier_times(), np.sqrt(np.maximum(0.0, 1 - rule.root**2 / since)))
            premium[rest] = _integral(money[rest], v[rest], rate, carry, earlier[~now] @ places.T, rule)
        rule = _outer_rule(until, 1.0)
        boundary = start - np.abs(own[~now] @ rule.places.T)
        premium[rest] += _integral(money[rest], v[rest], rate, carry, boundary, rule)
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


def _boundary_before(
    v: FloatArray, a: float, since: float, until: float, start: float, later: FloatArray
) -> FloatArray:
    """ln boundary of puts of strike 1 without yield, before they wait for a dividend: shape (c, times), now the last.

    From `since` to `until` interest is worth less than the dividend, so that nobody exercises. What the strike earns in
    between is the dividend itself: the equation stays the same with that time left out. `later`: roots after it.
    """
    x, weight = np.polynomial.legendre.leggauss(_INNER)
    x, weight = 0.5 * (x + 1), 0.5 * weight
    times = _earlier_times()
    left = since * times**2  # until it waits
    at = since - left

    def reached(begin: FloatArray, end: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Shares of life that pass, and their weights, shape (times, points): Gauss-Legendre in their root."""
        low, wide = np.sqrt(begin)[:, None], (np.sqrt(end) - np.sqrt(begin))[:, None]
        root = low + wide * x
        return root**2, 2 * root * wide * weight

    soon, soon_weight = reached(np.zeros(len(at)), left)
    late, late_weight = reached(until - at, 1 - at)
    z = np.sqrt(np.maximum(0.0, 1 - at[:, None] - late))
    known = start - np.abs(
        np.einsum("tqn,cn->ctq", _lagrange(_chebyshev(_TIMES), z.ravel()).reshape(*z.shape, -1), later)
    )
    places = np.sqrt(np.maximum(0.0, (left[:, None] - soon) / since))
    places = _lagrange(times, places.ravel()).reshape(*places.shape, -1)
    level = np.repeat(known[:, :, :1].min(axis=1), len(at), axis=1) - a * (until - since)
    whole = v[:, None] * np.sqrt(1 - at)

    def paid(level: FloatArray, other: FloatArray, passed: FloatArray, weight: FloatArray) -> FloatArray:
        spread = v[:, None, None] * np.sqrt(passed)
        low = (level[:, :, None] - other + a * passed) / spread - 0.5 * spread
        return np.asarray((ndtr(low) * (a * np.exp(a * (1 - at[:, None] - passed)) * weight)).sum(axis=2))

    for _ in range(2 * _ROUNDS):
        inner = np.einsum("tqn,cn->ctq", places, level)
        low = (level + a * (1 - at)) / whole - 0.5 * whole
        gained = ndtr(low) + paid(level, inner, soon, soon_weight) + paid(level, known, late, late_weight)
        level = np.log(gained / ndtr(low + whole)) - a * (1 - at)
    return level


def _earlier_times() -> FloatArray:
    """Collocation points of the boundary before a dividend; at 0 there is none."""
    return _chebyshev(_TIMES)[1:]


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
    """What each point adds to the value at each place: shape (places, points)."""
    between = points[:, None] - points
    np.fill_diagonal(between, 1.0)
    weight = 1 / between.prod(axis=1)
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


@functools.lru_cache(maxsize=256)
def _outer_rule(begin: float, end: float) -> _Rule:
    """A double exponential rule over a share of life: near the boundary all of the premium's gamma comes from the
    first moments."""
    step = 2 * _REACH / _OUTER
    t = (np.arange(_OUTER) - 0.5 * (_OUTER - 1)) * step
    low, wide = math.sqrt(begin), math.sqrt(end) - math.sqrt(begin)
    root = low + wide * 0.5 * (1 + np.tanh(0.5 * np.pi * np.sinh(t)))
    weight = wide * 0.25 * np.pi * np.cosh(t) / np.cosh(0.5 * np.pi * np.sinh(t)) ** 2 * step
    places = _lagrange(_chebyshev(_TIMES), np.sqrt(np.maximum(0.0, 1 - root * root)))
    return _Rule(root, weight, places)
