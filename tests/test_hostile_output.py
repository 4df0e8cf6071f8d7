"""What a pasted chain or a file's name says is never a formula, a command or an escape sequence in what we write."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from gex_xl.cli import main
from gex_xl.engines import Recalculation
from gex_xl.functions import EXAMPLE_CHAIN
from gex_xl.history import store, update
from gex_xl.template import plan, recalculate_workbook

#: As they are told to users of spreadsheets: OWASP, "CSV injection".
FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(1)", "=cmd|' /C calc'!A0", '=HYPERLINK("http://localhost","x")', "＝1+1")
CONTROLS = ("\t=1+1", "\r=1+1", "\n=1+1", "\x1b]title\x07", "\x1b[2J", "\u202e=1+1", "\x00", "\x9b31m")
HEADER = "Root,Expiry,Type,Strike,IV,Open Interest,Underlying Price,Quote Time"


def chain_text(root: str) -> str:
    return "\n".join([
        HEADER,
        *(f'"{root}",2025-03-21,{right},{strike},0.2,{100 + strike},100,2025-03-03 11:30'
          for right in "CP" for strike in (95, 100, 105)),
    ])  # fmt: skip


def texts(path: Path) -> Iterator[tuple[str, Any]]:
    """(place, content) of every cell that is no formula's, and of every formula with its text."""
    for sheet in openpyxl.load_workbook(path).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    yield f"{sheet.title}!{cell.coordinate}", (cell.data_type, cell.value)


def pasted(symbol: str) -> list[list[object]]:
    """The example chain with odd words above it, in its root, and in a column of its own."""
    above: list[object] = [*FORMULAS, *CONTROLS]
    head = [*EXAMPLE_CHAIN[1], "note"]
    rows = [[symbol, *row[1:], above[i % len(above)]] for i, row in enumerate(EXAMPLE_CHAIN[2:])]
    return [above, [*EXAMPLE_CHAIN[0]], head, *rows]


@pytest.mark.parametrize("symbol", ["=1+1+A", "@SUM(1)", '=HYPERLINK("HTTP://LOCALHOST","X")', "-2+3A"])
def test_cells_of_a_workbook(book: tuple[Path, Recalculation], symbol: str, tmp_path: Path) -> None:
    """The paste is text in the file, and so is what functions make of it; the book has no formula more than before."""
    out = tmp_path / "out.xlsx"
    done = recalculate_workbook(book[0], out, pasted(symbol))
    before, after = dict(texts(book[0])), dict(texts(out))
    formulas = {place for place, (kind, _) in after.items() if kind == "f"}
    assert formulas == {place for place, (kind, _) in before.items() if kind == "f"}
    for place in formulas:
        text = [getattr(cells[place][1], "text", cells[place][1]) for cells in (before, after)]
        assert text[0] == text[1], place
    held = [
        value for place, (kind, value) in after.items() if place.startswith(plan.CHAIN) and kind in ("s", "inlineStr")
    ]
    assert {symbol, *FORMULAS} <= set(held)
    assert symbol in str(done.names["Chain"])  # the handle begins with it, and stays a text
    assert b"external" not in out.read_bytes().lower()


@pytest.mark.parametrize("suffix", store.FORMATS)
def test_cells_of_a_history(suffix: str, tmp_path: Path) -> None:
    names = ["=1+1.csv", "+1+1.csv", "-1+1.csv", "@SUM(1).csv", "'quoted.csv", "\u202e=2.csv"]
    for i, name in enumerate(names):
        (tmp_path / name).write_text(chain_text(f"={i}+A"), encoding="utf-8")
    out = tmp_path / f"h{suffix}"
    assert update([tmp_path], out, workers=1).rows == len(names)
    wanted = sorted(name.replace("\u202e", "") for name in names)
    assert sorted(row["file"] for row in store.read(out)) == wanted
    assert update([tmp_path], out, workers=1).computed == 0  # each is known again
    if suffix == ".csv":
        with out.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        cells = {(name, cell) for row in rows for name, cell in row.items()}
        risky = {(name, cell) for name, cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n")}
        assert all(float(cell) < 0 for _, cell in risky)  # figures below 0
        assert {"'=1+1.csv", "''quoted.csv"} <= {row["file"] for row in rows}
        assert {row["symbol"] for row in rows} == {f"'={i}+A" for i in range(len(names))}
    elif suffix == ".xlsx":
        kinds = {cell.data_type for sheet in openpyxl.load_workbook(out) for row in sheet.iter_rows() for cell in row}
        assert "f" not in kinds
    else:
        assert sorted(pd.read_parquet(out)["file"]) == wanted


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_names_of_files_that_a_terminal_would_obey(tmp_path: Path) -> None:
    """Line breaks, escape sequences and bytes that are no text: shown as marks, one line each, no traceback."""
    folder = tmp_path / "chains"
    folder.mkdir()
    good = [b"\x1b]0;owned\x07.csv", b"a\nb\xff.csv"]
    bad = [b"\x1b[2Jbad.csv", b"two\nlines.json"]
    for i, name in enumerate(good):
        (folder / os.fsdecode(name)).write_text(chain_text(f"ZZ{i}"), encoding="utf-8")
    for name in bad:
        (folder / os.fsdecode(name)).write_text("no chain", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "gex_xl.cli", "history", folder, "--out", tmp_path / "h.csv", "--workers", "1"],
        capture_output=True, check=False, env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = done.stderr.decode()
    assert "\x1b" not in said
    assert [line.partition(" ")[0] for line in said.splitlines()] == ["skipped", "skipped"]
    assert {row["file"] for row in store.read(tmp_path / "h.csv")} == {
        "]0;owned.csv",
        "a b.csv",
    }  # a line break would end the row for many readers
    name = os.fsdecode(b"\x1b[2J\nwhere.csv")
    for command in (["report", name], ["new", "x.xlsx", "--chain", name], ["recalc", name], ["frob\x1b[2J\nnicate"]):
        done = subprocess.run(
            [sys.executable, "-m", "gex_xl.cli", *command], capture_output=True, check=False, cwd=tmp_path
        )
        assert done.returncode == 2
        assert (done.stderr.count(b"\n"), b"\x1b" in done.stderr) == (1, False), done.stderr


@pytest.mark.parametrize("odd", CONTROLS)
def test_a_report_holds_no_control_characters(odd: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "chain.csv"
    quoted = f'"{odd}note"'
    text = chain_text(f"{odd}ZZX").replace("IV,", f"IV,{quoted},", 1).replace(",0.2,", f",0.2,{quoted},")
    file.write_text(f'"{odd}above",x\n"{odd}Date: March 3, 2025 at 11:30 AM EST"\n{text}\n"{odd}below",1', "utf-8")
    for more in ([], ["--json"]):
        code = main(["report", str(file), *more])
        said = capsys.readouterr()
        assert all(line.isprintable() for line in f"{said.out}{said.err}".split("\n")), said
        assert code == 0, said.err
    assert "ZZX" in json.loads(said.out)["symbol"]
