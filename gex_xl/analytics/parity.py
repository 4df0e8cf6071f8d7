"""What call less put says of each settlement's forward and discount: the line that quotes of many strikes share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gex_xl.analytics.contracts import NO_GAMMA, NO_IV, Contracts
from gex_xl.analytics.once import once_per
from gex_xl.analytics.pairs import counterparts
from gex_xl.arrays import FloatArray, Index, Mask
from gex_xl.chain import Chain

_FEWEST, _NEAREST = 5, 9  # strikes
_HIGHEST_RATE = 0.25  # a year; a flatter line comes from noise
_OUTLIERS = 0.1  # of an American chain's strikes, at either end
_FORWARD, _DISCOUNT, _SPOT = 1e-4, 1e-3, 1e-3


@dataclass(frozen=True, eq=False, slots=True)
class Parity:
    """What call less put must be, by settlement, shape (m,), in the order of `Contracts.forwards`.

    `forward` in USD, `discount` exp(-rT). Prepaid forwards, `least` to `most`, in USD: one and the same, D F, where
    exercise is European; from spot less dividends to spot where it is American. `known`: by the feed's own forward
    or by the quotes of at least five strikes; elsewhere parity says nothing. `european`: all contracts are known to
    be exercised at expiry only, by root, symbol or venue.
    """

    forward: FloatArray
    discount: FloatArray
    least: FloatArray
    most: FloatArray
    known: Mask
    european: bool
    spot: float

    def bounds(self, group: Index, strike: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Least and most that call less put may be at these strikes (USD), each settlement as `group` numbers it."""
        kept = self.discount[group] * strike
        return self.least[group] - (kept if self.european else strike), self.most[group] - kept

    def distance(self, group: int) -> float:
        """The most that a distance of 1 USD between strikes is worth: whoever may exercise loses no interest on it."""
        sure = self.european and bool(self.known[group])
        return min(1.0, float(self.discount[group]) + _DISCOUNT) if sure else 1.0

    def slack(self, group: Index, strike: FloatArray) -> FloatArray:
        """USD by which quotes may miss the bounds and prove nothing.

        European: 1 basis point of spot for the forward, 10 of the distance to it for the discount. American: 10 of
        spot, which may be some minutes older or younger than its options' quotes.
        """
        apart = np.abs(strike - self.forward[group]) if self.european else 0.0 * strike
        return (_FORWARD if self.european else _SPOT) * self.spot + _DISCOUNT * apart


def considered(contracts: Contracts) -> Mask:
    """The contracts whose quotes are looked at: those in use, and those without iv or gamma; shape (n of chain,)."""
    places = [i for i, reason in enumerate(contracts.reasons) if reason in ("", NO_IV, NO_GAMMA)]
    return np.isin(contracts.why, places)


def two_sided(chain: Chain) -> Mask:
    """Whether somebody buys and somebody sells, for less: bid above 0, ask at the bid or above; shape (n,)."""
    return np.asarray((chain.bid > 0) & (chain.ask >= chain.bid))


def is_european(chain: Chain) -> bool:
    """Whether all contracts are known to be exercised at expiry only."""
    return not chain.american.any()


@once_per()
def parity(contracts: Contracts) -> Parity:
    """Fit C - P = D (F - K) to the mids of each settlement.

    D is the median slope, or exp(-rate T) where the setting `rate` is given; F is the median near the money. Early
    exercise of calls or of puts bends an American chain's line: D is the slope on its flatter side, and the prepaid
    forwards reach from spot as far as nine in ten of its strikes do. A feed's own forward is taken as it is.
    """
    chain, curve = contracts.chain, contracts.forwards
    european, known = is_european(chain), np.array([source == "feed" for source in curve.source])
    forward, discount = contracts.spot * curve.ratio, curve.discount.copy()
    least, most = forward * discount, forward * discount
    other, fine = counterparts(chain), two_sided(chain) & considered(contracts)
    calls = np.flatnonzero(chain.is_call & (other >= 0) & fine)
    calls = calls[fine[other[calls]]]
    for g in np.unique(curve.group[calls]):
        c = calls[curve.group[calls] == g]
        c = c[np.unique(chain.strike[c], return_index=True)[1]]
        if c.size < _FEWEST or known[g]:
            continue
        p = other[c]
        width = chain.ask[c] - chain.bid[c] + chain.ask[p] - chain.bid[p]
        apart = 0.5 * (chain.bid[c] + chain.ask[c] - chain.bid[p] - chain.ask[p])
        strike = chain.strike[c]
        middle = int(np.searchsorted(-apart, 0.0))  # call less put falls through 0 at the forward
        sides = [slice(None)] if european else [slice(None, middle), slice(middle, None)]
        if not contracts.settings.rate:
            flattest = float(np.exp(-_HIGHEST_RATE * curve.years[g]))
            discount[g] = min(1.0, max(flattest, _slope(strike, apart, width, sides)))
        forward[g] = _at_the_money(strike, apart, discount[g])
        least[g] = most[g] = forward[g] * discount[g]
        if not european:
            least[g] = min(contracts.spot, np.quantile(apart + strike, _OUTLIERS))
            most[g] = max(contracts.spot, np.quantile(apart + discount[g] * strike, 1 - _OUTLIERS))
        known[g] = True
    return Parity(forward, discount, least, most, known, european, contracts.spot)


def _slope(strike: FloatArray, apart: FloatArray, width: FloatArray, sides: list[slice]) -> float:
    """The flattest side's median slope between strikes half its list apart (Theil's method), on its narrower half.

    Strikes ascending; `apart` call less put, `width` the spreads of both. 1 where no side has quotes enough.
    """
    found = [1.0]
    for side in sides:
        at = np.arange(len(strike))[side]
        at = np.sort(at[np.argsort(width[at], kind="stable")][: max(_FEWEST, len(at) // 2)])
        half = len(at) // 2
        if half >= 2:
            each = (apart[at[:half]] - apart[at[-half:]]) / (strike[at[-half:]] - strike[at[:half]])
            found.append(float(np.median(each)))
    return min(found)


def _at_the_money(strike: FloatArray, apart: FloatArray, discount: float) -> float:
    """The forward where call less put is 0: around it a wrong discount does not matter."""
    near = np.argsort(np.abs(apart), kind="stable")[:_NEAREST]
    return float(np.median(strike[near] + apart[near] / discount))
