"""Which contracts count, with which iv, from which instant, and what is said of those left out."""

import datetime as dt
import math
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.errors import BadInput
from gex_xl.settings import Settings

from . import synthetic
from .synthetic import AS_OF, NEW_YORK, chain_of, gamma, years_between

SPOT = 5000.0
EXPIRY = "2025-03-21"
T = years_between(AS_OF, EXPIRY)


def line(right: str, strike: float, iv: float | None = 0.2, oi: float | None = 10, **more: Any) -> dict[str, Any]:
    return {"root": "SPXW", "expiry": EXPIRY, "right": right, "strike": strike, "iv": iv, "oi": oi, **more}


def prepared(contracts: list[dict[str, Any]], as_of: dt.datetime = AS_OF, **settings: Any) -> Contracts:
    changes = {"carry": "none", **settings}  # forward = spot unless a test says otherwise
    return prepare(chain_of(contracts, SPOT, as_of), None, None, Settings().with_changes(changes))


def iv_used(contracts: Contracts) -> dict[tuple[str, float], float]:
    iv = contracts.stdev / np.sqrt(contracts.years)
    rights = np.where(contracts.is_call, "C", "P").tolist()
    return dict(zip(zip(rights, contracts.strike.tolist(), strict=True), iv.tolist(), strict=True))


# iv_source


def test_both_rights_take_the_out_of_the_money_iv() -> None:
    contracts = [line("C", 4900, 0.31), line("P", 4900, 0.21), line("C", 5100, 0.18), line("P", 5100, 0.29)]
    assert iv_used(prepared(contracts, iv_source="otm")) == pytest.approx(
        {("C", 4900): 0.21, ("P", 4900): 0.21, ("C", 5100): 0.18, ("P", 5100): 0.18}
    )
    assert iv_used(prepared(contracts, iv_source="quoted")) == pytest.approx(
        {("C", 4900): 0.31, ("P", 4900): 0.21, ("C", 5100): 0.18, ("P", 5100): 0.29}
    )


def test_the_forward_decides_what_is_out_of_the_money() -> None:
    """F = 5000 exp(0.1 T) = 5024.8: the 5010 call is in the money though it lies above spot."""
    contracts = [line("C", 5010, 0.31), line("P", 5010, 0.21), line("C", 5030, 0.18), line("P", 5030, 0.29)]
    found = iv_used(prepared(contracts, carry="rates", rate=0.1, iv_source="otm"))
    assert found == pytest.approx({("C", 5010): 0.21, ("P", 5010): 0.21, ("C", 5030): 0.18, ("P", 5030): 0.18})
    assert 5010 < SPOT * math.exp(0.1 * T) < 5030


def test_at_the_forward_each_right_keeps_its_own() -> None:
    contracts = [line("C", 5000, 0.20), line("P", 5000, 0.22)]
    assert iv_used(prepared(contracts, iv_source="otm")) == pytest.approx({("C", 5000): 0.20, ("P", 5000): 0.22})


@pytest.mark.parametrize("x", [-0.06, 0.03, 0.1])
@pytest.mark.parametrize("strike", [4700, 5000, 5300])
def test_the_blend_undoes_a_wrong_forward_of_the_feed(strike: float, x: float) -> None:
    """Method, section 2: iv_call = sigma + N(d1) x and iv_put = sigma - (1 - N(d1)) x, so that x cancels."""
    weight = NormalDist().cdf(synthetic.d1(SPOT, strike, 0.2 * math.sqrt(T)))
    contracts = [line("C", strike, 0.2 + weight * x), line("P", strike, 0.2 - (1 - weight) * x)]
    found = iv_used(prepared(contracts))
    assert found == pytest.approx({("C", strike): 0.2, ("P", strike): 0.2}, rel=1e-4)


@pytest.mark.parametrize("missing", [None, 0.0])
def test_a_missing_out_of_the_money_iv_leaves_the_line_its_own(missing: float | None) -> None:
    contracts = [line("C", 4900, 0.31), line("P", 4900, missing), line("C", 5100, missing), line("P", 5100, 0.29)]
    expected = {("C", 4900): 0.31, ("P", 4900): 0.31, ("C", 5100): 0.29, ("P", 5100): 0.29}
    assert iv_used(prepared(contracts)) == pytest.approx(expected)
    quoted = prepared(contracts, iv_source="quoted")
    assert set(iv_used(quoted)) == {("C", 4900), ("P", 5100)}
    assert quoted.excluded == {"no implied volatility": (2, 20.0)}


def test_a_lone_right_keeps_its_own() -> None:
    assert iv_used(prepared([line("C", 4900, 0.31)])) == pytest.approx({("C", 4900): 0.31})


def test_both_missing_is_solved_from_the_out_of_the_money_quote() -> None:
    discount = math.exp(-0.04 * T)
    forward = SPOT * discount**-1
    v = 0.27 * math.sqrt(T)
    put = synthetic.price(forward, 4900, v, "P", discount)
    contracts = [
        # The in-the-money call is quoted nonsense: the put's quote is the one to ask.
        line("C", 4900, None, bid=400.0, ask=500.0),
        line("P", 4900, None, bid=put - 0.5, ask=put + 0.5),
        line("C", 5100, 0.18, bid=1.0, ask=2.0),
    ]
    found = prepared(contracts, carry="rates", rate=0.04)
    assert iv_used(found) == pytest.approx({("C", 4900): 0.27, ("P", 4900): 0.27, ("C", 5100): 0.18}, rel=1e-9)
    assert found.iv_solved == 2
    assert found.excluded == {}


def test_the_own_quote_is_solved_where_the_other_side_has_none() -> None:
    call = synthetic.price(SPOT, 4900, 0.27 * math.sqrt(T), "C")
    contracts = [line("C", 4900, None, bid=call - 0.5, ask=call + 0.5), line("P", 4900, None, bid=0, ask=30.0)]
    found = prepared(contracts)
    assert iv_used(found) == pytest.approx({("C", 4900): 0.27}, rel=1e-8)
    assert found.excluded == {"no implied volatility": (1, 10.0)}


def test_quoted_never_solves() -> None:
    call = synthetic.price(SPOT, 5100, 0.27 * math.sqrt(T), "C")
    contracts = [line("C", 5100, None, bid=call - 0.5, ask=call + 0.5), line("P", 4900)]
    assert prepared(contracts, iv_source="quoted").excluded == {"no implied volatility": (1, 10.0)}
    assert prepared(contracts).excluded == {}


def test_without_iv_or_a_two_sided_quote_a_line_is_left_out_and_counted() -> None:
    contracts = [
        line("P", 4900),
        line("C", 5100, None, 7),
        line("C", 5200, None, 8, bid=0, ask=5.0),
        line("C", 5300, None, 9, bid=5.0, ask=4.0),
        line("C", 4000, None, 11, bid=10.0, ask=12.0),  # below intrinsic value: no iv can give it
    ]
    found = prepared(contracts)
    assert found.excluded == {"no implied volatility": (4, 35.0)}
    assert found.strike.tolist() == [4900]


# The clock


@pytest.mark.parametrize(
    ("quoted", "start"),
    [
        ("2024-01-07 10:52", "2024-01-05 16:00"),  # Sunday
        ("2024-01-06 23:59", "2024-01-05 16:00"),  # Saturday
        ("2024-01-05 16:00", "2024-01-05 16:00"),
        ("2024-01-05 20:15", "2024-01-05 16:00"),
        ("2024-01-05 12:34", "2024-01-05 12:34"),
        ("2024-01-05 09:30", "2024-01-05 09:30"),
        ("2024-01-05 09:29", "2024-01-04 16:00"),
        ("2024-01-16 08:00", "2024-01-12 16:00"),  # Martin Luther King Day was Monday the 15th
        ("2024-01-15 12:00", "2024-01-12 16:00"),
        ("2024-03-29 12:00", "2024-03-28 16:00"),  # Good Friday
    ],
)
def test_the_clock_starts_when_the_market_was_last_open(quoted: str, start: str) -> None:
    as_of, expected = (dt.datetime.fromisoformat(t).replace(tzinfo=NEW_YORK) for t in (quoted, start))
    contracts = [{**line("C", 5000), "expiry": "2024-04-19"}]
    found = prepared(contracts, as_of)
    assert (found.as_of, found.valued_at) == (as_of, expected)
    assert found.years[0] == pytest.approx(years_between(expected, "2024-04-19"), rel=1e-14)
    at_quote = prepared(contracts, as_of, clock_from="quote")
    assert at_quote.valued_at == as_of
    assert at_quote.years[0] == pytest.approx(years_between(as_of, "2024-04-19"), rel=1e-14)


@pytest.mark.parametrize(
    ("quoted", "delay", "start"),
    [
        ("2024-01-05 12:34", 15, "2024-01-05 12:19"),
        ("2024-01-05 09:40", 15, "2024-01-04 16:00"),  # the quotes are of before the open
        ("2024-01-05 16:05", 15, "2024-01-05 16:00"),  # closed: what is quoted is the close
        ("2024-01-06 12:00", 15, "2024-01-05 16:00"),
        ("2024-11-29 12:50", 20, "2024-11-29 12:30"),
        ("2024-11-29 13:00", 20, "2024-11-29 13:00"),
    ],
)
def test_quotes_of_an_open_market_are_as_late_as_the_setting_says(quoted: str, delay: float, start: str) -> None:
    as_of, expected = (dt.datetime.fromisoformat(t).replace(tzinfo=NEW_YORK) for t in (quoted, start))
    contracts = [{**line("C", 5000), "expiry": "2024-12-20"}]
    assert prepared(contracts, as_of, quote_delay=delay).valued_at == expected
    assert prepared(contracts, as_of).valued_at <= as_of  # elsewhere than at CBOE nothing is late


def test_a_day_that_closes_early_leaves_less_time() -> None:
    """29 November 2024 closed at 13:00 (NYSE): at noon an hour is left, not four; at 13:30 nothing."""
    contracts = [{**line("C", 5000), "expiry": "2024-11-29"}, {**line("C", 5000), "expiry": "2024-12-02"}]
    noon, half_past = (dt.datetime(2024, 11, 29, *at, tzinfo=NEW_YORK) for at in ((12, 0), (13, 30)))
    found = prepared(contracts, noon)
    assert found.years[0] == pytest.approx(1 / 8760, rel=1e-12)
    assert found.gamma[0] / found.gamma[1] == pytest.approx(math.sqrt(76 / 1), rel=2e-3)  # as 1 / sqrt(T)
    late = prepared(contracts, half_past)
    assert (late.excluded["expired"][0], len(late.index)) == (1, 1)
    assert late.valued_at == dt.datetime(2024, 11, 29, 13, 0, tzinfo=NEW_YORK)


def test_a_saturday_quote_overstates_mondays_gamma_by_a_third() -> None:
    """Method, section 2: a Saturday valued at Saturday's time, against Friday's close."""
    saturday = dt.datetime(2024, 1, 6, 23, 0, tzinfo=NEW_YORK)
    contracts = [{**line("C", 5000), "expiry": "2024-01-08"}]
    ratio = prepared(contracts, saturday, clock_from="quote").gamma[0] / prepared(contracts, saturday).gamma[0]
    assert ratio == pytest.approx(math.sqrt(72 / 41), rel=1e-4)  # gamma at the money goes as 1 / sqrt(T)


def test_business_days_are_there_for_comparison() -> None:
    found = prepared([line("C", 5000)], clock="business252")
    assert found.years[0] == pytest.approx(14 / 252)  # 3 to 21 March 2025: 14 weekdays


def test_expired_contracts_are_left_out_and_counted() -> None:
    contracts = [
        {**line("C", 5000, oi=3), "expiry": "2025-02-28"},
        {**line("P", 5000, oi=4), "expiry": "2025-03-03", "root": "SPX"},  # settled at 09:30 that morning
        {**line("C", 5000, oi=5), "expiry": "2025-03-03"},  # settles at 16:00
        line("C", 5000, oi=6),
    ]
    found = prepared(contracts)
    assert found.excluded == {"expired": (2, 7.0)}
    assert found.live == 2
    assert found.chain.open_interest[found.index].tolist() == [5, 6]


def test_settled_at_the_very_instant_is_expired() -> None:
    close = dt.datetime(2025, 3, 21, 16, 0, tzinfo=NEW_YORK)
    contracts = [line("C", 5000), {**line("P", 5000), "expiry": "2025-03-24"}]
    assert prepared(contracts, close).excluded == {"expired": (1, 10.0)}
    assert prepared(contracts, close - dt.timedelta(seconds=1)).excluded == {}


def test_after_hours_the_days_contracts_are_expired_by_the_quote_not_by_the_clocks_start() -> None:
    evening = dt.datetime(2025, 3, 21, 16, 31, tzinfo=NEW_YORK)
    contracts = [line("C", 5000), {**line("P", 5000), "expiry": "2025-03-24"}]
    assert prepared(contracts, evening).excluded == {"expired": (1, 10.0)}


@pytest.mark.parametrize(("minutes", "floored"), [(29, 1), (30, 0), (31, 0)])
def test_remaining_time_has_a_floor_that_is_counted(minutes: int, floored: int) -> None:
    as_of = dt.datetime(2025, 3, 21, 16, 0, tzinfo=NEW_YORK) - dt.timedelta(minutes=minutes)
    found = prepared([line("C", 5000), {**line("P", 5000), "expiry": "2025-03-24"}], as_of)
    assert found.floored == floored
    assert found.years[0] == pytest.approx(max(minutes, 30) / (365 * 24 * 60), rel=1e-12)
    v = 0.2 * math.sqrt(max(minutes, 30) / (365 * 24 * 60))
    assert found.gamma[0] == pytest.approx(gamma(SPOT, SPOT, 5000, v), rel=1e-12)


def test_the_floor_is_a_setting() -> None:
    as_of = dt.datetime(2025, 3, 21, 15, 50, tzinfo=NEW_YORK)
    contracts = [line("C", 5000)]
    assert prepared(contracts, as_of, min_minutes=0).years[0] == pytest.approx(10 / (365 * 24 * 60), rel=1e-12)
    assert prepared(contracts, as_of, min_minutes=0).floored == 0
    assert prepared(contracts, as_of, min_minutes=60).years[0] == pytest.approx(60 / (365 * 24 * 60), rel=1e-12)


# What is left out


def book() -> list[dict[str, Any]]:
    """Four expiries with deltas, so that forwards are inferred: a week, a monthly, the same day, a far one."""
    out = []
    for expiry in ("2025-03-03", "2025-03-07", "2025-03-21", "2025-06-20"):
        t = years_between(AS_OF, expiry)
        forward, v = SPOT * math.exp(0.03 * t), 0.2 * math.sqrt(t)
        out += [
            {
                **line(right, k, oi=k / 100 + (right == "C")), "expiry": expiry, "volume": 3 * i,
                "delta": synthetic.delta(forward, k, v, right), "gamma": gamma(SPOT, forward, k, v),
            }
            for i, k in enumerate((4000, 4800, 4900, 4990, 5000, 5010, 5100, 5200, 6000))
            for right in "CP"
        ]  # fmt: skip
    return out


@pytest.mark.parametrize(
    ("changes", "kept", "reason"),
    [
        ({"expiries": "0dte"}, {"2025-03-03"}, "outside the expiries setting"),
        ({"expiries": "weekly"}, {"2025-03-03", "2025-03-07"}, "outside the expiries setting"),
        ({"expiries": "monthly"}, {"2025-03-21", "2025-06-20"}, "outside the expiries setting"),
        ({"expiries": "<=4d"}, {"2025-03-03", "2025-03-07"}, "outside the expiries setting"),
        ({"expiries": "<=3.9d"}, {"2025-03-03"}, "outside the expiries setting"),
        ({"expiries": "2025-03-07, 2025-06-20"}, {"2025-03-07", "2025-06-20"}, "outside the expiries setting"),
        ({"strikes": "98%:102%"}, {4900, 4990, 5000, 5010, 5100}, "outside the strikes setting"),
        ({"strikes": "4990:5200"}, {4990, 5000, 5010, 5100, 5200}, "outside the strikes setting"),
        ({"strikes": "5200:"}, {5200, 6000}, "outside the strikes setting"),
        ({"min_oi": 52}, {5100, 5200, 6000}, "below min_oi"),
    ],
)
def test_filters_drop_lines_and_nothing_else(changes: dict[str, Any], kept: set[Any], reason: str) -> None:
    everything = prepared(book(), carry="implied")
    found = prepared(book(), carry="implied", **changes)
    chain = found.chain
    used = chain.strike if isinstance(next(iter(kept)), int) else chain.expiry.astype(str)
    assert set(used[found.index].tolist()) == kept
    dropped = np.setdiff1d(np.arange(len(chain)), found.index)
    assert found.excluded == {reason: (len(dropped), pytest.approx(float(chain.open_interest[dropped].sum())))}
    # Spot, clock, forwards and each remaining line's gamma are untouched, to the last bit.
    assert (found.spot, found.as_of, found.valued_at) == (everything.spot, everything.as_of, everything.valued_at)
    for name in ("ratio", "years", "spot_discount"):
        np.testing.assert_array_equal(getattr(found.forwards, name), getattr(everything.forwards, name))
    assert set(found.forwards.source) == {"deltas"}
    for name in ("gamma", "position", "stdev", "forward"):
        np.testing.assert_array_equal(getattr(found, name), getattr(everything, name)[found.index])


def test_min_oi_keeps_its_own_bound() -> None:
    contracts = [line("C", 5000, oi=10), line("P", 5000, oi=9.99), line("P", 4900, oi=None)]
    found = prepared(contracts, min_oi=10)
    assert found.chain.open_interest[found.index].tolist() == [10]
    assert found.excluded == {"open interest blank": (1, 0.0), "below min_oi": (1, 9.99)}


def test_adjusted_contracts_are_left_out_unless_a_deliverable_is_given() -> None:
    contracts = [
        line("C", 5000, oi=1),
        {**line("C", 5100, oi=2), "root": "SPXW1"},
        {**line("C", 5200, oi=3), "root": "SPXW2", "multiplier": 150},
    ]
    found = prepared(contracts)
    assert found.excluded == {"adjusted contract": (1, 2.0)}
    assert found.position.tolist() == [-100.0, -450.0]


def test_vendor_gamma_needs_its_column_and_no_iv() -> None:
    contracts = [line("C", 5000, None, 5, gamma=0.001), line("P", 5000, 0.2, 6), line("P", 4900, None, 7, gamma=0.0)]
    found = prepared(contracts, gamma_source="vendor")
    assert found.gamma.tolist() == [0.0, 0.001]
    assert found.excluded == {"no vendor gamma": (1, 6.0)}


def test_every_line_has_its_first_reason_and_all_are_counted() -> None:
    contracts = [
        line("C", 5000, oi=1),
        {**line("C", 5000, oi=2, iv=None), "expiry": "2025-02-28"},  # expired before anything else
        {**line("C", 5000, oi=4), "root": "SPXW1"},
        line("C", 5100, oi=None),
        {**line("C", 5000, oi=8), "expiry": "2025-06-20"},
        line("C", 5500, oi=16),
        line("C", 5200, oi=0.5),
        line("P", 5000, None, oi=32),
        line("P", 4990, None, oi=64),
    ]
    found = prepared(contracts, expiries="<=30d", strikes="80%:105%", min_oi=0.75)
    assert found.excluded == {
        "expired": (1, 2.0),
        "adjusted contract": (1, 4.0),
        "open interest blank": (1, 0.0),
        "outside the expiries setting": (1, 8.0),
        "outside the strikes setting": (1, 16.0),
        "below min_oi": (1, 0.5),
        "no implied volatility": (1, 64.0),
    }
    assert len(found.index) == 2  # the 5000 call, and the put that takes its iv
    assert len(found.chain) == len(found.index) + sum(n for n, _ in found.excluded.values())
    for why, (count, lost) in found.excluded.items():
        here = found.reason == why
        assert (int(here.sum()), float(np.nansum(found.chain.open_interest[here]))) == (count, lost)
    assert (found.reason[found.index] == "").all()


# Weights and multipliers


def test_dealer_position_replaces_sign_and_open_interest_and_a_blank_one_keeps_them() -> None:
    """Method, section 1: blank is never zero."""
    contracts = [line("C", 5000, position=-7), line("P", 5000, position=0), line("P", 4900, position=None, oi=5)]
    for sign, put in (("customer_flow", 500.0), ("long_calls", -500.0), ("short_all", -500.0)):
        found = prepared(contracts, sign=sign)
        at = zip(found.is_call.tolist(), found.strike.tolist(), strict=True)
        assert dict(zip(at, found.position.tolist(), strict=True)) == {
            (True, 5000): -700.0, (False, 5000): 0.0, (False, 4900): put,
        }  # fmt: skip
        assert found.excluded == {}


def test_the_multiplier_column_wins_line_by_line() -> None:
    contracts = [line("C", 5000, multiplier=10), line("P", 5000), line("P", 4900, multiplier=1)]
    found = prepared(contracts)
    by_line = dict(zip(zip(found.is_call.tolist(), found.strike.tolist(), strict=True), found.position, strict=True))
    assert by_line == {(True, 5000): -100.0, (False, 5000): 1000.0, (False, 4900): 10.0}
    assert prepared(contracts, multiplier=50).position.sum() == -100.0 + 500.0 + 10.0


@pytest.mark.parametrize(
    ("sign", "call", "put"), [("customer_flow", -1, 1), ("long_calls", 1, -1), ("short_all", -1, -1)]
)
def test_signs(sign: str, call: int, put: int) -> None:
    found = prepared([line("C", 5000, oi=2), line("P", 5000, oi=3)], sign=sign)
    assert found.position.tolist() == [call * 200.0, put * 300.0]


def test_volume_as_weight() -> None:
    contracts = [line("C", 5000, volume=4), line("P", 5000, volume=None), line("P", 4900, oi=None, volume=6)]
    found = prepared(contracts, weight="volume")
    # A feed leaves volume blank where nothing traded: a weight of 0, not a missing one.
    assert sorted(found.position.tolist()) == [-400.0, 0.0, 600.0]
    assert found.excluded == {}


# Spot and as-of


def test_spot_and_as_of_from_the_paste_or_the_arguments() -> None:
    chain = chain_of([line("C", 5000)], SPOT)
    own = prepare(chain)
    assert (own.spot, own.as_of) == (SPOT, AS_OF)
    later = AS_OF + dt.timedelta(hours=2)
    given = prepare(chain, 4990.0, later)
    assert (given.spot, given.spot_from, given.as_of, given.as_of_from) == (4990.0, "given", later, "given")


def test_a_missing_spot_or_as_of_is_an_error_that_says_which() -> None:
    with pytest.raises(BadInput, match=r"^spot is neither in the paste nor given; give .*as spot$"):
        prepare(chain_of([line("C", 5000)], None, AS_OF))
    with pytest.raises(BadInput, match=r"^as_of is neither in the paste nor given; give .*2024-01-05 16:00$"):
        prepare(chain_of([line("C", 5000)], SPOT, None))
    assert prepare(chain_of([line("C", 5000)], None, None), SPOT, AS_OF).spot == SPOT
