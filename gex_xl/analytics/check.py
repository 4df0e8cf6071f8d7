"""What an analyst needs in order to trust a total: what was used, what was left out and why, what was assumed."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass

import numpy as np

from gex_xl.analytics.arbitrage import ArbitrageTest, arbitrage
from gex_xl.analytics.contracts import NO_IV, Contracts, gamma_alone, prepare
from gex_xl.analytics.dealer_exposure import with_iv
from gex_xl.analytics.exposure import nothing_held, total
from gex_xl.analytics.quote_clock import doubts
from gex_xl.analytics.quote_quality import ABOVE, BELOW, CROSSED, QuoteCount, quote_counts
from gex_xl.analytics.terms import terms
from gex_xl.analytics.vendor_gamma import GammaComparison, vendor_gammas
from gex_xl.arrays import Mask
from gex_xl.cache import cached
from gex_xl.chain import Chain
from gex_xl.errors import NoValue
from gex_xl.settings import METHODS, Dialect, GammaSource, Sign

_CENTS = 1e-4  # of spot: arbitrage of less is what ticks and closing quotes leave
_APART, _FAR = 0.001, 0.2  # of spot, from the options' own
_DIFFERS = 0.2  # of gross, between the model's gamma and the feed's
_ABOVE_THE_MONEY = 3.0  # a feed's iv and time are not quite ours
_NEAR = 10 / 365  # carry over less than ten days is small: a distant forward there means another spot


def convention_settled(chain: Chain) -> bool:
    """Whether the sign conventions are meant for this underlying: an index, a fund on one, or not named."""
    return not chain.symbol or chain.product.is_index_like


@dataclass(frozen=True, slots=True)
class ExpiryCarry:
    """Forward (USD) of one settlement and where it came from; carry is ln(F/S)/T, annual."""

    expiry: dt.date
    settlement: dt.datetime
    years: float
    forward: float
    carry: float
    source: str


@dataclass(frozen=True, slots=True)
class Check:
    """`rows` listed contracts = `used` + all excluded. Totals in the unit of the settings, None where none.

    `terms`: multiplier, currency and settlement in words, and what of them is assumed. `vendor_gamma` is empty where
    the feed has no gamma.
    """

    rows: int
    used: int
    terms: str
    excluded: dict[str, tuple[int, float]]
    open_interest_used: float
    carry: list[ExpiryCarry]
    model_total: float | None
    vendor_total: float | None
    quotes: tuple[QuoteCount, ...]
    arbitrage: tuple[ArbitrageTest, ...]
    vendor_gamma: tuple[GammaComparison, ...]
    warnings: list[str]

    @property
    def impossible(self) -> tuple[int, float]:
        """Contracts, and their open interest, whose quotes are crossed or outside their bounds."""
        some = [q for q in self.quotes if q.name in (CROSSED, BELOW, ABOVE)]
        return sum(q.contracts or 0 for q in some), sum(q.open_interest or 0.0 for q in some)


@cached(32)
def check(contracts: Contracts) -> Check:
    """Everything that CHAIN_CHECK shows."""
    chain = contracts.chain
    curve = contracts.forwards
    used_settlements = np.unique(chain.settlement[contracts.index])
    carry = []
    for i in np.flatnonzero(np.isin(curve.settlement, used_settlements)):
        moment = curve.settlement[i].astype(object).replace(tzinfo=dt.UTC).astimezone(chain.zone)
        years = float(curve.years[i])
        ratio = float(curve.ratio[i])
        carry.append(
            ExpiryCarry(
                moment.date(),
                moment,
                years,
                contracts.spot * ratio,
                float(np.log(ratio)) / years,
                curve.source[i],
            )
        )
    model, vendor = (_total_with(contracts, source) for source in (GammaSource.MODEL, GammaSource.VENDOR))
    return Check(
        chain.rows,
        len(contracts.index),
        terms(contracts),
        contracts.excluded,
        float(np.nansum(chain.open_interest[contracts.index])),
        carry,
        model,
        vendor,
        quote_counts(contracts),
        arbitrage(contracts),
        _vendor_gamma(contracts),
        _warnings(contracts, carry, model, vendor),
    )


def gamma_beyond(contracts: Contracts) -> Mask:
    """Contracts whose gamma in the feed is several times what their iv has at the money, where it is largest."""
    largest = 1 / (np.sqrt(2 * np.pi) * contracts.spot * contracts.stdev)
    return np.asarray(contracts.chain.gamma[contracts.index] > _ABOVE_THE_MONEY * largest)


def _vendor_gamma(contracts: Contracts) -> tuple[GammaComparison, ...]:
    try:
        return vendor_gammas(contracts)
    except NoValue:
        return ()


def _total_with(contracts: Contracts, source: GammaSource) -> float | None:
    if source is GammaSource.VENDOR and np.isnan(contracts.chain.gamma).all():
        return None
    settings = dataclasses.replace(contracts.settings, gamma_source=source)
    try:
        return total(prepare(contracts.chain, contracts.spot, contracts.as_of, settings, exactly=True)).net
    except NoValue:
        return None


def _of_spot(contracts: Contracts, carry: list[ExpiryCarry]) -> list[str]:
    """Where spot is not that of the strikes or of the options."""
    chain, out = contracts.chain, []
    nearest, farthest = float(chain.strike.min()), float(chain.strike.max())
    if not nearest / 2 <= contracts.spot <= farthest * 2:
        out.append(
            f"spot {contracts.spot:,.2f} lies far from all strikes ({nearest:,.2f} to {farthest:,.2f}); is it right?"
        )
    own = contracts.forwards.own_spot
    given = chain.spot or contracts.spot
    if abs(own / given - 1) > _APART:
        out.append(
            f"the options are quoted around {own:,.2f}, the paste says spot is {given:,.2f}: they are of two instants, "
            f"and everything is repriced to {contracts.spot:,.2f}"
        )
    far = abs(contracts.spot / own - 1) > _FAR
    if far:
        out.append(
            f"spot {contracts.spot:,.2f} is {abs(contracts.spot / own - 1):.0%} from the options' own, {own:,.2f}; "
            "is it right?"
        )
    near = [entry.forward / contracts.spot - 1 for entry in carry if entry.years < _NEAR]
    if not far and near and abs(float(np.median(near))) > 0.002:
        implied = contracts.spot * (1 + float(np.median(near)))
        out.append(
            f"the options of the next days are quoted around {implied:,.2f}, spot is {contracts.spot:,.2f}"
            f"{'' if contracts.spot == chain.spot else ' (given)'}; one of them is late, or a dividend is due"
        )
    return out


def _of_the_feed(contracts: Contracts, model: float | None, vendor: float | None) -> list[str]:
    """Where the feed's gamma is not the model's, or cannot be a gamma."""
    chain, out = contracts.chain, []
    if model is not None and vendor is not None and model * vendor < 0:
        out.append("the totals from model gamma and from the feed's gamma differ in sign; look at both")
    every = next(iter(_vendor_gamma(contracts)), None)
    if every and abs(every.model_gross - every.vendor_gross) > _DIFFERS * every.vendor_gross:
        out.append(
            f"gross gamma of the model is {every.model_gross:,.0f} shares per point, the feed's "
            f"{every.vendor_gross:,.0f}: they differ by more than {_DIFFERS:.0%}, so iv, time or a unit is wrong"
        )
    if (impossible := gamma_beyond(contracts)).any():
        first = contracts.index[np.flatnonzero(impossible)[0]]
        out.append(
            f"the feed's gamma of {int(impossible.sum()):,} contracts, such as {chain.gamma[first]:g} in row "
            f"{chain.row[first]}, is larger than at any strike of their iv: its unit differs, or columns are askew"
        )
    return out


def _warnings(contracts: Contracts, carry: list[ExpiryCarry], model: float | None, vendor: float | None) -> list[str]:
    chain, settings = contracts.chain, contracts.settings
    out = list(chain.notes)
    if why := contracts.index.size and nothing_held(contracts):
        out.append(f"{why}; a total of 0 has no sign, no flip and no regime")
    out += doubts(contracts)
    out += _of_spot(contracts, carry)
    out += _of_the_feed(contracts, model, vendor)
    if settings.dialect is not Dialect.NONE:
        method = METHODS[settings.dialect]
        said = f"dialect = {settings.dialect}: {', '.join(method.choices)} are those of {method.who}; all else as set"
        out.append(said)
    if settings.sign is Sign.CUSTOMER_FLOW and not convention_settled(chain):
        out.append(
            f"sign = customer_flow is meant for indices and index ETFs; revisit it for {chain.symbol} "
            "(long_calls is what most public tools use)"
        )
    if chain.has_dealer_position:
        known = np.isfinite(chain.dealer_position[contracts.index])
        out.append(
            "known dealers' positions replace the sign convention and open interest on "
            f"{int(known.sum()):,} of {known.size:,} contracts used; the others keep them"
        )
    if gamma_alone(chain):
        out.append("the paste has neither iv nor quotes: the gamma of the feed is used as it is")
    if settings.gamma_source is GammaSource.VENDOR:
        count, open_interest = with_iv(contracts).excluded.get(NO_IV, (0, 0.0))
        out.append(
            f"gamma_source = vendor concerns gamma at today's spot: profile, zero gamma, flows and "
            "the other exposures come from iv and leave out "
            f"{count:,} contracts without it (open interest {open_interest:,.0f})"
        )
    material = [
        one.amount for test in arbitrage(contracts) for one in test.violations if one.amount > _CENTS * contracts.spot
    ]
    if material:
        out.append(
            f"quotes that could be traded against others for a profit at bid and ask: {len(material):,}, of up to "
            f"{max(material):,.2f} USD per share; they are not of one moment, or wrong: see ARBITRAGE_CHECK"
        )
    if contracts.floored:
        out.append(
            f"{contracts.floored} contracts have less than {settings.min_minutes:g} minutes left and are valued at that"
        )
    if contracts.iv_solved:
        out.append(f"{contracts.iv_solved} contracts had no implied volatility; theirs was solved from bid and ask")
    if not carry or all(entry.source == "spot" for entry in carry):
        out.append("no forward could be inferred or none was asked for: forward = spot")
    return out


def status(contracts: Contracts) -> str:
    """One sentence: how much of the paste is used, and whether there is anything to look at."""
    found = check(contracts)
    left = sum(count for count, _ in found.excluded.values())
    said = f"{found.used:,} of {found.rows:,} contracts used"
    if left:
        most = max(found.excluded, key=lambda reason: found.excluded[reason][0])
        said += f"; {left:,} left out, most as: {most}"
    if found.warnings:
        said += f"; {len(found.warnings)} to look at in Check"
    return said
