"""The workbook in figures: sheets, named cells, spills and chart blocks, in one place.

Everything else reads these: the builder writes them, a host that cannot spill lays them out as fixed ranges.
"""

from __future__ import annotations

from dataclasses import dataclass

from gex_xl.functions.levels import LEVELS
from gex_xl.settings import HELP

CHAIN, SETTINGS, DASHBOARD, STRIKES = "Chain", "Settings", "Dashboard", "Strikes"
PROFILE, FLOWS, REGIME, CHECK, FUNCTIONS = "Profile", "Flows", "Regime", "Check", "Functions"
VOLATILITY, HISTORY, QUALITY, CHOICES = "Volatility", "History", "Quality", "Choices"
SHEETS: tuple[str, ...] = (
    DASHBOARD,
    CHAIN,
    SETTINGS,
    STRIKES,
    PROFILE,
    FLOWS,
    VOLATILITY,
    REGIME,
    HISTORY,
    CHECK,
    QUALITY,
    CHOICES,
    FUNCTIONS,
)

#: Where a chain is pasted, and how far it may reach.
PASTE_ANCHOR = f"{CHAIN}!C1"
PASTE_ROWS, PASTE_COLUMNS = 60_000, 50
LAST_PASTE_COLUMN = "AZ"
_PASTE = f"{CHAIN}!$C$1:${LAST_PASTE_COLUMN}${PASTE_ROWS}"
#: How many cells stand right beyond that. A paste has no gaps, so a look at the near side is enough; one at the
#: whole sheet would take the embedded engine half a minute.
OUTSIDE = f"{CHAIN}!$A$22"
OUTSIDE_FORMULA = f"=COUNTA({CHAIN}!$C${PASTE_ROWS + 1}:$L${PASTE_ROWS + 1000})+COUNTA({CHAIN}!$BA$1:$CZ$200)"

#: What CHAIN_STATUS says of the paste; the sheets Chain and Dashboard refer to it.
STATUS = f"{CHECK}!$A$3"

FIRST_SETTING = 8  # row of the first setting on its sheet
LAST_SETTING = FIRST_SETTING + len(HELP) - 1
SPOT_INPUT, AS_OF_INPUT = f"{SETTINGS}!$B$4", f"{SETTINGS}!$B$5"
SETTINGS_RANGE = f"{SETTINGS}!$A${FIRST_SETTING}:$B${LAST_SETTING}"
LOAD_ARGUMENTS = f"Paste,{SPOT_INPUT},{AS_OF_INPUT},{SETTINGS_RANGE}"
VIX_FAMILY = f"{REGIME}!$B$4,{REGIME}!$B$5,{REGIME}!$B$6"
#: The VIX family, the z-score of the skew, and the kept rows that give one where it is blank.
REGIME_INPUTS = f"{VIX_FAMILY},{REGIME}!$B$7,History"

#: The header of the kept rows, how many rows may stand below it, and their columns.
KEPT_HEADER, KEPT_ROWS, KEPT_COLUMNS = 29, 5000, 27
KEPT_COUNT = f"{HISTORY}!$B$4"
_KEPT = f"{HISTORY}!$A${KEPT_HEADER}:$AA${KEPT_HEADER + KEPT_ROWS}"


#: Defined name -> the one cell that it marks.
NAMES = {
    "Chain": f"={CHAIN}!$A$11",
    "Total_GEX": f"={DASHBOARD}!$C$7",
    "Flip_Strike": f"={DASHBOARD}!$D$7",
    "Zero_Gamma": f"={DASHBOARD}!$E$7",
    "Regime": f"={DASHBOARD}!$B$7",
    "Call_Wall": f"={DASHBOARD}!$F$7",
    "Put_Wall": f"={DASHBOARD}!$G$7",
    "Spot": f"={DASHBOARD}!$H$7",
    "As_Of": f"={DASHBOARD}!$I$7",
    "Paste": f"={CHAIN}!$C$1:INDEX({_PASTE},MAX(1,{CHAIN}!$A$19),{PASTE_COLUMNS})",
    # Where a macro or script takes today's row from, and where it may put it.
    "History_Today": f"={HISTORY}!$A$7:$X$7",
    "History_Rows": f"={HISTORY}!$A${KEPT_HEADER + 1}:$AA${KEPT_HEADER + KEPT_ROWS}",
    # Never one row alone: hosts hand that over as a plain list.
    "History": f"={HISTORY}!$A${KEPT_HEADER}:INDEX({_KEPT},MAX(2,{KEPT_COUNT}+1),{KEPT_COLUMNS})",
}


@dataclass(frozen=True, slots=True)
class Spill:
    """A table that a formula fills: its anchor, its columns, and the rows kept free below it."""

    sheet: str
    row: int
    column: int
    formula: str
    columns: int
    room: int
    words: tuple[int, ...] = ()  # columns, from 0, that hold words; the others hold numbers


SPILLS = {
    "strikes": Spill(STRIKES, 5, 1, "=GEX_PER_STRIKE(Chain)", 5, 3000),
    "expiries": Spill(STRIKES, 5, 7, "=GEX_BY_EXPIRY(Chain)", 7, 200, (0, 1)),
    "flips": Spill(STRIKES, 5, 15, "=FLIP_STRIKES(Chain)", 3, 100, (2,)),
    "profile": Spill(PROFILE, 5, 1, "=GAMMA_PROFILE(Chain)", 2, 2100),
    "roots": Spill(PROFILE, 6, 4, "=ZERO_GAMMA(Chain,,,,TRUE)", 1, 100),
    "hedge_flow": Spill(FLOWS, 26, 1, f"=HEDGE_FLOW(Chain,{FLOWS}!$R$7:$R$27)", 4, 21),
    "vol_flow": Spill(FLOWS, 50, 1, f"=VOL_FLOW(Chain,{FLOWS}!$X$7:$X$17)", 5, 11),
    "exposures": Spill(FLOWS, 6, 9, "=EXPOSURES(Chain)", 6, 7, (0, 5)),
    "buckets": Spill(FLOWS, 16, 9, "=GEX_BY_BUCKET(Chain)", 7, 5, (0,)),
    "top_strikes": Spill(FLOWS, 50, 9, "=TOP_STRIKES(Chain,,,,10)", 7, 10),
    "max_pain": Spill(FLOWS, 64, 1, "=MAX_PAIN(Chain)", 7, 200, (0, 1)),
    "expected_move": Spill(FLOWS, 64, 9, "=EXPECTED_MOVE(Chain)", 7, 200, (0, 1)),
    "triggers": Spill(REGIME, 12, 1, f"=REGIME_TRIGGERS(Chain,,,,{REGIME_INPUTS})", 8, 20, (0, 1, 2, 7)),
    "term_structure": Spill(VOLATILITY, 5, 1, f"=TERM_STRUCTURE(Chain,,,,{VIX_FAMILY})", 3, 7, (0, 2)),
    "skew_curve": Spill(VOLATILITY, 36, 1, "=SKEW_CURVE(Chain)", 5, 600, (1,)),
    "atm_iv": Spill(VOLATILITY, 36, 7, "=ATM_IV(Chain)", 6, 200, (0, 1, 5)),
    "today": Spill(HISTORY, 6, 1, f"=HISTORY_ROW(Chain,,,,{REGIME_INPUTS})", 24, 1),
    "check": Spill(CHECK, 4, 1, "=CHAIN_CHECK(Chain)", 4, 300, (0, 3)),
    "quotes": Spill(QUALITY, 6, 1, "=QUOTE_CHECK(Chain)", 6, 10, (0, 4, 5)),
    "arbitrage": Spill(QUALITY, 20, 1, "=ARBITRAGE_CHECK(Chain)", 10, 14, (0, 5, 6, 7, 9)),
    "vendor_gamma": Spill(QUALITY, 38, 1, "=VENDOR_GAMMA(Chain)", 13, 200, (0, 1, 9)),
    "what_if": Spill(CHOICES, 6, 1, f"=WHAT_IF(Chain,,,,{REGIME_INPUTS})", 9, 60, (0, 1, 6, 8)),
    "levels": Spill(REGIME, 5, 9, f"=GEX_LEVELS(Chain,,,,{REGIME_INPUTS})", 2, 20, (0, 1)),
}


#: Headline functions, one cell each on the sheet Regime; the Dashboard refers to them. A viewer that knows no such
#: function shows an error in their place, but keeps the value of a plain reference.
FIGURES = {
    "Regime": f"=REGIME(Chain,,,,{REGIME_INPUTS})",
    "Total_GEX": "=TOTAL_GEX(Chain)",
    "Flip_Strike": "=FLIP_STRIKE(Chain)",
    "Zero_Gamma": "=ZERO_GAMMA(Chain)",
    "Call_Wall": "=CALL_WALL(Chain)",
    "Put_Wall": "=PUT_WALL(Chain)",
}
FIRST_FIGURE = 5


def figure(name: str) -> str:
    """The cell that holds a headline function."""
    return f"{REGIME}!$M${FIRST_FIGURE + list(FIGURES).index(name)}"


def level(key: str) -> str:
    """The cell with the value of a line of GEX_LEVELS, by the key of its figure."""
    return f"{REGIME}!$J${SPILLS['levels'].row + LEVELS.index(key)}"


@dataclass(frozen=True, slots=True)
class Block:
    """A fixed number of rows that feed a chart, whatever the size of the chain: where they stand."""

    sheet: str
    first: int
    rows: int
    column: int

    @property
    def last(self) -> int:
        return self.first + self.rows - 1

    def values(self, offset: int) -> list[str | int]:
        """A column of the block as xlsxwriter's charts take a range: sheet and zero-based corners."""
        at = self.column - 1 + offset
        return [self.sheet, self.first - 1, at, self.last - 1, at]


NEAR_SPOT = Block(STRIKES, 6, 81, 20)  # number, strike, call, put, cumulative above and below 0, spot, flip
FIRST_EXPIRIES = Block(STRIKES, 6, 20, 30)  # number, label, call, put
PROFILE_BLOCK = Block(PROFILE, 6, 81, 8)  # number, level, above 0, below 0, spot, zero gamma
FLOW_BLOCK = Block(FLOWS, 7, 21, 18)  # move, label, buy, sell, linear estimate
BUCKET_BLOCK = Block(FLOWS, 7, 5, 26)  # number, label, call, put
# What the charts of the sheet History show stands here too: rows are deleted there.
CURVE_BLOCK = Block(VOLATILITY, 7, 40, 20)  # put: call delta, iv; call: delta, iv
TERM_BLOCK = Block(VOLATILITY, 7, 60, 26)  # days, iv
POINTS_BLOCK = Block(VOLATILITY, 7, 3, 28)  # days, iv at constant maturity
KEPT_BLOCK = Block(VOLATILITY, 7, 250, 32)  # number, date, GEX above and below 0, skew, each slope calm and inverted

#: The sheets of a dealer's own book, after all others.
POSITIONS, HEDGE, LIMITS, QUOTES = "Positions", "Hedge", "Limits", "Quotes"
OWN_BOOK = (POSITIONS, HEDGE, LIMITS, QUOTES)
SHEETS += OWN_BOOK

#: Input ranges of those sheets, with their header rows and room for more.
NAMES |= {
    "Own_As_Of": f"={POSITIONS}!$F$4",
    "Own_Positions": f"={POSITIONS}!$A$6:$J$106",
    "Own_Candidates": f"={HEDGE}!$X$5:$AE$25",
    "Own_Bounds": f"={HEDGE}!$X$29:$Z$31",
    "Own_Products": f"={HEDGE}!$X$35:$AE$40",
    "Own_Limits": f"={LIMITS}!$A$5:$C$30",
    "Own_Quotes": f"={QUOTES}!$A$8:$I$40",
}
_BOOK = f"Own_Positions,,Own_As_Of,{SETTINGS_RANGE}"
_OTHERS = f",Own_As_Of,{SETTINGS_RANGE}"
SPILLS |= {
    "own_exposure": Spill(POSITIONS, 6, 12, f"=BOOK_EXPOSURE({_BOOK})", 12, 250, (0, 1, 11)),
    "own_residual": Spill(
        HEDGE, 10, 2, f"=RESIDUAL_RISK({_BOOK},Own_Candidates,Own_Bounds,Own_Products)", 11, 11, (0, 9, 10)
    ),
    "own_shares": Spill(HEDGE, 45, 2, f"=HEDGE_UNDERLYING({_BOOK})", 13, 8, (0, 8, 9)),
    "own_related": Spill(HEDGE, 55, 2, f"=HEDGE_RELATED(Own_Positions,Own_Products,{_OTHERS})", 9, 7, (0, 1)),
    "own_options": Spill(
        HEDGE, 64, 2, f"=HEDGE_OPTIONS(Own_Positions,Own_Candidates,Own_Bounds,{_OTHERS})", 10, 32, (0, 1, 9)
    ),
    "own_gaps": Spill(HEDGE, 50, 25, f"=GAP_RISK({_BOOK},,$X$51:$X$71,$X$47)", 6, 25),
    "own_cost": Spill(
        HEDGE, 101, 2, f"=REBALANCE_COST(Own_Positions,$C$99,$D$99,$E$99,{_OTHERS})", 8, 8, (0,)
    ),
    "own_limits": Spill(LIMITS, 5, 5, f"=LIMIT_CHECK(Own_Positions,Own_Limits,{_OTHERS})", 9, 40, (0, 1, 5, 6, 7, 8)),
    "own_quotes": Spill(QUOTES, 8, 11, "=QUOTE_ADJUST(Own_Quotes,$B$5,$C$5,$D$5)", 9, 40, (0, 8)),
}  # fmt: skip
GAPS = Block(HEDGE, 51, 21, 24)  # jump; then GAP_RISK's columns
LIMIT_USE = Block(LIMITS, 6, 12, 14)  # label, use in state ok, warn, breach
