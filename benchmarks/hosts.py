"""Rows on fifty formulas over one chain, where they are calculated.

The first way is one formula on the raw range; the others are how many times that.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import xlsxwriter

from benchmarks import calc, calls
from benchmarks.chains import book
from benchmarks.dashboard import FORMULAS, TWO_SIGNS, fifty, formula
from benchmarks.driver import FIFTY, ONE
from benchmarks.measuring import Row, measure
from gex_xl import udfs
from gex_xl.cache import clear_caches
from gex_xl.engines import recalculate

Cells = list[list[Any]]
_NONE = "no formula of ours"
_WIDTH = 32  # columns from one formula to the next


def rows(contracts: int, rounds: int) -> Iterator[Row]:
    """One chain in every host that is found here."""
    cells: Cells = book(contracts).cells()
    few = max(1, rounds // 2)
    yield from plain(cells, contracts, few)
    yield from calls.classic(cells, contracts, few)
    yield from calls.server(cells, contracts, few)
    yield from calls.lite(cells, contracts, few)
    yield from embedded(cells, contracts, few)
    yield from calc.rows(cells, contracts, few)  # last, since it changes the environment


def plain(cells: Cells, contracts: int, rounds: int) -> Iterator[Row]:
    """The functions called from Python, as every host calls them."""
    load, total = udfs.FUNCTIONS["LOAD_CHAIN"], udfs.FUNCTIONS["TOTAL_GEX"]
    handle = load(cells)
    ways = {
        ONE: _anew(lambda: total(cells)),
        FIFTY: _anew(lambda: fifty(load(cells))),
        "the same, 19 of them with another sign": _anew(lambda: fifty(load(cells), TWO_SIGNS)),
        "50 formulas on the handle, chain in memory": _anew(lambda: fifty(handle)),
        "50 formulas on the range": _anew(lambda: fifty(cells)),
        "WHAT_IF on the handle, chain in memory": _anew(lambda: udfs.FUNCTIONS["WHAT_IF"](handle)),
    }
    yield measure("a dashboard: the functions alone", contracts, ways, rounds=rounds)
    again = {"50 formulas on the handle": lambda: fifty(handle)}
    yield measure("a dashboard once more, nothing changed", contracts, again, rounds=rounds)


def embedded(cells: Cells, contracts: int, rounds: int) -> Iterator[Row]:
    """The embedded engine: a workbook read, calculated and written."""
    with tempfile.TemporaryDirectory() as folder:
        books = {name: Path(folder) / f"{i}.xlsx" for i, name in enumerate((ONE, FIFTY, _NONE))}
        write_book(books[ONE], cells, ["=TOTAL_GEX({range})"])
        write_book(books[FIFTY], cells, ["=LOAD_CHAIN({range})", *(formula(*each) for each in FORMULAS)])
        write_book(books[_NONE], cells, ["=1+1"])
        out = Path(folder) / "out.xlsx"

        def calculated(source: Path) -> Callable[[], object]:
            return _anew(lambda: recalculate(source, out, udfs.FUNCTIONS))

        wrong = recalculate(books[FIFTY], out, udfs.FUNCTIONS).errors
        if wrong:
            raise SystemExit(f"the embedded engine: {wrong}")
        ways = {name: calculated(path) for name, path in books.items()}
        yield measure("a dashboard: the embedded engine, files read and written", contracts, ways, rounds=rounds)


def write_book(path: Path, cells: Cells, formulas: list[str]) -> None:
    """A workbook of two sheets: the chain, and the formulas side by side, the first one in A1."""
    with xlsxwriter.Workbook(path, {"use_future_functions": False}) as out:
        chain, sheet = out.add_worksheet("Chain"), out.add_worksheet("Dashboard")
        for i, row in enumerate(cells):
            chain.write_row(i, 0, row)
        where = f"Chain!$A$1:$V${len(cells)}"
        for i, each in enumerate(formulas):
            text = each.format(range=where, handle="$A$1")
            sheet.write_dynamic_array_formula(0, _WIDTH * i, 0, _WIDTH * i, text)


def _anew(do: Callable[[], object]) -> Callable[[], object]:
    def way() -> None:
        clear_caches()  # leave nothing that an earlier calculation has found
        do()

    return way
