"""25-delta skew on surfaces built so that the answer is known; deltas against QuantLib; reasons where there is none."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813

from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.skew import skew_25d, smile_of
from gex_xl.analytics.smile import delta, smiles
from gex_xl.analytics.summary import skew_of
from gex_xl.chain import Chain
from gex_xl.errors import NoValue
from gex_xl.settings import Settings

from .surfaces import by_delta, flat, strike_of
from .synthetic import AS_OF, NEW_YORK, chain_of, price, years_between

EXPIRY = "2025-03-28"  # 25 days after AS_OF


def lines_of(
    contracts: list[dict[str, Any]], as_of: dt.datetime = AS_OF, spot: float = 100.0, **changes: object
) -> Contracts:
    return prepare(chain_of(contracts, spot, as_of), None, None, Settings().with_changes({"carry": "none", **changes}))


def put_iv(delta: float) -> float:
    return 0.30 - 0.20 * delta


def call_iv(delta: float) -> float:
    return 0.14 + 0.16 * delta


KNOWN = put_iv(0.25) - call_iv(0.25)  # 0.25 - 0.18: linear in delta, so interpolation is exact


def test_iv_linear_in_delta_is_met_exactly() -> None:
    skew = skew_25d(lines_of(by_delta(EXPIRY, put_iv, call_iv)))
    assert (skew.put, skew.call, skew.value) == pytest.approx((0.25, 0.18, KNOWN), rel=1e-12)
    assert (skew.smile.expiry, skew.smile.days) == (dt.date(2025, 3, 28), 25)


@pytest.mark.parametrize("iv_source", ["otm", "quoted"])
@pytest.mark.parametrize(("rate", "dividends"), [(0.05, 0.0), (0.05, 0.02), (0.0, 0.08), (0.01, 0.13)])
def test_a_forward_away_from_spot(rate: float, dividends: float, iv_source: str) -> None:
    given = by_delta(EXPIRY, put_iv, call_iv, rate=rate, dividends=dividends)
    found = lines_of(given, carry="rates", rate=rate, dividend_yield=dividends, iv_source=iv_source)
    assert skew_25d(found).value == pytest.approx(KNOWN, rel=1e-11)


def test_the_forward_may_come_from_parity() -> None:
    """American-like single name with dividends: nothing says so but the quotes."""
    rate, dividends = 0.05, 0.04
    t = years_between(AS_OF, EXPIRY)
    forward = 100 * math.exp((rate - dividends) * t)
    pairs: list[dict[str, Any]] = []
    for strike in (96, 97, 98, 99, 100, 101, 102, 103, 104):
        for right in "CP":
            mid = price(forward, strike, 0.2 * math.sqrt(t), right, math.exp(-rate * t))
            pairs.append({"root": "SPXW", "expiry": EXPIRY, "right": right, "strike": strike, "oi": 1, "iv": None,
                          "bid": mid - 0.001, "ask": mid + 0.001})  # fmt: skip
    wings = by_delta(EXPIRY, put_iv, call_iv, rate=rate, dividends=dividends, deltas=(0.1, 0.2, 0.24, 0.26))
    # iv of the pairs would come from their quotes: with iv_source = quoted those lines are not asked.
    found = lines_of(pairs + wings, carry="implied", rate=rate, iv_source="quoted")
    assert found.forwards.source == ("parity",)
    assert skew_25d(found).value == pytest.approx(KNOWN, rel=1e-6)


def test_missing_iv_is_solved_from_the_lines_own_quotes() -> None:
    t = years_between(AS_OF, EXPIRY)
    quoted = []
    for line in by_delta(EXPIRY, put_iv, call_iv):
        mid = price(100, line["strike"], line["iv"] * math.sqrt(t), line["right"])
        quoted.append({**line, "iv": None, "bid": mid * 0.99, "ask": mid * 1.01})
    assert skew_25d(lines_of(quoted)).value == pytest.approx(KNOWN, rel=1e-9)
    with pytest.raises(NoValue, match="no puts with implied volatility expire on 2025-03-28"):
        skew_25d(lines_of(quoted, iv_source="quoted"))


def test_each_lines_own_iv_and_not_its_twins() -> None:
    """Where call and put of a strike disagree, the 25-delta call is a call's."""
    given = by_delta(EXPIRY, put_iv, call_iv)
    twins = [{**line, "right": "C" if line["right"] == "P" else "P", "iv": 0.9} for line in given]
    assert skew_25d(lines_of(given + twins)).value == pytest.approx(KNOWN, rel=1e-12)


def test_deep_in_the_money_iv_disturbs_nothing() -> None:
    """A put far in the money with an absurd iv may have a delta near 25 too."""
    t = years_between(AS_OF, EXPIRY)
    absurd = {"root": "SPXW", "expiry": EXPIRY, "oi": 1, "iv": 4.9}
    far = [{**absurd, "right": "P", "strike": 180.0}, {**absurd, "right": "C", "strike": 40.0}]
    found = lines_of(by_delta(EXPIRY, put_iv, call_iv) + far)
    deep = next(d for k, d in zip(smile_of(found).strike, smile_of(found).delta, strict=True) if k == 180)
    assert -0.5 < deep < 0  # N(-d1) with d1 = ln(100/180)/v + v/2, v = 4.9 sqrt(T)
    assert deep == pytest.approx(-(1 - _normal(math.log(100 / 180) / (4.9 * t**0.5) + 4.9 * t**0.5 / 2)), rel=1e-12)
    assert skew_25d(found).value == pytest.approx(KNOWN, rel=1e-12)


def _normal(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2))


def test_the_nearest_line_in_the_money_may_bracket() -> None:
    given = by_delta(EXPIRY, lambda _: 0.2, lambda _: 0.2, deltas=(0.10, 0.70))
    assert skew_25d(lines_of(given)).value == pytest.approx(0.0, abs=1e-12)


def test_inverted_smiles_invert_the_skew() -> None:
    assert skew_25d(lines_of(by_delta(EXPIRY, call_iv, put_iv))).value == pytest.approx(-KNOWN, rel=1e-12)


@pytest.mark.parametrize(
    ("as_of", "chosen"),
    [
        ("2025-03-03 11:30", "2025-03-28"),
        ("2025-03-07 16:00", "2025-03-28"),  # 21 days, over the change to daylight-saving time
        ("2025-03-07 11:30", "2025-03-28"),
        ("2025-03-08 12:00", "2025-03-28"),  # a Saturday: valued at Friday's close
        ("2025-03-10 09:35", "2025-04-17"),  # 18 days are too few
    ],
)
def test_the_shortest_expiry_of_at_least_21_days(as_of: str, chosen: str) -> None:
    when = dt.datetime.fromisoformat(as_of).replace(tzinfo=NEW_YORK)
    given = flat("2025-03-14", 0.2) + flat("2025-03-28", 0.2) + flat("2025-04-17", 0.2) + flat("2025-06-20", 0.2)
    assert smile_of(lines_of(given, when)).expiry == dt.date.fromisoformat(chosen)


def test_an_expiry_may_be_named() -> None:
    given = by_delta("2025-03-07", put_iv, call_iv) + by_delta(EXPIRY, call_iv, call_iv)
    assert skew_25d(lines_of(given), dt.date(2025, 3, 7)).value == pytest.approx(KNOWN, rel=1e-12)
    with pytest.raises(NoValue, match="no contract expires on 2025-03-10; listed are 2025-03-07, 2025-03-28"):
        skew_25d(lines_of(given), dt.date(2025, 3, 10))


def test_filters_choose_exposure_and_not_the_market() -> None:
    given = by_delta("2025-03-07", call_iv, put_iv) + by_delta(EXPIRY, put_iv, call_iv)
    for changes in ({"expiries": "<=7d"}, {"strikes": "99%:101%"}, {"min_oi": 100}, {"gamma_source": "model"}):
        assert skew_25d(lines_of(given, **changes)).value == pytest.approx(KNOWN, rel=1e-12)


ROW = dict(zip(("root", "expiry", "oi", "iv"), ("SPXW", EXPIRY, 10, 0.2), strict=True))
BOTH = by_delta(EXPIRY, put_iv, call_iv)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (by_delta("2025-03-07", put_iv, call_iv), "no expiry is at least 21 days away; the last is 2025-03-07 in 4"),
        (by_delta("2025-03-03", put_iv, call_iv), "no expiry is at least 21 days away; the last is 2025-03-03 in 0"),
        ([x for x in BOTH if x["right"] == "C"], "no puts with implied volatility expire on 2025-03-28"),
        ([x for x in BOTH if x["right"] == "P"], "no calls with implied volatility expire on 2025-03-28"),
        (BOTH[:5] + BOTH[5:6], "the calls of 2025-03-28 (one with implied volatility, delta 0.05)"),
        ([x for x in BOTH if x["strike"] < 100 or x["strike"] > 105], "25 delta is not bracketed by the calls"),
        (by_delta(EXPIRY, put_iv, call_iv, deltas=(0.3, 0.4)), "25 delta is not bracketed by the puts of 2025-03-28 "
         "(2 near or out of the money, absolute deltas 0.30 to 0.40)"),
        ([{**x, "iv": None} for x in BOTH], "no puts with implied volatility"),
        ([{**x, "iv": 0.0} for x in BOTH], "no puts with implied volatility"),
    ],
)  # fmt: skip
def test_thin_and_one_sided_expiries_have_a_reason(given: list[dict[str, Any]], reason: str) -> None:
    contracts = lines_of(given)
    with pytest.raises(NoValue) as caught:
        skew_25d(contracts)
    assert reason in str(caught.value)
    assert skew_of(contracts) == (None, str(caught.value))


def test_a_thin_expiry_is_not_passed_over() -> None:
    """The shortest expiry of at least 21 days decides, and not the next one that would give a number."""
    with pytest.raises(NoValue, match="2025-03-28"):
        skew_25d(lines_of([{**ROW, "right": "C", "strike": 100}, *by_delta("2025-05-16", put_iv, call_iv)]))


@pytest.mark.parametrize(("rate", "dividends"), [(0.0, 0.0), (0.05, 0.0), (0.03, 0.07)])
def test_delta_is_quantlibs(rate: float, dividends: float) -> None:
    rows = [
        {
            "root": "SPXW",
            "expiry": expiry,
            "right": right,
            "strike": strike,
            "oi": 1,
            "iv": 0.1 + 0.004 * abs(strike - 96),
        }
        for expiry in ("2025-03-03", "2025-03-07", "2025-06-20", "2026-12-18")
        for strike in (60, 90, 97.5, 100, 104, 150)
        for right in "CP"
    ]  # fmt: skip
    contracts = lines_of(rows, carry="rates", rate=rate, dividend_yield=dividends)
    seen = 0
    for smile in smiles(contracts):
        t = smile.years
        for strike, call, iv, ours in zip(smile.strike, smile.is_call, smile.iv, smile.delta, strict=True):
            payoff = ql.PlainVanillaPayoff(ql.Option.Call if call else ql.Option.Put, float(strike))
            forward = 100 * math.exp((rate - dividends) * t)
            theirs = ql.BlackCalculator(payoff, forward, float(iv) * math.sqrt(t), math.exp(-rate * t)).delta(100.0)
            assert ours == pytest.approx(theirs, rel=1e-10, abs=1e-14), (smile.expiry, strike, call)
            seen += 1
    assert seen == len(rows)


def test_haug_delta() -> None:
    """Haug's example (method, section 9): S 105, K 100, T 0.5, r 0.10, q 0.10, iv 0.36: 0.5946 and -0.3566."""
    v, discount = 0.36 * math.sqrt(0.5), math.exp(-0.10 * 0.5)
    call, put = delta(np.array(105.0), np.array(100.0), np.array(v), np.array([True, False]), np.array(discount))
    assert (round(float(call), 4), round(float(put), 4)) == (0.5946, -0.3566)


def test_strikes_of_the_surfaces_have_the_delta_they_are_built_for() -> None:
    t = years_between(AS_OF, EXPIRY)
    strike = strike_of(100, 0.25, 0.2 * math.sqrt(t), "P", math.exp(-0.02 * t))
    payoff = ql.PlainVanillaPayoff(ql.Option.Put, strike)
    assert ql.BlackCalculator(payoff, 100, 0.2 * math.sqrt(t), math.exp(-0.02 * t)).delta(100.0) == pytest.approx(-0.25)


@pytest.mark.parametrize(
    ("file", "low", "high"),
    [
        # Method, section 6: 2-4 vol points calm, 6-10 stressed; VIX closed at 13.4 and 12.8, at 31.8 and 27.3.
        ("cboe_spx_2024-01-07.csv", 0.015, 0.045),
        ("cboe_spy_2023-09-14.csv", 0.015, 0.045),
        ("cboe_spy_2020-06-22_legacy.dat", 0.05, 0.14),
        ("cboe_spy_2022-07-12_delayed_quotes.json", 0.05, 0.14),
    ],
)
def test_real_index_chains_are_plausible(file: str, low: float, high: float, shared_chains: Any) -> None:
    contracts = prepare(Chain.from_file(shared_chains / file))
    skew = skew_25d(contracts)
    assert low < skew.value < high
    assert 21 <= skew.smile.days <= 25
    # The feed's own deltas, where it has them, put 25 delta at nearly the same strikes.
    chain = contracts.chain
    for calls, iv in ((True, skew.call), (False, skew.put)):
        at = np.flatnonzero((chain.expiry == np.datetime64(skew.smile.expiry)) & (chain.is_call == calls))
        at = at[np.abs(np.abs(chain.delta[at]) - 0.25) < 0.1]
        order = at[np.argsort(np.abs(chain.delta[at]))]
        theirs = np.interp(0.25, np.abs(chain.delta[order]), chain.iv[order])
        assert iv == pytest.approx(theirs, abs=0.005)
