"""The repriced curve and its roots against a slow twin in plain Python."""

import datetime as dt
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.exposure import total
from gex_xl.analytics.profile import levels_of, reprice, zero_gamma, zero_gammas
from gex_xl.chain import Chain
from gex_xl.errors import NoValue
from gex_xl.functions import EXAMPLE_CHAIN
from gex_xl.settings import Settings

from .synthetic import AS_OF, NEW_YORK, chain_of, delta, gamma, years_between

SPOT = 5000.0


def line(right: str, strike: float, oi: float, **more: Any) -> dict[str, Any]:
    return {"root": "SPXW", "expiry": "2025-03-21", "right": right, "strike": strike, "iv": 0.2, "oi": oi, **more}


def prepared(
    contracts: list[dict[str, Any]], spot: float = SPOT, as_of: dt.datetime = AS_OF, **changes: Any
) -> Contracts:
    return prepare(chain_of(contracts, spot, as_of), None, None, Settings().with_changes(changes))


def twin(contracts: Contracts, level: float) -> float:
    """USD per 1 % with spot at `level`: each line keeps its iv, its forward moves with spot."""
    out = []
    for i in range(len(contracts.index)):
        forward = level * float(contracts.forward[i]) / contracts.spot
        each = gamma(
            level, forward, float(contracts.strike[i]), float(contracts.stdev[i]), float(contracts.spot_discount[i])
        )
        out.append(float(contracts.position[i]) * each * level * level * 0.01)
    return math.fsum(out)


def twin_roots(contracts: Contracts, low: float, high: float, steps: int) -> list[float]:
    """Bisection of every change of sign between evenly spaced levels."""
    levels = [low + (high - low) * i / steps for i in range(steps + 1)]
    values = [twin(contracts, level) for level in levels]
    roots = []
    for a, b, fa, fb in zip(levels, levels[1:], values, values[1:], strict=False):
        if fa * fb < 0:
            lower, upper, sign = a, b, math.copysign(1, fa)
            for _ in range(100):
                middle = (lower + upper) / 2
                if twin(contracts, middle) * sign > 0:
                    lower = middle
                else:
                    upper = middle
            roots.append((lower + upper) / 2)
    return roots


def mixed() -> list[dict[str, Any]]:
    """Puts below, calls above, two expiries, with deltas that know a carry of 3 % and a yield of 1 %."""
    out = []
    for expiry, iv in (("2025-03-21", 0.16), ("2025-06-20", 0.2)):
        t = years_between(AS_OF, expiry)
        forward, held = SPOT * math.exp(0.03 * t), math.exp(-0.01 * t)
        for k in range(4400, 5601, 100):
            for right in "CP":
                v = iv * math.sqrt(t)
                oi = (k - 4300) if right == "C" else (5700 - k)
                out.append(line(right, k, oi, expiry=expiry, iv=iv, delta=delta(forward, k, v, right, held)))
    return out


@pytest.mark.parametrize("unit", ["usd", "usd_bn", "usd_per_point", "shares", "shares_per_point"])
def test_the_profile_at_spot_is_the_total(unit: str) -> None:
    contracts = prepared(mixed(), unit=unit)
    assert reprice(contracts, np.array([SPOT]))[0] == pytest.approx(total(contracts).net, rel=1e-10)


def test_the_profile_agrees_with_the_twin() -> None:
    contracts = prepared(mixed())
    assert contracts.forwards.source == ("deltas", "deltas")
    levels = np.linspace(3900, 6100, 23)
    expected = [twin(contracts, float(level)) for level in levels]
    largest = max(map(abs, expected))
    np.testing.assert_allclose(reprice(contracts, levels), expected, rtol=1e-9, atol=1e-13 * largest)


def test_many_levels_are_computed_as_few() -> None:
    """More level x line pairs than are held at once: the parts fit together."""
    contracts = prepared([line(r, 3000 + i, 1 + i % 7) for i in range(3000) for r in "CP"])
    levels = np.linspace(4000, 6000, 701)
    together = reprice(contracts, levels)
    alone = [reprice(contracts, levels[i : i + 1])[0] for i in range(0, 701, 100)]
    np.testing.assert_allclose(together[::100], alone, rtol=1e-9, atol=1e-6)


def test_levels_of_the_profile() -> None:
    levels = levels_of(prepared(mixed()))
    assert (levels[0], levels[-1], len(levels)) == (4000, 6000, 81)
    narrow = levels_of(prepared(mixed(), profile_range="95%:105%", profile_levels=11))
    np.testing.assert_allclose(narrow, [4750 + 50 * i for i in range(11)])
    assert levels_of(prepared(mixed(), profile_range="4500:5500"))[[0, -1]].tolist() == [4500, 5500]


def test_zero_gamma_is_a_root_and_the_nearest() -> None:
    contracts = prepared(mixed())
    root = zero_gamma(contracts)
    assert root is not None
    largest = max(abs(twin(contracts, level)) for level in np.linspace(0.8 * SPOT, 1.2 * SPOT, 81).tolist())
    assert abs(twin(contracts, root)) <= 1e-9 * largest
    expected = twin_roots(contracts, 0.8 * SPOT, 1.2 * SPOT, 200)
    assert root == pytest.approx(min(expected, key=lambda r: abs(r - SPOT)), rel=1e-10)


def test_two_lines_by_hand() -> None:
    """One put at 4800, one call at 5200, equal weights and v: the curve is zero where both densities agree.

    pdf(d1) agrees at |d1| equal: ln(S/4800) + v^2/2 = -(ln(S/5200) + v^2/2), so S = sqrt(4800 x 5200) exp(-v^2/2).
    """
    contracts = prepared([line("P", 4800, 10), line("C", 5200, 10)])
    v = 0.2 * math.sqrt(years_between(AS_OF, "2025-03-21"))
    assert zero_gammas(contracts) == pytest.approx([math.sqrt(4800 * 5200) * math.exp(-v * v / 2)], rel=1e-12)


def test_all_roots() -> None:
    """Put, call, put, call, equally spaced: three changes of sign, of which the nearest to spot is shown."""
    contracts = prepared([line(r, k, 10, iv=0.08) for r, k in (("P", 4700), ("C", 4900), ("P", 5100), ("C", 5300))])
    roots = zero_gammas(contracts)
    assert roots == pytest.approx(twin_roots(contracts, 4000, 6000, 400), rel=1e-10)
    assert len(roots) == 3
    assert zero_gamma(contracts) == min(roots, key=lambda r: abs(r - SPOT))
    assert list(roots) == sorted(roots)


@pytest.mark.parametrize(("low", "high"), [("P", "C"), ("C", "P")])
def test_widens_to_half_of_spot(low: str, high: str) -> None:
    """The only change of sign lies at about 3500, 70 % of spot: beyond 80-120 %, within 50-150 %."""
    contracts = prepared([line(low, 3000, 10, iv=0.8), line(high, 4200, 10, iv=0.8)])
    roots = zero_gammas(contracts)
    assert len(roots) == 1
    assert 0.5 * SPOT < roots[0] < 0.8 * SPOT
    assert roots == pytest.approx(twin_roots(contracts, 0.5 * SPOT, 1.5 * SPOT, 500), rel=1e-10)
    largest = max(abs(twin(contracts, level)) for level in np.linspace(0.5 * SPOT, 1.5 * SPOT, 101).tolist())
    assert abs(twin(contracts, roots[0])) <= 1e-9 * largest


@pytest.mark.parametrize("right", ["C", "P"])
def test_one_signed(right: str) -> None:
    contracts = prepared([line(right, k, 10) for k in (4600, 5000, 5400)])
    assert zero_gammas(contracts) == ()
    assert zero_gamma(contracts) is None


@pytest.mark.parametrize("right", ["C", "P"])
def test_one_signed_on_its_last_day(right: str) -> None:
    """Minutes before expiry gamma falls below the smallest double a few percent away: that 0 is no root."""
    late = dt.datetime(2025, 3, 21, 15, 0, tzinfo=NEW_YORK)
    contracts = prepared([line(right, k, 10, iv=0.1) for k in (4990, 5000, 5010)], as_of=late)
    assert reprice(contracts, np.array([4000.0]))[0] == 0
    assert zero_gammas(contracts) == ()


def test_the_last_days_root_is_that_of_the_densities() -> None:
    late = dt.datetime(2025, 3, 21, 15, 0, tzinfo=NEW_YORK)
    contracts = prepared([line("P", 4990, 10, iv=0.1), line("C", 5010, 10, iv=0.1)], as_of=late)
    v = 0.1 * math.sqrt(1 / (365 * 24))
    assert zero_gammas(contracts) == pytest.approx([math.sqrt(4990 * 5010) * math.exp(-v * v / 2)], rel=1e-12)


def test_the_last_days_roots_between_strikes_are_all_found() -> None:
    """Strikes 3 apart, in turn put and call: a root in the middle of each pair, closer together than 0.1 %."""
    late = dt.datetime(2025, 3, 21, 15, 30, tzinfo=NEW_YORK)
    contracts = prepared([line("PC"[i % 2], 4980 + 3 * i, 10, iv=0.06) for i in range(8)], as_of=late)
    expected = twin_roots(contracts, 4970, 5015, 900)
    assert len(expected) == 7
    assert zero_gammas(contracts) == pytest.approx(expected, rel=1e-9)


def test_no_weight_at_all_has_no_root() -> None:
    assert zero_gammas(prepared([line("C", 5000, 0), line("P", 5000, 0)])) == ()


def test_nothing_left_is_no_value() -> None:
    with pytest.raises(NoValue, match="no contract is left"):
        zero_gammas(prepared([line("C", 5000, 10)], strikes="1:2"))


def test_vendor_gamma_has_a_profile_by_the_model() -> None:
    """The feed gives gamma at its own spot only: elsewhere the model's is taken, where there is an iv."""
    contracts = [
        line("P", 4800, 10, gamma=0.5),
        line("C", 5200, 10, gamma=0.5),
        line("C", 5300, 10, iv=None, gamma=0.5),
    ]
    vendor, model = prepared(contracts, gamma_source="vendor"), prepared(contracts[:2])
    np.testing.assert_array_equal(reprice(vendor, np.array([4900.0])), reprice(model, np.array([4900.0])))
    assert zero_gammas(vendor) == zero_gammas(model)


@pytest.mark.parametrize("sign", ["customer_flow", "long_calls"])
def test_the_sign_does_not_move_the_root(sign: str) -> None:
    assert zero_gammas(prepared(mixed(), sign=sign)) == pytest.approx(zero_gammas(prepared(mixed())), rel=1e-13)


def test_the_example_chain() -> None:
    contracts = prepare(Chain.from_cells(EXAMPLE_CHAIN))
    assert zero_gammas(contracts) == pytest.approx(twin_roots(contracts, 4000, 6000, 400), rel=1e-10)


books = st.lists(
    st.fixed_dictionaries(
        {
            "root": st.just("SPXW"),
            "expiry": st.sampled_from(["2025-03-07", "2025-03-21", "2025-06-20"]),
            "right": st.sampled_from("CP"),
            "strike": st.integers(44, 56).map(lambda k: 100.0 * k),
            "iv": st.floats(0.08, 0.6),
            "oi": st.integers(1, 1000),
        }
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda c: (c["expiry"], c["right"], c["strike"]),
)


@given(books)
@examples(max_examples=60, deadline=None)
def test_every_root_is_one_for_the_twin(book: list[dict[str, Any]]) -> None:
    contracts = prepared(book)
    largest = max(abs(twin(contracts, level)) for level in np.linspace(0.5 * SPOT, 1.5 * SPOT, 41).tolist())
    found = zero_gammas(contracts)
    for root in found:
        assert 0.5 * SPOT <= root <= 1.5 * SPOT
        assert abs(twin(contracts, root)) <= 1e-9 * largest
    if any(
        twin(contracts, 0.8 * SPOT + i * 0.01 * SPOT) * twin(contracts, SPOT) < -1e-12 * largest**2 for i in range(41)
    ):
        assert found


def test_where_the_curve_is_flat_zero_the_root_is_in_its_middle() -> None:
    """On the last day the curve vanishes between a put far below and a call far above."""
    late = dt.datetime(2025, 3, 21, 15, 0, tzinfo=NEW_YORK)
    contracts = prepared([line("P", 4700, 10, iv=0.1), line("C", 5200, 10, iv=0.1)], as_of=late)
    (root,) = zero_gammas(contracts)
    assert reprice(contracts, np.array([root]))[0] == 0
    assert root == pytest.approx(math.sqrt(4700 * 5200), abs=10)


def test_positions_that_cancel_have_no_root() -> None:
    """Dealers short calls and long as many puts: their gamma is 0 but for rounding, whose signs mean nothing."""
    rows = [
        {"root": "SPXW", "expiry": "2025-03-28", "right": right, "strike": strike, "iv": 0.3 - strike * 1e-3, "oi": 7}
        for strike in range(80, 121, 5)
        for right in "CP"
    ]
    assert zero_gammas(prepare(chain_of(rows, 100.0))) == ()


@pytest.mark.parametrize("expiries", ["all", "<=3d"])
@pytest.mark.parametrize("unit", ["usd_bn", "shares_per_point"])
def test_a_whole_chain_agrees_with_the_twin(sample: list[list[object]], expiries: str, unit: str) -> None:
    """Thousands of contracts, from hours to two years: sums that are interpolated, and sums that are not."""
    contracts = prepare(
        Chain.from_cells(sample), settings=Settings().with_changes({"expiries": expiries, "unit": unit})
    )
    factor = contracts.settings.unit.per_share_gamma
    for count in (9, 81, 400):
        levels = contracts.spot * np.linspace(0.8, 1.2, count)[::-1]  # in any order
        some = slice(None, None, max(1, count // 9))
        expected = np.array([twin(contracts, x) / (0.01 * x * x) * factor(x) for x in levels[some].tolist()])
        found = reprice(contracts, levels)
        assert np.abs(found[some] - expected).max() <= 1e-11 * np.abs(found).max()
        # Where the curve is all but flat it is still right in itself, and so is its sign.
        np.testing.assert_allclose(found[some], expected, rtol=1e-6, atol=0)
