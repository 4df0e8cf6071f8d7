"""Several tables of one file, such as the sheets of a workbook, made one: each that holds a chain counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from gex_xl.errors import BadInput
from gex_xl.reading.dates import expiry_date
from gex_xl.reading.headers import field_of
from gex_xl.reading.layouts import find_header
from gex_xl.reading.roles import recognises
from gex_xl.reading.values import is_blank, right, shown, text

Rows = Sequence[Sequence[object]]
_TICKER = re.compile(r"[\^$]?[A-Z]{1,6}")


class Sheet(list[list[object]]):
    """Cells, and what is to be said of where they come from."""

    notes: list[str]

    def __init__(self, rows: Iterable[Sequence[object]] = ()) -> None:
        super().__init__(
            row if type(row) is list and _full(row) else [None if is_blank(cell) else cell for cell in row]
            for row in rows
        )
        self.notes = []


def stacked(parts: Sequence[tuple[str, Rows]], kind: str) -> Sheet:
    """The tables that hold a chain, one below the other; the first where none does. `parts` have names.

    A name may be the expiry or the right of what is in it. Raises BadInput where the tables cannot be one.
    """
    chains = [(name, rows, at) for name, rows in parts if (at := find_header(rows)) is not None]
    if not chains:
        return Sheet(parts[0][1]) if parts else Sheet()
    named = {name for name, _, _ in chains}
    others = [f"{shown(name)} ({_filled(rows)} rows)" for name, rows in parts if name not in named and _filled(rows)]
    headers = [[text(cell) for cell in rows[at]] for _, rows, at in chains]
    fields = [[field for name in names if (field := field_of(name))] for names in headers]
    _refuse_underlyings(chains, fields, kind)
    out = Sheet()
    for (name, rows, at), known in zip(chains, fields, strict=True):
        out += Sheet([*_title(name, known, len(chains)), *rows[:at]])
        out += Sheet(rows[at:] if known == fields[0] else _in_order(rows[at:], headers[0], chains[0][0], name, kind))
    if len(chains) > 1:
        out.notes.append(f"{kind}s {', '.join(shown(name) for name, _, _ in chains)} are read as one chain")
    if others:
        out.notes.append(f"no chain was found in, and nothing read of, {kind} {', '.join(others)}")
    return out


def _full(row: list[object]) -> bool:
    """Whether all text of a row surely holds something; False also where that would take a closer look."""
    words = [cell for cell in row if type(cell) is str]
    firsts = "".join([word[:1] for word in words])
    return None not in row and len(firsts) == len(words) and (not words or firsts.isalnum())


def _filled(rows: Rows) -> int:
    return sum(not all(map(is_blank, row)) for row in rows)


def _title(name: str, fields: Sequence[str], count: int) -> list[list[object]]:
    """A line above a table for what only its name says: Expiry: 2024-03-15, Calls."""
    lines: list[list[object]] = []
    day = expiry_date(name) if count > 1 else None
    if day and not {"expiry", "symbol"} & set(fields):
        lines.append([f"Expiry: {day.isoformat()}"])
    side = right(name) if len(name) > 2 else None
    if side and not {"right", "symbol"} & set(fields):
        lines.append(["Calls" if side == "C" else "Puts"])
    return lines


def _refuse_underlyings(chains: Sequence[tuple[str, Rows, int]], fields: Sequence[Sequence[str]], kind: str) -> None:
    """Raises BadInput where names are those of several underlyings, and nothing in the tables says what they are on."""
    tickers = [name for name, _, _ in chains if _TICKER.fullmatch(name) and not right(name) and not expiry_date(name)]
    if len(set(tickers)) > 1 and not all({"symbol", "underlying", "root"} & set(known) for known in fields):
        raise BadInput(
            f"{kind}s {' and '.join(shown(name) for name in tickers[:4])} seem to be chains of several underlyings; "
            "keep one of them in the file"
        )


def _in_order(rows: Rows, wanted: Sequence[str], first: str, name: str, kind: str) -> list[list[object]]:
    """A table of one contract per row, its columns in the order of another's header."""
    names = [text(cell) for cell in rows[0]]
    places = {field_of(each) or each: j for j, each in enumerate(names)}
    known = [field_of(each) or each for each in wanted]
    lost = [each for each in names if field_of(each) and field_of(each) not in known]
    if lost or not recognises(wanted) or len(set(known)) < len(known) or len(places) < len(names):
        raise BadInput(
            f"{kind}s {shown(first)} and {shown(name)} both hold a chain, with different columns; keep one of them in "
            "the file, or give both the same header"
        )
    at = [places.get(each) for each in known]
    body = [[row[j] if j is not None and j < len(row) else None for j in at] for row in rows[1:]]
    return [list(wanted), *body]
