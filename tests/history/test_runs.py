"""Whole runs: the same rows everywhere, interruptions, bad files, and a history that is whole at every moment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from distributed import LocalCluster

from gex_xl import BadInput, Settings
from gex_xl.cli import main
from gex_xl.history import store, update
from gex_xl.template.sample import write_sample

from .made_up import sessions, write_chain, write_chains

FORMATS = [".csv", ".xlsx", ".parquet"]


@pytest.fixture(scope="module")
def chains(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("many") / "chains"
    write_chains(folder, 12)
    (folder / "deeper").mkdir()
    write_chain(folder / "deeper", sessions(1)[0], symbol="NDXP")
    return folder


@pytest.fixture(scope="module")
def expected(chains: Path) -> str:
    """The history as text, computed one file after the other in this process."""
    out = chains.parent / "expected.csv"
    update([chains], out, workers=1)
    return out.read_text(encoding="utf-8")


def left(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def test_processes_give_the_same_rows(chains: Path, expected: str, tmp_path: Path) -> None:
    done = update([chains], tmp_path / "h.csv", workers=2)
    assert (tmp_path / "h.csv").read_text(encoding="utf-8") == expected
    assert (done.rows, done.computed, done.known, done.bad) == (13, 13, 0, {})
    assert left(tmp_path) == {"h.csv"}


def test_a_dask_cluster_gives_the_same_rows(chains: Path, expected: str, tmp_path: Path) -> None:
    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster:
        done = update([chains], tmp_path / "h.csv", dask=cluster.scheduler_address)
    assert (tmp_path / "h.csv").read_text(encoding="utf-8") == expected
    assert done.computed == 13


def test_dask_may_be_started_by_the_command(chains: Path, expected: str, tmp_path: Path) -> None:
    done = command(chains, "--out", tmp_path / "h.csv", "--dask", "local")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "h.csv").read_text(encoding="utf-8") == expected


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_is_read_again_as_it_was_written(suffix: str, chains: Path, expected: str, tmp_path: Path) -> None:
    out = tmp_path / f"h{suffix}"
    update([chains], out, workers=1)
    first = store.read(out)
    text = store.read(chains.parent / "expected.csv")
    for row, other in zip(first, text, strict=True):
        assert row == {k: pytest.approx(v, rel=1e-14) if isinstance(v, float) else v for k, v in other.items()}
    if suffix != ".xlsx":  # which keeps 16 digits
        assert first == text
    again = update([chains], out, workers=1)
    assert (again.computed, again.known, again.rows) == (0, 13, 13)
    assert store.read(out) == first


def test_dates_are_dates(chains: Path, tmp_path: Path) -> None:
    for suffix in (".xlsx", ".parquet"):
        update([chains], tmp_path / f"h{suffix}", workers=1)
    sheet = pd.read_excel(tmp_path / "h.xlsx", engine="calamine")
    assert str(sheet["date"].dtype).startswith("datetime64")
    assert str(pd.read_parquet(tmp_path / "h.parquet", dtype_backend="pyarrow")["date"].dtype) == "date32[day][pyarrow]"


def test_a_history_grows(chains: Path, tmp_path: Path) -> None:
    files = sorted(chains.glob("*.csv"))
    out = tmp_path / "h.csv"
    for number, file in enumerate(files, 1):
        done = update([file], out)
        assert (done.rows, done.computed) == (number, 1)
    update(files, tmp_path / "at_once.csv", workers=1)
    assert out.read_bytes() == (tmp_path / "at_once.csv").read_bytes()


def test_a_renamed_file_is_known_again(chains: Path, tmp_path: Path) -> None:
    file, out = write_chain(tmp_path, sessions(1)[0]), tmp_path / "h.csv"
    update([file], out)
    done = update([file.rename(tmp_path / "other.csv")], out)
    assert (done.rows, done.computed, done.known) == (1, 0, 1)


class StoppedError(Exception):
    """Stands for whatever may end a run in the middle."""


def stop_after(count: int, error: type[BaseException]) -> Any:
    def progress(results: Iterable[Any], _: int) -> Iterable[Any]:
        for number, result in enumerate(results):
            if number == count:
                raise error
            yield result

    return progress


@pytest.mark.parametrize(("error", "workers"), [(StoppedError, 1), (KeyboardInterrupt, 1), (KeyboardInterrupt, 2)])
def test_an_interrupted_run_goes_on(
    error: type[BaseException], workers: int, chains: Path, expected: str, tmp_path: Path
) -> None:
    out = tmp_path / "h.csv"
    old = write_chain(tmp_path, sessions(1)[0])
    for stop in (3, 2):  # twice, the second time with rows kept from the first
        with pytest.raises(error):
            update([chains], out, workers=workers, progress=stop_after(stop, error))
        assert not out.exists()
    assert len(store.Journal(out).read()) == 5
    done = update([chains], out, workers=workers)
    assert (done.known, done.computed, done.rows) == (5, 8, 13)
    assert out.read_text(encoding="utf-8") == expected
    assert left(tmp_path) == {"h.csv", old.name}


def test_a_killed_run_goes_on(tmp_path: Path) -> None:
    """The process is killed in the middle: the old history is whole, and finished rows are not computed again."""
    folder, out = tmp_path / "chains", tmp_path / "h.csv"
    files = write_chains(folder, 150)
    update(files[:5], out, workers=1)
    before, journal = out.read_bytes(), store.Journal(out)
    run = subprocess.Popen(
        [sys.executable, "-m", "gex_xl.cli", "history", str(folder), "--out", str(out), "--workers", "2"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while run.poll() is None and len(journal.read()) < 10:
        time.sleep(0.005)
    run.kill()
    run.wait()
    assert out.read_bytes() == before
    kept = len(journal.read())
    assert 10 <= kept < 145
    done = update([folder], out, workers=2)
    assert (done.known, done.computed, done.rows) == (5 + kept, 145 - kept, 150)
    update([folder], tmp_path / "at_once.csv", workers=2)
    assert out.read_bytes() == (tmp_path / "at_once.csv").read_bytes()
    assert left(tmp_path) == {"chains", "h.csv", "at_once.csv"}


@pytest.mark.skipif(sys.platform == "win32", reason="signals to a group of processes are POSIX's")
def test_ctrl_c_is_one_sentence(tmp_path: Path) -> None:
    folder, out = tmp_path / "chains", tmp_path / "h.csv"
    write_chains(folder, 150)
    run = subprocess.Popen(
        [sys.executable, "-m", "gex_xl.cli", "history", str(folder), "--out", str(out), "--workers", "2"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    while run.poll() is None and not store.Journal(out).read():
        time.sleep(0.005)
    os.killpg(run.pid, signal.SIGINT)
    said = run.communicate()
    assert (run.returncode, *said) == (130, "", "gex-xl: interrupted; run the same command again to go on\n")
    assert left(tmp_path) == {"chains", "h.csv.partial"}


def test_a_line_cut_in_two_is_computed_again(chains: Path, expected: str, tmp_path: Path) -> None:
    out = tmp_path / "h.csv"
    with pytest.raises(StoppedError):
        update([chains], out, workers=1, progress=stop_after(4, StoppedError))
    journal = store.Journal(out)
    journal.file.write_bytes(journal.file.read_bytes()[:-40])
    with pytest.raises(StoppedError):
        update([chains], out, workers=1, progress=stop_after(2, StoppedError))
    done = update([chains], out, workers=1)
    assert (done.known, done.computed) == (5, 8)
    assert out.read_text(encoding="utf-8") == expected


def test_a_history_that_cannot_be_replaced_stays_whole(
    chains: Path, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, where a workbook that is open in Excel cannot be replaced."""
    files, out = sorted(chains.rglob("*.csv")), tmp_path / "h.csv"
    update(files[:4], out, workers=1)
    before = out.read_bytes()

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "Permission denied", str(target))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", refuse)
        with pytest.raises(BadInput, match="close it where it is open, and run the same command again"):
            update(files, out, workers=1)
    assert out.read_bytes() == before
    assert (update(files, out, workers=1).computed, out.read_text(encoding="utf-8")) == (0, expected)


def command(*given: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gex_xl.cli", "history", *map(str, given)],
        capture_output=True, text=True, check=False, encoding="utf-8",
    )  # fmt: skip


def test_bad_files_are_said_and_skipped(tmp_path: Path) -> None:
    folder = tmp_path / "chains"
    good = write_chains(folder, 4)
    (folder / "words.csv").write_text("name,price\na,1\n", encoding="utf-8")
    (folder / "empty.csv").write_text("", encoding="utf-8")
    (folder / "broken.json").write_text('{"data": [', encoding="utf-8")
    (folder / "broken.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    (folder / "noise.csv").write_bytes(bytes(range(256)) * 40)
    (folder / "copy.csv").write_bytes(good[0].read_bytes())
    (folder / "~$open.xlsx").write_bytes(b"mark")
    (folder / "notes.md").write_text("not a chain", encoding="utf-8")
    out = folder / "history.csv"  # in the folder itself: it is no chain of its own
    for computed, workers in ((4, 2), (0, 1)):
        done = command(folder, "--out", out, "--workers", workers)
        assert done.returncode == 0
        assert f"4 rows; {computed} files computed, {4 - computed} known, 5 skipped" in done.stdout
        said = done.stderr.splitlines()
        assert len(said) == 6
        for name in ("words.csv", "empty.csv", "broken.json", "broken.xlsx", "noise.csv"):
            assert sum(f"{name}: " in line for line in said) >= 1
        assert any("the same content as" in line for line in said)
        assert "Traceback" not in done.stderr
    assert len(pd.read_csv(out)) == 4


def test_rows_of_one_day_are_said(tmp_path: Path) -> None:
    day = sessions(1)[0]
    for clock in ("11:00", "15:30"):
        write_chain(tmp_path, day, clock=clock)
    done = command(tmp_path, "--out", tmp_path / "h.csv")
    assert "2 rows share date and symbol: in z-scores the last quote time stands for its date" in done.stdout


def test_other_settings_are_refused_until_rebuilt(chains: Path, tmp_path: Path) -> None:
    out, billions = tmp_path / "h.csv", Settings().with_changes({"unit": "usd_bn"})
    update([chains], out, workers=1)
    before = out.read_bytes()
    with pytest.raises(BadInput, match=r"was computed with other settings \(defaults #\w+; now unit=usd_bn #\w+\)"):
        update([chains], out, billions, workers=1)
    assert out.read_bytes() == before
    done = update([chains], out, billions, workers=1, rebuild=True)
    assert (done.computed, done.known) == (13, 0)
    assert set(pd.read_csv(out)["unit"]) == {"USD bn per 1 %"}


def test_an_interrupted_run_of_other_settings_is_refused(chains: Path, tmp_path: Path) -> None:
    out = tmp_path / "h.csv"
    with pytest.raises(StoppedError):
        update([chains], out, workers=1, progress=stop_after(2, StoppedError))
    with pytest.raises(BadInput, match=r"h\.csv\.partial was computed with other settings"):
        update([chains], out, Settings().with_changes({"rate": 0.05}), workers=1)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("extra", [[], ["--rebuild"]])
def test_a_file_that_is_no_history_is_never_replaced(
    suffix: str, extra: list[str], chains: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / f"mine{suffix}"
    write_sample(out)  # a chain, under a name that fits or does not
    before = out.read_bytes()
    assert main(["history", str(chains), "--out", str(out), *extra]) == 2
    assert "history" in capsys.readouterr().err
    assert out.read_bytes() == before


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["nowhere", "--out", "h.csv"], "nowhere: no such file or folder"),
        (["{chains}", "--out", "h.txt"], '"h.txt" does not end in .parquet, .csv or .xlsx'),
        (["{chains}", "--out", "nowhere/h.csv"], "no such folder"),
        (["{empty}", "--out", "h.csv"], "no chain file in"),
        (["{chains}", "--out", "h.csv", "--workers", "0"], "--workers is 0; expected 1 or more"),
        (["{chains}", "--out", "h.csv", "--set", "unti=usd"], "did you mean unit?"),
        (["{bad}", "--out", "h.csv"], "none of 1 files could be used"),
    ],
)
def test_bad_input_is_one_line(
    args: list[str], said: str, chains: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    for name in ("empty", "bad"):
        (tmp_path / name).mkdir()
    (tmp_path / "bad" / "words.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names = {"{chains}": str(chains), "{empty}": "empty", "{bad}": "bad"}
    assert main(["history", *(names.get(arg, arg) for arg in args)]) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.err.count("\n") == 1
    assert left(tmp_path) == {"empty", "bad"}


@pytest.mark.parametrize(
    ("module", "args", "said"),
    [
        ("pyarrow", ["--out", "h.parquet"], "parquet needs pyarrow: install gex-xl[parquet]"),
        ("distributed", ["--out", "h.csv", "--dask", "local"], "--dask needs dask: install gex-xl[dask]"),
    ],
)
def test_what_is_not_installed_is_one_sentence(
    module: str, args: list[str], said: str, chains: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, module, None)
    assert main(["history", str(chains), *args]) == 2
    assert said in capsys.readouterr().err


def test_stars_are_understood_without_a_shell(chains: Path, tmp_path: Path) -> None:
    done = update([chains / "SPXW_2023-01-1*.csv"], tmp_path / "h.csv", workers=1)
    assert done.rows == len(list(chains.glob("SPXW_2023-01-1*.csv"))) > 2


def test_the_journal_is_lines_of_json(chains: Path, tmp_path: Path) -> None:
    with pytest.raises(StoppedError):
        update([chains], tmp_path / "h.csv", workers=1, progress=stop_after(2, StoppedError))
    lines = (tmp_path / "h.csv.partial").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["symbol"] for line in lines] == ["SPX", "SPX"]
