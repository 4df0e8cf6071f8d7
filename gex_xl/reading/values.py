"""Numbers and rights as feeds, people and spreadsheets write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from gex_xl.arrays import FloatArray
from gex_xl.errors import BadInput
from gex_xl.errors import shown as quoted
from gex_xl.reading import at_once

#: Written where a feed has no figure. Anything else that is not a number is an error, never a blank.
PLACEHOLDERS = frozenset({"", "-", "--", "---", "–", "—", "nan", "none", "null", "<empty>"})
#: Excel's error texts: a cell that failed upstream, in an optional column as good as missing.
CELL_ERRORS = frozenset(
    {"#n/a", "#value!", "#ref!", "#div/0!", "#num!", "#name?", "#null!", "#spill!", "#calc!", "#busy!", "#field!",
     "#getting_data", "#blocked!", "#connect!", "#unknown!", "#external!", "#python!", "#timeout!", "#error!"}
)  # fmt: skip
_NOT_GIVEN = frozenset({"n/a", "na", "n.a.", "unch", "nil", "n.d.", "k.a.", "s/d", "<na>", "nat", "...", "*", "."})
_TYPED = frozenset({"n/a", "na", "n.a."})
#: Bloomberg's endings say why: #N/A N/A, #N/A Field Not Applicable, #N/A Requesting Data...
_BEGINS_NOT_GIVEN = ("#n/a ", "#n.a.", "#n/a\t")

# Control characters, direction marks, soft hyphens and halves of surrogate pairs carry nothing.
_DROPPED = dict.fromkeys(
    [*range(9), 11, 12, *range(14, 32), *range(0x7F, 0xA0), 0xAD, 0x61C, *range(0x200B, 0x2010),
     *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF, *range(0xD800, 0xE000)]
)  # fmt: skip
_DROPS = re.compile(f"[{re.escape(''.join(map(chr, _DROPPED)))}]")
_CURRENCY = "$€£¥₽₹₺₩"
# "0,250" has a decimal comma, so no group begins with 0. In India groups of two stand before the last three digits.
_POINT = re.compile(r"[+-]?(?:[1-9]\d{0,2}(?:[, ’']\d{3})+|[1-9]\d?(?:,\d{2})+,\d{3})(?:\.\d*)?")
_COMMA = re.compile(r"[+-]?(?:(?:[1-9]\d{0,2}(?:[. ’']\d{3})+|\d+)(?:,\d*)?|,\d+)(?:[eE][+-]?\d+)?")
_MARKS = str.maketrans("", "", ", ’'")
_MARKS_OF_COMMA = str.maketrans(",", ".", ". ’'")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


def is_blank(cell: object) -> bool:
    """True for what a spreadsheet or a feed leaves empty."""
    if cell is None:
        return True
    if isinstance(cell, float):
        return cell != cell
    # Most cells are decided by their first character.
    return isinstance(cell, str) and not cell[:1].isalnum() and not text(cell)


def text(cell: object) -> str:
    """A cell as plain text: odd spaces and wide digits made ordinary, marks and control characters taken out."""
    if cell is None:
        return ""
    written = cell if isinstance(cell, str) else str(cell)
    if not (written.isascii() and written.isprintable()):
        # Most text that is not plain holds nothing to drop, and looking is a hundred times as fast as translating.
        written = unicodedata.normalize("NFKC", written.translate(_DROPPED) if _DROPS.search(written) else written)
    return written.strip()


def shown(cell: object) -> str:
    """A cell as it is quoted in a message: one line, not too long."""
    return quoted(cell if isinstance(cell, (int, float)) else text(cell))


def number(cell: object, *, comma: bool = False) -> float | None:
    """One cell as a number: thousands separators and % are understood; None where it is not a number.

    `comma` says that text has a decimal comma: 1.234,5 is then 1234.5.
    """
    if isinstance(cell, bool):
        return None
    if isinstance(cell, (int, float, np.number)):
        try:
            return float(cell)
        except OverflowError:  # an integer of hundreds of digits
            return np.inf
    written = text(cell).replace("−", "-")
    percent = written.endswith("%")
    if percent:
        written = written[:-1].rstrip()
    written = written.strip(_CURRENCY).strip()
    if comma:
        if _COMMA.fullmatch(written):
            written = written.translate(_MARKS_OF_COMMA)
        elif "." in written:
            return None
    elif _POINT.fullmatch(written):
        written = written.translate(_MARKS)
    if not _NUMBER.fullmatch(written):
        return None
    return float(written) / 100 if percent else float(written)


def numbers(
    cells: Sequence[object],
    rows: npt.NDArray[np.int64],
    name: str,
    *,
    needed: bool,
    comma: bool = False,
    largest: float = 1e18,
) -> FloatArray:
    """A column of numbers, NaN where the feed has none.

    `rows` are the row numbers that the user sees, for the message. In a `needed` column the words "n/a"
    and a failed cell are errors; elsewhere they are as good as blank. Raises BadInput for any other text, and for
    figures beyond the `largest`: no market has them, and sums and products must stay numbers.
    """
    out = _read(cells, rows, name, needed=needed, comma=comma)
    beyond = np.flatnonzero(np.abs(out) > largest)
    if beyond.size:
        i = beyond[0]
        raise BadInput(f"{name} in row {rows[i]} is {out[i]:g}; expected at most {largest:.0e}")
    return out


def _read(cells: Sequence[object], rows: npt.NDArray[np.int64], name: str, *, needed: bool, comma: bool) -> FloatArray:
    if (found := at_once.floats(cells, comma=comma)) is not None:
        return found
    out = np.full(len(cells), np.nan)
    for i, cell in enumerate(cells):
        value = number(cell, comma=comma)
        if value is None:
            value = _suffixed(cell, name, comma)
        if value is not None:
            if isinstance(cell, str) and name in _NO_SHARES and cell.rstrip().endswith(("%", "％")):
                raise BadInput(f'{name} in row {rows[i]} is "{shown(cell)}"; expected a number, not a share of one')
            out[i] = value
            continue
        word = text(cell).lower()
        # Feeds write N/A; who types n/a into a needed column is asked for the figure.
        if not_given(word) and not (needed and text(cell) in _TYPED):
            continue
        mark = f"; the decimal mark of this paste is a {'comma' if comma else 'point'}" if _digits(word) else ""
        raise BadInput(f'{name} in row {rows[i]} is "{shown(cell)}"; expected a number{mark}')
    return out


def not_given(word: str) -> bool:
    """Whether a word in lower case is how people and feeds write "none", or a cell that failed upstream."""
    return word in PLACEHOLDERS or word in _NOT_GIVEN or word in CELL_ERRORS or word.startswith(_BEGINS_NOT_GIVEN)


_COUNTS = frozenset({"open interest", "volume"})
#: A strike of 100 % is one of spot, and must be told in the currency of spot.
_NO_SHARES = frozenset({*_COUNTS, "strike", "multiplier", "dealer position"})
_THOUSANDS = {"k": 1e3, "m": 1e6, "l": 1e5, "lac": 1e5, "lakh": 1e5, "cr": 1e7}
_SUFFIX = re.compile(r"(.*\d)\s?([a-z]+)")


def first_rounded(cells: Sequence[object]) -> str | None:
    """The first count that may be written in thousands or millions, 10.5K, as Interactive Brokers does."""
    if at_once.without(cells, "kKmMlLrRhHcC"):
        return None
    texts = (cell for cell in cells if isinstance(cell, str))
    return next((c for c in texts if (cut := _SUFFIX.fullmatch(text(c).lower())) and cut[2] in _THOUSANDS), None)


def _suffixed(cell: object, name: str, comma: bool) -> float | None:
    """A price with the suffix "s" of a settlement, as Barchart writes it, or a count in thousands or lakhs."""
    cut = _SUFFIX.fullmatch(text(cell).lower())
    if cut is None:
        return None
    factor = 1.0 if cut[2] == "s" else _THOUSANDS.get(cut[2]) if name in _COUNTS else None
    value = number(cut[1], comma=comma) if factor else None
    return None if value is None or factor is None else round(value * factor, 6)


def _digits(word: str) -> bool:
    """Whether only marks keep a word from being a number."""
    return bool(re.fullmatch(r"[+-]?[\d.,' ’]*\d[\d.,' ’]*%?", word)) and any(mark in word for mark in ",.")


#: As feeds and exchanges write them: CE and PE in India, 認購 and 認沽 in Hong Kong, 買權 and 賣權 in Taipei.
_CALLS = ("c", "call", "calls", "1", "ce", "opttype_call", "compra", "認購", "认购", "認購期權", "看涨", "看漲", "買權",
          "买权", "コール", "콜", "колл", "call_options", "call_option", "opción call", "kaufoption")  # fmt: skip
_PUTS = ("p", "put", "puts", "-1", "pe", "opttype_put", "venda", "認沽", "认沽", "認沽期權", "看跌", "賣權", "卖权",
         "プット", "풋", "пут", "put_options", "put_option", "opción put", "verkaufsoption")  # fmt: skip
_RIGHTS = {**dict.fromkeys(_CALLS, "C"), **dict.fromkeys(_PUTS, "P")}
_RIGHT_OF_TITLE = re.compile(r"(?:call|put)s?(?=$|[\W_]*(?:options?|side)?$)")


def right(cell: object) -> str | None:
    """`C` or `P`, or None where the cell says neither."""
    word = text(cell).lower().replace("−", "-").removesuffix(".0")
    if found := _RIGHTS.get(word):
        return found
    return word[0].upper() if _RIGHT_OF_TITLE.match(word) else None
