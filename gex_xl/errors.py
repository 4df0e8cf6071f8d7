"""What can go wrong, as the user reads it.

    GexError                    one sentence; `excel` is the error that a cell shows
    ├── BadInput   #VALUE!      a cell, column, file or setting must be changed
    │   └── StaleHandle         the chain behind a handle is no longer in memory
    └── NoValue    #N/A         the input is fine, the figure does not exist

Messages name the cell, column or setting, what was found and what would be right.
"""

from __future__ import annotations

from typing import ClassVar

_LONGEST_QUOTE = 60  # characters


def shown(found: object) -> str:
    """What was found as a message quotes it: one printable line, cut with a mark after 60 characters."""
    # Worksheets hold every number as a float; a user who typed 5 does not know 5.0.
    if isinstance(found, float) and found.is_integer() and abs(found) < 1e15:
        found = int(found)
    elif isinstance(found, int) and not isinstance(found, bool) and abs(found) >= 10**60:
        return f"a number of {int(found.bit_length() * 0.30103) + 1} digits"  # Python writes none of 5 000 digits
    written = _printable(" ".join(str(found).split()))
    return written if len(written) <= _LONGEST_QUOTE else f"{written[:_LONGEST_QUOTE]}…"


def _printable(written: str) -> str:
    return (
        written if written.isprintable() else " ".join("".join(c if c.isprintable() else " " for c in written).split())
    )


class GexError(Exception):
    """Base of everything that gex_xl raises on purpose. `str(error)` is one sentence for the user."""

    excel: ClassVar[str] = "#VALUE!"

    def __init__(self, sentence: str = "") -> None:
        # Names that came from cells and files may hold line breaks and marks that turn the line around.
        super().__init__(_printable(sentence))


class BadInput(GexError):
    """The caller can mend it: a cell, a column, a file, an argument or a setting."""


class StaleHandle(BadInput):
    """A LOAD_CHAIN handle whose chain is not in memory (a reopened workbook, or too many chains since)."""


class NoValue(GexError):
    """There is no such figure for this chain, for instance the flip strike of a one-sided chain."""

    excel: ClassVar[str] = "#N/A"
