"""Every source of the forward against surfaces that are built so that the forward is known."""

import datetime as dt
import math
from typing import Any

import numpy as np
import pytest

from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.settings import Carry, Settings

from .synthetic import AS_OF, NEW_YORK, chain_of, delta, price, smile, years_between

SPOT, RATE, YIELD = 5000.0, 0.043, 0.013
NEAR, MID, FAR = "2025-03-21", "2025-06-20", "2025-12-19"
STRIKES = tuple(range(4000, 6001, 50))


def surface(
    expiry: str,
    *,
    deltas: bool = False,
    quotes: bool = False,
    width: float = 0.5,
    strikes: tuple[int, ...] = STRIKES,
    quotes_rate: float = RATE,
    quotes_above: float = 0.0,
    root: str = "SPXW",
    spread: float = 0.0,
) -> list[dict[str, Any]]:
    """Both rights at each strike from Black-Scholes-Merton.

    `width` is ask less bid in USD. `quotes_above` lifts the forward that the quotes know over that of the
    deltas; `spread` (USD) pushes C - P up at every other strike, so that the quotes disagree.
    """
    am = root == "SPX"
    t = years_between(AS_OF, expiry, *((9, 30) if am else (16, 0)))
    forward, held = SPOT * math.exp((RATE - YIELD) * t), math.exp(-YIELD * t)
    out = []
    for i, k in enumerate(strikes):
        iv = smile(k, forward)
        v = iv * math.sqrt(t)
        for right in "CP":
            line: dict[str, Any] = {"root": root, "expiry": expiry, "right": right, "strike": k, "iv": iv, "oi": 100}
            if deltas:
                line["delta"] = delta(forward, k, v, right, held)
            if quotes:
                mid = price(forward + quotes_above, k, v, right, math.exp(-quotes_rate * t))
                mid += spread if i % 2 and right == "C" else 0.0
                line["bid"], line["ask"] = max(0.0, mid - width / 2), mid + width / 2  # 0: one-sided
            out.append(line)
    return out


def prepared(*parts: list[dict[str, Any]], **settings: Any) -> Contracts:
    chain = chain_of([line for part in parts for line in part], SPOT)
    return prepare(chain, None, None, Settings(**settings))


def entry(contracts: Contracts, at: int = 0) -> tuple[str, float, float, float]:
    """Source, forward, exp(-qT) and T of the expiry at this place in time."""
    curve = contracts.forwards
    return curve.source[at], SPOT * curve.ratio[at], curve.spot_discount[at], curve.years[at]


def known(expiry: str) -> tuple[float, float, float]:
    """Forward, exp(-qT), T."""
    t = years_between(AS_OF, expiry)
    return SPOT * math.exp((RATE - YIELD) * t), math.exp(-YIELD * t), t


@pytest.mark.parametrize("expiry", [NEAR, MID, FAR])
@pytest.mark.parametrize("carry", [Carry.IMPLIED, Carry.DELTAS])
def test_deltas_know_the_forward_and_the_yield(expiry: str, carry: Carry) -> None:
    source, forward, discount, t = entry(prepared(surface(expiry, deltas=True), carry=carry))
    expected = known(expiry)
    assert source == "deltas"
    # NormalDist.cdf is good to 1e-16 near one half, where the median lies: 1e-11 of the forward is left.
    assert forward == pytest.approx(expected[0], rel=1e-11)
    assert discount == pytest.approx(expected[1], rel=1e-12)
    assert t == pytest.approx(expected[2], rel=1e-13)


def test_deltas_outside_the_middle_are_not_asked() -> None:
    """Call deltas below 0.25 and above 0.75 are wrong here, and change nothing."""
    contracts = surface(MID, deltas=True)
    wrong, held = 0, known(MID)[1]
    for call, put in zip(contracts[::2], contracts[1::2], strict=True):
        if not 0.25 <= call["delta"] <= 0.75:
            call["delta"], put["delta"], wrong = 0.999, 0.999 - held, wrong + 1
    assert wrong > 10
    assert entry(prepared(contracts))[:2] == ("deltas", pytest.approx(known(MID)[0], rel=1e-11))


def test_deltas_of_a_feed_with_four_decimals_are_near() -> None:
    contracts = [{**line, "delta": round(line["delta"], 4)} for line in surface(MID, deltas=True)]
    source, forward, discount, _ = entry(prepared(contracts))
    assert source == "deltas"
    assert forward == pytest.approx(known(MID)[0], rel=1e-5)
    assert discount == pytest.approx(known(MID)[1], abs=1e-4)


@pytest.mark.parametrize("expiry", [NEAR, MID, FAR])
@pytest.mark.parametrize("carry", [Carry.IMPLIED, Carry.PARITY])
def test_parity_knows_the_forward(expiry: str, carry: Carry) -> None:
    contracts = prepared(surface(expiry, quotes=True), carry=carry, rate=RATE)
    source, forward, discount, _ = entry(contracts)
    expected = known(expiry)
    assert source == "parity"
    assert forward == pytest.approx(expected[0], rel=1e-12)
    assert discount == pytest.approx(expected[1], rel=1e-12)  # (F/S) exp(-rT)


def test_parity_takes_the_median_of_the_nine_strikes_nearest_the_money() -> None:
    contracts = surface(NEAR, quotes=True)  # F is 5007: the nine strikes are 4800 to 5200
    # Quotes farther out are nonsense, and four of the nine nearest are too: the median holds.
    for line in contracts:
        if line["right"] == "C" and (abs(line["strike"] - SPOT) > 225 or line["strike"] in (4800, 4950, 5050, 5150)):
            line["bid"], line["ask"] = line["bid"] + 300, line["ask"] + 300
    source, forward, _, _ = entry(prepared(contracts, carry=Carry.PARITY, rate=RATE))
    assert source == "parity"
    assert forward == pytest.approx(known(NEAR)[0], rel=1e-12)


def test_the_money_is_the_forward_and_not_spot() -> None:
    """Far out the forward lies strikes away from spot; most of those around spot are wrong here."""
    contracts = surface(FAR, quotes=True)  # F is 5121; five of the nine nearest spot are wrong, two of those nearest F
    for line in contracts:
        if line["right"] == "C" and line["strike"] <= 5000:
            line["bid"], line["ask"] = line["bid"] + 30, line["ask"] + 30
    assert entry(prepared(contracts, rate=RATE))[1] == pytest.approx(known(FAR)[0], rel=1e-12)


def test_one_sided_and_crossed_quotes_are_not_asked() -> None:
    contracts = surface(MID, quotes=True)
    for line in contracts:
        if line["strike"] in (4900, 4950, 5000) and line["right"] == "P":
            line["bid"] = 0.0
        elif line["strike"] in (5050, 5100) and line["right"] == "C":
            line["bid"], line["ask"] = line["ask"] + 90, line["bid"] + 90
    source, forward, _, _ = entry(prepared(contracts, carry=Carry.PARITY, rate=RATE))
    assert source == "parity"
    assert forward == pytest.approx(known(MID)[0], rel=1e-12)


# carry = implied: deltas first, then any two-sided quotes. The quotes below say a forward 7 USD above that of the
# deltas, so that the answer shows who was asked.
ABOVE = 7.0


def test_deltas_then_any_quotes() -> None:
    wide = {"quotes": True, "quotes_above": ABOVE, "width": 30.0}
    with_deltas = prepared(surface(MID, deltas=True, **wide), rate=RATE)
    without = prepared(surface(MID, **wide), rate=RATE)
    assert entry(with_deltas)[:2] == ("deltas", pytest.approx(known(MID)[0], rel=1e-11))
    assert entry(without)[:2] == ("parity", pytest.approx(known(MID)[0] + ABOVE, rel=1e-11))


def test_deltas_alone_and_parity_alone() -> None:
    contracts = surface(MID, deltas=True, quotes=True, quotes_above=ABOVE)
    assert entry(prepared(contracts, carry=Carry.DELTAS, rate=RATE))[:2] == (
        "deltas",
        pytest.approx(known(MID)[0], rel=1e-11),
    )
    source, forward, discount, t = entry(prepared(contracts, carry=Carry.PARITY, rate=RATE))
    assert (source, forward) == ("parity", pytest.approx(known(MID)[0] + ABOVE, rel=1e-11))
    assert discount == pytest.approx(forward / SPOT * math.exp(-RATE * t), rel=1e-14)
    assert entry(prepared(surface(MID, quotes=True), carry=Carry.DELTAS))[0] == "spot"
    assert entry(prepared(surface(MID, deltas=True), carry=Carry.PARITY))[0] == "spot"


def test_an_expiry_with_neither_takes_the_carry_of_its_neighbours() -> None:
    """ln(F/S)/T is interpolated in T between an expiry of 3 % and one of 1 %."""
    t = {name: years_between(AS_OF, name) for name in (NEAR, MID, FAR)}
    carry = {NEAR: 0.03, FAR: 0.01}
    parts = []
    for expiry, each in carry.items():
        forward = SPOT * math.exp(each * t[expiry])
        parts.append(
            [
                {
                    "root": "SPXW", "expiry": expiry, "right": right, "strike": k, "iv": 0.2, "oi": 1,
                    "delta": delta(forward, k, 0.2 * math.sqrt(t[expiry]), right),
                }
                for k in STRIKES
                for right in "CP"
            ]
        )  # fmt: skip
    contracts = prepared(*parts, surface(MID))
    # The options' own spot is where the line through both forwards ends at T = 0; carry is measured from it.
    slope = (0.01 * t[FAR] - 0.03 * t[NEAR]) / (t[FAR] - t[NEAR])
    gap = (0.03 - slope) * t[NEAR]
    near, far = 0.03 - gap / t[NEAR], 0.01 - gap / t[FAR]
    between = near + (t[MID] - t[NEAR]) / (t[FAR] - t[NEAR]) * (far - near)
    assert contracts.forwards.source == ("deltas", "neighbours", "deltas")
    assert contracts.forwards.own_spot == pytest.approx(SPOT * math.exp(gap), rel=1e-11)
    assert entry(contracts, 1)[1] == pytest.approx(SPOT * math.exp(between * t[MID]), rel=1e-11)
    assert entry(contracts, 1)[2] == pytest.approx(math.exp(between * t[MID]), rel=1e-11)  # rate 0: F/S


@pytest.mark.parametrize("blank", [NEAR, FAR])
def test_beyond_the_last_known_expiry_its_carry_goes_on(blank: str) -> None:
    contracts = prepared(surface(MID, deltas=True), surface(blank))
    at = 0 if blank == NEAR else 1
    assert entry(contracts, at)[:2] == ("neighbours", pytest.approx(known(blank)[0], rel=1e-11))


def test_spot_where_nothing_is_known() -> None:
    contracts = prepared(surface(NEAR), surface(FAR))
    assert contracts.forwards.source == ("spot", "spot")
    np.testing.assert_array_equal(contracts.forward, SPOT)
    np.testing.assert_array_equal(contracts.spot_discount, 1.0)


def test_no_carry_is_spot() -> None:
    contracts = prepared(surface(MID, deltas=True, quotes=True), carry=Carry.NONE)
    assert contracts.forwards.source == ("spot",)
    np.testing.assert_array_equal(contracts.forward, SPOT)
    np.testing.assert_array_equal(contracts.spot_discount, 1.0)


def test_rates_take_the_rate_less_the_yield() -> None:
    contracts = prepared(
        surface(NEAR), surface(FAR, deltas=True, quotes=True), carry=Carry.RATES, rate=0.05, dividend_yield=0.02
    )
    for at, expiry in enumerate((NEAR, FAR)):
        t = known(expiry)[2]
        source, forward, discount, _ = entry(contracts, at)
        assert source == "rates"
        assert forward == pytest.approx(SPOT * math.exp(0.03 * t), rel=1e-14)
        assert discount == pytest.approx(math.exp(-0.02 * t), rel=1e-14)


def test_expired_contracts_are_not_asked() -> None:
    past = [{**line, "expiry": "2025-02-28", "delta": 0.9} for line in surface(NEAR)]
    contracts = prepared(past, surface(NEAR, deltas=True))
    assert entry(contracts, 1)[:2] == ("deltas", pytest.approx(known(NEAR)[0], rel=1e-11))
    assert contracts.excluded == {"expired": (len(past), 100.0 * len(past))}


def test_one_date_two_roots_two_times() -> None:
    """On a third Friday SPX settles at 09:30 and SPXW at 16:00, each with its own forward."""
    am, pm = surface(NEAR, deltas=True, root="SPX"), surface(NEAR, deltas=True)
    contracts = prepared(am, pm)
    assert contracts.forwards.years[1] - contracts.forwards.years[0] == pytest.approx(6.5 / (365 * 24), rel=1e-9)
    for at, clock in enumerate(((9, 30), (16, 0))):
        t = years_between(AS_OF, NEAR, *clock)
        assert entry(contracts, at)[3] == pytest.approx(t, rel=1e-13)
        assert entry(contracts, at)[1] == pytest.approx(SPOT * math.exp((RATE - YIELD) * t), rel=1e-11)
    assert set(contracts.years[contracts.chain.root[contracts.index] == "SPX"]) == {contracts.forwards.years[0]}


def test_a_right_is_never_paired_with_another_root() -> None:
    """AM calls and PM puts at one strike are no pair: neither deltas nor quotes can be read off them."""
    calls = [line for line in surface(NEAR, deltas=True, quotes=True, root="SPX") if line["right"] == "C"]
    puts = [line for line in surface(NEAR, deltas=True, quotes=True) if line["right"] == "P"]
    assert prepared(calls, puts).forwards.source == ("spot", "spot")


def test_time_runs_through_a_change_to_daylight_saving() -> None:
    """Friday 2025-03-07 16:00 EST to Monday 2025-03-10 16:00 EDT is 71 hours, not 72."""
    friday = dt.datetime(2025, 3, 7, 16, 0, tzinfo=NEW_YORK)
    line = {"root": "SPXW", "expiry": "2025-03-10", "right": "C", "strike": 5000, "iv": 0.2, "oi": 1}
    contracts = prepare(chain_of([line], SPOT, friday))
    assert contracts.years[0] == pytest.approx(71 / (365 * 24), rel=1e-14)


def test_a_given_spot_moves_the_forward_in_proportion() -> None:
    """The feed's deltas and quotes belong to its own spot; what they say of the carry is kept."""
    chain = chain_of(surface(MID, quotes=True), SPOT)
    moved = prepare(chain, 1.1 * SPOT, None, Settings(rate=RATE))
    assert moved.forward[0] == pytest.approx(1.1 * known(MID)[0], rel=1e-12)
    assert moved.forwards.source == ("parity",)


def test_gamma_uses_the_forward_and_the_discount() -> None:
    """exp(-qT) pdf(d1) / (S v) with the known q: the gamma of Black-Scholes-Merton."""
    contracts = prepared(surface(FAR, deltas=True))
    forward, held, t = known(FAR)
    for i in range(0, len(contracts.index), 5):
        k = float(contracts.strike[i])
        v = smile(k, forward) * math.sqrt(t)
        first = (math.log(forward / k) + v * v / 2) / v
        expected = held * math.exp(-first * first / 2) / math.sqrt(2 * math.pi) / (SPOT * v)
        assert contracts.gamma[i] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("gap", [-0.008, 0.004, 0.02])
def test_options_of_another_instant_are_repriced_to_spot(gap: float) -> None:
    """Spot and options are of two instants: carry is measured from the options' own spot, whatever spot is shown."""
    apart = [line for expiry in (NEAR, MID, FAR) for line in surface(expiry, deltas=True)]
    chain = chain_of(apart, SPOT / (1 + gap))  # the options were quoted at SPOT
    moved, plain = prepare(chain), prepare(chain_of(apart, SPOT))
    assert moved.forwards.own_spot == pytest.approx(SPOT, rel=1e-9)
    assert moved.forwards.ratio == pytest.approx(plain.forwards.ratio, rel=1e-9)
    assert moved.forward == pytest.approx(plain.forward / (1 + gap), rel=1e-9)
    same = prepare(chain, SPOT)
    assert same.gamma == pytest.approx(plain.gamma, rel=1e-8)


def test_a_fund_below_its_spot_pays_a_dividend_for_all_that_is_known() -> None:
    apart = [{**line, "root": "SPY"} for expiry in (NEAR, MID) for line in surface(expiry, deltas=True)]
    assert prepare(chain_of(apart, 1.01 * SPOT)).forwards.own_spot == 1.01 * SPOT
    # What the deltas hold back is not taken for a rate that is known.
    assert prepare(chain_of(apart, 1.01 * SPOT)).forwards.rate_source == ("deltas", "deltas")
    assert prepare(chain_of(apart, 0.99 * SPOT)).forwards.own_spot == pytest.approx(SPOT, rel=1e-9)


@pytest.mark.parametrize("expiry", [MID, FAR])
def test_quotes_tell_the_discount(expiry: str) -> None:
    """C - P = exp(-rT) (F - K): with rate = auto the slope over the strikes is the discount."""
    curve = prepared(surface(expiry, quotes=True, width=0.1)).forwards
    assert curve.rate_source == ("parity",)
    assert curve.discount[0] == pytest.approx(math.exp(-RATE * known(expiry)[2]), rel=1e-9)
    assert curve.rate == pytest.approx(RATE, rel=1e-6)
    few = prepared(surface(expiry, quotes=True, strikes=STRIKES[15:25])).forwards
    assert (few.rate_source, few.discount[0]) == (("none",), 1.0)


def test_a_fund_takes_the_slope_of_the_side_that_has_strikes() -> None:
    """Early exercise bends a fund's line at the forward; here only 4,950 and 5,000 lie below it."""
    strikes = tuple(range(4950, 6001, 50))
    fund = [{**line, "root": "SPY"} for line in surface(MID, quotes=True, width=0.1, strikes=strikes)]
    curve = prepared(fund).forwards
    assert curve.rate_source == ("parity",)
    assert curve.discount[0] == pytest.approx(math.exp(-RATE * known(MID)[2]), rel=1e-9)


def test_without_carry_nothing_is_inferred() -> None:
    contracts = prepared(surface(FAR, deltas=True, quotes=True), carry=Carry.NONE)
    curve = contracts.forwards
    assert (curve.own_spot, curve.ratio[0], curve.discount[0], curve.spot_discount[0]) == (SPOT, 1.0, 1.0, 1.0)
