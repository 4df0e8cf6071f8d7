"""A validated option chain: columns in a fixed order, and what was left out and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gex_xl.clock import AM_SETTLED, Instants, is_monthly, settlements
from gex_xl.errors import BadInput
from gex_xl.reading import Columns, read_cells, read_columns
from gex_xl.reading.headers import one_underlying
from gex_xl.reading.values import FloatArray

_INDICES = AM_SETTLED | {"XSP", "OEX", "XEO"}


@dataclass(frozen=True, eq=False, slots=True)
class Chain:
    """Contracts in the order expiry, strike, right, root; one array entry each, NaN where unknown.

    `is_call`: bool. `strike`, `bid`, `ask` in USD; `iv` annualised, decimal, NaN where the feed has none or a
    placeholder; `open_interest`, `volume`, `dealer_position` in contracts (dealer_position signed, dealers
    long positive); `gamma`, `delta` per share as the feed gives them; `multiplier` shares per contract, NaN
    where the feed does not say. `settlement` in UTC seconds. `row` is the row number in the paste.
    """

    row: npt.NDArray[np.int64]
    root: npt.NDArray[np.str_]
    expiry: npt.NDArray[np.datetime64]
    settlement: Instants
    is_call: npt.NDArray[np.bool_]
    strike: FloatArray
    iv: FloatArray
    open_interest: FloatArray
    gamma: FloatArray
    delta: FloatArray
    bid: FloatArray
    ask: FloatArray
    volume: FloatArray
    multiplier: FloatArray
    dealer_position: FloatArray
    has_dealer_position: bool
    symbol: str
    layout: str
    spot: float | None
    spot_from: str
    as_of: dt.datetime | None
    as_of_from: str
    left_out: tuple[tuple[str, float], ...]
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.strike)

    @property
    def rows(self) -> int:
        """Contracts listed in the paste, those left out included."""
        return len(self) + len(self.left_out)

    @classmethod
    def from_cells(cls, cells: Sequence[Sequence[object]]) -> Chain:
        """Read pasted cells in any known layout. Raises BadInput with one sentence."""
        return _build(read_columns(cells))

    @classmethod
    def from_file(cls, path: str | Path) -> Chain:
        """Read a csv, dat, json or xlsx file. Raises BadInput with one sentence."""
        return cls.from_cells(read_cells(path))


_ARRAYS = (
    "strike",
    "iv",
    "open_interest",
    "gamma",
    "delta",
    "bid",
    "ask",
    "volume",
    "multiplier",
    "dealer_position",
)


def _build(columns: Columns) -> Chain:
    if not len(columns.strike):
        raise BadInput("the chain has a header but no contracts below it")
    _require(columns, columns.strike, "strike", lambda x: np.isfinite(x) & (x > 0), "a number above 0")
    for name in ("open_interest", "volume", "gamma", "bid", "ask"):
        amounts = getattr(columns, name)
        fine = np.isnan(amounts) | ((amounts >= 0) & np.isfinite(amounts))
        _require(columns, amounts, name.replace("_", " "), lambda _, ok=fine: ok, "0 or more")
    fine = np.isnan(columns.multiplier) | (columns.multiplier > 0)
    _require(columns, columns.multiplier, "multiplier", lambda _: fine, "a number above 0")
    symbol = one_underlying(columns.root) or columns.symbol
    low, high = columns.iv_placeholder
    iv = np.where((columns.iv > max(low, 0.0)) & (columns.iv <= high) & np.isfinite(columns.iv), columns.iv, np.nan)
    roots = np.array(columns.root, dtype=np.str_)
    expiry = np.array(columns.expiry, dtype="datetime64[D]")
    order = np.lexsort((columns.row, roots, columns.right, columns.strike, expiry))
    keep, duplicates = _distinct(columns, order, roots, expiry)
    order = order[keep]
    notes = list(columns.notes)
    monthly = sorted({day for day in set(columns.expiry) if is_monthly(day)})
    if not columns.has_roots and monthly and (symbol in _INDICES or not symbol):
        notes.append(
            "no OCC symbols or root column: all contracts are taken as settled at the close; index contracts of "
            f"the third Friday ({monthly[0].isoformat()}) may settle at the open"
        )
    arrays = {name: getattr(columns, name)[order] for name in _ARRAYS if name != "iv"}
    chain = Chain(
        row=columns.row[order],
        root=roots[order],
        expiry=expiry[order],
        settlement=settlements([columns.expiry[i] for i in order], [columns.root[i] for i in order]),
        is_call=columns.right[order] == "C",
        iv=iv[order],
        **arrays,
        has_dealer_position=columns.has_dealer_position,
        symbol=symbol,
        layout=columns.layout,
        spot=columns.spot,
        spot_from=columns.spot_from,
        as_of=columns.quote_time,
        as_of_from=columns.quote_time_from,
        left_out=(*columns.left_out, *duplicates),
        notes=tuple(notes),
    )
    for name in _ARRAYS:
        getattr(chain, name).setflags(write=False)
    return chain


def _require(columns: Columns, amounts: FloatArray, name: str, fine: object, wanted: str) -> None:
    bad = np.flatnonzero(~fine(amounts))  # type: ignore[operator]
    if bad.size:
        found = amounts[bad[0]]
        raise BadInput(
            f"{name} in row {columns.row[bad[0]]} is {'blank' if np.isnan(found) else f'{found:g}'}; expected {wanted}"
        )


def _distinct(
    columns: Columns,
    order: npt.NDArray[np.int64],
    roots: npt.NDArray[np.str_],
    expiry: npt.NDArray[np.datetime64],
) -> tuple[npt.NDArray[np.bool_], list[tuple[str, float]]]:
    """Which of the sorted contracts to keep, and the duplicates that are dropped.

    A contract listed twice with equal figures is dropped once and counted. With different figures it is most
    likely two chains in one paste, and refused, except where no roots tell an index's AM and PM contracts
    of a third Friday apart.
    """
    keys = (roots[order], expiry[order], columns.strike[order], columns.right[order])
    same = np.ones(len(order), dtype=bool)
    same[0] = False
    for key in keys:
        same[1:] &= key[1:] == key[:-1]
    keep = np.ones(len(order), dtype=bool)
    dropped: list[tuple[str, float]] = []
    for i in np.flatnonzero(same):
        first, second = order[i - 1], order[i]
        figures = [(getattr(columns, name)[first], getattr(columns, name)[second]) for name in _ARRAYS]
        if all(a == b or (np.isnan(a) and np.isnan(b)) for a, b in figures):
            keep[i] = False
            dropped.append(("duplicate line", float(np.nan_to_num(columns.open_interest[second]))))
            continue
        third = i >= 2 and same[i - 1]
        if columns.has_roots or third or not is_monthly(columns.expiry[second]):
            name = {"C": "call", "P": "put"}[str(columns.right[second])]
            raise BadInput(
                f"the {columns.expiry[second]:%Y-%m-%d} {columns.strike[second]:g} {name} stands in rows "
                f"{columns.row[first]} and {columns.row[second]} with different figures; paste one chain only, "
                "and clear the old one before pasting"
            )
    return keep, dropped
