"""`gex-xl install` and `gex-xl doctor`: put the worksheet functions into a host, and say what each host lacks."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from gex_xl.errors import BadInput
from gex_xl.hosts import Finding


def add(commands: Any) -> None:
    """Put `install` and `doctor` into the parser."""
    install = commands.add_parser("install", help="put the worksheet functions into a host")
    install.add_argument("host", choices=["libreoffice", "classic"], help="the host")
    install.add_argument("--uninstall", action="store_true", help="take them out again")
    install.add_argument(
        "--packages", type=Path, metavar="FOLDER", help="numpy, pandas and scipy for LibreOffice's Python"
    )
    install.set_defaults(run=_install)

    doctor = commands.add_parser("doctor", help="what is there and what is missing, for every host")
    doctor.set_defaults(run=_doctor)


def _install(given: argparse.Namespace) -> int:
    from gex_xl.hosts.classic import book as classic
    from gex_xl.hosts.libreoffice import addin as libreoffice

    if given.packages is not None and not given.packages.is_dir():
        raise BadInput(f"--packages is {given.packages}, which is no folder; give the one that holds numpy")
    if given.host == "classic":
        print(classic.uninstall() if given.uninstall else classic.install())
    else:
        print(libreoffice.uninstall() if given.uninstall else libreoffice.install(given.packages))
    return 0


def _doctor(_given: argparse.Namespace) -> int:
    from gex_xl.hosts.classic import book as classic
    from gex_xl.hosts.libreoffice import addin as libreoffice
    from gex_xl.hosts.lite import book as lite
    from gex_xl.hosts.server import state as server

    hosts = {
        "Excel with xlwings Lite": lite.findings,
        "Excel on Windows (classic)": classic.findings,
        "Excel with gex-xl serve": server.findings,
        "LibreOffice Calc": libreoffice.findings,
    }
    for name, findings in hosts.items():
        print(name)
        for found in findings():
            _show(found)
    return 0


def _show(found: Finding) -> None:
    word = {True: "ok", False: "missing", None: "look"}[found.there]
    print(f"  {word:<8} {found.what}: {found.found}")
    if found.next_step:
        print(f"           next: {found.next_step}")
