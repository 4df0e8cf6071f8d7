"""What is computed once: by arguments, by content, by threads at the same time."""

import copy
import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from gex_xl.cache import Cache, cached, clear_caches, content_key, temporary
from gex_xl.errors import BadInput, NoValue
from gex_xl.functions import EXAMPLE_CHAIN, REGISTRY, arguments
from gex_xl.udfs import FUNCTIONS


def test_a_result_is_computed_once_and_the_least_recently_used_leaves() -> None:
    calls: list[int] = []

    @cached(2)
    def double(n: int) -> int:
        calls.append(n)
        return 2 * n

    assert [double(n) for n in (1, 2, 1, 3, 1, 2)] == [2, 4, 2, 6, 2, 4]
    assert calls == [1, 2, 3, 2]  # 2 had left for 3
    clear_caches()
    assert double(1) == 2
    assert calls[-1] == 1


def test_what_is_tried_aside_pushes_out_nothing() -> None:
    calls: list[int] = []

    @cached(2)
    def double(n: int) -> int:
        calls.append(n)
        return 2 * n

    assert [double(n) for n in (1, 2)] == [2, 4]
    with temporary():
        assert [double(n) for n in (3, 4, 5, 3, 1)] == [6, 8, 10, 6, 2]  # 3 is known while it lasts, 1 all the time
    assert [double(n) for n in (1, 2, 3)] == [2, 4, 6]
    assert calls == [1, 2, 3, 4, 5, 3]


def test_threads_that_ask_at_once_wait_for_the_first() -> None:
    cache: Cache[int] = Cache(4)
    calls, started = [], threading.Barrier(8)

    def compute() -> int:
        calls.append(threading.get_ident())
        threading.Event().wait(0.05)
        return 7

    def ask(_: int) -> int:
        started.wait()
        return cache.get("same", compute)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [7] * 8
    assert len(calls) == 1


@pytest.mark.parametrize("error", [BadInput("the strike is blank"), NoValue("one-sided")])
def test_an_error_of_the_input_is_a_result(error: Exception) -> None:
    cache: Cache[None] = Cache(4)
    calls = []

    def compute() -> None:
        calls.append(1)
        raise error

    for _ in range(3):
        with pytest.raises(type(error), match=str(error)):
            cache.get("key", compute)
    assert len(calls) == 1


def test_any_other_error_is_no_result() -> None:
    cache: Cache[int] = Cache(4)
    with pytest.raises(ZeroDivisionError):
        cache.get("key", lambda: 1 // 0)
    assert cache.get("key", lambda: 1) == 1


# --- ranges, by content


def test_an_equal_range_is_read_once() -> None:
    """A host makes new lists for every formula; the chain is the same object, with all that was computed for it."""
    cells = copy.deepcopy(EXAMPLE_CHAIN)
    first = arguments.loaded(cells).chain
    assert arguments.loaded(copy.deepcopy(cells)).chain is first


def test_a_changed_cell_is_another_range() -> None:
    cells = copy.deepcopy(EXAMPLE_CHAIN)
    total = FUNCTIONS["TOTAL_GEX"]
    before = total(cells)
    cells[2][5] = cells[2][5] * 2  # in place: the same list, other content
    after = total(cells)
    assert before != after
    cells[2][5] = cells[2][5] // 2
    assert total(cells) == before


def test_a_broken_range_says_the_same_every_time() -> None:
    cells = [["Expiry", "Type", "Strike", "IV", "OI"], ["2025-03-07", "C", "many", 0.2, 10]]
    for _ in range(3):
        with pytest.raises(BadInput, match=r'^strike in row 2 is "many"; expected a number$'):
            arguments.loaded(copy.deepcopy(cells))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([[1.0]], [[1]]),
        ([[1]], [[True]]),
        ([["1"]], [[1]]),
        ([[None]], [[""]]),
        ([["ab", "c"]], [["a", "bc"]]),
        ([["a"], ["b"]], [["a", "b"]]),
        ([[0.0]], [[-0.0]]),
        ([[dt.datetime(2025, 3, 7)]], [[dt.datetime(2025, 3, 7, 1)]]),
        ([[np.float64(1)]], [[np.int64(np.float64(1).view(np.int64))]]),
    ],
)
def test_other_content_has_another_key(one: Any, other: Any) -> None:
    assert content_key(one) != content_key(other)


def test_equal_content_has_an_equal_key() -> None:
    cells = [["a", 1.5, None, dt.datetime(2025, 3, 7)], ["b", float("nan"), True, "é"]]
    assert content_key(cells) == content_key(copy.deepcopy(cells))


def test_cells_that_cannot_be_written_down_have_no_key() -> None:
    assert content_key([[lambda: 1]]) is None


def test_settings_that_decide_how_cells_are_read_make_another_chain() -> None:
    """4 March or 3 April: the same cells, read in two ways, and neither in place of the other."""
    head = [["", "Spot: 100", "2025-01-15 12:00"], ["Expiry", "Type", "Strike", "IV", "OI"]]
    cells = [*head, ["03/04/2025", "C", 100, 0.2, 10]]
    for _ in range(2):
        for order, day in (("dmy", "2025-04-03"), ("mdy", "2025-03-04")):
            table = FUNCTIONS["GEX_BY_EXPIRY"](copy.deepcopy(cells), None, None, f"date_order={order}")
            assert table[1][0] == day
    one, other = (arguments.loaded(cells, s).chain for s in ("unit=usd_bn", "sign=long_calls"))
    assert one is other  # these do not


def test_dates_as_a_worksheet_hands_them_over_are_recognised() -> None:
    cells = [[dt.datetime(2025, 3, 7), 1.5], [dt.date(2025, 3, 7), np.float64(2)]]
    assert content_key(cells) == content_key(copy.deepcopy(cells)) is not None
    assert content_key(cells) != content_key([[dt.datetime(2025, 3, 7), 1.5], [dt.datetime(2025, 3, 7), 2.0]])


def test_one_object_in_several_cells_changes_no_key() -> None:
    once_more = "".join(["S", "PX"])
    assert content_key([["SPX", "SPX"]]) == content_key([["SPX", once_more]])


def test_all_functions_in_many_threads_give_what_one_thread_gives() -> None:
    """As a server's workers do: a handle and a range, several settings, everything still to be computed."""
    chain = copy.deepcopy(EXAMPLE_CHAIN)
    handle = FUNCTIONS["LOAD_CHAIN"](chain)
    calls = [
        (name, [given, *record.example[1 : sum(a.required for a in record.arguments)], None, None, settings])
        for name, record in REGISTRY.items()
        if record.arguments[0].name == "chain"
        for given in (chain, handle)
        for settings in (None, "unit=usd_bn", "sign=long_calls; iv_source=quoted")
    ]

    def answer(call: tuple[str, list[Any]]) -> str:
        return repr(FUNCTIONS[call[0]](*copy.deepcopy(call[1])))

    clear_caches()
    alone = list(map(answer, calls))
    clear_caches()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(answer, calls)) == alone


def test_the_same_range_in_many_threads() -> None:
    """As a server's workers ask: one chain, read once, and one answer."""
    clear_caches()
    wait = threading.Barrier(6)

    def ask(_: int) -> tuple[int, float]:
        cells = copy.deepcopy(EXAMPLE_CHAIN)
        wait.wait()
        return id(arguments.loaded(cells).chain), FUNCTIONS["TOTAL_GEX"](cells)

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(ask, range(6)))) == 1
