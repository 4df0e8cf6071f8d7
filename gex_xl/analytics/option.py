"""What the chain says of one contract: its volatility, price and sensitivities."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from gex_xl.analytics.black_scholes import gamma
from gex_xl.analytics.contracts import Contracts, under
from gex_xl.analytics.greeks import European
from gex_xl.analytics.pricing import PRICING, priced
from gex_xl.arrays import Index
from gex_xl.errors import BadInput, NoValue, shown


@dataclass(frozen=True, slots=True)
class OptionFigures:
    """One contract by the chain's own volatility and forward; per share, USD.

    `iv` annualised, decimal; `listed`: the contract is in the chain, else its iv lies between its neighbours'.
    `years` by the clock setting. Greeks: delta, gamma per USD; vega per vol point, theta and charm per calendar day,
    vanna per vol point, rho per percentage point.
    """

    expiry: dt.date
    root: str
    strike: float
    is_call: bool
    listed: bool
    iv: float
    forward: float
    years: float
    price: float
    delta: float
    gamma: float
    vega: float
    theta: float
    vanna: float
    charm: float
    rho: float


def option_figures(
    contracts: Contracts, expiry: dt.date, strike: float, is_call: bool, root: str = ""
) -> OptionFigures:
    """A contract of the chain, or one between two listed strikes: iv is then linear in the strike, of the same right.

    The iv is what the setting iv_source gives; the filters expiries, strikes and min_oi do not matter. `root` tells
    AM from PM where both settle on that date; without it the one that settles last is meant. Black-Scholes-Merton on
    the expiry's forward (Haug, "The Complete Guide to Option Pricing Formulas", chapter 2). Raises BadInput for an
    expiry or a root that the chain has not, NoValue beyond the listed strikes, after settlement or without any iv.
    """
    base = under(contracts, PRICING)
    chain = base.chain
    found = priced(chain, base.spot, base.as_of, base.settings)
    here = _listed(base, expiry, root)
    timed = found.timed
    live = here[timed.live[here]]
    if not live.size:
        raise NoValue(f"the {expiry} contracts are expired")
    side = live[(chain.is_call[live] == is_call) & np.isfinite(found.iv[live])]
    if not side.size:
        raise NoValue(f"no {'call' if is_call else 'put'} of {expiry} has an implied volatility")
    side = side[np.argsort(chain.strike[side], kind="stable")]
    strikes = chain.strike[side]
    if not strikes[0] <= strike <= strikes[-1]:
        raise NoValue(f"strike {strike:g} lies outside the listed {strikes[0]:g} to {strikes[-1]:g} of {expiry}")
    iv = float(np.interp(strike, strikes, found.iv[side]))
    first = int(side[0])
    plain = gamma(base.spot, found.forward[side], strikes, found.stdev[side], found.spot_discount[side])
    early = np.divide(found.gamma[side], plain, out=np.ones(len(plain)), where=plain > 0)  # American over European
    years, forward = float(timed.years[first]), float(found.forward[first])
    option = European(
        base.spot, forward, strike, iv * years**0.5, years, float(found.spot_discount[first]), is_call,
        timed.forwards.rate,
    )  # fmt: skip
    return OptionFigures(
        expiry, str(chain.root[first]), strike, is_call, bool((strikes == strike).any()), iv, forward, years,
        float(option.price()), float(option.delta()),
        float(option.gamma()) * float(np.interp(strike, strikes, early)), float(option.vega()) / 100,
        float(option.theta()) / 365, float(option.vanna()) / 100, float(option.charm()) / 365,
        float(option.rho()) / 100,
    )  # fmt: skip


def _listed(contracts: Contracts, expiry: dt.date, root: str) -> Index:
    """The chain's contracts of one settlement."""
    chain = contracts.chain
    here = np.flatnonzero(chain.expiry == np.datetime64(expiry, "D"))
    if not here.size:
        days = sorted(set(chain.expiry.astype(str).tolist()))
        more = " ..." if len(days) > 6 else ""
        raise BadInput(f"expiry is {expiry}, which the chain has not; it has {', '.join(days[:6])}{more}")
    if root:
        named = here[np.char.upper(chain.root[here]) == root.upper()]
        if not named.size:
            known = ", ".join(sorted(set(chain.root[here].tolist())))
            raise BadInput(f'root is "{shown(root)}"; the {expiry} contracts are {known}')
        here = named
    last: Index = here[chain.settlement[here] == chain.settlement[here].max()]
    return last
