"""What a file tells whoever opens it before its functions are there: what to do, and of when its figures are."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

from gex_xl import __version__
from gex_xl.engines import Recalculation
from gex_xl.engines.package import Package
from gex_xl.engines.sheet_xml import Entry
from gex_xl.template import plan
from gex_xl.template.formats import Formats

_NOTE = "E1:I2"
_SHOWN, _FIGURES, _COMPUTED = (10, 2), (9, 12), (10, 12)  # row and column: the sentence, and what it goes by
_QUOTES = ", from quotes as of "
# The handle of the chain comes from its content and the settings, and the regime follows from more than that: while
# both are the same, so are the figures. Where there are none, nothing is said of them.
_SENTENCE = (
    '=IF($L$10="","",IFERROR(IF(Chain&" "&Regime=$L$9,$L$10,"Figures recalculated since the file was made")'
    f'&"{_QUOTES}"&As_Of&".",""))'
)


def write(sheet: Any, look: Formats, note: Sequence[str]) -> None:
    """The lines beside the title, and the place for the sentence below the cards."""
    sheet.merge_range(_NOTE, "\n".join(note), look.first_steps)
    sheet.set_row(1, 18)
    sheet.write_formula("B10", _SENTENCE, look.fine)
    for cell in ("L9", "L10"):
        sheet.write_blank(cell, None, look.fine)


def stamp(package: Package, done: Recalculation, computed: dt.datetime | None) -> Recalculation:
    """Let the file say by what, and when, its figures were computed; None leaves the time out.

    A book that was built without a note stays as it is.
    """
    if f"{plan.DASHBOARD}!B10" not in done.values:
        return done
    when = f" on {computed.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC" if computed else ""
    text = f"Figures in this file computed{when} by gex_xl {__version__}"
    chain, regime, quotes = (str(done.names.get(name)) for name in ("Chain", "Regime", "As_Of"))
    bad = any(shown.startswith("#") for shown in (chain, regime, quotes))
    sentence = "" if bad else f"{text}{_QUOTES}{quotes}."
    rows: dict[int, dict[int, Entry]] = {9: {}, 10: {}}
    for (row, column), value in ((_SHOWN, sentence), (_FIGURES, f"{chain} {regime}"), (_COMPUTED, text)):
        rows[row][column] = Entry(value)
    package.write_values({plan.DASHBOARD: rows}, {})
    return dataclasses.replace(done, values={**done.values, f"{plan.DASHBOARD}!B10": sentence})
