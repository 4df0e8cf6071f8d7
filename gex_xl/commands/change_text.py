"""What moved a total since an earlier chain: as one JSON object, and as lines for a terminal."""

from __future__ import annotations

from typing import Any

from gex_xl.analytics.change import Change, largest_series, level_changes
from gex_xl.analytics.terms import unit_label
from gex_xl.clock import in_words
from gex_xl.commands.report_text import amount

_SERIES = 5  # in the terminal
_ROUNDING = 1e-12  # of gross: what steps may be off by


def change_json(found: Change) -> dict[str, Any]:
    """The earlier chain, the steps (then, eight, now), levels and the largest series, in the unit of the settings."""
    return {
        "earlier": {
            "symbol": found.earlier.chain.symbol or None,
            "as_of": found.earlier.as_of.isoformat(),
            "valued_at": found.earlier.valued_at.isoformat(),
            "spot": found.earlier.spot,
        },
        "unit": unit_label(found.later),
        "steps": [
            {
                "step": step.name,
                "total_gex": step.total.net,
                "call_gex": step.total.call,
                "put_gex": step.total.put,
                "contracts": step.contracts,
            }
            for step in found.table()
        ],
        "levels": [
            {"level": level.name, "then": level.then, "now": level.now, "moved": level.moved}
            for level in level_changes(found)
        ],
        "series": [
            {
                "root": s.root,
                "expiry": s.expiry.isoformat(),
                "right": "C" if s.is_call else "P",
                "strike": s.strike,
                "contracts_then": s.open_then,
                "contracts_now": s.open_now,
                "opened": s.opened,
                "gex": s.gex,
            }
            for s in largest_series(found)
        ],
    }


def change_text(found: Change) -> list[str]:
    """The steps with their running total, the levels that moved, the largest changes of open interest."""
    then = found.earlier
    lines = [
        f"Since {in_words(then.as_of, then.chain.zone)} (spot {then.spot:,.2f}), {unit_label(found.later)}",
        "",
    ]
    running = 0.0
    for step in found.table():
        if step.name in ("then", "now"):
            running = step.total.net
            lines.append(f"{step.name:<14} {amount(running):>12}")
            continue
        running += step.total.net
        rounding = abs(step.total.net) <= _ROUNDING * found.gross
        share = f"{step.total.net / found.gross:+8.1%}" if found.gross else ""
        lines.append(
            f"{step.name:<14} {'0' if rounding else amount(step.total.net):>12} {share} of gross, "
            f"to {amount(running):>10}  ({step.contracts:,} contracts)"
        )
    lines.append("")
    for level in level_changes(found):
        ends = " to ".join("none" if price is None else f"{price:,.2f}" for price in (level.then, level.now))
        moved = "" if level.moved is None else f" ({level.moved:+,.2f})"
        lines.append(f"{level.name:<24} {ends}{moved}")
    series = largest_series(found, _SERIES)
    if series:
        lines += ["", "Largest changes of open interest", ""]
    for s in series:
        right = "call" if s.is_call else "put"
        lines.append(
            f"{s.expiry} {s.strike:>10,g} {right:<4} {s.open_then:>10,.0f} to {s.open_now:>10,.0f} "
            f"({s.opened:+,.0f}), GEX {amount(s.gex)}"
        )
    return lines
