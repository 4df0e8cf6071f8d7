"""What is computed once: results by their arguments, pasted ranges by their content.

The least recently used leave. Threads that ask for the same thing at the same time wait for the first of them.
"""

from __future__ import annotations

import functools
import hashlib
import pickle
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, ParamSpec, TypeVar

from gex_xl.errors import GexError

Result = TypeVar("Result")
Given = ParamSpec("Given")
_MEMORIES: list[Memory[Any]] = []


class _Entry(Generic[Result]):
    """One result, or the error in its place; an empty list until it is there."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.found: list[Result | GexError] = []


class Memory(Generic[Result]):
    """Up to `keep` results by key. A GexError is a result too: broken input stays broken until it changes."""

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._lock = threading.Lock()
        self._held: OrderedDict[Hashable, _Entry[Result]] = OrderedDict()
        _MEMORIES.append(self)

    def recall(self, key: Hashable, compute: Callable[[], Result]) -> Result:
        """The result kept under `key`, computed now where there is none. Raises what `compute` raises."""
        with self._lock:
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

    def forget(self) -> None:
        """Drop all results."""
        with self._lock:
            self._held.clear()


def once(keep: int) -> Callable[[Callable[Given, Result]], Callable[Given, Result]]:
    """Decorator: keep the results of the last `keep` different arguments, which are hashable."""

    def decorate(compute: Callable[Given, Result]) -> Callable[Given, Result]:
        memory: Memory[Result] = Memory(keep)

        @functools.wraps(compute)
        def recall(*given: Given.args, **named: Given.kwargs) -> Result:
            key = (given, tuple(sorted(named.items())))
            return memory.recall(key, lambda: compute(*given, **named))

        return recall

    return decorate


def forget() -> None:
    """Drop everything that was computed, as in a fresh process; handles stay."""
    for memory in _MEMORIES:
        memory.forget()


def content_key(cells: object) -> bytes | None:
    """A digest of a range: equal only for equal cells of equal types. None for cells that cannot be written down.

    A pickle tells all of the content, so two ranges never share a key but by a collision of the digest. Equal
    ranges may differ in it where one object stands in several cells; then the range is only read once more. The
    pickle is never read back.
    """
    try:
        written = pickle.dumps(cells, pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, TypeError, AttributeError, RecursionError):
        return None
    return hashlib.blake2b(written, digest_size=16).digest()
