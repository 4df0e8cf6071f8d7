"""The settings that are written in a small language of their own: bands of strikes or spot, and choices of expiries."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass

from gex_xl.errors import BadInput, shown

_BAND = re.compile(r"\s*([\d.]*)\s*(%?)\s*:\s*([\d.]*)\s*(%?)\s*")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = rf"(?:{'|'.join(_MONTHS)})[a-z]*\.?"
#: The usual forms of a date: 2024-01-19, 20240119, 19 Jan 2024, Jan 19, 2024, 1/19/2024, 19.01.2024.
_DATE = re.compile(
    r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)|(?P<plain>\d{8})(?!\d)"
    rf"|(?P<d1>\d{{1,2}})[- ]?(?P<n1>{_NAME})[- ]?(?P<y1>\d{{4}}|\d{{2}})(?!\d)"
    rf"|(?P<n2>{_NAME})[- ](?P<d2>\d{{1,2}}),?[- ](?P<y2>\d{{4}})(?!\d)"
    r"|(?P<a>\d{1,2})(?P<mark>[-/.])(?P<b>\d{1,2})[-/.](?P<y3>\d{4})(?!\d)"
)
_DAYS = re.compile(r"(<=|>=|<|>)\s*(\d+(?:\.\d+)?)\s*d")
_RANGE = re.compile(r"(\d+(?:\.\d+)?)\s*d\s*:\s*(\d+(?:\.\d+)?)\s*d")


@dataclass(frozen=True, slots=True)
class Expiries:
    """A choice of expiries.

    `kind`: `all`, `0dte`, `1dte`, `ex_next`, `weekly`, `monthly`, `days`, `dates`. `least` and `most`: calendar days
    from the quote's day to the expiry date, both included (`days`). `dates`: those named (`dates`).
    """

    kind: str
    least: float = -math.inf
    most: float = math.inf
    dates: tuple[dt.date, ...] = ()


def parse_expiries(text: str) -> Expiries:
    """`all`, `0dte`, `1dte`, `ex_next`, `weekly`, `monthly`, `<=30d`, `>0d`, `2d:7d`, or dates in any usual form.

    Raises BadInput for anything else, and for a date such as 03/04/2025 that can be two days.
    """
    if text in ("all", "0dte", "1dte", "ex_next", "weekly", "monthly"):
        return Expiries(text)
    if one := _DAYS.fullmatch(text):
        days = float(one[2])
        return {
            "<=": Expiries("days", most=days),
            "<": Expiries("days", most=math.nextafter(days, -math.inf)),
            ">=": Expiries("days", least=days),
            ">": Expiries("days", least=math.nextafter(days, math.inf)),
        }[one[1]]
    between = _RANGE.fullmatch(text)
    if between and float(between[1]) <= float(between[2]):
        return Expiries("days", float(between[1]), float(between[2]))
    dates = [_date(found) for found in _DATE.finditer(text)]
    if dates and None not in dates and not _DATE.sub("", text).strip(" ,;\t\n"):
        return Expiries("dates", dates=tuple(day for day in dates if day))
    raise BadInput(
        f'settings: expiries is "{shown(text)}"; expected all, 0dte, 1dte, ex_next, weekly, monthly, <=30d, >0d, '
        "2d:7d or dates such as 2024-01-19"
    )


def _date(found: re.Match[str]) -> dt.date | None:
    """The day that a date names; None where there is no such day. Raises BadInput where it can be two days."""
    part = found.groupdict()
    year = part["y"] or part["y1"] or part["y2"] or part["y3"]
    month, day = part["m"], part["d"]
    if plain := part["plain"]:
        year, month, day = plain[:4], plain[4:6], plain[6:]
    elif name := part["n1"] or part["n2"]:
        month, day = str(_MONTHS.index(name[:3]) + 1), part["d1"] or part["d2"]
    elif part["a"]:
        month, day = part["a"], part["b"]
        if part["mark"] == "." or int(month) > 12:  # with points the day comes first, wherever points are used
            month, day = day, month
        elif int(day) <= 12 and month != day:
            raise BadInput(f'settings: expiries names "{found[0]}", which can be two days; expected a date such as '
                           f"{year}-{int(month):02}-{int(day):02}")  # fmt: skip
    try:
        return dt.date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None


def parse_band(key: str, text: str, spot: float | None = None) -> tuple[float, float]:
    """Lower and upper bound of a band such as `80%:120%` (of spot), `4500:5000`, `4500:` or `all`.

    Without a spot only the form is checked: 80%:5000 may or may not be a band.
    """
    if text == "all" and key == "strikes":
        return 0.0, math.inf
    found = _BAND.fullmatch(text)
    try:
        if found and (found[1] or found[3]):
            low = float(found[1]) * (0.01 * (spot or 1.0) if found[2] else 1.0) if found[1] else 0.0
            high = float(found[3]) * (0.01 * (spot or 1.0) if found[4] else 1.0) if found[3] else math.inf
            rising = low < high or (spot is None and bool(found[2]) != bool(found[4]))
            if rising and (key == "strikes" or (low > 0 and high < math.inf)):
                return low, high
    except ValueError:
        pass
    raise BadInput(f'settings: {key} is "{shown(text)}"; expected a band such as 80%:120% or 4500:5000')
