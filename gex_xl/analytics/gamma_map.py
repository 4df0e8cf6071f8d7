"""Total GEX over spot levels and days ahead: where zero gamma goes as time passes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from gex_xl.analytics.contracts import Contracts, under
from gex_xl.analytics.dealer_exposure import with_iv
from gex_xl.analytics.exposure import require_any
from gex_xl.analytics.profile import levels_of, nearest, reprice, zero_gammas
from gex_xl.analytics.selection import later
from gex_xl.arrays import FloatArray
from gex_xl.cache import Cache, cached, temporary
from gex_xl.clock import CLOSE, NEW_YORK, is_monthly, is_session
from gex_xl.settings import parse_band

SESSIONS = 5


@dataclass(frozen=True, eq=False, slots=True)
class GammaMap:
    """`cells` in the unit of the settings: a row a spot level (USD, ascending), a column a moment; shape (m, d).

    `zero`: zero gamma at each moment, None where the curve keeps one sign or nothing is left. `contracts`: how many
    are left at each moment.
    """

    levels: FloatArray
    moments: tuple[dt.datetime, ...]
    names: tuple[str, ...]
    cells: FloatArray
    zero: tuple[float | None, ...]
    contracts: tuple[int, ...]


def gamma_map(contracts: Contracts, sessions: int = SESSIONS, levels: int | FloatArray | None = None) -> GammaMap:
    """Total GEX at each level now, at each close of the next `sessions` sessions, and at the next monthly's after.

    Spot is what varies along a column (each line keeps its iv, forwards move in proportion), time along a row: see
    `selection.later`. The first column is GAMMA_PROFILE. `levels`: how many, evenly over `profile_range`, or these
    (USD, ascending); None: the setting `profile_levels`. Method, section 7. Raises NoValue where no contract is left.
    """
    base = with_iv(contracts)
    require_any(base)
    low, high = parse_band("profile_range", base.settings.profile_range, base.spot)
    if isinstance(levels, np.ndarray):
        at = levels
    else:
        at = levels_of(base) if levels is None else np.linspace(low, high, levels)
    moments, names = moments_ahead(base, sessions)
    unit = base.settings.unit
    scale = 100 * unit.per_share_gamma(1.0) * at ** (unit.spots - 2.0)
    found = [_ahead(under(base), moment, tuple(at.tolist())) for moment in moments]
    return GammaMap(
        at, moments, names, np.stack([one.curve * scale for one in found], axis=1), tuple(one.zero for one in found),
        tuple(one.contracts for one in found),
    )  # fmt: skip


@dataclass(frozen=True, eq=False, slots=True)
class _Ahead:
    """Total GEX (USD) at each level at a moment, zero gamma (the root nearest spot), how many contracts are left."""

    curve: FloatArray
    zero: float | None
    contracts: int


#: Zero gamma and how many contracts are left, by contracts and moment: maps of other levels share them.
_ZEROS: Cache[tuple[float | None, int]] = Cache(64)


@cached(64)
def _ahead(contracts: Contracts, moment: dt.datetime, levels: tuple[float, ...]) -> _Ahead:
    curves: list[FloatArray] = []

    def curve() -> Contracts:
        here = contracts if moment == contracts.valued_at else later(contracts, moment)
        curves.append(reprice(here, np.array(levels)) if here.index.size else np.zeros(len(levels)))
        return here

    def zero() -> tuple[float | None, int]:
        with temporary():
            here = curve()
            return nearest(zero_gammas(here), here.spot) if here.index.size else None, len(here.index)

    found = _ZEROS.get((contracts, moment), zero)
    if not curves:
        with temporary():
            curve()
    return _Ahead(curves[0], *found)


def moments_ahead(contracts: Contracts, sessions: int) -> tuple[tuple[dt.datetime, ...], tuple[str, ...]]:
    """The instant valued at, the next closes, and the first monthly expiry's close after them; and their names.

    A venue that never closes has a close every day, at its settlement. Method, section 7.
    """
    start = contracts.valued_at
    zone, close = (dt.UTC, dt.time(8)) if contracts.chain.venue else (NEW_YORK, CLOSE)
    closes: list[dt.datetime] = []
    day = start.astimezone(zone).date()
    monthly = None
    while len(closes) < sessions or monthly is None:
        moment = dt.datetime.combine(day, close, zone)
        if moment > start and (contracts.chain.venue or is_session(day)):
            if len(closes) < sessions:
                closes.append(moment)
            elif is_monthly(day):
                monthly = moment
        day += dt.timedelta(days=1)
    names = ("now", *(f"{moment:%Y-%m-%d}" for moment in closes), f"{monthly:%Y-%m-%d}")
    return (start, *closes, monthly), names
