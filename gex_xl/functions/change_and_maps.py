"""Worksheet functions for what changed since an earlier chain, and for exposure by strike, expiry, spot and day."""

from __future__ import annotations

import copy
from enum import StrEnum
from typing import Annotated, Any

from gex_xl.analytics.change import STEPS, Change, Part, by_settlement, by_strike, change, largest_series, level_changes
from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.exposure import total
from gex_xl.analytics.gamma_map import SESSIONS, gamma_map
from gex_xl.analytics.grid import ROWS, Grid, Measure, grid, marks
from gex_xl.analytics.ladder import Ladder
from gex_xl.analytics.terms import by_model
from gex_xl.functions.arguments import Table, whole
from gex_xl.functions.common import EXAMPLE_CHAIN, settles, unit
from gex_xl.functions.registry import worksheet

#: The example chain on the Friday before: less open interest, one series not yet listed.
EXAMPLE_EARLIER: Table = copy.deepcopy(EXAMPLE_CHAIN)
EXAMPLE_EARLIER[0] = ["Synthetic example", "Spot: 4975", "2025-02-28 15:30"]
EXAMPLE_EARLIER[2:] = [[*row[:4], row[4] + 0.01, row[5] - 100 * place] for place, row in enumerate(EXAMPLE_CHAIN[2:-1])]


class By(StrEnum):
    """How a change is split."""

    STEP = "step"
    STRIKE = "strike"
    EXPIRY = "expiry"
    SERIES = "series"
    LEVEL = "level"


@worksheet("Change and maps", EXAMPLE_CHAIN, EXAMPLE_EARLIER)
def GEX_CHANGE(
    contracts: Contracts,
    earlier: Annotated[Contracts, "An earlier chain of the same underlying, or the cell of its LOAD_CHAIN"],
    by: Annotated[
        By, "step (blank), strike, expiry, series (the 20 largest changes of open interest) or level"
    ] = By.STEP,
) -> Table:
    """Why the total moved since an earlier chain: expired, time, spot, forward, volatility, open interest of listed
    series, new and closed series. Each step reprices the earlier state with one input of now; they add up.

    Returns table: by step its name, total, calls, puts, contracts; by strike and expiry then, now, change and the
    steps; by series contracts then, now, change and GEX; by level then, now, moved.
    """
    found = change(contracts, earlier)
    return _BY[by](found, unit(contracts))


def _by_step(found: Change, in_unit: str) -> Table:
    head = ["Step", f"Total {in_unit}", "Calls", "Puts", "Contracts"]
    return [
        head, *[[s.name, s.total.net, s.total.call, s.total.put, s.contracts] for s in found.table()],
    ]  # fmt: skip


def _parts(first: list[str], rows: list[tuple[list[Any], Part]], in_unit: str) -> Table:
    head = [*first, f"Then {in_unit}", "Now", "Change", *(name.capitalize() for name in STEPS)]
    return [head, *[[*cells, part.then, part.now, part.change, *part.steps] for cells, part in rows]]


def _by_strike(found: Change, in_unit: str) -> Table:
    return _parts(["Strike"], [([part.strike], part) for part in by_strike(found)], in_unit)


def _by_expiry(found: Change, in_unit: str) -> Table:
    rows = [([f"{part.expiry:%Y-%m-%d}", settles(part.am_settled)], part) for part in by_settlement(found)]
    return _parts(["Expiry", "Settles"], rows, in_unit)


def _by_series(found: Change, in_unit: str) -> Table:
    head = ["Root", "Expiry", "Right", "Strike", "Contracts then", "Contracts now", "Opened", f"GEX {in_unit}"]
    return [
        head,
        *[
            [
                s.root,
                f"{s.expiry:%Y-%m-%d}",
                "C" if s.is_call else "P",
                s.strike,
                s.open_then,
                s.open_now,
                s.opened,
                s.gex,
            ]
            for s in largest_series(found)
        ],
    ]


def _by_level(found: Change, _in_unit: str) -> Table:
    rows = [
        [level.name.capitalize(), _or_none(level.then), _or_none(level.now), level.moved]
        for level in level_changes(found)
    ]
    return [["Level", "Then (USD)", "Now (USD)", "Moved (USD)"], *rows]


def _or_none(price: float | None) -> float | str:
    return "none" if price is None else price


_BY = {By.STEP: _by_step, By.STRIKE: _by_strike, By.EXPIRY: _by_expiry, By.SERIES: _by_series, By.LEVEL: _by_level}


@worksheet("Change and maps", EXAMPLE_CHAIN, None, None, None, 5)
def GEX_GRID(
    contracts: Contracts,
    strikes: Annotated[
        int, f"Rows around spot, 1 to 2000; blank: {ROWS}; as many as listed: every strike", whole(1, 2000)
    ] = ROWS,
    kind: Annotated[
        Measure, "gamma (blank), delta, speed, vanna, charm, vega, theta, open_interest or volume"
    ] = Measure.GAMMA,
) -> Table:
    """Exposure by strike and expiry: round buckets around spot, or every strike by itself; rows and columns add up to
    the total.

    Returns table: mark, strike, from spot, one column an expiry, all; below the header the days left and the totals,
    then the highest strike first, with what lies above and below.
    """
    found = grid(contracts, strikes, kind)
    columns = [f"{s.expiry:%Y-%m-%d}{' AM' if s.am_settled else ''}" for s in found.settlements]
    names = marks(contracts, found.ladder)
    rows = _rungs(found, names, contracts.spot)
    return [
        ["Mark", f"Strike ({kind} in {found.unit})", "From spot", *columns, "All"],
        [contracts.settings.clock.day_name, "", "", *(s.days for s in found.settlements), ""],
        ["total", "", "", *found.by_settlement.tolist(), found.total],
        *rows,
    ]


def _rungs(found: Grid, names: dict[int, str], spot: float) -> Table:
    cells, sums = found.cells.tolist(), found.by_strike.tolist()
    rows: Table = [
        [names.get(place, ""), strike, strike / spot - 1, *cells[place + 1], sums[place + 1]]
        for place, strike in reversed(list(enumerate(found.ladder.centre.tolist())))
    ]
    if not found.ladder.width:
        return rows
    low, high = _ends(found.ladder)
    above, below = (["above", high, high / spot - 1, *cells[-1], sums[-1]],
                    ["below", low, low / spot - 1, *cells[0], sums[0]])  # fmt: skip
    return [above, *rows, below]


def _ends(rungs: Ladder) -> tuple[float, float]:
    """The lower edge of the lowest rung and the upper edge of the highest."""
    return float(rungs.centre[0] - rungs.width / 2), float(rungs.centre[-1] + rungs.width / 2)


@worksheet("Change and maps", EXAMPLE_CHAIN, None, None, None, 2, 9)
def GAMMA_MAP(
    contracts: Contracts,
    days: Annotated[int, f"Closes of the next sessions, 1 to 30; blank: {SESSIONS}", whole(1, 30)] = SESSIONS,
    levels: Annotated[
        int | None, "Spot levels over profile_range, 3 to 1001; blank: the setting profile_levels", whole(3, 1001)
    ] = None,
) -> Table:
    """Total gamma exposure over spot levels now, at the next closes and at the next monthly expiry: time passes,
    expired contracts leave, each keeps its volatility. The column now is GAMMA_PROFILE.

    Returns table: mark, spot, from now, one column a day; below the header zero gamma at each day, then the highest
    level first.
    """
    total(contracts)  # an empty selection is #N/A here too
    found = gamma_map(contracts, days, levels)
    prices, cells = found.levels.tolist(), found.cells.tolist()
    nearest = min(range(len(prices)), key=lambda place: abs(prices[place] - contracts.spot))
    return [
        ["Mark", f"Spot (GEX{by_model(contracts)} in {contracts.settings.unit.label})", "From now", *found.names],
        ["zero gamma", "", "", *("none" if root is None else root for root in found.zero)],
        *[
            ["spot" if place == nearest else "", price, price / contracts.spot - 1, *cells[place]]
            for place, price in reversed(list(enumerate(prices)))
        ],
    ]
