"""How unusual a figure is against its own past: (x - mean of the last 252) / sample deviation of the last 252.

The past is what came before: the current value is not part of the mean and deviation it is compared with.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gex_xl.arrays import FloatArray
from gex_xl.errors import BadInput, NoValue

WINDOW, MINIMUM = 252, 60
_ROUNDING = 1e-12  # relative: values nearer to each other than that differ by how they were computed


@dataclass(frozen=True, eq=False, slots=True)
class EarlierValues:
    """`values` in the order of the rows, NaN where one is missing, shape (n,); a date and a symbol each, or none."""

    values: FloatArray
    dates: tuple[dt.date | None, ...] | None = None
    symbols: tuple[str, ...] | None = None


def zscore(history: FloatArray, current: float, window: int = WINDOW, minimum: int = MINIMUM) -> float:
    """z-score of `current` against the last `window` entries of `history`, oldest first, shape (n,), NaN for gaps.

    A gap counts as an entry and not as an observation, as in pandas' rolling windows. Raises NoValue for fewer
    than `minimum` observations (never fewer than 2) and where they differ by rounding at most.
    """
    some = history[-window:]
    some = some[np.isfinite(some)]
    if some.size < max(minimum, 2):
        raise NoValue(f"{some.size} observations in the last {window}; at least {max(minimum, 2)} are needed")
    if np.ptp(some) <= _ROUNDING * np.abs(some).max():
        raise NoValue(f"the last {some.size} observations are all equal: their deviation is 0")
    return float((current - some.mean()) / some.std(ddof=1))


def before(past: EarlierValues, symbol: str, date: dt.date) -> FloatArray:
    """The values dated before `date`, oldest first, one per date: the later of two rows of one date.

    A past without dates is taken as it stands. Of a past with several symbols only the rows of `symbol` count.
    Raises BadInput where several symbols are in it and `symbol` is "".
    """
    values, dates = past.values, past.dates
    keep = np.ones(len(values), dtype=bool)
    if past.symbols is not None:
        listed = sorted({each for each in past.symbols if each})
        if not symbol and len(listed) > 1:
            raise BadInput(
                f"history holds {', '.join(listed[:5])} and the chain does not name its symbol; give one only"
            )
        if symbol and listed:
            keep = np.array([each == symbol for each in past.symbols], dtype=bool)
    if dates is None:
        return values[keep]
    latest = {}
    for i in np.flatnonzero(keep):
        day = dates[i]
        if day is not None and day < date:
            latest[day] = values[i]
    return np.array([latest[day] for day in sorted(latest)], dtype=np.float64)


def rolling(dates: Sequence[dt.date], values: FloatArray) -> list[float | str]:
    """z-score of each value against those of earlier dates, or the reason why there is none; one symbol.

    `dates` ascending, `values` of the same shape (n,), NaN where missing. Of several values of one date the
    last one stands for that date in later windows.
    """
    out: list[float | str] = []
    daily: list[float] = []
    for i, (date, value) in enumerate(zip(dates, values.tolist(), strict=True)):
        try:
            out.append(zscore(np.array(daily[-WINDOW:]), value) if value == value else "no value")
        except NoValue as error:
            out.append(str(error))
        if i + 1 == len(dates) or dates[i + 1] != date:
            daily.append(value)
    return out
