"""When contracts settle, when the clock starts, and how many years lie between.

Everything is elapsed time in UTC, so daylight-saving changes count as what they are.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from gex_xl.arrays import Instants
from gex_xl.settings import Clock, ClockFrom

NEW_YORK = ZoneInfo("America/New_York")
#: OCC roots that settle on the opening prices; their siblings SPXW, NDXP, RUTW settle on the close.
#: VIX weeklys (VIXW) settle at the open as VIX does (Cboe's contract specifications).
AM_SETTLED = frozenset({"SPX", "NDX", "RUT", "DJX", "VIX", "VIXW"})
OPEN, CLOSE = dt.time(9, 30), dt.time(16)
_DERIBIT = dt.time(8)  # UTC
_SECONDS_PER_YEAR = 365 * 86_400

# Days without a session that follow no rule (NYSE announcements).
_EXTRAORDINARY = frozenset(
    dt.date.fromisoformat(day)
    for day in ("2001-09-11", "2001-09-12", "2001-09-13", "2001-09-14", "2004-06-11", "2007-01-02", "2012-10-29",
                "2012-10-30", "2018-12-05", "2025-01-09")
)  # fmt: skip


def in_words(moment: dt.datetime) -> str:
    """A moment as it is shown: New York time with the name of the zone, `2024-01-05 16:00 EST`."""
    return f"{moment.astimezone(NEW_YORK):%Y-%m-%d %H:%M %Z}"


@functools.cache
def _holidays() -> frozenset[dt.date]:
    # pandas knows the rules (Easter, observed days); imported here since few calls need it.
    from pandas.tseries import holiday as rule

    class Nyse(rule.AbstractHolidayCalendar):
        rules = [  # noqa: RUF012  the attribute that pandas reads
            rule.Holiday("New Year", month=1, day=1, observance=rule.sunday_to_monday),
            rule.USMartinLutherKingJr,
            rule.USPresidentsDay,
            rule.GoodFriday,
            rule.USMemorialDay,
            rule.Holiday("Juneteenth", month=6, day=19, start_date="2022-06-01", observance=rule.nearest_workday),
            rule.Holiday("Independence Day", month=7, day=4, observance=rule.nearest_workday),
            rule.USLaborDay,
            rule.USThanksgivingDay,
            rule.Holiday("Christmas", month=12, day=25, observance=rule.nearest_workday),
        ]

    return frozenset(day.date() for day in Nyse().holidays("2000-01-01", "2100-12-31")) | _EXTRAORDINARY


def is_session(day: dt.date) -> bool:
    """True on a day on which the New York Stock Exchange trades (early closes are not modelled)."""
    return day.weekday() < 5 and day not in _holidays()


def last_open(moment: dt.datetime) -> dt.datetime:
    """The last instant at or before `moment` (aware) at which the New York market was open."""
    local = moment.astimezone(NEW_YORK)
    day = local.date()
    if is_session(day) and local.time() >= OPEN:
        return local if local.time() <= CLOSE else dt.datetime.combine(day, CLOSE, NEW_YORK)
    return dt.datetime.combine(_session_until(day - dt.timedelta(days=1)), CLOSE, NEW_YORK)


def _session_until(day: dt.date) -> dt.date:
    """The last session on or before a day."""
    while not is_session(day):
        day -= dt.timedelta(days=1)
    return day


def valued_at(as_of: dt.datetime, clock_from: ClockFrom) -> dt.datetime:
    """The instant from which time to expiry is counted."""
    return last_open(as_of) if clock_from is ClockFrom.LAST_OPEN else as_of


def instant(moment: dt.datetime) -> np.datetime64:
    """An aware datetime as UTC seconds."""
    return np.datetime64(moment.astimezone(dt.UTC).replace(tzinfo=None), "s")


def settlements(expiries: Sequence[dt.date], roots: Sequence[str], venue: str = "") -> Instants:
    """Settlement instant of each contract, shape (n,): 16:00 New York, 09:30 for the AM-settled roots.

    At the `venue` Deribit 08:00 UTC, every day. Elsewhere an expiry on a day without a session settles on the one
    before: a holiday, or the Saturday on which standard contracts expired before February 2015.
    """
    if venue:
        return np.array(
            [instant(dt.datetime.combine(day, _DERIBIT, dt.UTC)) for day in expiries], dtype="datetime64[s]"
        )
    known: dict[tuple[dt.date, bool], np.datetime64] = {}
    out = []
    for expiry, root in zip(expiries, roots, strict=True):
        key = (expiry, root in AM_SETTLED)
        if key not in known:
            known[key] = instant(dt.datetime.combine(_session_until(expiry), OPEN if key[1] else CLOSE, NEW_YORK))
        out.append(known[key])
    return np.array(out, dtype="datetime64[s]")


def years(start: dt.datetime, settlement: Instants, clock: Clock) -> npt.NDArray[np.float64]:
    """Years from `start` (aware) to each settlement, shape (n,).

    act365: elapsed seconds / (365 x 86 400). business252: weekdays between the two New York dates, at least
    one, / 252, as public tools count them; for comparison only.
    """
    if clock is Clock.ACT365:
        return np.asarray((settlement - instant(start)).astype(np.float64) / _SECONDS_PER_YEAR)
    # Settlements lie in New York's daytime, when the date in UTC is the same.
    day = np.datetime64(start.astimezone(NEW_YORK).date(), "D")
    days = np.busday_count(day, settlement.astype("datetime64[D]"))
    return np.asarray(np.maximum(days, 1) / 252.0)


def third_friday(year: int, month: int) -> dt.date:
    """The month's third Friday."""
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=(4 - first.weekday()) % 7 + 14)


def is_monthly(expiry: dt.date) -> bool:
    """True for standard monthly expiries: the third Friday or the session before, or the Saturday of old."""
    friday = third_friday(expiry.year, expiry.month)
    return expiry in (friday, _session_until(friday), friday + dt.timedelta(days=1))
