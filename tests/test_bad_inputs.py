"""Every mistake that we know of, with the Excel code and the one sentence that the user reads.

`reference/bad_inputs.csv` has one case a row. `chain` holds its rows as lines and its cells between |; what has
neither is one cell. Figures are handed over as numbers, as a worksheet holds them; ' before a cell makes it text.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from xlwings import XlwingsError

from gex_xl.errors import BadInput, NoValue
from gex_xl.functions import REGISTRY
from gex_xl.udfs import FUNCTIONS

FILE = Path(__file__).parent / "reference" / "bad_inputs.csv"
with FILE.open(encoding="utf-8", newline="") as opened:
    CASES = list(csv.DictReader(opened))


def typed(cell: str) -> Any:
    """A cell as a worksheet holds it."""
    if cell.startswith("'"):
        return cell[1:]
    try:
        return float(cell) if cell else None
    except ValueError:
        return cell


def chain_of(written: str) -> Any:
    """The chain argument: a range, or the one cell."""
    if "|" not in written and "\n" not in written:
        return typed(written)
    return [[typed(cell) for cell in line.split("|")] for line in written.split("\n")]


def arguments(case: dict[str, str]) -> tuple[Any, ...]:
    return chain_of(case["chain"]), typed(case["spot"]), typed(case["as_of"]), case["settings"] or None


def test_there_are_many_and_no_two_of_one_name() -> None:
    assert len({case["case"] for case in CASES}) == len(CASES) >= 60


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_code_and_sentence(case: dict[str, str]) -> None:
    name, given = case["function"], arguments(case)
    if case["code"] == NoValue.excel:
        assert FUNCTIONS[name](*given) == NoValue.excel
        with pytest.raises(NoValue) as none:
            REGISTRY[name].body(*given)
        assert str(none.value) == case["sentence"]
        return
    assert case["code"] == BadInput.excel
    with pytest.raises(XlwingsError) as error:
        FUNCTIONS[name](*given)
    assert str(error.value) == f"{name}: {case['sentence']}"
    with pytest.raises(BadInput):
        REGISTRY[name].body(*given)
    assert FUNCTIONS["CHAIN_STATUS"](*given) == f"Cannot be used: {case['sentence']}"
