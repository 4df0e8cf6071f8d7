"""What every layout is read into."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, fields

import numpy as np
import numpy.typing as npt

from gex_xl.reading.values import FloatArray, has_percent_signs, is_blank, number, numbers


@dataclass
class Columns:
    """One entry per contract, in the order of the paste; NaN or "" where the feed has nothing.

    `iv` is annualised and decimal. `row` is the row number that the user sees. `left_out` lists lines that
    cannot become a contract: (reason, open interest).
    """

    layout: str
    row: npt.NDArray[np.int64]
    root: list[str]
    expiry: list[dt.date]
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
    has_dealer_position: bool = False
    has_roots: bool = False
    #: iv at or below the first and above the second is the feed's way of writing "none".
    iv_placeholder: tuple[float, float] = (0.0, np.inf)
    symbol: str = ""
    spot: float | None = None
    spot_from: str = ""
    quote_time: dt.datetime | None = None
    quote_time_from: str = ""
    left_out: list[tuple[str, float]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def keep(self, wanted: npt.NDArray[np.bool_]) -> None:
        """Drop the contracts that are not wanted, in place."""
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, np.ndarray):
                setattr(self, each.name, value[wanted])
        self.root = [root for root, keep in zip(self.root, wanted, strict=True) if keep]
        self.expiry = [expiry for expiry, keep in zip(self.expiry, wanted, strict=True) if keep]


class Table:
    """The rows below a header, read column by column."""

    def __init__(self, rows: Sequence[Sequence[object]], header: int) -> None:
        numbered = enumerate(rows[header + 1 :], header + 2)
        filled = [(n, row) for n, row in numbered if not all(map(is_blank, row))]
        self.rows = [row for _, row in filled]
        self.numbers = np.array([n for n, _ in filled], dtype=np.int64)

    def keep(self, wanted: Sequence[bool]) -> None:
        """Drop the rows that are not wanted."""
        self.rows = [row for row, keep in zip(self.rows, wanted, strict=True) if keep]
        self.numbers = self.numbers[np.asarray(wanted, dtype=bool)]

    def cells(self, at: int | None) -> list[object]:
        """One column; None where a row is too short or there is no such column."""
        if at is None:
            return [None] * len(self.rows)
        return [row[at] if at < len(row) else None for row in self.rows]

    def left_out(self, i: int, places: Sequence[int]) -> float:
        """The open interest of a row that is not used, from the columns at `places`; 0 where it has none."""
        row = self.rows[i]
        amounts = [number(row[j]) for j in places if j < len(row)]
        return sum(amount for amount in amounts if amount is not None and math.isfinite(amount))

    def numeric(self, at: int | None, name: str, *, needed: bool = False) -> FloatArray:
        """One column of numbers, NaN where blank; raises BadInput naming the row of any other text."""
        if at is None:
            return np.full(len(self.rows), np.nan)
        return numbers(self.cells(at), self.numbers, name, needed=needed)


def iv_as_decimal(columns: Columns, cells: Sequence[object], titles: Sequence[str]) -> None:
    """Turn an iv column in percent into decimals, for the whole column or not at all.

    Signs of percent: a % in most of the `cells`; a % in one of their `titles`, where half of the figures are
    above 1 (a worksheet shows 0.25 as 25 %); or nine in ten figures above 2.5. A decimal column would need
    250 % at the money for that; deep wings of a short expiry alone do not reach nine in ten.
    """
    real = columns.iv[np.isfinite(columns.iv) & (columns.iv > 0.02)]
    titled = any("%" in title for title in titles)
    if has_percent_signs(cells):
        columns.notes.append("iv is written in percent; read as decimals")
    elif real.size and titled and np.median(real) > 1:
        columns.iv = columns.iv / 100
        columns.notes.append("the iv column is titled in percent; divided by 100")
    elif real.size and np.quantile(real, 0.1) > 2.5:
        columns.iv = columns.iv / 100
        columns.notes.append("iv looks like percent in the whole column; divided by 100")
