"""Every convention that a user can choose, with its default, in one frozen object.

Settings come from a two-column range (`[["sign", "long_calls"], ["unit", "usd_bn"]]`), from text
(`"sign=long_calls; unit=usd_bn"`), or from keyword arguments. What is not named keeps its default.
"""

from __future__ import annotations

import datetime as dt
import difflib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from gex_xl.errors import BadInput, shown
from gex_xl.settings.dialects import METHODS as METHODS
from gex_xl.settings.dialects import Dialect as Dialect
from gex_xl.settings.dialects import Zero as Zero
from gex_xl.settings.filters import parse_band as parse_band
from gex_xl.settings.filters import parse_expiries as parse_expiries
from gex_xl.settings.words import WORDS as WORDS
from gex_xl.settings.words import unworded
from gex_xl.settings.words import worded as worded


class Sign(StrEnum):
    """Who is assumed to hold what: the dealers' side of calls and of puts."""

    CUSTOMER_FLOW = "customer_flow"
    LONG_CALLS = "long_calls"
    SHORT_ALL = "short_all"

    @property
    def calls(self) -> float:
        """+1 where dealers are long calls, -1 where they are short."""
        return 1.0 if self is Sign.LONG_CALLS else -1.0

    @property
    def puts(self) -> float:
        """+1 where dealers are long puts, -1 where they are short."""
        return 1.0 if self is Sign.CUSTOMER_FLOW else -1.0


class Unit(StrEnum):
    USD = "usd"
    USD_MN = "usd_mn"
    USD_BN = "usd_bn"
    USD_PER_POINT = "usd_per_point"
    SHARES = "shares"
    SHARES_PER_POINT = "shares_per_point"
    AUTO = "auto"

    @classmethod
    def for_gross(cls, usd: float) -> Unit:
        """What AUTO stands for, by gross exposure in USD per 1 %: the largest of usd, mn and bn that it fills."""
        return cls.USD_BN if usd >= 1e9 else cls.USD_MN if usd >= 1e6 else cls.USD

    @property
    def label(self) -> str:
        """As it stands in headers and chart titles."""
        return {
            Unit.USD: "USD per 1 %",
            Unit.USD_MN: "USD mn per 1 %",
            Unit.USD_BN: "USD bn per 1 %",
            Unit.USD_PER_POINT: "USD per point",
            Unit.SHARES: "shares per 1 %",
            Unit.SHARES_PER_POINT: "shares per point",
            Unit.AUTO: "USD per 1 %",
        }[self]

    @property
    def spots(self) -> int:
        """How many times spot is a factor of it."""
        return {Unit.USD_PER_POINT: 1, Unit.SHARES: 1, Unit.SHARES_PER_POINT: 0}.get(self, 2)

    def per_share_gamma(self, spot: float) -> float:
        """Factor from gamma x contracts x multiplier (shares per point) to this unit, at a spot level."""
        return {
            Unit.USD: 0.01 * spot * spot,
            Unit.USD_MN: 0.01e-6 * spot * spot,
            Unit.USD_BN: 0.01e-9 * spot * spot,
            Unit.USD_PER_POINT: spot,
            Unit.SHARES: 0.01 * spot,
            Unit.SHARES_PER_POINT: 1.0,
            Unit.AUTO: 0.01 * spot * spot,  # before the chain has said which
        }[self]


class Clock(StrEnum):
    ACT365 = "act365"
    BUSINESS252 = "business252"
    BUSINESS262 = "business262"

    @property
    def days(self) -> int:
        """Days in a year of this clock: calendar days, or business days."""
        return {Clock.ACT365: 365, Clock.BUSINESS252: 252, Clock.BUSINESS262: 262}[self]

    @property
    def day_name(self) -> str:
        """What its days are called: `days` or `business days`."""
        return "days" if self is Clock.ACT365 else "business days"


class ClockFrom(StrEnum):
    LAST_OPEN = "last_open"
    QUOTE = "quote"


class Carry(StrEnum):
    IMPLIED = "implied"
    DELTAS = "deltas"
    PARITY = "parity"
    RATES = "rates"
    NONE = "none"


class IvSource(StrEnum):
    BLEND = "blend"
    OTM = "otm"
    QUOTED = "quoted"


class Exercise(StrEnum):
    AUTO = "auto"
    EUROPEAN = "european"
    AMERICAN = "american"


class GammaSource(StrEnum):
    MODEL = "model"
    VENDOR = "vendor"


class Weight(StrEnum):
    OPEN_INTEREST = "open_interest"
    VOLUME = "volume"


class Walls(StrEnum):
    GROSS = "gross"
    NET = "net"
    SIDE = "side"


class FlipPick(StrEnum):
    FIRST = "first"
    NEAREST = "nearest"


class NoFlip(StrEnum):
    NA = "na"
    SPOT = "spot"


class Slopes(StrEnum):
    AUTO = "auto"
    VIX = "vix"
    CHAIN = "chain"


class DateOrder(StrEnum):
    AUTO = "auto"
    MDY = "mdy"
    DMY = "dmy"


class Decimal(StrEnum):
    AUTO = "auto"
    POINT = "point"
    COMMA = "comma"


class IvUnit(StrEnum):
    AUTO = "auto"
    DECIMAL = "decimal"
    PERCENT = "percent"


class OiUnit(StrEnum):
    AUTO = "auto"
    CONTRACTS = "contracts"
    UNITS = "units"
    THOUSANDS = "thousands"


class ThirdFriday(StrEnum):
    CLOSE = "close"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Settings:
    """All conventions. Rates and yields are annual, continuously compounded, decimal; None is shown as `auto`."""

    sign: Sign = Sign.CUSTOMER_FLOW
    unit: Unit = Unit.USD
    dialect: Dialect = Dialect.NONE
    clock: Clock = Clock.ACT365
    clock_from: ClockFrom = ClockFrom.LAST_OPEN
    quote_delay: float | None = None
    min_minutes: float = 30.0
    carry: Carry = Carry.IMPLIED
    rate: float | None = None
    dividend_yield: float = 0.0
    iv_source: IvSource = IvSource.BLEND
    exercise: Exercise = Exercise.AUTO
    gamma_source: GammaSource = GammaSource.MODEL
    multiplier: float | None = None
    weight: Weight = Weight.OPEN_INTEREST
    expiries: str = "all"
    strikes: str = "all"
    min_oi: float = 0.0
    walls: Walls = Walls.GROSS
    daily_volume: float = 0.0
    flip_noise: float = 0.01
    flip_pick: FlipPick = FlipPick.FIRST
    no_flip: NoFlip = NoFlip.NA
    profile_range: str = "80%:120%"
    profile_levels: float = 81.0
    slopes: Slopes = Slopes.AUTO
    vol_inverted: float = 1.02
    flip_band: float = 0.005
    skew_z: float = -2.0
    date_order: DateOrder = DateOrder.AUTO
    decimal: Decimal = Decimal.AUTO
    iv_unit: IvUnit = IvUnit.AUTO
    strike_scale: float | None = None
    oi_unit: OiUnit = OiUnit.AUTO
    currency: str | None = None
    third_friday: ThirdFriday = ThirdFriday.CLOSE

    def with_changes(self, changes: Mapping[str, object]) -> Settings:
        """A copy with some settings changed. Raises BadInput for an unknown key or a bad value.

        A dialect that is named decides what its author documents, whatever stands beside it; the choices of the one
        before go back to their defaults.
        """
        made = {key: _value(key, found) for key, found in changes.items()}
        if "dialect" in made:
            if made["dialect"] != self.dialect:
                made = {key: getattr(_DEFAULTS, key) for key in METHODS[self.dialect].choices} | made
            made |= {key: _value(key, found) for key, found in METHODS[made["dialect"]].choices.items()}
        return replace(self, **made)

    def only(self, keys: Iterable[str]) -> Settings:
        """Some of the settings, all others as if they had not been given: what a figure is kept under."""
        return replace(_DEFAULTS, **{key: getattr(self, key) for key in keys})

    def as_dict(self) -> dict[str, str | float]:
        """Plain keys and values, as they are written."""
        found = ((each.name, getattr(self, each.name)) for each in fields(self))
        return {key: AUTO if value is None else str(value) if isinstance(value, str) else value for key, value in found}


_DEFAULTS = Settings()
#: key -> what it decides and the values that it takes; the order in which they are shown.
HELP: dict[str, str] = {
    "sign": "Who holds what: customer_flow (dealers short calls, long puts; indices and index ETFs), "
    "long_calls (dealers long calls, short puts), short_all (dealers short both)",
    "unit": "Unit of exposure: usd, usd_mn, usd_bn (per 1 % move), usd_per_point, shares, shares_per_point, or auto "
    "(bn, mn or plain USD by the chain's gross exposure)",
    "dialect": "A public method, whose documented choices replace the settings beside it: none, or a word of DIALECTS "
    "such as spotgamma or perfiliev",
    "gamma_source": "model (gamma computed from iv) or vendor (the feed's own gamma column)",
    "iv_source": "One iv for both rights: blend (of call and put: a wrong forward of the feed cancels), otm (the "
    "out-of-the-money side's), or quoted (each line its own)",
    "carry": "Forward per expiry: implied (the feed's own, its deltas, put-call parity), deltas, parity, rates, none",
    "rate": "Interest rate, annual, continuously compounded: auto (what put-call parity tells, else 0) or a number",
    "dividend_yield": "Dividend yield, annual, continuously compounded: used by carry = rates",
    "exercise": "Early exercise in gamma: auto (as the product has it: stocks and funds), european or american",
    "clock": "Time to expiry: act365 (elapsed time / 365 days), business252 or business262 (for comparison only)",
    "clock_from": "last_open (the last instant the market was open at or before the quote) or quote",
    "quote_delay": "Minutes by which an open market's quotes are older than the chain says: auto (CBOE 15) or a number",
    "min_minutes": "Shortest remaining time of a live contract, in minutes",
    "multiplier": "Units per contract where the chain does not say: auto (the product's) or a number",
    "weight": "open_interest or volume",
    "expiries": "all, 0dte, 1dte (the next session), ex_next (all but the next to settle), weekly, monthly, <=30d, "
    ">0d, 2d:7d, or dates such as 2024-01-19, 2024-02-16",
    "strikes": "all, a band of spot such as 80%:120%, or strikes such as 4500:5000",
    "min_oi": "Leave out contracts with less open interest than this",
    "walls": "gross (the strikes with the most call and put gamma), net (the largest net strikes of either sign) or "
    "side (the most call gamma at or above spot, put gamma at or below)",
    "daily_volume": "USD traded in the underlying on a usual day: what hedging 1 % is as a share of it; 0: not given",
    "flip_noise": "A part of the cumulative curve counts when its peak is at least this share of the largest",
    "flip_pick": "first (lowest strike) or nearest (to spot)",
    "no_flip": "One-sided chain: na (FLIP_STRIKE is #N/A) or spot",
    "profile_range": "Spot levels of the gamma profile, as a band of spot",
    "profile_levels": "Number of spot levels in the gamma profile",
    "slopes": "Term-structure slopes: auto (the VIX family where given, else the chain's at-the-money iv), vix, chain",
    "vol_inverted": "vol_inverted above this short slope (9 / 30 days) or medium slope (30 / 90 days)",
    "flip_band": "Distance from the flip, as a share of it, before its side counts",
    "skew_z": "short_gamma at or below this z-score of the 25-delta skew",
    "date_order": "Dates such as 03/04/2025: auto (what the whole paste supports), mdy (month first), dmy (day first)",
    "decimal": "Decimal mark of text: auto (what the whole paste supports), point (1,234.5), comma (1.234,5)",
    "iv_unit": "Implied volatility column: auto (told from the whole column), decimal (0.20) or percent (20)",
    "strike_scale": "Strikes are divided by this: auto (told from symbols, spot and the feed) or 1, 100, 1000",
    "oi_unit": "Open interest: auto (told from names, market and rows), contracts (lots), units (shares or coins: "
    "1 each, whatever size the chain names), thousands (of contracts)",
    "currency": "Currency of spot, strikes and quotes: auto (the chain's, else the product's) or a code such as INR",
    "third_friday": "Index contracts of a third Friday that have no OCC root settle at the close or at the open",
}
#: Settled while a chain is read: they mean nothing to a chain that is in memory.
READING = ("date_order", "decimal", "iv_unit", "strike_scale", "oi_unit", "currency", "third_friday")

_ENUMS: dict[str, type[StrEnum]] = {
    key: type(value) for key, value in ((f.name, f.default) for f in fields(_DEFAULTS)) if isinstance(value, StrEnum)
}
_BOUNDS: dict[str, tuple[float, float]] = {
    "min_minutes": (0, 1440), "quote_delay": (0, 1440), "rate": (-1, 1), "dividend_yield": (-1, 1),
    "multiplier": (1e-9, 1e9), "strike_scale": (1e-6, 1e6), "min_oi": (0, math.inf), "flip_noise": (0, 1),
    "daily_volume": (0, math.inf), "profile_levels": (3, 2001),
    "vol_inverted": (0, 100), "flip_band": (0, 1), "skew_z": (-100, 100),
}  # fmt: skip
AUTO = "auto"
_AUTO = frozenset(f.name for f in fields(_DEFAULTS) if f.default is None)  # may be left to the chain


def choices(key: str) -> list[str]:
    """The words that a setting takes, or [] where it takes a number or free text."""
    return [str(word) for word in _ENUMS[key]] if key in _ENUMS else []


def parse_settings(given: object) -> dict[str, object]:
    """Changes to the defaults from what a caller has: None, text, a mapping or a two-column range.

    Blank keys and blank values are skipped, so a settings sheet may have gaps.
    Raises BadInput for an unknown key, a bad value, or a range that has not two columns.
    """
    pairs: list[tuple[object, object]] = []
    if given is None or given == "" or given == 0:
        return {}
    if isinstance(given, Settings):
        given = given.as_dict()
    if isinstance(given, Mapping):
        pairs = list(given.items())
    elif isinstance(given, str):
        for part in re.split(r"[;\n]", given):
            if part.strip():
                key, equals, value = part.partition("=")
                # "expiries=<=30d" has its own "=": only the first one separates.
                if not equals:
                    raise BadInput(f'settings: "{shown(part)}" is not key=value, for instance unit=usd_bn')
                pairs.append((key, value))
    elif isinstance(given, Sequence):
        for number, row in enumerate(given, 1):
            cells = list(row) if isinstance(row, Sequence) and not isinstance(row, str) else [row]
            if len(cells) < 2:
                raise BadInput(f"settings: row {number} has one column; expected two, a key and its value")
            pairs.append((cells[0], cells[1]))
    else:
        raise BadInput(f"settings: expected a two-column range or text such as unit=usd_bn, found {shown(given)}")
    changes: dict[str, object] = {}
    for key, value in pairs:
        name = str(key).strip().lower().replace(" ", "_") if key is not None else ""
        if key == 0 or name in ("", "setting", "key") or value is None or str(value).strip() == "":
            continue
        changes[name] = _value(name, value)
    return changes


def _value(key: str, found: object) -> Any:
    if key not in HELP:
        near = difflib.get_close_matches(key, HELP, 1)
        hint = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(HELP)}"
        raise BadInput(f'settings: "{shown(key)}" is not a setting; {hint}')
    found = unworded(key, found)
    if key in _ENUMS:
        word = str(found).strip().lower()
        if word not in choices(key):
            raise BadInput(f'settings: {key} is "{shown(found)}"; expected {" or ".join(choices(key))}')
        return _ENUMS[key](word)
    if key in _AUTO and (found is None or str(found).strip().lower() == AUTO):
        return None
    if key in _BOUNDS:
        return _number(key, found)
    if key == "currency":
        if not re.fullmatch(r"[A-Za-z]{3}", str(found).strip()):
            raise BadInput(f'settings: currency is "{shown(found)}"; expected a code such as USD, or {AUTO}')
        return str(found).strip().upper()
    text = found.date().isoformat() if isinstance(found, dt.datetime) else str(found).strip().lower()
    if key == "expiries":
        if serial := re.fullmatch(r"([3-7]\d{4})(?:\.0*)?", text):  # a worksheet's date: days since 1899-12-30
            text = f"{dt.date(1899, 12, 30) + dt.timedelta(days=int(serial[1]))}"
        parse_expiries(text)
    else:
        parse_band(key, text)
    return text


def _number(key: str, found: object) -> float:
    low, high = _BOUNDS[key]
    text = str(found).strip()
    try:
        number = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        number = math.nan
    if key == "profile_levels" and not number.is_integer():
        raise BadInput(f'settings: {key} is "{shown(found)}"; expected a whole number')
    if isinstance(found, bool) or not low <= number <= high or not math.isfinite(number):
        top = f" to {high:g}" if math.isfinite(high) else " or more"
        word = f", or {AUTO}" if key in _AUTO else ""
        raise BadInput(f'settings: {key} is "{shown(found)}"; expected a number, {low:g}{top}{word}')
    return number
