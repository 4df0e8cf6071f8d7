"""HEDGE_FLOW with iv moving, LETF_FLOW, OPTION_IV and OPTION_GREEKS as a host calls them."""

from __future__ import annotations

from typing import Any

import pytest
from xlwings import XlwingsError

from gex_xl import udfs
from gex_xl.functions import EXAMPLE_CHAIN, REGISTRY

F = udfs.FUNCTIONS
FUNDS = REGISTRY["LETF_FLOW"].example[0]


def test_iv_that_moves_adds_columns_and_changes_none() -> None:
    plain = F["HEDGE_FLOW"](EXAMPLE_CHAIN, "-1%, 1%")
    both = F["HEDGE_FLOW"](EXAMPLE_CHAIN, "-1%, 1%", None, None, "unit=usd_mn", -4)
    assert [row[:2] for row in both[1:]] == [row[:2] for row in plain[1:]]
    assert both[0][4:] == ["With iv moving (shares)", "With iv moving (USD mn)", "Stopped at 1 point"]
    for row in both[1:]:
        assert row[5] == pytest.approx(row[4] * 5000 / 1e6)
    assert F["HEDGE_FLOW"](EXAMPLE_CHAIN, "-1%, 1%", None, None, None, 0) == plain


def test_funds_are_read_in_any_column_order_and_as_people_write_leverage() -> None:
    rows = [["AUM (USD)", "Leverage", "Ticker"], [25e9, "3x", "Bull 3x"], [None, None, None], ["4.5e9", "200%", "B"]]
    table = F["LETF_FLOW"](rows, 0.01)
    assert table[0] == ["Move of the index", "All funds (USD)", "Bull 3x", "B"]
    assert table[1] == pytest.approx([0.01, 1.59e9, 1.5e9, 9e7])


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([["Fund", "Assets"], ["A", 1e9]], "funds has no column leverage; expected a header with fund, assets and"),
        ([FUNDS[0]], "funds has a header but no fund below it"),
        ([FUNDS[0], ["A", "many", 3]], 'funds, row 2: assets is "many"; expected USD, 0 or more'),
        ([FUNDS[0], ["A", 1e9, None]], 'funds, row 2: leverage is ""; expected a number such as 3 or -1'),
        ([FUNDS[0], ["A", 1e9, 300]], 'funds, row 2: leverage is "300"; expected a number'),
    ],
)
def test_a_bad_range_of_funds_names_the_row_and_the_column(rows: list[list[Any]], sentence: str) -> None:
    with pytest.raises(XlwingsError, match=sentence):
        F["LETF_FLOW"](rows, 0.01)


def test_an_option_s_iv_is_that_of_the_chain_s_table() -> None:
    for row in F["CHAIN_TABLE"](EXAMPLE_CHAIN)[1:]:
        root, expiry, right, strike, iv = row[:5]
        assert F["OPTION_IV"](EXAMPLE_CHAIN, expiry, strike, right, None, None, None, root) == pytest.approx(iv)
        greeks = {line[0]: line[1] for line in F["OPTION_GREEKS"](EXAMPLE_CHAIN, expiry, strike, right)[1:]}
        assert (greeks["iv"], greeks["gamma"]) == pytest.approx((iv, row[8]))


def test_bad_arguments_are_one_sentence_that_names_them() -> None:
    for given, sentence in (
        (("2025-03-07", 5000, "X"), 'right is "x"; expected C or P'),
        (("2025-03-08", 5000, "C"), "expiry is 2025-03-08, which the chain has not; it has 2025-03-07, 2025-03-21"),
        (("soon", 5000, "C"), 'expiry is "soon"; expected a date'),
        (("2025-03-07", None, "C"), "strike is blank; it must be given"),
        (("2025-03-07", 5000, None), "right is blank; it must be given"),
    ):
        with pytest.raises(XlwingsError, match=sentence):
            F["OPTION_IV"](EXAMPLE_CHAIN, *given)
    assert F["OPTION_IV"](EXAMPLE_CHAIN, "2025-03-07", 9000, "C") == "#N/A"
