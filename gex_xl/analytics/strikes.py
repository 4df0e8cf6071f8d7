"""GEX around spot: in equal, round buckets of strikes for a chart, and strike by strike for a table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gex_xl.analytics import wording
from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.dealer_exposure import Kind, exposure_of
from gex_xl.analytics.exposure import StrikeExposure, at_strikes, per_strike, require_any
from gex_xl.analytics.ladder import width_for
from gex_xl.analytics.profile import zero_gamma
from gex_xl.analytics.summary import summarise
from gex_xl.arrays import FloatArray, Index

_LABELLED = 5  # every so many buckets have their price beside them


@dataclass(frozen=True, slots=True)
class Mark:
    """A level that charts and tables name: its price in USD, its name, and the name with the exact price."""

    key: str
    price: float
    name: str

    @property
    def words(self) -> str:
        exact = wording.strike(self.price) if self.key.endswith("wall") else wording.price(self.price)
        return f"{self.name} {exact}"


def marks(contracts: Contracts) -> list[Mark]:
    """Spot, zero gamma, the walls and the flip strike, as far as there are any; the more telling ones first."""
    found = summarise(contracts)
    levels = (
        ("spot", contracts.spot, "Spot"),
        ("zero", zero_gamma(contracts), "Zero gamma"),
        ("call_wall", found.call_wall, "Call wall"),
        ("put_wall", found.put_wall, "Put wall"),
        ("flip", found.flip.strike if found.flip else None, "Flip strike"),
    )
    return [Mark(key, level, name) for key, level, name in levels if level is not None]


def bucket_width(contracts: Contracts, rows: int) -> float:
    """Width of a ladder's buckets in USD, see ladder.ladder. Raises NoValue where no contract is left."""
    require_any(contracts)
    return width_for(contracts, per_strike(contracts).strike, rows)


def bucket_of(strikes: FloatArray, width: float) -> Index:
    """Number of the bucket of each strike: bucket i holds strikes from (i - 0.5) width to below (i + 0.5) width."""
    # Quotients such as 1.15 / 0.1 miss the half by one bit.
    return np.floor(np.round(np.asarray(strikes) / width, 9) + 0.5).astype(np.intp)


@dataclass(frozen=True, slots=True)
class Buckets:
    """Exposure in buckets around spot, low to high, shape (rows,) each, in the unit of the settings.

    `number` times `width` is a bucket's middle in USD. `outside`: calls and puts of the strikes below and above.
    """

    width: float
    number: Index
    call: FloatArray
    put: FloatArray
    outside: tuple[tuple[float, float], tuple[float, float]]

    @property
    def price(self) -> FloatArray:
        return np.asarray(self.number * self.width, dtype=np.float64)


def buckets(contracts: Contracts, rows: int = 41, width: float | None = None, of: Contracts | None = None) -> Buckets:
    """GEX in `rows` buckets centred on that of spot, all `width` USD wide (None: see bucket_width).

    `of`: another chain's contracts, put into the buckets of this one. Buckets and what lies outside add up to the
    total. Raises NoValue where no contract is left. Method, section 1.
    """
    require_any(contracts)
    size = width or bucket_width(contracts, rows)
    table = per_strike(of or contracts)
    middle = int(bucket_of(np.array([contracts.spot]), size)[0])
    number = np.arange(rows, dtype=np.intp) + middle - rows // 2
    # One more on either side takes what lies outside.
    at = np.clip(bucket_of(table.strike, size) - number[0] + 1, 0, rows + 1)
    call, put = (np.asarray(np.bincount(at, side, rows + 2), dtype=np.float64) for side in (table.call, table.put))
    outside = ((float(call[0]), float(put[0])), (float(call[-1]), float(put[-1])))
    return Buckets(size, number, call[1:-1], put[1:-1], outside)


def bucket_labels(found: Buckets, named: list[Mark]) -> list[str]:
    """What stands beside each bucket: at a mark its name and exact price, at every fifth price the price.

    Several marks in one bucket are named together. The label next to a mark stays blank, so that none covers another.
    """
    by_number: dict[int, list[Mark]] = {}
    for mark in named:
        by_number.setdefault(int(bucket_of(np.array([mark.price]), found.width)[0]), []).append(mark)
    out = []
    for number in found.number.tolist():
        here = by_number.get(number, [])
        beside = {number - 1, number + 1} & by_number.keys()
        if len(here) == 1:
            out.append(here[0].words)
        elif here:
            out.append(", ".join([here[0].name, *(mark.name.lower() for mark in here[1:3])]))
        else:
            out.append(wording.strike(number * found.width) if number % _LABELLED == 0 and not beside else "")
    return out


@dataclass(frozen=True, slots=True)
class StrikeRow:
    """One strike: exposure in the unit of its kind, `running` the sum over all strikes up to it, OI in contracts."""

    mark: str
    strike: float
    call: float
    put: float
    net: float
    running: float
    call_oi: float
    put_oi: float


def strike_rows(contracts: Contracts, rows: int = 121, kind: Kind = Kind.GAMMA) -> list[StrikeRow | None]:
    """The listed strikes around spot, high to low; the one nearest spot is always in the middle row.

    None in rows beyond the first or the last strike. Raises NoValue where no contract is left. Method, section 1.
    """
    used, each = exposure_of(contracts, kind)
    table = per_strike(used) if kind is Kind.GAMMA else at_strikes(used, each)
    at = np.searchsorted(table.strike, used.strike)
    interest = np.nan_to_num(used.chain.open_interest[used.index])
    calls = np.bincount(at, interest * used.is_call, len(table.strike))
    puts = np.bincount(at, interest * ~used.is_call, len(table.strike))
    words = _marks_at(table, marks(contracts))
    middle = int(np.argmin(np.abs(table.strike - contracts.spot)))
    out: list[StrikeRow | None] = []
    for i in range(middle + rows // 2, middle + rows // 2 - rows, -1):
        if not 0 <= i < len(table.strike):
            out.append(None)
            continue
        figures = (table.strike, table.call, table.put, table.net, table.cumulative, calls, puts)
        out.append(StrikeRow(words.get(i, ""), *(float(column[i]) for column in figures)))
    return out


def _marks_at(table: StrikeExposure, named: list[Mark]) -> dict[int, str]:
    """Place of the strike nearest to each mark -> its words; of several the first, the others by name alone."""
    found: dict[int, str] = {}
    for mark in named:
        i = int(np.argmin(np.abs(table.strike - mark.price)))
        found[i] = f"{found[i]}, {mark.name.lower()}" if i in found else mark.words
    return found
