"""Hedges with a related product: the formula by hand, its limits, and the risk by a two-asset covariance."""

from __future__ import annotations

import math

import pytest

from gex_xl import udfs
from gex_xl.desk.related import Product, hedge_related, read_products
from gex_xl.errors import BadInput

from .made_up import AS_OF, MIXED, book

HOLDS = ["XYZ", "", "shares", None, None, 10_000, None, None, None, 100]  # a delta of USD 1 000 000
OTHER = ["ABC", "", "shares", None, None, 5, None, None, None, 20]


def product(**changes: float | str) -> Product:
    given: dict[str, float | str] = {
        "name": "future", "underlying": "XYZ", "price": 50, "multiplier": 20, "beta": 1.0, "correlation": 1.0,
        "volatility": 0.2, "half_spread": 0.01, **changes,
    }  # fmt: skip
    return Product(**given)  # type: ignore[arg-type]


def test_a_perfect_proxy_leaves_nothing() -> None:
    (found,) = hedge_related(book(HOLDS), [product(beta=0.8)], 10)
    assert (found.contracts, found.left, found.basis_risk, found.risk) == (-800, 0, 0, 0)
    assert found.cost == pytest.approx(800 * 20 * 0.01)


@pytest.mark.parametrize("correlation", [0.0001, 0.5, 0.83, 0.998])
@pytest.mark.parametrize("days", [1, 10, 30])
def test_any_other_leaves_what_the_formula_says(correlation: float, days: int) -> None:
    (found,) = hedge_related(book(HOLDS), [product(correlation=correlation)], days)
    assert found.basis_risk == pytest.approx(1e6 * 0.2 * math.sqrt(1 - correlation**2) * math.sqrt(days / 365))


@pytest.mark.parametrize("price", [50, 333, 70_000])
@pytest.mark.parametrize("beta", [0.3, 1.0, 1.7])
def test_risk_is_that_of_the_two_assets_together(price: float, beta: float) -> None:
    one = product(price=price, beta=beta, correlation=0.9)
    (found,) = hedge_related(book(HOLDS), [one], 5)
    # Var(D x + H y) with sd(x) = 0.2, correlation 0.9 and beta = 0.9 sd(x) / sd(y).
    held, traded, x, y = 1e6, found.contracts * price * 20, 0.2, 0.9 * 0.2 / beta
    variance = (held * x) ** 2 + (traded * y) ** 2 + 2 * held * traded * 0.9 * x * y
    assert found.risk == pytest.approx(math.sqrt(variance * 5 / 365), rel=1e-9)
    assert found.contracts == round(-1e6 * beta / (price * 20))
    assert abs(found.left) <= price * 20 / beta / 2 + 1e-6


def test_an_inverse_fund_is_bought() -> None:
    (found,) = hedge_related(book(HOLDS), [product(beta=-0.5, correlation=-0.9)])
    assert found.contracts == 500
    assert found.gap(-0.1) == pytest.approx(500 * 1000 * 0.81 * -0.1 / -0.5)  # bought, and up when the market falls


def test_each_product_hedges_its_own_underlying() -> None:
    found = hedge_related(book(HOLDS, OTHER), [product(), product(underlying="ABC", price=1, multiplier=1)])
    assert [one.contracts for one in found] == [-1000, -100]


def test_side_by_side_in_the_worksheet() -> None:
    cells = [
        ["Product", "Price", "Multiplier", "Beta", "Correlation", "Volatility"],
        ["good", 50, 20, 1, 0.99, 0.2],
        ["poor", 50, None, 0.5, 0.5, 0.2],
    ]
    table = udfs.FUNCTIONS["HEDGE_RELATED"]([MIXED[0], HOLDS], cells, None, AS_OF, None, 10)
    assert table[0][5] == "Basis risk (USD, 1 sd, 10 d)"
    assert [row[3] for row in table[1:]] == [-1000, -10_000]
    assert table[1][5] < table[2][5] < table[2][8] == pytest.approx(1e6 * 0.2 * math.sqrt(10 / 365))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["f", "QQQ", 50, 1, 1, 0.9, 0.2], 'products, row 2 (f): underlying is "QQQ"; expected one of XYZ, ABC'),
        (["f", "", 50, 1, 1, 0.9, 0.2], "expected one of XYZ, ABC"),
        (["f", "XYZ", 50, 1, 0, 0.9, 0.2], 'beta is "0"; expected a number other than 0'),
        (["f", "XYZ", 50, 1, 1, 1.1, 0.2], 'correlation is "1.1"; expected a number from -1 to 1'),
        (["f", "XYZ", 50, 1, 1, -0.9, 0.2], "with the sign of beta"),
        (["f", "XYZ", "dear", 1, 1, 0.9, 0.2], 'price is "dear"; expected a number above 0'),
        (["f", "XYZ", 50, 1, None, 0.9, 0.2], "beta is blank; expected a number"),
        (["f", "XYZ", 50, 1, 1, 0.9, -0.2], 'volatility is "-0.2"; expected a number above 0'),
    ],
)
def test_a_bad_product_is_named(row: list[object], said: str) -> None:
    header = ["Product", "Underlying", "Price", "Multiplier", "Beta", "Correlation", "Volatility"]
    with pytest.raises(BadInput) as caught:
        read_products([header, row], book(HOLDS, OTHER))
    assert said in str(caught.value)
