"""Comparisons of bids with asks over the strikes of one settlement and right; arithmetic on arrays alone.

A strip has its strikes on an axis `x` on which prices fall: calls by strike, puts by minus the strike, ascending.
`bid` is 0 where nobody buys, `ask` infinite where nobody sells; all shape (n,). Each comparison returns what selling
each quote at its bid and buying others at their asks locks in, and whom to buy: USD per share, -inf where there is
nobody to buy from. Mids are NaN where a quote is not two-sided.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def falling(bid: FloatArray, ask: FloatArray) -> tuple[FloatArray, Index]:
    """Sell each, buy the cheapest one nearer to x = -infinity, which is worth at least as much."""
    cheapest, at = _cheapest_before(ask)
    return bid - cheapest, at


def gently(x: FloatArray, bid: FloatArray, ask: FloatArray, discount: float) -> tuple[FloatArray, Index]:
    """Sell each, buy one further on and keep discount x distance: prices fall by no more than that."""
    cheapest, at = _cheapest_before((ask + discount * x)[::-1])
    n = len(x)
    return bid + discount * x - cheapest[::-1], n - 1 - at[::-1]


def _cheapest_before(price: FloatArray) -> tuple[FloatArray, Index]:
    """The least of all entries before each, and where it stands; inf at the first."""
    lowest = np.minimum.accumulate(price)
    at = np.maximum.accumulate(np.where(price == lowest, np.arange(len(price)), 0))
    return np.concatenate([[np.inf], lowest[:-1]]), np.concatenate([[0], at[:-1]])


def convex(x: FloatArray, bid: FloatArray, ask: FloatArray) -> tuple[FloatArray, Index, Index]:
    """Sell each, buy the two around it on the lower hull of the asks, which cost less than the line between."""
    hull = lower_hull(x, ask)
    out = np.full(len(x), -np.inf)
    if len(hull) < 2:
        return out, np.zeros(len(x), dtype=np.int64), np.zeros(len(x), dtype=np.int64)
    after = np.clip(np.searchsorted(x[hull], x), 1, len(hull) - 1)
    left, right = hull[after - 1], hull[after]
    share = (x[right] - x) / (x[right] - x[left])
    # A corner of the hull is bought and sold itself, which locks in a loss.
    cost = np.where((x > x[left]) & (x < x[right]), share * ask[left] + (1 - share) * ask[right], ask)
    np.copyto(out, bid - cost, where=(x > x[0]) & (x < x[-1]))
    return out, left, right


def lower_hull(x: FloatArray, y: FloatArray) -> Index:
    """The corners of the lower convex hull of finite points, x ascending and distinct (Andrew 1979)."""
    xs, ys = x.tolist(), y.tolist()
    hull: list[int] = []
    for i in np.flatnonzero(np.isfinite(y)).tolist():
        while len(hull) > 1:
            a, b = hull[-2], hull[-1]
            if (ys[b] - ys[a]) * (xs[i] - xs[b]) < (ys[i] - ys[b]) * (xs[b] - xs[a]):
                break
            hull.pop()
        hull.append(i)
    return np.array(hull, dtype=np.int64)


def between(at: FloatArray, x: FloatArray, price: FloatArray) -> tuple[FloatArray, Index, Index]:
    """The cost at each place `at` of the two around it in their mix, and which they are; inf outside of `x`,
    which holds one place at least."""
    out = np.full(len(at), np.inf)
    right = np.minimum(np.searchsorted(x, at), len(x) - 1)
    left = np.where(at == x[right], right, np.maximum(right - 1, 0))
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(left == right, 1.0, (x[right] - at) / (x[right] - x[left]))
        mixed = np.where(left == right, price[left], share * price[left] + (1 - share) * price[right])
    inside = (at >= x[0]) & (at <= x[-1]) & np.isfinite(mixed)
    np.copyto(out, mixed, where=inside)
    return out, left, right


def mids_fall(x: FloatArray, mid: FloatArray, discount: float, least: float) -> Mask:
    """Mids above the one before, or above the next by more than the discounted distance, by more than `least`."""
    out = np.zeros(len(x), dtype=bool)
    some = np.flatnonzero(np.isfinite(mid))
    step = np.diff(mid[some])
    out[some[1:]] |= step > least
    out[some[:-1]] |= -step - discount * np.diff(x[some]) > least
    return out


def mids_convex(x: FloatArray, mid: FloatArray, least: float) -> Mask:
    """Mids above the line between their neighbours by more than `least`."""
    out = np.zeros(len(x), dtype=bool)
    some = np.flatnonzero(np.isfinite(mid))
    if some.size >= 3:
        k, m = x[some], mid[some]
        share = (k[2:] - k[1:-1]) / (k[2:] - k[:-2])
        out[some[1:-1]] = m[1:-1] - share * m[:-2] - (1 - share) * m[2:] > least
    return out
