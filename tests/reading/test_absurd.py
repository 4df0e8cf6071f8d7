"""Figures that no market has: a note or a refusal, and never a total without a word."""

from __future__ import annotations

import pytest

from gex_xl.analytics.check import check
from gex_xl.analytics.contracts import prepare
from gex_xl.chain import Chain
from gex_xl.errors import BadInput
from tests.reading.priced import world

W = world("us", 9)
NAMES = ["root", "expiry", "type", "strike", "iv", "open interest", "multiplier", "bid", "ask"]
NEAR = min(range(len(W.quotes)), key=lambda i: abs(W.quotes[i].strike - W.spot))
FIRST = NEAR + 2  # the number of its row under a header


def rows() -> list[list[object]]:
    return [
        [q.root, q.expiry.isoformat(), q.word, q.strike, q.iv, q.open_interest, 100, q.bid, q.ask] for q in W.quotes
    ]


def changed(column: str, cell: object) -> Chain:
    cells = rows()
    cells[NEAR][NAMES.index(column)] = cell
    return Chain.from_cells([NAMES, *cells])


@pytest.mark.parametrize("column", ["strike", "open interest", "multiplier"])
def test_a_share_is_no_figure(column: str) -> None:
    with pytest.raises(BadInput, match=f'{column} in row {FIRST} is "100%"; expected a number, not a share of one'):
        changed(column, "100%")


@pytest.mark.parametrize("cell", [1e10, 1e17, 1e-12])
def test_a_multiplier_that_no_contract_has_is_refused(cell: float) -> None:
    with pytest.raises(BadInput, match=f"multiplier in row {FIRST} is .*; expected units per contract, such as 100"):
        changed("multiplier", cell)


def test_more_open_interest_than_any_series_has_is_refused() -> None:
    with pytest.raises(BadInput, match=f"open interest in row {FIRST} is 1e.12; expected no more than 1e.11"):
        changed("open interest", 1e12)


def test_a_hundred_thousandth_of_a_contract_is_said() -> None:
    assert any(note.startswith(f"open interest in row {FIRST} is 1e-05, which is no whole number")
               for note in changed("open interest", 1e-5).notes)  # fmt: skip


def test_a_hundred_thousandth_of_a_coin_is_said() -> None:
    cells: list[list[object]] = [["instrument_name", "mark_iv", "open_interest"]]
    cells += [[f"ETH-{day}-{strike}-C", 55.0, oi] for day, strike, oi in
              (("29NOV24", 3400, 1e-5), ("27DEC24", 3400, 12.5))]  # fmt: skip
    found = Chain.from_cells(cells)
    assert any(note.startswith("open interest in row 2 is 1e-05, less than any lot of a coin") for note in found.notes)


def test_an_iv_of_a_thousandth_of_a_percent_is_none_and_counted() -> None:
    found = changed("iv", 1e-5)
    contracts = prepare(found, W.spot, W.quoted)
    assert len(contracts.index) == len(W.quotes)  # the other right, or the quotes, say it
    own = prepare(found, W.spot, W.quoted, found.settings.with_changes({"iv_source": "quoted"}))
    assert check(own).excluded["no implied volatility"] == (1, W.quotes[NEAR].open_interest)
