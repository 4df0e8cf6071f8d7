"""Worksheet functions for gamma exposure: per strike, by expiry, in total."""

from __future__ import annotations

from typing import Any

from gex_xl.analytics.exposure import by_expiry, per_strike, total
from gex_xl.functions import arguments
from gex_xl.functions.common import EXAMPLE_CHAIN, Table, settles, unit
from gex_xl.functions.registry import worksheet


@worksheet(
    "Exposure",
    "Gamma exposure per strike over all expiries; positive: dealers long gamma",
    "table: strike, call, put, net, cumulative",
    (EXAMPLE_CHAIN,),
    spills=True,
)
def GEX_PER_STRIKE(chain: Any, spot: Any = None, as_of: Any = None, settings: Any = None) -> Table:
    contracts = arguments.contracts(chain, spot, as_of, settings)
    found, in_unit = per_strike(contracts), unit(contracts)
    header = ["Strike", *(f"{name} GEX {in_unit}" for name in ("Call", "Put", "Net", "Cumulative"))]
    columns = (found.strike, found.call, found.put, found.net, found.cumulative)
    return [header, *map(list, zip(*(column.tolist() for column in columns), strict=True))]


@worksheet(
    "Exposure",
    "Total dealer gamma exposure; positive: dealers sell strength and buy weakness, moves are damped",
    "number, USD per 1 % move unless the unit setting says otherwise",
    (EXAMPLE_CHAIN,),
)
def TOTAL_GEX(chain: Any, spot: Any = None, as_of: Any = None, settings: Any = None) -> float:
    return total(arguments.contracts(chain, spot, as_of, settings)).net


@worksheet(
    "Exposure",
    "Gamma exposure by expiry; contracts that settle at the open stand apart from those that settle at the close",
    "table: expiry, settles, days, contracts, call, put, net",
    (EXAMPLE_CHAIN,),
    spills=True,
)
def GEX_BY_EXPIRY(chain: Any, spot: Any = None, as_of: Any = None, settings: Any = None) -> Table:
    contracts = arguments.contracts(chain, spot, as_of, settings)
    in_unit = unit(contracts)
    return [
        ["Expiry", "Settles", "Days", "Contracts", f"Call GEX {in_unit}", f"Put GEX {in_unit}", f"Net GEX {in_unit}"],
        *[
            [
                f"{e.expiry:%Y-%m-%d}",
                settles(e.am_settled),
                e.years * 365,
                e.contracts,
                e.call,
                e.put,
                e.net,
            ]
            for e in by_expiry(contracts)
        ],
    ]
