"""Chains in memory under a short readable text, so that fifty formulas read a paste once."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from gex_xl.chain import Chain
from gex_xl.clock import NEW_YORK, instant
from gex_xl.errors import StaleHandle, shown
from gex_xl.settings import Settings

_KEEP = 16  # chains held; the least recently used one leaves
_HANDLE = re.compile(r".* #[0-9a-f]{6,64}")
_LOCK = threading.Lock()
DEFAULTS = Settings()


@dataclass(frozen=True, slots=True)
class Loaded:
    """A chain with the spot, as-of and settings given to LOAD_CHAIN; None and {} where none were."""

    chain: Chain
    spot: float | None = None
    as_of: dt.datetime | None = None
    settings: Settings = DEFAULTS


_STORE: OrderedDict[str, tuple[str, Loaded]] = OrderedDict()


def is_handle(text: str) -> bool:
    """True for text in the form of a LOAD_CHAIN handle."""
    return bool(_HANDLE.fullmatch(text.strip()))


def store(loaded: Loaded) -> str:
    """Keep a chain; returns its handle, such as `SPX 20592 contracts 2024-01-07 #3f2a91`.

    The handle comes from the content, so equal content gives an equal handle. Six digits of the digest are
    shown, more where they are taken by other content still in memory.
    """
    chain = loaded.chain
    digest = _digest(loaded)
    as_of = loaded.as_of or chain.as_of
    live = int((chain.settlement > instant(as_of)).sum()) if as_of else len(chain)
    date = f"{as_of.astimezone(NEW_YORK):%Y-%m-%d}" if as_of else "undated"
    with _LOCK:
        for length in range(6, len(digest) + 1):
            handle = f"{chain.symbol or 'chain'} {live} contracts {date} #{digest[:length]}"
            if handle not in _STORE or _STORE[handle][0] == digest:
                break
        # An equal chain that is already here is kept: what was computed for it stays valid.
        if handle not in _STORE:
            _STORE[handle] = (digest, loaded)
        _STORE.move_to_end(handle)
        while len(_STORE) > _KEEP:
            _STORE.popitem(last=False)
    return handle


def find(handle: str) -> Loaded:
    """The chain behind a handle. Raises StaleHandle where it is no longer in memory."""
    with _LOCK:
        entry = _STORE.get(handle.strip())
        if entry is None:
            raise StaleHandle(f'the chain "{shown(handle)}" is not in memory; recalculate the LOAD_CHAIN cell')
        _STORE.move_to_end(handle.strip())
        return entry[1]


def _digest(loaded: Loaded) -> str:
    chain = loaded.chain
    found = hashlib.sha256()
    for name in Chain.__slots__:
        value = getattr(chain, name)
        if name == "row":
            continue  # where a line stood in the paste is not content
        if isinstance(value, np.ndarray):
            found.update(np.ascontiguousarray(value).tobytes())
        elif name not in ("as_of", "layout", "spot_from", "as_of_from", "reading"):
            found.update(repr(value).encode())
    # One instant in two zones is the same content.
    moments = [str(instant(moment)) if moment else "" for moment in (chain.as_of, loaded.as_of)]
    found.update(repr((loaded.spot, moments, loaded.settings.as_dict())).encode())
    return found.hexdigest()
