"""Dividends in cash as forwards tell them, and calls and puts around one."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import numpy as np
import pytest

from gex_xl.analytics.american import american_gamma
from gex_xl.analytics.contracts import prepare
from gex_xl.analytics.dividends import cash_dividends
from gex_xl.chain import Chain
from gex_xl.settings import Settings

from .accuracy_table import distances
from .early_exercise import SPOT, Case, reference
from .synthetic import NEW_YORK, chain_of, price, years_between

AS_OF = dt.datetime(2025, 3, 3, 16, tzinfo=NEW_YORK)
EXPIRIES = ("2025-03-07", "2025-03-14", "2025-03-21", "2025-04-17", "2025-05-16", "2025-06-20")
RATE, IV = 0.05, 0.2


def chain(dividend: float, ex: str, dividend_yield: float = 0.0, symbol: str = "XYZ") -> Chain:
    """Quotes by put-call parity around a forward that knows the dividend (USD, paid at the start of `ex`)."""
    paid_at = dt.datetime.fromisoformat(ex).replace(tzinfo=NEW_YORK)
    until = (paid_at.timestamp() - AS_OF.timestamp()) / (365 * 86_400)
    rows = []
    for expiry in EXPIRIES:
        t = years_between(AS_OF, expiry)
        paid = dividend * math.exp(-RATE * until) if until < t else 0.0
        forward = (100 * math.exp(-dividend_yield * t) - paid) * math.exp(RATE * t)
        for strike in range(70, 131, 2):
            for right in "CP":
                mid = math.exp(-RATE * t) * max(0.0, price(forward, strike, IV * math.sqrt(t), right))
                mid = max(mid, 100.0 - strike) if right == "C" else mid  # a deep call is exercised
                rows.append(
                    {"root": symbol, "expiry": expiry, "right": right, "strike": strike, "oi": 100, "iv": IV,
                     "bid": mid, "ask": mid}
                )  # fmt: skip
    return chain_of(rows, 100.0, AS_OF)


def told(made: Chain) -> tuple[np.ndarray, np.ndarray] | None:
    return cash_dividends(made, prepare(made, None, None, Settings().with_changes({"rate": RATE})).forwards)


def test_a_step_between_two_expiries_is_a_dividend_on_the_middle_session() -> None:
    found = told(chain(0.9, "2025-04-03"))  # sessions from 24 March to 17 April: the middle one is 4 April
    assert found is not None
    paid, ex = found
    until = (dt.datetime(2025, 4, 4, tzinfo=NEW_YORK).timestamp() - AS_OF.timestamp()) / (365 * 86_400)
    years = [years_between(AS_OF, expiry) for expiry in EXPIRIES]
    assert paid == pytest.approx([0, 0, 0, *[0.009 * math.exp(-RATE * 31 / 365)] * 3], abs=0.0015)
    assert ex[3:] == pytest.approx([until / t for t in years[3:]])
    assert np.isnan(ex[:3]).all()


@pytest.mark.parametrize("dividend_yield", [0.0, 0.01, 0.04, 0.08])
def test_a_yield_is_no_dividend(dividend_yield: float) -> None:
    assert told(chain(0.0, "2025-03-04", dividend_yield)) is None


def test_an_index_pays_none() -> None:
    assert told(chain(0.9, "2025-04-03", symbol="SPXW")) is None


def test_without_early_exercise_cash_leaves_the_slope_of_the_forward_alone() -> None:
    """A call far before a small dividend is European on spot less dividend: dF/dS is exp(rT), not F/S."""
    v, d = 0.1, 1.5
    forward = np.array([(SPOT - d) * math.exp(0.02)])
    one = np.ones(1)
    given = SPOT, forward, 100 * one, v * one, math.exp(-0.02) * one, one > 0, np.zeros(1, dtype=np.int64)
    found = american_gamma(*given, d * one, 0.1 * one)
    d1 = math.log(forward[0] / 100) / v + v / 2
    assert found[0] == pytest.approx(math.exp(-d1 * d1 / 2) / math.sqrt(2 * math.pi) / ((SPOT - d) * v), rel=1e-9)


@pytest.mark.parametrize("strike", [88, 92, 95, 97, 98, 99, 100, 101, 103])
@pytest.mark.parametrize(("ex_days", "days"), [(1, 5), (10, 20), (19, 20), (60, 91)])
def test_calls_before_a_dividend_are_those_of_finite_differences(strike: float, ex_days: int, days: int) -> None:
    case = Case("", 0.16, 0.03, 0.0, (days,), 1.1, ex_days)
    paid = case.dividend * math.exp(-case.rate * ex_days / 365)
    t, one = days / 365, np.ones(1)
    found = american_gamma(
        SPOT, (SPOT - paid) * math.exp(case.rate * t) * one, strike * one, case.iv * math.sqrt(t) * one,
        math.exp(-case.rate * t) * one, one > 0, np.zeros(1, dtype=np.int64), paid * one, ex_days / days * one,
    )  # fmt: skip
    # Volatility is of spot less dividend here, of spot there; the largest gamma of the expiry is the scale.
    largest = 0.4 / (SPOT * case.iv * math.sqrt(t))
    assert found[0] == pytest.approx(reference(case, strike, case.iv, days, True), abs=0.02 * largest)


def test_the_evening_before_a_dividend_of_spy(shared_chains: Path) -> None:
    """docs/accuracy.md: 16.7 % contract by contract with a yield per expiry in place of the dividend."""
    spy = Chain.from_file(shared_chains / "cboe_spy_2023-09-14.csv")
    curve = prepare(spy).forwards
    found = cash_dividends(spy, curve)
    assert found is not None
    # SPY went ex-dividend by USD 1.583 on 15 September 2023 (State Street's record of distributions).
    assert 450 * found[0][1:12] == pytest.approx(1.583, abs=0.25)
    assert found[1][1:12] * curve.years[1:12] * 365 == pytest.approx(8 / 24)
    assert distances(spy)[1] < 0.05
