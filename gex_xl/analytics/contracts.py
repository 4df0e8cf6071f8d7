"""The contracts that count for given settings, with all that exposure needs: one place where lines are left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gex_xl.analytics.forwards import Forwards
from gex_xl.analytics.pricing import PRICING, priced
from gex_xl.arrays import FloatArray, Mask
from gex_xl.cache import cached
from gex_xl.chain import Chain
from gex_xl.clock import is_monthly, is_session
from gex_xl.errors import BadInput, shown
from gex_xl.settings import GammaSource, Settings, Unit, Weight, parse_band, parse_expiries

EXPIRED = "expired"
ADJUSTED = "adjusted contract"
OUTSIDE_EXPIRIES = "outside the expiries setting"
NO_IV = "no implied volatility"
NO_GAMMA = "no vendor gamma"

#: The settings that decide which contracts are used, and those on which their exposure depends.
CHOICE = (*PRICING, "gamma_source", "weight", "expiries", "strikes", "min_oi")
EXPOSURE = (*CHOICE, "sign", "multiplier")
_KEEP = 32
_CHEAPEST, _DEAREST = 1e-9, 1e12  # as price: its square must stay a number, and what is divided by it


@dataclass(frozen=True, eq=False, slots=True)
class Contracts:
    """Used contracts, one array entry each, in the chain's order.

    `index` points into the chain. `position`: dealers' signed contracts times the multiplier, in shares.
    `gamma`: per share at spot. `forward`, `strike` in USD; `stdev` is iv sqrt(T); `spot_discount` exp(-qT).
    `stdev` and `forward` are NaN where vendor gamma is used and there is no iv.
    `excluded`: reason -> (contracts, open interest). `why` has an entry for every contract of the chain: its place
    in `reasons`, of which the first is "", for those used.
    """

    chain: Chain
    settings: Settings
    spot: float
    spot_from: str
    as_of: dt.datetime
    as_of_from: str
    valued_at: dt.datetime
    index: npt.NDArray[np.int64]
    position: FloatArray
    gamma: FloatArray
    strike: FloatArray
    is_call: Mask
    forward: FloatArray
    stdev: FloatArray
    years: FloatArray
    spot_discount: FloatArray
    forwards: Forwards
    live: int
    floored: int
    iv_solved: int
    excluded: dict[str, tuple[int, float]]
    reasons: tuple[str, ...]
    why: npt.NDArray[np.int8]

    @property
    def reason(self) -> npt.NDArray[np.str_]:
        """Why each contract of the chain is left out, "" where it is used."""
        return np.array(self.reasons)[self.why]

    def has(self, *reasons: str) -> Mask:
        """Whether each contract of the chain is left out for one of these reasons, "" meaning that it is used."""
        return np.isin(self.why, [place for place, reason in enumerate(self.reasons) if reason in reasons])

    @property
    def unit_factor(self) -> float:
        """What a gamma of one share per point is in the unit of the settings: the one thing in which units differ."""
        return self.settings.unit.per_share_gamma(self.spot)

    @property
    def shares_gamma(self) -> FloatArray:
        """Dealers' gamma of each line in shares per point: position x gamma."""
        return self.position * self.gamma


def prepare(
    chain: Chain,
    spot: float | None = None,
    as_of: dt.datetime | None = None,
    settings: Settings | None = None,
    *,
    exactly: bool = False,
) -> Contracts:
    """Choose the contracts and compute their gamma.

    `spot` (USD) and `as_of` (aware) replace those of the paste. Raises BadInput where either is in neither
    place. A paste of gamma alone, without iv and quotes, takes the feed's, unless the settings are meant `exactly`.
    Computed once per chain (by identity), spot, as-of and settings; other settings share all that does not
    depend on what they change. The arrays are shared and read-only.
    """
    spot, spot_from = (spot, "given") if spot is not None else (chain.spot, chain.spot_from)
    as_of, as_of_from = (as_of, "given") if as_of is not None else (chain.as_of, chain.as_of_from)
    if spot is None:
        raise BadInput("spot is neither in the paste nor given; give the underlying's price as spot")
    if not _CHEAPEST <= spot <= _DEAREST:
        raise BadInput(f"spot is {shown(spot)}; expected a price from {_CHEAPEST:g} to {_DEAREST:g}")
    if as_of is None:
        raise BadInput("as_of is neither in the paste nor given; give the quote time, for instance 2024-01-05 16:00")
    chain = chain.of_size(spot)
    chosen = settings or Settings()
    if chosen.gamma_source is GammaSource.MODEL and not exactly and gamma_alone(chain):
        chosen = replace(chosen, gamma_source=GammaSource.VENDOR)
    return _contracts(chain, spot, spot_from, as_of, as_of_from, chosen)


def gamma_alone(chain: Chain) -> bool:
    """Whether the paste has gamma, and neither iv nor quotes from which the model's could come."""
    quoted = np.isfinite(chain.bid) & np.isfinite(chain.ask)
    return bool(np.isfinite(chain.gamma).any() and not np.isfinite(chain.iv).any() and not quoted.any())


def under(contracts: Contracts, keys: Iterable[str] = EXPOSURE) -> Contracts:
    """The contracts under some of their settings, all others at their defaults.

    `EXPOSURE` leaves out the settings that only decide how figures are shown or judged.
    """
    chosen = contracts.settings.only(keys)
    if chosen == contracts.settings:
        return contracts
    return _contracts(
        contracts.chain, contracts.spot, contracts.spot_from, contracts.as_of, contracts.as_of_from, chosen
    )


@cached(_KEEP)
def _contracts(
    chain: Chain, spot: float, spot_from: str, as_of: dt.datetime, as_of_from: str, settings: Settings
) -> Contracts:
    needed = settings.only(EXPOSURE)
    if needed != settings:
        exposed = _contracts(chain, spot, spot_from, as_of, as_of_from, needed)
        if settings.unit is Unit.AUTO:
            usd = Unit.USD.per_share_gamma(spot) * float(np.abs(exposed.shares_gamma).sum())
            settings = replace(settings, unit=Unit.for_gross(usd))
        return replace(exposed, settings=settings)
    found = priced(chain, spot, as_of, settings)
    chosen = _chosen(chain, spot, as_of, settings.only(CHOICE))
    index, timed = chosen.index, found.timed
    used = slice(None) if len(index) == len(chain) else index  # a slice copies nothing
    strike, is_call = chain.strike[used], chain.is_call[used]
    signs = np.where(is_call, settings.sign.calls, settings.sign.puts)
    signs[np.isfinite(chain.dealer_position[used])] = 1.0  # signed as it is
    contracts = chosen.weight[used] * signs
    multiplier = multipliers(chain, settings)[used]
    each = chain.gamma if settings.gamma_source is GammaSource.VENDOR else found.gamma
    arrays = (contracts * multiplier, each[used], strike, is_call, found.forward[used], found.stdev[used],
              timed.years[used], found.spot_discount[used])  # fmt: skip
    for array in arrays:
        array.setflags(write=False)
    return Contracts(
        chain, settings, spot, spot_from, as_of, as_of_from, timed.valued_at, index, *arrays, timed.forwards,
        int(timed.live.sum()), int(timed.floored[index].sum()), int(found.solved[index].sum()), chosen.excluded,
        chosen.reasons, chosen.why,
    )  # fmt: skip


def multipliers(chain: Chain, settings: Settings) -> FloatArray:
    """Units per contract, shape (n,): the chain's own, else the setting's, else the product's, else 1."""
    default = settings.multiplier or chain.product.multiplier or 1.0
    return np.where(np.isnan(chain.multiplier), default, chain.multiplier)


def _weight(chain: Chain, settings: Settings) -> tuple[FloatArray, str]:
    """What weighs each contract: dealers' own position where it is known, else volume or open interest."""
    weight, name = chain.open_interest, "open interest"
    if settings.weight is Weight.VOLUME:
        weight, name = np.nan_to_num(chain.volume), "volume"  # a feed leaves volume blank where nothing traded
    # A blank position is no 0: it keeps the convention.
    return np.where(np.isfinite(chain.dealer_position), chain.dealer_position, weight), name


@dataclass(frozen=True, eq=False, slots=True)
class _Chosen:
    """Weight (contracts) and place in `reasons` of each contract, the index of those used, and the counts."""

    weight: FloatArray
    index: npt.NDArray[np.int64]
    reasons: tuple[str, ...]
    why: npt.NDArray[np.int8]
    excluded: dict[str, tuple[int, float]]


@cached(_KEEP)
def _chosen(chain: Chain, spot: float, as_of: dt.datetime, settings: Settings) -> _Chosen:
    """Why each contract is left out, the first reason that applies; and the counts."""
    found = priced(chain, spot, as_of, settings)
    weight, weight_name = _weight(chain, settings)
    tests: list[tuple[str, Mask]] = [
        (EXPIRED, ~found.timed.live),
        (ADJUSTED, _ends_in_digit(chain) & np.isnan(chain.multiplier)),
        (f"{weight_name} blank", np.isnan(weight)),
        (OUTSIDE_EXPIRIES, ~_in_expiries(chain, as_of, settings, found.timed.live)),
        ("outside the strikes setting", ~_in_strikes(chain, spot, settings)),
        ("below min_oi", np.nan_to_num(chain.open_interest) < settings.min_oi),
    ]
    if settings.gamma_source is GammaSource.VENDOR:
        tests.append((NO_GAMMA, np.isnan(chain.gamma)))
    else:
        tests.append((NO_IV, np.isnan(found.iv)))
    excluded: dict[str, tuple[int, float]] = {}
    for reason, amount in chain.left_out:
        contracts, lost = excluded.get(reason, (0, 0.0))
        excluded[reason] = (contracts + 1, lost + amount)
    why = np.zeros(len(chain), dtype=np.int8)
    for number, (reason, mask) in enumerate(tests, 1):
        hit = (why == 0) & mask
        if hit.any():
            # A reader may have left out others for the same reason.
            contracts, lost = excluded.get(reason, (0, 0.0))
            excluded[reason] = (contracts + int(hit.sum()), lost + float(np.nansum(chain.open_interest[hit])))
            why[hit] = number
    why.setflags(write=False)
    return _Chosen(weight, np.flatnonzero(why == 0), ("", *(reason for reason, _ in tests)), why, excluded)


@cached(8)
def _ends_in_digit(chain: Chain) -> Mask:
    roots, inverse = np.unique(chain.root, return_inverse=True)
    return np.array([root[-1:].isdigit() for root in roots.tolist()], dtype=bool)[inverse]


def _in_strikes(chain: Chain, spot: float, settings: Settings) -> Mask:
    low, high = parse_band("strikes", settings.strikes, spot)
    return np.asarray((chain.strike >= low) & (chain.strike <= high))


def _in_expiries(chain: Chain, as_of: dt.datetime, settings: Settings, live: Mask) -> Mask:
    chosen = parse_expiries(settings.expiries)
    if chosen.kind == "all":
        return np.ones(len(chain), dtype=bool)
    if chosen.kind == "ex_next":
        return np.asarray(chain.settlement > chain.settlement[live].min()) if live.any() else live
    day = as_of.astimezone(chain.zone).date()
    today = np.datetime64(day, "D")
    if chosen.kind == "0dte":
        return np.asarray(chain.expiry == today)
    if chosen.kind == "1dte":
        return np.asarray(chain.expiry == np.datetime64(_next_session(day, chain), "D"))
    if chosen.kind == "days":
        days_left = (chain.expiry - today).astype(np.int64)
        return np.asarray((days_left >= chosen.least) & (days_left <= chosen.most))
    if chosen.kind == "dates":
        return np.isin(chain.expiry, np.array(chosen.dates, dtype="datetime64[D]"))
    days, inverse = np.unique(chain.expiry, return_inverse=True)
    monthly = np.array([is_monthly(day, chain.product.cycle) for day in days.astype(object)], dtype=bool)[inverse]
    return monthly if chosen.kind == "monthly" else ~monthly


def _next_session(day: dt.date, chain: Chain) -> dt.date:
    """The next day on which the market is open: of a market that never closes, tomorrow."""
    following = day + dt.timedelta(days=1)
    while not (chain.product.never_closes or is_session(following)):
        following += dt.timedelta(days=1)
    return following


def expiries_in(contracts: Contracts) -> set[tuple[dt.date, bool]]:
    """Expiry date and whether it settles in the morning, of each settlement that the filter of expiries leaves."""
    chain, left = contracts.chain, ~contracts.has(OUTSIDE_EXPIRIES)
    found: set[tuple[dt.date, bool]] = set()
    for morning in (False, True):
        days = np.unique(chain.expiry[left & (chain.am_settled == morning)]).astype(object)
        found.update((day, morning) for day in days.tolist())
    return found
