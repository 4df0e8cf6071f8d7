"""The fifty formulas of a dashboard, as calls and as text of cells."""

from __future__ import annotations

from typing import Any

from gex_xl import udfs
from gex_xl.functions import REGISTRY
from gex_xl.functions.registry import Function

#: Left out: what loads a chain, what lists it, what computes it anew under many other settings (measured by
#: themselves), and what is about another chain or about one contract, neither of which a made-up chain has.
_LEFT_OUT = {
    "LOAD_CHAIN", "CHAIN_TABLE", "WHAT_IF", "CHOICE_TABLE", "HEADLINE", "DIALECTS", "GEX_CHANGE", "CHANGE_BARS",
    "CHANGE_TABLE", "OPTION_IV", "OPTION_GREEKS",
}  # fmt: skip
_FUNCTIONS = [
    record for record in REGISTRY.values() if record.arguments[0].name == "chain" and record.name not in _LEFT_OUT
]


def formulas(other: str) -> list[list[Any]]:
    """Fifty of [name, arguments after the chain]: all functions, then some of them again with other settings."""
    return [
        [record.name, [*_required(record), None, None, settings]] for settings in (None, other) for record in _FUNCTIONS
    ][:50]


def _required(record: Function) -> list[Any]:
    """What a function needs beside the chain, from its example."""
    return list(record.example[1 : 1 + sum(argument.required for argument in record.arguments[1:])])


#: A dashboard in USD and in USD bn.
FORMULAS = formulas("unit=usd_bn")
#: One that compares two conventions on who holds what.
TWO_SIGNS = formulas("sign=long_calls; unit=usd_bn")


def fifty(chain: object, listed: list[list[Any]] = FORMULAS) -> None:
    """All the formulas, each with the chain as its argument."""
    for name, rest in listed:
        udfs.FUNCTIONS[name](chain, *rest)


def formula(name: str, rest: list[Any], mark: str = ",") -> str:
    """As typed into a cell, with `{handle}` where the chain stands."""
    given = ["" if each is None else f'"{each}"' for each in rest]
    while given and not given[-1]:
        given.pop()
    return f"={name}({mark.join(['{handle}', *given])})"
