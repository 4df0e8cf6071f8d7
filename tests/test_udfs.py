"""The worksheet functions as a host calls them: plain lists in, what the cell would hold out."""

from __future__ import annotations

import datetime as dt
import inspect
from typing import Any

import numpy as np
import pandas as pd
import pytest
from xlwings import XlwingsError

from gex_xl import udfs
from gex_xl.functions import EXAMPLE_CHAIN, REGISTRY

F = udfs.FUNCTIONS
BASE = ["chain", "spot", "as_of", "settings"]
ON_CHAIN = [name for name, record in REGISTRY.items() if record.arguments[0].name == "chain" and name != "LOAD_CHAIN"]


def with_cell(row: int, column: int, value: object) -> list[list[Any]]:
    """The example chain with one cell replaced; row and column as a user counts them."""
    cells = [list(line) for line in EXAMPLE_CHAIN]
    cells[row - 1][column - 1] = value
    return cells


@pytest.mark.parametrize("name", REGISTRY)
def test_every_example_gives_what_a_cell_can_hold(name: str) -> None:
    found = F[name](*REGISTRY[name].example)
    table = found if isinstance(found, list) else [[found]]
    assert isinstance(found, list) == REGISTRY[name].spills
    assert len({len(row) for row in table}) == 1
    for cell in (cell for row in table for cell in row):
        assert type(cell) in (str, float, int, bool), cell
        assert cell == cell and cell not in (float("inf"), float("-inf"))
        # An example shows a figure; a line of a chart may have gaps.
        assert cell != "#N/A" or name in ("SMILE_BARS", "TERM_BARS", "DAYS_BARS", "EXPIRY_BARS")


@pytest.mark.parametrize("name", REGISTRY)
def test_arguments_stand_in_the_promised_order(name: str) -> None:
    parameters = inspect.signature(getattr(udfs, name)).parameters
    needed = [p.name for p in parameters.values() if p.default is p.empty]
    # These stand by themselves: no spot, no clock.
    if name not in ("BOOK_TABLE", "DAYS_BARS", "DAYS_TABLE", "LETF_FLOW", "QUOTE_ADJUST", "WATCHLIST", "ZSCORE"):
        assert list(parameters)[: len(needed) + 3] == [*needed, *BASE[1:]]
    if name in ON_CHAIN:
        assert needed[0] == "chain"
    assert all(p.default in (p.empty, None) and p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters.values())
    assert getattr(udfs, name).__doc__


def test_regime_takes_the_vix_family_and_the_skew() -> None:
    extra = ["vix9d", "vix", "vix3m", "skew_25d_z", "history"]
    for name in ("REGIME", "REGIME_TRIGGERS", "GEX_LEVELS"):
        assert list(inspect.signature(udfs.FUNCTIONS[name]).parameters) == BASE + extra


@pytest.mark.parametrize("name", ON_CHAIN)
def test_a_handle_gives_what_the_range_gives(name: str) -> None:
    handle, more = F["LOAD_CHAIN"](EXAMPLE_CHAIN), REGISTRY[name].example[1:]
    expected = F[name](EXAMPLE_CHAIN, *more)
    for form in (handle, [[handle]], [handle], f" {handle} "):
        assert F[name](form, *more) == expected


@pytest.mark.parametrize("blank", [None, "", 0, 0.0, [[None]], [[""]], "  "])
def test_blank_arguments_are_as_good_as_left_out(blank: object) -> None:
    assert F["TOTAL_GEX"](EXAMPLE_CHAIN, blank, blank, blank) == F["TOTAL_GEX"](EXAMPLE_CHAIN)
    assert F["REGIME"](EXAMPLE_CHAIN, blank, blank, blank, blank, blank, blank, blank) == F["REGIME"](EXAMPLE_CHAIN)


def test_a_moment_may_be_text_serial_or_date() -> None:
    # 2025-03-04 12:30 is day 45720.520833 counted from 1899-12-30 (Excel's serials).
    forms = [
        "2025-03-04 12:30",
        45720 + 12.5 / 24,
        dt.datetime(2025, 3, 4, 12, 30),
        "2025-03-04T17:30:00Z",
        [["March 4, 2025 at 12:30 PM EST"]],
    ]
    found = {F["TOTAL_GEX"](EXAMPLE_CHAIN, None, form) for form in forms}
    assert len(found) == 1
    assert found != {F["TOTAL_GEX"](EXAMPLE_CHAIN)}


def test_settings_may_be_text_or_a_range() -> None:
    expected = F["TOTAL_GEX"](EXAMPLE_CHAIN, None, None, "sign=long_calls; unit=usd_bn")
    padded = [["sign", "long_calls"], [None, None], ["unit", "usd_bn"], ["rate", None]]
    assert F["TOTAL_GEX"](EXAMPLE_CHAIN, None, None, padded) == expected
    assert F["TOTAL_GEX"](EXAMPLE_CHAIN, None, None, ["unit", "usd_bn"]) == -expected  # a 1 x 2 range, squeezed
    assert expected == pytest.approx(-F["TOTAL_GEX"](EXAMPLE_CHAIN) / 1e9, rel=1e-12)


def test_python_forms_of_a_chain() -> None:
    expected = F["TOTAL_GEX"](EXAMPLE_CHAIN)
    frame = pd.DataFrame(EXAMPLE_CHAIN[2:], columns=EXAMPLE_CHAIN[1])
    given = (5000, "2025-03-03 11:30")  # as the example's first line says
    assert F["TOTAL_GEX"](frame, *given) == expected
    assert F["TOTAL_GEX"](np.array(EXAMPLE_CHAIN[1:], dtype=object), *given) == expected
    assert F["TOTAL_GEX"](tuple(map(tuple, EXAMPLE_CHAIN))) == expected


def test_headers_name_the_unit() -> None:
    for name in ("GEX_PER_STRIKE", "GEX_BY_EXPIRY", "GAMMA_PROFILE", "CHAIN_TABLE", "FLIP_STRIKES"):
        header = F[name](EXAMPLE_CHAIN, None, None, "unit=usd_bn")[0]
        assert any("(USD bn per 1 %)" in cell for cell in header), name


def test_levels_repeat_the_single_functions() -> None:
    found = dict(F["GEX_LEVELS"](EXAMPLE_CHAIN))
    for label, name in (
        ("Total GEX (USD per 1 %)", "TOTAL_GEX"),
        ("Flip strike (USD)", "FLIP_STRIKE"),
        ("Zero gamma (USD)", "ZERO_GAMMA"),
        ("Call wall (USD)", "CALL_WALL"),
        ("Put wall (USD)", "PUT_WALL"),
        ("Regime", "REGIME"),
    ):
        assert found[label] == F[name](EXAMPLE_CHAIN)
    assert found["Sign convention"] == "customer_flow: dealers short calls, long puts"


def test_no_value_is_na() -> None:
    one_sided = "sign=short_all"
    for name in ("FLIP_STRIKE", "FLIP_STRIKES", "ZERO_GAMMA"):
        assert F[name](EXAMPLE_CHAIN, None, None, one_sided) == "#N/A"
    assert F["FLIP_STRIKE"](EXAMPLE_CHAIN, None, None, "sign=short_all; no_flip=spot") == 5000  # spot, as asked
    nothing = "expiries=2030-01-18"
    for name in ("TOTAL_GEX", "GEX_PER_STRIKE", "GEX_BY_EXPIRY", "GAMMA_PROFILE", "REGIME", "GEX_LEVELS", "CALL_WALL"):
        assert F[name](EXAMPLE_CHAIN, None, None, nothing) == "#N/A"
    assert F["CALL_WALL"]([row for row in EXAMPLE_CHAIN if "C" not in row]) == "#N/A"
    assert dict(F["GEX_LEVELS"](EXAMPLE_CHAIN, None, None, one_sided))["Flip strike (USD)"] == "#N/A"


def test_all_zero_gammas_are_a_column() -> None:
    nearest = F["ZERO_GAMMA"](EXAMPLE_CHAIN)
    assert [nearest] in F["ZERO_GAMMA"](EXAMPLE_CHAIN, None, None, None, True)


def test_triggers_say_what_was_not_given() -> None:
    rows = {row[0]: row for row in F["REGIME_TRIGGERS"](EXAMPLE_CHAIN, None, None, None, 20, 18)[1:]}
    assert (rows["short_slope"][4], rows["short_slope"][5]) == (pytest.approx(20 / 18), "yes")
    assert (rows["med_slope"][4], rows["skew_25d_z"][4]) == ("not given", "not given")
    assert F["REGIME"](EXAMPLE_CHAIN, None, None, None, 20, 18) == "vol_inverted"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((with_cell(6, 6, "n/a"),), 'open interest in row 6 is "n/a"; expected a number'),
        ((with_cell(6, 4, "high"),), 'strike in row 6 is "high"; expected a number'),
        ((with_cell(6, 4, -5),), "strike in row 6 is -5; expected a number above 0"),
        ((with_cell(6, 6, -5),), "open interest in row 6 is -5; expected 0 or more"),
        ((with_cell(6, 3, "X"),), 'option type in row 6 is "X"; expected call or put'),
        ((with_cell(6, 2, "soon"),), 'expiry in row 6 is "soon"; expected a date'),
        ((with_cell(6, 1, "NDX"),), "the chain holds contracts on NDX, SPX"),
        ((EXAMPLE_CHAIN[1:],), "spot is neither in the paste nor given"),
        ((EXAMPLE_CHAIN[1:], 5000), "as_of is neither in the paste nor given"),
        ((EXAMPLE_CHAIN, "dear"), 'spot is "dear"; expected a number above 0'),
        ((EXAMPLE_CHAIN, -1), 'spot is "-1"'),
        ((EXAMPLE_CHAIN, 1e300), 'spot is "1e+300"'),
        ((EXAMPLE_CHAIN, float("inf")), 'spot is "inf"'),
        ((EXAMPLE_CHAIN, True), 'spot is "True"'),
        ((EXAMPLE_CHAIN, None, dt.datetime.min), 'as_of is "0001-01-01 00:00:00"; expected a date and time'),
        ((EXAMPLE_CHAIN, None, 5), 'as_of is "5"; expected a date and time'),
        (([["Spot: 0", "2025-03-03 11:30"], *EXAMPLE_CHAIN[1:]],), "spot is neither in the paste nor given"),
        ((EXAMPLE_CHAIN, [[1], [2]]), "spot is a range of 2 rows; expected one cell"),
        ((EXAMPLE_CHAIN, None, "someday"), 'as_of is "someday"; expected a date and time'),
        ((EXAMPLE_CHAIN, None, "2025-03-04 12:30 XYZ"), "the time zone XYZ"),
        ((EXAMPLE_CHAIN, None, None, "unti=usd"), "did you mean unit?"),
        (("SPX",), 'the chain is the text "SPX"'),
        (("#VALUE!",), "the chain is #VALUE!; mend the cell that it comes from"),
        ((None,), "the chain is empty"),
        (([[None, None]],), "the chain is empty"),
        ((5,), 'the chain is "5"; expected a range'),
        (([["a", "b"], [1, 2]],), "columns found in row 1: a, b; missing: strike, right, expiry, open interest"),
    ],
)
def test_bad_input_is_one_sentence_that_names_the_function(given: tuple[Any, ...], said: str) -> None:
    for name in ("TOTAL_GEX", "CHAIN_CHECK"):
        with pytest.raises(XlwingsError) as caught:
            F[name](*given)
        assert str(caught.value).startswith(f"{name}: ")
        assert said in str(caught.value)
        assert "\n" not in str(caught.value)
    assert F["CHAIN_STATUS"](*given).startswith("Cannot be used: ")
    assert said in F["CHAIN_STATUS"](*given)


@pytest.mark.parametrize("argument", ["vix9d", "vix", "vix3m"])
def test_a_bad_vix_is_named(argument: str) -> None:
    with pytest.raises(XlwingsError, match=f'REGIME: {argument} is "calm"; expected a number above 0'):
        getattr(udfs, "REGIME")(EXAMPLE_CHAIN, **{argument: "calm"})  # noqa: B009  made at import


def test_status_says_what_is_left_out() -> None:
    assert F["CHAIN_STATUS"](EXAMPLE_CHAIN).startswith("16 of 16 contracts used")
    assert "1 left out, most as: open interest blank" in F["CHAIN_STATUS"](with_cell(6, 6, None))


def test_a_single_cell_may_come_as_a_range_of_one() -> None:
    total, regime = F["TOTAL_GEX"], F["REGIME_TRIGGERS"]
    expected = total(EXAMPLE_CHAIN, 5010, "2025-03-04 12:30", "unit=usd_bn")
    assert total(EXAMPLE_CHAIN, [[5010]], [["2025-03-04 12:30"]], [["unit=usd_bn"]]) == expected
    assert total(EXAMPLE_CHAIN, (5010,), (("2025-03-04 12:30",),), (("unit", "usd_bn"),)) == expected
    assert total(EXAMPLE_CHAIN, np.float64(5010), dt.datetime(2025, 3, 4, 12, 30), [["unit", "usd_bn"]]) == expected
    boxed = regime(EXAMPLE_CHAIN, [[None]], [[""]], [[0]], [[20]], [[18]], [[19]], [[-2.5]])
    assert boxed == regime(EXAMPLE_CHAIN, None, None, None, 20, 18, 19, -2.5)


def test_a_date_without_a_clock_is_the_close_in_every_form() -> None:
    forms = ["2025-03-04", "March 4, 2025", 45720, 45720.0, dt.date(2025, 3, 4), dt.datetime(2025, 3, 4)]
    expected = F["TOTAL_GEX"](EXAMPLE_CHAIN, None, "2025-03-04 16:00")
    assert {F["TOTAL_GEX"](EXAMPLE_CHAIN, None, form) for form in forms} == {expected}


@pytest.mark.parametrize(("word", "listed"), [(True, True), ("TRUE", True), (1, True), ("yes", True), (False, False),
                                              ("FALSE", False), (0, False), ("", False), (None, False)])  # fmt: skip
def test_a_flag(word: object, listed: bool) -> None:
    for form in (word, [[word]]):
        assert isinstance(F["ZERO_GAMMA"](EXAMPLE_CHAIN, None, None, None, form), list) is listed


def test_a_flag_that_is_neither() -> None:
    with pytest.raises(XlwingsError) as caught:
        F["ZERO_GAMMA"](EXAMPLE_CHAIN, None, None, None, "maybe")
    assert str(caught.value) == 'ZERO_GAMMA: all is "maybe"; expected TRUE or FALSE'


@pytest.mark.parametrize("name", ON_CHAIN)
def test_one_bad_cell_fails_every_function_with_the_same_sentence(name: str) -> None:
    bad = with_cell(6, 6, "n/a")
    if name == "CHAIN_STATUS":
        assert F[name](bad) == 'Cannot be used: open interest in row 6 is "n/a"; expected a number'
        return
    if name == "HEADLINE":  # it says in its rows what is wrong
        assert F[name](bad)[11][5] == 'Open interest in row 6 is "n/a".'
        return
    with pytest.raises(XlwingsError) as caught:
        F[name](bad, *REGISTRY[name].example[1:])
    assert str(caught.value) == f'{name}: open interest in row 6 is "n/a"; expected a number'


def test_the_sentence_of_the_contract() -> None:
    """The wording that users were promised, with the row that they see."""
    cells = [*EXAMPLE_CHAIN[:2], *([None] * 6 for _ in range(34)), *EXAMPLE_CHAIN[2:]]
    cells[36] = [*cells[36][:5], "n/a"]
    with pytest.raises(XlwingsError) as caught:
        F["TOTAL_GEX"](cells)
    assert str(caught.value) == 'TOTAL_GEX: open interest in row 37 is "n/a"; expected a number'


def test_a_band_is_checked_once_spot_is_known() -> None:
    # 120 % of the example's spot of 5000 is 6000, above 80.
    for name, setting in (("GAMMA_PROFILE", "profile_range=120%:80"), ("TOTAL_GEX", "strikes=120%:80")):
        with pytest.raises(XlwingsError, match="expected a band such as"):
            F[name](EXAMPLE_CHAIN, None, None, setting)


def test_a_spot_far_from_all_strikes_is_a_warning() -> None:
    notes = [row[3] for row in F["CHAIN_CHECK"](EXAMPLE_CHAIN, 5) if row[0] == "Look at"]
    assert any("spot 5.00 lies far from all strikes" in note for note in notes)
    assert not any("far from all strikes" in row[3] for row in F["CHAIN_CHECK"](EXAMPLE_CHAIN) if row[0] == "Look at")


def test_an_empty_cell_as_chain_is_an_empty_chain() -> None:
    with pytest.raises(XlwingsError, match="TOTAL_GEX: the chain is empty"):
        F["TOTAL_GEX"](0.0)


def test_put_wall_without_puts_is_na() -> None:
    assert F["PUT_WALL"]([row for row in EXAMPLE_CHAIN if "P" not in row]) == "#N/A"
    assert (
        REGISTRY["REGIME"].signature
        == "REGIME(chain, [spot], [as_of], [settings], [vix9d], [vix], [vix3m], [skew_25d_z], [history])"
    )
