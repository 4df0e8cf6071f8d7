"""What hosts hand over, made into what the core takes: one gate for every worksheet function.

A blank is None, "" or 0 depending on the host; a date is a datetime, a serial or text; a single cell may come
as a range of one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from gex_xl.analytics.lines import Lines, prepare
from gex_xl.chain import Chain
from gex_xl.errors import BadInput
from gex_xl.handles import Loaded, find, is_handle
from gex_xl.memory import Memory, content_key
from gex_xl.reading.dates import quote_time
from gex_xl.reading.values import CELL_ERRORS, is_blank, number, text
from gex_xl.settings import parse_settings

_RANGES: Memory[Chain] = Memory(8)  # chains that came as ranges, by content
_LARGEST = 1e12  # no price is larger, and its square must stay a number


def scalar(value: object) -> object:
    """The one cell of a 1 x 1 range, or the value itself; None where it is blank."""
    while isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 1:
        value = value[0]
    return None if is_blank(value) else value


def amount(value: object, name: str, *, positive: bool = True) -> float | None:
    """An optional number; None where it is blank or 0. Raises BadInput for text and for ranges."""
    cell = scalar(value)
    if cell is None or (cell == 0 and not isinstance(cell, bool)):
        return None
    if isinstance(cell, Sequence) and not isinstance(cell, str):
        raise BadInput(f"{name} is a range of {len(cell)} rows; expected one cell with a number")
    found = number(cell)
    if found is None or not abs(found) < _LARGEST or (positive and found < 0):
        raise BadInput(f'{name} is "{text(cell)}"; expected a number{" above 0" if positive else ""}')
    return found


def moment(value: object, name: str = "as_of") -> dt.datetime | None:
    """An optional quote time, aware. Raises BadInput for what is not a date."""
    cell = scalar(value)
    if cell is None or (cell == 0 and not isinstance(cell, bool)):
        return None
    found = quote_time(cell, source=name)
    if found is None:
        raise BadInput(f'{name} is "{text(cell)}"; expected a date and time such as 2024-01-05 16:00')
    return found[0]


def flag(value: object, name: str = "all") -> bool:
    """True for TRUE, 1, "yes" and "all"; False for blank, FALSE, 0 and "no". Raises BadInput for anything else."""
    word = text(scalar(value)).lower()
    if word not in ("true", "1", "1.0", "yes", "all", "false", "0", "0.0", "no", ""):
        raise BadInput(f'{name} is "{word}"; expected TRUE or FALSE')
    return word in ("true", "1", "1.0", "yes", "all")


def changes(value: object) -> dict[str, object]:
    """Settings that differ from the defaults, from a range or text."""
    cell = scalar(value)
    if isinstance(cell, Sequence) and not isinstance(cell, str) and all(not isinstance(r, (list, tuple)) for r in cell):
        cell = [cell]  # one row of two cells, squeezed by the host
    return parse_settings(cell)


def loaded(chain: object) -> Loaded:
    """The chain of a range or of a handle."""
    cell = scalar(chain)
    if isinstance(cell, str):
        if is_handle(cell):
            return find(cell)
        if cell.lower() in CELL_ERRORS:
            raise BadInput(f"the chain is {cell}; mend the cell that it comes from")
        raise BadInput(f'the chain is the text "{cell[:60]}"; expected a range or the cell of a LOAD_CHAIN')
    if cell is None or (isinstance(cell, (int, float)) and cell == 0):  # a reference to an empty cell is 0
        raise BadInput("the chain is empty; paste an option chain with its header row")
    if hasattr(chain, "tolist"):  # a numpy array
        chain = chain.tolist()
        cell = scalar(chain)
    table: Any = chain
    if not isinstance(cell, Sequence) and not hasattr(chain, "columns"):
        raise BadInput(f'the chain is "{text(cell)[:60]}"; expected a range or the cell of a LOAD_CHAIN')
    key = content_key(table)
    return Loaded(Chain.from_cells(table) if key is None else _RANGES.recall(key, lambda: Chain.from_cells(table)))


def lines(chain: object, spot: object = None, as_of: object = None, settings: object = None) -> Lines:
    """Contracts ready for exposure. Arguments win over those of LOAD_CHAIN, which win over the paste."""
    found = loaded(chain)
    return prepare(
        found.chain,
        amount(spot, "spot") or found.spot,
        moment(as_of) or found.as_of,
        found.settings.with_changes(changes(settings)),
    )
