"""Every worksheet function, registered with xlwings. The only module that imports it.

`xlwings` picks the host by itself (Excel on Windows, Lite, server; elsewhere the decorators do nothing), so
the functions can be called from plain Python with plain lists. They return what the cell would hold, "#N/A" for
no value, and raise XlwingsError with one sentence for bad input.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xlwings import XlwingsError, arg, conversion, func, ret

from gex_xl import functions
from gex_xl.errors import GexError
from gex_xl.functions.evaluation import evaluate
from gex_xl.functions.registry import Function

_CATEGORY = "gex_xl"
_PLAIN = {float, int, bool, str}
_CONVERSION: Any = conversion  # which has no types


class _Cells:
    """How our results go out: a converter of xlwings.

    Its own asks of each cell ten times what it is, which takes longer than most functions do. A table of plain values
    goes out as it is here; one with the name of an error in it takes xlwings' way, which makes it an error.
    """

    @classmethod
    def router(cls, *_given: Any) -> type[_Cells]:
        """Whatever the value is."""
        return cls

    @staticmethod
    def writer(options: Any) -> Any:
        """The stages from a result to what the host takes."""
        clean = _CONVERSION.CleanDataForWriteStage
        theirs = clean(options)

        def prepare(context: Any) -> None:
            if not all(map(_is_plain, context.value)):
                theirs(context)

        return _CONVERSION.ValueAccessor.writer(options).insert_stage(prepare, replace=clean)


def _is_plain(row: list[Any]) -> bool:
    return _PLAIN.issuperset(map(type, row)) and not any(type(cell) is str and cell[:1] == "#" for cell in row)


def _shell(record: Function) -> Callable[..., Any]:
    def call(*given: Any) -> Any:
        try:
            return evaluate(record, given)
        except GexError as error:
            raise XlwingsError(f"{record.name}: {error}") from None

    # Hosts read name, arguments and help from a plain signature, so one is made from the registry's record.
    names = [argument.name for argument in record.arguments]
    head = ", ".join(a.name if a.required else f"{a.name}=None" for a in record.arguments)
    scope: dict[str, Any] = {"call": call}
    exec(f"def {record.name}({head}):\n    return call({', '.join(names)})", scope)  # noqa: S102  our own names
    shell: Callable[..., Any] = scope[record.name]
    shell.__module__ = __name__
    shell.__doc__ = f"{record.help}. Returns {record.returns}."
    for argument in reversed(record.arguments):
        # An error cell comes as its name, so that it is not taken for a blank one.
        options: dict[str, Any] = {"err_to_str": True, **({"ndim": 2} if argument.is_range else {})}
        shell = arg(argument.name, doc=argument.help, **options)(shell)
    registered: Callable[..., Any] = func(category=_CATEGORY)(ret(convert=_Cells)(shell))
    return registered


#: Worksheet name -> what a host calls. Hosts find the functions as attributes of this module.
FUNCTIONS: dict[str, Callable[..., Any]] = {record.name: _shell(record) for record in functions.REGISTRY.values()}
globals().update(FUNCTIONS)
