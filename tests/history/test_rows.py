"""What stands in a row, and what z-scores see."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gex_xl import Chain, Settings, prepare, udfs
from gex_xl.commands.report_text import as_json
from gex_xl.history import COLUMNS, completed, row_of, update
from gex_xl.history.rows import Row, settings_text
from gex_xl.reading import read_cells

from .made_up import sessions, write_chain, write_chains

F = udfs.FUNCTIONS
DEFAULTS = Settings()


def table_of(rows: list[Row]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS))


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """The rows of 90 days, with what the store adds."""
    files = write_chains(tmp_path_factory.mktemp("chains"), 90)
    return [row_of(str(file), DEFAULTS) | {"content": file.name} for file in files]


def test_a_row_has_the_figures_of_the_functions(tmp_path: Path) -> None:
    file = write_chain(tmp_path, sessions(1)[0])
    row, cells = row_of(str(file), DEFAULTS), read_cells(file)
    assert tuple(row) == COLUMNS
    for column, name in (
        ("total_gex", "TOTAL_GEX"), ("flip_strike", "FLIP_STRIKE"), ("zero_gamma", "ZERO_GAMMA"),
        ("skew_25d", "SKEW_25D"),
    ):  # fmt: skip
        assert row[column] == F[name](cells), column
    structure = [line[1] for line in F["TERM_STRUCTURE"](cells)[1:]]
    assert [row[name] for name in ("iv_9d", "iv_30d", "iv_90d", "short_slope", "med_slope")] == [
        structure[i] for i in (0, 1, 2, 3, 5)
    ]
    assert row["call_gex"] + row["put_gex"] == pytest.approx(row["total_gex"], rel=1e-12)
    assert (row["date"], row["symbol"], row["as_of"]) == ("2023-01-03", "SPX", "2023-01-03T15:30:00-05:00")
    assert row["reason"] == ""
    assert json.loads(json.dumps(row)) == row
    assert completed([row | {"content": ""}], DEFAULTS)[0]["regime"] == F["REGIME"](cells)


def test_settings_reach_the_row(tmp_path: Path) -> None:
    file = write_chain(tmp_path, sessions(1)[0])
    changed = DEFAULTS.with_changes({"unit": "usd_bn", "sign": "long_calls"})
    row = row_of(str(file), changed)
    assert row["total_gex"] == pytest.approx(-row_of(str(file), DEFAULTS)["total_gex"] / 1e9, rel=1e-12)
    assert (row["unit"], row["settings"]) == ("USD bn per 1 %", settings_text(changed))
    assert row["settings"].startswith("sign=long_calls; unit=usd_bn #")
    digests = {settings_text(dataclasses.replace(DEFAULTS, flip_noise=noise)) for noise in (0.01, 0.02, 0.03)}
    assert len(digests) == 3


@pytest.mark.parametrize(
    ("changes", "missing", "reason"),
    [
        ({"expiries": "2030-01-18"}, {"total_gex", "flip_strike", "zero_gamma"}, "total_gex: no contract is left"),
        ({"sign": "short_all"}, {"flip_strike", "zero_gamma"}, "flip_strike: one-sided chain | zero_gamma: one-signed"),
        ({"slopes": "vix"}, {"short_slope", "med_slope"}, "short_slope: not given: VIX9D and VIX (slopes = vix)"),
    ],
)
def test_what_is_missing_has_its_reason(
    changes: dict[str, Any], missing: set[str], reason: str, tmp_path: Path
) -> None:
    file = write_chain(tmp_path, sessions(1)[0])
    settings = DEFAULTS.with_changes(changes)
    row = completed([row_of(str(file), settings) | {"content": ""}], settings)[0]
    names = ("total_gex", "flip_strike", "zero_gamma", "skew_25d", "iv_9d", "short_slope", "med_slope")
    assert {name for name in names if row[name] is None} == missing
    assert reason in row["reason"]
    assert "skew_25d_z: 0 observations in the last 252; at least 60 are needed" in row["reason"]
    assert (row["regime"] is None) == ("total_gex" in missing)


def test_z_scores_against_pandas(rows: list[Row]) -> None:
    gaps = [dict(row) for row in rows]
    for row in np.random.default_rng(1).choice(np.array(gaps, dtype=object), 12, replace=False):
        row["skew_25d"] = None
    table = table_of(completed(gaps, DEFAULTS))
    for name in ("total_gex", "skew_25d", "short_slope", "med_slope"):
        s = table[name].astype(float)
        windows = s.shift(1).rolling(252, min_periods=60)
        expected = (s - windows.mean()) / windows.std()
        np.testing.assert_allclose(table[f"{name}_z"].astype(float), expected, rtol=1e-6, atol=1e-9)
        assert expected.notna().sum() >= 10


def test_the_future_changes_nothing_in_the_past(rows: list[Row]) -> None:
    full = completed(rows, DEFAULTS)
    for until in (1, 61, 75, 89):
        assert completed(rows[:until], DEFAULTS) == full[:until]
    shaken = rows[:75] + [row | {"skew_25d": -9.0, "total_gex": -1e15, "short_slope": 7.0} for row in rows[75:]]
    assert completed(shaken, DEFAULTS)[:75] == full[:75]
    assert {row["regime"] for row in completed(shaken, DEFAULTS)[75:]} == {"vol_inverted"}


def test_the_order_of_rows_does_not_matter(rows: list[Row]) -> None:
    mixed = [rows[i] for i in np.random.default_rng(2).permutation(len(rows))]
    assert completed(mixed, DEFAULTS) == completed(rows, DEFAULTS)
    # and completing twice is completing once
    assert completed(completed(mixed, DEFAULTS), DEFAULTS) == completed(rows, DEFAULTS)


def test_symbols_do_not_see_each_other(rows: list[Row]) -> None:
    others = [row | {"symbol": "NDX", "skew_25d": 0.5, "content": f"n{row['content']}"} for row in rows]
    both = completed(rows + others, DEFAULTS)
    assert [row for row in both if row["symbol"] == "SPX"] == completed(rows, DEFAULTS)


def test_two_files_of_one_day_count_once(rows: list[Row]) -> None:
    """The later quote time stands for its date; neither file is compared with the other."""
    noon = rows[70] | {"as_of": rows[70]["as_of"].replace("15:30", "12:00"), "skew_25d": 0.4, "content": "noon"}
    full, plain = completed([*rows, noon], DEFAULTS), completed(rows, DEFAULTS)
    assert [row for row in full if row["content"] != "noon"] == plain
    assert full[70]["content"] == "noon"
    late = rows[70] | {"as_of": rows[70]["as_of"].replace("15:30", "16:00"), "skew_25d": 0.4, "content": "late"}
    full = completed([*rows, late], DEFAULTS)
    assert [row for row in full if row["content"] != "late"][:71] == plain[:71]
    assert full[72]["skew_25d_z"] != plain[71]["skew_25d_z"]


def test_the_z_score_reaches_the_regime(rows: list[Row]) -> None:
    calm = [row | {"total_gex": 1.0, "long_side": None, "short_slope": 0.9, "med_slope": 0.9} for row in rows]
    assert completed(calm, DEFAULTS)[-1]["regime"] == "long_gamma"
    low = [*calm[:-1], calm[-1] | {"skew_25d": -0.5}]
    assert completed(low, DEFAULTS)[-1]["regime"] == "short_gamma"


def test_a_history_file_serves_regime(rows: list[Row], tmp_path: Path) -> None:
    """The command's table, as a range, gives REGIME the z-score that the next row has."""
    folder = tmp_path / "chains"
    files = write_chains(folder, 80)
    update([folder], tmp_path / "h.csv", workers=1)
    table = pd.read_csv(tmp_path / "h.csv")
    history = [list(table.columns), *table.astype(object).where(table.notna(), None).values.tolist()]
    found = {line[0]: line for line in F["REGIME_TRIGGERS"](read_cells(files[-1]), history=history)[1:]}
    assert found["skew_25d_z"][4] == pytest.approx(table["skew_25d_z"].iloc[-1], rel=1e-12)
    assert found["skew_25d_z"][7].endswith("against 79 earlier ones")  # its own row does not count
    assert F["REGIME"](read_cells(files[-1]), history=history) == table["regime"].iloc[-1]


def test_rows_of_real_chains_are_their_reports(shared_chains: Path) -> None:
    for file in sorted(shared_chains.glob("cboe_*")):
        row, report = row_of(str(file), DEFAULTS), as_json(prepare(Chain.from_file(file)))
        for name in ("spot", "as_of", "total_gex", "call_gex", "put_gex", "flip_strike", "zero_gamma", "contracts",
                     "skew_25d", "short_slope", "med_slope"):  # fmt: skip
            assert row[name] == report[name], (file.name, name)
        assert completed([row | {"content": ""}], DEFAULTS)[0]["regime"] == report["regime"]
