"""The figures of one chain that a history keeps, under the names that its columns have."""

from __future__ import annotations

from typing import Any

from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.flip import ONE_SIDED
from gex_xl.analytics.profile import ONE_SIGNED
from gex_xl.analytics.summary import skew_of, summarise, zero_gamma_of
from gex_xl.analytics.term_structure import maturities, slopes
from gex_xl.clock import NEW_YORK
from gex_xl.errors import NoValue


def figures_of(contracts: Contracts) -> tuple[dict[str, Any], dict[str, str]]:
    """Figures by name, None where there is none, and the reasons of those, by name.

    Exposure in the unit of the settings (named by `unit`), prices in USD, skew and iv annualised and decimal,
    slopes from the chain. `date` is New York's day valued at. All are text and numbers.
    """
    figures: dict[str, Any] = {
        "date": contracts.valued_at.astimezone(NEW_YORK).date().isoformat(),
        "symbol": contracts.chain.symbol,
        "as_of": contracts.as_of.isoformat(),
        "spot": contracts.spot,
        "contracts": len(contracts.index),
        "unit": contracts.settings.unit.label,
    }
    reasons: dict[str, str] = {}

    def keep(name: str, value: float | None, reason: str) -> None:
        figures[name] = value
        if value is None:
            reasons[name] = reason

    try:
        found, zero = summarise(contracts), zero_gamma_of(contracts)
    except NoValue as error:
        for name in ("total_gex", "call_gex", "put_gex", "flip_strike", "long_side", "zero_gamma"):
            figures[name] = None
        reasons["total_gex"] = str(error)
    else:
        figures |= {"total_gex": found.total.net, "call_gex": found.total.call, "put_gex": found.total.put}
        figures["long_side"] = str(found.flip.long_side) if found.flip else None
        keep("flip_strike", found.flip_strike, ONE_SIDED)
        keep("zero_gamma", zero, ONE_SIGNED)
    skew, why = skew_of(contracts)
    keep("skew_25d", skew.value if skew else None, why)
    for days, maturity in maturities(contracts).items():
        keep(f"iv_{days}d", maturity.iv, maturity.source)
    for name, slope in zip(("short_slope", "med_slope"), slopes(contracts), strict=True):
        keep(name, slope.value, slope.source)
    return figures, reasons
