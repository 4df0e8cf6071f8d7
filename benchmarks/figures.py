"""Rows on exposure, flip, zero gamma, the profile and implied volatility."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import numpy as np

from benchmarks import other_libraries, peers
from benchmarks.chains import book
from benchmarks.measuring import Row, measure
from gex_xl.analytics.black_scholes import gamma, undiscounted_price
from gex_xl.analytics.contracts import Contracts, prepare, under
from gex_xl.analytics.exposure import per_strike, total
from gex_xl.analytics.flip import flips_of
from gex_xl.analytics.implied_vol import implied_vol
from gex_xl.analytics.profile import bells_of, reprice, zero_gammas
from gex_xl.cache import clear_caches
from gex_xl.chain import Chain
from gex_xl.settings import Settings

_LEVELS = 200


@functools.cache
def chain_of(contracts: int) -> Chain:
    """A made-up chain, read as the worksheet functions read it."""
    return Chain.from_cells(book(contracts).cells())


def fresh(chain: Chain, settings: Settings | None = None) -> Contracts:
    """Contracts with nothing remembered from before."""
    clear_caches()
    return prepare(chain, settings=settings)


def rows(sizes: list[int], largest: int, rounds: int) -> Iterator[Row]:
    """Growth with size for ours; the peers at `largest` contracts, the slow ones in fewer rounds."""
    for size in sizes:
        chain = chain_of(size)
        contracts = fresh(chain)
        yield from exposure(chain, contracts, rounds, slow=size == largest)
        yield from profile(contracts, rounds, slow=size == largest)
    yield from volatility(fresh(chain_of(largest)), rounds)


def exposure(chain: Chain, contracts: Contracts, rounds: int, *, slow: bool) -> Iterator[Row]:
    """Per strike, total and flip."""
    ready = peers.table(contracts)
    spot, n = contracts.spot, len(contracts.index)
    expected = per_strike(contracts).net
    peers.agree(expected, peers.vectorised(ready, spot).to_numpy(), 1e-11)

    def figures() -> None:
        gamma(spot, contracts.forward, contracts.strike, contracts.stdev, contracts.spot_discount)
        clear_caches()
        per_strike(contracts)
        total(contracts)

    ways = {
        "gex_xl": figures,
        "the limit: arithmetic on ready arrays": functools.partial(other_libraries.limit(ready), spot),
        "numpy and pandas": lambda: peers.vectorised(ready, spot).sum(),
    }
    if other_libraries.available("numba"):
        compiled = other_libraries.by_numba()
        ways["numba, one compiled loop"] = lambda: compiled(ready, spot)
    if other_libraries.available("polars"):
        ways["polars"] = functools.partial(other_libraries.by_polars(ready), spot)
    for name, way in ways.items():
        if name not in ("gex_xl", "numpy and pandas"):
            peers.agree(expected, np.asarray(way()), 1e-11)
    yield measure("per strike and total, from iv and forward", n, ways, rounds=rounds)
    if slow:
        others = {
            "vollib, loop": lambda: peers.loop_of_vollib(ready, spot),
            "QuantLib, loop": lambda: peers.loop_of_quantlib(ready, spot),
        }
        for way in others.values():
            found: dict[float, float] = way()
            peers.agree(expected, np.array([found[k] for k in sorted(found)]), 1e-11)
        yield measure("per strike and total, from iv and forward", n, {"gex_xl": figures, **others}, rounds=rounds)
        slowest = {"gex_xl": figures, "pandas apply": lambda: peers.apply_per_contract(ready, spot)}
        peers.agree(expected, peers.apply_per_contract(ready, spot).to_numpy(), 1e-11)
        yield measure("per strike and total, from iv and forward", n, slowest, rounds=3)

    def whole() -> None:
        found = fresh(chain)
        per_strike(found)
        total(found)

    yield measure(
        "per strike and total, from a chain (forwards and iv chosen too)", n, {"gex_xl": whole}, rounds=rounds
    )
    strikes = per_strike(contracts)
    flip = {
        "gex_xl": lambda: flips_of(strikes, contracts.settings),
        "plain Python": lambda: peers.flip_by_loop(strikes.strike, strikes.net),
    }
    yield measure("flip strike, from GEX per strike", n, flip, rounds=rounds, note="the plain one tells no lobes apart")


def profile(contracts: Contracts, rounds: int, *, slow: bool) -> Iterator[Row]:
    """The curve over spot levels and its roots."""
    ready = peers.table(contracts)
    n = len(contracts.index)
    levels = contracts.spot * np.linspace(0.8, 1.2, _LEVELS)
    expected = peers.profile_by_level(ready, levels)
    peers.agree(expected, peers.profile_best_plain(ready, levels), 1e-11)
    peers.agree(expected, reprice(contracts, levels), 1e-11)
    bare = under(contracts)

    def ours() -> None:
        bells_of(bare)  # what is remembered between calls is made anew, and counts
        reprice(contracts, levels)

    ways = {
        "gex_xl": ours,
        "gex_xl, a second profile": lambda: reprice(contracts, levels),
        "best plain numpy": lambda: peers.profile_best_plain(ready, levels),
        "numpy per level": lambda: peers.profile_by_level(ready, levels),
    }
    name = f"profile at {_LEVELS} spot levels"
    yield measure(name, n, ways, rounds=rounds)
    if slow:
        part = {
            "gex_xl": ours,
            "pandas apply": lambda: peers.apply_per_contract(ready, float(levels[0])),
        }
        note = f"apply timed at 1 level, times {_LEVELS}"
        yield measure(name, n, part, rounds=3, note=note, times={"pandas apply": float(_LEVELS)})

    def roots_of() -> None:
        bells_of(bare)
        zero_gammas(contracts)

    roots = {
        "gex_xl": roots_of,
        "numpy and brentq": lambda: peers.zero_gamma_by_scipy(ready, contracts.spot),
    }
    yield measure("zero gamma, all roots", n, roots, rounds=rounds)


def volatility(contracts: Contracts, rounds: int) -> Iterator[Row]:
    """iv of every line from its price, out of the money."""
    is_call = contracts.strike >= contracts.forward
    price = undiscounted_price(contracts.forward, contracts.strike, contracts.stdev, is_call)
    some = price > 1e-6 * contracts.spot  # what a price in cents can tell
    given = (price[some], contracts.forward[some], contracts.strike[some], contracts.years[some], is_call[some])
    n = int(some.sum())

    def ours() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return implied_vol(*given, np.ones(n))

    truth = (contracts.stdev / np.sqrt(contracts.years))[some]
    for way in (peers.iv_by_vollib, peers.iv_by_quantlib, peers.iv_by_brentq, peers.iv_by_newton):
        peers.agree(truth, way(*given), 1e-6)
    peers.agree(truth, ours(), 1e-8)
    name = "implied volatility from price"
    vectorised = {"gex_xl": ours, "scipy newton": lambda: peers.iv_by_newton(*given)}
    yield measure(name, n, vectorised, rounds=rounds)
    loops = {
        "gex_xl": ours,
        "vollib, loop": lambda: peers.iv_by_vollib(*given),
        "QuantLib, loop": lambda: peers.iv_by_quantlib(*given),
        "scipy brentq, loop": lambda: peers.iv_by_brentq(*given),
    }
    yield measure(name, n, loops, rounds=3)
