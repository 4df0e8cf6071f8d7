"""Rows on fifty formulas over one chain, where they are calculated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.chains import book
from benchmarks.measuring import Row, measure
from gex_xl import udfs
from gex_xl.memory import forget

Cells = list[list[Any]]
_FUNCTIONS = (
    "TOTAL_GEX", "FLIP_STRIKE", "ZERO_GAMMA", "CALL_WALL", "PUT_WALL", "REGIME", "REGIME_TRIGGERS", "GEX_LEVELS",
    "GEX_PER_STRIKE", "GEX_BY_EXPIRY", "GAMMA_PROFILE", "CHAIN_STATUS", "CHAIN_CHECK",
)  # fmt: skip
_SETTINGS = ("", "unit=usd_bn", "sign=long_calls", "unit=shares; flip_pick=nearest")
#: Function and settings of each of the fifty cells: what a dashboard and three variants of it show.
FORMULAS = [(name, settings) for settings in _SETTINGS for name in _FUNCTIONS][:50]


def fifty(chain: object) -> None:
    """All the formulas, each with the chain as its argument."""
    for name, settings in FORMULAS:
        udfs.FUNCTIONS[name](chain, None, None, settings or None)


def rows(contracts: int, rounds: int) -> Iterator[Row]:
    """Ours is one formula on the raw range; the others are how many times that."""
    cells = book(contracts).cells()
    yield from plain(cells, contracts, rounds)


def plain(cells: Cells, contracts: int, rounds: int) -> Iterator[Row]:
    """The functions called from Python, as every host calls them."""
    load, total = udfs.FUNCTIONS["LOAD_CHAIN"], udfs.FUNCTIONS["TOTAL_GEX"]

    def anew(do: Callable[[], object]) -> Callable[[], object]:
        def way() -> None:
            forget()  # leave nothing that an earlier calculation has found
            do()

        return way

    handle = load(cells)
    ways = {
        "one formula on the range": anew(lambda: total(cells)),
        "LOAD_CHAIN and 50 formulas": anew(lambda: fifty(load(cells))),
        "50 formulas on the handle": anew(lambda: fifty(handle)),
        "50 formulas on the range": anew(lambda: fifty(cells)),
        "the 50 once more, nothing changed": lambda: fifty(handle),
    }
    yield measure("a dashboard: the functions alone", contracts, ways, rounds=max(3, rounds // 3))
