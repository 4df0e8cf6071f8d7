"""Worksheet function that shades a dealer's quotes against inventory."""

from __future__ import annotations

from typing import Any

from gex_xl.desk.quoting import adjust, read_quotes
from gex_xl.functions import arguments
from gex_xl.functions.common import Table
from gex_xl.functions.positions import EXAMPLE_QUOTES
from gex_xl.functions.registry import worksheet

QUOTES = (
    "One row a quote: name, mid, volatility (of the price, USD a day), inventory (signed contracts), limit, band (USD "
    "around the mid), half spread, size, tick"
)


@worksheet(
    "Own book",
    "Bid and ask shaded against inventory (Avellaneda and Stoikov's reservation price) inside a band, sizes cut as the "
    "limit nears, and what drove each quote",
    "table: name, mid, reservation price, bid, ask, bid size, ask size, use of the limit, why",
    (EXAMPLE_QUOTES,),
    spills=True,
    help={
        "quotes": QUOTES,
        "risk_aversion": "gamma of the reservation price, per USD and contract; blank: 0.00003",
        "days": "Time over which the inventory is held, in days; blank: 1",
        "warn_at": "Share of the limit from which size is cut and the quote widened; blank: 0.8",
    },
)
def QUOTE_ADJUST(quotes: Any, risk_aversion: Any = None, days: Any = None, warn_at: Any = None) -> Table:
    wanted = read_quotes(arguments.cells(quotes, "quotes"))
    aversion = arguments.amount(risk_aversion, "risk_aversion") or 0.00003
    held = arguments.amount(days, "days") or 1.0
    share = arguments.fraction(arguments.amount(warn_at, "warn_at"), "warn_at", 0.8)
    rows: Table = [
        [
            "Name",
            "Mid (USD)",
            "Reservation (USD)",
            "Bid (USD)",
            "Ask (USD)",
            "Bid size",
            "Ask size",
            "Use of limit",
            "Why",
        ]
    ]
    for one in wanted:
        found = adjust(one, aversion, held, share)
        rows.append(
            [
                one.name, one.mid, found.reservation, found.bid, found.ask, found.bid_size, found.ask_size,
                abs(one.inventory) / one.limit, found.why,
            ]
        )  # fmt: skip
    return rows
