"""What several test modules share."""

from pathlib import Path

import pytest

SHARED_CHAINS = Path(__file__).parents[2] / "shared" / "chains"


@pytest.fixture(scope="session")
def shared_chains() -> Path:
    """The folder of real chains beside the project; third-party data, never copied into it."""
    if not SHARED_CHAINS.is_dir():
        pytest.skip("real chains are third-party data and not part of the project: no ../shared/chains here")
    return SHARED_CHAINS
