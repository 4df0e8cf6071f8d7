"""Hedge with other options: whole contracts that bring gamma and vega inside bounds at least cost."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gex_xl.arrays import FloatArray
from gex_xl.desk.book import Greeks, greeks, per_contract
from gex_xl.desk.bounds import GREEKS, Bound
from gex_xl.desk.currencies import only_currency
from gex_xl.desk.positions import Book, join
from gex_xl.errors import BadInput

_MET = 1e-6  # of one contract's greek: what the solver calls equal
_MOST = 100_000.0  # contracts of one candidate that are traded at once
_LEVELS = 20  # quoted sizes that are walked through, at most


@dataclass(frozen=True, eq=False, slots=True)
class OptionHedge:
    """`contracts` of each candidate, short negative; `paid` for each in half spreads and deeper levels, USD.

    `before` and `after`: gamma (USD per 1 %) and vega (USD per vol point) of the book, and of each of the `bounds` by
    its label. `missed`: label -> how far outside its bound it stays, in the greek's unit; empty where all are met.
    """

    candidates: Book
    contracts: FloatArray
    paid: FloatArray
    before: dict[str, float]
    after: dict[str, float]
    bounds: list[Bound]
    missed: dict[str, float]
    reason: str

    @property
    def cost(self) -> float:
        """All that is paid, USD."""
        return math.fsum(self.paid)

    @property
    def trades(self) -> Book:
        """The contracts to trade, as positions."""
        held = self.candidates.holding(self.contracts)
        return held.pick(self.contracts != 0)


@dataclass(frozen=True, eq=False, slots=True)
class Levels:
    """The candidates' prices by depth: entry k is `room[k]` contracts of candidate `owner[k]` at `cost[k]` USD each."""

    owner: npt.NDArray[np.intp]
    room: FloatArray
    cost: FloatArray

    def paid(self, contracts: FloatArray) -> FloatArray:
        """What trading so many contracts of each candidate costs, USD, shape (candidates,)."""
        out = np.zeros(len(contracts))
        left = abs(contracts)
        for owner, room, cost in zip(self.owner.tolist(), self.room, self.cost, strict=True):
            taken = min(left[owner], room)
            out[owner] += taken * cost
            left[owner] -= taken
        return out


def levels(candidates: Book) -> Levels:
    """What each further contract costs: half the spread up to the quoted size, a whole spread more for each further
    quoted size, up to `most` contracts or 20 sizes. Without `most` no more than the size; without a size any number
    at half the spread."""
    owner, room, cost = [], [], []
    half = (candidates.ask - candidates.bid) / 2 * candidates.multiplier
    sizes = (np.minimum(np.floor(each), _MOST) for each in (candidates.size, candidates.most))
    for i, (size, most) in enumerate(zip(*sizes, strict=True)):
        if math.isnan(size):
            steps = [_MOST if math.isnan(most) else most]
        elif math.isnan(most) or size == 0:
            steps = [size]
        else:
            full = min(int(most // size), _LEVELS)
            steps = [size] * full + ([most - full * size] if full < _LEVELS and most > full * size else [])
        for level, step in enumerate(steps):
            owner.append(i)
            room.append(step)
            cost.append(half[i] * (1 + 2 * level))
    return Levels(np.array(owner, dtype=np.intp), np.array(room), np.array(cost))


def hedge_options(book: Book, candidates: Book, bounds: Sequence[Bound]) -> OptionHedge:
    """Least cost for which gamma and vega end inside `bounds`, of the whole book and of buckets of expiries.

    Cost as `levels` says. Where no whole contracts do it, those that come nearest: the sum of the distances to the
    bounds, each as a share of its distance before, is least, and the cost is least among them. Raises BadInput for
    candidates that are no options, and for a book in several currencies.
    """
    if not candidates.is_option.all():
        raise BadInput("candidates: all rows must be options; the underlying is traded for what delta is left")
    only_currency(join(book, candidates))  # the same clock and spots too
    for bound in bounds:
        if bound.underlying and bound.underlying not in {*book.underlying, *candidates.underlying}:
            raise BadInput(
                f"{bound.where}: {bound.label}: nothing is on {bound.underlying}; expected one of the book's names"
            )
        if bound.bucket.day and bound.bucket.day not in {*book.expiry, *candidates.expiry}:
            raise BadInput(f"{bound.where}: {bound.label}: nothing expires on {bound.bucket.day}; mend the bucket")
    held, each = greeks(book), per_contract(candidates)
    every = [Bound(name, -math.inf, math.inf) for name in GREEKS]
    coefficients = _coefficients(each, candidates, bounds)
    start = _sums(held, book, bounds)
    low, high = (np.array([getattr(bound, end) for bound in bounds]) for end in ("low", "high"))
    depth = levels(candidates)
    problem = _Problem(coefficients[:, depth.owner], start, low, high, depth.cost, depth.room)
    taken = problem.solve()
    missed: dict[str, float] = {}
    if taken is None:
        taken = problem.nearest()
        excess = problem.outside(taken)
        pairs = zip(bounds, excess, problem.scale, strict=True)
        missed = {bound.label: float(over) for bound, over, scale in pairs if over > _MET * scale}
    contracts = np.bincount(depth.owner, taken, len(candidates)).astype(np.float64)
    shown = [*every, *(bound for bound in bounds if bound.label not in GREEKS)]
    before = _sums(held, book, shown)
    after = before + _coefficients(each, candidates, shown) @ contracts
    labels = [bound.label for bound in shown]
    return OptionHedge(
        candidates, contracts, depth.paid(contracts), dict(zip(labels, before.tolist(), strict=True)),
        dict(zip(labels, after.tolist(), strict=True)), list(bounds), missed, _reason(problem, bounds, missed),
    )  # fmt: skip


def _coefficients(each: Greeks, candidates: Book, bounds: Sequence[Bound]) -> FloatArray:
    """The greek of one contract of each candidate where the bound counts it, shape (bounds, candidates)."""
    rows = [np.where(bound.has(candidates), getattr(each, bound.greek), 0.0) for bound in bounds]
    return np.array(rows).reshape(len(bounds), len(candidates))


def _sums(held: Greeks, book: Book, bounds: Sequence[Bound]) -> FloatArray:
    """The greek of the rows that each bound counts, shape (bounds,)."""
    return np.array([math.fsum(getattr(held, bound.greek)[bound.has(book)]) for bound in bounds])


@dataclass(frozen=True, eq=False, slots=True)
class _Problem:
    """Rows are bounds, columns levels of candidates: bought and sold contracts are two variables each."""

    coefficients: FloatArray
    start: FloatArray
    low: FloatArray
    high: FloatArray
    cost: FloatArray
    room: FloatArray

    @property
    def scale(self) -> FloatArray:
        """The largest greek of one contract: in its units the solver's tolerance is a small part of a contract."""
        largest = abs(self.coefficients).max(axis=1, initial=0.0)
        return np.asarray(np.where(largest > 0, largest, 1.0))

    @property
    def weight(self) -> FloatArray:
        """One over each greek's distance to its bounds before the hedge."""
        distance = self.outside(np.zeros(len(self.cost)))
        return np.asarray(self.scale / np.where(distance > 0, distance, self.scale))

    def outside(self, contracts: FloatArray) -> FloatArray:
        """How far each greek lies outside its bounds, 0 inside."""
        value = self.start + self.coefficients @ contracts
        return np.asarray(np.maximum(0.0, np.maximum(self.low - value, value - self.high)))

    def solve(self, only: int | None = None) -> FloatArray | None:
        """Least cost inside the bounds, all of them or one alone; None where there is no such hedge."""
        wanted = slice(None) if only is None else slice(only, only + 1)
        n = len(self.cost)
        found = self._milp(self._tie_broken(), self._rows(wanted, 0), self._limits(wanted), 2 * n)
        return None if found is None else found[:n] - found[n : 2 * n]

    def nearest(self) -> FloatArray:
        """Least distance to the bounds, then least cost at that distance."""
        n, m = len(self.cost), len(self.start)
        slack = np.concatenate([np.zeros(2 * n), self.weight, self.weight])
        limits = self._limits(slice(None))
        rows = self._rows(slice(None), m)
        first = self._milp(slack, rows, limits, 2 * n)
        if first is None:  # the slacks take up any distance, so only figures beyond reason come here
            raise BadInput("bounds: no hedge can be computed; check that the bounds and quotes are of a sensible size")
        contracts = np.asarray(first[:n] - first[n : 2 * n])
        least = float(self.weight / self.scale @ self.outside(contracts))
        capped = np.vstack([rows, slack])
        both = (np.append(limits[0], -np.inf), np.append(limits[1], least * (1 + 1e-9) + 1e-9))
        second = self._milp(np.concatenate([self._tie_broken(), np.zeros(2 * m)]), capped, both, 2 * n)
        return contracts if second is None else np.asarray(second[:n] - second[n : 2 * n])

    def _tie_broken(self) -> FloatArray:
        # A candidate with no spread would otherwise be traded to no end.
        least = 1e-9 * max(1.0, float(self.cost.max(initial=0.0)))
        return np.concatenate([self.cost + least, self.cost + least])

    def _rows(self, wanted: slice, slacks: int) -> FloatArray:
        scaled = (self.coefficients / self.scale[:, None])[wanted]
        rows = np.hstack([scaled, -scaled])
        return np.hstack([rows, np.eye(slacks), -np.eye(slacks)]) if slacks else rows

    def _limits(self, wanted: slice) -> tuple[FloatArray, FloatArray]:
        return (
            ((self.low - self.start) / self.scale)[wanted],
            ((self.high - self.start) / self.scale)[wanted],
        )

    def _milp(
        self, cost: FloatArray, rows: FloatArray, limits: tuple[FloatArray, FloatArray], integers: int
    ) -> FloatArray | None:
        from scipy import optimize  # few functions need it

        most = np.concatenate([self.room, self.room, np.full(len(cost) - integers, np.inf)])
        size = float(abs(cost).max(initial=0.0)) or 1.0
        for presolve in (True, False):
            found: Any = optimize.milp(
                cost / size,
                integrality=np.concatenate([np.ones(integers), np.zeros(len(cost) - integers)]),
                bounds=optimize.Bounds(np.zeros(len(cost)), most),
                constraints=[optimize.LinearConstraint(rows, *limits)] if len(rows) else [],
                options={"mip_rel_gap": 0.0, "time_limit": 20.0, "presolve": presolve},
            )
            if found.status != 4:  # HiGHS's presolve trips over equal candidates now and then: "solve error"
                break
        if found.x is None:
            if found.status == 1:
                raise BadInput("candidates: no hedge was found in 20 seconds; give fewer candidates or wider bounds")
            return None
        return np.concatenate([np.round(found.x[:integers]), found.x[integers:]])


_UNITS = {"gamma": "USD per 1 %", "vega": "USD per vol point"}


def _reason(problem: _Problem, bounds: Sequence[Bound], missed: Mapping[str, float]) -> str:
    if not missed:
        return "all bounds are met"
    alone = [bound.label for i, bound in enumerate(bounds) if problem.solve(only=i) is None]
    unit = {bound.label: _UNITS[bound.greek] for bound in bounds}
    far = ", ".join(f"{name} stays {gap:,.0f} {unit[name]} outside its bound" for name, gap in missed.items())
    if alone:
        return f"{' and '.join(alone)} cannot be brought inside the bound with these candidates and sizes: {far}"
    together = " and ".join(bound.label for bound in bounds)
    return f"each bound can be met alone, but not {together} together: {far}"
