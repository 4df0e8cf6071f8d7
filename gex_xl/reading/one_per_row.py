"""One contract per row, columns by any usual name: Yahoo, OptionMetrics-like, CBOE's JSON, our own."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from gex_xl.errors import BadInput
from gex_xl.reading.columns import Columns, Table, iv_as_decimal
from gex_xl.reading.dates import expiry_dates, quote_time
from gex_xl.reading.headers import check_strikes, field_of, one_underlying, parse_occ, plain, read_preamble
from gex_xl.reading.values import FloatArray, is_blank, number, numbers, right, text

# Feeds that write a small or a huge iv where they have none, told by their own column names.
_IV_PLACEHOLDERS = [
    (frozenset({"option", "iv", "theo"}), (0.02, 5.0)),  # CBOE delayed quotes
    (frozenset({"contractsymbol", "impliedvolatility"}), (0.02, 5.0)),  # Yahoo: 0.00001
]
_OPTIONMETRICS = frozenset({"strikeprice", "cpflag", "exdate"})
_TICKER = re.compile(r"[\^$]?[A-Z.]{1,6}\d?")
_YAHOO_SIZES = {"REGULAR": 100.0, "MINI": 10.0}
_AMOUNTS = ("iv", "open_interest", "gamma", "delta", "bid", "ask", "volume", "dealer_position")


def recognises(names: Sequence[str]) -> bool:
    """A header with open interest (or a dealer position, or volume) and either a symbol or the three parts of one."""
    fields = {field_of(name) for name in names}
    weighed = fields & {"open_interest", "dealer_position", "volume"}
    return bool(weighed) and ("symbol" in fields or {"strike", "right", "expiry"} <= fields)


def read(rows: Sequence[Sequence[object]], header: int) -> Columns:
    """Read the table below `header` (row index) into Columns; one contract per row."""
    names = [text(cell) for cell in rows[header]]
    at: dict[str, int] = {}
    for j, name in enumerate(names):
        found = field_of(name)
        # "openInterest" wins over a second column that could mean the same.
        if found and found not in at:
            at[found] = j
    table = Table(rows, header)
    left_out = _leave_out_other_lines(table, at)
    occ = [parse_occ(cell) for cell in table.cells(at.get("symbol"))]
    have_occ = any(occ)
    if table.rows and not have_occ and not {"strike", "right", "expiry"} <= at.keys():
        example = next((text(c) for c in table.cells(at.get("symbol")) if not is_blank(c)), "")
        raise BadInput(
            f'the column {names[at["symbol"]]} holds "{example}"; expected OCC symbols such as '
            "SPXW240119C04700000, or columns for strike, right and expiry"
        )
    amounts: dict[str, Any] = {
        field: table.numeric(at.get(field), field.replace("_", " "), needed=field == "open_interest")
        for field in _AMOUNTS
    }
    columns = Columns(
        layout="one contract per row",
        row=table.numbers,
        root=_roots(table, at, occ),
        expiry=_expiries(table, at, occ),
        right=_rights(table, at, occ),
        strike=_strikes(table, at, occ),
        multiplier=_multipliers(table, at),
        **amounts,
        has_dealer_position="dealer_position" in at,
        has_roots=have_occ or "root" in at,
        left_out=left_out,
    )
    plain_names = {plain(name) for name in names}
    columns.iv_placeholder = next((p for keys, p in _IV_PLACEHOLDERS if keys <= plain_names), (0.0, np.inf))
    columns.symbol = _underlying(table, at, have_occ)
    if "quote_time" in at:
        _quote_time(columns, table, at["quote_time"], names)
    if "spot" in at:
        _spot(columns, table, at["spot"], names)
    if "iv" in at:
        iv_as_decimal(columns, table.cells(at["iv"]), [names[at["iv"]]])
    read_preamble(columns, rows[:header])
    if plain_names >= _OPTIONMETRICS and len(columns.strike) and _in_thousandths(columns, occ):
        columns.strike = columns.strike / 1000
        columns.notes.append("strike_price is in thousandths, as OptionMetrics writes it; divided by 1000")
    check_strikes(columns.strike, occ, columns.row)
    return columns


def _leave_out_other_lines(table: Table, at: dict[str, int]) -> list[tuple[str, float]]:
    """Take out repeated headers and lines that name no contract, such as totals."""
    keys = [at[field] for field in ("symbol", "strike") if field in at]
    wanted, left_out = [], []
    for i, row in enumerate(table.rows):
        cells = [row[j] for j in keys if j < len(row)]
        repeated = any(field_of(text(cell)) in ("strike", "symbol") for cell in cells if isinstance(cell, str))
        parts = [row[at[f]] if at[f] < len(row) else None for f in ("right", "expiry") if f in at]
        # A line of totals has a word where the strike stands, and neither right nor expiry; a remark stands alone.
        alone = sum(not is_blank(cell) for cell in row) == 1
        named = any(number(cell) is not None or parse_occ(cell) for cell in cells) or (
            any(not is_blank(cell) for cell in cells)
            and not alone
            and (not parts or any(not is_blank(part) for part in parts))
        )
        wanted.append(named and not repeated)
        if repeated:
            left_out.append(("repeated header", 0.0))
        elif not named:
            places = [at["open_interest"]] if "open_interest" in at else []
            left_out.append(("no strike or symbol", table.left_out(i, places)))
    table.keep(wanted)
    return left_out


def _roots(table: Table, at: dict[str, int], occ: Sequence[tuple[str, dt.date, str, float] | None]) -> list[str]:
    named = [text(cell).upper() for cell in table.cells(at.get("root"))]
    return [o[0] if o else name for o, name in zip(occ, named, strict=True)]


def _underlying(table: Table, at: dict[str, int], have_occ: bool) -> str:
    if "underlying" not in at and have_occ:
        return ""
    cells = table.cells(at.get("underlying", at.get("symbol")))
    names = {text(cell).upper() for cell in cells if not is_blank(cell)}
    # The symbol of one option each, in a notation that is not the OCC's, names no underlying.
    return one_underlying(names) if all(_TICKER.fullmatch(name) for name in names) else ""


def _expiries(table: Table, at: dict[str, int], occ: Sequence[tuple[str, dt.date, str, float] | None]) -> list[dt.date]:
    cells = table.cells(at.get("expiry"))
    out = []
    for i, date in enumerate(expiry_dates(cells)):
        known = date or (o[1] if (o := occ[i]) else None)
        if known is None:
            raise BadInput(f'expiry in row {table.numbers[i]} is "{text(cells[i])}"; expected a date')
        out.append(known)
    return out


def _rights(
    table: Table, at: dict[str, int], occ: Sequence[tuple[str, dt.date, str, float] | None]
) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    cells = table.cells(at.get("right"))
    out = []
    for i, cell in enumerate(cells):
        known = right(cell) or (o[2] if (o := occ[i]) else None)
        if known is None:
            raise BadInput(f'option type in row {table.numbers[i]} is "{text(cell)}"; expected call or put')
        if (o := occ[i]) and o[2] != known:
            other = {"C": "call", "P": "put"}[o[2]]
            raise BadInput(
                f'option type in row {table.numbers[i]} is "{text(cell)}"; expected {other}, as its symbol says'
            )
        out.append(known)
    return np.array(out, dtype=np.str_)


def _strikes(table: Table, at: dict[str, int], occ: Sequence[tuple[str, dt.date, str, float] | None]) -> FloatArray:
    written = table.numeric(at.get("strike"), "strike", needed=True)
    return np.array(
        [w if w == w or o is None else o[3] for w, o in zip(written.tolist(), occ, strict=True)], dtype=float
    )


def _in_thousandths(columns: Columns, occ: Sequence[tuple[str, dt.date, str, float] | None]) -> bool:
    """Whether the strikes are a thousand times too large: by the symbols, else by spot, else by their size."""
    ratios = [strike / o[3] for strike, o in zip(columns.strike.tolist(), occ, strict=True) if o and o[3]]
    if ratios:
        return float(np.median(ratios)) > 500
    return float(np.median(columns.strike)) > (50 * columns.spot if columns.spot else 20_000)


def _multipliers(table: Table, at: dict[str, int]) -> FloatArray:
    cells = [
        _YAHOO_SIZES.get(text(c).upper(), c) if isinstance(c, str) else c for c in table.cells(at.get("multiplier"))
    ]
    return numbers(cells, table.numbers, "multiplier", needed=False)


def _quote_time(columns: Columns, table: Table, at: int, names: Sequence[str]) -> None:
    cells = table.cells(at)
    # A text file holds serials and epochs as text.
    read = {
        cell: quote_time(value if (value := number(cell)) is not None else cell, source=names[at])
        for cell in {c for c in cells if not is_blank(c)}
    }
    for cell, found in read.items():
        if found is None:
            row = table.numbers[cells.index(cell)]
            raise BadInput(f'{names[at]} in row {row} is "{text(cell)}"; expected a date and time')
    moments = sorted(found for found in read.values() if found)
    if not moments:
        return
    if moments[0][0].date() != moments[-1][0].date():
        raise BadInput(
            f"the column {names[at]} holds quotes of {moments[0][0]:%Y-%m-%d} and {moments[-1][0]:%Y-%m-%d}; "
            "paste the chain of one moment"
        )
    columns.quote_time, timed = moments[-1]
    columns.quote_time_from = f"column {names[at]}"
    if not timed:
        columns.quote_time_from += ", no clock time given: 16:00 New York taken"
    elif len(moments) > 1:
        columns.quote_time_from += ", the latest"


def _spot(columns: Columns, table: Table, at: int, names: Sequence[str]) -> None:
    spots = table.numeric(at, names[at])
    known = spots[np.isfinite(spots) & (spots > 0)]  # 0 is how a feed leaves a price blank
    if not known.size:
        return
    columns.spot = float(np.median(known))
    columns.spot_from = f"column {names[at]}"
    if np.ptp(known) > 0:
        columns.spot_from += ", the median"
        if np.ptp(known) > 0.02 * columns.spot:
            columns.notes.append(
                f"the column {names[at]} runs from {known.min():g} to {known.max():g}; the median is taken as spot"
            )
