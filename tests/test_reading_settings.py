"""Settings that decide how a chain is read: given to any function with a range, and to LOAD_CHAIN for a handle."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from xlwings import XlwingsError

from gex_xl import cli
from gex_xl.functions import handles
from gex_xl.udfs import FUNCTIONS as F

CHAIN: list[list[Any]] = [
    ["ZZX", "Spot: 100", "2025-03-03 10:30"],
    ["Root", "Expiry", "Type", "Strike", "IV", "OI"],
    ["ZZX", "03/04/2025", "call", 100, 0.25, 1000],
    ["ZZX", "05/06/2025", "put", 100, 0.27, 2000],
]
#: As the template's sheet hands them over: every key, the defaults too.
SHEET = [
    ["setting", "value"],
    ["date_order", "auto"],
    ["decimal", "auto"],
    ["iv_unit", "auto"],
    ["third_friday", "close"],
]


def expiries(table: Any) -> list[str]:
    return [row[1] for row in table[1:]]


def test_a_range_is_read_with_the_settings_of_each_call() -> None:
    assert expiries(F["CHAIN_TABLE"](CHAIN)) == ["2025-03-04", "2025-05-06"]
    assert expiries(F["CHAIN_TABLE"](CHAIN, None, None, "date_order=dmy")) == ["2025-04-03", "2025-06-05"]


def test_a_handle_keeps_the_chain_as_it_was_read() -> None:
    handle = F["LOAD_CHAIN"](CHAIN, None, None, "date_order=dmy")
    for settings in (None, SHEET, "unit=usd_bn", "date_order=dmy", "date_order=auto"):
        assert expiries(F["CHAIN_TABLE"](handle, None, None, settings)) == ["2025-04-03", "2025-06-05"]
    with pytest.raises(XlwingsError) as error:
        F["TOTAL_GEX"](handle, None, None, "date_order=mdy")
    assert str(error.value) == (
        "TOTAL_GEX: date_order = mdy decides how a chain is read; give it to the LOAD_CHAIN of this handle"
    )
    other = F["LOAD_CHAIN"](CHAIN, None, None, SHEET)
    assert expiries(F["CHAIN_TABLE"](other)) == ["2025-03-04", "2025-05-06"]
    assert handle.rpartition("#")[2] != other.rpartition("#")[2]
    assert handles.find(F["LOAD_CHAIN"](handle, 101)).spot == 101  # a handle of a handle


def test_the_check_says_what_was_chosen() -> None:
    said = [row[3] for row in F["CHAIN_CHECK"](CHAIN) if row[0] == "Look at"]
    assert (
        "dates such as 03/04/2025 can be read both ways and are read month first; date_order = dmy takes the day first"
        in said
    )
    chosen = F["CHAIN_CHECK"](CHAIN, None, None, "date_order=dmy")
    assert not [row for row in chosen if row[0] == "Look at" and "both ways" in row[3]]
    assert [row[1] for row in chosen if row[0] == "Changed settings"] == ["date_order = dmy"]


def test_as_of_follows_the_order_of_dates_and_the_zone_of_the_venue() -> None:
    def as_of(given: Any, settings: str = "", chain: Any = CHAIN) -> dt.datetime | None:
        return handles.find(F["LOAD_CHAIN"](chain, None, given, settings)).as_of

    winter = dt.timezone(dt.timedelta(hours=-5))
    assert as_of("03/01/2025 10:30", "date_order=mdy") == dt.datetime(2025, 3, 1, 10, 30, tzinfo=winter)
    assert as_of("03/01/2025 10:30", "date_order=dmy") == dt.datetime(2025, 1, 3, 10, 30, tzinfo=winter)
    assert as_of("03/03/2025 10:30") == dt.datetime(2025, 3, 3, 10, 30, tzinfo=winter)  # both ways the same day
    assert as_of("01/13/2025 10:30") == dt.datetime(2025, 1, 13, 10, 30, tzinfo=winter)
    crypto = [
        ["instrument_name", "mark_iv", "open_interest", "underlying_price"],
        ["BTC-28MAR25-90000-C", 60.5, 3, 91_000],
    ]
    assert as_of("2025-03-03 10:30", chain=crypto) == dt.datetime(2025, 3, 3, 10, 30, tzinfo=dt.UTC)


def test_the_command_takes_them_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "chain.csv"
    file.write_text("\n".join(",".join(map(str, row)) for row in CHAIN))
    assert cli.main(["report", str(file), "--json", "--set", "date_order=dmy"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["settings"]["date_order"] == "dmy"
    assert found["contracts"] == 2
    assert cli.main(["report", str(file), "--set", "date_order=dmy", "--as-of", "04/03/2025 10:30"]) == 2 - 2
    capsys.readouterr()
    assert cli.main(["report", str(file), "--as-of", "04/03/2025 10:30"]) == 2
    assert "as_of is" in capsys.readouterr().err
