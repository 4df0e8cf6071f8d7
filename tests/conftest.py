"""What several test modules share."""

from pathlib import Path

import hypothesis
import pytest

from gex_xl.engines import Recalculation
from gex_xl.reading.files import as_typed, cells_of_csv
from gex_xl.template import new_workbook
from gex_xl.template.sample import sample_csv

#: Folders whose tests start other programs or build workbooks; scripts/check leaves them out.
SLOW = {"hosts", "history", "engines", "template", "validators"}
#: Tests while which branches are counted, for the report at the end of scripts/test.
MEASURED = {
    "reading", "analytics", "test_cache.py", "test_clock.py", "test_exposure_functions.py", "test_products.py",
    "test_reading_settings.py", "test_settings.py",
}  # fmt: skip
#: No clock in a test: a machine that is busy fails none.
hypothesis.settings.register_profile("patient", hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("patient")
SHARED_CHAINS = Path(__file__).parents[2] / "shared" / "chains"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        parts = set(item.path.relative_to(Path(__file__).parent).parts)
        if SLOW & parts:
            item.add_marker("slow")
        if not MEASURED & parts:
            item.add_marker("no_cover")


@pytest.fixture(scope="session")
def shared_chains() -> Path:
    """The folder of real chains beside the project; third-party data, never copied into it."""
    if not SHARED_CHAINS.is_dir():
        pytest.skip("real chains are third-party data and not part of the project: no ../shared/chains here")
    return SHARED_CHAINS


@pytest.fixture(scope="session")
def sample() -> list[list[object]]:
    return as_typed(cells_of_csv(sample_csv()))


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory, sample: list[list[object]]) -> tuple[Path, Recalculation]:
    """The workbook with the sample chain in it, evaluated once for all tests."""
    path = tmp_path_factory.mktemp("book") / "book.xlsx"
    return path, new_workbook(path, sample)
