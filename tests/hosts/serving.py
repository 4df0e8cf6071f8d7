"""`gex-xl serve` as a process of its own, and a client that asks it as the add-in in Excel does."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

#: xlwings PRO's own word for noncommercial use; it is set for the server under test alone.
LICENCE = {"XLWINGS_LICENSE_KEY": "noncommercial"}


def environment(home: Path, more: Mapping[str, str] = LICENCE) -> dict[str, str]:
    """This one without any licence, with a home of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XLWINGS_")}
    return {**kept, "HOME": str(home), "USERPROFILE": str(home), **more}


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Serving:
    """A running server; everything that it prints is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        command = [sys.executable, "-m", "gex_xl.cli", "serve", "--port", "0", "--folder", str(folder)]
        self.process = subprocess.Popen(
            command,
            env=environment(folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        self._lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        deadline = time.monotonic() + 60
        while not (found := re.search(r"https://localhost:(\d+)", self.printed)):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start:\n{self.printed}")
            time.sleep(0.05)
        self.port = int(found[1])
        self.certificate = folder / "localhost.crt"
        self.manifest = folder / "gex_xl_manifest.xml"
        page = ElementTree.parse(self.manifest).find(".//{*}DefaultSettings/{*}SourceLocation")  # noqa: S314
        assert page is not None
        self.base = page.attrib["DefaultValue"].removesuffix("/functions.html")
        self.path = self.base.removeprefix(f"https://localhost:{self.port}")

    @property
    def printed(self) -> str:
        return "".join(self._lines)

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))

    def connect(self, seconds: float = 60) -> ssl.SSLSocket:
        """A connection with nothing sent yet."""
        plain = socket.create_connection(("127.0.0.1", self.port), seconds)
        return self.trust.wrap_socket(plain, server_hostname="localhost")

    def ask(
        self,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        method: str | None = None,
        chunked: bool = False,
    ) -> Reply:
        """One request; `path` follows the token unless it begins with a slash."""
        connection = http.client.HTTPSConnection("localhost", self.port, timeout=120, context=self.trust)
        whole = path if path.startswith("/") else f"{self.path}/{path}"
        try:
            connection.request(
                method or ("GET" if body is None else "POST"),
                whole,
                body,
                dict(headers or {}),
                encode_chunked=chunked,
            )
            reply = connection.getresponse()
            return Reply(reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read())
        finally:
            connection.close()

    def call(self, name: str, args: list[Any]) -> Reply:
        """As functions.js posts a call: every argument a matrix, null for one that was left out."""
        asked = {
            "client": "Office.js",
            "func_name": name,
            "args": [matrix(value) for value in args],
        }
        origin = {"Content-Type": "text/plain", "Origin": f"https://localhost:{self.port}"}
        return self.ask("call", json.dumps(asked).encode(), origin)

    def end(self, how: int = signal.SIGTERM) -> int:
        """Stop it; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(30)
        self._reader.join(10)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.append(line)


def matrix(value: Any) -> Any:
    """What Excel sends for an argument of any kind."""
    if value is None:
        return None
    if isinstance(value, list | tuple) and value and isinstance(value[0], list | tuple):
        wide = max(len(row) for row in value)
        return [[cell(each) for each in [*row, *[""] * (wide - len(row))]] for row in value]
    return [[cell(each) for each in value]] if isinstance(value, list | tuple) else [[cell(value)]]


def cell(value: Any) -> Any:
    # A blank cell of a range is the empty text.
    return "" if value is None else value
