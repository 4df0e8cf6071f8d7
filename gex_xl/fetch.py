"""Option chains from public feeds, only when the user asks: CBOE's delayed quotes.

CBOE publishes one JSON file per underlying, delayed by about 15 minutes, without a key. An answer is kept beside the
time of its quotes, and asked for again only if the feed says that it has changed.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gex_xl.errors import BadInput

CBOE = "https://cdn.cboe.com/api/global/delayed_quotes/options"
#: Indices stand under their symbol with an underscore in front.
INDICES = frozenset({"SPX", "NDX", "RUT", "DJX", "VIX", "XSP", "OEX", "XEO", "MRUT", "XND"})
LARGEST = 100_000_000  # bytes; the largest chain, SPX, has about 10 000 000
_SYMBOL = re.compile(r"[A-Z][A-Z0-9.]{0,9}")

#: Called with the bytes read so far and their total, None where the feed does not say it.
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Fetched:
    """A chain file: where it is kept, the symbol, the time of its quotes (New York), and whether it was kept before."""

    path: Path
    symbol: str
    quoted: str
    kept: bool


def fetch(
    symbol: str,
    *,
    seconds: float = 20,
    retries: int = 2,
    progress: Progress | None = None,
    base: str | None = None,
    cache: Path | None = None,
) -> Fetched:
    """CBOE's delayed quotes of an underlying such as SPX or NVDA.

    `seconds`: how long to wait for an answer, and between two pieces of it. `retries`: how often to ask again where
    the feed is busy, with growing pauses, as long as it asks for. `base`: another address that answers alike.
    Raises BadInput with one sentence for an unknown symbol, no network, or an answer that is no chain.
    """
    name = symbol.strip().upper().removeprefix("^").removeprefix("_")
    if not _SYMBOL.fullmatch(name):
        raise BadInput(f'"{symbol}" is no symbol; give one such as SPX, SPY or NVDA')
    folder = (cache or _cache_folder()) / name
    folder.mkdir(parents=True, exist_ok=True)
    known = _known(folder)
    where = f"{base or os.environ.get('GEX_XL_CBOE') or CBOE}/{'_' if name in INDICES else ''}{name}.json"
    answer = _ask(where, known.get("etag"), name, seconds, retries, progress)
    if answer is None:
        return Fetched(folder / str(known["file"]), name, str(known["quoted"]), True)
    body, etag = answer
    quoted = _checked(body, name)
    path = folder / f"{name}_{quoted.replace(':', '').replace(' ', 'T')}.json"
    _replace(path, body)
    _replace(folder / "newest.json", json.dumps({"etag": etag, "file": path.name, "quoted": quoted}).encode())
    return Fetched(path, name, quoted, False)


def _ask(
    where: str, etag: object, name: str, seconds: float, retries: int, progress: Progress | None
) -> tuple[bytes, str | None] | None:
    """The answer's body and mark; None where it has not changed since `etag`."""
    import urllib3  # only who asks for a fetch pays for loading it

    again = urllib3.Retry(
        total=retries, backoff_factor=1, backoff_max=10, status_forcelist=(429, 500, 502, 503, 504),
        raise_on_status=False, redirect=2,
    )  # fmt: skip
    headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "gex-xl"}
    if etag:
        headers["If-None-Match"] = str(etag)
    limits = urllib3.Timeout(connect=seconds, read=seconds)
    try:
        with urllib3.PoolManager() as pool:
            answer = pool.request(
                "GET", where, headers=headers, timeout=limits, retries=again, preload_content=False
            )
            try:
                if answer.status == 304:
                    return None
                if answer.status in (403, 404):
                    raise BadInput(f"CBOE has no options under {name}; check the symbol, such as SPX, SPY or NVDA")
                if answer.status != 200:
                    raise BadInput(f"CBOE answered {answer.status} for {name}; try again in a few minutes")
                return _body(answer, name, progress), answer.headers.get("ETag")
            finally:
                answer.close()
    except urllib3.exceptions.HTTPError as error:
        slow = isinstance(error, urllib3.exceptions.TimeoutError) or "timed out" in str(error)
        what = f"gave no answer within {seconds:g} seconds" if slow else "cannot be reached"
        raise BadInput(f"{where.split('/')[2]} {what}; check the network, or export the chain by hand") from None


def _body(answer: Any, name: str, progress: Progress | None) -> bytes:
    length = answer.headers.get("Content-Length")
    total = int(length) if length and length.isdigit() and not answer.headers.get("Content-Encoding") else None
    body = bytearray()
    for piece in answer.stream(65_536, decode_content=True):
        body += piece
        if len(body) > LARGEST:
            raise BadInput(f"the answer for {name} is larger than {LARGEST // 1_000_000} MB, which no chain is")
        if progress is not None:
            progress(len(body), total)
    return bytes(body)


def _checked(body: bytes, name: str) -> str:
    """The time of the quotes, of an answer that can be read as a chain."""
    changed = f"the answer for {name} is not in CBOE's known form"
    try:
        parsed = json.loads(body)
        quoted = str(parsed["timestamp"])
        options = parsed["data"]["options"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadInput(f"{changed}: expected JSON with timestamp and data.options; export the chain by hand") from None
    if not isinstance(options, list) or not options:
        raise BadInput(f"CBOE lists no options for {name} now; try again later")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", quoted):
        raise BadInput(f'{changed}: its timestamp is "{quoted[:40]}"; export the chain by hand')
    return quoted


def _known(folder: Path) -> dict[str, Any]:
    """What is kept of the last answer; nothing where its file is gone."""
    try:
        found = json.loads((folder / "newest.json").read_text(encoding="utf-8"))
        return found if (folder / str(found["file"])).is_file() else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _cache_folder() -> Path:
    import platformdirs

    return Path(os.environ.get("GEX_XL_CACHE") or platformdirs.user_cache_dir("gex_xl", appauthor=False))


def _replace(path: Path, content: bytes) -> None:
    """Write beside, then put in its place: an interruption leaves the old file."""
    beside = path.with_suffix(f".{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
