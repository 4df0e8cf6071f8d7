"""The figures of the first screen's cards, each with the note that belongs to it: how far, from when, or why none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gex_xl.analytics import wording
from gex_xl.analytics.change import Change
from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.dealer_exposure import money
from gex_xl.analytics.expiries import ExpectedMove, by_bucket, expected_moves
from gex_xl.analytics.exposure import gross_of, total
from gex_xl.analytics.flows import hedge_flow
from gex_xl.analytics.profile import zero_gamma
from gex_xl.analytics.regime import Trigger
from gex_xl.analytics.strikes import buckets
from gex_xl.analytics.summary import no_flip_reason, skew_of, summarise
from gex_xl.analytics.term_structure import maturities
from gex_xl.settings import Unit

NONE = "none"


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table.

    `value`: a number in USD, or text, for formulas. `shown`: what stands large on a card, in the unit in force.
    `words` and `note`: a word, and why or how far. `kind`: long, short, mixed, stress, good, bad or none.
    """

    key: str
    label: str = ""
    value: float | str | None = None
    shown: float | str | None = None
    words: str = ""
    note: str = ""
    kind: str = "none"


def in_usd(contracts: Contracts, amount: float) -> float:
    """An exposure in the unit of the settings as USD per 1 %."""
    unit = contracts.settings.unit
    return amount * Unit.USD.per_share_gamma(contracts.spot) / unit.per_share_gamma(contracts.spot)


def used_words(contracts: Contracts) -> str:
    """All 4,518 contracts used, none left out; or how many were left out, and mainly why."""
    used, rows = len(contracts.index), contracts.chain.rows
    if not contracts.excluded:
        return f"All {used:,} contracts used, none left out"
    left = sum(count for count, _ in contracts.excluded.values())
    reason = max(contracts.excluded, key=lambda why: contracts.excluded[why][0])
    mainly = "mainly " if len(contracts.excluded) > 1 else ""
    return f"{used:,} of {rows:,} contracts used; {left:,} left out: {mainly}{reason}"


def totals(contracts: Contracts) -> dict[str, Line]:
    """Cards of the total and its parts by key, in the unit of the settings."""
    found, gross = total(contracts), gross_of(contracts)
    figures = {"total_gex": found.net, "call_gex": found.call, "put_gex": found.put, "gross_gex": gross}
    around = buckets(contracts)
    outside = sum(map(sum, around.outside))
    width = wording.strike(around.width)
    rows = {
        key: Line(key, value=in_usd(contracts, amount), shown=amount, kind="long" if amount > 0 else "short")
        for key, amount in figures.items()
    }
    said = f"left short, right long; outside {wording.signed(outside)}"
    return rows | {"outside": Line("outside", value=around.width, shown=outside, words=said, note=width)}


def levels(contracts: Contracts) -> dict[str, Line]:
    """Cards of spot, zero gamma, flip and walls by key, prices in the currency of spot, with what each means."""
    found, spot, zero = summarise(contracts), contracts.spot, zero_gamma(contracts)
    net = total(contracts).net

    def level(key: str, at: float | None, note: Callable[[float], str], why: str) -> Line:
        return Line(
            key,
            value="#N/A" if at is None else at,
            shown=NONE if at is None else at,
            note=why if at is None else note(at),
        )

    def away(at: float) -> str:
        return f"{wording.percent(abs(at / spot - 1))} {'above' if at > spot else 'below'} spot"

    def beside_zero(at: float) -> str:
        side = "long" if net > 0 else "short"
        return f"{away(at)}: {side} side"

    def beside_flip(at: float) -> str:
        above = spot > at
        side = "long" if found.flip and above == (str(found.flip.long_side) == "above") else "short"
        return f"spot is {'above' if above else 'below'}: {side} side"

    some = {key: any(contracts.is_call == side) for key, side in (("call_wall", True), ("put_wall", False))}
    none = {key: "none in the paste" if not there else "no exposure" for key, there in some.items()}
    flip = found.flip.strike if found.flip else None
    return {
        "zero_gamma": level("zero_gamma", zero, beside_zero, "total keeps one sign to ±50 %"),
        "call_wall": level("call_wall", found.call_wall, away, none["call_wall"]),
        "put_wall": level("put_wall", found.put_wall, away, none["put_wall"]),
        "flip_strike": level("flip_strike", flip, beside_flip, "running sum keeps one sign"),
        "long_side": Line(
            "long_side", value=str(found.flip.long_side) if found.flip else "",
            words=f"{found.flip.long_side} the flip strike" if found.flip else no_flip_reason(contracts),
        ),
    }  # fmt: skip


def flow_rows(contracts: Contracts) -> dict[str, Line]:
    """Cards of what dealers trade if spot moves 1 or 2 %, by key; buying is positive."""
    factor, _ = money(contracts.settings.unit)
    scale = wording.scale_word(contracts.settings.unit)
    flows = {flow.move: flow.usd for flow in hedge_flow(contracts, (-0.02, -0.01, 0.01, 0.02))}

    def row(key: str, move: float) -> Line:
        near, far = (wording.trade(flows[x] * factor, scale) for x in (move, 2 * move))
        return Line(key, value=flows[move], shown=near, note=f"at {200 * move:+.0f} %: {far.removesuffix(scale)}")

    buckets = by_bucket(contracts)
    today = buckets[0]
    moves = expected_moves(contracts)
    if today.contracts:
        note = f"of gross; net {wording.signed(today.net)}"
    else:
        note = f"next: {_weekday(moves[0])}" if moves else "nothing is alive"
    return {
        "rise": row("rise", 0.01),
        "fall": row("fall", -0.01),
        "today": Line("today", value=today.share, shown=today.share, note=note),
        **_moves(contracts, moves),
    }


def _weekday(move: ExpectedMove) -> str:
    return f"{move.expiry:%a} {wording.day(move.expiry)}"


def _moves(contracts: Contracts, moves: list[ExpectedMove]) -> dict[str, Line]:
    """The next two expected moves, of settlements on different days."""
    today = contracts.as_of.astimezone(contracts.chain.zone).date()
    out = {}
    known = [one for one in moves if one.move is not None]
    after = next((one for one in known[1:] if one.expiry != known[0].expiry), None)
    # With daily expiries the week's last one tells more than tomorrow's.
    week = [one for one in known[1:] if one.expiry.isocalendar()[:2] == known[0].expiry.isocalendar()[:2]]
    for key, one in (("expected_move", known[0] if known else None), ("next_move", week[-1] if week else after)):
        if one is None or one.move is None:
            out[key] = Line(key, shown=NONE, note="no strikes around the forward")
            continue
        name = "today" if one.expiry == today else f"to {_weekday(one)}"
        low, high = contracts.spot - one.move, contracts.spot + one.move
        out[key] = Line(key, f"Expected move {name}", one.move, one.move, name, f"{low:,.2f} to {high:,.2f}")
    return out


def change_rows(contracts: Contracts, earlier: Change | str | None) -> dict[str, Line]:
    """What moved since an earlier chain; a text says why there is none, None that none was pasted."""
    if earlier is None or isinstance(earlier, str):
        shown, note = (
            ("no earlier", "paste one on Earlier") if earlier is None else ("unusable", "see the sheet Earlier")
        )
        said = "no earlier chain" if earlier is None else f"the earlier chain cannot be used: {earlier}"
        kind = "none" if earlier is None else "bad"
        return {
            "change": Line("change", shown=shown, words=shown, note=note, kind=kind),
            "earlier": Line("earlier", words=said, kind=kind),
        }
    steps = {step.name: step.total.net for step in earlier.table()}
    then, now = steps["then"], steps["now"]
    chain, as_of = earlier.earlier.chain, earlier.earlier.as_of
    since, used = wording.short_moment(as_of, chain.zone), used_words(earlier.earlier)
    return {
        "change": Line(
            "change", f"Since {since}", in_usd(contracts, now - then), now - then, f"since {since}",
            f"was {wording.signed(then)}; spot {wording.signed(steps['spot'])}", "long" if now > then else "short",
        ),
        "earlier": Line(
            "earlier", value=as_of.isoformat(), note=since,
            words=f"earlier: {wording.moment(as_of, chain.zone)}, {used[:1].lower()}{used[1:]}",
        ),
    }  # fmt: skip


def volatility_rows(contracts: Contracts) -> dict[str, Line]:
    """Cards of at-the-money iv at 9, 30 and 90 days and of the 25-delta skew by key; decimals, 0.2 for 20 %."""
    found = maturities(contracts)
    skew, why = skew_of(contracts)
    points = f"25-delta skew {100 * skew.value:.1f} points" if skew else "no 25-delta skew"
    rows = {}
    for days, one in found.items():
        key = f"iv_{days}d"
        if one.iv is None:
            rows[key] = Line(key, shown=NONE, note=_last_expiry(contracts, days))
        else:
            rows[key] = Line(key, value=one.iv, shown=one.iv, note=points if days == 30 else "")
    if skew:
        where = f"{wording.day(skew.smile.expiry)}, {skew.smile.days} days; put over call"
        rows["skew_25d"] = Line("skew_25d", value=skew.value, shown=100 * skew.value, note=where)
    else:
        rows["skew_25d"] = Line("skew_25d", shown=NONE, note=why)
    return rows


def _last_expiry(contracts: Contracts, days: int) -> str:
    clock = contracts.settings.clock
    known = [e.years for e in expected_moves(contracts) if e.atm_iv is not None]
    if not known:
        return "no iv at the money"
    name, years = ("last", known[-1]) if known[-1] < days / 365 else ("first", known[0])
    return f"{name} expiry in {years * clock.days:.0f} {clock.day_name}"


def trigger_rows(contracts: Contracts, triggers: list[Trigger]) -> dict[str, Line]:
    """Each trigger: what it is now, when it fires, and how far that is."""
    flip = summarise(contracts).flip
    labels = {
        "total_gex": f"Total GEX, {contracts.settings.unit.label}",
        "spot_vs_flip": f"Spot against the flip strike {flip.strike:,.0f}" if flip else "Spot against the flip strike",
    }
    rows = {}
    for one in triggers:
        key = f"trigger_{one.name}"
        if one.value is None or one.distance is None or one.threshold is None:
            rows[key] = Line(key, labels.get(one.name, ""), None, NONE, f"silent: {_reason(contracts, one)}")
        else:
            now, fires, away = _trigger_words(one, one.value, one.threshold, one.distance)
            kind = ("short" if str(one.regime) == "short_gamma" else "stress") if one.fired else "none"
            fired = f"FIRED: {'short gamma' if kind == 'short' else kind}"
            state = fired if one.fired else f"silent: {away} away"
            rows[key] = Line(key, labels.get(one.name, ""), one.value, now, state, fires, kind)
        if one.name in ("short_slope", "med_slope"):
            rows[one.name] = _slope(contracts, one)
    return rows


def _trigger_words(one: Trigger, value: float, threshold: float, distance: float) -> tuple[str, str, str]:
    """What it is now, when it fires, how far that is."""
    if one.name == "spot_vs_flip":
        return wording.price(value), f"{one.rule.split()[-1]} {threshold:,.2f}", f"{distance:,.0f} points"
    if one.name == "total_gex":
        return wording.signed(value), "below 0", f"{distance:,.2f}"
    side = "at or below" if one.name == "skew_25d_z" else "above"
    return f"{value:.2f}", f"{side} {threshold:g}", f"{distance:.2f}"


def _slope(contracts: Contracts, one: Trigger) -> Line:
    if one.value is None:
        return Line(one.name, shown=NONE, note=_reason(contracts, one))
    calm = f"inverted: above {one.threshold:g}" if one.fired else f"calm: inverted above {one.threshold:g}"
    return Line(one.name, value=one.value, shown=one.value, note=calm, kind="stress" if one.fired else "long")


def _reason(contracts: Contracts, one: Trigger) -> str:
    """Why a trigger has no value, short enough for a card."""
    days = {"short_slope": (9, 30), "med_slope": (30, 90)}.get(one.name)
    if days and one.source.startswith("not in the chain"):
        found = maturities(contracts)
        return _last_expiry(contracts, next(d for d in days if found[d].iv is None))
    return one.source
