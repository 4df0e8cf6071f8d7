"""`gex-xl fetch`: a chain from a public feed into a file; and the same for commands that take --symbol."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from gex_xl.atomic import replacing
from gex_xl.chain import Chain
from gex_xl.errors import BadInput
from gex_xl.feeds import SOURCES, Fetched, fetch

SECONDS = 120.0
_ABOUT = """The chain of an underlying, as a public feed quotes it now: CBOE's delayed quotes (about 15 minutes late,
no key), or Yahoo through yfinance (gex-xl[yahoo]). The file holds what the feed sent and can be read again by
every command. This asks a server on the internet, as --symbol of report, new and recalc does. Whether and how you may
use the quotes is said in the feed's own terms."""


def add(commands: Any) -> None:
    """Put `fetch` into the parser."""
    parser = commands.add_parser(
        "fetch",
        help="get a chain from CBOE or Yahoo (uses the internet)",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("symbol", metavar="SYMBOL", help="the underlying, such as SPX, SPY or NVDA; _XYZ is an index")
    parser.add_argument("--out", type=Path, metavar="FILE", help="a file or a folder (SYMBOL_TIME.json in this one)")
    parser.add_argument("--force", action="store_true", help="replace FILE if it holds other quotes")
    _add_feed(parser)
    parser.set_defaults(run=_fetch)


def add_symbol(parser: Any, group: Any) -> None:
    """Options of a command that takes a symbol in place of a file; `group` holds the file's own option."""
    group.add_argument("--symbol", help="fetch the chain of this underlying in place of a file (uses the internet)")
    _add_feed(parser)


def _add_feed(parser: Any) -> None:
    parser.add_argument("--source", choices=list(SOURCES), default="cboe", help="whom to ask (cboe)")
    parser.add_argument(
        "--timeout", type=float, default=SECONDS, metavar="SECONDS", help=f"the longest that it may take ({SECONDS:g})"
    )


def _fetch(given: argparse.Namespace) -> int:
    out: Path | None = given.out
    _check_place(out, SOURCES[given.source].suffix)
    found = fetched(given.symbol, given.source, given.timeout)
    if out is None or out.is_dir():
        out = (out or Path()) / found.file_name
    if out.exists() and not given.force and _same_quotes(out, found):
        print(f"{out}: is here already, with the quotes of {found.quoted:%Y-%m-%d %H:%M:%S}; not written again")
    else:
        if out.exists() and not given.force:
            raise BadInput(f"{out} exists and holds other quotes; choose another name, or add --force to replace it")
        _replace(out, found.body)
        print(f"{out}: {found.summary}")
    name = f'"{out}"' if " " in str(out) else out
    print(f"next: gex-xl report {name}\n      gex-xl new {found.symbol}.xlsx --chain {name}")
    return 0


def fetched(symbol: str, source: str, seconds: float) -> Fetched:
    """A chain from a feed, with a progress bar where somebody is watching."""
    from tqdm import tqdm

    unit = SOURCES[source].unit
    with tqdm(
        desc=symbol.upper()[:12], unit=unit, unit_scale=unit == "B", leave=False,
        file=sys.stderr, disable=None, dynamic_ncols=True,
    ) as bar:  # fmt: skip

        def progress(done: int, total: int | None) -> None:
            bar.total = total
            bar.update(done - bar.n)

        try:
            return fetch(symbol, source, seconds=seconds, progress=progress)
        except KeyboardInterrupt:
            raise BadInput("the fetch was interrupted; nothing was written") from None


def _check_place(out: Path | None, suffix: str) -> None:
    """Raise BadInput for a name that cannot be written: before anyone is asked."""
    if out is None or out.is_dir():
        return
    if out.suffix.lower() != suffix:
        raise BadInput(f'"{out}" does not end in {suffix}; give --out a name such as chain{suffix}, or a folder')
    if not out.absolute().parent.is_dir():
        raise BadInput(f"{out.parent}: no such folder; make it first")


def _same_quotes(file: Path, found: Fetched) -> bool:
    try:
        kept = Chain.from_file(file)
    except BadInput:
        return False
    return (kept.as_of, kept.symbol, kept.rows) == (found.chain.as_of, found.chain.symbol, found.chain.rows)


def _replace(out: Path, body: bytes) -> None:
    """An interruption leaves the old file."""
    try:
        with replacing(out) as new:
            new.write_bytes(body)
    except OSError as error:
        raise BadInput(f"{out} cannot be written ({error.strerror}); choose another place with --out") from None
