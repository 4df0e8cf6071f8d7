"""Option symbols, told by their structure: each family is a pattern, whoever writes it.

OCC: SPX 240419C04900000, O:SPY240315C00495000, .SPY240315C495 (thinkorswim), -SPY240315C495 (Fidelity).
Dashes: BTC-21JUN24-58000-C (Deribit, Bybit), BTC-USD-240621-58000-C (OKX), BTC-240621-58000-C (Binance),
C-BTC-58000-210624 (Delta Exchange). Bloomberg: SPX US 12/19/25 C5000 Index; of futures SFRM6C 95.75 Comdty.
India: NIFTY2561224500CE, NIFTY25JUN24500CE, NIFTY12JUN2524500CE, NIFTY12JUN25C24500, OPTIDXNIFTY12-06-2025CE24500.00.
Words: SPY Mar15'24 495 Call, NIFTY 12 JUN 24500 CE.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from gex_xl.errors import BadInput
from gex_xl.products import underlying_of
from gex_xl.reading.values import shown, text


class Symbol(NamedTuple):
    """What an option symbol says. `right` is C or P; `strike` in the currency of the option.

    `expiry` is None where the symbol holds a month only. `family` is the kind of symbol: occ, dashes, bloomberg,
    india, words.
    """

    root: str
    expiry: dt.date | None
    right: str
    strike: float
    family: str = "occ"


#: OCC option symbol: root, yymmdd, C or P, strike x 1000 (eight digits; OptionMetrics writes fewer). A symbol
#: that begins with a point or a minus is a broker's, and its strike is plain.
OCC = re.compile(r"(?:O:)?([.-]?)([A-Z][A-Z.^]{0,5}\d{0,2}?)\s*(\d{6})([CP])(\d{1,8}(?:\.\d+)?)")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MONTH = "|".join(_MONTHS)
_CURRENCIES = frozenset({"USD", "USDT", "USDC", "EUR", "BTC", "ETH"})
#: Parts between dashes: coin with or without a currency, then a day, a strike (d for a decimal point) and a right.
_DASHES = re.compile(
    rf"(?:[A-Z]+:)?([A-Z0-9]{{2,12}}(?:_[A-Z]{{3,4}})?)(?:-(USD[TC]?|EUR))?"
    rf"-(?:(\d{{1,2}})({_MONTH})(\d{{2}})|(\d{{6}}|\d{{8}}))-(\d+(?:[D.]\d+)?)-([CP])(?:-(USD[TC]?))?"
)
_RIGHT_FIRST = re.compile(r"([CP])-([A-Z0-9]{2,12})-(\d+(?:\.\d+)?)-(\d{2})(\d{2})(\d{2})")
_BLOOMBERG = re.compile(
    r"([A-Z0-9./]{1,10})(?:\s+([A-Z]{2}))?\s+(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})\s+([CP])\s?(\d+(?:\.\d+)?)"
    r"(?:\s+(?:EQUITY|INDEX|COMDTY|CURNCY))?"
)
_BLOOMBERG_FUTURE = re.compile(
    r"([A-Z0-9]{1,4}[FGHJKMNQUVXZ]\d{1,2})([CP])\s+(\d+(?:\.\d+)?)(?:\s+(?:COMDTY|INDEX|CURNCY))?"
)
_INDIA_WEEK = re.compile(r"(?:[A-Z]{3}:)?([A-Z][A-Z&-]*?)(\d{2})([1-9OND])(\d{2})\s?(\d+(?:\.\d+)?)(CE|PE)")
_INDIA_DAY = re.compile(
    rf"(?:[A-Z]{{3}}:)?([A-Z][A-Z&-]*?)\s?(\d{{1,2}})({_MONTH})(\d{{2}})\s?(\d{{2,}}(?:\.\d+)?)(CE|PE)"
)
_INDIA_MONTH = re.compile(rf"(?:[A-Z]{{3}}:)?([A-Z][A-Z&-]*?)(\d{{2}})({_MONTH})\s?(\d+(?:\.\d+)?)(CE|PE)")
_INDIA_LETTER = re.compile(rf"([A-Z][A-Z&-]*?)(\d{{2}})({_MONTH})(\d{{2}})([CP])(\d+(?:\.\d+)?)")
_INDIA_LONG = re.compile(r"OPT(?:IDX|STK|FUT|CUR|COM)([A-Z][A-Z&-]*?)(\d{2})-(\d{2})-(\d{4})(CE|PE)(\d+(?:\.\d+)?)")
_WORDS = re.compile(
    rf"([A-Z][A-Z.&]{{0,11}})\s+(?:(\d{{1,2}})[ -]?)?({_MONTH})[A-Z]*[ -]?(?:(\d{{1,2}})(?!\d)(?:ST|ND|RD|TH)?)?"
    r"(?:,?\s*['’]?\s*(\d{4}|\d{2}))?\s+\$?(\d+(?:\.\d+)?)\s*(C|P|CE|PE|CALL|PUT)S?(?:\s*\[.*)?"
)
_FIRST_YEAR = 15  # no symbols of India with a year before 2015 are asked for
_FEW_LETTERS = 6  # of a symbol without a digit, which is none


def parse(cell: object) -> Symbol | None:
    """What an option symbol of any family says, or None."""
    if not isinstance(cell, str) or len(cell) > 80:
        return None
    written = " ".join(text(cell).upper().split())
    if len(written) < _FEW_LETTERS or not any(c.isdigit() for c in written):
        return None
    return _parsed(written)


@lru_cache(maxsize=65_536)
def _parsed(written: str) -> Symbol | None:
    for family in (parse_occ, parse_dashes, _bloomberg, _india, _in_words):
        if found := family(written):
            return found
    return None


#: Root, day and right of a plain OCC symbol, whose last eight digits are the strike.
OCC_HEAD = re.compile(r"[A-Z]{1,6}\d{6}[CP]", re.ASCII)


def parse_occ(cell: object) -> Symbol | None:
    """What an OCC option symbol says, or None."""
    found = OCC.fullmatch(text(cell).upper()) if isinstance(cell, str) else None
    if not found:
        return None
    point, root, digits, right, written = found.groups()
    plain_strike = point and len(written) < 8
    if not plain_strike and not (written.isdigit() and len(written) >= 3):
        return None
    expiry = _day(int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    return Symbol(root, expiry, right, float(written) / (1 if plain_strike else 1000)) if expiry else None


@lru_cache(maxsize=4096)
def _day(year: int, month: int, day: int) -> dt.date | None:
    """A date, None where there is none; a chain has some dozens."""
    try:
        return dt.date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None


def _month(name: str) -> int:
    return _MONTHS.index(name) + 1


def parse_dashes(cell: object) -> Symbol | None:
    """What the name of a coin's option says, or None. The root is the coin, with its currency where it has one.

    A name that ends in its currency, -USDT, and one of Delta Exchange settle in that currency: their roots say so.
    """
    written = text(cell).upper()
    if found := _RIGHT_FIRST.fullmatch(written):
        right, coin, strike, day, month, year = found.groups()
        expiry = _day(int(year), int(month), int(day))
        return Symbol(f"{coin}_USD", expiry, right, float(strike), "right first") if expiry else None
    found = _DASHES.fullmatch(written)
    if not found:
        return None
    coin, currency, day, month, year, digits, strike, right, settled = found.groups()
    if digits:
        expiry = _day(int(digits[:-4]) % 100, int(digits[-4:-2]), int(digits[-2:]))
    else:
        expiry = _day(int(year), _month(month), int(day))
    if not expiry:
        return None
    linear = settled or (currency if currency in ("USDT", "USDC") else None)
    family = "dashes" if not digits else "coin, currency" if currency else "coin, digits"
    return Symbol(f"{coin}_{linear}" if linear else coin, expiry, right, float(strike.replace("D", ".")), family)


def _bloomberg(written: str) -> Symbol | None:
    if found := _BLOOMBERG.fullmatch(written):
        root, _, month, day, year, right, strike = found.groups()
        expiry = _day(int(year), int(month), int(day))
        return Symbol(root, expiry, right, float(strike), "bloomberg") if expiry else None
    if found := _BLOOMBERG_FUTURE.fullmatch(written):
        return Symbol(found[1].rstrip("0123456789")[:-1], None, found[2], float(found[3]), "bloomberg future")
    return None


def _india(written: str) -> Symbol | None:
    if found := _INDIA_LONG.fullmatch(written):
        root, day, month, year, right, strike = found.groups()
        return _indian(root, _day(int(year), int(month), int(day)), right, strike)
    if found := _INDIA_WEEK.fullmatch(written):
        root, year, month, day, strike, right = found.groups()
        number = {"O": 10, "N": 11, "D": 12}.get(month) or int(month)
        return _indian(root, _day(int(year), number, int(day)), right, strike)
    if found := _INDIA_LETTER.fullmatch(written):
        root, day, month, year, right, strike = found.groups()
        return _indian(root, _day(int(year), _month(month), int(day)), right, strike)
    # NIFTY25JUN24500CE is of June 2025 and 24500, or of 25 June 2024 and 500: other columns must tell.
    by_day, by_month = _INDIA_DAY.fullmatch(written), _INDIA_MONTH.fullmatch(written)
    of_day = by_day is not None and int(by_day[4]) >= _FIRST_YEAR
    of_month = by_month is not None and int(by_month[2]) >= _FIRST_YEAR
    if by_day and of_day and not of_month:
        root, day, month, year, strike, right = by_day.groups()
        return _indian(root, _day(int(year), _month(month), int(day)), right, strike)
    if by_month and of_month:
        strike = math.nan if of_day else float(by_month[4])
        return Symbol(by_month[1], None, by_month[5][0], strike, "india")
    return None


def of_expiry(cell: object, day: dt.date) -> Symbol | None:
    """What a name of India that is of a month, or may be of a day, says beside its expiry; None if of another."""
    written = text(cell).upper()
    by_day, by_month = _INDIA_DAY.fullmatch(written), _INDIA_MONTH.fullmatch(written)
    if by_day and _day(int(by_day[4]), _month(by_day[3]), int(by_day[2])) == day:
        return Symbol(by_day[1], day, by_day[6][0], float(by_day[5]), "india")
    if by_month and (int(by_month[2]), _month(by_month[3])) == (day.year % 100, day.month):
        return Symbol(by_month[1], day, by_month[5][0], float(by_month[4]), "india")
    return None


def _indian(root: str, expiry: dt.date | None, right: str, strike: str) -> Symbol | None:
    return Symbol(root, expiry, right[0], float(strike), "india") if expiry else None


def _in_words(written: str) -> Symbol | None:
    """A contract in words; without a year it names no expiry."""
    found = _WORDS.fullmatch(written)
    if not found:
        return None
    root, before, month, after, year, strike, right = found.groups()
    if not (before or after or year):
        return None  # a strategy, or a remark
    day = before or after
    if year is None and before and after:  # 15 Mar 24
        year = after
    expiry = _day(int(year), _month(month), int(day)) if year and day else None
    return Symbol(root, expiry, right[0], float(strike), "india" if right in ("CE", "PE") else "words")


def one_underlying(roots: Iterable[str]) -> str:
    """The one underlying of all the roots, "" where there are none. Raises BadInput where there are several."""
    names = sorted({shown(underlying_of(root)) for root in set(roots) if root})
    if len(names) > 1:
        raise BadInput(
            f"the chain holds contracts on {', '.join(names[:4])}; paste one underlying at a time, and clear the "
            "old chain before pasting a new one"
        )
    return names[0] if names else ""
