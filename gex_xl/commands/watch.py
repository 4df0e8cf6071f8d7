"""`gex-xl watch`: a workbook that follows the newest chain of a folder, of a file, or of a feed."""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gex_xl.atomic import replacing
from gex_xl.commands.books import pasted_cells
from gex_xl.commands.fetch import add_symbol, fetched
from gex_xl.commands.terminal import one_line
from gex_xl.errors import BadInput, GexError
from gex_xl.feeds import SOURCES
from gex_xl.hosts import NAMES
from gex_xl.settings import Settings, parse_settings

if TYPE_CHECKING:
    from gex_xl.engines import Recalculation
    from gex_xl.hosts.host import Host

_ABOUT = """The newest chain of a folder, a file that is written anew, or a feed, into a workbook: the chain goes onto
the sheet Chain, the one before onto Earlier, and its row below the days that the sheet Days keeps. One line says
each update; Ctrl+C ends it, and the workbook is whole at every moment. A workbook that is not there is made."""
_SHORTEST = 1.0  # seconds between two looks


@dataclass(frozen=True, slots=True)
class Found:
    """A chain to be put into the workbook: what it is called, its cells, and what tells it from the one before."""

    name: str
    cells: list[list[object]]
    mark: str


def add(commands: Any) -> None:
    """Put `watch` into the parser."""
    watch = commands.add_parser(
        "watch",
        help="keep a workbook at the newest chain of a folder or a feed",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    where = watch.add_mutually_exclusive_group(required=True)
    where.add_argument("place", type=Path, nargs="?", metavar="FOLDER_OR_FILE", help="where chains are written")
    add_symbol(watch, where)
    watch.add_argument("--out", type=Path, required=True, metavar="BOOK.xlsx", help="the workbook")
    watch.add_argument(
        "--every", type=float, metavar="SECONDS", help="time between two looks (60, or the feed's period)"
    )
    watch.add_argument("--host", choices=["plain", *NAMES], default="plain", help="for a workbook that is to be made")
    watch.add_argument(
        "--set", nargs="+", action="extend", default=[], metavar="key=value", help="settings of a workbook to be made"
    )
    watch.set_defaults(run=_watch)


def _watch(given: argparse.Namespace) -> int:
    least = _SHORTEST if given.symbol is None else SOURCES[given.source].period
    every = max(60.0, least) if given.every is None else given.every
    if not _SHORTEST <= every <= 86_400:
        raise BadInput(f"--every is {every:g}; expected seconds from {_SHORTEST:g} to 86400")
    if every < least:
        name = SOURCES[given.source].name
        print(f"asking {name} every {least:g} s, since it has nothing new before; --every {every:g} is not used")
        every = least
    book = Book(given)
    updates, last, said, name = 0, "", "", ""
    try:
        while True:
            try:
                found = _newest(given, last)
                if found is not None:
                    last, name = found.mark, f"{found.name}: "
                    print(one_line(book.update(found)), flush=True)
                    updates, said = updates + 1, ""
            except (GexError, OSError) as error:
                # Said once, not at every look: the file may be half written, the feed asleep.
                if str(error) != said:
                    print(one_line(f"{_now()} {name}{error}"), file=sys.stderr, flush=True)
                said = str(error)
            name = ""
            time.sleep(every)
    except KeyboardInterrupt:
        print(f"ended after {updates} update{'s' * (updates != 1)}; {given.out} holds the last one" if updates
              else "ended without an update")  # fmt: skip
    return 0


def _now() -> str:
    return f"{dt.datetime.now().astimezone():%H:%M:%S}"


def _newest(given: argparse.Namespace, last: str) -> Found | None:
    """The newest chain, or None where it is the one that the workbook holds. Raises BadInput with one sentence."""
    if given.symbol is not None:
        answer = fetched(given.symbol, given.source, given.timeout)
        mark = hashlib.sha256(answer.body).hexdigest()
        cells = [list(row) for row in answer.cells]
        return None if mark == last else Found(f"{answer.symbol} of {answer.source.name}", cells, mark)
    from gex_xl.chain_files import newest
    from gex_xl.history.run import files_of
    from gex_xl.reading import read_cells

    file = newest(files_of([given.place], given.out))
    content = file.read_bytes()
    mark = hashlib.sha256(str(file).encode() + content).hexdigest()
    return None if mark == last else Found(file.name, [list(row) for row in read_cells(file)], mark)


class Book:
    """The workbook that is kept up to date, and the settings that it is made with."""

    def __init__(self, given: argparse.Namespace) -> None:
        from gex_xl import template
        from gex_xl.hosts.host import host_named, host_of

        self.path: Path = given.out
        changes = parse_settings("\n".join(given.set))
        if self.path.exists():
            self.host: Host = host_of(self.path)
            template.own_book(self.path)
            if changes:
                raise BadInput(
                    f"--set is for a workbook to be made; {self.path} exists: gex-xl recalc changes settings"
                )
            self.settings = Settings().with_changes(template.settings_in(self.path))
        else:
            self.host = host_named(given.host)
            self.settings = template.DEFAULTS.with_changes(changes)
        self.host.check_suffix(self.path)

    def update(self, found: Found) -> str:
        """Put a chain in; one line of what it shows. Raises BadInput where that cannot be done: the book stays."""
        from gex_xl.template import days

        cells = pasted_cells(found.cells, self.settings)
        now = dt.datetime.now(dt.UTC)
        with tempfile.TemporaryDirectory() as folder:
            made, kept = (Path(folder) / name / self.path.name for name in ("made", "kept"))
            made.parent.mkdir()
            kept.parent.mkdir()
            if self.path.exists():
                earlier = self._earlier(cells)
                done = self.host.recalc(self.path, made, cells, now, earlier=earlier)
            else:
                done = self.host.new(made, cells, now, self.settings)
            try:
                where = days.keep(made, kept)
                done = self.host.recalc(kept, made, None, now)
            except BadInput as error:  # the chain is worth showing all the same
                where = str(error)
            _check(done)
            with replacing(self.path) as new:
                new.write_bytes(made.read_bytes())
        return f"{_now()} {found.name}: {_headline(done)}; {where}"

    def _earlier(self, cells: list[list[object]]) -> list[list[object]] | None:
        """The chain that the book holds, where it is an earlier one of the same underlying; None leaves Earlier."""
        from gex_xl.chain_files import is_earlier
        from gex_xl.template import days

        old = days.pasted(self.path)
        return old if is_earlier(old, cells, self.settings) else None


def _check(done: Recalculation) -> None:
    if not isinstance(done.names.get("Total_GEX"), float):
        raise BadInput("; ".join(sorted(set(done.errors.values()))) or "the chain gives no total")


def _headline(done: Recalculation) -> str:
    """Verdict, total, spot and zero gamma, as far as there are any."""
    from gex_xl.template import plan

    verdict = done.values.get(plan.headline("verdict", "words").replace("$", "")) or "no verdict"
    said = [str(verdict), f"total {_number(done, 'Total_GEX', 1e9, 3)} bn"]
    said += [f"{words} {_number(done, name)}" for words, name in (("spot", "Spot"), ("zero gamma", "Zero_Gamma"))]
    return ", ".join(said)


def _number(done: Recalculation, name: str, unit: float = 1.0, digits: int = 2) -> str:
    value = done.names.get(name)
    return f"{value / unit:,.{digits}f}" if isinstance(value, float) else "none"
