"""The map against the profile, against chains valued on the day itself, and against plain arithmetic."""

import dataclasses
import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.exposure import contributions, exact_sum
from gex_xl.analytics.gamma_map import gamma_map
from gex_xl.analytics.profile import levels_of, reprice, zero_gamma
from gex_xl.arrays import FloatArray
from gex_xl.errors import NoValue
from tests.analytics import random_chains, shared_files
from tests.analytics.synthetic import NEW_YORK, chain_of, gamma, years_between


@pytest.mark.parametrize("name", shared_files.FILES)
@pytest.mark.parametrize("unit", ["usd", "shares"])
def test_the_map_at_day_0_is_the_profile(name: str, unit: str, shared_chains: Path) -> None:
    contracts = shared_files.contracts_of(shared_chains / name, unit=unit)
    found = gamma_map(contracts)
    assert found.levels.tolist() == levels_of(contracts).tolist()
    expected = reprice(contracts, levels_of(contracts))
    assert found.cells[:, 0] == pytest.approx(expected, rel=1e-12, abs=1e-12 * np.abs(expected).max())
    assert found.zero[0] == zero_gamma(contracts)
    assert found.moments[0] == contracts.valued_at


@pytest.mark.parametrize("name", shared_files.FILES)
def test_a_later_column_is_the_profile_of_the_chain_valued_then(name: str, shared_chains: Path) -> None:
    """Without carry nothing but time differs, so the same file with a later quote time must give the same."""
    contracts = shared_files.contracts_of(shared_chains / name, carry="none")
    found = gamma_map(contracts, sessions=3, levels=21)
    for place, moment in enumerate(found.moments[1:], 1):
        solved = dataclasses.replace(contracts.chain, iv=iv_of(contracts))
        then = prepare(solved, contracts.spot, moment, contracts.settings.with_changes({"iv_source": "quoted"}))
        assert found.contracts[place] == len(then.index)
        if not then.index.size:
            assert not found.cells[:, place].any()
            continue
        expected = reprice(then, found.levels)
        gross = exact_sum(np.abs(contributions(contracts)))
        assert found.cells[:, place] == pytest.approx(expected, abs=1e-11 * gross, rel=1e-9)
        assert found.zero[place] == pytest.approx(zero_gamma(then) or float("nan"), rel=1e-9, nan_ok=True) or (
            found.zero[place] is None and zero_gamma(then) is None
        )


def iv_of(contracts: Contracts) -> FloatArray:
    """The iv that each line was valued with, NaN where it was not used."""
    out = np.full(len(contracts.chain), np.nan)
    out[contracts.index] = contracts.stdev / np.sqrt(contracts.years)
    return out


def test_days_are_the_next_closes_and_the_next_monthly() -> None:
    """3 March 2025 is a Monday; its month's third Friday is the 21st."""
    lines = [{"root": "SPXW", "expiry": "2025-12-19", "right": "C", "strike": 5000, "iv": 0.2, "oi": 1}]
    found = gamma_map(prepare(chain_of(lines, 5000.0)), levels=3)
    assert found.names == ("now", "2025-03-03", "2025-03-04", "2025-03-05", "2025-03-06", "2025-03-07", "2025-03-21")
    assert all(moment.astimezone(NEW_YORK).hour == 16 for moment in found.moments[1:])
    after = dt.datetime(2025, 3, 21, 16, 0, tzinfo=NEW_YORK)
    found = gamma_map(prepare(chain_of(lines, 5000.0, after)), sessions=1, levels=3)
    assert found.names == ("now", "2025-03-24", "2025-04-17")  # Good Friday 2025 is 18 April (NYSE's calendar)


def test_one_contract_by_hand_with_carry() -> None:
    """Gamma of one call at each level and day: F = S exp(bT) with b = rate - yield, D = exp(-qT)."""
    lines = [{"root": "SPXW", "expiry": "2025-06-20", "right": "C", "strike": 5000, "iv": 0.2, "oi": 3},
             {"root": "SPXW", "expiry": "2025-03-04", "right": "P", "strike": 5000, "iv": 0.3, "oi": 5}]  # fmt: skip
    contracts = random_chains.contracts_of(
        {("SPXW", str(x["expiry"]), str(x["right"]), 5000.0): (float(x["iv"]), int(x["oi"])) for x in lines},
        5000.0, carry="rates", rate=0.05, dividend_yield=0.02, profile_range="90%:110%",
    )  # fmt: skip
    found = gamma_map(contracts, sessions=2, levels=3)
    assert found.contracts == (2, 2, 1, 1)  # the put settles at Tuesday's close
    for j, moment in enumerate(found.moments):
        for i, level in enumerate((4500.0, 5000.0, 5500.0)):
            expected = 0.0
            for each, sign in zip(lines, (-1, 1), strict=True):
                t = years_between(moment, str(each["expiry"]))
                if t > 0:
                    forward, held = level * np.exp(0.03 * t), np.exp(-0.02 * t)
                    per_share = gamma(level, forward, 5000.0, float(each["iv"]) * t**0.5, held)
                    expected += sign * per_share * int(each["oi"]) * 100 * 0.01 * level**2
            assert found.cells[i, j] == pytest.approx(expected, rel=1e-9)


def test_nothing_left_has_no_map() -> None:
    with pytest.raises(NoValue):
        gamma_map(random_chains.contracts_of({("SPX", "2025-06-20", "C", 5000.0): (0.2, 100)}, 5000.0, expiries="0dte"))
