"""What the VBA wrappers of a classic workbook call, through xlwings' COM server.

An exception that crosses COM arrives in Excel as the text of a traceback. So nothing is raised here: an error comes
back as text that starts with its Excel name, "#VALUE! TOTAL_GEX: ..." or "#N/A FLIP_STRIKE: ...", and the VBA makes
an error of it and shows the rest in the status bar.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from xlwings import arg, func

from gex_xl.chain_files import entry, is_earlier, newest_in
from gex_xl.errors import BadInput, GexError
from gex_xl.functions import REGISTRY
from gex_xl.functions.arguments import settings_of
from gex_xl.functions.evaluation import clean
from gex_xl.functions.registry import Function
from gex_xl.reading.files import as_typed, read_cells
from gex_xl.udfs import FUNCTIONS


def answering(record: Function) -> Callable[..., Any]:
    """A worksheet function that gives its errors back instead of raising them."""

    @functools.wraps(FUNCTIONS[record.name])  # with what xlwings noted of its arguments
    def call(*given: Any) -> Any:
        try:
            return clean(record.body(*given))
        except GexError as error:
            reason, excel = str(error), error.excel
        except Exception as error:
            reason, excel = f"{type(error).__name__}: {error}", BadInput.excel
        return f"{excel} {record.name}: {reason}"

    return call


#: Worksheet name -> what Excel calls. xlwings finds the functions as attributes of this module.
CALLS: dict[str, Callable[..., Any]] = {name: answering(record) for name, record in REGISTRY.items()}
globals().update(CALLS)


@func
@arg("old", ndim=2, err_to_str=True)
@arg("settings", ndim=2, err_to_str=True)
def newest_file(folder: Any, old: Any, settings: Any) -> Any:
    """For the macro LoadNewest: the newest chain file of a folder, and "earlier" where `old` is to stay on Earlier."""
    return _or_reason(lambda: _newest(str(folder or ""), old, settings))


@func
@arg("settings", ndim=2, err_to_str=True)
def cells_of_file(file: Any, settings: Any) -> Any:
    """For the macro LoadNewest: the cells of a chain file, each text behind an apostrophe, so that it stays text."""
    return _or_reason(lambda: _as_entries(_cells(Path(str(file)), settings)))


def _newest(folder: str, old: list[list[Any]], settings: list[list[Any]]) -> list[str]:
    file = newest_in(folder)
    keeps = is_earlier(old, _cells(file, settings), settings_of(settings))
    return [str(file), "earlier" if keeps else ""]


def _cells(file: Path, settings: list[list[Any]]) -> list[list[Any]]:
    return as_typed([list(row) for row in read_cells(file)], settings_of(settings).decimal)


def _as_entries(cells: list[list[Any]]) -> list[list[Any]]:
    width = max(map(len, cells))
    return [[entry(cell) for cell in [*row, *[None] * (width - len(row))]] for row in cells]


def _or_reason(work: Callable[[], Any]) -> Any:
    """What it gives, or "#VALUE! " and the sentence why not."""
    try:
        return work()
    except (GexError, OSError) as error:
        return f"{BadInput.excel} {error}"
    except Exception as error:
        return f"{BadInput.excel} {type(error).__name__}: {error}"
