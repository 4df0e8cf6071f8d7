"""Other public methods: each figure by arithmetic of its own, and bridges that add up to what they lead to."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples

from gex_xl.analytics.check import check
from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.dialects import STEPS, dialects
from gex_xl.analytics.exposure import contributions
from gex_xl.analytics.headline import headline
from gex_xl.chain import Chain
from gex_xl.errors import NoValue
from gex_xl.functions.quality import EXAMPLE_QUOTES
from gex_xl.settings import METHODS, Dialect, Settings, Zero
from gex_xl.udfs import FUNCTIONS as F
from tests.analytics import random_chains, shared_files
from tests.analytics.random_chains import BOOKS, SPOTS, Book

WORDS = [str(word) for word in Dialect]
#: Calls above, puts below: with dealers long calls and short puts the profile changes its sign once, near 5,000.
LOPSIDED: Book = {
    ("SPXW", "2025-03-21", "C", 5050.0): (0.15, 9000), ("SPXW", "2025-03-21", "P", 4950.0): (0.18, 8000),
    ("SPXW", "2025-03-21", "C", 4950.0): (0.17, 500), ("SPXW", "2025-03-21", "P", 5050.0): (0.16, 700),
    ("SPX", "2025-06-20", "C", 6000.0): (0.14, 4000), ("SPX", "2025-06-20", "P", 4000.0): (0.25, 9500),
}  # fmt: skip


def rows_of(chain: Any, *more: Any) -> dict[str, dict[str, Any]]:
    header, *rows = F["DIALECTS"](chain, *more)
    return {row[1]: dict(zip(header, row, strict=True)) for row in rows}


def lines_of(contracts: Contracts) -> list[dict[str, Any]]:
    """What the paste says of every live contract, as plain numbers."""
    chain = contracts.chain
    live = ~contracts.has("expired", "adjusted contract", "open interest blank")
    columns = ("strike", "iv", "gamma", "open_interest", "is_call", "settlement")
    return [
        {name: getattr(chain, name)[i] for name in columns}
        | {"size": 100.0 if math.isnan(chain.multiplier[i]) else chain.multiplier[i]}
        for i in np.flatnonzero(live)
    ]


def perfiliev(contracts: Contracts) -> tuple[float, float | None]:
    """Total in USD bn and zero gamma as his article computes them, in loops over lines and levels.

    Total: the feed's gamma x open interest x 100 x spot^2 x 0.01, puts negative. Profile: 60 levels from 0.8 to 1.2 of
    spot, Black-Scholes with r = q = 0, each line's own iv, T the weekdays to expiry over 262, one where there is none.
    Zero gamma: the first change of sign, on a straight line.
    """
    lines, spot = lines_of(contracts), contracts.spot
    sides = [1 if line["is_call"] else -1 for line in lines]
    total = math.fsum(
        side * line["gamma"] * line["open_interest"] * line["size"] * spot * spot * 0.01
        for side, line in zip(sides, lines, strict=True)
        if not math.isnan(line["gamma"])
    )
    today = np.datetime64(contracts.as_of.astimezone(contracts.chain.zone).date())
    known = [(side, line) for side, line in zip(sides, lines, strict=True) if not math.isnan(line["iv"])]
    levels = [spot * (0.8 + 0.4 * i / 59) for i in range(60)]
    side, strike, iv, oi, size = (
        np.array(column) for column in
        zip(*((s, x["strike"], x["iv"], x["open_interest"], x["size"]) for s, x in known), strict=True)
    )  # fmt: skip
    t = np.array([max(int(np.busday_count(today, x["settlement"].astype("datetime64[D]"))), 1) / 262 for _, x in known])
    curve = []
    for level in levels:
        d1 = (np.log(level / strike) + 0.5 * iv**2 * t) / (iv * np.sqrt(t))
        gamma = np.exp(-0.5 * d1 * d1) / math.sqrt(2 * math.pi) / (level * iv * np.sqrt(t))
        curve.append(math.fsum((side * oi * size * level * level * 0.01 * gamma).tolist()))
    for (low, at_low), (high, at_high) in zip(
        zip(levels, curve, strict=True), zip(levels[1:], curve[1:], strict=True), strict=False
    ):
        if (at_low > 0) != (at_high > 0):
            return total / 1e9, high - (high - low) * at_high / (at_high - at_low)
    return total / 1e9, None


@pytest.mark.parametrize("name", [name for name in shared_files.FILES if name.startswith("cboe_")])
def test_perfilievs_figures_come_out_of_loops_as_his_article_has_them(name: str, shared_chains: Path) -> None:
    contracts = shared_files.contracts_of(shared_chains / name)
    total, zero = perfiliev(contracts)
    found = {one.dialect: one for one in dialects(contracts)}
    his = found[Dialect.PERFILIEV]
    assert his.total == pytest.approx(total, rel=1e-9)
    assert his.zero_gamma == pytest.approx(zero, rel=1e-9)
    # The same feed's gamma, and no profile.
    assert found[Dialect.GEX_TRACKER].total == pytest.approx(total, rel=1e-9)


def test_a_profile_that_changes_its_sign_is_crossed_on_the_same_straight_line() -> None:
    contracts = random_chains.contracts_of(LOPSIDED, 5000.0)
    his = next(one for one in dialects(contracts) if one.dialect is Dialect.PERFILIEV)
    _, zero = perfiliev(contracts)
    assert his.total is None
    assert "no vendor gamma 6" in his.note
    assert his.zero_gamma == pytest.approx(zero, rel=1e-9)
    assert zero is not None


def test_each_unit_is_its_own_arithmetic() -> None:
    """The call of docs/method.md, "One contract by hand": gamma in shares a point, times spot, times 1 % of spot."""
    call = [["Root", "Expiry", "Type", "Strike", "IV", "Open Interest"], ["SPXW", "2025-03-21", "C", 5050, 0.15, 7900]]
    seconds = 1567800  # 3 March 16:30 UTC to 21 March 20:00 UTC
    v = 0.15 * math.sqrt(seconds / (365 * 86400))
    d1 = math.log(5000 / 5050) / v + v / 2
    shares = math.exp(-0.5 * d1 * d1) / math.sqrt(2 * math.pi) / (5000 * v) * 7900 * 100
    rows = rows_of(call, 5000, "2025-03-03 11:30", "carry=none")
    assert rows["squeezemetrics"]["Total"] == pytest.approx(shares, rel=1e-10)
    assert rows["baltussen"]["Total"] == pytest.approx(shares * 5000, rel=1e-10)
    assert rows["unusual_whales"]["Total"] == pytest.approx(shares * 5000 * 50, rel=1e-10)
    assert rows["none"]["Total"] == pytest.approx(-shares * 5000 * 50, rel=1e-10)


def assert_bridges_add_up(contracts: Contracts) -> None:
    for one in dialects(contracts):
        if one.theirs is None:
            assert one.note
            continue
        steps = [step for step in one.steps.values() if step is not None]
        largest = max(map(abs, (*steps, one.ours)), default=0.0)
        assert one.ours + math.fsum(steps) == pytest.approx(one.theirs, abs=1e-12 * max(largest, 1e-300), rel=0)


@examples(max_examples=40, deadline=None)
@given(BOOKS, SPOTS)
def test_steps_add_up_to_the_other_figure(book: Book, spot: float) -> None:
    contracts = random_chains.contracts_of(book, spot)
    if contracts.index.size:
        assert_bridges_add_up(contracts)


@pytest.mark.parametrize("name", shared_files.FILES)
def test_steps_add_up_on_real_chains(name: str, shared_chains: Path) -> None:
    assert_bridges_add_up(shared_files.contracts_of(shared_chains / name))


@pytest.mark.parametrize("word", WORDS)
def test_every_step_is_a_run_of_its_own(word: str) -> None:
    """Choices are made one group after another with TOTAL_GEX alone, by settings as text."""
    row = rows_of(EXAMPLE_QUOTES)[word]
    chosen = METHODS[Dialect(word)].choices
    text, before = "", F["TOTAL_GEX"](EXAMPLE_QUOTES)
    assert row["Ours (USD per 1 %)"] == before
    for name, keys in STEPS.items():
        named = [f"{key}={chosen[key]}" for key in keys if key in chosen]
        if not named:
            assert row[name] == ("" if word == "none" else "not documented")
            continue
        text = "; ".join([text, *named])
        then = F["TOTAL_GEX"](EXAMPLE_QUOTES, None, None, text)
        assert row[name] == pytest.approx(then - before, abs=1e-9 * abs(before))
        before = then
    assert row["Theirs (USD per 1 %)"] == before


@pytest.mark.parametrize("word", WORDS)
def test_the_setting_gives_what_the_row_says(word: str, shared_chains: Path) -> None:
    path = shared_chains / "cboe_spy_2023-09-14.csv"
    contracts = shared_files.contracts_of(path)
    one = next(one for one in dialects(contracts) if str(one.dialect) == word)
    spoken = headline(shared_files.contracts_of(path, dialect=word))
    assert spoken["total_gex"].in_unit == pytest.approx(one.total, rel=1e-12)
    if one.walls:
        assert (spoken["call_wall"].value, spoken["put_wall"].value) == (one.call_wall, one.put_wall)
    if one.zero is Zero.REPRICED:
        assert spoken["zero_gamma"].value == one.zero_gamma
    if one.zero is Zero.RUNNING:
        assert spoken["flip_strike"].value == one.zero_gamma
    if one.zero is Zero.GRID:  # solved there, read off a grid here: one grid step is 0.7 % of spot
        assert spoken["zero_gamma"].value == pytest.approx(one.zero_gamma, abs=0.4 / 59 * contracts.spot)


def test_spotgammas_walls_are_the_largest_net_strikes(shared_chains: Path) -> None:
    contracts = shared_files.contracts_of(shared_chains / "cboe_spx_2024-01-07.csv")
    net: dict[float, float] = {}
    each = contributions(contracts)
    for strike, call, amount in zip(contracts.strike.tolist(), contracts.is_call.tolist(), each.tolist(), strict=True):
        net[strike] = net.get(strike, 0.0) + (abs(amount) if call else -abs(amount))
    one = next(one for one in dialects(contracts) if one.dialect is Dialect.SPOTGAMMA)
    assert (one.call_wall, one.put_wall) == (max(net, key=net.__getitem__), min(net, key=net.__getitem__))


def test_tradingvolatility_counts_what_has_less_than_94_days(shared_chains: Path) -> None:
    contracts = shared_files.contracts_of(shared_chains / "cboe_spx_2024-01-07.csv", sign="long_calls")
    today = np.datetime64("2024-01-07")
    days = (contracts.chain.expiry[contracts.index] - today).astype(int)
    expected = math.fsum(contributions(contracts)[days < 94].tolist())
    found = {one.dialect: one for one in dialects(contracts)}
    assert found[Dialect.TRADINGVOLATILITY].total == pytest.approx(expected, rel=1e-12)
    assert (days >= 94).any()


def test_a_dialect_wins_over_what_stands_beside_it_and_leaves_nothing_behind() -> None:
    chosen = Settings().with_changes({"sign": "short_all", "walls": "side", "min_oi": 5, "dialect": "spotgamma"})
    assert (chosen.sign, chosen.walls, chosen.min_oi) == ("long_calls", "net", 5)
    again = chosen.with_changes({"dialect": "flashalpha"})
    assert (again.sign, again.walls, again.min_oi, again.clock) == ("long_calls", "gross", 5, "act365")
    assert again.with_changes({"dialect": "none"}) == Settings().with_changes({"min_oi": 5})
    # Another choice alone, as WHAT_IF makes it, is made.
    assert chosen.with_changes({"sign": "customer_flow"}).sign == "customer_flow"
    # A settings sheet lists every key.
    assert Settings().with_changes({**Settings().as_dict(), "dialect": "spotgamma"}).sign == "long_calls"


def test_under_a_dialect_ours_is_still_ours() -> None:
    plain, spoken = rows_of(EXAMPLE_QUOTES), rows_of(EXAMPLE_QUOTES, None, None, "dialect=perfiliev")
    assert spoken == plain
    other = rows_of(EXAMPLE_QUOTES, None, None, "dialect=spotgamma; min_oi=100; iv_source=otm")
    assert other == rows_of(EXAMPLE_QUOTES, None, None, "min_oi=100; iv_source=otm")


def test_every_method_names_its_source_and_settings_that_there_are() -> None:
    for dialect, method in METHODS.items():
        Settings().with_changes(method.choices)
        assert method.who
        assert method.source
        assert dialect is Dialect.NONE or method.choices["sign"] == "long_calls"
    assert list(METHODS) == list(Dialect)


def test_a_handle_takes_a_dialect_and_gives_it_up() -> None:
    handle = F["LOAD_CHAIN"](EXAMPLE_QUOTES, None, None, "dialect=spotgamma")
    ours = F["TOTAL_GEX"](EXAMPLE_QUOTES)
    assert F["TOTAL_GEX"](handle) == -ours
    assert F["TOTAL_GEX"](handle, None, None, "dialect=none") == ours


def test_where_settings_in_force_are_shown_the_dialect_is() -> None:
    chain = Chain.from_cells(EXAMPLE_QUOTES)
    contracts = prepare(chain, settings=Settings().with_changes({"dialect": "spotgamma"}))
    (said,) = (text for text in check(contracts).warnings if "dialect" in text)
    assert said == (
        "dialect = spotgamma: sign, weight, unit, walls are those of SpotGamma's help pages; all else as set"
    )
    assert headline(contracts)["sign"].shown == "long_calls: dealers long calls, short puts (dialect = spotgamma)"
    table = F["CHAIN_CHECK"](EXAMPLE_QUOTES, None, None, "dialect=spotgamma")
    assert any(row[0] == "Changed settings" and "dialect = spotgamma" in row[1] for row in table)
    screen = {row[0]: row for row in F["HEADLINE"](EXAMPLE_QUOTES, None, None, "dialect=spotgamma")}
    assert "SpotGamma's help pages: most public tools" in screen["status"][4]
    assert "dialect" in screen["settings"][5]
    plain = {row[0]: row for row in F["HEADLINE"](EXAMPLE_QUOTES)}
    assert "SpotGamma" not in plain["status"][4]


def test_an_empty_chain_has_no_dialects() -> None:
    contracts = random_chains.contracts_of(LOPSIDED, 5000.0, expiries="0dte")
    with pytest.raises(NoValue):
        dialects(contracts)
