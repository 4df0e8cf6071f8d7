"""Rows on `gex-xl history` over a thousand made-up daily chains: one process, all cores, Dask workers."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.chains import AS_OF, SPOT, book
from benchmarks.measuring import Row, Timing
from benchmarks.processes import compiled

CONTRACTS = 2_000  # of each chain


def rows(files: int, rounds: int) -> Iterator[Row]:
    """The command itself, from its start to the finished file; each round computes all files again.

    The processor time of all its processes is a row of its own: it tells what sharing out costs, where the machine
    is too busy for the clock to tell.
    """
    with tempfile.TemporaryDirectory() as folder:
        chains = Path(folder) / "chains"
        chains.mkdir()
        write_chains(chains, files)
        ways = {"1 process": ["--workers", "1"], **_more()}
        clock: dict[str, list[float]] = {way: [] for way in ways}
        spent: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(rounds):
            for way, options in ways.items():
                before = _processor_time()
                clock[way].append(_seconds(chains, Path(folder) / "history.csv", options, files))
                spent[way].append(_processor_time() - before)
    name = f"gex-xl history over {files:,} daily chains"
    for what, found in ((name, clock), (f"{name}, processor time", spent)):
        if all(all(seconds) for seconds in found.values()):  # Windows does not tell of ended processes
            timings = {way: Timing(tuple(seconds)) for way, seconds in found.items()}
            yield Row(what, CONTRACTS, timings, pieces=files, piece="row")


def _processor_time() -> float:
    """Seconds that processes started from here have used, those that have ended."""
    return os.times().children_user + os.times().children_system


def _more() -> dict[str, list[str]]:
    cores = os.cpu_count() or 1
    counts = [n for n in (2, 4, 8, 16) if n <= cores]
    return {**{f"{n} processes": ["--workers", str(n)] for n in counts}, f"Dask, {cores} workers": ["--dask", "local"]}


def write_chains(folder: Path, files: int) -> None:
    """One chain a weekday, as CBOE writes it; spot and with it every figure moves from day to day."""
    when, spot = AS_OF, SPOT
    for number in range(files):
        (folder / f"{when:%Y-%m-%d}.csv").write_text(book(CONTRACTS, when, round(spot, 2)).csv(), encoding="ascii")
        when += dt.timedelta(days=3 if when.weekday() == 4 else 1)
        spot *= 1 + ((number * 7919) % 41 - 20) / 2000


def _seconds(chains: Path, out: Path, options: list[str], files: int) -> float:
    out.unlink(missing_ok=True)
    command = [sys.executable, "-m", "gex_xl.cli", "history", str(chains), "--out", str(out), *options]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=compiled())
    took = time.perf_counter() - start
    if f"{files} rows" not in done.stdout:
        raise SystemExit(f"gex-xl history: {done.stdout}")
    return took
