"""`gex-xl new` and `gex-xl recalc`: build a workbook, and put a chain into one."""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gex_xl.chain import Chain
from gex_xl.commands.fetch import add_symbol, fetched
from gex_xl.commands.terminal import one_line
from gex_xl.errors import BadInput
from gex_xl.hosts import NAMES
from gex_xl.settings import Settings, parse_settings

#: What recalculates a book -> the module whose recalculate_workbook(source, target, cells) does so.
ENGINES = {"embedded": "gex_xl.template", "libreoffice": "gex_xl.hosts.libreoffice.engine"}


_HOST_HELP = (
    "what calculates the book when it is open: nothing (plain, the default), xlwings Lite (lite), "
    "Excel on Windows with Python (classic, .xlsm), gex-xl serve (server), or LibreOffice Calc with the add-in "
    "(libreoffice)"
)


def add(commands: Any) -> None:
    """Put `new` and `recalc` into the parser."""
    new = commands.add_parser("new", help="build a workbook")
    new.add_argument("book", type=Path, metavar="BOOK.xlsx")
    new.add_argument("--host", choices=["plain", *NAMES], default="plain", help=_HOST_HELP)
    _add_chain(new, "the chain to put in; without it a synthetic sample")
    new.add_argument("--desk", action="store_true", help="a desk's own book in place of gamma exposure")
    new.add_argument(
        "--positions", type=Path, metavar="FILE", help="with --desk: its positions; without it made-up ones"
    )
    new.add_argument("--force", action="store_true", help="replace BOOK.xlsx if it exists")
    new.set_defaults(run=_new)

    recalc = commands.add_parser("recalc", help="put a chain into a workbook and recalculate it")
    recalc.add_argument("book", type=Path, metavar="BOOK.xlsx")
    _add_chain(recalc, "the chain to paste over the old one")
    recalc.add_argument("--out", type=Path, metavar="OUT.xlsx", help="write here and leave BOOK.xlsx as it is")
    recalc.add_argument("--engine", choices=ENGINES, default="embedded", help="what recalculates (embedded)")
    recalc.set_defaults(run=_recalc)


def _add_chain(parser: argparse.ArgumentParser, chain: str) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--chain", type=Path, metavar="FILE", help=chain)
    add_symbol(parser, which)
    parser.add_argument(
        "--set", nargs="+", action="extend", default=[], metavar="key=value", help="settings, onto the sheet Settings"
    )


def _new(given: argparse.Namespace) -> int:
    from gex_xl import template
    from gex_xl.hosts.host import host_named

    host = host_named(given.host)
    host.check_suffix(given.book)
    if given.book.exists() and not given.force:
        raise BadInput(f"{given.book} exists; choose another name, or add --force to replace it")
    if given.desk:
        return _new_desk(given, host)
    if given.positions:
        raise BadInput("--positions goes with --desk; a book of gamma exposure takes --chain")
    settings = template.DEFAULTS.with_changes(parse_settings("\n".join(given.set)))
    cells, title = _chosen_cells(given, settings)
    host.new(given.book, cells, dt.datetime.now(dt.UTC), settings)
    print(f"{given.book}: built, with {title or 'the synthetic sample chain'} in it")
    return 0


def _new_desk(given: argparse.Namespace, host: Any) -> int:
    from gex_xl.desk.overview import Inputs, overview
    from gex_xl.reading import read_cells

    if given.chain or given.symbol or given.set:
        raise BadInput("--desk takes --positions; chains go into its yellow cells Chains, rates stand beside them")
    ranges = {"positions": read_cells(given.positions)} if given.positions else None
    done = host.new_desk(given.book, ranges)
    print(f"{given.book}: built, with {given.positions or 'made-up positions'} in it")
    if ranges is not None:
        for sentence in overview(Inputs(ranges)).problems.values():
            print(one_line(f"gex-xl: {sentence}"), file=sys.stderr)
    return 2 if done.errors else 0


def _recalc(given: argparse.Namespace) -> int:
    from gex_xl import template
    from gex_xl.hosts.host import host_of

    host = host_of(given.book)
    out: Path = given.out or given.book
    host.check_suffix(out)
    changes = parse_settings("\n".join(given.set))
    cells = None
    if given.chain or given.symbol:
        settings = Settings().with_changes({**template.settings_in(given.book), **changes})
        cells, _ = _chosen_cells(given, settings)
    with tempfile.TemporaryDirectory() as folder:
        source: Path = given.book
        if changes:
            source = Path(folder) / given.book.name
            template.change_settings(given.book, source, changes)
        engine = importlib.import_module(ENGINES[given.engine]).recalculate_workbook
        done = host.recalc(source, out, cells, dt.datetime.now(dt.UTC), engine)
    for name in ("Total_GEX", "Flip_Strike", "Zero_Gamma", "Regime"):
        if name in done.names:
            value = done.names[name]
            print(one_line(f"{name:<12} {value:,.4f}" if isinstance(value, float) else f"{name:<12} {value}"))
    print(f"{out}: recalculated")
    for cell, message in sorted(done.errors.items()):
        print(one_line(f"{cell}: {message}"), file=sys.stderr)
    return 2 if done.errors else 0


def _chosen_cells(given: argparse.Namespace, settings: Settings) -> tuple[list[list[object]], str]:
    """The cells to paste, and what they are: of a file, of a feed, or of the sample, which has no name."""
    if not given.symbol:
        return pasted_cells(given.chain, settings), str(given.chain or "")
    found = fetched(given.symbol, given.source, given.timeout)
    print(found.summary)
    return pasted_cells(found.cells, settings), f"the chain of {found.symbol}"


def pasted_cells(
    chain: Path | Sequence[Sequence[object]] | None, settings: Settings | None = None
) -> list[list[object]]:
    """The cells to paste; a chain that cannot be read is refused before any workbook is touched.

    `chain`: a file, cells, or None for the sample. `settings` are those that the workbook reads it with.
    """
    from gex_xl.reading import read_cells
    from gex_xl.reading.files import as_typed, cells_of_csv
    from gex_xl.template.sample import sample_csv

    settings = settings or Settings()
    read = read_cells(chain) if isinstance(chain, Path) else chain
    cells = as_typed(cells_of_csv(sample_csv()) if read is None else [list(row) for row in read], settings.decimal)
    Chain.from_cells(cells, settings)
    return cells
