"""The table of bad inputs through every host: the cell's code everywhere, the sentence wherever the host shows one.

Excel shows the sentence of a #VALUE! on hovering (Lite, server) or in the status bar (classic, which names the reason
of a #N/A too). Calc shows codes alone: there the sentence is CHAIN_STATUS's, with the same arguments.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from xlwings import XlwingsError

from gex_xl.engines.addresses import address
from gex_xl.udfs import FUNCTIONS
from tests.bad_inputs import CASES, in_cells

from .calc import Calc
from .cases import MISSING
from .serving import Serving
from .test_classic_calls import called
from .test_conformance import as_office_js, in_main_py

#: {case: [function, ranges and what is left out]}, in the words of cases.py.
ASKED: dict[str, list[Any]] = {
    name: [case["function"], *[MISSING if rows is None else {"range": rows} for rows in in_cells(case)]]
    for name, case in CASES.items()
}
SENTENCES = {name: f"{case['function']}: {case['sentence']}" for name, case in CASES.items()}
NOT_AVAILABLE = {name for name, case in CASES.items() if case["code"] == "#N/A"}


HEADER = ["Root", "Expiry", "Type", "Strike", "IV", "OI"]
LINE = ["ZZX", "2024-01-19", "call", 100.0, 0.25, 1000.0]
ABOVE = ["ZZX", "Spot: 100", "2024-01-08 10:30", None, None, None]
LONG = "x" * 32_767  # what a cell of Excel holds
WIDE = 16_384  # columns of a sheet
SIZES: dict[str, list[list[Any]]] = {
    "one contract": [ABOVE, HEADER, LINE],
    "a header alone": [HEADER],
    "one cell": [["x"]],
    "one blank cell": [[None]],
    "every column": [[*row, *[None] * (WIDE - 6)] for row in (ABOVE, HEADER, LINE)],
    "every column filled": [
        [*ABOVE, *[None] * (WIDE - 6)],
        [*HEADER, *["own"] * (WIDE - 6)],
        [*LINE, *[1.0] * (WIDE - 6)],
    ],
    "a long cell beside": [[*ABOVE, LONG], [*HEADER, LONG], [*LINE, LONG]],
    "a long cell for a figure": [ABOVE, HEADER, [*LINE[:5], LONG]],
    "a long cell alone": [[LONG]],
}
AT_ALL: dict[str, list[Any]] = {name: ["TOTAL_GEX", {"range": rows}] for name, rows in SIZES.items()}


def plain(name: str) -> float | str:
    """What plain Python gives, or its sentence."""
    try:
        return float(FUNCTIONS["TOTAL_GEX"](SIZES[name]))
    except XlwingsError as error:
        return str(error)


def test_sizes_in_plain_python() -> None:
    found = {name: plain(name) for name in SIZES}
    usable = {name for name, said in found.items() if isinstance(said, float)}
    assert usable == {"one contract", "every column", "every column filled", "a long cell beside"}
    assert len({found[name] for name in usable}) == 1
    assert all(len(said) < 300 for said in found.values() if isinstance(said, str))


def test_sizes_in_excel(tmp_path: Path) -> None:
    expected = {name: plain(name) for name in SIZES}
    classic = {name: f"#VALUE! {said}" if isinstance(said, str) else said for name, said in expected.items()}
    assert called(AT_ALL) == classic
    office = {
        name: {"error": said} if isinstance(said, str) else {"value": [[said]]} for name, said in expected.items()
    }
    assert in_main_py(AT_ALL, tmp_path) == office
    server = Serving(tmp_path)
    try:
        replies = {name: server.call("TOTAL_GEX", [as_office_js(case[1])]).json for name, case in AT_ALL.items()}
    finally:
        server.end()
    served = {name: {"result": found["value"]} if "value" in found else found for name, found in office.items()}
    assert replies == served


@pytest.mark.parametrize("name", SIZES)
def test_sizes_in_libreoffice(calc: Calc, name: str) -> None:
    rows, expected = SIZES[name], plain(name)
    area = f"A1:{address(len(rows), len(rows[0]))}"
    calc.open()
    try:
        calc.paste(sheet="Sheet1", cell="A1", rows=rows)
        calc.write_many(sheet="Sheet1", formulas={"A9": f"=TOTAL_GEX({area})", "A10": f"=CHAIN_STATUS({area})"})
        found, said = (calc.cell(sheet="Sheet1", cell=cell) for cell in ("A9", "A10"))
    finally:
        calc.close()
    if isinstance(expected, float):
        assert (found["error"], found["value"]) == (0, pytest.approx(expected, rel=1e-12))
    else:
        assert (found["error"], said["text"]) == (519, expected.replace("TOTAL_GEX:", "Cannot be used:", 1))


def test_whole_columns_in_libreoffice(calc: Calc) -> None:
    """A million rows, nearly all of them blank: refused by name, and Calc goes on."""
    calc.open()
    try:
        calc.paste(sheet="Sheet1", cell="A1", rows=SIZES["one contract"])
        formulas = {"J1": "=TOTAL_GEX(A1:F1000000)", "J2": "=CHAIN_STATUS(A1:F1000000)", "J3": "=TOTAL_GEX(A1:F3)"}
        calc.write_many(sheet="Sheet1", formulas=formulas)
        found, said, other = (calc.cell(sheet="Sheet1", cell=cell) for cell in formulas)
    finally:
        calc.close()
    assert (found["error"], other["error"]) == (519, 0)
    assert said["text"].startswith("Cannot be used: the paste has 1,000,000 rows; expected at most 200,000 rows, ")


def test_classic() -> None:
    expected = {name: f"{case['code']} {SENTENCES[name]}" for name, case in CASES.items()}
    assert called(ASKED) == expected


def test_lite(tmp_path: Path) -> None:
    no_value = {"value": [[{"type": "Error", "errorType": "NotAvailable"}]]}
    expected = {name: no_value if name in NOT_AVAILABLE else {"error": SENTENCES[name]} for name in CASES}
    assert in_main_py(ASKED, tmp_path) == expected


def test_server(tmp_path: Path) -> None:
    server = Serving(tmp_path)
    try:
        found = {}
        for name, (function, *given) in ASKED.items():
            reply = server.call(function, [as_office_js(value) for value in given])
            found[name] = (reply.status, reply.json)
    finally:
        server.end()
    # The script in Excel makes the error #N/A of that text.
    no_value = (200, {"result": [["#N/A"]]})
    assert found == {name: no_value if name in NOT_AVAILABLE else (400, {"error": SENTENCES[name]}) for name in CASES}


def test_libreoffice(calc: Calc) -> None:
    """All cases on one sheet, one below the other: the arguments, then the formula and CHAIN_STATUS beside them."""
    calc.open()
    try:
        formulas, places, row = {}, {}, 1
        for name, case in CASES.items():
            words, column, height = [], 3, 1
            for rows in in_cells(case):
                if rows is None:
                    words.append("")
                    continue
                calc.paste(sheet="Sheet1", cell=address(row, column), rows=rows)
                last = address(row + len(rows) - 1, column + len(rows[0]) - 1)
                words.append(f"{address(row, column)}:{last}")
                column, height = column + len(rows[0]), max(height, len(rows))
            formulas[f"A{row}"] = f"={case['function']}({';'.join(words)})"
            formulas[f"B{row}"] = f"=CHAIN_STATUS({';'.join(words)})"
            places[name], row = row, row + height
        calc.write_many(sheet="Sheet1", formulas=formulas)
        errors = calc.errors(sheet="Sheet1")
        said = [cell for (cell,) in calc.values(sheet="Sheet1", cells=f"B1:B{row}")]
    finally:
        calc.close()
    codes = {"#VALUE!": 519, "#N/A": 32767}
    assert errors == {f"A{places[name]}": codes[case["code"]] for name, case in CASES.items()}
    usable = {name: said[places[name] - 1] for name in NOT_AVAILABLE}
    assert not [text for text in usable.values() if text.startswith("Cannot be used")]
    expected = {name: f"Cannot be used: {case['sentence']}" for name, case in CASES.items() if name not in usable}
    assert {name: said[places[name] - 1] for name in expected} == expected
