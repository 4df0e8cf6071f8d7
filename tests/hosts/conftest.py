"""LibreOffice for the tests that need it, in a profile of its own; nothing is installed into the machine's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from gex_xl.errors import BadInput
from gex_xl.hosts.libreoffice import addin as libreoffice
from gex_xl.hosts.libreoffice.program import LibreOffice, find_libreoffice, private_profile, with_addin

from .calc import Calc


def absent(reason: str) -> NoReturn:
    """Skip with a reason; in CI, where the host must run, fail with it."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def office() -> LibreOffice:
    try:
        found = find_libreoffice()
    except BadInput as error:
        absent(f"LibreOffice >= 25.2 is needed: {error}")
    if found.python() is None:
        absent("LibreOffice has no Python here (Debian: python3-uno)")
    return found


@pytest.fixture(scope="session")
def options(office: LibreOffice, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What makes LibreOffice load the add-in and use a new profile."""
    folder = tmp_path_factory.mktemp("office")
    libreoffice.unpack_addin(folder / "addins", libreoffice.packages_for(office.python()))
    return [private_profile(folder / "profile"), with_addin(folder / "addins")]


@pytest.fixture(scope="module")
def calc(office: LibreOffice, options: list[str]) -> Iterator[Calc]:
    """Calc itself, with no document open."""
    found = Calc(office, options)
    yield found
    found.end()


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Pictures to be looked at; not part of the project."""
    folder = Path(__file__).parents[2] / "artefacts"
    folder.mkdir(exist_ok=True)
    return folder
