"""The history on disk: read, replaced safely, and a journal of rows that keeps an interrupted run's work."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import importlib.util
import json
import os
import platform
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

from gex_xl.atomic import is_read_only, replacing
from gex_xl.calc_features import CALC_ID, list_features
from gex_xl.errors import BadInput
from gex_xl.history.rows import COLUMNS, NUMBERS, Row
from gex_xl.reading.workbooks import cells_of_first_sheet

#: Not History: Excel keeps that name for itself.
_SHEET, _WIDEST = "Days", 60
FORMATS = (".parquet", ".csv", ".xlsx")
_BEFORE_FORMULA, _GUARD = re.compile(r"(^|;\s*)(?=[=+\-@'])"), re.compile(r"(^|;\s*)'(?=[=+\-@'])")
_DIGEST, _ENDS = re.compile(r"[0-9a-f]{32}"), re.compile(r" #[0-9a-f]{8}$")
_LONGEST_CELL = 32_767  # what a cell of Excel holds


def check_format(out: Path) -> None:
    """Raise BadInput for a name that cannot be written: before anything is computed."""
    if out.suffix.lower() not in FORMATS:
        raise BadInput(f'"{out}" does not end in .parquet, .csv or .xlsx; give --out a name such as history.csv')
    if out.suffix.lower() == ".parquet" and importlib.util.find_spec("pyarrow") is None:
        raise BadInput('parquet needs pyarrow: install gex-xl[parquet], for instance pip install "gex-xl[parquet]"')
    if out.is_dir():
        raise BadInput(f"{out} is a folder; give --out the name of a file")
    if out.exists() and not out.is_file():
        raise BadInput(f"{out} is a pipe or a device; give --out the name of a file")
    if is_read_only(out):
        raise BadInput(f"{out} is read-only; give --out another name, or let it be written")
    if not out.absolute().parent.is_dir():
        raise BadInput(f"{out.parent}: no such folder; make it first")


@contextlib.contextmanager
def alone(out: Path) -> Iterator[None]:
    """Keep other runs from this history meanwhile: two at once would lose each other's rows. Raises BadInput."""
    import filelock

    lock = filelock.FileLock(out.absolute().with_name(f".{out.name}.lock"), timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise BadInput(
            f"{out} is being written by {_holder(lock)}; wait until that ends, or give --out another name"
        ) from None
    except OSError as error:
        raise BadInput(f"{out.parent} cannot be written ({error.strerror})") from None
    try:
        with contextlib.suppress(OSError):  # Windows lets nobody write what is locked
            Path(lock.lock_file).write_text(f"process {os.getpid()} on {platform.node()}", encoding="utf-8")
        yield
    finally:
        with contextlib.suppress(OSError):
            Path(lock.lock_file).unlink()
        lock.release()


def _holder(lock: Any) -> str:
    with contextlib.suppress(OSError, ValueError):
        said = Path(lock.lock_file).read_text(encoding="utf-8")[:100]
        return "another gex-xl history" + (f", {said}" if said else "")
    return "another gex-xl history"


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
    rows = []
    for number, record in enumerate(records, 2):
        cells = {name: record.get(name) for name in COLUMNS}
        if all(cell is None or cell == "" or cell != cell for cell in cells.values()):
            continue  # a blank row, as a spreadsheet leaves them
        try:
            rows.append(_row(cells))
        except (ValueError, TypeError):
            raise BadInput(
                f"{out} was changed or cut: row {number} holds what no history holds; mend it, or --rebuild"
            ) from None
    return rows


def _row(cells: dict[str, Any]) -> Row:
    """A row as row_of gives it. Raises ValueError or TypeError for cells that are none."""
    row = {name: _plain(name, cells[name]) for name in COLUMNS}
    dt.datetime.fromisoformat(row["as_of"])
    if not (row["date"] and _DIGEST.fullmatch(row["content"]) and _ENDS.search(row["settings"])):
        raise ValueError
    return row


def _read_csv(file: Path) -> tuple[list[str], list[dict[str, Any]]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        marks = ";" if stream.readline().startswith("date;") else ","
        stream.seek(0)
        table = csv.DictReader(stream, strict=True, delimiter=marks)
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
    except OSError as error:
        raise BadInput(
            f"{out} cannot be replaced ({error.strerror}); close it where it is open, and run the same command again: "
            "nothing is lost"
        ) from None


def _guarded(cell: Any) -> Any:
    """Text that a spreadsheet would take for a formula, made text by an apostrophe: at its start and, as a semicolon
    separates cells in many countries, behind each of those."""
    return _BEFORE_FORMULA.sub(r"\1'", cell) if isinstance(cell, str) else cell


def _unguarded(cell: Any) -> Any:
    return _GUARD.sub(r"\1", cell) if isinstance(cell, str) else cell


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
        try:
            lines = self.file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError as error:
            raise BadInput(f"{self.file} cannot be read ({error.strerror}); delete it and run again") from None
        rows = []
        for number, line in enumerate(lines, 1):
            try:
                kept = json.loads(line)
            except ValueError:
                continue  # cut in two by an interruption; the file is computed again
            try:
                rows.append(_row(kept))
            except (ValueError, TypeError, KeyError, AttributeError):
                raise BadInput(
                    f"{self.file} is damaged at line {number}; delete it and run again: its files are computed anew"
                ) from None
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
