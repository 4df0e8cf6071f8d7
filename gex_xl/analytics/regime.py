"""The regime, and what triggers it. First match wins: vol_inverted, short_gamma, long_gamma."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gex_xl.analytics.flip import LongSide
from gex_xl.settings import Settings


class Regime(StrEnum):
    """What dealers' hedging and the volatility term structure make of moves."""

    VOL_INVERTED = "vol_inverted"
    SHORT_GAMMA = "short_gamma"
    LONG_GAMMA = "long_gamma"


@dataclass(frozen=True, slots=True)
class Trigger:
    """One condition: its value, the threshold, whether it fired, and how far it is from firing.

    `value` None: not given. `distance` is in the units of `value`, positive while silent, 0 or negative once
    fired. `regime` is what it leads to.
    """

    name: str
    regime: Regime
    value: float | None
    threshold: float | None
    fired: bool
    distance: float | None
    rule: str


def triggers(
    total_gex: float,
    spot: float,
    flip: float | None = None,
    *,
    long_side: LongSide = LongSide.ABOVE,
    skew_25d_z: float | None = None,
    short_slope: float | None = None,
    med_slope: float | None = None,
    settings: Settings | None = None,
) -> list[Trigger]:
    """Every trigger in the order in which they are asked.

    `total_gex` in any unit, `spot` and `flip` in USD, `short_slope` = VIX9D / VIX, `med_slope` = VIX / VIX3M.
    Without a chain the long side is taken to be above the flip, the published rule.
    """
    chosen = settings or Settings()
    inverted = chosen.vol_inverted
    out = [
        _above("short_slope", short_slope, inverted, "VIX9D / VIX above"),
        _above("med_slope", med_slope, inverted, "VIX / VIX3M above"),
        Trigger("total_gex", Regime.SHORT_GAMMA, total_gex, 0.0, total_gex < 0, total_gex, "total GEX below"),
    ]
    if flip is None:
        out.append(Trigger("spot_vs_flip", Regime.SHORT_GAMMA, None, None, False, None, "spot beyond the flip"))
    elif long_side is LongSide.ABOVE:
        edge = flip * (1 - chosen.flip_band)
        out.append(Trigger("spot_vs_flip", Regime.SHORT_GAMMA, spot, edge, spot < edge, spot - edge, "spot below"))
    else:
        # 1.005 x 200 is below 201 in binary: spot exactly at the edge is not beyond it.
        edge = max(flip * (1 + chosen.flip_band), flip + flip * chosen.flip_band)
        out.append(Trigger("spot_vs_flip", Regime.SHORT_GAMMA, spot, edge, spot > edge, edge - spot, "spot above"))
    z, limit = skew_25d_z, chosen.skew_z
    out.append(
        Trigger(
            "skew_25d_z", Regime.SHORT_GAMMA, z, limit, z is not None and z <= limit, None if z is None else z - limit,
            "25-delta skew z-score at or below",
        )
    )  # fmt: skip
    return out


def _above(name: str, value: float | None, limit: float, rule: str) -> Trigger:
    fired = value is not None and value > limit
    return Trigger(name, Regime.VOL_INVERTED, value, limit, fired, None if value is None else limit - value, rule)


def regime(found: list[Trigger]) -> Regime:
    """The regime of a list of triggers."""
    for wanted in (Regime.VOL_INVERTED, Regime.SHORT_GAMMA):
        if any(trigger.fired for trigger in found if trigger.regime is wanted):
            return wanted
    return Regime.LONG_GAMMA
