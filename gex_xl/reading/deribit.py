"""Deribit: instrument names, iv in percent, a forward per expiry, prices in coin, one coin per contract.

Field names and units are those of https://docs.deribit.com (public/ticker, public/get_book_summary_by_currency).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from gex_xl.errors import BadInput
from gex_xl.reading.columns import Columns, Table
from gex_xl.reading.dates import quote_time
from gex_xl.reading.headers import plain
from gex_xl.reading.quotes import read_spot
from gex_xl.reading.symbols import parse_deribit
from gex_xl.reading.values import is_blank, number, shown

VENUE = "Deribit"
_INDEX = ("indexprice", "estimateddeliveryprice")


def recognises(cells: Sequence[object]) -> bool:
    """Whether a column of symbols holds Deribit's instrument names."""
    return any(parse_deribit(cell) for cell in cells)


def leave_out_futures(table: Table, at: int) -> list[tuple[str, float]]:
    """Take out instruments that are no options; dumps of a whole currency hold them."""
    wanted = [parse_deribit(cell) is not None for cell in table.cells(at)]
    table.keep(wanted)
    return [("not an option", 0.0)] * wanted.count(False)


def finish(columns: Columns, table: Table, at: dict[str, int]) -> None:
    """Fill in what Deribit means without saying so; `columns` are in the order of the rows of `table`."""
    names = {plain(name): j for j, name in enumerate(table.names)}
    columns.venue = VENUE
    columns.multiplier = np.where(np.isnan(columns.multiplier), 1.0, columns.multiplier)
    columns.forward = table.numeric(names.get("underlyingprice"), "underlying_price")
    # Options that settle in coin are quoted in it; the forward of their expiry makes it USD.
    factor = np.where(["_" in root for root in columns.root], 1.0, columns.forward)
    if np.isfinite(columns.bid).any() and (factor != 1.0).any():
        columns.notes.append("prices in coin are made USD with each expiry's underlying_price")
    columns.bid, columns.ask = columns.bid * factor, columns.ask * factor
    if "quote_time" in at:
        _keep_latest(columns, table, at["quote_time"])
    for name in _INDEX:
        if columns.spot is None and name in names:
            read_spot(columns, table, names[name])


def _keep_latest(columns: Columns, table: Table, at: int) -> None:
    """Keep the last quote of each contract: a dump may hold several snapshots. A time without a zone is UTC."""
    moments = []
    for i, cell in enumerate(table.cells(at)):
        value = number(cell)
        found = None if is_blank(cell) else quote_time(value if value is not None else cell, zone=dt.UTC)
        if found is None:
            raise BadInput(f'{table.names[at]} in row {table.numbers[i]} is "{shown(cell)}"; expected a date and time')
        moments.append(found[0])
    seconds = np.array([moment.timestamp() for moment in moments])
    keys = list(zip(columns.root, columns.expiry, columns.strike.tolist(), columns.right.tolist(), strict=True))
    last: dict[object, int] = {}
    for i, key in enumerate(keys):
        if key not in last or seconds[i] >= seconds[last[key]]:
            last[key] = i
    wanted = np.zeros(len(keys), dtype=bool)
    wanted[list(last.values())] = True
    columns.left_out += [("older quote of a listed contract", 0.0)] * int((~wanted).sum())
    columns.quote_time = max(moments)
    columns.quote_time_from = f"column {table.names[at]}" + (", the latest" if np.ptp(seconds) > 0 else "")
    columns.keep(wanted)
    table.keep(wanted.tolist())
