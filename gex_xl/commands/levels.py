"""`gex-xl levels`: the price levels of a chain file as a charting program takes them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from gex_xl.analytics.contracts import prepare
from gex_xl.analytics.levels_text import LevelsFormat, levels_text
from gex_xl.analytics.price_levels import Mapping, price_levels
from gex_xl.atomic import replacing
from gex_xl.chain import Chain
from gex_xl.functions.arguments import amount, moment
from gex_xl.settings import Settings, parse_settings


def add(commands: Any) -> None:
    """Put `levels` into the parser."""
    levels = commands.add_parser("levels", help="price levels of a chain file, as a charting program takes them")
    levels.add_argument("file", type=Path, metavar="FILE", help="csv, dat, json or xlsx")
    levels.add_argument(
        "--format",
        required=True,
        choices=[str(word) for word in LevelsFormat],
        help="docs/levels.md says where it goes",
    )
    levels.add_argument("--target", help="price of the product on the chart (ES, SPY, XSP) at the same instant")
    levels.add_argument(
        "--mapping", choices=[str(word) for word in Mapping], default="auto",
        help="how levels become prices of that product; auto: the difference within 5 %%, else the ratio",
    )  # fmt: skip
    levels.add_argument("--out", type=Path, help="file to write; without it the text is printed")
    levels.add_argument("--spot", help="price of the underlying, where the file does not say or is wrong")
    levels.add_argument("--as-of", help="quote time, such as 2024-01-05T16:00-05:00; New York without an offset")
    levels.add_argument("--set", nargs="+", action="extend", default=[], metavar="key=value", help="settings")
    levels.set_defaults(run=_levels)


def _levels(given: argparse.Namespace) -> int:
    chosen = Settings().with_changes(parse_settings("\n".join(given.set)))
    chain = Chain.from_file(given.file, chosen)
    as_of = moment(given.as_of, zone=chain.zone, order=chosen.date_order)
    contracts = prepare(chain, amount(given.spot, "spot"), as_of, chosen)
    found = price_levels(contracts, amount(given.target, "target"), Mapping(given.mapping))
    text = levels_text(contracts, found, LevelsFormat(given.format))
    if not text.endswith("\n"):
        text += "\n"
    if given.out is None:
        sys.stdout.write(text)
        return 0
    with replacing(given.out) as path:
        path.write_text(text, encoding="utf-8", newline="\n")
    print(f"{given.out}: {sum(level.price is not None for level in found.levels)} levels")
    return 0
