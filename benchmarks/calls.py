"""Rows on hosts that call one function after another from a process of their own: classic, the server, Lite.

What Excel itself does before and after a call is in none of them, since there is no Excel here: copying the range
out of the sheet, and over COM, into a request or into JavaScript.
"""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.dashboard import FORMULAS
from benchmarks.driver import AGAIN, FIFTY, ONE
from benchmarks.measuring import Row, Timing
from gex_xl.hosts.lite.bundle import main_py
from tests.hosts.serving import Serving

Cells = list[list[Any]]
_ROOT = Path(__file__).parents[1]
#: A folder with npm's Pyodide and its wheels, which the tests of Lite put together where they can.
PYODIDE = _ROOT / ".pytest_cache" / "d" / "pyodide-0.27.7"


def classic(cells: Cells, contracts: int, rounds: int) -> Iterator[Row]:
    """xlwings' own COM server with Windows made up around it, in a process of its own."""
    given = json.dumps({"cells": cells, "formulas": FORMULAS, "rounds": rounds})
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.in_classic"],
        input=given, capture_output=True, text=True, check=True, cwd=_ROOT,
    )  # fmt: skip
    yield _row("classic, its COM server without COM", contracts, json.loads(done.stdout))


def server(cells: Cells, contracts: int, rounds: int) -> Iterator[Row]:
    """`gex-xl serve` over https on one connection, a changed chain every time. Requests are made up beforehand."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        running = Serving(Path(folder))
        try:
            yield _row("the server, over https", contracts, _asked(running, cells, rounds))
        finally:
            running.end()


def _asked(running: Serving, cells: Cells, rounds: int) -> dict[str, list[float]]:
    line = http.client.HTTPSConnection("localhost", running.port, timeout=120, context=running.trust)
    origin = {"Content-Type": "text/plain", "Origin": f"https://localhost:{running.port}"}
    changing = "the cell that changes"
    matrix: Cells = [["" if cell is None else cell for cell in row] for row in cells]
    matrix[5][10] = changing  # an open interest

    def body(name: str, arguments: list[Any]) -> bytes:
        args = [each if each is None or isinstance(each, list) else [[each]] for each in arguments]
        return json.dumps({"client": "Office.js", "func_name": name, "args": args}).encode()

    def ask(request: bytes) -> Any:
        line.request("POST", f"{running.path}/call", request, origin)
        reply = line.getresponse()
        answer = json.loads(reply.read())
        if reply.status != 200:
            raise SystemExit(answer)
        return answer["result"][0][0]

    def fifty(handle: Any) -> None:
        for name, rest in FORMULAS:
            ask(body(name, [handle, *rest]))

    asked = {way: body(name, [matrix]) for way, name in ((ONE, "TOTAL_GEX"), (FIFTY, "LOAD_CHAIN"))}
    found: dict[str, list[float]] = {ONE: [], FIFTY: [], AGAIN: []}
    for turn in range(rounds + 1):
        for n, (way, request) in enumerate(asked.items()):
            written = request.replace(json.dumps(changing).encode(), str(1000 + 2 * turn + n).encode())
            start = time.perf_counter()
            handle = ask(written)
            if way == FIFTY:
                fifty(handle)
            found[way].append(time.perf_counter() - start)
        start = time.perf_counter()
        fifty(handle)
        found[AGAIN].append(time.perf_counter() - start)
    line.close()
    return {way: seconds[1:] for way, seconds in found.items()}


def lite(cells: Cells, contracts: int, rounds: int) -> Iterator[Row]:
    """The code of a Lite workbook in Pyodide under node, called as the add-in calls it; nothing where that is not."""
    if not shutil.which("node") or not (PYODIDE / "pure" / "xlwings").exists():
        print("Pyodide is left out: `uv run pytest tests/hosts/test_lite_code.py` puts it together where it can be had")
        return
    cases = {"cells": cells, "formulas": FORMULAS, "rounds": rounds}
    (PYODIDE / "main.py").write_text(main_py(), encoding="utf-8")
    (PYODIDE / "cases.json").write_text(json.dumps(cases), encoding="utf-8")
    here = Path(__file__).parent
    text = "".join((here / name).read_text(encoding="utf-8") for name in ("driver.py", "in_pyodide.py"))
    (PYODIDE / "timing.py").write_text(text, encoding="utf-8")
    script = _ROOT / "tests" / "hosts" / "pyodide_run.mjs"
    done = subprocess.run(
        ["node", script, PYODIDE, PYODIDE / "pure", PYODIDE / "timing.py"],  # noqa: S607  as the tests find it
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        print(f"Pyodide is left out: {done.stderr[-300:]}")
        return
    found = json.loads((PYODIDE / "results.json").read_text(encoding="utf-8"))
    yield _row("Lite's code in Pyodide, under node", contracts, found)


def _row(name: str, contracts: int, found: dict[str, list[float]]) -> Row:
    return Row(f"a dashboard: {name}", contracts, {way: Timing(tuple(seconds)) for way, seconds in found.items()})
