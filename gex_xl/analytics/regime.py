"""The regime, and what triggers it. First match wins: vol_inverted, short_gamma, long_gamma."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gex_xl.analytics.flip import LongSide
from gex_xl.errors import NoValue
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
    fired. `regime` is what it leads to. `source`: where the value comes from, or why there is none.
    """

    name: str
    regime: Regime
    value: float | None
    threshold: float | None
    fired: bool
    distance: float | None
    rule: str
    source: str = field(default="", compare=False)  # two triggers of one value are one trigger


def triggers(
    total_gex: float | None,
    spot: float,
    flip: float | None = None,
    *,
    long_side: LongSide = LongSide.ABOVE,
    skew_25d_z: float | None = None,
    short_slope: float | None = None,
    med_slope: float | None = None,
    settings: Settings | None = None,
    sources: Mapping[str, str] | None = None,
) -> list[Trigger]:
    """Every trigger in the order in which they are asked.

    `total_gex` in any unit, None where nothing is held; `spot` and `flip` in USD, `short_slope` = VIX9D / VIX,
    `med_slope` = VIX / VIX3M, or the same ratios of at-the-money iv. `sources`: trigger -> where its
    value comes from. Without a chain the long side is taken to be above the flip, the published rule.
    """
    chosen = settings or Settings()
    z, inverted = skew_25d_z, chosen.vol_inverted

    def one(name: str, leads: Regime, value: float | None, limit: float | None, fired: bool, room: float | None,
            rule: str) -> Trigger:  # fmt: skip
        said = (sources or {}).get(name, "not given" if value is None else "given")
        return Trigger(name, leads, value, limit, fired, room, rule, said)

    def above(name: str, value: float | None, rule: str) -> Trigger:
        room = None if value is None else inverted - value
        return one(name, Regime.VOL_INVERTED, value, inverted, value is not None and value > inverted, room, rule)

    if flip is None:
        beyond = one("spot_vs_flip", Regime.SHORT_GAMMA, None, None, False, None, "spot beyond the flip")
    elif long_side is LongSide.ABOVE:
        edge = flip * (1 - chosen.flip_band)
        beyond = one("spot_vs_flip", Regime.SHORT_GAMMA, spot, edge, spot < edge, spot - edge, "spot below")
    else:
        # 1.005 x 200 is below 201 in binary: spot exactly at the edge is not beyond it.
        edge = max(flip * (1 + chosen.flip_band), flip + flip * chosen.flip_band)
        beyond = one("spot_vs_flip", Regime.SHORT_GAMMA, spot, edge, spot > edge, edge - spot, "spot above")
    return [
        above("short_slope", short_slope, "9-day / 30-day volatility above"),
        above("med_slope", med_slope, "30-day / 90-day volatility above"),
        one(
            "total_gex", Regime.SHORT_GAMMA, total_gex, 0.0, total_gex is not None and total_gex < 0, total_gex,
            "total GEX below",
        ),
        beyond,
        one(
            "skew_25d_z", Regime.SHORT_GAMMA, z, chosen.skew_z, z is not None and z <= chosen.skew_z,
            None if z is None else z - chosen.skew_z, "25-delta skew z-score at or below",
        ),
    ]  # fmt: skip


def regime(found: list[Trigger]) -> Regime:
    """The regime of a list of triggers. Raises NoValue where nothing is held, since all are silent then."""
    if reason := next((one.source for one in found if one.name == "total_gex" and one.value is None), ""):
        raise NoValue(reason)
    for wanted in (Regime.VOL_INVERTED, Regime.SHORT_GAMMA):
        if any(trigger.fired for trigger in found if trigger.regime is wanted):
            return wanted
    return Regime.LONG_GAMMA
