"""Why total GEX moved between two chains of one underlying, split exactly.

Total now minus total then is the sum of eight steps. Each reprices the earlier state with one input of the later
one, in this order (method, section 7; the order is a convention, the sum is not):

    expired        contracts then used that have settled since leave
    time           the years left are those of now; iv stays, forwards keep their carry ln(F/S) / T
    spot           spot is that of now; forwards move in proportion, each line keeps its iv (sticky strike)
    forward        F/S and exp(-qT) of each expiry are those of now
    volatility     the iv of each line is that of now
    open interest  the dealers' position of each series used in both is that of now
    new series     used now and not then
    closed series  used then, not settled, not used now: no longer listed, or left out now

Gamma is from iv throughout, since a feed's gamma cannot be repriced.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gex_xl.analytics.black_scholes import gamma
from gex_xl.analytics.contracts import Contracts, prepare, under
from gex_xl.analytics.dealer_exposure import with_iv
from gex_xl.analytics.expiries import max_pain
from gex_xl.analytics.exposure import Total, exact_sum, require_any
from gex_xl.analytics.profile import zero_gamma
from gex_xl.analytics.selection import settlements_of, years_left
from gex_xl.analytics.summary import summarise
from gex_xl.arrays import FloatArray, Index, Instants, Mask
from gex_xl.cache import cached
from gex_xl.chain import Chain
from gex_xl.clock import in_the_morning, in_words, instant
from gex_xl.errors import BadInput, NoValue
from gex_xl.settings import Weight

STEPS = (
    "expired", "time", "spot", "forward", "volatility", "open interest", "new series", "closed series",
)  # fmt: skip
#: The steps in which contracts are opened or closed; the others reprice.
_OPENED = (5, 6, 7)
LARGEST = 20


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it adds to the total, to calls and to puts, in the unit of the settings, and its contracts.

    `contracts`: the lines that the step concerns.
    """

    name: str
    total: Total
    contracts: int


@dataclass(frozen=True, eq=False, slots=True)
class Change:
    """Every line of both chains, one array entry each: those used then, in their order, and then the new ones.

    `steps` has shape (n, 8), a column a step: what it adds to the GEX of the line; `then` and `now`: its GEX, 0 where
    it is not used. All in the unit of the settings. `then + steps.sum(axis=1)` is `now` to rounding. `open_then` and
    `open_now`: open interest (or volume, by `weight`), 0 where the line is not used. `expired`: whether it left.
    """

    earlier: Contracts
    later: Contracts
    root: npt.NDArray[np.str_]
    expiry: npt.NDArray[np.datetime64]
    settlement: Instants
    strike: FloatArray
    is_call: Mask
    then: FloatArray
    now: FloatArray
    steps: FloatArray
    open_then: FloatArray
    open_now: FloatArray
    expired: Mask
    counts: tuple[int, ...]

    @property
    def gross(self) -> float:
        """The larger of the two gross exposures, the sums of all lines' magnitudes."""
        return max(exact_sum(np.abs(self.then)), exact_sum(np.abs(self.now)))

    def _total(self, amounts: FloatArray) -> Total:
        call, put = exact_sum(amounts[self.is_call]), exact_sum(amounts[~self.is_call])
        return Total(call + put, call, put)

    def table(self) -> tuple[Step, ...]:
        """Then, the eight steps, now. Steps add up to the difference within 1e-12 of gross or of the largest step."""
        used_then, used_now = len(self.earlier.index), len(self.later.index)
        return (
            Step("then", self._total(self.then), used_then),
            *(
                Step(name, self._total(amounts), count)
                for name, amounts, count in zip(STEPS, self.steps.T, self.counts, strict=True)
            ),
            Step("now", self._total(self.now), used_now),
        )


@dataclass(frozen=True, slots=True)
class Part:
    """The change of one strike or one settlement, in the unit of the settings; `steps` as in STEPS.

    `strike` in USD, or `expiry` with whether it settles at the open; the other is None.
    """

    strike: float | None
    expiry: dt.date | None
    am_settled: bool
    then: float
    now: float
    change: float
    steps: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SeriesChange:
    """The change of one series' open interest, in contracts, and what it adds to GEX in the unit of the settings."""

    root: str
    expiry: dt.date
    is_call: bool
    strike: float
    open_then: float
    open_now: float
    gex: float

    @property
    def opened(self) -> float:
        """Contracts opened; negative: closed."""
        return self.open_now - self.open_then


@dataclass(frozen=True, slots=True)
class LevelChange:
    """A level in USD then and now, None where there is none."""

    name: str
    then: float | None
    now: float | None

    @property
    def moved(self) -> float | None:
        """Now less then, USD; None where either is missing."""
        return None if self.then is None or self.now is None else self.now - self.then


def change(contracts: Contracts, earlier: Contracts) -> Change:
    """What moved total GEX from `earlier` to `contracts`, which are prepared under the settings of the latter.

    Raises BadInput where the two are of different underlyings or `earlier` is the later one, NoValue where neither
    has a contract left. Method, section 7.
    """
    _require_fit(contracts, earlier)
    if earlier.settings != contracts.settings:
        earlier = prepare(earlier.chain, earlier.spot, earlier.as_of, contracts.settings)
    return _change(contracts, earlier)


def _require_fit(now: Contracts, then: Contracts) -> None:
    names = now.chain.symbol, then.chain.symbol
    if all(names) and names[0] != names[1]:
        raise BadInput(
            f"earlier is a chain of {names[1]}, the chain one of {names[0]}; give an earlier one of {names[0]}"
        )
    if then.as_of > now.as_of:
        raise BadInput(
            f"earlier is of {in_words(then.as_of)}, after the chain's {in_words(now.as_of)}; swap the two chains"
        )


@cached(8)
def _change(contracts: Contracts, earlier: Contracts) -> Change:
    now, then = with_iv(contracts), with_iv(earlier)
    if not now.index.size:
        require_any(then)
    twin = _twins(then, now)  # for each line used then, its place among those used now, or -1
    unknown = np.ones(len(now.index), dtype=bool)
    unknown[twin[twin >= 0]] = False
    new = np.flatnonzero(unknown)
    states, expired, counts = _states(then, now, twin)
    zeros = np.zeros(len(new))
    opened = _contributions(now, now.position, now.gamma)[new]
    steps = np.diff(np.stack(states), axis=0).T
    steps = np.insert(steps, 6, 0.0, axis=1)  # new series: none of the lines used then
    of_new = np.zeros((len(new), len(STEPS)))
    of_new[:, 6] = opened
    matched = twin >= 0
    ended = np.zeros(len(twin))
    ended[matched] = states[-1][matched]
    open_now = np.zeros(len(twin))
    open_now[matched] = _open(now)[twin[matched]]
    here, there = then.chain, now.chain
    a, b = then.index, now.index[new]
    return Change(
        then, now, np.concatenate([here.root[a], there.root[b]]), np.concatenate([here.expiry[a], there.expiry[b]]),
        np.concatenate([here.settlement[a], there.settlement[b]]), np.concatenate([then.strike, now.strike[new]]),
        np.concatenate([then.is_call, now.is_call[new]]), np.concatenate([states[0], zeros]),
        np.concatenate([ended, opened]), np.concatenate([steps, of_new]), np.concatenate([_open(then), zeros]),
        np.concatenate([open_now, _open(now)[new]]), np.concatenate([expired, np.zeros(len(new), dtype=bool)]),
        (*counts[:6], len(new), counts[6]),
    )  # fmt: skip


def _states(then: Contracts, now: Contracts, twin: Index) -> tuple[list[FloatArray], Mask, tuple[int, ...]]:
    """GEX of each line used then, at first and after each step but that of the new series; who expired; counts."""
    settlement = settlements_of(then)
    matched = twin >= 0
    expired = ~matched & (settlement <= instant(now.as_of))
    live = ~expired
    at = twin[matched]

    def taken(old: FloatArray, later: FloatArray) -> FloatArray:
        out = old.copy()
        out[matched] = later[at]
        return out

    ratio, discount = then.forward / then.spot, then.spot_discount
    plain = gamma(then.spot, then.forward, then.strike, then.stdev, discount)
    early = np.divide(then.gamma, plain, out=np.ones(len(plain)), where=plain > 0)  # of American over European
    years = np.where(live, years_left(now.valued_at, settlement, now.settings), then.years)
    years = taken(years, now.years)
    share = years / then.years
    stdev = then.stdev * np.sqrt(share)
    carried, discounted = ratio**share, discount**share
    ratio_now, discount_now = _forwards_of(now, settlement, carried, discounted)
    ratio_now, discount_now = taken(ratio_now, now.forward / now.spot), taken(discount_now, now.spot_discount)

    def worth(contracts: Contracts, forward: FloatArray, v: FloatArray, held: FloatArray) -> FloatArray:
        per_share = early * gamma(contracts.spot, forward, then.strike, v, held)
        same = (contracts.spot == then.spot) & (v == then.stdev) & np.isclose(forward, then.forward, 1e-14, 0)
        per_share[same] = then.gamma[same]  # not even rounded
        return np.where(live, _contributions(contracts, then.position, per_share), 0.0)

    first = _contributions(then, then.position, then.gamma)
    states = [
        first,
        np.where(live, first, 0.0),
        worth(then, then.spot * carried, stdev, discounted),
        worth(now, now.spot * carried, stdev, discounted),
        worth(now, taken(now.spot * ratio_now, now.forward), stdev, discount_now),
    ]
    revalued = states[-1].copy()
    revalued[matched] = _contributions(now, then.position[matched], now.gamma[at])
    reopened = revalued.copy()
    reopened[matched] = _contributions(now, now.position, now.gamma)[at]
    kept = int(matched.sum())
    states += [revalued, reopened, np.where(matched, reopened, 0.0)]
    alive = int(live.sum())
    return states, expired, (int(expired.sum()), alive, alive, alive, kept, kept, alive - kept)


def _contributions(contracts: Contracts, position: FloatArray, per_share: FloatArray) -> FloatArray:
    """position x gamma in the unit of the settings, at the spot of `contracts`."""
    return np.asarray(position * per_share * contracts.settings.unit.per_share_gamma(contracts.spot))


def _forwards_of(
    now: Contracts, settlement: Instants, ratio: FloatArray, discount: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """F/S and exp(-qT) that the later chain has for each settlement; as they are where it has none."""
    curve = now.forwards
    if not curve.settlement.size:
        return ratio, discount
    at = np.minimum(np.searchsorted(curve.settlement, settlement), len(curve.settlement) - 1)
    known = curve.settlement[at] == settlement
    return np.where(known, curve.ratio[at], ratio), np.where(known, curve.spot_discount[at], discount)


def _open(contracts: Contracts) -> FloatArray:
    """Contracts that weigh each line: volume under `weight = volume`, else open interest, a blank one 0."""
    chain = contracts.chain
    amounts = chain.volume if contracts.settings.weight is Weight.VOLUME else chain.open_interest
    return np.nan_to_num(amounts[contracts.index])


def _twins(then: Contracts, now: Contracts) -> Index:
    """For each line used then the place of the same series among those used now, -1 where there is none."""
    old, new = _keys(then.chain, now.chain)
    old, new = old[then.index], new[now.index]
    if not new.size:
        return np.full(len(old), -1, dtype=np.int64)
    order = np.argsort(new, kind="stable")
    at = np.minimum(np.searchsorted(new[order], old), len(new) - 1)
    place = order[at]
    return np.where(new[place] == old, place, -1)


@cached(8)
def _keys(first: Chain, second: Chain) -> tuple[Index, Index]:
    """A number for each contract of two chains, equal where settlement, strike, right and root are.

    Where one of them names no roots they are not compared: settlements tell SPX and SPXW apart.
    """
    key = np.zeros(len(first) + len(second), dtype=np.int64)
    columns = [
        np.concatenate([one, other])
        for one, other in ((first.settlement, second.settlement), (first.strike, second.strike),
                           (first.is_call, second.is_call))
    ]  # fmt: skip
    if first.root.any() and second.root.any():
        columns.append(np.concatenate([first.root, second.root]))
    for column in columns:
        values, place = np.unique(column, return_inverse=True)
        key = key * len(values) + place
    return key[: len(first)], key[len(first) :]


def by_strike(found: Change) -> tuple[Part, ...]:
    """The change at each strike of either chain, ascending. Method, section 7."""
    values, at = np.unique(found.strike, return_inverse=True)
    return tuple(
        Part(strike, None, False, *amounts)
        for strike, amounts in zip(values.tolist(), _parts(found, at, len(values)), strict=True)
    )


def by_settlement(found: Change) -> tuple[Part, ...]:
    """The change of each settlement of either chain, earliest first; SPX and SPXW of one date are two.

    Method, section 7.
    """
    values, first, at = np.unique(found.settlement, return_index=True, return_inverse=True)
    days: list[dt.date] = found.expiry[first].astype(object).tolist()
    return tuple(
        Part(None, day, in_the_morning(moment, found.later.chain.zone), *amounts)
        for day, moment, amounts in zip(days, values, _parts(found, at, len(values)), strict=True)
    )


def _parts(found: Change, at: Index, count: int) -> list[tuple[float, float, float, tuple[float, ...]]]:
    then, now = (np.bincount(at, amounts, count) for amounts in (found.then, found.now))
    steps = np.stack([np.bincount(at, amounts, count) for amounts in found.steps.T], axis=1)
    return [(a, b, b - a, tuple(row)) for a, b, row in zip(then.tolist(), now.tolist(), steps.tolist(), strict=True)]


def largest_series(found: Change, count: int = LARGEST) -> tuple[SeriesChange, ...]:
    """The series whose open interest changed most, in contracts, largest first; expired ones are not among them.

    `gex` is what opening and closing them adds at today's gamma, or at the last known one where a series is closed.
    Method, section 7.
    """
    moved = np.where(found.expired, 0.0, found.open_now - found.open_then)
    order = np.argsort(-np.abs(moved), kind="stable")[:count]
    gex = found.steps[:, _OPENED].sum(axis=1)
    return tuple(
        SeriesChange(
            str(found.root[i]), found.expiry[i].astype(object), bool(found.is_call[i]), float(found.strike[i]),
            float(found.open_then[i]), float(found.open_now[i]), float(gex[i]),
        )
        for i in order.tolist()
        if moved[i]
    )  # fmt: skip


def level_changes(found: Change) -> tuple[LevelChange, ...]:
    """Zero gamma, flip strike, walls, absolute gamma strike, max pain of the next expiry: then and now.

    Method, section 7.
    """
    both = [_levels(contracts) for contracts in (found.earlier, found.later)]
    return tuple(LevelChange(name, both[0][name], both[1][name]) for name in both[0])


def _levels(contracts: Contracts) -> dict[str, float | None]:
    names = ("zero gamma", "flip strike", "call wall", "put wall", "absolute gamma strike", "max pain, next expiry")
    try:
        levels, strikes = summarise(contracts), summarise(contracts).strikes
    except NoValue:
        return dict.fromkeys(names)
    size = np.abs(strikes.call) + np.abs(strikes.put)
    absolute = float(strikes.strike[int(np.argmax(size))]) if size.any() else None
    try:
        pain = max_pain(contracts)[0].strike
    except NoValue:
        pain = None
    found = (
        zero_gamma(under(contracts)), levels.flip_strike, levels.call_wall, levels.put_wall, absolute, pain,
    )  # fmt: skip
    return dict(zip(names, found, strict=True))
