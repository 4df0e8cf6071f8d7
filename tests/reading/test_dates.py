"""Quote times and expiries in the spellings of many feeds, people and languages."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gex_xl.clock import in_words
from gex_xl.errors import BadInput
from gex_xl.functions.arguments import moment as moment_of
from gex_xl.reading.dates import expiry_date, expiry_dates, from_serial, quote_time

NEW_YORK = ZoneInfo("America/New_York")


def moment(written: str) -> dt.datetime:
    return dt.datetime.fromisoformat(written)


# What is written, and the moment with its offset from UTC.
SPELLINGS: list[tuple[str, str]] = [
    # English, as CBOE writes it in several vintages
    ("January 7, 2024 at 10:52 AM EST", "2024-01-07 10:52-05:00"),
    ("Date: January 7, 2024 at 10:52 AM EST", "2024-01-07 10:52-05:00"),
    ("February 5 2022, 8:09 PM EST", "2022-02-05 20:09-05:00"),
    ("September 14, 2023 at 4:31 PM EDT", "2023-09-14 16:31-04:00"),
    ("August 4, 2025 at 5:28 p.m. EDT", "2025-08-04 17:28-04:00"),
    ("August 4, 2025, 5:28 a.m. EDT", "2025-08-04 05:28-04:00"),
    ("Jun 22 2020 @ 20:42 ET", "2020-06-22 20:42-04:00"),
    ("Jan 22 2020 @ 20:42 ET", "2020-01-22 20:42-05:00"),
    # places of the tz database
    ("2024-01-08 16:30 Europe/Berlin", "2024-01-08 16:30+01:00"),
    ("2024-07-08 16:30 (Europe/Berlin)", "2024-07-08 16:30+02:00"),
    ("2024-01-08 11:30 America/Argentina/Buenos_Aires", "2024-01-08 11:30-03:00"),
    ("2024-01-08 16:30 bid/ask 1.5", "2024-01-08 16:30-05:00"),
    # words of clocks before the zone
    ("8. Januar 2024, 16.30 Uhr MEZ", "2024-01-08 16:30+01:00"),
    ("8 de enero de 2024, 10:30 horas", "2024-01-08 10:30-05:00"),
    ("8 januari 2024, 16:30 uur (CET)", "2024-01-08 16:30+01:00"),
    ("8 января 2024 г., 18:30 МСК", "2024-01-08 18:30+03:00"),
    ("Mon, 4 Aug 2025 17:28:31 GMT", "2025-08-04 17:28:31+00:00"),
    ("Aug 4th, 2025 12:05 AM ET", "2025-08-04 00:05-04:00"),
    ("Aug 4, 2025 12:05 PM ET", "2025-08-04 12:05-04:00"),
    ("4 August 2025 at 17:28:09 GMT-4", "2025-08-04 17:28:09-04:00"),
    ("4 August 2025 at 17:28 GMT−4", "2025-08-04 17:28-04:00"),
    ("4 August 2025 at 17:28 GMT-04:00", "2025-08-04 17:28-04:00"),
    ("10:52 AM EST on January 7, 2024", "2024-01-07 10:52-05:00"),
    ("May 5, 2025 at 3:15 PM Eastern Daylight Time", "2025-05-05 15:15-04:00"),
    ("May 5, 2025 at 3:15 PM (Eastern Time)", "2025-05-05 15:15-04:00"),
    ("May 5, 2025 at 3:15 PM Pacific time", "2025-05-05 15:15-07:00"),
    ("May 5, 2025 at 3:15 PM Coordinated Universal Time", "2025-05-05 15:15+00:00"),
    ("May 5, 2025 at 3:15 PM CDT", "2025-05-05 15:15-05:00"),
    ("May 5, 2025 at 3:15 PM", "2025-05-05 15:15-04:00"),
    ("December 5, 2025 at 3:15 PM", "2025-12-05 15:15-05:00"),
    ("January 7, 2024 at 5 PM EST", "2024-01-07 17:00-05:00"),
    ("January 7, 2024 at 5\u202fPM EST", "2024-01-07 17:00-05:00"),
    ("July 7, 2025, Bid: 46.23, 10:52 AM EDT", "2025-07-07 10:52-04:00"),
    ("07-Jan-2024 10:52", "2024-01-07 10:52-05:00"),
    # offsets and zones
    ("2025-08-04 17:28", "2025-08-04 17:28-04:00"),
    ("2025-08-04T17:28:09", "2025-08-04 17:28:09-04:00"),
    ("2025-08-04T17:28:09Z", "2025-08-04 17:28:09+00:00"),
    ("2025-08-04T17:28:09.123456+00:00", "2025-08-04 17:28:09+00:00"),
    ("2025-08-04 17:28-04:00", "2025-08-04 17:28-04:00"),
    ("2025-08-04 17:28 -0400", "2025-08-04 17:28-04:00"),
    ("2025-08-04 17:28 UTC", "2025-08-04 17:28+00:00"),
    ("2025-08-04 17:28 UTC−5", "2025-08-04 17:28-05:00"),
    ("2025-08-04 17:28 UTC-5", "2025-08-04 17:28-05:00"),
    ("2025-08-04 17:28 (UTC+2)", "2025-08-04 17:28+02:00"),
    ("2025-08-04 17:28 UTC+5:30", "2025-08-04 17:28+05:30"),
    ("2025-01-04 17:28 CET", "2025-01-04 17:28+01:00"),
    ("2025-08-04 17:28 CEST", "2025-08-04 17:28+02:00"),
    ("2025/08/04 17:28 ET", "2025-08-04 17:28-04:00"),
    # numeric, month first unless that is no date
    ("08/04/2025 17:28", "2025-08-04 17:28-04:00"),
    ("8/4/25 5:28 PM", "2025-08-04 17:28-04:00"),
    ("14/08/2025 17:28", "2025-08-14 17:28-04:00"),
    ("14.08.2025 17:28 GMT-4", "2025-08-14 17:28-04:00"),
    ("14-08-2025 17:28", "2025-08-14 17:28-04:00"),
    # German
    ("Datum: 4. August 2025 um 23:28 MESZ", "2025-08-04 23:28+02:00"),
    ("4. März 2025 um 17:28 Uhr", "2025-03-04 17:28-05:00"),
    ("4. März 2025 um 17:28 Uhr GMT-5", "2025-03-04 17:28-05:00"),
    ("Freitag, 5. Dezember 2025, 16:00 Uhr EST", "2025-12-05 16:00-05:00"),
    ("15. Januar 2025 um 16:59 GMT-5", "2025-01-15 16:59-05:00"),
    ("15. Januar 2025, 17.28 Uhr", "2025-01-15 17:28-05:00"),
    # French
    ("4 août 2025 à 17:28 UTC−4", "2025-08-04 17:28-04:00"),
    ("4 août 2025 à 17h28 HAE", "2025-08-04 17:28-04:00"),
    ("1er février 2025 à 10:05 UTC-5", "2025-02-01 10:05-05:00"),
    ("le 12 décembre 2025 à 17 h 28", "2025-12-12 17:28-05:00"),
    ("3 juin 2025 à 10:00 HAE", "2025-06-03 10:00-04:00"),
    ("3 juillet 2025 à 10:00 HAE", "2025-07-03 10:00-04:00"),
    # Spanish
    ("4 de agosto de 2025, 17:28 GMT-4", "2025-08-04 17:28-04:00"),
    ("7 de enero de 2024, 10:52 GMT-5", "2024-01-07 10:52-05:00"),
    ("5 de marzo del 2025 a las 10:52 a. m. GMT-5", "2025-03-05 10:52-05:00"),
    ("5 de marzo de 2025, 4:15 p. m. EST", "2025-03-05 16:15-05:00"),
    # Italian
    ("4 agosto 2025 alle ore 17:28 GMT-4", "2025-08-04 17:28-04:00"),
    ("7 gennaio 2025 alle 17:28 GMT-5", "2025-01-07 17:28-05:00"),
    ("9 maggio 2025 alle 17:28 GMT-4", "2025-05-09 17:28-04:00"),
    ("9 luglio 2025 alle 17:28 GMT-4", "2025-07-09 17:28-04:00"),
    # Portuguese
    ("4 de agosto de 2025 às 17:28 GMT-4", "2025-08-04 17:28-04:00"),
    ("5 de fevereiro de 2022 às 20h09 GMT-5", "2022-02-05 20:09-05:00"),
    ("5 de março de 2025 às 10:09 GMT-5", "2025-03-05 10:09-05:00"),
    ("5 de outubro de 2025 às 10:09 GMT-4", "2025-10-05 10:09-04:00"),
    ("5 de maio de 2025 às 10:09 GMT-4", "2025-05-05 10:09-04:00"),
    # Dutch
    ("4 augustus 2025 om 17:28 GMT-4", "2025-08-04 17:28-04:00"),
    ("4 maart 2025 om 17:28 GMT-5", "2025-03-04 17:28-05:00"),
    ("4 mei 2025 om 17:28 GMT-4", "2025-05-04 17:28-04:00"),
    # Polish
    ("4 sierpnia 2025 o 17:28 GMT-4", "2025-08-04 17:28-04:00"),
    ("7 stycznia 2025 17:28 GMT-5", "2025-01-07 17:28-05:00"),
    ("7 września 2025, 17:28 GMT-4", "2025-09-07 17:28-04:00"),
    ("7 października 2025, 17:28 GMT-4", "2025-10-07 17:28-04:00"),
    ("7 maja 2025, 17:28 GMT-4", "2025-05-07 17:28-04:00"),
    # Russian
    ("4 августа 2025 г. в 17:28 GMT-4", "2025-08-04 17:28-04:00"),
    ("7 мая 2025 г., 17:28 GMT-4", "2025-05-07 17:28-04:00"),
    ("7 марта 2025 г., 17:28 GMT-5", "2025-03-07 17:28-05:00"),
    ("7 июня 2025 г., 17:28 GMT-4", "2025-06-07 17:28-04:00"),
    ("7 января 2025 г., 17:28 GMT-5", "2025-01-07 17:28-05:00"),
    # Chinese and Japanese
    ("2025年8月4日 17:28 GMT-4", "2025-08-04 17:28-04:00"),
    ("2025年8月4日 GMT-4 17:28", "2025-08-04 17:28-04:00"),
    ("日期：2025年12月5日 16:15 EST", "2025-12-05 16:15-05:00"),
    ("2025年8月4日 下午5:28 GMT-4", "2025-08-04 17:28-04:00"),
    ("2025年8月4日 上午10:28 GMT-4", "2025-08-04 10:28-04:00"),
    ("2025年8月4日 17時28分", "2025-08-04 17:28-04:00"),
    ("2025年8月4日 午後5時28分 GMT-4", "2025-08-04 17:28-04:00"),
    ("2025年8月4日 17时28分09秒 GMT-4", "2025-08-04 17:28-04:00"),
    # Korean
    ("2025년 8월 4일 오후 5:28 GMT-4", "2025-08-04 17:28-04:00"),
    ("2025년 8월 4일 오전 10시 28분 GMT-4", "2025-08-04 10:28-04:00"),
    # Danish and Finnish
    ("4. august 2025 kl. 17.28 GMT-4", "2025-08-04 17:28-04:00"),
    ("4. elokuuta 2025 klo 17.28 GMT-4", "2025-08-04 17:28-04:00"),
]


@pytest.mark.parametrize(("written", "expected"), SPELLINGS, ids=[s[0] for s in SPELLINGS])
def test_quote_time(written: str, expected: str) -> None:
    assert quote_time(written) == (moment(expected), True)


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "tr", "fi", "sv"])
def test_every_month_of_a_language(language: str) -> None:
    read = [quote_time(f"4. {name} 2025 10:00 GMT-4") for name in MONTHS[language].split()]
    assert read == [(moment(f"2025-{month:02d}-04 10:00-04:00"), True) for month in range(1, 13)]


# As they stand in a date: the genitive in Polish and Russian.
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "tr": "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
    "fi": "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta "
    "marraskuuta joulukuuta",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
}


@pytest.mark.parametrize(
    ("cell", "expected", "timed"),
    [
        (dt.datetime(2025, 8, 4, 17, 28), "2025-08-04 17:28-04:00", True),
        (dt.datetime(2025, 8, 4, 17, 28, tzinfo=dt.UTC), "2025-08-04 17:28+00:00", True),
        (dt.datetime(2025, 8, 4, 17, 28, tzinfo=ZoneInfo("Europe/Berlin")), "2025-08-04 17:28+02:00", True),
        (dt.date(2025, 8, 4), "2025-08-04 16:00-04:00", False),
        (dt.datetime(2025, 8, 4), "2025-08-04 16:00-04:00", False),  # how a worksheet hands over a date
        (dt.datetime(2025, 8, 4, tzinfo=dt.UTC), "2025-08-04 00:00+00:00", True),
        (45299, "2024-01-08 16:00-05:00", False),
        (45299.0, "2024-01-08 16:00-05:00", False),
        (45299.4375, "2024-01-08 10:30-05:00", True),
        (20240108, "2024-01-08 16:00-05:00", False),
        (1704727800, "2024-01-08 15:30+00:00", True),
        (1704727800000, "2024-01-08 15:30+00:00", True),
        (1704727800000.0, "2024-01-08 15:30+00:00", True),
        ("2024-01-08", "2024-01-08 16:00-05:00", False),
        ("January 8, 2024", "2024-01-08 16:00-05:00", False),
        ("January 8, 2024, Bid: 46.23, Size: 2*3", "2024-01-08 16:00-05:00", False),
    ],
    ids=str,
)  # fmt: skip
def test_quote_time_of_other_cells_and_without_a_clock(cell: object, expected: str, timed: bool) -> None:
    assert quote_time(cell) == (moment(expected), timed)


@pytest.mark.parametrize(
    "cell",
    ["1900-01-01", "January 7, 1024", dt.datetime.min, dt.datetime.max, dt.date(1900, 1, 1), dt.datetime(1899, 12, 31),
     "", "S&P 500 INDEX", "Last: 4697.24", "4697.24", "Volume: 265,377,359", "10:52 AM EST", 4697.24, 0, -1, True,
     None, "February 31, 2024", "2024-13-45", "13/13/2024", "may", "marketing 5 of 2024"],
    ids=repr,
)  # fmt: skip
def test_no_date(cell: object) -> None:
    assert quote_time(cell) is None


@pytest.mark.parametrize("zone", ["XYZT", "BRT", "QQQ", "mars/olympus"])
def test_unknown_zone(zone: str) -> None:
    with pytest.raises(BadInput) as error:
        quote_time(f"January 7, 2024 at 10:52 AM {zone}")
    assert str(error.value).startswith(f"quote time: the time zone {zone} in")
    assert "give as_of with an offset" in str(error.value)


@pytest.mark.parametrize("offset", ["UTC+99", "+24:00", "GMT-15"])
def test_no_such_offset(offset: str) -> None:
    with pytest.raises(BadInput, match="give as_of with an offset"):
        quote_time(f"2024-01-07 10:52 {offset}")


def test_unknown_zone_in_words() -> None:
    with pytest.raises(BadInput, match="the time zone central european time in"):
        quote_time("January 7, 2024 at 10:52 AM Central European Time")


@pytest.mark.parametrize(
    ("written", "month_first", "day_first"),
    [
        ("04/08/2025 10:00 GMT-4", "2025-04-08", "2025-08-04"),
        ("04.08.2025 10:00 GMT-4", "2025-04-08", "2025-08-04"),
        ("14/08/2025 10:00 GMT-4", "2025-08-14", "2025-08-14"),
        ("2025-08-04 10:00 GMT-4", "2025-08-04", "2025-08-04"),
    ],
)
def test_day_first(written: str, month_first: str, day_first: str) -> None:
    assert quote_time(written) == (moment(f"{month_first} 10:00-04:00"), True)
    assert quote_time(written, day_first=True) == (moment(f"{day_first} 10:00-04:00"), True)


@pytest.mark.parametrize(
    "cell",
    ["Fri Jan 19 2024", "01/19/2024", "1/19/24", "19/01/2024", "19.01.2024", "2024-01-19", "2024/01/19", "20240119",
     20240119, 20240119.0, 45310, 45310.0, "45310", dt.date(2024, 1, 19), dt.datetime(2024, 1, 19, 16),
     "Jan19'24", "JAN 19 '24",
     "19 JAN 24", "19-Jan-2024", "January 19, 2024", "Jan 19, 2024", "19. Januar 2024", "2024-01-19T00:00:00",
     "2024-01-19 00:00:00", "2024年1月19日"],
    ids=repr,
)  # fmt: skip
def test_expiry(cell: object) -> None:
    assert expiry_date(cell) == dt.date(2024, 1, 19)


@pytest.mark.parametrize(
    "cell",
    ["", None, "weekly", 5, 99999, True, "2024-02-30", "SPY", dt.date.min, dt.datetime.max, "1024-01-19", "9999-12-31"],
    ids=repr,
)
def test_no_expiry(cell: object) -> None:
    assert expiry_date(cell) is None


def test_words_that_hold_a_month_and_clocks_that_are_none() -> None:
    assert quote_time("Landmark 7 January 2024 10:52 EST") == (moment("2024-01-07 10:52-05:00"), True)
    assert quote_time("2024-01-05 25:61 or 10:30 EST") == (moment("2024-01-05 10:30-05:00"), True)
    assert quote_time("2024-01-05 10:30", zone=dt.UTC) == (moment("2024-01-05 10:30+00:00"), True)


@pytest.mark.parametrize("written", ["2024-01-05 25:61", "2024-01-05 24:00", "Jan 5 2024, 10:60", "2024-01-05 25 pm"])
def test_what_is_no_time_of_day_is_refused_and_not_taken_as_the_close(written: str) -> None:
    with pytest.raises(BadInput, match="is no time of day; expected 00:00 to 23:59"):
        quote_time(written)
    with pytest.raises(BadInput, match="as_of: .* is no time of day"):
        moment_of(written)


def test_a_column_of_expiries_is_read_in_one_order() -> None:
    assert expiry_dates(["05/04/2024", "19/04/2024"], day_first=True) == [dt.date(2024, 4, 5), dt.date(2024, 4, 19)]
    assert expiry_dates(["05/04/2024", "04/19/2024"]) == [dt.date(2024, 5, 4), dt.date(2024, 4, 19)]


@pytest.mark.parametrize(
    ("serial", "expected"),
    [
        (45299, dt.datetime(2024, 1, 8)),
        (45299.5, dt.datetime(2024, 1, 8, 12)),
        (45299.4375, dt.datetime(2024, 1, 8, 10, 30)),
        (61, dt.datetime(1900, 3, 1)),
    ],
)
def test_serial(serial: float, expected: dt.datetime) -> None:
    assert from_serial(serial) == expected


def test_in_words_is_new_york_time_with_its_zone() -> None:
    assert in_words(dt.datetime(2024, 1, 5, 21, tzinfo=dt.UTC)) == "2024-01-05 16:00 EST"
    assert in_words(dt.datetime(2024, 7, 5, 20, tzinfo=dt.UTC)) == "2024-07-05 16:00 EDT"


MINUTES = st.datetimes(dt.datetime(2005, 1, 1), dt.datetime(2037, 12, 31)).map(
    lambda when: when.replace(second=0, microsecond=0, tzinfo=dt.timezone(dt.timedelta(hours=-5)))
)


@given(MINUTES, st.sampled_from(sorted(MONTHS)))
def test_moments_go_round_through_text(when: dt.datetime, language: str) -> None:
    month = MONTHS[language].split()[when.month - 1]
    clock = f"{when.hour}:{when:%M}"
    for written in (
        f"Date: {month} {when.day}, {when.year} at {when:%I:%M %p} EST",
        f"{month} {when.day} {when.year} at {clock} EST, Bid: 10.25, Size: 1*1",
        f"{when.day}. {month} {when.year}, {clock} GMT-5",
        f"{when.day} de {month} de {when.year}, {when.hour}:{when:%M} UTC−5",
        f"{when.year}年{when.month}月{when.day}日 GMT-5 {clock}",
        f"{clock} EST, {when.day} {month} {when.year}",
        when.isoformat(),
    ):
        assert quote_time(written) == (when, True), written
    assert quote_time(f"{when.day}/{when.month}/{when.year} {clock} EST", day_first=True) == (when, True)
    assert quote_time(f"{when.month}/{when.day}/{when.year} {clock} EST") == (when, True)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)))
def test_expiries_go_round(day: dt.date) -> None:
    serial = (day - dt.date(1899, 12, 30)).days
    for cell in (day, serial, float(serial), str(serial), f"{day:%Y%m%d}", int(f"{day:%Y%m%d}"), f"{day:%m/%d/%Y}",
                 f"{day:%a %b %d %Y}", f"{day:%d %b %y}".upper(), day.isoformat(), f"{day}T00:00:00"):  # fmt: skip
        assert expiry_date(cell) == day, cell
