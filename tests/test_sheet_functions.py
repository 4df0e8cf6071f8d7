"""The worksheet functions behind the workbook's sheets: the same rows whatever the chain, and figures that add up."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest

from gex_xl import udfs

Table = list[list[Any]]
#: Function -> rows with its header, and columns.
SHAPES = {
    "HEADLINE": (45, 7), "GEX_LADDER": (44, 11), "PROFILE_BARS": (108, 9), "EXPIRY_BARS": (13, 5),
    "CHANGE_BARS": (11, 8), "FLOW_BARS": (18, 7), "TERM_BARS": (21, 2), "SMILE_BARS": (12, 4),
    "STRIKE_TABLE": (122, 9), "EXPIRY_TABLE": (41, 13), "CHECK_TABLE": (41, 6), "CHECK_EXPIRIES": (41, 7),
    "CHOICE_TABLE": (51, 9), "GRID_TABLE": (28, 17), "MAP_TABLE": (21, 10), "CHANGE_TABLE": (11, 5),
    "LEVEL_TABLE": (19, 8),
}  # fmt: skip
BROKEN: Table = [["name", "price"], ["a", 1.0]]
NO_CHAIN: list[Any] = ["none", [[None]], ""]
EXPIRED = "2029-12-20 09:00"


@pytest.fixture(scope="module")
def handle(sample: Table) -> str:
    found: str = udfs.LOAD_CHAIN(sample, None, None, "unit=auto")
    return found


@pytest.mark.parametrize("name", SHAPES)
def test_a_table_has_as_many_rows_whatever_the_chain(handle: str, sample: Table, name: str) -> None:
    rows, columns = SHAPES[name]
    expired = udfs.LOAD_CHAIN(sample, None, EXPIRED)
    for chain in (handle, expired, *NO_CHAIN):
        found = udfs.FUNCTIONS[name](chain)
        assert (len(found), {len(row) for row in found}) == (rows, {columns}), chain


@pytest.mark.parametrize("name", ["GEX_LADDER", "PROFILE_BARS", "EXPIRY_BARS", "CHANGE_BARS", "FLOW_BARS"])
def test_only_an_empty_chart_has_an_unseen_series(handle: str, name: str) -> None:
    def unseen(table: Table) -> set[float]:
        at = table[0].index("Unseen")
        return {row[at] for row in table[1:]}

    assert unseen(udfs.FUNCTIONS[name]("none")) == {1e-9}
    if name != "CHANGE_BARS":
        assert unseen(udfs.FUNCTIONS[name](handle)) == {0.0}


def test_ladder_expiries_and_steps_add_up_to_the_total(handle: str, sample: Table) -> None:
    whole = udfs.TOTAL_GEX(handle)
    ladder, expiries = udfs.GEX_LADDER(handle), udfs.EXPIRY_BARS(handle)
    assert math.fsum(row[4] + row[5] for row in ladder[1:]) == pytest.approx(whole, rel=1e-12)
    assert math.fsum(row[3] for row in expiries[1:]) == pytest.approx(whole, rel=1e-12)
    earlier = udfs.LOAD_CHAIN(sample, 5300.0, "2025-10-07 15:45", "unit=auto")
    bars = udfs.CHANGE_BARS(handle, None, None, None, earlier)
    assert math.fsum(bars[-1][2:4]) == pytest.approx(whole, rel=1e-12)
    change = udfs.GEX_LADDER(handle, None, None, None, None, None, earlier)
    then = udfs.TOTAL_GEX(earlier, None, None, "unit=usd_bn")
    assert math.fsum(row[4] + row[5] for row in change[1:]) == pytest.approx(whole - then, rel=1e-9)


def test_the_headline_agrees_with_the_functions_of_one_figure(handle: str) -> None:
    rows = {row[0]: row for row in udfs.HEADLINE(handle)}
    for key, name in (("zero_gamma", "ZERO_GAMMA"), ("flip_strike", "FLIP_STRIKE"), ("call_wall", "CALL_WALL"),
                      ("put_wall", "PUT_WALL"), ("regime", "REGIME")):  # fmt: skip
        assert rows[key][2] == udfs.FUNCTIONS[name](handle)
    assert rows["total_gex"][3] == udfs.TOTAL_GEX(handle)
    assert rows["total_gex"][2] == pytest.approx(udfs.TOTAL_GEX(handle, None, None, "unit=usd"), rel=1e-12)


def test_a_broken_paste_is_said_with_what_would_mend_it() -> None:
    rows = {row[0]: row for row in udfs.HEADLINE(BROKEN)}
    assert rows["zero_gamma"][2:6] == rows["total_gex"][2:6] == ["#N/A", "none", "none", "no figures"]
    assert rows["verdict"][1] == "THE PASTE CANNOT BE READ"
    assert "name, price" in rows["verdict"][5]
    assert rows["other"][4] == "Mend the paste"
    assert rows["zero_gamma"][2:4] == ["#N/A", "none"]


def test_nothing_pasted_and_all_expired_are_states_of_their_own(sample: Table) -> None:
    assert {row[0]: row for row in udfs.HEADLINE([[None]])}["verdict"][4] == "Paste a chain"
    rows = {row[0]: row for row in udfs.HEADLINE(sample, None, EXPIRED)}
    assert rows["verdict"][5] == "All 4,518 contracts had settled at the quote time. Is the time right?"
    assert rows["used"][4] == "0 of 4,518 contracts used; 4,518 left out: expired"


def test_a_filter_that_leaves_nothing_is_named(sample: Table) -> None:
    rows = {row[0]: row for row in udfs.HEADLINE(sample, None, None, "expiries=2031-01-17")}
    assert rows["verdict"][1] == "NOTHING LEFT TO COUNT"
    assert "filter" in rows["verdict"][5]


def test_what_reaches_beyond_the_paste_area_is_said_before_all_else(handle: str) -> None:
    given = [None] * 9
    rows = {row[0]: row for row in udfs.HEADLINE(handle, *given, None, "cells beyond column AZ")}
    assert rows["filter"][4:] == ["NOT ALL READ: cells beyond column AZ", "", "bad"]
    assert rows["verdict"][4] == "Short gamma"


def test_an_earlier_chain_of_another_underlying_is_refused_on_its_card(handle: str) -> None:
    other = udfs.LOAD_CHAIN(
        [["Root", "Expiry", "Type", "Strike", "IV", "Open Interest", "Underlying Price", "Quote Time"],
         ["SPY", "2025-12-19", "C", 500, 0.2, 10, 501.0, "2025-10-07 15:45"]],
    )  # fmt: skip
    rows = {row[0]: row for row in udfs.HEADLINE(handle, *[None] * 8, other)}
    assert rows["change"][3:6] == ["unusable", "unusable", "see the sheet Earlier"]
    assert "SPY" in rows["earlier"][4]


def test_findings_stand_worst_first_and_never_as_keys(handle: str) -> None:
    states = [row[0] for row in udfs.CHECK_TABLE(handle)[1:] if row[0]]
    assert states == sorted(states, key=["stop", "look", "ok"].index)
    assert "look" in states and "ok" in states


def test_choices_are_grouped_and_verdicts_are_words(handle: str) -> None:
    rows = [row for row in udfs.CHOICE_TABLE(handle)[1:] if row[1]]
    assert [row[0] for row in rows if row[0]] == ["Now", "Method", "Assumption", "Filter"]
    assert {row[8] for row in rows} <= {
        "Short gamma",
        "Long gamma",
        "Mixed",
        "Stress, short gamma",
        "Stress, long gamma",
    }
    assert {row[1] for row in rows} >= {"sign = long_calls", "carry = none", "expiries = 0dte"}


def test_days_come_oldest_first_to_charts_and_newest_first_to_readers(handle: str) -> None:
    today = udfs.HISTORY_ROW(handle, None, None, "unit=usd")
    kept = [["date", "symbol", "total_gex", "spot", "unit", "regime"],
            ["2025-10-06", "SPX", -5.0, 5200.0, "USD bn per 1 %", "short_gamma"],
            ["2025-10-07", "SPX", 3000.0, 5300.0, "USD mn per 1 %", "short_gamma"]]  # fmt: skip
    table, bars = udfs.DAYS_TABLE(kept, today), udfs.DAYS_BARS(kept, today, 5)
    assert [row[0] for row in table[1:4]] == ["Wed 8 Oct 25  today", "Tue 7 Oct 25", "Mon 6 Oct 25"]
    assert [row[1] for row in table[1:4]] == ["Short gamma", "Mixed", "Short gamma"]
    assert [row[2] for row in table[2:4]] == pytest.approx([3.0, -5.0])
    assert [row[1] + row[2] for row in bars[1:]] == pytest.approx([0, 0, -5.0, 3.0, udfs.TOTAL_GEX(handle)])
    assert bars[0][1] == "Long, USD bn"


def test_strikes_beyond_the_last_are_blank(handle: str) -> None:
    few = [["Root", "Expiry", "Type", "Strike", "IV", "Open Interest", "Underlying Price", "Quote Time"],
           *[["SPXW", "2025-12-19", "C", k, 0.2, 10, 101.0, "2025-10-07 15:45"] for k in (90, 100, 120)]]  # fmt: skip
    rows = udfs.STRIKE_TABLE(few, None, None, None, 5)
    assert [row[1] for row in rows[1:]] == ["", 120, 100, 90, ""]
    assert rows[3][0].startswith("Spot 101.00")


@pytest.mark.parametrize("kind", ["gamma", "vega", "open_interest"])
@pytest.mark.parametrize("compact", [True, False])
def test_grid_columns_and_what_lies_outside_add_up_to_the_totals_on_top(handle: str, kind: str, compact: bool) -> None:
    table = udfs.GRID_TABLE(handle, None, None, None, 2001 // 5, 6, kind, 25, compact)
    totals, body = table[1], table[2:-1]
    first = 1 if compact else 3
    for column in range(first, len(totals)):
        whole = math.fsum(row[column] for row in body)
        assert whole == pytest.approx(totals[column], rel=1e-9, abs=1e-9 * abs(totals[-1]))
    assert math.fsum(totals[first:-1]) == pytest.approx(totals[-1], rel=1e-9)


def test_the_map_shows_the_total_at_spot_now_and_zero_gamma_on_top(handle: str) -> None:
    table = udfs.MAP_TABLE(handle)
    at_spot = next(row for row in table if row[0] == "Spot")
    assert at_spot[3] == pytest.approx(udfs.TOTAL_GEX(handle), rel=1e-9)
    assert table[1][3] == pytest.approx(udfs.ZERO_GAMMA(handle), rel=1e-9)


def test_steps_lead_from_then_to_now(handle: str, sample: Table) -> None:
    earlier = udfs.LOAD_CHAIN(sample, 5300.0, "2025-10-07 15:45", "unit=auto")
    steps = udfs.CHANGE_TABLE(handle, None, None, None, earlier)[1:]
    assert math.fsum(row[1] for row in steps[:-1]) == pytest.approx(steps[-1][1], rel=1e-9)
    assert steps[-1][1] == pytest.approx(udfs.TOTAL_GEX(handle), rel=1e-12)
    expiries = [row for row in udfs.CHANGE_TABLE(handle, None, None, None, earlier, "expiry")[1:] if row[0]]
    assert expiries[-1][0] == "All"
    assert math.fsum(row[3] for row in expiries[:-1]) == pytest.approx(steps[-1][1] - steps[0][1], rel=1e-9)


def test_levels_stand_high_to_low_with_spot_among_them(handle: str) -> None:
    rows = [row for row in udfs.LEVEL_TABLE(handle, None, None, None, 5345.0, None, 0.25)[1:] if row[0]]
    prices = [row[1] for row in rows]
    assert prices == sorted(prices, reverse=True)
    assert [row[0] for row in rows].count("SPOT") == 1
    for row in rows:  # a future 32.60 above the index, in ticks of a quarter
        assert row[4] == pytest.approx(row[1] + 32.6, abs=0.125)
        assert row[4] * 4 == round(row[4] * 4)
        assert row[7] == f"{row[4]:.2f}, {row[0]}"


def test_each_expirys_puts_over_calls_are_those_of_its_rows(handle: str, sample: Table) -> None:
    """Against the paste itself, added up row by row; the chain's own ratios stand in GEX_LEVELS."""
    top = next(at for at, row in enumerate(sample) if "Strike" in row)
    head = sample[top]
    sums: dict[tuple[tuple[dt.date, bool] | str, str, str], float] = {}
    for row in sample[top + 1 :]:
        day = dt.datetime.strptime(str(row[head.index("Expiration Date")]), "%a %b %d %Y").date()
        for name in ("Open Interest", "Volume"):
            calls, puts = (at for at, title in enumerate(head) if title == name)
            for key in ((day, str(row[head.index("Calls")]).startswith("SPXW")), "all"):
                for side, at in (("call", calls), ("put", puts)):
                    sums[key, side, name] = sums.get((key, side, name), 0.0) + float(row[at] or 0)
    days = sorted({key for key, _, _ in sums if isinstance(key, tuple)})
    rows = [row for row in udfs.EXPIRY_TABLE(handle)[1:] if row[0]]
    assert len(rows) == len(days)
    for row, day in zip(rows, days, strict=True):
        for place, name in ((11, "Open Interest"), (12, "Volume")):
            assert row[place] == pytest.approx(sums[day, "put", name] / sums[day, "call", name], rel=1e-12)
    levels = {row[0]: row[1] for row in udfs.GEX_LEVELS(handle)}
    for name in ("Open Interest", "Volume"):
        whole = sums["all", "put", name] / sums["all", "call", name]
        assert levels[f"Puts over calls, {name.lower()}"] == pytest.approx(whole, rel=1e-12)
