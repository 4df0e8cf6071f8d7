"""The table as text, docs/benchmarks.md and its chart."""

from __future__ import annotations

import math
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from benchmarks import processes
from benchmarks.measuring import Row

_DOCS = Path(__file__).parents[1] / "docs"
_LEAST = 1.05  # bars shorter than that say nothing


def lines(row: Row) -> list[str]:
    """One row for the terminal."""
    size = f"{row.contracts:>7,} contracts  " if row.contracts else ""
    out = [f"{size}{row.name}{f' ({row.note})' if row.note else ''}"]
    for way in row.timings:
        middle, low, high = row.ratio(way)
        spread = "" if way == row.ours else f"  x {middle:,.2f}  [{low:,.2f} to {high:,.2f}]"
        out.append(f"    {way:<42}{_time(row.seconds(way)):>10}{spread or _per_piece(row)}")
    return out


def write(rows: Sequence[Row], rounds: int) -> None:
    """docs/benchmarks.md and docs/benchmarks.svg."""
    (_DOCS / "benchmarks.md").write_text(_page(rows, rounds), encoding="utf-8")
    (_DOCS / "benchmarks.svg").write_text(_chart(rows), encoding="utf-8")


def _page(rows: Sequence[Row], rounds: int) -> str:
    return "\n".join(
        [
            "# Benchmarks",
            "",
            f"Made by `uv run python -m benchmarks --write` on {_machine()}. Each line compares ways of doing the same "
            f"work, timed in turns in one run: median time, and how many times as long as the first way of its group, "
            f"as the median over {rounds} rounds (fewer for slow ones) with its quartiles. One thread each; other "
            "work may have run beside it, so trust ratios before times. Made-up "
            "chains are those of `benchmarks/chains.py`; the other methods are written in `benchmarks/peers.py` from "
            "the published formulas, and are checked to agree before they are timed.",
            "",
            "![how many times as long as gex_xl](benchmarks.svg)",
            "",
            "| contracts | what | way | time | times the first | quartiles |",
            "| ---: | --- | --- | ---: | ---: | ---: |",
            *(cell for row in rows for cell in _cells(row)),
            "",
            *_growth(rows),
            *_goals(rows),
            *_memory(),
        ]
    )


def _cells(row: Row) -> list[str]:
    out = []
    for way in row.timings:
        first = way == row.ours
        middle, low, high = row.ratio(way)
        name = f"{row.name}{f' ({row.note})' if row.note else ''}" if first else ""
        size = f"{row.contracts:,}" if first and row.contracts else ""
        ratio = _per_piece(row) if first else f"{_digits(middle)}"
        spread = "" if first else f"{_digits(low)} to {_digits(high)}"
        out.append(f"| {size} | {name} | {way} | {_time(row.seconds(way))} | {ratio} | {spread} |")
    return out


def _per_piece(row: Row) -> str:
    return f" {row.seconds(row.ours) / row.pieces * 1e9:.0f} ns per cell" if row.pieces else ""


def _growth(rows: Sequence[Row]) -> list[str]:
    """Time per contract of ours at each size: constant where cost is linear."""
    found: dict[str, dict[int, float]] = {}
    for row in rows:
        if row.ours == "gex_xl":
            found.setdefault(row.name, {}).setdefault(row.contracts, row.seconds(row.ours) / row.contracts)
    grown = {name: sizes for name, sizes in found.items() if len(sizes) > 2}
    if not grown:
        return []
    sizes = sorted(next(iter(grown.values())))
    return [
        "## How cost grows: nanoseconds per contract",
        "",
        f"| gex_xl | {' | '.join(f'{size:,} contracts' for size in sizes)} |",
        f"| --- |{' ---: |' * len(sizes)}",
        *(f"| {name} | {' | '.join(f'{each[s] * 1e9:,.0f}' for s in sizes)} |" for name, each in grown.items()),
        "",
    ]


def _goals(rows: Sequence[Row]) -> list[str]:
    """What was aimed at, and what was measured; a goal whose rows were not measured is left out."""

    def ratio(name: str, way: str) -> float | None:
        found = [row for row in rows if row.name.startswith(name) and way in row.timings and row.contracts < 50_000]
        return found[-1].ratio(way)[0] if found else None

    def inverse(name: str, way: str) -> float | None:
        found = ratio(name, way)
        return 1 / found if found else None

    exposure, profile, host = "per strike and total, from iv", "profile at", "a dashboard: "
    office, imports = "LibreOffice Calc", "import numpy, pandas, xlwings"
    many = "LOAD_CHAIN and 50 formulas"
    least = [
        ("per strike and total: the per-contract apply takes", 1000, ratio(exposure, "pandas apply")),
        ("per strike and total: vollib's loop takes", 20, ratio(exposure, "vollib, loop")),
        ("profile at 200 levels: the best plain numpy version takes", 2, ratio(profile, "best plain numpy")),
        ("profile at 200 levels: the per-contract apply takes", 10_000, ratio(profile, "pandas apply")),
    ]
    most = [
        *(
            (f"LOAD_CHAIN and 50 formulas over one on the range: {name}", 1.5, ratio(host + name, many))
            for name in ("the functions", "the embedded engine", f"{office}, typed", f"{office}, one cell")
        ),
        (
            "import gex_xl.udfs over numpy, pandas and xlwings",
            1.3,
            inverse("cold start", imports),
        ),
    ]
    judged = [
        *((text, f"at least {goal:,} times", found, found >= goal) for text, goal, found in least if found),
        *((text, f"at most {goal} times", found, found <= goal) for text, goal, found in most if found),
    ]
    return [
        "## Goals",
        "",
        "| what | goal | measured | |",
        "| --- | --- | ---: | --- |",
        *(
            f"| {text} | {goal} | {_digits(found)} | {'met' if met else 'missed'} |"
            for text, goal, found, met in judged
        ),
        "",
        "Cost grows no faster than the number of contracts: below 20,000 what is fixed for 40 expiries shows. In the "
        "embedded engine what 50 formulas add to one is mostly its own writing of 50 results and tables into the "
        "workbook; in Calc, when formulas are typed, the 50 steps between two processes by which this benchmark types "
        "them. Reading does more than the splitting that it stands beside: dates, rights, symbols and faults. scipy's "
        "newton is level with ours on prices that all have an answer; ours also says which have none.",
        "",
    ]


def _memory() -> list[str]:
    sizes = (20_000, 100_000)
    return [
        "## Memory",
        "",
        "Python objects and arrays after LOAD_CHAIN, total, profile and zero gamma, the pasted cells left out "
        "(tracemalloc). At most 16 chains are held by handle and 8 by content; the least recently used leave.",
        "",
        "| contracts | held | at most |",
        "| ---: | ---: | ---: |",
        *(f"| {size:,} | {held:.0f} MB | {most:.0f} MB |" for size in sizes for held, most in [processes.memory(size)]),
        "",
    ]


def _machine() -> str:
    """In general terms: what a reader needs in order to compare."""
    return (
        f"a {os.cpu_count()}-core {platform.machine()} machine, {platform.system()}, "
        f"Python {sys.version_info.major}.{sys.version_info.minor}"
    )


def _time(seconds: float) -> str:
    if seconds < 1e-3:
        return f"{seconds * 1e6:.0f} us"
    return f"{seconds * 1e3:.1f} ms" if seconds < 1 else f"{seconds:,.1f} s"


def _digits(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 20 else f"{ratio:.1f}" if ratio >= 3 else f"{ratio:.2f}"


def _chart(rows: Sequence[Row]) -> str:
    """Bars on a logarithmic scale, one for each other way at the size that has most of them."""
    bars = []
    for row in rows:
        if row.ours != "gex_xl" or row.contracts > 50_000 or (bars and row.contracts < 9_000):
            continue
        for way in list(row.timings)[1:]:
            middle, low, high = row.ratio(way)
            if middle >= _LEAST and row.contracts > 9_000:
                bars.append((row.name.split(",")[0], way, middle, low, high))
    left, step, top, width = 470, 26, 56, 470
    most = math.ceil(math.log10(max((bar[4] for bar in bars), default=10)))
    height = top + step * len(bars) + 20

    def x(ratio: float) -> float:
        return left + width * math.log10(max(ratio, 1.0)) / most

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1020 {height}" font-family="sans-serif" font-size="13">',
        f'<rect width="1020" height="{height}" fill="#ffffff"/>',
        '<text x="16" y="24" font-size="16" fill="#1b2733">How many times as long as gex_xl, logarithmic</text>',
    ]
    for power in range(most + 1):
        at = x(10.0**power)
        out.append(f'<line x1="{at:.1f}" y1="{top - 8}" x2="{at:.1f}" y2="{height - 14}" stroke="#d5dbe1"/>')
        out.append(f'<text x="{at:.1f}" y="{top - 12}" fill="#5b6975" text-anchor="middle">{10**power:,}</text>')
    for i, (name, way, middle, low, high) in enumerate(bars):
        y = top + step * i
        out += [
            f'<text x="{left - 10}" y="{y + 15}" text-anchor="end" fill="#1b2733">{escape(f"{name}: {way}")}</text>',
            f'<rect x="{left}" y="{y + 3}" width="{x(middle) - left:.1f}" height="{step - 10}" fill="#3b6ea5"/>',
            f'<path d="M{x(low):.1f} {y + 11}H{x(high):.1f}" stroke="#1b2733" stroke-width="2"/>',
            f'<text x="{x(high) + 8:.1f}" y="{y + 16}" fill="#1b2733">{_digits(middle)}</text>',
        ]
    return "\n".join([*out, "</svg>", ""])
