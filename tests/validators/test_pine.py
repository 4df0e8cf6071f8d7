"""The Pine script of the levels compiles and runs in a runtime of others, and draws each level at its price.

TradingView's own compiler is a service behind an account; what it says is not known here.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.levels_text import LevelsFormat, levels_text
from gex_xl.analytics.price_levels import price_levels
from gex_xl.chain import Chain
from gex_xl.functions.common import EXAMPLE_CHAIN
from tests.analytics import shared_files
from tests.hosts.conftest import absent

from . import npm


@pytest.fixture(scope="session")
def pine(request: pytest.FixtureRequest) -> Path:
    """A folder with the runtime, kept between runs."""
    folder = request.config.cache.mkdir("npm-pine")
    if reason := npm.install(folder, npm.PINE):
        absent(reason)
    return folder


def assert_drawn(pine: Path, contracts: Contracts, target: float | None) -> None:
    found = price_levels(contracts, target)
    script = levels_text(contracts, found, LevelsFormat.PINE)
    drawn = npm.drawn_by_pine(pine, script)
    wanted = {level.name: level.mapped if target else level.price for level in found.levels if level.price is not None}
    got = {name: price for text, price in drawn["labels"] for name in text.split(", ")}
    assert got == pytest.approx(wanted, abs=6e-5)
    assert drawn["lines"] == [[price, price] for _, price in drawn["labels"]]


@pytest.mark.parametrize("target", [None, 500.8])
def test_every_level_of_the_example_is_drawn(pine: Path, target: float | None) -> None:
    assert_drawn(pine, prepare(Chain.from_cells(EXAMPLE_CHAIN)), target)


@pytest.mark.parametrize("name", shared_files.FILES)
def test_every_level_of_a_real_chain_is_drawn(pine: Path, name: str, shared_chains: Path) -> None:
    assert_drawn(pine, shared_files.contracts_of(shared_chains / name), None)
