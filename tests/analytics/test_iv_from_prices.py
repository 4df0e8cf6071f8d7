"""A whole chain without implied volatility: every line is solved from its quotes, or counted under a reason."""

from __future__ import annotations

import math

import numpy as np
import pytest
import QuantLib

from gex_xl.analytics.contracts import NO_IV, Contracts, prepare
from gex_xl.analytics.implied_vol import implied_vol
from gex_xl.chain import Chain
from gex_xl.settings import Settings

SPOT, RATE = 5000.0, 0.04
SETTINGS = Settings().with_changes({"carry": "rates", "rate": RATE, "dividend_yield": 0.0})
HEADER = ["Root", "Expiry", "Type", "Strike", "OI", "Bid", "Ask", "Spot", "Quote Time"]
EXPIRIES = ("2024-01-19", "2024-02-16", "2024-04-19", "2024-07-19", "2025-01-17")
STRIKES = np.linspace(3000.0, 8000.0, 2000)
KINDS = {"C": QuantLib.Option.Call, "P": QuantLib.Option.Put}


def smile(strike: float, t: float) -> float:
    """A made-up iv, decimal: skewed and flatter with time."""
    return 0.18 - 0.25 * math.log(strike / SPOT) / (1 + 2 * t) + 0.02 * math.sqrt(t)


def years(expiry: str) -> float:
    """From Friday 2024-01-05 16:00 to 16:00 in New York on the day, act/365; an hour less in summer."""
    days = (np.datetime64(expiry) - np.datetime64("2024-01-05")).astype(int)
    return float(days - (1 / 24 if "-04-" in expiry or "-07-" in expiry else 0)) / 365


def quoted() -> tuple[list[list[object]], dict[tuple[str, str, float], float]]:
    """20 000 lines with prices by QuantLib, and the price of each."""
    rows: list[list[object]] = [HEADER]
    prices = {}
    for expiry in EXPIRIES:
        t = years(expiry)
        forward, discount = SPOT * math.exp(RATE * t), math.exp(-RATE * t)
        for strike in STRIKES.tolist():
            for right, kind in KINDS.items():
                price = QuantLib.blackFormula(kind, strike, forward, smile(strike, t) * math.sqrt(t), discount)
                prices[expiry, right, strike] = price
                rows.append(["ZZX", expiry, right, strike, 10, price, price, SPOT, "2024-01-05 16:00"])
    return rows, prices


@pytest.fixture(scope="module")
def chain() -> tuple[Contracts, dict[tuple[str, str, float], float]]:
    rows, prices = quoted()
    assert len(rows) == 20_001
    return prepare(Chain.from_cells(rows), None, None, SETTINGS), prices


def test_every_line_is_solved_or_counted(chain: tuple[Contracts, dict[tuple[str, str, float], float]]) -> None:
    contracts, _ = chain
    out, lost = contracts.excluded.get(NO_IV, (0, 0.0))
    assert (len(contracts.index) + out, lost) == (20_000, 10.0 * out)
    assert contracts.excluded.keys() <= {NO_IV}
    assert contracts.iv_solved == len(contracts.index)
    # Left out are those alone whose out-of-the-money side is worth nothing to speak of.
    assert 0 < out < 0.2 * 20_000


def test_the_whole_chain_is_quantlibs(chain: tuple[Contracts, dict[tuple[str, str, float], float]]) -> None:
    """Both rights have the iv of the out-of-the-money side; QuantLib solves the same price."""
    contracts, prices = chain
    found = contracts.stdev / np.sqrt(contracts.years)
    worst = 0.0
    for i, at in enumerate(contracts.index.tolist()):
        expiry, strike, t = str(contracts.chain.expiry[at])[:10], float(contracts.strike[i]), float(contracts.years[i])
        forward, discount = SPOT * math.exp(RATE * t), math.exp(-RATE * t)
        assert t == pytest.approx(years(expiry), rel=1e-12)
        right = "C" if strike >= forward else "P"
        price = prices[expiry, right, strike]
        if price < 1e-6:
            continue  # QuantLib's own search stops short of such prices
        guess = smile(strike, t) * math.sqrt(t)
        theirs = QuantLib.blackFormulaImpliedStdDev(
            KINDS[right], strike, forward, price, discount, 0.0, guess, 1e-12, 500
        )
        worst = max(worst, abs(found[i] * math.sqrt(t) / theirs - 1))
    assert worst < 1e-7
    assert np.isfinite(found).all()


def test_nothing_outside_the_bounds_of_no_arbitrage() -> None:
    """100 000 prices at random: there is an iv inside the bounds alone, and it gives the price back.

    Bounds: discount * max(0, s(F - K)) < price < discount * F for a call, discount * K for a put (Merton 1973)."""
    rng = np.random.default_rng(11)
    n = 100_000
    forward, strike = rng.uniform(50, 200, n), rng.uniform(50, 200, n)
    t, discount, is_call = rng.uniform(0.001, 3, n), np.exp(-rng.uniform(0, 0.2, n)), rng.random(n) < 0.5
    price = rng.uniform(-5, 220, n)
    low = discount * np.maximum(np.where(is_call, forward - strike, strike - forward), 0)
    high = discount * np.where(is_call, forward, strike)
    found = implied_vol(price, forward, strike, t, is_call, discount)
    inside = (price > low) & (price < high)
    assert not np.isfinite(found[~inside]).any()
    assert (found[np.isfinite(found)] > 0).all()
    clear = inside & (price - low > 1e-6 * forward) & (high - price > 1e-6 * forward)
    assert np.isfinite(found[clear]).all()
    assert 20_000 < clear.sum() < 80_000
    for i in np.flatnonzero(clear)[:3000].tolist():
        kind = KINDS["C" if is_call[i] else "P"]
        back = QuantLib.blackFormula(kind, strike[i], forward[i], found[i] * math.sqrt(t[i]), discount[i])
        assert back == pytest.approx(price[i], abs=1e-9 * forward[i])


@pytest.mark.parametrize(
    ("bid", "ask", "why"),
    [
        (0.0, 5.0, "no bid"),
        (5.0, 4.0, "crossed"),
        (None, None, "no quotes"),
        (1e-12, 1e-12, "worth nothing"),
        (5100.0, 5200.0, "a call above the underlying"),
        (900.0, 910.0, "below intrinsic value"),
    ],
)
def test_a_line_that_cannot_be_solved_is_counted(bid: float | None, ask: float | None, why: str) -> None:
    strike = 4000.0 if why.startswith("below") else 5100.0
    rows: list[list[object]] = [
        HEADER,
        ["ZZX", "2024-02-16", "C", strike, 7, bid, ask, SPOT, "2024-01-05 16:00"],
        ["ZZX", "2024-02-16", "C", 5200.0, 5, 20.0, 21.0, SPOT, "2024-01-05 16:00"],
    ]
    contracts = prepare(Chain.from_cells(rows), None, None, SETTINGS)
    assert contracts.excluded == {NO_IV: (1, 7.0)}, why
    assert contracts.strike.tolist() == [5200.0]
