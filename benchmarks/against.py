"""`python -m benchmarks --against COMMIT`: this version and another one of ourselves, timed in turns."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.chains import book
from benchmarks.dashboard import FORMULAS
from benchmarks.measuring import Row, Timing
from benchmarks.processes import compiled
from benchmarks.reading import CSV, JSON

_ROOT = Path(__file__).parents[1]
_TASKS = (
    "read the CSV", "read the JSON", "one formula on the range", "LOAD_CHAIN and 50 formulas",
    "50 formulas on a loaded chain", "WHAT_IF on a loaded chain",
)  # fmt: skip


def rows(commit: str, contracts: int, rounds: int) -> Iterator[Row]:
    """Both versions do each task once a round; each round begins with the other one. Needs git and its history."""
    with worktree(commit) as other, tempfile.TemporaryDirectory() as folder:
        files = Path(folder)
        (files / "quotedata.csv").write_text(book(min(CSV, contracts)).csv(), encoding="ascii")
        (files / "delayed_quotes.json").write_text(book(min(JSON, contracts)).json(), encoding="ascii")
        (files / "cells.json").write_text(json.dumps(book(contracts).cells()), encoding="ascii")
        with _version(_ROOT, files) as ours, _version(other, files) as theirs:
            names = {"this version": ours, commit: theirs}
            for task in _TASKS:
                for process in names.values():
                    _ask(process, task)  # fills what a first call fills
                seconds: dict[str, list[float]] = {name: [] for name in names}
                for turn in range(rounds):
                    for name in list(names)[:: 1 if turn % 2 else -1]:
                        seconds[name].append(_ask(names[name], task))
                timings = {name: Timing(tuple(found)) for name, found in seconds.items()}
                yield Row(f"two versions: {task}", contracts, timings)


@contextlib.contextmanager
def worktree(commit: str) -> Iterator[Path]:
    """A version of ourselves in a folder of its own, while it is needed."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "version"
        _git("worktree", "add", "--detach", str(folder), commit)
        try:
            yield folder
        finally:
            _git("worktree", "remove", "--force", str(folder))


def _git(*words: str) -> None:
    done = subprocess.run(["git", *words], cwd=_ROOT, capture_output=True, text=True, check=False)  # noqa: S607
    if done.returncode:
        raise SystemExit(f"git {' '.join(words)}: {done.stderr.strip()}")


@contextlib.contextmanager
def _version(folder: Path, files: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {**compiled(), "PYTHONPATH": str(folder), "PYTHONSAFEPATH": "1"}
    command = [sys.executable, str(Path(__file__).with_name("one_version.py")), str(files), json.dumps(FORMULAS)]
    with subprocess.Popen(
        command, cwd=folder, env={**os.environ, **environment}, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield process
        if process.stdin:
            process.stdin.close()


def _ask(process: subprocess.Popen[str], task: str) -> float:
    if process.stdin is None or process.stdout is None:
        raise SystemExit("the process has no pipes")
    process.stdin.write(f"{task}\n")
    process.stdin.flush()
    answer: dict[str, Any] = json.loads(process.stdout.readline() or '{"seconds": null}')
    if answer["seconds"] is None:
        raise SystemExit(f"one of the versions cannot do: {task}")
    return float(answer["seconds"])
