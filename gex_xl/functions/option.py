"""Worksheet functions for one contract: what the chain says of its volatility, price and sensitivities."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.option import option_figures
from gex_xl.errors import BadInput
from gex_xl.functions import arguments
from gex_xl.functions.arguments import Table
from gex_xl.functions.common import EXAMPLE_CHAIN
from gex_xl.functions.registry import worksheet
from gex_xl.reading.values import shown, text


def _is_call(value: object, name: str) -> bool | None:
    """True for C and call, False for P and put; None where blank. Raises BadInput for anything else."""
    word = text(arguments.scalar(value)).lower()
    if word in ("", "0", "0.0"):
        return None
    if word not in ("c", "call", "calls", "p", "put", "puts"):
        raise BadInput(f'{name} is "{shown(word)}"; expected C or P')
    return word[0] == "c"


Expiry = Annotated[dt.date, "Expiry date of the contract"]
Strike = Annotated[float, "Strike in USD; between two listed strikes iv is linear"]
Right = Annotated[bool, "C or P", _is_call]
Root = Annotated[str, "SPX or SPXW where both settle on that date; blank: the one that settles last"]


@worksheet("Single contract", EXAMPLE_CHAIN, "2025-03-07", 5025, "C")
def OPTION_IV(contracts: Contracts, expiry: Expiry, strike: Strike, right: Right, root: Root = "") -> float:
    """Implied volatility that the chain gives one contract, under the setting iv_source; filters do not matter.

    Returns number, decimal (0.20 is 20 %); #N/A beyond the listed strikes and after settlement.
    """
    return option_figures(contracts, expiry, strike, right, root).iv


@worksheet("Single contract", EXAMPLE_CHAIN, "2025-03-07", 5025, "C")
def OPTION_GREEKS(contracts: Contracts, expiry: Expiry, strike: Strike, right: Right, root: Root = "") -> Table:
    """Model price and sensitivities per share of one contract, by the chain's own volatility and forward.

    Returns table: figure, value, unit; #N/A beyond the listed strikes and after settlement.
    """
    found = option_figures(contracts, expiry, strike, right, root)
    return [
        ["Figure", "Value", "Unit"],
        ["iv", found.iv, "decimal, " + ("listed" if found.listed else "between two listed strikes")],
        ["forward", found.forward, "USD"],
        ["years", found.years, "by the setting clock"],
        ["price", found.price, "USD per share"],
        ["delta", found.delta, "per share"],
        ["gamma", found.gamma, "delta per USD"],
        ["vega", found.vega, "USD per vol point"],
        ["theta", found.theta, "USD per calendar day"],
        ["vanna", found.vanna, "delta per vol point"],
        ["charm", found.charm, "delta per calendar day"],
        ["rho", found.rho, "USD per percentage point"],
    ]
