"""Rows on whole processes: cold start and memory. Each is a fresh interpreter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

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
    for code in ways.values():
        code()  # leaves the compiled modules, as an installation does
    yield measure("cold start", 0, ways, rounds=rounds)


def memory(contracts: int, chains: int) -> tuple[float, float]:
    """MB held and at most held by Python objects and arrays after LOAD_CHAIN, total, profile and zero gamma of each."""
    done = _run(_MEMORY.format(contracts=contracts, chains=chains))
    held, most = json.loads(done)
    return held / 1e6, most / 1e6


def compiled() -> dict[str, str]:
    """An environment in which Python keeps compiled modules, wherever this one does not."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "gex_xl_benchmarks")}


def _run(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=compiled()).stdout
