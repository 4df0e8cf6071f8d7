"""The contracts that count for given settings, with all that exposure needs: one place where lines are left out."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gex_xl.analytics.black_scholes import gamma
from gex_xl.analytics.forwards import Forwards, counterparts, forwards
from gex_xl.analytics.implied_vol import implied_vol
from gex_xl.chain import Chain
from gex_xl.clock import instant, is_monthly, valued_at, years
from gex_xl.errors import BadInput
from gex_xl.reading.dates import NEW_YORK
from gex_xl.settings import GammaSource, IvSource, Settings, Weight, parse_band, parse_expiries

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

EXPIRED = "expired"
ADJUSTED = "adjusted contract"
NO_IV = "no implied volatility"
NO_GAMMA = "no vendor gamma"


@dataclass(frozen=True, eq=False, slots=True)
class Lines:
    """Used contracts, one array entry each, in the chain's order.

    `index` points into the chain. `position`: dealers' signed contracts times the multiplier, in shares.
    `gamma`: per share at spot. `forward`, `strike` in USD; `stdev` is iv sqrt(T); `spot_discount` exp(-qT).
    `stdev` and `forward` are NaN where vendor gamma is used and there is no iv.
    `excluded`: reason -> (contracts, open interest). `reason` has an entry for every contract of the chain,
    "" where it is used.
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
    reason: npt.NDArray[np.str_]

    @property
    def shares_gamma(self) -> FloatArray:
        """Dealers' gamma of each line in shares per point: position x gamma."""
        return self.position * self.gamma


@functools.lru_cache(maxsize=16)
def prepare(
    chain: Chain,
    spot: float | None = None,
    as_of: dt.datetime | None = None,
    settings: Settings | None = None,
) -> Lines:
    """Choose the contracts and compute their gamma.

    `spot` (USD) and `as_of` (aware) replace those of the paste. Raises BadInput where either is in neither
    place. Computed once per chain (by identity), spot, as-of and settings.
    """
    chosen = settings or Settings()
    spot, spot_from = (spot, "given") if spot is not None else (chain.spot, chain.spot_from)
    as_of, as_of_from = (as_of, "given") if as_of is not None else (chain.as_of, chain.as_of_from)
    if spot is None:
        raise BadInput("spot is neither in the paste nor given; give the underlying's price as spot")
    if as_of is None:
        raise BadInput("as_of is neither in the paste nor given; give the quote time, for instance 2024-01-05 16:00")
    start = as_of if chain.venue else valued_at(as_of, chosen.clock_from)  # Deribit never closes
    live = (chain.settlement > instant(as_of)) & (chain.settlement > instant(start))
    t = years(start, chain.settlement, chosen.clock)
    shortest = chosen.min_minutes * 60 / (365 * 86_400)
    floored = live & (t < shortest)
    t = np.where(live, np.maximum(t, shortest), t)
    curve = forwards(chain, live, t, chain.spot or spot, chosen)
    forward = spot * curve.ratio[curve.group]
    solved = np.zeros(len(chain), dtype=bool)
    if chosen.iv_source is IvSource.OTM:
        iv, solved = _otm_iv(chain, live, forward, t, chosen.rate)
    else:
        iv = chain.iv
    weight, weight_name = _weight(chain, chosen)
    reason, excluded = _choose(chain, live, weight, weight_name, as_of, spot, chosen, iv)
    with np.errstate(invalid="ignore"):
        stdev = iv * np.sqrt(np.where(live, t, np.nan))
    index = np.flatnonzero(reason == "")
    strike, is_call = chain.strike[index], chain.is_call[index]
    discount = curve.spot_discount[curve.group][index]
    if chosen.gamma_source is GammaSource.VENDOR:
        per_share = chain.gamma[index]
    else:
        per_share = gamma(spot, forward[index], strike, stdev[index], discount)
    signs = np.where(is_call, chosen.sign.calls, chosen.sign.puts)
    contracts = weight[index] * (1.0 if chain.has_dealer_position else signs)
    multiplier = np.where(np.isnan(chain.multiplier), chosen.multiplier, chain.multiplier)[index]
    return Lines(
        chain, chosen, spot, spot_from, as_of, as_of_from, start, index, contracts * multiplier, per_share, strike,
        is_call, forward[index], stdev[index], t[index], discount, curve, int(live.sum()), int(floored[index].sum()),
        int(solved[index].sum()), excluded, reason,
    )  # fmt: skip


def _weight(chain: Chain, settings: Settings) -> tuple[FloatArray, str]:
    if chain.has_dealer_position:
        return chain.dealer_position, "dealer position"
    if settings.weight is Weight.VOLUME:
        return np.nan_to_num(chain.volume), "volume"  # a feed leaves volume blank where nothing traded
    return chain.open_interest, "open interest"


def _otm_iv(chain: Chain, live: Mask, forward: FloatArray, t: FloatArray, rate: float) -> tuple[FloatArray, Mask]:
    """iv of the out-of-the-money side for both rights; else the line's own; else solved from quotes."""
    other = counterparts(chain)
    paired = other >= 0
    in_the_money = np.where(chain.is_call, chain.strike < forward, chain.strike > forward)
    twin_iv = np.where(paired, chain.iv[other], np.nan)
    iv = np.where(in_the_money & np.isfinite(twin_iv), twin_iv, chain.iv)
    iv = np.where(np.isnan(iv), twin_iv, iv)
    missing = np.flatnonzero(live & np.isnan(iv))
    if not missing.size:
        return iv, np.zeros(len(chain), dtype=bool)
    two_sided = (chain.bid > 0) & (chain.ask >= chain.bid)
    # The out-of-the-money side's quote is the informative one; a line's own is taken where that has none.
    twin = other[missing]
    use_twin = in_the_money[missing] & (twin >= 0) & two_sided[twin]
    quoted = np.where(use_twin, twin, missing)
    mid = np.where(two_sided[quoted], 0.5 * (chain.bid[quoted] + chain.ask[quoted]), np.nan)
    found = implied_vol(
        mid,
        forward[missing],
        chain.strike[missing],
        t[missing],
        chain.is_call[quoted],
        np.exp(-rate * t[missing]),
    )
    iv[missing] = found
    solved = np.zeros(len(chain), dtype=bool)
    solved[missing] = np.isfinite(found)
    return iv, solved


def _choose(
    chain: Chain,
    live: Mask,
    weight: FloatArray,
    weight_name: str,
    as_of: dt.datetime,
    spot: float,
    settings: Settings,
    iv: FloatArray,
) -> tuple[npt.NDArray[np.str_], dict[str, tuple[int, float]]]:
    """Why each contract is left out ("" where it is used), the first reason that applies; and the counts."""
    reasons: list[tuple[str, Mask]] = [
        (EXPIRED, ~live),
        (ADJUSTED, _ends_in_digit(chain) & np.isnan(chain.multiplier)),
        (f"{weight_name} blank", np.isnan(weight)),
        ("outside the expiries setting", ~_in_expiries(chain, as_of, settings)),
        ("outside the strikes setting", ~_in_strikes(chain, spot, settings)),
        ("below min_oi", np.nan_to_num(chain.open_interest) < settings.min_oi),
    ]
    if settings.gamma_source is GammaSource.VENDOR:
        reasons.append((NO_GAMMA, np.isnan(chain.gamma)))
    else:
        reasons.append((NO_IV, np.isnan(iv)))
    excluded: dict[str, tuple[int, float]] = {}
    for reason, amount in chain.left_out:
        contracts, lost = excluded.get(reason, (0, 0.0))
        excluded[reason] = (contracts + 1, lost + amount)
    why = np.full(len(chain), "", dtype="U32")
    for reason, mask in reasons:
        hit = (why == "") & mask
        if hit.any():
            # A reader may have left out others for the same reason.
            contracts, lost = excluded.get(reason, (0, 0.0))
            excluded[reason] = (contracts + int(hit.sum()), lost + float(np.nansum(chain.open_interest[hit])))
            why[hit] = reason
    return why, excluded


def _ends_in_digit(chain: Chain) -> Mask:
    roots, inverse = np.unique(chain.root, return_inverse=True)
    return np.array([root[-1:].isdigit() for root in roots.tolist()], dtype=bool)[inverse]


def _in_strikes(chain: Chain, spot: float, settings: Settings) -> Mask:
    low, high = parse_band("strikes", settings.strikes, spot)
    return np.asarray((chain.strike >= low) & (chain.strike <= high))


def _in_expiries(chain: Chain, as_of: dt.datetime, settings: Settings) -> Mask:
    kind, limit, dates = parse_expiries(settings.expiries)
    if kind == "all":
        return np.ones(len(chain), dtype=bool)
    today = np.datetime64(as_of.astimezone(NEW_YORK).date(), "D")
    if kind == "0dte":
        return np.asarray(chain.expiry == today)
    if kind == "days":
        return np.asarray((chain.expiry - today).astype(np.int64) <= (limit or 0.0))
    if kind == "dates":
        return np.isin(chain.expiry, np.array(dates, dtype="datetime64[D]"))
    days, inverse = np.unique(chain.expiry, return_inverse=True)
    monthly = np.array([is_monthly(day) for day in days.astype(object)], dtype=bool)[inverse]
    return monthly if kind == "monthly" else ~monthly
