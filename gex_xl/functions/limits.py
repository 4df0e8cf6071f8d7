"""Worksheet function that checks a dealer's positions against limits."""

from __future__ import annotations

from typing import Any

from gex_xl.desk.limits import MEASURES, check_limits, read_limits
from gex_xl.functions import arguments
from gex_xl.functions.common import Table
from gex_xl.functions.positions import AS_OF, EXAMPLE_LIMITS, EXAMPLE_POSITIONS
from gex_xl.functions.registry import worksheet

LIMITS = (
    "Columns limit, value and, for one class or series, scope. Limits: class inventory, series inventory, delta, "
    "gamma, vega, gamma concentration, vega concentration, capital, reg t margin, scenario margin"
)


@worksheet(
    "Own book",
    "Positions against limits: value, limit, use, state and what to do; Reg T margin is the strategy-free formula for "
    "short options, beside it a portfolio-margin style scenario loss",
    "table: limit, scope, value, limit, use, state, action, what is measured",
    (EXAMPLE_POSITIONS, EXAMPLE_LIMITS, None, AS_OF),
    spills=True,
    help={"limits": LIMITS, "warn_at": "Share of a limit from which its state is warn; blank: 0.8"},
)
def LIMIT_CHECK(
    positions: Any, limits: Any, spot: Any = None, as_of: Any = None, settings: Any = None, warn_at: Any = None
) -> Table:
    book = arguments.book(positions, spot, as_of, settings)
    wanted = read_limits(arguments.cells(limits, "limits"))
    share = arguments.fraction(arguments.amount(warn_at, "warn_at"), "warn_at", 0.8)
    rows: Table = [["Limit", "Scope", "Value", "Most", "Use", "State", "Action", "Unit and measure"]]
    for one in check_limits(book, wanted, share):
        measure = f"{one.unit}: {MEASURES[one.name][1]}"
        rows.append([one.name, one.scope, one.value, one.most, one.use, str(one.state), one.action, measure])
    return rows
