"""Spot, quote time and times of last trades from columns of their own."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt

from gex_xl.clock import NEW_YORK
from gex_xl.errors import BadInput
from gex_xl.reading.columns import Columns, Table
from gex_xl.reading.dates import quote_time
from gex_xl.reading.values import is_blank, number, shown


def read_quote_time(columns: Columns, table: Table, at: int) -> None:
    """The quote time of the column at `at`, the latest where there are several.

    Raises BadInput for what is no date, and for quotes of two days.
    """
    name, cells = table.names[at], table.cells(at)
    # A text file holds serials and epochs as text.
    read = {
        cell: quote_time(value if (value := number(cell)) is not None else cell, source=name, day_first=table.day_first)
        for cell in {c for c in cells if not is_blank(c)}
    }
    for cell, found in read.items():
        if found is None:
            row = table.numbers[cells.index(cell)]
            raise BadInput(f'{name} in row {row} is "{shown(cell)}"; expected a date and time')
    moments = sorted(found for found in read.values() if found)
    if not moments:
        return
    if moments[0][0].date() != moments[-1][0].date():
        raise BadInput(
            f"the column {name} holds quotes of {moments[0][0]:%Y-%m-%d} and {moments[-1][0]:%Y-%m-%d}; "
            "paste the chain of one moment"
        )
    columns.quote_time, timed = moments[-1]
    columns.quote_time_from = f"column {name}"
    if not timed:
        columns.quote_time_from += ", no clock time given: 16:00 New York taken"
    elif len(moments) > 1:
        columns.quote_time_from += ", the latest"


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
    cells = table.cells(at)
    read = {cell: _traded(cell, day_first=table.day_first) for cell in {c for c in cells if not is_blank(c)}}
    return np.array([read.get(cell) for cell in cells], dtype="datetime64[s]")


def _traded(cell: object, *, day_first: bool) -> np.datetime64 | None:
    try:
        # The usual spelling first: a feed has thousands of them.
        if isinstance(cell, str) and len(cell) > len("2024-01-05"):
            found = dt.datetime.fromisoformat(cell)
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
