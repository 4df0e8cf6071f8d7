"""Workbooks for `gex-xl serve`: the file, and what the command does with it. Nothing here shows Excel opening it."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest

from gex_xl.cli import main
from gex_xl.engines.package import Package
from gex_xl.functions import EXAMPLE_CHAIN, REGISTRY
from gex_xl.hosts.host import host_of
from gex_xl.hosts.server.host import HOST as SERVER
from gex_xl.template import dialects, new_workbook

COMPUTED = dt.datetime(2026, 3, 4, 15, 6, tzinfo=dt.UTC)
CELLS = [list(row) for row in EXAMPLE_CHAIN]
OURS = re.compile(r"(\w*?)(" + "|".join(sorted(REGISTRY, key=len, reverse=True)) + r")\(")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("server") / "book.xlsx"
    SERVER.new(path, CELLS, COMPUTED)
    return path


def formulas(book: Path) -> list[str]:
    return [cell.text for cell in Package(book).formulas()]


def test_its_functions_are_those_of_the_add_in_without_a_namespace(book: Path) -> None:
    called = [match.groups() for formula in formulas(book) for match in OURS.finditer(formula)]
    assert len(called) > 10
    assert {prefix for prefix, _ in called} == {"_xldudf_"}
    assert dialects.server() == dialects.LITE


def test_it_holds_the_values_of_the_plain_book(book: Path, tmp_path: Path) -> None:
    done = new_workbook(tmp_path / "plain.xlsx", CELLS)
    values = Package(book).values()
    for (sheet, row, column), value in Package(tmp_path / "plain.xlsx").values().items():
        if (sheet, column) != ("Start", 7):  # what either file needs in order to calculate
            assert values[sheet, row, column] == value
    assert done.names["Total_GEX"] in values.values()


def test_it_carries_no_code_and_every_part_is_well_formed(book: Path) -> None:
    with zipfile.ZipFile(book) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
        assert not [name for name in names if "webextension" in name or "vba" in name.lower() or "external" in name]
        for name in names:
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(archive.read(name))  # noqa: S314  our own file
        text = b"".join(archive.read(name) for name in names if name.startswith("xl/worksheets/sheet"))
    assert b"ddeLink" not in text
    assert b"gex-xl serve" in zipfile.ZipFile(book).read("xl/sharedStrings.xml") + text
    assert openpyxl.load_workbook(book).sheetnames[:2] == ["Start", "Dashboard"]


def test_equal_calls_give_equal_bytes(book: Path, tmp_path: Path) -> None:
    SERVER.new(tmp_path / "other.xlsx", CELLS, COMPUTED)
    assert (tmp_path / "other.xlsx").read_bytes() == book.read_bytes()


def test_it_is_told_from_the_other_books(book: Path, tmp_path: Path) -> None:
    new_workbook(tmp_path / "plain.xlsx", CELLS)
    assert host_of(book) is SERVER
    assert host_of(tmp_path / "plain.xlsx").name == "plain"


def test_the_commands_build_and_recalculate_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book, chain, out = tmp_path / "gamma.xlsx", tmp_path / "chain.csv", tmp_path / "out.xlsx"
    assert main(["new", str(book), "--host", "server"]) == 0
    chain.write_text("\n".join(",".join(map(str, row)) for row in CELLS), encoding="utf-8")
    assert main(["recalc", str(book), "--chain", str(chain), "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    plain = new_workbook(tmp_path / "plain.xlsx", CELLS)
    total = plain.names["Total_GEX"]
    assert isinstance(total, float)
    assert f"{total:,.4f}" in said.out
    assert host_of(out) is SERVER
    assert sorted(formulas(out)) == sorted(formulas(book))


def test_another_chain_keeps_it_a_servers_book(book: Path, tmp_path: Path) -> None:
    """Its figures follow the chain; calls keep their spelling, and so do the cells' names."""
    fewer = CELLS[:-3]
    done = SERVER.recalc(book, tmp_path / "out.xlsx", fewer, COMPUTED)
    assert done.errors == {}
    assert done.names["Total_GEX"] == new_workbook(tmp_path / "plain.xlsx", fewer).names["Total_GEX"]
    names = {name for _, name in Package(tmp_path / "out.xlsx").names}
    assert names == {name for _, name in Package(book).names}
    assert "TOTAL_GEX" not in names  # a cell of that name would stand before the function
