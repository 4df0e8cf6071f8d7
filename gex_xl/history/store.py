"""The history on disk: read, replaced safely, and a journal of rows that keeps an interrupted run's work."""

from __future__ import annotations

import csv
import datetime as dt
import importlib.util
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from gex_xl.atomic import replacing
from gex_xl.calc_features import CALC_ID, list_features
from gex_xl.errors import BadInput
from gex_xl.history.rows import COLUMNS, NUMBERS, Row
from gex_xl.reading.workbooks import cells_of_first_sheet

#: Not History: Excel keeps that name for itself.
_SHEET, _WIDEST = "Days", 60
FORMATS = (".parquet", ".csv", ".xlsx")
_FORMULA = ("=", "+", "-", "@", "'")


def check_format(out: Path) -> None:
    """Raise BadInput for a name that cannot be written: before anything is computed."""
    if out.suffix.lower() not in FORMATS:
        raise BadInput(f'"{out}" does not end in .parquet, .csv or .xlsx; give --out a name such as history.csv')
    if out.suffix.lower() == ".parquet" and importlib.util.find_spec("pyarrow") is None:
        raise BadInput('parquet needs pyarrow: install gex-xl[parquet], for instance pip install "gex-xl[parquet]"')
    if out.is_dir():
        raise BadInput(f"{out} is a folder; give --out the name of a file")
    if not out.absolute().parent.is_dir():
        raise BadInput(f"{out.parent}: no such folder; make it first")


def read(out: Path) -> list[Row]:
    """The rows of a history, [] where there is no file. Raises BadInput for a file that is something else."""
    if not out.exists():
        return []
    try:
        names, records = _READERS[out.suffix.lower()](out)
    except PermissionError:
        raise
    except Exception as error:  # what a foreign file raises depends on its format
        raise BadInput(f"{out} exists and cannot be read as a history ({type(error).__name__})") from None
    if missing := [name for name in COLUMNS if name not in names]:
        raise BadInput(f"{out} exists and is no history of gex-xl (no column {missing[0]}); give --out another name")
    try:
        return [{name: _plain(name, record[name]) for name in COLUMNS} for record in records]
    except (ValueError, TypeError):
        raise BadInput(f"{out} was changed and holds what no history holds; mend it, or --rebuild") from None


def _read_csv(file: Path) -> tuple[list[str], list[dict[str, Any]]]:
    with file.open(encoding="utf-8", newline="") as stream:
        table = csv.DictReader(stream, strict=True)
        rows = [{name: _unguarded(cell) for name, cell in row.items()} for row in table]
        return list(table.fieldnames or []), rows


def _read_sheet(file: Path) -> tuple[list[str], list[dict[str, Any]]]:
    header, *rows = cells_of_first_sheet(file) or [[]]
    names = [str(cell) for cell in header]
    return names, [dict(zip(names, row, strict=False)) for row in rows]


def _read_parquet(file: Path) -> tuple[list[str], list[dict[str, Any]]]:
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(file)
    return table.column_names, table.to_pylist()


_READERS: dict[str, Callable[[Path], tuple[list[str], list[dict[str, Any]]]]] = {
    ".csv": _read_csv,
    ".xlsx": _read_sheet,
    ".parquet": _read_parquet,
}


def _plain(name: str, cell: Any) -> Any:
    """A cell as row_of gives it."""
    if cell is None or cell == "" or cell != cell:
        return "" if name in ("symbol", "reason") else None
    if name == "date":
        return dt.date.fromisoformat(str(cell)[:10]).isoformat()
    if name in NUMBERS:
        return float(cell)
    return int(cell) if name == "contracts" else str(cell)


def write(rows: list[Row], out: Path) -> None:
    """Replace `out` by these rows: written beside it first, so that it is whole at every moment."""
    import pandas as pd

    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table = table.astype(dict.fromkeys(NUMBERS, "float64"))
    kind = out.suffix.lower()
    try:
        with replacing(out) as new:
            if kind == ".csv":
                table = table.map(_guarded)
                table.to_csv(new, index=False, lineterminator="\n", encoding="utf-8")
            else:
                table["date"] = [dt.date.fromisoformat(day) for day in table["date"]]
                if kind == ".parquet":
                    table.to_parquet(new, index=False)
                else:
                    _write_sheet(table, new)
    except PermissionError:
        raise BadInput(
            f"{out} cannot be replaced; close it where it is open, and run the same command again: nothing is lost"
        ) from None


def _guarded(cell: Any) -> Any:
    """Text that a spreadsheet would take for a formula when it opens the csv, made text by an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _unguarded(cell: Any) -> Any:
    return cell[1:] if isinstance(cell, str) and cell[:1] == "'" and cell[1:].startswith(_FORMULA) else cell


def _write_sheet(table: Any, file: Path) -> None:
    import pandas as pd

    # What stands in a file is text to us, whatever it begins with.
    plain = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
    with (
        file.open("wb") as stream,
        pd.ExcelWriter(stream, engine="xlsxwriter", date_format="yyyy-mm-dd", engine_kwargs=plain) as book,
    ):
        table.to_excel(book, sheet_name=_SHEET, index=False, freeze_panes=(1, 2))
        sheet = book.sheets[_SHEET]
        sheet.autofit()
        for place, name in enumerate(table.columns):
            if table[name].astype(str).str.len().max() > _WIDEST:
                sheet.set_column(place, place, _WIDEST)
        book.book.set_calc_mode("auto", CALC_ID)
        book.book.calc_on_load = False
    list_features(file)


class Journal:
    """Rows as they are finished, one JSON object a line, beside the history; gone once the history is written."""

    def __init__(self, out: Path) -> None:
        self.file = out.with_name(f"{out.name}.partial")
        self._stream: TextIO | None = None

    def read(self) -> list[Row]:
        """The rows of an interrupted run. A line that the interruption cut in two is left out."""
        if not self.file.exists():
            return []
        rows = []
        for line in self.file.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                continue
            if isinstance(row, dict) and row.keys() >= set(COLUMNS):
                rows.append(row)
        return rows

    def add(self, row: Row) -> None:
        """Keep a finished row."""
        if self._stream is None:
            torn = self.file.exists() and not self.file.read_bytes().endswith(b"\n")
            self._stream = self.file.open("a", encoding="utf-8", newline="\n")
            if torn:
                self._stream.write("\n")
        self._stream.write(json.dumps(row) + "\n")
        self._stream.flush()

    def close(self) -> None:
        """Let go of the file, which stays."""
        if self._stream is not None:
            os.fsync(self._stream.fileno())
            self._stream.close()
            self._stream = None

    def remove(self) -> None:
        """The history holds everything now."""
        self.close()
        self.file.unlink(missing_ok=True)
