"""One file over HTTP: polite, bounded, and every failure one sentence."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from gex_xl import __version__
from gex_xl.errors import BadInput
from gex_xl.reading.containers import MAX_BYTES
from gex_xl.reading.values import shown

if TYPE_CHECKING:
    import urllib3

#: Called with what has come so far, and with what is to come in all where the feed says so.
Progress = Callable[[int, int | None], None]
_TRIES, _PAUSE = 3, 1.0  # seconds, doubled with each try
_LONGEST_PAUSE = 30.0  # a feed that asks for a longer one is told to the user
_CONNECT, _SILENCE = 10.0, 30.0  # seconds until a connection stands, and between two pieces of an answer
_BUSY = frozenset({429, 500, 502, 503, 504})
_MOVED = frozenset({301, 302, 303, 307, 308})
_MOVES = 3
_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "User-Agent": f"gex-xl/{__version__}",
}


def download(address: str, feed: str, name: str, progress: Progress) -> bytes:
    """The file at `address`, decoded, of at most MAX_BYTES; `feed` and `name` are who is asked, and for which symbol.

    A feed that is busy, or an answer that breaks off, is asked for again twice, after the pause that the feed wants;
    nothing else is. Redirects are followed on the same host only. Raises BadInput with one sentence.
    """
    from urllib3.exceptions import DecodeError, HTTPError, NewConnectionError, ProtocolError, SSLError
    from urllib3.exceptions import TimeoutError as Silence

    host = urlsplit(address).hostname or address
    advice = "check the network, or export the chain by hand"
    try:
        with _pool(address) as pool:
            return _persist(pool, address, feed, name, progress)
    except NewConnectionError:  # counted among the time-outs, which it is not
        raise BadInput(f"{host} cannot be reached; {advice}") from None
    except Silence:
        raise BadInput(f"{host} does not answer; {advice}") from None
    except ProtocolError:
        raise BadInput(f"{host} broke off its answer for {name}, {_TRIES} times; try again in a few minutes") from None
    except SSLError as error:
        raise BadInput(f"{host} has no certificate that this machine trusts ({_reason(error)}); {advice}") from None
    except DecodeError:
        raise BadInput(f"{host} sent for {name} what cannot be unpacked; try again in a few minutes") from None
    except HTTPError as error:
        raise BadInput(f"{host} cannot be reached ({_reason(error)}); {advice}") from None


def _persist(pool: urllib3.PoolManager, address: str, feed: str, name: str, progress: Progress) -> bytes:
    """Ask until there is an answer, or until asking again would be rude or in vain."""
    import urllib3

    tries = 0
    while True:
        tries += 1
        wait = _PAUSE * 2 ** (tries - 1)
        try:
            answer = _ask(pool, address, feed)
            try:
                if answer.status == 200:
                    return _body(answer, feed, name, progress)
                asked = _wish(answer)
            finally:
                answer.close()
            wait = wait if asked is None else max(asked, 0.0)
            if answer.status not in _BUSY or tries == _TRIES or wait > _LONGEST_PAUSE:
                raise BadInput(_refusal(answer.status, feed, name, asked))
        except urllib3.exceptions.ProtocolError:
            if tries == _TRIES:
                raise
        time.sleep(wait)


def _wish(answer: urllib3.BaseHTTPResponse) -> float | None:
    """The pause that the feed asks for, in seconds; None where it asks for none that can be read."""
    import urllib3

    try:
        return urllib3.Retry().get_retry_after(answer)
    except urllib3.exceptions.InvalidHeader:
        return None


def _pool(address: str) -> urllib3.PoolManager:
    """Connections as this machine makes them: through its proxy, and with the certificates that it trusts."""
    import ssl

    import truststore
    import urllib3

    scheme, host = urlsplit(address).scheme, urlsplit(address).hostname
    if scheme not in ("http", "https") or not host:
        raise BadInput(f'"{address}" is no address; expected one that begins with https://')
    trusted = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    proxy = urllib.request.getproxies().get(scheme)
    if not proxy or urllib.request.proxy_bypass(host):
        return urllib3.PoolManager(ssl_context=trusted)
    login = urllib3.util.parse_url(proxy).auth
    headers = urllib3.make_headers(proxy_basic_auth=login) if login else None
    return urllib3.ProxyManager(proxy, ssl_context=trusted, proxy_headers=headers)


def _ask(pool: urllib3.PoolManager, address: str, feed: str) -> urllib3.BaseHTTPResponse:
    """The answer's head. What was asked of one host is not asked of another one that it names."""
    import urllib3

    limits = urllib3.Timeout(connect=_CONNECT, read=_SILENCE)
    for _ in range(_MOVES + 1):
        answer = pool.request(
            "GET", address, headers=_HEADERS, timeout=limits, retries=False, redirect=False, preload_content=False
        )
        if answer.status not in _MOVED or "Location" not in answer.headers:
            return answer
        answer.close()
        moved = answer.headers["Location"]
        try:
            moved = urljoin(address, moved)
            there = urlsplit(moved)
        except ValueError:
            raise BadInput(f"{feed} sends the request on to {shown(moved)}, which is no address; try later") from None
        if there[:2] != urlsplit(address)[:2]:
            raise BadInput(
                f"{feed} sends the request on to {there.netloc[:60] or shown(moved)}, which gex-xl does not follow; "
                "export the chain by hand"
            )
        address = moved
    raise BadInput(f"{feed} sends the request in a circle; export the chain by hand")


def _body(answer: urllib3.BaseHTTPResponse, feed: str, name: str, progress: Progress) -> bytes:
    length = answer.headers.get("Content-Length", "")
    announced = int(length) if length.isdecimal() else None
    # Compressed, the length is not that of the file.
    total = None if answer.headers.get("Content-Encoding") else announced
    body = bytearray()
    if (announced or 0) <= MAX_BYTES:
        for piece in answer.stream(65_536, decode_content=True):
            body += piece
            if len(body) > MAX_BYTES:
                break
            progress(len(body), total)
        else:
            return bytes(body)
    raise BadInput(f"{feed}'s answer for {name} is larger than {MAX_BYTES / 1e6:,.0f} MB, which no chain is")


def _refusal(status: int, feed: str, name: str, asked: float | None) -> str:
    other = "check the symbol; an index that is not known here needs a _ before it, as in _XYZ"
    pause = f"in {asked:,.0f} seconds, as it asks" if asked else "in a few minutes"
    if status == 404:
        return f"{feed} has no options under {name}; {other}"
    if status in (401, 403):
        return f"{feed} refuses {name} ({status}): it does not know the symbol, or does not serve this network; {other}"
    if status == 429:
        return f"{feed} takes no more requests from here now (429); try again {pause}"
    if status in _BUSY:
        return f"{feed} cannot answer now ({status}); try again {pause}"
    return f"{feed} answered {status} in place of a chain for {name}; try again later, or export the chain by hand"


def _reason(error: Exception) -> str:
    """What is at the bottom of an error, in a few words."""
    while error.args and isinstance(error.args[-1], Exception):
        error = error.args[-1]
    return str(error.args[-1] if error.args else type(error).__name__)[:120]
