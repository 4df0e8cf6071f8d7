"""What one of open interest holds: contracts, lots, shares, coins, thousands; figures of our own."""

from __future__ import annotations

import math

import pytest

from gex_xl.analytics.contracts import prepare
from gex_xl.analytics.exposure import total
from gex_xl.analytics.terms import terms
from gex_xl.chain import Chain
from gex_xl.reading.headers import field_of, scale_of
from gex_xl.settings import Settings
from tests.reading.priced import World, world

PLAIN = {"carry": "none", "iv_source": "quoted"}


def own_total(w: World, each: float) -> float:
    """GEX by the formula of the method, section 1, from the world's own figures; `each`: units of one of its counts."""
    found = []
    for q in w.quotes:
        years = (w.quoted.replace(tzinfo=w.quoted.tzinfo), q.expiry)
        end = w.quoted.astimezone(w.zone).replace(
            year=q.expiry.year, month=q.expiry.month, day=q.expiry.day, hour=w.settles.hour, minute=w.settles.minute,
            second=0, microsecond=0,
        )  # fmt: skip
        t = (end - years[0]).total_seconds() / (365 * 86_400)
        v = q.iv * math.sqrt(t)
        d1 = math.log(w.spot / q.strike) / v + v / 2
        gamma = math.exp(-d1 * d1 / 2) / math.sqrt(2 * math.pi) / (w.spot * v)
        found.append((-1 if q.right == "C" else 1) * gamma * q.open_interest * each * w.spot**2 * 0.01)
    return math.fsum(found)


def read(w: World, names: list[str], rows: list[list[object]], **settings: object) -> tuple[float, list[str], str]:
    chosen = Settings().with_changes({**PLAIN, **settings})
    chain = Chain.from_cells([names, *rows], chosen)
    contracts = prepare(chain, w.spot, w.quoted, chosen)
    return total(contracts).net, list(chain.notes), terms(contracts)


def okx(w: World, scale: float) -> list[list[object]]:
    return [
        [f"{w.symbol}-USD-{q.expiry:%y%m%d}-{q.strike:g}-{q.right}", q.iv, round(q.open_interest * scale, 6)]
        for q in w.quotes
    ]


def test_contracts_of_okx_hold_a_tenth_of_an_ether_and_coins_are_coins() -> None:
    w = world("coin", 8)
    wanted = own_total(w, 1.0)
    in_contracts, notes, said = read(w, ["instId", "markVol", "oi"], okx(w, 10))
    assert in_contracts == pytest.approx(wanted, rel=1e-9)
    assert any("open interest (oi) is in contracts of 0.1 ETH, as OKX defines it" in note for note in notes)
    assert said.startswith("0.1 per contract, USD")
    assert read(w, ["instId", "markVol", "oiCcy"], okx(w, 1))[0] == pytest.approx(wanted, rel=1e-9)
    assert read(w, ["instId", "markVol", "oi"], okx(w, 1), multiplier=1)[0] == pytest.approx(wanted, rel=1e-9)


def test_a_coin_whose_contract_nobody_knows_is_asked_for() -> None:
    w = world("coin", 8)
    rows = [[str(row[0]).replace("ETH", "DOGE"), *row[1:]] for row in okx(w, 1)]
    assert any("whose size for DOGE is not known: one coin taken; give multiplier" in note
               for note in read(w, ["instId", "markVol", "oi"], rows)[1])  # fmt: skip


def test_contracts_of_delta_exchange_are_thousandths_of_a_bitcoin() -> None:
    w = world("delta", 4)
    rows: list[list[object]] = [
        [f"{q.right}-BTC-{q.strike:g}-{q.expiry:%d%m%y}", q.iv, q.open_interest * 1000] for q in w.quotes
    ]
    assert read(w, ["symbol", "iv", "oi_contracts"], rows)[0] == pytest.approx(own_total(w, 1.0), rel=1e-9)


def indian(w: World, factor: float, lot: object) -> list[list[object]]:
    return [
        [w.symbol, q.expiry.isoformat(), q.strike, q.right + "E", q.iv, q.open_interest * factor, lot] for q in w.quotes
    ]


INDIAN = ["symbol", "expiry", "strike", "type", "iv", "oi", "lot_size"]


@pytest.mark.parametrize("lot", [30, None])
def test_shares_are_told_by_whole_lots(lot: object) -> None:
    w = world("shares", 2)
    found, notes, said = read(w, INDIAN, indian(w, 1, lot))
    assert found == pytest.approx(own_total(w, 1.0), rel=1e-9)
    assert any("open interest is in shares: every figure is a multiple of 30" in note for note in notes)
    assert "assumed" not in said


def test_contracts_of_a_lot_take_the_column_of_lots() -> None:
    w = world("india", 2)
    found, notes, _ = read(w, INDIAN, indian(w, 1, 35))
    assert found == pytest.approx(own_total(w, 35.0), rel=1e-9)
    assert any("open interest is in contracts of 35, as the column lot_size says" in note for note in notes)
    assert read(w, INDIAN, indian(w, 1, 35), multiplier=15)[0] == pytest.approx(own_total(w, 15.0), rel=1e-9)


def test_a_lot_that_nothing_says_is_assumed_in_words() -> None:
    w = world("india", 2)
    assert "its lot depends on the date and is not in the chain: set multiplier" in read(w, INDIAN, indian(w, 1, ""))[2]


@pytest.mark.parametrize(
    ("name", "factor", "word"),
    [
        ("Open Interest (000)", 1e3, "thousands"), ("OI ('000s)", 1e3, "thousands"), ("OI (K)", 1e3, "thousands"),
        ("Open interest in thousands", 1e3, "thousands"), ("OI (in Lakhs)", 1e5, "lakhs"), ("OI [mn]", 1e6, "mn"),
        ("Open Int (Lots)", 1, ""), ("OI (contracts)", 1, ""),
    ],
)  # fmt: skip
def test_a_scale_in_the_name_of_a_column_is_heard(name: str, factor: float, word: str) -> None:
    assert field_of(name) == "open_interest"
    assert scale_of(name) == (word, factor)
    w = world("us", 6)
    rows: list[list[object]] = [
        [q.root, q.expiry.isoformat(), q.word, q.strike, q.iv, q.open_interest / factor] for q in w.quotes
    ]
    found, notes, _ = read(w, ["root", "expiry", "type", "strike", "iv", name], rows)
    assert found == pytest.approx(own_total(w, 100.0), rel=1e-9)
    assert any(f"open interest is in {word}, as the column" in note for note in notes) == bool(word)


def test_what_only_looks_like_a_scale_is_none() -> None:
    assert field_of("Change (000)") is None
    assert scale_of("Open Interest (yesterday)") == ("", 1.0)
    assert field_of("Delta (000)") is None
