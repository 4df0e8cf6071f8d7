"""Worksheet functions for levels that people draw: a table of all, and the text that charting programs take."""

from __future__ import annotations

from typing import Annotated

from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.levels_text import LevelsFormat, levels_text
from gex_xl.analytics.price_levels import NEAR, Mapping, price_levels
from gex_xl.errors import BadInput
from gex_xl.functions import arguments
from gex_xl.functions.arguments import Table
from gex_xl.functions.common import EXAMPLE_SMILES
from gex_xl.functions.registry import worksheet

_CELL = 32_767  # characters that a cell holds (Excel's specifications and limits)
Target = Annotated[
    float | None, "Price of a related product (ES, SPY, XSP) at the same instant; blank: levels as they are"
]
Way = Annotated[
    Mapping, "difference, ratio or auto (blank): the difference where the prices are within 5 %, else the ratio"
]


@worksheet("Levels", EXAMPLE_SMILES, None, None, None, 500.4)
def PRICE_LEVELS(
    contracts: Contracts,
    target: Target = None,
    mapping: Way = Mapping.AUTO,
    near: Annotated[float, "Share of spot within which a level is near; blank: 0.25%", arguments.share] = NEAR,
) -> Table:
    """Every level that people draw: zero gamma, flip, walls (all, 0DTE, all but the next expiry), absolute gamma, top
    net strikes, max pain and expected moves of the next expiry; also in terms of a related product.

    Returns table: level, price, distance from spot, distance in expected moves of the next expiry, price of the related
    product, near, note; none with the reason in the note.
    """
    found = price_levels(contracts, target, mapping, near)
    column = "Price of the related product" if found.target is None else f"At {found.target:g} ({found.mapping})"
    rows: Table = [["Level", "Price (USD)", "From spot", "Expected moves", column, "Near", "Note"]]
    for level in found.levels:
        if level.price is None:
            rows.append([level.name, "none", "", "", "", "", level.note])
            continue
        figures = [level.price, level.distance, "" if level.moves is None else level.moves, level.mapped]
        rows.append([level.name, *figures, "near" if level.near else "", level.note])
    return rows


@worksheet("Levels", EXAMPLE_SMILES, "tradingview")
def LEVELS_TEXT(
    contracts: Contracts,
    format: Annotated[LevelsFormat, "tradingview (one line), pine, ninjatrader, sierra, thinkorswim or csv"],  # noqa: A002
    target: Target = None,
    mapping: Way = Mapping.AUTO,
) -> str:
    """The levels of PRICE_LEVELS as text that a charting program takes, with date, sign and mapping in it; see
    docs/levels.md for where it goes.

    Returns text.
    """
    text = levels_text(contracts, price_levels(contracts, target, mapping), format)
    if len(text) > _CELL:
        raise BadInput(f"the text has {len(text):,} characters, more than a cell holds; use gex-xl levels")
    return text
