"""Every kind of workbook that we write has no finding in any validator, and others read its formulas and its VBA."""

from __future__ import annotations

import argparse
import datetime as dt
import re
import shutil
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from gex_xl.commands import watch
from gex_xl.engines.package import Package
from gex_xl.functions import EXAMPLE_CHAIN, REGISTRY
from gex_xl.history import store
from gex_xl.history.rows import COLUMNS, NUMBERS, Row
from gex_xl.hosts.host import host_named
from tests.hosts.conftest import absent

from .lint import findings
from .npm import sdk_findings, unparsed

Cells = list[list[object]]
WHEN = dt.datetime(2025, 10, 9, 14, tzinfo=dt.UTC)
KINDS = ("plain", "lite", "classic", "server", "libreoffice", "desk", "recalculated", "large", "history", "watched")


def _wide(sample: Cells) -> Cells:
    """The rows of the sample five times over."""
    header = next(i for i, row in enumerate(sample) if sum(isinstance(cell, str) and cell != "" for cell in row) > 5)
    return [*sample[: header + 1], *(list(row) for _ in range(5) for row in sample[header + 1 :])]


@pytest.fixture(scope="session")
def books(tmp_path_factory: pytest.TempPathFactory, sample: Cells) -> Callable[[str], Path]:
    """Makes a workbook of a kind, once."""
    folder = tmp_path_factory.mktemp("kinds")

    def made(kind: str) -> Path:
        host = host_named(
            {"desk": "lite", "recalculated": "lite", "watched": "lite", "large": "plain", "history": "plain"}.get(
                kind, kind
            )
        )
        path = folder / f"{kind}{host.suffix}"
        if path.exists():
            return path
        if kind == "history":
            row: Row = {**dict.fromkeys(COLUMNS), **dict.fromkeys(NUMBERS, 1.5), "date": "2025-10-08", "symbol": "SPX"}
            store.write([row], path)
        elif kind == "desk":
            host.new_desk(path)
        elif kind == "watched":
            kept = watch.Book(argparse.Namespace(out=path, set=[], host="lite"))
            first, later = ([[str(cell).replace("2025-03-03", day) if isinstance(cell, str) else cell for cell in row]
                             for row in EXAMPLE_CHAIN] for day in ("2025-03-03", "2025-03-04"))  # fmt: skip
            for name, cells in (("first", first), ("later", later)):
                kept.update(watch.Found(name, cells, name))
        elif kind == "recalculated":
            host.recalc(made("lite"), path, sample, WHEN)
        else:
            host.new(path, _wide(sample) if kind == "large" else sample, WHEN)
        return path

    return made


@pytest.mark.parametrize("kind", KINDS)
def test_our_linter_has_nothing_to_say(kind: str, books: Callable[[str], Path]) -> None:
    assert findings(books(kind)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_microsofts_sdk_has_nothing_to_say(kind: str, books: Callable[[str], Path], programs: Path) -> None:
    assert sdk_findings(programs, books(kind)) == []


@pytest.mark.parametrize("kind", ["plain", "lite", "desk"])
def test_another_grammar_reads_every_formula(kind: str, books: Callable[[str], Path], programs: Path) -> None:
    package = Package(books(kind))
    formulas = sorted({cell.text for cell in package.formulas()} | set(package.names.values()))
    assert len(formulas) > 50
    assert unparsed(programs, [*formulas, "SUM("]) == [["SUM(", unparsed(programs, ["SUM("])[0][1]]]


def test_another_grammar_reads_the_vba() -> None:
    """The standard modules by antlr4-vba; broken text is refused by the same call."""
    assert _syntax_errors('Attribute VB_Name = "A"\nSub A()\n  x = = 1\nEnd Sub\n')
    modules = sorted((Path(host_named.__code__.co_filename).parent / "classic" / "vba").glob("*.bas"))
    assert modules
    for module in modules:
        text = f'Attribute VB_Name = "{module.stem}"\n{module.read_text(encoding="utf-8")}'
        assert _syntax_errors(text) == [], module.name


def _syntax_errors(text: str) -> list[str]:
    antlr = pytest.importorskip("antlr4")
    from antlr4.error.ErrorListener import ErrorListener
    from antlr4_vba.vbaLexer import vbaLexer
    from antlr4_vba.vbaParser import vbaParser

    said: list[str] = []

    class Listener(ErrorListener):  # type: ignore[misc]
        def syntaxError(self, recognizer: Any, symbol: Any, line: int, column: int, message: str, error: Any) -> None:
            said.append(f"line {line}: {message}")

    lexer = vbaLexer(antlr.InputStream(text))
    parser = vbaParser(antlr.CommonTokenStream(lexer))
    for part in (lexer, parser):
        part.removeErrorListeners()
        part.addErrorListener(Listener())
    parser.startRule()
    return said


def test_gnumeric_computes_the_built_in_formulas_to_the_same_figures(
    books: Callable[[str], Path], tmp_path: Path
) -> None:
    """What our functions gave stays as values; every built-in formula on top of them is computed anew by Gnumeric."""
    if shutil.which("ssconvert") is None:
        absent("gnumeric is not installed")
    ours = re.compile(rf"\b(?:{'|'.join(REGISTRY)})\(")
    package = Package(books("plain"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book, held = (openpyxl.load_workbook(books("plain"), data_only=only) for only in (False, True))
    asked = []
    for cell in package.formulas():
        single = cell.area[1:3] == cell.area[3:5]
        if single and not ours.search(cell.text) and "_xlfn" not in cell.text and "[" not in cell.text:
            asked.append(cell)
            continue
        _, top, left, bottom, right = cell.area
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                value = held[cell.sheet].cell(row, column).value
                # An empty text of ours is no blank cell, which counts as 0 where it is referred to.
                book[cell.sheet].cell(row, column).value = value if value not in (None, "") else '=""'
    book.save(tmp_path / "values.xlsx")
    command = ["ssconvert", "--recalc", str(tmp_path / "values.xlsx"), str(tmp_path / "computed.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl's, about Gnumeric's styles
        found = openpyxl.load_workbook(tmp_path / "computed.xlsx", data_only=True)
    differ = []
    for cell in asked:
        one, other = (it[cell.sheet].cell(cell.row, cell.column).value for it in (held, found))
        if not _same(one, other):
            differ.append(f"{cell.name}: {one!r} and {other!r} of {cell.text}")
    assert len(asked) > 100
    assert differ == []


def _same(one: object, other: object) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return other == pytest.approx(one, rel=1e-9, abs=1e-12)
    return (one in (None, "")) == (other in (None, "")) if "" in (one, other) or None in (one, other) else one == other
