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
from gex_xl.products import US, Cycle, Product, product
from gex_xl.settings import Clock, ClockFrom

NEW_YORK = ZoneInfo("America/New_York")
OPEN, CLOSE, EARLY_CLOSE = dt.time(9, 30), dt.time(16), dt.time(13)
_SECONDS_PER_YEAR = 365 * 86_400

# Days without a session that follow no rule (NYSE announcements).
_EXTRAORDINARY = frozenset(
    dt.date.fromisoformat(day)
    for day in ("2001-09-11", "2001-09-12", "2001-09-13", "2001-09-14", "2004-06-11", "2007-01-02", "2012-10-29",
                "2012-10-30", "2018-12-05", "2025-01-09")
)  # fmt: skip


def in_words(moment: dt.datetime, zone: dt.tzinfo = NEW_YORK) -> str:
    """A moment as it is shown, with the name of the zone: `2024-01-05 16:00 EST`."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"


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
    """True on a day on which the New York Stock Exchange trades."""
    return day.weekday() < 5 and day not in _holidays()


def session_close(day: dt.date) -> dt.time:
    """When the New York session of a day ends: 16:00, or 13:00 before some holidays (NYSE, hours and calendars).

    Early: the day after Thanksgiving; Christmas Eve from Monday to Thursday; 3 July where the 4th is a trading day's
    holiday: Monday, Tuesday and Thursday, from 2013 on Wednesday (before that, Friday 5 July instead).
    """
    thanksgiving = day.month == 11 and day.weekday() == 4 and 23 <= day.day <= 29
    christmas_eve = (day.month, day.day) == (12, 24) and day.weekday() < 4
    if day.month == 7 and day.day == 3:
        independence = day.weekday() in (0, 1, 3) or (day.weekday() == 2 and day.year >= 2013)
    else:
        independence = (day.month, day.day) == (7, 5) and day.weekday() == 4 and day.year < 2013
    return EARLY_CLOSE if thanksgiving or christmas_eve or independence else CLOSE


def is_open(moment: dt.datetime, listed: Product | None = None) -> bool:
    """Whether a product's market is open at a moment (aware); without a product, New York's."""
    return last_open(moment, listed) == moment


def last_open(moment: dt.datetime, listed: Product | None = None) -> dt.datetime:
    """The last instant at or before `moment` (aware) at which a product's market was open; without one, New York's.

    Holidays and early closes are New York's; other markets are taken as open from Monday to Friday.
    """
    listed = listed or product("")
    if listed.opens is None or listed.closes is None:
        return moment
    local = moment.astimezone(listed.zone)
    day = local.date()
    if listed.market == US:
        if is_session(day) and local.time() >= listed.opens:
            return min(local, dt.datetime.combine(day, session_close(day), listed.zone))
        day = _session_until(day - dt.timedelta(days=1))
        return dt.datetime.combine(day, session_close(day), listed.zone)
    overnight = listed.closes < listed.opens
    # An overnight session begins on the evening before the day that it belongs to: Sunday to Friday.
    if overnight and local.time() >= listed.opens and day.weekday() not in (4, 5):
        return local
    if day.weekday() < 5 and (overnight or local.time() >= listed.opens):
        return min(local, dt.datetime.combine(day, listed.closes, listed.zone))
    day -= dt.timedelta(days=1)
    while day.weekday() > 4:
        day -= dt.timedelta(days=1)
    return dt.datetime.combine(day, listed.closes, listed.zone)


def _session_until(day: dt.date) -> dt.date:
    """The last session on or before a day."""
    while not is_session(day):
        day -= dt.timedelta(days=1)
    return day


def valued_at(
    as_of: dt.datetime, clock_from: ClockFrom, listed: Product | None = None, delay: float = 0.0
) -> dt.datetime:
    """The instant from which time to expiry is counted; `delay`: minutes by which quotes of an open market are old.

    At the close itself the quotes are those of the close.
    """
    trading = is_open(as_of, listed) and is_open(as_of + dt.timedelta(seconds=1), listed)
    start = as_of - dt.timedelta(minutes=delay) if delay and trading else as_of
    return last_open(start, listed) if clock_from is ClockFrom.LAST_OPEN else start


def instant(moment: dt.datetime) -> np.datetime64:
    """An aware datetime as UTC seconds."""
    return np.datetime64(moment.astimezone(dt.UTC).replace(tzinfo=None), "s")


def in_the_morning(settled: np.datetime64, zone: dt.tzinfo) -> bool:
    """Whether a settlement instant (UTC) lies before noon in a zone: it is shown as AM."""
    moment: dt.datetime = settled.astype("datetime64[s]").astype(object)
    return moment.replace(tzinfo=dt.UTC).astimezone(zone).hour < 12


def settlements(expiries: Sequence[dt.date], listed: Sequence[Product]) -> Instants:
    """Settlement instant of each contract, shape (n,), as its product has it.

    In New York at 16:00, or at that day's early close, or at 09:30 for AM-settled roots. An expiry on a day without a
    session there settles on the one before: a holiday, or the Saturday on which standard contracts expired before
    February 2015.
    """
    held: dict[tuple[dt.date, Product], np.datetime64] = {}
    out = []
    for key in zip(expiries, listed, strict=True):
        if key not in held:
            held[key] = instant(settlement(*key))
        out.append(held[key])
    return np.array(out, dtype="datetime64[s]")


def settlement(expiry: dt.date, listed: Product) -> dt.datetime:
    """When a product's contracts of an expiry settle, in the product's zone."""
    time = listed.settlement
    if listed.quarterly and expiry.month % 3 == 0 and is_monthly(expiry):
        time = listed.quarterly
    if listed.market == US:
        expiry = _session_until(expiry)
        time = min(time, session_close(expiry))
    return dt.datetime.combine(expiry, time, listed.zone)


def years(start: dt.datetime, settlement: Instants, clock: Clock) -> npt.NDArray[np.float64]:
    """Years from `start` (aware) to each settlement, shape (n,).

    act365: elapsed seconds / (365 x 86 400). business252, business262: weekdays between the two New York dates, at
    least one, / 252 or 262, as public tools count them; for comparison only.
    """
    if clock is Clock.ACT365:
        return np.asarray((settlement - instant(start)).astype(np.float64) / _SECONDS_PER_YEAR)
    # Settlements lie in New York's daytime, when the date in UTC is the same.
    day = np.datetime64(start.astimezone(NEW_YORK).date(), "D")
    days = np.busday_count(day, settlement.astype("datetime64[D]"))
    return np.asarray(np.maximum(days, 1) / clock.days)


def third_friday(year: int, month: int) -> dt.date:
    """The month's third Friday."""
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=(4 - first.weekday()) % 7 + 14)


def is_monthly(expiry: dt.date, cycle: Cycle = Cycle.THIRD_FRIDAY) -> bool:
    """True for standard monthly expiries of a cycle.

    Third Fridays: the session before where that is a holiday, and the Saturday of old. VIX (Cboe's specification): the
    Wednesday 30 days before the next month's third Friday, or the day before where either is a holiday. Elsewhere the
    last week or the last Friday of a month, its third Wednesday, the Wednesday nearest the 15th.
    """
    if cycle is Cycle.THIRD_FRIDAY:
        friday = third_friday(expiry.year, expiry.month)
        return expiry in (friday, _session_until(friday), friday + dt.timedelta(days=1))
    if cycle is Cycle.VIX_WEDNESDAY:
        friday = third_friday(expiry.year + expiry.month // 12, expiry.month % 12 + 1)
        wednesday = friday - dt.timedelta(days=30)
        plain = is_session(friday) and is_session(wednesday)
        return expiry == (wednesday if plain else _session_until(wednesday - dt.timedelta(days=1)))
    in_last_week = (expiry + dt.timedelta(days=7)).month != expiry.month
    return {
        Cycle.LAST_WEEK: in_last_week,
        Cycle.LAST_FRIDAY: in_last_week and expiry.weekday() == 4,
        Cycle.THIRD_WEDNESDAY: expiry.weekday() == 2 and 15 <= expiry.day <= 21,
        Cycle.WEDNESDAY_15: expiry.weekday() == 2 and 12 <= expiry.day <= 18,
    }.get(cycle, False)
