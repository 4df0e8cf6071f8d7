"""Desks in memory under a short readable text, so that the tables of four sheets read the ranges once."""

from __future__ import annotations

import threading
from collections import OrderedDict

from gex_xl.desk.overview import Overview
from gex_xl.errors import BadInput, StaleHandle
from gex_xl.functions.arguments import words
from gex_xl.functions.handles import is_handle
from gex_xl.reading.values import CELL_ERRORS, shown

_KEEP = 8  # desks held; the least recently used one leaves
_LOCK = threading.Lock()
_STORE: OrderedDict[str, tuple[Overview, str]] = OrderedDict()


def store(found: Overview, name: str, digest: str) -> str:
    """Keep a desk and its name; returns its handle, such as `Desk A, 8 positions 2025-10-08 #3f2a91`."""
    book = found.book
    what = "cannot be read" if book is None else f"{len(book)} positions {book.as_of:%Y-%m-%d}"
    handle = f"{name or 'desk'}, {what} #{digest[:12]}"
    with _LOCK:
        _STORE[handle] = (found, name)  # anew: a chain that it looks up may have been loaded since
        _STORE.move_to_end(handle)
        while len(_STORE) > _KEEP:
            _STORE.popitem(last=False)
    return handle


def find(value: object, name: str) -> tuple[Overview, str]:
    """The desk behind a handle, and its name. Raises BadInput for any other text, StaleHandle where it is gone."""
    handle = words(value, name) or ""
    if handle.lower() in CELL_ERRORS:
        raise BadInput(f"{name} is {handle}; mend the cell that it comes from")
    if not is_handle(handle):
        raise BadInput(f'{name} is "{shown(handle)}"; expected the cell of a LOAD_BOOK')
    with _LOCK:
        entry = _STORE.get(handle)
        if entry is None:
            raise StaleHandle(f'the book "{shown(handle)}" is not in memory; recalculate the LOAD_BOOK cell')
        _STORE.move_to_end(handle)
        return entry
