"""One record per worksheet function: it feeds the wizard, the reference sheet, the hosts and the tests."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

Body = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: its name, its help, whether it must be given, and whether it takes a range."""

    name: str
    help: str
    required: bool
    is_range: bool


@dataclass(frozen=True, slots=True)
class Function:
    """A worksheet function.

    `example` holds arguments with which it can be called as it stands: a list of lists is a range. `spills`
    says whether it returns a table.
    """

    name: str
    category: str
    help: str
    returns: str
    arguments: tuple[Argument, ...]
    example: tuple[Any, ...]
    spills: bool
    body: Body

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

ARGUMENT_HELP = {
    "chain": "The pasted option chain, header and preamble included, or the cell of a LOAD_CHAIN",
    "positions": "One row a position: underlying, class, type (call, put, shares, future), strike, expiry, contracts "
    "(short negative), iv or price, multiplier, spot; columns in any order",
    "spot": "Price of the underlying in USD; forwards move with it in proportion; blank: from the paste",
    "as_of": "Quote time, New York unless it names a zone; blank: from the paste",
    "settings": 'Two columns of setting and value, or text such as "sign=long_calls; unit=usd_bn"; blank: defaults',
    "all": "TRUE lists every level, blank gives the one nearest spot",
    "vix9d": "VIX9D, in points; blank: the slope of 9 / 30 days comes from the chain",
    "vix": "VIX, in points; blank: the slopes that need it come from the chain",
    "vix3m": "VIX3M, in points; blank: the slope of 30 / 90 days comes from the chain",
    "skew_25d_z": "z-score of the 25-delta skew; blank: from history, else its trigger stays silent",
    "history": "Earlier 25-delta skews as decimals (0.045 is 4.5 vol points), oldest first: a column, or a table with "
    "a column skew_25d; where it has date and symbol, only rows of this symbol before the chain's day count",
}
_RANGES = {
    "chain", "settings", "history", "positions", "candidates", "bounds", "products", "limits", "quotes", "hedge",
}  # fmt: skip


def worksheet(
    category: str,
    text: str,
    returns: str,
    example: tuple[Any, ...],
    *,
    spills: bool = False,
    help: Mapping[str, str] | None = None,  # noqa: A002  the word that users see
    ranges: Collection[str] = (),
) -> Callable[[Body], Body]:
    """Register a worksheet function. Its name is the Python name, its arguments come from the signature.

    `help` and `ranges` are for arguments of this function's own: what each means, and which take a range.
    """
    said = {**ARGUMENT_HELP, **(help or {})}

    def register(body: Body) -> Body:
        arguments = tuple(
            Argument(p.name, said[p.name], p.default is p.empty, p.name in _RANGES or p.name in ranges)
            for p in inspect.signature(body).parameters.values()
        )
        REGISTRY[body.__name__] = Function(body.__name__, category, text, returns, arguments, example, spills, body)
        return body

    return register
