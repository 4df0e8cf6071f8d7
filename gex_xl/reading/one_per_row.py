"""One contract per row, columns by any usual name: Yahoo, OptionMetrics-like, Deribit, JSON records, our own."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gex_xl.arrays import FloatArray
from gex_xl.errors import BadInput
from gex_xl.reading import deribit
from gex_xl.reading.columns import AMOUNTS, RESTRICTED, Columns, Table
from gex_xl.reading.headers import field_of, plain
from gex_xl.reading.preamble import find_expiries, read_preamble
from gex_xl.reading.quotes import last_trades, read_quote_time, read_spot
from gex_xl.reading.symbols import Symbol, check_expiries, check_strikes, one_underlying, parse_deribit, parse_occ
from gex_xl.reading.values import is_blank, number, numbers, right, shown, text
from gex_xl.settings import Settings

# Feeds that write a small or a huge iv where they have none, told by their own column names.
_CBOE, _CBOE_DELAY = frozenset({"option", "iv", "theo"}), 15.0  # its delayed quotes, by so many minutes
_IV_PLACEHOLDERS = [
    (_CBOE, (0.02, 5.0)),
    (frozenset({"contractsymbol", "impliedvolatility"}), (0.02, 5.0)),  # Yahoo: 0.00001
]
_OPTIONMETRICS = frozenset({"strikeprice", "cpflag", "exdate"})
_TICKER = re.compile(r"[A-Z.]{1,6}\d?")
_YAHOO_SIZES = {"REGULAR": 100.0, "MINI": 10.0}
_SIDE_TITLE = re.compile(r"\W*(calls?|puts?)\b.*", re.IGNORECASE)
_LAYOUT = "one contract per row"


class MissingColumns(BadInput):
    """A header that could be read if a title above it named what its columns do not."""


def recognises(names: Sequence[str]) -> bool:
    """A header with open interest (or a dealer position, or volume) and either a symbol or the three parts of one."""
    fields = {field_of(name) for name in names}
    weighed = fields & {"open_interest", "dealer_position", "volume"}
    return bool(weighed) and ("symbol" in fields or {"strike", "right", "expiry"} <= fields)


def recognises_titled(names: Sequence[str]) -> bool:
    """A header with strike and open interest, whose right or expiry may stand in a title or in the file's name."""
    return {"strike", "open_interest"} <= {field_of(name) for name in names}


def read(rows: Sequence[Sequence[object]], header: int, settings: Settings, title: str = "") -> Columns:
    """Read the table below `header` (row index) into Columns; one contract per row.

    `title` is the name of the file, which may be all that names the expiry. Raises MissingColumns where neither
    columns nor titles say which right or expiry a row has.
    """
    table = Table(rows, header, settings)
    at: dict[str, int] = {}
    for j, name in enumerate(table.names):
        found = field_of(name)
        # "openInterest" wins over a second column that could mean the same.
        if found and found not in at:
            at[found] = j
    _refuse_tables_side_by_side(table)
    if "symbol" in at:
        at["symbol"] = _symbol_column(table, at["symbol"])
    table.decide(at.items())
    left_out = _leave_out_other_lines(table, at)
    above = list(enumerate(rows[:header], 1))
    crypto = deribit.recognises(table.cells(at.get("symbol")))
    if crypto:
        left_out += deribit.leave_out_futures(table, at["symbol"])
    symbols = [(parse_deribit if crypto else parse_occ)(cell) for cell in table.cells(at.get("symbol"))]
    named = any(symbols)
    _check_parts(table, at, named)
    unnamed = bool(table.rows) and not named
    rights = _titled_rights(table, above) if unnamed and "right" not in at else table.cells(at.get("right"))
    days: Sequence[dt.date | None] = table.dates(at.get("expiry"))
    if unnamed and "expiry" not in at:
        days = _titled_expiries(table, above, title)
    size = len(table.rows)
    amounts: dict[str, Any] = {field: table.amount(at.get(field), field) for field in AMOUNTS if field != "multiplier"}
    columns = Columns(
        layout=_LAYOUT,
        row=table.numbers,
        root=_roots(table, at, symbols),
        expiry=_expiries(table, at, symbols, days),
        right=_rights(table, rights, symbols),
        strike=_strikes(table, at, symbols),
        multiplier=_multipliers(table, at),
        **amounts,
        forward=np.full(size, np.nan),
        last_trade=last_trades(table, at.get("last_trade")),
        has_dealer_position="dealer_position" in at,
        has_roots=named or "root" in at,
        left_out=left_out,
        notes=table.notes,
    )
    columns.symbol = _underlying(table, at, named)
    _fill_in(columns, table, at, crypto=crypto)
    read_preamble(columns, above, table, settings)
    if not crypto:
        _check_symbols(columns, table, symbols)
    return columns


def _refuse_tables_side_by_side(table: Table) -> None:
    """Raises BadInput where strikes have two columns of one name: one table would be lost."""
    places = [j for j, name in enumerate(table.names, 1) if field_of(name) == "strike"]
    if len({plain(table.names[j - 1]) for j in places}) < len(places):
        raise BadInput(
            f"columns {places[0]} and {places[1]} are both named {table.names[places[0] - 1]}: two tables beside each "
            "other; paste one below the other, calls under a line Calls and puts under a line Puts"
        )


def _fill_in(columns: Columns, table: Table, at: dict[str, int], *, crypto: bool) -> None:
    """Units, spot and quote time by what the feed is, told by its symbols and column names."""
    names = {plain(name) for name in table.names}
    columns.iv_placeholder = next((p for keys, p in _IV_PLACEHOLDERS if keys <= names), (0.0, np.inf))
    columns.quote_delay = _CBOE_DELAY if names >= _CBOE else 0.0
    if "iv" in at:
        table.decimals(columns, [at["iv"]], percent=crypto)
    if crypto:
        deribit.finish(columns, table, at)
        return
    if "quote_time" in at:
        read_quote_time(columns, table, at["quote_time"])
    if "spot" in at:
        read_spot(columns, table, at["spot"])


def _check_symbols(columns: Columns, table: Table, symbols: Sequence[Symbol | None]) -> None:
    """Hold strikes and expiries against the symbols, after OptionMetrics' strikes are made plain."""
    names = {plain(name) for name in table.names}
    if names >= _OPTIONMETRICS and len(columns.strike) and _in_thousandths(columns, symbols):
        columns.strike = columns.strike / 1000
        columns.notes.append("strike_price is in thousandths, as OptionMetrics writes it; divided by 1000")
    check_strikes(columns.strike, symbols, columns.row)
    check_expiries(columns.expiry, symbols, columns.row)


def _symbol_column(table: Table, first: int) -> int:
    """Of the columns that may hold symbols, the first that does: `symbol` may be the underlying's."""
    for j in (j for j, name in enumerate(table.names) if field_of(name) == "symbol"):
        if any(parse_occ(cell) or parse_deribit(cell) for cell in table.cells(j)[:50]):
            return j
    return first


def _check_parts(table: Table, at: dict[str, int], named: bool) -> None:
    if not table.rows or named or "symbol" not in at or {"strike", "right", "expiry"} <= at.keys():
        return
    if "strike" in at and "open_interest" in at:
        return  # titles may say the rest
    example = next((shown(c) for c in table.cells(at["symbol"]) if not is_blank(c)), "")
    raise BadInput(
        f'the column {table.names[at["symbol"]]} holds "{example}"; expected OCC symbols such as '
        "SPXW240119C04700000, or columns for strike, right and expiry"
    )


def _leave_out_other_lines(table: Table, at: dict[str, int]) -> list[tuple[str, float]]:
    """Take out repeated headers and lines that name no contract, such as totals."""
    keys = [at[field] for field in ("symbol", "strike") if field in at]
    places = [at["open_interest"]] if "open_interest" in at else []
    keyed = [[row[j] for j in keys if j < len(row)] for row in table.rows]
    sure = [any(parse_occ(c) or number(c, comma=table.comma) is not None or parse_deribit(c) for c in k) for k in keyed]
    repeated = [not known and table.repeats_header(i) for i, known in enumerate(sure)]
    wanted, left_out = [], []
    heading = False  # what stands right above a repeated header belongs to it
    for i in reversed(range(len(table.rows))):
        row, cells = table.rows[i], keyed[i]
        heading = repeated[i] or (heading and not sure[i])
        restricted = any(isinstance(cell, str) and text(cell).endswith("*") for cell in cells)
        named = sure[i] or (not heading and any(not is_blank(cell) for cell in cells) and _names_one(row, at))
        wanted.append(named and not restricted)
        if repeated[i]:
            left_out.append(("repeated header", 0.0))
        elif restricted:
            left_out.append((RESTRICTED, table.left_out(i, places)))
        elif not named and not _SIDE_TITLE.fullmatch(text(next(c for c in row if not is_blank(c)))):
            left_out.append(("no strike or symbol", table.left_out(i, places)))
    wanted.reverse()
    left_out.reverse()
    table.keep(wanted)
    return left_out


def _names_one(row: Sequence[object], at: dict[str, int]) -> bool:
    """Whether a row without a strike or a symbol that can be read may be a contract, to be complained of.

    A line of totals has a word where the strike stands, and neither right nor expiry; a remark stands alone.
    """
    parts = [row[at[f]] if at[f] < len(row) else None for f in ("right", "expiry") if f in at]
    alone = sum(not is_blank(cell) for cell in row) == 1
    return not alone and (not parts or any(not is_blank(part) for part in parts))


def _roots(table: Table, at: dict[str, int], symbols: Sequence[Symbol | None]) -> list[str]:
    named = [text(cell).upper() for cell in table.cells(at.get("root"))]
    return [o.root if o else name for o, name in zip(symbols, named, strict=True)]


def _underlying(table: Table, at: dict[str, int], named: bool) -> str:
    if "underlying" not in at and named:
        return ""
    cells = table.cells(at.get("underlying", at.get("symbol")))
    names = {text(cell).upper().lstrip("^$") for cell in cells if not is_blank(cell)}
    # The symbol of one option each, in a notation that is not the OCC's, names no underlying.
    return one_underlying(names) if all(_TICKER.fullmatch(name) for name in names) else ""


def _expiries(
    table: Table, at: dict[str, int], symbols: Sequence[Symbol | None], days: Sequence[dt.date | None]
) -> list[dt.date]:
    out = []
    for i, day in enumerate(days):
        known = day or (o.expiry if (o := symbols[i]) else None)
        if known is None:
            if "expiry" not in at:
                found = shown(table.cells(at["symbol"])[i])
                raise BadInput(
                    f'{table.names[at["symbol"]]} in row {table.numbers[i]} is "{found}"; expected a symbol such as '
                    "SPXW240119C04700000"
                )
            found = shown(table.cells(at["expiry"])[i])
            raise BadInput(f'expiry in row {table.numbers[i]} is "{found}"; expected a date')
        out.append(known)
    return out


def _rights(table: Table, cells: Sequence[object], symbols: Sequence[Symbol | None]) -> npt.NDArray[np.str_]:
    out = []
    for i, cell in enumerate(cells):
        known = right(cell) or (o.right if (o := symbols[i]) else None)
        if known is None:
            raise BadInput(f'option type in row {table.numbers[i]} is "{shown(cell)}"; expected call or put')
        if (o := symbols[i]) and o.right != known:
            other = {"C": "call", "P": "put"}[o.right]
            raise BadInput(
                f'option type in row {table.numbers[i]} is "{shown(cell)}"; expected {other}, as its symbol says'
            )
        out.append(known)
    return np.array(out, dtype=np.str_)


def _titled_expiries(table: Table, above: Sequence[tuple[int, Sequence[object]]], title: str) -> list[dt.date]:
    """Expiry of each row by the titles or the file's name. Raises MissingColumns where there is none."""
    found = find_expiries(table, above, title)
    if not found:
        raise MissingColumns("expiry")
    return found


def _titled_rights(table: Table, above: Sequence[tuple[int, Sequence[object]]]) -> list[object]:
    """Call or put of each row by the title above it, `Calls` or `Puts`. Raises MissingColumns where there is none."""
    titles = [
        (n, found[1][0].upper())
        for n, row in (*above, *table.others)
        if (first := next((c for c in row if not is_blank(c)), None)) and (found := _SIDE_TITLE.fullmatch(text(first)))
    ]
    if not titles or titles[0][0] > table.numbers[0]:
        raise MissingColumns("right")
    at = np.searchsorted([n for n, _ in titles], table.numbers, side="right") - 1
    return [titles[i][1] for i in at]


def _strikes(table: Table, at: dict[str, int], symbols: Sequence[Symbol | None]) -> FloatArray:
    written = table.numeric(at.get("strike"), "strike", needed=True)
    return np.array(
        [w if w == w or o is None else o.strike for w, o in zip(written.tolist(), symbols, strict=True)], dtype=float
    )


def _in_thousandths(columns: Columns, symbols: Sequence[Symbol | None]) -> bool:
    """Whether the strikes are a thousand times too large: by the symbols, else by spot, else by their size."""
    ratios = [strike / o.strike for strike, o in zip(columns.strike.tolist(), symbols, strict=True) if o and o.strike]
    if ratios:
        return float(np.median(ratios)) > 500
    return float(np.median(columns.strike)) > (50 * columns.spot if columns.spot else 20_000)


def _multipliers(table: Table, at: dict[str, int]) -> FloatArray:
    cells = [
        _YAHOO_SIZES.get(text(c).upper(), c) if isinstance(c, str) else c for c in table.cells(at.get("multiplier"))
    ]
    return numbers(cells, table.numbers, "multiplier", needed=False, comma=table.comma)
