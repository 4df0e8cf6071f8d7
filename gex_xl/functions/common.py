"""What the worksheet functions share: the example chain, and how units, times and signs are worded, what fires."""

from __future__ import annotations

from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.regime import Trigger
from gex_xl.analytics.summary import RegimeInputs, triggers_of
from gex_xl.analytics.terms import unit_label
from gex_xl.functions.arguments import Table

#: A small made-up chain: calls and puts around 5000, two expiries.
EXAMPLE_CHAIN: Table = [
    ["Synthetic example", "Spot: 5000", "2025-03-03 11:30"],
    ["Root", "Expiry", "Type", "Strike", "IV", "Open Interest"],
    *[
        [root, expiry, right, strike, round(iv - (strike - 5000) * 2e-4 / 50, 4), oi]
        for root, expiry, iv in (("SPXW", "2025-03-07", 0.16), ("SPX", "2025-03-21", 0.18))
        for right, book in (
            ("C", ((4950, 900), (5000, 2400), (5050, 7900), (5100, 6400))),
            ("P", ((4900, 6100), (4950, 4800), (5000, 2600), (5050, 700))),
        )
        for strike, oi in book
    ],
]

#: A small made-up chain with a skew at three expiries, for what is read from implied volatility.
EXAMPLE_SMILES: Table = [
    *EXAMPLE_CHAIN[:2],
    *[
        [root, expiry, right, strike, round(iv - (strike - 5000) * slope, 4), oi * share]
        for root, expiry, iv, slope in (
            ("SPXW", "2025-03-07", 0.15, 6e-5),
            ("SPXW", "2025-03-28", 0.16, 5e-5),
            ("SPX", "2025-06-20", 0.18, 3e-5),
        )
        for strike, oi in zip(range(4600, 5401, 100), (300, 500, 900, 1900, 2700, 2100, 1700, 800, 400), strict=True)
        for right, share in (("C", 1 if strike < 5000 else 4), ("P", 3 if strike < 5000 else 1))
    ],
]


def unit(contracts: Contracts) -> str:
    """The unit as it stands in headers: `(USD per 1 %)`."""
    return f"({unit_label(contracts)})"


def settles(am_settled: bool) -> str:
    """At which end of the session an expiry settles."""
    return "AM" if am_settled else "PM"


def days(contracts: Contracts, years: float) -> float:
    """Days of the clock in so many of its years: calendar days or business days, as the setting has it."""
    return years * contracts.settings.clock.days


def days_head(contracts: Contracts) -> str:
    """The header above them: `Days`, or `Business days`."""
    return contracts.settings.clock.day_name.capitalize()


def triggers_from(contracts: Contracts, inputs: RegimeInputs) -> list[Trigger]:
    """The regime's triggers."""
    return triggers_of(contracts, inputs.vix9d, inputs.vix, inputs.vix3m, inputs.skew_25d_z, inputs.past)
