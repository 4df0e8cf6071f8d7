"""A range of known positions, read: series, dealers' signed contracts, source; columns in any order."""

from __future__ import annotations

import re

from gex_xl.analytics.known import KnownPosition
from gex_xl.errors import BadInput
from gex_xl.functions.arguments import Table
from gex_xl.reading.dates import expiry_date
from gex_xl.reading.symbols import parse
from gex_xl.reading.values import is_blank, number, right, shown, text

_NAMES = {
    "symbol": ("symbol", "series", "contract", "occ", "occsymbol", "option"),
    "root": ("root", "underlying"),
    "expiry": ("expiry", "expiration", "expirationdate"),
    "strike": ("strike", "strikeprice"),
    "right": ("right", "type", "callput", "cp"),
    "contracts": ("contracts", "position", "dealerposition", "dealers", "dealerscontracts", "quantity", "net"),
    "source": ("source", "who", "note"),
}


def read_known(rows: Table, name: str = "known") -> list[KnownPosition]:
    """One series a row below a header: symbol, or expiry, strike and right (root where two settle on a date).

    A blank number of contracts keeps the convention, so the row is passed over; 0 is 0. Raises BadInput that names the
    row and the column.
    """
    header = [re.sub(r"[^a-z]", "", text(cell).lower()) for cell in rows[0]]
    places = {
        field: next((place for place, word in enumerate(header) if word in words), None)
        for field, words in _NAMES.items()
    }
    series = places["symbol"] is not None or None not in (places["expiry"], places["strike"], places["right"])
    if places["contracts"] is None or not series:
        raise BadInput(
            f"{name} has the columns {', '.join(map(shown, rows[0][:12]))}; expected contracts, and symbol or "
            "expiry, strike and right"
        )
    out = []
    for row_number, row in enumerate(rows[1:], 2):
        cells = {
            field: row[place] if place is not None and place < len(row) else None for field, place in places.items()
        }
        if is_blank(cells["contracts"]):
            continue
        held = number(cells["contracts"])
        if held is None or not abs(held) < 1e9:
            raise _not(name, row_number, "contracts", cells, "a number, short negative")
        out.append(_position(cells, row_number, held, name))
    return out


def _position(cells: dict[str, object], row: int, held: float, name: str) -> KnownPosition:
    source = text(cells["source"])
    if not is_blank(cells["symbol"]):
        found = parse(cells["symbol"])
        if found is None or found.expiry is None:
            raise _not(name, row, "symbol", cells, "one such as SPXW250321C05000000")
        return KnownPosition(row, found.root, found.expiry, found.strike, found.right == "C", held, source)
    day, strike, side = expiry_date(cells["expiry"]), number(cells["strike"]), right(cells["right"])
    if day is None:
        raise _not(name, row, "expiry", cells, "a date such as 2024-01-19")
    if strike is None or strike <= 0:
        raise _not(name, row, "strike", cells, "a number above 0")
    if side is None:
        raise _not(name, row, "right", cells, "C or P")
    return KnownPosition(row, text(cells["root"]).upper(), day, strike, side == "C", held, source)


def _not(name: str, row: int, field: str, cells: dict[str, object], wanted: str) -> BadInput:
    return BadInput(f'{name}, row {row}: {field} is "{shown(cells[field])}"; expected {wanted}')
