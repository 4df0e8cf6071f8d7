"""What a package index shows: no link and no picture that leads nowhere from there."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def build() -> ModuleType:
    pytest.importorskip("hatchling", reason="what builds the package is not here: uv sync")
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_with_an_address_every_link_and_picture_is_absolute(build: ModuleType) -> None:
    text = build.description(README, "https://example.org/o/n/blob/v1/")
    targets = re.findall(r"\]\(([^)]*)\)", text)
    assert len(targets) == len(re.findall(r"\]\(([^)]*)\)", README)) > 10
    assert all(target.startswith("https://") for target in targets)
    assert "![The sheet Dashboard" in text
    assert "(https://example.org/o/n/blob/v1/docs/dashboard.png?raw=true)" in text
    assert "(https://example.org/o/n/blob/v1/docs/hosts.md)" in text
    for target in re.findall(r"example\.org/o/n/blob/v1/([^)?]*)", text):
        assert (ROOT / target).exists(), target


def test_without_an_address_words_stay_and_nothing_leads_nowhere(build: ModuleType) -> None:
    text = build.description(README, None)
    assert "![" not in text
    assert all("://" in target for target in re.findall(r"\]\(([^)]*)\)", text))
    assert "docs/hosts.md" in text
    assert build.description("[a](b.md), ![c](d.png) [e](https://f.org) `[g](h)`\n![i](j.png)\n", None) == (
        "a,  [e](https://f.org) `g`\n"
    )
