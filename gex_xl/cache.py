"""What is computed once: results by their arguments, pasted ranges by their content.

The least recently used leave. Threads that ask for the same thing at the same time wait for the first of them.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import hashlib
import itertools
import marshal
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextvars import ContextVar
from typing import Any, Generic, ParamSpec, TypeVar

import numpy as np

from gex_xl.errors import GexError

Result = TypeVar("Result")
Given = ParamSpec("Given")
_PLAIN = {float, int, str, bool, type(None)}
_CACHES: list[Cache[Any]] = []
_TEMPORARY: ContextVar[dict[Hashable, _Entry[Any]] | None] = ContextVar("temporary", default=None)


class _Entry(Generic[Result]):
    """One result, or the error in its place; an empty list until it is there."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.found: list[Result | GexError] = []


class Cache(Generic[Result]):
    """Up to `keep` results by key. A GexError is a result too: broken input stays broken until it changes."""

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._lock = threading.Lock()
        self._held: OrderedDict[Hashable, _Entry[Result]] = OrderedDict()
        _CACHES.append(self)

    def get(self, key: Hashable, compute: Callable[[], Result]) -> Result:
        """The result kept under `key`, computed now where there is none. Raises what `compute` raises."""
        with self._lock:
            tried = None if key in self._held else _TEMPORARY.get()
            entry: _Entry[Result]
            if tried is not None:
                entry = tried.setdefault((id(self), key), _Entry())
            else:
                entry = self._held.setdefault(key, _Entry())
                self._held.move_to_end(key)
                while len(self._held) > self._keep:
                    self._held.popitem(last=False)
        with entry.lock:  # whoever comes later waits here for the first
            if not entry.found:
                try:
                    entry.found.append(compute())
                except GexError as error:
                    entry.found.append(error)
        found = entry.found[0]
        if isinstance(found, GexError):
            # A new one each time: one that is raised again and again collects tracebacks.
            raise type(found)(*found.args)
        return found

    def clear(self) -> None:
        """Drop all results."""
        with self._lock:
            self._held.clear()


def cached(keep: int) -> Callable[[Callable[Given, Result]], Callable[Given, Result]]:
    """Decorator: keep the results of the last `keep` different arguments, which are hashable."""

    def decorate(compute: Callable[Given, Result]) -> Callable[Given, Result]:
        cache: Cache[Result] = Cache(keep)

        @functools.wraps(compute)
        def cached_result(*given: Given.args, **named: Given.kwargs) -> Result:
            key = (given, tuple(sorted(named.items())))
            return cache.get(key, lambda: compute(*given, **named))

        return cached_result

    return decorate


@contextlib.contextmanager
def temporary() -> Iterator[None]:
    """Within it what is new is kept until it ends, and pushes out nothing: for a try that nobody asks for again."""
    token = _TEMPORARY.set({})
    try:
        yield
    finally:
        _TEMPORARY.reset(token)


def clear_caches() -> None:
    """Drop everything that was computed, as in a fresh process; handles stay."""
    for cache in _CACHES:
        cache.clear()


def content_key(cells: object) -> bytes | None:
    """A digest of a range: equal for equal cells of equal types and for no others, but by a collision of the digest.

    None for cells that cannot be written down. What is written is never read back.
    """
    try:
        # Version 2 writes every cell out, whether or not one object stands in several of them.
        return hashlib.blake2b(marshal.dumps(_spelled(cells), 2), digest_size=16).digest()
    except (TypeError, ValueError, RecursionError):
        return None


def _spelled(cells: object) -> Any:
    """The cells themselves, or lists in which dates and numpy's numbers are spelled out."""
    if type(cells) in _PLAIN:
        return cells
    if isinstance(cells, (list, tuple)):
        kinds = set(map(type, cells))
        if kinds <= _PLAIN:
            return cells
        if kinds <= {list, tuple} and set(map(type, itertools.chain.from_iterable(cells))) <= _PLAIN:
            return cells
        return [_spelled(each) for each in cells]
    if isinstance(cells, (dt.date, dt.time, np.generic)):
        return f"{type(cells).__name__} {cells!r}".encode()  # bytes stand for nothing else
    raise TypeError(f"{type(cells).__name__} is no cell")
