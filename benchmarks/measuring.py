"""Several ways of doing one thing, timed in turns, so that whatever else the machine does meets all of them."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Way = Callable[[], object]
_SHORTEST = 0.02  # seconds; what takes less is repeated within a round, so that caches are as warm as a slow one's


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of each round."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: the same work done in several ways; the first one is ours.

    `times` multiplies a way that was timed on a part of the work only; `note` says so. `pieces` is how many cells
    were read, or rows written, where that is the work.
    """

    name: str
    contracts: int
    timings: dict[str, Timing]
    note: str = ""
    times: Mapping[str, float] = field(default_factory=dict)
    pieces: int = 0
    piece: str = "cell"

    @property
    def ours(self) -> str:
        return next(iter(self.timings))

    def seconds(self, way: str) -> float:
        """Median seconds of the whole work."""
        return self.timings[way].median * self.times.get(way, 1.0)

    def ratio(self, way: str) -> tuple[float, float, float]:
        """How many times as long as ours: median, lower and upper quartile over the rounds."""
        pairs = zip(self.timings[way].seconds, self.timings[self.ours].seconds, strict=True)
        each = sorted(self.times.get(way, 1.0) * theirs / ours for theirs, ours in pairs)
        low, middle, high = statistics.quantiles(each, n=4, method="inclusive") if len(each) > 1 else each * 3
        return middle, low, high


def measure(
    name: str,
    contracts: int,
    ways: Mapping[str, Way],
    *,
    rounds: int = 9,
    note: str = "",
    times: Mapping[str, float] | None = None,
    pieces: int = 0,
) -> Row:
    """Time every way once a round, in turns; each round begins with another one."""
    names = list(ways)
    repeats = {way: _repeats(ways[way]) for way in names}
    found: dict[str, list[float]] = {way: [] for way in names}
    for turn in range(rounds):
        for way in names[turn % len(names) :] + names[: turn % len(names)]:
            found[way].append(_seconds(ways[way], repeats[way]))
    return Row(name, contracts, {way: Timing(tuple(found[way])) for way in names}, note, times or {}, pieces)


def _repeats(way: Way) -> int:
    """How often to do it within a round; the first time, which fills caches, does not count."""
    first = _seconds(way, 1)
    return 1 if first > 1 else max(1, round(_SHORTEST / max(_seconds(way, 1), 1e-7)))


def _seconds(way: Way, repeats: int) -> float:
    gc.collect()
    gc.disable()
    start = time.perf_counter()
    for _ in range(repeats):
        way()
    took = time.perf_counter() - start
    gc.enable()
    return took / repeats
