"""Every level that people draw, with its distance from spot, and what it is in a related product."""

from __future__ import annotations

import contextlib
import datetime as dt
import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from gex_xl.analytics.contracts import Contracts, under
from gex_xl.analytics.expiries import ExpectedMove, expected_moves, max_pain
from gex_xl.analytics.exposure import absolute_strike, per_strike, require_any, top_strikes
from gex_xl.analytics.profile import zero_gammas
from gex_xl.analytics.selection import part, settlements_of
from gex_xl.analytics.summary import summarise
from gex_xl.analytics.terms import by_model
from gex_xl.arrays import Mask
from gex_xl.cache import temporary
from gex_xl.clock import NEW_YORK
from gex_xl.errors import BadInput, NoValue

NEAR = 0.0025  # of spot
_TOP = 3
#: Up to this distance of the two prices, `auto` moves levels by their difference (method, section 7).
_SAME_SIZE = 0.05


class Mapping(StrEnum):
    """How a level becomes a price of the related product; see `mapped`."""

    AUTO = "auto"
    RATIO = "ratio"
    DIFFERENCE = "difference"


@dataclass(frozen=True, slots=True)
class PriceLevel:
    """One level. `price` in USD; None with the reason in `note` where there is none.

    `group`: the kind of level (zero_gamma, flip, call_wall, put_wall, absolute, net_long, net_short, max_pain,
    move_up, move_down). `distance` is price / spot - 1. `moves` is (price - spot) over the expected move of the next
    expiry, one standard deviation; None where there is none. `mapped`: in terms of the related product, the price
    itself without one. `near`: spot lies within the given share of spot of it.
    """

    name: str
    group: str
    price: float | None
    distance: float | None
    moves: float | None
    mapped: float | None
    near: bool
    note: str


@dataclass(frozen=True, slots=True)
class PriceLevels:
    """All levels in a fixed order, zero gamma first; how they were mapped, and the expected move they are measured in.

    `target` is the related product's price, None without one; `mapping` is never `auto`.
    """

    levels: tuple[PriceLevel, ...]
    target: float | None
    mapping: Mapping
    expected: ExpectedMove | None


def mapping_for(spot: float, target: float, mapping: Mapping = Mapping.AUTO) -> Mapping:
    """Ratio or difference: `auto` takes the difference where the two prices are within 5 %, else the ratio.

    Method, section 7.
    """
    if mapping is not Mapping.AUTO:
        return mapping
    # As a difference, so that 105 is within 5 % of 100: 105 / 100 - 1 is not, in binary.
    return Mapping.DIFFERENCE if abs(target - spot) <= _SAME_SIZE * spot else Mapping.RATIO


def mapped(level: float, spot: float, target: float, mapping: Mapping = Mapping.AUTO) -> float:
    """A level of the underlying in terms of a product quoted at `target` at the same instant; all in USD.

    ratio: level x target / spot (a fund on an index); difference: level + target - spot (a future, whose basis is
    the same at every level). Method, section 7.

    >>> mapped(4800.0, 4700.0, 470.0), mapped(4800.0, 4700.0, 4735.5)
    (480.0, 4835.5)
    """
    if mapping_for(spot, target, mapping) is Mapping.RATIO:
        return level * (target / spot)
    return level + (target - spot)


def price_levels(
    contracts: Contracts, target: float | None = None, mapping: Mapping = Mapping.AUTO, near: float = NEAR
) -> PriceLevels:
    """Zero gamma (all roots), flip, walls (all, 0DTE, all but the next), absolute strike, top net strikes, max pain
    and expected moves of the next expiry.

    Formulas and sources: zero gamma and flip, method, sections 3 and 4; walls, method, section 7; absolute gamma
    strike, the largest |call| + |put| (SpotGamma's glossary, "Absolute Gamma Strike"); max pain, `expiries.max_pain`;
    expected move, spot x iv x sqrt(T) at one and two standard deviations (Hull, chapter on volatility). Raises
    BadInput for a target or a share that cannot be, NoValue where no contract is left.
    """
    if target is not None and not 0 < target < math.inf:
        raise BadInput(f"target is {target:g}; expected the price of the related product, above 0")
    if not 0 <= near < 1:
        raise BadInput(f"near is {near:g}; expected a share of spot such as 0.25%")
    require_any(contracts)
    spot = contracts.spot
    chosen = mapping_for(spot, target, mapping) if target else Mapping.RATIO
    following = _next(contracts)
    expected = next((m for m in expected_moves(contracts) if m.move and (m.expiry, m.am_settled) == following), None)
    size = expected.move if expected else None

    def level(name: str, group: str, price: float | None, note: str = "") -> PriceLevel:
        if price is None:
            return PriceLevel(name, group, None, None, None, None, False, note)
        elsewhere = mapped(price, spot, target, chosen) if target else price
        away = price / spot - 1
        return PriceLevel(
            name, group, price, away, (price - spot) / size if size else None, elsewhere, abs(away) <= near, note
        )

    return PriceLevels(
        tuple(level(*named) for named in [*_zero(contracts), *_walls(contracts), *_next_expiry(contracts, expected)]),
        target, chosen, expected,
    )  # fmt: skip


Named = tuple[str, str, float | None, str]


def _zero(contracts: Contracts) -> list[Named]:
    """Zero gamma, the root nearest spot first, and the flip strike."""
    roots = sorted(zero_gammas(contracts), key=lambda root: abs(root - contracts.spot))
    rows: list[Named] = [("Zero gamma", "zero_gamma", roots[0], by_model(contracts).strip()) if roots else
                         ("Zero gamma", "zero_gamma", None, "the profile keeps one sign")]  # fmt: skip
    rows += [(f"Zero gamma {place}", "zero_gamma", root, "a further root") for place, root in enumerate(roots[1:], 2)]
    flip = summarise(contracts).flip
    if flip is None:
        return [*rows, ("Flip strike", "flip", None, "one-sided chain")]
    return [*rows, ("Flip strike", "flip", flip.strike, f"dealers long gamma {flip.long_side} it")]


def _walls(contracts: Contracts) -> list[Named]:
    """Walls of all expiries, of today's and of all but the next; the absolute strike; the top net strikes."""
    rows: list[Named] = []
    for name, some, reason in (
        ("", contracts, ""),
        (" 0DTE", _some(contracts, _today(contracts)), "nothing expires today"),
        (" ex next", _some(contracts, _after_next(contracts)), "nothing settles after the next expiry"),
    ):
        walls: tuple[float | None, float | None] = (None, None)
        if some is not None:
            with temporary():
                walls = summarise(some).call_wall, summarise(some).put_wall
        for side, group, wall in zip(("Call wall", "Put wall"), ("call_wall", "put_wall"), walls, strict=True):
            why = reason if some is None else f"no {side[:4].strip().lower()} carries exposure"
            rows.append((side + name, group, wall, "" if wall is not None else why))
    strikes = per_strike(under(contracts))
    absolute = absolute_strike(strikes)
    rows.append(("Absolute gamma", "absolute", absolute, "" if absolute is not None else "nothing carries exposure"))
    long, short = top_strikes(strikes, _TOP)
    for word, group, places in (("Net long", "net_long", long), ("Net short", "net_short", short)):
        for rank in range(_TOP):
            price = float(strikes.strike[places[rank]]) if rank < len(places) else None
            rows.append(
                (f"{word} {rank + 1}", group, price, "" if price is not None else f"fewer than {rank + 1} such strikes")
            )
    return rows


def _next_expiry(contracts: Contracts, expected: ExpectedMove | None) -> list[Named]:
    rows: list[Named] = []
    following = _next(contracts)
    pain = None
    with contextlib.suppress(NoValue):
        pain = next((p for p in max_pain(contracts) if (p.expiry, p.am_settled) == following), None)
    price = pain.strike if pain else None
    rows.append(("Max pain", "max_pain", price, f"{pain.expiry:%Y-%m-%d}" if pain and price else "one side is missing"))
    for sigma in (1, 2):
        for word, group, sign in (("high", "move_up", 1), ("low", "move_down", -1)):
            name = f"Expected {word}" + (" 2 sigma" if sigma == 2 else "")
            if expected is None or expected.move is None:
                rows.append((name, group, None, "no at-the-money volatility in the next expiry"))
                continue
            price = contracts.spot + sign * sigma * expected.move
            rows.append((name, group, price if price > 0 else None, f"{expected.expiry:%Y-%m-%d}"))
    return rows


def _next(contracts: Contracts) -> tuple[dt.date, bool]:
    """The next settlement of the used contracts: its date and whether it is at the open."""
    settlement = settlements_of(contracts)
    first = int(np.argmin(settlement))
    day: dt.date = contracts.chain.expiry[contracts.index[first]].astype(object)
    return day, bool(contracts.chain.am_settled[contracts.index[first]])


def _today(contracts: Contracts) -> Mask:
    today = np.datetime64(contracts.as_of.astimezone(NEW_YORK).date(), "D")
    return np.asarray(contracts.chain.expiry[contracts.index] == today)


def _after_next(contracts: Contracts) -> Mask:
    settlement = settlements_of(contracts)
    return np.asarray(settlement > settlement.min()) if settlement.size else np.zeros(0, dtype=bool)


def _some(contracts: Contracts, chosen: Mask) -> Contracts | None:
    return part(contracts, chosen) if chosen.any() else None
