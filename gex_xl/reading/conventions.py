"""What can be read in two ways, decided for a whole paste: the decimal mark, the order of dates, the unit of iv.

Each takes the setting where there is one, else the reading that all the cells support, and says what it took
where they support both. Cells that contradict each other are refused.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from gex_xl.arrays import FloatArray
from gex_xl.errors import BadInput
from gex_xl.reading import at_once
from gex_xl.reading.dates import NUMERIC_DATE
from gex_xl.reading.values import is_blank, number, shown, text
from gex_xl.settings import DateOrder, Decimal, IvUnit

# With one comma and three digits behind it, the comma may be either mark; with these it is one of them.
_DECIMAL_COMMA = re.compile(r"[+-]?(?:\d*,(?:\d{0,2}|\d{4,})|0+,\d{3}|\d{4,},\d+|\d{1,3}(?:[. ’']\d{3})+,\d+)")
_DECIMAL_POINT = re.compile(r"[+-]?(?:\d*\.(?:\d{0,2}|\d{4,})|0*\.\d{3}|\d{4,}\.\d+|\d{1,3}(?:[, ’']\d{3})+\.\d+)")
_THOUSANDS_COMMA = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3}){2,}")
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
# 10 000 %: what is above it, or above that in percent, is a feed's way of writing "none".
_HIGH_IV, _NO_PERCENT = 100.0, 10_000.0
_PERCENT = "%％"


def decimal_comma(columns: Iterable[Sequence[object]], setting: Decimal) -> tuple[bool, str]:
    """Whether text has a decimal comma, and what to say where the cells support both marks.

    `columns` are those that hold numbers. Raises BadInput where some cells have a point and others a comma.
    """
    if setting is not Decimal.AUTO:
        return setting is Decimal.COMMA, ""
    columns = list(columns)
    marked = [cells for cells in columns if not at_once.without(cells, ",")]
    with_commas = [text(c) for cells in marked for c in cells if isinstance(c, str) and "," in c]
    if not with_commas:
        return False, ""
    commas = [word for word in with_commas if _matches(_DECIMAL_COMMA, word)]
    points = [word for word in with_commas if _matches(_DECIMAL_POINT, word) or _matches(_THOUSANDS_COMMA, word)]
    if not points:
        points = [
            word
            for cells in columns
            for c in cells
            if isinstance(c, str) and "." in c and _matches(_DECIMAL_POINT, word := text(c))
        ]
    if commas and points:
        raise BadInput(
            f'the paste holds "{shown(commas[0])}" and "{shown(points[0])}"; expected one decimal mark in all of '
            "it, or the setting decimal = comma or point"
        )
    if commas:
        return True, f"figures such as {shown(commas[0])} are read with a decimal comma"
    either = next((word for word in with_commas if _matches(_EITHER, word)), "")
    if points or not either:
        return False, ""
    return False, f"{either} is read as {either.replace(',', '')}; decimal = comma reads it as a decimal"


def _matches(pattern: re.Pattern[str], word: str) -> bool:
    return any(c.isdigit() for c in word) and pattern.fullmatch(word.rstrip("% KM").strip("$€£ ")) is not None


def day_first(cells: Iterable[object], setting: DateOrder) -> tuple[bool, str]:
    """Whether numeric dates are day first, and what to say where the cells support both orders.

    Raises BadInput where some dates can only be day first and others only month first.
    """
    if setting is not DateOrder.AUTO:
        return setting is DateOrder.DMY, ""
    distinct = [cell for cell in dict.fromkeys(cells) if isinstance(cell, str)]
    found = [(cell, match) for cell in distinct if (match := NUMERIC_DATE.search(text(cell)))]
    if not found:
        return False, ""
    days = [cell for cell, match in found if int(match[1]) > 12]
    months = [cell for cell, match in found if int(match[3]) > 12]
    if days and months:
        raise BadInput(
            f'the dates "{shown(days[0])}" and "{shown(months[0])}" have the day in different places; expected one '
            "order, or dates such as 2024-01-19"
        )
    if days or months:
        return bool(days), ""
    both = next(((cell, match) for cell, match in found if match[1] != match[3]), None)
    if both is None:
        return False, ""
    first = all(match[2] == "." for _, match in found)  # 03.04.2025 is written where the day stands first
    if not first:
        first = _weekends(found, day_at=3) > _weekends(found, day_at=1) == 0
    words = ("day first", "mdy", "month") if first else ("month first", "dmy", "day")
    said = f"dates such as {shown(both[0])} can be read both ways and are read {words[0]}"
    return first, f"{said}; date_order = {words[1]} takes the {words[2]} first"


def _weekends(found: list[tuple[str, re.Match[str]]], day_at: int) -> int:
    """How many of the dates fall on a weekend, on which nothing expires and nothing is quoted."""
    count = 0
    for _, match in found:
        year = int(match[4]) + (2000 if len(match[4]) == 2 else 0)
        try:
            count += dt.date(year, int(match[4 - day_at]), int(match[day_at])).weekday() > 4
        except ValueError:
            count += 1
    return count


def iv_factor(
    iv: FloatArray,
    columns: Sequence[tuple[str, Sequence[object]]],
    rows: npt.NDArray[np.int64],
    setting: IvUnit = IvUnit.AUTO,
    *,
    highest: float = np.inf,
) -> tuple[float, str, bool]:
    """What makes iv decimals: the factor, what to say, and whether it rests on the size of the figures alone.

    `columns` are the titles and cells that the iv is of, `rows` the row numbers of each. A column is in percent as a
    whole or not at all. Signs of percent: a % in the cells (whose figures are decimals already); a % in a title, where
    half of the figures are above 1 (a worksheet shows 0.25 as 25 %); or nine in ten figures above 2.5. A decimal column
    would need 250 % at the money for that; deep wings of a short expiry alone do not reach nine in ten. Figures above
    `highest` are a feed's way of writing "none". Raises BadInput where a column has figures with and without a %.
    """
    if not all(at_once.without(cells, _PERCENT) for _, cells in columns) and _signed(columns, rows):
        return 1.0, "iv is written in percent; read as decimals", False
    if setting is not IvUnit.AUTO:
        return (
            (0.01, "iv_unit = percent: iv is divided by 100", False) if setting is IvUnit.PERCENT else (1.0, "", False)
        )
    real = iv[(iv > 0.02) & (iv < _NO_PERCENT)]
    if not real.size:
        return 1.0, "", True
    if any("%" in title for title, _ in columns) and np.median(real) > 1:
        return 0.01, "the iv column is titled in percent; divided by 100", False
    low = np.quantile(real, 0.1, method="lower")
    if low > 2.5:
        return 0.01, "iv looks like percent in the whole column; divided by 100", True
    if low > 1 or 5 < real.max() <= highest:
        return (
            1.0,
            (
                f"iv runs from {real.min():g} to {real.max():g} and is read as decimals, 1 being 100 %; "
                "iv_unit = percent divides it by 100"
            ),
            True,
        )
    return 1.0, "", True


def _signed(columns: Sequence[tuple[str, Sequence[object]]], rows: npt.NDArray[np.int64]) -> bool:
    """Whether figures have a sign of percent. Raises BadInput where some have and others not."""
    signs = [[isinstance(c, str) and any(mark in c for mark in _PERCENT) for c in cells] for _, cells in columns]
    if not any(map(any, signs)):
        return False
    for (_, cells), signed in zip(columns, signs, strict=True):
        for cell, sign, row in zip(cells, signed, rows.tolist(), strict=True):
            if not sign and not is_blank(cell) and (number(cell) or 0.0) != 0.0:
                raise BadInput(
                    f'iv in row {row} is "{shown(cell)}" and others have a %; expected one unit in all of the column'
                )
    return True


def without_placeholders(iv: FloatArray, low: float, high: float) -> FloatArray:
    """iv with NaN for what a feed writes where it has none: at or below `low`, above `high`, or absurd."""
    with np.errstate(invalid="ignore"):
        return np.where((iv > max(low, 0.0)) & (iv <= min(high, _HIGH_IV)), iv, np.nan)
