"""`gex-xl report`: the headline figures of a chain file."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from gex_xl.analytics.contracts import prepare
from gex_xl.analytics.summary import summarise
from gex_xl.analytics.terms import unit_label
from gex_xl.chain import Chain
from gex_xl.commands.fetch import add_symbol, fetched
from gex_xl.commands.report_text import as_json, headline, other_choices, picture, quality
from gex_xl.functions.arguments import amount, moment
from gex_xl.settings import HELP, Settings, parse_settings


def add(commands: Any) -> None:
    """Put `report` into the parser."""
    report = commands.add_parser(
        "report",
        help="headline figures of a chain file",
        epilog="settings:\n" + "\n".join(f"  {key}: {text}" for key, text in HELP.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    which = report.add_mutually_exclusive_group(required=True)
    which.add_argument("file", type=Path, nargs="?", metavar="FILE", help="csv, dat, json or xlsx")
    add_symbol(report, which)
    report.add_argument("--json", action="store_true", help="one JSON object on stdout")
    report.add_argument("--spot", help="price of the underlying, where the file does not say or is wrong")
    report.add_argument("--as-of", help="quote time, such as 2024-01-05T16:00-05:00; New York without an offset")
    report.add_argument("--set", nargs="+", action="extend", default=[], metavar="key=value", help="settings")
    report.set_defaults(run=_report)


def _report(given: argparse.Namespace) -> int:
    chosen = Settings().with_changes(parse_settings("\n".join(given.set)))
    chain = _fetched_chain(given, chosen) if given.symbol else Chain.from_file(given.file, chosen)
    as_of = moment(given.as_of, zone=chain.zone, order=chosen.date_order)
    contracts = prepare(chain, amount(given.spot, "spot"), as_of, chosen)
    if given.json:
        json.dump(as_json(contracts), sys.stdout, allow_nan=False)
        print()
        return 0
    for label, text in [*headline(contracts), *quality(contracts)]:
        print(f"{label:<12} {text}")
    print(f"\nNet GEX per strike, {unit_label(contracts)}; left of the line dealers are short gamma\n")
    print("\n".join(picture(summarise(contracts).strikes, contracts.spot, block=bar())))
    print("\nThe total with one setting changed at a time\n")
    print("\n".join(other_choices(contracts)))
    return 0


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
