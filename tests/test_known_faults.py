"""Files that broke earlier versions, each with what is right, through the command. They lie beside the project."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from gex_xl.cli import main


@pytest.fixture
def faults(shared_chains: Path) -> Path:
    folder = shared_chains.parent / "faults"
    if not folder.is_dir():
        pytest.skip("no ../shared/faults here")
    return folder


def figures(capsys: pytest.CaptureFixture[str], *command: object) -> dict[str, Any]:
    assert main(["report", *map(str, command), "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_an_unknown_name_of_a_column_of_symbols_halves_nothing(
    faults: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, odd = (figures(capsys, faults / name) for name in ("cboe_good.csv", "cboe_strikes.csv"))
    assert good["contracts"] == 356
    assert good == odd


def test_open_interest_of_0_everywhere_is_a_warning_without_flip_and_regime(
    faults: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = figures(capsys, faults / "all_oi_zero.csv")
    assert (found["total_gex"], found["flip_strike"], found["regime"]) == (0, None, None)
    assert any("every open interest is 0" in note for note in found["check"]["warnings"])


def test_a_typo_in_the_year_is_said(faults: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notes = figures(capsys, faults / "base.csv", "--as-of", "2023-01-08 10:30")["check"]["warnings"]
    assert any("365 days before the paste's own" in note for note in notes)
    assert any("378 days before the first expiry" in note for note in notes)
    assert not any("is it right?" in note for note in figures(capsys, faults / "base.csv")["check"]["warnings"])


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("cboe_left_oi.csv", (), "open interest is missing on the call side"),
        ("base.csv", ("--spot", "0"), 'spot is "0"; expected a number above 0'),
        ("base.csv", ("--as-of", "2024-01-08 25:61"), "no time of day"),
        ("base.csv", ("--as-of", "2024-01-08 24:00"), "no time of day"),
        ("abort_digits.xlsx", (), "a cell's reference is beyond every sheet"),
        ("redos.xlsx", (), "no option chain found"),
        ("wide.json", (), "20,001 rows of 16,001 columns"),
        ("two_days.xlsx", (), "the paste holds two chains, of 2024-01-08 and, from row 31 on, of 2024-01-09"),
        ("expiry_bigint.json", ("--spot", "100", "--as-of", "2024-01-08"), "expiry in row 2 is"),
    ],
)
def test_one_sentence_says_what_is_wrong(
    name: str, options: tuple[str, ...], said: str, faults: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(faults / name), *options]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err
    assert shown.err.count("\n") == 1


@pytest.mark.slow
def test_a_file_that_ends_its_reader_costs_a_history_that_file_alone(
    faults: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("abort_digits.xlsx", "base.csv"):
        shutil.copyfile(faults / name, tmp_path / name)
    out = tmp_path / "h.csv"
    assert main(["history", str(tmp_path), "--out", str(out), "--workers", "1"]) == 0
    shown = capsys.readouterr()
    assert "abort_digits.xlsx" in shown.out + shown.err
    assert len(out.read_text(encoding="utf-8").splitlines()) == 2


@pytest.mark.slow
@pytest.mark.parametrize("name", ["history_blank_row.csv", "history_bom.csv"])
def test_a_history_of_an_earlier_version_is_read_and_never_mixed_with_rows_that_mean_something_else(
    name: str, faults: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / name
    shutil.copyfile(faults / name, out)
    command = ["history", str(faults / "hist"), "--out", str(out), "--workers", "1"]
    assert main(command) == 2
    assert "by another version of gex_xl, whose figures mean something else" in capsys.readouterr().err
    assert out.read_bytes() == (faults / name).read_bytes()
    assert main([*command, "--rebuild"]) == 0
    assert len(out.read_text(encoding="utf-8").splitlines()) == 1 + 5  # of six files, two are the same
