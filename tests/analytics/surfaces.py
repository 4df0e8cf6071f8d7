"""Surfaces whose skew and term structure are known in closed form."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from .synthetic import AS_OF, NORMAL, years_between

Iv = Callable[[float], float]


def strike_of(forward: float, delta: float, v: float, right: str, discount: float = 1.0) -> float:
    """The strike at which an option with deviation v has this absolute delta: N(d1) = delta / exp(-qT)."""
    first = NORMAL.inv_cdf(delta / discount) * (1 if right == "C" else -1)
    return forward * math.exp(-first * v + v * v / 2)


def by_delta(
    expiry: str, put_iv: Iv, call_iv: Iv, *, spot: float = 100.0, rate: float = 0.0, dividends: float = 0.0,
    deltas: Iterable[float] = (0.05, 0.15, 0.22, 0.31, 0.45), root: str = "SPXW",
) -> list[dict[str, Any]]:  # fmt: skip
    """Contracts at given absolute deltas whose iv is a known function of the absolute delta, one for each right."""
    t = years_between(AS_OF, expiry)
    forward, discount = spot * math.exp((rate - dividends) * t), math.exp(-dividends * t)
    return [
        {
            "root": root, "expiry": expiry, "right": right, "oi": 100, "iv": iv(delta),
            "strike": strike_of(forward, delta, iv(delta) * math.sqrt(t), right, discount),
        }
        for right, iv in (("P", put_iv), ("C", call_iv))
        for delta in deltas
    ]  # fmt: skip


def flat(
    expiry: str, iv: float, strikes: Iterable[float] = range(80, 121, 5), root: str = "SPXW"
) -> list[dict[str, Any]]:
    """Both rights at every strike with one iv."""
    return [
        {"root": root, "expiry": expiry, "right": right, "strike": strike, "iv": iv, "oi": 100}
        for strike in strikes
        for right in "CP"
    ]
