"""Names of ranges that are about as large as what stands in them: one of some fixed ranges, chosen by a number.

A range made by a function, as A1:INDEX(...), is calculated anew whenever Excel opens a file, and everything that reads
it with it; CHOOSE among fixed ranges is not.
"""

from __future__ import annotations

from collections.abc import Sequence


def step(size: str, sizes: Sequence[int]) -> str:
    """The formula, without "=", for the place, from 1, of the first of `sizes` (ascending) that holds `size`."""
    bounds = ",".join(str(below + 1) for below in (0, *sizes[:-1]))
    return f"MATCH(MAX(1,{size}),{{{bounds}}})"


def chosen(number: str, ranges: Sequence[str]) -> str:
    """The formula, without "=", for the range of that number; Calc knows 31 at most, and gives #VALUE! beyond."""
    return f"CHOOSE({number},{','.join(ranges)})"
