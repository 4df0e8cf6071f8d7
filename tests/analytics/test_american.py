"""American options on a stock that pays dividends: skew and term structure of what QuantLib's American engine prices.

What dealers' figures rest on is European. Out of the money, where these figures are read, early exercise is worth
little, and the errors measured here say how little.
"""

from __future__ import annotations

import datetime as dt
import math
from functools import cache
from typing import Any

import pytest
import QuantLib as ql  # noqa: N813
from scipy.optimize import brentq

from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.skew import skew_25d
from gex_xl.analytics.term_structure import maturities
from gex_xl.settings import Settings

from .synthetic import AS_OF, chain_of, delta, price, years_between

SPOT = 100.0
EXPIRIES = ("2025-03-07", "2025-03-28", "2025-05-02", "2025-06-20")
STRIKES = range(70, 136, 2)
MARKETS = ((0.05, 0.03), (0.05, 0.0), (0.01, 0.06))  # rate and dividend yield: early exercise of puts, puts, calls


def iv_at(strike: float) -> float:
    """One smile for all expiries, so the term structure is nearly flat and the skew is known."""
    x = math.log(strike / SPOT)
    return 0.30 - 0.25 * x + 0.40 * x * x


def years(expiry: str) -> float:
    return years_between(AS_OF, expiry)


def american(strike: float, expiry: str, right: str, rate: float, dividends: float) -> tuple[float, float]:
    """Price and delta from finite differences, at the volatility of the smile."""
    today = ql.Date(3, 3, 2025)
    ql.Settings.instance().evaluationDate = today
    day_count = ql.Actual365Fixed()

    def curve(level: float) -> ql.YieldTermStructureHandle:
        return ql.YieldTermStructureHandle(ql.FlatForward(today, level, day_count))

    # A whole number of days with the same variance and discounts as the time that is really left.
    days = (dt.date.fromisoformat(expiry) - AS_OF.date()).days
    stretch = years(expiry) * 365 / days
    process = ql.BlackScholesMertonProcess(
        ql.QuoteHandle(ql.SimpleQuote(SPOT)), curve(dividends * stretch), curve(rate * stretch),
        ql.BlackVolTermStructureHandle(
            ql.BlackConstantVol(today, ql.NullCalendar(), iv_at(strike) * math.sqrt(stretch), day_count)
        ),
    )  # fmt: skip
    payoff = ql.PlainVanillaPayoff(ql.Option.Call if right == "C" else ql.Option.Put, strike)
    option = ql.VanillaOption(payoff, ql.AmericanExercise(today, today + days))
    option.setPricingEngine(ql.FdBlackScholesVanillaEngine(process, 100, 400))
    return option.NPV(), option.delta()


@cache
def feed(rate: float, dividends: float) -> tuple[dict[str, Any], ...]:
    """Every line as a vendor of American options gives it: its iv, its delta, and quotes around its price."""
    out = []
    for expiry in EXPIRIES:
        for strike in STRIKES:
            for right in "CP":
                value, moved = american(strike, expiry, right, rate, dividends)
                half = max(0.005, 0.002 * value)
                out.append(
                    {"root": "XYZ", "expiry": expiry, "right": right, "strike": strike, "oi": 100,
                     "iv": iv_at(strike), "delta": moved, "bid": max(0.0, value - half), "ask": value + half}
                )  # fmt: skip
    return tuple(out)


def lines_of(rate: float, dividends: float, given: str, settings: str) -> Contracts:
    kept = {"root", "expiry", "right", "strike", "oi", *given.split()}
    rows = [{name: cell for name, cell in line.items() if name in kept} for line in feed(rate, dividends)]
    changes = {"rate": rate, "dividend_yield": dividends, "carry": settings} if settings else {"rate": rate}
    return prepare(chain_of(rows, SPOT), None, None, Settings().with_changes(changes))


def known_skew(rate: float, dividends: float, expiry: str = EXPIRIES[1]) -> float:
    """iv at the strikes whose European deltas are a quarter."""
    t = years(expiry)
    forward, discount = SPOT * math.exp((rate - dividends) * t), math.exp(-dividends * t)

    def strike(right: str) -> float:
        def apart(k: float) -> float:
            return abs(delta(forward, k, iv_at(k) * math.sqrt(t), right, discount)) - 0.25

        return float(brentq(apart, 70, 135))

    return iv_at(strike("P")) - iv_at(strike("C"))


#: What the vendor gives, how the forward is found, and by how many vol points skew and iv may be off: an American price
#: taken for a European one has too much volatility, most where calls are worth exercising.
FEEDS = [
    ("iv bid ask delta", "", 0.05, 0.1),
    ("iv bid ask", "", 0.05, 0.1),
    ("iv delta", "", 0.05, 0.1),
    ("iv", "rates", 0.05, 0.1),
    ("bid ask", "", 0.1, 0.4),
]


@pytest.mark.parametrize(("given", "carry", "skew_off", "iv_off"), FEEDS)
@pytest.mark.parametrize(("rate", "dividends"), MARKETS)
def test_early_exercise_and_dividends_are_no_skew_and_no_slope(
    rate: float, dividends: float, given: str, carry: str, skew_off: float, iv_off: float
) -> None:
    contracts = lines_of(rate, dividends, given, carry)
    found = {days: each.iv for days, each in maturities(contracts).items()}
    known = {days: iv_at(SPOT * math.exp((rate - dividends) * days / 365)) for days in (9, 30, 90)}
    off = {days: 100 * ((iv or math.nan) - known[days]) for days, iv in found.items()}
    assert 100 * (skew_25d(contracts).value - known_skew(rate, dividends)) == pytest.approx(0, abs=skew_off), off
    assert off == pytest.approx(dict.fromkeys(known, 0), abs=iv_off)


def test_the_engine_prices_early_exercise() -> None:
    """Else nothing above would be about American options: each market's own right is worth more than its European."""
    for (rate, dividends), right in zip(MARKETS, "PPC", strict=True):
        strike, expiry = (110.0, 90.0)[right == "C"], EXPIRIES[-1]
        t = years(expiry)
        european = price(SPOT * math.exp((rate - dividends) * t), strike, iv_at(strike) * math.sqrt(t), right)
        value, _ = american(strike, expiry, right, rate, dividends)
        assert value > math.exp(-rate * t) * european + 0.02
