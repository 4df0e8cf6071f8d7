"""Builds gex_xl.oxt, the add-in for LibreOffice Calc, from the function registry.

Calc finds an add-in's methods in a compiled type library. Its compiler comes with LibreOffice's developer
files only, so `libreoffice_types.rdb` is kept here ready made. It holds no names of ours but slots, so many for
each count of arguments, and does not change when a function is added.
"""

from __future__ import annotations

import json
import sys
import zipfile
from collections import Counter
from pathlib import Path
from xml.sax.saxutils import escape

from gex_xl import __version__
from gex_xl.errors import BadInput
from gex_xl.functions import REGISTRY
from gex_xl.registry import Function

IDENTIFIER = "org.gexxl.addin"
IMPLEMENTATION = "org.gexxl.AddIn"
MOST_ARGUMENTS, MOST_FUNCTIONS = 14, 32
_HERE = Path(__file__).parent
TYPES = _HERE / "libreoffice_types.rdb"
#: What worksheet functions do not need, and what needs packages that LibreOffice does not have.
_LEFT_OUT = {"cli.py", "udfs.py", "report.py", "reference.py", "sample.py", "engines", "template", "hosts"}

_MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="http://openoffice.org/2001/manifest">
<manifest:file-entry manifest:full-path="types.rdb"
 manifest:media-type="application/vnd.sun.star.uno-typelibrary;type=RDB"/>
<manifest:file-entry manifest:full-path="CalcAddIns.xcu"
 manifest:media-type="application/vnd.sun.star.configuration-data"/>
<manifest:file-entry manifest:full-path="component.py"
 manifest:media-type="application/vnd.sun.star.uno-component;type=Python"/>
</manifest:manifest>"""


def interface() -> str:
    """The UNO interface behind TYPES: a slot `f4n7` is the seventh function of four arguments."""
    methods = [
        f"sequence< sequence<any> > f{count}n{nth}({', '.join(f'[in] any a{i + 1}' for i in range(count))});"
        for count in range(1, MOST_ARGUMENTS + 1)
        for nth in range(1, MOST_FUNCTIONS + 1)
    ]
    head = "module org { module gexxl { interface XWorksheetFunctions : com::sun::star::uno::XInterface {"
    return "\n".join([head, *methods, "}; }; };", ""])


def slots() -> dict[str, str]:
    """Worksheet name -> the method of the type library that stands for it."""
    seen: Counter[int] = Counter()
    found = {}
    for record in REGISTRY.values():
        count = len(record.arguments)
        seen[count] += 1
        if not 1 <= count <= MOST_ARGUMENTS or seen[count] > MOST_FUNCTIONS:
            raise BadInput(f"{record.name} has no slot in the add-in's type library; enlarge it and make it again")
        found[record.name] = f"f{count}n{seen[count]}"
    return found


def build_addin(target: Path, site_packages: Path | None = None) -> None:
    """Write the add-in. `site_packages`: a folder with numpy, pandas and scipy made for this Python's version."""
    addin = {
        "implementation": IMPLEMENTATION,
        "python": list(sys.version_info[:2]),
        "site_packages": str(site_packages.resolve()) if site_packages else None,
        "functions": slots(),
    }
    core = _HERE.parent
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("META-INF/manifest.xml", _MANIFEST)
        out.writestr("description.xml", _description())
        out.writestr("CalcAddIns.xcu", _names())
        out.writestr("addin.json", json.dumps(addin, indent=1))
        out.write(TYPES, "types.rdb")
        out.write(_HERE / "libreoffice_component.py", "component.py")
        for path in sorted(core.rglob("*.py")):
            inside = path.relative_to(core)
            if inside.parts[0] not in _LEFT_OUT:
                out.write(path, f"pythonpath/gex_xl/{inside.as_posix()}")  # LibreOffice puts pythonpath on sys.path


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
