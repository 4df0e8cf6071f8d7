"""What stands below a heading is what it says, from the core by its own way."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

import gex_xl
from gex_xl.analytics.expiries import expected_moves, max_pain
from gex_xl.analytics.term_structure import atm_iv
from gex_xl.engines import Recalculation

from .saved import opened

FIRST = 23  # row of the headings on Volatility


def test_the_headings_of_volatility(book: tuple[Path, Recalculation], sample: list[list[object]]) -> None:
    sheet = opened(book[0], values=True)["Volatility"]
    assert [sheet.cell(FIRST, column).value for column in range(2, 14)] == [
        "Expiry", "Days", "Forward", "iv", "Expected move", "From", "To", "Max pain", "From spot", "Call OI", "Put OI",
        "Puts / calls",
    ]  # fmt: skip
    contracts = gex_xl.prepare(gex_xl.Chain.from_cells(sample))
    spot = contracts.spot
    rows = list(zip(atm_iv(contracts), expected_moves(contracts), max_pain(contracts), strict=True))
    assert len(rows) == 21
    dates = [smile.expiry for smile, _, _ in rows]
    for number, (smile, move, pain) in enumerate(rows, FIRST + 1):
        shown = [sheet.cell(number, column).value for column in range(2, 14)]
        am = " am" if smile.am_settled and dates.count(smile.expiry) == 2 else ""
        assert shown[0] == f"{smile.expiry:%a} {smile.expiry.day} {smile.expiry:%b %y}{am}"
        assert (smile.expiry, smile.am_settled) == (move.expiry, move.am_settled) == (pain.expiry, pain.am_settled)
        assert shown[1] == pytest.approx((smile.years * dt.timedelta(days=365)) / dt.timedelta(days=1), rel=1e-9)
        assert move.move is not None and pain.strike is not None
        calls, puts = pain.call_open_interest, pain.put_open_interest
        assert shown[2:] == pytest.approx(
            [
                smile.forward, smile.iv, move.move, spot - move.move, spot + move.move, pain.strike,
                pain.strike / spot - 1, calls, puts, puts / calls,
            ],
            rel=1e-9,
        )  # fmt: skip
    titles = {cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)}
    assert {
        "Term structure: at-the-money implied volatility by expiry, %", "Smile: implied volatility by delta, %",
        "By expiry", "Expected move today", "At-the-money iv, 30 days", "9 over 30 days", "30 over 90 days",
        "25-delta skew",
    } <= titles  # fmt: skip
