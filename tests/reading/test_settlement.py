"""When the contracts of a paste settle: by the feed's own word, the root, the ticker, the market."""

from __future__ import annotations

import csv
import datetime as dt

import numpy as np
import pytest

from gex_xl.analytics.contracts import prepare
from gex_xl.chain import Chain
from gex_xl.settings import Settings
from tests.reading.priced import world
from tests.reading.vendors_abroad import nse_csv

#: The third Friday of June 2024, in summer time.
OPEN, CLOSE = np.datetime64("2024-06-21T13:30:00"), np.datetime64("2024-06-21T20:00:00")
NAMES = ["ticker", "exdate", "cp_flag", "strike_price", "open_interest", "am_settlement"]


def chain(*rows: list[object], names: list[str] = NAMES, **settings: object) -> Chain:
    return Chain.from_cells([list(names), *rows], Settings().with_changes(settings))


def test_am_and_pm_contracts_of_one_third_friday_are_told_by_the_column() -> None:
    both = chain(["SPX", "2024-06-21", "C", 5500, 10, 1], ["SPX", "2024-06-21", "C", 5500, 20, 0])
    assert dict(zip(both.open_interest.tolist(), both.settlement.tolist(), strict=True)) == {
        10: OPEN.tolist(), 20: CLOSE.tolist()}  # fmt: skip
    assert dict(zip(both.open_interest.tolist(), both.am_settled.tolist(), strict=True)) == {10: True, 20: False}
    assert not any("third Friday" in note for note in both.notes)


def test_the_column_is_believed_before_the_setting_and_the_root() -> None:
    row: list[object] = ["SPX", "2024-06-21", "C", 5500, 10, 0]
    assert chain(row, third_friday="open").settlement.tolist() == [CLOSE.tolist()]
    of_root = ["SPX240621C05500000", 10, "0"]
    assert chain(of_root, names=["symbol", "oi", "am_set_flag"]).settlement.tolist() == [CLOSE.tolist()]
    assert chain(of_root[:2], names=["symbol", "oi"]).settlement.tolist() == [OPEN.tolist()]


def test_an_index_that_the_table_does_not_have_settles_as_its_feed_says() -> None:
    found = chain(["QQZ", "2024-06-21", "C", 5500, 10, "AM"], ["QQZ", "2024-06-21", "P", 5500, 20, "pm"])
    assert found.settlement.tolist() == [OPEN.tolist(), CLOSE.tolist()]


def test_a_blank_in_the_column_says_nothing() -> None:
    found = chain(["SPX", "2024-06-21", "C", 5500, 10, ""], third_friday="open")
    assert found.settlement.tolist() == [OPEN.tolist()]
    assert any("third Friday (2024-06-21) are taken as settled at the open" in note for note in found.notes)


def test_a_column_of_the_us_says_nothing_of_another_market() -> None:
    names = ["product", "expiry", "type", "strike", "oi", "currency", "am_settlement"]
    found = chain(["ODAX", "2024-07-19", "C", 18_500, 10, "EUR", 1], names=names)
    assert found.settlement.tolist() == [dt.datetime(2024, 7, 19, 11)]


@pytest.mark.parametrize("named", ["^VIX", "VIX", "$VIX", "VIX.US"])
def test_every_contract_of_vix_settles_at_the_open_of_its_wednesday(named: str) -> None:
    names = ["ticker", "expiration", "strike", "optionType", "openInterest", "impliedVolatility"]
    found = chain([named, "2024-05-22", 13, "call", 10, 0.9], [named, "2024-05-29", 13, "put", 20, 0.8], names=names)
    at = [dt.datetime(2024, 5, 22, 13, 30), dt.datetime(2024, 5, 29, 13, 30)]
    assert found.settlement.tolist() == at
    at_eleven = dt.datetime(2024, 5, 22, 15, tzinfo=dt.UTC)
    contracts = prepare(found, 13.0, at_eleven, Settings())
    assert contracts.excluded["expired"] == (1, 10.0)


def test_an_expiry_day_of_nse_is_counted_by_the_clock_of_kolkata() -> None:
    w = world("india", 3)
    found = Chain.from_cells([["Expiry: 2025-02-27"], *csv.reader(nse_csv(w).splitlines())])
    kolkata = dt.timezone(dt.timedelta(hours=5, minutes=30))
    at_ten = prepare(found, w.spot, dt.datetime(2025, 2, 27, 10, tzinfo=kolkata), Settings(multiplier=30.0))
    assert len(at_ten.index) == len(w.quotes)
    assert {round(float(y) * 365 * 24, 6) for y in at_ten.forwards.years} == {5.5}
    at_six = prepare(found, w.spot, dt.datetime(2025, 2, 27, 18, tzinfo=kolkata), Settings(multiplier=30.0))
    assert at_six.excluded["expired"][0] == len(w.quotes)
    assert not len(at_six.index)
