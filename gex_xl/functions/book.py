"""Worksheet functions that measure a dealer's own book."""

from __future__ import annotations

from gex_xl.desk.book import Exposure, concentrations, greeks, groups
from gex_xl.desk.positions import Book
from gex_xl.functions.arguments import Table
from gex_xl.functions.positions import AS_OF, EXAMPLE_POSITIONS
from gex_xl.functions.registry import worksheet

_NO_SUM = "shares of several underlyings are not added up; USD are"


@worksheet("Own book", EXAMPLE_POSITIONS, None, AS_OF)
def BOOK_EXPOSURE(book: Book) -> Table:
    """Net exposure of positions: the whole book, then by underlying, class, expiry and series, then the largest
    concentrations.

    Returns table: level, name, contracts, delta in shares and USD, gamma, vega, theta, rho, shares of gross, note.
    """
    several = len(book.spots) > 1
    net = greeks(book).total()
    table: Table = [
        [
            "Level", "Name", "Contracts", "Delta (shares)", "Delta (USD)", "Gamma (USD per 1 %)",
            "Vega (USD per vol point)", "Theta (USD per day)", "Rho (USD per 1 % of rate)", "Share of gross gamma",
            "Share of gross vega", "Note",
        ],
        ["net", "book", None, *_figures(net, several), None, None, _NO_SUM if several else "forwards from the rates"],
    ]  # fmt: skip
    for level in ("underlying", "class", "expiry", "series"):
        table += [
            [level, g.name, g.contracts, *_figures(g.exposure, False), g.gamma_share, g.vega_share, None]
            for g in groups(book, level)
        ]
    for greek, level, name, share in concentrations(book):
        shares = (share, None) if greek == "gamma" else (None, share)
        table.append([f"largest {level}", name, *[None] * 7, *shares, f"of gross {greek}"])
    return [[None if cell != cell else cell for cell in row] for row in table]


def _figures(net: Exposure, several: bool) -> list[float | None]:
    shares = None if several else net.delta_shares
    return [shares, net.delta, net.gamma, net.vega, net.theta, net.rho]
