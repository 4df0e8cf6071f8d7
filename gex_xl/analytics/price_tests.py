"""Comparisons of bids with asks over the strikes of one settlement and right; arithmetic on arrays alone.

Such a row of strikes is a strip; all strips of a chain stand one behind the other in arrays of shape (n,), and `strip`
numbers them from 0 without a gap. Within a strip strikes ascend on an axis `x` on which prices fall: calls by strike,
puts by minus the strike. `bid` is -inf where nobody buys, `ask` inf where nobody sells. Each comparison returns what
selling each quote at its bid and buying others of its strip at their asks locks in, and whom to buy: USD per share,
-inf where there is nobody to buy from. Mids are NaN where a quote is not two-sided.
"""

from __future__ import annotations

import numpy as np

from gex_xl.arrays import FloatArray, Index, Mask

_PASSES = 16  # real chains of 20,000 contracts need up to 14


def falling(strip: Index, bid: FloatArray, ask: FloatArray) -> tuple[FloatArray, Index]:
    """Sell each, buy the cheapest one nearer to x = -infinity, which is worth at least as much."""
    cheapest, at = _cheapest_before(strip, ask)
    return bid - cheapest, at


def gently(
    strip: Index, x: FloatArray, bid: FloatArray, ask: FloatArray, discount: FloatArray
) -> tuple[FloatArray, Index]:
    """Sell each, buy one further on and keep discount x distance: prices fall by no more than that."""
    cheapest, at = _cheapest_before(strip[::-1], (ask + discount * x)[::-1])
    return bid + discount * x - cheapest[::-1], len(x) - 1 - at[::-1]


def _cheapest_before(strip: Index, price: FloatArray) -> tuple[FloatArray, Index]:
    """The least of all entries of the strip before each, and where it stands; inf at the first."""
    lowest, place = np.empty_like(price), np.arange(len(price))
    starts = np.flatnonzero(np.diff(strip, prepend=-1))
    for some in map(slice, starts.tolist(), [*starts[1:].tolist(), len(price)]):
        np.minimum.accumulate(price[some], out=lowest[some])
    at = np.maximum.accumulate(np.where(price == lowest, place, 0))
    before = np.maximum(place - 1, 0)
    cheapest = lowest[before]
    cheapest[starts] = np.inf
    return cheapest, at[before]


def convex(strip: Index, x: FloatArray, bid: FloatArray, ask: FloatArray) -> tuple[FloatArray, Index, Index]:
    """Sell each, buy the two around it on the lower hull of the asks, which cost less than the line between."""
    hull, place = lower_hulls(strip, x, ask), np.arange(len(x))
    out = np.full(len(x), -np.inf)
    if not hull.size:
        return out, place, place
    after = np.searchsorted(hull, place)
    left, right = hull[np.maximum(after - 1, 0)], hull[np.minimum(after, len(hull) - 1)]
    around = (strip[left] == strip) & (strip[right] == strip) & (left < place) & (place < right)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (x[right] - x) / (x[right] - x[left])
        mixed = share * ask[left] + (1 - share) * ask[right]
    # A corner of the hull is bought and sold itself, which locks in a loss.
    cost = np.where(around, mixed, ask)
    inner = np.zeros(len(x), dtype=bool)
    inner[1:-1] = strip[:-2] == strip[2:]
    several = np.bincount(strip[hull], minlength=int(strip[-1]) + 1) > 1
    np.copyto(out, bid - cost, where=inner & several[strip])
    return out, left, right


def lower_hulls(strip: Index, x: FloatArray, y: FloatArray) -> Index:
    """The corners of the lower convex hull of each strip's finite points, x ascending and distinct within a strip.

    A point on or above the line between two others of its strip is no corner, so all that lie so between their
    neighbours can go at once, over and over. Where that takes long, Andrew (1979) takes up what is left.
    """
    at = np.flatnonzero(np.isfinite(y))
    for _ in range(_PASSES):
        a, b, c = at[:-2], at[1:-1], at[2:]
        corner = (strip[a] != strip[c]) | ((y[b] - y[a]) * (x[c] - x[b]) < (y[c] - y[b]) * (x[b] - x[a]))
        if corner.all():
            return at
        at = np.concatenate([at[:1], b[corner], at[-1:]])
    return _andrew(at, strip, x, y)


def _andrew(at: Index, strip: Index, x: FloatArray, y: FloatArray) -> Index:
    strips, xs, ys = strip.tolist(), x.tolist(), y.tolist()
    hull: list[int] = []
    for i in at.tolist():
        while len(hull) > 1 and strips[hull[-2]] == strips[i]:
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


def mids_fall(strip: Index, x: FloatArray, mid: FloatArray, discount: FloatArray, least: float) -> Mask:
    """Mids above the one before, or above the next by more than the discounted distance, by more than `least`."""
    out = np.zeros(len(x), dtype=bool)
    some = np.flatnonzero(np.isfinite(mid))
    step, together = np.diff(mid[some]), strip[some[1:]] == strip[some[:-1]]
    out[some[1:]] |= together & (step > least)
    out[some[:-1]] |= together & (-step - discount[some[1:]] * np.diff(x[some]) > least)
    return out


def mids_convex(strip: Index, x: FloatArray, mid: FloatArray, least: float) -> Mask:
    """Mids above the line between their neighbours by more than `least`."""
    out = np.zeros(len(x), dtype=bool)
    some = np.flatnonzero(np.isfinite(mid))
    a, b, c = some[:-2], some[1:-1], some[2:]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (x[c] - x[b]) / (x[c] - x[a])
        over = mid[b] - share * mid[a] - (1 - share) * mid[c] > least
    out[b] = (strip[a] == strip[c]) & over
    return out
