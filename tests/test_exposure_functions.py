"""The worksheet functions for other exposures, flows and levels by expiry, as a host calls them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from xlwings import XlwingsError

import gex_xl
from gex_xl import udfs
from gex_xl.functions import EXAMPLE_CHAIN, REGISTRY

F = udfs.FUNCTIONS
KINDS = [str(kind) for kind in gex_xl.Kind]


@pytest.mark.parametrize("kind", KINDS)
def test_total_strikes_expiries_and_exposures_are_of_one_mind(kind: str) -> None:
    whole = F["DEALER_EXPOSURE"](EXAMPLE_CHAIN, kind)
    strikes = F["DEALER_EXPOSURE"](EXAMPLE_CHAIN, kind, None, None, None, "strike")
    expiries = F["DEALER_EXPOSURE"](EXAMPLE_CHAIN, kind, None, None, None, "expiry")
    row = next(row for row in F["EXPOSURES"](EXAMPLE_CHAIN) if row[0] == kind)
    near = {"rel": 1e-12, "abs": 1e-12 * (abs(row[1]) + abs(row[2]))}
    assert row[3] == whole
    for column, found in ((1, row[1]), (2, row[2]), (3, whole)):
        assert math.fsum(line[column] for line in strikes[1:]) == pytest.approx(found, **near)
        assert math.fsum(line[column + 3] for line in expiries[1:]) == pytest.approx(found, **near)
    assert strikes[0][3] == expiries[0][6] == f"Net {kind} ({row[5]})"
    assert sum(line[3] for line in expiries[1:]) == row[4] == 16


def test_gamma_is_total_gex_in_every_unit() -> None:
    for unit in ("usd", "usd_bn", "shares_per_point"):
        settings = f"unit={unit}"
        expected = F["TOTAL_GEX"](EXAMPLE_CHAIN, None, None, settings)
        assert F["DEALER_EXPOSURE"](EXAMPLE_CHAIN, "gamma", None, None, settings) == expected


def test_spot_moves_the_exposures() -> None:
    assert F["DEALER_EXPOSURE"](EXAMPLE_CHAIN, "delta", 5050) != F["DEALER_EXPOSURE"](EXAMPLE_CHAIN, "delta")
    flow = F["HEDGE_FLOW"](EXAMPLE_CHAIN, 0.01)[1]
    # Dealers' delta in shares before and after is what they trade against.
    shares = [F["DEALER_EXPOSURE"](EXAMPLE_CHAIN, "delta", spot, None, "unit=shares") for spot in (5000, 5050)]
    assert flow[1] == pytest.approx(-(shares[1] - shares[0]), rel=1e-9)


@pytest.mark.parametrize("word", ["Vanna", "VANNA", " vanna ", [["vanna"]]])
def test_words_in_any_form(word: object) -> None:
    assert F["DEALER_EXPOSURE"](EXAMPLE_CHAIN, word) == F["DEALER_EXPOSURE"](EXAMPLE_CHAIN, "vanna")
    for by in ("Total", [["total"]], "", None, 0):
        assert F["DEALER_EXPOSURE"](EXAMPLE_CHAIN, word, None, None, None, by) == F["DEALER_EXPOSURE"](
            EXAMPLE_CHAIN, "vanna"
        )


@pytest.mark.parametrize(
    "moves",
    [
        "-1%, 2%",
        "-0.01; 0.02",
        "-1 %,2 %",
        [-0.01, 0.02],
        [[-0.01], [0.02]],
        [[-0.01, 0.02]],
        (("-1%",), (None,), ("",), (0.02,)),
        np.array([[-0.01], [0.02]]),
        [["−1%, 2%"]],
    ],
)
@pytest.mark.parametrize("name", ["HEDGE_FLOW", "VOL_FLOW"])
def test_moves_in_any_form(name: str, moves: object) -> None:
    found = F[name](EXAMPLE_CHAIN, moves)
    assert found == F[name](EXAMPLE_CHAIN, [-0.01, 0.02])
    assert [row[0] for row in found[1:]] == [-0.01, 0.02]


def test_one_move_may_be_a_number() -> None:
    assert F["HEDGE_FLOW"](EXAMPLE_CHAIN, 0.01) == F["HEDGE_FLOW"](EXAMPLE_CHAIN, "1%")
    assert F["HEDGE_FLOW"](EXAMPLE_CHAIN, [[0.0]])[1] == [0.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        (
            "DEALER_EXPOSURE",
            ("vana",),
            'kind is "vana"; expected one of delta, gamma, speed, vanna, charm, vega, theta',
        ),
        ("DEALER_EXPOSURE", (None,), 'kind is ""; expected one of delta'),
        (
            "DEALER_EXPOSURE",
            ("vega", None, None, None, "month"),
            'by is "month"; expected one of total, strike',
        ),
        ("HEDGE_FLOW", ("up",), 'moves holds "up"; expected numbers such as 0.01, or text such as -1%, 1%'),
        ("HEDGE_FLOW", (None,), "moves is blank; expected a range of numbers"),
        ("HEDGE_FLOW", ([[None], [""]],), "moves is blank"),
        ("HEDGE_FLOW", ([[0.01], ["#N/A"]],), 'moves holds "#N/A"'),
        ("HEDGE_FLOW", ([[True]],), 'moves holds "True"'),
        ("HEDGE_FLOW", ([-1, 1],), "moves holds -1, which is -100%; expected less than 100 %, for instance 0.01 or 1%"),
        (
            "VOL_FLOW",
            (2,),
            "moves holds 2, which is +200%; expected less than 100 %, for instance 0.01 or 1% for",
        ),
        ("TOP_STRIKES", (None, None, None, 2.5), 'count is "2.5"; expected a whole number, 1 to 100'),
        ("TOP_STRIKES", (None, None, None, 101), 'count is "101"; expected a whole number, 1 to 100'),
        ("TOP_STRIKES", (None, None, None, "few"), 'count is "few"; expected a number above 0'),
    ],
)
def test_bad_input_is_one_sentence(name: str, given: tuple[Any, ...], said: str) -> None:
    with pytest.raises(XlwingsError) as caught:
        F[name](EXAMPLE_CHAIN, *given)
    assert str(caught.value).startswith(f"{name}: {said}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["DEALER_EXPOSURE", "EXPOSURES", "HEDGE_FLOW", "VOL_FLOW", "GEX_BY_BUCKET", "MAX_PAIN",
                                  "TOP_STRIKES"])  # fmt: skip
def test_nothing_left_is_na(name: str) -> None:
    own = REGISTRY[name].example[1:2] if REGISTRY[name].arguments[1].name != "spot" else ()
    assert F[name](EXAMPLE_CHAIN, *own, None, None, "expiries=2030-01-18") == "#N/A"


@pytest.mark.parametrize(
    ("unit", "word", "factor"), [("usd_mn", "USD mn", 1e-6), ("usd_bn", "USD bn", 1e-9), ("shares", "USD", 1.0)]
)
@pytest.mark.parametrize("name", ["HEDGE_FLOW", "VOL_FLOW"])
def test_flows_scale_with_the_unit_and_say_so(name: str, unit: str, word: str, factor: float) -> None:
    plain, found = (F[name](EXAMPLE_CHAIN, 0.02, None, None, f"unit={each}") for each in ("usd", unit))
    assert found[0][0] == {"HEDGE_FLOW": "Move of spot", "VOL_FLOW": "Move of iv (decimal)"}[name]
    assert found[0][1:4] == ["Dealers trade (shares)", f"Dealers trade ({word})", f"Linear estimate ({word})"]
    assert found[1][1] == plain[1][1]
    assert found[1][2:4] == pytest.approx([factor * amount for amount in plain[1][2:4]], rel=1e-12)


def test_an_expiry_without_strikes_around_the_forward_is_na_and_the_others_stand() -> None:
    far = ["SPXW", "2025-03-14", "C", 5500, 0.2, 100]
    rows = {row[0]: row for row in F["EXPECTED_MOVE"]([*EXAMPLE_CHAIN, far])}
    assert rows["2025-03-14"][3:] == ["#N/A"] * 7
    assert rows["2025-03-07"][3:] == F["EXPECTED_MOVE"](EXAMPLE_CHAIN)[1][3:]


def test_an_expiry_with_open_interest_on_one_side_has_no_max_pain_and_the_others_stand() -> None:
    puts = [["SPXW", "2025-03-14", "P", strike, 0.2, 100] for strike in (4800, 4900)]
    rows = {row[0]: row for row in F["MAX_PAIN"]([*EXAMPLE_CHAIN, *puts])}
    assert rows["2025-03-14"][3:] == ["#N/A", "#N/A", 0.0, 200.0]
    assert rows["2025-03-07"] == F["MAX_PAIN"](EXAMPLE_CHAIN)[1]


def test_top_strikes_are_those_of_the_table() -> None:
    net = {row[0]: row[3] for row in F["GEX_PER_STRIKE"](EXAMPLE_CHAIN)[1:]}
    rows = F["TOP_STRIKES"](EXAMPLE_CHAIN)[1:]
    assert [row[1] for row in rows if row[1] != ""] == sorted((k for k in net if net[k] > 0), key=lambda k: -net[k])[:5]
    assert [row[4] for row in rows if row[4] != ""] == sorted((k for k in net if net[k] < 0), key=lambda k: net[k])[:5]
    assert all(row[2] == net[row[1]] and row[3] == row[1] / 5000 - 1 for row in rows if row[1] != "")
    puts = [row for row in EXAMPLE_CHAIN if "C" not in row]
    assert all(row[4:] == ["", "", ""] for row in F["TOP_STRIKES"](puts)[1:])


def test_real_chains(shared_chains: Any) -> None:
    """On a whole market: parts add up, small moves are linear, every figure is finite."""
    for name in ("cboe_spx_2024-01-07.csv", "cboe_spy_2023-09-14.csv", "cboe_nvda_2025-01-06.csv"):
        contracts = gex_xl.prepare(gex_xl.Chain.from_file(shared_chains / name))
        for found in gex_xl.exposures(contracts):
            assert math.isfinite(found.total.net) and found.contracts == len(contracts.index)
        gross = math.fsum(abs(gex_xl.contributions(contracts)))
        for flow in gex_xl.hedge_flow(contracts, [1e-5, -1e-5]):
            assert flow.usd == pytest.approx(flow.linear, abs=2e-5 * gross)
        assert math.fsum(b.share for b in gex_xl.by_bucket(contracts)) == pytest.approx(1, rel=1e-12)
        expiries = {(e.expiry, e.am_settled) for e in gex_xl.by_expiry(contracts)}
        assert expiries <= {(e.expiry, e.am_settled) for e in gex_xl.max_pain(contracts)}


def test_gex_at_a_strike_is_its_row_of_the_table() -> None:
    for strike, _, _, net, _ in F["GEX_PER_STRIKE"](EXAMPLE_CHAIN)[1:]:
        assert F["GEX_AT"](EXAMPLE_CHAIN, strike) == net
    assert F["GEX_AT"](EXAMPLE_CHAIN, [[5050]], None, None, "unit=usd_bn") == pytest.approx(
        F["GEX_AT"](EXAMPLE_CHAIN, "5050") / 1e9, rel=1e-12
    )


@pytest.mark.parametrize(
    ("spot", "nearest"), [(None, 5000), (5024.9, 5000), (5025, 5000), (5025.1, 5050), (9000, 5100), (1, 4900)]
)
def test_without_a_strike_it_is_the_one_nearest_spot(spot: float | None, nearest: int) -> None:
    for blank in (None, "", 0, [[None]]):
        assert F["GEX_AT"](EXAMPLE_CHAIN, blank, spot) == F["GEX_AT"](EXAMPLE_CHAIN, nearest, spot)


def test_a_strike_that_is_not_listed_has_no_value_and_the_core_names_those_beside_it() -> None:
    assert F["GEX_AT"](EXAMPLE_CHAIN, 5060) == "#N/A"
    contracts = gex_xl.prepare(gex_xl.Chain.from_cells(EXAMPLE_CHAIN))
    with pytest.raises(gex_xl.NoValue, match=r"strike 5,060; the nearest listed: 5,050 and 5,100"):
        gex_xl.at_strike(contracts, 5060)
    with pytest.raises(gex_xl.NoValue, match=r"the nearest listed: 4,900$"):
        gex_xl.at_strike(contracts, 1)
    with pytest.raises(gex_xl.NoValue, match=r"the nearest listed: 5,100$"):
        gex_xl.at_strike(contracts, 1e6)
    with pytest.raises(XlwingsError, match="strike"):
        F["GEX_AT"](EXAMPLE_CHAIN, "many")
