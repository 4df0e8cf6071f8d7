"""Worksheet functions for hedging flows: what dealers must trade when spot or implied volatility moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.dealer_exposure import money
from gex_xl.analytics.flows import Flow, hedge_flow, vol_flow
from gex_xl.analytics.letf import letf_flow
from gex_xl.analytics.terms import by_model
from gex_xl.functions import arguments
from gex_xl.functions.arguments import Table
from gex_xl.functions.common import EXAMPLE_CHAIN
from gex_xl.functions.funds import read_funds
from gex_xl.functions.registry import worksheet

_FORMS = 'a number, a range, or text such as "-1%, 1%"'


@worksheet("Flows", EXAMPLE_CHAIN, "-2%, -1%, 1%, 2%")
def HEDGE_FLOW(
    contracts: Contracts,
    moves: Annotated[list[float], f"Moves of spot as fractions, 0.01 for +1 %: {_FORMS}", arguments.moves],
    spot_vol: Annotated[
        float,
        "Relative change of iv in % per +1 % of spot, less beyond 30 days: a second reprice; -4 is usual for an index; "
        "blank: iv stays",
        arguments.between(-50, 50),
    ] = 0.0,
) -> Table:
    """What dealers must trade to stay hedged when spot moves: full reprice beside the linear estimate -GEX x move;
    positive: they buy; sticky strike, at once, USD at today's spot.

    Returns table: move, shares, USD, linear estimate in USD; with spot_vol also shares and USD with iv moving, and
    contracts whose iv stopped at 1 point.
    """
    flows = hedge_flow(contracts, moves, spot_vol)
    head, rows = _table("spot", contracts, flows)
    if not spot_vol:
        return [head, *rows]
    scale, word = money(contracts.settings.unit)
    moving = [[f.with_iv_shares, (f.with_iv_usd or 0.0) * scale, f.stopped] for f in flows]
    head += ["With iv moving (shares)", f"With iv moving ({word})", "Stopped at 1 point"]
    return [head, *([*row, *more] for row, more in zip(rows, moving, strict=True))]


@worksheet(
    "Flows",
    [["Fund", "Assets", "Leverage"], ["Bull 3x", 25e9, 3], ["Bull 2x", 4.5e9, 2], ["Bear -1x", 1.2e9, -1]],
    "-2%, -1%, 1%, 2%",
)
def LETF_FLOW(
    funds: Annotated[Table, "One row a fund: fund, assets (USD at the last close), leverage (3, 2, -1); with a header"],
    moves: Annotated[
        list[float], f"The index's moves of the day as fractions, 0.01 for +1 %: {_FORMS}", arguments.moves
    ],
) -> Table:
    """What leveraged and inverse funds must trade at the close to keep their leverage: assets x L x (L - 1) x move;
    positive: they buy; to stand beside HEDGE_FLOW (Cheng and Madhavan 2009).

    Returns table: move, all funds in USD, then one column a fund.
    """
    read = read_funds(funds)
    rows = [[move, total, *each] for move, total, each in letf_flow(read, moves)]
    return [["Move of the index", "All funds (USD)", *(fund.name for fund in read)], *rows]


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
    whose = by_model(contracts) if of == "spot" else ""
    head = [f"Move of {of}", "Dealers trade (shares)", f"Dealers trade ({word})", f"Linear estimate{whose} ({word})"]
    return head, [[flow.move, flow.shares, flow.usd * scale, flow.linear * scale] for flow in flows]
