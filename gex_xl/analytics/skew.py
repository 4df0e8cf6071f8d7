"""25-delta skew: iv of the 25-delta put less iv of the 25-delta call, in the shortest expiry of at least 21 days.

Each line's delta comes from its own iv, and iv is interpolated linearly in delta between neighbouring strikes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.smile import Smile, smiles
from gex_xl.errors import NoValue

DELTA = 0.25
SHORTEST = 21  # calendar days


@dataclass(frozen=True, slots=True)
class Skew:
    """`value` = `put` - `call`, iv at 25 delta of one expiry; annualised, decimal (0.045 is 4.5 vol points)."""

    value: float
    put: float
    call: float
    smile: Smile


def skew_25d(contracts: Contracts, expiry: dt.date | None = None) -> Skew:
    """The skew of an expiry date; None: of the shortest that is at least 21 calendar days away.

    Raises NoValue where there is no such expiry, or where either side does not bracket 25 delta.
    """
    smile = smile_of(contracts, expiry)
    put, call = (_at_delta(smile, calls) for calls in (False, True))
    return Skew(put - call, put, call, smile)


def smile_of(contracts: Contracts, expiry: dt.date | None = None) -> Smile:
    """The smile of an expiry date, or the one whose skew is taken.

    The earlier settlement where contracts of one date settle at the open and at the close. Raises NoValue.
    """
    found = smiles(contracts)
    if not found:
        raise NoValue("no contract is alive")
    for smile in found:
        if smile.days >= SHORTEST if expiry is None else smile.expiry == expiry:
            return smile
    if expiry is not None:
        raise NoValue(f"no contract expires on {expiry:%Y-%m-%d}; listed are {_listed(found)}")
    raise NoValue(f"no expiry is at least {SHORTEST} days away; the last is {found[-1].name} in {found[-1].days} days")


def _listed(found: tuple[Smile, ...]) -> str:
    days = list(dict.fromkeys(f"{smile.expiry:%Y-%m-%d}" for smile in found))
    return ", ".join(days if len(days) <= 4 else [*days[:3], "...", days[-1]])


def _at_delta(smile: Smile, calls: bool) -> float:
    """iv where the absolute delta of one right falls through 25, from the money outwards.

    The out-of-the-money lines and the nearest one in the money are asked. Those further in the money cannot lie
    next to 25 delta, and their iv, the small rest of a price that is mostly intrinsic, could only disturb.
    """
    here = smile.is_call == calls
    outwards = np.flatnonzero(here & smile.out_of_the_money)
    inside = np.flatnonzero(here & ~smile.out_of_the_money)
    if not calls:
        outwards, inside = outwards[::-1], inside[::-1]
    path = np.concatenate([inside[-1:], outwards])
    name = "calls" if calls else "puts"
    if not path.size:
        raise NoValue(f"no {name} with implied volatility expire on {smile.name}")
    delta, iv = np.abs(smile.delta[path]), smile.iv[path]
    crossing = np.flatnonzero((delta[:-1] >= DELTA) & (delta[1:] <= DELTA))
    if not crossing.size:
        only = f"one with implied volatility, delta {delta[0]:.2f}" if path.size == 1 else (
            f"{path.size} near or out of the money, absolute deltas {delta.min():.2f} to {delta.max():.2f}"
        )  # fmt: skip
        raise NoValue(f"25 delta is not bracketed by the {name} of {smile.name} ({only})")
    i = int(crossing[0])
    if delta[i] == delta[i + 1]:
        return float(0.5 * (iv[i] + iv[i + 1]))
    share = (delta[i] - DELTA) / (delta[i] - delta[i + 1])
    return float(iv[i] + share * (iv[i + 1] - iv[i]))
