"""Sensitivities against mpmath differences, QuantLib and published figures."""

import math
from collections.abc import Callable

import mpmath
import numpy as np
import pytest
import QuantLib

from gex_xl.analytics.greeks import European

from .test_black_scholes import exact_price

Case = tuple[float, float, float, float, float, float]  # spot, strike, r, q, iv, T
Exact = Callable[..., mpmath.mpf]
#: Steps of the differences, in 80 digits: their own error is far below a double's.
STEP = mpmath.mpf("1e-12")


def ours(spot: float, k: float, r: float, q: float, iv: float, t: float, right: str) -> European:
    return European(spot, spot * math.exp((r - q) * t), k, iv * math.sqrt(t), t, math.exp(-q * t), right == "C")


def difference(f: Exact, at: dict[str, mpmath.mpf], *names: str) -> mpmath.mpf:
    """The mixed central difference of f in each named argument, one order per name."""
    if not names:
        return f(**at)
    first, *rest = names
    step = STEP * abs(at[first])
    up, down = ({**at, first: at[first] + side * step} for side in (1, -1))
    return (difference(f, up, *rest) - difference(f, down, *rest)) / (2 * step)


#: sensitivity -> the arguments in which the price is differenced, and the sign.
DERIVATIVES = {
    "delta": (("spot",), 1),
    "gamma": (("spot", "spot"), 1),
    "speed": (("spot", "spot", "spot"), 1),
    "vega": (("iv",), 1),
    "vanna": (("spot", "iv"), 1),
    "charm": (("spot", "t"), -1),  # time passes, T shrinks
    "theta": (("t",), -1),
    "rho": (("r",), 1),
}
CASES: list[Case] = [
    (spot, spot * math.exp(-q * t) * moneyness, r, q, iv, t)
    for spot, r, q in ((5000.0, 0.045, 0.013), (49.0, 0.05, 0.0), (120.0, -0.01, 0.03))
    for iv, t in ((0.2, 1 / 365), (0.12, 30 / 365), (0.35, 0.5), (0.8, 2.0))
    for moneyness in (0.93, 0.995, 1.0, 1.06)
]


@pytest.mark.parametrize("name", DERIVATIVES)
@pytest.mark.parametrize("right", ["C", "P"])
def test_sensitivities_are_the_differences_of_the_price(name: str, right: str) -> None:
    names, sign = DERIVATIVES[name]
    with mpmath.workdps(80):
        for case in CASES:
            at = dict(zip(("spot", "k", "r", "q", "iv", "t"), map(mpmath.mpf, case), strict=True))
            exact = float(sign * difference(lambda **x: exact_price(**x, right=right), at, *names))
            found = float(getattr(ours(*case, right), name)())
            # Where terms cancel (theta, charm) a rounding of each is of the size of the larger one.
            scale = {"theta": case[0], "charm": 1 / case[5]}.get(name, 0.0)
            assert found == pytest.approx(exact, rel=1e-9, abs=1e-12 * scale), case


@pytest.mark.parametrize("right", ["C", "P"])
def test_sensitivities_agree_with_quantlib_on_random_options(right: str) -> None:
    rng = np.random.default_rng(7)
    payoff = QuantLib.Option.Call if right == "C" else QuantLib.Option.Put
    for _ in range(500):
        spot, t, iv = rng.uniform(10, 6000), rng.uniform(0.002, 3), rng.uniform(0.05, 1.5)
        r, q = rng.uniform(-0.01, 0.08), rng.uniform(0, 0.05)
        v = iv * math.sqrt(t)
        forward = spot * math.exp((r - q) * t)
        k = forward * math.exp(v * rng.uniform(-3, 3))
        theirs = QuantLib.BlackCalculator(QuantLib.PlainVanillaPayoff(payoff, k), forward, v, math.exp(-r * t))
        mine = ours(spot, k, r, q, iv, t, right)
        for found, expected, scale in (
            (mine.price(), theirs.value(), spot),
            (mine.delta(), theirs.delta(spot), 1.0),
            (mine.gamma(), theirs.gamma(spot), 0.0),
            (mine.vega(), theirs.vega(t), 0.0),
            (mine.theta(), theirs.theta(spot, t), spot),
            (mine.rho(), theirs.rho(t), spot),
        ):
            assert float(found) == pytest.approx(expected, rel=1e-9, abs=1e-12 * scale)


@pytest.mark.parametrize(
    ("name", "right", "case", "printed", "half_a_digit"),
    [
        # Haug, Option Pricing Formulas, McGraw-Hill 1998, pages 11 to 16, as QuantLib's test suite quotes them
        # (europeanoption.cpp, testGreekValues).
        ("delta", "C", (105.0, 100.0, 0.10, 0.10, 0.36, 0.5), 0.5946, 5e-5),
        ("delta", "P", (105.0, 100.0, 0.10, 0.10, 0.36, 0.5), -0.3566, 5e-5),
        ("gamma", "C", (55.0, 60.0, 0.10, 0.0, 0.30, 0.75), 0.0278, 5e-5),
        ("gamma", "P", (55.0, 60.0, 0.10, 0.0, 0.30, 0.75), 0.0278, 5e-5),
        ("vega", "C", (55.0, 60.0, 0.10, 0.0, 0.30, 0.75), 18.9358, 5e-5),
        ("vega", "P", (55.0, 60.0, 0.10, 0.0, 0.30, 0.75), 18.9358, 5e-5),
        ("theta", "P", (430.0, 405.0, 0.07, 0.05, 0.20, 1 / 12), -31.1924, 5e-5),
        ("rho", "C", (72.0, 75.0, 0.09, 0.0, 0.19, 1.0), 38.7325, 5e-5),
        # Hull, Options, Futures, and Other Derivatives, chapter on Greeks, the option used throughout it.
        ("delta", "C", (49.0, 50.0, 0.05, 0.0, 0.20, 0.3846), 0.522, 5e-4),
        ("gamma", "C", (49.0, 50.0, 0.05, 0.0, 0.20, 0.3846), 0.0655, 5e-5),
        ("vega", "C", (49.0, 50.0, 0.05, 0.0, 0.20, 0.3846), 12.1, 5e-2),
        ("theta", "C", (49.0, 50.0, 0.05, 0.0, 0.20, 0.3846), -4.31, 5e-3),
        ("rho", "C", (49.0, 50.0, 0.05, 0.0, 0.20, 0.3846), 8.91, 5e-3),
    ],
)
def test_printed_figures(name: str, right: str, case: Case, printed: float, half_a_digit: float) -> None:
    assert float(getattr(ours(*case, right), name)()) == pytest.approx(printed, abs=half_a_digit)


def test_arrays_give_what_single_options_give() -> None:
    columns = [np.array(column) for column in zip(*CASES, strict=True)]
    spot, k, r, q, iv, t = columns
    is_call = np.arange(len(CASES)) % 2 == 0
    table = European(spot, spot * np.exp((r - q) * t), k, iv * np.sqrt(t), t, np.exp(-q * t), is_call)
    for name in ("price", *DERIVATIVES):
        single = [
            float(getattr(ours(*case, "C" if call else "P"), name)())
            for case, call in zip(CASES, is_call.tolist(), strict=True)
        ]
        np.testing.assert_allclose(getattr(table, name)(), single, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("strike", [1.0, 4999.0, 5000.0, 5001.0, 1e6])
def test_the_last_minutes_and_far_strikes_stay_finite(strike: float) -> None:
    for right in "CP":
        one = ours(5000.0, strike, 0.05, 0.01, 0.05, 1 / (365 * 1440), right)
        for name in ("price", *DERIVATIVES):
            assert math.isfinite(float(getattr(one, name)())), name
