"""Exposure of a book: against QuantLib, Hull's and Haug's figures, and sums by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import QuantLib

from gex_xl import udfs
from gex_xl.desk.book import concentrations, greeks, groups, per_contract
from gex_xl.desk.position_rows import read_positions
from gex_xl.desk.positions import Book
from gex_xl.settings import Settings

from .made_up import AS_OF, HEADER, MIXED, book, option

RATES = {"rate": 0.05, "dividend_yield": 0.02}


def quantlib(found: Book, i: int, rate: float, dividends: float) -> dict[str, float]:
    """Per share, by QuantLib's closed form; the time to expiry is taken from the row, all else from the market."""
    t, sign = float(found.years[i]), 1 if found.kind[i] == "call" else -1
    right = QuantLib.Option.Call if sign == 1 else QuantLib.Option.Put
    payoff = QuantLib.PlainVanillaPayoff(right, float(found.strike[i]))
    spot, stdev = float(found.spot[i]), float(found.iv[i]) * math.sqrt(t)
    calculator = QuantLib.BlackCalculator(payoff, spot * math.exp((rate - dividends) * t), stdev, math.exp(-rate * t))
    return {
        "delta": calculator.delta(spot),
        "gamma": calculator.gamma(spot),
        "vega": calculator.vega(t),
        "theta": calculator.theta(spot, t),
        "rho": calculator.rho(t),
        "price": calculator.value(),
    }


@pytest.mark.parametrize("rates", [{}, RATES, {"rate": -0.01, "dividend_yield": 0.03}])
@pytest.mark.parametrize("right", ["C", "P"])
@pytest.mark.parametrize("strike", [80, 97.5, 100, 112])
def test_a_position_against_quantlib(rates: dict[str, float], right: str, strike: float) -> None:
    found = book(option(right, strike, -7, 0.23, "2025-06-20"), **rates)
    oracle = quantlib(found, 0, rates.get("rate", 0.0), rates.get("dividend_yield", 0.0))
    units, got = -700, greeks(found).total()
    for value, expected in (
        (got.delta_shares, units * oracle["delta"]),
        (got.delta, units * oracle["delta"] * 100),
        (got.gamma, units * oracle["gamma"] * 100**2 / 100),  # dollars of delta for a move of 1 %
        (got.vega, units * oracle["vega"] / 100),
        (got.theta, units * oracle["theta"] / 365),
        (got.rho, units * oracle["rho"] / 100),
        (float(found.price[0]), oracle["price"]),
    ):
        assert value == pytest.approx(expected, rel=1e-9, abs=1e-9)


def at(found: Book, years: float, rate: float, dividends: float) -> Book:
    """The book with one time to expiry, as textbooks give it."""
    for i in range(len(found)):
        found.years[i] = years
        found.forward[i] = found.spot[i] * math.exp((rate - dividends) * years)
        found.discount[i] = math.exp(-rate * years)
    return found


def test_hull() -> None:
    # Hull, "Options, Futures, and Other Derivatives", chapter on Greeks: S 49, K 50, r 5 %, 20 weeks, 20 %.
    one = per_contract(at(book(option("C", 50, 1, spot=49, multiplier=1)), 0.3846, 0.05, 0.0))
    assert one.delta_shares[0] == pytest.approx(0.522, abs=5e-4)
    assert one.gamma[0] / (49**2 * 0.01) == pytest.approx(0.0655, abs=1e-4)
    assert one.vega[0] * 100 == pytest.approx(12.1, abs=0.05)
    assert one.theta[0] * 365 == pytest.approx(-4.31, abs=5e-3)
    assert one.rho[0] * 100 == pytest.approx(8.91, abs=5e-3)


def test_haug() -> None:
    # Haug, "The Complete Guide to Option Pricing Formulas", chapter 2.
    one = per_contract(at(book(option("C", 60, 1, 0.30, spot=55, multiplier=1)), 0.75, 0.10, 0.0))
    assert one.gamma[0] / (55**2 * 0.01) == pytest.approx(0.0278, abs=5e-5)
    assert one.vega[0] * 100 == pytest.approx(18.9358, abs=5e-5)
    rows = [option(right, 100, 1, 0.36, spot=105, multiplier=1) for right in "CP"]
    assert per_contract(at(book(*rows), 0.5, 0.10, 0.10)).delta_shares == pytest.approx([0.5946, -0.3566], abs=5e-5)


def test_shares_and_futures() -> None:
    found = book(
        ["XYZ", "", "shares", None, None, -300, None, None, None, 100],
        ["XYZ", "FUT", "future", None, "2025-06-20", 2, None, 102, 50, 100],
    )
    each = greeks(found)
    assert each.delta_shares.tolist() == pytest.approx([-300, 2 * 50 * 1.02])  # a future moves by F/S
    assert each.delta.tolist() == pytest.approx([-30_000, 2 * 50 * 102])  # its dollars: its own notional
    assert not each.gamma.any() and not each.vega.any()
    assert each.rho[1] == pytest.approx(100 * 102 * float(found.years[1]) * 0.01)  # F = S exp(bT)
    # The future drifts to spot: over one day by F (exp(-b/365) - 1).
    b = math.log(1.02) / float(found.years[1])
    assert each.theta[1] == pytest.approx(100 * 102 * (math.exp(-b / 365) - 1), rel=1e-3)


@pytest.mark.parametrize("level", ["underlying", "class", "series"])
def test_groups_add_up_to_the_book(level: str) -> None:
    found = read_positions(MIXED, None, AS_OF)
    net = greeks(found).total()
    for name in ("delta", "gamma", "vega", "theta", "rho"):
        parts = math.fsum(getattr(g.exposure, name) for g in groups(found, level))
        assert parts == pytest.approx(getattr(net, name), rel=1e-12)


def test_long_and_short_of_a_series_are_one_position() -> None:
    found = book(option("C", 100, 5), option("C", 100, -5), option("C", 110, 1))
    series = {g.name: g for g in groups(found, "series")}
    flat = series["XYZ 2025-03-31 C 100"]
    assert (flat.contracts, flat.gross, flat.exposure.gamma, flat.gamma_share) == (0, 0, 0, 0)
    assert series["XYZ 2025-03-31 C 110"].vega_share == 1
    assert groups(found, "class")[0].gross == 1


def test_concentration_by_hand() -> None:
    found = book(option("C", 100, 3), option("P", 100, -1), option("C", 105, -2, expiry="2025-04-17"))
    size = abs(greeks(found).gamma)
    largest = {(greek, level): (name, share) for greek, level, name, share in concentrations(found)}
    name, share = largest["gamma", "strike"]
    assert (name, share) == ("XYZ 100", pytest.approx((size[0] + size[1]) / size.sum()))
    assert largest["gamma", "expiry"][0] == "XYZ 2025-03-31"
    assert largest["vega", "expiry"][1] == pytest.approx(
        abs(greeks(found).vega[:2]).sum() / abs(greeks(found).vega).sum()
    )
    assert concentrations(book(["XYZ", "", "shares", None, None, 1, None, None, None, 100])) == []


def test_a_price_gives_the_iv_that_made_it() -> None:
    by_iv = book(option("P", 95, -10, 0.27), **RATES)
    row = option("P", 95, -10)
    row[6:8] = None, float(by_iv.price[0])
    assert book(row, **RATES).iv[0] == pytest.approx(0.27, rel=1e-9)


def test_columns_in_any_order_and_under_other_names() -> None:
    found = read_positions(
        [
            ["My book", None, None, None],
            [None, None, None, None],
            ["Qty", "Implied Volatility", "Contract Symbol", "Underlying Price"],
            [-2, "20%", "SPXW250314C05050000", "5,000"],
            [None, None, None, None],
            ["a remark", None, None, None],
        ],
        None,
        AS_OF,
    )
    assert (found.label, found.underlying, found.klass) == (["SPXW 2025-03-14 C 5050"], ["SPX"], ["SPXW"])
    assert (found.contracts[0], found.iv[0], found.spot[0], found.multiplier[0]) == (-2, 0.2, 5000, 100)


def test_classes_settle_as_their_roots_do() -> None:
    found = book(
        ["SPX", "SPX", "C", 5000, "2025-03-21", 1, 0.2, None, 100, 5000],
        ["SPX", "SPXW", "C", 5000, "2025-03-21", 1, 0.2, None, 100, 5000],
    )
    assert (found.years[1] - found.years[0]) * 365 * 24 == pytest.approx(6.5)


def test_spots_by_underlying_win_over_the_column() -> None:
    found = read_positions(MIXED, {"spy": 510.0}, AS_OF)
    assert found.spots == {"SPX": 5000, "SPY": 510}


def with_row(row: list[Any]) -> list[list[Any]]:
    return [*MIXED[:3], row, *MIXED[3:]]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["SPX", "SPXW", "C", 5050, "2025-02-28", -6, 0.2, None, 100, 5000],
         "positions, row 4 (SPXW 2025-02-28 C 5050): expired before 2025-03-03 09:30 EST; take the row out"),
        (["SPX", "SPX", "warrant", 5050, "2025-03-14", -6, 0.2, None, 100, 5000],
         'positions, row 4 (SPX): type is "warrant"; expected call, put, shares or future'),
        (["SPX", "SPX", "", 5050, "2025-03-14", -6, 0.2, None, 100, 5000], 'row 4 (SPX): type is ""; expected call'),
        (["QQQ", "QQQ", "C", 500, "2025-03-14", -6, 0.2, None, 100, None],
         "row 4 (QQQ 2025-03-14 C 500): the spot of QQQ is neither in the rows nor given"),
        (["", "", "C", 500, "2025-03-14", -6, 0.2, None, 100, 500], "row 4: underlying is blank"),
        (["SPX", "SPX", "C", "high", "2025-03-14", -6, 0.2, None, 100, 5000], 'strike is "high"; expected a number'),
        (["SPX", "SPX", "C", 5000, "soon", -6, 0.2, None, 100, 5000], 'row 4 (SPX): expiry is "soon"; expected a date'),
        (["SPX", "SPX", "C", 5000, "2025-03-14", "six", 0.2, None, 100, 5000], 'contracts is "six"; expected a number'),
        (["SPX", "SPX", "C", 5000, "2025-03-14", 1.5, 0.2, None, 100, 5000], 'contracts is "1.5"; expected a whole'),
        (["SPX", "SPX", "C", 5000, "2025-03-14", None, 0.2, None, 100, 5000], "contracts is blank; expected a number"),
        (["SPX", "SPX", "C", 5000, "2025-03-14", 1, None, None, 100, 5000], "iv and price are both blank"),
        (["SPX", "SPX", "C", 5000, "2025-03-14", 1, 20, None, 100, 5000], 'iv is "20"; expected an annual decimal'),
        (["SPX", "SPX", "C", 4000, "2025-03-14", 1, None, 900, 100, 5000], "no volatility gives the price 900"),
        (["SPX", "ES", "future", None, "2025-03-21", 1, None, 5000, None, 5000], "a future needs its own, such as 50"),
        (["SPX", "ES", "future", None, "2025-02-21", 1, None, 5000, 50, 5000], "expired before"),
        (["SPX", "SPX", "C", 5000, "2025-03-14", 1, 0.2, None, 100, 5100], "spot of SPX is 5100 here and 5000 above"),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_by_name_and_row(row: list[Any], said: str) -> None:
    with pytest.raises(udfs.XlwingsError) as caught:
        udfs.FUNCTIONS["BOOK_EXPOSURE"](with_row(row), None, AS_OF)
    assert said in str(caught.value) and str(caught.value).startswith("BOOK_EXPOSURE: positions, row 4")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("cells", "given", "said"),
    [
        (
            [[*HEADER[:6], "Size", "Contract size", *HEADER[8:], "Multiplier"], MIXED[1]],
            {"as_of": AS_OF},
            "two columns mean multiplier",
        ),
        ([[*HEADER[:5], "Contrcts", *HEADER[6:]], MIXED[1]], {"as_of": AS_OF}, "contracts is missing; did you mean"),
        ([HEADER], {"as_of": AS_OF}, "there are no rows below the header in row 1"),
        ([["a", "b"]], {"as_of": AS_OF}, "no header row was found; expected columns contracts"),
        (MIXED, {}, "as_of is neither given nor a column of the positions"),
        (MIXED, {"as_of": AS_OF, "spot": 5000}, "spot is one price, but the rows are on SPX, SPY"),
        (MIXED, {"as_of": AS_OF, "spot": [["SPX", "dear"], ["SPY", 1]]}, "needs"),
        (None, {}, "positions is empty; expected a range with a header"),
        ("#REF!", {}, "positions is #REF!; mend the cell"),
    ],
)
def test_a_bad_range(cells: Any, given: dict[str, Any], said: str) -> None:
    if said == "needs":
        given, said = {**given, "spot": [["SPX", 5000], ["SPY", "dear"]]}, "spot, row 2: the price of SPY is not"
    with pytest.raises(udfs.XlwingsError) as caught:
        udfs.FUNCTIONS["BOOK_EXPOSURE"](cells, **given)
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_the_worksheet_table() -> None:
    table = udfs.FUNCTIONS["BOOK_EXPOSURE"](MIXED, None, AS_OF)
    net = greeks(read_positions(MIXED, None, AS_OF)).total()
    assert table[1][:2] == ["net", "book"] and table[1][4:9] == [net.delta, net.gamma, net.vega, net.theta, net.rho]
    assert table[1][3] == "" and "not added up" in table[1][-1]  # shares of two underlyings
    alone = udfs.FUNCTIONS["BOOK_EXPOSURE"]([HEADER, MIXED[1]], 5000, AS_OF)
    assert alone[1][3] == alone[2][3] != ""
    two = udfs.FUNCTIONS["BOOK_EXPOSURE"](MIXED, [["name", "price"], ["SPX", 5010], ["SPY", 501]], AS_OF)
    assert two != table


def test_settings_reach_the_book() -> None:
    plain, carried = (book(option("C", 100, 1), **given) for given in ({}, {"rate": 0.05}))
    assert np.all(carried.forward > plain.forward)
    assert plain.forward[0] == plain.spot[0]  # no rate, no dividends: the forward is spot
    assert Settings().rate is None
