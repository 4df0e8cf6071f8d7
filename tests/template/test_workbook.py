"""The workbook, evaluated by its own formulas, against the core; chains of other sizes pasted over each other."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

import gex_xl
from gex_xl.engines import Recalculation
from gex_xl.functions import REGISTRY
from gex_xl.reading import read_cells
from gex_xl.reading.files import as_typed
from gex_xl.settings import HELP, choices
from gex_xl.template import build_workbook, plan, recalculate_workbook
from gex_xl.udfs import FUNCTIONS

Cells = list[list[object]]
NAMED = ("Total_GEX", "Flip_Strike", "Zero_Gamma", "Regime", "Spot", "As_Of", "Chain")


def agrees(done: Recalculation, cells: Cells) -> None:
    """The named cells hold what the core computes for the same cells, by its own way."""
    contracts = gex_xl.prepare(gex_xl.Chain.from_cells(cells))
    summary = gex_xl.summarise(contracts)
    zero = gex_xl.zero_gamma(contracts)
    assert done.errors == {}
    assert set(NAMED) <= done.names.keys()
    assert done.names["Total_GEX"] == pytest.approx(gex_xl.total(contracts).net, rel=1e-12)
    assert done.names["Flip_Strike"] == (
        "#N/A" if summary.flip is None else pytest.approx(summary.flip.strike, rel=1e-12)
    )
    assert done.names["Zero_Gamma"] == ("#N/A" if zero is None else pytest.approx(zero, rel=1e-12))
    assert done.names["Regime"] == gex_xl.regime(gex_xl.triggers_of(contracts))
    assert done.names["Spot"] == contracts.spot
    assert str(done.names["Chain"]).startswith(f"{contracts.chain.symbol or 'chain'} {contracts.live} contracts")


def test_named_cells_equal_the_core(book: tuple[Path, Recalculation], sample: Cells) -> None:
    agrees(book[1], sample)


def test_real_chains_of_other_size_and_layout_pasted_one_after_the_other(
    book: tuple[Path, Recalculation], sample: Cells, shared_chains: Path, tmp_path: Path
) -> None:
    path, _ = book
    for name in ("cboe_spx_2024-01-07.csv", "cboe_nvda_2025-01-06.csv", "yfinance_aapl_2025-09-28.csv"):
        cells = as_typed(read_cells(shared_chains / name))
        done = recalculate_workbook(path, tmp_path / "next.xlsx", cells)
        path = tmp_path / "next.xlsx"
        agrees(done, cells)
    agrees(recalculate_workbook(path, path, sample), sample)


def test_every_strike_stands_in_the_table(book: tuple[Path, Recalculation], sample: Cells) -> None:
    found = gex_xl.per_strike(gex_xl.prepare(gex_xl.Chain.from_cells(sample)))
    values = book[1].values
    for i, (strike, net) in enumerate(zip(found.strike.tolist(), found.net.tolist(), strict=True)):
        assert values[f"Strikes!A{6 + i}"] == strike
        assert values[f"Strikes!D{6 + i}"] == pytest.approx(net, rel=1e-12)
    assert values.get(f"Strikes!A{6 + len(found.strike)}") is None


def test_chart_rows_hold_the_strikes_around_spot(book: tuple[Path, Recalculation], sample: Cells) -> None:
    found = gex_xl.per_strike(gex_xl.prepare(gex_xl.Chain.from_cells(sample)))
    values, block = book[1].values, plan.NEAR_SPOT
    scale = float(values["Strikes!T3"])  # type: ignore[arg-type]
    shown = [values[f"Strikes!U{row}"] for row in range(block.first, block.last + 1)]
    at = found.strike.tolist().index(shown[0])
    assert shown == found.strike.tolist()[at : at + block.rows]
    below = sum(strike <= 5312.40 for strike in shown)  # spot as the sample's preamble says
    assert abs(below - block.rows / 2) <= 1
    for row, net_call in zip(range(block.first, block.last + 1), found.call.tolist()[at:], strict=False):
        assert float(values[f"Strikes!V{row}"]) * scale == pytest.approx(net_call, rel=1e-12)  # type: ignore[arg-type]
    for column, level in (("Z", 5312.40), ("AA", float(book[1].names["Flip_Strike"]))):  # type: ignore[arg-type]
        marked = [i for i, row in enumerate(range(block.first, block.last + 1)) if values[f"Strikes!{column}{row}"]]
        assert len(marked) == 1
        assert float(shown[marked[0]]) <= level < float(shown[marked[0] + 1])  # type: ignore[arg-type]


def test_the_file_shows_figures_to_whoever_has_nothing_installed(book: tuple[Path, Recalculation]) -> None:
    loaded = openpyxl.load_workbook(book[0], data_only=True)
    errors = [
        f"{sheet.title}!{cell.coordinate}"
        for sheet in loaded.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "e"
    ]
    assert errors == []
    assert loaded["Dashboard"]["C7"].value == pytest.approx(book[1].names["Total_GEX"], rel=1e-12)
    assert "SYNTHETIC" in loaded["Dashboard"]["B2"].value
    assert "SYNTHETIC" in loaded["Chain"]["A8"].value
    said = loaded["Dashboard"]["B9"].value
    assert "customer_flow" in said and "USD per 1 %" in said


def test_charts_remember_what_their_cells_hold(book: tuple[Path, Recalculation]) -> None:
    values = book[1].values
    with zipfile.ZipFile(book[0]) as archive:
        charts = [archive.read(name).decode() for name in archive.namelist() if re.search(r"charts/chart\d", name)]
    assert len(charts) == 15
    checked = 0
    for chart in charts:
        for sheet, column, first, last, cache in re.findall(
            r"<c:val><c:numRef><c:f>(\w+)!\$(\w+)\$(\d+):\$\w+\$(\d+)</c:f><c:numCache>(.*?)</c:numCache>",
            chart,
            re.DOTALL,
        ):
            points = dict(re.findall(r'<c:pt idx="(\d+)"><c:v>([^<]*)</c:v>', cache))
            for i, row in enumerate(range(int(first), int(last) + 1)):
                value = values[f"{sheet}!{column}{row}"]
                if isinstance(value, float):
                    assert float(points[str(i)]) == pytest.approx(value, rel=1e-12)
                    checked += 1
    assert checked > 300


def test_every_setting_is_on_its_sheet_with_its_choices(book: tuple[Path, Recalculation]) -> None:
    sheet = openpyxl.load_workbook(book[0])["Settings"]
    rows = {sheet[f"A{row}"].value: row for row in range(plan.FIRST_SETTING, plan.LAST_SETTING + 1)}
    assert list(rows) == list(HELP)
    lists = {str(dv.sqref): dv.formula1 for dv in sheet.data_validations.dataValidation if dv.type == "list"}
    for key, row in rows.items():
        if choices(key):
            assert lists[f"B{row}"] == '"' + ",".join(choices(key)) + '"'


def changed(book: Path, target: Path, key: str, value: str) -> Path:
    """A copy of the book with one setting rewritten on its sheet, as Excel would save it."""
    row = list(HELP).index(key) + plan.FIRST_SETTING
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(target, "w") as out:
        for info in source.infolist():
            content = source.read(info)
            if info.filename == "xl/worksheets/sheet3.xml":
                cell = re.compile(rf'<c r="B{row}"( s="\d+")?[^>]*>.*?</c>'.encode())
                new = rb'<c r="B%d"\1 t="inlineStr"><is><t>%b</t></is></c>' % (row, value.encode())
                content, times = cell.subn(new, content)
                assert times == 1
            out.writestr(info, content)
    return target


def test_a_setting_changed_on_the_sheet_moves_every_figure(book: tuple[Path, Recalculation], tmp_path: Path) -> None:
    path = changed(book[0], tmp_path / "changed.xlsx", "sign", "long_calls")
    done = recalculate_workbook(path, tmp_path / "out.xlsx", None)
    assert done.names["Total_GEX"] == pytest.approx(-float(book[1].names["Total_GEX"]), rel=1e-12)  # type: ignore[arg-type]
    assert done.names["Chain"] != book[1].names["Chain"]
    assert "long_calls" in str(done.values["Dashboard!B9"])


@pytest.mark.parametrize(
    ("unit", "title", "factor"),
    [("usd_bn", "USD bn per 1 %", 1.0), ("usd_mn", "USD mn per 1 %", 1.0), ("usd", "bn USD per 1 %", 1e9)],
)
def test_charts_are_drawn_in_the_unit_that_their_titles_name(
    book: tuple[Path, Recalculation], tmp_path: Path, unit: str, title: str, factor: float
) -> None:
    done = recalculate_workbook(changed(book[0], tmp_path / "unit.xlsx", "unit", unit), tmp_path / "out.xlsx", None)
    assert str(done.values["Dashboard!L2"]) == f"Cumulative GEX over strikes, {title}"
    assert str(done.values["Dashboard!L3"]).endswith(f", {title}")
    assert done.values["Strikes!T3"] == done.values["Profile!H3"] == factor
    total = sum(float(v) for cell, v in done.values.items() if re.fullmatch(r"Strikes!D([6-9]|\d{2,})", cell) and v)  # type: ignore[arg-type]
    assert total == pytest.approx(float(done.names["Total_GEX"]), rel=1e-9)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([["name", "price"], ["a", 1.0]], "no option chain found"),
        ([], "the chain is empty"),
    ],
)
def test_a_broken_paste_says_what_is_wrong_and_the_next_one_mends_it(
    book: tuple[Path, Recalculation], sample: Cells, tmp_path: Path, cells: Cells, said: str
) -> None:
    done = recalculate_workbook(book[0], tmp_path / "broken.xlsx", cells)
    assert said in str(done.values["Dashboard!B3"])
    assert done.names["Total_GEX"] == "#VALUE!"
    assert any("LOAD_CHAIN" in message for message in done.errors.values())
    agrees(recalculate_workbook(tmp_path / "broken.xlsx", tmp_path / "mended.xlsx", sample), sample)


def test_building_twice_gives_equal_bytes(tmp_path: Path) -> None:
    for name in ("one.xlsx", "two.xlsx"):
        build_workbook(tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_every_function_is_in_the_reference(book: tuple[Path, Recalculation]) -> None:
    column = [cell.value for cell in openpyxl.load_workbook(book[0])["Functions"]["A"]]
    assert REGISTRY.keys() == FUNCTIONS.keys()
    for record in REGISTRY.values():
        assert record.signature in column


def test_no_part_of_the_file_reaches_outside(book: tuple[Path, Recalculation]) -> None:
    with zipfile.ZipFile(book[0]) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            assert b'TargetMode="External"' not in content, name
            assert b"externalLink" not in content, name
            assert b"DDE" not in content.replace(b"DDEBIT", b""), name
