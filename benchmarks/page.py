"""The table as text, docs/dev/benchmarks.md and its chart."""

from __future__ import annotations

import math
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from benchmarks import processes
from benchmarks.goals import digits, growth, judged
from benchmarks.measuring import Row

#: The section that `python -m benchmarks.load` measures; it stands last.
LOAD = "## The server under load"
_LEAST = 1.05  # bars shorter than that say nothing
_MANY = (30, 60)  # chains, to show that memory stops growing
_REMARKS = [
    "Small chains cost more per contract, since what is fixed for 40 expiries shows.",
    "",
    "In every host LOAD_CHAIN costs as much as the one formula beside it, since nearly all of both is reading the",
    "range; what the 50 add is their own arithmetic on 20,000 contracts (the line of the chain in memory) and what",
    "the host takes for 50 calls (the line of the 50 once more). The faster a range is read, the harder the ratio is",
    "to hold. Where it is above the goal, this is the limit: the server answers 50 requests one by one over TLS; in",
    "Pyodide WebAssembly slows arithmetic more than it slows reading; in Calc, typing 50 formulas of Calc's own over",
    "UNO, and having them shown, takes the time given beside it, and no add-in can be below that.",
    "",
    "The fifty are the first fifty functions of a chain. Left out are those that list it, that need another chain, and",
    "that compute it anew under many other settings: WHAT_IF, CHOICE_TABLE, HEADLINE, which asks WHAT_IF how sure its",
    "verdict is, and DIALECTS. They stand in lines of their own. The server's requests, and what the classic and Lite",
    "calls are given, are made up before the clock starts; copying a range out of Excel is in none of them, since",
    "there is no Excel here.",
    "",
    "A history is shared out by whole files, and two processes spend little more processor time than one, so time",
    "falls with the cores that are free. Dask's own scheduler and workers take most of what they cost beyond that.",
    "",
    "Reading does more than the splitting that it stands beside: dates, rights, symbols and faults. A workbook is",
    "unpacked twice, since one that unpacks to gigabytes must be told before its cells are made. One changed cell is",
    "read with all others: what a paste says as a whole (decimal mark, units, dates, spot) may hang on any cell.",
    "scipy's newton is about level with ours on prices that all have an answer; ours also says which have none.",
]


def lines(row: Row) -> list[str]:
    """One row for the terminal."""
    size = f"{row.contracts:>7,} contracts  " if row.contracts else ""
    out = [f"{size}{row.name}{f' ({row.note})' if row.note else ''}"]
    for way in row.timings:
        middle, low, high = row.ratio(way)
        spread = "" if way == row.ours else f"  x {middle:,.2f}  [{low:,.2f} to {high:,.2f}]"
        out.append(f"    {way:<42}{_time(row.seconds(way)):>10}{spread}{_per_piece(row, way)}")
    return out


def write(rows: Sequence[Row], rounds: int, sizes: Sequence[int], folder: Path) -> None:
    """benchmarks.md and benchmarks.svg; memory is measured at `sizes`."""
    page = folder / "benchmarks.md"
    kept = page.read_text(encoding="utf-8").partition(LOAD)[2] if page.exists() else ""
    page.write_text(_page(rows, rounds, sizes) + (f"\n{LOAD}{kept}" if kept else ""), encoding="utf-8")
    (folder / "benchmarks.svg").write_text(_chart(rows), encoding="utf-8")


def _page(rows: Sequence[Row], rounds: int, sizes: Sequence[int]) -> str:
    return "\n".join(
        [
            "# Benchmarks",
            "",
            f"Made by `uv run python -m benchmarks --write` on {machine()}. Each line compares ways of doing the same "
            f"work, timed in turns in one run: median time, and how many times as long as the first way of its group, "
            f"as the median over {rounds} rounds (fewer for slow ones) with its quartiles; what takes "
            f"less than 20 ms is repeated within a round. One thread each. {_load()}"
            "Made-up "
            "chains are those of `benchmarks/chains.py`; the other methods are written in `benchmarks/peers.py` from "
            "the published formulas, and are checked to agree before they are timed.",
            "",
            "![how many times as long as gex_xl](benchmarks.svg)",
            "",
            "The chart shows the ways that take longer; those that are level or faster stand in the table alone.",
            "",
            "| contracts | what | way | time | times the first | quartiles |",
            "| ---: | --- | --- | ---: | ---: | ---: |",
            *(cell for row in rows for cell in _cells(row)),
            "",
            *_growth(rows),
            *_goals(rows),
            *(_memory(sizes) if sizes else []),
        ]
    )


def replace_section(page: Path, section: str) -> None:
    """Put a newly measured section of the server in place of the old one."""
    before = page.read_text(encoding="utf-8").partition(LOAD)[0].rstrip("\n")
    page.write_text(f"{before}\n\n{section}", encoding="utf-8")


def _cells(row: Row) -> list[str]:
    out = []
    for way in row.timings:
        first = way == row.ours
        middle, low, high = row.ratio(way)
        name = f"{row.name}{f' ({row.note})' if row.note else ''}" if first else ""
        size = f"{row.contracts:,}" if first and row.contracts else ""
        ratio = "" if first else digits(middle)
        spread = "" if first else f"{digits(low)} to {digits(high)}"
        time = f"{_time(row.seconds(way))}{_per_piece(row, way)}"
        out.append(f"| {size} | {name} | {way} | {time} | {ratio} | {spread} |")
    return out


def _per_piece(row: Row, way: str) -> str:
    if not row.pieces:
        return ""
    each = row.seconds(way) / row.pieces
    return f", {each * 1e9:.0f} ns per {row.piece}" if each < 1e-3 else f", {1 / each:.0f} {row.piece}s per second"


def _growth(rows: Sequence[Row]) -> list[str]:
    grown = growth(rows)
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
    return [
        "## Goals",
        "",
        "| what | goal | measured | |",
        "| --- | --- | ---: | --- |",
        *(
            f"| {text} | {goal} | {found} | {'met' if met else '**missed**'} |"
            for text, goal, found, met in judged(rows)
        ),
        "",
        *_REMARKS,
        "",
    ]


def _memory(sizes: Sequence[int]) -> list[str]:
    once = [(f"1 chain of {size:,} contracts", *processes.memory(size, 1)) for size in sizes]
    many = [
        (f"{n} chains of {sizes[0]:,} contracts, one after the other", *processes.memory(sizes[0], n)) for n in _MANY
    ]
    return [
        "## Memory",
        "",
        "Python objects and arrays after LOAD_CHAIN, total, profile and zero gamma, the pasted cells left out "
        "(tracemalloc). At most 16 chains are held by handle, 8 by content, and the figures of 32; the least recently "
        "used leave, and a handle whose chain has left says to recalculate its LOAD_CHAIN cell.",
        "",
        "| what | held | at most |",
        "| --- | ---: | ---: |",
        *(f"| {what} | {held:.0f} MB | {most:.0f} MB |" for what, held, most in (*once, *many)),
        "",
    ]


def _load() -> str:
    """How busy the machine was; said where it is known."""
    if not hasattr(os, "getloadavg"):
        return ""
    return (
        f"Other work ran beside it, a load of {os.getloadavg()[2]:.1f} with ours, so trust ratios before times. "
        if os.getloadavg()[2] > 1.2
        else ""
    )


def machine() -> str:
    """In general terms: what a reader needs in order to compare."""
    return (
        f"a {os.cpu_count()}-core {platform.machine()} machine, {platform.system()}, "
        f"Python {sys.version_info.major}.{sys.version_info.minor}"
    )


def _time(seconds: float) -> str:
    if seconds < 1e-3:
        return f"{seconds * 1e6:.0f} us"
    return f"{seconds * 1e3:.1f} ms" if seconds < 1 else f"{seconds:,.1f} s"


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
            f'<text x="{x(high) + 8:.1f}" y="{y + 16}" fill="#1b2733">{digits(middle)}</text>',
        ]
    return "\n".join([*out, "</svg>", ""])
