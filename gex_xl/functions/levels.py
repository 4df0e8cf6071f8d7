"""Worksheet functions for levels: flip strike, zero gamma, walls, and all of them at once."""

from __future__ import annotations

from typing import Annotated, Any

from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.exposure import per_strike, require_any, top_strikes, total
from gex_xl.analytics.headline import headline
from gex_xl.analytics.profile import ONE_SIGNED, levels_of, reprice, zero_gamma, zero_gammas
from gex_xl.analytics.summary import RegimeInputs, no_flip_reason, summarise
from gex_xl.analytics.terms import by_model
from gex_xl.errors import NoValue
from gex_xl.functions import arguments
from gex_xl.functions.arguments import Table
from gex_xl.functions.common import EXAMPLE_CHAIN, EXAMPLE_SMILES, unit
from gex_xl.functions.registry import worksheet


@worksheet("Levels", EXAMPLE_CHAIN)
def FLIP_STRIKE(contracts: Contracts) -> float:
    """Strike at which cumulative gamma exposure crosses zero, spot held fixed.

    Returns number in USD; #N/A for a one-sided chain.
    """
    found = summarise(contracts).flip_strike
    if found is None:
        raise NoValue(no_flip_reason(contracts))
    return found


@worksheet("Levels", EXAMPLE_CHAIN)
def FLIP_STRIKES(contracts: Contracts) -> Table:
    """Every significant crossing of the cumulative gamma exposure, lowest first.

    Returns table: strike, slope, side of it on which dealers are long gamma.
    """
    found = summarise(contracts).flips
    if not found:
        raise NoValue(no_flip_reason(contracts))
    header = ["Flip strike", f"Slope {unit(contracts)} per strike point", "Dealers long gamma"]
    return [header, *[[flip.strike, flip.slope, str(flip.long_side)] for flip in found]]


@worksheet("Levels", EXAMPLE_CHAIN)
def ZERO_GAMMA(
    contracts: Contracts,
    all: Annotated[bool, "TRUE lists every level, blank gives the one nearest spot"] = False,  # noqa: A002
) -> float | Table:
    """Spot level at which repriced gamma exposure is zero, chain held fixed; the one nearest spot.

    Returns number in USD, or a column of them; #N/A where the profile keeps one sign.
    """
    found = zero_gamma(contracts)
    if found is None:
        raise NoValue(ONE_SIGNED)
    return [[root] for root in zero_gammas(contracts)] if all else found


@worksheet("Levels", EXAMPLE_CHAIN)
def GAMMA_PROFILE(contracts: Contracts) -> Table:
    """Total gamma exposure repriced over spot levels (80 % to 120 % of spot unless set otherwise), by the model's
    gamma whatever gamma_source: a feed has its gamma at today's spot only.

    Returns table: spot level, GEX.
    """
    total(contracts)  # an empty selection is #N/A here too
    levels = levels_of(contracts)
    header = ["Spot level", f"GEX{by_model(contracts)} {unit(contracts)}"]
    return [header, *map(list, zip(levels.tolist(), reprice(contracts, levels).tolist(), strict=True))]


@worksheet("Levels", EXAMPLE_CHAIN)
def CALL_WALL(contracts: Contracts) -> float:
    """Strike with the largest call gamma exposure by magnitude.

    Returns number in USD.
    """
    found = summarise(contracts).call_wall
    if found is None:
        raise NoValue("no call carries any exposure")
    return found


@worksheet("Levels", EXAMPLE_CHAIN)
def PUT_WALL(contracts: Contracts) -> float:
    """Strike with the largest put gamma exposure by magnitude.

    Returns number in USD.
    """
    found = summarise(contracts).put_wall
    if found is None:
        raise NoValue("no put carries any exposure")
    return found


@worksheet("Levels", EXAMPLE_CHAIN, None, None, None, 2)
def TOP_STRIKES(
    contracts: Contracts,
    count: Annotated[int, "How many of each, 1 to 100; blank: 5", arguments.whole(1, 100)] = 5,
) -> Table:
    """Strikes with the largest positive and negative net gamma exposure over all expiries, largest first.

    Returns table: rank, positive strike, its net GEX, its distance from spot, and the same for negative strikes.
    """
    found, in_unit = per_strike(contracts), unit(contracts)
    sides = top_strikes(found, count)
    rows: Table = [["Rank"]]
    for sign in ("Positive", "Negative"):
        rows[0] += [f"{sign} strike", f"{sign} net GEX {in_unit}", "From spot"]
    for rank in range(max(map(len, sides))):
        row: list[Any] = [rank + 1]
        for side in sides:
            if rank < len(side):
                strike = float(found.strike[side[rank]])
                row += [strike, float(found.net[side[rank]]), strike / contracts.spot - 1]
            else:
                row += [None] * 3
        rows.append(row)
    return rows


#: The lines of GEX_LEVELS by the keys of their figures.
LEVELS = (
    "symbol", "spot", "as_of", "regime", "total_gex", "call_gex", "put_gex", "net_share", "tilt",
    "volume_share", "flip_strike", "long_side", "zero_gamma",
    "call_wall", "put_wall", "absolute_strike", "put_call_oi", "put_call_volume", "contracts", "sign",
    "other_sign", "other_total_gex", "other_zero_gamma", "other_regime", "skew_25d", "skew_25d_from", "skew_25d_z",
    "short_slope",     "med_slope", "slopes_from",
)  # fmt: skip
#: What stands in place of a figure that there is not, where that is not #N/A.
_NONE = {"skew_25d_z": "not given", "volume_share": "daily_volume not given", "put_call_volume": "no volume of calls"}


@worksheet("Levels", EXAMPLE_SMILES, None, None, None, None, None, None, -0.4)
def GEX_LEVELS(contracts: Contracts, inputs: RegimeInputs) -> Table:
    """All headline figures, labelled; with the VIX family and a z-score or a history the regime is that of REGIME.

    Returns table: label, value.
    """
    require_any(contracts)
    figures = headline(contracts, inputs, LEVELS).values()
    none = {**_NONE, "long_side": no_flip_reason(contracts)}
    return [[f.heading, none.get(f.key, "#N/A") if f.shown is None else f.shown] for f in figures]
