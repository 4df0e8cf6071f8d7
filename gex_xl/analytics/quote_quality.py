"""Quotes that deserve no trust: missing, one-sided, locked, crossed, outside their bounds, or long not traded."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.exposure import contributions, exact_sum
from gex_xl.analytics.once import once_per
from gex_xl.analytics.parity import considered, parity
from gex_xl.arrays import FloatArray, Mask
from gex_xl.cache import cached
from gex_xl.clock import instant

STALE_DAYS = 7.0
CROSSED, BELOW, ABOVE = "Crossed", "Below its least value", "Above its greatest value"


@dataclass(frozen=True, slots=True)
class QuoteCount:
    """Contracts of one kind; None in all figures where the paste cannot tell, and `meaning` says why.

    `open_interest` in contracts; `gross_share`: their part of gross GEX (the sum of all lines' magnitudes), 0 to 1.
    `largest`: expiry, strike and right of the one with the most GEX, else open interest; "" where there is none. A
    contract may be of several kinds.
    """

    name: str
    contracts: int | None
    open_interest: float | None
    gross_share: float | None
    largest: str
    meaning: str


@once_per()
def quote_counts(contracts: Contracts, stale_days: float = STALE_DAYS) -> tuple[QuoteCount, ...]:
    """Every kind, of the contracts in use and those without iv or gamma; what filters leave out is not looked at.

    Bounds come from the settlement's own call less put (see parity): a call is worth D (F - K) at least and D F at
    most, a put D (K - F) and D K; of American exercise S - K and S, K - S and K. `stale_days`: calendar days.
    """
    chain, some = contracts.chain, considered(contracts)
    bid, ask = np.nan_to_num(chain.bid), np.nan_to_num(chain.ask)
    quoted = some & ((bid > 0) | (ask > 0))
    crossed = quoted & (ask > 0) & (bid > ask)
    low, high = _outside(contracts, quoted & ~crossed)
    kinds: list[tuple[str, Mask, str]] = [
        ("No quotes", some & ~quoted, "neither bid nor ask"),
        ("No bid", quoted & (bid == 0), "nobody buys: the mid is no price"),
        ("No ask", quoted & (ask == 0), "nobody sells: the mid is no price"),
        (CROSSED, crossed, "bid above ask: two moments in one line; compared with nothing"),
        ("Locked", quoted & (bid == ask), "bid equals ask"),
        (BELOW, low, "ask under what exercise or its forward makes certain: late, or spot is"),
        (ABOVE, high, "bid over the price of what it delivers: late, or spot is"),
    ]
    if not quoted.any():
        no_quotes = "no bid and no ask in the paste"
        out = [QuoteCount(name, None, None, None, "", no_quotes) for name, _, _ in kinds]
    else:
        out = [_count(contracts, name, mask, meaning) for name, mask, meaning in kinds]
    return (*out, _stale(contracts, some, stale_days))


def _outside(contracts: Contracts, quoted: Mask) -> tuple[Mask, Mask]:
    """Asks below and bids above what the contract can be worth."""
    chain, market, group = contracts.chain, parity(contracts), contracts.forwards.group
    slack = market.slack(group, chain.strike)
    kept = chain.strike * (market.discount[group] if market.european else 1.0)  # whoever may exercise waits for nothing
    least = np.where(chain.is_call, market.least[group] - kept, kept - market.most[group])
    most = np.where(chain.is_call, market.most[group], kept)
    with np.errstate(invalid="ignore"):
        low = quoted & (chain.ask > 0) & (chain.ask < least - slack)
        high = quoted & (chain.bid > most + slack)
    return low, high


def _stale(contracts: Contracts, some: Mask, stale_days: float) -> QuoteCount:
    name = f"Last trade over {stale_days:g} days ago"
    chain = contracts.chain
    if np.isnat(chain.last_trade).all():
        return QuoteCount(name, None, None, None, "", "no times of last trades in the paste")
    limit = instant(contracts.as_of - dt.timedelta(days=stale_days))
    # NaT compares as False: a contract that never traded is not counted.
    return _count(
        contracts, name, some & (chain.last_trade < limit), "open interest stands, but no trade tells its price"
    )


@cached(1)
def _sizes(contracts: Contracts) -> tuple[FloatArray, float]:
    """The magnitude of each contract's GEX, 0 where it is not in use; and their sum."""
    size = np.zeros(len(contracts.chain))
    size[contracts.index] = np.abs(contributions(contracts))
    size.setflags(write=False)
    return size, exact_sum(size)


def _count(contracts: Contracts, name: str, mask: Mask, meaning: str) -> QuoteCount:
    chain = contracts.chain
    at = np.flatnonzero(mask)
    size, gross = _sizes(contracts)
    largest = ""
    if at.size:
        i = at[np.lexsort((np.nan_to_num(chain.open_interest[at]), size[at]))[-1]]
        largest = f"{chain.expiry[i]} {chain.strike[i]:,g} {'call' if chain.is_call[i] else 'put'}"
    share = exact_sum(size[at]) / gross if gross else 0.0
    return QuoteCount(name, int(at.size), float(np.nansum(chain.open_interest[at])), share, largest, meaning)
