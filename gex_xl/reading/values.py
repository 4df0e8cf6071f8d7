"""Numbers, symbols and rights as feeds, people and spreadsheets write them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from gex_xl.errors import BadInput

FloatArray = npt.NDArray[np.float64]

#: Written where a feed has no figure. Anything else that is not a number is an error, never a blank.
PLACEHOLDERS = frozenset({"", "-", "--", "---", "–", "—", "nan", "none", "null", "<empty>"})
#: Excel's error texts: a cell that failed upstream, in an optional column as good as missing.
CELL_ERRORS = frozenset({"#n/a", "#value!", "#ref!", "#div/0!", "#num!", "#name?", "#null!"})
_NOT_GIVEN = frozenset({"n/a", "na", "n.a."})
_SPACES = dict.fromkeys(map(ord, "\u00a0\u202f\u2009\u200e\u200f\u200b\ufeff"), " ")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?")  # "0,250" has a decimal comma
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
#: OCC option symbol: root, yymmdd, C or P, strike x 1000 (eight digits; OptionMetrics writes fewer). A symbol
#: that begins with a point is thinkorswim's, and its strike is plain.
OCC = re.compile(r"(\.?)([A-Z][A-Z.^]{0,5}\d{0,2}?)\s*(\d{6})([CP])(\d{1,8}(?:\.\d+)?)")


def is_blank(cell: object) -> bool:
    """True for what a spreadsheet or a feed leaves empty."""
    if cell is None:
        return True
    if isinstance(cell, float):
        return cell != cell
    # Most cells are decided by their first character.
    return isinstance(cell, str) and not cell[:1].isalnum() and not text(cell)


def text(cell: object) -> str:
    """A cell as plain text, its odd spaces and marks made ordinary."""
    if cell is None:
        return ""
    written = str(cell)
    return (written if written.isascii() else written.translate(_SPACES)).strip()


def number(cell: object) -> float | None:
    """One cell as a number: thousands separators and % are understood; None where it is not a number."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, (int, float, np.number)):
        return float(cell)
    written = text(cell).replace("−", "-")
    percent = written.endswith("%")
    if percent:
        written = written[:-1].rstrip()
    written = written.lstrip("$€£").lstrip()
    if _THOUSANDS.fullmatch(written):
        written = written.replace(",", "")
    if not _NUMBER.fullmatch(written):
        return None
    return float(written) / 100 if percent else float(written)


def numbers(cells: Sequence[object], rows: npt.NDArray[np.int64], name: str, *, needed: bool) -> FloatArray:
    """A column of numbers, NaN where the feed has none.

    `rows` are the row numbers that the user sees, for the message. In a `needed` column the words "n/a"
    and a failed cell are errors; elsewhere they are as good as blank. Raises BadInput for any other text.
    """
    kinds = set(map(type, cells))
    if kinds <= {float, int, type(None)}:
        return np.array(cells, dtype=np.float64)
    if bool not in kinds:
        with contextlib.suppress(TypeError, ValueError):
            return np.array([np.nan if c is None or c == "" else c for c in cells], dtype=object).astype(np.float64)
    out = np.full(len(cells), np.nan)
    for i, cell in enumerate(cells):
        value = number(cell)
        if value is not None:
            out[i] = value
            continue
        word = text(cell).lower()
        if word in PLACEHOLDERS or (not needed and (word in _NOT_GIVEN or word in CELL_ERRORS)):
            continue
        raise BadInput(f'{name} in row {rows[i]} is "{text(cell)}"; expected a number')
    return out


def has_percent_signs(cells: Sequence[object]) -> bool:
    """True where most of the cells that hold anything are written with a % sign."""
    if not any("%" in c for c in cells if isinstance(c, str)):
        return False
    filled = [c for c in cells if not is_blank(c) and text(c).lower() not in PLACEHOLDERS]
    return bool(filled) and 2 * sum(isinstance(c, str) and text(c).endswith("%") for c in filled) > len(filled)


_RIGHTS = {"c": "C", "call": "C", "calls": "C", "1": "C", "p": "P", "put": "P", "puts": "P", "-1": "P"}


def right(cell: object) -> str | None:
    """`C` or `P`, or None where the cell says neither."""
    word = text(cell).lower().replace("−", "-").removesuffix(".0")
    return _RIGHTS.get(word)
