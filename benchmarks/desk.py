"""Rows on a desk's own book: 2 000 positions over 40 underlyings through BOOK_EXPOSURE and LIMIT_CHECK."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from itertools import count

from benchmarks.measuring import Row, measure
from gex_xl import udfs
from gex_xl.functions.arguments import Table
from gex_xl.functions.positions import EXAMPLE_LIMITS

POSITIONS, UNDERLYINGS = 2_000, 40
AS_OF = "2025-03-03 11:30"
_EXPIRIES = ("2025-03-21", "2025-04-17", "2025-05-16", "2025-06-20", "2025-09-19")
_HEAD = ["Underlying", "Class", "Type", "Strike", "Expiry", "Contracts", "IV", "Price", "Multiplier", "Spot"]


def book(turn: int = 0) -> Table:
    """Made-up positions: calls and puts of five expiries and five strikes around spot, and a line of shares each.

    `turn` moves a contract, so that no two books are alike and nothing is at hand.
    """
    rows: Table = [list(_HEAD)]
    for k in range(POSITIONS):
        name, spot = f"S{chr(65 + k % UNDERLYINGS // 26)}{chr(65 + k % UNDERLYINGS % 26)}", 50.0 + 5 * (k % UNDERLYINGS)
        at = k // UNDERLYINGS
        if at == 0:
            rows.append([name, None, "shares", None, None, 100 * (k % 7 - 3), None, None, None, spot])
            continue
        strike = round(spot * (0.9 + 0.05 * (at % 5)), 2)
        contracts = (-1) ** k * (5 + k % 90) + (turn if k == POSITIONS - 1 else 0)
        expiry = _EXPIRIES[at // 10 % 5]
        rows.append([name, name, "CP"[at % 2], strike, expiry, contracts, 0.2 + 0.01 * (at % 9), None, 100, spot])
    return rows


def rows(rounds: int) -> Iterator[Row]:
    """Both functions, each book another one; beside them the bare greeks, one position after another."""
    turns = count()
    yield measure(
        f"a desk's book of {POSITIONS:,} positions over {UNDERLYINGS} underlyings: exposure and limits", POSITIONS,
        {"gex_xl": lambda: _ours(book(next(turns))), "one by one, greeks alone": lambda: _one_by_one(book())},
        rounds=rounds,
    )  # fmt: skip


def _ours(cells: Table) -> None:
    for name, rest in (("BOOK_EXPOSURE", ()), ("LIMIT_CHECK", (EXAMPLE_LIMITS,))):
        udfs.FUNCTIONS[name](cells, *rest, None, AS_OF)


def _one_by_one(cells: Table) -> dict[str, list[float]]:
    """Delta, gamma and vega of each underlying in a plain loop; a year's fraction stands for the clock."""
    found: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for name, _, kind, strike, expiry, contracts, iv, _, multiplier, spot in cells[1:]:
        net = found[name]
        if kind == "shares":
            net[0] += contracts * spot
            continue
        t = (int(expiry[5:7]) - 3) / 12 + int(expiry[8:]) / 365
        stdev = iv * math.sqrt(t)
        d1 = math.log(spot / strike) / stdev + stdev / 2
        density = math.exp(-d1 * d1 / 2) / math.sqrt(2 * math.pi)
        units = contracts * multiplier
        net[0] += units * spot * ((1 + math.erf(d1 / math.sqrt(2))) / 2 - (kind == "P"))
        net[1] += units * density / stdev * spot * 0.01
        net[2] += units * spot * density * math.sqrt(t) * 0.01
    return dict(found)
