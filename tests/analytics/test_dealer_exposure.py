"""Dealers' exposures against differences of their book's value in plain Python; sums, signs, units, exclusions."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from gex_xl.analytics.check import check
from gex_xl.analytics.contracts import NO_IV, Contracts, prepare
from gex_xl.analytics.dealer_exposure import Kind, exposure_of, exposures, label, total_of, with_iv
from gex_xl.analytics.exposure import at_settlements, at_strikes, contributions, sum_of, total
from gex_xl.analytics.profile import reprice
from gex_xl.errors import NoValue
from gex_xl.settings import Settings, Sign, Unit

from .synthetic import AS_OF, chain_of, price, years_between
from .test_exposure import EXPIRY, LATER, contracts, line, prepared
from .test_greeks import ours

SPOT = 5000.0
BOOK = [
    line("C", 5000, 300, iv=0.18),
    line("C", 5200, 900, iv=0.15),
    line("P", 4800, 700, iv=0.22),
    line("P", 5000, 400, iv=0.18, expiry=LATER),
    line("C", 5400, 250, iv=0.14, expiry=LATER),
]
NO_CARRY = {"carry": "none"}  # F = S and no discount: the book below needs neither


def book_value(spot: float = SPOT, iv_shift: float = 0.0, days: float = 0.0) -> float:
    """What dealers' options are worth to them (USD): short calls, long puts, 100 shares each."""
    out = []
    for each in BOOK:
        t = years_between(AS_OF, each["expiry"]) - days / 365
        v = (each["iv"] + iv_shift) * math.sqrt(t)
        side = -1 if each["right"] == "C" else 1
        out.append(side * 100 * each["oi"] * price(spot, each["strike"], v, each["right"]))
    return math.fsum(out)


def book_delta(spot: float = SPOT, **more: float) -> float:
    """Dealers' delta in shares, from the value."""
    h = 0.5
    return (book_value(spot + h, **more) - book_value(spot - h, **more)) / (2 * h)


def slope(f: Any, h: float) -> float:
    return float((f(h) - f(-h)) / (2 * h))


def gex(spot: float) -> float:
    """USD that dealers' delta changes by per 1 % at this spot."""
    return (book_delta(spot * 1.0002) - book_delta(spot * 0.9998)) / 0.04 * spot


#: What each kind means in USD, as a difference of the book itself.
MEANING = {
    Kind.DELTA: lambda: book_delta() * SPOT,
    Kind.GAMMA: lambda: slope(lambda x: book_delta(SPOT * (1 + x / 100)) * SPOT, 0.02),
    Kind.SPEED: lambda: slope(lambda x: gex(SPOT * (1 + x / 100)), 0.05),
    Kind.VANNA: lambda: slope(lambda x: book_delta(iv_shift=x / 100) * SPOT, 0.01),
    Kind.CHARM: lambda: slope(lambda x: book_delta(days=x) * SPOT, 0.01),
    Kind.VEGA: lambda: slope(lambda x: book_value(iv_shift=x / 100), 0.01),
    Kind.THETA: lambda: slope(lambda x: book_value(days=x), 0.01),
}


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_is_what_happens_to_the_book(kind: Kind) -> None:
    used, each = exposure_of(prepared(BOOK, SPOT, **NO_CARRY), kind)
    assert sum_of(used, each).net == pytest.approx(MEANING[kind](), rel=2e-4)


@pytest.mark.parametrize(("kind", "name"), [(Kind.THETA, "theta"), (Kind.CHARM, "charm"), (Kind.DELTA, "delta")])
def test_a_rate_and_a_yield_count_as_time_passes(kind: Kind, name: str) -> None:
    """carry = rates is textbook Black-Scholes-Merton: its figures are those of the tested closed forms."""
    r, q = 0.05, 0.02
    used, each = exposure_of(prepared(BOOK, SPOT, carry="rates", rate=r, dividend_yield=q), kind)
    for i, found in enumerate(each.tolist()):
        t, k, right = float(used.years[i]), float(used.strike[i]), "C" if used.is_call[i] else "P"
        iv = next(b["iv"] for b in BOOK if (b["strike"], b["right"]) == (k, right))
        per_share = float(getattr(ours(SPOT, k, r, q, iv, t, right), name)())
        scale = {Kind.DELTA: SPOT, Kind.CHARM: SPOT / 365, Kind.THETA: 1 / 365}[kind]
        assert found == pytest.approx(float(used.position[i]) * per_share * scale, rel=1e-9)


def test_early_exercise_in_the_feeds_deltas_is_no_yield() -> None:
    """An American put's value before a dividend makes delta_call - delta_put 1.19 with a day to go: a yield of -64.

    Every exposure is then that of a sum of 1, times 1.19, the ones over time too.
    """
    found = {}
    for total_delta in (1.0, 1.19):
        book = [
            line(right, k, 100, iv=0.2, expiry="2025-03-04", delta=share * total_delta)
            for k, call in ((4950, 0.6), (5000, 0.5), (5050, 0.4))
            for right, share in (("C", call), ("P", call - 1))
        ]
        lines = prepared(book, SPOT, carry="deltas")
        assert lines.spot_discount[0] == pytest.approx(total_delta, rel=1e-12)
        found[total_delta] = {kind: exposure_of(lines, kind)[1] for kind in Kind}
    for kind in Kind:
        np.testing.assert_allclose(found[1.19][kind], 1.19 * found[1.0][kind], rtol=1e-9)


def test_signs_by_hand() -> None:
    """Dealers short one call and long one put at the money: short delta; the put pays time away, the call earns it."""
    short_call, long_put = (prepared([line(right, 5000, 10)], SPOT, **NO_CARRY) for right in "CP")
    for lines, held in ((short_call, -1), (long_put, 1)):
        signs = {e.kind: math.copysign(1, e.total.net) for e in exposures(lines)}
        assert signs[Kind.DELTA] == -1  # short a call, or long a put
        assert signs[Kind.GAMMA] == signs[Kind.VEGA] == held
        assert signs[Kind.THETA] == -held


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("unit", [unit for unit in Unit if unit is not Unit.AUTO])  # one of the others
def test_units(kind: Kind, unit: Unit) -> None:
    if kind is Kind.SPEED and unit.spots != Unit.USD.spots:
        return  # less of it is the change of spot: see the test of the profile's slope
    usd, other = (
        sum_of(*exposure_of(prepared(BOOK, SPOT, unit=each, **NO_CARRY), kind)).net for each in (Unit.USD, unit)
    )
    in_shares, per_point = unit in (Unit.SHARES, Unit.SHARES_PER_POINT), unit.endswith("per_point")
    factor = {Unit.USD_MN: 1e-6, Unit.USD_BN: 1e-9}.get(unit, 1.0)
    if in_shares and kind not in (Kind.VEGA, Kind.THETA):
        factor /= SPOT
    if per_point:  # 1 % of 5000 is 50 points
        factor /= {Kind.GAMMA: 50}.get(kind, 1)
    assert other == pytest.approx(usd * factor, rel=1e-12)
    words = label(kind, unit)
    money = {Unit.USD_MN: "USD mn", Unit.USD_BN: "USD bn"}.get(unit, "USD")
    assert words.startswith("shares" if in_shares and kind not in (Kind.VEGA, Kind.THETA) else f"{money}")
    assert ("per point" in words) == (per_point and kind in (Kind.GAMMA, Kind.SPEED))


@pytest.mark.parametrize("exercise", ["european", "american"])
@pytest.mark.parametrize("unit", [unit for unit in Unit if unit is not Unit.AUTO])
def test_speed_is_the_slope_of_the_profile_in_every_unit(unit: Unit, exercise: str) -> None:
    """Per 1 %, or per point, of spot: it holds the change of the spot in GEX too (Method, section 7)."""
    lines = prepared(BOOK, SPOT, carry="rates", rate=0.05, dividend_yield=0.02, unit=unit, exercise=exercise)
    low, high = reprice(lines, np.array([SPOT - 0.5, SPOT + 0.5])).tolist()
    move = 1.0 if unit.endswith("per_point") else 0.01 * SPOT
    assert total_of(lines, Kind.SPEED).total.net == pytest.approx((high - low) * move, rel=1e-5)
    assert sum_of(*exposure_of(lines, Kind.SPEED)).net == total_of(lines, Kind.SPEED).total.net
    assert ("per point" in label(Kind.SPEED, unit)) == unit.endswith("per_point")


def test_gamma_is_gex() -> None:
    lines = prepared(BOOK, SPOT)
    np.testing.assert_array_equal(exposure_of(lines, Kind.GAMMA)[1], contributions(lines))


@given(contracts, st.floats(3000, 7000), st.sampled_from(list(Kind)))
@examples(max_examples=100, deadline=None)
def test_strikes_expiries_and_rights_add_up(lines: list[dict[str, Any]], spot: float, kind: Kind) -> None:
    used, each = exposure_of(prepare(chain_of(lines, spot)), kind)
    if not used.index.size:
        with pytest.raises(NoValue):
            sum_of(used, each)
        return
    assert np.isfinite(each).all()
    all_of_it, strikes, expiries = sum_of(used, each), at_strikes(used, each), at_settlements(used, each)
    near = {"rel": 1e-12, "abs": 1e-12 * math.fsum(np.abs(each))}
    assert all_of_it.call + all_of_it.put == pytest.approx(all_of_it.net, **near)
    for part in ("call", "put", "net"):
        whole = getattr(all_of_it, part)
        assert math.fsum(getattr(strikes, part)) == pytest.approx(whole, **near)
        assert math.fsum(getattr(e, part) for e in expiries) == pytest.approx(whole, **near)


@given(contracts, st.floats(3000, 7000), st.sampled_from(list(Kind)))
@examples(max_examples=50, deadline=None)
def test_inverting_the_signs_inverts_them(lines: list[dict[str, Any]], spot: float, kind: Kind) -> None:
    chain = chain_of(lines, spot)
    one, other = (
        exposure_of(prepare(chain, None, None, Settings(sign=sign)), kind)[1]
        for sign in (Sign.CUSTOMER_FLOW, Sign.LONG_CALLS)
    )
    np.testing.assert_array_equal(one, -other)


def test_a_dealer_position_replaces_sign_and_open_interest() -> None:
    given_position = [{**each, "position": -3 if each["right"] == "C" else 5} for each in BOOK]
    lines = prepared(given_position, SPOT)
    for kind in Kind:
        used, each = exposure_of(lines, kind)
        single = exposure_of(prepared([{**one, "oi": 1} for one in BOOK], SPOT, sign="short_all"), kind)[1]
        held = np.where(used.is_call, -3, 5)
        np.testing.assert_allclose(each, -single * held, rtol=1e-12)


# What rests on iv where gamma does not

FEED = [
    line("C", 5000, 300, iv=0.18, gamma=0.0011),
    line("C", 5100, 70, iv=None, gamma=0.0009),
    line("P", 4800, 700, iv=0.22, gamma=None),
]


def vendor() -> Contracts:
    return prepared(FEED, SPOT, gamma_source="vendor")


def test_vendor_gamma_concerns_gamma_alone() -> None:
    lines = vendor()
    assert sum_of(*exposure_of(lines, Kind.GAMMA)).net == pytest.approx(
        -(0.0011 * 300 + 0.0009 * 70) * 100 * SPOT**2 * 0.01, rel=1e-12
    )
    model = prepared(FEED, SPOT)
    for kind in set(Kind) - {Kind.GAMMA}:
        np.testing.assert_array_equal(exposure_of(lines, kind)[1], exposure_of(model, kind)[1])


def test_contracts_without_iv_are_counted_and_said() -> None:
    lines = vendor()
    assert with_iv(lines).excluded[NO_IV] == (1, 70.0)
    assert {e.kind: e.contracts for e in exposures(lines)} == dict.fromkeys(Kind, 2)
    assert any("leave out 1 contracts without it (open interest 70)" in words for words in check(lines).warnings)
    assert not any("gamma_source = vendor" in words for words in check(prepared(FEED, SPOT)).warnings)


def test_no_contract_left_is_no_value() -> None:
    lines = prepared([line("C", 100, 5, iv=None, gamma=0.01)], 100.0, gamma_source="vendor")
    assert total(lines).net < 0
    with pytest.raises(NoValue, match=r"^no contract is left \(no implied volatility 1\)$"):
        exposures(lines)


def test_expiry_is_the_settlement() -> None:
    lines = prepared([*BOOK, line("P", 5000, 10, root="SPX", iv=0.18)], SPOT)
    found = [(e.expiry.isoformat(), e.am_settled, e.contracts) for e in at_settlements(*exposure_of(lines, Kind.VEGA))]
    assert found == [(EXPIRY, True, 1), (EXPIRY, False, 3), (LATER, False, 2)]
