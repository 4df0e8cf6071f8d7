"""A range of leveraged funds, read: fund, assets and leverage in columns of any order."""

from __future__ import annotations

import re

from gex_xl.analytics.letf import Fund
from gex_xl.errors import BadInput
from gex_xl.functions.arguments import Table
from gex_xl.reading.values import is_blank, number, shown, text

_NAMES = {
    "fund": ("fund", "name", "ticker", "symbol"),
    "assets": ("assets", "aum", "netassets", "assetsusd", "aumusd"),
    "leverage": ("leverage", "l", "multiple", "factor"),
}


def read_funds(rows: Table, name: str = "funds") -> list[Fund]:
    """One fund a row below a header; blank rows are passed over. Raises BadInput that names the row and the column."""
    if not rows:
        raise BadInput(f"{name} is empty; expected a range with a header")
    header = [re.sub(r"[^a-z]", "", text(cell).lower()) for cell in rows[0]]
    places = {
        field: next((place for place, word in enumerate(header) if word in words), None)
        for field, words in _NAMES.items()
    }
    missing = [field for field, place in places.items() if place is None]
    if missing:
        raise BadInput(f"{name} has no column {missing[0]}; expected a header with fund, assets and leverage")
    out = []
    for row_number, row in enumerate(rows[1:], 2):
        cells = {
            field: row[place] if place is not None and place < len(row) else None for field, place in places.items()
        }
        if all(is_blank(cell) for cell in cells.values()):
            continue
        leverage = cells["leverage"]
        if isinstance(leverage, str):
            leverage = leverage.strip().rstrip("xX×")
        assets, factor = number(cells["assets"]), number(leverage)
        if assets is None or not 0 <= assets < 1e15:
            raise BadInput(f'{name}, row {row_number}: assets is "{shown(cells["assets"])}"; expected USD, 0 or more')
        if factor is None or not abs(factor) <= 10:
            raise BadInput(
                f'{name}, row {row_number}: leverage is "{shown(cells["leverage"])}"; expected a number such as 3 or -1'
            )
        out.append(Fund(text(cells["fund"]) or f"row {row_number}", assets, factor))
    if not out:
        raise BadInput(f"{name} has a header but no fund below it")
    return out
