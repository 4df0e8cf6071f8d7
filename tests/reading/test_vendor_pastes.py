"""Made-up chains in the formats of many vendors: each gives the figures that were computed apart from this project.

The folder beside the project has the files and `expected.tsv`; its README says how the totals came about.
"""

import contextlib
import csv
import io
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gex_xl.cli import main

FOLDER = Path(__file__).parents[3] / "shared" / "pastes"
#: What the report repeats of its settings and of other choices, which would say every word.
ECHO = {"settings", "per_strike", "what_if", "arbitrage", "quotes", "vendor_gamma"}


def _cases() -> list[dict[str, str]]:
    if not FOLDER.is_dir():
        return []
    with (FOLDER / "expected.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


CASES = _cases()


def _texts(found: Any, key: str = "") -> Iterator[str]:
    if isinstance(found, dict):
        for name, value in found.items():
            if key == "excluded":
                yield name
            if name not in ECHO:
                yield from _texts(value, name)
    elif isinstance(found, list):
        for value in found:
            yield from _texts(value)
    elif isinstance(found, str):
        yield found


def _says(sentences: list[str], wanted: str) -> bool:
    """Whether one sentence has a word of each group: groups are parted by ; and words of one by |."""
    groups = [[word.strip() for word in group.split("|") if word.strip()] for group in wanted.split(";")]
    return any(
        all(
            any(re.search(rf"(?<![a-z0-9]){re.escape(word.lower())}", sentence.lower()) for word in group)
            for group in groups
            if group
        )
        for sentence in sentences or [""]
    )


def _run(case: dict[str, str]) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["report", str(FOLDER / case["file"]), *shlex.split(case["args"]), "--json"])
    return code, out.getvalue(), err.getvalue()


def test_the_cases_are_there() -> None:
    if not FOLDER.is_dir():
        pytest.skip("the vendors' pastes are not part of the project: no ../shared/pastes here")
    assert len(CASES) > 40


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['file']} {case['args']}".strip())
def test_each_paste_gives_the_figures_computed_apart(case: dict[str, str]) -> None:
    code, out, err = _run(case)
    of_figures, parted, of_refusal = case["must_say"].partition(" // ")
    if code == 2:
        assert case["refuse"] != "0", err
        sentence = err.replace(str(FOLDER / case["file"]), "").replace(case["file"], "").removeprefix("gex-xl:")
        assert len(err.strip().splitlines()) == 1
        assert len(sentence.split()) >= 6
        assert _says([sentence], of_refusal if parted else of_figures), sentence
        return
    assert code == 0
    assert case["refuse"] != "1"
    report = json.loads(out)
    if case["total_gex"]:
        assert report["total_gex"] == pytest.approx(float(case["total_gex"]), rel=float(case["tolerance"]))
    if case["contracts"]:
        assert report["contracts"] == int(case["contracts"])
    assert _says(list(_texts(report)), of_figures), case["must_say"]
