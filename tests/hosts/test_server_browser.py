"""The add-in's own page and script under Microsoft's runtime for custom functions, in headless Chromium.

Excel itself is a script of ours (pretend_excel.js). The runtime is that of npm's @microsoft/office-js, served in place
of Microsoft's address, which the browser is told to look for on this machine.
"""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xlwings import XlwingsError

from gex_xl.functions import EXAMPLE_CHAIN as EXAMPLE
from gex_xl.functions import REGISTRY
from gex_xl.hosts.server import addin
from gex_xl.udfs import FUNCTIONS

from .chromium import Page, find_chromium
from .conftest import absent
from .serving import Serving, matrix

HERE = Path(__file__).parent
EXAMPLE_CHAIN = [list(row) for row in EXAMPLE]
PACKAGES = ("@microsoft/office-js@1.1.110", "custom-functions-metadata@2.2.3", "typescript@5.9.3")
#: The runtime's own numbers for errors (_getCustomFunctionResultErrorCodeFromErrorCode).
NOT_AVAILABLE, INVALID_VALUE = 1, 7


@pytest.fixture(scope="session")
def npm(request: pytest.FixtureRequest) -> Path:
    """A folder with Microsoft's packages in it, kept between runs."""
    if not (shutil.which("node") and shutil.which("npm")):
        absent("node and npm are not installed")
    folder: Path = request.config.cache.mkdir("office-js")
    wanted = folder / "installed.json"
    if not wanted.exists() or json.loads(wanted.read_text(encoding="utf-8")) != list(PACKAGES):
        (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
        program = shutil.which("npm") or "npm"
        command = [program, "install", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=600)
        if done.returncode:
            absent(f"npm cannot install {' '.join(PACKAGES)}: {done.stderr[-300:]}")
        wanted.write_text(json.dumps(PACKAGES), encoding="utf-8")
    return folder / "node_modules"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    found = Serving(tmp_path_factory.mktemp("server") / "kept")
    yield found
    found.end()


@pytest.fixture(scope="module")
def microsoft(npm: Path, server: Serving) -> Iterator[int]:
    """The port of a stand-in for Microsoft's address: Excel and the runtime in one script."""
    runtime = npm / "@microsoft" / "office-js" / "dist" / "custom-functions-runtime.js"
    script = (HERE / "pretend_excel.js").read_bytes() + b"\n" + runtime.read_bytes()
    path = addin.RUNTIME.removeprefix(addin.OFFICE)

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.path == path
            self.send_response(200 if known else 404)
            self.send_header("Content-Type", "text/javascript")
            self.end_headers()
            self.wfile.write(script if known else b"")

        def log_message(self, *_: object) -> None: ...

    stand_in = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server.certificate, server.folder / "localhost.key")
    stand_in.socket = context.wrap_socket(stand_in.socket, server_side=True)
    threading.Thread(target=stand_in.serve_forever, daemon=True).start()
    yield stand_in.server_address[1]
    stand_in.shutdown()
    stand_in.server_close()


@pytest.fixture(scope="module")
def page(server: Serving, microsoft: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    program = find_chromium()
    if program is None or os.name == "nt":
        absent("chromium is not installed")
    host = addin.OFFICE.removeprefix("https://")
    rules = f"--host-resolver-rules=MAP {host} 127.0.0.1:{microsoft},MAP * ~NOTFOUND,EXCLUDE localhost"
    found = Page(program, tmp_path_factory.mktemp("chromium"), [rules])
    try:
        found.open(f"{server.base}/functions.html")
        yield found
    finally:
        found.end()


def arguments(name: str, args: list[Any]) -> list[Any]:
    """As Excel hands them over: matrices, and null for what was left out."""
    return [matrix(value) for value in args] + [None] * (len(REGISTRY[name].arguments) - len(args))


def ask(page: Page, name: str, args: list[Any]) -> dict[str, Any]:
    """Call a function as Excel does; what came back for the cell."""
    sent = json.dumps(arguments(name, args))
    found: dict[str, Any] = page.evaluate(f"pretendExcel({json.dumps(name)}, {sent})")
    return found


def test_the_page_runs_as_its_own_policy_allows(page: Page, server: Serving) -> None:
    assert page.evaluate("document.title") == "gex_xl"
    assert page.evaluate("typeof CustomFunctions.associate") == "function"
    asked = [
        event["params"]["request"]["url"] for event in page.events if event.get("method") == "Network.requestWillBeSent"
    ]
    assert asked[:3] == [f"{server.base}/functions.html", addin.RUNTIME, f"{server.base}/functions.js"]
    said = json.dumps([event for event in page.events if event.get("method", "").startswith(("Log.", "Runtime.exc"))])
    assert "Content Security Policy" not in said
    assert "Runtime.exceptionThrown" not in said


def test_the_policy_stops_what_is_not_ours(page: Page, server: Serving) -> None:
    page.evaluate(
        "const s = document.createElement('script'); s.text = 'window.foreign = true'; document.head.append(s)"
    )
    assert page.evaluate("typeof window.foreign") == "undefined"
    elsewhere = f"fetch('https://127.0.0.1:{server.port}/').then(() => 'sent', (error) => String(error))"
    assert page.evaluate(elsewhere) == "TypeError: Failed to fetch"
    assert "Content Security Policy" in json.dumps(page.events)


@pytest.mark.parametrize("name", REGISTRY)
def test_every_example_reaches_the_cell(page: Page, name: str) -> None:
    example = list(REGISTRY[name].example)
    wanted = FUNCTIONS[name](*example)
    found = ask(page, name, example)
    if wanted == "#N/A":
        assert (found["fine"], found["code"]) == (False, NOT_AVAILABLE)
        return
    rows = wanted if isinstance(wanted, list) and isinstance(wanted[0], list) else [[wanted]]
    assert found["fine"], found
    assert len(found["value"]) == len(rows)
    for row, expected in zip(found["value"], rows, strict=True):
        for value, right in zip(row, expected, strict=True):
            if right == "#N/A":
                assert value["errorType"] == "NotAvailable"
            else:
                assert value == right


def test_no_value_is_excels_own_error(page: Page) -> None:
    args = [EXAMPLE_CHAIN, None, None, "sign=short_all"]
    assert FUNCTIONS["FLIP_STRIKE"](*args) == "#N/A"
    found = ask(page, "FLIP_STRIKE", args)
    assert (found["fine"], found["code"]) == (False, NOT_AVAILABLE)


@pytest.mark.parametrize("newest", [1.2, 1.3, 1.4])
def test_no_value_in_a_table_is_an_error_in_every_excel(page: Page, newest: float) -> None:
    """Excel 2021 has CustomFunctionsRuntime 1.3; errors in tables are part of 1.2 (CustomFunctions.Error)."""
    page.evaluate(f"Office.context = {{requirements: {{isSetSupported: (_, v) => parseFloat(v) <= {newest}}}}}; 0")
    args = [EXAMPLE_CHAIN, None, None, "sign=short_all"]
    at = [row[0] for row in FUNCTIONS["GEX_LEVELS"](*args)].index("Flip strike (USD)")
    assert FUNCTIONS["GEX_LEVELS"](*args)[at][1] == "#N/A"
    found = ask(page, "GEX_LEVELS", args)["value"][at][1]
    assert (found["basicType"], found["basicValue"]) == ("Error", "#N/A")


def test_a_call_that_finds_the_server_full_is_tried_again(page: Page, server: Serving) -> None:
    with contextlib.ExitStack() as full:
        for _ in range(64):  # as many as it serves
            full.enter_context(server.connect())
        leave = threading.Timer(1.0, full.close)
        leave.start()
        found = ask(page, "TOTAL_GEX", [EXAMPLE_CHAIN])
        leave.join()
    assert found["value"] == [[FUNCTIONS["TOTAL_GEX"](EXAMPLE_CHAIN)]]


@pytest.mark.parametrize(
    "args",
    [["no chain"], [EXAMPLE_CHAIN, -5], [EXAMPLE_CHAIN, None, None, "sign=up"]],
    ids=["chain", "spot", "setting"],
)
def test_an_error_is_value_with_its_sentence(page: Page, args: list[Any]) -> None:
    with pytest.raises(XlwingsError) as wanted:
        FUNCTIONS["TOTAL_GEX"](*args)
    assert ask(page, "TOTAL_GEX", args) == {"fine": False, "value": str(wanted.value), "code": INVALID_VALUE}


def test_an_error_cell_is_named(page: Page) -> None:
    """As the runtime hands it over: an object of its own, made from what Excel sent."""
    flagged = {"type": "CustomFunctionError", "code": "#DIV/0!"}
    sent = [matrix(EXAMPLE_CHAIN), [[flagged]], None, None]
    found = page.evaluate(f"pretendExcel('TOTAL_GEX', {json.dumps(sent)})")
    with pytest.raises(XlwingsError) as wanted:
        FUNCTIONS["TOTAL_GEX"](EXAMPLE_CHAIN, "#DIV/0!")
    assert found == {"fine": False, "value": str(wanted.value), "code": INVALID_VALUE}


def test_fifty_cells_over_one_handle(page: Page) -> None:
    handle = ask(page, "LOAD_CHAIN", [EXAMPLE_CHAIN])["value"][0][0]
    sent = [[[handle]], None, None, None]
    found = page.evaluate(
        f"Promise.all(Array.from({{length: 50}}, () => pretendExcel('TOTAL_GEX', {json.dumps(sent)})))"
    )
    assert [each["value"] for each in found] == [[[FUNCTIONS["TOTAL_GEX"](EXAMPLE_CHAIN)]]] * 50


def test_too_much_is_said_before_it_is_sent(page: Page) -> None:
    found = page.evaluate("pretendExcel('TOTAL_GEX', [[['a'.repeat(6e6)]], null, null, null])")
    assert (found["fine"], found["code"]) == (False, INVALID_VALUE)
    assert "5 MB" in found["value"]


def test_microsofts_generator_describes_the_functions_alike(server: Serving, npm: Path, tmp_path: Path) -> None:
    """custom-functions-metadata makes a description from JSDoc; ours must be the same, and pass its own checks."""
    lines = []
    for record in REGISTRY.values():
        lines += ["/**", f" * {record.help}. Returns {record.returns}.", f" * @customfunction {record.name}"]
        for argument in record.arguments:
            name = argument.name if argument.required else f"[{argument.name}]"
            lines.append(f" * @param {{any[][]}} {name} {argument.help}")
        names = ", ".join(argument.name for argument in record.arguments)
        lines += [" * @returns {any[][]}", " */", f"function {record.name}({names}) {{ return [[0]]; }}"]
    (tmp_path / "functions.js").write_text("\n".join(lines), encoding="utf-8")
    generate = (
        f"const made = require({json.dumps(str(npm / 'custom-functions-metadata'))});"
        "made.generateCustomFunctionsMetadata('functions.js').then((done) => console.log(JSON.stringify(done)));"
    )
    done = subprocess.run(
        ["node", "-e", generate], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["errors"] == []
    theirs = {entry["id"]: entry for entry in json.loads(result["metadataJson"])["functions"]}
    ours = {entry["id"]: entry for entry in server.ask("functions.json").json["functions"]}
    for entry in ours.values():
        # xlwings names the kind of a result; for the generator "any" goes without saying.
        assert entry["result"].pop("type") == "any"
    assert theirs == ours


def test_without_the_server_the_cell_says_so(page: Page, server: Serving) -> None:
    """Last of this file: it ends the server."""
    server.end()
    found = ask(page, "TOTAL_GEX", [EXAMPLE_CHAIN])
    assert (found["fine"], found["code"]) == (False, INVALID_VALUE)
    assert found["value"].startswith("TOTAL_GEX: gex-xl serve does not answer")
