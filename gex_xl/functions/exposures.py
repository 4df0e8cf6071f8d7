"""Worksheet functions for dealers' other exposures (delta, vanna, charm, vega, theta, speed) and gamma by bucket."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from gex_xl.analytics.dealer_exposure import Kind, exposure_of, exposures, label, total_of
from gex_xl.analytics.expiries import Bucket, by_bucket
from gex_xl.analytics.exposure import by_expiry, per_strike
from gex_xl.functions import arguments
from gex_xl.functions.common import EXAMPLE_CHAIN, Table, settles, unit
from gex_xl.functions.registry import worksheet


class By(StrEnum):
    TOTAL = "total"
    STRIKE = "strike"
    EXPIRY = "expiry"


@worksheet(
    "Exposure",
    "What dealers hold in one sensitivity, signed and weighted as gamma exposure is; all but gamma rest on implied "
    "volatility, whatever gamma_source",
    "number, or a table by strike or expiry, in the unit that EXPOSURES names",
    (EXAMPLE_CHAIN, "vanna"),
    help={
        "kind": "delta, gamma, speed (change of gamma exposure per further 1 %), vanna (USD of delta per vol point), "
        "charm (USD of delta per day), vega (USD per vol point) or theta (USD per day)",
        "by": "total (also where blank), strike or expiry",
    },
)
def DEALER_EXPOSURE(
    chain: Any, kind: Any, spot: Any = None, as_of: Any = None, settings: Any = None, by: Any = None
) -> Any:
    chosen = arguments.word(kind, "kind", Kind)
    split = arguments.word(by, "by", By, By.TOTAL)
    contracts = arguments.contracts(chain, spot, as_of, settings)
    if split is By.TOTAL:
        return total_of(contracts, chosen).total.net
    contracts, each = exposure_of(contracts, chosen)
    heads = [f"{part} {chosen} ({label(chosen, contracts.settings.unit)})" for part in ("Call", "Put", "Net")]
    if split is By.STRIKE:
        found = per_strike(contracts, each)
        columns = (found.strike, found.call, found.put, found.net)
        return [["Strike", *heads], *map(list, zip(*(column.tolist() for column in columns), strict=True))]
    return [
        ["Expiry", "Settles", "Days", "Contracts", *heads],
        *[
            [f"{e.expiry:%Y-%m-%d}", settles(e.am_settled), e.years * 365, e.contracts, e.call, e.put, e.net]
            for e in by_expiry(contracts, each)
        ],
    ]


@worksheet(
    "Exposure",
    "Totals of all dealer exposures with their units and the number of contracts that each rests on; positive: "
    "dealers long",
    "table: exposure, call, put, net, contracts, unit",
    (EXAMPLE_CHAIN,),
    spills=True,
)
def EXPOSURES(chain: Any, spot: Any = None, as_of: Any = None, settings: Any = None) -> Table:
    return [
        ["Exposure", "Call", "Put", "Net", "Contracts", "Unit"],
        *[
            [str(e.kind), e.total.call, e.total.put, e.total.net, e.contracts, e.unit]
            for e in exposures(arguments.contracts(chain, spot, as_of, settings))
        ],
    ]


@worksheet(
    "Exposure",
    "Gamma exposure by calendar days to expiry: 0DTE, week, month, quarter, beyond; a bucket's share is of gross, the "
    "sum of all contracts' magnitudes, since nets of opposite sign have no share of a total",
    "table: bucket, days, contracts, call, put, net, share of gross",
    (EXAMPLE_CHAIN,),
    spills=True,
)
def GEX_BY_BUCKET(chain: Any, spot: Any = None, as_of: Any = None, settings: Any = None) -> Table:
    contracts = arguments.contracts(chain, spot, as_of, settings)
    heads = [f"{part} GEX {unit(contracts)}" for part in ("Call", "Put", "Net")]
    return [
        ["Bucket", "Days", "Contracts", *heads, "Share of gross"],
        *[[b.name, _days(b), b.contracts, b.call, b.put, b.net, b.share] for b in by_bucket(contracts)],
    ]


def _days(bucket: Bucket) -> str:
    if bucket.last is None:
        return f"over {bucket.first - 1}"
    return f"{bucket.first} to {bucket.last}" if bucket.last else "0"
