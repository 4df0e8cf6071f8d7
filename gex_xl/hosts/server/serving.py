"""Listening: a socket on 127.0.0.1, TLS, limits on what clients may take, and an orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import warnings
from collections.abc import Iterable
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from gex_xl.errors import BadInput
from gex_xl.hosts.server.app import KNOWN, application
from gex_xl.hosts.server.calls import Calls
from gex_xl.hosts.server.refusals import note_refusal
from gex_xl.hosts.server.state import State

ADDRESS = "127.0.0.1"
#: For the head of a request to arrive: on a connection that has brought the token, and on one that has not yet.
_HEAD_SECONDS, _UNKNOWN_SECONDS = 10.0, 3.0
_MOST_CLIENTS = 64
#: Connections without the token: whoever opens more loses the oldest of them, and nobody else loses any.
_MOST_UNKNOWN = 32


class _Protocol(H11Protocol):
    """uvicorn's, which also ends a connection whose next request does not get past its headers in time."""

    _deadline: asyncio.TimerHandle | None = None
    _known = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.begun = self.loop.time()
        unknown = [each for each in _in_order(self.connections) if not each.is_known()]
        if len(unknown) > _MOST_UNKNOWN:
            note_refusal("a connection without the token had to make room")
            unknown[0].transport.abort()
        self._await_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            self._await_head()
        else:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        super().shutdown()
        # TLS would wait half a minute for an idle client's own goodbye.
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(1, self.transport.abort)

    def is_known(self) -> bool:
        """Whether a request on this connection has brought the token."""
        self._known = self._known or (self.cycle is not None and KNOWN in self.cycle.scope)
        return self._known

    def _await_head(self) -> None:
        if self._deadline is None:
            seconds = _HEAD_SECONDS if self.is_known() else _UNKNOWN_SECONDS
            self._deadline = self.loop.call_later(seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if self.cycle is None or self.cycle.response_complete:
            self.transport.abort()


def _in_order(connections: Iterable[Any]) -> list[_Protocol]:
    """The open connections, the oldest first."""
    return sorted((each for each in connections if isinstance(each, _Protocol)), key=lambda each: each.begun)


def listen(port: int) -> socket.socket:
    """A socket that this machine alone can reach. Raises BadInput where the port is taken; 0 takes any free one."""
    if not 0 <= port <= 65535:
        raise BadInput(f"--port is {port}; expected 1 to 65535")
    # asyncio sends small answers at once on sockets that say they are TCP; else each waits 40 ms for the client.
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    exclusive = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)  # Windows: no other program may share the port
    found.setsockopt(socket.SOL_SOCKET, exclusive if exclusive is not None else socket.SO_REUSEADDR, 1)
    try:
        found.bind((ADDRESS, port))
        found.listen()
    except OSError:
        found.close()
        raise BadInput(f"port {port} cannot be used here, perhaps by a server already running; try --port") from None
    return found


def serve(calls: Calls, state: State, open_socket: socket.socket) -> None:
    """Answer until Ctrl-C or SIGTERM."""
    _keep_cells_out_of_logs()
    port = open_socket.getsockname()[1]
    options: dict[str, Any] = {
        "ssl_certfile": state.certificate,
        "ssl_keyfile": state.key,
        "http": _Protocol,
        "ws": "none",
        "lifespan": "off",
        "loop": "asyncio",
        "access_log": False,
        "log_config": None,
        "server_header": False,
        "proxy_headers": False,
        "limit_concurrency": _MOST_CLIENTS,
        "timeout_keep_alive": 30,
        "timeout_graceful_shutdown": 3,
    }
    server = uvicorn.Server(uvicorn.Config(application(calls, state.token, port), **options))
    # uvicorn passes the signal that ended it on to whoever had it before.
    signal.signal(signal.SIGTERM, lambda *_: None)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[open_socket])


def _keep_cells_out_of_logs() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    # Warnings of libraries quote what they were given; a request's traceback would too.
    warnings.simplefilter("ignore")
    logging.getLogger("uvicorn.error").addFilter(_without_traceback)
    logging.getLogger("uvicorn.error").addFilter(_counted)


def _counted(record: logging.LogRecord) -> bool:
    """uvicorn warns at each request beyond the bound; ours are counted and said once a minute."""
    if record.getMessage().startswith("Exceeded concurrency limit"):
        note_refusal("more connections than are answered at a time")
        return False
    return True


def _without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info = record.exc_text = None
    return True
