"""What the first screen says, row by row: HEADLINE's table. Dashboard, status line, cards and named cells read it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gex_xl.analytics import wording
from gex_xl.analytics.cards import (
    NONE,
    Line,
    change_rows,
    flow_rows,
    in_usd,
    levels,
    totals,
    trigger_rows,
    used_words,
    volatility_rows,
)
from gex_xl.analytics.change import Change
from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.exposure import gross_of, total
from gex_xl.analytics.regime import Trigger, regime
from gex_xl.analytics.summary import RegimeInputs, triggers_of
from gex_xl.analytics.verdict import Verdict, how_sure, verdict
from gex_xl.analytics.what_if import what_if
from gex_xl.clock import in_words
from gex_xl.settings import METHODS, Dialect, Settings, Sign, worded

NO_FILTER = "No filter: the whole chain"
_FILTERS = ("expiries", "strikes", "min_oi")
_DEFAULTS = Settings()
_CARDS = (
    "zero_gamma", "flip_strike", "call_wall", "put_wall", "expected_move", "rise", "fall", "today", "change", "iv_30d",
    "next_move", "short_slope", "med_slope", "skew_25d", "total_gex",
)  # fmt: skip


#: The rows in their order: key and label. Labels that depend on the chain replace these.
ROWS = {
    "symbol": "Underlying", "spot": "Spot", "as_of": "Quote time", "valued_at": "Valued at", "used": "Contracts",
    "filter": "Filter", "status": "Status", "state": "State", "unit": "Unit", "share": "Share of gross",
    "verdict": "Verdict", "other": "As others count", "sure": "HOW SURE, if the sign is right",
    "total_gex": "Total GEX", "call_gex": "Call GEX", "put_gex": "Put GEX", "gross_gex": "Gross GEX",
    "zero_gamma": "Zero gamma", "call_wall": "Call wall", "put_wall": "Put wall",
    "expected_move": "Expected move", "flip_strike": "Flip strike",
    "rise": "If spot rises 1 %, dealers", "fall": "If spot falls 1 %, dealers", "today": "Expiring today (0DTE)",
    "change": "Since the earlier chain", "iv_30d": "At-the-money iv, 30 days",
    "next_move": "Expected move after that", "iv_9d": "At-the-money iv, 9 days", "iv_90d": "At-the-money iv, 90 days",
    "short_slope": "9 over 30 days", "med_slope": "30 over 90 days", "skew_25d": "25-delta skew",
    "trigger_short_slope": "Volatility 9 over 30 days", "trigger_med_slope": "Volatility 30 over 90 days",
    "trigger_total_gex": "Total GEX", "trigger_spot_vs_flip": "Spot against the flip strike",
    "trigger_skew_25d_z": "25-delta skew, z-score", "regime": "Regime", "long_side": "Dealers long gamma",
    "outside": "Outside the ladder", "settings": "Settings", "earlier": "Earlier chain", "sign": "Sign convention",
}  # fmt: skip


def first_screen(
    contracts: Contracts,
    inputs: RegimeInputs | None = None,
    earlier: Change | str | None = None,
    *,
    chosen: bool = True,
    settled: bool = True,
) -> list[Line]:
    """All rows for a chain with figures. Raises NoValue where no contract is left.

    `inputs`: what the regime asks beyond the chain. `earlier`: the change from an earlier chain, or why there is none.
    `settled`: whether the sign convention is meant for this
    underlying, an index or a fund on one; where it is not, whether the reader has `chosen` a sign counts.
    """
    given = inputs or RegimeInputs()
    triggers = _triggers(contracts, given)
    rows = {
        **_chain_rows(contracts, chosen=chosen or settled),
        **_panels(contracts, given, triggers, chosen=chosen or settled),
        **totals(contracts),
        **levels(contracts),
        **flow_rows(contracts),
        **change_rows(contracts, earlier),
        **volatility_rows(contracts),
        **trigger_rows(contracts, triggers),
    }
    return _in_order(rows)


def _in_order(rows: dict[str, Line]) -> list[Line]:
    return [
        replace(line, label=line.label or label) if (line := rows.get(key)) else Line(key, label, words=NONE)
        for key, label in ROWS.items()
    ]


def without_figures(label: str, word: str, sentence: str, mend: tuple[str, str] = ("", ""), kind: str = "bad",
                    contracts: Contracts | None = None) -> list[Line]:  # fmt: skip
    """All rows where there is nothing to count: what is the matter, and how it is mended.

    `contracts`: where the paste could be read, so that symbol, time and what was left out stand there.
    """
    rows = _chain_rows(contracts, chosen=True) if contracts else {"symbol": Line("symbol", words="No chain")}
    rows |= {
        "verdict": Line("verdict", label, None, None, word, sentence, kind),
        "other": Line("other", "HOW TO MEND IT" if mend[0] else "", None, None, *mend, kind if mend[0] else "none"),
        "sure": Line("sure", "", None, None, "", "", "none"),
        "state": Line("state", value="none", words=word, note=sentence, kind=kind),
    }
    said = f"{word}: {sentence}" if kind == "none" else f"The chain cannot be used: {sentence}"
    if contracts:
        said = f"{word}: {sentence}   |   {rows['status'].words}"
    rows["status"] = Line("status", words=said, kind=kind)
    for key in _CARDS:
        rows[key] = Line(key, value="#N/A", shown=NONE, words=NONE, note="no figures")
    return _in_order(rows)


def _triggers(contracts: Contracts, given: RegimeInputs) -> list[Trigger]:
    return triggers_of(contracts, given.vix9d, given.vix, given.vix3m, given.skew_25d_z, given.past)


def filter_words(contracts: Contracts) -> tuple[str, str]:
    """Filters and overrides in force and how much of gross they leave out, and the kind: none or stress."""
    chosen, parts = contracts.settings, []
    if contracts.spot_from == "given" and contracts.chain.spot is not None:
        parts.append(f"OVERRIDE: spot {contracts.spot:,.2f}, the paste says {contracts.chain.spot:,.2f}.")
    own = contracts.chain.as_of
    if contracts.as_of_from == "given" and own is not None and own != contracts.as_of:
        zone = contracts.chain.zone
        parts.append(f"OVERRIDE: quote time {in_words(contracts.as_of, zone)}, the paste says {in_words(own, zone)}.")
    active = [key for key in _FILTERS if getattr(chosen, key) != getattr(_DEFAULTS, key)]
    if active:
        names = {"expiries": "", "strikes": "strikes ", "min_oi": "open interest from "}
        said = ", ".join(f"{names[key]}{_plain(key, getattr(chosen, key))}" for key in active)
        whole = prepare(
            contracts.chain, contracts.spot, contracts.as_of,
            replace(chosen, **{key: getattr(_DEFAULTS, key) for key in _FILTERS}),
        )  # fmt: skip
        gross = gross_of(whole)
        out = 1 - gross_of(contracts) / gross if gross else 0.0
        parts.append(f"FILTER ON: {said}. {wording.percent(out, 0)} of gross is left out.")
    return (" ".join(parts), "stress") if parts else (NO_FILTER, "none")


def _plain(key: str, value: Any) -> str:
    words = worded(key, value)
    return words[:1].lower() + words[1:] if isinstance(value, str) else f"{value:g}"


def _chain_rows(contracts: Contracts, *, chosen: bool) -> dict[str, Line]:
    chain, zone, settings = contracts.chain, contracts.chain.zone, contracts.settings
    symbol = chain.symbol or "Chain"
    when = wording.moment(contracts.as_of, zone)
    if abs((contracts.valued_at - contracts.as_of).total_seconds()) >= 60:
        valued = contracts.valued_at.astimezone(zone)
        same_day = valued.date() == contracts.as_of.astimezone(zone).date()
        when = (
            f"{when.rpartition(' ' + wording.place(zone))[0]}, valued at {valued:{'%H:%M' if same_day else '%a %H:%M'}}"
        )
    used, (filtered, kind) = used_words(contracts), filter_words(contracts)
    if not chosen and kind == "none":
        filtered, kind = f"CHOOSE A SIGN: convention not settled for {symbol}", "stress"
    unit = settings.unit.label
    words = worded("sign", settings.sign)
    sign = words[:1].lower() + words[1:]
    quiet = "no filter" if filtered == NO_FILTER else filtered.partition(": convention")[0]
    if settings.dialect is not Dialect.NONE:
        sign = f"{METHODS[settings.dialect].who}: {sign}"
    status = "   |   ".join([f"{symbol} {contracts.spot:,.2f}", when, used[:1].lower() + used[1:], sign, unit, quiet])
    changed = [key for key, value in settings.as_dict().items() if value != _DEFAULTS.as_dict()[key] and key != "unit"]
    defaults = "its default" if len(changed) == 1 else "their defaults"
    return {
        "symbol": Line("symbol", value=chain.symbol, words=symbol),
        "spot": Line("spot", value=contracts.spot, shown=contracts.spot, note=contracts.spot_from),
        "as_of": Line("as_of", value=in_words(contracts.as_of), words=when, note=contracts.as_of_from),
        "valued_at": Line(
            "valued_at", value=in_words(contracts.valued_at), words=wording.moment(contracts.valued_at, zone)
        ),
        "used": Line("used", value=len(contracts.index), shown=len(contracts.index), words=used),
        "filter": Line("filter", words=filtered, kind=kind),
        "status": Line("status", words=status, kind=kind),
        "state": Line("state", value="figures", words="figures"),
        "unit": Line("unit", value=str(settings.unit), shown=wording.short_unit(settings.unit), words=unit),
        "sign": Line("sign", value=str(settings.sign), words=words, note=wording.sides(settings.sign)),
        "settings": Line(
            "settings", value=len(changed),
            words=f"{wording.plural(len(changed), 'setting')} changed from {defaults}",
            note=", ".join(changed),
        ),
    }  # fmt: skip


def _panels(contracts: Contracts, given: RegimeInputs, triggers: list[Trigger], *, chosen: bool) -> dict[str, Line]:
    settings = contracts.settings
    other = Sign.CUSTOMER_FLOW if settings.sign is Sign.LONG_CALLS else Sign.LONG_CALLS
    opposite = prepare(contracts.chain, contracts.spot, contracts.as_of, replace(settings, sign=other))
    names = {Sign.LONG_CALLS: "AS MOST PUBLIC TOOLS COUNT", Sign.CUSTOMER_FLOW: "AS CUSTOMER FLOW"}
    state = "chosen" if settings.sign is not _DEFAULTS.sign else "default" if chosen else "not chosen yet"
    own = f"{wording.sign_name(settings.sign).upper()} ({state})"

    def panel(key: str, label: str, of: Contracts, found: list[Trigger]) -> Line:
        said, net = verdict(of, found), total(of).net
        return Line(key, f"{label}: {wording.sides(of.settings.sign)}", in_usd(of, net), net, said.word, said.sentence,
                    said.kind)  # fmt: skip

    sure: Verdict = how_sure(contracts, what_if(contracts, given))
    gross = gross_of(contracts)
    share = abs(total(contracts).net) / gross if gross else 0.0
    return {
        "verdict": panel("verdict", own, contracts, triggers),
        "other": panel("other", names[other], opposite, _triggers(opposite, given)),
        "sure": Line("sure", words=sure.word, note=sure.sentence, kind=sure.kind),
        "share": Line("share", value=share, shown=share, words=f"{wording.percent(share, 0)} of gross"),
        "regime": Line(
            "regime", value=str(regime(triggers)) if gross else "#N/A", words=verdict(contracts, triggers).word
        ),
    }
