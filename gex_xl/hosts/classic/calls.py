"""What the VBA wrappers of a classic workbook call, through xlwings' COM server.

An exception that crosses COM arrives in Excel as the text of a traceback. So nothing is raised here: an error comes
back as text that starts with its Excel name, "#VALUE! TOTAL_GEX: ..." or "#N/A FLIP_STRIKE: ...", and the VBA makes
an error of it and shows the rest in the status bar.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from gex_xl.errors import BadInput, GexError
from gex_xl.functions import REGISTRY
from gex_xl.functions.evaluation import clean
from gex_xl.functions.registry import Function
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
