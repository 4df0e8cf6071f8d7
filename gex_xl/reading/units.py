"""Units that a feed does not name, by evidence of all rows: of iv, of strikes, of contracts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gex_xl.arrays import FloatArray, Mask
from gex_xl.reading.columns import Columns, Table
from gex_xl.reading.evidence import gamma_ratio
from gex_xl.reading.headers import plain
from gex_xl.reading.roles import CALL, PUT, Roles
from gex_xl.reading.values import numbers, text

_YAHOO_SIZES = {"REGULAR": 100.0, "MINI": 10.0}
_TINY = 1e-3  # no volatility is below 0.1 %: feeds write 1e-05 where they have none
_HALVED, _BY_HALVING = 1e-5, (0.02, 5.0)  # what a search for iv that found nothing leaves: 1e-05, 0.0078, 0.0156
_INDIAN = ("NSE", "BSE", "MCX")
_IN_PAISE = frozenset({"sp", "ls"})  # Nubra
_OPTIONMETRICS = frozenset({"strikeprice", "cpflag", "exdate"})
_SCALES = (1.0, 100.0, 1000.0)
SCALE_WORDS = {100.0: "hundredths", 1000.0: "thousandths"}


def read_iv(columns: Columns, table: Table, roles: Roles) -> None:
    """Fill in iv as decimals: of its own column, else the middle of bid and ask iv.

    All columns have one unit, unless the calls' and the puts' differ in size as percent and decimals do.
    """
    groups = _groups(columns, roles)
    for places, where in groups:
        columns.iv[where] = _raw(table, places)[np.flatnonzero(where) % max(len(table.rows), 1)]
    highest = columns.iv_placeholder[1]
    apart = len(groups) == 2 and not _alike([columns.iv[where] for _, where in groups])
    merged = (list(dict.fromkeys(j for places, _ in groups for j in places)), np.ones(len(columns.iv), dtype=bool))
    for places, where in groups if apart else [merged]:
        factor, said, is_open = table.iv_factor(columns.iv[where], places, highest=highest)
        columns.iv[where] *= factor
        columns.iv_open |= is_open and bool(places)
        if apart:
            named = ", ".join(table.names[j] for j in places)
            columns.notes.append(f"{named}: {said or 'iv is read as decimals, 1 being 100 %'}")
        elif said:
            columns.notes.append(said)
    if columns.iv_placeholder[0] == 0.0 and np.any((columns.iv > 0) & (columns.iv < _TINY)):
        columns.iv_placeholder = _BY_HALVING if np.isclose(columns.iv, _HALVED, rtol=1e-6).any() else (_TINY, np.inf)


def _groups(columns: Columns, roles: Roles) -> list[tuple[list[int], Mask]]:
    """(columns of iv, contracts that they are of): one of all, or one of the calls and one of the puts."""
    groups: list[tuple[list[int], Mask]] = []
    for side in (CALL, PUT):
        own = roles.sides[side] if not roles.two else roles.of(side)
        places = [own["iv"]] if "iv" in own else [own[name] for name in ("bid_iv", "ask_iv") if name in own]
        if places:
            groups.append((places, columns.right == side))
    common = [roles.at["iv"]] if "iv" in roles.at else [roles.at[n] for n in ("bid_iv", "ask_iv") if n in roles.at]
    if not roles.two and common:
        rest = np.ones(len(columns.iv), dtype=bool)
        for _, where in groups:
            rest &= ~where
        groups.append((common, rest))
    if len(groups) == 2 and groups[0][0] == groups[1][0]:
        return [(groups[0][0], groups[0][1] | groups[1][1])]
    return groups


def _alike(figures: Sequence[FloatArray]) -> bool:
    """Whether the iv of two sides has one size: percent beside decimals differ a hundredfold."""
    medians = [float(np.median(real)) for each in figures if (real := each[each > 0]).size]
    return len(medians) < 2 or bool(abs(np.log10(medians[0] / medians[1])) < 1)


def _raw(table: Table, places: Sequence[int]) -> FloatArray:
    """iv of a column, or the middle of bid and ask iv; of one of them where the other is none."""
    found = [table.numeric(j, "iv") for j in places]
    if len(found) == 1:
        return found[0]
    first, last = found[0], found[-1]
    return np.asarray(0.5 * (np.where(first > 0, first, last) + np.where(last > 0, last, first)))


def read_multipliers(table: Table, at: int | None) -> FloatArray:
    """Units per contract of each row, NaN where the feed does not say; Yahoo writes REGULAR."""
    if at is None:
        return np.full(len(table.rows), np.nan)
    cells = [_YAHOO_SIZES.get(text(c).upper(), c) if isinstance(c, str) else c for c in table.cells(at)]
    return numbers(cells, table.numbers, "multiplier", needed=False, comma=table.comma)


def scale_strikes(columns: Columns, table: Table) -> None:
    """Make strikes of the size of spot: some feeds write thousandths, or paise. By the symbols, else by spot.

    With neither, those of OptionMetrics are told by its names of columns: IvyDB holds strikes times 1000.
    """
    if not columns.strike.size:
        return
    if asked := table.settings.strike_scale:
        columns.strike = columns.strike / asked
        what, middle = "strikes are", float(np.median(columns.strike))
        # A spot of the size of the strikes as they were is in their unit, and so are the quotes.
        if columns.spot and abs(np.log(columns.spot / asked / middle)) < abs(np.log(columns.spot / middle)):
            what = "strikes, spot and quotes are"
            _divide(columns, ("bid", "ask", "forward"), asked)
        columns.notes.append(f"strike_scale = {asked:g}: {what} divided by it")
        return
    known = columns.symbols.strike
    named = known > 0
    if named.any():
        ratio, by = float(np.median(columns.strike[named] / known[named])), "as the symbols say"
    elif columns.spot:
        ratio, by = float(np.median(columns.strike)) / columns.spot, f"as spot {columns.spot:g} says"
    elif {plain(name) for name in table.names} >= _OPTIONMETRICS and float(np.median(columns.strike)) > 20_000:
        ratio, by = 1000.0, "as OptionMetrics writes them"
    else:
        return
    scale = nearest_scale(ratio)
    if scale > 1:
        columns.strike = columns.strike / scale
        columns.notes.append(f"strikes are in {SCALE_WORDS[scale]}, {by}; divided by {scale:g}")
    elif columns.venue in _INDIAN and not named.any() and (said := _paise(columns, table)):
        _divide(columns, ("strike", "bid", "ask", "forward"), 100)
        columns.notes.append(f"strikes, spot and quotes are in paise, {said}; divided by 100")


def _divide(columns: Columns, names: Sequence[str], by: float) -> None:
    for name in names:
        setattr(columns, name, getattr(columns, name) / by)
    columns.spot = columns.spot and columns.spot / by


def _paise(columns: Columns, table: Table) -> str:
    """Why all prices are in paise, "" where nothing says so: by the feed's gamma, without one by names of columns."""
    if known := gamma_ratio(columns):
        return "as the feed's gamma says" if nearest_scale(known) == 100 else ""
    names = {plain(name.rpartition(".")[2]) for name in table.names}
    return "as the feed writes them whose columns are sp and ls" if names >= _IN_PAISE else ""


def nearest_scale(ratio: float) -> float:
    """By what strikes that are `ratio` times the size of spot are to be divided."""
    return min(_SCALES, key=lambda scale: abs(np.log(ratio / scale))) if ratio > 0 else 1.0
