"""Several related products at once: against brute force, another optimiser, and a simulation of returns."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from gex_xl.desk.basket import BasketHedge, hedge_basket, read_correlations
from gex_xl.desk.related import Product, hedge_related
from gex_xl.errors import BadInput

from .made_up import book

XYZ = ["XYZ", "", "shares", None, None, 10_000, None, None, None, 100]  # USD 1 000 000
ABC = ["ABC", "", "shares", None, None, -20_000, None, None, None, 20]  # USD -400 000


def product(name: str, underlying: str, correlation: float, own: float, sigma: float, **more: float) -> Product:
    """A product by its own volatility: beta = correlation sigma / own."""
    price, size = more.get("price", 50.0), more.get("multiplier", 20.0)
    return Product(name, underlying, price, size, correlation * sigma / own, correlation, sigma, 0.01)


def covariance(found: BasketHedge, sigma: dict[str, float], pairs: dict[tuple[str, str], float]) -> Any:
    """Underlyings first, built from scratch."""
    names = [*found.underlyings, *(one.name for one in found.products)]
    return np.array([[sigma[a] * sigma[b] * (1.0 if a == b else pairs.get((a, b), pairs.get((b, a)))) for b in names]
                     for a in names])  # fmt: skip


@st.composite
def worlds(draw: Any) -> tuple[dict[str, float], dict[tuple[str, str], float]]:
    """Volatilities and correlations that go together: from random loadings on three factors and noise."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    names = ["XYZ", "ABC", "fund", "future"]
    loads = np.hstack([rng.uniform(0.3, 1, (4, 1)), rng.normal(0, 0.4, (4, 2))])
    matrix = loads @ loads.T + np.diag(rng.uniform(0.02, 0.3, 4))
    sd = np.sqrt(np.diag(matrix))
    pairs = {
        (a, b): float(matrix[i, j] / sd[i] / sd[j])
        for (i, a), (j, b) in itertools.combinations(enumerate(names), 2)
    }  # fmt: skip
    return dict(zip(names, rng.uniform(0.1, 0.4, 4).tolist(), strict=True)), pairs


def basket(
    sigma: dict[str, float], pairs: dict[tuple[str, str], float], **more: float
) -> tuple[BasketHedge, list[Product]]:  # fmt: skip
    rows = [
        product(name, u, pairs[u, name], sigma[name], sigma[u], **more)
        for name in ("fund", "future")
        for u in ("XYZ", "ABC")
    ]
    given_pairs = {(a.upper(), b.upper()): value for (a, b), value in pairs.items()}
    both = {**given_pairs, **{(b, a): value for (a, b), value in given_pairs.items()}}
    return hedge_basket(book(XYZ, ABC), rows, both, 10), rows


@settings(max_examples=40, deadline=None)
@given(world=worlds())
def test_whole_contracts_are_the_best_near_the_exact_ones(world: Any) -> None:
    sigma, pairs = world
    if any(value <= 0.01 for value in pairs.values()):
        return  # a correlation of 0 or below for a product makes no beta
    found, _ = basket(sigma, pairs, price=500.0)
    s = covariance(found, sigma, pairs)
    notional = np.array([one.notional for one in found.products])

    def variance(contracts: Any) -> float:
        dollars = np.r_[found.delta, np.asarray(contracts) * notional]
        return float(dollars @ s @ dollars)

    other = minimize(variance, np.zeros(2), method="BFGS", options={"gtol": 1e-3})
    assert math.sqrt(variance(found.exact)) <= math.sqrt(max(variance(other.x), 0)) * (1 + 1e-6)
    assert found.basis == pytest.approx(math.sqrt(variance(found.exact) * 10 / 365), rel=1e-6)
    assert found.risk == pytest.approx(math.sqrt(variance([0, 0]) * 10 / 365), rel=1e-9)
    assert found.after == pytest.approx(math.sqrt(variance(found.contracts) * 10 / 365), rel=1e-6)
    near = [range(math.floor(x) - 4, math.floor(x) + 6) for x in found.exact]
    best = min(variance(counts) for counts in itertools.product(*near))
    assert variance(found.contracts) == pytest.approx(best, rel=1e-9)
    assert found.after <= found.risk * (1 + 1e-12)


def test_one_product_alone_is_the_hedge_by_beta() -> None:
    one = product("fund", "XYZ", 0.83, 0.25, 0.3)
    (alone,) = hedge_related(book(XYZ), [one], 5)
    found = hedge_basket(book(XYZ), [one], {}, 5)
    assert found.contracts.tolist() == [alone.contracts]
    assert found.basis == pytest.approx(alone.basis_risk, rel=1e-12)
    assert found.after == pytest.approx(alone.risk, rel=1e-9)
    assert found.cost == pytest.approx(alone.cost)
    assert found.gap({"XYZ": -0.1}) == pytest.approx(alone.gap(-0.1))


def test_what_is_left_is_what_simulated_returns_leave() -> None:
    sigma = {"XYZ": 0.3, "ABC": 0.4, "fund": 0.2, "future": 0.15}
    pairs = {("XYZ", "ABC"): 0.5, ("XYZ", "fund"): 0.8, ("ABC", "fund"): 0.6, ("XYZ", "future"): 0.7,
             ("ABC", "future"): 0.5, ("fund", "future"): 0.85}  # fmt: skip
    found, _ = basket(sigma, pairs)
    returns = np.random.default_rng(3).multivariate_normal(np.zeros(4), covariance(found, sigma, pairs), 400_000)
    dollars = np.r_[found.delta, found.contracts * [one.notional for one in found.products]]
    assert float(np.std(returns @ dollars)) * math.sqrt(10 / 365) == pytest.approx(found.after, rel=0.005)


def test_two_names_of_one_thing_do_not_break_it() -> None:
    twins = [product("big", "XYZ", 0.9, 0.2, 0.3, multiplier=1000.0), product("small", "XYZ", 0.9, 0.2, 0.3)]
    found = hedge_basket(book(XYZ), twins, {("BIG", "SMALL"): 1.0, ("SMALL", "BIG"): 1.0})
    alone = hedge_basket(book(XYZ), twins[1:], {})
    assert found.basis == pytest.approx(alone.basis, rel=1e-6)
    assert found.after <= alone.after * (1 + 1e-9)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["", "a", "b"], ["a", 1, 1.5]], 'row 2: the correlation of A and B is "1.5"; expected a number from -1 to 1'),
        ([["", "a", "b"], ["a", 0.9, 0.5]], "row 2: A with itself is 0.9; expected 1 or a blank"),
        ([["", "a", "b"], ["a", 1, 0.5], ["b", 0.6, 1]], "row 3: B and A have two correlations; give one"),
        ([["", "a", "b"], ["a", None, "high"]], 'the correlation of A and B is "high"'),
        ([[None, None]], "correlations: the range is blank"),
    ],
)
def test_bad_correlations_are_named(rows: list[list[object]], said: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_correlations(rows)
    assert said in str(caught.value)


def test_a_pair_that_is_missing_and_pairs_that_cannot_be() -> None:
    rows = [product("fund", "XYZ", 0.9, 0.2, 0.3), product("fund", "ABC", 0.9, 0.2, 0.4)]
    with pytest.raises(BadInput, match="correlations: the pair XYZ and ABC is missing"):
        hedge_basket(book(XYZ, ABC), rows, {})
    with pytest.raises(BadInput, match="they contradict each other"):
        hedge_basket(book(XYZ, ABC), rows, {("XYZ", "ABC"): -0.9, ("ABC", "XYZ"): -0.9})
    with pytest.raises(BadInput, match="XYZ has two volatilities, 0.3 and 0.31"):
        hedge_basket(book(XYZ), [rows[0], product("other", "XYZ", 0.9, 0.2, 0.31)], {("FUND", "OTHER"): 0.9})
    with pytest.raises(BadInput, match="fund has two prices"):
        hedge_basket(book(XYZ, ABC), [rows[0], product("fund", "ABC", 0.9, 0.2, 0.4, price=51)], {})
