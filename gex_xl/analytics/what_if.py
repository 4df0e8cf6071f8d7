"""How far the total moves with every other choice of the method, one setting at a time."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.exposure import contributions, exact_sum, nothing_held
from gex_xl.analytics.flip import LongSide
from gex_xl.analytics.parity import considered, two_sided
from gex_xl.analytics.regime import Regime, regime, triggers
from gex_xl.analytics.summary import RegimeInputs, skew_z_of, summarise
from gex_xl.analytics.term_structure import slopes
from gex_xl.cache import cached, temporary
from gex_xl.errors import NoValue
from gex_xl.settings import Carry, choices

#: Numbers and filters that are tried; of settings with a list of words, every word is. Not among them: units, walls,
#: daily volume and the range of the profile, which move no figure here, and what is settled while a paste is read.
_TRIED: dict[str, tuple[str | float, ...]] = {
    **{key: tuple(choices(key)) for key in ("sign", "gamma_source", "iv_source", "exercise", "carry")},
    "rate": (0.0, 0.05),
    "dividend_yield": (0.0, 0.02),
    **{key: tuple(choices(key)) for key in ("clock", "clock_from")},
    "quote_delay": (0.0, 15.0),
    "min_minutes": (1.0, 30.0, 60.0),
    "multiplier": (10.0, 100.0),
    "weight": tuple(choices("weight")),
    "expiries": ("all", "0dte", "weekly", "monthly", "<=30d"),
    "strikes": ("all", "80%:120%"),
    "min_oi": (0.0, 100.0),
    "flip_noise": (0.0, 0.01, 0.05),
    **{key: tuple(choices(key)) for key in ("flip_pick", "no_flip", "slopes")},
    "vol_inverted": (1.0, 1.02),
    "flip_band": (0.0, 0.005),
    "skew_z": (-2.0, -1.5),
}
#: They change neither the contracts nor their gamma.
_AFTERWARDS = frozenset({"flip_noise", "flip_pick", "no_flip", "slopes", "vol_inverted", "flip_band", "skew_z"})
#: They change implied volatility by expiry, and with it slopes and skew.
_VOLATILITY = frozenset(
    {"iv_source", "carry", "rate", "dividend_yield", "clock", "clock_from", "quote_delay", "min_minutes", "slopes"}
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result with one setting changed; `setting` is "" for the result as it is.

    `total` and `change` (from the result as it is) in the unit of the settings; `gross_share` is the change over
    gross GEX as it is, the sum of all lines' magnitudes. `flip` in USD, None where there is none. All None, and
    `note` says why, where the choice cannot be made on this chain.
    """

    setting: str
    value: str | float
    contracts: int | None
    total: float | None
    change: float | None
    gross_share: float | None
    flip: float | None
    regime: Regime | None
    note: str


@dataclass(frozen=True, slots=True)
class _Outlook:
    """The regime's inputs that come from implied volatility."""

    short_slope: float | None
    med_slope: float | None
    skew_25d_z: float | None


@cached(32)
def what_if(contracts: Contracts, inputs: RegimeInputs | None = None) -> tuple[Outcome, ...]:
    """The result as it is, then every other choice of every setting, each as a run of its own with that setting.

    Raises NoValue where no contract is left as it is.
    """
    given = inputs or RegimeInputs()
    outlook = _outlook(contracts, given)
    base = _outcome(contracts, outlook, "", "", None)
    gross = exact_sum(np.abs(contributions(contracts)))
    as_it_is = (base.total or 0.0, gross)
    others = [(key, value) for key, values in _TRIED.items() for value in values]
    return (
        base,
        *(
            _tried(contracts, given, outlook, key, value, as_it_is)
            for key, value in others
            if value != getattr(contracts.settings, key)
        ),
    )


def _tried(
    contracts: Contracts,
    given: RegimeInputs,
    outlook: _Outlook,
    key: str,
    value: str | float,
    base: tuple[float, float],
) -> Outcome:
    def cannot(reason: str) -> Outcome:
        return Outcome(key, value, None, None, None, None, None, None, reason)

    if reason := _why_not(contracts, outlook, key, value):
        return cannot(reason)
    settings = contracts.settings.with_changes({key: value})
    # Forty of these, kept, would push out what other cells ask for.
    with temporary():
        if key in _AFTERWARDS:
            other = dataclasses.replace(contracts, settings=settings)
        else:
            other = prepare(contracts.chain, contracts.spot, contracts.as_of, settings)
        try:
            return _outcome(other, _outlook(other, given) if key in _VOLATILITY else outlook, key, value, base)
        except NoValue as error:
            return cannot(str(error))


def _outcome(
    contracts: Contracts, outlook: _Outlook, key: str, value: str | float, base: tuple[float, float] | None
) -> Outcome:
    found = summarise(contracts)
    net, flip = found.total.net, found.flip
    change, share = None, None
    if base is not None:
        change = net - base[0]
        share = change / base[1] if base[1] else None
    held = not nothing_held(contracts)
    asked = triggers(
        net if held else None, contracts.spot, flip.strike if flip else None,
        long_side=flip.long_side if flip else LongSide.ABOVE,
        skew_25d_z=outlook.skew_25d_z, short_slope=outlook.short_slope, med_slope=outlook.med_slope,
        settings=contracts.settings,
    )  # fmt: skip
    return Outcome(
        key, value, len(contracts.index), net, change, share, found.flip_strike, regime(asked) if held else None,
        _note(contracts, key),
    )  # fmt: skip


def _note(contracts: Contracts, key: str) -> str:
    """What is to be known of a choice that was made."""
    settings = contracts.settings
    if key == "carry" and settings.carry is Carry.RATES and (settings.rate or 0.0) == settings.dividend_yield:
        return f"rate and dividend_yield are both {settings.dividend_yield:g}: forward = spot"
    return ""


def _outlook(contracts: Contracts, given: RegimeInputs) -> _Outlook:
    short, medium = slopes(contracts, given.vix9d, given.vix, given.vix3m)
    z = given.skew_25d_z
    if z is None and given.past is not None and given.past.values.size:
        z, _ = skew_z_of(contracts, given.past)
    return _Outlook(short.value, medium.value, z)


def _why_not(contracts: Contracts, outlook: _Outlook, key: str, value: str | float) -> str:
    """Why a choice cannot be made on this chain, or would mean nothing; "" where it can."""
    chain, settings = contracts.chain, contracts.settings
    paired = two_sided(chain) & considered(contracts)
    all_known = bool(np.isfinite(chain.dealer_position[contracts.index]).all())
    return next(
        (
            reason
            for where, applies, reason in (
                (key in ("sign", "weight"), all_known, "the paste has dealer_position, which decides"),
                ((key, value) == ("weight", "volume"), not np.nan_to_num(chain.volume).any(), "no volume in the paste"),
                ((key, value) == ("gamma_source", "vendor"), np.isnan(chain.gamma).all(), "no gamma in the paste"),
                ((key, value) == ("iv_source", "quoted"), np.isnan(chain.iv).all(),
                 "no implied volatility in the paste: it is solved from bid and ask"),
                ((key, value) == ("carry", "deltas"), np.isnan(chain.delta).all(), "no deltas in the paste"),
                ((key, value) == ("carry", "parity"), not paired.any(), "no two-sided quotes in the paste"),
                (key == "dividend_yield", settings.carry is not Carry.RATES, "asked for by carry = rates only"),
                (key == "multiplier", not np.isnan(chain.multiplier).any(), "every contract names its own"),
                (key == "clock_from", chain.product.never_closes, f"{chain.product.market} never closes"),
                (key == "skew_z", outlook.skew_25d_z is None, "no z-score of the skew is given"),
            )
            if where and applies
        ),
        "",
    )  # fmt: skip
