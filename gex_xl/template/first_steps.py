"""The copy of the first screen that is saved with a file: what it shows where its functions do not run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from gex_xl import __version__
from gex_xl.analytics import wording
from gex_xl.analytics.first_screen import ROWS
from gex_xl.engines import Recalculation
from gex_xl.engines.package import Package
from gex_xl.engines.sheet_xml import Entry
from gex_xl.template import plan

_COLUMNS = ("key", "label", "value", "shown", "words", "note", "kind")
_STEP = "Open the host's add-in, then press Ctrl+Alt+F9."
#: What the first screen says where functions do not run.
BADGE, LABEL = "NOT LIVE: selectors do nothing until the functions run", "THE FUNCTIONS ARE NOT RUNNING"
WORD, SEE_START = "Saved figures", "See Start for what this file needs."


def stamp(
    package: Package, done: Recalculation, computed: dt.datetime | None, note: Sequence[str] = ()
) -> Recalculation:
    """Keep the computed headline in the file as values, and say there by what and when it was computed.

    `computed` None leaves the time out. `note`: what the host's file says on its first sheet. The panels show this
    copy where HEADLINE is an error.
    """
    live = {key: [done.values.get(f"{plan.CALC}!{place}") for place in _live(i)] for i, key in enumerate(ROWS)}
    if live["verdict"][4] is None:
        return done
    when = (
        f" on {wording.day(computed.astimezone(dt.UTC).date())} {computed.astimezone(dt.UTC):%Y, %H:%M} UTC"
        if computed
        else ""
    )
    saved = f"Figures saved{when} by gex_xl {__version__}, not live"
    changes: dict[str, dict[int, str]] = {
        "used": {4: saved},
        "filter": {4: BADGE, 6: "bad"},
        "status": {4: f"NOT LIVE: {saved[:1].lower()}{saved[1:]}   |   {live['status'][4] or ''}", 6: "bad"},
        "sure": {1: LABEL, 4: WORD, 5: _step(note), 6: "bad"},
    }
    rows: dict[int, dict[int, Entry]] = {}
    for key, values in live.items():
        for at, (column, value) in enumerate(zip(_COLUMNS, values, strict=True)):
            shown = changes.get(key, {}).get(at, value)
            row, place = plan.saved_place(key, column)
            rows.setdefault(row, {})[place] = Entry(None if shown == "" else shown)
    package.write_values({plan.CALC: rows}, {})
    return done


def _step(note: Sequence[str]) -> str:
    return SEE_START if note else _STEP


def _live(row: int) -> list[str]:
    return [f"{column}{plan.SAVED_ROW + row}" for column in "DEFGHIJ"]
