"""`python -m benchmarks.load COMMIT`: `gex-xl serve` under load, an earlier version and this one in turns.

Eight clients ask at once for as long as asked, each over a connection of its own; what counts is answers a second and
the time below which 99 of 100 of them come. Needs git and its history, and XLWINGS' licence for noncommercial use,
which is set for these servers alone.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import itertools
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.against import worktree
from benchmarks.chains import book
from benchmarks.page import LOAD, machine, replace_section
from gex_xl.functions import EXAMPLE_CHAIN
from tests.hosts.serving import Serving

_ROOT = Path(__file__).parents[1]
_CLIENTS, _IDLE = 8, 64
_ON_HANDLE = ("TOTAL_GEX", "ZERO_GAMMA", "GEX_PER_STRIKE", "GEX_LEVELS", "GEX_BY_EXPIRY")
Bodies = Callable[[], bytes]


@dataclass
class Answers:
    """Seconds of each answer by its status (0: none came), and how long all of it took."""

    seconds: dict[int, list[float]] = field(default_factory=dict)
    took: float = 0.0

    @property
    def good(self) -> list[float]:
        return self.seconds.get(200, [])

    def merged(self, other: Answers) -> Answers:
        """Both together."""
        statuses = {*self.seconds, *other.seconds}
        found = {each: [*self.seconds.get(each, []), *other.seconds.get(each, [])] for each in statuses}
        return Answers(found, self.took + other.took)

    @property
    def words(self) -> list[str]:
        """Answers a second, p50, p99, and what was refused."""
        refused = sum(len(seconds) for status, seconds in self.seconds.items() if status != 200)
        if len(self.good) < 2:
            return [f"{len(self.good) / self.took:,.1f}", "", "", f"{refused:,}"]
        cut = statistics.quantiles(self.good, n=100, method="inclusive")
        return [
            f"{len(self.good) / self.took:,.1f}",
            f"{cut[49] * 1e3:,.0f} ms",
            f"{cut[98] * 1e3:,.0f} ms",
            f"{refused:,}",
        ]


def body(name: str, *arguments: Any) -> bytes:
    args = [each if isinstance(each, list) else [[each]] for each in arguments]
    return json.dumps({"client": "Office.js", "func_name": name, "args": args}).encode()


def asked(running: Serving, bodies: Bodies, seconds: float, clients: int = _CLIENTS) -> Answers:
    """What `clients` get that ask at once for so long."""
    found, lock = Answers(), threading.Lock()
    end = time.perf_counter() + seconds

    def client() -> None:
        line = http.client.HTTPSConnection("localhost", running.port, timeout=60, context=running.trust)
        origin = {"Content-Type": "text/plain", "Origin": f"https://localhost:{running.port}"}
        while time.perf_counter() < end:
            request, start, status = bodies(), time.perf_counter(), 0
            try:
                line.request("POST", f"{running.path}/call", request, origin)
                reply = line.getresponse()
                reply.read()
                status = reply.status
            except (OSError, http.client.HTTPException):
                line.close()
            with lock:
                found.seconds.setdefault(status, []).append(time.perf_counter() - start)
        line.close()

    begun = time.perf_counter()
    threads = [threading.Thread(target=client) for _ in range(clients)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    found.took = time.perf_counter() - begun
    return found


def kinds(contracts: int) -> dict[str, Callable[[Serving, float], Answers]]:
    """What is measured, by its name."""
    cells = [["" if cell is None else cell for cell in row] for row in book(contracts).cells()]
    changing = "the cell that changes"
    same = body("LOAD_CHAIN", cells)
    cells[5][10] = changing  # an open interest
    other, numbers = body("LOAD_CHAIN", cells), itertools.count(1000)

    def another() -> bytes:
        return other.replace(json.dumps(changing).encode(), str(next(numbers)).encode())

    def on_handle(running: Serving, seconds: float) -> Answers:
        handle = json.loads(running.ask("call", same, _origin(running)).body)["result"][0][0]
        bodies = itertools.cycle([body(name, handle) for name in _ON_HANDLE])
        return asked(running, lambda: next(bodies), seconds)

    def beside_idle(running: Serving, seconds: float) -> Answers:
        small = body("TOTAL_GEX", [["" if cell is None else cell for cell in row] for row in EXAMPLE_CHAIN])
        with contextlib.ExitStack() as stack:
            for _ in range(_IDLE):
                stack.enter_context(running.connect())
            return asked(running, lambda: small, seconds, 1)

    return {
        "functions on a handle": on_handle,
        "the same LOAD_CHAIN": lambda running, seconds: asked(running, lambda: same, seconds),
        "another LOAD_CHAIN each time": lambda running, seconds: asked(running, another, seconds),
        f"a call beside {_IDLE} idle connections without the token": beside_idle,
    }


def _origin(running: Serving) -> dict[str, str]:
    return {"Content-Type": "text/plain", "Origin": f"https://localhost:{running.port}"}


@contextlib.contextmanager
def served(tree: Path) -> Iterator[Serving]:
    """The server of a version, in a folder of its own."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, contextlib.chdir(tree):
        with patch.dict("os.environ", {"PYTHONPATH": str(tree)}):
            running = Serving(Path(folder))
        try:
            yield running
        finally:
            running.end()


def section(commit: str, contracts: int, seconds: float, rounds: int) -> str:
    """The table, measured now."""
    with worktree(commit) as before:
        found: dict[tuple[str, str], Answers] = {}
        for turn in range(rounds):
            trees = [("before", before), ("now", _ROOT)]
            for name, tree in trees[:: 1 if turn % 2 else -1]:
                for kind, measured in kinds(contracts).items():
                    with served(tree) as running:
                        found[kind, name] = found.get((kind, name), Answers()).merged(measured(running, seconds))
    rows = [f"| {kind} | {name} | {' | '.join(answers.words)} |" for (kind, name), answers in sorted(found.items())]
    return "\n".join(
        [
            LOAD,
            "",
            f"Made by `uv run python -m benchmarks.load {commit} --write` on {machine()}: a chain of {contracts:,} "
            f"contracts, {_CLIENTS} clients at once (beside idle connections one), {rounds} times {seconds:g} seconds "
            "in turns with the version before. Clients and server share the cores, and other work ran beside them: "
            "compare the lines, not the figures with other machines.",
            "",
            "| what is asked | version | answers a second | half within | 99 % within | refused or unanswered |",
            "| --- | --- | ---: | ---: | ---: | ---: |",
            *rows,
            "",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("commit", help="the version before")
    parser.add_argument("--contracts", type=int, default=5_000)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="into docs/dev/benchmarks.md")
    given = parser.parse_args()
    found = section(given.commit, given.contracts, given.seconds, given.rounds)
    print(found)
    if given.write:
        replace_section(_ROOT / "docs" / "dev" / "benchmarks.md", found)


if __name__ == "__main__":
    main()
