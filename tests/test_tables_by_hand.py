"""Tables over a chain, every column by figures worked here: Black and Scholes by the error function.

Forward = spot and no rate, so that nothing but spot, iv and time decides; dealers are short calls and long puts.
"""

from __future__ import annotations

import math
from typing import Any

import pytest

from gex_xl import udfs

F = udfs.FUNCTIONS
SPOT, LOT = 100.0, 100
AS_OF = "2025-03-03 12:00"  # a Monday
SETTINGS = "carry=none; rate=0; exercise=european; iv_source=quoted"
#: Days to 16:00 in New York: Friday of the same week; and Friday 21 March, when summer time has taken an hour.
DAYS = {"2025-03-07": 4 + 4 / 24, "2025-03-21": 18 + 3 / 24}
#: expiry, right, strike, iv, open interest
LINES = (
    ("2025-03-07", "C", 95, 0.22, 100), ("2025-03-07", "C", 100, 0.20, 300), ("2025-03-07", "C", 105, 0.21, 500),
    ("2025-03-07", "P", 95, 0.22, 400), ("2025-03-07", "P", 100, 0.20, 200), ("2025-03-07", "P", 105, 0.21, 50),
    ("2025-03-21", "C", 100, 0.25, 120), ("2025-03-21", "C", 110, 0.24, 60),
    ("2025-03-21", "P", 90, 0.26, 80), ("2025-03-21", "P", 100, 0.25, 700),
)  # fmt: skip
Line = tuple[str, str, float, float, float]
HEAD = ["Root", "Expiry", "Type", "Strike", "IV", "Open interest"]
CHAIN = [["ZZX", f"Spot: {SPOT:g}", AS_OF], HEAD, *[["ZZX", *line] for line in LINES]]


def normal(x: float) -> float:
    return (1 + math.erf(x / math.sqrt(2))) / 2


def density(x: float) -> float:
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def greeks(line: Line, spot: float = SPOT, more_iv: float = 0.0) -> dict[str, float]:
    """Of one share; vanna per 1.00 of iv, charm and theta per year."""
    expiry, right, strike, iv, _ = line
    iv += more_iv
    t = DAYS[expiry] / 365
    s = iv * math.sqrt(t)
    d1 = math.log(spot / strike) / s + s / 2
    d2, n = d1 - s, density(d1)
    gamma = n / (spot * s)
    # speed: the change of gamma S^2, which GEX is made of, over S^2
    return {
        "delta": normal(d1) - (right == "P"), "gamma": gamma, "speed": -gamma / spot * (d1 / s + 1) + 2 * gamma / spot,
        "vanna": -n * d2 / iv, "charm": n * d2 / (2 * t), "vega": spot * n * math.sqrt(t),
        "theta": -spot * n * iv / (2 * math.sqrt(t)),
    }  # fmt: skip


def held(line: Line) -> float:
    """Shares below dealers' contracts, with their sign."""
    return (-1 if line[1] == "C" else 1) * line[4] * LOT


#: From a share's sensitivity to what the tables hold: USD of delta, per 1 %, per vol point, per day.
SCALE = {
    "delta": SPOT, "gamma": SPOT * SPOT * 0.01, "speed": SPOT * (0.01 * SPOT) ** 2, "vanna": SPOT * 0.01,
    "charm": SPOT / 365, "vega": 0.01, "theta": 1 / 365,
}  # fmt: skip
UNIT = {
    "delta": "USD", "gamma": "USD per 1 %", "speed": "USD per 1 %, per 1 %", "vanna": "USD of delta per vol point",
    "charm": "USD of delta per day", "vega": "USD per vol point", "theta": "USD per day",
}  # fmt: skip


def summed(kind: str = "gamma", **where: Any) -> list[float]:
    """Call, put and net of the lines with that strike or expiry."""
    place = {"expiry": 0, "strike": 2}
    parts = [
        math.fsum(
            held(line) * greeks(line)[kind] * SCALE[kind]
            for line in LINES
            if line[1] == right and all(line[place[name]] == value for name, value in where.items())
        )
        for right in "CP"
    ]
    return [*parts, sum(parts)]


def same(found: list[list[Any]], expected: list[list[Any]]) -> None:
    """Text exactly, figures to nine digits; a blank is None or empty text."""
    assert len(found) == len(expected), found
    for row, wanted in zip(found, expected, strict=True):
        assert len(row) == len(wanted), row
        for cell, want in zip(row, wanted, strict=True):
            if isinstance(want, str):
                assert cell == want, (row, wanted)
            else:
                assert cell == pytest.approx(want, rel=1e-9, abs=1e-12), (row, wanted)


def table(name: str, *more: Any, settings: str = SETTINGS, chain: Any = CHAIN, before: tuple[Any, ...] = ()) -> Any:
    return F[name](chain, *before, None, None, settings, *more)


def test_strikes() -> None:
    rows, running = [], 0.0
    for strike in (90.0, 95.0, 100.0, 105.0, 110.0):
        parts = summed(strike=strike)
        running += parts[2]
        rows.append([strike, *parts, running])
    heads = [f"{part} GEX (USD per 1 %)" for part in ("Call", "Put", "Net", "Cumulative")]
    same(table("GEX_PER_STRIKE"), [["Strike", *heads], *rows])


def test_expiries_and_their_days() -> None:
    heads = [f"{part} GEX (USD per 1 %)" for part in ("Call", "Put", "Net")]
    first, second = DAYS
    same(
        table("GEX_BY_EXPIRY"),
        [
            ["Expiry", "Settles", "Days", "Contracts", *heads],
            [first, "PM", DAYS[first], 6, *summed(expiry=first)],
            [second, "PM", DAYS[second], 4, *summed(expiry=second)],
        ],
    )


def test_buckets() -> None:
    heads = [f"{part} GEX (USD per 1 %)" for part in ("Call", "Put", "Net")]
    gross = {day: sum(abs(held(line)) * greeks(line)["gamma"] for line in LINES if line[0] == day) for day in DAYS}
    week, month = (gross[day] / sum(gross.values()) for day in DAYS)
    none = [0, 0.0, 0.0, 0.0, 0.0]
    same(
        table("GEX_BY_BUCKET"),
        [
            ["Bucket", "Days", "Contracts", *heads, "Share of gross"],
            ["0DTE", "0", *none],
            ["Week", "1 to 7", 6, *summed(expiry="2025-03-07"), week],
            ["Month", "8 to 30", 4, *summed(expiry="2025-03-21"), month],
            ["Quarter", "31 to 90", *none],
            ["Beyond", "over 90", *none],
        ],
    )


@pytest.mark.parametrize("kind", UNIT)
def test_exposures_of_each_kind_in_total_by_strike_and_by_expiry(kind: str) -> None:
    assert table("DEALER_EXPOSURE", before=(kind,)) == pytest.approx(summed(kind)[2], rel=1e-9)
    heads = [f"{part} {kind} ({UNIT[kind]})" for part in ("Call", "Put", "Net")]
    strikes = [[strike, *summed(kind, strike=strike)] for strike in (90.0, 95.0, 100.0, 105.0, 110.0)]
    same(table("DEALER_EXPOSURE", "strike", before=(kind,)), [["Strike", *heads], *strikes])
    same(
        table("DEALER_EXPOSURE", "expiry", before=(kind,)),
        [
            ["Expiry", "Settles", "Days", "Contracts", *heads],
            *[
                [day, "PM", DAYS[day], count, *summed(kind, expiry=day)]
                for day, count in zip(DAYS, (6, 4), strict=True)
            ],
        ],
    )
    (row,) = (row for row in table("EXPOSURES") if row[0] == kind)
    same([row], [[kind, *summed(kind), len(LINES), UNIT[kind]]])


def test_exposures_are_named_in_their_order() -> None:
    found = table("EXPOSURES")
    assert found[0] == ["Exposure", "Call", "Put", "Net", "Contracts", "Unit"]
    assert [row[0] for row in found[1:]] == ["delta", "gamma", "speed", "vanna", "charm", "vega", "theta"]


def test_top_strikes_in_a_small_unit_with_their_rank() -> None:
    """In billions this chain's figures are millionths, and still in their order."""
    net = {strike: summed(strike=strike)[2] / 1e9 for strike in (90.0, 95.0, 100.0, 105.0, 110.0)}
    up = sorted((k for k in net if net[k] > 0), key=lambda k: -net[k])
    down = sorted((k for k in net if net[k] < 0), key=lambda k: net[k])
    assert (up, down) == ([100.0, 95.0, 90.0], [105.0, 110.0])  # the puts' strikes, then the calls'
    assert max(map(abs, net.values())) < 1e-3
    heads = [[f"{sign} strike", f"{sign} net GEX (USD bn per 1 %)", "From spot"] for sign in ("Positive", "Negative")]
    rows: list[list[Any]] = [["Rank", *heads[0], *heads[1]]]
    for rank in range(3):
        row: list[Any] = [rank + 1]
        for side in (up, down):
            row += [side[rank], net[side[rank]], side[rank] / SPOT - 1] if rank < len(side) else [""] * 3
        rows.append(row)
    small = f"{SETTINGS}; unit=usd_bn"
    same(table("TOP_STRIKES", settings=small), rows)
    same(table("TOP_STRIKES", 2, settings=small), rows[:3])


def test_max_pain() -> None:
    """What holders get at each strike, per contract's share: calls (level - strike) and puts (strike - level)."""
    # 7 March at 95: puts 5 x 200 + 10 x 50 = 1,500; at 100: calls 5 x 100, puts 5 x 50: 750;
    # at 105: calls 10 x 100 + 5 x 300 = 2,500. 21 March at 90: puts 10 x 700; at 100: 0; at 110: calls 10 x 120.
    same(
        table("MAX_PAIN"),
        [
            ["Expiry", "Settles", "Days", "Max pain (USD)", "From spot", "Call open interest", "Put open interest"],
            ["2025-03-07", "PM", DAYS["2025-03-07"], 100.0, 0.0, 900, 650],
            ["2025-03-21", "PM", DAYS["2025-03-21"], 100.0, 0.0, 180, 780],
        ],
    )


def test_expected_moves_and_straddles() -> None:
    """The straddle is the one nearest the forward with quotes on both sides, at the middle of bid and ask."""
    quotes = {("C", 100): (1.60, 1.80), ("P", 100): (1.50, 1.70), ("C", 105): (0.2, 0.3), ("P", 105): (5.1, 5.4)}
    lines: list[list[Any]] = [["ZZX", f"Spot: {SPOT:g}", AS_OF], [*HEAD, "Bid", "Ask"]]
    for expiry, right, strike, iv, oi in LINES:
        bid, ask = quotes.get((right, int(strike)), (None, None)) if expiry == "2025-03-07" else (None, None)
        lines.append(["ZZX", expiry, right, strike, iv, oi, bid, ask])
    rows: list[list[Any]] = []
    for expiry, iv in (("2025-03-07", 0.20), ("2025-03-21", 0.25)):
        move = SPOT * iv * math.sqrt(DAYS[expiry] / 365)
        rows.append([expiry, "PM", DAYS[expiry], iv, move, SPOT - move, SPOT + move])
    price = 1.70 + 1.60
    rows[0] += [100.0, price, price * math.sqrt(math.pi / 2)]
    rows[1] += ["#N/A"] * 3
    heads = ["Expiry", "Settles", "Days", "ATM iv", "Move (USD)", "Spot - move (USD)", "Spot + move (USD)"]
    heads += ["Straddle strike (USD)", "Straddle (USD)", "Straddle's move (USD)"]
    same(table("EXPECTED_MOVE", chain=lines), [heads, *rows])


def test_flows_of_spot_and_of_volatility() -> None:
    """Dealers trade against the change of their delta; USD at today's spot."""
    rows = []
    for move in (-0.03, 0.01):
        shares = -sum(held(x) * (greeks(x, SPOT * (1 + move))["delta"] - greeks(x)["delta"]) for x in LINES)
        rows.append([move, shares, shares * SPOT, -summed()[2] * move * 100])
    heads = ["Dealers trade (shares)", "Dealers trade (USD)", "Linear estimate (USD)"]
    same(table("HEDGE_FLOW", before=([-0.03, 0.01],)), [["Move of spot", *heads], *rows])
    rows = []
    for move in (-0.21, 0.01):  # the iv of 0.20 and of 0.21 stop at one point
        moved = [max(move, 0.01 - x[3]) for x in LINES]
        shares = -sum(
            held(x) * (greeks(x, more_iv=by)["delta"] - greeks(x)["delta"]) for x, by in zip(LINES, moved, strict=True)
        )
        stopped = sum(x[3] + move < 0.01 for x in LINES)
        rows.append([move, shares, shares * SPOT, -summed("vanna")[2] * move * 100, stopped])
    assert [row[-1] for row in rows] == [4, 0]
    same(table("VOL_FLOW", before=([-0.21, 0.01],)), [["Move of iv (decimal)", *heads, "Stopped at 1 point"], *rows])


def quoted(*quotes: tuple[str, float, float, float]) -> list[list[Any]]:
    """One expiry: right, strike, bid, ask."""
    rows = [["ZZX", "2025-03-21", right, strike, 0.2, 10, bid, ask] for right, strike, bid, ask in quotes]
    return [["ZZX", f"Spot: {SPOT:g}", AS_OF], [*HEAD, "Bid", "Ask"], *rows]


def test_several_violations_of_one_kind() -> None:
    """Each call is sold against the cheapest of lower strike: 7.0 - 5.2 and 6.0 - 5.2; worst first."""
    chain = quoted(("C", 95, 5.0, 5.2), ("C", 100, 6.0, 6.2), ("C", 105, 7.0, 7.2))
    found = table("ARBITRAGE_CHECK", chain=chain)
    assert found[0] == [
        "Test", "Quotes compared", "Executable", "Within the spread", "Worst (USD per share)", "Expiry", "Settles",
        "Right", "Strike", "Trade",
    ]  # fmt: skip
    where = ["2025-03-21", "PM", "call"]
    same(
        found[1:3],
        [
            [
                "Vertical: calls fall, puts rise with the strike",
                3,
                2,
                0,
                1.8,
                *where,
                105.0,
                "sell 105 at 7, buy 95 at 5.2",
            ],
            ["", "", "", "", 0.8, *where, 100.0, "sell 100 at 6, buy 95 at 5.2"],
        ],
    )
    assert [row[0] for row in found[3:]] == [
        "Butterfly: prices are convex in the strike", "Calendar: the later expiry is worth more",
        "Parity: call less put fits the forward",
    ]  # fmt: skip
    assert len(table("ARBITRAGE_CHECK", 1, chain=chain)) == len(found) - 1
