"""The same book in a Calc whose machine writes decimal commas: every number equal, every text right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gex_xl.hosts.host import host_named
from gex_xl.hosts.libreoffice import addin
from gex_xl.hosts.libreoffice.program import LibreOffice, private_profile, with_addin

from .calc import Calc

_GERMAN = (
    '<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse">'
    "<value>de-DE</value></prop></item></oor:items>"
)


@pytest.fixture(scope="module")
def german(office: LibreOffice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Calc]:
    """Calc on a machine of Germany, in English."""
    folder = tmp_path_factory.mktemp("german")
    addin.unpack_addin(folder / "addins", addin.packages_for(office.python()))
    profile = private_profile(folder / "profile")
    (settings,) = folder.rglob("registrymodifications.xcu")
    settings.write_text(settings.read_text(encoding="utf-8").replace("</oor:items>", _GERMAN), encoding="utf-8")
    found = Calc(office, [profile, with_addin(folder / "addins")])
    yield found
    found.end()


def computed(calc: Calc, book: Path) -> dict[str, dict[str, Any]]:
    """What every cell that is not blank holds, computed anew, by sheet and place; texts as they are shown."""
    calc.open(path=str(book))
    try:
        calc.recalculate()
        return {
            sheet: {
                f"{row},{column}": cell
                for row, line in enumerate(rows)
                for column, cell in enumerate(line)
                if cell != ""
            }
            for sheet, rows in calc.everything().items()
        }
    finally:
        calc.close()


def swapped(text: str) -> str:
    """Points and commas between digits exchanged."""
    return re.sub(r"(?<=\d)[.,](?=\d)", lambda found: "," if found[0] == "." else ".", text)


def test_a_decimal_comma_changes_no_number_and_no_word(
    calc: Calc, german: Calc, tmp_path: Path, sample: list[list[Any]]
) -> None:
    book = tmp_path / "book.xlsx"
    host_named("libreoffice").new(book, sample)
    german.open()
    german.write(sheet="Sheet1", cell="A1", formula="=FIXED(1234.5;1)")
    assert german.cell(sheet="Sheet1", cell="A1")["text"] == "1.234,5"  # it is a machine with commas
    german.close()
    here, there = computed(calc, book), computed(german, book)
    assert here.keys() == there.keys()
    differ = []
    count = 0
    for sheet, cells in here.items():
        assert cells.keys() == there[sheet].keys(), sheet
        for place, one in cells.items():
            other = there[sheet][place]
            count += 1
            if one is None:  # an error
                right = other is None
            elif isinstance(one, str):
                words = zip(one.split(" "), str(other).split(" "), strict=False)
                right = len(one) == len(str(other)) and all(it in (word, swapped(word)) for word, it in words)
            else:
                right = other == pytest.approx(one, rel=1e-9, abs=1e-12)
            if not right:
                differ.append(f"{sheet} {place}: {one!r} and {other!r}")
    assert count > 1000
    assert differ == []
