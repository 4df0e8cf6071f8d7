"""Spot and quote time from columns of their own."""

from __future__ import annotations

import numpy as np

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
