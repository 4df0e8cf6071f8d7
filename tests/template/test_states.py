"""What a reader sees where a chain is small, one-sided or unusable, and what the sheets say in words."""

from __future__ import annotations

import re
import zipfile
from html import unescape
from pathlib import Path

import openpyxl
import pytest

import gex_xl
from gex_xl.engines import Recalculation
from gex_xl.functions import EXAMPLE_CHAIN, REGISTRY
from gex_xl.template import plan, recalculate_workbook

Book = tuple[Path, Recalculation]
TITLES = [f"Dashboard!L{row}" for row in range(1, 5)]
CARDS = [f"Dashboard!{column}7" for column in "BCDEFGHI"]


def errors(done: Recalculation, sheet: str = "") -> set[str]:
    """The cells of a sheet that hold an error value."""
    return {cell for cell, v in done.values.items() if cell.startswith(sheet) and re.fullmatch(r"#[A-Z/0!?]+", str(v))}


def only(right: str) -> list[list[object]]:
    """The registry's small made-up chain with one right left in it."""
    return [list(row) for row in EXAMPLE_CHAIN if row[2] not in ("C", "P") or row[2] == right]


def test_the_sample_shows_no_error_anywhere(book: Book) -> None:
    assert errors(book[1]) == set()


@pytest.mark.parametrize(("right", "regime"), [("P", "long_gamma"), ("C", "short_gamma")])
def test_a_one_sided_chain_has_no_flip_and_says_so(book: Book, tmp_path: Path, right: str, regime: str) -> None:
    done = recalculate_workbook(book[0], tmp_path / "one_sided.xlsx", only(right))
    assert done.errors == {}
    assert done.names["Regime"] == regime
    assert done.names["Flip_Strike"] == done.names["Zero_Gamma"] == "#N/A"
    assert done.values["Dashboard!D8"] == "none: one-sided chain"
    assert done.values["Dashboard!E8"] == "none: profile keeps one sign"
    assert (done.values["Dashboard!L6"], done.values["Dashboard!L7"]) == ("No flip", "No zero gamma")
    wall = "Dashboard!F7" if right == "P" else "Dashboard!G7"  # no such options, so no wall
    assert errors(done, "Dashboard!") == {"Dashboard!D7", "Dashboard!E7", wall}


def test_a_small_chain_leaves_the_rest_of_the_chart_rows_blank(book: Book, tmp_path: Path) -> None:
    cells = [list(row) for row in EXAMPLE_CHAIN]
    done = recalculate_workbook(book[0], tmp_path / "small.xlsx", cells)
    strikes = gex_xl.per_strike(gex_xl.prepare(gex_xl.Chain.from_cells(cells))).strike.tolist()
    block = plan.NEAR_SPOT
    shown = [done.values.get(f"Strikes!U{row}") for row in range(block.first, block.last + 1)]
    assert shown == strikes + [""] * (block.rows - len(strikes))
    assert f"{len(strikes)} strikes around spot" in str(done.values["Dashboard!L1"])
    assert "first" not in str(done.values["Dashboard!L4"])
    # Nothing of the old chain is left in the table either.
    assert done.values.get(f"Strikes!A{6 + len(strikes)}") is None


def test_an_unusable_chain_leaves_words_and_no_broken_ones(book: Book, tmp_path: Path) -> None:
    done = recalculate_workbook(book[0], tmp_path / "unusable.xlsx", [["name", "price"], ["a", 1.0]])
    status = str(done.values["Dashboard!B3"])
    assert status.startswith("Cannot be used")
    assert status == done.values["Chain!A14"] == done.values["Check!A3"]
    assert str(done.values["Dashboard!B4"]).startswith("No figures")
    assert errors(done, "Dashboard!") <= set(CARDS)
    for cell in (*TITLES, "Dashboard!B9", "Dashboard!L5", "Dashboard!L6", "Dashboard!L7"):
        assert not re.search(r", *,|[:,] *\.|, *$|one-sided", str(done.values[cell])), cell


def test_the_regime_names_the_triggers_that_fired(book: Book, tmp_path: Path, sample: list[list[object]]) -> None:
    fired = [t.name for t in gex_xl.triggers_of(gex_xl.prepare(gex_xl.Chain.from_cells(sample))) if t.fired]
    assert fired
    assert f"short gamma ({' and '.join(fired)})" in str(book[1].values["Dashboard!B4"])
    long = recalculate_workbook(book[0], tmp_path / "long.xlsx", only("P"))
    assert "moves are damped" in str(long.values["Dashboard!B4"])


def test_every_example_on_the_reference_sheet_works_in_the_book(book: Book, tmp_path: Path) -> None:
    column = openpyxl.load_workbook(book[0])["Functions"]["B"]
    examples = {cell.coordinate: str(cell.value) for cell in column if str(cell.value).startswith("=")}
    assert sorted(re.split(r"[=(]", text)[1] for text in examples.values()) == sorted(REGISTRY)
    tried = tmp_path / "tried.xlsx"
    reference = f"xl/worksheets/sheet{plan.SHEETS.index(plan.FUNCTIONS) + 1}.xml"
    with zipfile.ZipFile(book[0]) as source, zipfile.ZipFile(tried, "w") as target:
        for info in source.infolist():
            content = source.read(info).decode() if info.filename == reference else source.read(info)
            if isinstance(content, str):
                for cell, text in examples.items():
                    content, times = re.subn(
                        rf'<c r="{cell}"[^>]*>.*?</c>', f'<c r="{cell}"><f>{text[1:]}</f></c>', content
                    )
                    assert times == 1
            target.writestr(info, content)
    done = recalculate_workbook(tried, tried, None)
    assert done.errors == {}
    for cell, text in examples.items():
        value = done.values[f"Functions!{cell}"]
        assert value not in (None, "") and not str(value).startswith("#"), text


def test_marks_do_not_hide_the_strike_behind_them(book: Book) -> None:
    with zipfile.ZipFile(book[0]) as archive:
        charts = [archive.read(name).decode() for name in archive.namelist() if re.search(r"charts/chart\d", name)]
    marks = [
        series
        for chart in charts
        for series in re.findall(r"<c:ser>.*?</c:ser>", chart, re.DOTALL)
        if re.search(r"<c:tx><c:strRef><c:f>Dashboard!\$L\$[567]<", series)
    ]
    assert len(marks) == 6
    assert all("<a:alpha" in series for series in marks)


def test_charts_and_formulas_reach_as_far_as_the_rows_that_feed_them(book: Book) -> None:
    with zipfile.ZipFile(book[0]) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist() if re.search(r"charts/chart\d", name)]
        workbook = archive.read("xl/workbook.xml").decode()
    blocks = {(b.sheet, b.first, b.last) for b in vars(plan).values() if isinstance(b, plan.Block)}
    ranges = {found for text in texts for found in re.findall(r"<c:f>(\w+)!\$[A-Z]+\$(\d+):\$[A-Z]+\$(\d+)<", text)}
    assert {(sheet, int(first), int(last)) for sheet, first, last in ranges} == blocks
    # Without the functions at hand a forced calculation would replace every figure by #NAME?.
    assert "fullCalcOnLoad" not in unescape(workbook)
