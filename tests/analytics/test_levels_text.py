"""The texts for charting programs: all levels are in them, can be read back, and nothing breaks out of a string."""

import csv
import dataclasses
import io
import re
from pathlib import Path

import pytest

from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.levels_text import LevelsFormat, heading, levels_text
from gex_xl.analytics.price_levels import PriceLevels, mapped, price_levels
from tests.analytics import random_chains, shared_files

BOOK = {("SPXW", "2025-03-21", right, strike): (0.2, oi) for right, strike, oi in
        (("C", 5050.0, 900), ("P", 4950.0, 500), ("C", 5000.0, 10), ("P", 5000.0, 70))}  # fmt: skip


def example(target: float | None = None) -> tuple[Contracts, PriceLevels]:
    contracts = random_chains.contracts_of(BOOK, 5001.0)
    return contracts, price_levels(contracts, target)


def priced(found: PriceLevels) -> dict[str, float]:
    return {level.name: level.mapped for level in found.levels if level.mapped is not None}


def drawn(text: str, pattern: str) -> dict[str, float]:
    """Names and prices of a text, one entry a level: those of one price share a line."""
    return {
        name: float(m["price"]) for m in re.finditer(pattern, text) for name in m["name"].split(", ")
    }  # fmt: skip


PATTERNS = {
    LevelsFormat.TRADINGVIEW: r"(?:;)(?P<name>[^;=]+)=(?P<price>[\d.]+)",
    LevelsFormat.NINJATRADER: r'Draw\.HorizontalLine\(this, "(?P<name>[^"]+)", (?P<price>[\d.]+), Brushes\.\w+\);',
    LevelsFormat.SIERRA: r'\{ (?P<price>[\d.]+), "(?P<name>[^"]+)", RGB\(\d+, \d+, \d+\) \},',
    LevelsFormat.THINKORSWIM: r'AddChartBubble\(showNames and lastBar, (?P<price>[\d.]+), "(?P<name>[^"]+)"',
}


@pytest.mark.parametrize("target", [None, 500.8, 5036.25])
@pytest.mark.parametrize("style", PATTERNS)
def test_every_level_with_a_price_is_in_the_text(style: LevelsFormat, target: float | None) -> None:
    contracts, found = example(target)
    assert drawn(levels_text(contracts, found, style), PATTERNS[style]) == pytest.approx(priced(found), abs=6e-5)


@pytest.mark.parametrize("style", LevelsFormat)
def test_date_sign_and_mapping_stand_in_every_text(style: LevelsFormat) -> None:
    contracts, found = example(500.8)
    text = levels_text(contracts, found, style)
    assert "2025-03-03" in text
    assert "customer_flow" in text
    assert "ratio" in text
    assert "500.8" in text


@pytest.mark.parametrize("style", [s for s in LevelsFormat if s is not LevelsFormat.TRADINGVIEW])
def test_levels_without_a_price_are_named_with_the_reason(style: LevelsFormat) -> None:
    contracts, found = example()
    text = levels_text(contracts, found, style)
    for level in found.levels:
        if level.price is None:
            assert level.name in text
            assert level.note in text


@pytest.mark.parametrize("name", shared_files.FILES)
def test_csv_of_real_chains_maps_back_to_the_underlying(name: str, shared_chains: Path) -> None:
    contracts = shared_files.contracts_of(shared_chains / name)
    target = contracts.spot * 1.0075
    found = price_levels(contracts, target)
    rows = list(csv.DictReader(io.StringIO(levels_text(contracts, found, LevelsFormat.CSV))))
    assert [row["level"] for row in rows] == [level.name for level in found.levels]
    for row, level in zip(rows, found.levels, strict=True):
        if level.price is None:
            assert (row["price"], row["underlying"], row["note"]) == ("", "", level.note)
            continue
        back = mapped(float(row["price"]), target, contracts.spot, found.mapping)
        assert back == pytest.approx(float(row["underlying"]), abs=2e-4)
        assert back == pytest.approx(level.price, abs=2e-4)


def test_the_pine_script_reads_the_line_of_the_other_format() -> None:
    """What it splits at ; and then at = is what the format tradingview writes, the heading passed over."""
    contracts, found = example()
    line = levels_text(contracts, found, LevelsFormat.TRADINGVIEW)
    script = levels_text(contracts, found, LevelsFormat.PINE)
    assert script.startswith("//@version=6\n")
    assert f'input.text_area("{line}", "Levels")' in script
    pairs = [item.split("=") for item in line.split(";")]
    assert [len(pair) for pair in pairs] == [1, *[2] * (len(pairs) - 1)]
    assert sum(len(name.split(", ")) for name, _ in pairs[1:]) == len(priced(found))
    assert "\n" not in line
    for row in script.splitlines():
        assert row.count('"') % 2 == 0
        assert (len(row) - len(row.lstrip(" "))) % 4 == 0


@pytest.mark.parametrize("style", LevelsFormat)
def test_a_symbol_from_a_paste_cannot_leave_its_string_or_comment(style: LevelsFormat) -> None:
    contracts, found = example()
    hostile = dataclasses.replace(contracts.chain, symbol='X"); //\nEvil=1;*/')
    other = prepare(hostile, contracts.spot, contracts.as_of, contracts.settings)
    assert heading(other, found).startswith("X//Evil1/ levels, ")
    plain, text = levels_text(contracts, found, style), levels_text(other, found, style)
    assert text.replace("X//Evil1/ levels", "SPX levels") == plain


def test_prices_are_plain_decimals() -> None:
    contracts, found = example()
    tiny = dataclasses.replace(
        found, levels=tuple(dataclasses.replace(level, mapped=level.mapped and 1e-3) for level in found.levels)
    )
    assert "=0.001" in levels_text(contracts, tiny, LevelsFormat.TRADINGVIEW)
    assert "e-" not in levels_text(contracts, tiny, LevelsFormat.CSV).replace("one-sided", "")
