"""The benchmark runs, on a small scale: every row, the page and the chart. Nothing here looks at a time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("parts", "rows"),
    [
        (
            ["figures"],
            ["per strike and total", "flip strike", "profile at 200 spot levels", "zero gamma", "implied vol"],
        ),
        (
            ["reading", "single", "history"],
            [
                "read a CSV",
                "read a JSON",
                "read an xlsx",
                "one formula alone",
                "a range read again",
                "cells of a host",
                "gex-xl history over 4 daily chains",
            ],
        ),
        (["hosts"], ["the functions alone", "classic", "the server", "the embedded engine"]),
        (
            ["processes", "desk", "books"],
            ["cold start", "paste 12,000 rows into a workbook", "a desk's book of 2,000 positions over 40 underlyings"],
        ),
    ],
)
def test_a_small_run_prints_and_writes_every_row(parts: list[str], rows: list[str], tmp_path: Path) -> None:
    scale = ["--sizes", "400", "--rounds", "1", "--files", "4", "--write", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *parts, *scale],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "benchmarks.md").read_text(encoding="utf-8")
    assert [row for row in rows if row not in done.stdout or row not in page] == []
    chart = ElementTree.parse(tmp_path / "benchmarks.svg").getroot()  # noqa: S314  our own file
    assert chart.tag.endswith("svg")


def test_two_versions_of_ourselves_are_timed_in_turns() -> None:
    if subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, check=False).returncode:
        pytest.skip("not a git checkout: there is no other version to compare with")
    command = [sys.executable, "-m", "benchmarks", "--against", "HEAD", "--sizes", "400", "--rounds", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    tasks = ["read the CSV", "read the JSON", "one formula", "LOAD_CHAIN and 50", "50 formulas on", "WHAT_IF"]
    assert [task for task in tasks if f"two versions: {task}" not in done.stdout] == []
    assert done.stdout.count("HEAD") == len(tasks)


def test_a_commit_that_is_not_there_is_one_sentence() -> None:
    command = [sys.executable, "-m", "benchmarks", "--against", "no_such_commit", "--rounds", "1", "--sizes", "400"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("git worktree add")
    assert "Traceback" not in done.stderr


def test_the_section_of_the_server_stands_last_and_is_replaced_alone(tmp_path: Path) -> None:
    from benchmarks.page import LOAD, replace_section, write

    page = tmp_path / "benchmarks.md"
    write([], 1, [], tmp_path)
    assert LOAD not in page.read_text(encoding="utf-8")
    for figures in ("first", "second"):
        replace_section(page, f"{LOAD}\n\n{figures}\n")
        write([], 1, [], tmp_path)  # measuring the rest keeps it
        text = page.read_text(encoding="utf-8")
        assert text.startswith("# Benchmarks\n")
        assert text.endswith(f"\n\n{LOAD}\n\n{figures}\n")
        assert text.count(LOAD) == 1
