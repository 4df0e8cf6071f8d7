"""Worksheet function for several underlyings at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated

from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.watchlist import watchlist
from gex_xl.errors import BadInput
from gex_xl.functions import arguments
from gex_xl.functions.arguments import Table
from gex_xl.functions.common import EXAMPLE_CHAIN
from gex_xl.functions.handles import is_handle
from gex_xl.functions.registry import worksheet
from gex_xl.reading.values import is_blank, shown
from gex_xl.settings import Settings

_LARGEST = 100


def _handles(value: object, name: str) -> list[object]:
    """The cells that are not blank, up to 100; a chain in place of handles is one row."""
    cells = [cell for cell in arguments.each_cell(value) if not is_blank(cell) and cell != 0]
    if not cells:
        raise BadInput(f"{name} is blank; expected the cells of LOAD_CHAIN formulas")
    is_range = isinstance(arguments.scalar(value), Sequence) and not isinstance(arguments.scalar(value), str)
    if is_range and not any(isinstance(cell, str) and (is_handle(cell) or cell.startswith("#")) for cell in cells):
        return [value]
    if len(cells) > _LARGEST:
        raise BadInput(f"{name} has {len(cells)} cells; expected up to {_LARGEST} cells of LOAD_CHAIN formulas")
    return cells


def _contracts(handle: object, changed: dict[str, object]) -> Contracts:
    found = arguments.loaded(handle, changed or None)
    return prepare(found.chain, found.spot, found.as_of, found.settings)


@worksheet("Several underlyings", EXAMPLE_CHAIN)
def WATCHLIST(
    handles: Annotated[list[object], "A range of cells with LOAD_CHAIN formulas, one an underlying", _handles],
    settings: Settings,
) -> Table:
    """One row an underlying: total, share of gross, what the other sign says, zero gamma, walls, expected move, 0DTE
    share and the regime in words. A chain that cannot be read says why in its row and spoils no other.

    Returns table: symbol, as of, spot, total, share of gross, other sign, zero gamma, its distance, walls, expected
    move to the next expiry, 0DTE share of gross, regime, why.
    """
    changed: dict[str, object] = {
        key: value for key, value in settings.as_dict().items() if value != Settings().as_dict()[key]
    }
    named: list[tuple[str, Callable[[], Contracts]]] = [
        (
            shown(handle) if isinstance(handle, str) and not handle.startswith("#") else f"row {row}",
            partial(_contracts, handle, changed),
        )
        for row, handle in enumerate(handles, 1)
    ]
    head = [
        "Symbol", "As of", "Spot", "Total GEX", "Unit", "Of gross", "Under the other sign", "Zero gamma", "From spot",
        "Call wall", "Put wall", "Expected move", "0DTE of gross", "Regime", "Why",
    ]  # fmt: skip
    rows: Table = [head]
    for row in watchlist(named):
        if row.error:
            rows.append([row.name, *[""] * 12, "cannot be read", row.error])
            continue
        figures = [
            row.symbol, row.as_of, row.spot, row.total, row.unit, row.net_share, row.other_total,
            "none" if row.zero_gamma is None else row.zero_gamma, row.zero_distance, row.call_wall, row.put_wall,
            row.expected_move, row.zero_dte_share, row.regime, row.sentence,
        ]  # fmt: skip
        rows.append(["" if figure is None else figure for figure in figures])
    return rows
