"""Columns that are plain all through, read in one step; where one is not, the careful reader takes it cell by cell.

Every question here may be answered with no (False, None) at the cost of time alone: tests/reading/test_at_once.py reads
each file with all answers no, and holds the figures, the notes and the faults to be the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import cast

import numpy as np

from gex_xl.arrays import FloatArray

_NUMBERS = frozenset({float, int, str})
_TEXTLESS = frozenset({float, int, type(None)})


class Column(list[object]):
    """The cells of one column, with what many ask of them; never changed once it is made."""

    @cached_property
    def kinds(self) -> frozenset[type]:
        """The types among the cells."""
        return frozenset(map(type, self))

    @cached_property
    def written(self) -> str:
        """All text of the column in one."""
        if self.kinds == {str}:
            return "".join(cast("list[str]", self))
        return "" if self.kinds <= _TEXTLESS else "".join([cell for cell in self if isinstance(cell, str)])


def all_there(column: Sequence[object]) -> bool:
    """Whether all cells of a column surely hold something; False also where that would take a closer look."""
    kinds = _column(column).kinds
    if kinds == {float}:
        return not np.isnan(np.array(column, dtype=np.float64)).any()
    if kinds != {str}:
        return False
    firsts = "".join([cell[:1] for cell in cast("Sequence[str]", column)])
    return len(firsts) == len(column) and firsts.isalnum()


def all_plain_numbers(column: Sequence[object]) -> bool:
    """Whether all cells of a column surely are numbers, written with a point; False also where in doubt."""
    column = _column(column)
    if not column.kinds <= _NUMBERS or (found := floats(column, comma=False)) is None:
        return False
    return bool(np.isfinite(found).all())


def floats(column: Sequence[object], *, comma: bool) -> FloatArray | None:
    """A column of numbers and blanks, NaN where blank; None where any cell takes a closer look."""
    column = _column(column)
    # Python reads "1_000" and "inf" as numbers, and "1.234" where the point is a thousands separator.
    if bool in column.kinds or any(mark in column.written for mark in ("._nN" if comma else "_nN")):
        return None
    try:
        if column.kinds <= _TEXTLESS:  # as worksheets and JSON hold them
            return np.array(column, dtype=np.float64)
        if column.kinds == {str}:
            return np.array([float(cell) if cell else np.nan for cell in cast("list[str]", column)], dtype=np.float64)
        return np.array([np.nan if c is None or c == "" else c for c in column], dtype=object).astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        return None


def without(column: Sequence[object], marks: str) -> bool:
    """Whether no text of a column has any of the `marks`; False also where in doubt."""
    column = _column(column)
    return not any(mark in column.written for mark in marks)


def texts(column: Sequence[object]) -> Sequence[str] | None:
    """The cells of a column that is all text; None for any other column."""
    column = _column(column)
    return cast("list[str]", column) if column.kinds == {str} else None


def distinct(column: Sequence[object]) -> Sequence[str | None] | None:
    """The different cells of a column of text and blanks, in their order; None for any other, where 1 equals True."""
    column = _column(column)
    return list(dict.fromkeys(cast("list[str | None]", column))) if column.kinds <= {str, type(None)} else None


def _column(cells: Sequence[object]) -> Column:
    return cells if isinstance(cells, Column) else Column(cells)
