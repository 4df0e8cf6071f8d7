"""The worksheet functions: thin bodies over the core, each with its record in the registry.

Bodies return plain Python (None for no value) and raise GexError; the hosts' shell is in udfs.py. Importing
this package fills the registry, in the order in which users see the functions.
"""

from gex_xl.functions import (
    chain,
    change_and_maps,
    exposure,
    exposures,
    flows,
    levels,
    levels_by_expiry,
    levels_on_charts,
    option,
    quality,
    regime,
    volatility,
    watchlist,
)  # fmt: skip

# isort: split
from gex_xl.functions import chart_tables, days, first_screen, sheet_maps, sheet_tables

# isort: split
from gex_xl.functions import book, book_table, hedging, limits, quoting, residuals
from gex_xl.functions.common import EXAMPLE_CHAIN
from gex_xl.functions.registry import REGISTRY

__all__ = ["EXAMPLE_CHAIN", "REGISTRY"]
