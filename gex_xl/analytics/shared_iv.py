"""One implied volatility for both rights at a strike and settlement: put-call parity says that they share one."""

from __future__ import annotations

import numpy as np

from gex_xl.analytics.black_scholes import ndtr
from gex_xl.analytics.implied_vol import implied_vol
from gex_xl.analytics.pairs import counterparts
from gex_xl.arrays import FloatArray, Index, Mask
from gex_xl.chain import Chain
from gex_xl.settings import IvSource

_ROUNDS = 6  # of the weight's own volatility: its error falls with the skew times the gap of the two


def shared_iv(
    chain: Chain, live: Mask, forward: FloatArray, years: FloatArray, discount: FloatArray, source: IvSource
) -> tuple[FloatArray, Mask]:
    """iv of each contract, shape (n,), NaN where there is none, and where it was solved from bid and ask.

    `blend`: sigma = (1 - N(d1)) iv_call + N(d1) iv_put. A feed that solved at a wrong forward has iv_call = sigma +
    N(d1) x and iv_put = sigma - (1 - N(d1)) x, so that x cancels; in the wings it is the out-of-the-money side's.
    `otm`: that side alone. One side missing: the other where it is out of the money; else the line is solved from its
    quotes, and takes the other's where it has none. Both missing: solved from the quotes of the out-of-the-money side,
    or else of the line. `discount` is exp(-rT).
    """
    other = counterparts(chain)
    own, twin = chain.iv, np.where(other >= 0, chain.iv[other], np.nan)
    in_the_money = np.where(chain.is_call, chain.strike < forward, chain.strike > forward)
    both = np.flatnonzero(live & np.isfinite(own) & np.isfinite(twin))
    iv = np.where(in_the_money & np.isfinite(twin), twin, own)
    iv = np.where(np.isnan(own) & ~in_the_money & np.isfinite(twin), np.nan, iv)
    if source is IvSource.BLEND and both.size:
        calls = both[chain.is_call[both]]
        iv[calls] = iv[other[calls]] = _blended(
            own[calls], twin[calls], np.log(forward[calls] / chain.strike[calls]), np.sqrt(years[calls])
        )
    missing = np.flatnonzero(live & np.isnan(iv))
    solved = np.zeros(len(chain), dtype=bool)
    if missing.size:
        found = _from_quotes(chain, missing, other, in_the_money, forward, years, discount)
        iv[missing] = np.where(np.isnan(found), twin[missing], found)
        solved[missing] = np.isfinite(found)
    return iv, solved


def _blended(iv_call: FloatArray, iv_put: FloatArray, away: FloatArray, root: FloatArray) -> FloatArray:
    """The blend of two ivs; N(d1) is taken at the blend itself. `away` is ln(F/K), `root` sqrt(T)."""
    blend = 0.5 * (iv_call + iv_put)
    for _ in range(_ROUNDS):
        stdev = blend * root
        weight = ndtr(away / stdev + 0.5 * stdev)
        blend = (1 - weight) * iv_call + weight * iv_put
    return np.asarray(blend)


def _from_quotes(
    chain: Chain,
    missing: Index,
    other: Index,
    in_the_money: Mask,
    forward: FloatArray,
    years: FloatArray,
    discount: FloatArray,
) -> FloatArray:
    """iv from mids: the out-of-the-money side's quote is the informative one, a line's own where that has none."""
    two_sided = (chain.bid > 0) & (chain.ask >= chain.bid)
    twin = other[missing]
    use_twin = in_the_money[missing] & (twin >= 0) & two_sided[twin]
    quoted = np.where(use_twin, twin, missing)
    mid = np.where(two_sided[quoted], 0.5 * (chain.bid[quoted] + chain.ask[quoted]), np.nan)
    return implied_vol(
        mid, forward[missing], chain.strike[missing], years[missing], chain.is_call[quoted], discount[missing]
    )
