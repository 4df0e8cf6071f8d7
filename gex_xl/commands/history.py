"""`gex-xl history`: one row of figures per chain file, kept up to date."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gex_xl.commands.options import add_settings, chosen_settings
from gex_xl.commands.terminal import one_line
from gex_xl.errors import BadInput

_ABOUT = """One row per chain file: date, symbol, spot, total GEX and its parts, flip, zero gamma, 25-delta skew,
slopes, regime, z-scores against the 252 dates before, and the reason where a figure is missing.
Run it again to add files: what is in the history is not computed twice. After an interruption the
same command goes on where it stopped."""


def add(commands: Any) -> None:
    """Put `history` into the parser."""
    history = commands.add_parser(
        "history",
        help="one row of figures per chain file",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    history.add_argument("files", type=Path, nargs="+", metavar="FOLDER_OR_FILE", help="chains; folders with all below")
    history.add_argument("--out", type=Path, required=True, help="history.parquet, .csv or .xlsx; replaced as a whole")
    add_settings(history)
    history.add_argument("--workers", type=int, metavar="N", help="processes (all cores)")
    history.add_argument("--dask", metavar="ADDRESS", help="a Dask scheduler such as tcp://HOST:8786, or local")
    history.add_argument("--rebuild", action="store_true", help="forget the rows that are there and compute all again")
    history.set_defaults(run=_history)


def _history(given: argparse.Namespace) -> int:
    from gex_xl.history import update

    if given.workers is not None and given.workers < 1:
        raise BadInput(f"--workers is {given.workers}; expected 1 or more")
    settings = chosen_settings(given)
    try:
        done = update(
            given.files, given.out, settings, workers=given.workers, dask=given.dask, rebuild=given.rebuild,
            progress=_bar,
        )  # fmt: skip
    except KeyboardInterrupt:
        print("gex-xl: interrupted; run the same command again to go on", file=sys.stderr)
        return 130
    for file, reason in sorted(done.bad.items()):
        print(one_line(f"skipped {file}: {reason}"), file=sys.stderr)
    for file, first in done.repeated.items():
        print(one_line(f"skipped {file}: the same content as {first}"), file=sys.stderr)
    print(f"{given.out}: {done.rows} rows; {done.computed} files computed, {done.known} known, {len(done.bad)} skipped")
    if done.same_day:
        print(f"{done.same_day} rows share date and symbol: in z-scores the last quote time stands for its date")
    if done.unnamed:
        print(f"{done.unnamed} rows name no symbol: in z-scores they are one underlying")
    return 0


def _bar(results: Iterable[Any], count: int) -> Iterable[Any]:
    """A progress bar where somebody is watching."""
    from tqdm import tqdm

    return tqdm(results, total=count, unit="file", file=sys.stderr, disable=None, dynamic_ncols=True)
