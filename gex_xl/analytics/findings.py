"""What to mistrust, finding by finding, worst first: stop, look, ok."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gex_xl.analytics import wording
from gex_xl.analytics.check import Check, check
from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.exposure import gross_of, total
from gex_xl.settings import Settings, Sign, worded

STOP, LOOK, OK = "stop", "look", "ok"
_ORDER = {STOP: 0, LOOK: 1, OK: 2}
#: What a warning of the check says where figures should not be used before it is settled.
_STOPS = ("differ in sign", "is it right?", "unit of iv")
_SOURCES = {
    "feed": "the feed's own", "quotes": "quotes that agree by put-call parity", "deltas": "the feed's deltas",
    "parity": "put-call parity on the quotes there are", "neighbours": "the carry of neighbouring expiries",
    "rates": "rate and yield", "spot": "spot itself",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """`figure` is a number or words; `share` of gross GEX rests on it, None where that says nothing."""

    state: str
    about: str
    finding: str
    figure: float | str
    share: float | None
    words: str

    @property
    def sentence(self) -> str:
        """The finding in one line."""
        # What the paste's own notes say stands for itself.
        first, rest = self.finding[:1], self.finding[1:]
        said = first.upper() + rest if self.about == "Look at" else f"{self.about}, {first.lower()}{rest}"
        if self.figure == "":
            return said
        figure = f"{self.figure:,.10g}" if isinstance(self.figure, (int, float)) else self.figure
        share = "" if self.share in (None, 0.0, 1.0) else f", {wording.percent(self.share or 0.0)} of gross"
        return f"{said}: {figure}{share}"


def findings(contracts: Contracts) -> list[Finding]:
    """All findings, worst first, in the order of the subjects within a state. Raises NoValue for an empty chain."""
    found = check(contracts)
    out = [
        *_contracts(contracts, found),
        *_sources(contracts),
        *_assumptions(contracts, found),
        *_gamma(contracts, found),
        *_forwards(found),
        *_quotes(found),
        *(Finding(_state(text), "Look at", _first(text), "", None, _rest(text)) for text in found.warnings),
        _settings(contracts),
    ]
    return sorted(out, key=lambda one: _ORDER[one.state])


def _state(warning: str) -> str:
    return STOP if any(word in warning for word in _STOPS) else LOOK


def _first(text: str) -> str:
    return text.partition("; ")[0]


def _rest(text: str) -> str:
    return text.partition("; ")[2]


def _contracts(contracts: Contracts, found: Check) -> list[Finding]:
    used = Finding(
        OK, "Contracts", "Used, of all in the paste", f"{found.used:,} of {found.rows:,}", 1.0,
        f"Open interest {found.open_interest_used:,.0f}; {contracts.chain.layout}",
    )  # fmt: skip
    calls = int(contracts.is_call.sum())
    half = [] if 0 < calls < len(contracts.is_call) else [
        Finding(STOP, "Contracts", "One right is missing", "no puts" if calls else "no calls", None,
                "Paste both: without them a verdict means little")
    ]  # fmt: skip
    left = [
        Finding(LOOK if why != "expired" else OK, "Left out", why[:1].upper() + why[1:], count, None,
                f"Open interest {interest:,.0f}")
        for why, (count, interest) in found.excluded.items()
    ]  # fmt: skip
    return [used, *half, *(left or [Finding(OK, "Left out", "Nothing", 0, 0.0, "Every contract of the paste counts")])]


def _sources(contracts: Contracts) -> list[Finding]:
    chain = contracts.chain
    when = wording.moment(contracts.as_of, chain.zone)
    valued = wording.moment(contracts.valued_at, chain.zone)
    return [
        Finding(OK, "Spot", "Price of the underlying", contracts.spot, None, contracts.spot_from),
        Finding(OK, "Time", "Quote time", when, None, contracts.as_of_from),
        Finding(
            OK, "Time", "Valued at", valued, None, "The last instant at or before the quote when the market was open"
        ),
    ]


def _assumptions(contracts: Contracts, found: Check) -> list[Finding]:
    settings, net = contracts.settings, total(contracts).net
    other = Sign.CUSTOMER_FLOW if settings.sign is Sign.LONG_CALLS else Sign.LONG_CALLS
    opposite = total(prepare(contracts.chain, contracts.spot, contracts.as_of, replace(settings, sign=other))).net
    both = f"{wording.signed(net)} / {wording.signed(opposite)}"
    said = f"{worded('sign', settings.sign)}, or {worded('sign', other)}"
    known, _, assumed = found.terms.partition(" (assumed: ")
    what = Finding(
        LOOK if assumed else OK, "Terms", "What one contract is", known, None,
        f"Assumed: {assumed[:-1]}" if assumed else "From the table of products, or the paste",
    )  # fmt: skip
    return [Finding(LOOK, "Sign", "An assumption that nothing in the paste decides", both, 1.0, said), what]


def _gamma(contracts: Contracts, found: Check) -> list[Finding]:
    if found.vendor_total is None or found.model_total is None:
        return [
            Finding(OK, "Gamma", "The feed's own gamma", "not in the paste", None, "Nothing to compare the model with")
        ]
    gross = gross_of(contracts)
    apart = abs(found.vendor_total - found.model_total) / gross if gross else 0.0
    opposed = found.vendor_total * found.model_total < 0
    out = [
        Finding(STOP if opposed else OK, "Gamma", "Total with the feed's own gamma", wording.signed(found.vendor_total),
                apart, "The signs differ: look at both" if opposed else "Share: how far it is from the model's total")
    ]  # fmt: skip
    if found.vendor_gamma:
        every, *each = found.vendor_gamma
        widest = max(each, key=lambda one: abs(one.difference or 0.0))
        day = "" if widest.expiry is None else wording.full_day(widest.expiry)
        out.append(
            Finding(OK, "Gamma", "Gross, model over feed", wording.percent(every.difference or 0.0), None,
                    f"{every.rounded:,} contracts round to 0 in the feed; widest {day}, "
                    f"{wording.percent(widest.difference or 0.0)}")
        )  # fmt: skip
    return out


def _forwards(found: Check) -> list[Finding]:
    if not found.carry:
        return []
    names = [entry.source for entry in found.carry]
    out = []
    for source in dict.fromkeys(names):
        count = names.count(source)
        carries = [entry.carry for entry in found.carry if entry.source == source]
        said = f"Carry {wording.percent(min(carries), 2)} to {wording.percent(max(carries), 2)} a year"
        state = LOOK if source == "spot" else OK
        out.append(
            Finding(
                state,
                "Forward",
                f"From {_SOURCES.get(source, source)}",
                f"{count} of {len(names)} expiries",
                None,
                said,
            )
        )
    return out


def _quotes(found: Check) -> list[Finding]:
    out = []
    for one in found.quotes:
        if one.contracts is None:
            continue
        state = OK if not one.contracts else LOOK
        words = one.meaning if not one.largest else f"{one.meaning}; largest {one.largest}"
        out.append(Finding(state, "Quotes", one.name, one.contracts, one.gross_share, words))
    known = [one for one in found.quotes if one.contracts is not None]
    if not known:
        out.append(Finding(OK, "Quotes", "Bid and ask", "not in the paste", None, "Nothing can be said of quotes"))
    compared = [test for test in found.arbitrage if test.compared]
    if compared:
        executable = sum(test.executable for test in compared)
        within = sum(test.within_spread or 0 for test in compared)
        kinds = ", ".join(f"{test.kind} {test.executable:,}" for test in compared if test.executable)
        said = f"{within:,} more at mids within the spread: not executable" + (f"; {kinds}" if kinds else "")
        out.append(
            Finding(LOOK if executable else OK, "Arbitrage", "Executable at bid and ask", executable, None, said)
        )
    return out


def _settings(contracts: Contracts) -> Finding:
    defaults = Settings().as_dict()
    changed = [
        f"{key} = {value}" for key, value in contracts.settings.as_dict().items()
        if value != defaults[key] and key != "unit"
    ]  # fmt: skip
    return Finding(OK, "Settings", "Changed from their defaults", len(changed), None, ", ".join(changed) or "none")


@dataclass(frozen=True, slots=True)
class ExpiryFinding:
    """One settlement: forward and its source, contracts compared, model over feed gross less 1, both nets."""

    expiry: str
    forward: float
    source: str
    contracts: int | None
    difference: float | None
    model_net: float | None
    feed_net: float | None


def expiry_findings(contracts: Contracts) -> list[ExpiryFinding]:
    """Every settlement with a used contract, earliest first. Raises NoValue for an empty chain."""
    found = check(contracts)
    compared = {(one.expiry, one.am_settled): one for one in found.vendor_gamma if one.expiry is not None}
    days = [(entry.expiry, entry.settlement.hour < 12) for entry in found.carry]
    names = wording.settlements(days)
    out = []
    for name, key, entry in zip(names, days, found.carry, strict=True):
        source = f"{_SOURCES.get(entry.source, entry.source)}, {wording.percent(entry.carry, 2)} a year"
        one = compared.get(key) or compared.get((key[0], not key[1]))
        label = f"{name} {entry.expiry:%y}"
        if one is None:
            out.append(ExpiryFinding(label, entry.forward, source, None, None, None, None))
        else:
            out.append(
                ExpiryFinding(
                    label, entry.forward, source, one.contracts, one.difference, one.model_net, one.vendor_net
                )
            )
    return out
