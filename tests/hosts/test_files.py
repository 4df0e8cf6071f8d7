"""What holds for the file of every host: sound XML, nothing that reaches out, and readable by other programs."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest

from gex_xl.engines.package import Package
from gex_xl.functions import EXAMPLE_CHAIN
from gex_xl.hosts import NAMES
from gex_xl.hosts.host import host_named
from gex_xl.hosts.libreoffice.program import LibreOffice, convert, private_profile
from gex_xl.template import dialects, plan

HOSTS = ("plain", *NAMES)
Built = dict[str, Path]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("files")
    made = {}
    for host in map(host_named, HOSTS):
        made[host.name] = folder / f"{host.name}{host.suffix}"
        host.new(made[host.name], [list(row) for row in EXAMPLE_CHAIN])
    return made


@pytest.mark.parametrize("host", HOSTS)
def test_every_part_is_well_formed_and_reaches_nowhere(built: Built, host: str) -> None:
    with zipfile.ZipFile(built[host]) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            part = archive.read(name)
            if name.endswith((".xml", ".rels", ".vml")):
                text = part.decode("utf-8")
                ElementTree.fromstring(text)  # noqa: S314  our own file
                assert "<!DOCTYPE" not in text and "<!ENTITY" not in text
            if name.endswith(".rels"):
                assert 'TargetMode="External"' not in part.decode()
            assert not re.match(r"xl/(externalLinks|connections|queryTables|ddeLink|embeddings)", name), name
        types = archive.read("[Content_Types].xml").decode()
        known = set(re.findall(r'PartName="/([^"]+)"', types)), set(re.findall(r'Extension="([^"]+)"', types))
        for name in archive.namelist():
            assert name == "[Content_Types].xml" or name in known[0] or name.rpartition(".")[2] in known[1], name
    for cell in Package(built[host]).formulas():
        # A command of another program (DDE) or of the web would stand in a formula.
        assert not re.search(r"\|\s*'|WEBSERVICE|HYPERLINK|CALL\(|REGISTER", cell.text), cell


@pytest.mark.parametrize("host", HOSTS)
def test_tables_spill_where_the_host_spills(built: Built, host: str) -> None:
    kinds = {(cell.sheet, cell.row, cell.column): cell.kind for cell in Package(built[host]).formulas()}
    wanted = "array" if host == "libreoffice" else "dynamic"
    assert {kinds[it.sheet, it.row, it.column] for it in plan.SPILLS.values()} == {wanted}
    with zipfile.ZipFile(built[host]) as archive:
        assert "xl/metadata.xml" in archive.namelist()
        assert b"XLDAPR" in archive.read("xl/metadata.xml")  # what marks a formula as one that spills


@pytest.mark.parametrize("host", HOSTS)
def test_other_programs_read_the_same_values(built: Built, host: str, office: LibreOffice, tmp_path: Path) -> None:
    def shown(path: Path) -> dict[str, Any]:
        sheet = openpyxl.load_workbook(path, data_only=True)[plan.DASHBOARD]
        return {cell: sheet[cell].value for cell in ("B1", "D1", "H2", "B5", "G5", "K9", "N9")}

    ours = shown(built[host])
    assert ours == shown(built["plain"])
    (tmp_path / "user").mkdir()
    options = [private_profile(tmp_path / "profile")]
    (tmp_path / "profile" / "user" / "registrymodifications.xcu").unlink()  # nothing is recalculated
    theirs = shown(convert(office, built[host], "xlsx", tmp_path / "out", options))
    for cell, value in ours.items():
        assert theirs[cell] == (pytest.approx(value, rel=1e-13) if isinstance(value, float) else value), cell


@pytest.mark.parametrize("host", ["lite", "classic"])
def test_no_name_of_a_cell_reads_like_a_function_where_excel_would_mind(built: Built, host: str) -> None:
    from gex_xl.functions import REGISTRY

    names = {name for _, name in Package(built[host]).names}
    assert not names & REGISTRY.keys()
    assert f"{dialects.CLASSIC.headline}Total_GEX".upper() in names
