"""Worksheet functions for hedging flows: what dealers must trade when spot or implied volatility moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.dealer_exposure import money
from gex_xl.analytics.flows import Flow, hedge_flow, vol_flow
from gex_xl.functions import arguments
from gex_xl.functions.common import EXAMPLE_CHAIN, Table
from gex_xl.functions.registry import worksheet

_FORMS = 'a number, a range, or text such as "-1%, 1%"'


@worksheet(
    "Flows",
    "What dealers must trade to stay hedged when spot moves: full reprice beside the linear estimate -GEX x move; "
    "positive: they buy; sticky strike, at once, USD at today's spot",
    "table: move, shares, USD, linear estimate in USD",
    (EXAMPLE_CHAIN, "-2%, -1%, 1%, 2%"),
    spills=True,
    help={"moves": f"Moves of spot as fractions, 0.01 for +1 %: {_FORMS}"},
    ranges={"moves"},
)
def HEDGE_FLOW(chain: Any, moves: Any, spot: Any = None, as_of: Any = None, settings: Any = None) -> Table:
    contracts = arguments.contracts(chain, spot, as_of, settings)
    head, rows = _table("spot", contracts, hedge_flow(contracts, arguments.moves(moves)))
    return [head, *rows]


@worksheet(
    "Flows",
    "What dealers must trade to stay hedged when all implied volatilities move by the same points: full reprice beside "
    "the linear estimate from vanna; positive: they buy; USD at today's spot",
    "table: move, shares, USD, linear estimate in USD, contracts whose iv stopped at 1 point",
    (EXAMPLE_CHAIN, "-2%, 2%"),
    spills=True,
    help={"moves": f"Moves of implied volatility, 0.01 for +1 vol point: {_FORMS}"},
    ranges={"moves"},
)
def VOL_FLOW(chain: Any, moves: Any, spot: Any = None, as_of: Any = None, settings: Any = None) -> Table:
    contracts = arguments.contracts(chain, spot, as_of, settings)
    flows = vol_flow(contracts, arguments.moves(moves))
    head, rows = _table("iv (decimal)", contracts, flows)
    return [[*head, "Stopped at 1 point"], *[[*row, flow.stopped] for row, flow in zip(rows, flows, strict=True)]]


def _table(of: str, contracts: Contracts, flows: Sequence[Flow]) -> tuple[list[str], Table]:
    scale, word = money(contracts.settings.unit)
    head = [f"Move of {of}", "Dealers trade (shares)", f"Dealers trade ({word})", f"Linear estimate ({word})"]
    return head, [[flow.move, flow.shares, flow.usd * scale, flow.linear * scale] for flow in flows]
