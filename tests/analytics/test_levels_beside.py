"""Walls, shares, the other sign, straddles, put/call ratios and filters of expiries against counting by hand."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest
from xlwings import XlwingsError

from gex_xl.analytics.contracts import prepare
from gex_xl.analytics.expiries import put_call
from gex_xl.analytics.exposure import contributions
from gex_xl.analytics.headline import headline
from gex_xl.analytics.straddle import straddles
from gex_xl.commands.report_text import as_json
from gex_xl.functions import EXAMPLE_CHAIN
from gex_xl.settings import Settings
from gex_xl.udfs import FUNCTIONS as F

from .synthetic import AS_OF, NORMAL, chain_of, years_between

SPOT = 100.0
#: Monday 3 March 2025: today, tomorrow, Friday, the Monday after, a third Friday.
EXPIRIES = ("2025-03-03", "2025-03-04", "2025-03-07", "2025-03-10", "2025-03-21")


def line(right: str, strike: float, oi: float, expiry: str = "2025-03-21", **more: Any) -> dict[str, Any]:
    return {"root": "SPXW", "expiry": expiry, "right": right, "strike": strike, "iv": 0.2, "oi": oi, **more}


#: Call and put open interest by strike; gamma falls away from 100, so that sizes are those of open interest near it.
BOOK = {97: (900, 800), 99: (10, 500), 100: (300, 400), 101: (700, 100), 103: (20, 950)}
LINES = [line(right, k, oi) for k, both in BOOK.items() for right, oi in zip("CP", both, strict=True)]


def by_hand(sign: tuple[int, int]) -> dict[float, tuple[float, float]]:
    """Call and put GEX by strike: sign x pdf(d1) / (S sigma sqrt T) x OI x 100 x S^2 x 0.01, forward = spot."""
    v = 0.2 * math.sqrt(years_between(AS_OF, "2025-03-21"))
    out = {}
    for k, (calls, puts) in BOOK.items():
        gamma = NORMAL.pdf(math.log(SPOT / k) / v + v / 2) / (SPOT * v)
        out[float(k)] = (sign[0] * gamma * calls * SPOT**2, sign[1] * gamma * puts * SPOT**2)
    return out


def figures(**settings: Any) -> dict[str, Any]:
    found = headline(prepare(chain_of(LINES, SPOT), settings=Settings().with_changes(settings)))
    return {key: figure.value for key, figure in found.items()}


@pytest.mark.parametrize("sign", ["customer_flow", "long_calls"])
def test_walls_by_each_rule_are_those_counted_by_hand(sign: str) -> None:
    signs = (-1, 1) if sign == "customer_flow" else (1, -1)
    hand = by_hand(signs)
    call, put = ({k: abs(both[side]) for k, both in hand.items()} for side in (0, 1))
    net = {k: sum(both) for k, both in hand.items()}
    expected = {
        "gross": (max(call, key=call.__getitem__), max(put, key=put.__getitem__)),
        "net": tuple(max(net, key=lambda k, s=s: s * net[k]) for s in signs),
        "side": (
            max((k for k in call if k >= SPOT), key=call.__getitem__),
            max((k for k in put if k <= SPOT), key=put.__getitem__),
        ),
    }
    assert len(set(expected.values())) == 3, "the book must tell the rules apart"
    for rule, walls in expected.items():
        found = figures(walls=rule, sign=sign)
        assert (found["call_wall"], found["put_wall"]) == walls, rule
    assert figures(sign=sign)["absolute_strike"] == max(hand, key=lambda k: call[k] + put[k])


def test_shares_of_gross_tilt_and_daily_volume_are_those_counted_by_hand() -> None:
    hand = by_hand((-1, 1)).values()
    call, put = (math.fsum(both[side] for both in hand) for side in (0, 1))
    found = figures(daily_volume=2e7)
    assert found["net_share"] == pytest.approx((call + put) / (put - call), rel=1e-12)
    assert found["tilt"] == pytest.approx(-call / (put - call), rel=1e-12)
    assert found["volume_share"] == pytest.approx((call + put) / 2e7, rel=1e-12)
    assert figures(daily_volume=2e7, unit="shares")["volume_share"] == pytest.approx(found["volume_share"], rel=1e-12)
    assert figures()["volume_share"] is None


@pytest.mark.parametrize(("sign", "other"), [("customer_flow", "long_calls"), ("long_calls", "customer_flow"),
                                             ("short_all", "long_calls")])  # fmt: skip
def test_the_other_sign_says_what_a_report_under_it_says(sign: str, other: str) -> None:
    found = as_json(prepare(chain_of(LINES, SPOT), settings=Settings().with_changes({"sign": sign})))["other_sign"]
    alone = figures(sign=other)
    assert found == {key: alone[key] for key in ("sign", "total_gex", "zero_gamma", "regime")}
    levels = dict(F["GEX_LEVELS"](EXAMPLE_CHAIN, None, None, f"sign={sign}"))
    plain = dict(F["GEX_LEVELS"](EXAMPLE_CHAIN, None, None, f"sign={other}"))
    assert levels["Total GEX, other sign (USD per 1 %)"] == plain["Total GEX (USD per 1 %)"]
    assert levels["Regime, other sign"] == plain["Regime"]


def test_known_positions_keep_their_sign_under_the_other_convention() -> None:
    lines = [{**one, "position": -7.0 if one["strike"] == 100 else None} for one in LINES]
    contracts = prepare(chain_of(lines, SPOT))
    known = math.fsum(contributions(contracts)[contracts.strike == 100].tolist())
    both = as_json(contracts)["other_sign"]["total_gex"] + headline(contracts)["total_gex"].in_unit
    assert known < 0
    assert both == pytest.approx(2 * known, rel=1e-12)


def test_a_straddle_of_black_scholes_prices_implies_the_expected_move() -> None:
    """Call and put at the forward cost 2 S (2 N(v/2) - 1) together: nearly S v sqrt(2 / pi)."""
    v = 0.2 * math.sqrt(years_between(AS_OF, "2025-03-21"))
    quotes = {}
    for k in (99, 100, 101):
        d1 = math.log(SPOT / k) / v + v / 2
        call = SPOT * NORMAL.cdf(d1) - k * NORMAL.cdf(d1 - v)
        quotes[k] = {"C": call, "P": call - SPOT + k}
    lines = [line(right, k, 10, bid=p - 0.01, ask=p + 0.01) for k, both in quotes.items() for right, p in both.items()]
    contracts = prepare(chain_of(lines, SPOT), settings=Settings().with_changes({"carry": "none"}))
    (found,) = straddles(contracts).values()
    assert (found.strike, found.price) == (100, pytest.approx(sum(quotes[100].values()), rel=1e-12))
    assert found.implied_move == pytest.approx(SPOT * v, rel=v * v)
    without = [one for one in lines if (one["strike"], one["right"]) != (100, "P")]
    settings = Settings().with_changes({"carry": "none"})
    assert next(iter(straddles(prepare(chain_of(without, SPOT), settings=settings)).values())).strike == 99


def test_puts_over_calls_of_open_interest_and_volume() -> None:
    lines = [line("C", 100, 40, volume=5), line("P", 100, 60, volume=20), line("P", 90, 20, "2025-03-07", volume=1)]
    contracts = prepare(chain_of(lines, SPOT))
    assert (put_call(contracts).open_interest, put_call(contracts).volume) == (2.0, 4.2)
    march = put_call(contracts, dt.date(2025, 3, 21))
    assert (march.open_interest, march.volume) == (1.5, 4.0)
    assert put_call(contracts, dt.date(2025, 3, 7)).open_interest is None
    levels = dict(F["GEX_LEVELS"](EXAMPLE_CHAIN))
    assert levels["Puts over calls, volume"] == "no volume of calls"


@pytest.mark.parametrize(
    ("chosen", "left"),
    [
        ("0dte", [0]), ("1dte", [1]), ("ex_next", [1, 2, 3, 4]), (">0d", [1, 2, 3, 4]), ("2d:7d", [2, 3]),
        ("<=4d", [0, 1, 2]), ("monthly", [4]), ("3/21/2025", [4]), ("7 mar 2025, 10 mar 2025", [2, 3]),
    ],
)  # fmt: skip
def test_filters_of_expiries_hold_for_contracts_iv_and_moves(chosen: str, left: list[int]) -> None:
    rows = [
        ["SPXW", expiry, right, strike, 0.2, 100]
        for expiry in EXPIRIES for right in "CP" for strike in (4900, 5000, 5100)
    ]  # fmt: skip
    cells = [*EXAMPLE_CHAIN[:2], *rows]
    expected = [EXPIRIES[at] for at in left]
    for name in ("GEX_BY_EXPIRY", "ATM_IV", "EXPECTED_MOVE"):
        found = F[name](cells, None, None, f"expiries={chosen}")[1:]
        assert [row[0] for row in found] == expected, name


def test_after_a_weekend_one_day_to_expiry_is_the_next_session() -> None:
    rows = [["SPXW", expiry, "C", 5000, 0.2, 100] for expiry in ("2025-03-10", "2025-03-11")]
    found = F["GEX_BY_EXPIRY"]([*EXAMPLE_CHAIN[:2], *rows], None, "2025-03-07 12:00", "expiries=1dte")
    assert [row[0] for row in found[1:]] == ["2025-03-10"]


def test_a_date_that_can_be_two_days_is_refused() -> None:
    with pytest.raises(XlwingsError, match="03/04/2025.*two days"):
        F["TOTAL_GEX"](EXAMPLE_CHAIN, None, None, "expiries=03/04/2025")
