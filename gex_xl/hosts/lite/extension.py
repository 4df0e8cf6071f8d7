"""Where xlwings Lite keeps a workbook's code: a part of the file that Office stores an add-in's settings in.

The add-in keeps its files as Office document settings: properties of a web extension part, one per file, each
value a JSON text ([MS-OWEXML] names the parts; what xlwings Lite puts there was read from workbooks that it saved).
Nothing here has been seen in Excel itself.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Mapping
from html import unescape
from xml.sax.saxutils import escape

from gex_xl.engines.package import Package

#: xlwings Lite in Microsoft's add-in store.
STORE_ID = "wa200008175"
_EXTENSIONS = r"xl/webextensions/webextension\d+\.xml"
# From this Pyodide on the add-in keeps the versions of packages between starts; the add-in of August 2026.
_PYODIDE, _ADDIN = "314.0.0", "1.0.0.103"
#: Extensions of [MS-OWEXML] 2.2.11 and 2.2.13: that there are custom functions, and which. Excel then knows before the
#: add-in runs whose functions these are. Seen in workbooks that Excel saved.
_HAS_FUNCTIONS, _FUNCTIONS = "{D87F86FE-615C-45B5-9D79-34F1136793EB}", "{7C84B067-C214-45C3-A712-C9D94CD141B2}"

_OFFICE = "http://schemas.microsoft.com/office"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def is_there(package: Package) -> bool:
    """Whether a workbook carries code for xlwings Lite."""
    return bool(_own_extensions(package))


def texts_in(package: Package) -> dict[str, str]:
    """The texts that a Lite book keeps for the add-in, by name: main.py, requirements.txt and its versions."""
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


def _own_extensions(package: Package) -> dict[str, str]:
    own = re.compile(rf'<we:reference\b[^<>]*\bid="{STORE_ID}"', re.I)
    return {name: text for name, text in package.parts(_EXTENSIONS).items() if own.search(text)}


def embed(package: Package, files: Mapping[str, str], functions: Iterable[str]) -> None:
    """Put files and functions, by their names in formulas, into the add-in's part; what else it holds stays.

    The part is added where the book has none.
    """
    own = _own_extensions(package)
    for part in own:
        for name, content in files.items():
            own[part] = _with_property(own[part], name, content)
        package.put(part, _declaring(own[part], functions))
    if own:
        return
    folder = "xl/webextensions"
    package.put(
        f"{folder}/webextension1.xml",
        _declaring(_extension(files), functions),
        "application/vnd.ms-office.webextension+xml",
    )
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


def _declaring(extension: str, functions: Iterable[str]) -> str:
    """The part with these functions declared, beside those that it declares already."""
    known = re.findall(r"<we:customFunctionIds>([^<]*)</we:customFunctionIds>", extension)
    ids = "".join(f"<we:customFunctionIds>{it}</we:customFunctionIds>" for it in dict.fromkeys([*known, *functions]))
    for uri in (_HAS_FUNCTIONS, _FUNCTIONS):
        extension = re.sub(rf'<(\w+:)?ext\b[^<>]*uri="{re.escape(uri)}"[^<>]*>.*?</\1ext>', "", extension, flags=re.S)
    flag, listed = '<we:containsCustomFunctions val="1"/>', f"<we:customFunctionIdList>{ids}</we:customFunctionIdList>"
    ours = "".join(
        f'<a:ext xmlns:a="{_DRAWING}" uri="{uri}">{content}</a:ext>'
        for uri, content in ((_HAS_FUNCTIONS, flag), (_FUNCTIONS, listed))
    )
    if "<we:extLst>" in extension:
        return extension.replace("<we:extLst>", f"<we:extLst>{ours}", 1)
    return extension.replace("</we:webextension>", f"<we:extLst>{ours}</we:extLst></we:webextension>")


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
    '<wetp:taskpane dockstate="right" visibility="0" width="438" row="2">'
    f'<wetp:webextensionref xmlns:r="{_RELATIONS}" r:id="rId1"/></wetp:taskpane></wetp:taskpanes>'
)
_PANE_RELATION = (
    f'{_XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/2011/relationships/webextension" Target="webextension1.xml"/>'
    "</Relationships>"
)
