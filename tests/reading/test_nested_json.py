"""Every list of a JSON counts, or is named as left out with its records; what is above a contract holds for it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from gex_xl.chain import Chain
from gex_xl.errors import BadInput
from gex_xl.reading import files
from tests.reading.made_up import chain_of


def read(folder: Path, loaded: Any) -> Chain:
    return chain_of(folder, json.dumps(loaded), "chain.json")


def record(strike: float = 100, right: str = "call", **more: Any) -> dict[str, Any]:
    return {"strike": strike, "type": right, "openInterest": 10, "iv": 0.2, "expiration": "2024-01-19", **more}


def test_lists_that_hold_no_contracts_are_named_with_their_records(tmp_path: Path) -> None:
    chain = read(tmp_path, {"chain": [record()], "news": [{"title": "a"}, {"title": "b"}]})
    assert len(chain) == 1
    assert "news: 2 records without a strike or an option symbol are not read" in chain.notes


def test_a_list_that_repeats_a_part_of_another_is_not_counted_twice(tmp_path: Path) -> None:
    everything = [record(100), record(105), record(110)]
    chain = read(tmp_path, {"near": everything[:1], "all": everything, "again": everything})
    assert chain.open_interest.tolist() == [10, 10, 10]
    assert "again repeats a part of all and is not counted twice (3 records)" in chain.notes
    assert "near repeats a part of all and is not counted twice (1 records)" in chain.notes


def test_lists_of_two_underlyings_are_never_mixed(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="contracts on ABC, ZZX; paste one underlying at a time"):
        read(tmp_path, {"ZZX": {"options": [record()]}, "ABC": {"options": [record(105)]}})


def test_lists_of_two_days_are_never_mixed(tmp_path: Path) -> None:
    days = [
        {"quote_date": day, "options": [record(strike)]} for day, strike in (("2024-01-08", 100), ("2024-01-09", 105))
    ]
    with pytest.raises(BadInput, match="holds quotes of 2024-01-08 and 2024-01-09; paste the chain of one moment"):
        read(tmp_path, days)


def test_snapshots_of_one_day_in_one_file_are_refused_where_they_differ(tmp_path: Path) -> None:
    both = {"10:00": [record(100)], "11:00": [record(100, openInterest=99)]}
    with pytest.raises(BadInput, match="the 2024-01-19 100 call stands in rows 2 and 3 with different figures"):
        read(tmp_path, {"ticker": "ZZX", "data": both})
    # Of an index, or of what has no name, they may settle at the open and at the close.
    said = [note for note in read(tmp_path, both).notes if note.startswith("1 contracts of a third Friday stand twice")]
    assert len(said) == 1


def test_a_key_may_be_the_strike_the_expiry_or_the_right(tmp_path: Path) -> None:
    figures = {"oi": 7, "iv": 0.3}
    chain = read(tmp_path, {"2024-01-19": {"CE": {"24500": figures}, "PE": {"24500": {**figures, "oi": 8}}}})
    assert (chain.venue, chain.currency) == ("NSE", "INR")
    assert chain.open_interest.tolist() == [7, 8]
    assert chain.strike.tolist() == [24500, 24500]
    assert chain.expiry.astype(str).tolist() == ["2024-01-19"] * 2


def test_keys_of_days_in_epochs_or_with_the_days_left_are_expiries(tmp_path: Path) -> None:
    inner = {"calls": [{"strike": 100, "oi": 7, "iv": 0.3}]}
    assert read(tmp_path, {"1705622400": inner}).expiry.astype(str).tolist() == ["2024-01-19"]
    assert read(tmp_path, {"20240119": inner}).expiry.astype(str).tolist() == ["2024-01-19"]
    assert read(tmp_path, {"2024-01-19:11": inner}).expiry.astype(str).tolist() == ["2024-01-19"]


def test_columns_of_different_lengths_are_no_table(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no list of option contracts|no option chain found"):
        read(tmp_path, {"strike": [100, 105], "type": ["C"], "openInterest": [1, 2, 3]})


def test_columns_of_objects_with_other_keys_are_left_away(tmp_path: Path) -> None:
    columns = {name: {"0": value, "1": value} for name, value in record(100).items()}
    chain = read(tmp_path, {**columns, "strike": {"0": 100, "1": 105}, "mine": {"x": 1, "y": 2}, "right": {}})
    assert chain.strike.tolist() == [100, 105]


def test_lists_of_lists_in_a_column_are_no_figures(tmp_path: Path) -> None:
    odd = {"strike": [[100]], "type": [["C"]], "openInterest": [[1]]}
    with pytest.raises(BadInput, match="the chain is empty"):
        read(tmp_path, odd)


def test_a_price_of_the_underlying_in_a_sentence_is_spot_with_its_time(tmp_path: Path) -> None:
    chain = read(
        tmp_path, {"lastTrade": "LAST TRADE: $1,105.25 (AS OF JAN 8, 2024 10:30 AM ET)", "rows": [record(1100)]}
    )
    assert chain.spot == 1105.25
    assert chain.as_of == dt.datetime(2024, 1, 8, 15, 30, tzinfo=dt.UTC)
    chain = read(tmp_path, {"note": "Last price: 105.25, delayed", "rows": [record()]})
    assert (chain.spot, chain.as_of) == (105.25, None)


def test_a_list_of_one_expiry_is_that_of_all_contracts(tmp_path: Path) -> None:
    bare = {"strike": 100, "type": "call", "openInterest": 10}
    for only in (["19-Jan-2024"], [{"date": "19-01-2024", "count": 4}], ["1705622400"]):
        chain = read(tmp_path, {"expiryDates": only, "data": [bare]})
        assert chain.expiry.astype(str).tolist() == ["2024-01-19"]
    with pytest.raises(BadInput, match="missing: expiry"):
        read(tmp_path, {"expiryDates": ["19-Jan-2024", "16-Feb-2024"], "data": [bare]})
    with pytest.raises(BadInput, match="missing: expiry"):
        read(tmp_path, {"expiryDates": ["all"], "data": [bare]})


def test_blanks_and_marks_above_contracts_say_nothing(tmp_path: Path) -> None:
    chain = read(
        tmp_path,
        {
            "currency": "",
            "price": None,
            "timestamp": "soon",
            "sizes": [1, "x", None],
            "ok": True,
            "type": "option",
            "rows": [record()],
        },
    )
    assert (chain.spot, len(chain)) == (None, 1)


def test_the_price_of_a_day_is_not_the_underlyings(tmp_path: Path) -> None:
    """Polygon keeps the contract's own bar in `day`."""
    inner = record(day={"bid": 9.0, "iv": 9.0, "volume": 5}, bid=1.0, ask=1.2)
    chain = read(tmp_path, {"results": [inner]})
    assert (chain.bid.tolist(), chain.iv.tolist(), chain.volume.tolist()) == ([1.0], [0.2], [5])


def test_what_lies_too_deep_is_not_looked_for(tmp_path: Path) -> None:
    found: Any = [record()]
    for _ in range(8):
        found = {"down": found}
    assert len(read(tmp_path, found)) == 1
    for _ in range(60):
        found = {"down": found}
    with pytest.raises(BadInput, match="no list of option contracts"):
        read(tmp_path, found)
    listed: Any = [record()]
    for _ in range(20):
        listed = [{"down": listed}]
    with pytest.raises(BadInput, match="no list of option contracts"):
        read(tmp_path, listed)
    inner: Any = record()
    for _ in range(60):
        inner = {"down": inner}
    with pytest.raises(BadInput):
        read(tmp_path, {"list": [inner]})


def test_more_records_than_are_read_are_refused_before_they_are_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_CELLS", 3)
    with pytest.raises(BadInput, match="the paste has 4 records; expected at most 3"):
        read(tmp_path, [record(strike) for strike in (100, 105, 110, 115)])


def test_a_single_line_that_is_no_json_is_named_as_such(tmp_path: Path) -> None:
    for written in ("", "{", '{"strike": 1}\n{', "[1, 2"):
        with pytest.raises(BadInput, match=r"chain\.json: not valid JSON \("):
            chain_of(tmp_path, written, "chain.json")
