"""What the commands know of a host: one description each, and the way to make and to recalculate its workbooks."""

from __future__ import annotations

import datetime as dt
import importlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gex_xl import template
from gex_xl.engines import Recalculation
from gex_xl.engines.package import Package
from gex_xl.errors import BadInput
from gex_xl.hosts import NAMES
from gex_xl.hosts.requirement import Requirement
from gex_xl.settings import Settings
from gex_xl.template import desk, dialects, first_steps
from gex_xl.template.build import Cells

Engine = Callable[[Path, Path, Cells | None, Cells | None], Recalculation]


@dataclass(frozen=True, slots=True)
class Host:
    """One host.

    name, title: as commands take it, and as `gex-xl doctor` shows it. suffix: of its workbooks. dialect: how they
    write our functions. note: up to three lines on the first sheet that say what the file needs. stamped: whether
    that sheet says when its figures were computed. extend, extend_desk: add what is the host's own to the xlsxwriter
    book of a chain and of a desk; finish: to the parts of the finished file. owns: whether a workbook is for this
    host; foreign: a sentence on what it would run there that is not ours, "" for nothing. requirements: for `gex-xl
    doctor`. install, uninstall: the sentence to show; None where there is nothing to install. folder: what the one
    folder is that install may be given, "" where it takes none.
    """

    name: str
    title: str = ""
    suffix: str = ".xlsx"
    dialect: dialects.Dialect = dialects.PLAIN
    note: tuple[str, ...] = ()
    stamped: bool = False
    extend: Callable[[Any], None] | None = None
    extend_desk: Callable[[Any], None] | None = None
    finish: Callable[[Package], Package] | None = None
    owns: Callable[[Package], bool] = lambda _package: False
    foreign: Callable[[Package], str] = lambda _package: ""
    requirements: Callable[[], list[Requirement]] = list
    install: Callable[[Path | None], str] | None = None
    uninstall: Callable[[Path | None], str] | None = None
    folder: str = ""

    def new(
        self,
        target: Path,
        cells: Cells | None,
        computed: dt.datetime | None = None,
        settings: Settings | None = None,
        inputs: template.Inputs = template.NO_INPUTS,
    ) -> Recalculation:
        """A workbook with a chain in it and every figure computed by its own formulas. Equal calls give equal bytes.

        `cells` as pasted, or None for an empty paste area; `computed`: the time to be named as that of the figures,
        aware, None for none. `settings` and `inputs` stand in their cells. Raises BadInput where `target` cannot be
        written, has another suffix, or where what the host's file is made with is missing.
        """
        self.check_suffix(target)
        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder) / "book.xlsx"
            done = template.new_workbook(plain, cells, self.note, self.extend, settings, inputs)
            return self._finished(plain, target, done, computed)

    def new_desk(self, target: Path, ranges: desk.Ranges | None = None) -> Recalculation:
        """A desk's own workbook, with its `ranges` (part -> cells) or a made-up book; otherwise as `new`."""
        self.check_suffix(target)
        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder) / "book.xlsx"
            done = desk.new_desk(plain, self.desk_note, self.extend_desk, ranges)
            return self._finished(plain, target, done, None)

    @property
    def desk_note(self) -> tuple[str, ...]:
        """What the file of a desk needs: the host's lines without those about a chain."""
        return tuple(line for line in self.note if "Chain" not in line)

    def recalc(
        self,
        source: Path,
        target: Path,
        cells: Cells | None,
        computed: dt.datetime | None = None,
        engine: Engine = template.recalculate_workbook,
        earlier: Cells | None = None,
    ) -> Recalculation:
        """Put `cells` in place of the old chain and `earlier` of the earlier one (None: leave it); recalculate.

        The workbook stays this host's.

        What the host keeps in it becomes that of this version; what is the user's stays. Raises BadInput for a file
        that is not one of our workbooks, and for cells that its paste area cannot take.
        """
        with tempfile.TemporaryDirectory() as folder:
            between = Path(folder) / source.name
            package = Package(source)
            dialects.translate(package, dialects.PLAIN, self.dialect)
            package.save(between)
            return self._finished(between, target, engine(between, between, cells, earlier), computed)

    def check_suffix(self, book: Path) -> None:
        """Raises BadInput where a file's name does not end as this host's workbooks do."""
        if book.suffix.lower() != self.suffix:
            raise BadInput(
                f'"{book}" does not end in {self.suffix}; give the workbook a name such as gamma{self.suffix}'
            )

    def _finished(self, plain: Path, target: Path, done: Recalculation, computed: dt.datetime | None) -> Recalculation:
        package = Package(plain)
        done = first_steps.stamp(package, done, computed if self.stamped else None, self.note)
        dialects.translate(package, self.dialect)
        if self.finish is not None:
            package = self.finish(package)
        package.save(target)
        return done


#: A workbook for no host: it shows the figures that were computed into it.
PLAIN = Host("plain")


def host_named(name: str) -> Host:
    """The description of a host, or of the plain workbook."""
    if name == PLAIN.name:
        return PLAIN
    found: Host = importlib.import_module(f"gex_xl.hosts.{name}.host").HOST
    return found


def host_of(book: Path) -> Host:
    """The host that a workbook is for. Raises BadInput for what is no workbook."""
    package = Package(book)
    return next((host for host in map(host_named, NAMES) if host.owns(package)), PLAIN)
