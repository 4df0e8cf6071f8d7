"""Limits and margin: thresholds exactly, margin by hand, every measure from its own definition."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gex_xl import udfs
from gex_xl.desk.book import greeks
from gex_xl.desk.limits import MEASURES, Limit, State, check_limits, read_limits, state_of
from gex_xl.desk.margin import portfolio_style, reg_t
from gex_xl.desk.position_rows import read_positions
from gex_xl.errors import BadInput

from .made_up import AS_OF, HEADER, MIXED, book, option


@pytest.mark.parametrize(
    ("contracts", "state"),
    [(0, "ok"), (79, "ok"), (80, "warn"), (100, "warn"), (101, "breach"), (-79, "ok"), (-80, "warn"), (-101, "breach")],
)
def test_the_state_changes_exactly_at_its_thresholds(contracts: int, state: str) -> None:
    held = book(option("C", 100, contracts))
    for name in ("series inventory", "class inventory"):
        (found,) = check_limits(held, [Limit(name, "", 100)])
        assert (found.state, found.use) == (state, abs(contracts) / 100)
        assert (found.action == "none") == (state == "ok")


@pytest.mark.parametrize("name", sorted(set(MEASURES) - {"class inventory", "series inventory"}))
def test_each_limit_has_the_same_thresholds(name: str) -> None:
    held = read_positions(MIXED, None, AS_OF)
    size = abs(check_limits(held, [Limit(name, "", 1.0)])[0].value)
    assert size > 0

    def state(most: float) -> State:
        return check_limits(held, [Limit(name, "", most)])[0].state

    assert state(size) is State.WARN
    assert state(math.nextafter(size, 0)) is State.BREACH
    assert state(size / 0.79) is State.OK
    assert state(size / 0.81) is State.WARN


def test_the_warning_share_is_a_choice() -> None:
    assert [state_of(use, 0.5) for use in (0.49, 0.5, 1.0)] == [State.OK, State.WARN, State.WARN]
    assert state_of(math.nextafter(1.0, 2.0)) is State.BREACH
    assert state_of(math.nextafter(0.8, 0.0)) is State.OK


def test_inventory_of_a_class_does_not_cancel() -> None:
    held = book(option("C", 100, 60), option("P", 100, -30), option("C", 100, -10))
    found = {
        one.name: one
        for one in check_limits(held, [Limit("class inventory", "", 100), Limit("series inventory", "", 100)])
    }
    assert found["class inventory"].value == 80  # 50 net long calls and 30 short puts
    assert (found["series inventory"].value, found["series inventory"].scope) == (50, "XYZ 2025-03-31 C 100")


def test_one_class_or_series_by_name() -> None:
    held = read_positions(MIXED, None, AS_OF)
    limits = [Limit("class inventory", "SPXW", 1000), Limit("series inventory", "SPX 2025-04-17 C 5100", 10)]
    assert [one.value for one in check_limits(held, limits)] == [100, 25]
    with pytest.raises(BadInput, match="limits: the book has no QQQ for class inventory; it has SPXW"):
        check_limits(held, [Limit("class inventory", "QQQ", 10)])


def test_net_measures_are_the_books() -> None:
    held = read_positions(MIXED, None, AS_OF)
    net = greeks(held).total()
    names = ["delta", "gamma", "vega", "capital"]
    delta, gamma, vega, capital = (one.value for one in check_limits(held, [Limit(n, "", 1.0) for n in names]))
    assert (delta, gamma, vega) == (net.delta, net.gamma, net.vega)
    options = sum(abs(n) * 100 * p for n, p in zip(held.contracts[:4], held.price[:4], strict=True))
    assert capital == pytest.approx(options + 9000 * 500)  # the future ties up margin only


@pytest.mark.parametrize(
    ("row", "margin"),
    [
        # 100 % of the option + 20 % of the underlying - out of the money, at least the option + 10 %
        (["XYZ", "XYZ", "C", 100, "2025-03-31", -1, None, 3.0, 100, 100], 300 + 2000),
        (["XYZ", "XYZ", "C", 105, "2025-03-31", -1, None, 1.0, 100, 100], 100 + 2000 - 500),
        (["XYZ", "XYZ", "C", 120, "2025-03-31", -1, None, 0.1, 100, 100], 10 + 1000),  # the least: 10 % of 100
        (["XYZ", "XYZ", "P", 80, "2025-03-31", -2, None, 0.1, 100, 100], 2 * (10 + 800)),  # the least: 10 % of 80
        (["XYZ", "XYZ", "P", 110, "2025-03-31", -1, None, 10.5, 100, 100], 1050 + 2000),  # in the money: nothing off
        (["SPX", "SPXW", "C", 5000, "2025-03-31", -1, None, 80.0, 100, 5000], 8000 + 75_000),  # 15 % of an index
        (["SPX", "SPXW", "P", 4500, "2025-03-31", -1, None, 5.0, 100, 5000], 500 + 45_000),  # 10 % of the strike
        (["XYZ", "XYZ", "C", 100, "2025-03-31", 5, None, 3.0, 100, 100], 0),  # long
        (["XYZ", "", "shares", None, None, -100, None, None, None, 100], 0),
    ],
)
def test_reg_t_by_hand(row: list[object], margin: float) -> None:
    assert reg_t(book(row)).tolist() == pytest.approx([margin])


def test_reg_t_knows_no_strategy() -> None:
    spread = [option("C", 105, -1), option("C", 110, 1)]
    assert math.fsum(reg_t(book(*spread))) == math.fsum(reg_t(book(spread[0])))


def test_scenario_margin_by_hand() -> None:
    shares = ["XYZ", "", "shares", None, None, 100, None, None, None, 100]
    assert portfolio_style(book(shares)) == pytest.approx(1500)  # 15 % of 10 000
    index = ["SPX", "ES", "future", None, "2025-06-20", -1, None, 5100, 50, 5000]
    assert portfolio_style(book(index)) == pytest.approx(0.06 * 5100 * 50)  # short: hurt by +6 %
    assert portfolio_style(book(shares, index)) == pytest.approx(1500 + 0.06 * 5100 * 50)  # no offset
    far = ["XYZ", "XYZ", "C", 300, "2025-03-31", -4, 0.2, None, 100, 100]
    assert portfolio_style(book(far)) == pytest.approx(4 * 37.5)  # worth nothing at any step: the least per contract
    bought = portfolio_style(book(option("P", 100, 1)))
    assert bought == pytest.approx(100 * float(book(option("P", 100, 1)).price[0]), rel=0.01)  # all of the premium


def test_a_hedge_lowers_the_scenario_figure() -> None:
    short = option("C", 100, -10)
    covered = ["XYZ", "", "shares", None, None, 1000, None, None, None, 100]
    assert portfolio_style(book(short, covered)) < portfolio_style(book(short))


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (
            [["limit", "value"], ["colour", 5]],
            'limits, row 2 (colour): limit is "colour"; expected one of class inventory',
        ),
        ([["limit", "value"], ["vega", 0]], 'value is "0"; expected a number above 0'),
        ([["limit", "value"], ["vega", None]], "value is blank; expected a number"),
        ([["limit", "value"], ["vega", "many"]], 'value is "many"; expected a number above 0'),
        ([["limit"], ["vega"]], "limits: the column value is missing"),
    ],
)
def test_bad_limits(cells: list[list[object]], said: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_limits(cells)
    assert said in str(caught.value)


def test_the_worksheet_table() -> None:
    limits = [
        ["Limit", "Scope", "Value"],
        ["Net delta", None, 1e6],
        ["Margin", None, 1e9],
        ["class_inventory", "spxw", 90],
    ]
    table = udfs.FUNCTIONS["LIMIT_CHECK"](MIXED, limits, None, AS_OF)
    assert [row[0] for row in table] == ["Limit", "delta", "reg t margin", "class inventory"]
    assert table[3][5] == "breach" and table[3][6] == "stop adding to the class; trade out of it"
    assert "Reg T strategy-free formula for short options" in table[2][7]
    assert udfs.FUNCTIONS["LIMIT_CHECK"](MIXED, limits, None, AS_OF, None, 0.001)[2][5] == "warn"
    short_gamma = udfs.FUNCTIONS["LIMIT_CHECK"](
        [HEADER, option("C", 100, -9)], [["limit", "value"], ["gamma", 1]], None, AS_OF
    )
    assert short_gamma[1][6] == "stop selling options; buy gamma"


def test_margin_is_of_rows() -> None:
    assert np.count_nonzero(reg_t(read_positions(MIXED, None, AS_OF))) == 3
