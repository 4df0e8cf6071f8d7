"""Whether the quote time can be that of the quotes: by the paste's own time, its last trades, expiries and prices."""

from __future__ import annotations

import datetime as dt
import math
import statistics

import numpy as np

from gex_xl.analytics.black_scholes import undiscounted_price
from gex_xl.analytics.contracts import CHOICE, Contracts
from gex_xl.analytics.once import once_per
from gex_xl.clock import in_words, instant

_FAR = dt.timedelta(days=5)  # a long weekend is no more
_QUARTER = 92.0  # days; everything listed has an expiry each quarter
_DIFFERS = 0.1  # of iv; of seven public files the farthest that lies outside its quotes is off by 0.03


def doubts(contracts: Contracts) -> list[str]:
    """One sentence for each sign that the quote time is another's; [] where nothing speaks against it."""
    chain, as_of = contracts.chain, contracts.as_of
    when = f"the quote time {in_words(as_of, chain.zone)} ({contracts.as_of_from})"
    found = []
    if chain.as_of and abs(as_of - chain.as_of) > _FAR:
        found.append(
            f"{when} lies {_apart(as_of, chain.as_of)} the paste's own, {in_words(chain.as_of, chain.zone)}; is it "
            "right?"
        )
    traded = chain.last_trade[~np.isnat(chain.last_trade)]
    if traded.size:
        last = traded.max().astype(object).replace(tzinfo=dt.UTC)
        # The zone of a trade's time is a guess, so that it may seem some hours late.
        if not -dt.timedelta(days=1) <= as_of - last <= _FAR:
            found.append(
                f"{when} lies {_apart(as_of, last)} the last trade, {in_words(last, chain.zone)}; is it right?"
            )
    settled = np.unique(chain.settlement)
    gone = int((settled <= instant(as_of)).sum())
    if 2 * gone >= settled.size:
        found.append(f"{when} lies beyond {gone} of {settled.size} expiries; is it right?")
    first = float(contracts.years.min(initial=np.inf)) * 365
    if np.isfinite(first) and first > _QUARTER:
        found.append(f"{when} lies {first:,.0f} days before the first expiry used; is it right?")
    if said := iv_against_quotes(contracts):
        found.append(said)
    return found


def _apart(one: dt.datetime, other: dt.datetime) -> str:
    days = abs(one - other) / dt.timedelta(days=1)
    return f"{days:,.0f} days {'after' if one > other else 'before'}"


@once_per(CHOICE)
def iv_against_quotes(contracts: Contracts) -> str:
    """One sentence where iv does not give its own bid and ask back, "" where it does or nothing is quoted.

    In each expiry the straddle nearest the forward is priced by its iv. Where most lie outside their quotes, and by
    more than a tenth, iv is of another unit, kind or time. At the money a straddle is linear in volatility.
    """
    chain, index = contracts.chain, contracts.index
    bid, ask, stdev = chain.bid[index], chain.ask[index], contracts.stdev
    fine = (bid > 0) & (ask >= bid) & (stdev > 0)
    discount = contracts.forwards.discount[contracts.forwards.group[index]]
    price = discount * undiscounted_price(contracts.forward, contracts.strike, stdev, contracts.is_call)
    outside, listed, quoted = [], [], []
    for day in np.unique(contracts.years[fine]):
        here = np.flatnonzero(fine & (contracts.years == day))
        calls, puts = (here[contracts.is_call[here] == side] for side in (True, False))
        both, at_call, at_put = np.intersect1d(contracts.strike[calls], contracts.strike[puts], return_indices=True)
        if not both.size:
            continue
        at = int(np.argmin(np.abs(both - contracts.forward[here[0]])))
        pair = [calls[at_call[at]], puts[at_put[at]]]
        cost, low, high = (float(each[pair].sum()) for each in (price, bid, ask))
        # Far from the money in its own terms a straddle is all intrinsic value and says nothing of volatility.
        if abs(both[at] / contracts.forward[pair[0]] - 1) < high / (2 * contracts.spot):
            outside.append(not low <= cost <= high)
            listed.append(float(stdev[pair].mean()) / math.sqrt(day))
            quoted.append(listed[-1] * (low + high) / (2 * cost))
    if 2 * sum(outside) <= len(outside):
        return ""
    iv, own = statistics.median(listed), statistics.median(quoted)
    if abs(own / iv - 1) <= _DIFFERS:
        return ""
    return (
        f"iv near the money is {iv:.3g} a year, bid and ask there say {own:.3g} (medians of {len(listed)} expiries, 1 "
        f"is 100 %): iv is in another unit or of another kind, or it, the quotes, spot and the quote time "
        f"{in_words(contracts.as_of, chain.zone)} are not of one moment"
    )
