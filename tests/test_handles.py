"""LOAD_CHAIN's handles: readable, made from content, and honest when a chain has left."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from xlwings import XlwingsError

from gex_xl import handles
from gex_xl.udfs import FUNCTIONS

LOAD, TOTAL = FUNCTIONS["LOAD_CHAIN"], FUNCTIONS["TOTAL_GEX"]
Cells = list[list[Any]]


def tidy(open_interest: float = 10, *, strikes: tuple[int, ...] = (95, 100, 105)) -> Cells:
    rows = [
        [right, strike, "2025-03-21", 0.2, open_interest + strike, f"XYZ250321{right}{strike * 1000:08d}"]
        for strike in strikes
        for right in "CP"
    ]
    head: Cells = [["Spot: 100"], ["2025-03-03 11:30"]]
    return [*head, ["Type", "Strike", "Expiry", "IV", "Open Interest", "Symbol"], *rows]


def side_by_side(open_interest: float = 10, *, strikes: tuple[int, ...] = (95, 100, 105)) -> Cells:
    rows = [
        [
            "Fri Mar 21 2025",
            f"XYZ250321C{k * 1000:08d}",
            0.2,
            open_interest + k,
            k,
            f"XYZ250321P{k * 1000:08d}",
            0.2,
            open_interest + k,
        ]
        for k in strikes
    ]
    head: Cells = [["XYZ", "Last: 100"], ["March 3, 2025 at 11:30 AM EST"]]
    return [*head, ["Expiration Date", "Calls", "IV", "Open Interest", "Strike", "Puts", "IV", "Open Interest"], *rows]


def test_a_handle_can_be_read() -> None:
    assert re.fullmatch(r"XYZ 6 contracts 2025-03-03 #[0-9a-f]{6}", LOAD(tidy()))


def test_equal_content_gives_an_equal_handle() -> None:
    shuffled = tidy()
    shuffled[3:] = shuffled[:2:-1]
    assert LOAD(tidy()) == LOAD(shuffled) == LOAD(side_by_side())


@pytest.mark.parametrize(
    "other", [(tidy(11),), (tidy(), 101), (tidy(), None, "2025-03-03 12:00"), (tidy(), None, None, "sign=long_calls")]
)
def test_other_content_spot_time_or_settings_give_another(other: tuple[Any, ...]) -> None:
    assert LOAD(*other) != LOAD(tidy())


def test_what_load_chain_was_given_stays_with_the_handle() -> None:
    handle = LOAD(tidy(), 101, "2025-03-04 12:00", "unit=usd_mn")
    assert TOTAL(handle) == TOTAL(tidy(), 101, "2025-03-04 12:00", "unit=usd_mn")
    # What a function is given itself goes on top.
    assert TOTAL(handle, 99, None, "sign=long_calls") == TOTAL(
        tidy(), 99, "2025-03-04 12:00", "unit=usd_mn; sign=long_calls"
    )


def test_a_handle_of_another_session_says_what_to_do() -> None:
    with pytest.raises(XlwingsError, match=r"TOTAL_GEX: .*is not in memory; recalculate the LOAD_CHAIN cell"):
        TOTAL("SPX 20592 contracts 2024-01-07 #3f2a91")


def test_the_least_recently_used_chain_leaves() -> None:
    first = LOAD(tidy(1_000))
    second = LOAD(tidy(2_000))
    for number in range(handles._KEEP - 1):
        TOTAL(first)  # using it keeps it
        LOAD(tidy(3_000 + number))
    TOTAL(first)
    with pytest.raises(XlwingsError, match="not in memory"):
        TOTAL(second)
    assert LOAD(tidy(2_000)) == second
    TOTAL(second)


def test_many_threads_get_the_chain_they_loaded() -> None:
    expected = {number: TOTAL(tidy(number)) for number in range(8)}

    def work(number: int) -> bool:
        return bool(TOTAL(LOAD(tidy(number))) == expected[number])

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, [number % 8 for number in range(200)]))
