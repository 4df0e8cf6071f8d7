"""Worksheet functions for the days that are kept: one row a day, as gex-xl history and HISTORY_ROW write them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from gex_xl.analytics import wording
from gex_xl.analytics.verdict import WORDS
from gex_xl.errors import BadInput
from gex_xl.functions.arguments import Table, cells, given, whole
from gex_xl.functions.chart_tables import filled
from gex_xl.functions.registry import worksheet
from gex_xl.reading.dates import expiry_date
from gex_xl.reading.values import number, shown, text
from gex_xl.settings import Unit

_MISSING = "#N/A"
_UNSEEN = 1e-9
_WANTED = ("date", "total_gex")
_UNITS = {unit.label: 1 / unit.per_share_gamma(1.0) * Unit.USD.per_share_gamma(1.0) for unit in
          (Unit.USD, Unit.USD_MN, Unit.USD_BN)}  # fmt: skip
_SCALES = {"usd_bn": 1e9, "usd_mn": 1e6}


def _as_it_is(value: object, _name: str) -> object:
    """Rows are read where header and days are looked for: a book without kept rows holds the header alone."""
    return value


Kept = Annotated[Table, "Kept rows with their header, as gex-xl history writes them", _as_it_is]
Today = Annotated[Table | None, "Today's row with its header, of HISTORY_ROW", _as_it_is]

#: Two made-up days.
EXAMPLE_DAYS: Table = [
    ["date", "symbol", "spot", "total_gex", "zero_gamma", "iv_30d", "skew_25d", "regime", "contracts", "unit"],
    ["2025-02-27", "SPX", 4980.0, -2.1e9, 5010.0, 0.17, 0.031, "short_gamma", 4100, "USD per 1 %"],
    ["2025-02-28", "SPX", 5000.0, 1.4e9, 4950.0, 0.16, 0.029, "long_gamma", 4200, "USD per 1 %"],
]


@dataclass(frozen=True, slots=True)
class Day:
    """A kept row: its date and figures by name; exposure in USD per 1 %, None where one is missing or not in USD."""

    date: dt.date
    figures: dict[str, Any]

    def number(self, name: str) -> float | None:
        return number(self.figures.get(name))

    @property
    def total(self) -> float | None:
        factor, value = _UNITS.get(text(self.figures.get("unit")) or Unit.USD.label), self.number("total_gex")
        return None if value is None or factor is None else value * factor


def read_days(history: object, today: object) -> list[Day]:
    """The kept rows, oldest first, one a date; that of `today` last. Raises BadInput for a range without dates."""
    days: dict[dt.date, Day] = {}
    for name, value in (("history", history), ("today", today)):
        if not given(value):
            continue
        header, *rows = cells(value, name)
        names = [text(cell).partition("(")[0].strip().lower().replace(" ", "_") for cell in header]
        if missing := [wanted for wanted in _WANTED if wanted not in names]:
            if not rows:
                continue
            raise BadInput(
                f"{name} has no column {missing[0]} in its first row; give rows of gex-xl history with theirs"
            )
        for at, row in enumerate(rows, 2):
            figures = dict(zip(names, row, strict=False))
            if not text(figures.get("date")):
                continue
            day = expiry_date(figures["date"])
            if day is None:
                raise BadInput(
                    f'{name}: date in row {at} is "{shown(figures["date"])}"; expected one such as 2025-10-08'
                )
            days[day] = Day(day, figures)
    return [days[day] for day in sorted(days)]


def _scale(days: Sequence[Day]) -> tuple[float, str]:
    """Factor and word for the exposures of all days: bn, mn or plain USD by the largest."""
    largest = max((abs(day.total) for day in days if day.total is not None), default=0.0)
    unit = Unit.for_gross(largest * 10)  # a net is a part of its gross
    return 1 / _SCALES.get(unit, 1.0), wording.short_unit(unit)


@worksheet("History", EXAMPLE_DAYS)
def DAYS_BARS(
    history: Kept,
    today: Today = None,
    rows: Annotated[int, "Days, 2 to 1000; blank: 60", whole(2, 1000)] = 60,
) -> Table:
    """The last kept days for charts, oldest first: total GEX above and below 0, spot and zero gamma, 30-day iv and
    skew, #N/A in gaps.

    Returns table: label, long, short, spot, zero gamma, iv in %, skew in points, unseen; the header names the unit.
    """
    days = read_days(history, today)
    factor, word = _scale(days)
    header = ["Label", f"Long, {word}", f"Short, {word}", "Spot", "Zero gamma", "iv, %", "Skew, points", "Unseen"]
    out: list[list[Any]] = []
    month = 0
    for day in days[-rows:]:
        label, month = (f"{day.date:%b}" if day.date.month != month else ""), day.date.month
        total = (day.total or 0.0) * factor
        iv, skew = day.number("iv_30d"), day.number("skew_25d")
        lines = (day.number("spot"), day.number("zero_gamma"), iv and 100 * iv, skew and 100 * skew)
        out.append([label, max(total, 0.0), min(total, 0.0), *(_MISSING if x is None else x for x in lines), 0.0])
    blank = ["", 0.0, 0.0, *[_MISSING] * 4, _UNSEEN if not days else 0.0]
    return [header, *([blank] * (rows - len(out))), *out]


@worksheet("History", EXAMPLE_DAYS)
def DAYS_TABLE(
    history: Kept,
    today: Today = None,
    rows: Annotated[int, "Days, 1 to 1000; blank: 30", whole(1, 1000)] = 30,
) -> Table:
    """The kept days in words, newest first: the regime, total GEX in one unit, its z-score, levels, volatility.

    Returns table: day, regime, total, z, spot, zero gamma, from spot, flip strike, iv, skew, slopes, contracts.
    """
    days = read_days(history, today)
    factor, word = _scale(days)
    header = ["Day", "Regime", f"Total GEX, {word}", "z", "Spot", "Zero gamma", "From spot", "Flip strike", "iv 30 d",
              "Skew", "9 / 30 d", "30 / 90 d", "Contracts"]  # fmt: skip
    newest = read_days(None, today)
    out: list[list[Any]] = []
    for day in reversed(days[-rows:]):
        spot, zero, total = day.number("spot"), day.number("zero_gamma"), day.total
        skew = day.number("skew_25d")
        words = WORDS.get((text(day.figures.get("regime")), (total or 0.0) > 0), "")
        figures = (
            None if total is None else total * factor, day.number("total_gex_z"), spot, zero,
            zero / spot - 1 if zero and spot else None, day.number("flip_strike"), day.number("iv_30d"),
            skew and 100 * skew, day.number("short_slope"), day.number("med_slope"), day.number("contracts"),
        )  # fmt: skip
        name = wording.full_day(day.date) + ("  today" if newest and newest[0].date == day.date else "")
        out.append([name, words, *("" if x is None else x for x in figures)])
    return filled(header, out, rows, [""] * 13)
