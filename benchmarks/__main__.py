"""`uv run python -m benchmarks`: print the table; with --write also docs/benchmarks.md and its chart."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator

from benchmarks import figures, hosts, page, processes, reading
from benchmarks.measuring import Row

_SIZES = [1_000, 5_000, 20_000, 100_000]
_LARGEST = 20_000  # at which peers are measured that need seconds


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", choices=["figures", "reading", "hosts", "processes", []], help="default: all"
    )
    parser.add_argument("--rounds", type=int, default=9, help="times each way is measured (slow ones fewer)")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md and docs/benchmarks.svg")
    given = parser.parse_args()
    parts: dict[str, Callable[[], Iterator[Row]]] = {
        "figures": lambda: figures.rows(_SIZES, _LARGEST, given.rounds),
        "reading": lambda: reading.rows(given.rounds),
        "hosts": lambda: hosts.rows(_LARGEST, given.rounds),
        "processes": lambda: processes.rows(given.rounds),
    }
    found = []
    for name in given.parts or parts:
        for row in parts[name]():
            found.append(row)
            print("\n".join(page.lines(row)), flush=True)
    if given.write:
        page.write(found, given.rounds)
        print("written: docs/benchmarks.md, docs/benchmarks.svg", file=sys.stderr)


main()
