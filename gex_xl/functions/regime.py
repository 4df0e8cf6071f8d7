"""Worksheet functions for the regime and its triggers."""

from __future__ import annotations

from typing import Any

from gex_xl.analytics.flip import ONE_SIDED
from gex_xl.analytics.regime import regime
from gex_xl.functions.common import EXAMPLE_CHAIN, Table, found_triggers
from gex_xl.registry import worksheet


@worksheet(
    "Regime",
    "vol_inverted, short_gamma or long_gamma: the first whose trigger fires",
    "text",
    (EXAMPLE_CHAIN, None, None, None, 15.1, 16.2, 17.9, -0.4),
)
def REGIME(
    chain: Any,
    spot: Any = None,
    as_of: Any = None,
    settings: Any = None,
    vix9d: Any = None,
    vix: Any = None,
    vix3m: Any = None,
    skew_25d_z: Any = None,
    history: Any = None,
) -> str:
    return str(regime(found_triggers(chain, spot, as_of, settings, (vix9d, vix, vix3m), skew_25d_z, history)))


@worksheet(
    "Regime",
    "Every trigger of the regime: its value and source, its threshold, whether it fired, how far it is from firing",
    "table: trigger, leads to, rule, threshold, value, fired, distance, source",
    (EXAMPLE_CHAIN, None, None, None, 15.1, 16.2, 17.9, -0.4),
    spills=True,
)
def REGIME_TRIGGERS(
    chain: Any,
    spot: Any = None,
    as_of: Any = None,
    settings: Any = None,
    vix9d: Any = None,
    vix: Any = None,
    vix3m: Any = None,
    skew_25d_z: Any = None,
    history: Any = None,
) -> Table:
    found = found_triggers(chain, spot, as_of, settings, (vix9d, vix, vix3m), skew_25d_z, history)
    rows: Table = [["Trigger", "Leads to", "Rule", "Threshold", "Value", "Fired", "Distance to firing", "Source"]]
    for one in found:
        missing = ONE_SIDED if one.name == "spot_vs_flip" else "not given"
        rows.append(
            [
                one.name, str(one.regime), one.rule, one.threshold, missing if one.value is None else one.value,
                "yes" if one.fired else "no", one.distance, one.source,
            ]
        )  # fmt: skip
    return rows
