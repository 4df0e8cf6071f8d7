"""What the sheet Chain can take: more is refused by the commands, and said by the book when a person pastes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gex_xl.engines import Recalculation
from gex_xl.engines.addresses import address, column_number
from gex_xl.engines.package import Package
from gex_xl.engines.sheet_xml import Entry
from gex_xl.errors import BadInput
from gex_xl.functions import EXAMPLE_CHAIN
from gex_xl.template import plan, recalculate_workbook
from tests.conftest import SHARED_CHAINS

ROOT = Path(__file__).parents[2]
Cells = list[list[object]]


def test_the_area_is_the_one_that_is_documented() -> None:
    assert column_number(plan.LAST_PASTE_COLUMN) == column_number("C") + plan.PASTE_COLUMNS - 1
    page = (ROOT / "docs" / "layouts.md").read_text(encoding="utf-8")
    assert f"takes {plan.PASTE_ROWS:,} rows and {plan.PASTE_COLUMNS} columns: C1 to AZ{plan.PASTE_ROWS}" in page


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ([["x"]] * (plan.PASTE_ROWS + 1), "60,001 rows"),
        ([["x", *[None] * 49, "y"]], "51 columns"),
        ([[None] * 300_000 + [0]], "300,001 columns"),
    ],
    ids=["rows", "columns", "a far cell"],
)
def test_more_is_refused_and_nothing_written(
    book: tuple[Path, Recalculation], tmp_path: Path, cells: Cells, found: str
) -> None:
    out = tmp_path / "out.xlsx"
    out.write_bytes(b"what was there")
    with pytest.raises(BadInput) as error:
        recalculate_workbook(book[0], out, cells)
    assert str(error.value) == (
        f"the chain has {found}; the workbook takes at most 60,000 rows and 50 columns, for instance one underlying at "
        "a time"
    )
    assert out.read_bytes() == b"what was there"


def test_blanks_beyond_the_area_are_nothing(book: tuple[Path, Recalculation], tmp_path: Path) -> None:
    cells: Cells = [[*row, *[None] * 60, ""] for row in EXAMPLE_CHAIN] + [[None]] * plan.PASTE_ROWS
    done = recalculate_workbook(book[0], tmp_path / "out.xlsx", cells)
    same = recalculate_workbook(book[0], tmp_path / "same.xlsx", [list(row) for row in EXAMPLE_CHAIN])
    assert done.names["Total_GEX"] == same.names["Total_GEX"]
    assert done.values[f"{plan.CHAIN}!A{plan.BEYOND_ROW}"] == 0


@pytest.mark.parametrize(
    ("row", "column"),
    [(3, "BA"), (200, "CZ"), (plan.PASTE_ROWS + 1, "C"), (plan.PASTE_ROWS + 1000, "L")],
)
def test_the_book_says_that_a_paste_reaches_further(
    book: tuple[Path, Recalculation], tmp_path: Path, row: int, column: str
) -> None:
    package = Package(book[0])
    package.write_values({plan.CHAIN: {row: {column_number(column): Entry("pasted")}}}, {})
    package.save(tmp_path / "pasted.xlsx")
    done = recalculate_workbook(tmp_path / "pasted.xlsx", tmp_path / "pasted.xlsx", None)
    badge = plan.headline("filter", "words").replace("$", "")
    said = str(done.values[badge])
    assert said.startswith("NOT ALL READ: cells beyond column AZ or row 60,000 of the sheet Chain are not read")
    assert done.names["Total_GEX"] == book[1].names["Total_GEX"]  # of what is read the figures stand
    # The next chain clears what lay there.
    mended = recalculate_workbook(tmp_path / "pasted.xlsx", tmp_path / "mended.xlsx", [*map(list, EXAMPLE_CHAIN)])
    assert mended.values[badge] == "No filter: the whole chain"
    assert Package(tmp_path / "mended.xlsx").values().get((plan.CHAIN, row, column_number(column))) is None


def test_the_largest_real_chain_fits() -> None:
    if not SHARED_CHAINS.is_dir():
        pytest.skip("real chains are third-party data and not part of the project: no ../shared/chains here")
    from gex_xl.reading import read_cells

    for file in SHARED_CHAINS.glob("*.csv"):
        cells = read_cells(file)
        assert len(cells) <= plan.PASTE_ROWS and max(map(len, cells)) <= plan.PASTE_COLUMNS, file.name
    assert address(1, 3) == plan.PASTE_ANCHOR.split("!")[1]
