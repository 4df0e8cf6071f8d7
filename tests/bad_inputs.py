"""`reference/bad_inputs.csv`: mistakes that we know of, each with the Excel code and the sentence that is expected.

One case a row. `chain` holds its rows as lines and its cells between |; what has neither is one cell. Figures are
handed over as numbers, as a worksheet holds them; ' before a cell makes it text.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "reference" / "bad_inputs.csv"
with FILE.open(encoding="utf-8", newline="") as opened:
    #: {case: the columns function, chain, spot, as_of, settings, code, sentence}.
    CASES = {row["case"]: row for row in csv.DictReader(opened)}


def typed(cell: str) -> Any:
    """A cell as a worksheet holds it."""
    if cell.startswith("'"):
        return cell[1:]
    try:
        return float(cell) if cell else None
    except ValueError:
        return cell


def chain_of(written: str) -> Any:
    """The chain argument: a range, or the one cell."""
    if "|" not in written and "\n" not in written:
        return typed(written)
    return [[typed(cell) for cell in line.split("|")] for line in written.split("\n")]


def arguments(case: dict[str, str]) -> tuple[Any, Any, Any, Any]:
    """chain, spot, as_of and settings as plain Python hands them over."""
    return chain_of(case["chain"]), typed(case["spot"]), typed(case["as_of"]), case["settings"] or None


def in_cells(case: dict[str, str]) -> list[list[list[Any]] | None]:
    """The same as ranges of a worksheet, which are rectangles; None for what the formula leaves out."""
    chain, *options = arguments(case)
    rows = chain if isinstance(chain, list) else [[chain]]
    width = max(map(len, rows))
    given: list[list[list[Any]] | None] = [[[*row, *[None] * (width - len(row))] for row in rows]]
    given += [None if value is None else [[value]] for value in options]
    while given[-1] is None:
        given.pop()
    return given
