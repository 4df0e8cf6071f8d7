"""Known positions: where they are named they replace sign and open interest, elsewhere nothing changes."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from xlwings import XlwingsError

from gex_xl import udfs
from gex_xl.functions import EXAMPLE_CHAIN

F = udfs.FUNCTIONS
HEAD = ["Expiry", "Strike", "Right", "Contracts", "Source"]
SERIES = [row[1:4] for row in EXAMPLE_CHAIN[2:]]
Position = tuple[int, int | None]


def with_column(held: dict[int, int | None]) -> list[list[Any]]:
    """The example chain with a column of dealers' positions, blank where none is known."""
    head, rows = EXAMPLE_CHAIN[1], EXAMPLE_CHAIN[2:]
    return [EXAMPLE_CHAIN[0], [*head, "dealer_position"], *[[*row, held.get(i)] for i, row in enumerate(rows)]]


def known(held: dict[int, int | None]) -> list[list[Any]]:
    rows = [[SERIES[i][0], SERIES[i][2], SERIES[i][1], contracts, "desk"] for i, contracts in held.items()]
    return [HEAD, *rows]


HELD = st.dictionaries(st.integers(0, 15), st.integers(-9000, 9000), min_size=1, max_size=6)


@examples(max_examples=30, deadline=None)
@given(HELD, st.sampled_from(["customer_flow", "long_calls"]))
def test_a_range_of_known_positions_is_a_column_in_the_paste(held: dict[int, int | None], sign: str) -> None:
    settings = f"sign={sign}"
    handle = F["LOAD_CHAIN"](EXAMPLE_CHAIN, None, None, settings, known(held))
    assert F["GEX_PER_STRIKE"](handle) == F["GEX_PER_STRIKE"](with_column(held), None, None, settings)


@examples(max_examples=30, deadline=None)
@given(HELD)
def test_lines_that_are_not_named_keep_the_convention(held: dict[int, int | None]) -> None:
    """Each line's GEX is gamma x contracts x 100 x S^2 x 0.01, by hand (method, section 1)."""
    rows = F["CHAIN_TABLE"](with_column(held))[1:]
    for row, plain in zip(rows, F["CHAIN_TABLE"](EXAMPLE_CHAIN)[1:], strict=True):
        key = [plain[1], plain[2], plain[3]]
        at = next(i for i, one in enumerate(SERIES) if [one[0], one[1], one[2]] == key)
        contracts = held[at] if at in held else (-1 if plain[2] == "C" else 1) * plain[7]
        assert row[9] == pytest.approx(row[8] * contracts * 100 * 5000**2 * 0.01, rel=1e-12)


def test_the_effect_is_the_difference_and_turning_it_makes_the_total_zero() -> None:
    held: dict[int, int | None] = {2: 2500, 9: -40}
    table = F["KNOWN_EFFECT"](F["LOAD_CHAIN"](EXAMPLE_CHAIN, None, None, None, known(held)))
    total = table[1]
    assert total[1] == F["TOTAL_GEX"](EXAMPLE_CHAIN)
    assert total[2] == F["TOTAL_GEX"](with_column(held))
    assert total[3] == pytest.approx(total[2] - total[1])
    assert table[2][1:3] == [F["ZERO_GAMMA"](EXAMPLE_CHAIN), F["ZERO_GAMMA"](with_column(held))]
    assert table[3][1:3] == ["Short gamma", table[3][2]]
    assert [row[5] for row in table[4:]] == ["desk", "desk"]
    for row in table[4:]:
        at = next(i for i, one in enumerate(SERIES) if f"{one[0]} {one[2]:g} {one[1]} (contracts)" in row[0])
        assert row[2] == held[at]
        assert row[3] == row[2] - row[1]
        turned = F["TOTAL_GEX"](with_column({**held, at: row[2] + row[4]}))
        assert abs(turned) < 1e-6 * abs(total[2])
    moved = math.fsum(F["TOTAL_GEX"](with_column({at: n})) - total[1] for at, n in held.items())
    assert total[3] == pytest.approx(moved)


def test_symbols_name_series_and_a_blank_number_is_no_zero() -> None:
    by_symbol = [["Symbol", "Dealers' contracts"], ["SPXW250307C05050000", 2500], ["SPX250321P05000000", None]]
    handle = F["LOAD_CHAIN"](EXAMPLE_CHAIN, None, None, None, by_symbol)
    at = SERIES.index(["2025-03-07", "C", 5050])
    assert F["TOTAL_GEX"](handle) == F["TOTAL_GEX"](with_column({at: 2500}))
    zero = F["LOAD_CHAIN"](EXAMPLE_CHAIN, None, None, None, [by_symbol[0], ["SPXW250307C05050000", 0]])
    assert F["TOTAL_GEX"](zero) == F["TOTAL_GEX"](with_column({at: 0}))
    assert zero != handle


def test_without_any_the_effect_is_not_available() -> None:
    assert F["KNOWN_EFFECT"](EXAMPLE_CHAIN) == "#N/A"


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (
            [["Expiry", "Strike", "Contracts"], ["2025-03-07", 5050, 1]],
            "known has the columns Expiry, Strike, Con",
        ),
        ([HEAD, ["2025-03-07", 7000, "C", 1, ""]], "known, row 2: the chain has no 2025-03-07 7000 call; expected a"),
        ([HEAD, ["2025-03-07", 5050, "C", 1, ""], ["2025-03-07", 5050, "C", 2, ""]], "row 3: .* stands in row 2 too"),
        ([HEAD, ["soon", 5050, "C", 1, ""]], 'known, row 2: expiry is "soon"; expected a date'),
        ([HEAD, ["2025-03-07", "high", "C", 1, ""]], 'known, row 2: strike is "high"; expected a number'),
        ([HEAD, ["2025-03-07", 5050, "X", 1, ""]], 'known, row 2: right is "X"; expected C or P'),
        ([HEAD, ["2025-03-07", 5050, "C", "some", ""]], 'known, row 2: contracts is "some"; expected a number'),
        ([["Symbol", "Contracts"], ["SPX", 1]], 'known, row 2: symbol is "SPX"; expected one such as SPXW250321C'),
        ([["Symbol", "Contracts"], ["NDX250307C05050000", 1]], "known, row 2: the chain has no NDX 2025-03-07 5050"),
    ],
)
def test_a_bad_range_names_the_row_and_the_column(rows: list[list[Any]], sentence: str) -> None:
    with pytest.raises(XlwingsError, match=sentence):
        F["LOAD_CHAIN"](EXAMPLE_CHAIN, None, None, None, rows)


def test_two_series_of_one_date_need_a_root() -> None:
    chain = [*EXAMPLE_CHAIN[:2], ["SPX", "2025-03-21", "C", 5000, 0.2, 10], ["SPXW", "2025-03-21", "C", 5000, 0.2, 20]]
    rows = [[*HEAD[:4], "Root"], ["2025-03-21", 5000, "C", 7, None]]
    with pytest.raises(XlwingsError, match="known, row 2: 2025-03-21 5000 call may be SPX and SPXW; name its root"):
        F["LOAD_CHAIN"](chain, None, None, None, rows)
    handle = F["LOAD_CHAIN"](chain, None, None, None, [rows[0], [*rows[1][:4], "SPXW"]])
    rows = F["CHAIN_TABLE"](handle)[1:]
    assert [round(row[9] / row[8] / 25e6) for row in rows] == [-10, 7]
