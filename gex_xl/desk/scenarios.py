"""Full reprice of a book at jumps of spot and shocks of volatility."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gex_xl.arrays import FloatArray
from gex_xl.desk.book import greeks
from gex_xl.desk.hedging import check_held
from gex_xl.desk.positions import Book
from gex_xl.desk.table import Cells, Where, read_table
from gex_xl.errors import BadInput

#: Moves of spot and, with each, of volatility: fractions and decimals of iv (0.05 is 5 vol points).
JUMPS = (-0.10, -0.05, 0.0, 0.05, 0.10)
VOL_SHOCKS = (0.0, 0.05)
#: Underlying -> how many times the jump it moves; 1 where it is not named.
Betas = Mapping[str, float]
_ALIKE: Betas = {}


@dataclass(frozen=True, slots=True)
class Scenario:
    """At one jump and shock: P&L of the whole book, and its delta there, both in its currency."""

    jump: float
    shock: float
    pnl: float
    delta: float


def read_betas(cells: Cells, where: Where | None = None, book: Book | None = None) -> dict[str, float]:
    """Underlying -> its beta to the jump, from columns underlying and beta. Raises BadInput naming the row.

    `book`: what all of them must be in, None where they need not.
    """
    found: dict[str, float] = {}
    rows = read_table(
        cells, where or Where("betas"), {"underlying": ("name", "ticker", "symbol"), "beta": ("betatojump", "factor")},
        ("underlying", "beta"),
    )  # fmt: skip
    for row in rows:
        name = row.word("underlying").upper()
        row.named(name)
        if not name or name in found:
            raise row.bad("underlying", "each underlying once")
        check_held(row, name, book)
        found[name] = row.needed("beta")
    return found


def moves(book: Book, jump: float, betas: Betas = _ALIKE) -> FloatArray:
    """By how much each row's underlying moves at a jump, a fraction, shape (n,): the jump times its beta.

    Raises BadInput where that takes a price to 0 or below.
    """
    found = np.array([jump * betas.get(name, 1.0) for name in book.underlying])
    for i in np.flatnonzero(found <= -1):
        name = book.underlying[i]
        raise BadInput(
            f"betas: a jump of {jump:.0%} times the beta {betas[name]:g} takes {name} to 0; give a smaller one"
        )
    return found


def profit(book: Book, jump: float, shock: float = 0.0, betas: Betas = _ALIKE) -> FloatArray:
    """P&L of each row in its currency, shape (n,), all underlyings jumping at once, each by its beta times the jump.

    Forwards move in proportion; each option keeps its own iv plus the shock (sticky strike), never below 0.001.
    """
    option, future = book.is_option, book.kind == "future"
    move = moves(book, jump, betas)
    change = book.spot * move
    change[future] = book.forward[future] * move[future]
    if option.any():
        change[option] = book.european(move[option], shock).price() - book.european().price()
    return np.asarray(book.contracts * book.multiplier * change)


def delta_after(book: Book, jump: float, shock: float = 0.0, betas: Betas = _ALIKE) -> FloatArray:
    """Delta of each row in units of its underlying after a jump and a shock; what is no option keeps its own."""
    deltas = greeks(book).delta_shares
    option = book.is_option
    if option.any():
        units = book.contracts * book.multiplier
        deltas[option] = units[option] * book.european(moves(book, jump, betas)[option], shock).delta()
    return deltas


def scenarios(
    book: Book, jumps: Sequence[float] = JUMPS, shocks: Sequence[float] = VOL_SHOCKS, betas: Betas = _ALIKE
) -> list[Scenario]:
    """Every jump with every shock, shock by shock."""
    return [
        Scenario(
            jump, shock, math.fsum(profit(book, jump, shock, betas)),
            math.fsum(delta_after(book, jump, shock, betas) * book.spot * (1 + moves(book, jump, betas))),
        )
        for shock in shocks
        for jump in jumps
    ]  # fmt: skip


def worst(
    book: Book, jumps: Sequence[float] = JUMPS, shocks: Sequence[float] = VOL_SHOCKS, betas: Betas = _ALIKE
) -> Scenario:
    """The scenario with the largest loss."""
    return min(scenarios(book, jumps, shocks, betas), key=lambda one: one.pnl)
