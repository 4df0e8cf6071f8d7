"""Dividends in cash, as forwards tell them: the next one by itself, what comes later as one sum."""

from __future__ import annotations

import datetime as dt

import numpy as np

from gex_xl.analytics.forwards import Forwards, calls_are_held
from gex_xl.arrays import FloatArray, Mask
from gex_xl.cache import cached
from gex_xl.chain import Chain
from gex_xl.clock import is_session

_CENT = 0.01  # no dividend is less
_YEAR = np.timedelta64(365 * 86_400, "s")


@cached(8)
def cash_dividends(chain: Chain, curve: Forwards) -> tuple[FloatArray, FloatArray] | None:
    """Today's worth of the dividends before each settlement as a share of spot, and when the one dividend is paid as a
    share of the time to settlement, NaN where there is none or more than one; both of shape (m,).

    1 - exp(-rT) F/S over expiries is a step where a dividend is paid, and a line through 0 under a yield. Of the first
    expiries as many are taken as a step fits better than a line by least squares; they must reach twice as far as the
    step, where a line would have doubled. None where none do, where contracts are European, or where spot is late. A
    step smaller than a cent, or than the gap between the paste's spot and the options' own, says nothing.
    """
    if not chain.american.any() or calls_are_held(chain, curve):
        return None
    order = np.argsort(curve.years, kind="stable")
    order = order[curve.years[order] > 0]
    t = curve.years[order]
    share = 1 - curve.ratio[order] * np.exp(-curve.rate * t)
    gap = max(_CENT / curve.own_spot, abs(curve.own_spot / chain.spot - 1) if chain.spot else 0.0)
    for n in range(len(t), 1, -1):
        k, left = _step(share[:n])
        if share[k:n].mean() > gap and t[n - 1] >= 2 * t[k] and left < _line(share[:n], t[:n]):
            break
    else:
        return None
    paid, ex = np.zeros(len(curve.years)), np.full(len(curve.years), np.nan)
    paid[order[k:]] = np.maximum(0.0, share[k:])
    one = order[k:n][share[k:n] > 0]
    until = _until_paid(chain, curve, int(order[k]), int(order[k - 1]) if k else None)
    ex[one] = (until if until > 0 else np.nan) / curve.years[one]
    return paid, ex


def exercised_at_dividend(chain: Chain, curve: Forwards, spot: float) -> Mask:
    """Contracts at whose strike and settlement a call deep enough in the money is exercised before the dividend, shape
    (n,): the dividend is worth more than interest on the strike from there on. Call and put then share no parity."""
    cash = cash_dividends(chain, curve)
    if cash is None:
        return np.zeros(len(chain), dtype=bool)
    paid, ex = (each[curve.group] for each in cash)
    interest = curve.rate * curve.years[curve.group]
    return np.asarray((ex < 1) & (spot * paid * np.exp(interest * ex) > chain.strike * -np.expm1(-interest * (1 - ex))))


def _step(share: FloatArray) -> tuple[int, float]:
    """The first expiry above a step from 0, and the sum of squares that the best step leaves."""
    below = np.concatenate([[0.0], np.cumsum(share**2)[:-1]])
    count = np.arange(len(share), 0, -1)
    above = np.cumsum(share[::-1] ** 2)[::-1] - np.cumsum(share[::-1])[::-1] ** 2 / count
    left = below + np.maximum(above, 0.0)
    k = int(np.argmin(left))
    return k, float(left[k])


def _line(share: FloatArray, t: FloatArray) -> float:
    """The sum of squares that the best line through 0 leaves."""
    return float(((share - t * (share @ t) / (t @ t)) ** 2).sum())


def _until_paid(chain: Chain, curve: Forwards, first: int, before: int | None) -> float:
    """Years until the start of the ex-dividend day: the middle one of the sessions after the last expiry without it."""
    settled = curve.settlement[first]
    now = settled - (curve.years[first] * _YEAR.astype(float)).astype("timedelta64[s]")
    low, high = (_day(chain, moment) for moment in (now if before is None else curve.settlement[before], settled))
    days = [low + dt.timedelta(days=d) for d in range(1, (high - low).days + 1)]
    days = [day for day in days if chain.product.never_closes or is_session(day)]
    day = days[len(days) // 2] if days else high
    starts = np.datetime64(dt.datetime.combine(day, dt.time(), chain.zone).astimezone(dt.UTC).replace(tzinfo=None), "s")
    return float((starts - now) / _YEAR)


def _day(chain: Chain, moment: np.datetime64) -> dt.date:
    found: dt.datetime = moment.astype("datetime64[s]").astype(object)
    return found.replace(tzinfo=dt.UTC).astimezone(chain.zone).date()
