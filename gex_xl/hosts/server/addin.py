"""What Excel loads: the manifest, a page, the script and the description of the functions."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from gex_xl import __version__
from gex_xl.functions import REGISTRY

#: Microsoft's runtime for custom functions; Excel on the web and on Mac loads the page, and the page this.
OFFICE = "https://appsforoffice.microsoft.com"
RUNTIME = f"{OFFICE}/lib/1/hosted/custom-functions-runtime.js"
_SCHEMAS = "http://schemas.microsoft.com/office"


def manifest(identity: str, base: str) -> str:
    """The add-in of functions alone. `base`: the address of the server, token included, without a last slash.

    It names no namespace, so users type =TOTAL_GEX(...) as everywhere else.
    """
    version = ".".join([*__version__.split(".")[:3], "0"])
    urls = {"Script": "functions.js", "Page": "functions.html", "Metadata": "functions.json"}
    sources = "".join(f'<{kind}><SourceLocation resid="{kind}.Url"/></{kind}>' for kind in urls)
    values = "".join(
        f"<bt:Url id={quoteattr(f'{kind}.Url')} DefaultValue={quoteattr(f'{base}/{file}')}/>"
        for kind, file in urls.items()
    )
    icon = quoteattr(f"{base}/icon.png")
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<OfficeApp xmlns="{_SCHEMAS}/appforoffice/1.1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xmlns:bt="{_SCHEMAS}/officeappbasictypes/1.0" xsi:type="TaskPaneApp">
  <Id>{escape(identity)}</Id>
  <Version>{version}</Version>
  <ProviderName>gex_xl on this machine</ProviderName>
  <DefaultLocale>en-US</DefaultLocale>
  <DisplayName DefaultValue="gex_xl"/>
  <Description DefaultValue="Dealer gamma exposure from a pasted option chain."/>
  <IconUrl DefaultValue={icon}/>
  <HighResolutionIconUrl DefaultValue={icon}/>
  <SupportUrl DefaultValue={quoteattr(f"{base}/functions.html")}/>
  <Hosts><Host Name="Workbook"/></Hosts>
  <Requirements>
    <Sets DefaultMinVersion="1.1"><Set Name="CustomFunctionsRuntime" MinVersion="1.2"/></Sets>
  </Requirements>
  <DefaultSettings><SourceLocation DefaultValue={quoteattr(f"{base}/functions.html")}/></DefaultSettings>
  <Permissions>ReadDocument</Permissions>
  <VersionOverrides xmlns="{_SCHEMAS}/taskpaneappversionoverrides" xsi:type="VersionOverridesV1_0">
    <Hosts>
      <Host xsi:type="Workbook">
        <AllFormFactors>
          <ExtensionPoint xsi:type="CustomFunctions">{sources}</ExtensionPoint>
        </AllFormFactors>
      </Host>
    </Hosts>
    <Resources><bt:Urls>{values}</bt:Urls></Resources>
  </VersionOverrides>
</OfficeApp>
"""


def page() -> str:
    """Loads Microsoft's runtime and our script. What a user sees of it says that the server is there."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>gex_xl</title>
<script src="{RUNTIME}"></script>
<script src="functions.js"></script>
</head>
<body><p>gex_xl {__version__} answers. Type =TOTAL_GEX( in a cell.</p></body>
</html>
"""


def script(base: str) -> str:
    """The script, told where to call and how many arguments each function takes."""
    text = resources.files(__package__).joinpath("functions.js").read_text(encoding="utf-8")
    counts = {name: len(record.arguments) for name, record in REGISTRY.items()}
    return text.replace("__CALL__", json.dumps(f"{base}/call")).replace("__FUNCTIONS__", json.dumps(counts))


def metadata(described: dict[str, Any]) -> dict[str, Any]:
    """What xlwings says of the functions, with the registry's help.

    Excel is not asked for the addresses of cells: nothing here needs them.
    """
    functions = []
    for entry in described["functions"]:
        record = REGISTRY[entry["id"]]
        kept = {key: value for key, value in entry.items() if key != "options"}
        functions.append({**kept, "description": f"{record.help}. Returns {record.returns}."})
    return {**described, "functions": functions}
