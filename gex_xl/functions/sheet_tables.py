"""Worksheet functions for the sheets of the workbook: as many rows whatever the chain, filled up with blanks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from gex_xl.analytics import wording
from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.dealer_exposure import Kind
from gex_xl.analytics.expiries import expected_moves, max_pain, put_call
from gex_xl.analytics.findings import Finding, expiry_findings, findings
from gex_xl.analytics.strikes import strike_rows
from gex_xl.analytics.summary import RegimeInputs
from gex_xl.analytics.term_structure import atm_iv
from gex_xl.analytics.verdict import METHOD, WORDS
from gex_xl.analytics.what_if import Outcome, what_if
from gex_xl.errors import GexError, NoValue
from gex_xl.functions.arguments import Table, whole
from gex_xl.functions.chart_tables import filled, with_figures
from gex_xl.functions.common import EXAMPLE_CHAIN, EXAMPLE_SMILES, days, days_head
from gex_xl.functions.registry import worksheet
from gex_xl.settings import worded

_FILTERS = ("expiries", "strikes", "min_oi")
_CHOICES = {
    ("sign", "customer_flow"): "dealers short calls, long puts",
    ("sign", "long_calls"): "dealers long calls, short puts",
    ("sign", "short_all"): "dealers short calls and puts", ("gamma_source", "vendor"): "gamma as the feed prints it",
    ("gamma_source", "model"): "gamma from implied volatility", ("iv_source", "quoted"): "each line's own iv",
    ("iv_source", "otm"): "the out-of-the-money side's iv", ("iv_source", "blend"): "both rights' iv, by delta",
    ("carry", "implied"): "forward from quotes and deltas", ("carry", "deltas"): "forward from the feed's deltas",
    ("carry", "parity"): "forward from put-call parity", ("carry", "rates"): "forward from rate and yield",
    ("carry", "none"): "forward = spot", ("clock", "business252"): "business days over 252",
    ("clock", "business262"): "business days over 262",
    ("clock", "act365"): "elapsed time over 365 days", ("clock_from", "quote"): "from the quote time",
    ("clock_from", "last_open"): "from the last instant the market was open",
    ("weight", "volume"): "volume in place of open interest", ("weight", "open_interest"): "open interest",
    ("exercise", "european"): "European exercise", ("exercise", "american"): "American exercise",
}  # fmt: skip


@worksheet("Exposure", EXAMPLE_CHAIN, None, None, None, 9)
def STRIKE_TABLE(
    contracts: Callable[[], Contracts],
    rows: Annotated[int, "Strikes, 3 to 2001; blank: 121", whole(3, 2001)] = 121,
    kind: Annotated[Kind, "gamma, delta, speed, vanna, charm, vega or theta; blank: gamma"] = Kind.GAMMA,
) -> Table:
    """Exposure strike by strike, high to low, the strike nearest spot always in the middle row; marks name spot, zero
    gamma, the walls and the flip strike.

    Returns table: mark, strike, from spot, calls, puts, net, running total, call OI, put OI.
    """
    header = ["", "Strike", "From spot", "Calls", "Puts", "Net", "Running total", "Call OI", "Put OI"]
    used = with_figures(contracts)
    out: list[list[Any]] = []
    for row in [] if used is None else strike_rows(used, rows, kind):
        if row is None or used is None:
            out.append([""] * 9)
        else:
            out.append([row.mark, row.strike, row.strike / used.spot - 1, row.call, row.put, row.net, row.running,
                        row.call_oi, row.put_oi])  # fmt: skip
    return filled(header, out, rows, [""] * 9)


@worksheet("Levels", EXAMPLE_SMILES)
def EXPIRY_TABLE(
    contracts: Callable[[], Contracts],
    rows: Annotated[int, "Expiries, 1 to 500; blank: 40", whole(1, 500)] = 40,
) -> Table:
    """What each expiry says: forward, at-the-money iv, expected move (one standard deviation), max pain, open interest
    and puts over calls by open interest and by the day's volume.

    Returns table: expiry, days, forward, iv, move, from, to, max pain, from spot, call OI, put OI, puts / calls of OI,
    of volume.
    """
    used = with_figures(contracts)
    day = "Days" if used is None else days_head(used)
    header = ["Expiry", day, "Forward", "iv", "Expected move", "From", "To", "Max pain", "From spot", "Call OI",
              "Put OI", "Puts / calls", "By volume"]  # fmt: skip
    out: list[list[Any]] = []
    if used is not None:
        moves = {(one.expiry, one.am_settled): one for one in expected_moves(used)}
        forwards = {(one.expiry, one.am_settled): one.forward for one in atm_iv(used)}
        try:
            pains = {(one.expiry, one.am_settled): one for one in max_pain(used)}
        except NoValue:
            pains = {}
        keys = sorted(moves.keys() | pains.keys(), key=lambda key: (key[0], not key[1]))
        both = {day for day, am in keys if am} & {day for day, am in keys if not am}
        for key in keys:
            move, pain = moves.get(key), pains.get(key)
            years = move.years if move else pain.years if pain else 0.0
            am = " am" if key[1] and key[0] in both else ""
            row: list[Any] = [wording.full_day(key[0]) + am, days(used, years)]
            row.append(forwards.get(key, ""))
            if move is None or move.move is None:
                row += ["none", "none", "", ""]
            else:
                row += [move.atm_iv, move.move, used.spot - move.move, used.spot + move.move]
            if pain is None:
                row += ["none", "", "", "", ""]
            else:
                calls, puts = pain.call_open_interest, pain.put_open_interest
                level = ["none", ""] if pain.strike is None else [pain.strike, pain.strike / used.spot - 1]
                row += [*level, calls, puts, puts / calls if calls else ""]
            traded = put_call(used, *key).volume
            out.append([*row, "" if traded is None else traded])
    return filled(header, out, rows, [""] * 13)


@worksheet("Quality", EXAMPLE_CHAIN)
def CHECK_TABLE(
    contracts: Callable[[], Contracts],
    rows: Annotated[int, "Findings, 1 to 200; blank: 40", whole(1, 200)] = 40,
    brief: Annotated[bool, "TRUE gives state and one sentence"] = False,
) -> Table:
    """What to mistrust, worst first: stop, look, ok, each with its figure, the share of gross GEX that rests on it, and
    what it means.

    Returns table: state, about, finding, figure, share of gross, words.
    """
    header = ["State", "About", "Finding", "Figure", "Share", "What it means, what to do"]
    used = with_figures(contracts)
    if used is None:
        out = [_unusable(contracts)]
        return (
            filled(["State", "Finding"], [[out[0][0], out[0][2]]], rows, ["", ""])
            if brief
            else filled(header, out, rows, [""] * 6)
        )
    if brief:
        return filled(["State", "Finding"], _brief(findings(used)), rows, ["", ""])
    out = [
        [one.state, one.about, one.finding, one.figure, "" if one.share is None else one.share, one.words]
        for one in findings(used)
    ]
    return filled(header, out, rows, [""] * 6)


def _brief(every: list[Finding]) -> list[list[str]]:
    """State and sentence; of what is in order only what tells something of the figures."""
    quiet = ("Left out", "Spot", "Time", "Terms", "Settings")
    return [
        [one.state, one.sentence] for one in every if one.state != "ok" or (one.about not in quiet and one.figure != 0)
    ]


def _unusable(contracts: Callable[[], Contracts]) -> list[Any]:
    """Why there is nothing to check; a text in place of a handle says it elsewhere."""
    try:
        left = contracts().excluded
    except GexError:
        return ["stop", "Chain", "There are no figures", "", "", "See the sheet Chain for what was found in the paste"]
    said = ", ".join(f"{why} {count:,}" for why, (count, _) in left.items())
    return ["stop", "Chain", "No contract is left", 0, "", said]


@worksheet("Quality", EXAMPLE_CHAIN)
def CHECK_EXPIRIES(
    contracts: Callable[[], Contracts],
    rows: Annotated[int, "Expiries, 1 to 500; blank: 40", whole(1, 500)] = 40,
) -> Table:
    """The forward of each expiry and where it comes from, and the model's gamma against the feed's.

    Returns table: expiry, forward, source, contracts, model over feed, net by the model, net by the feed's gamma.
    """
    header = ["Expiry", "Forward", "Where it comes from", "Contracts", "Model / feed", "Net, model", "Net, feed"]
    used = with_figures(contracts)
    out = [
        [one.expiry, one.forward, one.source, *("" if x is None else x for x in
         (one.contracts, one.difference, one.model_net, one.feed_net))]
        for one in ([] if used is None else expiry_findings(used))
    ]  # fmt: skip
    return filled(header, out, rows, [""] * 7)


@worksheet("Quality", EXAMPLE_CHAIN)
def CHOICE_TABLE(
    contracts: Callable[[], Contracts],
    inputs: Callable[[], RegimeInputs],
    rows: Annotated[int, "Choices, 1 to 200; blank: 50", whole(1, 200)] = 50,
) -> Table:
    """WHAT_IF in words: the result with one setting changed at a time, by method, assumption and filter.

    Returns table: kind, setting, words, total, change, change over gross, contracts, flip strike, verdict.
    """
    header = ["Kind", "Setting", "In words", "Total GEX", "Change", "Of gross", "Contracts", "Flip strike", "Verdict"]
    used = with_figures(contracts)
    out: list[list[Any]] = []
    if used is not None:
        try:
            given: RegimeInputs | None = inputs()
        except GexError:
            given = None
        base, *others = what_if(used, given)
        now = ["Now", "as it is", "this workbook", base.total, "", "", base.contracts, base.flip or "none", _word(base)]
        known = [one for one in others if one.total is not None]
        kinds = {"Method": METHOD.__contains__, "Filter": _FILTERS.__contains__}
        groups: dict[str, list[Outcome]] = {"Method": [], "Assumption": [], "Filter": []}
        for one in known:
            groups[next((name for name, holds in kinds.items() if holds(one.setting)), "Assumption")].append(one)
        out = [now, *(row for name, some in groups.items() for row in _choices(name, some))]
    return filled(header, out, rows, [""] * 9)


def _choices(kind: str, some: list[Outcome]) -> list[list[Any]]:
    return [
        ["" if i else kind, f"{one.setting} = {_plain(one.value)}", _choice_words(one), one.total, one.change,
         one.gross_share, one.contracts, "none" if one.flip is None else one.flip, _word(one)]
        for i, one in enumerate(some)
    ]  # fmt: skip


def _choice_words(one: Outcome) -> str:
    known = _CHOICES.get((one.setting, str(one.value)))
    if known:
        return known
    words = worded(one.setting, one.value)
    return words if words != str(one.value) else f"{one.setting.replace('_', ' ')} {_plain(one.value)}"


def _plain(value: str | float) -> str:
    return f"{value:g}" if isinstance(value, float) else value


def _word(one: Outcome) -> str:
    return "none" if one.regime is None else WORDS[str(one.regime), (one.total or 0.0) > 0]
