"""docs/accuracy.md says what comes out, and what comes out is good enough."""

import statistics
from pathlib import Path

import pytest

from gex_xl.analytics.contracts import prepare
from gex_xl.analytics.exposure import total
from gex_xl.chain import Chain

from . import accuracy_table, early_exercise

PAGE = Path(__file__).parents[2] / "docs" / "accuracy.md"
WORSE = {"SPY 2020-06-22"}  # as the page explains


@pytest.fixture(scope="module")
def read(shared_chains: Path) -> dict[str, Chain]:
    return accuracy_table.chains(shared_chains)


def tables_of_the_page() -> list[list[list[str]]]:
    """Every table as rows of cells."""
    found: list[list[list[str]]] = []
    inside = False
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("|"):
            if not inside:
                found.append([])
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
        inside = line.startswith("|")
    return found


def agree(page: list[list[str]], text: str) -> None:
    """The table of the page against the one computed: the same cells, numbers to one unit of the last digit."""
    fresh = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
    assert [row[0] for row in page] == [row[0] for row in fresh]
    assert page[:2] == fresh[:2]
    for a, b in zip(page[2:], fresh[2:], strict=True):
        # One unit of the last digit is left to the rounding of another platform.
        digits = [0.1 if len(cell.partition(".")[2]) == 1 else 0.01 for cell in b[1:]]
        for x, y, unit in zip(map(float, a[1:]), map(float, b[1:]), digits, strict=True):
            assert x == pytest.approx(y, abs=1.01 * unit), (a[0], x, y)


def test_the_tables_are_those_that_are_recomputed(shared_chains: Path) -> None:
    computed = accuracy_table.tables(shared_chains)
    for written, text in zip(tables_of_the_page()[: len(computed)], computed, strict=True):
        agree(written, text)


def test_the_table_of_early_exercise_is_the_one_that_is_recomputed() -> None:
    agree(tables_of_the_page()[4], early_exercise.table())


def test_the_figures_after_the_change_are_the_current_ones(read: dict[str, Chain]) -> None:
    net, each = tables_of_the_page()[:2]
    current = {row[0]: (row[1], each_row[1]) for row, each_row in zip(net[2:], each[2:], strict=True)}
    for name, _, net_now, _, each_now, _, total_now in tables_of_the_page()[5][2:]:
        assert (net_now, each_now) == current[name]
        assert total(prepare(read[name])).net == pytest.approx(1e9 * float(total_now), abs=1.01e7)


def test_early_exercise_is_nearer_to_finite_differences_than_a_european_formula() -> None:
    for case in early_exercise.CASES:
        american, each, european, each_european = early_exercise.errors(case)
        # One put of the deep case lies at its exercise boundary (docs/accuracy.md).
        assert american < (0.0035 if case.deep else 0.002)
        assert american < 0.2 * european
        assert each < 0.1 * each_european


def test_the_default_is_near_the_feeds_own_gamma(read: dict[str, Chain]) -> None:
    net, each = zip(*(accuracy_table.distances(chain) for chain in read.values()), strict=True)
    assert statistics.median(net) <= 0.003
    assert statistics.median(each) <= 0.02


def test_the_default_is_nearest_contract_by_contract(read: dict[str, Chain]) -> None:
    medians = {
        name: statistics.median(accuracy_table.distances(chain, **changes)[1] for chain in read.values())
        for name, changes in accuracy_table.CHOICES.items()
    }
    assert min(medians, key=lambda name: medians[name]) == "default"


def test_the_default_is_nearer_than_the_public_method(read: dict[str, Chain]) -> None:
    farther = {
        name
        for name, chain in read.items()
        if accuracy_table.distances(chain)[0] >= accuracy_table.public_method(chain)
    }
    assert farther == WORSE


def test_the_2020_file_disagrees_with_itself(read: dict[str, Chain]) -> None:
    """Calls and puts of one strike differ in iv; with each line's own iv the feed's gamma is met."""
    odd = read["SPY 2020-06-22"]
    assert accuracy_table.rights_apart(odd) > 0.03
    assert accuracy_table.distances(odd, iv_source="quoted")[0] < 0.003
    for name in ("SPX 2024-01-07", "NVDA 2025-01-06", "SPY 2023-09-14"):
        assert accuracy_table.rights_apart(read[name]) < 0.002
