"""Worksheet functions on how far a chain and its total can be trusted."""

from __future__ import annotations

from typing import Annotated, Any

from gex_xl.analytics.arbitrage import ArbitrageTest, Kind, Violation, arbitrage
from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.dialects import STEPS, Spoken, dialects
from gex_xl.analytics.quote_quality import STALE_DAYS, quote_counts
from gex_xl.analytics.summary import RegimeInputs
from gex_xl.analytics.terms import in_currency
from gex_xl.analytics.vendor_gamma import GammaComparison, vendor_gammas
from gex_xl.analytics.what_if import what_if
from gex_xl.functions import arguments
from gex_xl.functions.arguments import Table
from gex_xl.functions.common import EXAMPLE_CHAIN, settles, unit
from gex_xl.functions.registry import worksheet
from gex_xl.settings import METHODS, Dialect, Unit, Zero

#: Made-up quotes: strike, iv, gamma, call's bid and ask, put's bid and ask. The 4900 put of the first expiry is quoted
#: too high, the 5100 call of the second crossed.
_QUOTES = {
    "2025-03-07": (
        (4850, 0.1888, 0.0012, 153.6, 155.2, 2.6, 3.0),
        (4900, 0.1825, 0.0023, 108.3, 109.6, 10.4, 10.8),
        (4950, 0.1763, 0.0036, 68.4, 69.3, 16.9, 17.4),
        (5000, 0.17, 0.0044, 36.8, 37.5, 35.1, 35.8),
        (5050, 0.1638, 0.0039, 15.9, 16.4, 64.0, 64.9),
        (5100, 0.1575, 0.0025, 5.0, 5.5, 102.9, 104.1),
    ),
    "2025-03-28": (
        (4850, 0.185, 0.0013, 194.8, 196.7, 35.5, 36.2),
        (4900, 0.18, 0.0015, 157.4, 159.1, 47.9, 48.6),
        (4950, 0.175, 0.0017, 123.5, 124.9, 63.6, 64.5),
        (5000, 0.17, 0.0018, 93.5, 94.7, 83.2, 84.3),
        (5050, 0.165, 0.0018, 67.8, 68.8, 107.2, 108.5),
        (5100, 0.16, 0.0018, 47.5, 46.8, 135.8, 137.3),
    ),
}
EXAMPLE_QUOTES: Table = [
    EXAMPLE_CHAIN[0],
    ["Root", "Expiry", "Type", "Strike", "IV", "Gamma", "Bid", "Ask", "Last trade", "Open interest"],
    *[
        ["SPXW", expiry, right, quote[0], quote[1], quote[2], quote[at], quote[at + 1], traded, interest]
        for expiry, quotes in _QUOTES.items()
        for right, at, traded, interest in (("C", 3, "2025-03-03 11:29", 1200), ("P", 5, "2025-02-21 15:40", 1900))
        for quote in quotes
    ],
]
_KINDS = {
    Kind.VERTICAL: "Vertical: calls fall, puts rise with the strike",
    Kind.BUTTERFLY: "Butterfly: prices are convex in the strike",
    Kind.CALENDAR: "Calendar: the later expiry is worth more",
    Kind.PARITY: "Parity: call less put fits the forward",
}
_DEFAULT_WORST = 3
_UNKNOWN = str(Zero.UNKNOWN)


@worksheet("Quality", EXAMPLE_QUOTES)
def QUOTE_CHECK(
    contracts: Contracts,
    stale_days: Annotated[
        float, "Calendar days since the last trade before it counts as stale; blank: 7", arguments.between(0, 36_500)
    ] = STALE_DAYS,
) -> Table:
    """Quotes that deserve no trust, by kind: missing, one-sided, crossed, locked, outside their bounds, not traded for
    long; with the share of gross gamma exposure that rests on them.

    Returns table: kind, contracts, open interest, share of gross GEX, the largest of them, what it means.
    """
    return [
        ["Quotes", "Contracts", "Open interest", "Share of gross GEX", "Largest", "Meaning"],
        *[
            [q.name, q.contracts, q.open_interest, q.gross_share, q.largest or None, q.meaning]
            for q in quote_counts(contracts, stale_days)
        ],
    ]


@worksheet("Quality", EXAMPLE_QUOTES)
def ARBITRAGE_CHECK(
    contracts: Contracts,
    count: Annotated[
        int, "How many of the worst of each kind, 1 to 100; blank: 3", arguments.whole(1, 100)
    ] = _DEFAULT_WORST,
) -> Table:
    """Arbitrage between the quotes: what can be executed at bid and ask, and what only mids violate, which the spread
    swallows; with the worst of each kind.

    Returns table: test, quotes compared, executable, within the spread, worst in USD per share, expiry, settles, right,
    strike, the trade.
    """
    rows: Table = [
        [
            "Test", "Quotes compared", "Executable", "Within the spread", "Worst (USD per share)", "Expiry", "Settles",
            "Right", "Strike", "Trade",
        ]
    ]  # fmt: skip
    for test in arbitrage(contracts):
        counts = [_KINDS[test.kind], *_counts(test)]
        worst = [_offender(one) for one in test.violations[:count]]
        rows.append([*counts, *(worst[0] if worst else [None, None, None, None, None, test.reason or "none"])])
        rows += [[None, None, None, None, *each] for each in worst[1:]]
    return rows


def _counts(test: ArbitrageTest) -> list[int | None]:
    """Blank where nothing could be compared."""
    return [test.compared, test.executable, test.within_spread] if test.compared else [None, None, None]


def _offender(one: Violation) -> list[Any]:
    right = "call" if one.is_call else "put"
    return [one.amount, f"{one.expiry:%Y-%m-%d}", settles(one.am_settled), right, one.strike, one.trade]


@worksheet("Quality", EXAMPLE_QUOTES)
def VENDOR_GAMMA(contracts: Contracts) -> Table:
    """The feed's gamma against the model's, by expiry: both gross and net exposures and the contract where they differ
    most; #N/A where the paste has no gamma.

    Returns table: expiry, settles, contracts compared, of them rounded to 0, feed and model gross, difference, feed and
    model net, worst contract with both gammas and its difference.
    """
    found, in_unit = vendor_gammas(contracts), unit(contracts)
    return [
        [
            "Expiry", "Settles", "Contracts", "Feed gamma is 0", f"Feed gross {in_unit}", f"Model gross {in_unit}",
            "Model over feed", f"Feed net {in_unit}", f"Model net {in_unit}", "Worst contract", "Its feed gamma",
            "Its model gamma", f"Model less feed {in_unit}",
        ],
        *[_gammas(one) for one in found],
    ]  # fmt: skip


def _gammas(one: GammaComparison) -> list[Any]:
    worst = one.worst
    name = f"{worst.strike:,g} {'call' if worst.is_call else 'put'}"
    return [
        "All" if one.expiry is None else f"{one.expiry:%Y-%m-%d}",
        None if one.expiry is None else settles(one.am_settled),
        one.contracts,
        one.rounded,
        one.vendor_gross,
        one.model_gross,
        "#N/A" if one.difference is None else one.difference,
        one.vendor_net,
        one.model_net,
        f"{worst.expiry:%Y-%m-%d} {name}" if one.expiry is None else name,
        worst.vendor,
        worst.model,
        worst.apart,
    ]


@worksheet("Quality", EXAMPLE_CHAIN)
def WHAT_IF(contracts: Contracts, inputs: RegimeInputs) -> Table:
    """How far total, flip and regime move with every other choice of sign, carry, clock, iv, gamma, weight and filters,
    one setting at a time; a choice that this chain does not allow says why.

    Returns table: setting, value, total, change, change as a share of gross GEX, flip strike, regime, contracts, note.
    """
    in_unit = unit(contracts)
    rows: Table = [
        [
            "Setting", "Value", f"Total GEX {in_unit}", f"Change {in_unit}", "Change over gross", "Flip strike (USD)",
            "Regime", "Contracts", "Note",
        ]
    ]  # fmt: skip
    for one in what_if(contracts, inputs):
        flip = "none" if one.flip is None and one.total is not None else one.flip
        word = None if one.regime is None else str(one.regime)
        name, value = (one.setting, one.value) if one.setting else ("as it is", None)
        rows.append([name, value, one.total, one.change, one.gross_share, flip, word, one.contracts, one.note or None])
    return rows


@worksheet("Quality", EXAMPLE_QUOTES)
def DIALECTS(contracts: Contracts) -> Table:
    """This chain by public methods as their authors document them: total, zero gamma, walls, and the way from our total
    to theirs, one choice after another. The word in column 2 is what the setting dialect takes.

    Returns table: method, setting, total, unit, zero gamma, walls, ours, what each choice adds, theirs, source.
    """
    found = dialects(contracts)

    def label(of: Unit | None) -> str:
        return in_currency(of.label, contracts) if of else _UNKNOWN

    in_unit = f"({label(found[0].unit)})"
    header = ["Method", "dialect", "Total", "Unit", "Zero gamma (USD)", "Call wall (USD)", "Put wall (USD)",
              f"Ours {in_unit}", *STEPS, f"Theirs {in_unit}", "Source"]  # fmt: skip
    return [header, *[_spoken(one, label(one.unit)) for one in found]]


def _spoken(one: Spoken, in_unit: str) -> list[Any]:
    method, own = METHODS[one.dialect], one.dialect is Dialect.NONE
    levels = (one.zero is not Zero.UNKNOWN, one.zero_gamma), (one.walls, one.call_wall), (one.walls, one.put_wall)
    return [
        method.who, str(one.dialect), one.note if one.total is None else one.total, in_unit,
        *("none" if known and level is None else level if known else _UNKNOWN for known, level in levels), one.ours,
        *(None if own or one.note else _UNKNOWN if step is None else step for step in one.steps.values()),
        one.theirs, method.source,
    ]  # fmt: skip
