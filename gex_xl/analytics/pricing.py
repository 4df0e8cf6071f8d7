"""What gamma rests on, for every contract of a chain: time, forward, volatility. Each is computed once.

A figure is kept under the settings that it depends on and no others, so that another sign, unit or filter finds
it where it is.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gex_xl.analytics.black_scholes import gamma
from gex_xl.analytics.forwards import Forwards, counterparts, forwards
from gex_xl.analytics.implied_vol import implied_vol
from gex_xl.arrays import FloatArray, Mask
from gex_xl.cache import cached
from gex_xl.chain import Chain
from gex_xl.clock import instant, valued_at, years
from gex_xl.settings import IvSource, Settings

_CARRY = ("clock", "clock_from", "quote_delay", "min_minutes", "carry", "rate", "dividend_yield")
PRICING = (*_CARRY, "iv_source")
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
    forward = spot * timed.forwards.ratio[timed.forwards.group]
    if settings.iv_source is IvSource.OTM:
        iv, solved = _otm_iv(chain, timed.live, forward, timed.years, settings.rate)
    else:
        iv, solved = chain.iv, np.zeros(len(chain), dtype=bool)
    stdev = np.where(timed.live, iv * np.sqrt(np.maximum(timed.years, 0)), np.nan)
    discount = timed.forwards.spot_discount[timed.forwards.group]
    found = Priced(timed, forward, iv, solved, stdev, discount, gamma(spot, forward, chain.strike, stdev, discount))
    _freeze(forward, iv, solved, stdev, discount, found.gamma)
    return found


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


def _otm_iv(chain: Chain, live: Mask, forward: FloatArray, t: FloatArray, rate: float) -> tuple[FloatArray, Mask]:
    """iv of the out-of-the-money side for both rights; else the line's own; else solved from quotes."""
    other = counterparts(chain)
    paired = other >= 0
    in_the_money = np.where(chain.is_call, chain.strike < forward, chain.strike > forward)
    twin_iv = np.where(paired, chain.iv[other], np.nan)
    iv = np.where(in_the_money & np.isfinite(twin_iv), twin_iv, chain.iv)
    iv = np.where(np.isnan(iv), twin_iv, iv)
    missing = np.flatnonzero(live & np.isnan(iv))
    if not missing.size:
        return iv, np.zeros(len(chain), dtype=bool)
    two_sided = (chain.bid > 0) & (chain.ask >= chain.bid)
    # The out-of-the-money side's quote is the informative one; a line's own is taken where that has none.
    twin = other[missing]
    use_twin = in_the_money[missing] & (twin >= 0) & two_sided[twin]
    quoted = np.where(use_twin, twin, missing)
    mid = np.where(two_sided[quoted], 0.5 * (chain.bid[quoted] + chain.ask[quoted]), np.nan)
    found = implied_vol(
        mid,
        forward[missing],
        chain.strike[missing],
        t[missing],
        chain.is_call[quoted],
        np.exp(-rate * t[missing]),
    )
    iv[missing] = found
    solved = np.zeros(len(chain), dtype=bool)
    solved[missing] = np.isfinite(found)
    return iv, solved
