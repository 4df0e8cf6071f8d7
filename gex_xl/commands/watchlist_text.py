"""Several underlyings: as JSON objects, and as a table for a terminal."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from gex_xl.analytics.watchlist import Watched
from gex_xl.commands.report_text import amount

_HEAD = (
    "Symbol", "As of", "Spot", "Total GEX", "of gross", "Other sign", "Zero gamma", "from spot", "Call wall",
    "Put wall", "Move", "0DTE", "Regime",
)  # fmt: skip


def watched_json(row: Watched) -> dict[str, Any]:
    """One row as JSON has it; null where there is no figure, `error` null where the chain was read."""
    found = dataclasses.asdict(row)
    return {key: None if value == "" else value for key, value in found.items()}


def watchlist_text(rows: Sequence[Watched]) -> list[str]:
    """A table of all rows, then why each word was chosen, and why a chain cannot be read."""
    read = [row for row in rows if not row.error]
    cells = [_HEAD, *map(_cells, read)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(_HEAD))]
    lines = []
    if read:
        for line in cells:
            shown = [
                cell.ljust(width) if column in (0, 1, len(_HEAD) - 1) else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(line, widths, strict=True))
            ]
            lines.append("  ".join(shown).rstrip())
        lines += ["", *(f"{row.symbol}: {row.sentence}" for row in read)]
        same: dict[str, list[str]] = {}
        for row in read:
            same.setdefault(row.terms, []).append(row.symbol)
        lines += ["", *(f"{', '.join(dict.fromkeys(symbols))}: {said}" for said, symbols in same.items())]
        units = sorted({row.unit for row in read})
        lines += ["", f"Total GEX in {', '.join(units)}; move: one standard deviation to the next expiry"]
    broken = [row.error if row.name in row.error else f"{row.name}: {row.error}" for row in rows if row.error]
    return [*lines, *([""] if read and broken else []), *broken]


def _cells(row: Watched) -> tuple[str, ...]:
    def price(value: float | None) -> str:
        return "none" if value is None else f"{value:,.2f}"

    def share(value: float | None, form: str) -> str:
        return "" if value is None else format(value, form)

    return (
        row.symbol, row.as_of, price(row.spot), amount(row.total or 0.0), share(row.net_share, "+.1%"),
        amount(row.other_total or 0.0), price(row.zero_gamma), share(row.zero_distance, "+.1%"), price(row.call_wall),
        price(row.put_wall), price(row.expected_move), share(row.zero_dte_share, ".1%"), row.regime,
    )  # fmt: skip
