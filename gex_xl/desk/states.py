"""Earlier states of limits, and since when each has been as it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from gex_xl.desk.limits import Check, State, limit_name
from gex_xl.desk.table import Cells, Where, read_table
from gex_xl.reading.dates import quote_time

COLUMNS = ("time", "limit", "scope", "currency", "state")
_WORDS = {"ok": State.OK, "within": State.OK, "warn": State.WARN, "near": State.WARN, "breach": State.BREACH,
          "over": State.BREACH}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EarlierState:
    """What the state of a limit was at a time (aware). `asked`: the scope as the limit names it, in capitals."""

    time: dt.datetime
    limit: str
    asked: str
    currency: str
    state: State


def read_states(cells: Cells, where: Where | None = None) -> list[EarlierState]:
    """Columns time, limit, scope, currency and state (ok, warn, breach), in any order of rows.

    Raises BadInput naming the row.
    """
    rows = read_table(
        cells, where or Where("states"),
        {"time": ("as_of", "asof", "date", "datetime"), "limit": ("name",), "scope": ("where",), "currency": ("ccy",),
         "state": ()},
        ("time", "limit", "state"),
    )  # fmt: skip
    found = []
    for row in rows:
        name = limit_name(row)
        time = quote_time(row.cells.get("time"), source="time") if row.word("time") else None
        if time is None:
            raise row.bad("time", "a date and time such as 2024-01-05 16:00")
        state = _WORDS.get(row.word("state").lower())
        if state is None:
            raise row.bad("state", "ok, warn or breach")
        found.append(EarlierState(time[0], name, row.word("scope").upper(), row.word("currency").upper(), state))
    return found


def since(check: Check, now: dt.datetime, earlier: Sequence[EarlierState]) -> dt.datetime:
    """Since when a limit has been in its state without a break: the first of its latest states that are the same;
    `now` where the one before was another, or there is none. States from `now` on do not count."""
    own = sorted(
        (one for one in earlier if one.time < now and (one.limit, one.asked, one.currency) == _key(check)),
        key=lambda one: one.time, reverse=True,
    )  # fmt: skip
    found = now
    for one in own:
        if one.state is not check.state:
            break
        found = one.time
    return found


def rows_of(checks: Sequence[Check], now: dt.datetime) -> list[list[str]]:
    """The states of now, in the order of `COLUMNS`, for keeping."""
    return [[now.isoformat(), *_key(check), str(check.state)] for check in checks]


def _key(check: Check) -> tuple[str, str, str]:
    return check.name, check.asked, check.currency
