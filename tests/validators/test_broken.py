"""The validators are held themselves: a sound book has no finding, and each broken one is seen by one of the two."""

from __future__ import annotations

import warnings
import zipfile
from pathlib import Path

import pytest

from . import broken
from .lint import findings
from .npm import sdk_findings

OURS = [what for what, (who, _) in broken.CASES.items() if who == "lint"]
THEIRS = [what for what, (who, _) in broken.CASES.items() if who == "sdk"]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "sound.xlsx"
    broken.sound(path)
    return path


def test_a_sound_book_has_no_finding(sound: Path, programs: Path) -> None:
    assert findings(sound) == []
    assert sdk_findings(programs, sound) == []


@pytest.mark.parametrize("what", OURS)
def test_our_linter_sees_what_is_broken(what: str, sound: Path, tmp_path: Path) -> None:
    broken.broken(sound, tmp_path / "broken.xlsx", broken.CASES[what][1])
    assert findings(tmp_path / "broken.xlsx")


@pytest.mark.parametrize("what", THEIRS)
def test_microsofts_sdk_sees_what_our_linter_does_not(what: str, sound: Path, tmp_path: Path, programs: Path) -> None:
    broken.broken(sound, tmp_path / "broken.xlsx", broken.CASES[what][1])
    assert findings(tmp_path / "broken.xlsx") == []
    assert sdk_findings(programs, tmp_path / "broken.xlsx")


def test_a_part_that_is_there_twice_is_seen(sound: Path, tmp_path: Path) -> None:
    copy = tmp_path / "twice.xlsx"
    copy.write_bytes(sound.read_bytes())
    with warnings.catch_warnings(), zipfile.ZipFile(copy, "a") as archive:
        warnings.simplefilter("ignore")  # zipfile's own, about just this
        archive.writestr(broken.ONE, archive.read(broken.ONE))
    assert findings(copy) == [f"the part {broken.ONE} is there 2 times"]
