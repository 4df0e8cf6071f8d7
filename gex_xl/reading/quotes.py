"""Spot, quote time and times of last trades from columns of their own."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt

from gex_xl.clock import NEW_YORK
from gex_xl.errors import BadInput
from gex_xl.products import product
from gex_xl.reading.columns import Columns, Table
from gex_xl.reading.dates import in_range, quote_time
from gex_xl.reading.markets import COINS
from gex_xl.reading.values import is_blank, number, shown, text


def read_quote_time(columns: Columns, table: Table, at: dict[str, int]) -> None:
    """The quote time of its column, with the milliseconds of the day beside it; the latest where there are several.

    Of coins the last quote of each contract is kept, for a dump may hold several. Raises BadInput for what is no date,
    and for quotes of two days.
    """
    place = at["quote_time"]
    name, cells = table.names[place], table.cells(place)
    listed = product(columns.symbol, columns.venue)
    # A text file holds serials and epochs as text.
    read = {
        cell: quote_time(
            value if (value := number(cell)) is not None else cell,
            source=name,
            day_first=table.day_first,
            zone=listed.zone,
        )
        for cell in dict.fromkeys(cells)
        if not is_blank(cell)
    }
    for cell, found in read.items():
        if found is None:
            row = table.numbers[cells.index(cell)]
            raise BadInput(f'{name} in row {row} is "{shown(cell)}"; expected a date and time')
    if not read:
        return
    moments = [None if is_blank(cell) else read[cell] for cell in cells]
    if "ms_of_day" in at:
        moments = _with_clock(table, at["ms_of_day"], moments)
        name = f"{name} and {table.names[at['ms_of_day']]}"
    known = sorted({found for found in moments if found})
    latest, timed = known[-1]
    if columns.venue in COINS:
        _keep_latest(columns, table, [found and found[0] for found in moments])
    elif known[0][0].date() != latest.date():
        raise BadInput(
            f"the column {name} holds quotes of {known[0][0]:%Y-%m-%d} and {latest:%Y-%m-%d}; "
            "paste the chain of one moment"
        )
    columns.quote_time = latest
    columns.quote_time_from = f"column {name}"
    if not timed:
        columns.quote_time_from += f", no clock time given: 16:00 {listed.place} taken"
    elif len(known) > 1:
        columns.quote_time_from += ", the latest"


Moment = tuple[dt.datetime, bool]


def _with_clock(table: Table, at: int, moments: list[Moment | None]) -> list[Moment | None]:
    """Dates with milliseconds since midnight in New York, as Theta Data counts them."""
    cells = table.cells(at)
    if any(isinstance(cell, str) and ":" in cell for cell in cells):  # pretty_time: 14:20:00.000
        counts = [_milliseconds(cell) for cell in cells]
    else:
        counts = table.numeric(at, table.names[at]).tolist()
    out: list[Moment | None] = []
    for found, count in zip(moments, counts, strict=True):
        if found is None or not 0 <= count < 86_400_000:
            out.append(found)
            continue
        clock = (dt.datetime.min + dt.timedelta(milliseconds=count)).time()
        out.append((dt.datetime.combine(found[0].date(), clock, NEW_YORK), True))
    return out


def _milliseconds(cell: object) -> float:
    try:
        clock = dt.time.fromisoformat(text(cell))
    except ValueError:
        return np.nan
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * 1e3 + clock.microsecond / 1e3


def _keep_latest(columns: Columns, table: Table, moments: list[dt.datetime | None]) -> None:
    """Keep the last quote of each contract; those without a time are the oldest."""
    seconds = np.array([moment.timestamp() if moment else 0.0 for moment in moments])
    keys = list(zip(columns.root, columns.expiry, columns.strike.tolist(), columns.right.tolist(), strict=True))
    if len(keys) != len(seconds):
        return  # calls and puts in one row: one moment
    last: dict[object, int] = {}
    for i, key in enumerate(keys):
        if key not in last or seconds[i] >= seconds[last[key]]:
            last[key] = i
    wanted = np.zeros(len(keys), dtype=bool)
    wanted[list(last.values())] = True
    if not wanted.all():
        columns.left_out += [("older quote of a listed contract", 0.0)] * int((~wanted).sum())
        columns.keep(wanted)
        table.keep(wanted.tolist())


def read_spot(columns: Columns, table: Table, at: int) -> None:
    """Spot from the column at `at`: the median, since quotes of one chain may be minutes apart."""
    name = table.names[at]
    spots = table.numeric(at, name)
    known = spots[np.isfinite(spots) & (spots > 0)]  # 0 is how a feed leaves a price blank
    if not known.size:
        return
    columns.spot = float(np.median(known))
    columns.spot_from = f"column {name}"
    if np.ptp(known) > 0:
        columns.spot_from += ", the median"
        if np.ptp(known) > 0.02 * columns.spot:
            columns.notes.append(
                f"the column {name} runs from {known.min():g} to {known.max():g}; the median is taken as spot"
            )


def last_trades(table: Table, at: int | None) -> npt.NDArray[np.datetime64]:
    """When each contract last traded, UTC seconds; NaT where the column at `at` says nothing that can be read.

    A time without a zone is New York's. It decides no figure, so what cannot be read is no error.
    """
    if at is None:
        return np.full(len(table.rows), np.datetime64("NaT", "s"), dtype="datetime64[s]")
    cells = table.cells(at)
    read = {cell: _traded(cell, day_first=table.day_first) for cell in set(cells) if not is_blank(cell)}
    return np.array([read.get(cell) for cell in cells], dtype="datetime64[s]")


def _traded(cell: object, *, day_first: bool) -> np.datetime64 | None:
    try:
        # The usual spelling first: a feed has thousands of them.
        if isinstance(cell, str) and len(cell) > len("2024-01-05"):
            found = dt.datetime.fromisoformat(cell)
            if not in_range(found):
                return None
            moment = found if found.tzinfo else found.replace(tzinfo=NEW_YORK)
            return np.datetime64(int(moment.timestamp()), "s")
    except (ValueError, OverflowError):
        pass
    try:
        value = number(cell)
        known = quote_time(value if value is not None else cell, day_first=day_first)
    except BadInput:  # a time zone that is not known
        return None
    return None if known is None else np.datetime64(int(known[0].timestamp()), "s")
