"""Excel keeps the figures of a file that lists calc features; every file that we write lists them."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from gex_xl.calc_features import with_features
from gex_xl.engines import Recalculation
from gex_xl.engines.package import Package
from gex_xl.history import store
from gex_xl.history.rows import COLUMNS, NUMBERS, Row

HEAD = '<workbook xmlns="m"><sheets/><calcPr calcId="191029"/>'


def workbook_part(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return archive.read("xl/workbook.xml").decode()


def keeps_its_figures(part: str) -> bool:
    number = re.search(r'<calcPr\b[^<>]*calcId="(\d+)"', part)
    asked = re.search(r'fullCalcOnLoad="(1|true)"', part)
    return bool(number and int(number[1]) >= 191029) and not asked and part.count("<xcalcf:feature ") == 7


def test_books_list_them_once_however_often_they_are_saved(book: tuple[Path, Recalculation], tmp_path: Path) -> None:
    assert keeps_its_figures(workbook_part(book[0]))
    Package(book[0]).save(tmp_path / "again.xlsx")
    assert workbook_part(tmp_path / "again.xlsx") == workbook_part(book[0])


def test_what_a_file_lists_itself_stays() -> None:
    listed = f'{HEAD}<extLst><ext><xcalcf:calcFeatures xmlns:xcalcf="c"/></ext></extLst></workbook>'
    assert with_features(listed) == listed


def test_other_extensions_stay_beside_them() -> None:
    other = f'{HEAD}<extLst><ext uri="mine"/></extLst></workbook>'
    found = with_features(other)
    assert found.startswith(f'{HEAD}<extLst><ext uri="mine"/><ext uri="{{B58B0392')
    assert found.count("<extLst>") == found.count("</extLst>") == 1


@pytest.fixture
def history(tmp_path: Path) -> Path:
    row: Row = {**dict.fromkeys(COLUMNS), **dict.fromkeys(NUMBERS, 1.5), "date": "2025-10-08", "symbol": "SPX",
                "contracts": 12, "reason": "no zero gamma: " + "the total keeps its sign; " * 20}  # fmt: skip
    store.write([row], tmp_path / "history.xlsx")
    return tmp_path / "history.xlsx"


def test_a_history_keeps_its_figures_and_is_read_back(history: Path) -> None:
    assert keeps_its_figures(workbook_part(history))
    assert list(Package(history).sheets) == ["Days"]  # Excel keeps the name History for itself


def test_no_column_of_a_history_is_wider_than_a_screen(history: Path) -> None:
    sheet = next(iter(Package(history).parts(r"xl/worksheets/sheet1\.xml").values()))
    widths = [float(width) for width in re.findall(r'<col\b[^<>]*\bwidth="([\d.]+)"', sheet)]
    assert len(widths) >= len(COLUMNS) // 2 and max(widths) < 62
