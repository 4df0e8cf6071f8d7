"""Workbooks for xlwings Lite: the file, its parts and its code read back. Nothing here can show Excel opening it."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from openpyxl.utils.datetime import to_excel

import gex_xl
from gex_xl.engines import Recalculation, recalculate
from gex_xl.engines.package import Package
from gex_xl.functions import EXAMPLE_CHAIN, REGISTRY
from gex_xl.hosts.host import host_of
from gex_xl.hosts.lite import extension
from gex_xl.hosts.lite.bundle import REQUIREMENTS, main_py
from gex_xl.hosts.lite.host import HOST as LITE
from gex_xl.template import build_workbook, new_workbook, plan, start
from gex_xl.template.history_sheet import BUTTON
from gex_xl.udfs import FUNCTIONS

#: How soffice is asked for the second sheet as csv.
SECOND_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,2"
COMPUTED = dt.datetime(2026, 3, 4, 15, 6, tzinfo=dt.UTC)
OURS = re.compile(r"(?<![\w.])(" + "|".join(REGISTRY) + r")\(")
Cells = list[list[object]]
NOTE = f"G{start.BELOW_NOTE - 2}:G{start.BELOW_NOTE}"


def code_of(book: Path) -> dict[str, str]:
    return extension.texts_in(Package(book))


def parsed(data: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(data)  # noqa: S314  our own file


@pytest.fixture(scope="module")
def cells() -> Cells:
    return [list(row) for row in EXAMPLE_CHAIN]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory, cells: Cells) -> tuple[Path, Recalculation]:
    path = tmp_path_factory.mktemp("lite") / "book.xlsx"
    return path, LITE.new(path, cells, COMPUTED)


@pytest.fixture(scope="module")
def parts(book: tuple[Path, Recalculation]) -> dict[str, bytes]:
    with zipfile.ZipFile(book[0]) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_equal_calls_give_equal_bytes(book: tuple[Path, Recalculation], cells: Cells, tmp_path: Path) -> None:
    LITE.new(tmp_path / "other.xlsx", cells, COMPUTED)
    assert (tmp_path / "other.xlsx").read_bytes() == book[0].read_bytes()


def test_the_code_is_read_back(book: tuple[Path, Recalculation]) -> None:
    found = code_of(book[0])
    assert found["main.py"] == main_py()
    assert found["requirements.txt"] == REQUIREMENTS
    assert {"pyodideVersion", "addinVersion"} <= found.keys()


def test_the_extension_is_what_office_expects(parts: dict[str, bytes]) -> None:
    """[MS-OWEXML]: the package points to the task panes, these to the extension, which names the store's add-in."""
    office = "http://schemas.microsoft.com/office"
    we = f"{{{office}/webextensions/webextension/2010/11}}"
    root = parsed(parts["xl/webextensions/webextension1.xml"])
    assert re.fullmatch(r"\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}", root.get("id", ""))
    reference = root.find(f"{we}reference")
    assert reference is not None
    assert (reference.get("id"), reference.get("storeType")) == (extension.STORE_ID, "OMEX")
    order = ["reference", "alternateReferences", "properties", "bindings", "snapshot", "extLst"]
    assert [child.tag for child in root] == [we + name for name in order]
    values = {entry.get("name"): entry.get("value", "") for entry in root.iter(f"{we}property")}
    assert json.loads(values["main.py"]) == main_py()
    kinds = {
        entry.get("Target"): entry.get("Type", "").removeprefix(office)
        for name in ("_rels/.rels", "xl/webextensions/_rels/taskpanes.xml.rels")
        for entry in parsed(parts[name])
    }
    assert kinds["xl/webextensions/taskpanes.xml"] == "/2011/relationships/webextensiontaskpanes"
    assert kinds["webextension1.xml"] == "/2011/relationships/webextension"


def test_the_functions_are_declared_as_genuine_files_do(
    book: tuple[Path, Recalculation], parts: dict[str, bytes], tmp_path: Path
) -> None:
    """[MS-OWEXML] 2.2.11 and 2.2.13. A function of the user's own stays declared when the book is recalculated."""
    assert b'visibility="0"' in parts["xl/webextensions/taskpanes.xml"]
    assert declared(book[0]) == {f"_xldudf_{name}" for name in REGISTRY}
    package = Package(book[0])
    (name, text), *others = package.parts(r"xl/webextensions/webextension1\.xml").items()
    assert not others
    own = "<we:customFunctionIds>_xldudf_HALF</we:customFunctionIds>"
    package.put(name, text.replace("</we:customFunctionIdList>", own + "</we:customFunctionIdList>"))
    package.save(tmp_path / "own.xlsx")
    LITE.recalc(tmp_path / "own.xlsx", tmp_path / "out.xlsx", None)
    assert declared(tmp_path / "out.xlsx") == {f"_xldudf_{name}" for name in [*REGISTRY, "HALF"]}


def declared(book: Path) -> set[str]:
    """The ids of custom functions in a Lite book, each declared once."""
    we = "{http://schemas.microsoft.com/office/webextensions/webextension/2010/11}"
    with zipfile.ZipFile(book) as archive:
        root = parsed(archive.read("xl/webextensions/webextension1.xml"))
    extensions = {it.get("uri"): list(it) for it in root.findall(f"{we}extLst/*")}
    (flag,) = extensions["{D87F86FE-615C-45B5-9D79-34F1136793EB}"]
    assert (flag.tag, flag.get("val")) == (f"{we}containsCustomFunctions", "1")
    ids = [
        it.text or "" for it in extensions["{7C84B067-C214-45C3-A712-C9D94CD141B2}"][0].iter(f"{we}customFunctionIds")
    ]
    assert len(ids) == len(set(ids))
    return set(ids)


def test_every_part_is_well_formed_and_known(parts: dict[str, bytes]) -> None:
    roots = {name: parsed(data) for name, data in parts.items() if name.endswith((".xml", ".rels"))}
    types = roots["[Content_Types].xml"]
    overrides = [entry.get("PartName", "") for entry in types if entry.tag.endswith("Override")]
    assert len(overrides) == len(set(overrides))
    assert {name.removeprefix("/") for name in overrides} <= parts.keys()
    defaults = {entry.get("Extension") for entry in types if entry.tag.endswith("Default")}
    for name in parts.keys() - {"[Content_Types].xml"}:
        assert f"/{name}" in overrides or name.rpartition(".")[2] in defaults - {"xml"}, name
    for name, root in roots.items():
        if name.endswith(".rels"):
            owner = Path(name).parent.parent
            assert len({entry.get("Id") for entry in root}) == len(root)
            for entry in root:
                assert entry.get("TargetMode") != "External"
                target = entry.get("Target", "")
                if target.startswith("#"):  # a cell of this book
                    continue
                full = target.lstrip("/") if target.startswith("/") else os.path.normpath(owner / target)
                assert Path(full).as_posix() in parts, f"{name} points to {target}"


def test_the_button_is_the_shape_that_the_script_names(parts: dict[str, bytes]) -> None:
    """Its link selects the cell behind it, which the add-in waits for."""
    named = re.fullmatch(r"\[(.+)\](\w+)!([A-Z]+)(\d+)", BUTTON)
    assert named is not None
    shape, sheet, column, row = named.groups()
    (drawing,) = [name for name, data in parts.items() if f'name="{shape}"'.encode() in data]
    xdr, a = (f"{{http://schemas.openxmlformats.org/drawingml/2006/{name}}}" for name in ("spreadsheetDrawing", "main"))
    anchors = [
        anchor
        for anchor in parsed(parts[drawing])
        if any(each.get("name") == shape for each in anchor.iter(f"{xdr}cNvPr"))
    ]
    assert [
        (chr(ord("A") + int(anchor.findtext(f"{xdr}from/{xdr}col", ""))), anchor.findtext(f"{xdr}from/{xdr}row"))
        for anchor in anchors
    ] == [(column, str(int(row) - 1))]
    link = next(anchors[0].iter(f"{a}hlinkClick"))
    relations = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
    targets = {
        e.get("Id"): e.get("Target") for e in parsed(parts[drawing.replace("drawings/", "drawings/_rels/") + ".rels"])
    }
    assert targets[link.get(f"{relations}id")] == f"#'{sheet}'!{column}{row}"


def test_nothing_reaches_outside(parts: dict[str, bytes]) -> None:
    for name, data in parts.items():
        assert b"externalLink" not in data and b"ddeLink" not in data, name


def test_formulas_are_the_add_ins_and_spill(parts: dict[str, bytes]) -> None:
    sheets = [data.decode() for name, data in parts.items() if name.startswith("xl/worksheets/sheet")]
    formulas = [text for sheet in sheets for text in re.findall(r"<f\b[^<>]*>([^<]*)</f>", sheet)]
    assert not [text for text in formulas if OURS.search(text)]
    assert {name for text in formulas for name in re.findall(r"_xldudf_(\w+)\(", text)} >= {
        "LOAD_CHAIN", "CHAIN_STATUS", "HEADLINE", "GEX_LADDER", "GRID_TABLE",
    }  # fmt: skip
    spilling = [
        cell
        for sheet in sheets
        for cell, text in re.findall(r'<c\b([^<>]*)><f t="array"[^<>]*>([^<]*)</f>', sheet)
        if "_xldudf_" in text
    ]
    assert len(spilling) > 10
    assert all(' cm="1"' in cell for cell in spilling)
    assert b"XLDAPR" in parts["xl/metadata.xml"]  # what cm="1" stands for: a dynamic array


def lists_calc_features(workbook: bytes) -> bool:
    """[MS-XLSX] 2.4.82: where calcId is 179016 or later and no feature is listed, Excel recalculates on opening."""
    main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    features = "{http://schemas.microsoft.com/office/spreadsheetml/2018/calcfeatures}feature"
    last = list(parsed(workbook))[-1]
    return last.tag == f"{main}extLst" and {it.get("name") for it in last.iter(features)} >= {
        f"microsoft.com:{name}" for name in ("RD", "Single", "FV", "CNMTM", "LET_WF", "LAMBDA_WF", "ARRAYTEXT_WF")
    }


def test_excel_is_not_asked_to_recalculate_on_opening(parts: dict[str, bytes]) -> None:
    calculation = re.search(rb"<calcPr\b[^<>]*>", parts["xl/workbook.xml"])
    assert calculation is not None
    assert b"fullCalcOnLoad" not in calculation[0]
    number = re.search(rb'calcId="(\d+)"', calculation[0])
    assert number is not None and int(number[1]) >= 191029  # what Excel 2019 and later write
    assert lists_calc_features(parts["xl/workbook.xml"])


def test_without_the_add_in_the_figures_are_those_of_the_core(
    book: tuple[Path, Recalculation], cells: Cells, tmp_path: Path
) -> None:
    settings = gex_xl.Settings().with_changes({"unit": "auto"})
    contracts = gex_xl.prepare(gex_xl.Chain.from_cells(cells), settings=settings)
    loaded = openpyxl.load_workbook(book[0], data_only=True)
    assert loaded["Dashboard"]["G5"].value == pytest.approx(gex_xl.total(contracts).net, rel=1e-12)
    plain = new_workbook(tmp_path / "plain.xlsx", cells)
    shared = plain.values.keys() & book[1].values.keys()
    assert {cell: plain.values[cell] for cell in shared} == {cell: book[1].values[cell] for cell in shared}
    assert plain.names.items() <= book[1].names.items()  # a host has cells of its own: where new files are looked for
    for cell, value in plain.values.items():
        sheet, _, address = cell.partition("!")
        held = loaded[sheet][address].value
        if isinstance(held, dt.datetime):  # as openpyxl reads a number in a cell with a date's format
            assert to_excel(held) == pytest.approx(value), cell
            continue
        assert (held or None) == (value or None), cell


def test_the_first_sheet_says_what_to_do_and_when_its_figures_were_computed(book: tuple[Path, Recalculation]) -> None:
    loaded = openpyxl.load_workbook(book[0], data_only=True)
    assert loaded.active is not None and loaded.active.title == "Dashboard"
    needs = [cell.value for (cell,) in loaded["Start"][NOTE]]
    assert "xlwings Lite" in needs[0] and "Trust" in needs[1] and "Chain" in needs[2]
    said = loaded["Calc"].cell(*plan.saved_place("used", "words")).value
    assert said == f"Figures saved on 4 Mar 2026, 15:06 UTC by gex_xl {gex_xl.__version__}, not live"


def test_without_the_functions_the_saved_figures_say_that_they_are_not_live(
    book: tuple[Path, Recalculation], tmp_path: Path
) -> None:
    done = recalculate(book[0], tmp_path / "dead.xlsx", {})
    for cell in ("B5", "G5", "K9", "N9"):
        assert done.values[f"Dashboard!{cell}"] == book[1].values[f"Dashboard!{cell}"] not in ("", None), cell
    assert done.values["Dashboard!T4"] == "THE FUNCTIONS ARE NOT RUNNING"
    assert done.values["Dashboard!T6"] == "See Start for what this file needs."
    assert str(done.values["Dashboard!N1"]).startswith("Figures saved on 4 Mar 2026, 15:06 UTC")
    assert done.values["Start!I6"] == "not running here: see below"


def test_a_book_without_a_chain_asks_for_one(tmp_path: Path) -> None:
    done = LITE.new(tmp_path / "book.xlsx", None)
    assert done.values["Dashboard!B5"] == "Paste a chain"
    again = recalculate(tmp_path / "book.xlsx", tmp_path / "again.xlsx", FUNCTIONS)
    assert again.values["Dashboard!B5"] == "Paste a chain"


def test_the_plain_book_asks_for_no_add_in(tmp_path: Path) -> None:
    build_workbook(tmp_path / "plain.xlsx")
    needs = openpyxl.load_workbook(tmp_path / "plain.xlsx")["Start"][NOTE]
    assert "gex-xl new" in needs[1][0].value and not any("Trust" in cell.value for (cell,) in needs)
    assert host_of(tmp_path / "plain.xlsx").name == "plain"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_it_and_shows_the_figures(book: tuple[Path, Recalculation], tmp_path: Path) -> None:
    profile = (tmp_path / "profile").as_uri()
    subprocess.run(
        ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", SECOND_SHEET, "--outdir",
         str(tmp_path), str(book[0])],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    shown = (tmp_path / "book-Dashboard.csv").read_text(encoding="utf-8", errors="replace")
    assert str(book[1].values["Dashboard!B5"]) in shown
    assert "SPX" in shown


# ------------------------------------------------------------------------------------------------ the command


def run(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "gex_xl.cli", *args],
        cwd=cwd, capture_output=True, text=True, check=False, encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip


def as_csv(cells: Cells) -> str:
    return "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in cells) + "\n"


def test_new_and_recalc_keep_the_code_fresh(tmp_path: Path, cells: Cells) -> None:
    (tmp_path / "chain.csv").write_text(as_csv(cells), encoding="utf-8")
    done = run("new", "book.xlsx", "--host", "lite", "--chain", "chain.csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    book = tmp_path / "book.xlsx"
    assert code_of(book)["main.py"] == main_py()
    # As an older version would have left it, saved by Excel with a property of the add-in's own.
    theirs = "from xlwings import func\n\n\n@func\ndef HALF(x):\n    return x / 2  # '\\\\ \"\n"
    older = "# an older gex_xl\n" + main_py().splitlines()[-1] + "\n" + theirs
    rewrite(book, {"main.py": older, "requirements.txt": "xlwings==0.30\n# mine\nmatplotlib==3.9\nnumpy\n"})
    assert code_of(book)["main.py"] == older
    changed = [[cell if cell != "Spot: 5000" else "Spot: 5020" for cell in row] for row in cells]
    (tmp_path / "next.csv").write_text(as_csv(changed), encoding="utf-8")
    done = run("recalc", "book.xlsx", "--chain", "next.csv", "--out", "out.xlsx", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = code_of(tmp_path / "out.xlsx")
    assert found["main.py"] == main_py() + theirs
    assert found["requirements.txt"] == REQUIREMENTS + "matplotlib==3.9\n"
    assert found["xlwingsWorkbookId"] == "kept"
    assert done.stderr == (
        "gex-xl: book.xlsx: it carries what is not of gex_xl, and keeps it: 4 lines below gex_xl's own in main.py; "
        "requirements.txt asks for matplotlib==3.9; Excel runs it once you trust the book\n"
    )
    assert code_of(book)["main.py"] == older
    with zipfile.ZipFile(tmp_path / "out.xlsx") as archive:
        names = archive.namelist()
        sheets = [archive.read(name).decode() for name in names if name.startswith("xl/worksheets/sheet")]
    assert len(names) == len(set(names))
    assert any("_xldudf_HEADLINE(" in sheet for sheet in sheets)
    loaded = openpyxl.load_workbook(tmp_path / "out.xlsx", data_only=True)["Dashboard"]
    settings = gex_xl.Settings().with_changes({"unit": "auto"})
    contracts = gex_xl.prepare(gex_xl.Chain.from_cells(changed), settings=settings)
    assert loaded["G5"].value == pytest.approx(gex_xl.total(contracts).net, rel=1e-12)
    assert loaded["D1"].value == 5020


def test_recalc_says_nothing_of_a_book_with_our_code_alone_and_keeps_a_whole_program_of_others(
    tmp_path: Path, cells: Cells
) -> None:
    (tmp_path / "chain.csv").write_text(as_csv(cells), encoding="utf-8")
    assert run("new", "book.xlsx", "--host", "lite", cwd=tmp_path).returncode == 0
    command = ("recalc", "book.xlsx", "--chain", "chain.csv", "--out", "out.xlsx")
    done = run(*command, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    rewrite(tmp_path / "book.xlsx", {"main.py": "print('mine')\n"})
    done = run(*command, "--force", cwd=tmp_path)
    assert "not of gex_xl, and keeps it: 1 line below gex_xl's own in main.py; Excel runs" in done.stderr
    assert code_of(tmp_path / "out.xlsx")["main.py"] == main_py() + "print('mine')\n"


def rewrite(book: Path, files: dict[str, str]) -> None:
    """Put other files, and one more property, into a Lite book."""
    with zipfile.ZipFile(book) as archive:
        parts = {info: archive.read(info) for info in archive.infolist()}
    with zipfile.ZipFile(book, "w") as archive:
        for info, data in parts.items():
            text = data
            if info.filename == "xl/webextensions/webextension1.xml":
                prefix = "http://schemas.microsoft.com/office/webextensions/webextension/2010/11"
                ElementTree.register_namespace("we", prefix)
                root = parsed(data)
                properties = root.find(f"{{{prefix}}}properties")
                assert properties is not None
                for entry in properties:
                    if entry.get("name") in files:
                        entry.set("value", json.dumps(files[entry.get("name", "")]))
                ElementTree.SubElement(properties, f"{{{prefix}}}property", name="xlwingsWorkbookId", value='"kept"')
                text = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
            archive.writestr(info, text)


def test_the_suffix_is_the_hosts(tmp_path: Path) -> None:
    done = run("new", "book.xlsm", "--host", "lite", cwd=tmp_path)
    assert done.returncode == 2
    assert "does not end in .xlsx" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_requirements_name_what_is_needed_and_the_next_step() -> None:
    found = LITE.requirements()
    assert any("add-in xlwings Lite" in each.what and not each.there for each in found)
    assert all(each.next_step for each in found if not each.there)
