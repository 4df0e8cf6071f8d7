"""`gex-xl watch` as a process of its own: a folder into which chains are written, a feed on 127.0.0.1, Ctrl+C."""

from __future__ import annotations

import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import gex_xl
from gex_xl.cli import main
from gex_xl.engines.package import Package
from gex_xl.functions import EXAMPLE_CHAIN
from gex_xl.hosts.host import host_of
from gex_xl.template import plan
from tests.feeds import made_up
from tests.feeds.serving import clean, feed, fixed, in_turn

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C is sent otherwise there"),
]
SECONDS = 120.0  # that a line may take


def write(path: Path, spot: float, day: str = "2025-03-03") -> float:
    """The example chain with another spot and day; its total by the core."""
    rows = [[str(cell).replace("2025-03-03", day) if isinstance(cell, str) else cell for cell in row]
            for row in EXAMPLE_CHAIN]  # fmt: skip
    rows[0] = [f"Spot: {spot}" if str(cell).startswith("Spot") else cell for cell in rows[0]]
    text = "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in rows) + "\n"
    between = path.with_suffix(".part")
    between.write_text(text, encoding="utf-8")
    between.replace(path)
    return gex_xl.total(gex_xl.prepare(gex_xl.Chain.from_cells(rows))).net


class Watch:
    """The process, its lines as they come, and its end by Ctrl+C."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: queue.Queue[str] = queue.Queue()
        for stream in (process.stdout, process.stderr):
            threading.Thread(target=lambda it=stream: [self.lines.put(line) for line in it], daemon=True).start()

    def line(self) -> str:
        return self.lines.get(timeout=SECONDS).rstrip("\n")

    def end(self) -> str:
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(SECONDS) == 0
        return self.line()


@contextmanager
def watching(folder: Path, *args: str, **environment: str) -> Iterator[Watch]:
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "gex_xl.cli", "watch", *args],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        env=clean(folder, **environment),
    )  # fmt: skip
    try:
        yield Watch(process)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            assert stream
            stream.close()


def named(book: Path, name: str) -> object:
    sheet, _, cell = plan.headline(name, "value").replace("$", "").partition("!")
    column, row = cell.rstrip("0123456789"), int("".join(filter(str.isdigit, cell)))
    at = 0
    for letter in column:
        at = at * 26 + ord(letter) - 64
    return Package(book).values(sheet)[sheet, row, at]


def kept(book: Path) -> list[tuple[object, object]]:
    """Day and spot of each kept row."""
    held = Package(book).values(plan.DAYS)
    rows = range(plan.KEPT_HEADER + 1, plan.KEPT_HEADER + 10)
    return [(held[plan.DAYS, row, 2], held[plan.DAYS, row, 5]) for row in rows if held.get((plan.DAYS, row, 2))]


def pasted(book: Path, sheet: str) -> object:
    """The spot that the first row of a paste names."""
    held = Package(book).values(sheet)
    return next((value for (_, row, _), value in held.items() if row == 1 and "Spot" in str(value)), None)


def test_a_folder_is_followed_and_the_end_is_clean(tmp_path: Path) -> None:
    chains, book = tmp_path / "chains", tmp_path / "gamma.xlsx"
    chains.mkdir()
    first = write(chains / "monday.csv", 5000)
    with watching(tmp_path, "chains", "--out", "gamma.xlsx", "--every", "1", "--host", "lite") as watch:
        line = watch.line()
        assert "monday.csv: " in line and "spot 5,000.00" in line and f"total {first / 1e9:,.3f} bn" in line
        assert "2025-03-03 SPX added in row 57" in line
        assert named(book, "total_gex") == pytest.approx(first, rel=1e-12)
        assert (kept(book), pasted(book, plan.EARLIER)) == ([("2025-03-03", 5000)], None)
        later = write(chains / "noon.csv", 5010)  # the same day again: its row is replaced
        assert "noon.csv: " in (line := watch.line()) and "replaced in row 57" in line
        assert named(book, "total_gex") == pytest.approx(later, rel=1e-12)
        assert kept(book) == [("2025-03-03", 5010)]
        assert (pasted(book, plan.CHAIN), pasted(book, plan.EARLIER)) == ("Spot: 5010", "Spot: 5000")
        (chains / "broken.csv").write_text("half a li")
        assert "broken.csv: " in watch.line()
        assert named(book, "total_gex") == pytest.approx(later, rel=1e-12)
        last = write(chains / "tuesday.csv", 5020, "2025-03-04")
        assert "tuesday.csv: " in (line := watch.line()) and "2025-03-04 SPX added in row 58" in line
        assert named(book, "total_gex") == pytest.approx(last, rel=1e-12)
        assert kept(book) == [("2025-03-03", 5010), ("2025-03-04", 5020)]
        assert watch.end() == "ended after 3 updates; gamma.xlsx holds the last one"
    assert host_of(book).name == "lite"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["chains", "gamma.xlsx"]


def test_a_file_is_followed_into_a_book_that_is_there(tmp_path: Path) -> None:
    write(tmp_path / "now.csv", 5000)
    assert main(["new", str(tmp_path / "book.xlsx"), "--set", "sign=long_calls"]) == 0  # with the sample in it
    with watching(tmp_path, "now.csv", "--out", "book.xlsx", "--every", "1") as watch:
        assert "now.csv: " in watch.line()
        assert pasted(tmp_path / "book.xlsx", plan.EARLIER) is None  # the made-up sample is nobody's earlier chain
        total = write(tmp_path / "now.csv", 5005)
        assert "spot 5,005.00" in watch.line()
        watch.end()
    assert named(tmp_path / "book.xlsx", "total_gex") == pytest.approx(-total, rel=1e-12)


def test_a_feed_is_asked_by_its_own_period(tmp_path: Path) -> None:
    answers = in_turn(fixed(made_up.cboe()), fixed(made_up.cboe(current_price=101.0)))
    with feed(answers) as server:
        with watching(
            tmp_path, "--symbol", "ZZX", "--out", "zzx.xlsx", "--every", "1", GEX_XL_CBOE_URL=server.address
        ) as watch:
            assert watch.line() == ("asking CBOE every 900 s, since it has nothing new before; --every 1 is not used")
            assert "ZZX of CBOE: " in watch.line()
            with pytest.raises(queue.Empty):
                watch.lines.get(timeout=3)
            assert watch.end() == "ended after 1 update; zzx.xlsx holds the last one"
        assert server.asked == ["/ZZX.json"]
    assert kept(tmp_path / "zzx.xlsx") == [("2024-01-08", made_up.SPOT)]


def test_a_feed_that_fails_is_said_once_and_no_book_is_made(tmp_path: Path) -> None:
    with (
        feed(fixed(b"", 404)) as server,
        watching(tmp_path, "--symbol", "ZZX", "--out", "zzx.xlsx", GEX_XL_CBOE_URL=server.address) as watch,
    ):
        assert "ZZX" in watch.line()
        assert watch.end() == "ended without an update"
    assert not (tmp_path / "zzx.xlsx").exists()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--out", "a.xlsx"], "required"),
        (["x", "--symbol", "SPX", "--out", "a.xlsx"], "not allowed with"),
        (["x", "--out", "a.xlsx", "--every", "0"], "--every is 0"),
        (["x", "--out", "a.xls"], "does not end in .xlsx"),
        (["x", "--out", "a.xlsx", "--set", "sign=sideways"], "sideways"),
    ],
)
def test_bad_arguments_are_one_line(
    args: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        code: object = main(["watch", *args])
    except SystemExit as ended:
        code = ended.code
    found = capsys.readouterr().err
    assert code == 2 and said in found and found.count("\n") == 1
    assert not list(tmp_path.iterdir())
