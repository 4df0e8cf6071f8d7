"""A command that ends at any point leaves the old file or the new one, whole, and nothing that stops the next run.

The program is ended in another process: at every step that it takes in the file's folder, as its audit events tell
them (split off from one that has loaded it, where that can be), and by a kill from outside while it writes.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter

from gex_xl.atomic import replacing
from gex_xl.errors import BadInput
from gex_xl.history import store
from gex_xl.hosts import NAMES
from gex_xl.hosts.host import host_named
from gex_xl.template import plan, recalculate_workbook
from tests.history.made_up import sessions, write_chain
from tests.test_cli import tidy_chain

pytestmark = pytest.mark.slow

#: Runs a command; ends without a word at the n-th thing that it does in a folder, and tells what it did there.
CHILD = """
import json, os, sys
folder, last, *command = sys.argv[1:]
did = []
def watch(event, given):
    names = [os.fsdecode(name) for name in given if isinstance(name, (str, bytes, os.PathLike))]
    if event.partition(".")[0] in ("open", "os", "shutil", "tempfile") and any(folder in name for name in names):
        did.append([event, *map(str, given)])
        if len(did) == int(last):
            os._exit(137)
sys.addaudithook(watch)
from gex_xl.cli import main
code = main(command)
print("DID", json.dumps(did))
sys.exit(code)
"""


def ran(folder: Path, last: int, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CHILD, str(folder), str(last), *command],
        capture_output=True, text=True, check=False, encoding="utf-8",
    )  # fmt: skip


#: Loads the program once and splits off a process for each line that it reads: [last step, folder, command]. It answers
#: with the exit code and, of what ran to its end, what it did.
PARENT = """
import json, os, sys
import ironcalc, pandas, pyarrow.parquet, xlsxwriter, filelock
import gex_xl.cli, gex_xl.history.run, gex_xl.hosts.host, gex_xl.template, gex_xl.udfs
for line in sys.stdin:
    last, folder, *command = json.loads(line)
    read, write = os.pipe()
    child = os.fork()
    if not child:
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1), os.dup2(silent, 2)
        did = []
        def watch(event, given):
            names = [os.fsdecode(name) for name in given if isinstance(name, (str, bytes, os.PathLike))]
            ours = event.partition(".")[0] in ("open", "os", "shutil", "tempfile")
            if ours and any(folder in name for name in names):
                did.append([event, *map(str, given)])
                if len(did) == last:
                    os._exit(137)
        sys.addaudithook(watch)
        code = gex_xl.cli.main(command)
        os.write(write, json.dumps(did).encode())
        os._exit(code)
    os.close(write)
    found = b""
    while part := os.read(read, 65536):
        found += part
    os.close(read)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(json.dumps([code, json.loads(found or "[]")]), flush=True)
"""


class Parent:
    """The program, loaded once; without os.fork each command is a program of its own."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None
        if hasattr(os, "fork"):
            self.process = subprocess.Popen(
                [sys.executable, "-c", PARENT],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )

    def run(self, folder: Path, last: int, *command: str) -> tuple[int, list[list[str]]]:
        """The exit code of a command that ends at its step `last` (0: at none), and what it did where it ended well."""
        if self.process is None:
            done = ran(folder, last, *command)
            return done.returncode, did(done) if not done.returncode else []
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps([last, str(folder), *command]) + "\n")
        self.process.stdin.flush()
        code, steps = json.loads(self.process.stdout.readline())
        return code, steps

    def end(self) -> None:
        if self.process is not None:
            self.process.communicate()


@pytest.fixture(scope="module")
def parent() -> Iterator[Parent]:
    found = Parent()
    yield found
    found.end()


def did(done: subprocess.CompletedProcess[str]) -> list[list[str]]:
    assert done.returncode == 0, done.stderr
    found: list[list[str]] = json.loads(done.stdout.rpartition("DID ")[2])
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book that is quickly calculated, two chains, and chains of some days."""
    folder = tmp_path_factory.mktemp("made")
    tidy_chain(folder / "one.csv", 250.0)
    tidy_chain(folder / "two.csv", 240.0)
    with xlsxwriter.Workbook(folder / "book.xlsx", {"use_future_functions": True}) as book:
        book.add_worksheet(plan.CHAIN).write_formula("A1", "=TOTAL_GEX(C1:J40)")
        book.add_worksheet(plan.CALC)
        book.define_name("Total_GEX", f"={plan.CHAIN}!$A$1")
    chains = folder / "chains"
    chains.mkdir()
    for day in sessions(3):
        write_chain(chains, day)
    return folder


COMMANDS = {
    "recalc": ("book.xlsx", ["recalc", "{out}", "--chain", "{made}/two.csv"]),
    "new": ("book.xlsx", ["new", "{out}", "--force", "--chain", "{made}/two.csv"]),
    "history csv": ("h.csv", ["history", "{made}/chains", "--out", "{out}", "--workers", "1"]),
    "history xlsx": ("h.xlsx", ["history", "{made}/chains", "--out", "{out}", "--workers", "1"]),
    "history parquet": ("h.parquet", ["history", "{made}/chains", "--out", "{out}", "--workers", "1"]),
}


def prepared(what: str, made: Path, folder: Path, parent: Parent) -> tuple[Path, list[str]]:
    """The file that a command replaces, as it was before, and the command."""
    name, command = COMMANDS[what]
    out = folder / name
    words = [word.format(out=out, made=made) for word in command]
    if what.startswith("history"):
        assert parent.run(folder, 0, "history", str(next((made / "chains").iterdir())), *words[2:])[0] == 0
    else:
        shutil.copy(made / name, out)
    return out, words


def content(path: Path) -> object:
    """What a file holds: its bytes, or for a sheet with its hour of making in it, its rows."""
    if path.name == "h.xlsx":
        return store.read(path)
    return path.read_bytes()


@pytest.mark.parametrize("what", COMMANDS)
def test_ended_at_every_step(what: str, made: Path, tmp_path: Path, parent: Parent) -> None:
    folder = tmp_path / "place"
    folder.mkdir()
    out, command = prepared(what, made, folder, parent)
    raw, before = out.read_bytes(), content(out)
    code, steps = parent.run(folder, 0, *command)
    assert code == 0
    after = content(out)
    assert after != before
    assert sorted(path.name for path in folder.iterdir()) == [out.name]
    # What was there is read, and replaced in one step; it is never opened to be written.
    touched = [step for step in steps if str(out) in step[1:]]
    assert [step[0] for step in touched if step[0] != "open"] == ["os.rename"]
    assert all(step[2] in ("r", "rb") for step in touched if step[0] == "open"), touched
    # Before it writes anything in the folder, one step is as good as another; all commands replace by the same code.
    writes = [n for n, step in enumerate(steps, 1) if step not in touched or step[0] == "os.rename"]
    assert len(writes) >= 4
    for last in (1, *writes)[:: 1 if what in ("recalc", "history csv") else 3]:
        out.write_bytes(raw)
        for left_over in (f"{out.name}.partial", f".{out.name}.lock"):
            out.with_name(left_over).unlink(missing_ok=True)
        assert parent.run(folder, last, *command) == (137, [])
        assert content(out) in (before, after), steps[last - 1]
        left = {path.name for path in folder.iterdir()} - {out.name, f"{out.name}.partial"}
        assert all(name.startswith(".") for name in left), left
    assert parent.run(folder, 0, *command)[0] == 0  # with the litter of all those before
    assert content(out) == after
    assert not out.with_name(f"{out.name}.partial").exists()


@pytest.mark.skipif(os.name == "nt", reason="a kill by another process is POSIX's here")
@pytest.mark.parametrize("what", ["recalc", "history xlsx"])
def test_killed_from_outside(what: str, made: Path, tmp_path: Path, parent: Parent) -> None:
    """Some times while it writes, others at moments spread over the run."""
    folder = tmp_path / "place"
    folder.mkdir()
    out, command = prepared(what, made, folder, parent)
    raw, before = out.read_bytes(), content(out)
    started = time.monotonic()
    assert subprocess.run([sys.executable, "-m", "gex_xl.cli", *command], check=True, capture_output=True)
    took, after = time.monotonic() - started, content(out)
    for turn in range(6):
        out.write_bytes(raw)
        for litter in folder.glob(".*"):
            litter.unlink()
        run = subprocess.Popen([sys.executable, "-m", "gex_xl.cli", *command], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)  # fmt: skip
        end = time.monotonic() + (60 if turn % 2 else took * (turn + 1) / 6)
        while run.poll() is None and time.monotonic() < end and not (turn % 2 and any(folder.glob(".*"))):
            time.sleep(0.0005)
        run.send_signal(signal.SIGKILL if turn % 3 else signal.SIGTERM)
        run.wait()
        assert content(out) in (before, after)
    subprocess.run([sys.executable, "-m", "gex_xl.cli", *command], check=True, capture_output=True)
    assert content(out) == after


def test_every_host_replaces_its_book_in_one_step(made: Path, tmp_path: Path) -> None:
    """Nothing else is done to the file itself, whoever it is for."""
    folder = tmp_path / "place"
    folder.mkdir()
    books = {host: folder / f"{host}{host_named(host).suffix}" for host in ("plain", *NAMES)}
    chain = str(made / "one.csv")
    commands = [["new", str(out), "--force", "--host", host, "--chain", chain] for host, out in books.items()]
    commands += [["recalc", str(books[host])] for host in ("lite", "classic")]
    for out in books.values():
        out.write_bytes(b"old")
    many = CHILD.replace("code = main(command)", "code = max(main(json.loads(each)) for each in command)")
    assert many != CHILD
    done = subprocess.run(
        [sys.executable, "-c", many, str(folder), "0", *map(json.dumps, commands)],
        capture_output=True, text=True, check=False, encoding="utf-8",
    )  # fmt: skip
    steps = [step for step in did(done) if not (step[0] == "open" and step[2] in ("r", "rb"))]
    for host, out in books.items():
        kept = [step[0] for step in steps if str(out) in step[1:]]
        assert kept == ["os.rename"] * (2 if host in ("lite", "classic") else 1), (host, kept)
        assert zipfile.ZipFile(out).testzip() is None
    assert {path.name for path in folder.iterdir()} == {out.name for out in books.values()}


def test_a_failure_while_writing_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    target = tmp_path / "book.xlsx"
    target.write_bytes(b"old")

    def write() -> None:
        with replacing(target) as new:
            new.write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        write()
    assert (target.read_bytes(), [*tmp_path.iterdir()]) == (b"old", [target])


@pytest.mark.skipif(sys.platform == "win32", reason="limits on what a process may write are POSIX's")
@pytest.mark.parametrize("what", ["recalc", "new", "history csv", "history xlsx"])
def test_a_full_disk_is_one_sentence(what: str, made: Path, tmp_path: Path, parent: Parent) -> None:
    """No file may grow beyond some bytes, as on a disk that is full."""
    folder = tmp_path / "place"
    folder.mkdir()
    out, command = prepared(what, made, folder, parent)
    before = out.read_bytes()
    most = {"new": 20_000, "recalc": 2_000}.get(what, 200)
    code = (
        f"import resource, signal, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({most}, {most}));"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); from gex_xl.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "File too large" in done.stderr
    assert out.read_bytes() == before
    assert [path.name for path in folder.glob(".*")] == []


def test_a_place_that_cannot_be_taken_is_one_sentence(made: Path, tmp_path: Path) -> None:
    """A folder of that name: the step that replaces fails, as it does on Windows for a book that is open in Excel."""
    (tmp_path / "out.xlsx" / "within").mkdir(parents=True)
    with pytest.raises(BadInput, match=r"^out\.xlsx cannot be written \(.*\); close it elsewhere and try again\.$"):
        recalculate_workbook(made / "book.xlsx", tmp_path / "out.xlsx", None)
    assert [path.name for path in tmp_path.iterdir()] == ["out.xlsx"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_a_link_stays_one_and_permissions_are_kept(tmp_path: Path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    with replacing(link) as new:
        new.write_text("new")
    assert (link.is_symlink(), real.read_text(), real.stat().st_mode & 0o777) == (True, "new", 0o640)


@pytest.mark.skipif(sys.platform == "win32", reason="interrupts of another process are POSIX's")
def test_ctrl_c_is_one_line(made: Path, tmp_path: Path) -> None:
    out = tmp_path / "new.xlsx"
    code = "import sys; from gex_xl.cli import main; print('up', flush=True); sys.exit(main(sys.argv[1:]))"
    run = subprocess.Popen(
        [sys.executable, "-c", code, "new", str(out)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert run.stdout is not None
    run.stdout.readline()
    time.sleep(0.5)
    run.send_signal(signal.SIGINT)
    _, said = run.communicate()
    assert (run.returncode, said) == (130, "gex-xl: interrupted; what was there before is unchanged\n")
    assert list(tmp_path.iterdir()) == []
