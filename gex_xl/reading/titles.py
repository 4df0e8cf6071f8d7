"""What lines above and between the rows say of them: calls or puts."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from gex_xl.errors import BadInput
from gex_xl.reading.columns import Table
from gex_xl.reading.values import is_blank, right, text

SIDE_TITLE = re.compile(r"\W*(calls?|puts?)\b.*", re.IGNORECASE)


class MissingColumns(BadInput):
    """A header that could be read if a title above it named what its columns do not."""


def side_of_title(row: Sequence[object]) -> str | None:
    """C or P where a line begins with a title such as Calls; None for any other line."""
    first = next((text(cell) for cell in row if not is_blank(cell)), "")
    found = SIDE_TITLE.fullmatch(first)
    return found[1][0].upper() if found else right(first) if not first.isascii() else None


def titled_rights(table: Table, above: Sequence[tuple[int, Sequence[object]]]) -> list[object]:
    """Call or put of each row by the title above it, `Calls` or `Puts`. Raises MissingColumns where there is none."""
    titles = [(n, side) for n, row in (*above, *table.others) if (side := side_of_title(row))]
    if not titles or titles[0][0] > table.numbers[0]:
        raise MissingColumns("the paste does not say which contracts are calls; add a column Type")
    at = np.searchsorted([n for n, _ in titles], table.numbers, side="right") - 1
    return [titles[i][1] for i in at]
