"""The regime in words: long, short or mixed gamma or stress, why, and how sure that is if the sign is right."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

from gex_xl.analytics import wording
from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.exposure import gross_of, total
from gex_xl.analytics.flip import ONE_SIDED
from gex_xl.analytics.profile import zero_gamma
from gex_xl.analytics.quote_quality import quote_counts
from gex_xl.analytics.regime import Regime, Trigger, regime
from gex_xl.analytics.summary import summarise
from gex_xl.analytics.term_structure import atm_iv
from gex_xl.analytics.what_if import Outcome
from gex_xl.clock import CLOSE, NEW_YORK, OPEN, is_session

#: Settings that are choices of method. Those of sign, weight and filter ask another question.
METHOD = frozenset(
    {"gamma_source", "iv_source", "carry", "rate", "dividend_yield", "clock", "clock_from", "min_minutes", "exercise",
     "quote_delay"}
)  # fmt: skip
POOR_QUOTES, THIN, NEAR_MOVES = 0.20, 0.05, 1.5
#: Regime and whether the total is above 0 -> the word.
WORDS = {
    ("vol_inverted", True): "Stress, long gamma", ("vol_inverted", False): "Stress, short gamma",
    ("short_gamma", True): "Mixed", ("short_gamma", False): "Short gamma",
    ("long_gamma", True): "Long gamma", ("long_gamma", False): "Long gamma",
}  # fmt: skip
_SLOPES = {"short_slope": "9-day over 30-day", "med_slope": "30-day over 90-day"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """A word, one sentence that says why, and its kind: long, short, mixed, stress, good, bad or none."""

    kind: str
    word: str
    sentence: str


def verdict(contracts: Contracts, found: Sequence[Trigger]) -> Verdict:
    """What the triggers say, with the evidence that points the other way. Raises NoValue where no contract is left."""
    net, by_name = total(contracts).net, {one.name: one for one in found}
    if not gross_of(contracts):
        return Verdict("none", "No gamma", "No contract carries open interest: nothing is held.")
    word = regime(list(found))
    if word is Regime.VOL_INVERTED:
        name, slope = next((name, by_name[name]) for name in _SLOPES if by_name[name].fired)
        said = f"{_SLOPES[name]} volatility {slope.value:.2f}, above {slope.threshold:g}: stress comes first"
        return Verdict("stress", WORDS[str(word), net > 0], f"{said}, whatever gamma says.")
    if word is Regime.SHORT_GAMMA and net > 0:
        return Verdict("mixed", "Mixed", f"Total says long gamma, but {_against(contracts, by_name)}.")
    if word is Regime.SHORT_GAMMA:
        other = " The flip strike alone says long." if _flip_says(contracts) == "long" else _no_flip(contracts)
        return Verdict("short", "Short gamma", f"Dealers buy rallies, sell falls: moves amplify.{other}")
    return Verdict("long", "Long gamma", f"Dealers sell rallies, buy falls: moves are damped.{_no_flip(contracts)}")


def _flip_says(contracts: Contracts) -> str:
    """The side of the flip strike on which spot stands; "" where there is none."""
    flip = summarise(contracts).flip
    if flip is None:
        return ""
    above = contracts.spot > flip.strike
    return "long" if above == (str(flip.long_side) == "above") else "short"


def _no_flip(contracts: Contracts) -> str:
    return f" No flip strike: {ONE_SIDED}." if summarise(contracts).flip is None else ""


def _against(contracts: Contracts, by_name: dict[str, Trigger]) -> str:
    flip = summarise(contracts).flip
    if by_name["spot_vs_flip"].fired and flip is not None:
        away = contracts.spot / flip.strike - 1
        where = f"{wording.percent(abs(away))} {'above' if away > 0 else 'below'}"
        return f"spot is {where} the flip strike {flip.strike:,.0f}"
    return f"the skew is stretched: z {by_name['skew_25d_z'].value:.1f}"


def session_move(contracts: Contracts) -> float | None:
    """Expected move of spot to the next session's close, USD: from the first expiry's at-the-money iv."""
    iv = next((e.iv for e in atm_iv(contracts) if e.iv is not None), None)
    if iv is None:
        return None
    years = (next_close(contracts) - contracts.valued_at).total_seconds() / (365 * 86_400)
    return contracts.spot * iv * math.sqrt(years)


def next_close(contracts: Contracts) -> dt.datetime:
    """The close of the session that opens next after the instant valued at; a day later where nothing ever closes."""
    start = contracts.valued_at
    if contracts.chain.zone is not NEW_YORK:
        return start + dt.timedelta(days=1)
    local = start.astimezone(NEW_YORK)
    day = local.date() if local.time() < OPEN else local.date() + dt.timedelta(days=1)
    while not is_session(day):
        day += dt.timedelta(days=1)
    return dt.datetime.combine(day, CLOSE, NEW_YORK)


def how_sure(contracts: Contracts, outcomes: Sequence[Outcome]) -> Verdict:
    """How far the verdict can be relied on if the sign is right, the worst reason first.

    `outcomes`: what_if's. Choices of sign, weight and filter do not count: each of them asks another question.
    """
    net, gross = total(contracts).net, gross_of(contracts)
    calls = int(contracts.is_call.sum())
    if not calls or calls == len(contracts.is_call):
        missing = "calls" if not calls else "puts"
        return Verdict("bad", "Half a chain", f"Paste {missing} too: without them a verdict means little.")
    if not gross:
        return Verdict("none", "Nothing held", "Open interest is 0 on every contract.")
    poor = max(((q.gross_share or 0.0, q.name) for q in quote_counts(contracts) if q.contracts), default=(0.0, ""))
    zero = zero_gamma(contracts)
    if poor[0] > POOR_QUOTES:
        where = "" if zero is not None else "; no zero gamma within 50 %"
        return Verdict("bad", "Poor quotes", f"{wording.percent(poor[0], 0)} of gross: {poor[1].lower()}{where}.")
    base, *others = outcomes
    tried = [one for one in others if one.setting in METHOD and one.total is not None]
    turned = [one for one in tried if (one.total or 0.0) * net < 0]
    if turned:
        first = f"{turned[0].setting} = {turned[0].value}"
        said = f"{first} turns the sign" + (f", and {len(turned) - 1} more" if len(turned) > 1 else "")
        return Verdict("stress", "Method decides", f"{said}: see Choices.")
    kept = [one for one in tried if one.regime is base.regime]
    agree = (
        f"all {len(tried)} methods agree" if len(kept) == len(tried) else f"{len(kept)} of {len(tried)} methods agree"
    )
    if abs(net) < THIN * gross:
        return Verdict("stress", "Thin", f"Net is {wording.percent(abs(net) / gross)} of gross; {agree}.")
    if zero is None:
        return Verdict("good", "Clear", f"No zero gamma within 50 % of spot; {agree}.")
    away, move = abs(zero - contracts.spot), session_move(contracts)
    side = "above" if zero > contracts.spot else "below"
    if move and away <= NEAR_MOVES * move:
        return Verdict("stress", "Close to the turn", f"{away / move:.1f} daily moves from zero gamma; {agree}.")
    said = f"Zero gamma is {wording.percent(away / contracts.spot)} {side}; {agree}."
    return Verdict("good", "Far from the turn", said)
