"""`uv run python -m benchmarks`: print the table; with --write also docs/dev/benchmarks.md and its chart."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import against, books, desk, figures, history, hosts, page, processes, reading, single
from benchmarks.measuring import Row

_DOCS = Path(__file__).parents[1] / "docs" / "dev"
_LARGEST = 20_000  # contracts at which peers are measured that need seconds, and hosts


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = ["figures", "desk", "books", "reading", "single", "hosts", "history", "processes"]
    parser.add_argument("parts", nargs="*", choices=[*names, []], help="default: all")
    parser.add_argument("--rounds", type=int, default=9, help="times each way is measured (slow ones fewer)")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 5_000, _LARGEST, 100_000], help="contracts")
    parser.add_argument("--files", type=int, default=1_000, help="daily chains of the history")
    parser.add_argument(
        "--write", type=Path, nargs="?", const=_DOCS, metavar="FOLDER", help="write benchmarks.md and its chart"
    )
    parser.add_argument(
        "--against", metavar="COMMIT", help="time this version and that one of ours in turns, alone or with --write"
    )
    given = parser.parse_args()
    peers_at = max((size for size in given.sizes if size <= _LARGEST), default=min(given.sizes))
    parts: dict[str, Callable[[], Iterator[Row]]] = {
        "figures": lambda: figures.rows(given.sizes, peers_at, given.rounds),
        "desk": lambda: desk.rows(given.rounds),
        "books": lambda: books.rows(max(1, given.rounds // 3)),
        "reading": lambda: reading.rows(given.rounds, max(given.sizes)),
        "single": lambda: single.rows(peers_at, given.rounds),
        "hosts": lambda: hosts.rows(peers_at, given.rounds),
        "history": lambda: history.rows(given.files, max(1, given.rounds // 5)),
        "processes": lambda: processes.rows(given.rounds),
    }
    if given.against:
        parts["against"] = lambda: against.rows(given.against, peers_at, given.rounds)
    wanted = given.parts or ([] if given.against and not given.write else [*parts])
    found = []
    for name in dict.fromkeys([*wanted, *(["against"] if given.against else [])]):
        for row in parts[name]():
            found.append(row)
            print("\n".join(page.lines(row)), flush=True)
    if given.write:
        memory_at = sorted({peers_at, max(given.sizes)}) if "processes" in (given.parts or parts) else []
        page.write(found, given.rounds, memory_at, given.write)
        print(f"written: {given.write}", file=sys.stderr)


main()
