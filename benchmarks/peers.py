"""The methods that public tools use, written here from the published formulas; correct, and no slower than need be.

All of them get what ours has inferred (iv, forward, years, exp(-qT)), as a table or as arrays of shape (n,), and
give USD per 1 % move. Ours is compared with them by `agree` before anything is timed.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import QuantLib
import vollib.black.implied_volatility
import vollib.black_scholes_merton.greeks.analytical as vollib_greeks
from scipy.optimize import brentq, newton
from scipy.special import ndtr
from scipy.stats import norm

from gex_xl.analytics.contracts import Contracts

Array = npt.NDArray[np.float64]
_INV_SQRT_2PI = 1 / math.sqrt(2 * math.pi)


def table(contracts: Contracts) -> pd.DataFrame:
    """One contract per row: strike, years, iv, carry and yield per year, signed position in shares."""
    t = contracts.years
    return pd.DataFrame(
        {
            "strike": contracts.strike,
            "years": t,
            "iv": contracts.stdev / np.sqrt(t),
            "carry": np.log(contracts.forward / contracts.spot) / t,
            "dividend": -np.log(contracts.spot_discount) / t,
            "position": contracts.position,
        }
    )


# --- gamma exposure


def _gamma_of_row(spot: float, strike: float, iv: float, t: float, carry: float, dividend: float) -> float:
    d1 = (math.log(spot / strike) + (carry + iv * iv / 2) * t) / (iv * math.sqrt(t))
    return float(math.exp(-dividend * t) * norm.pdf(d1) / (spot * iv * math.sqrt(t)))


def apply_per_contract(contracts: pd.DataFrame, spot: float) -> pd.Series:
    """Per strike: `DataFrame.apply` of the textbook formula, with scipy's norm.pdf, as most public scripts have it."""
    contracts = contracts.assign(
        gex=contracts.apply(
            lambda row: (
                row.position
                * _gamma_of_row(spot, row.strike, row.iv, row.years, row.carry, row.dividend)
                * spot
                * spot
                * 0.01
            ),
            axis=1,
        )
    )
    return contracts.groupby("strike").gex.sum()


def loop_of_vollib(contracts: pd.DataFrame, spot: float) -> dict[float, float]:
    """Per strike: one call of vollib's analytical gamma for each contract (carry is r - q, so r is carry + q)."""
    out: dict[float, float] = defaultdict(float)
    gamma = vollib_greeks.gamma
    for strike, t, iv, carry, dividend, position in contracts.itertuples(index=False, name=None):
        out[strike] += position * gamma("c", spot, strike, t, carry + dividend, iv, dividend) * spot * spot * 0.01
    return out


def loop_of_quantlib(contracts: pd.DataFrame, spot: float) -> dict[float, float]:
    """Per strike: QuantLib's BlackCalculator for each contract."""
    out: dict[float, float] = defaultdict(float)
    for strike, t, iv, carry, dividend, position in contracts.itertuples(index=False, name=None):
        # Its discount is exp(-rT); gamma's factor exp(-qT) is that times F/S.
        forward, discount = spot * math.exp(carry * t), math.exp(-(carry + dividend) * t)
        payoff = QuantLib.PlainVanillaPayoff(QuantLib.Option.Call, strike)
        black = QuantLib.BlackCalculator(payoff, forward, iv * math.sqrt(t), discount)
        out[strike] += position * black.gamma(spot) * spot * spot * 0.01
    return out


def vectorised(contracts: pd.DataFrame, spot: float) -> pd.Series:
    """Per strike: numpy over all contracts at once, summed by pandas."""
    strike, t, iv = (contracts[name].to_numpy() for name in ("strike", "years", "iv"))
    v = iv * np.sqrt(t)
    d1 = (np.log(spot / strike) + (contracts.carry.to_numpy() + iv * iv / 2) * t) / v
    gamma = np.exp(-contracts.dividend.to_numpy() * t) * _INV_SQRT_2PI * np.exp(-0.5 * d1 * d1) / (spot * v)
    gex = contracts.position.to_numpy() * gamma * (spot * spot * 0.01)
    return pd.Series(gex).groupby(strike).sum()


# --- the profile over spot levels


def profile_by_level(contracts: pd.DataFrame, levels: Array) -> Array:
    """A vectorised pass over all contracts for each level, written as it usually is."""
    strike, t, iv = (contracts[name].to_numpy() for name in ("strike", "years", "iv"))
    carry, dividend, position = (contracts[name].to_numpy() for name in ("carry", "dividend", "position"))
    out = []
    for spot in levels:
        v = iv * np.sqrt(t)
        d1 = (np.log(spot / strike) + (carry + iv * iv / 2) * t) / v
        gamma = np.exp(-dividend * t) * norm.pdf(d1) / (spot * v)
        out.append((position * gamma * (spot * spot * 0.01)).sum())
    return np.array(out)


def profile_best_plain(contracts: pd.DataFrame, levels: Array) -> Array:
    """The same, as fast as plain numpy was made to be here: d1 from prepared terms, lines without weight left out.

    One level at a time is faster than a matrix of all levels, since a line of contracts stays in the cache.
    """
    held = contracts[contracts.position != 0]
    strike, t, iv = (held[name].to_numpy() for name in ("strike", "years", "iv"))
    v = iv * np.sqrt(t)
    scale = math.sqrt(0.5) / v
    shift = (-np.log(strike) + (held.carry.to_numpy() + iv * iv / 2) * t) * scale
    weight = held.position.to_numpy() * np.exp(-held.dividend.to_numpy() * t) * (_INV_SQRT_2PI * 0.01) / v
    out = np.empty(len(levels))
    work = np.empty_like(v)
    for j, spot in enumerate(levels.tolist()):
        np.multiply(scale, math.log(spot), out=work)
        work += shift
        np.multiply(work, work, out=work)
        np.negative(work, out=work)
        np.exp(work, out=work)
        out[j] = spot * (weight @ work)
    return out


def zero_gamma_by_scipy(contracts: pd.DataFrame, spot: float) -> list[float]:
    """Every root between 80 % and 120 % of spot: the best plain profile on a grid, then brentq in each change."""
    levels = spot * np.linspace(0.8, 1.2, 2001)
    curve = profile_best_plain(contracts, levels)

    def one(level: float) -> float:
        return float(profile_best_plain(contracts, np.array([level]))[0])

    return [float(brentq(one, levels[i], levels[i + 1], xtol=1e-9)) for i in np.flatnonzero(curve[:-1] * curve[1:] < 0)]


# --- the flip strike


def flip_by_loop(strikes: Array, net: Array) -> float | None:
    """The first change of sign of the running sum, interpolated, in plain Python; no lobes are told apart."""
    running = before = 0.0
    for i, amount in enumerate(net.tolist()):
        before, running = running, running + amount
        if i and before * running < 0:
            return float(strikes[i - 1] - before / (running - before) * (strikes[i] - strikes[i - 1]))
    return None


# --- implied volatility


def iv_by_vollib(price: Array, forward: Array, strike: Array, years: Array, is_call: npt.NDArray[np.bool_]) -> Array:
    """Jaeckel's method in vollib, one contract at a time; NaN where it finds none."""
    return _each(vollib.black.implied_volatility.implied_volatility, price, forward, strike, years, is_call)


def _each(
    solve: Callable[..., float], price: Array, forward: Array, strike: Array, years: Array,
    is_call: npt.NDArray[np.bool_],
) -> Array:  # fmt: skip
    out = np.full(len(price), np.nan)
    flags = np.where(is_call, "c", "p").tolist()
    columns = (price.tolist(), forward.tolist(), strike.tolist(), years.tolist(), flags)
    for i, (p, f, k, t, flag) in enumerate(zip(*columns, strict=True)):
        try:
            out[i] = solve(p, f, k, 0.0, t, flag)
        except Exception:  # noqa: S112  each library has its own way of saying that there is none
            continue
    return out


def iv_by_quantlib(price: Array, forward: Array, strike: Array, years: Array, is_call: npt.NDArray[np.bool_]) -> Array:
    """QuantLib's blackFormulaImpliedStdDev, one contract at a time; NaN where it finds none."""
    option = {"c": QuantLib.Option.Call, "p": QuantLib.Option.Put}

    def solve(p: float, f: float, k: float, _r: float, t: float, flag: str) -> float:
        guess = 0.2 * math.sqrt(t)
        return float(QuantLib.blackFormulaImpliedStdDev(option[flag], k, f, p, 1.0, 0.0, guess, 1e-12)) / math.sqrt(t)

    return _each(solve, price, forward, strike, years, is_call)


def iv_by_brentq(price: Array, forward: Array, strike: Array, years: Array, is_call: npt.NDArray[np.bool_]) -> Array:
    """scipy's brentq on Black's formula, one contract at a time; NaN where the price is out of its bounds."""

    def excess(v: float, p: float, f: float, k: float, sign: float) -> float:
        d1 = math.log(f / k) / v + 0.5 * v
        return sign * (f * ndtr(sign * d1) - k * ndtr(sign * (d1 - v))) - p

    def solve(p: float, f: float, k: float, _r: float, t: float, flag: str) -> float:
        return float(brentq(excess, 1e-5, 12.0, (p, f, k, 1.0 if flag == "c" else -1.0), xtol=1e-12)) / math.sqrt(t)

    return _each(solve, price, forward, strike, years, is_call)


def iv_by_newton(price: Array, forward: Array, strike: Array, years: Array, is_call: npt.NDArray[np.bool_]) -> Array:
    """scipy's vectorised newton on Black's formula with its vega, all contracts at once."""
    sign = np.where(is_call, 1.0, -1.0)

    def d1(v: Array) -> Array:
        return np.asarray(np.log(forward / strike) / v + 0.5 * v)

    def excess(v: Array) -> Array:
        return np.asarray(sign * (forward * ndtr(sign * d1(v)) - strike * ndtr(sign * (d1(v) - v))) - price)

    def vega(v: Array) -> Array:
        return np.asarray(forward * _INV_SQRT_2PI * np.exp(-0.5 * d1(v) ** 2))

    start = np.sqrt(2 * np.abs(np.log(forward / strike))) + 0.01
    found: Any = newton(excess, start, vega, tol=1e-12, maxiter=100, disp=False)
    return np.asarray(found / np.sqrt(years))


def agree(ours: Array, theirs: Array, tolerance: float) -> None:
    """Stop where two ways of computing one thing differ: what is wrong is not worth timing."""
    largest = float(np.nanmax(np.abs(ours)))
    apart = float(np.nanmax(np.abs(ours - theirs))) / largest
    if not apart <= tolerance:
        raise SystemExit(f"two ways differ by {apart:.1e} of the largest figure; nothing was timed")
