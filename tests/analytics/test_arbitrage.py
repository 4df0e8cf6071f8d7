"""Arbitrage between quotes: none where a surface has none by construction, and each planted violation by its name.

Surfaces: Black-Scholes with one volatility, and SVI slices of Gatheral and Jacquier (2014), whose parameters meet
their conditions against butterfly (theorem 4.2) and calendar arbitrage (theorem 4.1).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gex_xl.analytics.arbitrage import ArbitrageTest, Kind, arbitrage
from gex_xl.analytics.contracts import prepare
from gex_xl.analytics.parity import parity
from gex_xl.analytics.price_tests import lower_hulls
from gex_xl.chain import Chain
from gex_xl.settings import Settings

from .synthetic import AS_OF, chain_of, price, years_between

SPOT = 5000.0
RATE, DIVIDENDS = 0.045, 0.013
EXPIRIES = ("2025-03-07", "2025-03-28", "2025-06-20", "2026-03-20")
#: Uneven on purpose: 5, 10, 25, 50 and 100 apart.
STRIKES = (4000, 4100, 4200, 4300, 4400, 4500, 4550, 4600, 4650, 4700, 4725, 4750, 4775, 4800, 4810, 4820, 4830, 4850,
           4900, 4950, 4975, 4990, 4995, 5000, 5005, 5010, 5025, 5050, 5100, 5200, 5250, 5300, 5400, 5500, 5700,
           6000)  # fmt: skip
Vol = Callable[[float, float], float]


def flat(k: float, t: float) -> float:
    """Total deviation of one volatility, whatever the moneyness."""
    return 0.2 * math.sqrt(t)


def ssvi(k: float, t: float) -> float:
    """Surface SVI with the power-law phi: eta / (theta^1/2 (1 + theta)^1/2), eta (1 + |rho|) = 1.6 <= 2."""
    theta, rho, eta = 0.04 * t, -0.6, 1.0
    phi = eta / math.sqrt(theta * (1 + theta))
    return math.sqrt(theta / 2 * (1 + rho * phi * k + math.sqrt((phi * k + rho) ** 2 + 1 - rho * rho)))


def quotes(
    vol: Vol, half: float = 0.0, *, root: str = "SPXW", expiries: Iterable[str] = EXPIRIES, rate: float = RATE,
    dividends: float = DIVIDENDS, spot: float = SPOT, strikes: Iterable[float] = STRIKES,
) -> list[dict[str, Any]]:  # fmt: skip
    """Both rights at every strike, quoted `half` a spread around the European price; nothing rounded."""
    out = []
    for expiry in expiries:
        t = years_between(AS_OF, expiry)
        forward, discount = spot * math.exp((rate - dividends) * t), math.exp(-rate * t)
        for strike in strikes:
            v = vol(math.log(strike / forward), t)
            for right in "CP":
                value = price(forward, strike, v, right, discount)
                out.append(
                    {
                        "root": root, "expiry": expiry, "right": right, "strike": strike, "oi": 10,
                        "iv": v / math.sqrt(t), "bid": max(value - half, 0.0), "ask": max(value, 0.0) + half,
                    }
                )  # fmt: skip
    return out


def checked(contracts: list[dict[str, Any]], spot: float = SPOT, **changes: Any) -> dict[Kind, ArbitrageTest]:
    chain = chain_of(contracts, spot)
    return {test.kind: test for test in arbitrage(prepare(chain, None, None, Settings().with_changes(changes)))}


def executable(found: dict[Kind, ArbitrageTest]) -> dict[str, int]:
    return {str(kind): test.executable for kind, test in found.items() if test.executable}


def move(contracts: list[dict[str, Any]], expiry: str, right: str, strike: float, by: float) -> list[dict[str, Any]]:
    """The quote of one contract moved, bid and ask."""
    hit = [x for x in contracts if (x["expiry"], x["right"], x["strike"]) == (expiry, right, strike)]
    assert len(hit) == 1
    hit[0]["bid"], hit[0]["ask"] = hit[0]["bid"] + by, hit[0]["ask"] + by
    return contracts


@pytest.mark.parametrize("vol", [flat, ssvi])
@pytest.mark.parametrize("half", [0.0, 0.15, 5.0])
@pytest.mark.parametrize("root", ["SPXW", "NVDA"])
def test_a_surface_without_arbitrage_shows_none(vol: Vol, half: float, root: str) -> None:
    # European prices without dividends are American ones for calls; puts of an American chain are worth K at least
    # undiscounted, so the American case has no rate.
    rates = {} if root == "SPXW" else {"rate": 0.0, "dividends": 0.0}
    found = checked(quotes(vol, half, root=root, **rates), **({"carry": "none"} if rates else {}))
    assert executable(found) == {}
    assert all(test.compared > 100 for test in found.values())
    assert all(not test.within_spread for test in found.values())


def test_the_fit_finds_forward_and_discount() -> None:
    contracts = prepare(chain_of(quotes(ssvi, 0.15), SPOT))
    found = parity(contracts)
    assert found.european
    assert found.known.all()
    for i, expiry in enumerate(EXPIRIES):
        t = years_between(AS_OF, expiry)
        assert found.forward[i] == pytest.approx(SPOT * math.exp((RATE - DIVIDENDS) * t), rel=1e-9)
        assert found.discount[i] == pytest.approx(math.exp(-RATE * t), rel=1e-9)


@pytest.mark.parametrize("known_rate", [True, False])
def test_a_given_rate_discounts(known_rate: bool) -> None:
    contracts = quotes(flat, 0.15, expiries=EXPIRIES[-1:])
    found = parity(prepare(chain_of(contracts, SPOT), None, None, Settings(rate=0.06 if known_rate else 0.0)))
    t = years_between(AS_OF, EXPIRIES[-1])
    assert found.discount[0] == pytest.approx(math.exp(-(0.06 if known_rate else RATE) * t))


#: kind -> how one contract's quote is moved, and the strike, right and amount that must be named.
PLANTED: dict[str, tuple[str, str, float, float]] = {
    # Sold at 4830's bid, the call of 4820 is bought at its ask: apart by less than the move.
    "vertical, monotone": ("2025-03-07", "C", 4830, 12.0),
    "vertical, put": ("2025-03-07", "P", 4820, 12.0),
    "butterfly, call": ("2025-03-28", "C", 4850, 4.0),
    "butterfly, put": ("2025-03-28", "P", 5200, 7.0),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_violation_is_named_and_no_other(planted: str) -> None:
    expiry, right, strike, by = PLANTED[planted]
    kind = Kind(planted.split(",", maxsplit=1)[0])
    contracts = move(quotes(ssvi, 0.05), expiry, right, strike, by)
    # Parity of that pair is hurt too; without the other right there is no pair.
    contracts = [x for x in contracts if (x["expiry"], x["strike"]) != (expiry, strike) or x["right"] == right]
    found = checked(contracts)
    assert executable(found) == {str(kind): 1}
    (worst,) = found[kind].violations
    assert (worst.expiry.isoformat(), worst.strike, worst.is_call) == (expiry, strike, right == "C")
    assert worst.amount == pytest.approx(by_hand(contracts, kind, expiry, right, strike))
    assert f"sell {strike:,}" in worst.trade


def by_hand(contracts: list[dict[str, Any]], kind: Kind, expiry: str, right: str, strike: float) -> float:
    """The best trade by trying all pairs (vertical) or all pairs of wings (butterfly)."""
    mine = sorted((x for x in contracts if (x["expiry"], x["right"]) == (expiry, right)), key=lambda x: x["strike"])
    (sold,) = (x for x in mine if x["strike"] == strike)
    below, above = ([x for x in mine if (x["strike"] < strike) == side and x is not sold] for side in (True, False))
    if kind is Kind.VERTICAL:
        dearer, cheaper = (below, above) if right == "C" else (above, below)
        # 10 basis points of the distance are left for the discount's own error.
        kept = math.exp(-RATE * years_between(AS_OF, expiry)) + 1e-3
        gentle = max(sold["bid"] - x["ask"] - min(1.0, kept) * abs(x["strike"] - strike) for x in cheaper)
        return max([gentle, *(sold["bid"] - x["ask"] for x in dearer)])
    out = -math.inf
    for low in below:
        for high in above:
            w = (high["strike"] - strike) / (high["strike"] - low["strike"])
            out = max(out, sold["bid"] - w * low["ask"] - (1 - w) * high["ask"])
    return out


def test_a_slope_beyond_the_distance_of_strikes() -> None:
    """The lowest call 3 USD too dear: sell it, buy the next, keep at most the discounted distance."""
    contracts = move(quotes(flat, 0.05), "2025-06-20", "C", 4000, 3.0)
    contracts = [x for x in contracts if (x["expiry"], x["right"], x["strike"]) != ("2025-06-20", "P", 4000)]
    found = checked(contracts)
    assert executable(found) == {"vertical": 1}
    (worst,) = found[Kind.VERTICAL].violations
    assert worst.amount == pytest.approx(by_hand(contracts, Kind.VERTICAL, "2025-06-20", "C", 4000))
    assert "apart" in worst.trade


def test_a_calendar_in_europe_at_equal_moneyness() -> None:
    """Volatility of the far expiry cut to a third: sold is the near one, bought the far one at K x F far / F near."""
    low = quotes(lambda k, t: flat(k, t) * (0.3 if t > 0.2 else 1.0), 0.05, expiries=EXPIRIES[1:3])
    found = checked(low)
    assert executable(found).keys() == {"calendar"}
    worst = found[Kind.CALENDAR].violations[0]
    near, far = (years_between(AS_OF, day) for day in EXPIRIES[1:3])
    ratio = math.exp((RATE - DIVIDENDS) * (far - near))
    units = math.exp(DIVIDENDS * (far - near))
    sold = {(x["right"], x["strike"]): x for x in low if x["expiry"] == EXPIRIES[1]}
    bought = {(x["right"], x["strike"]): x for x in low if x["expiry"] == EXPIRIES[2]}
    amounts = {}
    for (right, strike), x in sold.items():
        at = strike * ratio
        if not STRIKES[0] <= at <= STRIKES[-1]:
            continue
        high = next(k for k in STRIKES if k >= at)
        low_strike = STRIKES[STRIKES.index(high) - 1]
        w = (high - at) / (high - low_strike)
        cost = w * bought[right, low_strike]["ask"] + (1 - w) * bought[right, high]["ask"]
        amounts[right, strike] = x["bid"] - units * cost
    best = max(amounts, key=lambda key: amounts[key])
    assert worst.amount == pytest.approx(amounts[best], rel=1e-6)
    assert (worst.strike, worst.is_call) == (best[1], best[0] == "C")
    assert "of 2025-06-20" in worst.trade


def test_carry_is_no_calendar_arbitrage() -> None:
    """With dividends far above rates a deep call of a later expiry is worth less at the same strike."""
    contracts = quotes(flat, 0.05, rate=0.0, dividends=0.08)
    near, far = ([x for x in contracts if x["expiry"] == e and x["right"] == "C"] for e in EXPIRIES[2:])
    assert near[0]["bid"] > far[0]["ask"]  # strike 4000
    assert executable(checked(contracts)) == {}


def test_an_american_calendar_is_at_the_same_strike() -> None:
    contracts = quotes(flat, 0.05, root="NVDA", rate=0.0, dividends=0.0)
    cheap = [x for x in contracts if (x["expiry"], x["right"], x["strike"]) == ("2025-03-28", "C", 5050)]
    before = [x for x in contracts if (x["expiry"], x["right"], x["strike"]) == ("2025-03-07", "C", 5050)]
    cheap[0]["ask"] = before[0]["bid"] - 0.75
    cheap[0]["bid"] = cheap[0]["ask"] - 0.1
    found = checked(contracts, carry="none")
    (worst,) = found[Kind.CALENDAR].violations
    assert (worst.strike, worst.amount) == (5050, pytest.approx(0.75))
    # What is bought so cheaply also makes dear what stands around it.
    assert executable(found).keys() <= {"calendar", "vertical", "butterfly", "parity"}


def test_total_variance_that_falls_within_the_spread() -> None:
    contracts = quotes(lambda k, t: flat(k, t) * (0.3 if t > 0.2 else 1.0), 400.0, expiries=EXPIRIES[1:3])
    found = checked(contracts, carry="rates", rate=RATE, dividend_yield=DIVIDENDS)[Kind.CALENDAR]
    assert found.executable == 0
    # Out of the money, once at each strike, wherever the far expiry has strikes around the same moneyness.
    ratio = math.exp((RATE - DIVIDENDS) * (years_between(AS_OF, EXPIRIES[2]) - years_between(AS_OF, EXPIRIES[1])))
    assert found.within_spread == sum(k * ratio <= STRIKES[-1] for k in STRIKES)


def test_parity_of_one_pair_in_europe() -> None:
    contracts = quotes(ssvi, 0.05)
    for right in "CP":  # both up by 1: call less put stays
        move(contracts, "2025-06-20", right, 5100, 0.6)
    assert not checked(contracts)[Kind.PARITY].executable
    contracts = move(quotes(ssvi, 2.0), "2025-06-20", "C", 5100, 5.2)
    found = checked(contracts)[Kind.PARITY]
    (worst,) = found.violations
    # Moved by 5.2 with spreads of 4 on either right: less half of both.
    assert (worst.strike, worst.amount) == (5100, pytest.approx(5.2 - 4.0, abs=0.01))
    assert worst.trade.startswith("sell the call")


@pytest.mark.parametrize(("by", "side"), [(5.2, "sell the call"), (-5.2, "buy the call")])
def test_the_side_of_parity(by: float, side: str) -> None:
    found = checked(move(quotes(ssvi, 2.0), "2025-06-20", "C", 5100, by))[Kind.PARITY]
    assert [one.trade[: len(side)] for one in found.violations] == [side]


def american(strike: float, years: float, right: str, rate: float, dividends: float, vol: float) -> float:
    """An American option on a spot of 150 by QuantLib's binomial tree."""
    ql = pytest.importorskip("QuantLib")
    today = ql.Date(3, 3, 2025)
    ql.Settings.instance().evaluationDate = today
    days = ql.Actual365Fixed()
    curve = [ql.YieldTermStructureHandle(ql.FlatForward(today, r, days)) for r in (dividends, rate)]
    process = ql.BlackScholesMertonProcess(
        ql.QuoteHandle(ql.SimpleQuote(150.0)), *curve,
        ql.BlackVolTermStructureHandle(ql.BlackConstantVol(today, ql.NullCalendar(), vol, days)),
    )  # fmt: skip
    kind = ql.Option.Call if right == "C" else ql.Option.Put
    option = ql.VanillaOption(
        ql.PlainVanillaPayoff(kind, strike), ql.AmericanExercise(today, today + round(365 * years))
    )
    option.setPricingEngine(ql.BinomialVanillaEngine(process, "LR", 201))
    return float(option.NPV())


@pytest.mark.parametrize(("rate", "dividends"), [(0.05, 0.0), (0.05, 0.015), (0.0, 0.06), (0.02, 0.09)])
def test_early_exercise_is_no_parity_arbitrage(rate: float, dividends: float) -> None:
    """American prices break call less put = D (F - K) by far, and are no arbitrage."""
    contracts, broken = [], 0.0
    for expiry in ("2025-06-20", "2026-03-20"):
        t = years_between(AS_OF, expiry)
        forward, discount = 150 * math.exp((rate - dividends) * t), math.exp(-rate * t)
        for strike in range(75, 230, 5):
            values = {right: american(strike, t, right, rate, dividends, 0.3) for right in "CP"}
            broken = max(broken, abs(values["C"] - values["P"] - discount * (forward - strike)))
            contracts += [
                {
                    "root": "NVDA", "expiry": expiry, "right": right, "strike": strike, "oi": 10, "iv": 0.3,
                    "bid": max(value - 0.02, 0.0), "ask": value + 0.02,
                }
                for right, value in values.items()
            ]  # fmt: skip
    assert broken > 1
    assert executable(checked(contracts, 150.0)) == {}


def test_crossed_and_missing_quotes_are_compared_with_nothing() -> None:
    contracts = quotes(flat, 0.05)
    for line in contracts[::7]:
        line["bid"], line["ask"] = line["ask"] + 50, line["bid"]
    for line in contracts[3::7]:
        line["bid"], line["ask"] = None, None
    for line in contracts[5::7]:
        line["bid"] = 0
    assert executable(checked(contracts)) == {}


def test_two_contracts_of_one_strike_that_no_root_tells_apart() -> None:
    """A third Friday of an index without roots: contracts of the open and of the close, in one settlement."""
    made = quotes(flat, 0.15, expiries=["2025-06-20"], rate=0.0, dividends=0.0)
    once = [{k: v for k, v in x.items() if k != "root"} for x in made]
    twice = once + [{**x, "bid": x["bid"] + 0.01, "ask": x["ask"] + 0.01} for x in once]
    found = checked(twice)
    assert executable(found) == {}
    assert found[Kind.BUTTERFLY].compared == 2 * (len(STRIKES) - 2)


def test_vix_expiries_say_nothing_of_each_other() -> None:
    found = checked(
        quotes(lambda k, t: flat(k, t) * (0.3 if t > 0.2 else 1.0), 0.05, root="VIXW", expiries=EXPIRIES[1:3])
    )
    assert (found[Kind.CALENDAR].compared, found[Kind.CALENDAR].executable) == (0, 0)
    assert "underlying of its own" in found[Kind.CALENDAR].reason


def test_a_chain_without_quotes_says_so() -> None:
    bare = [{k: v for k, v in x.items() if k not in ("bid", "ask")} for x in quotes(flat)]
    found = checked(bare)
    none = "no quotes in the paste"
    assert [test.reason for test in found.values()] == [none, none, "", none]
    assert found[Kind.CALENDAR].compared > 0  # by implied volatility
    assert executable(found) == {}


def test_what_filters_leave_out_is_not_compared() -> None:
    contracts = move(quotes(ssvi, 0.05), "2025-03-28", "C", 4850, 4.0)
    assert executable(checked(contracts))
    assert executable(checked(contracts, expiries="2025-06-20, 2026-03-20")) == {}
    assert executable(checked(contracts, strikes="4900:5200")) == {}


Points = list[tuple[int, int]]
#: One low point at the end of a convex row takes out its neighbours one by one.
ONE_BY_ONE: Points = [*((i, i * i) for i in range(40)), (40, -1000)]


@given(
    st.lists(
        st.lists(st.tuples(st.integers(-50, 50), st.integers(0, 100)), min_size=1, max_size=12, unique_by=itemgetter(0))
        | st.just(ONE_BY_ONE),
        min_size=1, max_size=4,
    )
)  # fmt: skip
def test_the_hulls_lie_below_every_point(strips: list[Points]) -> None:
    every = [(n, *point) for n, points in enumerate(strips) for point in sorted(points)]
    strip, x, y = (np.array(column) for column in zip(*every, strict=True))
    corners = lower_hulls(strip, x.astype(float), y.astype(float))
    for n in range(len(strips)):
        own, hull = np.flatnonzero(strip == n), corners[strip[corners] == n]
        assert {int(hull[0]), int(hull[-1])} == {own[0], own[-1]}
        assert (np.interp(x[own], x[hull], y[hull]) <= y[own] + 1e-9).all()
        slopes = np.diff(y[hull]) / np.diff(x[hull])
        assert (np.diff(slopes) > 0).all()


def test_hulls_leave_out_where_nobody_sells() -> None:
    strip, x = np.array([0, 0, 0, 1, 1, 2, 2]), np.array([1.0, 2, 3, 1, 2, 1, 2])
    y = np.array([math.inf, 3, 2, math.inf, math.inf, 1, math.inf])
    assert lower_hulls(strip, x, y).tolist() == [1, 2, 5]
    assert not lower_hulls(strip, x, np.full(7, math.inf)).size


def tried_in_all_ways(chain: Chain, kept: np.ndarray, least: float) -> tuple[int, int]:
    """Bids that lose to some pair of strikes, and those that lose to some two wings only; American exercise."""
    vertical = butterfly = 0
    with np.errstate(invalid="ignore"):
        fine = kept & ~(chain.bid > chain.ask) & ((chain.bid > 0) | (chain.ask > 0))
    for day in np.unique(chain.expiry[fine]):
        for is_call in (True, False):
            at = np.flatnonzero(fine & (chain.expiry == day) & (chain.is_call == is_call))
            k, bid = chain.strike[at], chain.bid[at]
            ask = np.where(chain.ask[at] > 0, chain.ask[at], np.inf)
            for i in np.flatnonzero(bid > 0):
                dearer = k < k[i] if is_call else k > k[i]
                pairs = bid[i] - ask - np.where(dearer, 0.0, np.abs(k - k[i]))
                low, high = np.flatnonzero(k < k[i]), np.flatnonzero(k > k[i])
                w = (k[high] - k[i]) / (k[high] - k[low][:, None])
                with np.errstate(invalid="ignore"):
                    wings = bid[i] - w * ask[low][:, None] - (1 - w) * ask[high]
                if (np.delete(pairs, i) > least).any():
                    vertical += 1
                elif (wings > least).any():
                    butterfly += 1
    return vertical, butterfly


@pytest.mark.parametrize(
    "name",
    ["cboe_nvda_2025-01-06.csv", "cboe_spy_2022-07-12_delayed_quotes.json", "cboe_spy_2023-09-14.csv",
     "yfinance_aapl_2025-09-28.csv"],
)  # fmt: skip
def test_real_chains_as_every_pair_and_every_wings_find_them(name: str, shared_chains: Path) -> None:
    contracts = prepare(Chain.from_file(shared_chains / name))
    kept = np.isin(contracts.reason, ["", "no implied volatility"])
    found = {test.kind: test.executable for test in arbitrage(contracts)}
    expected = tried_in_all_ways(contracts.chain, kept, 1e-9 * contracts.spot)
    assert (found[Kind.VERTICAL], found[Kind.BUTTERFLY]) == expected


@pytest.mark.parametrize("name", ["cboe_spx_2024-01-07.csv", "cboe_nvda_2025-01-06.csv"])
def test_real_quotes_of_one_moment_leave_no_money(name: str, shared_chains: Path) -> None:
    found = arbitrage(prepare(Chain.from_file(shared_chains / name)))
    assert [test.executable for test in found] == [0, 0, 0, 0]
    assert all(test.compared > 500 for test in found)


def test_stale_quotes_of_a_weekend_dump_are_found(shared_chains: Path) -> None:
    """A put with strike 360 at 161.95 while the stock stands at 255: no quote of that day."""
    chain = Chain.from_file(shared_chains / "yfinance_aapl_2025-09-28.csv")
    found = {test.kind: test for test in arbitrage(prepare(chain))}
    worst = found[Kind.VERTICAL].violations[0]
    assert (worst.expiry, worst.strike, worst.is_call) == (dt.date(2025, 12, 19), 360, False)
    at = (chain.expiry == np.datetime64("2025-12-19")) & ~chain.is_call
    sold, bought = (at & (chain.strike == strike) for strike in (360, 350))
    assert worst.amount == pytest.approx(float(chain.bid[sold][0] - chain.ask[bought][0] - 10))
