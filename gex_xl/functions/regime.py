"""Worksheet functions for the regime and its triggers."""

from __future__ import annotations

from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.exposure import require_any
from gex_xl.analytics.headline import recorded
from gex_xl.analytics.regime import regime
from gex_xl.analytics.summary import RegimeInputs, no_flip_reason
from gex_xl.analytics.zscore import before, zscore
from gex_xl.clock import NEW_YORK
from gex_xl.errors import BadInput, NoValue
from gex_xl.functions import arguments
from gex_xl.functions.arguments import Table
from gex_xl.functions.common import EXAMPLE_CHAIN, EXAMPLE_SMILES, triggers_from
from gex_xl.functions.registry import worksheet

#: The figures that have a z-score beside the skew's, which is a trigger's.
_SCORED = ("total_gex", "short_slope", "med_slope")
#: The columns of a history file in its order, without the last ones, which only a file has.
_ROW = (
    "date", "symbol", "as_of", "spot", "total_gex", "call_gex", "put_gex", "flip_strike", "zero_gamma", "skew_25d",
    "iv_9d", "iv_30d", "iv_90d", "short_slope", "med_slope", "total_gex_z", "skew_25d_z", "short_slope_z",
    "med_slope_z", "long_side", "regime", "contracts", "unit", "reason",
)  # fmt: skip


@worksheet("Regime", EXAMPLE_CHAIN, None, None, None, 15.1, 16.2, 17.9, -0.4)
def REGIME(contracts: Contracts, inputs: RegimeInputs) -> str:
    """vol_inverted, short_gamma or long_gamma: the first whose trigger fires.

    Returns text.
    """
    return str(regime(triggers_from(contracts, inputs)))


@worksheet("Regime", EXAMPLE_CHAIN, None, None, None, 15.1, 16.2, 17.9, -0.4)
def REGIME_TRIGGERS(contracts: Contracts, inputs: RegimeInputs) -> Table:
    """Every trigger of the regime: its value and source, its threshold, whether it fired, how far it is from firing.

    Returns table: trigger, leads to, rule, threshold, value, fired, distance, source.
    """
    found = triggers_from(contracts, inputs)
    rows: Table = [["Trigger", "Leads to", "Rule", "Threshold", "Value", "Fired", "Distance to firing", "Source"]]
    for one in found:
        missing = {"spot_vs_flip": no_flip_reason(contracts), "total_gex": one.source}.get(one.name, "not given")
        rows.append(
            [
                one.name, str(one.regime), one.rule, one.threshold, missing if one.value is None else one.value,
                "yes" if one.fired else "no", one.distance, one.source,
            ]
        )  # fmt: skip
    return rows


@worksheet("Regime", EXAMPLE_SMILES, None, None, None, 15.1, 16.2, 17.9, -0.4)
def HISTORY_ROW(contracts: Contracts, inputs: RegimeInputs, history: object = None) -> Table:
    """Today's row of a history: the columns of gex-xl history, to be copied as values below the rows of earlier days.

    Returns table: a header and one row; what the chain does not give is blank, with its reason in the last column.
    """
    require_any(contracts)
    figures, reasons = recorded(contracts, inputs, ("skew_25d_z", "regime"))
    for name in _SCORED:
        figures[f"{name}_z"], why = _score(contracts, history, name, figures[name])
        if why:
            reasons[f"{name}_z"] = why
    figures["reason"] = " | ".join(f"{key}: {why}" for key, why in reasons.items())
    return [list(_ROW), [figures[name] for name in _ROW]]


def _score(contracts: Contracts, history: object, name: str, current: float | None) -> tuple[float | None, str]:
    """z-score of a figure against its column of a history; None and the reason, "" where no table is given."""
    table = arguments.earlier_values(history, figure="skew_25d")
    if current is None or table is None or not table.dates:  # one column is the skew's
        return None, ""
    try:
        past = arguments.earlier_values(history, figure=name) or table
        return zscore(
            before(past, contracts.chain.symbol, contracts.valued_at.astimezone(NEW_YORK).date()), current
        ), ""
    except (NoValue, BadInput) as error:
        return None, f"history: {error}"
