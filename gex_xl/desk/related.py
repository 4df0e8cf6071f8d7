"""Hedge with a related product, a future, a fund or an index, by beta; what correlation leaves open."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from gex_xl.desk.book import greeks
from gex_xl.desk.positions import Book
from gex_xl.desk.table import Cells, Row, Where, read_table
from gex_xl.errors import BadInput
from gex_xl.products import Kind, known, product

#: One day of the desk as a part of the year: in theta, in basis risk and in rebalancing alike.
DAY = 1 / 365
_FIELDS = {
    "product": ("name", "instrument", "hedge", "proxy", "symbol"),
    "underlying": ("hedges", "for", "ticker"),
    "price": ("last", "mid", "mark"),
    "multiplier": ("contractsize", "pointvalue"),
    "beta": ("betatoproduct", "betaonproduct"),
    "correlation": ("rho", "corr"),
    "volatility": ("underlyingvolatility", "sigma", "vol", "iv"),
    "half_spread": ("halfspreadusd", "½spread", "12spread", "spread2"),
}


@dataclass(frozen=True, slots=True)
class Product:
    """A product that may hedge `underlying`.

    `beta`: of the underlying's return on the product's. `correlation`: of the two. `volatility`: the underlying's,
    annual, decimal. `multiplier`: units per contract. `half_spread`: USD per unit. `where`: its row.
    """

    name: str
    underlying: str
    price: float
    multiplier: float
    beta: float
    correlation: float
    volatility: float
    half_spread: float
    where: str = field(default="products", compare=False)

    @property
    def notional(self) -> float:
        """What one contract is worth."""
        return self.price * self.multiplier

    @property
    def own_volatility(self) -> float:
        """The product's own volatility that beta and correlation imply: beta = correlation sigma / its own."""
        return self.volatility * self.correlation / self.beta


@dataclass(frozen=True, slots=True)
class RelatedHedge:
    """`contracts` of the product against the underlying's `delta` (USD).

    `left`: delta in USD of the underlying that rounding to whole contracts leaves. `basis_risk`: one standard deviation
    over the horizon in USD of what the product does not follow. `risk`: that and `left` together. `cost`: half spreads
    in USD.
    """

    product: Product
    delta: float
    contracts: float
    left: float
    basis_risk: float
    risk: float
    cost: float

    def gap(self, jump: float) -> float:
        """P&L of the product at a jump of the underlying, in USD: at its expected return, correlation^2 jump / beta."""
        one = self.product
        return self.contracts * one.notional * one.correlation**2 * jump / one.beta


def read_products(cells: Cells, book: Book, where: Where | None = None) -> list[Product]:
    """Candidate products, one a row. Raises BadInput naming the row of what cannot be one."""
    rows = read_table(
        cells, where or Where("products"), _FIELDS, ("product", "price", "beta", "correlation", "volatility")
    )
    return [_product(row, book) for row in rows]


def _product(row: Row, book: Book) -> Product:
    name = row.word("product")
    if not name:
        raise BadInput(f"{row.where}: product is blank; expected its name")
    row.named(name)
    names = list(book.spots)
    underlying = row.word("underlying").upper() or (names[0] if len(names) == 1 else "")
    if underlying not in names:
        raise row.bad("underlying", f"one of {', '.join(names)}, whose delta it hedges")
    beta, correlation = row.needed("beta"), row.needed("correlation", -1)
    if beta == 0 or abs(beta) > 1e6:
        raise row.bad("beta", "a number other than 0")
    if correlation > 1 or beta * correlation <= 0:
        raise row.bad("correlation", "a number from -1 to 1 with the sign of beta")
    volatility = row.needed("volatility", 0, above=True)
    if volatility > 5:
        raise row.bad("volatility", "an annual decimal such as 0.20")
    price = row.needed("price", 0, above=True)
    return Product(
        name, underlying, price, row.amount("multiplier", 0, above=True) or _units(name), beta, correlation, volatility,
        row.amount("half_spread", 0, high=price) or 0.0, row.where,
    )  # fmt: skip


def _units(name: str) -> float:
    """Units per contract where none are given: those of a known future, else 1, as a share has."""
    future = known(name) and product(name).kind is Kind.FUTURE
    return (product(name).multiplier if future else None) or 1.0


def hedge_related(book: Book, products: list[Product], horizon_days: float = 1.0) -> list[RelatedHedge]:
    """Each product alone, side by side: h = -delta beta / (price multiplier), rounded to whole contracts.

    Basis risk = |delta| sigma sqrt(1 - correlation^2) sqrt(horizon), the horizon in calendar days / 365. Beta and
    correlation imply the product's own volatility, sigma correlation / beta, at which `left` moves.
    """
    if horizon_days <= 0:
        raise BadInput(f"horizon_days is {horizon_days:g}; expected a number above 0")
    found, root = greeks(book), math.sqrt(horizon_days * DAY)
    out = []
    for one in products:
        delta = found.total([i for i, name in enumerate(book.underlying) if name == one.underlying]).delta
        exact = -delta * one.beta / one.notional
        contracts = math.copysign(float(math.floor(abs(exact) + 0.5 - 1e-9)), exact)
        left = delta + contracts * one.notional / one.beta
        basis = abs(delta) * one.volatility * math.sqrt(1 - one.correlation**2) * root
        rounding = abs(left) * one.volatility * abs(one.correlation) * root
        cost = abs(contracts) * one.half_spread * one.multiplier
        out.append(RelatedHedge(one, delta, contracts + 0.0, left, basis, math.hypot(basis, rounding), cost))
    return out
