"""Cell addresses: "B7", "$B$7:C9", "'My sheet'!B7" to rows and columns (counted from 1) and back."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384

SHEET_PREFIX = r"(?:'(?:[^']|'')+'|[\w.]+)!"
_CELL = r"\$?[A-Za-z]{1,3}\$?[1-9]\d{0,6}"
REFERENCE = (
    rf"(?:{SHEET_PREFIX})?"
    rf"(?:{_CELL}(?::{_CELL})?|\$?[A-Za-z]{{1,3}}:\$?[A-Za-z]{{1,3}}|\$?[1-9]\d*:\$?[1-9]\d*)"
    r"(?![\w.(!\[])"
)
_PARTS = re.compile(rf"(?P<sheet>{SHEET_PREFIX})?(?P<first>[^:!]+)(?::(?P<last>[^:!]+))?")


class Area(NamedTuple):
    """A rectangle of one sheet, corners included, rows and columns counted from 1."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int

    @property
    def single(self) -> bool:
        return self.top == self.bottom and self.left == self.right

    def __str__(self) -> str:
        first, last = absolute(self.top, self.left), absolute(self.bottom, self.right)
        return f"{quoted(self.sheet)}!{first if self.single else f'{first}:{last}'}"


def quoted(sheet: str) -> str:
    """The sheet's name as a formula spells it."""
    return "'" + sheet.replace("'", "''") + "'"


def unquoted(prefix: str) -> str:
    """The name of the sheet in a prefix such as "'My sheet'!"."""
    name = prefix.removesuffix("!")
    return name[1:-1].replace("''", "'") if name.startswith("'") else name


@cache
def letters(column: int) -> str:
    """1 -> "A", 28 -> "AB"."""
    text = ""
    while column:
        column, digit = divmod(column - 1, 26)
        text = chr(65 + digit) + text
    return text


@cache
def column_number(name: str) -> int:
    """ "A" -> 1, "ab" -> 28."""
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - 64
    return number


def address(row: int, column: int) -> str:
    return f"{letters(column)}{row}"


def absolute(row: int, column: int) -> str:
    return f"${letters(column)}${row}"


def area_of(text: str, sheet: str = "") -> Area | None:
    """The area that a plain reference names, whole rows and columns included; None if it is something else.

    `sheet` is the sheet of a reference that names none."""
    if not re.fullmatch(REFERENCE, text):
        return None
    parts = _PARTS.fullmatch(text)
    if parts is None:
        return None
    first, last = parts["first"], parts["last"] or parts["first"]
    rows, columns = [], []
    for corner in (first, last):
        split = re.fullmatch(r"\$?([A-Za-z]*)\$?(\d*)", corner)
        if split is None:
            return None
        columns.append(column_number(split[1]) if split[1] else None)
        rows.append(int(split[2]) if split[2] else None)
    known_rows, known_columns = [r for r in rows if r], [c for c in columns if c]
    area = Area(
        unquoted(parts["sheet"]) if parts["sheet"] else sheet,
        min(known_rows, default=1),
        min(known_columns, default=1),
        max(known_rows, default=LAST_ROW),
        max(known_columns, default=LAST_COLUMN),
    )
    return area if area.bottom <= LAST_ROW and area.right <= LAST_COLUMN else None
