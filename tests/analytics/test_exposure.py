"""GEX against arithmetic done by hand, and its sums, units and signs."""

import dataclasses
import datetime as dt
import math
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.exposure import by_expiry, contributions, exact_parts, per_strike, total, walls
from gex_xl.analytics.regime import regime, triggers
from gex_xl.analytics.summary import summarise, triggers_of
from gex_xl.chain import Chain
from gex_xl.errors import NoValue
from gex_xl.settings import Settings, Sign, Unit

from .synthetic import NEW_YORK, cells, chain_of

EXPIRY, LATER = "2025-03-21", "2025-06-20"


def line(right: str, strike: float, oi: float, **more: Any) -> dict[str, Any]:
    return {"root": "SPXW", "expiry": EXPIRY, "right": right, "strike": strike, "iv": 0.2, "oi": oi, **more}


def prepared(contracts: list[dict[str, Any]], spot: float, **changes: Any) -> Contracts:
    return prepare(chain_of(contracts, spot), None, None, Settings().with_changes(changes))


# By hand


@pytest.mark.parametrize(
    ("sign", "right", "expected"),
    [
        ("customer_flow", "C", -637_062_400.0),
        ("customer_flow", "P", 637_062_400.0),
        ("long_calls", "C", 637_062_400.0),
        ("long_calls", "P", -637_062_400.0),
        ("short_all", "C", -637_062_400.0),
        ("short_all", "P", -637_062_400.0),
    ],
)
def test_published_arithmetic_put_right(sign: str, right: str, expected: float) -> None:
    """0.038 x 62 000 x 100 x 520^2 x 0.01 = 637 062 400 USD per 1 % (published as 6.37 M)."""
    contracts = prepared([line(right, 520, 62_000, gamma=0.038)], 520.0, gamma_source="vendor", sign=sign)
    assert total(contracts).net == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        # 0.038 x 62 000 x 100 = 235 600 shares per point; 1 % of 520 is 5.2 points.
        ("shares_per_point", 235_600.0),
        ("shares", 1_225_120.0),
        ("usd_per_point", 122_512_000.0),
        ("usd", 637_062_400.0),
        ("usd_mn", 637.0624),
        ("usd_bn", 0.6370624),
    ],
)
def test_units(unit: str, expected: float) -> None:
    contracts = prepared([line("P", 520, 62_000, gamma=0.038)], 520.0, gamma_source="vendor", unit=unit)
    assert total(contracts).net == pytest.approx(expected, rel=1e-14)
    assert contributions(contracts).sum() == pytest.approx(expected, rel=1e-14)
    assert per_strike(contracts).put[0] == pytest.approx(expected, rel=1e-14)


def test_a_published_amount_per_100_percent_is_a_hundredth_per_1_percent() -> None:
    """USD 4 465 664 000 per 100 % is 44 656 640 per 1 %: gamma x OI x 100 x S^2 against the same x 0.01."""
    count = 4_465_664_000 / (0.02 * 100 * 400.0**2)  # any line with that amount will do
    contracts = prepared([line("P", 400, count, gamma=0.02)], 400.0, gamma_source="vendor")
    assert total(contracts).net == pytest.approx(44_656_640.0, rel=1e-14)


def test_model_gamma_by_hand() -> None:
    """Hull's option (S 49, K 50, sigma 0.20, r 0.05; gamma 0.0655) on 1000 contracts: 157.3 thousand USD per 1 %."""
    as_of = dt.datetime(2025, 3, 3, 16, 0, tzinfo=NEW_YORK)
    # 140 days and 10 hours are 0.3847 years: 21 July 2025 16:00 is 139 days and 23 hours on.
    chain = chain_of([line("P", 50, 1000, expiry="2025-07-21")], 49.0, as_of)
    contracts = prepare(chain, None, None, Settings().with_changes({"carry": "rates", "rate": 0.05, "expiries": "all"}))
    assert contracts.years[0] == pytest.approx((139 + 23 / 24) / 365, rel=1e-12)
    assert contracts.gamma[0] == pytest.approx(0.0655, abs=2e-4)
    assert total(contracts).net == pytest.approx(0.0655 * 1000 * 100 * 49**2 * 0.01, rel=4e-3)


def test_per_strike_adds_expiries_and_splits_rights() -> None:
    contracts = prepared(
        [
            line("C", 90, 10, gamma=0.01),
            line("P", 90, 20, gamma=0.02),
            line("P", 90, 30, gamma=0.03, expiry=LATER),
            line("C", 110, 40, gamma=0.04),
        ],
        100.0,
        gamma_source="vendor",
    )
    # Each is gamma x OI x 100 x 100^2 x 0.01 = gamma x OI x 10 000.
    found = per_strike(contracts)
    assert found.strike.tolist() == [90, 110]
    np.testing.assert_allclose(found.call, [-1_000, -16_000], rtol=1e-14)
    np.testing.assert_allclose(found.put, [4_000 + 9_000, 0], rtol=1e-14)
    np.testing.assert_allclose(found.net, [12_000, -16_000], rtol=1e-14)
    np.testing.assert_allclose(found.cumulative, [12_000, -4_000], rtol=1e-14)
    assert walls(found) == (110, 90)
    expiries = by_expiry(contracts)
    listed = [(e.expiry.isoformat(), e.contracts, e.am_settled) for e in expiries]
    assert listed == [(EXPIRY, 3, False), (LATER, 1, False)]
    assert [e.net for e in expiries] == pytest.approx([-13_000, 9_000], rel=1e-14)
    assert [e.call for e in expiries] == pytest.approx([-17_000, 0], rel=1e-14)
    assert [e.put for e in expiries] == pytest.approx([4_000, 9_000], rel=1e-14)


def test_am_and_pm_of_one_date_stand_apart() -> None:
    contracts = prepared(
        [line("P", 5000, 10, root="SPX", gamma=0.001), line("P", 5000, 20, gamma=0.001)], 5000.0, gamma_source="vendor"
    )
    first, second = by_expiry(contracts)
    assert (first.expiry, first.am_settled) == (dt.date(2025, 3, 21), True)
    assert (second.expiry, second.am_settled) == (dt.date(2025, 3, 21), False)
    assert (first.net, second.net) == pytest.approx((250_000.0, 500_000.0), rel=1e-14)
    assert second.years - first.years == pytest.approx(6.5 / 8760, rel=1e-9)


def test_walls_are_none_where_a_right_carries_nothing() -> None:
    call_wall, put_wall = walls(per_strike(prepared([line("P", 100, 5), line("C", 105, 0)], 100.0)))
    assert math.isnan(call_wall)
    assert put_wall == 100
    found = summarise(prepared([line("P", 100, 5)], 100.0))
    assert (found.call_wall, found.put_wall) == (None, 100)


def test_no_contract_left_is_no_value_with_the_reasons() -> None:
    book = [line("C", 100, 5, expiry="2025-02-28"), line("P", 100, 5), line("P", 90, 4)]
    contracts = prepared(book, 100.0, strikes="95:99")
    for figure in (total, per_strike, by_expiry, summarise):
        with pytest.raises(NoValue, match=r"^no contract is left \(expired 1, outside the strikes setting 2\)$"):
            figure(contracts)


def test_total_is_summed_exactly() -> None:
    """A large call, its put of opposite sign, and a small line between: left to right the small one is lost."""
    contracts = prepared(
        [
            line("C", 100, 1e11, gamma=0.01),
            line("P", 101, 1, gamma=1e-10),
            line("P", 102, 1e11, gamma=0.01),
        ],
        100.0,
        gamma_source="vendor",
    )
    assert total(contracts).net == pytest.approx(1e-10 * 100 * 100**2 / 100, rel=1e-12)  # gamma x shares x S^2 x 1 %


# Sums, signs, order: on any chain

contracts = st.lists(
    st.fixed_dictionaries(
        {
            "root": st.sampled_from(["SPX", "SPXW"]),
            "expiry": st.sampled_from([EXPIRY, LATER, "2025-03-04", "2025-03-03"]),
            "right": st.sampled_from("CP"),
            "strike": st.integers(35, 65).map(lambda k: 100.0 * k),
            "iv": st.one_of(st.none(), st.floats(0.03, 2.0)),
            "oi": st.one_of(st.none(), st.integers(0, 100_000)),
            "delta": st.one_of(st.none(), st.floats(-1, 1)),
            "bid": st.one_of(st.none(), st.floats(0, 900)),
            "ask": st.one_of(st.none(), st.floats(0, 900)),
        }
    ),
    min_size=1,
    max_size=24,
    unique_by=lambda c: (c["root"], c["expiry"], c["right"], c["strike"]),
)


@given(contracts, st.floats(3000, 7000), st.sampled_from(list(Unit)))
@examples(max_examples=150, deadline=None)
def test_strikes_expiries_and_rights_add_up_to_the_total(
    contracts: list[dict[str, Any]], spot: float, unit: Unit
) -> None:
    found = prepare(chain_of(contracts, spot), None, None, Settings(unit=unit))
    if not found.index.size:
        with pytest.raises(NoValue):
            total(found)
        return
    all_of_it, strikes, expiries = total(found), per_strike(found), by_expiry(found)
    gross = math.fsum(map(abs, contributions(found).tolist()))
    near = {"rel": 1e-12, "abs": 1e-12 * gross}  # of gross: a net near 0 is a difference of large amounts
    assert all_of_it.call + all_of_it.put == pytest.approx(all_of_it.net, **near)
    assert math.fsum(strikes.net) == pytest.approx(all_of_it.net, **near)
    assert math.fsum(strikes.call) == pytest.approx(all_of_it.call, **near)
    assert math.fsum(strikes.put) == pytest.approx(all_of_it.put, **near)
    assert strikes.cumulative[-1] == pytest.approx(all_of_it.net, **near)
    assert math.fsum(e.net for e in expiries) == pytest.approx(all_of_it.net, **near)
    assert math.fsum(e.call for e in expiries) == pytest.approx(all_of_it.call, **near)
    assert math.fsum(e.put for e in expiries) == pytest.approx(all_of_it.put, **near)
    assert sum(e.contracts for e in expiries) == len(found.index)
    assert found.chain.rows == len(found.index) + sum(n for n, _ in found.excluded.values())
    assert (all_of_it.call <= 0, all_of_it.put >= 0) == (True, True)  # customer_flow
    assert np.isfinite([all_of_it.net, *strikes.net]).all()


@given(contracts, st.floats(3000, 7000), st.randoms(use_true_random=False))
@examples(max_examples=100, deadline=None)
def test_the_order_of_rows_changes_nothing(contracts: list[dict[str, Any]], spot: float, rng: random.Random) -> None:
    shuffled = rng.sample(contracts, len(contracts))
    one, two = prepare(chain_of(contracts, spot)), prepare(chain_of(shuffled, spot))
    np.testing.assert_array_equal(contributions(one), contributions(two))
    assert one.excluded == two.excluded
    assert one.forwards.source == two.forwards.source
    if one.index.size:
        assert total(one) == total(two)
        for a, b in zip(dataclasses.astuple(per_strike(one)), dataclasses.astuple(per_strike(two)), strict=True):
            np.testing.assert_array_equal(a, b)


def test_the_order_of_columns_changes_nothing() -> None:
    table = cells([line("C", 5100, 4), line("P", 4900, 5, expiry=LATER)], 5000.0)
    turned = [row[::-1] for row in table]
    as_of = dt.datetime(2025, 3, 3, 11, 30, tzinfo=NEW_YORK)
    assert total(prepare(Chain.from_cells(table), None, as_of)) == total(prepare(Chain.from_cells(turned), None, as_of))


@given(contracts, st.floats(3000, 7000))
@examples(max_examples=100, deadline=None)
def test_inverting_the_signs_inverts_the_exposure(contracts: list[dict[str, Any]], spot: float) -> None:
    chain = chain_of(contracts, spot)
    one, other = (prepare(chain, None, None, Settings(sign=sign)) for sign in (Sign.CUSTOMER_FLOW, Sign.LONG_CALLS))
    np.testing.assert_array_equal(contributions(one), -contributions(other))
    if not one.index.size:
        return
    assert (total(one).net, total(one).call, total(one).put) == (
        -total(other).net,
        -total(other).call,
        -total(other).put,
    )
    a, b = summarise(one), summarise(other)
    # The flips are at the same strikes and dealers are long on the other side of each.
    assert [f.strike for f in a.flips] == [f.strike for f in b.flips]
    assert all(f.long_side is not g.long_side for f, g in zip(a.flips, b.flips, strict=True))
    # So spot is on the short side for one convention or the other, and inside the band for both.
    past = {t.name: t for t in triggers_of(one)}, {t.name: t for t in triggers_of(other)}
    if total(one).net:
        assert past[0]["total_gex"].fired != past[1]["total_gex"].fired
    if a.flip:
        k = a.flip.strike
        beyond = spot < 0.995 * k or spot > 1.005 * k
        assert past[0]["spot_vs_flip"].fired + past[1]["spot_vs_flip"].fired == beyond


def test_inverting_the_signs_inverts_the_regime() -> None:
    """Spot 2 % above the flip, total and flip of one mind: one convention is short, the other long."""
    contracts = [line("P", 4800, 900), line("C", 4900, 2000)]
    calls = {}
    for sign in ("customer_flow", "long_calls"):
        found = prepared(contracts, 5000.0, sign=sign)
        flip = summarise(found).flip
        assert flip is not None
        word = str(regime(triggers_of(found)))
        calls[sign] = (total(found).net > 0, flip.long_side.value, 5000 / flip.strike > 1.01, word)
    assert calls == {
        "customer_flow": (False, "below", True, "short_gamma"),
        "long_calls": (True, "above", True, "long_gamma"),
    }


def test_regime_from_a_chain_is_that_of_its_figures() -> None:
    found = prepared([line("P", 4800, 900), line("C", 5100, 2500)], 5000.0)
    flip = summarise(found).flip
    assert flip is not None
    by_hand = triggers(
        total(found).net, 5000.0, flip.strike, long_side=flip.long_side, short_slope=15 / 16, med_slope=16 / 18
    )
    assert triggers_of(found, 15, 16, 18) == by_hand


# Exact sums, against math.fsum, which is what `exact_parts` is a fast way to


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=64), max_size=60), st.integers(1, 50))
def test_exact_parts_add_up_to_what_fsum_gives(amounts: list[float], times: int) -> None:
    many = amounts * times
    if any(abs(x) > 1e300 for x in many):
        many = [x / 1e10 for x in many]
    assert math.fsum(exact_parts(np.array(many))) == math.fsum(many)


def test_exact_parts_of_many_amounts_that_cancel() -> None:
    source = random.Random(11)  # noqa: S311
    half = [source.uniform(-1, 1) * 10.0 ** source.randint(-12, 12) for _ in range(20_000)]
    amounts = [*half, *(-x for x in half), 1e-9]
    source.shuffle(amounts)
    parts = exact_parts(np.array(amounts))
    assert math.fsum(parts) == 1e-9
    assert len(parts) < 200


@pytest.mark.parametrize("bad", [math.inf, math.nan])
def test_exact_parts_of_what_is_no_number(bad: float) -> None:
    assert repr(math.fsum(exact_parts(np.array([1.0, bad, 2.0])))) == repr(math.fsum([1.0, bad, 2.0]))


def test_per_strike_against_a_dictionary(sample: list[list[object]]) -> None:
    """Some 1,500 contracts of 21 expiries: strikes come many times and in no order."""
    contracts = prepare(Chain.from_cells(sample))
    sums: dict[float, list[float]] = {}
    columns = (contracts.strike, contracts.is_call, contributions(contracts))
    for strike, is_call, amount in zip(*(column.tolist() for column in columns), strict=True):
        sums.setdefault(strike, [0.0, 0.0])[is_call] += amount
    found = per_strike(contracts)
    assert found.strike.tolist() == sorted(sums)
    np.testing.assert_allclose(found.call, [sums[k][1] for k in sorted(sums)], rtol=1e-13)
    np.testing.assert_allclose(found.put, [sums[k][0] for k in sorted(sums)], rtol=1e-13)
