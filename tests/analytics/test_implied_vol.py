"""Implied volatility: round trips, bounds, and QuantLib's answers."""

import math

import mpmath
import numpy as np
import pytest
import QuantLib
import vollib.black.implied_volatility as vollib
from hypothesis import given
from hypothesis import strategies as st

from gex_xl.analytics.implied_vol import implied_vol

from . import synthetic


def solve(price: float, forward: float, k: float, t: float, right: str, discount: float = 1.0) -> float:
    one = [np.array([x]) for x in (price, forward, k, t)]
    return float(implied_vol(*one, np.array([right == "C"]), np.array([discount]))[0])


@pytest.mark.parametrize("right", ["C", "P"])
@pytest.mark.parametrize("t", [30 / (365 * 24 * 60), 1 / 365, 0.1, 1.0, 2.0])
@pytest.mark.parametrize("iv", [0.03, 0.12, 0.5, 1.5, 4.0])
def test_round_trip_out_of_the_money_is_exact(right: str, t: float, iv: float) -> None:
    """An out-of-the-money price holds its iv to full precision: it is all time value."""
    forward, discount, v = 5000.0, math.exp(-0.05 * t), iv * math.sqrt(t)
    side = 1 if right == "C" else -1
    with mpmath.workdps(50):
        for deviations in (0.0, 0.1, 0.5, 1.0, 2.0, 3.0, 4.5):
            k = forward * math.exp(side * deviations * v)
            fwd, strike, dev = mpmath.mpf(forward), mpmath.mpf(k), mpmath.mpf(iv) * mpmath.sqrt(mpmath.mpf(t))
            first = mpmath.log(fwd / strike) / dev + dev / 2
            exact = side * (fwd * mpmath.ncdf(side * first) - strike * mpmath.ncdf(side * (first - dev)))
            if exact < forward * 1e-11:
                continue
            price = float(exact * mpmath.mpf(discount))
            # A double price is known to 1e-16, and so is the price formula only to about 1e-16 of F.
            vega = forward * synthetic.NORMAL.pdf(float(first))
            allowed = 1e-11 * iv + 2e-15 * forward / vega / math.sqrt(t)
            assert solve(price, forward, k, t, right, discount) == pytest.approx(iv, abs=allowed)


def test_round_trip_in_the_money() -> None:
    """In the money the price is mostly intrinsic value; what its last digits allow is recovered."""
    forward, t, iv = 4700.0, 0.15, 0.18
    for k in (3800.0, 4200.0, 4600.0, 4690.0):
        price = synthetic.price(forward, k, iv * math.sqrt(t), "C")
        assert solve(price, forward, k, t, "C") == pytest.approx(iv, abs=1e-8)
    for k in (4710.0, 4800.0, 5200.0, 5600.0):
        price = synthetic.price(forward, k, iv * math.sqrt(t), "P")
        assert solve(price, forward, k, t, "P") == pytest.approx(iv, abs=1e-8)


@pytest.mark.parametrize(
    ("price", "k", "right", "why"),
    [
        (0.0, 105.0, "C", "worth nothing"),
        (-1.0, 105.0, "C", "negative"),
        (9.99, 90.0, "C", "below intrinsic value"),
        (10.0, 90.0, "C", "intrinsic value alone"),
        (100.0, 105.0, "C", "the forward itself"),
        (101.0, 105.0, "C", "above the forward"),
        (95.0, 95.0, "P", "the strike itself"),
        (9.5, 110.0, "P", "put below intrinsic value"),
        (math.nan, 105.0, "C", "no price"),
    ],
)
def test_no_iv_outside_the_bounds(price: float, k: float, right: str, why: str) -> None:
    # max(0, s(F - K)) < price < F for a call, K for a put (Merton 1973), undiscounted.
    assert math.isnan(solve(price, 100.0, k, 0.5, right)), why


def test_no_iv_without_time() -> None:
    assert math.isnan(solve(3.0, 100.0, 100.0, 0.0, "C"))
    assert math.isnan(solve(3.0, 100.0, 100.0, -0.1, "C"))


def test_just_inside_the_bounds_there_is_one() -> None:
    low = solve(10.0 + 1e-9, 100.0, 90.0, 0.5, "C")
    high = solve(99.9, 100.0, 105.0, 0.5, "C")
    assert 0 < low < 0.05
    assert 4 < high < 12


def test_agrees_with_quantlib_on_random_lines() -> None:
    rng = np.random.default_rng(7)
    compared = 0
    while compared < 300:
        forward, t, iv = rng.uniform(20, 5000), rng.uniform(0.01, 2.5), rng.uniform(0.06, 1.2)
        v, discount = iv * math.sqrt(t), math.exp(-rng.uniform(0, 0.06) * t)
        k = forward * math.exp(rng.uniform(-2, 2) * v)
        right = str(rng.choice(["C", "P"]))
        kind = QuantLib.Option.Call if right == "C" else QuantLib.Option.Put
        price = QuantLib.blackFormula(kind, k, forward, v, discount) * rng.uniform(0.97, 1.03)
        intrinsic = discount * max((forward - k) if right == "C" else (k - forward), 0.0)
        if price < intrinsic + 1e-3 * forward:
            continue
        theirs = QuantLib.blackFormulaImpliedStdDev(kind, k, forward, price, discount, 0.0, v, 1e-13, 1000)
        assert solve(price, forward, k, t, right, discount) == pytest.approx(theirs / math.sqrt(t), rel=1e-8)
        compared += 1


def test_many_at_once_as_one_by_one() -> None:
    rng = np.random.default_rng(3)
    lines = []
    for _ in range(60):
        right, t, k = str(rng.choice(["C", "P"])), rng.uniform(0.001, 2), rng.uniform(60, 160)
        lines.append((rng.uniform(0.0, 45.0), 100.0, k, t, right))
    together = implied_vol(
        *(np.array([line[i] for line in lines]) for i in range(4)),
        np.array([line[4] == "C" for line in lines]),
        np.ones(60),
    )
    alone = [solve(*line) for line in lines]
    np.testing.assert_allclose(together, alone, rtol=1e-13)
    assert 10 < np.isnan(together).sum() < 50


def test_a_grid_against_vollib() -> None:
    """Jaeckel's method, on out-of-the-money prices from far wings to the money and from hours to years."""
    grid = [
        (100.0, k, t, iv, "C" if k >= 100 else "P")
        for k in (60.0, 80.0, 95.0, 99.9, 100.0, 100.1, 105.0, 125.0, 180.0)
        for t in (1 / 730, 0.02, 0.25, 2.0)
        for iv in (0.08, 0.2, 0.7, 2.5)
    ]
    prices = [synthetic.price(f, k, iv * math.sqrt(t), right) for f, k, t, iv, right in grid]
    told = [(price, *case) for price, case in zip(prices, grid, strict=True) if price > 1e-10]
    assert len(told) > 100
    price, forward, k, t = (np.array([case[i] for case in told]) for i in range(4))
    is_call = np.array([case[5] == "C" for case in told])
    found = implied_vol(price, forward, k, t, is_call, np.ones(len(told)))
    for iv, (p, f, strike, years, _, right) in zip(found.tolist(), told, strict=True):
        assert iv == pytest.approx(vollib.implied_volatility(p, f, strike, 0.0, years, right.lower()), rel=1e-8)


@given(
    st.floats(20, 500), st.floats(0.01, 3), st.floats(0.2, 1.0), st.booleans(),
    st.one_of(st.floats(-1, 2), st.sampled_from([0.0, 1.0])),
)  # fmt: skip
def test_no_iv_outside_the_bounds_and_the_price_within(
    k: float, t: float, discount: float, is_call: bool, place: float
) -> None:
    """`place` runs from the lower bound (0) to the upper (1) of the price."""
    forward = 100.0
    low = max(forward - k if is_call else k - forward, 0.0)
    high = forward if is_call else k
    price = low + place * (high - low)
    found = solve(price * discount, forward, k, t, "C" if is_call else "P", discount)
    if place <= 0 or place >= 1:
        assert math.isnan(found)
    elif 1e-9 < place < 1 - 1e-9:
        back = synthetic.price(forward, k, found * math.sqrt(t), "C" if is_call else "P")
        assert back == pytest.approx(price, rel=1e-9, abs=1e-9 * high)
