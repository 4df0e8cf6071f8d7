"""Worksheet functions that feed charts: fixed rows, filled up with blanks and zeros, never an error.

The column `unseen` is drawn without colour: 0, or 1e-9 where there are no figures, so that an empty chart keeps its
frame and has no figures along its axis.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Annotated, Any

import numpy as np

from gex_xl.analytics import bars, strikes
from gex_xl.analytics.change import change
from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.dealer_exposure import money
from gex_xl.analytics.exposure import require_any
from gex_xl.analytics.flows import hedge_flow, vol_flow
from gex_xl.errors import BadInput, GexError, NoValue
from gex_xl.functions.arguments import Table, between, whole
from gex_xl.functions.common import EXAMPLE_CHAIN, EXAMPLE_SMILES
from gex_xl.functions.registry import worksheet

_UNSEEN = 1e-9
#: How the sentence on a blank begins, and that on the word which the workbook puts where a chain cannot be read.
_NO_CHAIN = ("the chain is empty", 'the chain is the text "none"')
_MISSING = "#N/A"  # what every program leaves out of a line
_WALL = 0.08  # length of a wall's mark: a tab beside its label
_HIGH = 100.0  # height of a vertical mark on the hidden axis
_STEP_WORDS = {
    "expired": "Expired", "time": "Time", "spot": "Spot", "forward": "Forward", "volatility": "Vol",
    "open interest": "Open int.", "new series": "New", "closed series": "Closed",
}  # fmt: skip
Earlier = Callable[[], Annotated[Contracts | None, "The chain of an earlier day or hour"]]


class FlowOf(StrEnum):
    """What moves: spot, or every implied volatility."""

    SPOT = "spot"
    IV = "iv"


def with_figures(contracts: Callable[[], Contracts]) -> Contracts | None:
    """The contracts; None where nothing is left of them, and for what stands in a cell in place of a chain: a blank, or
    the word none. HEADLINE says why. Raises BadInput for a chain that cannot be read."""
    try:
        found = contracts()
        require_any(found)
    except NoValue:
        return None
    except BadInput as error:
        if str(error).startswith(_NO_CHAIN):
            return None
        raise
    return found


def filled(header: Sequence[str], rows: Sequence[Sequence[Any]], count: int, blank: Sequence[Any]) -> Table:
    """A table of `count` rows below its header, filled up with `blank`."""
    return [list(header), *(list(row) for row in rows[:count]), *(list(blank) for _ in range(count - len(rows)))]


@worksheet("Charts", EXAMPLE_SMILES, None, None, None, 9)
def GEX_LADDER(
    contracts: Callable[[], Contracts],
    rows: Annotated[int, "Buckets, 3 to 201; blank: 41", whole(3, 201)] = 41,
    width: Annotated[float | None, "Width of a bucket in USD; blank: round, about a 30-day move up and down"] = None,
    earlier: Earlier = None,  # type: ignore[assignment]
) -> Table:
    """GEX in equal, round buckets of strikes around spot, for a chart: net as long and short, and marks at spot, zero
    gamma and the walls. With an earlier chain: the change since.

    Returns table: label, strike, call, put, long, short, spot, zero, call_wall, put_wall, unseen; then below, above.
    """
    header = ["Label", "Strike", "Call", "Put", "Long", "Short", "Spot", "Zero", "Call wall", "Put wall", "Unseen"]
    used = with_figures(contracts)
    if used is None:
        return filled(header, [], rows + 2, ["", "", *[0.0] * 8, _UNSEEN])
    found = strikes.buckets(used, rows, width)
    call, put, outside = found.call, found.put, found.outside
    named = [mark for mark in strikes.marks(used) if mark.key != "flip"]
    try:
        before = _earlier(used, earlier)
    except GexError:
        return filled(header, [], rows + 2, ["", "", *[0.0] * 8, _UNSEEN])
    if before is not None:
        then = strikes.buckets(used, rows, found.width, before)
        call, put = call - then.call, put - then.put
        outside = tuple(
            tuple(a - b for a, b in zip(n, t, strict=True)) for n, t in zip(outside, then.outside, strict=True)
        )  # type: ignore[assignment]
        named = [mark for mark in named if mark.key == "spot"]
    labels = strikes.bucket_labels(found, named)
    at = {mark.key: int(strikes.bucket_of(np.array([mark.price]), found.width)[0]) for mark in named}
    out: list[list[Any]] = []
    for label, number, price, c, p in zip(
        labels, found.number.tolist(), found.price.tolist(), call.tolist(), put.tolist(), strict=True
    ):
        marks = [
            length if at.get(key) == number else 0.0
            for key, length in (("spot", 1.0), ("zero", 1.0), ("call_wall", _WALL), ("put_wall", _WALL))
        ]
        out.append([label, price, c, p, max(c + p, 0.0), min(c + p, 0.0), *marks, 0.0])
    for label, (c, p) in zip(("below", "above"), outside, strict=True):
        out.append([label, "", c, p, max(c + p, 0.0), min(c + p, 0.0), 0.0, 0.0, 0.0, 0.0, 0.0])
    return filled(header, out, rows + 2, [])


def _earlier(used: Contracts, earlier: Earlier) -> Contracts | None:
    """The earlier chain's contracts as `change` prepares them, None where none is given. Raises GexError."""
    before = earlier()
    return None if before is None else change(used, before).earlier


@worksheet("Charts", EXAMPLE_SMILES, None, None, None, 21)
def PROFILE_BARS(
    contracts: Callable[[], Contracts],
    rows: Annotated[int, "Spot levels, 11 to 401; blank: 107", whole(11, 401)] = 107,
) -> Table:
    """The gamma profile at round spot levels, for a chart: what lies above and below 0, and marks for spot and zero
    gamma whose names stand left or right of them.

    Returns table: label, level, long, short, spot_left, spot_right, zero_left, zero_right, unseen.
    """
    header = ["Label", "Level", "Long", "Short", "Spot left", "Spot right", "Zero left", "Zero right", "Unseen"]
    used = with_figures(contracts)
    if used is None:
        return filled(header, [], rows, ["", "", *[0.0] * 6, _UNSEEN])
    found = bars.profile(used, rows)
    right = found.zero is None or found.spot >= found.zero
    out: list[list[Any]] = []
    for i, (label, level, gex) in enumerate(zip(found.labels, found.level.tolist(), found.gex.tolist(), strict=True)):
        spot, zero = _HIGH * (i == found.spot), _HIGH * (i == found.zero)
        marks = [0.0, spot, zero, 0.0] if right else [spot, 0.0, 0.0, zero]
        out.append([label, level, max(gex, 0.0), min(gex, 0.0), *marks, 0.0])
    return filled(header, out, rows, [])


@worksheet("Charts", EXAMPLE_SMILES)
def EXPIRY_BARS(
    contracts: Callable[[], Contracts],
    rows: Annotated[int, "Bars, 2 to 100; blank: 12", whole(2, 100)] = 12,
) -> Table:
    """GEX by expiry for a chart; the last bar adds up all later ones, so that the bars add up to the total.

    Returns table: label, calls, puts, net, unseen.
    """
    header = ["Label", "Calls", "Puts", "Net", "Unseen"]
    used = with_figures(contracts)
    out = [] if used is None else [[*bar, 0.0] for bar in bars.expiry_bars(used, rows)]
    return filled(header, out, rows, ["", 0.0, 0.0, _MISSING, _UNSEEN if used is None else 0.0])


@worksheet("Charts", EXAMPLE_CHAIN)
def CHANGE_BARS(contracts: Callable[[], Contracts], earlier: Earlier = None) -> Table:  # type: ignore[assignment]
    """What moved total GEX since an earlier chain, as a waterfall of stacked columns that may cross 0.

    Returns table: label, unseen, total+, total-, rise+, rise-, fall+, fall-; ten rows.
    """
    header = ["Label", "Unseen", "Total +", "Total -", "Rise +", "Rise -", "Fall +", "Fall -"]
    used = with_figures(contracts)
    rows: list[list[Any]] = []
    if used is not None:
        try:
            before = earlier()
            if before is not None:
                first, *steps, _ = change(used, before).table()
                parts = [("Then", first.total.net), *((_STEP_WORDS[s.name], s.total.net) for s in steps)]
                rows = [[label, *figures] for label, figures in bars.bridge(parts, "Now")]
        except GexError:
            rows = []
    return filled(header, rows, 10, ["", _UNSEEN, *[0.0] * 6])


@worksheet("Charts", EXAMPLE_CHAIN)
def FLOW_BARS(
    contracts: Callable[[], Contracts],
    of: Annotated[FlowOf, "spot or iv; blank: spot"] = FlowOf.SPOT,
    step: Annotated[float, "Distance of the moves, 0.005 for 0.5 % of spot or 0.01 for a point of iv; blank: these",
                    between(1e-5, 0.09)] = 0.0,
    spot_vol: Annotated[
        float, "Relative change of iv in % for +1 % of spot, -4 for an index; blank: iv stays", between(-100, 100)
    ] = 0.0,
) -> Table:  # fmt: skip
    """What dealers must trade if spot moves by up to eight steps, or every iv by up to five, for a chart.

    Returns table: label, move, buy, sell, linear estimate, with iv moving, unseen; in USD, mn or bn by the unit.
    """
    header = ["Label", "Move", "Buy", "Sell", "Linear estimate", "With iv moving", "Unseen"]
    size = step or (0.005 if of is FlowOf.SPOT else 0.01)
    half = 8 if of is FlowOf.SPOT else 5
    moves = [round(i * size, 10) for i in range(-half, half + 1)]
    labels = [(f"{100 * x:+.3g}" if x else "0") + (" %" if of is FlowOf.SPOT else "") for x in moves]
    used = with_figures(contracts)
    if used is None:
        rows = [["", move, 0.0, 0.0, 0.0, 0.0, _UNSEEN] for move in moves]
        return filled(header, rows, len(moves), [])
    factor, _ = money(used.settings.unit)
    flows = hedge_flow(used, moves, spot_vol) if of is FlowOf.SPOT else vol_flow(used, moves)
    rows = []
    for label, flow in zip(labels, flows, strict=True):
        usd = flow.usd * factor
        both = usd if flow.with_iv_usd is None else flow.with_iv_usd * factor
        rows.append([label, flow.move, max(usd, 0.0), min(usd, 0.0), flow.linear * factor, both, 0.0])
    return filled(header, rows, len(moves), [])


@worksheet("Charts", EXAMPLE_SMILES, None, None, None, 3)
def TERM_BARS(
    contracts: Callable[[], Contracts],
    rows: Annotated[int, "Points, 2 to 100; blank: 20", whole(2, 100)] = 20,
) -> Table:
    """At-the-money implied volatility by expiry, for a line: spread over the rows, #N/A between the points.

    Returns table: label, iv in %.
    """
    used = with_figures(contracts)
    points = [] if used is None else bars.term_bars(used, rows)
    out = [[label, _MISSING if iv is None else iv] for label, iv in points]
    return filled(["Label", "iv, %"], out, rows, ["", _MISSING])


@worksheet("Charts", EXAMPLE_SMILES)
def SMILE_BARS(contracts: Callable[[], Contracts]) -> Table:
    """Implied volatility by delta of the expiries nearest to 7, 21 and 60 days, from the 5-delta put to the 5-delta
    call, for lines; #N/A where an expiry does not reach that far.

    Returns table: label, iv in % of each expiry, which its header names.
    """
    used = with_figures(contracts)
    if used is None:
        return filled(["Label", *["none"] * 3], [], 2 * len(bars.DELTAS) - 1, ["", *[_MISSING] * 3])
    names, rows = bars.smile_bars(used)
    out = [[label, *(_MISSING if iv is None else iv for iv in curves)] for label, curves in rows]
    return filled(["Label", *names], out, len(out), [])
