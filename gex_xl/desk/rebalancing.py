"""What it costs a day to keep a book delta-hedged at fixed intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gex_xl.arrays import FloatArray
from gex_xl.desk.book import greeks
from gex_xl.desk.positions import Book
from gex_xl.desk.related import DAY
from gex_xl.errors import BadInput

SESSION = 390.0  # minutes of a trading day
_YEAR = SESSION / DAY


@dataclass(frozen=True, slots=True)
class RebalanceCost:
    """Of one underlying, USD. `rebalances` a day; `formula`, `simulated` and its `error` (standard) per day."""

    underlying: str
    gamma: float
    rebalances: float
    each: float
    formula: float
    simulated: float
    error: float


def rebalance_cost(
    book: Book, minutes: float, half_spread: float, volatility: float, *, draws: int = 4000, seed: int = 1
) -> list[RebalanceCost]:
    """Expected cost of trading back to delta zero every `minutes` of a session of 390.

    A day is 1/365 of a year here as in theta and in basis risk, all of it taken to fall in the session.

    `half_spread`: share of the price, k. `volatility`: annual, decimal. Formula, for one rebalance: k |gamma| S^2 sigma
    sqrt(2 dt / pi) (Leland 1985), gamma in shares per USD. Simulation: `draws` moves of spot over one interval, the
    book's delta computed again in full at the new spot and time; the same seed gives the same figures.
    """
    if not 0 < minutes <= SESSION:
        raise BadInput(f"minutes is {minutes:g}; expected a number above 0, at most {SESSION:g}")
    if draws < 2:
        raise BadInput(f"draws is {draws:g}; expected 2 or more")
    dt, count = minutes / _YEAR, SESSION / minutes
    stdev = volatility * math.sqrt(dt)
    normals = np.random.default_rng(seed).standard_normal(draws)
    out = []
    for name, spot in book.spots.items():
        mine = book.pick(np.array([one == name for one in book.underlying]))
        net = greeks(mine).total()
        each = half_spread * abs(net.gamma) / 0.01 * stdev * math.sqrt(2 / math.pi)
        moved = np.exp(stdev * normals - stdev**2 / 2)
        traded = abs(_deltas(mine, moved - 1, dt) - net.delta_shares)
        costs = half_spread * spot * moved * traded
        out.append(
            RebalanceCost(
                name, net.gamma, count, each, each * count, float(costs.mean()) * count,
                float(costs.std(ddof=1)) / math.sqrt(draws) * count,
            )
        )  # fmt: skip
    return out


def _deltas(book: Book, jumps: FloatArray, elapsed: float) -> FloatArray:
    """Net delta in shares at each jump, `elapsed` years later, shape of `jumps`."""
    units, option = book.contracts * book.multiplier, book.is_option
    # What is no option keeps its delta.
    fixed = math.fsum(greeks(book).delta_shares[~option])
    if not option.any():
        return np.full(jumps.shape, fixed)
    return np.asarray(book.european(jumps[:, None], 0.0, elapsed).delta() @ units[option] + fixed)
