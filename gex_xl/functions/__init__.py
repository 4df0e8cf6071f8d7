"""The worksheet functions: thin bodies over the core, each with its record in the registry.

Bodies return plain Python (None for no value) and raise GexError; the hosts' shell is in udfs.py. Importing
this package fills the registry, in the order in which users see the functions.
"""

from gex_xl.functions import chain, exposure, levels, regime

# isort: split
from gex_xl.functions import book, hedging, limits, quoting, residuals
from gex_xl.functions.common import EXAMPLE_CHAIN
from gex_xl.registry import REGISTRY

__all__ = [
    "EXAMPLE_CHAIN", "REGISTRY", "book", "chain", "exposure", "hedging", "levels", "limits", "quoting", "regime",
    "residuals",
]  # fmt: skip
