"""Hedge with other options: whole contracts that bring gamma and vega inside bounds at least cost."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gex_xl.arrays import FloatArray
from gex_xl.desk.book import greeks, per_contract
from gex_xl.desk.positions import Book, join
from gex_xl.desk.table import Cells, read_table
from gex_xl.errors import BadInput

GREEKS = ("gamma", "vega")
Bounds = dict[str, tuple[float, float]]
_MET = 1e-6  # of one contract's greek: what the solver calls equal
_MOST = 100_000.0  # contracts of one candidate, where it gives no size


@dataclass(frozen=True, eq=False, slots=True)
class OptionHedge:
    """`contracts` of each candidate, short negative; `cost`: half spreads paid, USD.

    `before` and `after` are gamma (USD per 1 %) and vega (USD per vol point) of the book. `missed`: greek -> how far
    outside its bound it stays, in the greek's unit; empty where all bounds are met.
    """

    candidates: Book
    contracts: FloatArray
    cost: float
    before: dict[str, float]
    after: dict[str, float]
    bounds: Bounds
    missed: dict[str, float]
    reason: str

    @property
    def trades(self) -> Book:
        """The contracts to trade, as positions."""
        held = self.candidates.holding(self.contracts)
        return held.pick(self.contracts != 0)


def read_bounds(cells: Cells) -> Bounds:
    """Greek -> lowest and highest value allowed, from columns greek, low, high (or greek, limit: plus and minus it)."""
    rows = read_table(
        cells, "bounds",
        {"greek": ("limit on", "name", "measure"), "low": ("lower", "from", "min"), "high": ("upper", "to", "max"),
         "limit": ("bound", "value")},
        ("greek",), lambda row: bool(row.word("greek")),
    )  # fmt: skip
    found: Bounds = {}
    for row in rows:
        name = row.word("greek").lower()
        if name not in GREEKS or name in found:
            raise BadInput(f'bounds, row {row.number}: "{row.word("greek")}"; expected gamma or vega, once each')
        row.where = f"bounds, row {row.number} ({name})"
        size, low, high = row.amount("limit", 0), row.amount("low"), row.amount("high")
        if size is not None:
            low, high = -size, size
        if low is None and high is None:
            raise BadInput(f"{row.where}: no figure is given; expected low and high, or limit")
        found[name] = (-math.inf if low is None else low, math.inf if high is None else high)
        if found[name][0] > found[name][1]:
            raise BadInput(f"{row.where}: low {low:g} is above high {high:g}; expected low below high")
    return found


def hedge_options(book: Book, candidates: Book, bounds: Mapping[str, tuple[float, float]]) -> OptionHedge:
    """Least half spread for which gamma and vega end inside `bounds`; `size` caps what is traded of a candidate.

    Where no whole contracts do it, those that come nearest: the sum of the distances to the bounds, each as a share of
    the greek's distance before, is least, and the cost is least among them. Raises BadInput for candidates that are
    no options.
    """
    if not candidates.is_option.all():
        raise BadInput("candidates: all rows must be options; the underlying is traded for what delta is left")
    join(book, candidates)  # the same clock and spots
    before, each = greeks(book).total(), per_contract(candidates)
    names = [name for name in GREEKS if name in bounds]
    coefficients = np.array([getattr(each, name) for name in names]).reshape(len(names), len(candidates))
    start = np.array([getattr(before, name) for name in names])
    low, high = (np.array([bounds[name][k] for name in names]) for k in (0, 1))
    cost = (candidates.ask - candidates.bid) / 2 * candidates.multiplier
    room = np.floor(np.where(np.isnan(candidates.size), _MOST, candidates.size))
    problem = _Problem(coefficients, start, low, high, cost, room)
    contracts = problem.solve()
    missed: dict[str, float] = {}
    if contracts is None:
        contracts = problem.nearest()
        excess = problem.outside(contracts)
        missed = {name: float(e) for name, e, s in zip(names, excess, problem.scale, strict=True) if e > _MET * s}
    moved = {name: float(v) for name, v in zip(GREEKS, (each.gamma @ contracts, each.vega @ contracts), strict=True)}
    return OptionHedge(
        candidates, contracts, math.fsum(cost * abs(contracts)), {n: getattr(before, n) for n in GREEKS},
        {n: getattr(before, n) + moved[n] for n in GREEKS}, dict(bounds), missed,
        _reason(problem, names, missed),
    )  # fmt: skip


@dataclass(frozen=True, eq=False, slots=True)
class _Problem:
    """Rows are greeks, columns candidates: bought and sold contracts are two variables each."""

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


def _reason(problem: _Problem, names: list[str], missed: Mapping[str, float]) -> str:
    if not missed:
        return "all bounds are met"
    alone = [name for i, name in enumerate(names) if problem.solve(only=i) is None]
    far = ", ".join(f"{name} stays {gap:,.0f} {_UNITS[name]} outside its bound" for name, gap in missed.items())
    if alone:
        return f"{' and '.join(alone)} cannot be brought inside the bound with these candidates and sizes: {far}"
    return f"each bound can be met alone, but not {' and '.join(names)} together: {far}"
