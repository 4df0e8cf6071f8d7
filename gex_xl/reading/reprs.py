"""Objects that a table of Python wrote as text, `Option(symbol='SPY', strike=495.0)`, taken apart into columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

Cells = Sequence[Sequence[object]]
_OBJECT = re.compile(r"\w+\((?=\w+=)(.*)\)", re.DOTALL)
_PART = re.compile(r"(\w+)=('[^']*'|\"[^\"]*\"|[^,()\s]+)")
_LONGEST, _SAMPLES = 2000, 20
#: Interactive Brokers keeps greeks of the bid, the ask and the last price beside those of its model.
_OTHER_GREEKS = frozenset({"bidGreeks", "askGreeks", "lastGreeks"})
_RENAMED = {"time": "quote time"}  # of a ticker; in any other table a time may be one of day
_NO_VALUES = frozenset({"None", "nan", "NaN"})


def expand(rows: Cells, header: int) -> list[Sequence[object]]:
    """The rows with a column for each part of such objects, `contract.strike`; all others as they are."""
    at = sorted({j for row in rows[header + 1 : header + 1 + _SAMPLES] for j, cell in enumerate(row) if _parts(cell)})
    if not at:
        return list(rows)
    out: list[Sequence[object]] = list(rows[:header])
    names: dict[int, list[str]] = {}
    for j in at:
        title = str(rows[header][j])
        parts = [key for row in rows[header + 1 :] if j < len(row) for key in _parts(row[j])]
        names[j] = [] if title in _OTHER_GREEKS else list(dict.fromkeys(parts))
    added = [(j, key) for j in at for key in names[j]]
    # Taken apart, the object itself would be a second column of the same.
    kept = [j for j in range(len(rows[header])) if j not in names]
    own = [_RENAMED.get(str(rows[header][j]), rows[header][j]) for j in kept]
    out.append([*own, *(f"{rows[header][j]}.{key}" for j, key in added)])
    for row in rows[header + 1 :]:
        parts_of = {j: _parts(row[j]) if j < len(row) else {} for j in at}
        out.append([*(row[j] if j < len(row) else None for j in kept), *(parts_of[j].get(key) for j, key in added)])
    return out


def _parts(cell: object) -> dict[str, object]:
    found = _OBJECT.fullmatch(cell[:_LONGEST].strip()) if isinstance(cell, str) else None
    if not found:
        return {}
    return {key: None if value in _NO_VALUES else value.strip("'\"") for key, value in _PART.findall(found[1])}
