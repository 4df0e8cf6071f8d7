"""What a book is exposed to: per position, and net by underlying, class, series and expiry."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gex_xl.arrays import FloatArray
from gex_xl.cache import cached
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
        rows = slice(None) if at is None else list(at)
        return Exposure(*(math.fsum(values[rows].tolist()) for values in self._all()))

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


@cached(16)
def groups(book: Book, level: str) -> tuple[Group, ...]:
    """Positions added up by `underlying`, `class`, `expiry`, `strike` or `series`, in the order of the range."""
    found, options = greeks(book), book.is_option.tolist()
    # Long and short in one series are one position, so gross is taken over series.
    gross = _series_sizes(book, found, options)
    of_book = [math.fsum(sizes[k] for sizes in gross.values()) for k in (1, 2)]
    keys: dict[str, list[int]] = {}
    for i, option in enumerate(options):
        key = _key(book, i, level, option)
        if key:
            keys.setdefault(key, []).append(i)
    contracts = book.contracts.tolist()
    out: list[Group] = []
    for key, rows in keys.items():
        mine = [gross[label] for label in dict.fromkeys(book.label[i] for i in rows)]
        held, gamma, vega = (math.fsum(sizes[k] for sizes in mine) for k in range(3))
        shares = [own / whole if whole else math.nan for own, whole in zip((gamma, vega), of_book, strict=True)]
        counted = [i for i in rows if options[i]] or rows  # contracts and shares are not added up
        net = math.fsum(contracts[i] for i in counted)
        out.append(Group(level, key, net, held, found.total(rows), shares[0], shares[1]))
    return tuple(out)


def _series_sizes(book: Book, found: Greeks, options: list[bool]) -> dict[str, tuple[float, float, float]]:
    """Series -> the size of its net contracts (options only), gamma and vega."""
    rows: dict[str, list[int]] = {}
    for i, label in enumerate(book.label):
        rows.setdefault(label, []).append(i)
    contracts, gamma, vega = book.contracts.tolist(), found.gamma.tolist(), found.vega.tolist()
    return {
        label: (
            abs(math.fsum(contracts[i] for i in at)) if options[at[0]] else 0.0,
            abs(math.fsum(gamma[i] for i in at)),
            abs(math.fsum(vega[i] for i in at)),
        )
        for label, at in rows.items()
    }


def _key(book: Book, i: int, level: str, option: bool) -> str:
    """The group of a row, "" where the level has none for it, as an expiry for shares."""
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
