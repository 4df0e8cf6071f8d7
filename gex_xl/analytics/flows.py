"""What dealers must trade to stay hedged when spot or implied volatility moves at once.

They trade against the change of their options' delta: shares = -(delta after - delta before). Amounts in USD are
those shares at today's spot. Contracts without iv are left out (see dealer_exposure.with_iv).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.dealer_exposure import Kind, exposure_of, options, with_iv
from gex_xl.analytics.exposure import exact_sum, require_any
from gex_xl.analytics.once import once_per
from gex_xl.analytics.profile import with_early_exercise
from gex_xl.arrays import FloatArray
from gex_xl.errors import BadInput

#: A fall of iv stops here, or at the line's own iv where that is lower: 1 vol point.
LOWEST_IV = 0.01
_MONTH = 30 / 365  # years, up to which iv moves in full with spot


@dataclass(frozen=True, slots=True)
class Flow:
    """Dealers' trade for one move; positive: they buy.

    `move`: a fraction of spot, or a change of annualised iv, both decimal. `shares` and `usd` (at today's spot) from
    a full repricing, `linear` (USD) from gamma or vanna alone. `stopped`: contracts whose iv could not fall as far.
    `with_iv_shares` and `with_iv_usd`: a second repricing in which iv moves with spot; None where it does not.
    """

    move: float
    shares: float
    usd: float
    linear: float
    stopped: int = 0
    with_iv_shares: float | None = None
    with_iv_usd: float | None = None


@once_per()
def hedge_flow(contracts: Contracts, moves: Sequence[float], spot_vol: float = 0.0) -> tuple[Flow, ...]:
    """Dealers' trade for each move of spot (0.01 is +1 %): full reprice, and linear = -GEX x move in %.

    Each line keeps its iv (sticky strike), its forward moves in proportion, no time passes. `spot_vol`: relative
    change of iv in % for +1 % of spot (-4: iv of 20 % falls to 19.2 %), scaled by min(1, sqrt(30 days / T)) since
    long maturities move less (method, section 7); other than 0, a second reprice with it stands beside the first.
    Raises BadInput for a move of 100 % or more, NoValue where no contract is left.
    """
    used = with_iv(contracts)
    require_any(used)
    before, out = options(used), []
    held, gamma = before.delta(), _linear(used, Kind.GAMMA)
    position = with_early_exercise(used)  # as the profile has it, of which this is the area
    for move in moves:
        _require_small(move, "0.01 or 1% for one percent of spot")
        after = replace(before, spot=used.spot * (1 + move), forward=used.forward * (1 + move))
        shares = _bought(position, after.delta() - held)
        flow = Flow(move, shares, shares * used.spot, _against(gamma, 100 * move))
        if spot_vol:
            iv, stopped = _moved_iv(used, spot_vol * move)
            shares = _bought(position, replace(after, stdev=iv * np.sqrt(used.years)).delta() - held)
            flow = replace(flow, stopped=stopped, with_iv_shares=shares, with_iv_usd=shares * used.spot)
        out.append(flow)
    return tuple(out)


def _moved_iv(contracts: Contracts, change: float) -> tuple[FloatArray, int]:
    """iv after a relative change at 30 days or less, and how many contracts stop at 1 vol point; see `hedge_flow`."""
    iv = contracts.stdev / np.sqrt(contracts.years)
    moved = iv * (1 + change * np.minimum(1.0, np.sqrt(_MONTH / contracts.years)))
    lowest = np.minimum(iv, LOWEST_IV)
    return np.maximum(moved, lowest), int((moved < lowest).sum())


@once_per()
def vol_flow(contracts: Contracts, moves: Sequence[float]) -> tuple[Flow, ...]:
    """Dealers' trade for each parallel move of iv (0.01 is one vol point): full reprice, and linear from vanna.

    Raises BadInput for a move of 100 vol points or more, NoValue where no contract is left. Method, section 7.
    """
    used = with_iv(contracts)
    require_any(used)
    before, out = options(used), []
    held, vanna = before.delta(), _linear(used, Kind.VANNA)
    root = np.sqrt(used.years)
    iv = used.stdev / root
    lowest = np.minimum(iv, LOWEST_IV)
    for move in moves:
        _require_small(move, "0.01 or 1% for one vol point")
        moved = np.maximum(iv + move, lowest)
        shares = _bought(used.position, replace(before, stdev=moved * root).delta() - held)
        stopped = int((iv + move < lowest).sum())
        out.append(Flow(move, shares, shares * used.spot, _against(vanna, 100 * move), stopped))
    return tuple(out)


def _linear(contracts: Contracts, kind: Kind) -> float:
    """Total exposure in USD, which is the unit that `under` leaves."""
    return exact_sum(exposure_of(contracts, kind)[1])


def _bought(position: FloatArray, change: FloatArray) -> float:
    """Shares bought against a change of delta per share of `position`; an exact 0 without a sign."""
    return _against(1.0, exact_sum(position * change))


def _against(exposure: float, move: float) -> float:
    return 0.0 - exposure * move


def _require_small(move: float, wanted: str) -> None:
    if not abs(move) < 1:
        raise BadInput(f"moves holds {move:g}, which is {move:+.0%}; expected less than 100 %, for instance {wanted}")
