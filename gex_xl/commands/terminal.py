"""What may stand in a terminal."""

from __future__ import annotations


def one_line(words: object) -> str:
    """Text as one line that a terminal only shows: names of files may hold line breaks and escape sequences."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in str(words))
