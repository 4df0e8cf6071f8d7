"""Dealer gamma exposure from an option chain.

>>> import gex_xl
>>> chain = gex_xl.Chain.from_cells(cells)  # doctest: +SKIP
>>> gex_xl.total(gex_xl.prepare(chain)).net  # doctest: +SKIP

`Chain` reads what people paste or export; `prepare` chooses the contracts for given `Settings`, spot and as-of
and computes their gamma; everything else takes what `prepare` returns. Errors are `GexError`, one sentence each.
"""

from gex_xl.analytics.arbitrage import arbitrage
from gex_xl.analytics.check import check
from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.dealer_exposure import Kind, exposure_of, exposures
from gex_xl.analytics.expiries import by_bucket, expected_moves, max_pain
from gex_xl.analytics.exposure import at_strike, by_expiry, contributions, per_strike, total, walls
from gex_xl.analytics.flip import flips
from gex_xl.analytics.flows import hedge_flow, vol_flow
from gex_xl.analytics.profile import reprice, zero_gamma, zero_gammas
from gex_xl.analytics.quote_quality import quote_counts
from gex_xl.analytics.regime import Regime, regime, triggers
from gex_xl.analytics.skew import skew_25d
from gex_xl.analytics.summary import summarise, triggers_of
from gex_xl.analytics.term_structure import atm_iv, maturities, slopes
from gex_xl.analytics.vendor_gamma import vendor_gammas
from gex_xl.analytics.what_if import what_if
from gex_xl.analytics.zscore import zscore
from gex_xl.chain import Chain
from gex_xl.errors import BadInput, GexError, NoValue, StaleHandle
from gex_xl.settings import Settings

__version__ = "0.1.0"

__all__ = [
    "BadInput",
    "Chain",
    "Contracts",
    "GexError",
    "Kind",
    "NoValue",
    "Regime",
    "Settings",
    "StaleHandle",
    "arbitrage",
    "at_strike",
    "atm_iv",
    "by_bucket",
    "by_expiry",
    "check",
    "contributions",
    "expected_moves",
    "exposure_of",
    "exposures",
    "flips",
    "hedge_flow",
    "maturities",
    "max_pain",
    "per_strike",
    "prepare",
    "quote_counts",
    "regime",
    "reprice",
    "skew_25d",
    "slopes",
    "summarise",
    "total",
    "triggers",
    "triggers_of",
    "vendor_gammas",
    "vol_flow",
    "walls",
    "what_if",
    "zero_gamma",
    "zero_gammas",
    "zscore",
]
