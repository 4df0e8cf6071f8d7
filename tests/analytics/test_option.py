"""One contract of a chain against the chain's own table, textbook formulas and QuantLib."""

import datetime as dt
import math
from pathlib import Path

import numpy as np
import pytest
import QuantLib

from gex_xl.analytics.contracts import prepare
from gex_xl.analytics.option import option_figures
from gex_xl.errors import BadInput, NoValue
from tests.analytics import random_chains, shared_files
from tests.analytics.synthetic import AS_OF, delta, gamma, price, years_between

JUNE = dt.date(2025, 6, 20)
BOOK = {("SPXW", "2025-06-20", right, strike): (iv, 10) for right in "CP"
        for strike, iv in ((4800.0, 0.24), (5000.0, 0.20), (5200.0, 0.17))}  # fmt: skip


@pytest.mark.parametrize("is_call", [True, False])
@pytest.mark.parametrize(("strike", "iv"), [(5000.0, 0.20), (4900.0, 0.22), (5150.0, 0.1775), (4800.0, 0.24)])
def test_figures_are_those_of_the_textbook(strike: float, iv: float, is_call: bool) -> None:
    contracts = random_chains.contracts_of(BOOK, 5000.0, carry="rates", rate=0.04, dividend_yield=0.015)
    found = option_figures(contracts, JUNE, strike, is_call)
    t = years_between(AS_OF, "2025-06-20")
    forward, held, paid = 5000 * math.exp(0.025 * t), math.exp(-0.015 * t), math.exp(-0.04 * t)
    right, v = "C" if is_call else "P", iv * math.sqrt(t)
    assert (found.iv, found.years, found.forward) == pytest.approx((iv, t, forward), rel=1e-9)
    assert found.listed == (strike in (4800.0, 5000.0, 5200.0))
    assert found.price == pytest.approx(price(forward, strike, v, right, paid), rel=1e-9)
    assert found.delta == pytest.approx(delta(forward, strike, v, right, held), rel=1e-9)
    assert found.gamma == pytest.approx(gamma(5000.0, forward, strike, v, held), rel=1e-9)


def test_sensitivities_are_those_of_quantlib() -> None:
    contracts = random_chains.contracts_of(BOOK, 5000.0, carry="rates", rate=0.04, dividend_yield=0.015)
    for is_call in (True, False):
        found = option_figures(contracts, JUNE, 5100.0, is_call)
        t = found.years
        kind = QuantLib.Option.Call if is_call else QuantLib.Option.Put
        engine = QuantLib.BlackCalculator(
            QuantLib.PlainVanillaPayoff(kind, 5100.0), 5000.0 * math.exp(0.025 * t), found.iv * math.sqrt(t),
            math.exp(-0.04 * t),
        )  # fmt: skip
        assert found.price == pytest.approx(engine.value(), rel=1e-9)
        assert found.delta == pytest.approx(engine.delta(5000.0), rel=1e-9)
        assert found.gamma == pytest.approx(engine.gamma(5000.0), rel=1e-9)
        assert found.vega == pytest.approx(engine.vega(t) / 100, rel=1e-9)
        assert found.theta == pytest.approx(engine.theta(5000.0, t) / 365, rel=1e-6)
        assert found.rho == pytest.approx(engine.rho(t) / 100, rel=1e-9)


@pytest.mark.parametrize("name", shared_files.FILES)
def test_a_listed_contract_has_the_iv_and_gamma_it_is_valued_with(name: str, shared_chains: Path) -> None:
    contracts = shared_files.contracts_of(shared_chains / name)
    chain = contracts.chain
    for place in np.random.default_rng(3).choice(len(contracts.index), 40, replace=False):
        at = contracts.index[place]
        found = option_figures(
            contracts,
            chain.expiry[at].astype(object),
            float(chain.strike[at]),
            bool(chain.is_call[at]),
            str(chain.root[at]),
        )
        assert found.listed
        assert found.iv == pytest.approx(contracts.stdev[place] / math.sqrt(contracts.years[place]), rel=1e-12)
        assert found.gamma == pytest.approx(contracts.gamma[place], rel=1e-9)


def test_the_root_tells_am_from_pm() -> None:
    both = {("SPX", "2025-03-21", "C", 5000.0): (0.3, 1), ("SPXW", "2025-03-21", "C", 5000.0): (0.2, 1)}
    contracts = random_chains.contracts_of(both, 5000.0)
    day = dt.date(2025, 3, 21)
    assert option_figures(contracts, day, 5000.0, True).root == "SPXW"
    assert option_figures(contracts, day, 5000.0, True, "spx").iv == pytest.approx(0.3)
    with pytest.raises(BadInput, match=r'^root is "NDX"; the 2025-03-21 contracts are SPX, SPXW$'):
        option_figures(contracts, day, 5000.0, True, "NDX")


def test_filters_and_sign_do_not_matter() -> None:
    plain = random_chains.contracts_of(BOOK, 5000.0)
    other = prepare(plain.chain, plain.spot, plain.as_of, plain.settings.with_changes(
        {"expiries": "0dte", "sign": "long_calls", "min_oi": 1e9}))  # fmt: skip
    assert option_figures(other, JUNE, 4900.0, True) == option_figures(plain, JUNE, 4900.0, True)


def test_what_the_chain_does_not_say_is_no_value() -> None:
    contracts = random_chains.contracts_of({**BOOK, ("SPXW", "2025-03-21", "C", 5000.0): (0.2, 1)}, 5000.0)
    with pytest.raises(BadInput, match=r"^expiry is 2025-06-27, which the chain has not; it has 2025-03-21"):
        option_figures(contracts, dt.date(2025, 6, 27), 5000.0, True)
    with pytest.raises(NoValue, match="strike 5300 lies outside the listed 4800 to 5200"):
        option_figures(contracts, JUNE, 5300.0, True)
    with pytest.raises(NoValue, match="no put of 2025-03-21 has an implied volatility"):
        option_figures(contracts, dt.date(2025, 3, 21), 5000.0, False)
    expired = random_chains.contracts_of(BOOK, 5000.0, dt.datetime(2025, 6, 23, 15, 0, tzinfo=dt.UTC))
    with pytest.raises(NoValue, match="expired"):
        option_figures(expired, JUNE, 5000.0, True)
