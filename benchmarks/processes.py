"""Rows on whole processes: cold start and memory. Each is a fresh interpreter."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.measuring import Row, measure

_FIRST = (
    "import gex_xl.udfs as u; from gex_xl.functions import EXAMPLE_CHAIN; u.TOTAL_GEX(EXAMPLE_CHAIN)"  # first formula
)
_MEMORY = """
import json, sys, tracemalloc
from benchmarks.chains import book
import gex_xl.udfs as u
cells = book({contracts}).cells()
tracemalloc.start()
for number in range({chains}):
    cells[5][10] = 1000.0 + number  # an open interest: another chain
    handle = u.LOAD_CHAIN(cells)
    u.TOTAL_GEX(handle), u.GAMMA_PROFILE(handle), u.ZERO_GAMMA(handle)
print(json.dumps(tracemalloc.get_traced_memory()))
"""


def rows(rounds: int) -> Iterator[Row]:
    """Cold start, as ratios of the imports that cannot be saved."""
    ways = {
        "import gex_xl.udfs": lambda: _run("import gex_xl.udfs"),
        "import numpy, pandas, xlwings": lambda: _run("import numpy, pandas, xlwings"),
        "import gex_xl": lambda: _run("import gex_xl"),
        "import and first formula": lambda: _run(_FIRST),
    }
    yield measure("cold start", 0, ways, rounds=rounds)


def memory(contracts: int, chains: int) -> tuple[float, float]:
    """MB held and at most held by Python objects and arrays after LOAD_CHAIN, total, profile and zero gamma of each."""
    done = _run(_MEMORY.format(contracts=contracts, chains=chains))
    held, most = json.loads(done)
    return held / 1e6, most / 1e6


def _run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
