"""The whole desk at once: positions, limits, ways of hedging and quotes, with what cannot be read and why.

Nothing here fails: each part is either computed from inputs that could all be read, or None with a sentence in
`problems`. So no caller can show a figure, or a state, that rests on a row that was passed over.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from gex_xl.desk.basket import BasketHedge, hedge_basket, read_correlations
from gex_xl.desk.bounds import read_bounds
from gex_xl.desk.currencies import currencies
from gex_xl.desk.hedging import ONES, Lots, read_lots
from gex_xl.desk.limits import WARN_AT, Check, State, check_limits, read_limits
from gex_xl.desk.listed import Listed
from gex_xl.desk.option_hedge import OptionHedge, hedge_options
from gex_xl.desk.position_rows import read_positions
from gex_xl.desk.position_values import Spots
from gex_xl.desk.positions import Book
from gex_xl.desk.quoting import Quote, Wanted, adjust, read_quotes
from gex_xl.desk.related import RelatedHedge, hedge_related, read_products
from gex_xl.desk.residual import QUOTES, Costs, Residual, residuals
from gex_xl.desk.scenarios import read_betas
from gex_xl.desk.states import EarlierState, read_states
from gex_xl.desk.table import Cells, Where
from gex_xl.errors import BadInput, GexError
from gex_xl.settings import Settings

Found = TypeVar("Found")
#: The ranges of a desk, in the order in which they are named to users.
PARTS = ("positions", "candidates", "bounds", "products", "correlations", "lots", "betas", "limits", "states", "quotes")
HEDGING = ("candidates", "bounds", "products", "correlations", "lots", "betas")


@dataclass(frozen=True, eq=False, slots=True)
class Inputs:
    """What a desk gives. `ranges`: part -> its cells, left out where not given. `places`: how messages name them.
    `beyond`: part -> how many cells stand beyond its range, where nothing is read. `faults`: part -> what is wrong
    with what was given beside the ranges."""

    ranges: Mapping[str, Cells]
    spots: Spots = None
    as_of: dt.datetime | None = None
    settings: Settings = field(default_factory=Settings)
    chains: Sequence[Listed] = ()
    places: Mapping[str, Where] = field(default_factory=dict)
    beyond: Mapping[str, int] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    horizon_days: float = 1.0
    warn_at: float = WARN_AT
    risk_aversion: float = 0.00003
    days: float = 1.0
    costs: Costs = field(default_factory=Costs)


@dataclass(frozen=True, eq=False, slots=True)
class Overview:
    """What came of it; None for what cannot be computed or was not given. `problems`: part -> one sentence.

    `ways`: best first, the smallest worst loss. `quotes`: what is asked for and what to show.
    """

    book: Book | None
    checks: list[Check] | None
    states: list[EarlierState]
    options: OptionHedge | None
    basket: BasketHedge | None
    related: list[RelatedHedge]
    ways: list[Residual] | None
    quotes: list[tuple[Wanted, Quote]] | None
    lots: Lots
    betas: dict[str, float]
    costs: Costs
    warn_at: float
    problems: dict[str, str]

    @property
    def no_ways(self) -> str:
        """Why there are no ways of hedging though all could be read, "" where there are or something could not."""
        parts = [] if self.book is None or self.problems else list(currencies(self.book))
        return f"in {' and '.join(parts)}: hedge one currency at a time" if len(parts) > 1 else ""

    @property
    def worst_state(self) -> State | None:
        """The worst state of all limits, None where there are none or they cannot be checked."""
        order = (State.BREACH, State.WARN, State.OK)
        found = {check.state for check in self.checks or ()}
        return next((state for state in order if state in found), None)

    def count(self, state: State) -> int:
        """How many limits are in a state."""
        return sum(check.state is state for check in self.checks or ())


def overview(given: Inputs) -> Overview:
    """Read and compute all parts. A part rests on `positions`; hedging on all of its ranges, and on one currency."""
    parts = _Parts(given)
    book = parts.read("positions", parts.book)
    lots = parts.table("lots", lambda cells, place: read_lots(cells, place, book if place.sheet else None)) or ONES
    betas = parts.table("betas", lambda cells, place: read_betas(cells, place, book if place.sheet else None)) or {}
    states = parts.table("states", read_states) or []
    checks = options = basket = ways = None
    related: list[RelatedHedge] = []
    if book is not None:
        held: Book = book
        limits = parts.table("limits", read_limits, "states")
        if limits is not None:
            wanted = limits
            checks = parts.read("limits", lambda: check_limits(held, wanted, given.warn_at))
    if book is not None and len(currencies(book)) == 1:
        options = parts.options(held)
        related, basket = parts.products(held)
        found = parts.read(
            "ways",
            lambda: residuals(held, options, related, basket, lots=lots, costs=given.costs, betas=betas),
            *HEDGING,
        )  # fmt: skip
        ways = None if found is None else sorted(found, key=lambda one: (-one.gap, one.method == QUOTES))
    quotes = None
    asked = parts.table("quotes", read_quotes, "positions")
    if asked is not None:
        quotes = [(one, adjust(one, given.risk_aversion, given.days, given.warn_at)) for one in asked]
    return Overview(
        book,
        checks,
        states,
        options,
        basket,
        related,
        ways,
        quotes,
        lots,
        betas,
        given.costs,
        given.warn_at,
        parts.problems,
    )


class _Parts:
    """Reads parts one by one and keeps what is wrong with each."""

    def __init__(self, given: Inputs) -> None:
        self.given = given
        self.problems: dict[str, str] = {part: sentence for part, sentence in given.faults.items() if sentence}
        for part, count in given.beyond.items():
            if count:
                things = "1 cell stands" if count == 1 else f"{count:,} cells stand"
                words = f"{self.place(part)}: {things} below the range, where nothing is read; move the rows up"
                self.problems.setdefault(part, words)

    def place(self, part: str) -> Where:
        return self.given.places.get(part, Where(part))

    def read(self, part: str, compute: Callable[[], Found], *rests_on: str) -> Found | None:
        """A part, None where it or what it rests on cannot be read."""
        if any(name in self.problems for name in (part, *rests_on)):
            return None
        try:
            return compute()
        except GexError as error:
            self.problems[part] = str(error)
            return None

    def table(self, part: str, read: Callable[[Cells, Where], Found], *rests_on: str) -> Found | None:
        """A range that may be left out."""
        if part not in self.given.ranges:
            return None
        return self.read(part, lambda: read(self.given.ranges[part], self.place(part)), *rests_on)

    def book(self) -> Book:
        if "positions" not in self.given.ranges:
            raise BadInput("positions: nothing is given; type or paste one row a position")
        return self._positions("positions", self.given.spots, self.given.as_of)

    def _positions(self, part: str, spots: Spots, as_of: dt.datetime | None) -> Book:
        given = self.given
        return read_positions(
            given.ranges[part], spots, as_of, given.settings, where=self.place(part), held=part == "positions",
            chains=given.chains,
        )  # fmt: skip

    def options(self, book: Book) -> OptionHedge | None:
        bounds = self.table("bounds", read_bounds)
        if "candidates" not in self.given.ranges:
            return None
        offered = self.read("candidates", lambda: self._positions("candidates", book.spots, book.as_of))
        if bounds is None or offered is None:
            return None
        return self.read("bounds", lambda: hedge_options(book, offered, bounds))

    def products(self, book: Book) -> tuple[list[RelatedHedge], BasketHedge | None]:
        days = self.given.horizon_days
        products = self.table("products", lambda cells, place: read_products(cells, book, place))
        if products is None:
            return [], None
        related = self.read("products", lambda: hedge_related(book, products, days)) or []
        basket = self.table(
            "correlations",
            lambda cells, place: hedge_basket(book, products, read_correlations(cells, place), days),
        )  # fmt: skip
        return related, basket
