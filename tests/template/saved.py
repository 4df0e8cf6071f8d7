"""A workbook as Excel would save it after a cell was typed into."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl

from gex_xl.template import plan


def opened(book: Path, *, values: bool = False) -> openpyxl.Workbook:
    """A book as openpyxl reads it."""
    loaded = openpyxl.load_workbook(book, data_only=values)
    loaded.close()
    return loaded


def rewritten(book: Path, target: Path, sheet: str, cell: str, content: str, blank: bool = False) -> Path:
    """A copy of the book with the content of one cell, perhaps a blank one, replaced as Excel would save it."""
    part = f"xl/worksheets/sheet{plan.SHEETS.index(sheet) + 1}.xml"
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(target, "w") as out:
        for info in source.infolist():
            text = source.read(info)
            if info.filename == part:
                old = "/>" if blank else "[^>]*>.*?</c>"
                text, times = re.subn(
                    rf'<c r="{cell}"( s="\d+")?{old}'.encode(), rf'<c r="{cell}"\1 {content}</c>'.encode(), text
                )
                assert times == 1
            out.writestr(info, text)
    return target
