"""Settlement instants, sessions of the New York Stock Exchange, and elapsed time; every hour here is written in UTC."""

from __future__ import annotations

import datetime as dt
import warnings

import exchange_calendars
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gex_xl.clock import (
    CLOSE,
    EARLY_CLOSE,
    instant,
    is_monthly,
    is_session,
    last_open,
    session_close,
    settlements,
    third_friday,
    valued_at,
    years,
)
from gex_xl.products import Cycle, product
from gex_xl.settings import Clock, ClockFrom

FIRST, LAST = dt.date(2005, 1, 1), dt.date(2026, 12, 31)


@pytest.fixture(scope="module")
def calendar() -> exchange_calendars.ExchangeCalendar:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that package's own use of pandas
        return exchange_calendars.get_calendar("XNYS", start=FIRST.isoformat(), end=LAST.isoformat())


@pytest.fixture(scope="module")
def sessions(calendar: exchange_calendars.ExchangeCalendar) -> set[dt.date]:
    """Trading days of the NYSE as the exchange_calendars package knows them."""
    return {session.date() for session in calendar.sessions}


def days() -> list[dt.date]:
    return [FIRST + dt.timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def utc(written: str) -> dt.datetime:
    return dt.datetime.fromisoformat(written).replace(tzinfo=dt.UTC)


# --- sessions


def test_sessions_of_22_years(sessions: set[dt.date]) -> None:
    assert len(sessions) > 5500
    assert {day for day in days() if is_session(day)} == sessions


def test_early_closes_of_22_years(calendar: exchange_calendars.ExchangeCalendar, sessions: set[dt.date]) -> None:
    early = {session.date() for session in calendar.early_closes}
    assert len(early) > 40
    assert {day for day in sessions if session_close(day) == EARLY_CLOSE} == early
    assert {session_close(day) for day in sessions - early} == {CLOSE}


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        # New York: 12:00 on a Friday, and the edges of its session
        ("2024-01-05 17:00", "2024-01-05 17:00"),
        ("2024-01-05 14:30", "2024-01-05 14:30"),
        ("2024-01-05 21:00", "2024-01-05 21:00"),
        ("2024-01-05 21:00:01", "2024-01-05 21:00"),
        ("2024-01-05 14:29:59", "2024-01-04 21:00"),
        ("2024-07-05 13:30", "2024-07-05 13:30"),  # daylight saving
        ("2024-07-05 20:00:01", "2024-07-05 20:00"),
        # the evening, which is the next day in UTC, and the early morning
        ("2024-01-06 01:42", "2024-01-05 21:00"),
        ("2024-01-08 12:00", "2024-01-05 21:00"),
        # weekends
        ("2024-01-06 17:00", "2024-01-05 21:00"),
        ("2024-01-07 15:52", "2024-01-05 21:00"),
        # over a change of clocks: Sunday in summer time, Friday's close in winter time, and back
        ("2024-03-10 16:00", "2024-03-08 21:00"),
        ("2024-11-03 16:00", "2024-11-01 20:00"),
        # holidays: Martin Luther King on a Monday, Good Friday, Juneteenth, two days of hurricane Sandy
        ("2024-01-15 17:00", "2024-01-12 21:00"),
        ("2024-03-29 16:00", "2024-03-28 20:00"),
        ("2024-06-19 16:00", "2024-06-18 20:00"),
        ("2012-10-30 16:00", "2012-10-26 20:00"),
        ("2025-01-09 17:00", "2025-01-08 21:00"),
        # the day after Thanksgiving closes at 13:00, as Christmas Eve does
        ("2024-11-29 17:00", "2024-11-29 17:00"),
        ("2024-11-29 18:30", "2024-11-29 18:00"),
        ("2024-11-30 18:30", "2024-11-29 18:00"),
        ("2024-12-25 15:00", "2024-12-24 18:00"),
    ],
)
def test_last_open(moment: str, expected: str) -> None:
    assert last_open(utc(moment)) == utc(expected)
    assert valued_at(utc(moment), ClockFrom.LAST_OPEN) == utc(expected)
    assert valued_at(utc(moment), ClockFrom.QUOTE) == utc(moment)


def test_the_zone_of_the_quote_does_not_matter() -> None:
    tokyo = dt.timezone(dt.timedelta(hours=9))
    assert last_open(dt.datetime(2024, 1, 6, 8, 0, tzinfo=tokyo)) == utc("2024-01-05 21:00")


@given(st.datetimes(dt.datetime(2005, 2, 1), dt.datetime(2026, 12, 30), timezones=st.just(dt.UTC)))
def test_last_open_is_open_and_nothing_later_was(moment: dt.datetime) -> None:
    start = last_open(moment)
    assert start <= moment
    assert is_session(start.date())
    assert dt.time(9, 30) <= start.time() <= dt.time(16)
    # Half an hour at a time, no instant up to the quote lies in a session.
    gap = start
    while (gap := gap.astimezone(dt.UTC) + dt.timedelta(minutes=30)) <= moment:
        assert last_open(gap) == start


# --- settlement


@pytest.mark.parametrize(
    ("root", "expiry", "expected"),
    [
        ("SPXW", "2024-01-19", "2024-01-19T21:00"),
        ("SPX", "2024-01-19", "2024-01-19T14:30"),
        ("SPXW", "2024-07-19", "2024-07-19T20:00"),
        ("SPX", "2024-07-19", "2024-07-19T13:30"),
        ("NDX", "2024-01-19", "2024-01-19T14:30"),
        ("RUT", "2024-01-19", "2024-01-19T14:30"),
        ("DJX", "2024-01-19", "2024-01-19T14:30"),
        ("VIX", "2024-01-17", "2024-01-17T14:30"),
        ("NDXP", "2024-01-19", "2024-01-19T21:00"),
        ("RUTW", "2024-01-19", "2024-01-19T21:00"),
        ("SPY", "2024-01-19", "2024-01-19T21:00"),
        ("", "2024-01-19", "2024-01-19T21:00"),
        # Standard contracts expired on the Saturday until February 2015.
        ("SPY", "2014-01-18", "2014-01-17T21:00"),
        ("SPX", "2014-01-18", "2014-01-17T14:30"),
        # That Friday was Good Friday.
        ("SPY", "2008-03-22", "2008-03-20T20:00"),
        ("SPY", "2025-04-18", "2025-04-17T20:00"),
        # days that close at 13:00; what settles at the open does so as ever
        ("SPXW", "2024-11-29", "2024-11-29T18:00"),
        ("SPY", "2024-07-03", "2024-07-03T17:00"),
        ("SPX", "2024-12-24", "2024-12-24T14:30"),
    ],
)
def test_settlement(root: str, expiry: str, expected: str) -> None:
    found = settlements([dt.date.fromisoformat(expiry)], [product(root)])
    assert found.astype("datetime64[m]").astype(str).tolist() == [expected]


def test_spx_and_spxw_of_one_third_friday_are_six_and_a_half_hours_apart() -> None:
    am, pm = settlements([dt.date(2024, 1, 19)] * 2, [product("SPX"), product("SPXW")])
    assert pm - am == np.timedelta64(390, "m")


# --- time to settlement


@pytest.mark.parametrize(
    ("start", "expiry", "hours"),
    [
        ("2024-01-05 21:00", "2024-01-08", 72),
        ("2024-03-08 21:00", "2024-03-11", 71),  # the night of 10 March has an hour less
        ("2024-11-01 20:00", "2024-11-04", 73),  # the night of 3 November has an hour more
        ("2024-01-05 20:30", "2024-01-05", 0.5),
        ("2024-01-05 21:00", "2025-01-06", 367 * 24),
        ("2024-01-08 21:00", "2024-01-05", -72),
    ],
)
def test_act365_is_elapsed_time(start: str, expiry: str, hours: float) -> None:
    settled = settlements([dt.date.fromisoformat(expiry)], [product("SPY")])
    assert years(utc(start), settled, Clock.ACT365).tolist() == pytest.approx([hours / (365 * 24)], rel=1e-15)


@pytest.mark.parametrize(
    ("start", "expiry", "weekdays"),
    [
        ("2024-01-05 21:00", "2024-01-08", 1),
        ("2024-01-05 21:00", "2024-01-19", 10),
        ("2024-01-05 15:00", "2024-01-05", 1),
        ("2024-01-06 01:42", "2024-01-19", 10),  # still Friday evening in New York
        ("2024-01-05 21:00", "2024-01-22", 11),  # weekdays: the holiday of 15 January counts
    ],
)
def test_business252_counts_weekdays(start: str, expiry: str, weekdays: int) -> None:
    settled = settlements([dt.date.fromisoformat(expiry)], [product("SPY")])
    assert years(utc(start), settled, Clock.BUSINESS252).tolist() == [weekdays / 252]


def test_instant_is_utc() -> None:
    new_york = dt.timezone(dt.timedelta(hours=-5))
    assert instant(dt.datetime(2024, 1, 5, 16, tzinfo=new_york)) == np.datetime64("2024-01-05T21:00:00")


# --- monthly expiries


@pytest.mark.parametrize(
    ("month", "day"), [("2024-01", 19), ("2024-02", 16), ("2024-03", 15), ("2025-08", 15), ("2025-11", 21)]
)
def test_third_friday(month: str, day: int) -> None:
    year, number = map(int, month.split("-"))
    assert third_friday(year, number) == dt.date(year, number, day)


@pytest.mark.parametrize(
    ("expiry", "monthly"),
    [
        ("2024-01-19", True),
        ("2024-01-12", False),
        ("2024-01-18", False),
        ("2024-01-26", False),
        ("2024-01-31", False),
        # the third Friday is a holiday: Good Friday of 2019, 2022 and 2025, Juneteenth of 2026
        ("2019-04-18", True),
        ("2022-04-14", True),
        ("2025-04-17", True),
        ("2026-06-18", True),
        # Saturdays, as standard contracts were dated until February 2015
        ("2014-01-18", True),
        ("2014-01-25", False),
        ("2008-03-22", True),
        ("2008-03-20", True),
    ],
)
def test_is_monthly(expiry: str, monthly: bool) -> None:
    assert is_monthly(dt.date.fromisoformat(expiry)) is monthly


# Expirations of VIX as Cboe lists them; the Good Friday of 2019 is 30 days after 20 March, so the day before.
VIX_2019 = "0116 0213 0319 0417 0522 0619 0717 0821 0918 1016 1120 1218"


def test_vix_expires_on_its_wednesdays() -> None:
    year = [dt.date(2019, 1, 1) + dt.timedelta(days=n) for n in range(365)]
    found = " ".join(f"{day:%m%d}" for day in year if is_monthly(day, Cycle.VIX_WEDNESDAY))
    assert found == VIX_2019


@pytest.mark.parametrize(
    ("cycle", "expiry", "monthly"),
    [
        (Cycle.LAST_WEEK, "2025-06-26", True),  # NIFTY, last Thursday of June 2025
        (Cycle.LAST_WEEK, "2025-06-19", False),
        (Cycle.LAST_WEEK, "2025-09-30", True),  # NIFTY, last Tuesday from September 2025 on
        (Cycle.LAST_FRIDAY, "2024-06-28", True),  # Deribit
        (Cycle.LAST_FRIDAY, "2024-06-27", False),
        (Cycle.LAST_FRIDAY, "2024-06-21", False),
        (Cycle.THIRD_WEDNESDAY, "2025-04-16", True),  # TAIEX options
        (Cycle.THIRD_WEDNESDAY, "2025-04-09", False),
        (Cycle.WEDNESDAY_15, "2025-06-18", True),  # Ibovespa
        (Cycle.WEDNESDAY_15, "2025-06-11", False),
        (Cycle.NONE, "2025-06-20", False),
    ],
)
def test_monthly_expiries_of_other_cycles(cycle: Cycle, expiry: str, monthly: bool) -> None:
    assert is_monthly(dt.date.fromisoformat(expiry), cycle) is monthly


# --- other markets


@pytest.mark.parametrize(
    ("root", "market", "moment", "expected"),
    [
        ("NIFTY", "", "2025-06-10 08:30", "2025-06-10 08:30"),  # 14:00 in Kolkata
        ("NIFTY", "", "2025-06-10 20:00", "2025-06-10 10:00"),  # after its 15:30
        ("NIFTY", "", "2025-06-15 08:30", "2025-06-13 10:00"),  # Sunday
        ("NIFTY", "", "2025-06-16 03:00", "2025-06-13 10:00"),  # Monday before 09:15
        ("HSI", "", "2024-04-24 03:00", "2024-04-24 03:00"),  # 11:00 in Hong Kong
        ("DAX", "", "2024-04-24 20:00", "2024-04-24 15:30"),  # after 17:30 in Frankfurt
        ("BTC", "Deribit", "2024-04-27 03:00", "2024-04-27 03:00"),  # never closes
        ("ES", "", "2024-04-23 22:30", "2024-04-23 22:30"),  # 18:30 in New York
        ("ES", "", "2024-04-23 21:30", "2024-04-23 21:00"),  # the hour's break
        ("ES", "", "2024-04-26 22:30", "2024-04-26 21:00"),  # Friday evening
        ("ES", "", "2024-04-28 12:00", "2024-04-26 21:00"),  # Sunday morning
        ("ES", "", "2024-04-28 23:00", "2024-04-28 23:00"),  # Sunday evening
    ],
)
def test_last_open_of_other_markets(root: str, market: str, moment: str, expected: str) -> None:
    assert last_open(utc(moment), product(root, market)) == utc(expected)


@pytest.mark.parametrize(
    ("root", "market", "expiry", "expected"),
    [
        ("NIFTY", "", "2025-06-12", "2025-06-12T10:00"),
        ("SENSEX", "", "2025-06-12", "2025-06-12T10:00"),
        ("BTC", "Deribit", "2024-06-22", "2024-06-22T08:00"),
        ("BTC", "Delta Exchange", "2024-06-22", "2024-06-22T12:00"),
        ("HSI", "", "2024-04-29", "2024-04-29T08:00"),
        ("DAX", "", "2024-06-21", "2024-06-21T11:00"),
        ("ESTX50", "", "2024-06-21", "2024-06-21T10:00"),
        ("ES", "", "2023-12-15", "2023-12-15T14:30"),  # quarterly: the opening quotation
        ("ES", "", "2023-11-17", "2023-11-17T21:00"),
        ("TXO", "", "2025-04-16", "2025-04-16T05:30"),
    ],
)
def test_settlement_of_other_markets(root: str, market: str, expiry: str, expected: str) -> None:
    found = settlements([dt.date.fromisoformat(expiry)], [product(root, market)])
    assert found.astype("datetime64[m]").astype(str).tolist() == [expected]


def test_every_month_has_one_monthly_session(sessions: set[dt.date]) -> None:
    monthly = [day for day in days() if day in sessions and is_monthly(day)]
    assert len({(day.year, day.month) for day in monthly}) == len(monthly) == 12 * 22
