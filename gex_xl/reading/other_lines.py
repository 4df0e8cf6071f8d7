"""Lines of a table that are no contracts: repeated headers, totals, titles, sections; taken out and counted."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gex_xl.reading import at_once
from gex_xl.reading.columns import RESTRICTED, Table
from gex_xl.reading.roles import Roles
from gex_xl.reading.symbols import parse
from gex_xl.reading.titles import side_of_title
from gex_xl.reading.values import is_blank, number, text

#: Above each expiry thinkorswim writes its date, the days left and the shares per contract.
_SECTION = re.compile(r"\d{1,2} [A-Z]{3} \d{2}\s+\(\d+\)\s+(\d+)\b.*")
#: So does Bloomberg: 15-Mar-24 (2d); CSize 100; R 5.30; IFwd 512.37.
_SECTION_SIZE = re.compile(r".*\bCSize:? (\d+)\b.*")
NO_OPTION = "not an option"
Sections = list[tuple[int, float]]
Row = Sequence[object]


def leave_out_other_lines(table: Table, roles: Roles) -> tuple[list[tuple[str, float]], Sections]:
    """Take out lines that are no contracts; (reason, open interest) of each, and (row number, shares per contract)."""
    return _from_two_sides(table, roles) if roles.two else (_from_one(table, roles), [])


def section(row: Row) -> float | None:
    """Shares per contract of a line with which an expiry begins; None for any other line."""
    filled = [cell for cell in row if not is_blank(cell)]
    if len(filled) != 1:
        return None
    found = _SECTION.fullmatch(text(filled[0])) or _SECTION_SIZE.fullmatch(text(filled[0]))
    return float(found[1]) if found else None


def section_sizes(above: list[tuple[int, Row]], sections: Sections) -> tuple[list[tuple[int, Row]], Sections]:
    """Lines above a table without its sections, whose dates are no quote times; and all sections."""
    found = [(n, size) for n, row in above if (size := section(row)) is not None]
    return [(n, row) for n, row in above if section(row) is None], found + sections


def _from_two_sides(table: Table, roles: Roles) -> tuple[list[tuple[str, float]], Sections]:
    strikes, expiries = table.cells(roles.at.get("strike")), table.cells(roles.at.get("expiry"))
    symbols = roles.all("symbol")
    places = roles.all("open_interest")
    if _all_contracts(table, strikes, expiries if "expiry" in roles.at else None):
        table.keep([True] * len(strikes))
        return [], []
    wanted: list[bool] = []
    left_out: list[tuple[str, float]] = []
    sections: Sections = []
    titled = False
    for i, cell in enumerate(strikes):
        named = _has_symbol(table.rows[i], symbols)
        plainly = number(cell, comma=table.comma) is not None
        repeated = not plainly and not named and table.repeats_header(i)
        size = None if plainly or repeated else section(table.rows[i])
        restricted = not plainly and text(cell).endswith("*")
        no_strike = is_blank(cell) and not named
        no_expiry = "expiry" in roles.at and is_blank(expiries[i]) and not named
        total = (no_strike or no_expiry) and not repeated
        if size is not None:
            sections.append((int(table.numbers[i]), size))
        elif repeated and not titled:
            left_out.append(("repeated header", 0.0))
        elif restricted:
            left_out += [(RESTRICTED, table.left_out(i, [place])) for place in places]
        elif total:
            left_out.append(("no strike or expiry", table.left_out(i, places)))
        wanted.append(not (repeated or restricted or total or size is not None))
        titled = size is not None
    table.keep(wanted)
    table.others = [(n, row) for n, row in table.others if section(row) is None]
    return left_out, sections


def _all_contracts(table: Table, strikes: Sequence[object], expiries: Sequence[object] | None) -> bool:
    """Whether every line surely has a strike, and an expiry where there is such a column."""
    there = expiries is None or at_once.all_there(expiries)
    return not table.comma and at_once.all_plain_numbers(strikes) and there


def _has_symbol(row: Row, places: Sequence[int]) -> bool:
    return any(parse(row[j]) for j in places if j < len(row))


def _from_one(table: Table, roles: Roles) -> list[tuple[str, float]]:
    at = roles.at
    keys = [at[field] for field in ("symbol", "strike") if field in at]
    if _all_named(table, keys, at.get("symbol")):
        table.keep([True] * len(table.rows))
        return []
    places = roles.all("open_interest")
    keyed = [[row[j] for j in keys if j < len(row)] for row in table.rows]
    sure = [any(number(c, comma=table.comma) is not None or parse(c) for c in k) for k in keyed]
    symbols = [parse(cell) for cell in table.cells(at.get("symbol"))]
    coins = any(o and o.family in _OF_COINS for o in symbols)
    repeated = [not known and table.repeats_header(i) for i, known in enumerate(sure)]
    wanted, left_out = [], []
    heading = False  # what stands right above a repeated header belongs to it
    for i in reversed(range(len(table.rows))):
        row, cells = table.rows[i], keyed[i]
        heading = repeated[i] or (heading and not sure[i])
        restricted = any(isinstance(cell, str) and text(cell).endswith("*") and len(text(cell)) > 1 for cell in cells)
        named = sure[i] or (not heading and any(not is_blank(cell) for cell in cells) and _names_one(row, at))
        # Dumps of a whole currency hold futures, and lists of a broker the underlying itself.
        other = (
            named
            and not repeated[i]
            and ((coins and symbols[i] is None) or (symbols[i] is None and _is_underlying(row, at)))
        )
        wanted.append(named and not restricted and not other)
        if repeated[i]:
            left_out.append(("repeated header", 0.0))
        elif restricted:
            left_out.append((RESTRICTED, table.left_out(i, places)))
        elif other:
            left_out.append((NO_OPTION, 0.0))
        elif not named and not side_of_title(row):
            left_out.append(("no strike or symbol", table.left_out(i, places)))
    wanted.reverse()
    left_out.reverse()
    table.keep(wanted)
    return left_out


def _all_named(table: Table, keys: Sequence[int], symbol: int | None) -> bool:
    """Whether every line surely has the symbol of an option, and none is marked as an adjusted contract."""
    known = table.symbols(symbol).known
    return bool(known.size and known.all()) and all(at_once.without(table.cells(j), "*＊﹡") for j in keys)


def _is_underlying(row: Row, at: dict[str, int]) -> bool:
    """Whether a row without the symbol of an option has a strike of 0 or less, and no right and open interest."""
    right, weight = (row[at[f]] if f in at and at[f] < len(row) else None for f in ("right", "open_interest"))
    strike = number(row[at["strike"]]) if "strike" in at and at["strike"] < len(row) else None
    return "right" in at and is_blank(right) and is_blank(weight) and strike is not None and strike <= 0


_OF_COINS = frozenset({"dashes", "coin, currency", "coin, digits", "right first"})


def _names_one(row: Row, at: dict[str, int]) -> bool:
    """Whether a row without a strike or a symbol that can be read may be a contract, to be complained of.

    A line of totals has a word where the strike stands, and neither right nor expiry; a remark stands alone.
    """
    parts = [row[at[f]] if at[f] < len(row) else None for f in ("right", "expiry") if f in at]
    alone = sum(not is_blank(cell) for cell in row) == 1
    return not alone and (not parts or any(not is_blank(part) for part in parts))
