"""Figures shared between settings are those that would have been computed anew."""

import datetime as dt
from typing import Any

import pytest

from gex_xl.analytics.check import check
from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.dealer_exposure import exposures
from gex_xl.analytics.expiries import by_bucket, expected_moves, max_pain
from gex_xl.analytics.exposure import by_expiry, per_strike, total
from gex_xl.analytics.flows import hedge_flow, vol_flow
from gex_xl.analytics.pricing import priced
from gex_xl.analytics.profile import levels_of, reprice, zero_gammas
from gex_xl.analytics.smile import smiles
from gex_xl.analytics.summary import skew_of, summarise, triggers_of
from gex_xl.analytics.term_structure import atm_iv, maturities
from gex_xl.cache import clear_caches
from gex_xl.chain import Chain
from gex_xl.settings import HELP, READING, Settings

#: Another value of every setting.
OTHER: dict[str, Any] = {
    "sign": "long_calls", "unit": "shares", "gamma_source": "vendor", "iv_source": "quoted", "carry": "rates",
    "rate": 0.04, "dividend_yield": 0.01, "clock": "business252", "clock_from": "quote", "min_minutes": 1440,
    "multiplier": 10, "weight": "volume", "expiries": "monthly", "strikes": "95%:105%", "min_oi": 300,
    "flip_noise": 0.3, "flip_pick": "nearest", "no_flip": "spot", "profile_range": "90%:115%", "profile_levels": 41,
    "vol_inverted": 1.1, "flip_band": 0.02, "skew_z": -1, "slopes": "vix", "exercise": "american", "quote_delay": 20,
    "walls": "net", "daily_volume": 1e9, "dialect": "perfiliev",
}  # fmt: skip


@pytest.fixture(scope="module")
def chain(sample: list[list[object]]) -> Chain:
    return Chain.from_cells(sample)


def shown(contracts: Contracts) -> list[Any]:
    """All that depends on the settings, as plain numbers."""
    strikes = per_strike(contracts)
    return [
        total(contracts), [(e.expiry, e.call, e.put, e.net, e.years) for e in by_expiry(contracts)],
        strikes.strike.tolist(),
        strikes.net.tolist(), contracts.gamma.tolist(), contracts.position.tolist(), contracts.forward.tolist(),
        contracts.reason.tolist(), contracts.excluded, contracts.settings, summarise(contracts).flips,
        summarise(contracts).call_wall, summarise(contracts).put_wall,
        zero_gammas(contracts),
        reprice(contracts, levels_of(contracts)).tolist(), check(contracts), exposures(contracts), by_bucket(contracts),
        max_pain(contracts), expected_moves(contracts), hedge_flow(contracts, [0.01]), vol_flow(contracts, [0.01]),
        skew_of(contracts),
        atm_iv(contracts), maturities(contracts), triggers_of(contracts),
    ]  # fmt: skip


def test_every_setting_is_here() -> None:
    assert set(OTHER) == set(HELP) - set(READING)  # which concern cells, not chains in memory


@pytest.mark.parametrize("changed", OTHER)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_after_other_settings_as_in_a_fresh_process(chain: Chain, changed: str) -> None:
    """Defaults first, then one setting changed, then back: nothing of one may stand in the other's figures."""
    settings = Settings().with_changes({changed: OTHER[changed]})
    clear_caches()
    alone = shown(prepare(chain, settings=settings))
    clear_caches()
    defaults = shown(prepare(chain))
    assert repr(shown(prepare(chain, settings=settings))) == repr(alone)
    assert repr(shown(prepare(chain))) == repr(defaults)
    assert repr(alone) != repr(defaults)


@pytest.mark.parametrize(
    "changed", ["sign", "unit", "weight", "expiries", "strikes", "min_oi", "flip_pick", "multiplier"]
)
def test_what_gamma_does_not_depend_on_does_not_price_anew(chain: Chain, changed: str) -> None:
    assert chain.spot is not None and chain.as_of is not None
    other = Settings().with_changes({changed: OTHER[changed]})
    one = priced(chain, chain.spot, chain.as_of, Settings())
    assert priced(chain, chain.spot, chain.as_of, other) is one


def test_another_spot_keeps_the_forwards_of_the_feed(chain: Chain) -> None:
    assert chain.spot is not None and chain.as_of is not None
    here, there = (priced(chain, spot, chain.as_of, Settings()) for spot in (chain.spot, chain.spot * 1.01))
    assert there.timed is here.timed
    later = priced(chain, chain.spot, chain.as_of + dt.timedelta(hours=1), Settings())
    assert later.timed is not here.timed


def test_what_neither_sign_nor_unit_decides_is_one_object(chain: Chain) -> None:
    contracts = prepare(chain)
    others = [prepare(chain, settings=Settings().with_changes(c)) for c in ({"sign": "short_all"}, {"unit": "shares"})]
    for other in others:
        assert smiles(other) is smiles(contracts)
        assert max_pain(other) is max_pain(contracts)
    assert zero_gammas(others[1]) is zero_gammas(contracts)
    assert hedge_flow(others[1], [0.01]) is hedge_flow(contracts, [0.01])


def test_shared_arrays_cannot_be_written(chain: Chain) -> None:
    contracts = prepare(chain)
    smile = smiles(contracts)[0]
    for array in (
        contracts.gamma, contracts.position, contracts.forward, per_strike(contracts).net, contracts.why,
        smile.iv, smile.delta,
        smile.strike, chain.iv, chain.strike, chain.settlement, chain.expiry, chain.row, chain.is_call, chain.root,
    ):  # fmt: skip
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[1]
