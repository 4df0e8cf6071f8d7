"""Worksheet functions for gamma exposure: per strike, by expiry, in total."""

from __future__ import annotations

from typing import Annotated

from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.exposure import at_strike, by_expiry, per_strike, total
from gex_xl.functions.arguments import Table
from gex_xl.functions.common import EXAMPLE_CHAIN, days, days_head, settles, unit
from gex_xl.functions.registry import worksheet


@worksheet("Exposure", EXAMPLE_CHAIN)
def GEX_PER_STRIKE(contracts: Contracts) -> Table:
    """Gamma exposure per strike over all expiries; positive: dealers long gamma.

    Returns table: strike, call, put, net, cumulative.
    """
    found, in_unit = per_strike(contracts), unit(contracts)
    header = ["Strike", *(f"{name} GEX {in_unit}" for name in ("Call", "Put", "Net", "Cumulative"))]
    columns = (found.strike, found.call, found.put, found.net, found.cumulative)
    return [header, *map(list, zip(*(column.tolist() for column in columns), strict=True))]


@worksheet("Exposure", EXAMPLE_CHAIN)
def TOTAL_GEX(contracts: Contracts) -> float:
    """Total dealer gamma exposure; positive: dealers sell strength and buy weakness, moves are damped.

    Returns number, USD per 1 % move unless the unit setting says otherwise.
    """
    return total(contracts).net


@worksheet("Exposure", EXAMPLE_CHAIN, 5050)
def GEX_AT(
    contracts: Contracts, strike: Annotated[float | None, "A listed strike; blank: the one nearest spot"]
) -> float:
    """Net gamma exposure at one strike, over all expiries.

    Returns number in USD per 1 % unless the unit setting says otherwise; #N/A for a strike that is not listed.
    """
    return at_strike(contracts, strike)


@worksheet("Exposure", EXAMPLE_CHAIN)
def GEX_BY_EXPIRY(contracts: Contracts) -> Table:
    """Gamma exposure by expiry; contracts that settle at the open stand apart from those that settle at the close.

    Returns table: expiry, settles, days, contracts, call, put, net.
    """
    heads = [f"{part} GEX {unit(contracts)}" for part in ("Call", "Put", "Net")]
    return [
        ["Expiry", "Settles", days_head(contracts), "Contracts", *heads],
        *[
            [
                f"{e.expiry:%Y-%m-%d}",
                settles(e.am_settled),
                days(contracts, e.years),
                e.contracts,
                e.call,
                e.put,
                e.net,
            ]
            for e in by_expiry(contracts)
        ],
    ]
