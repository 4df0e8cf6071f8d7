"""new, recalc and demo through the real command in a fresh process; the figures are read back by openpyxl."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

import gex_xl
from gex_xl import __version__
from gex_xl.engines.package import Package
from gex_xl.hosts.lite.extension import texts_in

BUILT = Path(__file__).parents[1] / "workbook"


def run(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "gex_xl.cli", *args],
        cwd=cwd, capture_output=True, text=True, check=False, encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip


def named(book: Path) -> dict[str, object]:
    """Cached value of every defined name that means one cell."""
    loaded = openpyxl.load_workbook(book, data_only=True)
    found = {}
    for name, defined in loaded.defined_names.items():
        places = list(defined.destinations) if defined.type == "RANGE" else []
        if len(places) == 1 and ":" not in places[0][1]:
            sheet, cell = places[0]
            found[name] = loaded[sheet][cell.replace("$", "")].value
    return found


def tidy_chain(path: Path, spot: float) -> Path:
    """A small made-up chain, one contract per row; its figures are those that the core gives for it."""
    contracts = ["Root,Expiry,Type,Strike,IV,Open Interest,Underlying Price,Quote Time"]
    for k in range(-6, 7):
        for right, weight in (("C", max(k, 0)), ("P", max(-k, 0))):
            strike = spot * (1 + 0.01 * k)
            contracts.append(f"XYZ,2025-11-21,{right},{strike:g},0.25,{100 + 900 * weight},{spot},2025-10-08 11:30")
    path.write_text("\n".join(contracts), encoding="utf-8")
    return path


def test_version(tmp_path: Path) -> None:
    assert run("--version", cwd=tmp_path).stdout.strip() == f"gex-xl {__version__}"


def test_demo_tells_the_whole_story(tmp_path: Path) -> None:
    done = run("demo", cwd=tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    folder = tmp_path / "gex_xl_demo"
    assert (folder / "sample_chain.csv").read_bytes() == (BUILT / "sample_chain.csv").read_bytes()
    for said in ("SYNTHETIC", "Total GEX", "Flip strike", "Zero gamma", "Regime", "customer_flow", "gex_demo.xlsx"):
        assert said in done.stdout
    contracts = gex_xl.prepare(gex_xl.Chain.from_file(folder / "sample_chain.csv"))
    assert named(folder / "gex_demo.xlsx")["Total_GEX"] == pytest.approx(gex_xl.total(contracts).net, rel=1e-12)


@pytest.mark.parametrize(
    ("book", "options"),
    [
        ("gex_xl.xlsx", ()),
        ("gex_xl_lite.xlsx", ("--host", "lite")),
        ("gex_xl_desk_lite.xlsx", ("--host", "lite", "--desk")),
    ],
)
def test_the_built_template_is_up_to_date(tmp_path: Path, book: str, options: tuple[str, ...]) -> None:
    done = run("new", book, *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    # Differences of nearly equal sums, which cells hold, end in other digits on other processors.
    for values, rel in ((named, 1e-12), (cells, 1e-9)):
        ours, kept = ({k: undated(v) for k, v in values(folder / book).items()} for folder in (tmp_path, BUILT))
        assert ours.keys() == kept.keys()
        for name, value in ours.items():
            assert kept[name] == (pytest.approx(value, rel=rel) if isinstance(value, float) else value), name
    if options:
        assert texts_in(Package(tmp_path / book))["main.py"] == texts_in(Package(BUILT / book))["main.py"]
        return
    wanted = {"Chain", "Total_GEX", "Flip_Strike", "Zero_Gamma", "Regime", "Spot", "As_Of"}
    assert wanted <= named(tmp_path / book).keys()


def undated(value: object) -> object:
    """A remark on when the figures were saved, without the time."""
    return re.sub(r"(saved) on [^.]*? UTC", r"\1", value) if isinstance(value, str) else value


def cells(book: Path) -> dict[str, object]:
    """Every cell of every sheet, formulas as text."""
    loaded = openpyxl.load_workbook(book)
    return {
        f"{sheet.title}!{cell.coordinate}": getattr(cell.value, "text", cell.value)
        for sheet in loaded.worksheets
        for row in sheet.iter_rows()
        for cell in row
    }


def test_recalc_replaces_the_chain_and_leaves_the_source_alone(tmp_path: Path) -> None:
    chain = tidy_chain(tmp_path / "small.csv", 250.0)
    before = (BUILT / "gex_xl.xlsx").read_bytes()
    book = tmp_path / "book.xlsx"
    book.write_bytes(before)
    done = run("recalc", "book.xlsx", "--chain", "small.csv", "--out", "out.xlsx", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert book.read_bytes() == before
    contracts = gex_xl.prepare(gex_xl.Chain.from_file(chain))
    found = named(tmp_path / "out.xlsx")
    assert found["Total_GEX"] == pytest.approx(gex_xl.total(contracts).net, rel=1e-12)
    assert found["Zero_Gamma"] == pytest.approx(gex_xl.zero_gamma(contracts), rel=1e-12)
    assert found["Spot"] == 250.0
    again = run("recalc", "out.xlsx", "--chain", str(BUILT / "sample_chain.csv"), cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert named(tmp_path / "out.xlsx")["Total_GEX"] == pytest.approx(
        named(BUILT / "gex_xl.xlsx")["Total_GEX"], rel=1e-12
    )


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["new", "book.xlsx"], "exists; choose another name, or add --force"),
        (["new", "book.txt"], "does not end in .xlsx"),
        (["new", "other.xlsx", "--chain", "nowhere.csv"], "no such file"),
        (["new", "other.xlsx", "--chain", "words.csv"], "no option chain found"),
        (["recalc", "nowhere.xlsx"], "nowhere.xlsx"),
        (["recalc", "words.xlsx"], "words.xlsx"),
        (["recalc", "plain.xlsx"], "plain.xlsx"),
        (["recalc", "book.xlsx", "--chain", "words.csv"], "no option chain found"),
        (["recalc", "book.xlsx", "--engine", "abacus"], "abacus"),
        (["frobnicate"], "frobnicate"),
    ],
)
def test_bad_input_is_one_line_and_touches_nothing(tmp_path: Path, args: list[str], said: str) -> None:
    (tmp_path / "book.xlsx").write_bytes((BUILT / "gex_xl.xlsx").read_bytes())
    (tmp_path / "words.csv").write_text("name,price\na,1\n", encoding="utf-8")
    (tmp_path / "words.xlsx").write_text("not a zip", encoding="utf-8")
    openpyxl.Workbook().save(tmp_path / "plain.xlsx")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    done = run(*args, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_fault_of_ours_is_one_line_too(tmp_path: Path) -> None:
    """Where something within fails that nobody thought of: here json, which a report needs."""
    code = "import json, sys; from gex_xl.cli import main; json.dump = None; sys.exit(main(sys.argv[1:]))"
    chain = tidy_chain(tmp_path / "small.csv", 250.0)
    done = subprocess.run(
        [sys.executable, "-c", code, "report", str(chain), "--json"], capture_output=True, text=True, check=False
    )
    said = "gex-xl: this is a fault in gex_xl (TypeError in report.py, line "
    assert (done.returncode, done.stderr.startswith(said), done.stderr.count("\n")) == (1, True, 1), done.stderr


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_a_new_book_takes_spot_time_and_an_earlier_chain_and_says_its_headline(tmp_path: Path) -> None:
    chain = tidy_chain(tmp_path / "small.csv", 250.0)
    tidy_chain(tmp_path / "before.csv", 245.0)
    done = run(
        "new", "--set", "sign=long_calls", "unit=usd", "book.xlsx", "--chain", "small.csv", "--spot", "251", "--as-of",
        "2025-10-09 10:00", "--earlier", "before.csv", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    settings = gex_xl.Settings().with_changes({"sign": "long_calls", "unit": "usd"})
    as_of = dt.datetime(2025, 10, 9, 10, 0, tzinfo=ZoneInfo("America/New_York"))
    expected = gex_xl.total(gex_xl.prepare(gex_xl.Chain.from_file(chain), 251.0, as_of, settings)).net
    assert named(tmp_path / "book.xlsx")["Total_GEX"] == pytest.approx(expected, rel=1e-12)
    assert re.match(r"(Long gamma|Short gamma|Mixed): .+\n", done.stdout), done.stdout
    assert "Next: open it" in done.stdout
    steps = openpyxl.load_workbook(tmp_path / "book.xlsx", data_only=True)["Change"]
    assert [steps.cell(row, 9).value for row in (11, 14, 20)] == ["Then", "Spot", "Now"]
    assert steps["J20"].value == pytest.approx(expected, rel=1e-9)
    again = run("recalc", "--spot", "252", "book.xlsx", cwd=tmp_path)
    assert (again.returncode, named(tmp_path / "book.xlsx")["Spot"]) == (0, 252.0), again.stderr


def test_a_book_without_figures_is_not_written_and_the_reason_is_one_sentence(tmp_path: Path) -> None:
    tidy_chain(tmp_path / "small.csv", 250.0)
    late = ("--chain", "small.csv", "--as-of", "2029-01-05 10:00")
    done = run("new", "book.xlsx", *late, cwd=tmp_path)
    assert (done.returncode, (tmp_path / "book.xlsx").exists()) == (1, False)
    assert "had settled at the quote time" in sentence(done)
    assert run("new", "book.xlsx", "--chain", "small.csv", cwd=tmp_path).returncode == 0
    before = (tmp_path / "book.xlsx").read_bytes()
    done = run("recalc", "book.xlsx", *late, cwd=tmp_path)
    assert (done.returncode, (tmp_path / "book.xlsx").read_bytes()) == (1, before)
    assert "had settled at the quote time" in sentence(done)
    (tmp_path / "words.csv").write_text("name,price\na,1\n", encoding="utf-8")
    done = run("recalc", "book.xlsx", "--earlier", "words.csv", cwd=tmp_path)
    assert (done.returncode, (tmp_path / "book.xlsx").read_bytes()) == (2, before)
    assert "--earlier" in sentence(done)
