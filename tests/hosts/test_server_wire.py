"""`gex-xl serve` against what is no orderly HTTP: bytes by hand over real TLS sockets, all of them at one server."""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gex_xl.functions import EXAMPLE_CHAIN
from gex_xl.udfs import FUNCTIONS

from .serving import Serving, matrix

BODY = json.dumps({"func_name": "TOTAL_GEX", "args": [matrix(EXAMPLE_CHAIN)]}).encode()
#: What HTTP/1.1 forbids (RFC 9112), or what no client of ours sends. {host}: the right one, {path}: the right address.
MALFORMED = {
    "noise": b"\x00\xff\x16\x03\x01" * 40 + b"\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "another protocol": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no host": b"POST {path} HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
    "two hosts": b"POST {path} HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\nContent-Length: 2\r\n\r\n{}",
    "a length below 0": b"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: -1\r\n\r\n{}",
    "a length in words": b"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: two\r\n\r\n{}",
    "two lengths": b"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "a length of 5000 digits": b"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: "
    + b"9" * 5000
    + b"\r\n\r\n{}",
    "length and chunks": b"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 2\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    "another coding": b"POST {path} HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: gzip\r\n\r\n{}",
    "a chunk of no size": b"POST {path} HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n",
    "a header of a megabyte": b"GET {path} HTTP/1.1\r\nHost: {host}\r\nX: " + b"a" * 2**20 + b"\r\n\r\n",
    "ten thousand headers": b"GET {path} HTTP/1.1\r\nHost: {host}\r\n" + b"X: a\r\n" * 10_000 + b"\r\n",
    "a line break in a header": b"GET {path} HTTP/1.1\r\nHost: {host}\r\nX: a\n b\x00c\r\n\r\n",
    "an upgrade": b"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    found = Serving(tmp_path_factory.mktemp("wire") / "kept")
    yield found
    assert "Traceback" not in found.printed
    assert found.end() == 0


def answer(wire: ssl.SSLSocket, seconds: float = 30) -> bytes:
    """All that comes back until the server hangs up, or says no more."""
    wire.settimeout(seconds)
    found = b""
    with contextlib.suppress(TimeoutError, ConnectionError, ssl.SSLError):
        while part := wire.recv(65536):
            found += part
    return found


def well(server: Serving) -> bool:
    reply = server.call("TOTAL_GEX", [[list(row) for row in EXAMPLE_CHAIN]])
    return reply.status == 200 and reply.json == {"result": [[FUNCTIONS["TOTAL_GEX"](EXAMPLE_CHAIN)]]}


@pytest.mark.parametrize("what", MALFORMED)
def test_malformed_requests_are_refused(server: Serving, what: str) -> None:
    address = f"{server.path}/call".encode()
    given = MALFORMED[what].replace(b"{path}", address).replace(b"{host}", f"localhost:{server.port}".encode())
    with server.connect() as wire:
        with contextlib.suppress(ConnectionError, ssl.SSLError):  # it may hang up before all is sent
            wire.sendall(given)
        said = answer(wire, 3)
    statuses = [line.split()[1] for line in said.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]
    assert len(statuses) <= 1  # no second request was smuggled in with the first
    assert all(status[:1] == b"4" for status in statuses), said[:300]
    assert b"Traceback" not in said
    assert well(server)


def test_bytes_that_are_no_tls(server: Serving) -> None:
    import socket

    with socket.create_connection(("127.0.0.1", server.port), 10) as wire:
        wire.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        wire.settimeout(10)
        with contextlib.suppress(ConnectionError):
            assert b"200" not in wire.recv(1000)
    assert well(server)


def test_drops_of_headers_and_of_a_body(server: Serving) -> None:
    """A byte now and then keeps nobody's connection: the time for the whole is counted (slowloris)."""
    head = f"POST {server.path}/call HTTP/1.1\r\nHost: localhost:{server.port}\r\n".encode()
    with server.connect() as headers, server.connect() as body:
        headers.sendall(head)
        body.sendall(head + b"Content-Length: 1000\r\n\r\n")
        gone: dict[str, float] = {}
        start = time.monotonic()
        while len(gone) < 2 and time.monotonic() < start + 40:
            for name, wire, drop in (("headers", headers, b"X: a\r\n"), ("body", body, b"{")):
                if name not in gone:
                    try:
                        wire.sendall(drop)
                        wire.settimeout(0.2)
                        with contextlib.suppress(TimeoutError):
                            wire.recv(1000)
                            gone[name] = time.monotonic() - start
                    except (ConnectionError, ssl.SSLError):
                        gone[name] = time.monotonic() - start
            assert gone or time.monotonic() > start + 1 or well(server)
        assert gone.keys() == {"headers", "body"}
    assert well(server)


def test_more_clients_than_it_takes(server: Serving) -> None:
    """A hundred that say nothing: others wait or are sent away until their time is over, then all is well."""
    with contextlib.ExitStack() as stack:
        for _ in range(100):
            with contextlib.suppress(OSError):
                stack.enter_context(server.connect(3))
        end, status = time.monotonic() + 60, 0
        while status != 200 and time.monotonic() < end:
            with contextlib.suppress(OSError):
                status = server.call("TOTAL_GEX", [[list(row) for row in EXAMPLE_CHAIN]]).status
            time.sleep(0.5)
        assert status == 200
    assert well(server)


def test_large_calls_at_once(server: Serving) -> None:
    """Eight of four megabytes each, beside small ones: every one is answered."""
    wide = [[*row, "x" * 200_000] for row in EXAMPLE_CHAIN]
    body = json.dumps({"func_name": "TOTAL_GEX", "args": [matrix(wide)]}).encode()
    assert 3 * 2**20 < len(body) < 5 * 2**20
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        large = [pool.submit(server.ask, "call", body) for _ in range(8)]
        small = [pool.submit(server.ask, "call", BODY) for _ in range(24)]
    replies = [found.result() for found in (*large, *small)]
    assert [(reply.status, reply.json) for reply in replies] == [
        (200, {"result": [[FUNCTIONS["TOTAL_GEX"](EXAMPLE_CHAIN)]]})
    ] * 32


def test_clients_that_leave_in_the_middle(server: Serving) -> None:
    head = f"POST {server.path}/call HTTP/1.1\r\nHost: localhost:{server.port}\r\n".encode()
    for part in (b"", head, head + b"Content-Length: 1000\r\n\r\n{",
                 head + f"Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY):  # fmt: skip
        for _ in range(5):
            with server.connect() as wire:
                wire.sendall(part)
    assert well(server)


def test_two_requests_on_one_connection(server: Serving) -> None:
    head = f"POST {server.path}/call HTTP/1.1\r\nHost: localhost:{server.port}\r\nContent-Length: {len(BODY)}\r\n"
    with server.connect() as wire:
        wire.sendall(2 * (f"{head}\r\n".encode() + BODY))
        said = answer(wire, 3)
    assert said.count(b"HTTP/1.1 200 ") == 2


def test_the_folder_holds_nothing_of_a_chain(server: Serving, tmp_path: Path) -> None:
    """What it keeps, the manifest before all, is the same whatever is computed."""
    before = {path.name: path.read_bytes() for path in server.folder.iterdir()}
    assert server.call("LOAD_CHAIN", [[["=1+1<&\x00", *[""] * 5], *[list(row) for row in EXAMPLE_CHAIN]]]).status == 200
    assert {path.name: path.read_bytes() for path in server.folder.iterdir()} == before


def test_a_hundred_idle_connections_shut_nobody_out_and_fill_no_log(server: Serving) -> None:
    """The issue's attack: 64 idle TLS connections without a token turned every call into 503."""
    before = server.printed.count("refused: ")
    with contextlib.ExitStack() as stack:
        wires = [stack.enter_context(server.connect()) for _ in range(100)]
        begun = time.monotonic()
        statuses = [server.call("TOTAL_GEX", [EXAMPLE_CHAIN]).status for _ in range(20)]
        assert statuses == [200] * 20
        assert time.monotonic() - begun < 10
        for wire in wires:
            wire.settimeout(15)
            with contextlib.suppress(ssl.SSLError, ConnectionError):
                assert wire.recv(1) == b""
        assert time.monotonic() - begun < 15  # without a token they are let go sooner than others
    for _ in range(50):
        assert server.ask("/wrong/call", b"{}").status == 403
    assert server.printed.count("refused: ") - before <= 1


def test_refusals_are_logged_at_once_and_then_once_a_minute() -> None:
    from gex_xl.hosts.server.refusals import Refusals

    counted = Refusals()
    assert counted.note("a", 100.0) == "refused: 1 x a"
    assert [counted.note("a", 100.0 + each) for each in range(60)] == [None] * 60
    assert counted.note("b", 160.0) == "refused: 60 x a, 1 x b"
    assert counted.note("b", 219.9) is None
