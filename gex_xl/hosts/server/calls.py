"""One call of a worksheet function: what Excel posts in, the answer out. The only place that touches xlwings.server.

Errors are sentences: the script shows them where the user's mouse rests on the cell. Cell contents go to no log.
"""

from __future__ import annotations

import json
import logging
import os
import traceback
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from gex_xl.errors import BadInput
from gex_xl.functions import REGISTRY
from gex_xl.hosts.server.state import NEEDS_LICENSE

_LOG = logging.getLogger(__name__)
#: Before 1.4 xlwings names errors by text, which functions.js makes into errors that every version of Excel takes.
_RUNTIME = "1.1"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status, and the JSON to send."""

    status: int
    body: str

    @classmethod
    def error(cls, status: int, sentence: str) -> Answer:
        """A refusal and its reason."""
        return cls(status, json.dumps({"error": sentence}))


class Calls:
    """The functions as xlwings.server calls them. Raises BadInput where the user has no licence for it.

    Must come before anything imports xlwings, which decides on import for whom functions are registered.
    """

    def __init__(self) -> None:
        os.environ["XLWINGS_ON_SERVER"] = "true"  # says where we are; it is no licence
        try:
            import xlwings
            import xlwings.pro._xlofficejs as cells
            from xlwings import server
        except Exception as error:
            if type(error).__name__ != "LicenseError":  # its class is in the package that just failed to load
                raise
            raise BadInput(_license_sentence(error)) from None
        # xlwings asks for each cell whether it is the browser's null, by an import that fails.
        cells._is_jsnull = lambda _value: False
        from gex_xl import udfs

        if not hasattr(next(iter(udfs.FUNCTIONS.values())), "__xlfunc__"):
            raise RuntimeError("xlwings was imported before it could be told that it runs on a server")
        # Its own log lines could carry what a function was given.
        logging.getLogger("xlwings").setLevel(logging.CRITICAL + 1)
        self._server: Any = server
        self._module, self._version = udfs, xlwings.__version__
        self._refused: type[Exception] = xlwings.XlwingsError

    def described(self) -> dict[str, Any]:
        """The functions as Office.js is told of them."""
        found: dict[str, Any] = self._server.custom_functions_meta(self._module)
        return found

    def answer(self, body: bytes) -> Answer:
        """Run one call. It computes, so it belongs in a thread of its own."""
        try:
            asked = _asked(body)
        except BadInput as error:
            return Answer.error(400, str(error))
        name = asked["func_name"]
        try:
            result = _now(self._server.custom_functions_call({**asked, "version": self._version}, self._module))
            return Answer(200, json.dumps({"result": result}, allow_nan=False))
        except self._refused as error:
            return Answer.error(400, str(error))
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            _LOG.error("%s failed: %s in %s:%s", name, type(error).__name__, Path(where.filename).name, where.lineno)
            return Answer.error(500, f"{name}: {type(error).__name__} inside gex_xl; this is a fault in gex_xl.")


def _now(call: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine that waits for nothing: a new event loop for it costs more than most functions do."""
    try:
        call.send(None)
    except StopIteration as done:
        return done.value
    call.close()
    raise RuntimeError("a worksheet function waits for something")


def _license_sentence(error: Exception) -> str:
    text = str(error).strip().rstrip(".")
    return NEEDS_LICENSE if "find" in text else f"{text}: {NEEDS_LICENSE}"


def _asked(body: bytes) -> dict[str, Any]:
    """The call in a request's body, as xlwings takes it. Raises BadInput for all that Excel does not send."""
    try:
        given = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BadInput("the request holds no JSON that Excel would send") from None
    if not isinstance(given, dict):
        raise BadInput("the request must be a JSON object with func_name and args")
    name, args = given.get("func_name"), given.get("args")
    if not isinstance(name, str) or name not in REGISTRY:
        raise BadInput("there is no worksheet function of that name; gex_xl has been updated since Excel loaded it")
    if not isinstance(args, list):
        raise BadInput(f"{name}: args must be a list")
    wanted = REGISTRY[name].arguments
    required = sum(argument.required for argument in wanted)
    if not required <= len(args) <= len(wanted):
        raise BadInput(f"{name}: takes {required} to {len(wanted)} arguments, not {len(args)}")
    for argument, value in zip(wanted, args, strict=False):
        if not _from_excel(value):
            raise BadInput(f"{name}: {argument.name} must be one cell or rows of cells")
        if argument.required and value is None:
            raise BadInput(f"{name}: {argument.name} is missing")
    return {"client": "Office.js", "func_name": name, "args": args, "runtime": _RUNTIME}


def _from_excel(value: object) -> bool:
    """Whether an argument is a cell, or rows of cells."""
    if not isinstance(value, list):
        return _is_cell(value)
    if not value or not all(isinstance(row, list) and row for row in value):
        return False
    return all(_is_cell(cell) for row in value for cell in row)


def _is_cell(value: object) -> bool:
    if isinstance(value, dict):  # an error, or a number with a format
        return isinstance(value.get("type"), str) and isinstance(value.get("basicValue"), (str, bool, int, float))
    return value is None or isinstance(value, (str, bool, int, float))


def _no_constant(text: str) -> NoReturn:
    raise ValueError(text)
