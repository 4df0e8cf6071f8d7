"""docs/functions.md is what the registry says."""

from __future__ import annotations

import doctest
from pathlib import Path
from types import ModuleType

import pytest

from gex_xl.analytics import black_scholes, greeks
from gex_xl.functions import REGISTRY
from gex_xl.functions.reference import reference_page

PAGE = Path(__file__).parents[1] / "docs" / "functions.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference_page()


@pytest.mark.parametrize("name", REGISTRY)
def test_every_function_and_argument_has_help(name: str) -> None:
    record = REGISTRY[name]
    assert name == name.upper()
    assert record.help and record.returns
    first = record.arguments[0]
    assert (
        first.name in ("chain", "funds", "handles", "history", "positions", "quotes")
        and first.required
        and first.is_range
    )
    assert len(record.example) <= len(record.arguments)
    # Excel cuts function descriptions at 255 characters.
    assert len(record.help) <= 255
    assert all(0 < len(argument.help) <= 255 for argument in record.arguments)


@pytest.mark.parametrize("module", [black_scholes, greeks], ids=lambda module: module.__name__)
def test_the_examples_in_docstrings_hold(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.attempted >= 2
    assert found.failed == 0
