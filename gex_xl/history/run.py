"""Bring a history up to date: compute what is new, keep what is there, replace the file at the end."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gex_xl.chain_files import PASSED_OVER, chain_files
from gex_xl.errors import BadInput
from gex_xl.history import store
from gex_xl.history import workers as engines
from gex_xl.history.rows import Row, completed, content_of, settings_text
from gex_xl.settings import Settings

Progress = Callable[[Iterable[tuple[str, engines.Result]], int], Iterable[tuple[str, engines.Result]]]


@dataclass(slots=True)
class Outcome:
    """What a run did: `rows` in the history, files `computed` now, files that were `known`, and what was not used.

    `bad`: file -> why it was skipped. `repeated`: file -> the file with the same content. `same_day`: rows that
    share their date and symbol with another file's. `unnamed`: rows whose chain does not name its symbol.
    """

    rows: int = 0
    computed: int = 0
    known: int = 0
    same_day: int = 0
    unnamed: int = 0
    bad: dict[str, str] = field(default_factory=dict)
    repeated: dict[str, str] = field(default_factory=dict)


def files_of(given: Sequence[Path], out: Path) -> list[Path]:
    """Chain files: those named, and those in folders and below, sorted; never the history itself.

    Raises BadInput for a path that does not exist, and where there is no chain file at all.
    """
    own = {out.absolute(), out.absolute().with_name(f"{out.name}.partial")}
    found: list[Path] = []
    for path in given:
        if path.is_dir():
            found += sorted(chain_files(path.rglob("*")))
        elif path.is_file():
            found.append(path)
        elif "*" in path.name and (matches := _starred(path)):  # no shell has expanded it
            found += matches
        else:
            raise BadInput(f"{path}: no such file or folder")
    found = [file for file in dict.fromkeys(found) if file.absolute() not in own]
    if not found:
        raise BadInput(f"no chain file in {', '.join(map(str, given))}; expected csv, dat, json or xlsx files")
    return found


def _starred(path: Path) -> list[Path]:
    return sorted(file for file in path.parent.glob(path.name) if not file.name.startswith(PASSED_OVER))


def update(
    given: Sequence[Path],
    out: Path,
    settings: Settings | None = None,
    *,
    workers: int | None = None,
    dask: str | None = None,
    rebuild: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Add the rows of chain files to the history `out` (.parquet, .csv or .xlsx).

    A file whose content is in the history is not computed again, under whatever name. Rows of files that are not
    given stay. `workers` None: all cores. `dask`: `local` or a scheduler's address. `rebuild` forgets what is there.
    After an interruption the same call goes on where it stopped. Raises BadInput.
    """
    chosen = settings or Settings()
    store.check_format(out)
    with store.alone(out):
        return _updated(files_of(given, out), out, chosen, workers, dask, rebuild, progress)


def _updated(
    files: list[Path],
    out: Path,
    chosen: Settings,
    workers: int | None,
    dask: str | None,
    rebuild: bool,
    progress: Progress | None,
) -> Outcome:
    journal, outcome = store.Journal(out), Outcome()
    if rebuild:
        store.read(out)  # a file that is no history is never overwritten
        journal.remove()
    rows = {} if rebuild else _kept(out, journal, settings_text(chosen))
    todo = _new(files, rows, outcome)
    results = _computed([str(file) for file in todo], chosen, workers, dask)
    with contextlib.closing(journal), contextlib.closing(results):
        for file, found in progress(results, len(todo)) if progress else results:
            if isinstance(found, str):
                outcome.bad[file] = found
                continue
            content = todo[Path(file)]
            rows[content] = found | {"content": content}
            journal.add(rows[content])
            outcome.computed += 1
    if not rows:
        first = next(iter(outcome.bad))
        raise BadInput(f"none of {len(outcome.bad)} files could be used; {first}: {outcome.bad[first]}")
    finished = completed(rows.values(), chosen)
    store.write(finished, out)
    journal.remove()
    days = Counter((row["symbol"], row["date"]) for row in finished)
    outcome.rows, outcome.same_day = len(finished), sum(count for count in days.values() if count > 1)
    outcome.unnamed = sum(not row["symbol"] for row in finished)
    return outcome


def _kept(out: Path, journal: store.Journal, settings: str) -> dict[str, Row]:
    """Rows that need not be computed again, by content. Raises BadInput for rows of other settings."""
    kept = store.read(out)
    for where, rows in ((out, kept), (journal.file, unfinished := journal.read())):
        other = next((row["settings"] for row in rows if row["settings"] != settings), None)
        if other is not None:
            alike = other.rpartition(" #")[0] == settings.rpartition(" #")[0]
            why = "by another version of gex_xl, whose figures mean something else" if alike else "with other settings"
            raise BadInput(
                f"{where} was computed {why} ({other}; now {settings}); give --out another name, or --rebuild to "
                "compute all files again"
            )
    return {row["content"]: row for row in (*kept, *unfinished)}


def _new(files: list[Path], rows: dict[str, Row], outcome: Outcome) -> dict[Path, str]:
    """Files to compute and their contents; what is known or repeated is counted in the outcome."""
    todo: dict[Path, str] = {}
    first: dict[str, Path] = {}
    for file in files:
        try:
            content = content_of(file)
        except OSError as error:
            outcome.bad[str(file)] = f"cannot be read ({error.strerror})"
            continue
        if content in first:
            outcome.repeated[str(file)] = str(first[content])
            continue
        first[content] = file
        if content in rows:
            outcome.known += 1
        else:
            todo[file] = content
    return todo


def _computed(files: list[str], settings: Settings, workers: int | None, dask: str | None) -> engines.Results:
    if dask is not None and files:
        return engines.dask(files, settings, dask)
    count = min(workers or engines.cores(), len(files))
    # Two files are computed before a second process has started. But what reads workbooks is compiled: where that ends
    # the process it must not be ours.
    compiled = any(Path(file).suffix.lower() in (".xlsx", ".xlsm") for file in files)
    alone = not compiled and (count < 2 or len(files) < 3)
    return engines.here(files, settings) if alone else engines.processes(files, settings, max(count, 1))
