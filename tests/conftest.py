"""What several test modules share."""

from pathlib import Path

import pytest

from gex_xl.engines import Recalculation
from gex_xl.reading.files import as_typed, cells_of_csv
from gex_xl.template import new_workbook
from gex_xl.template.sample import sample_csv

#: Folders whose tests start other programs or build workbooks; scripts/check leaves them out.
SLOW = {"hosts", "history", "engines", "template", "validators"}
SHARED_CHAINS = Path(__file__).parents[2] / "shared" / "chains"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if SLOW & set(item.path.relative_to(Path(__file__).parent).parts):
            item.add_marker("slow")


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
