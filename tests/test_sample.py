"""The synthetic sample chain: reproducible, coherent, and read without loss."""

import csv
import datetime as dt
import io
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import mpmath
import numpy as np
import pytest

from gex_xl.analytics.contracts import NO_IV, prepare
from gex_xl.analytics.profile import zero_gammas
from gex_xl.chain import Chain
from gex_xl.settings import IvSource, Settings
from gex_xl.template.sample import AS_OF, HEADER, sample_csv, write_sample

FILE = Path(__file__).parents[1] / "workbook" / "sample_chain.csv"
NEW_YORK = ZoneInfo("America/New_York")
# As the sample is documented, not as the module has them: the recomputation below must not lean on it.
SPOT, RATE, DIVIDEND_YIELD = 5312.40, 0.043, 0.013


@pytest.fixture(scope="module")
def chain() -> Chain:
    return Chain.from_file(FILE)


@pytest.fixture(scope="module")
def rows() -> list[list[str]]:
    return list(csv.reader(io.StringIO(FILE.read_text(encoding="ascii"))))[4:]


def _sides(row: list[str]) -> tuple[dict[str, float], dict[str, float]]:
    names = ("last", "net", "bid", "ask", "volume", "iv", "delta", "gamma", "held")
    call, put = (dict(zip(names, map(float, row[at : at + 9]), strict=True)) for at in (2, 13))
    return call, put


def _years(row: list[str]) -> float:
    day = dt.datetime.strptime(row[1][-15:-9], "%y%m%d").date()
    hour = dt.time(16) if row[1].startswith("SPXW") else dt.time(9, 30)
    settled = dt.datetime.combine(day, hour, NEW_YORK).astimezone(dt.UTC)
    return (settled - dt.datetime(2025, 10, 8, 15, 30, tzinfo=dt.UTC)) / dt.timedelta(days=365)


def test_file_is_what_the_module_writes(tmp_path: Path) -> None:
    again = tmp_path / "again.csv"
    write_sample(again)
    assert again.read_bytes() == FILE.read_bytes() == sample_csv().encode()
    assert b"\r" not in again.read_bytes()


def test_layout_is_that_of_cboe_and_says_that_it_is_made_up() -> None:
    contracts = sample_csv().splitlines()
    assert contracts[0] == ""
    assert contracts[1].startswith("SYNTHETIC INDEX")
    assert "not market data" in contracts[1]
    assert contracts[3] == HEADER
    assert {line.count(",") for line in contracts[3:]} == {21}


def test_reads_without_loss(chain: Chain) -> None:
    assert chain.spot == SPOT
    assert chain.as_of == AS_OF
    assert chain.symbol == "SPX"
    assert chain.left_out == ()
    assert chain.notes == ()
    contracts = prepare(chain)
    assert contracts.excluded == {}
    assert contracts.live == len(chain) == len(contracts.index)
    # Quoted iv leaves out what the feed gives no iv for, all of it far in the money.
    quoted = prepare(chain, settings=Settings(iv_source=IvSource.QUOTED))
    assert quoted.excluded.keys() == {NO_IV}
    missing = np.isnan(chain.iv)
    assert 100 < missing.sum() == quoted.excluded[NO_IV][0] < 250
    assert np.all(np.abs(chain.delta[missing]) >= 0.999)


def test_contracts_and_expiries(chain: Chain) -> None:
    assert len(chain) == 4518
    dates = np.unique(chain.expiry)
    assert len(dates) == 17
    assert len(np.unique(chain.settlement)) == 21
    assert dates[0] == np.datetime64("2025-10-08")  # the quote's own day
    assert dates[-1] == np.datetime64("2027-12-17")
    both = [day for day in dates if set(chain.root[chain.expiry == day]) == {"SPX", "SPXW"}]
    assert [str(day) for day in both] == ["2025-10-17", "2025-11-21", "2025-12-19", "2026-03-20"]


def test_listed_symbols_agree_with_their_row(rows: list[list[str]]) -> None:
    for row in rows:
        day = dt.datetime.strptime(row[1][-15:-9], "%y%m%d").date()
        assert row[0] == f"{day:%a %b %d %Y}"
        assert row[1][-8:] == row[12][-8:] == f"{float(row[11]) * 1000:08.0f}"
        assert row[12] == row[1][:-9] + "P" + row[1][-8:]


def test_quotes_obey_parity_near_the_money(rows: list[list[str]]) -> None:
    checked = Counter[str]()
    for row in rows:
        strike = float(row[11])
        if abs(strike / SPOT - 1) > 0.04:
            continue
        call, put = _sides(row)
        t = _years(row)
        fair = SPOT * float(mpmath.exp(-DIVIDEND_YIELD * t)) - strike * float(mpmath.exp(-RATE * t))
        mids = 0.5 * (call["bid"] + call["ask"] - put["bid"] - put["ask"])
        widths = call["ask"] - call["bid"] + put["ask"] - put["bid"]
        assert abs(mids - fair) <= 0.5 * widths + 1e-4, row[1]
        checked[row[1][:-9]] += 1
    assert len(checked) == 21
    assert min(checked.values()) >= 4


def test_quotes_stand_on_ticks_and_wings_have_no_bid(rows: list[list[str]]) -> None:
    without_bid = 0
    for row in rows:
        for side in _sides(row):
            assert side["ask"] > side["bid"] >= 0
            for amount in (side["bid"], side["ask"]):
                ticks = amount / (0.05 if amount < 3 else 0.1)
                assert ticks == pytest.approx(round(ticks), abs=1e-6), row[1]
            without_bid += side["bid"] == 0
            assert side["last"] - side["net"] >= 0
            assert side["volume"] == 0 or side["last"] > 0
    assert 200 < without_bid < 600


def test_printed_greeks_follow_from_printed_iv(rows: list[list[str]]) -> None:
    for row in rows:
        call, put = _sides(row)
        iv = mpmath.mpf(max(call["iv"], put["iv"]))
        assert {call["iv"], put["iv"]} <= {0.0, float(iv)}
        t = mpmath.mpf(_years(row))
        deviation = iv * mpmath.sqrt(t)
        d1 = (mpmath.log(SPOT / float(row[11])) + (RATE - DIVIDEND_YIELD + iv**2 / 2) * t) / deviation
        discount = mpmath.exp(-DIVIDEND_YIELD * t)
        gamma = discount * mpmath.npdf(d1) / (SPOT * deviation)
        assert abs(call["gamma"] - gamma) <= 0.500001e-4, row[1]
        assert call["gamma"] == put["gamma"]
        assert abs(call["delta"] - discount * mpmath.ncdf(d1)) <= 0.500001e-4, row[1]
        assert abs(put["delta"] + discount * mpmath.ncdf(-d1)) <= 0.500001e-4, row[1]


def test_open_interest_is_heaped_on_round_strikes_and_out_of_the_money(chain: Chain) -> None:
    near = np.abs(chain.strike / SPOT - 1) < 0.025
    mean = {
        step: chain.open_interest[near & (chain.strike % step == 0) & (chain.strike % other != 0)].mean()
        for step, other in ((5, 25), (25, 100), (100, 1e9))
    }
    assert mean[100] > 1.5 * mean[25] > 2 * mean[5]
    puts_below = chain.open_interest[~chain.is_call & (chain.strike < SPOT)].sum()
    calls_above = chain.open_interest[chain.is_call & (chain.strike > SPOT)].sum()
    assert puts_below + calls_above > 0.85 * chain.open_interest.sum()
    held = {str(day): chain.open_interest[chain.expiry == day].sum() for day in np.unique(chain.expiry)}
    assert held["2025-10-17"] > 3 * held["2025-10-10"]


def test_exposure_has_two_walls_one_flip_and_one_zero_gamma_near_spot(chain: Chain) -> None:
    contracts = prepare(chain)
    strikes, at = np.unique(contracts.strike, return_inverse=True)
    each = contracts.shares_gamma
    call, put = (np.bincount(at, np.where(side, each, 0.0)) for side in (contracts.is_call, ~contracts.is_call))
    for amounts, wall in ((-call, 5400.0), (put, 5200.0)):
        order = np.argsort(amounts)
        assert strikes[order[-1]] == wall
        assert amounts[order[-1]] > 1.3 * amounts[order[-2]]
    running = np.cumsum(call + put)
    crossings = np.flatnonzero(running[:-1] * running[1:] < 0)
    assert len(crossings) == 1
    assert 0.96 * SPOT < strikes[crossings[0]] < 1.04 * SPOT
    (zero,) = zero_gammas(contracts)
    assert 0.96 * SPOT < zero < 1.04 * SPOT
