"""What can go wrong, as the user reads it.

    GexError                    one sentence; `excel` is the error that a cell shows
    ├── BadInput   #VALUE!      a cell, column, file or setting must be changed
    │   └── StaleHandle         the chain behind a handle is no longer in memory
    └── NoValue    #N/A         the input is fine, the figure does not exist

Messages name the cell, column or setting, what was found and what would be right.
"""

from __future__ import annotations

from typing import ClassVar


class GexError(Exception):
    """Base of everything that gex_xl raises on purpose. `str(error)` is one sentence for the user."""

    excel: ClassVar[str] = "#VALUE!"


class BadInput(GexError):
    """The caller can mend it: a cell, a column, a file, an argument or a setting."""


class StaleHandle(BadInput):
    """A LOAD_CHAIN handle whose chain is not in memory (a reopened workbook, or too many chains since)."""


class NoValue(GexError):
    """There is no such figure for this chain, for instance the flip strike of a one-sided chain."""

    excel: ClassVar[str] = "#N/A"
