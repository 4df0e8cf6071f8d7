"""`gex-xl serve`: answer Excel's calls of the worksheet functions on this machine."""

from __future__ import annotations

import argparse
import importlib.util
from pathlib import Path
from typing import Any

from gex_xl.errors import BadInput
from gex_xl.hosts.server import state as kept

PORT = 8765


def add(commands: Any) -> None:
    """Put `serve` into the parser."""
    serve = commands.add_parser("serve", help="compute for Excel on this machine, as an Office add-in (xlwings PRO)")
    serve.add_argument("--port", type=int, default=PORT, help=f"the port on 127.0.0.1 ({PORT})")
    serve.add_argument("--folder", type=Path, help="where the certificate and the manifest are kept")
    serve.set_defaults(run=_serve)


def _serve(given: argparse.Namespace) -> int:
    if any(importlib.util.find_spec(name) is None for name in kept.EXTRA):
        raise BadInput(kept.NEEDS_EXTRA)
    from gex_xl.hosts.server import addin
    from gex_xl.hosts.server.calls import Calls
    from gex_xl.hosts.server.serving import listen, serve

    calls = Calls()
    with listen(given.port) as socket:
        port = socket.getsockname()[1]
        state = kept.open_state((given.folder or kept.user_folder()).resolve())
        manifest = addin.manifest(state.identity, f"https://localhost:{port}/{state.token}")
        kept.write_private(state.manifest, manifest.encode())
        print(_started(state, port), flush=True)
        serve(calls, state, socket)
    print("gex-xl serve has stopped.", flush=True)
    return 0


def _started(state: kept.State, port: int) -> str:
    """What to do in Excel, once."""
    certificate, manifest = state.certificate, state.manifest
    made = "made just now, so trust it first" if state.new_certificate else "trust it, if you have not yet"
    return f"""gex-xl serves Excel at https://localhost:{port}, on this machine only. Stop it with Ctrl-C.

Certificate ({made}): {certificate}
  Windows  certutil -user -addstore Root "{certificate}"
  Mac      security add-trusted-cert -r trustRoot -p ssl -k ~/Library/Keychains/login.keychain-db "{certificate}"
  Linux    certutil -d sql:$HOME/.pki/nssdb -A -t P,, -n gex_xl -i "{certificate}"

Add-in, to be added to Excel once (keep the file to yourself, it holds your token): {manifest}
  Windows  reg add HKCU\\Software\\Microsoft\\Office\\16.0\\WEF\\Developer /v {state.identity} /d "{manifest}" /f
           then start Excel again
  Mac      copy it into ~/Library/Containers/com.microsoft.Excel/Data/Documents/wef, then start Excel again:
           Home > Add-ins > gex_xl
  Web      Home > Add-ins > More Add-ins > My Add-ins > Upload My Add-in; use the browser of this machine

Workbook:  gex-xl new gamma.xlsx --host server
"""
