"""A quote time that is not the quotes', a chain in which nothing is held, and arguments that cannot be."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from gex_xl import udfs
from gex_xl.analytics.check import check
from gex_xl.analytics.contracts import prepare
from gex_xl.analytics.headline import headline
from gex_xl.analytics.quote_clock import doubts
from gex_xl.analytics.what_if import what_if
from gex_xl.chain import Chain
from gex_xl.clock import NEW_YORK
from gex_xl.commands.report_text import as_json
from gex_xl.commands.report_text import headline as report_lines
from gex_xl.errors import BadInput
from gex_xl.settings import Settings
from tests.reading.priced import world

W = world("us", 5)
NAMES = ["root", "expiry", "type", "strike", "iv", "open interest", "bid", "ask", "gamma", "last trade"]
#: No contract trades after the chain is quoted.
TRADED = (W.quoted - dt.timedelta(minutes=5)).strftime("%Y-%m-%d %H:%M:%S")


def chain(oi: float | None = None, traded: str = TRADED, above: Any = None, days: int = 0) -> Chain:
    """The world's contracts; `oi` in place of their open interest, `days` later in all expiries."""
    rows = [
        [
            q.root, (q.expiry + dt.timedelta(days=days)).isoformat(), q.word, q.strike, q.iv,
            q.open_interest if oi is None else oi, q.bid, q.ask, q.gamma, traded,
        ]
        for q in W.quotes
    ]  # fmt: skip
    return Chain.from_cells([[f"Last: {W.spot}"], [above], NAMES, *rows])


def said(made: Chain, as_of: dt.datetime | None) -> str:
    return "\n".join(doubts(prepare(made, None, as_of)))


def test_nothing_is_said_of_a_quote_time_that_is_that_of_the_quotes() -> None:
    assert said(chain(), W.quoted) == ""
    assert said(chain(traded="never"), W.quoted) == ""


@pytest.mark.parametrize("years", [-1, 1])
def test_a_typo_in_the_year_is_said(years: int) -> None:
    as_of = W.quoted.replace(year=W.quoted.year + years)
    if years < 0:
        found = said(chain(), as_of)
        assert "before the last trade" in found
        assert "days before the first expiry used" in found
        assert "bid and ask there say" in found
        assert "(given)" in found
    else:
        assert not prepare(chain(), None, as_of).index.size


@pytest.mark.parametrize("times", [0.5, 0.8, 1.0, 1.25, 2.0])
def test_iv_that_does_not_give_its_own_quotes_is_said_with_both_figures(times: float) -> None:
    """A factor, another kind of volatility: Method, section 2, "quotes decide the unit"."""
    rows = [
        [
            q.root,
            q.expiry.isoformat(),
            q.word,
            q.strike,
            q.iv * times,
            q.open_interest,
            q.bid,
            q.ask,
            W.quoted.isoformat(),
        ]
        for q in W.quotes
    ]
    made = Chain.from_cells([[f"Last: {W.spot}"], [*NAMES[:-2], "quote time"], *rows])
    warned = [text for text in check(prepare(made)).warnings if "bid and ask there say" in text]
    assert len(warned) == (times != 1)
    for text in warned:
        listed, own = (float(part) for part in re.findall(r"(?:is|say) ([0-9.]+)", text)[:2])
        assert listed == pytest.approx(times * own, rel=0.02)


def test_a_quote_time_far_from_the_pastes_own_is_said() -> None:
    own = f"Date: {W.quoted:%B %d, %Y at %I:%M %p} EST"
    made = chain(traded="", above=own)
    assert made.as_of is not None
    assert said(made, None) == ""
    assert "6 days before the paste's own" in said(made, made.as_of - dt.timedelta(days=6))
    assert "paste's own" not in said(made, made.as_of - dt.timedelta(days=4))


def test_a_quote_time_beyond_half_the_expiries_is_said() -> None:
    ends = sorted({q.expiry for q in W.quotes})
    after = dt.datetime.combine(ends[(len(ends) - 1) // 2] + dt.timedelta(days=1), dt.time(12), NEW_YORK)
    assert "expiries; is it right?" in said(chain(traded=""), after)


def test_trades_after_the_quote_time_are_said() -> None:
    later = (W.quoted + dt.timedelta(days=2)).strftime("%Y-%m-%d %H:%M:%S")
    assert "2 days before the last trade" in said(chain(traded=later), W.quoted)


def test_a_chain_in_which_nothing_is_held_has_neither_flip_nor_regime() -> None:
    contracts = prepare(chain(oi=0), None, W.quoted, Settings().with_changes({"no_flip": "spot"}))
    figures = headline(contracts)
    for key in ("regime", "flip_strike", "long_side", "zero_gamma"):
        assert (figures[key].value, figures[key].note) == (None, "every open interest is 0: nothing is held")
    assert any(text.startswith("every open interest is 0") for text in check(contracts).warnings)
    found = as_json(contracts)
    assert (found["total_gex"], found["regime"], found["flip_strike"]) == (0.0, None, None)
    assert what_if(contracts)[0].regime is None
    lines = dict(report_lines(contracts))
    assert lines["Regime"] == lines["Flip strike"] == "none: every open interest is 0: nothing is held"


def test_gamma_of_0_on_every_contract_is_no_regime_either() -> None:
    rows = [[q.root, q.expiry.isoformat(), q.word, q.strike, 0.2, 10, 0.0] for q in W.quotes]
    names = ["root", "expiry", "type", "strike", "iv", "open interest", "gamma"]
    made = Chain.from_cells([names, *rows], Settings())
    contracts = prepare(made, W.spot, W.quoted, Settings().with_changes({"gamma_source": "vendor"}))
    assert headline(contracts)["regime"].note == "no contract has any gamma"


def test_functions_of_a_chain_without_open_interest_hold_no_value() -> None:
    rows = [[q.root, q.expiry.isoformat(), q.word, q.strike, q.iv, 0] for q in W.quotes]
    cells = [["root", "expiry", "type", "strike", "iv", "open interest"], *rows]
    when = W.quoted.isoformat()
    assert udfs.REGIME(cells, W.spot, when) == "#N/A"
    assert udfs.FLIP_STRIKE(cells, W.spot, when) == "#N/A"
    levels = {row[0]: row[1] for row in udfs.GEX_LEVELS(cells, W.spot, when)}
    assert (levels["Regime"], levels["Dealers long gamma"]) == ("#N/A", "every open interest is 0: nothing is held")
    first = {row[0]: row for row in udfs.HEADLINE(cells, W.spot, when)}
    assert "No gamma" in first["verdict"]
    assert "#N/A" in first["regime"]
    triggers = {row[0]: row for row in udfs.REGIME_TRIGGERS(cells, W.spot, when)}
    assert triggers["total_gex"][4:6] == ["every open interest is 0: nothing is held", "no"]


@pytest.mark.parametrize("spot", [0.0, -1.0, float("nan"), float("inf")])
def test_a_spot_that_is_no_price_is_refused(spot: float) -> None:
    with pytest.raises(BadInput, match="spot is .*; expected a price"):
        prepare(chain(), spot, W.quoted)


def test_a_given_quote_time_is_named_as_given() -> None:
    own = f"Date: {W.quoted:%B %d, %Y at %I:%M %p} EST"
    made = chain(above=own)
    assert made.as_of is not None
    contracts = prepare(made, None, made.as_of + dt.timedelta(hours=1))
    assert "(given)" in dict(report_lines(contracts))["As of"]
