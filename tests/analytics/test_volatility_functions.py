"""The volatility functions as a host calls them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from xlwings import XlwingsError

from gex_xl import udfs
from gex_xl.functions.common import EXAMPLE_CHAIN, EXAMPLE_SMILES
from gex_xl.history import COLUMNS

from .surfaces import by_delta
from .synthetic import AS_OF, cells

F = udfs.FUNCTIONS
SETTINGS = "carry=none"
SURFACE = cells(
    [
        line
        for expiry, level in (("2025-03-07", 0.20), ("2025-03-28", 0.20), ("2025-06-20", 0.20))
        for line in by_delta(expiry, lambda d, a=level: a + 0.10 - 0.2 * d, lambda d, a=level: a - 0.06 + 0.16 * d)
    ],
    100.0,
    AS_OF,
)
SKEW = (0.20 + 0.10 - 0.05) - (0.20 - 0.06 + 0.04)  # at 25 delta


def test_skew_as_a_number() -> None:
    assert F["SKEW_25D"](SURFACE, None, None, SETTINGS) == pytest.approx(SKEW, rel=1e-12)
    for expiry in ("2025-06-20", 45828, [["2025-06-20"]]):  # 45828 days after 1899-12-30
        assert F["SKEW_25D"](SURFACE, None, None, SETTINGS, expiry) == pytest.approx(SKEW, rel=1e-12)
    assert F["SKEW_25D"](SURFACE, None, None, SETTINGS, "2025-06-21") == "#N/A"
    assert F["SKEW_25D"](EXAMPLE_CHAIN) == "#N/A"  # its last expiry is 18 days away
    with pytest.raises(XlwingsError, match='SKEW_25D: expiry is "soon"; expected a date such as 2024-01-19'):
        F["SKEW_25D"](SURFACE, None, None, None, "soon")


def test_the_curve_is_that_of_the_skew() -> None:
    header, *rows = F["SKEW_CURVE"](SURFACE, None, None, SETTINGS)
    assert header == ["Strike (USD)", "Right", "Delta", "Call delta at the strike", "IV 2025-03-28 (decimal)"]
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert [row[3] for row in rows] == sorted((row[3] for row in rows), reverse=True)
    for _, right, delta, _, iv in rows:
        assert iv == pytest.approx(0.30 - 0.2 * -delta if right == "P" else 0.14 + 0.16 * delta, rel=1e-12)
        assert (delta < 0) == (right == "P")


def test_a_reason_stands_where_a_number_does_not() -> None:
    short = [row for row in EXAMPLE_SMILES if "2025-06-20" not in row]
    rows = {row[0]: row for row in F["TERM_STRUCTURE"](short)[1:]}
    assert rows["ATM IV 90 days (decimal)"][1] == "#N/A"
    assert "beyond the last expiry" in rows["ATM IV 90 days (decimal)"][2]
    assert rows["Medium slope (30 / 90 days)"][1:] == ["#N/A", rows["Medium slope (30 / 90 days)"][2]]
    thin = [row for row in EXAMPLE_SMILES if "2025-03-28" not in row or row[3] > 5000]
    assert F["ATM_IV"](thin)[2][4:] == [
        "#N/A", "the strikes of 2025-03-28 with implied volatility, 5,100 to 5,400, do not bracket the forward 5,000.00"
    ]  # fmt: skip
    levels = dict(F["GEX_LEVELS"](EXAMPLE_CHAIN))
    assert levels["25-delta skew (vol points)"] == "#N/A"
    assert levels["25-delta skew from"].startswith("no expiry is at least 21 days away")
    check = {row[0]: row for row in F["CHAIN_CHECK"](EXAMPLE_CHAIN)}
    assert check["25-delta skew (decimal iv)"][3] == levels["25-delta skew from"]


def test_inverted_or_not() -> None:
    assert F["IS_INVERTED"](EXAMPLE_SMILES) is False
    assert F["IS_INVERTED"](EXAMPLE_SMILES, None, None, None, 20, 18) is True
    assert F["IS_INVERTED"](EXAMPLE_SMILES, None, None, "vol_inverted=0.9") is True
    assert F["IS_INVERTED"](EXAMPLE_CHAIN) == "#N/A"
    assert F["IS_INVERTED"](EXAMPLE_CHAIN, None, None, None, None, 18, 17) is True
    assert F["IS_INVERTED"](EXAMPLE_SMILES, None, None, "slopes=vix") == "#N/A"


WAVE = [[round(0.03 + 0.004 * math.sin(day), 4)] for day in range(80)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (([[2], [4], [4], [4], [5], [5], [7], [9]], 6, 8, 8), 1 / math.sqrt(32 / 7)),  # by hand: mean 5, variance 32/7
        (([2, 4, 4, 4, 5, 5, 7, 9], 6, 8, 8), 1 / math.sqrt(32 / 7)),
        (([[2, 4, 4, 4, 5, 5, 7, 9]], [[6]], 8, 8), 1 / math.sqrt(32 / 7)),
        (([["x"], [99], [2], [4], [4], [4], [5], [5], [7], [9], [None]], 6, 8, 8), 1 / math.sqrt(32 / 7)),
        (([[2], [4], [4], [4], [5], [5], [7], [9]], 0, 8, 8), -5 / math.sqrt(32 / 7)),
        (([[2], [4]], 6), "#N/A"),
        (([[2]] * 70, 6), "#N/A"),
        ((WAVE, "#N/A"), "#N/A"),
        ((WAVE, None), "#N/A"),
        ((None, 6), "#N/A"),
    ],
)
def test_zscore(given: tuple[Any, ...], expected: float | str) -> None:
    found = F["ZSCORE"](*given)
    assert found == (expected if isinstance(expected, str) else pytest.approx(expected, rel=1e-12))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((WAVE, "high"), 'ZSCORE: current is "high"; expected a number'),
        ((WAVE, 1, 2.5), 'ZSCORE: window is "2.5"; expected a whole number, 2 or more'),
        ((WAVE, 1, None, 1), 'ZSCORE: minimum is "1"; expected a whole number, 2 or more'),
        (([[1], ["x"]], 1), 'ZSCORE: history in row 2 is "x"; expected a number'),
        (([[1, 2], [3, 4]], 1), "ZSCORE: history is a range of 2 columns; expected one column"),
        (("past", 1), 'ZSCORE: history is "past"; expected a range of earlier values'),
    ],
)
def test_zscore_names_what_is_wrong(given: tuple[Any, ...], said: str) -> None:
    with pytest.raises(XlwingsError) as caught:
        F["ZSCORE"](*given)
    assert str(caught.value) == said


def triggers(*given: Any, **more: Any) -> dict[str, list[Any]]:
    return {row[0]: row for row in F["REGIME_TRIGGERS"](*given, **more)[1:]}


def test_the_regime_takes_its_z_score_from_a_history() -> None:
    high = [[SKEW + 0.03 + 0.004 * math.sin(day)] for day in range(80)]
    rows = triggers(SURFACE, None, None, SETTINGS, history=high)
    z = F["ZSCORE"](high, F["SKEW_25D"](SURFACE, None, None, SETTINGS))
    assert rows["skew_25d_z"][4] == pytest.approx(z, rel=1e-12)
    assert z < -2
    assert rows["skew_25d_z"][5] == "yes"
    assert rows["skew_25d_z"][7] == f"history: skew {SKEW:.4f} against 80 earlier ones"
    assert F["REGIME"](SURFACE, None, None, SETTINGS, None, None, None, None, high) == "short_gamma"
    given = triggers(SURFACE, None, None, SETTINGS, None, None, None, 1.5, high)["skew_25d_z"]
    assert (given[4], given[7]) == (1.5, "given")


def test_a_history_table_ends_before_the_chains_day() -> None:
    """The chain is of 3 March 2025: what is dated then or later changes nothing."""
    dated = [["date", "symbol", "skew_25d"]]
    dated += [[f"2024-{11 + day // 28}-{day % 28 + 1:02d}", "SPX", SKEW + 0.01 * math.sin(day)] for day in range(56)]
    dated += [[f"2025-01-{day + 1:02d}", "SPX", SKEW + 0.01 * math.sin(day)] for day in range(28)]
    later = [*dated, ["2025-03-03", "SPX", 0.4], ["2025-03-04", "SPX", -0.4], ["2025-01-05", "SPY", 0.4]]
    first, second = (triggers(SURFACE, None, None, SETTINGS, history=table)["skew_25d_z"] for table in (dated, later))
    assert first == second
    assert "84 earlier ones" in first[7]


@pytest.mark.parametrize(
    ("chain", "history", "source"),
    [
        (SURFACE, [[0.05]] * 20, "history: 20 observations in the last 252; at least 60 are needed"),
        (SURFACE, None, "not given"),
        (SURFACE, [[None]] * 5, "not given"),
        (EXAMPLE_CHAIN, WAVE, "history, but no skew today: no expiry is at least 21 days away"),
    ],
)
def test_a_silent_z_score_says_why(chain: Any, history: Any, source: str) -> None:
    row = triggers(chain, history=history)["skew_25d_z"]
    assert row[4:6] == ["not given", "no"]
    assert row[7].startswith(source)


def test_a_history_in_points_is_refused() -> None:
    with pytest.raises(XlwingsError, match=r"REGIME: history holds skews above 0\.5; expected iv as decimals"):
        F["REGIME"](SURFACE, history=[[4.0 + math.sin(day)] for day in range(80)])


def test_every_trigger_names_its_source() -> None:
    rows = triggers(EXAMPLE_SMILES, None, None, None, 15, 16)
    assert {name: row[7] for name, row in rows.items()} == {
        "short_slope": "given: VIX9D / VIX",
        "med_slope": "chain: at-the-money iv, 30 days / 90 days",
        "total_gex": "chain, sign = customer_flow",
        "spot_vs_flip": rows["spot_vs_flip"][7],
        "skew_25d_z": "not given",
    }
    assert rows["spot_vs_flip"][7].startswith("chain: flip ")
    assert triggers(EXAMPLE_SMILES, None, None, "sign=short_all")["spot_vs_flip"][7] == "one-sided chain"


def test_levels_have_the_regime_of_regime() -> None:
    given = (EXAMPLE_SMILES, None, None, None, 20, 18, 17, -3)
    assert dict(F["GEX_LEVELS"](*given))["Regime"] == F["REGIME"](*given) == "vol_inverted"
    levels = dict(F["GEX_LEVELS"](EXAMPLE_SMILES))
    assert levels["25-delta skew (vol points)"] == pytest.approx(100 * F["SKEW_25D"](EXAMPLE_SMILES))
    for vix, words in (((), "chain: at-the-money iv"), ((20, 18, 17), "given: VIX family"),
                       ((20, 18), "given: VIX9D / VIX; chain: at-the-money iv, 30 days / 90 days")):  # fmt: skip
        assert dict(F["GEX_LEVELS"](EXAMPLE_SMILES, None, None, None, *vix))["Slopes from"] == words
    assert levels["Short slope"] == F["TERM_STRUCTURE"](EXAMPLE_SMILES)[4][1]


def test_a_copied_row_is_a_history() -> None:
    """Rows of other days, copied as values under one header, give REGIME its z-score."""
    header, today = F["HISTORY_ROW"](SURFACE, None, None, SETTINGS)
    row = dict(zip(header, today, strict=True))
    assert row["skew_25d"] == F["SKEW_25D"](SURFACE, None, None, SETTINGS)
    assert row["total_gex"] == F["TOTAL_GEX"](SURFACE, None, None, SETTINGS)
    assert (row["date"], row["symbol"], row["skew_25d_z"]) == ("2025-03-03", "SPX", "")
    assert row["reason"].endswith("skew_25d_z: not given")
    table = [header]
    for day in range(70):
        past = dict(row, date=f"2024-{1 + day // 28:02d}-{1 + day % 28:02d}", skew_25d=0.1 + 0.01 * math.sin(day))
        table.append([past[name] for name in header])
    table.append(today)
    _, again = F["HISTORY_ROW"](SURFACE, None, None, SETTINGS, history=table)
    z = F["ZSCORE"]([[line[header.index("skew_25d")]] for line in table[1:-1]], row["skew_25d"])
    assert dict(zip(header, again, strict=True))["skew_25d_z"] == pytest.approx(z, rel=1e-12)


def test_the_row_scores_every_figure_against_its_own_column() -> None:
    """Against pandas; today's own row in the table, and rows of later days, do not count."""
    header, today = F["HISTORY_ROW"](SURFACE, None, None, SETTINGS)
    row = dict(zip(header, today, strict=True))
    names, rng = ("total_gex", "skew_25d", "short_slope", "med_slope"), np.random.default_rng(5)
    days = pd.date_range("2024-11-01", "2025-03-20").strftime("%Y-%m-%d")
    drawn = pd.DataFrame({name: rng.normal(1.0, 0.1, len(days)) for name in names}, index=days)
    drawn["skew_25d"] /= 10
    drawn.loc[days[3:9], "total_gex"] = np.nan
    table = [["date", "symbol", *names], *[[day, "SPX", *values] for day, *values in drawn.itertuples()]]
    _, again = F["HISTORY_ROW"](SURFACE, None, None, SETTINGS, history=table)
    found = dict(zip(header, again, strict=True))
    past = drawn[drawn.index < "2025-03-03"]
    for name in names:
        assert found[f"{name}_z"] == pytest.approx((row[name] - past[name].mean()) / past[name].std(), rel=1e-12)
    assert "_z" not in found["reason"]
    _, few = F["HISTORY_ROW"](SURFACE, None, None, SETTINGS, history=table[:20])
    assert dict(zip(header, few, strict=True))["reason"].count("at least 60 are needed") == 4


def test_the_row_has_the_columns_of_the_command() -> None:
    header, _ = F["HISTORY_ROW"](EXAMPLE_SMILES)
    assert header == list(COLUMNS[:-3])  # the last three tell of the file
    given = dict(zip(*F["HISTORY_ROW"](EXAMPLE_SMILES, None, None, None, 20, 18, 17, -3), strict=True))
    assert (given["regime"], given["short_slope"], given["skew_25d_z"]) == ("vol_inverted", 20 / 18, -3)


def test_deribit_settles_in_the_morning_and_not_at_an_open() -> None:
    """08:00 UTC, and a market that never closes has no opening prices."""
    header = ["instrument_name", "mark_iv", "open_interest", "underlying_price", "index_price", "timestamp"]
    rows = [
        [f"BTC-{day}-{strike}-{right}", 60, 1, 45_000, 45_000, 1_613_068_625_266]  # 11 February 2021
        for day in ("19FEB21", "26MAR21")
        for strike in (44_000, 46_000)
        for right in "CP"
    ]
    table = {row[0]: row for row in F["TERM_STRUCTURE"]([header, *rows])}
    assert table["ATM IV 9 days (decimal)"][2] == (
        "total variance between the expiries 2021-02-19 (AM) and 2021-03-26 (AM)"
    )
    assert {row[1] for row in F["ATM_IV"]([header, *rows])[1:]} == {"AM"}
