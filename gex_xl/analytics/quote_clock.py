"""Whether the quote time can be that of the quotes: by the paste's own time, its last trades, expiries and prices."""

from __future__ import annotations

import datetime as dt

import numpy as np

from gex_xl.analytics.contracts import Contracts
from gex_xl.clock import in_words, instant

_FAR = dt.timedelta(days=5)  # a long weekend is no more
_QUARTER = 92.0  # days; everything listed has an expiry each quarter
_FACTOR = 2.0
_STRADDLE = np.sqrt(2 / np.pi)  # of spot times iv sqrt(T), at the money


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
    ratio = straddle_ratio(contracts) if contracts.as_of_from == "given" else 0.0
    if ratio and abs(np.log(ratio)) > np.log(_FACTOR):
        found.append(
            f"bid and ask near the money are {ratio:.2g} times what iv says at {when}: iv and quotes are not of that "
            "time, or spot is not theirs"
        )
    return found


def _apart(one: dt.datetime, other: dt.datetime) -> str:
    days = abs(one - other) / dt.timedelta(days=1)
    return f"{days:,.0f} days {'after' if one > other else 'before'}"


def straddle_ratio(contracts: Contracts) -> float:
    """What the straddle nearest the money costs over what its iv says, the median over expiries; 0.0 without quotes."""
    chain, index = contracts.chain, contracts.index
    mid = 0.5 * (chain.bid[index] + chain.ask[index])
    fine = (chain.bid[index] > 0) & (chain.ask[index] >= chain.bid[index]) & (contracts.stdev > 0)
    ratios = []
    for day in np.unique(contracts.years[fine]):
        here = np.flatnonzero(fine & (contracts.years == day))
        calls, puts = (here[contracts.is_call[here] == side] for side in (True, False))
        both, at_call, at_put = np.intersect1d(contracts.strike[calls], contracts.strike[puts], return_indices=True)
        if not both.size:
            continue
        at = int(np.argmin(np.abs(both - contracts.spot)))
        c, p = calls[at_call[at]], puts[at_put[at]]
        cost, stdev = float(mid[c] + mid[p]), float(contracts.stdev[c] + contracts.stdev[p]) / 2
        # Far from the money in its own terms a straddle is all intrinsic value and says nothing of volatility.
        if abs(both[at] / contracts.spot - 1) < cost / (2 * contracts.spot):
            ratios.append(cost / (_STRADDLE * contracts.spot * stdev))
    return float(np.median(ratios)) if ratios else 0.0
