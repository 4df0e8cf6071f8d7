"""Every mistake that we know of, with the Excel code and the one sentence that the user reads.

tests/hosts/test_bad_inputs_in_hosts.py takes the same table through every host.
"""

from __future__ import annotations

import pytest
from xlwings import XlwingsError

from gex_xl.errors import BadInput, NoValue
from gex_xl.functions import REGISTRY
from gex_xl.udfs import FUNCTIONS
from tests.bad_inputs import CASES, arguments, in_cells


def test_there_are_many() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("name", CASES)
def test_code_and_sentence(name: str) -> None:
    case = CASES[name]
    function, given = case["function"], arguments(case)
    if case["code"] == NoValue.excel:
        assert FUNCTIONS[function](*given) == NoValue.excel
        with pytest.raises(NoValue) as none:
            REGISTRY[function].body(*given)
        assert str(none.value) == case["sentence"]
        return
    assert case["code"] == BadInput.excel
    with pytest.raises(XlwingsError) as error:
        FUNCTIONS[function](*given)
    assert str(error.value) == f"{function}: {case['sentence']}"
    with pytest.raises(BadInput):
        REGISTRY[function].body(*given)
    assert FUNCTIONS["CHAIN_STATUS"](*given) == f"Cannot be used: {case['sentence']}"


@pytest.mark.parametrize("name", CASES)
def test_a_range_of_a_worksheet_says_the_same(name: str) -> None:
    case = CASES[name]
    body = REGISTRY[case["function"]].body
    with pytest.raises((BadInput, NoValue)) as error:
        body(*in_cells(case))
    assert (error.value.excel, str(error.value)) == (case["code"], case["sentence"])
