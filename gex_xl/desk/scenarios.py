"""Full reprice of a book at jumps of spot and shocks of volatility."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gex_xl.arrays import FloatArray
from gex_xl.desk.book import greeks
from gex_xl.desk.positions import Book

#: Moves of spot and, with each, of volatility: fractions and decimals of iv (0.05 is 5 vol points).
JUMPS = (-0.10, -0.05, 0.0, 0.05, 0.10)
VOL_SHOCKS = (0.0, 0.05)


@dataclass(frozen=True, slots=True)
class Scenario:
    """At one jump and shock: P&L of the whole book in USD, and its delta in USD there."""

    jump: float
    shock: float
    pnl: float
    delta: float


def profit(book: Book, jump: float, shock: float = 0.0) -> FloatArray:
    """P&L of each row in USD, all underlyings jumping together and at once.

    Forwards move in proportion; each option keeps its own iv plus the shock (sticky strike), never below 0.001.
    """
    option = book.is_option
    change = book.spot * jump
    future = book.kind == "future"
    change[future] = book.forward[future] * jump
    if option.any():
        change[option] = book.european(jump, shock).price() - book.european().price()
    return np.asarray(book.contracts * book.multiplier * change)


def delta_after(book: Book, jump: float, shock: float = 0.0) -> FloatArray:
    """Delta of each row in shares after a jump and a shock; what is no option keeps its own."""
    deltas = greeks(book).delta_shares
    option = book.is_option
    if option.any():
        units = book.contracts * book.multiplier
        deltas[option] = units[option] * book.european(jump, shock).delta()
    return deltas


def scenarios(book: Book, jumps: Sequence[float] = JUMPS, shocks: Sequence[float] = VOL_SHOCKS) -> list[Scenario]:
    """Every jump with every shock, shock by shock."""
    return [
        Scenario(
            jump, shock, math.fsum(profit(book, jump, shock)),
            math.fsum(delta_after(book, jump, shock) * book.spot * (1 + jump)),
        )
        for shock in shocks
        for jump in jumps
    ]  # fmt: skip


def worst(book: Book, jumps: Sequence[float] = JUMPS, shocks: Sequence[float] = VOL_SHOCKS) -> Scenario:
    """The scenario with the largest loss."""
    return min(scenarios(book, jumps, shocks), key=lambda one: one.pnl)
