"""The spare sheet in IronCalc's model on which Python and IronCalc hand values to each other.

Three regions: results of worksheet functions (from column 1), expressions to be evaluated (from column 8193)
and the shapes of what spilled (the last 512 columns). The sheet exists in memory only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import isfinite
from typing import Any

from gex_xl.engines.addresses import Area
from gex_xl.engines.package import serial
from gex_xl.engines.sheet_xml import EXCEL_ERRORS, Error, Scalar
from gex_xl.errors import BadInput

PENDING = "#N/IMPL!"  # an error of IronCalc's that no workbook holds: "not computed yet", spreading by itself
_TITLE = "gex_xl scratch"
_RESULT_COLUMNS = 8192
_SLOT_ROWS, _SLOT_COLUMNS = 65536, 512
_SLOTS_DOWN, _SLOTS_ACROSS = 16, 15
_SHAPE_COLUMN = _RESULT_COLUMNS + _SLOTS_ACROSS * _SLOT_COLUMNS + 1
MODEL_ERRORS = EXCEL_ERRORS | {PENDING, "#ERROR!", "#CIRC!"}


class Scratch:
    """Results, expressions and shapes on a sheet of their own.

    sheets: {sheet name: number} of the model, this sheet included."""

    def __init__(self, model: Any) -> None:
        self._model = model
        model.add_sheet(_TITLE)
        titles = [found["name"] for found in model.get_worksheets_properties()]
        self.sheets = {title: number for number, title in enumerate(titles)}
        self._sheet = self.sheets[_TITLE]
        model.set_user_input(self._sheet, 1, 1, PENDING)
        self.pending = str(Area(_TITLE, 1, 1, 1, 1))
        self._next_row = 2
        self._slots: dict[str, int] = {}
        self._used: set[str] = set()
        self._shapes: dict[tuple[str, int, int], int] = {}
        self._forget()

    def store(self, rows: Sequence[Sequence[Scalar]]) -> Area:
        """Write a result, shape (rows, columns), and give the cells that hold it."""
        width = len(rows[0])
        if width > _RESULT_COLUMNS or self._next_row + len(rows) > 1_048_576:
            raise BadInput("The results of the worksheet functions are larger than a sheet.")
        top = self._next_row
        self._next_row += len(rows)
        for row, values in enumerate(rows, top):
            for column, value in enumerate(values, 1):
                if isinstance(value, bool):
                    self._model.update_cell_with_bool(self._sheet, row, column, value)
                elif isinstance(value, Error):
                    self._model.set_user_input(self._sheet, row, column, str(value))
                elif isinstance(value, str):
                    self._model.update_cell_with_text(self._sheet, row, column, value)
                elif value is not None:
                    self._model.update_cell_with_number(self._sheet, row, column, value)
        return Area(_TITLE, top, 1, self._next_row - 1, width)

    def evaluated(self, expression: str) -> object:
        """The expression's value: a scalar or a list of lists; PENDING until the model was next evaluated."""
        self._used.add(expression)
        if expression in self._slots:
            row, column = self._place(self._slots[expression])
            return self.read(self.spilled(_TITLE, row, column))
        slot = next(n for n in range(len(self._slots) + 1) if n not in self._slots.values())
        if slot >= _SLOTS_DOWN * _SLOTS_ACROSS:
            raise BadInput("The worksheet functions of this book take too many computed arguments.")
        self._slots[expression] = slot
        self.changed = True
        row, column = self._place(slot)
        try:
            self._model.set_user_input(self._sheet, row, column, f"={expression}")
        except Exception as error:  # IronCalc's own class; the expression came from the book
            raise BadInput(f"The argument {expression:.80} cannot be calculated: {error}.") from error
        self.spilled(_TITLE, row, column)
        return PENDING

    def spilled(self, sheet: str, row: int, column: int) -> Area:
        """The cells that the formula at (row, column) fills; one cell until the model was next evaluated."""
        key = (sheet, row, column)
        if key not in self._shapes:
            place = self._shapes[key] = len(self._shapes) + 1
            corner = Area(sheet, row, column, row, column)
            self._model.set_user_input(self._sheet, place, _SHAPE_COLUMN, f"=ROWS({corner}#)")
            self._model.set_user_input(self._sheet, place, _SHAPE_COLUMN + 1, f"=COLUMNS({corner}#)")
            self.changed = True
        place = self._shapes[key]
        height, width = (self._model.get_cell_value(self._sheet, place, _SHAPE_COLUMN + k) for k in (0, 1))
        if not isinstance(height, float) or not isinstance(width, float):
            height = width = 1.0
        return Area(sheet, row, column, row + int(height) - 1, column + int(width) - 1)

    def read(self, area: Area) -> object:
        """An area's values as a host gets them: one cell a scalar, else a list of lists; blanks None.

        Rows below the last used one are filled in, up to the last row of a range that names one."""
        number = self.sheets.get(area.sheet)
        if number is None:
            wanted = area.sheet.casefold()
            number = next((n for title, n in self.sheets.items() if title.casefold() == wanted), None)
        if number is None:
            return "#REF!"
        value = self._model.get_cell_value
        if area.single:
            return value(number, area.top, area.left)
        if area not in self._read:
            _, last_row, _, last_column = self._model.get_sheet_dimensions(number)
            bottom = max(min(area.bottom, last_row), area.top)
            right = max(min(area.right, last_column), area.left)
            columns = range(area.left, right + 1)
            whole_columns = area.bottom == 1_048_576
            width = (right if area.right == 16_384 else area.right) - area.left + 1
            blanks = [None] * (width - len(columns))
            rows = [[value(number, row, column) for column in columns] + blanks for row in range(area.top, bottom + 1)]
            if not whole_columns:
                rows += [[None] * width for _ in range(area.bottom - bottom)]
            # The same list while the cells are the same, so that an unchanged chain is known by its identity.
            known = self._before.get(area)
            self._read[area] = known if known == rows else rows
        return self._read[area]

    def next_round(self) -> bool:
        """Clear what the last round did not use and evaluate the model. Whether anything here was added."""
        for expression in set(self._slots) - self._used:
            row, column = self._place(self._slots.pop(expression))
            self._model.range_clear_contents(self._sheet, row, column, row, column)
        self._model.evaluate()
        changed = self.changed
        self._forget()
        return changed

    def _forget(self) -> None:
        self.changed = False
        self._used = set()
        self._before = getattr(self, "_read", {})
        self._read: dict[Area, list[list[object]]] = {}

    @staticmethod
    def _place(slot: int) -> tuple[int, int]:
        down, across = slot % _SLOTS_DOWN, slot // _SLOTS_DOWN
        return down * _SLOT_ROWS + 1, _RESULT_COLUMNS + across * _SLOT_COLUMNS + 1


def as_rows(result: object) -> list[list[Scalar]]:
    """What a worksheet function returned, as rows of equal length; a flat list is one row."""
    if hasattr(result, "tolist"):  # numpy
        result = result.tolist()
    if not isinstance(result, list | tuple):
        return [[_cell(result)]]
    lines = [row.tolist() if hasattr(row, "tolist") else row for row in result]
    if not any(isinstance(line, list | tuple) for line in lines):
        lines = [lines]
    rows = [[_cell(value) for value in line] for line in lines]
    width = max((len(row) for row in rows), default=0)
    if not width:
        return [[Error("#CALC!")]]  # what Excel shows for an empty array
    return [row + [""] * (width - len(row)) for row in rows]


def _cell(value: object) -> Scalar:
    if hasattr(value, "tolist"):
        value = value.tolist()
    if value is None:
        return ""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return Error(value) if value in EXCEL_ERRORS else value
    if isinstance(value, int | float):
        return float(value) if isfinite(value) else Error("#NUM!")
    if isinstance(value, date):
        return serial(value)
    raise TypeError(f"a cell cannot hold {type(value).__name__}")
