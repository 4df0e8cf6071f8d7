"""Random chains for properties: few strikes and expiries, so that series meet."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.settings import Settings
from tests.analytics.synthetic import AS_OF, chain_of

SERIES = st.tuples(
    st.sampled_from(["SPX", "SPXW"]),
    st.sampled_from(["2025-03-03", "2025-03-04", "2025-03-21", "2025-06-20"]),
    st.sampled_from("CP"),
    st.sampled_from([4000.0, 4900.0, 4950.0, 5000.0, 5025.0, 5050.0, 6000.0]),
)
FIGURES = st.tuples(st.floats(0.05, 0.9), st.integers(0, 100_000))
#: Series -> iv and open interest.
BOOKS = st.dictionaries(SERIES, FIGURES, min_size=1, max_size=25)
SPOTS = st.floats(4500, 5500)
Book = dict[tuple[str, str, str, float], tuple[float, int]]


def contracts_of(book: Book, spot: float, as_of: dt.datetime = AS_OF, **changes: object) -> Contracts:
    """A book of series at a spot and a time."""
    rows: list[dict[str, Any]] = [
        {"root": root, "expiry": expiry, "right": right, "strike": strike, "iv": iv, "oi": oi}
        for (root, expiry, right, strike), (iv, oi) in book.items()
    ]
    return prepare(chain_of(rows, spot, as_of), settings=Settings().with_changes(changes))
