"""Tables of the desk's functions, every column by figures worked here: Black and Scholes by the error function."""

from __future__ import annotations

import math
from typing import Any

import pytest

from gex_xl import udfs

F = udfs.FUNCTIONS
AS_OF = "2025-03-03 09:30"
#: To Monday 31 March 2025, 16:00 New York: 28 days and 6.5 hours, less the hour that summer time takes.
T = (28 * 24 + 6.5 - 1) / (24 * 365)
HEAD = ["Underlying", "Class", "Type", "Strike", "Expiry", "Contracts", "IV", "Price", "Multiplier", "Spot"]
LONG_SHARES = [HEAD, ["XYZ", None, "shares", None, None, 100, None, None, None, 100]]
SHORT_SHARES = [HEAD, ["XYZ", None, "shares", None, None, -100, None, None, None, 100]]


def normal(x: float) -> float:
    return (1 + math.erf(x / math.sqrt(2))) / 2


def density(x: float) -> float:
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def d1(spot: float, strike: float, iv: float, t: float = T) -> float:
    return math.log(spot / strike) / (iv * math.sqrt(t)) + iv * math.sqrt(t) / 2


def call(spot: float, strike: float, iv: float, t: float = T) -> float:
    first = d1(spot, strike, iv, t)
    return spot * normal(first) - strike * normal(first - iv * math.sqrt(t))


def option(contracts: int, strike: float = 100, right: str = "C", expiry: str = "2025-03-31") -> list[Any]:
    return ["XYZ", "XYZ", right, strike, expiry, contracts, 0.2, None, 100, 100]


def by_method(table: list[list[Any]]) -> dict[str, list[Any]]:
    return {row[0]: row for row in table[1:]}


def test_the_worst_gap_is_a_loss_on_the_side_that_hurts() -> None:
    for cells, jump in ((LONG_SHARES, -0.10), (SHORT_SHARES, 0.10)):
        found = by_method(F["RESIDUAL_RISK"](cells, None, AS_OF))
        delta = 10_000 * (1 if jump < 0 else -1)
        side = "sell" if delta > 0 else "buy"
        # method, delta, basis, gamma, vega, execution, worst gap, its jump, its vol points, trade, note
        bare = [delta, 0, 0, 0, 0, -1_000, jump, 0, "none", "the book as it stands"]
        assert found["no hedge"][1:] == pytest.approx(bare)
        hedged = found["underlying"]
        assert hedged[1:7] == pytest.approx([0, 0, 0, 0, 100 * 100 * 0.0001, 0])
        assert hedged[9] == f"{side} 100 XYZ shares"
        assert found["quotes and size"][1:10] == found["no hedge"][1:10]


def test_the_worst_gap_of_short_volatility_comes_with_the_shock() -> None:
    found = by_method(F["RESIDUAL_RISK"]([HEAD, option(-1)], None, AS_OF))["no hedge"]
    losses = {
        (jump, points): -100 * (call(100 * (1 + jump), 100, 0.2 + points / 100) - call(100, 100, 0.2))
        for jump in (-0.10, -0.05, 0.0, 0.05, 0.10)
        for points in (0, 5)
    }
    worst = min(losses, key=lambda at: losses[at])
    assert worst == (0.10, 5)
    assert found[6:9] == pytest.approx([losses[worst], *worst])
    first = d1(100, 100, 0.2)
    assert found[1] == pytest.approx(-100 * 100 * normal(first))
    gamma = density(first) / (100 * 0.2 * math.sqrt(T))
    assert found[3] == pytest.approx(-100 * gamma * 100**2 * 0.01)
    assert found[4] == pytest.approx(-100 * 100 * density(first) * math.sqrt(T) * 0.01)


def test_a_related_product_and_costs_in_the_table_of_residuals() -> None:
    products = [
        ["Product", "Underlying", "Price", "Multiplier", "Beta", "Correlation", "Volatility", "Half spread"],
        ["Proxy", "XYZ", 100, 10, 1, 0.8, 0.2, 0.05],
    ]
    table = F["RESIDUAL_RISK"](LONG_SHARES, None, AS_OF, None, None, None, products, None, 0.001, 0.0005)
    found = by_method(table)
    # 10 contracts of 1 000 against 10 000; sqrt(1 - 0.8^2) = 0.6; at -10 % the proxy is expected at 0.64 of it
    basis = 10_000 * 0.2 * 0.6 * math.sqrt(1 / 365)
    cost = 10 * (0.05 * 10 + 0.0005 * 1000)
    assert found["related: Proxy"][1:10] == pytest.approx([0, basis, 0, 0, cost, -360, -0.10, 0, "sell 10 Proxy"])
    assert found["underlying"][5] == pytest.approx(10_000 * 0.0015)
    assert [row[0] for row in table[1:]] == [
        "no hedge", "underlying", "related: Proxy", "quotes and size", "options: not given",
    ]  # fmt: skip
    assert table[0][2] == "Basis (USD, 1 sd, 1 d)"


def offered(size: int | None) -> list[list[Any]]:
    return [
        ["Underlying", "Class", "Type", "Strike", "Expiry", "Bid", "Ask", "IV", "Size"],
        ["XYZ", "XYZ", "C", 100, "2025-03-31", 2.2, 2.3, 0.2, size],
    ]


@pytest.mark.parametrize(("lot", "shares"), [(None, None), (1, 1), (100, 100)])
def test_states_and_a_blank_lot_of_hedge_options(lot: int | None, shares: int | None) -> None:
    held = [HEAD, option(-100)]
    bounds = [["Greek", "Low", "High"], ["gamma", -10, 10]]
    table = F["HEDGE_OPTIONS"](held, offered(10), bounds, None, AS_OF, None, lot)
    first = d1(100, 100, 0.2)
    gamma = 100 * density(first) / (100 * 0.2 * math.sqrt(T)) * 100**2 * 0.01
    vega = 100 * 100 * density(first) * math.sqrt(T) * 0.01
    exact = 90 * 100 * normal(first)  # shares, after all 10 that are offered
    step = shares or 1
    traded = step * round(exact / step)
    left = (traded - exact) * 100
    named = {(row[0], row[1].split(" (")[0] if row[0] != "outcome" else ""): row for row in table[1:]}
    # item, name, trade, price, paid, before, after, low, high, state
    assert named["option", "XYZ 2025-03-31 C 100"][2:] == pytest.approx([10, 2.3, 10 * 100 * 0.05, *[""] * 4, "buy"])
    assert named["shares", "XYZ"][2:] == [traded, 100, *[""] * 5, "buy"]
    assert named["greek", "gamma"][5:] == pytest.approx([-100 * gamma, -90 * gamma, -10, 10, "not met"])
    assert named["greek", "vega"][5:] == pytest.approx([-100 * vega, -90 * vega, "", "", "no bound"])
    assert named["greek", "delta"][5:] == pytest.approx(
        [-100 * 100 * 100 * normal(first), left, "", "", "after shares"], abs=1e-6
    )
    assert named["outcome", ""][4] == pytest.approx(50) and named["outcome", ""][-1] == "not met"
    assert f"gamma stays {90 * gamma - 10:,.0f} USD per 1 % outside" in named["outcome", ""][1]


def test_states_where_all_bounds_are_met_and_nothing_is_sold_or_bought() -> None:
    # One call against its own short: the option is bought back, no share is traded.
    bounds = [["Greek", "Low", "High"], ["gamma", -1, 1], ["vega", -1, 1]]
    table = F["HEDGE_OPTIONS"]([HEAD, option(-7)], offered(None), bounds, None, AS_OF)
    assert [(row[0], row[2], row[-1]) for row in table[1:]] == [
        ("option", 7, "buy"), ("shares", 0, "none"), ("greek", "", "met"), ("greek", "", "met"),
        ("greek", "", "after shares"), ("outcome", "", "met"),
    ]  # fmt: skip
    assert [row[6] for row in table[3:6]] == pytest.approx([0, 0, 0], abs=1e-9)
    sold = F["HEDGE_OPTIONS"]([HEAD, option(7)], offered(None), bounds, None, AS_OF)
    assert sold[1][2:5] == pytest.approx([-7, 2.2, 35]) and sold[1][-1] == "sell"


def test_shares_of_gross_and_the_largest_of_a_book() -> None:
    # Long 30 and short 10 calls at two strikes of one day, one strike also as a put; gross counts sizes, not signs.
    rows = [HEAD, option(30), option(-10, 110), option(-20, 100, "P"), option(30, 100)]
    table = F["BOOK_EXPOSURE"](rows, None, AS_OF)
    at, far = (density(d1(100, k, 0.2)) / (100 * 0.2 * math.sqrt(T)) for k in (100, 110))
    sizes = {"C 100": 60 * at, "C 110": 10 * far, "P 100": 20 * at}
    gross = sum(sizes.values())
    found = {(row[0], row[1]): row for row in table[1:]}
    for name, size in sizes.items():
        row = found["series", f"XYZ 2025-03-31 {name}"]
        # One expiry and one iv: vega is gamma S^2 iv T, so both shares are one.
        assert row[9:11] == pytest.approx([size / gross, size / gross])
        assert row[11] == "iv as given: 20.0%"
    assert [found["series", f"XYZ 2025-03-31 {name}"][2] for name in sizes] == [60, -10, -20]
    for level, name in (("underlying", "XYZ"), ("class", "XYZ"), ("expiry", "XYZ 2025-03-31")):
        assert found[level, name][9:11] == pytest.approx([1, 1])
        assert found[level, name][2] == 30
    gamma, vega = "of gross gamma", "of gross vega"
    share = (sizes["C 100"] + sizes["P 100"]) / gross
    assert [[row[0], row[1], *row[9:]] for row in table[-4:]] == [
        ["largest strike", "XYZ 100", pytest.approx(share), "", gamma],
        ["largest expiry", "XYZ 2025-03-31", pytest.approx(1), "", gamma],
        ["largest strike", "XYZ 100", "", pytest.approx(share), vega],
        ["largest expiry", "XYZ 2025-03-31", "", pytest.approx(1), vega],
    ]
    net = found["net", "book"]
    delta = 100 * (60 * normal(d1(100, 100, 0.2)) - 10 * normal(d1(100, 110, 0.2)) + 20 * normal(-d1(100, 100, 0.2)))
    assert net[3:5] == pytest.approx([delta, 100 * delta])
    assert net[5] == pytest.approx(100 * (60 * at - 10 * far - 20 * at) * 100**2 * 0.01)


QUOTE = ["name", "mid", "volatility", "inventory", "limit", "band", "half spread", "size", "tick"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"mid": 5}, 'quotes, row 2 (row 2): band is blank; expected a number'),
        ({"band": 0.5}, 'quotes, row 2 (row 2): mid is blank; expected a number'),
        ({"mid": 2e8, "band": 1}, "tick is"), ({"mid": 5, "band": 2e8}, "tick is"),
    ],
)  # fmt: skip
def test_a_quote_of_only_a_mid_or_only_a_band(row: dict[str, Any], said: str) -> None:
    whole = {"volatility": 1, "inventory": 0, "limit": 10, **row} if len(row) == 2 else row
    with pytest.raises(udfs.XlwingsError) as caught:
        F["QUOTE_ADJUST"]([QUOTE, [whole.get(name) for name in QUOTE]])
    assert said in str(caught.value)


def test_a_bid_of_one_tick_is_a_bid_and_of_none_is_not() -> None:
    rows = [["one tick", 0.03, 1, 0, 10, 0.02, 0.02, 7, 0.01], ["no tick", 0.02, 1, 0, 10, 0.02, 0.02, 7, 0.01]]
    table = F["QUOTE_ADJUST"]([QUOTE, *rows], 1e-9, 1)
    # name, mid, reservation, bid, ask, bid size, ask size, use, why
    why = "no inventory: quoted around the mid"
    assert table[1] == ["one tick", 0.03, 0.03, 0.01, 0.05, 7, 7, 0, why]
    assert table[2] == ["no tick", 0.02, 0.02, 0, 0.04, 0, 7, 0, why]


def test_margin_of_a_fund_on_a_broad_index() -> None:
    # 10 short puts at 8.00 on a fund at 500: market value and 15 %, as for its index (Cboe Rule 10.3(c)(5), FINRA
    # Rule 4210(f)(2)(E)): 10 x 100 x (8 + 75). A single name's share is 20 %.
    def margin(name: str) -> float:
        rows = [HEAD, [name, name, "P", 500, "2025-03-31", -10, None, 8.0, 100, 500]]
        table = F["LIMIT_CHECK"](rows, [["limit", "value"], ["reg t margin", 1e6]], None, AS_OF)
        return float(table[1][2])

    assert margin("SPY") == pytest.approx(83_000)
    assert margin("QQQ") == pytest.approx(83_000)
    assert margin("XYZ") == pytest.approx(10 * 100 * (8 + 100))


@pytest.mark.parametrize(("name", "down"), [("SPY", 0.08), ("QQQ", 0.10), ("IWM", 0.10), ("XYZ", 0.15), ("XLK", 0.15)])
def test_scenario_ranges_by_kind(name: str, down: float) -> None:
    # SEC release 34-46576 (rules of the portfolio margin pilot): +6 and -8 % for indices of high capitalisation, 10 %
    # for other broad ones; 15 % for all else (FINRA Rule 4210(g)).
    rows = [HEAD, [name, None, "shares", None, None, 100, None, None, None, 100]]
    table = F["LIMIT_CHECK"](rows, [["limit", "value"], ["scenario margin", 1e6]], None, AS_OF)
    assert table[1][2] == pytest.approx(10_000 * down)


def test_a_long_option_asks_for_no_more_than_it_is_worth() -> None:
    # Worth 0.10 a share: less than the least of 0.375 a share that a short one asks for.
    far = ["XYZ", "XYZ", "C", 300, "2025-03-31", 4, 0.2, 0.10, 100, 100]
    limits = [["limit", "value"], ["scenario margin", 1e6]]
    long = F["LIMIT_CHECK"]([HEAD, far], limits, None, AS_OF)[1][2]
    short = F["LIMIT_CHECK"]([HEAD, [*far[:5], -4, *far[6:]]], limits, None, AS_OF)[1][2]
    assert (long, short) == (pytest.approx(40), pytest.approx(150))
