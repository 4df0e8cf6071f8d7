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
            ["reading", "history"],
            ["read a CSV", "read a JSON", "cells of a host", "gex-xl history over 4 daily chains"],
        ),
        (["hosts"], ["the functions alone", "classic", "the server", "the embedded engine"]),
        (["processes"], ["cold start"]),
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
