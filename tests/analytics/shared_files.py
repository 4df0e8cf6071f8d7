"""Every real chain beside the project, with what its file does not say."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.chain import Chain
from gex_xl.settings import Settings

FILES = (
    "cboe_nvda_2025-01-06.csv", "cboe_spx_2024-01-07.csv", "cboe_spy_2020-06-22_legacy.dat",
    "cboe_spy_2022-07-12_delayed_quotes.json", "cboe_spy_2023-09-14.csv", "deribit_btc_2021-02-11.csv",
    "thinkorswim_amzn_2018.csv", "yfinance_aapl_2025-09-28.csv",
)  # fmt: skip
#: thinkorswim's export names neither price nor time; both are made up here.
_NOT_IN_THE_FILE = {"thinkorswim_amzn_2018.csv": (1450.0, dt.datetime(2018, 2, 15, 19, 0, tzinfo=dt.UTC))}
_CHAINS: dict[Path, Chain] = {}


def contracts_of(path: Path, **changes: object) -> Contracts:
    """A file's contracts under some settings; a file is read once."""
    if path not in _CHAINS:
        _CHAINS[path] = Chain.from_file(path)
    spot, as_of = _NOT_IN_THE_FILE.get(path.name, (None, None))
    return prepare(_CHAINS[path], spot, as_of, Settings().with_changes(changes))
