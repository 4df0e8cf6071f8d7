"""The worksheet functions in LibreOffice Calc itself: real formulas in real cells, spoken to by UNO."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from gex_xl import udfs
from gex_xl.engines.addresses import address, letters
from gex_xl.engines.package import Package
from gex_xl.errors import BadInput
from gex_xl.functions import EXAMPLE_CHAIN, REGISTRY
from gex_xl.functions.registry import Function
from gex_xl.hosts.libreoffice import addin as libreoffice
from gex_xl.hosts.libreoffice.engine import differences
from gex_xl.hosts.libreoffice.engine import recalculate_workbook as by_calc
from gex_xl.hosts.libreoffice.program import (
    LibreOffice,
    convert,
    find_libreoffice,
    installed,
    private_profile,
    with_addin,
)
from gex_xl.template import recalculate_workbook

from .calc import Calc

NA, VALUE = 32767, 519  # Calc's numbers for #N/A and #VALUE!
ROWS, COLUMNS = len(EXAMPLE_CHAIN), len(EXAMPLE_CHAIN[2])


def formula(record: Function, given: tuple[Any, ...]) -> tuple[str, dict[str, list[list[Any]]]]:
    """A call as a user types it, and the ranges that it refers to: {top left cell: rows}."""
    words, ranges, column = [], {}, 1
    for value in given:
        if isinstance(value, list):
            rows = value if value and isinstance(value[0], list) else [value]
            width = max(map(len, rows))
            ranges[address(1, column)] = [[*row, *[None] * (width - len(row))] for row in rows]
            words.append(f"{address(1, column)}:{address(len(rows), column + width - 1)}")
            column += width + 1
        elif value is None:
            words.append("")
        elif isinstance(value, bool):
            words.append("TRUE()" if value else "FALSE()")
        else:
            words.append(f'"{value}"' if isinstance(value, str) else repr(value))
    return f"={record.name}({';'.join(words)})", ranges


def same(found: Any, expected: Any) -> bool:
    if isinstance(expected, bool):
        expected = float(expected)  # Calc has no truth values, only numbers shown as such
    if isinstance(expected, (int, float)) and isinstance(found, (int, float)):
        return math.isclose(found, expected, rel_tol=1e-12)
    return bool(found == expected)


@pytest.fixture
def blank(calc: Calc) -> Iterator[Calc]:
    """An empty document with the example chain at A1 of its sheet."""
    calc.open()
    calc.paste(sheet="Sheet1", cell="A1", rows=rectangle(EXAMPLE_CHAIN))
    yield calc
    calc.close()


def rectangle(rows: list[list[Any]]) -> list[list[Any]]:
    width = max(map(len, rows))
    return [[*row, *[None] * (width - len(row))] for row in rows]


@pytest.mark.parametrize("name", REGISTRY)
def test_every_example_as_a_formula_in_a_cell(calc: Calc, name: str) -> None:
    record = REGISTRY[name]
    expected = udfs.FUNCTIONS[name](*record.example)
    text, ranges = formula(record, record.example)
    calc.open()
    try:
        for cell, rows in ranges.items():
            calc.paste(sheet="Sheet1", cell=cell, rows=rows)
        if isinstance(expected, list):
            height, width = len(expected), len(expected[0])
            area = f"CA1:{address(height, 78 + width)}"
            calc.array(sheet="Sheet1", cells=area, formula=text)
            found = calc.values(sheet="Sheet1", cells=area)
            no_value = [
                f"{letters(78 + column)}{row}"
                for row, cells in enumerate(expected, 1)
                for column, cell in enumerate(cells, 1)
                if cell == "#N/A"
            ]
            assert calc.errors(sheet="Sheet1") == dict.fromkeys(no_value, NA)
            expected = [["" if cell == "#N/A" else cell for cell in cells] for cells in expected]
            found = [
                ["" if f"{letters(78 + column)}{row}" in no_value else cell for column, cell in enumerate(cells, 1)]
                for row, cells in enumerate(found, 1)
            ]
            for row, wanted in zip(found, expected, strict=True):
                assert all(map(same, row, wanted)), (row, wanted)
        else:
            calc.write(sheet="Sheet1", cell="CA1", formula=text)
            shown = calc.cell(sheet="Sheet1", cell="CA1")
            assert shown["error"] == 0
            assert same(shown["text"] if isinstance(expected, str) else shown["value"], expected)
    finally:
        calc.close()


CHAIN = f"A1:{address(ROWS, COLUMNS)}"


@pytest.mark.parametrize(
    ("text", "code", "shown"),
    [
        ("=TOTAL_GEX()", VALUE, "#VALUE!"),
        ('=TOTAL_GEX("nothing")', VALUE, "#VALUE!"),
        ("=TOTAL_GEX(Z90:Z99)", VALUE, "#VALUE!"),
        (f"=TOTAL_GEX({CHAIN};-5)", VALUE, "#VALUE!"),
        (f'=TOTAL_GEX({CHAIN};;"soon")', VALUE, "#VALUE!"),
        (f'=TOTAL_GEX({CHAIN};;;"sign=sideways")', VALUE, "#VALUE!"),
        ('=TOTAL_GEX("SPX 20592 contracts 2024-01-07 #000000")', VALUE, "#VALUE!"),
        (f"=TOTAL_GEX({CHAIN};1/0)", 532, "#DIV/0!"),  # Calc passes an argument's error on by itself
        (f'=FLIP_STRIKE({CHAIN};;;"sign=short_all")', NA, "#N/A"),
        (f'=ZERO_GAMMA({CHAIN};;;"sign=short_all")', NA, "#N/A"),
        (f'=CALL_WALL({CHAIN};;;"strikes=4800:4900")', NA, "#N/A"),
        ("=GEX_PER_STRIKE(Z90:Z99)", VALUE, "#VALUE!"),
    ],
)
def test_errors_are_the_ones_that_users_know(blank: Calc, text: str, code: int, shown: str) -> None:
    blank.write(sheet="Sheet1", cell="J1", formula=text)
    found = blank.cell(sheet="Sheet1", cell="J1")
    assert (found["error"], found["text"]) == (code, shown)
    blank.write(sheet="Sheet1", cell="J2", formula=f"=IF(ISERROR(J1);{'ERROR.TYPE(J1)' if code == NA else 0};1)")
    assert blank.cell(sheet="Sheet1", cell="J2")["value"] == (7 if code == NA else 0)  # 7: #N/A in every spreadsheet


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ('"nothing"', 'the chain is the text "nothing"; expected a range or the cell of a LOAD_CHAIN'),
        (f"{CHAIN};-5", 'spot is "-5"; expected a number above 0'),
        ('"SPX 20592 contracts 2024-01-07 #000000"', "is not in memory; recalculate the LOAD_CHAIN cell"),
        (f'{CHAIN};;;"sign=sideways"', "sign"),
    ],
)
def test_the_message_is_in_chain_status(blank: Calc, given: str, sentence: str) -> None:
    """Calc shows a code only; CHAIN_STATUS takes the same arguments and says the sentence."""
    blank.write(sheet="Sheet1", cell="J1", formula=f"=CHAIN_STATUS({given})")
    found = blank.cell(sheet="Sheet1", cell="J1")
    assert found["error"] == 0
    assert found["text"].startswith("Cannot be used: ") and sentence in found["text"]


def test_an_error_cell_inside_a_range_is_an_error_before_our_code_runs(blank: Calc) -> None:
    blank.write(sheet="Sheet1", cell="J1", formula=f"=TOTAL_GEX({CHAIN})")
    before = blank.cell(sheet="Sheet1", cell="J1")["value"]
    blank.write(sheet="Sheet1", cell="D5", formula="=1/0")
    assert blank.cell(sheet="Sheet1", cell="J1")["error"] != 0
    blank.write(sheet="Sheet1", cell="D5", formula=str(EXAMPLE_CHAIN[4][3]))
    assert blank.cell(sheet="Sheet1", cell="J1")["value"] == before


def test_one_table_in_one_cell_shows_its_first_cell(blank: Calc) -> None:
    blank.write(sheet="Sheet1", cell="J1", formula=f"=GEX_PER_STRIKE({CHAIN})")
    assert blank.cell(sheet="Sheet1", cell="J1")["text"] == "Strike"


def test_texts_of_functions_equal_other_texts(blank: Calc) -> None:
    """In a table that an add-in gives, Calc finds no text equal to any other; a single value must not be such a one."""
    regime = udfs.FUNCTIONS["REGIME"](EXAMPLE_CHAIN)
    blank.write(sheet="Sheet1", cell="J1", formula=f"=REGIME({CHAIN})")
    blank.write(sheet="Sheet1", cell="J2", formula=f'=IF(J1="{regime}";1;2)')
    assert blank.cell(sheet="Sheet1", cell="J2")["value"] == 1


def test_the_wizard_knows_every_function_and_argument(calc: Calc) -> None:
    known = calc.functions()
    for record in REGISTRY.values():
        assert record.name in known
        found = known[record.name]
        assert found["description"] == f"{record.help}. Returns {record.returns}."
        assert found["arguments"] == [[argument.name, argument.help] for argument in record.arguments]


def test_a_setting_in_a_cell_changes_what_depends_on_it(blank: Calc) -> None:
    blank.write_many(
        sheet="Sheet1",
        formulas={
            "J1": f"=LOAD_CHAIN({CHAIN};;;J9)",
            "J2": "=TOTAL_GEX(J1)",
            "J3": "=J2*2",
            "J9": "sign=customer_flow",
        },
    )
    before = blank.cell(sheet="Sheet1", cell="J3")["value"]
    blank.write(sheet="Sheet1", cell="J9", formula="sign=long_calls")
    assert blank.cell(sheet="Sheet1", cell="J3")["value"] == pytest.approx(-before, rel=1e-12)


def test_fifty_formulas_follow_one_input(blank: Calc, sample: list[list[Any]]) -> None:
    """Formulas over one handle: all of them change with one input, and come back with it."""
    wide = rectangle(sample)
    end = address(len(wide), 100 + len(wide[0]) - 1)
    blank.paste(sheet="Sheet1", cell=address(1, 100), rows=wide)
    names = ["TOTAL_GEX", "FLIP_STRIKE", "ZERO_GAMMA", "CALL_WALL", "PUT_WALL"]
    formulas = {"J1": f"=LOAD_CHAIN({address(1, 100)}:{end};;;J2)", "J2": "sign=customer_flow"}
    formulas |= {f"K{row}": f"={names[row % 5]}(J1;{5200 + 5 * row})" for row in range(1, 51)}
    blank.write_many(sheet="Sheet1", formulas=formulas)

    def shown() -> list[float]:
        return [row[0] for row in blank.values(sheet="Sheet1", cells="K1:K50")]

    def computed(**settings: str) -> list[float | None]:
        text = "; ".join(f"{key}={value}" for key, value in settings.items())
        found = [udfs.FUNCTIONS[names[row % 5]](sample, 5200 + 5 * row, None, text) for row in range(1, 51)]
        return [None if value == "#N/A" else value for value in found]  # as UNO gives a cell with an error

    before = shown()
    assert all(map(same, before, computed()))
    blank.write(sheet="Sheet1", cell="J2", formula="sign=long_calls; flip_noise=0.001")
    after = shown()
    assert all(map(same, after, computed(sign="long_calls", flip_noise="0.001")))
    assert after != before
    blank.write(sheet="Sheet1", cell="J2", formula="sign=customer_flow")
    assert shown() == before


def test_a_saved_handle_is_loaded_again(blank: Calc, office: LibreOffice, options: list[str], tmp_path: Path) -> None:
    """The text of a LOAD_CHAIN cell outlives its chain: a formula typed after reopening finds it all the same."""
    blank.write(sheet="Sheet1", cell="J1", formula=f"=LOAD_CHAIN({CHAIN})")
    blank.store(path=str(tmp_path / "handle.xlsx"))
    profile = private_profile(tmp_path / "profile")
    (tmp_path / "profile" / "user" / "registrymodifications.xcu").unlink()  # as users have it: nothing recalculated
    later = Calc(office, [profile, options[1]])
    try:
        later.open(path=str(tmp_path / "handle.xlsx"))
        later.write(sheet="Sheet1", cell="J2", formula="=TOTAL_GEX(J1)")
        for _ in range(20):
            found = later.cell(sheet="Sheet1", cell="J2")
            if not found["error"]:
                break
        assert found["error"] == 0
        assert found["value"] == pytest.approx(udfs.FUNCTIONS["TOTAL_GEX"](EXAMPLE_CHAIN), rel=1e-12)
        later.close()
    finally:
        later.end()


def test_without_numpy_the_cell_says_what_to_install(office: LibreOffice, tmp_path: Path) -> None:
    python = office.python()
    assert python is not None
    if not python.lacks:
        pytest.skip("LibreOffice's own Python has numpy here")
    libreoffice.unpack_addin(tmp_path / "addins", tmp_path)  # an empty folder for packages
    lone = Calc(office, [private_profile(tmp_path / "profile"), with_addin(tmp_path / "addins")])
    try:
        lone.open()
        lone.write(sheet="Sheet1", cell="J1", formula='=TOTAL_GEX("x")')
        said = lone.cell(sheet="Sheet1", cell="J1")["text"]
        assert said.startswith("gex_xl needs numpy, pandas and scipy for LibreOffice's Python 3.")
        assert said.endswith("run: gex-xl install libreoffice")
        lone.close()
    finally:
        lone.end()


def test_install_and_uninstall(office: LibreOffice, tmp_path: Path) -> None:
    """By LibreOffice's own installer, into a profile and a shared folder that are not the machine's."""
    (tmp_path / "shared").mkdir()
    into = (private_profile(tmp_path / "profile"), f"-env:UNO_SHARED_PACKAGES={(tmp_path / 'shared').as_uri()}")
    assert [found.there for found in libreoffice.requirements(into)] == [True, True, False]
    assert "gex-xl install libreoffice" in libreoffice.requirements(into)[-1].next_step
    for _ in range(2):  # a second time replaces the first
        assert "is installed in LibreOffice" in libreoffice.install(options=into)
    assert all(found.there for found in libreoffice.requirements(into))
    user = Calc(office, list(into))
    try:
        user.open()
        user.paste(sheet="Sheet1", cell="A1", rows=rectangle(EXAMPLE_CHAIN))
        user.write(sheet="Sheet1", cell="J1", formula=f"=TOTAL_GEX({CHAIN})")
        expected = udfs.FUNCTIONS["TOTAL_GEX"](EXAMPLE_CHAIN)
        assert user.cell(sheet="Sheet1", cell="J1")["value"] == pytest.approx(expected, rel=1e-12)
        user.close()
    finally:
        user.end()
    assert "was removed" in libreoffice.uninstall(into)
    assert "not installed" in libreoffice.uninstall(into)
    assert not libreoffice.requirements(into)[-1].there


def command(*args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "gex_xl.cli", *args],
        capture_output=True, text=True, check=False, encoding="utf-8", env={**os.environ, **environment},
    )  # fmt: skip


def test_doctor_says_what_is_there(office: LibreOffice) -> None:
    done = command("doctor")
    assert (done.returncode, done.stderr) == (0, "")
    assert "LibreOffice Calc" in done.stdout and office.version in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for an old LibreOffice is a shell script")
def test_an_old_libreoffice_is_named(book: tuple[Path, Any], tmp_path: Path) -> None:
    old = tmp_path / "soffice"
    old.write_text("#!/bin/sh\necho LibreOffice 7.4.7.2\n", encoding="utf-8")
    old.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = command("recalc", str(book[0]), "--engine", "libreoffice", "--out", str(tmp_path / "out.xlsx"), PATH=path)
    assert done.returncode == 2
    assert done.stderr.startswith("gex-xl: LibreOffice 7.4.7.2 is too old; version 25.2 or newer is needed")
    assert done.stderr.count("\n") == 1
    assert "missing  LibreOffice 25.2" in command("doctor", PATH=path).stdout


def test_an_absent_libreoffice_is_named(tmp_path: Path) -> None:
    """On a machine without one: nothing on the PATH, nothing in the usual places."""
    code = (
        "import sys; from gex_xl.hosts.libreoffice import program; program._UNIX.clear(); program._PLACES.clear(); "
        "from gex_xl.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "install", "libreoffice"],
        capture_output=True, text=True, check=False, env={**os.environ, "PATH": str(tmp_path)},
    )  # fmt: skip
    if list(Path("/opt").glob("libreoffice*")):
        pytest.skip("a LibreOffice stands in /opt")
    assert done.returncode == 2
    assert done.stderr.startswith("gex-xl: LibreOffice was not found; version 25.2 or newer is needed: ")


def test_the_addin_needs_no_other_compiler(tmp_path: Path) -> None:
    """The type library kept in the package has a slot for every function; the add-in's XML is well formed."""
    libreoffice.build_addin(tmp_path / "gex_xl.oxt")
    with zipfile.ZipFile(tmp_path / "gex_xl.oxt") as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        for name in names:
            if name.endswith((".xml", ".xcu")):
                ElementTree.fromstring(archive.read(name))  # noqa: S314  our own
    assert {"component.py", "types.rdb", "CalcAddIns.xcu", "pythonpath/gex_xl/chain.py"} <= names
    slots = libreoffice.slots()
    assert slots.keys() == REGISTRY.keys() and len(set(slots.values())) == len(slots)
    assert all(f" {slot}(" in libreoffice.interface() for slot in slots.values())


def test_the_workbook_by_command(office: LibreOffice, book: tuple[Path, Any], tmp_path: Path) -> None:
    """`recalc --engine libreoffice` gives what `recalc` gives by the embedded engine, in the same file."""
    plain, target = tmp_path / "plain.xlsx", tmp_path / "again.xlsx"
    for out, engine in ((plain, ()), (target, ("--engine", "libreoffice"))):
        done = command("recalc", str(book[0]), *engine, "--out", str(out))
        assert (done.returncode, done.stderr) == (0, "")
    before, after = Package(plain), Package(target)
    # Calc spills no further than the last row that holds something; blank rows below it are the same to a reader.
    written = [[(f.sheet, f.row, f.column, f.text, f.kind) for f in each.formulas()] for each in (before, after)]
    assert written[0] == written[1]
    old, new = ({at: v for at, v in each.values().items() if v not in ("", None)} for each in (before, after))
    assert old.keys() == new.keys()
    assert [place for place in old if not same_stored(new[place], old[place])] == []


def same_stored(found: Any, expected: Any) -> bool:
    """Calc stores 15 digits."""
    if isinstance(found, float) and isinstance(expected, float):
        return math.isclose(found, expected, rel_tol=1e-13)
    return bool(found == expected)


def test_a_chain_that_cannot_be_used_is_named(office: LibreOffice, book: tuple[Path, Any], tmp_path: Path) -> None:
    done = by_calc(book[0], tmp_path / "broken.xlsx", [["no", "chain"], [1.0, 2.0]])
    assert done.names["Total_GEX"] in ("#VALUE!", "#N/A")
    assert all("the chain: Cannot be used: " in message for message in done.errors.values())
    expected = recalculate_workbook(book[0], tmp_path / "embedded.xlsx", [["no", "chain"], [1.0, 2.0]])
    assert differences(done, expected) == []


def test_what_is_no_workbook_of_ours_is_refused(office: LibreOffice, tmp_path: Path) -> None:
    (tmp_path / "other.xlsx").write_text("text", encoding="utf-8")
    with pytest.raises(BadInput, match="cannot be read as a workbook"):
        by_calc(tmp_path / "other.xlsx", tmp_path / "out.xlsx", None)
    with pytest.raises(BadInput, match="LibreOffice could not recalculate absent.xlsx"):
        convert(
            find_libreoffice(), tmp_path / "absent.xlsx", "xlsx", tmp_path / "out", [private_profile(tmp_path / "p")]
        )
    assert installed() == office
