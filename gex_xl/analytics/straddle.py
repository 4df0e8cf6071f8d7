"""The price of the straddle at the money by expiry, and the move that it implies."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np

from gex_xl.analytics.contracts import ADJUSTED, EXPIRED, Contracts
from gex_xl.analytics.expiries import chosen_atm_iv
from gex_xl.analytics.parity import two_sided


@dataclass(frozen=True, slots=True)
class Straddle:
    """Call and put of one strike and settlement, at the middle of bid and ask.

    `strike` in USD: the one nearest the forward at which both have two-sided quotes, the lower of two. `price` in USD
    per share. `implied_move`: one standard deviation in USD, price x sqrt(pi / 2).
    """

    strike: float
    price: float
    implied_move: float


def straddles(contracts: Contracts) -> dict[tuple[dt.date, bool], Straddle]:
    """The straddle of each settlement, by expiry date and whether it settles in the morning; those that have one.

    At the forward a straddle costs about spot x iv x sqrt(2 T / pi) (Brenner and Subrahmanyam, "A Simple Formula to
    Compute the Implied Standard Deviation", Financial Analysts Journal 44(5), 1988): the price is the mean absolute
    move, and sqrt(pi / 2) of it one standard deviation. Interest on the price is left out.
    """
    chain = contracts.chain
    usable = two_sided(chain) & ~contracts.has(EXPIRED, ADJUSTED)
    middle, out = 0.5 * (chain.bid + chain.ask), {}
    for e in chosen_atm_iv(contracts):
        day = np.datetime64(e.expiry, "D")
        first, last = np.searchsorted(chain.expiry, day), np.searchsorted(chain.expiry, day, "right")
        here = first + np.flatnonzero(usable[first:last] & (chain.am_settled[first:last] == e.am_settled))
        calls, puts = here[chain.is_call[here]], here[~chain.is_call[here]]
        both = np.intersect1d(chain.strike[calls], chain.strike[puts])  # ascending
        if both.size:
            strike = both[np.argmin(np.abs(both - e.forward))]
            price = float(sum(middle[side[chain.strike[side] == strike][-1]] for side in (calls, puts)))
            out[e.expiry, e.am_settled] = Straddle(float(strike), price, price * math.sqrt(math.pi / 2))
    return out
