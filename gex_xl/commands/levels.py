"""`gex-xl levels`: the price levels of a chain file as a charting program takes them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from gex_xl.analytics.levels_text import LevelsFormat, levels_text
from gex_xl.analytics.price_levels import Mapping, price_levels
from gex_xl.atomic import replacing
from gex_xl.chain import Chain
from gex_xl.commands.options import add_settings, add_spot_and_time, chosen_contracts, chosen_settings
from gex_xl.functions.arguments import amount


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
    add_spot_and_time(levels)
    add_settings(levels)
    levels.set_defaults(run=_levels)


def _levels(given: argparse.Namespace) -> int:
    chosen = chosen_settings(given)
    chain = Chain.from_file(given.file, chosen)
    contracts = chosen_contracts(given, chain, chosen)
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
