"""Implied volatility: round trips, bounds, and QuantLib's answers."""

import math

import mpmath
import numpy as np
import pytest
import QuantLib

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
