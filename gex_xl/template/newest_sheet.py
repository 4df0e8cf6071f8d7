"""What a book has whose host can read files: the folder of chains, a cell of Settings, and a button on Chain."""

from __future__ import annotations

from typing import Any

from gex_xl.template import plan
from gex_xl.template.drawing import script_button
from gex_xl.template.style import SOFT, Style

FOLDER_ROW = plan.LAST_SETTING + 2
#: Names of what a macro or script reads: the folder; spot, time, VIX family and z-score of the skew; all settings.
_NAMES = {
    "Chain_Folder": f"={plan.SETTINGS}!$D${FOLDER_ROW}",
    "Chain_Inputs": f"={plan.SETTINGS}!$D${plan.AS_OF_ROW - 1}:$D${plan.Z_ROW}",
    "Chain_Settings": f"={plan.SETTINGS_RANGE}",
}
_BUTTON = "A21"
#: The shape over the cell that is selected when it is pressed, as xlwings Lite wants both named.
BUTTON = f"[TextBox 1]{plan.CHAIN}!{_BUTTON}"
_CAPTION = "Load newest file"
_SIZE = {"width": 180, "height": 22, "x_offset": 12, "y_offset": 4}


def by_macro(book: Any) -> None:
    """A button for the macro LoadNewest, which the file has to hold."""
    _folder(book, "")
    book.get_worksheet_by_name(plan.CHAIN).insert_button(_BUTTON, {"macro": "LoadNewest", "caption": _CAPTION, **_SIZE})


def by_script(book: Any) -> None:
    """A button for the script load_newest_file of xlwings Lite."""
    _folder(book, "/data")
    script_button(book.get_worksheet_by_name(plan.CHAIN), _BUTTON, _CAPTION, _SIZE, "load_newest_file")


def _folder(book: Any, folder: str) -> None:
    style, sheet = Style(book), book.get_worksheet_by_name(plan.SETTINGS)
    row = FOLDER_ROW - 1
    sheet.write(row, 1, "Files", style.of(bold=True))
    sheet.write(row, 2, "Folder of chains", style.of())
    sheet.write(row, 3, folder, style.input())
    words = f"Where the button {_CAPTION} of the sheet Chain looks; the file written last counts"
    sheet.write(row, 4, folder or "none", style.of(font_color=SOFT, indent=1))
    sheet.write(row, 6, words, style.of(font_size=9))
    for name, cells in _NAMES.items():
        book.define_name(name, cells)
