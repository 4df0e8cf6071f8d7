"""Worksheet functions for levels: flip strike, zero gamma, walls, and all of them at once."""

from __future__ import annotations

from typing import Annotated, Any

from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.exposure import per_strike, top_strikes, total
from gex_xl.analytics.flip import ONE_SIDED
from gex_xl.analytics.profile import ONE_SIGNED, levels_of, reprice
from gex_xl.analytics.regime import regime
from gex_xl.analytics.summary import RegimeInputs, skew_of, summarise, zero_gamma_of, zero_gammas_of
from gex_xl.errors import NoValue
from gex_xl.functions import arguments
from gex_xl.functions.arguments import Table
from gex_xl.functions.common import EXAMPLE_CHAIN, EXAMPLE_SMILES, sign_words, triggers_from, unit, when
from gex_xl.functions.registry import worksheet


@worksheet("Levels", EXAMPLE_CHAIN)
def FLIP_STRIKE(contracts: Contracts) -> float:
    """Strike at which cumulative gamma exposure crosses zero, spot held fixed.

    Returns number in USD; #N/A for a one-sided chain.
    """
    found = summarise(contracts).flip_strike
    if found is None:
        raise NoValue(ONE_SIDED)
    return found


@worksheet("Levels", EXAMPLE_CHAIN)
def FLIP_STRIKES(contracts: Contracts) -> Table:
    """Every significant crossing of the cumulative gamma exposure, lowest first.

    Returns table: strike, slope, side of it on which dealers are long gamma.
    """
    found = summarise(contracts).flips
    if not found:
        raise NoValue(ONE_SIDED)
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
    found = zero_gamma_of(contracts)
    if found is None:
        raise NoValue(ONE_SIGNED)
    return [[root] for root in zero_gammas_of(contracts)] if all else found


@worksheet("Levels", EXAMPLE_CHAIN)
def GAMMA_PROFILE(contracts: Contracts) -> Table:
    """Total gamma exposure repriced over spot levels (80 % to 120 % of spot unless set otherwise).

    Returns table: spot level, GEX.
    """
    total(contracts)  # an empty selection is #N/A here too
    levels = levels_of(contracts)
    header = ["Spot level", f"GEX {unit(contracts)}"]
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


@worksheet("Levels", EXAMPLE_SMILES, None, None, None, None, None, None, -0.4)
def GEX_LEVELS(contracts: Contracts, inputs: RegimeInputs) -> Table:
    """All headline figures, labelled; with the VIX family and a z-score or a history the regime is that of REGIME.

    Returns table: label, value.
    """
    triggers = triggers_from(contracts, inputs)
    found, in_unit = summarise(contracts), unit(contracts)
    skew, skew_from = skew_of(contracts)
    by_name = {one.name: one for one in triggers}
    short, medium, z = (by_name[name] for name in ("short_slope", "med_slope", "skew_25d_z"))
    return [
        ["Symbol", contracts.chain.symbol or "not named"],
        ["Spot (USD)", contracts.spot],
        ["As of", when(contracts)],
        ["Regime", str(regime(triggers))],
        [f"Total GEX {in_unit}", found.total.net],
        [f"Call GEX {in_unit}", found.total.call],
        [f"Put GEX {in_unit}", found.total.put],
        ["Flip strike (USD)", found.flip_strike if found.flip_strike is not None else "#N/A"],
        ["Dealers long gamma", f"{found.flip.long_side} the flip" if found.flip else ONE_SIDED],
        ["Zero gamma (USD)", found_zero if (found_zero := zero_gamma_of(contracts)) is not None else "#N/A"],
        ["Call wall (USD)", found.call_wall if found.call_wall is not None else "#N/A"],
        ["Put wall (USD)", found.put_wall if found.put_wall is not None else "#N/A"],
        ["Contracts used", len(contracts.index)],
        ["Sign convention", f"{contracts.settings.sign}: {sign_words(contracts.settings)}"],
        ["25-delta skew (vol points)", "#N/A" if skew is None else 100 * skew.value],
        ["25-delta skew from", skew_from],
        ["25-delta skew z-score", "not given" if z.value is None else z.value],
        ["Short slope", "#N/A" if short.value is None else short.value],
        ["Medium slope", "#N/A" if medium.value is None else medium.value],
        ["Slopes from", _slopes_from(short.source, medium.source)],
    ]


def _slopes_from(short: str, medium: str) -> str:
    """Both sources in one cell, in few words where they are of one kind."""
    kinds = {source.partition(":")[0] for source in (short, medium)}
    if kinds == {"chain"}:
        return "chain: at-the-money iv"
    if kinds == {"given"}:
        return "given: VIX family"
    return short if len(kinds) == 1 else f"{short}; {medium}"
