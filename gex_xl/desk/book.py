"""What a book is exposed to: per position, and net by underlying, class, series and expiry."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gex_xl.arrays import FloatArray
from gex_xl.desk.positions import Book


@dataclass(frozen=True, eq=False, slots=True)
class Greeks:
    """Of whole positions, contracts and multiplier included, one array entry each.

    `delta_shares`: share equivalents. `delta`: USD. `gamma`: USD of delta per 1 % move. `vega`: USD per vol point.
    `theta`: USD per calendar day. `rho`: USD per 1 percentage point of the rate.
    """

    delta_shares: FloatArray
    delta: FloatArray
    gamma: FloatArray
    vega: FloatArray
    theta: FloatArray
    rho: FloatArray

    def total(self, at: Sequence[int] | None = None) -> Exposure:
        """Their sums, over all rows or those at `at`."""
        return Exposure(*(math.fsum(values if at is None else values[list(at)]) for values in self._all()))

    def _all(self) -> tuple[FloatArray, ...]:
        return (self.delta_shares, self.delta, self.gamma, self.vega, self.theta, self.rho)


@dataclass(frozen=True, slots=True)
class Exposure:
    """Sums of `Greeks`, same units. `delta_shares` has a meaning for one underlying only."""

    delta_shares: float
    delta: float
    gamma: float
    vega: float
    theta: float
    rho: float


def greeks(book: Book) -> Greeks:
    """Of each position. A share has delta 1; a future moves with spot in proportion, delta F/S, and with the rate."""
    units = book.contracts * book.multiplier
    option = book.is_option
    each = {name: np.zeros(len(book)) for name in ("delta", "gamma", "vega", "theta", "rho")}
    each["delta"][book.kind == "shares"] = 1.0
    future = book.kind == "future"
    each["delta"][future] = book.forward[future] / book.spot[future]
    dated = future & ~np.isnan(book.years)
    each["rho"][dated] = book.years[dated] * book.forward[dated]
    each["theta"][dated] = -book.forward[dated] * np.log(book.forward[dated] / book.spot[dated]) / book.years[dated]
    if option.any():
        european = book.european()
        for name, values in each.items():
            values[option] = getattr(european, name)()
    return Greeks(
        delta_shares=units * each["delta"],
        delta=units * each["delta"] * book.spot,
        gamma=units * each["gamma"] * book.spot**2 * 0.01,
        vega=units * each["vega"] * 0.01,
        theta=units * each["theta"] / 365,
        rho=units * each["rho"] * 0.01,
    )


def per_contract(book: Book) -> Greeks:
    """Of one contract of each row."""
    return greeks(book.holding(np.ones(len(book))))


@dataclass(frozen=True, slots=True)
class Group:
    """Positions added up. `contracts`: net; `gross`: of its series without regard to sign (options only).

    `gamma_share`, `vega_share`: of the gross gamma and vega of all series, 0 to 1, NaN where there is none.
    """

    level: str
    name: str
    contracts: float
    gross: float
    exposure: Exposure
    gamma_share: float
    vega_share: float


def groups(book: Book, level: str) -> list[Group]:
    """Positions added up by `underlying`, `class`, `expiry`, `strike` or `series`, in the order of the range."""
    found = greeks(book)
    series: dict[str, list[int]] = {}
    for i, label in enumerate(book.label):
        series.setdefault(label, []).append(i)
    # Long and short in one series are one position, so gross is taken over series.
    gross = {name: _sizes(book, found, rows) for name, rows in series.items()}
    of_book = [math.fsum(sizes[k] for sizes in gross.values()) for k in (1, 2)]
    keys: dict[str, list[int]] = {}
    for i in range(len(book)):
        key = _key(book, i, level)
        if key:
            keys.setdefault(key, []).append(i)
    out = []
    for key, rows in keys.items():
        mine = [gross[label] for label in dict.fromkeys(book.label[i] for i in rows)]
        held, gamma, vega = (math.fsum(sizes[k] for sizes in mine) for k in range(3))
        shares = [own / whole if whole else math.nan for own, whole in zip((gamma, vega), of_book, strict=True)]
        options = [i for i in rows if book.is_option[i]]
        net = math.fsum(book.contracts[options or rows])  # contracts and shares are not added up
        out.append(Group(level, key, net, held, found.total(rows), shares[0], shares[1]))
    return out


def _sizes(book: Book, found: Greeks, rows: list[int]) -> tuple[float, float, float]:
    option = bool(book.is_option[rows[0]])
    held = abs(math.fsum(book.contracts[rows])) if option else 0.0
    return held, abs(math.fsum(found.gamma[rows])), abs(math.fsum(found.vega[rows]))


def _key(book: Book, i: int, level: str) -> str:
    """The group of a row, "" where the level has none for it, as an expiry for shares."""
    option = bool(book.is_option[i])
    if level == "underlying":
        return book.underlying[i]
    if level == "series":
        return book.label[i]
    if level == "class":
        return book.klass[i] if option else f"{book.underlying[i]} {book.kind[i]}"
    if level == "expiry":
        return f"{book.underlying[i]} {book.expiry[i]}" if book.expiry[i] else ""
    return f"{book.underlying[i]} {book.strike[i]:g}" if option else ""


def concentrations(book: Book) -> list[tuple[str, str, str, float]]:
    """The largest share of gross gamma and of vega in one strike and in one expiry: greek, level, name, share 0 to 1.

    Empty for a book without options.
    """
    out = []
    for greek in ("gamma", "vega"):
        for level in ("strike", "expiry"):
            parts = [(getattr(g, f"{greek}_share"), g.name) for g in groups(book, level)]
            parts = [part for part in parts if not math.isnan(part[0])]
            if parts:
                share, name = max(parts, key=lambda part: part[0])
                out.append((greek, level, name, share))
    return out
