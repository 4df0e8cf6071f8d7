"""Chains in memory: equal content, equal handle; old ones leave; a handle that is gone says what to do."""

from __future__ import annotations

import datetime as dt
import json
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from xlwings import XlwingsError

from gex_xl.chain import Chain
from gex_xl.errors import BadInput, StaleHandle
from gex_xl.functions.handles import Loaded, find, is_handle, store
from gex_xl.settings import Settings
from gex_xl.udfs import FUNCTIONS

HELD = 16  # the chains that stay in memory
HEADER = ["Root", "Expiry", "Type", "Strike", "IV", "Open Interest"]
LINES: list[list[Any]] = [
    ["ZZX", "2024-01-19", "C", 100, 0.25, 1000],
    ["ZZX", "2024-01-19", "P", 100, 0.27, 2000],
    ["ZZX", "2024-02-16", "C", 110.5, 0.24, 3000],
]
ABOVE = [["ZZX", "Last: 105.25"], ["January 7, 2024 at 10:52 AM EST"]]


def chain_of(lines: list[list[Any]] = LINES) -> Chain:
    return Chain.from_cells([*ABOVE, HEADER, *lines])


def made_up(number: int) -> Loaded:
    """Content that differs from number to number."""
    return Loaded(chain_of([*LINES[:-1], ["ZZX", "2024-02-16", "C", 110.5, 0.24, number]]))


# --- what a handle says


def test_a_handle_names_the_chain() -> None:
    handle = store(Loaded(chain_of()))
    assert re.fullmatch(r"ZZX 3 contracts 2024-01-07 #[0-9a-f]{6}", handle)
    assert is_handle(handle)
    assert find(handle).chain.strike.tolist() == [100, 100, 110.5]


def test_expired_contracts_are_not_announced() -> None:
    """Counted live at the quote time, which may be given later than the paste's."""
    later = dt.datetime(2024, 1, 19, 21, 30, tzinfo=dt.UTC)
    assert store(Loaded(chain_of(), as_of=later)).startswith("ZZX 1 contracts 2024-01-19 #")


def test_the_date_is_new_yorks() -> None:
    evening = dt.datetime(2024, 1, 9, 1, 30, tzinfo=dt.UTC)  # 20:30 of the day before in New York
    assert store(Loaded(chain_of(), as_of=evening)).startswith("ZZX 3 contracts 2024-01-08 #")


def test_a_chain_without_symbol_and_date() -> None:
    chain = Chain.from_cells([HEADER[1:], *(line[1:] for line in LINES)])
    assert store(Loaded(chain)).startswith("chain 3 contracts undated #")


@pytest.mark.parametrize("text", ["SPX", "", "SPX #12345", "#3f2a91", "SPX 3 contracts #3F2A91", "a #3f2a91 b"])
def test_other_text_is_no_handle(text: str) -> None:
    assert not is_handle(text)


# --- equal content, equal handle


def as_pasted() -> Chain:
    return chain_of()


def shuffled() -> Chain:
    return chain_of([LINES[2], LINES[0], LINES[1]])


def columns_in_another_order() -> Chain:
    order = [5, 3, 0, 4, 2, 1]
    return Chain.from_cells([*ABOVE, *([row[j] for j in order] for row in [HEADER, *LINES])])


def in_words() -> Chain:
    rows = [[r, "Jan 19, 2024" if "-01-" in e else "2/16/2024", t.lower(), str(k), f"{v:%}", f"{n:,}"]
            for r, e, t, k, v, n in LINES]  # fmt: skip
    return chain_of(rows)


def side_by_side() -> Chain:
    header = ["Expiry", "Calls", "IV", "OI", "Strike", "Puts", "IV", "OI"]
    rows = [["2024-01-19", "ZZX240119C00100000", 0.25, 1000, 100, "ZZX240119P00100000", 0.27, 2000],
            ["2024-02-16", "ZZX240216C00110500", 0.24, 3000, 110.5, None, None, None]]  # fmt: skip
    return Chain.from_cells([[], *ABOVE, header, *rows])


def with_columns_of_spot_and_time() -> Chain:
    rows = [[*line, 105.25, dt.datetime(2024, 1, 7, 10, 52)] for line in LINES]
    return Chain.from_cells([[*HEADER, "Underlying Price", "Quote Time"], *rows])


def in_utc() -> Chain:
    rows = [[*line, 105.25, "2024-01-07T15:52:00Z"] for line in LINES]
    return Chain.from_cells([[*HEADER, "Underlying Price", "Quote Time"], *rows])


@pytest.mark.parametrize("make", [shuffled, columns_in_another_order, with_columns_of_spot_and_time, in_utc])
def test_equal_content_has_an_equal_handle_whatever_the_layout(make: Callable[[], Chain]) -> None:
    assert store(Loaded(make())) == store(Loaded(as_pasted()))


def test_cboes_own_table_has_another_handle() -> None:
    """Its quotes are 15 minutes older than its time, which moves figures: content, though the contracts are equal."""
    assert (side_by_side().quote_delay, as_pasted().quote_delay) == (15, 0)
    assert store(Loaded(side_by_side())) != store(Loaded(as_pasted()))


def test_equal_figures_written_otherwise() -> None:
    """Percent signs leave a note in the check, which is content; the contracts are the same."""
    written, plain = in_words(), as_pasted()
    assert written.iv == pytest.approx(plain.iv, rel=1e-15)
    assert written.expiry.tolist() == plain.expiry.tolist()
    assert written.open_interest.tolist() == plain.open_interest.tolist()


def test_a_json_file_has_the_handle_of_its_cells(tmp_path: Path) -> None:
    names = ["root", "expiry", "right", "strike", "iv", "open_interest"]
    records = [dict(zip(names, line, strict=True)) for line in LINES]
    (tmp_path / "chain.json").write_text(json.dumps(records), encoding="utf-8")
    assert store(Loaded(Chain.from_file(tmp_path / "chain.json"))) == store(Loaded(Chain.from_cells([names, *LINES])))


@pytest.mark.parametrize(
    "other",
    [
        Loaded(chain_of([["ZZX", "2024-01-19", "C", 100, 0.25, 1001], *LINES[1:]])),
        Loaded(chain_of([["ZZX", "2024-01-19", "C", 100, 0.2500001, 1000], *LINES[1:]])),
        Loaded(chain_of([["ZZX", "2024-01-26", "C", 100, 0.25, 1000], *LINES[1:]])),
        Loaded(chain_of([["ZZX", "2024-01-19", "C", 100, None, 1000], *LINES[1:]])),
        Loaded(chain_of(LINES[:2])),
        Loaded(Chain.from_cells([HEADER, *LINES])),
        Loaded(chain_of(), spot=105.0),
        Loaded(chain_of(), as_of=dt.datetime(2024, 1, 8, 15, tzinfo=dt.UTC)),
        Loaded(chain_of(), settings=Settings(rate=0.01)),
    ],
    ids=["open interest", "iv", "expiry", "iv missing", "fewer", "no spot and time", "spot", "as_of", "settings"],
)
def test_other_content_has_another_handle(other: Loaded) -> None:
    assert store(other).partition("#")[2] != store(Loaded(chain_of())).partition("#")[2]


def test_a_given_time_in_another_zone_is_the_same_time() -> None:
    moment = dt.datetime(2024, 1, 8, 15, tzinfo=dt.UTC)
    tokyo = moment.astimezone(dt.timezone(dt.timedelta(hours=9)))
    assert store(Loaded(chain_of(), as_of=moment)) == store(Loaded(chain_of(), as_of=tokyo))


# --- through the worksheet functions


def test_what_load_chain_was_given_stays_with_the_handle() -> None:
    cells = [*ABOVE, HEADER, *LINES]
    load, total = FUNCTIONS["LOAD_CHAIN"], FUNCTIONS["TOTAL_GEX"]
    handle = load(cells, 101, "2024-01-08 12:00", "unit=usd_mn")
    assert total(handle) == total(cells, 101, "2024-01-08 12:00", "unit=usd_mn")
    assert total(handle) != total(cells)
    # What a function is given itself goes on top, and a handle may be loaded anew.
    changed = total(cells, 99, "2024-01-08 12:00", "unit=usd_mn; sign=long_calls")
    assert total(handle, 99, None, "sign=long_calls") == changed
    assert total(load(handle, 99, None, "sign=long_calls")) == changed
    with pytest.raises(XlwingsError, match=r"^TOTAL_GEX: .* is not in memory; recalculate the LOAD_CHAIN cell$"):
        total("ZZX 3 contracts 2024-01-07 #000000")


# --- leaving


def test_a_handle_of_another_session() -> None:
    with pytest.raises(StaleHandle) as error:
        find("ZZX 3 contracts 2024-01-07 #000000")
    assert str(error.value) == (
        'the chain "ZZX 3 contracts 2024-01-07 #000000" is not in memory; recalculate the LOAD_CHAIN cell'
    )
    assert isinstance(error.value, BadInput)


def test_the_least_recently_used_chain_leaves() -> None:
    handles = [store(made_up(n)) for n in range(HELD)]
    find(handles[0])
    store(made_up(1))  # storing again is a use as well
    store(made_up(HELD))
    with pytest.raises(StaleHandle):
        find(handles[2])
    for n in (0, 1, *range(3, HELD)):
        assert find(handles[n]).chain.open_interest[-1] == n


def test_a_chain_that_left_comes_back_under_its_handle() -> None:
    handle = store(made_up(1))
    for n in range(2, HELD + 3):
        store(made_up(n))
    with pytest.raises(StaleHandle):
        find(handle)
    assert store(made_up(1)) == handle
    assert find(f"  {handle} ").chain.open_interest[-1] == 1


def test_an_equal_chain_that_is_here_is_kept() -> None:
    """What was computed for it stays valid: results are cached by the chain's identity."""
    first = made_up(70_000)
    handle = store(first)
    store(made_up(70_000))
    assert find(handle) is first


def test_two_chains_whose_digests_begin_alike_keep_apart() -> None:
    """Six hexadecimal digits: among some ten thousand contents a pair is all but certain."""
    chain, seen, pair = chain_of(), {}, None
    for n in range(1, 40_000):
        digits = store(Loaded(chain, spot=float(n))).partition("#")[2]
        if digits in seen:
            pair = (float(seen[digits]), float(n))
            break
        seen[digits] = n
    assert pair, "no two of 40,000 contents share six digits of their digest"
    for n in range(HELD):
        store(made_up(n))  # neither of the pair is in memory any more
    first, second = (store(Loaded(chain, spot=spot)) for spot in pair)
    assert first != second
    assert second.startswith(first)
    assert (find(first).spot, find(second).spot) == pair
    assert [store(Loaded(chain, spot=spot)) for spot in pair] == [first, second]


def test_stores_from_many_threads() -> None:
    wait = threading.Barrier(8)

    def work(number: int) -> list[tuple[int, str]]:
        wait.wait()
        return [(n, store(made_up(n))) for n in [*range(number, 12), *range(number)]]

    with ThreadPoolExecutor(8) as pool:
        found = {pair for pairs in pool.map(work, range(8)) for pair in pairs}
    assert len(found) == 12  # one handle for each content, whichever thread stored it
    for n, handle in found:
        assert find(handle).chain.open_interest[-1] == n
