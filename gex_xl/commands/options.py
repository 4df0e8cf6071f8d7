"""Options that several commands share, and the contracts that they choose."""

from __future__ import annotations

import argparse
from typing import Any

from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.chain import Chain
from gex_xl.functions.arguments import amount, moment
from gex_xl.settings import Settings, parse_settings


def add_settings(parser: Any, where: str = "") -> None:
    """--set key=value, as often as wanted."""
    parser.add_argument("--set", nargs="+", action="extend", default=[], metavar="key=value", help=f"settings{where}")


def add_spot_and_time(parser: Any) -> None:
    """--spot and --as-of, for a chain that does not say them or says them wrongly."""
    parser.add_argument("--spot", help="price of the underlying, where the chain does not say or is wrong")
    parser.add_argument("--as-of", help="quote time, such as 2024-01-05T16:00-05:00; of the market without an offset")


def chosen_settings(given: argparse.Namespace, defaults: Settings | None = None) -> Settings:
    """The defaults with what --set says. Raises BadInput for a key or value that is none."""
    return (defaults or Settings()).with_changes(parse_settings("\n".join(given.set)))


def chosen_contracts(given: argparse.Namespace, chain: Chain, settings: Settings) -> Contracts:
    """The lines of the chain that count at --spot and --as-of. Raises BadInput where either is needed or wrong."""
    as_of = moment(given.as_of, zone=chain.zone, order=settings.date_order)
    return prepare(chain, amount(given.spot, "spot"), as_of, settings)
