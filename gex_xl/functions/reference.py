"""The reference page of the worksheet functions and settings, made from the registry."""

from __future__ import annotations

from gex_xl.functions import REGISTRY
from gex_xl.settings import HELP, Settings


def reference_page() -> str:
    """docs/functions.md as text: every function with its arguments, then every setting with its default."""
    out = [
        "# Worksheet functions",
        "",
        "`chain` is a pasted range, header and preamble included, or the cell of a `LOAD_CHAIN`. Arguments in",
        "brackets may be left out. A figure that does not exist is `#N/A`; bad input is `#VALUE!` with one sentence.",
    ]
    category = ""
    for record in REGISTRY.values():
        if record.category != category:
            category = record.category
            out += ["", f"## {category}"]
        out += ["", f"### `{record.signature}`", "", f"{record.help}. Returns {record.returns}.", ""]
        out += [f"- `{argument.name}`: {argument.help}." for argument in record.arguments]
    defaults = Settings().as_dict()
    out += [
        "",
        "# Settings",
        "",
        "A two-column range of setting and value, or text such as `sign=long_calls; unit=usd_bn`.",
        "",
        "| setting | default | what it decides |",
        "| --- | --- | --- |",
        *(f"| `{key}` | `{_plain(defaults[key])}` | {text} |" for key, text in HELP.items()),
    ]
    return "\n".join(out) + "\n"


def _plain(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:g}"
