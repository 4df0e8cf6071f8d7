"""Gamma exposure per line, per strike, by expiry and in total.

contribution = sign x gamma x open interest x multiplier x S^2 x 0.01, in USD of hedging per 1 % move;
positive: dealers are long gamma.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.once import once_per
from gex_xl.arrays import FloatArray
from gex_xl.errors import NoValue
from gex_xl.settings import Walls


@dataclass(frozen=True, slots=True)
class StrikeExposure:
    """Exposure per strike, strikes ascending, shape (k,) each, in the unit of the settings."""

    strike: FloatArray
    call: FloatArray
    put: FloatArray
    net: FloatArray
    cumulative: FloatArray

    def times(self, factor: float) -> StrikeExposure:
        """The same in another unit; the arrays are read-only."""
        sides = [side * factor for side in (self.call, self.put, self.net, self.cumulative)]
        for side in sides:
            side.setflags(write=False)  # shared by all who ask
        return StrikeExposure(self.strike, *sides)


@dataclass(frozen=True, slots=True)
class ExpiryExposure:
    """Exposure of one settlement: its date, whether it settles at the open, and calls, puts and both."""

    expiry: dt.date
    am_settled: bool
    years: float
    contracts: int
    call: float
    put: float
    net: float

    def times(self, factor: float) -> ExpiryExposure:
        """The same in another unit."""
        return replace(self, call=self.call * factor, put=self.put * factor, net=self.net * factor)


@dataclass(frozen=True, slots=True)
class Total:
    """Total exposure and its two parts, in the unit of the settings."""

    net: float
    call: float
    put: float

    def times(self, factor: float) -> Total:
        """The same in another unit."""
        return Total(self.net * factor, self.call * factor, self.put * factor)


def contributions(contracts: Contracts) -> FloatArray:
    """GEX of each used line, shape (n,), in the unit of the settings."""
    return contracts.shares_gamma * contracts.unit_factor


@once_per(scaled=True)
def total(contracts: Contracts) -> Total:
    """Total GEX, summed exactly (as math.fsum does) before the unit. Raises NoValue where no contract is left."""
    return sum_of(contracts, contracts.shares_gamma)


def sum_of(contracts: Contracts, each: FloatArray) -> Total:
    """The exact sum of an exposure of each contract, shape (n,). Raises NoValue where no contract is left."""
    require_any(contracts)
    put, call = _exact_parts(each, contracts.is_call.astype(np.intp), 2)
    return Total(math.fsum(call + put), math.fsum(call), math.fsum(put))


def gross_of(contracts: Contracts) -> float:
    """Sum of all contracts' magnitudes, in the unit of the settings."""
    return exact_sum(np.abs(contributions(contracts)))


def exact_sum(amounts: FloatArray) -> float:
    """The sum of amounts, shape (n,), rounded once: what math.fsum gives."""
    # The one loop is faster for few numbers than the dozen array operations.
    return math.fsum(amounts.tolist() if amounts.size < 1000 else exact_parts(amounts))


def exact_parts(amounts: FloatArray) -> list[float]:
    """A few numbers whose exact sum is that of `amounts`, shape (n,): for math.fsum, which is slow on many."""
    return _exact_parts(amounts, np.zeros(len(amounts), dtype=np.intp), 1)[0]


def _exact_parts(amounts: FloatArray, group: npt.NDArray[np.intp], groups: int) -> list[list[float]]:
    """The same for each of some groups, which `group` numbers from 0.

    Amounts of one binary exponent are one unit times numbers of 27 bits before the point and 26 behind it. Taken
    apart at the point, up to 2^26 of either half are added without rounding.
    """
    if not np.isfinite(amounts).all() or amounts.size > 2**26:
        return [amounts[group == g].tolist() for g in range(groups)]
    fraction, exponent = np.frexp(amounts)
    scaled = fraction * 2.0**27
    upper = np.trunc(scaled)
    lowest = int(exponent.min(initial=0))
    span = int(exponent.max(initial=0)) - lowest + 1
    at = (exponent - lowest).astype(np.intp) + span * group
    parts: list[list[float]] = [[] for _ in range(groups)]
    for half in (upper, scaled - upper):
        for of_group, sums in zip(parts, np.bincount(at, half, span * groups).reshape(groups, span), strict=True):
            some = np.flatnonzero(sums)
            exponents = (some + (lowest - 27)).tolist()
            of_group.extend(map(math.ldexp, sums[some].tolist(), exponents))
    return parts


@once_per(scaled=True)
def per_strike(contracts: Contracts) -> StrikeExposure:
    """GEX per strike over all expiries; the arrays are read-only. Raises NoValue where no contract is left."""
    return at_strikes(contracts, contracts.shares_gamma)


def at_strikes(contracts: Contracts, each: FloatArray) -> StrikeExposure:
    """An exposure of each contract, shape (n,), per strike over all expiries; the arrays are read-only."""
    require_any(contracts)
    # A stable sort makes use of the strikes being sorted within each expiry, which np.unique does not.
    order = np.argsort(contracts.strike, kind="stable")
    ascending = contracts.strike[order]
    first = np.concatenate([[True], ascending[1:] != ascending[:-1]])
    at = np.empty(len(order), dtype=np.intp)  # bincount takes no wider ones in a browser
    at[order] = np.cumsum(first) - 1
    strike = ascending[first]
    sides = np.asarray(np.bincount(at + len(strike) * contracts.is_call, each, 2 * len(strike)), dtype=np.float64)
    put, call = sides[: len(strike)], sides[len(strike) :]
    net = call + put
    found = StrikeExposure(strike, call, put, net, np.cumsum(net))
    for array in (strike, call, put, net, found.cumulative):
        array.setflags(write=False)  # shared by all who ask
    return found


@once_per(scaled=True)
def by_expiry(contracts: Contracts) -> tuple[ExpiryExposure, ...]:
    """GEX per settlement instant, earliest first; SPX and SPXW of one date are two entries."""
    return at_settlements(contracts, contracts.shares_gamma)


def at_settlements(contracts: Contracts, each: FloatArray) -> tuple[ExpiryExposure, ...]:
    """An exposure of each contract, shape (n,), per settlement instant, earliest first."""
    require_any(contracts)
    settlement = contracts.chain.settlement[contracts.index]
    order = np.argsort(settlement, kind="stable")
    starts = np.flatnonzero(np.diff(settlement[order].astype(np.int64), prepend=-1))
    out = []
    for here in np.split(order, starts[1:]):
        first = here[0]
        expiry: dt.date = contracts.chain.expiry[contracts.index[first]].astype(object)
        calls, puts = (each[here[contracts.is_call[here] == right]].tolist() for right in (True, False))
        out.append(
            ExpiryExposure(
                expiry, bool(contracts.chain.am_settled[contracts.index[first]]), float(contracts.years[first]),
                len(here), math.fsum(calls), math.fsum(puts), math.fsum(calls + puts),
            )
        )  # fmt: skip
    return tuple(out)


def walls(strikes: StrikeExposure, by: Walls = Walls.GROSS, spot: float = 0.0) -> tuple[float, float]:
    """Call wall and put wall, strikes in USD, NaN where there is none; of equal ones the lowest.

    `gross`: the largest call and put GEX by magnitude. `net`: the largest net GEX of the sign that calls have in total,
    and of the sign that puts have. `side`: as gross, calls at or above `spot`, puts at or below (method, section 7).
    """

    def largest(amounts: FloatArray) -> float:
        at = int(np.argmax(amounts))
        return float(strikes.strike[at]) if amounts[at] > 0 else math.nan

    if by is Walls.NET:
        signs = (np.sign(side.sum()) for side in (strikes.call, strikes.put))
        call, put = (largest(sign * strikes.net) if sign else math.nan for sign in signs)
        return call, put
    call_size, put_size = np.abs(strikes.call), np.abs(strikes.put)
    if by is Walls.SIDE:
        call_size = np.where(strikes.strike >= spot, call_size, 0.0)
        put_size = np.where(strikes.strike <= spot, put_size, 0.0)
    return largest(call_size), largest(put_size)


def absolute_strike(strikes: StrikeExposure) -> float | None:
    """The strike with the largest |call| + |put| GEX, the lowest of equals; None where nothing carries any."""
    size = np.abs(strikes.call) + np.abs(strikes.put)
    return float(strikes.strike[int(np.argmax(size))]) if size.any() else None


def top_strikes(strikes: StrikeExposure, count: int) -> tuple[list[int], list[int]]:
    """Places in `strikes` of the largest positive and of the largest negative net exposures, largest first.

    At most `count` of each; of equal ones the lower strike comes first.
    """
    positive = [int(i) for i in np.argsort(-strikes.net, kind="stable") if strikes.net[i] > 0]
    negative = [int(i) for i in np.argsort(strikes.net, kind="stable") if strikes.net[i] < 0]
    return positive[:count], negative[:count]


def at_strike(contracts: Contracts, strike: float | None = None) -> float:
    """Net GEX at one strike over all expiries, in the unit of the settings; `strike` None: the one nearest spot.

    Of two strikes equally near, the lower. Raises NoValue where no contract in use has that strike, naming those
    beside it, and where no contract is left.
    """
    strikes = per_strike(contracts)
    if strike is None:
        return float(strikes.net[np.argmin(np.abs(strikes.strike - contracts.spot))])
    place = int(np.searchsorted(strikes.strike, strike))
    if place < len(strikes.strike) and strikes.strike[place] == strike:
        return float(strikes.net[place])
    beside = " and ".join(f"{listed:,.10g}" for listed in strikes.strike[max(place - 1, 0) : place + 1])
    raise NoValue(f"no contract in use has the strike {strike:,.10g}; the nearest listed: {beside}")


def nothing_held(contracts: Contracts) -> str:
    """Why the contracts in use carry no exposure at all, "" where any does: a total of 0 is then no figure."""
    if contracts.shares_gamma.any():
        return ""
    if contracts.position.any():
        return "no contract has any gamma"
    return f"every {str(contracts.settings.weight).replace('_', ' ')} is 0: nothing is held"


def require_any(contracts: Contracts) -> None:
    """Raise NoValue, naming what was left out, where no contract is left."""
    if not contracts.index.size:
        reasons = ", ".join(f"{reason} {count}" for reason, (count, _) in contracts.excluded.items())
        raise NoValue(f"no contract is left ({reasons or 'empty chain'})")
