"""Worksheet function that shades a dealer's quotes against inventory."""

from __future__ import annotations

from typing import Annotated

from gex_xl.desk.limits import WARN_AT
from gex_xl.desk.quoting import adjust, read_quotes
from gex_xl.functions import arguments
from gex_xl.functions.arguments import Table
from gex_xl.functions.positions import EXAMPLE_QUOTES
from gex_xl.functions.registry import worksheet

QUOTES = (
    "One row a quote: name, mid, volatility (of the price, USD a day), inventory (signed contracts), limit, band (USD "
    "around the mid), half spread (blank: half the band), size (blank: 10), tick (blank: 0.01)"
)


@worksheet("Own book", EXAMPLE_QUOTES)
def QUOTE_ADJUST(
    quotes: Annotated[Table, QUOTES],
    risk_aversion: Annotated[float, "gamma of the reservation price, per USD and contract; blank: 0.00003"] = 0.00003,
    days: Annotated[float, "Time over which the inventory is held, in days; blank: 1"] = 1.0,
    warn_at: Annotated[
        float, "Share of the limit from which size is cut and the quote widened; blank: 0.8", arguments.share
    ] = WARN_AT,
) -> Table:
    """Bid and ask shaded against inventory (Avellaneda and Stoikov's reservation price) inside a band, sizes cut as the
    limit nears, and what drove each quote.

    Returns table: name, mid, reservation price, bid, ask, bid size, ask size, use of the limit, why.
    """
    wanted = read_quotes(quotes)
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
        found = adjust(one, risk_aversion, days, warn_at)
        rows.append(
            [
                one.name, one.mid, found.reservation, found.bid, found.ask, found.bid_size, found.ask_size,
                abs(one.inventory) / one.limit, found.why,
            ]
        )  # fmt: skip
    return rows
