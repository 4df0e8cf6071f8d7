"""xlwings' own COM server, called as Excel calls it, against the same functions called from plain Python."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gex_xl.functions import EXAMPLE_CHAIN, REGISTRY
from gex_xl.hosts.classic import calls as classic_calls
from gex_xl.udfs import FUNCTIONS

from .cases import CASES, STRIKES, large_chain


def called(cases: dict[str, list[Any]]) -> dict[str, Any]:
    """What CallUDF gives for each case, all of them in one program."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("pretend_excel.py"))],
        input=json.dumps({"cases": list(cases.values())}), check=True, capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert found["branch"] == "xlwings.udfs"  # the Windows branch of xlwings, not its no-ops
    return dict(zip(cases, found["found"], strict=True))


@cache
def answers() -> dict[str, Any]:
    return called(CASES)


def squeezed(value: Any) -> Any:
    """A table of one cell or one row, as xlwings hands it to VBA."""
    if isinstance(value, list) and len(value) == 1:
        return value[0][0] if len(value[0]) == 1 else value[0]
    return value


@pytest.mark.parametrize("name", REGISTRY)
def test_every_example_gives_what_plain_python_gives(name: str) -> None:
    assert answers()[f"example of {name}"] == squeezed(FUNCTIONS[name](*REGISTRY[name].example))


@pytest.mark.parametrize(
    ("case", "name", "given"),
    [
        ("all optional arguments left out", "TOTAL_GEX", ()),
        ("blank cells as options", "TOTAL_GEX", ()),
        ("literal blanks", "TOTAL_GEX", ()),
        ("empty texts", "TOTAL_GEX", ()),
        ("spot in a cell", "TOTAL_GEX", (5050,)),
        ("spot as a number", "TOTAL_GEX", (5050,)),
        ("time in a cell", "TOTAL_GEX", (None, "2025-03-04 12:30")),
        ("time as a serial", "TOTAL_GEX", (None, "2025-03-04 12:30")),
        ("time as text", "TOTAL_GEX", (None, "2025-03-04 12:30")),
        ("time in the preamble as a date", "TOTAL_GEX", ()),
        ("expiries as dates", "TOTAL_GEX", ()),
        ("settings in two columns", "TOTAL_GEX", (None, None, "sign=long_calls; unit=usd_bn")),
        ("settings in one row", "TOTAL_GEX", (None, None, "sign=long_calls")),
        ("settings as text", "TOTAL_GEX", (None, None, "sign=long_calls")),
        ("a switch in a cell", "ZERO_GAMMA", (None, None, None, True)),
    ],
)
def test_arguments_mean_the_same_however_excel_hands_them_over(case: str, name: str, given: tuple[Any, ...]) -> None:
    assert answers()[case] == squeezed(FUNCTIONS[name](EXAMPLE_CHAIN, *given))


@pytest.mark.parametrize(("case", "name"), [("20 000 rows", "GEX_PER_STRIKE"), ("20 000 rows listed", "CHAIN_TABLE")])
def test_a_large_chain(case: str, name: str) -> None:
    found = answers()[case]
    assert found == FUNCTIONS[name](large_chain())
    assert len(found) == 1 + (STRIKES if name == "GEX_PER_STRIKE" else 4 * STRIKES)


@pytest.mark.parametrize(
    ("case", "start"),
    [
        ("no value", "#N/A FLIP_STRIKE: one-sided chain"),
        ("no chain", "#VALUE! TOTAL_GEX: the chain is empty"),
        ("empty chain", "#VALUE! TOTAL_GEX: "),
        ("chain that failed", "#VALUE! TOTAL_GEX: the chain is #VALUE!; mend the cell that it comes from"),
        ("one row of a chain", "#VALUE! TOTAL_GEX: "),
        ("one cell of a chain", '#VALUE! TOTAL_GEX: the chain is the text "x"'),
        ("spot that failed", '#VALUE! TOTAL_GEX: spot is "#N/A"'),
        ("spot that failed in the formula", '#VALUE! TOTAL_GEX: spot is "#N/A"'),
        ("text as spot", '#VALUE! TOTAL_GEX: spot is "abc"; expected a number above 0'),
        ("error cell among the settings", "#VALUE! TOTAL_GEX: "),
        ("handle in a cell", "#VALUE! TOTAL_GEX: "),
    ],
)
def test_an_error_comes_back_as_its_name_and_one_sentence(case: str, start: str) -> None:
    found = answers()[case]
    assert isinstance(found, str)
    assert found.startswith(start)
    assert "\n" not in found
    assert "Traceback" not in found


def test_a_cell_without_a_value_inside_a_table_is_named() -> None:
    levels = dict(answers()["no value in a table"])
    assert levels["Flip strike (USD)"] == "#N/A"


def test_an_error_cell_in_the_chain_is_what_other_hosts_make_of_it() -> None:
    cells = [list(row) for row in EXAMPLE_CHAIN]
    cells[3][5] = "#DIV/0!"
    try:
        expected = FUNCTIONS["TOTAL_GEX"](cells)
    except Exception as error:
        expected = f"#VALUE! {error}"
    assert answers()["error cell in the chain"] == expected


def test_nothing_is_raised_across_com() -> None:
    assert not {case: found for case, found in answers().items() if isinstance(found, dict)}


def test_every_value_is_one_that_com_can_carry() -> None:
    for found in answers().values():
        rows = found if isinstance(found, list) else [[found]]
        cells = [cell for row in rows for cell in (row if isinstance(row, list) else [row])]
        assert all(isinstance(cell, (str, float, int)) for cell in cells)
        # A larger integer would arrive as a LongLong, which no cell of 32-bit Excel can hold.
        assert all(abs(cell) < 2**31 for cell in cells if isinstance(cell, int))


def test_a_bug_of_ours_is_one_line_too() -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    record = dataclasses.replace(REGISTRY["TOTAL_GEX"], body=broken)
    assert classic_calls.answering(record)() == "#VALUE! TOTAL_GEX: ZeroDivisionError: division by zero"
    assert classic_calls.CALLS.keys() == REGISTRY.keys()
