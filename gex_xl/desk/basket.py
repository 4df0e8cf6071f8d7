"""Several related products at once: the least squares of all delta dollars, by the correlations between everything."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gex_xl.arrays import FloatArray
from gex_xl.desk.book import greeks
from gex_xl.desk.currencies import only_currency
from gex_xl.desk.positions import Book
from gex_xl.desk.related import DAY, Product
from gex_xl.desk.table import Cells, Where
from gex_xl.errors import BadInput
from gex_xl.reading.values import CELL_ERRORS, is_blank, number, shown, text

Correlations = Mapping[tuple[str, str], float]
_STEPS = 20_000


@dataclass(frozen=True, eq=False, slots=True)
class BasketHedge:
    """`products`: each once, with `exact` and whole `contracts` of it, shape (p,).

    `underlyings` and their `delta` (currency, shape (n,)). One standard deviation over the horizon, in currency:
    `risk` of the deltas as they are, `basis` of what is left at the exact hedge, `after` at whole contracts. `cost`:
    half spreads. `response`: expected return of each product per unit of each underlying's return, shape (p, n).
    """

    products: list[Product]
    underlyings: list[str]
    delta: FloatArray
    exact: FloatArray
    contracts: FloatArray
    risk: float
    basis: float
    after: float
    cost: float
    response: FloatArray

    def gap(self, moves: Mapping[str, float]) -> float:
        """P&L of the products at moves of the underlyings (fractions), at their expected returns."""
        move = np.array([moves[name] for name in self.underlyings])
        dollars = self.contracts * np.array([one.notional for one in self.products])
        return float(dollars @ (self.response @ move))


def read_correlations(cells: Cells, where: Where | None = None) -> dict[tuple[str, str], float]:
    """A square table of correlations: names in the first row and the first column, one triangle is enough.

    Raises BadInput naming the row, for what is no correlation and for two figures of one pair.
    """
    place = where or Where("correlations")
    rows = [(i, row) for i, row in enumerate(cells, 1) if not all(is_blank(cell) for cell in row)]
    if not rows:
        raise BadInput(f"{place}: the range is blank; expected names in its first row and column")
    names = [text(cell).upper() for cell in rows[0][1]]
    found: dict[tuple[str, str], float] = {}
    for i, row in rows:
        for cell in row:
            if isinstance(cell, str) and cell.strip().lower() in CELL_ERRORS:
                raise BadInput(f"{place.row(i)}: a cell is {cell.strip()}; mend the cell that it comes from")
    for i, row in rows[1:]:
        own = text(row[0]).upper()
        for other, cell in zip(names[1:], row[1:], strict=False):
            if is_blank(cell):
                continue
            value = number(cell)
            if not own or not other or value is None or not -1 <= value <= 1:
                raise BadInput(
                    f"{place.row(i)}: the correlation of {shown(own) or 'no name'} and {shown(other) or 'no name'} is "
                    f'"{shown(cell)}"; expected a number from -1 to 1'
                )
            if own == other and value != 1:
                raise BadInput(f"{place.row(i)}: {own} with itself is {value:g}; expected 1 or a blank")
            if found.setdefault((own, other), value) != value or found.setdefault((other, own), value) != value:
                raise BadInput(f"{place.row(i)}: {own} and {other} have two correlations; give one")
    return found


def hedge_basket(
    book: Book, products: Sequence[Product], correlations: Correlations, horizon_days: float = 1.0
) -> BasketHedge:
    """Contracts of all products together that leave the least variance of the book's delta dollars.

    With the covariance S of yearly returns, split into underlyings u and products p, and delta dollars d: the exact
    hedge is -S_pp^-1 S_pu d dollars, and what no product follows has the variance d' (S_uu - S_up S_pp^-1 S_pu) d.
    Whole contracts are those of least variance. A product in several rows, one for each underlying, is one product;
    its correlation with each is the row's, its volatility what beta and correlation imply (their root mean square over
    the rows). All other pairs come from `correlations`. Raises BadInput where a pair is missing, where correlations
    contradict each other, and for a book in several currencies.
    """
    if horizon_days <= 0:
        raise BadInput(f"horizon_days is {horizon_days:g}; expected a number above 0")
    only_currency(book)
    found = greeks(book)
    underlyings = [name for name in book.spots if any(one.underlying == name for one in products)]
    names = list(dict.fromkeys(one.name for one in products))
    first = [next(one for one in products if one.name == name) for name in names]
    delta = np.array([found.total(np.flatnonzero(book.on(name)).tolist()).delta for name in underlyings])
    covariance = _covariance(products, underlyings, names, correlations)
    n = len(underlyings)
    uu, up, pp = covariance[:n, :n], covariance[:n, n:], covariance[n:, n:]
    notional = np.array([one.notional for one in first])
    exact = -np.linalg.pinv(pp, rcond=1e-10, hermitian=True) @ up.T @ delta / notional
    contracts = _whole(exact, pp * np.outer(notional, notional))
    year = horizon_days * DAY

    def risk(traded: FloatArray) -> float:
        dollars = traded * notional
        variance = delta @ uu @ delta + 2 * delta @ up @ dollars + dollars @ pp @ dollars
        return math.sqrt(max(0.0, float(variance)) * year)

    spread = np.array([one.half_spread * one.multiplier for one in first])
    response = (np.linalg.pinv(uu, rcond=1e-10, hermitian=True) @ up).T
    return BasketHedge(
        first, underlyings, delta, exact, contracts, risk(np.zeros(len(first))), risk(exact), risk(contracts),
        float(abs(contracts) @ spread), np.asarray(response),
    )  # fmt: skip


def _covariance(
    products: Sequence[Product], underlyings: list[str], names: list[str], correlations: Correlations
) -> FloatArray:
    """Of yearly returns, underlyings first, then products; shape (n + p, n + p)."""
    for one in products:
        twin = next(other for other in products if other.name == one.name)
        if (one.price, one.multiplier, one.half_spread) != (twin.price, twin.multiplier, twin.half_spread):
            raise BadInput(f"{one.where}: {one.name} has two prices, multipliers or spreads; give one")
    volatility: dict[str, float] = {}
    for one in products:
        if volatility.setdefault(one.underlying, one.volatility) != one.volatility:
            two = f"{volatility[one.underlying]:g} and {one.volatility:g}"
            raise BadInput(f"{one.where}: {one.underlying} has two volatilities, {two}; give one")
    sigma = [volatility[name] for name in underlyings]
    for name in names:
        own_sigma = [one.own_volatility for one in products if one.name == name]
        sigma.append(math.sqrt(math.fsum(value**2 for value in own_sigma) / len(own_sigma)))
    keys = [("", name) for name in underlyings] + [("product", name) for name in names]
    matrix = np.eye(len(keys))
    for i, (kind, name) in enumerate(keys):
        for j, (other_kind, other) in enumerate(keys[:i]):
            rows = [p.correlation for p in products if p.name == name and p.underlying == other]
            value = rows[0] if kind and not other_kind and rows else _pair(name, other, correlations)
            matrix[i, j] = matrix[j, i] = value
    smallest = float(np.linalg.eigvalsh(matrix)[0])
    if smallest < -1e-6:
        raise BadInput(
            "correlations: they contradict each other (no returns can have all of them at once); "
            f"the smallest eigenvalue is {smallest:.3g}, expected 0 or more"
        )
    return np.asarray(matrix * np.outer(sigma, sigma))


def _pair(name: str, other: str, correlations: Correlations) -> float:
    found = correlations.get((name.upper(), other.upper()))
    if found is None:
        raise BadInput(f"correlations: the pair {shown(other)} and {shown(name)} is missing; give its correlation")
    return found


def _whole(exact: FloatArray, covariance: FloatArray) -> FloatArray:
    """Whole contracts of least variance, shape (p,): the integer point x with least (x - exact)' C (x - exact).

    `covariance`: C, of one contract each. Depth first along a triangular factor of C, the nearest integers first, and
    no branch that is already worse than the best found (Schnorr and Euchner 1994). Products that move alike make many
    points nearly equal: after `_STEPS` steps the best so far is taken.
    """
    n = len(exact)
    order = np.argsort(np.diag(covariance), kind="stable")  # the largest contract is decided first, as the last row
    ridge = 1e-12 * float(np.trace(covariance)) / n or 1.0
    upper = np.linalg.cholesky(covariance[np.ix_(order, order)] + ridge * np.eye(n)).T
    centre = exact[order]
    best, least, steps = np.round(centre), math.inf, 0

    def descend(i: int, point: FloatArray, cost: float) -> None:
        nonlocal best, least, steps
        if i < 0:
            if cost < least:
                best, least = point.copy(), cost
            return
        middle = centre[i] - float(upper[i, i + 1 :] @ (point[i + 1 :] - centre[i + 1 :])) / upper[i, i]
        value = float(np.round(middle))
        step = 1.0 if middle > value else -1.0
        while steps < _STEPS:
            steps += 1
            more = cost + float(upper[i, i] * (value - middle)) ** 2
            if more >= least:
                return
            point[i] = value
            descend(i - 1, point, more)
            value += step
            step = -step - math.copysign(1.0, step)

    descend(n - 1, centre.copy(), 0.0)
    contracts = np.empty(n)
    contracts[order] = best
    return contracts + 0.0
