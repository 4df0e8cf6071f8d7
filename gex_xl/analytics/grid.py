"""Exposure by strike and expiry at once: one cell a rung of strikes and settlement."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from gex_xl.analytics.contracts import Contracts, under
from gex_xl.analytics.dealer_exposure import Kind, exposure_of, label
from gex_xl.analytics.exposure import require_any
from gex_xl.analytics.ladder import Ladder, ladder
from gex_xl.analytics.profile import zero_gamma
from gex_xl.analytics.summary import summarise
from gex_xl.arrays import FloatArray

ROWS = 40


class Measure(StrEnum):
    """What the cells hold: a dealers' exposure (see `dealer_exposure.Kind`), or contracts."""

    GAMMA = "gamma"
    DELTA = "delta"
    SPEED = "speed"
    VANNA = "vanna"
    CHARM = "charm"
    VEGA = "vega"
    THETA = "theta"
    OPEN_INTEREST = "open_interest"
    VOLUME = "volume"


@dataclass(frozen=True, slots=True)
class Settlement:
    """A column: the expiry, whether it settles at the open, and the days left (elapsed, by the clock)."""

    expiry: dt.date
    am_settled: bool
    days: float


@dataclass(frozen=True, eq=False, slots=True)
class Grid:
    """`cells` has a row a rung of `ladder`, after one for all below it and before one for all above: (k + 2, m).

    A column is a settlement, earliest first. `unit` in words. Rows add up to `by_strike`, columns to `by_settlement`,
    and both to `total`, to rounding.
    """

    ladder: Ladder
    settlements: tuple[Settlement, ...]
    cells: FloatArray
    unit: str

    @property
    def by_strike(self) -> FloatArray:
        """The sum of each row, shape (k + 2,)."""
        return np.asarray(self.cells.sum(axis=1))

    @property
    def by_settlement(self) -> FloatArray:
        """The sum of each column, shape (m,)."""
        return np.asarray(self.cells.sum(axis=0))

    @property
    def total(self) -> float:
        """The sum of all cells."""
        return float(self.cells.sum())


def grid(
    contracts: Contracts, rows: int | Ladder = ROWS, measure: Measure = Measure.GAMMA, width: float | None = None
) -> Grid:
    """A measure by strike and settlement, in the unit of the settings (open interest and volume in contracts).

    `rows` and `width`: see `ladder`; or a ladder as it is. Contracts that a measure cannot count (no iv, no volume)
    count 0. The gamma cells sum position x gamma x the unit's factor, as in method, section 1, over rights within one
    cell. Raises NoValue where no contract is left.
    """
    require_any(contracts)
    used, amounts, unit = _amounts(contracts, measure)
    require_any(used)
    rungs = rows if isinstance(rows, Ladder) else ladder(contracts, rows, width)
    settlement, first, column = np.unique(used.chain.settlement[used.index], return_index=True, return_inverse=True)
    m, k = len(settlement), len(rungs.centre)
    at = rungs.place(used.strike) * m + column
    cells = np.asarray(np.bincount(at, amounts, (k + 2) * m), dtype=np.float64).reshape(k + 2, m)
    days: list[dt.date] = used.chain.expiry[used.index[first]].astype(object).tolist()
    morning: list[bool] = used.chain.am_settled[used.index[first]].tolist()
    return Grid(
        rungs,
        tuple(
            Settlement(day, am_settled, years * contracts.settings.clock.days)
            for day, am_settled, years in zip(days, morning, used.years[first].tolist(), strict=True)
        ),
        cells,
        unit,
    )


def _amounts(contracts: Contracts, measure: Measure) -> tuple[Contracts, FloatArray, str]:
    if measure in (Measure.OPEN_INTEREST, Measure.VOLUME):
        column = getattr(contracts.chain, str(measure))
        return contracts, np.nan_to_num(column[contracts.index]), "contracts"
    kind = Kind(str(measure))
    used, amounts = exposure_of(contracts, kind)
    return used, np.nan_to_num(amounts), label(kind, contracts.settings.unit)


def marks(contracts: Contracts, rungs: Ladder) -> dict[int, str]:
    """The rungs that hold spot, zero gamma, the flip strike or a wall: place in `centre` -> their names in words."""
    levels = summarise(under(contracts))
    names: dict[int, list[str]] = {}
    for name, price in (
        ("spot", contracts.spot), ("zero gamma", zero_gamma(contracts)), ("call wall", levels.call_wall),
        ("put wall", levels.put_wall), ("flip strike", levels.flip.strike if levels.flip else None),
    ):  # fmt: skip
        place = rungs.rung(price)
        if place is not None:
            names.setdefault(place, []).append(name)
    return {place: ", ".join(found) for place, found in names.items()}
