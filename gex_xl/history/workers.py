"""Where files are computed: here, on all cores of this machine, or on a Dask cluster. Results come as they finish."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from gex_xl.cache import clear_caches
from gex_xl.errors import BadInput, GexError
from gex_xl.history.rows import Row, row_of
from gex_xl.settings import Settings

#: A row, or the one sentence that says why the file has none.
Result = Row | str
#: Seconds without any worker after which a cluster is given up.
_PATIENCE = 15.0
Results = Generator[tuple[str, Result], None, None]


def attempt(file: str, settings: Settings) -> Result:
    """row_of, with what can go wrong as a sentence: one bad file never stops the others."""
    try:
        return row_of(file, settings)
    except GexError as error:
        return str(error)
    except Exception as error:  # whatever a broken file provokes is said, and the file is skipped
        return f"cannot be computed ({type(error).__name__}: {' '.join(str(error).split())[:200]})"
    finally:
        clear_caches()  # no file is asked for twice


def cores() -> int:
    """Cores that this process may use."""
    count = getattr(os, "process_cpu_count", os.cpu_count)()  # the first from Python 3.13
    return int(count or 1)


def here(files: Sequence[str], settings: Settings) -> Results:
    """One after the other, in this process."""
    for file in files:
        yield file, attempt(file, settings)


def processes(files: Sequence[str], settings: Settings, workers: int) -> Results:
    """On `workers` processes, started afresh on every system, so that it is the same everywhere."""
    left = list(files)
    while left:
        finished: set[str] = set()
        try:
            for file, result in _pool(left, settings, workers):
                finished.add(file)
                yield file, result
        except BrokenProcessPool:
            # Files are begun in their order, one more than there are workers: what ended a process is among those.
            suspects = [file for file in left if file not in finished][: workers + 1]
            for file in suspects:
                yield file, _alone(file, settings)
            finished.update(suspects)
        left = [file for file in left if file not in finished]


def _alone(file: str, settings: Settings) -> Result:
    """The result of a file that may end the process which computes it."""
    try:
        return next(result for _, result in _pool([file], settings, 1))
    except BrokenProcessPool:
        return "the process that computed it ended: the file is damaged, or memory was too small for it"


def _pool(files: Sequence[str], settings: Settings, workers: int) -> Results:
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _in_worker)
    try:
        with _without_interrupts():
            pending: dict[Future[Result], str] = {pool.submit(attempt, file, settings): file for file in files}
        for done in as_completed(pending):
            yield pending[done], done.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextlib.contextmanager
def _without_interrupts() -> Generator[None, None, None]:
    """Ctrl+C reaches every process of the terminal, but the parent alone answers it: workers begin deaf to it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _in_worker() -> None:
    # Windows does not hand down what a process ignores.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        # A parent that was killed leaves no message: without it a worker would wait for ever.
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)


def dask(files: Sequence[str], settings: Settings, address: str) -> Results:
    """On a Dask cluster: `local` starts one on this machine, else the address of a scheduler.

    Workers elsewhere need gex-xl and the files under the same paths.
    """
    if importlib.util.find_spec("distributed") is None:
        raise BadInput('--dask needs dask: install gex-xl[dask], for instance pip install "gex-xl[dask]"')
    import distributed

    local = address == "local"
    # Nothing outside this machine can reach it, and it serves no pages.
    options = {"host": "127.0.0.1", "n_workers": cores(), "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**options) if local else contextlib.nullcontext(address) as cluster:
        try:
            client = distributed.Client(cluster, timeout=20)
        except (OSError, ValueError) as error:
            raise BadInput(f'--dask: no scheduler at "{address}" ({error}); give local, or tcp://HOST:8786') from None
        with client:
            absolute = [str(Path(file).resolve()) for file in files]
            futures = client.map(functools.partial(attempt, settings=settings), absolute, pure=False)
            yield from _as_they_finish(client, dict(zip(futures, files, strict=True)))


def _as_they_finish(client: Any, pending: dict[Any, str]) -> Results:
    """Results of a cluster. Raises BadInput where it has had no worker for a while, or its scheduler is gone."""
    seen = time.monotonic()
    while pending:
        for future in [future for future in pending if future.done()]:
            try:
                result = future.result()
            except Exception as error:  # of the cluster, such as a file that ended one worker after the other
                result = f"cannot be computed ({type(error).__name__})"
            if future.status != "cancelled":
                yield pending.pop(future), result
        if client.status == "running" and client.scheduler_info().get("workers"):
            seen = time.monotonic()
        elif time.monotonic() - seen > _PATIENCE:
            raise BadInput(
                f"--dask: no worker has been there for {_PATIENCE:.0f} s, or the scheduler is gone; start them and run "
                "the same command again: finished rows are kept"
            )
        time.sleep(0.1)
