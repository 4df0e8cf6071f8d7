"""Bad quotes, the feed's gamma against the model's, and what is left out: counted by hand, and by pandas."""

from __future__ import annotations

import datetime as dt
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gex_xl.analytics.contracts import prepare
from gex_xl.analytics.exposure import contributions
from gex_xl.analytics.quote_quality import QuoteCount, quote_counts
from gex_xl.analytics.vendor_gamma import vendor_gammas
from gex_xl.chain import Chain
from gex_xl.errors import NoValue
from gex_xl.settings import Settings
from gex_xl.udfs import FUNCTIONS as F

from .synthetic import AS_OF, NEW_YORK, cells, chain_of, gamma, price, years_between

SPOT = 5000.0
EXPIRIES = ("2025-03-28", "2025-06-20")


def book(**more: Any) -> list[dict[str, Any]]:
    """Two expiries of good quotes, a spread of 1 around Black-Scholes prices at 20 %."""
    out = []
    for expiry in EXPIRIES:
        v = 0.2 * math.sqrt(years_between(AS_OF, expiry))
        for strike in range(4500, 5501, 100):
            for right in "CP":
                value = price(SPOT, strike, v, right)
                out.append(
                    {
                        "root": "SPXW", "expiry": expiry, "right": right, "strike": strike, "iv": 0.2, "oi": 10,
                        "bid": value - 0.5, "ask": value + 0.5, "gamma": gamma(SPOT, SPOT, strike, v), **more,
                    }
                )  # fmt: skip
    return out


def counted(contracts: list[dict[str, Any]], stale_days: float = 7.0) -> dict[str, QuoteCount]:
    return {
        one.name.partition(" over ")[0]: one for one in quote_counts(prepare(chain_of(contracts, SPOT)), stale_days)
    }


#: name -> what is done to the quote of a contract.
SPOILT: dict[str, dict[str, Any]] = {
    "No quotes": {"bid": 0, "ask": None},
    "No bid": {"bid": 0},
    "No ask": {"ask": 0},
    "Crossed": {"bid": 400.0, "ask": 390.0},
    "Locked": {"bid": 386.0, "ask": 386.0},
    "Below its least value": {"bid": 350.0, "ask": 351.0},  # 400 below the forward
    "Above its greatest value": {"bid": 6000.0, "ask": 6100.0},
}


@pytest.mark.parametrize("name", SPOILT)
def test_one_spoilt_quote_is_counted_under_its_name_and_no_other(name: str) -> None:
    contracts = book()
    (one,) = (x for x in contracts if (x["expiry"], x["strike"], x["right"]) == (EXPIRIES[1], 4600, "C"))
    one.update(SPOILT[name], oi=35)
    found = counted(contracts)
    assert {kind: count.contracts for kind, count in found.items() if count.contracts} == {name: 1}
    hit = found[name]
    assert (hit.open_interest, hit.largest) == (35, "2025-06-20 4,600 call")
    used = prepare(chain_of(contracts, SPOT))
    each = np.abs(contributions(used))
    here = (used.strike == 4600) & used.is_call & (used.years > 0.2)
    assert hit.gross_share == pytest.approx(float(each[here].sum() / each.sum()))


def test_good_quotes_and_none_at_all() -> None:
    assert not any(one.contracts for one in counted(book()).values())
    bare = counted([{k: v for k, v in x.items() if k not in ("bid", "ask")} for x in book()])
    assert {(one.contracts, one.open_interest, one.gross_share) for one in bare.values()} == {(None, None, None)}
    assert bare["Crossed"].meaning == "no bid and no ask in the paste"


@pytest.mark.parametrize(("european", "name"), [(True, "SPXW"), (False, "NVDA")])
def test_bounds_of_either_exercise(european: bool, name: str) -> None:
    """A put quoted under its intrinsic value: by 8 it is impossible; by 1 a late spot may explain it in America."""
    for short, count in ((8.0, 1), (1.0, int(european))):
        contracts = [{**x, "root": name} for x in book()]
        (one,) = (x for x in contracts if (x["expiry"], x["strike"], x["right"]) == (EXPIRIES[0], 5400, "P"))
        one.update(bid=400.0 - short - 1, ask=400.0 - short)
        assert counted(contracts)["Below its least value"].contracts == count, short


def test_last_trades_by_age() -> None:
    """Eight days ago is stale, seven is not; a contract that never traded has no age."""
    moments = [AS_OF - dt.timedelta(days=8), AS_OF - dt.timedelta(days=6, hours=23), None]
    contracts = [{**x, "traded": moments[i % 3]} for i, x in enumerate(book())]
    table = cells(contracts, SPOT, AS_OF)
    table[0].append("Last Trade Date")
    for row, line in zip(table[1:], contracts, strict=True):
        row.append(line["traded"])
    old = len(contracts[::3])
    for days, expected in ((7.0, old), (9.0, 0), (1.0, old + len(contracts[1::3]))):
        found = quote_counts(prepare(Chain.from_cells(table)), days)[-1]
        assert (found.contracts, found.name) == (expected, f"Last trade over {days:g} days ago")
    assert F["QUOTE_CHECK"](table, None, None, None, 9)[-1][:2] == ["Last trade over 9 days ago", 0]


@pytest.mark.parametrize(
    "written",
    ["2025-02-20T15:59:30", "2025-02-20T20:59:30+00:00", "2/20/2025 3:59:30 PM", 1740085170000, 1740085170,
     dt.datetime(2025, 2, 20, 15, 59, 30)],
)  # fmt: skip
def test_times_of_trades_as_feeds_write_them(written: object) -> None:
    table = cells(book()[:2], SPOT, AS_OF)
    table[0].append("lastTradeDate")
    for unreadable in ("n/a", "10:52 XYZT 2/20/2025"):
        for row, value in zip(table[1:], (written, unreadable), strict=True):
            row[len(table[0]) - 1 :] = [value]
        first, second = Chain.from_cells(table).last_trade
        assert first == np.datetime64("2025-02-20T20:59:30")
        assert np.isnat(second)


def test_times_of_trades_in_the_json_of_feeds(tmp_path: Path) -> None:
    option = {"option": "SPXW250307C05000000", "bid": 1, "ask": 2, "iv": 0.2, "open_interest": 5, "volume": 1,
              "delta": 0.5, "gamma": 0.001, "theo": 1.5, "last_trade_time": "2025-03-03T11:15:00"}  # fmt: skip
    path = tmp_path / "chain.json"
    data = {"current_price": SPOT, "options": [option]}
    path.write_text(json.dumps({"timestamp": "2025-03-03 11:30:00", "symbol": "SPX", "data": data}), encoding="utf-8")
    assert Chain.from_file(path).last_trade[0] == np.datetime64("2025-03-03T16:15:00")


def test_the_feeds_gamma_by_expiry_as_pandas_has_it() -> None:
    contracts = book()
    rng = np.random.default_rng(7)
    for line in contracts:
        line["gamma"] = round(line["gamma"] * rng.uniform(0.9, 1.1), 4)
        line["oi"] = int(rng.integers(1, 500))
    contracts[3]["gamma"] = None
    found = vendor_gammas(prepare(chain_of(contracts, SPOT)))
    frame = pd.DataFrame(contracts).dropna(subset=["gamma"])
    sign = frame["right"].map({"C": -1, "P": 1})
    # The forward is spot here, and so quotes say.
    model = [
        gamma(SPOT, SPOT, k, 0.2 * math.sqrt(years_between(AS_OF, e)))
        for k, e in zip(frame["strike"], frame["expiry"], strict=True)
    ]
    scale = sign * frame["oi"] * 100 * SPOT**2 * 0.01
    frame = frame.assign(vendor_gex=scale * frame["gamma"], model_gex=scale * model)
    frame["apart"] = frame["model_gex"] - frame["vendor_gex"]
    for one, (name, part) in zip(found, [("All", frame), *frame.groupby("expiry")], strict=True):
        assert one.contracts == len(part)
        assert one.rounded == (part["gamma"] == 0).sum()
        assert one.vendor_gross == pytest.approx(part["vendor_gex"].abs().sum())
        assert one.model_gross == pytest.approx(part["model_gex"].abs().sum(), rel=1e-9)
        assert one.vendor_net == pytest.approx(part["vendor_gex"].sum())
        assert one.model_net == pytest.approx(part["model_gex"].sum(), rel=1e-9)
        assert one.difference == pytest.approx(part["model_gex"].abs().sum() / part["vendor_gex"].abs().sum() - 1)
        worst = part.loc[part["apart"].abs().idxmax()]
        assert (one.worst.strike, one.worst.expiry.isoformat()) == (worst["strike"], worst["expiry"])
        assert one.worst.apart == pytest.approx(worst["apart"], rel=1e-6)
        assert (None if name == "All" else name) == (one.expiry and one.expiry.isoformat())


def test_the_comparison_is_the_same_whichever_gamma_is_in_use() -> None:
    contracts = [{**x, "gamma": round(x["gamma"], 4)} for x in book()]
    chain = chain_of(contracts, SPOT)
    by_model, by_vendor = (
        vendor_gammas(prepare(chain, None, None, Settings().with_changes({"gamma_source": source})))
        for source in ("model", "vendor")
    )
    assert by_model == by_vendor


def test_a_feed_without_gamma_has_no_comparison() -> None:
    bare = chain_of([{k: v for k, v in x.items() if k != "gamma"} for x in book()], SPOT)
    with pytest.raises(NoValue, match="no gamma in the paste"):
        vendor_gammas(prepare(bare))
    expired = {**book()[0], "expiry": "2025-02-28", "gamma": 0.001}
    with pytest.raises(NoValue, match="no contract in use has both"):
        vendor_gammas(prepare(chain_of([*({**x, "gamma": None} for x in book()), expired], SPOT)))
    zero = chain_of([{**x, "gamma": 0} for x in book()], SPOT)
    assert vendor_gammas(prepare(zero))[0].difference is None
    assert F["VENDOR_GAMMA"](cells([{**x, "gamma": 0} for x in book()], SPOT, AS_OF))[1][6] == "#N/A"


def test_nothing_is_lost_from_the_count() -> None:
    """Contracts and open interest of a paste with every kind of bad line: used and left out add up to all of it."""
    contracts = book()
    contracts[0]["iv"] = None
    contracts[0].update(bid=None, ask=None)
    contracts[1].update(expiry="2025-02-28", oi=7)
    contracts[2].update(root="SPXW1", oi=11)
    table = cells(contracts, SPOT, AS_OF)
    at = table[0].index("Open Interest")
    total: list[Any] = [None] * len(table[0])
    total[0], total[at] = "Total", 100_000
    table += [list(table[0]), list(table[9]), total]
    found = prepare(Chain.from_cells(table))
    expected = {
        "repeated header": (1, 0), "no strike or symbol": (1, 100_000), "duplicate line": (1, 10), "expired": (1, 7),
        "adjusted contract": (1, 11), "no implied volatility": (1, 10),
    }  # fmt: skip
    assert found.excluded == expected
    listed = len(table) - 1
    assert found.chain.rows == listed == len(found.index) + sum(n for n, _ in found.excluded.values())
    written = sum(row[at] for row in table[1:] if isinstance(row[at], (int, float)))
    used = float(found.chain.open_interest[found.index].sum())
    assert used + sum(lost for _, lost in found.excluded.values()) == written


def test_one_reason_for_lines_that_reader_and_settings_leave_out_adds_up() -> None:
    """An adjusted contract marked with * by its feed, and one by its root."""
    contracts = book()
    contracts[2].update(root="SPXW1", oi=11)
    table = cells(contracts, SPOT, AS_OF)
    strike = table[0].index("Strike")
    table[1][strike] = "4500.00*"
    assert prepare(Chain.from_cells(table)).excluded == {"adjusted contract": (2, 21.0)}


@pytest.mark.parametrize(
    ("name", "no_bid", "stale"),
    [("cboe_nvda_2025-01-06.csv", 169, None), ("cboe_spy_2022-07-12_delayed_quotes.json", 558, 1560)],
)
def test_real_chains_as_pandas_counts_them(name: str, no_bid: int, stale: int | None, shared_chains: Path) -> None:
    path = shared_chains / name
    found = {one.name: one for one in quote_counts(prepare(Chain.from_file(path)))}
    if path.suffix == ".json":
        frame = pd.DataFrame(json.loads(path.read_text(encoding="utf-8"))["data"]["options"])
        age = pd.Timestamp("2022-07-12 18:57:33") - pd.to_datetime(frame["last_trade_time"])
        bid, ask = frame["bid"], frame["ask"]
        traded = int((age > pd.Timedelta(days=7)).sum())
    else:
        frame = pd.read_csv(path, skiprows=3)
        bid, ask = (pd.concat([frame[side], frame[f"{side}.1"]]) for side in ("Bid", "Ask"))
        traded = None
    assert found["No bid"].contracts == int(((bid == 0) & (ask > 0)).sum()) == no_bid
    assert found["Crossed"].contracts == int(((ask > 0) & (bid > ask)).sum())
    assert found["Last trade over 7 days ago"].contracts == traded == stale


def test_new_york_is_the_zone_of_trades() -> None:
    assert dt.datetime(2025, 2, 20, 15, 59, 30, tzinfo=NEW_YORK).timestamp() == 1740085170
