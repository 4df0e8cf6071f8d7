"""xlwings Lite: an .xlsx that carries its own code, for Excel with the free add-in of that name.

The add-in keeps its files as Office document settings: properties of a web extension part, one per file, each
value a JSON text ([MS-OWEXML] names the parts; what xlwings Lite puts there was read from workbooks that it saved).
Nothing here has been seen in Excel itself.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import tempfile
import uuid
from collections.abc import Callable, Mapping, Sequence
from html import unescape
from pathlib import Path
from xml.sax.saxutils import escape

from gex_xl import template
from gex_xl.engines import Recalculation
from gex_xl.engines.package import Package
from gex_xl.hosts.lite.bundle import main_py, requirements
from gex_xl.hosts.requirement import Finding
from gex_xl.settings import Settings
from gex_xl.template import dialects, first_steps, history_sheet

#: xlwings Lite in Microsoft's add-in store.
STORE_ID = "wa200008175"
NOTE = (
    "1. Live figures need the free add-in xlwings Lite: Home > Add-ins, search for xlwings Lite, Add.",
    "2. Open its pane by Home > xlwings Lite. When it asks about this workbook: Trust and Continue.",
    "3. Press Ctrl+Alt+F9, and paste your chain on the sheet Chain. Until then the figures are those saved here.",
)
_EXTENSIONS = r"xl/webextensions/webextension\d+\.xml"
# The pair that was found in workbooks saved by Excel.
_PYODIDE, _ADDIN = "0.27.5", "1.0.0.0-35"

_OFFICE = "http://schemas.microsoft.com/office"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def new_workbook(
    target: Path,
    cells: Sequence[Sequence[object]] | None,
    computed: dt.datetime | None = None,
    settings: Settings | None = None,
) -> Recalculation:
    """A book with a chain, the code and every figure in it. Equal calls give equal bytes.

    `cells` as pasted, or None for an empty paste area; `computed`: the time to be named as that of the figures,
    aware, None for none. `settings` stand on its sheet. Raises BadInput where `target` cannot be written.
    """
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / target.name
        done = template.new_workbook(plain, cells, NOTE, history_sheet.append_by_script, settings)
        return _finish(plain, target, done, computed)


def recalculate_workbook(
    source: Path,
    target: Path,
    cells: Sequence[Sequence[object]] | None,
    computed: dt.datetime | None = None,
    engine: Callable[..., Recalculation] = template.recalculate_workbook,
) -> Recalculation:
    """As template.recalculate_workbook, for a Lite book, which stays one.

    Its code becomes that of this version; what users added below it, and to the requirements, stays.
    """
    with tempfile.TemporaryDirectory() as folder:
        between = Path(folder) / source.name
        package = Package(source)
        dialects.translate(package, dialects.PLAIN, dialects.LITE)
        package.save(between)
        done = engine(between, between, cells)
        return _finish(between, target, done, computed)


def is_lite(book: Path) -> bool:
    """Whether a workbook carries code for xlwings Lite. Raises BadInput for what is no workbook."""
    return bool(_own_extensions(Package(book)))


def code_of(book: Path) -> dict[str, str]:
    """The texts that a Lite book keeps for the add-in, by name: main.py, requirements.txt and its versions."""
    return _texts(Package(book))


def _texts(package: Package) -> dict[str, str]:
    found: dict[str, str] = {}
    for extension in _own_extensions(package).values():
        for name, value in re.findall(r'<we:property name="([^"]*)" value="([^"]*)"\s*/>', extension):
            try:
                text = json.loads(unescape(value))
            except (ValueError, RecursionError):  # no file of the add-in's
                continue
            if isinstance(text, str):
                found[name] = text
    return found


def findings() -> list[Finding]:
    """What a user of a Lite book needs on top of Excel; nothing of it can be looked up from here."""
    size = len(main_py().encode())
    return [
        Finding("code for xlwings Lite", True, f"main.py of {size / 1000:.0f} kB, made from this installation"),
        Finding(
            "Excel 2021 or later, Microsoft 365, or Excel on the web, with the add-in xlwings Lite",
            None,
            "not visible from outside Excel",
            "In Excel: Home > Add-ins, search for xlwings Lite, Add; then open a book made by "
            "gex-xl new BOOK.xlsx --host lite",
        ),
        Finding(
            "internet access at the add-in's first start",
            None,
            "not tried: gex-xl doctor opens no connection",
            "The add-in loads Python, numpy, pandas and scipy then; a firewall must let Excel do so",
        ),
    ]


def _finish(plain: Path, target: Path, done: Recalculation, computed: dt.datetime | None) -> Recalculation:
    package = Package(plain)
    done = first_steps.stamp(package, done, computed)
    dialects.translate(package, dialects.LITE)
    old = _texts(package)
    new = {
        "main.py": main_py(old.get("main.py", "")),
        "requirements.txt": requirements(old.get("requirements.txt", "")),
    }
    _embed(package, new)
    package.save(target)
    return done


def _own_extensions(package: Package) -> dict[str, str]:
    own = re.compile(rf'<we:reference\b[^<>]*\bid="{STORE_ID}"', re.I)
    return {name: text for name, text in package.parts(_EXTENSIONS).items() if own.search(text)}


def _embed(package: Package, files: Mapping[str, str]) -> None:
    """Put the files into the add-in's part, which is added where the book has none; its other properties stay."""
    own = _own_extensions(package)
    for part in own:
        for name, content in files.items():
            own[part] = _with_property(own[part], name, content)
        package.put(part, own[part])
    if own:
        return
    folder = "xl/webextensions"
    package.put(f"{folder}/webextension1.xml", _extension(files), "application/vnd.ms-office.webextension+xml")
    package.put(f"{folder}/taskpanes.xml", _PANE, "application/vnd.ms-office.webextensiontaskpanes+xml")
    package.put(f"{folder}/_rels/taskpanes.xml.rels", _PANE_RELATION)
    package.relate(f"{_OFFICE}/2011/relationships/webextensiontaskpanes", f"{folder}/taskpanes.xml")


def _with_property(extension: str, name: str, value: object) -> str:
    """The part with one property set, in the place where it was or as the last one."""
    text = _property(name, value)
    pattern = rf'<we:property name="{re.escape(name)}" value="[^"]*"\s*/>'
    if re.search(pattern, extension):
        return re.sub(pattern, lambda _: text, extension, count=1)
    return extension.replace("</we:properties>", f"{text}</we:properties>")


def _property(name: str, value: object) -> str:
    text = escape(json.dumps(value, ensure_ascii=False), {'"': "&quot;"})
    return f'<we:property name="{name}" value="{text}"/>'


def _extension(files: Mapping[str, str]) -> str:
    # The last property asks Excel to open the add-in's pane with the file.
    properties = {**files, "pyodideVersion": _PYODIDE, "addinVersion": _ADDIN, _SHOW_PANE: True}
    identity = str(uuid.uuid5(uuid.NAMESPACE_OID, files["main.py"])).upper()
    reference = f'<we:reference id="{STORE_ID}" version="1.0.0.0" store="{{}}" storeType="OMEX"/>'
    return (
        f'{_XML}<we:webextension xmlns:we="{_OFFICE}/webextensions/webextension/2010/11" id="{{{identity}}}">'
        f"{reference.format('en-US')}<we:alternateReferences>{reference.format(STORE_ID.upper())}"
        "</we:alternateReferences><we:properties>"
        + "".join(_property(name, value) for name, value in properties.items())
        + f'</we:properties><we:bindings/><we:snapshot xmlns:r="{_RELATIONS}"/></we:webextension>'
    )


_SHOW_PANE = "Office.AutoShowTaskpaneWithDocument"
_PANE = (
    f'{_XML}<wetp:taskpanes xmlns:wetp="{_OFFICE}/webextensions/taskpanes/2010/11">'
    '<wetp:taskpane dockstate="right" visibility="1" width="438" row="2">'
    f'<wetp:webextensionref xmlns:r="{_RELATIONS}" r:id="rId1"/></wetp:taskpane></wetp:taskpanes>'
)
_PANE_RELATION = (
    f'{_XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/2011/relationships/webextension" Target="webextension1.xml"/>'
    "</Relationships>"
)
