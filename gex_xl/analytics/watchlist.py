"""Several underlyings side by side: one row of headline figures a chain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.expiries import by_bucket, expected_moves
from gex_xl.analytics.exposure import gross_of, total
from gex_xl.analytics.other_sign import other_sign
from gex_xl.analytics.profile import zero_gamma
from gex_xl.analytics.summary import summarise, triggers_of
from gex_xl.analytics.terms import terms, unit_label
from gex_xl.analytics.verdict import verdict
from gex_xl.cache import temporary
from gex_xl.clock import in_words
from gex_xl.errors import GexError


@dataclass(frozen=True, slots=True)
class Watched:
    """One chain's row; None where there is no figure.

    `total` and `other_total` (under `other_sign`) in `unit`; prices in the chain's currency. `net_share`: total over
    gross GEX, the sum of all contracts' magnitudes. `zero_distance`: zero gamma / spot - 1. `expected_move`: one
    standard deviation to the next expiry, spot x iv x sqrt(T). `zero_dte_share`: of gross, what expires on the day of
    the quote. `terms`: multiplier, currency and settlement, and what of them is assumed. `regime` in words,
    `sentence` why. `error`: the one sentence of a chain that cannot be read, which has nothing else but its `name`.
    """

    name: str
    symbol: str = ""
    as_of: str = ""
    spot: float | None = None
    total: float | None = None
    unit: str = ""
    terms: str = ""
    net_share: float | None = None
    other_sign: str = ""
    other_total: float | None = None
    zero_gamma: float | None = None
    zero_distance: float | None = None
    call_wall: float | None = None
    put_wall: float | None = None
    expected_move: float | None = None
    zero_dte_share: float | None = None
    regime: str = ""
    sentence: str = ""
    error: str = ""


def watched(contracts: Contracts, name: str = "") -> Watched:
    """The row of one chain. Raises NoValue where no contract is left.

    Formulas: total, walls and expected move, method, sections 1 and 7; zero gamma, section 4; the word, section 5.
    """
    found = summarise(contracts)
    gross, spot = gross_of(contracts), contracts.spot
    zero = zero_gamma(contracts)
    word = verdict(contracts, triggers_of(contracts))
    other = other_sign(contracts.settings.sign)
    settings = contracts.settings.with_changes({"sign": other})
    with temporary():
        elsewhere = total(prepare(contracts.chain, spot, contracts.as_of, settings)).net
    return Watched(
        name or contracts.chain.symbol, contracts.chain.symbol or "not named",
        in_words(contracts.as_of, contracts.chain.zone), spot, found.total.net, unit_label(contracts), terms(contracts),
        found.total.net / gross if gross else None, str(other), elsewhere, zero, zero / spot - 1 if zero else None,
        found.call_wall, found.put_wall, next((m.move for m in expected_moves(contracts) if m.move), None),
        by_bucket(contracts)[0].share, word.word, word.sentence,
    )  # fmt: skip


def watchlist(named: Sequence[tuple[str, Callable[[], Contracts]]]) -> list[Watched]:
    """One row for each name, in order; what raises a GexError keeps its sentence in its own row and spoils no other.

    Method, section 7.
    """
    out = []
    for name, contracts in named:
        try:
            out.append(watched(contracts(), name))
        except GexError as error:
            out.append(Watched(name, error=str(error)))
    return out
