"""Quotes that contradict each other: vertical, butterfly, calendar and parity.

A violation counts as arbitrage where it can be executed: sold at the bid, bought at the ask, it locks in a profit
before fees. One of mids only, which the spread swallows, is counted beside it as within the spread. Each quote that
would be sold counts once, under the first kind that it violates, in the order above.

- vertical: calls fall and puts rise with the strike, by no more than the discounted distance of the strikes;
- butterfly: prices are convex in the strike, whatever the spacing: no bid lies above the lower hull of all asks;
- calendar: the later expiry is worth more. European exercise: at equal strike / forward, prices over the prepaid
  forward. American: at the same strike. Within the spread: the total variance of the iv in use falls;
- parity: call less put against the forward that the settlement's other strikes imply. European exercise: equal to
  D (F - K). American, and all that is not known to be European: between D F - K and S - D K. Mids are not asked.

Sources: Hull, "Options, Futures, and Other Derivatives", properties of stock options; Gatheral and Jacquier (2014),
"Arbitrage-free SVI volatility surfaces", section 2.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np

from gex_xl.analytics import price_tests as compare
from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.once import once_per
from gex_xl.analytics.pairs import counterparts
from gex_xl.analytics.parity import considered, parity, two_sided
from gex_xl.arrays import FloatArray, Index, Mask

_ROUNDING = 1e-9  # of spot
_IV_ROUNDING = 1e-4  # feeds print iv to four decimals
#: Every expiry of these is on a future of its own, so prices of two expiries say nothing of each other.
_OWN_UNDERLYING = frozenset({"VIX", "VIXW"})


class Kind(StrEnum):
    VERTICAL = "vertical"
    BUTTERFLY = "butterfly"
    CALENDAR = "calendar"
    PARITY = "parity"


@dataclass(frozen=True, slots=True)
class Violation:
    """One executable violation: the quote that is sold (of parity, the call) and the trade in words.

    `amount`: USD per share that the trade locks in. `expiry`: New York's date of the settlement.
    """

    expiry: dt.date
    am_settled: bool
    is_call: bool
    strike: float
    amount: float
    trade: str


@dataclass(frozen=True, slots=True)
class ArbitrageTest:
    """One kind: quotes that could be compared, those that violate it, and the executable ones, worst first.

    `within_spread` is None for parity, where mids are not asked. `reason`: why nothing could be compared, or "".
    """

    kind: Kind
    compared: int
    executable: int
    within_spread: int | None
    violations: tuple[Violation, ...]
    reason: str


@dataclass(frozen=True, eq=False, slots=True)
class _Strips:
    """Quotes of one settlement, root and right after the other, as price_tests has them: `strip` to `mid`, shape (n,).

    `at` points into the chain. By strip: where it stands, its settlement's number and its right.
    """

    strip: Index
    at: Index
    x: FloatArray
    bid: FloatArray
    ask: FloatArray
    mid: FloatArray
    places: list[slice]
    group: Index
    is_call: Mask


class _Found:
    """What each contract of the chain was found to violate: the best trade of each kind that was tried on it."""

    def __init__(self, size: int) -> None:
        self.amount = np.full(size, -np.inf)
        self.bought = np.zeros((size, 2), dtype=np.int64)
        self.compared, self.by_mid = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)

    def add(self, sold: Index, amount: FloatArray, one: Index, other: Index, least: float | FloatArray) -> None:
        """Take in a comparison of the contracts `sold`: profits above `least`, and the contracts bought."""
        self.compared[sold] |= np.isfinite(amount)
        better = (amount > least) & (amount > self.amount[sold])
        self.amount[sold[better]] = amount[better]
        self.bought[sold[better]] = np.stack([one, other], axis=1)[better]


@once_per()
def arbitrage(contracts: Contracts) -> tuple[ArbitrageTest, ...]:
    """The four tests of a chain, in the order of Kind. Crossed quotes are compared with nothing."""
    strips = _strips(contracts)
    found = {
        Kind.VERTICAL: _vertical(contracts, strips),
        Kind.BUTTERFLY: _butterfly(contracts, strips),
        Kind.CALENDAR: _calendar(contracts, strips),
        Kind.PARITY: _parity(contracts),
    }
    known = np.zeros(len(contracts.chain), dtype=bool)
    out = []
    for kind, one in found.items():
        hit = np.isfinite(one.amount) & ~known
        by_mid = one.by_mid & ~hit & ~known
        known |= hit
        order = np.flatnonzero(hit)
        order = order[np.argsort(-one.amount[order], kind="stable")]
        compared = int(one.compared.sum())
        out.append(
            ArbitrageTest(
                kind, compared, len(order), None if kind is Kind.PARITY else int(by_mid.sum()),
                tuple(_violation(contracts, kind, int(i), one) for i in order),
                "" if compared else _reason(contracts, kind),
            )
        )  # fmt: skip
    return tuple(out)


def _strips(contracts: Contracts) -> _Strips:
    """Earliest settlement first, calls before puts."""
    chain, group = contracts.chain, contracts.forwards.group
    roots, root = np.unique(chain.root, return_inverse=True)
    with np.errstate(invalid="ignore"):
        usable = considered(contracts) & ~(chain.bid > chain.ask) & ((chain.bid > 0) | (chain.ask > 0))
    key = (group * 2 + ~chain.is_call) * len(roots) + root
    x = np.where(chain.is_call, chain.strike, -chain.strike)
    at = np.flatnonzero(usable)
    at = at[np.lexsort((x[at], key[at]))]
    # Without roots an index's contracts of the open and of the close may share a strike: the first one speaks.
    at = at[(np.diff(key[at], prepend=-1) > 0) | (np.diff(x[at], prepend=np.nan) > 0)]
    fresh = np.diff(key[at], prepend=-1) > 0
    starts = np.flatnonzero(fresh)
    bid, ask = np.nan_to_num(chain.bid[at]), chain.ask[at]
    return _Strips(
        np.cumsum(fresh) - 1, at, x[at], np.where(bid > 0, bid, -np.inf), np.where(ask > 0, ask, np.inf),
        np.where(two_sided(chain)[at], 0.5 * (bid + ask), np.nan),
        list(map(slice, starts.tolist(), [*starts[1:].tolist(), len(at)])), group[at[starts]],
        chain.is_call[at[starts]],
    )  # fmt: skip


def _vertical(contracts: Contracts, s: _Strips) -> _Found:
    out, least, market = _Found(len(contracts.chain)), _ROUNDING * contracts.spot, parity(contracts)
    discount = np.array([market.distance(int(group)) for group in s.group])[s.strip]
    for amount, bought in (
        compare.falling(s.strip, s.bid, s.ask),
        compare.gently(s.strip, s.x, s.bid, s.ask, discount),
    ):
        out.add(s.at, amount, s.at[bought], s.at[bought], least)
    out.by_mid[s.at] = compare.mids_fall(s.strip, s.x, s.mid, discount, least)
    return out


def _butterfly(contracts: Contracts, s: _Strips) -> _Found:
    out, least = _Found(len(contracts.chain)), _ROUNDING * contracts.spot
    amount, left, right = compare.convex(s.strip, s.x, s.bid, s.ask)
    out.add(s.at, amount, s.at[left], s.at[right], least)
    out.by_mid[s.at] = compare.mids_convex(s.strip, s.x, s.mid, least)
    return out


def _calendar(contracts: Contracts, s: _Strips) -> _Found:
    """Each settlement against the next one; carry between the two is taken to stay as quotes imply it now."""
    out, market = _Found(len(contracts.chain)), parity(contracts)
    if {contracts.chain.symbol, *contracts.chain.root.tolist()} & _OWN_UNDERLYING:
        return out
    for i, near in enumerate(s.places):
        later = np.flatnonzero((s.group > s.group[i]) & (s.is_call == s.is_call[i]))
        if not later.size:
            continue
        ours, theirs, far = s.group[i], s.group[later[0]], s.places[later[0]]
        scale, units, least = 1.0, 1.0, _ROUNDING * contracts.spot
        if market.european:
            forward, discount = market.forward, market.discount
            scale = float(forward[theirs] / forward[ours])
            units = float(forward[ours] * discount[ours] / (forward[theirs] * discount[theirs]))
            least = float(market.slack(theirs, forward[theirs]))
        cost, left, right = compare.between(s.x[near] * scale, s.x[far], s.ask[far])
        out.add(s.at[near], s.bid[near] - units * cost, s.at[far][left], s.at[far][right], least)
    _variance(contracts, out)
    return out


def _variance(contracts: Contracts, out: _Found) -> None:
    """Mark out-of-the-money contracts whose iv^2 T is above that of the next settlement at equal strike / forward."""
    group = contracts.forwards.group[contracts.index]
    k = np.log(contracts.strike / contracts.forward)
    good = np.isfinite(contracts.stdev) & (contracts.is_call == (k >= 0))
    groups = [np.flatnonzero(good & (group == g)) for g in np.unique(group[good])]
    groups = [at[np.argsort(k[at], kind="stable")] for at in groups]
    for near, far in pairwise(groups):
        variance, _, _ = compare.between(k[near], k[far], contracts.stdev[far] ** 2)
        within = np.isfinite(variance)
        least = _IV_ROUNDING * np.sqrt(contracts.years[far[0]])
        out.compared[contracts.index[near[within]]] = True
        falls = contracts.stdev[near[within]] - np.sqrt(variance[within]) > least
        out.by_mid[contracts.index[near[within]]] |= falls


def _parity(contracts: Contracts) -> _Found:
    """Each pair at its own quotes, against what the other strikes of its settlement allow."""
    chain, market, out = contracts.chain, parity(contracts), _Found(len(contracts.chain))
    group, other = contracts.forwards.group, counterparts(contracts.chain)
    with np.errstate(invalid="ignore"):
        fine = considered(contracts) & (chain.ask > 0) & ~(chain.bid > chain.ask) & market.known[group]
    call = np.flatnonzero(chain.is_call & (other >= 0) & fine)
    call = call[fine[other[call]]]
    put, strike = other[call], chain.strike[call]
    bid, ask = np.nan_to_num(chain.bid), chain.ask
    least, most = market.bounds(group[call], strike)
    slack = market.slack(group[call], strike)
    rich = np.where(bid[call] > 0, bid[call] - ask[put] - most, -np.inf)
    cheap = least - (ask[call] - bid[put])
    for amount, bought in ((rich, put), (cheap, call)):
        out.add(call, amount, bought, put, slack)
    return out


def _reason(contracts: Contracts, kind: Kind) -> str:
    """Why a test could compare nothing."""
    chain = contracts.chain
    if kind is Kind.CALENDAR and {chain.symbol, *chain.root.tolist()} & _OWN_UNDERLYING:
        return "every expiry of VIX options has an underlying of its own"
    if not (considered(contracts) & ((chain.bid > 0) | (chain.ask > 0))).any():
        return "no quotes in the paste"
    return {
        Kind.VERTICAL: "no two quotes of one expiry and right",
        Kind.BUTTERFLY: "no three quotes of one expiry and right",
        Kind.CALENDAR: "no two expiries that overlap",
        Kind.PARITY: "no expiry with both rights quoted at five strikes",
    }[kind]


def _violation(contracts: Contracts, kind: Kind, sold: int, found: _Found) -> Violation:
    chain = contracts.chain
    moment: dt.datetime = chain.settlement[sold].astype(object).replace(tzinfo=dt.UTC)
    return Violation(
        moment.astimezone(chain.zone).date(), bool(chain.am_settled[sold]), bool(chain.is_call[sold]),
        float(chain.strike[sold]), float(found.amount[sold]),
        _trade(contracts, kind, sold, found.bought[sold].tolist()),
    )  # fmt: skip


def _trade(contracts: Contracts, kind: Kind, sold: int, bought: list[int]) -> str:
    chain = contracts.chain
    strike, bid, ask = chain.strike, chain.bid, chain.ask
    one, other = bought
    if kind is Kind.PARITY:
        put, at = other, np.array([sold])
        side, first, second = ("sell", bid, ask) if one == put else ("buy", ask, bid)
        least, most = (float(side[0]) for side in parity(contracts).bounds(contracts.forwards.group[at], strike[at]))
        allowed = f"{least:,.2f}" if least == most else f"{least:,.2f} to {most:,.2f}"
        return f"{side} the call at {first[sold]:,g} against the put at {second[put]:,g}; other strikes say {allowed}"
    sell = f"sell {strike[sold]:,g} at {bid[sold]:,g}, buy "
    legs = " and ".join(f"{strike[i]:,g} at {ask[i]:,g}" for i in dict.fromkeys(bought))
    if kind is Kind.CALENDAR:
        return f"{sell}{legs} of {chain.expiry[one]}"
    if kind is Kind.BUTTERFLY:
        share = (strike[other] - strike[sold]) / (strike[other] - strike[one])
        return f"{sell}{legs}, {share:.2f} to {1 - share:.2f}"
    # A call above or a put below the one that is bought is worth less than that, whatever the distance.
    below = (strike[one] > strike[sold]) == chain.is_call[sold]
    return f"{sell}{legs}" + (f", {abs(strike[one] - strike[sold]):,g} apart" if below else "")
