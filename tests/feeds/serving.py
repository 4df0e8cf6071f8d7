"""A feed on 127.0.0.1 that answers as it is told to, also as the proxy through which real addresses are asked."""

from __future__ import annotations

import datetime as dt
import gzip
import http.server
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import responses
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Answer = Callable[["Handler"], None]


class Handler(http.server.BaseHTTPRequestHandler):
    """`host` is the one that was asked for, behind a proxy."""

    protocol_version = "HTTP/1.1"
    host = ""
    server: Feed

    def do_GET(self) -> None:
        self.server.asked.append(f"{self.host}{self.path}")
        self.close_connection = True
        self.server.answer(self)

    def do_CONNECT(self) -> None:
        assert self.server.tls is not None
        self.send_response(200)
        self.end_headers()
        inner = type("Inner", (Handler,), {"host": self.path.partition(":")[0]})
        try:
            with self.server.tls.wrap_socket(self.connection, server_side=True) as secure:
                inner(secure, self.client_address, self.server)
        except OSError:  # the client does not like our certificate
            self.server.asked.append("no handshake")
        self.close_connection = True

    def log_message(self, *args: object) -> None:
        pass

    def send(self, body: bytes, status: int = 200, length: int | None = None, **headers: str) -> None:
        """An answer; `length` where it is to lie about its own."""
        self.send_response(status, responses.get(status, "Unknown"))
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


class Feed(http.server.ThreadingHTTPServer):
    """`asked`: what was asked for, in order. `over`: set when the test is over, so that nobody waits longer."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.asked: list[str] = []
        self.over = threading.Event()
        self.tls: ssl.SSLContext | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # clients that hang up are part of the tests


@contextmanager
def feed(answer: Answer) -> Iterator[Feed]:
    server = Feed(answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()


def fixed(body: bytes, status: int = 200, **headers: str) -> Answer:
    return lambda handler: handler.send(body, status, **headers)


def packed(body: bytes) -> Answer:
    return fixed(gzip.compress(body), Content_Encoding="gzip")


def in_turn(*answers: Answer) -> Answer:
    """One answer after another; the last one again and again."""
    left = list(answers)

    def answer(handler: Handler) -> None:
        now = left.pop(0) if len(left) > 1 else left[0]
        now(handler)

    return answer


def cut(body: bytes) -> Answer:
    """Half of what was announced, then nothing."""
    return lambda handler: handler.send(body[: len(body) // 2], length=len(body))


def cut_pieces(body: bytes) -> Answer:
    """Half an answer in pieces, without the last one."""

    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        half = body[: len(body) // 2]
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(half), half))

    return answer


def dripping(handler: Handler) -> None:
    """A byte now and then, for ever."""
    handler.send(b"{", length=1_000_000)
    while not handler.server.over.wait(0.1):
        handler.wfile.write(b" ")


def silent(handler: Handler) -> None:
    handler.server.over.wait(60)


def command(*args: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The real command in a fresh process, warnings as errors, with nothing of this machine's proxies."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "gex_xl.cli", *args],
        cwd=cwd, capture_output=True, text=True, check=False, encoding="utf-8", timeout=300,
        env=clean(cwd, **environment),
    )  # fmt: skip


def clean(home: Path, **more: str) -> dict[str, str]:
    proxies = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "gex_xl_cboe_url")
    stores = ("ssl_cert_file", "ssl_cert_dir", "curl_ca_bundle", "requests_ca_bundle")
    kept = {name: value for name, value in os.environ.items() if name.lower() not in proxies + stores}
    places = dict.fromkeys(("HOME", "USERPROFILE", "XDG_CACHE_HOME", "LOCALAPPDATA"), str(home.parent))
    return {**kept, **places, "PYTHONIOENCODING": "utf-8", **more}


def certified(folder: Path, *hosts: str) -> tuple[Path, ssl.SSLContext]:
    """An authority's certificate, and what a server needs that it vouches for; both are good for an hour."""
    now = dt.datetime.now(dt.UTC)
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in ("made-up authority", hosts[0])]

    def certificate(number: int, *extensions: x509.ExtensionType) -> bytes:
        public = keys[number].public_key()
        builder = (
            x509.CertificateBuilder(names[0], names[number], public, x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(minutes=30))
            .not_valid_after(now + dt.timedelta(minutes=30))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(keys[0].public_key()), critical=False)
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return builder.sign(keys[0], hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    authority, own = folder / "authority.pem", folder / "server.pem"
    authority.write_bytes(certificate(0, x509.BasicConstraints(ca=True, path_length=0), _signs()))
    private = keys[1].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    own.write_bytes(private + certificate(1, x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    return authority, context


def _signs() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
