"""Which column is what where names alone do not tell: two sides of a row, `vol`, rights, weights."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from gex_xl.analytics.contracts import prepare
from gex_xl.chain import Chain
from gex_xl.errors import BadInput
from gex_xl.reading import read_columns
from gex_xl.reading.headers import field_of
from gex_xl.reading.layouts import check_size
from gex_xl.settings import Settings
from tests.reading.made_up import chain_of

C100, P100 = "ZZX240119C00100000", "ZZX240119P00100000"
C105, P105 = "ZZX240119C00105000", "ZZX240119P00105000"


def chain(text: str) -> Chain:
    return Chain.from_cells([line.split(",") for line in text.strip().splitlines()])


def interest(found: Chain) -> dict[tuple[str, float], float]:
    rights = np.where(found.is_call, "C", "P").tolist()
    return dict(zip(zip(rights, found.strike.tolist(), strict=True), found.open_interest.tolist(), strict=True))


def test_columns_of_symbols_without_a_known_name_make_a_row_two_sided() -> None:
    text = f"contract left,c_oi,strike,p_oi,other one\n{C100},10,100,20,{P100}\n{C105},30,105,40,{P105}"
    assert interest(chain(text)) == {("C", 100): 10, ("P", 100): 20, ("C", 105): 30, ("P", 105): 40}


@pytest.mark.parametrize("name", ["Strikes of puts", "", "???", "Kontrakt"])
def test_an_unknown_name_over_one_column_of_symbols_drops_no_side(name: str) -> None:
    """Half of the paste was lost, and the check said that all of it was used."""
    text = f"Calls,IV,Open Interest,Strike,{name},IV,Open Interest\n{C100},0.2,10,100,{P100},0.3,20"
    found = chain(text)
    assert interest(found) == {("C", 100): 10, ("P", 100): 20}
    assert found.rows == 2


@pytest.mark.parametrize(("lost", "side"), [(2, "call"), (6, "put")])
def test_open_interest_missing_on_one_side_is_refused(lost: int, side: str) -> None:
    """Calls were weighed with the puts' open interest."""
    names = ["Calls", "IV", "Open Interest", "Strike", "Puts", "IV", "Open Interest"]
    names[lost] = "Interesse"
    with pytest.raises(BadInput, match=f"open interest is missing on the {side} side"):
        chain(f"{','.join(names)}\n{C100},0.2,10,100,{P100},0.3,20")


def test_one_open_interest_for_two_sides_is_refused() -> None:
    with pytest.raises(BadInput, match=r"the column OI does not say whether it is of calls or of puts; name two"):
        chain("expiry,strike,c_iv,p_iv,OI\n2024-01-19,100,0.2,0.3,10")


def test_sides_left_of_the_strike_are_told_by_their_titles() -> None:
    text = f"Calls,IV,Open Interest,Puts,IV,Open Interest,Strike\n{C100},0.2,10,{P100},0.3,20,100"
    assert interest(chain(text)) == {("C", 100): 10, ("P", 100): 20}
    text = "Calls,IV,Open Interest,Puts,IV,Open Interest,Strike,Expiry\nc,0.2,10,p,0.3,20,100,2024-01-19"
    assert interest(chain(text)) == {("C", 100): 10, ("P", 100): 20}


def test_puts_on_the_left_are_told_by_their_column_of_rights() -> None:
    text = "Expiry,Type,Bid,Open Int,Strike,Type,Bid,Open Int\n2024-01-19,Put,1,10,100,Call,9,20"
    found = chain(text)
    assert interest(found) == {("P", 100): 10, ("C", 100): 20}
    assert found.bid.tolist() == [9, 1]


def test_vol_beside_a_volume_is_volatility() -> None:
    found = chain("symbol,volume,vol,open interest\n" + f"{C100},7,0.21,10\n{P100},8,0.31,20")
    assert found.iv.tolist() == [0.21, 0.31]
    assert found.volume.tolist() == [7, 8]


def test_vol_of_fractions_is_volatility_and_of_whole_numbers_volume() -> None:
    found = chain(f"symbol,vol,open interest\n{C100},0.21,10\n{P100},0.31,20")
    assert found.iv.tolist() == [0.21, 0.31]
    found = chain(f"symbol,vol,open interest\n{C100},21,10\n{P100},31,20")
    assert np.isnan(found.iv).all()
    assert found.volume.tolist() == [21, 31]


DOLTHUB = """date,act_symbol,expiration,strike,call_put,bid,ask,vol,delta,gamma,theta,vega,rho
2024-01-08,ZZX,2024-01-19,100.00,Call,6.1,6.3,0.2511,0.81,0.031,-0.1,0.1,0.1
2024-01-08,ZZX,2024-01-19,100.00,Put,0.8,0.9,0.2511,-0.19,0.031,-0.1,0.1,0.1
"""


def test_a_file_without_a_weight_is_a_sentence_about_open_interest_or_volume(tmp_path: Path) -> None:
    """DoltHub's options: `vol` is implied volatility, and there is neither open interest nor volume."""
    with pytest.raises(BadInput, match="the paste has neither open interest nor volume, by which gamma is weighed"):
        chain_of(tmp_path, DOLTHUB)


def test_volume_alone_is_used_where_it_is_asked_for() -> None:
    found = chain(f"symbol,iv,volume\n{C100},0.2,7\n{P100},0.3,8")
    assert "the paste has no open interest; weight = volume makes use of its volume" in found.notes
    settings = Settings().with_changes({"weight": "volume"})
    contracts = prepare(found, 101.0, dt.datetime(2024, 1, 8, 15, tzinfo=dt.UTC), settings)
    assert len(contracts.index) == 2


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("symbol,strike,open interest,iv\nZZX,100,10,0.2", "right"),
        ("strike,type,open interest\n100,C,10", "expiry"),
        ("strike,expiry,type,iv\n100,2024-01-19,C,0.2", "open interest"),
    ],
)
def test_a_refusal_names_what_is_missing_and_how_to_give_it(header: str, missing: str) -> None:
    """`right` alone was the whole sentence."""
    with pytest.raises(BadInput) as refused:
        chain(header)
    assert missing in str(refused.value)
    assert len(str(refused.value).split()) > 8


def test_symbols_of_a_month_without_an_expiry_ask_for_one() -> None:
    with pytest.raises(BadInput, match="the paste names no expiry; write it above the table, such as Expiry"):
        chain("symbol,oi,bid,ask\nNIFTY25JUN24500CE,75,1,2\nNIFTY25JUN24500PE,150,1,2")


def test_an_expiry_that_a_symbol_contradicts_is_refused() -> None:
    with pytest.raises(
        BadInput, match="row 2 is 2025-07-31; expected one in the month of its option symbol NIFTY25JUN"
    ):
        chain("symbol,expiry,oi\nNIFTY25JUN24500CE,2025-07-31,75\nNIFTY25JUN24500PE,2025-07-31,150")


def test_a_row_with_a_symbol_of_a_month_and_no_expiry_is_named() -> None:
    with pytest.raises(BadInput, match='expiry in row 3 is ""; expected a date'):
        chain(
            "symbol,expiry,oi\nNIFTY25JUN24500CE,2025-06-26,75\nNIFTY25JUN24500PE,,150\nNIFTY25JUN24600PE,2025-06-26,1"
        )


def test_an_expiry_that_stands_once_above_its_rows_is_theirs() -> None:
    text = """expiry,type,strike,open interest,iv
2024-01-19,,,,
,C,100,10,0.2
,P,100,20,0.2
2024-02-16,,,,
,C,100,30,0.2
,P,100,40,0.2"""
    found = chain(text)
    assert found.expiry.astype(str).tolist() == ["2024-01-19"] * 2 + ["2024-02-16"] * 2
    assert found.open_interest.tolist() == [10, 20, 30, 40]
    assert found.left_out == ()
    assert "the column expiry names each value once, above its rows: it is theirs too" in found.notes


def test_an_expiry_that_is_merged_over_its_rows_is_theirs() -> None:
    text = """expiry,type,strike,open interest,iv
2024-01-19,C,100,10,0.2
,P,100,20,0.2
2024-02-16,C,100,30,0.2
,P,100,40,0.2"""
    assert chain(text).expiry.astype(str).tolist() == ["2024-01-19"] * 2 + ["2024-02-16"] * 2


def test_a_gap_in_a_column_of_expiries_is_no_merged_cell() -> None:
    text = "expiry,type,strike,open interest\n2024-01-19,C,100,10\n,P,100,20\n2024-01-19,C,105,30\n2024-01-19,P,105,40"
    with pytest.raises(BadInput, match='expiry in row 3 is ""; expected a date'):
        chain(text)


def test_the_underlying_among_its_options_is_no_contract() -> None:
    text = "symbol,option type,strike,oi,iv\nABC,,-1,,\nNSE:NIFTY2561224500CE,CE,24500,75,0.2"
    found = chain(text)
    assert found.open_interest.tolist() == [75]
    assert found.left_out == (("not an option", 0.0),)


def test_an_iv_of_bid_and_ask_of_each_side_is_their_middle_and_of_one_the_other() -> None:
    text = "expiry,strike,c_bid_iv,c_ask_iv,c_oi,p_bid_iv,p_ask_iv,p_oi\n2024-01-19,100,0.2,0.3,10,0,0.4,20"
    columns = read_columns([line.split(",") for line in text.splitlines()])
    assert columns.iv.tolist() == pytest.approx([0.25, 0.4])


def test_sided_ivs_of_a_row_with_one_contract_go_to_their_rights() -> None:
    text = "expiry,strike,type,oi,iv,call_iv\n2024-01-19,100,C,10,0.3,0.25\n2024-01-19,100,P,20,0.35,0.25"
    columns = read_columns([line.split(",") for line in text.splitlines()])
    assert columns.iv.tolist() == [0.25, 0.35]


def test_a_row_whose_symbol_cannot_be_read_is_named() -> None:
    with pytest.raises(BadInput, match=r'symbol in row 3 is "no name"; expected a symbol such as SPXW240119C04700000'):
        chain(f"symbol,right,strike,oi\n{C100},C,100,10\nno name,P,100,20\n{P105},P,105,20")


def test_a_time_of_a_zone_that_is_not_known_is_named() -> None:
    with pytest.raises(BadInput, match='the time zone XYZ in "2024-01-08 10:30 XYZ" is not known'):
        chain(f"symbol,oi,quote time\n{C100},10,2024-01-08 10:30 XYZ")


def test_of_a_name_in_several_parts_the_last_two_may_be_one_field() -> None:
    assert field_of("data.underlying.price") == "spot"
    assert field_of("data.day.iv") is None
    assert field_of("greeks.oiCcy") == "open_interest"


def test_a_table_of_more_cells_than_are_read_is_refused() -> None:
    with pytest.raises(BadInput, match="200,000 rows of 30 columns; expected at most 200,000 rows"):
        check_size(200_000, 30)
