"""What a host's own process runs: formulas called as that host calls them, timed there.

Needs nothing of the rest of this package: it also runs in Pyodide, beside the code of a workbook.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Awaitable, Callable
from typing import Any

ONE, FIFTY = "one formula on the range", "LOAD_CHAIN and 50 formulas"
AGAIN = "50 formulas once more, nothing changed"  # what the host itself takes
Call = Callable[[str, list[Any]], Awaitable[Any]]


async def timed(
    call: Call, forget: Callable[[], None], chain: Any, formulas: list[list[Any]], rounds: int
) -> dict[str, list[float]]:
    """Seconds of each round for one formula on the range, and for all of them on its handle, twice; the first round
    is a rehearsal.

    `formulas`: [name, arguments after the chain]. Nothing is remembered from one way to the next.
    """
    found: dict[str, list[float]] = {ONE: [], FIFTY: [], AGAIN: []}
    for _ in range(rounds + 1):
        for way in (ONE, FIFTY):
            forget()
            gc.collect()
            start = time.perf_counter()
            if way == ONE:
                await call("TOTAL_GEX", [chain])
            else:
                handle = await call("LOAD_CHAIN", [chain])
                for name, rest in formulas:
                    await call(name, [handle, *rest])
            found[way].append(time.perf_counter() - start)
        start = time.perf_counter()
        for name, rest in formulas:
            await call(name, [handle, *rest])
        found[AGAIN].append(time.perf_counter() - start)
    return {way: seconds[1:] for way, seconds in found.items()}
