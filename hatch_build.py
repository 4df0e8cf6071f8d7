"""The description that a package index shows: README.md with links that lead somewhere from there.

Where the environment names the files' public address (GEX_XL_SOURCE, such as https://host/owner/name/blob/v1.0), each
link to a file becomes one to that address. Where it does not, nobody knows where the files are: the words of a link
stay, pictures and tables of pictures are left out.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_LINK = re.compile(r"(!?)\[([^\]\n]*)\]\((?!\w+:)([^)\s]+)\)")


def description(text: str, address: str | None) -> str:
    """README's text for a package index."""

    def linked(found: re.Match[str]) -> str:
        picture, words, target = found.groups()
        if address is None:
            return "" if picture else words
        return f"{picture}[{words}]({address.rstrip('/')}/{target}{'?raw=true' if picture else ''})"

    lines = []
    for line in text.splitlines():
        new = _LINK.sub(linked, line)
        if new == line or re.search(r"\w", new):  # not what is left of a line of pictures
            lines.append(new)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


class Description(MetadataHookInterface):
    """Puts it into wheel and sdist."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        text = description(text, os.environ.get("GEX_XL_SOURCE") or None)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
