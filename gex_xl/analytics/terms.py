"""The contracts' terms in words: multiplier, currency and settlement, and what of them is assumed."""

from __future__ import annotations

import numpy as np

from gex_xl.analytics.contracts import Contracts, multipliers
from gex_xl.chain import Chain
from gex_xl.products import Product
from gex_xl.settings import GammaSource


def terms(contracts: Contracts) -> str:
    """`100 per contract, USD, settles 09:30 (SPX) and 16:00 (SPXW) New York`, of the contracts in use.

    Behind it what is assumed: a product that the table does not have, a multiplier that nothing names.
    """
    chain, settings = contracts.chain, contracts.settings
    many = np.unique(multipliers(chain, settings)[contracts.index if contracts.index.size else slice(None)]).tolist()
    count = f"{many[0]:,.12g}" if len(many) == 1 else f"{many[0]:,.12g} to {many[-1]:,.12g}"
    assumed = []
    if settings.multiplier is None and chain.product.multiplier is None and np.isnan(chain.multiplier).any():
        assumed.append("its lot depends on the date and is not in the chain: set multiplier")
    if chain.product.assumed:
        assumed.append(f"{chain.symbol or 'the product'} is not in the table of products")
        if settings.multiplier is None and np.isnan(chain.multiplier).any():
            assumed.append("multiplier = 1, 50 or another replaces 100")
    said = f"{count} per contract, {chain.currency}, settles {_settles(chain)} {chain.product.place}"
    own = chain.multiplier[np.isfinite(chain.multiplier)]
    if settings.multiplier is not None and (own != settings.multiplier).any():
        said += (
            f"; multiplier = {settings.multiplier:g} is not taken where the chain names its own (oi_unit = units "
            "leaves those aside)"
        )
    return f"{said} (assumed: {'; '.join(assumed)})" if assumed else said


def _settles(chain: Chain) -> str:
    """Times of day, each with its roots where there are several."""
    at: dict[str, list[Product]] = {}
    for each in sorted(chain.products, key=lambda one: one.settlement):
        at.setdefault(f"{each.settlement:%H:%M}", []).append(each)
    if len(at) == 1:
        return next(iter(at))
    return " and ".join(f"{time} ({', '.join(one.root for one in some)})" for time, some in at.items())


def unit_label(contracts: Contracts) -> str:
    """The unit of exposure with the chain's currency: `INR mn per 1 %`."""
    return in_currency(contracts.settings.unit.label, contracts)


def by_model(contracts: Contracts) -> str:
    """What to put behind a name that rests on the model's gamma where others beside it rest on the feed's, else ""."""
    return " by the model's gamma" if contracts.settings.gamma_source is GammaSource.VENDOR else ""


def in_currency(label: str, contracts: Contracts) -> str:
    """A label written in USD, in the chain's currency."""
    return label.replace("USD", contracts.chain.currency)
