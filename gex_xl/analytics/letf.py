"""What leveraged and inverse funds must trade at the close to keep their leverage."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gex_xl.errors import BadInput


@dataclass(frozen=True, slots=True)
class Fund:
    """A fund that promises `leverage` times an index's return of each day; `assets` in USD at the last close."""

    name: str
    assets: float
    leverage: float

    def rebalancing(self, move: float) -> float:
        """What it buys of the index (USD) after a move of the day, 0.01 for +1 %; negative: it sells.

        Assets become A (1 + L x), exposure L A (1 + x); the promise for tomorrow needs L A (1 + L x): the difference
        is A L (L - 1) x. Cheng and Madhavan, "The Dynamics of Leveraged and Inverse Exchange-Traded Funds", Journal
        of Investment Management 7 (4), 2009, equation for the hedging demand. Positive for a rise at any leverage
        outside 0 to 1, inverse funds among them.

        >>> Fund("bull", 1e9, 3.0).rebalancing(0.01), Fund("bear", 1e9, -1.0).rebalancing(0.01)
        (60000000.0, 20000000.0)
        """
        return self.assets * (self.leverage * (self.leverage - 1)) * move


def letf_flow(funds: Sequence[Fund], moves: Sequence[float]) -> list[tuple[float, float, list[float]]]:
    """For each move of the index: the move, what all funds buy (USD), and what each buys: Cheng and Madhavan 2009, see
    Fund. Raises BadInput for a move of 100 % or more.
    """
    for move in moves:
        if not abs(move) < 1:
            raise BadInput(f"moves holds {move:g}, which is {move:+.0%}; expected less than 100 %, for instance 0.01")
    out = []
    for move in moves:
        each = [fund.rebalancing(move) for fund in funds]
        out.append((move, math.fsum(each), each))
    return out
