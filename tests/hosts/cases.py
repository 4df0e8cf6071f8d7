"""What every host is called with: one table of cases, in words that each host's runner makes into its own.

A case is [function, argument, ...]. An argument is a plain value, {"range": rows}, {"missing": 1}, {"date": text} or
{"error": name}; the cells of a range are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gex_xl.functions import EXAMPLE_CHAIN, REGISTRY

MISSING = {"missing": 1}
NA = {"error": "#N/A"}
RANGE = {"range": EXAMPLE_CHAIN}
ONE_SIDED = [*EXAMPLE_CHAIN[:2], *[row for row in EXAMPLE_CHAIN[2:] if row[2] == "C"]]
STRIKES = 5000  # times two rights and two roots: 20 000 rows


def large_chain() -> list[list[Any]]:
    """20 000 contracts, every strike of two expiries, with the example's header."""
    return [
        *EXAMPLE_CHAIN[:2],
        *[
            [root, expiry, right, 2500 + strike, 0.2, 100 + strike % 7]
            for root, expiry in (("SPXW", "2025-03-07"), ("SPX", "2025-03-21"))
            for right in "CP"
            for strike in range(STRIKES)
        ],
    ]


def changed(row: int, column: int, cell: object) -> dict[str, Any]:
    """The example chain as a range with one cell replaced; row and column as a user counts them."""
    cells: list[list[Any]] = [list(line) for line in EXAMPLE_CHAIN]
    cells[row - 1][column - 1] = cell
    return {"range": cells}


def each_cell(column: int, change: Callable[[Any], Any]) -> dict[str, Any]:
    """The example chain as a range with one column changed; the column counted from 0."""
    head, rows = EXAMPLE_CHAIN[:2], EXAMPLE_CHAIN[2:]
    return {"range": [*head, *[[change(v) if i == column else v for i, v in enumerate(row)] for row in rows]]}


def as_range(value: object) -> object:
    """An argument of a registry example, as Excel hands it over."""
    return {"range": value} if isinstance(value, list) else MISSING if value is None else value


def texts(value: object) -> dict[str, Any]:
    """One row, a 1 x N range."""
    return {"range": [value]}


#: What is called -> [function, arguments ...]; `expected` says what comes back.
CASES: dict[str, list[Any]] = {
    **{f"example of {name}": [name, *map(as_range, record.example)] for name, record in REGISTRY.items()},
    "all optional arguments left out": ["TOTAL_GEX", RANGE, MISSING, MISSING, MISSING],
    "blank cells as options": ["TOTAL_GEX", RANGE, *[{"range": [[None]]}] * 3],
    "literal blanks": ["TOTAL_GEX", RANGE, None, None, None],
    "empty texts": ["TOTAL_GEX", RANGE, "", "", ""],
    "spot in a cell": ["TOTAL_GEX", RANGE, {"range": [[5050]]}],
    "spot as a number": ["TOTAL_GEX", RANGE, 5050],
    "time in a cell": ["TOTAL_GEX", RANGE, MISSING, {"range": [[{"date": "2025-03-04 12:30:00"}]]}],
    "time as a serial": ["TOTAL_GEX", RANGE, MISSING, 45720 + 12.5 / 24],
    "time as text": ["TOTAL_GEX", RANGE, MISSING, "2025-03-04 12:30"],
    "time in the preamble as a date": ["TOTAL_GEX", changed(1, 3, {"date": "2025-03-03 11:30:00"})],
    "expiries as dates": [
        "TOTAL_GEX",
        {"range": [
            *EXAMPLE_CHAIN[:2],
            *[[r[0], {"date": f"{r[1]} 00:00:00"}, *r[2:]] for r in EXAMPLE_CHAIN[2:]],
        ]},
    ],
    "settings in two columns": [
        "TOTAL_GEX", RANGE, MISSING, MISSING, {"range": [["sign", "long_calls"], ["unit", "usd_bn"]]},
    ],
    "settings in one row": ["TOTAL_GEX", RANGE, MISSING, MISSING, texts(["sign", "long_calls"])],
    "settings as text": ["TOTAL_GEX", RANGE, MISSING, MISSING, "sign=long_calls"],
    "a switch in a cell": ["ZERO_GAMMA", RANGE, MISSING, MISSING, MISSING, {"range": [[True]]}],
    "20 000 rows": ["GEX_PER_STRIKE", {"range": large_chain()}],
    "20 000 rows listed": ["CHAIN_TABLE", {"range": large_chain()}],
    "no value": ["FLIP_STRIKE", {"range": ONE_SIDED}],
    "no value in a table": ["GEX_LEVELS", {"range": ONE_SIDED}],
    "no chain": ["TOTAL_GEX", MISSING],
    "empty chain": ["TOTAL_GEX", {"range": [[None] * 50] * 3}],
    "chain that failed": ["TOTAL_GEX", {"range": [[{"error": "#VALUE!"}]]}],
    "one row of a chain": ["TOTAL_GEX", texts(["Root", "Expiry", "Type", "Strike"])],
    "one cell of a chain": ["TOTAL_GEX", {"range": [["x"]]}],
    "spot that failed": ["TOTAL_GEX", RANGE, {"range": [[NA]]}],
    "spot that failed in the formula": ["TOTAL_GEX", RANGE, NA],
    "text as spot": ["TOTAL_GEX", RANGE, "abc"],
    "error cell in the chain": ["TOTAL_GEX", changed(4, 6, {"error": "#DIV/0!"})],
    "error cell among the settings": ["TOTAL_GEX", RANGE, MISSING, MISSING, {"range": [["sign", NA]]}],
    "iv as percent texts": ["TOTAL_GEX", each_cell(4, lambda iv: f"{iv:.2%}")],
    "iv as percent numbers": ["TOTAL_GEX", each_cell(4, lambda iv: iv * 100)],
    "numbers as texts": ["TOTAL_GEX", each_cell(5, lambda oi: f"{oi:,}")],
    "a switch as text": ["ZERO_GAMMA", RANGE, MISSING, MISSING, MISSING, "TRUE"],
    "a switch that is off": ["ZERO_GAMMA", RANGE, MISSING, MISSING, MISSING, False],
    "a switch that is neither": ["ZERO_GAMMA", RANGE, MISSING, MISSING, MISSING, "perhaps"],
    **{
        f"change by {by}": [
            "GEX_CHANGE", RANGE, as_range(REGISTRY["GEX_CHANGE"].example[1]), MISSING, MISSING, MISSING, by,
        ]
        for by in ("strike", "expiry", "series", "level")
    },
    "change against another underlying": ["GEX_CHANGE", RANGE, each_cell(0, lambda _: "NDX")],
    "every strike in a grid": ["GEX_GRID", RANGE, MISSING, MISSING, MISSING, 2000, "open_interest"],
    "levels without a related product": ["PRICE_LEVELS", RANGE],
    "levels as a script": ["LEVELS_TEXT", RANGE, "pine", MISSING, MISSING, MISSING, 5020, "ratio"],
    "levels in an unknown format": ["LEVELS_TEXT", RANGE, "metatrader"],
    "watchlist of broken cells": [
        "WATCHLIST", {"range": [["SPX 16 contracts 2025-03-03 #000000"], [{"error": "#VALUE!"}], [None]]},
    ],
    "watchlist of nothing": ["WATCHLIST", {"range": [[None], [None]]}],
    "handle with a known position": [
        "LOAD_CHAIN", RANGE, MISSING, MISSING, MISSING,
        {"range": [["Symbol", "Contracts", "Source"], ["SPXW250307C05050000", 2500, "desk"]]},
    ],
    "no position is known": ["KNOWN_EFFECT", RANGE],
    "flows with iv moving": ["HEDGE_FLOW", RANGE, "-1%, 1%", MISSING, MISSING, MISSING, -4],
    "funds without a column": ["LETF_FLOW", {"range": [["Fund", "Assets"], ["A", 1e9]]}, 0.01],
    "a contract beyond the listed strikes": ["OPTION_IV", RANGE, "2025-03-07", 9000, "C"],
    "a contract by its date": ["OPTION_IV", RANGE, {"date": "2025-03-07 00:00:00"}, 5000, "put"],
    "wrong setting": ["TOTAL_GEX", RANGE, MISSING, MISSING, "sign=sideways"],
    "wrong time": ["TOTAL_GEX", RANGE, MISSING, "soon"],
    "status of a broken chain": ["CHAIN_STATUS", {"range": [["x", "y"], [1, 2]]}],
    "table of a broken chain": ["GEX_PER_STRIKE", {"range": [["x", "y"], [1, 2]]}],
    "all levels of one": ["ZERO_GAMMA", RANGE, MISSING, MISSING, MISSING, True],
    "handle": ["LOAD_CHAIN", RANGE],
    "handle in a cell": ["TOTAL_GEX", {"range": [["SPX 16 contracts 2025-03-03 #000000"]]}],
}  # fmt: skip
