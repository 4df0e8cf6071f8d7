"""What the worksheet functions share: the example chain, and how units, times and signs are worded."""

from __future__ import annotations

from typing import Any

from gex_xl.analytics.lines import Lines
from gex_xl.reading.dates import in_words
from gex_xl.settings import Settings

Table = list[list[Any]]

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


def unit(lines: Lines) -> str:
    """The unit as it stands in headers: `(USD per 1 %)`."""
    return f"({lines.settings.unit.label})"


def when(lines: Lines) -> str:
    """The quote time in words, New York time."""
    return in_words(lines.as_of)


def sign_words(settings: Settings) -> str:
    """The sign convention in words."""
    word = {1.0: "long", -1.0: "short"}
    return f"dealers {word[settings.sign.calls]} calls, {word[settings.sign.puts]} puts"


def settles(am_settled: bool) -> str:
    """At which end of the session an expiry settles."""
    return "AM" if am_settled else "PM"
