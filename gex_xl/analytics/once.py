"""The decorator of figures that are computed once for all who ask, whatever unit they show them in."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, Concatenate, ParamSpec, TypeVar

from gex_xl.analytics.contracts import EXPOSURE, Contracts, under
from gex_xl.cache import cached

Result = TypeVar("Result")
More = ParamSpec("More")
Figure = Callable[Concatenate[Contracts, More], Result]
_KEEP = 32  # results held of each figure


def once_per(
    keys: Iterable[str] = EXPOSURE, *, scaled: bool = False
) -> Callable[[Figure[More, Result]], Figure[More, Result]]:
    """Decorator: compute a figure once per contracts and the settings it depends on, which `keys` names.

    The body sees all other settings at their defaults. Further arguments are part of the key; lists count as tuples.
    `scaled`: the body gives exposure in shares per point, one record or a tuple of them with a method `times`; callers
    get it in the unit of their settings. Results are shared: nobody may change them.
    """
    named = tuple(keys)

    def decorate(figure: Figure[More, Result]) -> Figure[More, Result]:
        compute = cached(_KEEP)(figure)

        def computed(contracts: Contracts, /, *given: More.args, **options: More.kwargs) -> Result:
            hashable: Any = (tuple(value) if isinstance(value, list) else value for value in given)
            result: Any = compute(under(contracts, named), *hashable, **options)
            if scaled and isinstance(result, tuple):
                return tuple(record.times(contracts.unit_factor) for record in result)  # type: ignore[return-value]
            scaled_result: Result = result.times(contracts.unit_factor) if scaled else result
            return scaled_result

        return functools.update_wrapper(computed, figure)

    return decorate
