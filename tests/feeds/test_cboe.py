"""`gex-xl fetch` against a feed on this machine: what it saves, what it says, and how it asks."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gex_xl
from gex_xl.cli import main
from gex_xl.errors import BadInput
from gex_xl.feeds import SOURCES, fetch
from tests.feeds import made_up
from tests.feeds.serving import (
    Answer,
    Handler,
    certified,
    clean,
    command,
    cut,
    cut_pieces,
    dripping,
    feed,
    fixed,
    in_turn,
    packed,
    silent,
)

FILE = "ZZX_2024-01-08T103000.json"
NOTHING = b"[" * 100_000


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """An empty folder; the home beside it is not looked at."""
    place = tmp_path / "work"
    place.mkdir()
    yield place


def one_line(done: subprocess.CompletedProcess[str], folder: Path) -> str:
    """What a refused command said: a line, and no file."""
    assert (done.returncode, done.stdout) == (2, ""), done
    assert done.stderr.count("\n") == 1, done.stderr
    assert list(folder.iterdir()) == []
    return done.stderr.removeprefix("gex-xl: ").strip()


def test_the_feeds_own_bytes_are_saved_and_can_be_read_again(folder: Path) -> None:
    body = made_up.cboe()
    with feed(fixed(body)) as server:
        done = command("fetch", "zzx", cwd=folder, GEX_XL_CBOE_URL=server.address + "/there/")
    assert done.returncode == 0, done.stderr
    assert server.asked == ["/there/ZZX.json"]
    assert done.stderr == ""
    first, *others = done.stdout.splitlines()
    assert first == f"{FILE}: 126 contracts on ZZX, spot 100.00, quoted 2024-01-08 10:30:00 New York time, from CBOE"
    assert [line.split()[-1] for line in others] == [FILE, FILE]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {FILE: body}
    again = command("report", FILE, cwd=folder)
    assert (again.returncode, "Total GEX" in again.stdout) == (0, True), again.stderr


def test_the_next_steps_that_are_named_work(folder: Path) -> None:
    """As they are printed, also where a name holds a space."""
    with feed(fixed(made_up.cboe())) as server:
        done = command("fetch", "ZZX", "--out", "my quotes.json", cwd=folder, GEX_XL_CBOE_URL=server.address)
    steps = done.stdout.splitlines()[1:]
    assert [line.removeprefix("next:").strip() for line in steps] == [
        'gex-xl report "my quotes.json"',
        'gex-xl new ZZX.xlsx --chain "my quotes.json"',
    ]
    made = command("new", "ZZX.xlsx", "--chain", "my quotes.json", cwd=folder)
    assert made.returncode == 0, made.stderr


def test_what_is_there_is_not_written_twice(folder: Path) -> None:
    body = made_up.cboe()
    later = made_up.cboe(timestamp="2024-01-08 15:45:00")
    with feed(in_turn(fixed(body), fixed(body), fixed(later), fixed(later))) as server:
        runs = [command("fetch", "ZZX", cwd=folder, GEX_XL_CBOE_URL=server.address)]
        written = (folder / FILE).stat().st_mtime_ns
        runs.append(command("fetch", "ZZX", cwd=folder, GEX_XL_CBOE_URL=server.address))
        assert (folder / FILE).stat().st_mtime_ns == written
        runs.append(command("fetch", "ZZX", cwd=folder, GEX_XL_CBOE_URL=server.address))
        runs.append(command("fetch", "ZZX", "--out", FILE, cwd=folder, GEX_XL_CBOE_URL=server.address))
        runs.append(command("fetch", "ZZX", "--out", FILE, "--force", cwd=folder, GEX_XL_CBOE_URL=server.address))
    assert [run.returncode for run in runs] == [0, 0, 0, 2, 0]
    assert "not written again" in runs[1].stdout
    assert "exists and holds other quotes" in runs[3].stderr
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        FILE: later,
        "ZZX_2024-01-08T104500.json": later,
    }


def test_a_folder_may_be_given(folder: Path) -> None:
    (folder / "quotes").mkdir()
    with feed(fixed(made_up.cboe())) as server:
        done = command("fetch", "ZZX", "--out", "quotes", cwd=folder, GEX_XL_CBOE_URL=server.address)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (folder / "quotes").iterdir()] == [FILE]


@pytest.mark.parametrize(
    ("symbol", "asked", "answered"),
    [
        ("SPX", "_SPX", "SPX"),
        ("SPXW", "_SPX", "SPX"),
        ("^QQX", "_QQX", "QQX"),
        ("_vix", "_VIX", "VIX"),
        ("spy", "SPY", "SPY"),
        ("BRK.B", "BRK.B", "BRKB"),
    ],
)
def test_indices_have_names_of_their_own(symbol: str, asked: str, answered: str, folder: Path) -> None:
    with feed(fixed(made_up.cboe(f"^{answered}", root=answered))) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("GEX_XL_CBOE_URL", server.address)
        found = fetch(symbol)
    assert server.asked == [f"/{asked}.json"]
    # No system's files may hold these, Windows' least of all.
    assert not set(found.file_name) & set('<>:"/\\|?*^ ')
    assert found.file_name == f"{asked.strip('_')}_2024-01-08T103000.json"


@pytest.mark.parametrize(
    "answer",
    [
        packed(made_up.cboe()),
        in_turn(fixed(b"busy", 503), fixed(made_up.cboe())),
        in_turn(fixed(b"busy", 429, Retry_After="1"), fixed(made_up.cboe())),
        in_turn(fixed(b"busy", 429, Retry_After="Mon, 01 Jan 2024 00:00:00 GMT"), fixed(made_up.cboe())),
        in_turn(cut(made_up.cboe()), cut_pieces(made_up.cboe()), fixed(made_up.cboe())),
        in_turn(fixed(b"", 302, Location="/other/_ZZX.json"), fixed(made_up.cboe())),
    ],
    ids=[
        "compressed",
        "busy once",
        "busy for a second",
        "busy until a date",
        "cut off twice",
        "moved on the same host",
    ],
)
def test_what_passes_is_waited_for(answer: Answer, folder: Path) -> None:
    with feed(answer) as server:
        done = command("fetch", "ZZX", cwd=folder, GEX_XL_CBOE_URL=server.address)
    assert done.returncode == 0, done.stderr
    assert (folder / FILE).read_bytes() == made_up.cboe()


def test_a_pause_that_is_asked_for_is_kept(folder: Path) -> None:
    """Not earlier than asked; how much later is the machine's affair."""
    times: list[float] = []
    turn = in_turn(fixed(b"", 503, Retry_After="2"), fixed(made_up.cboe()))

    def answer(handler: Handler) -> None:
        times.append(time.monotonic())
        turn(handler)

    with feed(answer) as server:
        done = command("fetch", "ZZX", cwd=folder, GEX_XL_CBOE_URL=server.address)
    assert done.returncode == 0, done.stderr
    assert times[1] - times[0] >= 2


HUGE = 300_000_000


@pytest.mark.parametrize(
    ("answer", "asked", "said"),
    [
        (fixed(b"<Error/>", 404), 1, "CBOE has no options under ZZX"),
        (fixed(b"<Error/>", 403), 1, "CBOE refuses ZZX (403): it does not know the symbol, or does not serve"),
        (fixed(b"", 429), 3, "CBOE takes no more requests from here now (429); try again in a few minutes"),
        (fixed(b"", 429, Retry_After="3600"), 1, "now (429); try again in 3,600 seconds, as it asks"),
        (fixed(b"", 500), 3, "CBOE cannot answer now (500); try again in a few minutes"),
        (fixed(b"", 418), 1, "CBOE answered 418 in place of a chain for ZZX"),
        (fixed(b"", 304), 1, "CBOE answered 304 in place of a chain"),
        (fixed(b"", 302), 1, "CBOE answered 302 in place of a chain"),
        (fixed(b"", 301, Location="/ZZX.json"), 4, "CBOE sends the request in a circle"),
        (fixed(b"", 302, Location="http://elsewhere.invalid/a"), 1, "on to elsewhere.invalid, which gex-xl does not"),
        (fixed(b"", 302, Location="file:///etc/passwd"), 1, "on to file:///etc/passwd, which gex-xl does not follow"),
        (fixed(b"", 302, Location="http://[::1"), 1, "on to http://[::1, which is no address"),
        (fixed(b"", 503, Retry_After="soon"), 3, "CBOE cannot answer now (503); try again in a few minutes"),
        (cut(made_up.cboe()), 3, "127.0.0.1 broke off its answer for ZZX, 3 times"),
        (cut_pieces(made_up.cboe()), 3, "127.0.0.1 broke off its answer"),
        (lambda handler: None, 3, "127.0.0.1 broke off its answer"),
        (lambda handler: handler.wfile.write(b"220 mail\r\n\r\n") and None, 3, "127.0.0.1 broke off its answer"),
        (fixed(b"not gzip", Content_Encoding="gzip"), 1, "127.0.0.1 sent for ZZX what cannot be unpacked"),
        (lambda handler: handler.send(b"{", length=HUGE), 1, "larger than 50 MB, which no chain is"),
        (packed(b" " * HUGE), 1, "larger than 50 MB, which no chain is"),
        (fixed(b"<html>\n<title>Please log in</title>"), 1, 'is not whole JSON, it begins "<html>'),
        (fixed(made_up.cboe()[:-200]), 1, "is not whole JSON, it begins"),
        (fixed(b"\xff\xfe\x00\xd8"), 1, "is not whole JSON"),
        (fixed(b""), 1, 'is not whole JSON, it begins ""'),
        (fixed(NOTHING), 1, "is not whole JSON"),
        (fixed(b"[1, 2]"), 1, "has no list data.options as it used to"),
        (fixed(b'{"data": {"options": {}}}'), 1, "has no list data.options as it used to"),
        (fixed(made_up.cboe(options=[])), 1, "CBOE lists no options on ZZX now"),
        (fixed(made_up.cboe(options=[1, None])), 1, "cannot be read as a chain"),
        (fixed(made_up.cboe(options=[{"name": "ZZX"}])), 1, "CBOE's answer for ZZX cannot be read as a chain"),
        (fixed(made_up.cboe(timestamp=None)), 1, "names no quote time"),
        (fixed(made_up.cboe("YYY")), 1, "CBOE answered with the chain of YYY, not of ZZX"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_every_failure_is_one_sentence(
    answer: Answer,
    asked: int,
    said: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The command in this process, since there are many of them; the others here have one of their own."""
    monkeypatch.chdir(folder)
    with feed(answer) as server:
        monkeypatch.setenv("GEX_XL_CBOE_URL", server.address)
        code = main(["fetch", "ZZX"])
    assert said in one_line(subprocess.CompletedProcess([], code, *capsys.readouterr()), folder)
    assert len(server.asked) == asked


def test_a_refusal_in_a_process_of_its_own(folder: Path) -> None:
    with feed(fixed(b"<Error/>", 404)) as server:
        done = command("fetch", "ZZX", cwd=folder, GEX_XL_CBOE_URL=server.address)
    assert one_line(done, folder) == (
        "CBOE has no options under ZZX; check the symbol; an index that is not known here needs a _ before it, as in "
        "_XYZ"
    )


def test_a_chain_without_a_spot_says_so(folder: Path) -> None:
    with feed(fixed(made_up.cboe(current_price=None))) as server:
        done = command("fetch", "ZZX", cwd=folder, GEX_XL_CBOE_URL=server.address)
    assert "126 contracts on ZZX, no spot, so give one with --spot, quoted" in done.stdout


@pytest.mark.parametrize("answer", [dripping, silent], ids=["a drip", "silence"])
def test_there_is_a_limit_to_waiting(answer: Answer, folder: Path) -> None:
    with feed(answer) as server:
        done = command("fetch", "ZZX", "--timeout", "2", cwd=folder, GEX_XL_CBOE_URL=server.address)
    assert "gave no whole answer for ZZX within 2 seconds; try again, or give it longer with --timeout" in one_line(
        done, folder
    )


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["fetch", "a/b"], '"a/b" is no symbol; expected one such as SPX, SPY or NVDA'),
        (["fetch", "../../ZZX"], "is no symbol"),
        (["fetch", ""], "is no symbol"),
        (["fetch", "ZZX", "--timeout", "0"], "the time limit is 0; expected seconds, above 0 and up to 3600"),
        (["fetch", "ZZX", "--timeout", "1e99"], "the time limit is 1e+99"),
        (["fetch", "ZZX", "--timeout", "nan"], "the time limit is nan"),
        (["fetch", "ZZX", "--timeout", "soon"], "invalid float value"),
        (["fetch", "ZZX", "--out", "chain.csv"], '"chain.csv" does not end in .json'),
        (["fetch", "ZZX", "--out", "no/chain.json"], "no: no such folder"),
        (["fetch", "ZZX", "--source", "elsewhere"], "invalid choice"),
    ],
)
def test_bad_arguments_are_refused_before_anyone_is_asked(args: list[str], said: str, folder: Path) -> None:
    with feed(fixed(made_up.cboe())) as server:
        done = command(*args, cwd=folder, GEX_XL_CBOE_URL=server.address)
    assert said in one_line(done, folder)
    assert server.asked == []


def test_no_network(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = f"http://127.0.0.1:{taken.getsockname()[1]}"
    told = [
        one_line(command("fetch", "ZZX", cwd=folder, **given), folder)
        for given in (
            {"GEX_XL_CBOE_URL": closed},
            {"GEX_XL_CBOE_URL": "http://no-such-host.invalid"},
            {"GEX_XL_CBOE_URL": "https://cdn.invalid", "HTTPS_PROXY": closed},
        )
    ]
    assert told[0] == "127.0.0.1 cannot be reached; check the network, or export the chain by hand"
    assert told[1].startswith("no-such-host.invalid cannot be reached")
    assert told[2].startswith("cdn.invalid cannot be reached")


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/a", "somewhere", "file:///etc"])
def test_an_address_that_is_none(address: str, folder: Path) -> None:
    done = command("fetch", "ZZX", cwd=folder, GEX_XL_CBOE_URL=address)
    assert "expected one that begins with https://" in one_line(done, folder)


def test_an_interruption_leaves_the_old_file(folder: Path) -> None:
    old = made_up.cboe()
    (folder / "chain.json").write_bytes(old)
    args = [sys.executable, "-m", "gex_xl.cli", "fetch", "ZZX", "--out", "chain.json", "--force"]
    with feed(dripping) as server:
        process = subprocess.Popen(args, cwd=folder, env=clean(folder, GEX_XL_CBOE_URL=server.address))
        deadline = time.monotonic() + 60
        while not server.asked and time.monotonic() < deadline:
            time.sleep(0.05)
        process.kill()
        process.wait(timeout=60)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"chain.json": old}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_ctrl_c_is_one_line(folder: Path) -> None:
    args = [sys.executable, "-m", "gex_xl.cli", "fetch", "ZZX"]
    with feed(silent) as server:
        process = subprocess.Popen(
            args, cwd=folder, env=clean(folder, GEX_XL_CBOE_URL=server.address), stderr=subprocess.PIPE, text=True
        )
        deadline = time.monotonic() + 60
        while not server.asked and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (2, "gex-xl: the fetch was interrupted; nothing was written\n")
    assert list(folder.iterdir()) == []


def test_an_untrusted_certificate_is_refused(tmp_path: Path, folder: Path) -> None:
    _, tls = certified(tmp_path, "cdn.cboe.com")
    with feed(fixed(made_up.cboe())) as proxy:
        proxy.tls = tls
        done = command("fetch", "SPX", cwd=folder, HTTPS_PROXY=proxy.address)
    assert one_line(done, folder).startswith("cdn.cboe.com has no certificate that this machine trusts (")
    assert proxy.asked == ["no handshake"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere the system's store decides who is trusted")
def test_cboes_own_address_through_a_proxy(tmp_path: Path, folder: Path) -> None:
    """Nothing is set but the proxy and whom this machine trusts, as firms set them."""
    authority, tls = certified(tmp_path, "cdn.cboe.com")
    with feed(packed(made_up.cboe("^SPX", root="SPXW"))) as proxy:
        proxy.tls = tls
        done = command("fetch", "SPX", cwd=folder, HTTPS_PROXY=proxy.address, SSL_CERT_FILE=str(authority))
    assert done.returncode == 0, done.stderr
    assert proxy.asked == ["cdn.cboe.com/api/global/delayed_quotes/options/_SPX.json"]
    assert [path.name for path in folder.iterdir()] == ["SPX_2024-01-08T103000.json"]


def test_from_python_progress_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    body = made_up.cboe()
    steps: list[tuple[int, int | None]] = []
    with feed(fixed(body)) as server:
        monkeypatch.setenv("GEX_XL_CBOE_URL", server.address)
        found = fetch("ZZX", progress=lambda done, total: steps.append((done, total)))
    assert steps[-1] == (len(body), len(body))
    assert (found.body, len(found.chain), found.source) == (body, 126, SOURCES["cboe"])
    assert gex_xl.total(gex_xl.prepare(found.chain)).net != 0


def test_a_real_file_as_the_feed(shared_chains: Path, folder: Path) -> None:
    file = shared_chains / "cboe_spy_2022-07-12_delayed_quotes.json"
    with feed(packed(file.read_bytes())) as server:
        done = command("fetch", "SPY", cwd=folder, GEX_XL_CBOE_URL=server.address)
        shown = command("report", "--symbol", "SPY", "--json", cwd=folder, GEX_XL_CBOE_URL=server.address)
    assert done.returncode == 0, done.stderr
    (saved,) = folder.iterdir()
    assert saved.read_bytes() == file.read_bytes()
    by_file = command("report", str(file), "--json", cwd=folder)
    assert json.loads(shown.stdout) == json.loads(by_file.stdout)
    listed = len(json.loads(file.read_bytes())["data"]["options"])
    assert f"{saved.name}: {listed:,} contracts on SPY, spot 380.88" in done.stdout


WEIRD = st.sampled_from(
    [None, 0, -1, 1e308, float("inf"), float("nan"), "", "=1+1", [], {}, {"a": 1}, [1], True, "9999-99-99", "\ud800",
     "ZZX240119C00100000", 10**400, "2024-01-08", "2024-01-08T10:30:00+99:00"]
)  # fmt: skip
FIELDS = ("timestamp", "symbol", "data", "data.symbol", "data.current_price", "data.options", "option", "iv", "gamma",
          "open_interest", "bid", "last_trade_time")  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(changes=st.lists(st.tuples(st.sampled_from(FIELDS), WEIRD, st.integers(0, 125)), min_size=1, max_size=3))
def test_whatever_a_field_becomes_the_answer_is_read_or_refused_in_a_line(
    changes: list[tuple[str, object, int]],
) -> None:
    answer = json.loads(made_up.cboe())
    for field, value, number in changes:
        inner = answer["data"]
        listed = inner.get("options") if isinstance(inner, dict) else None
        if field.startswith("data."):
            if isinstance(inner, dict):
                inner[field.removeprefix("data.")] = value
        elif field in answer:
            answer[field] = value
        elif isinstance(listed, list) and number < len(listed) and isinstance(listed[number], dict):
            listed[number][field] = value
    with feed(fixed(json.dumps(answer).encode())) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("GEX_XL_CBOE_URL", server.address)
        try:
            found = fetch("ZZX")
        except BadInput as error:
            assert "\n" not in str(error)
            assert "ZZX" in str(error)
        else:
            assert found.file_name.startswith("ZZX_2")
            assert found.chain.symbol == "ZZX"
