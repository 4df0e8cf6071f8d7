"""The JSON report and the terminal picture, through the real command in a fresh process."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from gex_xl.template.sample import write_sample


def run(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gex_xl.cli", *args],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("report")
    write_sample(made / "sample.csv")
    return made


KEYS = {
    "spot", "as_of", "valued_at", "contracts", "total_gex", "call_gex", "put_gex", "flip_strike", "flip_reason",
    "zero_gamma", "regime", "call_wall", "put_wall", "settings", "per_strike", "check",
}  # fmt: skip


def test_json_is_one_object_that_adds_up(folder: Path) -> None:
    done = run("report", "sample.csv", "--json", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found.keys() >= KEYS
    assert found["as_of"] == "2025-10-08T11:30:00-04:00"  # as the sample's preamble says
    net = math.fsum(row["net_gex"] for row in found["per_strike"])
    assert net == pytest.approx(found["total_gex"], rel=1e-12)
    assert found["call_gex"] + found["put_gex"] == pytest.approx(found["total_gex"], rel=1e-12)
    last = found["per_strike"][-1]
    assert list(last) == ["strike", "call_gex", "put_gex", "net_gex", "cumulative_gex"]
    assert last["cumulative_gex"] == pytest.approx(found["total_gex"], rel=1e-9)
    excluded = sum(entry["contracts"] for entry in found["check"]["excluded"].values())
    assert found["check"]["rows"] == found["check"]["used"] + excluded
    assert found["contracts"] == found["check"]["used"]


def test_json_says_how_far_to_trust_it(folder: Path) -> None:
    """Quotes, arbitrage, the feed's gamma and other choices; each other choice as its own report has it."""
    found = json.loads(run("report", "sample.csv", "--json", cwd=folder).stdout)
    check = found["check"]
    assert [test["kind"] for test in check["arbitrage"]] == ["vertical", "butterfly", "calendar", "parity"]
    assert all(test["compared"] and not test["executable"] for test in check["arbitrage"])
    keys = ["kind", "compared", "executable", "within_spread", "worst", "reason"]
    assert [list(test) for test in check["arbitrage"]] == [keys] * 4
    assert [test["within_spread"] is None for test in check["arbitrage"]] == [False, False, False, True]
    assert {"No bid", "Crossed", "Below its least value"} <= {one["name"] for one in check["quotes"]}
    every, *expiries = check["vendor_gamma"]
    assert every["contracts"] == sum(one["contracts"] for one in expiries) == found["contracts"]
    assert every["model_net"] == pytest.approx(found["total_gex"], rel=1e-12)
    assert every["vendor_net"] == pytest.approx(check["vendor_total_gex"], rel=1e-12)
    as_it_is, *others = check["what_if"]
    assert (as_it_is["total"], as_it_is["regime"]) == (found["total_gex"], found["regime"])
    (carry,) = (one for one in others if (one["setting"], one["value"]) == ("carry", "none"))
    alone = json.loads(run("report", "sample.csv", "--json", "--set", "carry=none", cwd=folder).stdout)
    assert (carry["total"], carry["flip"], carry["regime"]) == (
        alone["total_gex"], alone["flip_strike"], alone["regime"],
    )  # fmt: skip


def test_the_text_says_it_too(folder: Path) -> None:
    said = run("report", "sample.csv", cwd=folder).stdout
    check = json.loads(run("report", "sample.csv", "--json", cwd=folder).stdout)["check"]
    no_bid = next(one["contracts"] for one in check["quotes"] if one["name"] == "No bid")
    assert f"Quotes       no bid {no_bid} " in said
    assert f"Parity       0 executable at bid and ask, of {check['arbitrage'][3]['compared']:,} compared" in said
    (line,) = (line for line in said.splitlines() if line.startswith("sign = short_all"))
    (other,) = (one for one in check["what_if"] if one["value"] == "short_all")
    figures = [f"{other['total'] / 1e9:.2f}", "bn", f"{other['gross_share']:+.1%}"]
    assert line.split() == ["sign", "=", "short_all", *figures, "of", "gross", "flip", "none", "short_gamma"]
    assert "skew_z = -1.5: no z-score of the skew is given" in said


def test_the_other_sign_inverts_the_total_and_the_long_side(folder: Path) -> None:
    ours = json.loads(run("report", "sample.csv", "--json", cwd=folder).stdout)
    theirs = json.loads(run("report", "sample.csv", "--json", "--set", "sign=long_calls", cwd=folder).stdout)
    assert theirs["total_gex"] == -ours["total_gex"]
    assert theirs["flip_strike"] == ours["flip_strike"]
    assert {ours["long_side"], theirs["long_side"]} == {"below", "above"}


def test_no_flip_is_null_with_its_reason(folder: Path) -> None:
    # With both rights short, every strike is negative: there is nothing to cross.
    found = json.loads(
        run("report", "sample.csv", "--json", "--set", "sign=short_all", "unit=usd_bn", cwd=folder).stdout
    )
    assert (found["flip_strike"], found["flip_reason"], found["zero_gamma"]) == (None, "one-sided chain", None)
    assert found["settings"]["unit"] == "usd_bn"


def test_the_picture_marks_spot_and_shows_the_sign(folder: Path) -> None:
    done = run("report", "sample.csv", cwd=folder)
    assert done.returncode == 0
    assert "customer_flow" in done.stdout
    assert sum("< spot" in line for line in done.stdout.splitlines()) == 1


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["nowhere.csv"], "nowhere.csv: no such file"),
        (["sample.csv", "--set", "sign=up"], 'sign is "up"; expected customer_flow or long_calls or short_all'),
        (["sample.csv", "--set", "unti=usd"], "did you mean unit?"),
        (["sample.csv", "--spot", "dear"], 'spot is "dear"'),
        (["sample.csv", "--as-of", "yesterday"], 'as_of is "yesterday"'),
        (["sample.csv", "--set", "expiries=2031-01-01"], "no contract is left"),
        (["empty.csv"], "the chain is empty"),
        (["words.csv"], "columns found in row 1: name, price"),
        (["broken.json"], "not valid JSON"),
        (["."], "a folder"),
        ([], "required"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(folder: Path, args: list[str], said: str) -> None:
    (folder / "empty.csv").write_text("\n\n", encoding="utf-8")
    (folder / "words.csv").write_text("name,price\na,1\n", encoding="utf-8")
    (folder / "broken.json").write_text('{"data": [', encoding="utf-8")
    done = run("report", *args, cwd=folder)
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
