"""What was aimed at, and what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.driver import FIFTY
from benchmarks.measuring import Row

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
        yield "import gex_xl.udfs over numpy, pandas and xlwings", "at most 1.3 times", *_most(1 / imports, 1.3)
    for row in rows:
        if row.name.startswith("a desk's book"):
            seconds = row.seconds(row.ours)
            yield row.name, "under 1 s", f"{seconds:.2f} s", seconds < 1.0
        if row.name.startswith("read a "):
            seconds = row.seconds(row.ours)
            yield row.name, "well under 0.5 s", f"{seconds:.2f} s", seconds < 0.4
        if row.name.startswith("cells of a host"):
            each = row.seconds(row.ours) / row.pieces * 1e9
            yield row.name, "under 1,000 ns per cell", f"{each:.0f} ns", each < 1000
    for name, sizes in growth(rows).items():
        least, most = min(sizes), max(sizes)
        goal = f"a contract costs at {most:,} no more than at {least:,}"
        yield name, goal, *_most(sizes[most] / sizes[least], 1.0)


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
