"""One version of gex_xl, run from its own folder: does what standard input asks and answers with seconds.

It uses public contracts alone (worksheet functions, `Chain.from_file`), so that older versions run it too.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def main() -> None:
    """A line of input is the name of a task; the answer is {"seconds": ...}."""
    folder, formulas = Path(sys.argv[1]), json.loads(sys.argv[2])
    from gex_xl import udfs
    from gex_xl.chain import Chain

    cells = json.loads((folder / "cells.json").read_text(encoding="utf-8"))
    calls = udfs.FUNCTIONS
    changes = iter(range(1, 10**9))

    def another() -> list[list[Any]]:
        """The same range with another open interest in one cell: no version has it in memory."""
        cells[5][10] = 1000.0 + next(changes)
        return cells

    def fifty(handle: str) -> None:
        for name, rest in formulas:
            if name in calls:
                calls[name](handle, *rest)

    def timed(prepare: Callable[[], Any], work: Callable[[Any], object]) -> float:
        given = prepare()
        start = time.perf_counter()
        work(given)
        return time.perf_counter() - start

    def loaded() -> str:
        return str(calls["LOAD_CHAIN"](another()))

    tasks: dict[str, Callable[[], float]] = {
        "read the CSV": lambda: timed(lambda: folder / "quotedata.csv", Chain.from_file),
        "read the JSON": lambda: timed(lambda: folder / "delayed_quotes.json", Chain.from_file),
        "one formula on the range": lambda: timed(another, calls["TOTAL_GEX"]),
        "LOAD_CHAIN and 50 formulas": lambda: timed(another, lambda given: fifty(calls["LOAD_CHAIN"](given))),
        "50 formulas on a loaded chain": lambda: timed(loaded, fifty),
        "WHAT_IF on a loaded chain": lambda: timed(loaded, calls["WHAT_IF"]),
    }
    for line in sys.stdin:
        print(json.dumps({"seconds": tasks[line.strip()]()}), flush=True)


main()
