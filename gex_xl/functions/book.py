"""Worksheet functions that measure a dealer's own book."""

from __future__ import annotations

import numpy as np

from gex_xl.desk.book import Exposure, concentrations, greeks, groups
from gex_xl.desk.currencies import currencies
from gex_xl.desk.positions import Book
from gex_xl.functions.arguments import Table
from gex_xl.functions.book_words import unsaid
from gex_xl.functions.positions import AS_OF, EXAMPLE_POSITIONS
from gex_xl.functions.registry import worksheet

_NO_SUM = "units of several underlyings are not added up; {} is"


@worksheet("Own book", EXAMPLE_POSITIONS, None, AS_OF)
def BOOK_EXPOSURE(book: Book) -> Table:
    """Net exposure of positions: the whole book (each currency by itself), then by underlying, class, expiry and
    series, then the largest concentrations; the note of a series says where its iv comes from.

    Returns table: level, name, contracts, delta in shares and USD, gamma, vega, theta, rho, shares of gross, note.
    """
    found, parts = greeks(book), currencies(book)
    money = next(iter(parts)) if len(parts) == 1 else "own currency"
    table: Table = [
        [
            "Level", "Name", "Contracts", "Delta (shares)", f"Delta ({money})", f"Gamma ({money} per 1 %)",
            f"Vega ({money} per vol point)", f"Theta ({money} per day)", f"Rho ({money} per 1 % of rate)",
            "Share of gross gamma", "Share of gross vega", "Note",
        ]
    ]  # fmt: skip
    for name, rows in parts.items():
        several = len(dict.fromkeys(np.array(book.underlying)[rows].tolist())) > 1
        label = "book" if len(parts) == 1 else f"book {name}"
        said = [f"spot: {book.spot_from}", _sources(book), *unsaid(book)]
        note = _NO_SUM.format(name) if several else "; ".join(said)
        table.append(["net", label, None, *_figures(found.total(np.flatnonzero(rows).tolist()), several), None, None,
                      note])  # fmt: skip
    notes = _notes(book)
    for level in ("underlying", "class", "expiry", "series"):
        table += [
            [level, g.name, g.contracts, *_figures(g.exposure, False), g.gamma_share, g.vega_share, notes.get(g.name)]
            for g in groups(book, level)
        ]
    for greek, level, name, share in concentrations(book):
        shares = (share, None) if greek == "gamma" else (None, share)
        table.append([f"largest {level}", name, *[None] * 7, *shares, f"of gross {greek}"])
    return [[None if cell != cell else cell for cell in row] for row in table]


_FROM = {"given": "iv as given", "price": "iv from the price", "chain": "iv from the chain"}


def _notes(book: Book) -> dict[str, str]:
    """Series -> its iv and where that comes from; currency beside the name of an underlying in another than USD."""
    out = {}
    for i in np.flatnonzero(book.is_option).tolist():
        out[book.label[i]] = f"{_FROM[book.iv_from[i]]}: {book.iv[i]:.1%}"
    return out


def _sources(book: Book) -> str:
    found = dict.fromkeys(_FROM[source] for source in book.iv_from if source)
    return ", ".join(found) or "no options"


def _figures(net: Exposure, several: bool) -> list[float | None]:
    shares = None if several else net.delta_shares
    return [shares, net.delta, net.gamma, net.vega, net.theta, net.rho]
