"""One chart part's XML: the figures that it remembers for each range.

Brought up to date so that viewers which do not calculate draw what the sheet holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import unescape

from gex_xl.engines.sheet_xml import Error, escaped, number_text

_REFERENCE = re.compile(
    r"<(?P<p>(?:\w+:)?)(?P<kind>num|str)Ref>\s*<(?P=p)f>(?P<range>[^<]*)</(?P=p)f>(?P<rest>.*?)</(?P=p)(?P=kind)Ref>",
    re.S,
)


def refreshed(xml: str, values: Callable[[str], Sequence[object] | None]) -> str:
    """The chart with every numCache and strCache rewritten (or made) from its range.

    values: gives the cells of a range's text in reading order, or None for a range to leave alone."""

    def rewrite(found: re.Match[str]) -> str:
        cells = values(unescape(found["range"]))
        if cells is None:
            return found[0]
        prefix, kind = found["p"], found["kind"]
        # Categories whose texts were not yet computed are stored as numbers; the schema lets them switch.
        if kind == "num" and re.search(rf"<{prefix}cat>\s*$", xml[: found.start()]) and _texts(cells):
            kind = "str"
        cache = f"{prefix}{found['kind']}Cache"
        rest = re.sub(rf"<{cache}>.*?</{cache}>", "", found["rest"], flags=re.S)
        code = re.search(rf"<{prefix}formatCode>[^<]*</{prefix}formatCode>", found["rest"])
        known = code[0] if code else f"<{prefix}formatCode>General</{prefix}formatCode>"
        return (
            f"<{prefix}{kind}Ref><{prefix}f>{found['range']}</{prefix}f>"
            + _cache(prefix, kind, cells, known if kind == "num" else "")
            + f"{rest.strip()}</{prefix}{kind}Ref>"
        )

    return _REFERENCE.sub(rewrite, xml)


def _texts(cells: Sequence[object]) -> bool:
    return any(isinstance(cell, str) and cell and not isinstance(cell, Error) for cell in cells) and not any(
        isinstance(cell, float) for cell in cells
    )


def _cache(prefix: str, kind: str, cells: Sequence[object], code: str) -> str:
    points = []
    for place, cell in enumerate(cells):
        if kind == "str":
            text = "" if cell is None else number_text(cell) if isinstance(cell, float) else str(cell)
        else:
            # Blanks, texts and #N/A are gaps, as they are when the sheet is drawn.
            text = number_text(float(cell)) if isinstance(cell, float | bool) else ""
        if text:
            points.append(f'<{prefix}pt idx="{place}"><{prefix}v>{escaped(text)}</{prefix}v></{prefix}pt>')
    count = f'<{prefix}ptCount val="{len(cells)}"/>'
    return f"<{prefix}{kind}Cache>{code}{count}{''.join(points)}</{prefix}{kind}Cache>"
