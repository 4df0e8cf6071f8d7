"""What the rows decide by evidence, each replaced by its setting, which is said: strikes, open interest, currency."""

from __future__ import annotations

import pytest

from gex_xl import udfs
from gex_xl.analytics.contracts import multipliers, prepare
from gex_xl.analytics.terms import terms
from gex_xl.chain import Chain
from gex_xl.settings import Settings
from tests.reading.priced import Quote, World, world

W = world("us", 31)
NAMES = ["root", "expiry", "type", "strike", "iv", "open interest", "bid", "ask", "multiplier", "spot", "quote time"]
Cells = list[list[object]]


def table(w: World = W, by: float = 1.0, priced: float = 1.0, multiplier: object = "", **more: object) -> Cells:
    def row(q: Quote) -> list[object]:
        return [q.root, q.expiry.isoformat(), q.word, q.strike * by, q.iv, q.open_interest, q.bid * priced,
                q.ask * priced, multiplier, w.spot * priced, w.local.isoformat(), *more.values()]  # fmt: skip

    return [[*NAMES, *more], *map(row, w.quotes)]


def read(cells: Cells, **given: object) -> Chain:
    return Chain.from_cells(cells, Settings().with_changes(given))


def strikes(w: World = W) -> list[float]:
    return [q.strike for q in sorted(w.quotes, key=lambda q: (q.expiry, q.strike, q.right))]


def test_strikes_are_divided_by_what_is_given() -> None:
    chain = read(table(by=10), strike_scale=10)
    assert chain.strike.tolist() == pytest.approx(strikes())
    assert "strike_scale = 10: strikes are divided by it" in chain.notes
    assert chain.spot == pytest.approx(W.spot)
    assert read(table(by=1000), strike_scale=1).strike.tolist() == pytest.approx([1000 * k for k in strikes()])


def test_prices_of_the_unit_of_the_strikes_are_divided_with_them() -> None:
    chain = read(table(by=100, priced=100), strike_scale=100)
    assert chain.strike.tolist() == pytest.approx(strikes())
    assert chain.spot == pytest.approx(W.spot)
    assert chain.bid.sum() == pytest.approx(sum(q.bid for q in W.quotes))
    assert "strike_scale = 100: strikes, spot and quotes are divided by it" in chain.notes


def sizes(chain: Chain, **given: object) -> set[float]:
    return set(multipliers(chain, Settings().with_changes(given)).tolist())


def test_open_interest_is_taken_in_the_unit_that_is_given() -> None:
    held = sum(q.open_interest for q in W.quotes)
    for unit, size, factor in (("contracts", 100, 1), ("units", 1, 1), ("thousands", 100, 1000)):
        chain = read(table(), oi_unit=unit)
        assert sizes(chain) == {size}
        assert chain.open_interest.sum() == pytest.approx(held * factor)
        assert f"oi_unit = {unit}: open interest is taken in {unit}" in chain.notes


def test_units_leave_the_sizes_of_the_chain_aside() -> None:
    chain = read(table(multiplier=100))
    assert sizes(chain, multiplier=50) == {100}
    said = "multiplier = 50 is not taken where the chain names its own (oi_unit = units leaves those aside)"
    assert said in terms(prepare(chain, settings=Settings(multiplier=50)))
    chain = read(table(multiplier=100), oi_unit="units")
    assert sizes(chain) == {1}
    assert sizes(chain, multiplier=50) == {50}
    assert "50 per contract, USD" in terms(prepare(chain, settings=Settings(multiplier=50)))


def test_shares_of_india_are_contracts_of_a_lot_where_the_setting_says_so() -> None:
    w = world("shares", 3)
    rows = [[q.expiry.isoformat(), "CE" if q.right == "C" else "PE", q.strike, q.iv, q.open_interest, 30, w.symbol]
            for q in w.quotes]  # fmt: skip
    cells: Cells = [["expiry", "instrument_type", "strike", "iv", "oi", "lot_size", "name"], *rows]
    assert sizes(read(cells)) == {1}
    assert sizes(read(cells, oi_unit="contracts")) == {30}


def test_contracts_of_a_coin_exchange_have_its_size() -> None:
    w = world("coin", 3)
    rows = [[f"ETH-USD-{q.expiry:%y%m%d}-{q.strike:g}-{q.right}", q.iv, q.open_interest] for q in w.quotes]
    cells: Cells = [["instId", "markVol", "oiCcy"], *rows]
    assert sizes(read(cells)) == {1}
    assert sizes(read(cells, oi_unit="contracts")) == {0.1}


def test_a_currency_is_that_of_the_setting_else_of_the_column_else_of_the_product() -> None:
    assert read(table()).currency == "USD"
    assert read(table(), currency="inr").currency == "INR"
    sterling = read(table(currency="GBP"))
    assert sterling.currency == "GBP"
    assert ", GBP, settles" in terms(prepare(sterling))
    assert read(table(currency="GBP"), currency="EUR").currency == "EUR"
    assert {product.currency for product in sterling.products} == {"GBP"}
    mixed = table(currency="GBP")
    mixed[1][-1] = "EUR"
    assert read(mixed).currency == "USD"


def test_the_check_shows_what_was_given() -> None:
    given = "strike_scale=10; oi_unit=units; currency=CHF; iv_unit=decimal; multiplier=20"
    rows = udfs.CHAIN_CHECK(table(by=10), None, None, given)
    changed = {row[1] for row in rows if row[0] == "Changed settings"}
    said = " ".join(str(cell) for cell in changed)
    for wanted in ("strike_scale = 10", "oi_unit = units", "currency = CHF", "iv_unit = decimal", "multiplier = 20"):
        assert wanted in said
    told = " ".join(str(cell) for row in rows for cell in row)
    assert "20 per contract, CHF" in told
    assert "strikes are divided by it" in told
