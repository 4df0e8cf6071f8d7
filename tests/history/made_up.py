"""Small synthetic chain files, one per session, whose volatility wanders."""

from __future__ import annotations

import csv
import datetime as dt
import math
from pathlib import Path

HEADER = ["Root", "Expiry", "Type", "Strike", "IV", "Open Interest", "Underlying Price", "Quote Time"]
FIRST = dt.date(2023, 1, 3)
#: Days of 2023 on which the New York Stock Exchange was closed (NYSE's calendar): their files belong to the day before.
HOLIDAYS = {
    dt.date(2023, month, day)
    for month, day in ((1, 16), (2, 20), (4, 7), (5, 29), (6, 19), (7, 4), (9, 4), (11, 23), (12, 25))
}


def sessions(count: int, first: dt.date = FIRST) -> list[dt.date]:
    days = (first + dt.timedelta(days=i) for i in range(2 * count + 7))
    return [day for day in days if day.weekday() < 5 and day not in HOLIDAYS][:count]


def write_chain(folder: Path, day: dt.date, *, symbol: str = "SPXW", clock: str = "15:30", bump: float = 0.0) -> Path:
    """One chain: a level of iv, a skew and a spot that are functions of the date; `bump` lifts the level."""
    n = day.toordinal()
    spot = 4000 + 30 * math.sin(n / 9)
    level, slope = 0.16 + 0.03 * math.sin(n / 5) + bump, 2e-4 + 1e-4 * math.sin(n * 1.7)
    file = folder / f"{symbol}_{day}_{clock.replace(':', '')}.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(HEADER)
        for ahead, tilt in ((5, 1.1), (28, 1.0), (110, 1.0 + 0.1 * math.sin(n / 3))):
            for strike in range(3600, 4401, 100):
                for right in "CP":
                    iv = round(level * tilt - slope * (strike - spot) * 0.2, 5)
                    oi = 100 + (strike // 100 * (7 if right == "C" else 5) + n) % 90 * 10
                    expiry = day + dt.timedelta(days=ahead)
                    rows.writerow([symbol, expiry, right, strike, iv, oi, spot, f"{day} {clock}"])
    return file


def write_chains(folder: Path, count: int) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    return [write_chain(folder, day) for day in sessions(count)]
