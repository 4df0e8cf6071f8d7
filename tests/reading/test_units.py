"""Units that a paste does not name, by evidence of its rows: quotes, symbols, spot, the feed's gamma."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gex_xl.chain import Chain
from gex_xl.reading import read_columns
from tests.reading import vendors_abroad
from tests.reading.made_up import chain_of
from tests.reading.priced import Quote, World, world

W = world("us", 21)
NAMES = ["symbol", "iv", "open interest", "bid", "ask", "spot", "quote time"]


def table(iv: Callable[[Quote], object], title: str = "iv") -> list[list[object]]:
    header = [title if name == "iv" else name for name in NAMES]
    return [header, *([q.occ, iv(q), q.open_interest, q.bid, q.ask, W.spot, W.local.isoformat()] for q in W.quotes)]


def ivs(chain: Chain) -> list[float]:
    ordered = sorted(W.quotes, key=lambda q: (q.expiry, q.strike, q.right))
    assert chain.iv.tolist() == pytest.approx([q.iv for q in ordered], rel=1e-9)
    return chain.iv.tolist()


def test_high_decimals_and_low_percents_are_told_by_the_quotes() -> None:
    """An iv of 3.4 is 340 % or 3.4 %: the quotes beside it say which."""
    ivs(Chain.from_cells(table(lambda q: q.iv)))
    ivs(Chain.from_cells(table(lambda q: q.iv * 100)))
    high = [[*row] for row in table(lambda q: q.iv * 10)]  # volatilities of 120 to 800 %, read as decimals
    for row, q in zip(high[1:], W.quotes, strict=True):
        straddle = 10 * q.iv * W.spot * 0.06
        row[3], row[4] = straddle - 0.1, straddle + 0.1
    chain = Chain.from_cells(high)
    assert chain.iv.mean() == pytest.approx(10 * sum(q.iv for q in W.quotes) / len(W.quotes), rel=1e-9)


def test_quotes_overrule_what_the_size_of_iv_suggests_and_say_so() -> None:
    tiny = Chain.from_cells(table(lambda q: q.iv / 100))
    ivs(tiny)
    assert any(note.startswith("iv is multiplied by 100: bid and ask near the money say") for note in tiny.notes)
    percent = [row[:] for row in table(lambda q: 100 * q.iv)]
    percent[1][1] = percent[2][1] = 1.2  # more than one in ten of a wing below 2.5 hides the unit
    for row in percent[3:9]:
        row[1] = 1.2
    chain = Chain.from_cells(percent)
    assert any(note.startswith("iv is divided by 100: bid and ask near the money say") for note in chain.notes)


def test_an_iv_that_its_quotes_contradict_is_named() -> None:
    """The volatility of a rate, or a normal volatility, beside quotes of the price."""
    chain = Chain.from_cells(table(lambda q: q.iv * 20 if q.iv < 0.3 else q.iv / 20))
    said = [note for note in chain.notes if "but the bid and ask quotes beside it say about" in note]
    assert len(said) == 1


def test_without_spot_or_time_or_quotes_no_evidence_is_asked() -> None:
    for drop in (3, 5, 6):
        cells = [[cell for j, cell in enumerate(row) if j != drop] for row in table(lambda q: q.iv)]
        ivs(Chain.from_cells(cells))


def test_a_placeholder_of_iv_is_known_by_its_value() -> None:
    cells = table(lambda q: 1e-05 if q.strike < W.spot else q.iv)
    chain = Chain.from_cells(cells)
    missing = chain.iv != chain.iv
    assert missing.tolist() == [k < W.spot for k in chain.strike.tolist()]
    # Halves of a search that found nothing: 0.0078125, 0.015625.
    cells = table(lambda q: 0.0078125 if q.strike < W.spot - 5 else 1e-05 if q.strike < W.spot else q.iv)
    chain = Chain.from_cells(cells)
    assert (chain.iv != chain.iv).tolist() == [k < W.spot for k in chain.strike.tolist()]


def test_calls_in_percent_beside_puts_in_decimals_are_read_each_in_its_unit() -> None:
    rows = [[c.expiry.isoformat(), c.strike, 100 * c.iv, c.open_interest, p.iv, p.open_interest] for c, p in W.pairs()]
    chain = Chain.from_cells([["expiry", "strike", "call iv", "call oi", "put iv", "put oi"], *rows])
    ivs(chain)
    assert any(note.startswith("call iv: iv looks like percent") for note in chain.notes)
    assert any(note.startswith("put iv: iv is read as decimals") for note in chain.notes)


@pytest.mark.parametrize(
    ("scale", "said"), [(1000, "thousandths"), (100, "hundredths"), (1, "")], ids=["thousandths", "hundredths", "plain"]
)
def test_strikes_are_brought_to_the_size_of_spot(scale: int, said: str) -> None:
    rows = [[q.expiry.isoformat(), q.right, q.strike * scale, q.open_interest, W.spot] for q in W.quotes]
    chain = Chain.from_cells([["expiry", "right", "strike", "open interest", "spot"], *rows])
    assert sorted(set(chain.strike.tolist())) == sorted({q.strike for q in W.quotes})
    assert [note for note in chain.notes if note.startswith("strikes are in")] == (
        [f"strikes are in {said}, as spot {W.spot:g} says; divided by {scale}"] if said else []
    )


def test_prices_in_paise_are_told_by_the_feeds_gamma_or_by_its_names(tmp_path: Path) -> None:
    w = world("shares", 5)
    written = vendors_abroad.nubra(w)
    chain = chain_of(tmp_path, written, "chain.json")
    assert "strikes, spot and quotes are in paise, as the feed's gamma says; divided by 100" in chain.notes
    chain = chain_of(tmp_path, written.replace('"gamma"', '"mine"'), "chain.json")
    assert chain.spot == pytest.approx(w.spot)
    assert any("as the feed writes them whose columns are sp and ls" in note for note in chain.notes)
    # In rupees already, and so says the gamma: nothing is divided.
    for q in w.quotes:
        written = written.replace(f'"sp": {round(q.strike * 100)},', f'"sp": {q.strike},')
    chain = chain_of(tmp_path, written.replace(f'"cp": {round(w.spot * 100)}', f'"cp": {w.spot}'), "chain.json")
    assert chain.strike.max() == max(q.strike for q in w.quotes)
    # Without spot gamma says nothing, and so do other names.
    for q in w.quotes:
        written = written.replace(f'"sp": {q.strike},', f'"strike": {q.strike},')
    chain = chain_of(tmp_path, written.replace('"cp"', '"mine"'), "chain.json")
    assert chain.strike.max() == max(q.strike for q in w.quotes)


def test_gamma_far_from_the_money_says_nothing(tmp_path: Path) -> None:
    w = world("shares", 5)
    far = World(w.symbol, w.spot * 3, w.quoted, w.settles, w.zone, w.quotes)
    chain = chain_of(tmp_path, vendors_abroad.nubra(far), "chain.json")
    assert any("sp and ls" in note for note in chain.notes)


def test_the_future_of_a_file_has_the_multiplier_of_the_table_of_products() -> None:
    cells: list[list[object]] = [
        ["Type", "Open Int", "IV", "Strike"],
        ["Call", 10, "20%", 18_000],
        ["Put", 5, "21%", 18_000],
    ]
    columns = read_columns(cells, title="nqm24-options-american-options-exp-06_21_24-show-all-05-22-2024")
    assert (columns.symbol, columns.venue) == ("NQ", "CME")
    assert any(
        note.startswith("the file's name begins with the future NQM24: 20 per contract") for note in columns.notes
    )
    with_size = [[*row, "Multiplier" if at == 0 else 20] for at, row in enumerate(cells)]
    columns = read_columns(with_size, title="nqm24-options-exp-06_21_24")
    assert columns.symbol == "NQ"
    assert not any("multiplier" in note for note in columns.notes)
    columns = read_columns(cells, title="qzxm24-options-exp-06_21_24")
    assert (columns.symbol, columns.venue) == ("", "")


def test_a_currency_tells_a_market_only_where_the_product_is_its_own() -> None:
    cells: list[list[object]] = [
        ["product", "expiry", "right", "strike", "oi", "currency"],
        ["ODAX", "2024-07-19", "C", 18_500, 10, "EUR"],
    ]
    assert read_columns(cells).venue == "Eurex"
    cells[1][5] = "USD"
    assert read_columns(cells).venue == ""
