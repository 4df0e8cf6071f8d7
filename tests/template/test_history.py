"""The sheet Days: rows pasted under its header, evaluated by its own formulas, against the functions and pandas."""

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

from .saved import opened

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
    at = f"{plan.DAYS}!B{plan.KEPT_HEADER if header else FIRST}"
    return recalculate(book, target, FUNCTIONS, paste={at: [list(COLUMNS), *cells] if header else cells})


def table(done: Recalculation, name: str) -> list[list[object]]:
    """A table of the book below its header."""
    it = plan.SPILLS[name]
    return [
        [done.values.get(it.cell(down, across).replace("$", "")) for across in range(it.columns)]
        for down in range(1, it.room + 1)
    ]


def shown(done: Recalculation, key: str, column: str = "words") -> object:
    return done.values[plan.headline(key, column).replace("$", "")]


def test_today_stands_in_the_columns_of_the_rows_below(book: Book, sample: Cells) -> None:
    header, today = FUNCTIONS["HISTORY_ROW"](sample, None, None, "unit=usd")
    letters = [openpyxl.utils.get_column_letter(i + 2) for i in range(len(COLUMNS))]
    values = book[1].values
    for letter, name, wanted in zip(letters, header, today, strict=False):
        assert values[f"{plan.DAYS}!{letter}{plan.TODAY_HEADER}"] == name
        found = values[f"{plan.DAYS}!{letter}{plan.TODAY_HEADER + 1}"]
        assert found == (pytest.approx(wanted, rel=1e-12) if isinstance(wanted, float) else wanted)
    sheet = opened(book[0])[plan.DAYS]
    assert [sheet[f"{letter}{plan.KEPT_HEADER}"].value for letter in letters] == list(COLUMNS)


def test_without_kept_rows_today_stands_alone_and_the_trigger_is_silent(book: Book) -> None:
    rows = table(book[1], "day_table")
    assert str(rows[0][0]).endswith("today")
    assert {row[0] for row in rows[1:]} == {""}
    assert shown(book[1], "trigger_skew_25d_z") == "silent: not given"


def test_z_scores_come_from_the_kept_rows(book: Book, tmp_path: Path) -> None:
    rows = made_up(300)
    done = pasted(book[0], tmp_path / "kept.xlsx", rows)
    assert done.errors == {}
    today = dict(zip(*FUNCTIONS["HISTORY_ROW"](_paste(book), None, None, "unit=usd"), strict=True))
    past = rows["skew_25d"].astype(float).iloc[-252:]
    wanted = (today["skew_25d"] - past.mean()) / past.std()
    assert shown(done, "trigger_skew_25d_z", "value") == pytest.approx(wanted, rel=1e-9)
    newest = table(done, "day_table")[0]
    total = rows["total_gex"].astype(float).iloc[-252:]
    assert newest[3] == pytest.approx((today["total_gex"] - total.mean()) / total.std(), rel=1e-9)


def _paste(book: Book) -> Cells:
    sheet = opened(book[0], values=True)[plan.CHAIN]
    return [[cell.value for cell in row[2:30]] for row in sheet.iter_rows()]


def test_the_charts_show_the_last_rows_and_today(book: Book, tmp_path: Path) -> None:
    rows = made_up(300)
    done = pasted(book[0], tmp_path / "kept.xlsx", rows)
    bars = table(done, "days")
    both = [float(str(row[1])) + float(str(row[2])) for row in bars[:-1]]
    np.testing.assert_allclose(both, rows["total_gex"].astype(float).iloc[-59:] / 1e9)
    assert [row[0] for row in bars if row[0]] == ["Aug", "Sep", "Oct"]
    few = pasted(tmp_path / "kept.xlsx", tmp_path / "few.xlsx", rows.iloc[-3:])
    assert [row[0] for row in table(few, "days") if row[0]] == ["Oct"]


def test_a_csv_of_the_command_pastes_over_the_header(book: Book, tmp_path: Path) -> None:
    """Excel turns a csv's dates into its own numbers."""
    rows = made_up(70)
    rows["date"] = [float((dt.date.fromisoformat(day) - dt.date(1899, 12, 30)).days) for day in rows["date"]]
    done = pasted(book[0], tmp_path / "csv.xlsx", rows, header=True)
    assert done.errors == {}
    assert isinstance(shown(done, "trigger_skew_25d_z", "value"), float)


def test_skews_in_vol_points_are_refused_in_words(book: Book, tmp_path: Path) -> None:
    points = made_up(70)
    points["skew_25d"] = 100 * points["skew_25d"].astype(float)
    done = pasted(book[0], tmp_path / "broken.xlsx", points)
    said = f"{shown(done, 'verdict', 'label')} {shown(done, 'verdict', 'note')} {shown(done, 'status')}"
    assert "above 0.5" in said
