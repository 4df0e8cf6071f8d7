"""`gex-xl fetch`: a chain from CBOE's public delayed quotes, for those who would rather not export by hand."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import Any

from gex_xl.errors import BadInput
from gex_xl.fetch import Fetched, fetch


def add(commands: Any) -> None:
    """Put `fetch` into the parser."""
    parser = commands.add_parser("fetch", help="get a chain from CBOE's delayed quotes (uses the network)")
    parser.add_argument("symbol", help="the underlying, such as SPX, SPY or NVDA")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="where to put it (SYMBOL_TIME.json here)")
    parser.add_argument("--force", action="store_true", help="replace FILE.json if it exists")
    parser.add_argument("--timeout", type=float, default=20, metavar="SECONDS", help="how long to wait (20)")
    parser.set_defaults(run=_fetch)


def _fetch(given: argparse.Namespace) -> int:
    if given.out is not None and given.out.exists() and not given.force:
        raise BadInput(f"{given.out} exists; choose another name, or add --force to replace it")
    found = fetched(given.symbol, given.timeout)
    out = given.out or Path(found.path.name)
    shutil.copyfile(found.path, out)
    print(f"{out}: {found.symbol}, quotes of {found.quoted}{', unchanged since the last time' if found.kept else ''}")
    return 0


def fetched(symbol: str, seconds: float = 20) -> Fetched:
    """Fetch with a progress bar on the terminal."""
    shown = False

    def progress(done: int, total: int | None) -> None:
        nonlocal shown
        if sys.stderr.isatty():
            shown = True
            share = f"{done / total:4.0%}" if total else f"{done / 1e6:.1f} MB"
            print(f"\rfetching {symbol.upper()} {share} ", end="", file=sys.stderr, flush=True)

    try:
        return fetch(symbol, seconds=seconds, progress=progress)
    finally:
        if shown:
            print(file=sys.stderr)
