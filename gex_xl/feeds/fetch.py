"""One chain from one feed, within a time limit."""

from __future__ import annotations

import datetime as dt
import importlib
import re
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import TypeVar

from gex_xl.chain import Chain
from gex_xl.errors import BadInput
from gex_xl.feeds.download import Progress
from gex_xl.products import known, product
from gex_xl.reading.values import shown

Result = TypeVar("Result")
_LONGEST = 3600.0  # seconds
_SYMBOL = re.compile(r"([\^_$]?)([A-Z][A-Z0-9.\-]{0,9})")


@dataclass(frozen=True, slots=True)
class Source:
    """`module` has answer(symbol, is_index, progress): the answer's bytes, and the cells that they mean.

    `suffix`: how a file with these bytes ends. `unit`: what progress is counted in. `name`: as it is said. `period`:
    seconds within which asking again is in vain or rude.
    """

    name: str
    module: str
    suffix: str
    unit: str
    period: float


SOURCES = {
    "cboe": Source("CBOE", "gex_xl.feeds.cboe", ".json", "B", 900.0),
    "yahoo": Source("Yahoo", "gex_xl.feeds.yahoo", ".csv", " expiries", 900.0),
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A chain as a feed gave it: `body` is what a file of it holds, `cells` what a sheet does."""

    symbol: str
    source: Source
    body: bytes
    cells: Sequence[Sequence[object]]
    chain: Chain
    quoted: dt.datetime

    @property
    def file_name(self) -> str:
        """Symbol and quote time, New York: a name that every system takes."""
        return f"{self.symbol}_{self.quoted:%Y-%m-%dT%H%M%S}{self.source.suffix}"

    @property
    def summary(self) -> str:
        """What it is, in a line."""
        spot = "no spot, so give one with --spot" if self.chain.spot is None else f"spot {self.chain.spot:,.2f}"
        return (
            f"{self.chain.rows:,} contracts on {self.symbol}, {spot}, quoted {self.quoted:%Y-%m-%d %H:%M:%S} "
            f"New York time, from {self.source.name}"
        )


def fetch(symbol: str, source: str = "cboe", *, seconds: float = 120.0, progress: Progress | None = None) -> Fetched:
    """The chain of an underlying such as SPX or NVDA, as a feed quotes it now.

    `source`: a key of SOURCES. `seconds`: the longest that all of it may take. `symbol` may begin with _ or ^, which
    marks an index. Raises BadInput with one sentence: unknown symbol, no network, too slow, refused, or an answer
    that is no chain.
    """
    found = _SYMBOL.fullmatch(symbol.strip().upper())
    if not found:
        raise BadInput(f'"{shown(symbol)}" is no symbol; expected one such as SPX, SPY or NVDA')
    if not 0 < seconds <= _LONGEST:
        raise BadInput(f"the time limit is {seconds:g}; expected seconds, above 0 and up to {_LONGEST:g}")
    mark, name = found[1], product(found[2]).underlying if known(found[2]) else found[2]
    feed = SOURCES[source]
    over = threading.Event()

    def step(done: int, total: int | None) -> None:
        if over.is_set():
            raise TimeoutError
        if progress is not None:
            progress(done, total)

    get = importlib.import_module(feed.module).answer
    try:
        body, cells = _within(seconds, lambda: get(name, bool(mark), step))
    except TimeoutError:
        raise BadInput(
            f"{feed.name} gave no whole answer for {name} within {seconds:g} seconds; try again, or give it longer "
            "with --timeout"
        ) from None
    finally:
        over.set()
    return _read(name, feed, body, cells)


def _within(seconds: float, work: Callable[[], Result]) -> Result:
    """The result of `work`; TimeoutError when the time is over, whatever it waits for.

    In a thread of its own, since neither a name server nor an answer that drips in keeps to a socket's time limit.
    """
    outcome: Future[Result] = Future()

    def run() -> None:
        try:
            outcome.set_result(work())
        except BaseException as error:
            outcome.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    end = time.monotonic() + seconds
    while not outcome.done():
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        wait([outcome], timeout=min(left, 0.2))  # in slices: between them Windows hears Ctrl-C
    return outcome.result()


def _read(name: str, feed: Source, body: bytes, cells: Sequence[Sequence[object]]) -> Fetched:
    try:
        chain = Chain.from_cells(cells)
    except BadInput as error:
        raise BadInput(f"{feed.name}'s answer for {name} cannot be read as a chain: {error}") from None
    if chain.as_of is None:
        raise BadInput(f"{feed.name}'s answer for {name} names no quote time; export the chain by hand")
    if chain.symbol and _letters(chain.symbol) != _letters(name):
        raise BadInput(f"{feed.name} answered with the chain of {chain.symbol}, not of {name}; check the symbol")
    return Fetched(name, feed, body, cells, chain, chain.as_of.astimezone(chain.zone))


def _letters(symbol: str) -> str:
    """A symbol as all feeds write it: BRK.B, BRK-B and BRKB are one."""
    return re.sub(r"[^A-Z0-9]", "", symbol.upper())
