"""The part of a worksheet function that every host shares: call its body, and hand back what a cell can hold."""

from __future__ import annotations

import math
from typing import Any

from gex_xl.errors import NoValue
from gex_xl.functions.registry import Function

_LONGEST_TEXT = 32_767  # characters, of a cell of Excel and of Calc
_CUT = " … (cut)"


def clean(value: Any) -> Any:
    """One policy for every host: no NaN, inf or None reaches a cell, and no text that is too long for one."""
    if isinstance(value, (list, tuple)):
        # Most cells are short texts and finite numbers, and a table has many: x - x is 0 for finite x only.
        return [
            v if (type(v) is str and len(v) <= _LONGEST_TEXT) or (type(v) is float and v - v == 0.0) else clean(v)
            for v in value
        ]
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return value[: _LONGEST_TEXT - len(_CUT)] + _CUT
    if value is None:
        return ""
    if isinstance(value, float) and not math.isfinite(value):
        return NoValue.excel
    return value


def evaluate(record: Function, given: tuple[Any, ...]) -> Any:
    """What the cell holds, "#N/A" where there is no value. Raises GexError with one sentence for bad input."""
    try:
        return clean(record.body(*given))
    except NoValue as error:
        return error.excel
