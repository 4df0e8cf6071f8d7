"""Buckets, max pain, expected move and top strikes against plain counting."""

import datetime as dt
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from gex_xl.analytics.contracts import prepare
from gex_xl.analytics.expiries import by_bucket, expected_moves, max_pain
from gex_xl.analytics.exposure import contributions, per_strike, top_strikes, total
from gex_xl.errors import NoValue
from gex_xl.settings import Settings

from .synthetic import AS_OF, NEW_YORK, chain_of, years_between
from .test_exposure import EXPIRY, LATER, contracts, line, prepared

SPOT = 5000.0


# Buckets: AS_OF is Monday, 3 March 2025


@pytest.mark.parametrize(
    ("expiry", "bucket"),
    [
        ("2025-03-03", "0DTE"),
        ("2025-03-04", "Week"),
        ("2025-03-10", "Week"),  # 7 days
        ("2025-03-11", "Month"),
        ("2025-04-02", "Month"),  # 30 days
        ("2025-04-03", "Quarter"),
        ("2025-05-30", "Quarter"),  # 88 days; day 90 is a Sunday
        ("2025-06-02", "Beyond"),  # 91 days
        ("2026-12-18", "Beyond"),
    ],
)
def test_days_decide_the_bucket(expiry: str, bucket: str) -> None:
    contracts = prepared([line("P", 5000, 10, expiry=expiry)], SPOT)
    found = {b.name: b for b in by_bucket(contracts)}
    assert list(found) == ["0DTE", "Week", "Month", "Quarter", "Beyond"]
    assert {name: b.contracts for name, b in found.items() if b.contracts} == {bucket: 1}
    assert found[bucket].net == total(contracts).net
    assert found[bucket].share == 1.0


@given(contracts, st.floats(3000, 7000))
@examples(max_examples=60, deadline=None)
def test_buckets_add_up_and_their_shares_to_one(contracts: list[dict[str, Any]], spot: float) -> None:
    found = prepare(chain_of(contracts, spot))
    if not found.index.size:
        with pytest.raises(NoValue):
            by_bucket(found)
        return
    buckets, gross = by_bucket(found), math.fsum(map(abs, contributions(found).tolist()))
    near = {"rel": 1e-12, "abs": 1e-12 * gross}
    assert math.fsum(b.net for b in buckets) == pytest.approx(total(found).net, **near)
    assert math.fsum(b.call for b in buckets) == pytest.approx(total(found).call, **near)
    assert sum(b.contracts for b in buckets) == len(found.index)
    assert all(0 <= b.share <= 1 for b in buckets)
    assert math.fsum(b.share for b in buckets) == (pytest.approx(1, rel=1e-12) if gross else 0)


def test_a_share_is_of_gross_where_signs_differ() -> None:
    """A call and a put that cancel at one expiry still carry their part of all gamma."""
    contracts = prepared(
        [
            line("C", 5000, 10, gamma=0.01),
            line("P", 5000, 10, gamma=0.01),
            line("P", 5000, 20, gamma=0.01, expiry=LATER),
        ],
        SPOT,
        gamma_source="vendor",
    )
    found = {b.name: (b.net, b.share) for b in by_bucket(contracts)}
    assert found["Month"] == (0.0, 0.5)
    assert found["Beyond"][1] == 0.5


# Max pain


def pain(strike: float, book: list[dict[str, Any]]) -> float:
    """What all options of a book are worth with settlement at `strike`."""
    return math.fsum(
        100 * each["oi"] * max(0.0, strike - each["strike"] if each["right"] == "C" else each["strike"] - strike)
        for each in book
    )


@given(contracts)
@examples(max_examples=100, deadline=None)
def test_max_pain_is_the_least_of_all_strikes(contracts: list[dict[str, Any]]) -> None:
    live = [one for one in contracts if one["oi"] is not None]
    expected = {}
    for key in {(one["expiry"], one["root"] == "SPX") for one in live}:
        book = [one for one in live if (one["expiry"], one["root"] == "SPX") == key]
        if key == ("2025-03-03", True):
            continue  # settled this morning
        strikes = sorted({one["strike"] for one in book})
        least = min(pain(k, book) for k in strikes)
        two_sided = {one["right"] for one in book if one["oi"]} == {"C", "P"}
        expected[key] = (next(k for k in strikes if pain(k, book) == least), least) if two_sided else (None, None)
    chain = prepare(chain_of(contracts, SPOT))
    if not expected:
        with pytest.raises(NoValue):
            max_pain(chain)
        return
    found = {(e.expiry.isoformat(), e.am_settled): (e.strike, e.payout) for e in max_pain(chain)}
    assert found == expected


def test_max_pain_by_hand() -> None:
    """Calls 10 at 90 and puts 5 at 110: at 90 puts pay 5 x 20, at 100 calls 100 and puts 50, at 110 calls 200."""
    book = [line("C", 90, 10), line("P", 110, 5), line("P", 100, 0)]
    (found,) = max_pain(prepared(book, 100.0))
    assert (found.strike, found.payout) == (90.0, 5 * 20 * 100.0)
    assert (found.call_open_interest, found.put_open_interest) == (10, 5)
    assert found.expiry == dt.date(2025, 3, 21)
    assert found.years == pytest.approx(years_between(AS_OF, EXPIRY), rel=1e-12)


@pytest.mark.parametrize(("calls", "puts"), [(0, 0), (10, 0), (0, 10)])
def test_one_sided_open_interest_has_no_max_pain(calls: int, puts: int) -> None:
    """Every strike beyond the one side pays nothing: the lowest or highest of the list would say nothing."""
    book = [line(right, k, oi) for right, oi in (("C", calls), ("P", puts)) for k in (20, 90, 100, 110)]
    (found,) = max_pain(prepared(book, 100.0))
    assert (found.strike, found.payout) == (None, None)
    assert (found.call_open_interest, found.put_open_interest) == (4 * calls, 4 * puts)


def test_max_pain_needs_neither_iv_nor_sign_nor_weight() -> None:
    book = [line("C", 90, 10, iv=None, volume=1), line("P", 110, 5, iv=None, volume=99)]
    first = max_pain(prepared(book, 100.0))
    assert first[0].strike == 90.0
    for changes in ({"sign": "long_calls"}, {"weight": "volume"}, {"gamma_source": "vendor"}):
        assert max_pain(prepared(book, 100.0, **changes)) == first
    with pytest.raises(NoValue):
        max_pain(prepared(book, 100.0, expiries="2030-01-18"))


# Expected move


def test_expected_move_by_hand() -> None:
    """Straddling strikes at 4990 (20 %) and 5030 (16 %), forward 5000: 19 %."""
    contracts = prepared([line("P", 4990, 1, iv=0.20), line("C", 5030, 1, iv=0.16)], SPOT, carry="none")
    (found,) = expected_moves(contracts)
    t = years_between(AS_OF, EXPIRY)
    assert found.atm_iv == pytest.approx(0.19, rel=1e-12)
    assert found.move == pytest.approx(5000 * 0.19 * math.sqrt(t), rel=1e-12)
    assert found.years == pytest.approx(t, rel=1e-12)


def test_expected_move_uses_the_forward_and_the_side_out_of_the_money() -> None:
    contracts = prepared(
        [line(right, k, 1, iv=iv) for right, k, iv in (("C", 4990, 0.21), ("P", 4990, 0.19), ("C", 5030, 0.16))],
        SPOT,
        carry="rates",
        rate=0.05,
        iv_source="quoted",
    )
    (found,) = expected_moves(contracts)
    forward = 5000 * math.exp(0.05 * years_between(AS_OF, EXPIRY))
    assert found.atm_iv == pytest.approx(0.19 - 0.03 * (forward - 4990) / 40, rel=1e-10)


def test_no_strikes_around_the_forward_is_no_figure() -> None:
    contracts = prepared([line("C", 5100, 1), line("C", 5200, 1), line("P", 4900, 1, expiry=LATER)], SPOT)
    assert [(e.atm_iv, e.move) for e in expected_moves(contracts)] == [(None, None)] * 2


def test_expiries_stand_in_order_and_am_apart_from_pm() -> None:
    book = [line("P", k, 1, expiry=day) for day in (LATER, EXPIRY) for k in (4900, 5100)]
    book += [line("P", k, 1, root="SPX") for k in (4900, 5100)]
    found = [(e.expiry.isoformat(), e.am_settled) for e in expected_moves(prepared(book, SPOT))]
    assert found == [(EXPIRY, True), (EXPIRY, False), (LATER, False)]
    assert found == [(e.expiry.isoformat(), e.am_settled) for e in max_pain(prepared(book, SPOT))]


def test_an_expiry_of_tonight_is_of_today() -> None:
    """At 19:00 in New York a contract of this date is settled, and tomorrow's is one day away."""
    as_of = dt.datetime(2025, 3, 3, 19, 0, tzinfo=NEW_YORK)
    chain = chain_of([line("P", 5000, 10, expiry="2025-03-03"), line("P", 5000, 10, expiry="2025-03-04")], SPOT, as_of)
    contracts = prepare(chain, None, None, Settings())
    assert contracts.excluded == {"expired": (1, 10.0)}
    assert {b.name: b.contracts for b in by_bucket(contracts) if b.contracts} == {"Week": 1}


# Top strikes


def test_top_strikes_by_hand() -> None:
    amounts = {90: 3, 95: -5, 100: 0, 105: 7, 110: -1, 115: 3}
    book = [line("P" if n >= 0 else "C", k, abs(n), gamma=0.01) for k, n in amounts.items()]
    found = per_strike(prepared(book, 100.0, gamma_source="vendor"))
    for count, positive, negative in ((1, [105], [95]), (2, [105, 90], [95, 110]), (9, [105, 90, 115], [95, 110])):
        places = top_strikes(found, count)
        assert [[found.strike[i] for i in side] for side in places] == [positive, negative]
