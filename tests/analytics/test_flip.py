"""The flip strike: worked examples, and a plain second reading of the definition on any curve."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from gex_xl.analytics.contracts import prepare
from gex_xl.analytics.exposure import StrikeExposure, per_strike
from gex_xl.analytics.flip import Flip, LongSide, flips, flips_of, pick
from gex_xl.analytics.summary import summarise
from gex_xl.settings import FlipPick, Settings

from .synthetic import chain_of


def found(net: list[float], strikes: list[float] | None = None, noise: float = 0.01) -> list[Flip]:
    at = strikes or [100.0 + i for i in range(len(net))]
    return flips(np.array(at), np.cumsum(net), noise)


def plain(strikes: list[float], cumulative: list[float], noise: float) -> list[tuple[float, str]]:
    """The definition, read off the method's section 3 with lists and loops.

    Lobes are maximal runs of one sign; a 0 neither belongs to one nor ends one. A lobe counts when its peak is
    at least `noise` of the largest. Walking up, a counting lobe of the other sign than the last counting one is
    a flip, interpolated at the step by which that lobe is entered.
    """
    biggest = max(map(abs, cumulative), default=0.0)
    lobes: list[list[int]] = []
    for i, c in enumerate(cumulative):
        if c == 0:
            continue
        if lobes and (cumulative[lobes[-1][0]] > 0) == (c > 0):
            lobes[-1].append(i)
        else:
            lobes.append([i])
    out: list[tuple[float, str]] = []
    last_sign = 0
    for lobe in lobes:
        if max(abs(cumulative[i]) for i in lobe) < noise * biggest:
            continue
        sign = 1 if cumulative[lobe[0]] > 0 else -1
        if last_sign and sign != last_sign:
            i = lobe[0]
            c0, c1, k0, k1 = cumulative[i - 1], cumulative[i], strikes[i - 1], strikes[i]
            out.append((k0 + (-c0) / (c1 - c0) * (k1 - k0), "above" if sign > 0 else "below"))
        last_sign = sign
    return out


def test_worked_example() -> None:
    """Method, section 3: K* = 5300 + 1/4 * 50 = 5312.5, long below, total -5."""
    strikes = [4900.0 + 50 * i for i in range(11)]
    net = [2.0, 3, 4, 5, 3, 0, -2, -6, -8, -4, -2]
    (only,) = found(net, strikes)
    assert only == Flip(5312.5, pytest.approx(-4 / 50), LongSide.BELOW)
    assert sum(net) == -5


def test_worked_example_through_a_chain() -> None:
    """The same amounts as contracts: gamma 1 on spot 100 makes one contract worth 10 000 USD per 1 %."""
    net = [2, 3, 4, 5, 3, 0, -2, -6, -8, -4, -2]
    contracts = [
        {
            "root": "SPXW", "expiry": "2025-03-21", "right": "P" if amount >= 0 else "C", "strike": 4900 + 50 * i,
            "iv": 0.2, "oi": abs(amount), "gamma": 0.001,
        }
        for i, amount in enumerate(net)
    ]  # fmt: skip
    settings = Settings().with_changes({"gamma_source": "vendor"})
    summary = summarise(prepare(chain_of(contracts, 5000.0), None, None, settings))
    assert summary.flip_strike == pytest.approx(5312.5, rel=1e-14)
    assert summary.flip is not None
    assert summary.flip.long_side == "below"
    assert summary.total.net == pytest.approx(-5 * 0.001 * 100 * 5000**2 * 0.01, rel=1e-13)


def test_a_rising_crossing_is_long_above() -> None:
    (only,) = found([-3, -1, 6], [90, 100, 120])
    # C: -3, -4, 2: 100 + 4/6 * 20.
    assert only == Flip(pytest.approx(100 + 4 / 6 * 20), pytest.approx(6 / 20), LongSide.ABOVE)


def test_the_sign_of_gex_per_strike_is_not_the_flip() -> None:
    """GEX per strike changes sign five times, its running sum never."""
    assert found([10, -1, 1, -1, 1, -1]) == []


@pytest.mark.parametrize("net", [[1.0, 2.0, 3.0], [-1.0, -2.0], [5.0], [0.0, 0.0], [0.0, 4.0, -4.0], []])
def test_one_sided(net: list[float]) -> None:
    assert found(net) == []


def test_lobes_below_the_noise_do_not_count() -> None:
    """Tails of +0.5 % and -0.5 % before, a ripple of 0.9 % between, and the real crossing."""
    net = [0.5, -1.0, 100.5, -100.9, 1.8, -100.9]
    # C: 0.5, -0.5, 100, -0.9, 0.9, -100. The lobes 0.5, -0.5, -0.9 and 0.9 are below 1 %.
    (only,) = found(net)
    assert only.long_side is LongSide.BELOW
    assert only.strike == pytest.approx(104 + 0.9 / 100.9)
    assert [f.long_side.value for f in found(net, noise=0.0)] == ["below", "above", "below", "above", "below"]
    assert len(found(net, noise=0.006)) == 3


@pytest.mark.parametrize(("peak", "count"), [(0.99, 1), (1.0, 3), (1.01, 3)])
def test_a_lobe_counts_from_the_threshold_on(peak: float, count: int) -> None:
    # C: 100, -peak, 50, -50: the second lobe counts when its peak is at least 1 % of 100.
    cumulative = np.array([100.0, -peak, 50.0, -50.0])
    assert len(flips(np.arange(4.0), cumulative, 0.01)) == count


def test_ripples_that_do_not_count_are_passed_over() -> None:
    """The crossing is where the later counting lobe is entered, not where the earlier one is left."""
    cumulative = np.array([100.0, -0.5, 0.5, -0.5, 0.5, -100.0])
    (only,) = flips(np.arange(6.0), cumulative, 0.01)
    assert only.strike == pytest.approx(4 + 0.5 / 100.5)


def test_an_exact_zero_belongs_to_no_lobe() -> None:
    assert flips(np.array([1.0, 2.0, 3.0]), np.array([5.0, 0.0, 5.0]), 0.01) == []
    (touch,) = flips(np.array([1.0, 2.0, 3.0]), np.array([5.0, 0.0, -5.0]), 0.01)
    assert touch.strike == 2.0
    (late,) = flips(np.array([1.0, 2.0, 3.0, 4.0]), np.array([5.0, 0.0, 0.0, -5.0]), 0.01)
    assert late.strike == 3.0
    (start,) = flips(np.array([1.0, 2.0, 3.0]), np.array([0.0, -5.0, 5.0]), 0.01)
    assert start.strike == 2.5


def test_first_or_nearest() -> None:
    crossings = found([10, -20, 30, -40], [100, 110, 120, 130])
    # C: 10, -10, 20, -20: at 105, 113.33 and 125.
    assert [f.strike for f in crossings] == pytest.approx([105, 110 + 10 / 3, 125])
    assert [f.long_side.value for f in crossings] == ["below", "above", "below"]
    nearest = Settings(flip_pick=FlipPick.NEAREST)
    for spot, first, near in ((100, 0, 0), (112, 0, 1), (124, 0, 2), (500, 0, 2)):
        assert pick(crossings, spot, Settings()) == crossings[first]
        assert pick(crossings, spot, nearest) == crossings[near]
    assert pick([], 100.0, nearest) is None


def test_spot_in_place_of_a_missing_flip() -> None:
    chain = chain_of(
        [{"root": "SPXW", "expiry": "2025-03-21", "right": "P", "strike": 5000, "iv": 0.2, "oi": 10}], 5010.0
    )
    assert summarise(prepare(chain)).flip_strike is None
    as_spot = summarise(prepare(chain, None, None, Settings().with_changes({"no_flip": "spot"})))
    assert (as_spot.flip_strike, as_spot.flip, as_spot.flips) == (5010.0, None, [])


tiny = st.sampled_from([5e-324, -5e-324, 1e-310, -1e-300])
amounts = st.one_of(tiny, st.integers(-50, 50).map(float), st.floats(-1e6, 1e6), st.floats(-1e-3, 1e-3))


@given(st.lists(amounts, max_size=40), st.sampled_from([0.0, 0.01, 0.2, 1.0]))
@examples(max_examples=400, deadline=None)
def test_agrees_with_the_plain_reading(cumulative: list[float], noise: float) -> None:
    strikes = [50.0 + 2.5 * i for i in range(len(cumulative))]
    ours = flips(np.array(strikes), np.array(cumulative), noise)
    theirs = plain(strikes, cumulative, noise)
    assert [f.long_side.value for f in ours] == [side for _, side in theirs]
    assert [f.strike for f in ours] == pytest.approx([k for k, _ in theirs], rel=1e-12)
    for flip in ours:
        assert math.isfinite(flip.strike)
        assert flip.slope >= 0 if flip.long_side is LongSide.ABOVE else flip.slope <= 0


@given(st.lists(amounts, min_size=2, max_size=40))
@examples(max_examples=200, deadline=None)
def test_neighbouring_flips_alternate_and_rise(cumulative: list[float]) -> None:
    ours = flips(np.arange(100.0, 100 + len(cumulative)), np.array(cumulative), 0.01)
    for a, b in pairwise(ours):
        assert a.strike <= b.strike
        assert a.long_side is not b.long_side


def test_tails_that_oscillate_as_those_of_spy_do() -> None:
    """Dozens of tiny crossings far out, two real ones: only these are flips."""
    strikes = [200.0 + 5 * i for i in range(60)] + [500.0 + i for i in range(121)] + [625.0 + 5 * i for i in range(30)]
    cumulative = []
    for i, k in enumerate(strikes):
        wave = 0.02 * (-1) ** i
        bump = -4 * math.exp(-(((k - 530) / 8) ** 2)) + 9 * math.exp(-(((k - 580) / 12) ** 2))
        cumulative.append(wave + bump)
    raw = sum(a * b < 0 for a, b in pairwise(cumulative))
    assert raw > 60
    ours = flips(np.array(strikes), np.array(cumulative), 0.01)
    assert [f.long_side.value for f in ours] == ["above"]
    assert 530 < ours[0].strike < 580
    assert [(f.strike, f.long_side.value) for f in ours] == plain(strikes, cumulative, 0.01)


def test_flips_of_a_table_are_those_of_its_curve() -> None:
    strike, net = np.array([1.0, 2.0, 3.0]), np.array([2.0, -3.0, 9.0])
    table = StrikeExposure(strike, net, np.zeros(3), net, np.cumsum(net))
    assert flips_of(table, Settings()) == flips(strike, np.cumsum(net), 0.01)
    assert [f.strike for f in flips_of(table, Settings())] == pytest.approx([1 + 2 / 3, 2 + 1 / 9])


def test_filters_decide_on_what_the_flip_rests() -> None:
    contracts = [
        {"root": "SPXW", "expiry": e, "right": r, "strike": k, "iv": 0.2, "oi": oi, "gamma": 0.001}
        for e, r, k, oi in (
            ("2025-03-21", "P", 4900, 10), ("2025-03-21", "C", 5100, 30),
            ("2025-04-17", "C", 4800, 10), ("2025-04-17", "P", 5200, 60),
        )
    ]  # fmt: skip
    chain = chain_of(contracts, 5000.0)

    def sides(**changes: object) -> list[str]:
        chosen = Settings().with_changes({"gamma_source": "vendor", **changes})
        return [f.long_side.value for f in flips_of(per_strike(prepare(chain, None, None, chosen)), chosen)]

    assert sides() == ["above"]
    assert sides(expiries="2025-03-21") == ["below"]
    assert sides(expiries="2025-04-17") == ["above"]
    assert sides(strikes="4800:5100") == []
