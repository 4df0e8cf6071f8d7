"""All headline figures of a chain at once: what a report, a dashboard and GEX_LEVELS show."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gex_xl.analytics.exposure import StrikeExposure, Total, per_strike, total, walls
from gex_xl.analytics.flip import Flip, LongSide, flips_of, pick
from gex_xl.analytics.lines import Lines, unadorned
from gex_xl.analytics.profile import nearest, zero_gammas
from gex_xl.analytics.regime import Trigger, triggers
from gex_xl.memory import once
from gex_xl.settings import NoFlip


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


@once(32)
def summarise(lines: Lines) -> Summary:
    """Total, strikes, flip and walls. Raises NoValue where no contract is left."""
    strikes = per_strike(lines)
    found = flips_of(strikes, lines.settings)
    flip = pick(found, lines.spot, lines.settings)
    shown = flip.strike if flip else lines.spot if lines.settings.no_flip is NoFlip.SPOT else None
    call_wall, put_wall = (None if math.isnan(wall) else wall for wall in walls(strikes))
    return Summary(total(lines), strikes, found, flip, shown, call_wall, put_wall)


def zero_gamma_of(lines: Lines) -> float | None:
    """The root nearest spot, or None where the curve keeps one sign; computed once."""
    return nearest(zero_gammas_of(lines), lines.spot)


def zero_gammas_of(lines: Lines) -> tuple[float, ...]:
    """All roots, computed once: the unit and what else only decides how figures are shown does not move them."""
    return _zero_gammas(unadorned(lines))


@once(32)
def _zero_gammas(lines: Lines) -> tuple[float, ...]:
    return tuple(zero_gammas(lines))


def triggers_of(
    lines: Lines,
    vix9d: float | None = None,
    vix: float | None = None,
    vix3m: float | None = None,
    skew_25d_z: float | None = None,
) -> list[Trigger]:
    """The regime's triggers for a chain; the VIX family in points."""
    summary = summarise(lines)
    return triggers(
        summary.total.net,
        lines.spot,
        summary.flip.strike if summary.flip else None,
        long_side=summary.flip.long_side if summary.flip else LongSide.ABOVE,
        skew_25d_z=skew_25d_z,
        short_slope=vix9d / vix if vix9d is not None and vix is not None else None,
        med_slope=vix / vix3m if vix is not None and vix3m is not None else None,
        settings=lines.settings,
    )
