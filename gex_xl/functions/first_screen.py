"""Worksheet function for the first screen: every headline figure with its words, whatever state the chain is in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from gex_xl.analytics.cards import Line
from gex_xl.analytics.change import Change, change
from gex_xl.analytics.check import convention_settled
from gex_xl.analytics.contracts import EXPIRED, Contracts
from gex_xl.analytics.first_screen import first_screen, without_figures
from gex_xl.analytics.summary import RegimeInputs
from gex_xl.errors import BadInput, GexError
from gex_xl.functions.arguments import Table
from gex_xl.functions.chart_tables import Earlier
from gex_xl.functions.common import EXAMPLE_SMILES
from gex_xl.functions.registry import worksheet
from gex_xl.settings import Dialect, worded

_EMPTY = "the chain is empty"


@worksheet("Levels", EXAMPLE_SMILES)
def HEADLINE(
    contracts: Callable[[], Contracts],
    inputs: Callable[[], RegimeInputs],
    earlier: Earlier = None,  # type: ignore[assignment]
    chosen: Annotated[bool, "FALSE until the reader has chosen a sign; blank: TRUE"] = True,
    problem: Annotated[str, "What is wrong with the paste, where chain is a text in place of a handle"] = "",
) -> Table:
    """Every headline figure with its words: both conventions, how sure, levels, moves, flows, change, triggers. Where
    there are no figures the same rows say why and what would mend it.

    Returns table of 44 rows: key, label, value in USD, what is shown in the unit, words, note, kind.
    """
    header = ["Key", "Label", "Value", "Shown", "Words", "Note", "Kind"]
    lines = _lines(contracts, inputs, earlier, chosen, problem)
    return [header, *[[line.key, line.label, *_figures(line), line.words, line.note, line.kind] for line in lines]]


def _figures(line: Line) -> list[float | str]:
    return ["" if figure is None else figure for figure in (line.value, line.shown)]


def _lines(
    contracts: Callable[[], Contracts],
    inputs: Callable[[], RegimeInputs],
    earlier: Callable[[], Contracts | None],
    chosen: bool,
    problem: str,
) -> list[Line]:
    try:
        found = contracts()
    except GexError as error:
        return _unreadable(problem or str(error))
    if not found.index.size:
        return _nothing_left(found)
    moved: Change | str | None
    try:
        before = earlier()
        moved = None if before is None else change(found, before)
    except GexError as error:
        moved = str(error)
    try:
        settled = convention_settled(found.chain) or found.settings.dialect is not Dialect.NONE
        lines = first_screen(found, inputs(), moved, chosen=chosen, settled=settled)
    except BadInput as error:
        return without_figures(
            "AN INPUT CANNOT BE READ", "No figures", f"{error}.",
            ("See Settings and Days", "VIX, z-score or kept rows"), contracts=found,
        )  # fmt: skip
    return [_cut(line, problem) for line in lines] if problem else lines


def _cut(line: Line, problem: str) -> Line:
    """Where the paste reaches beyond its area, that stands before all else."""
    if line.key == "filter":
        return Line("filter", line.label, words=f"NOT ALL READ: {problem}", kind="bad")
    if line.key == "status":
        return Line(
            "status", line.label, words=f"The paste cannot all be read: {problem}   |   {line.words}", kind="bad"
        )
    return line


def _unreadable(message: str) -> list[Line]:
    message = message.removeprefix("Cannot be used: ").rstrip(".")
    if _EMPTY in message:
        return without_figures(
            "NOTHING PASTED", "Paste a chain",
            "Click C1 of the sheet Chain and paste, with all lines above its header.", kind="none",
        )  # fmt: skip
    # Sentences of errors say what was found, and after the last semicolon what would be right.
    found, _, wanted = message.rpartition("; ")
    if not found:
        found, wanted = message, "clear C to AZ of the sheet Chain, and paste at C1 with the header row"
    return without_figures(
        "THE PASTE CANNOT BE READ", "No figures", f"{_capital(found)}.", ("Mend the paste", f"{_capital(wanted)}.")
    )


def _nothing_left(contracts: Contracts) -> list[Line]:
    left = contracts.excluded
    reason = max(left, key=lambda why: left[why][0], default="")
    rows = contracts.chain.rows
    if reason == EXPIRED and left[reason][0] == rows:
        sentence, mend = (
            f"All {rows:,} contracts had settled at the quote time. Is the time right?",
            "Set the quote time",
        )
        where = "Cell of Quote time on the sheet Settings."
    elif "setting" in reason or "min_oi" in reason:
        chosen = worded("expiries", contracts.settings.expiries)
        sentence, mend = f"The filter leaves none of {rows:,} contracts ({reason}).", "Choose another filter"
        where = f"Expiries is {chosen[:1].lower() + chosen[1:]}; All takes the whole chain."
    else:
        sentence, mend, where = f"None of {rows:,} contracts can be used: {reason or 'empty chain'}.", "See Check", ""
    return without_figures("NOTHING LEFT TO COUNT", "No figures", sentence, (mend, where), contracts=contracts)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
