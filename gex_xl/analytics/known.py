"""Known positions: what dealers hold on some series, and what that does to the result."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gex_xl.analytics.contracts import Contracts, multipliers, prepare
from gex_xl.analytics.exposure import contributions, total
from gex_xl.analytics.profile import zero_gamma
from gex_xl.analytics.summary import triggers_of
from gex_xl.analytics.verdict import verdict
from gex_xl.chain import Chain
from gex_xl.errors import BadInput, NoValue


@dataclass(frozen=True, slots=True)
class KnownPosition:
    """One series and dealers' signed contracts, long positive; `row` names it in messages, `root` may be ""."""

    row: int
    root: str
    expiry: dt.date
    strike: float
    is_call: bool
    contracts: float
    source: str

    @property
    def name(self) -> str:
        """The series as messages name it."""
        return f"{self.root} {self.expiry} {self.strike:g} {'call' if self.is_call else 'put'}".strip()


def with_known(chain: Chain, known: Sequence[KnownPosition]) -> Chain:
    """The chain with dealers' positions on some series; they win over a column of the paste, all others stay.

    Raises BadInput, naming the row, for a series that the chain has not, that is named twice, or that may be two
    (AM and PM of one date) where no root says which. Method, section 1.
    """
    held, sources = chain.dealer_position.copy(), list(chain.position_source or [""] * len(chain))
    taken: dict[int, int] = {}
    for one in known:
        here = np.flatnonzero(
            (chain.expiry == np.datetime64(one.expiry, "D")) & (chain.strike == one.strike)
            & (chain.is_call == one.is_call)
        )  # fmt: skip
        if one.root and (here.size > 1 or one.root != chain.symbol):
            here = here[np.char.upper(chain.root[here]) == one.root.upper()]
        if not here.size:
            raise BadInput(f"known, row {one.row}: the chain has no {one.name}; expected a series that is listed in it")
        if here.size > 1:
            roots = " and ".join(sorted(set(chain.root[here].tolist())))
            raise BadInput(f"known, row {one.row}: {one.name} may be {roots}; name its root or its OCC symbol")
        at = int(here[0])
        if at in taken:
            raise BadInput(f"known, row {one.row}: {one.name} stands in row {taken[at]} too; expected each series once")
        taken[at] = one.row
        held[at], sources[at] = one.contracts, one.source or "not named"
    held.setflags(write=False)
    return dataclasses.replace(chain, dealer_position=held, has_dealer_position=True, position_source=tuple(sources))


@dataclass(frozen=True, slots=True)
class KnownSeries:
    """A series whose position is known. Contracts signed, dealers long positive; GEX in the unit of the settings.

    `by_convention`: what sign and open interest would say, `held`: what is known. `gex` is what knowing adds to the
    total. `to_turn`: by how many contracts `held` would have to differ for the total to be 0; None without gamma.
    """

    root: str
    expiry: dt.date
    is_call: bool
    strike: float
    source: str
    by_convention: float
    held: float
    gex: float
    to_turn: float | None


@dataclass(frozen=True, slots=True)
class KnownEffect:
    """The result by the convention alone and with what is known: total, zero gamma, and the regime in words."""

    total: tuple[float, float]
    zero_gamma: tuple[float | None, float | None]
    regime: tuple[str, str]
    series: tuple[KnownSeries, ...]


def known_effect(contracts: Contracts) -> KnownEffect:
    """What the known positions change (method, section 1), most gamma moved first.

    A series of n known contracts contributes n x gamma x multiplier x the unit's factor (section 1), so the total is
    linear in n and the contracts that turn its sign are -total / (gamma x multiplier x factor). Raises NoValue where
    no position is known or no contract is left.
    """
    chain = contracts.chain
    known = np.isfinite(chain.dealer_position[contracts.index])
    if not known.any():
        raise NoValue("no dealers' position is known: LOAD_CHAIN takes a range of them, known")
    blank = np.full(len(chain), np.nan)
    blank.setflags(write=False)
    bare = dataclasses.replace(chain, dealer_position=blank, has_dealer_position=False, position_source=())
    before = prepare(bare, contracts.spot, contracts.as_of, contracts.settings)
    now = total(contracts).net
    at_first = dict(zip(before.index.tolist(), range(len(before.index)), strict=True))
    own, other = contributions(contracts), contributions(before)
    lots, rows = multipliers(chain, contracts.settings), []
    for place in np.flatnonzero(known).tolist():
        index = int(contracts.index[place])
        held = float(chain.dealer_position[index])
        was = at_first.get(index)
        lot = float(lots[index])
        each = float(contracts.gamma[place]) * lot * contracts.settings.unit.per_share_gamma(contracts.spot)
        convention = float(before.position[was]) / lot if was is not None else 0.0
        rows.append(
            KnownSeries(
                str(chain.root[index]), chain.expiry[index].astype(object), bool(chain.is_call[index]),
                float(chain.strike[index]), chain.position_source[index] if chain.position_source else "the paste",
                convention, held, float(own[place]) - (float(other[was]) if was is not None else 0.0),
                -now / each if each else None,
            )
        )  # fmt: skip
    rows.sort(key=lambda row: -abs(row.gex))
    words = [verdict(each, triggers_of(each)).word for each in (before, contracts)]
    return KnownEffect(
        (total(before).net, now), (zero_gamma(before), zero_gamma(contracts)), (words[0], words[1]), tuple(rows)
    )
