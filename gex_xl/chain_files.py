"""The newest chain file of a folder, and whether the chain before it is an earlier one of the same underlying."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gex_xl.chain import Chain
from gex_xl.errors import BadInput, GexError
from gex_xl.settings import Settings

_SUFFIXES = frozenset({".csv", ".dat", ".txt", ".json", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
#: Hidden files, such as one that a killed run was writing, and the marks that Excel leaves beside an open file.
PASSED_OVER = (".", "~$")


def chain_files(paths: Iterable[Path]) -> list[Path]:
    """Those that may be chains, by their names."""
    return [
        path for path in paths
        if path.suffix.lower() in _SUFFIXES and not path.name.startswith(PASSED_OVER) and path.is_file()
    ]  # fmt: skip


def newest(files: Iterable[Path]) -> Path:
    """The one written last; of equal times the last by name."""
    return max(files, key=lambda path: (path.stat().st_mtime_ns, path.name))


def newest_in(folder: str) -> Path:
    """The newest chain file of a folder, not of folders below. Raises BadInput where there is none."""
    place = Path(folder.strip().strip('"')).expanduser()
    try:
        files = chain_files(place.iterdir())
    except OSError as error:
        raise BadInput(f'the folder of chains is "{folder}": {error.strerror}; name a folder that is there') from None
    if not files:
        raise BadInput(f'the folder of chains "{folder}" holds no csv, dat, txt, json or xlsx file')
    return newest(files)


def is_earlier(old: list[list[object]], new: list[list[object]], settings: Settings) -> bool:
    """Whether `old` is worth keeping beside `new`: another chain of the same underlying, and no sample of ours."""
    if _content(old) == _content(new) or any("SYNTHETIC" in str(cell) for row in old[:6] for cell in row):
        return False
    try:
        before, after = (Chain.from_cells(each, settings) for each in (old, new))
    except GexError:
        return False
    return before.symbol == after.symbol


def _content(rows: list[list[object]]) -> list[list[object]]:
    """Without blank cells on the right and blank rows below, which a sheet and a file have differently."""
    out = [["" if cell is None else cell for cell in row] for row in rows]
    for row in out:
        while row and row[-1] == "":
            row.pop()
    while out and not out[-1]:
        out.pop()
    return out


def entry(cell: object) -> object:
    """A cell as it is to be written into a sheet: a text stays text, and is never a date, a number or a formula."""
    if cell is None:
        return ""
    return f"'{cell}" if isinstance(cell, str) and cell else cell
