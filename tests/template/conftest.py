"""The workbook with the sample chain in it, evaluated once for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from gex_xl.engines import Recalculation
from gex_xl.reading.files import as_typed, cells_of_csv
from gex_xl.sample import sample_csv
from gex_xl.template import new_workbook


@pytest.fixture(scope="session")
def sample() -> list[list[object]]:
    return as_typed(cells_of_csv(sample_csv()))


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory, sample: list[list[object]]) -> tuple[Path, Recalculation]:
    path = tmp_path_factory.mktemp("book") / "book.xlsx"
    return path, new_workbook(path, sample)
