"""GEX_CHANGE, GEX_GRID, GAMMA_MAP, PRICE_LEVELS and LEVELS_TEXT as a host calls them."""

from __future__ import annotations

import math
from typing import Any

import pytest
from xlwings import XlwingsError

from gex_xl import udfs
from gex_xl.functions import EXAMPLE_CHAIN, REGISTRY
from gex_xl.functions.change_and_maps import EXAMPLE_EARLIER

F = udfs.FUNCTIONS
KINDS = ("gamma", "delta", "speed", "vanna", "charm", "vega", "theta")


def test_the_arguments_stand_in_the_order_of_the_house() -> None:
    signatures = {name: REGISTRY[name].signature for name in ("GEX_CHANGE", "GEX_GRID", "GAMMA_MAP", "LEVELS_TEXT")}
    assert signatures == {
        "GEX_CHANGE": "GEX_CHANGE(chain, earlier, [spot], [as_of], [settings], [by])",
        "GEX_GRID": "GEX_GRID(chain, [spot], [as_of], [settings], [strikes], [kind])",
        "GAMMA_MAP": "GAMMA_MAP(chain, [spot], [as_of], [settings], [days], [levels])",
        "LEVELS_TEXT": "LEVELS_TEXT(chain, format, [spot], [as_of], [settings], [target], [mapping])",
    }


def test_steps_lead_from_the_earlier_total_to_that_of_now() -> None:
    table = F["GEX_CHANGE"](EXAMPLE_CHAIN, EXAMPLE_EARLIER)
    then, *steps, now = table[1:]
    assert then[1] == pytest.approx(F["TOTAL_GEX"](EXAMPLE_EARLIER), rel=1e-12)
    assert now[1] == pytest.approx(F["TOTAL_GEX"](EXAMPLE_CHAIN), rel=1e-12)
    for column in (1, 2, 3):
        assert math.fsum(row[column] for row in (then, *steps)) == pytest.approx(now[column], rel=1e-12)
    assert [row[0] for row in steps] == [
        "expired", "time", "spot", "forward", "volatility", "open interest", "new series", "closed series",
    ]  # fmt: skip


def test_other_splits_add_up_to_the_steps() -> None:
    steps = {row[0]: row[1] for row in F["GEX_CHANGE"](EXAMPLE_CHAIN, EXAMPLE_EARLIER)[1:]}
    for by, first in (("strike", 1), ("expiry", 2)):
        head, *rows = F["GEX_CHANGE"](EXAMPLE_CHAIN, EXAMPLE_EARLIER, None, None, None, by)
        for column, name in enumerate(head[first + 3 :], first + 3):
            assert math.fsum(row[column] for row in rows) == pytest.approx(steps[name.lower()], rel=1e-9, abs=1e-3)
    series = F["GEX_CHANGE"](EXAMPLE_CHAIN, EXAMPLE_EARLIER, None, None, None, "series")[1:]
    opened = steps["open interest"] + steps["new series"] + steps["closed series"]
    assert len(series) < 20
    assert math.fsum(row[7] for row in series) == pytest.approx(opened, rel=1e-9)


def test_an_earlier_chain_may_come_by_handle_and_keeps_its_own_spot_and_time() -> None:
    handle = F["LOAD_CHAIN"](EXAMPLE_EARLIER, 4960, "2025-02-27 15:30", "sign=long_calls")
    table = F["GEX_CHANGE"](EXAMPLE_CHAIN, handle)
    expected = F["TOTAL_GEX"](EXAMPLE_EARLIER, 4960, "2025-02-27 15:30")
    assert table[1][1] == pytest.approx(expected, rel=1e-12)


def test_an_earlier_chain_of_another_underlying_is_refused_by_name() -> None:
    other = [*EXAMPLE_EARLIER[:2], *[["NDX", *row[1:]] for row in EXAMPLE_EARLIER[2:]]]
    with pytest.raises(XlwingsError, match="^GEX_CHANGE: earlier is a chain of NDX, the chain one of SPX"):
        F["GEX_CHANGE"](EXAMPLE_CHAIN, other)
    with pytest.raises(XlwingsError, match="GEX_CHANGE: .*swap the two chains"):
        F["GEX_CHANGE"](EXAMPLE_EARLIER, EXAMPLE_CHAIN)


@pytest.mark.parametrize("kind", [*KINDS, "open_interest", "volume"])
@pytest.mark.parametrize("rows", [None, 3, 2000])
def test_a_grid_adds_up_across_and_down(kind: str, rows: int | None) -> None:
    head, days, total, *cells = F["GEX_GRID"](EXAMPLE_CHAIN, None, None, None, rows, kind)
    assert head[3:] == ["2025-03-07", "2025-03-21 AM", "All"]
    assert days[:3] == ["days", "", ""]
    gross = sum(abs(cell) for row in cells for cell in row[3:-1]) or 1.0
    for column in range(3, len(head)):
        assert math.fsum(row[column] for row in cells) == pytest.approx(total[column], abs=1e-12 * gross)
    for row in (total, *cells):
        assert math.fsum(row[3:-1]) == pytest.approx(row[-1], abs=1e-12 * gross)
    if kind in KINDS:
        assert total[-1] == pytest.approx(F["DEALER_EXPOSURE"](EXAMPLE_CHAIN, kind), rel=1e-12)
    if rows == 3:
        assert (cells[0][0], cells[-1][0]) == ("above", "below")
    strikes = [row[1] for row in cells]
    assert strikes == sorted(strikes, reverse=True)


def test_the_map_begins_with_the_profile() -> None:
    head, zero, *rows = F["GAMMA_MAP"](EXAMPLE_CHAIN, None, None, "profile_levels=41")
    profile = F["GAMMA_PROFILE"](EXAMPLE_CHAIN, None, None, "profile_levels=41")[1:]
    assert [[row[1], row[3]] for row in reversed(rows)] == profile
    assert zero[3] == F["ZERO_GAMMA"](EXAMPLE_CHAIN)
    assert head[3:] == [
        "now", "2025-03-03", "2025-03-04", "2025-03-05", "2025-03-06", "2025-03-07", "2025-03-21",
    ]  # fmt: skip
    assert [row[1] for row in rows if row[0] == "spot"] == [5000]


def test_levels_are_those_of_the_functions_of_their_names() -> None:
    rows: dict[str, list[Any]] = {row[0]: row for row in F["PRICE_LEVELS"](EXAMPLE_CHAIN, None, None, None, 502.5)[1:]}
    for name, function in (("Zero gamma", "ZERO_GAMMA"), ("Flip strike", "FLIP_STRIKE"), ("Call wall", "CALL_WALL"),
                           ("Put wall", "PUT_WALL")):  # fmt: skip
        price = F[function](EXAMPLE_CHAIN)
        assert rows[name][1] == price
        assert rows[name][4] == pytest.approx(price * 502.5 / 5000)
    assert rows["Max pain"][1] == F["MAX_PAIN"](EXAMPLE_CHAIN)[1][3]
    assert rows["Expected high"][1] == pytest.approx(F["EXPECTED_MOVE"](EXAMPLE_CHAIN)[1][6])
    assert rows["Call wall 0DTE"][1:] == ["none", "", "", "", "", "nothing expires today"]
    near = F["PRICE_LEVELS"](EXAMPLE_CHAIN, None, None, None, None, None, "2%")
    assert {row[0] for row in near[1:] if row[5] == "near"} > {"Call wall", "Put wall"}


def test_bad_arguments_are_one_sentence_that_names_them() -> None:
    for call, sentence in (
        (
            ("GEX_CHANGE", EXAMPLE_CHAIN, EXAMPLE_EARLIER, None, None, None, "week"),
            'by is "week"; expected one of step',
        ),
        (("GEX_GRID", EXAMPLE_CHAIN, None, None, None, 0.5), 'strikes is "0.5"; expected a whole number, 1 to 2000'),
        (("GEX_GRID", EXAMPLE_CHAIN, None, None, None, None, "rho"), 'kind is "rho"; expected one of gamma'),
        (("GAMMA_MAP", EXAMPLE_CHAIN, None, None, None, 31), 'days is "31"; expected a whole number, 1 to 30'),
        (("PRICE_LEVELS", EXAMPLE_CHAIN, None, None, None, -5), 'target is "-5"; expected a number above 0'),
        (("LEVELS_TEXT", EXAMPLE_CHAIN, "metatrader"), 'format is "metatrader"; expected one of tradingview'),
        (("GEX_CHANGE", EXAMPLE_CHAIN, None), "GEX_CHANGE"),
    ):
        with pytest.raises(XlwingsError, match=sentence):
            F[call[0]](*call[1:])


def test_a_profile_under_the_feeds_gamma_says_whose_gamma_it_is() -> None:
    """A feed prints gamma at today's spot only, so levels beside it are the model's (Method, section 3)."""
    title, head, *rows = EXAMPLE_CHAIN
    fed = [title, [*head, "Gamma"], *[[*row, 0.001] for row in rows]]
    head = F["GAMMA_PROFILE"](fed, None, None, "gamma_source=vendor")[0]
    assert head[1].startswith("GEX by the model's gamma (")
    assert F["GAMMA_PROFILE"](EXAMPLE_CHAIN)[0][1].startswith("GEX (")
