"""Positions looked up in loaded chains: their implied volatility, forward and spot."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from gex_xl.analytics.pricing import Priced, priced
from gex_xl.cache import cached
from gex_xl.chain import Chain
from gex_xl.errors import BadInput
from gex_xl.products import underlying_of
from gex_xl.settings import Settings

_Contract = tuple[dt.date, bool, float]


@dataclass(frozen=True, eq=False, slots=True)
class Listed:
    """A chain to look positions up in. `spot` in its currency and `as_of` aware, None where neither it nor its
    LOAD_CHAIN says."""

    chain: Chain
    spot: float | None
    as_of: dt.datetime | None
    settings: Settings

    @property
    def underlying(self) -> str:
        """What its contracts are written on."""
        return underlying_of((self.chain.symbol or str(self.chain.root[0])).upper())

    def find(self, expiry: dt.date, is_call: bool, strike: float, root: str) -> int | None:
        """The place of a contract in the chain, None where it is not listed; `root` "" where it is not known.

        Raises BadInput where two roots list it and none is given.
        """
        places = _places(self.chain).get((expiry, is_call, strike), ())
        named = [i for i in places if not root or str(self.chain.root[i]) in (root, "")]
        if len(named) > 1 and not root:
            roots = " and ".join(sorted({str(self.chain.root[i]) for i in named}))
            raise BadInput(f"the chain lists it under {roots}; give its class")
        return named[0] if named else None

    def priced(self, spot: float, as_of: dt.datetime) -> Priced:
        """Its contracts at a spot; `as_of` counts where the chain names no time of its own."""
        return priced(self.chain, spot, self.as_of or as_of, self.settings)


@cached(16)
def _places(chain: Chain) -> dict[_Contract, list[int]]:
    found: dict[_Contract, list[int]] = defaultdict(list)
    days = chain.expiry.astype(object)
    for i, contract in enumerate(zip(days.tolist(), chain.is_call.tolist(), chain.strike.tolist(), strict=True)):
        found[contract].append(i)
    return dict(found)


def by_underlying(chains: Sequence[Listed]) -> dict[str, Listed]:
    """Underlying -> its chain. Raises BadInput where two chains are on one underlying."""
    found: dict[str, Listed] = {}
    for chain in chains:
        if chain.underlying in found:
            raise BadInput(f"chain: two of the chains are on {chain.underlying}; give one of them")
        found[chain.underlying] = chain
    return found
