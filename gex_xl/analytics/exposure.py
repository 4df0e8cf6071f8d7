"""Gamma exposure per line, per strike, by expiry and in total.

contribution = sign x gamma x open interest x multiplier x S^2 x 0.01, in USD of hedging per 1 % move;
positive: dealers are long gamma.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gex_xl.analytics.lines import Lines
from gex_xl.errors import NoValue

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class StrikeExposure:
    """Exposure per strike, strikes ascending, shape (k,) each, in the unit of the settings."""

    strike: FloatArray
    call: FloatArray
    put: FloatArray
    net: FloatArray
    cumulative: FloatArray


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


@dataclass(frozen=True, slots=True)
class Total:
    """Total exposure and its two parts, in the unit of the settings."""

    net: float
    call: float
    put: float


def contributions(lines: Lines) -> FloatArray:
    """GEX of each used line, shape (n,), in the unit of the settings."""
    return np.asarray(lines.shares_gamma * lines.settings.unit.per_share_gamma(lines.spot))


def total(lines: Lines, each: FloatArray | None = None) -> Total:
    """Total GEX, summed exactly (math.fsum). Raises NoValue where no contract is left.

    `each`, here and below: another exposure of each line, shape (n,), to be summed in place of GEX.
    """
    require_any(lines)
    each = contributions(lines) if each is None else each
    call, put = math.fsum(each[lines.is_call]), math.fsum(each[~lines.is_call])
    return Total(math.fsum(each), call, put)


def per_strike(lines: Lines, each: FloatArray | None = None) -> StrikeExposure:
    """GEX per strike over all expiries. Raises NoValue where no contract is left."""
    require_any(lines)
    each = contributions(lines) if each is None else each
    strike, at = np.unique(lines.strike, return_inverse=True)
    call, put = np.zeros(len(strike)), np.zeros(len(strike))
    np.add.at(call, at[lines.is_call], each[lines.is_call])
    np.add.at(put, at[~lines.is_call], each[~lines.is_call])
    net = call + put
    return StrikeExposure(strike, call, put, net, np.cumsum(net))


def by_expiry(lines: Lines, each: FloatArray | None = None) -> list[ExpiryExposure]:
    """GEX per settlement instant, earliest first; SPX and SPXW of one date are two entries."""
    require_any(lines)
    each = contributions(lines) if each is None else each
    settlement = lines.chain.settlement[lines.index]
    out = []
    for moment in np.unique(settlement):
        here = settlement == moment
        first = int(np.flatnonzero(here)[0])
        expiry: dt.date = lines.chain.expiry[lines.index[first]].astype(object)
        opening = settles_at_open(moment)
        call, put = math.fsum(each[here & lines.is_call]), math.fsum(each[here & ~lines.is_call])
        out.append(
            ExpiryExposure(
                expiry, opening, float(lines.years[first]), int(here.sum()), call, put, math.fsum(each[here])
            )
        )
    return out


def settles_at_open(settlement: np.datetime64) -> bool:
    """Whether a settlement instant (UTC) is New York's opening."""
    # 16:00 New York is 20:00 or 21:00 UTC, 09:30 is 13:30 or 14:30.
    return bool((settlement - settlement.astype("datetime64[D]")) < np.timedelta64(17 * 3600, "s"))


def walls(strikes: StrikeExposure) -> tuple[float, float]:
    """Call wall and put wall: the strikes with the largest call and put GEX by magnitude, NaN where none."""

    def largest(amounts: FloatArray) -> float:
        at = int(np.argmax(np.abs(amounts)))
        return float(strikes.strike[at]) if amounts[at] else math.nan

    return largest(strikes.call), largest(strikes.put)


def top_strikes(strikes: StrikeExposure, count: int) -> tuple[list[int], list[int]]:
    """Places in `strikes` of the largest positive and of the largest negative net exposures, largest first.

    At most `count` of each; of equal ones the lower strike comes first.
    """
    positive = [int(i) for i in np.argsort(-strikes.net, kind="stable") if strikes.net[i] > 0]
    negative = [int(i) for i in np.argsort(strikes.net, kind="stable") if strikes.net[i] < 0]
    return positive[:count], negative[:count]


def require_any(lines: Lines) -> None:
    """Raise NoValue, naming what was left out, where no contract is left."""
    if not lines.index.size:
        reasons = ", ".join(f"{reason} {contracts}" for reason, (contracts, _) in lines.excluded.items())
        raise NoValue(f"no contract is left ({reasons or 'empty chain'})")
