"""Positions as a desk lists them, one row each, read into a `Book`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence

import numpy as np

from gex_xl.arrays import FloatArray
from gex_xl.clock import is_monthly
from gex_xl.desk.listed import Listed, by_underlying
from gex_xl.desk.position_values import Position, Spots, filled, forwards, spot_words, spots_of, years_left
from gex_xl.desk.positions import Book
from gex_xl.desk.table import FAR, LARGEST, MOST_CONTRACTS, Cells, Row, Where, read_table
from gex_xl.errors import BadInput, shown
from gex_xl.products import Kind, by_ticker, known, product, products, settles_twice, underlying_of
from gex_xl.reading.dates import expiry_dates, quote_time
from gex_xl.reading.headers import FIELDS
from gex_xl.reading.symbols import Symbol, parse_occ
from gex_xl.reading.values import number, right
from gex_xl.settings import Settings

#: field -> the names that it goes by. Those of a chain are taken where they mean the same.
COLUMNS: dict[str, tuple[str, ...]] = {
    "underlying": FIELDS["underlying"],
    "class": (*FIELDS["root"], "classroot"),
    "type": (*FIELDS["right"], "kind", "instrument", "product", "sectype"),
    "strike": FIELDS["strike"],
    "expiry": FIELDS["expiry"],
    "symbol": FIELDS["symbol"][:-2],
    "contracts": ("position", "signedcontracts", "quantity", "qty", "netposition", "netcontracts"),
    "iv": FIELDS["iv"],
    "price": ("mark", "markprice", "mid", "last", "marketprice", "futuresprice"),
    "multiplier": FIELDS["multiplier"],
    "spot": FIELDS["spot"],
    "forward": ("forwardprice",),
    "bid": FIELDS["bid"],
    "ask": FIELDS["ask"],
    "size": ("quotesize", "available"),
    "most": ("maxcontracts", "maximum", "max"),
    "as_of": FIELDS["quote_time"],
}
_SHARES = re.compile(r"(?i)shares?|stocks?|stk|equity|etf|underlying|cash")
_FUTURE = re.compile(r"(?i)fut(ures?)?")


def read_positions(
    cells: Cells,
    spots: Spots = None,
    as_of: dt.datetime | None = None,
    settings: Settings | None = None,
    *,
    where: Where | None = None,
    held: bool = True,
    chains: Sequence[Listed] = (),
) -> Book:
    """Positions in any column order; `held` False for candidates, which need no contracts but bid and ask.

    `spots`: one price for a book on one underlying, or a price by underlying; they win over the column spot, which wins
    over a chain's. `as_of` wins over a column of that name, which wins over the latest of the `chains`. An option's iv
    is the row's, else solved from its price, else that of the chain that lists it. Its forward is the row's, else the
    listing chain's, else S exp((rate - dividend_yield) T), both from the settings and 0 by default. Raises BadInput
    naming the row of whatever cannot be a live position.
    """
    chosen = settings or Settings()
    name = where or Where("positions" if held else "candidates")
    rows = read_table(cells, name, COLUMNS, ("contracts",) if held else ("bid", "ask"))
    remarks = [row for row in rows if _is_remark(row)]
    rows = [row for row in rows if row not in remarks]
    if not rows:
        raise BadInput(f"{name}: there are remarks below the header but no rows")
    expiries = expiry_dates([row.cells.get("expiry") or None for row in rows])
    read = [_position(row, expiry) for row, expiry in zip(rows, expiries, strict=True)]
    listed = by_underlying(chains)
    for position in read:
        _look_up(position, listed)
        position.row.named(position.label)
    moment = as_of or _as_of(rows, str(name), chains)
    spot = np.array(spots_of(read, spots))
    t = years_left(read, moment, chosen)
    forward, discount = forwards(read, spot, t, moment, chosen)
    amounts = {f: _column(rows, f, 0, above=f == "most") for f in ("price", "bid", "ask", "size", "most")}
    price = amounts["price"]
    price[price == 0] = np.nan  # what feeds show where nothing was traded
    if not held:
        _check_quotes(rows, amounts["bid"], amounts["ask"], amounts["size"], amounts["most"])
        price = np.where(np.isnan(price), (amounts["bid"] + amounts["ask"]) / 2, price)
    future = np.array([position.kind == "future" for position in read])
    forward = np.where(future & ~np.isnan(price), price, forward)
    for i in np.flatnonzero(future & (forward < 1e-12)):
        raise rows[i].bad("price", "a number above 0, the future's price")
    book = Book(
        row=np.array([row.number for row in rows]), label=[p.label for p in read],
        underlying=[p.underlying for p in read], klass=[p.root for p in read],
        kind=np.array([p.kind for p in read]), strike=np.array([p.strike for p in read]),
        expiry=[p.expiry for p in read],
        contracts=np.array([_contracts(row) if held else 0.0 for row in rows]),
        multiplier=np.array([_multiplier(p) for p in read]), spot=spot, forward=forward, discount=discount, years=t,
        iv=np.full(len(rows), np.nan), iv_from=["" for _ in rows], price=price, bid=amounts["bid"],
        ask=amounts["ask"], size=amounts["size"], most=amounts["most"], as_of=moment,
        spot_from=spot_words(spots, read), remarks=len(remarks),
        unsaid=sum(p.unsaid for p in read),
    )  # fmt: skip
    for i in np.flatnonzero(abs(book.contracts * book.multiplier * spot) > LARGEST):
        raise rows[i].bad("multiplier", f"units per contract, such as 100: the position is worth over {LARGEST:g}")
    typed = amounts["price"]
    for field, prices in (("strike", book.strike), ("price", np.where(book.is_option, np.nan, typed))):
        for i in np.flatnonzero(np.maximum(prices / spot, spot / prices) > FAR):
            raise rows[i].bad(field, f"a price nearer the spot of {spot[i]:g}")
    most = np.where(book.kind == "call", np.maximum(spot, forward), book.strike)
    for i in np.flatnonzero(typed > most):  # of options: NaN for all else
        raise rows[i].bad("price", f"at most {most[i]:g}: no {book.kind[i]} is worth more")
    return filled(book, read)


def _is_remark(row: Row) -> bool:
    """A remark below the table holds one cell of text; a position has more cells, and a lone figure is no remark."""
    filled = (field for field in row.cells if row.word(field))
    first = next(filled, None)
    return first is not None and next(filled, None) is None and number(row.cells[first]) is None


def _as_of(rows: list[Row], name: str, chains: Sequence[Listed]) -> dt.datetime:
    for row in rows:
        if row.word("as_of"):
            found = quote_time(row.cells["as_of"], source="as_of")
            if found is None:
                raise row.bad("as_of", "a date and time such as 2024-01-05 16:00")
            return found[0]
    times = [chain.as_of for chain in chains if chain.as_of]
    if times:
        return max(times)
    raise BadInput(f"as_of is neither given nor a column of the {name}; give it, for instance 2024-01-05 16:00")


def _position(row: Row, expiry: dt.date | None) -> Position:
    """What one row says of its contract."""
    row.named(row.word("symbol") or row.word("underlying") or "no underlying")
    occ = parse_occ(row.cells.get("symbol"))
    root = row.word("class").upper() or (occ.root if occ else "")
    kind = _kind(row, occ)
    # A future's class may be a product of its own: without a name it would leave the limits of what it hedges.
    underlying = row.word("underlying").upper() or ("" if kind == "future" else underlying_of(root))
    if not underlying and not occ:
        underlying = row.word("symbol").upper()
    if not underlying:
        raise BadInput(f"{row.place}: underlying is blank; expected a name such as SPY")
    if number(underlying) is not None:
        raise row.bad("underlying", "a name such as SPY")
    if row.word("expiry") and expiry is None:
        raise row.bad("expiry", "a date")
    if root and kind != "shares":
        _check_class(row, underlying, root, kind)
    if kind in ("shares", "future"):
        # What a share or a future has not: a figure there is meant for another column or another row.
        for field in ("strike", "iv", *(("expiry",) if kind == "shares" else ())):
            if row.word(field) and row.amount(field) != 0:
                raise row.bad(field, f"a blank: {kind} {'has' if kind == 'future' else 'have'} none")
        return Position(row, underlying, root, kind, np.nan, expiry if kind == "future" else None)
    if occ is None and expiry is None:
        raise row.bad("expiry", "a date")
    strike = row.amount("strike", 0, above=True) or (occ.strike if occ else row.needed("strike"))
    day = expiry or (occ.expiry if occ else None)
    if occ and (strike, day) != (occ.strike, occ.expiry):
        raise BadInput(f"{row.where}: strike or expiry differ from the option symbol's; keep one of them")
    return Position(row, underlying, root, kind, strike, day)


def _check_class(row: Row, underlying: str, root: str, kind: str) -> None:
    """Raises BadInput for a class that cannot be on the underlying: a typo would take its row out of every limit."""
    if number(root) is not None:
        raise row.bad("class", "a name such as SPXW")
    own = product(underlying)
    if kind == "future":
        tickers = {one.underlying for one in products() if one.future == root}
        fits = not tickers or own.underlying in tickers
    elif known(root):
        fits = underlying_of(root) == own.underlying
    elif own.kind is Kind.INDEX:
        fits = False
    else:  # adjusted classes carry a digit, some names a mark: AAPL1 and 2AAPL, BRKB for BRK.B
        letters = {re.sub("[^A-Z]", "", name) for name in (root, underlying)}
        fits = len(letters) == 1 or own.kind in (Kind.FUTURE, Kind.CRYPTO)
    fits = fits or root == underlying
    if not fits:
        classes = [one.root for one in products() if one.underlying == own.underlying] or [underlying]
        raise row.bad(
            "class", f"a class of {shown(underlying)}, such as {' or '.join(map(shown, classes[:2]))}, or a blank"
        )


def _kind(row: Row, occ: Symbol | None) -> str:
    word = row.word("type")
    side = right(word) if word else occ.right if occ else None
    if side:
        return "call" if side == "C" else "put"
    if _SHARES.fullmatch(word):
        return "shares"
    if _FUTURE.fullmatch(word):
        return "future"
    raise row.bad("type", "call, put, shares or future")


def _look_up(position: Position, chains: Mapping[str, Listed]) -> None:
    """Where a loaded chain lists the position; a class that is blank becomes that of the listing, else the name."""
    position.chain = chains.get(position.underlying)
    if position.chain is not None and position.is_option and position.expiry is not None:
        try:
            position.at = position.chain.find(
                position.expiry, position.kind == "call", position.strike, position.root
            )  # fmt: skip
        except BadInput as error:
            raise BadInput(f"{position.row.where}: {error}") from None
        if position.at is not None and not position.root:
            position.root = str(position.chain.chain.root[position.at])
    # Without a class or an option symbol the product is the one that the ticker stands for, as in a chain.
    position.product = product(position.root) if position.root else by_ticker(position.underlying)
    if not position.root and position.is_option and settles_twice(position.underlying):
        position.unsaid = position.expiry is not None and is_monthly(position.expiry)
        position.root = position.product.root
    position.root = position.root or position.underlying


def _contracts(row: Row) -> float:
    found = row.needed("contracts", high=MOST_CONTRACTS)
    if not found.is_integer():
        raise row.bad("contracts", "a whole number, negative where short")
    return found


def _multiplier(position: Position) -> float:
    found = position.row.amount("multiplier", 0, above=True)
    if found is None and position.chain is not None and position.at is not None:
        listed = position.chain.chain
        of_chain = float(listed.multiplier[position.at])
        found = of_chain if of_chain > 0 else listed.product.multiplier
    if found is None and position.kind == "future":
        raise BadInput(f"{position.row.where}: multiplier is blank; a future needs its own, such as 50")
    if found is None and position.is_option:
        found = position.product.multiplier
        if found is None:
            raise BadInput(f"{position.row.where}: multiplier is blank; that of {position.root} must be given")
    return found or 1.0


def _check_quotes(
    rows: list[Row], bid: FloatArray, ask: FloatArray, size: FloatArray, most: FloatArray
) -> None:  # fmt: skip
    for i, row in enumerate(rows):
        row.needed("bid", 0)
        row.needed("ask", 0, above=True)
        if bid[i] > ask[i]:
            raise BadInput(f"{row.where}: bid {bid[i]:g} is above ask {ask[i]:g}; expected bid below ask")
        if most[i] < size[i]:
            raise row.bad("most", f"at least the size, {size[i]:g}")


def _column(rows: list[Row], field: str, low: float, *, above: bool = False) -> FloatArray:
    """A column of amounts, shape (n,), NaN where blank."""
    found = [row.amount(field, low, above=above) for row in rows]
    return np.array([np.nan if value is None else value for value in found], dtype=np.float64)
