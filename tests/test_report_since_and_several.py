"""`gex-xl report FILE --since EARLIER`, `gex-xl report A B C` and `gex-xl levels`, as a user runs them."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from gex_xl import cli, udfs
from gex_xl.analytics.change import change
from gex_xl.analytics.contracts import prepare
from gex_xl.analytics.exposure import total
from gex_xl.chain import Chain
from gex_xl.commands.change_text import change_json
from gex_xl.functions import EXAMPLE_CHAIN
from gex_xl.reading.files import as_typed, cells_of_csv
from gex_xl.template.sample import sample_csv

F = udfs.FUNCTIONS


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Today's sample, and one of the day before at another spot."""
    text = sample_csv()
    (tmp_path / "today.csv").write_text(text, encoding="utf-8")
    before = text.replace("Last: 5312.40", "Last: 5290.10").replace("October 8, 2025", "October 7, 2025")
    assert before.count("5290.10") == before.count("October 7, 2025") == 1
    (tmp_path / "before.csv").write_text(before, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    code = cli.main(list(args))
    out, err = capsys.readouterr()
    return code, out, err


def table() -> list[list[object]]:
    return as_typed(cells_of_csv(sample_csv()))


def test_json_carries_the_change(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "report", "today.csv", "--since", "before.csv", "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    steps = {step["step"]: step for step in found["change"]["steps"]}
    assert list(steps) == [
        "then", "expired", "time", "spot", "forward", "volatility", "open interest", "new series", "closed series",
        "now",
    ]  # fmt: skip
    for key in ("total_gex", "call_gex", "put_gex"):
        moved = math.fsum(step[key] for name, step in steps.items() if name not in ("then", "now"))
        assert steps["then"][key] + moved == pytest.approx(steps["now"][key], abs=1e-3)
        assert steps["now"][key] == pytest.approx(found[key], rel=1e-12)
    assert {level["level"] for level in found["change"]["levels"]} >= {"zero gamma", "call wall", "put wall"}
    assert found["change"]["earlier"]["symbol"] == found["symbol"]
    assert {tuple(level) for level in found["change"]["levels"]} == {("level", "then", "now", "moved")}
    assert "change" not in json.loads(run(capsys, "report", "today.csv", "--json")[1])


def test_json_names_the_series_that_was_opened() -> None:
    """800 calls more of one series, and nothing else: its exposure is the whole change."""
    before = [list(row) for row in EXAMPLE_CHAIN]
    assert before[2][:5] == ["SPXW", "2025-03-07", "C", 4950, 0.1602] and before[2][5] == 900
    before[2][5] = 100
    now, then = (prepare(Chain.from_cells(cells)) for cells in (EXAMPLE_CHAIN, before))
    (series,) = change_json(change(now, then))["series"]
    assert series == {
        "root": "SPXW", "expiry": "2025-03-07", "right": "C", "strike": 4950.0, "contracts_then": 100.0,
        "contracts_now": 900.0, "opened": 800.0, "gex": pytest.approx(total(now).net - total(then).net, rel=1e-9),
    }  # fmt: skip


def test_the_terminal_shows_the_steps(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "report", "today.csv", "--since", "before.csv", "--set", "unit=usd_bn")
    assert code == 0
    lines = out.splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("Since "))
    assert "USD bn per 1 %" in lines[start]
    names = [line[:14].strip() for line in lines[start + 2 : start + 12]]
    assert (names[0], names[-1]) == ("then", "now")


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("report", "today.csv", "--since", "none.csv"), "--since: none.csv: no such file"),
        (("report", "today.csv", "before.csv", "--spot", "5000"), "--spot belongs to one file, and 2 are given"),
        (("report", "today.csv", "before.csv", "--since", "before.csv"), "--since belongs to one file"),
        (("levels", "none.csv", "--format", "csv"), "none.csv: no such file"),
        (("levels", "today.csv", "--format", "csv", "--target", "-1"), 'target is "-1"; expected a number above 0'),
    ],
)
def test_bad_input_is_one_line(
    args: tuple[str, ...], sentence: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *args)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert sentence in err


def test_an_earlier_chain_of_another_underlying_is_refused_by_name(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = "Root,Expiry,Type,Strike,IV,Open Interest,Underlying Price,Quote Time"
    row = "NDX,2025-11-21,C,25000,0.2,10,24900,2025-10-01 12:00"
    (folder / "other.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    code, _, err = run(capsys, "report", "today.csv", "--since", "other.csv")
    assert code == 2
    assert "earlier is a chain of NDX, the chain one of SPX" in err


def test_several_files_are_one_row_each_and_a_broken_one_keeps_its_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "broken.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    code, out, err = run(capsys, "report", "today.csv", "broken.csv", "before.csv", "--json")
    assert (code, err) == (0, "")
    first, broken, last = json.loads(out)["watchlist"]
    assert (first["name"], last["name"]) == ("today.csv", "before.csv")
    assert first["error"] is None
    assert first["total"] == pytest.approx(F["TOTAL_GEX"](table()))
    assert broken["total"] is None and broken["error"]
    code, out, _ = run(capsys, "report", "today.csv", "broken.csv")
    assert code == 0
    assert out.split("\n")[0].split()[:6] == ["Symbol", "As", "of", "Spot", "Total", "GEX"]
    assert "broken.csv: " in out
    assert run(capsys, "report", "broken.csv", "none.csv")[0] == 2


@pytest.mark.parametrize("style", ["tradingview", "pine", "ninjatrader", "sierra", "thinkorswim", "csv"])
def test_levels_are_those_of_the_worksheet_function(
    style: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "levels", "today.csv", "--format", style, "--target", "531.5")
    assert (code, err) == (0, "")
    assert out.removesuffix("\n") == F["LEVELS_TEXT"](table(), style, None, None, None, 531.5).removesuffix("\n")
    code, said, _ = run(capsys, "levels", "today.csv", "--format", style, "--target", "531.5", "--out", "levels.txt")
    assert (code, said) == (0, f"levels.txt: {said.split()[1]} levels\n")
    assert (folder / "levels.txt").read_text(encoding="utf-8") == out
