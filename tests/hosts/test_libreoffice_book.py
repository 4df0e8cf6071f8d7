"""The template workbook open in LibreOffice Calc: chains pasted one after the other, charts, saving, mending."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gex_xl
from gex_xl.commands.books import pasted_cells
from gex_xl.engines import Recalculation
from gex_xl.engines.addresses import address
from gex_xl.engines.package import Package
from gex_xl.engines.sheet_xml import FormulaCell
from gex_xl.functions import EXAMPLE_CHAIN
from gex_xl.hosts.host import Host
from gex_xl.hosts.libreoffice.host import HOST as CALC
from gex_xl.template import plan, recalculate_workbook, selftest, start

from .calc import Calc
from .conftest import absent

PASTE = f"C1:AZ{plan.PASTE_ROWS}"
#: The first panel's label and the badge on the Dashboard, and what is found in the paste, on Chain.
LABEL, BADGE, FOUND = "B4", "S2", f"A{plan.FOUND_ROW}"
Cells = list[list[Any]]


@pytest.fixture(scope="module")
def calc_book(tmp_path_factory: pytest.TempPathFactory, sample: Cells) -> Path:
    """The book for Calc users, with the sample in it."""
    path = tmp_path_factory.mktemp("calc") / "gamma.xlsx"
    CALC.new(path, sample)
    return path


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory, sample: Cells) -> tuple[Path, Recalculation]:
    """The same book before its tables are made for Calc, evaluated by the embedded engine."""
    path = tmp_path_factory.mktemp("plain") / "gamma.xlsx"
    return path, Host("plain", note=CALC.note).new(path, sample)


@pytest.fixture(scope="module")
def opened(calc: Calc, calc_book: Path) -> Iterator[Calc]:
    calc.open(path=str(calc_book))
    yield calc
    calc.close()


def paste(calc: Calc, cells: Cells) -> None:
    """As a person does: clear the old chain, paste the new one at C1."""
    width = max(map(len, cells), default=0)
    rows = [[*row, *[None] * (width - len(row))] for row in cells]
    calc.paste(sheet="Chain", cell="C1", rows=rows, clear=PASTE)


def total_in(calc: Calc) -> dict[str, Any]:
    """The cell named Total_GEX, in USD."""
    sheet, _, cell = plan.headline("total_gex", "value").replace("$", "").partition("!")
    found: dict[str, Any] = calc.cell(sheet=sheet, cell=cell)
    return found


def held(calc: Calc) -> dict[str, Any]:
    """Every cell that is not blank, as the embedded engine names it; an error is its number."""
    found: dict[str, Any] = {}
    for sheet, rows in calc.everything().items():
        for down, row in enumerate(rows, 1):
            for across, value in enumerate(row, 1):
                if value not in (None, ""):
                    found[f"{sheet}!{address(down, across)}"] = value
        found |= {f"{sheet}!{cell}": code for cell, code in calc.errors(sheet=sheet).items()}
    return found


ERRORS = {"#N/A": 32767, "#VALUE!": 519}


def expected_of(done: Recalculation, book: Path) -> dict[str, Any]:
    """The same from the embedded engine, and from the file for what no formula made."""
    cells = {f"{sheet}!{address(row, column)}": v for (sheet, row, column), v in Package(book).values().items()}
    cells |= done.values
    return {cell: ERRORS.get(str(value), value) for cell, value in cells.items() if value not in (None, "")}


def assert_same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    """But for the sheet Self-test and the link to it, which the plain book has not: test_selftest.py reads them."""
    apart = {
        cell: (found.get(cell), expected.get(cell))
        for cell in found.keys() | expected.keys()
        if not equal(found.get(cell), expected.get(cell)) and not cell.startswith(f"{selftest.SHEET}!")
    }
    assert apart.pop(f"{plan.START}!G{start.BELOW_NOTE + 1}", ("Does", None))[0].startswith("Does")
    assert not apart, dict(sorted(apart.items())[:10])


def equal(a: Any, b: Any) -> bool:
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return math.isclose(a, b, rel_tol=1e-9)
    return bool(a == b)


def test_the_sample_equals_the_embedded_engine_cell_by_cell(opened: Calc, book: tuple[Path, Recalculation]) -> None:
    assert_same(held(opened), expected_of(book[1], book[0]))


def test_real_chains_pasted_one_after_the_other(
    opened: Calc, book: tuple[Path, Recalculation], shared_chains: Path, tmp_path: Path
) -> None:
    """A larger chain, then a smaller one, into the open document; each equals the embedded engine's book."""
    for name in ("cboe_spx_2024-01-07.csv", "cboe_nvda_2025-01-06.csv"):
        cells = pasted_cells(shared_chains / name)
        paste(opened, cells)
        done = recalculate_workbook(book[0], tmp_path / name.replace("csv", "xlsx"), cells)
        found = held(opened)
        assert_same(found, expected_of(done, tmp_path / name.replace("csv", "xlsx")))
        total = gex_xl.total(gex_xl.prepare(gex_xl.Chain.from_file(shared_chains / name))).net
        assert found[plan.headline("total_gex", "value").replace("$", "")] == pytest.approx(total, rel=1e-12)


def test_a_broken_chain_an_error_cell_and_an_empty_sheet_are_said_and_mended(opened: Calc, sample: Cells) -> None:
    small = [list(row) for row in EXAMPLE_CHAIN]
    total = gex_xl.total(gex_xl.prepare(gex_xl.Chain.from_cells(small))).net
    for wrong, label in (
        ([["Strike", "Calls"], [100.0, 5.0]], "THE PASTE CANNOT BE READ"),
        ([["=not a formula", "text"]], "THE PASTE CANNOT BE READ"),
        ([], "NOTHING PASTED"),
    ):
        paste(opened, wrong)
        assert opened.cell(sheet="Dashboard", cell=LABEL)["text"] == label
        assert opened.cell(sheet="Chain", cell=FOUND)["text"].startswith("Cannot be used: ")
        assert total_in(opened)["error"] == 32767
        for sheet in ("Dashboard", "Strikes", "Levels", "Grid", "Map", "Volatility", "Check"):
            assert opened.errors(sheet=sheet) == {}, sheet
        paste(opened, small)
        assert total_in(opened)["value"] == pytest.approx(total, rel=1e-12)
    opened.write(sheet="Chain", cell="F4", formula="=1/0")  # an error cell inside the paste
    assert total_in(opened)["error"] != 0
    opened.write(sheet="Chain", cell="F4", formula=str(small[3][3]))
    assert total_in(opened)["value"] == pytest.approx(total, rel=1e-12)
    paste(opened, sample)


@pytest.mark.parametrize("cell", ["BA3", f"D{plan.PASTE_ROWS + 1}"])
def test_a_paste_that_reaches_too_far_is_said(opened: Calc, cell: str) -> None:
    before = opened.cell(sheet="Dashboard", cell=BADGE)["text"]
    opened.write(sheet="Chain", cell=cell, formula="5")
    assert opened.cell(sheet="Dashboard", cell=BADGE)["text"].startswith("NOT ALL READ: ")
    opened.write(sheet="Chain", cell=cell, formula="")
    assert opened.cell(sheet="Dashboard", cell=BADGE)["text"] == before


def test_a_setting_changes_every_figure(opened: Calc, book: tuple[Path, Recalculation]) -> None:
    sheet, _, cell = plan.SIGN_CELL.replace("$", "").partition("!")
    opened.write(sheet=sheet, cell=cell, formula="Most public tools: calls +, puts -")
    assert total_in(opened)["value"] == pytest.approx(-book[1].names["Total_GEX"], rel=1e-12)
    opened.write(sheet=sheet, cell=cell, formula=plan.DEFAULT_SIGN)
    assert_same(held(opened), expected_of(book[1], book[0]))


def test_charts_hold_the_numbers_that_they_should(opened: Calc, sample: Cells) -> None:
    """The ladder's bars and the profile's area against the core's own figures."""
    contracts = gex_xl.prepare(gex_xl.Chain.from_cells(sample))
    charts = [{one["name"]: one for one in chart["series"]} for chart in opened.charts()["Dashboard"]]
    ladder, profile, expiries, _ = charts
    found = gex_xl.per_strike(contracts)
    prices = [row[0] for row in opened.values(sheet="Calc", cells=_column("ladder", 1, 41))]
    width = prices[1] - prices[0]
    bars = np.add(ladder["Long"]["values"], ladder["Short"]["values"])
    for price, bar in zip(prices, bars, strict=True):
        inside = (found.strike >= price - abs(width) / 2) & (found.strike < price + abs(width) / 2)
        assert bar == pytest.approx(float(np.sum((found.call + found.put)[inside])) / 1e9, rel=1e-9, abs=1e-12)
    levels = np.array([row[0] for row in opened.values(sheet="Calc", cells=_column("profile", 1, 107))])
    area = np.add(profile["Long"]["values"], profile["Short"]["values"])
    assert levels.min() < contracts.spot < levels.max()
    np.testing.assert_allclose(area, gex_xl.reprice(contracts, levels) / 1e9, rtol=1e-9, atol=1e-9)
    by_expiry = gex_xl.by_expiry(contracts)
    for name, wanted in (("Calls", [e.call for e in by_expiry]), ("Puts", [e.put for e in by_expiry])):
        shown = expiries[name]["values"]
        np.testing.assert_allclose(shown[:11], np.divide(wanted[:11], 1e9), rtol=1e-9)
        assert sum(shown) == pytest.approx(sum(wanted) / 1e9, rel=1e-9)


def _column(name: str, across: int, rows: int) -> str:
    it = plan.SPILLS[name]
    first, last = (it.cell(down, across).partition("!")[2].replace("$", "") for down in (1, rows))
    return f"{first}:{last}"


def test_every_chart_reads_the_cells_it_names(opened: Calc) -> None:
    for charts in opened.charts().values():
        for chart in charts:
            assert chart["series"]
            for one in chart["series"]:
                sheet, cells = one["range"].replace("$", "").split(".", maxsplit=1)
                column = [cell for row in opened.values(sheet=sheet, cells=cells.split(".")[-1]) for cell in row]
                plotted = [value if isinstance(value, float) and value == value else None for value in one["values"]]
                assert plotted == [value if isinstance(value, float) else None for value in column], one["name"]


def test_values_survive_saving_and_reopening(
    opened: Calc, book: tuple[Path, Recalculation], calc_book: Path, tmp_path: Path
) -> None:
    saved = tmp_path / "saved.xlsx"
    opened.store(path=str(saved))
    assert_same(expected_of(Recalculation({}, {}, {}), saved), expected_of(book[1], book[0]))
    before, after = ({cell.name: text_of(cell) for cell in Package(path).formulas()} for path in (calc_book, saved))
    changed = {name: (text, after.get(name)) for name, text in before.items() if after.get(name) != text}
    # Calc writes numbers and FALSE its own way, as the formulas of Self-test have them.
    assert [name for name in changed if not name.startswith(f"{selftest.SHEET}!")] == []
    opened.open(path=str(saved))
    try:
        assert_same(held(opened), expected_of(book[1], book[0]))
    finally:
        opened.close()


def text_of(cell: FormulaCell) -> str:
    """A formula as written in the file; Calc drops needless dollars, writes TRUE as TRUE() and A1:A1 as A1."""
    return re.sub(r"\b([A-Z]+\d+):\1\b", r"\1", cell.text.replace("$", "").replace("TRUE()", "TRUE"))


def test_the_book_that_excel_users_open(opened: Calc, book: tuple[Path, Recalculation], sample: Cells) -> None:
    """The plain book in Calc: everything computes; where a larger chain outgrows its tables, it says so."""
    small = [list(row) for row in EXAMPLE_CHAIN]
    opened.open(path=str(book[0]))
    try:
        opened.recalculate()
        assert_same(held(opened), expected_of(book[1], book[0]))
        paste(opened, small)
        total = gex_xl.total(gex_xl.prepare(gex_xl.Chain.from_cells(small))).net
        assert total_in(opened)["value"] == pytest.approx(total, rel=1e-12)
    finally:
        opened.close()


def test_pictures_of_every_sheet_and_chart(opened: Calc, artefacts: Path) -> None:
    """Drawn into the folder artefacts, to be looked at."""
    draw = shutil.which("pdftoppm")
    if draw is None:
        absent("pdftoppm draws the pages (Debian: poppler-utils)")
    for old in artefacts.glob("*.png"):
        old.unlink()
    charts = opened.pictures(folder=str(artefacts))
    assert len(charts) >= 4
    subprocess.run([draw, "-r", "70", "-png", artefacts / "sheets.pdf", artefacts / "sheet"], check=True)
    pages = list(artefacts.glob("sheet-*.png"))
    assert len(pages) >= len(plan.SHEETS)
    assert all(path.stat().st_size > 1000 for path in [*pages, *(artefacts / name for name in charts)])
