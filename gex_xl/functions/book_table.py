"""Worksheet functions behind the sheets of a desk: all ranges are read once, and no figure rests on a bad row."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial
from typing import Annotated, Any, TypeVar

from gex_xl.cache import content_key
from gex_xl.desk.limits import WARN_AT
from gex_xl.desk.overview import PARTS, Inputs, Overview, overview
from gex_xl.desk.table import Where, read_table
from gex_xl.errors import BadInput, GexError, shown
from gex_xl.functions import arguments, desk_handles
from gex_xl.functions.arguments import Table
from gex_xl.functions.book_sheets import TABLES
from gex_xl.functions.positions import AS_OF, EXAMPLE_LIMITS, EXAMPLE_POSITIONS
from gex_xl.functions.registry import worksheet
from gex_xl.reading.values import CELL_ERRORS

Given = TypeVar("Given")
BookTable = StrEnum("BookTable", {name.upper(): name for name in TABLES})  # type: ignore[misc]
_ALL = (
    *PARTS,
    "spot",
    "as_of",
    "settings",
    "places",
    "horizon_days",
    "risk_aversion",
    "days",
    "warn_at",
    "chain",
    "name",
)
_TAKEN = "As {} take it; blank, or a header alone: not given"


def _raw(value: object, _name: str) -> Any:
    """What the cells hold, so that what is wrong with them is said in the table and not by an error."""
    return value


_EXACT = 2**63
_DAYS = 36_500  # no horizon is longer
_LAST_DAY = 2_958_465  # 31 December 9999, as worksheets count days
#: What the cells hold, as they hold it; a row of words alone counts, as handles of chains do.
_Range = Annotated[Table | str | None, _raw]
_Cell = Annotated[object, _raw]


@worksheet("Own book", EXAMPLE_POSITIONS, None, AS_OF, *[None] * 7, EXAMPLE_LIMITS)
def LOAD_BOOK(
    positions: Annotated[Table | None, _raw, "As BOOK_EXPOSURE takes them"],
    spot: Annotated[_Range, "Price of the underlying, or two columns of name and price; blank: from the rows"] = None,
    as_of: Annotated[_Cell, "Time of valuation; blank: a column of that name, or the chain's"] = None,
    settings: Annotated[_Range, "Settings, such as rate=0.04; blank: defaults"] = None,
    candidates: Annotated[_Range, _TAKEN.format("HEDGE_OPTIONS")] = None,
    bounds: Annotated[_Range, _TAKEN.format("HEDGE_OPTIONS")] = None,
    products: Annotated[_Range, _TAKEN.format("HEDGE_RELATED")] = None,
    correlations: Annotated[_Range, _TAKEN.format("HEDGE_BASKET")] = None,
    lots: Annotated[_Range, "How each underlying is traded, as HEDGE_UNDERLYING takes a table of lots"] = None,
    betas: Annotated[_Range, _TAKEN.format("GAP_RISK")] = None,
    limits: Annotated[_Range, _TAKEN.format("LIMIT_CHECK")] = None,
    states: Annotated[_Range, "Earlier states of limits, as LIMIT_CHECK takes them"] = None,
    quotes: Annotated[_Range, _TAKEN.format("QUOTE_ADJUST")] = None,
    places: Annotated[
        _Range,
        "Where ranges stand: columns range, sheet, first row, and beyond, the cells below that are not read; messages "
        "then name the sheet's rows",
    ] = None,
    name: Annotated[_Cell, "Name of the book, for the status line"] = None,
    horizon_days: Annotated[_Cell, "Days over which basis risk is measured; blank: 1"] = None,
    risk_aversion: Annotated[_Cell, "As QUOTE_ADJUST takes it; blank: 0.00003"] = None,
    days: Annotated[_Cell, "As QUOTE_ADJUST takes it; blank: 1"] = None,
    warn_at: Annotated[_Cell, "Share of a limit from which its state is near; blank: 0.8"] = None,
    chain: Annotated[_Range, "A loaded chain, or a range of several, in which positions are listed"] = None,
) -> str:
    """Read all ranges of a desk once and keep them in memory; returns a short text that BOOK_TABLE takes. It never
    fails: what cannot be read is said by the table headline, and leaves the tables that rest on it blank.

    Returns text: name, positions, date and a digest, such as "Desk A, 8 positions 2025-10-08 #3f2a91".
    """
    cells = {
        "positions": positions, "spot": spot, "as_of": as_of, "settings": settings, "candidates": candidates,
        "bounds": bounds, "products": products, "correlations": correlations, "lots": lots, "betas": betas,
        "limits": limits, "states": states, "quotes": quotes, "places": places, "horizon_days": horizon_days,
        "risk_aversion": risk_aversion, "days": days, "warn_at": warn_at, "chain": chain, "name": name,
    }  # fmt: skip
    key = content_key([_alike(value) for value in cells.values()])
    digest = hashlib.blake2b(repr(cells).encode(), digest_size=16).digest() if key is None else key
    called = arguments.words(name, "name") or ""
    return desk_handles.store(_overview(cells), called, digest.hex())


def _alike(cell: Any) -> Any:
    """What a cell or a range holds, as every host hands it over: numbers as floats, blanks and blank ends as none."""
    if isinstance(cell, (list, tuple)):
        cells = [_alike(inner) for inner in cell]
        while cells and (cells[-1] is None or cells[-1] == []):
            cells.pop()
        return cells
    if isinstance(cell, int) and not isinstance(cell, bool):
        return float(cell) if abs(cell) < _EXACT else cell
    return None if cell == "" else cell


@worksheet("Own book", EXAMPLE_POSITIONS, "exposure")
def BOOK_TABLE(
    book: Annotated[Table | None, _raw, "The cell of a LOAD_BOOK; or positions, where nothing else is to be given"],
    table: Annotated[BookTable, f"Which: {', '.join(TABLES)}"],
) -> Table:
    """A table of a desk's sheets, ready to be shown; blank where it rests on something that cannot be read.

    Returns table: the columns of the one asked for, without a header; one blank row where it cannot be computed.
    """
    if isinstance(arguments.scalar(book), str):
        return TABLES[table](*desk_handles.find(book, "book"))
    return TABLES[table](_overview({"positions": book}), "")


def _overview(given: Mapping[str, Any]) -> Overview:
    cells = {**dict.fromkeys(_ALL), **given}
    faults: dict[str, str] = {}

    def read(part: str, reader: Callable[[], Given], blank: Given) -> Given:
        try:
            return reader()
        except GexError as error:
            faults.setdefault(part, str(error))
            return blank

    def amount(part: str, name: str, blank: float, most: float = _DAYS) -> float:
        return read(part, lambda: arguments.between(0, most)(arguments.amount(cells[name], name), name) or blank, blank)

    def near() -> float:
        return arguments.share(cells["warn_at"], "warn_at") or WARN_AT

    ranges: dict[str, Any] = {}
    for part in PARTS:
        if arguments.has_rows(cells[part]):
            table: list[list[object]] = read(part, partial(arguments.cells, cells[part], part), [])
            ranges |= {part: table} if table else {}
    none: tuple[dict[str, Where], dict[str, int]] = ({}, {})
    places, beyond = read("positions", lambda: _places(cells["places"]), none)
    read("positions", lambda: _check_name(cells["name"]), None)
    settings = read("positions", lambda: arguments.settings_of(cells["settings"]), arguments.settings_of(None))
    return overview(
        Inputs(
            ranges, read("positions", lambda: arguments.spots(cells["spot"]), None),
            read("positions", lambda: _moment(cells["as_of"]), None), settings,
            read("positions", lambda: arguments.listed(cells["chain"], cells["settings"]), []), places, beyond, faults,
            amount("ways", "horizon_days", 1.0),
            read("quotes", near, read("limits", near, WARN_AT)), amount("quotes", "risk_aversion", 0.00003, 1.0),
            amount("quotes", "days", 1.0),
        )
    )  # fmt: skip


def _moment(value: object) -> dt.datetime | None:
    """As of, of a cell: a figure there is a date of the sheet's, never the seconds of a feed."""
    cell = arguments.scalar(value)
    if isinstance(cell, (int, float)) and cell > _LAST_DAY:
        raise BadInput(f'as_of is "{shown(cell)}"; expected a date and time such as 2024-01-05 16:00')
    return arguments.moment(value)


def _check_name(value: object) -> None:
    found = arguments.words(value, "name") or ""
    if found.lower() in CELL_ERRORS:
        raise BadInput(f"name is {found}; mend the cell that it comes from")


def _places(value: object) -> tuple[dict[str, Where], dict[str, int]]:
    """How messages name each range, and how many cells stand beyond it."""
    if not arguments.has_rows(value):
        return {}, {}
    rows = read_table(
        arguments.cells(value, "places"), Where("places"),
        {"range": (), "sheet": (), "first_row": ("firstrow",), "beyond": ()}, ("range", "sheet", "first_row"),
    )  # fmt: skip
    places: dict[str, Where] = {}
    beyond: dict[str, int] = {}
    for row in rows:
        part = row.word("range").lower()
        if part not in PARTS:
            raise row.bad("range", f"one of {', '.join(PARTS)}")
        places[part] = Where(part, row.word("sheet"), int(row.needed("first_row", 1)))
        beyond[part] = int(row.amount("beyond", 0) or 0)
    return places, beyond
