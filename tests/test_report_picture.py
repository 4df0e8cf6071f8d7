"""The report's bars and its line on the feed's gamma, by figures worked here."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gex_xl.analytics.contracts import prepare
from gex_xl.analytics.exposure import StrikeExposure
from gex_xl.chain import Chain
from gex_xl.commands.report_text import amount, picture, quality
from gex_xl.settings import Settings, parse_settings
from tests.test_tables_by_hand import CHAIN, LINES, SETTINGS, SPOT, greeks, held


def drawn(net: dict[float, float], spot: float = SPOT, **how: int) -> list[tuple[str, int, int, str]]:
    """Strikes, bar to the left, bar to the right, and figure with mark; highest strike first."""
    strike, figures = np.array(list(net)), np.array(list(net.values()))
    lines = picture(StrikeExposure(strike, figures, figures, figures, np.cumsum(figures)), spot, block="#", **how)
    out = []
    for line in lines:
        left, _, right = line.partition("|")
        assert len(left) == 18 + how.get("width", 30)
        out.append((left[:17].strip(), left[17:].count("#"), right.count("#"), right.replace("#", "").strip()))
    return out


def test_bars_are_as_long_as_their_share_of_the_largest_and_stand_on_the_side_of_their_sign() -> None:
    found = drawn({96.0: 10.0, 98.0: -40.0, 100.0: 20.0, 102.0: -1.0, 104.0: 0.4})
    # 30 characters for 40: 7.5 rounds to the even 8, 20 to 15, 1 to 0.75 and so 1, 0.4 to none
    assert found == [
        ("104", 0, 0, "0.4000"), ("102", 1, 0, "-1.000"), ("100", 0, 15, "20.00 < spot"), ("98", 30, 0, "-40.00"),
        ("96", 0, 8, "10.00"),
    ]  # fmt: skip
    narrow = drawn({96.0: 10.0, 98.0: -40.0, 100.0: 20.0, 102.0: -4.0, 104.0: 0.0}, width=8)
    assert [row[1] + row[2] for row in narrow] == [0, 1, 4, 8, 2]


def test_the_window_is_eight_percent_either_side_of_spot() -> None:
    net = dict.fromkeys((91.9, 92.1, 96.0, 100.0, 104.0, 107.9, 108.1), 1.0)
    assert [row[0] for row in drawn(net)] == ["107.90", "104", "100", "96", "92.10"]
    # Fewer than five within it: the nearest ones, however far.
    assert [row[0] for row in drawn(dict.fromkeys((50.0, 100.0, 200.0), 1.0))] == ["200", "100", "50"]


def test_neighbouring_strikes_are_added_up_where_there_are_more_than_rows() -> None:
    net = {97.0 + k: float(k) for k in range(6)}
    assert drawn(net, rows=3) == [
        ("101-102", 0, 30, "9.000"), ("99-100", 0, round(5 / 9 * 30), "5.000 < spot"), ("97-98", 0, 3, "1.000"),
    ]  # fmt: skip
    assert len(drawn({96.0 + k / 4: 1.0 for k in range(33)})) == 24


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1e9, "1.00 bn"), (-2.345e9, "-2.35 bn"), (999_999_999, "1,000.00 mn"), (1e6, "1.00 mn"), (999_999, "999,999"),
        (10_000, "10,000"), (9_999, "9,999."), (12.3456, "12.35"), (-0.5, "-0.5000"), (0.0, "0.000"),
    ],
)  # fmt: skip
def test_amounts_are_short_enough_to_read(value: float, said: str) -> None:
    assert amount(value) == said


def test_the_line_on_the_feeds_gamma() -> None:
    """Feed gamma 0.05 on each contract: gross of magnitudes, net with the convention's signs."""
    cells = [CHAIN[0], [*CHAIN[1], "Gamma"], *[[*row, 0.05] for row in CHAIN[2:]]]
    contracts = prepare(Chain.from_cells(cells), settings=Settings().with_changes(parse_settings(SETTINGS)))
    said = dict(quality(contracts))["Feed gamma"]
    one = SPOT * SPOT * 0.01
    model = [held(line) * greeks(line)["gamma"] * one for line in LINES]
    feed = [held(line) * 0.05 * one for line in LINES]
    gross, ours = (math.fsum(map(abs, each)) / 1e6 for each in (feed, model))
    net, own = (math.fsum(each) for each in (feed, model))
    # 2,510 contracts: gross of the feed 0.05 x 2,510 x 100 shares x 100 USD; net (1,430 puts less 1,080 calls) of it
    assert (gross, net) == pytest.approx((1.255, 175_000))
    assert said == f"gross {gross:,.2f} mn, the model's {ours:,.2f} mn; net 175,000, the model's {own:,.0f}"
