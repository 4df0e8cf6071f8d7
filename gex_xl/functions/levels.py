"""Worksheet functions for levels: flip strike, zero gamma, walls, and all of them at once."""

from __future__ import annotations

from typing import Any

from gex_xl import arguments
from gex_xl.analytics.exposure import total
from gex_xl.analytics.flip import ONE_SIDED
from gex_xl.analytics.profile import ONE_SIGNED, levels_of, reprice
from gex_xl.analytics.regime import regime
from gex_xl.analytics.summary import summarise, triggers_of, zero_gamma_of, zero_gammas_of
from gex_xl.errors import NoValue
from gex_xl.functions.common import EXAMPLE_CHAIN, Table, sign_words, unit, when
from gex_xl.registry import worksheet


@worksheet(
    "Levels",
    "Strike at which cumulative gamma exposure crosses zero, spot held fixed",
    "number in USD; #N/A for a one-sided chain",
    (EXAMPLE_CHAIN,),
)
def FLIP_STRIKE(chain: Any, spot: Any = None, as_of: Any = None, settings: Any = None) -> float:
    found = summarise(arguments.lines(chain, spot, as_of, settings)).flip_strike
    if found is None:
        raise NoValue(ONE_SIDED)
    return found


@worksheet(
    "Levels",
    "Every significant crossing of the cumulative gamma exposure, lowest first",
    "table: strike, slope, side of it on which dealers are long gamma",
    (EXAMPLE_CHAIN,),
    spills=True,
)
def FLIP_STRIKES(chain: Any, spot: Any = None, as_of: Any = None, settings: Any = None) -> Table:
    lines = arguments.lines(chain, spot, as_of, settings)
    found = summarise(lines).flips
    if not found:
        raise NoValue(ONE_SIDED)
    header = ["Flip strike", f"Slope {unit(lines)} per strike point", "Dealers long gamma"]
    return [header, *[[flip.strike, flip.slope, str(flip.long_side)] for flip in found]]


@worksheet(
    "Levels",
    "Spot level at which repriced gamma exposure is zero, chain held fixed; the one nearest spot",
    "number in USD, or a column of them; #N/A where the profile keeps one sign",
    (EXAMPLE_CHAIN,),
)
def ZERO_GAMMA(
    chain: Any,
    spot: Any = None,
    as_of: Any = None,
    settings: Any = None,
    all: Any = None,  # noqa: A002
) -> Any:
    lines = arguments.lines(chain, spot, as_of, settings)
    found = zero_gamma_of(lines)
    if found is None:
        raise NoValue(ONE_SIGNED)
    return [[root] for root in zero_gammas_of(lines)] if arguments.flag(all) else found


@worksheet(
    "Levels",
    "Total gamma exposure repriced over spot levels (80 % to 120 % of spot unless set otherwise)",
    "table: spot level, GEX",
    (EXAMPLE_CHAIN,),
    spills=True,
)
def GAMMA_PROFILE(chain: Any, spot: Any = None, as_of: Any = None, settings: Any = None) -> Table:
    lines = arguments.lines(chain, spot, as_of, settings)
    total(lines)  # an empty selection is #N/A here too
    levels = levels_of(lines)
    header = ["Spot level", f"GEX {unit(lines)}"]
    return [header, *map(list, zip(levels.tolist(), reprice(lines, levels).tolist(), strict=True))]


@worksheet(
    "Levels",
    "Strike with the largest call gamma exposure by magnitude",
    "number in USD",
    (EXAMPLE_CHAIN,),
)
def CALL_WALL(chain: Any, spot: Any = None, as_of: Any = None, settings: Any = None) -> float:
    found = summarise(arguments.lines(chain, spot, as_of, settings)).call_wall
    if found is None:
        raise NoValue("no call carries any exposure")
    return found


@worksheet(
    "Levels",
    "Strike with the largest put gamma exposure by magnitude",
    "number in USD",
    (EXAMPLE_CHAIN,),
)
def PUT_WALL(chain: Any, spot: Any = None, as_of: Any = None, settings: Any = None) -> float:
    found = summarise(arguments.lines(chain, spot, as_of, settings)).put_wall
    if found is None:
        raise NoValue("no put carries any exposure")
    return found


@worksheet(
    "Levels",
    "All headline figures, labelled",
    "table: label, value",
    (EXAMPLE_CHAIN,),
    spills=True,
)
def GEX_LEVELS(chain: Any, spot: Any = None, as_of: Any = None, settings: Any = None) -> Table:
    lines = arguments.lines(chain, spot, as_of, settings)
    found, in_unit = summarise(lines), unit(lines)
    return [
        ["Symbol", lines.chain.symbol or "not named"],
        ["Spot (USD)", lines.spot],
        ["As of", when(lines)],
        ["Regime", str(regime(triggers_of(lines)))],
        [f"Total GEX {in_unit}", found.total.net],
        [f"Call GEX {in_unit}", found.total.call],
        [f"Put GEX {in_unit}", found.total.put],
        ["Flip strike (USD)", found.flip_strike if found.flip_strike is not None else "#N/A"],
        ["Dealers long gamma", f"{found.flip.long_side} the flip" if found.flip else ONE_SIDED],
        ["Zero gamma (USD)", found_zero if (found_zero := zero_gamma_of(lines)) is not None else "#N/A"],
        ["Call wall (USD)", found.call_wall if found.call_wall is not None else "#N/A"],
        ["Put wall (USD)", found.put_wall if found.put_wall is not None else "#N/A"],
        ["Contracts used", len(lines.index)],
        ["Sign convention", f"{lines.settings.sign}: {sign_words(lines.settings)}"],
    ]
