"""American gamma against QuantLib's finite differences: the table of docs/accuracy.md.

Run to print it: `python -m tests.analytics.early_exercise`.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import QuantLib as ql  # noqa: N813

from gex_xl.analytics.american import american_gamma
from gex_xl.analytics.black_scholes import gamma

FloatArray = npt.NDArray[np.float64]
SPOT = 100.0


@dataclass(frozen=True, slots=True)
class Case:
    """A chain of puts and calls: `dividend` in USD is paid after `ex_days`, 0 for a yield alone."""

    name: str
    iv: float
    rate: float
    dividend_yield: float
    days: tuple[int, ...]
    dividend: float = 0.0
    ex_days: int = 0
    deep: bool = False


CASES = (
    Case("stock, iv 50 %, r 5.3 %", 0.5, 0.053, 0.0, (5, 30, 91, 182, 365, 730)),
    Case("fund, a dividend tomorrow", 0.16, 0.053, 0.0, (5, 30, 91), 0.35, 1),
    Case("fund, a dividend in 60 days", 0.16, 0.053, 0.0, (91, 182), 0.35, 60),
    Case("deep in the money, yield 4 %", 0.2, 0.053, 0.04, (30, 182, 365, 730), deep=True),
    Case("yield above the rate", 0.25, 0.02, 0.06, (30, 182, 365, 730)),
)


def reference(case: Case, strike: float, iv: float, days: int, call: bool) -> float:
    """Gamma by finite differences, a discrete dividend as a fall of spot on its day."""
    today = ql.Date(3, 3, 2025)
    ql.Settings.instance().evaluationDate = today
    count = ql.Actual365Fixed()

    def curve(level: float) -> ql.YieldTermStructureHandle:
        return ql.YieldTermStructureHandle(ql.FlatForward(today, level, count))

    process = ql.BlackScholesMertonProcess(
        ql.QuoteHandle(ql.SimpleQuote(SPOT)), curve(case.dividend_yield), curve(case.rate),
        ql.BlackVolTermStructureHandle(ql.BlackConstantVol(today, ql.NullCalendar(), iv, count)),
    )  # fmt: skip
    payoff = ql.PlainVanillaPayoff(ql.Option.Call if call else ql.Option.Put, strike)
    option = ql.VanillaOption(payoff, ql.AmericanExercise(today, today + days))
    if case.dividend and case.ex_days < days:
        paid = ql.DividendVector([today + case.ex_days], [case.dividend])
        option.setPricingEngine(ql.FdBlackScholesVanillaEngine(process, paid, 400, 400))
    else:
        option.setPricingEngine(ql.FdBlackScholesVanillaEngine(process, 400, 400))
    return float(option.gamma())


def errors(case: Case) -> tuple[float, float, float, float]:
    """Shares of gross: net and contract by contract, of our American gamma and of the European one.

    Open interest falls with the distance from spot; `deep` weighs in-the-money contracts ten times.
    """
    rows: list[tuple[float, float, float, float]] = []
    for days in case.days:
        t = days / 365
        paid = case.dividend * math.exp(-case.rate * case.ex_days / 365) if case.ex_days < days else 0.0
        forward = (SPOT - paid) * math.exp((case.rate - case.dividend_yield) * t)
        width = case.iv * math.sqrt(t)
        strikes = SPOT * np.exp(np.linspace(-2.5, 2.5, 21) * width)
        for call in (True, False):
            iv = case.iv * (1 - 0.15 * np.linspace(-1, 1, 21))
            many = len(strikes)
            given = (SPOT, np.full(many, forward), strikes, iv * math.sqrt(t))
            discount = np.full(many, math.exp(-case.rate * t))
            one = (np.full(many, paid), np.full(many, case.ex_days / days)) if paid else ()
            ours = american_gamma(*given, discount, np.full(many, call), np.zeros(many, dtype=np.int64), *one)
            plain = gamma(*given, discount * forward / SPOT)
            inside = strikes < SPOT if call else strikes > SPOT
            weight = np.exp(-0.5 * np.linspace(-2.5, 2.5, 21) ** 2) * np.where(inside & case.deep, 10.0, 1.0)
            true = np.array([reference(case, k, s, days, call) for k, s in zip(strikes, iv, strict=True)])
            side = 1.0 if call else -1.0
            rows += [
                (w * g, w * (a - g), w * (e - g), side)
                for w, g, a, e in zip(weight, true, ours, plain, strict=True)
            ]  # fmt: skip
    gross = sum(abs(row[0]) for row in rows)
    return (
        abs(sum(row[1] for row in rows)) / gross, sum(abs(row[1]) for row in rows) / gross,
        abs(sum(row[2] for row in rows)) / gross, sum(abs(row[2]) for row in rows) / gross,
    )  # fmt: skip


def table() -> str:
    """Each case: net and L1 error of American and of European gamma, % of gross."""
    out = [
        "| case | American, net | American, L1 | European, net | European, L1 |",
        "|---|---:|---:|---:|---:|",
    ]
    out += [f"| {case.name} | " + " | ".join(f"{100 * x:.2f}" for x in errors(case)) + " |" for case in CASES]
    return "\n".join(out)


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
