"""CBOE's delayed quotes: one JSON file per underlying, about 15 minutes late, without a key."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence

from gex_xl.errors import BadInput
from gex_xl.feeds.download import Progress, download
from gex_xl.products import product
from gex_xl.reading.records import cells_of_json
from gex_xl.reading.values import shown

#: Where the files are; the environment variable GEX_XL_CBOE_URL names another place, should CBOE move them.
ADDRESS = "https://cdn.cboe.com/api/global/delayed_quotes/options"


def answer(name: str, is_index: bool, progress: Progress) -> tuple[bytes, Sequence[Sequence[object]]]:
    """The file of a symbol, and its cells. Raises BadInput with one sentence."""
    folder = os.environ.get("GEX_XL_CBOE_URL") or ADDRESS
    # Files of indices have an underscore before the symbol. A user can mark one that the table lacks, as _XYZ.
    file = f"{'_' if is_index else product(name).cboe_mark}{name}.json"
    body = download(f"{folder.rstrip('/')}/{file}", "CBOE", name, progress)
    return body, _cells(body, name)


def _cells(body: bytes, name: str) -> Sequence[Sequence[object]]:
    by_hand = "if it stays so, CBOE has changed it: export the chain by hand"
    try:
        loaded = json.loads(body)
    except (ValueError, RecursionError):
        begins = shown(body[:40].decode("utf-8", errors="replace"))
        raise BadInput(f'CBOE\'s answer for {name} is not whole JSON, it begins "{begins}"; {by_hand}') from None
    inner = loaded.get("data") if isinstance(loaded, dict) else None
    options = inner.get("options") if isinstance(inner, dict) else None
    if not isinstance(options, list):
        raise BadInput(f"CBOE's answer for {name} has no list data.options as it used to; {by_hand}")
    if not options:
        raise BadInput(f"CBOE lists no options on {name} now; check the symbol, or try again later")
    return cells_of_json(loaded, name)
