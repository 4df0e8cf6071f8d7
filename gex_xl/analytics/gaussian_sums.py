"""Sums of many Gaussian bells over many points, in fewer exponentials than bells times points.

The sum over bells of weight exp(-((x - centre) / width)^2 / 2). Gamma over the logarithm of spot is one.

Three things save work. Bells of equal centre and width, a call's and its put's, are one. A bell more than 9 widths
away is left out: exp(-40.5) is below the rounding of a sum in which it counts. And a bell is smooth over its width,
so the sum of all bells of about one width is a smooth curve: it is computed at Chebyshev points, 8 for each of the
narrowest width that the range is wide and 12 more, and taken from there to the other points by interpolation.
That leaves an error of some 1e-15 of the group's largest value (Trefethen, "Approximation Theory and Approximation
Practice", chapters 5 and 8).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gex_xl.arrays import FloatArray

_FAR = 9.0  # widths
_POINTS, _BELLS, _MANY = 32, 8192, 1024  # computed at once, so that they stay in the processor's cache


@dataclass(frozen=True, eq=False, slots=True)
class Bells:
    """Groups of (narrowest, widest, rows); the rows are centre, sqrt(1/2) / width and weight, centres ascending."""

    groups: tuple[tuple[float, float, FloatArray], ...]

    @classmethod
    def of(cls, centre: FloatArray, width: FloatArray, weight: FloatArray) -> Bells:
        """From arrays of shape (n,); widths above 0. Grouped by octaves of width, equal ones put together."""
        octave = np.frexp(width)[1].astype(np.int16)
        order = np.argsort(centre, kind="stable")  # which makes use of strikes that are sorted within expiries
        order = order[np.argsort(octave[order], kind="stable")]
        centre, width, weight, octave = centre[order], width[order], weight[order], octave[order]
        new = np.ones(len(order), dtype=bool)
        new[1:] = (centre[1:] != centre[:-1]) | (width[1:] != width[:-1])
        first = np.flatnonzero(new)
        if not first.size:
            return cls(())
        width = width[first]
        rows = np.stack([centre[first], np.sqrt(0.5) / width, np.add.reduceat(weight, first)])
        edges = [0, *(np.flatnonzero(np.diff(octave[first])) + 1).tolist(), len(first)]
        return cls(
            tuple(
                (float(width[a:b].min()), float(width[a:b].max()), np.ascontiguousarray(rows[:, a:b]))
                for a, b in itertools.pairwise(edges)
            )
        )

    def plain(self, x: FloatArray) -> FloatArray:
        """The sum at x, shape (m,): every bell at every point, none left out."""
        out = np.zeros(len(x))
        for _, _, rows in self.groups:
            for points in _slices(len(x), _POINTS):
                out[points] += _sum(x[points], rows)
        return out

    def sum(self, x: FloatArray) -> FloatArray:
        """The sum at x, shape (m,), ascending; error some 1e-15 of the sum of all weights' magnitudes."""
        out = np.zeros(len(x))
        for narrowest, widest, rows in self.groups:
            count = 12 + int(np.ceil(4 * (x[-1] - x[0]) / narrowest))
            # Interpolation costs about as much for a point and a node as a bell does at a point.
            if 2 * count * len(x) < rows.shape[1] * (len(x) - count):
                nodes, weights = _chebyshev(x[0], x[-1], count)
                out += _interpolated(x, nodes, weights, _near(nodes, widest, rows))
            else:
                out += _near(x, widest, rows)
        return out


def _near(x: FloatArray, widest: float, rows: FloatArray) -> FloatArray:
    """The sum at ascending x, of the bells that are near enough to each part of it."""
    out = np.empty(len(x))
    for points in _slices(len(x), _POINTS):
        part = x[points]
        first, last = np.searchsorted(rows[0], (part[0] - _FAR * widest, part[-1] + _FAR * widest))
        out[points] = _sum(part, rows[:, first:last])
    return out


def _sum(x: FloatArray, rows: FloatArray) -> FloatArray:
    """Every bell at every point: many bells point by point, few bells at many points at once."""
    out = np.zeros(len(x))
    for bells in _slices(rows.shape[1], _BELLS):
        centre, scale, weight = rows[:, bells]
        if len(centre) < _MANY:
            work = (x[:, None] - centre) * scale
            work *= work
            np.negative(work, out=work)
            # Not a matrix product: for that numpy's library starts threads, which cost more than they save here.
            out += np.einsum("ij,j->i", np.exp(work, out=work), weight)
            continue
        work = np.empty(len(centre))
        for i, point in enumerate(x.tolist()):
            np.subtract(point, centre, out=work)
            work *= scale
            work *= work
            np.negative(work, out=work)
            out[i] += weight @ np.exp(work, out=work)
    return out


def _slices(count: int, step: int) -> Iterator[slice]:
    return (slice(start, start + step) for start in range(0, count, step))


def _chebyshev(low: float, high: float, count: int) -> tuple[FloatArray, FloatArray]:
    """Chebyshev points of the first kind on [low, high], ascending, and their barycentric weights."""
    angle = (2 * np.arange(count) + 1) * (np.pi / (2 * count))
    nodes = 0.5 * (low + high) - 0.5 * (high - low) * np.cos(angle)
    return nodes, np.where(np.arange(count) % 2, -1.0, 1.0) * np.sin(angle)


def _interpolated(x: FloatArray, nodes: FloatArray, weights: FloatArray, values: FloatArray) -> FloatArray:
    """The polynomial through (nodes, values) at x: the barycentric formula (Berrut and Trefethen 2004)."""
    distance = x[:, None] - nodes
    hit = distance == 0
    distance[hit] = 1.0
    share = weights / distance
    share[hit.any(axis=1)] = 0.0
    share[hit] = 1.0
    return np.asarray(np.einsum("ij,j->i", share, values) / share.sum(axis=1))
