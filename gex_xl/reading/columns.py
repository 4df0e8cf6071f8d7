"""What every layout is read into."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from itertools import chain, takewhile
from operator import itemgetter

import numpy as np
import numpy.typing as npt

from gex_xl.arrays import FloatArray
from gex_xl.errors import BadInput
from gex_xl.reading import at_once
from gex_xl.reading.at_once import Column
from gex_xl.reading.conventions import day_first, decimal_comma, iv_factor
from gex_xl.reading.dates import LONGEST, NUMERIC_DATE, expiry_date, expiry_dates
from gex_xl.reading.headers import FIELDS, field_of
from gex_xl.reading.symbol_columns import Symbols, parse_all
from gex_xl.reading.values import first_rounded, is_blank, number, numbers, shown, text
from gex_xl.settings import Settings

#: Fields of numbers that both layouts have, one entry per contract.
AMOUNTS = ("iv", "open_interest", "gamma", "delta", "bid", "ask", "volume", "multiplier", "dealer_position")
_NUMERIC = {*AMOUNTS, "strike", "spot", "bid_iv", "ask_iv", "forward", "lot"}
RESTRICTED = "adjusted contract"  # Barchart marks its strike with *


@dataclass
class Columns:
    """One entry per contract, in the order of the paste; NaN or "" where the feed has nothing.

    `iv` is annualised and decimal, `forward` the feed's own in the currency of the strikes, `last_trade` in UTC
    seconds, NaT where unknown; `am` is 1 where the feed says that a contract settles at the open, 0 where not, NaN
    where it does not say. `row` is the row number that the user sees. `left_out` lists lines that cannot become a
    contract: (reason, open interest). `venue` is the market that the paste itself tells, or "". `told` is how it was
    read: (what, how). `iv_open` says that the unit of iv rests on the size of the figures alone, so that quotes may
    decide otherwise.
    """

    layout: str
    row: npt.NDArray[np.int64]
    root: npt.NDArray[np.object_]  # of str
    expiry: npt.NDArray[np.object_]  # of datetime.date
    right: npt.NDArray[np.str_]
    strike: FloatArray
    iv: FloatArray
    open_interest: FloatArray
    gamma: FloatArray
    delta: FloatArray
    bid: FloatArray
    ask: FloatArray
    volume: FloatArray
    multiplier: FloatArray
    dealer_position: FloatArray
    forward: FloatArray
    last_trade: npt.NDArray[np.datetime64]
    am: FloatArray
    has_dealer_position: bool = False
    has_roots: bool = False
    #: iv at or below the first and above the second is the feed's way of writing "none".
    iv_placeholder: tuple[float, float] = (0.0, np.inf)
    iv_open: bool = False
    #: What one of open interest holds, by evidence, where that is not what the table of products says.
    units: float | None = None
    venue: str = ""
    currency: str = ""  # as a column says
    symbol: str = ""
    spot: float | None = None
    spot_from: str = ""
    quote_time: dt.datetime | None = None
    quote_time_from: str = ""
    quote_delay: float = 0.0  # minutes by which the feed's quotes are older than its time
    left_out: list[tuple[str, float]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    symbols: Symbols = field(default_factory=lambda: Symbols.of_each([]))

    def keep(self, wanted: npt.NDArray[np.bool_]) -> None:
        """Drop the contracts that are not wanted, in place."""
        if wanted.all():
            return
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, np.ndarray):
                setattr(self, each.name, value[wanted])
        self.symbols = self.symbols.kept(wanted)


class Table:
    """The rows below a header, read column by column.

    `others` are lines that are no contracts, with their row numbers: titles, remarks, totals. `first` is the row
    number of the header, `last` that of its last repetition.
    """

    def __init__(self, rows: Sequence[Sequence[object]], header: int, settings: Settings) -> None:
        self.names = [text(cell) for cell in rows[header]]
        self.settings = settings
        self.first = self.last = header + 1
        self.above = rows[:header]
        self.rows = list(rows[header + 1 :])
        self.numbers = np.arange(header + 2, header + 2 + len(self.rows))
        if not at_once.all_there([row[0] if row else None for row in self.rows]):
            filled = [not all(map(is_blank, row)) for row in self.rows]
            self.rows = [row for row, keep in zip(self.rows, filled, strict=True) if keep]
            self.numbers = self.numbers[np.array(filled, dtype=bool)]
        self._narrowest = min(map(len, self.rows), default=0)
        self.others: list[tuple[int, Sequence[object]]] = []
        self._columns: dict[int, Column] = {}
        self._symbols: dict[int, Symbols] = {}
        self.comma, self.day_first = False, False
        self.notes: list[str] = []

    def keep(self, wanted: Sequence[bool]) -> None:
        """Drop the rows that are not wanted."""
        if all(wanted):
            self._refuse_split_figures()
            return
        self.others += [(int(n), row) for n, row, keep in zip(self.numbers, self.rows, wanted, strict=True) if not keep]
        self.rows = [row for row, keep in zip(self.rows, wanted, strict=True) if keep]
        self._columns.clear()
        self._symbols.clear()
        self.numbers = self.numbers[np.asarray(wanted, dtype=bool)]
        self._refuse_split_figures()

    def fill_down(self, at: int, strike: int) -> None:
        """Give a column that names each value once, above its rows, to all rows with a strike; lines of titles go.

        A column where a value stands twice is left as it is.
        """
        cells = self.cells(at)
        if at_once.all_there(cells):
            return
        named = [not is_blank(cell) for cell in cells]
        given = [cell for cell in cells if not is_blank(cell)]
        keyed = [number(cell, comma=self.comma) is not None for cell in self.cells(strike)]
        lone = [i for i, (n, k) in enumerate(zip(named, keyed, strict=True)) if k and not n]
        if not lone or not given or lone[0] < named.index(True) or len(set(given)) < len(given):
            return
        kept: list[Sequence[object]] = []
        numbers, last = [], None
        for row, cell, name, key, n in zip(self.rows, cells, named, keyed, self.numbers.tolist(), strict=True):
            last = cell if name else last
            if key or not name:
                kept.append([*row[:at], last if key else cell, *row[at + 1 :]])
                numbers.append(n)
        self.rows, self.numbers = kept, np.array(numbers, dtype=np.int64)
        self._columns.clear()
        self._symbols.clear()
        self.notes.append(f"the column {self.names[at]} names each value once, above its rows: it is theirs too")

    def _refuse_split_figures(self) -> None:
        """Raises BadInput where a line of a text has more figures than the header has names: one was cut in two."""
        # In a worksheet a row ends with blanks, since all rows of a range are of one length.
        width = max((j for j, name in enumerate(self.names, 1) if name), default=0)
        if max(map(len, self.rows), default=0) <= width:
            return
        for n, row in zip(self.numbers.tolist(), self.rows, strict=True):
            beyond = list(takewhile(lambda cell: not is_blank(cell), row[width:]))
            if any(number(cell) is not None for cell in beyond):
                raise BadInput(
                    f"row {n} has {width + len(beyond)} cells under a header of {width}; a figure that was cut at its "
                    "comma must stand in quotes, and a column of your own needs a name"
                )

    def decide(self, places: Iterable[tuple[str, int]]) -> None:
        """Settle the decimal mark and the order of dates from the columns at `places` (field, column)."""
        at = list(dict.fromkeys(places))
        self._take(sorted({j for _, j in at if j not in self._columns}))
        self.comma, said = decimal_comma([self.cells(j) for f, j in at if f in _NUMERIC], self.settings.decimal)
        dates = chain.from_iterable(self.cells(j) for f, j in at if f in ("expiry", "quote_time"))
        self.day_first, also = day_first(dates, self.settings.date_order)
        if also and (known := self._order_of_symbols(at)) is not None:
            self.day_first, also = known, ""
        elif also and (example := self._day_first_above()):
            words = "; date_order = mdy takes the month first"
            self.day_first, also = True, f"dates are read day first, as {example} above the table{words}"
        self.notes += [note for note in (said, also) if note]

    def _day_first_above(self) -> str:
        """A date above the table that can only be day first, where none can only be month first; else ""."""
        lines = [text(cell)[:LONGEST] for row in self.above for cell in row if isinstance(cell, str)]
        found = [match for line in lines for match in NUMERIC_DATE.finditer(line)]
        days = [match[0] for match in found if int(match[1]) > 12]
        return "" if any(int(match[3]) > 12 for match in found) else next(iter(days), "")

    def _order_of_symbols(self, at: Sequence[tuple[str, int]]) -> bool | None:
        """Whether expiries are day first by the option symbols beside them; None where those say nothing."""
        expiry = next((j for f, j in at if f == "expiry"), None)
        for symbol in (j for f, j in at if f == "symbol"):
            for cell, known in zip(self.cells(expiry), self.symbols(symbol), strict=True):
                orders = [
                    first for first in (False, True) if known and expiry_date(cell, day_first=first) == known.expiry
                ]
                if len(orders) == 1:
                    return orders[0]
        return None

    def repeats_header(self, i: int) -> bool:
        """Whether row `i` is the header again. Raises BadInput where it has other columns: another chain."""
        named = [f for cell in self.rows[i] if isinstance(cell, str) and (f := field_of(text(cell)))]
        if "strike" not in named and "symbol" not in named:
            return False
        if len(named) > 2 and named != [f for name in self.names if (f := field_of(name))]:
            raise BadInput(
                f"row {self.numbers[i]} is a second header with other columns; paste one chain only, and clear the "
                "old one before pasting"
            )
        self.last = int(self.numbers[i])
        return True

    @property
    def between(self) -> list[tuple[int, Sequence[object]]]:
        """Other lines above the last repetition of the header, lines of figures apart."""
        return [(n, row) for n, row in self.others if n < self.last and self._is_text(row)]

    @property
    def below(self) -> list[tuple[int, Sequence[object]]]:
        """Other lines below the last repetition of the header, lines of figures apart."""
        return [(n, row) for n, row in self.others if n > self.last and self._is_text(row)]

    def _is_text(self, row: Sequence[object]) -> bool:
        return 2 * sum(not is_blank(cell) for cell in row) <= max(len(self.names), 10)

    def cells(self, at: int | None) -> Column:
        """One column; None where a row is too short or there is no such column."""
        if at is None:
            return Column([None] * len(self.rows))
        if at not in self._columns:
            self._take([at])
        return self._columns[at]

    def _take(self, places: list[int]) -> None:
        """Take columns out of the rows, in one pass where every row is wide enough."""
        if len(places) > 1 and self.rows and max(places) < self._narrowest:
            found = list(map(Column, zip(*map(itemgetter(*places), self.rows), strict=True)))
        else:
            found = [Column(row[at] if at < len(row) else None for row in self.rows) for at in places]
        for at, column in zip(places, found, strict=True):
            odd = any(kind.__hash__ is None for kind in column.kinds)  # lists, which no feed means
            words = (text(cell) if type(cell).__hash__ is None else cell for cell in column)
            self._columns[at] = Column(words) if odd else column

    def symbols(self, at: int | None) -> Symbols:
        """What the option symbols of a column say; None where there is none."""
        if at is None:
            return Symbols.of_each([None] * len(self.rows))
        if at not in self._symbols:
            self._symbols[at] = parse_all(self.cells(at))
        return self._symbols[at]

    def sample(self, at: int, size: int = 50) -> list[object]:
        """The first cells of a column that are not blank."""
        found: list[object] = []
        for row in self.rows:
            if at < len(row) and not is_blank(row[at]):
                found.append(row[at])
                if len(found) == size:
                    break
        return found

    def left_out(self, i: int, places: Sequence[int]) -> float:
        """The open interest of a row that is not used, from the columns at `places`; 0 where it has none."""
        row = self.rows[i]
        amounts = [number(row[j], comma=self.comma) for j in places if j < len(row)]
        return sum(amount for amount in amounts if amount is not None and math.isfinite(amount))

    def numeric(self, at: int | None, name: str, *, needed: bool = False) -> FloatArray:
        """One column of numbers, NaN where blank; raises BadInput naming the row of any other text."""
        if at is None:
            return np.full(len(self.rows), np.nan)
        # An absurd iv is a feed's way of writing "none".
        largest = np.inf if name == "iv" else 1e18
        return numbers(self.cells(at), self.numbers, name, needed=needed, comma=self.comma, largest=largest)

    def amount(self, at: int | None, name: str) -> FloatArray:
        """A column of one of the AMOUNTS."""
        title = FIELDS[name][0].replace("_", " ")
        found = self.numeric(at, title, needed=name == "open_interest")
        if name == "open_interest" and (cell := first_rounded(self.cells(at))):
            self.notes.append(f"open interest such as {shown(cell)} is rounded by the feed")
        return found

    def dates(self, at: int | None) -> list[dt.date | None]:
        """A column of dates, None where there is none."""
        return expiry_dates(self.cells(at), day_first=self.day_first)

    def iv_factor(self, iv: FloatArray, places: Sequence[int], *, highest: float) -> tuple[float, str, bool]:
        """What makes the iv of the columns at `places` decimals, what to say, and whether that may be revised."""
        columns = [(self.names[j], self.cells(j)) for j in places]
        return iv_factor(iv, columns, self.numbers, self.settings.iv_unit, highest=highest)
