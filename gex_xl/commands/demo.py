"""`gex-xl demo`: the whole story on a synthetic sample chain."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from gex_xl.analytics.contracts import prepare
from gex_xl.analytics.summary import summarise
from gex_xl.atomic import replacing
from gex_xl.chain import Chain
from gex_xl.commands.books import pasted_cells
from gex_xl.commands.report import bar
from gex_xl.commands.report_text import headline, picture
from gex_xl.engines import Recalculation
from gex_xl.errors import BadInput, GexError

#: Beside the files of the demo: what each was when it was made.
_MADE = ".made_by_demo.json"


def add(commands: Any) -> None:
    """Put `demo` into the parser."""
    demo = commands.add_parser("demo", help="the whole story on a synthetic sample chain")
    demo.add_argument("--folder", type=Path, default=Path("gex_xl_demo"), help="where the files go (gex_xl_demo)")
    demo.set_defaults(run=_demo)


def _demo(given: argparse.Namespace) -> int:
    from gex_xl.template import new_workbook
    from gex_xl.template.desk import new_desk
    from gex_xl.template.sample import write_sample

    folder: Path = given.folder
    folder.mkdir(parents=True, exist_ok=True)
    csv, book, desk = files = [folder / name for name in ("sample_chain.csv", "gex_demo.xlsx", "desk_demo.xlsx")]
    _refuse_others_files(folder, files)
    started = time.perf_counter()

    def step(number: int, text: str) -> None:
        print(f"[{number}/4] {text} ...", file=sys.stderr, flush=True)

    step(1, "writing and reading the synthetic sample chain")
    write_sample(csv)
    contracts = prepare(Chain.from_file(csv))
    step(2, "building the workbook")
    cells = pasted_cells(csv)
    step(3, "evaluating its formulas and drawing its charts")
    done = new_workbook(book, cells)
    new_desk(desk)
    _keep_digests(folder, files)
    step(4, "recalculating it with LibreOffice, if that is here")
    second = _second_opinion(done, book)
    print(f"\nSYNTHETIC sample chain, not market data ({time.perf_counter() - started:.1f} s)\n")
    for label, text in headline(contracts):
        print(f"{label:<12} {text}")
    print("\n".join(["", *picture(summarise(contracts).strikes, contracts.spot, block=bar()), ""]))
    print(f"Chain      {csv}\nWorkbook   {book}\n{second}\nDesk       {desk}: positions, hedges, limits, quotes\n")
    print("Next: open the workbook. Its figures and charts are there even without an add-in.")
    print("To see your own chain in it: gex-xl recalc " + str(book) + " --chain YOUR_FILE.csv")
    return 0


def _refuse_others_files(folder: Path, files: list[Path]) -> None:
    """Raises BadInput for a file that is not as an earlier demo left it: somebody's work is not written over."""
    made: dict[str, object] = {}
    with contextlib.suppress(OSError, ValueError):
        made = dict(json.loads((folder / _MADE).read_text(encoding="utf-8")))
    for file in files:
        if os.path.lexists(file) and (file.is_symlink() or not file.is_file() or made.get(file.name) != _digest(file)):
            raise BadInput(f"{file} is not as gex-xl demo made it; move it away, or give another --folder")


def _keep_digests(folder: Path, files: list[Path]) -> None:
    with replacing(folder / _MADE) as new:
        new.write_text(json.dumps({file.name: _digest(file) for file in files}, indent=1), encoding="utf-8")


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _second_opinion(done: Recalculation, book: Path) -> str:
    """What LibreOffice makes of the book: an independent spreadsheet program, and a picture of its first page."""
    from gex_xl.hosts.libreoffice import engine as calc_engine

    picture = book.with_suffix(".pdf")
    try:
        with tempfile.TemporaryDirectory() as folder:
            again = calc_engine.recalculate_workbook(book, Path(folder) / book.name, None)
        calc_engine.draw(book, picture)
    except GexError as error:
        return f"LibreOffice was not used: {error}"
    apart = calc_engine.differences(done, again)
    if apart:
        return f"LibreOffice disagrees in {len(apart)} of {len(done.values):,} cells, first in {apart[0]}"
    return f"Picture    {picture}\nLibreOffice recalculated the workbook and agrees in all {len(done.values):,} cells."
