"""The server's addresses, and what it asks of every request before it reads on."""

from __future__ import annotations

import asyncio
import hmac
import json
import struct
import zlib
from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gex_xl.hosts.server import addin
from gex_xl.hosts.server.calls import Answer, Calls
from gex_xl.hosts.server.refusals import note_refusal

#: Set in the scope of a request that brought the token.
KNOWN = "gex_xl.known"
#: What Excel itself allows for the arguments of one call.
MOST_BYTES = 5 * 1024 * 1024
#: For a request's body to arrive, and for a whole request: seconds.
BODY_SECONDS, REQUEST_SECONDS = 10.0, 120.0
#: Calls that compute at the same time; the others wait. More would only share one interpreter.
_AT_ONCE = 4
_TOO_LARGE = "the arguments are too large: 5 MB is the most; give the range that holds the chain, not whole columns."
_SHUT = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
# Excel on the web shows the page in a frame of its own, whose address differs between its versions. There is nothing
# to press on it, so frames are not restricted.
_PAGE = f"default-src 'none'; script-src 'self' {addin.OFFICE}; connect-src 'self'; base-uri 'none'; form-action 'none'"
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def application(calls: Calls, token: str, port: int) -> ASGIApp:
    """The app of one user: every address begins with the token, as Excel can send nothing else with a script."""
    base = f"https://localhost:{port}/{token}"
    described = json.dumps(addin.metadata(calls.described())).encode()
    script = addin.script(base)
    at_once = asyncio.Semaphore(_AT_ONCE)

    async def page(_request: Request) -> Response:
        return Response(addin.page(), media_type="text/html", headers={"Content-Security-Policy": _PAGE})

    async def functions(_request: Request) -> Response:
        return Response(script, media_type="text/javascript")

    async def metadata(_request: Request) -> Response:
        # Excel on the web reads it from a page of Microsoft's. It holds names and help, which are public.
        return Response(described, media_type="application/json", headers={"Access-Control-Allow-Origin": "*"})

    async def icon(_request: Request) -> Response:
        return Response(_icon(), media_type="image/png")

    async def call(request: Request) -> Response:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(request)
        except TimeoutError:
            return said(408, "the request did not arrive in time; recalculate.")
        if body is None:
            return said(413, _TOO_LARGE)
        async with at_once:
            return _json(await run_in_threadpool(calls.answer, body))

    routes = [
        Route("/functions.html", page),
        Route("/functions.js", functions),
        Route("/functions.json", metadata),
        Route("/icon.png", icon),
        Route("/call", call, methods=["POST"]),
    ]
    return _Guard(Starlette(routes=routes), token, port)


def said(status: int, sentence: str) -> Response:
    """A refusal. The connection ends with it, so that what is left of the request is not read."""
    return _json(Answer.error(status, sentence), {"Connection": "close"})


def _json(answer: Answer, headers: Mapping[str, str] | None = None) -> Response:
    return Response(answer.body, answer.status, headers, "application/json")


async def _body(request: Request) -> bytes | None:
    """What was posted; None as soon as it proves too large, whether or not it said so itself."""
    if int(request.headers.get("content-length", "0")) > MOST_BYTES:
        return None
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


class _Guard:
    """Lets through what comes from this machine's Excel: right host, no foreign page behind it, the token."""

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self._app, self._token = app, token.encode()
        self._hosts = {f"localhost:{port}", f"127.0.0.1:{port}"}
        self._origins = {f"https://{host}" for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        started = False

        async def send_on(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message = {**message, "headers": _with_defaults(message["headers"])}
            await send(message)

        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                refusal = self._refusal(scope)
                if refusal is not None:
                    note_refusal("a request without the right host, page or token")
                    await refusal(scope, receive, send_on)
                else:
                    scope[KNOWN] = True
                    rest = "/" + scope["path"].split("/", 2)[2]
                    await self._app({**scope, "path": rest, "raw_path": rest.encode()}, receive, send_on)
        except ClientDisconnect:
            return
        except TimeoutError:
            if not started:
                await said(504, "that took too long; recalculate.")(scope, receive, send_on)

    def _refusal(self, scope: Scope) -> Response | None:
        headers: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
        hosts, origins = headers.get("host", []), headers.get("origin", [])
        parts = scope["path"].split("/", 2)
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return said(421, "this server answers to localhost only.")
        # Asked of no more than the description of the functions, which a page of Excel on the web reads.
        public = len(parts) == 3 and parts[2] == "functions.json"
        if not public and any(origin.lower() not in self._origins for origin in origins):
            return said(403, "a page of another site may not call this server.")
        if len(parts) < 3 or not hmac.compare_digest(parts[1].encode(), self._token):
            return said(403, "the address lacks the right token; add the add-in to Excel again.")
        return None


def _with_defaults(headers: Any) -> list[tuple[bytes, bytes]]:
    found = [(bytes(name), bytes(value)) for name, value in headers]
    names = {name.lower() for name, _ in found}
    defaults = {**_HEADERS, "Content-Security-Policy": _SHUT}
    more = [(name.lower().encode(), value.encode()) for name, value in defaults.items()]
    return found + [(name, value) for name, value in more if name not in names]


def _icon() -> bytes:
    """A plain square: a manifest must name an icon."""
    size, row = 32, b"\x00" + bytes((31, 41, 51)) * 32

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(row * size)) + chunk(b"IEND", b"")
