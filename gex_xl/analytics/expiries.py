"""Figures of single expiries and groups of them: buckets of gamma, max pain, expected move."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gex_xl.analytics.contracts import CHOICE, NO_GAMMA, NO_IV, Contracts, expiries_in, multipliers
from gex_xl.analytics.exposure import exact_sum, require_any
from gex_xl.analytics.once import once_per
from gex_xl.analytics.term_structure import AtmIv, atm_iv
from gex_xl.arrays import FloatArray
from gex_xl.errors import NoValue

#: Calendar days from the date valued at to the expiry date, up to which a bucket reaches; 0DTE is the quote's own date.
BUCKETS = (("0DTE", 0), ("Week", 7), ("Month", 30), ("Quarter", 90), ("Beyond", None))


@dataclass(frozen=True, slots=True)
class Bucket:
    """GEX of the expiries `first` to `last` days away (None: no end), in the unit of the settings.

    `share`: its share of gross GEX, the sum of the magnitudes of all lines; 0 to 1, and the buckets' add up to 1.
    Shares of the net total would pass 100 % and change sign where buckets differ in sign.
    """

    name: str
    first: int
    last: int | None
    contracts: int
    call: float
    put: float
    net: float
    share: float

    def times(self, factor: float) -> Bucket:
        """The same in another unit."""
        return replace(self, call=self.call * factor, put=self.put * factor, net=self.net * factor)


@once_per(scaled=True)
def by_bucket(contracts: Contracts) -> tuple[Bucket, ...]:
    """GEX by time to expiry, always five buckets. Raises NoValue where no contract is left. Method, section 7."""
    require_any(contracts)
    each = contracts.shares_gamma
    gross = exact_sum(np.abs(each))
    quoted, valued = (
        np.datetime64(moment.astimezone(contracts.chain.zone).date(), "D")
        for moment in (contracts.as_of, contracts.valued_at)
    )
    expiry = contracts.chain.expiry[contracts.index]
    days = np.where(expiry == quoted, 0, (expiry - valued).astype(np.int64))
    out, first = [], 0
    for name, last in BUCKETS:
        here = (days >= first) & (days <= (math.inf if last is None else last))
        call, put = exact_sum(each[here & contracts.is_call]), exact_sum(each[here & ~contracts.is_call])
        share = exact_sum(np.abs(each[here])) / gross if gross else 0.0
        out.append(Bucket(name, first, last, int(here.sum()), call, put, exact_sum(each[here]), share))
        first = (last or 0) + 1
    return tuple(out)


@dataclass(frozen=True, slots=True)
class MaxPain:
    """The settlement price at which one expiry's open options are worth least to their holders.

    `strike` in USD, the lowest where several tie; `payout` in USD, what all are worth there; both are None where
    calls or puts have no open interest. Open interest in contracts.
    """

    expiry: dt.date
    am_settled: bool
    years: float
    strike: float | None
    payout: float | None
    call_open_interest: float
    put_open_interest: float


@once_per((*CHOICE, "multiplier"))
def max_pain(contracts: Contracts) -> tuple[MaxPain, ...]:
    """Max pain of every settlement, earliest first: over its listed strikes, the one with the least payout.

    It rests on open interest alone: neither the sign convention nor the weight matters, and contracts without iv
    or gamma count. Those left out for another reason, or without open interest, do not. With calls alone every
    strike below them pays nothing, with puts alone every one above, and none is the figure. Raises NoValue where
    none is left. Method, section 7.
    """
    chain = contracts.chain
    usable = contracts.has("", NO_IV, NO_GAMMA) & np.isfinite(chain.open_interest)
    if not usable.any():
        raise NoValue("no contract with open interest is left")
    shares = chain.open_interest * multipliers(chain, contracts.settings)
    curve, out = contracts.forwards, []
    some = np.flatnonzero(usable)
    some = some[np.argsort(chain.settlement[some], kind="stable")]
    for here in np.split(some, np.flatnonzero(np.diff(chain.settlement[some].astype(np.int64))) + 1):
        call, moment = chain.is_call[here], chain.settlement[here[0]]
        strike = np.unique(chain.strike[here])
        payout = _payout(strike, chain.strike[here], shares[here], call)
        best = int(np.argmin(payout))
        calls, puts = (math.fsum(chain.open_interest[here][side]) for side in (call, ~call))
        both = calls > 0 and puts > 0
        out.append(
            MaxPain(
                chain.expiry[here[0]].astype(object),
                bool(chain.am_settled[here[0]]),
                float(curve.years[np.searchsorted(curve.settlement, moment)]),
                float(strike[best]) if both else None,
                float(payout[best]) if both else None,
                calls,
                puts,
            )
        )
    return tuple(out)


def _payout(levels: FloatArray, strike: FloatArray, shares: FloatArray, is_call: npt.NDArray[np.bool_]) -> FloatArray:
    """Intrinsic value (USD) of all options with settlement at each level, shape (m,), ascending.

    From one level to the next every call at or below the first gains the step, and every put at or above the second
    loses it: sums of positive amounts, where a matrix of levels and strikes would grow with the square of both.
    """
    at, step = np.searchsorted(levels, strike), np.diff(levels)
    calls, puts = (np.bincount(at[side], shares[side], len(levels)) for side in (is_call, ~is_call))
    out = np.zeros(len(levels))
    out[1:] += np.cumsum(np.cumsum(calls)[:-1] * step)
    out[:-1] += np.cumsum(np.cumsum(puts[::-1])[:-1] * step[::-1])[::-1]
    return out


@dataclass(frozen=True, slots=True)
class ExpectedMove:
    """One standard deviation of spot to one settlement: spot x atm_iv x sqrt(T), USD.

    `atm_iv` annualised, decimal; both are None where no strikes stand around the forward.
    """

    expiry: dt.date
    am_settled: bool
    years: float
    atm_iv: float | None
    move: float | None


def expected_moves(contracts: Contracts) -> list[ExpectedMove]:
    """Expected move to every live settlement that the filter of expiries leaves, earliest first. Method, section 7."""
    return [
        ExpectedMove(
            e.expiry, e.am_settled, e.years, e.iv, None if e.iv is None else contracts.spot * e.iv * e.years**0.5
        )
        for e in chosen_atm_iv(contracts)
    ]


def chosen_atm_iv(contracts: Contracts) -> list[AtmIv]:
    """At-the-money iv of the settlements that the filter of expiries leaves, earliest first."""
    chosen = expiries_in(contracts)
    return [e for e in atm_iv(contracts) if (e.expiry, e.am_settled) in chosen]


@dataclass(frozen=True, slots=True)
class PutCall:
    """Puts over calls, in contracts: open interest and the day's volume; None where calls have none."""

    open_interest: float | None
    volume: float | None


def put_call(contracts: Contracts, expiry: dt.date | None = None, am_settled: bool = False) -> PutCall:
    """Puts over calls of all contracts that the filters leave, or of one settlement; without iv or gamma they count.

    Method, section 7.
    """
    chain = contracts.chain
    some = contracts.has("", NO_IV, NO_GAMMA)
    if expiry is not None:
        some = some & (chain.expiry == np.datetime64(expiry, "D")) & (chain.am_settled == am_settled)

    def ratio(amounts: FloatArray) -> float | None:
        known = np.nan_to_num(amounts)
        puts, calls = (exact_sum(known[some & side]) for side in (~chain.is_call, chain.is_call))
        return puts / calls if calls else None

    return PutCall(ratio(chain.open_interest), ratio(chain.volume))
