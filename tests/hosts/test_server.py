"""`gex-xl serve` over real https: every function, every refusal, the manifest, the log and the end."""

from __future__ import annotations

import base64
import concurrent.futures
import contextlib
import datetime as dt
import json
import os
import re
import signal
import socket
import ssl
import stat
import struct
import subprocess
import sys
import urllib.parse
import uuid
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from xlwings import XlwingsError

from gex_xl.functions import EXAMPLE_CHAIN as EXAMPLE
from gex_xl.functions import REGISTRY
from gex_xl.hosts.server.serving import listen
from gex_xl.hosts.server.state import open_state
from gex_xl.udfs import FUNCTIONS

from .serving import LICENCE, Serving, environment, matrix

EXAMPLE_CHAIN = [list(row) for row in EXAMPLE]
MOST = 5 * 1024 * 1024
#: Stands in cells, and must never stand in what the server prints.
PRIVATE = "Zq7privateZq7"
FLAGGED = {"type": "Error", "basicType": "Error", "basicValue": "#DIV/0!", "errorType": "Div0"}


def test_answers_are_sent_at_once() -> None:
    """asyncio turns off waiting for more to send on sockets that say they are TCP, and on no others."""
    with listen(0) as found:
        assert found.proto == socket.IPPROTO_TCP


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    found = Serving(tmp_path_factory.mktemp("server") / "kept")
    yield found
    found.end()


def as_sent(value: Any) -> Any:
    """What functions.js is given for a result: a matrix, an error by its name."""
    if isinstance(value, list) and value and isinstance(value[0], list):
        return value
    return [value] if isinstance(value, list) else [[value]]


@pytest.mark.parametrize("name", REGISTRY)
def test_every_example_is_the_cores_value(server: Serving, name: str) -> None:
    example = list(REGISTRY[name].example)
    found = server.call(name, example)
    assert found.status == 200, found.body
    assert found.json == {"result": as_sent(FUNCTIONS[name](*example))}


@pytest.mark.parametrize("blank", [None, "", 0, [[""]], [[None]]], ids=str)
def test_blank_arguments_are_left_out_ones(server: Serving, blank: Any) -> None:
    found = server.call("TOTAL_GEX", [EXAMPLE_CHAIN, blank, blank, blank])
    assert found.json == {"result": [[FUNCTIONS["TOTAL_GEX"](EXAMPLE_CHAIN)]]}


def test_one_argument_is_enough_where_the_others_may_be_left_out(server: Serving) -> None:
    assert server.call("TOTAL_GEX", [EXAMPLE_CHAIN]).json == {"result": [[FUNCTIONS["TOTAL_GEX"](EXAMPLE_CHAIN)]]}


@pytest.mark.parametrize(
    "moment",
    ["2025-03-04 12:30", 45720 + 12.5 / 24, {"type": "FormattedNumber", "basicValue": 45720 + 12.5 / 24}],
    ids=["text", "serial", "formatted"],
)
def test_a_time_as_excel_may_send_it(server: Serving, moment: Any) -> None:
    wanted = FUNCTIONS["TOTAL_GEX"](EXAMPLE_CHAIN, None, dt.datetime(2025, 3, 4, 12, 30))
    assert server.call("TOTAL_GEX", [EXAMPLE_CHAIN, None, moment]).json == {"result": [[pytest.approx(wanted)]]}


def test_settings_as_a_range(server: Serving) -> None:
    settings = [["sign", "long_calls"], ["unit", "usd_bn"]]
    wanted = FUNCTIONS["TOTAL_GEX"](EXAMPLE_CHAIN, None, None, settings)
    assert server.call("TOTAL_GEX", [EXAMPLE_CHAIN, None, None, settings]).json == {"result": [[wanted]]}


def test_a_handle_of_one_request_is_found_by_the_next(server: Serving) -> None:
    chain = [*EXAMPLE_CHAIN[:-1]]
    handle = server.call("LOAD_CHAIN", [chain]).json["result"][0][0]
    assert server.call("TOTAL_GEX", [handle]).json == {"result": [[FUNCTIONS["TOTAL_GEX"](chain)]]}
    gone = server.call("TOTAL_GEX", ["SPX 1 contracts 2020-01-01 #000000"])
    assert gone.status == 400
    assert "recalculate the LOAD_CHAIN cell" in gone.json["error"]


@pytest.mark.parametrize(
    "args",
    [["no chain"], [[["a", "b"], ["c", "d"]]], [EXAMPLE_CHAIN, -5], [EXAMPLE_CHAIN, None, "when"],
     [EXAMPLE_CHAIN, None, None, "sign=up"], [EXAMPLE_CHAIN, FLAGGED]],
    ids=["text", "headless", "spot", "as_of", "setting", "error cell"],
)  # fmt: skip
def test_bad_input_is_the_cores_sentence(server: Serving, args: list[Any]) -> None:
    found = server.call("TOTAL_GEX", args)
    plain = ["#DIV/0!" if value is FLAGGED else value for value in args]
    with pytest.raises(XlwingsError) as wanted:
        FUNCTIONS["TOTAL_GEX"](*plain)
    assert (found.status, found.json) == (400, {"error": str(wanted.value)})
    assert "\n" not in found.json["error"]


def test_no_value_is_named_for_the_script_to_make_it_an_error(server: Serving) -> None:
    args = [EXAMPLE_CHAIN, None, None, "sign=short_all"]
    assert FUNCTIONS["FLIP_STRIKE"](*args) == "#N/A"
    assert server.call("FLIP_STRIKE", args).json == {"result": [["#N/A"]]}


def test_twenty_thousand_rows(server: Serving) -> None:
    chain: list[list[Any]] = [["strike", "right", "expiry", "iv", "open interest", "spot", "as of"]]
    for expiry in ("2025-04-17", "2025-05-16"):
        for step in range(5_000):
            strike = 4000 + step
            chain += [[strike, "C", expiry, 0.2, 10 + step % 7, 6000, "2025-03-04 16:00"]]
            chain += [[strike, "P", expiry, 0.2, 10 + step % 11, 6000, "2025-03-04 16:00"]]
    assert len(chain) == 20_001
    found = server.call("GEX_PER_STRIKE", [chain, 6000, "2025-03-04 16:00"])
    assert found.status == 200, found.body[:300]
    assert found.json == {"result": FUNCTIONS["GEX_PER_STRIKE"](chain, 6000, "2025-03-04 16:00")}


def test_metadata_describes_every_function(server: Serving) -> None:
    found = server.ask("functions.json")
    assert found.headers["content-type"] == "application/json"
    functions = {entry["id"]: entry for entry in found.json["functions"]}
    assert functions.keys() == REGISTRY.keys()
    for name, record in REGISTRY.items():
        entry = functions[name]
        assert entry["name"] == name
        assert record.help in entry["description"]
        told = [(p["name"], p["description"], p.get("optional", False)) for p in entry["parameters"]]
        assert told == [(a.name, a.help, not a.required) for a in record.arguments]
        assert "options" not in entry  # no addresses of cells are asked for


def test_the_description_alone_may_be_read_by_excel_on_the_web(server: Serving) -> None:
    foreign = {"Origin": "https://excel.officeapps.live.com"}
    assert server.ask("functions.json", headers=foreign).headers["access-control-allow-origin"] == "*"
    for path in ("functions.js", "functions.html", "icon.png"):
        assert "access-control-allow-origin" not in server.ask(path).headers
        assert server.ask(path, headers=foreign).status == 403


OFFICE = "http://schemas.microsoft.com/office"
SPACES = {
    "a": f"{OFFICE}/appforoffice/1.1",
    "v": f"{OFFICE}/taskpaneappversionoverrides",
    "bt": f"{OFFICE}/officeappbasictypes/1.0",
}


def test_the_manifest(server: Serving) -> None:
    root = ElementTree.fromstring(server.manifest.read_bytes())  # noqa: S314  our own file
    kind = "{http://www.w3.org/2001/XMLSchema-instance}type"
    assert (root.tag, root.attrib[kind]) == (f"{{{SPACES['a']}}}OfficeApp", "TaskPaneApp")
    order = [child.tag.split("}")[1] for child in root]
    # The schema's own order ([MS-OWEMXML] 2.2.3, OfficeApp), of which these are used.
    assert order == [
        "Id", "Version", "ProviderName", "DefaultLocale", "DisplayName", "Description", "IconUrl",
        "HighResolutionIconUrl", "SupportUrl", "Hosts", "Requirements", "DefaultSettings", "Permissions",
        "VersionOverrides",
    ]  # fmt: skip
    assert uuid.UUID(root.findtext("a:Id", "", SPACES)).version == 4
    assert re.fullmatch(r"\d+\.\d+\.\d+\.\d+", root.findtext("a:Version", "", SPACES))
    assert root.findtext("a:Permissions", "", SPACES) == "ReadDocument"
    host = root.find("v:VersionOverrides/v:Hosts/v:Host", SPACES)
    assert host is not None
    assert host.attrib[kind] == "Workbook"
    point = host.find("v:AllFormFactors/v:ExtensionPoint", SPACES)
    assert point is not None
    assert point.attrib[kind] == "CustomFunctions"
    assert [child.tag.split("}")[1] for child in point] == ["Script", "Page", "Metadata"]
    # No namespace: the workbook's formulas name none either.
    assert root.find(".//v:Namespace", SPACES) is None
    urls = {url.attrib["id"]: url.attrib["DefaultValue"] for url in root.iterfind(".//bt:Url", SPACES)}
    used = [source.attrib["resid"] for source in point.iterfind("*/v:SourceLocation", SPACES)]
    assert used == list(urls)
    assert all(len(name) <= 32 for name in urls)  # what Office allows for a resid
    addresses = [value for element in root.iter() for value in element.attrib.values() if "://" in value]
    ours = [address for address in addresses if not address.startswith("http://schemas.")]
    assert all(address.startswith(f"https://localhost:{server.port}/") for address in ours)
    for address in {*urls.values(), *ours}:
        found = server.ask(address.removeprefix(f"https://localhost:{server.port}"))
        assert found.status == 200
    assert found.headers["x-content-type-options"] == "nosniff"


def test_the_icon_is_a_picture(server: Serving) -> None:
    content = server.ask("icon.png").body
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    place, pixels = 8, b""
    while place < len(content):
        (size,), kind = struct.unpack(">I", content[place : place + 4]), content[place + 4 : place + 8]
        chunk = content[place + 4 : place + 8 + size]
        assert struct.unpack(">I", content[place + 8 + size : place + 12 + size])[0] == zlib.crc32(chunk)
        pixels += chunk[4:] if kind == b"IDAT" else b""
        place += 12 + size
    assert len(zlib.decompress(pixels)) == 32 * (1 + 3 * 32)


def test_headers_of_every_answer(server: Serving) -> None:
    answers = [server.ask(path) for path in ("functions.html", "functions.js", "functions.json", "none", "/", "call")]
    for found in [*answers, server.call("TOTAL_GEX", [1])]:
        assert "default-src 'none'" in found.headers["content-security-policy"]
        assert "unsafe" not in found.headers["content-security-policy"]
        assert found.headers["x-content-type-options"] == "nosniff"
        assert found.headers["referrer-policy"] == "no-referrer"
        assert found.headers["cache-control"] == "no-store"
        assert "server" not in found.headers
    assert [found.status for found in answers] == [200, 200, 200, 404, 403, 405]


def wrong(token: str) -> list[str]:
    return ["", "x", token[:-1], token + "x", token.swapcase(), "é" * 8, token[::-1]]


def test_the_wrong_token(server: Serving) -> None:
    token = server.path[1:]
    assert len(base64.urlsafe_b64decode(token + "=")) == 32
    body = json.dumps({"func_name": "TOTAL_GEX", "args": [matrix(EXAMPLE_CHAIN)]}).encode()
    assert server.ask(f"/{token}/call", body).status == 200
    for other in wrong(token):
        assert server.ask(f"/{urllib.parse.quote(other)}/call", body).status == 403
    for path in ("/", "/call", "/functions.js", f"//{token}/call", f"/./{token}/call"):
        assert server.ask(path, body).status == 403


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost", "localhost:1", "127.0.0.1.evil.example:{port}", "", "[::1]:{port}"]
)
def test_the_wrong_host(server: Serving, host: str) -> None:
    found = server.ask("functions.js", headers={"Host": host.format(port=server.port)})
    assert found.status == 421
    assert b"CustomFunctions" not in found.body


def test_the_right_hosts(server: Serving) -> None:
    for host in ("localhost", "127.0.0.1", "LOCALHOST"):
        assert server.ask("functions.js", headers={"Host": f"{host}:{server.port}"}).status == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:{port}", "https://localhost", ""])
def test_a_foreign_origin(server: Serving, origin: str) -> None:
    body = json.dumps({"func_name": "TOTAL_GEX", "args": [matrix(EXAMPLE_CHAIN)]}).encode()
    assert server.ask("call", body, {"Origin": origin.format(port=server.port)}).status == 403
    assert server.ask("call", body, {"Origin": f"https://127.0.0.1:{server.port}"}).status == 200
    assert server.ask("call", body).status == 200  # Excel's script-only runtime names none


def padded(size: int) -> bytes:
    head = b'{"func_name": "CHAIN_STATUS", "args": [[["'
    return head + b"a" * (size - len(head) - 5) + b'"]]]}'


def test_five_megabytes_and_one_more(server: Serving) -> None:
    assert len(padded(MOST)) == MOST
    assert server.ask("call", padded(MOST)).status != 413
    assert server.ask("call", iter([padded(MOST)[:-9], padded(MOST)[-9:]]), chunked=True).status != 413
    with server.connect() as wire:
        wire.sendall(head(server, "Transfer-Encoding: chunked"))
        wire.sendall(f"{MOST:x}\r\n".encode() + padded(MOST) + b"\r\n1\r\n \r\n")
        refused(wire)


@pytest.mark.parametrize("length", [MOST + 1, 10**12])
def test_a_declared_length_is_refused_before_it_is_read(server: Serving, length: int) -> None:
    with server.connect() as wire:
        wire.sendall(head(server, f"Content-Length: {length}"))
        refused(wire)


def refused(wire: ssl.SSLSocket) -> None:
    answer = b"".join(iter(lambda: wire.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"5 MB" in answer


def test_a_chunked_body_is_cut_off(server: Serving) -> None:
    """It declares no length and never ends; the server must not read on."""
    sent = 0
    with server.connect() as wire:
        wire.sendall(head(server, "Transfer-Encoding: chunked"))
        piece = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
        try:
            while sent < 40 * 2**20:
                wire.sendall(piece)
                sent += 0x10000
        except OSError:
            pass  # it hung up
    assert MOST - 2**20 < sent < 25 * 2**20
    assert server.ask("functions.json").status == 200


def head(server: Serving, more: str = "", path: str = "call") -> bytes:
    lines = [f"POST {server.path}/{path} HTTP/1.1", f"Host: localhost:{server.port}", *([more] if more else [])]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


MALFORMED = {
    "nothing": b"",
    "no json": b"{",
    "not utf-8": b'{"func_name": "\xff"}',
    "a list": b"[]",
    "a number": b"1",
    "nested": b"[" * 200_000,
    "nested within": b'{"func_name": "TOTAL_GEX", "args": [' + b"[" * 100_000 + b"]" * 100_000 + b"]}",
    "nested objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "NaN": b'{"func_name": "TOTAL_GEX", "args": [[[NaN]]]}',
    "a number of 5000 digits": b'{"func_name": "TOTAL_GEX", "args": [[[' + b"9" * 5000 + b"]]]}",
    "no name": b'{"args": [[[1]]]}',
    "unknown name": b'{"func_name": "XLOOKUP", "args": [[[1]]]}',
    "a name in Python": b'{"func_name": "evaluate", "args": [[[1]]]}',
    "a private name": b'{"func_name": "__builtins__", "args": []}',
    "a dictionary's name": b'{"func_name": "FUNCTIONS", "args": []}',
    "a list for a name": b'{"func_name": ["TOTAL_GEX"], "args": []}',
    "no arguments": b'{"func_name": "TOTAL_GEX"}',
    "too few": b'{"func_name": "TOTAL_GEX", "args": []}',
    "a required one left out": b'{"func_name": "TOTAL_GEX", "args": [null]}',
    "too many": b'{"func_name": "TOTAL_GEX", "args": [1, 2, 3, 4, 5, 6]}',
    "three deep": b'{"func_name": "TOTAL_GEX", "args": [[[[1]]]]}',
    "ragged": b'{"func_name": "TOTAL_GEX", "args": [[[1, 2], 3]]}',
    "empty": b'{"func_name": "TOTAL_GEX", "args": [[]]}',
    "an empty row": b'{"func_name": "TOTAL_GEX", "args": [[[]]]}',
    "an object": b'{"func_name": "TOTAL_GEX", "args": [{"a": 1}]}',
    "an object in a cell": b'{"func_name": "TOTAL_GEX", "args": [[[{"type": "Entity"}]]]}',
    "half a character": b'{"func_name": "TOTAL_GEX", "args": [[["\\ud800"]]]}',
    "an infinite number": b'{"func_name": "TOTAL_GEX", "args": [[[1e999]]]}',
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_malformed_calls_get_one_sentence(server: Serving, body: bytes) -> None:
    found = server.ask("call", body)
    assert found.status == 400
    assert list(found.json) == ["error"]
    assert "Traceback" not in found.json["error"]
    assert "\n" not in found.json["error"]


def test_slow_clients_hold_up_nobody_and_are_let_go(server: Serving) -> None:
    """One stops within a body, one within its first line, one never reads what it asked for."""
    with server.connect() as halfway, server.connect() as silent, server.connect() as unread:
        halfway.sendall(head(server, "Content-Length: 1000") + b"{")
        silent.sendall(b"POST / HT")
        unread.sendall(head(server, path="functions.js").replace(b"POST", b"GET") * 50)
        assert server.call("TOTAL_GEX", [EXAMPLE_CHAIN]).status == 200
        assert halfway.recv(4096).startswith(b"HTTP/1.1 408 ")
        silent.settimeout(30)
        with contextlib.suppress(ssl.SSLEOFError, ConnectionError):  # it may hang up without a word
            assert silent.recv(10) == b""
    assert server.call("TOTAL_GEX", [EXAMPLE_CHAIN]).status == 200


def test_thirty_silent_connections_leave_room(server: Serving) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(30):
            stack.enter_context(server.connect())
        assert server.call("TOTAL_GEX", [EXAMPLE_CHAIN]).status == 200


def test_twenty_at_once(server: Serving) -> None:
    wanted = {"result": [[FUNCTIONS["TOTAL_GEX"](EXAMPLE_CHAIN)]]}
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        found = list(pool.map(lambda _: server.call("TOTAL_GEX", [EXAMPLE_CHAIN]), range(100)))
    assert [(reply.status, reply.json) for reply in found] == [(200, wanted)] * 100


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="listening sockets are read from /proc")
def test_it_listens_on_this_machine_alone(server: Serving) -> None:
    owned = {str(link.readlink()) for link in Path(f"/proc/{server.process.pid}/fd").iterdir() if link.is_symlink()}
    listening = []
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            _, address, _, state, *rest = line.split()
            if state == "0A" and f"socket:[{rest[5]}]" in owned:
                listening.append(address)
    assert listening == [f"0100007F:{server.port:04X}"]


def test_no_cell_reaches_the_log(server: Serving) -> None:
    bad = [row[:] for row in EXAMPLE_CHAIN]
    bad[1][0] = PRIVATE
    for args in (
        [bad],
        [PRIVATE],
        [EXAMPLE_CHAIN, PRIVATE],
        [EXAMPLE_CHAIN, None, PRIVATE],
        [EXAMPLE_CHAIN, None, None, PRIVATE],
    ):
        for name in ("TOTAL_GEX", "LOAD_CHAIN", "CHAIN_STATUS"):
            server.call(name, args)
    server.ask("call", f'{{"func_name": "TOTAL_GEX", "args": ["{PRIVATE}'.encode())
    server.ask("call", json.dumps({"func_name": PRIVATE, "args": []}).encode())
    server.ask(f"/{PRIVATE}/call", b"x")
    with server.connect() as wire:
        wire.sendall(f"{PRIVATE} {PRIVATE}\r\n\r\n".encode())
        wire.recv(1000)
    assert server.call("TOTAL_GEX", [EXAMPLE_CHAIN]).status == 200
    assert PRIVATE not in server.printed
    assert "Traceback" not in server.printed
    logged = server.printed.split("--host server")[1].replace(" ", "")
    assert server.path[1:] not in logged


def test_certificate_is_for_this_machine_alone_and_signs_no_other(server: Serving) -> None:
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    found = x509.load_pem_x509_certificate(server.certificate.read_bytes())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(ip) for ip in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    assert not found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    usage = found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert found.not_valid_after_utc - found.not_valid_before_utc < dt.timedelta(days=825)


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a user's folders by other means than file modes")
def test_what_it_keeps_is_private(server: Serving) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [server.folder, *server.folder.iterdir()]}
    assert modes.pop(server.folder.name) == 0o700
    private = {name: mode for name, mode in modes.items() if mode != 0o600 and not name.startswith(".")}
    assert {"identity.json", "localhost.key", "gex_xl_manifest.xml"} <= modes.keys()
    assert private == {}


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a user's folders by other means than file modes")
def test_a_folder_that_was_there_stays_as_open_as_it_was(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    state = open_state(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert {stat.S_IMODE(path.stat().st_mode) for path in (state.key, state.certificate)} == {0o600}


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
@pytest.mark.skipif(os.name == "nt", reason="signals of another process are POSIX")
def test_it_stops_cleanly_and_starts_again_as_the_same_add_in(tmp_path: Path, how: signal.Signals) -> None:
    first = Serving(tmp_path / "kept")
    kept = {path.name: path.read_bytes() for path in (tmp_path / "kept").iterdir() if path.name != first.manifest.name}
    assert "made just now" in first.printed
    with first.connect() as idle:
        assert first.call("TOTAL_GEX", [EXAMPLE_CHAIN]).status == 200
        assert first.end(how) == 0
        assert idle.version()
    assert first.printed.rstrip().endswith("gex-xl serve has stopped.")
    assert "task(s)" not in first.printed  # of uvicorn's, which waited in vain
    assert "Traceback" not in first.printed
    second = Serving(tmp_path / "kept")
    assert second.path == first.path
    assert "made just now" not in second.printed
    assert {path.name: path.read_bytes() for path in second.folder.iterdir() if path.name in kept} == kept
    second.end()


def run(*arguments: str, home: Path, more: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "gex_xl.cli", *arguments]
    env = environment(home, more if more is not None else {})
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("key", [None, "", "made-up"], ids=["none", "empty", "bad"])
def test_without_a_licence_it_says_what_is_needed(tmp_path: Path, key: str | None) -> None:
    done = run("serve", home=tmp_path, more={} if key is None else {"XLWINGS_LICENSE_KEY": key})
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    for word in ("XLWINGS_LICENSE_KEY", "noncommercial", "paid", "lite", "classic"):
        assert word in done.stderr
    assert not (tmp_path / ".config").exists()


@pytest.mark.parametrize("missing", ["starlette", "uvicorn", "cryptography"])
def test_a_missing_extra_is_one_sentence(tmp_path: Path, missing: str) -> None:
    code = (
        "import importlib.util, sys; find = importlib.util.find_spec;"
        f"importlib.util.find_spec = lambda name, *a: None if name == {missing!r} else find(name, *a);"
        "from gex_xl.cli import main; sys.exit(main(['serve']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(tmp_path), capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert 'pip install "gex-xl[server]"' in done.stderr


def test_a_taken_port_is_one_sentence(server: Serving, tmp_path: Path) -> None:
    arguments = ("serve", "--port", str(server.port), "--folder", str(tmp_path / "kept"))
    done = run(*arguments, home=tmp_path, more=dict(LICENCE))
    assert done.returncode == 2
    assert re.fullmatch(rf"gex-xl: port {server.port} .*--port\n", done.stderr)


@pytest.mark.parametrize("port", ["65536", "-1"])
def test_a_port_that_is_none_is_one_sentence(tmp_path: Path, port: str) -> None:
    done = run("serve", "--port", port, "--folder", str(tmp_path / "kept"), home=tmp_path, more=dict(LICENCE))
    assert (done.returncode, done.stderr) == (2, f"gex-xl: --port is {port}; expected 1 to 65535\n")


def test_a_folder_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = run("serve", "--port", "0", "--folder", str(tmp_path / "file"), home=tmp_path, more=dict(LICENCE))
    assert done.returncode == 2
    assert re.fullmatch(r"gex-xl: .*file cannot be used: .*--folder\n", done.stderr)


DAMAGED = ["", "{", "[]", '{"id": 3}', '{"id": 3, "token": "x"}', '{"id": "x", "token": "' + "a" * 40 + '"}']


@pytest.mark.parametrize("text", DAMAGED)
def test_what_is_damaged_is_made_anew(tmp_path: Path, text: str) -> None:
    (tmp_path / "identity.json").write_text(text, encoding="utf-8")
    (tmp_path / "identity.json").chmod(0o600)  # as the server leaves it; what others may read is refused
    (tmp_path / "localhost.crt").write_text("no certificate", encoding="utf-8")
    made = open_state(tmp_path)
    assert made.new_certificate
    assert len(base64.urlsafe_b64decode(made.token + "=")) == 32
    again = open_state(tmp_path)
    assert (again.identity, again.token, again.new_certificate) == (made.identity, made.token, False)


def test_a_key_of_another_certificate_is_not_used(tmp_path: Path) -> None:
    one, other = open_state(tmp_path / "one"), open_state(tmp_path / "other")
    one.key.write_bytes(other.key.read_bytes())
    assert open_state(tmp_path / "one").new_certificate


def test_every_user_has_a_token_and_an_identity_of_their_own(tmp_path: Path) -> None:
    kept = [open_state(tmp_path / name) for name in "abc"]
    assert len({state.token for state in kept}) == len({state.identity for state in kept}) == 3


def test_doctor_names_what_is_missing(tmp_path: Path) -> None:
    done = run("doctor", home=tmp_path)
    assert done.returncode == 0, done.stderr
    part = done.stdout.split("Excel with gex-xl serve\n")[1].split("\nLibreOffice")[0]
    assert "ok       packages of gex-xl[server]" in part
    assert "missing  your licence for xlwings PRO" in part
    licensed = run("doctor", home=tmp_path, more={"XLWINGS_LICENSE_KEY": "a-private-key"}).stdout
    assert "ok       your licence" in licensed
    assert "a-private-key" not in licensed
