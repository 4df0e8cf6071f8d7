"""The fifty formulas of a dashboard, as calls and as text of cells."""

from __future__ import annotations

from typing import Any

from gex_xl import udfs
from gex_xl.functions import REGISTRY

#: Every function of a chain but the one that loads it, the one that lists it, and WHAT_IF, which computes it anew
#: under some thirty other settings and is measured by itself.
_FUNCTIONS = [
    record
    for record in REGISTRY.values()
    if record.arguments[0].name == "chain" and record.name not in ("LOAD_CHAIN", "CHAIN_TABLE", "WHAT_IF")
]


def formulas(other: str) -> list[list[Any]]:
    """Fifty of [name, arguments after the chain]: all functions, then most of them again with other settings."""
    return [
        [record.name, [*(record.example[1:2] if record.arguments[1].required else []), None, None, settings]]
        for settings in (None, other)
        for record in _FUNCTIONS
    ][:50]


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
