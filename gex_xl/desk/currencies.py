"""Currencies of a book: sums are taken within one, never across."""

from __future__ import annotations

import numpy as np

from gex_xl.arrays import Mask
from gex_xl.desk.positions import Book
from gex_xl.errors import BadInput
from gex_xl.products import product


def currency(underlying: str) -> str:
    """The currency in which the underlying is quoted, from the table of products; USD where it is not in it."""
    return product(underlying).currency


def currencies(book: Book) -> dict[str, Mask]:
    """Currency -> which rows are in it, shape (n,), in the order of the range."""
    own = [currency(name) for name in book.underlying]
    return {name: np.array([each == name for each in own]) for name in dict.fromkeys(own)}


def only_currency(book: Book) -> str:
    """The one currency of a book. Raises BadInput for a book in several."""
    found = list(currencies(book))
    if len(found) > 1:
        raise BadInput(f"the book is in {' and '.join(found)}, which are not added up; give one currency at a time")
    return found[0]
