"""Real files, every figure against a second, plain reading of the same file: csv or json and fixed column places."""

from __future__ import annotations

import csv
import datetime as dt
import json
import math
from pathlib import Path

import numpy as np
import pytest

from gex_xl.chain import Chain

SPX, SPY, NVDA = "cboe_spx_2024-01-07.csv", "cboe_spy_2023-09-14.csv", "cboe_nvda_2025-01-06.csv"
LEGACY = "cboe_spy_2020-06-22_legacy.dat"
DELAYED = "cboe_spy_2022-07-12_delayed_quotes.json"
YAHOO = "yfinance_aapl_2025-09-28.csv"
FIGURES = ("bid", "ask", "volume", "iv", "delta", "gamma", "open_interest")
Contracts = dict[str, tuple[dt.date, float, bool, list[float]]]


def by_occ(chain: Chain) -> Contracts:
    """Root, date, right and strike spelt as an OCC symbol -> what was read."""
    columns = (chain.root.tolist(), chain.expiry.astype(object), chain.is_call.tolist(), chain.strike.tolist())
    figures = np.column_stack([getattr(chain, name) for name in FIGURES]).tolist()
    found = {
        f"{root}{expiry:%y%m%d}{'C' if call else 'P'}{round(strike * 1000):08d}": (expiry, strike, call, row)
        for root, expiry, call, strike, row in zip(*columns, figures, strict=True)
    }
    assert len(found) == len(chain)
    return found


def iv_or_none(iv: float) -> float:
    """CBOE and Yahoo write at most 0.02, or more than 5, where they have none."""
    return iv if 0.02 < iv <= 5 else math.nan


def quote_table(file: Path) -> Contracts:
    """CBOE's table: the date, ten columns of calls, the strike, ten columns of puts."""
    found: Contracts = {}
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.reader(lines):
            if len(row) < 22 or row[0].startswith("Expiration"):
                continue
            date = dt.datetime.strptime(row[0], "%m/%d/%Y" if "/" in row[0] else "%a %b %d %Y").date()
            for at, call in ((1, True), (12, False)):
                bid, ask, volume, iv, delta, gamma, interest = map(float, row[at + 3 : at + 10])
                found[row[at]] = (
                    date,
                    float(row[11]),
                    call,
                    [bid, ask, volume, iv_or_none(iv), delta, gamma, interest],
                )
    return found


def assert_same(found: Contracts, expected: Contracts) -> None:
    assert found.keys() == expected.keys()
    for symbol, (expiry, strike, call, figures) in expected.items():
        assert found[symbol][:3] == (expiry, strike, call), symbol
        assert np.array_equal(found[symbol][3], figures, equal_nan=True), symbol


@pytest.mark.parametrize(
    ("name", "symbol", "spot", "quoted"),
    [
        (SPX, "SPX", 4697.2402, "2024-01-07 10:52-05:00"),
        (SPY, "SPY", 450.81, "2023-09-14 16:31-04:00"),
        (NVDA, "NVDA", 150.2802, "2025-01-06 21:30-05:00"),
        (LEGACY, "SPY", 310.68, "2020-06-22 20:42-04:00"),
    ],
)
def test_quote_tables(name: str, symbol: str, spot: float, quoted: str, shared_chains: Path) -> None:
    """Spot and times are those of chains/README.md, where it gives them, and of the files' preambles."""
    chain = Chain.from_file(shared_chains / name)
    assert_same(by_occ(chain), quote_table(shared_chains / name))
    assert (chain.symbol, chain.spot, chain.as_of) == (symbol, spot, dt.datetime.fromisoformat(quoted))
    assert (chain.left_out, chain.notes) == ((), ())


def test_delayed_quotes(shared_chains: Path) -> None:
    chain = Chain.from_file(shared_chains / DELAYED)
    loaded = json.loads((shared_chains / DELAYED).read_text(encoding="utf-8"))
    expected: Contracts = {}
    for option in loaded["data"]["options"]:
        # "The strike is the last 8 digits / 1000", chains/README.md.
        symbol = option["option"]
        date = dt.datetime.strptime(symbol[-15:-9], "%y%m%d").date()
        figures = [float(option[key]) for key in FIGURES]
        figures[3] = iv_or_none(figures[3])
        expected[symbol] = (date, int(symbol[-8:]) / 1000, symbol[-9] == "C", figures)
    assert_same(by_occ(chain), expected)
    assert (chain.symbol, chain.spot) == ("SPY", 380.88)
    # The file's own time is UTC; trades in it are stamped in New York's.
    trades = [stamp for option in loaded["data"]["options"] if (stamp := option["last_trade_time"])]
    assert (loaded["timestamp"], max(trades)) == ("2022-07-12 22:57:33", "2022-07-12T16:14:59")
    assert chain.as_of == dt.datetime.fromisoformat("2022-07-12 22:57:33+00:00")


def test_yahoo(shared_chains: Path) -> None:
    chain = Chain.from_file(shared_chains / YAHOO)
    with (shared_chains / YAHOO).open(encoding="utf-8", newline="") as lines:
        rows = {row["contractSymbol"]: row for row in csv.DictReader(lines)}
    found = by_occ(chain)
    assert found.keys() == rows.keys()
    for symbol, row in rows.items():
        figures = [float(row[name] or "nan") for name in ("bid", "ask", "volume", "impliedVolatility")]
        figures[3] = iv_or_none(figures[3])
        expiry, strike, call, read = found[symbol]
        assert (f"{expiry}", strike, call) == (row["expiration"], float(row["strike"]), row["type"] == "call")
        assert np.array_equal(read[:4], figures, equal_nan=True), symbol
        assert np.array_equal([read[6]], [float(row["openInterest"] or "nan")], equal_nan=True), symbol
    assert chain.symbol == "AAPL"
    assert chain.spot == pytest.approx(255.46, abs=0.005)  # chains/README.md
    assert (chain.multiplier == 100).all()
    # The file names a day and no time of day.
    assert chain.as_of == dt.datetime.fromisoformat("2025-09-28 16:00-04:00")
    assert "16:00 New York taken" in chain.as_of_from
