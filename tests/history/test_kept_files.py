"""A history file in the hands of people and of several runs: nothing is lost, and one sentence says what is wrong."""

import os
import stat
import sys
from pathlib import Path

import pytest

from gex_xl.cli import main
from gex_xl.history import store

from .made_up import write_chains


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Path, Path]:
    """A folder of three chains, and the history of the first two."""
    folder = tmp_path / "chains"
    folder.mkdir()
    files = write_chains(folder, 3)
    out = tmp_path / "h.csv"
    assert main(["history", *map(str, files[:2]), "--out", str(out), "--workers", "1"]) == 0
    return folder, out


def add(folder: Path, out: Path) -> int:
    return main(["history", str(folder), "--out", str(out), "--workers", "1"])


@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("blank", [",", ""])
def test_a_blank_row_and_excels_mark_of_utf8_lose_nothing(mark: str, blank: str, kept: tuple[Path, Path]) -> None:
    folder, out = kept
    lines = out.read_text(encoding="utf-8").splitlines()
    lines.insert(2, blank * (lines[0].count(",") if blank else 1))
    out.write_text(mark + "\n".join(lines) + "\n", encoding="utf-8")
    assert add(folder, out) == 0
    assert len(store.read(out)) == 3


def test_a_history_that_was_cut_is_refused_and_names_the_row(
    kept: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = kept
    whole = out.read_text(encoding="utf-8")
    out.write_text(whole[: len(whole) - 60], encoding="utf-8")
    assert add(folder, out) == 2
    assert "row 3" in capsys.readouterr().err
    assert out.read_text(encoding="utf-8") == whole[: len(whole) - 60]


def test_a_second_run_into_one_file_waits_for_nobody_and_loses_nothing(
    kept: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = kept
    before = out.read_bytes()
    with store.alone(out):
        assert add(folder, out) == 2
        said = capsys.readouterr().err
    assert f"process {os.getpid()}" in said
    assert out.read_bytes() == before
    assert add(folder, out) == 0
    assert len(store.read(out)) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")
def test_a_read_only_history_is_not_replaced(kept: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    folder, out = kept
    before = out.read_bytes()
    out.chmod(stat.S_IRUSR)
    assert add(folder, out) == 2
    assert "read-only" in capsys.readouterr().err
    assert out.read_bytes() == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_no_history(kept: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    folder, out = kept
    pipe = out.with_name("pipe.csv")
    os.mkfifo(pipe)
    assert add(folder, pipe) == 2
    assert "pipe" in capsys.readouterr().err


def test_text_that_a_spreadsheet_takes_for_formulas_is_guarded_in_each_cell_and_read_back(tmp_path: Path) -> None:
    for written in ("=1+1", "a;=1+1", "plain", "a; -2;@x", "'kept"):
        guarded = store._guarded(written)
        cells = [cell.strip() for cell in guarded.split(";")]
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells), guarded
        assert store._unguarded(guarded) == written
