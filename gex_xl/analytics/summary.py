"""Total, strikes, flip and walls of a chain at once, and what triggers its regime."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.exposure import StrikeExposure, Total, nothing_held, per_strike, total, walls
from gex_xl.analytics.flip import ONE_SIDED, Flip, LongSide, flips_of, pick
from gex_xl.analytics.regime import Trigger, triggers
from gex_xl.analytics.skew import Skew, skew_25d
from gex_xl.analytics.term_structure import slopes
from gex_xl.analytics.zscore import WINDOW, EarlierValues, before, zscore
from gex_xl.cache import cached
from gex_xl.errors import BadInput, NoValue
from gex_xl.settings import NoFlip

_LARGEST_SKEW = 0.5  # decimal iv; the skew of an index is a tenth of that


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures in the unit of the settings; None where there is none."""

    total: Total
    strikes: StrikeExposure
    flips: list[Flip]
    flip: Flip | None
    flip_strike: float | None
    call_wall: float | None
    put_wall: float | None


@dataclass(frozen=True, slots=True)
class RegimeInputs:
    """What the regime asks beyond the chain: the VIX family in points, the skew's z-score, or its past for one."""

    vix9d: float | None = None
    vix: float | None = None
    vix3m: float | None = None
    skew_25d_z: float | None = None
    past: EarlierValues | None = None


@cached(32)
def summarise(contracts: Contracts) -> Summary:
    """Total, strikes, flip and walls. Raises NoValue where no contract is left."""
    strikes = per_strike(contracts)
    found = flips_of(strikes, contracts.settings)
    flip = pick(found, contracts.spot, contracts.settings)
    instead = contracts.settings.no_flip is NoFlip.SPOT and not nothing_held(contracts)
    shown = flip.strike if flip else contracts.spot if instead else None
    by = contracts.settings.walls
    call_wall, put_wall = (None if math.isnan(wall) else wall for wall in walls(strikes, by, contracts.spot))
    return Summary(total(contracts), strikes, found, flip, shown, call_wall, put_wall)


def no_flip_reason(contracts: Contracts) -> str:
    """Why a chain has no flip strike."""
    return nothing_held(contracts) or ONE_SIDED


@cached(32)
def skew_of(contracts: Contracts) -> tuple[Skew | None, str]:
    """skew_25d, computed once per prepared chain, and the expiry it is taken in; None and the reason."""
    try:
        skew = skew_25d(contracts)
    except NoValue as error:
        return None, str(error)
    return skew, f"{skew.smile.name}, {skew.smile.days} days"


def skew_z_of(contracts: Contracts, past: EarlierValues) -> tuple[float | None, str]:
    """z-score of the 25-delta skew against earlier ones (decimal iv, as skew_25d gives it), and its source.

    None and the reason where there is none. Raises BadInput where the past is not in decimal iv.
    """
    known = past.values[np.isfinite(past.values)]
    if known.size and np.median(np.abs(known)) > _LARGEST_SKEW:
        raise BadInput("history holds skews above 0.5; expected iv as decimals, such as 0.045 for 4.5 vol points")
    skew, said = skew_of(contracts)
    if skew is None:
        return None, f"history, but no skew today: {said}"
    try:
        earlier = before(past, contracts.chain.symbol, contracts.valued_at.astimezone(contracts.chain.zone).date())
        z = zscore(earlier, skew.value)
    except NoValue as error:
        return None, f"history: {error}"
    used = int(np.isfinite(earlier[-WINDOW:]).sum())
    return z, f"history: skew {skew.value:.4f} against {used} earlier ones"


def triggers_of(
    contracts: Contracts,
    vix9d: float | None = None,
    vix: float | None = None,
    vix3m: float | None = None,
    skew_25d_z: float | None = None,
    past: EarlierValues | None = None,
) -> list[Trigger]:
    """The regime's triggers for a chain; the VIX family in points, the past of the skew in decimal iv.

    What is not given comes from the chain (slopes) and from the past (z-score of the skew), where they have it.
    """
    summary, settings = summarise(contracts), contracts.settings
    flip = summary.flip
    short, medium = slopes(contracts, vix9d, vix, vix3m)
    z, z_source = skew_25d_z, "given"
    if z is None:
        z, z_source = skew_z_of(contracts, past) if past is not None and past.values.size else (None, "not given")
    nothing = nothing_held(contracts)
    beyond = f"chain: flip {flip.strike:,.2f}, long gamma {flip.long_side} it" if flip else no_flip_reason(contracts)
    return triggers(
        None if nothing else summary.total.net,
        contracts.spot,
        flip.strike if flip else None,
        long_side=flip.long_side if flip else LongSide.ABOVE,
        skew_25d_z=z,
        short_slope=short.value,
        med_slope=medium.value,
        settings=settings,
        sources={
            "short_slope": short.source,
            "med_slope": medium.source,
            "total_gex": nothing or f"chain, sign = {settings.sign}",
            "spot_vs_flip": beyond,
            "skew_25d_z": z_source,
        },
    )
