"""Dates and quote times in the many ways in which exports and people write them.

A date is a `datetime.date`. A quote time is an aware datetime; a time without a zone is New York's.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from gex_xl.clock import NEW_YORK
from gex_xl.errors import BadInput
from gex_xl.reading.values import number, shown, text

_EXCEL_EPOCH = dt.datetime(1899, 12, 30)  # serials carry no zone

# The first letters that tell a month apart in the main European languages, accents removed.
_MONTHS: list[tuple[int, str]] = [
    (1, r"jan|ene|gen|янв|sty|led|ocak|tammi"),
    (2, r"feb|fev|фев|lut|uno|sub|helmi"),
    (3, r"mar(?!ras)|maa|mrt|мар|brez"),
    (4, r"apr|avr|abr|апр|kwi|dub|nisan|huhti"),
    (5, r"may|mai|mag|maj|mei|май|мая|kve|touko"),
    (6, r"jun|juin|giu|июн|cze|haziran|kesa"),
    (7, r"jul|juil|lug|июл|lip|temmuz|heina"),
    (8, r"aug|aou|ago|авг|sie|srp|agustos|elo"),
    (9, r"sep|set|сен|wrz|zar|eylul|syys"),
    (10, r"oct|okt|ott|out|окт|paz|rij|ekim|loka"),
    (11, r"nov|ноя|lis|kasim|marras"),
    (12, r"dec|dez|dic|дек|gru|pro|aralik|joulu"),
]  # fmt: skip
_MONTH = re.compile("|".join(f"(?P<m{n}>{stems})" for n, stems in _MONTHS))

# Offsets in hours; the names that follow daylight saving are zones.
_ZONES: dict[str, float | ZoneInfo] = {
    "et": NEW_YORK, "est": -5, "edt": -4, "ct": ZoneInfo("America/Chicago"), "cst": -6, "cdt": -5,
    "mt": ZoneInfo("America/Denver"), "mst": -7, "mdt": -6, "pt": ZoneInfo("America/Los_Angeles"), "pst": -8,
    "pdt": -7, "akst": -9, "akdt": -8, "hst": -10, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 1, "bst": 1,
    "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "eet": 2, "eest": 3, "msk": 3, "мск": 3, "hne": -5, "hae": -4, "jst": 9,
    "sgt": 8, "hkt": 8, "aest": 10, "aedt": 11,
}  # fmt: skip

_TIME = re.compile(
    r"(?P<before>[上下]午|午[前後]|오[전후]|\bklo?\b\.?)?\s?(?<!\d)(?P<h>\d{1,2})"
    r"(?:(?P<sep>\s?h\s?|[:.時时]|시\s?)(?P<m>\d{2})[分분]?(?::(?P<s>\d{2})(?:\.\d+)?)?(?!\d)|(?=\s*[ap]\.?\s?m\b))"
    r"(?:\s*(?P<ampm>[ap])\.?\s?m\b\.?)?"
)
_NOON_BEFORE = {"上午": "a", "午前": "a", "오전": "a", "下午": "p", "午後": "p", "오후": "p"}
_SHIFT = r"\s*(?P<sign>[+-])(?P<oh>\d{1,2}):?(?P<om>\d{2})?(?!\d)"
# "16:30 Uhr", "10:30 horas": a zone may stand behind it.
_OF_CLOCKS = re.compile(r"\s*(?:uhr|hrs?|hs|h|heures?|hod|horas?|ora|ore|uur)\b\.?")
# Words that may follow a clock; any other at the end of it can only be a zone.
_NO_ZONES = frozenset(
    {"am", "at", "day", "de", "del", "den", "dia", "du", "el", "h", "hod", "hrs", "il", "in", "le", "of", "on", "ora",
     "ore", "the", "uhr", "um"}
)  # fmt: skip
_ZONE = re.compile(rf"[\s(]*(?:(?:utc|gmt)?{_SHIFT}|(?P<name>[a-z]{{1,5}}|мск)\b)")
_PLACE = re.compile(r"[\s(\[]*([a-z]+(?:/[a-z_+\-\d]+)+)")  # of the tz database: America/Chicago
_ZONE_IN_WORDS = re.compile(r"[\s(]*([a-z][a-z ]*?)(?: (?:standard|daylight|summer))? time\b")
_REGIONS = {"eastern": "et", "us eastern": "et", "new york": "et", "central": "ct", "mountain": "mt", "pacific": "pt",
            "coordinated universal": "utc", "greenwich mean": "gmt"}  # fmt: skip
_OFFSET = re.compile(rf"(?:utc|gmt){_SHIFT}(?P<name>)?")
_ISO = re.compile(r"(?<!\d)(\d{4})\s?[-/.年년]\s?(\d{1,2})\s?[-/.月월]\s?(\d{1,2})(?!\d)")
#: 19/01/2024, 1-19-24, 19. 01. 2024: two numbers with their separator between them, and the year.
NUMERIC_DATE = re.compile(r"(?<!\d)(\d{1,2})([/.-])\s?(\d{1,2})[/.-]\s?(\d{4}|\d{2})(?!\d)")
LONGEST = 500  # of a line that is searched for a date
#: /Date(1740589200000+0530)/: milliseconds in UTC, and the offset of the day that is meant.
_OF_DOTNET = re.compile(r"/Date\((\d{12,13})(?:([+-]\d{2})(\d{2}))?\)/")
_COMPACT = re.compile(r"(?<!\d)(20\d{2})(\d{2})(\d{2})(?!\d(?!\d{5}(?!\d)))")
#: Behind it a clock without marks: 20250731 143236, 20250731T143236, 20250731143236.
_COMPACT_CLOCK = re.compile(r"[t\s_-]?(\d{2})(\d{2})(\d{2})(?!\d)")


def _plain(cell: object) -> str:
    written = text(cell)[:LONGEST].lower().replace("−", "-").replace("ı", "i")
    folded = unicodedata.normalize("NFKD", written).replace("и\u0306", "й")
    return unicodedata.normalize("NFC", "".join(c for c in folded if not unicodedata.combining(c)))


def from_serial(serial: float) -> dt.datetime:
    """An Excel serial (days since 1899-12-30) as a naive datetime, to the second."""
    return _EXCEL_EPOCH + dt.timedelta(seconds=round(serial * 86_400))


def from_epoch(count: float) -> dt.datetime | None:
    """Seconds, milliseconds, microseconds or nanoseconds since 1970 in UTC, told by their size; None for any other."""
    for unit in (1.0, 1e3, 1e6, 1e9):
        if 6e8 * unit <= count < 4.2e9 * unit:  # 1989 to 2103
            return dt.datetime.fromtimestamp(count / unit, dt.UTC)
    return None


def _named_month(words: str) -> tuple[dt.date, tuple[int, int]] | None:
    for found in _MONTH.finditer(words):
        if found.start() and words[found.start() - 1].isalpha():
            continue
        month = int((found.lastgroup or "m0")[1:])
        end = re.compile(r"[^\W\d_]*\.?").match(words, found.end())
        tail_at = end.end() if end else found.end()
        before = re.search(
            r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|\.|º|°)?[\s\-/]*(?:de\s+|of\s+)?$", words[: found.start()]
        )
        after = re.match(r"[\s\-]*(\d{1,2})(?:st|nd|rd|th)?(?![\d:])", words[tail_at:])
        if before:
            day, year = (
                before[1],
                re.match(r"[\s,\-/.]*(?:de\s+|del\s+)?['’]?(\d{4}|\d{2})(?![\d:])", words[tail_at:]),
            )
        elif after:
            day = after[1]
            year = re.match(r"[\s,\-]*['’]?(\d{4}|\d{2})(?![\d:])", words[tail_at + after.end() :])
            tail_at += after.end()
        else:
            continue
        if year:
            date = _date(int(year[1]), month, int(day))
            if date:
                start = before.start() if before else found.start()
                return date, (start, tail_at + year.end())
    return None


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return in_range(dt.date(year + 2000 if year < 100 else year, month, day))
    except ValueError:
        return None


def in_range(day: dt.date) -> dt.date | None:
    """The day, or None for what no chain holds, such as the year 1900 of a cell formatted as a time of day."""
    return day if 1990 <= day.year <= 2100 else None


def _find_date(words: str, *, day_first: bool = False) -> tuple[dt.date, tuple[int, int]] | None:
    iso = _ISO.search(words)
    if iso and (date := _date(*map(int, iso.groups()))):
        return date, iso.span()
    named = _named_month(words)
    if named:
        return named
    numeric = NUMERIC_DATE.search(words)
    if numeric:
        first, second, year = int(numeric[1]), int(numeric[3]), int(numeric[4])
        month, day = (second, first) if (day_first or first > 12) else (first, second)
        if date := _date(year, month, day):
            return date, numeric.span()
    compact = _COMPACT.search(words)
    if compact and (date := _date(*map(int, compact.groups()))):
        return date, compact.span()
    return None


def expiry_date(cell: object, *, day_first: bool = False) -> dt.date | None:
    """An expiry as a date: a datetime, an Excel serial, or text (mm/dd/yyyy unless the day is above 12)."""
    if isinstance(cell, dt.date):
        return in_range(cell.date() if isinstance(cell, dt.datetime) else cell)
    if isinstance(cell, str) and (value := number(cell)) is not None:
        cell = value
    elif isinstance(cell, str) and (of := _OF_DOTNET.match(cell)):
        cell = int(of[1]) + 60_000 * (60 * int(of[2] or 0) + int(f"{(of[2] or '+')[0]}{of[3] or 0}"))
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        # Serials of 1990-2100, and 20240119 as OptionMetrics writes it.
        if 32874 <= cell < 73051:
            return from_serial(cell).date()
        if moment := from_epoch(cell):
            return in_range(moment.date())
        cell = int(cell) if abs(cell) < 1e15 and float(cell).is_integer() else cell
    found = _find_date(_plain(cell), day_first=day_first)
    return found[0] if found else None


def expiry_dates(cells: Sequence[object], *, day_first: bool = False) -> list[dt.date | None]:
    """A column of expiries."""
    read: dict[object, dt.date | None] = {}
    for cell in cells:
        if cell not in read:
            read[cell] = expiry_date(cell, day_first=day_first)
    return [read[cell] for cell in cells]


def quote_time(
    cell: object, *, source: str = "quote time", day_first: bool = False, zone: dt.tzinfo = NEW_YORK
) -> tuple[dt.datetime, bool] | None:
    """A quote time as an aware datetime, and whether the cell names a clock time (else 16:00 is taken).

    `zone` is that of a time that names none. None where the cell holds no date. Raises BadInput for a time zone
    that is not known, and for what is no time of day, such as 24:00.
    """
    if isinstance(cell, dt.date):
        return _of_date(cell, zone) if in_range(cell) else None
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        if 32874 <= cell < 73051:
            return _of_date(from_serial(cell), zone)
        if (moment := from_epoch(cell)) is not None:
            return moment, True
    words = _plain(cell)
    found = _find_date(words, day_first=day_first)
    if not found:
        return None
    date, (start, end) = found
    wrong = ""
    if words[start:end].isdigit() and (compact := _COMPACT_CLOCK.match(words, end)):
        rest, (hour, minute, second) = words[compact.end() :], map(int, compact.groups())
        if hour < 24 and minute < 60 and second < 60:
            time_of_day = dt.time(hour, minute, second)
            return dt.datetime.combine(date, time_of_day, _zone(rest, words, cell, source) or zone), True
        wrong = compact[0].strip()
    # The clock may stand before the date ("10:52 on 7 January") or after it.
    for part in (words[end:], words[:start]):
        for clock in _TIME.finditer(part):
            rest = part[clock.end() :]
            time = _clock(clock, rest)
            if isinstance(time, dt.time):
                return dt.datetime.combine(date, time, _zone(rest, words, cell, source) or zone), True
            wrong = wrong or time
    if wrong:
        raise BadInput(f'{source}: "{wrong}" in "{shown(cell)}" is no time of day; expected 00:00 to 23:59')
    return _of_date(date, zone)


def _of_date(day: dt.date, zone: dt.tzinfo) -> tuple[dt.datetime, bool]:
    """A date, or a moment as a worksheet holds it: midnight is how it hands over a date, and 16:00 is taken."""
    if not isinstance(day, dt.datetime):
        return dt.datetime.combine(day, dt.time(16), zone), False
    if day.tzinfo is None and day.time() == dt.time(0):
        return day.replace(hour=16, tzinfo=zone), False
    return day if day.tzinfo else day.replace(tzinfo=zone), True


def _clock(found: re.Match[str], rest: str) -> dt.time | str:
    """A time of day, what stands for one and is none, or "" for what is a price."""
    half = found["ampm"] or _NOON_BEFORE.get(found["before"] or "")
    # "17.28" is a clock in Germany, and a price in the same line of a feed.
    if found["sep"] == "." and not (half or found["before"] or found["s"] or rest.lstrip().startswith("uhr")):
        return ""
    hour, minute, second = int(found["h"]), int(found["m"] or 0), int(found["s"] or 0)
    if hour > 23 or minute > 59 or second > 59:
        return found[0].strip()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return dt.time(hour, minute, second)


def _zone(rest: str, words: str, cell: object, source: str) -> dt.tzinfo | None:
    """The zone behind a clock, or an offset anywhere in the words; None where there is neither."""
    if of_clock := _OF_CLOCKS.match(rest):
        rest = rest[of_clock.end() :]
    spelt = _ZONE_IN_WORDS.match(rest)
    if spelt:
        if spelt[1] not in _REGIONS:
            raise _unknown_zone(spelt[0].strip(" ("), cell, source)
        rest = _REGIONS[spelt[1]]
    place = _PLACE.match(rest)
    if place and place[1] in _places():
        return ZoneInfo(_places()[place[1]])
    if place and not rest[place.end() :].strip(" .,;)]"):
        raise _unknown_zone(place[1], cell, source)
    found = _ZONE.match(rest) or _OFFSET.search(words)
    if not found:
        return None
    if found["sign"]:
        offset = dt.timedelta(hours=int(found["oh"]), minutes=int(found["om"] or 0))
        if offset > dt.timedelta(hours=14):
            raise _unknown_zone(found[0].strip(" ("), cell, source)
        return dt.timezone(-offset if found["sign"] == "-" else offset)
    zone = _ZONES.get(found["name"])
    if zone is not None:
        return zone if isinstance(zone, ZoneInfo) else dt.timezone(dt.timedelta(hours=zone))
    # Upper-case letters right after the time can only be a zone, and so can a strange word that ends the line.
    last = not rest[found.end() :].strip(" .,;)") and found["name"] not in _NO_ZONES
    if last or re.search(rf"\b{found['name'].upper()}\b", text(cell)):
        raise _unknown_zone(found["name"].upper(), cell, source)
    offset_elsewhere = _OFFSET.search(words)
    return _zone(offset_elsewhere[0], "", cell, source) if offset_elsewhere else None


@lru_cache(maxsize=1)
def _places() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


def _unknown_zone(name: str, cell: object, source: str) -> BadInput:
    return BadInput(
        f'{source}: the time zone {name} in "{shown(cell)}" is not known; '
        "give as_of with an offset, for instance 2024-01-05 16:00 -05:00"
    )
