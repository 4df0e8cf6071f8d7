"""Tables that charts read as they stand: a fixed number of rows, labels that are blank where none is shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gex_xl.analytics import wording
from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.exposure import ExpiryExposure, by_expiry
from gex_xl.analytics.ladder import round_up
from gex_xl.analytics.profile import reprice, zero_gamma
from gex_xl.analytics.smile import Smile, smiles
from gex_xl.analytics.term_structure import atm_iv
from gex_xl.arrays import FloatArray

#: Absolute deltas of the smile's chart, puts from the wing to the money and calls from there on.
DELTAS = (0.05, 0.10, 0.15, 0.25, 0.35, 0.50)
SMILE_DAYS = (7, 21, 60)
_REACH = 0.10  # of spot: what a profile shows on either side, unless zero gamma lies beyond
_LABELLED = 10  # every so many levels have their price below them


@dataclass(frozen=True, slots=True)
class Profile:
    """Total GEX at round spot levels, shape (rows,) each; `spot` and `zero` are the places nearest to them."""

    level: FloatArray
    gex: FloatArray
    labels: list[str]
    spot: int
    zero: int | None


def profile(contracts: Contracts, rows: int = 107) -> Profile:
    """The gamma profile at levels of one round step around spot, 10 % on either side or up to zero gamma.

    The step is that of 1, 2, 2.5 and 5 times a power of ten that comes nearest. GEX in the unit of the settings.
    Method, section 4.
    """
    zero, half = zero_gamma(contracts), (rows - 1) // 2
    wanted = _REACH * contracts.spot / half
    upper = round_up(wanted)
    lower = max(step for step in (upper / 2, upper / 1.25, upper / 2.5) if round_up(step) == step and step < upper)
    step = upper if upper / wanted <= wanted / lower else lower
    if zero is not None:
        step = max(step, round_up(1.05 * abs(zero - contracts.spot) / half))
    first = max(round(contracts.spot / step) - half, 1)
    number = np.arange(first, first + rows)
    level = np.asarray(number * step, dtype=np.float64)
    labels = [wording.strike(n * step) if n % _LABELLED == 0 else "" for n in number.tolist()]
    near = [None if at is None else int(np.argmin(np.abs(level - at))) for at in (contracts.spot, zero)]
    return Profile(level, reprice(contracts, level), labels, near[0] or 0, near[1])


def expiry_bars(contracts: Contracts, rows: int = 12) -> list[tuple[str, float, float, float]]:
    """Label, calls, puts, net of each settlement; the last row adds up all later ones, so that all add up to the total.

    At most `rows`; in the unit of the settings. Method, section 1.
    """
    found = by_expiry(contracts)
    now = contracts.as_of.astimezone(contracts.chain.zone).date()
    head, tail = (found, ()) if len(found) <= rows else (found[: rows - 1], found[rows - 1 :])
    names = wording.settlements([(e.expiry, e.am_settled) for e in found], now)
    out = [(name, e.call, e.put, e.net) for name, e in zip(names, head, strict=False)]
    if tail:
        out.append(("later", _sum(tail, "call"), _sum(tail, "put"), _sum(tail, "net")))
    return out


def _sum(some: Sequence[ExpiryExposure], name: str) -> float:
    return math.fsum(getattr(one, name) for one in some)


def term_bars(contracts: Contracts, rows: int = 20) -> list[tuple[str, float | None]]:
    """Label and at-the-money iv in % by expiry, spread over `rows`; None between them, and where there is none.

    Of more expiries than rows evenly spaced ones are taken, the first and the last among them. Method, section 6.
    """
    now = contracts.as_of.astimezone(contracts.chain.zone).date()
    some = [(e, e.iv) for e in atm_iv(contracts) if e.iv is not None]
    names = wording.settlements([(e.expiry, e.am_settled) for e, _ in some], now)
    known = [(name, 100 * iv) for name, (_, iv) in zip(names, some, strict=True)]
    out: list[tuple[str, float | None]] = [("", None)] * rows
    if len(known) > rows:
        known = [known[round(i * (len(known) - 1) / (rows - 1))] for i in range(rows)]
    for i, point in enumerate(known):
        out[round(i * (rows - 1) / max(len(known) - 1, 1))] = point
    return out


def smile_bars(
    contracts: Contracts, days: Sequence[float] = SMILE_DAYS
) -> tuple[list[str], list[tuple[str, list[float | None]]]]:
    """Names of the expiries nearest to so many days, and label and iv in % of each at fixed deltas.

    From the 5-delta put over the money to the 5-delta call; None where an expiry does not reach that far, and for a
    column of an expiry that stands before it already. Method, section 6.
    """
    found = [smile for smile in smiles(contracts) if smile.strike.size]
    chosen: list[Smile | None] = []
    for wanted in days:
        near = min(found, key=lambda smile, at=wanted: abs(365 * smile.years - at), default=None)  # type: ignore[misc]
        chosen.append(None if near in chosen else near)
    now = contracts.as_of.astimezone(contracts.chain.zone).date()
    by_smile = dict(
        zip(map(id, found), wording.settlements([(s.expiry, s.am_settled) for s in found], now), strict=True)
    )
    names = ["none" if s is None else by_smile[id(s)] for s in chosen]
    at = [(f"{100 * d:g}{' put' if d == DELTAS[0] else ''}", 1 - d) for d in DELTAS]
    at += [(f"{100 * d:g}{' call' if d == DELTAS[0] else ''}", d) for d in reversed(DELTAS[:-1])]
    curves = [None if smile is None else _curve(smile) for smile in chosen]
    return names, [
        (label, [None if curve is None else _at(curve, call_delta) for curve in curves]) for label, call_delta in at
    ]


def _curve(smile: Smile) -> tuple[FloatArray, FloatArray]:
    """Call delta, ascending, and iv of the out-of-the-money side; a put's call delta is 1 less its own magnitude."""
    some = smile.out_of_the_money
    x = np.where(smile.is_call, smile.delta, smile.spot_discount + smile.delta)[some]
    order = np.argsort(x, kind="stable")
    return x[order], smile.iv[some][order]


def _at(curve: tuple[FloatArray, FloatArray], call_delta: float) -> float | None:
    x, iv = curve
    if not x.size or not x[0] <= call_delta <= x[-1]:
        return None
    return 100 * float(np.interp(call_delta, x, iv))


def bridge(parts: Sequence[tuple[str, float]], end: str) -> list[tuple[str, list[float]]]:
    """A waterfall as stacked columns that may cross zero: label, and unseen, total+-, rise+-, fall+-.

    The first of `parts` is the start, the others are steps; `end` is the column that they lead to. Columns of one row
    stand on each other, those above and those below 0 apart: seven figures of which at most three are not 0.
    Method, section 7.
    """
    out: list[tuple[str, list[float]]] = []
    at = 0.0
    totals = (0, len(parts))
    for i, (name, value) in enumerate([*parts, (end, math.fsum(value for _, value in parts))]):
        low, high = (min(0.0, value), max(0.0, value)) if i in totals else (min(at, at + value), max(at, at + value))
        unseen = low if low > 0 else high if high < 0 else 0.0
        above, below = max(high, 0.0) - max(low, 0.0), min(low, 0.0) - min(high, 0.0)
        kind = 0 if i in totals else 1 if value >= 0 else 2
        figures = [unseen, *[0.0] * 6]
        figures[1 + 2 * kind], figures[2 + 2 * kind] = above, below
        out.append((f"{name} {wording.signed(value)}", figures))
        at = value if i == 0 else at + value
    return out
