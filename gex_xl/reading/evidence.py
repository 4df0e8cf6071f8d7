"""Evidence of quotes on the unit of iv: what a straddle near the money costs says how large its volatility is."""

from __future__ import annotations

import datetime as dt

import numpy as np

from gex_xl.products import product
from gex_xl.reading.columns import Columns

_YEAR = 365 * 86_400.0
_STRADDLE = np.sqrt(2 / np.pi)  # of spot times iv sqrt(T), at the money
_HIGH = 5.0
_UNITS = (1.0, 0.01, 100.0)


def weigh_iv(columns: Columns) -> None:
    """Let quotes decide the unit of iv where only its size spoke, and say where it contradicts them all the same."""
    estimates = _estimates(columns)
    if not estimates:
        return
    quoted, own = (float(np.median(side)) for side in zip(*estimates, strict=True))
    unit = min(_UNITS, key=lambda unit: abs(np.log(quoted / (own * unit))))
    agrees = abs(np.log(quoted / (own * unit))) < np.log(2)
    if unit != 1.0 and agrees and columns.iv_open:
        columns.iv = columns.iv * unit
        columns.notes = [note for note in columns.notes if not note.startswith("iv looks like percent")]
        columns.notes.append(
            f"iv is {'multiplied' if unit > 1 else 'divided'} by 100: bid and ask near the money say {quoted:.1%}"
        )
        own *= unit
    if abs(np.log(quoted / own)) > np.log(3):
        columns.notes.append(
            f"iv near the money is {own:.2%}, but the bid and ask quotes beside it say about {quoted:.2%}: it may be "
            "the volatility of something else, such as of a rate; the figures rest on it"
        )


def compare_sides(columns: Columns) -> None:
    """Say where the iv of calls and of puts differ as only two units, or two columns, can: parity says they are one."""
    real = columns.iv > max(columns.iv_placeholder[0], 0.0)
    if real.any() and (middle := float(np.median(columns.iv[real]))) > _HIGH:
        columns.notes.append(f"iv is {middle:,.0%} in the middle, more than any market's: is it in another unit?")
    calls, puts = (columns.iv[real & (columns.right == side)] for side in "CP")
    if not (calls.size and puts.size):
        return
    own, other = float(np.median(calls)), float(np.median(puts))
    if abs(np.log(own / other)) > np.log(3):
        columns.notes.append(
            f"iv of calls is {own:.2%} in the middle and that of puts {other:.2%}: they should be one; is one of the "
            "columns in another unit, or something else?"
        )


def gamma_ratio(columns: Columns) -> float:
    """The feed's gamma by that of its own iv near the money, the median; 0.0 where one of them is not known."""
    spot, asked = columns.spot, columns.quote_time
    if not spot or asked is None:
        return 0.0
    listed = product(columns.symbol, columns.venue)
    ends = {day: dt.datetime.combine(day, listed.settlement, listed.zone) for day in set(columns.expiry)}
    years = np.array([(ends[day] - asked).total_seconds() / _YEAR for day in columns.expiry])
    with np.errstate(invalid="ignore", divide="ignore"):
        stdev = columns.iv * np.sqrt(years)
        d1 = np.log(spot / columns.strike) / stdev + stdev / 2
        ratio = columns.gamma * spot * stdev * np.sqrt(2 * np.pi) * np.exp(d1 * d1 / 2)
        near = (np.abs(d1) < 1) & (ratio > 0)
    return float(np.median(ratio[near])) if near.any() else 0.0


def _estimates(columns: Columns) -> list[tuple[float, float]]:
    """(iv that the quotes say, iv of the column) of the straddle nearest the money of each expiry."""
    spot, asked = columns.spot, columns.quote_time
    if not spot or spot < 1e-9 or asked is None:
        return []
    listed = product(columns.symbol, columns.venue)
    fine = (columns.bid > 0) & (columns.ask >= columns.bid) & (columns.iv > 1e-9) & (columns.strike > 1e-9)
    away = np.full(len(fine), np.inf)
    away[fine] = np.abs(np.log(columns.strike[fine] / spot))
    strikes, rights = columns.strike.tolist(), columns.right.tolist()
    days = set(columns.expiry)
    found: dict[tuple[dt.date, float], dict[str, int]] = {}
    nearest: dict[dt.date, tuple[float, dict[str, int]]] = {}
    for i in np.argsort(away, kind="stable")[: fine.sum()].tolist():
        day = columns.expiry[i]
        if day in nearest:
            continue
        pair = found.setdefault((day, strikes[i]), {})
        pair[rights[i]] = i
        if len(pair) == 2:
            nearest[day] = away[i], pair
            if len(nearest) == len(days):
                break
    out = []
    for day, (distance, pair) in nearest.items():
        left = (dt.datetime.combine(day, listed.settlement, listed.zone) - asked).total_seconds() / _YEAR
        sides = [pair["C"], pair["P"]]
        straddle = float((columns.bid[sides] + columns.ask[sides]).sum()) / 2
        own = float(np.mean(columns.iv[sides]))
        if left > 0 and 1e-9 < straddle < 1e15 and own < 1e15:
            quoted = straddle / (_STRADDLE * spot * np.sqrt(left))
            # Far from the money in its own terms, a straddle is all intrinsic value and says nothing.
            if distance < quoted * np.sqrt(left):
                out.append((quoted, own))
    return out
