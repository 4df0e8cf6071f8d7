"""`gex-xl fetch --source yahoo`: the real yfinance, through a proxy on this machine that plays Yahoo."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

import gex_xl
from tests.feeds import made_up
from tests.feeds.serving import Answer, Handler, certified, clean, command, feed, fixed

HOSTS = ("query1.finance.yahoo.com", "query2.finance.yahoo.com", "fc.yahoo.com", "guce.yahoo.com", "finance.yahoo.com")
FILE = "ZZX_2024-01-08T103000.csv"
Chain = Callable[[Handler, int | None], None]


def chain(handler: Handler, date: int | None) -> None:
    handler.send(made_up.yahoo("ZZX", date))


def playing(answer: Chain) -> Answer:
    """Yahoo's cookie and crumb, and `answer` to what is asked about options."""

    def whole(handler: Handler) -> None:
        asked = urlsplit(handler.path)
        if "/finance/options/" in asked.path:
            date = parse_qs(asked.query).get("date")
            answer(handler, int(date[0]) if date else None)
        elif asked.path.endswith("getcrumb"):
            handler.send(b"made-up")
        else:
            handler.send(b"<html></html>")

    return whole


def asked_of_yahoo(answer: Chain, folder: Path, *args: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """The command's outcome, and the paths that it asked for options."""
    authority, tls = certified(folder, *HOSTS)
    work = folder / "work"
    work.mkdir()
    trusted = {"SSL_CERT_FILE": str(authority), "CURL_CA_BUNDLE": str(authority)}
    with feed(playing(answer)) as proxy:
        proxy.tls = tls
        done = command(*args, "--source", "yahoo", cwd=work, HTTPS_PROXY=proxy.address, **trusted)
    return done, [urlsplit(path).path for path in proxy.asked if "/finance/options/" in path]


def test_all_expiries_become_one_table(tmp_path: Path) -> None:
    done, asked = asked_of_yahoo(chain, tmp_path, "fetch", "ZZX")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(
        f"{FILE}: 126 contracts on ZZX, spot 100.00, quoted 2024-01-08 10:30:00 New York time, from Yahoo\n"
    )
    assert done.stderr == ""
    assert len(asked) == 1 + len(made_up.EXPIRIES)
    read = gex_xl.Chain.from_file(tmp_path / "work" / FILE)
    wanted = sorted((day, strike, right != "C", name) for day, right, strike, name in made_up.contracts("ZZX"))
    got = zip(read.expiry.tolist(), read.strike.tolist(), (~read.is_call).tolist(), strict=True)
    assert list(got) == [row[:3] for row in wanted]
    assert np.array_equal(read.iv, [made_up.volatility(strike) for _, strike, _, _ in wanted])
    assert read.open_interest.tolist() == [
        made_up.interest("P" if is_put else "C", strike) for _, strike, is_put, _ in wanted
    ]
    assert (read.symbol, read.spot) == ("ZZX", 100.0)


def test_both_feeds_give_the_same_figures(tmp_path: Path) -> None:
    """The made-up chain has no greeks and no quotes, so that Yahoo's has all that CBOE's has.

    Both are taken as quotes of their own time: CBOE's free ones are known to be 15 minutes old.
    """
    now = gex_xl.Settings().with_changes({"quote_delay": 0})
    asked_of_yahoo(chain, tmp_path, "fetch", "ZZX")
    (tmp_path / "cboe.json").write_bytes(made_up.cboe())
    totals = [
        gex_xl.total(gex_xl.prepare(gex_xl.Chain.from_file(file), settings=now)).net
        for file in (tmp_path / "work" / FILE, tmp_path / "cboe.json")
    ]
    assert totals[0] == pytest.approx(totals[1], rel=1e-12)


@pytest.mark.parametrize(("symbol", "written"), [("SPX", "^SPX"), ("^QQX", "^QQX"), ("BRK.B", "BRK-B"), ("spy", "SPY")])
def test_symbols_as_yahoo_writes_them(symbol: str, written: str, tmp_path: Path) -> None:
    done, asked = asked_of_yahoo(lambda handler, _: handler.send(b"{}"), tmp_path, "fetch", symbol)
    assert done.stderr == f"gex-xl: Yahoo has no options under {written}; check the symbol\n"
    assert {path.rpartition("/")[2].replace("%5E", "^") for path in asked} == {written}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (fixed(b'{"optionChain":{"result":[],"error":{"code":"Not Found"}}}', 404), "Yahoo has no options under ZZX"),
        (fixed(b"Too Many Requests", 429), "Yahoo takes no more requests from here now (429); try again in an hour"),
        (fixed(b"<html>"), "Yahoo's answer for ZZX is not what yfinance"),
        (fixed(b'{"optionChain":{"result":[{"underlyingSymbol":"ZZX"}]}}'), "(KeyError); update yfinance, or take"),
        (fixed(made_up.yahoo("ZZX", None, quote={})), "Yahoo's answer for ZZX is not what yfinance"),
        (lambda handler: None, "Yahoo cannot be reached ("),
    ],
)
def test_every_failure_is_one_sentence(answer: Answer, said: str, tmp_path: Path) -> None:
    done, _ = asked_of_yahoo(lambda handler, _: answer(handler), tmp_path, "fetch", "ZZX")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert list((tmp_path / "work").iterdir()) == []


def test_there_is_a_limit_to_waiting(tmp_path: Path) -> None:
    done, _ = asked_of_yahoo(
        lambda handler, _: handler.server.over.wait(60) and None, tmp_path, "fetch", "ZZX", "--timeout", "3"
    )
    assert done.stderr.startswith("gex-xl: Yahoo gave no whole answer for ZZX within 3 seconds")
    assert list((tmp_path / "work").iterdir()) == []


def test_without_the_extra(tmp_path: Path) -> None:
    """An interpreter that cannot find yfinance, as one into which the extra was not installed."""
    code = "import sys; sys.modules['yfinance'] = None; from gex_xl.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "fetch", "ZZX", "--source", "yahoo"],
        cwd=tmp_path, env=clean(tmp_path), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == (
        'gex-xl: Yahoo needs yfinance, which is not installed here; install it: pip install "gex-xl[yahoo]"\n'
    )
