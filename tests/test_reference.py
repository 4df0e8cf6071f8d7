"""docs/functions.md is what the registry says."""

from __future__ import annotations

import doctest
from pathlib import Path
from types import ModuleType

import pytest

from gex_xl.analytics import black_scholes, greeks
from gex_xl.functions import REGISTRY
from gex_xl.functions.reference import reference_page
from gex_xl.functions.tasks import LAYOUT, TASKS, WORKBOOK
from gex_xl.udfs import FUNCTIONS

PAGE = Path(__file__).parents[1] / "docs" / "functions.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference_page()


def test_the_page_leads_from_a_task_to_every_function_that_people_type() -> None:
    names = [name for _, name, _ in TASKS]
    assert len(names) == len(set(names))
    laid_out = {name for name, record in REGISTRY.items() if record.category in WORKBOOK} | set(LAYOUT)
    assert set(names) == set(REGISTRY) - laid_out, "name its task in functions/tasks.py, then write the page anew"


def test_the_ranges_on_the_page_give_the_results_on_the_page() -> None:
    """As a reader copies them: text in tabs, pasted below a formula."""
    page = PAGE.read_text(encoding="utf-8")
    block = page.split("### Chain\n\n```text\n")[1].split("\n```")[0]
    cells = [[_typed(cell) for cell in line.split("\t")] for line in block.split("\n")]
    for name in ("TOTAL_GEX", "FLIP_STRIKE", "ZERO_GAMMA", "CALL_WALL", "PUT_WALL"):
        shown = page.split(f"`={name}(Chain)` gives `")[1].split("`")[0]
        assert float(shown.replace(",", "")) == pytest.approx(FUNCTIONS[name](cells), rel=1e-5)


def _typed(cell: str) -> str | float:
    try:
        return float(cell)
    except ValueError:
        return cell


@pytest.mark.parametrize("name", REGISTRY)
def test_every_function_and_argument_has_help(name: str) -> None:
    record = REGISTRY[name]
    assert name == name.upper()
    assert record.help and record.returns
    first = record.arguments[0]
    assert (
        first.name in ("book", "chain", "funds", "handles", "history", "positions", "quotes")
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
