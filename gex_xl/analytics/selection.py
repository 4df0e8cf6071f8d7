"""Some of the contracts, and the contracts at a later instant: what maps, changes and levels reprice."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np

from gex_xl.analytics.black_scholes import gamma
from gex_xl.analytics.contracts import Contracts, under
from gex_xl.analytics.dealer_exposure import with_iv
from gex_xl.arrays import FloatArray, Index, Instants, Mask
from gex_xl.clock import instant, years
from gex_xl.settings import Settings

_SECONDS_PER_YEAR = 365 * 86_400
_ARRAYS = ("index", "position", "gamma", "strike", "is_call", "forward", "stdev", "years", "spot_discount")


def part(contracts: Contracts, chosen: Mask | Index) -> Contracts:
    """Some of the used contracts (a mask of shape (n,), or places), under the settings that exposure depends on.

    What is left out here is counted nowhere: `excluded` and `why` stay those of the whole.
    """
    base = under(contracts)
    return dataclasses.replace(base, **{name: getattr(base, name)[chosen] for name in _ARRAYS})


def settlements_of(contracts: Contracts) -> Instants:
    """The settlement instant of each used contract, shape (n,)."""
    return contracts.chain.settlement[contracts.index]


def years_left(moment: dt.datetime, settlement: Instants, settings: Settings) -> FloatArray:
    """Years from `moment` to each settlement by the setting `clock`, no less than `min_minutes`; shape (n,)."""
    return np.asarray(
        np.maximum(years(moment, settlement, settings.clock), settings.min_minutes * 60 / _SECONDS_PER_YEAR)
    )


def later(contracts: Contracts, moment: dt.datetime) -> Contracts:
    """The contracts at a later instant (aware), spot as it is: time passes and nothing else.

    Those settled by then leave. Each line keeps its iv; the forward keeps the carry ln(F/S) / T of its expiry and
    exp(-qT) its rate, so that both run to 1 (method, section 7; the same convention as theta and charm). Model gamma
    throughout: contracts without iv are left out. At the instant valued at the figures are those of today.
    """
    base = under(with_iv(contracts))
    here = part(base, settlements_of(base) > instant(moment))
    left = years_left(moment, settlements_of(here), base.settings)
    share = left / here.years
    forward = base.spot * (here.forward / base.spot) ** share
    stdev, discount = here.stdev * np.sqrt(share), here.spot_discount**share
    same = share == 1.0  # not even rounded
    forward[same] = here.forward[same]
    plain = gamma(base.spot, here.forward, here.strike, here.stdev, here.spot_discount)
    early = np.divide(here.gamma, plain, out=np.ones(len(plain)), where=plain > 0)  # of American over European
    return dataclasses.replace(
        here, valued_at=moment, forward=forward, stdev=stdev, spot_discount=discount, years=left,
        gamma=early * gamma(base.spot, forward, here.strike, stdev, discount),
    )  # fmt: skip
