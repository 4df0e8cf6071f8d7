"""Several underlyings: every row is what the functions of their own say, and a broken one spoils no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from xlwings import XlwingsError

from gex_xl import udfs
from gex_xl.analytics.contracts import prepare
from gex_xl.analytics.watchlist import other_sign, watched, watchlist
from gex_xl.chain import Chain
from gex_xl.commands.watchlist_text import watchlist_text
from gex_xl.errors import BadInput
from gex_xl.functions import EXAMPLE_CHAIN
from gex_xl.settings import Sign
from tests.analytics import shared_files

F = udfs.FUNCTIONS
OTHER = [["Made up", "Spot: 100", "2025-03-03 11:30"], EXAMPLE_CHAIN[1],
         *[["ACME", "2025-03-21", right, strike, 0.4, oi] for right, strike, oi in
           (("C", 105, 500), ("P", 95, 700), ("C", 100, 50), ("P", 100, 20))]]  # fmt: skip


def test_each_row_is_what_the_functions_say_of_its_chain() -> None:
    handles = [[F["LOAD_CHAIN"](EXAMPLE_CHAIN)], [F["LOAD_CHAIN"](OTHER, None, None, "sign=long_calls")]]
    head, *rows = F["WATCHLIST"](handles)
    for row, (handle,), other in zip(rows, handles, ("long_calls", "customer_flow"), strict=True):
        found = dict(zip(head, row, strict=True))
        assert found["Total GEX"] == F["TOTAL_GEX"](handle)
        assert found["Under the other sign"] == F["TOTAL_GEX"](handle, None, None, f"sign={other}")
        assert found["Zero gamma"] == F["ZERO_GAMMA"](handle)
        assert found["From spot"] == pytest.approx(found["Zero gamma"] / found["Spot"] - 1)
        assert (found["Call wall"], found["Put wall"]) == (F["CALL_WALL"](handle), F["PUT_WALL"](handle))
        assert found["Expected move"] == F["EXPECTED_MOVE"](handle)[1][4]
        assert found["Regime"] in ("Short gamma", "Long gamma", "Mixed")
    assert [row[0] for row in rows] == ["SPX", "ACME"]


def test_every_underlying_tells_its_terms() -> None:
    """Two that share them share a line; what is not in the table of products is assumed, and said."""
    rows = watchlist([(name, lambda cells=cells: prepare(Chain.from_cells(cells)))  # type: ignore[misc]
                      for name, cells in (("a", EXAMPLE_CHAIN), ("b", OTHER), ("c", OTHER))])  # fmt: skip
    said = [line for line in watchlist_text(rows) if "per contract" in line]
    assert said[0] == "SPX: 100 per contract, USD, settles 09:30 (SPX) and 16:00 (SPXW) New York"
    assert said[1].startswith("ACME: 100 per contract, USD, settles 16:00 New York (assumed: ACME is not in the table")
    assert len(said) == 2


def test_settings_win_over_those_of_the_handles() -> None:
    handle = F["LOAD_CHAIN"](EXAMPLE_CHAIN, None, None, "unit=usd_bn")
    row = F["WATCHLIST"]([[handle]], "sign=long_calls")[1]
    assert row[3:5] == [F["TOTAL_GEX"](EXAMPLE_CHAIN, None, None, "sign=long_calls; unit=usd_bn"), "USD bn per 1 %"]


def test_a_chain_that_cannot_be_read_says_why_and_spoils_no_other() -> None:
    good = F["LOAD_CHAIN"](EXAMPLE_CHAIN)
    expired = F["LOAD_CHAIN"](EXAMPLE_CHAIN, None, "2025-04-03 11:30")
    unknown = "SPX 16 contracts 2025-03-03 #000000"
    rows = F["WATCHLIST"]([[unknown], [good], ["#VALUE!"], [None], [expired]])[1:]
    assert rows[1] == F["WATCHLIST"]([[good]])[1]
    assert [row[13] for row in (rows[0], rows[2], rows[3])] == ["cannot be read"] * 3
    assert rows[0][0] == unknown
    assert rows[0][14].endswith("is not in memory; recalculate the LOAD_CHAIN cell")
    assert rows[2][14] == "the chain is #VALUE!; mend the cell that it comes from"
    assert rows[3][14].startswith("no contract is left (expired 16")


def test_handles_may_stand_in_a_row_and_a_chain_is_one_row() -> None:
    handles = [F["LOAD_CHAIN"](EXAMPLE_CHAIN), F["LOAD_CHAIN"](OTHER)]
    assert F["WATCHLIST"]([handles]) == F["WATCHLIST"]([[handle] for handle in handles])
    assert F["WATCHLIST"](EXAMPLE_CHAIN) == F["WATCHLIST"](handles[0])


def test_too_many_or_none_are_refused() -> None:
    with pytest.raises(XlwingsError, match="handles is blank"):
        F["WATCHLIST"]([[None], [""]])
    with pytest.raises(XlwingsError, match="handles has 101 cells; expected up to 100"):
        F["WATCHLIST"]([["#N/A"]] * 101)


def test_the_other_convention_is_that_of_the_method() -> None:
    """Method, section 1: beside the chosen sign stands long_calls, or under it customer_flow."""
    assert {sign: other_sign(sign) for sign in Sign} == {
        Sign.CUSTOMER_FLOW: Sign.LONG_CALLS, Sign.LONG_CALLS: Sign.CUSTOMER_FLOW, Sign.SHORT_ALL: Sign.LONG_CALLS,
    }  # fmt: skip


def test_every_real_chain_has_a_row(shared_chains: Path) -> None:
    names = [*shared_files.FILES, "none.csv"]

    def read(name: str) -> object:
        if name == "none.csv":
            raise BadInput("no such file")
        return shared_files.contracts_of(shared_chains / name)

    rows = watchlist([(name, lambda name=name: read(name)) for name in names])  # type: ignore[misc]
    assert [row.name for row in rows] == names
    assert [row.error for row in rows] == [*[""] * len(shared_files.FILES), "no such file"]
    for row, name in zip(rows, shared_files.FILES, strict=False):
        assert row == watched(shared_files.contracts_of(shared_chains / name), name)
        assert row.other_total == pytest.approx(-(row.total or 0))
        assert row.net_share is not None and -1 <= row.net_share <= 1
