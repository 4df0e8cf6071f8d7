"""`gex-xl new` and `gex-xl recalc`: build a workbook, and put a chain into one."""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import sys
import tempfile
import webbrowser
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gex_xl.atomic import replacing
from gex_xl.chain import Chain
from gex_xl.commands.fetch import add_symbol, fetched
from gex_xl.commands.options import add_settings, add_spot_and_time, chosen_settings
from gex_xl.commands.terminal import one_line
from gex_xl.errors import BadInput
from gex_xl.hosts import NAMES
from gex_xl.settings import Settings, parse_settings

if TYPE_CHECKING:
    from gex_xl.engines import Recalculation
    from gex_xl.template import Inputs

#: What recalculates a book -> the module whose recalculate_workbook(source, target, cells) does so.
ENGINES = {"embedded": "gex_xl.template", "libreoffice": "gex_xl.hosts.libreoffice.engine"}


_MOST_CHAINS = 8
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
    _add_chain(new, "the chain to put in; several, each with --chain, for the Watchlist; without it a synthetic sample")
    new.add_argument("--desk", action="store_true", help="a desk's own book in place of gamma exposure")
    new.add_argument(
        "--positions", type=Path, metavar="FILE", help="with --desk: its positions; without it made-up ones"
    )
    new.add_argument("--force", action="store_true", help="replace BOOK.xlsx if it exists")
    _add_inputs(new)
    new.set_defaults(run=_new)

    recalc = commands.add_parser("recalc", help="put a chain into a workbook and recalculate it")
    recalc.add_argument("book", type=Path, metavar="BOOK.xlsx")
    _add_chain(recalc, "the chain to paste over the old one; several: one --chain each")
    recalc.add_argument("--out", type=Path, metavar="OUT.xlsx", help="write here and leave BOOK.xlsx as it is")
    recalc.add_argument("--force", action="store_true", help="replace OUT.xlsx if it exists")
    recalc.add_argument("--engine", choices=ENGINES, default="embedded", help="what recalculates (embedded)")
    _add_inputs(recalc)
    recalc.set_defaults(run=_recalc)


def _add_chain(parser: argparse.ArgumentParser, chain: str) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--chain", type=Path, action="append", default=[], metavar="FILE", help=chain)
    add_symbol(parser, which)
    add_settings(parser, ", onto the sheet Settings")


def _add_inputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--earlier", type=Path, metavar="FILE", help="the chain of an earlier day or hour")
    add_spot_and_time(parser)
    parser.add_argument("--open", action="store_true", help="open the workbook when it is made")


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
    settings = chosen_settings(given, template.DEFAULTS)
    cells, title = _chosen_cells(given, settings)
    inputs = replace(_inputs(given, settings, Chain.from_cells(cells, settings)), more=_more(given, settings))
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / given.book.name
        done = host.new(made, cells, dt.datetime.now(dt.UTC), settings, inputs)
        return _finish(given, done, made, given.book, f"built, with {title or 'the synthetic sample chain'} in it")


def _new_desk(given: argparse.Namespace, host: Any) -> int:
    from gex_xl.desk.overview import Inputs, overview
    from gex_xl.reading import read_cells

    if any((given.chain, given.symbol, given.set, given.earlier, given.spot, given.as_of)):
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
    from gex_xl.engines.package import Package
    from gex_xl.hosts.host import host_of

    host = host_of(given.book)
    out: Path = given.out or given.book
    host.check_suffix(out)
    if out != given.book and out.exists() and not given.force:
        raise BadInput(f"{out} exists; choose another name, or add --force to replace it")
    changes = parse_settings("\n".join(given.set))
    settings = Settings().with_changes({**template.settings_in(given.book), **changes})
    cells, chain = None, None
    if given.chain or given.symbol:
        cells, _ = _chosen_cells(given, settings)
        chain = Chain.from_cells(cells, settings)
    inputs = _inputs(given, settings, chain)
    with tempfile.TemporaryDirectory() as folder:
        source: Path = given.book
        made = Path(folder) / "made" / given.book.name
        made.parent.mkdir()
        changed = Path(folder) / given.book.name
        if changes:
            template.change_settings(source, changed, changes)
            source = changed
        if inputs.spot is not None or inputs.as_of is not None:
            template.own_book(source)
            template.write_inputs(source, changed, inputs.spot, inputs.as_of)
            source = changed
        if more := _more(given, settings):
            template.own_book(source)
            template.paste_more(source, changed, more)
            source = changed
        engine = importlib.import_module(ENGINES[given.engine]).recalculate_workbook
        done = host.recalc(source, made, cells, dt.datetime.now(dt.UTC), engine, inputs.earlier)
        if said := host.foreign(Package(given.book)):
            print(one_line(f"gex-xl: {given.book.name}: {said}"), file=sys.stderr)
        return _finish(given, done, made, out, "recalculated")


def _inputs(given: argparse.Namespace, settings: Settings, chain: Chain | None) -> Inputs:
    """Spot, time and the earlier chain as the command line gives them; refused before any workbook is touched."""
    from gex_xl.clock import NEW_YORK
    from gex_xl.functions.arguments import amount, moment
    from gex_xl.template import Inputs

    if given.as_of is not None:
        moment(given.as_of, zone=chain.zone if chain else NEW_YORK, order=settings.date_order)
    earlier = None
    if given.earlier is not None:
        try:
            earlier = pasted_cells(given.earlier, settings)
        except BadInput as error:
            raise BadInput(f"--earlier: {error}") from None
    return Inputs(amount(given.spot, "spot"), given.as_of, earlier)


def _finish(given: argparse.Namespace, done: Recalculation, made: Path, target: Path, did: str) -> int:
    """Put a calculated book in its place and say its headline; 1 and one sentence for a book without figures."""
    said = {column: str(done.values.get(_cell("verdict", column)) or "") for column in ("label", "words", "note")}
    if "Total_GEX" in done.names and not isinstance(done.names["Total_GEX"], float):
        sentence = said["note"] or "; ".join(sorted(set(done.errors.values()))) or said["words"]
        print(one_line(f"gex-xl: {target} is not written, since it would hold no figures: {sentence}"), file=sys.stderr)
        return 1
    with replacing(target) as new:
        new.write_bytes(made.read_bytes())
    if said["words"]:
        print(one_line(f"{said['words']}: {said['note']}"))
    for name in ("Total_GEX", "Flip_Strike", "Zero_Gamma", "Regime"):
        if name in done.names:
            value = done.names[name]
            print(one_line(f"{name:<12} {value:,.4f}" if isinstance(value, float) else f"{name:<12} {value}"))
    print(f"{target}: {did}")
    print("Next: open it. The sheet Start says what makes its figures live, and gex-xl recalc puts another chain in.")
    if given.open:
        webbrowser.open(target.resolve().as_uri())
    for cell, message in sorted(done.errors.items()):
        print(one_line(f"{cell}: {message}"), file=sys.stderr)
    return 2 if done.errors else 0


def _cell(key: str, column: str) -> str:
    from gex_xl.template import plan

    return plan.headline(key, column).replace("$", "")


def _chosen_cells(given: argparse.Namespace, settings: Settings) -> tuple[list[list[object]], str]:
    """The cells to paste, and what they are: of a file, of a feed, or of the sample, which has no name."""
    if not given.symbol:
        first = given.chain[0] if given.chain else None
        return pasted_cells(first, settings), " and ".join(map(str, given.chain))
    found = fetched(given.symbol, given.source, given.timeout)
    print(found.summary)
    return pasted_cells(found.cells, settings), f"the chain of {found.symbol}"


def _more(given: argparse.Namespace, settings: Settings) -> tuple[list[list[object]], ...]:
    """The chains after the first, each for a paste sheet of its own."""
    if len(given.chain) > _MOST_CHAINS:
        raise BadInput(f"{len(given.chain)} times --chain; a workbook takes up to {_MOST_CHAINS} chains")
    return tuple(pasted_cells(file, settings) for file in given.chain[1:])


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
