"""One chain in the format of each vendor, exchange and broker reads to the same contracts.

The figures are drawn with a seed and priced apart from the project; each format holds those that its `FORMATS` names.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from gex_xl.chain import Chain
from tests.reading import vendors_abroad, vendors_us
from tests.reading.made_up import chain_of
from tests.reading.priced import World, world

SEEDS = (1, 2, 3)


def assert_is(w: World, chain: Chain, figures: tuple[str, ...], spot: bool, timed: bool) -> None:
    """The chain holds the world's contracts, and of their figures those that the format has."""
    ordered = sorted(w.quotes, key=lambda q: (q.expiry, q.strike, q.right))
    assert chain.expiry.astype(object).tolist() == [q.expiry for q in ordered]
    assert chain.is_call.tolist() == [q.right == "C" for q in ordered]
    assert chain.strike.tolist() == pytest.approx([q.strike for q in ordered])
    assert chain.open_interest.tolist() == pytest.approx([q.open_interest for q in ordered])
    for name in figures:
        found, meant = getattr(chain, name), np.array([getattr(q, name) for q in ordered])
        there = np.isfinite(found)
        assert there.mean() >= 0.5, name  # a delta without a side is the calls'
        assert found[there] == pytest.approx(meant[there], rel=1e-6, abs=1e-9), name
        assert there.all() or name == "delta", name
    assert chain.spot == (pytest.approx(w.spot) if spot else None)
    if timed:
        assert chain.as_of == w.quoted
    ends = [dt.datetime.combine(q.expiry, w.settles, w.zone).astimezone(dt.UTC).replace(tzinfo=None) for q in ordered]
    assert chain.settlement.astype("datetime64[s]").astype(object).tolist() == ends


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", vendors_us.FORMATS)
def test_a_chain_of_the_us_reads_the_same_from_each_vendor(name: str, seed: int, tmp_path: Path) -> None:
    file, writer, figures, spot, timed = vendors_us.FORMATS[name]
    w = world("us", seed)
    chain = chain_of(tmp_path, writer(w), file)
    assert_is(w, chain, figures, spot, timed)
    assert chain.currency == "USD"
    assert chain.symbol in ("QZX", "")
    assert set(chain.multiplier[np.isfinite(chain.multiplier)].tolist()) <= {100.0}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", vendors_abroad.FORMATS)
def test_a_chain_of_another_market_reads_the_same_from_each_source(name: str, seed: int, tmp_path: Path) -> None:
    market, file, writer, figures, spot, timed, venue, currency = vendors_abroad.FORMATS[name]
    w = world(market, seed)
    chain = chain_of(tmp_path, writer(w), file)
    assert_is(w, chain, figures, spot, timed)
    assert (chain.venue, chain.currency) == (venue, currency)
