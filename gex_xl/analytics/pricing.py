"""What gamma rests on, for every contract of a chain: time, forward, volatility. Each is computed once.

A figure is kept under the settings that it depends on and no others, so that another sign, unit or filter finds
it where it is.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gex_xl.analytics.american import american_gamma
from gex_xl.analytics.black_scholes import gamma
from gex_xl.analytics.dividends import cash_dividends, exercised_at_dividend
from gex_xl.analytics.forwards import Forwards, calls_are_held, forwards
from gex_xl.analytics.shared_iv import shared_iv
from gex_xl.arrays import FloatArray, Mask
from gex_xl.cache import cached
from gex_xl.chain import Chain
from gex_xl.clock import instant, valued_at, years
from gex_xl.settings import Carry, Exercise, IvSource, Settings

_CARRY = ("clock", "clock_from", "quote_delay", "min_minutes", "carry", "rate", "dividend_yield")
PRICING = (*_CARRY, "iv_source", "exercise")
_KEEP = 16


@dataclass(frozen=True, eq=False, slots=True)
class Timed:
    """When it is valued, and what that says of each contract of the chain: arrays of shape (n,), not to be written.

    `years` is floored where a contract is live, `floored` says where. `forwards` has an entry per settlement.
    """

    valued_at: dt.datetime
    live: Mask
    floored: Mask
    years: FloatArray
    forwards: Forwards


@dataclass(frozen=True, eq=False, slots=True)
class Priced:
    """Each contract of the chain at a spot: arrays of shape (n,), NaN where a figure is not known.

    `forward` in USD; `iv` annualised and decimal, `solved` where it comes from bid and ask; `stdev` is
    iv sqrt(T); `gamma` per share; `spot_discount` exp(-qT).
    """

    timed: Timed
    forward: FloatArray
    iv: FloatArray
    solved: Mask
    stdev: FloatArray
    spot_discount: FloatArray
    gamma: FloatArray


def priced(chain: Chain, spot: float, as_of: dt.datetime, settings: Settings) -> Priced:
    """Price every contract of a chain at a spot (USD) and an instant (aware)."""
    return _priced(chain, spot, as_of, settings.only(PRICING))


@cached(_KEEP)
def _priced(chain: Chain, spot: float, as_of: dt.datetime, settings: Settings) -> Priced:
    # The feed's deltas and quotes belong to its own spot: another one does not change the carry that they tell.
    timed = _timed(chain, chain.spot or spot, as_of, settings.only(_CARRY))
    curve = timed.forwards
    forward = spot * curve.ratio[curve.group]
    iv, solved = _volatility(chain, timed, settings.only((*_CARRY, "iv_source")))
    stdev = np.where(timed.live, iv * np.sqrt(np.maximum(timed.years, 0)), np.nan)
    discount = curve.spot_discount[curve.group]
    each = gamma(spot, forward, chain.strike, stdev, discount)
    early = np.flatnonzero(exercised_early(chain, curve, settings) & np.isfinite(stdev))
    if early.size:
        group = curve.group[early]
        # The feed's delta_call - delta_put holds early exercise already; here that is computed. One rate for all: in
        # an expiry of days a tick of its quotes is worth more than interest.
        interest = np.exp(-curve.rate * curve.years[group])
        discount = discount.copy()
        discount[early] = curve.ratio[group] * interest
        given = spot, forward[early], chain.strike[early], stdev[early], interest, chain.is_call[early], group
        cash = cash_dividends(chain, curve)
        each[early] = american_gamma(*given, *((spot * cash[0][group], cash[1][group]) if cash else ()))
    found = Priced(timed, forward, iv, solved, stdev, discount, each)
    _freeze(forward, stdev, discount, found.gamma)
    return found


def exercised_early(chain: Chain, curve: Forwards, settings: Settings) -> Mask:
    """Whether each contract may be exercised before its expiry, shape (n,).

    Under carry = none nothing is inferred, and with r = q = 0 nothing would be exercised either. Calls that are quoted
    below what exercise would bring are not exercised: their forward lies below spot because spot is late.
    """
    if settings.exercise is Exercise.EUROPEAN or settings.carry is Carry.NONE:
        return np.zeros(len(chain), dtype=bool)
    if settings.exercise is Exercise.AMERICAN:
        return np.ones(len(chain), dtype=bool)
    held = curve.ratio[curve.group] < 1
    return np.asarray(chain.american & ~(chain.is_call & held & calls_are_held(chain, curve)))


@cached(_KEEP)
def _volatility(chain: Chain, timed: Timed, settings: Settings) -> tuple[FloatArray, Mask]:
    """iv of each contract by the setting `iv_source`, and where it was solved from quotes.

    It is settled at the options' own forward, whatever spot is asked about: each line keeps its iv (sticky strike).
    """
    if settings.iv_source is IvSource.QUOTED:
        iv, solved = chain.iv, np.zeros(len(chain), dtype=bool)
    else:
        curve = timed.forwards
        forward = curve.own_spot * curve.ratio[curve.group]
        iv, solved = shared_iv(chain, timed.live, forward, timed.years, curve.discount[curve.group], settings.iv_source)
        own = exercised_at_dividend(chain, curve, curve.own_spot) & np.isfinite(chain.iv)
        iv = np.where(own, chain.iv, iv)
    _freeze(iv, solved)
    return iv, solved


@cached(_KEEP)
def _timed(chain: Chain, feed_spot: float, as_of: dt.datetime, settings: Settings) -> Timed:
    start = valued_at(as_of, settings.clock_from, chain.product, delay_of(chain, settings))
    live = (chain.settlement > instant(as_of)) & (chain.settlement > instant(start))
    t = years(start, chain.settlement, settings.clock)
    shortest = settings.min_minutes * 60 / (365 * 86_400)
    floored = live & (t < shortest)
    t = np.where(live, np.maximum(t, shortest), t)
    _freeze(live, floored, t)
    return Timed(start, live, floored, t, forwards(chain, live, t, feed_spot, settings))


def delay_of(chain: Chain, settings: Settings) -> float:
    """Minutes by which the quotes are older than the chain says: the setting's, else the feed's."""
    return chain.quote_delay if settings.quote_delay is None else settings.quote_delay


def _freeze(*arrays: npt.NDArray[np.generic]) -> None:
    for array in arrays:
        array.setflags(write=False)  # shared by all who ask
