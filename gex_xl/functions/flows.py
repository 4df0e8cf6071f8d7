"""Worksheet functions for hedging flows: what dealers must trade when spot or implied volatility moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.dealer_exposure import money
from gex_xl.analytics.flows import Flow, hedge_flow, vol_flow
from gex_xl.functions import arguments
from gex_xl.functions.arguments import Table
from gex_xl.functions.common import EXAMPLE_CHAIN
from gex_xl.functions.registry import worksheet

_FORMS = 'a number, a range, or text such as "-1%, 1%"'


@worksheet("Flows", EXAMPLE_CHAIN, "-2%, -1%, 1%, 2%")
def HEDGE_FLOW(
    contracts: Contracts,
    moves: Annotated[list[float], f"Moves of spot as fractions, 0.01 for +1 %: {_FORMS}", arguments.moves],
) -> Table:
    """What dealers must trade to stay hedged when spot moves: full reprice beside the linear estimate -GEX x move;
    positive: they buy; sticky strike, at once, USD at today's spot.

    Returns table: move, shares, USD, linear estimate in USD.
    """
    head, rows = _table("spot", contracts, hedge_flow(contracts, moves))
    return [head, *rows]


@worksheet("Flows", EXAMPLE_CHAIN, "-2%, 2%")
def VOL_FLOW(
    contracts: Contracts,
    moves: Annotated[list[float], f"Moves of implied volatility, 0.01 for +1 vol point: {_FORMS}", arguments.moves],
) -> Table:
    """What dealers must trade to stay hedged when all implied volatilities move by the same points: full reprice beside
    the linear estimate from vanna; positive: they buy; USD at today's spot.

    Returns table: move, shares, USD, linear estimate in USD, contracts whose iv stopped at 1 point.
    """
    flows = vol_flow(contracts, moves)
    head, rows = _table("iv (decimal)", contracts, flows)
    return [[*head, "Stopped at 1 point"], *[[*row, flow.stopped] for row, flow in zip(rows, flows, strict=True)]]


def _table(of: str, contracts: Contracts, flows: Sequence[Flow]) -> tuple[list[str], Table]:
    scale, word = money(contracts.settings.unit)
    head = [f"Move of {of}", "Dealers trade (shares)", f"Dealers trade ({word})", f"Linear estimate ({word})"]
    return head, [[flow.move, flow.shares, flow.usd * scale, flow.linear * scale] for flow in flows]
