"""Workbooks of every kind that we write, built once, and the validators of others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hosts.conftest import absent

from . import npm


@pytest.fixture(scope="session")
def programs(request: pytest.FixtureRequest) -> Path:
    """A folder with the programs from npm, kept between runs."""
    folder = request.config.cache.mkdir("npm-validators")
    if reason := npm.install(folder):
        absent(reason)
    return folder
