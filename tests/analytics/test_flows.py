"""Hedging flows against a plain repricing, the linear estimates, and sums over parts of the chain."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.dealer_exposure import Kind, exposure_of
from gex_xl.analytics.exposure import sum_of, total
from gex_xl.analytics.flows import LOWEST_IV, hedge_flow, vol_flow
from gex_xl.errors import BadInput, NoValue
from gex_xl.settings import Settings, Sign, Unit

from . import random_chains
from .synthetic import AS_OF, chain_of, delta, years_between
from .test_dealer_exposure import BOOK, SPOT
from .test_exposure import EXPIRY, LATER, contracts, line, prepared


def shares_held(contracts: Contracts, move: float = 0.0, iv_move: float = 0.0) -> float:
    """Dealers' delta in shares, line by line in plain Python."""
    out = []
    for i in range(len(contracts.index)):
        forward, root = float(contracts.forward[i]) * (1 + move), math.sqrt(float(contracts.years[i]))
        v = float(contracts.stdev[i]) + iv_move * root
        right = "C" if contracts.is_call[i] else "P"
        each = delta(forward, float(contracts.strike[i]), v, right, float(contracts.spot_discount[i]))
        out.append(float(contracts.position[i]) * each)
    return math.fsum(out)


def gross(contracts: Contracts) -> float:
    return math.fsum(np.abs(contracts.position))


MOVES = [-0.2, -0.05, -0.01, 0.0, 0.003, 0.01, 0.05, 0.2]


def test_hedge_flow_is_minus_the_change_of_delta() -> None:
    contracts = prepared(BOOK, SPOT, carry="rates", rate=0.05, dividend_yield=0.015)
    for flow in hedge_flow(contracts, MOVES):
        expected = -(shares_held(contracts, flow.move) - shares_held(contracts))
        assert flow.shares == pytest.approx(expected, abs=1e-11 * gross(contracts))
        assert flow.usd == flow.shares * SPOT
        assert flow.linear == pytest.approx(-total(contracts).net * flow.move * 100, rel=1e-12)


def test_vol_flow_is_minus_the_change_of_delta() -> None:
    contracts = prepared(BOOK, SPOT, carry="rates", rate=0.05, dividend_yield=0.015)
    vanna = sum_of(*exposure_of(contracts, Kind.VANNA)).net
    for flow in vol_flow(contracts, [-0.05, -0.01, 0.0, 0.01, 0.2]):
        expected = -(shares_held(contracts, 0, flow.move) - shares_held(contracts))
        assert flow.shares == pytest.approx(expected, abs=1e-11 * gross(contracts))
        assert flow.linear == pytest.approx(-vanna * flow.move * 100, rel=1e-12)
        assert flow.stopped == 0


def test_dealers_short_a_billion_buy_a_billion_for_one_percent() -> None:
    """method: GEX = -1 USD bn and +1 %: dealers buy about 1 bn."""
    one = total(prepared([line("C", 5000, 1, iv=0.2, expiry=LATER)], SPOT)).net
    contracts = prepared([line("C", 5000, 1e9 / -one, iv=0.2, expiry=LATER)], SPOT)
    assert total(contracts).net == pytest.approx(-1e9, rel=1e-12)
    flow = hedge_flow(contracts, [0.01])[0]
    assert flow.linear == pytest.approx(1e9, rel=1e-12)
    assert flow.usd == pytest.approx(1e9, rel=0.05)


@pytest.mark.parametrize("figure", [hedge_flow, vol_flow])
def test_small_moves_tend_to_the_linear_estimate(figure: Any) -> None:
    """The error of a linear estimate is of second order: half the move, a quarter of the error."""
    contracts = prepared(BOOK, SPOT)
    moves = [0.004, 0.002, 0.001, 0.0005]
    for sign in (1, -1):
        errors = [flow.usd - flow.linear for flow in figure(contracts, [sign * move for move in moves])]
        ratios = [a / b for a, b in pairwise(errors)]
        assert ratios[-1] == pytest.approx(4, rel=0.03)
        assert abs(ratios[-1] - 4) < abs(ratios[0] - 4)


def test_the_next_term_of_the_hedge_flow_is_speed() -> None:
    contracts = prepared(BOOK, SPOT)
    speed = sum_of(*exposure_of(contracts, Kind.SPEED)).net
    up, down = hedge_flow(contracts, [0.0005, -0.0005])
    # Speed holds the change of spot^2 in GEX too, which hedging has no part in: 2 % of GEX for each 1 %.
    of_gamma = speed - 0.02 * total(contracts).net
    assert up.usd + down.usd == pytest.approx(-of_gamma * 0.05**2, rel=1e-3)


PARTS = [
    *({"expiries": expiry} for expiry in (EXPIRY, LATER, "2025-03-04", "2025-03-03")),
    *({"strikes": band} for band in ("1:4999.5", "4999.5:")),
]


@given(contracts, st.floats(4000, 6000), st.sampled_from([-0.05, -0.001, 0.02]))
@examples(max_examples=60, deadline=None)
def test_flows_add_up_over_expiries_and_strikes(contracts: list[dict[str, Any]], spot: float, move: float) -> None:
    chain = chain_of(contracts, spot)
    whole = prepare(chain)
    if not whole.index.size:
        return
    for figure in (hedge_flow, vol_flow):
        all_of_it = figure(whole, [move])[0]
        for parts in (PARTS[:4], PARTS[4:]):
            found = []
            for part in parts:
                some = prepare(chain, None, None, Settings().with_changes(part))
                if some.index.size:
                    found.append(figure(some, [move])[0])
            for name, scale in (("shares", 1.0), ("usd", spot), ("linear", spot)):
                assert math.fsum(getattr(flow, name) for flow in found) == pytest.approx(
                    getattr(all_of_it, name), rel=1e-12, abs=1e-12 * scale * gross(whole)
                )
            assert sum(flow.stopped for flow in found) == all_of_it.stopped


@given(contracts, st.floats(4000, 6000))
@examples(max_examples=40, deadline=None)
def test_inverting_the_signs_inverts_the_flows(contracts: list[dict[str, Any]], spot: float) -> None:
    chain = chain_of(contracts, spot)
    one, other = (prepare(chain, None, None, Settings(sign=sign)) for sign in (Sign.CUSTOMER_FLOW, Sign.LONG_CALLS))
    if not one.index.size:
        with pytest.raises(NoValue):
            hedge_flow(one, MOVES)
        return
    for figure in (hedge_flow, vol_flow):
        for a, b in zip(figure(one, MOVES), figure(other, MOVES), strict=True):
            assert (a.move, a.shares, a.usd, a.linear) == (b.move, -b.shares, -b.usd, -b.linear)


def test_no_move_is_no_trade() -> None:
    for figure in (hedge_flow, vol_flow):
        flow = figure(prepared(BOOK, SPOT), [0.0])[0]
        assert [str(x) for x in (flow.shares, flow.usd, flow.linear)] == ["0.0"] * 3  # not "-0.0"


def test_iv_stops_at_one_point_and_the_contracts_are_counted() -> None:
    contracts = prepared(
        [line("C", 5000, 10, iv=0.12), line("P", 4900, 10, iv=0.30), line("P", 4000, 10, iv=0.04)], SPOT
    )
    stopped = {flow.move: flow.stopped for flow in vol_flow(contracts, [-0.02, -0.10, -0.12, -0.50])}
    assert stopped == {-0.02: 0, -0.10: 1, -0.12: 2, -0.50: 3}
    floor = prepared([line("C", 5000, 10, iv=0.12)], SPOT)
    expected = -(shares_held(floor, 0, LOWEST_IV - 0.12) - shares_held(floor))
    assert vol_flow(floor, [-0.3])[0].shares == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("move", [1.0, -1.0, 5.0, -100.0, math.inf, math.nan])
@pytest.mark.parametrize("figure", [hedge_flow, vol_flow])
def test_moves_given_in_percent_are_refused(figure: Any, move: float) -> None:
    with pytest.raises(BadInput, match="expected less than 100 %, for instance 0.01 or 1%"):
        figure(prepared(BOOK, SPOT), [0.01, move])


@pytest.mark.parametrize("unit", Unit)
def test_flows_are_in_usd_whatever_the_unit(unit: Unit) -> None:
    assert hedge_flow(prepared(BOOK, SPOT, unit=unit), MOVES) == hedge_flow(prepared(BOOK, SPOT), MOVES)


def test_flows_reprice_from_iv_where_gamma_is_the_feeds() -> None:
    book = [line("C", 5000, 300, iv=0.18, gamma=0.9), line("C", 5100, 70, iv=None, gamma=0.9)]
    model, feed = prepared(book, SPOT), prepared(book, SPOT, gamma_source="vendor")
    assert hedge_flow(feed, MOVES) == hedge_flow(model, MOVES)


@pytest.mark.parametrize("spot_vol", [-4.0, 2.5])
@pytest.mark.parametrize("move", [-0.05, -0.01, 0.01, 0.03])
def test_iv_that_moves_with_spot_is_a_second_reprice(move: float, spot_vol: float) -> None:
    """Each delta by the textbook, iv moved by spot_vol x move, less beyond 30 days (method, section 7)."""
    book = {("SPXW", "2025-03-21", "C", 5050.0): (0.18, 900), ("SPXW", "2025-03-04", "P", 4950.0): (0.25, 500),
            ("SPXW", "2025-12-19", "P", 5000.0): (0.2, 700)}  # fmt: skip
    used = random_chains.contracts_of(book, 5000.0, carry="none")
    flow, plain = hedge_flow(used, [move], spot_vol)[0], hedge_flow(used, [move])[0]
    assert (flow.shares, flow.usd, flow.linear) == (plain.shares, plain.usd, plain.linear)
    assert plain.with_iv_shares is None
    expected = 0.0
    for (_, expiry, right, strike), (iv, held) in book.items():
        t = years_between(AS_OF, expiry)
        after = iv * (1 + spot_vol * move * min(1.0, math.sqrt(30 / 365 / t)))
        root = math.sqrt(t)
        change = delta(5000 * (1 + move), strike, after * root, right) - delta(5000.0, strike, iv * root, right)
        expected -= (-1 if right == "C" else 1) * held * 100 * change
    assert flow.with_iv_shares == pytest.approx(expected, rel=1e-9)
    assert flow.with_iv_usd == pytest.approx(expected * 5000, rel=1e-9)


def test_iv_that_cannot_fall_as_far_stops_at_a_point_and_is_counted() -> None:
    used = random_chains.contracts_of({("SPXW", "2025-03-04", "C", 5000.0): (0.2, 100)}, 5000.0)
    assert hedge_flow(used, [0.3], -4.0)[0].stopped == 1
    assert hedge_flow(used, [0.01], -4.0)[0].stopped == 0
