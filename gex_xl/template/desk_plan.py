"""The workbook of a desk in figures: sheets, input ranges, named cells and tables, in one place."""

from __future__ import annotations

from dataclasses import dataclass

from xlsxwriter.utility import xl_col_to_name

from gex_xl.desk.overview import PARTS
from gex_xl.functions.book_sheets import HEADLINE_KEYS, MOVES, ROOM
from gex_xl.template.plan import Spill
from gex_xl.template.stepped import chosen, step

POSITIONS, HEDGE, LIMITS, QUOTES, DESK = "Positions", "Hedge", "Limits", "Quotes", "Desk"
SHEETS = (POSITIONS, HEDGE, LIMITS, QUOTES, DESK)
ROWS = 5000  # that each input range takes, below its header
_SIZES = (2, 11, 26, 51, 101, 251, 501, 1001, 2501, ROWS + 1)  # of what is read of it, with the header
_LAST_ROW = 1_048_576  # of any sheet


@dataclass(frozen=True, slots=True)
class Range:
    """An input range: its sheet, the row of its header and its first column (from 1), and its heads."""

    sheet: str
    row: int
    column: int
    heads: tuple[str, ...]

    def columns(self, first: int, last: int) -> str:
        """Its cells from one row to another, with the sheet."""
        left, right = xl_col_to_name(self.column - 1), xl_col_to_name(self.column + len(self.heads) - 2)
        return f"{self.sheet}!${left}${first}:${right}${last}"

    @property
    def last(self) -> int:
        return self.row + ROWS

    @property
    def header(self) -> str:
        """The cell of its first head, which moves with inserted rows."""
        return f"{self.sheet}!${xl_col_to_name(self.column - 1)}${self.row}"


RANGES: dict[str, Range] = {
    "positions": Range(POSITIONS, 12, 2, ("Underlying", "Class", "Type", "Strike", "Expiry", "Contracts", "IV", "Price",
                                          "Multiplier", "Spot")),
    "candidates": Range(HEDGE, 6, 14, ("Underlying", "Class", "Type", "Strike", "Expiry", "Bid", "Ask", "Size",
                                       "Most")),
    "bounds": Range(HEDGE, 6, 24, ("Greek", "Bucket", "Underlying", "Low", "High")),
    "products": Range(HEDGE, 6, 30, ("Product", "Underlying", "Price", "Multiplier", "Beta", "Correlation",
                                     "Volatility", "Half spread")),
    "correlations": Range(HEDGE, 6, 39, ("",) * 12),
    "lots": Range(HEDGE, 6, 52, ("Underlying", "Lot", "Product", "Multiplier", "Price")),
    "betas": Range(HEDGE, 6, 58, ("Underlying", "Beta")),
    "limits": Range(LIMITS, 6, 2, ("Limit", "Scope", "Currency", "Value")),
    "states": Range(LIMITS, 6, 16, ("Time", "Limit", "Scope", "Currency", "State")),
    "quotes": Range(QUOTES, 8, 2, ("Name", "Mid", "Volatility", "Inventory", "Limit", "Band", "Half spread", "Size",
                                   "Tick")),
}  # fmt: skip
_PLACE = {part: at for at, part in enumerate(PARTS, 2)}  # row on the sheet Desk


def _name(part: str) -> str:
    return f"Own_{part.capitalize()}"


def _used(part: str) -> str:
    """The rows of a range down to the last that holds anything, never its header alone: hosts squeeze one row."""
    it = RANGES[part]
    ranges = [it.columns(it.row, it.row + size - 1) for size in _SIZES]
    return f"={chosen(step(f'{DESK}!$E${_PLACE[part]}', _SIZES), ranges)}"


#: Cells for all of a sheet: name -> the cell.
CELLS = {
    "Own_As_Of": f"{POSITIONS}!$C$9",
    "Own_Rate": f"{POSITIONS}!$F$9",
    "Own_Yield": f"{POSITIONS}!$H$9",
    "Own_Name": f"{POSITIONS}!$K$9",
    "Own_Horizon": f"{QUOTES}!$I$5",
    "Own_Risk_Aversion": f"{QUOTES}!$C$5",
    "Own_Days": f"{QUOTES}!$E$5",
    "Own_Near": f"{QUOTES}!$G$5",
}
NAMES = {
    **{_name(part): _used(part) for part in PARTS},
    **{name: f"={cell}" for name, cell in CELLS.items()},
    "Own_Chains": f"={POSITIONS}!$R$9:$U$9",
    "Load_Book": f"={DESK}!$J$1",
}
_ARGUMENTS = (
    "Own_Positions", "", "Own_As_Of", f"{DESK}!$G$1:$H$2", "Own_Candidates", "Own_Bounds", "Own_Products",
    "Own_Correlations", "Own_Lots", "Own_Betas", "Own_Limits", "Own_States", "Own_Quotes",
    f"{DESK}!$A$1:$D${len(PARTS) + 1}", "Own_Name", "Own_Horizon", "Own_Risk_Aversion", "Own_Days", "Own_Near",
    "Own_Chains",
)  # fmt: skip
LOAD = f"=LOAD_BOOK({','.join(_ARGUMENTS)})"


def _table(name: str) -> str:
    return f'=BOOK_TABLE(Load_Book,"{name}")'


SPILLS = {
    "headline": Spill(DESK, 1, 12, _table("headline"), 6, len(HEADLINE_KEYS) - 1),
    "gaps": Spill(DESK, 1, 19, _table("gaps"), 8, len(MOVES) - 1),
    "used": Spill(POSITIONS, 12, 13, _table("used"), 2, ROWS),
    "exposure": Spill(POSITIONS, 13, 16, _table("exposure"), 6, ROWS),
    "ways": Spill(HEDGE, 16, 2, _table("ways"), 10, ROOM - 1),
    "orders": Spill(HEDGE, 31, 2, _table("orders"), 4, ROOM - 1),
    "bounds": Spill(HEDGE, 46, 2, _table("bounds"), 6, ROOM - 1),
    "limits": Spill(LIMITS, 7, 7, _table("limits"), 8, ROWS),
    "quotes": Spill(QUOTES, 8, 12, _table("quotes"), 8, ROWS),
}


def used_rows(part: str) -> str:
    """The formula for the last used row of a range, counted from its header; a failed cell counts as used."""
    it = RANGES[part]
    columns = [xl_col_to_name(it.column - 1 + offset) for offset in range(len(it.heads))]
    joined = "&".join(f"{it.sheet}!${letter}${it.row}:${letter}${it.last}" for letter in columns)
    rows = f"ROW({it.sheet}!${columns[0]}${it.row}:${columns[0]}${it.last})"
    return f'=MAX(IFERROR({joined}<>"",TRUE)*{rows})-ROW({it.header})+1'


def beyond(part: str) -> str:
    """The formula for how many cells stand below a range, down to the sheet's end, where nothing is read."""
    it = RANGES[part]
    return f"=COUNTA({it.columns(it.last + 1, _LAST_ROW)})"


def place(part: str) -> int:
    """The row on the sheet Desk that says where a range stands."""
    return _PLACE[part]


def headline(key: str, column: str) -> str:
    """A cell of the headline: `label`, `value`, `words`, `note` or `kind` of a key."""
    letters = dict(zip(("key", "label", "value", "words", "note", "kind"), "LMNOPQ", strict=True))
    return f"{DESK}!${letters[column]}${HEADLINE_KEYS.index(key) + 1}"
