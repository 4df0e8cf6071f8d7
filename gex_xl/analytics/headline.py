"""The headline figures of a chain in one ordered table: report, GEX_LEVELS, history and workbook all read it.

A figure is added as one line of TABLE; who shows it names its key.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from gex_xl.analytics.contracts import NO_IV, Contracts, gamma_alone
from gex_xl.analytics.expiries import put_call
from gex_xl.analytics.exposure import absolute_strike, gross_of, nothing_held
from gex_xl.analytics.other_sign import OtherSign, under_other_sign
from gex_xl.analytics.pricing import delay_of
from gex_xl.analytics.profile import ONE_SIGNED, zero_gamma
from gex_xl.analytics.regime import Trigger, regime
from gex_xl.analytics.skew import Skew
from gex_xl.analytics.summary import RegimeInputs, Summary, no_flip_reason, skew_of, summarise, triggers_of
from gex_xl.analytics.term_structure import Slope, maturities, slopes
from gex_xl.analytics.terms import by_model, unit_label
from gex_xl.clock import in_words
from gex_xl.errors import NoValue
from gex_xl.settings import Dialect, Settings, Unit

Value = str | float | int | None


class Kind(StrEnum):
    """What a figure is, and so how it is written."""

    WORDS = "words"
    COUNT = "count"
    PRICE = "price"
    EXPOSURE = "exposure"
    IV = "iv"
    SKEW = "skew"
    RATIO = "ratio"


@dataclass(frozen=True, slots=True)
class Figure:
    """One headline figure.

    `value`: exposure in USD per 1 %, prices in USD, iv and skew annualised and decimal, times in ISO form; None where
    there is none. `shown`: the same as people read it, in `unit` ("" for none): exposure in the unit of the settings,
    skew in vol points, words in place of keys. `note`: where it comes from, or why there is none.
    """

    key: str
    label: str
    kind: Kind
    unit: str
    value: Value
    shown: Value
    note: str

    @property
    def heading(self) -> str:
        """The label with the unit: `Total GEX (USD per 1 %)`."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    @property
    def in_unit(self) -> Any:
        """The value, exposure in the unit of the settings: what a report or a history writes down."""
        return self.shown if self.kind is Kind.EXPOSURE else self.value


class _Reading(NamedTuple):
    """A figure's value, its note, and how it is shown where that is another text than the value."""

    value: Value
    note: str = ""
    shown: str | None = None


class _Chain:
    """A chain with what several figures rest on, each computed when the first of them asks."""

    def __init__(self, contracts: Contracts, inputs: RegimeInputs) -> None:
        self.contracts, self.settings, self.inputs = contracts, contracts.settings, inputs

    def when(self, moment: dt.datetime) -> str:
        """A moment in words, in the time of the market."""
        return in_words(moment, self.contracts.chain.zone)

    @cached_property
    def summary(self) -> Summary:
        return summarise(self.contracts)

    @cached_property
    def skew(self) -> tuple[Skew | None, str]:
        return skew_of(self.contracts)

    @cached_property
    def slopes(self) -> tuple[Slope, Slope]:
        return slopes(self.contracts, self.inputs.vix9d, self.inputs.vix, self.inputs.vix3m)

    @cached_property
    def other(self) -> OtherSign:
        return under_other_sign(self.contracts, self.inputs)

    @cached_property
    def triggers(self) -> list[Trigger]:
        given = self.inputs
        return triggers_of(self.contracts, given.vix9d, given.vix, given.vix3m, given.skew_25d_z, given.past)


def sign_words(settings: Settings) -> str:
    """The sign convention in words, and whose it is where a dialect decides it."""
    word = {1.0: "long", -1.0: "short"}
    of = "" if settings.dialect is Dialect.NONE else f" (dialect = {settings.dialect})"
    return f"dealers {word[settings.sign.calls]} calls, {word[settings.sign.puts]} puts{of}"


def clock_note(contracts: Contracts) -> str:
    """How the clock starts, and how old the quotes are."""
    delay = delay_of(contracts.chain, contracts.settings)
    late = f", quotes of an open market {delay:g} minutes old (quote_delay)" if delay else ""
    return f"clock_from = {contracts.settings.clock_from}{late}"


def _symbol(c: _Chain) -> _Reading:
    symbol = c.contracts.chain.symbol
    return _Reading(symbol or None, "" if symbol else "the paste does not name it", symbol or "not named")


def _flip_strike(c: _Chain) -> _Reading:
    flip = c.summary.flip
    why = f"dealers long gamma {flip.long_side} it" if flip else no_flip_reason(c.contracts)
    return _Reading(c.summary.flip_strike, why)


def _long_side(c: _Chain) -> _Reading:
    flip = c.summary.flip
    if flip is None:
        return _Reading(None, no_flip_reason(c.contracts))
    return _Reading(str(flip.long_side), "", f"{flip.long_side} the flip")


def _net_share(c: _Chain) -> _Reading:
    """Net over gross GEX, the sum of all contracts' magnitudes: -1 to 1."""
    gross = gross_of(c.contracts)
    return _Reading(c.summary.total.net / gross, "of gross GEX") if gross else _Reading(None, nothing_held(c.contracts))


def _tilt(c: _Chain) -> _Reading:
    """|Calls| over |calls| + |puts|: 0 to 1 (method, section 7)."""
    call, put = abs(c.summary.total.call), abs(c.summary.total.put)
    return _Reading(call / (call + put)) if call + put else _Reading(None, nothing_held(c.contracts))


def _volume_share(c: _Chain) -> _Reading:
    """Hedging of a 1 % move over a day's dollar volume of the underlying, signed as the total.

    Barbon and Buraschi, "Gamma Fragility" (2021): dealers' gamma in dollars per 1 %, over average daily dollar volume.
    """
    if not c.settings.daily_volume:
        return _Reading(None, "daily_volume is not given")
    usd = c.summary.total.net / c.settings.unit.per_share_gamma(c.contracts.spot)
    usd *= Unit.USD.per_share_gamma(c.contracts.spot)
    return _Reading(usd / c.settings.daily_volume, f"of {c.settings.daily_volume:,.0f} a day (daily_volume)")


def _zero_gamma(c: _Chain) -> _Reading:
    return _or_reason(
        zero_gamma(c.contracts), nothing_held(c.contracts) or (NO_IV if gamma_alone(c.contracts.chain) else ONE_SIGNED)
    )


def _skew(c: _Chain) -> _Reading:
    skew, source = c.skew
    return _Reading(skew.value if skew else None, source)


def _skew_z(c: _Chain) -> _Reading:
    z = next(trigger for trigger in c.triggers if trigger.name == "skew_25d_z")
    return _Reading(z.value, z.source)


def _slopes_from(c: _Chain) -> _Reading:
    """Both sources in one cell, in few words where they are of one kind."""
    short, medium = (slope.source for slope in c.slopes)
    kinds = {source.partition(":")[0] for source in (short, medium)}
    words = {"chain": "chain: at-the-money iv", "given": "given: VIX family"}
    return _Reading(words.get(short.partition(":")[0], short) if len(kinds) == 1 else f"{short}; {medium}")


def _atm_iv(days: int) -> Callable[[_Chain], _Reading]:
    def read(c: _Chain) -> _Reading:
        maturity = maturities(c.contracts)[days]
        return _Reading(maturity.iv, maturity.source)

    return read


def _or_reason(value: float | None, reason: str) -> _Reading:
    return _Reading(value, "" if value is not None else reason)


class _Row(NamedTuple):
    key: str
    label: str
    kind: Kind
    read: Callable[[_Chain], _Reading]


#: Every headline figure in the order in which it is shown. `read` may raise NoValue: the reason is then its note.
TABLE = (
    _Row("symbol", "Symbol", Kind.WORDS, _symbol),
    _Row("spot", "Spot", Kind.PRICE, lambda c: _Reading(c.contracts.spot, c.contracts.spot_from)),
    _Row(
        "as_of", "As of", Kind.WORDS,
        lambda c: _Reading(c.contracts.as_of.isoformat(), c.contracts.as_of_from, c.when(c.contracts.as_of)),
    ),
    _Row(
        "valued_at", "Valued at", Kind.WORDS,
        lambda c: _Reading(
            c.contracts.valued_at.isoformat(), clock_note(c.contracts), c.when(c.contracts.valued_at)
        ),
    ),
    _Row("date", "Date", Kind.WORDS,
         lambda c: _Reading(c.contracts.valued_at.astimezone(c.contracts.chain.zone).date().isoformat())),
    _Row("regime", "Regime", Kind.WORDS, lambda c: _Reading(str(regime(c.triggers)))),
    _Row("total_gex", "Total GEX", Kind.EXPOSURE, lambda c: _Reading(c.summary.total.net)),
    _Row("call_gex", "Call GEX", Kind.EXPOSURE, lambda c: _Reading(c.summary.total.call)),
    _Row("put_gex", "Put GEX", Kind.EXPOSURE, lambda c: _Reading(c.summary.total.put)),
    _Row("net_share", "Total over gross", Kind.RATIO, _net_share),
    _Row("tilt", "Calls over calls and puts", Kind.RATIO, _tilt),
    _Row("volume_share", "Total over daily volume", Kind.RATIO, _volume_share),
    _Row("flip_strike", "Flip strike", Kind.PRICE, _flip_strike),
    _Row("long_side", "Dealers long gamma", Kind.WORDS, _long_side),
    _Row("zero_gamma", "Zero gamma", Kind.PRICE, _zero_gamma),
    _Row("call_wall", "Call wall", Kind.PRICE,
         lambda c: _or_reason(c.summary.call_wall, "no call carries any exposure")),
    _Row("put_wall", "Put wall", Kind.PRICE, lambda c: _or_reason(c.summary.put_wall, "no put carries any exposure")),
    _Row("absolute_strike", "Absolute gamma strike", Kind.PRICE,
         lambda c: _or_reason(absolute_strike(c.summary.strikes), "no contract carries any exposure")),
    _Row("put_call_oi", "Puts over calls, open interest", Kind.RATIO,
         lambda c: _or_reason(put_call(c.contracts).open_interest, "calls have no open interest")),
    _Row("put_call_volume", "Puts over calls, volume", Kind.RATIO,
         lambda c: _or_reason(put_call(c.contracts).volume, "calls have no volume in the paste")),
    _Row("contracts", "Contracts used", Kind.COUNT, lambda c: _Reading(len(c.contracts.index))),
    _Row("sign", "Sign convention", Kind.WORDS,
         lambda c: _Reading(str(c.settings.sign), "", f"{c.settings.sign}: {sign_words(c.settings)}")),
    _Row("other_sign", "Other sign convention", Kind.WORDS, lambda c: _Reading(c.other.sign)),
    _Row("other_total_gex", "Total GEX, other sign", Kind.EXPOSURE, lambda c: _Reading(c.other.total)),
    _Row("other_zero_gamma", "Zero gamma, other sign", Kind.PRICE,
         lambda c: _or_reason(c.other.zero_gamma, nothing_held(c.contracts) or ONE_SIGNED)),
    _Row("other_regime", "Regime, other sign", Kind.WORDS,
         lambda c: _Reading(c.other.regime, "" if c.other.regime else nothing_held(c.contracts))),
    _Row("unit", "Unit of exposure", Kind.WORDS, lambda c: _Reading(unit_label(c.contracts))),
    _Row("skew_25d", "25-delta skew", Kind.SKEW, _skew),
    _Row("skew_25d_from", "25-delta skew from", Kind.WORDS, lambda c: _Reading(c.skew[1])),
    _Row("iv_9d", "At-the-money iv, 9 days", Kind.IV, _atm_iv(9)),
    _Row("iv_30d", "At-the-money iv, 30 days", Kind.IV, _atm_iv(30)),
    _Row("iv_90d", "At-the-money iv, 90 days", Kind.IV, _atm_iv(90)),
    _Row("short_slope", "Short slope", Kind.RATIO, lambda c: _Reading(c.slopes[0].value, c.slopes[0].source)),
    _Row("med_slope", "Medium slope", Kind.RATIO, lambda c: _Reading(c.slopes[1].value, c.slopes[1].source)),
    _Row("slopes_from", "Slopes from", Kind.WORDS, _slopes_from),
    _Row("skew_25d_z", "25-delta skew z-score", Kind.RATIO, _skew_z),
)  # fmt: skip

_REPRICED = ("zero_gamma", "other_zero_gamma")  # at other spots than today's, where no feed has a gamma
_UNITS = {Kind.IV: "decimal", Kind.SKEW: "vol points"}


def headline(
    contracts: Contracts, inputs: RegimeInputs | None = None, keys: Iterable[str] | None = None
) -> dict[str, Figure]:
    """Figures by key in the order of TABLE, or those that `keys` names in its order. Raises nothing for a chain
    without figures: their value is None and their note the reason.
    """
    chain = _Chain(contracts, inputs or RegimeInputs())
    rows = {row.key: row for row in TABLE}
    return {key: _figure(chain, rows[key]) for key in (rows if keys is None else keys)}


def _figure(chain: _Chain, row: _Row) -> Figure:
    units = {**_UNITS, Kind.PRICE: chain.contracts.chain.currency, Kind.EXPOSURE: unit_label(chain.contracts)}
    unit = units.get(row.kind, "")
    label = row.label + (by_model(chain.contracts) if row.key in _REPRICED else "")
    try:
        value, note, words = row.read(chain)
    except NoValue as error:
        return Figure(row.key, label, row.kind, unit, None, None, str(error))
    shown: Value = value if words is None else words
    if isinstance(value, float) and row.kind is Kind.EXPOSURE:
        spot = chain.contracts.spot
        value *= Unit.USD.per_share_gamma(spot) / chain.settings.unit.per_share_gamma(spot)
    elif isinstance(value, float) and row.kind is Kind.SKEW:
        shown = 100 * value
    return Figure(row.key, label, row.kind, unit, value, shown, note)


#: What a history keeps of a day.
RECORDED = (
    "date", "symbol", "as_of", "spot", "contracts", "unit", "total_gex", "call_gex", "put_gex", "long_side",
    "flip_strike", "zero_gamma", "skew_25d", "iv_9d", "iv_30d", "iv_90d", "short_slope", "med_slope",
)  # fmt: skip
_OF_TOTAL = ("call_gex", "put_gex", "long_side")


def recorded(
    contracts: Contracts, inputs: RegimeInputs | None = None, more: tuple[str, ...] = ()
) -> tuple[dict[str, Any], dict[str, str]]:
    """What a history keeps of a day, by key, None where there is none; and the reasons of those, by key.

    Exposure in the unit of the settings, which `unit` names; all else as `Figure.value`. `date` is the market's day
    valued at, `symbol` "" where the paste does not name it. `more`: further keys.
    """
    figures = headline(contracts, inputs, (*RECORDED, *more))
    values = {key: figure.in_unit for key, figure in figures.items()}
    values["symbol"] = values["symbol"] or ""
    # One reason says it all where no contract is left, or the chain is one-sided.
    silent = {"symbol", *_OF_TOTAL, *(("flip_strike", "zero_gamma") if values["total_gex"] is None else ())}
    return values, {key: figures[key].note for key, value in values.items() if value is None and key not in silent}
