"""Builds gex_xl.oxt, the add-in for LibreOffice Calc, from the function registry.

Calc finds an add-in's methods in a compiled type library. Its compiler comes with LibreOffice's developer
files only, so `types.rdb` is kept here ready made. It holds no names of ours but slots, so many for
each count of arguments, and does not change when a function is added.
"""

from __future__ import annotations

import json
import os
import re
import sys
import sysconfig
import tempfile
import zipfile
from collections import Counter
from pathlib import Path
from xml.sax.saxutils import escape

from gex_xl import __version__
from gex_xl.errors import BadInput
from gex_xl.functions import REGISTRY
from gex_xl.functions.registry import Function
from gex_xl.hosts import closure
from gex_xl.hosts.libreoffice.program import LibreOffice, LibreOfficePython, find_libreoffice, installed, run
from gex_xl.hosts.requirement import Requirement
from gex_xl.ownership import writable_by_others

IDENTIFIER = "org.gexxl.addin"
IMPLEMENTATION = "org.gexxl.AddIn"
MOST_ARGUMENTS = 24
_HERE = Path(__file__).parent
TYPES, COMPONENT = _HERE / "types.rdb", _HERE / "component.py"

_MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="http://openoffice.org/2001/manifest">
<manifest:file-entry manifest:full-path="types.rdb"
 manifest:media-type="application/vnd.sun.star.uno-typelibrary;type=RDB"/>
<manifest:file-entry manifest:full-path="CalcAddIns.xcu"
 manifest:media-type="application/vnd.sun.star.configuration-data"/>
<manifest:file-entry manifest:full-path="component.py"
 manifest:media-type="application/vnd.sun.star.uno-component;type=Python"/>
</manifest:manifest>"""


def most_functions(arguments: int) -> int:
    """For how many functions of so many arguments there is room: few have more than a dozen."""
    return 40 if arguments <= 12 else 4


def interface() -> str:
    """The UNO interface behind TYPES: the slot `v4n7` is the seventh function of four arguments that gives a value.

    `t` in place of `v` gives a table. A value is not given as a table of one: Calc finds no text in a table equal
    to any other text. To make TYPES: `unoidl-write types.rdb offapi.rdb interface.idl types.rdb`.
    """
    methods = [
        f"{kind} {letter}{count}n{nth}({', '.join(f'[in] any a{i + 1}' for i in range(count))});"
        for letter, kind in (("v", "any"), ("t", "sequence< sequence<any> >"))
        for count in range(1, MOST_ARGUMENTS + 1)
        for nth in range(1, most_functions(count) + 1)
    ]
    head = "module org { module gexxl { interface XWorksheetFunctions : com::sun::star::uno::XInterface {"
    return "\n".join([head, *methods, "}; }; };", ""])


def slots() -> dict[str, str]:
    """Worksheet name -> the method of the type library that stands for it."""
    seen: Counter[str] = Counter()
    found = {}
    for record in REGISTRY.values():
        count = len(record.arguments)
        shape = f"{'t' if record.may_spill else 'v'}{count}"
        seen[shape] += 1
        if not 1 <= count <= MOST_ARGUMENTS or seen[shape] > most_functions(count):
            raise BadInput(f"{record.name} has no slot in the add-in's type library; enlarge it and make it again")
        found[record.name] = f"{shape}n{seen[shape]}"
    return found


def build_addin(target: Path, packages: Path | None = None) -> None:
    """Write the add-in. `packages`: a folder with numpy, pandas and scipy for LibreOffice's version of Python."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in _files(packages).items():
            out.writestr(name, content)


def unpack_addin(folder: Path, packages: Path | None = None) -> None:
    """Write the add-in's files into a folder, for a LibreOffice that is started with `office.with_addin`."""
    for name, content in _files(packages).items():
        path = folder / IDENTIFIER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def packages_for(python: LibreOfficePython | None) -> Path | None:
    """Where LibreOffice's Python may find what it lacks: this interpreter's packages, if both are of one version.

    None where it lacks nothing. Raises BadInput with what to do where neither has them.
    """
    if python is None:
        raise BadInput("LibreOffice has no Python; install its Python support (Debian, Ubuntu: python3-uno)")
    if not python.lacks:
        return None
    if python.version == sys.version_info[:2]:
        return Path(sysconfig.get_path("platlib"))
    version = ".".join(map(str, python.version))
    raise BadInput(
        f"LibreOffice runs Python {version}, which lacks {', '.join(python.lacks)}; install them with "
        f'"pip install --target FOLDER --python-version {version} --only-binary=:all: numpy pandas scipy tzdata" '
        "and then run: gex-xl install libreoffice --packages FOLDER"
    )


def install(packages: Path | None = None, options: tuple[str, ...] = ()) -> str:
    """Build the add-in and install it for this user; the sentence to show. Raises BadInput where that fails.

    `options` go to LibreOffice's own installer, such as the profile to install into.
    """
    office = find_libreoffice()
    found = packages or packages_for(office.python())
    if _whose() and found is not None:
        # All users' LibreOffice would run what stands there.
        for path in (found, *found.rglob("*")):
            if (loose := writable_by_others(path)) is not None:
                raise BadInput(f"{loose} can be written by another user; install as yourself, not as root")
    with tempfile.TemporaryDirectory() as folder:
        addin = Path(folder) / "gex_xl.oxt"
        build_addin(addin, found)
        said = run([office.unopkg, "add", "--force", *_whose(), *options, addin], 300)
    if _version(office, options) != __version__:
        raise BadInput(f"LibreOffice did not take the add-in; close LibreOffice and try again ({_last(said)})")
    where = " for all users, since you are root" if _whose() else ""
    return f"gex_xl {__version__} is installed in LibreOffice {office.version}{where}; start LibreOffice anew"


def uninstall(options: tuple[str, ...] = ()) -> str:
    """Remove the add-in; the sentence to show."""
    office = find_libreoffice()
    if _version(office, options) is None:
        return "gex_xl is not installed in LibreOffice; nothing was removed"
    said = run([office.unopkg, "remove", *_whose(), *options, IDENTIFIER], 300)
    if _version(office, options) is not None:
        raise BadInput(f"LibreOffice did not give up the add-in; close LibreOffice and try again ({_last(said)})")
    return f"gex_xl was removed from LibreOffice {office.version}"


def requirements(options: tuple[str, ...] = ()) -> list[Requirement]:
    """What the Calc host needs, for `gex-xl doctor`."""
    office = installed()
    wanted = "LibreOffice 25.2 or newer"
    try:
        find_libreoffice()
    except BadInput as error:
        return [Requirement(wanted, False, office.version if office else "not found", str(error))]
    assert office is not None  # noqa: S101  find_libreoffice has looked
    python, version = office.python(), _version(office, options)
    try:
        packages = packages_for(python)
        words = f"from {packages}" if packages else "its own"
        needs = Requirement("numpy, pandas and scipy for LibreOffice's Python", True, words)
    except BadInput as error:
        needs = Requirement("numpy, pandas and scipy for LibreOffice's Python", False, "lacking", str(error))
    there = version == __version__
    step = "" if there else "gex-xl install libreoffice"
    return [
        Requirement(wanted, True, office.version),
        needs,
        Requirement(f"the add-in gex_xl {__version__} in LibreOffice", there, version or "not installed", step),
    ]


def _version(office: LibreOffice, options: tuple[str, ...]) -> str | None:
    """The version of the add-in that is installed; None where it is not."""
    said = run([office.unopkg, "list", *_whose(), *options, IDENTIFIER], 120)
    found = re.search(r"Version: (\S+)", said)
    return found[1] if found else None


def _whose() -> list[str]:
    """LibreOffice's installer refuses to install for root alone."""
    return ["--shared"] if getattr(os, "geteuid", lambda: 1)() == 0 else []


def _last(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1] if lines else "it gave no reason"


def _files(packages: Path | None) -> dict[str, bytes]:
    """The add-in's files by name."""
    addin = {
        "implementation": IMPLEMENTATION,
        "version": __version__,
        "packages": str(packages.resolve()) if packages else None,
        "functions": slots(),
    }
    needed = closure.modules(closure.imported(COMPONENT.read_text(encoding="utf-8")))
    inside = closure.data_files(needed)
    for name, source in needed.items():
        inside[name.replace(".", "/") + ("/__init__.py" if closure.is_package(name) else ".py")] = source.encode()
    return {
        "META-INF/manifest.xml": _MANIFEST.encode(),
        "description.xml": _description().encode(),
        "CalcAddIns.xcu": _names().encode(),
        "addin.json": json.dumps(addin, indent=1).encode(),
        "types.rdb": TYPES.read_bytes(),
        "component.py": COMPONENT.read_bytes(),
        # LibreOffice puts the folder pythonpath on sys.path.
        **{f"pythonpath/{name}": content for name, content in sorted(inside.items())},
    }


def _description() -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<description xmlns="http://openoffice.org/extensions/description/2006">
<identifier value="{IDENTIFIER}"/><version value="{__version__}"/>
<display-name><name lang="en">gex_xl</name></display-name></description>"""


def _names() -> str:
    nodes = "\n".join(_function(record, slot) for record, slot in zip(REGISTRY.values(), slots().values(), strict=True))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<oor:component-data xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 oor:name="CalcAddIns" oor:package="org.openoffice.Office"><node oor:name="AddInInfo">
<node oor:name="{IMPLEMENTATION}" oor:op="replace"><node oor:name="AddInFunctions">
{nodes}
</node></node></node></oor:component-data>"""


def _function(record: Function, slot: str) -> str:
    arguments = "".join(
        f'<node oor:name="a{i}" oor:op="replace">{_text("DisplayName", a.name)}{_text("Description", a.help)}</node>'
        for i, a in enumerate(record.arguments, 1)
    )
    # Calc reads and writes CompatibilityName in .xlsx files.
    return (
        f'<node oor:name="{slot}" oor:op="replace">{_text("DisplayName", record.name)}'
        f"{_text('Description', f'{record.help}. Returns {record.returns}.')}"
        f'<prop oor:name="Category"><value>Add-In</value></prop>{_text("CompatibilityName", record.name)}'
        f'<node oor:name="Parameters">{arguments}</node></node>'
    )


def _text(name: str, value: str) -> str:
    return f'<prop oor:name="{name}"><value xml:lang="en-US">{escape(value)}</value></prop>'
