"""LibreOffice on this machine: where it is, how old, which Python it runs, and how it is started unseen."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from gex_xl.errors import BadInput

OLDEST = (25, 2)  # 7.4 does not find our names in .xlsx files
_PLACES = {
    "win32": [r"C:\Program Files\LibreOffice\program", r"C:\Program Files (x86)\LibreOffice\program"],
    "darwin": ["/Applications/LibreOffice.app/Contents/MacOS"],
}
_UNIX = [
    "/usr/lib/libreoffice/program",
    "/usr/lib64/libreoffice/program",
    "/snap/libreoffice/current/lib/libreoffice/program",
]
_GET = 'get it from your distribution or from The Document Foundation, "libreoffice.org"'
_PYTHONS = {"VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__"}
#: What Calc does with formulas of a file that it opens: 0 recalculates them all.
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="ODFRecalcMode" oor:op="fuse">
<value>0</value></prop></item>
</oor:items>"""


@dataclass(frozen=True, slots=True)
class LibreOfficePython:
    """The interpreter that runs add-ins: where it is, its version, and which of the packages it lacks."""

    path: Path
    version: tuple[int, int]
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LibreOffice:
    """An installed LibreOffice: its folder of programs and its version."""

    programs: Path
    version: str

    @property
    def soffice(self) -> Path:
        """The program; on Windows the one that can speak to a terminal."""
        return next(p for p in (self.programs / n for n in ("soffice.com", "soffice.exe", "soffice")) if p.exists())

    @property
    def unopkg(self) -> Path:
        """The program that installs add-ins."""
        return next(p for p in (self.programs / n for n in ("unopkg.com", "unopkg.exe", "unopkg")) if p.exists())

    def python(self) -> LibreOfficePython | None:
        """Its own interpreter, or the system's where it has none; None where neither knows LibreOffice."""
        own = [self.programs / "python.exe", self.programs / "python", self.programs.parent / "Resources" / "python"]
        system = shutil.which("python3", path=os.pathsep.join(["/usr/bin", "/usr/local/bin"]))
        for path in [*own, *([Path(system)] if system else [])]:
            if path.is_file() and (found := _asked(path)):
                return found
        return None


def find_libreoffice() -> LibreOffice:
    """The LibreOffice of this machine. Raises BadInput where there is none or it is too old."""
    found = installed()
    if found is None:
        raise BadInput(f"LibreOffice was not found; version 25.2 or newer is needed: {_GET}")
    if tuple(map(int, re.findall(r"\d+", found.version)[:2])) < OLDEST:
        raise BadInput(f"LibreOffice {found.version} is too old; version 25.2 or newer is needed: {_GET}")
    return found


@functools.cache
def installed() -> LibreOffice | None:
    """The LibreOffice of this machine, of whatever age; None where there is none."""
    onpath = [shutil.which(name) for name in ("soffice", "libreoffice")]
    others = sorted(Path("/opt").glob("libreoffice*/program"), reverse=True) if sys.platform.startswith("linux") else []
    places = [*(Path(p).resolve().parent for p in onpath if p), *map(Path, _PLACES.get(sys.platform, _UNIX)), *others]
    for place in places:
        if any((place / name).exists() for name in ("soffice", "soffice.com", "soffice.exe")):
            office = LibreOffice(place, "")
            said = run([office.soffice, "--version"], 60)
            if version := re.search(r"\d+\.\d+[.\d]*", said):
                return LibreOffice(place, version[0])
    return None


def private_profile(folder: Path) -> str:
    """Make a profile that recalculates what it opens; the option that makes LibreOffice use it."""
    user = folder / "user"
    user.mkdir(parents=True, exist_ok=True)
    (user / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
    return f"-env:UserInstallation={folder.resolve().as_uri()}"


def with_addin(folder: Path) -> str:
    """The option that loads the add-ins unpacked in `folder`, one subfolder each, with nothing installed."""
    return f"-env:BUNDLED_EXTENSIONS={folder.resolve().as_uri()}"


def convert(
    office: LibreOffice, source: Path, kind: str, out: Path, options: Sequence[str], seconds: float = 300
) -> Path:
    """Open `source`, recalculated by the profile named in `options`, and save it as `kind` into the folder `out`.

    Raises BadInput where LibreOffice makes no such file in time.
    """
    with TemporaryDirectory() as empty:
        # LibreOffice looks for macros and templates from where it was started.
        said = run(
            [office.soffice, "--headless", "--norestore", *options, "--convert-to", kind, "--outdir", out, source],
            seconds, cwd=Path(empty),
        )  # fmt: skip
    made = out / f"{source.stem}.{kind.split(':', maxsplit=1)[0]}"
    if not made.exists():
        raise BadInput(f"LibreOffice could not recalculate {source.name}: {said.strip()[-200:] or 'it gave no reason'}")
    return made


def environment() -> dict[str, str]:
    """This process's environment, such that LibreOffice finds its own Python's home.

    It looks for that by way of the first python3 on the PATH, and would take a virtual environment or another
    Python of the user's for it. A distribution's LibreOffice belongs to the Python in /usr/bin; any other one knows
    its own.
    """
    kept = {name: value for name, value in os.environ.items() if name not in _PYTHONS}
    folders = os.environ.get("PATH", "").split(os.pathsep)
    first = ["/usr/bin"] if sys.platform.startswith("linux") else []
    outside = (folder for folder in folders if not (Path(folder).parent / "pyvenv.cfg").exists())
    kept["PATH"] = os.pathsep.join([*first, *outside])
    return kept


def run(command: Sequence[object], seconds: float, cwd: Path | None = None) -> str:
    """What a program printed, both streams together. Raises BadInput where it hangs."""
    with subprocess.Popen(  # noqa: S603  a program that was found, no shell
        list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=cwd,
        encoding="utf-8", errors="replace", start_new_session=True,
        env=environment(),
    ) as running:  # fmt: skip
        try:
            return running.communicate(timeout=seconds)[0]
        except subprocess.TimeoutExpired:
            if hasattr(os, "killpg"):
                os.killpg(running.pid, 9)  # the program that was started has started another
            running.kill()
            raise BadInput(f"{Path(str(command[0])).name} gave no answer within {seconds:.0f} seconds") from None


def _asked(python: Path) -> LibreOfficePython | None:
    code = (
        "import sys, uno, importlib.util as u\n"
        "print('gex', *sys.version_info[:2], *[n for n in ('numpy', 'pandas', 'scipy') if u.find_spec(n) is None])"
    )
    found = re.search(r"^gex (\d+) (\d+)(.*)$", run([python, "-c", code], 60), re.MULTILINE)
    return LibreOfficePython(python, (int(found[1]), int(found[2])), tuple(found[3].split())) if found else None
