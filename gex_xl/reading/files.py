"""Files to cells: csv and dat, json, xlsx. Nothing is interpreted here."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gex_xl.errors import BadInput
from gex_xl.reading.dates import NEW_YORK
from gex_xl.reading.layouts import has_chain
from gex_xl.reading.values import is_blank, number

Cells = list[list[object]]
_CBOE_OPTION = ("option", "bid", "ask", "iv", "open_interest", "volume", "delta", "gamma", "theo")
_SHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


def read_cells(path: str | Path) -> Cells:
    """The cells of a file, row by row. Raises BadInput for a file that is missing or cannot be read."""
    file = Path(path)
    if file.is_dir() or not file.exists():
        raise BadInput(f"{file}: {'a folder' if file.is_dir() else 'no such file'}; expected a csv, json or xlsx file")
    try:
        if file.suffix.lower() in _SHEETS:
            return _sheet(file)
        raw = file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file.name}: cannot be read ({error.strerror})") from None
    decoded = _decode(raw)
    if file.suffix.lower() == ".json" or decoded.lstrip()[:1] in ("{", "["):
        return _json(decoded, file.name)
    return cells_of_csv(decoded)


def _decode(raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def cells_of_csv(decoded: str) -> Cells:
    """The cells of delimited text; comma, semicolon, tab or | is told from the first lines."""
    head = decoded.splitlines()[:50]
    mark = max(",;\t|", key=lambda m: sum(line.count(m) for line in head))
    reader = csv.reader(io.StringIO(decoded, newline=""), delimiter=mark)
    try:
        return [list(row) for row in reader]
    except csv.Error as error:
        raise BadInput(f"the text cannot be split into cells at line {reader.line_num} ({error})") from None


def as_typed(cells: Cells) -> Cells:
    """What a spreadsheet makes of typed text: plain numbers become numbers, all else stays as it is."""
    return [[_typed(cell) for cell in row] for row in cells]


def _typed(cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    if not cell or cell[0] not in "+-.0123456789":
        return cell or None
    value = number(cell)
    return cell if value is None or cell.endswith("%") else value


def _sheet(file: Path) -> Cells:
    # Fast, typed and without dependencies; absent only in the browser, where there are no files.
    import python_calamine

    try:
        with python_calamine.load_workbook(file) as book:
            sheets = [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names]
    except (python_calamine.CalamineError, OSError) as error:
        raise BadInput(f"{file.name}: not a readable workbook ({error})") from None
    found = [sheet for sheet in sheets if has_chain(sheet)] or sheets
    return [[None if is_blank(cell) else cell for cell in row] for row in found[0]] if found else []


def _json(decoded: str, name: str) -> Cells:
    try:
        loaded: Any = json.loads(decoded)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{name}: not valid JSON ({error})") from None
    if isinstance(loaded, Mapping):
        inner = loaded.get("data")
        if isinstance(inner, Mapping) and isinstance(inner.get("options"), list):
            return _cboe_json(loaded, inner)
        loaded = inner if isinstance(inner, list) else next((v for v in loaded.values() if isinstance(v, list)), None)
    if isinstance(loaded, list) and loaded and all(isinstance(entry, Mapping) for entry in loaded):
        header = list(dict.fromkeys(str(key) for entry in loaded for key in entry))
        return [list(header), *([_flat(entry.get(key)) for key in header] for entry in loaded)]
    raise BadInput(f"{name}: no list of option contracts in it; expected CBOE delayed quotes or a list of records")


def _cboe_json(loaded: Mapping[str, Any], inner: Mapping[str, Any]) -> Cells:
    head: Cells = [[inner.get("symbol") or loaded.get("symbol")]]
    if inner.get("current_price") is not None:
        head.append([f"current_price: {inner['current_price']}"])
    if loaded.get("timestamp"):
        head.append([f"timestamp: {_cboe_timestamp(str(loaded['timestamp']), inner['options'])}"])
    options = [entry for entry in inner["options"] if isinstance(entry, Mapping)]
    return [*head, list(_CBOE_OPTION), *([_flat(entry.get(key)) for key in _CBOE_OPTION] for entry in options)]


def _flat(value: object) -> object:
    """A JSON value as a cell: lists and objects become text."""
    return str(value) if isinstance(value, (list, dict)) else value


def _cboe_timestamp(stamp: str, options: list[Any]) -> str:
    """The file's time, marked UTC where the trades in it prove that it cannot be New York's.

    The file carries no zone, so New York's is taken. Trades in it are stamped in New York time and quotes are
    15 minutes late: where the last trade is hours before the file as New York reads it, but minutes before it
    as UTC, the file was written in UTC.
    """
    try:
        written = dt.datetime.fromisoformat(stamp)
        last = max(dt.datetime.fromisoformat(t) for o in options if (t := o.get("last_trade_time")))
        if written.tzinfo or last.tzinfo:
            return stamp
        as_utc = written.replace(tzinfo=dt.UTC).astimezone(NEW_YORK).replace(tzinfo=None)
    except (ValueError, TypeError, AttributeError):
        return stamp
    late = dt.timedelta(minutes=45)
    return f"{stamp} UTC" if dt.timedelta(0) <= as_utc - last <= late < written - last else stamp
