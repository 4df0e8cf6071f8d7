"""Worksheet functions for the sheets Grid, Map, Change and Levels: the tables of GEX_GRID, GAMMA_MAP, GEX_CHANGE and
PRICE_LEVELS in words and of one size whatever the chain."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

import numpy as np

from gex_xl.analytics import wording
from gex_xl.analytics.change import STEPS, Change, by_settlement, change, largest_series
from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.exposure import per_strike
from gex_xl.analytics.gamma_map import SESSIONS, gamma_map
from gex_xl.analytics.grid import Measure, grid
from gex_xl.analytics.ladder import Ladder, width_for
from gex_xl.analytics.price_levels import Mapping, PriceLevel, price_levels
from gex_xl.analytics.strikes import bucket_of, marks
from gex_xl.analytics.summary import RegimeInputs, summarise
from gex_xl.analytics.verdict import verdict
from gex_xl.arrays import FloatArray
from gex_xl.errors import BadInput, GexError
from gex_xl.functions.arguments import Table, whole
from gex_xl.functions.change_and_maps import EXAMPLE_EARLIER
from gex_xl.functions.chart_tables import Earlier, filled, with_figures
from gex_xl.functions.common import EXAMPLE_CHAIN, EXAMPLE_SMILES, triggers_from
from gex_xl.functions.levels_on_charts import Target, Way
from gex_xl.functions.registry import worksheet

_HALF_MAP = 8  # levels of the map on either side of spot
_SHARE = 0.98  # of the cells whose magnitude lies within the full colour


class ChangeBy(StrEnum):
    """How a change is split: by step, by expiry, by contract."""

    STEP = "step"
    EXPIRY = "expiry"
    CONTRACT = "contract"


@worksheet("Sheets", EXAMPLE_SMILES, None, None, None, 9, 3)
def GRID_TABLE(
    contracts: Callable[[], Contracts],
    rows: Annotated[int, "Buckets of strikes, 3 to 500; blank: 25", whole(3, 500)] = 25,
    columns: Annotated[int, "Expiries, 2 to 100, the last being all others; blank: 13", whole(2, 100)] = 13,
    kind: Annotated[
        Measure, "gamma (blank), delta, speed, vanna, charm, vega, theta, open_interest or volume"
    ] = Measure.GAMMA,
    width: Annotated[float | None, "Width of a bucket in USD; blank: round"] = None,
    compact: Annotated[
        bool, "TRUE for little room: the expiries with the most exposure, neither marks nor distances"
    ] = False,
) -> Table:
    """GEX_GRID as a heat map of one size: round buckets around spot, expiries by day with the others in one column.

    Returns table: mark, strike, from spot, one column an expiry, all; days and totals on top; last what lies outside,
    and the ends of the colour scales.
    """
    used = with_figures(contracts)
    if used is None:
        left = ["Strike"] if compact else ["", "Strike", "from spot"]
        return filled([*left, *[""] * (columns + 1)], [], rows + 2, [""] * (columns + len(left) + 1))
    strikes = per_strike(used).strike
    step = width or width_for(used, strikes, rows)
    middle = math.floor(used.spot / step + 0.5)
    rungs = Ladder(np.array([(i - rows // 2 + middle) * step for i in range(rows)]), step)
    found = grid(used, rungs, kind)
    now = used.as_of.astimezone(used.chain.zone).date()
    days = [(s.expiry, s.am_settled) for s in found.settlements]
    chosen = _columns(found.cells, columns, largest=compact)
    names = wording.settlements(days, now)
    heads = [f"{names[i]}\n{found.settlements[i].days:.0f} d" for i in chosen]
    cells = [found.cells[:, [i]] for i in chosen]
    rest = [i for i in range(len(days)) if i not in chosen]
    if rest:
        heads.append("others" if compact else f"later\n{found.settlements[rest[0]].days:.0f} d +")
        cells.append(found.cells[:, rest].sum(axis=1, keepdims=True))
    shown = np.concatenate([*cells, found.cells.sum(axis=1, keepdims=True)], axis=1)
    blank = [""] * (columns - len(heads))
    named = _named(used, rungs.width)
    out: list[list[Any]] = [["", "All strikes", "", *_cells(shown.sum(axis=0), blank)]]
    for rung in reversed(range(rows)):
        price = float(rungs.centre[rung])
        words = named.get(rung - rows // 2 + middle, "")
        out.append([words, price, price / used.spot - 1, *_cells(shown[rung + 1], blank)])
    scales = [_end(shown[1:-1, :-1]), _end(shown[1:-1, -1:])]
    low, high = (wording.strike(float(end)) for end in (rungs.centre[0], rungs.centre[-1]))
    below, above = (wording.signed(float(end)) for end in (shown[0, -1], shown[-1, -1]))
    said = (
        f"Not in the grid: {below} below {low} and {above} above {high}; with them the columns add up to the totals on "
        f"top. {found.unit[:1].upper() + found.unit[1:]}, buckets of {wording.strike(step)}."
    )
    table = [["", "Strike", "from spot", *heads, *blank, "All"], *out]
    if compact:
        said = f"buckets of {wording.strike(step)}; the framed row holds spot"
        table = [
            [row[1], *(head.partition("\n")[0] if isinstance(head, str) else head for head in row[3:])] for row in table
        ]
        return [*table, [said, *scales, *[""] * (columns - 1)]]
    return [*table, [said, *scales, *[""] * (columns + 1)]]


def _columns(cells: FloatArray, columns: int, *, largest: bool) -> list[int]:
    """Which settlements have a column of their own."""
    count = cells.shape[1]
    if count <= columns:
        return list(range(count))
    if not largest:
        return list(range(columns - 1))
    size = np.abs(cells).sum(axis=0)
    return sorted(np.argsort(-size, kind="stable")[: columns - 1].tolist())


def _cells(figures: FloatArray, blank: list[str]) -> list[Any]:
    """A row's figures with the total at the right end, blanks between where there are fewer expiries."""
    *each, every = figures.tolist()
    return [*each, *blank, every]


def _end(cells: FloatArray) -> float:
    """Where a colour scale ends: all but the largest 2 % of the magnitudes lie within it; above 0."""
    sizes = np.sort(np.abs(cells[cells != 0]))
    return float(sizes[min(int(_SHARE * sizes.size), sizes.size - 1)]) if sizes.size else 1.0


def _named(used: Contracts, width: float) -> dict[int, str]:
    """Number of a bucket -> the marks in it."""
    out: dict[int, str] = {}
    for mark in marks(used):
        number = int(bucket_of(np.array([mark.price]), width)[0])
        out[number] = f"{out[number]}, {mark.name.lower()}" if number in out else mark.words
    return out


@worksheet("Sheets", EXAMPLE_CHAIN)
def MAP_TABLE(
    contracts: Callable[[], Contracts],
    days: Annotated[int, f"Closes of the next sessions, 1 to 30; blank: {SESSIONS}", whole(1, 30)] = SESSIONS,
) -> Table:
    """GAMMA_MAP as a heat map of one size: round spot levels around spot, and spot itself.

    Returns table: mark, spot, from now, one column a day; zero gamma at each day on top; last the end of the scale.
    """
    size = days + 5
    rows = 2 * _HALF_MAP + 4
    used = with_figures(contracts)
    if used is None:
        return filled(["", "Spot", "from now", *[""] * (size - 3)], [], rows, [""] * size)
    step = width_for(used, per_strike(used).strike, 2 * _HALF_MAP + 1)
    middle = round(used.spot / step)
    levels = np.array([(middle + i) * step for i in range(-_HALF_MAP, _HALF_MAP + 1)])
    prices = np.sort(np.append(levels[levels > 0], used.spot))
    found = gamma_map(used, days, prices)
    zone = used.chain.zone
    heads = [
        f"now\n{wording.day(moment.astimezone(zone).date())}" if not i
        else f"{moment.astimezone(zone):%a}\n{wording.day(moment.astimezone(zone).date())}"
        for i, moment in enumerate(found.moments)
    ]  # fmt: skip
    zero = ["none" if root is None else root for root in found.zero]
    out: list[list[Any]] = [["Zero gamma on that day", "", "", *zero]]
    for i in reversed(range(len(prices))):
        price = float(prices[i])
        mark = "Spot" if price == used.spot else ""
        out.append([mark, price, price / used.spot - 1, *found.cells[i].tolist()])
    spare: list[list[Any]] = [[""] * size for _ in range(rows - 1 - len(out))]
    said = "Green: dealers long gamma, magenta: short; the colours meet at zero gamma. New positions are not foreseen."
    return [["", "Spot", "from now", *heads], *out, *spare, [said, _end(found.cells), *[""] * (size - 2)]]


@worksheet("Sheets", EXAMPLE_CHAIN, None, None, None, EXAMPLE_EARLIER)
def CHANGE_TABLE(
    contracts: Callable[[], Contracts],
    earlier: Earlier = None,  # type: ignore[assignment]
    by: Annotated[ChangeBy, "step (blank), expiry or contract"] = ChangeBy.STEP,
    rows: Annotated[int, "Rows, 3 to 200; blank: 10 by step and contract, 13 by expiry", whole(3, 200)] = 0,
) -> Table:
    """GEX_CHANGE in words and of one size: what moved the total, step by step, by expiry, or the contracts whose
    exposure changed most.

    Returns table: step, value, of gross, running, words; or expiry, then, now, change; or contract, expiry, right, OI
    then, OI now, change.
    """
    header = {
        ChangeBy.STEP: ["Step", "Value", "of gross", "running", "What it is"],
        ChangeBy.EXPIRY: ["Expiry", "then", "now", "change"],
        ChangeBy.CONTRACT: ["Contract", "Expiry", "Right", "OI then", "OI now", "Change"],
    }[by]
    count = rows or (13 if by is ChangeBy.EXPIRY else 10)
    used, found = with_figures(contracts), None
    if used is not None:
        try:
            before = earlier()
            found = None if before is None else change(used, before)
        except GexError:
            found = None
    out = [] if found is None else {
        ChangeBy.STEP: _steps, ChangeBy.EXPIRY: _expiries, ChangeBy.CONTRACT: _largest,
    }[by](found, count)  # fmt: skip
    return filled(header, out, count, [""] * len(header))


def _steps(found: Change, _count: int) -> list[list[Any]]:
    gross = found.gross or 1.0
    then, now = found.earlier, found.later
    moved = now.spot - then.spot
    words = dict(
        zip(
            STEPS,
            ("settled since then", "less of it: gamma gathers at the money",
             f"{abs(moved):,.2f} points {'up' if moved >= 0 else 'down'}", "carry by expiry",
             "each contract's own iv, then to now", "contracts held in both chains", "listed now, not then",
             "listed then, not now"),
            strict=True,
        )
    )  # fmt: skip
    zone, running, out = then.chain.zone, 0.0, []
    for step in found.table():
        value = step.total.net
        running = value if step.name in ("then", "now") else running + value
        name = step.name[:1].upper() + step.name[1:]
        said = words.get(step.name) or wording.short_moment((then if step.name == "then" else now).as_of, zone)
        out.append([name, value, value / gross, running, said])
    return out


def _expiries(found: Change, count: int) -> list[list[Any]]:
    parts = [part for part in by_settlement(found) if part.expiry is not None]
    now = found.later.as_of.astimezone(found.later.chain.zone).date()
    names = wording.settlements([(part.expiry, part.am_settled) for part in parts if part.expiry], now)
    rows: list[list[Any]] = [[name, part.then, part.now, part.change] for name, part in zip(names, parts, strict=True)]
    head, tail = (rows, []) if len(rows) < count else (rows[: count - 2], rows[count - 2 :])
    if tail:
        head.append(["later", *(math.fsum(row[i] for row in tail) for i in (1, 2, 3))])
    return [*head, ["All", *(math.fsum(row[i] for row in rows) for i in (1, 2, 3))]]


def _largest(found: Change, count: int) -> list[list[Any]]:
    now = found.later.as_of.astimezone(found.later.chain.zone).date()
    some = sorted(largest_series(found, 10_000), key=lambda one: -abs(one.gex))[:count]
    return [
        [f"{one.root or found.later.chain.symbol} {wording.strike(one.strike)}", wording.day(one.expiry, now),
         "call" if one.is_call else "put", one.open_then, one.open_now, one.gex]
        for one in some
    ]  # fmt: skip


_EXPECT = {
    "zero_gamma": "dealers turn here", "flip": "running sum over strikes crosses zero; secondary",
    "absolute": "most exposure of both rights", "net_long": "large long strike: moves slow down",
    "net_short": "large short strike: dealers chase moves around it", "max_pain": "open options pay least here",
    "move_up": "expected move, one standard deviation", "move_down": "expected move, one standard deviation",
}  # fmt: skip


@worksheet("Sheets", EXAMPLE_SMILES, None, None, None, 5010.25)
def LEVEL_TABLE(
    contracts: Callable[[], Contracts],
    target: Target = None,
    mapping: Way = Mapping.AUTO,
    tick: Annotated[float | None, "Price step of the related product, such as 0.25; blank: 0.01"] = None,
    rows: Annotated[int, "Levels, 5 to 60; blank: 18", whole(5, 60)] = 18,
) -> Table:
    """PRICE_LEVELS as a page to print: the prices that matter today, high to low with spot among them, each in terms of
    the product that you trade, and what to expect there.

    Returns table: level, price, from spot, again for a bar, mapped, net GEX, words, text to copy.
    """
    header = ["Level", "Price", "From spot", "", "Mapped", "Net GEX there", "What to expect", "Copy"]
    used = with_figures(contracts)
    out: list[list[Any]] = []
    if used is not None:
        try:
            out = _levels(used, target, mapping, tick or 0.01, rows)
        except BadInput as error:
            out = [["Cannot be mapped", "", "", "", "", "", str(error), ""]]
    return filled(header, out, rows, [""] * 8)


def _levels(used: Contracts, target: float | None, mapping: Mapping, tick: float, rows: int) -> list[list[Any]]:
    found = price_levels(used, target, mapping)
    table = per_strike(used)
    nets = dict(zip(table.strike.tolist(), table.net.tolist(), strict=True))
    some = [level for level in found.levels if level.price is not None and not level.name.endswith("2 sigma")]
    # The nearer to the front of the list, the more people draw it: of several at one price it stands for all.
    some = list({level.price: level for level in reversed(some)}.values())
    order = {level.name: place for place, level in enumerate(found.levels)}
    some = sorted(
        sorted(some, key=lambda level: order[level.name])[: rows - 1], key=lambda level: -(level.price or 0.0)
    )
    spot = PriceLevel("SPOT", "spot", used.spot, None, None, target or used.spot, False, "")
    every = sorted([*some, spot], key=lambda level: -(level.price or 0.0))
    word = verdict(used, triggers_from(used, RegimeInputs())).word
    out = []
    for level in every:
        price = level.price or 0.0
        mapped = round(round((level.mapped or price) / tick) * tick, 6)
        net = nets.get(price, "")
        out.append([level.name, price, "" if level.distance is None else level.distance,
                    "" if level.distance is None else level.distance, mapped, net, _expect(used, level, word, net),
                    f"{mapped:.2f}, {level.name}"])  # fmt: skip
    return out


def _expect(used: Contracts, level: PriceLevel, word: str, net: float | str) -> str:
    if level.group == "spot":
        return word
    if level.group in ("call_wall", "put_wall"):
        side = "" if not isinstance(net, float) else ("; dealers long here" if net > 0 else "; dealers short here")
        return f"most {level.group[:-5]} exposure{_of(level.name)}{side}"
    if level.group in ("max_pain", "move_up", "move_down"):
        return f"{_EXPECT[level.group]}, {level.note}" if level.note else _EXPECT[level.group]
    if level.group == "flip":
        flip = summarise(used).flip
        return _EXPECT["flip"] if flip is None else f"running sum crosses zero; dealers long gamma {flip.long_side}"
    return _EXPECT.get(level.group, level.note)


def _of(name: str) -> str:
    return " of today's contracts" if "0DTE" in name else " of all but the next expiry" if "ex next" in name else ""
