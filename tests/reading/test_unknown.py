"""What is no chain gets one sentence that names what was found and what is missing."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gex_xl.chain import Chain
from gex_xl.errors import BadInput
from tests.reading.made_up import HEADER, cboe_text, chain_of


def sentence(cells: Any) -> str:
    with pytest.raises(BadInput) as error:
        Chain.from_cells(cells)
    assert "\n" not in str(error.value)
    return str(error.value)


EMPTY: list[Any] = [[], [[]], [[None]], [["", None], [float("nan")]], [["  "], [], ["\u00a0"]]]


@pytest.mark.parametrize("cells", EMPTY, ids=str)
def test_empty(cells: Any) -> None:
    assert sentence(cells) == "the chain is empty; paste an option chain with its header row"


@pytest.mark.parametrize("cells", ["text", 5, None, {"a": 1}, object], ids=repr)
def test_no_range(cells: Any) -> None:
    assert sentence(cells).startswith("the chain is not a range; expected rows of cells with a header")


@pytest.mark.parametrize("cell", ["chain", 5, None, "S:1", True], ids=repr)
def test_a_single_cell(cell: object) -> None:
    assert "chain" in sentence([cell])


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        (["Strike", "Type", "Expiry", "IV"], "open interest"),
        (["Strike", "Type", "OI"], "expiry; a line above the table may name it: Expiry: 2024-01-19"),
        (["Strike", "Expiry", "OI"], "right"),
        (["Type", "Expiry", "OI"], "strike"),
        (["Strike", "Bid", "Ask"], "right, expiry, open interest"),
        (["contractSymbol", "Bid", "Ask"], "open interest"),
        (["Date", "Close", "Gamma"], "strike, right, expiry, open interest"),
        (["Streichpreis", "Art", "Ende"], "strike, right, expiry, open interest"),
    ],
)
def test_missing_columns(header: list[str], missing: str) -> None:
    written = sentence([["some notes"], header, [100, 2, 3], [101, 2, 3]])
    assert written == f"no option chain found; columns found in row 2: {', '.join(header)}; missing: {missing}"


def test_header_without_contracts(tmp_path: Path) -> None:
    for cells in ([HEADER.split(",")], [["Strike", "Type", "Expiry", "OI"], [None, None]], [["Symbol", "OI"]]):
        assert sentence(cells) == "the chain has a header but no contracts below it"
    with pytest.raises(BadInput, match="no contracts below it"):
        chain_of(tmp_path, cboe_text(rows=()))


def test_contracts_without_a_header(tmp_path: Path) -> None:
    written = sentence([["Fri Jan 19 2024", "ZZX240119C00100000", 1, 0.1, 9.5, 10.5, 11, 0.25, 0.7, 0.02, 1000]])
    assert written.startswith("no option chain found; columns found in row 1: ")
    assert "missing: strike, right, expiry, open interest" in written


def test_numbers_only() -> None:
    assert sentence([[1, 2], [3, 4]]) == (
        "no option chain found; columns found in row 1: none; missing: strike, right, expiry, open interest"
    )


def test_files_that_are_no_files(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="a folder; expected a csv, json or xlsx file"):
        Chain.from_file(tmp_path)
    with pytest.raises(BadInput, match="no such file; expected a csv, json or xlsx file"):
        Chain.from_file(tmp_path / "missing.csv")


@pytest.mark.parametrize(
    "raw",
    [b"", b"\x00\x01\x02\x03" * 50, bytes(range(256)) * 3, b"\xff\xfe\x00", b'"never closed\nStrike,Type',
     b"%PDF-1.7 binary", b"<html><table></table></html>", b"a,b\x00c\n1,2\n", b"x" * 200_000, b"\r\n\r\n,,,\n"],
    ids=["empty", "nulls", "every byte", "half utf-16", "open quote", "pdf", "html", "null in a cell", "one long word",
         "blank lines"],
)  # fmt: skip
def test_files_without_a_chain(raw: bytes, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as error:
        chain_of(tmp_path, raw)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 1000


def test_thinkorswim_has_all_but_spot_time_and_iv(shared_chains: Path) -> None:
    file = shared_chains / "thinkorswim_amzn_2018.csv"
    chain = Chain.from_file(file)
    with file.open(encoding="utf-8-sig", newline="") as contracts:
        first = list(csv.reader(contracts))[1]
    assert chain.layout == "calls | strike | puts"
    assert (chain.spot, chain.as_of) == (None, None)
    assert np.isnan(chain.iv).all()
    call, put = np.flatnonzero(chain.row == 2)
    assert chain.strike[[call, put]].tolist() == [float(first[13])] * 2
    assert chain.open_interest[[call, put]].tolist() == [float(first[2]), float(first[18])]
    assert chain.bid[[call, put]].tolist() == [float(first[8]), float(first[14])]
    assert chain.ask[[call, put]].tolist() == [float(first[10]), float(first[16])]


def test_every_file_of_the_folder_is_read_or_refused_in_one_sentence(shared_chains: Path) -> None:
    files = [file for file in sorted(shared_chains.iterdir()) if file.suffix in (".csv", ".dat", ".json", ".xlsx")]
    outcomes = []
    for file in files:
        try:
            outcomes.append(len(Chain.from_file(file)) > 0)
        except BadInput as error:
            assert "\n" not in str(error)
            outcomes.append(False)
    assert all(outcomes)


WORDS = ["Strike", "Type", "Expiry", "OI", "IV", "Symbol", "Calls", "Puts", "Spot", "Quote Time", "Multiplier",
         "call", "put", "2024-01-19", "ZZX240119C00100000", "100", "1,234", "25%", "--", "n/a", "#N/A", "Total",
         "January 7, 2024 at 10:52 AM EST", "Last: 105.25", "10:52 XYZT 1/2/2024", "99999999999999999999"]  # fmt: skip
CELLS = st.one_of(
    st.sampled_from(WORDS), st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.datetimes(),
    st.dates(dt.date(2024, 1, 1), dt.date(2025, 1, 1)), st.floats(0, 1e5), st.datetimes(timezones=st.just(dt.UTC)),
)  # fmt: skip
HEADERS = [
    ["Expiry", "OI", "IV", "Gamma", "Strike", "OI", "IV", "Gamma"],
    ["Calls", "OI", "IV", "Strike", "Puts", "OI", "IV"],
    ["Strike", "Type", "Expiry", "OI", "IV", "Quote Time", "Spot", "Multiplier"],
    ["Symbol", "OI", "IV", "Ticker", "Strike"],
    ["strike_price", "cp_flag", "exdate", "OI", "symbol", "date"],
]
BLOCKS = st.lists(st.lists(CELLS, max_size=9), max_size=4)
#: Contracts of which some are contracts, so that what is behind the first check is reached as well.
LINES = {
    "side": ["2024-01-19", 5, 0.2, 0.01, 100, 6, 0.3, 0.02],
    "row": [100, "call", "2024-01-19", 5, 0.2, "2024-01-08 10:30", 101, 100],
}


@settings(max_examples=300, deadline=None)
@given(BLOCKS, st.sampled_from(HEADERS), BLOCKS)
def test_any_cells_are_read_or_refused_in_one_sentence(
    above: list[list[object]], header: list[str], below: list[list[object]]
) -> None:
    try:
        assert len(Chain.from_cells([*above, header, *below])) > 0
    except BadInput as error:
        assert str(error)


@settings(max_examples=300, deadline=None)
@given(BLOCKS, st.sampled_from([(HEADERS[0], "side"), (HEADERS[2], "row")]), st.integers(0, 7), CELLS)
def test_any_one_cell_of_a_good_line_is_read_or_refused_in_one_sentence(
    above: list[list[object]], layout: tuple[list[str], str], place: int, cell: object
) -> None:
    header, line = layout[0], [*LINES[layout[1]]]
    line[place] = cell
    try:
        assert len(Chain.from_cells([*above, header, line])) > 0
    except BadInput as error:
        assert str(error)


def test_a_quotation_mark_that_is_not_closed(tmp_path: Path) -> None:
    """It would take in all the lines below it."""
    file = tmp_path / "chain.csv"
    head, row = "Expiry,Type,Strike,IV,OI", "2024-01-19,call,100,0.25,10"
    file.write_text(f'{head}\n{row}\n2024-01-19,"call,105,0.25,10\n2024-01-19,call,110,0.25,10\n')
    with pytest.raises(BadInput, match="row 3 has a quotation mark that is not closed"):
        Chain.from_file(file)
    file.write_text(f'{head}\n2024-01-19,"call",100,0.25,"10"')
    assert len(Chain.from_file(file)) == 1


def test_russian_text_in_the_encoding_of_russian_windows(tmp_path: Path) -> None:
    file = tmp_path / "chain.csv"
    file.write_bytes("Expiry;Type;Strike;IV;OI\n19 января 2024;call;100;0,25;10\n".encode("cp1251"))
    assert str(Chain.from_file(file).expiry[0]) == "2024-01-19"
    file.write_bytes("Expiry;Type;Strike;IV;OI\n16 août 2024;call;100;0,25;10\n".encode("cp1252"))
    assert str(Chain.from_file(file).expiry[0]) == "2024-08-16"


def test_what_stands_below_a_header_in_place_of_contracts() -> None:
    with pytest.raises(BadInput, match=r"no contracts below it \(no strike or symbol 2\)"):
        Chain.from_cells([["Expiry", "Type", "Strike", "IV", "OI"], *[["2024-01-19", "call", None, 0.25, 10]] * 2])
