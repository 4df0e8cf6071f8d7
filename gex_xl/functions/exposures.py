"""Worksheet functions for dealers' other exposures (delta, vanna, charm, vega, theta, speed) and gamma by bucket."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.dealer_exposure import Kind, exposure_of, exposures, label, total_of
from gex_xl.analytics.expiries import Bucket, by_bucket
from gex_xl.analytics.exposure import at_settlements, at_strikes
from gex_xl.analytics.terms import in_currency
from gex_xl.functions.arguments import Table
from gex_xl.functions.common import EXAMPLE_CHAIN, days, days_head, settles, unit
from gex_xl.functions.registry import worksheet


class By(StrEnum):
    TOTAL = "total"
    STRIKE = "strike"
    EXPIRY = "expiry"


@worksheet("Exposure", EXAMPLE_CHAIN, "vanna")
def DEALER_EXPOSURE(
    contracts: Contracts,
    kind: Annotated[
        Kind,
        "delta, gamma, speed (change of gamma exposure per further 1 %), vanna (USD of delta per vol point), "
        "charm (USD of delta per day), vega (USD per vol point) or theta (USD per day)",
    ],
    by: Annotated[By, "total (also where blank), strike or expiry"] = By.TOTAL,
) -> float | Table:
    """What dealers hold in one sensitivity, signed and weighted as gamma exposure is; all but gamma rest on implied
    volatility, whatever gamma_source.

    Returns number, or a table by strike or expiry, in the unit that EXPOSURES names.
    """
    if by is By.TOTAL:
        return total_of(contracts, kind).total.net
    contracts, each = exposure_of(contracts, kind)
    named = in_currency(label(kind, contracts.settings.unit), contracts)
    heads = [f"{part} {kind} ({named})" for part in ("Call", "Put", "Net")]
    if by is By.STRIKE:
        found = at_strikes(contracts, each)
        columns = (found.strike, found.call, found.put, found.net)
        return [["Strike", *heads], *map(list, zip(*(column.tolist() for column in columns), strict=True))]
    return [
        ["Expiry", "Settles", days_head(contracts), "Contracts", *heads],
        *[
            [f"{e.expiry:%Y-%m-%d}", settles(e.am_settled), days(contracts, e.years), e.contracts, e.call, e.put, e.net]
            for e in at_settlements(contracts, each)
        ],
    ]


@worksheet("Exposure", EXAMPLE_CHAIN)
def EXPOSURES(contracts: Contracts) -> Table:
    """Totals of all dealer exposures with their units and the number of contracts that each rests on; positive: dealers
    long.

    Returns table: exposure, call, put, net, contracts, unit.
    """
    return [
        ["Exposure", "Call", "Put", "Net", "Contracts", "Unit"],
        *[[str(e.kind), e.total.call, e.total.put, e.total.net, e.contracts, e.unit] for e in exposures(contracts)],
    ]


@worksheet("Exposure", EXAMPLE_CHAIN)
def GEX_BY_BUCKET(contracts: Contracts) -> Table:
    """Gamma exposure by calendar days to expiry: 0DTE, week, month, quarter, beyond; a bucket's share is of gross, the
    sum of all contracts' magnitudes, since nets of opposite sign have no share of a total.

    Returns table: bucket, days, contracts, call, put, net, share of gross.
    """
    heads = [f"{part} GEX {unit(contracts)}" for part in ("Call", "Put", "Net")]
    return [
        ["Bucket", "Days", "Contracts", *heads, "Share of gross"],
        *[[b.name, _days(b), b.contracts, b.call, b.put, b.net, b.share] for b in by_bucket(contracts)],
    ]


def _days(bucket: Bucket) -> str:
    if bucket.last is None:
        return f"over {bucket.first - 1}"
    return f"{bucket.first} to {bucket.last}" if bucket.last else "0"
