"""Several underlyings in one book: a paste sheet and a row of Watchlist each; all sheets follow the selector."""

from __future__ import annotations

from pathlib import Path

import pytest

import gex_xl
from gex_xl.cli import main
from gex_xl.engines import Recalculation
from gex_xl.engines.addresses import column_number
from gex_xl.engines.package import Package
from gex_xl.engines.sheet_xml import Entry
from gex_xl.errors import BadInput
from gex_xl.functions import EXAMPLE_CHAIN
from gex_xl.template import Inputs, new_workbook, paste_more, plan, recalculate_workbook, write_inputs

Cells = list[list[object]]
Made = tuple[Path, Recalculation]
INDEX: Cells = [list(row) for row in EXAMPLE_CHAIN]


def of_stock() -> Cells:
    """The same made-up chain of a stock that nobody lists, at half the open interest."""
    rows: Cells = [["ZZXY" if str(cell).startswith("SPX") else cell for cell in row] for row in INDEX]
    for row in rows[2:]:
        row[5] = float(str(row[5])) / 2
    return rows


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    path = tmp_path_factory.mktemp("several") / "book.xlsx"
    return path, new_workbook(path, INDEX, inputs=Inputs(more=(of_stock(), [["name"], ["a"]])))


def shown(book: Path, target: Path, name: str) -> Recalculation:
    """The book with another chain chosen on the Dashboard."""
    package = Package(book)
    package.write_values({plan.DASHBOARD: {1: {column_number("W"): Entry(name)}}}, {})
    package.save(target)
    return recalculate_workbook(target, target, None)


def row(done: Recalculation, place: int) -> list[object]:
    it = plan.SPILLS["watchlist"]
    return [done.values.get(it.cell(place, at).replace("$", "")) for at in range(it.columns)]


def total(cells: Cells) -> float:
    return float(gex_xl.total(gex_xl.prepare(gex_xl.Chain.from_cells(cells))).net)


def test_each_chain_has_a_row_and_one_that_cannot_be_read_says_why(made: Made) -> None:
    first, second, third = (row(made[1], place) for place in (1, 2, 3))
    assert (first[0], second[0]) == ("SPX", "ZZXY")
    for found, cells in ((first, INDEX), (second, of_stock())):
        scale = {"USD bn per 1 %": 1e9, "USD mn per 1 %": 1e6}[str(found[4])]
        assert float(str(found[3])) * scale == pytest.approx(total(cells), rel=1e-9)
    assert third[13] == "cannot be read"
    assert "no option chain found" in str(third[14])


def test_the_whole_book_follows_the_selector(made: Made, tmp_path: Path) -> None:
    assert made[1].values["Dashboard!B1"] == "SPX"
    done = shown(made[0], tmp_path / "shown.xlsx", "Chain2")
    assert done.values["Dashboard!B1"] == "ZZXY"
    assert done.names["Total_GEX"] == pytest.approx(total(of_stock()), rel=1e-12)
    assert str(done.values["Levels!B2"]).startswith("ZZXY")
    # What is in the list does not depend on which is shown.
    assert row(done, 1)[:4] == row(made[1], 1)[:4]


def test_a_broken_chain_that_is_shown_says_what_is_wrong_with_it(made: Made, tmp_path: Path) -> None:
    done = shown(made[0], tmp_path / "broken.xlsx", "Chain3")
    said = {key: done.values[plan.headline("verdict", key).replace("$", "")] for key in ("label", "note")}
    assert said["label"] == "THE PASTE CANNOT BE READ"
    assert str(said["note"]).startswith("No option chain found; columns found in row 1: name.")


def test_an_override_of_spot_holds_for_the_chain_that_is_shown_alone(made: Made, tmp_path: Path) -> None:
    write_inputs(made[0], tmp_path / "spot.xlsx", 4990.0, None)
    done = recalculate_workbook(tmp_path / "spot.xlsx", tmp_path / "spot.xlsx", None)
    assert done.names["Spot"] == 4990.0
    assert row(done, 1)[2] == 4990.0
    assert row(done, 2)[2] == row(made[1], 2)[2] != 4990.0


def test_further_chains_are_pasted_where_there_are_sheets_for_them(made: Made, tmp_path: Path) -> None:
    paste_more(made[0], tmp_path / "again.xlsx", [INDEX, INDEX])
    done = recalculate_workbook(tmp_path / "again.xlsx", tmp_path / "again.xlsx", None)
    assert [row(done, place)[0] for place in (1, 2, 3)] == ["SPX"] * 3
    with pytest.raises(BadInput, match="paste sheets for 3 chains, not for 4; make a new one with gex-xl new"):
        paste_more(made[0], tmp_path / "again.xlsx", [INDEX] * 3)
    with pytest.raises(BadInput, match="51 columns"):
        paste_more(made[0], tmp_path / "again.xlsx", [[["x", *[None] * 49, "y"]]])


def test_the_commands_take_several_chains_and_write_over_nothing_unasked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, cells in (("index", INDEX), ("stock", of_stock())):
        lines = [",".join("" if cell is None else str(cell) for cell in row) for row in cells]
        (tmp_path / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8")
    index, stock, book, out = (str(tmp_path / name) for name in ("index.csv", "stock.csv", "book.xlsx", "out.xlsx"))
    assert main(["new", book, "--chain", index, "--chain", stock]) == 0
    assert "index.csv and" in capsys.readouterr().out
    assert main(["recalc", book, "--chain", stock, "--chain", index, "--out", out]) == 0
    assert Package(tmp_path / "out.xlsx").values("Dashboard")["Dashboard", 1, 2] == "ZZXY"
    before = (tmp_path / "out.xlsx").read_bytes()
    assert main(["recalc", book, "--out", out]) == 2
    assert "out.xlsx exists; choose another name, or add --force" in capsys.readouterr().err
    assert (tmp_path / "out.xlsx").read_bytes() == before
    assert main(["recalc", book, "--out", out, "--force"]) == 0
    assert main(["new", str(tmp_path / "many.xlsx"), *["--chain", index] * 9]) == 2
    assert "a workbook takes up to 8 chains" in capsys.readouterr().err
