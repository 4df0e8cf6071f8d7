"""What can be read in one layout reads to the same chain in every other: layouts, orders, locales, cells."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gex_xl.chain import Chain
from gex_xl.errors import BadInput
from gex_xl.reading.files import as_typed, cells_of_csv
from gex_xl.settings import Settings
from tests.reading.layouts_made_up import CELLS, FILES, QUOTED, SPOT, Cells, csv_text, tidy
from tests.reading.made_up import Contract

CONTRACTS = st.builds(
    Contract,
    root=st.just("ZZX"),
    expiry=st.sampled_from([dt.date(2024, 1, 10), dt.date(2024, 1, 19), dt.date(2024, 2, 16), dt.date(2024, 12, 31)]),
    right=st.sampled_from("CP"),
    strike=st.integers(60_000, 210_000).map(lambda n: n / 1000),
    iv=st.integers(300, 9_999).map(lambda n: n / 10_000),
    open_interest=st.integers(0, 3_000_000),
    gamma=st.integers(0, 9_999).map(lambda n: n / 10_000),
    bid=st.integers(1, 99_999).map(lambda n: n / 100),
    ask=st.integers(1, 99_999).map(lambda n: n / 100),
    volume=st.integers(0, 2_000_000),
)
BOOKS = st.lists(CONTRACTS, min_size=1, max_size=6, unique_by=lambda c: c.occ)
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def assert_is(book: list[Contract], chain: Chain, spot: float | None = SPOT) -> None:
    """The chain holds the book, contract by contract, with its spot and its quote time."""
    expected = sorted(book, key=lambda c: (c.expiry, c.strike, c.right))
    assert chain.expiry.astype(object).tolist() == [c.expiry for c in expected]
    assert chain.is_call.tolist() == [c.right == "C" for c in expected]
    for name in ("strike", "iv", "open_interest", "gamma", "bid", "ask", "volume"):
        assert getattr(chain, name).tolist() == pytest.approx([getattr(c, name) for c in expected], rel=1e-9), name
    assert (chain.symbol, chain.spot, chain.as_of) == ("ZZX", spot, QUOTED)
    assert (set(chain.root.tolist()), chain.left_out) == ({"ZZX"}, ())


@quick
@given(BOOKS)
@pytest.mark.parametrize("layout", CELLS)
def test_layouts_of_cells(layout: str, book: list[Contract]) -> None:
    cells = CELLS[layout](book)
    chain = Chain.from_cells(cells)
    if layout == "thinkorswim":  # it has no option symbols
        assert set(chain.root.tolist()) == {""}
        chain = Chain.from_cells(cells_with_roots(cells))
    assert_is(book, chain)


def cells_with_roots(cells: Cells) -> Cells:
    """thinkorswim's cells with the symbol of each contract in the last columns of either side."""
    import re

    out: Cells = []
    for row in cells:
        new = list(row)
        if len(row) > 20:
            if "Strike" in row:
                new[0], new[-1] = "Symbol", "Symbol"
            else:
                day = dt.datetime.strptime(str(row[10]), "%d %b %y").date()
                strike = float(re.sub(",", "", str(row[11])))
                for at, right, used in ((0, "C", row[2]), (-1, "P", row[-3])):
                    new[at] = Contract(expiry=day, right=right, strike=strike).occ if used != "<empty>" else None
                new = [None if cell == "<empty>" else cell for cell in new]
        out.append(new)
    return out


@quick
@given(book=BOOKS)
@pytest.mark.parametrize("layout", FILES)
def test_layouts_of_json(layout: str, book: list[Contract], tmp_path: Path) -> None:
    file = tmp_path / "chain.json"
    file.write_text(FILES[layout](book), encoding="utf-8")
    assert_is(book, Chain.from_file(file), None if layout == "tradier" else SPOT)  # Tradier's chain names no price


@quick
@given(BOOKS, st.sampled_from(sorted(set(CELLS) - {"thinkorswim"})), st.randoms(use_true_random=False))
def test_text_files_typed_cells_and_lines_in_one_column(
    book: list[Contract], layout: str, order: random.Random
) -> None:
    written = csv_text(CELLS[layout](book))
    cells = cells_of_csv(written)
    assert_is(book, Chain.from_cells(cells))
    assert_is(book, Chain.from_cells(as_typed(cells)))
    assert_is(book, Chain.from_cells([[line] for line in written.splitlines()]))
    assert_is(book, Chain.from_cells(cells_of_csv(csv_text(CELLS[layout](book), order.choice(";\t|")))))


@quick
@given(BOOKS, st.sampled_from(["tidy", "yahoo"]), st.randoms(use_true_random=False))
def test_any_order_of_rows_and_columns(book: list[Contract], layout: str, order: random.Random) -> None:
    header, *rows = CELLS[layout](book)
    order.shuffle(rows)
    places = list(range(len(header)))
    order.shuffle(places)
    extra = order.randrange(len(places) + 1)
    cells = [[row[j] for j in places] for row in [header, *rows]]
    for i, row in enumerate(cells):
        row.insert(extra, "Note" if i == 0 else f"note {i}")
        row.insert(extra, None)
    assert_is(book, Chain.from_cells(cells))


@quick
@given(BOOKS)
def test_one_cell_per_line(book: list[Contract]) -> None:
    """As a browser copies a table whose cells are blocks."""
    cells = [[cell] for row in tidy(book) for cell in row]
    assert_is(book, Chain.from_cells(cells))
    assert_is(book, Chain.from_cells([*cells, [], [None]]))
    chain = Chain.from_cells([["ZZX HOLDINGS"], *cells, ["Downloaded by hand on a Monday"]])
    assert chain.left_out == (("no strike or symbol", 0.0),)
    assert_is(book, replace(chain, left_out=()))


# --- locales

GROUPS = {".": ",", " ": ",", "\u00a0": ",", "\u202f": ",", "’": ".", "'": ".", ",": "."}
MONTHS = {
    "German": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "French": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "Spanish": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "Italian": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "Portuguese": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "Dutch": "januari februari maart april mei juni juli augustus september oktober november december",
    "Polish": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "Russian": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}


def named_month(months: list[str], day: dt.date) -> str:
    return f"{day.day}. {months[day.month - 1]} {day.year}"


DATES: dict[str, Any] = {
    "dots": lambda d: f"{d:%d.%m.%Y}",
    "spaced dots": lambda d: f"{d.day}. {d.month}. {d.year}",
    "slashes, day first": lambda d: f"{d:%d/%m/%Y}",
    "slashes, month first": lambda d: f"{d:%m/%d/%Y}",
    "dashes, day first": lambda d: f"{d:%d-%m-%Y}",
    "ISO": lambda d: d.isoformat(),
    **{name: partial(named_month, words.split()) for name, words in MONTHS.items()},
}  # fmt: skip


def wide(word: str) -> str:
    """Digits as East Asian input methods write them."""
    return "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in word)


DECIMAL_IV = Settings().with_changes({"iv_unit": "decimal"})
MARKS = {
    "none": str,
    "wide": wide,
    "right to left": lambda w: f"\u200f\u202b{w}\u202c",
    "padded": lambda w: f"\u00a0{w} ",
}


def localised(book: list[Contract], group: str, date: Any, mark: Any) -> Cells:
    """The tidy table with every figure and date as text of a locale."""

    def number(value: float) -> str:
        point = GROUPS[group]
        whole, _, rest = f"{value:,}".partition(".")
        return mark(whole.replace(",", group) + (point + rest if rest else ""))

    header, *rows = tidy(book)
    return [
        header,
        *(
            [row[0], mark(date(c.expiry)), row[2], *map(number, row[3:11]), "2024-01-08 10:30"]
            for c, row in zip(book, rows, strict=True)
        ),
    ]


@quick
@given(BOOKS, st.sampled_from(sorted(GROUPS)), st.sampled_from(sorted(DATES)), st.sampled_from(sorted(MARKS)))
def test_locales(book: list[Contract], group: str, date: str, mark: str) -> None:
    cells = localised(book, group, DATES[date], MARKS[mark])
    # A symbol tells the date too; without one the order of the day and the month must come from the column.
    assert_is(book, Chain.from_cells(cells, DECIMAL_IV))
    if any(c.expiry.day > 12 for c in book):
        bare = [[cell for j, cell in enumerate(row) if j] for row in cells]
        chain = Chain.from_cells([["Root", *bare[0]], *(["ZZX", *row] for row in bare[1:])], DECIMAL_IV)
        assert_is(book, chain)


@quick
@given(BOOKS, st.sampled_from(sorted(g for g, point in GROUPS.items() if point == ",")), st.sampled_from(",;\t|"))
def test_text_with_decimal_commas(book: list[Contract], group: str, mark: str) -> None:
    written = csv_text(localised(book, group, DATES["dots"], str), mark)
    # The drawn quotes and iv do not belong to each other, and quotes may decide the unit of iv.
    assert_is(book, Chain.from_cells(cells_of_csv(written), DECIMAL_IV))
    assert_is(book, Chain.from_cells(as_typed(cells_of_csv(written)), DECIMAL_IV))


def test_a_thousands_separator_without_quotes_is_no_figure_of_its_own() -> None:
    header = "Symbol,Expiry,Type,Strike,IV,OI"
    good = "ZZX240119C00100000,2024-01-19,call,100,0.25,897"
    cut = "ZZX240119C00105000,2024-01-19,call,105,0.25,1,897"
    with pytest.raises(BadInput, match="row 3 has 7 cells under a header of 6; a figure that was cut at its comma"):
        Chain.from_cells(cells_of_csv("\n".join([header, good, cut])))
    assert len(Chain.from_cells(cells_of_csv("\n".join([header, good, cut.replace("1,897", "897,a note")])))) == 2


@quick
@given(book=BOOKS)
def test_xlsx(book: list[Contract], tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "chain.xlsx") as made:
        sheet = made.add_worksheet()
        for i, row in enumerate(tidy(book)):
            sheet.write_row(i + 3, 2, row)
    assert_is(book, Chain.from_file(tmp_path / "chain.xlsx"))


def test_typed_cells_of_a_table_with_decimal_commas() -> None:
    cells: Cells = [["Strike", "OI", "IV"], ["1.234,5", "12", "25%"], [100.5, None, "0,25"], ["", "x", "--"]]
    assert as_typed(cells) == [
        ["Strike", "OI", "IV"], [1234.5, 12, "25%"], [100.5, None, 0.25], [None, "x", "--"]
    ]  # fmt: skip


def test_an_empty_side_is_no_contract() -> None:
    book = [Contract(right="P", strike=90.0), Contract(right="C", strike=110.0)]
    for make in CELLS.values():
        chain = Chain.from_cells(make(book))
        assert chain.is_call.tolist() == [False, True]
        assert np.array_equal(chain.strike, [90, 110])
