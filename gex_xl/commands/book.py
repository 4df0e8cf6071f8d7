"""`gex-xl book`: a desk's positions, its limits and its hedges, so that they can be run on a schedule."""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gex_xl.atomic import replacing
from gex_xl.chain import Chain
from gex_xl.commands.options import add_settings, chosen_settings
from gex_xl.commands.terminal import one_line
from gex_xl.desk.limits import State
from gex_xl.desk.listed import Listed
from gex_xl.desk.overview import PARTS, Inputs, Overview, overview
from gex_xl.desk.states import COLUMNS, rows_of, since
from gex_xl.desk.table import Cells, Where
from gex_xl.functions import book_sheets, book_words
from gex_xl.functions.arguments import moment, share
from gex_xl.reading import read_cells
from gex_xl.settings import Settings

BREACH = 3  # exit code
_ABOUT = """Net exposure, limits and ways of hedging of a book of positions. Exit code 0: every limit is kept; 3: at
least one is broken; 2: something cannot be read, and then no state is told. POSITIONS is a table (csv or xlsx)."""
_FILES = {
    "limits": "limits", "candidates": "options that may be traded", "bounds": "bounds of gamma and vega",
    "products": "related products", "correlations": "correlations of products and underlyings",
    "lots": "how each underlying is traded", "betas": "betas to a jump", "quotes": "quotes to shade",
}  # fmt: skip


def add(commands: Any) -> None:
    """Put `book` into the parser."""
    book = commands.add_parser(
        "book", help="exposure, limits and hedges of a desk's own positions", description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    book.add_argument("positions", type=Path, metavar="POSITIONS")
    book.add_argument("--chain", type=Path, action="append", default=[], metavar="FILE",
                      help="a chain in which positions are listed: their iv and spot; may be repeated")  # fmt: skip
    for part, words in _FILES.items():
        book.add_argument(f"--{part}", type=Path, metavar="FILE", help=words)
    book.add_argument("--states", type=Path, metavar="FILE.csv", help="states of limits: read, and the new ones added")
    book.add_argument("--as-of", help="time of valuation, such as 2024-01-05T15:30; New York without an offset")
    book.add_argument("--horizon", type=float, default=1.0, metavar="DAYS", help="of basis risk (1)")
    book.add_argument("--warn-at", help="share of a limit from which it is near (0.8)")
    book.add_argument("--json", action="store_true", help="one JSON object on stdout")
    add_settings(book)
    book.set_defaults(run=_book)


def _book(given: argparse.Namespace) -> int:
    settings = chosen_settings(given)
    ranges, places = _ranges(given)
    found = overview(
        Inputs(
            ranges, None, moment(given.as_of), settings, [_listed(file, settings) for file in given.chain], places,
            horizon_days=given.horizon, warn_at=share(given.warn_at, "--warn-at") or 0.8,
        )
    )  # fmt: skip
    if given.json:
        json.dump(_as_json(found), sys.stdout, allow_nan=False)
        print()
    else:
        print("\n".join(one_line(line) for line in _text(found)))
    for sentence in dict.fromkeys(found.problems.values()):
        print(one_line(f"gex-xl: {sentence}"), file=sys.stderr)
    if found.problems:
        return 2
    if given.states and found.checks and found.book is not None:
        _keep(given.states, ranges.get("states", [list(COLUMNS)]), rows_of(found.checks, found.book.as_of))
    return BREACH if found.worst_state is State.BREACH else 0


def _listed(file: Path, settings: Settings) -> Listed:
    chain = Chain.from_file(file, settings)
    return Listed(chain, chain.spot, chain.as_of, settings)


def _ranges(given: argparse.Namespace) -> tuple[dict[str, Cells], dict[str, Where]]:
    """The cells of each part, and how messages name them: those of files win over those of a desk's workbook."""
    ranges: dict[str, Cells] = {}
    places: dict[str, Where] = {}
    files: dict[str, Path | None] = {part: getattr(given, part) for part in PARTS}
    if given.states and not given.states.exists():
        files["states"] = None  # it is made
    for part, file in files.items():
        if file is not None:
            ranges[part] = read_cells(file)
            places[part] = Where(file.name if part != "positions" else f"positions of {file.name}")
    return ranges, places


def _keep(file: Path, old: Cells, new: Sequence[Sequence[str]]) -> None:
    """Add the states of now to the file, in one step; those that it holds already are not added again."""
    held = {tuple(str(cell) for cell in row) for row in old}
    new = [row for row in new if tuple(row) not in held]
    with replacing(file) as target, target.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerows([["" if cell is None else cell for cell in row] for row in old])
        writer.writerows(new)


_HEADS: dict[str, tuple[str, ...]] = {
    "exposure": ("", "Contracts", "Delta", "Gamma per 1 %", "Vega per pt", "Theta a day"),
    "limits": ("Limit", "Where", "State", "Value", "Limit", "Use", "Since", "What to do"),
    "ways": ("Way, best first", "Delta", "Gamma per 1 %", "Vega per pt", "Basis", "Cost", "Worst loss", "Trades"),
    "quotes": ("Quote", "Bid", "Ask", "Bid size", "Ask size", "Use", "Why"),
}  # fmt: skip


def _text(found: Overview) -> list[str]:
    lines = [book_words.status(found, "")]
    tables: dict[str, list[tuple[Any, ...]]] = {}
    if found.book is not None:
        tables["exposure"] = [tuple(row) for row in book_sheets.exposure(found, "")]
    if found.checks is not None:
        tables["limits"] = [
            (limit, where, state, value, most, f"{use:.0%}", start, action)
            for state, limit, where, value, most, use, start, action in book_sheets.limits(found, "")
        ]
    if found.ways is not None:
        tables["ways"] = [(*row[:7], row[9]) for row in book_sheets.ways(found, "")]
    if found.quotes is not None:
        tables["quotes"] = [
            (one.name, one.bid if one.bid_size else "none", one.ask if one.ask_size else "none", one.bid_size,
             one.ask_size, f"{abs(asked.inventory) / asked.limit:.0%}", one.why)
            for asked, one in found.quotes
        ]  # fmt: skip
    for name, rows in tables.items():
        lines += ["", *_columns([_HEADS[name], *rows])]
    return [*lines, "", f"No ways of hedging: {found.no_ways}"] if found.no_ways else lines


def _columns(rows: Sequence[Sequence[Any]]) -> list[str]:
    """A table in text: words to the left, figures to the right."""
    shown = [[cell if isinstance(cell, str) else _figure(cell) for cell in row] for row in rows]
    widths = [max(len(row[k]) for row in shown) for k in range(len(shown[0]))]
    figures = [any(not isinstance(row[k], str) for row in rows) for k in range(len(widths))]
    return [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, figures, strict=True)
        ).rstrip()
        for row in shown
    ]


def _figure(value: float) -> str:
    if abs(value) >= 1e5:
        return book_words.money(value)
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 1000 else f"{value:,.4g}"


def _as_json(found: Overview) -> dict[str, Any]:
    """One object; nulls and empty lists where there is nothing, and no state where anything cannot be read."""
    book = found.book
    exposure = ("name", "contracts", "delta", "gamma", "vega", "theta")
    trades = ("what", "trade", "price", "cost")
    out: dict[str, Any] = {
        "as_of": book.as_of.isoformat() if book else None,
        "positions": len(book) if book else None,
        "problems": found.problems,
        "no_ways": found.no_ways,
        "state": str(found.worst_state) if found.worst_state and not found.problems else None,
        "exposure": _records(exposure, book_sheets.exposure(found, "")) if book else [],
        "limits": [], "ways": [], "orders": [], "quotes": [],
    }  # fmt: skip
    if book is not None and found.checks is not None:
        out["limits"] = [
            {"limit": one.name, "scope": one.scope, "value": one.value, "most": one.most, "use": one.use,
             "state": str(one.state), "action": one.action, "unit": one.unit,
             "since": since(one, book.as_of, found.states).isoformat()}
            for one in found.checks
        ]  # fmt: skip
    if found.ways is not None:
        out["ways"] = [
            {"method": one.method, "delta": one.delta, "gamma": one.gamma, "vega": one.vega, "basis": one.basis,
             "cost": one.execution, "worst_loss": one.gap, "jump": one.gap_at[0], "vol_shock": one.gap_at[1],
             "trade": one.trade}
            for one in found.ways
        ]  # fmt: skip
        out["orders"] = _records(trades, book_sheets.orders(found, ""))
    if found.quotes is not None:
        out["quotes"] = [
            {"name": one.name, "bid": one.bid, "ask": one.ask, "bid_size": one.bid_size, "ask_size": one.ask_size,
             "reservation": one.reservation, "why": one.why}
            for _, one in found.quotes
        ]  # fmt: skip
    cleaned: dict[str, Any] = _finite(out)
    return cleaned


def _records(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(names, (None if cell == "" else cell for cell in row), strict=True)) for row in rows]


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
