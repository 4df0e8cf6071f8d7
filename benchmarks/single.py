"""Rows on single formulas of a loaded chain, and on a range in which one cell has changed."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.chains import book
from benchmarks.dashboard import FORMULAS
from benchmarks.measuring import Row, Timing
from gex_xl import udfs
from gex_xl.cache import clear_caches

ALONE, EACH, CHANGED = "one formula alone, ", "each of fifty formulas in turn", "a range read again"
WHOLE, ONE_CELL = "all of it, LOAD_CHAIN", "one cell changed, LOAD_CHAIN"
_ALONE = ("GEX_GRID", "GEX_LADDER", "GAMMA_MAP", "MAP_TABLE", "HEADLINE", "DIALECTS")
_SLOWEST = 12  # are shown
_ROW = 10  # of the range, where it changes


def rows(contracts: int, rounds: int) -> Iterator[Row]:
    """What comes before each formula (a chain that is loaded, its total) is not timed."""
    call = udfs.FUNCTIONS
    cells: list[list[Any]] = book(contracts).cells()
    handle, earlier = call["LOAD_CHAIN"](cells), call["LOAD_CHAIN"](book(contracts, spot=4710.0).cells())
    found: dict[str, list[float]] = {name: [] for name in (*_ALONE, "GEX_CHANGE")}
    for _ in range(rounds + 1):
        for name, seconds in found.items():
            clear_caches()
            if name != "GEX_CHANGE":
                call["TOTAL_GEX"](handle)
            chains = (handle, earlier) if name == "GEX_CHANGE" else (handle,)
            seconds.append(_seconds(lambda name=name, chains=chains: call[name](*chains)))  # type: ignore[misc]
    yield _row(f"{ALONE}the chain loaded and its total known, of GEX_CHANGE both chains loaded", contracts, found)
    yield from _in_turn(handle, contracts, rounds)
    found = {WHOLE: [], ONE_CELL: [], "one row inserted, LOAD_CHAIN": []}
    for turn in range(rounds + 1):
        for name, seconds in found.items():
            clear_caches()
            if name != WHOLE:
                call["LOAD_CHAIN"](cells)
            given = cells if name == WHOLE else _changed(cells, 1000.0 + turn, inserted=name != ONE_CELL)
            seconds.append(_seconds(lambda given=given: call["LOAD_CHAIN"](given)))  # type: ignore[misc]
    yield _row(CHANGED, contracts, found)


def _in_turn(handle: Any, contracts: int, rounds: int) -> Iterator[Row]:
    """Each of the fifty where it stands among them: the first ones find out what the later ones share."""
    found: dict[str, list[float]] = {}
    for _ in range(rounds + 1):
        clear_caches()
        for number, (name, rest) in enumerate(FORMULAS, 1):
            took = _seconds(lambda name=name, rest=rest: udfs.FUNCTIONS[name](handle, *rest))  # type: ignore[misc]
            found.setdefault(f"{name}, number {number}", []).append(took)
    slowest = sorted(found, key=lambda way: -min(found[way]))[:_SLOWEST]
    yield _row(f"{EACH}, the slowest {_SLOWEST}", contracts, {way: found[way] for way in slowest})


def _changed(cells: list[list[Any]], held: float, *, inserted: bool) -> list[list[Any]]:
    """The range with another open interest in one cell, or with a row of another strike above that."""
    row = [*cells[_ROW]]
    row[10] = held
    if inserted:
        row[11] += 0.25
        for symbol in (1, 12):
            row[symbol] = f"{row[symbol][:-8]}{round(row[11] * 1000):08d}"
    return [*cells[:_ROW], row, *cells[_ROW + (not inserted) :]]


def _seconds(work: Callable[[], object]) -> float:
    gc.collect()
    gc.disable()
    start = time.perf_counter()
    work()
    took = time.perf_counter() - start
    gc.enable()
    return took


def _row(name: str, contracts: int, found: dict[str, list[float]]) -> Row:
    """The first round is a rehearsal."""
    return Row(name, contracts, {way: Timing(tuple(seconds[1:])) for way, seconds in found.items()})
