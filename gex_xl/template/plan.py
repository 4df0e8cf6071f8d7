"""The workbook in figures: sheets, named cells, tables that formulas fill, and where charts read, in one place.

Everything else reads these: the builder writes them, a host that cannot spill lays them out as fixed ranges.
"""

from __future__ import annotations

from dataclasses import dataclass

from xlsxwriter.utility import xl_col_to_name

from gex_xl.analytics.first_screen import ROWS
from gex_xl.settings import HELP, Settings, Unit
from gex_xl.template.stepped import chosen, step

START, DASHBOARD, LEVELS, GRID, MAP, CHANGE = "Start", "Dashboard", "Levels", "Grid", "Map", "Change"
STRIKES, FLOWS, VOLATILITY, DAYS, WATCHLIST = "Strikes", "Flows", "Volatility", "Days", "Watchlist"
CHECK, CHOICES, CHAIN, EARLIER, SETTINGS, FUNCTIONS = "Check", "Choices", "Chain", "Earlier", "Settings", "Functions"
CALC = "Calc"
#: All sheets in their order; the last one is hidden.
SHEETS: tuple[str, ...] = (
    START, DASHBOARD, LEVELS, GRID, MAP, CHANGE, STRIKES, FLOWS, VOLATILITY, DAYS, WATCHLIST, CHECK, CHOICES, CHAIN,
    EARLIER, SETTINGS, FUNCTIONS, CALC,
)  # fmt: skip

#: What a new book holds: a reader of sheets wants bn or mn, whichever is legible.
DEFAULTS = Settings(unit=Unit.AUTO)

#: Where a chain is pasted, and how far it may reach.
PASTE_ANCHOR, EARLIER_ANCHOR = f"{CHAIN}!C1", f"{EARLIER}!C1"
PASTE_ROWS, PASTE_COLUMNS = 60_000, 50
LAST_PASTE_COLUMN = "AZ"
#: On either sheet: the handle, what was found, the last row of the paste, and the cells that lie beyond it.
HANDLE_ROW, FOUND_ROW, LAST_ROW, BEYOND_ROW = 12, 8, 15, 18


#: How large the range may be that functions are handed: the smallest of these that holds the paste.
_HEIGHTS = (128, 256, 512, 1000, 2000, 4000, 8000, 16_000, 32_000, PASTE_ROWS)
_WIDTHS = (6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 28, 32, 40, PASTE_COLUMNS)
_LOOKED_AT = 200  # rows in which the widest is looked for; further down only the next column is
#: Sheets for the chains of further underlyings, in a book that is made for several.
MORE_CHAINS: tuple[str, ...] = tuple(f"Chain{number}" for number in range(2, 9))
#: Cells of the sheet Calc: the number of the width, and of the height, for each sheet with a paste.
_SIZES = {CHAIN: (8, 9), EARLIER: (10, 11)} | {name: (40 + 2 * i, 41 + 2 * i) for i, name in enumerate(MORE_CHAINS)}


def _letter(width: int) -> str:
    """The column where a paste of some width ends."""
    return str(xl_col_to_name(1 + width))


def size_formulas(sheet: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """The cells and formulas for the width of the paste on a sheet, and its height, as numbers of the fixed ones."""
    width, height = (f"{CALC}!$B${row}" for row in _SIZES[sheet])
    near = f"{sheet}!$C$1:${LAST_PASTE_COLUMN}${_LOOKED_AT}"
    last = f'MAX(IFERROR({near}<>"",TRUE)*(COLUMN({near})-2))'
    return (width, f"={step(last, _WIDTHS)}"), (height, f"={step(f'{sheet}!$A${LAST_ROW}', _HEIGHTS)}")


def paste_range(sheet: str) -> str:
    """What a name of a paste refers to: one of the fixed ranges, about as large as what was pasted."""
    width, height = (f"{CALC}!$B${row}" for row in _SIZES[sheet])
    as_wide = [
        chosen(height, [f"{sheet}!$C$1:${_letter(each)}${rows}" for rows in _HEIGHTS])
        for each in _WIDTHS
    ]  # fmt: skip
    return f"={chosen(width, as_wide)}"


def beyond_formula(sheet: str) -> str:
    """How many cells stand right beyond the paste area, or beyond what is read of it.

    A paste has no gaps, so a look at the near side is enough; one at the whole sheet would take half a minute.
    """
    next_columns = [
        f"{sheet}!${_letter(width + 1)}${_LOOKED_AT + 1}:${_letter(width + 1)}${PASTE_ROWS}" for width in _WIDTHS
    ]
    return (
        f"=COUNTA({sheet}!$C${PASTE_ROWS + 1}:$L${PASTE_ROWS + 1000})+COUNTA({sheet}!$BA$1:$CZ$200)"
        f"+COUNTA({chosen(f'{CALC}!$B${_SIZES[sheet][0]}', next_columns)})"
    )


#: Selectors of the Dashboard.
SIGN_CELL, EXPIRIES_CELL, UNIT_CELL, SPOT_CELL, DIALECT_CELL = (f"{DASHBOARD}!${c}$2" for c in "CHKNQ")
SELECTORS = {"sign": SIGN_CELL, "expiries": EXPIRIES_CELL, "unit": UNIT_CELL, "dialect": DIALECT_CELL}
#: What the sign's selector holds until a reader chooses.
DEFAULT_SIGN = "Customer flow (default)"

#: Rows of the sheet Settings: inputs, then every setting; keys in column C and values in column D.
AS_OF_ROW, VIX_ROWS, Z_ROW = 7, (8, 9, 10), 11
FIRST_SETTING = 12
LAST_SETTING = FIRST_SETTING + len(HELP) - 1
AS_OF_INPUT = f"{SETTINGS}!$D${AS_OF_ROW}"
SETTINGS_RANGE = f"{SETTINGS}!$C${FIRST_SETTING}:$D${LAST_SETTING}"
VIX_FAMILY = ",".join(f"{SETTINGS}!$D${row}" for row in VIX_ROWS)
#: The VIX family, the z-score of the skew, and the kept rows that give one where it is blank.
REGIME_INPUTS = f"{VIX_FAMILY},{SETTINGS}!$D${Z_ROW},History"
LOAD_ARGUMENTS = f"Paste,{SPOT_CELL},{AS_OF_INPUT},{SETTINGS_RANGE}"

#: Today's row and the kept rows of the sheet Days: their headers, how many may stand below, and their columns.
TODAY_HEADER, KEPT_HEADER, KEPT_ROWS, KEPT_COLUMNS, TODAY_COLUMNS = 52, 56, 5000, 27, 24
_LAST_KEPT = xl_col_to_name(KEPT_COLUMNS)
_LAST_TODAY = xl_col_to_name(TODAY_COLUMNS)
KEPT_COUNT = f"{DAYS}!$B$54"
_KEPT_SIZES = (2, 33, 65, 129, 257, 513, 1025, 2049, KEPT_ROWS + 1)  # with the header
_KEPT = [f"{DAYS}!$B${KEPT_HEADER}:${_LAST_KEPT}${KEPT_HEADER + size - 1}" for size in _KEPT_SIZES]
TODAY = f"{DAYS}!$B${TODAY_HEADER}:${_LAST_TODAY}${TODAY_HEADER + 1}"

#: Cells of the sheet Calc: the chain that functions read, the earlier one, what is wrong with the paste, whether a sign
#: was chosen, and the badge of a sample.
LIVE, LIVE_EARLIER, PROBLEM, CHOSEN, SAMPLE = (f"{CALC}!$B${row}" for row in (2, 3, 4, 5, 6))
#: In a book for several chains: the number of the one that all sheets show, and the Dashboard's selector of it.
WHICH, CHAIN_CELL = f"{CALC}!$B$30", f"{DASHBOARD}!$W$1"
#: The list of the sheet Watchlist: cells with chains in memory, from this row on.
LISTED_ROW, LISTED = 20, 1 + len(MORE_CHAINS)
#: And 1e-9 where charts of lines have no figures, else #N/A; the days ahead and zero gamma on each, from this row on.
NO_FIGURES, NO_ZERO_AHEAD, AHEAD_ROW = f"{CALC}!$B$13", f"{CALC}!$B$14", 16
#: What is said where a cell of the paste is an error, which no function of ours is then given.
ERROR_CELL = "Cannot be used: a cell of the paste is an error such as #N/A or #DIV/0!; clear it on the sheet"
#: What CHAIN_STATUS says of the paste.
STATUS = f"{CHAIN}!$A${FOUND_ROW}"

_HEAD_COLUMNS = 7
_SAVED, _SHOWN = 12, 20  # columns of the saved copy and of what is shown: the live rows, or the saved ones
SAVED_ROW = 3
_COLUMN = {"key": 0, "label": 1, "value": 2, "shown": 3, "words": 4, "note": 5, "kind": 6}


def headline(key: str, column: str, *, saved: bool = False) -> str:
    """The cell of a headline row: label, value (USD), shown (in the unit), words, note or kind."""
    row = SAVED_ROW + list(ROWS).index(key)
    return f"{CALC}!${xl_col_to_name((_SAVED if saved else _SHOWN) - 1 + _COLUMN[column])}${row}"


def saved_place(key: str, column: str) -> tuple[int, int]:
    """Row and column, from 1, of a cell of the saved copy."""
    return SAVED_ROW + list(ROWS).index(key), _SAVED + _COLUMN[column]


_NAMED = {
    "Total_GEX": "total_gex", "Flip_Strike": "flip_strike", "Zero_Gamma": "zero_gamma", "Regime": "regime",
    "Call_Wall": "call_wall", "Put_Wall": "put_wall", "Spot": "spot", "As_Of": "as_of",
}  # fmt: skip
#: Defined name -> the one cell or the range that it marks.
NAMES = {
    "Chain": f"={CHAIN}!$A${HANDLE_ROW}",
    "Earlier": f"={EARLIER}!$A${HANDLE_ROW}",
    **{name: f"={headline(key, 'value')}" for name, key in _NAMED.items()},
    "Paste": paste_range(CHAIN),
    "Paste_Earlier": paste_range(EARLIER),
    # Where a macro or script takes today's row from, and where it may put it.
    "History_Today": f"={DAYS}!$B${TODAY_HEADER + 1}:${_LAST_TODAY}${TODAY_HEADER + 1}",
    "History_Rows": f"={DAYS}!$B${KEPT_HEADER + 1}:${_LAST_KEPT}${KEPT_HEADER + KEPT_ROWS}",
    # Never one row alone: hosts hand that over as a plain list.
    "History": f"={chosen(step(f'{KEPT_COUNT}+1', _KEPT_SIZES), _KEPT)}",
}


@dataclass(frozen=True, slots=True)
class Spill:
    """A table that a formula fills: its anchor (row and column from 1), its columns, and the rows below its header."""

    sheet: str
    row: int
    column: int
    formula: str
    columns: int
    room: int

    @property
    def last(self) -> int:
        """The last row, counted from 1."""
        return self.row + self.room

    def cell(self, down: int, across: int) -> str:
        """A cell of the table with its sheet, both counted from 0 at the header's first cell."""
        return f"{self.sheet}!${xl_col_to_name(self.column - 1 + across)}${self.row + down}"

    def values(self, across: int, rows: int | None = None) -> list[str | int]:
        """A column below the header as xlsxwriter's charts take a range: sheet and corners counted from 0."""
        at = self.column - 1 + across
        return [self.sheet, self.row, at, self.row + (rows or self.room) - 1, at]

    def head(self, across: int) -> str:
        """The header of a column, as a chart's series takes its name."""
        return f"={self.cell(0, across)}"


def _chart(call: str) -> str:
    """The formula of a table behind a chart: blank where no function runs, so that no axis shows #NAME?."""
    return f'=IF(ISERROR({CALC}!$D$2),"",{call})'


GRID_ROWS, GRID_COLUMNS, SMALL_ROWS, SMALL_COLUMNS = 25, 13, 11, 6
WATCHED_COLUMNS = 15
STRIKE_ROWS, LEVEL_ROWS, MAP_DAYS, DAY_ROWS = 121, 15, 5, 30
_HEAD = len(ROWS)

SPILLS: dict[str, Spill] = {
    "headline": Spill(
        CALC, 2, 4, f"=HEADLINE({LIVE},,,,{REGIME_INPUTS},{LIVE_EARLIER},{CHOSEN},{PROBLEM})", _HEAD_COLUMNS, _HEAD
    ),
    "shown": Spill(
        CALC, SAVED_ROW, _SHOWN,
        f"=IF(ISERROR({CALC}!$D$2),{CALC}!$L$3:$R${2 + _HEAD},{CALC}!$D$3:$J${2 + _HEAD})", _HEAD_COLUMNS, _HEAD - 1,
    ),
    # Charts read these, side by side on the sheet Calc.
    "ladder": Spill(CALC, 2, 28, _chart(f"GEX_LADDER({LIVE})"), 11, 43),
    "change_ladder": Spill(CALC, 2, 40, _chart(f"GEX_LADDER({LIVE},,,,,,{CALC}!$B$7)"), 11, 43),
    "profile": Spill(CALC, 2, 52, _chart(f"PROFILE_BARS({LIVE})"), 9, 107),
    "expiries": Spill(CALC, 2, 62, _chart(f"EXPIRY_BARS({LIVE})"), 5, 12),
    "change": Spill(CALC, 2, 68, _chart(f"CHANGE_BARS({LIVE},,,,{LIVE_EARLIER})"), 8, 10),
    "spot_flow": Spill(CALC, 2, 77, _chart(f'FLOW_BARS({LIVE},,,,"spot",{FLOWS}!$D$5,{FLOWS}!$G$5)'), 7, 17),
    "iv_flow": Spill(CALC, 2, 85, _chart(f'FLOW_BARS({LIVE},,,,"iv",{FLOWS}!$L$5)'), 7, 11),
    "term": Spill(CALC, 2, 93, _chart(f"TERM_BARS({LIVE})"), 2, 20),
    "smile": Spill(CALC, 2, 96, _chart(f"SMILE_BARS({LIVE})"), 4, 11),
    "days": Spill(CALC, 2, 101, _chart(f"DAYS_BARS(History,{TODAY})"), 8, 60),
    "small_grid": Spill(
        CALC, 60, 28, _chart(f"GRID_TABLE({LIVE},,,,{SMALL_ROWS},{SMALL_COLUMNS},,,TRUE)"), SMALL_COLUMNS + 2,
        SMALL_ROWS + 2,
    ),
    "brief": Spill(CALC, 60, 62, _chart(f"CHECK_TABLE({LIVE},,,,5,TRUE)"), 2, 5),
    # And these stand where they are read.
    "levels": Spill(
        LEVELS, 7, 2, f"=LEVEL_TABLE({LIVE},,,,{LEVELS}!$D$5,{LEVELS}!$H$5,{LEVELS}!$F$5,{LEVEL_ROWS})", 8, LEVEL_ROWS
    ),
    "grid": Spill(
        GRID, 7, 2, f"=GRID_TABLE({LIVE},,,,{GRID_ROWS},{GRID_COLUMNS},{GRID}!$C$5,{GRID}!$G$5)", GRID_COLUMNS + 4,
        GRID_ROWS + 2,
    ),
    "map": Spill(MAP, 6, 2, f"=MAP_TABLE({LIVE},,,,{MAP_DAYS})", MAP_DAYS + 5, 20),
    "steps": Spill(CHANGE, 10, 9, f"=CHANGE_TABLE({LIVE},,,,{LIVE_EARLIER})", 5, 10),
    "change_expiries": Spill(CHANGE, 23, 9, f'=CHANGE_TABLE({LIVE},,,,{LIVE_EARLIER},"expiry")', 4, 13),
    "moved": Spill(CHANGE, 39, 2, f'=CHANGE_TABLE({LIVE},,,,{LIVE_EARLIER},"contract")', 6, 10),
    "strikes": Spill(STRIKES, 7, 2, f"=STRIKE_TABLE({LIVE},,,,{STRIKE_ROWS},{STRIKES}!$D$5)", 9, STRIKE_ROWS),
    "hedge_flow": Spill(FLOWS, 21, 2, f"=IFERROR(HEDGE_FLOW({LIVE},{CALC}!$BZ$3:$BZ$19,,,,{FLOWS}!$G$5),\"\")", 7, 17),
    "exposures": Spill(FLOWS, 21, 10, f"=IFERROR(EXPOSURES({LIVE}),\"\")", 6, 7),
    "buckets": Spill(FLOWS, 31, 10, f"=IFERROR(GEX_BY_BUCKET({LIVE}),\"\")", 7, 5),
    "by_expiry": Spill(VOLATILITY, 23, 2, f"=EXPIRY_TABLE({LIVE})", 13, 40),
    "today": Spill(
        DAYS, TODAY_HEADER, 2, f'=IFERROR(HISTORY_ROW({LIVE},,,"unit=usd",{REGIME_INPUTS}),"")', TODAY_COLUMNS, 1
    ),
    "day_table": Spill(DAYS, 19, 2, f"=DAYS_TABLE(History,{TODAY},{DAY_ROWS})", 13, DAY_ROWS),
    "watchlist": Spill(
        WATCHLIST, 6, 2, f'=IFERROR(WATCHLIST({WATCHLIST}!$D${LISTED_ROW}:$D${LISTED_ROW + LISTED - 1}),"")',
        WATCHED_COLUMNS, LISTED,
    ),
    "findings": Spill(CHECK, 6, 2, f"=CHECK_TABLE({LIVE},,,,30)", 6, 30),
    "check_expiries": Spill(CHECK, 39, 2, f"=CHECK_EXPIRIES({LIVE})", 7, 40),
    "choices": Spill(CHOICES, 6, 2, f"=CHOICE_TABLE({LIVE},,,,{REGIME_INPUTS})", 9, 50),
}  # fmt: skip
