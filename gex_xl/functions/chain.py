"""Worksheet functions on the chain itself: load it, show it, say what it is worth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

import numpy as np
import numpy.typing as npt

from gex_xl.analytics.check import Check, check, status
from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.exposure import contributions
from gex_xl.analytics.headline import clock_note, sign_words
from gex_xl.analytics.known import known_effect, with_known
from gex_xl.analytics.summary import skew_of
from gex_xl.analytics.term_structure import slopes
from gex_xl.clock import in_words
from gex_xl.errors import GexError
from gex_xl.functions.arguments import Table
from gex_xl.functions.common import EXAMPLE_CHAIN, unit
from gex_xl.functions.handles import Loaded, store
from gex_xl.functions.known_range import read_known
from gex_xl.functions.registry import worksheet
from gex_xl.settings import Settings

#: The example chain with what dealers hold on its first and last series.
EXAMPLE_POSITIONS: Table = [
    EXAMPLE_CHAIN[0],
    [*EXAMPLE_CHAIN[1], "dealer_position"],
    [*EXAMPLE_CHAIN[2], 400],
    *[[*row, None] for row in EXAMPLE_CHAIN[3:-1]],
    [*EXAMPLE_CHAIN[-1], -300],
]


@worksheet("Chain", EXAMPLE_CHAIN)
def LOAD_CHAIN(
    loaded: Loaded,
    known: Annotated[
        Table | None,
        "What dealers hold on some series: symbol, or expiry, strike, right and root; contracts (dealers long "
        "positive); source. There it replaces sign and open interest; a series not named keeps them",
    ] = None,
) -> str:
    """Reads a pasted option chain once, with its spot, quote time, settings and known positions, for all other
    functions.

    Returns text: a handle such as SPX 20592 contracts 2024-01-07 #3f2a91.
    """
    if known is not None:
        loaded = replace(loaded, chain=with_known(loaded.chain, read_known(known)))
    return store(loaded)


@worksheet("Chain", EXAMPLE_POSITIONS)
def KNOWN_EFFECT(contracts: Contracts) -> Table:
    """What known dealers' positions change: total, zero gamma and regime by the convention alone and with them, and by
    how many contracts each known series would have to differ to turn the sign of the total.

    Returns table: figure or series, before, after, change, contracts to turn the sign, source; #N/A where none is
    known.
    """
    found = known_effect(contracts)
    before, after = found.total
    zeros = ["none" if root is None else root for root in found.zero_gamma]
    first, last = found.zero_gamma
    moved = None if first is None or last is None else last - first
    rows: Table = [
        ["Figure", "Convention alone", "With known positions", "Change", "Contracts to turn the sign", "Source"],
        [f"Total GEX {unit(contracts)}", before, after, after - before, "", ""],
        [f"Zero gamma ({contracts.chain.currency})", *zeros, moved, "", ""],
        ["Regime", *found.regime, "", "", ""],
    ]
    for s in found.series:
        name = f"{s.root} {s.expiry:%Y-%m-%d} {s.strike:g} {'C' if s.is_call else 'P'} (contracts)".strip()
        rows.append([name, s.by_convention, s.held, s.held - s.by_convention, s.to_turn, s.source])
    return rows


@worksheet("Chain", EXAMPLE_CHAIN)
def CHAIN_STATUS(contracts: Callable[[], Contracts]) -> str:
    """One sentence on the paste: how much of it is used, or what is wrong and how to mend it.

    Returns text, never an error.
    """
    try:
        return status(contracts())
    except GexError as error:
        return f"Cannot be used: {error}"


@worksheet("Chain", EXAMPLE_CHAIN)
def CHAIN_TABLE(contracts: Contracts) -> Table:
    """The chain as it was understood, one contract per row, with why a contract was left out.

    Returns table: root, expiry, right, strike, iv used, forward, years, open interest, gamma, GEX, status.
    """
    source = contracts.chain
    used = {name: np.full(len(source), np.nan) for name in ("iv", "forward", "years", "gamma", "gex")}
    at = contracts.index
    used["iv"][at] = contracts.stdev / np.sqrt(contracts.years)
    used["forward"][at], used["years"][at] = contracts.forward, contracts.years
    used["gamma"][at], used["gex"][at] = contracts.gamma, contributions(contracts)
    header = ["Root", "Expiry", "Right", "Strike", "IV", "Forward", "Years", "Open interest", "Gamma"]
    columns = [
        source.root.tolist(),
        source.expiry.astype(str).tolist(),
        np.where(source.is_call, "C", "P").tolist(),
        *map(_filled, (source.strike, used["iv"], used["forward"], used["years"], source.open_interest)),
        *map(_filled, (used["gamma"], used["gex"])),
        [contracts.reasons[i] or "used" for i in contracts.why.tolist()],
    ]
    return [[*header, f"GEX {unit(contracts)}", "Status"], *map(list, zip(*columns, strict=True))]


def _filled(column: npt.NDArray[np.float64]) -> list[float | None]:
    return [None if v != v else v for v in column.tolist()]


def _quality(found: Check) -> Table:
    """One line each for quotes, arbitrage and the feed's gamma; functions of their own show more."""
    contracts, open_interest = found.impossible
    bad = ", ".join(f"{q.name.lower()} {q.contracts:,}" for q in found.quotes if q.contracts)
    compared = any(test.compared for test in found.arbitrage)
    counts = ", ".join(f"{test.kind} {test.executable:,}" for test in found.arbitrage)
    rows: Table = [
        ["Quotes crossed or impossible", contracts, open_interest, f"QUOTE_CHECK: {bad or 'nothing to see'}"],
        ["Arbitrage at bid and ask", sum(test.executable for test in found.arbitrage), None,
         f"ARBITRAGE_CHECK: {counts if compared else 'no quotes in the paste'}"],
    ]  # fmt: skip
    if found.vendor_gamma:
        every, *each = found.vendor_gamma
        widest = max(each, key=lambda one: abs(one.difference or 0.0))
        said = f"VENDOR_GAMMA: gross exposure, {every.contracts:,} contracts; widest {widest.expiry:%Y-%m-%d}"
        rows.append(["Model gamma over feed gamma", every.difference, None, f"{said}, {widest.difference or 0.0:+.1%}"])
    return rows


@worksheet("Chain", EXAMPLE_CHAIN)
def CHAIN_CHECK(contracts: Contracts) -> Table:
    """What to trust: contracts used and left out by reason, sources, carry by expiry, both totals, quotes, arbitrage,
    warnings.

    Returns table: item, value, open interest, note.
    """
    found = check(contracts)
    chosen, in_unit = contracts.settings, unit(contracts)
    (skew, skew_from), (short, medium) = skew_of(contracts), slopes(contracts)
    changed = {k: v for k, v in chosen.as_dict().items() if v != Settings().as_dict()[k]}
    rows: Table = [
        ["Item", "Value", "Open interest", "Note"],
        ["Contracts listed", found.rows, None, contracts.chain.layout],
        *[[f"Read: {what}", None, None, how] for what, how in contracts.chain.reading],
        ["Contracts used", found.used, found.open_interest_used, None],
        *[[f"Left out: {why}", count, oi, None] for why, (count, oi) in found.excluded.items()],
        ["Terms", None, None, found.terms],
        ["Spot", contracts.spot, None, contracts.spot_from],
        ["As of", in_words(contracts.as_of), None, contracts.as_of_from],
        [
            "Valued at",
            in_words(contracts.valued_at, contracts.chain.zone),
            None,
            clock_note(contracts),
        ],
        [f"Total from model gamma {in_unit}", found.model_total, None, f"iv_source = {chosen.iv_source}"],
        [
            f"Total from feed gamma {in_unit}",
            found.vendor_total,
            None,
            None if found.vendor_total else "not in the paste",
        ],
        ["25-delta skew (decimal iv)", None if skew is None else skew.value, None, skew_from],
        ["Short slope", short.value, None, short.source],
        ["Medium slope", medium.value, None, medium.source],
        ["Sign convention", str(chosen.sign), None, sign_words(chosen)],
        *_quality(found),
        ["Changed settings", ", ".join(f"{k} = {v}" for k, v in changed.items()) or "none", None, None],
        *[["Look at", None, None, text] for text in found.warnings],
        *[
            [
                f"Forward {entry.settlement:%Y-%m-%d %H:%M}",
                entry.forward,
                None,
                f"{entry.source}, {entry.carry:.2%} a year",
            ]
            for entry in found.carry
        ],
    ]
    return rows
