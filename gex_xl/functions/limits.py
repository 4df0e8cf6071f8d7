"""Worksheet function that checks a dealer's positions against limits."""

from __future__ import annotations

from typing import Annotated

from gex_xl.clock import in_words
from gex_xl.desk.limits import MEASURES, WARN_AT, check_limits, read_limits
from gex_xl.desk.positions import Book
from gex_xl.desk.states import read_states, since
from gex_xl.functions import arguments
from gex_xl.functions.arguments import Table
from gex_xl.functions.positions import AS_OF, EXAMPLE_LIMITS, EXAMPLE_POSITIONS
from gex_xl.functions.registry import worksheet

LIMITS = (
    "Columns limit, value and, where wanted, scope (class, series, underlying, or each) and currency. Limits: class "
    "inventory, series inventory, delta, gamma, vega, gamma concentration, vega concentration, capital, reg t margin, "
    "scenario margin"
)


@worksheet("Own book", EXAMPLE_POSITIONS, EXAMPLE_LIMITS, None, AS_OF)
def LIMIT_CHECK(
    book: Book,
    limits: Annotated[Table, LIMITS],
    warn_at: Annotated[float, "Share of a limit from which its state is warn; blank: 0.8", arguments.share] = WARN_AT,
    states: Annotated[
        Table | None, "Earlier states, for the last column: columns time, limit, scope, currency, state"
    ] = None,
) -> Table:
    """Positions against limits: value, limit, use, state and what to do; Reg T margin is the strategy-free formula for
    short options, beside it a portfolio-margin style scenario loss.

    Returns table: limit, scope, value, limit, use, state, action, what is measured, in this state since.
    """
    wanted = read_limits(limits)
    earlier = [] if states is None else read_states(states)
    rows: Table = [["Limit", "Scope", "Value", "Most", "Use", "State", "Action", "Unit and measure", "Since"]]
    for one in check_limits(book, wanted, warn_at):
        measure = f"{one.unit}: {MEASURES[one.name][1]}"
        start = in_words(since(one, book.as_of, earlier))
        rows.append([one.name, one.scope, one.value, one.most, one.use, str(one.state), one.action, measure, start])
    return rows
