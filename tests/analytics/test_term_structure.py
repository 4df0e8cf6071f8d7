"""At-the-money iv and constant maturities on surfaces built so that the answer is known."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.regime import regime
from gex_xl.analytics.summary import triggers_of
from gex_xl.analytics.term_structure import atm_iv, maturities, slopes
from gex_xl.chain import Chain
from gex_xl.settings import Settings

from .surfaces import flat
from .synthetic import AS_OF, chain_of, years_between

EXPIRIES = ("2025-03-07", "2025-03-28", "2025-04-17", "2025-06-20")  # 4, 25, 45 and 109 days


def lines_of(contracts: list[dict[str, Any]], **changes: object) -> Contracts:
    return prepare(chain_of(contracts, 100.0), None, None, Settings().with_changes({"carry": "none", **changes}))


def linear_variance(level: float, slope: float, expiries: tuple[str, ...] = EXPIRIES) -> list[dict[str, Any]]:
    """iv^2 T = level + slope T at every expiry."""
    rows = []
    for expiry in expiries:
        t = years_between(AS_OF, expiry)
        rows += flat(expiry, math.sqrt((level + slope * t) / t))
    return rows


def at(days: int, level: float, slope: float) -> float:
    return math.sqrt((level + slope * days / 365) / (days / 365))


@given(level=st.floats(0, 0.02), slope=st.floats(0.001, 0.5))
@settings(max_examples=25, deadline=None)
def test_total_variance_linear_in_time_is_met_exactly(level: float, slope: float) -> None:
    found = lines_of(linear_variance(level, slope))
    for days, maturity in maturities(found).items():
        assert maturity.iv == pytest.approx(at(days, level, slope), rel=1e-10)
    short, medium = slopes(found)
    assert short.value == pytest.approx(at(9, level, slope) / at(30, level, slope), rel=1e-10)
    assert medium.value == pytest.approx(at(30, level, slope) / at(90, level, slope), rel=1e-10)


def test_flat_volatility_has_flat_slopes() -> None:
    assert [s.value for s in slopes(lines_of(linear_variance(0, 0.04)))] == pytest.approx([1.0, 1.0], rel=1e-12)


def test_between_two_expiries_by_hand() -> None:
    """T by hand: 3 March 11:30 to 7 and 28 March 16:00; the clocks go forward in between."""
    near, far = (4 * 24 + 4.5) / 24, (25 * 24 + 4.5 - 1) / 24
    found = maturities(lines_of(flat("2025-03-07", 0.3) + flat("2025-03-28", 0.2)))[9]
    variance = 0.09 * near + (9 - near) / (far - near) * (0.04 * far - 0.09 * near)
    assert found.iv == pytest.approx(math.sqrt(variance / 9), rel=1e-12)
    assert found.source == "total variance between the expiries 2025-03-07 and 2025-03-28"


def test_iv_at_the_forward_by_hand() -> None:
    """iv linear in the strike, the forward between two strikes; each side quotes a wrong iv in the money."""
    rate, expiry = 0.06, "2025-06-20"
    forward = 100 * math.exp(rate * years_between(AS_OF, expiry))  # 101.8

    def line(right: str, strike: float) -> dict[str, Any]:
        out = strike >= forward if right == "C" else strike <= forward
        return {"root": "SPXW", "expiry": expiry, "right": right, "strike": strike, "oi": 1,
                "iv": 0.2 - 0.002 * (strike - 100) if out else 0.8}  # fmt: skip

    rows = [line(right, strike) for right in "CP" for strike in (90, 95, 100, 105, 110)]
    found = atm_iv(lines_of(rows, carry="rates", rate=rate))[0]
    assert found.forward == pytest.approx(forward, rel=1e-12)
    assert found.iv == pytest.approx(0.2 - 0.002 * (forward - 100), rel=1e-12)
    # Without the out-of-the-money side the other one speaks.
    calls = lines_of([{**row, "iv": 0.25} for row in rows if row["right"] == "C"], carry="rates", rate=rate)
    assert atm_iv(calls)[0].iv == pytest.approx(0.25, rel=1e-12)


def test_each_settlement_has_its_own() -> None:
    rows = flat("2025-03-21", 0.2, root="SPX") + flat("2025-03-21", 0.3)
    found = atm_iv(lines_of(rows))
    assert [(a.am_settled, a.iv) for a in found] == [(True, pytest.approx(0.2)), (False, pytest.approx(0.3))]
    assert found[1].years - found[0].years == pytest.approx(6.5 / 8760)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (flat("2025-03-28", 0.2, (105, 110)), "105 to 110, do not bracket the forward 100.00"),
        (flat("2025-03-28", 0.2, (90, 95)), "90 to 95, do not bracket the forward 100.00"),
        (
            [{**row, "iv": None} for row in flat("2025-03-28", 0.2)],
            "no contract of 2025-03-28 has an implied",
        ),
    ],
)
def test_a_thin_expiry_has_a_reason_and_no_number(rows: list[dict[str, Any]], reason: str) -> None:
    found = atm_iv(lines_of(rows))[0]
    assert found.iv is None
    assert reason in found.reason
    thin = lines_of(rows + linear_variance(0.001, 0.04, ("2025-03-07", "2025-04-17", "2025-06-20")))
    assert maturities(thin)[30].iv == pytest.approx(at(30, 0.001, 0.04), rel=1e-10)  # its neighbours speak
    assert "2025-03-28" not in maturities(thin)[30].source


@pytest.mark.parametrize(
    ("expiries", "missing", "reason"),
    [
        (
            ("2025-03-03",),
            {9, 30, 90},
            "beyond the last expiry with an at-the-money iv (2025-03-03, 0.2 days)",
        ),
        (("2025-03-07", "2025-03-21"), {30, 90}, "30 days lie beyond the last expiry"),
        (("2025-03-28", "2025-06-20"), {9}, "9 days lie before the first expiry with an at-the-money iv (2025-03-28"),
        (("2025-03-28",), {9, 30, 90}, "9 days lie before the first"),
    ],
)
def test_nothing_is_extrapolated(expiries: tuple[str, ...], missing: set[int], reason: str) -> None:
    found = maturities(lines_of(linear_variance(0.001, 0.04, expiries)))
    assert {days for days, maturity in found.items() if maturity.iv is None} == missing
    assert reason in found[min(missing)].source
    short, medium = slopes(lines_of(linear_variance(0.001, 0.04, expiries)))
    assert (short.value is None, medium.value is None) == (bool({9, 30} & missing), bool({30, 90} & missing))
    assert short.value is not None or short.source.startswith("not in the chain: ")


def inverted(level: float) -> Contracts:
    return lines_of(linear_variance(level, 0.04))


def test_inversion_fires_from_the_chain() -> None:
    """level = 0 is flat; a positive level lifts the short end. The slopes are those of the formula."""
    for level, word in ((0.0, "long_gamma"), (0.0001, "vol_inverted"), (0.01, "vol_inverted")):
        contracts = lines_of([{**r, "oi": 200 if r["right"] == "P" else 100} for r in linear_variance(level, 0.04)])
        slope = max(at(9, level, 0.04) / at(30, level, 0.04), at(30, level, 0.04) / at(90, level, 0.04))
        assert (slope > 1.02) == (word == "vol_inverted")
        assert str(regime(triggers_of(contracts))) == word


def test_the_vix_family_goes_before_the_chain_slope_by_slope() -> None:
    contracts = inverted(0.01)
    short, medium = slopes(contracts, 15, 16, None)
    assert (short.value, short.source) == (15 / 16, "given: VIX9D / VIX")
    assert medium.value == pytest.approx(at(30, 0.01, 0.04) / at(90, 0.01, 0.04))
    assert medium.source == "chain: at-the-money iv, 30 days / 90 days"
    named = {t.name: t for t in triggers_of(contracts, 15, 16, None)}
    assert (named["short_slope"].source, named["med_slope"].source) == (short.source, medium.source)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [("auto", ["given", "chain"]), ("vix", ["given", "not given"]), ("chain", ["chain", "chain"])],
)
def test_the_source_is_a_setting(choice: str, expected: list[str]) -> None:
    contracts = lines_of(linear_variance(0.01, 0.04), slopes=choice)
    found = slopes(contracts, 15, 16, None)
    assert [slope.source.partition(":")[0] for slope in found] == expected
    assert [slope.value is None for slope in found] == [word == "not given" for word in expected]


@pytest.mark.parametrize(
    ("file", "short", "medium"),
    [
        # Calm markets of 5 January 2024 and 14 September 2023: an upward term structure.
        ("cboe_spx_2024-01-07.csv", (0.8, 1.0), (0.8, 1.0)),
        ("cboe_spy_2023-09-14.csv", (0.8, 1.0), (0.8, 1.0)),
        # Uneasy ones of 2020 and 2022: nearly flat.
        ("cboe_spy_2020-06-22_legacy.dat", (0.9, 1.15), (0.9, 1.15)),
        ("cboe_spy_2022-07-12_delayed_quotes.json", (0.9, 1.15), (0.9, 1.15)),
    ],
)
def test_real_index_chains_are_plausible(
    file: str, short: tuple[float, float], medium: tuple[float, float], shared_chains: Any
) -> None:
    found = slopes(prepare(Chain.from_file(shared_chains / file)))
    for slope, (low, high) in zip(found, (short, medium), strict=True):
        assert slope.value is not None
        assert low < slope.value < high


def test_a_chain_of_four_weeks_has_no_slopes(shared_chains: Any) -> None:
    found = slopes(prepare(Chain.from_file(shared_chains / "cboe_nvda_2025-01-06.csv")))
    assert [slope.value for slope in found] == [None, None]
    assert all("beyond the last expiry" in slope.source for slope in found)
