"""The headline figures of a chain file: as one JSON object, and as a picture for a terminal."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from typing import Any

import numpy as np

from gex_xl.analytics.check import check
from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.exposure import StrikeExposure, require_any
from gex_xl.analytics.headline import headline as headline_figures
from gex_xl.analytics.profile import ONE_SIGNED
from gex_xl.analytics.summary import summarise
from gex_xl.analytics.terms import by_model
from gex_xl.analytics.what_if import what_if
from gex_xl.settings import Dialect, Sign

_WORST = 10  # violations of each kind in the JSON
_MEANING = {
    "long_gamma": "dealers are long gamma: they sell strength and buy weakness, moves are damped",
    "short_gamma": "dealers are short gamma or close to it: they buy strength and sell weakness, moves are amplified",
    "vol_inverted": "the volatility term structure is inverted: stress comes first, whatever gamma says",
}


#: The headline figures of the JSON object, and those whose notes stand beside them.
_JSON = (
    "symbol", "spot", "as_of", "valued_at", "contracts", "unit", "total_gex", "call_gex", "put_gex", "net_share",
    "tilt", "volume_share", "flip_strike", "long_side", "zero_gamma", "regime", "skew_25d", "short_slope", "med_slope",
    "call_wall", "put_wall",
    "absolute_strike", "put_call_oi", "put_call_volume",
)  # fmt: skip
#: What the other sign convention says, in an object of its own.
_OTHER = ("sign", "total_gex", "zero_gamma", "regime")
_NOTES = {
    "flip_strike": "flip_reason", "skew_25d": "skew_25d_from", "short_slope": "short_slope_from",
    "med_slope": "med_slope_from",
}  # fmt: skip


def as_json(contracts: Contracts) -> dict[str, Any]:
    """One object with every headline figure, per-strike table and check; None where there is no figure."""
    s, trust = summarise(contracts).strikes, check(contracts)
    return {
        **_figures(contracts),
        "settings": contracts.settings.as_dict(),
        "per_strike": [
            {"strike": k, "call_gex": c, "put_gex": p, "net_gex": n, "cumulative_gex": x}
            for k, c, p, n, x in zip(*(a.tolist() for a in (s.strike, s.call, s.put, s.net, s.cumulative)), strict=True)
        ],
        "check": {
            "rows": trust.rows,
            "used": trust.used,
            "terms": trust.terms,
            "excluded": {
                reason: {"contracts": count, "open_interest": lost} for reason, (count, lost) in trust.excluded.items()
            },
            "spot_from": contracts.spot_from,
            "as_of_from": contracts.as_of_from,
            "model_total_gex": trust.model_total,
            "vendor_total_gex": trust.vendor_total,
            "quotes": [_plain(one) for one in trust.quotes],
            "arbitrage": [
                {
                    "kind": str(test.kind),
                    "compared": test.compared,
                    "executable": test.executable,
                    "within_spread": test.within_spread,
                    "worst": [_plain(one) for one in test.violations[:_WORST]],
                    "reason": test.reason or None,
                }
                for test in trust.arbitrage
            ],
            "vendor_gamma": [_plain(one) for one in trust.vendor_gamma],
            "what_if": [_plain(one) for one in what_if(contracts)],
            "warnings": trust.warnings,
        },
    }


def _figures(contracts: Contracts) -> dict[str, Any]:
    """Exposure in the unit of the settings, which `unit` names; skew and iv decimal."""
    out: dict[str, Any] = {}
    for key, figure in headline_figures(contracts, keys=_JSON).items():
        out[key] = figure.in_unit
        if key in _NOTES:
            out[_NOTES[key]] = figure.note
    if out["long_side"] is not None:
        out["flip_reason"] = None
    other = headline_figures(contracts, keys=(f"other_{key}" for key in _OTHER))
    out["other_sign"] = {key: other[f"other_{key}"].in_unit for key in _OTHER}
    return out


def _plain(record: Any) -> dict[str, Any]:
    """A record of the analytics as JSON has it: dates as text."""
    found = dataclasses.asdict(record)
    for key, value in found.items():
        if isinstance(value, dict):
            found[key] = {k: v.isoformat() if isinstance(v, dt.date) else v for k, v in value.items()}
        elif isinstance(value, dt.date):
            found[key] = value.isoformat()
    return found


def quality(contracts: Contracts) -> list[tuple[str, str]]:
    """Label and text of bad quotes, arbitrage and the feed's gamma."""
    trust = check(contracts)
    bad = ", ".join(
        f"{q.name.lower()} {q.contracts:,} ({q.gross_share:.1%} of gross)" for q in trust.quotes if q.contracts
    )
    rows = [("Quotes", bad or "no bad ones, or none in the paste")]
    for test in trust.arbitrage:
        said = test.reason
        if test.compared:
            said = f"{test.executable:,} executable at bid and ask"
            if test.within_spread is not None:
                said += f", {test.within_spread:,} more at mids within the spread"
            said += f", of {test.compared:,} compared"
        rows.append((test.kind.capitalize(), said))
        for one in test.violations[:1]:
            right = "call" if one.is_call else "put"
            rows.append(("", f"worst {one.amount:,.2f} USD: {one.expiry} {_strike(one.strike)} {right}: {one.trade}"))
    if trust.vendor_gamma:
        every = trust.vendor_gamma[0]
        gross = f"{amount(every.vendor_gross)}, the model's {amount(every.model_gross)}"
        rows.append(
            ("Feed gamma", f"gross {gross}; net {amount(every.vendor_net)}, the model's {amount(every.model_net)}")
        )
    return rows


def other_choices(contracts: Contracts) -> list[str]:
    """What every other choice of a setting would give, one line each; those that move nothing are counted."""
    base, *others = what_if(contracts)
    as_it_is = (base.total, base.flip, base.regime)
    computed = [one for one in others if one.total is not None]
    moved = [one for one in computed if (one.total, one.flip, one.regime) != as_it_is]
    out = []
    for one in moved:
        name = f"{one.setting} = {one.value:g}" if isinstance(one.value, float) else f"{one.setting} = {one.value}"
        flip = "none" if one.flip is None else _strike(one.flip)
        change = f"{amount(one.total or 0.0):>12} {one.gross_share or 0.0:>+8.1%} of gross"
        out.append(f"{name:<24} {change}  flip {flip:>9}  {one.regime or 'no regime'}")
    out.append(f"{len(computed) - len(moved)} others move neither total, flip nor regime")
    return [*out, *(f"{one.setting} = {one.value}: {one.note}" for one in others if one.total is None)]


def amount(value: float) -> str:
    """A figure short enough to read: 11.17 bn, -382.1 mn, 5,312."""
    for size, word in ((1e9, " bn"), (1e6, " mn")):
        if abs(value) >= size:
            return f"{value / size:,.2f}{word}"
    return f"{value:#,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"


def headline(contracts: Contracts) -> list[tuple[str, str]]:
    """Label and text of every headline figure."""
    trust = check(contracts)
    require_any(contracts)
    figures = headline_figures(contracts)
    value = {key: figure.in_unit for key, figure in figures.items()}
    note = {key: figure.note for key, figure in figures.items()}
    flip = f"none: {note['flip_strike']}"
    if value["long_side"] is not None:
        flip = f"{value['flip_strike']:,.2f}, {note['flip_strike']}"
    one_signed = note["zero_gamma"].replace(ONE_SIGNED, "the profile keeps one sign")
    rows = [
        ("Chain", f"{figures['symbol'].shown}, {trust.used:,} of {trust.rows:,} contracts used"),
        ("Terms", trust.terms),
        ("Spot", f"{value['spot']:,.2f} ({note['spot']})"),
        ("As of", f"{figures['as_of'].shown} ({note['as_of']}), valued at {figures['valued_at'].shown}"),
        (
            "Total GEX",
            f"{amount(value['total_gex'])} {value['unit']} (calls {amount(value['call_gex'])}, "
            f"puts {amount(value['put_gex'])}){_of_gross(value)}",
        ),
        (
            "Other sign",
            f"{value['other_sign']}: {amount(value['other_total_gex'])}, zero gamma "
            f"{_or_none(value['other_zero_gamma'], '{:,.2f}', '')}, {value['other_regime'] or 'no regime'}",
        ),
        ("Hedging 1 %", _or_none(value["volume_share"], "{:+.1%} {}", note["volume_share"])),
        ("Flip strike", flip),
        ("Zero gamma", _or_none(value["zero_gamma"], f"{{:,.2f}}{by_model(contracts)}", one_signed)),
        (
            "Walls",
            f"call {_strike(value['call_wall'])}, put {_strike(value['put_wall'])}, "
            f"absolute {_strike(value['absolute_strike'])}",
        ),
        (
            "Puts / calls",
            f"open interest {_or_none(value['put_call_oi'], '{:.2f}', note['put_call_oi'])}, "
            f"volume {_or_none(value['put_call_volume'], '{:.2f}', note['put_call_volume'])}",
        ),
        ("Regime", f"{value['regime']}: {_MEANING[value['regime']]}" if value["regime"] else f"none: {note['regime']}"),
        ("Skew", _or_none(figures["skew_25d"].shown, "{:.2f} vol points at 25 delta ({})", note["skew_25d"])),
        ("Short slope", _or_none(value["short_slope"], "{:.3f} ({})", note["short_slope"])),
        ("Med. slope", _or_none(value["med_slope"], "{:.3f} ({})", note["med_slope"])),
        ("Sign", f"{figures['sign'].shown} (change with --set {_change(contracts)})"),
    ]
    rows += [
        ("Left out", f"{n:,} contracts, open interest {oi:,.0f}: {why}") for why, (n, oi) in trust.excluded.items()
    ]
    rows += [("Look at", text) for text in trust.warnings]
    return rows


def _change(contracts: Contracts) -> str:
    """What gives another sign."""
    if contracts.settings.dialect is not Dialect.NONE:
        return "dialect=none"
    return "sign=customer_flow" if contracts.settings.sign is Sign.LONG_CALLS else "sign=long_calls"


def _of_gross(value: dict[str, Any]) -> str:
    """The total as a share of gross, and calls over calls and puts; "" where nothing is held."""
    if value["net_share"] is None or value["tilt"] is None:
        return ""
    return f", {value['net_share']:+.1%} of gross, tilt {value['tilt']:.2f}"


def _or_none(value: Any, form: str, note: str) -> str:
    """A figure in its form, with where it comes from; "none" and the reason where there is none."""
    return f"none: {note}".removesuffix(": ") if value is None else form.format(value, note)


def _strike(value: float | None) -> str:
    return "none" if value is None else f"{value:,.2f}".removesuffix(".00")


def picture(strikes: StrikeExposure, spot: float, *, rows: int = 24, width: int = 30, block: str = "█") -> list[str]:
    """Net GEX per strike around spot as bars, negative to the left; highest strike first.

    Neighbouring strikes are added up where there are more than `rows` within 8 % of spot.
    """
    near = np.flatnonzero(np.abs(strikes.strike / spot - 1) <= 0.08)
    if near.size < 5:
        near = np.argsort(np.abs(strikes.strike - spot))[:rows]
        near.sort()
    groups = np.array_split(near, min(rows, near.size))
    sums = [math.fsum(strikes.net[group].tolist()) for group in groups]
    largest = max(map(abs, sums), default=0.0) or 1.0
    closest = min(range(len(groups)), key=lambda g: float(np.abs(strikes.strike[groups[g]] - spot).min()))
    out = []
    for g in reversed(range(len(groups))):
        first, last = strikes.strike[groups[g][0]], strikes.strike[groups[g][-1]]
        name = _strike(float(first)) if first == last else f"{_strike(float(first))}-{_strike(float(last))}"
        bar = block * round(abs(sums[g]) / largest * width)
        left, right = (bar, "") if sums[g] < 0 else ("", bar)
        mark = " < spot" if g == closest else ""
        out.append(f"{name:>17} {left:>{width}}|{right:<{width}} {amount(sums[g]):>11}{mark}")
    return out
