"""Quotes shaded against inventory, inside a permitted band."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gex_xl.desk.limits import WARN_AT
from gex_xl.desk.table import FAR, MOST_CONTRACTS, Cells, Row, Where, read_table

_MOST_TICKS = 1e9  # beyond it ticks are no whole numbers any more
_FIELDS = {
    "name": ("series", "option", "symbol", "instrument", "label"),
    "mid": ("price", "midprice", "fair", "theo"),
    "volatility": ("dailyvolatility", "sigma", "pricevolatility", "vol"),
    "inventory": ("position", "contracts", "net", "netposition", "quantity", "qty"),
    "limit": ("inventorylimit", "max", "most"),
    "band": ("permittedband", "maxdistance"),
    "half_spread": ("basehalfspread",),
    "size": ("quotesize", "basesize", "clip"),
    "tick": ("ticksize", "minimumtick"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a quote is made from.

    `mid`, `half_spread`, `tick`, `band` in USD: no quote lies further than `band` from the mid. `volatility`: standard
    deviation of the price in USD over one day. `inventory`: signed contracts; `limit`: most of them, either way.
    `size`: contracts quoted while there is no inventory. `row`: of the range.
    """

    name: str
    mid: float
    volatility: float
    inventory: float
    limit: float
    band: float
    half_spread: float
    size: float
    tick: float
    row: int = 0


@dataclass(frozen=True, slots=True)
class Quote:
    """`reservation`: the price around which the quote stands before band and tick. A side of size 0 is not quoted."""

    name: str
    bid: float
    ask: float
    bid_size: int
    ask_size: int
    reservation: float
    why: str


def read_quotes(cells: Cells, where: Where | None = None) -> list[Wanted]:
    """One quote a row. Raises BadInput naming the row of what cannot be quoted."""
    rows = read_table(
        cells, where or Where("quotes"), _FIELDS, ("mid", "volatility", "inventory", "limit", "band")
    )  # fmt: skip
    return [_wanted(row) for row in rows]


def _wanted(row: Row) -> Wanted:
    name = row.word("name") or f"row {row.number}"
    row.named(name)
    mid, band = row.needed("mid", 0, above=True), row.needed("band", 0, above=True)
    tick = row.amount("tick", 0, above=True) or 0.01
    if max(mid, band) / tick > _MOST_TICKS:
        raise row.bad("tick", f"at least a billionth of the mid, {mid:g}, and of the band, {band:g}")
    half = row.amount("half_spread", 0, above=True) or band / 2
    if half > band:
        raise row.bad("half_spread", f"at most the band, {band:g}")
    one = Wanted(
        name, mid, row.needed("volatility", 0, above=True, high=FAR * mid),
        row.needed("inventory", high=MOST_CONTRACTS),
        row.needed("limit", 0, above=True, high=MOST_CONTRACTS), band, half,
        10.0 if row.amount("size", 0, high=MOST_CONTRACTS) is None else row.needed("size", 0), tick, row.number,
    )  # fmt: skip
    low, high = _ends(one)
    if high <= low:
        raise row.bad("band", f"room for two prices on a tick of {tick:g} around {mid:g}")
    return one


def adjust(wanted: Wanted, risk_aversion: float, days: float, warn_at: float = WARN_AT) -> Quote:
    """A quote around the reservation price s - q gamma sigma^2 (T - t) of Avellaneda and Stoikov (2008).

    `risk_aversion` is their gamma, per USD and contract; `days` their T - t, with sigma per day. The base half spread
    is kept; from `warn_at` of the limit on, the side that would add to the position moves away by up to one more half
    spread at the limit. Sizes of that side fall from full at `warn_at` to 0 at the limit, and never pass it. Bid and
    ask fall as inventory grows, never cross and never leave the band.
    """
    q, use = wanted.inventory, wanted.inventory / wanted.limit
    shift = q * risk_aversion * wanted.volatility**2 * days
    reservation = wanted.mid - shift
    half, room = wanted.half_spread, wanted.band - wanted.half_spread
    centre = min(max(reservation, wanted.mid - room), wanted.mid + room)
    longer, shorter = _pressure(use, warn_at), _pressure(-use, warn_at)
    low, high = _ends(wanted)
    bid = math.floor((centre - half * (1 + longer)) / wanted.tick + 1e-9)
    ask = math.ceil((centre + half * (1 + shorter)) / wanted.tick - 1e-9)
    bid = min(max(bid, low), high - 1)
    ask = max(min(ask, high), bid + 1)
    bid_size = _size(wanted, longer, wanted.limit - q) if bid > 0 else 0
    ask_size = _size(wanted, shorter, wanted.limit + q)
    why = _why(wanted, shift, centre != reservation, use, (bid_size, ask_size), warn_at)
    return Quote(wanted.name, _price(bid, wanted), _price(ask, wanted), bid_size, ask_size, reservation, why)


def _ends(wanted: Wanted) -> tuple[int, int]:
    """The lowest and the highest price that may be quoted, in ticks; a bid of 0 is no bid."""
    low = math.ceil((wanted.mid - wanted.band) / wanted.tick - 1e-9)
    return max(low, 0), math.floor((wanted.mid + wanted.band) / wanted.tick + 1e-9)


def _price(ticks: int, wanted: Wanted) -> float:
    return round(ticks * wanted.tick, 10)


def _pressure(use: float, warn_at: float) -> float:
    """0 up to the warning, 1 at the limit and beyond."""
    if use >= 1:
        return 1.0
    return max(0.0, (use - warn_at) / (1 - warn_at)) if warn_at < 1 else 0.0


def _size(wanted: Wanted, pressure: float, room: float) -> int:
    return max(0, math.floor(min(wanted.size * (1 - pressure), room) + 1e-9))


def _why(wanted: Wanted, shift: float, clipped: bool, use: float, sizes: tuple[int, int], warn_at: float) -> str:
    if not wanted.inventory:
        return "no inventory: quoted around the mid"
    side = "long" if use > 0 else "short"
    parts = [f"{side} {abs(wanted.inventory):g} of {wanted.limit:g}: shaded by {-shift:+.4g}"]
    if clipped:
        parts.append("held at the band")
    adding = "bid" if use > 0 else "ask"
    size = sizes[0] if use > 0 else sizes[1]
    if abs(use) >= 1:
        parts.append(f"limit {'breached' if abs(use) > 1 else 'reached'}: no {adding}")
    elif abs(use) >= warn_at:
        parts.append(f"{adding} wider" + (f", its size {size}" if size else ", not quoted"))
    elif size < math.floor(wanted.size):
        parts.append(f"{adding} size cut to the room left, {size}")
    return "; ".join(parts)
