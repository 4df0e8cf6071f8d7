"""Positions that a loaded chain lists need neither iv nor spot; what was used is said."""

from __future__ import annotations

import math
from typing import Any

import pytest

from gex_xl import udfs
from gex_xl.analytics.contracts import prepare
from gex_xl.chain import Chain
from gex_xl.desk.book import greeks
from gex_xl.functions import EXAMPLE_CHAIN
from gex_xl.functions.arguments import book as read_book
from gex_xl.settings import Settings

F = udfs.FUNCTIONS
HEADER = ["Underlying", "Class", "Type", "Strike", "Expiry", "Contracts", "IV", "Price"]
LISTED = ["SPX", "SPXW", "C", 5050, "2025-03-07", -60, None, None]
SPY_CHAIN = [
    ["Synthetic example", "Spot: 500", "2025-03-03 11:30"],
    ["Root", "Expiry", "Type", "Strike", "IV", "Open Interest"],
    *[["SPY", "2025-03-21", right, strike, 0.15, 100] for strike in (490, 500, 510) for right in "CP"],
]


def test_greeks_are_those_of_the_chain() -> None:
    found = read_book([HEADER, LISTED], chain=EXAMPLE_CHAIN)
    chain = Chain.from_cells(EXAMPLE_CHAIN)
    contracts = prepare(chain)
    at = next(
        k for k, i in enumerate(contracts.index)
        if chain.strike[i] == 5050 and chain.is_call[i] and str(chain.expiry[i]) == "2025-03-07"
    )  # fmt: skip
    assert found.spots == {"SPX": 5000}
    assert found.iv_from == ["chain"] and found.spot_from == "chain"
    assert found.as_of == contracts.as_of
    assert found.years[0] == pytest.approx(contracts.years[at], rel=1e-12)
    assert found.forward[0] == pytest.approx(contracts.forward[at], rel=1e-12)
    expected = -60 * 100 * contracts.gamma[at] * 5000**2 * 0.01
    assert greeks(found).gamma[0] == pytest.approx(expected, rel=1e-9)


def test_handles_of_several_chains_and_a_range_of_them() -> None:
    handles = [[F["LOAD_CHAIN"](EXAMPLE_CHAIN)], [None], [F["LOAD_CHAIN"](SPY_CHAIN)], [""]]
    rows = [
        HEADER,
        LISTED,
        ["SPY", "SPY", "P", 490, "2025-03-21", 10, None, None],
        ["SPY", "", "shares", None, None, 5, None, None],
    ]
    table = F["BOOK_EXPOSURE"](rows, chain=handles)
    names = {row[1] for row in table if row[0] == "underlying"}
    assert names == {"SPX", "SPY"}
    notes = {row[1]: row[-1] for row in table if row[0] == "series"}
    assert notes["SPY 2025-03-21 P 490"] == "iv from the chain: 15.0%"
    assert F["LIMIT_CHECK"](rows, [["limit", "value"], ["vega", 1e9]], chain=handles)[1][5] == "ok"
    assert F["HEDGE_UNDERLYING"](rows, chain=handles)[1][1] == 5000


def test_the_rows_own_iv_comes_first_then_its_price_then_the_chain() -> None:
    own, priced_row, chain = list(LISTED), list(LISTED), list(LISTED)
    own[6] = 0.25
    priced_row[7] = 21.5
    found = read_book([HEADER, own, priced_row, chain], chain=EXAMPLE_CHAIN)
    assert found.iv_from == ["given", "price", "chain"]
    assert found.iv[0] == 0.25 and found.iv[1] != found.iv[2]
    again = found.european().price()[1]
    assert again == pytest.approx(21.5, rel=1e-9)


def test_a_spot_given_moves_the_forward_of_the_chain_in_proportion() -> None:
    at_paste = read_book([HEADER, LISTED], chain=EXAMPLE_CHAIN)
    moved = read_book([HEADER, LISTED], 5100, chain=EXAMPLE_CHAIN)
    assert moved.forward[0] / at_paste.forward[0] == pytest.approx(5100 / 5000, rel=1e-12)
    assert moved.spot_from == "given"


def test_settings_of_the_call_reach_the_chain() -> None:
    plain = read_book([HEADER, LISTED], chain=EXAMPLE_CHAIN)
    rates = read_book([HEADER, LISTED], None, None, "carry=rates; rate=0.05", chain=EXAMPLE_CHAIN)
    t = float(plain.years[0])
    assert rates.forward[0] == pytest.approx(5000 * math.exp(0.05 * t), rel=1e-9)
    assert Settings().rate != 0.05


@pytest.mark.parametrize(
    ("row", "chain", "said"),
    [
        (["SPX", "SPXW", "C", 5075, "2025-03-07", 1, None, None], EXAMPLE_CHAIN,
         "the chain of SPX does not list it; give one of them"),
        (["QQQ", "QQQ", "C", 500, "2025-03-07", 1, None, None], EXAMPLE_CHAIN, "the spot of QQQ is neither in"),
        (LISTED, [EXAMPLE_CHAIN[0], EXAMPLE_CHAIN[1]], "the chain has a header but no contracts"),
        (LISTED, "SPX 8 contracts 2025-03-03 #0000000", "is not in memory; recalculate the LOAD_CHAIN cell"),
        (LISTED, "#REF!", "#REF!"),
    ],
)  # fmt: skip
def test_what_the_chain_does_not_say_is_an_error(row: list[Any], chain: Any, said: str) -> None:
    with pytest.raises(udfs.XlwingsError) as caught:
        F["BOOK_EXPOSURE"]([HEADER, row], chain=chain)
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_two_chains_on_one_underlying_are_refused() -> None:
    later = [["Synthetic example", "Spot: 5001", "2025-03-03 11:31"], *EXAMPLE_CHAIN[1:]]
    handles = [[F["LOAD_CHAIN"](EXAMPLE_CHAIN)], [F["LOAD_CHAIN"](later)]]
    with pytest.raises(udfs.XlwingsError, match="two of the chains are on SPX; give one of them"):
        F["BOOK_EXPOSURE"]([HEADER, LISTED], chain=handles)


def test_a_series_under_two_roots_needs_its_class() -> None:
    both = [*EXAMPLE_CHAIN[:2], *[[root, "2025-03-21", "C", 5000, 0.2, 5] for root in ("SPX", "SPXW")]]
    row = ["SPX", "", "C", 5000, "2025-03-21", 1, None, None]
    with pytest.raises(
        udfs.XlwingsError, match=r"row 2 \(SPX\): the chain lists it under SPX and SPXW; give its class"
    ):
        F["BOOK_EXPOSURE"]([HEADER, row], chain=both)
    row[1] = "SPXW"
    assert F["BOOK_EXPOSURE"]([HEADER, row], chain=both)
