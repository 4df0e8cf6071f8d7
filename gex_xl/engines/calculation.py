"""Rounds of IronCalc and Python until nothing changes.

Each call of a Python worksheet function is taken out of its formula: its arguments are evaluated by IronCalc,
its result is put on the scratch sheet, and the formula refers to that instead. So IronCalc spills it, `A1#`
works, and a blocked spill is #SPILL!, all as for its own functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from gex_xl.engines.addresses import LAST_COLUMN, LAST_ROW, Area, area_of
from gex_xl.engines.formulas import Book, as_shown, function_name, rewritten, special, whole_call
from gex_xl.engines.package import Package, serial
from gex_xl.engines.scratch import MODEL_ERRORS, PENDING, Scratch, as_rows
from gex_xl.engines.sheet_xml import Error, FormulaCell, Scalar
from gex_xl.errors import BadInput

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_TEXT = re.compile(r'"((?:[^"]|"")*)"')
_SMALL = 500  # cells up to which a range is compared by its values, beyond by being the same list


class Calculation:
    """A workbook in IronCalc, and the Python functions that its formulas call.

    failures: {cell: message} of the functions that raised, after `run`."""

    def __init__(
        self, copy: Path, package: Package, functions: Mapping[str, Callable[..., object]], now: datetime
    ) -> None:
        """Load the book at `copy`, whose parts are `package`. Raises BadInput if IronCalc cannot."""
        import ironcalc  # only who calculates a book pays for loading it

        try:
            self._model: Any = ironcalc.load_from_xlsx(str(copy), "en", "UTC", "en")
        except BaseException as error:
            # A panic inside IronCalc is not an Exception; everything else that is not one goes on its way.
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            raise BadInput(f"{package.title} cannot be calculated here: {error}.") from error
        self._functions = {function_name(name): function for name, function in functions.items()}
        moment = serial(now)
        constants = {"NOW": repr(moment), "TODAY": str(int(moment))}
        self.book = Book(package.names, package.tables, frozenset(self._functions), constants)
        formulas = package.formulas()
        titles = {found["name"]: number for number, found in enumerate(self._model.get_worksheets_properties())}
        for cell in formulas:
            # IronCalc calculates as soon as a sheet is added, and would count a million rows as they stand.
            if special(cell.text, cell.sheet, self.book):
                self._clear(cell, titles[cell.sheet])
        self.scratch = Scratch(self._model)
        self.cells = [self._with_text(cell) for cell in formulas]
        # What spills is written anew too: what the file remembers of it would block it.
        self._special = [c for c in self.cells if c.kind == "dynamic" or special(c.text, c.sheet, self.book)]
        self._texts = {(cell.sheet, cell.row, cell.column): cell.text for cell in self.cells}
        self._written: dict[str, str] = {}
        self._results: dict[tuple[object, ...], tuple[Area, str]] = {}
        self._kept: list[object] = []
        self._waiting: dict[str, None] = {}
        self._cell = ""
        self.failures: dict[str, str] = {}

    def run(self) -> None:
        """Calculate. Raises BadInput where formulas refer to each other in a circle or never settle."""
        for cell in self.cells:
            if cell.kind == "dynamic":
                self.scratch.spilled(cell.sheet, cell.row, cell.column)
        for cell in self._special:
            # What the file remembers of the last spill must not block the next one.
            self._clear(cell, self.scratch.sheets[cell.sheet])
            self._put(cell, self.scratch.pending)
        self._model.evaluate()
        for _ in range(2 * len(self._special) + 10):
            changed = self._round()
            changed = self.scratch.next_round() or changed
            if not changed:
                break
        else:
            raise BadInput(f"The formula in {self._cell} never settles; look for RAND and the like in it.")
        if self._waiting:
            first = next(iter(self._waiting))
            raise BadInput(f"The formula in {first} depends on its own result, perhaps through other cells.")

    def value(self, sheet: str, row: int, column: int) -> Scalar:
        """A cell's value; errors are Error, IronCalc's own ones as Excel's nearest."""
        number = self.scratch.sheets[sheet]
        value: Scalar = self._model.get_cell_value(number, row, column)
        if isinstance(value, str) and value in MODEL_ERRORS and self._is_error(number, row, column):
            return Error("#NAME?" if value in ("#ERROR!", PENDING) else value)
        return value

    def refers_to_itself(self, cell: FormulaCell) -> bool:
        """Whether IronCalc found the cell in a circle."""
        number = self.scratch.sheets[cell.sheet]
        value = self._model.get_cell_value(number, cell.row, cell.column)
        return value == "#CIRC!" and self._is_error(number, cell.row, cell.column)

    def area(self, text: str, sheet: str = "") -> Area | None:
        """The cells that a reference or a defined name means; None for anything else."""
        plain = area_of(text, sheet)
        return plain or area_of(rewritten(text, sheet, self.book, self))

    def formula(self, area: Area) -> str:
        """The text of the formula in a cell as people see it (see formulas.Resolver)."""
        text = self._texts.get((area.sheet, area.top, area.left))
        return "#N/A" if text is None else '"=' + as_shown(text).replace('"', '""') + '"'

    def call(self, function: str, arguments: Sequence[str]) -> str:
        """The reference to a worksheet function's result, or to the pending cell (see formulas.Resolver)."""
        values = [self._argument(text) for text in arguments]
        while values and values[-1] is None and not arguments[len(values) - 1]:
            values.pop()
        if any(_holds_pending(value) for value in values):
            self._waiting[self._cell] = None
            return self.scratch.pending
        key = (function, *(self._key(value) for value in values))
        if key not in self._results:
            self._kept.append(values)  # a list's identity is good only while the list lives
            message = ""
            try:
                rows = as_rows(self._functions[function](*values))
            except Exception as error:
                rows, message = [[Error("#VALUE!")]], str(error) or type(error).__name__
            self._results[key] = (self.scratch.store(rows), message)
            self.scratch.changed = True
        area, message = self._results[key]
        if message:
            self.failures.setdefault(self._cell, message)
        return str(area)

    def cell(self, area: Area, row: str, column: str) -> Area | str:
        """The cells that INDEX(area, row, column) names (see formulas.Resolver)."""
        height, width = area.bottom - area.top + 1, area.right - area.left + 1
        if not column and height == 1:
            row, column = "1", row
        place = [self._argument(text) if text else 0.0 for text in (row, column)]
        for value in place:
            if isinstance(value, str):
                if value == PENDING:
                    return self.scratch.pending
                return value if value in MODEL_ERRORS else "#VALUE!"
        down, across = (int(value) if isinstance(value, float | bool) else 0 for value in place)
        if not (0 <= down <= height and 0 <= across <= width):
            return "#REF!"
        if width == 1 and not column:
            across = 1
        top, bottom = (area.top + down - 1,) * 2 if down else (area.top, area.bottom)
        left, right = (area.left + across - 1,) * 2 if across else (area.left, area.right)
        return Area(area.sheet, top, left, bottom, right)

    def used(self, area: Area) -> Area:
        """The area without what lies below the last used row of its sheet (see formulas.Resolver)."""
        number = self.scratch.sheets.get(area.sheet)
        if number is None:
            return area
        spills = (cell for cell in self.cells if cell.kind == "dynamic" and cell.sheet == area.sheet)
        ends = (self.scratch.spilled(cell.sheet, cell.row, cell.column).bottom for cell in spills)
        last = max(self._model.get_sheet_dimensions(number)[1], *ends, area.top)
        return area._replace(bottom=min(area.bottom, last))

    def _round(self) -> bool:
        """Put each special formula into the model as it now reads; whether any reads otherwise."""
        self._waiting, self.failures = {}, {}
        changes: list[tuple[FormulaCell, str]] = []
        for cell in self._special:
            self._cell = cell.name
            text = rewritten(cell.text, cell.sheet, self.book, self)
            if self._written.get(cell.name) != text:
                changes.append((cell, text))
        # Only now: until the next evaluation a cell just written reads #ERROR! to whoever asks.
        for cell, text in changes:
            self._put(cell, text)
            self._written[cell.name] = text
            self._cell = cell.name
        return bool(changes)

    def _put(self, cell: FormulaCell, text: str) -> None:
        number, area = self.scratch.sheets[cell.sheet], cell.area
        try:
            if cell.kind == "dynamic":
                self._model.set_user_input(number, cell.row, cell.column, f"={text}")
            else:
                # In a fixed rectangle, or one cell, a larger result is cut as Excel cuts it.
                self._clear(cell, number)
                size = (area.right - area.left + 1, area.bottom - area.top + 1)
                self._model.set_user_array_formula(number, cell.row, cell.column, *size, f"={text}")
        except Exception as error:  # IronCalc's own class
            raise BadInput(f"The formula in {cell.name} cannot be calculated: {error}.") from error

    def _clear(self, cell: FormulaCell, number: int) -> None:
        _, top, left, bottom, right = cell.area
        self._model.range_clear_contents(number, top, left, bottom, right)

    def _argument(self, text: str) -> object:
        """An argument's value as a host hands it over; a range from IF, CHOOSE, INDEX or OFFSET keeps its blanks."""
        if not text:
            return None
        if _NUMBER.fullmatch(text):
            return float(text)
        if quoted := _TEXT.fullmatch(text):
            return quoted[1].replace('""', '"')
        if text.upper() in ("TRUE", "FALSE"):
            return text.upper() == "TRUE"
        if (area := area_of(text)) is not None:
            return self.scratch.read(area)
        function, arguments = whole_call(text) or ("", [])
        parts = [part.strip() for part in arguments]
        if function == "IF" and len(parts) == 3:
            chosen = self._argument(parts[0])
            if isinstance(chosen, float | bool):
                return self._argument(parts[1] if chosen else parts[2])
        if function == "CHOOSE" and isinstance(chosen := self._argument(parts[0]), float) and 1 <= chosen < len(parts):
            return self._argument(parts[int(chosen)])
        if function in ("INDEX", "OFFSET") and len(parts) > 1 and (base := area_of(parts[0])) is not None:
            if function == "INDEX":
                found = self.cell(base, parts[1], parts[2] if len(parts) > 2 else "")
            else:
                found = self._offset(base, parts[1:])
            return self.scratch.read(found) if isinstance(found, Area) else _error_text(found)
        return self.scratch.evaluated(text)

    def _offset(self, base: Area, parts: Sequence[str]) -> Area | str:
        usual = (0.0, 0.0, float(base.bottom - base.top + 1), float(base.right - base.left + 1))
        numbers = []
        for place, standard in enumerate(usual):
            value = self._argument(parts[place]) if place < len(parts) and parts[place] else standard
            if isinstance(value, str):
                return value
            numbers.append(int(value) if isinstance(value, float | bool) else 0)
        top, left = base.top + numbers[0], base.left + numbers[1]
        bottom, right = top + numbers[2] - 1, left + numbers[3] - 1
        if not (1 <= top <= bottom <= LAST_ROW and 1 <= left <= right <= LAST_COLUMN):
            return "#REF!"
        return Area(base.sheet, top, left, bottom, right)

    def _with_text(self, cell: FormulaCell) -> FormulaCell:
        """The cell with its formula's text; IronCalc works out what a shared formula reads at each cell."""
        if cell.text:
            return cell
        text = self._model.get_cell_formula(self.scratch.sheets[cell.sheet], cell.row, cell.column) or ""
        return FormulaCell(cell.sheet, cell.row, cell.column, text.removeprefix("="), cell.kind, cell.area)

    def _is_error(self, number: int, row: int, column: int) -> bool:
        return str(self._model.get_cell_type(number, row, column)).endswith("ErrorValue")

    @staticmethod
    def _key(value: object) -> object:
        if isinstance(value, list):
            if len(value) * len(value[0]) > _SMALL:
                return ("list", id(value))
            return tuple(tuple((type(cell), cell) for cell in row) for row in value)
        return (type(value), value)


def _holds_pending(value: object) -> bool:
    return any(PENDING in row for row in value) if isinstance(value, list) else value == PENDING


def _error_text(text: str) -> str:
    return PENDING if text.startswith("'") else text
