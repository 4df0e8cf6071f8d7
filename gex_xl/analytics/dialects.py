"""The same chain by other public methods, and the way from our total to theirs, one choice after another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.exposure import require_any, total
from gex_xl.analytics.profile import levels_of, reprice, zero_gamma
from gex_xl.analytics.summary import summarise
from gex_xl.cache import cached, temporary
from gex_xl.errors import NoValue
from gex_xl.settings import METHODS, Dialect, GammaSource, Settings, Unit, Zero

#: The choices of a method in the order in which the bridge makes them, and the settings behind each.
STEPS: dict[str, tuple[str, ...]] = {
    "Sign": ("sign",),
    "Weight": ("weight",),
    "Expiries": ("expiries",),
    "Clock": ("clock", "clock_from"),
    "Carry": ("carry", "exercise"),
    "Volatility": ("iv_source",),
    "Gamma": ("gamma_source",),
}


@dataclass(frozen=True, slots=True)
class Spoken:
    """A chain under one method.

    `total` in `unit`, which is None where the author names none: the total is then in the unit of the settings. Levels
    in USD, None where there is none; `zero` and `walls` say whether the author documents them. `ours` and `theirs` in
    the unit of the settings; `steps`: name -> what the choice adds, None where the author documents none, so that ours
    and the steps add up to theirs. Where a choice cannot be made on this chain `theirs` and `total` are None, and
    `note` says why.
    """

    dialect: Dialect
    total: float | None
    unit: Unit | None
    zero: Zero
    zero_gamma: float | None
    walls: bool
    call_wall: float | None
    put_wall: float | None
    ours: float
    steps: Mapping[str, float | None]
    theirs: float | None
    note: str


@cached(16)
def dialects(contracts: Contracts) -> tuple[Spoken, ...]:
    """This chain by every public method; the first is this product's own.

    All that an author leaves open is as the settings have it; what a dialect in force decides is as the defaults have
    it. Sources: METHODS in settings/dialects.py. Raises NoValue where no contract is left.
    """
    plain = contracts.settings.with_changes({"dialect": Dialect.NONE})
    with temporary():  # thirty chains, kept, would push out what other cells ask for
        base = _under(contracts, plain)
        require_any(base)
        return tuple(_spoken(base, dialect) for dialect in Dialect)


def _under(contracts: Contracts, settings: Settings) -> Contracts:
    return prepare(contracts.chain, contracts.spot, contracts.as_of, settings)


def _spoken(base: Contracts, dialect: Dialect) -> Spoken:
    method = METHODS[dialect]
    ours = now = total(base).net
    steps: dict[str, float | None] = dict.fromkeys(STEPS)
    settings, theirs, note = base.settings, base, ""
    for name, keys in STEPS.items():
        named = {key: method.choices[key] for key in keys if key in method.choices}
        if not named:
            continue
        before, settings = settings, settings.with_changes(named)
        if settings == before:
            steps[name] = 0.0
            continue
        theirs = _under(base, settings)
        try:
            then = total(theirs).net
        except NoValue as error:
            note = str(error)
            break
        steps[name], now = then - now, then
    shown = {key: found for key, found in method.choices.items() if key in ("walls", "profile_range", "profile_levels")}
    theirs = replace(theirs, settings=theirs.settings.with_changes(shown))
    unit = Unit(method.choices["unit"]) if "unit" in method.choices else None
    if dialect is Dialect.NONE:
        unit = base.settings.unit
    factor = (unit or base.settings.unit).per_share_gamma(base.spot) / base.settings.unit.per_share_gamma(base.spot)
    walls = dialect is Dialect.NONE or "walls" in method.choices
    found = summarise(theirs) if walls and not note else None
    call_wall, put_wall = (found.call_wall, found.put_wall) if found else (None, None)
    return Spoken(
        dialect, None if note else now * factor, unit, method.zero, None if note and method.zero is not Zero.GRID
        else _zero(theirs, method.zero), walls, call_wall, put_wall, ours, steps,
        None if note else now, note,
    )  # fmt: skip


def _zero(theirs: Contracts, how: Zero) -> float | None:
    """Zero gamma in USD as a method finds it, None where it finds none or does not say how."""
    if how is Zero.REPRICED:
        return zero_gamma(theirs)
    if how is Zero.RUNNING:
        flip = summarise(theirs).flip
        return flip.strike if flip else None
    if how is Zero.UNKNOWN:
        return None
    # The profile rests on iv, whatever gamma the total takes.
    of = _under(theirs, replace(theirs.settings, gamma_source=GammaSource.MODEL))
    if not of.index.size:
        return None
    levels = levels_of(of)
    curve = reprice(of, levels)
    at = np.flatnonzero(np.diff(np.sign(curve)))
    if not at.size:
        return None
    i = int(at[0])
    return float(levels[i + 1] - (levels[i + 1] - levels[i]) * curve[i + 1] / (curve[i + 1] - curve[i]))
