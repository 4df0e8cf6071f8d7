"""The feed's gamma against the model's, by expiry: where the two part, and by how much of the exposure."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass

import numpy as np

from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.exposure import exact_sum
from gex_xl.analytics.once import once_per
from gex_xl.arrays import Index
from gex_xl.errors import NoValue
from gex_xl.settings import GammaSource

NO_VENDOR_GAMMA = "no gamma in the paste"


@dataclass(frozen=True, slots=True)
class Worst:
    """The contract whose two exposures lie furthest apart: gammas per share, `apart` model less feed in the unit."""

    expiry: dt.date
    strike: float
    is_call: bool
    vendor: float
    model: float
    apart: float


@dataclass(frozen=True, slots=True)
class GammaComparison:
    """One settlement, or all of them (`expiry` None); exposures in the unit of the settings.

    `contracts`: those with both gammas; `rounded`: those of them whose feed gamma is 0. Gross is the sum of
    magnitudes; `difference` is model over feed gross less 1, None where the feed's is 0.
    """

    expiry: dt.date | None
    am_settled: bool
    contracts: int
    rounded: int
    vendor_gross: float
    model_gross: float
    difference: float | None
    vendor_net: float
    model_net: float
    worst: Worst

    def times(self, factor: float) -> GammaComparison:
        """The same in another unit."""
        return dataclasses.replace(
            self,
            vendor_gross=self.vendor_gross * factor,
            model_gross=self.model_gross * factor,
            vendor_net=self.vendor_net * factor,
            model_net=self.model_net * factor,
            worst=dataclasses.replace(self.worst, apart=self.worst.apart * factor),
        )


@once_per(scaled=True)
def vendor_gammas(contracts: Contracts) -> tuple[GammaComparison, ...]:
    """All settlements together, then each of them, earliest first; of contracts that have both gammas.

    Raises NoValue where the feed has no gamma, or none of the contracts in use has.
    """
    chain = contracts.chain
    if np.isnan(chain.gamma).all():
        raise NoValue(NO_VENDOR_GAMMA)
    if contracts.settings.gamma_source is GammaSource.VENDOR:
        settings = dataclasses.replace(contracts.settings, gamma_source=GammaSource.MODEL)
        contracts = prepare(chain, contracts.spot, contracts.as_of, settings, exactly=True)
    both = np.flatnonzero(np.isfinite(chain.gamma[contracts.index]))
    if not both.size:
        raise NoValue("no contract in use has both the feed's gamma and an implied volatility")
    settlement = chain.settlement[contracts.index[both]]
    order = np.argsort(settlement, kind="stable")
    moments, starts = np.unique(settlement[order], return_index=True)
    each = zip(np.split(both[order], starts[1:]), moments, strict=True)
    return (_compared(contracts, both, None), *(_compared(contracts, at, moment) for at, moment in each))


def _compared(contracts: Contracts, at: Index, moment: np.datetime64 | None) -> GammaComparison:
    """The comparison over the lines `at` in shares per point; `moment` is their settlement."""
    chain, index = contracts.chain, contracts.index[at]
    position, given, own = contracts.position[at], chain.gamma[index], contracts.gamma[at]
    vendor, model = position * given, position * own
    vendor_gross, model_gross = exact_sum(np.abs(vendor)), exact_sum(np.abs(model))
    i = int(np.argmax(np.abs(model - vendor)))
    j = index[i]
    return GammaComparison(
        expiry=None if moment is None else chain.expiry[index[0]].astype(object),
        am_settled=moment is not None and bool(chain.am_settled[index[0]]),
        contracts=len(at),
        rounded=int((given == 0).sum()),
        vendor_gross=vendor_gross,
        model_gross=model_gross,
        difference=model_gross / vendor_gross - 1 if vendor_gross else None,
        vendor_net=exact_sum(vendor),
        model_net=exact_sum(model),
        worst=Worst(
            expiry=chain.expiry[j].astype(object),
            strike=float(chain.strike[j]),
            is_call=bool(chain.is_call[j]),
            vendor=float(given[i]),
            model=float(own[i]),
            apart=float(model[i] - vendor[i]),
        ),
    )
