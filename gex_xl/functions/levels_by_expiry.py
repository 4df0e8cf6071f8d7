"""Worksheet functions for levels by expiry: max pain, expected move."""

from __future__ import annotations

from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.expiries import expected_moves, max_pain
from gex_xl.analytics.straddle import straddles
from gex_xl.functions.arguments import Table
from gex_xl.functions.common import EXAMPLE_CHAIN, days, days_head, settles
from gex_xl.functions.quality import EXAMPLE_QUOTES
from gex_xl.functions.registry import worksheet


@worksheet("Levels", EXAMPLE_CHAIN)
def MAX_PAIN(contracts: Contracts) -> Table:
    """Max pain of every expiry: the strike at which its open options pay their holders least; from open interest alone.

    Returns table: expiry, settles, days, max pain, distance from spot, call and put open interest; #N/A where calls or
    puts have none.
    """
    head = ["Expiry", "Settles", days_head(contracts), "Max pain (USD)", "From spot"]
    rows: Table = [[*head, "Call open interest", "Put open interest"]]
    for e in max_pain(contracts):
        figures = ["#N/A", "#N/A"] if e.strike is None else [e.strike, e.strike / contracts.spot - 1]
        rows.append(
            [
                f"{e.expiry:%Y-%m-%d}", settles(e.am_settled), days(contracts, e.years), *figures, e.call_open_interest,
                e.put_open_interest,
            ]
        )  # fmt: skip
    return rows


@worksheet("Levels", EXAMPLE_QUOTES)
def EXPECTED_MOVE(contracts: Contracts) -> Table:
    """Expected move to every expiry: spot x at-the-money implied volatility x square root of the years left, one
    standard deviation; beside it the price of the straddle at the money and the move that it implies.

    Returns table: expiry, settles, days, atm iv, move, spot less and plus the move, straddle's strike and price, its
    implied move (price x sqrt(pi / 2)); #N/A where no strikes stand around the forward or no straddle is quoted.
    """
    head = ["Expiry", "Settles", days_head(contracts), "ATM iv", "Move (USD)", "Spot - move (USD)", "Spot + move (USD)"]
    rows: Table = [[*head, "Straddle strike (USD)", "Straddle (USD)", "Straddle's move (USD)"]]
    quoted = straddles(contracts)
    for e in expected_moves(contracts):
        figures: list[float | str] = ["#N/A"] * 4
        if e.atm_iv is not None and e.move is not None:
            figures = [e.atm_iv, e.move, contracts.spot - e.move, contracts.spot + e.move]
        straddle = quoted.get((e.expiry, e.am_settled))
        if straddle is None:
            figures += ["#N/A"] * 3
        else:
            figures += [straddle.strike, straddle.price, straddle.implied_move]
        rows.append([f"{e.expiry:%Y-%m-%d}", settles(e.am_settled), days(contracts, e.years), *figures])
    return rows
