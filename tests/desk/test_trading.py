"""What is traded for delta, lots and multipliers, betas to a jump, one day for all, and since when a state lasts."""

from __future__ import annotations

import math
from typing import Any

import pytest

from gex_xl import udfs

F = udfs.FUNCTIONS
AS_OF = "2025-03-03 09:30"
HEAD = ["Underlying", "Class", "Type", "Strike", "Expiry", "Contracts", "IV", "Price", "Multiplier", "Spot"]
INDEX = ["SPX", "SPXW", "C", 5000, "2025-03-31", -100, 0.15, None, 100, 5000]
STOCK = ["XYZ", None, "shares", None, None, -1_230, None, None, None, 100]
#: Years to 31 March, 16:00: 28 days, 6.5 hours, less one of summer time.
T = (28 * 24 + 6.5 - 1) / (24 * 365)
#: N(d1) at the money.
DELTA = (1 + math.erf(0.15 * math.sqrt(T) / 2 / math.sqrt(2))) / 2
UNITS = -100 * 100 * DELTA  # index units of the book


def hedge(*rows: list[Any], lot: Any = None) -> dict[str, list[Any]]:
    table = F["HEDGE_UNDERLYING"]([HEAD, *rows], None, AS_OF, None, lot)
    return {row[0]: row for row in table[1:]}


def test_an_index_has_no_shares_and_its_future_is_traded() -> None:
    row = hedge(INDEX)["SPX"]
    # underlying, spot, net, units, left in units and USD, gamma, vega, unit, traded with, contracts, multiplier, left
    assert row[2:4] == pytest.approx([UNITS, round(-UNITS)])
    assert row[8:12] == ["index units", "ES", round(-UNITS / 50), 50]
    assert row[12] == pytest.approx((UNITS + 50 * round(-UNITS / 50)) * 5000)
    for rows, unit in (([INDEX, STOCK], "units"), ([STOCK], "shares")):
        heads = F["HEDGE_UNDERLYING"]([HEAD, *rows], None, AS_OF)[0]
        assert heads[2:5] == [f"Net delta ({unit})", f"Trade ({unit})", f"Residual delta ({unit})"]


def test_the_future_that_the_book_holds_is_traded_first_and_the_nearest_of_them() -> None:
    far = ["SPX", "ES", "future", None, "2025-06-20", 0, None, 5060, 50, 5000]
    near = ["SPX", "ES", "future", None, "2025-03-21", 0, None, 5010, 50, 5000]
    row = hedge(INDEX, far, near)["SPX"]
    each = 50 * 5010 / 5000  # a future's delta in units of the index
    assert row[9:12] == ["ES 2025-03-21", round(-UNITS / each), 50]
    assert row[12] == pytest.approx((UNITS + each * round(-UNITS / each)) * 5000)


def test_lots_and_multipliers_by_underlying() -> None:
    lots = [["Underlying", "Lot", "Product", "Multiplier", "Price"],
            ["SPX", 4, "MES", None, 5005], ["XYZ", 100, None, None, None]]  # fmt: skip
    found = hedge(INDEX, STOCK, lot=lots)
    each = 5 * 5005 / 5000  # the micro future's multiplier is known
    assert found["SPX"][9:12] == ["MES", 4 * round(-UNITS / each / 4), 5]
    assert found["XYZ"][3:6] == [1_200, -30, -3_000]
    assert found["XYZ"][8:13] == ["shares", "shares", 1_200, 1, -3_000]
    assert hedge(STOCK, lot=500)["XYZ"][3] == 1_000
    own = [["Underlying", "Product", "Multiplier"], ["SPX", "Basket note", 20]]
    assert hedge(INDEX, lot=own)["SPX"][9:12] == ["Basket note", round(-UNITS / 20), 20]


@pytest.mark.parametrize(
    ("lots", "said"),
    [
        ([["Underlying", "Lot"], ["XYZ", 0]], 'lot, row 2 (XYZ): lot is "0"; expected a number above 0'),
        ([["Underlying", "Lot"], ["XYZ", 1], ["xyz", 2]], "expected each underlying once"),
        ([["Underlying", "Product"], ["SPX", "Unknown"]], "multiplier is"),
        ([["Underlying", "Lot"], ["XYZ", "#REF!"]], "lot is #REF!; mend the cell"),
    ],
)
def test_bad_lots(lots: list[list[Any]], said: str) -> None:
    with pytest.raises(udfs.XlwingsError) as caught:
        hedge(STOCK, lot=lots)
    assert said in str(caught.value)


def test_words_of_trades_name_what_is_traded() -> None:
    table = F["RESIDUAL_RISK"]([HEAD, INDEX, STOCK], None, AS_OF)
    trade = {row[0]: row[9] for row in table}["underlying"]
    assert trade == f"buy {round(-UNITS / 50):,} ES; buy 1,230 XYZ shares"
    items = F["HEDGE_OPTIONS"](
        [HEAD, INDEX],
        [["Underlying", "Class", "Type", "Strike", "Expiry", "Bid", "Ask", "IV"],
         ["SPX", "SPXW", "C", 5000, "2025-03-31", 80, 81, 0.15]],
        [["Greek", "Low", "High"], ["vega", -1e9, 1e9]], None, AS_OF,
    )  # fmt: skip
    assert items[1][:3] == ["future", "ES", round(-UNITS / 50)]


def gap(betas: Any, jump: float = -0.10) -> list[Any]:
    rows = [
        HEAD,
        ["AAA", None, "shares", None, None, 100, None, None, None, 10],
        ["BBB", None, "shares", None, None, 100, None, None, None, 20],
    ]
    table = F["GAP_RISK"](rows, None, AS_OF, None, None, [[jump]], [[0]], betas)
    row: list[Any] = table[1]
    return row


def test_each_name_moves_by_its_own_beta() -> None:
    # -10 % alike: -100 and -200; with betas of 2 and -0.5: -200 and +100. Then delta is 800 and 2 100.
    assert gap(None) == pytest.approx([-0.10, 0, -300, 0, 2_700, 0])
    both = [["Underlying", "Beta"], ["AAA", 2], ["bbb", -0.5]]
    assert gap(both) == pytest.approx([-0.10, 0, -100, 0, 2_900, 0])
    one = [["Underlying", "Beta"], ["AAA", 2]]
    assert gap(one) == pytest.approx([-0.10, 0, -400, 0, 2_600, 0])  # the one that is not named moves as the jump


@pytest.mark.parametrize(
    ("betas", "said"),
    [
        ([["Underlying", "Beta"], ["AAA", 10]], "betas: a jump of -10% times the beta 10 takes AAA to 0"),
        ([["Underlying", "Beta"], ["AAA", None]], "betas, row 2 (AAA): beta is blank"),
        ([["Underlying", "Beta"], ["AAA", 1], ["AAA", 2]], "expected each underlying once"),
    ],
)
def test_bad_betas(betas: list[list[Any]], said: str) -> None:
    with pytest.raises(udfs.XlwingsError) as caught:
        gap(betas)
    assert said in str(caught.value)


def test_a_day_is_one_365th_of_a_year_in_every_table() -> None:
    products = [["Product", "Price", "Beta", "Correlation", "Volatility"], ["P", 100, 1, 0.6, 0.2]]
    cells = [HEAD, STOCK]
    delta = 123_000
    for days in (1, 5):
        expected = delta * 0.2 * 0.8 * math.sqrt(days / 365)
        related = F["HEDGE_RELATED"](cells, products, None, AS_OF, None, days)
        assert related[0][5] == f"Basis risk (USD, 1 sd, {days} d)"
        assert related[1][5] == pytest.approx(expected)
        assert related[1][8] == pytest.approx(delta * 0.2 * math.sqrt(days / 365))
        residual = F["RESIDUAL_RISK"](cells, None, AS_OF, None, None, None, products, None, None, None, days)
        assert {row[0]: row[2] for row in residual}["related: P"] == pytest.approx(expected)
    # Theta and rebalancing count the same day: a year of either is 365 of them.
    short = [HEAD, ["XYZ", "XYZ", "C", 100, "2025-03-31", -1, 0.2, None, 100, 100]]
    gamma = math.exp(-((0.2 * math.sqrt(T) / 2) ** 2) / 2) / math.sqrt(2 * math.pi) / (100 * 0.2 * math.sqrt(T))
    assert F["BOOK_EXPOSURE"](short, None, AS_OF)[1][7] == pytest.approx(100 * 0.5 * 0.04 * 100**2 * gamma / 365)
    row = F["REBALANCE_COST"](short, 390, 0.0001, 0.2, None, AS_OF)[1]
    assert row[4] == pytest.approx(0.0001 * 100 * gamma * 100**2 * 0.2 * math.sqrt(2 / 365 / math.pi))


STATES = [
    ["Time", "Limit", "Scope", "Currency", "State"],
    ["2025-02-26 10:00", "gamma", None, None, "breach"],
    ["2025-02-27 10:00", "gamma", None, None, "ok"],
    ["2025-02-28 10:00", "gamma", None, None, "over"],
    ["2025-02-28 15:00", "gamma", None, None, "breach"],
    ["2025-02-28 15:00", "vega", None, None, "breach"],
    ["2025-02-28 15:00", "gamma", "each", None, "ok"],
    ["2025-03-03 10:30", "gamma", None, None, "ok"],  # later than now: does not count
]


@pytest.mark.parametrize(
    ("limit", "since"),
    [
        (["gamma", None, 1_000], "2025-02-28 10:00 EST"),  # over since then, without a break
        (["vega", None, 1e9], "2025-03-03 09:30 EST"),  # within now, over before
        (["gamma", "each", 1_000], "2025-03-03 09:30 EST"),
        (["delta", None, 1e9], "2025-03-03 09:30 EST"),  # nothing is known of it
    ],
)
def test_since_when_a_limit_is_in_its_state(limit: list[Any], since: str) -> None:
    table = F["LIMIT_CHECK"](
        [HEAD, INDEX], [["Limit", "Scope", "Value"], limit], None, AS_OF, None, None, [STATES[0], *STATES[:0:-1]]
    )
    assert table[1][8] == since


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["soon", "gamma", None, None, "ok"], 'states, row 2 (gamma): time is "soon"; expected a date and time'),
        (["2025-02-28 10:00", "gamma", None, None, "green"], 'state is "green"; expected ok, warn or breach'),
        ([None, "gamma", None, None, "ok"], "time is"),
    ],
)
def test_bad_states(row: list[Any], said: str) -> None:
    with pytest.raises(udfs.XlwingsError) as caught:
        F["LIMIT_CHECK"]([HEAD, INDEX], [["Limit", "Value"], ["gamma", 1]], None, AS_OF, None, None, [STATES[0], row])
    assert said in str(caught.value)


def test_limits_by_underlying_and_currency() -> None:
    rows = [
        HEAD,
        ["XYZ", None, "shares", None, None, 100, None, None, None, 100],
        ["ABC", None, "shares", None, None, -500, None, None, None, 50],
        ["DAX", "FDAX", "future", None, "2025-06-20", 1, None, 20_000, 25, 20_000],
    ]
    wanted = [
        ["Limit", "Scope", "Currency", "Value"],
        ["delta", None, "USD", 30_000],
        ["delta", None, "EUR", 400_000],
        ["delta", "ABC", None, 100_000],
        ["delta", "each", "USD", 30_000],
        ["capital", None, "USD", 40_000],
    ]
    table = F["LIMIT_CHECK"](rows, wanted, None, AS_OF)
    # limit, scope, value, most, use, state
    assert [row[1:6] for row in table[1:]] == [
        ["book USD", -15_000, 30_000, 0.5, "ok"], ["book EUR", 500_000, 400_000, 1.25, "breach"],
        ["ABC", -25_000, 100_000, 0.25, "ok"], ["ABC", -25_000, 30_000, pytest.approx(25 / 30), "warn"],
        ["book USD", 35_000, 40_000, 0.875, "warn"],
    ]  # fmt: skip
    assert [row[7].split(":")[0] for row in table[1:]] == ["USD", "EUR", "USD", "USD", "USD"]
    with pytest.raises(udfs.XlwingsError, match=r"limits, row 2 \(delta\): the book has nothing in JPY"):
        F["LIMIT_CHECK"](rows, [wanted[0], ["delta", None, "JPY", 1]], None, AS_OF)
