"""A new xlsxwriter book that opens as it was saved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import xlsxwriter

from gex_xl.calc_features import CALC_ID
from gex_xl.errors import BadInput


@contextmanager
def book_file(target: Path, title: str, tabs: Mapping[str, str], names: Mapping[str, str]) -> Iterator[Any]:
    """The open book, written on leaving; equal content gives equal bytes.

    `tabs`: sheet -> colour of its tab, in order; `names`: name -> what it refers to. Raises BadInput where the file
    cannot be written.
    """
    book: Any = xlsxwriter.Workbook(target, {"use_future_functions": True})
    # Without an add-in a forced recalculation would put #NAME? in place of every figure.
    book.set_calc_mode("auto", CALC_ID)
    book.calc_on_load = False
    book.set_properties({"title": title, "created": dt.datetime(2026, 1, 1)})
    for name, colour in tabs.items():
        book.add_worksheet(name).set_tab_color(colour)
    for name, target_cell in names.items():
        book.define_name(name, target_cell)
    yield book
    try:
        book.close()
    except xlsxwriter.exceptions.FileCreateError as error:
        raise BadInput(f"{target.name} cannot be written ({getattr(error.args[0], 'strerror', error)})") from None
