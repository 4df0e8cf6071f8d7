"""The sheet History: rows pasted under its header, evaluated by its own formulas, against the functions and pandas."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from gex_xl.engines import Recalculation, recalculate
from gex_xl.history import COLUMNS
from gex_xl.template import plan
from gex_xl.udfs import FUNCTIONS

Book = tuple[Path, Recalculation]
Cells = list[list[object]]
FIRST = plan.KEPT_HEADER + 1
SCORED = ("total_gex", "skew_25d", "short_slope", "med_slope")


def made_up(days: int, last: dt.date = dt.date(2025, 10, 7)) -> pd.DataFrame:
    """Rows of so many days up to the one before the sample's; every 40th has no skew."""
    rng = np.random.default_rng(11)
    rows = pd.DataFrame(index=range(days), columns=list(COLUMNS), dtype=object)
    rows["date"] = [(last - dt.timedelta(days=days - 1 - i)).isoformat() for i in range(days)]
    rows["symbol"], rows["unit"] = "SPX", "USD per 1 %"
    for name, mean, spread in zip(SCORED, (1e9, 0.035, 0.99, 0.97), (3e9, 0.004, 0.03, 0.03), strict=True):
        rows[name] = rng.normal(mean, spread, days)
    rows.loc[::40, "skew_25d"] = np.nan
    return rows


def pasted(book: Path, target: Path, rows: pd.DataFrame, header: bool = False) -> Recalculation:
    """The book with these rows pasted below the header, or over it with a header of their own."""
    cells = [[None if value != value else value for value in row] for row in rows.to_numpy(dtype=object).tolist()]
    at = f"{plan.HISTORY}!A{plan.KEPT_HEADER if header else FIRST}"
    return recalculate(book, target, FUNCTIONS, paste={at: [list(COLUMNS), *cells] if header else cells})


def value(done: Recalculation, cell: str, sheet: str = plan.HISTORY) -> object:
    return done.values.get(f"{sheet}!{cell}")


def charted(done: Recalculation, offset: int) -> list[object]:
    it = plan.KEPT_BLOCK
    letter = openpyxl.utils.get_column_letter(it.column + offset)
    return [value(done, f"{letter}{row}", it.sheet) for row in range(it.first, it.last + 1)]


def test_today_stands_on_top_in_the_columns_of_the_rows_below(book: Book, sample: Cells) -> None:
    header, today = FUNCTIONS["HISTORY_ROW"](sample)
    letters = [openpyxl.utils.get_column_letter(i + 1) for i in range(len(COLUMNS))]
    done = book[1]
    for letter, name, wanted in zip(letters, header, today, strict=False):
        assert value(done, f"{letter}6") == name
        assert value(done, f"{letter}7") == (pytest.approx(wanted, rel=1e-12) if isinstance(wanted, float) else wanted)
    sheet = openpyxl.load_workbook(book[0])[plan.HISTORY]
    assert [sheet[f"{letter}{plan.KEPT_HEADER}"].value for letter in letters] == list(COLUMNS)


def test_an_empty_history_leaves_the_trigger_silent_and_says_so(book: Book) -> None:
    done = book[1]
    assert value(done, "A3") == "No rows yet: z-scores need 60 earlier days."
    assert value(done, "C4") == f"First free row: A{FIRST}"
    assert [value(done, f"D{row}") for row in range(10, 14)] == ["no earlier days"] * 4
    for offset in range(1, 9):
        assert set(charted(done, offset)) == {""}
    row = plan.SPILLS["triggers"].row + 5
    found = [value(done, f"{column}{row}", plan.REGIME) for column in "AEFH"]
    assert found == ["skew_25d_z", "not given", "no", "not given"]


def test_z_scores_come_from_the_kept_rows(book: Book, tmp_path: Path) -> None:
    rows = made_up(300)
    done = pasted(book[0], tmp_path / "kept.xlsx", rows)
    assert done.errors == {}
    for row, name in zip(range(10, 14), SCORED, strict=True):
        past = rows[name].astype(float).iloc[-252:]
        wanted = (float(value(done, f"B{row}")) - past.mean()) / past.std()  # type: ignore[arg-type]
        assert value(done, f"C{row}") == pytest.approx(wanted, rel=1e-9)
    z, trigger = value(done, "C11"), plan.SPILLS["triggers"].row + 5
    assert value(done, f"E{trigger}", plan.REGIME) == pytest.approx(z)
    assert str(value(done, f"H{trigger}", plan.REGIME)).startswith("history: skew 0.0292 against")
    assert value(done, "C17", plan.DASHBOARD) == pytest.approx(z)
    assert value(done, "C4") == f"First free row: A{FIRST + 300}"
    assert str(value(done, "A3")).startswith("300 rows, 2024-12-12 to 2025-10-07.")


def test_the_charts_show_the_last_rows(book: Book, tmp_path: Path) -> None:
    rows = made_up(300)
    done = pasted(book[0], tmp_path / "kept.xlsx", rows)
    last = rows.iloc[-plan.KEPT_BLOCK.rows :]
    assert charted(done, 1) == last["date"].tolist()
    both = np.add(charted(done, 2), charted(done, 3)) * 1e9  # type: ignore[arg-type]
    np.testing.assert_allclose(both.astype(float), last["total_gex"].astype(float))
    skew = [100 * x if x == x else "" for x in last["skew_25d"]]
    assert charted(done, 4) == [pytest.approx(x) if isinstance(x, float) else x for x in skew]
    limit = 1.02
    for offset, name in ((5, "short_slope"), (7, "med_slope")):
        calm, inverted = (np.array(charted(done, offset + i), dtype=float) for i in (0, 1))
        np.testing.assert_allclose(1 + calm + inverted, last[name].astype(float))
        np.testing.assert_array_equal(inverted != 0, last[name].astype(float) > limit)
    few = pasted(tmp_path / "kept.xlsx", tmp_path / "few.xlsx", rows.iloc[-3:])
    assert charted(few, 1) == [*rows["date"][-3:], *[""] * (plan.KEPT_BLOCK.rows - 3)]
    assert charted(few, 2)[:3] == [pytest.approx(max(0, gex) / 1e9) for gex in rows["total_gex"][-3:]]


def test_a_csv_of_the_command_pastes_over_the_header(book: Book, tmp_path: Path) -> None:
    """Excel turns a csv's dates into its own numbers."""
    rows = made_up(70)
    rows["date"] = [float((dt.date.fromisoformat(day) - dt.date(1899, 12, 30)).days) for day in rows["date"]]
    done = pasted(book[0], tmp_path / "csv.xlsx", rows, header=True)
    assert done.errors == {}
    assert charted(done, 1)[:2] == ["2025-07-30", "2025-07-31"]
    assert isinstance(value(done, "C11"), float)


def test_too_few_rows_rows_of_other_symbols_and_broken_rows_are_said(book: Book, tmp_path: Path) -> None:
    few = pasted(book[0], tmp_path / "few.xlsx", made_up(20))
    assert "at least 60 are needed" in str(value(few, "D10"))
    mixed = made_up(20)
    mixed.loc[5:, "symbol"], mixed.loc[9:, "unit"] = "NDX", "USD bn per 1 %"
    said = str(value(pasted(book[0], tmp_path / "mixed.xlsx", mixed), "A3"))
    assert "Several symbols" in said and "Several units" in said
    points = made_up(70)
    points["skew_25d"] = 100 * points["skew_25d"].astype(float)  # vol points
    done = pasted(book[0], tmp_path / "broken.xlsx", points)
    assert str(value(done, "A3")).startswith("Cannot be used: the rows below need dates")
    assert str(value(done, "B4", plan.DASHBOARD)).startswith("No regime: see what the sheet History says")
    assert any("above 0.5" in message for message in done.errors.values())
