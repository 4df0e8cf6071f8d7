"""The table of products: one place of facts, complete and sourced."""

from __future__ import annotations

import ast
import datetime as dt
from pathlib import Path

import pytest

from gex_xl.chain import Chain
from gex_xl.errors import BadInput
from gex_xl.products import (
    US,
    Cycle,
    Kind,
    MarginClass,
    by_ticker,
    known,
    markets,
    product,
    products,
    settles_twice,
    underlying_of,
)

PACKAGE = Path(__file__).parents[1] / "gex_xl"
#: Words that are also something else than a product.
WORDS = {"*", "BTC", "ETH", "SOL", "XRP", "SI", "ES", "CL", "GC", "NG", "HG", "SPX", "SPXW", "SPY", "NVDA", "SMI"}


def test_every_product_names_its_source() -> None:
    assert len(products()) > 100
    assert all(each.source for each in products())
    assert [each.root for each in products() if each.assumed] == ["*"]


def test_an_installation_without_the_table_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pkgutil.get_data", lambda package, name: None)
    with pytest.raises(BadInput, match=r"products\.csv is missing"):
        products.__wrapped__()


def test_no_product_stands_twice_at_a_market() -> None:
    keys = [(each.market, each.root) for each in products()]
    assert len(set(keys)) == len(keys)


def test_every_market_says_what_its_other_products_have() -> None:
    assert {market for market in markets() if market not in ("CME",)} == {
        each.market for each in products() if each.root == "*"
    }


def test_products_of_one_underlying_share_currency_market_and_exercise() -> None:
    for each in products():
        if each.root != "*" and known(each.underlying):
            one = product(each.underlying, each.market)
            assert (each.currency, each.market, each.american) == (one.currency, one.market, one.american)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_no_module_lists_products_of_its_own(path: Path) -> None:
    """Three roots in one set, tuple, list or dict of literals are a list of products; samples of rows are not."""
    roots = {each.root for each in products()} - WORDS
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.Set, ast.Tuple, ast.List, ast.Dict)):
            parts = node.keys if isinstance(node, ast.Dict) else node.elts
            named = {part.value for part in parts if isinstance(part, ast.Constant)} & roots
            assert len(named) < 3, f"{path.name}:{node.lineno} lists {sorted(named)}"


@pytest.mark.parametrize(
    ("root", "settlement", "american", "margin"),
    [
        ("SPX", "09:30", False, MarginClass.HIGH_CAP_INDEX),
        ("SPXW", "16:00", False, MarginClass.HIGH_CAP_INDEX),
        ("OEX", "16:00", True, MarginClass.HIGH_CAP_INDEX),
        ("XEO", "16:00", False, MarginClass.HIGH_CAP_INDEX),
        ("MRUT", "16:00", False, MarginClass.INDEX),
        ("XND", "16:00", False, MarginClass.INDEX),
        ("VIXW", "09:30", False, MarginClass.STOCK),
        ("SPY", "16:00", True, MarginClass.HIGH_CAP_INDEX),
        ("QQQ", "16:00", True, MarginClass.INDEX),
        ("NVDA", "16:00", True, MarginClass.STOCK),
    ],
)
def test_us_products(root: str, settlement: str, american: bool, margin: MarginClass) -> None:
    """Cboe's and Nasdaq's contract specifications; OEX alone of the indices may be exercised early."""
    found = product(root)
    assert (found.market, found.currency, found.multiplier, found.zone.key) == (US, "USD", 100, "America/New_York")
    assert found.settlement == dt.time.fromisoformat(settlement)
    assert (found.american, found.margin) == (american, margin)


def test_a_product_that_is_not_in_the_table_says_so() -> None:
    found = product("nvda")
    assert found.assumed
    assert (found.root, found.underlying, found.kind) == ("NVDA", "NVDA", Kind.STOCK)
    assert found.in_words() == "100 per contract, USD, settles 16:00 New York"
    assert not product("SPX").assumed


def test_a_coin_of_a_venue_has_the_venues_terms() -> None:
    found = product("DOGE_USDC", "Deribit")
    assert (found.underlying, found.kind, found.multiplier) == ("DOGE", Kind.CRYPTO, 1)
    assert found.in_words() == "1 per contract, USD, settles 08:00 UTC"
    assert product("BTC", "Delta Exchange").settlement == dt.time(12)


def test_a_lot_that_depends_on_the_date_must_be_given() -> None:
    assert product("NIFTY").multiplier is None
    assert product("NIFTY").in_words() == "a multiplier that must be given, INR, settles 15:30 Kolkata"
    assert product("NIFTY").in_words(75) == "75 per contract, INR, settles 15:30 Kolkata"


def test_a_ticker_without_a_root_stands_for_its_afternoon_sibling() -> None:
    assert [by_ticker(t).root for t in ("SPX", "NDX", "RUT", "SPY", "VIX", "XSP", "OEX")] == [
        "SPXW", "NDXP", "RUTW", "SPY", "VIX", "XSP", "OEX",
    ]  # fmt: skip
    assert [settles_twice(t) for t in ("SPX", "VIX", "SPY", "NVDA")] == [True, False, False, False]
    assert product("VIX").cycle is Cycle.VIX_WEDNESDAY


@pytest.mark.parametrize(("root", "underlying"), [("SPXW", "SPX"), ("AAPL1", "AAPL"), ("BTC_USDC", "BTC"), ("", "")])
def test_underlying_of_a_root(root: str, underlying: str) -> None:
    assert underlying_of(root) == underlying


def chain(symbol: str, column: str = "Underlying Symbol", expiry: str = "2025-01-17") -> Chain:
    header = [column, "Expiry", "Type", "Strike", "IV", "Open Interest", "Underlying Price", "Quote Time"]
    return Chain.from_cells([header, [symbol, expiry, "C", 20, 0.5, 10, 20.0, "2025-01-10 11:00"]])


def test_a_ticker_that_settles_only_in_the_morning_does_so_without_a_root() -> None:
    assert str(chain("VIX", expiry="2025-01-22").settlement[0]) == "2025-01-22T14:30:00"
    assert str(chain("SPX").settlement[0]) == "2025-01-17T21:00:00"


def test_an_empty_root_column_is_no_root_column() -> None:
    header = ["Root", "Underlying Symbol", "Expiry", "Type", "Strike", "IV", "Open Interest", "Underlying Price"]
    found = Chain.from_cells([header, [None, "VIX", "2025-01-22", "C", 20, 0.5, 10, 20.0]])
    assert found.product.root == "VIX"
    assert str(found.settlement[0]) == "2025-01-22T14:30:00"
