"""Ways that need libraries of the group `bench`: numba and polars. And the script that most people start with.

py_vollib_vectorized 0.1.1 is no peer: with py_vollib 1.0.12 and numba 0.68 every function of it that was tried ends in
numba's TypingError.
"""

from __future__ import annotations

import importlib.util
import io
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

Array = npt.NDArray[np.float64]
_INV_SQRT_2PI = 1 / math.sqrt(2 * math.pi)
_PREAMBLE = 3  # lines of a quote table above its header


def available(name: str) -> bool:
    """Whether a library is installed; a row without it is left out."""
    return importlib.util.find_spec(name) is not None


def by_numba() -> Callable[[pd.DataFrame, float], Array]:
    """Gamma and its sum per strike in one compiled loop; compiled by the first call."""
    import numba

    @numba.njit(fastmath=False)  # type: ignore[untyped-decorator, unused-ignore]
    def sums(
        spot: float, strike: Array, years: Array, iv: Array, carry: Array, dividend: Array, position: Array,
        place: Array, out: Array,
    ) -> None:  # fmt: skip
        for i in range(len(strike)):
            v = iv[i] * math.sqrt(years[i])
            d1 = (math.log(spot / strike[i]) + (carry[i] + iv[i] * iv[i] / 2) * years[i]) / v
            gamma = math.exp(-dividend[i] * years[i] - 0.5 * d1 * d1) * _INV_SQRT_2PI / (spot * v)
            out[place[i]] += position[i] * gamma * spot * spot * 0.01

    def per_strike(contracts: pd.DataFrame, spot: float) -> Array:
        columns = [contracts[name].to_numpy() for name in ("strike", "years", "iv", "carry", "dividend", "position")]
        strikes, place = np.unique(columns[0], return_inverse=True)
        out = np.zeros(len(strikes))
        sums(spot, *columns, place, out)
        return out

    return per_strike


def by_polars(contracts: pd.DataFrame) -> Callable[[float], Array]:
    """Per strike: one expression over the columns, grouped by strike. The frame is made beforehand."""
    import polars as pl

    frame = pl.DataFrame({name: contracts[name].to_numpy() for name in contracts.columns})

    def per_strike(spot: float) -> Array:
        v = pl.col("iv") * pl.col("years").sqrt()
        d1 = ((spot / pl.col("strike")).log() + (pl.col("carry") + pl.col("iv") ** 2 / 2) * pl.col("years")) / v
        gamma = (-pl.col("dividend") * pl.col("years") - 0.5 * d1**2).exp() * _INV_SQRT_2PI / (spot * v)
        gex = pl.col("position") * gamma * (spot * spot * 0.01)
        summed: Any = frame.select("strike", gex.alias("gex")).group_by("strike").agg(pl.col("gex").sum())
        return np.asarray(summed.sort("strike")["gex"].to_numpy())

    return per_strike


def limit(contracts: pd.DataFrame) -> Callable[[float], Array]:
    """The least that arithmetic alone takes: arrays at hand, strikes numbered beforehand, nothing inferred."""
    strike, t, iv = (contracts[name].to_numpy() for name in ("strike", "years", "iv"))
    v = iv * np.sqrt(t)
    shift = (contracts.carry.to_numpy() + iv * iv / 2) * t - np.log(strike)
    weight = contracts.position.to_numpy() * np.exp(-contracts.dividend.to_numpy() * t) * (_INV_SQRT_2PI * 0.01) / v
    _, place = np.unique(strike, return_inverse=True)

    def per_strike(spot: float) -> Array:
        d1 = (math.log(spot) + shift) / v
        return np.asarray(np.bincount(place, weight * np.exp(-0.5 * d1 * d1) * spot))

    return per_strike


def public_script(file: Path, spot: float, today: pd.Timestamp) -> float:
    """A public script from the file to its total: read_csv, both sides, business days / 262, apply of a row's gamma.

    Written anew from what such scripts do (Perfiliev's article names the steps); its chart is left out. It counts
    dealers long calls and short puts, takes spot as forward, and leaves nothing out but what has expired.
    """
    text = file.read_text(encoding="utf-8").split("\n", _PREAMBLE)[_PREAMBLE].lstrip("\n")
    table = pd.read_csv(io.StringIO(text))
    table["Expiration Date"] = pd.to_datetime(table["Expiration Date"], format="%a %b %d %Y")
    sides = {1: ("IV", "Open Interest"), -1: ("IV.1", "Open Interest.1")}
    days = np.busday_count(today.date(), table["Expiration Date"].to_numpy().astype("datetime64[D]"))
    table["years"] = np.where(days == 0, 1 / 262, days / 262)
    table = table[table["years"] > 0]

    def gamma(row: Any, iv: float) -> float:
        if iv == 0:
            return 0.0
        v = iv * math.sqrt(row.years)
        d1 = (math.log(spot / row.Strike) + 0.5 * v * v) / v
        return float(norm.pdf(d1) / (spot * v))

    total = 0.0
    for sign, (iv, held) in sides.items():
        gammas = table.apply(lambda row, iv=iv: gamma(row, row[iv]), axis=1)
        total += sign * float((gammas * table[held]).sum())
    return total * 100 * spot * spot * 0.01
