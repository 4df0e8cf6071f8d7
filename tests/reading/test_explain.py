"""What `gex-xl report FILE --explain` and CHAIN_CHECK tell of how a file was read."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from gex_xl import udfs
from gex_xl.chain import Chain
from gex_xl.cli import main
from tests.reading.priced import world

W = world("us", 11)
HEADER = ["root", "Exp", "Type", "Strike", "IV %", "OI", "Gamma", "Note", "Underlying Price", "Quote time"]


def rows() -> list[list[object]]:
    return [
        [q.root, q.expiry.isoformat(), q.word, q.strike, round(q.iv * 100, 4), q.open_interest, q.gamma, "x", W.spot,
         W.local.strftime("%Y-%m-%d %H:%M")]
        for q in W.quotes
    ]  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "chain.csv"
    with path.open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened).writerows([["Saved by hand"], HEADER, *rows(), ["Total", "", "", "", "", 99]])
    return path


def test_explain_tells_the_whole_reading_in_a_screenful(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(file), "--explain"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 40
    assert all(len(line) <= 110 for line in lines)
    said = " ".join(" ".join(lines).split())
    for wanted in (
        "layout one contract per row; header in row 2, 36 rows of contracts below it",
        "columns root = root, expiry = Exp, right = Type, strike = Strike, iv = IV %, open interest = OI",
        "not read Note",
        "figures decimal point; numeric dates month first",
        f"open interest {min(q.open_interest for q in W.quotes):,.6g} to",
        "market US (nothing tells another)",
        "100 per contract, USD, settles 16:00 New York",
        "underlying QZX",
        "(column Underlying Price)",
        "quote time 2024-05-22 14:20 EDT (column Quote time)",
        "used 36 of 37 contracts",
        "left out 1 contracts, open interest 99: no strike or symbol",
        "percent",
    ):
        assert wanted in said


def test_explain_belongs_to_one_file(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(file), str(file), "--explain"]) == 2
    assert "--explain belongs to one file" in capsys.readouterr().err


def test_the_json_holds_the_reading_where_it_is_asked_for(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(file), "--explain", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["what"] for one in found["reading"]] == [
        "layout", "columns", "not read", "figures", "strike", "iv", "open interest", "market",
    ]  # fmt: skip


def test_chain_check_tells_it_too() -> None:
    found = {row[0]: row[3] for row in udfs.CHAIN_CHECK([HEADER, *rows()])}
    assert found["Read: columns"].startswith("root = root, expiry = Exp")
    assert found["Read: market"] == "US (nothing tells another)"


def test_calls_and_puts_have_their_own_line_and_many_unread_columns_are_counted() -> None:
    more = [f"own {n}" for n in range(15)]
    header = ["Expiry", "Call OI", "Call Bid", "Strike", "Put OI", "Put Bid", "IV", *more]
    body = [[q.expiry.isoformat(), q.open_interest, q.bid, q.strike, p.open_interest, p.bid, q.iv, *range(15)]
            for q, p in W.pairs()]  # fmt: skip
    told = dict(Chain.from_cells([header, *body]).reading)
    assert told["columns of calls"] == "open interest = Call OI, bid = Call Bid"
    assert told["columns of puts"] == "open interest = Put OI, bid = Put Bid"
    assert told["not read"].endswith("own 11 and 3 more")


def test_a_column_of_nothing_is_told_as_such() -> None:
    body = [[*row[:4], "", *row[5:]] for row in rows()]
    assert dict(Chain.from_cells([HEADER, *body]).reading)["iv"] == "none above 0"


def test_more_to_look_at_than_fits_is_counted(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gex_xl.commands.explain._MOST", 0)
    assert main(["report", str(file), "--explain"]) == 0
    assert "more, in the report without --explain" in capsys.readouterr().out


def test_a_file_without_spot_and_time_still_tells_its_reading(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bare.csv"
    with path.open("w", newline="", encoding="utf-8") as opened:
        body = [[*row[:7], "", "", ""] for row in rows()]
        csv.writer(opened).writerows([HEADER, *body, ["Total", "", "", "", "", 99]])
    assert main(["report", str(path), "--explain"]) == 2
    told = capsys.readouterr()
    said = " ".join(told.out.split())
    for wanted in (
        "columns root = root, expiry = Exp",
        "product 100 per contract, USD, settles 16:00 New York (assumed: not in the table of products)",
        "spot none in the paste",
        "quote time none in the paste",
        "read 36 of 37 contracts, open interest",
        "left out 1 contracts: no strike or symbol",
        "percent",
    ):
        assert wanted in said
    assert told.err == "gex-xl: spot is neither in the paste nor given; give the underlying's price as spot\n"
    assert main(["report", str(path), "--explain", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["reading"][0]["what"] == "layout"
    assert main(["report", str(path)]) == 2
    assert capsys.readouterr().out == ""
