"""z-scores against pandas; no look-ahead; what counts as the past."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gex_xl.analytics.zscore import EarlierValues, before, rolling, zscore
from gex_xl.errors import BadInput, NoValue
from gex_xl.functions.history_range import read_history

SERIES = st.lists(st.one_of(st.just(math.nan), st.integers(-500, 500).map(lambda n: n / 8)), min_size=1, max_size=60)


@given(series=SERIES, window=st.integers(2, 30), minimum=st.integers(2, 20))
@settings(max_examples=200, deadline=None)
def test_against_pandas_on_series_with_gaps(series: list[float], window: int, minimum: int) -> None:
    """pandas' window of the rows before each one; eighths add up exactly, so that equal is equal."""
    s = pd.Series(series, dtype=float)
    for i in range(len(s)):
        past = s.iloc[max(0, i - window) : i]
        enough = past.count() >= minimum and past.nunique() > 1
        try:
            found = zscore(s.to_numpy()[:i], 3.5, window, minimum)
        except NoValue:
            assert not enough
            continue
        assert enough
        assert found == pytest.approx((3.5 - past.mean()) / past.std(), rel=1e-9, abs=1e-12)


def days_from(count: int) -> list[dt.date]:
    return [dt.date(2020, 1, 1) + dt.timedelta(days=i) for i in range(count)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_long_series_against_pandas_rolling(seed: int) -> None:
    random = np.random.default_rng(seed)
    values = random.normal(0.04, 0.01, 600)
    values[random.random(600) < 0.2] = np.nan
    s = pd.Series(values)
    windows = s.shift(1).rolling(252, min_periods=60)
    expected = (s - windows.mean()) / windows.std()
    found = [math.nan if isinstance(z, str) else z for z in rolling(days_from(600), values)]
    assert np.isfinite(expected).sum() > 300
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9)


@given(series=st.lists(st.integers(-50, 50).map(float), min_size=70, max_size=90), at=st.integers(0, 89),
       change=st.floats(-1e6, 1e6))  # fmt: skip
@settings(max_examples=50, deadline=None)
def test_the_future_changes_nothing_in_the_past(series: list[float], at: int, change: float) -> None:
    at = min(at, len(series) - 1)
    later = np.array(series)
    later[at:] = change
    days = days_from(len(series))
    assert rolling(days, later)[:at] == rolling(days, np.array(series))[:at]
    assert rolling(days[:at], later[:at]) == rolling(days, np.array(series))[:at]


def test_rows_of_one_date_do_not_see_each_other() -> None:
    days = [*days_from(80), *[dt.date(2021, 1, 1)] * 2, dt.date(2021, 1, 2)]
    values = np.array([*np.sin(np.arange(80)), 5.0, 7.0, 1.0])
    found = rolling(days, values)
    assert found[80] == zscore(values[:80], 5.0)
    assert found[81] == zscore(values[:80], 7.0)
    assert found[82] == zscore(np.array([*values[:80], 7.0]), 1.0)  # the later one stands for its date


@pytest.mark.parametrize(
    ("history", "window", "minimum", "reason"),
    [
        ([1.0] * 59, 252, 60, "59 observations in the last 252; at least 60 are needed"),
        ([], 252, 60, "0 observations"),
        ([1.0, 2.0] * 30 + [math.nan] * 252, 252, 60, "0 observations in the last 252"),
        ([0.1] * 80, 252, 60, "the last 80 observations are all equal: their deviation is 0"),
        ([0.3, 0.1 + 0.2] * 40, 252, 60, "the last 80 observations are all equal"),  # 0.1 + 0.2 is not 0.3 in binary
        ([-3e9, -3e9 - 1e-4] * 40, 252, 60, "the last 80 observations are all equal"),
        ([5.0] + [0.1] * 252, 252, 60, "the last 252 observations are all equal"),
        ([1.0], 252, 1, "at least 2 are needed"),
    ],
)
def test_no_score_has_a_reason(history: list[float], window: int, minimum: int, reason: str) -> None:
    with pytest.raises(NoValue) as caught:
        zscore(np.array(history), 1.0, window, minimum)
    assert reason in str(caught.value)


def test_by_hand() -> None:
    """2, 4, 4, 4, 5, 5, 7, 9: mean 5, sum of squared distances 32, sample variance 32/7."""
    assert zscore(np.array([2.0, 4, 4, 4, 5, 5, 7, 9]), 6.0, 8, 8) == pytest.approx(1 / math.sqrt(32 / 7))


def past(values: list[float], days: list[str] | None = None, symbols: list[str] | None = None) -> EarlierValues:
    dates = None if days is None else tuple(dt.date.fromisoformat(day) for day in days)
    return EarlierValues(np.array(values), dates, None if symbols is None else tuple(symbols))


def test_the_past_ends_before_the_day() -> None:
    table = past([4.0, 1.0, 2.0, 3.0], ["2025-03-04", "2025-02-27", "2025-02-28", "2025-03-03"])
    assert before(table, "SPX", dt.date(2025, 3, 4)).tolist() == [1, 2, 3]
    assert before(table, "SPX", dt.date(2025, 3, 3)).tolist() == [1, 2]
    assert before(past([3.0, 1.0]), "SPX", dt.date(2025, 3, 3)).tolist() == [3, 1]


def test_the_past_is_that_of_the_symbol() -> None:
    table = past([1.0, 2.0, 3.0], ["2025-02-26", "2025-02-27", "2025-02-28"], ["SPX", "SPY", "SPX"])
    assert before(table, "SPX", dt.date(2025, 3, 3)).tolist() == [1, 3]
    with pytest.raises(BadInput, match="history holds SPX, SPY and the chain does not name its symbol"):
        before(table, "", dt.date(2025, 3, 3))


NAN = math.nan


@pytest.mark.parametrize(
    ("cells", "values", "dates"),
    [
        ([[1], [2], [3]], [1, 2, 3], None),
        ([[1, 2, 3]], [1, 2, 3], None),
        ([["skew"], [1], [None], [2], ["#N/A"], [3], [None], [""]], [1, NAN, 2, NAN, 3], None),
        ([[1], [NAN]], [1, NAN], None),
        ([["Skew_25D"], ["0.03"], ["4%"]], [0.03, 0.04], None),
        ([], [], None),
        ([[None], [None]], [], None),
        ([["date", "skew_25d"], ["2025-03-03", 0.04], [45720, None]], [0.04, NAN], ["2025-03-03", "2025-03-04"]),
        ([["made by hand", None], ["Skew 25d", "Symbol"], [0.04, "spx"]], [0.04], None),
        ([["skew_25d_z", "skew_25d (decimal)"], [9, 0.04]], [0.04], None),
        ([["date", "skew_25d_z", "skew_25d"], ["2025-03-03", 9, 0.04]], [0.04], ["2025-03-03"]),
    ],
)
def test_forms_of_a_history(cells: list[list[Any]], values: list[float], dates: list[str] | None) -> None:
    found = read_history(cells, "skew_25d")
    np.testing.assert_array_equal(found.values, np.array(values, dtype=float))
    assert [str(day) for day in found.dates or ()] == (dates or [])


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([[1], ["abc"]], 'history in row 2 is "abc"; expected a number'),
        ([["skew"], [1], ["abc"]], 'history in row 3 is "abc"; expected a number'),
        ([["title", None], ["date", "skew_25d"], ["2025-03-03", "x"]], 'history in row 3 is "x"; expected a number'),
        ([["date", "skew_25d"], ["2025-03-03", 1], ["soon", 2]], 'history: date in row 3 is "soon"; expected a date'),
        (
            [["date", "gex"], ["2025-03-03", 1]],
            "history has no column named skew_25d; found in its first row: date",
        ),
        ([[1], [math.inf]], "history in row 2 is inf; expected at most 1e+18"),
    ],
)
def test_a_bad_history_is_named(cells: list[list[Any]], said: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_history(cells, "skew_25d")
    assert said in str(caught.value)
