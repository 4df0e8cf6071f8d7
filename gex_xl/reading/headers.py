"""Column names as feeds write them, and what is said above the header: symbol, spot and quote time."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from gex_xl.errors import BadInput
from gex_xl.reading.columns import Columns
from gex_xl.reading.dates import quote_time
from gex_xl.reading.values import OCC, FloatArray, is_blank, number, text

#: field -> the name shown to users, then the usual names, in lower case without spaces and punctuation.
FIELDS: dict[str, tuple[str, ...]] = {
    "strike": ("strike", "strikeprice", "k", "strk", "exerciseprice"),
    "right": ("right", "type", "optiontype", "cpflag", "cp", "callput", "putcall", "callorput", "putorcall", "pc"),
    "expiry": (
        "expiry", "expiration", "expirationdate", "expirydate", "exp", "expdate", "exdate", "expires", "maturity",
        "maturitydate",
    ),
    "iv": (
        "iv", "impliedvolatility", "impliedvol", "implvolatility", "impvol", "ivol", "sigma", "volatility", "markiv",
        "iv%", "impliedvolatility1545",
    ),
    "open_interest": ("open interest", "openinterest", "openint", "oi", "opint", "openinterests"),
    "gamma": ("gamma", "gamma1545"),
    "delta": ("delta", "delta1545"),
    "bid": ("bid", "bidprice", "bestbid", "bid1545"),
    "ask": ("ask", "askprice", "bestask", "offer", "bestoffer", "ask1545"),
    "volume": ("volume", "vol", "totalvolume", "tradevolume"),
    "multiplier": ("multiplier", "contractsize", "contractmultiplier", "deliverable"),
    "root": ("root", "optionroot", "class", "optionclass", "rootsymbol"),
    "symbol": (
        "symbol", "option", "contract", "contractsymbol", "optionsymbol", "occsymbol", "osi", "osisymbol",
        "contractname", "calls", "puts",
    ),
    "underlying": ("underlying", "ticker", "underlyingsymbol", "underlier"),
    "dealer_position": ("dealer_position", "dealerposition", "dealerpos", "dealercontracts"),
    "spot": (
        "underlying price", "underlyingprice", "underlyinglast", "underlyinglastprice", "stockprice", "spot",
        "spotprice", "underlyingspot", "undprice", "activeunderlyingprice1545", "underlyingclose", "undlprice",
        "undlast",
    ),
    "quote_time": (
        "quote time", "quotetime", "quotedatetime", "quotedate", "quotereadtime", "asof", "timestamp", "date",
        "datetime", "tradedate", "datadate",
    ),
}  # fmt: skip
_BY_NAME = {re.sub(r"[^a-z0-9%]", "", name): field for field, names in FIELDS.items() for name in names}


def plain(name: str) -> str:
    """A column name in lower case, without spaces and punctuation."""
    return re.sub(r"[^a-z0-9%]", "", name.lower())


def field_of(name: str) -> str | None:
    """The field that a column name stands for, or None."""
    key = plain(name)
    return _BY_NAME.get(key) or _BY_NAME.get(key.rstrip("%")) if key else None


_LABELLED = re.compile(r"(?P<label>[^\d:：=]*[^\d\s:：=])\s*[:：=]\s*(?P<value>\S.*)")
_CUT, _REST = re.compile(r"[^\d:]+:\s*\d{1,3}(,\d{3})*"), re.compile(r"\d{3}(\.\d*)?")
_DECIMAL_COMMA = re.compile(r"\d{1,3}(?:[. ]?\d{3})*,\d+")
#: Of a last price; under another label, and in languages that are not here, the order of the figures tells.
_SPOT_LABELS = frozenset(
    {"last", "last price", "last sale", "price", "spot", "spot price", "underlying price", "current_price", "mark",
     "letzter", "letzter kurs", "zuletzt", "kurs", "dernier", "dernier cours", "cours", "último", "último precio",
     "precio", "último preço", "preço", "ultimo", "ultimo prezzo", "prezzo", "laatste", "laatste koers", "koers",
     "ostatnia", "ostatnia cena", "cena", "последняя", "последняя цена", "цена", "最新价", "最后", "现价", "現在値",
     "終値"}
)  # fmt: skip
_NOT_SPOT = frozenset(
    {"bid", "ask", "change", "size", "volume", "vol", "net", "open", "high", "low", "bid size", "ask size", "rate",
     "previous close", "prev close", "net change"}
)  # fmt: skip


def read_preamble(columns: Columns, rows: Sequence[Sequence[object]]) -> None:
    """Fill symbol, spot and quote time from the rows above the header, where the columns gave none."""
    dated = _find_quote_time(columns, rows) if columns.quote_time is None else 0
    if columns.spot is None:
        _find_spot(columns, rows, dated)


def _find_quote_time(columns: Columns, rows: Sequence[Sequence[object]]) -> int:
    """Returns the number of the row that holds it, 0 where none does."""
    first_expiry = min(columns.expiry, default=None)

    def distance(moment: dt.datetime) -> int:
        return abs((moment.date() - first_expiry).days) if first_expiry else 0

    # An unquoted "January 7, 2024" falls into two cells, so each row is first read as one line.
    lines: list[tuple[int, object]] = [
        (at, ", ".join(text(cell) for cell in row if isinstance(cell, str) and not is_blank(cell)))
        for at, row in enumerate(rows, 1)
    ]
    dates = [(at, c) for at, row in enumerate(rows, 1) for c in row if isinstance(c, dt.date)]
    # A bare number is a date only when it is one near the first expiry: an index may stand at 45 000 too.
    serials = [(at, c) for at, row in enumerate(rows, 1) for c in row if isinstance(c, (int, float))]
    found: list[tuple[bool, int, dt.datetime, bool]] = []
    for at, cell in (*dates, *lines, *serials):
        readings = {r for day_first in (False, True) if (r := quote_time(cell, day_first=day_first)) is not None}
        if isinstance(cell, (int, float)):
            readings = {reading for reading in readings if first_expiry and distance(reading[0]) <= 45}
        if readings:
            moment, timed = min(readings, key=lambda reading: (distance(reading[0]), reading[0]))
            found.append((not timed, at, moment, len(readings) > 1))
    if not found:
        return 0
    # A stray line may hold a date too: the first with a clock time is the feed's.
    untimed, at, moment, ambiguous = min(found, key=lambda entry: entry[0])
    columns.quote_time = moment
    columns.quote_time_from = f"row {at} of the paste"
    if untimed:
        columns.quote_time_from += ", no clock time given: 16:00 New York taken"
    if ambiguous:
        columns.notes.append(
            f"the quote date in row {at} can be read day first or month first; read as "
            f"{moment:%d %B %Y}, the nearer to the first expiry"
        )
    return at


def _find_spot(columns: Columns, rows: Sequence[Sequence[object]], dated: int) -> None:
    """The labelled last price; in another language, the first figure of the size of the strikes.

    Feeds write bid and ask beside the date: in row `dated`, an unknown label counts only for want of another.
    """
    found: list[tuple[int, float, str]] = []
    low, high = (float(columns.strike.min()), float(columns.strike.max())) if columns.strike.size else (0.0, np.inf)
    low, high = low / 2, high * 2  # a filtered chain need not bracket spot
    for at, row in enumerate(rows, 1):
        label = ""
        for cell in _joined(row):
            if is_blank(cell):
                continue
            value = number(cell)
            written = text(cell)
            labelled = _LABELLED.fullmatch(written) if value is None else None
            if labelled:
                label, value = labelled["label"], _figure(labelled["value"])
            if value is None:
                label = written  # a label may stand in the cell before its figure
                continue
            word = label.strip().lower()
            rank = 3 if word in _NOT_SPOT else 0 if word in _SPOT_LABELS else 2 if at == dated else 1
            if value > 0 and (rank == 0 or low <= value <= high):
                found.append((rank, value, f'row {at} of the paste, "{written}"'))
            label = ""
    # Bid, ask and size are never the spot; a date written as a serial is not a price of this chain.
    usable = [entry for entry in found if entry[0] < 3]
    if usable:
        _, columns.spot, columns.spot_from = min(usable, key=lambda entry: entry[0])


def _figure(written: str) -> float | None:
    """A figure of the preamble; in languages of the decimal comma `4.697,24`, where `4,697` is in thousands."""
    found = number(written)
    if found is None and _DECIMAL_COMMA.fullmatch(written):
        return number(re.sub("[. ]", "", written).replace(",", "."))
    return found


def _joined(row: Sequence[object]) -> list[object]:
    """The cells of a line, an unquoted `Last: 4,697.24` that fell into two cells put together again."""
    out: list[object] = []
    for cell in row:
        if out and _CUT.fullmatch(text(out[-1])) and _REST.fullmatch(text(cell)):
            out[-1] = f"{text(out[-1])},{text(cell)}"
        else:
            out.append(cell)
    return out


UNDERLYING_OF = {"SPXW": "SPX", "NDXP": "NDX", "RUTW": "RUT", "VIXW": "VIX", "XSPW": "XSP", "DJXW": "DJX"}


def underlying_of(root: str) -> str:
    """The underlying that an OCC root is written on: SPXW -> SPX, the adjusted AAPL1 -> AAPL."""
    plain_root = root.rstrip("0123456789")
    return UNDERLYING_OF.get(plain_root, plain_root)


def parse_occ(cell: object) -> tuple[str, dt.date, str, float] | None:
    """Root, expiry, right and strike of an OCC option symbol, or None."""
    found = OCC.fullmatch(text(cell).upper())
    if not found:
        return None
    point, root, digits, right, written = found.groups()
    plain_strike = point and len(written) < 8
    if not plain_strike and not (written.isdigit() and len(written) >= 3):
        return None
    try:
        expiry = dt.date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    except ValueError:
        return None
    return root, expiry, right, float(written) / (1 if plain_strike else 1000)


def check_strikes(
    strikes: FloatArray, symbols: Sequence[tuple[str, dt.date, str, float] | None], rows: npt.NDArray[np.int64]
) -> None:
    """Raises BadInput where a strike is not its symbol's: columns that were sorted apart, or pasted askew."""
    for strike, known, row in zip(strikes.tolist(), symbols, rows.tolist(), strict=True):
        if known and strike > 0 and abs(strike - known[3]) > 0.01 * known[3]:
            raise BadInput(f"strike in row {row} is {strike:g}; expected {known[3]:g}, as its option symbol says")


def one_underlying(roots: Iterable[str]) -> str:
    """The one underlying of all the roots, "" where there are none. Raises BadInput where there are several."""
    names = sorted({underlying_of(root) for root in set(roots) if root})
    if len(names) > 1:
        raise BadInput(
            f"the chain holds contracts on {', '.join(names[:4])}; paste one underlying at a time, and clear the "
            "old chain before pasting a new one"
        )
    return names[0] if names else ""
