"""Gamma and prices against mpmath, QuantLib and published figures."""

import math

import mpmath
import numpy as np
import pytest
import QuantLib

from gex_xl.analytics.black_scholes import gamma, undiscounted_price

MINUTE = 1 / (365 * 24 * 60)


def exact_price(spot: mpmath.mpf, k: float, r: float, q: float, iv: float, t: float, right: str) -> mpmath.mpf:
    """The Black-Scholes-Merton price in 50 digits (Merton 1973; Hull, chapter on stock indices, equation 17.4)."""
    spot, k, r, q, iv, t = map(mpmath.mpf, (spot, k, r, q, iv, t))
    v = iv * mpmath.sqrt(t)
    first = (mpmath.log(spot / k) + (r - q + iv**2 / 2) * t) / v
    s = 1 if right == "C" else -1
    held = spot * mpmath.exp(-q * t) * mpmath.ncdf(s * first)
    return s * (held - k * mpmath.exp(-r * t) * mpmath.ncdf(s * (first - v)))


def exact_gamma(spot: float, k: float, r: float, q: float, iv: float, t: float) -> mpmath.mpf:
    s, k_, r_, q_, iv_, t_ = map(mpmath.mpf, (spot, k, r, q, iv, t))
    v = iv_ * mpmath.sqrt(t_)
    first = (mpmath.log(s / k_) + (r_ - q_ + iv_**2 / 2) * t_) / v
    return mpmath.exp(-q_ * t_) * mpmath.npdf(first) / (s * v)


def our_gamma(spot: float, k: float, r: float, q: float, iv: float, t: float) -> float:
    forward = np.array(spot * math.exp((r - q) * t))
    return float(gamma(spot, forward, np.array(k), np.array(iv * math.sqrt(t)), math.exp(-q * t)))


@pytest.mark.parametrize("t", [5 * MINUTE, 30 * MINUTE, 1 / 365, 7 / 365, 0.25, 1.0, 2.0])
@pytest.mark.parametrize("iv", [0.05, 0.2, 0.8, 3.0])
def test_gamma_agrees_with_fifty_digits(t: float, iv: float) -> None:
    spot, r, q = 5000.0, 0.045, 0.013
    compared = 0
    with mpmath.workdps(50):
        # Strikes by distance in standard deviations: out to six, where gamma is 1e-8 of its peak.
        for deviations in np.linspace(-6, 6, 49):
            k = spot * math.exp((r - q) * t + deviations * iv * math.sqrt(t))
            exact = exact_gamma(spot, k, r, q, iv, t)
            # One rounding of F (1e-16) moves ln pdf(d1) by d1 / v times as much, which is above 1e-12 only where
            # v is below 0.001: minutes before expiry.
            allowed = max(1e-12, 4e-16 * abs(deviations) / (iv * math.sqrt(t)))
            assert our_gamma(spot, k, r, q, iv, t) == pytest.approx(float(exact), rel=allowed, abs=0)
            compared += 1
    assert compared == 49


@pytest.mark.parametrize(
    ("spot", "k", "r", "q", "iv", "t", "printed"),
    [
        # Hull, Options, Futures, and Other Derivatives, chapter on Greeks: gamma 0.0655 (rounded to 3 figures).
        (49.0, 50.0, 0.05, 0.0, 0.20, 0.3846, 0.0655),
        # Haug, The Complete Guide to Option Pricing Formulas, 2.3 gamma: 0.0278.
        (55.0, 60.0, 0.10, 0.0, 0.30, 0.75, 0.0278),
    ],
    ids=["Hull", "Haug"],
)
def test_printed_gammas(spot: float, k: float, r: float, q: float, iv: float, t: float, printed: float) -> None:
    assert our_gamma(spot, k, r, q, iv, t) == pytest.approx(printed, abs=0.5e-4)


def test_gamma_agrees_with_quantlib_on_random_lines() -> None:
    rng = np.random.default_rng(20240107)
    for _ in range(1000):
        spot, t, iv = rng.uniform(10, 6000), rng.uniform(0.002, 3), rng.uniform(0.05, 1.5)
        r, q = rng.uniform(-0.01, 0.08), rng.uniform(0, 0.05)
        v = iv * math.sqrt(t)
        forward = spot * math.exp((r - q) * t)
        k = forward * math.exp(v * rng.uniform(-4, 4))
        right = QuantLib.Option.Call if rng.random() < 0.5 else QuantLib.Option.Put
        theirs = QuantLib.BlackCalculator(QuantLib.PlainVanillaPayoff(right, k), forward, v, math.exp(-r * t))
        assert our_gamma(spot, k, r, q, iv, t) == pytest.approx(theirs.gamma(spot), rel=1e-9)


@pytest.mark.parametrize("right", ["C", "P"])
@pytest.mark.parametrize("moneyness", [0.8, 0.95, 1.0, 1.02, 1.3])
@pytest.mark.parametrize("t", [1 / 365, 0.1, 1.5])
def test_gamma_is_the_second_difference_of_the_price(right: str, moneyness: float, t: float) -> None:
    spot, r, q, iv = 450.0, 0.05, 0.015, 0.25
    k = moneyness * spot
    with mpmath.workdps(60):
        h = mpmath.mpf("1e-12")
        up, mid, down = (exact_price(mpmath.mpf(spot) + i * h, k, r, q, iv, t, right) for i in (1, 0, -1))
        second = float((up - 2 * mid + down) / h**2)
    assert our_gamma(spot, k, r, q, iv, t) == pytest.approx(second, rel=1e-10)


@pytest.mark.parametrize("right", ["C", "P"])
def test_price_agrees_with_fifty_digits(right: str) -> None:
    spot, r, q, iv = 100.0, 0.04, 0.01, 0.3
    with mpmath.workdps(50):
        for t in (1 / 365, 0.5, 2.0):
            for k in (70.0, 90.0, 100.0, 115.0, 140.0):
                forward = spot * math.exp((r - q) * t)
                ours = undiscounted_price(
                    np.array(forward), np.array(k), np.array(iv * math.sqrt(t)), np.array(right == "C")
                )
                exact = float(exact_price(mpmath.mpf(spot), k, r, q, iv, t, right))
                assert float(ours) * math.exp(-r * t) == pytest.approx(exact, rel=1e-11, abs=1e-11)
