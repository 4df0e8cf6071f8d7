"""Rows on the engine that calculates a workbook: a large chain pasted, beside a library that only writes the cells."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl

from benchmarks.measuring import Row, measure
from gex_xl.engines import recalculate

_ROWS, _COLUMNS = 12_000, 22


def rows(rounds: int) -> Iterator[Row]:
    """The engine reads, pastes, sums and writes; openpyxl reads, pastes and writes the same cells."""
    cells: list[list[object]] = [[float(row * column % 977) for column in range(_COLUMNS)] for row in range(_ROWS)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        empty = openpyxl.Workbook()
        empty.active.title = "Main"
        empty.active["A1"] = f"=SUM(Chain!$A$1:$V${_ROWS})"
        empty.create_sheet("Chain")
        empty.save(path)

        def ours() -> object:
            return recalculate(path, Path(folder) / "ours.xlsx", {}, paste={"Chain!A1": cells})

        def openpyxls() -> None:
            book = openpyxl.load_workbook(path)
            for row in cells:
                book["Chain"].append(row)
            book.save(Path(folder) / "theirs.xlsx")

        ways = {"gex_xl, calculated": ours, "openpyxl, cells only": openpyxls}
        yield measure(f"paste {_ROWS:,} rows into a workbook", _ROWS, ways, rounds=rounds)
