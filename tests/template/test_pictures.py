"""What can be measured of a picture: widths of texts, places of charts, what charts read, contrast."""

from __future__ import annotations

import re
import zipfile
from itertools import combinations, pairwise
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from gex_xl.engines import Recalculation
from gex_xl.template import plan, style

from .saved import opened

Book = tuple[Path, Recalculation]
#: Sheets whose cells are made for their texts; Chain and Earlier hold what people paste, Calc is hidden.
READ = [
    name for name in plan.SHEETS if name not in (plan.CHAIN, plan.EARLIER, plan.CALC, plan.FUNCTIONS, plan.SETTINGS)
]
#: Mean width of a character of Calibri 10, in pixels at 96 dots an inch: Calibri's digits are 0.507 em.
_DIGIT = 0.507


def luminance(colour: str) -> float:
    """Relative luminance of a colour such as #1B2733 (WCAG 2.1)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_measure_of_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)  # WebAIM's contrast checker


@pytest.mark.parametrize("kind", style.KINDS)
def test_every_text_stands_out_from_its_ground(kind: str) -> None:
    it = style.KINDS[kind]
    assert contrast(it.ink, it.ground) >= 4.5
    assert contrast(style.INK, it.ground) >= 4.5


def test_texts_on_white_panels_and_inputs_stand_out() -> None:
    for ink, ground in ((style.INK, style.WHITE), (style.SOFT, style.WHITE), (style.SOFT, style.PANEL),
                        (style.LINK, style.WHITE), (style.INPUT_INK, style.INPUT), (style.INK, style.HEAT_LONG),
                        (style.INK, style.HEAT_SHORT), (style.WHITE, style.LONG),
                        (style.WHITE, style.INK)):  # fmt: skip
        assert contrast(ink, ground) >= 4.5, (ink, ground)


def pixels(sheet: object, column: int) -> float:
    """Width of a column as the file says it, in pixels."""
    for letter, each in sheet.column_dimensions.items():  # type: ignore[attr-defined]
        first = openpyxl.utils.column_index_from_string(letter)
        if first <= column <= (each.max or first):
            return float(each.width) * 7
    return 64.0


def test_no_text_is_cut_off_by_its_column(book: Book) -> None:
    """A text may run over blank cells to its right; into a cell that holds something it is cut."""
    loaded = opened(book[0], values=True)
    cut = []
    for name in READ:
        sheet = loaded[name]
        merged = {(area.min_row, area.min_col): area.max_col for area in sheet.merged_cells.ranges}
        hidden = {row for row, each in sheet.row_dimensions.items() if each.hidden}
        for row in sheet.iter_rows(
            max_row=plan.TODAY_HEADER - 1 if name == plan.DAYS else None
        ):  # below that stand rows as a file has them
            for cell in row:
                if (
                    not isinstance(cell.value, str)
                    or cell.row in hidden
                    or not cell.value
                    or cell.alignment.shrink_to_fit
                ):
                    continue
                if cell.number_format == ";;;@" and cell.value in ("none",):
                    continue
                last = merged.get((cell.row, cell.column), cell.column)
                room = sum(pixels(sheet, at) for at in range(cell.column, last + 1))
                if cell.alignment.horizontal in (None, "left", "general"):
                    at = last + 1
                    while at < 40 and sheet.cell(cell.row, at).value in (None, ""):
                        room += pixels(sheet, at)
                        at += 1
                size = float(cell.font.sz or 10)
                lines = cell.value.split("\n") if cell.alignment.wrap_text else [cell.value]
                needed = max(map(len, lines)) * size * 96 / 72 * _DIGIT * 0.93
                if cell.alignment.wrap_text:
                    height = float(sheet.row_dimensions[cell.row].height or 15) * 96 / 72
                    room *= max(1.0, height // (size * 1.6))
                if size > 2 and needed > room + 8:
                    cut.append(f"{name}!{cell.coordinate} {cell.value[:50]!r}: {needed:.0f} of {room:.0f} px")
    assert not cut, "\n".join(cut)


def charts(book: Path) -> dict[str, list[tuple[int, int, int, int]]]:
    """The places of the charts of each sheet: left, top, right, bottom in English Metric Units by the drawing."""
    loaded = opened(book)
    out: dict[str, list[tuple[int, int, int, int]]] = {}
    for sheet in loaded.worksheets:
        places = []
        for chart in sheet._charts:
            start, end = chart.anchor._from, chart.anchor.to
            left, top = (sum(pixels(sheet, c + 1) for c in range(start.col)) + start.colOff / 9525,
                         sum(_height(sheet, r + 1) for r in range(start.row)) + start.rowOff / 9525)  # fmt: skip
            right, bottom = (sum(pixels(sheet, c + 1) for c in range(end.col)) + end.colOff / 9525,
                             sum(_height(sheet, r + 1) for r in range(end.row)) + end.rowOff / 9525)  # fmt: skip
            places.append((round(left), round(top), round(right), round(bottom)))
        out[sheet.title] = places
    return out


def _height(sheet: object, row: int) -> float:
    return float(sheet.row_dimensions[row].height or 15) * 96 / 72  # type: ignore[attr-defined]


def test_no_chart_lies_over_another_and_none_is_wider_than_the_screen(book: Book) -> None:
    places = charts(book[0])
    assert sum(map(len, places.values())) == 15
    for name, found in places.items():
        for one, other in combinations(found, 2):
            apart = one[2] <= other[0] + 3 or other[2] <= one[0] + 3 or one[3] <= other[1] + 3 or other[3] <= one[1] + 3
            assert apart, (name, one, other)
        assert all(right <= 1300 for _, _, right, _ in found), name


def test_the_first_screen_fits_1366_by_768(book: Book) -> None:
    sheet = opened(book[0])[plan.DASHBOARD]
    assert sum(pixels(sheet, column) for column in range(1, 27)) <= 1304
    assert sum(_height(sheet, row) for row in range(1, 27)) <= 470
    loaded = opened(book[0])
    for name in set(READ) - {plan.DAYS}:  # the kept rows of Days reach further to the right
        assert sum(pixels(loaded[name], c) for c in range(1, 1 + loaded[name].max_column)) <= 1360, name


def test_no_chart_covers_a_cell_that_says_something(book: Book) -> None:
    loaded = opened(book[0], values=True)
    for name, found in charts(book[0]).items():
        sheet = loaded[name]
        for left, top, right, bottom in found:
            x = y = 0.0
            for row in range(1, 80):
                height = _height(sheet, row)
                if y + height / 2 > top and y + height / 2 < bottom:
                    x = 0.0
                    for column in range(1, 30):
                        width = pixels(sheet, column)
                        if left < x + width / 2 < right:
                            value = sheet.cell(row, column).value
                            assert value in (None, ""), f"{name}!{get_column_letter(column)}{row} {value!r}"
                        x += width
                y += height


def test_charts_read_tables_on_calc_and_remember_what_those_hold(book: Book) -> None:
    values = book[1].values
    with zipfile.ZipFile(book[0]) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist() if re.search(r"charts/chart\d", name)]
    assert len(texts) == 15
    checked = 0
    pattern = r"<c:val><c:numRef><c:f>(\w+)!\$(\w+)\$(\d+):\$(\w+)\$(\d+)</c:f><c:numCache>(.*?)</c:numCache>"
    for text in texts:
        for sheet, column, first, last_column, last, cache in re.findall(pattern, text, re.DOTALL):
            if column != last_column:
                continue
            points = dict(re.findall(r'<c:pt idx="(\d+)"><c:v>([^<]*)</c:v>', cache))
            for i, row in enumerate(range(int(first), int(last) + 1)):
                value = values[f"{sheet}!{column}{row}"]
                if isinstance(value, float):
                    assert float(points[str(i)]) == pytest.approx(value, rel=1e-12)
                    checked += 1
    assert checked > 1000


def test_profile_and_ladder_stand_on_round_prices(book: Book) -> None:
    for name in ("profile", "ladder"):
        it = plan.SPILLS[name]
        rows = it.room if name == "profile" else it.room - 2
        prices = [float(str(book[1].values[it.cell(i, 1).replace("$", "")])) for i in range(1, rows + 1)]
        step = prices[1] - prices[0]
        assert {round(b - a, 9) for a, b in pairwise(prices)} == {round(step, 9)}
        assert step in (1, 2, 2.5, 5, 10, 20, 25, 50)


def test_built_in_formulas_stay_few_and_ours_under_fifty(book: Book) -> None:
    with zipfile.ZipFile(book[0]) as archive:
        sheets = [
            archive.read(n).decode() for n in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", n)
        ]
    formulas = [text for sheet in sheets for text in re.findall(r"<f\b[^>]*>([^<]+)</f>", sheet)]
    from gex_xl.udfs import FUNCTIONS

    ours = [text for text in formulas if any(f"{name}(" in text for name in FUNCTIONS)]
    assert len(formulas) - len(ours) < 250
    assert len(ours) < 50
