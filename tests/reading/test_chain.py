"""The validated chain: duplicates, mixed pastes, order, and the count of every line."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gex_xl
from gex_xl.chain import Chain
from gex_xl.errors import BadInput
from tests.reading.made_up import Contract

FIELDS = ("strike", "iv", "open_interest", "gamma", "bid", "ask", "volume", "is_call", "expiry", "root", "settlement")
AS_OF = dt.datetime(2024, 1, 8, 15, 30, tzinfo=dt.UTC)
COLUMNS = ["Symbol", "IV", "OI", "Gamma", "Bid", "Ask", "Volume"]
CALL = Contract()
PUT = Contract(right="P", open_interest=2000, iv=0.27)
#: 16 February 2024 is the third Friday of its month, 17 January no Friday at all.
MONTHLY = Contract(root="", expiry=dt.date(2024, 2, 16))
WEEKLY = Contract(root="", expiry=dt.date(2024, 1, 17))


def one_per_row(contracts: Sequence[Contract]) -> list[list[object]]:
    return [COLUMNS, *([c.occ, c.iv, c.open_interest, c.gamma, c.bid, c.ask, c.volume] for c in contracts)]


def without_symbols(contracts: Sequence[Contract]) -> list[list[object]]:
    return [["Strike", "Type", "Expiry", "IV", "OI"], *([c.strike, c.right, c.expiry, c.iv, c.open_interest]
            for c in contracts)]  # fmt: skip


def read(*contracts: Contract) -> Chain:
    return Chain.from_cells(one_per_row(contracts))


def same(one: Chain, other: Chain) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=name in FIELDS[:7]) for name in FIELDS
    )


def test_an_equal_duplicate_is_dropped_and_counted() -> None:
    chain = read(CALL, PUT, CALL, CALL)
    assert len(chain) == 2
    assert chain.left_out == (("duplicate line", 1000.0),) * 2
    assert chain.rows == 4
    assert chain.row.tolist() == [2, 3]


@pytest.mark.parametrize("change", [{"open_interest": 5}, {"iv": 0.3}, {"bid": 1.0}, {"gamma": 0.5}], ids=str)
def test_a_duplicate_with_other_figures_is_refused(change: dict[str, float]) -> None:
    with pytest.raises(BadInput) as error:
        read(CALL, PUT, CALL.but(**change))
    assert str(error.value) == (
        "the 2024-01-19 100 call stands in rows 2 and 4 with different figures; paste one chain only, and clear the "
        "old one before pasting"
    )


def test_a_paste_over_a_longer_old_chain_is_refused() -> None:
    with pytest.raises(BadInput, match="clear the old one"):
        Chain.from_cells([*one_per_row([CALL, PUT]), *one_per_row([CALL.but(open_interest=7)])])


def test_am_and_pm_contracts_of_an_index_may_share_a_third_friday_without_roots() -> None:
    chain = Chain.from_cells(without_symbols([MONTHLY, MONTHLY.but(open_interest=5)]))
    assert sorted(chain.open_interest.tolist()) == [5, 1000]
    assert any("third Friday" in note for note in chain.notes)
    with pytest.raises(BadInput, match="with different figures"):
        Chain.from_cells(without_symbols([MONTHLY, MONTHLY.but(open_interest=5), MONTHLY.but(open_interest=6)]))
    with pytest.raises(BadInput, match="with different figures"):
        Chain.from_cells(without_symbols([WEEKLY, WEEKLY.but(open_interest=5)]))


def test_a_stock_has_one_contract_of_a_third_friday() -> None:
    first, second = (["ZZX", "call", 100, "2024-01-19", 0.25, amount] for amount in (10, 20))
    with pytest.raises(BadInput, match="the 2024-01-19 100 call stands in rows 2 and 3 with different figures"):
        Chain.from_cells([["Underlying", "Type", "Strike", "Expiry", "IV", "OI"], first, second])


def test_roots_that_share_a_date_are_no_duplicates() -> None:
    chain = read(CALL.but(root="SPX"), CALL.but(root="SPXW", open_interest=5))
    assert chain.root.tolist() == ["SPX", "SPXW"]
    assert chain.left_out == ()


def test_two_underlyings_are_refused() -> None:
    with pytest.raises(BadInput) as error:
        read(CALL, PUT.but(root="QQX"))
    assert str(error.value) == (
        "the chain holds contracts on QQX, ZZX; paste one underlying at a time, and clear the old chain before "
        "pasting a new one"
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"open_interest": -1}, "open interest in row 3 is -1; expected 0 or more"),
        ({"open_interest": float("inf")}, "open interest in row 3 is inf; expected at most 1e+18"),
        ({"bid": -0.5}, "bid in row 3 is -0.5; expected 0 or more"),
        ({"volume": -7}, "volume in row 3 is -7; expected 0 or more"),
        ({"gamma": -0.1}, "gamma in row 3 is -0.1; expected 0 or more"),
        ({"strike": 0.0}, "strike in row 3 is 0; expected a number above 0"),
    ],
)
def test_figures_that_cannot_be(change: dict[str, float], sentence: str) -> None:
    with pytest.raises(BadInput) as error:
        read(CALL, PUT.but(**change))
    assert str(error.value) == sentence


@pytest.mark.parametrize("iv", [0.0, -0.2, float("nan"), float("inf")])
def test_an_iv_that_cannot_be_is_none(iv: float) -> None:
    assert np.isnan(read(CALL.but(iv=iv)).iv).all()


def test_order_is_expiry_strike_right_root() -> None:
    late = CALL.but(expiry=dt.date(2024, 2, 16), strike=90.0)
    chain = read(late, PUT, CALL.but(strike=110.0), CALL, PUT.but(strike=99.5))
    listed = zip(chain.expiry.astype(str).tolist(), chain.strike.tolist(), chain.is_call.tolist(), strict=True)
    assert list(listed) == [
        ("2024-01-19", 99.5, False),
        ("2024-01-19", 100.0, True),
        ("2024-01-19", 100.0, False),
        ("2024-01-19", 110.0, True),
        ("2024-02-16", 90.0, True),
    ]
    assert chain.row.tolist() == [6, 5, 3, 4, 2]


def test_arrays_cannot_be_written() -> None:
    chain = read(CALL)
    with pytest.raises(ValueError, match="read-only"):
        chain.open_interest[0] = 5


# --- every line is used or counted


def test_rows_are_used_or_counted_under_a_reason_with_their_open_interest() -> None:
    expired = CALL.but(expiry=dt.date(2024, 1, 5), open_interest=7)
    adjusted = CALL.but(root="ZZX1", open_interest=11)
    no_iv = PUT.but(strike=95.0, iv=0.0, bid=0.0, ask=0.0, open_interest=13)
    cells = one_per_row([CALL, PUT, expired, adjusted, no_iv, CALL])
    cells += [COLUMNS, [None, None, "5,048", None, None, None, None]]
    chain = Chain.from_cells(cells)
    contracts = gex_xl.prepare(chain, spot=101.0, as_of=AS_OF)
    assert chain.rows == 8
    assert len(contracts.index) == 2
    assert chain.rows == len(contracts.index) + sum(count for count, _ in contracts.excluded.values())
    assert sorted(contracts.excluded.values()) == [(1, 0.0), (1, 7.0), (1, 11.0), (1, 13.0), (1, 1000.0), (1, 5048.0)]
    # All but the total, which is no contract's.
    listed = 1000 + 2000 + 7 + 11 + 13 + 1000
    counted = sum(amount for _, amount in contracts.excluded.values()) - 5048
    assert counted + float(chain.open_interest[contracts.index].sum()) == listed


@pytest.mark.parametrize(("multiplier", "used"), [(None, 1), (100, 2), (33, 2)])
def test_an_adjusted_root_is_used_only_where_its_multiplier_is_given(multiplier: float | None, used: int) -> None:
    rows = one_per_row([CALL, CALL.but(root="ZZX1")])
    cells = [[*rows[0], "Multiplier"], [*rows[1], 100], [*rows[2], multiplier]]
    contracts = gex_xl.prepare(Chain.from_cells(cells), spot=101.0, as_of=AS_OF)
    assert len(contracts.index) == used
    assert sum(count for count, _ in contracts.excluded.values()) == 2 - used


# --- one chain, three layouts


def side_by_side(contracts: Sequence[Contract]) -> list[list[object]]:
    header = ["Expiration Date", "Calls", "Bid", "Ask", "Volume", "IV", "Gamma", "Open Interest", "Strike",
              "Puts", "Bid", "Ask", "Volume", "IV", "Gamma", "Open Interest"]  # fmt: skip
    pairs: dict[tuple[str, dt.date, float], dict[str, Contract]] = {}
    for c in contracts:
        pairs.setdefault((c.root, c.expiry, c.strike), {})[c.right] = c
    rows: list[list[object]] = []
    for (_, expiry, strike), pair in pairs.items():
        sides = [
            [c.occ, c.bid, c.ask, c.volume, c.iv, c.gamma, c.open_interest] if (c := pair.get(right)) else [None] * 7
            for right in "CP"
        ]
        rows.append([f"{expiry:%a %b %d %Y}", *sides[0], f"{strike:.3f}", *sides[1]])
    return [["ZZX HOLDINGS"], [], header, *rows]


def delayed_quotes(contracts: Sequence[Contract]) -> str:
    names = ("iv", "open_interest", "gamma", "bid", "ask", "volume")
    options = [{"option": c.occ, **{name: getattr(c, name) for name in names}} for c in contracts]
    return json.dumps({"data": {"options": options}})


@st.composite
def chains(draw: st.DrawFn) -> list[Contract]:
    figure = st.integers(0, 100_000).map(lambda n: n / 1000)
    identities = st.tuples(
        st.sampled_from(["SPX", "SPXW"]),
        st.dates(dt.date(2024, 1, 9), dt.date(2026, 12, 31)),
        st.integers(1, 99_999_999).map(lambda n: n / 1000),
        st.sampled_from("CP"),
    )
    return [
        Contract(
            root, expiry, right, strike,
            iv=draw(st.integers(30, 2400).map(lambda n: n / 1000)),
            open_interest=draw(st.integers(0, 10**6)), gamma=draw(figure), bid=draw(figure), ask=draw(figure),
            volume=draw(st.integers(0, 10**6)),
        )
        for root, expiry, strike, right in draw(st.lists(identities, min_size=1, max_size=8, unique=True))
    ]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(chains(), st.randoms(use_true_random=False))
def test_every_layout_and_every_order_of_rows_reads_the_same(contracts: list[Contract], chance: random.Random) -> None:
    meant = sorted(contracts, key=lambda c: (c.expiry, c.strike, c.right, c.root))
    mixed = chance.sample(contracts, len(contracts))
    with TemporaryDirectory() as folder:
        file = Path(folder) / "chain.json"
        file.write_text(delayed_quotes(mixed), encoding="utf-8")
        from_json = Chain.from_file(file)
    read_chains = [Chain.from_cells(one_per_row(mixed)), Chain.from_cells(side_by_side(mixed)), from_json]
    for chain in read_chains:
        assert chain.root.tolist() == [c.root for c in meant]
        assert chain.expiry.tolist() == [c.expiry for c in meant]
        assert chain.is_call.tolist() == [c.right == "C" for c in meant]
        for name in ("strike", "iv", "open_interest", "gamma", "bid", "ask", "volume"):
            assert getattr(chain, name).tolist() == [getattr(c, name) for c in meant]
        assert same(chain, read_chains[0])
        assert chain.symbol == "SPX"
        assert chain.left_out == ()
