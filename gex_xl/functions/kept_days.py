"""Where a day's row belongs among the rows that the sheet Days keeps: one for each date and symbol, oldest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

_EPOCH = dt.date(1899, 12, 30)  # of serial numbers


def named(cells: Sequence[object]) -> tuple[str, str]:
    """Date and symbol by which a row is known again; ("", ...) for a row that is not filled."""
    day, symbol = cells[:2]
    if isinstance(day, int | float) and not isinstance(day, bool):
        day = (_EPOCH + dt.timedelta(days=int(day))).isoformat()
    return str(day or "").strip()[:10], str(symbol or "").strip().upper()


def place_for(row: Sequence[object], held: Sequence[Sequence[object]]) -> tuple[int, bool]:
    """Where among `held` a row goes, counted from 0, and whether it replaces one; len(held) where all are filled."""
    names = [named(each) for each in held]
    last = max((i for i, (day, _) in enumerate(names) if day), default=-1)
    place = max((i for i, each in enumerate(names) if each == named(row)), default=last + 1)
    return place, place <= last
