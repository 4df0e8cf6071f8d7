"""Dealers' exposures beside gamma: delta, vanna, charm, vega, theta and speed, signed and weighted as GEX is.

    contribution = sign x sensitivity per share x open interest x multiplier x what the unit asks for

Every one but gamma rests on the implied volatility of its line, so `gamma_source = vendor` concerns gamma alone.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum

from gex_xl.analytics.contracts import CHOICE, Contracts, prepare
from gex_xl.analytics.exposure import Total, contributions, sum_of, total
from gex_xl.analytics.greeks import European
from gex_xl.analytics.once import once_per
from gex_xl.analytics.profile import with_early_exercise
from gex_xl.analytics.terms import in_currency
from gex_xl.arrays import FloatArray
from gex_xl.settings import GammaSource, Unit

_DAYS = 365  # calendar days in a year, whatever the clock
_MONEY = {Unit.USD_MN: (1e-6, "USD mn"), Unit.USD_BN: (1e-9, "USD bn")}
_SHARES = (Unit.SHARES, Unit.SHARES_PER_POINT)
_PER_POINT = (Unit.USD_PER_POINT, Unit.SHARES_PER_POINT)


class Kind(StrEnum):
    """What is measured; see `exposure_of`. Positive: dealers are long it."""

    DELTA = "delta"
    GAMMA = "gamma"
    SPEED = "speed"
    VANNA = "vanna"
    CHARM = "charm"
    VEGA = "vega"
    THETA = "theta"


def label(kind: Kind, unit: Unit) -> str:
    """The unit of a kind in words, as it stands in headers.

    `usd`, `usd_mn` and `usd_bn` scale every kind. `shares` turns amounts of the underlying (delta, gamma, speed,
    vanna, charm) into shares and leaves vega and theta, which are money, in USD. `per_point` turns "per 1 %" into
    "per point" where a kind is per move (gamma, speed) and changes nothing elsewhere.
    """
    held = "shares" if unit in _SHARES else money(unit)[1]
    move = "point" if unit in _PER_POINT else "1 %"
    return {
        Kind.DELTA: held,
        Kind.GAMMA: unit.label,
        Kind.SPEED: f"{held} per {move}, per {move}",
        Kind.VANNA: f"{held} of delta per vol point",
        Kind.CHARM: f"{held} of delta per day",
        Kind.VEGA: f"{money(unit)[1]} per vol point",
        Kind.THETA: f"{money(unit)[1]} per day",
    }[kind]


def money(unit: Unit) -> tuple[float, str]:
    """Factor from USD, and the word: USD mn and USD bn where the unit is one of these, else USD."""
    return _MONEY.get(unit, (1.0, "USD"))


def with_iv(contracts: Contracts) -> Contracts:
    """The same choice of contracts with gamma from iv; those without iv are left out and counted in `excluded`."""
    if contracts.settings.gamma_source is GammaSource.MODEL:
        return contracts
    settings = dataclasses.replace(contracts.settings, gamma_source=GammaSource.MODEL)
    return prepare(contracts.chain, contracts.spot, contracts.as_of, settings, exactly=True)


def options(contracts: Contracts) -> European:
    """The lines' contracts at spot, for their sensitivities per share; NaN where a line has no iv.

    Interest is one rate for all: an expiry's discount and forward say too little about it when days are left.
    """
    return European(
        contracts.spot, contracts.forward, contracts.strike, contracts.stdev, contracts.years, contracts.spot_discount,
        contracts.is_call, contracts.forwards.rate,
    )  # fmt: skip


def exposure_of(contracts: Contracts, kind: Kind) -> tuple[Contracts, FloatArray]:
    """The lines that a kind rests on and the exposure of each, shape (n,), in the unit of the settings (see `label`).

    delta: value of the underlying; gamma: its change per 1 % move (GEX); speed: the change of that per further 1 %, of
    the spot in it too, so that it is the slope of the profile; vanna: change of delta per vol point (0.01 of iv);
    charm: change of delta per calendar day, vega: value per vol point, theta: value per calendar day, the last three
    as rates at this instant. What is held fixed: see European.
    """
    if kind is Kind.GAMMA:
        return contracts, contributions(contracts)
    used = with_iv(contracts)
    if kind is Kind.SPEED:
        moved = _per_share(used, kind) + _per_share(used, Kind.GAMMA) * _spots(used)
        return used, with_early_exercise(used) * (moved * _scale(used, kind))
    return used, used.position * (_per_share(used, kind) * _scale(used, kind))


def _spots(contracts: Contracts) -> float:
    """How fast what the unit makes of gamma grows with spot: 2 / S where it holds spot squared."""
    return contracts.settings.unit.spots / contracts.spot


def _scale(contracts: Contracts, kind: Kind) -> float:
    """From position x sensitivity per share to the unit of the settings."""
    unit = contracts.settings.unit
    usd = money(unit)[0]
    held = 1.0 if unit in _SHARES else usd * contracts.spot
    move = 1.0 if unit in _PER_POINT else 0.01 * contracts.spot
    return {
        Kind.DELTA: held,
        Kind.SPEED: held * move * move,
        Kind.VANNA: held * 0.01,
        Kind.CHARM: held / _DAYS,
        Kind.VEGA: usd * 0.01,
        Kind.THETA: usd / _DAYS,
    }[kind]


@once_per(CHOICE)
def _per_share(contracts: Contracts, kind: Kind) -> FloatArray:
    """A sensitivity of each line's contract, shape (n,), read-only: signs and units have no part in it."""
    each = options(contracts)
    found = {
        Kind.DELTA: each.delta, Kind.GAMMA: each.gamma, Kind.SPEED: each.speed, Kind.VANNA: each.vanna,
        Kind.CHARM: each.charm, Kind.VEGA: each.vega, Kind.THETA: each.theta,
    }[kind]()  # fmt: skip
    found.setflags(write=False)
    return found


@dataclass(frozen=True, slots=True)
class Exposure:
    """One kind's total over `contracts` lines, and its unit in words."""

    kind: Kind
    total: Total
    unit: str
    contracts: int


def exposures(contracts: Contracts) -> tuple[Exposure, ...]:
    """The totals of all kinds. Raises NoValue where no contract is left."""
    return tuple(total_of(contracts, kind) for kind in Kind)


def total_of(contracts: Contracts, kind: Kind) -> Exposure:
    """The total of one kind (see `exposure_of`). Raises NoValue where no contract is left."""
    used = contracts if kind is Kind.GAMMA else with_iv(contracts)
    if kind is Kind.GAMMA:
        whole = total(contracts)
    elif kind is Kind.SPEED:
        whole = sum_of(*exposure_of(contracts, kind))
    else:
        whole = _whole(used, kind).times(_scale(used, kind))
    unit = in_currency(label(kind, contracts.settings.unit), contracts)
    if used.settings.gamma_source is GammaSource.VENDOR:
        unit += ", the feed's gamma"
    return Exposure(kind, whole, unit, len(used.index))


@once_per()
def _whole(contracts: Contracts, kind: Kind) -> Total:
    """The total of a kind before its unit."""
    return sum_of(contracts, contracts.position * _per_share(contracts, kind))
