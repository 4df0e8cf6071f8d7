"""Workbooks as xlwings Lite hands them to a script, and what Excel makes of the actions that the script asks for."""

from __future__ import annotations

import copy
import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl

from gex_xl.engines.package import Package
from gex_xl.template import plan

Book = dict[str, Any]
TODAY = plan.TODAY_HEADER + 1  # row; its cells stand from column B on
FIRST, LAST = plan.KEPT_HEADER + 1, plan.KEPT_HEADER + plan.KEPT_ROWS


def as_json(book: Path) -> Book:
    """The values of the sheet Days and the names of cells; other sheets without values, as the script asks."""
    loaded = openpyxl.load_workbook(book, data_only=True)
    sheets: list[dict[str, Any]] = [{"name": name, "values": [[]], "pictures": []} for name in loaded.sheetnames]
    index = loaded.sheetnames.index(plan.DAYS)
    sheets[index]["values"] = [["" if cell is None else cell for cell in row] for row in loaded[plan.DAYS].values]
    names = [
        {"name": name, "sheet_index": index, "address": text.rpartition("!")[2].replace("$", ""), "book_scope": True,
         "scope_sheet_name": None, "scope_sheet_index": None}
        for (_, name), text in Package(book).names.items()
        if name.startswith("HISTORY_")
    ]  # fmt: skip
    spelled = {name.upper(): name for name in plan.NAMES}  # the package keeps them in capitals
    return {
        "client": "Office.js",
        "version": "",  # the driver's own
        "book": {"name": "book.xlsx", "active_sheet_index": index, "selection": "E4"},
        "names": [{**each, "name": spelled[each["name"]]} for each in names],
        "sheets": sheets,
    }


def rows(book: Book) -> list[list[Any]]:
    """The rows of its sheet Days."""
    found: list[list[Any]] = next(sheet["values"] for sheet in book["sheets"] if sheet["name"] == plan.DAYS)
    return found


def kept(book: Book) -> list[list[Any]]:
    """Those below the header that hold anything."""
    return [row for row in rows(book)[FIRST - 1 :] if any(cell != "" for cell in row)]


def applied(book: Book, actions: list[dict[str, Any]]) -> tuple[Book, list[str]]:
    """The book after the actions, and what was said. Only the kinds of action that the script may ask for."""
    book, said = copy.deepcopy(book), []
    cells = rows(book)
    for action in actions:
        if action["func"] == "alert":
            said.append(action["args"][0])
            continue
        assert book["sheets"][action["sheet_position"]]["name"] == plan.DAYS
        top, left = action["start_row"], action["start_column"]
        down, across = action["row_count"], action["column_count"]
        assert top >= FIRST - 1 and top + down <= LAST
        while len(cells) < top + down:
            cells.append([""] * len(cells[0]))
        if action["func"] == "rangeClearContents":
            new = [[""] * across] * down
        else:
            assert action["func"] == "copyFromRange"
            index, source, kind, *_ = action["args"]
            assert (book["sheets"][index]["name"], kind) == (plan.DAYS, "values")
            assert source.replace("$", "") == f"B{TODAY}:Y{TODAY}"
            new = [cells[TODAY - 1][1:25]]
            assert (down, across) == (1, 24)
        for row, values in enumerate(new, top):
            cells[row][left : left + across] = values
    return book, said


def changed(book: Book, today: dict[int, Any] | None = None, *others: list[Any]) -> Book:
    """With other cells in today's row, by its columns from 0, and other kept rows."""
    book = copy.deepcopy(book)
    cells = rows(book)
    del cells[FIRST - 1 :]
    cells += [["", *row, *[""] * (len(cells[0]) - 1 - len(row))] for row in others]
    for column, value in (today or {}).items():
        cells[TODAY - 1][1 + column] = value
    return book


def as_date(day: str) -> str:
    """A cell with a date's format, as the add-in hands it over."""
    return f"{dt.date.fromisoformat(day).isoformat()}T00:00:00.000Z"
