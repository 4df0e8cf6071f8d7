"""`gex-xl new` and `gex-xl recalc`: build a workbook, and put a chain into one."""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gex_xl.chain import Chain
from gex_xl.commands.terminal import one_line
from gex_xl.errors import BadInput

#: What recalculates a book -> the module whose recalculate_workbook(source, target, cells) does so.
ENGINES = {"embedded": "gex_xl.template", "libreoffice": "gex_xl.hosts.calc_engine"}


@dataclass(frozen=True, slots=True)
class _Host:
    """For whom a book is built: how its file ends, the module whose new_workbook(target, cells) builds it, and
    whether that takes as a third argument the time at which it does so."""

    suffix: str
    module: str
    takes_time: bool = False


HOSTS = {
    "plain": _Host(".xlsx", "gex_xl.template"),
    "lite": _Host(".xlsx", "gex_xl.hosts.lite", takes_time=True),
    "classic": _Host(".xlsm", "gex_xl.hosts.classic"),
    "server": _Host(".xlsx", "gex_xl.hosts.server.book", takes_time=True),
    "libreoffice": _Host(".xlsx", "gex_xl.hosts.calc_book"),
}
_SUFFIXES = {host.suffix for host in HOSTS.values()}
_HOST_HELP = (
    "what calculates the book when it is open: nothing (plain, the default), xlwings Lite (lite), "
    "Excel on Windows with Python (classic, .xlsm), gex-xl serve (server), or LibreOffice Calc with the add-in "
    "(libreoffice)"
)


def add(commands: Any) -> None:
    """Put `new` and `recalc` into the parser."""
    new = commands.add_parser("new", help="build a workbook")
    new.add_argument("book", type=Path, metavar="BOOK.xlsx")
    new.add_argument("--host", choices=list(HOSTS), default="plain", help=_HOST_HELP)
    new.add_argument("--chain", type=Path, metavar="FILE", help="the chain to put in; without it a synthetic sample")
    new.add_argument("--force", action="store_true", help="replace BOOK.xlsx if it exists")
    new.set_defaults(run=_new)

    recalc = commands.add_parser("recalc", help="put a chain into a workbook and recalculate it")
    recalc.add_argument("book", type=Path, metavar="BOOK.xlsx")
    recalc.add_argument("--chain", type=Path, metavar="FILE", help="the chain to paste over the old one")
    recalc.add_argument("--out", type=Path, metavar="OUT.xlsx", help="write here and leave BOOK.xlsx as it is")
    recalc.add_argument("--engine", choices=ENGINES, default="embedded", help="what recalculates (embedded)")
    recalc.set_defaults(run=_recalc)


def _new(given: argparse.Namespace) -> int:
    host = HOSTS[given.host]
    _need_suffix(given.book, host.suffix)
    if given.book.exists() and not given.force:
        raise BadInput(f"{given.book} exists; choose another name, or add --force to replace it")
    cells = pasted_cells(given.chain)
    time = (dt.datetime.now(dt.UTC),) if host.takes_time else ()
    importlib.import_module(host.module).new_workbook(given.book, cells, *time)
    print(f"{given.book}: built, with {given.chain or 'the synthetic sample chain'} in it")
    return 0


def _recalc(given: argparse.Namespace) -> int:
    from gex_xl.hosts import classic, lite
    from gex_xl.hosts.server import book as server

    out = given.out or given.book
    _need_suffix(out, given.book.suffix.lower() if given.book.suffix.lower() in _SUFFIXES else ".xlsx")
    cells = pasted_cells(given.chain) if given.chain else None
    engine = importlib.import_module(ENGINES[given.engine]).recalculate_workbook
    if lite.is_lite(given.book):
        done = lite.recalculate_workbook(given.book, out, cells, dt.datetime.now(dt.UTC), engine)
    elif given.book.suffix.lower() == HOSTS["classic"].suffix:
        done = classic.recalculate(given.book, out, cells, engine)
    elif server.is_server_book(given.book):
        done = server.recalculate_workbook(given.book, out, cells, dt.datetime.now(dt.UTC), engine)
    else:
        done = engine(given.book, out, cells)
    for name in ("Total_GEX", "Flip_Strike", "Zero_Gamma", "Regime"):
        if name in done.names:
            value = done.names[name]
            print(one_line(f"{name:<12} {value:,.4f}" if isinstance(value, float) else f"{name:<12} {value}"))
    print(f"{out}: recalculated")
    for cell, message in sorted(done.errors.items()):
        print(one_line(f"{cell}: {message}"), file=sys.stderr)
    return 2 if done.errors else 0


def pasted_cells(chain: Path | None) -> list[list[object]]:
    """The cells to paste; a chain that cannot be read is refused before any workbook is touched."""
    from gex_xl.reading import read_cells
    from gex_xl.reading.files import as_typed, cells_of_csv
    from gex_xl.sample import sample_csv

    cells = as_typed(read_cells(chain) if chain else cells_of_csv(sample_csv()))
    Chain.from_cells(cells)
    return cells


def _need_suffix(book: Path, suffix: str) -> None:
    if book.suffix.lower() != suffix:
        raise BadInput(f'"{book}" does not end in {suffix}; give the workbook a name such as gamma{suffix}')
