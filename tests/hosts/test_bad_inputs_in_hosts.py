"""The table of bad inputs through every host: the cell's code everywhere, the sentence wherever the host shows one.

Excel shows the sentence of a #VALUE! on hovering (Lite, server) or in the status bar (classic, which names the reason
of a #N/A too). Calc shows codes alone: there the sentence is CHAIN_STATUS's, with the same arguments.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gex_xl.engines.addresses import address
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
