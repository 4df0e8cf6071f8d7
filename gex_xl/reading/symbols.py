"""Option symbols: OCC's, thinkorswim's and Deribit's."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gex_xl.arrays import FloatArray
from gex_xl.errors import BadInput
from gex_xl.products import underlying_of
from gex_xl.reading.values import shown, text


class Symbol(NamedTuple):
    """What an option symbol says. `right` is C or P; `strike` in the currency of the option."""

    root: str
    expiry: dt.date
    right: str
    strike: float


#: OCC option symbol: root, yymmdd, C or P, strike x 1000 (eight digits; OptionMetrics writes fewer). A symbol
#: that begins with a point is thinkorswim's, and its strike is plain.
OCC = re.compile(r"(?:O:)?(\.?)([A-Z][A-Z.^]{0,5}\d{0,2}?)\s*(\d{6})([CP])(\d{1,8}(?:\.\d+)?)")
#: BTC-27DEC24-100000-C, XRP_USDC-30AUG24-0d625-P: coin, day, strike (d for a decimal point) and right.
DERIBIT = re.compile(r"([A-Z]{2,6}(?:_[A-Z]{3,4})?)-(\d{1,2})([A-Z]{3})(\d{2})-(\d+(?:D\d+)?)-([CP])")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def parse_occ(cell: object) -> Symbol | None:
    """What an OCC option symbol says, or None."""
    found = OCC.fullmatch(text(cell).upper()) if isinstance(cell, str) else None
    if not found:
        return None
    point, root, digits, right, written = found.groups()
    plain_strike = point and len(written) < 8
    if not plain_strike and not (written.isdigit() and len(written) >= 3):
        return None
    expiry = _day(digits)
    return Symbol(root, expiry, right, float(written) / (1 if plain_strike else 1000)) if expiry else None


@lru_cache(maxsize=1024)
def _day(digits: str) -> dt.date | None:
    """The date of yymmdd; a chain has some dozens."""
    try:
        return dt.date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    except ValueError:
        return None


def parse_deribit(cell: object) -> Symbol | None:
    """What a Deribit instrument name says, or None. The root is the coin, with its currency where it has one."""
    found = DERIBIT.fullmatch(text(cell).upper())
    if not found or found[3] not in _MONTHS:
        return None
    try:
        expiry = dt.date(2000 + int(found[4]), _MONTHS.index(found[3]) + 1, int(found[2]))
    except ValueError:
        return None
    return Symbol(found[1], expiry, found[6], float(found[5].replace("D", ".")))


def check_strikes(strikes: FloatArray, symbols: Sequence[Symbol | None], rows: npt.NDArray[np.int64]) -> None:
    """Raises BadInput where a strike is not its symbol's: columns that were sorted apart, or pasted askew."""
    for strike, known, row in zip(strikes.tolist(), symbols, rows.tolist(), strict=True):
        if known and strike > 0 and abs(strike - known.strike) > 0.01 * known.strike:
            raise BadInput(f"strike in row {row} is {strike:g}; expected {known.strike:g}, as its option symbol says")


def check_expiries(expiries: Sequence[dt.date], symbols: Sequence[Symbol | None], rows: npt.NDArray[np.int64]) -> None:
    """Raises BadInput where an expiry is not its symbol's; until 2015 one was a Friday and the other a Saturday."""
    for day, known, row in zip(expiries, symbols, rows.tolist(), strict=True):
        if known and day != known.expiry and abs((day - known.expiry).days) > 3:
            raise BadInput(f"expiry in row {row} is {day}; expected {known.expiry}, as its option symbol says")


def one_underlying(roots: Iterable[str]) -> str:
    """The one underlying of all the roots, "" where there are none. Raises BadInput where there are several."""
    names = sorted({shown(underlying_of(root)) for root in set(roots) if root})
    if len(names) > 1:
        raise BadInput(
            f"the chain holds contracts on {', '.join(names[:4])}; paste one underlying at a time, and clear the "
            "old chain before pasting a new one"
        )
    return names[0] if names else ""
