"""The settings that are written in a small language of their own: bands of strikes or spot, and choices of expiries."""

from __future__ import annotations

import datetime as dt
import math
import re

from gex_xl.errors import BadInput, shown

_BAND = re.compile(r"\s*([\d.]*)\s*(%?)\s*:\s*([\d.]*)\s*(%?)\s*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def parse_expiries(text: str) -> tuple[str, float | None, list[dt.date]]:
    """Kind (`all`, `0dte`, `weekly`, `monthly`, `days`, `dates`), the number of days, the dates."""
    if text in ("all", "0dte", "weekly", "monthly"):
        return text, None, []
    within = re.fullmatch(r"<=\s*(\d+(?:\.\d+)?)\s*d", text)
    if within:
        return "days", float(within[1]), []
    parts = [part for part in re.split(r"[,\s]+", text) if part]
    try:
        if parts and all(_DATE.fullmatch(part) for part in parts):
            return "dates", None, [dt.date.fromisoformat(part) for part in parts]
    except ValueError:
        pass
    raise BadInput(
        f'settings: expiries is "{shown(text)}"; expected all, 0dte, weekly, monthly, <=30d or dates such as 2024-01-19'
    )


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
