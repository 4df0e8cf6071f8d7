"""Sensitivities of European options, Black-Scholes-Merton in terms of the forward, vectorised.

Haug, "The Complete Guide to Option Pricing Formulas", chapter 2; Hull, "Options, Futures, and Other Derivatives",
chapter on Greeks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gex_xl.analytics.black_scholes import INV_SQRT_2PI, d1, ndtr
from gex_xl.arrays import FloatArray


@dataclass(frozen=True, eq=False, slots=True)
class European:
    """European options; all fields broadcast, and every method returns one figure per share and option.

    `spot`, `forward`, `strike` in USD, `stdev` is iv sqrt(T), `years` is T, `spot_discount` is exp(-qT), `is_call`
    bool. A payment at expiry is worth exp(-qT) S/F today. `rate` is r, annual, continuously compounded; None: the
    one that these imply, -ln(exp(-qT) S/F) / T. The carry is b = ln(F/S) / T and q = r - b.

    What is held fixed: when spot moves, F moves in proportion, iv, b and q stay (sticky strike). When time passes,
    spot, iv, r and q stay, so F runs to S at the rate b and a payment gains value at the rate r. When the rate
    moves, spot and q stay. Where a `rate` is given that the discounts do not imply, what they hold beyond it is a
    factor on every price and stays as it is: the feed's delta_call - delta_put, which stands in for exp(-qT), is
    above 1 where an American put's early exercise has value, and that is no yield.

    Hull: S = 49, K = 50, r = 0.05, iv = 0.20, T = 0.3846, a call.

    >>> import math
    >>> hull = European(49.0, 49 * math.exp(0.05 * 0.3846), 50.0, 0.20 * 0.3846**0.5, 0.3846, 1.0, True)
    >>> [round(float(figure), 3) for figure in (hull.delta(), hull.gamma(), hull.vega(), hull.rho())]
    [0.522, 0.066, 12.105, 8.907]
    >>> round(float(hull.theta()), 2)
    -4.31
    """

    spot: float | FloatArray
    forward: float | FloatArray
    strike: float | FloatArray
    stdev: float | FloatArray
    years: float | FloatArray
    spot_discount: float | FloatArray
    is_call: bool | npt.NDArray[np.bool_]
    rate: float | FloatArray | None = None

    @property
    def side(self) -> FloatArray:
        """+1 for calls, -1 for puts."""
        return np.where(self.is_call, 1.0, -1.0)

    @property
    def d1(self) -> FloatArray:
        return d1(np.asarray(self.forward), np.asarray(self.strike), np.asarray(self.stdev))

    @property
    def _held(self) -> FloatArray:
        """exp(-qT) N(+-d1)."""
        return np.asarray(self.spot_discount * ndtr(self.side * self.d1))

    @property
    def _paid(self) -> FloatArray:
        """K exp(-rT) N(+-d2)."""
        today = self.spot_discount * self.spot / self.forward
        return np.asarray(self.strike * today * ndtr(self.side * (self.d1 - self.stdev)))

    @property
    def _density(self) -> FloatArray:
        """exp(-qT) pdf(d1)."""
        return np.asarray(self.spot_discount * INV_SQRT_2PI * np.exp(-0.5 * self.d1**2))

    @property
    def _carry(self) -> FloatArray:
        return np.asarray(np.log(self.forward / np.asarray(self.spot)) / self.years)

    @property
    def _rate(self) -> FloatArray:
        if self.rate is not None:
            return np.asarray(self.rate)
        return np.asarray(-np.log(self.spot_discount) / self.years + self._carry)

    @property
    def _yield(self) -> FloatArray:
        return self._rate - self._carry

    def price(self) -> FloatArray:
        """USD today."""
        return np.asarray(self.side * (self.spot * self._held - self._paid))

    def delta(self) -> FloatArray:
        """dV/dS: +-exp(-qT) N(+-d1)."""
        return np.asarray(self.side * self._held)

    def gamma(self) -> FloatArray:
        """d2V/dS2: exp(-qT) pdf(d1) / (S v), per USD."""
        return np.asarray(self._density / (self.spot * self.stdev))

    def speed(self) -> FloatArray:
        """d3V/dS3: -gamma (1 + d1 / v) / S, per USD squared."""
        return np.asarray(-self.gamma() * (1 + self.d1 / self.stdev) / self.spot)

    def vega(self) -> FloatArray:
        """dV/d iv: S exp(-qT) pdf(d1) sqrt T, USD per 1.00 of iv (100 vol points)."""
        return np.asarray(self.spot * self._density * np.sqrt(self.years))

    def vanna(self) -> FloatArray:
        """d delta/d iv: -exp(-qT) pdf(d1) d2 / iv, delta per 1.00 of iv."""
        return np.asarray(-self._density * (self.d1 / self.stdev - 1) * np.sqrt(self.years))

    def charm(self) -> FloatArray:
        """-d delta/dT: change of delta per year that passes."""
        drift = self._carry * self.years / self.stdev - 0.5 * (self.d1 - self.stdev)
        return np.asarray(self.side * self._yield * self._held - self._density * drift / self.years)

    def theta(self) -> FloatArray:
        """-dV/dT: USD per year that passes."""
        decay = -0.5 * self.spot * self._density * self.stdev / self.years
        return np.asarray(decay + self.side * (self._yield * self.spot * self._held - self._rate * self._paid))

    def rho(self) -> FloatArray:
        """dV/dr at constant q: +-K T exp(-rT) N(+-d2), USD per 1.00 of the rate."""
        return np.asarray(self.side * self.years * self._paid)
