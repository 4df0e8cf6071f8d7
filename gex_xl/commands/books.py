"""`gex-xl new` and `gex-xl recalc`: build a workbook, and put a chain into one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from gex_xl.chain import Chain
from gex_xl.errors import BadInput


def add(commands: Any) -> None:
    """Put `new` and `recalc` into the parser."""
    new = commands.add_parser("new", help="build a workbook")
    new.add_argument("book", type=Path, metavar="BOOK.xlsx")
    new.add_argument("--chain", type=Path, metavar="FILE", help="the chain to put in; without it a synthetic sample")
    new.add_argument("--force", action="store_true", help="replace BOOK.xlsx if it exists")
    new.set_defaults(run=_new)

    recalc = commands.add_parser("recalc", help="put a chain into a workbook and recalculate it")
    recalc.add_argument("book", type=Path, metavar="BOOK.xlsx")
    recalc.add_argument("--chain", type=Path, metavar="FILE", help="the chain to paste over the old one")
    recalc.add_argument("--out", type=Path, metavar="OUT.xlsx", help="write here and leave BOOK.xlsx as it is")
    recalc.add_argument("--engine", choices=["embedded"], default="embedded", help="what recalculates (embedded)")
    recalc.set_defaults(run=_recalc)


def _new(given: argparse.Namespace) -> int:
    from gex_xl.template import new_workbook

    _need_xlsx(given.book)
    if given.book.exists() and not given.force:
        raise BadInput(f"{given.book} exists; choose another name, or add --force to replace it")
    new_workbook(given.book, pasted_cells(given.chain))
    print(f"{given.book}: built, with {given.chain or 'the synthetic sample chain'} in it")
    return 0


def _recalc(given: argparse.Namespace) -> int:
    from gex_xl.template import recalculate_workbook

    out = given.out or given.book
    _need_xlsx(out)
    done = recalculate_workbook(given.book, out, pasted_cells(given.chain) if given.chain else None)
    for name in ("Total_GEX", "Flip_Strike", "Zero_Gamma", "Regime"):
        if name in done.names:
            value = done.names[name]
            print(f"{name:<12} {value:,.4f}" if isinstance(value, float) else f"{name:<12} {value}")
    print(f"{out}: recalculated")
    for cell, message in sorted(done.errors.items()):
        print(f"{cell}: {message}", file=sys.stderr)
    return 2 if done.errors else 0


def pasted_cells(chain: Path | None) -> list[list[object]]:
    """The cells to paste; a chain that cannot be read is refused before any workbook is touched."""
    from gex_xl.reading import read_cells
    from gex_xl.reading.files import as_typed, cells_of_csv
    from gex_xl.sample import sample_csv

    cells = as_typed(read_cells(chain) if chain else cells_of_csv(sample_csv()))
    Chain.from_cells(cells)
    return cells


def _need_xlsx(book: Path) -> None:
    if book.suffix.lower() != ".xlsx":
        raise BadInput(f'"{book}" does not end in .xlsx; give the workbook a name such as gamma.xlsx')
