"""Files to cells: text, JSON, workbooks, HTML and Parquet, packed or not. Nothing is interpreted here."""

from __future__ import annotations

import csv
import io
import json
import re
from itertools import chain, islice
from pathlib import Path
from typing import cast

from gex_xl.errors import BadInput
from gex_xl.reading.containers import (
    MAX_BYTES,
    cells_of_html,
    cells_of_parquet,
    in_a_file,
    is_workbook,
    refuse_binary,
    unpacked,
)
from gex_xl.reading.conventions import decimal_comma
from gex_xl.reading.layouts import MAX_CELLS, check_size
from gex_xl.reading.records import cells_of_json
from gex_xl.reading.values import number, shown
from gex_xl.reading.workbooks import cells_of_workbook
from gex_xl.settings import Decimal

Cells = list[list[object]]
_BEGINS_JSON = re.compile(r"\s*(?:\{|\[\s*[\[{])")  # OptionsDX's header begins with [ too
_END = "\x04"
_CYRILLIC = re.compile("[À-ÿ]{3}")
_SHEETS = (".xlsx", ".xlsm", ".xlsb", ".ods")
_SEPARATOR = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # a first line that Excel writes and hides


def read_cells(path: str | Path) -> Cells:
    """The cells of a file, row by row. Raises BadInput for a file that is missing, too large or cannot be read."""
    file = Path(path)
    name = shown(file.name)
    try:
        if file.is_dir() or not file.exists():
            found = "a folder" if file.is_dir() else "no such file"
            raise BadInput(f"{str(file)[-200:]}: {found}; expected a csv, json or xlsx file")
        if not file.is_file():  # a pipe would be waited for, and a device has no end
            raise BadInput(f"{str(file)[-200:]}: not a file but a pipe or a device; expected a csv, json or xlsx file")
        if file.suffix.lower() == ".numbers":
            raise BadInput(f"{name}: .numbers files are not read; save it as .xlsx or .csv")
        if file.stat().st_size > MAX_BYTES:
            size = file.stat().st_size / 1e6
            raise BadInput(f"{name}: {size:,.0f} MB; expected at most {MAX_BYTES / 1e6:,.0f} MB")
        with file.open("rb") as opened:
            head = opened.read(8)
        if is_workbook(head, file) or (file.suffix.lower() in _SHEETS and not head.startswith(b"\x1f\x8b")):
            return cells_of_workbook(file)
        raw = file.read_bytes()
    except (OSError, ValueError) as error:  # a ValueError is a name that no file can have
        raise BadInput(f"{name}: cannot be read ({getattr(error, 'strerror', None) or error})") from None
    inner, inner_name = unpacked(raw, file, name)
    if inner is not raw and inner[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        folder, packed = in_a_file(inner, inner_name)
        with folder:
            return cells_of_workbook(packed)
    return _cells_of(inner, shown(inner_name))


def _cells_of(raw: bytes, name: str) -> Cells:
    """The cells of what is no workbook: Parquet, JSON, an HTML page, delimited text."""
    if (cells := cells_of_parquet(raw, name)) is not None:
        return cells
    refuse_binary(raw, name)
    decoded = _decode(raw)
    if name.lower().endswith(".json") or _BEGINS_JSON.match(decoded):
        return cells_of_json(_json(decoded, name), name)
    if (cells := cells_of_html(decoded)) is not None:
        return cells
    return cells_of_csv(decoded)


def _decode(raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        western = raw.decode("cp1252", errors="replace")
        # No western word has three such letters in a row; every Russian one does.
        return raw.decode("cp1251", errors="replace") if _CYRILLIC.search(western) else western


def _json(decoded: str, name: str) -> object:
    if (count := decoded.count("{")) > MAX_CELLS:  # each becomes an object of 64 bytes or more
        raise BadInput(f"the paste has {count:,} records; expected at most {MAX_CELLS:,}")
    try:
        found: object = json.loads(decoded)
    except (ValueError, RecursionError) as error:
        lines = _json_lines(decoded)
        if lines is None:
            raise BadInput(f"{name}: not valid JSON ({error})") from None
        return lines
    return found


def _json_lines(decoded: str) -> list[object] | None:
    """What JSON Lines hold, one value each; None where a line is none."""
    try:
        found = [json.loads(line) for line in decoded.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        return None
    return found or None


def cells_of_csv(decoded: str) -> Cells:
    """The cells of delimited text; comma, semicolon, tab or | is told from the first lines."""
    check_size(max(decoded.count("\n"), decoded.count("\r")), 1)
    head = list(islice(io.StringIO(decoded), 50))
    named = _SEPARATOR.match(decoded)
    mark = named[1] if named else max(",;\t|", key=lambda m: _splits(head, m))
    if named:
        decoded = "\n" + decoded[named.end() :]  # a blank line, so that rows keep their numbers
    if decoded.count(mark) > MAX_CELLS:
        raise BadInput(f"the text has {decoded.count(mark):,} cells; expected at most {MAX_CELLS:,}")
    # A quotation mark that is never closed takes in all that follows, this last line too.
    lines = chain(io.StringIO(decoded, newline=""), [_END])
    reader = csv.reader(lines, delimiter=mark, skipinitialspace=True)
    try:
        rows = cast("Cells", list(reader))
    except csv.Error as error:
        raise BadInput(f"the text cannot be split into cells at line {reader.line_num} ({error})") from None
    if rows.pop() != [_END]:
        raise BadInput(f"row {len(rows) + 1} has a quotation mark that is not closed; take it out, or close it")
    return rows


def _splits(lines: list[str], mark: str) -> int:
    """How often a mark stands in the lines; commas beside as many semicolons are decimal commas."""
    return sum(line.count(mark) for line in lines) * (3 if mark in ";\t" else 1)


def as_typed(cells: Cells, decimal: Decimal = Decimal.AUTO) -> Cells:
    """What a spreadsheet makes of typed text: plain numbers become numbers, all else stays as it is."""
    comma, _ = decimal_comma([[cell for row in cells for cell in row]], decimal)
    return [[_typed(cell, comma) for cell in row] for row in cells]


def _typed(cell: object, comma: bool) -> object:
    if not isinstance(cell, str):
        return cell
    if not cell or cell[0] not in "+-.0123456789":
        return cell or None
    value = number(cell, comma=comma)
    return cell if value is None or cell.endswith("%") else value
