"""Real chains against figures that were published with them, and one read again from scratch."""

import csv
import datetime as dt
import json
import math
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.exposure import by_expiry, per_strike, total
from gex_xl.analytics.flip import flips_of
from gex_xl.analytics.profile import reprice, zero_gamma, zero_gammas
from gex_xl.analytics.summary import summarise
from gex_xl.chain import Chain
from gex_xl.settings import Settings

TABLE = Path(__file__).parents[1] / "reference" / "real_chains.csv"
SPX = "cboe_spx_2024-01-07.csv"
SPY_JSON = "cboe_spy_2022-07-12_delayed_quotes.json"


def rows() -> list[dict[str, str]]:
    contracts = TABLE.read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in contracts if not line.startswith("#")))


CHAINS: dict[Path, Chain] = {}


def lines_of(path: Path, **changes: object) -> Contracts:
    if path not in CHAINS:
        CHAINS[path] = Chain.from_file(path)
    return prepare(CHAINS[path], None, None, Settings().with_changes({"unit": "usd_bn", **changes}))


def printed(text: str, relative: float = 1e-6) -> object:
    """The figure to `relative`, or to half of its last printed digit where that is coarser."""
    digits = len(text.partition(".")[2])
    return pytest.approx(float(text), rel=relative, abs=0.5 * 10.0**-digits)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["file"])
def test_vendor_gamma(row: dict[str, str], shared_chains: Path) -> None:
    contracts = lines_of(shared_chains / row["file"], gamma_source="vendor")
    found = total(contracts)
    assert found.call == printed(row["vendor_call"])
    assert found.put == printed(row["vendor_put"])
    assert found.net == printed(row["vendor_net"])
    assert (contracts.spot, contracts.chain.rows, len(contracts.index)) == (
        float(row["spot"]),
        int(row["all"]),
        int(row["live"]),
    )
    flip = summarise(contracts).flip
    if row["flip_vendor"]:
        assert flip is not None
        assert flip.strike == pytest.approx(float(row["flip_vendor"]), abs=0.5e-4)
    else:
        assert flip is None
        assert flips_of(per_strike(contracts), contracts.settings) == []


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["file"])
def test_model_gamma(row: dict[str, str], shared_chains: Path) -> None:
    contracts = lines_of(shared_chains / row["file"], carry="none", iv_source="quoted")
    assert total(contracts).net == printed(row["model_net"])
    root = zero_gamma(contracts)
    assert root == pytest.approx(float(row["zero_gamma"]), abs=1e-4)
    assert root in zero_gammas(contracts)
    largest = np.abs(reprice(contracts, contracts.spot * np.linspace(0.8, 1.2, 81))).max()
    assert abs(reprice(contracts, np.array([root]))[0]) <= 1e-9 * largest
    assert contracts.excluded.get("expired", (0, 0.0))[0] == int(row["all"]) - int(row["live"])


@pytest.mark.parametrize("name", [row["file"] for row in rows()] + [SPY_JSON])
@pytest.mark.parametrize("source", ["model", "vendor"])
def test_sums(name: str, source: str, shared_chains: Path) -> None:
    contracts = lines_of(shared_chains / name, gamma_source=source)
    found, strikes, expiries = total(contracts), per_strike(contracts), by_expiry(contracts)
    gross = abs(found.call) + abs(found.put)
    for other in (
        found.call + found.put,
        math.fsum(strikes.net),
        math.fsum(strikes.call) + math.fsum(strikes.put),
        strikes.cumulative[-1],
        math.fsum(e.net for e in expiries),
    ):
        assert other == pytest.approx(found.net, rel=1e-12, abs=1e-12 * gross)


def test_spx_largest_strikes(shared_chains: Path) -> None:
    """4600 +2.344976 and 4900 -3.041355 bn; the published chart, signs the other way round, totals -11.00."""
    contracts = lines_of(shared_chains / SPX, gamma_source="vendor")
    strikes = per_strike(contracts)
    net = dict(zip(strikes.strike.tolist(), strikes.net.tolist(), strict=True))
    assert max(net, key=lambda k: net[k]) == 4600
    assert min(net, key=lambda k: net[k]) == 4900
    assert net[4600] == printed("2.344976")
    assert net[4900] == printed("-3.041355")
    published = total(lines_of(shared_chains / SPX, gamma_source="vendor", sign="long_calls"))
    assert published.net == pytest.approx(-11.00, abs=0.005)


def test_spx_quirks(shared_chains: Path) -> None:
    """Quoted on a Sunday: valued at Friday's close; SPX and SPXW share dates and settle 6.5 hours apart."""
    contracts = lines_of(shared_chains / SPX, gamma_source="vendor")
    assert contracts.as_of == dt.datetime.fromisoformat("2024-01-07T10:52-05:00")
    assert contracts.valued_at == dt.datetime.fromisoformat("2024-01-05T16:00-05:00")
    assert contracts.excluded["expired"][0] == 446
    january = [e for e in by_expiry(contracts) if e.expiry == dt.date(2024, 1, 19)]
    assert [e.am_settled for e in january] == [True, False]
    assert january[1].years - january[0].years == pytest.approx(6.5 / 8760, rel=1e-9)
    quoted = lines_of(shared_chains / SPX, iv_source="quoted")
    assert quoted.excluded["no implied volatility"][0] >= 386


# The JSON file again, from its text: nothing of the project is used for the expected figures.

NEW_YORK = ZoneInfo("America/New_York")


def plainly(path: Path) -> dict[str, float]:
    """Totals, flip and zero gamma by lists and loops: carry none, each line's own iv, customer_flow, USD bn."""
    data = json.loads(path.read_text(encoding="utf-8"))["data"]
    spot = data["current_price"]
    start = dt.datetime(2022, 7, 12, 16, 0, tzinfo=NEW_YORK)  # quoted that evening: the last close
    book, vendor = [], {}
    for option in data["options"]:
        name = option["option"]
        strike, right, day = int(name[-8:]) / 1000, name[-9], name[-15:-9]
        close = dt.datetime.strptime(day + "16", "%y%m%d%H").replace(tzinfo=NEW_YORK)
        seconds = (close.astimezone(dt.UTC) - start.astimezone(dt.UTC)).total_seconds()
        if seconds <= 0:
            continue
        position = (-100 if right == "C" else 100) * option["open_interest"]
        vendor.setdefault((strike, right), []).append(position * option["gamma"] * spot**2 * 0.01 / 1e9)
        if 0.02 < option["iv"] <= 5:
            book.append((position, strike, option["iv"] * math.sqrt(seconds / 86_400 / 365)))
    positions, strikes, v = (np.array(column) for column in zip(*book, strict=True))

    def model(level: float) -> float:
        d1 = np.log(level / strikes) / v + v / 2
        each = positions * np.exp(-d1 * d1 / 2) / math.sqrt(2 * math.pi) / (level * v)
        return math.fsum(each) * level**2 * 0.01 / 1e9

    grid = [spot * (0.8 + 0.001 * i) for i in range(401)]
    values = [model(level) for level in grid]
    roots = []
    for low, high, f_low, f_high in zip(grid, grid[1:], values, values[1:], strict=False):
        if f_low * f_high < 0:
            a, b = low, high
            for _ in range(80):
                middle = (a + b) / 2
                a, b = (middle, b) if model(middle) * f_low > 0 else (a, middle)
            roots.append((a + b) / 2)
    running, curve = 0.0, []
    for k in sorted({strike for strike, _ in vendor}):
        running += math.fsum(vendor.get((k, "C"), []) + vendor.get((k, "P"), []))
        curve.append((k, running))
    return {
        "live": sum(len(each) for each in vendor.values()),
        "used": len(book),
        "call": math.fsum(x for (_, right), each in vendor.items() for x in each if right == "C"),
        "put": math.fsum(x for (_, right), each in vendor.items() for x in each if right == "P"),
        "model": model(spot),
        "zero_gamma": min(roots, key=lambda root: abs(root - spot)),
        "roots": len(roots),
        "first_above_1_percent": next(c for _, c in curve if abs(c) > 0.01 * max(abs(x) for _, x in curve)),
        "lowest": min(c for _, c in curve),
        "last": running,
        "largest": max(c for _, c in curve),
    }


def test_json_read_again_from_scratch(shared_chains: Path) -> None:
    expected = plainly(shared_chains / SPY_JSON)
    vendor = lines_of(shared_chains / SPY_JSON, gamma_source="vendor")
    model = lines_of(shared_chains / SPY_JSON, carry="none", iv_source="quoted")
    assert (len(vendor.index), len(model.index)) == (expected["live"], expected["used"])
    assert total(vendor).call == pytest.approx(expected["call"], rel=1e-12)
    assert total(vendor).put == pytest.approx(expected["put"], rel=1e-12)
    assert total(vendor).net == pytest.approx(expected["last"], rel=1e-11)
    assert total(model).net == pytest.approx(expected["model"], rel=1e-10)
    assert zero_gamma(model) == pytest.approx(expected["zero_gamma"], rel=1e-10)
    assert len(zero_gammas(model)) == expected["roots"]
    curve = per_strike(vendor).cumulative
    assert curve.max() == pytest.approx(expected["largest"], rel=1e-11)
    assert curve.min() == pytest.approx(expected["lowest"], abs=1e-12)
    # The first part that counts is positive and nothing below 0 is larger than 1 %: no flip.
    one_sided = expected["first_above_1_percent"] > 0 > -0.01 * expected["largest"] <= expected["lowest"]
    assert (summarise(vendor).flip is None) == one_sided
