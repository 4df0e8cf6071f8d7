"""`gex-xl book`, as a desk would schedule it: exit codes, text, JSON, chains and kept states."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from gex_xl import cli
from gex_xl.template import desk_sample

AS_OF = ("--as-of", "2025-10-08 11:30")
HEAD = ["Underlying", "Class", "Type", "Strike", "Expiry", "Contracts", "IV", "Price", "Multiplier", "Spot"]
#: 900 shares at 50, and two short futures of 50 units at 102 on a spot of 100: a delta of 45 000, and of -10 200.
SIMPLE = [
    HEAD,
    ["ABC", None, "shares", None, None, 900, None, None, None, 50],
    ["XYZ", "XF", "future", None, "2025-12-19", -2, None, 102, 50, 100],
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(name: str, rows: list[list[Any]]) -> str:
    with Path(name).open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)
    return name


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    code = cli.main(["book", *args])
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return code, out, err


def limits(*rows: list[Any]) -> str:
    return put("limits.csv", [["limit", "scope", "currency", "value"], *rows])


def parsed(out: str) -> dict[str, Any]:
    assert out.count("\n") == 1
    found: dict[str, Any] = json.loads(out)
    return found


@pytest.mark.parametrize(
    ("most", "code", "state", "word"),
    [(40_000, 3, "breach", "over"), (45_000, 0, "warn", "near"), (60_000, 0, "ok", "within")],
)
def test_exit_code_3_is_a_breach(
    most: float, code: int, state: str, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    args = (put("p.csv", SIMPLE), *AS_OF, "--limits", limits(["delta", "ABC", None, most]))
    got, out, err = run(capsys, *args, "--json")
    found = parsed(out)
    assert (got, err, found["state"], found["problems"]) == (code, "", state, {})
    (one,) = found["limits"]
    assert (one["scope"], one["value"], one["most"], one["use"]) == ("ABC", 45_000, most, 45_000 / most)
    assert (one["state"], one["unit"], one["since"]) == (state, "USD", "2025-10-08T11:30:00-04:00")
    got, out, err = run(capsys, *args)
    assert (got, err) == (code, "")
    line = next(line for line in out.splitlines() if line.startswith("Delta"))
    assert line.split()[:3] == ["Delta", "ABC", word]
    assert "2 positions read, none unreadable" in out.splitlines()[0]


def test_all_parts_in_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    args = []
    for part, rows in desk_sample.RANGES.items():
        if part != "positions":
            args += [f"--{part}", put(f"{part}.csv", rows)]
    code, out, _ = run(capsys, put("p.csv", desk_sample.POSITIONS), *AS_OF, *args, "--json")
    found = parsed(out)
    assert code == 3 and found["positions"] == 8
    assert [one["name"] for one in found["exposure"][:3]] == ["Whole book", "SPX", "XYZ"]
    for field in ("delta", "gamma", "vega", "theta"):
        whole, *parts = (one[field] for one in found["exposure"][:3])
        assert whole == pytest.approx(sum(parts), rel=1e-12)
    losses = [one["worst_loss"] for one in found["ways"]]
    assert losses == sorted(losses, reverse=True) and len(losses) == 7
    *orders, in_all = found["orders"]
    assert in_all["cost"] == pytest.approx(sum(one["cost"] for one in orders)) == found["ways"][0]["cost"]
    assert [one["name"] for one in found["quotes"]] == [row[0] for row in desk_sample.QUOTES[1:]]
    code, text, _ = run(capsys, "p.csv", *AS_OF, *args)
    assert code == 3
    for word in ("Whole book", "Limit", "Way, best first", "Quote", "limit breached: no ask"):
        assert word in text


def test_what_cannot_be_read_has_no_state_and_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [list(row) for row in desk_sample.POSITIONS]
    rows[1][6] = 13.1
    args = (put("p.csv", rows), *AS_OF, "--limits", put("limits.csv", desk_sample.LIMITS))
    code, out, err = run(capsys, *args, "--json")
    found = parsed(out)
    assert (code, found["state"], found["limits"], found["exposure"], found["ways"]) == (2, None, [], [], [])
    said = 'positions of p.csv, row 2 (SPXW 2025-10-17 C 5350): iv is "13.1"; expected an annual decimal such as 0.20'
    assert found["problems"] == {"positions": said} and err == f"gex-xl: {said}\n"
    code, out, _ = run(capsys, *args)
    assert code == 2 and out == f"cannot be read: {said}\n"
    # One bad limit: exposure stays, no limit has a state.
    code, out, err = run(capsys, put("p.csv", SIMPLE), *AS_OF, "--limits", limits(["delta", None, None, -1]), "--json")
    assert (code, parsed(out)["state"], parsed(out)["limits"]) == (2, None, [])
    assert 'limits.csv, row 2 (delta): value is "-1"' in err


def tidy(name: str, spot: float, iv: float) -> str:
    """A made-up chain whose forward is its spot: prices of calls and puts are alike at the money."""
    head = ["Root", "Expiry", "Type", "Strike", "IV", "Open Interest", "Underlying Price", "Quote Time"]
    rows = [
        [name, "2025-11-21", right, spot * part, iv, 100, spot, "2025-10-08 11:30"]
        for part in (0.9, 1.0, 1.1)
        for right in "CP"
    ]
    return put(f"{name}.csv", [head, *rows])


def test_positions_of_two_chains_need_neither_iv_nor_spot(capsys: pytest.CaptureFixture[str]) -> None:
    bare = [HEAD[:6], ["XYZ", "XYZ", "C", 100, "2025-11-21", -60], ["ABC", "ABC", "P", 45, "2025-11-21", -30]]
    typed = [
        HEAD,
        ["XYZ", "XYZ", "C", 100, "2025-11-21", -60, 0.25, None, 100, 100],
        ["ABC", "ABC", "P", 45, "2025-11-21", -30, 0.4, None, 100, 50],
    ]
    chains = ("--chain", tidy("XYZ", 100, 0.25), "--chain", tidy("ABC", 50, 0.4))
    _, by_chain, err = run(capsys, put("bare.csv", bare), *chains, "--json")
    _, by_hand, _ = run(capsys, put("typed.csv", typed), *AS_OF, "--json")
    found, expected = parsed(by_chain), parsed(by_hand)
    assert not err and found["as_of"] == expected["as_of"] == "2025-10-08T11:30:00-04:00"
    for one, other in zip(found["exposure"], expected["exposure"], strict=True):
        for field in ("delta", "gamma", "vega"):
            assert one[field] == pytest.approx(other[field], rel=1e-9)
    _, text, _ = run(capsys, "bare.csv", *chains)
    assert "iv from the chain; spot: chain" in text
    code, _, err = run(capsys, "bare.csv", *chains[:2])
    assert code == 2 and "row 3 (ABC 2025-11-21 P 45): the spot of ABC is neither in the rows nor given" in err


def test_states_are_kept_and_say_since_when(capsys: pytest.CaptureFixture[str]) -> None:
    positions = put("p.csv", SIMPLE)

    def at(time: str, most: float) -> dict[str, Any]:
        args = (positions, "--as-of", f"2025-10-{time}", "--limits", limits(["delta", "ABC", None, most]))
        found: dict[str, Any] = parsed(run(capsys, *args, "--states", "states.csv", "--json")[1])["limits"][0]
        return found

    assert at("08 10:00", 60_000)["since"] == "2025-10-08T10:00:00-04:00"
    assert at("08 11:00", 40_000)["since"] == "2025-10-08T11:00:00-04:00"  # another state
    assert at("08 12:00", 40_000)["since"] == "2025-10-08T11:00:00-04:00"
    assert at("09 09:45", 40_000)["since"] == "2025-10-08T11:00:00-04:00"
    assert at("09 09:45", 40_000)["since"] == "2025-10-08T11:00:00-04:00"  # once more: nothing is added
    with Path("states.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["time", "limit", "scope", "currency", "state"]
    assert [(row[0], *row[1:]) for row in rows[1:]] == [
        (f"2025-10-{time}:00-04:00", "delta", "ABC", "", state)
        for time, state in (("08T10:00", "ok"), ("08T11:00", "breach"), ("08T12:00", "breach"), ("09T09:45", "breach"))
    ]
    kept = Path("states.csv").read_bytes()
    put("bad.csv", [*SIMPLE, ["ABC", None, "shares", None, None, "many", None, None, None, 50]])
    assert run(capsys, "bad.csv", *AS_OF, "--limits", "limits.csv", "--states", "states.csv")[0] == 2
    assert Path("states.csv").read_bytes() == kept  # a book without a state adds none


def test_a_book_in_two_currencies_keeps_its_limits_and_has_no_one_hedge(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        *SIMPLE,
        ["DAX", "FDAX", "future", None, "2025-12-19", 1, None, 24_000, 25, 24_000],
    ]
    wanted = limits(["delta", None, None, 1e6], ["delta", None, "EUR", 500_000], ["delta", "DAX", None, 1e7])
    code, out, err = run(capsys, put("p.csv", rows), *AS_OF, "--limits", wanted, "--json")
    found = parsed(out)
    assert (code, err, found["problems"], found["ways"]) == (3, "", {}, [])
    assert found["no_ways"] == "in USD and EUR: hedge one currency at a time"
    seen = [(one["scope"], one["value"], one["unit"], one["state"]) for one in found["limits"]]
    # One contract of 25 times 24 000 is 600 000 EUR: that is more of a limit that names no currency than 34 800 USD is.
    assert seen == [
        ("book EUR", 600_000, "EUR", "ok"), ("book EUR", 600_000, "EUR", "breach"), ("DAX", 600_000, "EUR", "ok"),
    ]  # fmt: skip
    assert "No ways of hedging: in USD and EUR" in run(capsys, "p.csv", *AS_OF, "--limits", wanted)[1]
