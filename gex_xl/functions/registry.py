"""One record per worksheet function: it feeds the wizard, the reference page, the hosts and the tests.

How to add a worksheet function:

1. Write its body in the module of its category (`levels.py`, ...); `__init__.py` imports a new module.
2. Decorate it with `@worksheet("Levels", EXAMPLE_CHAIN)`: its category, and the arguments of an example that works.
3. Begin with `contracts: Contracts` (cells give chain, spot, as_of, settings) or `book: Book` (positions in its place).
4. `inputs: RegimeInputs` adds the five market inputs of the regime, `vix: VixFamily` three of them; `earlier:
   Annotated[Contracts, "its help"]` a second chain. signature.py lists all types that stand for several arguments.
5. The function's own: `count: Annotated[int, "How many, 1 to 100; blank: 5", whole(1, 100)] = 5`, its type, its help,
   and a reader of arguments.py where the type alone does not say how a cell is read. With a default it is optional.
6. Docstring: the help, at most 255 characters; then a blank line and `Returns number in USD; #N/A where ...`.
7. Return plain Python: float, str, bool, or a Table (rows with a header row). Raise NoValue for #N/A.
8. Name the task it is for in tasks.py, add a test and a line in CHANGELOG.md, and write the page anew:
   `python -m gex_xl.functions.reference > docs/functions.md`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints

from gex_xl.functions.arguments import Table
from gex_xl.functions.signature import Argument, parameters_of, public_arguments, read_cells

Body = TypeVar("Body", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Function:
    """A worksheet function.

    `example` holds arguments with which it can be called as it stands: a list of lists is a range. `spills`
    says whether it returns a table. `body` takes what cells hold, in the order of `arguments`.
    """

    name: str
    category: str
    help: str
    returns: str
    arguments: tuple[Argument, ...]
    example: tuple[Any, ...]
    spills: bool
    body: Callable[..., Any]

    @property
    def may_spill(self) -> bool:
        """Whether it returns a table, always or when asked for all."""
        return self.spills or any(argument.name == "all" for argument in self.arguments)

    @property
    def signature(self) -> str:
        """As a user types it, optional arguments in brackets: `TOTAL_GEX(chain, [spot], ...)`."""
        names = [a.name if a.required else f"[{a.name}]" for a in self.arguments]
        return f"{self.name}({', '.join(names)})"


REGISTRY: dict[str, Function] = {}


def worksheet(category: str, *example: Any) -> Callable[[Body], Body]:
    """Register a worksheet function: name, arguments and help are those of its body, which stays as it is."""

    def register(body: Body) -> Body:
        name = body.__name__
        hints = get_type_hints(body, include_extras=True)
        parameters = parameters_of(body, hints)
        arguments = public_arguments(parameters)
        names = [argument.name for argument in arguments]
        described, _, returned = inspect.cleandoc(body.__doc__ or "").partition("\n\nReturns ")

        def call(*cells: Any) -> Any:
            return body(**read_cells(parameters, names, cells))

        REGISTRY[name] = Function(
            name, category, _one_line(described), _one_line(returned), arguments, example,
            hints["return"] == Table, call,
        )  # fmt: skip
        return body

    return register


def _one_line(text: str) -> str:
    """Without the point at its end."""
    return " ".join(text.split()).removesuffix(".")
