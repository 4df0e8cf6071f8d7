"""What is said above a table, and below it: symbol, spot and quote time."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from gex_xl.clock import in_words
from gex_xl.errors import BadInput
from gex_xl.products import product
from gex_xl.reading.columns import Columns, Table
from gex_xl.reading.dates import expiry_date, quote_time
from gex_xl.reading.values import is_blank, number, shown, text
from gex_xl.settings import DateOrder, Settings

Rows = Sequence[tuple[int, Sequence[object]]]  # with the row numbers that the user sees

_LABELLED = re.compile(r"(?P<label>[^\d:：=]*[^\d\s:：=])\s*[:：=]\s*(?P<value>\S.*)")
_CUT = re.compile(r"[^\d:]+:\s*-?\d{1,3}(?:,\d{3})*")
_REST, _DECIMALS = re.compile(r"\d{3}(\.\d*)?"), re.compile(r"\d+")
_CUT_DECIMAL = re.compile(r"[^\d:]+:\s*-?\d+")
#: A figure with a currency, and with the change behind it: 105.25 USD, 105.25 +1.98 (+0.64%).
_CURRENCY = (
    r"(?:USD[CT]?|EUR|GBP|JPY|CHF|CAD|AUD|NZD|HKD|SGD|CNY|INR|BRL|MXN|ZAR|RUB|SEK|NOK|DKK|PLN|CZK|TRY|ILS|KRW|TWD)"
)
_FIGURE = re.compile(
    rf"(?:{_CURRENCY}\s*)?(?P<figure>[^\s(]+?)(?:\s*(?:{_CURRENCY}|pts?|points)\b\.?)?(?:\s*\(.*|\s+[+\-−].*)?"
)
#: Of a last price; under another label, and in languages that are not here, the order of the figures tells.
_SPOT_LABELS = frozenset(
    {"last", "last price", "last sale", "price", "spot", "spot price", "underlying price", "current_price", "mark",
     "letzter", "letzter kurs", "zuletzt", "kurs", "dernier", "dernier cours", "cours", "último", "último precio",
     "precio", "último preço", "preço", "ultimo", "ultimo prezzo", "prezzo", "laatste", "laatste koers", "koers",
     "ostatnia", "ostatnia cena", "cena", "последняя", "последняя цена", "цена", "最新价", "最后", "现价", "現在値",
     "終値"}
)  # fmt: skip
_NOT_SPOT = frozenset(
    {"bid", "ask", "change", "size", "volume", "vol", "net", "open", "high", "low", "bid size", "ask size", "rate",
     "previous close", "prev close", "net change"}
)  # fmt: skip
_EXPIRY = re.compile(
    r"(?:\b|_)(?:exp|expir\w*|expiry|verfall\w*|échéance|vencimiento|scadenza)(?![a-z])", re.IGNORECASE
)
_LONGEST = 500  # of a cell that is searched for a figure
# Last price and mark differ by less than the first; parts of one chain, copied one by one, by less than the second.
_SAME_PRICE, _ANOTHER_PRICE = 0.01, 0.1
_STRAY = re.compile(r"\b(?:print|export|download|sav|generat|creat)", re.IGNORECASE)
_TITLE = re.compile(r"stock quote and option quote for (?P<symbol>\S+) on", re.IGNORECASE)


def read_preamble(columns: Columns, above: Rows, table: Table, settings: Settings) -> None:
    """Fill symbol, spot and quote time from the rows around the table, where the columns gave none.

    Raises BadInput where lines between two parts of the table date from another day.
    """
    for _, row in above:
        if row and not columns.symbol and (title := _TITLE.match(text(row[0]))):
            columns.symbol = title["symbol"].upper()
    dated = 0
    if columns.quote_time is None:
        # What stands below a table is when it was downloaded: good enough for want of better.
        dated = _find_quote_time(columns, above, settings) or _find_quote_time(columns, table.below, settings)
    if columns.spot is None:
        _find_spot(columns, above, dated, table.comma)
    _refuse_second_chain(columns, table, settings)


class Dated(NamedTuple):
    """A quote time as a line names it; `stray` where the line says that it means another time."""

    stray: bool
    untimed: bool
    row: int
    moment: dt.datetime
    ambiguous: bool


def quote_times(rows: Rows, columns: Columns, settings: Settings) -> list[Dated]:
    """All quote times in the rows, the likeliest first: those with a clock time, in the order of the rows."""
    first_expiry = min(set(columns.expiry), default=None)
    zone = product(columns.symbol, columns.venue).zone

    def distance(moment: dt.datetime) -> int:
        return abs((moment.date() - first_expiry).days) if first_expiry else 0

    # An unquoted "January 7, 2024" falls into two cells, so each row is first read as one line.
    lines: list[tuple[int, object]] = [
        (at, ", ".join(text(cell)[:_LONGEST] for cell in row if isinstance(cell, str) and not is_blank(cell)))
        for at, row in rows
    ]
    lines = [(at, line) for at, line in lines if not _EXPIRY.search(str(line)) or _TITLE.match(str(line))]
    dates = [(at, c) for at, row in rows for c in row if isinstance(c, dt.date)]
    # A bare number is a date only when it is one near the first expiry: an index may stand at 45 000 too.
    serials = [(at, c) for at, row in rows for c in row if isinstance(c, (int, float)) and not isinstance(c, bool)]
    orders = {DateOrder.MDY: (False,), DateOrder.DMY: (True,)}.get(settings.date_order, (False, True))
    found = []
    for at, cell in (*dates, *lines, *serials):
        # thinkorswim writes month first
        allowed = (False,) if isinstance(cell, str) and _TITLE.match(cell) else orders
        readings = {r for first in allowed if (r := quote_time(cell, day_first=first, zone=zone)) is not None}
        if isinstance(cell, (int, float)):
            readings = {reading for reading in readings if first_expiry and distance(reading[0]) <= 45}
        if readings:
            moment, timed = min(readings, key=lambda reading: (distance(reading[0]), reading[0]))
            stray = isinstance(cell, str) and _STRAY.search(cell) is not None
            found.append(Dated(stray, not timed, at, moment, len(readings) > 1))
    return sorted(found, key=lambda dated: (dated.stray, dated.untimed))


def _find_quote_time(columns: Columns, rows: Rows, settings: Settings) -> int:
    """Returns the number of the row that holds it, 0 where none does."""
    found = quote_times(rows, columns, settings)
    if not found:
        return 0
    _, untimed, at, moment, ambiguous = found[0]
    columns.quote_time = moment
    columns.quote_time_from = f"row {at} of the paste"
    if untimed:
        place = product(columns.symbol, columns.venue).place
        columns.quote_time_from += f", no clock time given: 16:00 {place} taken"
    if ambiguous:
        columns.notes.append(
            f"the quote date in row {at} can be read day first or month first; read as {moment:%d %B %Y}, the nearer "
            "to the first expiry; date_order = mdy or dmy decides"
        )
    others = [d for d in found if d.moment.date() != moment.date() or (d.moment != moment and not d.untimed)]
    if others:
        columns.notes.append(
            f"the paste names two quote times, {in_words(moment)} in row {at} and {in_words(others[0].moment)} in row "
            f"{others[0].row}; the former is taken, as_of replaces it"
        )
    return at


def _find_spot(columns: Columns, rows: Rows, dated: int, comma: bool) -> None:
    found = _prices(columns, rows, dated, comma)
    if not found:
        return
    rank, columns.spot, columns.spot_from, named = found[0]
    if named and rank > 0:
        columns.notes.append(
            f"spot is taken from {columns.spot_from}, whose label is not known as that of a price; spot replaces it"
        )
    others = [other for other in found if other[0] == rank == 0 and abs(other[1] / columns.spot - 1) > _SAME_PRICE]
    if others:
        columns.notes.append(
            f"the paste names two prices of the underlying, {columns.spot:g} in {columns.spot_from} and "
            f"{others[0][1]:g} in {others[0][2]}; the former is taken, spot replaces it"
        )


def _prices(columns: Columns, rows: Rows, dated: int, comma: bool) -> list[tuple[int, float, str, bool]]:
    """(rank, price, where, has a label) of what may be the spot, the likeliest first; rank 0 is a known last price.

    In another language it is the first figure of the size of the strikes. Feeds write bid and ask beside the date: in
    row `dated`, an unknown label counts only for want of another.
    """
    found: list[tuple[int, float, str, bool]] = []
    low, high = (float(columns.strike.min()), float(columns.strike.max())) if columns.strike.size else (0.0, np.inf)
    low, high = low / 2, high * 2  # a filtered chain need not bracket spot
    above: dict[int, str] = {}
    for at, row in rows:
        label = ""
        words: dict[int, str] = {}
        for j, cell in enumerate(_joined(row, columns, comma)):
            if is_blank(cell):
                continue
            value = number(cell)
            written = text(cell)[:_LONGEST]
            labelled = _LABELLED.fullmatch(written) if value is None else None
            if labelled:
                label, value = labelled["label"], figure(labelled["value"], comma)
            elif value is None:
                value = figure(written, comma)
            if value is None:
                words[j] = label = written  # a label may stand in the cell before its figure, or above it
                continue
            word = (label or above.get(j, "")).strip().lower()
            rank = 3 if word in _NOT_SPOT else 0 if word in _SPOT_LABELS else 2 if at == dated else 1
            if value > 0 and np.isfinite(value) and (rank == 0 or low <= value <= high):
                found.append((rank, value, f'row {at} of the paste, "{shown(cell)}"', labelled is not None))
            label = ""
        if words or not all(map(is_blank, row)):
            above = words
    # Bid, ask and size are never the spot; a date written as a serial is not a price of this chain.
    return sorted((entry for entry in found if entry[0] < 3), key=lambda entry: entry[0])


def figure(written: str, comma: bool = False) -> float | None:
    """A figure of a preamble, its currency and its change left away.

    In languages of the decimal comma `4.697,24`; `4,697` is in thousands unless the table has a decimal `comma`.
    """
    cut = _FIGURE.fullmatch(text(written))
    for word in (text(written), cut["figure"] if cut else ""):
        for mark in (comma, not comma):
            found = number(word, comma=mark)
            if found is not None:
                return found
    return None


def _joined(row: Sequence[object], columns: Columns, comma: bool) -> list[object]:
    """The cells of a line, unquoted figures that fell into two cells put together again.

    `Last: 4,697.24` has lost its thousands separator, `Dernier: 105,25` its decimal comma; a cell of bare digits
    behind a label and its figure is nothing else.
    """
    out: list[object] = []
    for cell in row:
        before, word = text(out[-1]) if out else "", text(cell) if isinstance(cell, str) else ""
        if _CUT.fullmatch(before) and _REST.fullmatch(word) and not comma:
            out[-1] = f"{before},{word}"
        elif _CUT_DECIMAL.fullmatch(before) and _DECIMALS.fullmatch(word):
            out[-1] = f"{before},{word}"
            columns.notes.append(f'"{before}" and "{word}" beside it are read as one figure with a decimal comma')
        else:
            out.append(cell)
    return out


def find_expiries(table: Table, above: Rows, title: str) -> list[dt.date]:
    """The expiry of each row of a table that has no such column; [] where nothing names one.

    A line that names an expiry holds for the rows below it, up to the next such line; else the name of the file.
    """
    known = [(0, day)] if (day := expiry_of_file(title, table.day_first)) else []
    for n, row in (*above, *table.others):
        for j, cell in enumerate(row):
            day = _named_expiry(text(cell), table.day_first)
            if day is None and _EXPIRY.search(text(cell)) and j + 1 < len(row):
                day = expiry_date(row[j + 1], day_first=table.day_first)
            # Between two parts of a table a date alone in its line can only be an expiry.
            if day is None and n > table.first and sum(not is_blank(c) for c in row) == 1:
                day = expiry_date(cell, day_first=table.day_first)
            if day:
                known.append((n, day))
    if not known or not len(table.numbers) or (at := np.array([n for n, _ in known])).min() > table.numbers[0]:
        return []
    return [known[i][1] for i in np.searchsorted(at, table.numbers, side="right") - 1]


_FILE_OF_NSE = re.compile(r"option-chain-ed-.+?-(\d{1,2}-[a-z]{3}-\d{4})", re.IGNORECASE)
_FILE_WITH_EXPIRY = re.compile(r"(?<![a-z])exp(?:iry|iration|ires)?[-_ ]?(\d[\w-]*)", re.IGNORECASE)


def expiry_of_file(title: str, day_first: bool = False) -> dt.date | None:
    """The expiry that a file's name says: right behind exp, or in NSE's own pattern; any other date is a download's."""
    if found := _FILE_OF_NSE.match(title):
        return expiry_date(found[1])
    found = _FILE_WITH_EXPIRY.search(title)
    return expiry_date(found[1].replace("_", "-")[:10].rstrip("-"), day_first=day_first) if found else None


def _named_expiry(written: str, day_first: bool) -> dt.date | None:
    label = _EXPIRY.search(written)
    return expiry_date(written[label.end() :], day_first=day_first) if label else None


def _refuse_second_chain(columns: Columns, table: Table, settings: Settings) -> None:
    """Raises BadInput where the lines between two tables name another day or another price than the chain's."""
    rows, advice = table.between, "paste one chain only, and clear the old one before pasting"
    found = quote_times(rows, columns, settings)
    first = columns.quote_time
    if found and first and not found[0].ambiguous and found[0].moment.date() != first.date():
        raise BadInput(
            f"the paste holds two chains, of {first:%Y-%m-%d} and, from row {found[0].row} on, of "
            f"{found[0].moment:%Y-%m-%d}; {advice}"
        )
    for rank, price, where, _ in _prices(columns, rows, 0, table.comma):
        if rank == 0 and columns.spot and abs(price / columns.spot - 1) > _ANOTHER_PRICE:
            raise BadInput(f"the paste holds two chains, of spot {columns.spot:g} and {price:g} ({where}); {advice}")
    if found and first and not found[0].untimed and found[0].moment != first:
        columns.notes.append(
            f"the paste holds quotes of {in_words(first)} and, from row {found[0].row} on, of "
            f"{in_words(found[0].moment)}; the former is taken, as_of replaces it"
        )
