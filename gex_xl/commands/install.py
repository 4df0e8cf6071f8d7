"""`gex-xl install` and `gex-xl doctor`: put the worksheet functions into a host, and say what each host lacks."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from gex_xl.errors import BadInput
from gex_xl.hosts import NAMES
from gex_xl.hosts.requirement import Requirement


def add(commands: Any) -> None:
    """Put `install` and `doctor` into the parser."""
    install = commands.add_parser("install", help="put the worksheet functions into a host")
    install.add_argument("host", choices=NAMES, help="the host")
    install.add_argument(
        "folder", type=Path, nargs="?", metavar="FOLDER",
        help="for lite: where to write the folder personal, whose functions xlwings Lite has in every workbook",
    )  # fmt: skip
    install.add_argument("--uninstall", action="store_true", help="take them out again")
    install.add_argument(
        "--packages", type=Path, metavar="FOLDER", help="numpy, pandas and scipy for LibreOffice's Python"
    )
    install.set_defaults(run=_install)

    doctor = commands.add_parser("doctor", help="what is there and what is missing, for every host")
    doctor.set_defaults(run=_doctor)


def _install(given: argparse.Namespace) -> int:
    from gex_xl.hosts.host import host_named

    host = host_named(given.host)
    if given.packages is not None and not given.packages.is_dir():
        raise BadInput(f"--packages is {given.packages}, which is no folder; give the one that holds numpy")
    act = host.uninstall if given.uninstall else host.install
    if act is None:
        raise BadInput(f"nothing is to be installed for {host.name}; gex-xl doctor says what it needs")
    if given.folder is not None and host.name != "lite":
        raise BadInput(f"install {host.name} takes no folder; only lite writes one")
    print(act(given.folder if host.name == "lite" else given.packages))
    return 0


def _doctor(_given: argparse.Namespace) -> int:
    from gex_xl.hosts.host import host_named

    for host in map(host_named, NAMES):
        print(host.title)
        for requirement in host.requirements():
            _show(requirement)
    return 0


def _show(requirement: Requirement) -> None:
    word = {True: "ok", False: "missing", None: "look"}[requirement.there]
    print(f"  {word:<8} {requirement.what}: {requirement.found}")
    if requirement.next_step:
        print(f"           next: {requirement.next_step}")
