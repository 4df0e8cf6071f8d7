"""A validated option chain: columns in a fixed order, and what was left out and why."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from gex_xl.arrays import FloatArray, Index, Instants
from gex_xl.cache import cached
from gex_xl.clock import is_monthly, settlements
from gex_xl.errors import BadInput
from gex_xl.listed import listed_products, settlement_notes
from gex_xl.products import Product, settles_twice
from gex_xl.reading import Columns, read_cells, read_columns
from gex_xl.reading.conventions import without_placeholders
from gex_xl.reading.markets import COINS
from gex_xl.reading.symbols import one_underlying
from gex_xl.reading.units import SCALE_WORDS, nearest_scale
from gex_xl.settings import Settings

Value = TypeVar("Value")


@dataclass(frozen=True, eq=False, slots=True)
class Chain:
    """Contracts in the order expiry, strike, right, root; one array entry each, NaN where unknown.

    `is_call`: bool. `strike`, `bid`, `ask` in the product's currency; `iv` annualised, decimal, NaN where the feed has
    none or a placeholder; `open_interest`, `volume`, `dealer_position` in contracts (dealer_position signed, dealers
    long positive); `gamma`, `delta` per share as the feed gives them; `multiplier` shares per contract, NaN
    where the feed does not say; `forward` the feed's own, in USD. `settlement` in UTC seconds; so is `last_trade`,
    NaT where unknown. `row` is the row
    number in the paste. `notes`: what could be read in two ways, and how it was read. `venue` is the market that the
    paste itself tells, such as "Deribit", or "". `product` is what the underlying's ticker stands for, `products` are
    those of the contracts, which settle in the morning (`am_settled`) or not and may be
    exercised early (`american`) or not. `quote_delay`: minutes by which the
    feed's quotes are older than its time. `settings` are those that the chain was read with. `position_source`: for
    each contract who says what dealers hold, "" where nobody does; () without a table of known positions.
    `reading`: (what, how) of layout, columns, units and market, as `gex-xl report --explain` shows them.
    """

    row: npt.NDArray[np.int64]
    root: npt.NDArray[np.str_]
    expiry: npt.NDArray[np.datetime64]
    settlement: Instants
    am_settled: npt.NDArray[np.bool_]
    american: npt.NDArray[np.bool_]
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
    forward: FloatArray
    last_trade: Instants
    has_dealer_position: bool
    product: Product
    products: tuple[Product, ...]
    venue: str
    symbol: str
    layout: str
    spot: float | None
    spot_from: str
    as_of: dt.datetime | None
    as_of_from: str
    quote_delay: float
    left_out: tuple[tuple[str, float], ...]
    notes: tuple[str, ...]
    settings: Settings
    position_source: tuple[str, ...] = ()
    reading: tuple[tuple[str, str], ...] = ()

    def __len__(self) -> int:
        return len(self.strike)

    @property
    def rows(self) -> int:
        """Contracts listed in the paste, those left out included."""
        return len(self) + len(self.left_out)

    @property
    def zone(self) -> dt.tzinfo:
        """The zone of times that name none."""
        return self.product.zone

    @property
    def currency(self) -> str:
        """In which strikes, quotes, spot and exposure are."""
        return self.product.currency

    def of_size(self, spot: float) -> Chain:
        """The chain with its strikes divided, where all are some hundred or thousand times a spot that is given.

        A paste that holds spot is read so in the first place; the setting strike_scale is believed.
        """
        if self.spot is not None or self.settings.strike_scale or self.strike.min() < _NO_SIZE * spot:
            return self
        return _divided(self, nearest_scale(float(np.median(self.strike)) / spot))

    @classmethod
    def from_cells(
        cls, cells: Sequence[Sequence[object]], settings: Settings | None = None, *, title: str = ""
    ) -> Chain:
        """Read pasted cells in any known layout; `title` may name the expiry. Raises BadInput with one sentence.

        Of the settings those count that decide how cells are read: those of `settings.READING`.
        """
        return _build(read_columns(cells, settings, title), settings or Settings())

    @classmethod
    def from_file(cls, path: str | Path, settings: Settings | None = None) -> Chain:
        """Read a csv, dat, json or xlsx file. Raises BadInput with one sentence."""
        return cls.from_cells(read_cells(path), settings, title=Path(path).stem)


@cached(8)
def _divided(chain: Chain, scale: float) -> Chain:
    said = f"strikes are in {SCALE_WORDS[scale]}, as the spot that is given says; divided by {scale:g}"
    return replace(chain, strike=chain.strike / scale, notes=(*chain.notes, said))


_NO_SIZE = 20.0  # strikes that all are as many times spot are no market's
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
    "forward",
)
_AM = (False, True, None)  # None: not said
_MULTIPLIERS = (1e-9, 1e9)  # the bounds of the setting
_MOST_HELD = 1e11  # no series has as many contracts, nor shares
_LEAST_COIN = 1e-4
_LARGEST_PRICE = 1e12  # none is larger, and its square must stay a number


def _build(columns: Columns, settings: Settings) -> Chain:
    if not len(columns.strike):
        reasons = Counter(reason for reason, _ in columns.left_out)
        found = ", ".join(f"{reason} {count}" for reason, count in reasons.items())
        raise BadInput(f"the chain has a header but no contracts below it{found and f' ({found})'}")
    _require(columns, "strike", columns.strike >= 1e-9, "a number above 0")
    _require(columns, "strike", columns.strike <= _LARGEST_PRICE, f"no more than {_LARGEST_PRICE:.0e}")
    for name in ("open_interest", "volume", "gamma", "bid", "ask"):
        amounts = getattr(columns, name)
        _require(columns, name, np.isnan(amounts) | ((amounts >= 0) & np.isfinite(amounts)), "0 or more")
    _require(columns, "multiplier", np.isnan(columns.multiplier) | (columns.multiplier > 0), "a number above 0")
    sized = (columns.multiplier >= _MULTIPLIERS[0]) & (columns.multiplier <= _MULTIPLIERS[1])
    _require(columns, "multiplier", np.isnan(columns.multiplier) | sized, "units per contract, such as 100")
    if (held := columns.open_interest > _MOST_HELD).any():
        _require(columns, "open_interest", ~held, f"no more than {_MOST_HELD:.0e}")
    columns.has_roots = columns.has_roots and any(columns.root)  # an empty column is none
    symbol = one_underlying(columns.root) or columns.symbol
    if columns.spot is not None and not 0 < columns.spot <= _LARGEST_PRICE:
        raise BadInput(f"spot is {columns.spot:g} ({columns.spot_from}); expected a price, or give spot")
    iv = without_placeholders(columns.iv, *columns.iv_placeholder)
    of, places = _places(columns)
    # As a rank, a root is sorted by and compared as fast as a number.
    names = np.array([root for root, _, _ in places], dtype=np.str_)
    expiry = np.array([day for _, day, _ in places], dtype="datetime64[D]")[of]
    rank = np.unique(names, return_inverse=True)[1][of]
    is_call = columns.right == "C"
    ticker, listed = listed_products(columns, places, symbol, settings.third_friday)
    morning = np.array([each.settles_in_the_morning for each in listed], dtype=bool)
    if columns.units is not None:
        ticker = replace(ticker, multiplier=columns.units)
    if (currency := settings.currency or columns.currency or ticker.currency) != ticker.currency:
        ticker, listed = replace(ticker, currency=currency), [replace(each, currency=currency) for each in listed]
    early = np.array([each.american and bool(symbol) for each in listed], dtype=bool)
    order = np.lexsort((columns.row, morning[of], rank, ~is_call, columns.strike, expiry))
    may_open = settles_twice(symbol, columns.venue) or not symbol
    keep, duplicates, twice = _distinct(columns, order, rank, expiry, morning[of], may_open=may_open)
    order = order[keep]
    settled = settlements([day for _, day, _ in places], listed)
    notes = [*columns.notes, *_fractions(columns), *twice, *settlement_notes(columns, symbol, settings.third_friday)]
    arrays = {name: getattr(columns, name)[order] for name in _ARRAYS if name != "iv"}
    chain = Chain(
        row=columns.row[order],
        root=names[of[order]],
        expiry=expiry[order],
        settlement=settled[of][order],
        am_settled=morning[of][order],
        american=early[of][order],
        is_call=is_call[order],
        iv=iv[order],
        last_trade=columns.last_trade[order],
        **arrays,
        has_dealer_position=columns.has_dealer_position,
        product=ticker,
        products=tuple(dict.fromkeys(listed[place] for place in dict.fromkeys(of[order].tolist()))),
        venue=columns.venue,
        symbol=symbol,
        layout=columns.layout,
        spot=columns.spot,
        spot_from=columns.spot_from,
        as_of=columns.quote_time,
        as_of_from=columns.quote_time_from,
        quote_delay=columns.quote_delay,
        left_out=(*columns.left_out, *duplicates),
        notes=tuple(dict.fromkeys(notes)),
        reading=tuple(columns.told),
        settings=settings,
    )
    for each in fields(chain):
        if isinstance(value := getattr(chain, each.name), np.ndarray):
            value.setflags(write=False)  # shared by all who ask
    return chain


def _places(columns: Columns) -> tuple[Index, list[tuple[str, dt.date, bool | None]]]:
    """Contracts share some dozens of roots and expiries: the place of each in the list of those that differ.

    What follows from root, expiry and whether the feed says that a contract settles at the open is found once for each.
    """
    root, roots = _ranked(columns.root.tolist())
    day, days = _ranked(columns.expiry.tolist())
    am = np.select([columns.am == 0.0, columns.am == 1.0], [0, 1], 2)
    each, of = np.unique((root * len(days) + day) * len(_AM) + am, return_inverse=True)
    of_root, of_day, of_am = np.unravel_index(each, (len(roots), len(days), len(_AM)))
    places = zip(of_root.tolist(), of_day.tolist(), of_am.tolist(), strict=True)
    return of, [(roots[r], days[d], _AM[a]) for r, d, a in places]


def _ranked(values: list[Value]) -> tuple[Index, list[Value]]:
    """The place of each value in the list of those that differ, and that list."""
    distinct = list(dict.fromkeys(values))
    places = {value: place for place, value in enumerate(distinct)}
    return np.fromiter(map(places.__getitem__, values), dtype=np.int64, count=len(values)), distinct


def _fractions(columns: Columns) -> list[str]:
    """A thousands separator that was taken for a decimal mark, by whoever: contracts are whole, coins are not."""
    tiny = np.flatnonzero((columns.open_interest > 0) & (columns.open_interest < _LEAST_COIN))
    if columns.venue in COINS and tiny.size:
        return [
            f"open interest in row {columns.row[tiny[0]]} is {columns.open_interest[tiny[0]]:g}, less than any lot "
            f"of a coin; {tiny.size} rows are like it"
        ]
    parts = np.flatnonzero((columns.open_interest % 1 > 0) & (columns.venue not in COINS))
    if not parts.size:
        return []
    first = parts[0]
    return [
        f"open interest in row {columns.row[first]} is {columns.open_interest[first]:.12g}, which is no whole number; "
        "if its point separates thousands, paste the figures as text and set decimal = comma"
    ]


def _require(columns: Columns, name: str, fine: npt.NDArray[np.bool_], wanted: str) -> None:
    bad = np.flatnonzero(~fine)
    if bad.size:
        found = getattr(columns, name)[bad[0]]
        shown = "blank" if np.isnan(found) else f"{found:g}"
        raise BadInput(f"{name.replace('_', ' ')} in row {columns.row[bad[0]]} is {shown}; expected {wanted}")


def _distinct(
    columns: Columns,
    order: npt.NDArray[np.int64],
    roots: Index,
    expiry: npt.NDArray[np.datetime64],
    morning: npt.NDArray[np.bool_],
    *,
    may_open: bool,
) -> tuple[npt.NDArray[np.bool_], list[tuple[str, float]], list[str]]:
    """Which of the sorted contracts to keep, the duplicates that are dropped, and what to say of those that stay.

    A contract listed twice with equal figures is dropped once and counted. With different figures it is most
    likely two chains in one paste, and refused, except where no roots tell an index's AM and PM contracts
    of a third Friday apart (`may_open`: the underlying is an index, or unknown).
    """
    keys = (roots[order], expiry[order], columns.strike[order], columns.right[order], morning[order])
    same = np.ones(len(order), dtype=bool)
    same[0] = False
    for key in keys:
        same[1:] &= key[1:] == key[:-1]
    keep = np.ones(len(order), dtype=bool)
    dropped: list[tuple[str, float]] = []
    both = 0
    for i in np.flatnonzero(same):
        first, second = order[i - 1], order[i]
        figures = [(getattr(columns, name)[first], getattr(columns, name)[second]) for name in _ARRAYS]
        if all(a == b or (np.isnan(a) and np.isnan(b)) for a, b in figures):
            keep[i] = False
            dropped.append(("duplicate line", float(np.nan_to_num(columns.open_interest[second]))))
            continue
        third = i >= 2 and same[i - 1]
        if columns.has_roots or third or not may_open or not is_monthly(columns.expiry[second]):
            name = {"C": "call", "P": "put"}[str(columns.right[second])]
            raise BadInput(
                f"the {columns.expiry[second]:%Y-%m-%d} {columns.strike[second]:g} {name} stands in rows "
                f"{columns.row[first]} and {columns.row[second]} with different figures; paste one chain only, "
                "and clear the old one before pasting"
            )
        both += 1
    said = (
        f"{both:,} contracts of a third Friday stand twice with different figures: taken as those that settle at the "
        "open and those at the close; two snapshots of one contract must not stand in one paste"
    )
    return keep, dropped, [said] * (both > 0)
