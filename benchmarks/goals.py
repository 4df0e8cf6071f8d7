"""What was aimed at, and what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.driver import FIFTY
from benchmarks.measuring import Row
from benchmarks.single import ALONE, CHANGED, EACH, ONE_CELL

_EXPOSURE, _PROFILE, _HOST = "per strike and total, from iv", "profile at", "a dashboard: "
#: How a host's row is named after `_HOST`.
_HOSTS = (
    "the functions alone", "classic", "the server", "Lite's code in Pyodide", "the embedded engine",
    "LibreOffice Calc, typed", "LibreOffice Calc, one cell",
)  # fmt: skip
#: (what, the start of the row's name, the way, at least so many times)
_LEAST = [
    ("per strike and total: the per-contract apply takes", _EXPOSURE, "pandas apply", 1000.0),
    ("per strike and total: vollib's loop takes", _EXPOSURE, "vollib, loop", 20.0),
    ("profile at 200 levels: the best plain numpy version takes", _PROFILE, "best plain numpy", 2.0),
    ("profile at 200 levels: the per-contract apply takes", _PROFILE, "pandas apply", 10_000.0),
]
#: Milliseconds of one formula alone, and how many times as long a task may take as in the version before.
_OF_ONE = {"GEX_GRID": 3.0, "GEX_LADDER": 3.0, "GAMMA_MAP": 25.0, "GEX_CHANGE": 30.0}
_OF_VERSIONS = {"LOAD_CHAIN and 50 formulas": 0.6, "WHAT_IF on a loaded chain": 0.5}
Judged = tuple[str, str, str, bool]
_LARGEST = 50_000  # contracts; above it rows show growth


def judged(rows: Sequence[Row]) -> Iterator[tuple[str, str, str, bool]]:
    """What, the goal, what was measured, whether it is met; what was not measured is left out."""
    for text, name, way, least in _LEAST:
        found = _ratio(rows, name, way)
        if found is not None:
            yield text, f"at least {least:,.0f} times", digits(found), found >= least
    for host in _HOSTS:
        found = _ratio(rows, _HOST + host, FIFTY)
        if found is not None:
            yield f"LOAD_CHAIN and 50 formulas over one on the range: {host}", "at most 1.5 times", *_most(found, 1.5)
    imports = _ratio(rows, "cold start", "import numpy, pandas, xlwings")
    if imports is not None:
        yield "import gex_xl.udfs over numpy, pandas and xlwings", "at most 1.15 times", *_most(1 / imports, 1.15)
    for row in rows:
        if row.name.startswith("a desk's book"):
            seconds = row.seconds(row.ours)
            yield row.name, "under 1 s", f"{seconds:.2f} s", seconds < 1.0
        if row.name.startswith("cells of a host"):
            each = row.seconds(row.ours) / row.pieces * 1e9
            yield row.name, "under 200 ns per cell", f"{each:.0f} ns", each < 200
    yield from _of_reading(rows)
    yield from _of_formulas(rows)
    yield from _of_versions(rows)
    yield from _of_history(rows)
    for name, sizes in growth(rows).items():
        least, most = min(sizes), max(sizes)
        goal = f"a contract costs at {most:,} no more than at {least:,}"
        yield name, goal, *_most(sizes[most] / sizes[least], 1.0)


def _of_reading(rows: Sequence[Row]) -> Iterator[Judged]:
    for name, way, most in (
        ("read a CSV", "csv module, cells only", 5.0),
        ("read a JSON", "json module, records only", 1.8),
        ("read an xlsx", "calamine, cells only", 1.5),
    ):
        found = _ratio(rows, name, way)
        if found is not None:
            yield f"{name}, over the {way}", f"at most {most:g} times", *_most(1 / found, most)
    if (changed := _ratio(rows, CHANGED, ONE_CELL)) is not None:
        yield "one changed cell over a full read", "at most 0.25 times", *_most(changed, 0.25)


def _of_formulas(rows: Sequence[Row]) -> Iterator[Judged]:
    for start, way, most in (
        ("a dashboard: the functions alone", "50 formulas on the handle, chain in memory", 55.0),
        ("a dashboard: the functions alone", "WHAT_IF on the handle, chain in memory", 90.0),
        *((ALONE, name, most) for name, most in _OF_ONE.items()),
    ):
        for row in rows:
            if row.name.startswith(start) and way in row.timings:
                found = row.seconds(way) * 1e3
                yield way, f"at most {most:g} ms", f"{found:.1f} ms", found <= most
    for row in rows:
        if row.name.startswith(EACH):
            slowest = max((way for way in row.timings if "ARBITRAGE_CHECK" not in way), key=row.seconds)
            found = row.seconds(slowest) * 1e3
            yield f"the slowest of fifty formulas in turn: {slowest}", "at most 6 ms", f"{found:.1f} ms", found <= 6


def _of_versions(rows: Sequence[Row]) -> Iterator[Judged]:
    for row in rows:
        for task, most in _OF_VERSIONS.items():
            if row.name == f"two versions: {task}":
                other = list(row.timings)[1]
                yield (
                    f"{task}, over the commit {other}",
                    f"at most {most:g} times",
                    *_most(1 / row.ratio(other)[0], most),
                )


def _of_history(rows: Sequence[Row]) -> Iterator[Judged]:
    for row in rows:
        if not row.name.startswith("gex-xl history") or "processor time" in row.name:
            continue
        one = row.pieces / row.seconds("1 process")
        yield "a history on one core", "at least 60 chains a second", f"{one:.0f}", one >= 60
        if "2 processes" in row.timings:
            scaling = 1 / row.ratio("2 processes")[0]
            yield "a history on two processes", "at least 1.8 times as fast", digits(scaling), scaling >= 1.8
            dask = next(way for way in row.timings if way.startswith("Dask"))
            over = row.seconds(dask) / row.seconds("2 processes")
            yield "a history on Dask over processes", "at most 1.3 times", *_most(over, 1.3)


def growth(rows: Sequence[Row]) -> dict[str, dict[int, float]]:
    """Seconds per contract of ours at each size, by what was done: constant where cost is linear."""
    found: dict[str, dict[int, float]] = {}
    for row in rows:
        if row.ours == "gex_xl" and row.contracts:
            found.setdefault(row.name, {}).setdefault(row.contracts, row.seconds(row.ours) / row.contracts)
    return {name: sizes for name, sizes in found.items() if len(sizes) > 2}


def digits(ratio: float) -> str:
    """A ratio with as many digits as mean something."""
    return f"{ratio:,.0f}" if ratio >= 20 else f"{ratio:.1f}" if ratio >= 3 else f"{ratio:.2f}"


def _most(found: float, most: float) -> tuple[str, bool]:
    return digits(found), found <= most


def _ratio(rows: Sequence[Row], name: str, way: str) -> float | None:
    found = [row for row in rows if row.name.startswith(name) and way in row.timings and row.contracts < _LARGEST]
    return found[-1].ratio(way)[0] if found else None
