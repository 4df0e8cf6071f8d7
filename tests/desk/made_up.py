"""Small books for the tests, all made up."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from gex_xl.desk.position_rows import read_positions
from gex_xl.desk.positions import Book
from gex_xl.settings import Settings

NEW_YORK = ZoneInfo("America/New_York")
#: A Monday at the open; 2025-03-31 16:00 is 28 days and 6.5 hours later, with an hour lost to summer time.
AS_OF = dt.datetime(2025, 3, 3, 9, 30, tzinfo=NEW_YORK)
HEADER = ["Underlying", "Class", "Type", "Strike", "Expiry", "Contracts", "IV", "Price", "Multiplier", "Spot"]
MIXED: list[list[object]] = [
    HEADER,
    ["SPX", "SPXW", "C", 5050, "2025-03-14", -60, 0.152, None, 100, 5000],
    ["SPX", "SPXW", "P", 4900, "2025-03-14", -40, 0.176, None, 100, 5000],
    ["SPX", "SPX", "C", 5100, "2025-04-17", 25, 0.149, None, 100, 5000],
    ["SPY", "SPY", "C", 505, "2025-03-21", -350, 0.15, None, 100, 500],
    ["SPY", "", "shares", None, None, 9000, None, None, None, 500],
    ["SPX", "ES", "future", None, "2025-03-21", 3, None, 5008, 50, 5000],
]


def book(*rows: list[object], spot: float | dict[str, float] | None = None, **settings: object) -> Book:
    """A book of rows below the usual header."""
    return read_positions([HEADER, *rows], spot, AS_OF, Settings().with_changes(settings))


def option(
    right: str, strike: float, contracts: int, iv: float = 0.2, expiry: str = "2025-03-31", **more: object
) -> list[object]:
    """One option row on XYZ at 100."""
    spot = more.get("spot", 100)
    return ["XYZ", "XYZ", right, strike, expiry, contracts, iv, None, more.get("multiplier", 100), spot]
