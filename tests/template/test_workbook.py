"""The workbook, evaluated by its own formulas, against the core; chains of other sizes pasted over each other."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

import gex_xl
from gex_xl.engines import Recalculation
from gex_xl.functions import REGISTRY
from gex_xl.reading import read_cells
from gex_xl.reading.files import as_typed
from gex_xl.settings import HELP, choices
from gex_xl.template import build_workbook, change_settings, plan, recalculate_workbook, settings_in
from gex_xl.udfs import FUNCTIONS

from .saved import opened

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


def test_every_strike_near_spot_stands_in_the_table(book: tuple[Path, Recalculation], sample: Cells) -> None:
    contracts = gex_xl.prepare(gex_xl.Chain.from_cells(sample))
    found = gex_xl.per_strike(contracts)
    nets = dict(zip(found.strike.tolist(), found.net.tolist(), strict=True))
    it, values = plan.SPILLS["strikes"], book[1].values
    for i in range(1, it.room + 1):
        strike, net = (values[it.cell(i, at).replace("$", "")] for at in (1, 5))
        assert float(net) == pytest.approx(nets[float(strike)] / 1e9, rel=1e-9)  # type: ignore[arg-type]


def test_the_file_shows_figures_to_whoever_has_nothing_installed(book: tuple[Path, Recalculation]) -> None:
    loaded = opened(book[0], values=True)
    errors = [
        f"{sheet.title}!{cell.coordinate}"
        for sheet in loaded.worksheets
        if sheet.title != plan.CALC
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "e"
    ]
    assert errors == []
    assert loaded["Dashboard"]["G5"].value == pytest.approx(float(book[1].names["Total_GEX"]) / 1e9, rel=1e-12)  # type: ignore[arg-type]
    assert loaded["Dashboard"]["W1"].value == "SYNTHETIC SAMPLE"
    assert loaded[plan.CALC].sheet_state == "hidden"


def test_every_setting_is_on_its_sheet_with_its_choices(book: tuple[Path, Recalculation]) -> None:
    sheet = opened(book[0])["Settings"]
    rows = {sheet[f"C{row}"].value: row for row in range(plan.FIRST_SETTING, plan.LAST_SETTING + 1)}
    assert set(rows) == set(HELP)
    lists = {str(dv.sqref): dv.formula1 for dv in sheet.data_validations.dataValidation if dv.type == "list"}
    for key, row in rows.items():
        if choices(key) and key not in plan.SELECTORS:
            assert lists[f"D{row}"] == '"' + ",".join(choices(key)) + '"'


def test_a_setting_changed_in_the_book_moves_every_figure(book: tuple[Path, Recalculation], tmp_path: Path) -> None:
    change_settings(book[0], tmp_path / "changed.xlsx", {"sign": "long_calls", "flip_noise": 0.05})
    assert settings_in(tmp_path / "changed.xlsx")["sign"] == "long_calls"
    done = recalculate_workbook(tmp_path / "changed.xlsx", tmp_path / "out.xlsx", None)
    assert done.names["Total_GEX"] == pytest.approx(-float(book[1].names["Total_GEX"]), rel=1e-12)  # type: ignore[arg-type]
    assert done.names["Chain"] != book[1].names["Chain"]
    assert done.values["Dashboard!B5"] == "Mixed"


@pytest.mark.parametrize(("unit", "words"), [("usd_bn", "USD bn per 1 %"), ("usd_mn", "USD mn per 1 %")])
def test_figures_come_in_the_unit_that_headings_name(
    book: tuple[Path, Recalculation], tmp_path: Path, unit: str, words: str
) -> None:
    change_settings(book[0], tmp_path / "unit.xlsx", {"unit": unit})
    done = recalculate_workbook(tmp_path / "unit.xlsx", tmp_path / "out.xlsx", None)
    assert done.values["Dashboard!B28"] == f"By expiry, {words}"
    factor = {"usd_bn": 1e9, "usd_mn": 1e6}[unit]
    shown = float(done.values["Dashboard!G5"])  # type: ignore[arg-type]
    assert shown * factor == pytest.approx(float(book[1].names["Total_GEX"]), rel=1e-9)  # type: ignore[arg-type]


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
    status = plan.headline("status", "words").replace("$", "")
    assert said.removeprefix("the chain is ").lower() in str(done.values[status]).lower() or "Paste a chain" in str(
        done.values[status]
    )
    assert done.names["Total_GEX"] == "#N/A"
    assert any("LOAD_CHAIN" in message for message in done.errors.values())
    agrees(recalculate_workbook(tmp_path / "broken.xlsx", tmp_path / "mended.xlsx", sample), sample)


def test_building_twice_gives_equal_bytes(tmp_path: Path) -> None:
    for name in ("one.xlsx", "two.xlsx"):
        build_workbook(tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_every_function_is_in_the_reference(book: tuple[Path, Recalculation]) -> None:
    column = [cell.value for cell in opened(book[0])["Functions"]["B"]]
    assert REGISTRY.keys() == FUNCTIONS.keys()
    for record in REGISTRY.values():
        assert record.name in column


def test_no_part_of_the_file_reaches_outside(book: tuple[Path, Recalculation]) -> None:
    with zipfile.ZipFile(book[0]) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            assert b'TargetMode="External"' not in content, name
            assert b"externalLink" not in content, name
            assert b"DDE" not in content.replace(b"DDEBIT", b"").replace(b"LADDER", b""), name
