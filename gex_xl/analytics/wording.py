"""Figures, days and times as readers see them. Not for parsing: formulas take the numbers themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from gex_xl.settings import Sign, Unit


def price(value: float) -> str:
    """5,312.40"""
    return f"{value:,.2f}"


def strike(value: float) -> str:
    """5,400 or 152.5: no more decimals than it has, at most two."""
    return f"{value:,.2f}".rstrip("0").removesuffix(".")


def signed(value: float, decimals: int = 2) -> str:
    """+7.27, -0.50, 0.00: no sign where the figure rounds to nothing."""
    text = f"{value:+,.{decimals}f}"
    return text if float(text.replace(",", "")) else f"{0:.{decimals}f}"


def percent(share: float, decimals: int = 1) -> str:
    """0.7 %"""
    return f"{100 * share:,.{decimals}f} %"


def day(date: dt.date, now: dt.date | None = None) -> str:
    """8 Oct, with the year where it is not that of `now`: 16 Jan 26."""
    year = "" if now is None or date.year == now.year else f" {date:%y}"
    return f"{date.day} {date:%b}{year}"


def full_day(date: dt.date) -> str:
    """Wed 8 Oct 25"""
    return f"{date:%a} {date.day} {date:%b %y}"


def settlements(dates: Sequence[tuple[dt.date, bool]], now: dt.date | None = None) -> list[str]:
    """8 Oct, 17 Oct am, 17 Oct: settlements (date, at the open) as charts name them; "am" where a day has two."""
    both = {date for date, am in dates if not am} & {date for date, am in dates if am}
    return [day(date, now) + (" am" if am and date in both else "") for date, am in dates]


def place(zone: dt.tzinfo) -> str:
    """New York, UTC: where a clock hangs."""
    return str(zone).rpartition("/")[2].replace("_", " ")


def moment(when: dt.datetime, zone: dt.tzinfo) -> str:
    """Wed 8 Oct 2025, 11:30 New York"""
    local = when.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y}, {local:%H:%M} {place(zone)}"


def short_moment(when: dt.datetime, zone: dt.tzinfo) -> str:
    """8 Oct, 11:30"""
    local = when.astimezone(zone)
    return f"{day(local.date())}, {local:%H:%M}"


def trade(amount: float, scale: str) -> str:
    """buy 12.5 bn, sell 0.4: what dealers do, in a scale that is named."""
    text = f"{abs(amount):,.1f}"
    if not float(text.replace(",", "")):
        return "nothing"
    return f"{'buy' if amount > 0 else 'sell'} {text}{scale}"


def scale_word(unit: Unit) -> str:
    """What stands behind an amount of money in a unit: " bn", " mn" or ""."""
    return {Unit.USD_BN: " bn", Unit.USD_MN: " mn"}.get(unit, "")


def short_unit(unit: Unit) -> str:
    """USD bn: the unit without what it is per."""
    return unit.label.partition(" per ")[0]


def sides(sign: Sign) -> str:
    """dealers short calls, long puts"""
    word = {1.0: "long", -1.0: "short"}
    return f"dealers {word[sign.calls]} calls, {word[sign.puts]} puts"


def sign_name(sign: Sign) -> str:
    """Customer flow: the convention without its sides."""
    return {
        Sign.CUSTOMER_FLOW: "Customer flow",
        Sign.LONG_CALLS: "Most public tools",
        Sign.SHORT_ALL: "Dealers short both",
    }[sign]


def plural(number: int, one: str, several: str = "") -> str:
    """1 contract, 4,518 contracts"""
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"
