"""Formulas through xlwings' own COM server, with Windows made up around it: run as a process of its own.

It must come before anything imports xlwings, so it is no part of calls.py.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from benchmarks.driver import timed
from tests.hosts import pretend_excel


def main() -> None:
    """Reads {"cells", "formulas", "rounds"} and prints what `timed` gives."""
    given = json.load(sys.stdin)
    server = pretend_excel.pretend()
    chain = pretend_excel.Cells([[pretend_excel.handed(cell) for cell in row] for row in given["cells"]])
    from gex_xl.cache import clear_caches

    async def call(name: str, arguments: list[Any]) -> Any:
        handed = [pretend_excel.MISSING if each is None else each for each in arguments]
        found = server.CallUDF("gex_xl.hosts.classic.calls", name, tuple(handed))
        if isinstance(found, str) and found.startswith("#VALUE!"):
            raise SystemExit(found)
        return found

    print(json.dumps(asyncio.run(timed(call, clear_caches, chain, given["formulas"], given["rounds"]))))


main()
