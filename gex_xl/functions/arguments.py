"""What hosts hand over, made into what the core takes: one gate for every worksheet function.

A blank is None, "" or 0 depending on the host; a date is a datetime, a serial or text; a single cell may come
as a range of one.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, NewType, TypeVar

from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.summary import RegimeInputs
from gex_xl.analytics.term_structure import VixFamily
from gex_xl.analytics.zscore import EarlierValues
from gex_xl.cache import Cache, content_key
from gex_xl.chain import Chain
from gex_xl.clock import NEW_YORK
from gex_xl.desk.hedging import Lots, read_lots
from gex_xl.desk.listed import Listed
from gex_xl.desk.position_rows import read_positions
from gex_xl.desk.positions import Book
from gex_xl.desk.table import Where
from gex_xl.errors import BadInput
from gex_xl.functions.handles import Loaded, find, is_handle
from gex_xl.functions.history_range import read_history
from gex_xl.reading.dates import expiry_date, quote_time
from gex_xl.reading.values import CELL_ERRORS, is_blank, number, shown, text
from gex_xl.settings import READING, DateOrder, Settings, parse_settings

Word = TypeVar("Word", bound=StrEnum)
#: From what a cell holds and the argument's name to the value; None where the cell is blank.
Reader = Callable[[Any, str], Any]
Table = list[list[Any]]
#: Positions that may be traded and are not held: they need no contracts.
Offered = NewType("Offered", Book)
_RANGES: Cache[Chain] = Cache(8)  # chains that came as ranges, by content and by the settings they are read with
_BOOKS: Cache[Book] = Cache(8)  # the same for positions
FROM_CHAIN = "from chain"  # what an input of the workbook shows while it is blank
_LARGEST = 1e12  # no price is larger, and its square must stay a number
_SMALLEST = 1e-12  # nothing that is given and above 0 is smaller, and what is divided by it must stay a number


def scalar(value: object) -> object:
    """The one cell of a 1 x 1 range, or the value itself; None where it is blank."""
    while isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 1:
        value = value[0]
    return None if is_blank(value) or (isinstance(value, str) and value == FROM_CHAIN) else value


def amount(value: object, name: str, *, positive: bool = True) -> float | None:
    """An optional number; None where it is blank or 0. Raises BadInput for text and for ranges."""
    cell = scalar(value)
    if cell is None or (cell == 0 and not isinstance(cell, bool)):
        return None
    if isinstance(cell, Sequence) and not isinstance(cell, str):
        raise BadInput(f"{name} is a range of {len(cell)} rows; expected one cell with a number")
    found = number(cell)
    if found is None or not abs(found) < _LARGEST or (positive and found < _SMALLEST):
        raise BadInput(f'{name} is "{shown(cell)}"; expected a number{" above 0" if positive else ""}')
    return found


def number_of(value: object, name: str) -> float | None:
    """A number that may be 0; None where it is blank or "#N/A". Raises BadInput for text and for ranges."""
    cell = scalar(value)
    if cell is None or (isinstance(cell, str) and cell.lower() in CELL_ERRORS):
        return None
    return 0.0 if cell == 0 and not isinstance(cell, bool) else amount(cell, name, positive=False)


def moment(
    value: object, name: str = "as_of", *, zone: dt.tzinfo = NEW_YORK, order: DateOrder = DateOrder.AUTO
) -> dt.datetime | None:
    """An optional quote time, aware; `zone` is that of a time that names none.

    Raises BadInput for what is not a date, and for one that can be read day first and month first.
    """
    cell = scalar(value)
    if cell is None or (cell == 0 and not isinstance(cell, bool)):
        return None
    found = quote_time(cell, source=name, zone=zone, day_first=order is DateOrder.DMY)
    other = quote_time(cell, source=name, zone=zone, day_first=True) if order is DateOrder.AUTO else found
    if found and other and found != other:
        raise BadInput(
            f'{name} is "{shown(cell)}", which is {found[0]:%d %B} or {other[0]:%d %B}; expected a date such as '
            f"{found[0]:%Y-%m-%d %H:%M}, or the setting date_order"
        )
    if found is None:
        raise BadInput(f'{name} is "{shown(cell)}"; expected a date and time such as 2024-01-05 16:00')
    return found[0]


def day(value: object, name: str = "expiry") -> dt.date | None:
    """An optional date. Raises BadInput for what is not one."""
    cell = scalar(value)
    if cell is None or (cell == 0 and not isinstance(cell, bool)):
        return None
    found = None if isinstance(cell, Sequence) and not isinstance(cell, str) else expiry_date(cell)
    if found is None:
        raise BadInput(f'{name} is "{shown(cell)}"; expected a date such as 2024-01-19')
    return found


def earlier_values(value: object, name: str = "history", figure: str | None = None) -> EarlierValues | None:
    """Earlier values of a figure: a column, a row, or a table with a column of that name; None where blank."""
    if hasattr(value, "tolist"):  # a numpy array
        value = value.tolist()
    cell = scalar(value)
    if cell is None or (not isinstance(cell, Sequence) and cell == 0):
        return None
    if isinstance(cell, str) or not isinstance(cell, Sequence):
        if number(cell) is None:
            raise BadInput(f'{name} is "{shown(cell)}"; expected a range of earlier values')
        cell = [cell]
    rows: Any = [row if isinstance(row, Sequence) and not isinstance(row, str) else [row] for row in cell]
    return read_history(rows, figure, name)


def flag(value: object, name: str = "all") -> bool | None:
    """True for TRUE, 1, "yes" and "all"; False for FALSE, 0 and "no"; None where blank. Raises BadInput else."""
    word = text(scalar(value)).lower()
    if word not in ("true", "1", "1.0", "yes", "all", "false", "0", "0.0", "no", ""):
        raise BadInput(f'{name} is "{shown(word)}"; expected TRUE or FALSE')
    return word in ("true", "1", "1.0", "yes", "all") if word else None


def word(value: object, name: str, words: type[Word], default: Word | None = None) -> Word:
    """One of an enum's words, in capitals or not; `default` where blank. Raises BadInput for anything else."""
    typed = text(scalar(value))
    if typed in ("", "0", "0.0") and default is not None:  # a reference to an empty cell is 0
        return default
    plain = typed.lower().replace(" ", "_")
    if plain not in list(words):
        raise BadInput(f'{name} is "{shown(typed)}"; expected one of {", ".join(words)}')
    return words(plain)


def words(value: object, _name: str) -> str | None:
    """The text of a cell; None where it is blank or 0, as a reference to an empty cell is."""
    typed = text(scalar(value))
    return None if typed in ("", "0", "0.0") else typed


def whole(low: int, high: int | None = None) -> Reader:
    """Reader of a whole number between two bounds; None where it is blank or 0. It raises BadInput for others."""

    def read(value: object, name: str) -> int | None:
        size = amount(value, name)
        if size is None:
            return None
        if not size.is_integer() or size < low or (high is not None and size > high):
            wanted = f"{low} or more" if high is None else f"{low} to {high}"
            raise BadInput(f'{name} is "{shown(scalar(value))}"; expected a whole number, {wanted}')
        return int(size)

    return read


def moves(value: object, name: str = "moves") -> list[float]:
    """Moves as fractions, from a number, a range or text such as "-1%, 1%"; blanks are skipped.

    Raises BadInput where there is none, and for what is not a number.
    """
    found = []
    for cell in each_cell(value):
        for part in re.split("[,;]", cell) if isinstance(cell, str) else [cell]:
            if is_blank(part):
                continue
            move = number(part)
            if move is None:
                raise BadInput(f'{name} holds "{shown(part)}"; expected numbers such as 0.01, or text such as -1%, 1%')
            found.append(move)
    if not found:
        raise BadInput(f"{name} is blank; expected a range of numbers such as 0.01, or text such as -1%, 1%")
    return found


def each_cell(value: object) -> Iterator[object]:
    """The cells of a range, row by row; a single cell as it is."""
    if hasattr(value, "tolist"):  # a numpy array
        value = value.tolist()
    if isinstance(value, Sequence) and not isinstance(value, str):
        for each in value:
            yield from each_cell(each)
    else:
        yield value


def changes(value: object) -> dict[str, object]:
    """Settings that differ from the defaults, from a range or text."""
    cell = scalar(value)
    if isinstance(cell, Sequence) and not isinstance(cell, str) and all(not isinstance(r, (list, tuple)) for r in cell):
        cell = [cell]  # one row of two cells, squeezed by the host
    return parse_settings(cell)


def loaded(chain: object, settings: object = None) -> Loaded:
    """The chain of a range or of a handle, with the settings.

    Raises BadInput where settings would read the chain of a handle in another way than it was read.
    """
    changed = changes(settings)
    cell = scalar(chain)
    if isinstance(cell, str):
        if is_handle(cell):
            return _with_settings(find(cell), changed)
        if cell.lower() in CELL_ERRORS:
            raise BadInput(f"the chain is {cell}; mend the cell that it comes from")
        raise BadInput(f'the chain is the text "{shown(cell)}"; expected a range or the cell of a LOAD_CHAIN')
    if cell is None or (isinstance(cell, (int, float)) and cell == 0):  # a reference to an empty cell is 0
        raise BadInput("the chain is empty; paste an option chain with its header row")
    if hasattr(chain, "tolist"):  # a numpy array
        chain = chain.tolist()
        cell = scalar(chain)
    table: Any = chain
    if not isinstance(cell, Sequence) and not hasattr(chain, "columns"):
        raise BadInput(f'the chain is "{shown(cell)}"; expected a range or the cell of a LOAD_CHAIN')
    chosen = Settings().with_changes(changed)
    return Loaded(_read(table, chosen), settings=chosen)


def _read(cells: Any, settings: Settings) -> Chain:
    """The chain of a range: cells that were read before, with the same settings of reading, are recognised."""
    reading = settings.only(READING)
    key = content_key(cells)
    if key is None:
        return Chain.from_cells(cells, reading)
    return _RANGES.get((key, reading), lambda: Chain.from_cells(cells, reading))


def _with_settings(found: Loaded, changed: dict[str, object]) -> Loaded:
    for key in READING:
        value = changed.get(key, getattr(Settings(), key))
        # A settings sheet lists every key, so a default says nothing here.
        if value not in (getattr(Settings(), key), getattr(found.chain.settings, key)):
            raise BadInput(f"{key} = {value} decides how a chain is read; give it to the LOAD_CHAIN of this handle")
    return replace(found, settings=found.settings.with_changes(changed))


def complete(chain: object, spot: object = None, as_of: object = None, settings: object = None) -> Loaded:
    """The chain with the spot, as-of and settings given; each wins over that of LOAD_CHAIN."""
    found = loaded(chain, settings)
    given = moment(as_of, zone=found.chain.zone, order=found.settings.date_order)
    return replace(found, spot=amount(spot, "spot") or found.spot, as_of=given or found.as_of)


def contracts(chain: object, spot: object = None, as_of: object = None, settings: object = None) -> Contracts:
    """Contracts ready for exposure. Arguments win over those of LOAD_CHAIN, which win over the paste."""
    found = complete(chain, spot, as_of, settings)
    return prepare(found.chain, found.spot, found.as_of, found.settings)


def cells(value: object, name: str) -> list[list[object]]:
    """A range with a header. Raises BadInput for what is none."""
    if hasattr(value, "tolist"):  # a numpy array
        value = value.tolist()
    cell = scalar(value)
    if isinstance(cell, str) and cell.lower() in CELL_ERRORS:
        raise BadInput(f"{name} is {cell}; mend the cell that it comes from")
    if not isinstance(value, Sequence) or isinstance(value, str) or cell is None:
        raise BadInput(f"{name} is {'empty' if cell in (None, 0) else shown(cell)}; expected a range with a header")
    return [list(row) if isinstance(row, Sequence) and not isinstance(row, str) else [row] for row in value]


def given(value: object) -> bool:
    """False for a range that was left out or is blank all over."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return any(given(each) for each in value)
    return not is_blank(value) and (value != 0 or isinstance(value, bool))


def has_rows(value: object) -> bool:
    """False for a range that was left out, is blank all over, or holds nothing but its header."""
    if not given(value) or isinstance(scalar(value), str) or not isinstance(scalar(value), Sequence):
        return given(value)
    rows = [row for row in cells(value, "") if given(row)]
    return len(rows) > 1 or any(number(cell) is not None for cell in rows[0] if not is_blank(cell))


def spots(value: object) -> float | dict[str, float] | None:
    """A price, or two columns of underlying and price; a header row and blank rows are passed over."""
    if isinstance(value, dict):
        return value
    if not isinstance(scalar(value), Sequence) or isinstance(scalar(value), str):
        return amount(value, "spot")
    rows = cells(value, "spot")
    if len(rows) == 2 and all(len(row) == 1 for row in rows):
        rows = [[rows[0][0], rows[1][0]]]  # one row of two cells, squeezed by the host
    found: dict[str, float] = {}
    for number_, row in enumerate(rows, 1):
        if not given(row):
            continue
        price = number(row[1]) if len(row) > 1 else None
        if price is None and number_ == 1:
            continue
        if price is None or not _SMALLEST <= price < _LARGEST:
            raise BadInput(f"spot, row {number_}: the price of {shown(row[0])} is not a number above 0")
        found[text(row[0]).upper()] = price
    return found


def book(
    positions: object, spot: object = None, as_of: object = None, settings: object = None, chain: object = None, *,
    where: Where | None = None, held: bool = True,
) -> Book:  # fmt: skip
    """Positions of a range, or candidates (`held` False), which need no contracts; `chain`: where they are listed.

    A range that was read before is recognised, unless it is looked up in chains, which may have changed.
    """
    place = where or Where("positions" if held else "candidates")

    def read() -> Book:
        return read_positions(
            cells(positions, place.name), spots(spot), moment(as_of), settings_of(settings), where=place, held=held,
            chains=listed(chain, settings),
        )  # fmt: skip

    key = None if given(chain) else content_key([positions, spot, as_of, settings])
    return read() if key is None else _BOOKS.get((key, place, held), read)


def listed(chain: object, settings: object = None) -> list[Listed]:
    """Chains in which positions are looked up: a chain, the cell of a LOAD_CHAIN, or a range of such cells."""
    if not given(chain):
        return []
    handles = [cell for cell in each_cell(chain) if not is_blank(cell) and cell != 0]
    others = [cell for cell in handles if not (isinstance(cell, str) and is_handle(cell))]
    if others and (len(others) < len(handles) or (isinstance(chain, Sequence) and len(chain) == 1)):
        raise BadInput(f'chain: "{shown(others[0])}" is no loaded chain; expected the cells of LOAD_CHAIN')
    found = [complete(cell, settings=settings) for cell in ([chain] if others else handles)]
    return [Listed(one.chain, one.spot or one.chain.spot, one.as_of or one.chain.as_of, one.settings) for one in found]


def lots(value: object, name: str) -> Lots | None:
    """Shares per lot, or a table of how each underlying is traded; None where blank."""
    if isinstance(scalar(value), Sequence) and not isinstance(scalar(value), str):
        return read_lots(cells(value, name), Where(name)) if given(value) else None
    size = amount(value, name)
    return None if size is None else Lots(size)


def settings_of(value: object) -> Settings:
    """The settings of a range or text, with defaults for all that it does not name."""
    return Settings().with_changes(changes(value))


def vix_family(vix9d: object, vix: object, vix3m: object) -> VixFamily:
    """The VIX family in points, None where blank."""
    return VixFamily(amount(vix9d, "vix9d"), amount(vix, "vix"), amount(vix3m, "vix3m"))


def regime_inputs(vix9d: object, vix: object, vix3m: object, skew_25d_z: object, history: object) -> RegimeInputs:
    """What the regime asks beyond the chain."""
    z = amount(skew_25d_z, "skew_25d_z", positive=False)
    return RegimeInputs(*vix_family(vix9d, vix, vix3m), z, earlier_values(history, figure="skew_25d"))


def between(low: float, high: float) -> Reader:
    """Reader of a number between two bounds, None where it is blank; 0 is a number where the bounds allow it."""

    def read(value: object, name: str) -> float | None:
        cell = scalar(value)
        if cell is None or (cell == 0 and not low <= 0 <= high):
            return None
        size = number(cell)
        if size is None or not low <= size <= high:
            raise BadInput(f'{name} is "{shown(cell)}"; expected a number from {low:g} to {high:g}')
        return size

    return read


def share(value: object, name: str) -> float | None:
    """A number above 0 and at most 1; None where it is blank or 0."""
    size: float | None = between(0.0, 1.0)(amount(value, name), name)
    return size


def each_between(low: float, high: float) -> Reader:
    """Reader of the numbers of one cell or a range, blanks left out; None where there are none."""
    one = between(low, high)

    def read(value: object, name: str) -> list[float] | None:
        return [
            size for cell in each_cell(value) if not is_blank(cell) and (size := one(cell, name)) is not None
        ] or None

    return read
