"""`gex-xl report`: the headline figures of a chain file."""

from __future__ import annotations

import argparse
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

from gex_xl.analytics.change import change
from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.summary import summarise
from gex_xl.analytics.terms import unit_label
from gex_xl.analytics.watchlist import watchlist
from gex_xl.chain import Chain
from gex_xl.commands.change_text import change_json, change_text
from gex_xl.commands.explain import explain, explain_reading
from gex_xl.commands.fetch import add_symbol, fetched
from gex_xl.commands.options import add_settings, add_spot_and_time, chosen_contracts, chosen_settings
from gex_xl.commands.report_text import as_json, headline, other_choices, picture, quality
from gex_xl.commands.watchlist_text import watched_json, watchlist_text
from gex_xl.errors import BadInput
from gex_xl.settings import HELP, Settings


def add(commands: Any) -> None:
    """Put `report` into the parser."""
    report = commands.add_parser(
        "report",
        help="headline figures of a chain file",
        epilog="settings:\n" + "\n".join(f"  {key}: {text}" for key, text in HELP.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    which = report.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "file", type=Path, nargs="*", default=[], metavar="FILE", help="csv, dat, json or xlsx; several: one row each"
    )
    add_symbol(report, which)
    report.add_argument("--since", type=Path, metavar="EARLIER", help="an earlier file: why the total moved since")
    report.add_argument("--json", action="store_true", help="one JSON object on stdout")
    report.add_argument(
        "--explain", action="store_true", help="how the file was read: layout, columns, units, market, clock, rows"
    )
    add_spot_and_time(report)
    add_settings(report)
    report.set_defaults(run=_report)


def _report(given: argparse.Namespace) -> int:
    chosen = chosen_settings(given)
    if len(given.file) > 1:
        return _several(given, chosen)
    chain = _fetched_chain(given, chosen) if given.symbol else Chain.from_file(given.file[0], chosen)
    try:
        contracts = chosen_contracts(given, chain, chosen)
    except BadInput:  # without spot or time there are no figures, but a reading
        if given.explain and given.json:
            _print_json({"reading": _reading(chain)})
        elif given.explain:
            print("\n".join(explain_reading(chain)))
        raise
    moved = None if given.since is None else change(contracts, _earlier(given.since, chosen))
    if given.explain and not given.json:
        print("\n".join(explain(contracts)))
        return 0
    if given.json:
        found = as_json(contracts)
        if given.explain:
            found["reading"] = _reading(chain)
        if moved is not None:
            found["change"] = change_json(moved)
        _print_json(found)
        return 0
    for label, text in [*headline(contracts), *quality(contracts)]:
        print(f"{label:<12} {text}")
    if moved is not None:
        print("\n".join(["", *change_text(moved)]))
    print(f"\nNet GEX per strike, {unit_label(contracts)}; left of the line dealers are short gamma\n")
    print("\n".join(picture(summarise(contracts).strikes, contracts.spot, block=bar())))
    print("\nThe total with one setting changed at a time\n")
    print("\n".join(other_choices(contracts)))
    return 0


def _reading(chain: Chain) -> list[dict[str, str]]:
    return [{"what": what, "how": how} for what, how in chain.reading]


def _earlier(path: Path, chosen: Settings) -> Contracts:
    try:
        return prepare(Chain.from_file(path, chosen), settings=chosen)
    except BadInput as error:
        raise BadInput(f"--since: {error}" if path.name in str(error) else f"--since {path.name}: {error}") from None


def _several(given: argparse.Namespace, chosen: Settings) -> int:
    """One row a file; 2 where none of them can be read."""
    for name, value in (("--spot", given.spot), ("--as-of", given.as_of), ("--since", given.since),
                        ("--explain", given.explain or None)):  # fmt: skip
        if value is not None:
            raise BadInput(f"{name} belongs to one file, and {len(given.file)} are given; report them one by one")

    def contracts(path: Path) -> Contracts:
        try:
            return prepare(Chain.from_file(path, chosen), settings=chosen)
        except OSError as error:
            raise BadInput(f"{path}: {error.strerror or error}") from None

    rows = watchlist([(path.name, partial(contracts, path)) for path in given.file])
    if given.json:
        _print_json({"watchlist": [watched_json(row) for row in rows], "settings": chosen.as_dict()})
    else:
        print("\n".join(watchlist_text(rows)))
    return 2 if all(row.error for row in rows) else 0


def _print_json(found: dict[str, Any]) -> None:
    json.dump(found, sys.stdout, allow_nan=False)
    print()


def _fetched_chain(given: argparse.Namespace, chosen: Settings) -> Chain:
    found = fetched(given.symbol, given.source, given.timeout)
    print(found.summary, file=sys.stderr)  # stdout may be JSON
    return Chain.from_cells(found.cells, chosen)


def bar() -> str:
    """What bars are drawn with in this terminal."""
    try:
        "█".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return "#"
    return "█"
